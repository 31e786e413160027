//! A world of a few lines for tests: it answers effects well unless told otherwise, and remembers everything.

#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    reason = "the world of a few lines answers what matters and nothing else"
)]

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use url::Url;

use super::*;
use crate::effect::{AddressSeen, AuthorizationRequest, Effect, Outcome};
use crate::words::{
    Answer, Cause, CheckId, Claims, ClientId, Directory, Failure, Found, FoundPayer, Grant, LegalBusiness, Lifetime,
    OctoAnswer, OctoCall, OctoClient, Organization, PartnerApiRequest, PartnerCenterRequest, PriceSheetHead, Reach,
    Reading, RedirectAddress, Ring, Secret, Service, Source, TenantId, TokenResponse, UntrustedText, VaultFault,
};
use std::time::Duration;

use crate::effect::Tenant;
use crate::journal::{Line, Registration};

pub(crate) const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
pub(crate) const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
/// Everything a cloud can have but Graph, of a server that is not Entra.
pub(crate) const REACH: Reach = Reach { prices: true, graph: false, side_by_side: false };
pub(crate) const CODE: &str = "1.AXoAkl-some_opaque.AgABBAIAAADnf";

/// Answers effects well, unless told otherwise; remembers everything.
#[derive(Default)]
pub(crate) struct Bench {
    pub(crate) lines: Vec<Line>,
    pub(crate) vault: BTreeMap<String, String>,
    pub(crate) log: Vec<String>,
    /// Effects whose short name begins with this fail once each.
    pub(crate) faults: VecDeque<(&'static str, Failure)>,
    pub(crate) claims: Option<Claims>,
    /// The server answers for any directory and names none.
    pub(crate) nameless: bool,
    pub(crate) organization_tenant: Option<&'static str>,
    pub(crate) mfa_header: Option<bool>,
    /// The country of the company profile, if not Japan; empty for none.
    pub(crate) country: Option<&'static str>,
    /// The country of the organization profile, if it has one.
    pub(crate) organization_country: Option<&'static str>,
    /// Azure payer accounts that Octo has: account id and name.
    pub(crate) payers: BTreeMap<String, String>,
    /// What the sign-in page does with the redirect address, if not what is usual.
    pub(crate) address_seen: Option<AddressSeen>,
    pub(crate) redemptions: u32,
    pub(crate) refreshes: u32,
}

impl Bench {
    pub(crate) fn perform(&mut self, effect: &Effect) -> Option<Outcome> {
        let name = short(effect);
        self.log.push(name.clone());
        if let Some(index) = self.faults.iter().position(|(start, _)| name.starts_with(start)) {
            let (_, failure) = self.faults.remove(index).unwrap();
            return Some(Outcome::Failed(Box::new(failure)));
        }
        Some(match effect {
            Effect::Discover(directory) if directory.as_str() == APP => {
                let mut failure = refused(400, 90_002);
                failure.error = UntrustedText::some("invalid_tenant");
                Outcome::Failed(Box::new(failure))
            }
            Effect::Discover(_) => Outcome::Discovered(Tenant {
                id: tenant(),
                named: !self.nameless,
                region: UntrustedText::some("EU"),
                cloud: None,
            }),
            Effect::AppToken(_) => {
                Outcome::AppToken(Box::new(grant("app", Claims { scopes: Vec::new(), methods: None, ..claims() })))
            }
            Effect::Read(reading, _) => Outcome::Read(Box::new(self.answer(*reading))),
            Effect::Listen(_) | Effect::ResumeListening(_) => Outcome::Listening(Box::new(consent())),
            Effect::Probe(_) => Outcome::Probed(self.address_seen.unwrap_or(AddressSeen::Known)),
            Effect::Await => return None,
            Effect::Redeem(_) => {
                self.redemptions += 1;
                self.landed("token-1")
            }
            Effect::Refresh(_) | Effect::RefreshForGraph(_) => {
                self.refreshes += 1;
                let token = format!("token-{}", 1 + self.refreshes);
                self.landed(&token)
            }
            Effect::Note(fact) => {
                let sequence = self.lines.last().map_or(1, |line| line.sequence + 1);
                let line = Line { sequence, at: Timestamp::UNIX_EPOCH, fact: fact.clone() };
                self.lines.push(line.clone());
                Outcome::Noted(Box::new(line))
            }
            Effect::Keep(item, secret) => {
                self.vault.insert(item.to_string(), secret.reveal().to_owned());
                Outcome::Done
            }
            Effect::Copy { from, to } => {
                let value = self.vault.get(&from.to_string()).unwrap().clone();
                self.vault.insert(to.to_string(), value);
                Outcome::Done
            }
            Effect::Recall(item) => match self.vault.get(&item.to_string()) {
                Some(value) => Outcome::Recalled(Secret::shared(value.clone())),
                None => Outcome::Failed(Box::new(Failure::new(Service::Keyring, Cause::Vault(VaultFault::Missing)))),
            },
            Effect::Erase(items) => {
                for item in items {
                    self.vault.remove(&item.to_string());
                }
                Outcome::Done
            }
            Effect::Discard => {
                self.lines.clear();
                Outcome::Done
            }
            Effect::Octo(call) => Outcome::Octo(self.octo(call)),
            Effect::ReadBack(_)
            | Effect::Pause(_)
            | Effect::Preflight(_)
            | Effect::Open(_)
            | Effect::OpenToForget(_)
            | Effect::Tell(_)
            | Effect::Browse(_)
            | Effect::Save(_)
            | Effect::Write(_) => Outcome::Done,
        })
    }

    fn octo(&mut self, call: &OctoCall) -> OctoAnswer {
        match call {
            OctoCall::SignIn(_) => OctoAnswer::SignedIn(Secret::shared("octo-token".to_owned())),
            OctoCall::Accounts(_) => OctoAnswer::Payers(
                self.payers
                    .iter()
                    .map(|(target, name)| FoundPayer {
                        target: UntrustedText::new(target),
                        name: UntrustedText::some(name),
                    })
                    .collect(),
            ),
            OctoCall::Register(_, payer) | OctoCall::Update(_, payer) => {
                let name = payer.name.as_ref().map(ToString::to_string);
                self.payers.insert(payer.target.to_string(), name.unwrap_or_default());
                OctoAnswer::Taken
            }
            OctoCall::Credentials(..) | OctoCall::Mpn(..) => OctoAnswer::Taken,
        }
    }

    pub(crate) fn submit(&mut self, replace: bool) -> (Execution, Status) {
        let mut run = Execution::submit(self.registration(), octo_client(), replace).unwrap();
        let effects = run.start(0);
        let status = self.drive(&mut run, effects);
        (run, status)
    }

    /// The calls of Octo so far, by name.
    pub(crate) fn octo_calls(&self) -> Vec<&str> {
        self.log.iter().filter_map(|name| name.strip_prefix("octo ")).collect()
    }

    pub(crate) fn landed(&self, token: &str) -> Outcome {
        Outcome::TokenResponse(Box::new(TokenResponse {
            refresh_token: Some(Secret::shared(token.to_owned())),
            grant: Ok(grant("user", self.claims.clone().unwrap_or_else(claims))),
        }))
    }

    pub(crate) fn answer(&self, reading: Reading) -> Answer {
        let some = UntrustedText::some;
        let found = match reading {
            Reading::Customers => Found::Customers { total: Some(2) },
            Reading::LegalBusiness => Found::LegalBusiness(LegalBusiness {
                company: some("Contoso Ltd"),
                country: some(self.country.unwrap_or("JP")),
                vetting: some("authorized"),
            }),
            Reading::InvoiceSummary => Found::InvoiceSummary { currency: some("JPY"), date: some("2026-11-01") },
            Reading::Organization => Found::Organization(Organization {
                company: some("Contoso Ltd"),
                tenant: some(self.organization_tenant.unwrap_or(TENANT)),
                domain: some("contoso.onmicrosoft.com"),
                country: self.organization_country.and_then(some),
            }),
            Reading::Mpn => Found::Mpn { id: some("6271154"), name: None },
            Reading::BillingProfile => Found::BillingProfile { currency: some("JPY") },
            Reading::ExchangeRates => Found::ExchangeRates { rows: 3 },
            Reading::PriceSheet { .. } => Found::PriceSheet(PriceSheetHead {
                rows: vec![<[UntrustedText; 5]>::default()],
                ..PriceSheetHead::default()
            }),
        };
        Answer { found, mfa_compliant: self.mfa_header }
    }

    /// Performs until nothing is left but waiting.
    pub(crate) fn drive(&mut self, run: &mut Execution, effects: Vec<(CheckId, Effect)>) -> Status {
        let mut queue = VecDeque::from(effects);
        while let Some((id, effect)) = queue.pop_front() {
            if let Some(outcome) = self.perform(&effect) {
                queue.extend(run.resume(id, outcome, 0));
            }
        }
        run.status()
    }

    pub(crate) fn registration(&self) -> Registration {
        Registration::fold(&self.lines)
    }

    pub(crate) fn fail(&mut self, start: &'static str, failure: Failure) {
        self.faults.push_back((start, failure));
    }

    pub(crate) fn step_two(&mut self) -> (Execution, Status) {
        let mut run = Execution::partner_center(center_request(), self.registration());
        let effects = run.start(0);
        let status = self.drive(&mut run, effects);
        (run, status)
    }

    pub(crate) fn step_three(&mut self) -> (Execution, Status) {
        let mut run = Execution::partner_api(api_request(), self.registration(), None);
        let effects = run.start(0);
        let status = self.drive(&mut run, effects);
        (run, status)
    }

    pub(crate) fn paste(&mut self, run: &mut Execution, raw: &str) -> Status {
        match run.answer(raw, 0) {
            Ok(effects) => self.drive(run, effects),
            Err(wrong) => panic!("{wrong:?}"),
        }
    }

    pub(crate) fn commit(&mut self) -> (Execution, Status) {
        let mut run = Execution::commit(self.registration());
        let effects = run.start(0);
        let status = self.drive(&mut run, effects);
        (run, status)
    }

    pub(crate) fn registered() -> Self {
        let mut bench = Self::default();
        assert_eq!(bench.step_two().1, Status::Finished);
        let (mut run, _) = bench.step_three();
        assert_eq!(bench.paste(&mut run, CODE), Status::Finished);
        assert_eq!(bench.commit().1, Status::Finished);
        bench.log.clear();
        bench
    }
}

pub(crate) fn short(effect: &Effect) -> String {
    match effect {
        Effect::Note(fact) => {
            let json = serde_json::to_value(fact).unwrap();
            format!("note {}", json.get("fact").unwrap().as_str().unwrap())
        }
        Effect::Keep(item, _) => format!("keep {item}"),
        Effect::Recall(item) => format!("recall {item}"),
        Effect::Copy { from, to } => format!("copy {from} {to}"),
        Effect::Read(Reading::PriceSheet { market }, _) => format!("read PriceSheet {market}"),
        Effect::Read(reading, _) => format!("read {reading:?}"),
        Effect::Refresh(renewal) => format!("refresh {:?}", renewal.audience),
        Effect::RefreshForGraph(_) => "refresh graph".to_owned(),
        Effect::Pause(time) => format!("pause {}", time.as_secs()),
        Effect::Octo(call) => format!(
            "octo {}",
            match **call {
                OctoCall::SignIn(_) => "sign-in",
                OctoCall::Accounts(_) => "accounts",
                OctoCall::Register(..) => "register",
                OctoCall::Update(..) => "update",
                OctoCall::Credentials(..) => "credentials",
                OctoCall::Mpn(..) => "mpn",
            }
        ),
        other => format!("{other:?}").split(['(', ' ']).next().unwrap().to_lowercase(),
    }
}

pub(crate) const OCTO_SECRET: &str = "marked-octo-secret";

pub(crate) fn octo_client() -> OctoClient {
    let octo = (Ring::Usual, UntrustedText::new("api.alphaus.cloud"));
    let secret = Secret::shared(OCTO_SECRET.to_owned());
    OctoClient::new("octo-client", secret, &octo, Source::Variables).unwrap()
}

pub(crate) fn tenant() -> TenantId {
    TenantId::parse(TENANT).unwrap().value
}

pub(crate) fn application() -> ClientId {
    ClientId::parse(APP).unwrap().value
}

pub(crate) fn center_request() -> PartnerCenterRequest {
    PartnerCenterRequest {
        directory: Directory::Tenant(tenant()),
        application: application(),
        secret: Some(Secret::shared("abc8Q~value".to_owned())),
        secret_ends: None,
    }
}

pub(crate) fn api_request() -> PartnerApiRequest {
    PartnerApiRequest { mpn: None, other_secret: None, redirect: RedirectAddress::parse("http://localhost").unwrap() }
}

pub(crate) fn claims() -> Claims {
    Claims {
        readable: true,
        audience: UntrustedText::some("https://api.example"),
        tenant: UntrustedText::some(TENANT),
        application: UntrustedText::some(APP),
        user: UntrustedText::some("admin@contoso.example"),
        scopes: vec![UntrustedText::new("user_impersonation")],
        methods: Some(vec![UntrustedText::new("pwd"), UntrustedText::new("mfa")]),
        ..Claims::default()
    }
}

pub(crate) fn grant(token: &str, claims: Claims) -> Grant {
    Grant {
        access_token: Secret::shared(token.to_owned()),
        lifetime: Some(Lifetime {
            from: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH + Duration::from_secs(3_600),
        }),
        claims,
        id_claims: None,
    }
}

pub(crate) fn consent() -> AuthorizationRequest {
    AuthorizationRequest {
        address: Url::parse("https://login.example/authorize").unwrap(),
        one_time: None,
        redirect: RedirectAddress::parse("http://localhost:51234").unwrap(),
        state: Secret::shared("7f3c".to_owned()),
        verifier: Some(Secret::shared("verifier".to_owned())),
        catching: Ok(()),
        sign_in_state: Secret::shared("keepsake".to_owned()),
    }
}

pub(crate) fn refused(status: u16, code: u64) -> Failure {
    let mut failure = Failure::new(Service::Entra, Cause::Refused);
    failure.status = Some(status);
    failure.codes = vec![code];
    failure
}

pub(crate) fn states(run: &Execution) -> Vec<(CheckId, &'static str)> {
    run.checks()
        .iter()
        .map(|check| {
            let word = match check.state {
                State::Waiting => "wait",
                State::Running => "run",
                State::Passed(_) => "ok",
                State::Noted(_) => "note",
                State::Failed(_) => "FAIL",
                State::NotTried => "-",
            };
            (check.id, word)
        })
        .collect()
}

pub(crate) fn state_of(run: &Execution, id: CheckId) -> &'static str {
    states(run).into_iter().find(|(other, _)| *other == id).unwrap().1
}
