//! The world does: the network, the keyring, files, the browser, the clock.
//!
//! [`World::perform`] is the only place where both sides meet. It never errs: failure is an answer, so no path may leave a
//! screen waiting.

pub mod bluectl;
pub mod browser;
pub mod call_log;
pub mod callback;
pub mod calls;
mod child;
pub mod claims;
pub mod clock;
pub mod drafts;
pub mod entra;
mod folder;
pub mod http;
#[cfg(any(windows, test))]
mod in_use;
pub mod issuer;
pub mod journal;
pub mod leaks;
pub mod looks;
pub mod mishap;
pub mod moving;
pub mod octo;
pub mod papers;
pub mod partner_api;
pub mod partner_center;
pub mod ready;
pub mod registration_index;
mod registration_store;
pub mod reply;
pub mod sheet;
pub mod store;
pub mod stores;
pub mod tls;
pub mod token;
pub mod typed;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use tokio::task::JoinHandle;
use url::Url;

use crate::cloud::Cloud;
use crate::effect::{
    AddressSeen, AuthorizationRequest, CallbackPage, CodeAudience, Effect, Outcome, Perform, Preflight, SignIn, Tenant,
};
use crate::journal::registration_name;
use crate::words::{
    Cause, ClientId, Directory, Environment, Failure, Label, RedirectAddress, Service, Step, TokenResponse,
};
use crate::world::browser::Surroundings;
use crate::world::call_log::CallLog;
use crate::world::callback::redirect::SignInSession;
use crate::world::http::{Http, HttpOptions, Services};
use crate::world::registration_store::{Purpose, RegistrationStore};

pub use registration_store::StoreOptions;

/// What the world is made with.
pub struct Options {
    /// Every address and audience.
    pub cloud: Cloud,
    /// The name that the registration has among others of this cloud; without, it is the one that has none.
    pub label: Option<Label>,
    /// A CA certificate (PEM) to trust beside the system's.
    pub extra_ca: Option<Vec<u8>>,
    /// Where secrets and the journal are kept.
    pub keeping: StoreOptions,
    /// How a browser is opened.
    pub browser: Surroundings,
    /// Where each call gets its line.
    pub log: Option<Arc<CallLog>>,
}

/// Everything outside.
pub struct World {
    options: Options,
    http: Result<Arc<Http>, Box<Failure>>,
    /// The directories that were looked up, so that none is asked for twice.
    directories: RefCell<Vec<(Directory, Tenant)>>,
    kept: RefCell<Option<Rc<RegistrationStore>>>,
    session: RefCell<Option<Rc<SignInSession>>>,
    /// What is known of a sign-in that will come: who asks, and where it ends.
    expected: RefCell<Option<(ClientId, RedirectAddress)>>,
    /// The question about it that was asked ahead.
    asked_ahead: RefCell<Option<(SignIn, JoinHandle<AddressSeen>)>>,
}

/// Reads of Partner Center that a step has running side by side.
const READS: usize = 3;

impl World {
    /// A world that has touched nothing yet.
    pub fn new(options: Options) -> Self {
        let http = Http::new(&HttpOptions {
            extra_ca: options.extra_ca.clone(),
            log: options.log.clone(),
            ..HttpOptions::default()
        })
        .map(Arc::new);
        Self {
            options,
            http,
            directories: RefCell::default(),
            kept: RefCell::new(None),
            session: RefCell::new(None),
            expected: RefCell::new(None),
            asked_ahead: RefCell::new(None),
        }
    }

    async fn attempt(&self, effect: Effect) -> Result<Outcome, Box<Failure>> {
        match effect {
            Effect::Preflight(look) => self.look(look).await,
            Effect::Open(environment) => self.open(environment, Purpose::Use).await,
            Effect::OpenToForget(environment) => self.open(environment, Purpose::Forget).await,
            Effect::Discover(directory) => self.discover(directory).await.map(Outcome::Discovered),
            Effect::AppToken(sign_in) => {
                self.warm_partner_center();
                self.services()?.app_token(&sign_in).await.map(|grant| Outcome::AppToken(Box::new(grant)))
            }
            Effect::Read(reading, token) => {
                self.services()?.read(reading, &token).await.map(|answer| Outcome::Read(Box::new(answer)))
            }
            Effect::Listen(sign_in) => {
                self.close_session(CallbackPage::Closed).await;
                let opened = SignInSession::open(self.services()?, &sign_in).await?;
                Ok(self.listening(opened))
            }
            Effect::ResumeListening(sign_in_state) => {
                self.close_session(CallbackPage::Closed).await;
                let opened = SignInSession::reopen(self.services()?, &sign_in_state).await?;
                Ok(self.listening(opened))
            }
            Effect::Probe(sign_in) => self.probe(&sign_in).await.map(Outcome::Probed),
            Effect::Await => self.arrival().await,
            Effect::Tell(verdict) => {
                self.close_session(verdict).await;
                Ok(Outcome::Done)
            }
            Effect::Browse(address) => Ok(Outcome::Browsed(self.options.browser.open(&address).await)),
            Effect::Redeem(redemption) => {
                self.warm_partner_center();
                self.warm(self.options.cloud.partner_api.as_ref(), true, 2);
                Ok(landed(self.services()?.redeem(&redemption).await))
            }
            Effect::Refresh(renewal) => Ok(landed(self.services()?.refresh(&renewal).await)),
            Effect::RefreshForGraph(renewal) => Ok(landed(self.services()?.refresh_for_graph(&renewal).await)),
            Effect::Note(fact) => self.kept()?.note(fact).await.map(|line| Outcome::Noted(Box::new(line))),
            Effect::Keep(item, secret) => self.kept()?.vault()?.keep(&item, &secret).await.map(|()| Outcome::Done),
            Effect::Recall(item) => self.kept()?.vault()?.recall(&item).await.map(Outcome::Recalled),
            Effect::Copy { from, to } => self.kept()?.vault()?.copy(&from, &to).await.map(|()| Outcome::Done),
            Effect::Erase(items) => self.kept()?.vault()?.erase(&items).await.map(|()| Outcome::Done),
            Effect::ReadBack(items) => {
                // Everything is proven. What a server closes later wakes whoever has it open.
                if let Ok(http) = self.http() {
                    http.rest();
                }
                self.kept()?.vault()?.read_back(&items).await.map(|()| Outcome::Done)
            }
            Effect::Save(draft) => self.kept()?.save(draft).map(|()| Outcome::Done),
            Effect::Write(paper) => papers::leave(&paper).map(Outcome::Written),
            Effect::Discard => self.kept()?.discard().await.map(|()| Outcome::Done),
            Effect::Octo(call) => self.services()?.octo(*call).await.map(Outcome::Octo),
            Effect::Pause(time) => {
                tokio::time::sleep(time).await;
                Ok(Outcome::Done)
            }
        }
    }

    async fn open(&self, environment: Environment, purpose: Purpose) -> Result<Outcome, Box<Failure>> {
        self.kept.borrow_mut().take();
        let (cloud, label) = (self.options.cloud.keeping_name(), self.options.label.as_ref());
        let name = registration_name(environment, cloud.as_deref(), label);
        let kept = RegistrationStore::open(&self.options.keeping, name, purpose).await?;
        let opened = kept.opened();
        *self.kept.borrow_mut() = Some(Rc::new(kept));
        Ok(Outcome::Opened(Box::new(opened)))
    }

    async fn look(&self, look: Preflight) -> Result<Outcome, Box<Failure>> {
        let sight = match look {
            Preflight::Network => looks::network(self.http()?, &self.options.cloud).await?,
            Preflight::Clock => looks::clock(self.http()?, &self.options.cloud).await?,
            Preflight::Keyring => self.kept()?.look().await?,
            Preflight::Browser => self.options.browser.look(),
        };
        Ok(Outcome::Looked(sight))
    }

    fn listening(&self, (session, consent): (SignInSession, AuthorizationRequest)) -> Outcome {
        *self.session.borrow_mut() = Some(Rc::new(session));
        Outcome::Listening(Box::new(consent))
    }

    async fn arrival(&self) -> Result<Outcome, Box<Failure>> {
        let session = self.session.borrow().clone();
        match session {
            Some(session) => {
                // For the code, and for the two refreshes behind it: whenever it comes, it goes out at once.
                let keep_warm = async {
                    loop {
                        self.warm(Some(&self.options.cloud.login), true, 3);
                        tokio::time::sleep(ready::RENEWED).await;
                    }
                };
                tokio::select! {
                    came = session.arrival() => Ok(Outcome::Came(Box::new(came))),
                    () = keep_warm => Err(internal("nothing listens")),
                }
            }
            None => Err(internal("nothing listens")),
        }
    }

    /// Stops listening and tells the page that waits. While somebody still awaits the arrival, dropping our share is enough:
    /// the page is closed when the last share goes.
    async fn close_session(&self, verdict: CallbackPage) {
        let session = self.session.borrow_mut().take();
        if let Some(session) = session.and_then(Rc::into_inner) {
            session.tell(verdict).await;
        }
    }

    /// What a directory is does not change while one registers: it is looked up while it is typed, and not again.
    async fn discover(&self, directory: Directory) -> Result<Tenant, Box<Failure>> {
        self.warm(Some(&self.options.cloud.login), true, 1);
        self.warm_partner_center();
        let known = self.directories.borrow().iter().find(|(known, _)| *known == directory).map(|(_, it)| it.clone());
        let tenant = if let Some(tenant) = known {
            tenant
        } else {
            let tenant = self.services()?.discover(&directory).await?;
            self.directories.borrow_mut().push((directory, tenant.clone()));
            tenant
        };
        if let Some((application, redirect)) = self.expected.borrow_mut().take() {
            let (tenant, redeemer) = (tenant.id.clone(), CodeAudience::Ourselves);
            self.ask_ahead(SignIn { tenant, application, redirect, claims: None, redeemer });
        }
        Ok(tenant)
    }

    /// A sign-in will come once more is known: the sign-in page is asked about its redirect address as soon as the directory is found,
    /// beside what comes before it. The question carries no secret.
    pub fn expect_sign_in(&self, application: ClientId, redirect: RedirectAddress) {
        *self.expected.borrow_mut() = Some((application, redirect));
    }

    fn ask_ahead(&self, sign_in: SignIn) {
        let Ok(http) = self.http.clone() else { return };
        let (cloud, asked) = (self.options.cloud.clone(), sign_in.clone());
        let answer = tokio::spawn(async move { Services { http: &http, cloud: &cloud }.probe(&asked).await });
        *self.asked_ahead.borrow_mut() = Some((sign_in, answer));
    }

    async fn probe(&self, sign_in: &SignIn) -> Result<AddressSeen, Box<Failure>> {
        let ahead = self.asked_ahead.borrow_mut().take().filter(|(ahead, _)| ahead == sign_in);
        if let Some((_, answer)) = ahead
            && let Ok(seen) = answer.await
        {
            return Ok(seen);
        }
        Ok(self.services()?.probe(sign_in).await)
    }

    /// Opens connections for a command that begins at once and goes through these steps side by side: beside what it does on this
    /// machine first.
    pub fn make_ready(&self, steps: &[Step]) {
        let Cloud { login, partner_center, partner_api, .. } = &self.options.cloud;
        let has = |step| steps.contains(&step);
        let (center, api) = (has(Step::PartnerCenter), has(Step::PartnerApi));
        self.warm(Some(partner_center), false, (usize::from(center) + usize::from(api)) * READS);
        if center {
            self.warm(Some(login), false, 1);
        }
        // The application's token, or the look at the sign-in page too where a sign-in follows; the person's for three APIs.
        let alone = match (center, api) {
            (true, true) => 4,
            (false, true) => 3,
            (true, false) => 2,
            (false, false) => 0,
        };
        self.warm(Some(login), true, alone);
        if api {
            self.warm(partner_api.as_ref(), true, 2);
        }
    }

    /// The same for one that asks for an access token and nothing else.
    pub fn make_ready_to_refresh(&self) {
        self.warm(Some(&self.options.cloud.login), true, 1);
    }

    fn warm_partner_center(&self) {
        self.warm(Some(&self.options.cloud.partner_center), false, READS);
    }

    /// Has connections opened beside whatever goes on, see [`Http::warm`].
    fn warm(&self, address: Option<&Url>, alone: bool, count: usize) {
        if let (Ok(http), Some(address)) = (&self.http, address.cloned()) {
            let http = Arc::clone(http);
            drop(tokio::spawn(async move { http.warm(&address, alone, count).await }));
        }
    }

    fn http(&self) -> Result<&Http, Box<Failure>> {
        self.http.as_deref().map_err(Clone::clone)
    }

    fn services(&self) -> Result<Services<'_>, Box<Failure>> {
        Ok(Services { http: self.http()?, cloud: &self.options.cloud })
    }

    fn kept(&self) -> Result<Rc<RegistrationStore>, Box<Failure>> {
        self.kept.borrow().clone().ok_or_else(|| internal("nothing is open"))
    }
}

impl Perform for World {
    async fn perform(&self, effect: Effect) -> Outcome {
        self.attempt(effect).await.unwrap_or_else(|mut failure| {
            failure.at.get_or_insert_with(clock::now);
            Outcome::Failed(failure)
        })
    }
}

fn landed(landed: TokenResponse) -> Outcome {
    Outcome::TokenResponse(Box::new(landed))
}

fn internal(detail: &str) -> Box<Failure> {
    Box::new(Failure::new(Service::Machine, Cause::Internal).with_detail(detail))
}
