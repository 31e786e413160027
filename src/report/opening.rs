//! What kept a command from beginning: a journal that another process has open, a folder that is not ours.

use serde_json::json;

use crate::diagnose::Diagnosis;
use crate::exit::Exit;
use crate::report::{failed, object};
use crate::words::Failure;

/// That a command ended without anything else to say, as one JSON object: it was used wrongly, or cancelled.
pub fn ended(command: &str, said: Option<&str>, exit: Exit) -> String {
    object(command, &json!({ "said": said }), exit)
}

/// As one JSON object.
pub fn in_json(command: &str, both: &(Failure, Diagnosis)) -> String {
    object(command, &json!({ "failed": [failed(both)] }), both.1.exit)
}
