//! What a run knows around a failure: the circumstances that choose between rows of the same sign, and the values as they
//! were really sent.

use crate::diagnose::Context;
use crate::steps::execution::Execution;
use crate::steps::plan::Plan;
use crate::words::{Audience, CheckId, SharedSecret};
use crate::words::ids::looks_like_guid;

impl Execution {
    /// The circumstances of a failure of this check. Only the kind of machine is not known here.
    pub fn context(&self, id: CheckId) -> Context<'_> {
        let check = self.board.checks.iter().find(|check| check.id == id);
        let (application, tenant, redirect) = match &self.plan {
            // The directory as typed, because that is what a person can compare.
            Plan::PartnerCenter(step) => {
                (Some(step.request.application.as_str()), Some(step.request.directory.as_str()), None)
            }
            // The redirect address as it must be registered: Microsoft does not compare the port that a free one was given.
            Plan::PartnerApi(step) => {
                let sent = self.sent.as_ref();
                (
                    sent.map(|(_, application)| application.as_str()),
                    sent.map(|(tenant, _)| tenant.as_str()),
                    Some(step.request.redirect.as_str()),
                )
            }
            Plan::Commit(_) | Plan::Tidy | Plan::Forget(_) | Plan::Submit(_) => (None, None, None),
        };
        Context {
            step: id.step(),
            audience: Some(audience(id)),
            secret_is_guid: self.sent_secret_is_guid(id),
            secret_is_new: self.board.checks.iter().any(|check| check.new_secret),
            secret_tries: check.map_or(0, |check| check.tries),
            code_sent: id == CheckId::Redeem,
            application,
            tenant,
            redirect,
            ..Context::default()
        }
    }

    fn sent_secret_is_guid(&self, id: CheckId) -> bool {
        let typed = match &self.plan {
            Plan::PartnerCenter(step) => Some(&step.request.secret),
            Plan::PartnerApi(step) if id == CheckId::OtherSecret => step.request.other_secret.as_ref(),
            Plan::PartnerApi(_) | Plan::Commit(_) | Plan::Tidy | Plan::Forget(_) | Plan::Submit(_) => None,
        };
        // A check with what is kept has no typed secret.
        let typed = typed.filter(|secret| !secret.is_empty());
        let sent = typed.map(SharedSecret::clone).or_else(|| self.secret());
        sent.is_some_and(|secret| looks_like_guid(secret.reveal()))
    }
}

fn audience(id: CheckId) -> Audience {
    if [CheckId::PriceToken, CheckId::Rates, CheckId::Sheet].contains(&id) {
        Audience::PartnerApi
    } else {
        Audience::PartnerCenter
    }
}
