//! Pages for a browser. Every one of them says that it is not Microsoft's.

use std::fmt::Write as _;

use hyper::StatusCode;

use super::refusal::Refusal;
use super::visit::{Stage, Visit};
use crate::simulator::http::{Call, Reply, escaped};
use crate::simulator::state::Shared;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;background:#f2f2f2;color:#1b1b1b;margin:0}\
main{background:#fff;max-width:30rem;margin:3rem auto;padding:1.5rem 2rem;border:1px solid #bbb}\
.simulated{background:#8a2b06;color:#fff;padding:.5rem 2rem;font-weight:bold}\
label{display:block;margin:.8rem 0 .2rem}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}\
button{font:inherit;padding:.4rem 1.2rem;margin:1.2rem .5rem 0 0}.wrong{color:#a80000}code{background:#eee}\
dt{font-weight:bold}dd{margin:0 0 .5rem;overflow-wrap:anywhere}";

/// Shows what a person is asked at this stage.
pub(super) fn stage(shared: &Shared, name: &str, visit: &Visit, wrong: Option<&str>) -> Reply {
    let (title, asked) = match visit.stage {
        Stage::Password => ("Sign in", password(shared, visit)),
        Stage::Mfa => ("Approve sign in", mfa(shared)),
        Stage::Interrupt => ("Continue", interrupt(shared)),
        Stage::Consent => ("Permissions requested", consent(shared, visit)),
    };
    let wrong = wrong.map_or_else(String::new, |text| {
        format!("<p class=\"wrong\" id=\"error\">{}</p>", escaped(text))
    });
    let body = format!(
        "<h1>{title}</h1>{wrong}<form method=\"post\" action=\"/{}/login\" id=\"form\">\
         <input type=\"hidden\" name=\"ctx\" value=\"{}\">{asked}</form>",
        escaped(&visit.asked.tenant),
        escaped(name)
    );
    Reply::html(StatusCode::OK, page(title, &body))
}

/// Shows a refusal that must not travel back.
pub(super) fn refused(shared: &Shared, call: &Call, refusal: &Refusal) -> Reply {
    let mut body =
        "<h1>Sorry, but we’re having trouble signing you in.</h1><dl id=\"error\">".to_owned();
    for (name, value) in refusal.shown(shared, call) {
        // Writing to a String cannot fail.
        let _ok = write!(body, "<dt>{name}</dt><dd>{}</dd>", escaped(&value));
    }
    body.push_str("</dl>");
    Reply::html(refusal.status(), page("Sign in", &body))
}

/// Sends fields back in a form that posts itself.
pub(super) fn posted_back(address: &str, fields: &[(&'static str, String)]) -> Reply {
    let mut body =
        format!("<form method=\"post\" action=\"{}\" name=\"hiddenform\">", escaped(address));
    for (name, value) in fields {
        let _ok =
            write!(body, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value));
    }
    body.push_str(
        "<noscript><p>Script is disabled. Click Submit to continue.</p><button>Submit</button></noscript></form>\
         <script>document.forms[0].submit();</script>",
    );
    Reply::html(StatusCode::OK, page("Working…", &body))
}

/// Shows that nobody is signed in any more.
pub(super) fn signed_out(_shared: &Shared) -> Reply {
    let body = "<h1>You signed out</h1><p>Nobody stays signed in here.</p>";
    Reply::html(StatusCode::OK, page("Sign out", body))
}

/// Shows that a sign-in on another device stays unfinished here.
pub(super) fn device() -> Reply {
    let body =
        "<h1>Enter code</h1><p>This simulator leaves sign-ins from another device pending.</p>";
    Reply::html(StatusCode::OK, page("Enter code", body))
}

/// Shows what the number of an error means.
pub(super) fn look_up(_shared: &Shared, call: &Call) -> Reply {
    let code = call.query.get("code").unwrap_or_default();
    let text = code
        .trim_start_matches("AADSTS")
        .parse()
        .ok()
        .and_then(crate::simulator::scenario::aadsts)
        .map_or("Not known here.", |row| row.text);
    let body = format!(
        "<h1>AADSTS{}</h1><p>{}</p>",
        escaped(code.trim_start_matches("AADSTS")),
        escaped(text)
    );
    Reply::html(StatusCode::OK, page("Error", &body))
}

/// Shows what this server is.
pub(in crate::simulator) fn portal(shared: &Shared) -> Reply {
    let body = format!(
        "<h1>octo-csp simulator</h1><p>This server pretends to be Microsoft Entra ID, Partner Center, the price service \
         and Octo. Nothing here is real.</p><dl><dt>Scenario</dt><dd>{}</dd><dt>Tenant</dt><dd>{}</dd>\
         <dt>Domain</dt><dd>{}</dd><dt>Application</dt><dd>{}</dd></dl>",
        escaped(shared.scenario.name()),
        escaped(&shared.facts.tenant_id),
        escaped(&shared.facts.domain),
        escaped(&shared.facts.client_id)
    );
    Reply::html(StatusCode::OK, page("Simulator", &body))
}

fn password(shared: &Shared, visit: &Visit) -> String {
    let hint = visit.asked.login_hint.as_deref().unwrap_or_default();
    format!(
        "<p>Type <code id=\"user-to-type\">{}</code> and <code id=\"password-to-type\">{}</code>.</p>\
         <label for=\"login\">Email</label>\
         <input id=\"login\" name=\"login\" type=\"email\" autocomplete=\"off\" autofocus value=\"{}\">\
         <label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"off\">\
         <button id=\"submit\" name=\"submit\" value=\"yes\">Sign in</button>\
         <button id=\"cancel\" name=\"cancel\" value=\"yes\" formnovalidate>Cancel</button>",
        escaped(&shared.facts.user),
        escaped(&shared.facts.password),
        escaped(hint)
    )
}

fn mfa(shared: &Shared) -> String {
    format!(
        "<p>Type the code that your phone would show: <code id=\"otc-to-type\">{}</code>.</p>\
         <label for=\"otc\">Code</label>\
         <input id=\"otc\" name=\"otc\" inputmode=\"numeric\" autocomplete=\"off\" autofocus>\
         <button id=\"submit\" name=\"submit\" value=\"yes\">Verify</button>\
         <button id=\"cancel\" name=\"cancel\" value=\"yes\" formnovalidate>Cancel</button>",
        escaped(&shared.facts.mfa_code)
    )
}

fn interrupt(shared: &Shared) -> String {
    let text = shared
        .scenario
        .entra("interrupt")
        .map(|row| Refusal::from(row).sentence(shared))
        .unwrap_or_default();
    format!(
        "<p>{}</p><button id=\"accept\" name=\"accept\" value=\"yes\">Continue</button>\
         <button id=\"cancel\" name=\"cancel\" value=\"yes\">Cancel</button>",
        escaped(&text)
    )
}

fn consent(shared: &Shared, visit: &Visit) -> String {
    let mut list = String::new();
    for resource in &visit.asked.consent {
        let _ok = write!(
            list,
            "<li>{} <code>{}</code></li>",
            escaped(resource.name),
            escaped(resource.permission)
        );
    }
    format!(
        "<p><strong>Octo registration</strong> (<code>{}</code>) would like to use, in your name:</p>\
         <ul id=\"permissions\">{list}</ul>\
         <button id=\"accept\" name=\"accept\" value=\"yes\">Accept</button>\
         <button id=\"cancel\" name=\"cancel\" value=\"yes\">Cancel</button>",
        escaped(&shared.facts.client_id)
    )
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} (simulated)</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>\
         <div class=\"simulated\">SIMULATED sign-in. This is not Microsoft. Type no real password.</div>\
         <main>{body}</main></body></html>"
    )
}
