//! What kept a command from beginning: a journal that another process has open, a folder that is not ours.

use serde::Serialize;

use crate::diagnose::Diagnosis;
use crate::exit::Exit;
use crate::report::doctor::FailedObject;
use crate::report::explain::told;
use crate::report::explanation::for_support;
use crate::report::lines::{WIDTH, plain};
use crate::report::{VERSION, json};
use crate::words::failure::Failure;

#[derive(Serialize)]
struct Object<'a> {
    version: u32,
    command: &'a str,
    failed: [FailedObject<'a>; 1],
    exit: u8,
}

#[derive(Serialize)]
struct Ended<'a> {
    version: u32,
    command: &'a str,
    said: Option<&'a str>,
    exit: u8,
}

/// That a command ended without anything else to say, as one JSON object: it was used wrongly, or cancelled.
pub fn ended(command: &str, said: Option<&str>, exit: Exit) -> String {
    json(&Ended { version: VERSION, command, said, exit: exit as u8 })
}

/// As text.
pub fn text(failure: &Failure, diagnosis: &Diagnosis) -> String {
    let mut rows = told(diagnosis, None);
    rows.extend(for_support("For support", 16, failure));
    plain(&rows, WIDTH)
}

/// As one JSON object.
pub fn in_json(command: &str, failure: &Failure, diagnosis: &Diagnosis) -> String {
    json(&Object {
        version: VERSION,
        command,
        failed: [FailedObject::new(failure, diagnosis)],
        exit: diagnosis.exit as u8,
    })
}
