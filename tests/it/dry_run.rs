//! `register --dry-run` says what `register` does, and does none of it.

use std::fs;

use octo_csp::simulator::RequestLog;
use serde_json::Value;

use crate::call_log::{Desk, of_simulator};
use crate::schema;

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Every file below the home, with its length.
fn files(desk: &Desk) -> Vec<(String, u64)> {
    let mut all = Vec::new();
    let mut left = vec![desk.home.path().to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                left.push(entry.path());
            }
            all.push((entry.path().display().to_string(), entry.metadata().unwrap().len()));
        }
    }
    all.sort();
    all
}

#[test]
fn a_dry_run_lists_the_calls_the_items_and_the_lines_of_a_real_run_and_does_nothing() {
    let desk = Desk::new();
    let facts = desk.facts();
    let octo = [
        ("ALPHAUS_CLIENT_ID", facts.octo_client_id.as_str()),
        ("ALPHAUS_CLIENT_SECRET", facts.octo_client_secret.as_str()),
    ];
    let register = ["register", "--no-input", "--application-id", &facts.client_id, "--directory", &facts.domain];
    let before = files(&desk);
    let log = desk.path("calls.log");
    let words = [&register[..], &["--dry-run", "--json", "--log", &log]].concat();
    let listed = desk.run(&words, &octo, "");
    assert_eq!(listed.status.code(), Some(0), "{listed:?}");
    let object: Value = serde_json::from_slice(&listed.stdout).unwrap();
    schema::holds(&object);
    assert_eq!(files(&desk), before, "nothing is written");
    assert!(desk.requests().is_empty(), "nobody is asked");
    for secret in [&facts.client_secret, &facts.octo_client_secret] {
        assert!(!String::from_utf8_lossy(&listed.stdout).contains(secret.as_str()));
    }
    // As text it names the same hosts and paths.
    let text = desk.run(&[&register[..], &["--dry-run"]].concat(), &octo, "");
    let text = String::from_utf8(text.stdout).unwrap();
    for call in object["calls"].as_array().unwrap() {
        assert!(text.contains(call["path"].as_str().unwrap()) && text.contains(call["host"].as_str().unwrap()));
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80 || line.contains('/')), "{text}");

    let words = [&register[..], &["--secret-stdin"]].concat();
    let (asked, browsed, _) = desk.register(&words, &["consent", "start", "--json"], &octo);
    let all = desk.requests();
    let ours: Vec<RequestLog> = asked.iter().chain(all.iter().skip(asked.len() + browsed)).cloned().collect();
    let real: Vec<(String, String)> = of_simulator(&ours).into_iter().map(|(method, path, _)| (method, path)).collect();
    let mut foreseen: Vec<(String, String)> = object["calls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call["by"] == "octo-csp")
        .map(|call| {
            let path = call["path"].as_str().unwrap().replace("{directory}", &facts.tenant_id);
            (call["method"].as_str().unwrap().to_owned(), path)
        })
        .collect();
    foreseen.sort();
    assert_eq!(foreseen, real);

    what_is_kept(&desk, &object);
}

/// The lines, the items and the files of a registration are those that were told.
fn what_is_kept(desk: &Desk, object: &Value) {
    let folder = fs::read_dir(desk.path(".local/state/octo-csp")).unwrap();
    let folder = folder.map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    let journal = fs::read_to_string(folder.join("journal")).unwrap();
    let lines: Vec<Value> =
        journal.lines().map(|line| serde_json::from_str(line.split_once(' ').unwrap().1).unwrap()).collect();
    let facts: Vec<&str> = lines.iter().map(|line| line["fact"].as_str().unwrap()).collect();
    assert_eq!(texts(&object["journal"]), facts);
    let mut kept: Vec<String> =
        lines.iter().filter(|line| line["fact"] == "kept").map(|line| line["item"].to_string()).collect();
    kept.sort();
    let items = object["kept"].as_array().unwrap();
    assert_eq!(items.len(), kept.len());
    for file in object["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        assert!(path.starts_with('~') || fs::metadata(path).is_ok(), "{path} is not there");
    }
    for path in fs::read_dir(&folder).unwrap() {
        let path = path.unwrap().path().display().to_string();
        assert!(
            object["files"].as_array().unwrap().iter().any(|file| file["path"] == path.as_str()),
            "{path} was not told"
        );
    }
}

#[test]
fn a_dry_run_without_anything_given_needs_no_terminal_and_names_the_hosts_of_the_manual() {
    let desk = Desk::new();
    let home = desk.home.path().display().to_string();
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_octo-csp"))
        .args(["register", "--dry-run", "--json"])
        .env_clear()
        .env("HOME", &home)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let object: Value = serde_json::from_slice(&ended.stdout).unwrap();
    schema::holds(&object);
    let mut hosts: Vec<&str> =
        object["calls"].as_array().unwrap().iter().map(|call| call["host"].as_str().unwrap()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    assert_eq!(hosts, ["api.partner.microsoft.com", "api.partnercenter.microsoft.com", "login.microsoftonline.com"]);
    assert_eq!(object["store"], "keyring");
}
