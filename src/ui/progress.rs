//! An execution that a page shows: the progress list, named checks with state words and how long each took.
//!
//! ```text
//!    ok    1  Directory exists                    8b1f6a9e-..., EU      0.4 s
//!   ...    2  Secret accepted                                       2 s so far
//!    -     3  Partner Center knows the app                               later
//! ```

use std::borrow::Cow;

use crate::steps::{Check, Execution, State};
use crate::ui::parts::tab_of;
use crate::ui::session::Session;
use crate::ui::view::{Row, Said, Tone};
use crate::words::{Asked, CheckId, StoreDescriptor, Unlock};

/// An execution, and what it is for.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) execution: Execution,
    /// Whether every check of what is registered is run again, step after step.
    pub(crate) again: bool,
}

/// The tab of the step that is executed; what belongs to no step comes after them.
pub(super) fn tab(execution: &Execution) -> usize {
    execution.step().map_or(3, tab_of)
}

/// What is done by what belongs to no step, and hands nothing over.
pub(super) fn title(execution: &Execution) -> &'static str {
    if keeps(execution) { "Keeping it here" } else { "Discarding what was begun" }
}

/// Whether it puts a set to use.
fn keeps(execution: &Execution) -> bool {
    execution.checks().iter().any(|check| check.id == CheckId::Activate)
}

/// What may have changed although it is left before its end; `None` for what changes nothing of what works.
pub(super) fn changes(execution: &Execution, session: &Session) -> Option<String> {
    if execution.submits() {
        let submit = session.command("submit");
        return Some(format!("What Octo has taken so far it has. The rest is handed over by: {submit}"));
    }
    let status = session.command("status");
    let when = if execution.passed(CheckId::Activate) { "is in use here" } else { "may be in use here in a moment" };
    keeps(execution).then(|| format!("What was confirmed {when}. It is shown by: {status}"))
}

/// The rows of the list.
pub(super) fn rows(execution: &Execution, session: &Session) -> Vec<Row> {
    let checks = execution.checks().iter().enumerate();
    checks.map(|(index, check)| row(index + 1, check, session.now)).collect()
}

fn row(number: usize, check: &Check, now: u64) -> Row {
    let later = "later".to_owned();
    let took = check.took.map(seconds).unwrap_or_default();
    let past = elapsed(check, now);
    let so_far = so_far(past);
    let (word, tone, line, right, said) = match &check.state {
        State::Waiting => ("-", Tone::Muted, "", later, Said::Not),
        State::Running if past < 1_000 => ("...", Tone::Plain, "", so_far, Said::Not),
        State::Running => ("...", Tone::Plain, "", so_far, Said::NowAndThen),
        State::Passed(line) => ("ok", Tone::Ok, line.as_str(), took, Said::Once),
        State::Noted(line) => ("note", Tone::Note, line.as_str(), took, Said::Once),
        State::Failed(_) => ("FAIL", Tone::Failure, "", took, Said::Once),
        State::NotTried => ("-", Tone::Muted, "not tried", String::new(), Said::Once),
    };
    Row::of(tone, format!("{word:<5}"))
        .and(Tone::Plain, format!("{number:>2}  {:<28} ", check.id.title()))
        .and(Tone::Muted, line)
        .at(2)
        .hanging(40)
        .right(Tone::Muted, right)
        .said(said)
}

/// Milliseconds since a check began.
pub(super) fn elapsed(check: &Check, now: u64) -> u64 {
    check.began.map_or(0, |began| now.saturating_sub(began))
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}

/// What is said where a store may be asking the person by a window, once it takes so long that it probably does.
pub(super) fn asking(store: &StoreDescriptor, waited: u64) -> Option<Row> {
    let text = "Your keyring is asking you: look for its window.";
    (store.unlock == Unlock::Window && waited > 1_500).then(|| Row::word(Tone::Note, "note", text))
}

/// The clock of a wait.
pub(super) fn so_far(waited: u64) -> String {
    format!("{} s so far", waited / 1_000)
}

/// What a check asks; for the store, by its noun.
pub(super) fn asks(check: CheckId, store: &StoreDescriptor) -> Cow<'static, str> {
    if check.asked() == Asked::Secrets { format!("the {}", store.noun).into() } else { check.asks().into() }
}
