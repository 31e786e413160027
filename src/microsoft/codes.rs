//! Codes in any text: an error body, a log line, the address of Microsoft's error page, a number on the command line.
//!
//! Nothing is invented: a number counts only where it stands in one of the known shapes. Every search is one pass.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::sentence::{MOST, number, placed_numbers};

/// What stands before the number in the address of Microsoft's page about it.
pub(super) const PAGE: &str = "/error?code=";

/// The longest text that is taken for a bare number, as typed on a command line.
const BARE: usize = 200;

/// A code that stands in a text. Words are as they stand there: which of them mean something, only the table of diagnoses knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A number of Entra.
    Aadsts(u64),
    /// An OAuth `error` or `suberror`.
    Oauth(String),
    /// A number of Partner Center.
    PartnerCenter(u64),
    /// A `code` that is a word, as the price service has it.
    Word(String),
    /// A number of `google.rpc`, as Octo answers it.
    Octo(u64),
    /// The status in the short body of Partner Center's gateway.
    Gateway(u16),
    /// A number without anything that says whose it is.
    Bare(u64),
}

/// The codes in `text`, in the order in which they stand there, each once.
pub fn codes_in(text: &str) -> Vec<Code> {
    let text = unescaped(text);
    let numbers = placed_numbers(&text).into_iter();
    let mut found: Vec<(usize, Code)> = numbers.map(|(at, number)| (at, Code::Aadsts(number))).collect();
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

/// `"error_codes":[70002,54005]`, numbers or strings.
fn lists(text: &str, found: &mut Vec<(usize, Code)>) {
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
            found.push((text.len() - rest.len(), Code::Aadsts(code)));
            rest = after;
        }
    }
}

/// `https://login.microsoftonline.com/error?code=50011`.
fn pages(text: &str, found: &mut Vec<(usize, Code)>) {
    for (at, _) in text.match_indices(PAGE).take(MOST) {
        if let Some((code, _)) = number(text.get(at + PAGE.len()..).unwrap_or_default()) {
            found.push((at, Code::Aadsts(code)));
        }
    }
}

/// `"code":900421`, `"code":"900421"`, `"code":"accessDenied"`, `"statusCode":429`, `PC 900421`.
fn api_codes(text: &str, found: &mut Vec<(usize, Code)>) {
    let octo = text.contains("\"details\"") && !text.contains("\"description\"");
    for (at, mark) in text.match_indices("code\"").take(MOST) {
        let Some(value) = quoted_value(text, at, mark) else {
            continue;
        };
        if let Some((code, _)) = number(value) {
            let code = if octo { Code::Octo(code) } else { Code::PartnerCenter(code) };
            found.push((at, code));
        } else if let Some(word) = word(value) {
            found.push((at, Code::Word(word)));
        }
    }
    for (at, mark) in text.match_indices("statusCode\"").take(MOST) {
        let status = quoted_value(text, at, mark).and_then(number);
        if let Some(status) = status.and_then(|(status, _)| u16::try_from(status).ok()) {
            found.push((at, Code::Gateway(status)));
        }
    }
    for (at, mark) in text.match_indices("PC ").take(MOST) {
        let word_before = text.get(..at).and_then(|before| before.chars().next_back());
        if word_before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        if let Some((code, _)) = number(text.get(at + mark.len()..).unwrap_or_default()) {
            found.push((at, Code::PartnerCenter(code)));
        }
    }
}

/// `"error":"invalid_grant"`, `error=access_denied&`, and the same for `suberror` and `error_subcode`.
fn oauth_words(text: &str, found: &mut Vec<(usize, Code)>) {
    for mark in ["error", "error_subcode"] {
        for (at, _) in text.match_indices(mark).take(4 * MOST) {
            let rest = text.get(at + mark.len()..).unwrap_or_default();
            let value = rest.strip_prefix('=').or_else(|| {
                let rest = rest.strip_prefix('\\').unwrap_or(rest);
                Some(value_of(opened(rest.strip_prefix('"')?, ':')?))
            });
            if let Some(word) = value.and_then(word) {
                found.push((at, Code::Oauth(word)));
            }
        }
    }
}

/// Numbers and nothing else, as typed on a command line.
fn bare(text: &str, found: &mut Vec<(usize, Code)>) {
    let text = text.trim();
    let mut only = text.chars().filter(|character| !" ,;[]".contains(*character));
    if text.len() > BARE || !only.all(|character| character.is_ascii_digit()) {
        return;
    }
    let words = text.split(|character: char| !character.is_ascii_digit());
    let numbers = words.filter_map(number).enumerate();
    found.extend(numbers.map(|(at, (code, _))| (at, Code::Bare(code))));
}

/// The word that `text` begins with: at most 64 letters, digits and low lines.
fn word(text: &str) -> Option<String> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = text.bytes().take(64).take_while(is_part).count();
    text.get(..length).filter(|word| !word.is_empty()).map(str::to_owned)
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
    let text = percent_decode_str(text).decode_utf8_lossy();
    if text.contains("\\\"") { Cow::Owned(text.replace("\\\"", "\"")) } else { text }
}
