//! A rehearsal from the first key to the last line.

use super::browser::sign_in;
use super::desk::{PROGRAM, Person as _, SIZE, spawn};
use crate::keyring::Session;
use crate::pty::Pty;

fn rehearse(session: &Session, more: &[&str]) -> Pty {
    let command: Vec<&str> = [PROGRAM, "rehearse", "--no-browser"].into_iter().chain(more.iter().copied()).collect();
    spawn(session, &command)
}

/// What the page says to type for the field of this label.
fn told(pty: &Pty, label: &str) -> String {
    let contents = pty.screen().contents();
    let rest = contents.split_once(label).unwrap().1;
    let value = rest.split_once("type  ").unwrap().1;
    value.lines().next().unwrap().trim().to_owned()
}

/// Waits until the page is painted for this width: its rules reach from edge to edge.
fn painted(pty: &mut Pty, columns: u16) {
    pty.wait_until("a page of the new size", |screen| {
        let (rows, width) = screen.size();
        let edge = |column| screen.cell(rows.get() - 2, column).is_some_and(|cell| cell.contents() == "─");
        edge(0) && edge(columns - 1) && width.get() == columns
    });
}

/// Pulls the window to every kind of size, and back.
fn resized(pty: &mut Pty) {
    for (size, small) in [((120, 40), false), ((40, 12), false), ((20, 5), true), (SIZE, false)] {
        pty.resize(size);
        if small {
            pty.wait("Terminal too");
        } else {
            painted(pty, size.0);
            pty.wait("Contoso CSP本番");
        }
    }
}

#[test]
fn what_is_above_and_below_is_reached_in_a_small_window() {
    let session = Session::bus();
    let mut pty = rehearse(&session, &[]);
    pty.wait("test item written");
    pty.resize((40, 12));
    pty.wait("more above");
    pty.send("\x1b[5~\x1b[5~\x1b[5~");
    pty.wait("Checked on this machine");
    pty.send("\x1b[B");
    pty.wait("▌ [ ] Redirect address on the app");
    pty.send("\x1b[6~\x1b[6~\x1b[6~");
    pty.wait("You have the secret's Value");
}

/// From step 3 to the shell.
fn ended(pty: &mut Pty) {
    let address = pty.open_sign_in();
    pty.answer(&sign_in(&address));
    pty.enter("Contoso CSP本番 is registered in Octo.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    assert!(!pty.screen().alternate_screen() && !pty.screen().hide_cursor());
    assert_eq!(pty.settings(), pty.before);
    let last = pty.screen().contents();
    assert!(last.contains("This was a rehearsal: nothing was stored and nobody was told."));
    assert!(!last.contains("octo-csp submit"), "{last}");
}

#[test]
fn a_rehearsal_is_gone_through_with_every_habit_of_a_person() {
    let session = Session::bus();
    let mut pty = rehearse(&session, &[]);
    pty.wait("REHEARSAL  nothing leaves this machine");
    pty.wait("test item written");
    pty.send(" ");
    pty.wait("▌ [x] The web app and its key exist");
    pty.enter("step 1 of 3");
    for (index, letter) in "Contoso CSP".char_indices() {
        pty.send(&letter.to_string());
        pty.wait(format!("▌{}", &"Contoso CSP"[..=index]).trim_end());
    }
    pty.paste(" 本番 \r\n");
    pty.wait("Contoso CSP本番");
    pty.wait("Removed ");
    pty.send("\t");
    pty.wait("▌ [ Next ]");
    pty.send("\x1b[Z");
    pty.wait("▌Contoso CSP本番");

    resized(&mut pty);
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("\x1b");
    pty.wait("▌Contoso CSP本番");

    pty.enter("step 2 of 3");
    // Client ID may stay empty: it is taken from Application ID.
    pty.send("\t");
    pty.wait("▌");
    pty.reads("Entra > your app > Overview type");
    let application = told(&pty, "Application (client) ID");
    pty.paste(&format!("{{{}}}", application.to_uppercase()));
    pty.wait("▌{6F1D2C9A");
    pty.send("\x1b");
    pty.wait("▌Contoso CSP本番");
    pty.enter("│{6F1D2C9A");
    pty.reads("Value\" type");
    let secret = told(&pty, "Value\"");
    pty.fill(&secret, &format!("{} characters", secret.len()));
    assert!(!pty.screen().contents().contains(&format!("│{secret}")));
    pty.send("\t");
    pty.reads("Tenant ID, or a domain such as contoso.onmicrosoft.com type");
    let domain = told(&pty, "such as contoso.onmicrosoft.com");
    pty.fill(&domain, &format!("▌{domain}"));
    pty.send("\t");
    pty.enter("Every check passed.");
    pty.enter("Found in step 2");
    ended(&mut pty);
    let state = session.home().join(".local");
    assert!(!state.exists(), "a rehearsal leaves no file");
}

#[test]
fn f2_fills_a_page_in_and_a_misfortune_ends_in_its_diagnosis() {
    let session = Session::bus();
    let mut pty = rehearse(&session, &["--fail", "secret-expired"]);
    pty.wait("scenario secret-expired");
    // The banner stands there while the registration is still being opened.
    pty.wait("Check these in the portal first");
    pty.enter("step 1 of 3");
    pty.enter("step 2 of 3");
    pty.send("\x1bOQ");
    pty.wait("40 characters");
    pty.enter("AADSTS7000222");
    pty.wait("Do this");
    pty.send("d");
    pty.wait("It said");
    pty.send("\x1b");
    pty.wait("Do this");
    pty.send("\x1b");
    // Nothing is lost.
    pty.wait("40 characters");
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("\x03");
    assert_eq!(pty.exit(), 130);
}

/// F2 on every page, up to the sign-in.
fn filled_in(pty: &mut Pty) {
    pty.wait("Check these in the portal first");
    pty.enter("step 1 of 3");
    pty.send("\x1bOQ");
    pty.wait("[ Next ]");
    pty.enter("step 2 of 3");
    pty.send("\x1bOQ");
    pty.wait("40 characters");
    pty.enter("Every check passed.");
    pty.enter("Found in step 2");
    pty.send("\x1bOQ");
    pty.enter("Sign in with Microsoft");
    pty.send("\x1bOQ");
    pty.wait("Signed in for you");
}

#[test]
fn f2_signs_in_too_where_there_is_no_browser() {
    let session = Session::bus();
    let mut pty = rehearse(&session, &[]);
    filled_in(&mut pty);
    pty.enter("Every check passed.");
    pty.enter("Review");
    pty.send("\x1b[F");
    pty.enter("is registered in Octo.");
    pty.send("i");
    pty.wait("A rehearsal writes no file. This would be one:");
    pty.wait("octo-csp-production");
    pty.wait("BEGIN:VCALENDAR");
    pty.wait("Press Enter, Esc or q to go back.");
    pty.send("\x1b[F\r");
    pty.wait_until("the last page", |screen| screen.alternate_screen() && screen.contents().contains("Stored"));
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    // What stops the sign-in stops it here as well.
    let mut pty = rehearse(&session, &["--fail", "AADSTS50105"]);
    filled_in(&mut pty);
    pty.enter("AADSTS50105");
    pty.wait("Do this");
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("\x03");
    pty.exit();
}

#[test]
fn the_log_of_a_wizard_has_a_line_for_each_call_and_no_secret() {
    let session = Session::bus();
    let file = session.home().join("calls.log");
    let mut pty = rehearse(&session, &["--log", file.to_str().unwrap()]);
    filled_in(&mut pty);
    pty.enter("Every check passed.");
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("\x03");
    pty.exit();
    let log = std::fs::read_to_string(&file).unwrap();
    for call in ["POST", "/oauth2/v2.0/token 200", "/v1/customers 200", "/v1.0/sales/fxrates(Month='"] {
        assert!(log.contains(call), "{call}: {log}");
    }
    for secret in ["?", "simulated", "only-a-rehearsal", "client_secret", "Bearer", "code="] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
