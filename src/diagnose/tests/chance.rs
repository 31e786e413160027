//! Codes and bodies of chance: whatever a service says, a person is told something, and nothing that is not so.
//!
//! Ten thousand of each are a test. More are run by hand: `OCTO_CSP_ROUNDS=500000 cargo test --lib chance`.

use super::*;
use crate::microsoft;
use crate::microsoft::codes::codes_in;

/// Rounds of each of the two tests.
fn count() -> u64 {
    option_env!("OCTO_CSP_ROUNDS").map_or(10_000, |rounds| rounds.parse().unwrap())
}

/// The longest line that a screen gets of one text.
const LONGEST: usize = 400;

/// A small generator of the same numbers on every run.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 16
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap_or_default() % limit
    }

    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

fn rounds(seed: u64, mut play: impl FnMut(&mut Chance)) {
    let mut chance = Chance(seed);
    (0..count()).for_each(|_| play(&mut chance));
}

/// What holds of every diagnosis.
fn expect_clean(diagnosis: &Diagnosis, failure: &Failure) {
    let texts = [&diagnosis.code, &diagnosis.what];
    let texts = texts.into_iter().chain(&diagnosis.why).chain(&diagnosis.fix);
    let owner = diagnosis.who.title();
    let whole = !diagnosis.why.is_empty() && !diagnosis.fix.is_empty() && !owner.is_empty();
    assert!(whole, "{failure:?}: {diagnosis:?}");
    for text in texts {
        let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let harmless = plain || UntrustedText::new(text).as_str() == text;
        let short = text.len() <= LONGEST;
        assert!(!text.is_empty() && harmless && short, "{failure:?}: {text:?}");
    }
}

/// A number as services give them: of any length, near a known one, or known.
fn number(chance: &mut Chance, known: &[u64]) -> u64 {
    match chance.below(4) {
        0 => chance.one(known),
        1 => chance.one(known) + chance.next() % 3,
        2 => chance.next() % 10_000_000,
        _ => chance.next(),
    }
}

fn numbers() -> Vec<u64> {
    let signs = rows().flat_map(|row| row.signs);
    let mut numbers = Vec::new();
    for sign in signs {
        if let Sign::Aadsts(code) | Sign::Number(_, code) = sign {
            numbers.push(*code);
        }
    }
    numbers
}

/// A refusal with this number, and what else services say beside one.
fn refusal(chance: &mut Chance, code: u64) -> Failure {
    let statuses = [None, Some(400), Some(401), Some(403), Some(404), Some(418), Some(429), Some(503), Some(999)];
    let words =
        [None, Some("invalid_grant"), Some("invalid_client"), Some("never_heard_of"), Some("\u{1b}[2J\u{202e}")];
    let mut failure = Failure::new(chance.one(&SERVICES[..4]), Cause::Refused);
    failure.codes = vec![code];
    failure.status = chance.one(&statuses);
    failure.error = chance.one(&words).and_then(UntrustedText::some);
    failure
}

fn circumstances(chance: &mut Chance) -> Context<'static> {
    Context {
        step: chance.one(&[None, Some(Step::PartnerCenter), Some(Step::PartnerApi)]),
        audience: chance.one(&[None, Some(Audience::PartnerCenter), Some(Audience::PartnerApi)]),
        code_sent: chance.below(2) == 0,
        ..Context::default()
    }
}

#[test]
fn codes_of_chance_fall_back_cleanly() {
    let known = numbers();
    let set: BTreeSet<u64> = known.iter().copied().collect();
    rounds(7, |chance| {
        let code = number(chance, &known);
        let failure = refusal(chance, code);
        let diagnosis = diagnose(&failure, &circumstances(chance));
        expect_clean(&diagnosis, &failure);
        let row = row(diagnosis.row);
        let bare = failure.status.is_none() && failure.error.is_none();
        if !set.contains(&code) {
            // The words of a row that lists other numbers only are never shown for this one.
            let is_number = |sign: &Sign<'_>| matches!(sign, Sign::Aadsts(_) | Sign::Number(..));
            let of_others = row.is_some_and(|row| row.signs.iter().all(is_number));
            assert!(!of_others, "{failure:?}: {}", diagnosis.row);
            let named = diagnosis.code.ends_with(&code.to_string());
            let told = diagnosis.row == "unknown" && named && !diagnosis.transient;
            assert!(told || !bare, "{failure:?}: {diagnosis:?}");
        } else if bare && diagnosis.row != "unknown" {
            let own = |sign: &Sign<'_>| matches!(sign, Sign::Aadsts(own) | Sign::Number(_, own) if *own == code);
            let listed = row.is_some_and(|row| row.signs.iter().any(own));
            assert!(listed, "{failure:?}: {}", diagnosis.row);
        }
    });
}

/// Bodies, log lines and addresses as they come.
const BODIES: [&str; 6] = [
    r#"{"error":"invalid_grant","error_description":"AADSTS70002: x. AADSTS54005: y\r\nTrace ID: 1\r\nCorrelation ID: 2","error_codes":[70002,54005]}"#,
    r#"{"code":900421,"description":"%22code%22%3A1","data":["PC 5"],"source":"PartnerFD"}"#,
    r#"{"error":{"code":"accessDenied","message":"AADSTS65002: Consent"}}"#,
    r#"{"code":7,"message":"permission denied","details":[]}"#,
    "http://localhost/?error=access_denied&error_description=AADSTS65004%3a+x&error_subcode=cancel",
    "2026-01-31 09:30 login: AADSTS7000215 {\"statusCode\": 429} \u{1b}]0;x\u{7}\u{202e}",
];

fn mutated(chance: &mut Chance) -> String {
    let mut bytes = chance.one(&BODIES).as_bytes().to_vec();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len());
        match chance.below(4) {
            0 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            1 => bytes.truncate(at.max(1)),
            2 => bytes.insert(at, b"\"\\[]{}:%=0\xc3\xff"[chance.below(12)]),
            _ => drop(bytes.remove(at.min(bytes.len() - 2))),
        }
        if bytes.len() < 4 {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn mutated_bodies_fall_back_cleanly() {
    rounds(11, |chance| {
        let text = mutated(chance);
        assert!(codes_in(&text, |_| true).len() <= 64, "{text}");
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        // A machine that reads pictures takes letters for some.
        let misread = text.to_lowercase().replace('o', "0").replace(['i', 'l'], "1");
        let misread: String = misread.chars().filter(char::is_ascii_digit).collect();
        // Only numbers that stand there; a percent sign can hide a digit.
        let there = |code: &u64| {
            text.contains('%') || [&digits, &misread].into_iter().any(|digits| digits.contains(&code.to_string()))
        };
        for sign in signs_in(&text) {
            let invented = match sign {
                Sign::Aadsts(code) | Sign::Number(_, code) => !there(&code),
                Sign::Oauth(_)
                | Sign::Word(..)
                | Sign::Says(..)
                | Sign::Status(..)
                | Sign::Cause(_)
                | Sign::CauseOf(..) => false,
            };
            assert!(!invented, "{sign:?}: {text}");
        }
        let failure = microsoft::read(chance.one(&SERVICES[..4]), text.as_bytes());
        assert!(failure.codes.iter().all(there), "{failure:?}: {text}");
        let diagnosis = diagnose(&failure, &Context::default());
        expect_clean(&diagnosis, &failure);
    });
}
