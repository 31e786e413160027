//! The wizard as a person uses it.

mod again;
mod moving;
mod papers;
mod replacing;
mod said;
pub(crate) mod story;

use self::story::{SECRET, Story, answers_of_rehearsal, at, setting};
use super::*;
use crate::effect::{AddressSeen, AuthorizationResponse, Effect, Outcome, Preflight, SignInNotice};
use crate::steps::Status;
use crate::steps::bench::{APP, Bench, CODE, TENANT, refused};
use crate::ui::pages::Overview;
use crate::words::texts;
use crate::words::{AuthCode, Cause, Service, Step, Typed, UntrustedText, VaultFault};

#[test]
fn three_steps_lead_to_a_registration() {
    let mut story = Story::begun(setting());
    at!(story, Prerequisites);
    story.at_sign_in();
    at!(story, SignIn);
    story.paste(&format!("https://localhost/?code={CODE}&state=7f3c")).press("Go");
    assert!(story.checked());
    assert!(story.done.contains(&"tell SignedIn".to_owned()));
    story.press("Go");
    at!(story, Review);
    assert!(story.bench.registration().active.is_none(), "nothing is active before it is confirmed");
    story.press("Go");
    at!(story, Done);
    assert!(story.bench.registration().active.is_some());
    story.press("Go");
    assert_eq!(story.ended, Some(Exit::Done));
}

#[test]
fn a_refusal_that_the_browser_brings_is_shown_where_the_sign_in_waits_on() {
    let mut story = Story::begun(setting());
    story.at_sign_in();
    let bring = |story: &mut Story, response: AuthorizationResponse| {
        story.let_come(|effect| matches!(effect, Effect::Await).then(|| Outcome::Came(Box::new(response.clone()))));
    };
    let declined = Box::new(refused(400, 65_004));
    bring(&mut story, AuthorizationResponse::Noticed(SignInNotice::Declined(declined)));
    at!(story, SignIn);
    assert!(story.shows("Consent was declined, or the sign-in was cancelled. (AADSTS65004)"));
    assert!(story.shows("The same link works until a code has come; press Enter alone to stop here."));
    bring(&mut story, AuthorizationResponse::Noticed(SignInNotice::OpenedTwice));
    at!(story, SignIn);
    assert!(story.shows("The page was opened here a second time."));
    bring(&mut story, AuthorizationResponse::Code(AuthCode::parse(CODE).unwrap()));
    assert!(story.checked());
    assert_eq!(story.bench.redemptions, 1);

    // Whoever wants to know more takes it for the end: the page of the failure has all of it.
    let mut story = Story::begun(setting());
    story.at_sign_in().press("Go");
    at!(story, SignIn);
    let declined = Box::new(refused(400, 65_004));
    bring(&mut story, AuthorizationResponse::Noticed(SignInNotice::Declined(declined)));
    story.press("Go");
    at!(story, Failed);
    assert!(story.shows("No Accept on the page: an Application administrator"));
}

#[test]
fn no_secret_is_ever_drawn() {
    let mut story = Story::begun(setting());
    let mut screens = Vec::new();
    story.at_step_two();
    screens.push(story.screen(120, 60));
    story.press("F1");
    screens.push(story.screen(120, 60));
    story.press("Esc Go");
    screens.push(story.screen(120, 60));
    story.press("Go Go");
    story.paste(CODE);
    screens.push(story.screen(120, 60));
    story.press("Go");
    screens.push(story.screen(120, 60));
    story.press("Go");
    screens.push(story.screen(120, 60));
    story.press("Go");
    screens.push(story.screen(120, 60));
    screens.push(format!("{:?}", story.wizard));
    for screen in screens {
        for secret in [SECRET, CODE, "7f3c", "token-1", "token-2", "verifier"] {
            assert!(!screen.contains(secret), "{secret} in\n{screen}");
        }
    }
}

#[test]
fn problems_stand_at_their_fields_and_the_first_gets_the_focus() {
    let mut story = Story::begun(setting());
    story.press("Go Go Go");
    at!(story, PartnerCenter);
    let fields: Vec<Field> = story.wizard.page.state().problems.iter().map(|problem| problem.field).collect();
    assert_eq!(fields, [Field::ApplicationId, Field::SecretKey]);
    assert_eq!(story.wizard.target(), Some(FocusTarget::Field(Field::ApplicationId)));
    story.paste(APP);
    assert!(story.wizard.page.state().problems.iter().all(|problem| problem.field != Field::ApplicationId));
}

#[test]
fn what_is_no_secret_key_is_told_while_it_is_typed_and_when_its_field_is_left() {
    for (pasted, typing, left) in [
        (
            TENANT,
            "! That is a GUID: it is the Secret ID",
            "✗ That is a GUID: it is the Secret ID, not the secret Value",
        ),
        (APP, "! That is an ID that stands in another field", "✗ That is an ID that stands in another field"),
        ("https://localhost/?code=1", "! That is an address", "✗ That is an address, not a secret key."),
        ("contoso.onmicrosoft.com", "F5 moves it into Directory.", "! This looks like a domain or an e-mail address"),
    ] {
        let mut story = Story::begun(setting());
        story.press("Go Go").wizard.page.state_mut().focus = 1;
        story.paste(APP).press("Tab").paste(pasted);
        assert!(story.shows(typing), "{}", story.screen(80, 24));
        story.press("Tab");
        assert!(story.shows(left), "{}", story.screen(80, 24));
    }
}

#[test]
fn a_domain_in_the_field_of_the_secret_is_moved_to_its_own() {
    let mut story = Story::begun(setting());
    story.press("Go Go").wizard.page.state_mut().focus = 2;
    story.paste("admin@contoso.com");
    assert!(story.screen(80, 24).contains("F5 move to Directory"));
    story.press("F5");
    assert_eq!(story.wizard.session.fields.value(Field::Directory), "contoso.com");
    assert!(story.wizard.session.fields.is_empty(Field::SecretKey) && !story.shows("looks like a domain"));
    // Where there is a directory already, nothing is offered, and the key is tried as it is.
    story.paste("fabrikam.example");
    assert!(story.shows("This looks like a domain") && !story.screen(80, 24).contains("move to Directory"));
    story.press("F5");
    assert_eq!(story.wizard.session.fields.value(Field::Directory), "contoso.com");
}

#[test]
fn going_back_loses_nothing() {
    let mut story = Story::begun(setting());
    story.at_step_two().press("Esc");
    at!(story, Basic);
    story.press("Go Go");
    assert!(story.checked(), "everything typed was still there");
    story.press("Esc");
    at!(story, PartnerCenter);
    assert!(story.wizard.session.fields.is_empty(Field::SecretKey) && story.shows("leave empty to keep it"));
    story.press("Go");
    assert!(story.checked(), "an empty field means the key that was proven");
}

#[test]
fn esc_on_the_first_page_does_not_leave() {
    let mut story = Story::begun(setting());
    story.press("Esc Esc Esc");
    assert_eq!(story.ended, None);
}

#[test]
fn ctrl_c_asks_and_twice_leaves() {
    let mut story = Story::begun(setting());
    story.press("Go ^C");
    assert!(matches!(story.wizard.overlay, Some(Overlay::Leave)));
    story.press("Esc");
    assert!(story.wizard.overlay.is_none());
    story.press("^C s");
    assert_eq!(story.ended, Some(Exit::Cancelled));
    assert!(story.opened.draft.is_some());
    let mut story = Story::begun(setting());
    story.press("Go ^C ^C");
    assert_eq!(story.ended, Some(Exit::Cancelled));
}

#[test]
fn a_draft_opens_where_it_was_without_its_secret() {
    let mut story = Story::begun(setting());
    story.at_step_two().press("^C s");
    let draft = story.opened.draft.clone().unwrap();
    assert!(!serde_json::to_string(&draft).unwrap().contains(SECRET));
    let mut again = Story::with(setting(), Bench { lines: story.bench.lines.clone(), ..Bench::default() });
    again.opened.draft = Some(draft);
    again.begin();
    at!(again, PartnerCenter);
    assert_eq!(again.wizard.session.fields.text(Field::ApplicationId).unwrap().text(), APP);
    assert!(again.wizard.session.fields.is_empty(Field::SecretKey));
    assert_eq!(again.wizard.target(), Some(FocusTarget::Field(Field::SecretKey)));
}

#[test]
fn a_failed_check_shows_its_cure_and_goes_back_to_the_field() {
    let mut story = Story::begun(setting());
    story.bench.fail("apptoken", refused(401, 7_000_215));
    story.at_step_two().press("Go");
    at!(story, Failed);
    assert!(story.shows("AADSTS7000215"));
    story.press("Esc");
    at!(story, PartnerCenter);
    assert_eq!(story.wizard.target(), Some(FocusTarget::Field(Field::SecretKey)));
    assert!(!story.wizard.session.fields.is_empty(Field::SecretKey), "what was typed is still there");
}

#[test]
fn a_new_key_is_tried_again_patiently() {
    let mut story = Story::begun(setting());
    story.bench.fail("apptoken", refused(401, 7_000_215));
    story.bench.fail("apptoken", refused(401, 7_000_215));
    story.at_step_two().press("Go n");
    assert!(story.checked());
    assert!(story.bench.log.contains(&"pause 5".to_owned()));
}

#[test]
fn a_wrong_paste_is_named_and_the_page_waits_on() {
    let mut story = Story::begun(setting());
    story.at_sign_in().paste("https://x/authorize?client_id=a&response_type=code&redirect_url=b").press("Go");
    at!(story, SignIn);
    assert!(story.shows("redirect_url= as the old guide has it"));
}

#[test]
fn the_browser_gets_the_one_time_address_only() {
    let mut story = Story::begun(setting());
    story.at_sign_in();
    assert!(!story.done.iter().any(|word| word.contains("authorize")), "{:?}", story.done);
}

#[test]
fn without_a_keyring_nothing_can_be_typed() {
    let mut story = Story::new(setting());
    let locked = Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    story.looks.insert(Preflight::Keyring, locked);
    story.begin();
    story.press("Go");
    at!(story, Prerequisites);
    assert!(story.shows("Without a keyring nothing can be stored"));
    story.looks.clear();
    story.press("r Go");
    at!(story, Basic);
}

#[test]
fn a_second_run_opens_on_the_registration() {
    let mut story = Story::with(setting(), Bench::registered());
    story.begin();
    at!(story, Overview);
    story.press("Down Down Down Down Go");
    at!(story, Basic);
    story.press("Neu Go");
    at!(story, Overview);
    assert_eq!(story.bench.registration().name.unwrap().as_str(), "Neu");
}

#[test]
fn a_single_step_is_run_again_with_everything_else_kept() {
    let only = WizardConfig { only: Some(Step::PartnerApi), ..setting() };
    let mut story = Story::with(only, Bench::registered());
    let before = story.bench.registration().active.unwrap().id;
    story.begin();
    at!(story, PartnerApi);
    story.press("Go").paste("1.AXoAkl-another_code.AgABBAI").press("Go Go");
    at!(story, Review);
    assert!(!story.wizard.session.must_confirm(), "the same account needs no name");
    story.press("Go");
    at!(story, Done);
    assert_ne!(story.bench.registration().active.unwrap().id, before);
}

#[test]
fn replacing_asks_for_the_name() {
    let mut story = Story::with(setting(), Bench::registered());
    story.begin();
    story.press("Up Up Go");
    at!(story, Prerequisites);
    story.press("Go Go");
    story.wizard.page.state_mut().focus = 2;
    story.paste(SECRET).press("Go Go Go").paste("1.AXoAkl-another_code.AgABBAI").press("Go Go");
    at!(story, Review);
    story.press("Go");
    at!(story, Review);
    assert!(story.shows("the partner's name: Contoso Ltd"));
    story.paste("Contoso Ltd").press("Go");
    at!(story, Done);
}

#[test]
fn every_check_can_be_run_again() {
    let mut story = Story::with(setting(), Bench::registered());
    story.begin();
    story.press("Down Down Down Go");
    assert!(story.checked());
    story.press("Go");
    assert!(story.checked());
    story.press("Go");
    at!(story, Overview);
    assert!(story.shows("Every check passed again."));
    assert_eq!(story.bench.redemptions, 1);
}

#[test]
fn esc_stops_the_checks_and_late_answers_are_dropped() {
    let mut story = Story::begun(setting());
    story.at_step_two();
    story.answering = false;
    story.press("Go");
    at!(story, Checking);
    story.press("Esc");
    at!(story, PartnerCenter);
    story.let_come(|_| Some(Outcome::Done));
    at!(story, PartnerCenter);
}

#[test]
fn a_crash_is_continued_with_one_sentence() {
    let mut story = Story::begun(setting());
    story.at_sign_in();
    let lines = story.bench.lines.clone();
    let vault = story.bench.vault.clone();
    let mut again = Story::with(setting(), Bench { lines, vault, ..Bench::default() });
    again.begin();
    at!(again, SignIn);
    assert!(again.shows("The sign-in page was open."));
    again.paste(CODE).press("Go Go Go");
    at!(again, Done);
}

#[test]
fn several_values_in_one_paste_are_offered() {
    let mut story = Story::begun(setting());
    story.press("Go Go");
    story.paste(&format!(r#"{{"appId":"{APP}","password":"{SECRET}","tenant":"{TENANT}"}}"#));
    assert!(matches!(story.wizard.overlay, Some(Overlay::Offer(_))));
    assert!(!story.screen(120, 60).contains(SECRET));
    story.press("Go Go");
    assert!(story.checked());
}

#[test]
fn a_rehearsal_fills_its_fields_in() {
    let mut story = Story::begun(WizardConfig { rehearsal: Some(answers_of_rehearsal()), ..setting() });
    story.press("Go Go F2");
    assert_eq!(story.wizard.session.fields.text(Field::ApplicationId).unwrap().text(), APP);
    assert!(story.screen(80, 24).contains("REHEARSAL"));
}

#[test]
fn a_rehearsal_signs_in_where_there_is_no_browser() {
    let mut story = Story::begun(WizardConfig { rehearsal: Some(answers_of_rehearsal()), browser: false, ..setting() });
    story.at_sign_in();
    assert!(story.screen(80, 24).lines().last().unwrap().contains("Enter confirm   F2 sign in"));
    story.press("F2");
    at!(story, SignIn);
    assert!(story.shows("Signed in for you") && !story.screen(100, 60).contains(CODE));
    story.press("Enter");
    assert!(story.checked());
    assert_eq!(story.bench.redemptions, 1);
}

#[test]
fn a_directory_typed_as_application_is_told_before_the_secret_is_sent() {
    let mut story = Story::begun(setting());
    story.press("Go Go");
    story.wizard.page.state_mut().focus = 1;
    story.paste(TENANT).press("Tab");
    assert!(story.shows("This is a directory (tenant) ID, not an application's"));
    story.paste(SECRET).press("Go");
    at!(story, PartnerCenter);
    assert!(!story.bench.log.contains(&"apptoken".to_owned()));
}

#[test]
fn a_refused_token_is_not_sent_again_by_sign_in_again() {
    for key in ["Enter", "a"] {
        let mut story = Story::with(setting(), Bench::registered());
        let mut failure = Failure::new(Service::Entra, Cause::Refused);
        failure.status = Some(400);
        failure.error = UntrustedText::some("invalid_grant");
        failure.sentence = UntrustedText::some("grant request is invalid");
        story.bench.fail("refresh PartnerCenter", failure);
        story.begin();
        story.press("Down Down Down Go Go");
        at!(story, Failed);
        assert!(story.shows("It said \"grant request is invalid"));
        assert!(story.shows("sign in again"));
        story.press(key);
        at!(story, PartnerApi);
        let refreshes = |story: &Story| {
            let log = story.bench.log.iter();
            log.filter(|name| name.starts_with("refresh")).count()
        };
        assert_eq!(refreshes(&story), 1);
        story.press("Go").paste("1.AXoAkl-another_code.AgABBAI").press("Go Go Go");
        at!(story, Done);
    }
}

#[test]
fn a_server_that_answers_for_any_id_tells_nothing() {
    let mut story = Story::begun(setting());
    story.bench.nameless = true;
    story.press("Go Go");
    story.wizard.page.state_mut().focus = 1;
    story.paste(TENANT).press("Tab");
    assert!(!story.shows("This is a directory (tenant) ID, not an application's"));
}

#[test]
fn what_was_begun_can_be_discarded() {
    let mut bench = Bench::registered();
    assert_eq!(bench.step_two().1, Status::Finished);
    let active = bench.registration().active.unwrap();
    let mut story = Story::with(setting(), bench);
    story.begin();
    at!(story, Review);
    story.wizard.page = Overview::default().into();
    story.press("Up Up Go");
    at!(story, Overview);
    let after = story.bench.registration();
    assert!(after.open.is_none() && after.closed.is_empty());
    assert_eq!(after.active.as_ref(), Some(&active));
    for item in active.set() {
        assert!(story.bench.vault.contains_key(&item.to_string()), "{item}");
    }
    assert!(!story.bench.vault.keys().any(|name| name.contains("/B/")));
}

#[test]
fn a_code_works_once_in_the_whole_session() {
    let mut story = Story::begun(setting());
    story.bench.fail("redeem", refused(400, 70_008));
    story.at_sign_in().paste(CODE).press("Go");
    at!(story, Failed);
    story.press("Esc Go").paste(CODE).press("Go");
    at!(story, SignIn);
    assert!(story.shows("This code was sent before"));
}

#[test]
fn a_single_step_needs_the_keyring_too() {
    let only = WizardConfig { only: Some(Step::PartnerApi), ..setting() };
    let mut story = Story::with(only, Bench::registered());
    let locked = Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    story.looks.insert(Preflight::Keyring, locked);
    story.begin();
    story.press("Go");
    at!(story, Prerequisites);
    assert!(!story.bench.log.contains(&"listen".to_owned()));
}

#[test]
fn a_secret_pasted_into_a_field_that_is_shown_is_not_taken() {
    let mut story = Story::begun(setting());
    story.press("Go Go");
    story.wizard.page.state_mut().focus = 3;
    story.paste(SECRET);
    assert!(story.wizard.session.fields.is_empty(Field::Directory));
    assert!(story.shows("It was not taken: this field is not hidden."));
    assert!(!story.screen(120, 60).contains(SECRET));
}

#[test]
fn a_secret_key_pasted_behind_a_value_is_named_and_the_value_stays() {
    let mut story = Story::begun(setting());
    story.press("Go Go");
    story.wizard.page.state_mut().focus = 3;
    story.paste("contoso.onmicrosoft.com");
    story.paste("abc8Q~marked-secret-value-0123456789_-.~");
    assert_eq!(story.wizard.session.fields.value(Field::Directory), "contoso.onmicrosoft.com");
    assert!(story.shows("That looks like a secret key. It was not taken: this field is not hidden."));
}

/// A secret has no form that can be relied on: what decides is the form of the field.
#[test]
fn no_paste_leaves_a_secret_in_a_field_that_is_shown_or_in_the_draft() {
    const MARKED: &str = "marked.A1b2C3d4E5f6~G7h8_i9J0-k1L2m3N4";
    let pastes = ["\r", "\n", "\r\n", "\u{2028}", "&", "; ", "\t"]
        .map(|end| format!("client_id={APP}{end}client_secret={MARKED}{end}tenant={TENANT}"));
    let others = [
        MARKED.to_owned(),
        format!("{MARKED}{MARKED}"),
        format!("key {MARKED}"),
        format!("something={MARKED}"),
        format!("client_id={MARKED}"),
        format!("Application (client) ID\r:\r{MARKED}\rDirectory (tenant) ID\r{TENANT}"),
        format!("https://login.example/token?client_id={APP}&client_secret={MARKED}"),
        format!("http://localhost/ {MARKED}"),
    ];
    for raw in pastes.iter().chain(&others) {
        for focus in 0..5 {
            let mut story = Story::begun(setting());
            story.press("Go Go");
            story.wizard.page.state_mut().focus = focus;
            story.paste(raw);
            assert!(!story.screen(120, 60).contains("marked"), "{raw} at {focus}");
            story.press("Go");
            let session = &story.wizard.session;
            let typed = format!("{:?}", session.fields.typed());
            assert!(!typed.contains("marked"), "{raw} at {focus}: {typed}");
        }
        let mut name = Story::begun(setting());
        name.press("Go").paste(raw).press("Go");
        assert!(!format!("{:?}", name.wizard.session.fields.typed()).contains("marked"), "{raw} as a name");
    }
}

/// Of a secret that somebody thought of nothing tells what it is.
#[test]
fn of_a_text_with_an_id_a_field_takes_the_id_alone() {
    for (raw, id) in [
        (format!("Application (client) ID {APP} password marked7"), APP),
        (format!("Directory (tenant) ID {TENANT} password marked7"), TENANT),
    ] {
        for focus in 0..5 {
            let mut story = Story::begun(setting());
            story.press("Go Go");
            story.wizard.page.state_mut().focus = focus;
            story.paste(&raw);
            assert!(!story.screen(120, 60).contains("marked"), "{raw} at {focus}");
            story.press("Go");
            let typed = format!("{:?}", story.wizard.session.fields.typed());
            assert!(!typed.contains("marked"), "{raw} at {focus}: {typed}");
        }
        let field = if id == APP { Field::ApplicationId } else { Field::Directory };
        let mut story = Story::begun(setting());
        story.press("Go Go");
        story.wizard.session.fields.take_in(field, &raw, true, false).unwrap();
        assert_eq!(story.wizard.session.fields.value(field), id, "{raw}");
    }
}

#[test]
fn what_is_pasted_with_its_name_is_offered_whatever_ends_its_lines() {
    for end in ["\r", "\n", "\r\n", "\u{2028}", "&", "; ", "\t"] {
        let mut story = Story::begun(setting());
        story.press("Go Go");
        story.paste(&format!("client_id={APP}{end}client_secret={SECRET}{end}tenant={TENANT}"));
        assert!(matches!(story.wizard.overlay, Some(Overlay::Offer(_))), "{end:?}");
        story.press("Go Go");
        assert!(story.checked(), "{end:?}");
    }
}

#[test]
fn the_hand_off_note_tells_what_stopped_it_and_holds_no_secret() {
    let mut story = Story::begun(setting());
    story.bench.fail("apptoken", refused(401, 7_000_222));
    story.at_step_two().press("Go h");
    let note = story.done.last().unwrap();
    for words in ["print ", "AADSTS7000222", "New client secret", APP, TENANT] {
        assert!(note.contains(words), "{words}: {note}");
    }
    assert!(!note.contains("marked-secret") && !note.contains("good for one sign-in"));
}

#[test]
fn commands_that_are_told_name_the_same_registration() {
    let words = " --cloud china --store file";
    let mut story = Story::begun(WizardConfig { words: words.to_owned(), ..setting() });
    story.at_review();
    story.press("Go");
    at!(story, Done);
    let done = story.screen(120, 60);
    for command in ["doctor", "register"] {
        assert!(done.contains(&format!("octo-csp {command}{words}  ")), "{done}");
    }
    story.press("Go");
    let last = story.done.join("\n");
    assert!(last.contains(&format!("Next: octo-csp submit{words}")), "{last}");
    let words = format!(" --sandbox{words}");
    let mut story = Story::begun(WizardConfig { words: words.clone(), ..setting() });
    story.press("h");
    let note = story.done.last().unwrap();
    let command = format!("octo-csp handoff{words} > note.txt");
    assert!(note.contains(&command), "{note}");
}

#[test]
fn what_microsoft_did_with_the_redirect_address_is_said_before_the_sign_in() {
    for (seen, said) in [
        (AddressSeen::Known, "✓ Microsoft knows this redirect address."),
        (
            AddressSeen::NotRegistered,
            "✗ Microsoft does not seem to know http://localhost (AADSTS50011). Add it, letter for letter: \
             Entra > your app > Authentication > Add > Web. Then F5.",
        ),
        (AddressSeen::Unclear, "Whether the redirect address is registered could not be told."),
    ] {
        let mut story = Story::new(setting());
        story.bench.address_seen = Some(seen);
        story.begin();
        story.at_sign_in();
        assert!(story.shows(said), "{}", story.screen(80, 24));
        let small = story.screen(80, 24);
        assert!(!small.contains("more below"), "{small}");
    }
}

#[test]
fn the_hand_off_note_of_an_open_sign_in_has_its_link_and_nothing_behind_it() {
    let mut story = Story::begun(setting());
    story.at_sign_in().press("F8");
    let note = story.done.last().unwrap();
    assert!(note.contains("https://login.example/authorize"), "{note}");
    for secret in ["verifier", "keepsake", "marked-secret"] {
        assert!(!note.contains(secret), "{secret}: {note}");
    }
    // The wizard waits on; the answer can be pasted.
    at!(story, SignIn);
}

#[test]
fn the_last_refusal_is_remembered_until_a_run_passes() {
    let mut story = Story::begun(setting());
    let mut failure = refused(401, 7_000_222);
    failure.trace_id = UntrustedText::some("5b0e");
    story.bench.fail("apptoken", failure);
    story.at_step_two().press("Go");
    let remembered = story.opened.draft.as_ref().and_then(|draft| draft.refused.as_ref()).unwrap();
    assert_eq!((remembered.title(), remembered.code.as_str()), ("Secret accepted", "AADSTS7000222"));
    assert_eq!(remembered.trace_id, UntrustedText::some("5b0e"));
    story.press("r");
    assert!(story.checked());
    assert_eq!(story.opened.draft.as_ref().unwrap().refused, None);
}

#[test]
fn a_disk_that_failed_is_not_asked_to_remember_it() {
    let mut story = Story::begun(setting());
    let full = Failure::new(Service::Disk, Cause::Disk(crate::words::DiskFault::Full));
    story.bench.fail("note began", full);
    story.at_step_two().press("Go");
    at!(story, Failed);
    assert_eq!(story.opened.draft.as_ref().unwrap().refused, None);
}

#[test]
fn what_was_given_by_flags_is_typed_already() {
    let story = Story::begun(WizardConfig {
        given: Typed::default().with(Field::ApplicationId, APP).with(Field::Redirect, "https://localhost"),
        ..setting()
    });
    let text = |field| story.wizard.session.fields.text(field).unwrap().text();
    assert_eq!(text(Field::ApplicationId), APP);
    assert_eq!(text(Field::Redirect), "https://localhost");
    assert_eq!(text(Field::Directory), "");
}

type Play<'a> = Box<dyn Fn(&mut Story, &mut Vec<String>) + 'a>;

/// A story, and what it comes to: where it stood on the way, what was asked of the world, how it ended.
fn course(play: impl Fn(&mut Story, &mut Vec<String>)) -> (Vec<String>, Vec<String>, Option<Exit>) {
    let mut story = Story::new(setting());
    let mut places = Vec::new();
    play(&mut story, &mut places);
    (places, story.bench.log, story.ended)
}

fn stand(story: &Story, places: &mut Vec<String>) {
    let _drawn = story.screen(80, 24);
    let page = std::mem::discriminant(&story.wizard.page);
    places.push(format!("{page:?} {:?}", story.wizard.target()));
}

#[test]
fn no_sentence_decides_anything() {
    let keys = |keys: &'static [&'static str]| {
        move |story: &mut Story, places: &mut Vec<String>| {
            for key in keys {
                story.press(key);
                stand(story, places);
            }
        }
    };
    let refused_then = |code: u64, after: &'static [&'static str]| {
        move |story: &mut Story, places: &mut Vec<String>| {
            story.bench.fail("apptoken", refused(401, code));
            story.begin();
            story.at_step_two();
            keys(&["Enter"])(story, places);
            keys(after)(story, places);
        }
    };
    let mut plays: Vec<Play<'_>> = vec![
        Box::new(|story, places| {
            story.begin();
            story.at_sign_in();
            stand(story, places);
            story.paste("https://x/authorize?client_id=a&response_type=code&redirect_url=b");
            keys(&["Enter", "^C", "Esc"])(story, places);
            story.paste(CODE);
            keys(&["Enter", "Enter", "Enter", "Enter"])(story, places);
        }),
        Box::new(|story, places| {
            let locked = Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
            story.looks.insert(Preflight::Keyring, locked);
            story.begin();
            keys(&["Enter", "d"])(story, places);
            story.looks.clear();
            keys(&["Esc", "r", "Enter"])(story, places);
        }),
        Box::new(|story, places| {
            story.begin();
            keys(&["Enter", "Contoso", "Enter", "Tab", "x", "Tab", "Enter", "Down"])(story, places);
        }),
    ];
    // A refusal of each way to go on: to a field, to nothing, again.
    for code in [7_000_215, 700_016, 50_049, 90_033] {
        plays.push(Box::new(refused_then(code, &["d", "Esc", "Enter", "Enter"])));
        plays.push(Box::new(refused_then(code, &["n", "r", "Esc"])));
    }
    for play in plays {
        let usual = course(&play);
        assert_eq!(texts::other::words(|| course(&play)), usual);
    }
}

#[test]
fn what_was_said_of_one_sign_in_does_not_stand_above_the_next() {
    let mut story = Story::begun(setting());
    story.at_sign_in().press("F3");
    assert!(story.shows("Copied. F7 prints the address, to select it."));
    story.press("F5");
    at!(story, SignIn);
    assert!(!story.shows("Copied. F7 prints the address, to select it."));
}

#[test]
fn the_link_of_a_sign_in_that_is_over_is_in_no_note() {
    let mut story = Story::begun(setting());
    story.at_review().press("Esc F8");
    at!(story, PartnerApi);
    let note = story.done.last().unwrap();
    assert!(note.starts_with("print "), "{note}");
    assert!(!note.contains("https://login.example/authorize"), "{note}");
}

#[test]
fn what_is_registered_is_handed_over_also_while_another_attempt_waits_for_its_review() {
    let mut bench = Bench::registered();
    assert_eq!(bench.step_two().1, Status::Finished);
    assert_eq!(bench.step_three().1, Status::Finished);
    let mut story = Story::with(setting(), bench);
    story.begin();
    at!(story, Review);
    story.wizard.page = Overview::default().into();
    story.press("Go");
    at!(story, OctoClient);
    assert!(story.shows("Sent to api.alphaus.cloud now:"));
    story.paste("octo-client").press("Tab").paste("an-octo-secret").press("Go");
    at!(story, Done);
    assert!(!story.bench.octo_calls().is_empty());
}

#[test]
fn the_draft_is_written_when_a_field_is_left_and_when_the_program_is_cut_off() {
    let mut story = Story::begun(setting());
    let kept = |story: &Story, field| {
        let typed = story.opened.draft.as_ref().map(|draft| draft.typed.typed().get(field).to_owned());
        typed.unwrap_or_default()
    };
    assert_eq!(story.opened.draft, None, "nothing was typed yet");
    story.press("Go Con");
    let (before, name) = (story.opened.draft.clone(), Field::AccountName);
    assert_eq!(kept(&story, name), "", "a field is not written with each key");
    story.press("toso");
    assert_eq!(story.opened.draft, before);
    story.press("Tab");
    assert_eq!(kept(&story, name), "Contoso");
    story.press("S-Tab x");
    assert_eq!(kept(&story, name), "Contoso");
    let tasks = story.wizard.update(Event::CutOff);
    story.work(tasks);
    assert_eq!(kept(&story, name), "Contosox");
}

#[test]
fn leaving_without_saving_puts_the_draft_back_that_was_there() {
    let mut story = Story::begun(setting());
    story.press("Go Contoso Tab ^C l");
    assert_eq!(story.ended, Some(Exit::Cancelled));
    assert_eq!(story.opened.draft, None, "there was none");
    let mut story = Story::begun(setting());
    story.press("Go Contoso Tab ^C s");
    let before = story.opened.draft.clone();
    assert!(before.is_some());
    let mut again = Story::new(setting());
    again.opened.draft.clone_from(&before);
    again.begin();
    again.press("2 Tab");
    assert_ne!(again.opened.draft, before);
    again.press("^C l");
    assert_eq!(again.opened.draft, before);
}
