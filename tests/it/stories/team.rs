//! A team: a registration that is made on one host, and looked after on others, with nothing but the address of a vault and a login.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::browser::sign_in;
use super::desk::{FIXED, PROGRAM, TestMachine, make};
use super::tokens_and_codes::counted;
use crate::fuse::{Blown, Fuse};
use crate::keyring::Session;
use crate::openbao::{Cluster, binary, block_on};

/// A host of the team: a home of its own, no keyring, and the variables of whoever uses the store that these words name.
pub(super) struct Host {
    pub(super) home: TempDir,
    variables: Vec<(String, String)>,
    store: &'static [&'static str],
    /// What stands behind each command too.
    pub(super) more: Vec<String>,
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
    pub(super) fn about(&self, label: &'static str) -> Self {
        let home = TempDir::new_in("/tmp").unwrap();
        make(&home.path().join("cloud.json"), &std::fs::read(self.home.path().join("cloud.json")).unwrap());
        Self {
            home,
            variables: self.variables.clone(),
            store: self.store,
            more: ["--registration", label].map(str::to_owned).into(),
        }
    }

    pub(super) fn command(&self, words: &[&str]) -> Command {
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
    pub(super) fn saying(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words).arg("--cloud-file").arg(self.home.path().join("cloud.json"));
        command.env_clear().env("HOME", self.home.path()).envs(FIXED);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The same, run to its end.
    pub(super) fn elsewhere(&self, words: &[&str], code: i32) -> String {
        printed(words, code, &self.saying(words).output().unwrap())
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
fn two_hundred_calls_at_once_make_one_request_and_nobody_goes_without() {
    let (cluster, microsoft) = (Cluster::shared(), TestMachine::with(Session::none(), &[]));
    let host = || Host::new(&["vault", "--vault-path", "crowd"], cluster.variables(0).into(), &microsoft);
    let hosts = [host(), host()];
    hosts[0].registers(&microsoft, &["--account-name", "Contoso CSP"]);
    let before = counted(&microsoft, "refreshes");
    let calls = (0..200).map(|number| hosts[number % 2].command(&["token", "partner-center"]).spawn().unwrap());
    let calls: Vec<Child> = calls.collect();
    let ended = calls.into_iter().map(|call| printed(&["token"], 0, &call.wait_with_output().unwrap()));
    let tokens: BTreeSet<String> = ended.collect();
    assert_eq!(tokens.len(), 1, "all have the same");
    assert_eq!(counted(&microsoft, "refreshes"), before + 1);

    // The refresh token that came with it is kept: it is what the next one is got with.
    let other = hosts[1].run(&["token", "partner-api"], 0);
    assert!(!tokens.contains(&other));
    assert_eq!(counted(&microsoft, "refreshes"), before + 2);
}

/// The lines of the page, one after the other, as somebody types them who has nothing but an `OpenBao` that was just unsealed.
#[test]
fn the_page_leads_from_an_empty_openbao_to_a_team() {
    const PAGE: &str = include_str!("../../../docs/TEAMS.md");
    let lines: Vec<&str> = PAGE.split("```sh\n").nth(1).unwrap().split("\n```").next().unwrap().lines().collect();
    assert!(lines.len() <= 10, "ten lines");
    let cluster = block_on(Cluster::empty(1));
    let microsoft = TestMachine::with(Session::none(), &[]);
    let engine = binary().parent().unwrap().display().to_string();
    let folders = Path::new(PROGRAM).parent().unwrap().display().to_string() + ":" + &engine + ":/usr/bin:/bin";
    let [admin, a, b, collector] = std::array::from_fn(|_| TempDir::new_in("/tmp").unwrap());
    let address = cluster.variables(0);
    let typed = |home: &TempDir, line: &str| -> String {
        let mut shell = Command::new("/bin/bash");
        shell.args(["-ec", line]).env_clear().env("HOME", home.path()).env("PATH", &folders).env("TZ", "UTC");
        shell.envs(address.iter().filter(|(name, _)| name != "VAULT_TOKEN").map(|(name, value)| (name, value)));
        let output = shell.stdin(Stdio::null()).output().unwrap();
        printed(&[line], 0, &output)
    };
    let cloud = microsoft.path("cloud.json").display().to_string();
    // What the page says to be typed, with the registration's cloud, which is no Microsoft's here.
    let line = |number: usize, word: &str| -> String {
        let line = lines[number].split("  ").next().unwrap().trim_end();
        assert!(line.starts_with(word), "{line}");
        let words = line.replace("octo-csp store policy", &format!("octo-csp store policy --cloud-file {cloud}"));
        if line.starts_with("octo-csp token") { format!("{words} --cloud-file {cloud}") } else { words }
    };
    assert!(lines[0].starts_with("export VAULT_ADDR="));
    typed(&admin, &format!("{} {}", line(1, "bao login"), cluster.root));
    typed(&admin, &line(2, "bao secrets enable"));
    typed(&admin, &line(3, "for role in"));
    let new = |line: &str| typed(&admin, &format!("{line} -field=token"));
    let operator = new(&line(4, "bao token create -policy=octo-csp-operator"));
    let token = new(&line(4, "bao token create").replace("operator", "collector"));
    for (home, token) in [(&a, &operator), (&b, &operator), (&collector, &token)] {
        typed(home, &format!("{} {token}", line(5, "bao login")));
    }
    assert!(line(6, "octo-csp register").ends_with("--store vault"));
    let own = || address.iter().filter(|(name, _)| name != "VAULT_TOKEN").cloned().collect();
    let mut host = Host::new(&["vault"], own(), &microsoft);
    std::fs::copy(a.path().join(".vault-token"), host.home.path().join(".vault-token")).unwrap();
    host.registers(&microsoft, &["--account-name", "Contoso CSP"]);
    assert!(typed(&b, &line(7, "octo-csp status")).contains("Contoso CSP"));
    let token = typed(&collector, &line(8, "octo-csp token partner-center"));
    assert_eq!(token.matches('.').count(), 2, "{token}");
    // An operator does everything: moves it away and back, and forgets it, with the tokens that others have got.
    typed(&b, "umask 077; echo correct horse battery staple > ~/passphrase");
    let more = format!("--passphrase-file ~/passphrase --cloud-file {cloud}");
    typed(&b, &format!("octo-csp store move --store vault --to file {more}"));
    typed(&b, &format!("octo-csp store move --store file --to vault {more}"));
    typed(&b, &format!("octo-csp forget --yes --store vault --cloud-file {cloud}"));
    // A collector does its work and no more.
    std::fs::copy(collector.path().join(".vault-token"), host.home.path().join(".vault-token")).unwrap();
    host.more = vec!["--json".to_owned()];
    assert!(host.run(&["list"], 5).contains("vault-denied"));
}

/// A registration under so many more names, each with its journal and its secrets.
async fn copied(cluster: &Cluster, path: &str, count: usize) {
    let names = cluster.done(0, "LIST", &format!("secret/metadata/{path}/"), Value::Null).await;
    let keys = |answer: &Value| -> Vec<String> {
        let keys = answer["data"]["keys"].as_array().unwrap().iter().filter_map(Value::as_str);
        keys.map(str::to_owned).collect()
    };
    let name = keys(&names).into_iter().find(|name| !name.ends_with('/')).unwrap();
    let items = cluster.done(0, "LIST", &format!("secret/metadata/{path}/{name}/secrets"), Value::Null).await;
    let items = keys(&items).into_iter().map(|item| format!("/secrets/{item}"));
    for item in std::iter::once(String::new()).chain(items) {
        let kept = cluster.done(0, "GET", &format!("secret/data/{path}/{name}{item}"), Value::Null).await;
        let body = serde_json::json!({"data": kept["data"]["data"]});
        for number in 0..count {
            cluster.done(0, "POST", &format!("secret/data/{path}/{name}~p{number:02}{item}"), body.clone()).await;
        }
    }
}

#[test]
fn doctor_all_has_eight_under_way_and_a_signal_ends_them_and_begins_no_other() {
    let (cluster, microsoft) = (Cluster::shared(), TestMachine::with(Session::none(), &[]));
    let login = microsoft.fact("login");
    let fuse = Fuse::before(login.rsplit(':').next().unwrap().parse().unwrap());
    let facts = std::fs::read_to_string(microsoft.path("cloud.json")).unwrap();
    make(&microsoft.path("cloud.json"), facts.replace(&login, &format!("http://localhost:{}", fuse.port)).as_bytes());
    let host = Host::new(&["vault", "--vault-path", "fleet"], cluster.variables(0).into(), &microsoft);
    host.registers(&microsoft, &["--account-name", "Contoso CSP"]);
    block_on(copied(cluster, "fleet", 11));

    // Microsoft is silent: whoever is under way has asked two things for step 2 and one for step 3.
    fuse.blows_at(0, Blown::HeldBefore);
    let doctor = host.command(&["doctor", "--all", "--json"]).spawn().unwrap();
    let mut waits = (0..4_000).filter(|_| fuse.has_blown());
    assert_eq!(waits.by_ref().take(24).count(), 24);
    assert!((0..60).all(|_| !fuse.has_blown()), "a ninth");
    crate::pty::signal_to(i32::try_from(doctor.id()).unwrap(), rustix::process::Signal::TERM);
    let printed = printed(&["doctor", "--all"], 130, &doctor.wait_with_output().unwrap());
    assert!(!fuse.has_blown(), "another one was begun");
    let all: Value = serde_json::from_str(&printed).unwrap();
    crate::schema::holds(&all);
    let each = all["registrations"].as_array().unwrap();
    assert!(each.len() == 12 && each.iter().all(|one| one["exit"] == 130), "{all:#}");

    // And nothing is held by it any more.
    fuse.mend();
    host.run(&["doctor", "--all"], 0);
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
fn a_vault_file_keeps_each_partner_in_a_file_of_its_own_under_its_name() {
    let microsoft = TestMachine::with(Session::none(), &[]);
    let mut host = Host::new(&["file"], Vec::new(), &microsoft);
    let file = host.home.path().join("passphrase");
    make(&file, b"correct horse battery staple\n");
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let file = ["--passphrase-file".to_owned(), file.display().to_string()];
    let label = ["--registration".to_owned(), "fabrikam".to_owned()];
    host.more = [&file[..], &label].concat();
    host.registers(&microsoft, &["--account-name", "Fabrikam CSP"]);
    let token = host.run(&["token", "partner-center"], 0);
    let folders = || -> Vec<String> {
        let all = std::fs::read_dir(host.home.path().join(".local/state/octo-csp")).unwrap();
        let all = all.map(|entry| entry.unwrap()).filter(|entry| entry.path().join("vault.age").exists());
        all.map(|entry| entry.file_name().into_string().unwrap()).collect()
    };
    assert!(folders().len() == 1 && folders()[0].ends_with("~fabrikam"), "{:?}", folders());

    // The one without a name is another one, whose vault file it has none.
    let mut plain = Host { home: host.home, variables: Vec::new(), store: &["file"], more: file.to_vec() };
    plain.run(&["token", "partner-center"], 4);
    plain.more = [&file[..], &label].concat();
    assert_eq!(plain.run(&["token", "partner-center"], 0), token);
    plain.run(&["doctor"], 0);
    plain.run(&["forget", "--yes"], 0);
    plain.run(&["token", "partner-center"], 4);
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
