//! Every screen as text at 80x24, the three odd sizes, and any size without a panic.

use proptest::prelude::*;

use crate::effect::Preflight as ProbeResult;
use crate::steps::bench::{APP, Bench, CODE, refused};
use crate::ui::wizard::WizardConfig;
use crate::ui::wizard::tests::story::{Story, answers_of_rehearsal, setting, with_octo};
use crate::words::{Cause, Environment, Failure, Service, VaultFault};

fn golden(name: &str, story: &Story) {
    sized(name, story, 80, 24);
}

fn sized(name: &str, story: &Story, width: u16, height: u16) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../tests/it/golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, story.screen(width, height)));
}

fn stopped(fault: &'static str, failure: Failure) -> Story {
    let mut story = Story::begun(setting());
    story.bench.fail(fault, failure);
    story.at_step_two().press("Go");
    story
}

#[test]
fn before_you_start() {
    golden("start", &Story::begun(setting()));
    let mut story = Story::new(setting());
    let locked = Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    story.looks.insert(ProbeResult::Keyring, locked);
    story.begin();
    golden("start-keyring-locked", &story);
}

#[test]
fn the_first_frame_needs_no_answer() {
    golden("opening", &Story::new(setting()));
}

#[test]
fn the_three_forms() {
    let mut story = Story::begun(setting());
    story.press("Go Contoso");
    golden("basic", &story);
    story.press("Go");
    golden("partner-center-empty", &story);
    story.press("Go");
    golden("partner-center-problems", &story);
    let mut story = Story::begun(setting());
    story.at_step_two();
    golden("partner-center-filled", &story);
    story.press("Go");
    golden("partner-center-checked", &story);
    story.press("Go");
    golden("partner-api", &story);
    story.press("Go");
    golden("sign-in", &story);
    story.paste(CODE).press("Go");
    golden("partner-api-checked", &story);
    story.press("Go");
    golden("review", &story);
    story.press("Go");
    golden("done", &story);
    story.press("o");
    assert!(story.screen(80, 24).contains("[ Send to Octo ]"), "what comes next is one key away");
}

#[test]
fn checks_while_they_run() {
    let mut story = Story::begun(setting());
    story.at_step_two();
    story.answering = false;
    story.press("Go");
    golden("checking", &story);
}

#[test]
fn failures() {
    golden("stopped-7000215", &stopped("apptoken", refused(401, 7_000_215)));
    let mut story = stopped("read InvoiceSummary", Failure::new(Service::PartnerCenter, Cause::TimedOut));
    golden("stopped-timed-out", &story);
    story.press("d");
    golden("details", &story);
}

#[test]
fn what_lies_over_a_page() {
    let mut story = Story::begun(setting());
    story.at_step_two().press("F1");
    golden("help", &story);
    story.press("Esc ^C");
    golden("leave", &story);
    story.press("Esc").paste(&format!("AZURE_CLIENT_ID={APP}\nAZURE_CLIENT_SECRET=x"));
    golden("offer", &story);
}

#[test]
fn a_registration_that_is_there() {
    let mut story = Story::with(setting(), Bench::registered());
    story.begin();
    golden("overview", &story);
}

#[test]
fn the_way_to_octo() {
    let mut story = Story::begun(with_octo());
    story.at_review();
    golden("review-octo", &story);
    story.press("F6");
    golden("octo", &story);
    story.press("Esc");
    let mut refused = Failure::new(Service::Octo, Cause::Refused);
    refused.status = Some(403);
    refused.codes = vec![7];
    story.bench.fail("octo register", refused);
    story.press("Go");
    golden("stopped-octo-403", &story);
    story.press("r");
    golden("done-octo", &story);
    let mut story = Story::begun(with_octo());
    story.at_review();
    story.bench.payers.insert("another-payer".to_owned(), "Fabrikam".to_owned());
    story.press("Go");
    golden("stopped-octo-payer", &story);
}

#[test]
fn banners_stand_on_every_page() {
    let mut story = Story::begun(WizardConfig { rehearsal: Some(answers_of_rehearsal()), ..setting() });
    story.press("Go Go");
    golden("rehearsal", &story);
    let other =
        WizardConfig { unknown_hosts: vec!["127.0.0.1:8088".to_owned()], trust: vec!["--ca-file"], ..setting() };
    golden("another-server", &Story::begun(other));
}

#[test]
fn odd_sizes() {
    let mut story = Story::begun(setting());
    story.press("Go Go Go");
    sized("partner-center-40x12", &story, 40, 12);
    sized("partner-center-120x40", &story, 120, 40);
    sized("too-small", &story, 39, 11);
}

/// A story on each page.
fn places() -> Vec<Story> {
    places_of("")
}

/// The same, where these flags stand behind each command that is told.
fn places_of(words: &str) -> Vec<Story> {
    let setting = || WizardConfig { words: words.to_owned(), ..setting() };
    let mut all: Vec<Story> = Vec::new();
    let mut story = Story::begun(setting());
    for keys in ["", "Enter", "Enter"] {
        story.press(keys);
    }
    all.push(story);
    for steps in 0..5 {
        let mut story = Story::begun(setting());
        match steps {
            0 => story.at_step_two(),
            1 => story.at_step_three(),
            2 => story.at_sign_in(),
            3 => story.at_review(),
            _ => story.at_review().press("Go"),
        };
        all.push(story);
    }
    let mut story = Story::begun(setting());
    story.bench.fail("apptoken", refused(401, 7_000_215));
    story.at_step_two().press("Enter");
    all.push(story);
    let mut there = Story::with(setting(), Bench::registered());
    there.begin();
    all.push(there);
    let octo = || WizardConfig { words: words.to_owned(), ..with_octo() };
    let mut story = Story::begun(octo());
    story.at_review().press("F6");
    all.push(story);
    let mut story = Story::begun(octo());
    story.at_review();
    story.bench.payers.insert("another-payer".to_owned(), "Fabrikam".to_owned());
    story.press("Enter");
    all.push(story);
    all
}

/// The commands that a text tells, each to the end of its line or of its sentence.
fn told(text: &str) -> Vec<&str> {
    const COMMANDS: [&str; 6] = ["register", "consent", "submit", "doctor", "forget", "handoff"];
    let lines = text.lines().flat_map(|line| line.split("octo-csp ").skip(1));
    lines.filter(|told| COMMANDS.contains(&told.split([' ', '.', ',']).next().unwrap())).collect()
}

#[test]
fn every_command_on_a_page_has_every_flag_and_is_copied_whole() {
    const FLAGS: &str = " --cloud-file '/home/op/my clouds/one.json' --store file --config-dir /home/op/settings";
    let mut pages = Vec::new();
    for mut story in places_of(FLAGS) {
        for over in ["", "F1", "Esc ^C"] {
            story.press(over);
            let page = story.screen(100, 90);
            let commands = story.wizard.view().commands();
            for command in &commands {
                assert!(command.contains(FLAGS), "{command}\n{page}");
            }
            if over.is_empty() && !commands.is_empty() {
                // Where the page has no room for one on a line, it is copied on one.
                let narrow = story.screen(60, 40);
                assert!(told(narrow.split_once('\n').unwrap().1).iter().any(|told| !told.contains(FLAGS)), "{narrow}");
                story.press("c");
                let copied = story.done.iter().rev().find_map(|done| done.strip_prefix("copy ")).unwrap().to_owned();
                let lines: Vec<&str> = copied.lines().filter(|line| line.starts_with("octo-csp ")).collect();
                assert_eq!(lines.len(), commands.len(), "{copied}\n{page}");
                assert!(lines.iter().all(|line| line.contains(FLAGS) && !line.ends_with(['.', ',', ' '])), "{copied}");
                pages.push(story.wizard.page.state().notice.clone().unwrap_or_default());
            }
        }
    }
    // Done and a refusal of Octo's.
    assert_eq!(pages.len(), 2, "{pages:?}");
}

#[test]
fn which_registration_it_is_stands_on_every_page() {
    for mut story in places() {
        for (over, size) in [("", (80, 24)), ("F1", (40, 12)), ("Esc ^C", (120, 40))] {
            story.press(over);
            let screen = story.screen(size.0, size.1);
            let first = screen.lines().next().unwrap();
            assert!(first.contains("PRODUCTION"), "{screen}");
            if let Some(name) = story.wizard.session.registration.name.as_ref() {
                assert!(first.contains(&format!("{name} · PRODUCTION")), "{screen}");
            }
        }
    }
}

#[test]
fn a_small_screen_says_what_is_replaced_and_where() {
    let mut story = Story::with(setting(), Bench::registered());
    story.begin();
    story.press("Up Up Go Go");
    story.wizard.session.config.environment = Environment::Sandbox;
    let first =
        |width, height| story.screen(width, height).lines().next().unwrap().trim_matches('"').trim_end().to_owned();
    assert_eq!(first(80, 24), " octo-csp   Replacing Contoso Ltd (still active) · SANDBOX          step 1 of 3");
    assert_eq!(first(40, 12), " Replacing Contoso Ltd · SANDBOX");
}

#[test]
fn the_pages_are_all_there() {
    use super::Page;
    let seen = |page: fn(&Page) -> bool| places().iter().any(|story| page(&story.wizard.page));
    assert!(seen(|page| matches!(page, Page::PartnerCenter(_))));
    assert!(seen(|page| matches!(page, Page::PartnerApi(_))));
    assert!(seen(|page| matches!(page, Page::SignIn(_))));
    assert!(seen(|page| matches!(page, Page::Review(_))));
    assert!(seen(|page| matches!(page, Page::OctoClient(_))));
    assert!(seen(|page| matches!(page, Page::Done(_))));
    assert!(seen(|page| matches!(page, Page::Failed(_))));
    assert!(seen(|page| matches!(page, Page::Overview(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_size_and_any_keys_are_survived(
        sizes in prop::collection::vec((0_u16..200, 0_u16..60), 1..4),
        keys in prop::collection::vec(prop::sample::select(vec![
            "Tab", "S-Tab", "Enter", "Esc", "^C", "Up", "Down", "Space", "Bs", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F9",
            "x", "本", "?", "r", "e", "s", "d", "n", "c", "o",
        ]), 0..24),
    ) {
        for mut story in places() {
            for key in &keys {
                if story.ended.is_none() {
                    story.press(key);
                }
            }
            for (width, height) in &sizes {
                let _screen = story.screen(*width, *height);
            }
        }
    }
}
