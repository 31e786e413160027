//! A machine without a keyring: the vault file, from the first page until it is forgotten.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use crate::kept::Kept;
use octo_csp::journal::Fact;
use octo_csp::world::clock;
use serde_json::Value;

use super::browser::sign_in;
use super::desk::{PROGRAM, Person as _, TestMachine, make, spawn};
use crate::keyring::Session;
use crate::pty::Pty;

const PASSPHRASE: &str = "correct horse battery staple";

/// Types on the plain screen.
fn type_in(pty: &mut Pty, question: &str, text: &str) {
    pty.wait(question);
    pty.send(text);
    pty.send("\r");
}

/// Registers by pasting, with a passphrase that is typed, and leaves.
fn registered() -> TestMachine {
    let desk = TestMachine::with(Session::none(), &[]);
    let mut pty = desk.register(&["--store", "file", "--no-browser"]);
    type_in(&mut pty, "New passphrase", PASSPHRASE);
    type_in(&mut pty, "The same again", "something else");
    pty.wait("These are not the same.");
    pty.wait_until("the question again", |screen| screen.contents().matches("New passphrase").count() == 2);
    pty.send(PASSPHRASE);
    pty.send("\r");
    pty.wait_until("the second question again", |screen| screen.contents().matches("The same again").count() == 2);
    pty.send(PASSPHRASE);
    pty.send("\r");
    pty.wait("test item written");
    pty.reads("read back by a second process, removed (vault file");
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    pty.answer(&sign_in(&address));
    pty.reads("2 secrets in the vault file, opened by your passphrase");
    pty.enter("Contoso CSP is proven and stored here.");
    pty.reads("vault file");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    let written = String::from_utf8_lossy(&pty.bytes).into_owned();
    assert!(!written.contains("horse"), "a passphrase was shown");
    desk
}

/// Runs the program without a terminal; the passphrase comes on standard input.
fn run(desk: &TestMachine, arguments: &[&str], passphrase: &str) -> Output {
    use std::io::Write as _;
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .env_clear()
        .envs(desk.session.variables())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A program that does not read closes its end.
    let _closed = pipe.write_all(passphrase.as_bytes());
    drop(pipe);
    child.wait_with_output().unwrap()
}

fn about(desk: &TestMachine, command: &[&str], passphrase: &str) -> (Option<i32>, String) {
    let cloud = desk.path("cloud.json").display().to_string();
    let mut arguments = command.to_vec();
    arguments.extend(["--cloud-file", &cloud]);
    let output = run(desk, &arguments, passphrase);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

const FILE: [&str; 4] = ["--store", "file", "--passphrase-fd", "0"];

fn with_file<'a>(command: &[&'a str]) -> Vec<&'a str> {
    command.iter().copied().chain(FILE).collect()
}

fn states(output: &Output) -> Vec<String> {
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    let items = object["registrations"][0]["items"].as_array().unwrap();
    let states = items.iter().map(|item| item["state"].as_str().unwrap());
    states.map(str::to_owned).collect()
}

#[test]
fn without_any_bus_secrets_are_kept_in_a_file_that_age_opens() {
    let desk = registered();
    let vault = desk.record().join("vault.age");
    let mode = fs::metadata(&vault).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(desk.journal().contains(r#""fact":"stored","store":"file""#));
    let secret = desk.fact("client_secret");
    desk.no_file_has(&[&secret, PASSPHRASE, "horse"]);

    opened_by_age(&desk, &secret);
    looked_at_without_a_terminal(&desk);
    shared_with_a_collector(&desk);
    refused_without_its_passphrase(&desk);
    asked_for_again_by_the_wizard(&desk);
    forgotten_without_its_passphrase(&desk);
}

/// The tool that others use opens it: names and values, nothing else is needed.
fn opened_by_age(desk: &TestMachine, secret: &str) {
    let (vault, plain) = (desk.record().join("vault.age"), desk.path("plain.json"));
    let identity = desk.record().join("identity.age");
    let (vault, opened, identity) = (vault.to_str().unwrap(), plain.to_str().unwrap(), identity.to_str().unwrap());
    let mut age = spawn(&desk.session, &["age", "--decrypt", "-i", identity, "-o", opened, vault]);
    type_in(&mut age, "Enter passphrase", PASSPHRASE);
    assert_eq!(age.exit(), 0);
    let inside: Value = serde_json::from_slice(&fs::read(&plain).unwrap()).unwrap();
    fs::remove_file(&plain).unwrap();
    assert_eq!(inside["format"], "octo-csp vault");
    let items = inside["items"].as_object().unwrap();
    let of = |kind: &'static str| {
        let items = items.iter().filter(move |(name, _)| name.contains(kind));
        items.map(|(_, value)| value.as_str().unwrap().to_owned())
    };
    assert_eq!(of("/partner-center-secret/A/").collect::<Vec<_>>(), [secret]);
    assert!(of("/refresh-token/A/").all(|token| token.len() > 100));
    assert!(of("/refresh-token/A/").next().is_some());
    assert_eq!(of("/test/").count(), 0, "{:?}", items.keys());
}

fn looked_at_without_a_terminal(desk: &TestMachine) {
    let sealed = run(desk, &["status", "--json"], "");
    let not_opened = |state: &String| state == "not opened (--store file)";
    assert!(states(&sealed).iter().all(not_opened));
    let open = run(desk, &with_file(&["status", "--json"]), PASSPHRASE);
    assert!(states(&open).iter().all(|state| state == "there"), "{open:?}");
    let (exit, said) = about(desk, &with_file(&["doctor"]), PASSPHRASE);
    assert_eq!(exit, Some(0), "{said}");
    let report = run(desk, &with_file(&["report"]), PASSPHRASE);
    let said = String::from_utf8(report.stderr).unwrap();
    assert!(said.contains("kept secrets in 7 encodings: none is in it"), "{said}");
    // Nobody needs the passphrase for a name.
    let (exit, said) = about(desk, &["rename", "Fabrikam", "--store", "file"], "");
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("Contoso CSP -> Fabrikam"), "{said}");
}

/// Another user's program gets tokens without the passphrase, until it is let in no more; and the passphrase is changed and back.
fn shared_with_a_collector(desk: &TestMachine) {
    let identity = desk.path("prices.identity");
    let path = identity.to_str().unwrap();
    let add = |name: &str| about(desk, &with_file(&["store", "add-collector", name, "--output", path]), PASSPHRASE);
    let (exit, said) = add("prices");
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(fs::metadata(&identity).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(add("prices").0 == Some(2) && add("others").0 == Some(2), "a name and a file are used once");
    let (exit, said) = about(desk, &with_file(&["store", "collectors"]), PASSPHRASE);
    assert!(exit == Some(0) && said.lines().any(|line| line == "prices"), "{said}");
    let token = ["token", "partner-center", "--min-valid", "3000", "--store", "file", "--identity-file", path];
    let (exit, said) = about(desk, &token, "");
    assert_eq!(exit, Some(0), "{said}");
    fs::set_permissions(&identity, fs::Permissions::from_mode(0o644)).unwrap();
    let (exit, said) = about(desk, &token, "");
    assert!(exit == Some(2) && said.contains("chmod 600"), "{said}");
    fs::set_permissions(&identity, fs::Permissions::from_mode(0o600)).unwrap();

    let (next, file) = ("quite another one", desk.path("next.txt"));
    make(&file, next.as_bytes());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let change = ["store", "passphrase", "--new-passphrase-file", file.to_str().unwrap()];
    let (exit, said) = about(desk, &with_file(&change), PASSPHRASE);
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(about(desk, &with_file(&["doctor"]), PASSPHRASE).0, Some(3));
    assert_eq!(about(desk, &token, "").0, Some(0), "a collector is still let in");
    make(&file, PASSPHRASE.as_bytes());
    assert_eq!(about(desk, &with_file(&change), next).0, Some(0));

    let (exit, said) = about(desk, &with_file(&["store", "remove-collector", "prices"]), PASSPHRASE);
    assert_eq!(exit, Some(0), "{said}");
    let (exit, said) = about(desk, &token, "");
    assert!(exit == Some(3) && said.contains("vault-passphrase"), "{said}");
    fs::remove_file(&file).unwrap();
    fs::remove_file(&identity).unwrap();
}

fn refused_without_its_passphrase(desk: &TestMachine) {
    let (exit, said) = about(desk, &with_file(&["doctor"]), "four other words");
    assert_eq!(exit, Some(3), "{said}");
    assert!(said.contains("vault-passphrase") && !said.contains("four other"), "{said}");
    let (exit, said) = about(desk, &["doctor"], "");
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("other-store") && said.contains("--store file"), "{said}");
    let vault = desk.record().join("vault.age");
    let bytes = fs::read(&vault).unwrap();
    for (change, row) in [(bytes.len() - 1, "vault-damaged"), (bytes.len(), "disk-open")] {
        make(&vault, &bytes[..change]);
        let mode = if change < bytes.len() { 0o600 } else { 0o644 };
        fs::set_permissions(&vault, fs::Permissions::from_mode(mode)).unwrap();
        let (exit, said) = about(desk, &with_file(&["doctor"]), PASSPHRASE);
        assert_eq!(exit, Some(7), "{said}");
        assert!(said.contains(row), "{said}");
    }
    fs::set_permissions(&vault, fs::Permissions::from_mode(0o600)).unwrap();
}

fn asked_for_again_by_the_wizard(desk: &TestMachine) {
    let mut pty = desk.register(&["--store", "file"]);
    type_in(&mut pty, "Passphrase of the vault file", "no");
    pty.wait("It is another one.");
    pty.wait_until("the question again", |screen| screen.contents().matches("Passphrase of the vault").count() == 2);
    pty.send(PASSPHRASE);
    pty.send("\r");
    pty.wait("What would you like to do?");
    a_wait_for_the_other_one_ends_on_a_signal(desk);
    pty.send("\x03");
    assert_eq!(pty.exit(), 0);
}

/// While the wizard has the lock, and after a passphrase was typed.
fn a_wait_for_the_other_one_ends_on_a_signal(desk: &TestMachine) {
    let cloud = desk.path("cloud.json").display().to_string();
    let mut token = vec![PROGRAM, "token", "partner-center", "--show"];
    token.extend(["--store", "file", "--cloud-file", &cloud]);
    let mut pty = spawn(&desk.session, &token);
    pty.wait("(it is not shown): ");
    let row = pty.screen().cursor_position().0;
    pty.send(&format!("{PASSPHRASE}\r"));
    pty.wait_until("the next line", |screen| screen.cursor_position().0 > row);
    assert_eq!(pty.ends_on(rustix::process::Signal::INT), 130);
}

/// The file goes as a whole, once the name was typed.
fn forgotten_without_its_passphrase(desk: &TestMachine) {
    let record = desk.record();
    let cloud = desk.path("cloud.json").display().to_string();
    let forget = [PROGRAM, "forget", "--store", "file", "--cloud-file", &cloud];
    let mut pty = spawn(&desk.session, &forget);
    type_in(&mut pty, "Type Contoso Cloud Partners", "contoso");
    assert_eq!(pty.exit(), 130);
    assert!(record.join("vault.age").exists());
    let mut pty = spawn(&desk.session, &forget);
    type_in(&mut pty, "Type Contoso Cloud Partners", "Contoso Cloud Partners");
    pty.wait("Deleted: everything");
    assert_eq!(pty.exit(), 0);
    assert!(!record.exists());
    let (exit, said) = about(desk, &["forget", "--yes"], "");
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("Nothing is kept"), "{said}");
}

#[test]
fn a_passphrase_that_is_given_up_leaves_the_terminal_as_it_was() {
    let desk = TestMachine::with(Session::none(), &[]);
    for (key, exit) in [("\x03", 130), ("\x1b", 130)] {
        let mut pty = desk.register(&["--store", "file"]);
        pty.wait("New passphrase");
        pty.send("half of it");
        pty.send(key);
        assert_eq!(pty.exit(), exit);
        assert_eq!(pty.settings(), pty.before);
        assert!(!pty.screen().contents().contains("half"));
    }
    let mut pty = desk.register(&["--store", "file"]);
    pty.wait("New passphrase");
    pty.signal(rustix::process::Signal::TERM);
    assert_eq!(pty.exit(), 130);
    assert_eq!(pty.settings(), pty.before);
}

#[test]
fn what_the_keyring_keeps_is_not_looked_for_in_a_file_and_is_forgotten_whole() {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin("Contoso CSP");
    pty.prove(&desk);
    let address = pty.open_sign_in();
    pty.answer(&sign_in(&address));
    pty.enter("Contoso CSP is proven and stored here.");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    let items = desk.items();
    assert!(items.len() >= 3, "{items:?}");

    let (exit, said) = about(&desk, &with_file(&["doctor"]), PASSPHRASE);
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("other-store") && said.contains("in the keyring"), "{said}");
    assert_eq!(desk.items(), items);

    // Ended right after it began: not used any more, and finished by the next call.
    let record = desk.record();
    let name = record.file_name().unwrap().to_str().unwrap().to_owned();
    let journal = Kept::open(record.parent().unwrap(), &name).unwrap();
    journal.append(&Fact::Forgetting, clock::now()).unwrap();
    let (exit, said) = about(&desk, &["doctor"], "");
    assert_eq!(exit, Some(7), "{said}");
    assert!(said.contains("half-forgotten"), "{said}");
    assert_eq!(desk.items(), items);
    let (exit, said) = about(&desk, &["forget", "--yes", "--json"], "");
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains(r#""forgotten": true"#), "{said}");
    assert_eq!(desk.items(), Vec::<String>::new());
    assert!(!record.exists());
}

#[test]
fn a_credential_is_taken_from_where_systemd_puts_it() {
    let desk = TestMachine::with(Session::none(), &[]);
    let folder = desk.path("credentials");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("octo-csp-passphrase");
    make(&file, PASSPHRASE.as_bytes());
    let doctor = || {
        let cloud = desk.path("cloud.json");
        let mut command = Command::new(PROGRAM);
        command.args(["doctor", "--store", "file", "--cloud-file"]).arg(cloud);
        command.env_clear().envs(desk.session.variables());
        command.env("CREDENTIALS_DIRECTORY", &folder).stdin(Stdio::null());
        command.output().unwrap()
    };
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    let open = doctor();
    assert_eq!(open.status.code(), Some(2), "{open:?}");
    assert!(String::from_utf8(open.stderr).unwrap().contains("chmod 600"));
    // As systemd makes it: the group is the mask of its access list.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    assert_eq!(doctor().status.code(), Some(4), "nothing is registered");
    fs::remove_file(&file).unwrap();
    let none = doctor();
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8(none.stderr).unwrap().contains("--passphrase-fd"));
}
