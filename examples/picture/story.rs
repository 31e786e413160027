//! A wizard that is brought to a page and drawn.
//!
//! It is the one that ships. It is driven by the same events as by a person, and what the world would
//! answer is written down here: values of the pretended company, fixed times, no network, no clock, no chance. So the same
//! program always draws the same picture, and a test finds the day on which a page and its picture differ.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use octo_csp::cloud::Cloud;
use octo_csp::effect::{
    AddressSeen, AuthorizationRequest, Effect, Opened, Outcome, Preflight as Sighted, ProbeResult, SignIn, Tenant,
};
use octo_csp::journal::Line;
use octo_csp::ui::paint::{self, Appearance};
use octo_csp::ui::theme::{Glyphs, Theme};
use octo_csp::ui::wizard::{Octo, Wizard, WizardConfig};
use octo_csp::ui::{Edit, Event, Intent, Task, Ticket};
use octo_csp::words::{
    Answer, Cause, Claims, Directory, Environment, Failure, Found, Grant, LegalBusiness, OctoAnswer, OctoCall,
    OctoClient, Organization, PriceSheetHead, Reading, Ring, Secret, Service, Source, TokenResponse, UntrustedText,
};

use super::svg::{Shot, film, light};

const COMPANY: &str = "Contoso CSP 本番";
const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
const APPLICATION: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
/// The mistake that everybody makes once: the ID of the secret, copied from the column beside its value.
const SECRET_ID: &str = "c9d1e0b4-7a53-4f7e-9b0d-1f2a3c4d5e6f";
/// Has the shape of a secret and opens nothing.
const SECRET: &str = "xxx8Q~this-is-a-picture-of-a-secret-value";
/// What the browser ends on.
const ANSWER: &str = "http://localhost:50123/?code=1.AXoAkl-some_opaque.AgABBAIAAADnf&state=7f3c";
/// When it all happens.
const AT: i64 = 1_795_771_800;
const AUDIENCE: &str = "https://api.partnercenter.microsoft.com";

/// The picture of a page; `None` where there is none of this name.
pub(crate) fn picture(page: &str) -> Option<String> {
    if page == "registration" {
        return Some(film(
            &whole(),
            "octo-csp register",
            "A whole registration, page by page: what to check first, the name, \
             Partner Center Credentials with a mistake that is told and mended, the checks, the sign-in, the review, and what comes next.",
        ));
    }
    if let Some(dark) = page.strip_suffix("-light") {
        return picture(dark).map(|svg| light(&svg));
    }
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
    Some(story.shot().svg("octo-csp register", about))
}

/// A whole registration: what is seen, and for how many milliseconds.
fn whole() -> Vec<(Shot, u32)> {
    let mut shots = Vec::new();
    let mut story = Story::begin();
    story.answer_all();
    shots.push((story.shot(), 2_600));
    story.come_to_basic();
    shots.push((story.shot(), 1_800));
    story.come_to_mistake();
    shots.push((story.shot(), 4_200));
    story.come_to_checks();
    shots.push((story.shot(), 1_600));
    story.answer_all();
    shots.push((story.shot(), 2_200));
    story.press(Intent::Submit);
    shots.push((story.shot(), 2_000));
    // Through the three fields of step 3, and its action.
    for _ in 0..3 {
        story.press(Intent::Submit);
    }
    story.answer_all();
    shots.push((story.shot(), 3_200));
    story.paste(ANSWER);
    story.press(Intent::Submit);
    story.answer_all();
    shots.push((story.shot(), 2_600));
    story.press(Intent::Submit);
    shots.push((story.shot(), 3_600));
    story.press(Intent::Edit(Edit::End));
    story.press(Intent::Submit);
    story.answer_all();
    shots.push((story.shot(), 5_000));
    shots
}

fn look() -> Appearance {
    Appearance { theme: Theme::Coloured, glyphs: Glyphs { links: false, ..Glyphs::UNICODE }, motion: true }
}

/// A wizard, what it waits for, and what time it is.
struct Story {
    wizard: Wizard,
    waiting: Vec<(Ticket, Effect)>,
    now: u64,
    /// Lines of the journal so far.
    lines: u64,
}

impl Story {
    fn begin() -> Self {
        let mut wizard = Wizard::new(setting());
        let tasks = wizard.start();
        let mut story = Self { wizard, waiting: Vec::new(), now: 0, lines: 0 };
        story.take(tasks);
        story
    }

    fn shot(&self) -> Shot {
        let Ok(shot) = Shot::of((80, 24), |frame| paint::draw(&self.wizard, &look(), frame));
        shot
    }

    /// As far as the page with the mistake.
    fn come_to_partner_center(&mut self) {
        self.answer_all();
        self.come_to_basic();
        self.come_to_mistake();
    }

    fn come_to_basic(&mut self) {
        self.press(Intent::Submit);
        self.paste(COMPANY);
    }

    fn come_to_mistake(&mut self) {
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
            if let Some(outcome) = self.outcome(effect) {
                let tasks = self.wizard.update(Event::Came(ticket, outcome));
                self.take(tasks);
                return;
            }
        }
    }

    fn answer_all(&mut self) {
        while !self.waiting.is_empty() {
            self.pass(140);
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
        reach: cloud.reach(false),
        portal: cloud.portal,
        login: cloud.login,
        octo: Some(octo()),
        only: None,
        environment: Environment::Production,
        store: Default::default(),
        browser: true,
        given: octo_csp::words::Typed::default(),
        zone: TimeZone::UTC,
        support: octo_csp::report::support::Surroundings::default(),
        words: String::new(),
    }
}

impl Story {
    /// What the pretended company's world answers; `None` where nobody waits for it.
    fn outcome(&mut self, effect: Effect) -> Option<Outcome> {
        Some(match effect {
            Effect::Open(_) => {
                let at = moment();
                Outcome::Opened(Box::new(Opened { at, name: "production".to_owned(), ..Opened::default() }))
            }
            Effect::Preflight(look) => Outcome::Looked(sight(look)),
            Effect::Discover(directory) => discovered(&directory),
            Effect::AppToken(_) => Outcome::AppToken(Box::new(granted(false))),
            Effect::Redeem(_) | Effect::Refresh(_) | Effect::RefreshForGraph(_) => {
                let refresh_token = Some(Secret::shared("a picture of a refresh token".to_owned()));
                Outcome::TokenResponse(Box::new(TokenResponse { refresh_token, grant: Ok(granted(true)) }))
            }
            Effect::Read(reading, _) => {
                Outcome::Read(Box::new(Answer { found: found(reading), mfa_compliant: Some(true) }))
            }
            Effect::Listen(sign_in) => Outcome::Listening(Box::new(request(&sign_in))),
            Effect::Probe(_) => Outcome::Probed(AddressSeen::Known),
            Effect::Browse(_) => Outcome::Browsed(true),
            Effect::Note(fact) => {
                self.lines += 1;
                Outcome::Noted(Box::new(Line { sequence: self.lines, at: moment(), fact }))
            }
            Effect::Recall(_) => Outcome::Recalled(Secret::shared(SECRET.to_owned())),
            Effect::Octo(call) => Outcome::Octo(match *call {
                OctoCall::SignIn(_) => OctoAnswer::SignedIn(Secret::shared("a picture of a token".to_owned())),
                OctoCall::Accounts(_) => OctoAnswer::Payers(Vec::new()),
                OctoCall::Register(..) | OctoCall::Update(..) | OctoCall::Credentials(..) | OctoCall::Mpn(..) => {
                    OctoAnswer::Taken
                }
            }),
            Effect::Tell(_)
            | Effect::Save(_)
            | Effect::Keep(..)
            | Effect::Copy { .. }
            | Effect::Erase(_)
            | Effect::ReadBack(_)
            | Effect::Pause(_) => Outcome::Done,
            // The person pastes the address before the browser comes.
            Effect::Await
            | Effect::OpenToForget(_)
            | Effect::ResumeListening(_)
            | Effect::Write(_)
            | Effect::Discard => return None,
        })
    }
}

fn moment() -> Timestamp {
    Timestamp::from_second(AT).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A token of the app, or of a person.
fn granted(person: bool) -> Grant {
    Grant {
        access_token: Secret::shared("a picture of a token".to_owned()),
        lifetime: None,
        claims: Claims {
            readable: true,
            audience: (!person).then(|| AUDIENCE.into()),
            tenant: Some(TENANT.into()),
            application: Some(APPLICATION.into()),
            scopes: if person { vec!["user_impersonation".into()] } else { Vec::new() },
            user: person.then(|| "admin@contoso.example".into()),
            methods: person.then(|| vec!["mfa".into()]),
            ..Claims::default()
        },
        id_claims: None,
    }
}

fn request(sign_in: &SignIn) -> AuthorizationRequest {
    let secret = |text: &str| Secret::shared(text.to_owned());
    let page = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize?client_id={APPLICATION}");
    let url = |text: &str| text.parse().unwrap_or_else(|_| Cloud::global().login);
    AuthorizationRequest {
        address: url(&page),
        one_time: Some(url("http://localhost:50123/start/7f3c")),
        redirect: sign_in.redirect.clone(),
        state: secret("7f3c"),
        verifier: Some(secret("a picture of a verifier")),
        catching: Ok(()),
        sign_in_state: secret("a picture of a state"),
    }
}

/// Octo, with an API client.
fn octo() -> Octo {
    let (ring, host) = (Ring::Usual, UntrustedText::new("api.alphaus.cloud"));
    let which = (ring, host.clone());
    let secret = Secret::shared("a-picture-of-a-secret".to_owned());
    let client = OctoClient::new("T6DtWit3QZ2x", secret, &which, Source::Variables).map_err(|why| why.to_string());
    Octo { ring, host, client }
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

fn found(reading: Reading) -> Found {
    match reading {
        Reading::Customers => Found::Customers { total: Some(128) },
        Reading::LegalBusiness => Found::LegalBusiness(LegalBusiness {
            company: Some("Contoso Ltd".into()),
            country: Some("JP".into()),
            vetting: Some("authorized".into()),
        }),
        Reading::InvoiceSummary => {
            Found::InvoiceSummary { currency: Some("JPY".into()), date: Some("2026-11-01".into()) }
        }
        Reading::Organization => Found::Organization(Organization {
            company: Some("Contoso Ltd".into()),
            tenant: Some(TENANT.into()),
            ..Organization::default()
        }),
        Reading::Mpn => Found::Mpn { id: Some("4391507".into()), name: Some("Contoso Ltd".into()) },
        Reading::BillingProfile => Found::BillingProfile { currency: Some("JPY".into()) },
        Reading::ExchangeRates => Found::ExchangeRates { rows: 38 },
        Reading::PriceSheet { .. } => Found::PriceSheet(PriceSheetHead {
            columns: vec!["ProductTitle".into(); 18],
            rows: vec![["SQL Database".into(), "1 Node".into(), "1/Month".into(), "15.000".into(), "JPY".into()]],
            read: 4_096,
        }),
    }
}
