//! What is wrong with a shared vault is told in its own words: which node, which path, which capability. Each is brought about in a real
//! one, but for what a real one cannot be made to do.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use super::desk::{FIXED, PROGRAM};
use crate::openbao::{Cluster, block_on};

/// Asks for a token of a registration that is not there, with these variables in place of what works; the exit code, and what is said on
/// one line.
fn told(usual: &[(String, String)], other: &[(&str, &str)]) -> (Option<i32>, String) {
    told_by(&["token", "partner-center"], usual, other)
}

/// The same of another command.
fn told_by(words: &[&str], usual: &[(String, String)], other: &[(&str, &str)]) -> (Option<i32>, String) {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(words).args(["--store", "vault", "--vault-path", "words"]);
    command.env_clear().env("HOME", home.path()).envs(FIXED);
    command.envs(usual.iter().map(|(name, value)| (name, value))).envs(other.iter().copied());
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Asserts that this row is told, with these words.
fn is_told((code, said): (Option<i32>, String), row: &str, exit: i32, words: &[&str]) {
    assert!(said.contains(&format!(" {row} What happened")), "{row}: {said}");
    assert_eq!(code, Some(exit), "{row}: {said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn what_a_real_vault_refuses_is_told_with_the_node_the_path_and_the_capability() {
    let mut cluster = block_on(Cluster::start(1));
    let usual = cluster.variables(0);
    let node = cluster.address(0).replace("https://", "");
    let asked = |method: &str, path: &str, body: Value| block_on(cluster.done(0, method, path, body));
    assert_eq!(told(&usual, &[]).0, Some(4), "nothing is registered");

    // A policy that has nothing.
    let made = json!({"policies": ["nothing"], "no_default_policy": true});
    let token = asked("POST", "auth/token/create", made)["auth"]["client_token"].as_str().unwrap().to_owned();
    let denied = told(&usual, &[("VAULT_TOKEN", &token)]);
    is_told(denied, "vault-denied", 5, &["Lacking: read on secret/data/words/production"]);

    // The same token once its time is over.
    asked("POST", "auth/token/revoke", json!({"token": token}));
    let over = told(&usual, &[("VAULT_TOKEN", &token)]);
    is_told(over, "vault-login", 5, &["bao login", &node]);

    // A certificate of somebody else's CA.
    let other = tempfile::NamedTempFile::new().unwrap();
    let key = KeyPair::generate().unwrap();
    let pem = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap().pem();
    other.as_file().write_all(pem.as_bytes()).unwrap();
    let strange = told(&usual, &[("VAULT_CACERT", other.path().to_str().unwrap())]);
    is_told(strange, "vault-tls", 6, &["127.0.0.1"]);

    // A quota of one request in a minute.
    asked("POST", "sys/quotas/rate-limit/tight", json!({"rate": 1, "interval": "60s", "path": "secret/"}));
    let tight = (0..5).map(|_| told(&usual, &[])).find(|(code, _)| *code != Some(4));
    is_told(tight.unwrap(), "vault-quota", 7, &[&node]);
    asked("DELETE", "sys/quotas/rate-limit/tight", Value::Null);
    assert_eq!(told(&usual, &[]).0, Some(4));

    asked("PUT", "sys/seal", Value::Null);
    is_told(told(&usual, &[]), "vault-sealed", 7, &[&node, "bao operator unseal"]);
    drop(cluster.taken(0));
    is_told(told(&usual, &[]), "vault-unreachable", 6, &[&node]);
}

/// A server that answers everything with this; each request's head is told.
fn answering(answer: String) -> (String, Receiver<String>) {
    answering_each(vec![answer])
}

/// One that gives these answers one after the other, and the last one from then on.
fn answering_each(answers: Vec<String>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tells, asked) = channel();
    std::thread::spawn(move || {
        let last = answers.last().unwrap().clone();
        for (stream, answer) in listener.incoming().zip(answers.into_iter().chain(std::iter::repeat(last))) {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(&stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && lines.read_line(&mut head).is_ok_and(|count| count > 0) {}
            drop((tells.send(head), stream.write_all(answer.as_bytes())));
        }
    });
    (address, asked)
}

/// A standby that does not pass on what is asked says who leads (307).
#[test]
fn a_standby_that_names_the_leader_is_followed_to_it_and_nowhere_else() {
    let nothing = "HTTP/1.1 404 Not Found\r\ncontent-length: 13\r\nconnection: close\r\n\r\n{\"errors\":[]}";
    let (leader, at_leader) = answering(nothing.to_owned());
    let passes =
        |to: &str| format!("HTTP/1.1 307 -\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let path = "/v1/secret/data/words/production";
    let (standby, at_standby) = answering(passes(&format!("{leader}{path}")));
    let login = |address: &str| {
        [("VAULT_ADDR", address), ("VAULT_TOKEN", "s.of-the-test")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let (_, said) = told(&login(&standby), &[]);
    let asked = at_leader.recv().unwrap();
    assert!(asked.starts_with(&format!("GET {path} ")) && asked.contains("s.of-the-test"), "{asked} {said}");
    assert!(at_standby.recv().unwrap().contains("s.of-the-test"));

    // Another path, or no loopback and no TLS: the token goes to nobody.
    for elsewhere in [format!("{leader}/v1/sys/seal"), format!("http://vault.example:8200{path}")] {
        while at_leader.try_recv().is_ok() {}
        let (standby, _) = answering(passes(&elsewhere));
        let node = standby.replace("http://", "");
        is_told(told(&login(&standby), &[]), "vault-no-leader", 7, &[&node]);
        assert!(at_leader.try_recv().is_err(), "{elsewhere}");
    }
}

/// The one that is named may lead no more either, and say so in the same way: the standby is asked again.
#[test]
fn a_leader_that_leads_no_more_and_names_another_one_is_no_fault() {
    let head = |status: &str, more: &str| format!("HTTP/1.1 {status}\r\n{more}connection: close\r\n");
    let nothing = head("404 Not Found", "") + "content-length: 13\r\n\r\n{\"errors\":[]}";
    let path = "/v1/secret/metadata/words";
    let passes = |to: &str| head("307 -", &format!("location: {to}{path}\r\n")) + "content-length: 0\r\n\r\n";
    let (leader, _) = answering(nothing.clone());
    let (former, at_former) = answering_each(vec![passes(&leader), nothing]);
    let (standby, at_standby) = answering(passes(&former));
    let login = [("VAULT_ADDR", standby.as_str()), ("VAULT_TOKEN", "s.of-the-test")];
    let login = login.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (code, said) = told_by(&["list"], &login, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(at_former.iter().take(2).count() == 2 && at_standby.iter().take(2).count() == 2);
}

#[test]
fn a_ca_of_the_command_line_counts_for_the_vault_too_and_is_said() {
    let cluster = Cluster::shared();
    let usual: Vec<_> = cluster.variables(0).into_iter().filter(|(name, _)| name != "VAULT_CACERT").collect();
    let ca = cluster.ca().display().to_string();
    let commands = [&["list"][..], &["status"], &["token", "partner-center"], &["doctor"], &["store", "break-lease"]];
    for words in commands {
        is_told(told_by(words, &usual, &[]), "vault-tls", 6, &["VAULT_CACERT"]);
        let (code, said) = told_by(&[words, &["--ca-file", &ca]].concat(), &usual, &[]);
        assert!(matches!(code, Some(0 | 4)), "{words:?}: {code:?} {said}");
    }
    let (_, said) = told_by(&["token", "partner-center", "--ca-file", &ca], &usual, &[]);
    assert!(said.contains("the system's CAs and that of --ca-file, login by"), "{said}");
    // The CA of the vault's own variable is trusted alone.
    let own = cluster.variables(0);
    let (_, said) = told_by(&["token", "partner-center", "--ca-file", &ca], &own, &[]);
    assert!(said.contains("its own CA file, login by"), "{said}");
}
