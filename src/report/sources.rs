//! `octo-csp explain --source`: where what is told of a failure is written, and when somebody last compared it.

use serde_json::{Value, json};

use crate::diagnose::{self, rows};
use crate::exit::Exit;
use crate::report::lines::{WIDTH, plain};
use crate::report::object;
use crate::report::rows::{Row, Tone};

/// The rows that are named so, by key or by the short name that a screen shows; all of them for an empty name.
fn named(name: &str) -> impl Iterator<Item = &'static diagnose::Row> {
    let name = name.trim();
    let is_named = move |own: &str| name.is_empty() || own.eq_ignore_ascii_case(name);
    rows().filter(move |row| is_named(row.key) || row.codes().iter().any(|code| is_named(code)))
}

/// These rows as text; empty where none is named so.
pub fn text(name: &str) -> String {
    let mut table = Vec::new();
    for row in named(name) {
        table.push(Row::of(Tone::Title, row.codes().join(", ")).right(Tone::Muted, row.key));
        table.push(Row::text(format!("as of {}  {}", row.checked, row.source)).at(3).hanging(21));
    }
    plain(&table, WIDTH)
}

/// The same as JSON.
pub fn in_json(name: &str) -> String {
    let rows = named(name)
        .map(|row| json!({"row": row.key, "codes": row.codes(), "source": row.source, "as_of": row.checked}));
    object("explain", &json!({ "rows": rows.collect::<Value>() }), Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_there_by_its_key_and_its_code_with_source_and_day() {
        let all = text("");
        for row in rows() {
            let own = text(row.key);
            assert!(own.contains(row.key) && own.contains(row.checked), "{}: {own}", row.key);
            assert!(all.contains(row.key), "{}", row.key);
        }
        let listed: Value = serde_json::from_str(&in_json("aadsts65001")).unwrap();
        let first = &listed["rows"][0];
        assert_eq!((&first["as_of"], &first["codes"][0]), (&"2025-02-03".into(), &"AADSTS65001".into()), "{listed}");
        assert!(first["source"].as_str().unwrap().contains("reference-error-codes"), "{listed}");
        assert!(text("AADSTS65001").contains("consent-missing"));
        assert!(text("no such thing").is_empty());
    }
}
