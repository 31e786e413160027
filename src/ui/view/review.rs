//! Review: what is kept where. Only this page's button commits.

use crate::words::answers::Field;
use jiff::Timestamp;

use crate::journal::{Attempt, Kind, PartnerApiProof, PartnerCenterProof};
use crate::steps::Status;
use crate::ui::page::{Page, Row, Tone};
use crate::ui::view::forms::button;
use crate::ui::view::octo::announced;
use crate::ui::view::{input, notice};
use crate::ui::wizard::{Wizard, clock_text};
use crate::words::ids::AccountName;
use crate::words::text::UntrustedText;

const LABEL: u16 = 20;

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new("Review");
    page.tab = Some(3);
    notice(wizard, &mut page);
    page.row(Row::text("Nothing is registered yet. This is what will be kept and sent.").at(1));
    page.rows(facts(wizard));
    page.gap();
    if wizard.must_confirm() {
        let mut confirmation = input(wizard, Field::Confirmation);
        confirmation.aside = Some(format!("type: {}", wizard.registration.name_to_confirm()));
        page.input(confirmation);
        page.gap();
    }
    let does = if wizard.octo_client().is_ok() {
        "makes this set the active one, then tells Octo"
    } else {
        "makes this set the active one"
    };
    button(wizard, &mut page, "Confirm and register", does);
    page.hint("Enter", "confirm and register");
    if wizard.may_submit() {
        page.hint("F6", "Octo");
    }
    page.hint("F9", "every check");
    page.hint("Esc", "back");
    page.hint("Ctrl-C", "leave");
    page.hint("F1", "help");
    page
}

fn facts(wizard: &Wizard) -> Vec<Row> {
    let name = wizard.registration.name.as_ref();
    let name = name.map_or("(none)", AccountName::as_str);
    let environment = wizard.environment.title();
    let mut rows = vec![fact("Account name", format!("{name}    {environment}"))];
    let Some(open) = wizard.registration.open.as_ref() else {
        return rows;
    };
    if let Some((proof, _)) = &open.partner_center {
        rows.extend(proven_app(proof, open));
    }
    if let Some((proof, at)) = &open.partner_api {
        rows.extend(proven_person(wizard, proof, *at));
    }
    let kept = open.set();
    let kept = kept.iter().filter(|item| item.kind != Kind::Manifest);
    let store = wizard.registration.opened_in;
    let place =
        if wizard.setting.rehearsal.is_some() { "memory of this rehearsal" } else { store.noun };
    rows.push(fact("Kept", format!("{place}: {} secrets, {}", kept.count(), store.found)));
    rows.push(fact("Written to disk", format!("{} (no secrets)", wizard.folder)));
    rows.push(fact("Sent to Octo", announced(wizard)));
    rows
}

fn fact(label: &str, value: impl Into<String>) -> Row {
    Row::pair(label, LABEL, Tone::Value, value)
}

fn proven_app(proof: &PartnerCenterProof, open: &Attempt) -> [Row; 4] {
    let mpn = open.partner_api.as_ref().and_then(|(api, _)| api.mpn.as_ref());
    let company = proof.company.as_ref().map_or("(no name given)", UntrustedText::as_str);
    let partner = mpn.map_or_else(|| company.to_owned(), |mpn| format!("{company}, MPN {mpn}"));
    let ends = proof
        .secret_ends
        .map_or_else(|| "end not given".to_owned(), |date| format!("ends {date} (as you entered)"));
    [
        fact("Partner", partner),
        fact("Directory (tenant)", proof.tenant.as_str()),
        fact("Application", proof.application.as_str()),
        fact("Secret key", format!("proven and kept; {ends}")),
    ]
}

fn proven_person(wizard: &Wizard, proof: &PartnerApiProof, at: Timestamp) -> [Row; 2] {
    let user = proof.user.as_ref().map_or("(the token does not say)", UntrustedText::as_str);
    let mfa = match proof.mfa {
        Some(true) => "MFA yes",
        Some(false) => "MFA no",
        None => "MFA unknown",
    };
    let prices = if proof.prices { "price sheet read" } else { "no price sheets in this cloud" };
    let finished = wizard.run.as_ref().filter(|run| run.status() == Status::Finished);
    let passed = finished.map_or_else(String::new, |run| {
        let total = run.checks().len();
        format!("{total} of {total} passed; ")
    });
    let at = clock_text(at, &wizard.setting.zone);
    [
        fact("Signed in as", format!("{user}    {mfa}")),
        fact("Checked", format!("{passed}{prices}; {at}")),
    ]
}
