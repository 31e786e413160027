//! What a run found out, for a person who asks why: tokens, the two APIs, the lines to compare the next run with.

use crate::effect::{AddressSeen, AuthorizationRequest, SignInNotice};
use crate::journal::access::AccessToken;
use crate::journal::{CheckLine, ItemName};
use crate::steps::checks::State;
use crate::steps::execution::Execution;
use crate::steps::partner_api::PartnerApi;
use crate::steps::plan::Plan;
use crate::steps::purpose::Purpose;
use crate::steps::tokens::{Token, Tokens};
use crate::words::{
    Audience, AuthCode, Cause, CheckId, Failure, Mismatch, PriceSheetHead, SentCode, SharedSecret, UntrustedText,
};

/// How one of the two APIs stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Api {
    /// Which.
    pub audience: Audience,
    /// Whether a token for the person was issued; `None` where it was not tried, or something else failed.
    pub consented: Option<bool>,
    /// Whether a read with it was answered; `None` as above.
    pub usable: Option<bool>,
}

impl Execution {
    /// The line of each check that passed, as it is noted and compared.
    pub fn lines(&self) -> Vec<CheckLine> {
        self.board.lines()
    }

    /// The sign-in that waits for a person.
    pub fn authorization_request(&self) -> Option<AuthorizationRequest> {
        self.plan.partner_api()?.found.request_sent.get()
    }

    /// What the sign-in page did with the redirect address, before a person was sent there.
    pub fn address_seen(&self) -> Option<AddressSeen> {
        self.plan.partner_api()?.found.address_seen.get()
    }

    /// What the person is told while the browser is waited for.
    pub fn sign_in_notice(&self) -> Option<SignInNotice> {
        self.plan.partner_api()?.found.notice.get()
    }

    /// The head of the price sheet, once read.
    pub fn sheet(&self) -> Option<PriceSheetHead> {
        self.plan.partner_api()?.found.sheet.get()
    }

    /// The secret that was proven, for the step after.
    pub fn secret(&self) -> Option<SharedSecret> {
        let proven = self.plan.partner_center().and_then(|step| step.found.secret.get());
        proven.or_else(|| self.plan.partner_api()?.secret())
    }

    /// The access token that this run was to get.
    pub fn access_token(&self) -> Option<AccessToken> {
        self.plan.partner_api()?.access_token()
    }

    /// The code that [`Execution::code`] was to get.
    pub fn fresh_code(&self) -> Option<AuthCode> {
        self.plan.partner_api()?.fresh_code()
    }

    /// The codes that were sent, for [`Execution::never_again`]; `None` for a run that knows of none.
    pub fn used_codes(&self) -> Option<Vec<SentCode>> {
        self.plan.partner_api().map(|step| step.found.used_codes.borrow().clone())
    }

    /// The items that were not deleted: all of them before it began, none at its good end.
    pub fn left(&self) -> Vec<ItemName> {
        if let Plan::Forget(step) = &self.plan { step.left.borrow().clone() } else { Vec::new() }
    }

    /// The tokens of this run.
    pub fn tokens(&self) -> Vec<Token> {
        let tokens = self.plan.partner_center().map(|step| &step.found.tokens);
        let tokens = tokens.or_else(|| Some(&self.plan.partner_api()?.found.tokens));
        tokens.map(Tokens::all).unwrap_or_default()
    }

    /// How the two APIs stand; empty for a step in which nobody is signed in.
    pub fn apis(&self) -> Vec<Api> {
        let both = |step: &PartnerApi| [Purpose::Register, Purpose::Check].contains(&step.purpose);
        if !self.plan.partner_api().is_some_and(both) {
            return Vec::new();
        }
        let center = Api {
            audience: Audience::PartnerCenter,
            consented: self.consented(CheckId::UserToken, CheckId::UserClaims),
            usable: self.usable(CheckId::Organization),
        };
        let prices = Api {
            audience: Audience::PartnerApi,
            consented: self.consented(CheckId::PriceToken, CheckId::PriceToken),
            usable: self.usable(CheckId::Rates),
        };
        vec![center, prices]
    }

    fn consented(&self, token: CheckId, claims: CheckId) -> Option<bool> {
        if self.passed(claims) {
            return Some(true);
        }
        let refused = [token, claims]
            .into_iter()
            .any(|id| matches!(self.board.state(id), Some(State::Failed(failure)) if lacks_consent(failure)));
        refused.then_some(false)
    }

    fn usable(&self, id: CheckId) -> Option<bool> {
        match self.board.state(id) {
            Some(State::Passed(_) | State::Noted(_)) => Some(true),
            Some(State::Failed(failure)) if failure.cause == Cause::Refused => Some(false),
            Some(State::Failed(_) | State::Waiting | State::Running | State::NotTried) | None => None,
        }
    }
}

/// By the OAuth words, not by a number; a scope that is missing in a token is the same lack.
fn lacks_consent(failure: &Failure) -> bool {
    let says = |word: &Option<UntrustedText>| {
        word.as_ref().is_some_and(|word| word == "consent_required" || word == "access_denied")
    };
    says(&failure.error) || says(&failure.suberror) || failure.cause == Cause::Mismatch(Mismatch::Scope)
}
