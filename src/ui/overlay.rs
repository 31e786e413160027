//! What lies over a page: help, details, the question before leaving, a paste with several values.

use crate::report::explanation::for_support;
use crate::steps::{Execution, State};
use crate::ui::Intent;
use crate::ui::guide;
use crate::ui::keys::{self, Works};
use crate::ui::parts::counted;
use crate::ui::progress;
use crate::ui::session::Session;
use crate::ui::view::{Block, KeyHint, Row, Said, Tone, View};
use crate::words::{Field, SharedSecret, UntrustedText};

/// What lies over a page.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// Keys of this page, and where its values are found.
    Help,
    /// Leave, stay, save?
    Leave,
    /// Ids and the service's own words.
    Details,
    /// A paste with several values in it: take them apart?
    Offer(Vec<(Field, SharedSecret)>),
}

impl Overlay {
    /// Whether there is only something to read.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self, Self::Help | Self::Details)
    }
}

/// Where the values of the page are found, and the keys that work there. `fields` says whether it has any.
pub(super) fn help<'a>(page: &View<'_>, fields: bool) -> View<'a> {
    let mut view = View::new("Help");
    let input = |block: &Block<'_>| if let Block::Input(input) = block { Some(input.field) } else { None };
    let asked: Vec<Field> = page.blocks.iter().filter_map(input).collect();
    if !asked.is_empty() {
        view.row(Row::of(Tone::Title, "Where the values are found").at(1));
        let longest = asked.iter().map(|field| field.label().len() + 2).max();
        let width = longest.and_then(|cells| u16::try_from(cells).ok()).unwrap_or_default();
        view.rows(asked.into_iter().map(|field| Row::pair(field.label(), width, Tone::Plain, guide::place(field))));
        view.gap();
    }
    view.row(keys_of("Keys of this page"));
    let key = |key: &str, does: &str| {
        let row = Row::of(Tone::Key, format!("{key:<15}")).and(Tone::Plain, does.to_owned());
        row.at(3).hanging(18).said(Said::Not)
    };
    let moves = |intent| matches!(intent, Intent::Next | Intent::Previous | Intent::Help | Intent::Leave);
    let own = page.hints.iter().filter(|hint| !moves(hint.intent));
    let extras = own.clone().any(|hint| matches!(hint.intent, Intent::Extra(_)));
    view.rows(own.map(|hint| key(hint.key, hint.does)));
    if extras {
        view.row(key("Alt-2 to Alt-9", "the same as F2 to F9"));
    }
    view.gap();
    view.row(keys_of(if fields { "In fields" } else { "Moving" }));
    let works = |row: &&keys::Row| match row.works {
        Works::Everywhere => page.hints.iter().all(|hint| hint.intent != row.intent() || moves(hint.intent)),
        Works::InFields => fields,
        Works::InLists => !fields,
        Works::Unlisted => false,
    };
    view.rows(keys::ROWS.iter().filter(works).map(|row| key(row.label, row.does)));
    view.up_and_down("scroll");
    view.keys(&[(Intent::Submit, "back"), (Intent::Back, "back")]);
    view
}

/// A title above keys. A face that is told lines has words in their place, and says them itself.
fn keys_of(title: &str) -> Row {
    Row::of(Tone::Title, title).at(1).said(Said::Not)
}

/// The question before leaving what is executed.
pub(super) fn leave<'a>(execution: Option<&Execution>, session: &Session) -> View<'a> {
    let mut view = View::new("Leave octo-csp?");
    let rehearsed = session.config.rehearsal.is_some();
    if rehearsed {
        view.row(Row::text("This is a rehearsal: nothing of it is stored.").at(3));
    } else {
        view.row(
            Row::text("What you typed is saved as a draft, without secrets, and the wizard opens here again. Leave without saving, and the draft stays as it was before you came.")
                .at(3)
                .small("What you typed is saved, without secrets."),
        );
        let changes = execution.and_then(|execution| progress::changes(execution, session));
        if session.registration.open.is_some() && changes.is_none() {
            let store = session.registration.opened_in.noun;
            view.row(
                Row::text(format!("What was proven so far stays in the {store}, not in use yet."))
                    .at(3)
                    .small("What was proven stays, not in use yet."),
            );
        }
        view.row(match changes {
            Some(changes) => Row::text(changes).at(3),
            None => Row::text("Nothing that worked before is changed.").at(3).small("What worked is not changed."),
        });
    }
    let ways: &[(Intent, &'static str)] = if rehearsed {
        &[(Intent::Submit, "leave"), (Intent::Back, "stay")]
    } else {
        &[
            (Intent::Submit, "save the draft and leave"),
            (Intent::Typed('l'), "leave without saving"),
            (Intent::Back, "stay"),
        ]
    };
    view.gap();
    for (intent, does) in ways {
        let hint = KeyHint::new(*intent, does);
        let row = Row::of(Tone::Key, format!("{:<12}", hint.key)).and(Tone::Plain, *does);
        view.row(row.at(3).said(Said::Not));
    }
    view.keys(ways);
    if !rehearsed {
        view.hints.insert(1, KeyHint::new(Intent::Typed('s'), "save the draft and leave"));
    }
    view.keys(&[(Intent::Leave, "leave at once")]);
    view
}

/// Every check of an execution, and what was answered where one failed.
pub(super) fn details<'a>(execution: Option<&Execution>, session: &Session) -> View<'a> {
    let mut view = View::new("Details");
    if let Some(execution) = execution {
        view.rows(progress::rows(execution, session));
        view.gap();
        view.rows(failures(execution));
    }
    view.keys(&[(Intent::Submit, "back"), (Intent::Back, "back")]);
    view.up_and_down("scroll");
    view
}

/// The service's own words, ids and times of every check that failed.
fn failures(execution: &Execution) -> Vec<Row> {
    let mut rows = Vec::new();
    for check in execution.checks() {
        let State::Failed(failure) = &check.state else {
            continue;
        };
        rows.push(Row::of(Tone::Title, check.id.title()).at(1));
        rows.push(Row::pair("Asked", 12, Tone::Plain, check.id.asks()));
        rows.push(Row::pair("Answered by", 12, Tone::Plain, failure.service.title()));
        if let Some(sentence) = &failure.sentence {
            rows.push(Row::pair("It said", 12, Tone::Plain, format!("\"{sentence}\"")));
        }
        let words: Vec<String> =
            [("error", &failure.error), ("suberror", &failure.suberror), ("detail", &failure.detail)]
                .into_iter()
                .filter_map(|(name, word)| word.as_ref().map(|word| format!("{name}: {word}")))
                .collect();
        if !words.is_empty() {
            rows.push(Row::pair("Words", 12, Tone::Plain, words.join("   ")));
        }
        rows.extend(for_support("Ids", 12, failure));
    }
    rows
}

/// Values of one paste, to be put into their fields.
pub(super) fn offer<'a>(values: &[(Field, SharedSecret)]) -> View<'a> {
    let mut view = View::new("Several values");
    view.row(Row::text("This paste holds several values. Put them into their fields?").at(3));
    view.gap();
    for (field, value) in values {
        let shown = if field.is_secret() {
            format!("({}, not shown)", counted(value.characters()))
        } else {
            UntrustedText::new(value.reveal()).to_string()
        };
        view.row(Row::pair(field.label(), 0, Tone::Value, shown));
    }
    view.keys(&[(Intent::Submit, "put them in"), (Intent::Back, "no")]);
    view
}
