//! The table read from the other side: from a name, a pasted text or a row to what a person is told, without a failure at hand.

use std::borrow::Cow;

use super::row::{Context, Platform, Row, Sign, When};
use super::select::SAYS_NOTHING;
use super::sentences;
use super::table::{UNKNOWN, known_by, row, rows};
use super::tell::{Diagnosis, code, diagnose};
use crate::microsoft;
use crate::microsoft::codes::{Code, WINDOWS, codes_in};
use crate::microsoft::plain::plain;
use crate::words::{Audience, Cause, Failure, Service, Step, UntrustedText};

/// What stands in the table for every code of Windows' own sign-in that it does not name.
const ANY_OF_WINDOWS: &str = "CAA...";

/// The longest text that is taken for the name of a row.
const NAME: usize = 60;

/// What is known about one code of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// In which circumstances, where the same code means several things.
    pub when: Option<Cow<'static, str>>,
    /// What a person is told.
    pub diagnosis: Diagnosis,
}

/// The codes in a text as signs. A word that no row has is none, nor is a short number alone that no row has.
#[cfg(any(test, feature = "test-door"))]
pub fn signs_in(text: &str) -> Vec<Sign<'static>> {
    signs_of(&plain(text, is_known_word))
}

pub(super) fn signs_of(plain: &str) -> Vec<Sign<'static>> {
    let mut signs = Vec::new();
    for sign in codes_in(plain, is_known_word).into_iter().flat_map(meant) {
        if !signs.contains(&sign) {
            signs.push(sign);
        }
    }
    signs
}

/// Whether the table has this OAuth word, or this number of Entra or Partner Center.
pub(super) fn is_known_word(word: &str) -> bool {
    word.parse().map_or_else(|_no_number| is_known(&Sign::Oauth(word)), |number| either(number).iter().any(is_known))
}

fn is_known(sign: &Sign<'_>) -> bool {
    !known_by(sign).is_empty()
}

/// A number as either of the two services may mean it.
fn either(number: u64) -> [Sign<'static>; 2] {
    [Sign::Aadsts(number), Sign::Number(Service::PartnerCenter, number)]
}

fn meant(code: Code) -> Vec<Sign<'static>> {
    let known = |signs: &[Sign<'static>]| signs.iter().copied().filter(is_known).collect::<Vec<_>>();
    match code {
        Code::Aadsts(number) => vec![Sign::Aadsts(number)],
        Code::PartnerCenter(number) => vec![Sign::Number(Service::PartnerCenter, number)],
        Code::Octo(number) => vec![Sign::Number(Service::Octo, number)],
        Code::Status(service, status) => {
            let is_told = is_known(&Sign::Status(service, if status > 500 { 500 } else { status }));
            Some(Sign::Status(service, status)).filter(|_| is_told).into_iter().collect()
        }
        Code::Word(it) => {
            let services = [Service::PartnerApi, Service::PartnerCenter, Service::Entra];
            let words = services.into_iter().map(|service| Sign::Word(service, &it));
            let known = [Sign::Oauth(&it)].into_iter().chain(words).find_map(|sign| of_the_table(&sign));
            let of_windows = || of_the_table(&Sign::Oauth(ANY_OF_WINDOWS)).filter(|_| it.starts_with(WINDOWS));
            known.or_else(of_windows).into_iter().collect()
        }
        Code::Bracketed(number) => known(&either(number)),
        // Nothing says whose it is: every table that has it, or both where none has.
        Code::Bare(number) => match known(&either(number)) {
            none if none.is_empty() && (10_000..10_000_000).contains(&number) => either(number).to_vec(),
            known => known,
        },
    }
}

/// The sign as a row has it, which lives longer than the text.
fn of_the_table(sign: &Sign<'_>) -> Option<Sign<'static>> {
    known_by(sign).first()?.signs.iter().copied().find(|known| known == sign)
}

/// What was found in a text.
#[derive(Debug)]
pub struct Findings {
    /// What the codes and sentences in it mean, the one that says most first.
    pub found: Vec<Explanation>,
    /// The service's own sentence, its ids and the time.
    pub heard: Failure,
    /// Whether there is no more than a word, beside which a number would stand.
    pub lacks_number: bool,
}

/// Finds every code in `text`, or the row that `text` names: by its key or by the short name that a screen shows. Where no known
/// number tells it, sentences do.
pub fn findings(text: &str) -> Findings {
    let plain = plain(text, is_known_word);
    let signs = signs_of(&plain);
    // Graph has words and no numbers.
    let has_number_behind = |word: &str| word.starts_with(WINDOWS) || !word.chars().any(char::is_uppercase);
    let lacks =
        |sign: &Sign<'_>| matches!(sign, Sign::Oauth(word) if *word != ANY_OF_WINDOWS && has_number_behind(word));
    let lacks_number = !signs.is_empty() && signs.iter().all(lacks);
    Findings { found: explained(text, &plain, signs), heard: microsoft::heard(&plain), lacks_number }
}

/// What is found in a text, without what stands beside it.
#[cfg(any(test, feature = "test-door"))]
pub fn explain(text: &str) -> Vec<Explanation> {
    findings(text).found
}

fn explained(text: &str, plain: &str, found: Vec<Sign<'static>>) -> Vec<Explanation> {
    let lower = plain.to_lowercase().replace('\n', " ");
    let word = found.iter().find_map(|sign| if let Sign::Oauth(word) = sign { Some(*word) } else { None });
    // Beside a number the word says nothing of its own, known or not; nor does a status beside anything else.
    let numbered = found.iter().any(|sign| matches!(sign, Sign::Aadsts(_)));
    let mut signs: Vec<Sign<'_>> =
        found.into_iter().filter(|it| !(numbered && matches!(it, Sign::Oauth(_) | Sign::Word(..)))).collect();
    signs.sort_by_key(weight);
    let least = signs.first().map_or(0, weight);
    signs.retain(|sign| weight(sign) == least || weight(sign) < SAYS_LEAST);
    let (known, mut others): (Vec<Sign<'_>>, Vec<Sign<'_>>) = signs.into_iter().partition(|sign| weight(sign) == 0);
    let said = sentences::explained(plain, !known.is_empty());
    let is_told = said.iter().any(|(row, _)| !sentences::is_cause(row));
    others.retain(|sign| {
        let is_status = matches!(sign, Sign::Status(..));
        if is_status { !is_told } else { said.is_empty() || weight(sign) < SAYS_LEAST }
    });
    let said = said.into_iter();
    let said = said.map(|(row, diagnosis)| Explanation { when: row.when.words(), diagnosis });
    let of = |signs: Vec<Sign<'static>>| signs.into_iter().flat_map(|sign| about(sign, &lower, word));
    let mut explained: Vec<Explanation> = Vec::new();
    for explanation in of(known).chain(said).chain(of(others)) {
        let row = explanation.diagnosis.row;
        let is_same = |it: &&mut Explanation| it.when == explanation.when && it.diagnosis.row == row;
        match explained.iter_mut().find(is_same).filter(|_| row != UNKNOWN.key) {
            // A sentence has no name of its own; the word beside it has.
            Some(told) if told.diagnosis.code.bytes().all(|sign| sign.is_ascii_alphabetic()) => {
                told.diagnosis.code = explanation.diagnosis.code;
            }
            Some(_) => {}
            None => explained.push(explanation),
        }
    }
    // `PC 403` is also what a screen shows for a status.
    for named in named(text) {
        let row = named.diagnosis.row;
        explained.retain(|explanation| explanation.diagnosis.row != "unknown");
        if !explained.iter().any(|other| other.diagnosis.row == row) {
            explained.push(named);
        }
    }
    explained
}

/// What is told only where nothing else is.
const SAYS_LEAST: u8 = 4;

/// What says more is lighter: a known number, then one that no row has, a word, a number that points to another one, a status.
fn weight(sign: &Sign<'_>) -> u8 {
    match sign {
        Sign::Oauth(word) if *word == ANY_OF_WINDOWS => SAYS_LEAST,
        Sign::Aadsts(number) | Sign::Number(_, number) if SAYS_NOTHING.contains(number) => 3,
        Sign::Aadsts(_) | Sign::Number(..) => u8::from(!is_known(sign)),
        Sign::Oauth(_) | Sign::Word(..) | Sign::Says(..) | Sign::Cause(_) | Sign::CauseOf(..) => 2,
        Sign::Status(..) => SAYS_LEAST,
    }
}

/// Everything the table says about a sign: in general first, then in circumstances of their own; only one where the text,
/// in lower case, tells which.
fn about(sign: Sign<'static>, lower: &str, word: Option<&str>) -> Vec<Explanation> {
    let mut meant = known_by(&sign).to_vec();
    meant.sort_by_key(|row| row.when != When::Always);
    let has = |number: u16| lower.split(|it: char| !it.is_ascii_digit()).any(|word| word == number.to_string());
    let says = |row: &Row| match row.when {
        When::Saying(part) => lower.contains(part),
        When::WithStatus(status) => has(status),
        When::Always
        | When::SecretIsGuid
        | When::SecretIsNew
        | When::CodeSent
        | When::For(_)
        | When::FromPrices
        | When::In(_)
        | When::On(_) => false,
    };
    let told = meant.iter().copied().find(|row| says(row));
    if meant.is_empty() {
        let failure = Failure { error: word.and_then(UntrustedText::some), ..sign.failure(Service::Entra) };
        return vec![Explanation { when: None, diagnosis: diagnose(&failure, &Context::default()) }];
    }
    told.map_or(meant, |row| vec![row])
        .into_iter()
        .map(|row| {
            let (failure, context) = row.sample(sign);
            Explanation { when: row.when.words(), diagnosis: diagnose(&failure, &context) }
        })
        .collect()
}

/// The rows that `text` names.
fn named(text: &str) -> Vec<Explanation> {
    let text = text.trim();
    if text.is_empty() || text.len() > NAME {
        return Vec::new();
    }
    // Whoever asks has found the rows of a number of Entra by its sign.
    if text.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("AADSTS")) {
        return Vec::new();
    }
    let meant = |row: &Row| {
        row.key.eq_ignore_ascii_case(text) || row.codes().iter().any(|code| code.eq_ignore_ascii_case(text))
    };
    if let Some(failure) = status(text) {
        return vec![Explanation { when: None, diagnosis: diagnose(&failure, &Context::default()) }];
    }
    let by_key = row(text).map(|row| vec![row]);
    let rows = by_key.unwrap_or_else(|| rows().filter(|row| meant(row)).collect());
    rows.into_iter().map(|row| Explanation { when: row.when.words(), diagnosis: row.diagnosis(None) }).collect()
}

/// A status as a screen names it where no row has it for itself: `price 503`.
fn status(text: &str) -> Option<Failure> {
    let (service, status) = text.split_once(' ')?;
    let services = [Service::PartnerCenter, Service::PartnerApi, Service::Octo, Service::Entra];
    let is_named = |of: &Service| of.short().eq_ignore_ascii_case(service);
    let service = services.into_iter().find(is_named)?;
    let status: u16 = status.parse().ok().filter(|s| (501..=599).contains(s))?;
    Some(Failure { status: Some(status), ..Failure::new(service, Cause::Refused) })
}

impl Row {
    /// A failure that is known by `sign`, and the circumstances in which this row is meant.
    pub fn sample(&self, sign: Sign<'static>) -> (Failure, Context<'static>) {
        let mut context = Context::default();
        let (mut service, mut said, mut status) = (Service::Entra, None, None);
        match self.when {
            When::Always => {}
            When::SecretIsGuid => context.secret_is_guid = true,
            When::SecretIsNew => context.secret_is_new = true,
            When::CodeSent => context.code_sent = true,
            When::For(audience) => context.audience = Some(audience),
            When::FromPrices => service = Service::PartnerApi,
            When::In(step) => context.step = Some(step),
            When::On(place) => context.place = place,
            When::Saying(part) => said = UntrustedText::some(part),
            When::WithStatus(own) => status = Some(own),
        }
        let mut failure = sign.failure(service);
        failure.sentence = said.or(failure.sentence);
        failure.status = status.or(failure.status);
        (failure, context)
    }

    /// What a person is told, with `detail` for what only a real failure knows.
    pub fn diagnosis(&self, detail: Option<&str>) -> Diagnosis {
        let sign = self.signs.first().copied();
        let (mut failure, context) = self.sample(sign.unwrap_or(Sign::Cause(Cause::Internal)));
        failure.detail = detail.map(UntrustedText::new);
        diagnose(&failure, &context)
    }

    /// The short names under which screens show this row, each once.
    pub fn codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for sign in self.signs {
            let (failure, context) = self.sample(*sign);
            let code = code(&failure, &context);
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }
}

impl Sign<'static> {
    /// A failure that is known by this sign; `service` where the sign does not name one.
    fn failure(self, service: Service) -> Failure {
        let refused = |service| Failure::new(service, Cause::Refused);
        match self {
            Self::Aadsts(code) if service == Service::Entra => Failure { codes: vec![code], ..refused(service) },
            Self::Aadsts(code) => {
                Failure { sentence: UntrustedText::some(&format!("AADSTS{code}")), ..refused(service) }
            }
            Self::Oauth(word) => Failure { error: UntrustedText::some(word), ..refused(service) },
            Self::Number(of, code) => Failure { codes: vec![code], ..refused(of) },
            Self::Word(of, word) => Failure { error: UntrustedText::some(word), ..refused(of) },
            Self::Says(of, part) => Failure { sentence: UntrustedText::some(part), ..refused(of) },
            Self::Status(of, status) => Failure { status: Some(status), ..refused(of) },
            Self::Cause(cause) => Failure::new(service, cause),
            Self::CauseOf(of, cause) => Failure::new(of, cause),
        }
    }
}

impl When {
    /// In words that begin a line; `None` for the general case.
    pub fn words(self) -> Option<Cow<'static, str>> {
        let words = match self {
            Self::Always => return None,
            Self::SecretIsGuid => "When the value sent as secret is a GUID",
            Self::SecretIsNew => "When the secret was made minutes ago",
            Self::CodeSent => "When the code may have been used already",
            Self::For(Audience::PartnerCenter) => "When a token for Partner Center was asked for",
            Self::For(Audience::PartnerApi) => {
                "When a token for the price service (Microsoft Dev Center) was asked for"
            }
            Self::FromPrices => "When the price service passes it on",
            Self::In(Step::Basic) => "In step 1, Basic Details",
            Self::In(Step::PartnerCenter) => "In step 2, where nobody is signed in",
            Self::In(Step::PartnerApi) => "In step 3, with a person signed in",
            Self::On(place) => place.words(),
            Self::Saying(part) => return Some(format!("When the sentence says \"{part}\"").into()),
            Self::WithStatus(status) => return Some(format!("With HTTP status {status}").into()),
        };
        Some(words.into())
    }
}

impl Platform {
    fn words(self) -> &'static str {
        match self {
            Self::Any => "On any machine",
            Self::Linux => "On Linux",
            Self::LinuxRemote => "On Linux over SSH, or without a desktop session",
            Self::Wsl => "In Windows Subsystem for Linux",
            Self::Mac => "On macOS",
            Self::Windows => "On Windows",
            Self::WindowsRemote => "On Windows over SSH",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(text: &str) -> Vec<&'static str> {
        explain(text).iter().map(|explanation| explanation.diagnosis.row).collect()
    }

    #[test]
    fn a_row_is_found_by_its_key_and_by_every_name_a_screen_shows() {
        for row in rows() {
            assert!(rows_of(row.key).contains(&row.key), "{}", row.key);
            let by_sentence = row.signs.iter().any(|sign| matches!(sign, Sign::Says(..)));
            for code in row.codes() {
                let found = rows_of(&code);
                let right = found.contains(&row.key) || by_sentence && !found.is_empty();
                assert!(right, "{}: {code}: {found:?}", row.key);
            }
        }
    }

    #[test]
    fn a_code_with_several_meanings_is_explained_in_general_first() {
        let explained = explain("AADSTS65001: nobody consented");
        assert!(explained.len() > 1, "{explained:?}");
        assert!(explained.iter().skip(1).all(|other| other.when.is_some()));
    }

    #[test]
    fn the_word_beside_a_known_number_adds_nothing() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000222: expired","error_codes":[7000222]}"#;
        let rows = rows_of(body);
        assert!(!rows.is_empty() && !rows_of("invalid_client").iter().any(|row| rows.contains(row)));
    }

    #[test]
    fn an_unknown_number_is_told_to_be_unknown_and_nothing_is_made_of_other_text() {
        assert_eq!(rows_of("AADSTS99999999"), ["unknown"]);
        assert_eq!(explain("price 503").len(), 1);
        for text in ["", " ", "hello", "\u{fffd}\0\u{1b}[2J", &"x".repeat(500), "took 50,126 ms; 7,000,215 bytes"] {
            assert!(explain(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn the_sentence_tells_which_meaning_of_a_number_is_meant() {
        for (text, rows) in [
            (include_str!("../../tests/it/data/cases/e11-650051-claim-does-not-exist.txt"), ["permission-not-there"]),
            (include_str!("../../tests/it/data/cases/e13-70000-redirect-uri.txt"), ["redirect-differs-from-code"]),
            (
                include_str!("../../tests/it/data/cases/e15-90008-directory-permission.txt"),
                ["directory-permission-missing"],
            ),
        ] {
            assert_eq!(rows_of(text), rows, "{text}");
        }
        // Without a sentence all of them are told, the general one first.
        let all = rows_of("AADSTS650051");
        assert_eq!(all.first(), Some(&"consent-not-set-up"));
        assert_eq!(all.len(), 4, "{all:?}");
        assert_eq!(rows_of("PC 3000"), ["pc-invalid-input", "pc-no-such-partner"]);
    }

    #[test]
    fn the_number_that_says_more_leads() {
        assert_eq!(rows_of("AADSTS70002: x AADSTS50126: y").first(), Some(&"wrong-password"));
        assert_eq!(rows_of("AADSTS99999999 AADSTS70002 AADSTS50126").first(), Some(&"wrong-password"));
        let word = rows_of(r#"{"error":"invalid_grant","error_codes":[99999999]}"#);
        assert_eq!(word, ["unknown"]);
    }

    #[test]
    fn a_bare_number_that_nobody_knows_may_be_either_ones() {
        let codes = |text: &str| explain(text).into_iter().map(|it| it.diagnosis.code).collect::<Vec<_>>();
        assert_eq!(codes("123456"), ["AADSTS123456", "PC 123456"]);
        assert_eq!(codes("AADSTS900421"), ["AADSTS900421"]);
        assert_eq!(rows_of("AADSTS900421"), ["unknown"]);
        assert_eq!(rows_of("PC 50011"), ["unknown"]);
    }
}
