//! Microsoft Entra ID: tenant discovery, the sign-in address, and the three token requests.
//!
//! Always the v2.0 endpoints and always a tenant, never `common`: an app-only token of `common` names another tenant
//! (MicrosoftDocs/azure-docs issue 6485), and a single-tenant app is refused there (AADSTS50194).

use std::borrow::Cow;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenUrl,
};
use serde_json::{Map, Value};
use url::Url;

use crate::cloud::is_loopback;
use crate::effect::{AddressSeen, CodeExchange, SignIn, Tenant, TokenRefresh};
use crate::microsoft::sentence::numbers;
use crate::microsoft::{self, json};
use crate::words::{
    Audience, Cause, ClientId, Credentials, Directory, Failure, Grant, Lifetime, Mismatch, Secret, Service,
    SharedSecret, TenantId, TokenResponse, UntrustedText,
};
use crate::world::http::{Ask, Services};
use crate::world::reply::{Reply, failed};
use crate::world::token::salvage;
use crate::world::{claims, clock};

/// `oauth2`'s client: the one place where its type parameters are spelled out.
type Oauth = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

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
        let client = self.client(&credentials.tenant, &credentials.application, Some(&credentials.secret));
        let request = client.exchange_client_credentials().add_scope(self.default_scope(Audience::PartnerCenter));
        let answer = Answer::default();
        drop(request.request_async(&|request| self.exchange(request, &answer)).await);
        token_response(answer).grant
    }

    /// Redeems a code (RFC 6749, section 4.1.3): one POST on a connection of its own, never repeated.
    pub async fn redeem(&self, redemption: &CodeExchange) -> TokenResponse {
        let redirect = match redirect_url(redemption.redirect.as_str()) {
            Ok(redirect) => redirect,
            Err(failure) => return nothing(failure),
        };
        let Credentials { tenant, application, secret } = &redemption.credentials;
        let client = self.client(tenant, application, Some(secret));
        let code = AuthorizationCode::new(redemption.code.secret().reveal().to_owned());
        let mut request = client.exchange_code(code).set_redirect_uri(Cow::Owned(redirect)).add_extra_param(
            "scope",
            format!("{} offline_access openid profile", &*self.default_scope(Audience::PartnerCenter)),
        );
        if let Some(verifier) = &redemption.verifier {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.reveal().to_owned()));
        }
        let answer = Answer::default();
        drop(request.request_async(&|request| self.exchange(request, &answer)).await);
        token_response(answer)
    }

    /// Uses the refresh token for one audience (RFC 6749, section 6; entra-docs, v2-oauth2-auth-code-flow).
    pub async fn refresh(&self, renewal: &TokenRefresh) -> TokenResponse {
        self.refreshed(renewal, self.default_scope(renewal.audience)).await
    }

    /// The same for Microsoft Graph.
    pub async fn refresh_for_graph(&self, renewal: &TokenRefresh) -> TokenResponse {
        let audience = self.cloud.graph_audience().unwrap_or_default();
        self.refreshed(renewal, Scope::new(format!("{audience}/.default"))).await
    }

    async fn refreshed(&self, renewal: &TokenRefresh, scope: Scope) -> TokenResponse {
        let Credentials { tenant, application, secret } = &renewal.credentials;
        let client = self.client(tenant, application, Some(secret));
        let token = RefreshToken::new(renewal.refresh_token.reveal().to_owned());
        let request =
            client.exchange_refresh_token(&token).add_scope(scope).add_scope(Scope::new("offline_access".to_owned()));
        let answer = Answer::default();
        drop(request.request_async(&|request| self.exchange(request, &answer)).await);
        token_response(answer)
    }

    /// The address of Microsoft's sign-in page (entra-docs, v2-oauth2-auth-code-flow; RFC 7636 for the challenge).
    pub fn authorize_address(&self, page: &Page<'_>) -> Result<Url, Box<Failure>> {
        let SignIn { tenant, application, redirect, claims, redeemer: _ } = page.sign_in;
        let client = self.client(tenant, application, None);
        let state = page.state.reveal().to_owned();
        let scopes = ["offline_access", "openid", "profile"].map(|s| Scope::new(s.to_owned()));
        let mut request = client
            .authorize_url(move || CsrfToken::new(state))
            .set_redirect_uri(Cow::Owned(redirect_url(redirect.as_str())?))
            .add_scope(self.default_scope(Audience::PartnerCenter))
            .add_scopes(scopes)
            .add_extra_param("response_mode", "query")
            .add_extra_param("prompt", "select_account");
        if let Some(verifier) = page.verifier {
            let verifier = PkceCodeVerifier::new(verifier.reveal().to_owned());
            let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
            request = request.set_pkce_challenge(challenge);
        }
        if let Some(claims) = claims {
            request = request.add_extra_param("claims", claims.as_str());
        }
        Ok(request.url().0)
    }

    /// Asks the sign-in page without cookies and without a person (`prompt=none`, entra-docs). A redirect address that it
    /// knows gets "login required" sent back to it; one that it does not know gets a page that says AADSTS50011.
    pub async fn probe(&self, sign_in: &SignIn) -> AddressSeen {
        let (state, verifier) = new_state_and_verifier();
        let page = Page { sign_in, state: &state, verifier: Some(&verifier) };
        let Ok(mut address) = self.authorize_address(&page) else {
            return AddressSeen::Unclear;
        };
        let pairs: Vec<(String, String)> = address
            .query_pairs()
            .filter(|(key, _)| key != "prompt")
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .collect();
        address.query_pairs_mut().clear().extend_pairs(pairs).append_pair("prompt", "none");
        tokio::time::timeout(PATIENCE, self.look_at(address, sign_in)).await.unwrap_or(AddressSeen::Unclear)
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

    /// One call of `oauth2` over our own client. `oauth2` makes the request; the answer is put aside and read here: its own reading
    /// refuses the string `"expires_in":"3599"` of the v1 endpoint, loses the status, `error_codes`, `claims` and the trace ID of an
    /// error, and carries what it cannot parse whole.
    async fn exchange(&self, request: HttpRequest, answer: &Answer) -> io::Result<HttpResponse> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(io::Error::other)?;
        let ask = Ask { headers: parts.headers, ..Ask::post(Service::Entra, url, body) };
        let _once = answer.set(self.http.send(ask).await);
        Err(io::ErrorKind::Other.into())
    }

    fn client(&self, tenant: &TenantId, application: &ClientId, secret: Option<&SharedSecret>) -> Oauth {
        let page = AuthUrl::from_url(self.cloud.authorize_endpoint(tenant.as_str()));
        let token = TokenUrl::from_url(self.cloud.token_endpoint(tenant.as_str()));
        let mut client = BasicClient::new(oauth2::ClientId::new(application.as_str().to_owned()))
            .set_auth_uri(page)
            .set_token_uri(token)
            .set_auth_type(AuthType::RequestBody);
        if let Some(secret) = secret {
            client = client.set_client_secret(ClientSecret::new(secret.reveal().to_owned()));
        }
        client
    }

    fn default_scope(&self, audience: Audience) -> Scope {
        Scope::new(format!("{}/.default", self.cloud.audience(audience)))
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
}

/// A fresh `state` of 256 bits and a PKCE verifier of 256 bits, both from the random source of the operating system.
pub fn new_state_and_verifier() -> (SharedSecret, SharedSecret) {
    let state = CsrfToken::new_random_len(32).into_secret();
    let (_challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    (Secret::shared(state), Secret::shared(verifier.into_secret()))
}

/// What came of one call of `oauth2`.
type Answer = OnceLock<Result<Reply, Box<Failure>>>;

/// Reads what a token request has come to. The refresh token is taken first.
fn token_response(answer: Answer) -> TokenResponse {
    match answer.into_inner() {
        Some(Ok(reply)) => {
            let refresh_token = reply.head.is_success().then(|| salvage(&reply.body, "refresh_token")).flatten();
            TokenResponse { refresh_token, grant: granted(&reply) }
        }
        Some(Err(failure)) => nothing(failure),
        None => nothing(internal("token request")),
    }
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

fn redirect_url(address: &str) -> Result<RedirectUrl, Box<Failure>> {
    RedirectUrl::new(address.to_owned()).map_err(|_unshown| internal("redirect address"))
}

fn nothing(failure: Box<Failure>) -> TokenResponse {
    TokenResponse { refresh_token: None, grant: Err(failure) }
}

fn internal(detail: &str) -> Box<Failure> {
    failed(Service::Entra, Cause::Internal, detail)
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
