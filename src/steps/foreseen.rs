//! What a registration will ask of the world, found by going through its own steps: each effect is answered as it is when all goes
//! well, and nothing is performed. So the list cannot say anything else than what the run does.

use std::collections::VecDeque;

use jiff::Timestamp;
use url::Url;

use crate::effect::{AddressSeen, AuthorizationRequest, AuthorizationResponse, Effect, Outcome, ProbeResult, Tenant};
use crate::journal::{Line, Registration};
use crate::steps::execution::Execution;
use crate::words::{
    Answer, AuthCode, CheckId, Claims, Credentials, Directory, Found, Grant, LegalBusiness, OctoAnswer, OctoCall,
    OctoClient, Organization, PartnerApiRequest, PartnerCenterRequest, PriceSheetHead, Reach, Reading, RedirectAddress,
    Secret, SharedSecret, TenantId, TokenResponse, UntrustedText,
};

/// What is to be registered.
#[derive(Debug)]
pub struct Wanted {
    /// Step 2, unless it is left out.
    pub partner_center: Option<PartnerCenterRequest>,
    /// Step 3.
    pub partner_api: PartnerApiRequest,
    /// What of the cloud is gone to.
    pub reach: Reach,
    /// With what Octo is told, if it is.
    pub octo: Option<OctoClient>,
    /// The directory that a domain is taken to name.
    pub tenant: TenantId,
    /// Microsoft's sign-in page.
    pub page: Url,
}

/// Every effect in its order, with the check that it belongs to.
pub fn foresee(wanted: Wanted, registration: Registration) -> Vec<(CheckId, Effect)> {
    let mut world = Pretended {
        tenant: wanted.tenant,
        page: wanted.page,
        redirect: wanted.partner_api.redirect.clone(),
        sequence: registration.sequence,
        token: 0,
        asked: Vec::new(),
    };
    let mut registration = registration;
    let mut secret = None;
    if let Some(request) = wanted.partner_center {
        let run = world.went_through(Execution::partner_center(request, registration));
        secret = run.secret();
        registration = run.registration().clone();
    }
    let run = Execution::partner_api(wanted.partner_api, registration, secret);
    let run = world.went_through(run.reaching(wanted.reach));
    let run = world.went_through(Execution::commit(run.registration().clone()));
    let registration = run.registration().clone();
    if let Some(run) = wanted.octo.and_then(|client| Execution::submit(registration, client, false)) {
        world.went_through(run);
    }
    world.asked
}

/// A world in which all goes well, that is not there.
struct Pretended {
    /// The directory, once it is known.
    tenant: TenantId,
    page: Url,
    redirect: RedirectAddress,
    /// Number of the last line of the journal.
    sequence: u64,
    /// How many tokens came: Microsoft gives a new refresh token with each.
    token: u32,
    asked: Vec<(CheckId, Effect)>,
}

impl Pretended {
    fn went_through(&mut self, mut run: Execution) -> Execution {
        let mut next = VecDeque::from(run.start(0));
        while let Some((id, effect)) = next.pop_front() {
            let outcome = self.answer(&effect);
            self.asked.push((id, effect));
            next.extend(run.resume(id, outcome, 0));
        }
        run
    }

    fn answer(&mut self, effect: &Effect) -> Outcome {
        match effect {
            Effect::Discover(directory) => {
                if let Directory::Tenant(id) = directory {
                    self.tenant = id.clone();
                }
                Outcome::Discovered(Tenant { id: self.tenant.clone(), named: true, region: None, cloud: None })
            }
            Effect::AppToken(credentials) => Outcome::AppToken(Box::new(granted(credentials, false))),
            Effect::Read(reading, _) => {
                Outcome::Read(Box::new(Answer { found: self.found(*reading), mfa_compliant: Some(true) }))
            }
            Effect::Listen(_) | Effect::ResumeListening(_) => Outcome::Listening(Box::new(AuthorizationRequest {
                address: self.page.clone(),
                one_time: None,
                redirect: self.redirect.clone(),
                state: stand_in("state"),
                verifier: Some(stand_in("verifier")),
                catching: Ok(()),
                sign_in_state: stand_in("sign-in"),
            })),
            Effect::Probe(_) => Outcome::Probed(AddressSeen::Known),
            Effect::Await => AuthCode::parse("code")
                .map_or(Outcome::Done, |code| Outcome::Came(Box::new(AuthorizationResponse::Code(code)))),
            Effect::Redeem(exchange) => self.tokens(&exchange.credentials),
            Effect::Refresh(refresh) | Effect::RefreshForGraph(refresh) => self.tokens(&refresh.credentials),
            Effect::Note(fact) => {
                self.sequence += 1;
                let line = Line { sequence: self.sequence, at: Timestamp::UNIX_EPOCH, fact: fact.clone() };
                Outcome::Noted(Box::new(line))
            }
            Effect::Recall(_) => Outcome::Recalled(stand_in("kept")),
            Effect::Octo(call) => Outcome::Octo(match **call {
                OctoCall::SignIn(_) => OctoAnswer::SignedIn(stand_in("octo")),
                OctoCall::Accounts(_) => OctoAnswer::Payers(Vec::new()),
                OctoCall::Register(..) | OctoCall::Update(..) | OctoCall::Credentials(..) | OctoCall::Mpn(..) => {
                    OctoAnswer::Taken
                }
            }),
            Effect::Preflight(_) => Outcome::Looked(ProbeResult { good: true, line: String::new() }),
            Effect::Browse(_) => Outcome::Browsed(true),
            Effect::Open(_)
            | Effect::OpenToForget(_)
            | Effect::Tell(_)
            | Effect::Keep(..)
            | Effect::Copy { .. }
            | Effect::Erase(_)
            | Effect::ReadBack(_)
            | Effect::Save(_)
            | Effect::Write(_)
            | Effect::Discard
            | Effect::Pause(_) => Outcome::Done,
        }
    }

    fn tokens(&mut self, credentials: &Credentials) -> Outcome {
        self.token += 1;
        let refresh_token = Some(stand_in(&format!("token {}", self.token)));
        Outcome::TokenResponse(Box::new(TokenResponse { refresh_token, grant: Ok(granted(credentials, true)) }))
    }

    /// What every partner has; what decides about nothing is left out.
    fn found(&self, reading: Reading) -> Found {
        match reading {
            Reading::Customers => Found::Customers { total: None },
            Reading::LegalBusiness => {
                Found::LegalBusiness(LegalBusiness { company: None, country: None, vetting: None })
            }
            Reading::InvoiceSummary => Found::InvoiceSummary { currency: None, date: None },
            Reading::Organization => Found::Organization(Organization {
                tenant: UntrustedText::some(self.tenant.as_str()),
                ..Organization::default()
            }),
            Reading::Mpn => Found::Mpn { id: UntrustedText::some("1234567"), name: None },
            Reading::BillingProfile => Found::BillingProfile { currency: None },
            Reading::ExchangeRates => Found::ExchangeRates { rows: 1 },
            Reading::PriceSheet { .. } => Found::PriceSheet(PriceSheetHead::default()),
        }
    }
}

/// What stands for a secret that is not there.
fn stand_in(what: &str) -> SharedSecret {
    Secret::shared(what.to_owned())
}

/// A token as it must be for these credentials: of a person, or of the application.
fn granted(credentials: &Credentials, person: bool) -> Grant {
    let claims = Claims {
        readable: true,
        tenant: UntrustedText::some(credentials.tenant.as_str()),
        application: UntrustedText::some(credentials.application.as_str()),
        scopes: if person { vec![UntrustedText::new("user_impersonation")] } else { Vec::new() },
        user: if person { UntrustedText::some("whoever signs in") } else { None },
        methods: person.then(|| vec![UntrustedText::new("mfa")]),
        ..Claims::default()
    };
    Grant { access_token: stand_in("access"), lifetime: None, claims, id_claims: None }
}
