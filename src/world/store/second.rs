//! Reading in a second process: what only our own process can see is not kept.
//!
//! The parent starts its own executable with [`SECOND_PROCESS`] and writes a [`Request`] to its standard input. The child
//! answers one line an item: the SHA-256 of a random number and the item's bytes, or the word for what went wrong. Nothing
//! secret, and nothing from which it could be guessed later, is in an argument, in the environment or in an answer. The
//! passphrase of a vault file goes down the pipe, which nobody else can read.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::backend::{Store, VaultError};
use super::calls;
use super::file::{AgeFile, VaultFileLocation};
use super::keyring::Keyring;
use super::parts;
use crate::exit::Exit;
use crate::words::failure::VaultFault;
use crate::words::secret::{Secret, SharedSecret};
use crate::world::child;

/// The hidden command of the second process.
pub const SECOND_PROCESS: &str = "vault-read";

/// Characters of a test item: those of a real refresh token, and some.
const REAL_SIZE: usize = 1_600;

/// Bytes that are read from the other side at most.
const LONGEST: u64 = 64 * 1_024;

/// Who reads back.
#[derive(Clone)]
pub(super) enum ReadBackVerifier {
    /// Our own executable, started again; with the place of the vault file, where that is the store.
    Program(PathBuf, Option<VaultFileLocation>),
    /// This process: for stores that no other can see.
    Ourselves,
}

#[derive(Serialize, Deserialize)]
struct Request {
    items: Vec<String>,
    nonce: String,
    /// The keyring if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<PlaceOnThePipe>,
}

/// A [`VaultFileLocation`] on its way to the other process.
#[derive(Serialize, Deserialize)]
struct PlaceOnThePipe {
    state: PathBuf,
    registration: String,
    passphrase: Zeroizing<String>,
}

impl From<&VaultFileLocation> for PlaceOnThePipe {
    fn from(place: &VaultFileLocation) -> Self {
        Self {
            state: place.state.clone(),
            registration: place.registration.clone(),
            passphrase: Zeroizing::new(place.passphrase.reveal().to_owned()),
        }
    }
}

impl From<PlaceOnThePipe> for VaultFileLocation {
    fn from(mut sent: PlaceOnThePipe) -> Self {
        Self {
            state: sent.state,
            registration: sent.registration,
            passphrase: Secret::shared(std::mem::take(&mut *sent.passphrase)),
        }
    }
}

impl ReadBackVerifier {
    /// For the line on the screen.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Program(..) => " by a second process",
            Self::Ourselves => "",
        }
    }

    /// Compares what the reader reads with what this process reads.
    pub(super) async fn compare(
        &self,
        store: &Arc<dyn Store>,
        items: Vec<String>,
        limit: Duration,
    ) -> Result<(), VaultError> {
        let nonce = random::<16>().map_err(|_none| VaultError::other("no randomness"))?;
        let request = Request {
            items,
            nonce: hex::encode(nonce),
            file: match self {
                Self::Program(_, Some(place)) => Some(place.into()),
                Self::Program(_, None) | Self::Ourselves => None,
            },
        };
        let theirs = match self {
            Self::Program(program, _) => ask(program, &request, limit).await?,
            Self::Ourselves => read(store, &request, limit).await?,
        };
        let ours = read(store, &request, limit).await?;
        if theirs.len() != ours.len() {
            return Err(VaultError::other("the second process gave no answer"));
        }
        ours.into_iter().zip(theirs).try_for_each(|pair| match pair {
            (Ok(ours), Ok(theirs)) if ours == theirs => Ok(()),
            (Ok(_), Ok(_)) => Err(VaultError::READS_DIFFERENTLY),
            (Err(error), _) | (Ok(_), Err(error)) => Err(error),
        })
    }
}

type Digests = Vec<Result<String, VaultError>>;

async fn read(
    store: &Arc<dyn Store>,
    request: &Request,
    limit: Duration,
) -> Result<Digests, VaultError> {
    let (store, items) = (Arc::clone(store), request.items.clone());
    let nonce = request.nonce.clone();
    calls::on_a_thread(limit, move || {
        Ok(items.iter().map(|item| digest(&*store, item, &nonce)).collect())
    })
    .await
}

/// The child, which is killed when the time is over or when nobody waits any more.
async fn ask(program: &Path, request: &Request, limit: Duration) -> Result<Digests, VaultError> {
    let unusable = |_error| VaultError::other("the second process could not be used");
    let request = serde_json::to_vec(request)
        .map(Zeroizing::new)
        .map_err(|_never| VaultError::other("the request cannot be written"))?;
    let mut child = Command::from(child::command(program))
        .arg(SECOND_PROCESS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(unusable)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let talk = async {
        if let Some(mut stdin) = stdin {
            stdin.write_all(&request).await?;
        }
        let mut answer = String::new();
        if let Some(stdout) = stdout {
            stdout.take(LONGEST).read_to_string(&mut answer).await?;
        }
        child.wait().await?;
        std::io::Result::Ok(answer)
    };
    let answer = timeout(limit, talk)
        .await
        .map_err(|_elapsed| VaultError::new(VaultFault::TimedOut))?
        .map_err(unusable)?;
    Ok(answer.lines().map(understood).collect())
}

/// The second process: reads a request, answers, and ends. Called by `main` for the command [`SECOND_PROCESS`].
pub fn second_process_main(stdin: impl Read, stdout: impl Write) -> Exit {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = stdin.take(LONGEST).read_to_end(&mut bytes);
    let (Ok(_), Ok(mut request)) = (read, serde_json::from_slice::<Request>(&bytes)) else {
        return Exit::Usage;
    };
    match request.file.take() {
        None => answer(&Keyring, &request, stdout),
        Some(place) => answer(&AgeFile::new(place.into()), &request, stdout),
    }
}

fn answer(store: &dyn Store, request: &Request, mut stdout: impl Write) -> Exit {
    let mut exit = Exit::Done;
    for item in &request.items {
        let line = digest(store, item, &request.nonce).unwrap_or_else(|error| {
            exit = Exit::Storage;
            word(error.fault).to_owned()
        });
        if writeln!(stdout, "{line}").is_err() {
            return Exit::Internal;
        }
    }
    exit
}

fn digest(store: &dyn Store, item: &str, nonce: &str) -> Result<String, VaultError> {
    let bytes = parts::read(store, item)?;
    let sum = Sha256::new().chain_update(nonce).chain_update(&*bytes);
    Ok(hex::encode(sum.finalize()))
}

/// What went wrong, as one word on the pipe.
const WORDS: [(&str, VaultFault); 13] = [
    ("no-bus", VaultFault::NoBus),
    ("no-provider", VaultFault::NoProvider),
    ("no-collection", VaultFault::NoCollection),
    ("locked", VaultFault::Locked),
    ("denied", VaultFault::Denied),
    ("timed-out", VaultFault::TimedOut),
    ("too-large", VaultFault::TooLarge),
    ("ambiguous", VaultFault::Ambiguous),
    ("missing", VaultFault::Missing),
    ("reads-differently", VaultFault::ReadsDifferently),
    ("wrong-passphrase", VaultFault::WrongPassphrase),
    ("damaged", VaultFault::Damaged),
    ("other", VaultFault::Other),
];

fn word(fault: VaultFault) -> &'static str {
    let known = WORDS.iter().find(|(_, known)| *known == fault);
    known.map_or("other", |(word, _)| word)
}

fn understood(line: &str) -> Result<String, VaultError> {
    let known = WORDS.iter().find(|(word, _)| *word == line);
    known.map_or_else(|| Ok(line.to_owned()), |(_, fault)| Err(VaultError::new(*fault)))
}

/// The test item: always the same name, so that one left behind by a kill is overwritten and removed by the next test, and a
/// value as long as a real one that nobody can guess.
pub(super) fn test_item(registration: &str) -> Result<(String, SharedSecret), getrandom::Error> {
    let name = test_name(registration);
    let value = hex::encode(random::<{ REAL_SIZE / 2 }>()?);
    Ok((name, Secret::shared(value)))
}

/// The name of the test item.
pub(super) fn test_name(registration: &str) -> String {
    format!("{registration}/test/1")
}

fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::*;

    fn answered(store: &dyn Store, request: &str) -> (Exit, String) {
        let mut stdout = Vec::new();
        let exit = answer(store, &serde_json::from_str(request).unwrap(), &mut stdout);
        (exit, String::from_utf8(stdout).unwrap())
    }

    #[test]
    fn the_child_answers_with_digests_and_words_only() {
        let store = Memory::default();
        store.write("a", "l", b"hunter2").unwrap();
        let (exit, lines) = answered(&store, r#"{"items":["a","b"],"nonce":"n"}"#);
        assert_eq!(exit, Exit::Storage);
        let expected = hex::encode(Sha256::digest(b"nhunter2"));
        assert_eq!(lines, format!("{expected}\nmissing\n"));
    }

    #[test]
    fn another_nonce_gives_another_digest() {
        let store = Memory::default();
        store.write("a", "l", b"hunter2").unwrap();
        let one = digest(&store, "a", "1").unwrap();
        assert_ne!(one, digest(&store, "a", "2").unwrap());
    }

    #[test]
    fn a_request_that_cannot_be_read_is_wrong_usage() {
        for request in ["", "{}", "[1]", "\u{0}"] {
            let mut stdout = Vec::new();
            let exit = second_process_main(request.as_bytes(), &mut stdout);
            assert_eq!((exit, stdout), (Exit::Usage, Vec::new()));
        }
    }

    #[test]
    fn every_fault_has_a_word_and_comes_back_from_it() {
        for (text, fault) in WORDS {
            assert_eq!(word(fault), text);
            assert_eq!(understood(text).unwrap_err().fault, fault);
        }
    }
}
