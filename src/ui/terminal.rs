//! The terminal a person sits at: entering and leaving it, and the loop that feeds the wizard and paints it.
//!
//! One of the two rooms that know crossterm. The loop sleeps until something happens, paints only when something changed and
//! nothing else is waiting, and never blocks on the keyboard: a thread of its own reads that ([`keyboard`]).

pub mod dialogue;
mod editor;
pub mod guard;
mod intake;
mod keyboard;
pub mod passphrase;
mod signals;

use std::collections::VecDeque;
use std::future::{poll_fn, ready};
use std::io::{self, IsTerminal as _, Write};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::{Event as Raw, KeyCode, KeyEvent, KeyModifiers};
use futures_util::{Stream, StreamExt as _};
use ratatui::{Frame, Terminal};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until, timeout};

pub use self::guard::{Held, Screen};
use self::intake::{Intake, Item};
pub use self::signals::Signal;
use super::{Event, Intent, Task, Ticket, keys};
use crate::driver::Driver;
use crate::effect::{Outcome, Perform};
use crate::exit::Exit;
use crate::words::Secret;

/// What the loop drives.
pub trait App {
    /// What to do once the first frame is on the screen; without tasks the frame stays as it is.
    fn begin(&mut self) -> Vec<Task> {
        Vec::new()
    }

    /// Takes an event in and says what should happen.
    fn update(&mut self, event: Event) -> Vec<Task>;

    /// Hears what time it is, in milliseconds since the start, before every event: between two events nobody may have told
    /// it. It is no event of its own, and nothing is done for it.
    fn hear_time(&mut self, _now: u64) {}

    /// Paints the present state.
    fn draw(&mut self, frame: &mut Frame<'_>);

    /// Whether a text field has the focus.
    fn typing(&self) -> bool;

    /// Whether time should be told: something is in flight or counts down.
    fn in_flight(&self) -> bool;
}

/// How the loop behaves.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Take the mouse wheel; selecting and pasting then need Shift.
    pub mouse: bool,
    /// How often time is told while [`App::in_flight`]; a second where a screen reader may listen.
    pub tick: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { mouse: false, tick: Duration::from_millis(125) }
    }
}

/// Why there is no wizard.
#[derive(Debug, thiserror::Error)]
pub enum NoTerminal {
    /// Nobody can type.
    #[error("standard input is not a terminal")]
    Input,
    /// Nobody can see.
    #[error("standard output is not a terminal")]
    Output,
    /// The terminal could not be switched.
    #[error("the terminal cannot be switched to full screen")]
    Switch(#[from] io::Error),
}

/// Runs the wizard in this process' terminal until it ends, and gives the terminal back.
///
/// The last lines go to `out` once the terminal is itself again. Nothing is prompted where there is no terminal.
pub async fn run<A, P>(out: &mut dyn Write, settings: Settings, app: &mut A, perform: P) -> Result<Exit, NoTerminal>
where
    A: App,
    P: Perform,
{
    if !io::stdin().is_terminal() {
        return Err(NoTerminal::Input);
    }
    if !io::stdout().is_terminal() {
        return Err(NoTerminal::Output);
    }
    signals::keep_endable()?;
    let signals = signals::stream()?;
    let mut screen = guard::Tty::enter(settings.mouse)?;
    let wires = TerminalStreams { events: keyboard::Keyboard::start()?, signals };
    let ending = run_loop(&mut screen, wires, settings, app, perform).await?;
    drop(screen);
    // Whoever closed the terminal does not read them.
    drop(out.write_all(guard::last_words(&ending.lines).as_bytes()));
    drop(out.flush());
    Ok(ending.exit)
}

/// Where the loop hears from.
#[derive(Debug)]
pub struct TerminalStreams<S, G> {
    /// Keys, pastes, sizes.
    pub events: S,
    /// Signals.
    pub signals: G,
}

/// How the loop ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ending {
    /// The exit code.
    pub exit: Exit,
    /// The last lines, for the normal screen.
    pub lines: Vec<String>,
}

/// How long a write that is under way may take once the wizard has ended.
const LAST_WRITES: Duration = Duration::from_secs(5);

impl Ending {
    /// An end that somebody chose lets a write that is under way finish; whoever is cut off waits for none, but what can be written
    /// at once, as the draft can, is.
    async fn await_writes<P: Perform>(&self, driver: &mut Driver<'_, P, Ticket>) {
        let chosen = self.exit != Exit::Cancelled || !self.lines.is_empty();
        let most = if chosen { LAST_WRITES } else { Duration::ZERO };
        let _late = timeout(most, driver.finish_writes()).await;
    }
}

/// Events after which the screen is painted although more are waiting.
const PATIENCE: usize = 256;

/// Feeds the app until it ends. The screen was entered; it is left when this returns.
pub async fn run_loop<C, S, G, A, P>(
    screen: &mut C,
    mut wires: TerminalStreams<S, G>,
    settings: Settings,
    app: &mut A,
    perform: P,
) -> io::Result<Ending>
where
    C: Screen,
    S: Stream<Item = io::Result<Raw>> + Unpin,
    G: Stream<Item = Signal> + Unpin,
    A: App,
    P: Perform,
{
    let terminal = screen.terminal()?;
    let mut session = Session::new(screen, terminal, settings, app);
    let mut driver = Driver::new(&perform);
    session.paint()?;
    let first = session.app.begin();
    if !first.is_empty() {
        session.after(first);
    }
    loop {
        while let Some(task) = session.tasks.pop_front() {
            match task {
                Task::Perform(ticket, effect) => driver.start(ticket, effect),
                Task::Cancel(ticket) => driver.cancel(ticket),
                Task::Copy(text) => session.screen.copy(&text),
                Task::Print(lines) => session.print(lines),
                Task::Suspend => session.stop(),
                Task::Quit(exit, lines) => session.end(exit, lines),
            }
        }
        if session.waiting >= PATIENCE {
            session.paint()?;
            // Signals and sockets are heard by the runtime, and that only while this waits.
            yield_now().await;
            continue;
        }
        if let Some(ending) = session.ending.take() {
            session.screen.leave();
            ending.await_writes(&mut driver).await;
            return Ok(ending);
        }
        let (flush, tick) = (session.intake.due(), session.tick);
        tokio::select! { biased;
            Some(signal) = wires.signals.next() => session.heard(signal),
            Some((ticket, outcome)) = driver.next() => session.came(ticket, outcome),
            event = wires.events.next() => match event {
                Some(Ok(event)) => {
                    let batch = with_all_that_is_ready(event, &mut wires.events).await;
                    session.typed(batch);
                }
                Some(Err(_)) | None => session.cut_off(),
            },
            // Only when nothing else is ready.
            () = ready(()), if session.wants_paint() => session.paint()?,
            () = sleep_until(flush.unwrap_or_else(Instant::now)), if flush.is_some() => session.flush(),
            () = sleep_until(tick.unwrap_or_else(Instant::now)), if tick.is_some() => session.tell_time(),
        }
    }
}

/// Takes what can be had without waiting. The stream only ever sees this task's own waker: after any other one its
/// keyboard stays silent.
async fn with_all_that_is_ready<S>(first: Raw, events: &mut S) -> Vec<Raw>
where
    S: Stream<Item = io::Result<Raw>> + Unpin,
{
    let mut batch = vec![first];
    poll_fn(|context| {
        while batch.len() < 4 * PATIENCE {
            match Pin::new(&mut *events).poll_next(context) {
                Poll::Ready(Some(Ok(event))) => batch.push(event),
                // An end is met again in the next round.
                Poll::Ready(Some(Err(_)) | None) | Poll::Pending => break,
            }
        }
        Poll::Ready(())
    })
    .await;
    batch
}

/// Where the person is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the wizard.
    Here,
    /// Reading plain lines; Enter comes back.
    Reading,
    /// In the shell; SIGCONT comes back.
    Stopped,
}

/// Everything the loop holds besides its streams and what is in flight.
struct Session<'a, C: Screen, A> {
    screen: &'a mut C,
    terminal: Terminal<C::Backend>,
    app: &'a mut A,
    settings: Settings,
    intake: Intake,
    tasks: VecDeque<Task>,
    place: Place,
    /// Something changed since the last paint.
    dirty: bool,
    /// The terminal's size changed since the last paint.
    resized: bool,
    /// Events taken in since the last paint.
    waiting: usize,
    started: Instant,
    tick: Option<Instant>,
    ending: Option<Ending>,
}

impl<'a, C: Screen, A: App> Session<'a, C, A> {
    fn new(screen: &'a mut C, terminal: Terminal<C::Backend>, settings: Settings, app: &'a mut A) -> Self {
        Self {
            screen,
            terminal,
            app,
            settings,
            intake: Intake::default(),
            tasks: VecDeque::new(),
            place: Place::Here,
            dirty: true,
            resized: false,
            waiting: 0,
            started: Instant::now(),
            tick: None,
            ending: None,
        }
    }

    fn wants_paint(&self) -> bool {
        self.dirty && self.place == Place::Here
    }

    fn paint(&mut self) -> io::Result<()> {
        self.waiting = 0;
        if !self.wants_paint() {
            return Ok(());
        }
        if std::mem::take(&mut self.resized) {
            self.terminal = self.screen.terminal()?;
        }
        self.dirty = false;
        let painted = self.terminal.draw(|frame| self.app.draw(frame)).is_ok();
        if !painted || self.screen.is_gone() {
            self.cut_off();
        }
        Ok(())
    }

    /// What happens, happens now: while nothing was in flight nobody has told the time.
    fn feed(&mut self, event: Event) {
        self.app.hear_time(self.past(Instant::now()));
        let tasks = self.app.update(event);
        self.after(tasks);
    }

    /// Milliseconds since the start.
    fn past(&self, now: Instant) -> u64 {
        u64::try_from(now.duration_since(self.started).as_millis()).unwrap_or(u64::MAX)
    }

    /// Takes tasks in, and starts or stops telling the time.
    fn after(&mut self, tasks: Vec<Task>) {
        self.tasks.extend(tasks);
        self.dirty = true;
        match (self.app.in_flight(), self.tick) {
            (true, None) => self.tell_time(),
            (false, Some(_)) => self.tick = None,
            (true, Some(_)) | (false, None) => {}
        }
    }

    fn tell_time(&mut self) {
        let now = Instant::now();
        self.tick = Some(now + self.settings.tick);
        let tasks = self.app.update(Event::Ticked(self.past(now)));
        self.after(tasks);
    }

    fn came(&mut self, ticket: Ticket, outcome: Outcome) {
        self.waiting += 1;
        self.feed(Event::Came(ticket, outcome));
    }

    fn typed(&mut self, batch: Vec<Raw>) {
        self.waiting += batch.len();
        for item in self.intake.take(batch, Instant::now()) {
            self.item(item);
        }
    }

    fn flush(&mut self) {
        if let Some(item) = self.intake.release() {
            self.item(item);
        }
    }

    fn item(&mut self, item: Item) {
        if self.place != Place::Here && !matches!(item, Item::Resize) {
            if let (Item::Key(key), Place::Reading) = (item, self.place) {
                self.key_while_reading(&key);
            }
            return;
        }
        match item {
            Item::Key(key) => self.key(&key),
            Item::Paste(text) => self.feed(Event::Pasted(Secret::new(text))),
            Item::Burst(text) if self.app.typing() && intake::is_quick_typing(&text) => {
                for character in text.chars().filter(|c| *c != '\n') {
                    self.feed(Event::Pressed(Intent::Typed(character)));
                }
            }
            Item::Burst(mut text) => {
                let mut letters = text.chars();
                if let (Some(only), None) = (letters.next(), letters.next()) {
                    self.key(&KeyEvent::new(KeyCode::Char(only), KeyModifiers::NONE));
                } else {
                    self.feed(Event::Pasted(Secret::new(std::mem::take(&mut *text))));
                }
            }
            Item::Resize => {
                self.resized = true;
                self.feed(Event::Resized);
            }
        }
    }

    /// Enter comes back, and who leaves or stops does so from the page. What is pasted is for nobody.
    fn key_while_reading(&mut self, key: &KeyEvent) {
        match keys::intent(key, false) {
            Some(Intent::Submit | Intent::Back | Intent::Typed('q' | 'Q')) => {
                self.screen.take_back();
                self.come_back();
            }
            Some(intent @ (Intent::Leave | Intent::Suspend)) => {
                self.screen.take_back();
                self.come_back();
                self.feed(Event::Pressed(intent));
            }
            Some(_) | None => {}
        }
    }

    fn key(&mut self, key: &KeyEvent) {
        if let Some(intent) = keys::intent(key, self.app.typing()) {
            self.feed(Event::Pressed(intent));
        }
    }

    fn print(&mut self, mut lines: Vec<String>) {
        lines.push("Press Enter, Esc or q to go back.".to_owned());
        self.screen.print(&lines);
        self.place = Place::Reading;
    }

    fn heard(&mut self, signal: Signal) {
        match signal {
            Signal::End => self.cut_off(),
            Signal::Stop => self.stop(),
            Signal::Resize => self.item(Item::Resize),
            // Also after a stop that nobody announced: the shell has had the terminal meanwhile.
            Signal::Continue => self.come_back(),
        }
    }

    fn stop(&mut self) {
        self.screen.leave();
        self.place = Place::Stopped;
        if !self.screen.stop() {
            self.come_back();
        }
    }

    /// What is on the screen now is not what was painted there.
    fn come_back(&mut self) {
        if self.screen.enter().is_err() {
            self.cut_off();
        }
        self.place = Place::Here;
        self.resized = true;
        self.dirty = true;
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
