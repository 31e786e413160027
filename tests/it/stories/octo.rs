//! All the way to Octo, with the credentials that a person has set for bluectl.

use std::process::Output;

use super::browser::sign_in;
use super::desk::{Person as _, TestMachine};

/// Hands over without a terminal.
fn submit(desk: &TestMachine, variables: &[(&str, &str)]) -> Output {
    let cloud = desk.path("cloud.json").display().to_string();
    desk.command(&["submit", "--cloud-file", &cloud]).envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn confirm_and_register_hands_over_and_submit_finds_nothing_left() {
    let desk = TestMachine::new();
    let (id, secret) = (desk.fact("octo_client_id"), desk.fact("octo_client_secret"));
    let variables = [("ALPHAUS_CLIENT_ID", id.as_str()), ("ALPHAUS_CLIENT_SECRET", secret.as_str())];
    let mut pty = desk.register_with(&variables);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    pty.answer(&sign_in(&address));
    pty.reads("(API client from ALPHAUS_CLIENT_ID)");
    assert!(!desk.journal().contains("submitting"), "too early");
    pty.enter("Contoso CSP is registered in Octo.");
    pty.reads("payer account");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);

    let journal = desk.journal();
    for fact in ["submitting", "submitted"] {
        assert!(journal.contains(fact), "{journal}");
    }
    let seen = String::from_utf8_lossy(&pty.bytes).into_owned();
    for marked in [&secret, &desk.fact("client_secret")] {
        assert!(!seen.contains(marked.as_str()));
    }
    desk.no_file_has(&[&secret, &desk.fact("client_secret")]);

    let again = submit(&desk, &variables);
    let said = String::from_utf8(again.stdout).unwrap();
    let told = String::from_utf8(again.stderr).unwrap();
    assert_eq!(again.status.code(), Some(0), "{said}{told}");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("the credentials and the MPN ID"), "{said}");
    assert!(told.contains("as before"), "{told}");
    assert!(!told.contains(&secret) && !said.contains(&secret));
    assert_eq!(desk.journal(), journal, "nothing was sent again");

    let without = submit(&desk, &[]);
    assert_eq!(without.status.code(), Some(2));
}
