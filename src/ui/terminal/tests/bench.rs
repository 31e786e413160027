//! A screen, a keyboard and an app of paper, and what a script says beside them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::stream;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc;

use super::super::*;
use crate::effect::Effect;
use crate::words::{Cause, Failure, Service};

/// What happened, in order.
#[derive(Clone, Default)]
pub(super) struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub(super) fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    pub(super) fn all(&self) -> String {
        self.0.borrow().join(" ")
    }

    pub(super) fn count(&self, what: &str) -> usize {
        self.0.borrow().iter().filter(|entry| *entry == what).count()
    }

    /// Waits until something was noted so many times.
    pub(super) async fn until(&self, what: &str, times: usize) {
        for _ in 0..200_000 {
            if self.count(what) >= times {
                return;
            }
            yield_now().await;
        }
        panic!("no {what} in: {}", self.all());
    }

    /// Everything since the last call.
    pub(super) fn since(&self) -> String {
        std::mem::take(&mut *self.0.borrow_mut()).join(" ")
    }
}

pub(super) struct Paper {
    pub(super) log: Log,
    pub(super) may_stop: bool,
    pub(super) gone: Rc<Cell<bool>>,
}

impl Held for Paper {
    fn enter(&mut self) -> io::Result<()> {
        self.log.note("enter");
        Ok(())
    }

    fn leave(&mut self) {
        self.log.note("leave");
    }

    fn stop(&mut self) -> bool {
        self.log.note("stop");
        self.may_stop
    }

    fn is_gone(&self) -> bool {
        self.gone.get()
    }
}

impl Screen for Paper {
    type Backend = TestBackend;

    fn terminal(&mut self) -> io::Result<Terminal<TestBackend>> {
        self.log.note("terminal");
        Ok(Terminal::new(TestBackend::new(20, 5)).unwrap())
    }

    fn print(&mut self, lines: &[String]) {
        self.log.note(format!("print:{}", lines.join("|")));
    }

    fn take_back(&mut self) {
        self.log.note("take-back");
    }

    fn copy(&mut self, text: &str) {
        self.log.note(format!("copy:{text}"));
    }
}

pub(super) type Answer = Box<dyn FnMut(&Event) -> Vec<Task>>;

pub(super) struct Fake {
    pub(super) log: Log,
    pub(super) first: Vec<Task>,
    pub(super) answer: Answer,
    pub(super) typing: bool,
    pub(super) in_flight: Rc<Cell<bool>>,
}

impl App for Fake {
    fn begin(&mut self) -> Vec<Task> {
        std::mem::take(&mut self.first)
    }

    fn update(&mut self, event: Event) -> Vec<Task> {
        self.log.note(match &event {
            Event::Pressed(Intent::Typed(character)) => character.to_string(),
            Event::Pressed(intent) => format!("{intent:?}"),
            Event::Pasted(secret) if secret.characters() > 99 => {
                format!("pasted:{}", secret.characters())
            }
            Event::Pasted(secret) => format!("pasted:{:?}", secret.reveal()),
            Event::Came(Ticket(number), _) => format!("came:{number}"),
            Event::Ticked(_) => "tick".to_owned(),
            Event::Entered(_) => "entered".to_owned(),
            Event::Resized => "resized".to_owned(),
            Event::CutOff => "cut-off".to_owned(),
        });
        (self.answer)(&event)
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        assert_eq!(frame.area().width, 20);
        self.log.note("draw");
    }

    fn typing(&self) -> bool {
        self.typing
    }

    fn in_flight(&self) -> bool {
        self.in_flight.get()
    }
}

/// Everything a test turns.
pub(super) struct Bench {
    pub(super) log: Log,
    pub(super) screen: Paper,
    pub(super) app: Fake,
    pub(super) keys: mpsc::UnboundedSender<Raw>,
    pub(super) events: Option<mpsc::UnboundedReceiver<Raw>>,
    pub(super) signals: mpsc::UnboundedSender<Signal>,
    pub(super) heard: Option<mpsc::UnboundedReceiver<Signal>>,
    tick: Duration,
}

/// Quits on Esc; does `tasks` once, on a letter or on Ctrl-Z.
pub(super) fn answers(mut tasks: Vec<Task>) -> Answer {
    Box::new(move |event| {
        let Event::Pressed(intent) = event else {
            return Vec::new();
        };
        if *intent == Intent::Back {
            return vec![Task::Quit(Exit::Done, vec!["bye".to_owned()])];
        }
        let wanted = *intent == Intent::Suspend || matches!(intent, Intent::Typed(_));
        if wanted { std::mem::take(&mut tasks) } else { Vec::new() }
    })
}

pub(super) fn bench(typing: bool) -> Bench {
    let log = Log::default();
    let (keys, events) = mpsc::unbounded_channel();
    let (signals, heard) = mpsc::unbounded_channel();
    let answer = answers(Vec::new());
    Bench {
        screen: Paper { log: log.clone(), may_stop: true, gone: Rc::default() },
        app: Fake { log: log.clone(), first: Vec::new(), answer, typing, in_flight: Rc::default() },
        log,
        keys,
        events: Some(events),
        signals,
        heard: Some(heard),
        tick: Duration::from_millis(1),
    }
}

impl Bench {
    /// Runs the loop beside a script, and returns how it ended.
    pub(super) async fn run<P, F>(&mut self, perform: P, script: impl AsyncFnOnce()) -> Ending
    where
        P: Fn(Effect) -> F,
        F: Future<Output = Outcome>,
    {
        let (mut events, mut heard) = (self.events.take().unwrap(), self.heard.take().unwrap());
        let wires = TerminalStreams {
            events: stream::poll_fn(move |c| events.poll_recv(c).map(|event| event.map(Ok))),
            signals: stream::poll_fn(move |c| heard.poll_recv(c)),
        };
        let settings = Settings { mouse: false, tick: self.tick };
        let running = run_loop(&mut self.screen, wires, settings, &mut self.app, perform);
        tokio::join!(running, script()).0.unwrap()
    }
}

pub(super) fn key(code: KeyCode) -> Raw {
    Raw::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

pub(super) fn send(keys: &mpsc::UnboundedSender<Raw>, text: &str) {
    for character in text.chars() {
        keys.send(match character {
            '\n' => key(KeyCode::Enter),
            '\u{1b}' => key(KeyCode::Esc),
            other => key(KeyCode::Char(other)),
        })
        .unwrap();
    }
}

pub(super) fn failed() -> Outcome {
    Outcome::Failed(Box::new(Failure::new(Service::Machine, Cause::Internal)))
}

pub(super) async fn never(_: Effect) -> Outcome {
    std::future::pending().await
}

pub(super) async fn settle() {
    for _ in 0..500 {
        yield_now().await;
    }
}
