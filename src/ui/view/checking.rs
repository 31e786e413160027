//! The progress list: named checks with state words, what is asked now, and how long it may take.
//!
//! ```text
//!    ok    1  Directory exists                    8b1f6a9e-..., EU      0.4 s
//!   ...    2  Secret accepted                                       2 s so far
//!    -     3  Partner Center knows the app                               later
//! ```

use std::borrow::Cow;

use crate::report::explanation::in_words;
use crate::steps::{Check, Execution, State, Status};
use crate::ui::page::{Page, Row, Said, Tone};
use crate::ui::view::{step_place, tab_of};
use crate::ui::wizard::Wizard;
use crate::words::check::{Asked, CheckId};
use crate::words::step::Step;
use crate::words::store::Unlock;

/// What a person may rely on while checks run.
const PROMISE: &str = "Each call has 30 seconds. A check that fails says what the server said, what it means and the one next thing to do. The lines above it never have to be repeated.";

pub(super) fn page(wizard: &Wizard) -> Page<'_> {
    let Some(run) = &wizard.run else {
        return Page::new("");
    };
    let finished = run.status() == Status::Finished;
    let mut page = Page::new(place(run, finished));
    page.tab = run.step().map(tab_of).or(Some(3));
    page.rows(rows(wizard, run));
    page.gap();
    if let Some(sheet) = run.sheet() {
        page.row(Row::of(Tone::Title, "The first rows of the price sheet").at(1));
        page.rows(sheet.rows.iter().map(|[product, _, unit, price, currency]| {
            Row::text(format!("{product}, {unit}"))
                .at(3)
                .right(Tone::Value, format!("{price} {currency}"))
        }));
        page.gap();
    }
    if finished {
        finish(wizard, run, &mut page);
    } else {
        running(wizard, run, &mut page);
    }
    page
}

fn running(wizard: &Wizard, run: &Execution, page: &mut Page<'_>) {
    let mut checks = run.checks().iter();
    if let Some(check) = checks.find(|check| check.state == State::Running) {
        let title =
            if wizard.finishing { "Finishing what was begun" } else { "What is being asked now" };
        page.row(Row::of(Tone::Title, title).at(1).said(Said::Not));
        page.row(Row::text(asks(wizard, check.id)).at(3).said(Said::Not));
        if waits_for_window(wizard, check.id) && elapsed(wizard, check) > 1_500 {
            let text = "Your keyring is asking you: look for its window.";
            page.row(Row::word(Tone::Note, "note", text));
        }
    }
    if let Some((diagnosis, pause)) = wizard.pausing() {
        let text = format!("{} ({})", diagnosis.what, diagnosis.code);
        page.row(Row::word(Tone::Note, "note", text));
        let text = format!("Waiting {} before one more try.", in_words(pause));
        page.row(Row::text(text).at(9));
    }
    page.gap();
    page.row(Row::of(Tone::Muted, PROMISE).at(3).said(Said::Not));
    page.hint("Esc", "stop and edit");
    page.hint("d", "details");
    page.hint("Ctrl-C", "leave");
    page.hint("?", "help");
}

fn place(run: &Execution, finished: bool) -> String {
    let word = if finished { "checked" } else { "checking" };
    match run.step() {
        Some(step) => step_place(step, word),
        None if run.submits() => "Handing over to Octo".to_owned(),
        None if finished => "Done".to_owned(),
        None => "Registering".to_owned(),
    }
}

fn finish(wizard: &Wizard, run: &Execution, page: &mut Page<'_>) {
    let next = match run.step() {
        _ if wizard.checking_all => "go on",
        Some(Step::PartnerCenter) => "Next: Partner API Credentials",
        Some(Step::PartnerApi) => "Next: Review",
        Some(Step::Basic) | None => "go on",
    };
    page.row(Row::of(Tone::Ok, "ok  ").and(Tone::Plain, "Every check passed.").at(3));
    page.blocks.push(crate::ui::page::Block::Button(crate::ui::page::Button {
        label: next,
        beside: String::new(),
        focused: true,
    }));
    page.hint("Enter", "next");
    page.hint("Esc", "back");
    page.hint("d", "details");
    page.hint("Ctrl-C", "leave");
    page.hint("?", "help");
}

/// The rows of the list.
pub(super) fn rows(wizard: &Wizard, run: &Execution) -> Vec<Row> {
    run.checks()
        .iter()
        .enumerate()
        .map(|(index, check)| check_row(wizard, index + 1, check))
        .collect()
}

fn check_row(wizard: &Wizard, number: usize, check: &Check) -> Row {
    let (word, tone, line) = match &check.state {
        State::Waiting => ("-", Tone::Muted, String::new()),
        State::Running => ("...", Tone::Plain, String::new()),
        State::Passed(line) => ("ok", Tone::Ok, line.clone()),
        State::Noted(line) => ("note", Tone::Note, line.clone()),
        State::Failed(_) => ("FAIL", Tone::Failure, String::new()),
        State::NotTried => ("-", Tone::Muted, "not tried".to_owned()),
    };
    let right = match &check.state {
        State::Waiting => "later".to_owned(),
        State::Running => format!("{} s so far", elapsed(wizard, check) / 1_000),
        State::NotTried => String::new(),
        State::Passed(_) | State::Noted(_) | State::Failed(_) => {
            check.took.map(seconds).unwrap_or_default()
        }
    };
    let said = match &check.state {
        State::Running if elapsed(wizard, check) >= 1_000 => Said::NowAndThen,
        State::Running | State::Waiting => Said::Not,
        State::Passed(_) | State::Noted(_) | State::Failed(_) | State::NotTried => Said::Once,
    };
    let title = format!("{number:>2}  {:<28} ", check.id.title());
    Row::of(tone, format!("{word:<5}"))
        .and(Tone::Plain, title)
        .and(Tone::Muted, line)
        .at(2)
        .hanging(40)
        .right(Tone::Muted, right)
        .said(said)
}

fn elapsed(wizard: &Wizard, check: &Check) -> u64 {
    check.began.map_or(0, |began| wizard.now.saturating_sub(began))
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}

/// What a check asks; for the store, by its noun.
fn asks(wizard: &Wizard, id: CheckId) -> Cow<'static, str> {
    if id.asked() == Asked::Secrets {
        return format!("the {}", wizard.registration.opened_in.noun).into();
    }
    id.asks().into()
}

fn waits_for_window(wizard: &Wizard, id: CheckId) -> bool {
    id.asked() == Asked::Secrets && wizard.registration.opened_in.unlock == Unlock::Window
}
