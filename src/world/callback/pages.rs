//! The pages that the browser shows: words of ours and of the diagnosis. Nothing of a request is ever on them as it came.

use http::{HeaderValue, StatusCode, header};
use http_body_util::Full;
use hyper::{Response, body::Bytes};

/// How it stands, which is also a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is done.
    Good,
    /// Something is to be done.
    Wrong,
    /// Nothing is to be done.
    Quiet,
}

/// How it stands, its heading, which says so, and what to do.
pub type Text<'a> = (Mark, &'a str, &'a str);

/// The token is kept, and the checks go on.
pub const SIGNED_IN: Text<'static> =
    (Mark::Good, "Signed in", "You can close this tab and go back to the terminal: the checks go on there.");
/// The code came, and somebody else redeems it.
pub const CAUGHT: Text<'static> =
    (Mark::Good, "Signed in", "The code is in the terminal. You can close this tab and go back there.");
/// The wizard went on without this page.
pub const CLOSED: Text<'static> =
    (Mark::Quiet, "This sign-in is closed", "You can close this tab and go back to the terminal.");
/// An answer has come before.
pub const ALREADY: Text<'static> =
    (Mark::Quiet, "This link was used before", "The sign-in has already come this way. Go back to the terminal.");
/// Anything that is not ours.
pub const UNKNOWN: Text<'static> =
    (Mark::Quiet, "Nothing here", "This page is not part of the sign-in that octo-csp is waiting for.");

/// A page with the headers that keep it from being framed, scripted by anybody else or stored. Its title is its heading. Its one script
/// takes the query out of the address that the tab and its history show, so that a used code does not stay there.
pub fn page(status: StatusCode, (mark, heading, text): Text<'_>) -> Response<Full<Bytes>> {
    let plain = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let (heading, text) = (plain(heading), plain(text));
    let (class, sign) = match mark {
        Mark::Good => ("good", "&#10003;"),
        Mark::Wrong => ("wrong", "!"),
        Mark::Quiet => ("quiet", "i"),
    };
    let html = format!(
        "{HEAD}<title>{heading} - octo-csp</title></head><body><main class=\"{class}\"><div aria-hidden=\"true\">{sign}</div><h1>{heading}</h1>\
         <p>{text}</p><footer>octo-csp shows this page, on your own machine.</footer></main></body></html>\n"
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

/// What every page begins with: how it looks, light or dark, from a narrow window to a wide one.
const HEAD: &str = concat!(
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>",
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--rule:#d0d7de;--page:#f6f8fa;--card:#fff;--good:#1a7f37;--wrong:#cf222e}",
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9da7b3;--rule:#30363d;--page:#0d1117;--card:#161b22;",
    "--good:#3fb950;--wrong:#f85149}}*{box-sizing:border-box}",
    "body{margin:0;padding:1rem;min-height:100vh;display:grid;place-items:center;background:var(--page);color:var(--ink);",
    "font:17px/1.55 system-ui,sans-serif}",
    "main{width:100%;max-width:32rem;padding:clamp(1.25rem,6vw,2.25rem);border:1px solid var(--rule);border-radius:8px;",
    "background:var(--card);overflow-wrap:anywhere}",
    "div{width:2.5rem;height:2.5rem;margin:0 0 1rem;border:2px solid;border-radius:50%;display:grid;place-items:center;",
    "font-weight:700;color:var(--dim)}.good div{color:var(--good)}.wrong div{color:var(--wrong)}",
    "h1{font-size:1.45rem;line-height:1.3;margin:0 0 .5rem}p{margin:0}",
    "footer{margin:1.5rem 0 0;padding:1rem 0 0;border-top:1px solid var(--rule);font-size:.85rem;color:var(--dim)}",
    "</style><script>history.replaceState(null,'',location.pathname)</script>",
);

/// Sends the browser on to the sign-in page.
pub fn onward(address: HeaderValue) -> Response<Full<Bytes>> {
    let mut response = page(StatusCode::FOUND, CLOSED);
    response.headers_mut().insert(header::LOCATION, address);
    response
}
