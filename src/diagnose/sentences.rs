//! Sentences that say without a number what happened, in texts that come from elsewhere.

use super::row::{Row, Sign};
use super::table::row;
use super::tell::{Diagnosis, diagnose};
use crate::microsoft::codes::service_in;

/// A line for each: the key of a row, a colon, the sentence.
const SENTENCES: &str = include_str!("sentences.txt");

/// The sentences, each with its row.
pub(super) fn sentences() -> impl Iterator<Item = (&'static str, &'static str)> {
    SENTENCES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
}

/// What the sentences in a text mean; beside a known number only those about the way and this machine tell something of their own.
pub(super) fn explained(text: &str, numbered: bool) -> Vec<(&'static Row, Diagnosis)> {
    said(text, numbered).into_iter().map(|row| (row, told(row, text))).collect()
}

/// The rows of the sentences in a text.
pub(super) fn said(text: &str, numbered: bool) -> Vec<&'static Row> {
    let spoken = text.to_lowercase().replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\"");
    let spoken = spoken.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut said: Vec<&'static Row> = Vec::new();
    for (key, sentence) in sentences() {
        let is_new = |row: &&Row| if is_cause(row) { !said.iter().any(|row| is_cause(row)) } else { !numbered };
        if let Some(row) = Some(key).filter(|_| spoken.contains(sentence)).and_then(row).filter(is_new) {
            said.push(row);
        }
    }
    said.dedup_by_key(|row| row.key);
    said
}

/// Whether a row is about the way or this machine, and not about what a service said.
pub(super) fn is_cause(row: &Row) -> bool {
    matches!(row.signs.first(), Some(Sign::Cause(_) | Sign::CauseOf(..)))
}

/// A row is told without the number that it is else known by, and of the service whose address stands in the text.
fn told(row: &Row, text: &str) -> Diagnosis {
    let Some(sign) = row.signs.first().copied() else {
        return row.diagnosis(None);
    };
    let (mut failure, context) = row.sample(sign);
    if !is_cause(row) {
        // Of what was refused a word of Graph tells whose it is.
        let of_graph = matches!(sign, Sign::Oauth(word) if word.starts_with(char::is_uppercase));
        let code = if of_graph { "Graph" } else { failure.service.short() }.to_owned();
        return Diagnosis { code, ..row.diagnosis(None) };
    }
    let service = service_in(text);
    failure.service = service.unwrap_or(failure.service);
    let told = diagnose(&failure, &context);
    if service.is_some() {
        return told;
    }
    let title = failure.service.title();
    let other = |told: String| match told.strip_prefix(title) {
        Some(rest) => format!("The service{rest}").replace(title, "the service"),
        None => told.replace(title, "the service"),
    };
    let all = |told: Vec<String>| told.into_iter().map(other).collect();
    Diagnosis { what: other(told.what), why: all(told.why), fix: all(told.fix), ..told }
}
