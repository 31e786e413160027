//! [`Execution`]: one step of the registration without I/O.
//!
//! A step is an `async fn` over a [`port`]: its effects leave here and their outcomes come back, so no runtime, no clock and no
//! network is needed. What is independent goes out together. The wizard, the headless mode and the doctor drive the same code;
//! what is seen of it from outside is a board with a row for each check.

mod checks;
mod commit;
mod context;
mod findings;
mod forget;
mod partner_api;
mod partner_center;
mod paste;
pub mod pasted;
mod port;
mod submit;
mod tokens;

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use crate::effect::{AddressSeen, AuthorizationRequest, Effect, Outcome};
use crate::journal::access::AccessToken;
use crate::journal::{Attempt, AttemptId, CheckLine, Fact, ItemName, Kind, Registration, Slot};
use crate::steps::partner_api::{PartnerApi, Purpose};
use crate::steps::partner_center::PartnerCenter;
use crate::steps::pasted::Pasted;
use crate::steps::port::{Board, Halted, Port};
use crate::steps::submit::Submission;
use crate::words::answers::{DirectoryReading, PartnerApiRequest, PartnerCenterRequest};
use crate::words::check::{self as plans, CheckId};
use crate::words::failure::Failure;
use crate::words::ids::{AuthCode, ClientId, Directory, TenantId};
use crate::words::octo::OctoClient;
use crate::words::reading::PriceSheetHead;
use crate::words::secret::{Secret, SharedSecret};
use crate::words::step::Step;
use crate::words::text::UntrustedText;
use crate::words::token::Audience;

pub use checks::{Check, State};
pub use findings::{Api, Certainty, Token};
pub use paste::{Answered, WrongPaste};

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
    /// A person must bring the authorization code; [`Execution::consent`] has the address.
    Asking,
    /// Every check passed.
    Finished,
    /// At least one check failed and nothing is in flight; [`Execution::failed`] has the first.
    Refused,
    /// Stopped by the person.
    Stopped,
}

/// The code that works a plan off.
type Work = Pin<Box<dyn Future<Output = Result<(), Halted>>>>;

/// What is done, with what it has found so far.
#[derive(Clone, Debug)]
enum Plan {
    PartnerCenter(Rc<PartnerCenter>),
    PartnerApi(Rc<PartnerApi>),
    Commit,
    Tidy,
    Forget,
    Submit(Rc<Submission>),
}

impl Plan {
    fn work(&self, port: Port) -> Work {
        match self.clone() {
            Self::PartnerCenter(step) => Box::pin(async move { step.prove(&port).await }),
            Self::PartnerApi(step) => Box::pin(async move { step.prove(&port).await }),
            Self::Commit => Box::pin(async move { commit::commit(&port).await }),
            Self::Tidy => Box::pin(async move { commit::tidy(&port, Mood::Register, false).await }),
            Self::Forget => Box::pin(async move { forget::forget(&port).await }),
            Self::Submit(step) => Box::pin(async move { step.hand_over(&port).await }),
        }
    }
}

/// One step of the registration, from its first effect to its last.
pub struct Execution {
    plan: Plan,
    board: Board,
    /// Has the board while the work goes on, and only then.
    port: Port,
    work: Work,
    sent: Option<(TenantId, ClientId)>,
}

impl std::fmt::Debug for Execution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut run = f.debug_struct("Run");
        run.field("plan", &self.plan).field("board", &self.board);
        run.finish_non_exhaustive()
    }
}

impl Execution {
    /// Step 2 with typed answers.
    pub fn partner_center(request: PartnerCenterRequest, registration: Registration) -> Self {
        let step = PartnerCenter::new(request, Mood::Register);
        let plan = Plan::PartnerCenter(Rc::new(step));
        Self::new(plan, plans::PARTNER_CENTER, registration)
    }

    /// Step 3 with typed answers. `secret` is the one proven in step 2, if it is still at hand; else it is read from the vault.
    pub fn partner_api(
        request: PartnerApiRequest,
        registration: Registration,
        secret: Option<SharedSecret>,
    ) -> Self {
        let step = PartnerApi::new(request, Purpose::Register, secret);
        let plan = Plan::PartnerApi(Rc::new(step));
        let mut run = Self::new(plan, plans::PARTNER_API, registration);
        run.take_over();
        run
    }

    /// Makes the proven attempt the active one.
    pub fn commit(registration: Registration) -> Self {
        Self::new(Plan::Commit, plans::COMMIT, registration)
    }

    /// Deletes what attempts that were given up have kept.
    pub fn tidy(registration: Registration) -> Self {
        Self::new(Plan::Tidy, &[CheckId::Tidy], registration)
    }

    /// Deletes everything that was kept about this registration. It can be repeated until it is done.
    pub fn forget(registration: Registration) -> Self {
        let left = forget::what_goes(&registration);
        let mut run = Self::new(Plan::Forget, plans::FORGET, registration);
        run.board.left = left;
        run
    }

    /// Proves a finished step again with the kept secrets.
    /// `None` when the step is not finished or has nothing to check.
    pub fn check(step: Step, registration: Registration) -> Option<Self> {
        let active = registration.active.clone()?;
        let (center, _) = active.partner_center?;
        Some(match step {
            Step::Basic => return None,
            Step::PartnerCenter => {
                let request = PartnerCenterRequest {
                    directory: Directory::Tenant(center.tenant),
                    reading: DirectoryReading::Directory,
                    application: center.application,
                    secret: Secret::shared(String::new()),
                    secret_ends: center.secret_ends,
                };
                let step = PartnerCenter::new(request, Mood::Check);
                let plan = Plan::PartnerCenter(Rc::new(step));
                Self::new(plan, plans::PARTNER_CENTER_AGAIN, registration)
            }
            Step::PartnerApi => {
                Self::again(Purpose::Check, plans::PARTNER_API_AGAIN, registration)?
            }
        })
    }

    /// Gets an access token with the kept refresh token. `None` when nothing is registered.
    pub fn token(audience: Audience, registration: Registration) -> Option<Self> {
        let ids = match audience {
            Audience::PartnerCenter => plans::PARTNER_CENTER_TOKEN,
            Audience::PartnerApi => plans::PARTNER_API_TOKEN,
        };
        Self::again(Purpose::Token(audience), ids, registration)
    }

    /// Gets a code for somebody else to redeem: the consent of step 3 again, for what is registered. Nothing is noted or kept,
    /// and the code is sent nowhere. `None` when nothing is registered.
    pub fn code(registration: Registration) -> Option<Self> {
        Self::again(Purpose::Code, plans::CODE, registration)
    }

    /// Hands the active set over to Octo. With `replace`, this payer account is changed even where Octo has it from elsewhere;
    /// another payer account never is. `None` when nothing is active.
    pub fn submit(registration: Registration, client: OctoClient, replace: bool) -> Option<Self> {
        let submission = Submission::new(&registration, client, replace)?;
        let plan = Plan::Submit(Rc::new(submission));
        Some(Self::new(plan, plans::SUBMIT, registration))
    }

    /// Step 3 with what is registered.
    fn again(purpose: Purpose, ids: &[CheckId], registration: Registration) -> Option<Self> {
        let (api, _) = registration.active.clone()?.partner_api?;
        let request =
            PartnerApiRequest { mpn: api.mpn, other_secret: None, redirect: api.redirect };
        let step = PartnerApi::new(request, purpose, None);
        Some(Self::new(Plan::PartnerApi(Rc::new(step)), ids, registration))
    }

    fn new(plan: Plan, ids: &[CheckId], registration: Registration) -> Self {
        let port = Port::default();
        let board = Board {
            checks: ids.iter().map(|id| Check::new(*id)).collect(),
            registration,
            ..Board::default()
        };
        Self { work: plan.work(port.clone()), plan, board, port, sent: None }
    }

    /// Takes over what an open attempt has already reached, so that nothing is asked or done twice. A sign-in that was begun
    /// later than the token was kept, or than it was carried over, is what was asked for last. After a code that came to
    /// nothing, the older token is not what was asked for either.
    fn take_over(&mut self) {
        let Some(open) = &self.board.registration.open else {
            return;
        };
        let kept = open.item(Kind::RefreshToken).is_some();
        if kept && !open.sign_in_open() && !open.code_uncertain() {
            let earlier = [CheckId::SignIn, CheckId::Redeem, CheckId::KeepToken];
            let checks = self.board.checks.iter_mut();
            for check in checks.filter(|check| earlier.contains(&check.id)) {
                check.state = State::Passed("kept before".to_owned());
            }
        }
    }

    /// Leaves the price service out, for a cloud that has none.
    #[must_use]
    pub fn without_prices(mut self) -> Self {
        let prices = [CheckId::PriceToken, CheckId::Rates, CheckId::Sheet];
        self.board.checks.retain(|check| !prices.contains(&check.id));
        self
    }

    /// Wants a new sign-in even where one is kept.
    pub fn forget_sign_in(&mut self) {
        if let Plan::PartnerApi(step) = &self.plan {
            step.fresh.set(true);
        }
        self.board.checks.iter_mut().for_each(Check::reset);
    }

    /// Refuses codes that an earlier run has sent.
    pub fn never_again(&mut self, used: &[AuthCode]) {
        self.board.used_codes.extend_from_slice(used);
    }

    /// Says that the secret was made minutes ago: a refusal of it is tried again before it counts.
    pub fn be_patient(&mut self) {
        self.board.patience = true;
    }

    /// The first effects.
    pub fn start(&mut self, now: Moment) -> Vec<(CheckId, Effect)> {
        self.board.now = now;
        self.go_on()
    }

    /// Takes an outcome in and returns what to perform next.
    pub fn resume(&mut self, id: CheckId, outcome: Outcome, now: Moment) -> Vec<(CheckId, Effect)> {
        self.board.now = now;
        if self.board.state(id) != Some(&State::Running) {
            return Vec::new();
        }
        if let Outcome::Noted(line) = &outcome {
            self.board.registration.apply(line);
        }
        self.board.outcomes.insert(id, outcome);
        self.go_on()
    }

    /// Takes a paste in while a code is asked for.
    pub fn answer(&mut self, raw: &str, now: Moment) -> Answered {
        match self.understand(Pasted::read(raw)) {
            Ok(arrival) => {
                let outcome = Outcome::Came(Box::new(arrival));
                Answered::Taken(self.resume(CheckId::SignIn, outcome, now))
            }
            Err(wrong) => Answered::NotTaken(wrong),
        }
    }

    /// Tries what failed again, keeping everything that passed. A redemption is never repeated: a new sign-in is.
    pub fn retry(&mut self, now: Moment) -> Vec<(CheckId, Effect)> {
        let failed = |id| matches!(self.board.state(id), Some(State::Failed(_)));
        if failed(CheckId::SignIn) || failed(CheckId::Redeem) {
            return self.sign_in_again(now);
        }
        // Looking at the same token again would find the same.
        let other_token = failed(CheckId::AppClaims);
        // What Octo has is asked again before anything is sent again; what it has taken is known from the journal. A commit that
        // was rolled back is open again: it begins with its manifest.
        let rolled_back =
            matches!(self.plan, Plan::Commit) && self.board.registration.open.is_some();
        let all = self.submits() || rolled_back;
        self.begin_again(now, |_, check| all || other_token && check.id == CheckId::AppToken)
    }

    /// Starts again at the sign-in; the secret and what came before it stay proven.
    pub fn sign_in_again(&mut self, now: Moment) -> Vec<(CheckId, Effect)> {
        if let Plan::PartnerApi(step) = &self.plan {
            step.begin_sign_in_again(self.challenge());
        }
        self.board.consent = None;
        // It may have been added to the app since.
        self.board.address_seen = None;
        self.board.tokens.retain(|(_, person, _)| !person);
        let mut checks = self.board.checks.iter();
        let from = checks.position(|check| check.id == CheckId::SignIn).unwrap_or(0);
        self.begin_again(now, |index, _| index >= from)
    }

    /// Does again what failed, was not tried, or is `meant`.
    fn begin_again(
        &mut self,
        now: Moment,
        meant: impl Fn(usize, &Check) -> bool,
    ) -> Vec<(CheckId, Effect)> {
        self.board.stopping = false;
        for (index, check) in self.board.checks.iter_mut().enumerate() {
            let over = matches!(check.state, State::Failed(_) | State::NotTried);
            if over || meant(index, check) {
                check.reset();
            }
        }
        self.work = self.plan.work(self.port.clone());
        self.start(now)
    }

    /// Stops: reads in flight may be given up, writes are finished.
    /// Returns the checks whose effects may be cancelled.
    pub fn stop(&mut self) -> Vec<CheckId> {
        self.board.stopping = true;
        let mut given_up = Vec::new();
        for check in &mut self.board.checks {
            if check.state == State::Running && !check.writing {
                check.state = State::NotTried;
                given_up.push(check.id);
            }
        }
        self.board.give_up_the_rest();
        given_up
    }

    /// Works until everything waits for an outcome.
    fn go_on(&mut self) -> Vec<(CheckId, Effect)> {
        self.port.with(|board| std::mem::swap(board, &mut self.board));
        let mut context = Context::from_waker(Waker::noop());
        let over = self.work.as_mut().poll(&mut context).is_ready();
        self.port.with(|board| std::mem::swap(board, &mut self.board));
        if over {
            self.work = Box::pin(std::future::pending());
        }
        if let Plan::PartnerApi(step) = &self.plan {
            self.sent = step.sent_to();
        }
        self.board.give_up_the_rest();
        std::mem::take(&mut self.board.effects)
    }

    /// What a failed check says the next sign-in has to meet.
    fn challenge(&self) -> Option<UntrustedText> {
        let mut failed = self.board.checks.iter().filter_map(Check::failure);
        failed.find_map(|failure| failure.claims.clone())
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        let running = |check: &&Check| check.state == State::Running;
        let in_flight = self.board.checks.iter().filter(running).count();
        let signing_in = self.board.state(CheckId::SignIn) == Some(&State::Running);
        if in_flight == 1 && signing_in && self.board.consent.is_some() {
            return Status::Asking;
        }
        if in_flight > 0 {
            return Status::Running;
        }
        if self.failed().is_some() {
            return Status::Refused;
        }
        if self.board.stopping && self.board.checks.iter().any(|check| !check.state.passed()) {
            return Status::Stopped;
        }
        Status::Finished
    }

    /// The rows of the progress list.
    pub fn checks(&self) -> &[Check] {
        &self.board.checks
    }

    /// The first check that failed.
    pub fn failed(&self) -> Option<(&Check, &Failure)> {
        let mut checks = self.board.checks.iter();
        checks.find_map(|check| Some((check, check.failure()?)))
    }

    /// The line of each check that passed, as it is noted and compared.
    pub fn lines(&self) -> Vec<CheckLine> {
        self.board.lines()
    }

    /// Whether the check has passed.
    pub fn passed(&self, id: CheckId) -> bool {
        self.board.passed(id)
    }

    /// The sign-in that waits for a person.
    pub fn consent(&self) -> Option<&AuthorizationRequest> {
        self.board.consent.as_ref()
    }

    /// What the sign-in page did with the redirect address, before a person was sent there.
    pub fn address_seen(&self) -> Option<AddressSeen> {
        self.board.address_seen
    }

    /// The head of the price sheet, once read.
    pub fn sheet(&self) -> Option<&PriceSheetHead> {
        self.board.sheet.as_ref()
    }

    /// The secret that was proven, for the step after.
    pub fn secret(&self) -> Option<SharedSecret> {
        self.board.secret.as_ref().map(SharedSecret::clone)
    }

    /// The access token that this run was to get.
    pub fn access_token(&self) -> Option<AccessToken> {
        match &self.plan {
            Plan::PartnerApi(step) => step.access_token(),
            _ => None,
        }
    }

    /// The code that [`Execution::code`] was to get.
    pub fn fresh_code(&self) -> Option<&AuthCode> {
        self.board.code.as_ref()
    }

    /// The codes that were sent, for [`Execution::never_again`].
    pub fn used_codes(&self) -> &[AuthCode] {
        &self.board.used_codes
    }

    /// The items that were not deleted: all of them before it began, none at its good end.
    pub fn left(&self) -> &[ItemName] {
        &self.board.left
    }

    /// The registration as it is after the facts noted so far.
    pub fn registration(&self) -> &Registration {
        &self.board.registration
    }

    /// The step it belongs to; `None` for the commit, for the hand-over to Octo, and for forgetting.
    pub fn step(&self) -> Option<Step> {
        match self.plan {
            Plan::PartnerCenter(_) => Some(Step::PartnerCenter),
            Plan::PartnerApi(_) => Some(Step::PartnerApi),
            Plan::Commit | Plan::Tidy | Plan::Forget | Plan::Submit(_) => None,
        }
    }

    /// Whether it hands a registration over to Octo.
    pub fn submits(&self) -> bool {
        matches!(self.plan, Plan::Submit(_))
    }

    /// Whether somebody is signed in, and both APIs are looked at.
    fn signs_in(&self) -> bool {
        let both = [Purpose::Register, Purpose::Check];
        matches!(&self.plan, Plan::PartnerApi(step) if both.contains(&step.purpose))
    }
}

/// The attempt to write to: the open one, or the one that these facts make.
fn attempt_to_write(registration: &Registration) -> (Attempt, Vec<Fact>) {
    if let Some(open) = &registration.open {
        return (open.clone(), Vec::new());
    }
    let (attempt, slot) = registration.next_attempt();
    beginning(registration, attempt, slot)
}

/// An attempt of this name, and the facts that begin it.
fn beginning(registration: &Registration, attempt: AttemptId, slot: Slot) -> (Attempt, Vec<Fact>) {
    let base = registration.active_sequence();
    let began = Fact::Began { attempt, slot, base };
    let facts = registration.storing().into_iter().chain([began]);
    (Attempt::new(attempt, slot, base), facts.collect())
}

#[cfg(test)]
pub(crate) mod bench;
#[cfg(test)]
mod tests;
