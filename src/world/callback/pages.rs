//! The pages that the browser shows. They are constants: nothing of a request is ever on them.

use http::{HeaderValue, StatusCode, header};
use http_body_util::Full;
use hyper::{Response, body::Bytes};

macro_rules! page {
    ($title:literal, $text:literal) => {
        concat!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width\"><title>octo-csp</title><style>",
            "body{font:18px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:100vh;",
            "background:#f4f5f7;color:#1b1f24}main{max-width:30em;margin:1em;padding:2em;border-radius:12px;background:#fff}",
            "h1{font-size:1.3em;margin:0 0 .5em}p{margin:0}",
            "@media(prefers-color-scheme:dark){body{background:#14171a;color:#e8eaed}main{background:#20252a}}",
            "</style></head><body><main><h1>",
            $title,
            "</h1><p>",
            $text,
            "</p></main></body></html>\n"
        )
    };
}

/// Every check passed.
pub const PROVEN: &str = page!("Signed in and checked", "You can close this tab and go back to the terminal.");
/// Something failed.
pub const FAILED: &str = page!(
    "The sign-in came back, but something is not right yet",
    "You can close this tab: the terminal says what to do."
);
/// The code came, and somebody else redeems it.
pub const CAUGHT: &str = page!("Signed in", "The code is in the terminal. You can close this tab and go back there.");
/// The wizard went on without this page.
pub const CLOSED: &str = page!("This sign-in is closed", "You can close this tab and go back to the terminal.");
/// An answer has come before.
pub const ALREADY: &str =
    page!("This was used before", "The sign-in has already come this way. Go back to the terminal.");
/// Anything that is not ours.
pub const UNKNOWN: &str = page!("Nothing here", "This page is not part of the sign-in that octo-csp is waiting for.");

/// A page with the headers that keep it from being framed, scripted or stored.
pub fn page(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Sends the browser on to the sign-in page.
pub fn onward(address: HeaderValue) -> Response<Full<Bytes>> {
    let mut response = page(StatusCode::FOUND, CLOSED);
    response.headers_mut().insert(header::LOCATION, address);
    response
}
