//! What comes back of a call: the service's own answer, or what stood in its way.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use jiff::Timestamp;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::microsoft::json;
use crate::words::{Cause, Failure, Service, UntrustedText};
use crate::world::clock;

/// Most bytes of a JSON answer.
pub const JSON_LIMIT: usize = 1 << 20;
/// Most bytes of any answer, whatever a caller asks for.
pub const BODY_LIMIT: usize = 8 << 20;
/// The longest pause that a server can make us take.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// An answer whose body has not been read yet.
pub struct Opening {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    host: String,
    response: reqwest::Response,
}

/// An answer of the service itself.
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Zeroizing<Vec<u8>>,
    /// How the body broke off, for calls that keep what came of it.
    pub broken: Option<HttpFault>,
}

/// What stood between us and an answer. It becomes a [`Failure`] in [`HttpFault::failure`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause:?}")]
pub struct HttpFault {
    /// Of what kind.
    pub cause: Cause,
    /// HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The host or whatever else helps to find it.
    pub detail: Option<UntrustedText>,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

impl HttpFault {
    /// A fault with a detail.
    pub fn new(cause: Cause, detail: &str) -> Self {
        Self { cause, status: None, detail: UntrustedText::some(detail), retry_after: None }
    }

    /// What it means for the service that was asked.
    pub fn failure(self, service: Service) -> Box<Failure> {
        let Self { cause, status, detail, retry_after } = self;
        let mut failure = Box::new(Failure::new(service, cause));
        failure.status = status;
        failure.detail = detail;
        failure.retry_after = retry_after;
        failure.at = Some(clock::now());
        failure
    }
}

impl Opening {
    /// The head of a response of `host`.
    pub fn new(host: String, response: reqwest::Response) -> Self {
        Self { status: response.status().as_u16(), headers: response.headers().clone(), host, response }
    }

    /// `Content-Length`, if it was given.
    pub fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next piece of the body.
    pub async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, HttpFault> {
        self.response.chunk().await.map_err(|error| {
            let cause = if error.is_timeout() { Cause::TimedOut } else { Cause::Broken };
            self.fault(cause, &self.host)
        })
    }

    /// The whole answer. With `partial`, a body that breaks off is kept as far as it came.
    pub async fn reply(mut self, limit: usize, partial: bool) -> Result<Reply, HttpFault> {
        let mut body = Zeroizing::new(Vec::new());
        let broken = match self.fill(&mut body, limit).await {
            Err(fault) if !partial => return Err(fault),
            filled => filled.err(),
        };
        let reply = Reply { status: self.status, headers: std::mem::take(&mut self.headers), body, broken };
        if reply.is_html() && (reply.status < 500 || reply.status == 511) {
            return Err(self.fault(Cause::NotTheService, &self.host));
        }
        Ok(reply)
    }

    async fn fill(&mut self, body: &mut Vec<u8>, limit: usize) -> Result<(), HttpFault> {
        if self.length().is_some_and(|length| length > limit as u64) {
            return Err(self.fault(Cause::Unreadable, "too large"));
        }
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > limit {
                return Err(self.fault(Cause::Unreadable, "too large"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    }

    /// A fault of this answer.
    pub fn fault(&self, cause: Cause, detail: &str) -> HttpFault {
        HttpFault {
            cause,
            status: Some(self.status),
            detail: UntrustedText::some(detail),
            retry_after: retry_after(&self.headers, clock::now()),
        }
    }

    /// The host that was asked.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl Reply {
    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as a JSON object, or why not.
    pub fn object(&self) -> Result<Map<String, Value>, HttpFault> {
        json::object(&self.body).ok_or_else(|| self.fault(Cause::Unreadable, "not a JSON object"))
    }

    /// A fault of this answer.
    pub fn fault(&self, cause: Cause, detail: &str) -> HttpFault {
        HttpFault { status: Some(self.status), ..HttpFault::new(cause, detail) }
    }

    /// A header as harmless text.
    pub fn header(&self, name: &str) -> Option<UntrustedText> {
        UntrustedText::some(&String::from_utf8_lossy(self.headers.get(name)?.as_bytes()))
    }

    /// Whether the body is a page for a browser: a login page of a network, a block page of a proxy, a gateway's.
    pub fn is_html(&self) -> bool {
        let declared = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let value = value.trim_start().to_ascii_lowercase();
            value.starts_with("text/html") || value.starts_with("application/xhtml")
        });
        let start = json::without_mark(&self.body).trim_ascii_start().first();
        looks_like_html(&self.body) || (declared && start.is_some_and(|byte| *byte != b'{'))
    }
}

/// Whether bytes begin like a page.
pub fn looks_like_html(body: &[u8]) -> bool {
    let start = json::without_mark(body).trim_ascii_start();
    let start = start.get(..start.len().min(16)).unwrap_or_default();
    let start = start.to_ascii_lowercase();
    [b"<!doctype".as_slice(), b"<html", b"<head", b"<!--", b"<body"].iter().any(|mark| start.starts_with(mark))
}

/// Reads `Retry-After` (RFC 9110, section 10.2.3): seconds or a date; the first header that makes sense counts; never more
/// than [`LONGEST_PAUSE`].
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    headers
        .get_all(RETRY_AFTER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(|text| pause(text.trim(), now))
        .map(|asked| asked.min(LONGEST_PAUSE))
}

fn pause(text: &str, now: Timestamp) -> Option<Duration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large for the type is a long pause all the same.
        return Some(text.parse().map_or(LONGEST_PAUSE, Duration::from_secs));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let until = Timestamp::try_from(until).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}
