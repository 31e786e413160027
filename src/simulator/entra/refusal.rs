//! Entra's refusals: as JSON, on a redirect, or on a page.

use std::borrow::Cow;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::simulator::http::{Call, Reply};
use crate::simulator::scenario::{Refusal, aadsts};
use crate::simulator::state::Shared;
use crate::simulator::{chance, clock, without_nulls};

impl Refusal {
    /// The refusal of this number, as the table of numbers has it.
    pub(super) fn of(code: u32) -> Self {
        aadsts(code).unwrap_or_else(|| Self::new(code, "invalid_request", "The request is not valid."))
    }

    /// A refusal that no scenario can play.
    pub(super) fn new(code: u32, error: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code: Some(code), first: None, error, suberror: None, status: None, text: text.into() }
    }

    /// A field of the form or query is missing.
    pub(super) fn missing(name: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        Self::new(900_144, "invalid_request", text)
    }

    /// Puts a value where the text has its name.
    pub(super) fn fill(mut self, name: &str, value: &str) -> Self {
        self.text = self.text.replace(name, value).into();
        self
    }

    /// Answers with another `error` than the table has.
    pub(super) fn with_error(mut self, error: &'static str) -> Self {
        self.error = error;
        self
    }

    /// The sentence alone, with its number.
    pub(in crate::rooms::simulator) fn sentence(&self, shared: &Shared) -> String {
        let facts = &shared.facts;
        let text = [
            ("{app}", facts.client_id.as_str()),
            ("{tenant}", &facts.tenant_id),
            ("{user}", &facts.user),
            ("{resource}", super::PARTNER_CENTER),
            ("{redirect}", &facts.redirect_uri),
        ]
        .into_iter()
        .fold(self.text.to_string(), |text, (name, value)| text.replace(name, value));
        match (self.first, self.code) {
            (Some(first), Some(code)) => {
                format!("AADSTS{first}: Error validating credentials. AADSTS{code}: {text}")
            }
            (_, Some(code)) => format!("AADSTS{code}: {text}"),
            (_, None) => text,
        }
    }

    /// The JSON of the token and metadata addresses.
    pub(super) fn reply(&self, shared: &Shared, call: &Call) -> Reply {
        let ids = Ids::of(shared, call);
        let codes: Vec<u32> = self.first.into_iter().chain(self.code).collect();
        let body = json!({
            "error": self.error,
            "error_description": ids.described(&self.sentence(shared)),
            "error_codes": Some(codes).filter(|codes| !codes.is_empty()),
            "timestamp": ids.timestamp,
            "trace_id": ids.trace,
            "correlation_id": ids.correlation,
            "error_uri": self.code.filter(|_| self.first.is_none()).map(|code| look_up(shared, code)),
            "suberror": self.suberror,
            "claims": (self.error == "interaction_required").then(claims),
        });
        let reply = Reply::json(self.status(), &without_nulls(body));
        dressed(reply, call, &ids.trace)
    }

    /// The fields of a redirect, in the order they were seen.
    pub(super) fn redirect(&self, shared: &Shared, call: &Call) -> Vec<(&'static str, String)> {
        let ids = Ids::of(shared, call);
        let mut fields = vec![("error", self.error.to_owned())];
        if let Some(suberror) = self.suberror {
            fields.push(("error_subcode", suberror.to_owned()));
        }
        fields.push(("error_description", ids.described(&self.sentence(shared))));
        fields.extend(self.code.map(|code| ("error_uri", look_up(shared, code))));
        fields
    }

    /// The rows of the page that Entra shows instead of redirecting.
    pub(super) fn shown(&self, shared: &Shared, call: &Call) -> [(&'static str, String); 4] {
        let ids = Ids::of(shared, call);
        [
            ("Message", self.sentence(shared)),
            ("Trace ID", ids.trace),
            ("Correlation ID", ids.correlation),
            ("Timestamp", ids.timestamp),
        ]
    }

    /// The HTTP status that goes with it.
    pub(super) fn status(&self) -> StatusCode {
        let usual = match self.error {
            "invalid_client" => 401,
            "temporarily_unavailable" => 503,
            "server_error" => 500,
            _ => 400,
        };
        StatusCode::from_u16(self.status.unwrap_or(usual)).unwrap_or(StatusCode::BAD_REQUEST)
    }
}

fn look_up(shared: &Shared, code: u32) -> String {
    format!("{}/error?code={code}", shared.base)
}

/// Answers in JSON, or says why not.
pub(super) fn answered(shared: &Shared, call: &Call, answer: Result<Value, Refusal>) -> Reply {
    match answer {
        Ok(body) => dressed(Reply::json(StatusCode::OK, &body), call, &chance::guid()),
        Err(refusal) => refusal.reply(shared, call),
    }
}

/// Gives a JSON answer the headers of Entra's.
fn dressed(reply: Reply, call: &Call, trace: &str) -> Reply {
    let reply = reply
        .header("cache-control", "no-store, no-cache")
        .header("pragma", "no-cache")
        .header("expires", "-1")
        .header("x-content-type-options", "nosniff")
        .header("x-ms-request-id", trace)
        .header("x-ms-ests-server", "2.1.0 - SIM ProdSlices");
    let wanted = call.header("return-client-request-id").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    match call.header("client-request-id") {
        Some(id) if wanted => reply.header("client-request-id", id),
        _ => reply,
    }
}

struct Ids {
    trace: String,
    correlation: String,
    timestamp: String,
}

impl Ids {
    fn of(shared: &Shared, call: &Call) -> Self {
        let sent = call
            .header("client-request-id")
            .or_else(|| call.query.get("client-request-id"))
            .filter(|id| chance::is_guid(id));
        Self {
            trace: chance::guid(),
            correlation: sent.map_or_else(chance::guid, str::to_ascii_lowercase),
            timestamp: clock::stamp(shared.clock.now()),
        }
    }

    fn described(&self, sentence: &str) -> String {
        let Self { trace, correlation, timestamp } = self;
        format!("{sentence}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}")
    }
}

/// A document inside a text, to be sent back as it is.
fn claims() -> String {
    let values = json!({"essential": true, "values": [chance::guid()]});
    json!({"access_token": {"capolids": values}}).to_string()
}
