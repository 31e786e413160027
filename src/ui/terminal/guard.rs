//! Entering the terminal and giving it back: on return, on panic, on any way out but SIGKILL.

use std::cell::Cell;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::rc::Rc;
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, ThreadId};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode, size,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::Screen;

/// The terminal while it is ours. Dropping this gives it back.
#[derive(Debug)]
pub struct Guard {
    mouse: bool,
}

/// The thread that has the terminal, if it is taken.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);

impl Guard {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, and the mouse if asked for.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| std::panic::set_hook(Box::new(hook)));
        let guard = Self { mouse };
        guard.again()?;
        Ok(guard)
    }

    /// The same when it was left, or when somebody else had the terminal meanwhile.
    pub fn again(&self) -> io::Result<()> {
        own(Some(thread::current().id()));
        // crossterm believes that raw mode is on until it is told otherwise.
        drop(disable_raw_mode());
        enable_raw_mode()?;
        let mut out = io::stdout();
        queue!(out, EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            queue!(out, EnableMouseCapture)?;
        }
        out.flush()
    }

    /// Gives the terminal back. Doing it twice does nothing.
    pub fn leave(&mut self) {
        restore();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back if it is taken. What was typed ahead is thrown away: the rest of a paste is not for the shell.
fn restore() {
    if own(None).is_none() {
        return;
    }
    // Every step is tried; where the terminal is gone none of them matters.
    drop(execute!(
        io::stdout(),
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    ));
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    drop(disable_raw_mode());
}

fn own(thread: Option<ThreadId>) -> Option<ThreadId> {
    let mut owner = OWNER.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut owner, thread)
}

/// Gives the terminal back before a word is said. It says where, and what only if that is a literal: a composed message
/// can carry what was typed.
fn hook(info: &PanicHookInfo<'_>) {
    let owner = *OWNER.lock().unwrap_or_else(PoisonError::into_inner);
    if owner.is_some_and(|owner| owner != thread::current().id()) {
        // Not the wizard's thread: whoever waits for it hears that it ended, and the screen stays whole.
        return;
    }
    restore();
    let what = info.payload().downcast_ref::<&'static str>();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    drop(writeln!(
        io::stderr(),
        "octo-csp: internal error at {place}: {}",
        what.unwrap_or(&"(no fixed message)")
    ));
}

/// This process' terminal.
#[derive(Debug)]
pub struct Tty {
    guard: Guard,
    gone: Rc<Cell<bool>>,
}

impl Tty {
    /// Takes it.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        Ok(Self {
            guard: Guard::enter(mouse)?,
            gone: Rc::default(),
        })
    }

    fn out(&self) -> Out {
        Out {
            buffer: Vec::new(),
            gone: Rc::clone(&self.gone),
        }
    }
}

impl Screen for Tty {
    type Backend = CrosstermBackend<Out>;

    fn enter(&mut self) -> io::Result<()> {
        self.guard.again()
    }

    fn leave(&mut self) {
        self.guard.leave();
    }

    fn terminal(&mut self) -> io::Result<Terminal<Self::Backend>> {
        let mut out = self.out();
        queue!(out, Clear(ClearType::All))?;
        // A terminal that does not know its size says 0.
        let (columns, rows) = match size() {
            Ok((columns, rows)) if columns > 0 && rows > 0 => (columns, rows),
            _ => (80, 24),
        };
        let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
        Terminal::with_options(CrosstermBackend::new(out), TerminalOptions { viewport })
    }

    fn print(&mut self, lines: &[String]) {
        let mut out = self.out();
        for line in lines {
            drop(writeln!(out, "{line}"));
        }
        drop(out.flush());
    }

    fn copy(&mut self, text: &str) {
        let mut out = self.out();
        drop(write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text)));
        drop(out.flush());
    }

    #[cfg(unix)]
    fn stop(&mut self) -> bool {
        use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};

        // The group of the session's leader has no shell above it that could continue it.
        let alone = getsid(None).is_ok_and(|session| session == getpgrp());
        !alone && kill_current_process_group(Signal::STOP).is_ok()
    }

    #[cfg(not(unix))]
    fn stop(&mut self) -> bool {
        false
    }

    fn is_gone(&self) -> bool {
        self.gone.get()
    }
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
