//! The same wizard line by line, in a terminal that can do nothing but print lines.

use rustix::process::Signal;

use super::browser::{Browser, sign_in, sign_in_and_stay};
use super::desk::{FIXED, PROGRAM, TestMachine};
use crate::keyring::Session;
use crate::pty::Pty;

/// As tall as a whole transcript, so that all of it can be looked at.
const SHEET: (u16, u16) = (200, 500);

/// Starts a program line by line.
fn spawn(session: &Session, command: &[&str], more: &[(&str, &str)]) -> Pty {
    let own = session.variables();
    let variables: Vec<(&str, &str)> = own
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain(FIXED)
        .chain(more.iter().copied())
        .collect();
    Pty::spawn(command, SHEET, &variables)
}

fn register(desk: &TestMachine, arguments: &[&str]) -> Pty {
    let cloud = desk.path("cloud.json").display().to_string();
    let command = [&[PROGRAM, "register", "--cloud-file", &cloud], arguments].concat();
    spawn(&desk.session, &command, &[])
}

trait Lines {
    /// Waits until this is the question.
    fn asked(&mut self, question: &str);
    /// Answers with a line, and waits until this is the question.
    fn answers(&mut self, line: &str, question: &str);
    /// From the first page to the question of step 2's button.
    fn through_step_two(&mut self, desk: &TestMachine);
    /// On to the sign-in; returns the address.
    fn to_sign_in(&mut self) -> String;
    /// Everything that was printed.
    fn transcript(&self) -> String;
}

const ANSWER: &str = "Address from the browser, or the code (never shown):";

impl Lines for Pty {
    fn asked(&mut self, question: &str) {
        self.wait_until(question, |screen| screen.contents().trim_end().ends_with(question));
    }

    fn answers(&mut self, line: &str, question: &str) {
        self.send(line);
        self.send("\r");
        self.asked(question);
    }

    fn through_step_two(&mut self, desk: &TestMachine) {
        let (application, secret) = (desk.fact("client_id"), desk.fact("client_secret"));
        self.asked("Enter = start; a number = about that line; or a word:");
        self.answers("", "Account name (optional):");
        self.answers("Contoso CSP 本番", "1 of 5: Client ID (optional):");
        self.answers("", "2 of 5: Application (client) ID:");
        self.answers(&application, "3 of 5: Secret key (paste it; it is never shown):");
        self.answers(&secret, "4 of 5: Directory (tenant) ID or domain:");
        self.answers(&desk.fact("domain"), "Secret key expires on (optional):");
        self.answers("", "or a word:");
    }

    fn to_sign_in(&mut self) -> String {
        self.answers("", "Enter = Next: Partner API Credentials; or a word:");
        self.answers("", "MPN ID (PartnerID) (optional):");
        self.answers("", "2 enter another [1]:");
        self.answers("", "[http://localhost]:");
        self.answers("", "or a word:");
        self.answers("", ANSWER);
        let transcript = self.transcript();
        let address = transcript.lines().find(|line| line.starts_with("http"));
        address.unwrap().to_owned()
    }

    fn transcript(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }
}

/// Asserts that a transcript is lines of text and nothing else, without any of these words.
fn is_plain(transcript: &str, words: &[&str]) {
    for character in transcript.chars() {
        let boxes = ('\u{2500}'..='\u{25ff}').contains(&character);
        let acts = character.is_control() && !matches!(character, '\n' | '\r');
        assert!(!boxes && !acts, "{character:?} in {transcript}");
    }
    for word in words {
        assert!(!transcript.contains(word), "{word} in {transcript}");
    }
}

/// Whether the system shows what is typed, from the settings of a line.
fn echoes(settings: &str) -> bool {
    let mut words = settings.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| word == "ECHO")
}

#[test]
fn a_registration_line_by_line() {
    let desk = TestMachine::new();
    let mut pty = register(&desk, &["--plain", "--no-browser"]);
    assert!(echoes(&pty.before), "{}", pty.before);
    pty.through_step_two(&desk);
    assert!(!echoes(&pty.settings()), "{}", pty.settings());
    let address = pty.to_sign_in();
    let back = sign_in(&address);
    // Longer than the system's own buffer for a line.
    let long = format!("{back}&session_state={}", "x".repeat(6_000));
    pty.answers(&long, "Enter = Next: Review; or a word:");
    let taken = format!("{} characters taken.", long.len());
    assert!(pty.transcript().contains(&taken), "{}", pty.transcript());
    pty.answers("", "2 keep it here, send later [2]:");
    pty.answers(
        "",
        "Keep here for now (stores it for use here; nothing is sent to Octo); a number = change that field; or a word:",
    );
    assert!(!desk.journal().contains("activated"), "too early");
    pty.answers("", "Enter = leave; or a word:");
    pty.send("\r");
    assert_eq!(pty.exit(), 0);
    assert_eq!(pty.settings(), pty.before);
    let transcript = pty.transcript();
    let last = transcript.trim_end().lines().last().unwrap();
    let cloud = desk.path("cloud.json");
    let wanted = format!(
        "Proven and stored here: Contoso CSP 本番. Not in Octo yet. Next: octo-csp submit --cloud-file {}",
        cloud.display()
    );
    assert_eq!(last, wanted);
    assert!(desk.journal().contains("activated"));
    let code = crate::simulator::bench::between(&back, "code=", "&");
    let words = [desk.fact("client_secret"), code.to_owned()];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    is_plain(&transcript, &words);
    desk.no_file_has(&words);
    assert!(desk.kept().contains(words[0]));
}

#[test]
fn the_browser_brings_the_answer_while_a_line_is_typed() {
    let desk = TestMachine::new();
    let browser = Browser::new(&desk);
    let mut pty = register(&desk, &["--plain", "--browser", &browser.command]);
    pty.through_step_two(&desk);
    pty.to_sign_in();
    let (address, _) = browser.started();
    let typed = "half-typed-and-hidden";
    pty.send(typed);
    sign_in_and_stay(&address);
    pty.asked("Enter = Next: Review; or a word:");
    is_plain(&pty.transcript(), &[typed]);
    pty.wait("What you began to type is gone");
    pty.answers("leave", "leave; or a word:");
    pty.send("s\r");
    assert_eq!(pty.exit(), 130);
    assert_eq!(pty.settings(), pty.before);
}

#[test]
fn what_is_typed_ahead_for_a_hidden_field_is_not_shown_either() {
    let desk = TestMachine::new();
    let mut pty = register(&desk, &["--plain", "--no-browser"]);
    pty.asked("or a word:");
    let (application, secret) = (desk.fact("client_id"), desk.fact("client_secret"));
    pty.send(&format!("\rName\r\r{application}\r{secret}\r"));
    pty.asked("4 of 5: Directory (tenant) ID or domain:");
    is_plain(&pty.transcript(), &[&secret]);
    assert!(pty.transcript().contains("40 characters taken."));
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit(), 130);
    assert_eq!(pty.settings(), pty.before);
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_and_a_person_who_asks_get_lines() {
    let session = Session::bus();
    for (name, value) in [("TERM", "dumb"), ("TERM", ""), ("OCTO_CSP_PLAIN", "1"), ("ACCESSIBLE", "1")] {
        let mut pty = spawn(&session, &[PROGRAM, "rehearse"], &[(name, value)]);
        pty.asked("or a word:");
        pty.answers("nonsense", "or a word:");
        // Ctrl-C asks, and the second one leaves.
        pty.send("\x03");
        pty.asked("leave; or a word:");
        pty.send("\x03");
        assert_eq!(pty.exit(), 130);
        assert_eq!(pty.settings(), pty.before);
        is_plain(&pty.transcript(), &[]);
    }
}

#[test]
fn stopped_and_continued_the_question_is_asked_again_and_the_line_is_given_back_meanwhile() {
    let session = Session::bus();
    let shell = ["/bin/sh", "-mc", &format!("{PROGRAM} rehearse --plain; echo back; fg; echo done")];
    let mut pty = spawn(&session, &shell, &[]);
    pty.asked("or a word:");
    assert!(!echoes(&pty.settings()));
    pty.send("\x1a");
    pty.wait("back");
    pty.wait_until("the question again", |screen| screen.contents().matches("Enter = start").count() == 2);
    assert!(!echoes(&pty.settings()));
    pty.answers("leave", "leave; or a word:");
    pty.send("\r");
    pty.wait("done");
    assert_eq!(pty.exit(), 0);
}
