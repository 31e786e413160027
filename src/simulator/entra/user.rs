//! Grants with a user behind them: authorization codes and refresh tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::apps::{GRAPH, OLD_GRAPH, Resource, Scopes};
use super::issue::{self, Grant, Person};
use super::token::Ask;
use super::visit::{Code, Hash};
use super::{Tenant, Version};
use crate::simulator::chance;
use crate::simulator::scenario::{Quirk, Refusal};
use crate::simulator::state::Desk;

/// Seconds an authorization code lives.
const CODE_LIFE: i64 = 600;
/// Seconds a refresh token lives without being used.
const IDLE_LIFE: i64 = 90 * 86_400;

/// A refresh token: bound to a user and an application, to no API.
#[derive(Clone, Debug)]
pub(in crate::rooms::simulator) struct Renewal {
    mfa: bool,
    resource: &'static Resource,
    scopes: Scopes,
    used: i64,
}

impl<'a> Ask<'a> {
    /// Exchanges an authorization code.
    pub(super) fn for_code(&self) -> Result<Value, Refusal> {
        let name = self.need("code")?;
        let uri = self.form.get("redirect_uri");
        if self.version == Version::V2 && uri.is_none() {
            return Err(Refusal::missing("redirect_uri"));
        }
        let code = self.code(name)?;
        self.right_place(&code, uri)?;
        self.right_verifier(&code)?;
        let now = self.shared.clock.now();
        if code.used {
            return Err(Refusal::of(54_005));
        }
        if now > code.born + CODE_LIFE {
            return Err(Refusal::of(70_008));
        }
        let (then, scopes) = match self.version {
            Version::V1 => (code.asked.resource, Scopes::default()),
            Version::V2 => (None, code.asked.scopes.clone()),
        };
        let (resource, audience, scopes) = self.resource(then, scopes)?;
        if then.is_some_and(|then| then != resource) {
            return Err(Refusal::of(70_000));
        }
        if self.version == Version::V2 && self.form.get("scope").is_some() && scopes.resources().len() > 1 {
            return Err(Refusal::of(700_022));
        }
        self.consented(resource)?;
        self.strike("redeem", audience)?;
        {
            let mut desk = self.shared.desk();
            desk.counters.redemptions += 1;
            if let Some(code) = desk.codes.get_mut(name) {
                code.used = true;
            }
        }
        let person = Person { mfa: code.mfa, nonce: code.asked.nonce.clone() };
        let id_token = self.version == Version::V1 || code.asked.scopes.has("openid");
        let renew =
            self.version == Version::V1 || code.asked.scopes.has("offline_access") || scopes.has("offline_access");
        Ok(self.for_person(resource, audience, &scopes, (&person, id_token, renew)))
    }

    /// Finds a code: cut, unknown and mistyped ones are different mistakes.
    fn code(&self, name: &str) -> Result<Code, Refusal> {
        let desk = self.shared.desk();
        if let Some(code) = desk.codes.get(name) {
            return Ok(code.clone());
        }
        Err(malformed(name, &desk))
    }

    fn right_place(&self, code: &Code, uri: Option<&str>) -> Result<(), Refusal> {
        if self.tenant == Tenant::Other {
            return Err(Refusal::of(700_005));
        }
        match uri {
            Some(uri) if uri == code.asked.back.redirect_uri => Ok(()),
            Some(uri) => Err(Refusal::of(500_112).fill("{redirect}", uri)),
            None if code.asked.explicit => Err(Refusal::of(700_009)),
            None => Ok(()),
        }
    }

    fn right_verifier(&self, code: &Code) -> Result<(), Refusal> {
        let verifier = self.form.raw("code_verifier");
        let matches = match (&code.asked.challenge, verifier) {
            (None, None) => true,
            (Some((hash, challenge)), Some(verifier)) => {
                let made = match hash {
                    Hash::Plain => verifier.to_owned(),
                    Hash::S256 => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
                };
                (43..=128).contains(&verifier.len()) && made == *challenge
            }
            (None, Some(_)) | (Some(_), None) => false,
        };
        if matches { Ok(()) } else { Err(Refusal::of(501_481)) }
    }

    /// Exchanges a refresh token.
    pub(super) fn for_renewal(&self) -> Result<Value, Refusal> {
        let name = self.need("refresh_token")?;
        let renewal = {
            let desk = self.shared.desk();
            let found = desk.renewals.get(name).cloned();
            found.ok_or_else(|| malformed(name, &desk))?
        };
        if self.tenant == Tenant::Other {
            return Err(Refusal::of(700_005));
        }
        if self.shared.clock.now() > renewal.used + IDLE_LIFE {
            return Err(Refusal::of(700_082));
        }
        let (resource, audience, scopes) = self.resource(Some(renewal.resource), renewal.scopes.clone())?;
        self.consented(resource)?;
        self.strike("refresh", audience)?;
        if resource.uri == super::PARTNER_API {
            self.strike("second", audience)?;
        }
        if *resource == GRAPH && self.shared.is(Quirk::NoGraphBilling) {
            return Err(Refusal::of(65_001));
        }
        {
            let mut desk = self.shared.desk();
            desk.counters.refreshes += 1;
            if let Some(renewal) = desk.renewals.get_mut(name) {
                renewal.used = self.shared.clock.now();
            }
        }
        let person = Person { mfa: renewal.mfa, nonce: None };
        let openid = match self.version {
            Version::V1 => self.form.get("scope").is_some_and(|scope| scope.contains("openid")),
            Version::V2 => scopes.has("openid"),
        };
        let renew = self.version == Version::V1 || scopes.has("offline_access");
        Ok(self.for_person(resource, audience, &scopes, (&person, openid, renew)))
    }

    /// Which API the tokens are for, and as the request names it; the first one where several are named. Where none is named, the one
    /// of `then` and `scopes`, which are of the code or of the refresh token.
    fn resource(
        &self,
        then: Option<&'static Resource>,
        scopes: Scopes,
    ) -> Result<(&'static Resource, &'a str, Scopes), Refusal> {
        if self.version == Version::V1 {
            let asked = self.form.get("resource");
            let named = asked.map(Resource::named).transpose()?;
            let resource = named.or(then).unwrap_or(&OLD_GRAPH);
            return Ok((resource, asked.unwrap_or(resource.uri), scopes));
        }
        let (named, scopes) = match self.form.get("scope").map(Scopes::parse).transpose()? {
            Some(scopes) => (scopes.resources().first().copied(), scopes),
            None => (None, scopes),
        };
        let resource = named.or(then).unwrap_or_else(|| scopes.first());
        Ok((resource, resource.uri, scopes))
    }

    fn consented(&self, resource: &Resource) -> Result<(), Refusal> {
        if *resource == GRAPH || self.shared.desk().consented.contains(resource.uri) {
            return Ok(());
        }
        let code = if resource.listed { 65_001 } else { 650_057 };
        Err(Refusal::of(code).fill("{resource}", resource.uri))
    }

    fn for_person(
        &self,
        resource: &'static Resource,
        audience: &str,
        scopes: &Scopes,
        (person, id_token, renew): (&Person, bool, bool),
    ) -> Value {
        let shared = self.shared;
        let renew = renew && !shared.is(Quirk::NoRefreshToken);
        let refresh_token = renew.then(|| {
            let name = format!("1.A{}.AgABAwEA{}", chance::word(48), chance::word(600));
            let renewal = Renewal { mfa: person.mfa, resource, scopes: scopes.clone(), used: shared.clock.now() };
            shared.desk().renewals.insert(name.clone(), renewal);
            name
        });
        let grant = Grant {
            scope: Some(issue::scope(self.version, scopes, resource)),
            refresh_token,
            id_token: id_token.then(|| issue::id_token(shared, self.version, person)),
            client_info: self.form.get("client_info") == Some("1"),
        };
        grant.json(shared, self.version, audience, &issue::for_person(shared, audience, resource, person))
    }
}

/// A code or refresh token that is not known: cut short, or something else altogether.
fn malformed(name: &str, desk: &Desk) -> Refusal {
    let clean = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let begins = |whole: &String| whole.starts_with(name) || name.starts_with(whole.as_str());
    let cut = desk.codes.keys().any(begins) || desk.renewals.keys().any(begins);
    if cut || !clean || name.len() < 100 { Refusal::of(9_002_313) } else { Refusal::of(70_000) }
}
