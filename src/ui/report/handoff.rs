//! `octo-csp handoff`: a note for the person who administers Entra. Ids and clicks, nothing secret.

use std::fmt::Write as _;

use crate::ui::lines::{WIDTH, plain};
use crate::ui::page::{Row, Tone};

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
}

/// One thing to do.
struct Task {
    title: &'static str,
    who: &'static str,
    steps: Vec<String>,
}

fn tasks(handoff: &Handoff) -> Vec<Task> {
    let app = handoff.application.as_deref().unwrap_or("the app");
    let redirect = handoff.redirect.as_deref().unwrap_or("http://localhost");
    let permission = |name: &str, id: &str, what: &str| {
        vec![
            format!(
                "{} > App registrations > {app} > API permissions",
                handoff.portal
            ),
            format!("Add a permission > APIs my organization uses > search {id} ({name})"),
            format!("Delegated permissions > {what} > Add permissions"),
        ]
    };
    vec![
        Task {
            title: "Redirect address",
            who: "Application administrator",
            steps: vec![
                format!(
                    "{} > App registrations > {app} > Authentication",
                    handoff.portal
                ),
                format!("Add a platform > Web > exactly {redirect} > Configure"),
            ],
        },
        Task {
            title: "Permission: Microsoft Partner Center",
            who: "Application administrator",
            steps: permission(
                "Microsoft Partner Center",
                "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
                "user_impersonation",
            ),
        },
        Task {
            title: "Permission: Microsoft Partner (Microsoft Dev Center), for prices",
            who: "Application administrator",
            steps: permission(
                "Microsoft Partner",
                "4990cffe-04e8-4e8b-808a-1175604b879f",
                "Partner Center (user_impersonation)",
            ),
        },
    ]
}

/// What is about the directory and the secret.
fn rest(handoff: &Handoff) -> Vec<Task> {
    let app = handoff.application.as_deref().unwrap_or("the app");
    vec![
        Task {
            title: "Admin consent",
            who: "Global administrator",
            steps: vec![format!(
                "{} > App registrations > {app} > API permissions > Grant admin consent",
                handoff.portal
            )],
        },
        Task {
            title: "Account that signs in",
            who: "Global administrator",
            steps: vec![
                "Partner Center > Settings > User management: the role Admin agent".to_owned(),
                "Microsoft Entra ID > Users: MFA set up, demanded by policy or security defaults"
                    .to_owned(),
            ],
        },
        Task {
            title: "Client secret",
            who: "Application administrator",
            steps: vec![
                format!("{} > App registrations > {app} > Certificates & secrets", handoff.portal),
                "New client secret: hand over the column Value, not the Secret ID, by a safe way; never by mail"
                    .to_owned(),
            ],
        },
    ]
}

fn all(handoff: &Handoff) -> impl Iterator<Item = Task> {
    tasks(handoff).into_iter().chain(rest(handoff))
}

fn facts(handoff: &Handoff) -> [(&'static str, &str); 3] {
    let unknown = "not typed yet";
    [
        (
            "Application ID",
            handoff.application.as_deref().unwrap_or(unknown),
        ),
        ("Directory", handoff.tenant.as_deref().unwrap_or(unknown)),
        ("Redirect", handoff.redirect.as_deref().unwrap_or(unknown)),
    ]
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
    for (index, task) in all(handoff).enumerate() {
        rows.push(Row::gap());
        rows.push(Row::of(
            Tone::Title,
            format!("{}. {} ({})", index + 1, task.title, task.who),
        ));
        for step in task.steps {
            rows.push(Row::text(format!("[ ] {step}")).at(3).hanging(7));
        }
    }
    plain(&rows, WIDTH)
}

/// As one HTML page.
pub fn html(handoff: &Handoff) -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Octo CSP hand-off</title>\n",
    );
    page.push_str("<h1>Octo CSP: what is needed in Microsoft Entra</h1>\n");
    let _infallible = writeln!(page, "<p>{}</p>\n<table>", escaped(WHY));
    for (label, value) in facts(handoff) {
        let (label, value) = (escaped(label), escaped(value));
        let _infallible = writeln!(
            page,
            "<tr><th align=\"left\">{label}</th><td><code>{value}</code></td></tr>"
        );
    }
    page.push_str("</table>\n<ol>\n");
    for task in all(handoff) {
        let (title, who) = (escaped(task.title), escaped(task.who));
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
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
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
        };
        for form in [text(&handoff), html(&handoff)] {
            assert!(
                form.contains("3f0c5a52") && form.contains("4990cffe-04e8"),
                "{form}"
            );
        }
        assert!(!html(&handoff).contains("<script>"));
        assert!(
            text(&handoff)
                .lines()
                .all(|line| line.chars().count() <= 90)
        );
    }
}
