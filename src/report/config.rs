//! `octo-csp config`: every setting, its value, and where it comes from.

use serde::Serialize;

use crate::exit::Exit;
use crate::report::lines::{WIDTH, plain};
use crate::report::object;
use crate::report::rows::Row;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A variable `OCTO_CSP_*`.
    Variable,
    /// The config file.
    File,
    /// Nobody set it.
    Default,
}

/// One setting.
#[derive(Clone, Debug, Serialize)]
pub struct Setting {
    /// The flag without its dashes; the key of the file.
    #[serde(rename = "setting")]
    pub name: String,
    /// What counts; `None` where there is no default either.
    pub value: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// The variable or the file.
    pub from: Option<String>,
    /// What the file says and the variable overrides.
    pub overridden: Option<String>,
    /// The commands that have this flag; an empty word means all.
    pub commands: Vec<String>,
}

/// Every setting.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The config file, if there is a place for one.
    pub file: Option<String>,
    /// Whether it is there.
    #[serde(rename = "file_there")]
    pub there: bool,
    /// In the order of their names.
    pub settings: Vec<Setting>,
    /// Variables of our prefix that mean nothing here.
    pub unknown: Vec<String>,
}

/// What is set as text; `all` for the rest too.
pub fn text(found: &Found, all: bool) -> String {
    let shown = || found.settings.iter().filter(|one| all || one.source != Source::Default);
    let names = shown().map(|one| one.name.len());
    let width = names.max().unwrap_or_default();
    let hang = u16::try_from(width + 2).unwrap_or_default();
    let mut rows: Vec<Row> = shown()
        .map(|one| {
            let value = one.value.as_deref().unwrap_or("-");
            let from = match (&one.from, &one.overridden) {
                (None, _) => "default".to_owned(),
                (Some(from), None) => format!("from {from}"),
                (Some(from), Some(file)) => format!("from {from}, overrides {file} in the file"),
            };
            Row::text(format!("{:<width$}  {value:<16} {from}", one.name)).hanging(hang)
        })
        .collect();
    if !all {
        let none = if rows.is_empty() {
            "Nothing is set: every setting has its default."
        } else {
            "The rest has its default."
        };
        rows.push(Row::text(format!("{none} octo-csp config --all shows all {}.", found.settings.len())));
    }
    let file = match (&found.file, found.there) {
        (None, _) => "There is no home folder for a config file.".to_owned(),
        (Some(file), true) => format!("Config file: {file}"),
        (Some(file), false) => format!("Config file: {file} (not there)"),
    };
    let unknown =
        if found.unknown.is_empty() { String::new() } else { format!("No settings: {}\n", found.unknown.join(", ")) };
    format!("{}\n{file}\n{unknown}", plain(&rows, WIDTH))
}

/// Everything as one JSON object.
pub fn in_json(found: &Found) -> String {
    object("config", found, Exit::Done)
}
