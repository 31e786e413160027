//! The whole loop with a screen, a keyboard and an app of paper.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::stream;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc;
use tokio::task::yield_now;

use super::*;
use crate::engine::effect::{Cause, Failure, Service};

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    fn all(&self) -> String {
        self.0.borrow().join(" ")
    }

    fn count(&self, what: &str) -> usize {
        self.0
            .borrow()
            .iter()
            .filter(|entry| *entry == what)
            .count()
    }

    /// Waits until something was noted so many times.
    async fn until(&self, what: &str, times: usize) {
        for _ in 0..2_000_000 {
            if self.count(what) >= times {
                return;
            }
            yield_now().await;
        }
        panic!("no {what} in: {}", self.all());
    }

    /// Everything since the last call.
    fn since(&self) -> String {
        std::mem::take(&mut *self.0.borrow_mut()).join(" ")
    }
}

struct Paper {
    log: Log,
    may_stop: bool,
    gone: Rc<Cell<bool>>,
}

impl Screen for Paper {
    type Backend = TestBackend;

    fn enter(&mut self) -> io::Result<()> {
        self.log.note("enter");
        Ok(())
    }

    fn leave(&mut self) {
        self.log.note("leave");
    }

    fn terminal(&mut self) -> io::Result<Terminal<TestBackend>> {
        self.log.note("terminal");
        Ok(Terminal::new(TestBackend::new(20, 5)).unwrap())
    }

    fn print(&mut self, lines: &[String]) {
        self.log.note(format!("print:{}", lines.join("|")));
    }

    fn copy(&mut self, text: &str) {
        self.log.note(format!("copy:{text}"));
    }

    fn stop(&mut self) -> bool {
        self.log.note("stop");
        self.may_stop
    }

    fn is_gone(&self) -> bool {
        self.gone.get()
    }
}

type Answer = Box<dyn FnMut(&Event) -> Vec<Task>>;

struct Fake {
    log: Log,
    first: Vec<Task>,
    answer: Answer,
    typing: bool,
    in_flight: Rc<Cell<bool>>,
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
            Event::Resized => "resized".to_owned(),
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
struct Bench {
    log: Log,
    screen: Paper,
    app: Fake,
    keys: mpsc::UnboundedSender<Raw>,
    events: Option<mpsc::UnboundedReceiver<Raw>>,
    signals: mpsc::UnboundedSender<Signal>,
    heard: Option<mpsc::UnboundedReceiver<Signal>>,
    tick: Duration,
}

/// Quits on Esc; does `tasks` once, on a letter or on Ctrl-Z.
fn answers(mut tasks: Vec<Task>) -> Answer {
    Box::new(move |event| {
        let Event::Pressed(intent) = event else {
            return Vec::new();
        };
        if *intent == Intent::Back {
            return vec![Task::Quit(Exit::Done, vec!["bye".to_owned()])];
        }
        let wanted = *intent == Intent::Suspend || matches!(intent, Intent::Typed(_));
        if wanted {
            std::mem::take(&mut tasks)
        } else {
            Vec::new()
        }
    })
}

fn bench(typing: bool) -> Bench {
    let log = Log::default();
    let (keys, events) = mpsc::unbounded_channel();
    let (signals, heard) = mpsc::unbounded_channel();
    let answer = answers(Vec::new());
    Bench {
        screen: Paper {
            log: log.clone(),
            may_stop: true,
            gone: Rc::default(),
        },
        app: Fake {
            log: log.clone(),
            first: Vec::new(),
            answer,
            typing,
            in_flight: Rc::default(),
        },
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
    async fn run<P, F>(&mut self, perform: P, script: impl AsyncFnOnce()) -> Ending
    where
        P: Fn(Effect) -> F,
        F: Future<Output = Outcome>,
    {
        let (mut events, mut heard) = (self.events.take().unwrap(), self.heard.take().unwrap());
        let wires = Wires {
            events: stream::poll_fn(move |c| events.poll_recv(c).map(|event| event.map(Ok))),
            signals: stream::poll_fn(move |c| heard.poll_recv(c)),
        };
        let settings = Settings {
            mouse: false,
            tick: self.tick,
        };
        let running = run_loop(&mut self.screen, wires, settings, &mut self.app, perform);
        tokio::join!(running, script()).0.unwrap()
    }
}

fn key(code: KeyCode) -> Raw {
    Raw::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn send(keys: &mpsc::UnboundedSender<Raw>, text: &str) {
    for character in text.chars() {
        keys.send(match character {
            '\n' => key(KeyCode::Enter),
            '\u{1b}' => key(KeyCode::Esc),
            other => key(KeyCode::Char(other)),
        })
        .unwrap();
    }
}

fn failed() -> Outcome {
    Outcome::Failed(Box::new(Failure::new(Service::Machine, Cause::Internal)))
}

async fn never(_: Effect) -> Outcome {
    std::future::pending().await
}

async fn settle() {
    for _ in 0..500 {
        yield_now().await;
    }
}

#[tokio::test]
async fn the_first_frame_is_on_the_screen_before_anything_is_performed() {
    let mut bench = bench(false);
    bench.app.first = vec![Task::Perform(
        Ticket(1),
        Effect::Open(crate::engine::step::Environment::Production),
    )];
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    let perform = |effect: Effect| {
        log.note(format!("{effect:?}"));
        async { failed() }
    };
    let ending = bench
        .run(perform, async || {
            log.until("came:1", 1).await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(
        ending,
        Ending {
            exit: Exit::Done,
            lines: vec!["bye".to_owned()]
        }
    );
    assert_eq!(log.all(), "terminal draw Open came:1 draw Back leave");
}

#[tokio::test]
async fn nothing_is_drawn_while_nothing_happens() {
    let mut bench = bench(true);
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    bench
        .run(never, async || {
            log.until("draw", 1).await;
            settle().await;
            send(&keys, "a");
            log.until("draw", 2).await;
            settle().await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(log.all(), "terminal draw a draw Back leave");
}

/// Notes when it is dropped unfinished.
struct Alarm(Log);

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

#[tokio::test]
async fn a_cancelled_read_is_dropped_and_a_cancelled_write_is_finished_unheard() {
    let mut bench = bench(false);
    bench.app.first = vec![
        Task::Perform(Ticket(1), Effect::Await),
        Task::Perform(Ticket(2), Effect::Erase(Vec::new())),
        Task::Cancel(Ticket(1)),
        Task::Cancel(Ticket(2)),
        Task::Cancel(Ticket(3)),
        Task::Perform(
            Ticket(4),
            Effect::Open(crate::engine::step::Environment::Production),
        ),
    ];
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    let perform = |effect: Effect| {
        let log = log.clone();
        async move {
            if effect.writes() {
                settle().await;
                log.note("written");
            } else if matches!(effect, Effect::Await) {
                let _alarm = Alarm(log);
                std::future::pending::<()>().await;
            }
            failed()
        }
    };
    bench
        .run(perform, async || {
            log.until("written", 1).await;
            settle().await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(log.count("came:4"), 1, "{}", log.all());
    assert!(!log.all().contains("came:1") && !log.all().contains("came:2"));
}

#[tokio::test]
async fn a_read_under_way_is_dropped_when_it_is_cancelled() {
    let mut bench = bench(false);
    bench.app.first = vec![Task::Perform(Ticket(1), Effect::Await)];
    bench.app.answer = answers(vec![Task::Cancel(Ticket(1))]);
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    let perform = |_: Effect| {
        let log = log.clone();
        async move {
            log.note("waiting");
            let _alarm = Alarm(log);
            std::future::pending().await
        }
    };
    bench
        .run(perform, async || {
            log.until("waiting", 1).await;
            send(&keys, "x");
            log.until("dropped", 1).await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(log.count("dropped"), 1);
}

#[tokio::test]
async fn a_used_ticket_answers_once() {
    let mut bench = bench(false);
    bench.app.first = vec![
        Task::Perform(Ticket(1), Effect::Await),
        Task::Perform(
            Ticket(1),
            Effect::Open(crate::engine::step::Environment::Production),
        ),
    ];
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    let perform = |effect: Effect| async move {
        if matches!(effect, Effect::Await) {
            never(effect).await
        } else {
            failed()
        }
    };
    bench
        .run(perform, async || {
            log.until("came:1", 1).await;
            settle().await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(log.count("came:1"), 1);
}

#[tokio::test]
async fn quitting_finishes_writes_and_a_signal_does_not_wait() {
    for by_signal in [false, true] {
        let mut bench = bench(false);
        let quit = Task::Quit(Exit::Done, Vec::new());
        bench.app.first = vec![
            Task::Perform(Ticket(1), Effect::Await),
            Task::Perform(Ticket(2), Effect::Erase(Vec::new())),
        ];
        if !by_signal {
            bench.app.first.push(quit);
        }
        let (log, signals) = (bench.log.clone(), bench.signals.clone());
        let perform = |effect: Effect| {
            let log = log.clone();
            async move {
                if !effect.writes() || by_signal {
                    never(effect).await;
                }
                settle().await;
                log.note("written");
                failed()
            }
        };
        let ending = bench
            .run(perform, async || {
                log.until("draw", 1).await;
                signals.send(Signal::End).unwrap();
            })
            .await;
        let wanted = if by_signal {
            Exit::Cancelled
        } else {
            Exit::Done
        };
        assert_eq!(ending.exit, wanted);
        assert_eq!(log.count("written"), usize::from(!by_signal));
    }
}

#[tokio::test]
async fn keys_that_arrive_together_are_a_paste_and_their_enter_submits_nothing() {
    for typing in [true, false] {
        let mut bench = bench(typing);
        let (log, keys) = (bench.log.clone(), bench.keys.clone());
        bench
            .run(never, async || {
                send(&keys, "a secret value of some length\n");
                log.until("draw", 2).await;
                send(&keys, "\u{1b}");
            })
            .await;
        assert_eq!(
            log.all(),
            "terminal draw pasted:\"a secret value of some length\\n\" draw Back leave"
        );
    }
}

#[tokio::test]
async fn quick_typing_over_a_slow_line_keeps_every_blank() {
    let mut bench = bench(true);
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    bench
        .run(never, async || {
            send(&keys, " a b \n");
            log.until("draw", 2).await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(log.all(), "terminal draw   a   b   draw Back leave");
}

#[tokio::test]
async fn other_keys_end_a_burst_and_keep_their_order() {
    let mut bench = bench(true);
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    bench
        .run(never, async || {
            send(&keys, "ab");
            keys.send(key(KeyCode::Tab)).unwrap();
            keys.send(Raw::Paste("x\ny".to_owned())).unwrap();
            keys.send(Raw::Paste("z".repeat(1 << 20))).unwrap();
            send(&keys, "c");
            keys.send(key(KeyCode::Up)).unwrap();
            send(&keys, "\n\n\n");
            keys.send(key(KeyCode::Down)).unwrap();
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(
        log.all(),
        "terminal draw a b Next pasted:\"x\\ny\" pasted:1048576 c Up Submit Down Back leave"
    );
}

#[tokio::test]
async fn a_question_mark_alone_is_help_where_nothing_is_typed() {
    let mut bench = bench(false);
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    bench
        .run(never, async || {
            send(&keys, "?");
            log.until("Help", 1).await;
            // Too fast for a person, but one letter is no paste.
            send(&keys, "?");
            log.until("Help", 2).await;
            send(&keys, "\u{1b}");
        })
        .await;
}

#[tokio::test]
async fn a_flood_of_keys_starves_neither_screen_nor_outcomes_nor_signals() {
    let mut bench = bench(false);
    bench.app.first = vec![Task::Perform(
        Ticket(1),
        Effect::Open(crate::engine::step::Environment::Production),
    )];
    let log = bench.log.clone();
    let signals = bench.signals.clone();
    let mut heard = bench.heard.take().unwrap();
    let wires = Wires {
        events: stream::repeat_with(|| Ok(key(KeyCode::Down))),
        signals: stream::poll_fn(move |c| heard.poll_recv(c)),
    };
    let (screen, app) = (&mut bench.screen, &mut bench.app);
    let drawn = log.clone();
    let (ending, ()) = tokio::join!(
        run_loop(screen, wires, Settings::default(), app, async |_| failed()),
        async {
            drawn.until("draw", 4).await;
            drawn.until("came:1", 1).await;
            signals.send(Signal::End).unwrap();
        }
    );
    assert_eq!(ending.unwrap().exit, Exit::Cancelled);
}

#[tokio::test]
async fn stopping_gives_the_screen_back_and_continuing_paints_a_new_one() {
    let mut bench = bench(false);
    let (log, keys, signals) = (bench.log.clone(), bench.keys.clone(), bench.signals.clone());
    bench.app.answer = answers(vec![Task::Suspend]);
    bench
        .run(never, async || {
            log.until("draw", 1).await;
            log.since();
            let press = KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL);
            keys.send(Raw::Key(press)).unwrap();
            log.until("stop", 1).await;
            send(&keys, "x");
            settle().await;
            assert_eq!(log.since(), "Suspend leave stop");
            signals.send(Signal::Continue).unwrap();
            log.until("draw", 1).await;
            assert_eq!(log.since(), "enter terminal draw");
            signals.send(Signal::Stop).unwrap();
            signals.send(Signal::Continue).unwrap();
            log.until("draw", 1).await;
            assert_eq!(log.since(), "leave stop enter terminal draw");
            // Somebody stopped us without a word.
            signals.send(Signal::Continue).unwrap();
            log.until("draw", 1).await;
            assert_eq!(log.since(), "enter terminal draw");
            send(&keys, "\u{1b}");
        })
        .await;
}

#[tokio::test]
async fn nobody_is_stopped_whom_nobody_could_continue() {
    let mut bench = bench(false);
    bench.screen.may_stop = false;
    let (log, keys, signals) = (bench.log.clone(), bench.keys.clone(), bench.signals.clone());
    bench
        .run(never, async || {
            log.until("draw", 1).await;
            signals.send(Signal::Stop).unwrap();
            log.until("draw", 2).await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(
        log.all(),
        "terminal draw leave stop enter terminal draw Back leave"
    );
}

#[tokio::test]
async fn plain_lines_wait_for_enter_while_outcomes_still_come() {
    let mut bench = bench(false);
    bench.app.first = vec![
        Task::Print(vec!["https://example.test".to_owned()]),
        Task::Copy("x".to_owned()),
        Task::Perform(
            Ticket(7),
            Effect::Open(crate::engine::step::Environment::Production),
        ),
    ];
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    bench
        .run(async |_| failed(), async || {
            log.until("came:7", 1).await;
            send(&keys, "x");
            keys.send(key(KeyCode::Esc)).unwrap();
            settle().await;
            assert_eq!(
                log.since(),
                "terminal draw leave print:https://example.test|Press Enter to go back. copy:x came:7"
            );
            send(&keys, "\n");
            log.until("draw", 1).await;
            assert_eq!(log.since(), "enter terminal draw");
            send(&keys, "\u{1b}");
        })
        .await;
}

#[tokio::test]
async fn time_is_told_at_once_and_only_while_something_is_in_flight() {
    let mut bench = bench(false);
    let flying = Rc::clone(&bench.app.in_flight);
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    bench
        .run(never, async || {
            log.until("draw", 1).await;
            settle().await;
            assert_eq!(log.count("tick"), 0);
            flying.set(true);
            send(&keys, "x");
            log.until("tick", 3).await;
            flying.set(false);
            log.until("tick", 4).await;
            let ticks = log.count("tick");
            settle().await;
            assert_eq!(log.count("tick"), ticks);
            send(&keys, "\u{1b}");
        })
        .await;
    assert!(
        log.all().starts_with("terminal draw x tick"),
        "{}",
        log.all()
    );
}

#[tokio::test]
async fn another_size_gets_a_new_terminal() {
    let mut bench = bench(false);
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    bench
        .run(never, async || {
            log.until("draw", 1).await;
            for columns in 20..60 {
                keys.send(Raw::Resize(columns, 5)).unwrap();
            }
            log.until("draw", 2).await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(log.count("terminal"), 2);
    assert_eq!(log.count("resized"), 40);
}

#[tokio::test]
async fn a_terminal_that_is_gone_ends_the_loop() {
    let mut first = bench(false);
    drop(std::mem::replace(
        &mut first.keys,
        mpsc::unbounded_channel().0,
    ));
    assert_eq!(first.run(never, async || {}).await.exit, Exit::Cancelled);
    let mut second = bench(false);
    second.screen.gone.set(true);
    assert_eq!(second.run(never, async || {}).await.exit, Exit::Cancelled);
}
