//! What people put into fields, and what each gets: a sentence at its field, and nothing lost.

use rustix::process::Signal;

use super::browser::sign_in;
use super::desk::{Person as _, TestMachine};
use crate::pty::Pty;

const GUID: &str = "a94be0d7-52c3-4e1f-8d6b-0f7a9c3e5b28";

/// Replaces what is in the field that has the focus, leaves it forward, waits for the sentence, and comes back.
fn gets(pty: &mut Pty, text: &str, sentence: &str) {
    pty.send("\x05\x15");
    pty.paste(text);
    pty.send("\t");
    pty.wait(sentence);
    pty.send("\x1b[Z");
}

/// Pastes what the field cannot have: the sentence is there, and what was pasted never is.
fn refuses(pty: &mut Pty, text: &str, sentence: &str) {
    pty.send("\x05\x15");
    pty.paste(text);
    pty.wait(sentence);
    assert!(!pty.screen().contents().contains(text));
}

#[test]
fn bad_input_gets_a_sentence_at_its_field() {
    let desk = TestMachine::new();
    let (application, tenant) = (desk.fact("client_id"), desk.fact("tenant_id"));
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    refuses(&mut pty, "not a guid at all", "✗ ");
    let mangled = format!(" {{{}}}\r\n", application.to_uppercase().replace('-', ""));
    gets(&mut pty, &mangled, "Removed ");
    pty.send("\t");
    gets(&mut pty, &tenant, "F5 swaps them.");
    pty.send("\x1bOt\x1b[15~");
    pty.wait_until("the two in each other's place", |screen| {
        let contents = screen.contents();
        contents.find(&tenant).unwrap_or(usize::MAX) < contents.find(&application).unwrap_or(0)
            || contents.contains("your directory")
    });
    pty.send("\t");
    gets(&mut pty, GUID, "That is a GUID: it is the Secret ID, not the secret Value.");
    gets(&mut pty, "two words", "There is a space inside the key");
    gets(&mut pty, &"x".repeat(65_536), "oo long");
    gets(&mut pty, "abc\x1b]0;title\x07\x1b[2Jdef", "Removed ");
    pty.send("\t");
    gets(&mut pty, "https://contoso.onmicrosoft.com/\r\n", "contoso.onmicrosoft.com");
    refuses(&mut pty, "nothing here", "✗ ");
    assert!(pty.screen().alternate_screen());
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit(), 130);
    assert!(!pty.bytes.windows(4).any(|four| four == b"\x1b]0;"));
}

#[test]
fn wrong_answers_are_told_apart() {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    let back = sign_in(&address);
    let other = back.replace("state=", "state=other");
    let cut = &back[..back.find("state=").unwrap() - 1];
    for (wrong, sentence) in [
        (address.as_str(), "That is the address that starts the sign-in"),
        (GUID, "That is a GUID, not an authorization code."),
        ("eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln", "That is a token"),
        ("http://localhost:1/?state=x", "There is no code in this address."),
        (&other, "This address belongs to another sign-in."),
        (cut, "The address ends too early: its end is missing."),
        ("hello", "That is neither an address nor a code."),
    ] {
        pty.fill(wrong, &format!("{} characters", wrong.len()));
        pty.enter(sentence);
    }
    pty.send("\x05\x15");
    pty.paste(&"y".repeat(65_537));
    pty.wait("oo long");
    let wrapped = back.replacen('&', "&\r\n", 1);
    pty.answer_with(&wrapped, back.len());
    pty.enter("Contoso CSP is proven and stored here.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
}

#[test]
fn a_code_works_once_whoever_pastes_it() {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    let back = sign_in(&address);
    pty.answer(&back);
    pty.send("\x1b");
    pty.wait("Found in step 2");
    let fresh = pty.open_sign_in();
    assert_ne!(fresh, address);
    pty.fill(&back, &format!("{} characters", back.len()));
    pty.enter("✗ ");
    let code = crate::simulator::bench::between(&back, "code=", "&");
    pty.fill(code, &format!("{} characters", code.len()));
    pty.enter("This code was sent before; a code works once.");
    pty.answer(&sign_in(&fresh));
}
