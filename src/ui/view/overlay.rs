//! What lies over a page: help, details, the question before leaving, a paste with several values.

use crate::report::explanation;
use crate::steps::{Execution, State};
use crate::ui::keys;
use crate::ui::page::{Page, Row, Said, Tone};
use crate::ui::view::{checking, counted};
use crate::ui::wizard::{Overlay, Place, Wizard};

pub(super) fn page<'a>(wizard: &'a Wizard, overlay: &Overlay, below: &Page<'a>) -> Page<'a> {
    match overlay {
        Overlay::Help => help(wizard, below),
        Overlay::Leave => leave(wizard),
        Overlay::Details => details(wizard),
        Overlay::Offer => offer(wizard),
    }
}

fn help<'a>(wizard: &Wizard, below: &Page<'a>) -> Page<'a> {
    let mut page = Page::new("Help");
    page.row(Row::of(Tone::Title, "Where the values of this page are found").at(1));
    for (what, place) in places(wizard.place) {
        page.row(Row::pair(what, 18, Tone::Plain, *place));
    }
    page.gap();
    page.row(keys_of("Keys of this page"));
    for hint in &below.hints {
        page.row(
            Row::of(Tone::Key, format!("{:<12}", hint.key))
                .and(Tone::Plain, hint.does)
                .at(3)
                .said(Said::Not),
        );
    }
    page.gap();
    page.row(keys_of("Keys that work anywhere"));
    for row in keys::rows() {
        page.row(
            Row::of(Tone::Key, format!("{:<18}", row.label))
                .and(Tone::Plain, row.does)
                .at(3)
                .hanging(21)
                .said(Said::Not),
        );
    }
    page.hint("Up Down", "scroll");
    page.hint("Esc", "back to the page");
    page
}

/// A title above keys. A face that is told lines has words in their place, and says them itself.
fn keys_of(title: &str) -> Row {
    Row::of(Tone::Title, title).at(1).said(Said::Not)
}
/// Where the values of step 2 are found.
const PARTNER_CENTER: &[(&str, &str)] = &[
    (
        "Client ID",
        "Octo's name. Partner Center > Settings > Partner settings > App management: App ID, or Account ID; either will do.",
    ),
    (
        "Application ID",
        "The same page, \"App ID\"; Azure portal > App registrations > your app > Application (client) ID.",
    ),
    (
        "Secret key",
        "Shown once when it is made: Partner Center > App management > Add key, or Azure portal > Certificates & secrets > column \"Value\".",
    ),
    (
        "Directory",
        "Partner Center > App management > Account ID; Azure portal > Entra ID > Overview > Tenant ID; or a domain of the tenant.",
    ),
    ("Key ends on", "Azure portal > Certificates & secrets > column \"Expires\"."),
];

fn places(place: Place) -> &'static [(&'static str, &'static str)] {
    match place {
        Place::PartnerCenter => PARTNER_CENTER,
        Place::PartnerApi => &[
            ("MPN ID", "Partner Center > Settings > Account settings > Identifiers (PartnerID)."),
            (
                "Redirect address",
                "Azure portal > App registrations > your app > Authentication > Web. To the letter: Entra compares text.",
            ),
        ],
        Place::SignIn => &[
            (
                "Address",
                "After Accept the browser goes to the redirect address. If nothing happens here, copy that whole address and paste it.",
            ),
            ("Bare code", "What stands between code= and the next & will do as well."),
        ],
        Place::Basic => {
            &[("Account name", "Your own choice; Octo shows it. It can be left empty.")]
        }
        Place::Octo => &[
            (
                "Octo client ID",
                "An API client of an Octo administrator, as Alphaus' bluectl uses it: ALPHAUS_CLIENT_ID, or client-id in ~/.config/alphaus/config.toml.",
            ),
            ("Octo client secret", "The same: ALPHAUS_CLIENT_SECRET, or client-secret there."),
        ],
        Place::Opening
        | Place::Shut
        | Place::Start
        | Place::Overview
        | Place::Checking
        | Place::Stopped
        | Place::Review
        | Place::Done => &[("This page", "needs no values.")],
    }
}

fn leave(wizard: &Wizard) -> Page<'static> {
    let mut page = Page::new("Leave?");
    page.gap();
    page.row(Row::of(Tone::Title, "Leave octo-csp?").at(3));
    page.gap();
    page.row(Row::text("What you typed can be kept in a draft, and the wizard opens here again. Secrets are not in it.").at(3));
    if wizard.registration.open.is_some() {
        page.row(
            Row::text(format!(
                "What was proven and kept so far stays in the {}, not active yet.",
                wizard.registration.opened_in.noun
            ))
            .at(3),
        );
    }
    page.row(Row::text("Nothing that worked before is changed.").at(3));
    page.gap();
    for (key, does) in
        [("s  Enter", "save the draft and leave"), ("l", "leave without saving"), ("Esc", "stay")]
    {
        page.row(
            Row::of(Tone::Key, format!("{key:<12}")).and(Tone::Plain, does).at(3).said(Said::Not),
        );
    }
    page.hint("s", "save draft and leave");
    page.hint("l", "leave");
    page.hint("Esc", "stay");
    page.hint("Ctrl-C", "leave at once");
    page
}

fn details(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new("Details");
    if let Some(run) = &wizard.run {
        page.rows(checking::rows(wizard, run));
        page.gap();
        page.rows(failures(run));
    }
    page.hint("Up Down", "scroll");
    page.hint("Esc", "back to the page");
    page
}

/// The service's own words, ids and times of every check that failed.
fn failures(run: &Execution) -> Vec<Row> {
    let mut rows = Vec::new();
    for check in run.checks() {
        let State::Failed(failure) = &check.state else {
            continue;
        };
        rows.push(Row::of(Tone::Title, check.id.title()).at(1));
        rows.push(Row::pair("Asked", 12, Tone::Plain, check.id.asks()));
        rows.push(Row::pair("Answered by", 12, Tone::Plain, failure.service.title()));
        if let Some(sentence) = &failure.sentence {
            rows.push(Row::pair("It said", 12, Tone::Plain, format!("\"{sentence}\"")));
        }
        let words: Vec<String> = [
            ("error", &failure.error),
            ("suberror", &failure.suberror),
            ("detail", &failure.detail),
        ]
        .into_iter()
        .filter_map(|(name, word)| word.as_ref().map(|word| format!("{name}: {word}")))
        .collect();
        if !words.is_empty() {
            rows.push(Row::pair("Words", 12, Tone::Plain, words.join("   ")));
        }
        rows.extend(explanation::for_support("Ids", 12, failure));
    }
    rows
}

fn offer(wizard: &Wizard) -> Page<'static> {
    let mut page = Page::new("Several values");
    page.gap();
    page.row(Row::text("What was pasted holds several values. Put them into their fields?").at(3));
    page.gap();
    for (field, value) in &wizard.offer {
        let shown = if field.is_secret() {
            format!("({}, not shown)", counted(value.characters()))
        } else {
            crate::words::text::UntrustedText::new(value.reveal()).to_string()
        };
        page.row(Row::pair(field.label(), 36, Tone::Value, shown));
    }
    page.hint("Enter", "put them in");
    page.hint("Esc", "no");
    page
}
