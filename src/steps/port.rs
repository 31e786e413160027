//! The port: how the code of a step asks the world for something, and the rows that show it.
//!
//! A step is an `async fn` without a runtime: every `await` is an effect that leaves through [`Execution`](super::Execution) and whose
//! outcome comes back there. Nothing here does I/O, and a step can be driven effect by effect in a test.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use crate::effect::{
    AddressSeen, AuthorizationRequest, AuthorizationResponse, CallbackPage, CodeExchange, Effect, Outcome, SignIn,
    Tenant, TokenRefresh,
};
use crate::journal::{Attempt, CheckLine, Fact, ItemName, Registration};
use crate::steps::checks::{Check, Moment, State};
use crate::steps::retry::pause_before_another_try;
use crate::words::{
    Answer, Cause, CheckId, Credentials, Directory, Failure, Found, FoundPayer, Grant, LegalBusiness, Market, Mismatch,
    OctoAccess, OctoAnswer, OctoCall, OctoClient, Organization, PriceSheetHead, Reading, Service, SharedSecret, Step,
    TokenResponse, UntrustedText, VaultFault,
};

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

/// Characters of a check's line that are noted.
const LONGEST: usize = 200;

/// How an execution stands, whatever its plan is: its rows, the registration, and what is on its way.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) checks: Vec<Check>,
    pub(super) registration: Registration,
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

    /// The line of each check that passed, as it is noted and compared.
    pub(super) fn lines(&self) -> Vec<CheckLine> {
        self.checks
            .iter()
            .filter_map(|check| match &check.state {
                State::Passed(line) | State::Noted(line) => Some(CheckLine {
                    check: UntrustedText::new(check.id.key()),
                    said: UntrustedText::new(&line.chars().take(LONGEST).collect::<String>()),
                }),
                State::Waiting | State::Running | State::Failed(_) | State::NotTried => None,
            })
            .collect()
    }

    /// Marks as not tried what can no longer start.
    pub(super) fn give_up_the_rest(&mut self) {
        loop {
            let lost = |need: &CheckId| matches!(self.state(*need), Some(State::Failed(_) | State::NotTried));
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

    /// An attempt as the journal has it now, or as it was, if its first line is still to come.
    pub(super) fn latest(&self, attempt: &Attempt) -> Attempt {
        let latest = self.with(|board| board.registration.attempt(attempt.id).cloned());
        latest.unwrap_or_else(|| attempt.clone())
    }

    /// Waits until a check beside this one is over, however it ends.
    pub(super) async fn over(&self, id: CheckId) {
        poll_fn(|_| match self.with(|board| board.state(id).cloned()) {
            Some(State::Waiting | State::Running) => Poll::Pending,
            Some(State::Passed(_) | State::Noted(_) | State::Failed(_) | State::NotTried) | None => Poll::Ready(()),
        })
        .await;
    }

    /// Does the work of a check, unless it has passed. A check that is not part of the run counts as passed.
    pub(super) async fn check(&self, id: CheckId, work: impl AsyncFn(Ask) -> Checked<()>) -> Result<(), Halted> {
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

/// What the work of a check may ask the world for.
#[derive(Clone)]
pub(super) struct Ask {
    port: Port,
    id: CheckId,
}

/// Ties what is asked to the answer that it can have, so that nothing else reaches a step. Anything else is a mistake of the world,
/// an internal failure, and here is the only place that says so.
macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $out:ty = $ask:ident($($request:expr),*), $answer:pat => $value:expr;)*) => {
        impl Ask {$(
            $(#[$doc])*
            pub(super) async fn $name(&self $(, $arg: $type)*) -> Result<$out, Box<Failure>> {
                match self.$ask($($request),*).await? {
                    $answer => Ok($value),
                    _ => Err(internal()),
                }
            }
        )*}
    };
}

asks! {
    discover(directory: Directory) -> Tenant = perform(Effect::Discover(directory)), Outcome::Discovered(tenant) => tenant;
    app_token(credentials: Credentials) -> Grant = perform(Effect::AppToken(credentials)), Outcome::AppToken(grant) => *grant;
    listen(sign_in: SignIn) -> AuthorizationRequest = perform(Effect::Listen(sign_in)), Outcome::Listening(request) => *request;
    relisten(sign_in_state: SharedSecret) -> AuthorizationRequest = perform(Effect::ResumeListening(sign_in_state)), Outcome::Listening(request) => *request;
    probe(sign_in: SignIn) -> AddressSeen = perform(Effect::Probe(sign_in)), Outcome::Probed(seen) => seen;
    response() -> AuthorizationResponse = perform(Effect::Await), Outcome::Came(response) => *response;
    tell(page: CallbackPage) -> () = perform(Effect::Tell(page)), Outcome::Done => ();
    redeem(exchange: CodeExchange) -> TokenResponse = perform(Effect::Redeem(exchange)), Outcome::TokenResponse(response) => *response;
    refresh(refresh: TokenRefresh) -> TokenResponse = perform(Effect::Refresh(refresh)), Outcome::TokenResponse(response) => *response;
    refresh_for_graph(refresh: TokenRefresh) -> TokenResponse = perform(Effect::RefreshForGraph(refresh)), Outcome::TokenResponse(response) => *response;
    note(fact: Fact) -> () = perform(Effect::Note(fact)), Outcome::Noted(_) => ();
    /// Without an intention and a completion in the journal.
    put(item: ItemName, secret: SharedSecret) -> () = perform(Effect::Keep(item, secret)), Outcome::Done => ();
    recall(item: ItemName) -> SharedSecret = perform(Effect::Recall(item)), Outcome::Recalled(secret) => secret;
    copy(from: ItemName, to: ItemName) -> () = perform(Effect::Copy { from, to }), Outcome::Done => ();
    erase(items: Vec<ItemName>) -> () = perform(Effect::Erase(items)), Outcome::Done => ();
    read_back(items: Vec<ItemName>) -> () = perform(Effect::ReadBack(items)), Outcome::Done => ();
    discard() -> () = perform(Effect::Discard), Outcome::Done => ();
    pause(time: Duration) -> () = perform(Effect::Pause(time)), Outcome::Done => ();
    octo(call: OctoCall) -> OctoAnswer = perform(Effect::Octo(Box::new(call))), Outcome::Octo(answer) => answer;
    octo_sign_in(client: OctoClient) -> SharedSecret = octo(OctoCall::SignIn(client)), OctoAnswer::SignedIn(token) => token;
    octo_payers(access: OctoAccess) -> Vec<FoundPayer> = octo(OctoCall::Accounts(access)), OctoAnswer::Payers(payers) => payers;
    octo_takes(call: OctoCall) -> () = octo(call), OctoAnswer::Taken => ();
    read(reading: Reading, grant: &Grant) -> Answer = perform(Effect::Read(reading, SharedSecret::clone(&grant.access_token))), Outcome::Read(answer) => *answer;
    customers(app: &Grant) -> Option<u64> = read(Reading::Customers, app), Answer { found: Found::Customers { total }, .. } => total;
    legal_business(app: &Grant) -> LegalBusiness = read(Reading::LegalBusiness, app), Answer { found: Found::LegalBusiness(business), .. } => business;
    /// The currency, and the day of the balance.
    invoice_summary(app: &Grant) -> (Option<UntrustedText>, Option<UntrustedText>) = read(Reading::InvoiceSummary, app), Answer { found: Found::InvoiceSummary { currency, date }, .. } => (currency, date);
    /// The last reads say too whether MFA was seen.
    organization(user: &Grant) -> (Organization, Option<bool>) = read(Reading::Organization, user), Answer { found: Found::Organization(organization), mfa_compliant } => (organization, mfa_compliant);
    /// The MPN ID and the partner's name.
    mpn(user: &Grant) -> ((Option<UntrustedText>, Option<UntrustedText>), Option<bool>) = read(Reading::Mpn, user), Answer { found: Found::Mpn { id, name }, mfa_compliant } => ((id, name), mfa_compliant);
    billing_profile(user: &Grant) -> (Option<UntrustedText>, Option<bool>) = read(Reading::BillingProfile, user), Answer { found: Found::BillingProfile { currency }, mfa_compliant } => (currency, mfa_compliant);
    exchange_rates(token: &Grant) -> usize = read(Reading::ExchangeRates, token), Answer { found: Found::ExchangeRates { rows }, .. } => rows;
    price_sheet(token: &Grant, market: Market) -> PriceSheetHead = read(Reading::PriceSheet { market }, token), Answer { found: Found::PriceSheet(head), .. } => head;
}

impl Ask {
    /// Intention, write with read-back, completion.
    pub(super) async fn keep(&self, item: &ItemName, secret: &SharedSecret) -> Result<(), Box<Failure>> {
        self.note(Fact::Keeping { item: item.clone() }).await?;
        self.put(item.clone(), SharedSecret::clone(secret)).await?;
        self.note(Fact::Kept { item: item.clone() }).await
    }

    /// The same for what another set has already.
    pub(super) async fn carry_over(&self, from: &ItemName, to: &ItemName) -> Result<(), Box<Failure>> {
        self.note(Fact::Keeping { item: to.clone() }).await?;
        self.copy(from.clone(), to.clone()).await?;
        self.note(Fact::Kept { item: to.clone() }).await
    }

    pub(super) fn registration(&self) -> Registration {
        self.port.registration()
    }

    /// Begins an attempt with these facts, of which there are none if it is open.
    pub(super) async fn begin(&self, (attempt, facts): (Attempt, Vec<Fact>)) -> Result<Attempt, Box<Failure>> {
        for fact in facts {
            self.note(fact).await?;
        }
        Ok(attempt)
    }

    /// Notes a good run with what each check found.
    pub(super) async fn note_check(&self, step: Step) -> Checked<()> {
        let lines = self.port.with(|board| board.lines());
        self.note(Fact::Checked { step, lines }).await?;
        Ok(passed())
    }

    /// Says so on its row while it waits.
    async fn waits_to_try_again(&self, failure: &Failure) -> bool {
        let pause = self.port.with(|board| {
            let stopping = board.stopping;
            let check = board.check_mut(self.id).filter(|_| !stopping)?;
            let pause = pause_before_another_try(check, failure)?;
            check.pausing = Some((Box::new(failure.clone()), pause));
            Some(pause)
        });
        let Some(pause) = pause else {
            return false;
        };
        let paused = self.pause(pause).await.is_ok();
        self.port.with(|board| {
            if let Some(check) = board.check_mut(self.id) {
                check.pausing = None;
                check.tries += 1;
            }
        });
        paused
    }

    async fn perform(&self, effect: Effect) -> Result<Outcome, Box<Failure>> {
        let id = self.id;
        self.port.with(|board| {
            // Who has stopped is not asked for more: what was begun to be written is finished, and nothing is read for it.
            if board.stopping && !effect.writes() && id != CheckId::KeepToken {
                return board.settle(id, State::NotTried);
            }
            if let Some(check) = board.check_mut(id) {
                check.writing = effect.writes();
            }
            board.effects.push((id, effect));
        });
        poll_fn(|_| match self.port.with(|board| board.outcomes.remove(&id)) {
            Some(Outcome::Failed(failure)) => Poll::Ready(Err(failure)),
            Some(outcome) => Poll::Ready(Ok(outcome)),
            None => Poll::Pending,
        })
        .await
    }
}

/// Passed, with nothing to say.
pub(super) fn passed() -> ((), Line) {
    ((), Line::Pass(String::new()))
}

/// A bug in octo-csp. Whoever says so gives the reason.
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
