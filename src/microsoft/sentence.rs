//! A sentence of Microsoft's: the numbers in it, and the ids behind it.

use jiff::Timestamp;

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
    /// The time that stands among them.
    pub at: Option<Timestamp>,
}

/// What labels of the trailer begin with in the languages of Microsoft's pages, in lower case: trace, correlation, request.
const STEMS: [&[&str]; 3] = [
    &["trac", "トレース", "跟踪", "追", "추적", "ablauf", "suivi", "seguim", "rastre", "śledz", "трасс", "spår"],
    &["corr", "korr", "korel", "相関", "関連", "相关", "相互", "關聯", "상관", "корр", "bağınt"],
    &[
        "request",
        "要求",
        "请求",
        "요청",
        "anfo",
        "anfr",
        "deman",
        "requ",
        "solicit",
        "richi",
        "aanvr",
        "żąda",
        "запрос",
        "iste",
    ],
];

impl<'a> Sentence<'a> {
    /// The labels of the trailer, in lower case.
    const LABELS: [&'static str; 4] = ["trace id", "correlation id", "request id", "timestamp"];

    /// Takes a text apart. Line ends, blanks or nothing at all may stand between its parts, and a field may have lost the colons.
    pub fn of(text: &'a str) -> Self {
        let lower = text.to_ascii_lowercase();
        let starts = Self::LABELS.map(|label| label_at(&lower, label));
        let labelled = starts.iter().flatten().min().copied();
        let id = |label: usize| {
            let (name, start) = (Self::LABELS.get(label)?, (*starts.get(label)?)?);
            let from = start + name.len();
            // The next label may begin with a hex digit.
            let to = starts.iter().flatten().copied().filter(|other| *other >= from).min();
            let value = text.get(from..to.unwrap_or(text.len()))?.trim_start_matches(is_between);
            let id = value.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').take(36);
            UntrustedText::some(&id.collect::<String>())
        };
        let mut ids = [id(0), id(1), id(2)];
        let foreign = if ids.iter().all(Option::is_none) { foreign(text, &mut ids) } else { None };
        let first = labelled.into_iter().chain(foreign).min();
        let [trace_id, correlation_id, request_id] = ids;
        let (words, trailer) = text.split_at_checked(first.unwrap_or(text.len())).unwrap_or((text, ""));
        Self { words: words.trim(), trace_id, correlation_id, request_id, at: time_in(trailer) }
    }
}

/// The ids behind labels of another language, and where the first label stands. What no stem tells, the order does: Microsoft's
/// page has the request before the correlation, and above its message; a sentence ends with trace and correlation.
fn foreign(text: &str, ids: &mut [Option<UntrustedText>; 3]) -> Option<usize> {
    let message = text.find("AADSTS").unwrap_or(0);
    let (mut first, mut end) = (None, 0);
    for (at, _) in text.match_indices(':').take(4 * MOST) {
        let rest = text.get(at + 1..).unwrap_or_default();
        let Some(id) = rest.trim_start().get(..36).filter(|id| looks_like_guid(id)) else {
            continue;
        };
        let before = (0..4).find_map(|more| text.get(end.max(at.saturating_sub(80)) + more..at)).unwrap_or_default();
        let is_end = |(at, sign): &(usize, char)| {
            matches!(sign, '\n' | '>' | '。') || *sign == '.' && !before.get(..*at).is_some_and(|it| it.ends_with("Id"))
        };
        let start = before.char_indices().rev().find(is_end).map_or(0, |(at, sign)| at + sign.len_utf8());
        let label = before.get(start..).unwrap_or_default().trim().to_lowercase();
        if label.is_empty() || label.chars().count() > 40 || label.contains(['"', '\'', '/', '(']) {
            continue;
        }
        let stem = STEMS.iter().position(|stems| stems.iter().any(|stem| label.contains(stem)));
        let usual = if at < message { [2, 1] } else { [0, 1] };
        let kind = stem.or_else(|| usual.into_iter().find(|kind| ids.get(*kind).is_some_and(Option::is_none)));
        if let Some(free) = kind.and_then(|kind| ids.get_mut(kind)).filter(|id| id.is_none()) {
            *free = UntrustedText::some(id);
            first = first.or(Some(at - before.len() + start));
        }
        end = at + 1 + rest.len() - rest.trim_start().len() + 36;
    }
    first
}

/// The first time in a text, as Microsoft writes it: `2018-09-22 00:50:11Z`, `2018-09-22T00:50:11.123Z`.
fn time_in(text: &str) -> Option<Timestamp> {
    text.match_indices('-').take(MOST).find_map(|(at, _)| {
        let date = text.get(at.checked_sub(4)?..at + 6)?;
        let time = text.get(at + 6..at + 15)?.strip_prefix(['T', ' '])?;
        format!("{date}T{time}Z").parse().ok()
    })
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

/// The AADSTS numbers written as such in a text, each once, with their places. The first or the last letter is easily lost when one
/// is copied. One that a machine misread in a picture, or whose thousands are kept apart, counts only if it is known.
pub(super) fn placed_numbers(text: &str, is_known: impl Fn(&str) -> bool) -> Vec<(usize, u64)> {
    const MARK: &str = "adst";
    let lower = text.to_ascii_lowercase();
    let mut once = Vec::new();
    let found = lower.match_indices(MARK).filter_map(|(at, _)| {
        let (before, rest) = lower.split_at_checked(at)?;
        let is_one = before.ends_with('a') || !before.ends_with(char::is_alphanumeric);
        let (marked, rest) = (is_one, rest.strip_prefix(MARK)?);
        let rest = rest.strip_prefix("ss").or_else(|| rest.strip_prefix('s')).unwrap_or(rest);
        let bare = rest.trim_start_matches([' ', '-', ':', '_', '#', '\n']);
        let odd = misread(bare).or_else(|| grouped(bare)).filter(|(number, _)| is_known(&number.to_string()));
        let read = odd.or_else(|| number(bare));
        let (number, after) = read.filter(|_| marked)?;
        let near = rest.len() - bare.len() <= 1 || bare.len() - after.len() >= 5;
        let is_new = near && !once.contains(&number);
        once.extend(is_new.then_some(number));
        is_new.then_some((at, number))
    });
    // However often one is said, another one is not overheard.
    found.take(MOST).collect()
}

/// The number that `text` begins with, where its thousands are kept apart: `7,000,215`, `50.011`.
pub(super) fn grouped(text: &str) -> Option<(u64, &str)> {
    let digits = |text: &str| text.bytes().take(4).take_while(u8::is_ascii_digit).count();
    let first = digits(text);
    let (head, mut rest) = text.split_at_checked(first).filter(|_| (1..=3).contains(&first))?;
    let mut whole = head.to_owned();
    let sign = rest.chars().next().filter(|sign| matches!(sign, ',' | '.' | '\'' | '\u{2019}'))?;
    while let Some(group) = rest.strip_prefix(sign).filter(|group| digits(group) == 3) {
        let (group, after) = group.split_at_checked(3)?;
        whole.push_str(group);
        rest = after;
    }
    (whole.len() > first && whole.len() <= 8).then_some((whole.parse().ok()?, rest))
}

/// The same of a picture that was read by a machine, which takes a nought for the letter and a one for another.
fn misread(text: &str) -> Option<(u64, &str)> {
    let length = text.bytes().take(9).take_while(|sign| sign.is_ascii_digit() || b"oil".contains(sign)).count();
    let (run, rest) = text.split_at_checked(length).filter(|_| (5..=8).contains(&length))?;
    let digits = run.replace('o', "0").replace(['i', 'l'], "1");
    (run.bytes().filter(u8::is_ascii_digit).count() >= 2).then_some((digits.parse().ok()?, rest))
}

/// The AADSTS numbers in a sentence, each once, in their order.
pub fn numbers(text: &str) -> Vec<u64> {
    placed_numbers(text, |_| false).into_iter().map(|(_, number)| number).collect()
}

/// The number that `text` begins with, and the rest. A run of more than eight digits is no code.
pub(super) fn number(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take(9).take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 8 {
        return None;
    }
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (&str, [Option<String>; 3]) {
        let Sentence { words, trace_id, correlation_id, request_id, .. } = Sentence::of(text);
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
