//! The token address: every grant it knows, and what it refuses.

use hyper::Method;
use serde_json::{Value, json};

use super::apps::{Resource, Scopes};
use super::issue::{self, Grant};
use super::refusal::answered;
use super::{Tenant, Version, authorize};
use crate::simulator::chance;
use crate::simulator::http::{Call, Pairs, Reply};
use crate::simulator::scenario::{Quirk, Refusal};
use crate::simulator::state::Shared;

/// The tenant that client credentials land in on `common`.
const MICROSOFT_SERVICES: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A request to the token address that got past the door.
pub(super) struct Ask<'a> {
    pub(super) shared: &'a Shared,
    pub(super) form: &'a Pairs,
    pub(super) tenant: Tenant,
    pub(super) version: Version,
}

/// Answers a request for tokens.
pub(super) fn answer(shared: &Shared, call: &Call, tenant: &str, version: Version) -> Reply {
    if call.method != Method::POST {
        let text = format!("The endpoint only accepts POST requests. Received a {} request.", call.method);
        let refusal = Refusal { status: Some(405), ..Refusal::new(900_561, "invalid_request", text) };
        return refusal.reply(shared, call).header("allow", "POST");
    }
    answered(shared, call, granted(shared, call, tenant, version))
}

/// Answers a request to start a sign-in on another device.
pub(super) fn device(shared: &Shared, call: &Call, tenant: &str, version: Version) -> Reply {
    let form = call.form();
    let started = Tenant::named(tenant, &shared.facts).and_then(|tenant| {
        let ask = Ask { shared, form: &form, tenant, version };
        ask.known_client(ask.need("client_id")?).map(drop)?;
        let needed = match version {
            Version::V1 => Resource::named(ask.need("resource")?).map(|_| ()),
            Version::V2 => Scopes::parse(ask.need("scope")?).map(|_| ()),
        };
        needed.map(|()| ask.start_device())
    });
    answered(shared, call, started)
}

fn granted(shared: &Shared, call: &Call, tenant: &str, version: Version) -> Result<Value, Refusal> {
    let form = call.form();
    let tenant = Tenant::named(tenant, &shared.facts).map_err(|refusal| refusal.with_error("invalid_request"))?;
    if let Some(name) = form.twice() {
        return Err(authorize::twice(name));
    }
    let ask = Ask { shared, form: &form, tenant, version };
    let grant = ask.need("grant_type")?;
    if version == Version::V2 && form.raw("resource").is_some() {
        return Err(Refusal::of(901_002));
    }
    if grant == "authorization_code" {
        shared.desk().counters.redemption_attempts += 1;
    }
    let known = ["client_credentials", "authorization_code", "refresh_token", DEVICE_CODE, "password"];
    if !known.contains(&grant) {
        let text = format!("The app requested an unsupported grant type '{grant}'.");
        return Err(Refusal::new(70_003, "unsupported_grant_type", text));
    }
    let client = ask.authenticate(call, grant == "client_credentials")?;
    match grant {
        "client_credentials" => ask.for_application(&client),
        "authorization_code" => ask.for_code(),
        "refresh_token" => ask.for_renewal(),
        DEVICE_CODE => Err(ask.for_device()?),
        _ => Err(ask.for_password()?),
    }
}

impl<'a> Ask<'a> {
    /// Returns a field of the form, or says which one is missing.
    pub(super) fn need(&self, name: &str) -> Result<&'a str, Refusal> {
        self.form.get(name).ok_or_else(|| Refusal::missing(name))
    }

    /// The secret of an application of the directory.
    fn known_client(&self, client: &str) -> Result<String, Refusal> {
        let facts = &self.shared.facts;
        if client.eq_ignore_ascii_case(&facts.client_id) {
            return Ok(facts.client_secret.clone());
        }
        if let Some(other) = self.shared.identity(client) {
            return Ok(other.secret.clone());
        }
        Err(Refusal::of(700_016).fill("{app}", client).fill("{tenant}", self.tenant.segment(facts)))
    }

    /// Checks who asks. The secret may be in the form or in HTTP Basic, but not differently in both. Applications beside the one of
    /// the rehearsal sign in as themselves alone.
    fn authenticate(&self, call: &Call, alone: bool) -> Result<String, Refusal> {
        let facts = &self.shared.facts;
        let basic = call.basic();
        let client = match (self.form.get("client_id"), &basic) {
            (Some(client), Some((user, _))) if client != user => return Err(Refusal::of(90_023)),
            (Some(client), _) => client,
            (None, Some((client, _))) => client.as_str(),
            (None, None) => return Err(Refusal::missing("client_id")),
        };
        let known = self.known_client(client)?;
        let own = client.eq_ignore_ascii_case(&facts.client_id);
        if !own && !alone {
            return Err(Refusal::of(700_016).fill("{app}", client).fill("{tenant}", self.tenant.segment(facts)));
        }
        if let Some(assertion) = self.form.get("client_assertion") {
            let federated = own && alone && self.form.get("client_assertion_type") == Some(JWT_BEARER);
            // The one credential of that kind: whoever has it is the pod of the rehearsal.
            return if federated && assertion == facts.federated_token {
                Ok(client.to_owned())
            } else {
                Err(Refusal::of(700_027))
            };
        }
        let posted = self.form.get("client_secret");
        let secret = match (posted, &basic) {
            (Some(secret), None) => secret,
            (None, Some((_, secret))) if !secret.is_empty() => secret,
            (Some(secret), Some((_, password))) if secret == password => secret,
            (Some(_), Some(_)) => return Err(Refusal::of(90_023)),
            (None, _) => return Err(Refusal::of(7_000_218)),
        };
        let fresh = self.shared.is(Quirk::NewSecret) && self.shared.strikes_within(2);
        if secret != known || fresh {
            return Err(Refusal::of(7_000_215));
        }
        Ok(client.to_owned())
    }

    fn for_application(&self, client: &str) -> Result<Value, Refusal> {
        let audience = match self.version {
            Version::V1 => {
                let name = self.need("resource")?;
                Resource::named(name)?;
                name
            }
            Version::V2 => {
                let scope = self.need("scope")?;
                Scopes::of_application(scope)?;
                scope.trim().trim_end_matches("/.default")
            }
        };
        match self.tenant {
            Tenant::Home => {}
            Tenant::Other => return Err(missing_principal(super::OTHER_TENANT)),
            Tenant::Shared("consumers") => return Err(Refusal::of(9_001_023)),
            Tenant::Shared(_) => return Err(missing_principal(MICROSOFT_SERVICES)),
        }
        if self.shared.is(Quirk::HostileText) {
            return Err(Refusal::new(7_000_215, "invalid_client", hostile()));
        }
        self.strike("app-only", audience)?;
        self.shared.desk().counters.app_tokens += 1;
        let token = issue::for_application(self.shared, audience, client);
        Ok(Grant::default().json(self.shared, self.version, audience, &token))
    }

    /// A user's password is never enough.
    fn for_password(&self) -> Result<Refusal, Refusal> {
        let (user, password) = (self.need("username")?, self.need("password")?);
        let facts = &self.shared.facts;
        if !user.eq_ignore_ascii_case(&facts.user) || password != facts.password {
            return Ok(Refusal::of(50_126));
        }
        Ok(Refusal::of(50_076).with_error("invalid_grant").fill("{resource}", "00000002-0000-0000-c000-000000000000"))
    }

    fn for_device(&self) -> Result<Refusal, Refusal> {
        let code = self.need("device_code")?;
        let until = self.shared.desk().devices.get(code).copied();
        self.strike("device", "")?;
        Ok(match until {
            None => Refusal::of(70_018),
            Some(until) if self.shared.clock.now() > until => Refusal::of(70_019),
            Some(_) => Refusal::of(70_016),
        })
    }

    fn start_device(&self) -> Value {
        let name = chance::word(90);
        let until = self.shared.clock.now() + 900;
        self.shared.desk().devices.insert(name.clone(), until);
        let user_code: String = chance::guid().replace('-', "").to_uppercase().chars().take(9).collect();
        let page = format!("{}/common/oauth2/deviceauth", self.shared.base);
        json!({
            "user_code": user_code, "device_code": name, "verification_uri": page, "expires_in": 900, "interval": 5,
            "message": format!(
                "To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."
            ),
        })
    }

    /// Refuses if the scenario strikes here.
    pub(super) fn strike(&self, place: &str, audience: &str) -> Result<(), Refusal> {
        self.shared.scenario.strike(place).map_err(|refusal| refusal.fill("{resource}", audience))
    }
}

fn missing_principal(tenant: &str) -> Refusal {
    Refusal::of(7_000_229).fill("{tenant}", tenant)
}

/// Text no terminal should be given as it is.
fn hostile() -> String {
    let tricks = "Invalid client secret.\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[1;1H\u{1b}[31mPassword: \u{9b}31m\u{202e}txet\u{2066}\u{200b}\
                  \u{1b}]52;c;cm0gLXJmIC8=\u{7}\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\\0\u{8}\r\nSecret ok\u{85}%s%n=cmd()";
    format!("{tricks}{}{}", "Z\u{335}".repeat(400), "long ".repeat(4_000))
}
