//! What can be asked about a tenant without signing in: its discovery document, its keys, and which hosts are Entra.

use serde_json::{Value, json};
use url::Url;

use super::refusal::answered;
use super::{Tenant, Version};
use crate::cloud::authority;
use crate::simulator::http::{Call, Reply};
use crate::simulator::scenario::{Quirk, Refusal};
use crate::simulator::state::Shared;
use crate::simulator::{self, joined, taken};

/// Hosts that Microsoft's own list of instances knows.
const KNOWN_HOSTS: &str = "login.microsoftonline.com login.windows.net login.microsoft.com sts.windows.net \
                           login.partner.microsoftonline.cn login.chinacloudapi.cn login.microsoftonline.us";

/// Answers with the keys that sign tokens.
pub(super) fn keys(shared: &Shared, call: &Call, tenant: &str, version: Version) -> Reply {
    let keys = Tenant::named(tenant, &shared.facts).map(|tenant| {
        let issuer = issuer(shared, tenant, version);
        shared.key.published(Some(issuer.as_str()).filter(|_| version == Version::V2))
    });
    open(shared, call, keys)
}

/// Answers how a user signs in, which client libraries ask before they try a password.
pub(super) fn realm(shared: &Shared, call: &Call, user: &str) -> Reply {
    let domain = user.rsplit_once('@').map_or("", |(_, domain)| domain);
    let ours = shared.facts.domains.iter().any(|own| own.eq_ignore_ascii_case(domain));
    let kind = if ours { "Managed" } else { "Unknown" };
    let body = json!({
        "ver": "1.0", "account_type": kind, "domain_name": domain, "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    });
    open(shared, call, Ok(body))
}

/// The issuer of a tenant's tokens.
pub(super) fn issuer(shared: &Shared, tenant: Tenant, version: Version) -> String {
    let tenant = match tenant {
        Tenant::Home | Tenant::Other => tenant.segment(&shared.facts),
        Tenant::Shared("consumers") => "9188040d-6c67-4c5b-b112-36a304b66dad",
        Tenant::Shared(_) => "{tenantid}",
    };
    match version {
        Version::V1 => format!("https://sts.windows.net/{tenant}/"),
        Version::V2 => format!("{}/{tenant}/v2.0", shared.base),
    }
}

/// The OpenID discovery document of a tenant.
pub(super) fn described(shared: &Shared, name: &str, version: Version) -> Result<Value, Refusal> {
    let tenant = Tenant::named(name, &shared.facts)?;
    shared.scenario.strike("metadata").map_err(|refusal| refusal.fill("{tenant}", name))?;
    let base = format!("{}/{}", shared.base, tenant.segment(&shared.facts));
    let (oauth, keys) = match version {
        Version::V1 => ("oauth2", format!("{}/common/discovery/keys", shared.base)),
        Version::V2 => ("oauth2/v2.0", format!("{base}/discovery/v2.0/keys")),
    };
    let nameless = format!("{}/common", shared.base);
    let parts = [
        ("{base}", base.as_str()),
        ("{oauth}", oauth),
        ("{keys}", &keys),
        ("{issuer}", &issuer(shared, tenant, version)),
        ("{nameless}", &nameless),
        ("{root}", &shared.base),
    ];
    let mut all = simulator::document(include_str!("metadata.json"), &parts);
    let mut document = taken(&mut all, "tenant");
    for (applies, other) in [
        (matches!(tenant, Tenant::Shared(_)), "shared"),
        // As a server does that has no tenants in its addresses.
        (shared.is(Quirk::NamelessTenant), "nameless"),
        (shared.is(Quirk::AnotherCloud), "elsewhere"),
    ] {
        if applies {
            document = joined(document, taken(&mut all, other));
        }
    }
    Ok(document)
}

/// Whether an authority is one of Entra's.
pub(super) fn discovered(shared: &Shared, call: &Call) -> Result<Value, Refusal> {
    let address = call.query.get("authorization_endpoint").ok_or_else(|| Refusal::missing("authorization_endpoint"))?;
    shared.scenario.strike("instance")?;
    let own = shared.base.split_once("//").map_or("", |(_, host)| host);
    let url = Url::parse(address).map_err(|_detail| Refusal::of(50_049))?;
    let host = authority(&url);
    if host != own && !KNOWN_HOSTS.split(' ').any(|known| known == host) {
        return Err(Refusal::of(50_049));
    }
    let tenant = url.path_segments().and_then(|mut all| all.next());
    let generation = if url.path().contains("/v2.0/") { "v2.0/" } else { "" };
    let document =
        format!("{}/{}/{generation}.well-known/openid-configuration", shared.base, tenant.unwrap_or("common"));
    let parts = [("{document}", document.as_str()), ("{own}", own)];
    Ok(taken(&mut simulator::document(include_str!("metadata.json"), &parts), "instances"))
}

/// Answers what a page of any origin may read, or says why not.
pub(super) fn open(shared: &Shared, call: &Call, answer: Result<Value, Refusal>) -> Reply {
    let found = answer.is_ok();
    let reply = answered(shared, call, answer);
    if !found {
        return reply;
    }
    reply.header("access-control-allow-origin", "*").header("access-control-allow-methods", "GET, OPTIONS")
}
