//! What a person sees and decides on the way to Octo.

use crate::exit::Exit;
use crate::steps::bench::{Bench, OCTO_SECRET, TENANT};
use crate::ui::wizard::WizardConfig;
use crate::ui::wizard::tests::story::{Story, answers_of_rehearsal, at, setting, with_octo};
use crate::words::{Cause, Environment, Failure, Field, Service};

const TYPED: &str = "marked-typed-octo-secret";

fn octo(status: u16, code: u64) -> Failure {
    let mut failure = Failure::new(Service::Octo, Cause::Refused);
    failure.status = Some(status);
    failure.codes = vec![code];
    failure
}

#[test]
fn review_says_what_is_sent_to_whom_and_nothing_is_sent_before() {
    let mut story = Story::begun(with_octo());
    story.at_review();
    at!(story, Review);
    assert!(story.shows("api.alphaus.cloud: account name, directory, application, secret key"));
    assert!(story.shows("from ALPHAUS_CLIENT_ID)"));
    assert!(story.bench.octo_calls().is_empty());
    story.press("Go");
    at!(story, Done);
    assert_eq!(story.bench.octo_calls(), ["sign-in", "accounts", "register", "credentials", "mpn"]);
    assert_eq!(story.bench.payers[TENANT], "Contoso");
    for words in
        ["Contoso is registered in Octo.", "api.alphaus.cloud has the payer account, the credentials, the MPN ID"]
    {
        assert!(story.shows(words), "{words}");
    }
    assert!(story.shows("Data appears within a day."));
    // The commit stands before anything is sent.
    let place = |wanted: &str| {
        let mut log = story.bench.log.iter();
        log.position(|name| name == wanted).unwrap()
    };
    assert!(place("note activated") < place("octo sign-in"));
    story.press("Go");
    assert_eq!(story.ended, Some(Exit::Done));
}

#[test]
fn without_credentials_nothing_is_sent_and_the_pages_say_so() {
    let mut story = Story::begun(setting());
    story.at_review();
    assert!(story.shows("nothing: it is kept here for now"));
    assert!(story.shows("(•) keep it here, send later") && story.shows("[ Keep here for now ]"));
    story.press("Go");
    at!(story, Done);
    for words in ["Contoso is proven and stored here. Not in Octo yet.", "Next octo-csp submit"] {
        assert!(story.shows(words), "{words}");
    }
    assert!(!story.shows("is registered in Octo"));
    assert!(story.bench.octo_calls().is_empty());
    story.press("Go");
    let left = story.done.join(" ");
    assert!(left.contains("Proven and stored here: Contoso. Not in Octo yet. Next: octo-csp submit"), "{left}");
    // The next run opens on the same, and its first choice is to hand it over.
    let mut story = Story::with(setting(), story.bench);
    story.begin();
    assert!(story.shows("Contoso is proven and stored here. Not in Octo yet."));
    story.press("Go");
    at!(story, OctoClient);
}

#[test]
fn credentials_are_typed_used_and_never_drawn() {
    let mut story = Story::begun(setting());
    story.at_review().press("F6");
    at!(story, OctoClient);
    assert!(story.shows("Sent to api.alphaus.cloud once it is confirmed:"));
    story.press("Go");
    assert!(story.shows("The Octo client ID is missing."));
    story.paste("octo-client").press("Go");
    assert!(story.shows("The Octo client secret is missing."));
    story.paste(TYPED);
    let mut screens = vec![story.screen(120, 60)];
    story.press("Go");
    at!(story, Review);
    assert!(story.shows("as typed)"));
    assert!(story.bench.octo_calls().is_empty());
    screens.push(story.screen(120, 60));
    story.press("Go");
    at!(story, Done);
    screens.push(story.screen(120, 60));
    screens.push(format!("{:?} {:?}", story.wizard, story.bench.lines));
    for screen in screens {
        assert!(!screen.contains(TYPED), "{screen}");
        assert!(!screen.contains(OCTO_SECRET) && !screen.contains("octo-token"));
    }
}

#[test]
fn what_bluectl_keeps_is_pasted_whole() {
    let mut story = Story::begun(setting());
    story.at_review().press("F6");
    let pasted = format!("client-id = 'octo-client'\nclient-secret = '{TYPED}'");
    story.paste(&pasted).press("Go Go");
    at!(story, Review);
    assert!(story.wizard.session.octo_client().is_ok());
}

/// Whoever wants it sent and has no credentials is asked for them; nothing is confirmed before.
#[test]
fn sending_now_asks_for_the_credentials_that_are_lacking() {
    let mut story = Story::begun(setting());
    story.at_review().press("S-Tab Space");
    assert!(story.shows("(•) send it now") && story.shows("[ Confirm and register in Octo ]"));
    story.press("Go");
    at!(story, OctoClient);
    assert!(story.bench.registration().active.is_none());
    story.paste("octo-client").press("Tab").paste(TYPED).press("Go");
    at!(story, Review);
    story.press("Go");
    at!(story, Done);
    assert_eq!(story.bench.octo_calls().len(), 5);
}

#[test]
fn credentials_that_are_there_can_be_left_out() {
    let mut story = Story::begun(with_octo());
    story.at_review().press("F6");
    assert!(story.shows("leave empty for the one from ALPHAUS_CLIENT_ID"));
    story.press("Go");
    assert!(story.wizard.session.octo_client().is_ok());
    at!(story, Review);
    story.press("S-Tab Space");
    assert!(story.shows("nothing: it is kept here for now") && story.shows("[ Keep here for now ]"));
    story.press("Go");
    assert!(story.bench.octo_calls().is_empty());
    assert!(story.bench.registration().active.is_some());
}

#[test]
fn a_refusal_keeps_everything_and_is_repeated_or_left_for_later() {
    let mut story = Story::begun(with_octo());
    story.at_review();
    story.bench.fail("octo register", octo(403, 7));
    story.press("Go");
    at!(story, Failed);
    assert!(story.bench.registration().active.is_some());
    assert!(story.shows("All three steps are proven and stored here."));
    assert!(!story.shows("hand-off note"));
    let printed = story.done.len();
    story.press("h F8");
    assert_eq!(story.done.len(), printed, "a note about Entra");
    assert_eq!(story.wizard.exit(), Exit::Permission);
    story.press("^C");
    story.press("l");
    assert_eq!(story.ended, Some(Exit::Permission));
    let last = story.done.join(" ");
    assert!(last.contains("Not in Octo yet. Next: octo-csp submit"), "{last}");

    let mut story = Story::begun(with_octo());
    story.at_review();
    story.bench.fail("octo register", octo(403, 7));
    story.press("Go Esc");
    at!(story, Done);
    assert!(story.shows("Not in Octo yet."));

    let mut story = Story::begun(with_octo());
    story.at_review();
    story.bench.fail("octo credentials", octo(500, 13));
    story.press("Go r");
    at!(story, Done);
    assert!(story.shows("Contoso is registered in Octo."));
}

#[test]
fn a_client_that_is_refused_is_typed_again() {
    let mut story = Story::begun(with_octo());
    story.at_review();
    story.bench.fail("octo sign-in", octo(401, 16));
    story.press("Go");
    at!(story, Failed);
    story.press("Go");
    at!(story, OctoClient);
    assert!(story.shows("Octo does not accept its API client."));
    assert!(story.shows("Sent to api.alphaus.cloud now:"));
    story.paste(TYPED).press("S-Tab").paste("another").press("Go");
    at!(story, Done);
    assert!(story.shows("Contoso is registered in Octo."));
}

#[test]
fn a_value_that_octo_refuses_is_changed_and_handed_over_again() {
    let mut story = Story::begun(with_octo());
    story.at_review();
    story.bench.fail("octo register", octo(400, 3));
    story.press("Go Go");
    at!(story, Overview);
    story.press("Down Down Down Down Go");
    at!(story, Basic);
    story.press("s Go");
    at!(story, Overview);
    story.press("Go");
    at!(story, OctoClient);
    story.press("Go");
    at!(story, Done);
    assert_eq!(story.bench.payers[TENANT], "Contosos");
}

#[test]
fn a_registration_that_octo_lacks_is_handed_over_from_the_overview() {
    let mut story = Story::with(setting(), Bench::registered());
    story.begin();
    at!(story, Overview);
    assert!(story.shows("Send to Octo"));
    story.press("Go");
    at!(story, OctoClient);
    story.paste("octo-client").press("Tab").paste(TYPED).press("Go");
    at!(story, Done);
    let mut story = Story::with(setting(), story.bench);
    story.begin();
    assert!(story.shows("api.alphaus.cloud has the account, the credentials and the MPN ID"));
    assert!(!story.shows("Send to Octo"));
}

#[test]
fn the_sandbox_and_a_cloud_without_octo_are_never_handed_over() {
    let sandbox = WizardConfig { environment: Environment::Sandbox, ..with_octo() };
    let without = WizardConfig { octo: None, ..setting() };
    for (setting, words) in [
        (sandbox, "nothing: the integration sandbox is not registered there"),
        (without, "nothing: the cloud file names none"),
    ] {
        let mut story = Story::begun(setting);
        story.at_review();
        assert!(story.shows(words) && !story.shows("send it now"), "{}", story.screen(120, 60));
        story.press("F6");
        at!(story, Review);
        story.press("Go");
        at!(story, Done);
        assert!(story.bench.octo_calls().is_empty());
        for words in ["Octo yet", "octo-csp submit", "To Octo"] {
            assert!(!story.shows(words), "{words}");
        }
    }
}

#[test]
fn a_rehearsal_fills_the_fields_of_octo_in() {
    let mut story = Story::begun(WizardConfig { rehearsal: Some(answers_of_rehearsal()), ..setting() });
    story.at_review().press("F6 Tab");
    assert!(story.shows("simulated-octo"));
    story.press("F2");
    assert!(!story.wizard.session.fields.is_empty(Field::OctoSecret));
}

#[test]
fn esc_while_octo_is_asked_keeps_the_registration() {
    let mut story = Story::with(with_octo(), Bench::registered());
    story.begin();
    story.answering = false;
    story.press("Go Go");
    at!(story, Checking);
    story.press("Esc");
    at!(story, Done);
    assert!(story.shows("Stopped. The registration is stored here"));
}
