//! One file that is sealed with a passphrase, for machines without a keyring.
//!
//! The file is in the age format with one passphrase (<https://c2sp.org/age>), so `age -d` and `rage -d` open it in an
//! emergency. Inside is JSON: `{"format":"octo-csp vault","version":1,"items":{NAME:VALUE,…}}`, with the names that the
//! keyring would have. It is replaced as a whole by every write, and gone with its last item.
//!
//! Opening takes the work that makes guessing slow, so what was opened is remembered, wiped with this store, for as long as
//! the file has the same bytes. They are read again for every call: what somebody else changed is never overlooked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use age::DecryptError;
use age::scrypt;
use age::secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::entries::Entries;
use super::parts;
use super::secret_store::{Answer, fault, other, registration_of};
use crate::words::store::{self};
use crate::words::{Cause, DiskFault, Failure, Secret, Service, SharedSecret, StoreDescriptor, VaultFault};
use crate::world::folder;

/// The name of the file, beside the journal of its registration.
const VAULT_FILE: &str = "vault.age";

/// The work that one guess of the passphrase takes: 2^17 rounds of scrypt and 128 MiB, the first choice of OWASP's Password
/// Storage Cheat Sheet. About a third of a second.
const WORK: u8 = 17;

/// The most work that a file may ask for. `age -p` asks for 2^18, `rage -p` for a second's worth; each step more doubles time
/// and memory, and a file that somebody else made must not hold us for hours.
const MOST_WORK: u8 = 20;

/// What the file says it is.
const FORMAT: &str = "octo-csp vault";

/// The version of what is inside.
const VERSION: u32 = 1;

/// The vault files below the folder of all registrations.
pub(in crate::world) struct AgeFile {
    state: PathBuf,
    /// What opens them. Without, they are never looked into.
    passphrase: Option<SharedSecret>,
    work: u8,
    held: Mutex<Option<Held>>,
}

/// What was in the file of a registration when it had these bytes.
struct Held {
    registration: String,
    /// SHA-256 of the file; `None` where there was no file.
    sum: Option<[u8; 32]>,
    items: Items,
}

type Items = BTreeMap<String, Secret>;

/// What every version has inside.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// What is inside, to be written of `&str` and to be read of `String`.
#[derive(Serialize, Deserialize)]
struct Contents<S: Ord> {
    format: S,
    version: u32,
    items: BTreeMap<S, S>,
}

impl AgeFile {
    pub(in crate::world) fn new(state: PathBuf, passphrase: Option<SharedSecret>) -> Self {
        Self { state, passphrase, work: WORK, held: Mutex::new(None) }
    }

    fn passphrase(&self) -> Answer<&Secret> {
        self.passphrase.as_deref().ok_or_else(|| fault(VaultFault::Locked))
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in the file now.
    fn load<'a>(&self, held: &'a mut Option<Held>, registration: &str) -> Answer<&'a mut Held> {
        let bytes = match folder::existing_below(&self.state, registration)? {
            Some(folder) => folder.read_private(VAULT_FILE).map_err(too_large)?,
            None => None,
        };
        let sum = bytes.as_deref().map(|bytes| Sha256::digest(bytes).into());
        let known = held.take();
        let known = known.filter(|held| held.sum == sum && held.registration == registration);
        let fresh = match (known, bytes) {
            (Some(known), _) => known,
            (None, bytes) => {
                let items = match bytes {
                    Some(bytes) => unsealed(&bytes, self.passphrase()?)?,
                    None => Items::new(),
                };
                Held { registration: registration.to_owned(), sum, items }
            }
        };
        Ok(held.insert(fresh))
    }

    /// Replaces the file by one with the present items. Whatever fails, what is in it is looked up anew the next time.
    fn save(&self, held: &mut Option<Held>) -> Answer<()> {
        let Some(Held { registration, items, .. }) = held.take() else {
            return Err(other("nothing was read before writing"));
        };
        if items.is_empty() {
            let Some(folder) = folder::existing_below(&self.state, &registration)? else {
                return Ok(());
            };
            folder.remove(VAULT_FILE)?;
            return folder.sync();
        }
        let bytes = sealed(&items, self.passphrase()?, self.work)?;
        let folder = folder::make_below(&self.state, &registration)?;
        folder.replace(VAULT_FILE, &bytes)?;
        let sum = Some(Sha256::digest(&bytes).into());
        *held = Some(Held { registration, sum, items });
        Ok(())
    }
}

impl Entries for AgeFile {
    fn descriptor(&self) -> &'static StoreDescriptor {
        &store::VAULT_FILE
    }

    fn write(&self, name: &str, _label: &str, bytes: &[u8]) -> Answer<()> {
        let value = std::str::from_utf8(bytes).map_err(|_binary| other("a vault file keeps text only"))?;
        let mut held = self.held();
        let items = &mut self.load(&mut held, registration_of(name))?.items;
        items.insert(name.to_owned(), Secret::new(value.to_owned()));
        self.save(&mut held)
    }

    fn read(&self, name: &str) -> Answer<Zeroizing<Vec<u8>>> {
        let mut held = self.held();
        let value = self.load(&mut held, registration_of(name))?.items.get(name);
        let value = value.ok_or_else(|| fault(VaultFault::Missing))?;
        Ok(Zeroizing::new(value.reveal().as_bytes().to_vec()))
    }

    fn delete(&self, name: &str) -> Answer<()> {
        let mut held = self.held();
        let removed = self.load(&mut held, registration_of(name))?.items.remove(name);
        removed.map(drop).ok_or_else(|| fault(VaultFault::Missing))?;
        self.save(&mut held)
    }

    fn names(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        let mut held = self.held();
        Ok(Some(self.load(&mut held, registration)?.items.keys().cloned().collect()))
    }

    fn open(&self, registration: &str) -> Answer<()> {
        self.load(&mut self.held(), registration).map(|_| ())
    }

    fn is_sealed(&self) -> bool {
        self.passphrase.is_none()
    }

    /// Whole values: whoever opens the file in an emergency finds them as they are.
    fn entry(&self) -> usize {
        parts::LONGEST
    }

    fn title(&self, registration: &str) -> String {
        format!("vault file {}", self.state.join(registration).join(VAULT_FILE).display())
    }
}

fn sealed(items: &Items, passphrase: &Secret, work: u8) -> Answer<Vec<u8>> {
    let contents = Contents {
        format: FORMAT,
        version: VERSION,
        items: items.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect(),
    };
    let json = serde_json::to_vec_pretty(&contents)
        .map(Zeroizing::new)
        .map_err(|_never| other("the vault file cannot be written as JSON"))?;
    let mut recipient = scrypt::Recipient::new(words(passphrase));
    recipient.set_work_factor(work);
    // Into memory: no disk can fail here.
    age::encrypt(&recipient, &json).map_err(|_error| other("the vault file could not be sealed"))
}

fn unsealed(bytes: &[u8], passphrase: &Secret) -> Answer<Items> {
    let mut identity = scrypt::Identity::new(words(passphrase));
    identity.set_max_work_factor(MOST_WORK);
    let json = age::decrypt(&identity, bytes).map(Zeroizing::new).map_err(|error| not_opened(&error))?;
    let damaged = || fault(VaultFault::Damaged);
    let head: Head = serde_json::from_slice(&json).map_err(|_error| damaged())?;
    if head.format == FORMAT && head.version > VERSION {
        return Err(Box::new(Failure::new(Service::Disk, Cause::NewerJournal)));
    }
    let contents: Contents<String> = serde_json::from_slice(&json).map_err(|_error| damaged())?;
    if contents.format != FORMAT {
        return Err(damaged());
    }
    let items = contents.items.into_iter();
    Ok(items.map(|(name, value)| (name, Secret::new(value))).collect())
}

/// age's own type for a passphrase, which is wiped as ours is.
fn words(passphrase: &Secret) -> SecretString {
    SecretString::from(passphrase.reveal().to_owned())
}

/// The file's key is sealed with the passphrase. If that does not open, it is another one, or exactly these bytes were changed;
/// whatever else is wrong has nothing to do with the passphrase.
fn not_opened(error: &DecryptError) -> Box<Failure> {
    let key = matches!(error, DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed);
    fault(if key { VaultFault::WrongPassphrase } else { VaultFault::Damaged })
}

/// A file that is larger than any of ours is no vault.
fn too_large(failure: Box<Failure>) -> Box<Failure> {
    if failure.cause == Cause::Disk(DiskFault::TooLarge) { fault(VaultFault::Damaged) } else { failure }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
