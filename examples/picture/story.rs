//! A wizard that is brought to a page and drawn.
//!
//! It is the one that ships. It is driven by the same events as by a person, and what the world would
//! answer is written down here: values of the pretended company, fixed times, no network, no clock, no chance. So the same
//! program always draws the same picture, and a test finds the day on which a page and its picture differ.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use octo_csp::cloud::Cloud;
use octo_csp::effect::{Effect, Opened, Outcome, Preflight as Sighted, ProbeResult, Tenant};
use octo_csp::journal::Line;
use octo_csp::ui::paint::{self, Appearance};
use octo_csp::ui::theme::{Glyphs, Theme};
use octo_csp::ui::wizard::{Wizard, WizardConfig};
use octo_csp::ui::{Edit, Event, Intent, Task, Ticket};
use octo_csp::words::{
    Answer, Cause, Claims, Directory, Environment, Failure, Found, Grant, LegalBusiness, Reading, Secret, Service,
};

use super::svg::Shot;

const COMPANY: &str = "Contoso CSP 本番";
const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
const APPLICATION: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
/// The mistake that everybody makes once: the ID of the secret, copied from the column beside its value.
const SECRET_ID: &str = "c9d1e0b4-7a53-4f7e-9b0d-1f2a3c4d5e6f";
/// Has the shape of a secret and opens nothing.
const SECRET: &str = "xxx8Q~this-is-a-picture-of-a-secret-value";
const AUDIENCE: &str = "https://api.partnercenter.microsoft.com";

/// The picture of a page; `None` where there is none of this name.
pub(crate) fn picture(page: &str) -> Option<String> {
    let mut story = Story::begin();
    story.come_to_partner_center();
    let about = match page {
        "wizard" => {
            "Step 2 of the wizard, Partner Center Credentials: under the field Secret key it says that a GUID is the \
             Secret ID and not the secret's value, and where to find the value."
        }
        "checks" => {
            story.come_to_checks();
            "Step 2 of the wizard, checking: a list of named checks. The directory exists, the secret is accepted, \
             Partner Center knows the application; billing is being read."
        }
        _ => return None,
    };
    let Ok(shot) = Shot::of((80, 24), |frame| {
        paint::draw(&story.wizard, &look(), frame);
    });
    Some(shot.svg("octo-csp register", about))
}

fn look() -> Appearance {
    Appearance { theme: Theme::Coloured, glyphs: Glyphs::UNICODE, motion: true }
}

/// A wizard, what it waits for, and what time it is.
struct Story {
    wizard: Wizard,
    waiting: Vec<(Ticket, Effect)>,
    now: u64,
}

impl Story {
    fn begin() -> Self {
        let mut wizard = Wizard::new(setting());
        let tasks = wizard.start();
        let mut story = Self { wizard, waiting: Vec::new(), now: 0 };
        story.take(tasks);
        story
    }

    /// As far as the page with the mistake.
    fn come_to_partner_center(&mut self) {
        self.answer_all();
        self.press(Intent::Submit);
        self.paste(COMPANY);
        self.press(Intent::Submit);
        self.answer_all();
        for value in [TENANT, APPLICATION, SECRET_ID] {
            self.paste(value);
            self.press(Intent::Next);
            self.answer_all();
        }
        // From the fourth field to the last, and its action.
        self.press(Intent::Submit);
        self.press(Intent::Submit);
    }

    /// The mistake mended, and every check but the last ones passed.
    fn come_to_checks(&mut self) {
        self.press(Intent::Edit(Edit::EraseToStart));
        self.paste(SECRET);
        for _ in 0..3 {
            self.press(Intent::Submit);
        }
        // The draft, the directory, the token, two of three reads.
        for milliseconds in [0, 412, 655, 803, 240] {
            self.pass(milliseconds);
            self.answer_next();
        }
        self.pass(2_100);
    }

    fn press(&mut self, intent: Intent) {
        let tasks = self.wizard.update(Event::Pressed(intent));
        self.take(tasks);
    }

    fn paste(&mut self, text: &str) {
        let tasks = self.wizard.update(Event::Pasted(Secret::new(text.to_owned())));
        self.take(tasks);
    }

    fn pass(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        let tasks = self.wizard.update(Event::Ticked(self.now));
        self.take(tasks);
    }

    /// What is to be performed waits. A picture has no clipboard, no browser and no end.
    fn take(&mut self, tasks: Vec<Task>) {
        self.waiting.extend(tasks.into_iter().filter_map(|task| match task {
            Task::Perform(ticket, effect) => Some((ticket, effect)),
            Task::Cancel(_) | Task::Copy(_) | Task::Print(_) | Task::Suspend | Task::Quit(..) => None,
        }));
    }

    /// Answers what has waited longest.
    fn answer_next(&mut self) {
        while !self.waiting.is_empty() {
            let (ticket, effect) = self.waiting.remove(0);
            if let Some(outcome) = outcome(effect) {
                let tasks = self.wizard.update(Event::Came(ticket, outcome));
                self.take(tasks);
                return;
            }
        }
    }

    fn answer_all(&mut self) {
        while !self.waiting.is_empty() {
            self.answer_next();
        }
    }
}

fn setting() -> WizardConfig {
    let cloud = Cloud::global();
    WizardConfig {
        rehearsal: None,
        unknown_hosts: cloud.unknown_hosts(),
        trust: Vec::new(),
        vault: None,
        prices: cloud.partner_api.is_some(),
        graph: false,
        portal: cloud.portal,
        login: cloud.login,
        octo: None,
        only: None,
        environment: Environment::Production,
        store: Default::default(),
        browser: true,
        given: octo_csp::words::Typed::default(),
        zone: TimeZone::UTC,
        support: Default::default(),
        words: String::new(),
    }
}

/// What the pretended company's world answers; `None` where the pictures never come to.
fn outcome(effect: Effect) -> Option<Outcome> {
    match effect {
        Effect::Open(_) => {
            let name = "production".to_owned();
            Some(Outcome::Opened(Box::new(Opened { name, ..Opened::default() })))
        }
        Effect::Preflight(look) => Some(Outcome::Looked(sight(look))),
        Effect::Discover(directory) => Some(discovered(&directory)),
        Effect::AppToken(_) => Some(Outcome::AppToken(Box::new(Grant {
            access_token: Secret::shared("a picture of a token".to_owned()),
            lifetime: None,
            claims: Claims {
                readable: true,
                audience: Some(AUDIENCE.into()),
                tenant: Some(TENANT.into()),
                application: Some(APPLICATION.into()),
                ..Claims::default()
            },
            id_claims: None,
        }))),
        Effect::Read(reading, _) => {
            found(reading).map(|found| Outcome::Read(Box::new(Answer { found, mfa_compliant: None })))
        }
        Effect::Note(fact) => Some(Outcome::Noted(Box::new(Line { sequence: 1, at: Timestamp::UNIX_EPOCH, fact }))),
        Effect::Save(_) => Some(Outcome::Done),
        Effect::OpenToForget(_)
        | Effect::Write(_)
        | Effect::Discard
        | Effect::Listen(_)
        | Effect::ResumeListening(_)
        | Effect::Probe(_)
        | Effect::Await
        | Effect::Tell(_)
        | Effect::Browse(_)
        | Effect::Redeem(_)
        | Effect::Refresh(_)
        | Effect::RefreshForGraph(_)
        | Effect::Octo(_)
        | Effect::Keep(..)
        | Effect::Recall(_)
        | Effect::Copy { .. }
        | Effect::Erase(_)
        | Effect::ReadBack(_)
        | Effect::Pause(_) => None,
    }
}

/// One GUID is a directory, and no other.
fn discovered(directory: &Directory) -> Outcome {
    match directory {
        Directory::Tenant(id) if id.as_str() == TENANT => {
            Outcome::Discovered(Tenant { id: id.clone(), named: true, region: Some("AS".into()), cloud: None })
        }
        Directory::Tenant(_) | Directory::Domain(_) => {
            let mut failure = Failure::new(Service::Entra, Cause::Refused);
            failure.error = Some("invalid_tenant".into());
            Outcome::Failed(Box::new(failure))
        }
    }
}

fn sight(look: Sighted) -> ProbeResult {
    let line = match look {
        Sighted::Network => "the login host and both APIs answered",
        Sighted::Clock => "1 second away from the server",
        Sighted::Keyring => "test item written, read back, removed",
        Sighted::Browser => "can be opened here",
    };
    ProbeResult { good: true, line: line.to_owned() }
}

fn found(reading: Reading) -> Option<Found> {
    match reading {
        Reading::Customers => Some(Found::Customers { total: Some(128) }),
        Reading::LegalBusiness => Some(Found::LegalBusiness(LegalBusiness {
            company: Some("Contoso Ltd".into()),
            country: Some("JP".into()),
            vetting: Some("authorized".into()),
        })),
        Reading::InvoiceSummary
        | Reading::Organization
        | Reading::Mpn
        | Reading::BillingProfile
        | Reading::ExchangeRates
        | Reading::PriceSheet { .. } => None,
    }
}
