//! `submit` against the simulator, with everything kept in memory.

use serde_json::Value;

use super::*;
use crate::commands::doctor::tests::Bench;
use crate::commands::error::end;
use crate::commands::tests::{Stream, context, host};
use crate::journal::Registration;
use crate::words::{Ring, Secret, Source, UntrustedText};

fn client(bench: &Bench, secret: &str) -> OctoClient {
    let facts = bench.simulator.facts();
    let host = bench.simulator.cloud().octo().unwrap().host();
    let which = (Ring::Usual, UntrustedText::new(&host));
    let secret = Secret::shared(secret.to_owned());
    OctoClient::new(&facts.octo_client_id, secret, &which, Source::Variables).unwrap()
}

/// Hands over, keeps what was noted, and returns the exit code, the JSON object and what was said beside it.
async fn submitted(bench: &mut Bench, replace: bool) -> (Exit, Value, String) {
    let secret = bench.simulator.facts().octo_client_secret;
    let client = client(bench, &secret);
    let (out, err) = (Stream::default(), Stream::default());
    let mut host = host(b"", &out, &err);
    let findings = hand_over(&mut host, &bench.world, bench.opened.clone(), client, replace).await.unwrap();
    bench.opened.registration = findings.run.registration().clone();
    let printed = submit::in_json(&findings);
    let told = format!("{printed}{}{}", err.text(), submit::text(&findings));
    for marked in [secret, bench.simulator.facts().client_secret] {
        assert!(!told.contains(&marked), "{told}");
    }
    let object = serde_json::from_str(&printed).unwrap();
    (findings.exit, object, err.text())
}

/// The whole command, for a person.
async fn in_words(bench: &Bench) -> (Exit, String, String) {
    let client = client(bench, &bench.simulator.facts().octo_client_secret);
    let (out, err) = (Stream::default(), Stream::default());
    let mut host = host(b"", &out, &err);
    let mut context = context(&mut host, "submit", false);
    let ended = submit(&mut context, false, &bench.world, bench.opened.clone(), client).await;
    let exit = end(&mut host, ended, None);
    (exit, out.text(), err.text())
}

/// The calls that changed something in Octo.
fn writes(bench: &Bench) -> Vec<String> {
    let log = bench.simulator.requests();
    log.into_iter()
        .filter(|request| request.host == "octo" && !request.path.ends_with(":read"))
        .map(|request| format!("{} {}", request.method, request.path))
        .collect()
}

#[tokio::test]
async fn what_is_registered_is_handed_over_once() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    let (exit, object, err) = submitted(&mut bench, false).await;
    assert_eq!(exit, Exit::Done, "{err}");
    assert!(err.contains("credentials from ALPHAUS_CLIENT_ID"), "{err}");
    let first = ["POST /v1/account", "POST /v1/azure/credentials/partnercenter", "POST /v1/azure/credentials/mpn"];
    let mut seen = writes(&bench);
    seen.sort();
    let mut wanted = first.map(str::to_owned);
    wanted.sort();
    assert_eq!(seen, wanted);
    assert_eq!(object["exit"], 0);
    assert_eq!(object["octo"]["missing"], serde_json::json!([]));
    let tenant = bench.simulator.facts().tenant_id;
    assert_eq!(object["octo"]["account"], tenant.as_str());
    let checks = object["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 6);
    assert!(checks.iter().all(|check| check["state"] == "ok"));

    let (exit, ..) = submitted(&mut bench, false).await;
    assert_eq!((exit, writes(&bench).len()), (Exit::Done, 3));

    assert_eq!(submitted(&mut bench, true).await.0, Exit::Done);
    let put = format!("PUT /v1/account/{tenant}");
    assert!(writes(&bench).contains(&put), "{:?}", writes(&bench));
}

#[tokio::test]
async fn every_refusal_has_its_exit_code_and_keeps_what_is_registered() {
    for (scenario, wanted, row) in [
        ("OCTO-400", Exit::Refused, "octo-invalid"),
        ("OCTO-403", Exit::Permission, "octo-denied"),
        ("OCTO-409", Exit::AlreadyRegistered, "octo-exists"),
        ("OCTO-500", Exit::Network, "octo-busy"),
        ("OCTO-token-401", Exit::Refused, "octo-sign-in"),
        ("OCTO-credentials-501", Exit::Refused, "octo-not-offered"),
        ("octo-taken", Exit::AlreadyRegistered, "octo-other-payer"),
        ("octo-same", Exit::AlreadyRegistered, "octo-same-payer"),
    ] {
        let mut bench = Box::pin(Bench::registered(scenario)).await;
        let before = bench.opened.registration.active.clone();
        let (exit, object, _) = submitted(&mut bench, false).await;
        assert_eq!(exit, wanted, "{scenario}: {object}");
        assert_eq!(object["failed"][0]["row"], row, "{scenario}: {object}");
        assert_eq!(bench.opened.registration.active, before, "{scenario}");
    }
}

#[tokio::test]
async fn the_same_payer_is_changed_when_it_is_asked_for() {
    let mut bench = Box::pin(Bench::registered("octo-same")).await;
    assert_eq!(submitted(&mut bench, true).await.0, Exit::Done);
    assert!(bench.opened.registration.not_submitted().is_empty());
    // From now on it is ours.
    assert_eq!(submitted(&mut bench, false).await.0, Exit::Done);
}

#[tokio::test]
async fn nothing_registered_is_said_and_is_an_exit_code() {
    let mut bench = Box::pin(Bench::registered("happy")).await;
    bench.opened.registration = Registration::default();
    let (exit, _, err) = in_words(&bench).await;
    assert_eq!(exit, Exit::SignIn);
    assert!(err.contains("nothing is registered"), "{err}");
    assert!(writes(&bench).is_empty());
}

#[tokio::test]
async fn a_person_reads_call_by_call_and_what_octo_has() {
    let bench = Box::pin(Bench::registered("OCTO-credentials-400")).await;
    let (exit, out, err) = in_words(&bench).await;
    assert_eq!(exit, Exit::Refused);
    assert_eq!(err.lines().count(), 7, "{err}");
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["has: payer account; lacks: credentials, MPN ID", "octo-csp submit sends what Octo has not taken"] {
        assert!(out.contains(words), "{words}\n{out}");
    }
}
