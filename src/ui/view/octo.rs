//! What is sent to Octo, to which host, and with which API client: before anything is sent.

use crate::journal::{Attempt, Registration};
use crate::ui::page::{Page, Row, Tone};
use crate::ui::view::forms::button;
use crate::ui::view::{form_hints, input, notice};
use crate::ui::wizard::Wizard;
use crate::words::answers::Field;
use crate::words::ids::AccountName;

const LABEL: u16 = 20;

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new("Octo");
    page.tab = Some(3);
    notice(wizard, &mut page);
    let Some(octo) = &wizard.setting.octo else {
        return page;
    };
    let before = wizard.before_commit();
    let when = if before { "after Confirm and register" } else { "now" };
    let words = format!("Sent to {} {when}:", octo.host);
    page.row(Row::text(words).at(1));
    page.rows(sent(wizard));
    page.gap();
    let mut id = input(wizard, Field::OctoClientId);
    id.aside = octo.client.as_ref().ok().map(|client| format!("empty: the one {}", client.source));
    page.input(id);
    let mut secret = input(wizard, Field::OctoSecret);
    secret.aside = Some("never shown, never kept".to_owned());
    page.input(secret);
    page.gap();
    if before {
        button(wizard, &mut page, "Use these", "nothing is sent yet");
    } else {
        button(wizard, &mut page, "Hand over to Octo", "what Octo has is looked at first");
    }
    form_hints(wizard, &mut page, if before { "use" } else { "hand over" });
    if before {
        page.hint("F6", "send nothing");
    }
    page
}

/// The values that are sent.
fn sent(wizard: &Wizard) -> Vec<Row> {
    let registration = &wizard.registration;
    let fact = |label: &str, value: String| Row::pair(label, LABEL, Tone::Value, value);
    let name = registration.name.as_ref();
    let name = name.map_or("(none)", AccountName::as_str).to_owned();
    let mut rows = vec![fact("Account name", name)];
    let Some(attempt) = of(registration) else {
        return rows;
    };
    if let Some((proof, _)) = &attempt.partner_center {
        rows.push(fact("Directory (tenant)", proof.tenant.to_string()));
        rows.push(fact("Application", proof.application.to_string()));
        rows.push(fact("Secret key", "the one that was proven".to_owned()));
    }
    if let Some(mpn) = mpn(attempt) {
        rows.push(fact("MPN ID", mpn));
    }
    rows
}

fn of(registration: &Registration) -> Option<&Attempt> {
    let open = registration.open.as_ref().filter(|open| open.ready());
    open.or(registration.active.as_ref())
}

fn mpn(attempt: &Attempt) -> Option<String> {
    let (proof, _) = attempt.partner_api.as_ref()?;
    proof.mpn.as_ref().map(ToString::to_string)
}

/// What Review says before anything is sent.
pub(super) fn announced(wizard: &Wizard) -> String {
    match wizard.octo_client() {
        Ok(client) => {
            let known = of(&wizard.registration).and_then(mpn).is_some();
            let mpn = if known { ", MPN ID" } else { "" };
            format!(
                "{}: account name, directory, application, secret key{mpn} (credentials {})",
                client.host, client.source
            )
        }
        Err(why) if wizard.may_submit() => format!("nothing: {why} (F6 changes it)"),
        Err(why) => format!("nothing: {why}"),
    }
}
