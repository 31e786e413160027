//! Before you start: what this machine can do, and what only a person can confirm.
//!
//! ```text
//!  Checked on this machine
//!    ok    Network   login and both partner APIs answered (212 ms)
//!    FAIL  Keyring   locked: ...
//!
//!  Only you can confirm                                     space marks a line
//!  > [ ] Delegated: Microsoft Partner (Microsoft Dev Center) API, Partner Center
//!        Octo reads ERP prices with it. ...
//!        Where: App registrations > ...
//! ```

use crate::effect::Preflight;
use crate::ui::page::{Block, Item, Page, Row, Said, Tone};
use crate::ui::view::notice;
use crate::ui::wizard::{FocusTarget, PREREQUISITES, Prerequisite, Wizard};
use crate::words::store::StoreDescriptor;

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new("Before you start");
    page.row(Row::of(Tone::Title, "Checked on this machine").at(1));
    for look in Preflight::ALL {
        page.rows(look_rows(wizard, look));
    }
    page.gap();
    notice(wizard, &mut page);
    page.row(
        Row::of(Tone::Title, "Only you can confirm")
            .at(1)
            .right(Tone::Muted, "space marks a line; none is required"),
    );
    // What failed stays in sight until a person moves: the page follows its focus.
    let failed = wizard.looks.values().any(Result::is_err);
    let focus = match wizard.stop() {
        Some(FocusTarget::Prerequisite(0)) if failed => None,
        Some(FocusTarget::Prerequisite(index)) => Some(index),
        _ => Some(0),
    };
    for (index, mark) in PREREQUISITES.iter().enumerate() {
        let focused = focus == Some(index);
        page.blocks.push(Block::Item(Item {
            mark: Some(wizard.marked.contains(&mark.key)),
            text: mark.line.to_owned(),
            focused,
            below: about(mark),
        }));
    }
    page.hint("Up Down", "move");
    page.hint("space", "mark");
    page.hint("o", "open page");
    page.hint("c", "copy name");
    page.hint("Enter", "start");
    page.hint("r", "look again");
    page.hint("h", "hand-off note");
    page.hint("Ctrl-C", "leave");
    page.hint("?", "help");
    page
}

/// Why a line matters, and where to click.
fn about(mark: &Prerequisite) -> Vec<Row> {
    let place =
        Row::of(Tone::Muted, "Where: ").and(Tone::Plain, mark.place.replace("{copy}", mark.copy));
    vec![Row::of(Tone::Muted, mark.why).at(9), place.at(9).hanging(16)]
}

fn name(look: Preflight, store: &'static StoreDescriptor) -> &'static str {
    match look {
        Preflight::Network => "Network",
        Preflight::Clock => "Clock",
        Preflight::Keyring => store.label,
        Preflight::Browser => "Browser",
    }
}

fn look_rows(wizard: &Wizard, look: Preflight) -> Vec<Row> {
    let row = |word: &str, tone: Tone, text: String| {
        Row::of(tone, format!("{word:<6}"))
            .and(Tone::Plain, format!("{:<10}", name(look, wizard.registration.opened_in)))
            .and(Tone::Plain, text)
            .at(3)
            .hanging(19)
    };
    match wizard.looks.get(&look) {
        None => vec![row("...", Tone::Muted, String::new()).said(Said::Not)],
        Some(Ok(sight)) if sight.good => vec![row("ok", Tone::Ok, sight.line.clone())],
        Some(Ok(sight)) => vec![row("note", Tone::Note, sight.line.clone())],
        Some(Err(failure)) => {
            let diagnosis = wizard.diagnosed(failure);
            let earlier = Preflight::ALL.into_iter().take_while(|other| *other != look);
            let mut earlier = earlier.filter_map(|other| wizard.looks.get(&other)?.as_ref().err());
            if earlier.any(|other| wizard.diagnosed(other) == diagnosis) {
                let text = format!("the same as above ({})", diagnosis.code);
                return vec![row("FAIL", Tone::Failure, text)];
            }
            let why = diagnosis.why.first().map(String::as_str).unwrap_or_default();
            let text = format!("{} {why} ({})", diagnosis.what, diagnosis.code);
            let mut rows = vec![row("FAIL", Tone::Failure, text)];
            let steps = diagnosis.fix.iter().enumerate();
            rows.extend(steps.map(|(index, step)| {
                Row::text(format!("{}  {step}", index + 1)).at(19).hanging(22)
            }));
            rows
        }
    }
}
