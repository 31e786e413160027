//! The pages that the browser shows: words of ours and of the diagnosis. Nothing of a request is ever on them as it came.

use http::{HeaderValue, StatusCode, header};
use http_body_util::Full;
use hyper::{Response, body::Bytes};

/// Its heading, which is the state, and what to do.
pub type Text = (&'static str, &'static str);

/// The token is kept, and the checks go on.
pub const SIGNED_IN: Text =
    ("Signed in", "The sign-in is kept. You can close this tab and go back to the terminal: the checks go on there.");
/// The code came, and somebody else redeems it.
pub const CAUGHT: Text = ("Signed in", "The code is in the terminal. You can close this tab and go back there.");
/// The wizard went on without this page.
pub const CLOSED: Text = ("This sign-in is closed", "You can close this tab and go back to the terminal.");
/// An answer has come before.
pub const ALREADY: Text = ("This was used before", "The sign-in has already come this way. Go back to the terminal.");
/// Anything that is not ours.
pub const UNKNOWN: Text = ("Nothing here", "This page is not part of the sign-in that octo-csp is waiting for.");

/// A page with the headers that keep it from being framed, scripted by anybody else or stored. Its title is its heading. Its one script
/// takes the query out of the address that the tab and its history show, so that a used code does not stay there.
pub fn page(status: StatusCode, (heading, text): (&str, &str)) -> Response<Full<Bytes>> {
    let plain = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let (heading, text) = (plain(heading), plain(text));
    let html = format!(
        "{HEAD}<title>{heading} - octo-csp</title></head><body><main><h1>{heading}</h1><p>{text}</p></main></body></html>\n"
    );
    let mut response = Response::new(Full::new(Bytes::from(html)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            concat!(
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-UBodp8UhLR9ASBc1PNRKcs3r2CjAFWxCbrUGPN7u1jo='; ",
                "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
            ),
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

/// What every page begins with.
const HEAD: &str = concat!(
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"viewport\" content=\"width=device-width\"><style>",
    "body{font:18px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:100vh;",
    "background:#f4f5f7;color:#1b1f24}main{max-width:30em;margin:1em;padding:2em;border-radius:12px;background:#fff}",
    "h1{font-size:1.3em;margin:0 0 .5em}p{margin:0}",
    "@media(prefers-color-scheme:dark){body{background:#14171a;color:#e8eaed}main{background:#20252a}}",
    "</style><script>history.replaceState(null,'',location.pathname)</script>",
);

/// Sends the browser on to the sign-in page.
pub fn onward(address: HeaderValue) -> Response<Full<Bytes>> {
    let mut response = page(StatusCode::FOUND, CLOSED);
    response.headers_mut().insert(header::LOCATION, address);
    response
}
