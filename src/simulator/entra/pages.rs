//! Pages for a browser, made of `pages.html`. Every one of them says that it is not Microsoft's.

use hyper::StatusCode;

use super::visit::{Stage, Visit};
use crate::simulator::http::{Call, Reply, escaped};
use crate::simulator::scenario::{Refusal, aadsts};
use crate::simulator::state::Shared;

/// A part of a page: made of others, or text that must be made harmless first.
pub(super) enum Part<'a> {
    Html(String),
    Text(&'a str),
}

use Part::{Html, Text};

/// Shows what a person is asked at this stage.
pub(super) fn stage(shared: &Shared, name: &str, visit: &Visit, wrong: Option<&str>) -> Reply {
    let facts = &shared.facts;
    let (title, asked) = match visit.stage {
        Stage::Password => {
            let hint = visit.asked.login_hint.as_deref().unwrap_or_default();
            let (user, password) = (Text(&facts.user), Text(&facts.password));
            let parts = [("user", user), ("password", password), ("hint", Text(hint))];
            ("Sign in", filled("password", &parts))
        }
        Stage::Mfa => ("Approve sign in", filled("mfa", &[("code", Text(&facts.mfa_code))])),
        Stage::Interrupt => {
            let refusal = shared.scenario.entra("interrupt");
            let text = refusal.map(|refusal| refusal.sentence(shared)).unwrap_or_default();
            ("Continue", filled("interrupt", &[("text", Text(&text))]))
        }
        Stage::Consent => {
            let list = visit.asked.consent.iter().map(|resource| {
                let name = ("name", Text(resource.name));
                filled("permission", &[name, ("permission", Text(resource.permission))])
            });
            let parts = [("client", Text(&facts.client_id)), ("list", Html(list.collect()))];
            ("Permissions requested", filled("consent", &parts))
        }
    };
    let wrong = wrong.map(|text| filled("wrong", &[("text", Text(text))])).unwrap_or_default();
    let parts = [
        ("title", Text(title)),
        ("wrong", Html(wrong)),
        ("tenant", Text(&visit.asked.tenant)),
        ("visit", Text(name)),
        ("asked", Html(asked)),
    ];
    page(StatusCode::OK, title, "stage", &parts)
}

/// Shows a refusal that must not travel back.
pub(super) fn refused(shared: &Shared, call: &Call, refusal: &Refusal) -> Reply {
    let rows = refusal.shown(shared, call);
    let rows = rows.iter().map(|(name, value)| pair("row", name, value)).collect();
    page(refusal.status(), "Sign in", "refused", &[("rows", Html(rows))])
}

/// Sends fields back in a form that posts itself.
pub(super) fn posted_back(address: &str, fields: &[(&'static str, String)]) -> Reply {
    let fields = fields.iter().map(|(name, value)| pair("field", name, value)).collect();
    let parts = [("address", Text(address)), ("fields", Html(fields))];
    page(StatusCode::OK, "Working…", "posted-back", &parts)
}

/// Shows what the number of an error means.
pub(super) fn look_up(call: &Call) -> Reply {
    let code = call.query.get("code").unwrap_or_default().trim_start_matches("AADSTS");
    let text = code.parse().ok().and_then(aadsts).map_or_else(|| "Not known here.".into(), |refusal| refusal.text);
    page(StatusCode::OK, "Error", "error", &[("code", Text(code)), ("text", Text(&text))])
}

/// Shows what this server is.
pub(in crate::rooms::simulator) fn portal(shared: &Shared) -> Reply {
    let parts = [
        ("scenario", Text(&shared.scenario.name)),
        ("tenant", Text(&shared.facts.tenant_id)),
        ("domain", Text(&shared.facts.domain)),
        ("client", Text(&shared.facts.client_id)),
    ];
    page(StatusCode::OK, "Simulator", "portal", &parts)
}

/// A page that is a template of `pages.html` with these parts.
pub(super) fn page(status: StatusCode, title: &str, name: &str, parts: &[(&str, Part<'_>)]) -> Reply {
    let body = Html(filled(name, parts));
    Reply::html(status, filled("page", &[("title", Text(title)), ("body", body)]))
}

fn pair(template: &str, name: &str, value: &str) -> String {
    filled(template, &[("name", Text(name)), ("value", Text(value))])
}

/// The template of this name with its parts in their places. A part is never looked through for places.
fn filled(name: &str, parts: &[(&str, Part<'_>)]) -> String {
    let mut page = String::new();
    let mut rest = template(name);
    let place = |text: &'static str| {
        let at = parts.iter().filter_map(|(name, part)| Some((text.find(&format!("{{{name}}}"))?, name, part)));
        at.min_by_key(|(at, _, _)| *at)
    };
    while let Some((at, name, part)) = place(rest) {
        page.push_str(rest.get(..at).unwrap_or_default());
        page.push_str(&match part {
            Html(html) => html.clone(),
            Text(text) => escaped(text),
        });
        rest = rest.get(at + name.len() + 2..).unwrap_or_default();
    }
    page + rest
}

fn template(name: &str) -> &'static str {
    let all = include_str!("pages.html").split("=== ").filter_map(|part| part.split_once('\n'));
    all.into_iter().find(|(own, _)| *own == name).map_or("", |(_, text)| text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_is_neither_markup_nor_a_place() {
        let parts = [("name", Text("<b>{value}")), ("value", Text("\"x\""))];
        assert_eq!(filled("row", &parts), "<dt>&lt;b&gt;{value}</dt><dd>&quot;x&quot;</dd>");
    }
}
