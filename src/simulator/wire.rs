//! Misfortunes of the wire: what gateways, captive portals and cables do to an answer, and where.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::StatusCode;
use hyper::body::Frame;

use super::http::{Body, Call, Payload, Reply};
use super::scenario::{Fault, Row};

/// Where a misfortune can strike; `token` is any grant at the token address.
pub(super) const PLACES: &str =
    "everywhere metadata sign-in token app-only redeem refresh partner-center price octo-token octo key-vault";

/// Returns the places where this request is.
pub(super) fn places(call: &Call) -> &'static [&'static str] {
    let path = call.path.as_str();
    match host(path).0 {
        "partner_center" => &["partner-center", "everywhere"],
        "partner_api" => &["price", "everywhere"],
        "octo_token" => &["octo-token", "everywhere"],
        "octo" => &["octo", "everywhere"],
        "key_vault" => &["key-vault", "everywhere"],
        "portal" | "identity" => &[],
        _ if path.ends_with("/token") => match call.form().get("grant_type") {
            Some("client_credentials") => &["app-only", "token", "everywhere"],
            Some("authorization_code") => &["redeem", "token", "everywhere"],
            Some("refresh_token") => &["refresh", "token", "everywhere"],
            _ => &["token", "everywhere"],
        },
        _ if path.contains("/.well-known/") || path.contains("/discovery/") => &["metadata", "everywhere"],
        _ => &["sign-in", "everywhere"],
    }
}

/// Where each pretended host is, but for the login, which has the rest.
const BASES: [(&str, &str); 10] = [
    ("/partnercenter", "partner_center"),
    ("/partner", "partner_api"),
    ("/m/blue/cover", "octo"),
    ("/ripple", "octo_token"),
    ("/secrets", "key_vault"),
    ("/deletedsecrets", "key_vault"),
    ("/metadata/identity", "identity"),
    ("/msi", "identity"),
    ("/counters", "counters"),
    ("/portal", "portal"),
];

/// Returns which pretended host a path belongs to, and the path there.
pub(super) fn host(path: &str) -> (&'static str, &str) {
    let found = BASES.into_iter().find_map(|(base, host)| Some((host, path.strip_prefix(base)?)));
    let found = found.filter(|(_, rest)| rest.is_empty() || rest.starts_with('/'));
    match found {
        Some((host @ ("partner_center" | "partner_api" | "octo"), rest)) if !rest.is_empty() => (host, rest),
        Some((host, _)) => (host, path),
        None if path == "/" => ("portal", path),
        None => ("login", path),
    }
}

/// What happens to an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wire {
    /// Somebody else answers.
    Instead(fn() -> Reply),
    /// Somebody else answers so many times, then all is well.
    First(u32, fn() -> Reply),
    /// The service's answer is bent on its way.
    Bent(fn(Reply) -> Reply),
    /// The answer comes after so many seconds.
    Late(u64),
    /// The connection ends without an answer.
    Empty,
    /// The connection is reset without an answer.
    Reset,
    /// The service does its work, then the connection ends without an answer.
    Lost,
}

const fn row(name: &'static str, what: &'static str, place: &'static str, wire: Wire) -> Row {
    Row { name, what, place, fault: Fault::Wire(wire) }
}

const PC: &str = "partner-center";

/// Every misfortune of the wire, with the place it strikes unless another is named.
#[rustfmt::skip]
pub(super) static WIRES: [Row; 44] = [
    row("captive-portal", "A hotel's page answers everything with 200", "everywhere", Wire::Instead(captive_portal)),
    row("redirect", "A proxy sends everything to another host", "everywhere", Wire::Instead(|| redirect("307", "https://proxy.invalid/sign-in"))),
    row("redirect-same-host", "Answers 302 to another path of the same host", PC, Wire::Instead(|| redirect("302", "/elsewhere"))),
    row("redirect-plain", "Answers 308 to plain http", PC, Wire::Instead(|| redirect("308", "http://proxy.invalid/"))),
    row("redirect-loop", "Answers 302 to itself", PC, Wire::Instead(|| redirect("302", ""))),
    row("redirect-file", "Answers 302 to a file", PC, Wire::Instead(|| redirect("302", "file:///etc/hostname"))),
    row("html-502", "A gateway's page with 502", PC, Wire::Instead(|| page(StatusCode::BAD_GATEWAY))),
    row("html-503", "A gateway's page with 503", PC, Wire::Instead(|| page(StatusCode::SERVICE_UNAVAILABLE))),
    row("html-504", "A gateway's page with 504", PC, Wire::Instead(|| page(StatusCode::GATEWAY_TIMEOUT))),
    row("html-200", "A page with 200", PC, Wire::Instead(|| page(StatusCode::OK))),
    row("html-403", "A firewall's page with 403", PC, Wire::Instead(|| page(StatusCode::FORBIDDEN))),
    row("proxy-407", "A proxy wants a password", "everywhere", Wire::Instead(|| Reply::empty(StatusCode::PROXY_AUTHENTICATION_REQUIRED).header("proxy-authenticate", "Basic realm=\"proxy\""))),
    row("status-500", "500 without a body", PC, Wire::Instead(|| Reply::empty(StatusCode::INTERNAL_SERVER_ERROR))),
    row("status-509", "509 without a body", PC, Wire::Instead(|| Reply::empty(StatusCode::from_u16(509).unwrap_or(StatusCode::BAD_GATEWAY)))),
    row("no-content", "204 without a body", PC, Wire::Instead(|| Reply::empty(StatusCode::NO_CONTENT))),
    row("empty-200", "200 without a body", PC, Wire::Instead(|| Reply::empty(StatusCode::OK))),
    row("throttled", "429, try again in 57 seconds", PC, Wire::Instead(|| throttled("57"))),
    row("throttled-1s", "429, try again in a second, twice; then fine", PC, Wire::First(2, || throttled("1"))),
    row("throttled-once", "429 once, try again in seven seconds; then fine", PC, Wire::First(1, || throttled("7"))),
    row("throttled-bare", "429 without a word", PC, Wire::Instead(|| Reply::empty(StatusCode::TOO_MANY_REQUESTS))),
    row("throttled-date", "503 with a date to come back at", PC, Wire::Instead(|| unavailable("Fri, 31 Dec 2100 23:59:59 GMT"))),
    row("throttled-ages", "429, try again in four billion seconds", PC, Wire::Instead(|| throttled("4000000000"))),
    row("throttled-negative", "429, try again five seconds ago", PC, Wire::Instead(|| throttled("-5"))),
    row("throttled-garbage", "429, try again at a time that is none", PC, Wire::Instead(|| throttled("soon"))),
    row("throttled-double", "429 with two answers to when", PC, Wire::Instead(|| throttled("1").header("retry-after", "600"))),
    row("flaky", "503 twice, then fine", PC, Wire::First(2, || unavailable("1"))),
    row("slow", "Answers after 30 seconds", PC, Wire::Late(30)),
    row("silent", "Takes the request and never answers", PC, Wire::Late(86_400)),
    row("drip", "One byte of the body each second", PC, Wire::Bent(drip)),
    row("reset", "The connection is reset instead of an answer", PC, Wire::Reset),
    row("empty", "The connection is closed instead of an answer", PC, Wire::Empty),
    row("lost-answer", "The work is done, the answer is lost", "redeem", Wire::Lost),
    row("truncated", "The body ends halfway, the connection with it", PC, Wire::Bent(truncated)),
    row("truncated-json", "A shorter body, well delivered", PC, Wire::Bent(halved)),
    row("huge-body", "A body without an end", PC, Wire::Instead(|| endless(b"[0"))),
    row("huge-json", "One text of JSON without an end", PC, Wire::Instead(|| endless(b"\"a"))),
    row("deep-json", "JSON nested 100,000 deep", PC, Wire::Instead(|| json(&"[".repeat(100_000)))),
    row("wrong-types", "JSON of the right names and the wrong types", PC, Wire::Instead(|| json(r#"{"access_token":7,"expires_in":{},"error":[],"items":"none","mpnId":{"a":1},"mpnId":[2],"code":null}"#))),
    row("random-bytes", "Bytes that are no text", PC, Wire::Instead(|| Reply::whole(StatusCode::OK, Some("application/json"), super::chance::bytes(4_096)))),
    row("bom", "A byte order mark before the body", "everywhere", Wire::Bent(Reply::with_mark)),
    row("utf-16", "The body in UTF-16", PC, Wire::Bent(utf_16)),
    row("wrong-type", "The right body under the wrong name", PC, Wire::Bent(wrong_type)),
    row("header-flood", "Ninety headers of a thousand letters each", PC, Wire::Bent(flood)),
    row("zipped", "Claims to be compressed and is not", PC, Wire::Bent(|reply| reply.header("content-encoding", "gzip"))),
];

fn captive_portal() -> Reply {
    let text = "<!doctype html><html><head><title>Hotel Wi-Fi</title></head>\
                <body><h1>Welcome</h1><form><button>Accept and connect</button></form></body></html>";
    Reply::html(StatusCode::OK, text.to_owned())
}

fn page(status: StatusCode) -> Reply {
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
         <hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
    );
    Reply::html(status, page)
}

fn redirect(status: &str, to: &str) -> Reply {
    let status = status.parse().unwrap_or(StatusCode::FOUND);
    Reply::empty(status).header("location", to)
}

fn throttled(seconds: &str) -> Reply {
    let body =
        format!(r#"{{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in {seconds} seconds." }}"#);
    Reply::whole(StatusCode::TOO_MANY_REQUESTS, Some("application/json"), body).header("retry-after", seconds)
}

fn unavailable(when: &str) -> Reply {
    Reply::empty(StatusCode::SERVICE_UNAVAILABLE).header("retry-after", when)
}

fn json(text: &str) -> Reply {
    Reply::whole(StatusCode::OK, Some("application/json"), text.to_owned())
}

fn endless(head: &'static [u8]) -> Reply {
    let filler =
        if head.starts_with(b"\"") { Bytes::from(vec![b'a'; 65_536]) } else { Bytes::from(",0".repeat(32_768)) };
    let frames = stream::unfold(Some(Bytes::from_static(head)), move |head| {
        let chunk = head.unwrap_or_else(|| filler.clone());
        std::future::ready(Some((Ok(Frame::data(chunk)), None)))
    });
    let body: Body = StreamBody::new(frames).boxed_unsync();
    Reply::stream(StatusCode::OK, None, body).header("content-type", "application/json")
}

/// The same reply with another body, if its own is at hand.
fn bent(mut reply: Reply, bend: impl FnOnce(Bytes) -> Payload) -> Reply {
    if let Payload::Whole(bytes) = &reply.payload {
        reply.payload = bend(bytes.clone());
    }
    reply
}

fn drip(reply: Reply) -> Reply {
    bent(reply, |bytes| {
        let length = u64::try_from(bytes.len()).ok();
        let frames = stream::unfold(bytes, |mut bytes| async move {
            if bytes.is_empty() {
                return None;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            let byte = bytes.split_to(1);
            Some((Ok(Frame::data(byte)), bytes))
        });
        Payload::Stream(length, StreamBody::new(frames).boxed_unsync())
    })
}

/// Half of the body, then the connection ends although more was promised.
fn truncated(reply: Reply) -> Reply {
    bent(reply, |bytes| {
        let length = u64::try_from(bytes.len()).unwrap_or(0).max(16);
        let half = bytes.slice(..bytes.len() / 2);
        let frames = stream::iter([Ok(Frame::data(half)), Err(io::Error::from(io::ErrorKind::ConnectionAborted))]);
        Payload::Stream(Some(length), StreamBody::new(frames).boxed_unsync())
    })
}

fn halved(reply: Reply) -> Reply {
    bent(reply, |bytes| Payload::Whole(bytes.slice(..bytes.len() / 2)))
}

fn utf_16(reply: Reply) -> Reply {
    bent(reply, |bytes| {
        let text = String::from_utf8_lossy(&bytes);
        let units = [0xfeff].into_iter().chain(text.encode_utf16());
        Payload::Whole(units.flat_map(u16::to_le_bytes).collect())
    })
}

fn wrong_type(mut reply: Reply) -> Reply {
    reply.headers.remove("content-type");
    reply.header("content-type", "image/png")
}

fn flood(reply: Reply) -> Reply {
    (0..90).fold(reply, |reply, number| reply.header(&format!("x-flood-{number}"), &"x".repeat(1_000)))
}
