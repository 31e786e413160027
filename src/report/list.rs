//! `octo-csp list`: a line for each registration. No network but the store's, and no secret is looked at.

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::diagnose::Diagnosis;
use crate::exit::Exit;
use crate::report::identity::Identity;
use crate::report::lines::{WIDTH, plain};
use crate::report::rows;
use crate::report::status::{self, Found};
use crate::report::{dates, object};
use crate::words::Failure;

/// Columns that a name and a partner take at most before they move the rest of their line.
const COLUMNS: usize = 32;

/// A registration of the list.
#[derive(Debug)]
pub enum Row {
    /// Its journal was read.
    Read(Box<Found>),
    /// It was not, and why.
    Unread(Box<(Identity, (Failure, Diagnosis))>),
}

/// What is shown of all.
#[derive(Debug)]
pub struct Page {
    /// The registrations, in the order of their names.
    pub rows: Vec<Row>,
    /// How many are before them.
    pub first: usize,
    /// How many there are.
    pub total: usize,
    /// Which page it is, and of how many.
    pub number: usize,
    /// How many pages there are.
    pub pages: usize,
}

/// How the process ends.
pub fn exit(page: &Page) -> Exit {
    let bad = |row: &Row| match row {
        Row::Read(found) => found.opened.registration.damaged,
        Row::Unread(_) => true,
    };
    if page.rows.iter().any(bad) { Exit::Storage } else { Exit::Done }
}

/// What is said of a store without a registration.
pub const NOTHING_HERE: &str = "Nothing is registered here.\n";

/// The page as text; `next` is the command that shows the one behind it.
pub fn text(page: &Page, next: &str) -> String {
    if page.rows.is_empty() {
        return NOTHING_HERE.to_owned();
    }
    let lines: Vec<[String; 3]> = page.rows.iter().map(line).collect();
    let column = |width: fn(&[String; 3]) -> usize| lines.iter().map(width).max().unwrap_or_default().min(COLUMNS);
    let (name, partner) = (column(|[name, ..]| name.width()), column(|[_, partner, _]| partner.width()));
    let hang = u16::try_from(name + partner + 4).unwrap_or_default();
    let padded = |text: &str, to: usize| format!("{text}{}", " ".repeat(to.saturating_sub(text.width())));
    let rows = lines.iter().map(|[one, two, rest]| {
        rows::Row::text(format!("{}  {}  {rest}", padded(one, name), padded(two, partner))).hanging(hang)
    });
    let all = plain(&rows.collect::<Vec<_>>(), WIDTH);
    if page.pages <= 1 {
        return all;
    }
    let (first, last) = (page.first + 1, page.first + page.rows.len());
    let more = if page.number < page.pages { format!(": {next}, or --all") } else { String::new() };
    format!("{all}\n{first} to {last} of {}, page {} of {}{more}\n", page.total, page.number, page.pages)
}

/// Its name, its partner, and how it stands with what ends when.
fn line(row: &Row) -> [String; 3] {
    match row {
        Row::Read(found) => {
            let partner = found.opened.registration.called().unwrap_or_else(|| "-".to_owned());
            let ends = status::ends(found);
            let ends = ends.iter().map(|end| format!(", {} {}", dates::short(end), end.day)).collect::<Vec<_>>();
            [found.opened.name.clone(), partner, format!("{}{}", status::stands(found), ends.concat())]
        }
        Row::Unread(both) => {
            let (identity, (_, diagnosis)) = &**both;
            [
                identity.registration.clone(),
                "-".to_owned(),
                format!("not read: {} ({})", diagnosis.what, diagnosis.code),
            ]
        }
    }
}

/// The page as one JSON object.
pub fn in_json(page: &Page) -> String {
    let rows: Vec<Value> = page.rows.iter().map(one).collect();
    let members = json!({
        "registrations": rows, "total": page.total, "page": page.number, "pages": page.pages,
    });
    object("list", &members, exit(page))
}

fn one(row: &Row) -> Value {
    match row {
        Row::Read(found) => {
            let registration = &found.opened.registration;
            let ends = status::ends(found);
            let end = |key: &str| ends.iter().find(|end| end.key == key).map(|end| end.day);
            found.identity.with(json!({
                "partner": registration.called(),
                "state": status::stands(found),
                "active": registration.active.is_some(),
                "sign_in_ends": end("sign-in"),
                "secret_ends": end("secret"),
                "store": registration.store,
                "failed": [],
            }))
        }
        Row::Unread(both) => both.0.with(json!({
            "partner": null, "state": "not read", "active": null, "sign_in_ends": null, "secret_ends": null, "store": null,
            "failed": [super::failed(&both.1)],
        })),
    }
}
