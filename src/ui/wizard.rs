//! The wizard: forms, focus, the run in flight and the registration. `update` takes an event and returns what to do.
//!
//! It knows neither keys nor terminals nor files; a frame is a function of its state ([`crate::ui::view`]).

mod choices;
mod flow;
mod forms;
mod handoff;
mod marks;
mod octo;
mod outcomes;
mod resume;

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use url::Url;

use crate::diagnose::{self, Diagnosis};
use crate::effect::{Effect, Preflight, ProbeResult};
use crate::exit::Exit;
use crate::journal::Registration;
use crate::steps::{Execution, Status};
use crate::ui::field::Pasted;
use crate::ui::{Event, Intent, Task, Ticket};
use crate::words::answers::{Draft, Field, Problem, Typed};
use crate::words::check::CheckId;
use crate::words::failure::Failure;
use crate::words::ids::{AuthCode, looks_like_secret_key};
use crate::words::last_failure::LastFailure;
use crate::words::secret::{Secret, SharedSecret};
use crate::words::step::{Environment, Step};

pub use forms::Forms;
pub use marks::{PREREQUISITES, Prerequisite};
pub use octo::Octo;
pub use resume::Resumption;
pub(crate) use resume::{clock as clock_text, day_after as day_text};

/// What the wizard is started with.
#[derive(Debug)]
pub struct WizardConfig {
    /// What to type in a rehearsal; `None` when it is real.
    pub rehearsal: Option<RehearsalAnswers>,
    /// Hosts that are neither Microsoft's nor Octo's, for the banner.
    pub unknown_hosts: Vec<String>,
    /// Whether an extra CA is trusted, for the banner.
    pub extra_ca: bool,
    /// Whether the cloud has a price service.
    pub prices: bool,
    /// The Azure portal.
    pub portal: Url,
    /// Octo; `None` where a cloud file names none.
    pub octo: Option<Octo>,
    /// The one step to run again, if asked for.
    pub only: Option<Step>,
    /// Production or sandbox.
    pub environment: Environment,
    /// Whether a browser may be opened.
    pub browser: bool,
    /// Fields that were given by flags or settings; empty ones were not.
    pub given: Typed,
    /// For times on the screen.
    pub zone: TimeZone,
    /// The flags that name the cloud and the vault, each after a blank, for commands that are told.
    pub words: String,
}

/// What to type in a rehearsal.
#[derive(Debug)]
pub struct RehearsalAnswers {
    /// Values for the visible fields.
    pub values: BTreeMap<Field, String>,
    /// The simulated secret key.
    pub secret: SharedSecret,
    /// The secret of the API client of the simulated Octo.
    pub octo_secret: SharedSecret,
    /// User name of the simulated sign-in.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Its MFA code.
    pub mfa_code: String,
    /// The misfortune that is rehearsed, if any.
    pub scenario: Option<String>,
}

impl RehearsalAnswers {
    /// What to type into a field that is never drawn.
    pub(crate) fn secret(&self, field: Field) -> Option<&SharedSecret> {
        match field {
            Field::SecretKey | Field::ApiSecret => Some(&self.secret),
            Field::OctoSecret => Some(&self.octo_secret),
            Field::AccountName
            | Field::Environment
            | Field::ClientId
            | Field::ApplicationId
            | Field::Directory
            | Field::SecretEnds
            | Field::MpnId
            | Field::SecretChoice
            | Field::Redirect
            | Field::Answer
            | Field::Confirmation
            | Field::OctoClientId => None,
        }
    }
}

/// Where a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The registration is being opened.
    Opening,
    /// It cannot be opened.
    Shut,
    /// Before you start.
    Start,
    /// There is a registration: what to do with it.
    Overview,
    /// Step 1.
    Basic,
    /// Step 2.
    PartnerCenter,
    /// Step 3.
    PartnerApi,
    /// Checks of a step, running or done.
    Checking,
    /// Waiting for the sign-in.
    SignIn,
    /// A check failed.
    Stopped,
    /// Review.
    Review,
    /// What is sent to Octo, and with which API client.
    Octo,
    /// Registered.
    Done,
}

/// Something on a page that can have the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FocusTarget {
    /// A field.
    Field(Field),
    /// A line that a person marks.
    Prerequisite(usize),
    /// A line of the overview.
    Choice(usize),
    /// The page's button.
    Button,
}

/// What lies over a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// Keys of this page, and where its values are found.
    Help,
    /// Leave, stay, save?
    Leave,
    /// Ids and the service's own words.
    Details,
    /// A paste with several values in it: take them apart?
    Offer,
}

/// Why a ticket was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Open,
    Preflight(Preflight),
    Execution(CheckId),
    Named,
    Discarded,
    Telling(String),
    Background,
}

/// What a directory look-up said about a GUID or domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryLookup {
    /// Being asked.
    Asking,
    /// It is a directory.
    Directory(String),
    /// It is not.
    NotOne,
    /// It could not be asked.
    Unknown,
}

/// The wizard.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the session")]
pub struct Wizard {
    pub(crate) setting: WizardConfig,
    pub(crate) place: Place,
    pub(crate) environment: Environment,
    pub(crate) forms: Forms,
    pub(crate) focus: usize,
    pub(crate) problems: Vec<Problem>,
    pub(crate) notes: BTreeMap<Field, String>,
    pub(crate) overlay: Option<Overlay>,
    pub(crate) offer: Vec<(Field, SharedSecret)>,
    pub(crate) notice: Option<String>,
    pub(crate) registration: Registration,
    pub(crate) name: String,
    pub(crate) folder: String,
    pub(crate) looks: BTreeMap<Preflight, Result<ProbeResult, Failure>>,
    pub(crate) marked: Vec<&'static str>,
    pub(crate) told: BTreeMap<String, DirectoryLookup>,
    pub(crate) run: Option<Execution>,
    pub(crate) proven_secret: Option<SharedSecret>,
    pub(crate) shut: Option<Failure>,
    pub(crate) replacing: bool,
    pub(crate) checking_all: bool,
    pub(crate) finishing: bool,
    pub(crate) asked_at: u64,
    pub(crate) committed_at: u64,
    machine: diagnose::Platform,
    pub(crate) now: u64,
    pub(crate) scroll: i16,
    used_codes: Vec<AuthCode>,
    tickets: BTreeMap<Ticket, Origin>,
    next_ticket: u64,
    browsed: bool,
    started: bool,
    refused: Option<Box<LastFailure>>,
}

impl Wizard {
    /// A wizard that has not opened anything yet: its first frame needs no answer from anywhere.
    pub fn new(setting: WizardConfig) -> Self {
        let environment = setting.environment;
        Self {
            setting,
            place: Place::Opening,
            environment,
            forms: Forms::new(),
            focus: 0,
            problems: Vec::new(),
            notes: BTreeMap::new(),
            overlay: None,
            offer: Vec::new(),
            notice: None,
            registration: Registration::default(),
            name: String::new(),
            folder: String::new(),
            looks: BTreeMap::new(),
            marked: Vec::new(),
            told: BTreeMap::new(),
            run: None,
            proven_secret: None,
            shut: None,
            replacing: false,
            checking_all: false,
            finishing: false,
            asked_at: 0,
            committed_at: 0,
            machine: diagnose::Platform::Any,
            now: 0,
            scroll: 0,
            used_codes: Vec::new(),
            tickets: BTreeMap::new(),
            next_ticket: 0,
            browsed: false,
            started: false,
            refused: None,
        }
    }

    /// The same on this kind of machine, where a cure depends on it.
    #[must_use]
    pub fn on(mut self, machine: diagnose::Platform) -> Self {
        self.machine = machine;
        self
    }

    /// Where the person is.
    pub fn place(&self) -> Place {
        self.place
    }

    /// What to do after the first frame.
    pub fn start(&mut self) -> Vec<Task> {
        let environment = self.environment;
        vec![self.perform(Origin::Open, Effect::Open(environment))]
    }

    /// Takes an event in.
    pub fn update(&mut self, event: Event) -> Vec<Task> {
        match event {
            Event::Pressed(intent) => self.pressed(intent),
            Event::Pasted(text) => self.pasted(&text, false),
            Event::Entered(text) => self.pasted(&text, true),
            Event::Came(ticket, outcome) => self.came(ticket, outcome),
            Event::Ticked(now) => {
                self.now = now;
                Vec::new()
            }
            Event::Resized => Vec::new(),
        }
    }

    /// Whether letters go into a field.
    pub fn typing(&self) -> bool {
        self.overlay.is_none()
            && matches!(self.stop(), Some(FocusTarget::Field(field)) if !matches!(field, Field::Environment | Field::SecretChoice))
    }

    /// Whether time matters to the screen.
    pub fn in_flight(&self) -> bool {
        self.tickets.values().any(|origin| *origin != Origin::Background)
    }

    /// Whether an answer is on its way after which another page is open: what is typed now is meant for that one.
    pub fn settling(&self) -> bool {
        let moves = |origin: &Origin| match origin {
            Origin::Open | Origin::Named | Origin::Discarded => true,
            Origin::Preflight(_)
            | Origin::Execution(_)
            | Origin::Telling(_)
            | Origin::Background => false,
        };
        self.tickets.values().any(moves)
    }

    /// Whether the machine is being looked at.
    pub(crate) fn looking(&self) -> bool {
        let looks = |origin: &Origin| matches!(origin, Origin::Preflight(_));
        self.tickets.values().any(looks)
    }

    /// The diagnosis of what failed.
    pub fn diagnosis(&self) -> Option<(CheckId, &Failure, Diagnosis)> {
        let run = self.run.as_ref()?;
        let (check, failure) = run.failed()?;
        Some((check.id, failure, diagnose::diagnose(failure, &self.context(check.id))))
    }

    /// How the process ends when it is left here.
    pub fn exit(&self) -> Exit {
        match self.place {
            Place::Done | Place::Overview => Exit::Done,
            Place::Octo if !self.before_commit() => Exit::Done,
            Place::Stopped => {
                self.diagnosis().map_or(Exit::Refused, |(_, _, diagnosis)| diagnosis.exit)
            }
            Place::Shut => self.shut_diagnosis().map_or(Exit::Storage, |diagnosis| diagnosis.exit),
            Place::Opening
            | Place::Start
            | Place::Basic
            | Place::PartnerCenter
            | Place::PartnerApi
            | Place::Checking
            | Place::SignIn
            | Place::Review
            | Place::Octo => Exit::Cancelled,
        }
    }

    /// What can have the focus here, from top to bottom.
    pub(crate) fn stops(&self) -> Vec<FocusTarget> {
        let fields = |fields: &[Field]| -> Vec<FocusTarget> {
            fields
                .iter()
                .map(|field| FocusTarget::Field(*field))
                .chain([FocusTarget::Button])
                .collect()
        };
        match self.place {
            Place::Start => (0..PREREQUISITES.len()).map(FocusTarget::Prerequisite).collect(),
            Place::Overview => (0..self.choices().len()).map(FocusTarget::Choice).collect(),
            Place::Basic => fields(&[Field::AccountName, Field::Environment]),
            Place::PartnerCenter => fields(&[
                Field::ClientId,
                Field::ApplicationId,
                Field::SecretKey,
                Field::Directory,
                Field::SecretEnds,
            ]),
            Place::PartnerApi if self.forms.other_secret => {
                fields(&[Field::MpnId, Field::SecretChoice, Field::ApiSecret, Field::Redirect])
            }
            Place::PartnerApi => fields(&[Field::MpnId, Field::SecretChoice, Field::Redirect]),
            Place::SignIn => fields(&[Field::Answer]),
            Place::Review if self.must_confirm() => fields(&[Field::Confirmation]),
            Place::Review => vec![FocusTarget::Button],
            Place::Octo => fields(&[Field::OctoClientId, Field::OctoSecret]),
            Place::Opening | Place::Shut | Place::Checking | Place::Stopped | Place::Done => {
                Vec::new()
            }
        }
    }

    /// What has the focus.
    pub(crate) fn stop(&self) -> Option<FocusTarget> {
        self.stops().get(self.focus).copied()
    }

    /// The step a page belongs to, for the tabs.
    pub(crate) fn step(&self) -> Option<Step> {
        match self.place {
            Place::Basic => Some(Step::Basic),
            Place::PartnerCenter => Some(Step::PartnerCenter),
            Place::PartnerApi | Place::SignIn => Some(Step::PartnerApi),
            Place::Checking | Place::Stopped => self.run.as_ref().and_then(Execution::step),
            Place::Opening
            | Place::Shut
            | Place::Start
            | Place::Overview
            | Place::Review
            | Place::Octo
            | Place::Done => None,
        }
    }

    /// Whether the run in flight has ended well.
    pub(crate) fn run_finished(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.status() == Status::Finished)
    }

    /// Whether the name of what is replaced must be typed: always for a working registration of another account.
    pub(crate) fn must_confirm(&self) -> bool {
        self.registration.active.is_some()
            && (self.replacing || self.registration.replaces_another())
    }

    fn perform(&mut self, origin: Origin, effect: Effect) -> Task {
        self.next_ticket += 1;
        let ticket = Ticket(self.next_ticket);
        self.tickets.insert(ticket, origin);
        Task::Perform(ticket, effect)
    }

    fn perform_run(&mut self, effects: Vec<(CheckId, Effect)>) -> Vec<Task> {
        effects
            .into_iter()
            .map(|(id, effect)| self.perform(Origin::Execution(id), effect))
            .collect()
    }

    fn cancel(&mut self, given_up: impl Fn(&Origin) -> bool) -> Vec<Task> {
        let tickets: Vec<Ticket> = self
            .tickets
            .iter()
            .filter(|(_, origin)| given_up(origin))
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in &tickets {
            self.tickets.remove(ticket);
        }
        tickets.into_iter().map(Task::Cancel).collect()
    }

    fn go(&mut self, place: Place) {
        self.place = place;
        self.focus = 0;
        self.scroll = 0;
        self.problems.clear();
        self.overlay = None;
        self.focus_first_open();
    }

    /// The first field that is wrong, or empty though it is needed, gets the focus; a page that nothing was typed on begins at
    /// its top.
    fn focus_first_open(&mut self) {
        let stops = self.stops();
        let wrong = |stop: &FocusTarget| match stop {
            FocusTarget::Field(field) => {
                self.problems.iter().any(|problem| problem.field == *field)
            }
            FocusTarget::Prerequisite(_) | FocusTarget::Choice(_) | FocusTarget::Button => false,
        };
        let needed = |stop: &FocusTarget| match stop {
            FocusTarget::Field(field) => self.forms.is_empty(*field) && forms::is_needed(*field),
            FocusTarget::Prerequisite(_) | FocusTarget::Choice(_) | FocusTarget::Button => false,
        };
        let begun = stops.iter().any(|stop| match stop {
            FocusTarget::Field(field) => !self.forms.is_empty(*field),
            FocusTarget::Prerequisite(_) | FocusTarget::Choice(_) | FocusTarget::Button => false,
        });
        let first = stops
            .iter()
            .position(wrong)
            .or_else(|| stops.iter().position(|stop| begun && needed(stop)));
        self.focus = first.unwrap_or(0);
    }

    fn draft(&self) -> Draft {
        Draft {
            saved_at: None,
            step: self.step(),
            typed: self.forms.typed(self.environment),
            marked: self.marked.iter().map(|key| (*key).to_owned()).collect(),
            started: self.started,
            refused: self.refused.clone(),
        }
    }

    fn save(&mut self) -> Task {
        let draft = Box::new(self.draft());
        self.perform(Origin::Background, Effect::Save(draft))
    }

    fn pressed(&mut self, intent: Intent) -> Vec<Task> {
        if intent == Intent::Suspend {
            return vec![Task::Suspend];
        }
        if intent == Intent::Leave {
            return self.wants_to_leave();
        }
        match self.overlay.clone() {
            Some(overlay) => self.pressed_overlay(&overlay, intent),
            None => self.pressed_page(intent),
        }
    }

    fn pressed_page(&mut self, intent: Intent) -> Vec<Task> {
        match intent {
            Intent::Help => {
                self.scroll = 0;
                self.overlay = Some(Overlay::Help);
                Vec::new()
            }
            Intent::Next | Intent::Down => self.move_focus(1),
            Intent::Previous | Intent::Up => self.move_focus(-1),
            Intent::PageDown => {
                self.scroll_by(8);
                Vec::new()
            }
            Intent::PageUp => {
                self.scroll_by(-8);
                Vec::new()
            }
            Intent::Submit => self.submit(),
            Intent::Back => self.back(),
            Intent::Extra(number) => self.extra(number),
            Intent::Typed(_)
            | Intent::EraseBack
            | Intent::EraseForward
            | Intent::EraseToStart
            | Intent::Left
            | Intent::Right
            | Intent::Home
            | Intent::End
            | Intent::Undo => self.edit_or_letter(intent),
            Intent::Leave | Intent::Suspend => Vec::new(),
        }
    }

    fn edit_or_letter(&mut self, intent: Intent) -> Vec<Task> {
        if self.typing() {
            if let Some(FocusTarget::Field(field)) = self.stop()
                && self.forms.press(field, intent)
            {
                self.problems.retain(|problem| problem.field != field);
                self.notes.remove(&field);
                self.notice = None;
                self.scroll = 0;
            }
            return Vec::new();
        }
        if let Intent::Typed(letter) = intent {
            return self.letter(letter);
        }
        if matches!(intent, Intent::Left | Intent::Right) {
            return self.letter(' ');
        }
        Vec::new()
    }

    /// Ctrl-C: a question if something would be lost, and the end when it comes again, as the question says.
    fn wants_to_leave(&mut self) -> Vec<Task> {
        if self.overlay == Some(Overlay::Leave)
            || matches!(self.place, Place::Opening | Place::Shut | Place::Overview | Place::Done)
        {
            return self.leave(self.exit());
        }
        self.overlay = Some(Overlay::Leave);
        Vec::new()
    }

    /// A command of this program about the registration that is open, as it is typed.
    pub(crate) fn command(&self, what: &str) -> String {
        let sandbox = match self.environment {
            Environment::Production => "",
            Environment::Sandbox => " --sandbox",
        };
        format!("octo-csp {what}{sandbox}{}", self.setting.words)
    }

    fn leave(&mut self, exit: Exit) -> Vec<Task> {
        vec![Task::Quit(exit, self.parting_words(exit))]
    }

    fn parting_words(&self, exit: Exit) -> Vec<String> {
        let mut lines = Vec::new();
        let name = self
            .registration
            .name
            .as_ref()
            .map_or_else(|| "the account".to_owned(), ToString::to_string);
        if self.setting.rehearsal.is_some() {
            lines.push("This was a rehearsal: nothing was kept and nobody was told.".to_owned());
        }
        if self.place == Place::Done {
            lines.push(format!(
                "Registered: {name}. Later: {} shows it again.",
                self.command("register")
            ));
        } else if exit == Exit::Cancelled && self.setting.rehearsal.is_none() {
            lines.push(format!(
                "Left before the end. Nothing that worked was changed; {} continues here.",
                self.command("register")
            ));
        } else if let Some((_, _, diagnosis)) = self.diagnosis() {
            lines.push(format!("Stopped: {}: {}", diagnosis.code, diagnosis.what));
        }
        if self.run.as_ref().is_some_and(Execution::submits)
            && !self.registration.not_submitted().is_empty()
        {
            lines.push(format!(
                "It is registered here. Octo has not taken everything yet: {} hands over the rest.",
                self.command("submit")
            ));
        }
        lines
    }

    fn pressed_overlay(&mut self, overlay: &Overlay, intent: Intent) -> Vec<Task> {
        match (overlay, intent) {
            (_, Intent::Back)
            | (Overlay::Help | Overlay::Details, Intent::Submit | Intent::Help) => {
                self.scroll = 0;
                self.overlay = None;
            }
            (Overlay::Leave, Intent::Typed('l' | 'L')) => {
                let exit = if self.place == Place::Stopped { self.exit() } else { Exit::Cancelled };
                return self.leave(exit);
            }
            (Overlay::Leave, Intent::Typed('s' | 'S') | Intent::Submit) => {
                let exit = if self.place == Place::Stopped { self.exit() } else { Exit::Cancelled };
                let mut tasks = vec![self.save()];
                tasks.extend(self.leave(exit));
                return tasks;
            }
            (Overlay::Offer, Intent::Submit) => {
                self.overlay = None;
                return self.take_apart();
            }
            (Overlay::Help | Overlay::Details, Intent::Down) => self.scroll_by(1),
            (Overlay::Help | Overlay::Details, Intent::PageDown) => self.scroll_by(8),
            (Overlay::Help | Overlay::Details, Intent::Up) => self.scroll_by(-1),
            (Overlay::Help | Overlay::Details, Intent::PageUp) => self.scroll_by(-8),
            _ => {}
        }
        Vec::new()
    }

    /// `anew` says that it takes the place of what is there, once it is taken at all.
    fn pasted(&mut self, text: &Secret, anew: bool) -> Vec<Task> {
        let Some(FocusTarget::Field(field)) = self.stop().filter(|_| self.typing()) else {
            return Vec::new();
        };
        let mut parts = forms::taken_apart(text.reveal());
        if self.place == Place::Octo {
            forms::meant_for_octo(&mut parts);
        }
        if parts.len() > 1 && field != Field::Answer {
            self.offer = parts;
            self.overlay = Some(Overlay::Offer);
            return Vec::new();
        }
        self.problems.retain(|problem| problem.field != field);
        if !field.is_secret() && looks_like_secret_key(text.reveal()) {
            let what = "That looks like a secret key. It was not taken: this field is shown.";
            let cure = "Paste it into the field Secret key.";
            self.problems.push(Problem::new(field, what, cure));
            return Vec::new();
        }
        let pasted = if anew {
            self.forms.enter(field, text.reveal())
        } else {
            self.forms.paste(field, text.reveal())
        };
        let Some(pasted) = pasted else {
            return Vec::new();
        };
        let note = pasted.note().map(Cow::into_owned);
        match (pasted, note) {
            (Pasted::Taken(_), None) => drop(self.notes.remove(&field)),
            (Pasted::TooLong | Pasted::Nothing, Some(what)) if anew => {
                let cure = "What was there before is still there.";
                self.problems.push(Problem::new(field, what, cure));
            }
            (_, note) => self.notes.extend(note.map(|note| (field, note))),
        }
        Vec::new()
    }

    /// Away from where the focus, or the start of the page, would be. A page without a focus has nothing above its start.
    fn scroll_by(&mut self, lines: i16) {
        let above = if self.stops().is_empty() || self.overlay.is_some() { 0 } else { -64 };
        self.scroll = self.scroll.saturating_add(lines).clamp(above, 64);
    }

    fn move_focus(&mut self, by: isize) -> Vec<Task> {
        let count = self.stops().len();
        if count == 0 {
            self.scroll_by(i16::try_from(by).unwrap_or(0));
            return Vec::new();
        }
        self.scroll = 0;
        let mut tasks = Vec::new();
        if by > 0 {
            self.check_field_left();
            tasks = self.look_up_field();
        }
        let count = isize::try_from(count).unwrap_or(1);
        let next = (isize::try_from(self.focus).unwrap_or(0) + by).rem_euclid(count);
        self.focus = usize::try_from(next).unwrap_or(0);
        tasks
    }
}

#[cfg(test)]
pub(crate) mod story;
#[cfg(test)]
mod tests;
