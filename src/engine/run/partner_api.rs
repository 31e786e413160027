//! Step 3, Partner API Credentials: a person signs in, the code is redeemed once, the token is kept before anything is looked
//! at, and both APIs are proven with it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "every pair of a check and an outcome that is no transition is the same internal failure"
)]

use crate::engine::access::AccessToken;
use crate::engine::effect::{
    AddressSeen, AppSignIn, Arrival, Audience, Cause, Effect, Failure, Found, Landed, Mismatch,
    Outcome, Reading, Redeemer, Redemption, Renewal, Service, SignIn, VaultFault,
};
use crate::engine::journal::{Attempt, Fact, Kind};
use crate::engine::run::tokens::{self, For};
use crate::engine::run::{CheckId, Goal, Mood, Move, Run};
use crate::engine::step::Step;
use crate::ids::{ClientId, MpnId, RedirectAddress, TenantId};
use crate::secret::SharedSecret;
use crate::text::Foreign;

impl Run {
    pub(super) fn begin_partner_api(&mut self, id: CheckId) -> Move {
        match id {
            CheckId::Prepare => self.begin_prepare(),
            CheckId::OtherSecret => self.begin_other_secret(),
            CheckId::SignIn => self.begin_sign_in(),
            CheckId::Redeem => self.begin_redeem(),
            CheckId::KeepToken => self.begin_keep_token(),
            CheckId::UserToken => self.begin_user_token(),
            CheckId::UserClaims => self.user_claims(),
            CheckId::Organization => self.read_as_user(Reading::Organization),
            CheckId::Mfa => self.mfa(),
            CheckId::Mpn => self.read_as_user(Reading::Mpn),
            CheckId::Billing => self.read_as_user(Reading::BillingProfile),
            CheckId::PriceToken => self.renew(Audience::PartnerApi),
            CheckId::Rates => self.read_prices(Reading::ExchangeRates),
            CheckId::Sheet => self.read_prices(Reading::PriceSheet),
            CheckId::NoteProof => self.begin_note_proof(),
            CheckId::CacheToken => self.begin_cache_token(),
            _ => Move::internal(),
        }
    }

    pub(super) fn advance_partner_api(&mut self, id: CheckId, outcome: Outcome) -> Move {
        match (id, outcome) {
            // Advice is no reason to stop before a person has tried.
            (CheckId::SignIn, Outcome::Failed(_)) if self.known.address_seen.is_none() => {
                self.probed(AddressSeen::Unclear)
            }
            // It is good all the same: the next one who asks makes a request.
            (CheckId::CacheToken, Outcome::Failed(_)) => Move::Note("not kept".to_owned()),
            (CheckId::CacheToken, Outcome::Kept) => Move::Pass(String::new()),
            (_, Outcome::Failed(failure)) => {
                self.forget_script(id);
                Move::Fail(failure)
            }
            (CheckId::Prepare, outcome) => self.advance_prepare(outcome),
            (CheckId::OtherSecret, Outcome::AppToken(_)) => {
                self.known.secret = self
                    .request()
                    .and_then(|request| request.other_secret.clone());
                let Some(secret) = self.known.secret.clone() else {
                    return Move::internal();
                };
                let (attempt, _) = self.attempt_to_write();
                self.write(
                    id,
                    Self::keep(&attempt.next_item(Kind::PartnerApiSecret), &secret),
                );
                self.next_write(id, String::new)
            }
            (CheckId::SignIn, outcome) => self.advance_sign_in(outcome),
            (CheckId::Redeem, Outcome::Noted(_)) => self.redeem(),
            (CheckId::Redeem, Outcome::Landed(landed)) => self.redeemed(*landed),
            (
                CheckId::OtherSecret | CheckId::KeepToken | CheckId::NoteProof,
                Outcome::Noted(_) | Outcome::Kept | Outcome::Erased,
            ) => self.next_write(id, String::new),
            (CheckId::UserToken | CheckId::PriceToken, Outcome::Landed(landed)) => {
                self.renewed(id, *landed)
            }
            (CheckId::UserToken | CheckId::PriceToken, Outcome::Noted(_) | Outcome::Kept) => {
                self.after_rotation(id)
            }
            (_, Outcome::Read(answer)) => {
                if let Some(compliant) = answer.mfa_compliant {
                    self.known.mfa = Some(compliant);
                }
                self.found_as_user(answer.found)
            }
            _ => Move::internal(),
        }
    }

    pub(super) fn request(&self) -> Option<&crate::engine::answers::PartnerApiRequest> {
        if let Goal::PartnerApi(request) | Goal::Code(request) = &self.goal {
            Some(request)
        } else {
            None
        }
    }

    fn account(&self) -> Option<(TenantId, ClientId, SharedSecret)> {
        let (tenant, application) = (self.known.tenant.clone()?, self.known.application.clone()?);
        Some((
            tenant,
            application,
            SharedSecret::clone(self.known.secret.as_ref()?),
        ))
    }

    // ---- the secret and the attempt ----

    /// Finds tenant, application and secret: in memory from step 2, or in the vault from the open attempt or the active set.
    /// A single-step re-run begins an attempt and copies what it does not change, so that a slot is always a full set.
    fn begin_prepare(&mut self) -> Move {
        let from = match self.mood {
            Mood::Check => self.registration.active.as_ref(),
            Mood::Register => self
                .registration
                .open
                .as_ref()
                .or(self.registration.active.as_ref()),
        };
        let Some((source, (proof, _))) =
            from.and_then(|attempt| Some((attempt, attempt.partner_center.as_ref()?)))
        else {
            return Move::internal();
        };
        self.known.tenant = Some(proof.tenant.clone());
        self.known.application = Some(proof.application.clone());
        self.known.country.clone_from(&proof.country);
        self.known.company.clone_from(&proof.company);
        let key = source
            .item(Kind::PartnerApiSecret)
            .or_else(|| source.item(Kind::PartnerCenterSecret))
            .cloned();
        let Some(key) = key else {
            return missing_item();
        };
        let token = source.item(Kind::RefreshToken).cloned();
        let mut effects = Vec::new();
        if self.mood == Mood::Register && self.registration.open.is_none() {
            let Some(set_key) = source.item(Kind::PartnerCenterSecret).cloned() else {
                return missing_item();
            };
            let proof = Box::new(proof.clone());
            let (attempt, began) = self.attempt_to_write();
            effects.extend(began.into_iter().map(Effect::Note));
            effects.extend(Self::carry_over(
                &set_key,
                &attempt.next_item(Kind::PartnerCenterSecret),
            ));
            effects.push(Effect::Note(Fact::PartnerCenterProven {
                attempt: attempt.id,
                proof,
            }));
        }
        if self.known.secret.is_none() {
            effects.push(Effect::Recall(key));
        }
        let token_wanted = self.mood == Mood::Check || self.passed(CheckId::KeepToken);
        if token_wanted && let Some(token) = token {
            effects.push(Effect::Recall(token));
        }
        self.forget_script(CheckId::Prepare);
        self.write(CheckId::Prepare, effects);
        self.next_write(CheckId::Prepare, String::new)
    }

    fn advance_prepare(&mut self, outcome: Outcome) -> Move {
        match outcome {
            Outcome::Noted(_) | Outcome::Kept => {}
            Outcome::Recalled(secret) if self.known.secret.is_none() => {
                self.known.secret = Some(secret)
            }
            Outcome::Recalled(token) => self.known.refresh = Some(token),
            _ => return Move::internal(),
        }
        self.next_write(CheckId::Prepare, String::new)
    }

    fn begin_other_secret(&mut self) -> Move {
        let Some(request) = self.request() else {
            return Move::internal();
        };
        let Some(secret) = request.other_secret.clone() else {
            return Move::Pass("the one from step 2".to_owned());
        };
        let (Some(tenant), Some(application)) =
            (self.known.tenant.clone(), self.known.application.clone())
        else {
            return Move::internal();
        };
        Move::Perform(Effect::AppToken(AppSignIn {
            tenant,
            application,
            secret,
        }))
    }

    // ---- the sign-in ----

    fn begin_sign_in(&mut self) -> Move {
        let kept = self
            .registration
            .open
            .as_ref()
            .and_then(|open| open.item(Kind::SignIn));
        if let (true, Some(item)) = (self.sign_in_is_kept(), kept) {
            // Its page was opened before: it is not asked about once more.
            self.known.address_seen = Some(AddressSeen::Unclear);
            return Move::Perform(Effect::Recall(item.clone()));
        }
        match (self.known.address_seen, self.sign_in()) {
            (None, Some(sign_in)) => Move::Perform(Effect::Probe(sign_in)),
            (Some(_), _) | (None, None) => self.listen(),
        }
    }

    /// The page may open whatever came of it: it is advice for the person who is about to sign in.
    fn probed(&mut self, seen: AddressSeen) -> Move {
        self.known.address_seen = Some(seen);
        self.listen()
    }

    fn listen(&self) -> Move {
        self.sign_in().map_or_else(Move::internal, |sign_in| {
            Move::Perform(Effect::Listen(sign_in))
        })
    }

    fn sign_in(&self) -> Option<SignIn> {
        Some(SignIn {
            tenant: self.known.tenant.clone()?,
            application: self.known.application.clone()?,
            redirect: self.request()?.redirect.clone(),
            claims: self.known.challenge.clone(),
            redeemer: if matches!(self.goal, Goal::Code(_)) {
                Redeemer::Another
            } else {
                Redeemer::Ourselves
            },
        })
    }

    /// `state` and verifier are kept before the page opens, so that a pasted address still works after a crash.
    fn advance_sign_in(&mut self, outcome: Outcome) -> Move {
        match outcome {
            Outcome::Recalled(keepsake) => Move::Perform(Effect::Relisten(keepsake)),
            Outcome::Probed(seen) => self.probed(seen),
            Outcome::Listening(consent) => {
                let (attempt, _) = self.attempt_to_write();
                let mut effects: Vec<Effect> = Vec::new();
                // A code that somebody else redeems changes nothing here, so nothing is noted.
                let ours = !matches!(self.goal, Goal::Code(_));
                if ours && !self.sign_in_is_kept() {
                    effects.extend(Self::keep(
                        &attempt.next_item(Kind::SignIn),
                        &consent.keepsake,
                    ));
                    let redirect = consent.redirect.clone();
                    effects.push(Effect::Note(Fact::Consenting {
                        attempt: attempt.id,
                        redirect,
                    }));
                }
                effects.push(Effect::Await);
                self.known.pending_consent = Some(*consent);
                self.forget_script(CheckId::SignIn);
                self.write(CheckId::SignIn, effects);
                self.next_sign_in_write()
            }
            Outcome::Noted(_) | Outcome::Kept => self.next_sign_in_write(),
            Outcome::Came(arrival) => match *arrival {
                Arrival::Code(code) => {
                    self.known.code = Some(code);
                    Move::Pass("the browser came back".to_owned())
                }
                Arrival::Error(failure) => {
                    self.known.consent = None;
                    Move::Fail(failure)
                }
            },
            _ => Move::internal(),
        }
    }

    /// The page may open only when `state` is safely kept: the consent is shown with the last effect, the wait itself.
    fn next_sign_in_write(&mut self) -> Move {
        let next = self.next_write(CheckId::SignIn, String::new);
        if matches!(next, Move::Perform(Effect::Await)) {
            self.known.consent = self.known.pending_consent.take();
        }
        next
    }

    /// Whether a sign-in that was opened before the program ended can be continued.
    fn sign_in_is_kept(&self) -> bool {
        !self.known.fresh_sign_in
            && !matches!(self.goal, Goal::Code(_))
            && self
                .registration
                .open
                .as_ref()
                .is_some_and(|open| open.sign_in_open() && self.is_for(open))
    }

    /// Whether the sign-in that was opened ends at the address that is asked for now. Its port is the listener's.
    fn is_for(&self, open: &Attempt) -> bool {
        let port = |address: &RedirectAddress| address.loopback().and_then(|at| at.port);
        let (Some(request), Some((sent, _))) = (self.request(), &open.consenting) else {
            return false;
        };
        let asked = port(sent).map_or_else(
            || request.redirect.clone(),
            |port| request.redirect.with_port(port),
        );
        asked == *sent
    }

    fn begin_redeem(&mut self) -> Move {
        let Some(open) = &self.registration.open else {
            return Move::internal();
        };
        Move::Perform(Effect::Note(Fact::Redeeming { attempt: open.id }))
    }

    /// The one POST. The code is remembered as used before it is sent.
    fn redeem(&mut self) -> Move {
        let (Some(code), Some(consent)) = (self.known.code.take(), self.known.consent.take())
        else {
            return Move::internal();
        };
        let Some((tenant, application, secret)) = self.account() else {
            return Move::internal();
        };
        self.used_codes.push(code.clone());
        Move::Perform(Effect::Redeem(Redemption {
            tenant,
            application,
            secret,
            code,
            redirect: consent.redirect,
            verifier: consent.verifier,
        }))
    }

    fn redeemed(&mut self, landed: Landed) -> Move {
        self.known.refresh.clone_from(&landed.refresh_token);
        let lost = landed.refresh_token.is_none();
        match &landed.grant {
            Err(failure) if lost => return Move::Fail(failure.clone()),
            Ok(_) if lost => {
                return Move::mismatch(Mismatch::NoRefreshToken, "the answer has no refresh token");
            }
            Ok(_) | Err(_) => {}
        }
        self.known.landed = Some(landed);
        Move::Pass(String::new())
    }

    fn begin_keep_token(&mut self) -> Move {
        let Some(token) = self.known.refresh.clone() else {
            return Move::internal();
        };
        let Some(open) = &self.registration.open else {
            return Move::internal();
        };
        let mut effects: Vec<Effect> =
            Self::keep(&open.next_item(Kind::RefreshToken), &token).into();
        // `state` and verifier have done their work, and so have those of tries that failed.
        let items = open.sign_ins();
        if !items.is_empty() {
            effects.push(Effect::Erase(items.clone()));
            effects.push(Effect::Note(Fact::Dropped { items }));
        }
        self.forget_script(CheckId::KeepToken);
        self.write(CheckId::KeepToken, effects);
        self.next_write(CheckId::KeepToken, String::new)
    }

    // ---- tokens for the two audiences ----

    /// The redemption's own access token if it can be used, else a fresh one.
    fn begin_user_token(&mut self) -> Move {
        match self.known.landed.take() {
            Some(Landed {
                grant: Ok(grant), ..
            }) => {
                self.known.user = Some(grant);
                Move::Pass(String::new())
            }
            _ => self.renew(Audience::PartnerCenter),
        }
    }

    fn renew(&mut self, audience: Audience) -> Move {
        let Some(refresh_token) = self.known.refresh.clone() else {
            return missing_item();
        };
        let Some((tenant, application, secret)) = self.account() else {
            return Move::internal();
        };
        Move::Perform(Effect::Refresh(Renewal {
            tenant,
            application,
            secret,
            refresh_token,
            audience,
        }))
    }

    /// A rotated token is kept before its access token is used: a server that rotates strictly has revoked the old one.
    fn renewed(&mut self, id: CheckId, landed: Landed) -> Move {
        let rotated = landed.refresh_token.clone().filter(|new| {
            self.known
                .refresh
                .as_ref()
                .is_none_or(|old| !old.same_as(new.reveal()))
        });
        self.known.landed = Some(landed);
        if let Some(token) = rotated {
            let keeper = match self.mood {
                Mood::Register => self.registration.open.as_ref(),
                Mood::Check => self.registration.active.as_ref(),
            };
            let Some(attempt) = keeper else {
                return Move::internal();
            };
            let effects = Self::keep(&attempt.next_item(Kind::RefreshToken), &token);
            self.known.refresh = Some(token);
            self.forget_script(id);
            self.write(id, effects);
        }
        self.after_rotation(id)
    }

    fn after_rotation(&mut self, id: CheckId) -> Move {
        let next = self.next_write(id, String::new);
        let Move::Pass(_) = next else { return next };
        let Some(Landed { grant, .. }) = self.known.landed.take() else {
            return Move::internal();
        };
        let grant = match grant {
            Ok(grant) => grant,
            Err(failure) => return Move::Fail(failure),
        };
        if id == CheckId::UserToken {
            self.known.user = Some(grant);
            return Move::Pass(String::new());
        }
        let Some((tenant, application, _)) = self.account() else {
            return Move::internal();
        };
        let outcome = tokens::user(&grant.claims, &tenant, &application, For::PartnerApi);
        self.known.prices = Some(grant);
        match outcome {
            Ok(_) => Move::Pass(String::new()),
            Err(wrong) => wrong,
        }
    }

    /// The access token that this run was to get.
    pub fn access_token(&self) -> Option<AccessToken> {
        let Goal::Token(audience) = self.goal else {
            return None;
        };
        let grant = match audience {
            Audience::PartnerCenter => self.known.user.as_ref(),
            Audience::PartnerApi => self.known.prices.as_ref(),
        };
        grant.map(|grant| AccessToken {
            value: SharedSecret::clone(&grant.access_token),
            lifetime: grant.lifetime,
        })
    }

    /// After the refresh token, whose loss costs more.
    fn begin_cache_token(&self) -> Move {
        let (Goal::Token(audience), Some(active), Some(token)) =
            (&self.goal, &self.registration.active, self.access_token())
        else {
            return Move::internal();
        };
        match token.written(active) {
            Some(secret) => {
                Move::Perform(Effect::Keep(AccessToken::item(active, *audience), secret))
            }
            None => Move::Note("not kept: nobody says how long it lasts".to_owned()),
        }
    }

    // ---- what the tokens open ----

    fn user_claims(&mut self) -> Move {
        let Some((tenant, application, _)) = self.account() else {
            return Move::internal();
        };
        let Some(grant) = &self.known.user else {
            return Move::internal();
        };
        match tokens::user(&grant.claims, &tenant, &application, For::PartnerCenter) {
            Ok(line) => Move::Pass(line),
            Err(wrong) => wrong,
        }
    }

    fn read_as_user(&self, reading: Reading) -> Move {
        self.known
            .user
            .as_ref()
            .map_or_else(Move::internal, |grant| {
                Move::Perform(Effect::Read(
                    reading,
                    SharedSecret::clone(&grant.access_token),
                ))
            })
    }

    fn read_prices(&self, reading: Reading) -> Move {
        self.known
            .prices
            .as_ref()
            .map_or_else(Move::internal, |grant| {
                Move::Perform(Effect::Read(
                    reading,
                    SharedSecret::clone(&grant.access_token),
                ))
            })
    }

    /// The token or the service must show MFA. If neither says anything, that is said, and no failure is made of it.
    fn mfa(&mut self) -> Move {
        let in_token = self
            .known
            .user
            .as_ref()
            .and_then(|grant| tokens::mfa(&grant.claims));
        match (in_token, self.known.mfa) {
            (_, Some(false)) => {
                self.known.mfa = Some(false);
                Move::mismatch(
                    Mismatch::Mfa,
                    "Partner Center says the sign-in was without MFA",
                )
            }
            (Some(true), _) => {
                self.known.mfa = Some(true);
                Move::Pass("yes, in the token".to_owned())
            }
            (Some(false), None) => {
                self.known.mfa = Some(false);
                Move::mismatch(Mismatch::Mfa, "the token shows no MFA")
            }
            (Some(false) | None, Some(true)) => Move::Pass("yes, says Partner Center".to_owned()),
            (None, None) => Move::Note("neither the token nor Partner Center says".to_owned()),
        }
    }

    fn found_as_user(&mut self, found: Found) -> Move {
        match found {
            Found::Organization {
                company,
                tenant,
                domain,
                country,
            } => self.organization(company, tenant.as_ref(), domain, country),
            Found::Mpn { id, name } => self.mpn_found(id.as_ref(), name.as_ref()),
            Found::BillingProfile { currency } => {
                let line = currency
                    .as_ref()
                    .map(Foreign::to_string)
                    .unwrap_or_default();
                self.known.currency = currency;
                Move::Pass(line)
            }
            Found::ExchangeRates { rows } => Move::Pass(format!("{rows} rates")),
            Found::PriceSheet(head) => {
                let line = format!(
                    "{} columns, {} rows read",
                    head.columns.len(),
                    head.rows.len()
                );
                self.known.sheet = Some(head);
                Move::Pass(line)
            }
            Found::Customers { .. }
            | Found::LegalBusiness { .. }
            | Found::InvoiceSummary { .. } => Move::internal(),
        }
    }

    fn organization(
        &mut self,
        company: Option<Foreign>,
        tenant: Option<&Foreign>,
        domain: Option<Foreign>,
        country: Option<Foreign>,
    ) -> Move {
        let Some((wanted, _, _)) = self.account() else {
            return Move::internal();
        };
        if let Some(other) =
            tenant.filter(|tenant| !tenant.as_str().eq_ignore_ascii_case(wanted.as_str()))
        {
            return Move::mismatch(Mismatch::OrganizationTenant, other.as_str());
        }
        let typed = self.center_proof().and_then(|proof| proof.domain);
        let other_domain = match (&typed, &domain) {
            (Some(typed), Some(found)) => !found.as_str().eq_ignore_ascii_case(typed.as_str()),
            _ => false,
        };
        let name = company.as_ref().map(Foreign::to_string).unwrap_or_default();
        let shown_domain = domain.as_ref().map(Foreign::to_string).unwrap_or_default();
        self.known.company = company.or_else(|| self.known.company.take());
        self.known.country = country.or_else(|| self.known.country.take());
        self.known.domain = domain;
        if other_domain {
            return Move::Note(format!("{name}; its default domain is {shown_domain}"));
        }
        Move::Pass(if shown_domain.is_empty() {
            name
        } else {
            format!("{name}, {shown_domain}")
        })
    }

    fn mpn_found(&mut self, id: Option<&Foreign>, name: Option<&Foreign>) -> Move {
        let typed = self.request().and_then(|request| request.mpn.clone());
        let found = id
            .and_then(|id| MpnId::parse(id.as_str()).ok())
            .map(|id| id.value);
        match (typed, found) {
            (Some(typed), Some(found)) if typed != found => Move::mismatch(
                Mismatch::Mpn,
                &format!("typed: {typed}; signed-in partner: {found}"),
            ),
            (typed, None) => {
                self.known.mpn = typed;
                Move::Note("Partner Center names none".to_owned())
            }
            (_, Some(found)) => {
                let line =
                    name.map_or_else(|| found.to_string(), |name| format!("{found}, {name}"));
                self.known.mpn = Some(found);
                Move::Pass(line)
            }
        }
    }

    fn begin_note_proof(&mut self) -> Move {
        let fact = match (self.mood, &self.registration.open, self.api_proof()) {
            (Mood::Check, _, _) => return self.note_check(Step::PartnerApi),
            (Mood::Register, Some(open), Some(proof)) => Fact::PartnerApiProven {
                attempt: open.id,
                proof: Box::new(proof),
            },
            (Mood::Register, _, _) => return Move::internal(),
        };
        Move::Perform(Effect::Note(fact))
    }
}

fn missing_item() -> Move {
    Move::Fail(Box::new(Failure::new(
        Service::Keyring,
        Cause::Vault(VaultFault::Missing),
    )))
}
