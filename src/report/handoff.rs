//! `octo-csp handoff`: a note for the person who administers Entra. Ids and clicks, nothing secret.

use std::fmt::Write as _;

use crate::diagnose::{Diagnosis, Who};
use crate::journal::Registration;
use crate::report::explanation::ids;
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::{Row, Tone};
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
use crate::words::texts::TASKS;
use crate::words::{Failure, Field, Typed, UntrustedText};

/// What is known of the app.
#[derive(Debug, Default)]
pub struct Handoff {
    /// The application (client) ID.
    pub application: Option<String>,
    /// The directory (tenant) ID or domain.
    pub tenant: Option<String>,
    /// The redirect address.
    pub redirect: Option<String>,
    /// The Azure portal's address.
    pub portal: String,
    /// What stopped the registration, if it has stopped, and what that means.
    pub missing: Option<(Failure, Diagnosis)>,
    /// The address of the sign-in that is open, good for one sign-in.
    pub link: Option<String>,
}

impl Handoff {
    /// What was proven goes before what was typed.
    pub fn of(registration: &Registration, typed: Option<&Typed>, portal: &str) -> Self {
        let newest = registration.open.as_ref().or(registration.active.as_ref());
        let center = newest.and_then(|attempt| attempt.partner_center.as_ref());
        let api = newest.and_then(|attempt| attempt.partner_api.as_ref());
        // What was typed goes through the door for foreign text: a draft is a file.
        let clean = |field: Field| {
            let text = typed.and_then(|typed| UntrustedText::some(typed.get(field)));
            text.map(|text| text.to_string())
        };
        Self {
            application: center.map(|(proof, _)| proof.application.to_string()).or_else(|| clean(Field::ApplicationId)),
            tenant: center.map(|(proof, _)| proof.tenant.to_string()).or_else(|| clean(Field::Directory)),
            redirect: api.map(|(proof, _)| proof.redirect.as_str().to_owned()).or_else(|| clean(Field::Redirect)),
            portal: portal.trim_end_matches('/').to_owned(),
            missing: None,
            link: None,
        }
    }
}

/// One thing to do.
struct Task {
    title: String,
    who: &'static str,
    steps: Vec<String>,
}

/// What stopped it comes first, the sign-in last.
fn tasks(handoff: &Handoff) -> Vec<Task> {
    let missing = handoff.missing.as_ref().map(|(_, diagnosis)| {
        // Whoever reads the note is somebody else.
        let who = if diagnosis.who == Who::Operator { "whoever runs octo-csp" } else { diagnosis.who.title() };
        let title = format!("What stopped it: {} ({})", diagnosis.what, diagnosis.code);
        Task { title, who, steps: diagnosis.fix.clone() }
    });
    let link = handoff.link.as_deref();
    let known = [
        ("{portal}", handoff.portal.as_str()),
        ("{app}", handoff.application.as_deref().unwrap_or("the app")),
        ("{redirect}", handoff.redirect.as_deref().unwrap_or("http://localhost")),
        ("{partner center id}", PARTNER_CENTER.id),
        ("{dev center id}", DEV_CENTER.id),
        ("{link}", link.unwrap_or_default()),
    ];
    let filled = |step: &&str| known.iter().fold((*step).to_owned(), |step, (name, value)| step.replace(name, value));
    let all = TASKS.iter().filter(|(_, _, steps)| link.is_some() || !steps.iter().any(|step| step.contains("{link}")));
    let all = all.map(|(title, who, steps)| Task {
        title: (*title).to_owned(),
        who,
        steps: steps.iter().map(filled).collect(),
    });
    missing.into_iter().chain(all).collect()
}

/// What is known of the app, and the ids of what stopped it.
fn facts(handoff: &Handoff) -> Vec<(&'static str, String)> {
    let app =
        [("Application ID", &handoff.application), ("Directory", &handoff.tenant), ("Redirect", &handoff.redirect)];
    let app = app.into_iter().map(|(label, value)| (label, value.as_deref().unwrap_or("not typed yet").to_owned()));
    let failures = || handoff.missing.iter().map(|(failure, _)| failure);
    let said = failures().filter_map(|failure| Some(("It said", failure.sentence.as_ref()?.to_string())));
    app.chain(said).chain(failures().flat_map(ids).map(|id| ("For support", id))).collect()
}

const WHY: &str = "Octo reads this partner's invoices and prices from Microsoft. The app below needs what follows; nothing in this note is secret.";

/// As plain text.
pub fn text(handoff: &Handoff) -> String {
    let mut rows = vec![
        Row::of(Tone::Title, "Octo CSP: what is needed in Microsoft Entra"),
        Row::gap(),
        Row::text(WHY),
        Row::gap(),
    ];
    for (label, value) in facts(handoff) {
        rows.push(Row::pair(label, 16, Tone::Value, value));
    }
    for (index, task) in tasks(handoff).into_iter().enumerate() {
        rows.push(Row::gap());
        rows.push(Row::of(Tone::Title, format!("{}. {} ({})", index + 1, task.title, task.who)));
        for step in task.steps {
            rows.push(Row::text(format!("[ ] {step}")).at(3).hanging(7));
        }
    }
    plain(&rows, WIDTH)
}

/// As one HTML page.
pub fn html(handoff: &Handoff) -> String {
    let mut page =
        String::from("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Octo CSP hand-off</title>\n");
    page.push_str("<h1>Octo CSP: what is needed in Microsoft Entra</h1>\n");
    let _infallible = writeln!(page, "<p>{}</p>\n<table>", escaped(WHY));
    for (label, value) in facts(handoff) {
        let (label, value) = (escaped(label), escaped(&value));
        let _infallible = writeln!(page, "<tr><th align=\"left\">{label}</th><td><code>{value}</code></td></tr>");
    }
    page.push_str("</table>\n<ol>\n");
    for task in tasks(handoff) {
        let (title, who) = (escaped(&task.title), escaped(task.who));
        let _infallible = writeln!(page, "<li><b>{title}</b> ({who})<ul>");
        for step in task.steps {
            let _infallible = writeln!(page, "<li>{}</li>", escaped(&step));
        }
        page.push_str("</ul></li>\n");
    }
    page.push_str("</ol></html>\n");
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_name_the_ids_and_markup_in_a_value_stays_text() {
        let handoff = Handoff {
            application: Some("3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711".to_owned()),
            tenant: Some("<script>".to_owned()),
            redirect: None,
            portal: "https://portal.azure.com".to_owned(),
            ..Handoff::default()
        };
        for form in [text(&handoff), html(&handoff)] {
            assert!(form.contains("3f0c5a52") && form.contains("4990cffe-04e8"), "{form}");
        }
        assert!(!html(&handoff).contains("<script>"));
        assert!(text(&handoff).lines().all(|line| line.chars().count() <= 90));
    }
}
