//! What a run knows around a failure: the circumstances that choose between rows of the same sign, and the values as they
//! were really sent.

use crate::engine::diagnose::Context;
use crate::engine::effect::Audience;
use crate::engine::run::{CheckId, Goal, Run};
use crate::ids::{ClientId, TenantId, looks_like_guid};

impl Run {
    /// The circumstances of a failure of this check. Only the kind of machine is not known here.
    pub fn context(&self, id: CheckId) -> Context<'_> {
        let tries = self.checks.iter().find(|check| check.id == id);
        Context {
            step: id.step(),
            audience: Some(audience(id)),
            secret_is_guid: self.sent_secret_is_guid(id),
            secret_is_new: self.known.patience,
            secret_tries: tries.map_or(0, |check| check.tries),
            code_sent: id == CheckId::Redeem,
            application: self.sent_application(),
            tenant: self.sent_tenant(),
            redirect: self.sent_redirect(),
            ..Context::default()
        }
    }

    fn sent_secret_is_guid(&self, id: CheckId) -> bool {
        let typed = if let Goal::PartnerCenter(request) = &self.goal {
            Some(&request.secret)
        } else if let (Goal::PartnerApi(request), CheckId::OtherSecret) = (&self.goal, id) {
            request.other_secret.as_ref()
        } else {
            None
        };
        // A check with what is kept has no typed secret.
        let sent = typed
            .filter(|secret| !secret.reveal().is_empty())
            .or(self.known.secret.as_ref());
        sent.is_some_and(|secret| looks_like_guid(secret.reveal()))
    }

    fn sent_application(&self) -> Option<&str> {
        if let Goal::PartnerCenter(request) = &self.goal {
            Some(request.application.as_str())
        } else {
            self.known.application.as_ref().map(ClientId::as_str)
        }
    }

    /// The directory as typed, because that is what a person can compare; else its ID.
    fn sent_tenant(&self) -> Option<&str> {
        if let Goal::PartnerCenter(request) = &self.goal {
            Some(request.directory.as_str())
        } else {
            self.known.tenant.as_ref().map(TenantId::as_str)
        }
    }

    /// The redirect address as it must be registered. Where it has no port, a free one was sent with it; Microsoft does not
    /// compare that one, and nobody should register it.
    fn sent_redirect(&self) -> Option<&str> {
        self.request().map(|request| request.redirect.as_str())
    }
}

fn audience(id: CheckId) -> Audience {
    if [CheckId::PriceToken, CheckId::Rates, CheckId::Sheet].contains(&id) {
        Audience::PartnerApi
    } else {
        Audience::PartnerCenter
    }
}
