//! One sealed file, for machines without a keyring.
//!
//! The file is in the age format (<https://c2sp.org/age>), sealed to recipients: the identity beside it, which the passphrase opens,
//! and those of collectors. So `age -d` and `rage -d` open it in an emergency. Inside is JSON:
//! `{"format":"octo-csp vault","version":2,"recipients":{NAME:RECIPIENT,…},"items":{NAME:VALUE,…}}`, with the names that the
//! keyring would have. It is replaced as a whole by every write, and gone with its last item. Version 1 was sealed with the
//! passphrase itself; it is read, and sealed anew by the next write.
//!
//! Nothing of what is inside is remembered from one call to the next: what somebody else changed is never overlooked, and no secret
//! stays in our memory.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use age::{Encryptor, Recipient, x25519};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::key::{IDENTITY_FILE, decryptor, parsed, read};
use super::entries::Entries;
use super::parts;
use super::secret_store::{Answer, fault, other, registration_of};
use crate::words::store::{self};
use crate::words::{Cause, DiskFault, Failure, Secret, Service, StoreDescriptor, VaultFault};
use crate::world::folder::{self, Folder};

mod key;

pub(in crate::rooms::world) use self::key::Handed;
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

/// The vault files below the folder of all registrations.
pub(in crate::rooms::world) struct AgeFile {
    state: PathBuf,
    /// What opens them. Without, they are never looked into.
    key: Option<Arc<VaultKey>>,
    /// Held while what is in a file is changed.
    writing: Mutex<()>,
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
    pub(in crate::rooms::world) fn new(state: PathBuf, key: Option<Arc<VaultKey>>) -> Self {
        Self { state, key, writing: Mutex::new(()) }
    }

    fn key(&self) -> Answer<&VaultKey> {
        self.key.as_deref().ok_or_else(|| fault(VaultFault::Locked))
    }

    /// What is in the file now: nothing where there is none.
    fn load(&self, registration: &str) -> Answer<Opened> {
        let Some(folder) = folder::existing_below(&self.state, registration)? else {
            return Ok(Opened::default());
        };
        let bytes = folder.read_private(VAULT_FILE).map_err(too_large)?;
        bytes.map_or_else(|| Ok(Opened::default()), |bytes| unsealed(&bytes, self.key()?, registration, &folder))
    }

    /// Replaces the file by one with what `change` leaves, if there is anything to change.
    fn change(&self, registration: &str, change: impl FnOnce(&mut Opened) -> Answer<()>) -> Answer<()> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut opened = self.load(registration)?;
        change(&mut opened)?;
        if opened.items.is_empty() {
            let Some(folder) = folder::existing_below(&self.state, registration)? else {
                return Ok(());
            };
            // A file whose identity is gone would be damaged: it goes first, and for good.
            for file in [VAULT_FILE, IDENTITY_FILE] {
                folder.remove(file)?;
                folder.sync()?;
            }
            return Ok(());
        }
        let folder = folder::make_below(&self.state, registration)?;
        // The identity is there before anything is sealed for it.
        if !opened.recipients.contains_key(PASSPHRASE) {
            let identity = self.key()?.make(registration, &folder)?;
            opened.recipients.insert(PASSPHRASE.to_owned(), recipient_of(&identity)?);
        }
        folder.replace(VAULT_FILE, &sealed(&opened)?)
    }

    /// Makes a new identity, opened by a new passphrase, and seals the file anew. Whenever this is ended, the file opens: with the
    /// old passphrase until the new identity is there, with the new one from then on.
    pub(in crate::rooms::world) fn change_passphrase(&self, registration: &str, new: &Arc<VaultKey>) -> Answer<()> {
        let (made, recipient) = new.prepare()?;
        self.change_recipients(registration, |recipients| drop(recipients.insert(NEXT.to_owned(), recipient)))?;
        folder::make_below(&self.state, registration)?.replace(IDENTITY_FILE, &made)?;
        // Opened with the new one, it is sealed for the new one alone.
        Self::new(self.state.clone(), Some(Arc::clone(new))).change_recipients(registration, |_| ())
    }

    /// Who else opens the file of this registration, by name.
    pub(in crate::rooms::world) fn collectors(&self, registration: &str) -> Answer<Vec<String>> {
        let recipients = self.load(registration)?.recipients;
        Ok(recipients.into_keys().filter(|name| ![PASSPHRASE, NEXT].contains(&name.as_str())).collect())
    }

    /// Lets an identity open the file too, or with `None` no longer.
    pub(in crate::rooms::world) fn let_in(
        &self,
        registration: &str,
        name: &str,
        identity: Option<&Secret>,
    ) -> Answer<()> {
        let recipient = identity.map(recipient_of).transpose()?;
        self.change_recipients(registration, |recipients| match recipient {
            Some(recipient) => drop(recipients.insert(name.to_owned(), recipient)),
            None => drop(recipients.remove(name)),
        })
    }

    /// Seals a file that is there for others.
    fn change_recipients(&self, registration: &str, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Answer<()> {
        self.change(registration, |opened| {
            if opened.items.is_empty() {
                return Err(fault(VaultFault::Missing));
            }
            change(&mut opened.recipients);
            Ok(())
        })
    }
}

impl Entries for AgeFile {
    fn descriptor(&self) -> &'static StoreDescriptor {
        &store::VAULT_FILE
    }

    fn write(&self, name: &str, _label: &str, bytes: &[u8]) -> Answer<()> {
        let value = std::str::from_utf8(bytes).map_err(|_binary| other("a vault file keeps text only"))?;
        self.change(registration_of(name), |opened| {
            opened.items.insert(name.to_owned(), Secret::new(value.to_owned()));
            Ok(())
        })
    }

    fn read(&self, name: &str) -> Answer<Zeroizing<Vec<u8>>> {
        let items = self.load(registration_of(name))?.items;
        let value = items.get(name).ok_or_else(|| fault(VaultFault::Missing))?;
        Ok(Zeroizing::new(value.reveal().as_bytes().to_vec()))
    }

    fn delete(&self, name: &str) -> Answer<()> {
        self.change(registration_of(name), |opened| {
            opened.items.remove(name).map(drop).ok_or_else(|| fault(VaultFault::Missing))
        })
    }

    fn names(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        Ok(Some(self.load(registration)?.items.into_keys().collect()))
    }

    fn open(&self, registration: &str) -> Answer<()> {
        self.load(registration).map(drop)
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
