//! How each execution begins, and the checks it has.

use std::rc::Rc;

use crate::journal::Registration;
use crate::steps::checks::Check;
use crate::steps::execution::Execution;
use crate::steps::forget::Forget;
use crate::steps::partner_api::{self, PartnerApi};
use crate::steps::partner_center::{self, PartnerCenter};
use crate::steps::plan::Plan;
use crate::steps::port::{Board, Port};
use crate::steps::purpose::Purpose;
use crate::steps::submit::Submission;
use crate::words::check::{self as plans, When};
use crate::words::{
    Audience, CheckId, Directory, OctoClient, PartnerApiRequest, PartnerCenterRequest, SharedSecret, Step,
};

impl Execution {
    /// Step 2 with typed answers.
    pub fn partner_center(request: PartnerCenterRequest, registration: Registration) -> Self {
        let with_kept = [When::Registering, When::Kept];
        let such = if request.secret.is_some() { &with_kept[..1] } else { &with_kept };
        let ids = CheckId::of_step(Step::PartnerCenter, such);
        let step = PartnerCenter { request, purpose: Purpose::Register, found: partner_center::Findings::default() };
        Self::new(Plan::PartnerCenter(Rc::new(step)), &ids, registration)
    }

    /// Step 3 with typed answers. `secret` is the one proven in step 2, if it is still at hand; else it is read from the vault.
    pub fn partner_api(request: PartnerApiRequest, registration: Registration, secret: Option<SharedSecret>) -> Self {
        let step =
            PartnerApi { request, purpose: Purpose::Register, given: secret, found: partner_api::Findings::default() };
        let ids = CheckId::of_step(Step::PartnerApi, &[When::Registering]);
        let mut execution = Self::new(Plan::PartnerApi(Rc::new(step)), &ids, registration);
        execution.take_over();
        execution
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
                    secret: None,
                    secret_ends: center.secret_ends,
                };
                let found = partner_center::Findings::default();
                let plan = Plan::PartnerCenter(Rc::new(PartnerCenter { request, purpose: Purpose::Check, found }));
                Self::new(plan, &CheckId::of_step(step, &[When::Checking, When::Kept]), registration)
            }
            Step::PartnerApi => {
                let mut ids = CheckId::of_step(step, &[When::Checking]);
                // What is no longer needed goes last.
                ids.push(CheckId::Tidy);
                Self::again(Purpose::Check, &ids, registration)?
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
        let active = registration.active.as_ref().filter(|it| it.partner_center.is_some())?;
        let (api, _) = active.partner_api.clone()?;
        let request = PartnerApiRequest { mpn: api.mpn, other_secret: None, redirect: api.redirect };
        let step = PartnerApi { request, purpose, given: None, found: partner_api::Findings::default() };
        Some(Self::new(Plan::PartnerApi(Rc::new(step)), ids, registration))
    }

    fn new(plan: Plan, ids: &[CheckId], registration: Registration) -> Self {
        let port = Port::default();
        let board = Board { checks: ids.iter().copied().map(Check::new).collect(), registration, ..Board::default() };
        Self { work: plan.work(port.clone()), plan, board, port }
    }
}
