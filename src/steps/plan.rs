//! What can be done, how each of it begins, and the checks it has.

use std::pin::Pin;
use std::rc::Rc;

use crate::journal::Registration;
use crate::steps::commit::{Commit, tidy};
use crate::steps::forget::Forget;
use crate::steps::partner_api::PartnerApi;
use crate::steps::partner_center::PartnerCenter;
use crate::steps::port::{Board, Halted, Port};
use crate::steps::submit::Submission;
use crate::steps::{Check, Execution, Purpose};
use crate::words::answers::{PartnerApiRequest, PartnerCenterRequest};
use crate::words::check::{self as plans, CheckId};
use crate::words::ids::Directory;
use crate::words::octo::OctoClient;
use crate::words::secret::{Secret, SharedSecret};
use crate::words::step::Step;
use crate::words::token::Audience;

/// The code that works a plan off.
pub(super) type Work = Pin<Box<dyn Future<Output = Result<(), Halted>>>>;

/// What is done, with what it has found so far.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    PartnerCenter(Rc<PartnerCenter>),
    PartnerApi(Rc<PartnerApi>),
    Commit(Rc<Commit>),
    Tidy,
    Forget(Rc<Forget>),
    Submit(Rc<Submission>),
}

impl Plan {
    pub(super) fn work(&self, port: Port) -> Work {
        match self.clone() {
            Self::PartnerCenter(step) => Box::pin(async move { step.prove(&port).await }),
            Self::PartnerApi(step) => Box::pin(async move { step.prove(&port).await }),
            Self::Commit(step) => Box::pin(async move { step.commit(&port).await }),
            Self::Tidy => Box::pin(async move { tidy(&port, Purpose::Register).await }),
            Self::Forget(step) => Box::pin(async move { step.forget(&port).await }),
            Self::Submit(step) => Box::pin(async move { step.hand_over(&port).await }),
        }
    }
}

impl Execution {
    /// Step 2 with typed answers.
    pub fn partner_center(request: PartnerCenterRequest, registration: Registration) -> Self {
        let step = PartnerCenter::new(request, Purpose::Register);
        Self::new(Plan::PartnerCenter(Rc::new(step)), plans::PARTNER_CENTER, registration)
    }

    /// Step 3 with typed answers. `secret` is the one proven in step 2, if it is still at hand; else it is read from the vault.
    pub fn partner_api(request: PartnerApiRequest, registration: Registration, secret: Option<SharedSecret>) -> Self {
        let step = PartnerApi::new(request, Purpose::Register, secret);
        let mut run = Self::new(Plan::PartnerApi(Rc::new(step)), plans::PARTNER_API, registration);
        run.take_over();
        run
    }

    /// Makes the proven attempt the active one.
    pub fn commit(registration: Registration) -> Self {
        Self::new(Plan::Commit(Rc::default()), plans::COMMIT, registration)
    }

    /// Deletes what attempts that were given up have kept.
    pub fn tidy(registration: Registration) -> Self {
        Self::new(Plan::Tidy, &[CheckId::Tidy], registration)
    }

    /// Deletes everything that was kept about this registration. It can be repeated until it is done.
    pub fn forget(registration: Registration) -> Self {
        let plan = Plan::Forget(Rc::new(Forget::new(&registration)));
        Self::new(plan, plans::FORGET, registration)
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
                    application: center.application,
                    secret: Secret::shared(String::new()),
                    secret_ends: center.secret_ends,
                };
                let step = PartnerCenter::new(request, Purpose::Check);
                let plan = Plan::PartnerCenter(Rc::new(step));
                Self::new(plan, plans::PARTNER_CENTER_AGAIN, registration)
            }
            Step::PartnerApi => Self::again(Purpose::Check, plans::PARTNER_API_AGAIN, registration)?,
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
        let active = registration.active.as_ref().filter(|it| it.partner_center.is_some())?;
        let (api, _) = active.partner_api.clone()?;
        let request = PartnerApiRequest { mpn: api.mpn, other_secret: None, redirect: api.redirect };
        let step = PartnerApi::new(request, purpose, None);
        Some(Self::new(Plan::PartnerApi(Rc::new(step)), ids, registration))
    }

    fn new(plan: Plan, ids: &[CheckId], registration: Registration) -> Self {
        let port = Port::default();
        let board = Board { checks: ids.iter().copied().map(Check::new).collect(), registration, ..Board::default() };
        Self { work: plan.work(port.clone()), plan, board, port, sent: None }
    }

    /// The step it belongs to; `None` for the commit, for the hand-over to Octo, and for forgetting.
    pub fn step(&self) -> Option<Step> {
        match self.plan {
            Plan::PartnerCenter(_) => Some(Step::PartnerCenter),
            Plan::PartnerApi(_) => Some(Step::PartnerApi),
            Plan::Commit(_) | Plan::Tidy | Plan::Forget(_) | Plan::Submit(_) => None,
        }
    }

    /// Whether it hands a registration over to Octo.
    pub fn submits(&self) -> bool {
        matches!(self.plan, Plan::Submit(_))
    }

    /// Whether somebody is signed in, and both APIs are looked at.
    pub(super) fn signs_in(&self) -> bool {
        let both = [Purpose::Register, Purpose::Check];
        matches!(&self.plan, Plan::PartnerApi(step) if both.contains(&step.purpose))
    }
}
