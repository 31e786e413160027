//! Where a secret must not be: everywhere but in the keyring.

use super::browser::{Browser, sign_in};
use super::desk::{Person as _, TestMachine};
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
        pty.wait(&format!("({} character", index + 1));
    }
    pty.send("\t");
    pty.fill(&domain, &domain);
    pty.enter("AADSTS7000215");
    pty.send("d");
    pty.wait("It said");
    pty.send("\x1b");
    pty.wait("What happened");
    pty.send("c");
    pty.wait("Copied: code, sentence and ids.");
    pty.enter("> │ ••");

    let secret = desk.fact("client_secret");
    pty.fill(&secret, &format!("({} characters)", secret.len()));
    pty.enter("Every check passed.");
    pty.enter("Found in step 2");
    pty.enter("of 10:00, then F5 makes a new link.");
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
    pty.enter("Proven and kept here: Contoso CSP");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    not_written(&pty, &words);
    desk.no_file_has(&words);
    let kept = desk.kept();
    assert!(kept.contains(&secret) && !kept.contains(TYPED) && !kept.contains(&code));
}
