//! `octo-csp handoff`: a note for the person who administers Entra. Ids and clicks, nothing secret.

use std::fmt::Write as _;

use crate::diagnose::{Diagnosis, Who};
use crate::journal::Registration;
use crate::report::explanation::ids;
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::{Row, Tone};
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
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

impl Task {
    fn new<S: Into<String>>(title: impl Into<String>, who: &'static str, steps: impl IntoIterator<Item = S>) -> Self {
        Self { title: title.into(), who, steps: steps.into_iter().map(Into::into).collect() }
    }
}

const APP_ADMINISTRATOR: &str = "Application administrator or Cloud application administrator";
const GLOBAL_ADMINISTRATOR: &str = "Global administrator";

/// What stopped it comes first, the sign-in last.
fn tasks(handoff: &Handoff) -> Vec<Task> {
    let app = handoff.application.as_deref().unwrap_or("the app");
    let redirect = handoff.redirect.as_deref().unwrap_or("http://localhost");
    let page = |name: &str| format!("{} > App registrations > {app} > {name}", handoff.portal);
    let permission = |name: &str, id: &str, what: &str| {
        [
            page("API permissions"),
            format!(
                "Add a permission > APIs my organization uses > search {id} ({name}). Not found: az ad sp create --id {id}"
            ),
            format!("Delegated permissions > {what} > Add permissions"),
        ]
    };
    let mut tasks = Vec::new();
    tasks.extend(handoff.missing.as_ref().map(|(_, diagnosis)| {
        // Whoever reads the note is somebody else.
        let who = if diagnosis.who == Who::Operator { "whoever runs octo-csp" } else { diagnosis.who.title() };
        Task::new(format!("What stopped it: {} ({})", diagnosis.what, diagnosis.code), who, &diagnosis.fix)
    }));
    tasks.extend([
        Task::new(
            "Redirect address",
            APP_ADMINISTRATOR,
            [
                page("Authentication"),
                format!(
                    "Redirect URI configuration > Add (older: Add a platform) > Web > exactly {redirect} > Configure"
                ),
            ],
        ),
        Task::new(
            "Permission: Microsoft Partner Center",
            APP_ADMINISTRATOR,
            permission("Microsoft Partner Center", PARTNER_CENTER.id, "user_impersonation"),
        ),
        Task::new(
            "Permission: Microsoft Partner (Microsoft Dev Center), for prices",
            APP_ADMINISTRATOR,
            permission("Microsoft Partner", DEV_CENTER.id, "Partner Center (user_impersonation)"),
        ),
        Task::new("Admin consent", APP_ADMINISTRATOR, [page("API permissions > Grant admin consent")]),
        Task::new(
            "Account that signs in",
            GLOBAL_ADMINISTRATOR,
            [
                "Partner Center > gear > Account settings > User management: the role Admin agent",
                "Microsoft Entra ID > Users: MFA set up, demanded by policy or security defaults",
            ],
        ),
        Task::new(
            "Client secret",
            APP_ADMINISTRATOR,
            [
                page("Certificates & secrets").as_str(),
                "New client secret: hand over the column Value, not the Secret ID, by a safe way; never by mail",
                "Refused there: Enterprise apps > Security > Application policies forbid secrets or limit their life",
            ],
        ),
    ]);
    tasks.extend(handoff.link.as_deref().map(sign_in));
    tasks
}

fn sign_in(link: &str) -> Task {
    Task::new(
        "Consent, by a link that is good for one sign-in",
        "Admin agent with MFA; Application administrator as well if consent was never given",
        [
            format!("Open in a private window: {link}").as_str(),
            "Sign in, pass MFA, press Accept. The browser ends on an error page: that is expected.",
            "Within ten minutes send the whole address from its bar to the person at octo-csp, by a safe way; never by mail",
        ],
    )
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
