//! The credentials that Alphaus' own command line keeps: a profile of `~/.config/alphaus/config.toml` (alphauslabs/docs,
//! "bluectl", section "Configuration file").
//!
//! ```toml
//! [default]
//! client-id = 'an ID'
//! client-secret = 'a secret'
//! auth-url = 'https://loginnext.alphaus.cloud/ripple/access_token'
//! ```
//!
//! Only the three keys of one table are read, each a string on one line; that is all that bluectl writes about. What is not
//! understood is refused by the number of its line, never by its content.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::words::{Secret, SharedSecret};

/// Bytes of the file that are read at most.
const LONGEST: u64 = 64 * 1_024;

/// A profile.
#[derive(Debug, Default)]
pub struct Profile {
    /// `client-id`.
    pub client_id: Option<String>,
    /// `client-secret`.
    pub client_secret: Option<SharedSecret>,
    /// `auth-url`.
    pub auth_url: Option<String>,
}

/// Where bluectl keeps its profiles, below a home.
pub fn file(home: &Path) -> PathBuf {
    home.join(".config").join("alphaus").join("config.toml")
}

/// Reads one profile. Why it cannot be read is told as it is shown.
pub fn profile(file: &Path, name: &str) -> Result<Profile, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {}", error.kind());
    let mut bytes = Zeroizing::new(Vec::new());
    std::fs::File::open(file).map_err(unreadable)?.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.len() as u64 <= LONGEST);
    read(text.ok_or("is not a configuration file")?, name)
}

fn read(text: &str, name: &str) -> Result<Profile, String> {
    let mut found: Option<Profile> = None;
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(table) = line.strip_prefix('[') {
            let table = table.split(']').next().unwrap_or_default();
            inside = table.trim().trim_matches(['"', '\'']) == name;
            if inside {
                found.get_or_insert_default();
            }
            continue;
        }
        let (Some(profile), Some((key, value))) = (found.as_mut().filter(|_| inside), line.split_once('=')) else {
            continue;
        };
        let string = || {
            let (quoted, line) = (quoted(value.trim()), index + 1);
            let needed = "the value must be a string in single or double quotes, without escapes";
            quoted.map(str::to_owned).ok_or_else(|| format!("line {line}: {needed}"))
        };
        match key.trim().trim_matches(['"', '\'']) {
            "client-id" => profile.client_id = Some(string()?),
            "client-secret" => {
                profile.client_secret = Some(Secret::shared(string()?));
            }
            "auth-url" => profile.auth_url = Some(string()?),
            _ => {}
        }
    }
    found.ok_or_else(|| "has no profile of that name".to_owned())
}

/// The content of `'…'` or `"…"`, with nothing behind it but a comment. A double-quoted string with an escape is not read.
fn quoted(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (inside, behind) = value.get(1..)?.split_once(quote)?;
    let behind = behind.trim_start();
    let whole = behind.is_empty() || behind.starts_with('#');
    let plain = quote == '\'' || !inside.contains('\\');
    (whole && plain).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# bluectl\n[default]\nclient-id = 'one'\nclient-secret = 's=1#x'\n\n[ beta ] # later\n\"client-id\" = \"two\" # a comment\nclient-secret=\"s2\"\nauth-url = 'https://loginnext.alphaus.cloud/ripple/access_token'\nother = 7\n";

    #[test]
    fn a_profile_is_read_as_bluectl_documents_it() {
        let profile = read(FILE, "default").unwrap();
        assert_eq!(profile.client_id.as_deref(), Some("one"));
        assert_eq!(profile.client_secret.unwrap().reveal(), "s=1#x");
        assert_eq!(profile.auth_url, None);
        let profile = read(FILE, "beta").unwrap();
        assert_eq!(profile.client_id.as_deref(), Some("two"));
        assert_eq!(profile.client_secret.unwrap().reveal(), "s2");
        assert_eq!(profile.auth_url.as_deref(), Some("https://loginnext.alphaus.cloud/ripple/access_token"));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_its_line() {
        for (file, name) in [(FILE, "gamma"), ("", "default")] {
            assert_eq!(read(file, name).unwrap_err(), "has no profile of that name");
        }
        for value in ["7", "'open", "\"a\\\"b\"", "'a' 'b'", "'''a'''", "", "\""] {
            let text = format!("[p]\nclient-secret = {value}\n");
            let error = read(&text, "p").unwrap_err();
            assert!(error.starts_with("line 2: ") && (value.is_empty() || !error.contains(value)), "{value}: {error}");
        }
    }

    #[test]
    fn a_file_that_is_none_says_so() {
        let home = tempfile::TempDir::new().unwrap();
        let path = file(home.path());
        let no = |name: &str| profile(&path, name).unwrap_err();
        assert_eq!(no("default"), format!("cannot be read: {}", io::ErrorKind::NotFound));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let write = |bytes: &[u8]| {
            use std::io::Write as _;
            std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        };
        write(b"\xff\xfe");
        assert_eq!(no("x"), "is not a configuration file");
        write(&vec![b'\n'; 70_000]);
        assert_eq!(no("x"), "is not a configuration file");
        write(FILE.as_bytes());
        assert!(profile(&path, "default").is_ok());
    }
}
