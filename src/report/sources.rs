//! `octo-csp explain --source`: where what is told of a failure is written, and when somebody last compared it.

use crate::diagnose::rows;
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::{Row, Tone};

/// The rows that are named so, by key or by the short name that a screen shows; all of them for an empty name.
pub fn text(name: &str) -> String {
    let name = name.trim();
    let is_named = |own: &str| name.is_empty() || own.eq_ignore_ascii_case(name);
    let mut table = Vec::new();
    for row in rows().filter(|row| is_named(row.key) || row.codes().iter().any(|code| is_named(code))) {
        table.push(Row::of(Tone::Title, row.codes().join(", ")).right(Tone::Muted, row.key));
        table.push(Row::text(format!("checked {}  {}", row.checked, row.source)).at(3).hanging(23));
    }
    plain(&table, WIDTH)
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
        assert!(text("AADSTS65001").contains("consent-missing"));
        assert!(text("no such thing").is_empty());
    }
}
