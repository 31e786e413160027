//! Entering the terminal and giving it back: on return, on panic, on any way out but SIGKILL.

use std::cell::Cell;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::rc::Rc;
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, ThreadId};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use unicode_width::UnicodeWidthStr as _;

use crate::report::lines::{Shape, WIDTH, plain};
use crate::report::rows::{Row, Tone};
use crate::ui::paint::{self, PAINTED};

/// A terminal that is taken and given back; tests bring another.
pub trait Held {
    /// Takes it, also when it is taken or somebody else had it meanwhile.
    fn enter(&mut self) -> io::Result<()>;

    /// Gives it back. Doing it twice does nothing.
    fn leave(&mut self) {
        restore();
    }

    /// Stops this process as Ctrl-Z does; `false` where nobody could continue it.
    fn stop(&mut self) -> bool {
        stop()
    }

    /// Whether nothing arrives there any more.
    fn is_gone(&self) -> bool;
}

/// What the loop of the full screen needs of a terminal.
pub trait Screen: Held {
    /// What ratatui paints on.
    type Backend: Backend;

    /// Clears the screen and makes a terminal of its present size that paints everything.
    fn terminal(&mut self) -> io::Result<Terminal<Self::Backend>>;

    /// Prints lines on the normal screen, where nothing is shown of what is typed or pasted meanwhile.
    fn print(&mut self, lines: &[String]);

    /// Takes from the normal screen what was printed there last: nobody takes an older address for the one that is asked for, and the
    /// shell finds its screen as it was.
    fn take_back(&mut self);

    /// Offers text to the clipboard of the terminal.
    fn copy(&mut self, text: &str);
}

/// The terminal while it is ours. Dropping this gives it back.
#[derive(Debug)]
pub struct Guard {
    wanted: Wanted,
}

/// What is taken of a terminal.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// All of it.
    Screen { mouse: bool },
    /// Only its line: each key at once, and none shown by the system.
    Line,
}

/// What gives the terminal back.
type GiveBack = Box<dyn FnOnce() + Send>;

/// Who has the terminal, if it is taken, and what gives it back.
static TAKEN: Mutex<Option<(ThreadId, GiveBack)>> = Mutex::new(None);

impl Guard {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, and the mouse if asked for.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        Self::take(Wanted::Screen { mouse })
    }

    /// Takes only the line: nothing that is typed is shown but by us, and a line may be of any length. Nothing is written.
    pub fn enter_line() -> io::Result<Self> {
        Self::take(Wanted::Line)
    }

    fn take(wanted: Wanted) -> io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| std::panic::set_hook(Box::new(hook)));
        let guard = Self { wanted };
        guard.again()?;
        Ok(guard)
    }

    /// The same when it was left, or when somebody else had the terminal meanwhile.
    pub fn again(&self) -> io::Result<()> {
        match self.wanted {
            Wanted::Screen { mouse } => Self::screen(mouse),
            Wanted::Line => line(),
        }
    }

    fn screen(mouse: bool) -> io::Result<()> {
        own(Some(Box::new(restore_screen)));
        let mut out = io::stdout();
        queue!(out, EnterAlternateScreen, EnableBracketedPaste)?;
        if mouse {
            queue!(out, EnableMouseCapture)?;
        }
        out.flush()?;
        // crossterm believes that raw mode is on until it is told otherwise.
        drop(disable_raw_mode());
        enable_raw_mode()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back if it is taken; doing it twice does nothing. What was typed ahead is thrown away: the rest of a paste is not for the shell.
pub(super) fn restore() {
    if let Some((_, give_back)) = own(None) {
        give_back();
    }
}

/// The system gives each key at once, and shows none; line ends in what is printed stay what they are. The length of a line
/// is no longer that of the system's buffer, which on Linux cuts it after 4,095 bytes.
#[cfg(unix)]
fn line() -> io::Result<()> {
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};

    // After a stop somebody else may have had the terminal: what is given back is what was there in the beginning.
    restore();
    let before = tcgetattr(io::stdin())?;
    let mut ours = before.clone();
    ours.local_modes
        .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ISIG | LocalModes::IEXTEN);
    ours.special_codes[SpecialCodeIndex::VMIN] = 1;
    ours.special_codes[SpecialCodeIndex::VTIME] = 0;
    own(Some(Box::new(move || {
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &before);
    })));
    Ok(tcsetattr(io::stdin(), OptionalActions::Drain, &ours)?)
}

#[cfg(not(unix))]
fn line() -> io::Result<()> {
    own(Some(Box::new(|| drop(disable_raw_mode()))));
    enable_raw_mode()
}

fn restore_screen() {
    // Every step is tried; where the terminal is gone none of them matters.
    drop(execute!(io::stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show));
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    drop(disable_raw_mode());
}

fn own(loan: Option<GiveBack>) -> Option<(ThreadId, GiveBack)> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut taken, loan.map(|give_back| (thread::current().id(), give_back)))
}

/// Gives the terminal back before a word is said. It says where, and what only if that is a literal: a composed message
/// can carry what was typed.
fn hook(info: &PanicHookInfo<'_>) {
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let owner = taken.as_ref().map(|(thread, _)| *thread);
    drop(taken);
    if owner.is_some_and(|owner| owner != thread::current().id()) {
        // Not the wizard's thread: whoever waits for it hears that it ended, and the screen stays whole.
        return;
    }
    restore();
    let what = info.payload().downcast_ref::<&'static str>();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    drop(writeln!(io::stderr(), "octo-csp: internal error at {place}: {}", what.unwrap_or(&"(no fixed message)")));
}

/// Cells that are painted at most, far beyond any screen.
const WIDEST: u16 = 1_000;
const HIGHEST: u16 = 400;

/// This process' terminal.
#[derive(Debug)]
pub struct Tty {
    guard: Guard,
    gone: Rc<Cell<bool>>,
    /// How large the terminal was when something was printed, and how many of its lines that took.
    printed: Option<((u16, u16), usize)>,
}

impl Tty {
    /// Takes it.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        Ok(Self { guard: Guard::enter(mouse)?, gone: Rc::default(), printed: None })
    }

    fn out(&self) -> Out {
        Out { buffer: Vec::new(), gone: Rc::clone(&self.gone) }
    }
}

impl Held for Tty {
    fn enter(&mut self) -> io::Result<()> {
        self.guard.again()
    }

    fn is_gone(&self) -> bool {
        self.gone.get()
    }
}

impl Screen for Tty {
    type Backend = CrosstermBackend<Out>;

    fn terminal(&mut self) -> io::Result<Terminal<Self::Backend>> {
        let mut out = self.out();
        queue!(out, Clear(ClearType::All))?;
        let (columns, rows) = present_size();
        let viewport = Viewport::Fixed(Rect::new(0, 0, columns.min(PAINTED), rows));
        Terminal::with_options(CrosstermBackend::new(out), TerminalOptions { viewport })
    }

    fn print(&mut self, lines: &[String]) {
        let mut out = self.out();
        // All but the screen stays ours: the system shows nothing that is typed, and a paste is still told from it.
        drop(queue!(out, DisableMouseCapture, LeaveAlternateScreen, cursor::Show));
        let size = present_size();
        let laid = laid_out(lines, size);
        for line in &laid {
            drop(write!(out, "{line}\r\n"));
        }
        drop(out.flush());
        self.printed = Some((size, taken(&laid, size.0)));
    }

    fn take_back(&mut self) {
        // Where the terminal has another size since, nobody knows which of its lines they are.
        let Some((size, lines)) = self.printed.take().filter(|(size, _)| *size == present_size()) else { return };
        let up = u16::try_from(lines).unwrap_or(u16::MAX).min(size.1.saturating_sub(1));
        let mut out = self.out();
        drop(queue!(out, cursor::MoveToColumn(0), cursor::MoveUp(up), Clear(ClearType::FromCursorDown)));
        drop(out.flush());
    }

    fn copy(&mut self, text: &str) {
        let mut out = self.out();
        drop(write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text)));
        drop(out.flush());
    }
}

/// Columns and rows as the terminal has them now. One that does not know its size says 0; one that says 65,535 each way would
/// take more memory than there is.
fn present_size() -> (u16, u16) {
    match size() {
        Ok((columns, rows)) if columns > 0 && rows > 0 => (columns.min(WIDEST), rows.min(HIGHEST)),
        _ => (80, 24),
    }
}

/// Columns for what is printed on it; a page is not wider either.
pub fn columns() -> usize {
    usize::from(present_size().0.min(paint::WIDEST))
}

/// What is said once the terminal is itself again, wrapped at its width.
pub(super) fn last_words(lines: &[String]) -> String {
    in_width(lines, present_size().0)
}

fn in_width(lines: &[String], columns: u16) -> String {
    let rows: Vec<Row> = lines.iter().map(|line| Row::of(Tone::Plain, line.as_str())).collect();
    plain(&rows, usize::from(columns))
}

/// What stands at the beginning of a line that goes on below itself: a label with its blanks, a box to tick, a number.
fn label(words: &str) -> usize {
    let blanks = words.find("  ").filter(|at| *at < 20);
    let behind_blanks = blanks.map(|at| at + words.get(at..).map_or(0, |it| it.len() - it.trim_start().len()));
    let boxed = words.starts_with("[ ] ").then_some(4);
    let number =
        words.split_once(". ").filter(|(number, _)| number.parse::<u8>().is_ok()).map(|(number, _)| number.len() + 2);
    boxed.or(number).or(behind_blanks).unwrap_or(0)
}

/// Lines for a terminal of this size, and no longer than people read well. No word is broken if it can be helped, and an address
/// stays in one piece, to be selected; where not all of it is in view, the line before the last one says so.
fn laid_out(lines: &[String], (columns, rows): (u16, u16)) -> Vec<String> {
    let width = usize::from(columns);
    let mut laid: Vec<String> = lines
        .iter()
        .flat_map(|line| {
            let words = line.trim_start();
            let longest = words.split(' ').map(str::width).max().unwrap_or(0);
            // The blanks before a word that fits into a line give way to it.
            let most = if longest <= width { width - longest } else { width };
            let indent = (line.len() - words.len()).min(most);
            let hang = (indent + label(words)).min(width / 3).min(most);
            let shape = Shape { width: width.min(WIDTH), indent, hang, breaks_words: false };
            let part = |(lead, range)| " ".repeat(lead) + words.get(range).unwrap_or_default();
            shape.wrapped(words).into_iter().map(part).collect::<Vec<_>>()
        })
        .collect();
    if taken(&laid, columns) >= usize::from(rows) {
        laid.insert(laid.len().saturating_sub(1), "It begins further up: scroll back.".to_owned());
    }
    laid
}

/// How many lines of a terminal of so many columns they take.
fn taken(laid: &[String], columns: u16) -> usize {
    laid.iter().map(|line| line.width().div_ceil(usize::from(columns).max(1)).max(1)).sum()
}

/// Whether the console takes the sequences that move its cursor: an old one of Windows takes none.
#[cfg(windows)]
pub fn moves_cursor() -> bool {
    crossterm::ansi_support::supports_ansi()
}

/// Every terminal does whose name does not say otherwise.
#[cfg(not(windows))]
pub fn moves_cursor() -> bool {
    true
}

#[cfg(unix)]
fn stop() -> bool {
    use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};

    // The group of the session's leader has no shell above it that could continue it.
    let alone = getsid(None).is_ok_and(|session| session == getpgrp());
    !alone && kill_current_process_group(Signal::STOP).is_ok()
}

#[cfg(not(unix))]
fn stop() -> bool {
    false
}

/// Standard output, a frame at a time. It never fails but remembers that it did: ratatui prints errors of its own, which
/// ends the process where standard error is gone too.
#[derive(Debug)]
pub struct Out {
    buffer: Vec<u8>,
    gone: Rc<Cell<bool>>,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.gone.get() {
            let mut out = io::stdout().lock();
            let written = out.write_all(&self.buffer).and_then(|()| out.flush());
            self.gone.set(written.is_err());
        }
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{in_width, laid_out};

    #[test]
    fn what_is_printed_breaks_no_word_and_says_where_it_begins() {
        let lines =
            ["   [ ] Sign in, pass MFA, press Accept.", "https://login.example/0c5a3b1e/oauth2?a=1", "Go back."];
        let lines = lines.map(str::to_owned);
        assert_eq!(laid_out(&lines, (80, 24)), lines);
        let narrow = laid_out(&lines, (20, 6));
        assert_eq!(
            narrow,
            [
                "   [ ] Sign in, pass",
                "      MFA, press",
                "      Accept.",
                "https://login.example/0c5a3b1e/oauth2?a=1",
                "It begins further up: scroll back.",
                "Go back."
            ]
        );
    }

    #[test]
    fn what_is_printed_goes_on_below_its_own_beginning_and_breaks_no_id() {
        let id = "6f1d2c9a-3e84-4b57-a0d9-1c8e7b5f2a46";
        let lines = [
            "7. Consent, by a link that is good for one sign-in (Admin agent with MFA)".to_owned(),
            "   [ ] Sign in, pass MFA, press Accept. The browser ends on an error page.".to_owned(),
            format!("   For support     request {id}"),
        ];
        let laid = laid_out(&lines, (40, 24));
        assert!(laid.iter().all(|line| line.len() <= 40), "{laid:#?}");
        for wanted in ["   one sign-in (Admin agent with MFA)", "       page.", &format!("    {id}")] {
            assert!(laid.iter().any(|line| line == wanted), "{wanted}: {laid:#?}");
        }
        assert!(laid_out(&["word ".repeat(40)], (200, 50))[0].len() <= 80);
    }

    #[test]
    fn the_last_words_are_divided_between_words_and_outside_of_commands() {
        let lines = [
            "Left before the end. Nothing that worked was changed; octo-csp register --step partner-api continues here.",
        ];
        let lines = lines.map(str::to_owned);
        assert_eq!(in_width(&lines, 120), format!("{}\n", lines[0]));
        assert_eq!(
            in_width(&lines, 40),
            "Left before the end. Nothing that worked\nwas changed;\nocto-csp register --step partner-api\ncontinues here.\n"
        );
    }
}
