//! The authorize address: everything that is checked before anybody is asked to sign in.

use url::Url;

use super::apps::{Resource, Scopes};
use super::visit::{Asked, Back, Hash, Kind, Mode, Stage, Visit};
use super::{Tenant, Version, pages};
use crate::simulator::chance;
use crate::simulator::http::{Call, Pairs, Reply};
use crate::simulator::scenario::Refusal;
use crate::simulator::state::Shared;

/// Redirect URIs of the registration. The port of a localhost address does not matter.
const REGISTERED: [&str; 2] = ["http://localhost", "https://localhost"];

/// Characters no redirect URI may have.
const FORBIDDEN: [char; 8] = ['!', '$', '\'', '(', ')', ',', ';', '*'];

/// Answers with the first page, or with a refusal.
pub(super) fn answer(shared: &Shared, call: &Call, tenant: &str, version: Version) -> Reply {
    let fields = if call.method == hyper::Method::POST { call.form() } else { call.query.clone() };
    let back = match whither(shared, &fields, tenant, version) {
        Ok(back) => back,
        Err(refusal) => return pages::refused(shared, call, &refusal),
    };
    match checked(shared, &fields, tenant, version, &back) {
        Ok(asked) => begun(shared, asked),
        Err(refusal) => back.refuse(shared, call, &refusal),
    }
}

/// Answers at the address where an administrator agrees for everybody.
pub(super) fn admin_consent(shared: &Shared, call: &Call, tenant: &str) -> Reply {
    let back = match whither(shared, &call.query, tenant, Version::V2) {
        Ok(back) => back,
        Err(refusal) => return pages::refused(shared, call, &refusal),
    };
    let asked = Asked {
        tenant: tenant.to_owned(),
        back,
        explicit: true,
        resource: None,
        scopes: Scopes::default(),
        challenge: None,
        nonce: None,
        mfa: true,
        consent: Resource::listed().collect(),
        consent_again: true,
        login_hint: None,
        kind: Kind::AdminConsent,
    };
    begun(shared, asked)
}

fn begun(shared: &Shared, asked: Asked) -> Reply {
    Visit { asked, stage: Stage::Password, mistakes: 0 }.shown(shared, chance::word(24), None)
}

/// Finds where the browser goes afterwards. Until that is known, refusals are shown.
fn whither(shared: &Shared, fields: &Pairs, tenant: &str, version: Version) -> Result<Back, Refusal> {
    let tenant = Tenant::named(tenant, &shared.facts)?;
    if let Some(name) = fields.twice() {
        return Err(twice(name));
    }
    let client = fields.get("client_id").ok_or_else(|| Refusal::missing("client_id"))?;
    if !client.eq_ignore_ascii_case(&shared.facts.client_id) {
        return Err(Refusal::of(700_016).fill("{app}", client).fill("{tenant}", tenant.segment(&shared.facts)));
    }
    let redirect_uri = match (fields.get("redirect_uri"), version) {
        (Some(uri), _) if is_registered(uri) => uri,
        (Some(uri), _) => return Err(Refusal::of(50_011).fill("{redirect}", uri)),
        (None, Version::V1) => shared.facts.redirect_uri.as_str(),
        (None, Version::V2) => return Err(Refusal::missing("redirect_uri")),
    };
    shared.scenario.strike("page")?;
    let mode = match fields.get("response_mode") {
        Some("fragment") => Mode::Fragment,
        Some("form_post") => Mode::FormPost,
        _ => Mode::Query,
    };
    Ok(Back {
        redirect_uri: redirect_uri.to_owned(),
        mode,
        state: fields.raw("state").map(without_markup),
        client_info: fields.get("client_info") == Some("1"),
    })
}

/// Checks the rest; the application is told what is wrong.
fn checked(shared: &Shared, fields: &Pairs, tenant: &str, version: Version, back: &Back) -> Result<Asked, Refusal> {
    response_type(fields)?;
    if let Some(mode) = fields.get("response_mode")
        && !["query", "fragment", "form_post"].contains(&mode)
    {
        return Err(Refusal::of(70_007));
    }
    let (resource, scopes) = api(fields, version)?;
    let challenge = challenge(fields)?;
    let prompt = prompt(fields, version)?;
    shared.scenario.strike("redirect")?;
    let consent = match version {
        Version::V1 => Resource::listed().collect(),
        Version::V2 => scopes.to_consent(),
    };
    let mfa = resource.is_some_and(|resource| resource.mfa)
        || scopes.resources().iter().any(|resource| resource.mfa)
        || ["amr_values", "claims"].iter().any(|name| fields.get(name).is_some_and(|value| value.contains("mfa")));
    Ok(Asked {
        tenant: tenant.to_owned(),
        back: back.clone(),
        explicit: fields.get("redirect_uri").is_some(),
        resource,
        scopes,
        challenge,
        nonce: fields.get("nonce").map(str::to_owned),
        mfa,
        consent,
        consent_again: ["consent", "admin_consent"].contains(&prompt),
        login_hint: fields.get("login_hint").map(str::to_owned),
        kind: if prompt == "admin_consent" { Kind::CodeForAll } else { Kind::Code },
    })
}

fn response_type(fields: &Pairs) -> Result<(), Refusal> {
    match fields.get("response_type") {
        Some("code") => Ok(()),
        None => Err(Refusal::missing("response_type")),
        Some(other) if other.split(' ').any(|word| word == "id_token") => Err(Refusal::of(700_054)),
        Some(_) => Err(Refusal::of(70_005)),
    }
}

fn api(fields: &Pairs, version: Version) -> Result<(Option<&'static Resource>, Scopes), Refusal> {
    match version {
        Version::V1 => {
            let resource = fields.get("resource").map(Resource::named).transpose()?;
            match resource {
                Some(resource) if !resource.listed => Err(Refusal::of(650_057).fill("{resource}", resource.uri)),
                // A v1 address ignores `scope`.
                resource => Ok((resource, Scopes::default())),
            }
        }
        Version::V2 if fields.raw("resource").is_some() => Err(Refusal::of(901_002)),
        Version::V2 => {
            let text = fields.get("scope").ok_or_else(|| Refusal::missing("scope"))?;
            Ok((None, Scopes::parse(text)?))
        }
    }
}

fn challenge(fields: &Pairs) -> Result<Option<(Hash, String)>, Refusal> {
    let hash = match fields.get("code_challenge_method") {
        None | Some("plain") => Hash::Plain,
        Some("S256") => Hash::S256,
        Some(_) => return Err(Refusal::of(50_147)),
    };
    match fields.raw("code_challenge") {
        None if fields.get("code_challenge_method").is_some() => Err(Refusal::of(50_147)),
        None => Ok(None),
        Some(text) if (43..=128).contains(&text.len()) => Ok(Some((hash, text.to_owned()))),
        Some(_) => Err(Refusal::of(501_491)),
    }
}

fn prompt(fields: &Pairs, version: Version) -> Result<&str, Refusal> {
    match (fields.get("prompt"), version) {
        (None, _) => Ok("default"),
        // Nobody is ever signed in already.
        (Some("none"), _) => Err(Refusal::of(50_058)),
        (Some(prompt @ ("login" | "consent" | "select_account")), _)
        | (Some(prompt @ "admin_consent"), Version::V1) => Ok(prompt),
        (Some(_), _) => Err(Refusal::of(90_023)),
    }
}

/// Whether a redirect URI is one of the registration's. Scheme, host and path must be the same, the port need not.
fn is_registered(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    let plain = uri.len() <= 256
        && !uri.contains(FORBIDDEN)
        && url.fragment().is_none()
        && url.query().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    plain
        && REGISTERED
            .iter()
            .filter_map(|own| Url::parse(own).ok())
            .any(|own| own.scheme() == url.scheme() && own.host_str() == url.host_str() && own.path() == url.path())
}

/// A parameter was sent twice.
pub(super) fn twice(name: &str) -> Refusal {
    let text = format!("The request is not properly formatted. The parameter '{name}' is duplicated.");
    Refusal::new(9_000_411, "invalid_request", text)
}

/// Entra strips markup from `state`.
fn without_markup(state: &str) -> String {
    let mut parts = state.split('<');
    let before = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|part| part.split_once('>')).fold(before, |kept, (_, text)| kept + text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_redirect_uri_is_free() {
        for good in ["http://localhost", "http://localhost:8400", "http://localhost:8400/", "https://localhost"] {
            assert!(is_registered(good), "{good}");
        }
        for bad in [
            "http://localhost/auth",
            "http://127.0.0.1:8400",
            "http://localhost.example",
            "http://localhost@evil.example",
            "http://localhost?x=1",
            "http://localhost#x",
            "ftp://localhost",
            "localhost",
            "",
        ] {
            assert!(!is_registered(bad), "{bad}");
        }
    }

    #[test]
    fn markup_is_stripped_from_state() {
        assert_eq!(without_markup("a<b>c</b>d"), "acd");
        assert_eq!(without_markup("3>2 x=y+z"), "3>2 x=y+z");
    }
}
