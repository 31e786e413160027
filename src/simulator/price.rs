//! The price service ("Partner API", "Dev Center"): exchange rates and price sheets.

mod sheet;

use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::http::{Call, Reply};
use super::scenario::{Quirk, aadsts};
use super::state::Shared;
use super::{chance, clock, entra, refused};

/// The price sheets there are.
const VIEWS: &str = "azure_consumption azure_reservations updatedlicensebased licensebasedeos licensebasedest marketplace \
                     software";

/// Answers a request to the price service.
pub(super) fn answer(shared: &Shared, call: &Call) -> Reply {
    let reply = allowed(shared, call).and_then(|()| found(shared, call)).unwrap_or_else(|refusal| refusal);
    let reply = reply
        .header("Request-ID", &chance::guid())
        .header("x-ms-ags-diagnostic", "{\"ServerInfo\":{\"DataCenter\":\"Simulated\"}}")
        .header("timestamp", &clock::stamp(shared.clock.now()));
    match call.header("client-request-id") {
        Some(id) => reply.header("client-request-id", id),
        None => reply,
    }
}

fn allowed(shared: &Shared, call: &Call) -> Result<(), Reply> {
    let invalid = || {
        let text = "Unauthorized: Invalid Authorization header";
        Reply::text(StatusCode::UNAUTHORIZED, text)
    };
    let claims = call.bearer().and_then(|token| entra::claims_of(shared, token)).ok_or_else(invalid)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if !entra::is_named(entra::PARTNER_API, text("aud")) || text("tid") != shared.facts.tenant_id {
        return Err(invalid());
    }
    if claims.get("scp").is_none() || shared.scenario.entra("price").is_some() {
        return Err(not_exchanged(shared));
    }
    if shared.is(Quirk::NoRole) {
        let text = "The caller does not have permission to perform the action.";
        return Err(refused::price(StatusCode::FORBIDDEN, "accessDenied", text));
    }
    Ok(())
}

/// The service exchanges the caller's token, and shows Entra's refusal of that as text.
fn not_exchanged(shared: &Shared) -> Reply {
    let sentence = aadsts(65_002).map(|refusal| refusal.sentence(shared)).unwrap_or_default();
    let text = format!(
        "failed to authorize : {sentence}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {} (invalid_grant)",
        chance::guid(),
        chance::guid(),
        clock::stamp(shared.clock.now())
    );
    Reply::text(StatusCode::UNAUTHORIZED, text)
}

fn found(shared: &Shared, call: &Call) -> Result<Reply, Reply> {
    let path = percent_decode_str(&call.path).decode_utf8_lossy();
    let thing = path
        .strip_prefix("/partner/v1.0/sales/")
        .and_then(|rest| rest.strip_suffix(")/$value"))
        .and_then(|rest| rest.split_once('('));
    let Some((name @ ("pricesheets" | "fxrates"), keys)) = thing else {
        let text = "The resource could not be found.";
        return Err(refused::price(StatusCode::NOT_FOUND, "itemNotFound", text));
    };
    if call.method != Method::GET {
        let text = "The HTTP method is not allowed on the resource.";
        return Err(refused::price(StatusCode::METHOD_NOT_ALLOWED, "invalidRequest", text).header("allow", "GET"));
    }
    let keys = keys_of(keys).ok_or_else(|| bad("The key of the resource is not valid."))?;
    let key = |wanted: &str| {
        keys.iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| *value)
            .ok_or_else(|| bad(&format!("The key '{wanted}' is missing.")))
    };
    if name == "fxrates" {
        let month = key("Month")?;
        is_month(month)?;
        refused::strike(shared, &["price"])?;
        return Ok(sheet::rates(shared, month));
    }
    let (market, view) = (key("Market")?, key("PricesheetView")?);
    if market.len() != 2 || !market.chars().all(|c| c.is_ascii_alphabetic()) {
        return Err(bad("The market is not valid."));
    }
    if !VIEWS.split(' ').any(|own| own == view) {
        return Err(bad("The price sheet view is not valid."));
    }
    timeline(call, view)?;
    let zip = call.header("accept-encoding").is_some_and(|value| value.split(',').any(|word| word.trim() == "deflate"));
    refused::strike(shared, &["price", "price-head"])?;
    Ok(sheet::sheet(shared, view, market, zip))
}

fn timeline(call: &Call, view: &str) -> Result<(), Reply> {
    let timeline = call.query.get("timeline").unwrap_or("current");
    match (timeline, call.query.get("month")) {
        ("history", Some(text)) => is_month(text),
        ("history", None) => Err(bad("The month is missing.")),
        ("current" | "future", Some(_)) => Err(bad("A month goes with timeline=history only.")),
        ("future", None) if view == "marketplace" => Err(bad("There is no future for marketplace.")),
        ("current" | "future", None) => Ok(()),
        _ => Err(bad("The timeline is not valid.")),
    }
}

fn is_month(text: &str) -> Result<(), Reply> {
    let digits = text.len() == 6 && text.chars().all(|c| c.is_ascii_digit());
    let month: Option<u8> = text.get(4..).and_then(|month| month.parse().ok());
    if digits && month.is_some_and(|month| (1..=12).contains(&month)) {
        Ok(())
    } else {
        Err(bad("The month must be written as YYYYMM."))
    }
}

/// Takes `Market='US',PricesheetView='software'` apart. Values are in single quotes.
fn keys_of(text: &str) -> Option<Vec<(&str, &str)>> {
    text.split(',')
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
            Some((name.trim(), value))
        })
        .collect()
}

fn bad(text: &str) -> Reply {
    refused::price(StatusCode::BAD_REQUEST, "invalidRequest", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_quoted() {
        assert_eq!(
            keys_of("Market='US',PricesheetView='software'"),
            Some(vec![("Market", "US"), ("PricesheetView", "software")])
        );
        assert_eq!(keys_of("Market=US"), None);
        assert_eq!(keys_of("Market='US"), None);
    }
}
