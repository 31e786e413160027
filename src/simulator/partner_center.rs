//! Partner Center's REST API: who may read what, and in which words it refuses.

mod bodies;

use hyper::{Method, StatusCode};
use serde_json::Value;

use super::http::{Call, Reply};
use super::scenario::Quirk;
use super::state::Shared;
use super::{chance, entra, refused};

/// Who calls.
struct Caller {
    /// Whether a user stands behind the token.
    user: bool,
    /// What the token says about MFA; `None` if it says nothing.
    mfa: Option<bool>,
}

/// What can be read: the path, and whether a user must stand behind the token. A fixed path comes before one with an id.
const READS: [(&str, bool); 14] = [
    ("customers", false),
    ("invoices", false),
    ("invoices/summary", false),
    ("invoices/summaries", true),
    ("invoices/estimates/links", false),
    ("invoices/{}", true),
    ("profiles/legalbusiness", false),
    ("profiles/organization", true),
    ("profiles/mpn", true),
    ("profiles/billing", true),
    ("ratecards/azure", true),
    ("partnerRequests", true),
    ("nonMfaCompliantPartnerPrincipals", true),
    ("applicationmfaadoptionstatus", true),
];

/// Answers a request to Partner Center.
pub(super) fn answer(shared: &Shared, call: &Call) -> Reply {
    let caller = identified(shared, call);
    let compliant = caller.as_ref().ok().filter(|caller| caller.user).map(|caller| caller.mfa);
    let reply = match caller {
        Ok(caller) => read(shared, call, &caller).unwrap_or_else(|refusal| refusal),
        Err(refusal) => refusal,
    };
    let wants_to_know = call.header("validatemfa").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let reply = named(call, reply);
    match compliant {
        Some(mfa) if wants_to_know => {
            let text = if mfa.unwrap_or(true) { "true" } else { "false" };
            reply.header("isMfaCompliant", text)
        }
        _ => reply,
    }
}

fn read(shared: &Shared, call: &Call, caller: &Caller) -> Result<Reply, Reply> {
    let path = call.path.strip_prefix("/partnercenter/v1/").ok_or_else(not_found)?;
    let (path, user_only, id) = READS
        .iter()
        .find_map(|(own, user_only)| matched(own, path).map(|id| (*own, *user_only, id)))
        .ok_or_else(not_found)?;
    if call.method != Method::GET {
        return Err(Reply::empty(StatusCode::METHOD_NOT_ALLOWED).header("allow", "GET"));
    }
    if user_only && !caller.user {
        let text = "This resource doesn't support application-only authentication.";
        return Err(refused::partner_center(StatusCode::FORBIDDEN, 900_329, text).with_mark());
    }
    if caller.mfa == Some(false) && !shared.is(Quirk::MfaNotEnforced) {
        let text = "The token has no valid MFA claim.";
        return Err(refused::partner_center(StatusCode::UNAUTHORIZED, 900_421, text));
    }
    if caller.user && shared.is(Quirk::NoRole) {
        let text = "The supplied role does not have the rights to perform the requested operation.";
        return Err(refused::message(StatusCode::FORBIDDEN, text));
    }
    let places: &[&str] = match (caller.user, user_only) {
        (false, _) => &["pc-any", "pc-app"],
        (true, true) => &["pc-any", "pc-user"],
        (true, false) => &["pc-any"],
    };
    refused::strike(shared, places)?;
    let body = bodies::body(shared, call, path, id)?;
    // Some answers begin with a byte order mark, some name no character set.
    Ok(match path {
        "customers" => Reply::whole(StatusCode::OK, Some("application/json"), body.to_string()).with_mark(),
        "profiles/legalbusiness" => Reply::json(StatusCode::OK, &body).with_mark(),
        _ => Reply::json(StatusCode::OK, &body),
    })
}

/// Finds out who calls, from the token alone.
fn identified(shared: &Shared, call: &Call) -> Result<Caller, Reply> {
    let nobody = || {
        Reply::empty(StatusCode::UNAUTHORIZED)
            .header("www-authenticate", &format!("OAuth realm=urn:cpsvc:cpid:{}", shared.facts.tenant_id))
    };
    let token = call.bearer().ok_or_else(nobody)?;
    let claims = entra::claims_of(shared, token).ok_or_else(nobody)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if entra::is_named(entra::DIRECTORY_API, text("aud")) {
        let text = "The audience in the token is invalid and is no longer supported in Partner Center API.";
        return Err(refused::partner_center(StatusCode::UNAUTHORIZED, 900_420, text));
    }
    if !entra::is_named(entra::PARTNER_CENTER, text("aud")) {
        let text = "The partner token is missing in the request context.";
        return Err(refused::partner_center(StatusCode::UNAUTHORIZED, 800_001, text));
    }
    if text("tid") != shared.facts.tenant_id {
        return Err(refused::partner_center(StatusCode::UNAUTHORIZED, 400, "Access denied."));
    }
    let user = claims.get("scp").is_some();
    let ways = claims.get("amr").and_then(Value::as_array);
    Ok(Caller { user, mfa: ways.filter(|_| user).map(|ways| ways.iter().any(|way| way == "mfa")) })
}

fn matched<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    if pattern == path {
        return Some("");
    }
    path.strip_prefix(pattern.strip_suffix("{}")?).filter(|id| !id.is_empty() && !id.contains('/'))
}

fn not_found() -> Reply {
    Reply::empty(StatusCode::NOT_FOUND)
}

/// Names the request as Partner Center does.
fn named(call: &Call, reply: Reply) -> Reply {
    let own = |name: &str| call.header(name).filter(|id| chance::is_guid(id)).map_or_else(chance::guid, str::to_owned);
    reply
        .header("MS-CorrelationId", &own("ms-correlationid"))
        .header("MS-RequestId", &own("ms-requestid"))
        .header("MS-CV", &format!("{}.0", chance::word(12)))
        .header("MS-ServerId", "030011719")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_an_answer() {
        let answers = crate::simulator::document(include_str!("partner_center/answers.json"), &[]);
        for (path, _) in READS {
            let made = ["invoices/{}", "invoices/summaries"].contains(&path);
            assert!(made || answers.get(path).is_some(), "{path}");
        }
    }

    #[test]
    fn a_fixed_path_is_found_before_one_with_an_id() {
        let found = |path| READS.iter().find(|(own, _)| matched(own, path).is_some());
        assert!(found("invoices/summary").is_some_and(|(_, user_only)| !user_only));
        assert!(found("invoices/D02005YFHI").is_some_and(|(_, user_only)| *user_only));
        assert!(found("invoices/").is_none());
        assert!(found("invoices/a/b").is_none());
        assert!(found("profiles").is_none());
    }
}
