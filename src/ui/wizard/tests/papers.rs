//! What a person takes along from a page: the report, the calendar, the page of a portal.

use jiff::Timestamp;

use super::story::{SECRET, Story, answers_of_rehearsal, at, setting};
use crate::exit::Exit;
use crate::steps::bench::{APP, CODE, refused};
use crate::ui::wizard::WizardConfig;
use crate::words::{Cause, DiskFault, Failure, Service, UntrustedText};

/// A failure of step 3, behind the sign-in.
fn refused_with(code: u64) -> Story {
    let mut story = Story::begun(setting());
    story.bench.fail("redeem", refused(400, code));
    story.at_sign_in().paste(CODE).press("Go");
    at!(story, Failed);
    story
}

#[test]
fn a_stored_sign_in_that_was_refused_is_not_offered_where_only_another_one_helps() {
    let mut story = Story::begun(setting());
    story.bench.fail("refresh", refused(400, 50_076));
    story.at_sign_in().paste(CODE).press("Go");
    at!(story, Failed);
    story.press("Esc");
    at!(story, PartnerApi);
    assert!(story.shows("[ Register Credentials ]"), "{}", story.screen(80, 24));
    // One that was stored after that refusal was not refused.
    let refused_at = Timestamp::from_second(-1).unwrap();
    story.wizard.session.last_failure.as_mut().unwrap().at = Some(refused_at);
    assert!(story.shows("[ Finish the checks ]"), "{}", story.screen(80, 24));
    story.wizard.session.last_failure.as_mut().unwrap().at = Some(Timestamp::UNIX_EPOCH);
    story.press("Go");
    at!(story, SignIn);

    // What an administrator grants meanwhile needs no other one.
    let mut story = Story::begun(setting());
    story.bench.fail("refresh", refused(400, 65_001));
    story.at_sign_in().paste(CODE).press("Go");
    at!(story, Failed);
    story.press("Esc");
    assert!(story.shows("[ Finish the checks ]"), "{}", story.screen(80, 24));
}

/// What was done of this kind, in its order.
fn done(story: &Story, kind: &str) -> Vec<String> {
    story.done.iter().filter_map(|done| done.strip_prefix(kind)).map(str::to_owned).collect()
}

#[test]
fn a_failure_is_saved_as_a_report_with_its_ids_and_checks_and_without_a_secret() {
    let mut story = Story::begun(setting());
    let mut failure = refused(401, 7_000_215);
    failure.trace_id = UntrustedText::some("5b0e1d2c-0000-4000-8000-000000000001");
    story.bench.fail("apptoken", failure);
    story.at_step_two().press("Go s");
    at!(story, Failed);
    let written = done(&story, "write ");
    let [report] = written.as_slice() else { panic!("{written:?}") };
    assert!(report.starts_with("octo-csp-report-19700101-00000") && report.contains(".txt\n"), "{report}");
    for part in ["octo-csp support report", "AADSTS7000215", "5b0e1d2c-0000", "FAIL  Secret accepted", "What failed"] {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(!report.contains(SECRET), "{report}");
    assert!(story.shows("Saved: /home/op/octo-csp-report-19700101-00000"), "{}", story.screen(80, 24));
    // It is one of the keys that are in view.
    assert!(story.screen(80, 24).lines().last().unwrap().contains("s save report"));
}

#[test]
fn a_report_that_cannot_be_written_says_why_and_the_page_stays() {
    let mut story = refused_with(65_001);
    story.bench_writes = Some(Failure::new(Service::Disk, Cause::Disk(DiskFault::ReadOnly)));
    story.press("s");
    at!(story, Failed);
    assert!(story.shows("read-only"), "{}", story.screen(80, 24));
}

#[test]
fn enter_opens_the_page_of_the_cure_where_there_is_no_field_to_mend_and_then_goes_on() {
    let page = format!(
        "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/CallAnAPI/appId/{APP}"
    );
    let mut story = refused_with(65_001);
    assert!(story.screen(80, 24).lines().last().unwrap().contains("Enter open the page"));
    let whole: String = story.screen(80, 40).lines().map(|line| line.trim_matches(['"', ' '])).collect();
    assert!(whole.contains(&page), "{}", story.screen(80, 40));
    let before = done(&story, "browse ").len();
    story.press("Enter");
    at!(story, Failed);
    assert_eq!(done(&story, "browse ").last(), Some(&page));
    assert!(story.shows("Opening https://portal.azure.com/"));
    // Done there, the next thing is next; the page can be opened once more.
    assert!(story.screen(80, 24).lines().last().unwrap().contains("Enter sign in again"));
    story.press("o");
    assert_eq!(done(&story, "browse ").len(), before + 2);
    story.press("Enter");
    at!(story, SignIn);

    // Where there is a field, Enter goes there, and o opens the page that shows its value.
    let mut story = Story::begun(setting());
    story.bench.fail("apptoken", refused(401, 7_000_215));
    story.at_step_two().press("Go o");
    at!(story, Failed);
    let secrets = format!(
        "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/{APP}"
    );
    assert_eq!(done(&story, "browse "), [secrets]);
    story.press("Enter");
    at!(story, PartnerCenter);

    // Where no browser can be opened, Enter does not try to; the address stands on the page.
    let mut story = refused_with(65_001);
    story.wizard.session.config.browser = false;
    assert!(story.screen(80, 24).lines().last().unwrap().contains("Enter sign in again"));
    story.press("Enter");
    at!(story, SignIn);

    // What only a person's sign-in can mend has no page.
    let mut story = refused_with(50_076);
    story.press("Enter");
    at!(story, SignIn);
}

#[test]
fn the_last_page_saves_the_calendar_and_the_report_and_says_what_comes_next_first() {
    let mut story = Story::begun(setting());
    story.at_step_two().paste("2027-05-14").press("Go Go Go");
    story.paste(CODE).press("Go Go Go");
    at!(story, Done);
    story.press("i s");
    let written = done(&story, "write ");
    let [calendar, report] = written.as_slice() else { panic!("{written:?}") };
    assert!(calendar.starts_with("octo-csp-production.ics\nBEGIN:VCALENDAR\r\n"), "{calendar}");
    assert!(calendar.contains("DTSTART;VALUE=DATE:20270514") && calendar.contains("UID:sign-in-production@octo-csp"));
    assert!(report.contains("octo-csp support report") && report.contains("2027-05-14"), "{report}");
    let screen = story.screen(80, 24);
    let at = |words: &str| screen.find(words).unwrap_or_else(|| panic!("{words}: {screen}"));
    assert!(at("Next") < at("Dates") && at("Dates") < at("Stored"), "{screen}");
    assert!(screen.lines().last().unwrap().contains("i save the dates   s save report"), "{screen}");
    story.press("Enter");
    assert_eq!(story.ended, Some(Exit::Done));
}

#[test]
fn a_rehearsal_prints_what_it_would_save() {
    let rehearsal = WizardConfig { rehearsal: Some(answers_of_rehearsal()), ..setting() };
    let mut story = Story::begun(rehearsal);
    story.bench.fail("apptoken", refused(401, 7_000_215));
    story.at_step_two().press("Go s");
    assert!(done(&story, "write ").is_empty());
    let printed = done(&story, "print ");
    assert!(printed[0].starts_with("A rehearsal writes no file. This would be one:|  octo-csp-report-"), "{printed:?}");
    assert!(printed[0].contains("AADSTS7000215"), "{printed:?}");
}
