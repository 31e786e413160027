//! Tokens: what they say, and what an answer with them looks like.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::apps::{Resource, Scopes};
use super::metadata::issuer;
use super::{OTHER_TENANT, Tenant, Version};
use crate::simulator::chance;
use crate::simulator::scenario::Quirk;
use crate::simulator::state::Shared;

/// Object id of the user who signs in.
const USER: &str = "d2b7c4e8-1f65-4a93-8c0b-6e9d5a3f7102";
/// Object id of the application's service principal.
const PRINCIPAL: &str = "58e0f3a7-4c92-4d1b-b6e5-9a7d2c8f0b34";

/// An application of nobody here.
const OTHER_APPLICATION: &str = "5d0f7a34-1b9e-4c27-9f68-2e8c4b6a1d03";

/// Seconds an access token lives, and how long before its birth it is already valid.
const LIFE: i64 = 3_600;
const EARLY: i64 = 300;

/// Who signed in, and how.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) mfa: bool,
    pub(super) nonce: Option<String>,
}

/// The parts of an answer of the token address.
pub(super) struct Grant<'a> {
    pub(super) version: Version,
    /// The API as the request named it.
    pub(super) audience: &'a str,
    pub(super) access_token: String,
    pub(super) scope: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: Option<String>,
    pub(super) client_info: bool,
}

impl Grant<'_> {
    /// The JSON, with numbers as this version writes them.
    pub(super) fn json(self, shared: &Shared) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        let strings = match self.version {
            Version::V1 => !shared.is(Quirk::NumberStrings),
            Version::V2 => shared.is(Quirk::StringNumbers),
        };
        let number = |number: i64| {
            if strings { Value::from(number.to_string()) } else { Value::from(number) }
        };
        put("token_type", "Bearer".into());
        if let Some(scope) = self.scope {
            put("scope", scope.into());
        }
        put("expires_in", number(LIFE - 1));
        put("ext_expires_in", number(LIFE - 1));
        if self.version == Version::V1 {
            let now = shared.clock.now();
            put("expires_on", number(now + LIFE));
            put("not_before", number(now - EARLY));
            put("resource", self.audience.into());
        }
        put("access_token", self.access_token.into());
        if let Some(token) = self.refresh_token {
            put("refresh_token", token.into());
        }
        if let Some(token) = self.id_token {
            put("id_token", token.into());
        }
        if self.client_info {
            put("client_info", client_info(shared).into());
        }
        Value::Object(body)
    }
}

/// Returns `client_info`: who signed in, for the caches of client libraries.
pub(super) fn client_info(shared: &Shared) -> String {
    let text = json!({"uid": USER, "utid": home(shared)}).to_string();
    URL_SAFE_NO_PAD.encode(text)
}

/// Returns a token for the application itself.
pub(super) fn for_application(shared: &Shared, audience: &str) -> String {
    let issuer = issuer(shared, Tenant::Home, Version::V1);
    let mut claims = common(shared, audience, &issuer, &shared.facts.tenant_id);
    let application = if shared.is(Quirk::OtherAppToken) { OTHER_APPLICATION } else { &shared.facts.client_id };
    extend(
        &mut claims,
        json!({
            "appid": application, "appidacr": "1", "idp": issuer, "oid": PRINCIPAL, "sub": PRINCIPAL,
            "ver": "1.0",
        }),
    );
    if shared.is(Quirk::OtherAudienceToken) {
        extend(&mut claims, json!({"aud": "https://graph.windows.net"}));
    }
    if shared.is(Quirk::PersonToken) {
        extend(&mut claims, json!({"scp": "user_impersonation"}));
    }
    minted(shared, claims)
}

/// Returns an access token for the user.
pub(super) fn for_person(shared: &Shared, audience: &str, resource: &Resource, person: &Person) -> String {
    let issuer = issuer(shared, home_tenant(shared), Version::V1);
    let mut claims = common(shared, audience, &issuer, home(shared));
    extend(
        &mut claims,
        json!({
            "acr": "1", "appid": shared.facts.client_id, "appidacr": "1", "family_name": "Operator",
            "given_name": "Alex", "ipaddr": "127.0.0.1", "name": "Alex Operator", "oid": USER,
            "scp": resource.permission, "sub": subject(audience), "unique_name": upn(shared), "upn": upn(shared),
            "ver": "1.0",
        }),
    );
    if shared.is(Quirk::NoScope) {
        extend(&mut claims, json!({"scp": "User.Read"}));
    }
    if !shared.is(Quirk::NoClaims) {
        extend(&mut claims, json!({"amr": ways(person.mfa)}));
    }
    minted(shared, claims)
}

/// Returns an id token, signed with the published key.
pub(super) fn id_token(shared: &Shared, version: Version, person: &Person) -> String {
    let issuer = issuer(shared, home_tenant(shared), version);
    let client = shared.facts.client_id.as_str();
    let mut claims = common(shared, client, &issuer, home(shared));
    extend(
        &mut claims,
        match version {
            Version::V1 => json!({
                "amr": ways(person.mfa), "family_name": "Operator", "given_name": "Alex", "ipaddr": "127.0.0.1",
                "name": "Alex Operator", "oid": USER, "sub": subject(client), "unique_name": upn(shared),
                "upn": upn(shared), "ver": "1.0",
            }),
            Version::V2 => json!({
                "name": "Alex Operator", "oid": USER, "preferred_username": upn(shared), "sub": subject(client),
                "ver": "2.0",
            }),
        },
    );
    if let Some(nonce) = &person.nonce {
        extend(&mut claims, json!({"nonce": nonce}));
    }
    shared.key.sign(&Value::Object(claims))
}

/// Returns the claims of an access token that was issued here and is valid now.
pub(in crate::simulator) fn claims_of(shared: &Shared, token: &str) -> Option<Value> {
    let opaque = shared.desk().opaque.get(token).cloned();
    let claims = opaque.or_else(|| shared.key.verify(token))?;
    let now = shared.clock.now();
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    (time("nbf")? <= now && now < time("exp")?).then_some(claims)
}

/// Returns the scope of an answer.
pub(super) fn scope(version: Version, scopes: &Scopes, resource: &Resource) -> String {
    match version {
        Version::V1 => resource.permission.to_owned(),
        Version::V2 => scopes.granted(resource),
    }
}

fn common(shared: &Shared, audience: &str, issuer: &str, tenant: &str) -> Map<String, Value> {
    let born = shared.clock.now() - EARLY;
    let claims = json!({
        "aud": audience, "iss": issuer, "iat": born, "nbf": born, "exp": born + EARLY + LIFE, "tid": tenant,
        "aio": chance::word(30), "rh": format!("1.{}.", chance::word(24)), "uti": chance::word(16),
    });
    match claims {
        Value::Object(claims) => claims,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

fn minted(shared: &Shared, claims: Map<String, Value>) -> String {
    let claims = Value::Object(claims);
    if shared.is(Quirk::OpaqueToken) {
        let token = chance::word(600);
        shared.desk().opaque.insert(token.clone(), claims);
        return token;
    }
    shared.key.sign(&claims)
}

fn extend(claims: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        claims.extend(more);
    }
}

fn ways(mfa: bool) -> Value {
    if mfa { json!(["pwd", "mfa"]) } else { json!(["pwd"]) }
}

fn home_tenant(shared: &Shared) -> Tenant {
    if shared.is(Quirk::WrongTenantUser) { Tenant::Other } else { Tenant::Home }
}

fn home(shared: &Shared) -> &str {
    home_tenant(shared).segment(&shared.facts)
}

fn upn(shared: &Shared) -> &str {
    if home(shared) == OTHER_TENANT { "admin@fabrikam.onmicrosoft.com" } else { &shared.facts.user }
}

/// A subject is another one for every audience.
fn subject(audience: &str) -> String {
    let digest = <sha2::Sha256 as sha2::Digest>::digest(format!("{USER}{audience}"));
    URL_SAFE_NO_PAD.encode(digest)
}
