//! A request as the pretended services see it, and the reply they give: plain values, so that every service is a function
//! from one to the other.

use std::collections::HashSet;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;

/// A body on its way out. An error in it cuts the connection.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A request that has been read whole.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// The path as it was sent, percent signs and all.
    pub(super) path: String,
    pub(super) query: Pairs,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    /// Returns a header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the body says it is of this media type, whatever its parameters.
    pub(super) fn is_of_type(&self, media: &str) -> bool {
        self.header("content-type")
            .and_then(|value| value.split(';').next())
            .is_some_and(|value| value.trim().eq_ignore_ascii_case(media))
    }

    /// Returns the fields of a form; none if the body is not one.
    pub(super) fn form(&self) -> Pairs {
        if self.is_of_type("application/x-www-form-urlencoded") { Pairs::parse(&self.body) } else { Pairs::default() }
    }

    /// Returns the token of `Authorization: Bearer`.
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then_some(token.trim())
    }

    /// Returns user and password of `Authorization: Basic`, form-decoded as RFC 6749 has it.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let (scheme, blob) = self.header("authorization")?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(blob.trim()).ok()?).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((decoded(user), decoded(password)))
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Names and values in the order they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads a form or a query.
    pub(super) fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Makes pairs of what has been taken apart elsewhere.
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// Returns a value, also an empty one.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns a value that is not blank.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|value| !value.trim().is_empty())
    }

    /// Returns the first name that was sent twice.
    pub(super) fn twice(&self) -> Option<&str> {
        let mut seen = HashSet::new();
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| !seen.insert(*name))
    }
}

/// What a service answers.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: Box<HeaderMap>,
    pub(super) payload: Payload,
}

/// The body of a reply.
pub(super) enum Payload {
    /// Bytes that are there.
    Whole(Bytes),
    /// A stream of so many bytes, or of an unknown number.
    Stream(Option<u64>, Body),
}

impl Reply {
    /// A reply without a body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self::whole(status, None, Bytes::new())
    }

    /// A reply with bytes of a media type.
    pub(super) fn whole(status: StatusCode, media: Option<&str>, body: impl Into<Bytes>) -> Self {
        let reply = Self { status, headers: Box::default(), payload: Payload::Whole(body.into()) };
        match media {
            Some(media) => reply.header("content-type", media),
            None => reply,
        }
    }

    /// A JSON reply.
    pub(super) fn json(status: StatusCode, value: &Value) -> Self {
        Self::whole(status, Some("application/json; charset=utf-8"), value.to_string())
    }

    /// A plain text reply.
    pub(super) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self::whole(status, Some("text/plain; charset=utf-8"), text.into())
    }

    /// A page for a browser.
    pub(super) fn html(status: StatusCode, page: String) -> Self {
        Self::whole(status, Some("text/html; charset=utf-8"), page)
            .header("cache-control", "no-store, no-cache")
            .header("referrer-policy", "no-referrer")
            .header("x-content-type-options", "nosniff")
    }

    /// A body that is made while it is sent.
    pub(super) fn stream(status: StatusCode, length: Option<u64>, body: Body) -> Self {
        Self { status, headers: Box::default(), payload: Payload::Stream(length, body) }
    }

    /// Sets a header; one that cannot be a header is left out.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes())) {
            self.headers.append(name, value);
        }
        self
    }

    /// Puts a byte order mark in front of a whole body.
    pub(super) fn with_mark(mut self) -> Self {
        if let Payload::Whole(body) = &self.payload
            && !body.is_empty()
        {
            let mut marked = vec![0xef, 0xbb, 0xbf];
            marked.extend_from_slice(body);
            self.payload = Payload::Whole(marked.into());
        }
        self
    }

    /// Turns into what the server library sends.
    pub(super) fn into_response(self) -> Response<Body> {
        let (length, body) = match self.payload {
            Payload::Whole(bytes) => (None, whole(bytes)),
            Payload::Stream(length, body) => (length, body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = *self.headers;
        if let Some(length) = length {
            response.headers_mut().insert("content-length", HeaderValue::from(length));
        }
        response
    }
}

fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Makes text harmless inside a page.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &'static str, value: &str) -> Call {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        Call {
            method: Method::GET,
            path: "/".to_owned(),
            query: Pairs::default(),
            headers,
            body: Bytes::from_static(b"a=1&b=x+y%21&a=2&c="),
        }
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        let blob = STANDARD.encode("app:a%2Bb%7E~%3D%26&c");
        assert_eq!(
            call("authorization", &format!("Basic {blob}")).basic(),
            Some(("app".to_owned(), "a+b~~=&&c".to_owned()))
        );
    }

    #[test]
    fn a_form_is_read_only_when_the_body_says_it_is_one() {
        let form = call("content-type", "application/x-www-form-urlencoded; charset=utf-8").form();
        assert_eq!(form.get("b"), Some("x y!"));
        assert_eq!(form.twice(), Some("a"));
        assert_eq!((form.get("c"), form.raw("c")), (None, Some("")));
        assert_eq!(call("content-type", "application/json").form().get("b"), None);
    }

    #[test]
    fn a_page_cannot_be_broken_out_of() {
        assert_eq!(escaped("<a b='\"&'>"), "&lt;a b=&#39;&quot;&amp;&#39;&gt;");
    }
}
