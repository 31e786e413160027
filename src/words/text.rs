//! The door for text that came from outside: servers, browsers, files, the keyring.
//!
//! A server's sentence can otherwise set the window title, write the clipboard or repaint the screen as a forged prompt,
//! and bidirectional controls can make it read as something else. [`UntrustedText`] is what such text is from then on.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_width::UnicodeWidthChar as _;

/// Text from outside, made harmless: one line, no control, format, bidirectional or invisible characters, at most two
/// combining marks in a row, at most [`UntrustedText::LONGEST`] characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UntrustedText(String);

impl UntrustedText {
    /// Characters that are kept; what is longer ends in `…`.
    pub const LONGEST: usize = 2_048;

    /// Makes `raw` harmless. Line ends and tabs become blanks; runs of blanks become one.
    pub fn new(raw: &str) -> Self {
        let mut clean = String::with_capacity(raw.len().min(Self::LONGEST));
        let (mut kept, mut marks) = (0_usize, 0_usize);
        for character in raw.chars() {
            let Some(character) = harmless(character) else {
                continue;
            };
            if character == ' ' && (clean.is_empty() || clean.ends_with(' ')) {
                continue;
            }
            if character.width() == Some(0) {
                marks += 1;
                if marks > 2 || clean.is_empty() {
                    continue;
                }
            } else {
                marks = 0;
            }
            if kept == Self::LONGEST {
                clean.push('…');
                break;
            }
            clean.push(character);
            kept += 1;
        }
        clean.truncate(clean.trim_end().len());
        Self(clean)
    }

    /// The same for bytes that may not be UTF-8.
    pub fn from_bytes(raw: &[u8]) -> Self {
        Self::new(&String::from_utf8_lossy(raw))
    }

    /// The same, or `None` when nothing is left.
    pub fn some(raw: &str) -> Option<Self> {
        Some(Self::new(raw)).filter(|text| !text.is_empty())
    }

    /// The harmless text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for UntrustedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for UntrustedText {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl PartialEq<str> for UntrustedText {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for UntrustedText {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// Reading from a file or an answer goes through the same door.
impl<'de> Deserialize<'de> for UntrustedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

/// What a character was before an input method or a font made it wider: as [`harmless`] has it, in its usual width.
pub(crate) fn plain_sign(character: char) -> Option<char> {
    let usual = |wide: char| char::from_u32(u32::from(wide) - 0xfee0).unwrap_or(wide);
    harmless(character).map(|sign| match sign {
        '\u{ff01}'..='\u{ff5e}' => usual(sign),
        // The digits of Arabic and Persian.
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(sign) & 0xf, 10).unwrap_or(sign),
        other => other,
    })
}

/// What a character becomes: itself, a blank, or nothing.
pub(crate) fn harmless(character: char) -> Option<char> {
    match character {
        // Line ends, tabs, separators, and everything that is drawn as a blank.
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{2800}' => Some(' '),
        // Controls, C1 included.
        c if c.is_control() => None,
        // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Khmer inherent vowels, Mongolian selectors.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
        // Zero width, bidirectional, invisible operators, deprecated format characters.
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Variation selectors, byte order mark, annotations, musical format, tags, shorthand format.
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        // Other prepended or invisible format characters, and private use, which a font may draw as anything.
        | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}'
        | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_of_any_script_passes_unchanged() {
        for text in ["Contoso CSP 本番", "Łódź — №5", "한국어", "עברית", "é e\u{301}", "a b"] {
            assert_eq!(UntrustedText::new(text).as_str(), text);
        }
    }

    #[test]
    fn what_acts_on_a_terminal_is_gone() {
        assert_eq!(UntrustedText::new("a\u{1b}]0;title\u{7}b").as_str(), "a]0;titleb");
        assert_eq!(UntrustedText::new("x\u{9b}2Jy\u{7f}").as_str(), "x2Jy");
        assert_eq!(UntrustedText::new("pay\u{202e}txt.exe\u{2066}").as_str(), "paytxt.exe");
        assert_eq!(UntrustedText::new("A\u{e0041}\u{200d}\u{fe0f}B").as_str(), "AB");
    }

    #[test]
    fn lines_become_one_and_blanks_collapse() {
        assert_eq!(UntrustedText::new(" one\r\n\ttwo \u{2028} three \n").as_str(), "one two three");
    }

    #[test]
    fn floods_are_bounded() {
        let marks = format!("e{}", "\u{301}".repeat(500));
        assert_eq!(UntrustedText::new(&marks).as_str(), "e\u{301}\u{301}");
        let long = UntrustedText::new(&"x".repeat(100_000));
        assert_eq!(long.as_str().chars().count(), UntrustedText::LONGEST + 1);
        assert!(long.as_str().ends_with('…'));
    }

    #[test]
    fn cleaning_twice_changes_nothing_and_no_control_survives() {
        for start in (0..0x11_0000_u32).step_by(64) {
            let raw: String = (start..start + 64).filter_map(char::from_u32).collect();
            let once = UntrustedText::new(&raw);
            assert_eq!(UntrustedText::new(once.as_str()), once);
            assert!(!once.as_str().chars().any(char::is_control));
        }
    }

    #[test]
    fn reading_from_json_goes_through_the_door() {
        let read: UntrustedText = serde_json::from_str(r#""a\u001b[2Jb""#).unwrap();
        assert_eq!(read.as_str(), "a[2Jb");
    }
}
