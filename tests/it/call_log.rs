//! `--log FILE`: a line for each call, and nothing in it that could be a secret.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use octo_csp::simulator::{Facts, Options, RequestLog, Simulator};
use octo_csp::words::Service;
use octo_csp::world::call_log::CallLog;
use octo_csp::world::http::{Ask, Http, HttpOptions};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

use crate::scenarios::person::{Walked, browser, sign_in};

pub(super) const PASSPHRASE: &str = "marked-passphrase-of-nobody";

/// A home with a vault file, a simulated Microsoft, and a log.
pub(super) struct Desk {
    pub(super) home: TempDir,
    pub(super) runtime: Runtime,
    simulator: Simulator,
}

impl Desk {
    pub(super) fn new() -> Self {
        let home = TempDir::new().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let simulator = runtime.block_on(Simulator::start(Options::default())).unwrap();
        File::create(home.path().join("cloud.json")).unwrap().write_all(simulator.line().as_bytes()).unwrap();
        File::create(home.path().join("passphrase")).unwrap().write_all(PASSPHRASE.as_bytes()).unwrap();
        fs::set_permissions(home.path().join("passphrase"), Permissions::from_mode(0o600)).unwrap();
        Self { home, runtime, simulator }
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.home.path().join(name).display().to_string()
    }

    pub(super) fn facts(&self) -> Facts {
        self.simulator.facts()
    }

    /// A command of the program that ships, about a registration in this home.
    pub(super) fn run(&self, words: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
        let (cloud, passphrase) = (self.path("cloud.json"), self.path("passphrase"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_octo-csp"))
            .args(words)
            .args(["--cloud-file", &cloud, "--store", "file", "--passphrase-file", &passphrase])
            .env_clear()
            .env("HOME", self.home.path())
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read closes its end.
        let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
        // The simulator answers while it is waited for.
        self.runtime
            .block_on(async { tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap() })
    }

    /// Registers in three commands: what was asked before the browser came, how often that asked, and the address it ended on.
    pub(super) fn register(
        &self,
        register: &[&str],
        start: &[&str],
        octo: &[(&str, &str)],
    ) -> (Vec<RequestLog>, usize, Url) {
        let facts = self.facts();
        let asked = self.run(register, &[], &facts.client_secret);
        assert_eq!(asked.status.code(), Some(4), "{asked:?}");
        let started = self.run(start, &[], "");
        let object: Value = serde_json::from_slice(&started.stdout).unwrap();
        let address: Url = object["consent"]["address"].as_str().unwrap().parse().unwrap();
        let before = self.requests();
        let walked = self.runtime.block_on(sign_in(&browser(), &address, &facts));
        let Walked::SentBack(back) = walked else { panic!("not signed in") };
        let browsed = self.requests().len() - before.len();
        let finished = self.run(&["consent", "finish"], octo, back.as_str());
        assert_eq!(finished.status.code(), Some(0), "{finished:?}");
        (before, browsed, back)
    }

    /// What this program asked the simulator, in the order of its answers.
    pub(super) fn requests(&self) -> Vec<RequestLog> {
        self.simulator.requests()
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.path("calls.log")).unwrap()
    }
}

/// The method, the end of the path and the status of each call, in an order that two records have in common.
fn of_log(log: &str) -> Vec<(String, String, String)> {
    let mut calls: Vec<_> = log
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(words.len(), 7, "{line}");
            let at = words[0];
            assert!(at.parse::<jiff::Timestamp>().is_ok() && at.len() == 24 && at.ends_with('Z'), "{line}");
            assert!(words[2].starts_with("localhost:") && words[5].parse::<u64>().is_ok(), "{line}");
            (words[1].to_owned(), words[3].to_owned(), words[4].to_owned())
        })
        .collect();
    calls.sort();
    calls
}

pub(super) fn of_simulator(requests: &[RequestLog]) -> Vec<(String, String, String)> {
    let mut calls: Vec<_> = requests
        .iter()
        .map(|request| {
            let prefix = match request.host {
                "partner_center" => "/partnercenter",
                "partner_api" => "/partner",
                "octo" => "/m/blue/cover",
                _ => "",
            };
            let whole = format!("{prefix}{}", request.path);
            (request.method.clone(), whole, request.status.to_string())
        })
        .collect();
    calls.sort();
    calls
}

#[test]
fn a_log_has_a_line_for_each_call_of_a_registration_and_none_of_its_secrets() {
    let desk = Desk::new();
    let facts = desk.facts();
    let log = desk.path("calls.log");
    let octo = [
        ("ALPHAUS_CLIENT_ID", facts.octo_client_id.as_str()),
        ("ALPHAUS_CLIENT_SECRET", facts.octo_client_secret.as_str()),
        ("OCTO_CSP_LOG", &log),
    ];
    let register = ["register", "--no-input", "--application-id", &facts.client_id, "--directory", &facts.domain];
    // Before a command as well as behind it.
    let words = [&register[..], &["--secret-stdin", "--log", &log]].concat();
    let (before, browsed, back) = desk.register(&words, &["--log", &log, "consent", "start", "--json"], &octo);
    let doctor = desk.run(&["doctor", "--json"], &octo, "");
    assert_eq!(doctor.status.code(), Some(0), "{doctor:?}");
    let token = desk.run(&["token", "partner-api"], &octo, "");
    assert_eq!(token.status.code(), Some(0), "{token:?}");

    let text = desk.log();
    let all = desk.requests();
    let ours: Vec<RequestLog> = before.iter().chain(all.iter().skip(before.len() + browsed)).cloned().collect();
    assert!(ours.len() > 25, "{ours:?}");
    assert_eq!(of_log(&text), of_simulator(&ours));
    assert!(
        text.lines().any(|line| line.ends_with(|sign: char| sign.is_ascii_hexdigit())),
        "no name of a call\n{text}"
    );

    let of_back = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let tokens = String::from_utf8(token.stdout).unwrap();
    for secret in [
        facts.client_secret.as_str(),
        &facts.octo_client_secret,
        &of_back("code"),
        &of_back("state"),
        tokens.trim(),
        PASSPHRASE,
        "client_secret",
        "eyJ",
        "Bearer",
        "?",
    ] {
        assert!(secret.is_empty() || !text.contains(secret), "{secret}\n{text}");
    }
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_log_that_is_a_link_or_may_be_written_by_others_is_refused_before_a_call_and_nothing_is_written_through_it() {
    let desk = Desk::new();
    let victim = desk.path("victim");
    File::create(&victim).unwrap().write_all("kept".as_bytes()).unwrap();
    let (link, twin, open, folder) = (desk.path("link"), desk.path("twin"), desk.path("open"), desk.path("folder"));
    symlink(&victim, &link).unwrap();
    File::create(&twin).unwrap().write_all("kept".as_bytes()).unwrap();
    fs::hard_link(&twin, desk.path("another name")).unwrap();
    File::create(&open).unwrap().write_all("kept".as_bytes()).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o666)).unwrap();
    fs::create_dir(&folder).unwrap();
    let nowhere = desk.path("not/there");
    for log in [&link, &twin, &open, &folder, &nowhere] {
        let ended = desk.run(&["consent", "start", "--json", "--log", log], &[], "");
        assert_eq!(ended.status.code(), Some(7), "{log}: {ended:?}");
        let object: Value = serde_json::from_slice(&ended.stdout).unwrap();
        crate::schema::holds(&object);
        assert!(object["said"].as_str().unwrap().contains("--log"), "{object}");
    }
    for file in [&victim, &twin, &open] {
        assert_eq!(fs::read_to_string(file).unwrap(), "kept", "{file}");
    }
    assert!(desk.requests().is_empty());
}

fn http(log: &Arc<CallLog>, patience: Duration) -> Http {
    Http::new(&HttpOptions { patience, log: Some(Arc::clone(log)), ..HttpOptions::default() }).unwrap()
}

fn words(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// Nothing answers at a port that was just given back.
async fn nobody() -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    format!("http://{address}/v1/x?code=secret").parse().unwrap()
}

#[tokio::test]
async fn a_call_that_gets_no_answer_or_is_given_up_has_its_line_too() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log");
    let log = Arc::new(CallLog::at(&path));
    log.open().unwrap();
    let patient = http(&log, Duration::from_secs(30));
    drop(patient.send(Ask::get(Service::Entra, nobody().await)).await.err().unwrap());
    // It takes a connection and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silence: Url = format!("http://{}/silent", silent.local_addr().unwrap()).parse().unwrap();
    let impatient = http(&log, Duration::from_millis(50));
    drop(impatient.send(Ask::get(Service::Entra, silence.clone())).await.err().unwrap());
    tokio::select! {
        biased;
        _ = patient.send(Ask::get(Service::Entra, silence)) => unreachable!(),
        () = tokio::task::yield_now() => {}
    }
    let ends: Vec<String> = words(&path).into_iter().map(|line| line[4].clone()).collect();
    assert_eq!(ends, ["no-connection", "timed-out", "given-up"]);
    assert!(!fs::read_to_string(&path).unwrap().contains("secret"));
}

#[tokio::test]
async fn a_log_is_bounded_and_what_is_beyond_is_in_the_file_before() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log");
    let log = Arc::new(CallLog::at(&path).limited(500));
    log.open().unwrap();
    let another = Arc::new(CallLog::at(&path).limited(500));
    another.open().unwrap();
    for _ in 0..20 {
        for log in [&log, &another] {
            drop(
                http(log, Duration::from_secs(30)).send(Ask::get(Service::Entra, nobody().await)).await.err().unwrap(),
            );
        }
    }
    let aside = folder.path().join("log.1");
    for file in [&path, &aside] {
        let length = fs::metadata(file).unwrap().len();
        assert!((1..=500).contains(&length), "{length}");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o7777, 0o600);
        assert!(words(file).iter().all(|line| line.len() == 7));
    }
    assert!(!log.is_broken() && !another.is_broken());
    // It cannot be moved: that is noticed, and nothing else happens.
    fs::remove_file(&aside).unwrap();
    fs::create_dir(&aside).unwrap();
    for _ in 0..10 {
        drop(http(&log, Duration::from_secs(30)).send(Ask::get(Service::Entra, nobody().await)).await.err().unwrap());
    }
    assert!(log.is_broken());
}
