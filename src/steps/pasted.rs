//! What a person pasted where the answer of the sign-in belongs: told apart by kind, so that each wrong thing gets its own
//! sentence.
//!
//! The code ends before `&`; the whole address, a query string or the bare code will do (RFC 6749, 4.1.2; the parameters that
//! Entra adds are in entra-docs, v2-oauth2-auth-code-flow).

use url::form_urlencoded;

use crate::microsoft;
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
            let may_be_a_page =
                matches!(wrong, WrongPaste::NoCode | WrongPaste::NotACode | WrongPaste::SignInAddress { .. });
            may_be_a_page.then(|| microsoft::from_page(raw)).flatten().map(shown).ok_or(wrong)
        })
    }

    fn told(raw: &str) -> Result<Self, WrongPaste> {
        let joined: String = raw.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let text = joined.trim_matches(['"', '\'', '<', '>', '`']).replace("&amp;", "&");
        if text.is_empty() {
            return Err(WrongPaste::Empty);
        }
        if let Some(parameters) = parameters(&text) {
            return Self::from_parameters(&text, &parameters);
        }
        if text.contains("://") {
            return Err(WrongPaste::NoCode);
        }
        Self::bare(raw.trim(), &text)
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
            return Err(WrongPaste::NotACode);
        }
        // A bare code was cut out of an address, where it stood percent-encoded.
        let decoded: String = form_urlencoded::parse(text.replace('+', "%2B").as_bytes()).map(|(key, _)| key).collect();
        let code = AuthCode::parse(&decoded).ok_or(WrongPaste::NotACode)?;
        Ok(Self::Code { code, state: None, in_address: false })
    }

    fn from_parameters(text: &str, parameters: &[(String, String)]) -> Result<Self, WrongPaste> {
        let all = |name: &str| {
            parameters.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>()
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
                let code = AuthCode::parse(code).ok_or(WrongPaste::NotACode)?;
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
        Err(if text.contains("://") { WrongPaste::NoCode } else { WrongPaste::NotACode })
    }
}

/// The parameters of an address or of a query string; `None` when it is neither.
fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let (_, after) = match text.split_once('?') {
        Some(split) => split,
        None if text.contains("://") => text.split_once('#')?,
        None if ["code=", "error=", "state=", "session_state="].iter().any(|name| text.contains(name)) => ("", text),
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
    fn the_code_ends_before_the_next_parameter() {
        let (code, _, _) = code_of(&format!("https://localhost/?code={CODE}&session_state=x"));
        assert_eq!(code, CODE);
        assert!(matches!(
            Pasted::read(&format!("{CODE}&session_state=")),
            Err(WrongPaste::NotACode) | Ok(Pasted::Code { .. })
        ));
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
