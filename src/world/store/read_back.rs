//! Reading in a second process: what only our own process can see is not kept.
//!
//! The parent starts its own executable with [`SECOND_PROCESS`] and writes a [`Request`] to its standard input. The child
//! answers one line an item: the SHA-256 of a random number and the item's bytes, or the word for what went wrong. Nothing
//! secret, and nothing from which it could be guessed later, is in an argument, in the environment or in an answer. The
//! passphrase of a vault file goes down the pipe, which nobody else can read.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use zeroize::Zeroizing;

use super::secret_store::{Found, fault};
use super::test_item::random;
use crate::exit::Exit;
use crate::words::{Cause, Failure, Secret, SharedSecret, UntrustedText, VaultFault};
use crate::world::child;

/// The hidden command of the second process.
pub const SECOND_PROCESS: &str = "vault-read";

/// Bytes that are read from the other side at most.
const LONGEST: u64 = 64 * 1_024;

/// Who reads back: our own executable, started again.
#[derive(Clone)]
pub(in crate::world) struct ReadBackVerifier {
    /// The executable.
    pub(in crate::world) program: PathBuf,
    /// The store's name.
    pub(in crate::world) key: &'static str,
    /// Where registrations are.
    pub(in crate::world) state: PathBuf,
    /// What opens the store.
    pub(in crate::world) passphrase: Option<SharedSecret>,
}

/// What the second process is asked.
#[derive(Serialize, Deserialize)]
pub(in crate::world) struct Request {
    /// The names of the items.
    pub(in crate::world) items: Vec<String>,
    nonce: String,
    /// The store's name.
    pub(in crate::world) key: String,
    /// Where registrations are.
    pub(in crate::world) state: PathBuf,
    passphrase: Option<Zeroizing<String>>,
}

impl Request {
    /// What opens the store, once.
    pub(in crate::world) fn passphrase(&mut self) -> Option<SharedSecret> {
        self.passphrase.take().map(|mut text| Secret::shared(std::mem::take(&mut *text)))
    }

    /// Reads a request, as far as one can be read.
    pub(in crate::world) fn read(stdin: impl Read) -> Option<Self> {
        let mut bytes = Zeroizing::new(Vec::new());
        stdin.take(LONGEST).read_to_end(&mut bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Writes the answer of the second process, and says how it ends.
    pub(in crate::world) fn answer(&self, found: Vec<Found>, mut stdout: impl Write) -> Exit {
        let mut exit = Exit::Done;
        for found in found {
            let line = match found {
                Ok(secret) => digest(&self.nonce, &secret),
                Err(failure) => {
                    exit = Exit::Storage;
                    word(failure.cause).to_owned()
                }
            };
            if writeln!(stdout, "{line}").is_err() {
                return Exit::Internal;
            }
        }
        exit
    }
}

impl ReadBackVerifier {
    /// Compares what the second process reads with what this one has read.
    pub(super) async fn compare(&self, names: &[String], ours: Vec<Found>) -> Result<(), Box<Failure>> {
        let nonce = random::<16>().map_err(|_none| unusable("no randomness"))?;
        let request = Request {
            items: names.to_vec(),
            nonce: hex::encode(nonce),
            key: self.key.to_owned(),
            state: self.state.clone(),
            passphrase: self.passphrase.as_ref().map(|it| Zeroizing::new(it.reveal().to_owned())),
        };
        let theirs = self.ask(&request).await?;
        if theirs.len() != ours.len() {
            return Err(unusable("the second process gave no answer"));
        }
        ours.into_iter().zip(theirs).try_for_each(|pair| match pair {
            (Ok(ours), Ok(theirs)) if digest(&request.nonce, &ours) == theirs => Ok(()),
            (Ok(_), Ok(_)) => Err(fault(VaultFault::ReadsDifferently)),
            (Err(failure), _) => Err(failure),
            (Ok(_), Err(known)) => Err(fault(known)),
        })
    }

    /// The child, which is killed when nobody waits any more.
    async fn ask(&self, request: &Request) -> Result<Vec<Result<String, VaultFault>>, Box<Failure>> {
        let failed = |_error| unusable("the second process could not be used");
        let request = serde_json::to_vec(request)
            .map(Zeroizing::new)
            .map_err(|_never| unusable("the request cannot be written"))?;
        let mut child = Command::from(child::command(&self.program))
            .arg(SECOND_PROCESS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
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
        let answer = talk.await.map_err(failed)?;
        Ok(answer.lines().map(understood).collect())
    }
}

fn unusable(words: &str) -> Box<Failure> {
    let mut failure = fault(VaultFault::Other);
    failure.sentence = UntrustedText::some(words);
    failure
}

fn digest(nonce: &str, secret: &Secret) -> String {
    hex::encode(Sha256::new().chain_update(nonce).chain_update(secret.reveal()).finalize())
}

/// What went wrong, as one word on the pipe.
const WORDS: [(&str, VaultFault); 14] = [
    ("no-bus", VaultFault::NoBus),
    ("no-provider", VaultFault::NoProvider),
    ("no-collection", VaultFault::NoCollection),
    ("locked", VaultFault::Locked),
    ("denied", VaultFault::Denied),
    ("timed-out", VaultFault::TimedOut),
    ("crashed", VaultFault::Crashed),
    ("too-large", VaultFault::TooLarge),
    ("ambiguous", VaultFault::Ambiguous),
    ("missing", VaultFault::Missing),
    ("reads-differently", VaultFault::ReadsDifferently),
    ("wrong-passphrase", VaultFault::WrongPassphrase),
    ("damaged", VaultFault::Damaged),
    ("other", VaultFault::Other),
];

fn word(cause: Cause) -> &'static str {
    let known = WORDS.iter().find(|(_, known)| cause == Cause::Vault(*known));
    known.map_or("other", |(word, _)| word)
}

fn understood(line: &str) -> Result<String, VaultFault> {
    let known = WORDS.iter().find(|(word, _)| *word == line);
    known.map_or_else(|| Ok(line.to_owned()), |(_, fault)| Err(*fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(nonce: &str) -> Request {
        let json = format!(r#"{{"items":["a","b"],"nonce":"{nonce}","key":"keyring","state":""}}"#);
        Request::read(json.as_bytes()).unwrap()
    }

    fn answered(nonce: &str) -> (Exit, String) {
        let mut stdout = Vec::new();
        let found = vec![Ok(Secret::shared("hunter2".to_owned())), Err(fault(VaultFault::Missing))];
        let exit = request(nonce).answer(found, &mut stdout);
        (exit, String::from_utf8(stdout).unwrap())
    }

    #[test]
    fn the_child_answers_with_digests_and_words_only() {
        let (exit, lines) = answered("n");
        assert_eq!(exit, Exit::Storage);
        let expected = hex::encode(Sha256::digest(b"nhunter2"));
        assert_eq!(lines, format!("{expected}\nmissing\n"));
        assert_ne!(answered("m").1, lines, "another nonce gives another digest");
    }

    #[test]
    fn a_request_that_cannot_be_read_is_none() {
        for request in ["", "{}", "[1]", "\u{0}"] {
            assert!(Request::read(request.as_bytes()).is_none());
        }
    }

    #[test]
    fn every_fault_has_a_word_and_comes_back_from_it() {
        for (text, fault) in WORDS {
            assert_eq!(word(Cause::Vault(fault)), text);
            assert_eq!(understood(text), Err(fault));
        }
        assert_eq!(word(Cause::Internal), "other");
    }
}
