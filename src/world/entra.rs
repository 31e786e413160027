//! Microsoft Entra ID: tenant discovery, the sign-in address, and the three token requests.
//!
//! Always the v2.0 endpoints and always a tenant, never `common`: an app-only token of `common` names another tenant
//! (MicrosoftDocs/azure-docs issue 6485), and a single-tenant app is refused there (AADSTS50194).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use crate::cloud::is_loopback;
use crate::effect::{AddressSeen, CodeExchange, SignIn, Tenant, TokenRefresh};
use crate::microsoft::sentence::numbers;
use crate::microsoft::{self, json};
use crate::words::{
    Audience, Cause, Credentials, Directory, Failure, Grant, Lifetime, Mismatch, Secret, Service, TenantId,
    TokenResponse, UntrustedText,
};
use crate::world::http::{Ask, Services};
use crate::world::reply::{Reply, failed};
use crate::world::token::salvage;
use crate::world::{claims, clock};

/// The `cloud_instance_name` of each of Microsoft's login hosts (entra-docs, authentication-national-cloud).
const INSTANCES: [(&str, &str, &str); 3] = [
    ("login.microsoftonline.com", "global", "microsoftonline.com"),
    ("login.partner.microsoftonline.cn", "china", "partner.microsoftonline.cn"),
    ("login.microsoftonline.us", "us-gov", "microsoftonline.us"),
];

/// The members of the metadata that can name a tenant (OpenID Connect Discovery 1.0, section 3).
const ADDRESSES: [&str; 3] = ["token_endpoint", "authorization_endpoint", "issuer"];

impl Services<'_> {
    /// Reads the public metadata of a directory (OpenID Connect Discovery 1.0, section 4) and finds its tenant ID there.
    pub async fn discover(&self, directory: &Directory) -> Result<Tenant, Box<Failure>> {
        let address = self.cloud.metadata_endpoint(directory.as_str());
        let ask = Ask::get(Service::Entra, address).with("accept", "application/json");
        let reply = self.http.answer(ask).await?;
        let map = reply.object()?;
        let cloud = json::text(&map, "cloud_instance_name");
        if let Some(other) = cloud.as_ref().filter(|name| self.is_elsewhere(name)) {
            return Err(failed(Service::Check, Cause::Mismatch(Mismatch::Cloud), other.as_str()));
        }
        let named = tenant_of(&map);
        let is_named = named.is_some();
        let id = named.or_else(|| match directory {
            // Other servers need not name tenants in their addresses; then the ID that was asked for is the answer.
            Directory::Tenant(id) => Some(id.clone()),
            Directory::Domain(_) => None,
        });
        let Some(id) = id else {
            if !ADDRESSES.iter().any(|it| map.contains_key(*it)) {
                return Err(reply.unreadable("no tenant ID in the metadata"));
            }
            // Metadata that names no tenant.
            let failure = reply.head.fault(Cause::Mismatch(Mismatch::NoTenant), directory.as_str());
            return Err(Box::new(Failure { service: Service::Check, ..*failure }));
        };
        Ok(Tenant { id, named: is_named, region: json::text(&map, "tenant_region_scope"), cloud })
    }

    /// Asks for a token of the application itself (RFC 6749, section 4.4; entra-docs, v2-oauth2-client-creds-grant-flow).
    pub async fn app_token(&self, credentials: &Credentials) -> Result<Grant, Box<Failure>> {
        let scope = self.default_scope(Audience::PartnerCenter);
        self.token(credentials, &[("grant_type", "client_credentials"), ("scope", &scope)]).await.grant
    }

    /// Redeems a code (RFC 6749, section 4.1.3): one POST on a connection of its own, never repeated.
    pub async fn redeem(&self, redemption: &CodeExchange) -> TokenResponse {
        let CodeExchange { credentials, code, redirect, verifier } = redemption;
        let scope = format!("{} offline_access openid profile", self.default_scope(Audience::PartnerCenter));
        let mut fields = vec![("grant_type", "authorization_code"), ("code", code.secret().reveal())];
        fields.extend(verifier.as_ref().map(|verifier| ("code_verifier", verifier.reveal())));
        fields.extend([("redirect_uri", redirect.as_str()), ("scope", &scope)]);
        self.token(credentials, &fields).await
    }

    /// Uses the refresh token for one audience (RFC 6749, section 6; entra-docs, v2-oauth2-auth-code-flow).
    pub async fn refresh(&self, renewal: &TokenRefresh) -> TokenResponse {
        let scope = format!("{} offline_access", self.default_scope(renewal.audience));
        let token = renewal.refresh_token.reveal();
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", &scope)];
        self.token(&renewal.credentials, &fields).await
    }

    /// One token request: the client says who it is in the form (RFC 6749, section 2.3.1). The refresh token is taken out of the
    /// answer before anything else is looked at.
    async fn token(&self, credentials: &Credentials, fields: &[(&str, &str)]) -> TokenResponse {
        let Credentials { tenant, application, secret } = credentials;
        let client = [("client_id", application.as_str()), ("client_secret", secret.reveal())];
        let form = Serializer::new(String::new()).extend_pairs(fields).extend_pairs(client).finish();
        let ask = Ask::post(Service::Entra, self.cloud.token_endpoint(tenant.as_str()), form.into_bytes())
            .with("accept", "application/json")
            .with("content-type", "application/x-www-form-urlencoded");
        match self.http.send(ask).await {
            Ok(reply) => {
                let refresh_token = reply.head.is_success().then(|| salvage(&reply.body, "refresh_token")).flatten();
                TokenResponse { refresh_token, grant: granted(&reply) }
            }
            Err(failure) => TokenResponse { refresh_token: None, grant: Err(failure) },
        }
    }

    /// The address of Microsoft's sign-in page (entra-docs, v2-oauth2-auth-code-flow; RFC 7636 for the challenge).
    pub fn authorize_address(&self, page: &Page<'_>) -> Url {
        let Page { sign_in, state, verifier, prompt } = page;
        let scope = format!("{} offline_access openid profile", self.default_scope(Audience::PartnerCenter));
        let challenge = verifier.map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.reveal())));
        let mut address = self.cloud.authorize_endpoint(sign_in.tenant.as_str());
        let mut pairs = address.query_pairs_mut();
        pairs.append_pair("response_type", "code");
        pairs.append_pair("client_id", sign_in.application.as_str()).append_pair("state", state.reveal());
        if let Some(challenge) = challenge {
            pairs.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
        }
        pairs.append_pair("redirect_uri", sign_in.redirect.as_str()).append_pair("scope", &scope);
        pairs.append_pair("response_mode", "query").append_pair("prompt", prompt);
        pairs.extend_pairs(sign_in.claims.as_ref().map(|claims| ("claims", claims.as_str())));
        drop(pairs);
        address
    }

    /// Asks the sign-in page without cookies and without a person (`prompt=none`, entra-docs). A redirect address that it
    /// knows gets "login required" sent back to it; one that it does not know gets a page that says AADSTS50011.
    pub async fn probe(&self, sign_in: &SignIn) -> AddressSeen {
        let (Ok(state), Ok(verifier)) = (random::<32>(), random::<32>()) else { return AddressSeen::Unclear };
        let page = Page { sign_in, state: &state, verifier: Some(&verifier), prompt: "none" };
        let seen = self.look_at(self.authorize_address(&page), sign_in);
        tokio::time::timeout(PATIENCE, seen).await.unwrap_or(AddressSeen::Unclear)
    }

    async fn look_at(&self, address: Url, sign_in: &SignIn) -> AddressSeen {
        let Ok(mut opening) = self.http.raw(Ask { alone: true, ..Ask::get(Service::Entra, address) }).await else {
            return AddressSeen::Unclear;
        };
        if (300..=399).contains(&opening.head.status) {
            let to = opening.head.headers.get(http::header::LOCATION);
            let to = to.and_then(|value| Url::parse(value.to_str().ok()?).ok());
            return if to.is_some_and(|to| says_login_required(&to, sign_in)) {
                AddressSeen::Known
            } else {
                AddressSeen::Unclear
            };
        }
        // A page is what is expected here, so it is read as bytes: elsewhere a page is a fault.
        let mut page = Vec::new();
        while let Ok(Some(chunk)) = opening.chunk().await {
            page.extend_from_slice(&chunk);
            if page.len() > PAGE {
                break;
            }
        }
        let refused = numbers(&String::from_utf8_lossy(&page)).contains(&50_011);
        if refused { AddressSeen::NotRegistered } else { AddressSeen::Unclear }
    }

    fn default_scope(&self, audience: Audience) -> String {
        let audience = match audience {
            Audience::PartnerCenter => &self.cloud.partner_center_audience,
            Audience::PartnerApi => &self.cloud.partner_api_audience,
        };
        format!("{audience}/.default")
    }

    /// Whether the metadata names one of Microsoft's clouds, and not the one that was asked.
    fn is_elsewhere(&self, name: &UntrustedText) -> bool {
        let host = self.cloud.login.host_str().unwrap_or_default();
        let here = INSTANCES
            .iter()
            .find(|(login, _, _)| *login == host)
            .or_else(|| INSTANCES.iter().find(|(_, called, _)| self.cloud.name == **called))
            .or_else(|| INSTANCES.first().filter(|_| is_loopback(&self.cloud.login)));
        let known = INSTANCES.iter().any(|(_, _, instance)| *name == **instance);
        known && here.is_some_and(|(_, _, instance)| *name != **instance)
    }
}

/// How long a person waits for advice.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of a sign-in page that are read.
const PAGE: usize = 512 * 1_024;

/// Whether a redirect leads to the address of this sign-in and says that nobody is signed in.
fn says_login_required(to: &Url, sign_in: &SignIn) -> bool {
    let Ok(own) = Url::parse(sign_in.redirect.as_str()) else {
        return false;
    };
    let same = to.scheme() == own.scheme() && to.host_str() == own.host_str();
    let silent = ["login_required", "interaction_required", "consent_required"];
    let says = to.query_pairs().any(|(key, value)| key == "error" && silent.contains(&value.as_ref()));
    same && says
}

/// What the sign-in address is made of.
#[derive(Debug)]
pub struct Page<'p> {
    /// Who signs in to what. The redirect address must have its port.
    pub sign_in: &'p SignIn,
    /// What the answer must bring back.
    pub state: &'p Secret,
    /// What the redemption must prove, when it is ours.
    pub verifier: Option<&'p Secret>,
    /// Who is asked for (OpenID Connect Core 1.0, section 3.1.2.1).
    pub prompt: &'static str,
}

/// So many bytes from the random source of the operating system, as text: 32 for a `state` or a PKCE verifier.
pub fn random<const BYTES: usize>() -> Result<Secret, Box<Failure>> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    getrandom::fill(&mut *bytes).map_err(|_unshown| failed(Service::Machine, Cause::Internal, "random source"))?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(*bytes)))
}

/// The access token of an answer (RFC 6749, section 5.1), read leniently, or what the answer is instead.
fn granted(reply: &Reply) -> Result<Grant, Box<Failure>> {
    let map = json::object(&reply.body).unwrap_or_default();
    let member = |name: &str| {
        let text = json::member(&map, name)?.as_str().filter(|text| !text.is_empty())?;
        Some(Secret::shared(text.to_owned()))
    };
    let is_success = reply.head.is_success();
    if is_success {
        let read = member("access_token").map(|token| (token, member("id_token")));
        let salvaged = |name| salvage(&reply.body, name);
        let found = read.or_else(|| Some((salvaged("access_token")?, salvaged("id_token"))));
        if let Some((access_token, id_token)) = found {
            let seconds = json::member(&map, "expires_in").and_then(json::number);
            let claims = claims::decode(access_token.reveal());
            let expires_in = seconds.map(Duration::from_secs);
            return Ok(Grant {
                lifetime: lifetime(clock::now(), expires_in, claims.expires),
                claims,
                id_claims: id_token.map(|token| claims::decode(token.reveal())),
                access_token,
            });
        }
    }
    let said = microsoft::read(Service::Entra, &reply.body);
    match &reply.broken {
        Some(broken) if is_success || map.is_empty() => Err(broken.clone()),
        None if is_success && said.error.is_none() && said.codes.is_empty() => {
            Err(reply.unreadable("no access token in the answer"))
        }
        _ => Err(reply.refused(said)),
    }
}

/// The answer counts from now, the token names a time by the server's clock: the earlier of both, so that neither a clock that
/// is wrong nor an answer that waited makes a token look longer lived than it is.
fn lifetime(now: Timestamp, expires_in: Option<Duration>, expires: Option<Timestamp>) -> Option<Lifetime> {
    let counted = expires_in.and_then(|time| now.checked_add(time).ok());
    let until = counted.into_iter().chain(expires).min()?;
    Some(Lifetime { from: now, until })
}

/// The GUID in the addresses of the metadata: `{login}/{tid}/oauth2/v2.0/token`, `https://sts.windows.net/{tid}/`.
fn tenant_of(map: &Map<String, Value>) -> Option<TenantId> {
    ADDRESSES
        .iter()
        .filter_map(|name| json::member(map, name)?.as_str())
        .filter_map(|address| Url::parse(address).ok())
        .find_map(|url| {
            url.path_segments()?
                .find(|part| crate::words::ids::looks_like_guid(part))
                .and_then(|part| TenantId::parse(part).ok())
                .map(|mended| mended.value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Cloud;
    use crate::world::http::{Http, HttpOptions};

    const GUID: &str = "11111111-2222-3333-4444-555555555555";

    fn tenant(body: &str) -> Option<String> {
        tenant_of(&json::object(body.as_bytes()).unwrap()).map(|id| id.as_str().to_owned())
    }

    #[test]
    fn the_tenant_is_found_in_either_version_of_the_metadata() {
        for body in [
            format!(r#"{{"token_endpoint":"https://login.windows.net/{GUID}/oauth2/token"}}"#),
            format!(r#"{{"token_endpoint":7,"issuer":"https://sts.windows.net/{GUID}/"}}"#),
            format!(r#"{{"issuer":"https://login.microsoftonline.com/{GUID}/v2.0"}}"#),
            format!(
                r#"{{"token_endpoint":"nonsense","authorization_endpoint":"https://x.example/{GUID}/oauth2/v2.0/authorize"}}"#
            ),
        ] {
            assert_eq!(tenant(&body).as_deref(), Some(GUID), "{body}");
        }
        for body in [
            "{}",
            r#"{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0"}"#,
            r#"{"token_endpoint":"https://id.example/token"}"#,
        ] {
            assert_eq!(tenant(body), None, "{body}");
        }
    }

    #[test]
    fn a_token_lasts_as_long_as_the_more_careful_of_two_says() {
        let at = |second: i64| Timestamp::from_second(1_780_000_000 + second).unwrap();
        for (expires_in, expires, until) in [
            (Some(3_599), Some(at(3_600)), Some(at(3_599))),
            (Some(3_599), Some(at(1_800)), Some(at(1_800))),
            (None, Some(at(60)), Some(at(60))),
            (Some(60), None, Some(at(60))),
            (Some(u64::MAX), Some(at(5)), Some(at(5))),
            (Some(u64::MAX), None, None),
            (None, None, None),
        ] {
            let told = lifetime(at(0), expires_in.map(Duration::from_secs), expires);
            assert_eq!(told.map(|told| told.until), until, "{expires_in:?} {expires:?}");
        }
    }

    #[test]
    fn another_cloud_is_noticed() {
        let http = Http::new(&HttpOptions::default()).unwrap();
        let (global, china) = (Cloud::global(), Cloud::china());
        let (here, there) = (Services { http: &http, cloud: &global }, Services { http: &http, cloud: &china });
        for (entra, name, expected) in [
            (here, "microsoftonline.com", false),
            (here, "microsoftonline.us", true),
            (here, "partner.microsoftonline.cn", true),
            (here, "localhost", false),
            (there, "partner.microsoftonline.cn", false),
            (there, "microsoftonline.com", true),
        ] {
            assert_eq!(entra.is_elsewhere(&UntrustedText::new(name)), expected, "{name}");
        }
    }
}
