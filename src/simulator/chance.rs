//! Random names: codes, tokens, secrets and the GUIDs of requests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::{Builder, Uuid};

/// Returns `count` random bytes from the operating system; zeroes if it has none, which only makes names repeat.
pub(super) fn bytes(count: usize) -> Vec<u8> {
    let mut buffer = vec![0; count];
    if getrandom::fill(&mut buffer).is_err() {
        buffer.fill(0);
    }
    buffer
}

/// Returns random characters of `[A-Za-z0-9_-]` that carry `count` bytes.
pub(super) fn word(count: usize) -> String {
    URL_SAFE_NO_PAD.encode(bytes(count))
}

/// Returns a random version 4 GUID.
pub(super) fn guid() -> String {
    let mut number = [0; 16];
    number.copy_from_slice(&bytes(16));
    Builder::from_random_bytes(number).into_uuid().to_string()
}

/// Whether the text has the shape of a GUID.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// Returns a client secret in the shape that Entra gives out today.
pub(super) fn client_secret() -> String {
    let word = word(30);
    let (head, tail) = word.split_at_checked(3).unwrap_or((&word, ""));
    let tail: String = tail.chars().take(32).collect();
    let head = head.replace('-', "~");
    format!("{head}8Q~{tail}.~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_looks_like_one_and_differs() {
        let (one, other) = (guid(), guid());
        assert!(is_guid(&one) && is_guid(&other));
        assert_ne!(one, other);
        assert_eq!(one.chars().nth(14), Some('4'));
        assert!(matches!(one.chars().nth(19), Some('8' | '9' | 'a' | 'b')));
    }

    #[test]
    fn a_secret_has_todays_shape() {
        let secret = client_secret();
        assert_eq!(secret.len(), 40);
        assert_eq!(secret.get(4..6), Some("Q~"));
        assert!(!is_guid(&secret));
    }
}
