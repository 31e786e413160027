//! What is remembered of a refusal, and what is told of it later.

use jiff::Timestamp;

use super::row::Context;
use super::table::row;
use super::tell::{Diagnosis, diagnose};
use crate::exit::Exit;
use crate::words::{Asked, CheckId, Failure, LastFailure, Service, UntrustedText};

impl LastFailure {
    /// Of a failed check; `None` where the disk failed, which is then not asked to remember it.
    pub fn of(check: CheckId, diagnosis: &Diagnosis, failure: &Failure) -> Option<Self> {
        (failure.service != Service::Disk).then(|| Self {
            check: UntrustedText::new(check.key()),
            code: UntrustedText::new(&diagnosis.code),
            row: UntrustedText::some(diagnosis.row),
            at: failure.at,
            status: failure.status,
            sentence: failure.sentence.clone(),
            trace_id: failure.trace_id.clone(),
            correlation_id: failure.correlation_id.clone(),
            request_id: failure.request_id.clone(),
            claims: failure.claims.clone(),
        })
    }

    /// Whether it says that the kept sign-in is good no more: a token was asked for with it, and only a new sign-in helps.
    pub fn ended_sign_in(&self) -> bool {
        matches!(self.id(), Some(CheckId::UserToken | CheckId::PriceToken)) && self.wants_sign_in()
    }

    /// Whether a person has to sign in again. What an administrator can grant meanwhile, as a role or a consent, is not among it: with that the
    /// sign-in that is stored is good. But what its token says stays as it is.
    pub fn wants_sign_in(&self) -> bool {
        let of_the_token = matches!(self.id(), Some(CheckId::UserClaims | CheckId::Mfa));
        // Who is asked with the token reads in it whether there was a second factor.
        let read = self.id().is_some_and(|id| matches!(id.asked(), Asked::PartnerCenter | Asked::Prices));
        let row = self.row.as_ref().and_then(|key| row(key.as_str()));
        of_the_token || row.is_some_and(|row| row.exit == Exit::SignIn || read && row.blames.contains(&CheckId::Mfa))
    }

    /// Whether the sign-in that was `stored` then, and not one before it, was refused for what only another one mends.
    pub fn refused_sign_in(&self, stored: Option<Timestamp>) -> bool {
        self.wants_sign_in() && self.at.zip(stored).is_none_or(|(refused, stored)| refused >= stored)
    }

    /// The failure as far as it is remembered, and what a person is told about it; `values` are those that its texts name.
    pub fn explained(&self, values: &Context<'_>) -> Option<(Failure, Diagnosis)> {
        let row = row(self.row.as_ref()?.as_str())?;
        let (known_by, around) = row.sample(*row.signs.first()?);
        let context = Context {
            application: values.application,
            tenant: values.tenant,
            redirect: values.redirect,
            flags: values.flags,
            ..around
        };
        let mut diagnosis = diagnose(&known_by, &context);
        self.code.as_str().clone_into(&mut diagnosis.code);
        let failure = Failure {
            at: self.at,
            status: self.status,
            sentence: self.sentence.clone(),
            trace_id: self.trace_id.clone(),
            correlation_id: self.correlation_id.clone(),
            request_id: self.request_id.clone(),
            ..known_by
        };
        Some((failure, diagnosis))
    }
}
