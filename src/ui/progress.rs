//! An execution that a page shows: named checks by the service that is asked, with how each stands and how long it took.
//!
//! ```text
//!    Entra ID         ✓ Directory exists              contoso.example, EU  0.4 s
//!                     ⠹ Secret accepted                                    2.1 s
//!    Partner Center   ○ Partner Center knows the app
//! ```

use std::borrow::Cow;

use crate::steps::{Check, Execution, State};
use crate::ui::parts::tab_of;
use crate::ui::session::Session;
use crate::ui::view::{Row, Said, Sign, Tone};
use crate::words::{Asked, CheckId, StoreDescriptor, Unlock};

/// An execution, and what it is for.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) execution: Execution,
    /// Whether every check of what is registered is run again, step after step.
    pub(crate) again: bool,
    /// With what it was refused before it was tried again: the check, and the row that explains it.
    pub(crate) refused: Option<(CheckId, &'static str)>,
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
        return Some(format!("Octo keeps what it has taken so far. To send the rest: {submit}"));
    }
    let status = session.command("status");
    let when = if execution.passed(CheckId::Activate) { "is in use here" } else { "may be in use here in a moment" };
    keeps(execution).then(|| format!("What you confirmed {when}. To see it: {status}"))
}

/// Cells of the column of the services, and of that of the titles.
const SERVICE: u16 = 17;
const TITLE: u16 = 30;

/// Who is asked, in the order of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    Entra,
    PartnerCenter,
    Prices,
    Octo,
    Here,
}

impl Asking {
    const ALL: [Self; 5] = [Self::Entra, Self::PartnerCenter, Self::Prices, Self::Octo, Self::Here];

    /// Of a check; what is read from a token belongs to who gave it.
    fn of(check: CheckId) -> Self {
        match check.asked() {
            Asked::Entra | Asked::Person | Asked::Nobody => Self::Entra,
            Asked::PartnerCenter => Self::PartnerCenter,
            Asked::Prices => Self::Prices,
            Asked::Octo => Self::Octo,
            Asked::Secrets | Asked::Journal | Asked::Disk => Self::Here,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Entra => "Entra ID",
            Self::PartnerCenter => "Partner Center",
            Self::Prices => "Price service",
            Self::Octo => "Octo",
            Self::Here => "This machine",
        }
    }
}

/// The checks, by who is asked.
pub(super) fn listed(execution: &Execution) -> impl Iterator<Item = &Check> {
    let of = |who| execution.checks().iter().filter(move |check| Asking::of(check.id) == who);
    Asking::ALL.into_iter().flat_map(of)
}

/// The rows of the list.
pub(super) fn rows(execution: &Execution, session: &Session) -> Vec<Row> {
    let mut before = None;
    listed(execution)
        .map(|check| {
            let who = Asking::of(check.id);
            let title = if before.replace(who) == Some(who) { "" } else { who.title() };
            row(check, session.now).at(3).hanging(3 + 2).behind(SERVICE, title)
        })
        .collect()
}

fn row(check: &Check, now: u64) -> Row {
    let took = check.took.map(seconds).unwrap_or_default();
    let past = elapsed(check, now);
    let (sign, line, right, said) = match &check.state {
        State::Waiting => (Sign::Waiting, "", String::new(), Said::Not),
        State::Running if past < 1_000 => (Sign::Running, "", seconds(past), Said::Not),
        State::Running => (Sign::Running, "", seconds(past), Said::NowAndThen),
        State::Passed(line) => (Sign::Ok, line.as_str(), took, Said::Once),
        State::Noted(line) => (Sign::Note, line.as_str(), took, Said::Once),
        State::Failed(_) => (Sign::Failed, "", took, Said::Once),
        State::NotTried => (Sign::Waiting, "not tried", String::new(), Said::Once),
    };
    let tone = if matches!(check.state, State::Waiting | State::NotTried) { Tone::Muted } else { Tone::Plain };
    let title = check.id.title();
    let title = if line.is_empty() { title.to_owned() } else { format!("{title:<0$}", usize::from(TITLE)) };
    Row::of(tone, title).and(Tone::Muted, line).sign(sign).right(Tone::Muted, right).said(said)
}

/// How long the first of the checks has run, or all of them took.
pub(super) fn clock_of(execution: &Execution, now: u64) -> String {
    let checks = execution.checks();
    let began = checks.iter().filter_map(|check| check.began).min();
    let running = checks.iter().any(|check| check.state == State::Running);
    let ended = checks.iter().filter_map(|check| Some(check.began? + check.took?)).max();
    let until = if running { Some(now) } else { ended };
    match (began, until) {
        (Some(began), Some(until)) => seconds(until.saturating_sub(began)),
        _ => String::new(),
    }
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
    (store.unlock == Unlock::Window && waited > 1_500).then(|| Row::signed(Sign::Note, text))
}

/// The clock of a wait.
pub(super) fn so_far(waited: u64) -> String {
    format!("{} s so far", waited / 1_000)
}

/// What a check asks; for the store, by its noun.
pub(super) fn asks(check: CheckId, store: &StoreDescriptor) -> Cow<'static, str> {
    if check.asked() == Asked::Secrets { format!("the {}", store.noun).into() } else { check.asks().into() }
}
