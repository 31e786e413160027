//! What tells registrations of one environment apart, where a desk looks after several partners.

use std::fmt;

/// The name of a registration among others of its environment and cloud, as `--registration` gives it. It stands in the names of folders,
/// items and documents, on screens and in commands, so it is plain, and too short for a secret that was put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label(String);

/// Characters of the longest: of what is longer nothing is ever repeated that was typed.
const LONGEST: usize = 24;

impl Label {
    /// Reads one as it is written; a failure is told without what was typed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() <= LONGEST && text.split('-').all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "a registration is called by small letters and digits, with hyphens between words, {LONGEST} characters at most"
        ))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_secret_or_leave_its_folder_is_no_name_and_not_repeated() {
        for good in ["contoso", "contoso-japan-2", "7", "look-at-me", &"a".repeat(24)] {
            assert_eq!(Label::parse(good).unwrap().to_string(), good);
        }
        let long = ["ab"; 9].join("-");
        for bad in
            ["", "-", "a--b", "a-", "Contoso", "a b", "..", "a/b", "a~b", "ä", "abc8Q~def", &"a".repeat(25), &long]
        {
            let told = Label::parse(bad).unwrap_err();
            assert!(bad.len() < 4 || !told.contains(bad), "{told}");
        }
    }
}
