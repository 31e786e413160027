//! What is handed out: access tokens for scripts, a code for Octo's web page.

use std::process::{Child, Output};

use crate::kept::Kept;
use octo_csp::journal::Fact;
use octo_csp::world::clock;
use serde_json::Value;

use super::browser::{runtime, sign_in};
use super::desk::{PROGRAM, Person as _, TestMachine, spawn};
use super::registered::registered;
use crate::pty::Pty;
use crate::simulator::bench::client;

/// What the account is called at Microsoft.
const NAME: &str = "Contoso Cloud Partners";

/// Said once nothing is shown of what is typed.
const HIDDEN: &str = "Address (it is not shown): ";

/// A script of this person starts the program.
fn start(desk: &TestMachine, arguments: &[&str]) -> Child {
    let mut command = desk.command(arguments);
    command.arg("--cloud-file").arg(desk.path("cloud.json"));
    command.spawn().unwrap()
}

/// The person types it.
fn terminal(desk: &TestMachine, arguments: &[&str]) -> Pty {
    let cloud = desk.path("cloud.json").display().to_string();
    let command: Vec<&str> =
        [PROGRAM].into_iter().chain(arguments.iter().copied()).chain(["--cloud-file", &cloud]).collect();
    spawn(&desk.session, &command)
}

/// What went well; its standard output without the line end.
fn printed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.starts_with("registration: Production, localhost:") && said.lines().count() == 1, "{said}");
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.strip_suffix('\n').unwrap().to_owned()
}

/// How often the simulated Microsoft did this.
pub(super) fn counted(desk: &TestMachine, what: &str) -> u64 {
    let counters: Value = runtime().block_on(async {
        let http = client().build().unwrap();
        let answer = http.get(desk.fact("counters")).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    });
    counters[what].as_u64().unwrap()
}

fn refresh_tokens(desk: &TestMachine) -> usize {
    let items = desk.items();
    let tokens = items.iter().filter(|item| item.contains("/refresh-token/"));
    // A long value has parts beside its entry.
    tokens.filter(|item| !item.contains('#')).count()
}

#[test]
fn a_hundred_calls_at_once_make_one_request_and_lose_no_token() {
    let desk = registered();
    let before = counted(&desk, "refreshes");
    let calls: Vec<Child> = (0..100).map(|_| start(&desk, &["token", "partner-center"])).collect();
    let tokens: Vec<String> = calls.into_iter().map(|call| printed(&call.wait_with_output().unwrap())).collect();
    let first = tokens.first().unwrap();
    assert_eq!(first.matches('.').count(), 2, "{first}");
    assert!(tokens.iter().all(|token| token == first));
    assert_eq!(counted(&desk, "refreshes"), before + 1);

    // The refresh token that was rotated is at hand: another API is asked with it, and then nobody is asked any more.
    let other = printed(&desk.run(&["token", "partner-api"]));
    assert_ne!(&other, first);
    let again = printed(&desk.run(&["token", "partner-api", "--json"]));
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["access_token"], other.as_str());
    assert_eq!(again["cached"], true);
    assert_eq!(again["audience"], "partner-api");
    assert_eq!(
        ["account", "environment", "octo_state"].map(|member| again[member].as_str()),
        [Some("Contoso CSP"), Some("production"), Some("not-sent")]
    );
    crate::schema::holds(&again);
    assert_eq!((&again["version"], &again["command"]), (&1.into(), &"token".into()));
    assert_eq!(counted(&desk, "refreshes"), before + 2);
    for _ in 0..3 {
        let longer = ["token", "partner-api", "--min-valid", "86400"];
        assert_ne!(printed(&desk.run(&longer)), other);
    }
    assert_eq!(counted(&desk, "refreshes"), before + 5);
    assert_eq!(refresh_tokens(&desk), 2);
    desk.no_file_has(&[first, &other]);
}

#[test]
fn a_kept_token_is_given_out_while_a_wizard_is_open_and_never_on_a_terminal_unasked() {
    let desk = registered();
    let token = printed(&desk.run(&["token", "partner-center"]));
    let mut wizard = desk.register(&[]);
    wizard.wait("What would you like to do?");
    assert_eq!(printed(&desk.run(&["token", "partner-center"])), token);
    let mut pty = terminal(&desk, &["token", "partner-center"]);
    pty.wait("not printed on a terminal");
    assert_eq!(pty.exit(), 2);
    assert!(!String::from_utf8_lossy(&pty.bytes).contains(&token[..16]));
    let mut pty = terminal(&desk, &["token", "partner-center", "--show"]);
    pty.wait(&token[token.len() - 16..]);
    assert_eq!(pty.exit(), 0);
    wizard.send("\x03");
    assert_eq!(wizard.exit(), 0);
}

/// The address that was printed, however the terminal wrapped it.
fn shown(pty: &Pty) -> String {
    let bytes = String::from_utf8_lossy(&pty.bytes).into_owned();
    let start = bytes.find("http").unwrap();
    let end = bytes[start..].find(['\r', '\n']).unwrap();
    bytes[start..start + end].to_owned()
}

#[test]
fn a_code_is_shown_unredeemed_and_works_for_somebody_without_our_verifier() {
    let desk = registered();
    let (journal, kept) = (desk.journal(), desk.kept());
    let before = counted(&desk, "redemption_attempts");
    let mut pty = terminal(&desk, &["code", "--no-browser"]);
    pty.reads("press Accept.");
    pty.wait(HIDDEN);
    let address = shown(&pty);
    assert!(!address.contains("code_challenge"), "{address}");
    assert!(address.contains("redirect_uri=http%3A%2F%2Flocalhost&"), "{address}");
    pty.send("http://localhost/?code=0.AXoA-some-other-code&state=wrong\r");
    pty.reads("belongs to another sign-in");
    pty.wait_until("the question again", |screen| screen.contents().matches(HIDDEN).count() == 2);
    let back = sign_in(&address);
    pty.send(&format!("{back}\r"));
    pty.wait("It works once");
    assert_eq!(pty.exit(), 0);
    let code = back.split_once("code=").unwrap().1;
    let code = code.split('&').next().unwrap();
    let said = String::from_utf8_lossy(&pty.bytes).into_owned();
    assert!(said.lines().any(|line| line.trim() == code), "{said}");
    assert!(!said.contains("some-other-code") && !said.contains(&back));
    assert_eq!(pty.settings(), pty.before);
    assert_eq!(counted(&desk, "redemption_attempts"), before);
    assert_eq!((desk.journal(), desk.kept()), (journal, kept));

    // As Octo's page does.
    let form = [
        ("grant_type", "authorization_code".to_owned()),
        ("client_id", desk.fact("client_id")),
        ("client_secret", desk.fact("client_secret")),
        ("code", code.to_owned()),
        ("redirect_uri", "http://localhost".to_owned()),
    ];
    let endpoint = format!("{}/oauth2/v2.0/token", desk.fact("authority"));
    let answer = runtime().block_on(async {
        let http = client().build().unwrap();
        let answer = http.post(endpoint).form(&form).send().await.unwrap();
        answer.text().await.unwrap()
    });
    assert!(answer.contains("refresh_token"), "{answer}");
    assert_eq!(counted(&desk, "redemptions"), 2);
}

#[test]
fn a_code_for_which_nobody_signs_in_ends_with_the_codes_of_the_readme() {
    let desk = registered();
    let output = desk.run(&["code", "--no-browser"]);
    assert_eq!(output.status.code(), Some(2), "a pipe is no terminal");
    let mut pty = terminal(&desk, &["code", "--no-browser", "--timeout", "1"]);
    pty.wait("within the time limit");
    assert_eq!(pty.exit(), 124);
    let mut pty = terminal(&desk, &["code", "--no-browser"]);
    pty.reads("press Accept.");
    pty.wait(HIDDEN);
    pty.send("\x03");
    assert_eq!(pty.exit(), 130);
    let mut pty = terminal(&desk, &["code", "--no-browser"]);
    pty.wait(HIDDEN);
    let state = shown(&pty).split_once("state=").unwrap().1.to_owned();
    let state = state.split('&').next().unwrap();
    let declined = format!("http://localhost/?error=access_denied&error_subcode=cancel&state={state}\r");
    pty.send(&declined);
    assert_eq!(pty.exit(), 4);
}

#[test]
fn an_answer_that_is_longer_than_a_line_of_the_terminal_is_taken_and_not_shown() {
    let desk = registered();
    let begun = desk.run(&["consent", "start", "--json"]);
    let begun: Value = serde_json::from_slice(&begun.stdout).unwrap();
    let back = sign_in(begun["consent"]["address"].as_str().unwrap());
    let padded = format!("{back}&session_state={}", "x".repeat(6_000));
    let mut pty = terminal(&desk, &["consent", "finish", "--replace", NAME]);
    pty.wait(HIDDEN);
    pty.send(&format!("{padded}\r"));
    assert_eq!(pty.exit(), 0, "{}", pty.screen().contents());
    let code = back.split_once("code=").unwrap().1;
    let said = String::from_utf8_lossy(&pty.bytes).into_owned();
    assert!(!said.contains(&code[..20]) && !said.contains("xxxx"), "{said}");
    assert_eq!(pty.settings(), pty.before);
}

#[test]
fn what_does_not_get_there_and_what_is_half_forgotten_is_not_handed_out() {
    let desk = registered();
    let token = printed(&desk.run(&["token", "partner-center"]));
    let full = std::fs::File::options().write(true).open("/dev/full");
    let mut command = desk.command(&["token", "partner-center", "--cloud-file"]);
    command.arg(desk.path("cloud.json")).stdout(full.unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot be written") && !said.contains(&token));

    let record = desk.record();
    let name = record.file_name().unwrap().to_str().unwrap();
    let journal = Kept::open(record.parent().unwrap(), name).unwrap();
    journal.append(&Fact::Forgetting, clock::now()).unwrap();
    let output = desk.run(&["token", "partner-center"]);
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(7), &b""[..]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("half-forgotten"));
}
