//! Registered: what is kept where, by which names, two dates, and what to run later.

use crate::journal::{Attempt, Kind};
use crate::report::submit::handed_over;
use crate::ui::page::{Page, Row, Tone};
use crate::ui::view::notice;
use crate::ui::wizard::{Wizard, day_text};

/// Days after which Entra forgets a refresh token that was not used (entra-docs, refresh-tokens).
const UNUSED_DAYS: i64 = 90;

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new("Done");
    notice(wizard, &mut page);
    let name = wizard
        .registration
        .name
        .as_ref()
        .map_or_else(|| "your Azure CSP payer account".to_owned(), ToString::to_string);
    page.row(Row::of(Tone::Ok, "Registered: ").and(Tone::Title, name).at(3));
    page.gap();
    if let Some(active) = &wizard.registration.active {
        page.rows(kept(wizard, active));
        page.gap();
        page.rows(dates(wizard, active));
        page.gap();
    }
    page.rows(octo(wizard));
    page.gap();
    page.row(Row::of(Tone::Title, "Later").at(3));
    for (command, does) in [
        ("register", "what is registered; run every check again"),
        ("register --step partner-api", "only the sign-in again"),
        ("register --step partner-center", "only a new key"),
        ("submit", "hand over to Octo, again or for the first time"),
    ] {
        page.row(
            Row::of(Tone::Value, format!("{:<39}  ", wizard.command(command)))
                .and(Tone::Muted, does)
                .at(5)
                .hanging(7),
        );
    }
    page.gap();
    page.row(Row::text("You can close the browser tab.").at(3));
    page.hint("Enter", "leave");
    page.hint("?", "help");
    page
}

/// What Octo has, or that it was told nothing.
fn octo(wizard: &Wizard) -> Vec<Row> {
    let pair = |value: String| Row::pair("Octo", 15, Tone::Value, value).hanging(18);
    if !wizard.may_submit() {
        return vec![pair("nothing was sent".to_owned())];
    }
    let mut rows = vec![pair(handed_over(&wizard.registration))];
    rows.push(if wizard.registration.not_submitted().is_empty() {
        Row::text("First data can take up to a day.").at(18)
    } else {
        Row::text(format!("{} hands it over.", wizard.command("submit"))).at(18)
    });
    rows
}

pub(super) fn kept(wizard: &Wizard, active: &Attempt) -> Vec<Row> {
    let mut rows = vec![Row::of(Tone::Title, "Kept").at(3)];
    let place = if wizard.setting.rehearsal.is_some() {
        "memory"
    } else {
        wizard.registration.opened_in.noun
    };
    for item in active.set().iter().filter(|item| item.kind != Kind::Manifest) {
        rows.push(
            Row::of(Tone::Muted, format!("{place:<10}"))
                .and(Tone::Value, format!("octo-csp / {}/{item}", wizard.name))
                .at(5)
                .hanging(15),
        );
    }
    rows.push(
        Row::of(Tone::Muted, format!("{:<10}", "disk"))
            .and(Tone::Value, wizard.folder.clone())
            .at(5)
            .hanging(15),
    );
    rows
}

pub(super) fn dates(wizard: &Wizard, active: &Attempt) -> Vec<Row> {
    let mut rows = vec![Row::of(Tone::Title, "Put these dates in your calendar").at(3)];
    if let Some((_, at)) = active.activated {
        let day = day_text(at, UNUSED_DAYS, &wizard.setting.zone);
        rows.push(
            Row::of(Tone::Value, format!("{day}  "))
                .and(Tone::Plain, "the sign-in ends if nobody has used it for 90 days")
                .at(5)
                .hanging(17),
        );
    }
    let ends = active.partner_center.as_ref().and_then(|(proof, _)| proof.secret_ends);
    rows.push(match ends {
        Some(day) => Row::of(Tone::Value, format!("{day}  "))
            .and(Tone::Plain, "the client secret ends")
            .at(5)
            .hanging(17),
        None => Row::text(
            "The end of the client secret was not given: Certificates & secrets shows it.",
        )
        .at(5),
    });
    rows
}
