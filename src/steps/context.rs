//! What a run knows around a failure: the circumstances that choose between rows of the same sign, and the values as they
//! were really sent.

use crate::diagnose::Context;
use crate::steps::execution::Execution;
use crate::words::ids::looks_like_guid;
use crate::words::{Audience, CheckId, ClientId, SharedSecret};

impl Execution {
    /// The circumstances of a failure of this check. Only the kind of machine is not known here.
    pub fn context(&self, id: CheckId) -> Context<'_> {
        let check = self.board.checks.iter().find(|check| check.id == id);
        let typed = self.plan.partner_center().map(|step| &step.request);
        let proven = self.plan.partner_api().and_then(|step| step.meant(&self.board.registration));
        let (typed_app, proven_app) = (typed.map(|it| &it.application), proven.map(|(_, proof)| &proof.application));
        // The directory as typed, because that is what a person can compare.
        let (typed_tenant, proven_tenant) =
            (typed.map(|it| it.directory.as_str()), proven.map(|(_, proof)| proof.tenant.as_str()));
        Context {
            step: id.step(),
            audience: Some(audience(id)),
            secret_is_guid: self.sent_secret_is_guid(id),
            secret_is_new: self.board.checks.iter().any(|check| check.new_secret),
            secret_tries: check.map_or(0, |check| check.tries),
            code_sent: id == CheckId::Redeem && self.code_sent(),
            application: typed_app.or(proven_app).map(ClientId::as_str),
            tenant: typed_tenant.or(proven_tenant),
            // As it must be registered: Microsoft does not compare the port that a free one was given.
            redirect: self.plan.partner_api().map(|step| step.request.redirect.as_str()),
            ..Context::default()
        }
    }

    fn sent_secret_is_guid(&self, id: CheckId) -> bool {
        let other = self.plan.partner_api().filter(|_| id == CheckId::OtherSecret);
        let typed = self.plan.partner_center().and_then(|step| step.request.secret.as_ref());
        let typed = typed.or_else(|| other?.request.other_secret.as_ref());
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
