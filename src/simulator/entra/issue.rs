//! Tokens: what they say, and what an answer with them looks like.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::apps::{DIRECTORY_API, Resource, Scopes};
use super::metadata::issuer;
use super::{Tenant, Version};
use crate::simulator::scenario::Quirk;
use crate::simulator::state::Shared;
use crate::simulator::{chance, joined, without_nulls};

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

/// What an answer of the token address has beside the access token.
#[derive(Default)]
pub(super) struct Grant {
    pub(super) scope: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: Option<String>,
    pub(super) client_info: bool,
}

impl Grant {
    /// The JSON, with numbers as this version writes them; `audience` is the API as the request named it.
    pub(super) fn json(self, shared: &Shared, version: Version, audience: &str, access_token: &str) -> Value {
        let strings = match version {
            Version::V1 => !shared.is(Quirk::NumberStrings),
            Version::V2 => shared.is(Quirk::StringNumbers),
        };
        let number = |number: i64| {
            if strings { Value::from(number.to_string()) } else { Value::from(number) }
        };
        let now = shared.clock.now();
        // The first generation says in so many words from when, until when and for what.
        let v1 = |value: Value| (version == Version::V1).then_some(value);
        without_nulls(json!({
            "token_type": "Bearer", "scope": self.scope,
            "expires_in": number(LIFE - 1), "ext_expires_in": number(LIFE - 1),
            "expires_on": v1(number(now + LIFE)), "not_before": v1(number(now - EARLY)),
            "resource": v1(audience.into()),
            "access_token": access_token, "refresh_token": self.refresh_token, "id_token": self.id_token,
            "client_info": self.client_info.then(|| client_info(shared)),
        }))
    }
}

/// Returns `client_info`: who signed in, for the caches of client libraries.
pub(super) fn client_info(shared: &Shared) -> String {
    let text = json!({"uid": USER, "utid": home(shared).segment(&shared.facts)}).to_string();
    URL_SAFE_NO_PAD.encode(text)
}

/// Returns a token for an application itself.
pub(in crate::rooms::simulator) fn for_application(shared: &Shared, audience: &str, application: &str) -> String {
    let application = if shared.is(Quirk::OtherAppToken) { OTHER_APPLICATION } else { application };
    let audience = if shared.is(Quirk::OtherAudienceToken) { DIRECTORY_API } else { audience };
    let own = json!({
        "appid": application, "appidacr": "1", "idp": issuer(shared, Tenant::Home, Version::V1), "oid": PRINCIPAL,
        "sub": PRINCIPAL, "scp": shared.is(Quirk::PersonToken).then_some("user_impersonation"), "ver": "1.0",
    });
    minted(shared, claims(shared, audience, (Tenant::Home, Version::V1), own))
}

/// Returns an access token for the user.
pub(super) fn for_person(shared: &Shared, audience: &str, resource: &Resource, person: &Person) -> String {
    let scope = if shared.is(Quirk::NoScope) { "User.Read" } else { resource.permission };
    let own = json!({
        "acr": "1", "amr": (!shared.is(Quirk::NoClaims)).then(|| ways(person.mfa)), "appid": shared.facts.client_id,
        "appidacr": "1", "family_name": "Operator", "given_name": "Alex", "ipaddr": "127.0.0.1",
        "name": "Alex Operator", "oid": USER, "scp": scope, "sub": subject(audience), "unique_name": upn(shared),
        "upn": upn(shared), "ver": "1.0",
    });
    minted(shared, claims(shared, audience, (home(shared), Version::V1), own))
}

/// Returns an id token, signed with the published key.
pub(super) fn id_token(shared: &Shared, version: Version, person: &Person) -> String {
    let client = shared.facts.client_id.as_str();
    let own = match version {
        Version::V1 => json!({
            "amr": ways(person.mfa), "family_name": "Operator", "given_name": "Alex", "ipaddr": "127.0.0.1",
            "name": "Alex Operator", "nonce": person.nonce, "oid": USER, "sub": subject(client),
            "unique_name": upn(shared), "upn": upn(shared), "ver": "1.0",
        }),
        Version::V2 => json!({
            "name": "Alex Operator", "nonce": person.nonce, "oid": USER, "preferred_username": upn(shared),
            "sub": subject(client), "ver": "2.0",
        }),
    };
    shared.key.sign(&claims(shared, client, (home(shared), version), own))
}

/// Returns the claims of an access token that was issued here and is valid now.
pub(in crate::rooms::simulator) fn claims_of(shared: &Shared, token: &str) -> Option<Value> {
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

/// What every token says, and what this one says of its own.
fn claims(shared: &Shared, audience: &str, (tenant, version): (Tenant, Version), own: Value) -> Value {
    let born = shared.clock.now() - EARLY;
    let common = json!({
        "aud": audience, "iss": issuer(shared, tenant, version), "tid": tenant.segment(&shared.facts),
        "iat": born, "nbf": born, "exp": born + EARLY + LIFE,
        "aio": chance::word(30), "rh": format!("1.{}.", chance::word(24)), "uti": chance::word(16),
    });
    without_nulls(joined(common, own))
}

fn minted(shared: &Shared, claims: Value) -> String {
    if shared.is(Quirk::OpaqueToken) {
        let token = chance::word(600);
        shared.desk().opaque.insert(token.clone(), claims);
        return token;
    }
    shared.key.sign(&claims)
}

fn ways(mfa: bool) -> Value {
    if mfa { json!(["pwd", "mfa"]) } else { json!(["pwd"]) }
}

/// The user's directory.
fn home(shared: &Shared) -> Tenant {
    if shared.is(Quirk::WrongTenantUser) { Tenant::Other } else { Tenant::Home }
}

fn upn(shared: &Shared) -> &str {
    if home(shared) == Tenant::Other { "admin@fabrikam.onmicrosoft.com" } else { &shared.facts.user }
}

/// A subject is another one for every audience.
fn subject(audience: &str) -> String {
    let digest = <sha2::Sha256 as sha2::Digest>::digest(format!("{USER}{audience}"));
    URL_SAFE_NO_PAD.encode(digest)
}
