//! What a person pasted where the answer of the sign-in belongs: told apart by kind, so that each wrong thing gets its own
//! sentence.
//!
//! The code ends before `&`; the whole address, a query string or the bare code will do (RFC 6749, 4.1.2; the parameters that
//! Entra adds are in entra-docs, v2-oauth2-auth-code-flow).

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::microsoft::{self, plain};
use crate::words::ids::{looks_like_guid, looks_like_secret_key};
use crate::words::{AuthCode, Failure, Secret};

/// What was pasted.
#[derive(Debug)]
pub enum Pasted {
    /// A code. `state` is what came with it; a bare code has none.
    Code {
        /// The code.
        code: AuthCode,
        /// The `state` beside it.
        state: Option<Secret>,
        /// Whether it came in an address or query string, in which `state` must then be, too.
        in_address: bool,
    },
    /// The sign-in ended with an error: on the redirect address, or on Microsoft's own page, copied from there.
    Refused {
        /// What Entra said.
        failure: Box<Failure>,
        /// The `state` beside it; a page has none.
        state: Option<Secret>,
    },
}

/// Why a paste was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongPaste {
    /// Nothing.
    Empty,
    /// The address that *starts* the sign-in; with the guide's `redirect_url=` mistake or without.
    SignInAddress {
        /// Whether it has the mistake.
        redirect_url: bool,
    },
    /// An access or ID token.
    Token,
    /// A GUID.
    Guid,
    /// A client secret.
    SecretKey,
    /// An address without a code.
    NoCode,
    /// More than one code.
    TwoCodes,
    /// Something with blanks or signs that no code has, or too short to be one.
    NotACode,
    /// The address belongs to another sign-in.
    OtherSignIn,
    /// The address ends before `state`.
    CutOff,
    /// The whole address of a sign-in that another link began, such as the guide's, which has no `state`.
    OtherLink,
    /// Microsoft's page for apps that catch no answer, once it has taken the code out of its address.
    WrongPlace,
    /// What showed the code left out or changed a part of it.
    Damaged,
    /// A code that was sent before.
    UsedBefore,
    /// A code alone, where an earlier process has sent one: nobody can tell whether it is that one.
    CodeAlone,
}

impl WrongPaste {
    /// What it is, in one sentence.
    pub fn what(self) -> &'static str {
        self.told().0
    }

    /// What to do about it, at whichever door.
    pub fn cure(self) -> &'static str {
        self.told().1
    }

    const fn told(self) -> (&'static str, &'static str) {
        const COPY: &str = "After Accept, copy the whole address from the browser's address bar.";
        match self {
            Self::Empty => ("Nothing was pasted yet.", COPY),
            Self::SignInAddress { redirect_url: true } => (
                "That is the address that starts a sign-in, with redirect_url= as the old guide has it.",
                "Entra only knows redirect_uri and ignores the other. Use the address that octo-csp shows.",
            ),
            Self::SignInAddress { redirect_url: false } => {
                ("That is the address that starts the sign-in, not the one it ends on.", COPY)
            }
            Self::Token => ("That is a token, not an authorization code.", COPY),
            Self::Guid => ("That is a GUID, not an authorization code.", COPY),
            Self::SecretKey => ("That is a secret key, not an authorization code.", COPY),
            Self::NoCode => ("There is no code in this address.", COPY),
            Self::TwoCodes => ("There are two codes in this address.", "Copy one address, once."),
            Self::NotACode => ("That is neither an address nor a code.", COPY),
            Self::OtherSignIn => {
                ("This address belongs to another sign-in.", "Use the newest browser tab, or begin the sign-in again.")
            }
            Self::CutOff => {
                ("The address ends too early: its end is missing.", "Copy it whole, from https:// to the end.")
            }
            Self::OtherLink => (
                "This sign-in was begun with another link, such as the one in the guide: it has no state.",
                "Use the link that octo-csp shows, and paste the address which that one ends on.",
            ),
            Self::WrongPlace => (
                "That is Microsoft's own page for apps without a redirect address; the code is gone from it.",
                "Register http://localhost, give that as the redirect address, and begin the sign-in again.",
            ),
            Self::Damaged => ("The code is damaged: a part was left out or changed where it was shown.", COPY),
            Self::UsedBefore => ("This code was sent before; a code works once.", "Begin the sign-in again."),
            Self::CodeAlone => (
                "A code was sent before, and a code alone does not tell whether it is that one.",
                "Paste the whole address that the browser ended on.",
            ),
        }
    }
}

impl Pasted {
    /// The shortest thing that is taken for a bare code. Entra's are hundreds of characters long; other servers' codes have
    /// at least 128 bits, which is 20 characters or more.
    const SHORTEST: usize = 16;

    /// Tells what `raw` is.
    ///
    /// Where Microsoft shows an error in place of sending the browser back, its page is all that a person has: what was copied
    /// from it counts as the answer, unless there is a real one in the paste.
    pub fn read(raw: &str) -> Result<Self, WrongPaste> {
        let shown = |failure| Self::Refused { failure: Box::new(failure), state: None };
        if let Some(failure) = microsoft::from_page_address(raw) {
            return Ok(shown(failure));
        }
        Self::told(raw).or_else(|wrong| {
            let may_be_a_page = matches!(
                wrong,
                WrongPaste::NoCode | WrongPaste::NotACode | WrongPaste::WrongPlace | WrongPaste::SignInAddress { .. }
            );
            may_be_a_page.then(|| microsoft::from_page(raw)).flatten().map(shown).ok_or(wrong)
        })
    }

    fn told(raw: &str) -> Result<Self, WrongPaste> {
        let shown = plain::signs(raw);
        let mut text = one_line(&shown);
        if text.is_empty() {
            return Err(WrongPaste::Empty);
        }
        for _ in 0..WRAPPERS {
            let Some(inner) = inner(&text) else { break };
            text = inner;
        }
        // Copied from behind `code=` on.
        let is_tail = |(code, _): (&str, &str)| code.len() >= Self::SHORTEST && !code.contains(['=', '?', '/', ':']);
        if text.split_once('&').is_some_and(is_tail) {
            text.insert_str(0, "code=");
        }
        if let Some(parameters) = parameters(&text) {
            return Self::from_parameters(&text, &parameters);
        }
        if text.contains("://") {
            return Err(no_code(&text));
        }
        Self::bare(shown.trim(), &text)
    }

    fn bare(raw: &str, text: &str) -> Result<Self, WrongPaste> {
        if looks_like_guid(text) {
            return Err(WrongPaste::Guid);
        }
        if text.starts_with("eyJ") && text.matches('.').count() >= 2 {
            return Err(WrongPaste::Token);
        }
        if looks_like_secret_key(text) {
            return Err(WrongPaste::SecretKey);
        }
        // A wrapped line has line ends; a sentence has blanks.
        let has_blanks = raw.lines().any(|line| line.trim().contains(char::is_whitespace));
        let fits = text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['&', '=', '?', '"', '<', '>', '{']);
        if has_blanks || !fits || text.len() < Self::SHORTEST {
            let damaged = !has_blanks && text.contains('…');
            return Err(if damaged { WrongPaste::Damaged } else { WrongPaste::NotACode });
        }
        // A bare code was cut out of an address, where it stood percent-encoded.
        let decoded: String = form_urlencoded::parse(text.replace('+', "%2B").as_bytes()).map(|(key, _)| key).collect();
        let code = AuthCode::parse(&decoded).ok_or(WrongPaste::Damaged)?;
        Ok(Self::Code { code, state: None, in_address: false })
    }

    fn from_parameters(text: &str, parameters: &[(String, String)]) -> Result<Self, WrongPaste> {
        let all = |name: &str| {
            parameters
                .iter()
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str())
                .collect::<Vec<_>>()
        };
        let first = |name: &str| all(name).first().copied().filter(|value| !value.is_empty());
        let state = || first("state").map(|state| Secret::new(state.to_owned()));
        if first("client_id").is_some() && first("response_type").is_some() {
            let redirect_url = first("redirect_url").is_some() && first("redirect_uri").is_none();
            return Err(WrongPaste::SignInAddress { redirect_url });
        }
        match all("code").as_slice() {
            [] | [""] => {}
            [code] => {
                let code = AuthCode::parse(code).ok_or(WrongPaste::Damaged)?;
                // Entra puts the session last: where that is there, nothing was cut off.
                if state().is_none() && first("session_state").is_some() {
                    return Err(WrongPaste::OtherLink);
                }
                return Ok(Self::Code { code, state: state(), in_address: true });
            }
            _ => return Err(WrongPaste::TwoCodes),
        }
        if let Some(failure) = microsoft::from_redirect(|name| first(name).map(str::to_owned)) {
            return Ok(Self::Refused { failure: Box::new(failure), state: state() });
        }
        if first("access_token").is_some() || first("id_token").is_some() {
            return Err(WrongPaste::Token);
        }
        Err(if text.contains("://") { no_code(text) } else { WrongPaste::NotACode })
    }
}

/// How many links may be wrapped around an answer.
const WRAPPERS: usize = 4;

/// What tells that an answer or a sign-in is inside, encoded or not.
const INSIDE: [&str; 5] = ["code=", "error=", "code%", "error%", "response_type"];

/// What pages, logs and shells make of the signs between parameters, each as often as a paste may be wrapped.
const ENCODED: [(&str, &str); 11] = [
    ("&amp;", "&"),
    ("&#38;", "&"),
    ("&#x26;", "&"),
    ("\\u0026", "&"),
    ("^&", "&"),
    ("\\&", "&"),
    ("&#61;", "="),
    ("&#x3d;", "="),
    ("\\u003d", "="),
    ("\\=", "="),
    ("\\?", "?"),
];

/// The paste in one line: without the quoting and the encoding of mails, without blanks and what stands around an address.
fn one_line(raw: &str) -> String {
    let lines = raw.lines().map(|line| line.trim_start_matches(['>', '|', ' ']).trim_end_matches(['|', ' ']));
    // A field joins the lines: a quoting sign is then followed by a blank in the middle.
    let mut joined = lines.collect::<String>().replace("> ", "");
    for (sign, usual) in std::iter::repeat_n(ENCODED, WRAPPERS).flatten() {
        if joined.contains(sign) {
            joined = joined.replace(sign, usual);
        }
    }
    // A line of a log goes on behind the address.
    let joined = joined.split(" HTTP/1.").next().unwrap_or_default();
    let mut text: String = joined.chars().filter(|sign| !sign.is_whitespace() && !sign.is_control()).collect();
    // Quoted-printable has each `=` as `=3D`, and a bare one where a line goes on.
    if text.contains("code=3D") && (text.contains("state=3D") || !text.contains("state=")) {
        text = text.split("=3D").map(|part| part.replace('=', "")).collect::<Vec<_>>().join("=");
    }
    text.trim_matches(['"', '\'', '<', '>', '`']).to_owned()
}

/// The address inside the one that a mail program or a messenger made of it, or what was percent-encoded as a whole.
fn inner(text: &str) -> Option<String> {
    let outer = parameters(text).unwrap_or_default();
    let is_own =
        |(name, _): &(String, String)| ["code", "error", "state"].iter().any(|own| name.eq_ignore_ascii_case(own));
    if outer.iter().any(is_own) {
        return None;
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let holds = |text: &str| INSIDE.iter().any(|mark| text.to_ascii_lowercase().contains(mark));
    // Safe Links, Google, Slack and most others, then version 2 of URL Defense, which has signs of its own.
    let carried = outer.into_iter().map(|(_, value)| value).filter(|value| value.starts_with("http"));
    let defended = |value: String| {
        if value.contains("-3A__") { decoded(&value.replace('_', "/").replace('-', "%")) } else { value }
    };
    if let Some(address) = carried.map(defended).find(|value| holds(value)) {
        return Some(address);
    }
    // Version 3 of it, and those that have the address in their path.
    if let Some((_, rest)) = text.split_once("/v3/__") {
        return rest.split("__;").next().map(str::to_owned);
    }
    let from = text.to_ascii_lowercase().find("http%3a").unwrap_or_default();
    let whole = text
        .get(from..)
        .filter(|part| part.contains("%3D") || part.contains("%3d") || part.contains("%25"))
        .map(decoded)?;
    (whole != text && holds(&whole)).then_some(whole)
}

/// What an address without a code is.
fn no_code(text: &str) -> WrongPaste {
    let lower = text.to_ascii_lowercase();
    let place = lower.contains("/wrongplace") || lower.contains("/oauth2/nativeclient");
    if place { WrongPaste::WrongPlace } else { WrongPaste::NoCode }
}

/// The parameters of an address or of a query string; `None` when it is neither.
fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let (_, after) = match text.split_once('?') {
        Some(split) => split,
        None if text.contains("://") => text.split_once('#')?,
        None if ["code=", "error=", "state="].iter().any(|name| text.to_ascii_lowercase().contains(name)) => ("", text),
        None => return None,
    };
    // `response_mode=fragment` puts the parameters behind `#`; a fragment after a query is noise.
    let query = match after.split_once('#') {
        Some((query, fragment)) if query.is_empty() || fragment.contains("code=") && !query.contains("code=") => {
            fragment
        }
        Some((query, _)) => query,
        None => after,
    };
    Some(form_urlencoded::parse(query.trim_start_matches(['?', '&']).as_bytes()).into_owned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::UntrustedText;

    const CODE: &str = "1.AXoAkl-some_opaque.AgABBAIAAADnf";

    fn code_of(raw: &str) -> (String, Option<String>, bool) {
        match Pasted::read(raw) {
            Ok(Pasted::Code { code, state, in_address }) => {
                (code.secret().reveal().to_owned(), state.map(|s| s.reveal().to_owned()), in_address)
            }
            other => panic!("{raw}: {other:?}"),
        }
    }

    #[test]
    fn a_whole_address_a_query_and_a_bare_code_will_do() {
        let state = Some("7f3c".to_owned());
        for raw in [
            format!("https://localhost/?code={CODE}&session_state=7B29111D&state=7f3c"),
            format!(" <http://localhost:8400/?state=7f3c&code={CODE}#> \n"),
            format!("?code={CODE}&amp;state=7f3c"),
            format!("code={CODE}&state=7f3c"),
            format!("http://localhost/#code={CODE}&state=7f3c"),
            "https://localhost/?code=1.AXoAkl-some_op\n  aque.AgABBAIAAADnf&state=7f3c".to_owned(),
        ] {
            assert_eq!(code_of(&raw), (CODE.to_owned(), state.clone(), true), "{raw}");
        }
        assert_eq!(code_of(CODE), (CODE.to_owned(), None, false));
        assert_eq!(code_of("abcdefghijklmnop%2Bq").0, "abcdefghijklmnop+q");
    }

    #[test]
    fn what_mails_and_messengers_made_of_the_address_is_undone() {
        let answer = format!("http://localhost:40237/?code={CODE}&state=7f3c&session_state=X");
        let encoded: String = form_urlencoded::byte_serialize(answer.as_bytes()).collect();
        let twice: String = form_urlencoded::byte_serialize(encoded.as_bytes()).collect();
        let defended = encoded.replace('_', "%5F").replace('-', "%2D").replace("%2F", "_").replace('%', "-");
        let (front, back) = answer.split_at(60);
        for raw in [
            format!(
                "https://eur01.safelinks.protection.outlook.com/?url={encoded}&data=05%7C02&sdata=abc%3D&reserved=0"
            ),
            format!("https://www.google.com/url?q={encoded}&sa=D&source=gmail"),
            format!("https://slack-redir.net/link?url={encoded}"),
            format!("https://urldefense.proofpoint.com/v2/url?u={defended}&d=DwMFaQ&c=x"),
            format!("https://urldefense.com/v3/__{answer}__;!!AbCd!x$"),
            format!("https://secure-web.cisco.com/1AbC/{encoded}"),
            format!(
                "https://eur01.safelinks.protection.outlook.com/?url={}&reserved=0",
                twice.replace("http%253A", "http%3A")
            ),
            encoded,
            twice,
            format!("> {front}\n> {back}"),
            format!(">> {front}\r\n>> {back}\r\n"),
            format!("> {front}> {back}"),
            format!("{}=\n{}", front.replace('=', "=3D"), back.replace('=', "=3D")),
            format!("{}={}", front.replace('=', "=3D"), back.replace('=', "=3D")),
            format!("│ {front} │\n│ {back} │"),
            format!("\u{1b}[4m{answer}\u{1b}[0m"),
            format!("{front}\u{200b}{back}"),
            answer.replace("code=", "Code=").replace("&state=", "&State="),
            answer.replace('&', "&amp;"),
            answer.replace('&', "&amp;amp;"),
            answer.replace('&', "&#38;").replace('=', "&#61;"),
            answer.replace('&', "\\u0026").replace('=', "\\u003d"),
            answer.replace('&', "^&"),
            answer.replace('&', "\\&").replace('=', "\\=").replace('?', "\\?"),
            format!("127.0.0.1 - - \"GET /?code={CODE}&state=7f3c HTTP/1.1\" 200 -"),
            format!("{CODE}&client_info=x&state=7f3c&session_state=X"),
            answer.replace("http://localhost:40237/", "https://login.microsoftonline.com/common/oauth2/nativeclient"),
        ] {
            assert_eq!(code_of(&raw), (CODE.to_owned(), Some("7f3c".to_owned()), true), "{raw}");
        }
    }

    #[test]
    fn an_address_of_another_link_a_page_without_a_code_and_a_damaged_code_are_told() {
        for (raw, kind) in [
            (
                format!("https://localhost/?code={CODE}&session_state=11111111-2222-3333-4444-555555555555"),
                WrongPaste::OtherLink,
            ),
            ("https://login.microsoftonline.com/common/wrongplace".to_owned(), WrongPaste::WrongPlace),
            ("https://login.microsoftonline.com/common/oauth2/nativeclient".to_owned(), WrongPaste::WrongPlace),
            (
                "http://localhost:44939/?code=1.AHO6_RVjy1ps63…iH0HGAQiAu0rwJ2&state=7f3c".to_owned(),
                WrongPaste::Damaged,
            ),
            ("http://localhost/?code=1.AHO6_RVjy1...iH0HGAQ&state=7f3c".to_owned(), WrongPaste::Damaged),
            ("http://localhost/?code=1.AHO6_RVjy1[cut]iH0HGAQ&state=7f3c".to_owned(), WrongPaste::Damaged),
            ("http://localhost/?code=1.AHO6_RV***&state=7f3c".to_owned(), WrongPaste::Damaged),
            ("1.AHO6_RVjy1ps63…iH0HGAQiAu0rwJ2".to_owned(), WrongPaste::Damaged),
        ] {
            assert_eq!(Pasted::read(&raw).unwrap_err(), kind, "{raw}");
        }
        // Without a session it may have been cut off: only the open sign-in tells.
        assert!(matches!(
            Pasted::read(&format!("https://localhost/?code={CODE}")),
            Ok(Pasted::Code { state: None, .. })
        ));
    }

    #[test]
    fn the_code_ends_before_the_next_parameter() {
        let (code, _, _) = code_of(&format!("https://localhost/?code={CODE}&client_info=x"));
        assert_eq!(code, CODE);
        let tail = Pasted::read(&format!("{CODE}&session_state=11111111-2222-3333-4444-555555555555"));
        assert_eq!(tail.unwrap_err(), WrongPaste::OtherLink);
    }

    #[test]
    fn wrong_things_are_told_apart() {
        let kinds = [
            ("", "Empty"),
            ("  \n ", "Empty"),
            (
                "https://login.microsoftonline.com/common/oauth2/authorize?client_id=x&response_type=code&redirect_url=y",
                "SignInAddress { redirect_url: true }",
            ),
            (
                "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Flogin.example%2Fauthorize%3Fclient_id%3Dx%26response_type%3Dcode%26redirect_uri%3Dy&reserved=0",
                "SignInAddress { redirect_url: false }",
            ),
            (
                "https://login.example/t/oauth2/v2.0/authorize?client_id=x&response_type=code&redirect_uri=y",
                "SignInAddress { redirect_url: false }",
            ),
            ("eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRwcyJ9.c2ln", "Token"),
            ("8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204", "Guid"),
            ("abc8Q~somethingSomethingSomething12345", "SecretKey"),
            ("https://localhost/", "NoCode"),
            ("https://localhost/?code=", "NoCode"),
            ("https://localhost/?code=a&code=b", "TwoCodes"),
            ("no idea what this is", "NotACode"),
            ("short", "NotACode"),
        ];
        for (raw, kind) in kinds {
            assert_eq!(format!("{:?}", Pasted::read(raw).unwrap_err()), kind, "{raw}");
        }
    }

    #[test]
    fn an_error_comes_with_its_sentence() {
        let raw = "http://localhost:12345/?error=access_denied&error_subcode=cancel&state=7f3c&error_description=AADSTS65004%3a+User+declined+to+consent.%0d%0aTrace+ID%3a+3939d04c-d7ba-42bf-9cb7-1e5854cdce9e";
        let Ok(Pasted::Refused { failure, state }) = Pasted::read(raw) else { panic!("no error") };
        assert_eq!(failure.error, UntrustedText::some("access_denied"));
        assert_eq!(failure.suberror, UntrustedText::some("cancel"));
        assert_eq!(failure.codes, [65004]);
        assert!(state.unwrap().same_as("7f3c"));
    }

    #[test]
    fn the_text_of_an_error_page_is_an_answer() {
        let id = "3939d04c-d7ba-42bf-9cb7-1e5854cdce9e";
        for raw in [
            format!(
                "AADSTS50011: The redirect URI 'http://localhost' does not match. Trace ID: {id}\nCorrelation ID: {id}"
            ),
            format!(
                "Sorry, but we’re having trouble signing you in.\nRequest Id: {id}\nCorrelation Id: {id}\nTimestamp: 2026-01-01T00:00:00Z\nMessage: AADSTS50011: The redirect URI 'https://a/?x=1' is wrong."
            ),
            format!("要求 ID：{id}\n相関 ID：{id}\nメッセージ：ＡＡＤＳＴＳ５００１１"),
            format!("<p>Message: AADSTS50011: x.</p> Korrelations-ID: {id}"),
            // As a field joins it.
            format!("Message: AADSTS50011: Is it wrong?Trace ID{id}Correlation ID{id}"),
            "AADSTS50011".to_owned(),
            "https://login.microsoftonline.com/error?code=50011".to_owned(),
        ] {
            let Ok(Pasted::Refused { failure, state: None }) = Pasted::read(&raw) else { panic!("{raw}") };
            assert_eq!(failure.codes, [50_011], "{raw}");
            assert_eq!(failure.error, None, "{raw}");
            let given = raw.contains(id).then(|| UntrustedText::new(id));
            assert_eq!(failure.correlation_id, given, "{raw}");
        }
    }

    #[test]
    fn an_answer_counts_more_than_a_number_beside_it() {
        let raw = format!("https://localhost/?code={CODE}&state=7f3c#AADSTS50011");
        assert!(matches!(Pasted::read(&raw), Ok(Pasted::Code { .. })));
        assert!(matches!(
            Pasted::read("https://localhost/error?code=1.AXoAkl-some_opaque&state=s"),
            Ok(Pasted::Code { .. })
        ));
        assert!(matches!(Pasted::read("50011"), Err(WrongPaste::NotACode)));
    }

    #[test]
    fn long_and_odd_pastes_do_no_harm() {
        for raw in [
            "\u{1b}[2J".repeat(20_000),
            "&=?#%".repeat(13_000),
            format!("code={}", "%".repeat(65_536)),
            "本".repeat(70_000),
            "AADSTS".repeat(20_000),
            format!("AADSTS50011 {}", "Trace ID: 本".repeat(9_000)),
        ] {
            let _kind = format!("{:?}", Pasted::read(&raw));
        }
    }
}
