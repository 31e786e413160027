//! Which hosts the program that ships asks for, with a proxy in its way that writes them down and lets nobody through.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use super::commands::register_at;
use crate::keyring::Session;

const MANUAL: &str = include_str!("../../docs/MANUAL.md");

/// A proxy that says no, and the hosts that it was asked for.
fn proxy() -> (String, Arc<Mutex<BTreeSet<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            drop(BufReader::new(&stream).read_line(&mut line));
            let target = line.split(' ').nth(1).unwrap_or_default();
            seen.lock().unwrap().insert(target.trim_end_matches(":443").to_owned());
            drop(stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"));
        }
    });
    (address, asked)
}

/// The hosts that the manual names.
fn told() -> BTreeSet<String> {
    let section = MANUAL.split("## Hosts").nth(1).unwrap().split("\n## ").next().unwrap();
    section.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn no_host_is_asked_for_but_those_of_the_manual() {
    let session = Session::unlocked();
    let (address, asked) = proxy();
    let state = session.home().join(".local/state/octo-csp");
    register_at(&state, "production-at-us-gov", octo_csp::world::clock::now());
    // What the hand-over and the checks take with them.
    for item in ["partner-center-secret", "refresh-token", "manifest"] {
        session.store(&format!("production-at-us-gov/{item}/A/2/1"), "abc8Q~def");
    }
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_octo-csp"))
            .args(arguments)
            .env_clear()
            .envs(session.variables())
            .envs([("ALL_PROXY", &address), ("HTTPS_PROXY", &address), ("HTTP_PROXY", &address)])
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdin.take().unwrap().write_all(b"abc8Q~def"));
        child.wait().unwrap();
    };
    for offline in [
        &["status"][..],
        &["report"],
        &["handoff", "--cloud", "us-gov"],
        &["explain", "AADSTS65001"],
        &["config"],
        &["rename", "Contoso", "--cloud", "us-gov"],
        &["completions", "bash"],
        &["man"],
        &["--version"],
    ] {
        run(offline, &[]);
    }
    assert!(asked.lock().unwrap().is_empty(), "{asked:?}");

    let values = ["--application-id", "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711", "--directory", "contoso.onmicrosoft.com"];
    let register = [&["register", "--no-input", "--secret-stdin"], &values[..]].concat();
    for cloud in [&[][..], &["--cloud", "china"], &["--cloud", "us-gov", "--sandbox"]] {
        run(&[&register[..], cloud].concat(), &[]);
    }
    let client = [("ALPHAUS_CLIENT_ID", "an-id"), ("ALPHAUS_CLIENT_SECRET", "a-secret")];
    run(&["submit", "--cloud", "us-gov"], &client);
    let beta = ("ALPHAUS_AUTH_URL", "https://loginnext.alphaus.cloud/ripple/access_token");
    run(&["submit", "--cloud", "us-gov"], &[client[0], client[1], beta]);
    run(&["doctor", "--cloud", "us-gov"], &[]);

    let (asked, told) = (asked.lock().unwrap().clone(), told());
    let others: Vec<&String> = asked.difference(&told).collect();
    assert!(others.is_empty(), "{others:?} of {asked:?}; the manual has {told:?}");
    for wanted in ["login.microsoftonline.com", "login.alphaus.cloud", "loginnext.alphaus.cloud"] {
        assert!(asked.contains(wanted), "{wanted}: {asked:?}");
    }
    assert!(asked.len() >= 5, "{asked:?}");
}
