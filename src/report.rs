//! What the commands without a screen say: as plain text for a person, as one versioned JSON object for a script.

pub mod calendar;
pub mod check;
pub mod config;
pub mod dates;
pub mod doctor;
pub mod explain;
pub mod explanation;
pub mod foreseen;
pub mod forget;
pub mod handoff;
pub mod identity;
pub mod lines;
pub mod list;
pub mod register;
pub mod rows;
pub mod sources;
pub mod status;
pub mod submit;
pub mod support;
pub mod token;

use serde::Serialize;
use serde_json::{Value, json};

use crate::diagnose::Diagnosis;
use crate::exit::Exit;
use crate::report::explanation::ids;
use crate::words::Failure;

/// The version of every JSON object printed.
const VERSION: u32 = 1;

/// A diagnosis in JSON; `when` says in which circumstances, where a code means several things.
fn explained(diagnosis: &Diagnosis, when: Option<&str>) -> Value {
    let object = json!({
        "code": diagnosis.code,
        "row": diagnosis.row,
        "when": when,
        "what": diagnosis.what,
        "why": diagnosis.why,
        "fix": diagnosis.fix,
        "who": diagnosis.who.title(),
        "transient": diagnosis.transient,
        "wait_seconds": diagnosis.wait.map(|wait| wait.as_secs()),
        "exit": diagnosis.exit as u8,
        "page": diagnosis.more,
    });
    where_said(where_said(object, "when"), "page")
}

/// What failed in JSON, with what support asks for.
fn failed((failure, diagnosis): &(Failure, Diagnosis)) -> Value {
    let mut object = explained(diagnosis, None);
    if let Some(members) = object.as_object_mut() {
        members.insert("ids".to_owned(), ids(failure).join("  ").into());
        let named = [
            ("sentence", &failure.sentence),
            ("trace_id", &failure.trace_id),
            ("correlation_id", &failure.correlation_id),
            ("request_id", &failure.request_id),
        ];
        members.extend(named.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))));
        members.extend(failure.status.map(|status| ("status".to_owned(), status.into())));
        members.extend(failure.at.map(|at| ("at".to_owned(), json!(at))));
    }
    object
}

/// An object without this member if there is nothing to say.
fn where_said(mut object: Value, member: &str) -> Value {
    if let Some(members) = object.as_object_mut().filter(|members| members.get(member).is_some_and(Value::is_null)) {
        members.shift_remove(member);
    }
    object
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
pub fn object(command: &str, body: &impl Serialize, exit: Exit) -> String {
    let object = Object { version: VERSION, command, body, exit: Some(exit as u8) };
    serde_json::to_string_pretty(&object).unwrap_or_default() + "\n"
}

/// The same as a value, to stand in another one.
fn value(command: &str, body: &impl Serialize, exit: Exit) -> Value {
    serde_json::to_value(Object { version: VERSION, command, body, exit: Some(exit as u8) }).unwrap_or_default()
}

/// That a command ended without anything else to say: it was used wrongly, or cancelled.
pub fn ended(command: &str, said: Option<&str>, exit: Exit) -> String {
    object(command, &json!({ "said": said }), exit)
}

/// What kept a command from beginning: a journal that another process has open, a folder that is not ours.
pub fn shut(command: &str, both: &(Failure, Diagnosis)) -> String {
    object(command, &json!({ "failed": [failed(both)] }), both.1.exit)
}

/// The same on one line, for a reader that takes one after the other; `exit` is `None` while the command goes on.
pub fn object_line(command: &str, body: &impl Serialize, exit: Option<Exit>) -> String {
    let object = Object { version: VERSION, command, body, exit: exit.map(|exit| exit as u8) };
    serde_json::to_string(&object).unwrap_or_default() + "\n"
}
