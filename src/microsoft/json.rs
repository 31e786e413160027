//! Reading JSON leniently: Microsoft writes numbers as strings, strings as numbers, and a byte order mark in front.

use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::words::UntrustedText;

/// The bytes without a UTF-8 byte order mark, which Partner Center is known to send (Azure/msrest-for-python issue 144).
pub fn without_mark(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        bytes = rest;
    }
    bytes
}

/// Reads the first JSON value; what follows it is ignored. Depth is bounded by `serde_json`.
pub fn first(bytes: &[u8]) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_slice(without_mark(bytes));
    Value::deserialize(&mut reader).ok()
}

/// The same, if it is an object.
pub fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match first(bytes)? {
        Value::Object(map) => Some(map),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

/// The member of that name, whatever its capitals: exact spelling first.
pub fn member<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    map.get(name)
        .or_else(|| map.iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value)))
        .filter(|value| !value.is_null())
}

/// A string, or a number or truth value as it is written; `None` for anything else or when nothing is left.
pub fn text(map: &Map<String, Value>, name: &str) -> Option<UntrustedText> {
    UntrustedText::some(&plain(member(map, name)?)?)
}

/// The same, as a string that has not passed the door for foreign text.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number that is not negative, written as a number, a float without fraction or a string.
pub fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => {
            number.as_u64().or_else(|| number.as_f64().and_then(|float| whole(&float.to_string())))
        }
        Value::String(text) => whole(text.trim()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn whole(text: &str) -> Option<u64> {
    let digits = text.split('.').next().unwrap_or_default();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_every_dress() {
        for (json, expected) in [
            ("3599", Some(3599)),
            ("\"3599\"", Some(3599)),
            ("3599.0", Some(3599)),
            ("\" 3599.9 \"", Some(3599)),
            ("-1", None),
            ("\"x\"", None),
            ("1e400", None),
            ("[]", None),
        ] {
            let value = first(json.as_bytes());
            assert_eq!(value.as_ref().and_then(number), expected, "{json}");
        }
    }

    #[test]
    fn a_mark_in_front_and_rubbish_behind_do_not_matter() {
        let read = object(b"\xef\xbb\xbf{\"a\":1}\0<html>").unwrap();
        assert_eq!(text(&read, "A").unwrap(), "1");
        assert!(object(b"[1]").is_none());
        assert!(object(b"").is_none());
    }

    #[test]
    fn depth_is_bounded() {
        assert!(first("[".repeat(100_000).as_bytes()).is_none());
    }
}
