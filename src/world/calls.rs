//! Where each effect goes, and with what right, without going there: for the list of what a registration will do. The addresses are
//! those that the calls themselves use.

use http::Method;
use url::Url;

use crate::cloud::Cloud;
use crate::effect::{Effect, Preflight};
use crate::words::{Audience, Credentials, OctoCall, Reading};
use crate::world::{octo, partner_api, partner_center};

/// A call that will be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whether the person's browser makes it, and not this program.
    pub by_browser: bool,
    /// GET, HEAD, POST or PUT.
    pub method: Method,
    /// Where it goes.
    pub address: Url,
    /// By what right, and what it is for.
    pub right: String,
}

/// The calls of an effect in this cloud, in their order; none where it stays on this machine.
pub fn calls(cloud: &Cloud, effect: &Effect) -> Vec<Call> {
    let call = |method: Method, address: Url, right: &str| {
        vec![Call { by_browser: false, method, address, right: right.to_owned() }]
    };
    match effect {
        Effect::Preflight(Preflight::Network) => {
            let hosts = [Some(&cloud.login), Some(&cloud.partner_center), cloud.partner_api.as_ref()];
            hosts.into_iter().flatten().flat_map(|host| call(Method::HEAD, host.clone(), THERE)).collect()
        }
        Effect::Preflight(Preflight::Clock) => call(Method::HEAD, cloud.login.clone(), "none; which time it is there"),
        Effect::Discover(directory) => {
            call(Method::GET, cloud.metadata_endpoint(directory.as_str()), "none; what is public of a directory")
        }
        Effect::Probe(sign_in) => {
            let address = cloud.authorize_endpoint(sign_in.tenant.as_str());
            call(Method::GET, address, "none; whether the redirect address is known there")
        }
        Effect::Listen(sign_in) => {
            let scope = scope(cloud, Audience::PartnerCenter);
            let right =
                format!("a person with Admin agent (or Sales agent) and MFA signs in, for {scope} offline_access");
            let address = cloud.authorize_endpoint(sign_in.tenant.as_str());
            vec![Call { by_browser: true, method: Method::GET, address, right }]
        }
        Effect::AppToken(_) | Effect::Redeem(_) | Effect::Refresh(_) | Effect::RefreshForGraph(_) => {
            let token = for_a_token(cloud, effect);
            token
                .map(|(credentials, right)| {
                    call(Method::POST, cloud.token_endpoint(credentials.tenant.as_str()), &right)
                })
                .unwrap_or_default()
        }
        Effect::Read(reading, _) => {
            let address = partner_center::address(cloud, *reading).or_else(|| partner_api::address(cloud, *reading));
            address.map(|address| call(Method::GET, address, right_to_read(*reading))).unwrap_or_default()
        }
        Effect::Octo(asked) => {
            let address = octo::addressed(cloud, asked);
            address.map(|(method, address)| call(method, address, right_in_octo(asked))).unwrap_or_default()
        }
        Effect::Preflight(Preflight::Keyring | Preflight::Browser)
        | Effect::Open(_)
        | Effect::OpenToForget(_)
        | Effect::ResumeListening(_)
        | Effect::Await
        | Effect::Tell(_)
        | Effect::Browse(_)
        | Effect::Note(_)
        | Effect::Keep(..)
        | Effect::Recall(_)
        | Effect::Copy { .. }
        | Effect::Erase(_)
        | Effect::ReadBack(_)
        | Effect::Save(_)
        | Effect::Write(_)
        | Effect::Discard
        | Effect::Pause(_) => Vec::new(),
    }
}

/// With whose credentials a token is asked for, and by what right; `None` for what asks for none.
#[expect(clippy::wildcard_enum_match_arm, reason = "whoever calls it has listed the others")]
fn for_a_token<'e>(cloud: &Cloud, effect: &'e Effect) -> Option<(&'e Credentials, String)> {
    Some(match effect {
        Effect::AppToken(credentials) => {
            (credentials, format!("the app and its secret key, for {}", scope(cloud, Audience::PartnerCenter)))
        }
        Effect::Redeem(exchange) => {
            let scope = scope(cloud, Audience::PartnerCenter);
            let right = format!("the code of the sign-in and the secret key, once, for {scope} offline_access");
            (&exchange.credentials, right)
        }
        Effect::Refresh(refresh) => {
            let right = format!("the sign-in and the secret key, for {}", scope(cloud, refresh.audience));
            (&refresh.credentials, right)
        }
        Effect::RefreshForGraph(refresh) => {
            let scope = format!("{}/.default", cloud.graph_audience().unwrap_or_default());
            (&refresh.credentials, format!("the sign-in and the secret key, for {scope}; it decides nothing"))
        }
        _ => return None,
    })
}

const THERE: &str = "none; whether the host answers";

fn scope(cloud: &Cloud, audience: Audience) -> String {
    format!("{}/.default", cloud.audience(audience))
}

fn right_to_read(reading: Reading) -> &'static str {
    match reading {
        Reading::Customers | Reading::LegalBusiness | Reading::InvoiceSummary => {
            "a token of the app for Partner Center, read only"
        }
        Reading::Organization | Reading::Mpn | Reading::BillingProfile => {
            "a token of the person for Partner Center (user_impersonation), read only"
        }
        Reading::ExchangeRates | Reading::PriceSheet { .. } => {
            "a token of the person for the price service (user_impersonation), read only"
        }
    }
}

fn right_in_octo(call: &OctoCall) -> &'static str {
    match call {
        OctoCall::SignIn(_) => "the Octo API client and its secret",
        OctoCall::Accounts(_) => "a token of the Octo API client, read only",
        OctoCall::Register(..) | OctoCall::Update(..) => "a token of the Octo API client: writes the payer account",
        OctoCall::Credentials(..) => "a token of the Octo API client: hands over the app and its secret key",
        OctoCall::Mpn(..) => "a token of the Octo API client: hands over the MPN ID",
    }
}
