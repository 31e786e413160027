//! What kept a command from beginning: a journal that another process has open, a folder that is not ours.

use serde::Serialize;

use crate::engine::diagnose::Diagnosis;
use crate::engine::effect::Failure;
use crate::ui::lines::{WIDTH, plain};
use crate::ui::report::doctor::FailedObject;
use crate::ui::report::explain::told;
use crate::ui::report::{VERSION, json};
use crate::ui::view::for_support;

#[derive(Serialize)]
struct Object<'a> {
    version: u32,
    command: &'a str,
    failed: [FailedObject<'a>; 1],
    exit: u8,
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
