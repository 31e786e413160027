//! Searching a text for a secret, in seven encodings: as it is, percent-encoded, base64, base64 for addresses, hexadecimal,
//! as a JSON string, and backwards.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::words::Secret;

/// A shorter value is no secret of ours, and would be found everywhere.
const SHORTEST: usize = 8;

/// Characters of a secret that must match: a piece of it is a leak too.
const PIECE: usize = 16;

/// What an item holds beside its secrets: ids that a report may show.
const NO_SECRETS: [&str; 3] = ["redirect", "tenant", "application"];

/// The encoding in which a kept item, or a piece of 16 bytes of it, stands in `text`. Of an item with several values each that is
/// secret is looked for.
pub fn encoding_in(text: &str, item: &Secret) -> Option<&'static str> {
    let values: Result<BTreeMap<String, Value>, _> = serde_json::from_str(item.reveal());
    let Ok(values) = values else {
        return encoding_of(item.reveal(), text);
    };
    let secret = values.iter().filter(|(name, _)| !NO_SECRETS.contains(&name.as_str()));
    secret.filter_map(|(_, value)| value.as_str()).find_map(|value| encoding_of(value, text))
}

fn encoding_of(value: &str, text: &str) -> Option<&'static str> {
    if value.len() < SHORTEST {
        return None;
    }
    let decoded = Zeroizing::new(percent_decode_str(text).collect::<Vec<u8>>());
    let unescaped = Zeroizing::new(text.replace("\\/", "/").replace("\\\\", "\\"));
    let reversed: Zeroizing<Vec<u8>> = Zeroizing::new(value.bytes().rev().collect());
    let hexadecimal = Zeroizing::new(hex::encode(value));
    let lower = Zeroizing::new(text.to_ascii_lowercase());
    let found = [
        ("raw", holds(text.as_bytes(), value.as_bytes())),
        ("percent", holds(&decoded, value.as_bytes())),
        ("base64", in_base64(text, value, &STANDARD_NO_PAD)),
        ("base64url", in_base64(text, value, &URL_SAFE_NO_PAD)),
        ("hexadecimal", holds(lower.as_bytes(), hexadecimal.as_bytes())),
        ("JSON", holds(unescaped.as_bytes(), value.as_bytes()) || in_json(text, value)),
        ("reversed", holds(text.as_bytes(), &reversed)),
    ];
    found.into_iter().find_map(|(encoding, is_there)| is_there.then_some(encoding))
}

/// Whether a piece of `value` stands in `text`: any of its windows, so that a cut-off secret is found as well. A piece of 16 bytes has a
/// half that begins at a ninth byte of the text, so only those are looked up.
fn holds(text: &[u8], value: &[u8]) -> bool {
    const HALF: usize = PIECE / 2;
    if value.len() < PIECE {
        return text.windows(value.len()).any(|window| window == value);
    }
    let halves: HashSet<&[u8]> = value.windows(HALF).collect();
    (0..text.len()).step_by(HALF + 1).any(|at| {
        let is_there = text.get(at..at + HALF).is_some_and(|half| halves.contains(half));
        let around = text.get(at.saturating_sub(HALF)..text.len().min(at + PIECE)).unwrap_or_default();
        is_there && around.windows(PIECE).any(|piece| value.windows(PIECE).any(|own| own == piece))
    })
}

/// The value may begin at any byte of the encoded whole: three alignments, without what its neighbours change.
fn in_base64(text: &str, value: &str, engine: &base64::engine::general_purpose::GeneralPurpose) -> bool {
    (0..3).any(|skip| {
        let rest = value.as_bytes().get(skip..).unwrap_or_default();
        let whole = rest.len() - rest.len() % 3;
        let encoded = Zeroizing::new(engine.encode(rest.get(..whole).unwrap_or_default()));
        !encoded.is_empty() && holds(text.as_bytes(), encoded.as_bytes())
    })
}

fn in_json(text: &str, value: &str) -> bool {
    let Ok(json) = serde_json::to_string(value).map(Zeroizing::new) else {
        return false;
    };
    let inner = json.trim_matches('"');
    let mut all = Zeroizing::new(String::new());
    for unit in value.encode_utf16() {
        let _infallible = write!(all, "\\u{unit:04x}");
    }
    holds(text.as_bytes(), inner.as_bytes()) || text.to_ascii_lowercase().contains(all.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_open_sign_in_the_ids_may_be_shown_and_nothing_else() {
        let (state, verifier) = ("7f3c9a1be2d84c5f90aa", "V3rifier-of-forty-three-characters-or-more-1");
        let tenant = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
        let application = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
        let redirect = "http://localhost:8400/callback";
        let kept = serde_json::json!({
            "state": state, "verifier": verifier, "redirect": redirect, "tenant": tenant, "application": application,
        });
        let kept = Secret::new(kept.to_string());
        for id in [tenant, application, redirect] {
            assert_eq!(encoding_in(&format!("it is {id}."), &kept), None, "{id}");
        }
        for secret in [state, verifier] {
            assert_eq!(encoding_in(&format!("it is {secret}."), &kept), Some("raw"), "{secret}");
        }
    }

    const VALUE: &str = "abc8Q~x/y+z\"Lm_No.Pq-Rs%Tu";

    fn found(text: &str) -> Option<&'static str> {
        encoding_in(text, &Secret::new(VALUE.to_owned()))
    }

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        let each = |form: fn(u8) -> String| VALUE.bytes().map(form).collect::<Vec<_>>().concat();
        let percent = each(|byte| format!("%{byte:02X}"));
        let hex = each(|byte| format!("{byte:02X}"));
        let reversed: String = VALUE.chars().rev().collect();
        let json = serde_json::to_string(VALUE).unwrap();
        for (text, encoding) in [
            (format!("x {VALUE} y"), "raw"),
            (format!("?a={percent}&b"), "percent"),
            (STANDARD_NO_PAD.encode(VALUE), "base64"),
            (URL_SAFE_NO_PAD.encode(format!("~~?>~~{VALUE}??")), "base64"),
            (format!("0x{hex}"), "hexadecimal"),
            (json, "JSON"),
            (reversed, "reversed"),
        ] {
            assert!(found(&text).is_some(), "{encoding}: {text}");
        }
        for neighbours in ["", "a", "ab", "abc"] {
            let text = STANDARD_NO_PAD.encode(format!("{neighbours}{VALUE}{neighbours}"));
            assert!(found(&text).is_some(), "{neighbours}");
        }
    }

    #[test]
    fn a_piece_of_sixteen_bytes_is_found_wherever_it_stands_and_one_of_fifteen_is_none() {
        for from in 0..=VALUE.len() - PIECE {
            for before in 0..=PIECE {
                let piece =
                    |size: usize| format!("{}{} and so on", "-".repeat(before), VALUE.get(from..from + size).unwrap());
                assert!(found(&piece(PIECE)).is_some(), "{from} {before}");
                assert_eq!(found(&piece(PIECE - 1)), None, "{from} {before}");
            }
        }
    }

    #[test]
    fn a_piece_is_a_leak_and_other_text_is_none() {
        assert!(found(VALUE.get(4..22).unwrap()).is_some());
        assert_eq!(found("Contoso Ltd, MPN 6271154, abc8Q~ and nothing more"), None);
        assert_eq!(encoding_in("short", &Secret::new("short".to_owned())), None);
        assert_eq!(encoding_in("", &Secret::new(VALUE.to_owned())), None);
    }
}
