//! What a page knows it says once, where it is seen and as it is meant.

use super::story::{Story, answers_of_rehearsal, at, setting};
use crate::effect::{Preflight, Tenant};
use crate::steps::bench::{APP, CODE, TENANT, refused};
use crate::ui::wizard::{RehearsalAnswers, WizardConfig};
use crate::words::{Cause, Failure, Field, Service, TenantId, UntrustedText};

#[test]
fn a_clock_that_was_wrong_is_not_forgotten_where_one_confirms() {
    let mut story = Story::new(setting());
    let skew = Failure::new(Service::Machine, Cause::ClockSkew).with_detail("26 min behind");
    story.looks.insert(Preflight::Clock, skew);
    story.begin();
    story.at_review();
    assert!(story.shows("Clock was 26 min behind: unless it is set, times kept here are wrong"));
    let mut story = Story::begun(setting());
    story.at_review();
    assert!(!story.shows("Clock"), "{}", story.screen(80, 24));
}

#[test]
fn a_region_is_told_in_words() {
    let told = |region| {
        let id = TenantId::parse(TENANT).unwrap().value;
        Tenant { id, named: true, region: UntrustedText::some(region), cloud: None }.region_told()
    };
    assert_eq!(told("NA"), ", North America");
    assert_eq!(told("XX"), ", region XX");
    assert_eq!(told(""), "");
}

#[test]
fn a_rehearsed_fault_says_that_it_stays_and_how_to_be_without_it() {
    let of = |scenario: Option<&str>| {
        let scenario = scenario.map(str::to_owned);
        let rehearsal = Some(RehearsalAnswers { scenario, ..answers_of_rehearsal() });
        let mut story = Story::begun(WizardConfig { rehearsal, ..setting() });
        story.bench.fail("apptoken", refused(401, 7_000_215));
        story.at_step_two().press("Go");
        at!(story, Failed);
        story
    };
    let words = "Scenario AADSTS7000215, until you leave. Without it: octo-csp rehearse";
    let story = of(Some("AADSTS7000215"));
    assert!(story.shows(words), "{}", story.screen(80, 24));
    assert!(!of(None).shows("until you leave. Without it"));
}

#[test]
fn how_long_all_checks_took_is_in_view_where_they_ended() {
    let mut story = Story::begun(setting());
    story.at_sign_in().paste(CODE).press("Go");
    assert!(story.checked());
    let screen = story.screen(80, 24);
    let end = screen.lines().find(|line| line.contains("Every check passed."));
    assert!(end.is_some_and(|line| line.trim_matches(['"', ' ']).ends_with(" s")), "{screen}");
}

#[test]
fn an_application_id_in_directory_is_told_by_one_sentence() {
    let mut story = Story::begun(setting());
    story.at_step_two().press("S-Tab");
    story.wizard.session.fields.clear(Field::Directory);
    story.paste(APP);
    let told = "This is the Application ID again; a directory has an ID of its own.";
    assert!(story.shows(told), "{}", story.screen(80, 24));
    story.press("Go");
    assert!(story.shows(told) && !story.shows("This cloud has no directory"), "{}", story.screen(80, 24));
}

#[test]
fn of_several_fields_that_are_wrong_the_first_cure_and_the_button_are_in_view() {
    let mut story = Story::begun(setting());
    story.at_step_three().press("x Tab Space Tab").paste(APP).press("Tab Bs Bs Bs Bs Bs Bs Go");
    at!(story, PartnerApi);
    assert_eq!(story.wizard.page.state().problems.len(), 3);
    let screen = story.screen(80, 24);
    for words in ["Or leave it empty", "[ Register Credentials ]"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    // What is wrong with the others is said there too, and how to mend it where the focus is.
    assert!(screen.matches('✗').count() >= 3, "{screen}");
}

#[test]
fn a_sign_in_in_which_a_service_misses_the_second_factor_is_not_offered_again() {
    for (read, service) in [("read Organization", Service::PartnerCenter), ("read ExchangeRates", Service::PartnerApi)]
    {
        let mut story = Story::begun(setting());
        story.bench.fail(read, Failure { service, codes: vec![900_421], ..refused(401, 0) });
        story.at_sign_in().paste(CODE).press("Go");
        at!(story, Failed);
        story.press("Esc");
        at!(story, PartnerApi);
        assert!(story.shows("[ Register Credentials ]"), "{}", story.screen(80, 24));
    }
}

#[test]
fn what_was_rehearsed_is_sent_by_a_key_and_no_command_is_told_that_would_not_find_it() {
    for rehearsed in [true, false] {
        let rehearsal = rehearsed.then(answers_of_rehearsal);
        let mut story = Story::begun(WizardConfig { rehearsal, ..setting() });
        story.at_review().press("Go");
        at!(story, Done);
        assert_eq!(story.shows("Next o sends it to Octo"), rehearsed, "{}", story.screen(80, 24));
        assert_eq!(story.shows("octo-csp submit"), !rehearsed, "{}", story.screen(80, 24));
    }
}
