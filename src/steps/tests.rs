//! Every transition, without a runtime: a world of a few lines answers the effects.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::bench::*;
use super::*;
use crate::diagnose::{Goto, diagnose};
use crate::effect::{AddressSeen, AuthorizationResponse, Effect, Outcome, SignInNotice};
use crate::journal::standing::AttemptState;
use crate::journal::{Kind, Registration, Slot};
use crate::words::{
    Answer, Audience, Cause, CheckId, Claims, ClientId, DiskFault, Failure, Found, Mismatch, MpnId, PartnerApiRequest,
    PartnerCenterRequest, Reach, RedirectAddress, Secret, Service, Step, TokenResponse, UntrustedText, VaultFault,
};
use std::time::Duration;

use crate::effect::{CodeAudience, Tenant};

mod broken;
mod commit;
mod tokens;

#[test]
fn step_two_goes_directory_token_reads_keep() {
    let mut bench = Bench::default();
    let (run, status) = bench.step_two();
    assert_eq!(status, Status::Finished);
    assert_eq!(
        bench.log,
        [
            "discover",
            "apptoken",
            "read Customers",
            "read LegalBusiness",
            "read InvoiceSummary",
            "note began",
            "note keeping",
            "keep partner-center-secret/A/1/1",
            "note kept",
            "note partner-center-proven",
        ]
    );
    let open = run.registration().open.clone().unwrap();
    assert_eq!(open.slot, Slot::A);
    assert_eq!(open.partner_center.unwrap().0.company, UntrustedText::some("Contoso Ltd"));
}

#[test]
fn independent_reads_go_out_together() {
    let mut run = Execution::partner_center(center_request(), Registration::default());
    let mut bench = Bench::default();
    let (id, effect) = run.start(0).pop().unwrap();
    let outcome = bench.perform(&effect).unwrap();
    let (id, effect) = run.resume(id, outcome, 0).pop().unwrap();
    let outcome = bench.perform(&effect).unwrap();
    assert_eq!(run.resume(id, outcome, 0).len(), 3);
}

#[test]
fn a_failed_check_stops_what_needs_it_and_nothing_else() {
    let mut bench = Bench::default();
    bench.fail("read LegalBusiness", refused(403, 900_150));
    let (run, status) = bench.step_two();
    assert_eq!(status, Status::Refused);
    assert_eq!(state_of(&run, CheckId::Customers), "ok");
    assert_eq!(state_of(&run, CheckId::Company), "FAIL");
    assert_eq!(state_of(&run, CheckId::Balance), "ok");
    assert_eq!(state_of(&run, CheckId::KeepSecret), "-");
    assert!(bench.vault.is_empty());
    assert!(bench.lines.is_empty(), "nothing is noted for a step that was not proven");
}

#[test]
fn retrying_repeats_only_what_failed() {
    let mut bench = Bench::default();
    bench.fail("read LegalBusiness", refused(403, 900_150));
    let (mut run, _) = bench.step_two();
    bench.log.clear();
    let effects = run.retry(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    assert_eq!(bench.log.first().unwrap(), "read LegalBusiness");
    assert!(!bench.log.contains(&"apptoken".to_owned()));
}

#[test]
fn a_new_secret_is_tried_for_minutes_only_when_the_operator_says_it_is_new() {
    let mut bench = Bench::default();
    bench.fail("apptoken", refused(401, 7_000_215));
    assert_eq!(bench.step_two().1, Status::Refused);

    let mut bench = Bench::default();
    for _ in 0..4 {
        bench.fail("apptoken", refused(401, 7_000_215));
    }
    let mut run = Execution::partner_center(center_request(), Registration::default());
    run.be_patient();
    let effects = run.start(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    let pauses: Vec<_> = bench.log.iter().filter(|name| name.starts_with("pause")).collect();
    assert_eq!(pauses, ["pause 5", "pause 15", "pause 30", "pause 60"]);
}

#[test]
fn a_throttled_read_waits_once_as_long_as_it_is_told() {
    let mut bench = Bench::default();
    for _ in 0..2 {
        let mut failure = refused(429, 0);
        failure.retry_after = Some(Duration::from_secs(57));
        bench.fail("read InvoiceSummary", failure);
    }
    let (run, status) = bench.step_two();
    assert_eq!(status, Status::Refused);
    assert_eq!(state_of(&run, CheckId::Balance), "FAIL");
    assert_eq!(bench.log.iter().filter(|name| *name == "pause 57").count(), 1);
}

#[test]
fn tokens_for_somebody_else_are_told_apart() {
    let odd = |change: fn(&mut Claims)| {
        let mut claims = claims();
        claims.scopes.clear();
        change(&mut claims);
        let mut run = Execution::partner_center(center_request(), Registration::default());
        run.start(0);
        run.resume(
            CheckId::Tenant,
            Outcome::Discovered(Tenant { id: tenant(), named: true, region: None, cloud: None }),
            0,
        );
        run.resume(CheckId::AppToken, Outcome::AppToken(Box::new(grant("app", claims))), 0);
        run.failed().map(|(check, failure)| (check.id, failure.cause))
    };
    let at = |mismatch| Some((CheckId::AppClaims, Cause::Mismatch(mismatch)));
    assert_eq!(odd(|claims| claims.tenant = UntrustedText::some("other")), at(Mismatch::Tenant));
    assert_eq!(odd(|claims| claims.application = UntrustedText::some("other")), at(Mismatch::Application));
    assert_eq!(
        odd(|claims| claims.audience = UntrustedText::some("https://graph.windows.net")),
        at(Mismatch::Audience)
    );
    assert_eq!(odd(|claims| claims.scopes = vec![UntrustedText::new("x")]), at(Mismatch::TokenKind));
    assert_eq!(odd(|claims| claims.readable = false), None);
    assert_eq!(odd(|_| {}), None);
}

#[test]
fn step_three_asks_then_keeps_the_token_before_it_uses_anything() {
    let mut bench = Bench::default();
    bench.step_two();
    bench.log.clear();
    let (mut run, status) = bench.step_three();
    assert_eq!(status, Status::Asking);
    assert!(run.authorization_request().is_some());
    assert_eq!(
        bench.log,
        [
            "recall partner-center-secret/A/1/1",
            "probe",
            "listen",
            "note keeping",
            "keep sign-in/A/1/1",
            "note kept",
            "note consenting",
            "await",
        ]
    );
    bench.log.clear();
    assert_eq!(bench.paste(&mut run, &format!("https://x/?code={CODE}&state=7f3c")), Status::Finished);
    assert_eq!(
        bench.log.get(..7).unwrap(),
        ["note redeeming", "redeem", "note keeping", "keep refresh-token/A/1/1", "note kept", "tell", "erase"]
    );
    let refresh = bench.log.iter().position(|name| name == "refresh PartnerApi").unwrap();
    let rotated = bench.log.iter().position(|name| name == "keep refresh-token/A/1/2").unwrap();
    let rates = bench.log.iter().position(|name| name == "read ExchangeRates").unwrap();
    assert!(refresh < rotated && rotated < rates);
    assert_eq!(bench.log.last().unwrap(), "note partner-api-proven");
    assert_eq!(bench.redemptions, 1);
    let (proof, _) = bench.registration().open.unwrap().partner_api.unwrap();
    assert_eq!(proof.user, UntrustedText::some("admin@contoso.example"));
    assert_eq!(proof.mfa, Some(true));
    assert_eq!(proof.mpn.unwrap().as_str(), "6271154");
}

#[test]
fn wrong_pastes_change_nothing() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    for (raw, wanted) in [
        ("", WrongPaste::Empty),
        (
            "https://x/authorize?client_id=a&response_type=code&redirect_url=b",
            WrongPaste::SignInAddress { redirect_url: true },
        ),
        (TENANT, WrongPaste::Guid),
        ("https://localhost/?code=1.AXoAkl-some_opaque.AgAB&state=other", WrongPaste::OtherSignIn),
        ("https://localhost/?code=1.AXoAkl-some_opaque.AgAB", WrongPaste::CutOff),
        ("https://localhost/?error=access_denied&state=other", WrongPaste::OtherSignIn),
        // The cases a01 and a03 of the field.
        (
            "https://localhost/?code=0.AXEAxxxxxxxxxxxxxxxx&session_state=11111111-2222-3333-4444-555555555555",
            WrongPaste::OtherLink,
        ),
        (
            "http://localhost:44939/?code=1.AHO6_RVjy1ps63…iH0HGAQiAu0rwJ2&state=STATE&session_state=X",
            WrongPaste::Damaged,
        ),
    ] {
        match run.answer(raw, 0) {
            Err(wrong) => assert_eq!(wrong, wanted, "{raw}"),
            Ok(_) => panic!("{raw} was taken"),
        }
        assert_eq!(run.status(), Status::Asking);
    }
}

#[test]
fn a_code_is_sent_once_ever() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    bench.fail("redeem", refused(400, 70_008));
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    let effects = run.retry(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Asking, "a retry is a new sign-in");
    assert!(matches!(run.answer(CODE, 0), Err(WrongPaste::UsedBefore)));
    assert_eq!(bench.log.iter().filter(|name| *name == "redeem").count(), 1);
}

#[test]
fn a_code_that_never_left_is_no_doubt_and_is_sent_again() {
    let never_left = || Failure { unsent: true, ..Failure::new(Service::Entra, Cause::NoConnection) };
    let refused_at = |failure: Failure| {
        let mut bench = Bench::default();
        bench.step_two();
        let (mut run, _) = bench.step_three();
        bench.log.clear();
        bench.fail("redeem", failure);
        assert_eq!(bench.paste(&mut run, &format!("https://x/?code={CODE}&state=7f3c")), Status::Refused);
        (bench, run)
    };
    let told = |run: &Execution| {
        let (check, failure) = run.failed().unwrap();
        diagnose(failure, &run.context(check.id))
    };
    let (mut bench, mut run) = refused_at(never_left());
    assert_eq!(bench.log, ["note redeeming", "redeem", "note not-redeemed"]);
    let diagnosis = told(&run);
    assert_eq!((diagnosis.row, diagnosis.goto), ("no-connection", Goto::Retry));
    let open = bench.registration().open.unwrap();
    assert_eq!((open.standing(), open.codes_sent), (AttemptState::SignInOpen, 0));
    // Another process opens the same link, and takes the code from the browser's address bar, alone or not.
    let (mut other, status) = bench.step_three();
    assert_eq!(status, Status::Asking);
    assert!(other.answer(CODE, 0).is_ok());
    // This one has the code still.
    bench.log.clear();
    let effects = run.retry(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    assert_eq!(bench.log.get(..3).unwrap(), ["note redeeming", "redeem", "note keeping"]);
    assert_eq!(bench.redemptions, 1);

    // The control: one that may have left.
    let (bench, mut run) = refused_at(Failure { unsent: false, ..never_left() });
    assert_eq!((told(&run).goto, bench.log.len()), (Goto::SignInAgain, 2));
    assert_eq!(bench.registration().open.unwrap().standing(), AttemptState::CodeUncertain);
    assert!(matches!(run.retry(0).as_slice(), [(CheckId::SignIn, _)]));
}

/// What the journal does not say, the next process cannot know: then the code counts as sent.
#[test]
fn a_code_that_never_left_counts_as_sent_if_that_cannot_be_noted() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    bench.fail("redeem", Failure { unsent: true, ..Failure::new(Service::Entra, Cause::NoConnection) });
    bench.fail("note not-redeemed", Failure::new(Service::Disk, Cause::Disk(DiskFault::Full)));
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    let (check, failure) = run.failed().unwrap();
    assert_eq!((check.id, failure.cause, failure.unsent), (CheckId::Redeem, Cause::NoConnection, false));
    let effects = run.retry(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Asking);
    assert!(matches!(run.answer(CODE, 0), Err(WrongPaste::UsedBefore)));
}

#[test]
fn a_refusal_of_the_browser_does_not_end_the_wait() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    let came = |response| Outcome::Came(Box::new(response));
    let declined = Box::new(refused(400, 65_004));
    for notice in [SignInNotice::Declined(declined), SignInNotice::OpenedTwice] {
        let wanted = format!("{notice:?}");
        let next = run.resume(CheckId::SignIn, came(AuthorizationResponse::Noticed(notice)), 0);
        assert!(matches!(next.as_slice(), [(CheckId::SignIn, Effect::Await)]), "{next:?}");
        assert_eq!(run.status(), Status::Asking);
        assert_eq!(format!("{:?}", run.sign_in_notice().unwrap()), wanted);
    }
    assert_eq!(bench.paste(&mut run, &format!("https://x/?code={CODE}&state=7f3c")), Status::Finished);
    assert_eq!(bench.redemptions, 1);
}

#[test]
fn a_declined_sign_in_is_a_failure_with_a_way_back() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    let raw = "http://localhost/?error=access_denied&error_subcode=cancel&state=7f3c";
    assert_eq!(bench.paste(&mut run, raw), Status::Refused);
    assert_eq!(run.failed().unwrap().0.id, CheckId::SignIn);
    let effects = run.retry(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Asking);
    assert_eq!(bench.redemptions, 0);
}

#[test]
fn a_token_that_cannot_be_kept_stays_at_hand_and_is_kept_on_retry() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    bench.fail("keep refresh-token", Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked)));
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    assert_eq!(run.failed().unwrap().0.id, CheckId::KeepToken);
    let effects = run.retry(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    assert_eq!(bench.redemptions, 1);
    assert_eq!(bench.vault.get("refresh-token/A/1/2").map(String::as_str), Some("token-1"));
}

#[test]
fn stopping_gives_reads_up_but_lands_the_token_first() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    let Ok(effects) = run.answer(CODE, 0) else { panic!("not taken") };
    let (id, effect) = effects.into_iter().next().unwrap();
    let outcome = bench.perform(&effect).unwrap();
    let redeem = run.resume(id, outcome, 0);
    assert!(run.stop().is_empty(), "a redemption in flight is not given up");
    assert_eq!(bench.drive(&mut run, redeem), Status::Stopped);
    assert!(bench.vault.contains_key("refresh-token/A/1/1"));
    assert!(!bench.log.iter().any(|name| name.starts_with("read Organization")));

    let (mut again, status) = bench.step_three();
    assert_eq!(status, Status::Finished, "the kept sign-in is finished without a person");
    assert_eq!(state_of(&again, CheckId::SignIn), "ok");
    assert_eq!(bench.redemptions, 1);
    assert!(again.stop().is_empty());
}

#[test]
fn a_sign_in_that_was_open_when_the_program_ended_is_continued() {
    let mut bench = Bench::default();
    bench.step_two();
    let (run, _) = bench.step_three();
    drop(run);
    bench.log.clear();
    let (mut run, status) = bench.step_three();
    assert_eq!(status, Status::Asking);
    assert_eq!(bench.log, ["recall partner-center-secret/A/1/1", "recall sign-in/A/1/1", "resumelistening", "await"]);
    assert_eq!(bench.paste(&mut run, CODE), Status::Finished);
}

#[test]
fn mfa_is_needed_from_the_token_or_the_service() {
    let with = |methods: Option<Vec<UntrustedText>>, header: Option<bool>| {
        let claims = Some(Claims { methods, ..claims() });
        let mut bench = Bench { claims, mfa_header: header, ..Bench::default() };
        bench.step_two();
        let (mut run, _) = bench.step_three();
        bench.paste(&mut run, CODE);
        state_of(&run, CheckId::Mfa)
    };
    let methods = |name: &str| Some(vec![UntrustedText::new(name)]);
    assert_eq!(with(methods("mfa"), None), "ok");
    assert_eq!(with(methods("pwd"), None), "FAIL");
    assert_eq!(with(methods("pwd"), Some(true)), "FAIL");
    assert_eq!(with(methods("mfa"), Some(false)), "FAIL");
    assert_eq!(with(None, Some(true)), "ok");
    assert_eq!(with(None, Some(false)), "FAIL");
    assert_eq!(with(None, None), "note");
}

#[test]
fn a_sign_in_without_mfa_is_told_before_anything_that_needs_it_is_asked() {
    let claims = Some(Claims { methods: Some(vec![UntrustedText::new("pwd")]), ..claims() });
    let mut bench = Bench { claims, ..Bench::default() };
    bench.step_two();
    let (mut run, _) = bench.step_three();
    bench.log.clear();
    bench.paste(&mut run, CODE);
    assert_eq!(state_of(&run, CheckId::Mfa), "FAIL");
    assert!(!bench.log.iter().any(|line| line.contains("read ")), "{:?}", bench.log);
}

#[test]
fn another_tenant_or_mpn_is_refused() {
    let mut bench = Bench { organization_tenant: Some(APP), ..Bench::default() };
    bench.step_two();
    let (mut run, _) = bench.step_three();
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    assert_eq!(run.failed().unwrap().1.cause, Cause::Mismatch(Mismatch::OrganizationTenant));

    let mut bench = Bench::default();
    bench.step_two();
    let request = PartnerApiRequest { mpn: Some(MpnId::parse("1").unwrap().value), ..api_request() };
    let mut run = Execution::partner_api(request, bench.registration(), None);
    let effects = run.start(0);
    bench.drive(&mut run, effects);
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    assert_eq!(run.failed().unwrap().1.cause, Cause::Mismatch(Mismatch::Mpn));
}

#[test]
fn an_answer_without_refresh_token_is_refused_and_nothing_is_kept() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    let Ok(mut effects) = run.answer(CODE, 0) else { panic!("not taken") };
    let (id, note) = effects.pop().unwrap();
    let outcome = bench.perform(&note).unwrap();
    run.resume(id, outcome, 0);
    let landed = TokenResponse { refresh_token: None, grant: Ok(grant("user", claims())) };
    run.resume(CheckId::Redeem, Outcome::TokenResponse(Box::new(landed)), 0);
    assert_eq!(run.failed().unwrap().1.cause, Cause::Mismatch(Mismatch::NoRefreshToken));
    assert_eq!(state_of(&run, CheckId::KeepToken), "-");
}

#[test]
fn another_secret_is_proven_before_a_person_is_asked() {
    let mut bench = Bench::default();
    bench.step_two();
    bench.log.clear();
    let request = PartnerApiRequest { other_secret: Some(Secret::shared("other".to_owned())), ..api_request() };
    let mut run = Execution::partner_api(request, bench.registration(), None);
    let effects = run.start(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Asking);
    let proven = bench.log.iter().position(|name| name == "apptoken").unwrap();
    let kept = bench.log.iter().position(|name| name == "keep partner-api-secret/A/1/1").unwrap();
    let listens = bench.log.iter().position(|name| name == "listen").unwrap();
    assert!(proven < kept && kept < listens);
}

#[test]
fn a_re_run_of_step_three_copies_the_secret_and_leaves_the_active_set_alone() {
    let mut bench = Bench::registered();
    let before = bench.registration().active.unwrap();
    let kept = bench.vault.clone();
    let (mut run, status) = bench.step_three();
    assert_eq!(status, Status::Asking);
    bench.fail("redeem", refused(400, 54_005));
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    assert_eq!(bench.registration().active.unwrap(), before);
    for (name, value) in kept {
        assert_eq!(bench.vault.get(&name), Some(&value), "{name}");
    }
}

/// Step 2 with another application.
fn step_two_of(bench: &mut Bench, other: &str) -> Registration {
    let request = PartnerCenterRequest { application: ClientId::parse(other).unwrap().value, ..center_request() };
    let mut run = Execution::partner_center(request, bench.registration());
    run.start(0);
    run.resume(
        CheckId::Tenant,
        Outcome::Discovered(Tenant { id: tenant(), named: true, region: None, cloud: None }),
        0,
    );
    let app = grant("app", Claims { application: UntrustedText::some(other), scopes: Vec::new(), ..claims() });
    let effects = run.resume(CheckId::AppToken, Outcome::AppToken(Box::new(app)), 0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    bench.registration()
}

#[test]
fn another_application_gives_the_open_attempt_up() {
    let mut bench = Bench::default();
    bench.step_two();
    let other = "11111111-2222-3333-4444-555555555555";
    let registration = step_two_of(&mut bench, other);
    assert_eq!(registration.closed.len(), 1);
    let open = registration.open.unwrap();
    assert!(open.item(Kind::PartnerCenterSecret).is_some(), "the item belongs to the new attempt");
    assert_eq!(open.partner_center.unwrap().0.application.as_str(), other);
}

#[test]
fn what_was_given_up_again_and_again_is_deleted_before_there_is_much_of_it() {
    let mut bench = Bench::default();
    bench.step_two();
    for number in 0..20 {
        let registration = step_two_of(&mut bench, &format!("11111111-2222-3333-4444-{number:012}"));
        assert!(registration.closed.len() < 8, "{number}: {}", registration.closed.len());
        assert!(bench.vault.len() < 10, "{number}: {:?}", bench.vault.keys());
    }
    // One that cannot be deleted now keeps nobody from his work, and is tried again.
    bench.fail("erase", Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked)));
    for number in 20..30 {
        step_two_of(&mut bench, &format!("11111111-2222-3333-4444-{number:012}"));
    }
    assert!(bench.registration().closed.len() < 8);
}

#[test]
fn checking_again_changes_nothing_but_the_rotated_token() {
    let mut bench = Bench::registered();
    let set = bench.registration().active.unwrap().set();
    let mut run = Execution::check(Step::PartnerCenter, bench.registration()).unwrap();
    let effects = run.start(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    let noted: Vec<&String> =
        bench.log.iter().filter(|name| name.starts_with("note") || name.starts_with("keep")).collect();
    assert_eq!(noted, ["note checked"]);
    let mut run = Execution::check(Step::PartnerApi, bench.registration()).unwrap();
    let effects = run.start(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    assert_eq!(bench.redemptions, 1);
    let after = bench.registration().active.unwrap();
    let others = set.iter().filter(|item| item.kind != Kind::RefreshToken);
    for item in others.chain(&after.set()) {
        assert!(bench.vault.contains_key(&item.to_string()), "{item}");
    }
    assert!(after.item(Kind::RefreshToken) > set.iter().find(|item| item.kind == Kind::RefreshToken));
    assert!(Execution::check(Step::Basic, bench.registration()).is_none());
    assert!(Execution::check(Step::PartnerApi, Registration::default()).is_none());
}

fn check_again(bench: &mut Bench, step: Step) -> Status {
    let mut run = Execution::check(step, bench.registration()).unwrap();
    let effects = run.start(0);
    bench.drive(&mut run, effects)
}

#[test]
fn what_the_sign_in_page_thinks_of_the_redirect_address_never_stops_the_sign_in() {
    let network = Failure::new(Service::Entra, Cause::TimedOut);
    let mut bench = Bench::default();
    bench.step_two();
    bench.fail("probe", network);
    let (run, status) = bench.step_three();
    assert_eq!(status, Status::Asking);
    assert_eq!(run.address_seen(), Some(AddressSeen::Unclear));
}

#[test]
fn consent_is_told_for_each_api_alone() {
    let mut bench = Bench::registered();
    let mut refusal = refused(400, 65_001);
    refusal.suberror = UntrustedText::some("consent_required");
    bench.fail("refresh PartnerApi", refusal);
    let mut run = Execution::check(Step::PartnerApi, bench.registration()).unwrap();
    let effects = run.start(0);
    bench.drive(&mut run, effects);
    let apis = run.apis();
    assert_eq!((apis[0].consented, apis[0].usable), (Some(true), Some(true)));
    assert_eq!((apis[1].consented, apis[1].usable), (Some(false), None));
    assert_eq!(run.tokens().len(), 1);
}

#[test]
fn a_cloud_without_prices_is_proven_without_them() {
    let mut bench = Bench::default();
    bench.step_two();
    let mut run =
        Execution::partner_api(api_request(), bench.registration(), None).reaching(Reach { prices: false, ..REACH });
    let effects = run.start(0);
    bench.drive(&mut run, effects);
    assert_eq!(bench.paste(&mut run, CODE), Status::Finished);
    assert_eq!(bench.refreshes, 0);
    assert!(!bench.registration().open.unwrap().partner_api.unwrap().0.prices);
}

#[test]
fn late_and_foreign_outcomes_are_dropped() {
    let mut run = Execution::partner_center(center_request(), Registration::default());
    run.start(0);
    assert!(run.resume(CheckId::Balance, Outcome::Done, 0).is_empty());
    assert!(run.resume(CheckId::SignIn, Outcome::Done, 0).is_empty());
    assert_eq!(run.status(), Status::Running);
    run.stop();
    assert_eq!(run.status(), Status::Stopped);
    let late = Outcome::Discovered(Tenant { id: tenant(), named: true, region: None, cloud: None });
    assert!(run.resume(CheckId::Tenant, late, 0).is_empty());
}

/// Every kind of run.
const STARTS: [fn(&Registration) -> Execution; 8] = [
    |registration| Execution::partner_center(center_request(), registration.clone()),
    |registration| Execution::partner_api(api_request(), registration.clone(), None),
    |registration| Execution::commit(registration.clone()),
    |registration| Execution::check(Step::PartnerCenter, registration.clone()).unwrap(),
    |registration| Execution::check(Step::PartnerApi, registration.clone()).unwrap(),
    |registration| Execution::token(Audience::PartnerCenter, registration.clone()).unwrap(),
    |registration| Execution::token(Audience::PartnerApi, registration.clone()).unwrap(),
    |registration| Execution::code(registration.clone()).unwrap(),
];

/// Every outcome at every check, in every state that the happy path passes through.
#[test]
fn any_outcome_in_any_state_never_panics() {
    let outcomes: [fn() -> Outcome; 7] = [
        || Outcome::Done,
        || Outcome::Browsed(true),
        || Outcome::Recalled(Secret::shared("x".to_owned())),
        || Outcome::Failed(Box::new(Failure::new(Service::Machine, Cause::Broken))),
        || {
            Outcome::TokenResponse(Box::new(TokenResponse {
                refresh_token: None,
                grant: Ok(grant("x", Claims::default())),
            }))
        },
        || Outcome::Listening(Box::new(consent())),
        || Outcome::Read(Box::new(Answer { found: Found::Customers { total: None }, mfa_compliant: None })),
    ];
    let registered = Bench::registered();
    for start in STARTS {
        for depth in 0..14 {
            for outcome in outcomes {
                let mut bench =
                    Bench { lines: registered.lines.clone(), vault: registered.vault.clone(), ..Bench::default() };
                let mut run = start(&bench.registration());
                let mut queue = VecDeque::from(run.start(0));
                for _ in 0..depth {
                    let Some((id, effect)) = queue.pop_front() else {
                        break;
                    };
                    if let Some(outcome) = bench.perform(&effect) {
                        queue.extend(run.resume(id, outcome, 0));
                    }
                }
                let first: Vec<CheckId> = queue.iter().map(|(id, _)| *id).take(2).collect();
                for id in first.into_iter().chain(CheckId::ALL) {
                    run.resume(id, outcome(), 1);
                }
                let _status = run.status();
                run.stop();
            }
        }
    }
}

#[test]
fn the_second_audience_is_the_price_service() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    bench.paste(&mut run, CODE);
    let refreshed = format!("refresh {:?}", Audience::PartnerApi);
    assert_eq!(bench.log.iter().filter(|name| **name == refreshed).count(), 1);
    assert_eq!(bench.refreshes, 1);
}

#[test]
fn a_challenge_goes_along_with_the_next_sign_in() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    let mut challenged = refused(400, 50_076);
    challenged.claims = UntrustedText::some("{\"access_token\":{}}");
    bench.fail("refresh PartnerApi", challenged);
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    let effects = run.sign_in_again(0);
    let mut listened = Vec::new();
    let mut queue = VecDeque::from(effects);
    while let Some((id, effect)) = queue.pop_front() {
        if let Effect::Listen(sign_in) = &effect {
            listened.push(sign_in.claims.clone());
        }
        if let Some(outcome) = bench.perform(&effect) {
            queue.extend(run.resume(id, outcome, 0));
        }
    }
    assert_eq!(listened, [UntrustedText::some("{\"access_token\":{}}")]);
}

/// The price sheet that a run asked for.
fn sheet_asked(bench: &Bench) -> &str {
    bench.log.iter().find_map(|name| name.strip_prefix("read PriceSheet ")).unwrap()
}

#[test]
fn the_price_sheet_is_the_partners_own_in_whichever_process_it_is_asked_for() {
    for (country, organization_country, market, state) in [
        (None, None, "JP", "ok"),
        (Some("de"), Some("JP"), "DE", "ok"),
        (Some(""), Some("DE"), "DE", "ok"),
        (Some("Germany"), Some("DE"), "DE", "ok"),
        (Some(""), None, "US", "note"),
    ] {
        let mut bench = Bench { country, organization_country, ..Bench::default() };
        bench.step_two();
        let (mut run, _) = bench.step_three();
        assert_eq!(bench.paste(&mut run, CODE), Status::Finished);
        assert_eq!((sheet_asked(&bench), state_of(&run, CheckId::Sheet)), (market, state));
        bench.commit();
        bench.log.clear();
        // A doctor knows only what the journal says.
        let mut run = Execution::check(Step::PartnerApi, bench.registration()).unwrap();
        let effects = run.start(0);
        assert_eq!(bench.drive(&mut run, effects), Status::Finished);
        assert_eq!((sheet_asked(&bench), state_of(&run, CheckId::Sheet)), (market, state));
    }
}
