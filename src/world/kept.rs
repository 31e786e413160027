//! One registration, opened: its lock, its journal and draft, its vault. On disk and in the keyring, or in memory for a
//! rehearsal, which never reads the real ones.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::diagnose::Platform as MachineKind;
use crate::effect::{Effect, Opened, Outcome, ProbeResult};
use crate::journal::{Fact, Line, Registration, registration_name};
use crate::words::answers::Draft;
use crate::words::failure::{Cause, DiskFault, Failure, Service};
use crate::words::secret::SharedSecret;
use crate::words::step::Environment;
use crate::words::store::{self, StoreDescriptor};
use crate::world::clock;
use crate::world::journal::lock::Lock;
use crate::world::journal::record::JournalFile;
use crate::world::mishap::Mishap;
use crate::world::store::{VAULT_FILE, Vault, VaultFileLocation};

/// Where things are kept.
#[derive(Clone, Debug)]
pub enum StoreOptions {
    /// The journal below a folder.
    Machine {
        /// The folder of journals and drafts.
        state: PathBuf,
        /// Our own executable, started again to read back what was written.
        program: PathBuf,
        /// Where the secrets are.
        secrets: Secrets,
    },
    /// In memory: gone with the process. What is rehearsed may go wrong there.
    Memory(Option<Mishap>),
}

impl StoreOptions {
    /// The failure of the mishap that is rehearsed, if this effect is where it strikes.
    pub(super) fn mishap(&self, effect: &Effect) -> Option<Box<Failure>> {
        match self {
            Self::Memory(mishap) => mishap.as_ref()?.strikes(effect),
            Self::Machine { .. } => None,
        }
    }

    /// The kind of machine that is pretended, if one is.
    pub fn machine(&self) -> Option<MachineKind> {
        match self {
            Self::Memory(mishap) => mishap.as_ref()?.machine(),
            Self::Machine { .. } => None,
        }
    }
}

/// Where the secrets of a machine are.
#[derive(Clone, Debug)]
pub enum Secrets {
    /// In the operating system's keyring.
    Keyring,
    /// In the vault file of each registration, with what opens it. Without, the vault is never looked into: a name can be
    /// changed all the same.
    File(Option<SharedSecret>),
}

impl Secrets {
    fn kind(&self) -> &'static StoreDescriptor {
        match self {
            Self::Keyring => &store::KEYRING,
            Self::File(_) => &store::VAULT_FILE,
        }
    }

    /// The vault of one registration; `None` where nobody said what opens it.
    pub(super) fn vault(&self, state: &Path, name: &str, program: &Path) -> Option<Vault> {
        match self {
            Self::Keyring => Some(Vault::keyring(name, program.to_owned())),
            Self::File(None) => None,
            Self::File(Some(passphrase)) => {
                let place = VaultFileLocation {
                    state: state.to_owned(),
                    registration: name.to_owned(),
                    passphrase: SharedSecret::clone(passphrase),
                };
                Some(Vault::file(place, program.to_owned()))
            }
        }
    }
}

/// What a registration is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be used.
    Use,
    /// To be forgotten: one that is half forgotten already is fine.
    Forget,
}

/// One registration, opened for this process alone.
pub(super) struct RegistrationStore {
    /// `None` where nobody said what opens it.
    vault: Option<Vault>,
    kind: &'static StoreDescriptor,
    name: String,
    pages: RefCell<Pages>,
    lock: Option<Lock>,
}

enum Pages {
    File(JournalFile),
    Memory { registration: Registration, draft: Option<Draft> },
}

impl RegistrationStore {
    pub(super) async fn open(
        keeping: &StoreOptions,
        environment: Environment,
        cloud: Option<&str>,
        purpose: Purpose,
    ) -> Result<Self, Box<Failure>> {
        let name = registration_name(environment, cloud);
        match keeping {
            StoreOptions::Machine { state, program, secrets } => {
                let lock = Lock::take(&Lock::place()?, &name, clock::now())?;
                let record = JournalFile::open(state, &name)?;
                usable(&record, secrets.kind(), purpose)?;
                let vault = secrets.vault(state, &name, program);
                if let Some(vault) = vault.as_ref().filter(|_| purpose == Purpose::Use) {
                    vault.open().await?;
                }
                Ok(Self {
                    vault,
                    kind: secrets.kind(),
                    name,
                    pages: RefCell::new(Pages::File(record)),
                    lock: Some(lock),
                })
            }
            StoreOptions::Memory(_) => Ok(Self {
                vault: Some(Vault::memory(&name)),
                kind: &store::KEYRING,
                name,
                pages: RefCell::new(Pages::Memory {
                    registration: Registration::default(),
                    draft: None,
                }),
                lock: None,
            }),
        }
    }

    pub(super) fn opened(&self) -> Opened {
        match &*self.pages.borrow() {
            Pages::File(record) => Opened {
                registration: Registration {
                    opened_in: self.kind,
                    ..record.registration().clone()
                },
                draft: record.load_draft(),
                name: self.name.clone(),
                folder: record.folder().display().to_string(),
            },
            Pages::Memory { registration, draft } => Opened {
                registration: registration.clone(),
                draft: draft.clone(),
                name: self.name.clone(),
                folder: "nothing: this is a rehearsal".to_owned(),
            },
        }
    }

    pub(super) async fn look(&self) -> Result<ProbeResult, Box<Failure>> {
        if let Pages::File(record) = &*self.pages.borrow() {
            record.preflight()?;
        }
        self.vault()?.probe().await
    }

    fn vault(&self) -> Result<&Vault, Box<Failure>> {
        let sealed = || Box::new(Failure::new(Service::Machine, Cause::Internal));
        self.vault.as_ref().ok_or_else(sealed)
    }

    pub(super) async fn perform(&self, effect: Effect) -> Result<Outcome, Box<Failure>> {
        match effect {
            Effect::Note(fact) => self.note(fact),
            Effect::Keep(item, secret) => {
                self.vault()?.keep(&item, &secret).await?;
                Ok(Outcome::Kept)
            }
            Effect::Recall(item) => self.vault()?.recall(&item).await.map(Outcome::Recalled),
            Effect::Copy { from, to } => {
                self.vault()?.copy(&from, &to).await?;
                Ok(Outcome::Kept)
            }
            Effect::Erase(items) => {
                self.vault()?.erase(&items).await?;
                Ok(Outcome::Erased)
            }
            Effect::ReadBack(items) => {
                self.vault()?.read_back(&items).await?;
                Ok(Outcome::ReadBack)
            }
            Effect::Save(draft) => self.save(*draft),
            Effect::Discard => self.discard().await,
            Effect::Preflight(_)
            | Effect::Open(_)
            | Effect::OpenToForget(_)
            | Effect::Discover(_)
            | Effect::AppToken(_)
            | Effect::Read(..)
            | Effect::Listen(_)
            | Effect::ResumeListening(_)
            | Effect::Probe(_)
            | Effect::Await
            | Effect::Tell(_)
            | Effect::Browse(_)
            | Effect::Redeem(_)
            | Effect::Refresh(_)
            | Effect::Octo(_)
            | Effect::Pause(_) => Err(Box::new(Failure::new(Service::Machine, Cause::Internal))),
        }
    }

    /// A lock that is no longer ours means that another wizard may be writing: nothing is written then.
    fn expect_lock(&self) -> Result<(), Box<Failure>> {
        if self.lock.as_ref().is_some_and(|lock| !lock.is_held()) {
            return Err(Box::new(Failure::new(Service::Disk, Cause::JournalMoved)));
        }
        Ok(())
    }

    /// Removes the files, and a test item that was left behind.
    async fn discard(&self) -> Result<Outcome, Box<Failure>> {
        self.expect_lock()?;
        // The test item holds nothing: a keyring that does not answer, where nothing was ever kept, is no hindrance.
        if let Some(vault) = self.vault.as_ref().filter(|_| !self.kind.goes_with_journal) {
            drop(vault.within(Vault::UNATTENDED).sweep().await);
        }
        if let Pages::File(record) = &*self.pages.borrow() {
            record.discard()?;
        }
        Ok(Outcome::Discarded)
    }

    /// Appends a fact.
    fn note(&self, fact: Fact) -> Result<Outcome, Box<Failure>> {
        self.expect_lock()?;
        let at = clock::now();
        let sequence = match &mut *self.pages.borrow_mut() {
            Pages::File(record) => record.append(&fact, at)?,
            Pages::Memory { registration, .. } => {
                let sequence = registration.sequence + 1;
                registration.apply(&Line { sequence, at, fact: fact.clone() });
                sequence
            }
        };
        Ok(Outcome::Noted(Box::new(Line { sequence, at, fact })))
    }

    fn save(&self, mut new: Draft) -> Result<Outcome, Box<Failure>> {
        new.saved_at = Some(clock::now());
        match &mut *self.pages.borrow_mut() {
            Pages::File(record) => record.save_draft(&new)?,
            Pages::Memory { draft, .. } => *draft = Some(new),
        }
        Ok(Outcome::Saved)
    }
}

/// Whether a registration may be opened so. What was kept elsewhere must not look as if it were gone.
pub(super) fn usable(
    record: &JournalFile,
    asked: &StoreDescriptor,
    purpose: Purpose,
) -> Result<(), Box<Failure>> {
    let (cause, detail) = if record.is_damaged() {
        let folder = record.folder().display().to_string();
        (Cause::Disk(DiskFault::Damaged), folder)
    } else if let Some(kept) = record.registration().kept_in().filter(|kept| **kept != *asked) {
        let words = if *kept == store::KEYRING {
            "in the keyring".to_owned()
        } else if *kept == store::VAULT_FILE {
            let file = record.folder().join(VAULT_FILE);
            format!("in the vault file {}", file.display())
        } else {
            format!("in a store that this version does not know: {}", kept.as_str())
        };
        (Cause::OtherStore, words)
    } else if record.registration().forgetting && purpose == Purpose::Use {
        let folder = record.folder().display().to_string();
        (Cause::HalfForgotten, folder)
    } else {
        return Ok(());
    };
    Err(Box::new(Failure::new(Service::Disk, cause).with_detail(&detail)))
}
