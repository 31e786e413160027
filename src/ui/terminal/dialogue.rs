//! The terminal as a sheet of paper: lines are printed and never changed, a line is typed when it is asked for.
//!
//! The same signals, the same effects in flight and the same keyboard as the full screen has; what is said and what a line
//! means is [`Talk`]'s.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use crossterm::event::{Event as Raw, KeyEvent};
use futures_util::{Stream, StreamExt as _};
use tokio::time::{Instant, sleep_until};

use super::editor::Editor;
use super::guard::{Guard, Held};
use super::{Ending, NoTerminal, Signal, TerminalStreams};
use super::{keyboard, signals, with_all_that_is_ready};
use crate::driver::Driver;
use crate::effect::Perform;
use crate::exit::Exit;
use crate::ui::plain::{Prompt, Talk};
use crate::ui::wizard::Wizard;
use crate::ui::{Event, Intent, Task};

/// How often the wizard is told the time: nothing is printed for it but now and then.
const TICK: Duration = Duration::from_secs(1);

/// Runs the wizard line by line until it ends, and gives the terminal back.
///
/// Only what is typed needs a terminal: what is said may go into a pipe or a file.
pub async fn run<P>(out: &mut dyn Write, wizard: &mut Wizard, perform: P) -> Result<Exit, NoTerminal>
where
    P: Perform,
{
    if !io::stdin().is_terminal() {
        return Err(NoTerminal::Input);
    }
    signals::keep_endable()?;
    let signals = signals::stream()?;
    let mut sheet = Tty { guard: Guard::enter_line()?, out, gone: false };
    let wires = TerminalStreams { events: keyboard::Keyboard::start()?, signals };
    let ending = run_loop(&mut sheet, wires, wizard, perform).await;
    sheet.leave();
    for line in &ending.lines {
        sheet.print(&format!("{line}\n"));
    }
    Ok(ending.exit)
}

/// What the loop needs of a terminal; tests bring another.
pub trait LinePrompt: Held {
    /// Prints text, as it is and at once.
    fn print(&mut self, text: &str);
}

/// This process' terminal and output.
struct Tty<'a> {
    guard: Guard,
    out: &'a mut dyn Write,
    gone: bool,
}

impl Held for Tty<'_> {
    fn enter(&mut self) -> io::Result<()> {
        self.guard.again()
    }

    fn is_gone(&self) -> bool {
        self.gone
    }
}

impl LinePrompt for Tty<'_> {
    fn print(&mut self, text: &str) {
        // Elsewhere a raw console goes down a line, but not to its start.
        let end = if cfg!(unix) { "\n" } else { "\r\n" };
        let written = self.out.write_all(text.replace('\n', end).as_bytes());
        self.gone |= written.and_then(|()| self.out.flush()).is_err();
    }
}

/// Feeds the wizard until it ends. The line was taken; it is given back when this returns.
pub async fn run_loop<S, E, G, P>(
    sheet: &mut S,
    mut wires: TerminalStreams<E, G>,
    wizard: &mut Wizard,
    perform: P,
) -> Ending
where
    S: LinePrompt,
    E: Stream<Item = io::Result<Raw>> + Unpin,
    G: Stream<Item = Signal> + Unpin,
    P: Perform,
{
    let mut driver = Driver::new(&perform);
    let mut session = Session::new(sheet, wizard);
    let first = session.wizard.start();
    session.tasks.extend(first);
    loop {
        while let Some(task) = session.tasks.pop_front() {
            match task {
                Task::Perform(ticket, effect) => driver.start(ticket, effect),
                Task::Cancel(ticket) => driver.cancel(ticket),
                Task::Copy(text) => session.talk.show(session.wizard, &text),
                Task::Print(lines) => session.talk.show(session.wizard, &lines.join("\n")),
                Task::Suspend => session.stop(),
                Task::Quit(exit, lines) => session.end(exit, lines),
            }
        }
        if let Some(ending) = session.ending.take() {
            session.close();
            ending.await_writes(&mut driver).await;
            return ending;
        }
        session.speak();
        if session.ending.is_some() || session.typed() {
            continue;
        }
        let tick = session.next_tick();
        tokio::select! { biased;
            Some(signal) = wires.signals.next() => session.heard(signal),
            Some((ticket, outcome)) = driver.next() => session.feed(Event::Came(ticket, outcome)),
            event = wires.events.next() => match event {
                Some(Ok(event)) => {
                    let batch = with_all_that_is_ready(event, &mut wires.events).await;
                    session.keys.extend(batch.into_iter().filter_map(|raw| raw.as_key_event()));
                }
                Some(Err(_)) | None => session.cut_off(),
            },
            () = sleep_until(tick.unwrap_or_else(Instant::now)), if tick.is_some() => session.hear_time(),
        }
    }
}

/// Everything the loop holds besides its streams and what is in flight.
struct Session<'a, S> {
    sheet: &'a mut S,
    wizard: &'a mut Wizard,
    talk: Talk,
    editor: Editor,
    /// What was typed and is not read yet: each line is read when it is asked for.
    keys: VecDeque<KeyEvent>,
    tasks: VecDeque<Task>,
    /// What stands before what is typed.
    asked: Option<Prompt>,
    /// Whether something stands on the last line.
    begun: bool,
    stopped: bool,
    started: Instant,
    told: Instant,
    ending: Option<Ending>,
}

impl<'a, S: LinePrompt> Session<'a, S> {
    fn new(sheet: &'a mut S, wizard: &'a mut Wizard) -> Self {
        let now = Instant::now();
        Self {
            sheet,
            wizard,
            talk: Talk::default(),
            editor: Editor::default(),
            keys: VecDeque::new(),
            tasks: VecDeque::new(),
            asked: None,
            begun: false,
            stopped: false,
            started: now,
            told: now,
            ending: None,
        }
    }

    /// Prints what is new and asks what is to be asked; what was typed so far stays behind its question.
    fn speak(&mut self) {
        if self.stopped {
            return;
        }
        let lines = self.talk.tell(self.wizard);
        let prompt = self.talk.prompt(self.wizard).filter(|_| !self.wizard.settling());
        let other = prompt != self.asked;
        if lines.is_empty() && !other {
            return;
        }
        let mut text = String::new();
        if self.begun {
            text.push('\n');
        }
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        if other && !self.editor.is_empty() {
            self.editor.clear();
            text.push_str("What you began to type is gone: the question has changed.\n");
        }
        self.asked = prompt;
        text.push_str(self.asked.as_ref().map_or("", |prompt| prompt.text.as_str()));
        self.editor.forget_shown();
        if !self.hidden() {
            text.push_str(&self.editor.show());
        }
        self.begun = !(text.is_empty() || text.ends_with('\n'));
        self.print(&text);
    }

    /// Reads keys up to the end of a line; whether there was something to read.
    fn typed(&mut self) -> bool {
        if self.stopped || self.wizard.settling() || self.keys.is_empty() {
            return false;
        }
        let mut meant = None;
        while meant.is_none()
            && let Some(key) = self.keys.pop_front()
        {
            meant = self.editor.key(&key);
        }
        let mut echo = if self.hidden() { String::new() } else { self.editor.show() };
        self.begun |= !echo.is_empty();
        if meant.is_some() {
            echo.push('\n');
            self.begun = false;
        }
        self.print(&echo);
        match meant {
            None => return true,
            Some(Intent::Submit) => self.line(),
            Some(intent) => self.press(intent),
        }
        self.asked = None;
        true
    }

    fn line(&mut self) {
        self.tell_time();
        match self.editor.take() {
            Some(line) => {
                let tasks = self.talk.line(self.wizard, &line);
                self.tasks.extend(tasks);
            }
            None => self.talk.too_long(),
        }
    }

    fn press(&mut self, intent: Intent) {
        self.editor.clear();
        self.feed(Event::Pressed(intent));
    }

    fn hidden(&self) -> bool {
        self.asked.as_ref().is_some_and(|prompt| prompt.hidden)
    }

    fn feed(&mut self, event: Event) {
        self.tell_time();
        let tasks = self.wizard.update(event);
        self.tasks.extend(tasks);
    }

    /// What happens, happens now: while nothing was in flight nobody has told the time.
    fn tell_time(&mut self) {
        let past = Instant::now().duration_since(self.started).as_millis();
        let past = u64::try_from(past).unwrap_or(u64::MAX);
        let tasks = self.wizard.update(Event::Ticked(past));
        self.tasks.extend(tasks);
    }

    fn hear_time(&mut self) {
        self.told = Instant::now();
        self.tell_time();
    }

    fn next_tick(&self) -> Option<Instant> {
        self.wizard.in_flight().then(|| self.told + TICK)
    }

    fn heard(&mut self, signal: Signal) {
        match signal {
            Signal::End => self.cut_off(),
            Signal::Stop => self.stop(),
            Signal::Resize => {}
            Signal::Continue => self.come_back(),
        }
    }

    fn stop(&mut self) {
        self.sheet.leave();
        self.stopped = true;
        if !self.sheet.stop() {
            self.come_back();
        }
    }

    /// The shell has had the terminal meanwhile: what is asked is asked again.
    fn come_back(&mut self) {
        self.stopped = false;
        self.asked = None;
        self.begun = true;
        if self.sheet.enter().is_err() {
            self.cut_off();
        }
    }

    fn print(&mut self, text: &str) {
        if !text.is_empty() {
            self.sheet.print(text);
        }
        if self.sheet.is_gone() {
            self.cut_off();
        }
    }

    /// Gives the terminal back with the caret at the start of a line.
    fn close(&mut self) {
        if std::mem::take(&mut self.begun) {
            self.sheet.print("\n");
        }
        self.sheet.leave();
    }

    /// What was typed is kept, and nothing is waited for.
    fn cut_off(&mut self) {
        self.feed(Event::CutOff);
        self.end(Exit::Cancelled, Vec::new());
    }

    /// The first end counts.
    fn end(&mut self, exit: Exit, lines: Vec<String>) {
        self.ending.get_or_insert(Ending { exit, lines });
    }
}

#[cfg(test)]
mod tests;
