//! Step 3, Partner API Credentials: a person signs in, the code is redeemed once, the token is kept before anything is looked
//! at, and both APIs are proven with it.

mod apis;

use std::cell::{Cell, RefCell};

use crate::effect::{
    AddressSeen, AuthorizationRequest, AuthorizationResponse, CallbackPage, CodeAudience, CodeExchange, SignIn,
    SignInNotice, TokenRefresh,
};
use crate::journal::access::AccessToken;
use crate::journal::{Attempt, Fact, ItemName, Kind, PartnerCenterProof, Registration};
use crate::steps::commit::tidy;
use crate::steps::port::{Ask, Checked, Halted, Line, Port, Slot, internal, mismatch, missing_item, passed};
use crate::steps::purpose::Purpose;
use crate::steps::tokens::{self, Tokens};
use crate::words::{
    Audience, AuthCode, CheckId as C, Credentials, Failure, Grant, Mismatch, MpnId, Organization, PartnerApiRequest,
    PriceSheetHead, RedirectAddress, SentCode, SharedSecret, Step, TokenResponse, UntrustedText,
};

/// For whom tokens are asked: what step 2 has proven, and the attempt that a new refresh token belongs to.
#[derive(Clone, Debug)]
struct Account {
    attempt: Attempt,
    proof: PartnerCenterProof,
}

/// An account with its secret at hand.
#[derive(Clone, Debug)]
struct Proven {
    account: Account,
    credentials: Credentials,
}

impl Proven {
    fn refresh(&self, refresh_token: SharedSecret, audience: Audience) -> TokenRefresh {
        TokenRefresh { credentials: self.credentials.clone(), refresh_token, audience }
    }
}

/// A sign-in that came back: the code, and what its redemption has to repeat.
#[derive(Clone, Debug)]
struct SignedIn {
    code: AuthCode,
    redirect: RedirectAddress,
    verifier: Option<SharedSecret>,
}

/// What a code is worth: the refresh token, and the access token that came with it, if that can be used.
type Redeemed = (SharedSecret, Option<Grant>);

/// Step 3.
#[derive(Debug)]
pub(super) struct PartnerApi {
    pub(super) request: PartnerApiRequest,
    pub(super) purpose: Purpose,
    /// The secret that was proven in step 2, if it is still at hand.
    pub(super) given: Option<SharedSecret>,
    pub(super) found: Findings,
}

/// What step 3 has found, and what is remembered from one try to the next.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Whether a sign-in that is kept does not count.
    pub(super) fresh: Cell<bool>,
    /// What a failed check says the next sign-in has to meet.
    pub(super) challenge: Slot<UntrustedText>,
    proven: Slot<Proven>,
    /// The sign-in that waits for a person.
    pub(super) request_sent: Slot<AuthorizationRequest>,
    /// What the sign-in page did with the redirect address, before a person was sent there.
    pub(super) address_seen: Slot<AddressSeen>,
    /// What the person is told while the browser is waited for.
    pub(super) notice: Slot<SignInNotice>,
    signed_in: Slot<SignedIn>,
    /// The codes that were sent, in this run and in those before it.
    pub(super) used_codes: RefCell<Vec<SentCode>>,
    redeemed: Slot<Redeemed>,
    /// The newest refresh token.
    refresh: Slot<SharedSecret>,
    /// See [`Reach::side_by_side`](crate::words::Reach).
    pub(super) side_by_side: Cell<bool>,
    user: Slot<Grant>,
    organization: Slot<Organization>,
    mpn: Slot<Option<MpnId>>,
    currency: Slot<Option<UntrustedText>>,
    prices: Slot<Grant>,
    pub(super) sheet: Slot<PriceSheetHead>,
    mfa: Cell<Option<bool>>,
    pub(super) tokens: Tokens,
}

impl PartnerApi {
    pub(super) async fn prove(&self, port: &Port) -> Result<(), Halted> {
        match self.purpose {
            Purpose::Register => {
                self.prepare(port).await?;
                let with =
                    port.find(C::OtherSecret, &self.found.proven, async |ask| self.other_secret(port, &ask).await);
                let with = with.await?;
                if !port.passed(C::KeepToken) {
                    let (token, _) = self.redeem(port, &with).await?;
                    let keeping = async |ask: Ask| keep_token(port, &ask, &with, &token).await;
                    port.check(C::KeepToken, keeping).await?;
                }
                let user = self.open_everything(port, &with).await?;
                let noting = async |ask: Ask| self.note_proof(port, &ask, &with, &user).await;
                port.check(C::NoteProof, noting).await
            }
            Purpose::Check => {
                let with = self.prepare(port).await?;
                self.open_everything(port, &with).await?;
                let noting = async |ask: Ask| ask.note_check(Step::PartnerApi).await;
                port.check(C::NoteProof, noting).await?;
                tidy(port, self.purpose).await
            }
            Purpose::Token(audience) => {
                let with = self.prepare(port).await?;
                let token = match audience {
                    Audience::PartnerCenter => self.user(port, &with).await?,
                    Audience::PartnerApi => self.prices(port, &with).await?,
                };
                self.cache(port, &with, audience, &token).await?;
                tidy(port, self.purpose).await
            }
            Purpose::Code => {
                let account = self.account_of(&port.registration()).ok_or(Halted)?;
                self.sign_in(port, &account).await.map(drop)
            }
        }
    }

    /// Starts again at the sign-in; the secret and what came before it stay proven.
    pub(super) fn begin_sign_in_again(&self, challenge: Option<UntrustedText>) {
        self.found.fresh.set(true);
        if let Some(challenge) = challenge {
            self.found.challenge.set(challenge);
        }
        self.found.refresh.clear();
        self.found.request_sent.clear();
        // It may have been added to the app since.
        self.found.address_seen.clear();
        self.found.tokens.forget_persons();
    }

    /// The access token that this run was to get.
    pub(super) fn access_token(&self) -> Option<AccessToken> {
        let grant = match self.purpose {
            Purpose::Token(Audience::PartnerCenter) => self.found.user.get(),
            Purpose::Token(Audience::PartnerApi) => self.found.prices.get(),
            Purpose::Register | Purpose::Check | Purpose::Code => None,
        };
        grant.map(|grant| access(&grant))
    }

    /// The code that somebody else redeems.
    pub(super) fn fresh_code(&self) -> Option<AuthCode> {
        let signed_in = self.found.signed_in.get().filter(|_| self.purpose == Purpose::Code);
        signed_in.map(|signed_in| signed_in.code)
    }

    pub(super) fn secret(&self) -> Option<SharedSecret> {
        self.found.proven.get().map(|with| with.credentials.secret)
    }

    // ---- the secret and the attempt ----

    /// The attempt that tokens are asked for, and what step 2 has proven in it.
    pub(super) fn meant<'r>(&self, registration: &'r Registration) -> Option<(&'r Attempt, &'r PartnerCenterProof)> {
        let register = self.purpose == Purpose::Register;
        let attempt = if register { registration.newest()? } else { registration.active.as_ref()? };
        Some((attempt, &attempt.partner_center.as_ref()?.0))
    }

    fn account_of(&self, registration: &Registration) -> Option<Account> {
        let (attempt, proof) = self.meant(registration)?;
        Some(Account { attempt: attempt.clone(), proof: proof.clone() })
    }

    /// Finds account and secret: in memory from step 2, or in the vault from the open attempt or the active set. A single-step
    /// re-run begins an attempt and copies what it does not change, so that a slot is always a full set.
    async fn prepare(&self, port: &Port) -> Result<Proven, Halted> {
        let prepared = port.find(C::Prepare, &self.found.proven, async |ask| {
            let registration = port.registration();
            // No door begins step 3 before step 2 is proven: one that did would be mistaken.
            let mut account = self.account_of(&registration).ok_or_else(internal)?;
            let source = account.attempt.clone();
            let set_key = source.item(Kind::PartnerCenterSecret).ok_or_else(missing_item)?;
            if self.purpose == Purpose::Register && registration.open.as_ref().is_none_or(|open| open.id != source.id) {
                account.attempt = begin_like(&ask, set_key, &account.proof).await?;
            }
            let secret = if let Some(secret) = &self.given {
                SharedSecret::clone(secret)
            } else {
                let key = source.item(Kind::PartnerApiSecret).unwrap_or(set_key);
                ask.recall(key.clone()).await?
            };
            let token_wanted = self.purpose != Purpose::Register || port.passed(C::KeepToken);
            if let Some(token) = source.item(Kind::RefreshToken).filter(|_| token_wanted) {
                self.found.refresh.set(ask.recall(token.clone()).await?);
            }
            let PartnerCenterProof { tenant, application, .. } = account.proof.clone();
            let credentials = Credentials { tenant, application, secret };
            Ok((Proven { account, credentials }, Line::Pass(String::new())))
        });
        prepared.await
    }

    /// Another secret than step 2's takes its place.
    async fn other_secret(&self, port: &Port, ask: &Ask) -> Checked<Proven> {
        // It comes after the check that has found them, and stands in for them.
        let with = self.found.proven.get().ok_or_else(missing_item)?;
        let Some(secret) = self.request.other_secret.clone() else {
            return Ok((with, Line::Pass("the one from step 2".to_owned())));
        };
        let credentials = Credentials { secret: SharedSecret::clone(&secret), ..with.credentials };
        ask.app_token(credentials.clone()).await?;
        let item = port.latest(&with.account.attempt).next_item(Kind::PartnerApiSecret);
        ask.keep(&item, &secret).await?;
        Ok((Proven { credentials, ..with }, Line::Pass(String::new())))
    }

    // ---- the sign-in ----

    /// `state` and verifier are kept before the page opens, so that a pasted address still works after a crash.
    async fn sign_in(&self, port: &Port, account: &Account) -> Result<SignedIn, Halted> {
        let signed_in = port.find(C::SignIn, &self.found.signed_in, async |ask| {
            let attempt = port.latest(&account.attempt);
            let request = match self.kept_sign_in(&attempt) {
                Some(item) => {
                    self.found.address_seen.set(AddressSeen::Resumed);
                    ask.relisten(ask.recall(item).await?).await?
                }
                None => self.listen(&ask, &attempt, &account.proof).await?,
            };
            self.found.request_sent.set(request.clone());
            self.found.notice.clear();
            loop {
                let failure = match ask.response().await {
                    Ok(AuthorizationResponse::Code(code)) => {
                        self.found.notice.clear();
                        let AuthorizationRequest { redirect, verifier, .. } = request;
                        let line = Line::Pass("the browser came back".to_owned());
                        return Ok((SignedIn { code, redirect, verifier }, line));
                    }
                    Ok(AuthorizationResponse::Noticed(notice)) => {
                        self.found.notice.set(notice);
                        continue;
                    }
                    Err(failure) => failure,
                };
                self.found.request_sent.clear();
                return Err(failure);
            }
        });
        signed_in.await
    }

    async fn listen(
        &self,
        ask: &Ask,
        attempt: &Attempt,
        proof: &PartnerCenterProof,
    ) -> Result<AuthorizationRequest, Box<Failure>> {
        // A code that somebody else redeems changes nothing here, so nothing is noted.
        let ours = self.purpose != Purpose::Code;
        let sign_in = SignIn {
            tenant: proof.tenant.clone(),
            application: proof.application.clone(),
            redirect: self.request.redirect.clone(),
            claims: self.found.challenge.get(),
            redeemer: if ours { CodeAudience::Ourselves } else { CodeAudience::Another },
        };
        if self.found.address_seen.get().is_none_or(|seen| seen == AddressSeen::Resumed) {
            // Advice is no reason to stop before a person has tried.
            let seen = ask.probe(sign_in.clone()).await.unwrap_or(AddressSeen::Unclear);
            self.found.address_seen.set(seen);
        }
        let request = ask.listen(sign_in).await?;
        if ours {
            ask.keep(&attempt.next_item(Kind::SignIn), &request.sign_in_state).await?;
            let (attempt, redirect) = (attempt.id, request.redirect.clone());
            ask.note(Fact::Consenting { attempt, redirect }).await?;
        }
        Ok(request)
    }

    /// The sign-in that was opened before the program ended, if it can be continued: it ends at the address that is asked for
    /// now. Its port is the listener's.
    fn kept_sign_in(&self, attempt: &Attempt) -> Option<ItemName> {
        let usable = !self.found.fresh.get() && self.purpose == Purpose::Register;
        let (sent, _) = attempt.consenting.as_ref().filter(|_| usable && attempt.sign_in_open())?;
        let port = sent.loopback().and_then(|at| at.port);
        let redirect = &self.request.redirect;
        let asked = port.map_or_else(|| redirect.clone(), |port| redirect.with_port(port));
        attempt.item(Kind::SignIn).filter(|_| asked == *sent).cloned()
    }

    /// The sign-in and the one POST. The code is remembered as used before it is sent, and forgotten when it was; if it provably was
    /// not, it is as good as before.
    async fn redeem(&self, port: &Port, with: &Proven) -> Result<Redeemed, Halted> {
        if port.passed(C::Redeem) {
            return self.found.redeemed.get().ok_or(Halted);
        }
        let signed_in = self.sign_in(port, &with.account).await?;
        let redeemed = port.find(C::Redeem, &self.found.redeemed, async |ask| {
            ask.note(Fact::Redeeming { attempt: with.account.attempt.id }).await?;
            self.found.used_codes.borrow_mut().push(signed_in.code.sent());
            self.found.request_sent.clear();
            let SignedIn { code, redirect, verifier } = signed_in.clone();
            self.found.signed_in.clear();
            let response = ask.redeem(CodeExchange { credentials: with.credentials.clone(), code, redirect, verifier });
            let lost = |failure| TokenResponse { refresh_token: None, grant: Err(failure) };
            let response = response.await.unwrap_or_else(lost);
            let Some(token) = response.refresh_token else {
                let none = || mismatch(Mismatch::NoRefreshToken, "the answer has no refresh token");
                let mut failure = response.grant.err().unwrap_or_else(none);
                if failure.unsent {
                    // What the journal does not say, the next run cannot know.
                    let noted = ask.note(Fact::NotRedeemed { attempt: with.account.attempt.id }).await;
                    failure.unsent = noted.is_ok();
                    if failure.unsent {
                        self.found.used_codes.borrow_mut().pop();
                        self.found.signed_in.set(signed_in.clone());
                    }
                }
                return Err(failure);
            };
            self.found.refresh.set(SharedSecret::clone(&token));
            self.found.challenge.clear();
            Ok(((token, response.grant.ok()), Line::Pass(String::new())))
        });
        redeemed.await
    }

    // ---- tokens for the two audiences ----

    /// The redemption's own access token if it can be used, else a fresh one.
    async fn user(&self, port: &Port, with: &Proven) -> Result<Grant, Halted> {
        let grant = port.find(C::UserToken, &self.found.user, async |ask| {
            let first = self.found.redeemed.get().and_then(|(_, first)| first);
            let grant = match first {
                Some(grant) => grant,
                None => self.renew(port, &ask, with, Audience::PartnerCenter).await?,
            };
            self.found.tokens.issued(Audience::PartnerCenter, true, &grant);
            Ok((grant, Line::Pass(String::new())))
        });
        let grant = grant.await?;
        let claims = port.check(C::UserClaims, async |_| {
            let line = tokens::user(&grant.claims, &with.credentials, Audience::PartnerCenter)?;
            Ok(((), Line::Pass(line)))
        });
        claims.await?;
        Ok(grant)
    }

    async fn prices(&self, port: &Port, with: &Proven) -> Result<Grant, Halted> {
        let grant = port.find(C::PriceToken, &self.found.prices, async |ask| {
            let grant = self.renew(port, &ask, with, Audience::PartnerApi).await?;
            self.found.tokens.issued(Audience::PartnerApi, true, &grant);
            tokens::user(&grant.claims, &with.credentials, Audience::PartnerApi)?;
            Ok((grant, Line::Pass(String::new())))
        });
        grant.await
    }

    async fn renew(&self, port: &Port, ask: &Ask, with: &Proven, audience: Audience) -> Result<Grant, Box<Failure>> {
        self.renewed(port, ask, with, async |token| ask.refresh(with.refresh(token, audience)).await).await
    }

    /// A rotated token is kept before its access token is used: a server that rotates strictly has revoked the old one. Of several that
    /// came side by side the first is kept: where that is done, each is good.
    async fn renewed(
        &self,
        port: &Port,
        ask: &Ask,
        with: &Proven,
        asking: impl AsyncFnOnce(SharedSecret) -> Result<TokenResponse, Box<Failure>>,
    ) -> Result<Grant, Box<Failure>> {
        let refresh_token = self.found.refresh.get().ok_or_else(missing_item)?;
        let response = asking(SharedSecret::clone(&refresh_token)).await?;
        let rotated = response.refresh_token;
        let is_newest = self.found.refresh.get().is_some_and(|newest| newest.same_as(refresh_token.reveal()));
        if let Some(token) = rotated.filter(|new| is_newest && !refresh_token.same_as(new.reveal())) {
            self.found.refresh.set(SharedSecret::clone(&token));
            let item = port.latest(&with.account.attempt).next_item(Kind::RefreshToken);
            ask.keep(&item, &token).await?;
        }
        response.grant
    }

    /// After the refresh token, whose loss costs more. It is good all the same if it cannot be kept: the next one who asks
    /// makes a request.
    async fn cache(&self, port: &Port, with: &Proven, audience: Audience, grant: &Grant) -> Result<(), Halted> {
        let cached = port.check(C::CacheToken, async |ask| {
            let active = port.latest(&with.account.attempt);
            let line = match access(grant).written(&active) {
                None => Line::Note("not kept: nobody says how long it lasts".to_owned()),
                Some(secret) => match ask.put(AccessToken::item(&active, audience), secret).await {
                    Ok(()) => Line::Pass(String::new()),
                    Err(_) => Line::Note("not kept".to_owned()),
                },
            };
            Ok(((), line))
        });
        cached.await
    }
}

/// Begins an attempt, if none is open, that has the key and the proof of the set in use.
async fn begin_like(ask: &Ask, set_key: &ItemName, proof: &PartnerCenterProof) -> Result<Attempt, Box<Failure>> {
    let attempt = ask.begin(ask.registration().attempt_to_write()).await?;
    ask.carry_over(set_key, &attempt.next_item(Kind::PartnerCenterSecret)).await?;
    let fact = Fact::PartnerCenterProven { attempt: attempt.id, proof: Box::new(proof.clone()) };
    ask.note(fact).await?;
    Ok(attempt)
}

/// `state` and verifier have done their work then, and so have those of tries that failed.
async fn keep_token(port: &Port, ask: &Ask, with: &Proven, token: &SharedSecret) -> Checked<()> {
    let open = port.latest(&with.account.attempt);
    ask.keep(&open.next_item(Kind::RefreshToken), token).await?;
    // The browser is done with; whether its page has heard of it changes nothing here.
    let _told = ask.tell(CallbackPage::SignedIn).await;
    let items = open.sign_ins();
    if !items.is_empty() {
        ask.erase(items.clone()).await?;
        ask.note(Fact::Dropped { items }).await?;
    }
    Ok(passed())
}

fn access(grant: &Grant) -> AccessToken {
    AccessToken { value: SharedSecret::clone(&grant.access_token), lifetime: grant.lifetime }
}
