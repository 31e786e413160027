//! What kept a command from beginning: a journal that another process has open, a folder that is not ours.

use serde::Serialize;

use crate::diagnose::Diagnosis;
use crate::exit::Exit;
use crate::report::{Explained, json};
use crate::words::Failure;

#[derive(Serialize)]
struct Stopped<'a> {
    failed: [Explained<'a>; 1],
}

#[derive(Serialize)]
struct Ended<'a> {
    said: Option<&'a str>,
}

/// That a command ended without anything else to say, as one JSON object: it was used wrongly, or cancelled.
pub fn ended(command: &str, said: Option<&str>, exit: Exit) -> String {
    json(command, &Ended { said }, exit)
}

/// As one JSON object.
pub fn in_json(command: &str, failed: &(Failure, Diagnosis)) -> String {
    json(command, &Stopped { failed: [Explained::failed(failed)] }, failed.1.exit)
}
