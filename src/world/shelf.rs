//! What lies in the state folder, looked at without a lock: nothing here writes, and no value of a secret leaves.

use std::path::PathBuf;

use crate::journal::{ItemName, Registration};
use crate::words::answers::Draft;
use crate::words::failure::{Cause, Failure, VaultFault};
use crate::words::secret::SharedSecret;
use crate::words::store::{self, StoreKey};
use crate::world::folder::DiskError;
use crate::world::journal::record::JournalFile;
use crate::world::kept::{self, Purpose, Secrets};
use crate::world::leaks;
use crate::world::store::{VAULT_FILE, Vault};

/// Names that are looked at, at most: there are two registrations, and two more for each other cloud.
const MOST: usize = 64;

/// The registrations of this person.
#[derive(Clone, Debug)]
pub struct RegistrationIndex {
    state: PathBuf,
    program: PathBuf,
    passphrase: Option<SharedSecret>,
}

/// One registration as its journal tells it.
#[derive(Clone, Debug)]
pub struct RegistrationSummary {
    /// Under which name its items are found in the keyring.
    pub name: String,
    /// Where its journal is.
    pub folder: PathBuf,
    /// The fold of what can be read.
    pub registration: Registration,
    /// Whether a line in the middle of the journal cannot be read.
    pub damaged: bool,
    /// What was typed the last time.
    pub draft: Option<Draft>,
}

/// Whether an item of the set in use can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    There,
    /// The keyring answers, and has it not.
    Missing,
    /// It is in a file that was not opened: nobody gave the passphrase.
    Sealed,
    /// The keyring did not tell.
    Unknown(Box<Failure>),
}

impl RegistrationIndex {
    /// The registrations below `state`; `program` is our own executable.
    pub fn new(state: PathBuf, program: PathBuf) -> Self {
        Self { state, program, passphrase: None }
    }

    /// The same with what opens vault files.
    #[must_use]
    pub fn with_passphrase(self, passphrase: Option<SharedSecret>) -> Self {
        Self { passphrase, ..self }
    }

    /// Whether this registration has a vault file.
    pub fn has_vault_file(&self, name: &str) -> bool {
        self.state.join(name).join(VAULT_FILE).exists()
    }

    /// Opens the vault file of a registration, if there is one.
    pub async fn unlock(&self, name: &str, passphrase: &SharedSecret) -> Result<(), Box<Failure>> {
        let secrets = Secrets::File(Some(SharedSecret::clone(passphrase)));
        match secrets.vault(&self.state, name, &self.program) {
            Some(vault) => vault.open().await,
            None => Ok(()),
        }
    }

    /// Where a volume's secrets are, as far as it can be looked into.
    fn vault(&self, name: &str, kept_in: &StoreKey) -> Option<Vault> {
        let secrets = if *kept_in == store::KEYRING {
            Secrets::Keyring
        } else if *kept_in == store::VAULT_FILE {
            Secrets::File(self.passphrase.as_ref().map(SharedSecret::clone))
        } else {
            return None;
        };
        let vault = secrets.vault(&self.state, name, &self.program)?;
        // Nobody is waited for at a file: it is work, and that has a bound of its own.
        let alone = *kept_in == store::KEYRING;
        Some(if alone { vault.within(Vault::UNATTENDED) } else { vault })
    }

    /// Every registration that has a journal, by name. No folder is an empty shelf.
    pub fn volumes(&self) -> Result<Vec<RegistrationSummary>, Box<Failure>> {
        let mut names = self.names()?;
        names.sort();
        names.iter().map(|name| self.volume(name)).collect()
    }

    fn names(&self) -> Result<Vec<String>, Box<Failure>> {
        let entries = match std::fs::read_dir(&self.state) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(DiskError::Io(error).failure(&self.state)),
        };
        Ok(entries
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.starts_with("production") || name.starts_with("sandbox"))
            .take(MOST)
            .collect())
    }

    /// The fold of one registration, to hand something out of it: of none that is damaged or half forgotten.
    pub fn in_use(&self, name: &str) -> Result<Registration, Box<Failure>> {
        let record = JournalFile::open(&self.state, name)?;
        let kept_in = &record.registration().store;
        let known = store::STORES.into_iter().find(|known| *kept_in == **known);
        kept::usable(&record, known.unwrap_or_default(), Purpose::Use)?;
        Ok(record.registration().clone())
    }

    /// One registration; without a journal it is an empty one.
    pub fn volume(&self, name: &str) -> Result<RegistrationSummary, Box<Failure>> {
        let record = JournalFile::open(&self.state, name)?;
        Ok(RegistrationSummary {
            name: name.to_owned(),
            folder: record.folder().to_owned(),
            registration: seen(record.registration()),
            damaged: record.is_damaged(),
            draft: record.load_draft(),
        })
    }

    /// Reads an item, for whoever hands it on. A person may be asked for the keyring's password meanwhile.
    /// `None` where nothing can be read.
    pub async fn recall(
        &self,
        name: &str,
        kept_in: &StoreKey,
        item: &ItemName,
    ) -> Option<SharedSecret> {
        let vault = self.vault(name, kept_in)?.within(Vault::ASKING);
        vault.recall(item).await.ok()
    }

    /// Whether each of these items can be read. A keyring that does not tell about one is not asked about the others.
    pub async fn presence(
        &self,
        name: &str,
        kept_in: &StoreKey,
        items: &[ItemName],
    ) -> Vec<(ItemName, Presence)> {
        let Some(vault) = self.vault(name, kept_in) else {
            let sealed = |item: &ItemName| (item.clone(), Presence::Sealed);
            return items.iter().map(sealed).collect();
        };
        let mut seen = Vec::new();
        let mut silent: Option<Box<Failure>> = None;
        for item in items {
            let presence = match &silent {
                Some(failure) => Presence::Unknown(failure.clone()),
                None => match vault.recall(item).await {
                    Ok(_wiped) => Presence::There,
                    Err(failure) if failure.cause == Cause::Vault(VaultFault::Missing) => {
                        Presence::Missing
                    }
                    Err(failure) => {
                        silent = Some(failure.clone());
                        Presence::Unknown(failure)
                    }
                },
            };
            seen.push((item.clone(), presence));
        }
        seen
    }

    /// Searches a text for the secrets that the keyring gives out for these items.
    pub async fn scan(
        &self,
        text: &str,
        name: &str,
        kept_in: &StoreKey,
        items: &[ItemName],
    ) -> Scan {
        let mut scan = Scan::default();
        let Some(vault) = self.vault(name, kept_in) else {
            scan.sealed = !items.is_empty();
            return scan;
        };
        for item in items {
            if scan.silent.is_some() {
                break;
            }
            match vault.recall(item).await {
                Ok(secret) => {
                    scan.looked_for += 1;
                    if let Some(encoding) = leaks::encoding_in(text, &secret) {
                        scan.leaks.push((item.clone(), encoding));
                    }
                }
                Err(failure) if failure.cause == Cause::Vault(VaultFault::Missing) => {}
                Err(failure) => scan.silent = Some(failure),
            }
        }
        scan
    }
}

/// The registration with the words of the store that its journal names.
fn seen(registration: &Registration) -> Registration {
    let known = store::STORES.into_iter().find(|known| registration.store == **known);
    Registration { opened_in: known.unwrap_or_default(), ..registration.clone() }
}

/// What came of a search for secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Secrets that were looked for.
    pub looked_for: usize,
    /// What was found, and in which encoding.
    pub leaks: Vec<(ItemName, &'static str)>,
    /// Why the keyring gave no more out.
    pub silent: Option<Box<Failure>>,
    /// Whether there is a vault file that was not opened.
    pub sealed: bool,
}
