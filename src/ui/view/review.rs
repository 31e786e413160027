//! Review: what is kept where. Only this page's button commits.

use crate::engine::answers::Field;
use crate::engine::journal::Kind;
use crate::engine::run::Status;
use crate::ui::page::{Page, Row, Tone};
use crate::ui::view::forms::button;
use crate::ui::view::{input, notice};
use crate::ui::wizard::Wizard;

const LABEL: u16 = 20;

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new("Review");
    page.tab = Some(3);
    notice(wizard, &mut page);
    page.row(Row::text("Nothing is registered yet. This is what will be kept.").at(1));
    page.gap();
    page.rows(facts(wizard));
    page.gap();
    if wizard.must_confirm() {
        let mut confirmation = input(wizard, Field::Confirmation);
        confirmation.aside = Some(format!("type: {}", wizard.name_to_confirm()));
        page.input(confirmation);
        page.gap();
    }
    button(
        wizard,
        &mut page,
        "Confirm and register",
        "makes this set the active one",
    );
    page.hint("Enter", "confirm and register");
    page.hint("F9", "every check");
    page.hint("Esc", "back");
    page.hint("Ctrl-C", "leave");
    page.hint("F1", "help");
    page
}

fn facts(wizard: &Wizard) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add =
        |label: &str, value: String| rows.push(Row::pair(label, LABEL, Tone::Value, value));
    let name = wizard
        .registration
        .name
        .as_ref()
        .map_or_else(|| "(none)".to_owned(), ToString::to_string);
    add("Account name", name);
    add("Environment", wizard.environment.title().to_owned());
    let Some(open) = wizard.registration.open.as_ref() else {
        return rows;
    };
    if let Some((proof, _)) = &open.partner_center {
        let mpn = open
            .partner_api
            .as_ref()
            .and_then(|(api, _)| api.mpn.clone());
        let company = proof
            .company
            .as_ref()
            .map_or_else(|| "(no name given)".to_owned(), ToString::to_string);
        add(
            "Partner",
            mpn.map_or_else(|| company.clone(), |mpn| format!("{company}, MPN {mpn}")),
        );
        add("Directory (tenant)", proof.tenant.to_string());
        add("Application", proof.application.to_string());
        let ends = proof.secret_ends.map_or_else(
            || "end not given".to_owned(),
            |date| format!("ends {date} (as you entered)"),
        );
        add("Secret key", format!("proven and kept; {ends}"));
    }
    if let Some((api, at)) = &open.partner_api {
        let user = api.user.as_ref().map_or_else(
            || "(the token does not say)".to_owned(),
            ToString::to_string,
        );
        let mfa = match api.mfa {
            Some(true) => "MFA yes",
            Some(false) => "MFA no",
            None => "MFA unknown",
        };
        add("Signed in as", format!("{user}    {mfa}"));
        add(
            "Checked",
            crate::ui::wizard::clock_text(*at, &wizard.setting.zone),
        );
        add(
            "Price sheet",
            if api.prices {
                "read".to_owned()
            } else {
                "not available in this cloud".to_owned()
            },
        );
    }
    let kept = open
        .set()
        .iter()
        .filter(|item| item.kind != Kind::Manifest)
        .count();
    add(
        "Kept on this PC",
        format!("keyring: {kept} secrets, service \"octo-csp\""),
    );
    add("Written to disk", format!("{} (no secrets)", wizard.folder));
    let total = wizard
        .run
        .as_ref()
        .filter(|run| run.status() == Status::Finished)
        .map(|run| run.checks().len());
    if let Some(total) = total {
        rows.push(Row::gap());
        rows.push(
            Row::of(Tone::Ok, "ok  ")
                .and(Tone::Plain, format!("{total} of {total} checks passed"))
                .at(3),
        );
    }
    rows
}
