//! The loop over a sheet of paper: what is printed where, and how it ends.

use std::cell::RefCell;
use std::rc::Rc;

use crossterm::event::{KeyCode, KeyModifiers};
use futures_util::stream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;

use super::*;
use crate::effect::Effect;
use crate::ui::wizard::tests::story::{Story, setting};

/// A sheet that remembers, and what its person types.
#[derive(Default)]
struct Paper {
    printed: Rc<RefCell<String>>,
    taken: bool,
    gone: bool,
}

impl Held for Paper {
    fn enter(&mut self) -> io::Result<()> {
        self.taken = true;
        Ok(())
    }

    fn leave(&mut self) {
        self.taken = false;
    }

    fn stop(&mut self) -> bool {
        false
    }

    fn is_gone(&self) -> bool {
        self.gone
    }
}

impl LinePrompt for Paper {
    fn print(&mut self, text: &str) {
        self.printed.borrow_mut().push_str(text);
    }
}

fn keys(mut receiver: UnboundedReceiver<Raw>) -> impl Stream<Item = io::Result<Raw>> + Unpin {
    stream::poll_fn(move |context| receiver.poll_recv(context).map(|raw| raw.map(Ok)))
}

fn press(sender: &UnboundedSender<Raw>, text: &str) {
    for character in text.chars() {
        let code = match character {
            '\n' => KeyCode::Enter,
            other => KeyCode::Char(other),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        sender.send(Raw::Key(key)).unwrap();
    }
}

/// Types `lines`, each once the words before it were printed, and hangs up. Returns the end and what was printed.
async fn talked(mut paper: Paper, lines: &[(&str, &str)]) -> (Ending, String, bool) {
    let story = RefCell::new(Story::new(setting()));
    let mut wizard = Wizard::new(setting());
    let (sender, receiver) = unbounded_channel();
    let wires = TerminalStreams { events: keys(receiver), signals: stream::pending() };
    let printed = Rc::clone(&paper.printed);
    let perform = |effect: Effect| {
        let outcome = story.borrow_mut().answer(&effect);
        async move {
            match outcome {
                Some(outcome) => outcome,
                None => std::future::pending().await,
            }
        }
    };
    let person = async {
        for (before, line) in lines {
            for turn in 0.. {
                if printed.borrow().ends_with(before) {
                    break;
                }
                assert!(turn < 200_000, "no {before} in: {}", printed.borrow());
                yield_now().await;
            }
            press(&sender, line);
        }
        drop(sender);
    };
    paper.taken = true;
    let talk = run_loop(&mut paper, wires, &mut wizard, perform);
    let (ending, ()) = tokio::join!(talk, person);
    let printed = printed.borrow().clone();
    (ending, printed, paper.taken)
}

#[tokio::test]
async fn a_line_that_comes_while_somebody_types_stands_before_what_is_typed() {
    let lines = [
        ("or a word: ", "\n"),
        ("(optional): ", "\n"),
        // Whether this is a directory is asked while the next field is typed already.
        ("Client ID (optional): ", "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204\n3f0c"),
        ("Application (client) ID: 3f0c", "5a52\n"),
        ("Application (client) ID: ", ""),
    ];
    let (ending, printed, taken) = Box::pin(talked(Paper::default(), &lines)).await;
    let told = "Client ID: ok: your directory, Europe\n2 of 5: Application (client) ID: 3f0c";
    assert!(printed.contains(told), "{printed}");
    assert!(printed.contains("Problem: That is not a GUID"), "{printed}");
    // A terminal that is gone ends it without a word, and the line is given back.
    assert_eq!((ending.exit, ending.lines.len()), (Exit::Cancelled, 0));
    assert!(!taken && printed.ends_with('\n'));
}

#[tokio::test]
async fn a_reader_that_is_gone_ends_it() {
    let paper = Paper { gone: true, ..Paper::default() };
    let (ending, ..) = Box::pin(talked(paper, &[])).await;
    assert_eq!(ending.exit, Exit::Cancelled);
}
