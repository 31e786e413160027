//! One scenario, played to its end: the real wizard and the real world against a simulator, and a person between them.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use jiff::tz::TimeZone;
use octo_csp::diagnose::{self, Context, Diagnosis, diagnose, rows};
use octo_csp::effect::{AuthorizationRequest, Effect, Outcome, Perform as _, Preflight};
use octo_csp::simulator::{Facts, Options as SimulatorOptions, Scenario, Simulator};
use octo_csp::ui::pages::Page;
use octo_csp::ui::paint;
use octo_csp::ui::theme::{Glyphs, Theme};
use octo_csp::ui::wizard::{Octo, RehearsalAnswers, Wizard, WizardConfig};
use octo_csp::ui::{Event, Intent, Task, Ticket};
use octo_csp::words::{Environment, Failure, Field, OctoClient, Ring, Secret, Service, Source, UntrustedText};
use octo_csp::world::browser::Surroundings;
use octo_csp::world::mishap::{Faulty, Mishap};
use octo_csp::world::{Options, StoreOptions, World};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, spawn_local};

use super::person::{Walked, browser, sign_in};
use super::screens::plain;

/// Plays in which answers come after half a minute, or never.
pub(super) const SLOW: [&str; 3] = ["slow", "silent", "drip"];

/// The page that a play has come to, as plain data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Opening,
    Locked,
    Prerequisites,
    Overview,
    PartnerCenter,
    PartnerApi,
    Checking,
    SignIn,
    Failed,
    OctoClient,
    Done,
    Elsewhere,
}

impl Place {
    fn of(wizard: &Wizard) -> Self {
        match wizard.page() {
            Page::Opening(_) => Self::Opening,
            Page::Locked(_) => Self::Locked,
            Page::Prerequisites(_) => Self::Prerequisites,
            Page::Overview(_) => Self::Overview,
            Page::PartnerCenter(_) => Self::PartnerCenter,
            Page::PartnerApi(_) => Self::PartnerApi,
            Page::Checking(_) => Self::Checking,
            Page::SignIn(_) => Self::SignIn,
            Page::Failed(_) => Self::Failed,
            Page::OctoClient(_) => Self::OctoClient,
            Page::Done(_) => Self::Done,
            Page::Basic(_) | Page::Review(_) => Self::Elsewhere,
        }
    }
}

/// What a play was about and how it ended: plain data, so that many can be played side by side.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) name: String,
    /// `None` while it has not ended.
    pub(super) place: Option<Place>,
    /// Of the page that it stopped on.
    pub(super) diagnosis: Option<Diagnosis>,
    /// The check that failed, and what was known of it.
    pub(super) failure: Option<(&'static str, Failure)>,
    /// The rows of the looks that failed before anything was asked.
    pub(super) looks: Vec<(Preflight, &'static str)>,
    /// What Microsoft's page said where it did not send the browser back, and where the wizard was then.
    pub(super) shown: Option<(String, Place)>,
    /// The row that it stopped on before a person did what the page offers.
    pub(super) first: Option<&'static str>,
    /// The checks of both steps, once they have passed.
    pub(super) notes: String,
    /// The row of the page of a registration that cannot be opened.
    pub(super) shut: Option<&'static str>,
    /// The first page, once the machine was looked at.
    pub(super) start: String,
    /// The row that the first wait before another try is about, and the page that says so.
    pub(super) waiting: Option<(&'static str, String)>,
    /// The last page at 80 by 24, and all of it.
    pub(super) screen: String,
    pub(super) whole: String,
    /// The page with the ids and the service's own words.
    pub(super) details: String,
    /// Where Enter leads from a page that it stopped on.
    pub(super) cured: Option<(Place, String)>,
    /// What the program waited before it tried again.
    pub(super) pauses: Vec<Duration>,
    /// What must never be shown.
    pub(super) secrets: Vec<(&'static str, String)>,
}

/// Plays a scenario: as a person with the crib would, who does what the wizard's marked action is.
pub(super) async fn play(name: &str) -> Report {
    let mut report = Report { name: name.to_owned(), ..Report::default() };
    let options =
        SimulatorOptions { scenario: Scenario::named(name).unwrap_or_default(), ..SimulatorOptions::default() };
    let simulator = Simulator::start(options).await.unwrap();
    let mut stage = Stage::new(&simulator, &mut report);
    let ended = tokio::time::timeout(Duration::from_secs(120), stage.play()).await;
    stage.finish(ended.is_ok());
    report
}

/// Whether a play stands still until an effect has its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    Yes,
    /// The wait for the browser, and a look that may take as long as it likes: a person need not wait for it either.
    No,
}

struct Stage<'r> {
    wizard: Wizard,
    world: Rc<Faulty<World>>,
    facts: Facts,
    sender: UnboundedSender<(Ticket, Outcome)>,
    receiver: UnboundedReceiver<(Ticket, Outcome)>,
    flights: BTreeMap<Ticket, (Waits, AbortHandle)>,
    consent: Option<Box<AuthorizationRequest>>,
    slow: bool,
    machine: diagnose::Platform,
    report: &'r mut Report,
}

impl<'r> Stage<'r> {
    fn new(simulator: &Simulator, report: &'r mut Report) -> Self {
        let facts = simulator.facts();
        for (name, secret) in
            [("client secret", &facts.client_secret), ("Octo client secret", &facts.octo_client_secret)]
        {
            report.secrets.push((name, secret.clone()));
        }
        let mishap = Mishap::named(&report.name);
        let machine = mishap.and_then(|it| it.machine).unwrap_or_default();
        let world = World::new(Options {
            cloud: simulator.cloud().clone(),
            label: None,
            extra_ca: simulator.ca_file().map(|file| std::fs::read(file).unwrap()),
            keeping: StoreOptions::memory(),
            browser: Surroundings { ssh: true, ..Surroundings::default() },
            log: None,
        });
        let (sender, receiver) = unbounded_channel();
        Self {
            wizard: Wizard::new(setting(simulator, &report.name)).on(machine),
            world: Rc::new(Faulty::new(world, mishap)),
            facts,
            sender,
            receiver,
            flights: BTreeMap::new(),
            consent: None,
            slow: SLOW.contains(&report.name.as_str()),
            machine,
            report,
        }
    }

    async fn play(&mut self) {
        let tasks = self.wizard.start();
        self.take(tasks);
        self.settle().await;
        if Place::of(&self.wizard) == Place::Locked {
            return;
        }
        self.report.start = screen(&self.wizard, 24);
        // Before you start, Basic Details, Partner Center Credentials.
        self.press(Intent::Submit).await;
        self.fill_in().await;
        self.fill_in().await;
        if self.report.name == "new-secret" && Place::of(&self.wizard) == Place::Failed {
            // What the page offers for a key that was made minutes ago.
            self.report.first = self.wizard.diagnosis().map(|(_, _, it)| it.row);
            self.press(Intent::Typed('n')).await;
        }
        if Place::of(&self.wizard) != Place::Checking {
            return;
        }
        self.report.notes = screen(&self.wizard, 80);
        self.press(Intent::Submit).await;
        self.fill_in().await;
        if Place::of(&self.wizard) == Place::SignIn {
            self.sign_in().await;
        }
        if Place::of(&self.wizard) == Place::Checking {
            // Every check of step 3 has passed: review, confirm, done.
            self.report.notes.push_str(&screen(&self.wizard, 80));
            self.press(Intent::Submit).await;
            self.press(Intent::Submit).await;
        }
        if Place::of(&self.wizard) == Place::Checking {
            self.press(Intent::Submit).await;
        }
    }

    async fn sign_in(&mut self) {
        let browser = browser();
        let consent = self.consent.take().unwrap();
        match sign_in(&browser, &consent.address, &self.facts).await {
            Walked::SentBack(address) => {
                for (name, value) in address.query_pairs() {
                    if name == "code" {
                        self.report.secrets.push(("code", value.into_owned()));
                    }
                }
                let refused = address.query_pairs().any(|(name, _)| name == "error");
                // The page is held until what came of the code is kept.
                spawn_local(async move { browser.get(address).send().await });
                while Place::of(&self.wizard) == Place::SignIn {
                    self.next().await;
                    if refused {
                        // The wait goes on; the person takes the refusal for the end.
                        self.press(Intent::Submit).await;
                    }
                }
                self.settle().await;
            }
            Walked::Shown(text) => {
                self.settle().await;
                self.report.shown = Some((text.clone(), Place::of(&self.wizard)));
                self.event(Event::Pasted(Secret::new(text)));
                self.press(Intent::Submit).await;
            }
        }
    }

    /// F2 and Enter, as a person in a rehearsal does.
    async fn fill_in(&mut self) {
        self.press(Intent::Extra(2)).await;
        self.press(Intent::Submit).await;
    }

    async fn press(&mut self, intent: Intent) {
        self.event(Event::Pressed(intent));
        self.settle().await;
    }

    fn event(&mut self, event: Event) {
        let tasks = self.wizard.update(event);
        self.take(tasks);
    }

    /// Until nothing is under way but the wait for the browser.
    async fn settle(&mut self) {
        while self.flights.values().any(|(waits, _)| *waits == Waits::Yes) {
            self.next().await;
        }
    }

    async fn next(&mut self) {
        let (ticket, outcome) = self.receiver.recv().await.unwrap();
        if self.flights.remove(&ticket).is_none() {
            return;
        }
        self.overhear(&outcome);
        self.event(Event::Came(ticket, outcome));
    }

    fn take(&mut self, tasks: Vec<Task>) {
        for task in tasks {
            match task {
                Task::Perform(ticket, effect) => self.perform(ticket, effect),
                Task::Cancel(ticket) => {
                    if let Some((_, flight)) = self.flights.remove(&ticket) {
                        flight.abort();
                    }
                }
                Task::Copy(_) | Task::Print(_) | Task::Suspend | Task::Quit(..) => {}
            }
        }
    }

    fn perform(&mut self, ticket: Ticket, effect: Effect) {
        let idle =
            matches!(effect, Effect::Await) || self.slow && matches!(effect, Effect::Preflight(Preflight::Network));
        let waits = if idle { Waits::No } else { Waits::Yes };
        let (world, sender) = (Rc::clone(&self.world), self.sender.clone());
        // Nobody waits for real: how long it would be has been written down.
        let pause = if let Effect::Pause(time) = &effect {
            self.report.pauses.push(*time);
            if self.report.waiting.is_none() {
                let screen = screen(&self.wizard, 24);
                let said = plain(&screen);
                let row = rows().find(|row| said.contains(&plain(row.told().what)));
                self.report.waiting = row.map(|row| (row.key, screen));
            }
            true
        } else {
            false
        };
        let flight = spawn_local(async move {
            let outcome = if pause { Outcome::Done } else { world.perform(effect).await };
            let _the_play_has_ended = sender.send((ticket, outcome));
        });
        self.flights.insert(ticket, (waits, flight.abort_handle()));
    }

    /// What must never be shown passes here.
    fn overhear(&mut self, outcome: &Outcome) {
        if let Outcome::Listening(consent) = outcome {
            let verifier = consent.verifier.iter().map(|secret| ("verifier", secret));
            for (name, secret) in [("state", &consent.state)].into_iter().chain(verifier) {
                self.report.secrets.push((name, secret.reveal().to_owned()));
            }
            self.consent = Some(consent.clone());
        }
        if let Outcome::TokenResponse(landed) = outcome
            && let Some(token) = &landed.refresh_token
        {
            let token = token.reveal().to_owned();
            self.report.secrets.push(("refresh token", token));
        }
        let Outcome::Failed(failure) = outcome else {
            return;
        };
        let context = Context { place: self.machine, ..Context::default() };
        let row = diagnose(failure, &context).row;
        if Place::of(&self.wizard) == Place::Opening {
            self.report.shut = Some(row);
        } else if Place::of(&self.wizard) == Place::Prerequisites {
            let kept = matches!(failure.service, Service::Keyring | Service::Vault | Service::Disk);
            let look = if kept {
                Preflight::Keyring
            } else if row == "clock" {
                Preflight::Clock
            } else {
                Preflight::Network
            };
            self.report.looks.push((look, row));
        }
    }

    fn finish(&mut self, in_time: bool) {
        let place = Place::of(&self.wizard);
        self.report.place = in_time.then_some(place);
        self.report.screen = screen(&self.wizard, 24);
        self.report.whole = screen(&self.wizard, 80);
        if let Some((check, failure, diagnosis)) = self.wizard.diagnosis() {
            self.report.failure = Some((check.key(), failure.clone()));
            self.report.diagnosis = Some(diagnosis.clone());
        }
        if place == Place::Failed {
            self.event(Event::Pressed(Intent::Typed('d')));
            self.report.details = screen(&self.wizard, 80);
            self.event(Event::Pressed(Intent::Back));
            self.event(Event::Pressed(Intent::Submit));
            self.report.cured = Some((Place::of(&self.wizard), screen(&self.wizard, 80)));
        }
        for (_, (_, flight)) in std::mem::take(&mut self.flights) {
            flight.abort();
        }
    }
}

/// A frame of this height, 80 cells wide, as text.
fn screen(wizard: &Wizard, height: u16) -> String {
    let look = paint::Appearance { theme: Theme::Plain, glyphs: Glyphs::UNICODE, motion: false };
    let mut terminal = Terminal::new(TestBackend::new(80, height)).unwrap();
    terminal.draw(|frame| paint::draw(wizard, &look, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let lines = buffer.content().chunks(80).map(|line| {
        let line: String = line.iter().map(ratatui::buffer::Cell::symbol).collect();
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn setting(simulator: &Simulator, name: &str) -> WizardConfig {
    let (cloud, facts) = (simulator.cloud(), simulator.facts());
    let values = [
        (Field::AccountName, &facts.company),
        (Field::ClientId, &facts.client_id),
        (Field::ApplicationId, &facts.client_id),
        (Field::Directory, &facts.domain),
        (Field::MpnId, &facts.mpn_id),
        (Field::Redirect, &facts.redirect_uri),
        (Field::OctoClientId, &facts.octo_client_id),
        (Field::SecretKey, &facts.client_secret),
        (Field::ApiSecret, &facts.client_secret),
        (Field::OctoSecret, &facts.octo_client_secret),
    ];
    let values = values.map(|(field, value)| (field, Secret::shared(value.clone())));
    WizardConfig {
        rehearsal: Some(RehearsalAnswers {
            values: BTreeMap::from(values),
            user: facts.user.clone(),
            password: facts.password.clone(),
            mfa_code: facts.mfa_code.clone(),
            scenario: Some(name.to_owned()),
            person: octo_csp::ui::Person(Box::new(|_| String::new())),
        }),
        unknown_hosts: Vec::new(),
        trust: Vec::new(),
        vault: None,
        reach: cloud.reach(cloud.graph_audience().is_some()),
        portal: cloud.portal.clone(),
        login: cloud.login.clone(),
        octo: octo(simulator),
        only: None,
        environment: Environment::Production,
        store: Default::default(),
        browser: false,
        given: octo_csp::words::Typed::default(),
        zone: TimeZone::UTC,
        support: octo_csp::report::support::Surroundings::default(),
        words: String::new(),
    }
}

/// As the command has it: a rehearsal goes all the way to the simulated Octo.
fn octo(simulator: &Simulator) -> Option<Octo> {
    let facts = simulator.facts();
    let host = UntrustedText::new(&simulator.cloud().octo()?.host());
    let secret = Secret::shared(facts.octo_client_secret);
    let which = (Ring::Usual, host.clone());
    let client = OctoClient::new(&facts.octo_client_id, secret, &which, Source::Rehearsal);
    Some(Octo { ring: Ring::Usual, host, client: Ok(client.unwrap()) })
}
