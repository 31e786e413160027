//! The refusals of Partner Center, the price service and Octo, in the bodies each of them uses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::http::Reply;
use super::scenario::ServiceRefusal;
use super::state::Shared;

/// Refuses if the scenario strikes in one of these places.
pub(super) fn strike(shared: &Shared, places: &[&str]) -> Result<(), Reply> {
    shared.scenario.service(places).map_or(Ok(()), |refusal| Err(reply(refusal)))
}

fn reply(refusal: &ServiceRefusal) -> Reply {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reply = match refusal.kind {
        "pc" => partner_center(status, number(refusal.code), refusal.text),
        "gateway" => gateway(status, refusal.text),
        "message" => message(status, refusal.text),
        "ags" => price(status, refusal.code, refusal.text),
        "challenge" => challenge(status, refusal.text),
        "plain" => Reply::text(status, refusal.text),
        "rpc" => octo(status, number(refusal.code), refusal.text),
        "oauth" => oauth(status, refusal.code, refusal.text),
        _ => Reply::empty(status),
    };
    match refusal.retry_after {
        Some(seconds) => reply.header("retry-after", seconds),
        None => reply,
    }
}

/// Partner Center's usual body.
pub(super) fn partner_center(status: StatusCode, code: i64, text: &str) -> Reply {
    let body = json!({"code": code, "description": text, "data": [], "source": "PartnerFD"});
    Reply::json(status, &body)
}

/// Partner Center's body for a role that is missing.
pub(super) fn message(status: StatusCode, text: &str) -> Reply {
    Reply::json(status, &json!({"message": text}))
}

/// The price service's body.
pub(super) fn price(status: StatusCode, code: &str, text: &str) -> Reply {
    let body = json!({"error": {"code": code, "message": text}});
    Reply::json(status, &body)
}

/// Octo's body.
pub(super) fn octo(status: StatusCode, code: i64, text: &str) -> Reply {
    let body = json!({"code": code, "message": text, "details": Value::Array(Vec::new())});
    Reply::whole(status, Some("application/json"), body.to_string())
}

/// The body of Octo's token address.
pub(super) fn oauth(status: StatusCode, error: &str, text: &str) -> Reply {
    let body = json!({"error": error, "error_description": text});
    Reply::whole(status, Some("application/json"), body.to_string())
}

/// A claims challenge (continuous access evaluation), in the spelling that was seen, and a body beside it.
fn challenge(status: StatusCode, text: &str) -> Reply {
    let claims = json!({"access_token": {"nbf": {"essential": true, "value": "1657834417"}}});
    let claims = STANDARD.encode(claims.to_string());
    let challenge =
        format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}\", errorDescription=\"{text}\"");
    price(status, "InvalidAuthenticationToken", text).header("www-authenticate", &challenge)
}

fn gateway(status: StatusCode, text: &str) -> Reply {
    let body = json!({"statusCode": status.as_u16(), "message": text});
    Reply::whole(status, Some("application/json"), body.to_string())
}

fn number(code: &str) -> i64 {
    code.parse().unwrap_or_default()
}
