//! Codes in any text: an error body, a log line, the address of Microsoft's error page, a number on the command line.
//!
//! Nothing is invented: a number counts only where it stands in one of the known shapes. Every search is one pass.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::{Sign, known_by};
use crate::words::failure::{Cause, Failure, Service};
use crate::words::text::UntrustedText;

/// Codes that are returned at most.
const MOST: usize = 64;

/// The longest text that is taken for a bare number, as typed on a command line.
const BARE: usize = 200;

/// A code that was found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// A number of Entra.
    Aadsts(u64),
    /// An OAuth `error` or `suberror` that the table knows.
    Oauth(&'static str),
    /// A number of Partner Center.
    PartnerCenter(u64),
    /// A word of the price service that the table knows.
    Price(&'static str),
    /// A number of `google.rpc`, as Octo answers it.
    Octo(u64),
    /// The status in the short body of Partner Center's gateway.
    Gateway(u16),
}

impl Found {
    /// As if the service had answered with this code and nothing else.
    pub fn failure(self) -> Failure {
        let refused = |service| Failure::new(service, Cause::Refused);
        match self {
            Self::Aadsts(code) => Failure { codes: vec![code], ..refused(Service::Entra) },
            Self::Oauth(word) => {
                Failure { error: UntrustedText::some(word), ..refused(Service::Entra) }
            }
            Self::PartnerCenter(code) => {
                Failure { codes: vec![code], ..refused(Service::PartnerCenter) }
            }
            Self::Price(word) => {
                Failure { error: UntrustedText::some(word), ..refused(Service::PartnerApi) }
            }
            Self::Octo(code) => Failure { codes: vec![code], ..refused(Service::Octo) },
            Self::Gateway(status) => {
                Failure { status: Some(status), ..refused(Service::PartnerCenter) }
            }
        }
    }
}

/// The codes in `text`, in the order in which they stand there, each once.
pub fn codes_in(text: &str) -> Vec<Found> {
    let text = unescaped(text);
    let mut found: Vec<(usize, Found)> = Vec::new();
    aadsts(&text, &mut found);
    lists(&text, &mut found);
    pages(&text, &mut found);
    api_codes(&text, &mut found);
    oauth_words(&text, &mut found);
    if found.is_empty() {
        bare(&text, &mut found);
    }
    found.sort_by_key(|(at, _)| *at);
    let mut once = Vec::new();
    for (_, code) in found {
        if once.len() < MOST && !once.contains(&code) {
            once.push(code);
        }
    }
    once
}

/// The failure that `text` tells of, put together from all its codes; `None` if there is no code in it.
pub fn failure_in(text: &str) -> Option<Failure> {
    let found = codes_in(text);
    let first = found.first()?.failure();
    let mut whole = Failure { error: None, codes: Vec::new(), status: None, ..first };
    for failure in found.into_iter().map(Found::failure) {
        if failure.service == whole.service {
            whole.codes.extend(failure.codes);
            whole.status = whole.status.or(failure.status);
            if whole.error.is_none() {
                whole.error = failure.error;
            } else if whole.suberror.is_none() {
                whole.suberror = failure.error;
            }
        } else if failure.service == Service::Entra {
            // Passed on by another service: the sentence carries it.
            whole.sentence = whole.sentence.or_else(|| sentence_of(&failure));
        }
    }
    Some(whole)
}

fn sentence_of(failure: &Failure) -> Option<UntrustedText> {
    failure.codes.first().and_then(|code| UntrustedText::some(&format!("AADSTS{code}")))
}

/// The AADSTS numbers written as such in a sentence.
pub(super) fn aadsts_in(text: &str) -> Vec<u64> {
    let mut found = Vec::new();
    aadsts(text, &mut found);
    found.sort_by_key(|(at, _)| *at);
    let numbers = found.into_iter().filter_map(|(_, code)| match code {
        Found::Aadsts(number) => Some(number),
        Found::Oauth(_)
        | Found::PartnerCenter(_)
        | Found::Price(_)
        | Found::Octo(_)
        | Found::Gateway(_) => None,
    });
    numbers.collect()
}

/// What an `error_description` consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Description<'a> {
    /// The service's own sentence.
    pub sentence: &'a str,
    /// Microsoft's trace ID.
    pub trace_id: Option<&'a str>,
    /// Correlation ID.
    pub correlation_id: Option<&'a str>,
    /// Time, as written.
    pub timestamp: Option<&'a str>,
}

/// Takes an `error_description` apart: line ends, blanks or nothing at all may stand between its parts.
pub fn split_description(text: &str) -> Description<'_> {
    const PREREQUISITES: [&str; 3] = ["Trace ID:", "Correlation ID:", "Timestamp:"];
    let starts = PREREQUISITES.map(|mark| text.find(mark));
    let end = starts.iter().flatten().min().copied().unwrap_or(text.len());
    let part = |index: usize| -> Option<&str> {
        let (mark, start) = (PREREQUISITES.get(index)?, (*starts.get(index)?)?);
        let from = start + mark.len();
        let to = starts.iter().flatten().filter(|other| **other >= from).min();
        let value = text.get(from..to.copied().unwrap_or(text.len()))?.trim();
        // What follows on the next line is not ours.
        let value = value.lines().next().unwrap_or_default().trim();
        Some(value).filter(|value| !value.is_empty() && value.len() <= 64)
    };
    Description {
        sentence: text.get(..end).unwrap_or(text).trim(),
        trace_id: part(0),
        correlation_id: part(1),
        timestamp: part(2),
    }
}

fn aadsts(text: &str, found: &mut Vec<(usize, Found)>) {
    for mark in ["AADSTS", "aadsts"] {
        for (at, _) in text.match_indices(mark).take(MOST) {
            let rest = text.get(at + mark.len()..).unwrap_or_default();
            let rest = rest.strip_prefix([' ', '-', ':']).unwrap_or(rest);
            if let Some((number, _)) = number(rest) {
                found.push((at, Found::Aadsts(number)));
            }
        }
    }
}

/// `"error_codes":[70002,54005]`, numbers or strings.
fn lists(text: &str, found: &mut Vec<(usize, Found)>) {
    for (at, mark) in text.match_indices("error_codes").take(MOST) {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        let Some(mut rest) = opened(rest, '[') else {
            continue;
        };
        for _ in 0..MOST {
            rest = rest.trim_start_matches([' ', ',', '"', '\'', '\\', '[', '\n', '\r', '\t']);
            let Some((code, after)) = number(rest) else {
                break;
            };
            found.push((text.len() - rest.len(), Found::Aadsts(code)));
            rest = after;
        }
    }
}

/// `https://login.microsoftonline.com/error?code=50011`.
fn pages(text: &str, found: &mut Vec<(usize, Found)>) {
    const MARK: &str = "/error?code=";
    for (at, _) in text.match_indices(MARK).take(MOST) {
        if let Some((code, _)) = number(text.get(at + MARK.len()..).unwrap_or_default()) {
            found.push((at, Found::Aadsts(code)));
        }
    }
}

/// `"code":900421`, `"code":"900421"`, `"code":"accessDenied"`, `"statusCode":429`, `PC 900421`.
fn api_codes(text: &str, found: &mut Vec<(usize, Found)>) {
    let octo = text.contains("\"details\"") && !text.contains("\"description\"");
    for (at, mark) in text.match_indices("code\"").take(MOST) {
        let Some(value) = quoted_value(text, at, mark) else {
            continue;
        };
        if let Some((code, _)) = number(value) {
            let code = if octo { Found::Octo(code) } else { Found::PartnerCenter(code) };
            found.push((at, code));
        } else if let Some(word) = known(value, Service::PartnerApi) {
            found.push((at, Found::Price(word)));
        }
    }
    for (at, mark) in text.match_indices("statusCode\"").take(MOST) {
        let status = quoted_value(text, at, mark).and_then(number);
        if let Some(status) = status.and_then(|(status, _)| u16::try_from(status).ok()) {
            found.push((at, Found::Gateway(status)));
        }
    }
    for (at, mark) in text.match_indices("PC ").take(MOST) {
        let word_before = text.get(..at).and_then(|before| before.chars().next_back());
        if word_before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        if let Some((code, _)) = number(text.get(at + mark.len()..).unwrap_or_default()) {
            found.push((at, Found::PartnerCenter(code)));
        }
    }
}

/// `"error":"invalid_grant"`, `error=access_denied&`, and the same for `suberror` and `error_subcode`.
fn oauth_words(text: &str, found: &mut Vec<(usize, Found)>) {
    for mark in ["error", "error_subcode"] {
        for (at, _) in text.match_indices(mark).take(4 * MOST) {
            let rest = text.get(at + mark.len()..).unwrap_or_default();
            let value = rest.strip_prefix('=').or_else(|| {
                let rest = rest.strip_prefix('\\').unwrap_or(rest);
                Some(value_of(opened(rest.strip_prefix('"')?, ':')?))
            });
            if let Some(word) = value.and_then(|value| known(value, Service::Entra)) {
                found.push((at, Found::Oauth(word)));
            }
        }
    }
}

/// Numbers and nothing else, as typed on a command line.
fn bare(text: &str, found: &mut Vec<(usize, Found)>) {
    let text = text.trim();
    let mut only = text.chars().filter(|character| !" ,;[]".contains(*character));
    if text.len() > BARE || !only.all(|character| character.is_ascii_digit()) {
        return;
    }
    let words = text.split(|character: char| !character.is_ascii_digit());
    for (at, (code, _)) in words.filter_map(number).enumerate() {
        let of = |sign: Sign<'_>| !known_by(&sign).is_empty();
        if of(Sign::Number(Service::PartnerCenter, code)) && !of(Sign::Aadsts(code)) {
            found.push((at, Found::PartnerCenter(code)));
        } else if of(Sign::Aadsts(code)) || code >= 10_000 {
            found.push((at, Found::Aadsts(code)));
        }
    }
}

/// The number that `text` begins with, and the rest. A run of more than ten digits is no code.
fn number(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take(11).take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 10 {
        return None;
    }
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

/// The word of a row of `service` that `text` begins with, if the word ends there.
fn known(text: &str, service: Service) -> Option<&'static str> {
    let ends =
        text.bytes().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let word = text.get(..ends.count())?;
    if word.is_empty() {
        return None;
    }
    let sign =
        if service == Service::Entra { Sign::Oauth(word) } else { Sign::Word(service, word) };
    // The word as the table has it lives longer than the text.
    let row = known_by(&sign).first()?;
    let known = row.signs.iter().find(|known| **known == sign)?;
    if let Sign::Oauth(word) | Sign::Word(_, word) = known { Some(word) } else { None }
}

/// What stands after the key that ends at `at` + `mark`, if the key itself stands in quotes or is only that word.
fn quoted_value<'t>(text: &'t str, at: usize, mark: &str) -> Option<&'t str> {
    let before = text.get(..at)?.chars().next_back();
    if before != Some('"') {
        return None;
    }
    Some(value_of(opened(text.get(at + mark.len()..)?, ':')?))
}

/// What follows `mark`, if nothing but quotes, blanks, `=` and `:` stand before it.
fn opened(text: &str, mark: char) -> Option<&str> {
    let skipped = |character: char| character != mark && " \\\"':=\r\n\t".contains(character);
    text.trim_start_matches(skipped).strip_prefix(mark)
}

/// Without the blanks and quotes before a value.
fn value_of(text: &str) -> &str {
    text.trim_start_matches([' ', '\\', '"', '\'', '\r', '\n', '\t'])
}

/// Without percent-encoding and without the backslashes of a document in a document.
fn unescaped(text: &str) -> Cow<'_, str> {
    let text = if text.contains('%') { decoded(text) } else { Cow::Borrowed(text) };
    if text.contains("\\\"") { Cow::Owned(text.replace("\\\"", "\"")) } else { text }
}

fn decoded(text: &str) -> Cow<'_, str> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        let (byte, after) = match rest {
            [b'%', high, low, after @ ..] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high * 16 + low, after),
                _ => (b'%', rest.get(1..).unwrap_or_default()),
            },
            [byte, after @ ..] => (*byte, after),
            [] => break,
        };
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
