//! Step 3, Partner API Credentials: a person signs in, the code is redeemed once, the token is kept before anything is looked
//! at, and both APIs are proven with it.

use std::cell::Cell;

use futures_util::future::join4;

use crate::effect::{
    AddressSeen, AppSignIn, AuthorizationResponse, CodeAudience, CodeExchange, SignIn, TokenRefresh,
};
use crate::journal::access::AccessToken;
use crate::journal::{
    Attempt, Fact, ItemName, Kind, PartnerApiProof, PartnerCenterProof, Registration,
};
use crate::steps::commit::tidy;
use crate::steps::port::{
    Ask, Checked, Halted, Line, Port, Slot, internal, mismatch, missing_item, passed,
};
use crate::steps::tokens::{self, For};
use crate::steps::{Mood, attempt_to_write};
use crate::words::answers::PartnerApiRequest;
use crate::words::check::CheckId as C;
use crate::words::failure::{Failure, Mismatch};
use crate::words::ids::{AuthCode, ClientId, Domain, MpnId, RedirectAddress, TenantId};
use crate::words::reading::{Found, Reading};
use crate::words::secret::SharedSecret;
use crate::words::step::Step;
use crate::words::text::UntrustedText;
use crate::words::token::{Audience, Grant};

/// What a sign-in is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be proven and kept.
    Register,
    /// To be proven again with what is kept.
    Check,
    /// For one access token, with what is kept.
    Token(Audience),
    /// For one code that somebody else redeems.
    Code,
}

/// For whom tokens are asked.
#[derive(Clone, Debug)]
struct Account {
    tenant: TenantId,
    application: ClientId,
    /// As step 2 has proven it, if it did.
    typed_domain: Option<Domain>,
}

/// What Partner Center says about the organization: company and domain.
type Organization = (Option<UntrustedText>, Option<UntrustedText>);

/// Step 3 and what it has found.
#[derive(Debug)]
pub(super) struct PartnerApi {
    pub(super) request: PartnerApiRequest,
    pub(super) purpose: Purpose,
    /// Whether a sign-in that is kept does not count.
    pub(super) fresh: Cell<bool>,
    /// What a failed check says the next sign-in has to meet.
    pub(super) challenge: Slot<UntrustedText>,
    secret: Slot<SharedSecret>,
    account: Slot<Account>,
    code: Slot<AuthCode>,
    refresh: Slot<SharedSecret>,
    /// The access token that came with the refresh token, if it can be used.
    first: Slot<Option<Grant>>,
    user: Slot<Grant>,
    organization: Slot<Organization>,
    mpn: Slot<Option<MpnId>>,
    currency: Slot<Option<UntrustedText>>,
    prices: Slot<Grant>,
    mfa: Cell<Option<bool>>,
}

impl PartnerApi {
    pub(super) fn new(
        request: PartnerApiRequest,
        purpose: Purpose,
        secret: Option<SharedSecret>,
    ) -> Self {
        let step = Self {
            request,
            purpose,
            fresh: Cell::new(false),
            challenge: Slot::default(),
            secret: Slot::default(),
            account: Slot::default(),
            code: Slot::default(),
            refresh: Slot::default(),
            first: Slot::default(),
            user: Slot::default(),
            organization: Slot::default(),
            mpn: Slot::default(),
            currency: Slot::default(),
            prices: Slot::default(),
            mfa: Cell::new(None),
        };
        if let Some(secret) = secret {
            step.secret.set(secret);
        }
        step
    }

    pub(super) async fn prove(&self, port: &Port) -> Result<(), Halted> {
        match self.purpose {
            Purpose::Register => {
                self.prepare(port).await?;
                port.check(C::OtherSecret, async |ask| self.other_secret(port, &ask).await).await?;
                if !port.passed(C::KeepToken) {
                    self.sign_in(port).await?;
                    self.redeem(port).await?;
                    port.check(C::KeepToken, async |ask| self.keep_token(port, &ask).await).await?;
                }
                self.open_everything(port).await?;
                port.check(C::NoteProof, async |ask| self.note_proof(port, &ask).await).await
            }
            Purpose::Check => {
                self.prepare(port).await?;
                self.open_everything(port).await?;
                let step = Step::PartnerApi;
                port.check(C::NoteProof, async |ask| ask.note_check(step).await).await?;
                tidy(port, Mood::Check, false).await
            }
            Purpose::Token(audience) => {
                self.prepare(port).await?;
                let token = match audience {
                    Audience::PartnerCenter => self.user(port).await?,
                    Audience::PartnerApi => self.prices(port).await?,
                };
                self.cache(port, audience, &token).await?;
                tidy(port, Mood::Check, true).await
            }
            Purpose::Code => {
                self.account_of(&port.registration());
                let code = self.sign_in(port).await?;
                port.with(|board| board.code = Some(code));
                Ok(())
            }
        }
    }

    /// Starts again at the sign-in; the secret and what came before it stay proven.
    pub(super) fn begin_sign_in_again(&self, challenge: Option<UntrustedText>) {
        self.fresh.set(true);
        self.challenge.clear();
        if let Some(challenge) = challenge {
            self.challenge.set(challenge);
        }
        self.refresh.clear();
    }

    /// The access token that this run was to get.
    pub(super) fn access_token(&self) -> Option<AccessToken> {
        let grant = match self.purpose {
            Purpose::Token(Audience::PartnerCenter) => self.user.get(),
            Purpose::Token(Audience::PartnerApi) => self.prices.get(),
            Purpose::Register | Purpose::Check | Purpose::Code => None,
        };
        grant.map(|grant| access(&grant))
    }

    pub(super) fn sent_to(&self) -> Option<(TenantId, ClientId)> {
        let account = self.account.get()?;
        Some((account.tenant, account.application))
    }

    // ---- the secret and the attempt ----

    fn source(&self, registration: &Registration) -> Option<Attempt> {
        let (open, active) = (registration.open.clone(), registration.active.clone());
        match self.purpose {
            Purpose::Register => open.or(active),
            Purpose::Check | Purpose::Token(_) | Purpose::Code => active,
        }
    }

    fn account_of(&self, registration: &Registration) -> Option<(Attempt, PartnerCenterProof)> {
        let source = self.source(registration)?;
        let (proof, _) = source.partner_center.clone()?;
        self.account.set(Account {
            tenant: proof.tenant.clone(),
            application: proof.application.clone(),
            typed_domain: proof.domain.clone(),
        });
        Some((source, proof))
    }

    /// Finds tenant, application and secret: in memory from step 2, or in the vault from the open attempt or the active set.
    /// A single-step re-run begins an attempt and copies what it does not change, so that a slot is always a full set.
    async fn prepare(&self, port: &Port) -> Result<(), Halted> {
        let prepared = port.check(C::Prepare, async |ask| {
            let registration = port.registration();
            let (source, proof) = self.account_of(&registration).ok_or_else(internal)?;
            let key = source.item(Kind::PartnerApiSecret);
            let key = key.or_else(|| source.item(Kind::PartnerCenterSecret));
            let key = key.ok_or_else(missing_item)?;
            if self.purpose == Purpose::Register && registration.open.is_none() {
                let set_key = source.item(Kind::PartnerCenterSecret).ok_or_else(missing_item)?;
                let (attempt, began) = attempt_to_write(&registration);
                for fact in began {
                    ask.note(fact).await?;
                }
                let own = attempt.next_item(Kind::PartnerCenterSecret);
                ask.carry_over(set_key, &own).await?;
                let (attempt, proof) = (attempt.id, Box::new(proof));
                ask.note(Fact::PartnerCenterProven { attempt, proof }).await?;
            }
            if self.secret.get().is_none() {
                self.secret.set(ask.recall(key.clone()).await?);
            }
            let token_wanted = self.purpose != Purpose::Register || port.passed(C::KeepToken);
            if let Some(token) = source.item(Kind::RefreshToken).filter(|_| token_wanted) {
                self.refresh.set(ask.recall(token.clone()).await?);
            }
            passed()
        });
        prepared.await?;
        port.with(|board| board.secret = self.secret.get());
        Ok(())
    }

    async fn other_secret(&self, port: &Port, ask: &Ask) -> Checked<()> {
        let Some(secret) = self.request.other_secret.clone() else {
            return Ok(((), Line::Pass("the one from step 2".to_owned())));
        };
        let Account { tenant, application, .. } = self.account.get().ok_or_else(internal)?;
        let sign_in = AppSignIn { tenant, application, secret: SharedSecret::clone(&secret) };
        ask.app_token(sign_in).await?;
        self.secret.set(SharedSecret::clone(&secret));
        port.with(|board| board.secret = Some(SharedSecret::clone(&secret)));
        let (attempt, _) = attempt_to_write(&port.registration());
        ask.keep(&attempt.next_item(Kind::PartnerApiSecret), &secret).await?;
        passed()
    }

    // ---- the sign-in ----

    /// `state` and verifier are kept before the page opens, so that a pasted address still works after a crash.
    async fn sign_in(&self, port: &Port) -> Result<AuthCode, Halted> {
        let code = port.find(C::SignIn, &self.code, async |ask| {
            let registration = port.registration();
            let kept = self.kept_sign_in(&registration);
            let consent = if let Some(item) = &kept {
                // Its page was opened before: it is not asked about once more.
                port.with(|board| board.address_seen = Some(AddressSeen::Unclear));
                ask.relisten(ask.recall(item.clone()).await?).await?
            } else {
                let sign_in = self.page().ok_or_else(internal)?;
                if port.with(|board| board.address_seen.is_none()) {
                    // Advice is no reason to stop before a person has tried.
                    let seen = ask.probe(sign_in.clone()).await.unwrap_or(AddressSeen::Unclear);
                    port.with(|board| board.address_seen = Some(seen));
                }
                ask.listen(sign_in).await?
            };
            // A code that somebody else redeems changes nothing here, so nothing is noted.
            if kept.is_none() && self.purpose != Purpose::Code {
                let (attempt, _) = attempt_to_write(&registration);
                ask.keep(&attempt.next_item(Kind::SignIn), &consent.sign_in_state).await?;
                let (attempt, redirect) = (attempt.id, consent.redirect.clone());
                ask.note(Fact::Consenting { attempt, redirect }).await?;
            }
            port.with(|board| board.consent = Some(consent));
            match ask.arrival().await? {
                AuthorizationResponse::Code(code) => {
                    Ok((code, Line::Pass("the browser came back".to_owned())))
                }
                AuthorizationResponse::Error(failure) => {
                    port.with(|board| board.consent = None);
                    Err(failure)
                }
            }
        });
        code.await
    }

    fn page(&self) -> Option<SignIn> {
        let Account { tenant, application, .. } = self.account.get()?;
        Some(SignIn {
            tenant,
            application,
            redirect: self.request.redirect.clone(),
            claims: self.challenge.get(),
            redeemer: if self.purpose == Purpose::Code {
                CodeAudience::Another
            } else {
                CodeAudience::Ourselves
            },
        })
    }

    /// The sign-in that was opened before the program ended, if it can be continued: it ends at the address that is asked for
    /// now. Its port is the listener's.
    fn kept_sign_in(&self, registration: &Registration) -> Option<ItemName> {
        let usable = !self.fresh.get() && self.purpose == Purpose::Register;
        let open = registration.open.as_ref().filter(|open| usable && open.sign_in_open())?;
        let (sent, _) = open.consenting.as_ref()?;
        let port = sent.loopback().and_then(|at| at.port);
        let redirect = &self.request.redirect;
        let asked: RedirectAddress =
            port.map_or_else(|| redirect.clone(), |port| redirect.with_port(port));
        (asked == *sent).then(|| open.item(Kind::SignIn).cloned())?
    }

    /// The one POST. The code is remembered as used before it is sent.
    async fn redeem(&self, port: &Port) -> Result<(), Halted> {
        let redeemed = port.find(C::Redeem, &self.first, async |ask| {
            let open = port.registration().open.ok_or_else(internal)?;
            ask.note(Fact::Redeeming { attempt: open.id }).await?;
            let (tenant, application, secret) = self.credentials().ok_or_else(internal)?;
            let code = self.code.get().ok_or_else(internal)?;
            let consent = port.with(|board| {
                board.used_codes.push(code.clone());
                board.consent.take()
            });
            let consent = consent.ok_or_else(internal)?;
            let redemption = CodeExchange {
                tenant,
                application,
                secret,
                code,
                redirect: consent.redirect,
                verifier: consent.verifier,
            };
            let landed = ask.redeem(redemption).await?;
            let Some(token) = landed.refresh_token else {
                let none = || mismatch(Mismatch::NoRefreshToken, "the answer has no refresh token");
                return Err(landed.grant.err().unwrap_or_else(none));
            };
            self.refresh.set(token);
            Ok((landed.grant.ok(), Line::Pass(String::new())))
        });
        redeemed.await.map(drop)
    }

    async fn keep_token(&self, port: &Port, ask: &Ask) -> Checked<()> {
        let token = self.refresh.get().ok_or_else(internal)?;
        let open = port.registration().open.ok_or_else(internal)?;
        ask.keep(&open.next_item(Kind::RefreshToken), &token).await?;
        // `state` and verifier have done their work, and so have those of tries that failed.
        let items = open.sign_ins();
        if !items.is_empty() {
            ask.erase(items.clone()).await?;
            ask.note(Fact::Dropped { items }).await?;
        }
        passed()
    }

    // ---- tokens for the two audiences ----

    fn credentials(&self) -> Option<(TenantId, ClientId, SharedSecret)> {
        let Account { tenant, application, .. } = self.account.get()?;
        Some((tenant, application, self.secret.get()?))
    }

    /// The redemption's own access token if it can be used, else a fresh one.
    async fn user(&self, port: &Port) -> Result<Grant, Halted> {
        let grant = port.find(C::UserToken, &self.user, async |ask| {
            let grant = match self.first.get().flatten() {
                Some(grant) => grant,
                None => self.renew(port, &ask, Audience::PartnerCenter).await?,
            };
            port.with(|board| board.issued(Audience::PartnerCenter, true, &grant));
            Ok((grant, Line::Pass(String::new())))
        });
        let grant = grant.await?;
        let claims = port.check(C::UserClaims, async |_| {
            let Account { tenant, application, .. } = self.account.get().ok_or_else(internal)?;
            let line = tokens::user(&grant.claims, &tenant, &application, For::PartnerCenter)?;
            Ok(((), Line::Pass(line)))
        });
        claims.await?;
        Ok(grant)
    }

    async fn prices(&self, port: &Port) -> Result<Grant, Halted> {
        let grant = port.find(C::PriceToken, &self.prices, async |ask| {
            let grant = self.renew(port, &ask, Audience::PartnerApi).await?;
            port.with(|board| board.issued(Audience::PartnerApi, true, &grant));
            let Account { tenant, application, .. } = self.account.get().ok_or_else(internal)?;
            tokens::user(&grant.claims, &tenant, &application, For::PartnerApi)?;
            Ok((grant, Line::Pass(String::new())))
        });
        grant.await
    }

    /// A rotated token is kept before its access token is used: a server that rotates strictly has revoked the old one.
    async fn renew(
        &self,
        port: &Port,
        ask: &Ask,
        audience: Audience,
    ) -> Result<Grant, Box<Failure>> {
        let refresh_token = self.refresh.get().ok_or_else(missing_item)?;
        let (tenant, application, secret) = self.credentials().ok_or_else(internal)?;
        let landed = ask.refresh(TokenRefresh {
            tenant,
            application,
            secret,
            refresh_token: SharedSecret::clone(&refresh_token),
            audience,
        });
        let landed = landed.await?;
        let rotated = landed.refresh_token;
        if let Some(token) = rotated.filter(|new| !refresh_token.same_as(new.reveal())) {
            self.refresh.set(SharedSecret::clone(&token));
            let registration = port.registration();
            let keeper = match self.purpose {
                Purpose::Register => registration.open,
                Purpose::Check | Purpose::Token(_) | Purpose::Code => registration.active,
            };
            let item = keeper.ok_or_else(internal)?.next_item(Kind::RefreshToken);
            ask.keep(&item, &token).await?;
        }
        landed.grant
    }

    /// After the refresh token, whose loss costs more. It is good all the same if it cannot be kept: the next one who asks
    /// makes a request.
    async fn cache(&self, port: &Port, audience: Audience, grant: &Grant) -> Result<(), Halted> {
        let cached = port.check(C::CacheToken, async |ask| {
            let active = port.registration().active.ok_or_else(internal)?;
            let line = match access(grant).written(&active) {
                None => Line::Note("not kept: nobody says how long it lasts".to_owned()),
                Some(secret) => {
                    let item = AccessToken::item(&active, audience);
                    match ask.put(item, secret).await {
                        Ok(()) => Line::Pass(String::new()),
                        Err(_) => Line::Note("not kept".to_owned()),
                    }
                }
            };
            Ok(((), line))
        });
        cached.await
    }

    // ---- what the tokens open ----

    async fn open_everything(&self, port: &Port) -> Result<(), Halted> {
        let user = self.user(port).await?;
        let organization = async {
            port.find(C::Organization, &self.organization, async |ask| {
                self.organization(&ask, &user).await
            })
            .await?;
            port.check(C::Mfa, async |_| self.mfa(&user)).await
        };
        let mpn = port.find(C::Mpn, &self.mpn, async |ask| self.mpn(&ask, &user).await);
        let billing =
            port.find(C::Billing, &self.currency, async |ask| self.billing(&ask, &user).await);
        let prices = async {
            if port.with(|board| board.state(C::PriceToken).is_none()) {
                return Ok(());
            }
            let token = self.prices(port).await?;
            port.check(C::Rates, async |ask| rates(&ask, &token).await).await?;
            port.check(C::Sheet, async |ask| sheet(port, &ask, &token).await).await
        };
        let (organization, mpn, billing, prices) = join4(organization, mpn, billing, prices).await;
        organization?;
        mpn?;
        billing?;
        prices
    }

    async fn read(&self, ask: &Ask, reading: Reading, user: &Grant) -> Result<Found, Box<Failure>> {
        let (found, compliant) = ask.read(reading, user).await?;
        self.mfa.set(compliant.or(self.mfa.get()));
        Ok(found)
    }

    async fn organization(&self, ask: &Ask, user: &Grant) -> Checked<Organization> {
        let found = self.read(ask, Reading::Organization, user).await?;
        let Found::Organization { company, tenant, domain, country: _ } = found else {
            return Err(internal());
        };
        let account = self.account.get().ok_or_else(internal)?;
        let wanted = account.tenant.as_str();
        if let Some(other) = tenant.filter(|it| !it.as_str().eq_ignore_ascii_case(wanted)) {
            return Err(mismatch(Mismatch::OrganizationTenant, other.as_str()));
        }
        let name = company.as_ref().map(UntrustedText::to_string).unwrap_or_default();
        let found = domain.as_ref().map(UntrustedText::to_string).unwrap_or_default();
        let line = match &account.typed_domain {
            Some(typed) if domain.is_some() && !found.eq_ignore_ascii_case(typed.as_str()) => {
                Line::Note(format!("{name}; its default domain is {found}"))
            }
            Some(_) | None if found.is_empty() => Line::Pass(name),
            Some(_) | None => Line::Pass(format!("{name}, {found}")),
        };
        Ok(((company, domain), line))
    }

    /// The token or the service must show MFA. If neither says anything, that is said, and no failure is made of it.
    fn mfa(&self, user: &Grant) -> Checked<()> {
        let pass = |line: &str| Ok(((), Line::Pass(line.to_owned())));
        let fail = |why: &str| {
            self.mfa.set(Some(false));
            Err(mismatch(Mismatch::Mfa, why))
        };
        match (tokens::mfa(&user.claims), self.mfa.get()) {
            (_, Some(false)) => fail("Partner Center says the sign-in was without MFA"),
            (Some(true), _) => {
                self.mfa.set(Some(true));
                pass("yes, in the token")
            }
            (Some(false), None) => fail("the token shows no MFA"),
            (Some(false) | None, Some(true)) => pass("yes, says Partner Center"),
            (None, None) => {
                let line = "neither the token nor Partner Center says".to_owned();
                Ok(((), Line::Note(line)))
            }
        }
    }

    async fn mpn(&self, ask: &Ask, user: &Grant) -> Checked<Option<MpnId>> {
        let Found::Mpn { id, name } = self.read(ask, Reading::Mpn, user).await? else {
            return Err(internal());
        };
        let found = id.and_then(|id| MpnId::parse(id.as_str()).ok());
        match (self.request.mpn.clone(), found.map(|id| id.value)) {
            (Some(typed), Some(found)) if typed != found => {
                let detail = format!("typed: {typed}; signed-in partner: {found}");
                Err(mismatch(Mismatch::Mpn, &detail))
            }
            (typed, None) => Ok((typed, Line::Note("Partner Center names none".to_owned()))),
            (_, Some(found)) => {
                let line =
                    name.map_or_else(|| found.to_string(), |name| format!("{found}, {name}"));
                Ok((Some(found), Line::Pass(line)))
            }
        }
    }

    async fn billing(&self, ask: &Ask, user: &Grant) -> Checked<Option<UntrustedText>> {
        let found = self.read(ask, Reading::BillingProfile, user).await?;
        let Found::BillingProfile { currency } = found else {
            return Err(internal());
        };
        let line = currency.as_ref().map(UntrustedText::to_string).unwrap_or_default();
        Ok((currency, Line::Pass(line)))
    }

    async fn note_proof(&self, port: &Port, ask: &Ask) -> Checked<()> {
        let registration = port.registration();
        let open = registration.open.as_ref().ok_or_else(internal)?;
        let center = open.partner_center.as_ref();
        let user = self.user.get().ok_or_else(internal)?;
        let (company, domain) = self.organization.get().unwrap_or_default();
        let signed_in = user.claims.user.or_else(|| user.id_claims.and_then(|it| it.user));
        let proof = PartnerApiProof {
            user: signed_in,
            mfa: self.mfa.get(),
            mpn: self.mpn.get().flatten(),
            domain,
            company: company.or_else(|| center.and_then(|(proof, _)| proof.company.clone())),
            currency: self.currency.get().flatten(),
            redirect: self.request.redirect.clone(),
            prices: port.with(|board| board.sheet.is_some()),
            found: port.with(|board| board.lines()),
        };
        let (attempt, proof) = (open.id, Box::new(proof));
        ask.note(Fact::PartnerApiProven { attempt, proof }).await?;
        passed()
    }
}

async fn rates(ask: &Ask, token: &Grant) -> Checked<()> {
    let (Found::ExchangeRates { rows }, _) = ask.read(Reading::ExchangeRates, token).await? else {
        return Err(internal());
    };
    Ok(((), Line::Pass(format!("{rows} rates"))))
}

async fn sheet(port: &Port, ask: &Ask, token: &Grant) -> Checked<()> {
    let (Found::PriceSheet(head), _) = ask.read(Reading::PriceSheet, token).await? else {
        return Err(internal());
    };
    let line = format!("{} columns, {} rows read", head.columns.len(), head.rows.len());
    port.with(|board| board.sheet = Some(head));
    Ok(((), Line::Pass(line)))
}

fn access(grant: &Grant) -> AccessToken {
    AccessToken { value: SharedSecret::clone(&grant.access_token), lifetime: grant.lifetime }
}
