//! What a person is told about a failure.

use std::time::Duration;

use super::fill::{Values, error_page};
use super::row::{Context, Goto, Who};
use super::select;
use crate::exit::Exit;
use crate::words::Failure;

/// What a person is told about a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The short name shown beside the failed check: `AADSTS65001`, `PC 900421`, `price 401`, `keyring locked`.
    pub code: String,
    /// The key of the row, or `unknown`.
    pub row: &'static str,
    /// What happened.
    pub what: String,
    /// Why, most likely first; each starts a line.
    pub why: Vec<String>,
    /// The cure, as numbered steps.
    pub fix: Vec<String>,
    /// Who can do it.
    pub who: Who,
    /// Whether the same may be tried again without a person.
    pub transient: bool,
    /// How long to wait before the same is worth another try.
    pub wait: Option<Duration>,
    /// Where to go from here.
    pub goto: Goto,
    /// How the process ends if it ends here.
    pub exit: Exit,
    /// Whether the words send the reader to the service's own sentence.
    pub quotes: bool,
    /// The page on which the cure is done, after the portal's address or an absolute address; `{app}` is the application.
    pub page: Option<&'static str>,
    /// Microsoft's own page about the number, where it has one and the cure does not name it.
    pub more: Option<String>,
}

/// The short name of it alone.
pub(super) fn code(failure: &Failure, context: &Context<'_>) -> String {
    let (row, sign) = select::row(failure, context);
    select::label(failure, row, sign)
}

/// What a person is told about `failure`.
pub fn diagnose(failure: &Failure, context: &Context<'_>) -> Diagnosis {
    let (row, sign) = select::row(failure, context);
    let course = select::course(failure, context, row);
    let values = Values::of(failure, context);
    let told = row.told();
    let fix: Vec<String> = told.cure.iter().filter_map(|text| values.fill(text)).collect();
    let more = error_page(failure).filter(|page| !fix.iter().any(|step| step.contains(page.as_str())));
    Diagnosis {
        code: select::label(failure, row, sign),
        row: row.key,
        what: values.fill(told.what).unwrap_or_default(),
        why: told.why.iter().filter_map(|text| values.fill(text)).collect(),
        fix,
        who: row.who,
        transient: course.transient,
        wait: course.wait,
        goto: course.goto,
        exit: course.exit,
        quotes: row.quotes,
        page: row.page,
        more,
    }
}
