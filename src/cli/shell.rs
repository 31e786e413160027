//! The shell in which commands are typed that this program tells.

/// A kind of shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// `sh` and its kin.
    Posix,
    /// `PowerShell`, of Windows or newer.
    PowerShell,
}

impl Shell {
    /// That of this system.
    pub const HERE: Self = if cfg!(windows) { Self::PowerShell } else { Self::Posix };

    /// A word as this shell takes it.
    pub fn quoted(self, word: &str) -> String {
        let (more, quotes, doubled): (_, &[char], _) = match self {
            Self::Posix => ("-_./:,+@%", &['\''], r"'\''"),
            // A comma makes a list and @ another; every curved quote ends a word that a straight one began.
            Self::PowerShell => (r"-_./:+%\", &['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'], ""),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            return word.to_owned();
        }
        let inside: String = word
            .chars()
            .map(|c| match c {
                c if !quotes.contains(&c) => c.to_string(),
                c if doubled.is_empty() => format!("{c}{c}"),
                _ => doubled.to_owned(),
            })
            .collect();
        format!("'{inside}'")
    }
}

/// Of two texts the one for this system's shell.
pub(super) const fn by_shell(posix: &'static str, powershell: &'static str) -> &'static str {
    match Shell::HERE {
        Shell::Posix => posix,
        Shell::PowerShell => powershell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_as_each_shell_takes_it() {
        for (word, posix, powershell) in [
            ("cloud.json", "cloud.json", "cloud.json"),
            ("/etc/octo/ca.pem", "/etc/octo/ca.pem", "/etc/octo/ca.pem"),
            (r"C:\Users\alex\ca.pem", r"'C:\Users\alex\ca.pem'", r"C:\Users\alex\ca.pem"),
            (r"C:\Program Files\x", r"'C:\Program Files\x'", r"'C:\Program Files\x'"),
            ("a,b", "a,b", "'a,b'"),
            ("@x", "@x", "'@x'"),
            ("O'Neill", r"'O'\''Neill'", "'O''Neill'"),
            ("O\u{2019}Neill", "'O\u{2019}Neill'", "'O\u{2019}\u{2019}Neill'"),
            ("$HOME `x`", "'$HOME `x`'", "'$HOME `x`'"),
            ("オクト 登録", "'オクト 登録'", "'オクト 登録'"),
            ("", "''", "''"),
        ] {
            assert_eq!(Shell::Posix.quoted(word), posix);
            assert_eq!(Shell::PowerShell.quoted(word), powershell);
        }
    }
}
