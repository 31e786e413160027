//! Codes in any text: an error body, a log line, the address of Microsoft's error page, a number on the command line.
//!
//! Nothing is invented: a number counts only where it stands in one of the known shapes. Every search is one pass.

mod columns;

pub use columns::{Column, column_of, in_column, may_head};

use super::sentence::{MOST, grouped, number, placed_numbers};
use crate::words::Service;
use columns::LABELS;

/// What stands before the number in the address of Microsoft's page about it.
pub(super) const PAGE: &str = "/error?code=";

/// The longest text that is taken for a bare number, as typed on a command line.
const BARE: usize = 200;

/// A code that stands in a text. Words are as they stand there: which of them mean something, only the table of diagnoses knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A number of Entra.
    Aadsts(u64),
    /// A number of Partner Center.
    PartnerCenter(u64),
    /// An OAuth `error` or `suberror`, or a `code` that is a word, as the price service has it.
    Word(String),
    /// A number of `google.rpc`, as Octo answers it.
    Octo(u64),
    /// A number without anything that says whose it is.
    Bare(u64),
    /// A number in brackets behind a sentence, as scripts write it. It counts only if it is known.
    Bracketed(u64),
    /// A status near the address of a service, or in the short body of Partner Center's gateway.
    Status(Service, u16),
}

/// Whose the hosts are that stand in the addresses of logs.
const HOSTS: [(&str, Service); 9] = [
    ("login.microsoftonline.", Service::Entra),
    ("login.partner.microsoftonline.", Service::Entra),
    ("login.windows.net", Service::Entra),
    ("sts.windows.net", Service::Entra),
    ("api.partnercenter.microsoft.com", Service::PartnerCenter),
    ("partnercenterapi.microsoftonline.cn", Service::PartnerCenter),
    ("api.partner.microsoft.com", Service::PartnerApi),
    ("api.alphaus.cloud", Service::Octo),
    ("login.alphaus.cloud", Service::Octo),
];

/// What else a code stands behind, in lower case: its own mark, a key in JSON of whatever depth, a parameter. A line end is a blank.
const MARKS: &str = "adst|aad sts|aads ts|aadst s|/error?code|error_codes|code\"|code'|code\\|code&quot;|code%22|<code>|error\"|error'|error\\|\
    error&quot;|error%22|error=|error%3d|error_subcode|pc 1|pc 2|pc 3|pc 4|pc 5|pc 6|pc 7|pc 8|pc 9";

/// Hosts, then labels, then all else that a code stands behind: where none of them is, [`codes_in`] finds nothing but known words, known
/// numbers in brackets, and what [`in_column`] does.
pub fn marks() -> [Vec<&'static str>; 3] {
    [HOSTS.map(|(host, _)| host).to_vec(), LABELS.split('|').collect(), MARKS.split('|').collect()]
}

/// How long the end of a label may be, in bytes.
const LONGEST_LABEL: usize = 60;

/// How far from an address its status is looked for, in bytes.
const NEAR: usize = 300;

/// OAuth words as libraries name their errors after them, in lower case: `InvalidGrantError`, `invalidGrant`. Of the others the joined
/// form is a word of other services too, or of MSAL beside the word that counts (`Classification: ConsentRequired`).
pub const JOINED: [(&str, &str); 4] = [
    ("invalidgrant", "invalid_grant"),
    ("invalidclient", "invalid_client"),
    ("invalidscope", "invalid_scope"),
    ("unauthorizedclient", "unauthorized_client"),
];

/// Whether a word tells something wherever it stands, and not only behind a label: one of OAuth, of Microsoft Graph, of Windows.
pub fn stands_alone(word: &str) -> bool {
    word.contains('_') || word.chars().skip(1).any(|sign| sign.is_ascii_uppercase())
}

/// What every code of Windows' own sign-in (the Web Account Manager) begins with.
pub const WINDOWS: &str = "CAA";

/// A code of Windows' own sign-in, in whatever form: `CAA20003`, `0xcaa20003`, `-895352829`, `WAM_provider_error_3399614467`.
fn of_windows(run: &str, is_word: impl Fn(&str) -> bool) -> Option<String> {
    let last = run.rsplit('_').next()?;
    let hex = last.strip_prefix("0x").unwrap_or(last);
    let number = last.parse::<i64>().ok().and_then(|it| u32::try_from(it & 0xffff_ffff).ok());
    let code = number.map_or_else(|| hex.to_ascii_uppercase(), |number| format!("{number:08X}"));
    let is_one = code.len() == 8 && code.starts_with(WINDOWS) && code.bytes().all(|sign| sign.is_ascii_hexdigit());
    // Eight digits of a hash may begin so, but they are written small.
    let is_told = number.is_none() && (hex.len() < last.len() || hex.starts_with(WINDOWS)) || run.starts_with("WAM_");
    (is_one && (is_told || is_word(&code))).then_some(code)
}

/// The service whose address stands first in a text.
pub fn service_in(text: &str) -> Option<Service> {
    let found = HOSTS.iter().filter_map(|(host, service)| Some((text.find(host)?, *service)));
    found.min_by_key(|(at, _)| *at).map(|(_, service)| service)
}

/// The codes in a [`plain`](super::plain) text, in the order in which they stand there, each once. `is_word` says which words count
/// wherever they stand.
pub fn codes_in(text: &str, is_word: impl Fn(&str) -> bool) -> Vec<Code> {
    // Entra's have five digits at least: less is a part of one.
    let numbers = placed_numbers(text, &is_word).into_iter().filter(|(_, number)| *number >= 10_000);
    let mut found: Vec<(usize, Code)> = numbers.map(|(at, number)| (at, Code::Aadsts(number))).collect();
    marked(text, &mut found);
    found.extend(columns::numbers(text).into_iter().map(|(at, number)| (at, Code::Bare(number))));
    words(text, is_word, &mut found);
    statuses(text, &mut found);
    if found.is_empty() {
        bare(text, &mut found);
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

/// What stands behind the marks that programs put before a number or a word.
fn marked(text: &str, found: &mut Vec<(usize, Code)>) {
    let lower = text.to_ascii_lowercase();
    let octo = text.contains("\"details\"") && !text.contains("\"description\"");
    let own = ["/error?code", "error_codes", "code", "statuscode", "pc", "error", "error_subcode", "("];
    for mark in LABELS.split('|').chain(own) {
        for (at, _) in lower.match_indices(mark).take(4 * MOST) {
            let (Some(before), Some(rest)) = (text.get(..at), text.get(at + mark.len()..)) else { continue };
            let value = rest.trim_start_matches(|sign| " \t\r\n:=\"'\\|,>[".contains(sign));
            let between = rest.strip_suffix(value).unwrap_or_default();
            let in_json = between.starts_with(['"', '\'']) && between.contains(':') && !between.contains('[');
            let is_key = in_json && before.ends_with(['"', '\'']);
            let (read, word) = (number(value), || word(value).map(Code::Word));
            let code = match (mark, read) {
                // `https://login.microsoftonline.com/error?code=50011`
                ("/error?code", Some((code, _))) if between == "=" => Some(Code::Aadsts(code)),
                // `"error_codes":[70002,"54005"]`
                ("error_codes", _) if between.contains('[') => {
                    let all = value.split(']').next().unwrap_or_default().split(',').take(MOST);
                    let all = all.map_while(|one| number(one.trim_start_matches(|sign| " \n\"'\\".contains(sign))));
                    found.extend(all.map(|(code, _)| (at, Code::Aadsts(code))));
                    None
                }
                // `error_codes=500133`
                ("error_codes", Some((code, _))) if between == "=" => Some(Code::Aadsts(code)),
                // `"code":900421`, `"code":"accessDenied"`
                ("code", Some((code, _))) if is_key && octo => Some(Code::Octo(code)),
                ("code", Some((code, _))) if is_key => Some(Code::PartnerCenter(code)),
                ("code", None) if is_key => word(),
                // `<Code>900421</Code>`
                ("code", Some((code, _))) if before.ends_with('<') && between == ">" => Some(Code::Bracketed(code)),
                // `"statusCode":429`
                ("statuscode", Some((code, _))) if is_key => {
                    u16::try_from(code).ok().map(|status| Code::Status(Service::PartnerCenter, status))
                }
                // `PC 900421`, as a screen shows it
                ("pc", Some((code, _))) if between == " " && !before.ends_with(char::is_alphanumeric) => {
                    Some(Code::PartnerCenter(code)).filter(|_| text.get(at..).is_some_and(|it| it.starts_with("PC")))
                }
                // `"error":"invalid_grant"`, `'suberror': 'basic_action'`, `error=access_denied&`
                ("error" | "error_subcode", _) if in_json || between.starts_with('=') => word(),
                // `MFA required. (10001)`
                ("(", Some((code, after))) if between.is_empty() && code >= 1_000 => {
                    let rest = after.strip_prefix(')').map(|rest| rest.trim_start_matches(['.', '"', ' ']));
                    rest.filter(|rest| rest.is_empty() || rest.starts_with('\n')).map(|_| Code::Bracketed(code))
                }
                ("/error?code" | "error_codes" | "code" | "statuscode" | "pc" | "error" | "error_subcode" | "(", _) => {
                    None
                }
                // `Sign-in error code53003Failure reason`
                (_, Some((code, _))) if between.is_empty() => (code >= 10_000).then_some(Code::Bracketed(code)),
                // `Sign-in error code  50126`. Shorter ones are statuses and counts, and a date or an ID may begin with a number.
                (_, Some((code, after))) => {
                    let counts = code >= 1_000 && !goes_on(after);
                    let apart = || grouped(value).map(|(code, _)| Code::Bracketed(code));
                    if counts { Some(Code::Bare(code)) } else { apart() }
                }
                // `ErrorCode: invalid_grant`
                (_, None) => farther(rest).or_else(|| word().filter(|_| !between.is_empty())),
            };
            found.extend(code.map(|code| (at, code)));
        }
    }
}

/// The number behind a label that goes on: `Code d'erreur de connexion : 50126`, `error code(s) from server: [50055]`.
fn farther(rest: &str) -> Option<Code> {
    let tail = rest.trim_start_matches(|sign: char| sign.is_alphabetic() || " ()'\u{2019}".contains(sign));
    let value = tail.trim_start_matches(|sign| " \t\r\n:=\"|,[({-".contains(sign));
    let skipped = rest.strip_suffix(value).filter(|skipped| !skipped.ends_with(char::is_alphanumeric))?;
    let (code, after) = number(value).filter(|_| skipped.len() <= LONGEST_LABEL)?;
    (code >= 10_000 && !goes_on(after)).then_some(Code::Bracketed(code))
}

fn goes_on(after: &str) -> bool {
    // A column with gaps is one of floats to some.
    let mut signs = after.strip_prefix(".0").unwrap_or(after).chars();
    match signs.next() {
        Some('-' | '.' | ':') => signs.next().is_some_and(char::is_alphanumeric),
        Some(sign) => sign.is_ascii_alphanumeric() || sign == '_',
        None => false,
    }
}

/// An OAuth word by itself, in whatever brackets or quotes and in either shape, but not as a part of a path or a longer word.
fn words(text: &str, is_word: impl Fn(&str) -> bool, found: &mut Vec<(usize, Code)>) {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '/');
    let mut from = 0;
    for run in text.split(|sign| !is_part(sign)) {
        let lower = run.to_ascii_lowercase();
        let lower = lower.trim_end_matches("error").trim_end_matches("exception");
        let joined = JOINED.iter().find(|(joined, _)| *joined == lower).map(|(_, word)| *word);
        let word = joined.unwrap_or(run);
        if stands_alone(word) && is_word(word) {
            found.push((from, Code::Word(word.to_owned())));
        }
        found.extend(run.split('/').filter_map(|part| of_windows(part, &is_word)).map(|code| (from, Code::Word(code))));
        from += run.len() + text.get(from + run.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
}

/// `403 Client Error: Forbidden for url: https://api.partner.microsoft.com/…`, `GET https://… -> 403`.
fn statuses(text: &str, found: &mut Vec<(usize, Code)>) {
    const BEFORE: &str = "http|http/1.1|http/1.0|http/2|status|code|error|returned|->|→|=>|failed";
    const AFTER: &str = "client error|server error|bad request|unauthorized|forbidden|not found|too many|internal server|\
        bad gateway|service unavailable|gateway time|conflict";
    for (host, service) in HOSTS {
        for (at, _) in text.match_indices(host).take(MOST) {
            let (before, rest) = (text.get(..at).unwrap_or_default(), text.get(at..).unwrap_or_default());
            if let Some(status) = in_a_log(before, rest) {
                found.extend(Some((at, Code::Status(service, status))).filter(|_| (400..600).contains(&status)));
                continue;
            }
            let around = text.as_bytes().get(at.saturating_sub(NEAR)..text.len().min(at + NEAR)).unwrap_or_default();
            let around = String::from_utf8_lossy(around).to_lowercase();
            let status = around.match_indices(['4', '5']).find_map(|(at, _)| {
                let (before, rest) = around.split_at_checked(at)?;
                let (status, after) = number(rest).filter(|(status, _)| (400..600).contains(status))?;
                let alone = before.trim_end_matches(['"', ' ', ':', '=', '(', '\'', '\n']);
                let told = BEFORE.split('|').any(|cue| alone.ends_with(cue))
                    || AFTER.split('|').any(|cue| after.trim_start_matches([' ', ')', ':', '(', '-']).starts_with(cue));
                let begins = before.is_empty() || alone.len() < before.len() || before.ends_with(['>', '→']);
                (told && begins && !goes_on(after)).then_some(u16::try_from(status).ok()?)
            });
            found.extend(status.map(|status| (at, Code::Status(service, status))));
        }
    }
}

/// The status of a call where a line of a log has it: `GET https://HOST/path 403`, `"GET https://HOST/ HTTP/1.1" 403`,
/// `403 GET https://HOST/path`, and our own `GET HOST /path 403 120`.
fn in_a_log(before: &str, rest: &str) -> Option<u16> {
    const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let status = |word: &str| word.parse().ok().filter(|status| word.len() == 3 && (100..600).contains(status));
    let before = before.lines().next_back()?.trim_end_matches("https://").trim_end_matches([' ', '"', '\'']);
    let before = METHODS.iter().find_map(|method| before.strip_suffix(method))?;
    let words =
        rest.lines().next()?.split_whitespace().skip(1).map(|word| word.trim_matches(['"', '\'', '(', ')', ',', ';']));
    let mut behind = words.skip_while(|word| word.starts_with('/') || word.starts_with("HTTP/") || word.is_empty());
    let in_front = || status(before.trim_end_matches([' ', '"', '\'']).rsplit(' ').next()?);
    behind.next().and_then(status).or_else(in_front)
}

/// Numbers and nothing else but what people put around one, as typed on a command line: `error 50011`, `7 000 215`.
fn bare(text: &str, found: &mut Vec<(usize, Code)>) {
    const AROUND: [&str; 7] = ["error", "code", "number", "entra", "azure", "ad", "fehler"];
    if text.len() > BARE {
        return;
    }
    let is_around = |sign: char| sign.is_whitespace() || "\"'.,;:!?()[]#".contains(sign);
    let words = text.split(char::is_whitespace).map(|word| word.trim_matches(is_around));
    let words: Vec<&str> = words.filter(|word| !AROUND.iter().any(|it| word.eq_ignore_ascii_case(it))).collect();
    let joined = words.join(",");
    if let Some((code, "" | ".0")) = grouped(joined.trim_matches(',')) {
        return found.push((0, Code::Bare(code)));
    }
    // `Entra 429` is a status.
    let is_alone = words.len() == text.split_whitespace().count();
    let plain = joined.trim_end_matches(".0");
    if plain.chars().all(|sign| sign.is_ascii_digit() || ",;[]".contains(sign)) {
        let numbers = plain.split(|sign: char| !sign.is_ascii_digit()).filter_map(number).enumerate();
        let numbers = numbers.filter(|(_, (code, _))| is_alone || *code >= 10_000);
        found.extend(numbers.map(|(at, (code, _))| (at, Code::Bare(code))));
    }
}

/// The word that `text` begins with: at most 64 letters, digits and low lines.
fn word(text: &str) -> Option<String> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = text.bytes().take(64).take_while(is_part).count();
    text.get(..length).filter(|word| !word.is_empty()).map(str::to_owned)
}
