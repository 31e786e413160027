//! Where an unfinished attempt stands, and what a registration says about the next one: read from the journal alone, so that
//! every door (the wizard, the commands without a screen) goes on at the same place.

use jiff::{SignedDuration, Timestamp};

use crate::journal::{Attempt, Kind, PartnerCenterProof, Registration};
use crate::words::{ClientId, Field, Typed};

/// For how long the address of a sign-in is offered again. Its code works for about as long (entra-docs,
/// v2-oauth2-auth-code-flow), and a person who comes later is better served by a new one.
pub const SIGN_IN_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// How far an attempt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// Nothing is proven yet.
    Begun,
    /// Step 2 is proven; nobody was asked to sign in.
    SecretKept,
    /// A person was asked to sign in; `state` and verifier are kept, so that the answer can still be taken.
    SignInOpen,
    /// A code was about to be sent, and no token was kept after it.
    CodeUncertain,
    /// The token is kept; checks are open.
    TokenKept,
    /// Everything is proven and waits for the commit.
    Ready,
}

impl Attempt {
    /// How far it has come.
    pub fn standing(&self) -> AttemptState {
        if self.partner_center.is_none() {
            AttemptState::Begun
        } else if self.ready() {
            AttemptState::Ready
        } else if self.code_uncertain() {
            AttemptState::CodeUncertain
        } else if self.sign_in_open() {
            AttemptState::SignInOpen
        } else if self.item(Kind::RefreshToken).is_some() {
            AttemptState::TokenKept
        } else {
            AttemptState::SecretKept
        }
    }

    /// Whether the answer of a sign-in that was begun can still be taken.
    pub fn sign_in_open(&self) -> bool {
        self.consenting.is_some() && self.redeeming.is_none() && self.item(Kind::SignIn).is_some()
    }

    /// Until when the address of the open sign-in is offered again.
    pub fn sign_in_ends(&self) -> Option<Timestamp> {
        let (_, at) = self.consenting.as_ref().filter(|_| self.sign_in_open())?;
        at.checked_add(SIGN_IN_LASTS).ok()
    }
}

impl Registration {
    /// The attempt that the next step builds on: the open one, else the set in use. An open attempt in which nothing is proven
    /// hides that only if it is to take its place.
    pub fn newest(&self) -> Option<&Attempt> {
        let open = self.open.as_ref().filter(|open| open.replacing.is_some() || open.partner_center.is_some());
        open.or(self.active.as_ref())
    }

    /// What step 2 proved, in the open attempt or in the active set.
    pub fn proven(&self) -> Option<&PartnerCenterProof> {
        self.newest()?.partner_center.as_ref().map(|(proof, _)| proof)
    }

    /// When the key was proven that is kept for this application, as it is typed.
    pub fn key_proven(&self, application: &str) -> Option<Timestamp> {
        let (proof, at) = self.newest()?.partner_center.as_ref()?;
        let typed = ClientId::parse(application).ok()?.value;
        (typed == proof.application).then_some(*at)
    }

    /// Whether the open attempt takes the place of the set in use: because that was said, or because it is for another tenant
    /// or application.
    pub fn replaces(&self) -> bool {
        let ids = |attempt: Option<&Attempt>| {
            let (proof, _) = attempt?.partner_center.as_ref()?;
            Some((proof.tenant.clone(), proof.application.clone()))
        };
        let (active, open) = (ids(self.active.as_ref()), ids(self.open.as_ref()));
        active.is_some() && (self.replacing().is_some() || open.is_some() && active != open)
    }

    /// What is typed to replace the set in use: the partner's name, else the account's.
    pub fn name_to_confirm(&self) -> String {
        self.called().unwrap_or_else(|| "replace".to_owned())
    }

    /// The fields as what is registered or proven fills them in; empty where nothing is known.
    pub fn typed(&self) -> Typed {
        let name = self.name_to_be().map(ToString::to_string);
        let typed = Typed::default().with(Field::AccountName, name.unwrap_or_default());
        let Some(proof) = self.proven() else {
            return typed;
        };
        let domain = proof.domain.as_ref().map(ToString::to_string);
        let api = self.newest().and_then(|attempt| attempt.partner_api.as_ref());
        typed
            .with(Field::ClientId, proof.application.as_str())
            .with(Field::ApplicationId, proof.application.as_str())
            .with(Field::Directory, domain.unwrap_or_else(|| proof.tenant.to_string()))
            .with(Field::SecretEnds, proof.secret_ends.map(|date| date.to_string()).unwrap_or_default())
            .with(Field::Redirect, api.map_or("", |(api, _)| api.redirect.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::bench;

    #[test]
    fn a_sign_in_that_is_open_counts_more_than_a_token_that_was_carried_over() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let mut attempt = {
            let mut bench = bench::Bench::default();
            bench.step_two();
            let (mut run, _) = bench.step_three();
            bench.paste(&mut run, bench::CODE);
            bench.registration().open.unwrap()
        };
        assert_eq!(attempt.standing(), AttemptState::Ready);
        attempt.partner_api = None;
        attempt.consenting = None;
        attempt.redeeming = None;
        assert_eq!(attempt.standing(), AttemptState::TokenKept);
        let redirect = crate::words::RedirectAddress::parse("http://localhost").unwrap();
        attempt.consenting = Some((redirect, at(1_000)));
        attempt.items.push((attempt.next_item(Kind::SignIn), true));
        assert_eq!(attempt.standing(), AttemptState::SignInOpen);
        assert_eq!(attempt.sign_in_ends(), Some(at(1_600)));
        attempt.redeeming = Some(at(1_100));
        attempt.landed = false;
        assert_eq!(attempt.standing(), AttemptState::CodeUncertain);
        assert_eq!(attempt.sign_in_ends(), None);
    }
}
