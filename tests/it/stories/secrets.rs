//! Where a secret must not be: everywhere but in the keyring.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use super::browser::{Browser, sign_in};
use super::desk::{PROGRAM, Person as _, TestMachine};
use crate::pty::Pty;

const TYPED: &str = "typed8Q~marked-with-a-word-nobody-writes";

/// What `/proc` tells about a process, as far as it may be read.
fn told_by_proc(pid: i32) -> String {
    ["cmdline", "environ"]
        .into_iter()
        .filter_map(|file| std::fs::read(format!("/proc/{pid}/{file}")).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

fn not_written(pty: &Pty, words: &[&str]) {
    let written = String::from_utf8_lossy(&pty.bytes);
    for word in words {
        assert!(!written.contains(word), "{word} was written to the terminal");
    }
}

#[test]
fn a_secret_is_in_no_byte_that_leaves_but_to_the_keyring() {
    let desk = TestMachine::new();
    let browser = Browser::new(&desk);
    let mut pty = desk.register(&["--browser", &browser.command]);
    pty.begin("Contoso CSP");
    let (application, domain) = (desk.fact("client_id"), desk.fact("domain"));
    pty.send("\t");
    pty.fill(&application, &application);
    pty.send("\t");
    for (index, letter) in TYPED.char_indices() {
        pty.send(&letter.to_string());
        pty.wait(&format!("{} character", index + 1));
    }
    pty.send("\t");
    pty.fill(&domain, &domain);
    pty.send("\t");
    pty.enter("AADSTS7000215");
    pty.send("d");
    pty.wait("Answered by");
    pty.send("\x1b");
    pty.wait("Do this");
    pty.send("c");
    pty.wait("Copied: code, sentence and ids.");
    pty.enter("▌••");

    let secret = desk.fact("client_secret");
    pty.fill(&secret, &format!("{} characters", secret.len()));
    pty.send("\t\t");
    pty.enter("Every check passed.");
    pty.enter("Found in step 2");
    pty.send("\x1b[Z");
    pty.enter("of 10 minutes");
    let (argument, environment) = browser.started();
    assert!(argument.starts_with("http://127.0.0.1:"), "{argument}");
    let address = pty.address();
    let state = crate::simulator::bench::between(&address, "state=", "&");
    assert!(state.len() > 20 && !argument.contains(state), "{argument}");
    let back = sign_in(&address);
    let code = crate::simulator::bench::between(&back, "code=", "&").to_owned();
    assert!(code.len() > 20);
    let words = [TYPED, &secret, &code];
    for word in words {
        assert!(!environment.concat().contains(word));
        assert!(!told_by_proc(pty.pid).contains(word));
    }
    pty.answer(&back);
    desk.no_file_has(&words);
    pty.enter("Contoso CSP is proven and stored here.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    not_written(&pty, &words);
    desk.no_file_has(&words);
    let kept = desk.kept();
    assert!(kept.contains(&secret) && !kept.contains(TYPED) && !kept.contains(&code));
}

/// A secret that does not have the form of Entra's.
const ODD: &str = "Zm9vYmFyQmF6MTIzNDU2Nzg5MGFiY2RlZg";

#[test]
fn what_is_pasted_while_plain_text_is_read_is_neither_shown_nor_left_in_the_scrollback() {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    for (key, words) in [("\x1b8", &[ODD, "second-line"][..]), ("\x1b7", &["third8Q~line-of-what-was-pasted", ODD])] {
        if key == "\x1b7" {
            pty.prove(&desk);
            pty.open_sign_in();
        }
        pty.send(key);
        pty.wait("Press Enter, Esc or q to go back.");
        assert!(!pty.screen().alternate_screen());
        let before = pty.bytes.len();
        // Neither a terminal that marks its pastes nor one that does not is asked here; a line end in them is no Enter.
        pty.send(&words.join("\r"));
        if key == "\x1b8" {
            pty.enter("step ");
        } else {
            pty.send("\x1b[F\x03");
            pty.wait("Leave octo-csp?");
        }
        assert!(pty.screen().alternate_screen());
        let written = String::from_utf8_lossy(&pty.bytes[before..]).into_owned();
        for word in words {
            assert!(!written.contains(&word[..8]), "{written}");
        }
    }
    pty.send("s");
    assert_eq!(pty.exit(), 130);
    assert_eq!(pty.settings(), pty.before);
    not_written(&pty, &[ODD, "second-line", "third8Q"]);
    desk.no_file_has(&[ODD, "second-line", "third8Q"]);
}

#[test]
fn lines_that_end_in_a_carriage_return_are_taken_apart_and_their_secret_is_nowhere() {
    let desk = TestMachine::new();
    let application = desk.fact("client_id");
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    let lines = format!("client_id={application}\rclient_secret={ODD}\r");
    for (bracketed, answer) in [(true, "\x1b"), (false, "\x1b"), (true, "\x1b[F\r")] {
        if bracketed {
            pty.paste(&lines);
        } else {
            pty.send(&lines);
        }
        pty.wait("(34 characters, not shown)");
        pty.send(answer);
        pty.wait("[ Register Credentials ]");
    }
    pty.wait("Filled in: Application (client) ID, Secret key.");
    pty.wait(&application);
    // A name has no form, so what could be a secret is no name.
    pty.send("\x1b");
    pty.wait("What should this account be called");
    pty.send("\x05\x15");
    for paste in [ODD, "short words and a~tilde-in-a-run-of-24-or-more"] {
        pty.paste(paste);
        pty.wait("✗ ");
        pty.send("x\x7f");
        pty.wait_until("no problem any more", |screen| !screen.contents().contains("✗ "));
    }
    pty.signal(rustix::process::Signal::TERM);
    assert_eq!(pty.exit(), 130);
    not_written(&pty, &[ODD, "tilde-in-a-run"]);
    desk.no_file_has(&[ODD, "tilde-in-a-run"]);
}

/// What the system says of a process that nobody may look into: its files in `/proc` are the administrator's, whoever runs it.
#[test]
fn no_core_is_dumped_and_no_program_of_the_same_user_reads_the_memory() {
    const NOBODY: u32 = 65_534;
    let root = rustix::process::getuid().is_root();
    let user = if root { NOBODY } else { rustix::process::getuid().as_raw() };
    for (door, owner) in [("1", user), ("", 0)] {
        let mut command = Command::new(PROGRAM);
        command.arg("explain").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        if root {
            command.uid(user);
        }
        // The control is a program that lets its parent look.
        if !door.is_empty() {
            command.env("OCTO_TEST_READABLE_MEMORY", door);
        }
        let mut child = command.spawn().unwrap();
        let about = |file: &str| format!("/proc/{}/{file}", child.id());
        let is_closed = || {
            let limits = std::fs::read_to_string(about("limits")).unwrap();
            let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
            let none = core.split_ascii_whitespace().skip(4).take(2).eq(["0", "0"]);
            none && std::fs::metadata(about("mem")).unwrap().uid() == owner
        };
        // That is done before it reads what it is asked.
        assert!(std::iter::repeat_with(is_closed).take(200_000).any(|closed| closed), "{door}");
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}
