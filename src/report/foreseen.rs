//! `octo-csp register --dry-run`: the calls that a registration makes, and what it keeps and writes.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;

use crate::exit::Exit;
use crate::report::identity::Identity;
use crate::report::lines::{WIDTH, plain};
use crate::report::object;
use crate::report::rows::{Row, Tone};

/// A call that will be made.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// What it belongs to: a step, `commit`, `octo`, or `before`.
    pub step: &'static str,
    /// The check that makes it; none before the first step.
    pub check: Option<&'static str>,
    /// `octo-csp` or `browser`.
    pub by: &'static str,
    /// The HTTP method.
    pub method: String,
    /// Host, with its port where it has one.
    pub host: String,
    /// The path.
    pub path: String,
    /// By what right, and what for.
    pub right: String,
}

/// A secret that will be kept.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// Its name in the store.
    pub item: String,
    /// Whether it is deleted again before the registration is over.
    pub deleted_again: bool,
}

/// Everything that a registration will do.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// Which registration.
    pub identity: Identity,
    /// Its calls.
    pub calls: Vec<Call>,
    /// Where secrets are kept: the key of the store, and its noun.
    pub store: (&'static str, &'static str),
    /// The secrets.
    pub kept: Vec<Kept>,
    /// The lines of the journal, by their kind.
    pub journal: Vec<String>,
    /// The files, each with what is in it.
    pub files: Vec<(String, &'static str)>,
    /// What is to be known beside the list.
    pub notes: Vec<String>,
}

/// The steps as they are told.
const STEPS: [(&str, &str); 5] = [
    ("before", "Before the first question"),
    ("partner-center", "Partner Center Credentials"),
    ("partner-api", "Partner API Credentials"),
    ("commit", "Confirm"),
    ("octo", "Octo"),
];

/// Everything as text.
pub fn text(foreseen: &Foreseen) -> String {
    let mut rows = vec![Row::text(format!(
        "This is what register does if all goes well ({}). Nothing was asked, sent or written for this list.",
        foreseen.identity
    ))];
    for (step, title) in STEPS {
        let calls: Vec<&Call> = foreseen.calls.iter().filter(|call| call.step == step).collect();
        if calls.is_empty() {
            continue;
        }
        rows.push(Row::gap());
        rows.push(Row::of(Tone::Title, title));
        for call in calls {
            let browser = if call.by == "browser" { " (your browser)" } else { "" };
            // An address stands beside its method, however long it is.
            let method = format!("{:<4} ", call.method).replace(' ', "\u{a0}");
            rows.push(Row::text(format!("{method}{}{}{browser}", call.host, call.path)).at(3).hanging(8));
            rows.push(Row::text(format!("right: {}", call.right)).at(8));
        }
    }
    let hosts: BTreeSet<&str> = foreseen.calls.iter().map(|call| call.host.as_str()).collect();
    rows.push(Row::gap());
    rows.push(Row::of(Tone::Title, "Hosts, and no other"));
    rows.extend(hosts.into_iter().map(|host| Row::text(host).at(3)));
    rows.push(Row::gap());
    rows.push(Row::of(Tone::Title, format!("Kept in the {}", foreseen.store.1)));
    for kept in &foreseen.kept {
        let again = if kept.deleted_again { "  deleted again before the end" } else { "" };
        rows.push(Row::text(format!("{}{again}", kept.item)).at(3).hanging(6));
    }
    rows.push(Row::gap());
    rows.push(Row::of(Tone::Title, "Files, none with a secret that can be read"));
    for (file, what) in &foreseen.files {
        rows.push(Row::text(format!("{file}: {what}")).at(3).hanging(6));
    }
    rows.push(Row::text(format!("lines of the journal: {}", foreseen.journal.join(", "))).at(3).hanging(6));
    rows.push(Row::gap());
    rows.extend(foreseen.notes.iter().map(|note| Row::word(Tone::Plain, "note", note.as_str())));
    plain(&rows, WIDTH)
}

/// Everything as one JSON object.
pub fn in_json(foreseen: &Foreseen) -> String {
    let files: Vec<_> = foreseen.files.iter().map(|(path, what)| json!({"path": path, "what": what})).collect();
    let members = foreseen.identity.with(json!({
        "dry_run": true,
        "calls": foreseen.calls,
        "store": foreseen.store.0,
        "kept": foreseen.kept,
        "journal": foreseen.journal,
        "files": files,
        "notes": foreseen.notes,
    }));
    object("register", &members, Exit::Done)
}
