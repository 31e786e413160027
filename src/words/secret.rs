//! The one type for secrets: wiped when dropped, impossible to print, with one named door out.
//!
//! Client secrets, authorization codes, tokens, PKCE verifiers and `state` values are [`Secret`]s from the moment they
//! exist. Sharing is by [`Arc`]: there is no `Clone`, so the number of copies can be counted.

use std::fmt;
use std::sync::Arc;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A value that must not be seen: no `Display`, no `Clone`, no `Serialize`, no `PartialEq`, and a `Debug` without content.
pub struct Secret(Zeroizing<Box<str>>);

/// A secret with more than one owner. The last owner's drop wipes it.
pub type SharedSecret = Arc<Secret>;

impl Secret {
    /// Takes ownership of `value`. The buffer is cut to size, so no capacity beyond the content survives.
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value.into_boxed_str()))
    }

    /// Makes a shared secret, which is what almost every caller wants.
    pub fn shared(value: String) -> SharedSecret {
        Arc::new(Self::new(value))
    }

    /// The one door out. Whoever calls this sends the content over TLS, writes it to the vault, or compares it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Number of characters, which is all that a screen may know.
    pub fn characters(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares in a time that depends on the length only, so that an answer tells nothing about where two values differ.
    pub fn same_as(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_content_nor_length() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret");
    }

    #[test]
    fn comparison_accepts_only_the_same_bytes() {
        let secret = Secret::new("abc".to_owned());
        assert!(secret.same_as("abc"));
        for other in ["abd", "ab", "abcd", "", "bbc"] {
            assert!(!secret.same_as(other), "{other}");
        }
        assert!(Secret::new(String::new()).same_as(""));
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(Secret::new("本番x".to_owned()).characters(), 3);
    }
}
