//! A team: a registration that is made on one host, and looked after on others, with nothing but the address of a vault and a login.

use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::browser::sign_in;
use super::desk::{FIXED, PROGRAM, TestMachine, make};
use crate::keyring::Session;
use crate::openbao::{Cluster, block_on};

/// A host of the team: a home of its own, no keyring, and the variables of whoever uses the store that these words name.
pub(super) struct Host {
    pub(super) home: TempDir,
    variables: Vec<(String, String)>,
    store: &'static [&'static str],
    /// What stands behind each command too.
    more: Vec<&'static str>,
}

impl Host {
    pub(super) fn new(
        store: &'static [&'static str],
        variables: Vec<(String, String)>,
        microsoft: &TestMachine,
    ) -> Self {
        let home = TempDir::new_in("/tmp").unwrap();
        let cloud = std::fs::read(microsoft.path("cloud.json")).unwrap();
        make(&home.path().join("cloud.json"), &cloud);
        Self { home, variables, store, more: Vec::new() }
    }

    /// The same host at work on the registration of this name.
    fn about(&self, label: &'static str) -> Self {
        let home = TempDir::new_in("/tmp").unwrap();
        make(&home.path().join("cloud.json"), &std::fs::read(self.home.path().join("cloud.json")).unwrap());
        Self { home, variables: self.variables.clone(), store: self.store, more: vec!["--registration", label] }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words).arg("--store").args(self.store).args(&self.more);
        if !["status", "report"].contains(&words[0]) {
            command.arg("--cloud-file").arg(self.home.path().join("cloud.json"));
        }
        command.env_clear().env("HOME", self.home.path()).envs(FIXED);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A command that says itself which store, with what opens a vault file.
    fn elsewhere(&self, words: &[&str], code: i32) -> String {
        let mut command = Command::new(PROGRAM);
        command.args(words).arg("--cloud-file").arg(self.home.path().join("cloud.json"));
        command.env_clear().env("HOME", self.home.path()).envs(FIXED);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        printed(words, code, &command.stdin(Stdio::null()).output().unwrap())
    }

    /// Runs a command to its end, which has this code; what it printed.
    pub(super) fn run(&self, words: &[&str], code: i32) -> String {
        printed(words, code, &self.command(words).output().unwrap())
    }

    /// The same with a secret on standard input.
    pub(super) fn told(&self, words: &[&str], input: &str, code: i32) -> String {
        use std::io::Write as _;
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
        printed(words, code, &child.wait_with_output().unwrap())
    }

    /// Registers, or replaces what is registered.
    pub(super) fn registers(&self, microsoft: &TestMachine, more: &[&str]) {
        let (app, domain) = (microsoft.fact("client_id"), microsoft.fact("domain"));
        let mut words = vec!["register", "--no-input", "--application-id", &app, "--directory", &domain];
        words.extend(["--secret-stdin", "--secret-ends", "2027-05-14"]);
        words.extend(more);
        self.told(&words, &microsoft.fact("client_secret"), 4);
        let begun: Value = serde_json::from_str(&self.run(&["consent", "start", "--json"], 0)).unwrap();
        let back = sign_in(begun["consent"]["address"].as_str().unwrap());
        let replacing = more.iter().position(|word| *word == "--replace");
        let confirmed = replacing.map_or(&[][..], |at| &more[at..=at + 1]);
        self.told(&[&["consent", "finish"], confirmed].concat(), &back, 0);
    }
}

fn printed(words: &[&str], code: i32, output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{words:?}\n{out}{err}");
    out.into_owned()
}

#[test]
fn what_is_registered_on_one_host_is_looked_after_and_replaced_on_another_and_nothing_is_left_at_home() {
    let (cluster, microsoft) = (Cluster::shared(), TestMachine::with(Session::none(), &[]));
    let host = || Host::new(&["vault", "--vault-path", "team"], cluster.variables(0).into(), &microsoft);
    let (a, b) = (host(), host());
    a.registers(&microsoft, &["--account-name", "Contoso CSP"]);

    looked_after(&a, &b, &microsoft, "Shared vault");
    let names = block_on(cluster.done(0, "LIST", "secret/metadata/team/", Value::Null));
    let name = names["data"]["keys"][0].as_str().unwrap().trim_end_matches('/').to_owned();
    let journal = block_on(cluster.done(0, "GET", &format!("secret/data/team/{name}"), Value::Null)).to_string();
    assert!(!journal.contains(&microsoft.fact("client_secret")) && journal.contains(" (process "), "{journal}");

    // Forgotten on one, it is gone for both, with every document.
    b.run(&["forget", "--yes"], 0);
    assert_eq!(block_on(cluster.call(0, "LIST", "secret/metadata/team/", Value::Null)).0, 404);
}

/// Everything that a team does with what one host has registered, on the other one; nothing of it is at home.
pub(super) fn looked_after(a: &Host, b: &Host, microsoft: &TestMachine, store: &str) {
    // Nothing but the address and the login is needed: status, doctor, a token, a step again.
    let status = b.run(&["status"], 0);
    for words in ["Contoso CSP", store, "there"] {
        assert!(status.contains(words), "{words}: {status}");
    }
    b.run(&["doctor"], 0);
    let token = b.run(&["token", "partner-center"], 0);
    assert_eq!(a.run(&["token", "partner-center"], 0), token);
    b.told(
        &["register", "--no-input", "--step", "partner-center", "--secret-stdin", "--secret-ends", "2027-06-30"],
        &microsoft.fact("client_secret"),
        0,
    );
    // And a replacement, from there; the first host has it at once.
    b.registers(microsoft, &["--replace", "Contoso Cloud Partners", "--account-name", "Fabrikam"]);
    assert!(a.run(&["status"], 0).contains("Fabrikam"));

    // No secret and no journal is on either host, and none is in what the vault tells of its documents.
    for host in [a, b] {
        let mut found = Command::new("grep");
        found.args(["-rlF", &microsoft.fact("client_secret")]).arg(host.home.path());
        let mut found = found.output().unwrap().stdout;
        found.retain(|byte| *byte != b'\n');
        let cloud = host.home.path().join("cloud.json").display().to_string();
        assert_eq!(String::from_utf8(found).unwrap(), cloud);
    }
}

#[test]
fn several_partners_of_one_desk_are_kept_apart_under_their_names() {
    let (cluster, microsoft) = (Cluster::shared(), TestMachine::with(Session::none(), &[]));
    let desk = Host::new(&["vault", "--vault-path", "desk"], cluster.variables(0).into(), &microsoft);
    desk.registers(&microsoft, &["--account-name", "Contoso CSP"]);
    let fabrikam = desk.about("fabrikam");
    fabrikam.registers(&microsoft, &["--account-name", "Fabrikam CSP"]);

    // Each has its own set and its own tokens, and says which it is.
    let object = |host: &Host, words: &[&str]| -> Value { serde_json::from_str(&host.run(words, 0)).unwrap() };
    let token = |host: &Host| object(host, &["token", "partner-center", "--json"]);
    let (one, other) = (token(&desk), token(&fabrikam));
    assert_ne!(one["access_token"], other["access_token"]);
    assert_eq!((&one["label"], &one["account"]), (&Value::Null, &Value::from("Contoso CSP")));
    assert_eq!((&other["label"], &other["account"]), (&Value::from("fabrikam"), &Value::from("Fabrikam CSP")));
    let seen = object(&desk, &["status", "--json"]);
    assert_eq!(seen["registrations"].as_array().unwrap().len(), 2);
    let cloud = fabrikam.home.path().join("cloud.json").display().to_string();
    let seen = object(&fabrikam, &["status", "--cloud-file", &cloud, "--json"]);
    let named: Vec<&Value> = seen["registrations"].as_array().unwrap().iter().map(|one| &one["account"]).collect();
    assert_eq!(named, ["Fabrikam CSP"], "no other is looked at");

    // Both are looked at by one command; what one of them lacks stops the other in nothing.
    let all = object(&desk, &["doctor", "--all", "--json"]);
    crate::schema::holds(&all);
    let ends = |all: &Value| -> Vec<i64> {
        let each = all["registrations"].as_array().unwrap();
        each.iter().map(|one| one["exit"].as_i64().unwrap()).collect()
    };
    assert_eq!((ends(&all), &all["left_out"]), (vec![0, 0], &Value::from(0)));
    let name = other["registration"].as_str().unwrap().to_owned();
    let items = format!("secret/metadata/desk/{name}/secrets");
    let keys = block_on(cluster.done(0, "LIST", &items, Value::Null));
    let key = keys["data"]["keys"].as_array().unwrap().iter().filter_map(Value::as_str);
    let key = key.filter(|key| key.starts_with("partner-center-secret")).max().unwrap();
    block_on(cluster.done(0, "DELETE", &format!("{items}/{key}"), Value::Null));
    let all: Value = serde_json::from_str(&desk.run(&["doctor", "--all", "--json"], 7)).unwrap();
    crate::schema::holds(&all);
    assert_eq!(ends(&all), [0, 7]);
    let lacks = &all["registrations"][1];
    assert_eq!(lacks["account"], "Fabrikam CSP");
    assert!(lacks["ends"][0]["cure"].as_str().unwrap().contains(" --registration fabrikam"), "{lacks:#}");
    assert!(!lacks["failed"].as_array().unwrap().is_empty(), "{lacks:#}");
    let list = object(&desk, &["list", "--json"]);
    crate::schema::holds(&list);
    assert_eq!(list["registrations"][1]["partner"], "Contoso Cloud Partners");

    // One is forgotten, and the other is as it was.
    fabrikam.run(&["forget", "--yes"], 0);
    assert_eq!(token(&desk)["access_token"], one["access_token"]);
    desk.run(&["doctor"], 0);
    assert_eq!(object(&desk, &["status", "--json"])["registrations"].as_array().unwrap().len(), 1);
}

#[test]
fn a_registration_moves_from_the_team_to_one_machine_and_back_and_everybody_is_told_where_it_is() {
    let (cluster, microsoft) = (Cluster::shared(), TestMachine::with(Session::none(), &[]));
    let host = || Host::new(&["vault", "--vault-path", "moves"], cluster.variables(0).into(), &microsoft);
    let (a, b) = (host(), host());
    a.registers(&microsoft, &["--account-name", "Contoso CSP"]);
    let token = b.run(&["token", "partner-center"], 0);
    let file = a.home.path().join("passphrase");
    make(&file, b"correct horse battery staple\n");
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let file = ["--passphrase-file", file.to_str().unwrap()];
    let path = ["--vault-path", "moves"];

    let there = [&["store", "move", "--store", "vault", "--to", "file"][..], &path, &file].concat();
    let said = a.elsewhere(&there, 0);
    assert!(said.contains("moved to the vault file of ") && said.contains("with "), "{said}");
    // Host B is told, by every command that looks for it; nothing secret is left there.
    let on_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(on_one_line(&b.run(&["status"], 0)).contains("moved to the vault file of "));
    let refused = b.command(&["token", "partner-center"]).output().unwrap();
    let words = on_one_line(&String::from_utf8(refused.stderr).unwrap());
    assert!(!refused.status.success() && words.contains("in the vault file of "), "{words}");
    let names = block_on(cluster.done(0, "LIST", "secret/metadata/moves/", Value::Null));
    let keys: Vec<&str> = names["data"]["keys"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let below = keys.iter().find(|key| key.ends_with('/')).unwrap();
    let secrets = block_on(cluster.call(0, "LIST", &format!("secret/metadata/moves/{below}secrets"), Value::Null));
    assert_eq!(secrets.0, 404, "{secrets:?}");
    // On host A it works as before, with the token that was kept.
    let here = [&["token", "partner-center", "--store", "file"][..], &file].concat();
    assert_eq!(a.elsewhere(&here, 0), token);
    assert!(a.elsewhere(&there, 0).contains("it is in the vault file of "));

    // And back.
    let back = [&["store", "move", "--store", "file", "--to", "vault"][..], &path, &file].concat();
    a.elsewhere(&back, 0);
    assert_eq!(b.run(&["token", "partner-center"], 0), token);
    b.run(&["doctor"], 0);
    assert!(a.elsewhere(&here, 2).is_empty());
    let mut found = Command::new("find");
    let found = found.arg(a.home.path()).args(["-name", "*.age"]).output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap(), "");
}
