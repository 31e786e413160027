//! Access tokens, codes and sign-ins: what is asked for once, and what is kept first.

use super::*;

fn refreshed(bench: &mut Bench, audience: Audience) -> (Execution, Status) {
    bench.log.clear();
    let mut run = Execution::token(audience, bench.registration()).unwrap();
    let effects = run.start(0);
    let status = bench.drive(&mut run, effects);
    (run, status)
}

#[test]
fn a_token_is_got_by_one_refresh_and_the_rotated_one_is_kept_first() {
    let mut bench = Bench::registered();
    let (run, status) = refreshed(&mut bench, Audience::PartnerApi);
    assert_eq!(status, Status::Finished);
    assert!(run.access_token().unwrap().value.same_as("user"));
    assert_eq!(
        bench.log,
        [
            "recall partner-center-secret/A/1/1",
            "recall refresh-token/A/1/2",
            "refresh PartnerApi",
            "note keeping",
            "keep refresh-token/A/1/3",
            "note kept",
            "keep partner-api-token/A/1/1",
            "erase",
            "note dropped",
        ]
    );
    let (_, status) = refreshed(&mut bench, Audience::PartnerCenter);
    assert_eq!(status, Status::Finished);
    assert!(bench.vault.contains_key("partner-center-token/A/1/1"));
    assert!(Execution::token(Audience::PartnerApi, Registration::default()).is_none());
}

#[test]
fn a_year_of_tokens_leaves_the_newest_two_refresh_tokens() {
    let mut bench = Bench::registered();
    for _ in 0..365 {
        let (_, status) = refreshed(&mut bench, Audience::PartnerCenter);
        assert_eq!(status, Status::Finished);
    }
    let kept: Vec<&str> = bench.vault.keys().filter_map(|name| name.strip_prefix("refresh-token/A/1/")).collect();
    assert_eq!(kept, ["366", "367"]);
    let active = bench.registration().active.unwrap();
    assert_eq!(active.item(Kind::RefreshToken).unwrap().serial, 367);
    assert!(active.all_items().len() < 10, "{:?}", active.all_items());
}

/// What a write that fails costs: never a refresh token that is needed, and never the answer once its refresh token is safe.
#[test]
fn a_token_that_cannot_be_kept_or_tidied_costs_nothing_that_is_needed() {
    let locked = || Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    for (fault, wanted) in [
        ("keep refresh-token", Status::Refused),
        ("note keeping", Status::Refused),
        ("note kept", Status::Refused),
        ("keep partner-center-token", Status::Finished),
        ("erase", Status::Finished),
        ("note dropped", Status::Finished),
    ] {
        let mut bench = Bench::registered();
        bench.fail(fault, locked());
        let (run, status) = refreshed(&mut bench, Audience::PartnerCenter);
        assert_eq!(status, wanted, "{fault}");
        assert_eq!(run.access_token().is_some(), wanted == Status::Finished);
        let newest = bench.registration().active.unwrap();
        let newest = newest.item(Kind::RefreshToken).unwrap().to_string();
        assert!(bench.vault.contains_key(&newest), "{fault}");
        let (_, status) = refreshed(&mut bench, Audience::PartnerCenter);
        assert_eq!(status, Status::Finished, "{fault}");
        assert!(bench.registration().active.unwrap().superseded().is_empty());
    }
}

/// The program may end after any effect: what the journal then names as the newest refresh token is in the vault.
#[test]
fn killed_after_any_effect_the_newest_refresh_token_is_still_there() {
    for depth in 0..12 {
        let mut bench = Bench::registered();
        let mut run = Execution::token(Audience::PartnerCenter, bench.registration()).unwrap();
        let mut queue = VecDeque::from(run.start(0));
        for _ in 0..depth {
            let Some((id, effect)) = queue.pop_front() else {
                break;
            };
            if let Some(outcome) = bench.perform(&effect) {
                queue.extend(run.resume(id, outcome, 0));
            }
        }
        let active = bench.registration().active.unwrap();
        for item in active.set() {
            assert!(bench.vault.contains_key(&item.to_string()), "{depth}: {item}");
        }
        let (_, status) = refreshed(&mut bench, Audience::PartnerCenter);
        assert_eq!(status, Status::Finished, "{depth}");
    }
}

#[test]
fn a_refused_refresh_gives_no_token_and_changes_nothing() {
    let mut bench = Bench::registered();
    let kept = bench.vault.clone();
    bench.fail("refresh PartnerCenter", refused(400, 700_082));
    let (run, status) = refreshed(&mut bench, Audience::PartnerCenter);
    assert_eq!(status, Status::Refused);
    assert_eq!(run.failed().unwrap().0.id, CheckId::UserToken);
    assert!(run.access_token().is_none());
    assert_eq!(bench.vault, kept);
}

#[test]
fn the_set_that_was_replaced_takes_its_access_tokens_along() {
    let mut bench = Bench::registered();
    refreshed(&mut bench, Audience::PartnerApi);
    assert_eq!(bench.step_two().1, Status::Finished);
    assert_eq!(bench.commit().1, Status::Finished);
    assert!(bench.vault.contains_key("partner-api-token/A/1/1"));
    check_again(&mut bench, Step::PartnerCenter);
    check_again(&mut bench, Step::PartnerApi);
    assert!(bench.registration().previous.is_none());
    assert!(!bench.vault.contains_key("partner-api-token/A/1/1"));
}

#[test]
fn a_code_for_somebody_else_is_asked_for_without_a_verifier_and_sent_nowhere() {
    let mut bench = Bench::registered();
    let (lines, kept) = (bench.lines.len(), bench.vault.clone());
    let mut run = Execution::code(bench.registration()).unwrap();
    let mut queue = VecDeque::from(run.start(0));
    while let Some((id, effect)) = queue.pop_front() {
        if let Effect::Listen(sign_in) = &effect {
            assert_eq!(sign_in.redeemer, CodeAudience::Another);
            assert_eq!(sign_in.redirect.as_str(), "http://localhost");
        }
        if let Some(outcome) = bench.perform(&effect) {
            queue.extend(run.resume(id, outcome, 0));
        }
    }
    assert_eq!(run.status(), Status::Asking);
    let wrong = format!("https://x/?code={CODE}&state=other");
    assert!(matches!(run.answer(&wrong, 0), Err(WrongPaste::OtherSignIn)));
    assert!(run.fresh_code().is_none());
    let status = bench.paste(&mut run, &format!("https://x/?code={CODE}&state=7f3c"));
    assert_eq!(status, Status::Finished);
    assert!(run.fresh_code().unwrap().secret().same_as(CODE));
    assert_eq!(bench.log, ["probe", "listen", "await"]);
    assert_eq!((bench.redemptions, bench.refreshes), (1, 1), "those of the registration");
    assert_eq!((bench.lines.len(), &bench.vault), (lines, &kept));
    assert!(run.used_codes().unwrap().is_empty());
    assert!(Execution::code(Registration::default()).is_none());
}

/// The token of the same account was carried over, and a new sign-in is asked for all the same.
fn asked_anew() -> (Bench, Execution) {
    let mut bench = Bench::registered();
    assert_eq!(bench.step_two().1, Status::Finished);
    let mut run = Execution::partner_api(api_request(), bench.registration(), None);
    run.forget_sign_in();
    let effects = run.start(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Asking);
    bench.log.clear();
    (bench, run)
}

#[test]
fn a_sign_in_that_was_begun_last_is_gone_on_with_and_not_an_older_token() {
    let (mut bench, _) = asked_anew();
    let (mut again, status) = bench.step_three();
    assert_eq!(status, Status::Asking);
    assert!(bench.log.contains(&"resumelistening".to_owned()), "{:?}", bench.log);
    assert_eq!(bench.paste(&mut again, CODE), Status::Finished);
    assert_eq!(bench.commit().1, Status::Finished);
}

#[test]
fn after_a_code_that_came_to_nothing_an_older_sign_in_is_not_taken_instead() {
    let (mut bench, mut run) = asked_anew();
    bench.fail("redeem", refused(400, 70_008));
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    // Another process goes on: the token that was carried over is still there.
    assert_eq!(bench.step_three().1, Status::Asking);
}

#[test]
fn a_code_alone_is_not_sent_where_another_process_may_have_sent_it() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    bench.fail("redeem", refused(400, 70_008));
    assert_eq!(bench.paste(&mut run, CODE), Status::Refused);
    let (mut again, status) = bench.step_three();
    assert_eq!(status, Status::Asking);
    assert!(matches!(again.answer(CODE, 0), Err(WrongPaste::CodeAlone)));
    let address = format!("http://localhost/?code={CODE}&state=7f3c");
    assert_eq!(bench.paste(&mut again, &address), Status::Finished);
}

#[test]
fn a_sign_in_that_is_open_is_not_gone_on_with_for_another_redirect_address() {
    let mut bench = Bench::default();
    bench.step_two();
    assert_eq!(bench.step_three().1, Status::Asking);
    for (redirect, called) in [("http://localhost", "resumelistening"), ("https://localhost", "listen")] {
        bench.log.clear();
        let request = PartnerApiRequest { redirect: RedirectAddress::parse(redirect).unwrap(), ..api_request() };
        let mut run = Execution::partner_api(request, bench.registration(), None);
        let effects = run.start(0);
        assert_eq!(bench.drive(&mut run, effects), Status::Asking);
        assert!(bench.log.contains(&called.to_owned()), "{:?}", bench.log);
    }
}

/// A refusal of the token endpoint, as the world brings it: inside the response.
fn refresh_refused(status: u16, retry_after: Option<Duration>) -> Outcome {
    let mut failure = refused(status, 90_055);
    failure.retry_after = retry_after;
    Outcome::TokenResponse(Box::new(TokenResponse { refresh_token: None, grant: Err(Box::new(failure)) }))
}

#[test]
fn a_refresh_is_repeated_once_and_only_when_the_server_did_not_look_at_it() {
    let minute = Some(Duration::from_secs(57));
    for (status, retry_after, paused) in [
        (429, minute, Some("pause 57")),
        (503, minute, Some("pause 57")),
        (429, None, Some("pause 1")),
        (503, None, None),
        (500, minute, None),
    ] {
        let mut bench = Bench::registered();
        let mut run = Execution::token(Audience::PartnerApi, bench.registration()).unwrap();
        let mut queue = VecDeque::from(run.start(0));
        while let Some((id, effect)) = queue.pop_front() {
            let outcome = match (&effect, bench.perform(&effect).unwrap()) {
                (Effect::Refresh(_), _) => refresh_refused(status, retry_after),
                (_, outcome) => outcome,
            };
            queue.extend(run.resume(id, outcome, 0));
        }
        assert_eq!(run.status(), Status::Refused);
        let tries = bench.log.iter().filter(|name| name.starts_with("refresh")).count();
        assert_eq!(tries, if paused.is_some() { 2 } else { 1 }, "{status} {retry_after:?}");
        let pause = bench.log.iter().find(|name| name.starts_with("pause"));
        assert_eq!(pause.map(String::as_str), paused, "{status} {retry_after:?}");
    }
}

/// Answers the questions in rounds, each as soon as all of the one before are answered: the names of those that go over the network.
/// What is done on this machine takes no time here.
fn rounds(bench: &mut Bench, run: &mut Execution) -> Vec<Vec<String>> {
    let (mut rounds, mut asked) = (Vec::new(), run.start(0));
    while !asked.is_empty() {
        let mut far = Vec::new();
        // Local work first, until only the network is waited for.
        while let Some(at) = asked.iter().position(|(_, effect)| !is_far(effect)) {
            let (id, effect) = asked.remove(at);
            let outcome = bench.perform(&effect).unwrap();
            asked.extend(run.resume(id, outcome, 0));
        }
        for (id, effect) in std::mem::take(&mut asked) {
            far.push(short(&effect));
            let outcome = bench.perform(&effect).unwrap();
            asked.extend(run.resume(id, outcome, 0));
        }
        far.sort_unstable();
        rounds.extend(Some(far).filter(|far| !far.is_empty()));
    }
    assert_eq!(run.status(), Status::Finished);
    rounds
}

fn is_far(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Discover(_) | Effect::AppToken(_) | Effect::Refresh(_) | Effect::RefreshForGraph(_) | Effect::Read(..)
    )
}

#[test]
fn a_directory_that_was_proven_is_asked_about_beside_the_token() {
    let mut bench = Bench::registered();
    let mut run = Execution::check(Step::PartnerCenter, bench.registration()).unwrap();
    let reads = ["read Customers", "read InvoiceSummary", "read LegalBusiness"];
    assert_eq!(rounds(&mut bench, &mut run), [&["apptoken", "discover"][..], &reads]);
}

#[test]
fn tokens_for_several_apis_are_asked_for_at_once_of_entra_and_in_turn_of_another_server() {
    let checking = |side_by_side| {
        let mut bench = Bench::registered();
        let run = Execution::check(Step::PartnerApi, bench.registration()).unwrap();
        let rounds = rounds(&mut bench, &mut run.reaching(Reach { graph: true, side_by_side, ..REACH }));
        (bench, rounds)
    };
    let (_, in_turn) = checking(false);
    let refreshes = |round: &Vec<String>| round.iter().filter(|name| name.starts_with("refresh")).count();
    assert_eq!(in_turn.iter().map(refreshes).collect::<Vec<_>>(), [1, 1, 1], "{in_turn:?}");
    let (bench, at_once) = checking(true);
    assert_eq!(at_once.iter().map(refreshes).collect::<Vec<_>>(), [3, 0], "{at_once:?}");
    // One of the three new refresh tokens is kept and will be used; the one before it stays, as ever.
    let active = bench.registration().active.unwrap();
    let kept = bench.vault.get(&active.item(Kind::RefreshToken).unwrap().to_string()).unwrap();
    let all: Vec<&str> = bench.vault.values().map(String::as_str).filter(|it| it.starts_with("token-")).collect();
    assert_eq!((kept.as_str(), all), ("token-3", vec!["token-2", "token-3"]));
}
