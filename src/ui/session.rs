//! What outlives a page: what was typed, the registration, what was looked at, and what is in flight.
//!
//! What outlives the process is in the journal or the draft; what dies with a page is the page's own.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::diagnose::{Context, Diagnosis, Platform, diagnose};
use crate::effect::{Effect, Opened, Outcome, Paper, Preflight};
use crate::journal::Registration;
use crate::report::calendar::End;
use crate::report::identity::{Identity, OctoState};
use crate::report::lines::WIDTH;
use crate::report::status::Found;
use crate::report::{dates, support};
use crate::steps::Execution;
use crate::ui::fields::Fields;
use crate::ui::machine::Machine;
use crate::ui::work::{TaskOrigin, Work};
use crate::ui::{Task, Ticket, WizardConfig};
use crate::words::answers::{self};
use crate::words::{
    CheckId, Directory, Draft, Environment, Failure, Field, LastFailure, OctoClient, Problem, SentCode, SharedSecret,
    Step, Typed, UntrustedText,
};

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

/// What an answer means for the page that is open.
#[derive(Debug)]
pub enum Answer {
    /// A registration was opened, or cannot be; in it the step that its draft was on.
    Opened(Result<Option<Step>, Box<Failure>>),
    /// What the page noted is in the journal.
    Noted,
    /// What an execution asked for.
    Execution(CheckId, Outcome),
    /// A sentence for the person.
    Notice(String),
}

/// What outlives a page.
#[derive(Debug)]
pub struct Session {
    pub(crate) config: WizardConfig,
    pub(crate) platform: Platform,
    /// Milliseconds since the program started.
    pub(crate) now: u64,
    pub(crate) fields: Fields,
    /// Keys of the lines of *Before you start* that the person has marked.
    pub(crate) marked: Vec<String>,
    /// Whether *Before you start* was passed.
    pub(crate) started: bool,
    pub(crate) registration: Registration,
    /// When it was opened, on the clock and since the program started.
    opened_at: (Timestamp, u64),
    /// Under which name its items are found, and where its journal is.
    pub(crate) name: String,
    pub(crate) folder: String,
    pub(crate) machine: Machine,
    pub(crate) work: Work,
    pub(crate) lookups: BTreeMap<String, DirectoryLookup>,
    /// The key that step 2 has proven, while it is at hand.
    pub(crate) proven_secret: Option<SharedSecret>,
    /// Whether the page of the sign-in was opened in a browser here, once that is known.
    pub(crate) browsed: Option<bool>,
    /// Whether Octo is told as soon as it is registered, if the person has chosen.
    pub(crate) send_now: Option<bool>,
    /// Codes that were sent: none is sent again, whichever execution comes next.
    pub(crate) used_codes: Vec<SentCode>,
    /// The last execution that was refused, until one passes.
    pub(crate) last_failure: Option<Box<LastFailure>>,
    /// The draft as it was when this was opened, and as it was saved last.
    pub(crate) found: Option<Draft>,
    pub(crate) saved: Option<Draft>,
}

impl Session {
    pub(crate) fn new(config: WizardConfig) -> Self {
        Self {
            platform: Platform::Any,
            now: 0,
            fields: Fields::new(),
            marked: Vec::new(),
            started: false,
            registration: Registration::default(),
            opened_at: (Timestamp::UNIX_EPOCH, 0),
            name: String::new(),
            folder: String::new(),
            machine: Machine::default(),
            work: Work::default(),
            lookups: BTreeMap::new(),
            proven_secret: None,
            browsed: None,
            send_now: None,
            used_codes: Vec::new(),
            last_failure: None,
            found: None,
            saved: None,
            config,
        }
    }

    pub(crate) fn open(&mut self) {
        self.work.perform(TaskOrigin::Open, Effect::Open(self.config.environment));
    }

    /// Saves the draft; `step` is that of the page that is open.
    pub(crate) fn save(&mut self, step: Option<Step>) {
        self.write(self.draft(step));
    }

    fn write(&mut self, draft: Draft) {
        self.saved = Some(draft.clone());
        self.work.perform_in_background(Effect::Save(Some(Box::new(draft))));
    }

    /// Saves the draft if there is anything new in it. A field that is being `typed` in is not looked at, and what stands there
    /// right after the opening is nothing new.
    pub(crate) fn keep(&mut self, step: Option<Step>, typed: Option<Field>) {
        let mut draft = self.draft(step);
        match &self.saved {
            _ if self.name.is_empty() => {}
            None => self.saved = Some(draft),
            Some(saved) => {
                if let Some(field) = typed {
                    draft.typed = draft.typed.with(field, &saved.typed);
                }
                if draft != *saved {
                    self.write(draft);
                }
            }
        }
    }

    fn draft(&self, step: Option<Step>) -> Draft {
        Draft {
            saved_at: None,
            step,
            typed: self.typed().into(),
            marked: self.marked.clone(),
            started: self.started,
            refused: self.last_failure.clone(),
        }
    }

    /// Puts back the draft that was there when this was opened, or none where there was none. What was refused meanwhile is no
    /// typing of anybody's.
    pub(crate) fn put_back(&mut self) {
        let draft = Draft { refused: self.last_failure.clone(), ..self.found.take().unwrap_or_default() };
        let draft = Some(Box::new(draft)).filter(|draft| **draft != Draft::default());
        self.saved = None;
        self.work.perform_in_background(Effect::Save(draft));
    }

    /// Writes a file where the person is; a rehearsal prints it.
    pub(crate) fn leave_file(&mut self, file: String, text: String) {
        if self.config.rehearsal.is_some() {
            let said = "A rehearsal writes no file. This would be one:".to_owned();
            let lines = [said, format!("  {file}"), String::new()].into_iter().chain(text.lines().map(str::to_owned));
            return self.work.task(Task::Print(lines.collect()));
        }
        let typed = Field::ALL.into_iter().filter(|field| field.is_secret()).map(|field| self.fields.share(field));
        let without = typed.chain(self.proven_secret.clone()).collect();
        self.work.perform(TaskOrigin::File, Effect::Write(Box::new(Paper { file, text, without })));
    }

    /// Asks the public metadata about an ID or a domain when its field is left, so that a mix-up shows before a secret is typed.
    pub(crate) fn look_up(&mut self, field: Field) {
        if !matches!(field, Field::ClientId | Field::ApplicationId | Field::Directory) {
            return;
        }
        let Ok(directory) = Directory::parse(self.fields.value(field)) else {
            return;
        };
        let key = directory.value.to_string();
        if self.lookups.get(&key).is_none_or(|told| *told == DirectoryLookup::Unknown) {
            self.lookups.insert(key.clone(), DirectoryLookup::Asking);
            self.work.perform(TaskOrigin::Lookup(key), Effect::Discover(directory.value));
        }
    }

    // ---- what came ----

    /// Takes an answer in. One with an old ticket is dropped.
    pub(crate) fn came(&mut self, ticket: Ticket, outcome: Outcome) -> Option<Answer> {
        match (self.work.answered(ticket)?, outcome) {
            (TaskOrigin::Open, Outcome::Opened(opened)) => Some(Answer::Opened(Ok(self.opened(*opened)))),
            (TaskOrigin::Open, Outcome::Failed(failure)) => Some(Answer::Opened(Err(failure))),
            (TaskOrigin::Note, Outcome::Noted(line)) => {
                self.registration.apply(&line);
                Some(Answer::Noted)
            }
            (TaskOrigin::File, Outcome::Written(path)) => Some(Answer::Notice(format!("Saved: {path}"))),
            (TaskOrigin::Note | TaskOrigin::File, Outcome::Failed(failure)) => {
                let diagnosis = self.diagnosed(&failure);
                let cure = diagnosis.fix.first().map(String::as_str).unwrap_or_default();
                // Who it was, or where: the reason that says what only this failure knows.
                let known = failure.detail.as_ref().map(UntrustedText::as_str);
                let seen = diagnosis.why.iter().find(|why| known.is_some_and(|known| why.contains(known)));
                let words = [&diagnosis.what].into_iter().chain(seen).map(String::as_str).chain([cure]);
                Some(Answer::Notice(format!("{} ({})", words.collect::<Vec<_>>().join(" "), diagnosis.code)))
            }
            (TaskOrigin::Execution(id), outcome) => Some(Answer::Execution(id, outcome)),
            (TaskOrigin::SignInPage, Outcome::Browsed(opened)) => {
                self.browsed = Some(opened);
                None
            }
            (TaskOrigin::Background, Outcome::Browsed(false)) => {
                let text = "No browser could be opened here. Open the address by hand.";
                Some(Answer::Notice(text.to_owned()))
            }
            (TaskOrigin::Preflight(look), Outcome::Looked(seen)) => {
                self.machine.saw(look, Ok(seen));
                None
            }
            (TaskOrigin::Preflight(look), Outcome::Failed(failure)) => {
                self.machine.saw(look, Err(*failure));
                let again = look == Preflight::Keyring && self.machine.looked_again().is_some();
                self.cannot_keep().filter(|_| again).map(Answer::Notice)
            }
            (TaskOrigin::Lookup(key), Outcome::Discovered(tenant)) => {
                // A server that does not name the ID answers, but not about it.
                let told = if tenant.named {
                    DirectoryLookup::Directory(tenant.region_told())
                } else {
                    DirectoryLookup::Unknown
                };
                self.lookups.insert(key, told);
                None
            }
            (TaskOrigin::Lookup(key), Outcome::Failed(failure)) => {
                let known = failure.error.as_ref().is_some_and(|error| error == "invalid_tenant")
                    || failure.codes.contains(&90_002);
                let told = if known { DirectoryLookup::NotOne } else { DirectoryLookup::Unknown };
                self.lookups.insert(key, told);
                None
            }
            _ => None,
        }
    }

    /// Takes a registration in. Of another one nothing is known any more. The step that its draft was on.
    fn opened(&mut self, opened: Opened) -> Option<Step> {
        self.opened_at = (opened.at, self.now);
        self.registration = opened.registration;
        self.name = opened.name;
        self.folder = opened.folder;
        self.proven_secret = None;
        self.last_failure = None;
        (self.found, self.saved) = (opened.draft.clone(), None);
        let mut step = None;
        if let Some(draft) = opened.draft {
            self.fields.restore(draft.typed.typed());
            self.started = draft.started;
            self.last_failure = draft.refused;
            self.marked = draft.marked;
            step = draft.step;
        }
        let known = self.registration.typed();
        self.fields.complete(&known);
        if self.registration.active.is_some() && self.registration.replacing().is_none() {
            // What is registered has its name from the journal, whatever an older draft says.
            self.fields.set(Field::AccountName, known.get(Field::AccountName));
        }
        let given = &self.config.given;
        if !given.get(Field::ApplicationId).is_empty() {
            // The Client ID of the earlier application is not that of this one.
            self.fields.clear(Field::ClientId);
        }
        self.fields.fill(given);
        self.machine.look(self.now, &mut self.work);
        step
    }

    /// The open attempt was given up: nothing is left of what was typed for it.
    pub(crate) fn give_up(&mut self) {
        self.forget_secrets();
        self.last_failure = None;
        self.fields.restore(&self.registration.typed());
        self.save(None);
        self.found.clone_from(&self.saved);
    }

    /// Nobody needs what was typed and is never shown.
    pub(crate) fn forget_secrets(&mut self) {
        self.proven_secret = None;
        for field in [Field::SecretKey, Field::ApiSecret, Field::Answer, Field::Confirmation] {
            self.fields.clear(field);
        }
    }

    // ---- what is known ----

    /// Milliseconds since a moment of the journal.
    pub(crate) fn since(&self, at: Timestamp) -> u64 {
        let (opened, then) = self.opened_at;
        let before = opened.duration_since(at).as_millis() + i128::from(self.now) - i128::from(then);
        u64::try_from(before).unwrap_or(0)
    }

    /// What time it is.
    pub(crate) fn moment(&self) -> Timestamp {
        self.moment_of(self.now)
    }

    /// What time it was, so many milliseconds after the program started.
    pub(crate) fn moment_of(&self, milliseconds: u64) -> Timestamp {
        let (opened, then) = self.opened_at;
        let past = SignedDuration::from_millis(i64::try_from(milliseconds.saturating_sub(then)).unwrap_or(0));
        opened.saturating_add(past).unwrap_or(opened)
    }

    /// What day it is.
    pub(crate) fn today(&self) -> Date {
        self.moment().to_zoned(self.config.zone.clone()).date()
    }

    /// What ends when, of the set in use.
    pub(crate) fn ends(&self) -> Vec<End> {
        let refused = self.last_failure.as_deref();
        self.identity().map(|which| dates::ends(&self.registration, refused, &which)).unwrap_or_default()
    }

    /// What support may see, without the checks of the page that is open, which is of `step`.
    pub(crate) fn report(&self, step: Option<Step>) -> String {
        let opened = Opened {
            at: self.moment(),
            registration: self.registration.clone(),
            draft: Some(self.draft(step)),
            name: self.name.clone(),
            folder: self.folder.clone(),
        };
        let found = self.identity().map(|identity| Found { identity, opened, items: Vec::new() });
        support::text(&self.config.support, self.moment(), found.as_slice(), &self.command("register"), WIDTH)
    }

    /// The visible fields as they stand.
    pub(crate) fn typed(&self) -> Typed {
        self.fields.typed()
    }

    /// What is wrong with a field that is left, if anything.
    pub(crate) fn problem(&self, field: Field) -> Option<Problem> {
        match self.fields.secret(field) {
            Some(secret) if matches!(field, Field::SecretKey | Field::ApiSecret) && !secret.is_empty() => {
                answers::secret_problem(field, &secret.share(), &self.typed())
            }
            Some(_) => None,
            None => answers::shape(field, &self.typed()).err(),
        }
    }

    /// What is quietly said of a field that is never shown, while it is typed.
    pub(crate) fn hint(&self, field: Field) -> Option<Problem> {
        let secret = self.fields.secret(field).filter(|_| matches!(field, Field::SecretKey | Field::ApiSecret))?;
        let mut hint = answers::secret_hint(field, &secret.share(), &self.typed())?;
        if field == Field::SecretKey && self.misplaced().is_some() {
            "F5 moves it into Directory.".clone_into(&mut hint.cure);
        }
        Some(hint)
    }

    /// The directory that was typed as the secret key, where its own field is empty.
    pub(crate) fn misplaced(&self) -> Option<Directory> {
        let empty = self.fields.is_empty(Field::Directory);
        answers::misplaced_directory(&self.fields.share(Field::SecretKey)).filter(|_| empty)
    }

    /// What was looked up about what stands in a field.
    pub(crate) fn looked_up(&self, field: Field) -> Option<&DirectoryLookup> {
        let key = Directory::parse(self.fields.value(field)).ok()?;
        self.lookups.get(key.value.as_str())
    }

    /// Why nothing can be kept: then no secret is sent or asked for.
    pub(crate) fn cannot_keep(&self) -> Option<String> {
        let failed = self.machine.failure(Preflight::Keyring).is_some();
        let store = self.registration.opened_in.noun;
        failed
            .then(|| format!("Without a {store} nothing can be stored. Follow its steps, then press r to look again."))
    }

    /// What this failure means on this machine.
    pub(crate) fn diagnosed(&self, failure: &Failure) -> Diagnosis {
        diagnose(failure, &Context { place: self.platform, flags: &self.config.words, ..Context::default() })
    }

    /// The same for a check of an execution.
    pub(crate) fn diagnosed_in(&self, execution: &Execution, check: CheckId, failure: &Failure) -> Diagnosis {
        diagnose(failure, &Context { place: self.platform, flags: &self.config.words, ..execution.context(check) })
    }

    /// Which registration is open; none before its name is known.
    pub(crate) fn identity(&self) -> Option<Identity> {
        let identity = Identity::of(&self.name, &self.registration);
        (!self.name.is_empty()).then(|| identity.reached(&self.config.words, self.config.octo.is_some()))
    }

    /// A command of this program about the registration that is open, as it is typed.
    pub(crate) fn command(&self, what: &str) -> String {
        format!("octo-csp {what}{}", self.config.words)
    }

    /// Whether the name of what is replaced must be typed: always for a working registration of another account.
    pub(crate) fn must_confirm(&self) -> bool {
        self.registration.replaces()
    }

    /// With which API client this registration is handed over, or why it is not.
    pub(crate) fn octo_client(&self) -> Result<&OctoClient, &str> {
        if self.config.environment == Environment::Sandbox {
            return Err("the integration sandbox is not registered there");
        }
        match &self.config.octo {
            None => Err("the cloud file names none"),
            Some(octo) => octo.client.as_ref().map_err(String::as_str),
        }
    }

    /// Whether Octo is told as soon as this is registered: what was chosen, else whether there are credentials.
    pub(crate) fn sends(&self) -> bool {
        self.may_submit() && self.send_now.unwrap_or_else(|| self.octo_client().is_ok())
    }

    /// How what is in use stands, in three words that are true.
    pub(crate) fn kept_where(&self) -> &'static str {
        let sent = self.may_submit() && OctoState::of(&self.registration) == Some(OctoState::Sent);
        if sent { "Registered in Octo" } else { "Proven and stored here" }
    }

    /// What Octo lacks.
    pub(crate) fn lacks(&self) -> Option<&'static str> {
        self.identity().filter(|_| self.may_submit())?.lacks()
    }

    /// What Octo lacks, with the command that hands it over.
    pub(crate) fn lacking(&self) -> Option<String> {
        self.identity().filter(|_| self.may_submit())?.lacking()
    }

    /// Whether Octo can be handed this registration at all.
    pub(crate) fn may_submit(&self) -> bool {
        self.config.environment == Environment::Production && self.config.octo.is_some()
    }
}
