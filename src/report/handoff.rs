//! `octo-csp handoff`: a note for the person who administers Entra. Ids and clicks, nothing secret.

use std::fmt::Write as _;

use url::Url;

use crate::diagnose::{Diagnosis, Who};
use crate::journal::Registration;
use crate::report::explanation::ids;
use crate::report::lines::{GLUE, plain, with_whole_commands};
use crate::report::rows::{Row, Tone};
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
use crate::words::ids::looks_like_guid;
use crate::words::texts::{self, TASKS};
use crate::words::{Directory, Failure, Field, Typed, UntrustedText};

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
    /// The login host's.
    pub login: String,
    /// What stopped the registration, if it has stopped, and what that means.
    pub missing: Option<(Failure, Diagnosis)>,
    /// The address of the sign-in that is open, good for one sign-in.
    pub link: Option<String>,
}

impl Handoff {
    /// What was proven goes before what was typed.
    pub fn of(registration: &Registration, typed: Option<&Typed>, [portal, login]: [&Url; 2]) -> Self {
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
            portal: bare(portal),
            login: bare(login),
            missing: None,
            link: None,
        }
    }
}

/// One thing to do.
struct Task {
    title: String,
    who: &'static str,
    steps: Vec<Do>,
}

/// What to do, and the address of the page where it is done.
struct Do {
    words: String,
    page: Option<String>,
}

/// An address, to go on behind.
fn bare(address: &Url) -> String {
    address.as_str().trim_end_matches('/').to_owned()
}

impl Handoff {
    /// The page of a task, where it is known of which app.
    fn page(&self, page: &str) -> Option<String> {
        if page.starts_with("https://") {
            return Some(page.to_owned());
        }
        let app = self.application.as_deref().filter(|app| looks_like_guid(app))?;
        Some(format!("{}/{}", self.portal, page.replace("{app}", app)))
    }

    /// The page on which an administrator consents for this directory (entra-docs, grant-admin-consent).
    fn consent(&self) -> Option<String> {
        let app = self.application.as_deref().filter(|app| looks_like_guid(app))?;
        let tenant = self.tenant.as_deref().and_then(|tenant| Directory::parse(tenant).ok())?.value;
        Some(format!("{}/{}/adminconsent?client_id={app}", self.login, tenant.as_str()))
    }
}

/// What stopped it comes first, the sign-in last.
fn tasks(handoff: &Handoff) -> Vec<Task> {
    let missing = handoff.missing.as_ref().map(|(_, diagnosis)| {
        // Whoever reads the note is somebody else.
        let who = if diagnosis.who == Who::Operator { "whoever runs octo-csp" } else { diagnosis.who.title() };
        let title = format!("What stopped it: {} ({})", diagnosis.what, diagnosis.code);
        let steps = diagnosis.fix.iter().map(|step| Do { page: None, words: step.clone() });
        Task { title, who, steps: steps.collect() }
    });
    let consent = handoff.consent();
    let known = [
        ("{portal}", Some(handoff.portal.as_str())),
        ("{app}", Some(handoff.application.as_deref().unwrap_or("the app"))),
        ("{redirect}", Some(handoff.redirect.as_deref().unwrap_or("http://localhost"))),
        ("{partner center id}", Some(PARTNER_CENTER.id)),
        ("{dev center id}", Some(DEV_CENTER.id)),
        ("{link}", handoff.link.as_deref()),
        ("{consent}", consent.as_deref()),
    ];
    // A step with an address that is not known is left out, and with the link of the sign-in all that is about it.
    let tells = |step: &&str| known.iter().all(|(name, value)| value.is_some() || !step.contains(name));
    let filled = |step: &str| {
        known.iter().fold(step.to_owned(), |it, (name, value)| it.replace(name, value.unwrap_or_default()))
    };
    let todo = |task: &&texts::Task| handoff.link.is_some() || !task.steps.iter().any(|step| step.contains("{link}"));
    let all = TASKS.iter().filter(todo).map(|task| {
        let mut steps: Vec<Do> =
            task.steps.iter().filter(|step| tells(step)).map(|step| Do { words: filled(step), page: None }).collect();
        if let Some(first) = steps.first_mut() {
            first.page = task.page.and_then(|page| handoff.page(page));
        }
        Task { title: task.title.to_owned(), who: task.who, steps }
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

const WHY: &str = "Octo reads this partner's invoices and prices from Microsoft, through the app below. The app needs the following. Nothing in this note is secret.";

/// As plain text, in lines of this width.
pub fn text(handoff: &Handoff, width: usize) -> String {
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
        rows.push(Row::of(Tone::Title, format!("{}. {} ({})", index + 1, task.title, task.who)).hanging(3));
        for step in task.steps {
            rows.push(Row::text(format!("[ ] {}", step.words)).at(3).hanging(7));
            rows.extend(step.page.map(|page| Row::text(page).at(7)));
        }
    }
    plain(&rows, width)
}

/// As one HTML page, which is complete in itself: nothing of it is fetched from anywhere.
pub fn html(handoff: &Handoff) -> String {
    let mut page = HEAD.to_owned();
    let _infallible = writeln!(page, "<p class=\"why\">{}</p>\n<dl>", escaped(WHY));
    for (label, value) in facts(handoff) {
        let (label, value) = (escaped(label), escaped(&value));
        let _infallible = writeln!(page, "<div><dt>{label}</dt><dd><code>{value}</code></dd></div>");
    }
    page.push_str("</dl>\n<ol>\n");
    for task in tasks(handoff) {
        let (title, who) = (escaped(&task.title), escaped(task.who));
        let _infallible = writeln!(page, "<li><section><h2>{title}</h2>\n<p class=\"who\">{who}</p>\n<ul>");
        for step in task.steps {
            let words = linked(&escaped(&step.words));
            let open =
                step.page.map(|page| format!(" <a class=\"open\" href=\"{0}\">Open this page</a>", escaped(&page)));
            let open = open.unwrap_or_default();
            let _infallible =
                writeln!(page, "<li><label><input type=\"checkbox\"><span>{words}{open}</span></label></li>");
        }
        page.push_str("</ul></section></li>\n");
    }
    page.push_str("</ol>\n</main>\n</body>\n</html>\n");
    page
}

/// The words with each address in them as a link, each command on one line where there is room for it, and each ID and flag in one piece:
/// none has a blank, and what is escaped breaks out of none.
fn linked(escaped: &str) -> String {
    let whole = with_whole_commands(escaped);
    let words = whole.split(' ').map(|word| {
        if word.contains(GLUE) {
            let command = word.trim_end_matches(['.', ',', ':', ';']);
            let behind = word.strip_prefix(command).unwrap_or_default();
            let parts: Vec<String> = command.split(GLUE).map(linked).collect();
            return format!("<span class=\"command\">{}</span>{behind}", parts.join(" "));
        }
        if word.starts_with("https://") {
            return format!("<a href=\"{word}\">{word}</a>");
        }
        if word.starts_with("--") {
            return format!("<span class=\"flag\">{word}</span>");
        }
        match word.split_at_checked(ID).filter(|(id, _)| looks_like_guid(id)) {
            Some((id, behind)) => format!("<code class=\"id\">{id}</code>{behind}"),
            None => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Characters of an ID.
const ID: usize = 36;

/// What every note begins with: how it looks on a screen, light or dark, and on paper.
const HEAD: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>Octo CSP hand-off</title>\n<style>\n",
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--rule:#d0d7de;--page:#f6f8fa;--card:#fff;--link:#0550ae}\n",
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9da7b3;--rule:#30363d;--page:#0d1117;--card:#161b22;--link:#79c0ff}}\n",
    "*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,sans-serif}\n",
    "main{max-width:46rem;margin:0 auto;padding:2rem 1rem 4rem}h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}\n",
    ".why,.who{color:var(--dim);margin:0}a{color:var(--link)}a,code,label span{overflow-wrap:anywhere}\n",
    "dl{margin:1.25rem 0;border:1px solid var(--rule);border-radius:8px;background:var(--card)}\n",
    "dl div{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.5rem 1rem}dl div+div{border-top:1px solid var(--rule)}\n",
    "dt{flex:0 0 9rem;color:var(--dim)}dd{flex:1 1 14rem;margin:0}code{font:14px/1.5 ui-monospace,monospace}dd code{font-size:min(14px,3.55vw)}\n",
    ".command{display:inline-block;max-width:100%;font:14px/1.5 ui-monospace,monospace}.id{white-space:nowrap}@media(max-width:30rem){.id{white-space:normal}}\n",
    "ol{list-style:none;margin:0;padding:0;counter-reset:task}section{counter-increment:task}\n",
    "section{margin:0 0 1rem;padding:1rem;border:1px solid var(--rule);border-radius:8px;background:var(--card)}\n",
    "h2{font-size:1.1rem;line-height:1.35;margin:0}h2:before{content:counter(task) \". \";color:var(--dim)}\n",
    "ul{list-style:none;margin:.75rem 0 0;padding:0}ul li{margin:.5rem 0 0}label{display:flex;gap:.75rem;align-items:flex-start}\n",
    "input{flex:none;width:1.15rem;height:1.15rem;margin:.2rem 0 0}.open,.flag{white-space:nowrap}\n",
    "input:checked+span{color:var(--dim);text-decoration:line-through}\n",
    "@media print{:root{color-scheme:light;--ink:#000;--dim:#333;--rule:#999;--page:#fff;--card:#fff;--link:#000}\n",
    "main{max-width:none;padding:0}section,dl{border-radius:0;break-inside:avoid}body{font-size:11pt}\n",
    ".open:after{content:\": \" attr(href);white-space:normal}.open{white-space:normal}}\n",
    "</style>\n</head>\n<body>\n<main>\n<h1>Octo CSP: what is needed in Microsoft Entra</h1>\n",
);

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lines::WIDTH;

    #[test]
    fn both_forms_name_the_ids_and_markup_in_a_value_stays_text() {
        let handoff = Handoff {
            application: Some("3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711".to_owned()),
            tenant: Some("<script>".to_owned()),
            redirect: None,
            portal: "https://portal.azure.com".to_owned(),
            login: "https://login.microsoftonline.com".to_owned(),
            ..Handoff::default()
        };
        for form in [text(&handoff, WIDTH), html(&handoff)] {
            assert!(form.contains("3f0c5a52") && form.contains("4990cffe-04e8"), "{form}");
        }
        assert!(!html(&handoff).contains("<script>"));
        assert!(text(&handoff, WIDTH).lines().all(|line| line.chars().count() <= 90 || line.contains("https://")));
    }

    #[test]
    fn both_forms_lead_to_the_pages_of_this_app_and_directory_and_to_no_other() {
        let app = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
        let handoff = Handoff {
            application: Some(app.to_owned()),
            tenant: Some("contoso.onmicrosoft.com".to_owned()),
            portal: "https://portal.azure.com".to_owned(),
            login: "https://login.microsoftonline.com".to_owned(),
            link: Some("https://login.microsoftonline.com/x/authorize?state=a&code_challenge=b".to_owned()),
            ..Handoff::default()
        };
        let consent = format!("https://login.microsoftonline.com/contoso.onmicrosoft.com/adminconsent?client_id={app}");
        let blade = format!("ApplicationMenuBlade/~/CallAnAPI/appId/{app}");
        for form in [text(&handoff, WIDTH), html(&handoff)] {
            for wanted in [consent.as_str(), &blade, "partner.microsoft.com/dashboard", "ten minutes", "one sign-in"] {
                assert!(form.contains(wanted), "{wanted}: {form}");
            }
        }
        let page = html(&handoff);
        assert!(
            page.contains("<input type=\"checkbox\">") && page.contains("@media print") && !page.contains("<script")
        );
        let command = "<span class=\"command\">az ad sp create <span class=\"flag\">--id</span> <code class=\"id\">";
        assert!(page.contains(command), "{page}");
        let note = text(&handoff, WIDTH);
        let in_one_line = |line: &str| line.contains("az ad sp create --id 4990cffe-04e8-4e8b-808a-1175604b879f");
        assert!(note.lines().any(in_one_line), "{note}");
        assert!(
            page.contains("href=\"https://login.microsoftonline.com/x/authorize?state=a&amp;code_challenge=b\""),
            "{page}"
        );
        // Nothing that a draft has makes an address, and without the app there is none.
        for odd in ["javascript:alert(1)", "x\" onclick=\"y", "the app"] {
            let other = Handoff {
                application: Some(odd.to_owned()),
                tenant: Some(odd.to_owned()),
                link: None,
                ..Handoff::default()
            };
            for form in [text(&other, WIDTH), html(&other)] {
                assert!(!form.contains("adminconsent") && !form.contains("appId/"), "{form}");
            }
            let page = html(&other);
            assert!(!page.contains("href=\"javascript") && !page.contains("x\" onclick"), "{page}");
        }
    }
}
