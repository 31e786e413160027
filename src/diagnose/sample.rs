//! The table read from the other side: from a name, a pasted text or a row to what a person is told, without a failure at hand.

use super::row::{Context, Platform, Row, Sign, When};
use super::table::{known_by, row, rows};
use super::tell::{Diagnosis, diagnose};
use crate::microsoft::codes::{Code, codes_in};
use crate::words::{Audience, Cause, Failure, Service, Step, UntrustedText};

/// The longest text that is taken for the name of a row.
const NAME: usize = 60;

/// What is known about one code of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// In which circumstances, where the same code means several things.
    pub when: Option<&'static str>,
    /// What a person is told.
    pub diagnosis: Diagnosis,
}

/// The codes in a text as signs. A word that no row has is none, nor is a short number alone that no row has.
pub fn signs_in(text: &str) -> Vec<Sign<'static>> {
    codes_in(text).into_iter().filter_map(sign).collect()
}

fn sign(code: Code) -> Option<Sign<'static>> {
    let is_known = |sign: &Sign<'_>| !known_by(sign).is_empty();
    Some(match code {
        Code::Aadsts(number) => Sign::Aadsts(number),
        Code::PartnerCenter(number) => Sign::Number(Service::PartnerCenter, number),
        Code::Octo(number) => Sign::Number(Service::Octo, number),
        Code::Gateway(status) => Sign::Status(Service::PartnerCenter, status),
        Code::Oauth(word) => of_the_table(&Sign::Oauth(&word))?,
        Code::Word(word) => of_the_table(&Sign::Word(Service::PartnerApi, &word))?,
        Code::Bare(number) => {
            let (entra, center) = (Sign::Aadsts(number), Sign::Number(Service::PartnerCenter, number));
            if is_known(&entra) || number >= 10_000 && !is_known(&center) {
                entra
            } else {
                Some(center).filter(is_known)?
            }
        }
    })
}

/// The sign as a row has it, which lives longer than the text.
fn of_the_table(sign: &Sign<'_>) -> Option<Sign<'static>> {
    known_by(sign).first()?.signs.iter().copied().find(|known| known == sign)
}

/// Explains every code in `text`, or the row that `text` names: by its key or by the short name that a screen shows.
pub fn explain(text: &str) -> Vec<Explanation> {
    let found = signs_in(text);
    let mut explained: Vec<Explanation> = Vec::new();
    for sign in &found {
        for explanation in about(*sign) {
            if !explained.contains(&explanation) {
                explained.push(explanation);
            }
        }
    }
    // `invalid_client` beside its number says nothing of its own.
    let is_word = |sign: &Sign<'_>| matches!(sign, Sign::Oauth(_));
    let is_numbered = |sign: &Sign<'_>| matches!(sign, Sign::Aadsts(_)) && !known_by(sign).is_empty();
    if found.iter().any(is_numbered) {
        let (words, others): (Vec<Sign<'_>>, Vec<Sign<'_>>) = found.into_iter().partition(is_word);
        let of = |signs: Vec<Sign<'static>>| signs.into_iter().flat_map(about).collect::<Vec<_>>();
        let (words, others) = (of(words), of(others));
        explained.retain(|it| !words.contains(it) || others.contains(it));
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

/// Everything the table says about a sign: in general first, then in circumstances of their own.
fn about(sign: Sign<'static>) -> Vec<Explanation> {
    let mut meant = known_by(&sign).to_vec();
    meant.sort_by_key(|row| row.when != When::Always);
    if meant.is_empty() {
        let diagnosis = diagnose(&sign.failure(Service::Entra), &Context::default());
        return vec![Explanation { when: None, diagnosis }];
    }
    meant
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
        let mut service = Service::Entra;
        match self.when {
            When::Always => {}
            When::SecretIsGuid => context.secret_is_guid = true,
            When::SecretIsNew => context.secret_is_new = true,
            When::CodeSent => context.code_sent = true,
            When::For(audience) => context.audience = Some(audience),
            When::FromPrices => service = Service::PartnerApi,
            When::In(step) => context.step = Some(step),
            When::On(place) => context.place = place,
        }
        (sign.failure(service), context)
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
            let code = diagnose(&failure, &context).code;
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
            Self::Aadsts(code) => Failure { codes: vec![code], ..refused(service) },
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
    pub fn words(self) -> Option<&'static str> {
        Some(match self {
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
        })
    }
}

impl Platform {
    fn words(self) -> &'static str {
        match self {
            Self::Any => "On any machine",
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
        for text in ["", " ", "hello", "\u{fffd}\0\u{1b}[2J", &"x".repeat(500)] {
            assert!(explain(text).is_empty(), "{text:?}");
        }
    }
}
