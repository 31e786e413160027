//! [`Execution`]: one step as it is driven from outside, effect by effect.

use std::task::{Context, Waker};

use crate::effect::{Effect, Outcome, SignInNotice};
use crate::journal::{Kind, Line, Registration};
use crate::steps::checks::{Check, Moment, State};
use crate::steps::pasted::{Pasted, WrongPaste};
use crate::steps::plan::{Plan, Work};
use crate::steps::port::{Board, Port};
use crate::words::{Asked, CheckId, Failure, LastFailure, Reach, SentCode, Step, UntrustedText};

/// How an execution stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Effects are in flight.
    Running,
    /// A person must bring the authorization code; [`Execution::authorization_request`] has the address.
    Asking,
    /// Every check passed.
    Finished,
    /// At least one check failed and nothing is in flight; [`Execution::failed`] has the first.
    Refused,
    /// Stopped by the person.
    Stopped,
}

/// One step of the registration, from its first effect to its last.
pub struct Execution {
    pub(super) plan: Plan,
    pub(super) board: Board,
    /// Has the board while the work goes on, and only then.
    pub(super) port: Port,
    pub(super) work: Work,
}

impl std::fmt::Debug for Execution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Execution");
        shown.field("plan", &self.plan).field("board", &self.board);
        shown.finish_non_exhaustive()
    }
}

impl Execution {
    /// Takes over what an open attempt has already reached, so that nothing is asked or done twice. A sign-in that was begun
    /// later than the token was kept, or than it was carried over, is what was asked for last. After a code that came to
    /// nothing, the older token is not what was asked for either.
    pub(super) fn take_over(&mut self) {
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

    /// Goes to what there is of a cloud: leaves the price service out where there is none, and looks at Microsoft Graph as well where
    /// that is wanted.
    #[must_use]
    pub fn reaching(mut self, reach: Reach) -> Self {
        let checks = &mut self.board.checks;
        if !reach.prices {
            checks.retain(|check| check.id != CheckId::PriceToken && check.id.asked() != Asked::Prices);
        }
        if reach.graph
            && let Some(at) = checks.iter().position(|check| check.id == CheckId::NoteProof)
        {
            checks.insert(at, Check::new(CheckId::Graph));
        }
        if let Some(step) = self.plan.partner_api() {
            step.found.side_by_side.set(reach.side_by_side);
        }
        self
    }

    /// The next sign-in has to meet what an earlier run was refused for.
    #[must_use]
    pub fn meeting(self, refused: Option<&LastFailure>) -> Self {
        if let Some((step, claims)) = self.plan.partner_api().zip(refused.and_then(|it| it.claims.clone())) {
            step.found.challenge.set(claims);
        }
        self
    }

    /// Wants a new sign-in even where one is kept.
    pub fn forget_sign_in(&mut self) {
        if let Some(step) = self.plan.partner_api() {
            step.found.fresh.set(true);
        }
        self.board.checks.iter_mut().for_each(Check::reset);
    }

    /// Refuses codes that an earlier run has sent.
    pub fn never_again(&mut self, used: &[SentCode]) {
        if let Some(step) = self.plan.partner_api() {
            step.found.used_codes.borrow_mut().extend_from_slice(used);
        }
    }

    /// Says that the secret was made minutes ago: a refusal of it is tried again before it counts.
    pub fn be_patient(&mut self) {
        let mut checks = self.board.checks.iter_mut();
        if let Some(check) = checks.find(|check| check.id == CheckId::AppToken) {
            check.new_secret = true;
        }
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

    /// Hears of a line that a run beside this one has noted.
    pub fn hear(&mut self, line: &Line) {
        self.board.registration.apply(line);
    }

    /// Takes a paste in while a code is asked for. What is not needed changes nothing.
    pub fn answer(&mut self, raw: &str, now: Moment) -> Result<Vec<(CheckId, Effect)>, WrongPaste> {
        let step = self.plan.partner_api().ok_or(WrongPaste::OtherSignIn)?;
        let outcome = step.understand(Pasted::read(raw)?, self.board.registration.open.as_ref())?;
        Ok(self.resume(CheckId::SignIn, outcome, now))
    }

    /// Takes the refusal that the browser brought as the end of the sign-in; `None` where there is none.
    pub fn decline(&mut self, now: Moment) -> Option<Vec<(CheckId, Effect)>> {
        let Some(SignInNotice::Declined(failure)) = self.sign_in_notice() else { return None };
        Some(self.resume(CheckId::SignIn, Outcome::Failed(failure), now))
    }

    /// Whether a redemption failed, and not because its code never left.
    pub(super) fn code_sent(&self) -> bool {
        let redeem = self.board.checks.iter().find(|check| check.id == CheckId::Redeem);
        redeem.and_then(Check::failure).is_some_and(|failure| !failure.unsent)
    }

    /// Tries what failed again, keeping everything that passed. A redemption is never repeated: a new sign-in is.
    pub fn retry(&mut self, now: Moment) -> Vec<(CheckId, Effect)> {
        let failed = |id| matches!(self.board.state(id), Some(State::Failed(_)));
        if failed(CheckId::SignIn) || self.code_sent() {
            return self.sign_in_again(now);
        }
        // Looking at the same token again would find the same.
        let other_token = failed(CheckId::AppClaims);
        // What Octo has is asked again before anything is sent again; what it has taken is known from the journal. A commit that
        // was rolled back is open again: it begins with its manifest.
        let rolled_back = matches!(self.plan, Plan::Commit(_)) && self.board.registration.open.is_some();
        let all = self.submits() || rolled_back;
        self.begin_again(now, |_, check| all || other_token && check.id == CheckId::AppToken)
    }

    /// Starts again at the sign-in; the secret and what came before it stay proven.
    pub fn sign_in_again(&mut self, now: Moment) -> Vec<(CheckId, Effect)> {
        if let Some(step) = self.plan.partner_api() {
            step.begin_sign_in_again(self.challenge());
        }
        let mut checks = self.board.checks.iter();
        let from = checks.position(|check| check.id == CheckId::SignIn).unwrap_or(0);
        self.begin_again(now, |index, _| index >= from)
    }

    /// Does again what failed, was not tried, or is `meant`.
    fn begin_again(&mut self, now: Moment, meant: impl Fn(usize, &Check) -> bool) -> Vec<(CheckId, Effect)> {
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
        if in_flight == 1 && signing_in && self.authorization_request().is_some() {
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

    /// Whether the check has passed.
    pub fn passed(&self, id: CheckId) -> bool {
        self.board.passed(id)
    }

    /// The registration as it is after the facts noted so far.
    pub fn registration(&self) -> &Registration {
        &self.board.registration
    }

    /// The step it belongs to; `None` for the commit, for the hand-over to Octo, and for forgetting.
    pub fn step(&self) -> Option<Step> {
        let center = self.plan.partner_center().map(|_| Step::PartnerCenter);
        center.or_else(|| self.plan.partner_api().map(|_| Step::PartnerApi))
    }

    /// Whether it hands a registration over to Octo.
    pub fn submits(&self) -> bool {
        matches!(self.plan, Plan::Submit(_))
    }
}
