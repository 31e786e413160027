//! Every way out gives the terminal back, and a program without a terminal says what to do.

use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::desk::{PROGRAM, Person as _, TestMachine, spawn};
use crate::keyring::Session;
use crate::pty::{Pty, signal_to};

fn rehearse(session: &Session) -> Pty {
    let mut pty = spawn(session, &[PROGRAM, "rehearse", "--no-browser"]);
    pty.wait("Check these in the portal first");
    assert!(pty.screen().alternate_screen());
    assert_ne!(pty.settings(), pty.before);
    pty
}

fn given_back(pty: &Pty) {
    let screen = pty.screen();
    assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    assert_eq!(pty.settings(), pty.before);
    let left = screen.contents();
    assert!(left.contains("This was a rehearsal") && !left.contains("Only you"), "{left}");
}

#[test]
fn ctrl_c_asks_and_the_second_leaves() {
    let session = Session::bus();
    let mut pty = rehearse(&session);
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("\x03");
    assert_eq!(pty.exit(), 130);
    given_back(&pty);
}

#[test]
fn signals_end_it_in_good_order() {
    let session = Session::bus();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut pty = rehearse(&session);
        pty.enter("step 1 of 3");
        pty.signal(signal);
        assert_eq!(pty.exit(), 130, "{signal:?}");
        let screen = pty.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert_eq!(pty.settings(), pty.before);
    }
}

#[test]
fn a_signal_ends_it_while_nobody_reads_what_it_writes() {
    let session = Session::bus();
    for (signal, plain) in [(Signal::TERM, false), (Signal::HUP, false), (Signal::TERM, true)] {
        let mut pty = if plain {
            let mut pty = spawn(&session, &[PROGRAM, "rehearse", "--no-browser", "--plain"]);
            pty.wait("Before you start");
            pty
        } else {
            rehearse(&session)
        };
        pty.stall();
        pty.signal(signal);
        assert_eq!(pty.exit(), 130, "{signal:?}");
        assert_eq!(pty.settings(), pty.before);
    }
}

#[test]
fn a_terminal_of_any_size_is_painted_as_far_as_anybody_sees() {
    let session = Session::bus();
    let mut pty = rehearse(&session);
    pty.claim_size((u16::MAX, u16::MAX), (1_000, 400));
    pty.enter("[ Next ]");
    pty.resize((80, 24));
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit(), 130);
    assert_eq!(pty.settings(), pty.before);
}

#[test]
fn a_lost_connection_ends_it_and_what_was_typed_is_there_again() {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    let status = pty.hang_up("x");
    assert_eq!(status.signal(), None, "{status:?}");
    let mut pty = desk.register(&["--no-browser"]);
    pty.wait("Your draft is open again");
    pty.send("\x1b");
    pty.wait("▌Contoso CSP");
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit(), 130);
}

#[test]
fn stopped_and_continued_as_any_program() {
    let session = Session::bus();
    let mut pty = spawn(&session, &["bash", "--norc", "--noprofile", "--noediting", "-i"]);
    pty.send("PS1='shell'' > '\n");
    pty.wait("shell > ");
    let before = pty.settings();
    pty.send(&format!("{PROGRAM} rehearse --no-browser\n"));
    pty.wait("Check these in the portal first");
    pty.enter("step 1 of 3");
    pty.send("Fabrikam");
    pty.wait("▌Fabrikam");
    pty.send("\x1a");
    pty.wait_until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
    assert_eq!(pty.settings(), before);
    pty.send("echo $!-kept; jobs -p\n");
    pty.wait("-kept\n");
    pty.send("fg\n");
    pty.wait("▌Fabrikam");
    assert!(pty.screen().alternate_screen());
    let child = children(pty.pid);
    signal_to(child, Signal::TERM);
    // What is typed before the prompt is there again may be flushed with the rest of what was typed ahead.
    pty.wait_until("the prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("shell >")
    });
    pty.send("echo ended=$?\n");
    pty.wait("ended=130");
    assert_eq!(pty.settings(), before);
    pty.send("exit\n");
    pty.exit();
}

/// The one child of a process.
fn children(of: i32) -> i32 {
    let path = format!("/proc/{of}/task/{of}/children");
    std::fs::read_to_string(path).unwrap().trim().parse().unwrap()
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, exit, said) in [
        (&["register"][..], 2, "needs a terminal"),
        (&["rehearse"], 2, "needs a terminal"),
        (&["rehearse", "--fail", "no-such"], 2, "rehearse --list names them"),
        (&["simulate", "--scenario", "no-such"], 2, "rehearse --list names them"),
        (&["register", "--cloud-file", "/no/such"], 2, ""),
        (&["register", "--step", "four"], 2, "partner-api"),
        (&["rehearse", "--list"], 0, "AADSTS7000215"),
        (&["--version"], 0, "octo-csp"),
        (&["--help"], 0, "octo-csp rehearse"),
    ] {
        let output =
            Command::new(PROGRAM).args(arguments).env("HOME", home.path()).stdin(Stdio::null()).output().unwrap();
        let words = [output.stdout, output.stderr].concat();
        let words = String::from_utf8(words).unwrap();
        assert_eq!(output.status.code(), Some(exit), "{arguments:?} {words}");
        assert!(words.contains(said), "{arguments:?} {words}");
        assert!(!words.contains('\x1b'), "{arguments:?} {words}");
    }
    assert!(std::fs::read_dir(home.path()).unwrap().next().is_none());
}

#[test]
fn without_a_keyring_nobody_types_a_secret() {
    let desk = TestMachine::with(Session::bus(), &[]);
    let mut pty = desk.register(&["--no-browser"]);
    pty.wait("No program on this machine keeps secrets.");
    pty.enter("Without a keyring nothing can be stored.");
    assert!(pty.screen().contents().contains("Check these in the portal first"), "{}", pty.screen().contents());
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("l");
    assert_eq!(pty.exit(), 130);
}
