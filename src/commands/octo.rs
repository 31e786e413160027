//! Which Octo a registration is handed over to, and with which API client.
//!
//! The variables are those of Alphaus' own bluectl. None of them moves an address: `ALPHAUS_AUTH_URL` and a profile's `auth-url`
//! choose between the addresses that the cloud knows, and any other is refused by name.

use url::Url;

use crate::cloud::{Cloud, OctoAddresses};
use crate::host::{HOME, Host};
use crate::ui::wizard::Octo;
use crate::words::{NoClient, OctoClient, Ring, SharedSecret, Source, UntrustedText};
use crate::world::bluectl;

/// What is said where nothing can be handed over.
pub(super) const NONE: &str = "the cloud file names no Octo (octo, octo_token)";

/// Gathers what `profile` or the variables give; `None` where a cloud file names no Octo. The sentence of a failure is for the
/// person who asked for a profile; what is amiss with variables is only said where something would be sent.
pub(super) fn octo(host: &Host, cloud: &Cloud, profile: Option<&str>) -> Result<Option<Octo>, String> {
    let Some(usual) = cloud.octo() else {
        return match profile {
            Some(_) => Err(NONE.to_owned()),
            None => Ok(None),
        };
    };
    if let Some(name) = profile {
        return of_profile(host, cloud, name).map(Some);
    }
    let environment = &host.environment;
    let (ring, addresses, amiss) = match ring(cloud, "ALPHAUS_AUTH_URL", environment.alphaus_auth_url.as_deref()) {
        Ok((ring, addresses)) => (ring, addresses, None),
        Err(what) => (Ring::Usual, usual, Some(what)),
    };
    let which = (ring, UntrustedText::new(&addresses.host()));
    let (id, secret) = (environment.alphaus_client_id.as_deref(), environment.alphaus_client_secret.as_ref());
    let client = match (amiss, id, secret) {
        (_, None, None) => Err("no Octo credentials were given".to_owned()),
        (Some(what), ..) => Err(what),
        (None, None, Some(_)) => Err("ALPHAUS_CLIENT_ID is not set".to_owned()),
        (None, Some(_), None) => Err("ALPHAUS_CLIENT_SECRET is not set".to_owned()),
        (None, Some(id), Some(secret)) => OctoClient::new(id, SharedSecret::clone(secret), &which, Source::Variables)
            .map_err(|why| format!("{why} (ALPHAUS_CLIENT_ID, ALPHAUS_CLIENT_SECRET)")),
    };
    let (ring, host) = which;
    Ok(Some(Octo { ring, host, client }))
}

fn of_profile(host: &Host, cloud: &Cloud, name: &str) -> Result<Octo, String> {
    let home = host.environment.home.as_deref();
    let file = home
        .map(bluectl::file)
        .ok_or_else(|| format!("there is no home folder ({HOME}) with bluectl's configuration"))?;
    // The name of one that is not there could be a secret.
    let said = |what: &dyn std::fmt::Display| format!("{} {what}", file.display());
    let profile = bluectl::profile(&file, name).map_err(|error| said(&error))?;
    let (ring, addresses) = ring(cloud, "auth-url", profile.auth_url.as_deref()).map_err(|what| said(&what))?;
    let which = (ring, UntrustedText::new(&addresses.host()));
    let client = match (profile.client_id, profile.client_secret) {
        (Some(id), Some(secret)) => OctoClient::new(&id, secret, &which, Source::Profile(UntrustedText::new(name))),
        (None, _) => Err(NoClient::NoId),
        (Some(_), None) => Err(NoClient::NoSecret),
    };
    let client = client.map_err(|why| said(&why))?;
    let (ring, host) = which;
    Ok(Octo { ring, host, client: Ok(client) })
}

/// Which of the cloud's Octos has this token address.
fn ring(cloud: &Cloud, name: &str, address: Option<&str>) -> Result<(Ring, OctoAddresses), String> {
    let known = [(Ring::Usual, cloud.octo()), (Ring::Beta, cloud.octo_beta())];
    let mut known = known.into_iter().filter_map(|(ring, addresses)| Some((ring, addresses?)));
    let wanted = address.map(str::trim).filter(|address| !address.is_empty());
    let Some(wanted) = wanted else {
        return known.next().ok_or_else(String::new);
    };
    let names: Vec<String> = known.clone().map(|(_, addresses)| addresses.token.to_string()).collect();
    let url = Url::parse(wanted).ok();
    known
        .find(|(_, addresses)| url.as_ref() == Some(&addresses.token))
        .ok_or_else(|| format!("{name} may only be {}", names.join(" or ")))
}
