//! What the commands without a screen say: as plain text for a person, as one versioned JSON object for a script.

pub mod calendar;
pub mod check;
pub mod config;
pub mod dates;
pub mod doctor;
pub mod explain;
pub mod explanation;
pub mod forget;
pub mod handoff;
pub mod lines;
pub mod opening;
pub mod register;
pub mod rows;
pub mod status;
pub mod submit;
pub mod support;
pub mod token;

use serde::Serialize;

use crate::diagnose::{Diagnosis, Explanation};
use crate::exit::Exit;
use crate::report::explanation::ids;
use crate::words::Failure;

/// The version of every JSON object printed.
const VERSION: u32 = 1;

/// A diagnosis in JSON.
#[derive(Debug, Serialize)]
pub struct Explained<'a> {
    /// As beside a failed check.
    pub code: &'a str,
    /// The row of the table.
    pub row: &'a str,
    /// In which circumstances, where the code means several things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<&'a str>,
    /// What happened.
    pub what: &'a str,
    /// Why, most likely first.
    pub why: &'a [String],
    /// The cure, in steps.
    pub fix: &'a [String],
    /// Who can apply it.
    pub who: &'a str,
    /// Whether the same may be tried again without a person.
    pub transient: bool,
    /// How long to wait before another try.
    pub wait_seconds: Option<u64>,
    /// The exit code that a command ends with.
    pub exit: u8,
    /// What support asks for, where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<String>,
}

impl<'a> Explained<'a> {
    fn new(diagnosis: &'a Diagnosis) -> Self {
        Self {
            code: &diagnosis.code,
            row: diagnosis.row,
            when: None,
            what: &diagnosis.what,
            why: &diagnosis.why,
            fix: &diagnosis.fix,
            who: diagnosis.who.title(),
            transient: diagnosis.transient,
            wait_seconds: diagnosis.wait.map(|wait| wait.as_secs()),
            exit: diagnosis.exit as u8,
            ids: None,
        }
    }

    /// Of what failed.
    pub fn failed((failure, diagnosis): &'a (Failure, Diagnosis)) -> Self {
        Self { ids: Some(ids(failure).join("  ")), ..Self::new(diagnosis) }
    }

    /// Of a diagnosis and its circumstances.
    pub fn of(explanation: &'a Explanation) -> Self {
        Self { when: explanation.when, ..Self::new(&explanation.diagnosis) }
    }
}

/// What every JSON object has around what it tells.
#[derive(Serialize)]
struct Object<'a, B> {
    version: u32,
    command: &'a str,
    #[serde(flatten)]
    body: &'a B,
    exit: Option<u8>,
}

/// What a command tells as one JSON object with its line end. It is plain data with string keys: it always has a JSON form.
pub fn json(command: &str, body: &impl Serialize, exit: Exit) -> String {
    let object = Object { version: VERSION, command, body, exit: Some(exit as u8) };
    serde_json::to_string_pretty(&object).unwrap_or_default() + "\n"
}

/// The same on one line, for a reader that takes one after the other; `exit` is `None` while the command goes on.
pub fn json_line(command: &str, body: &impl Serialize, exit: Option<Exit>) -> String {
    let object = Object { version: VERSION, command, body, exit: exit.map(|exit| exit as u8) };
    serde_json::to_string(&object).unwrap_or_default() + "\n"
}
