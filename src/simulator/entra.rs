//! Microsoft Entra ID: who is asked, and which address of it.

mod apps;
mod authorize;
mod issue;
mod metadata;
mod pages;
mod refusal;
mod sign_in;
mod token;
mod user;
mod visit;

use hyper::{Method, StatusCode};

use super::chance;
use super::http::{Call, Reply};
use super::scenario::Refusal;
use super::state::{Facts, Shared};

pub(super) use apps::{DIRECTORY_API, KEY_VAULT, PARTNER_API, PARTNER_CENTER, is_named};
pub(super) use issue::{claims_of, for_application};
pub(super) use pages::portal;
pub(super) use user::Renewal;
pub(super) use visit::{Code, Visit};

/// A directory that is not the partner's.
pub(super) const OTHER_TENANT: &str = "7be1d4f0-96a3-4c28-b5d7-3a0e9f8c6b12";
const OTHER_DOMAIN: &str = "fabrikam.onmicrosoft.com";

/// The two generations of Entra's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

/// What the first segment of a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tenant {
    /// The partner's directory.
    Home,
    /// Another directory of the same cloud.
    Other,
    /// `common`, `organizations` or `consumers`.
    Shared(&'static str),
}

impl Tenant {
    /// Reads a segment as Entra does.
    fn named(name: &str, facts: &Facts) -> Result<Self, Refusal> {
        let is = |own: &str| own.eq_ignore_ascii_case(name);
        if let Some(shared) = ["common", "organizations", "consumers"].into_iter().find(|own| is(own)) {
            return Ok(Self::Shared(shared));
        }
        if is(&facts.tenant_id) || facts.domains.iter().any(|domain| is(domain)) {
            return Ok(Self::Home);
        }
        if is(OTHER_TENANT) || is(OTHER_DOMAIN) {
            return Ok(Self::Other);
        }
        let code = if chance::is_guid(name) || is_dns_name(name) { 90_002 } else { 900_023 };
        Err(Refusal::of(code).fill("{tenant}", name))
    }

    /// The segment that stands for it in addresses.
    fn segment(self, facts: &Facts) -> &str {
        match self {
            Self::Home => &facts.tenant_id,
            Self::Other => OTHER_TENANT,
            Self::Shared(name) => name,
        }
    }
}

fn is_dns_name(name: &str) -> bool {
    name.contains('.')
        && name.len() < 254
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() < 64
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

/// Answers a request to the login host.
pub(super) fn answer(shared: &Shared, call: &Call) -> Reply {
    let path = call.path.trim_start_matches('/');
    let (tenant, rest) = path.split_once('/').unwrap_or((path, ""));
    let reading = matches!(call.method, Method::GET | Method::HEAD);
    let posting = call.method == Method::POST;
    // Both generations have the same addresses, the newer one with its number in them.
    let plain = rest.replace("v2.0/", "");
    let version = if plain == rest { Version::V1 } else { Version::V2 };
    match plain.as_str() {
        ".well-known/openid-configuration" if reading => {
            metadata::open(shared, call, metadata::described(shared, tenant, version))
        }
        "discovery/keys" if reading => metadata::keys(shared, call, tenant, version),
        "discovery/instance" if reading => metadata::open(shared, call, metadata::discovered(shared, call)),
        "oauth2/token" => token::answer(shared, call, tenant, version),
        "oauth2/devicecode" if posting => token::device(shared, call, tenant, version),
        "oauth2/authorize" if reading || posting => authorize::answer(shared, call, tenant, version),
        "adminconsent" if reading => authorize::admin_consent(shared, call, tenant),
        "login" if posting => sign_in::answer(shared, call),
        "oauth2/logout" if reading => pages::page(StatusCode::OK, "Sign out", "signed-out", &[]),
        "oauth2/deviceauth" if reading => pages::page(StatusCode::OK, "Enter code", "device", &[]),
        "" if reading && tenant == "error" => pages::look_up(call),
        _ if reading => match rest.strip_prefix("userrealm/") {
            Some(user) => metadata::realm(shared, call, user),
            None => Reply::empty(StatusCode::NOT_FOUND),
        },
        _ => Reply::empty(StatusCode::NOT_FOUND),
    }
}
