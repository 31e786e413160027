//! Step 2, Partner Center Credentials: directory, secret, token, three reads side by side, and the secret is kept.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "every pair of a check and an outcome that is no transition is the same internal failure"
)]

use crate::engine::effect::{
    AppSignIn, Cause, Effect, Failure, Found, Outcome, Reading, Service, VaultFault,
};
use crate::engine::journal::{Attempt, Fact, Kind, PartnerCenterProof};
use crate::engine::run::{CheckId, Goal, Mood, Move, Run, tokens};
use crate::engine::step::Step;
use crate::ids::{Directory, Domain};
use crate::secret::SharedSecret;
use crate::text::Foreign;

impl Run {
    pub(super) fn begin_partner_center(&mut self, id: CheckId) -> Move {
        let Goal::PartnerCenter(request) = &self.goal else {
            return Move::internal();
        };
        match id {
            CheckId::RecallSecret => match self
                .registration
                .active
                .as_ref()
                .and_then(|a| a.item(Kind::PartnerCenterSecret))
            {
                Some(item) => Move::Perform(Effect::Recall(item.clone())),
                None => Move::Fail(Box::new(Failure::new(
                    Service::Keyring,
                    Cause::Vault(VaultFault::Missing),
                ))),
            },
            CheckId::Tenant => Move::Perform(Effect::Discover(request.directory.clone())),
            CheckId::AppToken => {
                let Some(tenant) = self.known.tenant.clone() else {
                    return Move::internal();
                };
                let secret = self.known.secret.as_ref().unwrap_or(&request.secret);
                Move::Perform(Effect::AppToken(AppSignIn {
                    tenant,
                    application: request.application.clone(),
                    secret: SharedSecret::clone(secret),
                }))
            }
            CheckId::AppClaims => self.app_claims(),
            CheckId::Customers => self.read_as_app(Reading::Customers),
            CheckId::Company => self.read_as_app(Reading::LegalBusiness),
            CheckId::Balance => self.read_as_app(Reading::InvoiceSummary),
            CheckId::KeepSecret => self.begin_keep_secret(),
            CheckId::NoteCheck => self.note_check(Step::PartnerCenter),
            _ => Move::internal(),
        }
    }

    pub(super) fn advance_partner_center(&mut self, id: CheckId, outcome: Outcome) -> Move {
        match (id, outcome) {
            (_, Outcome::Failed(failure)) => {
                self.forget_script(id);
                Move::Fail(failure)
            }
            (CheckId::RecallSecret, Outcome::Recalled(secret)) => {
                self.known.secret = Some(secret);
                Move::Pass(String::new())
            }
            (CheckId::Tenant, Outcome::Discovered(tenant)) => {
                let line = tenant.region.as_ref().map_or_else(
                    || tenant.id.to_string(),
                    |region| format!("{}, {region}", tenant.id),
                );
                self.known.tenant = Some(tenant.id);
                self.known.region = tenant.region;
                Move::Pass(line)
            }
            (CheckId::AppToken, Outcome::AppToken(grant)) => {
                self.known.app = Some(*grant);
                Move::Pass(String::new())
            }
            (CheckId::Customers | CheckId::Company | CheckId::Balance, Outcome::Read(answer)) => {
                self.found_as_app(answer.found)
            }
            (CheckId::NoteCheck, Outcome::Noted(_)) => Move::Pass(String::new()),
            (CheckId::KeepSecret, Outcome::Noted(_) | Outcome::Kept) => {
                let next = self.next_write(id, String::new);
                if matches!(next, Move::Pass(_))
                    && let Goal::PartnerCenter(request) = &self.goal
                {
                    self.known.secret = Some(SharedSecret::clone(&request.secret));
                }
                next
            }
            _ => Move::internal(),
        }
    }

    fn app_claims(&self) -> Move {
        let (Goal::PartnerCenter(request), Some(grant), Some(tenant)) =
            (&self.goal, &self.known.app, &self.known.tenant)
        else {
            return Move::internal();
        };
        tokens::app(&grant.claims, tenant, &request.application)
    }

    fn read_as_app(&self, reading: Reading) -> Move {
        self.known
            .app
            .as_ref()
            .map_or_else(Move::internal, |grant| {
                Move::Perform(Effect::Read(
                    reading,
                    SharedSecret::clone(&grant.access_token),
                ))
            })
    }

    fn found_as_app(&mut self, found: Found) -> Move {
        match found {
            Found::Customers { total } => {
                Move::Pass(total.map_or_else(String::new, |total| match total {
                    1 => "1 customer".to_owned(),
                    total => format!("{total} customers"),
                }))
            }
            Found::LegalBusiness {
                company,
                country,
                vetting,
            } => {
                let line = company
                    .as_ref()
                    .map_or_else(|| "no name given".to_owned(), Foreign::to_string);
                self.known.company = company;
                self.known.country = country;
                match vetting {
                    Some(status) if status != "authorized" => {
                        Move::Note(format!("{line}; vetting status: {status}"))
                    }
                    _ => Move::Pass(line),
                }
            }
            Found::InvoiceSummary { currency, date, .. } => {
                // A day is enough; the service adds a time of day that is always midnight.
                let date = date.and_then(|date| {
                    Foreign::some(date.as_str().split('T').next().unwrap_or_default())
                });
                let shown = |value: &Option<Foreign>, none: &str| {
                    value
                        .as_ref()
                        .map_or_else(|| none.to_owned(), Foreign::to_string)
                };
                let line = format!(
                    "balance of {} in {}",
                    shown(&date, "no invoice yet"),
                    shown(&currency, "no currency")
                );
                self.known.currency = currency;
                self.known.balance_date = date;
                Move::Pass(line)
            }
            Found::Organization { .. }
            | Found::Mpn { .. }
            | Found::BillingProfile { .. }
            | Found::ExchangeRates { .. }
            | Found::PriceSheet(_) => Move::internal(),
        }
    }

    /// `Began` if no attempt is open, the secret with its intention and completion, and what was proven. Where only the key of
    /// the same application changes, the sign-in that is kept goes along: it belongs to person and application, not to the key.
    fn begin_keep_secret(&mut self) -> Move {
        if self.mood == Mood::Check {
            return Move::internal();
        }
        let (Goal::PartnerCenter(request), Some(tenant)) = (&self.goal, self.known.tenant.clone())
        else {
            return Move::internal();
        };
        let proof = PartnerCenterProof {
            tenant,
            domain: typed_domain(&request.directory),
            application: request.application.clone(),
            company: self.known.company.clone(),
            country: self.known.country.clone(),
            currency: self.known.currency.clone(),
            balance_date: self.known.balance_date.clone(),
            secret_ends: request.secret_ends,
            found: self.lines(),
        };
        let secret = SharedSecret::clone(&request.secret);
        let mut effects = self.close_if_of_another(&proof);
        let fresh = !effects.is_empty();
        let (attempt, began) = if fresh {
            self.attempt_after_close()
        } else {
            self.attempt_to_write()
        };
        effects.extend(began.into_iter().map(Effect::Note));
        effects.extend(Self::keep(
            &attempt.next_item(Kind::PartnerCenterSecret),
            &secret,
        ));
        effects.push(Effect::Note(Fact::PartnerCenterProven {
            attempt: attempt.id,
            proof: Box::new(proof.clone()),
        }));
        effects.extend(self.carry_sign_in_over(&attempt, &proof));
        self.forget_script(CheckId::KeepSecret);
        self.write(CheckId::KeepSecret, effects);
        self.next_write(CheckId::KeepSecret, String::new)
    }

    /// An open attempt that was proven for another tenant or application is given up: what it kept belongs to that one.
    fn close_if_of_another(&self, proof: &PartnerCenterProof) -> Vec<Effect> {
        let Some(open) = &self.registration.open else {
            return Vec::new();
        };
        let stale_base = open.base != self.registration.active_sequence();
        let other = open
            .partner_center
            .as_ref()
            .is_some_and(|(earlier, _)| !same_account(earlier, proof));
        if stale_base || other {
            vec![Effect::Note(Fact::Closed { attempt: open.id })]
        } else {
            Vec::new()
        }
    }

    fn attempt_after_close(&self) -> (Attempt, Vec<Fact>) {
        let (mut attempt, slot) = self.registration.next_attempt();
        attempt.0 += 1;
        self.beginning(attempt, slot)
    }

    fn carry_sign_in_over(&self, attempt: &Attempt, proof: &PartnerCenterProof) -> Vec<Effect> {
        let Some(active) = &self.registration.active else {
            return Vec::new();
        };
        let (Some((center, _)), Some((api, _)), Some(token)) = (
            &active.partner_center,
            &active.partner_api,
            active.item(Kind::RefreshToken),
        ) else {
            return Vec::new();
        };
        if !same_account(center, proof) || attempt.item(Kind::RefreshToken).is_some() {
            return Vec::new();
        }
        let mut effects: Vec<Effect> =
            Self::carry_over(token, &attempt.next_item(Kind::RefreshToken)).into();
        effects.push(Effect::Note(Fact::PartnerApiProven {
            attempt: attempt.id,
            proof: Box::new(api.clone()),
        }));
        effects
    }
}

fn same_account(one: &PartnerCenterProof, other: &PartnerCenterProof) -> bool {
    one.tenant == other.tenant && one.application == other.application
}

fn typed_domain(directory: &Directory) -> Option<Domain> {
    match directory {
        Directory::Domain(domain) => Some(domain.clone()),
        Directory::Tenant(_) => None,
    }
}
