//! A step that is run again, and a registration that is replaced: closed anywhere and opened again, with nothing changed before
//! it is confirmed and nothing asked for twice.

use super::*;
use crate::journal::Fact;
use crate::steps::bench;
use crate::words::{AccountName, DiskFault, Draft};

const NEXT_CODE: &str = "1.AXoAkl-another_code.AgABBAI";

/// A registration of this name.
fn registered() -> Bench {
    let mut bench = Bench::registered();
    let name = AccountName::parse("Contoso CSP").ok();
    bench.perform(&Effect::Note(Fact::Named { name }));
    bench.log.clear();
    bench
}

fn overview() -> Story {
    let mut story = Story::with(setting(), registered());
    story.begin();
    at!(story, Overview);
    story
}

fn replacing() -> Story {
    let mut story = overview();
    story.press("Up Up Go");
    at!(story, Prerequisites);
    story
}

/// What a killed process leaves, opened by another one.
fn reopened(killed: &Story) -> Story {
    reopened_with(setting(), killed)
}

fn reopened_with(setting: WizardConfig, killed: &Story) -> Story {
    let (lines, vault) = (killed.bench.lines.clone(), killed.bench.vault.clone());
    let mut story = Story::with(setting, Bench { lines, vault, ..Bench::default() });
    story.opened.draft.clone_from(&killed.opened.draft);
    story.begin();
    story
}

fn name(story: &Story) -> Option<String> {
    story.bench.registration().name.map(|name| name.to_string())
}

/// Every page of a replacement, one after the other.
fn pages_of_a_replacement() -> Vec<Story> {
    let steps: [fn(&mut Story); 8] = [
        |_| {},
        |story| {
            story.press("Go");
        },
        |story| {
            story.press("x Go");
        },
        |story| {
            story.wizard.page.state_mut().focus = 2;
            story.paste(SECRET).press("Go");
        },
        |story| {
            story.press("Go");
        },
        |story| {
            story.press("Go");
        },
        |story| {
            story.paste(NEXT_CODE).press("Go");
        },
        |story| {
            story.press("Go");
        },
    ];
    (1..=steps.len())
        .map(|end| {
            let mut story = replacing();
            steps[1..end].iter().for_each(|step| step(&mut story));
            story
        })
        .collect()
}

#[test]
fn a_replacement_is_one_when_it_is_opened_again_on_each_page() {
    let active = registered().registration().active;
    for (page, killed) in pages_of_a_replacement().into_iter().enumerate() {
        assert!(killed.shows("Replacing Contoso Ltd (still active)"), "{page}: {}", killed.screen(100, 40));
        let mut story = reopened(&killed);
        at!(story, Overview);
        for words in [
            "Replacing Contoso Ltd (still active)",
            "Continue the replacement",
            "Discard the replacement",
            "Contoso CSP",
        ] {
            assert!(story.shows(words), "{page}: {words}\n{}", story.screen(100, 40));
        }
        assert!(!story.shows("Contoso CSPx"), "{page}");
        assert_eq!(name(&story).as_deref(), Some("Contoso CSP"), "{page}");
        assert_eq!(story.bench.registration().active, active, "{page}");
        story.press("Go");
        assert!(!matches!(story.wizard.page, Page::Overview(_)), "{page}");
        assert!(!story.shows("Nothing is registered yet"), "{page}");
        let open = killed.bench.registration().open.unwrap();
        if open.partner_center.is_some() && open.consenting.is_none() && open.redeeming.is_none() {
            // The sign-in of the set in use is carried over, and is none of this attempt.
            at!(story, PartnerApi);
        }
    }
}

#[test]
fn a_replacement_asks_for_the_name_and_takes_effect_as_a_whole() {
    let killed = pages_of_a_replacement().pop().unwrap();
    let mut story = reopened(&killed);
    story.press("Go");
    at!(story, Review);
    assert!(story.shows("Contoso CSPx"), "{}", story.screen(100, 40));
    story.press("Go");
    at!(story, Review);
    assert!(story.shows("the partner's name: Contoso Ltd"));
    assert_eq!(name(&story).as_deref(), Some("Contoso CSP"));
    story.paste("Contoso Ltd").press("Go");
    at!(story, Done);
    assert_eq!(name(&story).as_deref(), Some("Contoso CSPx"));
    assert!(!story.shows("Replacing"));
    assert_ne!(story.bench.registration().active, killed.bench.registration().active);
}

#[test]
fn a_replacement_that_cannot_be_read_back_gives_the_name_back_too() {
    let mut story = pages_of_a_replacement().pop().unwrap();
    let locked = || Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    story.bench.fail("readback", locked());
    story.bench.fail("readback", locked());
    story.paste("Contoso Ltd").press("Go");
    at!(story, Failed);
    assert_eq!(name(&story).as_deref(), Some("Contoso CSP"));
    story.press("r");
    at!(story, Done);
    assert_eq!(name(&story).as_deref(), Some("Contoso CSPx"));
}

#[test]
fn a_replacement_that_is_discarded_leaves_nothing_behind() {
    for (page, killed) in pages_of_a_replacement().into_iter().enumerate() {
        let mut story = reopened(&killed);
        story.press("Down Go");
        at!(story, Overview);
        assert!(story.shows("What was begun was discarded."), "{page}");
        assert!(!story.shows("Replacing"), "{page}");
        let after = story.bench.registration();
        assert!(after.open.is_none() && after.closed.is_empty(), "{page}");
        assert_eq!(name(&story).as_deref(), Some("Contoso CSP"), "{page}");
        let again = reopened(&story);
        at!(again, Overview);
        assert!(again.shows("Change the name"), "{page}");
        let draft = story.opened.draft.unwrap();
        assert_eq!((draft.step, draft.typed.typed().get(Field::AccountName)), (None, "Contoso CSP"), "{page}");
    }
}

#[test]
fn a_step_that_is_run_again_never_says_that_nothing_is_registered() {
    let mut story = overview();
    story.press("Down Down Go Go").paste(NEXT_CODE).press("Go Go");
    at!(story, Review);
    assert!(!story.shows("Nothing is registered yet"), "{}", story.screen(100, 40));
    let mut story = overview();
    story.press("Down Go");
    story.wizard.page.state_mut().focus = 2;
    story.paste(SECRET);
    story.answering = false;
    story.press("Go Esc");
    assert!(!story.shows("nothing was registered"), "{}", story.screen(100, 40));
}

#[test]
fn the_name_step_shows_the_registered_name_and_not_that_of_an_older_draft() {
    let only = WizardConfig { only: Some(Step::Basic), ..setting() };
    let mut story = Story::with(only, registered());
    let typed = Typed::default().with(Field::AccountName, "An older one").into();
    story.opened.draft = Some(Draft { typed, started: true, ..Draft::default() });
    story.begin();
    at!(story, Basic);
    assert_eq!(story.wizard.session.fields.text(Field::AccountName).unwrap().text(), "Contoso CSP");
}

#[test]
fn a_kept_sign_in_is_finished_by_the_key_that_the_button_names() {
    let mut story = Story::begun(setting());
    story.bench.fail("read Organization", refused(403, 900_308));
    story.at_sign_in().paste(CODE).press("Go");
    at!(story, Failed);
    let mut again = reopened(&story);
    at!(again, PartnerApi);
    assert!(again.shows("Your sign-in is safely stored. Finish the checks."));
    assert!(again.shows("[ Finish the checks ]"), "{}", again.screen(100, 40));
    assert!(!again.shows("opens Microsoft's sign-in"), "{}", again.screen(100, 40));
    again.press("Go");
    assert!(again.checked());
    assert_eq!(again.bench.redemptions, 0);
}

#[test]
fn a_sign_in_that_is_opened_again_says_what_is_true_of_its_address() {
    let mut story = Story::begun(setting());
    story.at_sign_in();
    let mut again = reopened(&story);
    again.press("Enter");
    at!(again, SignIn);
    let before = "This is the sign-in that was begun before: the same address, whose page still counts.";
    assert!(again.shows(before) && !again.shows("could not be told"), "{}", again.screen(100, 40));
    // Another link is another sign-in, and is asked about.
    again.press("F5");
    at!(again, SignIn);
    assert!(again.shows("Microsoft knows this redirect address.") && !again.shows(before), "{}", again.screen(100, 40));
}

#[test]
fn the_title_of_a_page_that_keeps_or_discards_says_that_and_not_that_it_registers() {
    let title = |story: &Story| story.screen(80, 24).lines().take(6).collect::<String>();
    let mut story = Story::begun(setting());
    story.at_review();
    story.answering = false;
    story.press("Enter");
    at!(story, Checking);
    assert!(title(&story).contains("Keeping it here"), "{}", story.screen(80, 24));
    let mut story = Story::begun(setting());
    story.at_review();
    story.bench.fail("note activated", Failure::new(Service::Disk, Cause::Disk(DiskFault::Full)));
    story.press("Enter");
    at!(story, Failed);
    assert!(!title(&story).contains("Registering"), "{}", story.screen(80, 24));

    let mut story = replacing();
    story.press("Enter x Enter");
    let mut story = reopened(&story);
    at!(story, Overview);
    story.press("Down");
    story.answering = false;
    story.press("Enter");
    while matches!(story.wizard.page, Page::Overview(_)) && story.answer_one() {}
    at!(story, Checking);
    assert!(title(&story).contains("Discarding what was begun"), "{}", story.screen(80, 24));
}

#[test]
fn leaving_while_it_is_confirmed_says_what_may_be_in_use_and_never_that_nothing_was_changed() {
    for (answered, said) in [(0, "may be in use here in a moment"), (4, "is in use here")] {
        let mut story = Story::begun(setting());
        story.at_review();
        story.answering = false;
        story.press("Enter");
        for _ in 0..answered {
            story.answer_one();
        }
        at!(story, Checking);
        assert_eq!(story.bench.registration().active.is_some(), answered > 0, "{}", story.screen(100, 30));
        story.press("^C");
        let shown = story.shows(said) && !story.shows("not in use yet") && !story.shows("Nothing that worked before");
        assert!(shown, "{}", story.screen(100, 30));
        story.press("l");
        let last = story.done.last().unwrap();
        assert!(last.contains(said) && last.contains("octo-csp status") && !last.contains("Nothing that"), "{last}");
    }
}

#[test]
fn esc_while_a_step_prepares_anything_is_a_clean_stop() {
    for answered in 0..12 {
        let mut story = Story::begun(setting());
        story.at_step_three();
        story.answering = false;
        story.press("Go");
        for _ in 0..answered {
            story.answer_one();
        }
        if matches!(story.wizard.page, Page::SignIn(_)) {
            assert!(answered > 5, "{answered}");
            return;
        }
        story.press("Esc");
        while story.answer_one() {}
        at!(story, PartnerApi);
        assert!(story.shows("Stopped."), "{answered}: {}", story.screen(100, 40));
    }
    panic!("the sign-in was never asked for");
}

#[test]
fn step_two_is_entered_again_without_the_key() {
    let mut story = Story::begun(setting());
    story.at_step_three();
    let mut story = reopened(&story);
    at!(story, PartnerApi);
    story.press("Esc");
    at!(story, PartnerCenter);
    assert!(story.shows("leave empty to keep it"), "{}", story.screen(100, 40));
    assert!(story.wizard.session.fields.is_empty(Field::SecretKey));
    story.wizard.page.state_mut().focus = 4;
    story.paste("2099-01-31").press("Go");
    assert!(story.checked(), "{}", story.screen(100, 40));
    let open = story.bench.registration().open.unwrap();
    let (proof, _) = open.partner_center.as_ref().unwrap();
    assert_eq!(proof.secret_ends.map(|date| date.to_string()).as_deref(), Some("2099-01-31"));
    story.press("Go Go").paste(CODE).press("Go Go Go");
    at!(story, Done);
    assert!(story.bench.vault.values().any(|value| value == SECRET));
}

#[test]
fn the_registered_key_is_kept_when_only_its_end_is_mended() {
    let mut story = overview();
    story.press("Down Go");
    at!(story, PartnerCenter);
    assert!(story.shows("leave empty to keep it"), "{}", story.screen(100, 40));
    story.wizard.page.state_mut().focus = 4;
    story.paste("2099-01-31").press("Go Go");
    at!(story, Review);
    story.press("Go");
    at!(story, Done);
    let active = story.bench.registration().active.unwrap();
    let key = active.item(crate::journal::Kind::PartnerCenterSecret).unwrap().to_string();
    assert_eq!(story.bench.vault.get(&key).map(String::as_str), Some("abc8Q~value"));
    assert_eq!(story.bench.redemptions, 1, "nobody has signed in again");
}

#[test]
fn the_key_of_another_application_is_asked_for() {
    let mut story = overview();
    story.press("Down Go");
    let other = "11111111-2222-4333-8444-555555555555";
    story.wizard.session.fields.set(Field::ApplicationId, other);
    story.wizard.session.fields.set(Field::ClientId, "");
    story.press("Go");
    at!(story, PartnerCenter);
    let blamed: Vec<Field> = story.wizard.page.state().problems.iter().map(|problem| problem.field).collect();
    assert_eq!(blamed, [Field::SecretKey]);
}

#[test]
fn a_sign_in_that_was_begun_anew_and_killed_anywhere_does_not_ask_for_the_key() {
    for effects in 0..14 {
        let mut bench = registered();
        let mut run = Execution::partner_api(bench::api_request(), bench.registration(), None);
        run.forget_sign_in();
        let mut next: Vec<(CheckId, Effect)> = run.start(0);
        for _ in 0..effects {
            let Some((id, effect)) = next.pop() else { break };
            match bench.perform(&effect) {
                Some(outcome) => next.extend(run.resume(id, outcome, 0)),
                None => break,
            }
        }
        let (lines, vault) = (bench.lines.clone(), bench.vault.clone());
        let mut story = Story::with(setting(), Bench { lines, vault, ..Bench::default() });
        story.begin();
        assert!(!matches!(story.wizard.page, Page::PartnerCenter(_)), "{effects}");
        assert!(story.bench.registration().proven().is_some(), "{effects}");
        let (run, status) = story.bench.step_three();
        assert_eq!(status, Status::Asking, "{effects}: {:?}", run.failed());
    }
}

#[test]
fn a_sign_in_that_is_opened_again_keeps_its_clock() {
    let mut killed = Story::begun(setting());
    killed.at_sign_in();
    assert!(killed.shows("00:00 of 10 minutes"));
    let (lines, vault) = (killed.bench.lines.clone(), killed.bench.vault.clone());
    let mut story = Story::with(setting(), Bench { lines, vault, ..Bench::default() });
    story.opened.at = jiff::Timestamp::from_second(100).unwrap();
    story.begin();
    at!(story, SignIn);
    assert!(story.shows("01:40 of 10 minutes"), "{}", story.screen(100, 40));
}

#[test]
fn another_application_that_is_given_is_not_held_against_the_earlier_client_id() {
    let other = "11111111-2222-4333-8444-555555555555";
    let given = Typed::default().with(Field::ApplicationId, other);
    let setting = WizardConfig { only: Some(Step::PartnerCenter), given, ..setting() };
    let mut story = Story::with(setting, registered());
    story.begin();
    at!(story, PartnerCenter);
    story.wizard.page.state_mut().focus = 2;
    story.paste(SECRET).press("Go");
    assert!(story.wizard.page.state().problems.is_empty(), "{}", story.screen(100, 40));
    assert!(story.bench.log.contains(&"apptoken".to_owned()), "{:?}", story.bench.log);
}
