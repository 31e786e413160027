//! The passphrase of a vault file: from a file descriptor, a file, systemd, or the person at the terminal. Never from an
//! argument or a variable: those can be seen.

use std::fs::File;
use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;
use std::sync::Arc;

use crate::cli::StoreArguments;
use crate::commands::error::CommandError;
use crate::commands::{intake, signal};
use crate::exit::Exit;
use crate::host::Host;
use crate::ui::terminal::passphrase::ask;
use crate::words::{Cause, Secret, SharedSecret, VaultFault};
use crate::world::store::VaultKey;
use crate::world::stores::StoreSettings;

/// Bytes of the longest passphrase.
const LONGEST: usize = 4_096;

/// How often a person may type it.
const TRIES: usize = 3;

/// What the credential is called that systemd passes on (`LoadCredential=octo-csp-passphrase:…`).
const CREDENTIAL: &str = "octo-csp-passphrase";

/// And the one that is the identity of a collector.
const IDENTITY: &str = "octo-csp-identity";

/// Gets what opens the vault file: an identity, or the passphrase, from a person only where they `may` be asked. `name` is the
/// registration it is for, to see at once whether it is the right one; without a name it is asked for once and tried where it is
/// needed.
pub(super) async fn get(
    host: &mut Host,
    arguments: &StoreArguments,
    settings: &StoreSettings,
    name: Option<&str>,
    may: bool,
) -> Result<Arc<VaultKey>, CommandError> {
    let credential = |name: &str| {
        let file = host.environment.credentials.as_deref()?.join(name);
        file.exists().then_some(file)
    };
    let passphrase = match (arguments.passphrase_fd, &arguments.passphrase_file, &arguments.identity_file) {
        (Some(number), ..) => descriptor(host, number),
        (None, Some(file), _) => from_file(file, "the file of --passphrase-file"),
        (None, None, Some(file)) => return identity(file, "the file of --identity-file"),
        (None, None, None) => match (credential(IDENTITY), credential(CREDENTIAL)) {
            (Some(file), _) => return identity(&file, &file.display().to_string()),
            (None, Some(file)) => from_file(&file, &file.display().to_string()),
            (None, None) if may && host.input_is_terminal => return typed(host, settings, name).await,
            (None, None) if host.input_is_terminal => Err(CommandError::usage(
                "--no-input asks for nothing, and --store file needs its passphrase: --passphrase-fd N or --passphrase-file FILE",
            )),
            (None, None) => Err(CommandError::usage(
                "--store file needs its passphrase: --passphrase-fd N, --passphrase-file FILE, or a terminal to type it",
            )),
        },
    };
    passphrase.map(|passphrase| VaultKey::passphrase(passphrase, name))
}

/// One line of a descriptor.
pub(super) fn descriptor(host: &mut Host, number: u32) -> Result<SharedSecret, CommandError> {
    if number == 0 { read(&mut host.input, "standard input") } else { from_descriptor(number) }
}

/// The identity of a collector, which is nobody else's.
fn identity(path: &Path, what: &str) -> Result<Arc<VaultKey>, CommandError> {
    let text = intake::read(&mut private(path, what, "an identity")?, false);
    let key = text.ok().and_then(|text| VaultKey::identity(&text));
    key.ok_or_else(|| CommandError::usage(format!("{what} holds no age identity (AGE-SECRET-KEY-1...)")))
}

#[cfg(unix)]
fn from_descriptor(number: u32) -> Result<SharedSecret, CommandError> {
    let (path, what) = (format!("/dev/fd/{number}"), format!("file descriptor {number}"));
    open(Path::new(&path), &what).and_then(|mut file| read(&mut file, &what))
}

#[cfg(not(unix))]
fn from_descriptor(_number: u32) -> Result<SharedSecret, CommandError> {
    Err(CommandError::usage(
        "this system has no file descriptors to name: --passphrase-file FILE, or --passphrase-fd 0",
    ))
}

fn from_file(path: &Path, what: &str) -> Result<SharedSecret, CommandError> {
    read(&mut private(path, what, "a passphrase")?, what)
}

/// A file that holds what opens a vault file.
pub(super) fn private(path: &Path, what: &str, holds: &str) -> Result<File, CommandError> {
    let file = open(path, what)?;
    // The group may read: that is how systemd lets a service's own user in.
    if intake::is_open_to_others(&file, 0o027) {
        return Err(CommandError::usage(format!("{what} holds {holds} and others may read or change it: chmod 600")));
    }
    Ok(file)
}

fn open(path: &Path, what: &str) -> Result<File, CommandError> {
    File::open(path).map_err(|error| CommandError::usage(format!("cannot read {what}: {}", error.kind())))
}

/// One line; its end is not part of the passphrase.
fn read(source: &mut dyn Read, what: &str) -> Result<SharedSecret, CommandError> {
    let no = |why: &str| Err(CommandError::usage(format!("the passphrase in {what} {why}")));
    let text = match intake::read(source, false) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::FileTooLarge => return no("is too long"),
        Err(_unreadable) => return no("cannot be read as text"),
    };
    let text = text.reveal();
    let line = intake::line(text);
    if text.contains(char::REPLACEMENT_CHARACTER) {
        no("cannot be read as text")
    } else if text.len() > LONGEST {
        no("is too long")
    } else if line.is_empty() {
        no("is empty")
    } else if line.contains(char::is_control) {
        no("has more than one line, or control characters")
    } else {
        Ok(Secret::shared(line.to_owned()))
    }
}

async fn typed(host: &mut Host, settings: &StoreSettings, name: Option<&str>) -> Result<Arc<VaultKey>, CommandError> {
    let passphrase = match name {
        Some(name) if settings.has_vault_file(name) => return known(host, settings, name).await,
        Some(name) => new(host, &format!("{name} gets a new vault file.")).await,
        None => question(host, "Passphrase of the vault files (it is not shown): ").await,
    };
    passphrase.map(|passphrase| VaultKey::passphrase(passphrase, name))
}

/// A passphrase that is told to be wrong may be typed again. Whatever else is wrong with the file is told by whoever needs it.
async fn known(host: &mut Host, settings: &StoreSettings, name: &str) -> Result<Arc<VaultKey>, CommandError> {
    let asked = format!("Passphrase of the vault file of {name} (it is not shown): ");
    let mut tries = 1;
    loop {
        let key = VaultKey::passphrase(question(host, &asked).await?, Some(name));
        let wrong = Cause::Vault(VaultFault::WrongPassphrase);
        let opened = tokio::select! { biased;
            () = signal::ended() => return Err(cancelled()),
            opened = settings.unlock(name, &key) => opened,
        };
        match opened {
            Err(failure) if failure.cause == wrong && tries < TRIES => {
                tries += 1;
                let _closed = writeln!(host.err, "It is another one.");
            }
            Ok(()) | Err(_) => return Ok(key),
        }
    }
}

/// The passphrase that takes the place of another one.
pub(super) async fn another(host: &mut Host, file: Option<&Path>) -> Result<SharedSecret, CommandError> {
    match file {
        Some(file) => from_file(file, "the file of --new-passphrase-file"),
        None if host.input_is_terminal => new(host, "The vault file is sealed anew.").await,
        None => Err(CommandError::usage(
            "the new passphrase is typed at a terminal, or read from --new-passphrase-file FILE",
        )),
    }
}

/// A new passphrase, typed twice; `why` it is asked for.
async fn new(host: &mut Host, why: &str) -> Result<SharedSecret, CommandError> {
    let _closed = writeln!(
        host.err,
        "{why}\n\
         Its passphrase opens every secret in it; nobody can find it out or reset it.\n\
         Five or more random words make a good one. Keep it in a password manager."
    );
    for _ in 0..TRIES {
        let one = question(host, "New passphrase (it is not shown): ").await?;
        let other = question(host, "The same again: ").await?;
        if one.same_as(other.reveal()) {
            return Ok(one);
        }
        let _closed = writeln!(host.err, "These are not the same.");
    }
    Err(CommandError::new(Exit::Refused, "the two passphrases were not the same"))
}

/// Asks until something is typed.
async fn question(host: &mut Host, words: &str) -> Result<SharedSecret, CommandError> {
    loop {
        match ask(&mut *host.err, words, signal::ended()).await {
            Ok(Some(passphrase)) if passphrase.is_empty() => {}
            Ok(Some(passphrase)) => return Ok(passphrase),
            Ok(None) => return Err(cancelled()),
            Err(_unusable) => {
                return Err(CommandError::usage(
                    "the terminal cannot be switched so that nothing is shown: --passphrase-fd N or --passphrase-file FILE",
                ));
            }
        }
    }
}

fn cancelled() -> CommandError {
    CommandError::new(Exit::Cancelled, "cancelled: nothing was changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(bytes: &[u8]) -> Result<SharedSecret, String> {
        read(&mut { bytes }, "x").map_err(|refused| match refused {
            CommandError::Words { words, .. } => words,
            CommandError::Unfinished { .. }
            | CommandError::Failure(_)
            | CommandError::Diagnosed(_)
            | CommandError::Quiet(_) => format!("{refused:?}"),
        })
    }

    #[test]
    fn one_line_is_taken_without_its_end() {
        for bytes in [&b"four words and one"[..], b"four words and one\n", b"four words and one\r\n"] {
            assert!(given(bytes).unwrap().same_as("four words and one"));
        }
        assert!(given(" a \u{672c} ".as_bytes()).unwrap().same_as(" a \u{672c} "));
    }

    #[test]
    fn what_is_no_passphrase_is_refused_without_being_repeated() {
        let long = [b'x'; 4_097];
        for (bytes, why) in [
            (&b""[..], "is empty"),
            (b"\n", "is empty"),
            (b"hunter2\nhunter3\n", "more than one line"),
            (b"hunter2\0", "control characters"),
            (b"\xff\xfe", "is empty"),
            (b"\xc3\x28", "as text"),
            (&long, "too long"),
        ] {
            let words = given(bytes).unwrap_err();
            assert!(words.contains(why) && !words.contains("hunter"), "{words}");
        }
        assert!(given(&long[1..]).is_ok());
    }
}
