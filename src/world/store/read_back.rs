//! Reading in a second process: what only our own process can see is not kept.
//!
//! The parent starts its own executable with [`SECOND_PROCESS`] and writes a [`Request`] to its standard input. The child
//! answers for each item: the SHA-256 of a random number and the item's bytes, or what went wrong. Nothing
//! secret, and nothing from which it could be guessed later, is in an argument, in the environment or in an answer. The
//! key of a vault file goes down the pipe, which nobody else can read.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use zeroize::Zeroizing;

use super::age_file::{Handed, VaultKey};
use super::secret_store::{Answer, Found, fault, other, random, registration};
use crate::exit::Exit;
use crate::words::{Cause, Secret, VaultFault};
use crate::world::child;

/// The hidden command of the second process.
pub const SECOND_PROCESS: &str = "vault-read";

/// Bytes that are read from the other side at most.
const LONGEST: u64 = 64 * 1_024;

/// Who reads back: our own executable, started again.
#[derive(Clone)]
pub(in crate::rooms::world) struct ReadBackVerifier {
    /// The executable.
    pub(in crate::rooms::world) program: PathBuf,
    /// The store's name.
    pub(in crate::rooms::world) key: &'static str,
    /// Where registrations are.
    pub(in crate::rooms::world) state: PathBuf,
    /// What opens the store.
    pub(in crate::rooms::world) opener: Option<Arc<VaultKey>>,
}

/// What the second process is asked.
#[derive(Serialize, Deserialize)]
pub(in crate::rooms::world) struct Request {
    /// The names of the items.
    pub(in crate::rooms::world) items: Vec<String>,
    nonce: String,
    /// The store's name.
    pub(in crate::rooms::world) key: String,
    /// Where registrations are.
    pub(in crate::rooms::world) state: PathBuf,
    opener: Option<Handed>,
}

impl Request {
    /// What opens the store, once.
    pub(in crate::rooms::world) fn opener(&mut self) -> Option<Arc<VaultKey>> {
        self.opener.take().map(VaultKey::from)
    }

    /// Reads a request, as far as one can be read.
    pub(in crate::rooms::world) fn read(stdin: impl Read) -> Option<Self> {
        let mut bytes = Zeroizing::new(Vec::new());
        stdin.take(LONGEST).read_to_end(&mut bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Writes the answer of the second process, and says how it ends.
    pub(in crate::rooms::world) fn answer(&self, found: Vec<Found>, stdout: impl Write) -> Exit {
        let answer: Vec<Seen> = found.into_iter().map(|found| seen(found, &self.nonce)).collect();
        let exit = if answer.iter().all(Result::is_ok) { Exit::Done } else { Exit::Storage };
        serde_json::to_writer(stdout, &answer).map_or(Exit::Internal, |()| exit)
    }
}

/// What the second process saw of an item: its digest, or what went wrong.
type Seen = Result<String, VaultFault>;

fn seen(found: Found, nonce: &str) -> Seen {
    found
        .map(|secret| digest(nonce, &secret))
        .map_err(|failure| if let Cause::Vault(fault) = failure.cause { fault } else { VaultFault::Other })
}

impl ReadBackVerifier {
    /// Compares what the second process reads with what this one has read.
    pub(super) async fn compare(&self, names: &[String], ours: Vec<Found>) -> Answer<()> {
        let request = Request {
            items: names.to_vec(),
            nonce: hex::encode(random::<16>()?),
            key: self.key.to_owned(),
            state: self.state.clone(),
            opener: self.opener.as_ref().and_then(|key| key.handed(registration(names))),
        };
        let theirs = self.ask(&request).await?;
        if theirs.len() != ours.len() {
            return Err(other("the second process gave no answer"));
        }
        ours.into_iter().zip(theirs).try_for_each(|pair| match pair {
            (Ok(ours), Ok(theirs)) if digest(&request.nonce, &ours) == theirs => Ok(()),
            (Ok(_), Ok(_)) => Err(fault(VaultFault::ReadsDifferently)),
            (Err(failure), _) => Err(failure),
            (Ok(_), Err(known)) => Err(fault(known)),
        })
    }

    /// The child, which is killed when nobody waits any more.
    async fn ask(&self, request: &Request) -> Answer<Vec<Seen>> {
        let failed = |_error| other("the second process could not be used");
        let request =
            serde_json::to_vec(request).map(Zeroizing::new).map_err(|_never| other("the request cannot be written"))?;
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
            let mut answer = Vec::new();
            if let Some(stdout) = stdout {
                stdout.take(LONGEST).read_to_end(&mut answer).await?;
            }
            child.wait().await?;
            std::io::Result::Ok(answer)
        };
        let answer = talk.await.map_err(failed)?;
        serde_json::from_slice(&answer).map_err(|_unreadable| other("the second process gave no answer"))
    }
}

fn digest(nonce: &str, secret: &Secret) -> String {
    hex::encode(Sha256::new().chain_update(nonce).chain_update(secret.reveal()).finalize())
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
        assert_eq!(lines, format!(r#"[{{"Ok":"{expected}"}},{{"Err":"missing"}}]"#));
        assert_ne!(answered("m").1, lines, "another nonce gives another digest");
    }

    #[test]
    fn a_request_that_cannot_be_read_is_none() {
        for request in ["", "{}", "[1]", "\u{0}"] {
            assert!(Request::read(request.as_bytes()).is_none());
        }
    }
}
