//! What is sent to Octo, and what never is.

use crate::steps::bench::{Bench, OCTO_SECRET, TENANT, octo_client, state_of, states};
use crate::steps::{Execution, State, Status};
use crate::words::{AccountName, Cause, CheckId, Failure, Mismatch, Part, Service};

fn octo(status: u16, code: u64) -> Failure {
    let mut failure = Failure::new(Service::Octo, Cause::Refused);
    failure.status = Some(status);
    failure.codes = vec![code];
    failure
}

fn lost() -> Failure {
    Failure::new(Service::Octo, Cause::Broken)
}

/// A registration that Octo has whole.
fn submitted() -> Bench {
    let mut bench = Bench::registered();
    assert_eq!(bench.submit(false).1, Status::Finished);
    bench.log.clear();
    bench
}

fn rename(bench: &mut Bench, name: &str) {
    let fact = crate::journal::Fact::Named { name: Some(AccountName::parse(name).unwrap()) };
    bench.perform(&crate::effect::Effect::Note(fact));
}

#[test]
fn what_is_registered_is_handed_over_call_by_call() {
    let mut bench = Bench::registered();
    rename(&mut bench, "Contoso");
    assert_eq!(bench.registration().not_submitted(), [Part::Payer, Part::Credentials, Part::Mpn]);
    let (run, status) = bench.submit(false);
    assert_eq!(status, Status::Finished, "{:?}", states(&run));
    assert_eq!(bench.octo_calls(), ["sign-in", "accounts", "register", "credentials", "mpn"]);
    assert_eq!(bench.payers[TENANT], "Contoso");
    assert!(bench.registration().not_submitted().is_empty());
    assert_eq!(run.registration(), &bench.registration());
    // The intention stands in the journal before the call.
    let place = |wanted: &str| bench.log.iter().position(|name| name == wanted).unwrap();
    assert!(place("note submitting") < place("octo register"));
    assert!(place("octo register") < place("note submitted"));
}

#[test]
fn nothing_secret_is_noted_or_shown() {
    let mut bench = Bench::registered();
    let (run, _) = bench.submit(false);
    let told = format!("{run:?} {:?} {:?}", bench.lines, run.lines());
    for secret in [OCTO_SECRET, "octo-token", "abc8Q~value"] {
        assert!(!told.contains(secret), "{secret}");
    }
}

#[test]
fn nothing_is_handed_over_where_nothing_is_registered() {
    let mut bench = Bench::default();
    assert_eq!(bench.step_two().1, Status::Finished);
    assert!(Execution::submit(bench.registration(), octo_client(), true).is_none());
}

#[test]
fn a_repeat_sends_only_what_octo_has_not_taken() {
    let mut bench = submitted();
    assert_eq!(bench.submit(false).1, Status::Finished);
    assert_eq!(bench.octo_calls(), ["sign-in", "accounts"]);
    assert_eq!(bench.payers.len(), 1);

    let mut bench = Bench::registered();
    bench.fail("octo credentials", octo(400, 3));
    let (run, status) = bench.submit(false);
    assert_eq!(status, Status::Refused);
    assert_eq!(state_of(&run, CheckId::OctoCredentials), "FAIL");
    assert_eq!(state_of(&run, CheckId::OctoMpn), "ok");
    assert_eq!(bench.registration().not_submitted(), [Part::Credentials]);
    bench.log.clear();
    assert_eq!(bench.submit(false).1, Status::Finished);
    assert_eq!(bench.octo_calls(), ["sign-in", "accounts", "credentials"]);
}

#[test]
fn another_payer_is_never_touched() {
    for replace in [false, true] {
        let mut bench = Bench::registered();
        bench.payers.insert("other".to_owned(), "Fabrikam".to_owned());
        let (run, status) = bench.submit(replace);
        assert_eq!(status, Status::Refused);
        let (check, failure) = run.failed().unwrap();
        assert_eq!(check.id, CheckId::OctoPayer);
        assert_eq!(failure.cause, Cause::Mismatch(Mismatch::OctoOtherPayer));
        assert_eq!(failure.detail.as_ref().unwrap(), "Fabrikam, other");
        assert_eq!(bench.octo_calls(), ["sign-in", "accounts"]);
        assert_eq!(bench.registration().octo, None);
        assert!(bench.registration().active.is_some());
    }
}

#[test]
fn the_same_payer_from_elsewhere_is_changed_only_when_asked_for() {
    let mut bench = Bench::registered();
    bench.payers.insert(TENANT.to_uppercase(), "Made on the page".to_owned());
    let (run, status) = bench.submit(false);
    assert_eq!(status, Status::Refused);
    let (_, failure) = run.failed().unwrap();
    assert_eq!(failure.cause, Cause::Mismatch(Mismatch::OctoSamePayer));
    assert_eq!(bench.octo_calls(), ["sign-in", "accounts"]);
    bench.log.clear();
    assert_eq!(bench.submit(true).1, Status::Finished);
    assert_eq!(bench.octo_calls(), ["sign-in", "accounts", "update", "credentials", "mpn"]);
}

#[test]
fn a_name_that_was_changed_here_is_changed_there_and_one_changed_there_is_left() {
    let mut bench = submitted();
    bench.payers.insert(TENANT.to_owned(), "Changed in Octo".to_owned());
    assert_eq!(bench.submit(false).1, Status::Finished);
    assert_eq!(bench.payers[TENANT], "Changed in Octo");
    rename(&mut bench, "New");
    assert_eq!(bench.registration().not_submitted(), [Part::Payer]);
    bench.log.clear();
    assert_eq!(bench.submit(false).1, Status::Finished);
    assert_eq!(bench.octo_calls(), ["sign-in", "accounts", "update"]);
    assert_eq!(bench.payers[TENANT], "New");
}

#[test]
fn another_set_is_handed_over_again() {
    let mut bench = submitted();
    assert_eq!(bench.step_two().1, Status::Finished);
    // The sign-in is carried over.
    assert_eq!(bench.step_three().1, Status::Finished);
    assert_eq!(bench.commit().1, Status::Finished);
    assert_eq!(bench.registration().not_submitted(), [Part::Credentials, Part::Mpn]);
    bench.log.clear();
    assert_eq!(bench.submit(false).1, Status::Finished);
    assert_eq!(bench.octo_calls(), ["sign-in", "accounts", "credentials", "mpn"]);
}

#[test]
fn a_payer_that_is_gone_from_octo_is_registered_with_everything() {
    let mut bench = submitted();
    bench.payers.clear();
    assert_eq!(bench.submit(false).1, Status::Finished);
    assert_eq!(bench.octo_calls(), ["sign-in", "accounts", "register", "credentials", "mpn"]);
}

#[test]
fn a_write_is_not_repeated_blindly_and_an_account_that_landed_is_ours() {
    let mut bench = Bench::registered();
    bench.fail("octo register", lost());
    let (mut run, status) = bench.submit(false);
    assert_eq!(status, Status::Refused);
    let registered = |bench: &Bench| {
        let calls = bench.octo_calls();
        calls.iter().filter(|call| **call == "register").count()
    };
    assert_eq!(registered(&bench), 1);
    // The call had landed, and only its answer was lost.
    bench.payers.insert(TENANT.to_owned(), String::new());
    let effects = run.retry(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    assert_eq!(registered(&bench), 1);
    assert!(bench.octo_calls().contains(&"update"));
}

#[test]
fn an_account_that_comes_after_a_no_is_not_ours() {
    let mut bench = Bench::registered();
    bench.fail("octo register", octo(403, 7));
    let (run, _) = bench.submit(false);
    let (_, failure) = run.failed().unwrap();
    assert_eq!(failure.status, Some(403), "the refusal is what is shown");
    assert_eq!(bench.registration().octo, None);
    bench.payers.insert(TENANT.to_owned(), "By hand".to_owned());
    let (run, _) = bench.submit(false);
    let (_, failure) = run.failed().unwrap();
    assert_eq!(failure.cause, Cause::Mismatch(Mismatch::OctoSamePayer));
}

#[test]
fn reads_are_tried_again_and_of_writes_only_those_that_were_not_looked_at() {
    for (start, status, again) in [
        ("octo sign-in", 503, true),
        ("octo accounts", 502, true),
        ("octo accounts", 429, true),
        ("octo register", 429, true),
        ("octo register", 503, false),
        ("octo register", 500, false),
        ("octo mpn", 503, false),
        ("octo accounts", 403, false),
    ] {
        let mut bench = Bench::registered();
        bench.fail(start, octo(status, 1));
        let (_, ended) = bench.submit(false);
        let paused = bench.log.iter().any(|name| name.starts_with("pause"));
        assert_eq!(paused, again, "{start} {status}");
        assert_eq!(ended == Status::Finished, again, "{start} {status}");
    }
}

#[test]
fn a_partner_without_a_known_mpn_id_is_told() {
    let mut bench = Bench::registered();
    for line in &mut bench.lines {
        if let crate::journal::Fact::PartnerApiProven { proof, .. } = &mut line.fact {
            proof.mpn = None;
        }
    }
    let (run, status) = bench.submit(false);
    assert_eq!(status, Status::Finished);
    let mpn = run.checks().iter().find(|check| check.id == CheckId::OctoMpn);
    assert!(matches!(mpn.unwrap().state, State::Noted(_)));
    assert!(!bench.octo_calls().contains(&"mpn"));
    assert!(bench.registration().not_submitted().is_empty());
}

#[test]
fn stopping_before_anything_is_sent_sends_nothing() {
    let mut bench = Bench::registered();
    let mut run = Execution::submit(bench.registration(), octo_client(), false).unwrap();
    let effects = run.start(0);
    assert_eq!(run.stop(), [CheckId::OctoSecret]);
    assert_eq!(bench.drive(&mut run, effects), Status::Stopped);
    assert!(bench.octo_calls().is_empty());
}

#[test]
fn a_change_that_octo_refuses_leaves_the_account_ours() {
    let mut bench = submitted();
    rename(&mut bench, "Contoso 2");
    bench.fail("octo update", octo(403, 7));
    assert_eq!(bench.submit(false).1, Status::Refused);
    assert_eq!(bench.submit(false).1, Status::Finished);
    assert!(bench.octo_calls().ends_with(&["update"]));
}
