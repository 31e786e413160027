//! The whole loop, beside a script.

mod bench;

use std::rc::Rc;

use futures_util::stream;
use tokio::sync::mpsc;

use self::bench::{Log, answers, bench, failed, key, never, send, settle};
use super::*;
use crate::effect::Effect;

#[tokio::test]
async fn the_first_frame_is_on_the_screen_before_anything_is_performed() {
    let mut bench = bench(false);
    bench.app.first = vec![Task::Perform(Ticket(1), Effect::Open(crate::words::Environment::Production))];
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
    assert_eq!(ending, Ending { exit: Exit::Done, lines: vec!["bye".to_owned()] });
    assert_eq!(log.all(), "terminal draw Open(Production) came:1 draw Back leave");
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
        Task::Perform(Ticket(4), Effect::Open(crate::words::Environment::Production)),
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
        Task::Perform(Ticket(1), Effect::Open(crate::words::Environment::Production)),
    ];
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    let perform =
        |effect: Effect| async move { if matches!(effect, Effect::Await) { never(effect).await } else { failed() } };
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
        bench.app.first =
            vec![Task::Perform(Ticket(1), Effect::Await), Task::Perform(Ticket(2), Effect::Erase(Vec::new()))];
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
        let wanted = if by_signal { Exit::Cancelled } else { Exit::Done };
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
        assert_eq!(log.all(), "terminal draw pasted:\"a secret value of some length\\n\" draw Back leave");
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
    assert_eq!(log.all(), "terminal draw a b Next pasted:\"x\\ny\" pasted:1048576 c Up Submit Down Back leave");
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
    bench.app.first = vec![Task::Perform(Ticket(1), Effect::Open(crate::words::Environment::Production))];
    let log = bench.log.clone();
    let signals = bench.signals.clone();
    let mut heard = bench.heard.take().unwrap();
    let wires = TerminalStreams {
        events: stream::repeat_with(|| Ok(key(KeyCode::Down))).take(200_000),
        signals: stream::poll_fn(move |c| heard.poll_recv(c)),
    };
    let (screen, app) = (&mut bench.screen, &mut bench.app);
    let drawn = log.clone();
    let (ending, ()) = tokio::join!(run_loop(screen, wires, Settings::default(), app, async |_| failed()), async {
        drawn.until("draw", 4).await;
        drawn.until("came:1", 1).await;
        signals.send(Signal::End).unwrap();
    });
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
    assert_eq!(log.all(), "terminal draw leave stop enter terminal draw Back leave");
}

#[tokio::test]
async fn plain_lines_wait_for_enter_while_outcomes_still_come() {
    let mut bench = bench(false);
    bench.app.first = vec![
        Task::Print(vec!["https://example.test".to_owned()]),
        Task::Copy("x".to_owned()),
        Task::Perform(Ticket(7), Effect::Open(crate::words::Environment::Production)),
    ];
    let (log, keys) = (bench.log.clone(), bench.keys.clone());
    bench
        .run(
            async |_| failed(),
            async || {
                log.until("came:7", 1).await;
                send(&keys, "x");
                keys.send(key(KeyCode::End)).unwrap();
                settle().await;
                assert_eq!(
                    log.since(),
                    "terminal draw print:https://example.test|Press Enter, Esc or q to go back. copy:x came:7"
                );
                send(&keys, "\n");
                log.until("draw", 1).await;
                assert_eq!(log.since(), "take-back enter terminal draw");
                send(&keys, "\u{1b}");
            },
        )
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
    assert!(log.all().starts_with("terminal draw x tick"), "{}", log.all());
}

#[tokio::test]
async fn another_size_gets_a_new_terminal() {
    let mut bench = bench(false);
    let (log, keys, signals) = (bench.log.clone(), bench.keys.clone(), bench.signals.clone());
    bench
        .run(never, async || {
            log.until("draw", 1).await;
            for columns in 20..60 {
                keys.send(Raw::Resize(columns, 5)).unwrap();
            }
            log.until("draw", 2).await;
            signals.send(Signal::Resize).unwrap();
            log.until("draw", 3).await;
            send(&keys, "\u{1b}");
        })
        .await;
    assert_eq!(log.count("terminal"), 3);
    assert_eq!(log.count("resized"), 41);
}

#[tokio::test]
async fn a_terminal_that_is_gone_ends_the_loop() {
    let mut first = bench(false);
    drop(std::mem::replace(&mut first.keys, mpsc::unbounded_channel().0));
    assert_eq!(first.run(never, async || {}).await.exit, Exit::Cancelled);
    let mut second = bench(false);
    second.screen.gone.set(true);
    assert_eq!(second.run(never, async || {}).await.exit, Exit::Cancelled);
}
