//! The port: how the code of a step asks the world for something, and the rows that show it.
//!
//! A step is an `async fn` without a runtime: every `await` is an effect that leaves through [`Execution`](super::Run) and whose
//! outcome comes back there. Nothing here does I/O, and a step can be driven effect by effect in a test.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use crate::diagnose::SECRET_TRIES;
use crate::effect::{
    AddressSeen, AppSignIn, AuthorizationRequest, AuthorizationResponse, CodeExchange, Effect,
    Outcome, SignIn, Tenant, TokenRefresh,
};
use crate::journal::{Fact, ItemName, Registration};
use crate::steps::{Check, Moment, State};
use crate::words::check::CheckId;
use crate::words::failure::{Cause, Failure, Mismatch, Service, VaultFault};
use crate::words::ids::{AuthCode, Directory};
use crate::words::octo::{OctoAnswer, OctoCall};
use crate::words::reading::{Found, PriceSheetHead, Reading};
use crate::words::secret::SharedSecret;
use crate::words::step::Step;
use crate::words::token::{Audience, Claims, Grant, TokenResponse};

/// What a check comes to: a value, and its line on the screen.
pub(super) type Checked<T> = Result<(T, Line), Box<Failure>>;

/// The line of a check that passed.
pub(super) enum Line {
    Pass(String),
    /// Passed with something to know.
    Note(String),
}

/// A check failed or is not tried any more: its row says which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Halted;

/// What a check found, for those that come after it and for another try.
#[derive(Debug)]
pub(super) struct Slot<T>(RefCell<Option<T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: Clone> Slot<T> {
    pub(super) fn get(&self) -> Option<T> {
        self.0.borrow().clone()
    }

    pub(super) fn set(&self, value: T) {
        *self.0.borrow_mut() = Some(value);
    }

    pub(super) fn clear(&self) {
        *self.0.borrow_mut() = None;
    }
}

/// Everything about a run that is seen from outside.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) checks: Vec<Check>,
    pub(super) registration: Registration,
    pub(super) consent: Option<AuthorizationRequest>,
    pub(super) address_seen: Option<AddressSeen>,
    pub(super) sheet: Option<PriceSheetHead>,
    pub(super) secret: Option<SharedSecret>,
    pub(super) code: Option<AuthCode>,
    pub(super) used_codes: Vec<AuthCode>,
    pub(super) tokens: Vec<(Audience, bool, Claims)>,
    /// Items that are still to be deleted, the next one last.
    pub(super) left: Vec<ItemName>,
    /// The secret was made minutes ago: a refusal of it is tried again before it counts.
    pub(super) patience: bool,
    pub(super) stopping: bool,
    pub(super) now: Moment,
    pub(super) effects: Vec<(CheckId, Effect)>,
    pub(super) outcomes: HashMap<CheckId, Outcome>,
}

impl Board {
    pub(super) fn state(&self, id: CheckId) -> Option<&State> {
        let check = self.checks.iter().find(|check| check.id == id);
        check.map(|check| &check.state)
    }

    pub(super) fn passed(&self, id: CheckId) -> bool {
        self.state(id).is_some_and(State::passed)
    }

    fn check_mut(&mut self, id: CheckId) -> Option<&mut Check> {
        self.checks.iter_mut().find(|check| check.id == id)
    }

    /// Begins a row that waits; only then is there something to do. A token that has landed is kept even when the person has
    /// asked to stop.
    fn begin(&mut self, id: CheckId) -> bool {
        let (now, allowed) = (self.now, !self.stopping || id == CheckId::KeepToken);
        match self.check_mut(id) {
            Some(check) if check.state == State::Waiting && allowed => {
                check.state = State::Running;
                check.began = Some(now);
                true
            }
            Some(_) | None => false,
        }
    }

    fn settle(&mut self, id: CheckId, state: State) {
        let now = self.now;
        if let Some(check) = self.check_mut(id) {
            check.took = check.began.map(|began| now.saturating_sub(began));
            check.writing = false;
            check.state = state;
        }
    }

    /// Marks as not tried what can no longer start.
    pub(super) fn give_up_the_rest(&mut self) {
        loop {
            let lost = |need: &CheckId| {
                matches!(self.state(*need), Some(State::Failed(_) | State::NotTried))
            };
            let id = self.checks.iter().find_map(|check| {
                let stopped = self.stopping && check.id != CheckId::KeepToken;
                let lost = stopped || check.id.needs().iter().any(lost);
                (check.state == State::Waiting && lost).then_some(check.id)
            });
            let Some(check) = id.and_then(|id| self.check_mut(id)) else {
                return;
            };
            check.state = State::NotTried;
        }
    }

    /// How long to wait before a failed check is tried once more; `None` when it counts as failed.
    ///
    /// A server that names a time is waited for once; otherwise one more try after a second, as Microsoft's own library does
    /// for 5xx and timeouts. A secret that the operator calls new is tried for minutes. A code is never sent again. What changes
    /// something (a refresh may rotate the token) is repeated only when the server says that it did not look at it: a 429 (RFC
    /// 6585, section 4), or a 503 that names a time. A 503 that names none, or any behind Octo's gateway, can also be an answer
    /// that was lost.
    fn worth_another_try(&self, id: CheckId, failure: &Failure) -> Option<Duration> {
        const PATIENCE: [u64; SECRET_TRIES as usize] = [5, 15, 30, 60];
        let check = self.checks.iter().find(|check| check.id == id)?;
        if self.stopping || id == CheckId::Redeem {
            return None;
        }
        if id == CheckId::AppToken && self.patience && failure.codes.contains(&7_000_215) {
            let seconds = PATIENCE.get(usize::from(check.tries))?;
            return Some(Duration::from_secs(*seconds));
        }
        let throttled = matches!(failure.status, Some(429 | 503));
        let later = failure.retry_after.is_some() && failure.service != Service::Octo;
        let unseen = failure.status == Some(429) || throttled && later;
        if check.tries > 0 || check.writing && !unseen {
            return None;
        }
        let server = matches!(failure.status, Some(500 | 502 | 504)) && id != CheckId::OtherSecret;
        let second = Duration::from_secs(1);
        match failure.cause {
            Cause::Refused if throttled || server => Some(failure.retry_after.unwrap_or(second)),
            Cause::Broken => Some(second),
            _ => None,
        }
    }
}

/// A step's way to its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Port(pub(super) Rc<RefCell<Board>>);

impl Port {
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Board) -> T) -> T {
        look(&mut self.0.borrow_mut())
    }

    pub(super) fn passed(&self, id: CheckId) -> bool {
        self.with(|board| board.passed(id))
    }

    pub(super) fn registration(&self) -> Registration {
        self.with(|board| board.registration.clone())
    }

    /// Does the work of a check, unless it has passed. A check that is not part of the run counts as passed.
    pub(super) async fn check(
        &self,
        id: CheckId,
        work: impl AsyncFn(Ask) -> Checked<()>,
    ) -> Result<(), Halted> {
        if self.with(|board| board.state(id).is_none()) {
            return Ok(());
        }
        let slot = Slot::default();
        slot.set(());
        self.find(id, &slot, work).await
    }

    /// The same for a check that finds something.
    pub(super) async fn find<T: Clone>(
        &self,
        id: CheckId,
        slot: &Slot<T>,
        work: impl AsyncFn(Ask) -> Checked<T>,
    ) -> Result<T, Halted> {
        if self.passed(id) {
            return slot.get().ok_or(Halted);
        }
        if !self.with(|board| board.begin(id)) {
            return Err(Halted);
        }
        let ask = Ask { port: self.clone(), id };
        loop {
            let (state, found) = match work(ask.clone()).await {
                Ok((value, line)) => {
                    slot.set(value.clone());
                    let state = match line {
                        Line::Pass(line) => State::Passed(line),
                        Line::Note(line) => State::Noted(line),
                    };
                    (state, Ok(value))
                }
                Err(failure) => {
                    if ask.waits_to_try_again(&failure).await {
                        continue;
                    }
                    (State::Failed(failure), Err(Halted))
                }
            };
            self.with(|board| board.settle(id, state));
            return found;
        }
    }
}

/// What the work of a check may ask the world for. An outcome of another effect is an internal failure, here and nowhere else.
#[derive(Clone)]
pub(super) struct Ask {
    port: Port,
    id: CheckId,
}

macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $out:ty = $effect:expr, $outcome:pat => $value:expr;)*) => {
        impl Ask {$(
            $(#[$doc])*
            pub(super) async fn $name(&self $(, $arg: $type)*) -> Result<$out, Box<Failure>> {
                match self.perform($effect).await {
                    $outcome => Ok($value),
                    Outcome::Failed(failure) => Err(failure),
                    _ => Err(internal()),
                }
            }
        )*}
    };
}

asks! {
    discover(directory: Directory) -> Tenant = Effect::Discover(directory), Outcome::Discovered(tenant) => tenant;
    app_token(sign_in: AppSignIn) -> Grant = Effect::AppToken(sign_in), Outcome::AppToken(grant) => *grant;
    listen(sign_in: SignIn) -> AuthorizationRequest = Effect::Listen(sign_in), Outcome::Listening(consent) => *consent;
    relisten(sign_in_state: SharedSecret) -> AuthorizationRequest = Effect::ResumeListening(sign_in_state), Outcome::Listening(consent) => *consent;
    probe(sign_in: SignIn) -> AddressSeen = Effect::Probe(sign_in), Outcome::Probed(seen) => seen;
    arrival() -> AuthorizationResponse = Effect::Await, Outcome::Came(arrival) => *arrival;
    redeem(redemption: CodeExchange) -> TokenResponse = Effect::Redeem(redemption), Outcome::TokenResponse(landed) => *landed;
    refresh(renewal: TokenRefresh) -> TokenResponse = Effect::Refresh(renewal), Outcome::TokenResponse(landed) => *landed;
    note(fact: Fact) -> () = Effect::Note(fact), Outcome::Noted(_) => ();
    /// Without an intention and a completion in the journal.
    put(item: ItemName, secret: SharedSecret) -> () = Effect::Keep(item, secret), Outcome::Kept => ();
    recall(item: ItemName) -> SharedSecret = Effect::Recall(item), Outcome::Recalled(secret) => secret;
    copy(from: ItemName, to: ItemName) -> () = Effect::Copy { from, to }, Outcome::Kept => ();
    erase(items: Vec<ItemName>) -> () = Effect::Erase(items), Outcome::Erased => ();
    read_back(items: Vec<ItemName>) -> () = Effect::ReadBack(items), Outcome::ReadBack => ();
    octo(call: OctoCall) -> OctoAnswer = Effect::Octo(Box::new(call)), Outcome::Octo(answer) => answer;
    discard() -> () = Effect::Discard, Outcome::Discarded => ();
    pause(time: Duration) -> () = Effect::Pause(time), Outcome::Paused => ();
}

impl Ask {
    /// One read; the second value is what the service says about MFA.
    pub(super) async fn read(
        &self,
        reading: Reading,
        grant: &Grant,
    ) -> Result<(Found, Option<bool>), Box<Failure>> {
        let token = SharedSecret::clone(&grant.access_token);
        match self.perform(Effect::Read(reading, token)).await {
            Outcome::Read(answer) => Ok((answer.found, answer.mfa_compliant)),
            Outcome::Failed(failure) => Err(failure),
            _ => Err(internal()),
        }
    }

    /// Intention, write with read-back, completion.
    pub(super) async fn keep(
        &self,
        item: &ItemName,
        secret: &SharedSecret,
    ) -> Result<(), Box<Failure>> {
        self.note(Fact::Keeping { item: item.clone() }).await?;
        self.put(item.clone(), SharedSecret::clone(secret)).await?;
        self.note(Fact::Kept { item: item.clone() }).await
    }

    /// The same for what another set has already.
    pub(super) async fn carry_over(
        &self,
        from: &ItemName,
        to: &ItemName,
    ) -> Result<(), Box<Failure>> {
        self.note(Fact::Keeping { item: to.clone() }).await?;
        self.copy(from.clone(), to.clone()).await?;
        self.note(Fact::Kept { item: to.clone() }).await
    }

    /// Notes a good run with what each check found.
    pub(super) async fn note_check(&self, step: Step) -> Checked<()> {
        let lines = self.port.with(|board| board.lines());
        self.note(Fact::Checked { step, lines }).await?;
        passed()
    }

    async fn waits_to_try_again(&self, failure: &Failure) -> bool {
        let id = self.id;
        let Some(pause) = self.port.with(|board| board.worth_another_try(id, failure)) else {
            return false;
        };
        let pausing = |board: &mut Board, pausing| {
            if let Some(check) = board.check_mut(id) {
                check.pausing = pausing;
            }
        };
        let shown = Some((Box::new(failure.clone()), pause));
        self.port.with(|board| pausing(board, shown));
        let paused = self.pause(pause).await.is_ok();
        self.port.with(|board| {
            pausing(board, None);
            if let Some(check) = board.check_mut(id) {
                check.tries += 1;
            }
        });
        paused
    }

    async fn perform(&self, effect: Effect) -> Outcome {
        let id = self.id;
        self.port.with(|board| {
            if let Some(check) = board.check_mut(id) {
                check.writing = effect.writes();
            }
            board.effects.push((id, effect));
        });
        poll_fn(|_| match self.port.with(|board| board.outcomes.remove(&id)) {
            Some(outcome) => Poll::Ready(outcome),
            None => Poll::Pending,
        })
        .await
    }
}

/// Passed, with nothing to say.
pub(super) fn passed() -> Checked<()> {
    Ok(((), Line::Pass(String::new())))
}

/// Something that cannot be, or a mistake of ours.
pub(super) fn internal() -> Box<Failure> {
    Box::new(Failure::new(Service::Machine, Cause::Internal))
}

/// A comparison of ours.
pub(super) fn mismatch(mismatch: Mismatch, detail: &str) -> Box<Failure> {
    let failure = Failure::new(Service::Check, Cause::Mismatch(mismatch));
    Box::new(failure.with_detail(detail))
}

/// What the journal says is kept, and is not at hand.
pub(super) fn missing_item() -> Box<Failure> {
    let cause = Cause::Vault(VaultFault::Missing);
    Box::new(Failure::new(Service::Keyring, cause))
}
