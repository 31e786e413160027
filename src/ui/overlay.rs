//! What lies over a page: help, details, the question before leaving, a paste with several values.

use crate::report::explanation::for_support;
use crate::steps::{Execution, State};
use crate::ui::parts::counted;
use crate::ui::progress;
use crate::ui::session::Session;
use crate::ui::view::{Row, Said, Tone, View};
use crate::ui::{Intent, keys};
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

/// Where the values of the page are found, and its keys.
pub(super) fn help<'a>(values: &[(&str, &'static str)], page: &View<'_>) -> View<'a> {
    let mut view = View::new("Help");
    view.row(Row::of(Tone::Title, "Where the values of this page are found").at(1));
    view.rows(values.iter().map(|(what, place)| Row::pair(what, 18, Tone::Plain, *place)));
    view.gap();
    view.row(keys_of("Keys of this page"));
    for hint in &page.hints {
        let row = Row::of(Tone::Key, format!("{:<12}", hint.key)).and(Tone::Plain, hint.does);
        view.row(row.at(3).said(Said::Not));
    }
    view.gap();
    view.row(keys_of("Keys that work anywhere"));
    for row in keys::ROWS {
        let row = Row::of(Tone::Key, format!("{:<18}", row.label)).and(Tone::Plain, row.does);
        view.row(row.at(3).hanging(21).said(Said::Not));
    }
    view.up_and_down("scroll");
    view.keys(&[(Intent::Back, "back to the page")]);
    view
}

/// A title above keys. A face that is told lines has words in their place, and says them itself.
fn keys_of(title: &str) -> Row {
    Row::of(Tone::Title, title).at(1).said(Said::Not)
}

/// The question before leaving what is executed.
pub(super) fn leave<'a>(execution: Option<&Execution>, session: &Session) -> View<'a> {
    let mut view = View::new("Leave?");
    view.gap();
    view.row(Row::of(Tone::Title, "Leave octo-csp?").at(3));
    view.gap();
    view.row(
        Row::text("What you typed is in a draft, and the wizard opens here again. Secrets are not in it. Left without saving, the draft is what it was before you came.")
            .at(3),
    );
    let changes = execution.and_then(|execution| progress::changes(execution, session));
    if session.registration.open.is_some() && changes.is_none() {
        let store = session.registration.opened_in.noun;
        let text = format!("What was proven and kept so far stays in the {store}, not active yet.");
        view.row(Row::text(text).at(3));
    }
    view.row(Row::text(changes.unwrap_or_else(|| "Nothing that worked before is changed.".to_owned())).at(3));
    view.gap();
    for (key, does) in [("s  Enter", "save the draft and leave"), ("l", "leave without saving"), ("Esc", "stay")] {
        let row = Row::of(Tone::Key, format!("{key:<12}")).and(Tone::Plain, does);
        view.row(row.at(3).said(Said::Not));
    }
    view.keys(&[
        (Intent::Typed('s'), "save draft and leave"),
        (Intent::Typed('l'), "leave"),
        (Intent::Back, "stay"),
        (Intent::Leave, "leave at once"),
    ]);
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
    view.up_and_down("scroll");
    view.keys(&[(Intent::Back, "back to the page")]);
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
    view.gap();
    view.row(Row::text("What was pasted holds several values. Put them into their fields?").at(3));
    view.gap();
    for (field, value) in values {
        let shown = if field.is_secret() {
            format!("({}, not shown)", counted(value.characters()))
        } else {
            UntrustedText::new(value.reveal()).to_string()
        };
        view.row(Row::pair(field.label(), 36, Tone::Value, shown));
    }
    view.keys(&[(Intent::Submit, "put them in"), (Intent::Back, "no")]);
    view
}
