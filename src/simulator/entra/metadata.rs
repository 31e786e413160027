//! What can be asked about a tenant without signing in: its discovery document, its keys, and which hosts are Entra.

use hyper::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::refusal::{Refusal, dressed};
use super::{Tenant, Version};
use crate::simulator::chance;
use crate::simulator::http::{Call, Reply};
use crate::simulator::scenario::Quirk;
use crate::simulator::state::Shared;

/// Hosts that Microsoft's own list of instances knows.
const KNOWN_HOSTS: [&str; 7] = [
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "login.microsoftonline.us",
];

/// Answers with the OpenID discovery document of a tenant.
pub(super) fn document(shared: &Shared, call: &Call, tenant: &str, version: Version) -> Reply {
    match described(shared, tenant, version) {
        Ok(document) => open(call, &document),
        Err(refusal) => refusal.reply(shared, call),
    }
}

/// Answers with the keys that sign tokens.
pub(super) fn keys(shared: &Shared, call: &Call, tenant: &str, version: Version) -> Reply {
    match Tenant::named(tenant, &shared.facts) {
        Ok(tenant) => {
            let issuer = issuer(shared, tenant, version);
            let issuer = (version == Version::V2).then_some(issuer.as_str());
            open(call, &shared.key.published(issuer))
        }
        Err(refusal) => refusal.reply(shared, call),
    }
}

/// Answers whether an authority is one of Entra's.
pub(super) fn instance(shared: &Shared, call: &Call) -> Reply {
    match discovered(shared, call) {
        Ok(answer) => open(call, &answer),
        Err(refusal) => refusal.reply(shared, call),
    }
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
    open(call, &body)
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

fn described(shared: &Shared, name: &str, version: Version) -> Result<Value, Refusal> {
    let tenant = Tenant::named(name, &shared.facts)?;
    if let Some(row) = shared.scenario.entra("metadata") {
        return Err(Refusal::from(row).fill("{tenant}", name));
    }
    let base = format!("{}/{}", shared.base, tenant.segment(&shared.facts));
    let (oauth, keys) = match version {
        Version::V1 => ("oauth2", format!("{}/common/discovery/keys", shared.base)),
        Version::V2 => ("oauth2/v2.0", format!("{base}/discovery/v2.0/keys")),
    };
    let mut document = json!({
        "token_endpoint": format!("{base}/{oauth}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": keys,
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer(shared, tenant, version),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": format!("{base}/{oauth}/authorize"),
        "device_authorization_endpoint": format!("{base}/{oauth}/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/{oauth}/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
            "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver"
        ],
        "tenant_region_scope": match tenant { Tenant::Shared(_) => Value::Null, Tenant::Home | Tenant::Other => "NA".into() },
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    });
    if let (true, Some(fields)) = (shared.is(Quirk::NamelessTenant), document.as_object_mut()) {
        // As a server does that has no tenants in its addresses.
        let plain = format!("{}/common/{oauth}", shared.base);
        fields.insert("token_endpoint".to_owned(), format!("{plain}/token").into());
        let authorize = format!("{plain}/authorize").into();
        fields.insert("authorization_endpoint".to_owned(), authorize);
        fields.insert("issuer".to_owned(), shared.base.clone().into());
    }
    if let (true, Some(fields)) = (shared.is(Quirk::AnotherCloud), document.as_object_mut()) {
        fields.insert("cloud_instance_name".to_owned(), "partner.microsoftonline.cn".into());
        fields.insert("tenant_region_scope".to_owned(), "AS".into());
        fields.insert("msgraph_host".to_owned(), "microsoftgraph.chinacloudapi.cn".into());
    }
    Ok(document)
}

fn discovered(shared: &Shared, call: &Call) -> Result<Value, Refusal> {
    let address = call
        .query
        .get("authorization_endpoint")
        .ok_or_else(|| Refusal::missing("authorization_endpoint"))?;
    if let Some(row) = shared.scenario.entra("instance") {
        return Err(row.into());
    }
    let own = shared.base.split_once("//").map_or("", |(_, host)| host);
    let url = Url::parse(address).map_err(|_detail| Refusal::of(50_049))?;
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    };
    if host != own && !KNOWN_HOSTS.contains(&host.as_str()) {
        return Err(Refusal::of(50_049));
    }
    let tenant = url.path_segments().and_then(|mut all| all.next());
    let generation = if url.path().contains("/v2.0/") { "v2.0/" } else { "" };
    let document = format!(
        "{}/{}/{generation}.well-known/openid-configuration",
        shared.base,
        tenant.unwrap_or("common")
    );
    Ok(json!({
        "tenant_discovery_endpoint": document,
        "api-version": "1.1",
        "metadata": [
            {"preferred_network": own, "preferred_cache": own, "aliases": [own]},
            {
                "preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net",
                "aliases": ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
            },
            {
                "preferred_network": "login.partner.microsoftonline.cn",
                "preferred_cache": "login.partner.microsoftonline.cn",
                "aliases": ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"]
            },
            {
                "preferred_network": "login.microsoftonline.us", "preferred_cache": "login.microsoftonline.us",
                "aliases": ["login.microsoftonline.us", "login.usgovcloudapi.net"]
            },
        ],
    }))
}

fn open(call: &Call, value: &Value) -> Reply {
    let reply = Reply::json(StatusCode::OK, value)
        .header("access-control-allow-origin", "*")
        .header("access-control-allow-methods", "GET, OPTIONS");
    dressed(reply, call, &chance::guid())
}
