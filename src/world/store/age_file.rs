//! One sealed file, for machines without a keyring.
//!
//! The file is in the age format (<https://c2sp.org/age>), sealed to recipients: the identity beside it, which the passphrase opens,
//! and those of collectors. So `age -d` and `rage -d` open it in an emergency. Inside is JSON:
//! `{"format":"octo-csp vault","version":2,"recipients":{NAME:RECIPIENT,…},"items":{NAME:VALUE,…}}`, with the names that the
//! keyring would have. It is replaced as a whole by every write, and gone with its last item. Version 1 was sealed with the
//! passphrase itself; it is read, and sealed anew by the next write.
//!
//! What was opened is remembered, wiped with this store, for as long as the file has the same bytes. They are read again for every
//! call: what somebody else changed is never overlooked.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use age::{Encryptor, Recipient, x25519};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use self::key::{IDENTITY_FILE, decryptor, parsed, read};
use super::entries::Entries;
use super::parts;
use super::secret_store::{Answer, fault, other, registration_of};
use crate::words::store::{self};
use crate::words::{Cause, DiskFault, Failure, Secret, Service, StoreDescriptor, VaultFault};
use crate::world::folder::{self, Folder};

mod key;

pub(in crate::world) use self::key::Handed;
pub use self::key::VaultKey;

/// The name of the file, beside the journal of its registration.
const VAULT_FILE: &str = "vault.age";

/// What the file says it is.
const FORMAT: &str = "octo-csp vault";

/// The version of what is inside.
const VERSION: u32 = 2;

/// The recipient whose identity the passphrase opens. The names of collectors cannot be like this.
const PASSPHRASE: &str = "(passphrase)";

/// The one that takes its place while the passphrase is changed.
const NEXT: &str = "(next passphrase)";

/// The recipients that are no collectors.
const OURS: [&str; 2] = [PASSPHRASE, NEXT];

/// The vault files below the folder of all registrations.
pub(in crate::world) struct AgeFile {
    state: PathBuf,
    /// What opens them. Without, they are never looked into.
    key: Option<Arc<VaultKey>>,
    held: Mutex<Option<Held>>,
}

/// What was in the file of a registration when it had these bytes.
struct Held {
    registration: String,
    /// SHA-256 of the file; `None` where there was no file.
    sum: Option<[u8; 32]>,
    opened: Opened,
}

/// What is inside: for whom it is sealed, none where an earlier version sealed it, and what it keeps.
#[derive(Default)]
struct Opened {
    recipients: BTreeMap<String, String>,
    items: BTreeMap<String, Secret>,
}

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
    #[serde(default = "BTreeMap::new")]
    recipients: BTreeMap<S, S>,
    items: BTreeMap<S, S>,
}

impl AgeFile {
    pub(in crate::world) fn new(state: PathBuf, key: Option<Arc<VaultKey>>) -> Self {
        Self { state, key, held: Mutex::new(None) }
    }

    fn key(&self) -> Answer<&VaultKey> {
        self.key.as_deref().ok_or_else(|| fault(VaultFault::Locked))
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in the file now.
    fn load<'a>(&self, held: &'a mut Option<Held>, registration: &str) -> Answer<&'a mut Opened> {
        let folder = folder::existing_below(&self.state, registration)?;
        let bytes = folder.as_ref().map(|folder| folder.read_private(VAULT_FILE).map_err(too_large));
        let bytes = bytes.transpose()?.flatten();
        let sum = bytes.as_deref().map(|bytes| Sha256::digest(bytes).into());
        let known = held.take();
        let known = known.filter(|held| held.sum == sum && held.registration == registration);
        let fresh = match (known, bytes, folder) {
            (Some(known), ..) => known,
            (None, Some(bytes), Some(folder)) => {
                let opened = unsealed(&bytes, self.key()?, registration, &folder)?;
                Held { registration: registration.to_owned(), sum, opened }
            }
            (None, ..) => Held { registration: registration.to_owned(), sum, opened: Opened::default() },
        };
        Ok(&mut held.insert(fresh).opened)
    }

    /// Replaces the file by one with the present items. Whatever fails, what is in it is looked up anew the next time.
    fn save(&self, held: &mut Option<Held>) -> Answer<()> {
        let Some(Held { registration, mut opened, .. }) = held.take() else {
            return Err(other("nothing was read before writing"));
        };
        if opened.items.is_empty() {
            let Some(folder) = folder::existing_below(&self.state, &registration)? else {
                return Ok(());
            };
            folder.remove(VAULT_FILE)?;
            folder.remove(IDENTITY_FILE)?;
            return folder.sync();
        }
        let folder = folder::make_below(&self.state, &registration)?;
        let key = self.key()?;
        // The identity is there before anything is sealed for it.
        if opened.recipients.is_empty() {
            let identity = key.make(&registration, &folder)?;
            opened.recipients.insert(PASSPHRASE.to_owned(), recipient_of(&identity)?);
        }
        let bytes = sealed(&opened)?;
        folder.replace(VAULT_FILE, &bytes)?;
        let sum = Some(Sha256::digest(&bytes).into());
        *held = Some(Held { registration, sum, opened });
        Ok(())
    }

    /// Makes a new identity, opened by a new passphrase, and seals the file anew. Whenever this is ended, the file opens: with the
    /// old passphrase until the new identity is there, with the new one from then on.
    pub(in crate::world) fn change_passphrase(&self, registration: &str, new: &VaultKey) -> Answer<()> {
        let mut held = self.held();
        let folder = self.expect_items(&mut held, registration)?;
        let (made, recipient) = new.prepare()?;
        self.seal_for(&mut held, registration, |recipients| {
            recipients.insert(NEXT.to_owned(), recipient.clone());
        })?;
        folder.replace(IDENTITY_FILE, &made)?;
        self.seal_for(&mut held, registration, |recipients| {
            recipients.remove(NEXT);
            recipients.insert(PASSPHRASE.to_owned(), recipient.clone());
        })
    }

    /// Who else opens the file of this registration, by name.
    pub(in crate::world) fn collectors(&self, registration: &str) -> Answer<Vec<String>> {
        let mut held = self.held();
        self.expect_items(&mut held, registration)?;
        let recipients = &self.load(&mut held, registration)?.recipients;
        Ok(recipients.keys().filter(|name| !OURS.contains(&name.as_str())).cloned().collect())
    }

    /// Lets an identity open the file too, or with `None` no longer.
    pub(in crate::world) fn let_in(&self, registration: &str, name: &str, identity: Option<&Secret>) -> Answer<()> {
        let recipient = identity.map(recipient_of).transpose()?;
        let mut held = self.held();
        self.expect_items(&mut held, registration)?;
        self.seal_for(&mut held, registration, |recipients| match recipient {
            Some(recipient) => drop(recipients.insert(name.to_owned(), recipient)),
            None => drop(recipients.remove(name)),
        })
    }

    /// The folder of a file that is there.
    fn expect_items(&self, held: &mut Option<Held>, registration: &str) -> Answer<Folder> {
        let empty = self.load(held, registration)?.items.is_empty();
        let folder = folder::existing_below(&self.state, registration)?;
        folder.filter(|_| !empty).ok_or_else(|| fault(VaultFault::Missing))
    }

    /// Seals the file for others. One that an earlier version wrote gets its identity before.
    fn seal_for(
        &self,
        held: &mut Option<Held>,
        registration: &str,
        change: impl FnOnce(&mut BTreeMap<String, String>),
    ) -> Answer<()> {
        if self.load(held, registration)?.recipients.is_empty() {
            self.save(held)?;
        }
        change(&mut self.load(held, registration)?.recipients);
        self.save(held)
    }
}

impl Entries for AgeFile {
    fn descriptor(&self) -> &'static StoreDescriptor {
        &store::VAULT_FILE
    }

    fn write(&self, name: &str, _label: &str, bytes: &[u8]) -> Answer<()> {
        let value = std::str::from_utf8(bytes).map_err(|_binary| other("a vault file keeps text only"))?;
        let mut held = self.held();
        let opened = self.load(&mut held, registration_of(name))?;
        opened.items.insert(name.to_owned(), Secret::new(value.to_owned()));
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
        self.key.is_none()
    }

    /// Whole values: whoever opens the file in an emergency finds them as they are.
    fn entry(&self) -> usize {
        parts::LONGEST
    }

    fn title(&self, registration: &str) -> String {
        format!("vault file {}", self.state.join(registration).join(VAULT_FILE).display())
    }
}

/// The recipient that an identity opens for, as age writes it.
fn recipient_of(identity: &Secret) -> Answer<String> {
    Ok(parsed(identity.reveal())?.to_public().to_string())
}

fn sealed(opened: &Opened) -> Answer<Vec<u8>> {
    let recipients = &opened.recipients;
    let contents = Contents {
        format: FORMAT,
        version: VERSION,
        recipients: recipients.iter().map(|(name, recipient)| (name.as_str(), recipient.as_str())).collect(),
        items: opened.items.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect(),
    };
    let json = serde_json::to_vec_pretty(&contents)
        .map(Zeroizing::new)
        .map_err(|_never| other("the vault file cannot be written as JSON"))?;
    let parsed: Result<Vec<x25519::Recipient>, _> = recipients.values().map(|recipient| recipient.parse()).collect();
    let parsed = parsed.map_err(|_other: &str| fault(VaultFault::Damaged))?;
    // Into memory: no disk can fail here.
    let seal = || {
        let each = parsed.iter().map(|recipient| -> &dyn Recipient { recipient });
        let mut bytes = Vec::new();
        let mut writer = Encryptor::with_recipients(each).map_err(io::Error::other)?.wrap_output(&mut bytes)?;
        writer.write_all(&json)?;
        writer.finish()?;
        io::Result::Ok(bytes)
    };
    seal().map_err(|_error| other("the vault file could not be sealed"))
}

fn unsealed(bytes: &[u8], key: &VaultKey, registration: &str, folder: &Folder) -> Answer<Opened> {
    let file = decryptor(bytes)?;
    let damaged = || fault(VaultFault::Damaged);
    let (json, identity) = if file.is_scrypt() {
        (key.read_earlier(file)?, None)
    } else {
        let identity = key.opener(registration, folder)?.ok_or_else(damaged)?;
        let opened = read(file, &parsed(identity.reveal())?);
        // The passphrase opened the identity: that this does not open the file is no fault of the passphrase.
        let json = opened.map_err(|failure| if key.is_passphrase() { damaged() } else { failure })?;
        (json, Some(identity).filter(|_| key.is_passphrase()))
    };
    let head: Head = serde_json::from_slice(&json).map_err(|_error| damaged())?;
    if head.format == FORMAT && head.version > VERSION {
        return Err(Box::new(Failure::new(Service::Disk, Cause::NewerJournal)));
    }
    let contents: Contents<String> = serde_json::from_slice(&json).map_err(|_error| damaged())?;
    if contents.format != FORMAT {
        return Err(damaged());
    }
    let items = contents.items.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
    let mut recipients = contents.recipients;
    if let Some(identity) = identity {
        // A change of the passphrase that was ended is over: the identity that is there is the one that counts.
        recipients.remove(NEXT);
        recipients.insert(PASSPHRASE.to_owned(), recipient_of(&identity)?);
    }
    Ok(Opened { recipients, items })
}

/// A file that is larger than any of ours is no vault.
fn too_large(failure: Box<Failure>) -> Box<Failure> {
    if failure.cause == Cause::Disk(DiskFault::TooLarge) { fault(VaultFault::Damaged) } else { failure }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
