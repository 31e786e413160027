//! The real thing: registered, looked at, looked after.

use std::thread;

use octo_csp::journal::{Fact, Line, write_line};

use super::browser::{Browser, sign_in, sign_in_and_stay};
use super::desk::{PROGRAM, Person as _, TestMachine, make, spawn};
use crate::kept::Kept;
use crate::pty::Pty;

/// Registers by pasting, and leaves.
pub(super) fn registered() -> TestMachine {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    pty.answer(&sign_in(&address));
    pty.enter("Contoso CSP is proven and stored here.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    desk
}

fn said(stream: &[u8]) -> String {
    String::from_utf8(stream.to_vec()).unwrap()
}

/// The values that the keyring holds, as another program reads them.
fn values(desk: &TestMachine) -> Vec<String> {
    let kept = desk.kept();
    let values = kept.lines().filter_map(|line| line.strip_prefix("secret = "));
    values.map(str::to_owned).collect()
}

fn leave(mut pty: Pty, exit: u32) {
    pty.send("\x03");
    pty.wait("Leave octo-csp?");
    pty.send("l");
    assert_eq!(pty.exit(), exit);
}

#[test]
fn the_browser_brings_the_answer_and_another_program_finds_what_is_kept() {
    let desk = TestMachine::new();
    let browser = Browser::new(&desk);
    let mut pty = desk.register(&["--browser", &browser.command]);
    pty.begin("Contoso CSP 本番");
    pty.prove(&desk);
    pty.send("\x1b[Z");
    pty.enter("of 10 minutes");
    let (address, _) = browser.started();
    let tab = thread::spawn(move || sign_in_and_stay(&address));
    pty.wait("Every check passed.");
    let said = tab.join().unwrap();
    assert!(said.contains("the checks go on there"), "{said}");
    pty.enter("[ Keep here for now ]");
    assert!(!desk.journal().contains("activated"), "too early");
    pty.enter("Contoso CSP 本番 is proven and stored here.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    assert!(!pty.screen().alternate_screen());
    let last = pty.screen().contents();
    assert!(last.contains("Proven and stored here: Contoso CSP 本番. Not in Octo yet."), "{last}");

    let items = desk.items();
    for kind in ["/partner-center-secret/A/", "/refresh-token/A/"] {
        assert!(items.iter().any(|item| item.contains(kind)), "{items:?}");
    }
    let values = values(&desk);
    assert!(values.contains(&desk.fact("client_secret")));
    let secrets: Vec<&str> = values.iter().map(String::as_str).collect();
    desk.no_file_has(&secrets);
}

#[test]
fn a_step_that_fails_changes_nothing_and_one_that_passes_takes_the_other_slot() {
    let desk = registered();
    let (items, journal) = (desk.items(), desk.journal());
    let kept = desk.kept();

    let mut pty = desk.register(&[]);
    pty.wait("What would you like to do?");
    assert!(pty.screen().contents().contains("Contoso CSP"));
    pty.send("\x03");
    assert_eq!(pty.exit(), 0);

    let mut pty = desk.register(&["--step", "partner-center"]);
    pty.wait("step 2 of 3");
    let wrong = "abc8Q~wrongwrongwrongwrongwrongwrong.abc";
    pty.fill(wrong, "40 characters");
    pty.send("\t\t");
    pty.enter("AADSTS7000215");
    pty.send("\x1b[6~\x1b[6~");
    pty.reads("The registration that worked before has not changed.");
    leave(pty, 3);
    assert_eq!(desk.items(), items);
    assert_eq!(desk.kept(), kept);
    let now = desk.journal();
    assert!(now.starts_with(&journal));
    assert!(!now[journal.len()..].contains("activated"), "{now}");

    let mut pty = desk.register(&["--step", "partner-api", "--no-browser"]);
    pty.wait("Found in step 2");
    let address = pty.open_sign_in();
    pty.answer(&sign_in(&address));
    pty.enter("Contoso CSP is proven and stored here.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    let after = desk.items();
    for kind in ["/partner-center-secret/B/", "/refresh-token/B/"] {
        assert!(after.iter().any(|item| item.contains(kind)), "{after:?}");
    }
    assert!(values(&desk).contains(&desk.fact("client_secret")));
}

#[test]
fn the_name_is_changed_alone_and_replacing_asks_for_it() {
    let desk = registered();
    let items = desk.items();
    let mut pty = desk.register(&["--step", "basic"]);
    pty.wait("What should this account be called");
    pty.fill("Fabrikam CSP", "Fabrikam CSP");
    pty.enter("The name was changed.");
    assert!(pty.screen().contents().contains("Fabrikam CSP"));
    assert_eq!(desk.items(), items);

    pty.send("\x1b[A\x1b[A");
    pty.wait_until("the fifth line", |screen| screen.contents().contains("▌ Replace this registration"));
    // End would go to the last choice.
    pty.send("\r");
    pty.wait("Check these in the portal first");
    pty.begin("Fabrikam CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    let back = sign_in(&address);
    pty.fill(&back, &format!("{} characters", back.len()));
    pty.enter("Every check passed.");
    pty.enter("type: Contoso Cloud Partners");
    // To the button: Enter goes from field to field.
    pty.send("\x1b[Z");
    pty.enter("This replaces a registration that works.");
    pty.fill("contoso cloud partners", "contoso cloud partners");
    pty.send("\x1b[Z");
    pty.enter("This replaces a registration that works.");
    assert!(desk.items().iter().any(|item| item.contains("/A/")));
    pty.fill("Contoso Cloud Partners", "▌Contoso Cloud Partners");
    pty.send("\x1b[Z");
    pty.enter("Fabrikam CSP is proven and stored here.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    assert!(desk.items().iter().any(|item| item.contains("/B/")));
}

#[test]
fn a_second_wizard_says_so_and_changes_nothing() {
    let desk = TestMachine::new();
    let mut first = desk.register(&["--no-browser"]);
    first.begin("Contoso CSP");
    let journal = desk.journal();
    let mut second = desk.register(&["--no-browser"]);
    second.wait("Another octo-csp has this registration open.");
    assert!(second.screen().contents().contains(&first.pid.to_string()));
    second.enter("Another octo-csp has this registration open.");
    second.send("\x03");
    assert_eq!(second.exit(), 7);
    assert_eq!(desk.journal(), journal);
    first.prove(&desk);
    leave(first, 130);
}

#[test]
fn what_is_registered_is_checked_and_reported_without_a_terminal() {
    let desk = registered();
    let before = desk.items();
    let dates = desk.path("ends.ics").display().to_string();
    let doctor = desk.run(&["doctor", "--ics", &dates]);
    assert_eq!(doctor.status.code(), Some(0), "{}", said(&doctor.stderr));
    let checks = said(&doctor.stderr);
    assert!(checks.contains("ok    Price sheet readable"), "{checks}");
    let events = std::fs::read_to_string(&dates).unwrap();
    assert_eq!(events.matches("BEGIN:VEVENT").count(), 1, "{events}");
    // The token that Microsoft renewed is kept in the place of older ones; nothing else has changed.
    let after = desk.items();
    let (tokens, others): (Vec<&String>, Vec<&String>) =
        after.iter().partition(|item| item.contains("/refresh-token/"));
    assert!(others.iter().all(|item| before.contains(item)), "{after:?}");
    assert!(tokens.iter().all(|item| !before.contains(item)), "{after:?}");
    assert_eq!(after.len(), before.len(), "{after:?}");

    let file = desk.path("report.txt");
    let report = desk.run(&["report", "-o", &file.display().to_string()]);
    assert_eq!(report.status.code(), Some(0), "{}", said(&report.stderr));
    assert!(said(&report.stderr).contains("kept secrets in 7 encodings: none is in it"));
    let report = std::fs::read_to_string(file).unwrap();
    assert!(report.contains("Contoso CSP"), "{report}");
    assert!(!report.contains(&desk.fact("client_secret")));
}

#[test]
fn what_failed_without_a_screen_is_remembered_until_it_passes() {
    let desk = TestMachine::new();
    let file = desk.path("key");
    let (application, domain) = (desk.fact("client_id"), desk.fact("domain"));
    let secret = desk.fact("client_secret");
    let register = |key: &str| {
        make(&file, key.as_bytes());
        let file = file.display().to_string();
        let given = ["--application-id", &application, "--directory", &domain];
        let given = given.into_iter().chain(["--secret-file", &file]);
        let words: Vec<&str> = ["register", "--no-input"].into_iter().chain(given).collect();
        desk.run(&words).status.code().unwrap()
    };
    let remembered = || {
        let output = desk.command(&["status", "--json"]).output().unwrap();
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        object["registrations"][0]["last_failure"]["code"].clone()
    };
    assert_eq!(register("abc8Q~0123456789012345678901234567890123"), 3);
    assert_eq!(remembered(), "AADSTS7000215");
    assert_eq!(register(&secret), 4);
    assert_eq!(remembered(), serde_json::Value::Null);
}

#[test]
fn a_keyring_that_is_locked_or_stopped_is_told_in_the_same_words_by_every_command() {
    let desk = registered();
    let commands: [&[&str]; 3] =
        [&["doctor", "--json"], &["token", "partner-center", "--json"], &["forget", "--yes", "--json"]];
    let all = |commands: &[&[&str]], expected: &str| {
        for command in commands {
            let told = said(&desk.run(command).stdout);
            assert!(told.contains(expected), "{command:?}: {told}");
        }
    };
    desk.session.lock();
    all(&commands, "The keyring is locked, and its window cannot be shown.");
    desk.session.stop();
    // Each waits for its limit, so one of them has to do.
    all(&commands[1..2], "The keyring did not answer in time.");
}

#[test]
fn what_doctor_and_submit_were_refused_with_is_told_until_they_pass() {
    let desk = registered();
    let cloud = desk.path("cloud.json").display().to_string();
    let (id, secret) = (desk.fact("octo_client_id"), desk.fact("octo_client_secret"));
    let run = |command: &str, variables: &[(&str, &str)]| {
        let mut command = desk.command(&[command, "--cloud-file", &cloud]);
        command.envs(variables.iter().copied()).output().unwrap().status.code()
    };
    let remembered = || {
        let output = desk.command(&["status", "--json"]).output().unwrap();
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        object["registrations"][0]["last_failure"]["code"].clone()
    };
    assert_eq!(remembered(), serde_json::Value::Null);
    let wrong = [("ALPHAUS_CLIENT_ID", id.as_str()), ("ALPHAUS_CLIENT_SECRET", "wrong-secret-of-octo")];
    assert_ne!(run("submit", &wrong), Some(0));
    assert_eq!(remembered(), "Octo 401");
    assert_eq!(run("doctor", &[]), Some(0));
    assert_eq!(remembered(), serde_json::Value::Null);
    assert_ne!(run("submit", &wrong), Some(0));
    let right = [("ALPHAUS_CLIENT_ID", id.as_str()), ("ALPHAUS_CLIENT_SECRET", secret.as_str())];
    assert_eq!(run("submit", &right), Some(0));
    assert_eq!(remembered(), serde_json::Value::Null);
    desk.session.lock();
    assert_ne!(run("doctor", &[]), Some(0));
    assert_ne!(remembered(), serde_json::Value::Null);
}

/// Beginnings of the journal, to each of which a newer end was acknowledged: without the commit, with a commit that reads as
/// nothing, with another line in its place, without the token, empty, gone.
fn beginnings(whole: &str) -> Vec<Option<String>> {
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let until = |words: [&str; 2]| {
        let is = |line: &&str| words.iter().all(|word| line.contains(word));
        let at = lines.iter().rposition(is).unwrap();
        (lines[..at].concat(), lines[at].to_owned())
    };
    let (proven, activated) = until(["\"activated\"", "seq"]);
    let (asked, _) = until(["\"kept\"", "refresh-token"]);
    let sequence = lines[..].iter().position(|line| *line == activated).unwrap() + 1;
    let at = "2026-01-31T09:30:00Z".parse().unwrap();
    let other = write_line(&Line { sequence: sequence as u64, at, fact: Fact::Named { name: None } });
    let torn = activated.replace("activated", "activatex");
    let all = [proven.clone(), proven.clone() + &torn, proven + &other, asked, String::new()];
    all.into_iter().map(Some).chain([None]).collect()
}

#[test]
fn a_journal_that_ends_before_what_was_acknowledged_is_noticed_by_every_command() {
    let desk = registered();
    let (file, kept) = (desk.record().join("journal"), desk.items());
    let commands: [&[&str]; 5] = [
        &["doctor", "--json"],
        &["token", "partner-center", "--json"],
        &["register", "--no-input", "--json"],
        &["rename", "Somebody else"],
        &["status", "--json"],
    ];
    for beginning in beginnings(&desk.journal()) {
        match &beginning {
            Some(text) => make(&file, text.as_bytes()),
            None => std::fs::remove_file(&file).unwrap(),
        }
        for command in commands {
            // It is about every registration, so it takes no cloud.
            let about_all = command[0] == "status";
            let output = if about_all { desk.command(command).output().unwrap() } else { desk.run(command) };
            let told = said(&[output.stdout, output.stderr].concat());
            let noticed =
                told.contains("The journal of this registration is damaged.") || told.contains("\"damaged\": true");
            assert!(noticed && output.status.code() == Some(7), "{command:?} on {beginning:?}: {told}");
        }
        assert_eq!(std::fs::read_to_string(&file).ok(), beginning);
        assert_eq!(desk.items(), kept);
    }
    let (exit, object) = forgotten(&desk);
    assert_eq!((exit, &object["forgotten"]), (Some(0), &true.into()), "{object}");
    assert!(!desk.kept().contains("label"), "{}", desk.kept());
    // Nothing remembers it: the next registration begins anew.
    assert_eq!(desk.run(&["doctor"]).status.code(), Some(4));
}

/// What `forget --yes --json` ended with, and its object.
fn forgotten(desk: &TestMachine) -> (Option<i32>, serde_json::Value) {
    let output = desk.run(&["forget", "--yes", "--json"]);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_damaged_journal_stays_until_forget_has_deleted_what_it_does_not_name_any_more() {
    let desk = registered();
    let file = desk.record().join("journal");
    // No line that names the refresh token can be read.
    let damaged = desk.journal().replace("refresh-token", "refresh-tokem");
    make(&file, damaged.as_bytes());
    assert!(said(&desk.run(&["doctor"]).stderr).contains("octo-csp forget"));
    // Where the keyring cannot be asked, nobody knows: nothing is deleted, and nothing is said to be.
    let cloud = desk.path("cloud.json").display().to_string();
    let mut alone = desk.command(&["forget", "--yes", "--json", "--cloud-file", &cloud]);
    let output = alone.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{}", said(&output.stdout));
    assert_eq!((desk.journal(), desk.kept().matches("label = ").count()), (damaged, 5));

    let (exit, object) = forgotten(&desk);
    assert_eq!((exit, &object["forgotten"]), (Some(0), &true.into()), "{object}");
    assert!(object["items"].to_string().contains("/refresh-token/A/"), "{object}");
    assert!(!desk.kept().contains("label"), "{}", desk.kept());
    assert!(!file.exists());
}

/// A registration that was once in the keyring and is now in a vault file, or the other way round.
#[test]
fn forgetting_in_one_store_finds_what_the_other_has_and_claims_no_more_than_it_did() {
    let desk = registered();
    let (record, cloud) = (desk.record(), desk.path("cloud.json").display().to_string());
    std::fs::remove_dir_all(&record).unwrap();
    let forget = |store: &str, bus: &str| {
        let mut command = desk.command(&["forget", "--store", store, "--yes", "--json", "--cloud-file", &cloud]);
        let bus = Some(bus).filter(|bus| !bus.is_empty()).map(|bus| ("DBUS_SESSION_BUS_ADDRESS", bus));
        let output = command.envs(bus).output().unwrap();
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), object)
    };
    // Without a keyring there is none to speak of.
    let silent = "What the keyring has of it, if anything: it did not answer.";
    let (exit, object) = forget("file", "unix:path=/nonexistent");
    assert!(exit == Some(0) && !object["stays"].to_string().contains(silent), "{object}");
    assert!(desk.kept().contains("/refresh-token/A/"));
    let (exit, object) = forget("file", "");
    assert_eq!((exit, &object["forgotten"]), (Some(0), &true.into()), "{object}");
    assert!(object["items"].to_string().contains("/refresh-token/A/"), "{object}");
    assert!(!desk.kept().contains("label"), "{}", desk.kept());
    // The other way round the file is named, and goes.
    std::fs::create_dir_all(&record).unwrap();
    let file = record.join("vault.age");
    make(&file, b"age-encryption.org/v1\n");
    let (exit, object) = forget("keyring", "");
    assert_eq!((exit, &object["forgotten"]), (Some(0), &true.into()), "{object}");
    assert_eq!(object["items"], serde_json::json!([file.display().to_string()]));
    assert!(!file.exists());
    // One that does not tell may have something.
    desk.session.store(&format!("{}/refresh-token/A/1/1", record.file_name().unwrap().to_str().unwrap()), "x");
    desk.session.lock();
    let (exit, object) = forget("file", "");
    assert!(exit == Some(0) && object["stays"].to_string().contains(silent), "{object}");
}

/// The other store answers when it is looked at, and no longer when something is to be deleted.
#[test]
fn what_the_other_store_did_not_delete_is_named_with_the_reason_and_gone_the_next_time() {
    let desk = registered();
    let (record, cloud) = (desk.record(), desk.path("cloud.json").display().to_string());
    std::fs::remove_dir_all(&record).unwrap();
    let words = [PROGRAM, "forget", "--store", "file", "--cloud-file", &cloud];
    let mut pty = spawn(&desk.session, &words);
    let name = record.file_name().unwrap().to_str().unwrap();
    pty.wait(&format!("Type {name} to delete all this:"));
    desk.session.stop();
    pty.send(&format!("{name}\r"));
    assert_eq!(pty.exit(), 7);
    desk.session.go_on();
    let said = said(&pty.bytes);
    let (_, end) = said.split_once("to delete all this:").unwrap();
    assert!(end.contains("keyring-timed-out"), "{said}");
    assert!(end.contains(&format!("Not finished. {name} is no longer in use")), "{said}");
    assert!(end.contains("/refresh-token/A/"), "{said}");
    // The folder is gone, and so it is not left.
    assert!(!record.exists() && !end.contains(".local/state"), "{said}");
    assert!(desk.kept().contains("/refresh-token/A/"));
    let (exit, object) = forgotten(&desk);
    assert_eq!((exit, &object["forgotten"]), (Some(0), &true.into()), "{object}");
    assert!(!desk.kept().contains("label"), "{}", desk.kept());
}

#[test]
fn what_a_journal_named_that_was_moved_away_is_forgotten_too() {
    let desk = registered();
    let record = desk.record();
    std::fs::rename(record.join("journal"), desk.path("moved")).unwrap();
    let count = desk.kept().matches("label = ").count();
    // A registration of an earlier version has nothing in the keyring that says how long its journal was.
    desk.session.erase(&format!("{}/journal/1", record.file_name().unwrap().to_str().unwrap()));
    let count = count - 1;
    let name = record.file_name().unwrap().to_str().unwrap().to_owned();
    let anew = Kept::open(record.parent().unwrap(), &name).unwrap();
    anew.append(&Fact::Named { name: None }, "2026-01-31T09:30:00Z".parse().unwrap()).unwrap();
    // An item of a kind that only another version knows is of this registration as well.
    desk.session.store(&format!("{name}/future/A/1/1"), "x");
    desk.session.store("another/refresh-token/A/1/1", "x");
    assert_eq!(desk.kept().matches("label = ").count(), count + 2);
    let (exit, object) = forgotten(&desk);
    assert_eq!((exit, &object["forgotten"]), (Some(0), &true.into()), "{object}");
    assert!(object["items"].as_array().unwrap().len() >= count, "{object}");
    let left = desk.kept();
    assert_eq!(left.matches("label = ").count(), 1, "{left}");
    assert!(left.contains("username = another/refresh-token/A/1/1"), "{left}");
}

#[test]
fn the_sign_in_page_tells_one_story_and_has_the_whole_address_where_there_is_room() {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--browser", "/no/such/browser"]);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    pty.reads("No browser could be opened here. Open this address in a private window:");
    assert!(!pty.screen().contents().contains("was opened"), "{}", pty.screen().contents());
    assert!(pty.screen().contents().contains("client_id=...  (whole"), "no room for it");
    let before = pty.bytes.len();
    pty.resize((100, 40));
    pty.wait_until("all of it", |screen| {
        screen.rows(0, 100).map(|row| row.trim().to_owned()).collect::<String>().contains(&address)
    });
    let lines = address.len().div_ceil(93);
    let written = String::from_utf8_lossy(&pty.bytes[before..]).into_owned();
    assert!(written.matches(&format!(";{address}\x1b\\")).count() >= lines, "each line is a link to all of it");
    pty.resize((80, 24));
    pty.wait("client_id=...  (whole");
    pty.signal(rustix::process::Signal::TERM);
    assert_eq!(pty.exit(), 130);
}
