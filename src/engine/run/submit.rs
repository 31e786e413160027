//! The hand-over to Octo of a registration that is active: sign in, look what is there, register the payer account, hand the
//! credentials over.
//!
//! Octo has one Azure payer account. Another one is never touched; the same one is changed only when it was registered from
//! here, or when the person asks for it. Before the payer account is written the intention is noted, so that after a lost
//! answer an account that is there is known to be ours. What Octo has taken is noted call by call: a repeat sends the rest.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "every pair of a check and an outcome that is no transition is the same internal failure"
)]

use crate::engine::effect::{Cause, Effect, Failure, Mismatch, Outcome, Service};
use crate::engine::journal::{AttemptId, Fact, Handover, ItemName, Kind, Registration};
use crate::engine::octo::{Credentials, OctoAccess, OctoAnswer, OctoCall, OctoClient, Part, Payer};
use crate::engine::run::{CheckId, Goal, Mood, Move, Run};
use crate::ids::{ClientId, MpnId, TenantId};
use crate::secret::SharedSecret;
use crate::text::Foreign;

/// What is handed over, and with which API client.
#[derive(Debug)]
pub(super) struct Submission {
    client: OctoClient,
    /// Whether a payer account that Octo has from elsewhere is changed too.
    replace: bool,
    attempt: AttemptId,
    tenant: TenantId,
    application: ClientId,
    secret: ItemName,
    mpn: Option<MpnId>,
}

impl Run {
    /// Hands the active set over to Octo. With `replace`, this payer account is changed even where Octo has it from elsewhere;
    /// another payer account never is. `None` when nothing is active.
    pub fn submit(registration: Registration, client: OctoClient, replace: bool) -> Option<Self> {
        let active = registration.active.as_ref()?;
        let (center, _) = active.partner_center.as_ref()?;
        let (api, _) = active.partner_api.as_ref()?;
        let submission = Submission {
            client,
            replace,
            attempt: active.id,
            tenant: center.tenant.clone(),
            application: center.application.clone(),
            secret: active.item(Kind::PartnerCenterSecret)?.clone(),
            mpn: api.mpn.clone(),
        };
        Some(Self::new(
            Goal::Submit(Box::new(submission)),
            Mood::Register,
            registration,
        ))
    }

    pub(super) fn begin_submit(&mut self, id: CheckId) -> Move {
        let Goal::Submit(submission) = &self.goal else {
            return Move::internal();
        };
        let call = match id {
            CheckId::OctoSecret => {
                return Move::Perform(Effect::Recall(submission.secret.clone()));
            }
            CheckId::OctoSignIn => OctoCall::SignIn(submission.client.clone()),
            CheckId::OctoAccounts => match self.known.octo.clone() {
                Some(access) => OctoCall::Accounts(access),
                None => return Move::internal(),
            },
            CheckId::OctoPayer => return self.begin_payer(),
            CheckId::OctoCredentials => return self.begin_credentials(),
            CheckId::OctoMpn => return self.begin_mpn(),
            _ => return Move::internal(),
        };
        Move::Perform(Effect::Octo(Box::new(call)))
    }

    pub(super) fn advance_submit(&mut self, id: CheckId, outcome: Outcome) -> Move {
        let Goal::Submit(submission) = &self.goal else {
            return Move::internal();
        };
        match (id, outcome) {
            (CheckId::OctoPayer, Outcome::Failed(failure)) if self.is_not_there(&failure) => {
                self.forget_script(id);
                self.known.refusal = Some(failure);
                Move::Perform(Effect::Note(Fact::NotSubmitted))
            }
            (_, Outcome::Failed(failure)) => {
                self.forget_script(id);
                Move::Fail(self.known.refusal.take().unwrap_or(failure))
            }
            (CheckId::OctoPayer, Outcome::Noted(_)) if self.known.refusal.is_some() => {
                match self.known.refusal.take() {
                    Some(failure) => Move::Fail(failure),
                    None => Move::internal(),
                }
            }
            (CheckId::OctoSecret, Outcome::Recalled(secret)) => {
                self.known.secret = Some(secret);
                Move::Pass(String::new())
            }
            (CheckId::OctoSignIn, Outcome::Octo(OctoAnswer::SignedIn(token))) => {
                let line = format!("credentials {}", submission.client.source);
                let ring = submission.client.ring;
                self.known.octo = Some(OctoAccess { ring, token });
                Move::Pass(line)
            }
            (CheckId::OctoAccounts, Outcome::Octo(OctoAnswer::Payers(payers))) => {
                let line = match payers.len() {
                    0 => "no Azure payer account yet".to_owned(),
                    1 => "one Azure payer account".to_owned(),
                    more => format!("{more} Azure payer accounts"),
                };
                self.known.payers = payers;
                Move::Pass(line)
            }
            (
                CheckId::OctoPayer | CheckId::OctoCredentials | CheckId::OctoMpn,
                Outcome::Noted(_) | Outcome::Octo(OctoAnswer::Taken),
            ) => {
                let line = self.what_octo_has(id);
                self.next_write(id, || line)
            }
            _ => Move::internal(),
        }
    }

    /// Whether a failure leaves no doubt that the payer account was not registered: the service itself said no. Then an account
    /// that is there the next time is not ours.
    fn is_not_there(&self, failure: &Failure) -> bool {
        let said_no = matches!(failure.status, Some(400..=407 | 409..=499));
        self.known.payer_anew
            && failure.service == Service::Octo
            && failure.cause == Cause::Refused
            && said_no
    }

    /// The line of a part that was sent.
    fn what_octo_has(&self, id: CheckId) -> String {
        let Goal::Submit(submission) = &self.goal else {
            return String::new();
        };
        match (id, &submission.mpn) {
            (CheckId::OctoPayer, _) => submission.tenant.to_string(),
            (CheckId::OctoMpn, Some(mpn)) => mpn.to_string(),
            _ => "taken".to_owned(),
        }
    }

    /// What the journal knows of this account in this Octo.
    fn handover(&self, submission: &Submission) -> Option<&Handover> {
        self.registration
            .octo
            .as_ref()
            .filter(|octo| octo.host == submission.client.host && octo.target == submission.tenant)
    }

    fn begin_payer(&mut self) -> Move {
        let (Goal::Submit(submission), Some(access)) = (&self.goal, self.known.octo.clone()) else {
            return Move::internal();
        };
        let target = submission.tenant.as_str();
        let is_ours = |found: &Foreign| found.as_str().eq_ignore_ascii_case(target);
        let (ours, others): (Vec<_>, Vec<_>) = self
            .known
            .payers
            .iter()
            .partition(|found| is_ours(&found.target));
        if let Some(other) = others.first() {
            let name = other.name.as_ref().map_or("(no name)", Foreign::as_str);
            let detail = format!("{name}, {}", other.target);
            return Move::mismatch(Mismatch::OctoOtherPayer, &detail);
        }
        let name = self.registration.name.clone();
        let anew = ours.is_empty();
        if let Some(found) = ours.first() {
            match self.handover(submission) {
                None if !submission.replace => {
                    let named = found.name.as_ref().map_or("(no name)", Foreign::as_str);
                    return Move::mismatch(Mismatch::OctoSamePayer, named);
                }
                // The name may have been changed in Octo since: only a name that was changed here is sent.
                Some(Handover {
                    payer: Some((given, _)),
                    ..
                }) if *given == name && !submission.replace => {
                    return Move::Pass(format!("{target}, as before"));
                }
                Some(_) | None => {}
            }
        }
        self.known.payer_anew = anew;
        let payer = Payer {
            target: submission.tenant.clone(),
            name: name.clone(),
        };
        let intention = Fact::Submitting {
            host: submission.client.host.clone(),
            target: submission.tenant.clone(),
            anew,
        };
        let call = if anew {
            OctoCall::Register(access, payer)
        } else {
            OctoCall::Update(access, payer)
        };
        let taken = Fact::Submitted {
            part: Part::Payer,
            attempt: submission.attempt,
            name,
        };
        self.begin_script(
            CheckId::OctoPayer,
            [
                Effect::Note(intention),
                Effect::Octo(Box::new(call)),
                Effect::Note(taken),
            ],
        )
    }

    fn begin_credentials(&mut self) -> Move {
        let (Goal::Submit(submission), Some(access), Some(secret)) =
            (&self.goal, self.known.octo.clone(), &self.known.secret)
        else {
            return Move::internal();
        };
        let given = self.handover(submission).and_then(|octo| octo.credentials);
        if submission.is_given(given) {
            return Move::Pass("as before".to_owned());
        }
        let credentials = Credentials {
            tenant: submission.tenant.clone(),
            application: submission.application.clone(),
            secret: SharedSecret::clone(secret),
        };
        let script = sent(
            Part::Credentials,
            submission.attempt,
            OctoCall::Credentials(access, credentials),
        );
        self.begin_script(CheckId::OctoCredentials, script)
    }

    fn begin_mpn(&mut self) -> Move {
        let (Goal::Submit(submission), Some(access)) = (&self.goal, self.known.octo.clone()) else {
            return Move::internal();
        };
        let Some(mpn) = submission.mpn.clone() else {
            return Move::Note("Partner Center named none: type it in Octo".to_owned());
        };
        let given = self.handover(submission).and_then(|octo| octo.mpn);
        if submission.is_given(given) {
            return Move::Pass(format!("{mpn}, as before"));
        }
        let script = sent(Part::Mpn, submission.attempt, OctoCall::Mpn(access, mpn));
        self.begin_script(CheckId::OctoMpn, script)
    }

    fn begin_script(&mut self, id: CheckId, script: impl IntoIterator<Item = Effect>) -> Move {
        self.forget_script(id);
        self.write(id, script);
        self.next_write(id, String::new)
    }
}

impl Submission {
    /// Whether what Octo was given is of the set that is handed over, and need not be sent again.
    fn is_given(&self, given: Option<(AttemptId, jiff::Timestamp)>) -> bool {
        !self.replace && given.is_some_and(|(attempt, _)| attempt == self.attempt)
    }
}

/// One call, and the fact that Octo has taken it.
fn sent(part: Part, attempt: AttemptId, call: OctoCall) -> [Effect; 2] {
    let taken = Fact::Submitted {
        part,
        attempt,
        name: None,
    };
    [Effect::Octo(Box::new(call)), Effect::Note(taken)]
}

#[cfg(test)]
mod tests;
