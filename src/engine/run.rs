//! [`Run`]: one step of the registration as a machine without I/O.
//!
//! A step is a small graph of checks. Each check names what it needs and advances by effects; what is independent goes out
//! together. The wizard, the headless mode and the doctor drive the same machine: [`Mood`] says whether secrets are kept and
//! facts noted, or whether everything that was kept is only checked again.

mod checks;
mod commit;
mod context;
mod findings;
mod forget;
mod partner_api;
mod partner_center;
mod submit;
mod tokens;

use std::collections::HashMap;
use std::time::Duration;

use crate::engine::answers::{PartnerApiRequest, PartnerCenterRequest};
use crate::engine::diagnose::SECRET_TRIES;
use crate::engine::effect::{
    AddressSeen, Arrival, Audience, Cause, Consent, Effect, Failure, Grant, Landed, Mismatch,
    Outcome, Service, SheetHead,
};
use crate::engine::journal::{
    Attempt, AttemptId, Fact, ItemName, Kind, PartnerApiProof, PartnerCenterProof, Registration,
    Slot,
};
use crate::engine::octo::{FoundPayer, OctoAccess};
use crate::engine::pasted::Pasted;
use crate::engine::run::submit::Submission;
use crate::engine::step::Step;
use crate::ids::{AuthCode, ClientId, MpnId, TenantId};
use crate::secret::SharedSecret;
use crate::text::Foreign;

pub use checks::{Check, CheckId, State};
pub use findings::{Api, Certainty, Token};

/// Milliseconds since the program started: the engine has no clock.
pub type Moment = u64;

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Prove, keep, note.
    Register,
    /// Prove again with what is kept.
    Check,
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Effects are in flight.
    Running,
    /// A person must bring the authorization code; [`Run::consent`] has the address.
    Asking,
    /// Every check passed.
    Finished,
    /// At least one check failed and nothing is in flight; [`Run::failed`] has the first.
    Refused,
    /// Stopped by the person.
    Stopped,
}

/// What a pasted answer led to.
#[derive(Debug)]
pub enum Answered {
    /// The code was taken: perform these.
    Taken(Vec<(CheckId, Effect)>),
    /// It is not what is needed; nothing was changed.
    NotTaken(WrongPaste),
}

/// Why a paste was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongPaste {
    /// Nothing there.
    Empty,
    /// The address that starts the sign-in; with the guide's `redirect_url=` mistake or without.
    SignInAddress {
        /// Whether it has the mistake.
        redirect_url: bool,
    },
    /// A token.
    Token,
    /// A GUID.
    Guid,
    /// A client secret.
    SecretKey,
    /// An address without a code.
    NoCode,
    /// Two codes.
    TwoCodes,
    /// No code at all.
    NotACode,
    /// The address belongs to another sign-in.
    OtherSignIn,
    /// The address ends before `state`.
    CutOff,
    /// A code that was sent before.
    UsedBefore,
    /// A code alone, where an earlier process has sent one: nobody can tell whether it is that one.
    CodeAlone,
}

impl WrongPaste {
    /// What it is, in one sentence.
    pub fn what(self) -> &'static str {
        match self {
            Self::Empty => "Nothing was pasted yet.",
            Self::SignInAddress { redirect_url: true } => {
                "That is the address that starts a sign-in, with redirect_url= as the old guide has it."
            }
            Self::SignInAddress {
                redirect_url: false,
            } => "That is the address that starts the sign-in, not the one it ends on.",
            Self::Token => "That is a token, not an authorization code.",
            Self::Guid => "That is a GUID, not an authorization code.",
            Self::SecretKey => "That is a secret key, not an authorization code.",
            Self::NoCode => "There is no code in this address.",
            Self::TwoCodes => "There are two codes in this address.",
            Self::NotACode => "That is neither an address nor a code.",
            Self::OtherSignIn => "This address belongs to another sign-in.",
            Self::CutOff => "The address ends too early: its end is missing.",
            Self::UsedBefore => "This code was sent before; a code works once.",
            Self::CodeAlone => {
                "A code was sent before, and a code alone does not tell whether it is that one."
            }
        }
    }

    /// What to do about it, at whichever door.
    pub fn cure(self) -> &'static str {
        match self {
            Self::TwoCodes => "Copy one address, once.",
            Self::CutOff => "Copy it whole, from https:// to the end.",
            Self::SignInAddress { redirect_url: true } => {
                "Entra only knows redirect_uri and ignores the other. Use the address that octo-csp shows."
            }
            Self::OtherSignIn => "Use the newest browser tab, or begin the sign-in again.",
            Self::UsedBefore => "Begin the sign-in again.",
            Self::CodeAlone => "Paste the whole address that the browser ended on.",
            Self::Empty
            | Self::SignInAddress { .. }
            | Self::Token
            | Self::Guid
            | Self::SecretKey
            | Self::NoCode
            | Self::NotACode => {
                "After Accept, copy the whole address from the browser's address bar."
            }
        }
    }
}

/// One step of the registration, from its first effect to its last.
#[derive(Debug)]
pub struct Run {
    goal: Goal,
    mood: Mood,
    checks: Vec<Check>,
    registration: Registration,
    known: Known,
    used_codes: Vec<AuthCode>,
    stopping: bool,
    now: Moment,
}

#[derive(Debug)]
enum Goal {
    PartnerCenter(PartnerCenterRequest),
    PartnerApi(PartnerApiRequest),
    Commit,
    /// One access token, with what is kept.
    Token(Audience),
    /// One code, with what is registered.
    Code(PartnerApiRequest),
    Forget,
    Submit(Box<Submission>),
}

/// What a run has found out so far.
#[derive(Debug, Default)]
struct Known {
    tenant: Option<TenantId>,
    region: Option<Foreign>,
    application: Option<ClientId>,
    secret: Option<SharedSecret>,
    app: Option<Grant>,
    landed: Option<Landed>,
    refresh: Option<SharedSecret>,
    user: Option<Grant>,
    prices: Option<Grant>,
    consent: Option<Consent>,
    pending_consent: Option<Consent>,
    fresh_sign_in: bool,
    address_seen: Option<AddressSeen>,
    challenge: Option<Foreign>,
    read_back_failure: Option<Box<Failure>>,
    code: Option<AuthCode>,
    company: Option<Foreign>,
    country: Option<Foreign>,
    currency: Option<Foreign>,
    balance_date: Option<Foreign>,
    domain: Option<Foreign>,
    mpn: Option<MpnId>,
    mfa: Option<bool>,
    sheet: Option<SheetHead>,
    patience: bool,
    /// Items that are still to be deleted, the next one last.
    to_erase: Vec<ItemName>,
    octo: Option<OctoAccess>,
    payers: Vec<FoundPayer>,
    /// Whether the payer account is registered and not changed.
    payer_anew: bool,
    refusal: Option<Box<Failure>>,
    script: HashMap<CheckId, Vec<Effect>>,
}

/// What a check does next.
enum Move {
    Perform(Effect),
    /// Passed, with a line for the screen.
    Pass(String),
    /// Passed with something to know.
    Note(String),
    Fail(Box<Failure>),
}

impl Move {
    fn mismatch(mismatch: Mismatch, detail: &str) -> Self {
        Self::Fail(Box::new(
            Failure::new(Service::Check, Cause::Mismatch(mismatch)).with_detail(detail),
        ))
    }

    fn internal() -> Self {
        Self::Fail(Box::new(Failure::new(Service::Machine, Cause::Internal)))
    }
}

impl Run {
    /// Step 2 with typed answers.
    pub fn partner_center(request: PartnerCenterRequest, registration: Registration) -> Self {
        Self::new(Goal::PartnerCenter(request), Mood::Register, registration)
    }

    /// Step 3 with typed answers. `secret` is the one proven in step 2, if it is still at hand; else it is read from the vault.
    pub fn partner_api(
        request: PartnerApiRequest,
        registration: Registration,
        secret: Option<SharedSecret>,
    ) -> Self {
        let mut run = Self::new(Goal::PartnerApi(request), Mood::Register, registration);
        run.known.secret = secret;
        run
    }

    /// Makes the proven attempt the active one.
    pub fn commit(registration: Registration) -> Self {
        Self::new(Goal::Commit, Mood::Register, registration)
    }

    /// Deletes what attempts that were given up have kept.
    pub fn tidy(registration: Registration) -> Self {
        let mut run = Self::new(Goal::Commit, Mood::Register, registration);
        run.checks.retain(|check| check.id == CheckId::Tidy);
        run
    }

    /// Deletes everything that was kept about this registration. It can be repeated until it is done.
    pub fn forget(registration: Registration) -> Self {
        let mut run = Self::new(Goal::Forget, Mood::Register, registration);
        run.list_what_goes();
        run
    }

    /// Proves a finished step again with the kept secrets.
    /// `None` when the step is not finished or has nothing to check.
    pub fn check(step: Step, registration: Registration) -> Option<Self> {
        let active = registration.active.clone()?;
        let (center, _) = active.partner_center?;
        let goal = match step {
            Step::Basic => return None,
            Step::PartnerCenter => Goal::PartnerCenter(PartnerCenterRequest {
                directory: crate::ids::Directory::Tenant(center.tenant.clone()),
                reading: crate::engine::answers::DirectoryReading::Directory,
                application: center.application.clone(),
                secret: crate::secret::Secret::shared(String::new()),
                secret_ends: center.secret_ends,
            }),
            Step::PartnerApi => {
                let (api, _) = active.partner_api?;
                Goal::PartnerApi(PartnerApiRequest {
                    mpn: api.mpn,
                    other_secret: None,
                    redirect: api.redirect,
                })
            }
        };
        Some(Self::new(goal, Mood::Check, registration))
    }

    /// Gets an access token with the kept refresh token. `None` when nothing is registered.
    pub fn token(audience: Audience, registration: Registration) -> Option<Self> {
        registration.active.as_ref()?;
        Some(Self::new(Goal::Token(audience), Mood::Check, registration))
    }

    /// Gets a code for somebody else to redeem: the consent of step 3 again, for what is registered. Nothing is noted or kept,
    /// and the code is sent nowhere. `None` when nothing is registered.
    pub fn code(registration: Registration) -> Option<Self> {
        let active = registration.active.clone()?;
        let ((center, _), (api, _)) = (active.partner_center?, active.partner_api?);
        let goal = Goal::Code(PartnerApiRequest {
            mpn: api.mpn,
            other_secret: None,
            redirect: api.redirect,
        });
        let mut run = Self::new(goal, Mood::Check, registration);
        run.known.tenant = Some(center.tenant);
        run.known.application = Some(center.application);
        Some(run)
    }

    /// The code that [`Run::code`] was to get.
    pub fn fresh_code(&self) -> Option<&AuthCode> {
        self.known
            .code
            .as_ref()
            .filter(|_| matches!(self.goal, Goal::Code(_)))
    }

    /// The codes that were sent, for [`Run::never_again`].
    pub fn used_codes(&self) -> &[AuthCode] {
        &self.used_codes
    }

    /// Refuses codes that an earlier run has sent.
    pub fn never_again(&mut self, used: &[AuthCode]) {
        self.used_codes.extend_from_slice(used);
    }

    fn new(goal: Goal, mood: Mood, registration: Registration) -> Self {
        let ids = match (&goal, mood) {
            (Goal::PartnerCenter(_), Mood::Register) => checks::PARTNER_CENTER,
            (Goal::PartnerCenter(_), Mood::Check) => checks::PARTNER_CENTER_AGAIN,
            (Goal::PartnerApi(_), Mood::Register) => checks::PARTNER_API,
            (Goal::PartnerApi(_), Mood::Check) => checks::PARTNER_API_AGAIN,
            (Goal::Commit, _) => checks::COMMIT,
            (Goal::Token(Audience::PartnerCenter), _) => checks::PARTNER_CENTER_TOKEN,
            (Goal::Token(Audience::PartnerApi), _) => checks::PARTNER_API_TOKEN,
            (Goal::Code(_), _) => checks::CODE,
            (Goal::Forget, _) => checks::FORGET,
            (Goal::Submit(_), _) => checks::SUBMIT,
        };
        let checks = ids.iter().map(|id| Check::new(*id)).collect();
        let mut run = Self {
            goal,
            mood,
            checks,
            registration,
            known: Known::default(),
            used_codes: Vec::new(),
            stopping: false,
            now: 0,
        };
        run.take_over();
        run
    }

    /// Takes over what an open attempt has already reached, so that nothing is asked or done twice.
    fn take_over(&mut self) {
        if !matches!(
            (&self.goal, self.mood),
            (Goal::PartnerApi(_), Mood::Register)
        ) {
            return;
        }
        let Some(open) = &self.registration.open else {
            return;
        };
        // A sign-in that was begun later than the token was kept, or than it was carried over, is what was asked for last.
        // After a code that came to nothing, the older token is not what was asked for either.
        let kept = open.item(Kind::RefreshToken).is_some();
        if kept && !open.sign_in_open() && !open.code_uncertain() {
            let earlier = [CheckId::SignIn, CheckId::Redeem, CheckId::KeepToken];
            for check in self
                .checks
                .iter_mut()
                .filter(|check| earlier.contains(&check.id))
            {
                check.state = State::Passed("kept before".to_owned());
            }
        }
    }

    /// Leaves the price service out, for a cloud that has none.
    #[must_use]
    pub fn without_prices(mut self) -> Self {
        self.checks.retain(|check| {
            !matches!(
                check.id,
                CheckId::PriceToken | CheckId::Rates | CheckId::Sheet
            )
        });
        self
    }

    /// Wants a new sign-in even where one is kept.
    pub fn forget_sign_in(&mut self) {
        self.known.fresh_sign_in = true;
        for check in &mut self.checks {
            check.reset();
        }
    }

    /// The first effects.
    pub fn start(&mut self, now: Moment) -> Vec<(CheckId, Effect)> {
        self.now = now;
        self.schedule()
    }

    /// Takes an outcome in and returns what to perform next.
    pub fn resume(&mut self, id: CheckId, outcome: Outcome, now: Moment) -> Vec<(CheckId, Effect)> {
        self.now = now;
        let Some(check) = self.checks.iter().find(|check| check.id == id) else {
            return Vec::new();
        };
        if check.state != State::Running {
            return Vec::new();
        }
        if let Outcome::Noted(line) = &outcome {
            self.registration.apply(line);
        }
        let next = self.advance(id, outcome);
        let mut effects = self.settle(id, next);
        effects.extend(self.schedule());
        effects
    }

    /// Takes a paste in while a code is asked for.
    pub fn answer(&mut self, raw: &str, now: Moment) -> Answered {
        self.now = now;
        match self.understand(Pasted::read(raw)) {
            Ok(arrival) => {
                Answered::Taken(self.resume(CheckId::SignIn, Outcome::Came(Box::new(arrival)), now))
            }
            Err(wrong) => Answered::NotTaken(wrong),
        }
    }

    /// Tries what failed again, keeping everything that passed. A redemption is never repeated: a new sign-in is.
    pub fn retry(&mut self, now: Moment) -> Vec<(CheckId, Effect)> {
        self.now = now;
        self.stopping = false;
        let again_from_sign_in = self.checks.iter().any(|check| {
            matches!(check.id, CheckId::SignIn | CheckId::Redeem)
                && matches!(check.state, State::Failed(_))
        });
        if again_from_sign_in {
            return self.sign_in_again(now);
        }
        // Looking at the same token again would find the same.
        let other_token = matches!(self.state(CheckId::AppClaims), Some(State::Failed(_)));
        // What Octo has is asked again before anything is sent again; what it has taken is known from the journal.
        let all = self.submits();
        for check in &mut self.checks {
            if all
                || matches!(check.state, State::Failed(_) | State::NotTried)
                || other_token && check.id == CheckId::AppToken
            {
                check.reset();
            }
        }
        self.schedule()
    }

    /// Starts again at the sign-in; the secret and what came before it stay proven.
    pub fn sign_in_again(&mut self, now: Moment) -> Vec<(CheckId, Effect)> {
        self.now = now;
        self.stopping = false;
        self.known.consent = None;
        self.known.fresh_sign_in = true;
        self.known.challenge = self.challenge();
        // It may have been added to the app since.
        self.known.address_seen = None;
        self.known.landed = None;
        self.known.refresh = None;
        self.known.user = None;
        self.known.prices = None;
        let from = self
            .checks
            .iter()
            .position(|check| check.id == CheckId::SignIn)
            .unwrap_or(0);
        for (index, check) in self.checks.iter_mut().enumerate() {
            if index >= from || matches!(check.state, State::Failed(_) | State::NotTried) {
                check.reset();
            }
        }
        self.schedule()
    }

    /// Says that the secret was made minutes ago: a refusal of it is tried again before it counts.
    pub fn be_patient(&mut self) {
        self.known.patience = true;
    }

    /// Stops: reads in flight may be given up, writes are finished.
    /// Returns the checks whose effects may be cancelled.
    pub fn stop(&mut self) -> Vec<CheckId> {
        self.stopping = true;
        let mut given_up = Vec::new();
        for check in &mut self.checks {
            if check.state == State::Running && !check.writing {
                check.state = State::NotTried;
                given_up.push(check.id);
            }
        }
        self.give_up_the_rest();
        given_up
    }

    /// What a failed check says the next sign-in has to meet.
    fn challenge(&self) -> Option<Foreign> {
        self.checks.iter().find_map(|check| match &check.state {
            State::Failed(failure) => failure.claims.clone(),
            State::Waiting
            | State::Running
            | State::Passed(_)
            | State::Noted(_)
            | State::NotTried => None,
        })
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        let running = |check: &&Check| check.state == State::Running;
        let waiting_for_person =
            self.known.consent.is_some() && self.state(CheckId::SignIn) == Some(&State::Running);
        if waiting_for_person && self.checks.iter().filter(running).count() == 1 {
            return Status::Asking;
        }
        if self
            .checks
            .iter()
            .any(|check| check.state == State::Running)
        {
            return Status::Running;
        }
        if self.failed().is_some() {
            return Status::Refused;
        }
        if self.stopping && self.checks.iter().any(|check| !check.state.passed()) {
            return Status::Stopped;
        }
        Status::Finished
    }

    /// The rows of the progress list.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The first check that failed.
    pub fn failed(&self) -> Option<(&Check, &Failure)> {
        self.checks.iter().find_map(|check| match &check.state {
            State::Failed(failure) => Some((check, &**failure)),
            State::Waiting
            | State::Running
            | State::Passed(_)
            | State::Noted(_)
            | State::NotTried => None,
        })
    }

    /// The sign-in that waits for a person.
    pub fn consent(&self) -> Option<&Consent> {
        self.known.consent.as_ref()
    }

    /// What the sign-in page did with the redirect address, before a person was sent there.
    pub fn address_seen(&self) -> Option<AddressSeen> {
        self.known.address_seen
    }

    /// The head of the price sheet, once read.
    pub fn sheet(&self) -> Option<&SheetHead> {
        self.known.sheet.as_ref()
    }

    /// The secret that was proven, for the step after.
    pub fn secret(&self) -> Option<SharedSecret> {
        self.known.secret.as_ref().map(SharedSecret::clone)
    }

    /// The registration as it is after the facts noted so far.
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// The step it belongs to; `None` for the commit, for the hand-over to Octo, and for forgetting.
    pub fn step(&self) -> Option<Step> {
        match self.goal {
            Goal::PartnerCenter(_) => Some(Step::PartnerCenter),
            Goal::PartnerApi(_) | Goal::Token(_) | Goal::Code(_) => Some(Step::PartnerApi),
            Goal::Commit | Goal::Forget | Goal::Submit(_) => None,
        }
    }

    /// Whether it hands a registration over to Octo.
    pub fn submits(&self) -> bool {
        matches!(self.goal, Goal::Submit(_))
    }

    /// Whether the check found something of this kind already.
    pub fn passed(&self, id: CheckId) -> bool {
        self.state(id).is_some_and(State::passed)
    }

    fn state(&self, id: CheckId) -> Option<&State> {
        self.checks
            .iter()
            .find(|check| check.id == id)
            .map(|check| &check.state)
    }

    /// Starts every check whose needs are met.
    fn schedule(&mut self) -> Vec<(CheckId, Effect)> {
        let mut effects = Vec::new();
        while let Some(id) = self.next_ready() {
            if let Some(check) = self.check_mut(id) {
                check.state = State::Running;
            }
            let now = self.now;
            if let Some(check) = self.check_mut(id) {
                check.began = Some(now);
            }
            let next = self.begin(id);
            effects.extend(self.settle(id, next));
        }
        self.give_up_the_rest();
        effects
    }

    fn next_ready(&self) -> Option<CheckId> {
        self.checks.iter().find_map(|check| {
            let met = check
                .id
                .needs()
                .iter()
                .all(|need| self.state(*need).is_none_or(State::passed));
            // A token that has landed is kept even when the person has asked to stop.
            let allowed = !self.stopping || check.id == CheckId::KeepToken;
            (check.state == State::Waiting && met && allowed).then_some(check.id)
        })
    }

    /// Marks as not tried what can no longer start.
    fn give_up_the_rest(&mut self) {
        loop {
            let lost = self.checks.iter().find(|check| {
                check.state == State::Waiting
                    && (self.stopping && check.id != CheckId::KeepToken
                        || check.id.needs().iter().any(|need| {
                            matches!(self.state(*need), Some(State::Failed(_) | State::NotTried))
                        }))
            });
            let Some(id) = lost.map(|check| check.id) else {
                return;
            };
            if let Some(check) = self.check_mut(id) {
                check.state = State::NotTried;
            }
        }
    }

    fn settle(&mut self, id: CheckId, next: Move) -> Vec<(CheckId, Effect)> {
        let now = self.now;
        let Some(check) = self.check_mut(id) else {
            return Vec::new();
        };
        let state = match next {
            Move::Perform(effect) => {
                check.writing = effect.writes();
                return vec![(id, effect)];
            }
            Move::Pass(line) => State::Passed(line),
            Move::Note(line) => State::Noted(line),
            Move::Fail(failure) => State::Failed(failure),
        };
        check.took = check.began.map(|began| now.saturating_sub(began));
        check.writing = false;
        check.state = state;
        Vec::new()
    }

    fn check_mut(&mut self, id: CheckId) -> Option<&mut Check> {
        self.checks.iter_mut().find(|check| check.id == id)
    }

    fn begin(&mut self, id: CheckId) -> Move {
        match id.step() {
            Some(Step::PartnerCenter) => self.begin_partner_center(id),
            Some(Step::PartnerApi) => self.begin_partner_api(id),
            Some(Step::Basic) | None if matches!(self.goal, Goal::Forget) => self.begin_forget(id),
            Some(Step::Basic) | None if self.submits() => self.begin_submit(id),
            Some(Step::Basic) | None => self.begin_commit(id),
        }
    }

    fn advance(&mut self, id: CheckId, outcome: Outcome) -> Move {
        if let Outcome::Failed(failure) = &outcome
            && let Some(pause) = self.worth_another_try(id, failure)
        {
            if let Some(check) = self.check_mut(id) {
                check.pausing = Some((failure.clone(), pause));
            }
            return Move::Perform(Effect::Pause(pause));
        }
        if matches!(outcome, Outcome::Paused) {
            if let Some(check) = self.check_mut(id) {
                check.tries += 1;
                check.pausing = None;
            }
            return self.begin(id);
        }
        match id.step() {
            Some(Step::PartnerCenter) => self.advance_partner_center(id, outcome),
            Some(Step::PartnerApi) => self.advance_partner_api(id, outcome),
            Some(Step::Basic) | None if matches!(self.goal, Goal::Forget) => {
                self.advance_forget(id, outcome)
            }
            Some(Step::Basic) | None if self.submits() => self.advance_submit(id, outcome),
            Some(Step::Basic) | None => self.advance_commit(id, outcome),
        }
    }

    /// How long to wait before a failed read is tried once more; `None` when it counts as failed.
    ///
    /// A server that names a time is waited for once; otherwise one more try after a second, as Microsoft's own library does
    /// for 5xx and timeouts. A secret that the operator calls new is tried for minutes. A code is never sent again, and a refresh
    /// is repeated only when the server itself said that it did not look at it. Behind Octo's gateway a 503 can also be an answer
    /// that was lost, so only a 429 says so there.
    fn worth_another_try(&self, id: CheckId, failure: &Failure) -> Option<Duration> {
        const PATIENCE: [u64; SECRET_TRIES as usize] = [5, 15, 30, 60];
        let check = self.checks.iter().find(|check| check.id == id)?;
        if self.stopping || id == CheckId::Redeem {
            return None;
        }
        if id == CheckId::AppToken && self.known.patience && failure.codes.contains(&7_000_215) {
            return PATIENCE
                .get(usize::from(check.tries))
                .map(|seconds| Duration::from_secs(*seconds));
        }
        let throttled = matches!(failure.status, Some(429 | 503));
        let unseen = throttled && (failure.service != Service::Octo || failure.status == Some(429));
        if check.tries > 0 || check.writing && !unseen {
            return None;
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "only what is likely to pass is tried again"
        )]
        match failure.cause {
            Cause::Refused if throttled => {
                Some(failure.retry_after.unwrap_or(Duration::from_secs(1)))
            }
            Cause::Refused
                if matches!(failure.status, Some(500 | 502 | 504))
                    && id != CheckId::OtherSecret =>
            {
                Some(failure.retry_after.unwrap_or(Duration::from_secs(1)))
            }
            Cause::Broken => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    /// Whether an earlier process has sent a code for this attempt: which one, nothing that may be kept tells.
    fn sent_by_others(&self) -> bool {
        let open = self.registration.open.as_ref();
        open.is_some_and(|open| open.codes_sent > self.used_codes.len())
    }

    /// What the arrival of a paste means for the sign-in that is open.
    fn understand(&self, pasted: Pasted) -> Result<Arrival, WrongPaste> {
        let Some(consent) = &self.known.consent else {
            return Err(WrongPaste::OtherSignIn);
        };
        let ours = |state: &Option<crate::secret::Secret>| {
            state
                .as_ref()
                .is_some_and(|state| consent.state.same_as(state.reveal()))
        };
        match pasted {
            Pasted::Code {
                code,
                state,
                in_address,
            } => {
                if in_address && state.is_none() {
                    return Err(WrongPaste::CutOff);
                }
                if in_address && !ours(&state) {
                    return Err(WrongPaste::OtherSignIn);
                }
                if self
                    .used_codes
                    .iter()
                    .any(|used| used.secret().same_as(code.secret().reveal()))
                {
                    return Err(WrongPaste::UsedBefore);
                }
                if !in_address && self.sent_by_others() {
                    return Err(WrongPaste::CodeAlone);
                }
                Ok(Arrival::Code(code))
            }
            Pasted::Refused { failure, state } if ours(&state) || state.is_none() => {
                Ok(Arrival::Error(failure))
            }
            Pasted::Refused { .. } => Err(WrongPaste::OtherSignIn),
            Pasted::Empty => Err(WrongPaste::Empty),
            Pasted::SignInAddress { redirect_url } => {
                Err(WrongPaste::SignInAddress { redirect_url })
            }
            Pasted::Token => Err(WrongPaste::Token),
            Pasted::Guid => Err(WrongPaste::Guid),
            Pasted::SecretKey => Err(WrongPaste::SecretKey),
            Pasted::NoCode => Err(WrongPaste::NoCode),
            Pasted::TwoCodes => Err(WrongPaste::TwoCodes),
            Pasted::NotACode => Err(WrongPaste::NotACode),
        }
    }

    // ---- the save step: a script of writes that a check works off ----

    /// Performs the next write of the check's script, or passes with `line` when it is empty.
    fn next_write(&mut self, id: CheckId, line: impl FnOnce() -> String) -> Move {
        match self
            .known
            .script
            .get_mut(&id)
            .and_then(|script| (!script.is_empty()).then(|| script.remove(0)))
        {
            Some(effect) => Move::Perform(effect),
            None => Move::Pass(line()),
        }
    }

    fn write(&mut self, id: CheckId, effects: impl IntoIterator<Item = Effect>) {
        self.known.script.entry(id).or_default().extend(effects);
    }

    fn forget_script(&mut self, id: CheckId) {
        self.known.script.remove(&id);
    }

    /// Intention, write with read-back, completion.
    fn keep(item: &ItemName, secret: &SharedSecret) -> [Effect; 3] {
        [
            Effect::Note(Fact::Keeping { item: item.clone() }),
            Effect::Keep(item.clone(), SharedSecret::clone(secret)),
            Effect::Note(Fact::Kept { item: item.clone() }),
        ]
    }

    fn carry_over(from: &ItemName, to: &ItemName) -> [Effect; 3] {
        [
            Effect::Note(Fact::Keeping { item: to.clone() }),
            Effect::Copy {
                from: from.clone(),
                to: to.clone(),
            },
            Effect::Note(Fact::Kept { item: to.clone() }),
        ]
    }

    /// The attempt to write to: the open one, or the one that these facts are about to make.
    fn attempt_to_write(&self) -> (Attempt, Vec<Fact>) {
        if let Some(open) = &self.registration.open {
            return (open.clone(), Vec::new());
        }
        let (attempt, slot) = self.registration.next_attempt();
        self.beginning(attempt, slot)
    }

    /// An attempt of this name, and the facts that begin it.
    fn beginning(&self, attempt: AttemptId, slot: Slot) -> (Attempt, Vec<Fact>) {
        let base = self.registration.active_sequence();
        let began = Fact::Began {
            attempt,
            slot,
            base,
        };
        let facts = self.registration.storing().into_iter().chain([began]);
        (Attempt::new(attempt, slot, base), facts.collect())
    }

    fn center_proof(&self) -> Option<PartnerCenterProof> {
        let newest = self
            .registration
            .open
            .as_ref()
            .or(self.registration.active.as_ref())?;
        newest
            .partner_center
            .as_ref()
            .map(|(proof, _)| proof.clone())
    }

    fn api_proof(&self) -> Option<PartnerApiProof> {
        let Goal::PartnerApi(request) = &self.goal else {
            return None;
        };
        let user = self.known.user.as_ref();
        let from_claims = |pick: fn(&crate::engine::effect::Claims) -> Option<Foreign>| {
            user.and_then(|grant| {
                pick(&grant.claims).or_else(|| grant.id_claims.as_ref().and_then(pick))
            })
        };
        Some(PartnerApiProof {
            user: from_claims(|claims| claims.user.clone()),
            mfa: self.known.mfa,
            mpn: self.known.mpn.clone(),
            domain: self.known.domain.clone(),
            company: self.known.company.clone(),
            currency: self.known.currency.clone(),
            redirect: request.redirect.clone(),
            prices: self.known.sheet.is_some(),
            found: self.lines(),
        })
    }
}

#[cfg(test)]
pub(crate) mod bench;
#[cfg(test)]
mod tests;
