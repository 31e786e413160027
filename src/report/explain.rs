//! `octo-csp explain`: what a code means.

use serde_json::{Value, json};

use crate::diagnose::{Diagnosis, Explanation, rows};
use crate::exit::Exit;
use crate::report::explanation::{LABEL, explanation, for_support, said};
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::{Row, Tone};
use crate::report::{self, object};
use crate::words::Failure;

/// How the process ends.
pub fn exit(found: &[Explanation]) -> Exit {
    if found.is_empty() { Exit::Usage } else { Exit::Done }
}

/// Every explanation as text.
pub fn text(found: &[Explanation]) -> String {
    let mut rows = Vec::new();
    for (index, one) in found.iter().enumerate() {
        if index > 0 {
            rows.push(Row::gap());
        }
        rows.extend(told(&one.diagnosis, one.when.as_deref()));
    }
    plain(&rows, WIDTH)
}

/// A diagnosis as rows: its name, what happened, why, the cure, who can do it, how long to wait.
pub fn told(diagnosis: &Diagnosis, when: Option<&str>) -> Vec<Row> {
    let mut rows = vec![Row::of(Tone::Failure, diagnosis.code.clone()).right(Tone::Muted, diagnosis.row)];
    if let Some(when) = when {
        rows.push(Row::text(format!("{when}:")).at(3));
    }
    rows.extend(explanation(diagnosis));
    rows
}

/// What failed, as text.
pub fn failed_text(failed: &(Failure, Diagnosis)) -> String {
    plain(&self::failed(failed), WIDTH)
}

/// What failed, with what support asks for.
pub fn failed((failure, diagnosis): &(Failure, Diagnosis)) -> Vec<Row> {
    let mut rows = told(diagnosis, None);
    rows.extend(said("It said", failure));
    rows.extend(for_support("For support", LABEL, failure));
    rows
}

/// The same as JSON.
pub fn in_json(found: &[Explanation]) -> String {
    let all = found.iter().map(|one| report::explained(&one.diagnosis, one.when.as_deref()));
    object("explain", &json!({ "found": all.collect::<Value>() }), exit(found))
}

/// The whole table: each row's key, its names and what happened.
pub fn list() -> String {
    let width = rows().map(|row| row.key.len()).max().unwrap_or_default();
    let mut table = Vec::new();
    for row in rows() {
        let hang = u16::try_from(width + 2).unwrap_or_default();
        let codes = row.codes().join(", ");
        table.push(Row::text(format!("{:<width$}  {codes}: {}", row.key, row.told().what)).hanging(hang));
    }
    plain(&table, 100)
}

/// The same as JSON.
pub fn list_in_json() -> String {
    let listed = rows().map(|row| {
        let object = json!({
            "row": row.key,
            "codes": row.codes(),
            "when": row.when.words(),
            "what": row.told().what,
            "who": row.who.title(),
            "exit": row.exit as u8,
        });
        report::where_said(object, "when")
    });
    object("explain", &json!({ "rows": listed.collect::<Value>() }), Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::explain;

    #[test]
    fn every_row_is_told_under_its_key_and_fits() {
        for row in rows() {
            let text = text(&explain(row.key));
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
            assert!(text.contains(row.key) && !text.contains('{'), "{}: {text}", row.key);
        }
    }

    #[test]
    fn a_code_is_told_from_what_happened_to_who_can_do_it() {
        let text = text(&explain("AADSTS7000222"));
        for words in ["AADSTS7000222", "What happened", "Why", "Fix", "Who can do it"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn json_has_a_version_and_every_member() {
        let value: Value = serde_json::from_str(&in_json(&explain("AADSTS50011"))).unwrap();
        assert_eq!(value["version"], 1);
        let first = &value["found"][0];
        for member in ["code", "row", "what", "why", "fix", "who", "transient", "exit"] {
            assert!(!first[member].is_null(), "{member}");
        }
        let list: Value = serde_json::from_str(&list_in_json()).unwrap();
        assert_eq!(list["rows"].as_array().unwrap().len(), rows().count());
    }

    #[test]
    fn the_list_names_every_row() {
        let list = list();
        for row in rows() {
            assert!(list.contains(row.key), "{}", row.key);
        }
    }
}
