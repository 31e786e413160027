//! Killed in the middle and begun again: it knows where it was, and says so in one sentence.

use rustix::process::Signal;

use super::browser::sign_in;
use super::desk::{Person as _, TestMachine};
use crate::keyring::Session;

/// Starts again and waits for the sentence.
fn again(desk: &TestMachine, sentence: &str) -> crate::pty::Pty {
    let mut pty = desk.register(&["--no-browser"]);
    pty.reads(sentence);
    pty
}

#[test]
fn what_was_proven_before_a_kill_is_not_asked_for_again() {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    let application = desk.fact("client_id");
    pty.send("\t");
    pty.fill(&application, &application);
    pty.send("\t");
    pty.fill("abc8Q~typed-and-never-kept-typed-and-not", "40 characters");
    pty.kill();

    // Nothing was proven: the page comes back, and the fields of the draft with it.
    let mut pty = again(&desk, "Your draft is open again. It never holds secrets");
    pty.send("\x1b");
    pty.wait("▌Contoso CSP");
    pty.enter("step 2 of 3");
    pty.prove(&desk);
    pty.kill();

    let mut pty = again(&desk, "The secret key was checked and stored at");
    pty.wait("Found in step 2");
    let address = pty.open_sign_in();
    pty.answer(&sign_in(&address));
    pty.kill();

    let mut pty = again(&desk, "Everything was checked. Only confirming is left.");
    assert!(!desk.journal().contains("activated"));
    pty.enter("Contoso CSP is proven and stored here.");
    pty.kill();

    let mut pty = desk.register(&[]);
    pty.wait("What would you like to do?");
    pty.send("\x03");
    assert_eq!(pty.exit(), 0);
}

#[test]
fn an_address_from_before_a_kill_still_works() {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    pty.kill();
    let back = sign_in(&address);

    let mut pty =
        again(&desk, "The sign-in page was open. If your browser ended on an address with a code, paste it now");
    // The sentence stands before the page does.
    pty.wait("of 10 minutes");
    assert_eq!(pty.address(), address, "the same link to the letter");
    pty.answer(&back);
    pty.enter("Contoso CSP is proven and stored here.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
}

#[test]
fn a_code_that_may_have_been_used_is_not_sent_again() {
    let desk = TestMachine::with(Session::unlocked(), &["--scenario", "silent@redeem"]);
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    let back = sign_in(&address);
    pty.fill(&back, &format!("{} characters", back.len()));
    pty.enter("Checking with Microsoft");
    while !desk.journal().contains("redeeming") {
        pty.wait(" s");
    }
    pty.kill();

    let mut pty = again(
        &desk,
        "We cannot tell whether the code was used, so it is not sent again. Sign in again; what worked before still works.",
    );
    let fresh = pty.open_sign_in();
    assert_ne!(fresh, address);
    pty.fill(&back, &format!("{} characters", back.len()));
    pty.enter("✗ ");
    assert_eq!(desk.journal().matches("redeeming").count(), 1);
}

#[test]
fn a_sign_in_that_reached_this_machine_is_not_asked_for_twice() {
    let desk = TestMachine::with(Session::unlocked(), &["--scenario", "silent@price"]);
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    let back = sign_in(&address);
    pty.fill(&back, &format!("{} characters", back.len()));
    pty.enter("Checking with Microsoft");
    pty.wait_until("the price service being asked", |screen| {
        screen.contents().contains("✓ Token for the price service")
    });
    pty.kill();
    let mut pty = again(&desk, "Your sign-in is safely stored. Finish the checks.");
    pty.send("\x1b[Z");
    pty.enter("Checking with Microsoft");
    assert!(!pty.screen().contents().contains("of 10 minutes"));
    assert!(desk.items().iter().any(|item| item.contains("/refresh-token/A/")));
}

/// A wizard on step 2, with the application's ID in its field, which has the focus.
fn with_an_id(desk: &TestMachine) -> crate::pty::Pty {
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.send("\t");
    let application = desk.fact("client_id");
    pty.fill(&application, &application);
    pty
}

#[test]
fn what_was_typed_is_there_again_however_the_window_was_closed() {
    for signal in [Some(Signal::HUP), Some(Signal::TERM), None] {
        let desk = TestMachine::new();
        let mut pty = with_an_id(&desk);
        if let Some(signal) = signal {
            pty.signal(signal);
            assert_eq!(pty.exit(), 130);
        } else {
            // What nothing can be done about loses the field at most that is being typed.
            pty.send("\t");
            pty.fill("abc8Q~typed-and-never-kept-typed-and-not", "40 characters");
            pty.kill();
        }
        desk.no_file_has(&["typed-and-never-kept"]);
        let mut pty = again(&desk, "Your draft is open again.");
        pty.wait(&desk.fact("client_id"));
    }
}

#[test]
fn leaving_without_saving_leaves_the_draft_that_was_there() {
    let desk = TestMachine::new();
    let mut pty = with_an_id(&desk);
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("l");
    assert_eq!(pty.exit(), 130);
    let draft = desk.record().join("draft.json");
    assert!(!draft.exists(), "there was none");
    let mut pty = with_an_id(&desk);
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("s");
    assert_eq!(pty.exit(), 130);
    let typed = || {
        let draft: serde_json::Value = serde_json::from_slice(&std::fs::read(&draft).unwrap()).unwrap();
        draft["typed"].to_string()
    };
    let before = typed();
    let mut pty = again(&desk, "Your draft is open again.");
    pty.send("\t");
    pty.fill("fabrikam.com", "fabrikam.com");
    pty.send("\t");
    pty.wait_until("the next field", |screen| {
        let contents = screen.contents();
        contents.split_once("Secret key expires on").is_some_and(|(_, after)| after.contains("▌"))
    });
    assert_ne!(typed(), before);
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("l");
    assert_eq!(pty.exit(), 130);
    assert_eq!(typed(), before);
}
