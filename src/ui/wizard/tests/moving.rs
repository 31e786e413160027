//! Moving about: Enter, lists, values that are put right, values that are swapped, and pages of every width.

use super::story::{SECRET, Story, at, setting};
use crate::steps::bench::{APP, Bench, CODE, TENANT, refused};
use crate::ui::state::FocusTarget;
use crate::ui::{Edit, Event, Intent};
use crate::words::{Cause, Failure, Field, Service};

fn text(story: &Story, field: Field) -> String {
    story.wizard.session.fields.text(field).unwrap().text().to_owned()
}

fn focus(story: &Story) -> Option<Field> {
    story.wizard.target().and_then(FocusTarget::field)
}

#[test]
fn enter_goes_from_field_to_field_and_in_the_last_one_does_what_the_page_is_for() {
    let mut story = Story::begun(setting());
    story.press("Enter Contoso Enter");
    at!(story, PartnerCenter);
    for (value, next) in
        [(APP, Field::ApplicationId), (APP, Field::SecretKey), (SECRET, Field::Directory), (TENANT, Field::SecretEnds)]
    {
        story.paste(value).press("Enter");
        assert_eq!(focus(&story), Some(next));
        at!(story, PartnerCenter);
    }
    assert!(story.screen(80, 24).contains("Enter check "));
    story.press("Enter");
    assert!(story.checked());
}

#[test]
fn whoever_was_overtaken_at_the_first_step_is_told_by_whom_and_keeps_what_was_typed() {
    let mut story = Story::begun(setting());
    let overtaken = Failure::new(Service::Vault, Cause::JournalMoved);
    story.bench.fail("note named", overtaken.with_detail("at 2026-11-27T09:30:00Z by ben on build7"));
    story.press("Enter Contoso Enter");
    at!(story, Basic);
    assert!(story.shows("meanwhile. Written at 2026-11-27T09:30:00Z by ben on build7. Leave and start again"));
    assert_eq!(text(&story, Field::AccountName), "Contoso");
}

#[test]
fn a_wrong_field_is_jumped_to_from_the_last_one() {
    let mut story = Story::begun(setting());
    story.press("Enter Enter Enter Enter Enter Enter Enter");
    at!(story, PartnerCenter);
    assert_eq!(focus(&story), Some(Field::ApplicationId));
    assert!(story.shows("✗ Application (client) ID is missing."));
}

#[test]
fn letters_home_and_end_move_in_a_list() {
    let mut story = Story::with(setting(), Bench::registered());
    story.begin();
    let at = |story: &Story| story.wizard.page.state().focus;
    story.press("j j k");
    assert_eq!(at(&story), 1);
    for (edit, wanted) in [(Edit::End, story.wizard.targets().len() - 1), (Edit::Home, 0)] {
        let tasks = story.wizard.update(Event::Pressed(Intent::Edit(edit)));
        story.work(tasks);
        assert_eq!(at(&story), wanted);
    }
}

#[test]
fn a_long_page_is_scrolled_to_its_end_and_no_further() {
    let mut story = Story::begun(setting());
    story.at_step_two().press("F1");
    let first = story.screen(80, 24);
    for _ in 0..40 {
        let tasks = story.wizard.update(Event::Pressed(Intent::PageDown));
        story.work(tasks);
        let _painted = story.screen(80, 24);
    }
    assert!(story.shows("to the shell; fg comes back"));
    let last = story.screen(80, 24);
    assert!(last.contains("more above") && !last.contains("more below"), "{last}");
    // One key up is seen at once.
    let tasks = story.wizard.update(Event::Pressed(Intent::Up));
    story.work(tasks);
    assert_ne!(story.screen(80, 24), last);
    let tasks = story.wizard.update(Event::Pressed(Intent::Edit(Edit::Home)));
    story.work(tasks);
    assert_eq!(story.screen(80, 24), first);
    story.press("q");
    assert!(story.wizard.overlay.is_none());
}

#[test]
fn help_lists_what_works_here() {
    let mut story = Story::begun(setting());
    story.at_step_two().press("F1");
    for words in ["Ctrl-W", "Alt-B", "Tab", "Alt-2 to Alt-9 the same as F2 to F9"] {
        assert!(story.shows(words), "{words}");
    }
    for words in ["Ctrl-J", "Ctrl-M", "F7", "k does the same"] {
        assert!(!story.shows(words), "{words}");
    }
    let mut story = Story::with(setting(), Bench::registered());
    story.begin();
    story.press("F1");
    assert!(story.shows("down; j does the same") && !story.shows("Ctrl-W"));
}

#[test]
fn a_value_that_is_understood_stands_there_put_right() {
    let mut story = Story::begun(setting());
    story.press("Enter Enter");
    let braced = format!("{{{}}}", APP.to_uppercase());
    story.paste(&braced).press("Enter");
    assert_eq!(text(&story, Field::ClientId), APP);
    story.wizard.page.state_mut().focus = 4;
    for (typed, right) in [("12/31/2026", "2026-12-31"), ("14 May 2027", "2027-05-14")] {
        story.wizard.session.fields.set(Field::SecretEnds, typed);
        story.press("Tab S-Tab");
        assert_eq!(text(&story, Field::SecretEnds), right);
    }
    story.wizard.session.fields.set(Field::SecretEnds, "5/6/2027");
    story.press("Tab");
    assert!(story.shows("✗ This can be 2027-06-05 or 2027-05-06."));
    assert_eq!(text(&story, Field::SecretEnds), "5/6/2027");
    // In the last field Enter does what the page is for; the value is put right before that, too.
    story.wizard.page.state_mut().focus = 4;
    story.wizard.session.fields.set(Field::SecretEnds, "12/31/2026");
    story.press("Enter");
    assert_eq!(text(&story, Field::SecretEnds), "2026-12-31");
}

#[test]
fn f5_swaps_the_two_that_have_each_others_value_and_leaves_no_stale_sentence() {
    for other in [Field::Directory, Field::ClientId] {
        let mut story = Story::begun(setting());
        story.press("Enter Enter");
        for (field, value) in [(other, APP), (Field::ApplicationId, TENANT)] {
            let targets = story.wizard.targets();
            let at = targets.iter().position(|target| target.field() == Some(field)).unwrap();
            story.wizard.page.state_mut().focus = at;
            story.paste(value).press("Tab");
        }
        let screen = story.screen(80, 24);
        assert!(screen.contains("F5 swaps them.") && screen.contains("F5 swap IDs"), "{screen}");
        story.press("F5");
        assert_eq!((text(&story, Field::ApplicationId), text(&story, other)), (APP.to_owned(), TENANT.to_owned()));
        let screen = story.screen(80, 24);
        assert!(!screen.contains('✗') && screen.contains("Swapped:"), "{screen}");
    }
}

#[test]
fn no_id_is_broken_and_no_remark_is_far_from_its_field_at_any_width() {
    let mut story = Story::begun(setting());
    story.at_step_two();
    story.wizard.page.state_mut().focus = 3;
    for width in 40..=200 {
        let screen = story.screen(width, 50);
        assert!(screen.contains(TENANT), "{width}\n{screen}");
        let line = screen.lines().find(|line| line.contains(TENANT)).unwrap();
        let after = line.split_once(TENANT).unwrap().1;
        let remark = after.chars().position(|sign| sign == '✓');
        assert!(remark.is_none_or(|at| at < 60), "{width}\n{screen}");
        // From 110 columns on the help stands beside the page, and not below the field.
        let beside = screen.contains("│ Directory (tenant) ID or domain");
        assert_eq!(beside, width >= 110, "{width}\n{screen}");
        let below = |line: &str| line.trim_start_matches('"').trim_start().starts_with("Entra > Overview");
        assert_ne!(beside, screen.lines().any(below), "{width}\n{screen}");
    }
    // Where there is room for one field, one is shown.
    let small = story.screen(40, 12);
    assert!(small.contains(TENANT) && !small.contains("Secret key"), "{small}");
}

#[test]
fn a_narrow_page_breaks_no_value_for_the_sake_of_a_column() {
    let lines = |story: &Story| -> Vec<String> {
        story.screen(40, 70).lines().map(|line| line.trim_matches(['"', ' ']).to_owned()).collect()
    };
    let mut story = Story::begun(setting());
    story.at_step_two().press("Go");
    let checks = lines(&story);
    for whole in ["Entra ID", "Partner Center"] {
        assert!(checks.contains(&whole.to_owned()), "{whole}: {checks:?}");
    }
    assert!(checks.iter().any(|line| line.contains("✓ Partner Center knows the app")), "{checks:?}");
    story.press("Go");
    let found = lines(&story);
    assert!(found.iter().any(|line| line.contains(TENANT)), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with("Partner  ")), "{found:?}");
}

#[test]
fn the_smallest_screen_has_the_directions_of_the_sign_in_above_its_field() {
    let mut story = Story::begun(setting());
    story.at_sign_in();
    let screen = story.screen(40, 12);
    for part in
        ["Sign in with Microsoft", "1  ", "2  Sign in, pass MFA, press Accept", "3  ", "Address from", "[ Confirm ]"]
    {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    story.bench.fail("redeem", refused(400, 7_000_215));
    story.paste(CODE).press("Go");
    let screen = story.screen(40, 30);
    assert!(screen.contains(APP), "an ID is in one piece\n{screen}");
}

#[test]
fn what_a_check_found_is_not_broken_and_each_time_stands_at_the_edge() {
    let mut story = Story::begun(setting());
    story.at_step_two().press("Go");
    let screen = story.screen(80, 24);
    let lines: Vec<&str> = screen.lines().map(|line| line.trim_matches(['"', ' '])).collect();
    assert!(lines.iter().any(|line| line.contains("balance of 2026-11-01 in JPY")), "{screen}");
    let checks =
        lines.iter().filter(|line| line.contains("✓ ") && !line.contains("Details") && !line.contains("Every"));
    for check in checks {
        assert!(check.ends_with(" s"), "{check}\n{screen}");
    }
}

/// Walked: after "This secret has expired" the new one was pasted behind the old one, which nobody sees, and was refused again.
#[test]
fn what_is_pasted_or_typed_after_a_refusal_takes_the_place_of_what_was_refused() {
    for typed in [false, true] {
        let mut story = Story::begun(setting());
        story.bench.fail("apptoken", refused(401, 7_000_222));
        story.at_step_two().press("Enter");
        at!(story, Failed);
        story.press("Enter");
        assert_eq!(focus(&story), Some(Field::SecretKey));
        assert!(story.shows("Paste another one: it takes this one's place."));
        let secret = if typed {
            story.press("x y");
            "xy"
        } else {
            story.paste("a-new-one");
            "a-new-one"
        };
        assert_eq!(story.wizard.session.fields.share(Field::SecretKey).reveal(), secret);
    }
}

#[test]
fn what_was_refused_stays_refused_until_it_is_another_value() {
    let mut story = Story::begun(setting());
    story.bench.fail("apptoken", refused(401, 7_000_222));
    story.at_step_two().press("Enter Enter");
    let refused = "Paste another one: it takes this one's place.";
    story.press("Enter");
    assert_eq!(focus(&story), Some(Field::Directory));
    assert!(story.shows(refused), "Enter changed nothing in it");
    // Nor does what is wrong elsewhere.
    story.wizard.session.fields.clear(Field::Directory);
    story.press("Go");
    assert!(story.shows(refused) && focus(&story) == Some(Field::SecretKey));
    story.paste("a-new-one");
    assert!(!story.shows(refused));
}

#[test]
fn a_whole_value_takes_the_place_of_another_and_a_piece_is_put_to_it() {
    let (other, there) = ("11111111-2222-4333-8444-555555555555", "Took the place of what was there");
    for (at, before, pasted, wanted) in [
        (1, APP, other, other),
        (1, "6f1d2c9a-3e84-4b57-a0d9", "-1c8e7b5f2a46", "6f1d2c9a-3e84-4b57-a0d9-1c8e7b5f2a46"),
        (3, "contoso.onmicrosoft.com", TENANT, TENANT),
        (3, "contoso.onmicr", "osoft.com", "contoso.onmicrosoft.com"),
    ] {
        let mut story = Story::begun(setting());
        story.press("Go Go").wizard.page.state_mut().focus = at;
        for letter in before.chars() {
            let tasks = story.wizard.update(Event::Pressed(Intent::Typed(letter)));
            story.work(tasks);
        }
        story.paste(pasted);
        let field = focus(&story).unwrap();
        assert_eq!(text(&story, field), wanted);
        assert_eq!(story.shows(there), wanted == pasted, "{pasted}");
    }
    let mut story = Story::begun(setting());
    story.press("Go Go").wizard.page.state_mut().focus = 2;
    let another = SECRET.replace("abc", "xyz");
    story.paste(SECRET).paste(&another);
    assert_eq!(story.wizard.session.fields.share(Field::SecretKey).reveal(), another);
    assert!(story.shows(there));
}

#[test]
fn an_address_pasted_behind_the_usual_one_takes_its_place() {
    let mut story = Story::begun(setting());
    story.at_step_three();
    story.wizard.page.state_mut().focus = 2;
    assert_eq!(focus(&story), Some(Field::Redirect));
    story.paste("https://contoso.example/back").paste("https://fabrikam.example/back");
    assert_eq!(text(&story, Field::Redirect), "https://fabrikam.example/back");
}

#[test]
fn the_smallest_screen_shows_what_was_answered_before_the_button_is_pressed() {
    let mut story = Story::begun(setting());
    story.at_step_two().press("Tab");
    assert_eq!(story.wizard.target(), Some(FocusTarget::Button));
    let screen = story.screen(40, 12);
    for line in
        ["Client ID  ✓", "Secret key  40 characters", "Secret key expires on  empty", "[ Register Credentials ]"]
    {
        assert!(screen.contains(line), "{line}: {screen}");
    }
    // A wide page does not change its width with the focus.
    let width = |story: &Story| story.screen(200, 50).lines().find_map(|line| line.find("step 2 of 3")).unwrap();
    let with_button = width(&story);
    story.press("S-Tab");
    assert_eq!(width(&story), with_button);
}
