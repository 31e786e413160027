//! A check as it ended: a line for a person, an entry of a JSON object.

use serde_json::{Value, json};

use crate::report::lines::plain;
use crate::report::rows::Row;
use crate::steps::{Check, State};

/// The line of one check, of this width, as it is printed when it is over; `None` while it is not.
pub fn line(check: &Check, width: usize) -> Option<String> {
    let (word, said) = told(check)?;
    let row = Row::text(format!("{word:<4}  {:<32} {said}", check.id.title())).hanging(39);
    Some(plain(&[row], width))
}

fn told(check: &Check) -> Option<(&'static str, &str)> {
    match &check.state {
        State::Waiting | State::Running => None,
        State::Passed(line) => Some(("ok", line)),
        State::Noted(line) => Some(("note", line)),
        State::Failed(_) => Some(("FAIL", "")),
        State::NotTried => Some(("-", "not tried")),
    }
}

/// The checks of a step in JSON.
pub(super) fn objects(step: &'static str, checks: &[Check]) -> impl Iterator<Item = Value> {
    checks.iter().map(move |check| {
        let (word, line) = told(check).unwrap_or(("-", ""));
        let state = match word {
            "FAIL" => "failed",
            "-" => "not-tried",
            other => other,
        };
        json!({"step": step, "check": check.id.key(), "state": state, "line": line, "milliseconds": check.took})
    })
}
