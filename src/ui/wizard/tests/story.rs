//! A person at the wizard, for tests: presses, pastes and looks, against a world of a few lines.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not answered here is answered by the bench")]

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use url::Url;

use crate::effect::{Effect, Opened, Outcome, ProbeResult};
use crate::exit::Exit;
use crate::steps::Status;
use crate::steps::bench::{APP, Bench, TENANT, octo_client};
use crate::ui::pages::Page;
use crate::ui::paint::{self, Appearance};
use crate::ui::state::FocusTarget;
use crate::ui::theme::{Glyphs, Theme};
use crate::ui::wizard::{Octo, RehearsalAnswers, Wizard, WizardConfig};
use crate::ui::{Edit, Event, Intent, Task};
use crate::words::{Cause, Environment, Failure, Reach, Ring, Secret, Service, UntrustedText};

/// A value that must never be drawn.
pub(crate) const SECRET: &str = "abc8Q~marked-secret-value-0123456789_-.~";

/// Which page is open.
macro_rules! at {
    ($story:expr, $page:ident) => {{
        let page = &$story.wizard.page;
        assert!(matches!(page, crate::ui::pages::Page::$page(_)), "{page:?}");
    }};
}
pub(crate) use at;

pub(crate) struct Story {
    pub(crate) wizard: Wizard,
    pub(crate) bench: Bench,
    pub(crate) opened: Opened,
    /// Why it cannot be opened.
    pub(crate) unopened: Option<Failure>,
    /// What the looks answer; well, unless told otherwise.
    pub(crate) looks: BTreeMap<crate::effect::Preflight, Failure>,
    /// Tasks that are no effects, as words.
    pub(crate) done: Vec<String>,
    pub(crate) ended: Option<Exit>,
    /// Effects that wait until somebody answers.
    waiting: Vec<(crate::ui::Ticket, Effect)>,
    /// Whether effects are answered at all.
    pub(crate) answering: bool,
    /// Why no file can be written.
    pub(crate) bench_writes: Option<Failure>,
}

pub(crate) fn setting() -> WizardConfig {
    WizardConfig {
        rehearsal: None,
        unknown_hosts: Vec::new(),
        trust: Vec::new(),
        vault: None,
        reach: Reach { prices: true, graph: false, side_by_side: false },
        portal: Url::parse("https://portal.azure.com").unwrap(),
        login: Url::parse("https://login.microsoftonline.com").unwrap(),
        octo: Some(Octo {
            ring: Ring::Usual,
            host: UntrustedText::new("api.alphaus.cloud"),
            client: Err("no Octo credentials were given".to_owned()),
        }),
        only: None,
        environment: Environment::Production,
        store: Default::default(),
        browser: true,
        given: crate::words::Typed::default(),
        zone: TimeZone::UTC,
        support: crate::report::support::Surroundings::default(),
        words: String::new(),
    }
}

/// The same with an API client of Octo.
pub(crate) fn with_octo() -> WizardConfig {
    let mut setting = setting();
    if let Some(octo) = &mut setting.octo {
        octo.client = Ok(octo_client());
    }
    setting
}

pub(crate) fn answers_of_rehearsal() -> RehearsalAnswers {
    use crate::words::Field;
    RehearsalAnswers {
        values: BTreeMap::from([
            (Field::ApplicationId, Secret::shared(APP.to_owned())),
            (Field::SecretKey, Secret::shared("simulated".to_owned())),
            (Field::ApiSecret, Secret::shared("simulated".to_owned())),
            (Field::OctoSecret, Secret::shared("simulated-octo".to_owned())),
        ]),
        user: "admin@contoso.example".to_owned(),
        password: "only-a-rehearsal".to_owned(),
        mfa_code: "271828".to_owned(),
        scenario: Some("AADSTS65001".to_owned()),
        person: crate::ui::Person(Box::new(|_| {
            format!("https://localhost/?code={}&state=7f3c", crate::steps::bench::CODE)
        })),
    }
}

impl Story {
    pub(crate) fn new(setting: WizardConfig) -> Self {
        Self::with(setting, Bench::default())
    }

    /// Opens on what `bench` has in its journal.
    pub(crate) fn with(setting: WizardConfig, bench: Bench) -> Self {
        let opened = Opened {
            at: jiff::Timestamp::UNIX_EPOCH,
            registration: bench.registration(),
            draft: None,
            name: "production".to_owned(),
            folder: "/home/op/.local/state/octo-csp/production".to_owned(),
        };
        Self {
            wizard: Wizard::new(setting),
            bench,
            opened,
            unopened: None,
            looks: BTreeMap::new(),
            done: Vec::new(),
            ended: None,
            waiting: Vec::new(),
            answering: true,
            bench_writes: None,
        }
    }

    /// Opened, and every effect answered.
    pub(crate) fn begun(setting: WizardConfig) -> Self {
        let mut story = Self::new(setting);
        story.begin();
        story
    }

    pub(crate) fn begin(&mut self) {
        let tasks = self.wizard.start();
        self.work(tasks);
    }

    /// Presses keys: `Go`, which is Enter on the button of a page, `Tab`, `S-Tab`, `Enter`, `Esc`, `^C`, `F2`, `Up`, `Down`, `Space`; anything else is typed.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            let intents: Vec<Intent> = match key {
                "Tab" => vec![Intent::Next],
                "S-Tab" => vec![Intent::Previous],
                "Enter" => vec![Intent::Submit],
                "Go" => {
                    self.focus_button();
                    vec![Intent::Submit]
                }
                "Esc" => vec![Intent::Back],
                "^C" => vec![Intent::Leave],
                "Up" => vec![Intent::Up],
                "Down" => vec![Intent::Down],
                "Space" => vec![Intent::Typed(' ')],
                "Bs" => vec![Intent::Edit(Edit::EraseBack)],
                "F1" => vec![Intent::Help],
                "F2" | "F3" | "F4" | "F5" | "F6" | "F7" | "F8" | "F9" => {
                    vec![Intent::Extra(key.as_bytes()[1] - b'0')]
                }
                typed => typed.chars().map(Intent::Typed).collect(),
            };
            for intent in intents {
                let tasks = self.wizard.update(Event::Pressed(intent));
                self.work(tasks);
            }
        }
        self
    }

    /// The button of the page gets the focus, if it has one and nothing lies over it.
    fn focus_button(&mut self) {
        let button = self.wizard.targets().iter().position(|target| *target == FocusTarget::Button);
        if let (Some(at), None) = (button, &self.wizard.overlay) {
            self.wizard.page.state_mut().focus = at;
        }
    }

    pub(crate) fn paste(&mut self, text: &str) -> &mut Self {
        let tasks = self.wizard.update(Event::Pasted(Secret::new(text.to_owned())));
        self.work(tasks);
        self
    }

    /// From the first page to step 2, with everything typed but the keys in `except`.
    pub(crate) fn at_step_two(&mut self) -> &mut Self {
        self.press("Enter Contoso Enter Tab");
        at!(self, PartnerCenter);
        self.wizard.page.state_mut().focus = 0;
        self.paste(APP).press("Tab").paste(APP).press("Tab").paste(SECRET).press("Tab").paste(TENANT).press("Tab")
    }

    pub(crate) fn at_step_three(&mut self) -> &mut Self {
        self.at_step_two().press("Go Go")
    }

    pub(crate) fn at_sign_in(&mut self) -> &mut Self {
        self.at_step_three().press("Go")
    }

    pub(crate) fn at_review(&mut self) -> &mut Self {
        self.at_sign_in().paste(crate::steps::bench::CODE).press("Go Go")
    }

    /// Whether every check has passed, and the page waits to go on.
    pub(crate) fn checked(&self) -> bool {
        let finished = self.wizard.page.execution().is_some_and(|it| it.status() == Status::Finished);
        finished && matches!(self.wizard.page, Page::Checking(_))
    }

    /// The screen as text.
    pub(crate) fn screen(&self, width: u16, height: u16) -> String {
        let glyphs = Glyphs { links: false, ..Glyphs::UNICODE };
        let look = Appearance { theme: Theme::Coloured, glyphs, motion: true };
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| paint::draw(&self.wizard, &look, frame)).unwrap();
        if width == 0 {
            return String::new();
        }
        terminal.backend().to_string()
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        // One pane: beside it, a sentence would go on in the next line of the other.
        let screen = self.screen(100, 60);
        // Each line stands in quotes; a sentence may go on in the next.
        let words = screen.lines().flat_map(|line| line.trim_matches('"').split_whitespace());
        words.collect::<Vec<_>>().join(" ").contains(text)
    }

    pub(crate) fn work(&mut self, tasks: Vec<Task>) {
        let mut queue = std::collections::VecDeque::from(tasks);
        while let Some(task) = queue.pop_front() {
            match task {
                Task::Perform(ticket, effect) => match self.answer(&effect) {
                    Some(outcome) => queue.extend(self.wizard.update(Event::Came(ticket, outcome))),
                    None => self.waiting.push((ticket, effect)),
                },
                Task::Cancel(ticket) => self.waiting.retain(|(other, _)| *other != ticket),
                Task::Quit(exit, lines) => {
                    self.ended = Some(exit);
                    self.done.extend(lines);
                }
                Task::Copy(text) => self.done.push(format!("copy {text}")),
                Task::Print(lines) => self.done.push(format!("print {}", lines.join("|"))),
                Task::Suspend => self.done.push("suspend".to_owned()),
            }
        }
    }

    /// Answers one of the effects that wait, as the world would; whether there was one. Who stops listening hears nothing.
    pub(crate) fn answer_one(&mut self) -> bool {
        for index in 0..self.waiting.len() {
            let closed = self.done.iter().any(|word| word == "tell Closed");
            let outcome = match &self.waiting[index].1 {
                Effect::Await if closed => {
                    Some(Outcome::Failed(Box::new(Failure::new(Service::Machine, Cause::Internal))))
                }
                effect => self.bench.perform(effect),
            };
            if let Some(outcome) = outcome {
                let (ticket, _) = self.waiting.remove(index);
                let tasks = self.wizard.update(Event::Came(ticket, outcome));
                self.work(tasks);
                return true;
            }
        }
        false
    }

    /// Answers everything that waits, with `outcome` for each.
    pub(crate) fn let_come(&mut self, outcome: impl Fn(&Effect) -> Option<Outcome>) {
        for (ticket, effect) in std::mem::take(&mut self.waiting) {
            match outcome(&effect) {
                Some(outcome) => {
                    let tasks = self.wizard.update(Event::Came(ticket, outcome));
                    self.work(tasks);
                }
                None => self.waiting.push((ticket, effect)),
            }
        }
    }

    pub(crate) fn answer(&mut self, effect: &Effect) -> Option<Outcome> {
        match effect {
            Effect::Open(_) => Some(match &self.unopened {
                Some(failure) => Outcome::Failed(Box::new(failure.clone())),
                None => Outcome::Opened(Box::new(self.opened.clone())),
            }),
            Effect::Preflight(look) => Some(match self.looks.get(look) {
                Some(failure) => Outcome::Failed(Box::new(failure.clone())),
                None => Outcome::Looked(ProbeResult { good: true, line: "good".to_owned() }),
            }),
            Effect::Browse(address) => {
                self.done.push(format!("browse {address}"));
                Some(Outcome::Browsed(true))
            }
            Effect::Tell(verdict) => {
                self.done.push(format!("tell {verdict:?}"));
                Some(Outcome::Done)
            }
            Effect::Write(_) if self.bench_writes.is_some() => {
                self.bench_writes.clone().map(|why| Outcome::Failed(Box::new(why)))
            }
            Effect::Write(paper) => {
                self.done.push(format!("write {}\n{}", paper.file, paper.text));
                Some(Outcome::Written(format!("/home/op/{}", paper.file)))
            }
            Effect::Save(draft) => {
                self.opened.draft = draft.as_deref().cloned();
                Some(Outcome::Done)
            }
            effect => self.answering.then(|| self.bench.perform(effect)).flatten(),
        }
    }
}
