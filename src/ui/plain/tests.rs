//! Transcripts: every kind of page as it is said, and what lines do.

use crate::effect::{Effect, Preflight};
use crate::exit::Exit;
use crate::steps::bench::{APP, Bench, CODE, TENANT, refused};
use crate::ui::pages::Page;
use crate::ui::plain::{Talk, may_be_shown};
use crate::ui::wizard::WizardConfig;
use crate::ui::wizard::tests::story::{SECRET, Story, answers_of_rehearsal, at, setting};
use crate::ui::{Event, Task};
use crate::words::{Cause, Failure, Secret, Service, VaultFault};

/// A person at a terminal that prints lines.
struct Typist {
    story: Story,
    talk: Talk,
    /// What the terminal has printed, with what was typed where that is shown.
    transcript: String,
}

impl Typist {
    fn at(mut story: Story) -> Self {
        if matches!(story.wizard.page, Page::Opening(_)) {
            story.begin();
        }
        let mut typist = Self { story, talk: Talk::default(), transcript: String::new() };
        typist.hear();
        typist
    }

    fn new() -> Self {
        Self::at(Story::new(setting()))
    }

    fn hear(&mut self) {
        for line in self.talk.tell(&mut self.story.wizard) {
            self.transcript.push_str(&line);
            self.transcript.push('\n');
        }
    }

    /// Types lines, each when it is asked for.
    fn types(&mut self, lines: &[&str]) -> &mut Self {
        for line in lines {
            let prompt = self.talk.prompt(&self.story.wizard);
            let hidden = prompt.as_ref().is_some_and(|prompt| prompt.hidden);
            self.transcript.push_str(&prompt.map_or_else(String::new, |prompt| prompt.text));
            let hidden = hidden || !may_be_shown(line);
            self.transcript.push_str(if hidden { "" } else { line });
            self.transcript.push('\n');
            let line = Secret::new((*line).to_owned());
            let mut tasks = self.talk.line(&mut self.story.wizard, &line);
            tasks.retain(|task| {
                let shown = match task {
                    Task::Copy(text) => text.clone(),
                    Task::Print(lines) => lines.join("\n"),
                    Task::Perform(..) | Task::Cancel(_) | Task::Suspend | Task::Quit(..) => {
                        return true;
                    }
                };
                self.talk.show(&mut self.story.wizard, &shown);
                false
            });
            self.story.work(tasks);
            self.hear();
        }
        self
    }

    /// What is said and asked because of these lines.
    fn after(&mut self, lines: &[&str]) -> String {
        let before = self.transcript.len();
        self.types(lines);
        self.transcript.split_off(before)
    }

    fn asks(&self) -> String {
        let prompt = self.talk.prompt(&self.story.wizard);
        prompt.map_or_else(String::new, |prompt| prompt.text)
    }

    fn at_step_two(&mut self) -> &mut Self {
        self.types(&["", "Contoso"])
    }

    fn at_step_three(&mut self) -> &mut Self {
        self.at_step_two().types(&[APP, APP, SECRET, TENANT, "", "", ""])
    }

    fn at_sign_in(&mut self) -> &mut Self {
        self.at_step_three().types(&["", "", "", ""])
    }
}

fn golden(name: &str, transcript: &str) {
    for character in transcript.chars() {
        assert!(character.is_ascii_graphic() || character == ' ' || character == '\n', "{character:?}");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../tests/it/golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, transcript));
}

#[test]
fn a_registration_from_the_first_line_to_the_last() {
    let mut typist = Typist::new();
    typist.at_sign_in().types(&[CODE, "", "", "", ""]);
    assert_eq!(typist.story.ended, Some(Exit::Done));
    golden("plain-registered", &typist.transcript);
    for secret in [SECRET, CODE] {
        assert!(!typist.transcript.contains(secret));
    }
}

/// The same person at both faces: what they know and decide is the same, and so is what is true afterwards.
#[test]
fn keys_and_lines_end_in_the_same_journal() {
    let facts = |bench: &Bench| -> Vec<String> { bench.lines.iter().map(|line| format!("{:?}", line.fact)).collect() };
    let mut keys = Story::begun(setting());
    keys.at_step_two().press("Tab Go Go Go").paste(CODE).press("Go Go Go");
    let mut lines = Typist::new();
    lines.at_sign_in().types(&[CODE, "", "", ""]);
    at!(lines.story, Done);
    assert_eq!(facts(&lines.story.bench), facts(&keys.bench));
    assert_eq!(lines.story.bench.vault, keys.bench.vault);
    assert_eq!(lines.story.bench.log, keys.bench.log);
}

#[test]
fn the_keyring_that_is_locked_is_told_as_often_as_it_is_in_the_way() {
    let mut story = Story::new(setting());
    let locked = Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    story.looks.insert(Preflight::Keyring, locked);
    let mut typist = Typist::at(story);
    golden("plain-start-keyring-locked", &typist.transcript);
    let told = "note: Without a keyring nothing can be stored.";
    assert!(typist.after(&[""]).contains(told));
    assert!(typist.after(&[""]).contains(told));
    typist.story.looks.clear();
    let after = typist.after(&["r"]);
    assert!(after.contains("ok: Keyring: good"), "{after}");
    typist.types(&[""]);
    at!(typist.story, Basic);
}

#[test]
fn a_line_of_the_check_list_is_read_and_marked() {
    let mut typist = Typist::new();
    let after = typist.after(&["4", "mark", "o", "mark", "9"]);
    golden("plain-marks", &after);
}

#[test]
fn wrong_values_are_said_with_the_way_to_the_right_one_and_asked_again() {
    let mut typist = Typist::new();
    typist.at_step_two();
    let guid = "a94be0d7-52c3-4e1f-8d6b-0f7a9c3e5b28";
    let after = typist.after(&["", "hello", SECRET, APP, guid, SECRET, "x y", TENANT, "31", ""]);
    golden("plain-problems", &after);
    assert!(!after.contains(SECRET));
    assert!(typist.asks().starts_with("Enter = Register Credentials"));
    // The last one was refused and not taken, and Enter went on without it: nothing is in the way.
    typist.types(&[""]);
    at!(typist.story, Checking);
}

#[test]
fn the_first_wrong_one_of_several_is_asked_first() {
    let mut typist = Typist::new();
    let after = typist.at_step_two().after(&["", "", "", "", "", ""]);
    golden("plain-empty", &after);
    assert!(typist.asks().starts_with("2 of 5: Application (client) ID"));
}

#[test]
fn words_go_back_and_elsewhere_and_can_be_values() {
    let mut typist = Typist::new();
    typist.types(&["", "=back"]);
    at!(typist.story, PartnerCenter);
    typist.types(&["back"]);
    assert_eq!(typist.asks(), "Account name (optional) [back]: ");
    assert!(typist.after(&["previous"]).contains("This is the first field."));
    typist.types(&["Back", "back"]);
    assert_eq!(typist.asks(), "Account name (optional) [Back]: ");
    typist.types(&["esc"]);
    at!(typist.story, Prerequisites);
    assert!(typist.after(&["back"]).contains("This is the first page."));
}

#[test]
fn which_registration_it_is_is_said_once_and_again_when_it_has_another_name() {
    let mut typist = Typist::new();
    let start = typist.transcript.clone();
    let told = |text: &str| text.matches("Registration: ").count();
    assert!(start.contains("Registration: Production, global cloud.\n"), "{start}");
    assert_eq!(told(&start), 1, "{start}");
    let named = typist.after(&["", "Contoso", "back", "again"]);
    assert!(named.contains("Registration: Production, global cloud, Contoso.\n"), "{named}");
    assert_eq!(told(&named), 1, "{named}");
}

#[test]
fn a_failure_with_its_fix() {
    let mut story = Story::new(setting());
    story.bench.fail("apptoken", refused(401, 7_000_215));
    let mut typist = Typist::at(story);
    typist.at_step_two();
    let after = typist.after(&[APP, APP, SECRET, TENANT, "", "", "d", "", "?", "", "c", "x", ""]);
    golden("plain-stopped", &after);
    assert_eq!(
        typist.asks(),
        format!("3 of 5: Secret key (paste it; it is never shown) [{} characters, not shown]: ", SECRET.len())
    );
}

#[test]
fn a_keyring_that_asks_is_said_with_a_clock_on_each_page_that_waits_for_it() {
    let tick = |typist: &mut Typist, now| {
        let before = typist.transcript.len();
        typist.story.wizard.update(Event::Ticked(now));
        typist.hear();
        typist.transcript.split_off(before)
    };
    let note = "note: Your keyring is asking you: look for its window.\n";
    // While it is opened.
    let mut typist = Typist { story: Story::new(setting()), talk: Talk::default(), transcript: String::new() };
    let [Task::Perform(ticket, Effect::Open(_))] = typist.story.wizard.start()[..] else { unreachable!() };
    assert!(!tick(&mut typist, 1_000).contains("Opening"));
    let told = tick(&mut typist, 4_000);
    assert!(told.contains("Opening what is stored on this machine, 4 s so far\n") && told.contains(note), "{told}");
    assert_eq!(tick(&mut typist, 20_000), "");
    assert_eq!(tick(&mut typist, 34_000), "Opening what is stored on this machine, 34 s so far\n");
    let opened = crate::effect::Outcome::Opened(Box::default());
    typist.story.wizard.update(Event::Came(ticket, opened));
    // While the machine is looked at; of the other looks nothing is said.
    let told = tick(&mut typist, 38_000);
    assert!(told.contains("Keyring, 4 s so far\n") && told.contains(note), "{told}");
    assert_eq!(told.matches("so far").count(), 1, "{told}");
    assert_eq!(tick(&mut typist, 60_000), "");
    assert!(tick(&mut typist, 68_000).contains("Keyring, 34 s so far\n"));
}

#[test]
fn every_check_is_one_line_and_a_long_wait_is_told() {
    let mut typist = Typist::new();
    typist.at_step_two().types(&[APP, APP, SECRET, TENANT, ""]);
    typist.story.answering = false;
    typist.types(&[""]);
    assert_eq!(typist.asks(), "");
    let tick = |typist: &mut Typist, now| {
        let before = typist.transcript.len();
        let nothing = typist.story.wizard.update(Event::Ticked(now));
        assert!(nothing.is_empty());
        typist.hear();
        typist.transcript.split_off(before)
    };
    for now in [100, 1_000, 29_000] {
        assert_eq!(tick(&mut typist, now), "");
    }
    let waited = tick(&mut typist, 30_000);
    assert_eq!(waited, "Directory exists, 30.0 s\n");
    assert_eq!(tick(&mut typist, 59_000), "");
    assert_eq!(tick(&mut typist, 60_000).lines().count(), 1);
    let before = typist.transcript.len();
    typist.story.let_come(|effect| {
        let discovers = matches!(effect, Effect::Discover(_));
        discovers.then(|| Bench::default().perform(effect)).flatten()
    });
    typist.hear();
    let told = typist.transcript.split_off(before);
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with("ok: Directory exists: "), "{told}");
    assert_eq!(typist.after(&["", "anything"]).lines().filter(|it| it.contains("Enter")).count(), 0);
    typist.types(&["back"]);
    at!(typist.story, PartnerCenter);
}

#[test]
fn the_sign_in_page_says_its_address_whole_and_takes_the_answer_at_any_time() {
    let mut typist = Typist::new();
    typist.at_step_three();
    let after = typist.after(&["", "", "", "", "", "nothing", "F7", "F3", "F8"]);
    golden("plain-sign-in", &after);
    let address = typist.story.wizard.page.execution().unwrap().authorization_request().unwrap();
    let address = address.address.to_string();
    assert!(after.lines().any(|line| line == address), "{after}");
    typist.types(&[CODE]);
    at!(typist.story, Checking);
}

#[test]
fn leaving_is_asked_before() {
    let mut typist = Typist::new();
    typist.at_step_two();
    let after = typist.after(&["leave", "", "back", "?", "", "leave", "nonsense", "s"]);
    golden("plain-leave", &after);
    assert_eq!(typist.story.ended, Some(Exit::Cancelled));
}

#[test]
fn several_values_in_one_line_are_offered() {
    let mut typist = Typist::new();
    typist.at_step_two();
    let json = format!(r#"{{"appId":"{APP}","password":"{SECRET}","tenant":"{TENANT}"}}"#);
    let after = typist.after(&[&json, ""]).replace(&json, "(json)");
    golden("plain-offer", &after);
    assert!(!after.contains(SECRET));
    assert!(typist.asks().contains("Client ID"));
    typist.types(&["", "", "", "", "", "", ""]);
    at!(typist.story, PartnerApi);
}

#[test]
fn a_registration_that_is_there_is_listed_with_numbers() {
    let mut typist = Typist::at(Story::with(setting(), Bench::registered()));
    let all = typist.transcript.clone() + &typist.after(&["", "3"]);
    golden("plain-overview", &all);
    at!(typist.story, PartnerApi);
}

#[test]
fn a_rehearsal_says_so_on_every_page_and_what_to_type() {
    let mut typist = Typist::at(Story::new(WizardConfig { rehearsal: Some(answers_of_rehearsal()), ..setting() }));
    typist.types(&["", "", "F2", "", "", ""]);
    golden("plain-rehearsal", &typist.transcript);
}

#[test]
fn a_page_is_said_again_when_asked_for() {
    let mut typist = Typist::new();
    let first = typist.transcript.split_once("Page: ").unwrap().1.to_owned();
    let again = typist.after(&["again"]);
    assert_eq!(again.split_once("Page: ").unwrap().1, first);
}

#[test]
fn a_value_that_does_not_fit_leaves_what_was_there() {
    let mut typist = Typist::new();
    typist.types(&["", "Contoso", "back"]);
    let after = typist.after(&[&"x".repeat(5_000)]).replace(&"x".repeat(5_000), "(long)");
    assert!(after.contains("Problem: Too long for this field; nothing was taken."), "{after}");
    assert_eq!(typist.asks(), "Account name (optional) [Contoso]: ");
}
