//! A sentence of Microsoft's: the numbers in it, and the ids behind it.

use crate::words::UntrustedText;
use crate::words::ids::looks_like_guid;

/// Numbers that are taken from one text at most.
pub(super) const MOST: usize = 64;

/// What a sentence consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// The service's own words, up to the first label.
    pub words: &'a str,
    /// Behind `Trace ID`.
    pub trace_id: Option<UntrustedText>,
    /// Behind `Correlation ID`.
    pub correlation_id: Option<UntrustedText>,
    /// Behind `Request Id`, as Microsoft's error page has it.
    pub request_id: Option<UntrustedText>,
}

impl<'a> Sentence<'a> {
    /// The labels of the trailer, in lower case.
    const LABELS: [&'static str; 4] = ["trace id", "correlation id", "request id", "timestamp"];

    /// Takes a text apart. Line ends, blanks or nothing at all may stand between its parts, and a field may have lost the colons.
    pub fn of(text: &'a str) -> Self {
        let lower = text.to_ascii_lowercase();
        let starts = Self::LABELS.map(|label| label_at(&lower, label));
        let first = starts.iter().flatten().min().copied().unwrap_or(text.len());
        let id = |label: usize| {
            let (name, start) = (Self::LABELS.get(label)?, (*starts.get(label)?)?);
            let from = start + name.len();
            // The next label may begin with a hex digit.
            let to = starts.iter().flatten().copied().filter(|other| *other >= from).min();
            let value = text.get(from..to.unwrap_or(text.len()))?.trim_start_matches(is_between);
            let id = value.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').take(36);
            UntrustedText::some(&id.collect::<String>())
        };
        Self {
            words: text.get(..first).unwrap_or(text).trim(),
            trace_id: id(0),
            correlation_id: id(1),
            request_id: id(2),
        }
    }
}

fn is_between(character: char) -> bool {
    character == ':' || character.is_whitespace()
}

/// Where a label stands: before a colon or an ID, and not as two words of the sentence.
fn label_at(lower: &str, label: &str) -> Option<usize> {
    let counts = |(at, _): &(usize, &str)| {
        let rest = lower.get(at + label.len()..).unwrap_or_default();
        rest.starts_with(':') || rest.trim_start().get(..36).is_some_and(looks_like_guid)
    };
    lower.match_indices(label).take(MOST).find(counts).map(|(at, _)| at)
}

/// The AADSTS numbers written as such in a text, with their places.
pub(super) fn placed_numbers(text: &str) -> Vec<(usize, u64)> {
    const MARK: &str = "aadsts";
    let lower = text.to_ascii_lowercase();
    let found = lower.match_indices(MARK).take(MOST).filter_map(|(at, _)| {
        let rest = lower.get(at + MARK.len()..)?;
        let rest = rest.strip_prefix([' ', '-', ':']).unwrap_or(rest);
        number(rest).map(|(number, _)| (at, number))
    });
    found.collect()
}

/// The AADSTS numbers in a sentence, each once, in their order.
pub fn numbers(text: &str) -> Vec<u64> {
    let mut once = Vec::new();
    for (_, number) in placed_numbers(text) {
        if !once.contains(&number) {
            once.push(number);
        }
    }
    once
}

/// The number that `text` begins with, and the rest. A run of more than ten digits is no code.
pub(super) fn number(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take(11).take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 10 {
        return None;
    }
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (&str, [Option<String>; 3]) {
        let Sentence { words, trace_id, correlation_id, request_id } = Sentence::of(text);
        let ids = [trace_id, correlation_id, request_id];
        (words, ids.map(|id| id.map(|id| id.as_str().to_owned())))
    }

    #[test]
    fn a_sentence_is_taken_apart_with_and_without_separators() {
        let expected = [Some("dd25".to_owned()), Some("f115".to_owned()), None];
        for text in [
            "AADSTS1: no.\r\nTrace ID: dd25\r\nCorrelation ID: f115\r\nTimestamp: 2018-09-22 00:50:11Z",
            "AADSTS1: no. Trace ID: dd25 Correlation ID: f115 Timestamp: 2018-09-22 00:50:11Z",
            "AADSTS1: no.Trace ID: dd25Correlation ID: f115Timestamp: 2018-09-22 00:50:11Z",
            "AADSTS1: no.Timestamp: 2018-09-22 00:50:11Z\nCorrelation ID: f115 Trace ID: dd25\nmore",
        ] {
            assert_eq!(parts(text), ("AADSTS1: no.", expected.clone()), "{text}");
        }
        assert_eq!(parts("only this"), ("only this", [None, None, None]));
        assert_eq!(parts("x Trace ID: "), ("x", [None, None, None]));
        let words = "The correlation id and the timestamp are missing.";
        assert_eq!(parts(words), (words, [None, None, None]));
    }

    #[test]
    fn ten_megabytes_are_read_in_one_pass() {
        for unit in ["AADSTS", "Trace ID:", "trace id ", "9"] {
            let text = unit.repeat(10_000_000 / unit.len());
            assert!(numbers(&text).len() <= MOST);
            drop(Sentence::of(&text));
        }
    }
}
