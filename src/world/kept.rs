//! One registration, opened: its lock, its journal and draft, its vault. On disk and in the keyring, or in memory for a
//! rehearsal, which never reads the real ones.

use std::cell::RefCell;
use std::path::PathBuf;

use crate::engine::answers::Draft;
use crate::engine::effect::{Cause, DiskFault, Effect, Failure, Opened, Outcome, Service, Sight};
use crate::engine::journal::{Fact, Line, Registration, registration_name};
use crate::engine::step::Environment;
use crate::world::clock;
use crate::world::lock::Lock;
use crate::world::record::Record;
use crate::world::vault::Vault;

/// Where things are kept.
#[derive(Clone, Debug)]
pub enum Keeping {
    /// The journal below a folder, secrets in the operating system's keyring.
    Machine {
        /// The folder of journals and drafts.
        state: PathBuf,
        /// Our own executable, started again to read back what was written.
        program: PathBuf,
    },
    /// In memory: gone with the process.
    Memory,
}

/// One registration, opened for this process alone.
pub(super) struct Kept {
    vault: Vault,
    name: String,
    pages: RefCell<Pages>,
    lock: Option<Lock>,
}

enum Pages {
    File(Record),
    Memory {
        registration: Registration,
        draft: Option<Draft>,
    },
}

impl Kept {
    pub(super) fn open(
        keeping: &Keeping,
        environment: Environment,
        cloud: Option<&str>,
    ) -> Result<Self, Box<Failure>> {
        let name = registration_name(environment, cloud);
        match keeping {
            Keeping::Machine { state, program } => {
                let lock = Lock::take(&Lock::place()?, &name, clock::now())?;
                let record = Record::open(state, &name)?;
                if record.is_damaged() {
                    let failure = Failure::new(Service::Disk, Cause::Disk(DiskFault::Damaged));
                    return Err(Box::new(
                        failure.with_detail(&record.folder().display().to_string()),
                    ));
                }
                Ok(Self {
                    vault: Vault::keyring(&name, program.clone()),
                    name,
                    pages: RefCell::new(Pages::File(record)),
                    lock: Some(lock),
                })
            }
            Keeping::Memory => Ok(Self {
                vault: Vault::memory(&name),
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
                registration: record.registration().clone(),
                draft: record.load_draft(),
                name: self.name.clone(),
                folder: record.folder().display().to_string(),
            },
            Pages::Memory {
                registration,
                draft,
            } => Opened {
                registration: registration.clone(),
                draft: draft.clone(),
                name: self.name.clone(),
                folder: "nothing: this is a rehearsal".to_owned(),
            },
        }
    }

    pub(super) async fn look(&self) -> Result<Sight, Box<Failure>> {
        if let Pages::File(record) = &*self.pages.borrow() {
            record.preflight()?;
        }
        self.vault.probe().await
    }

    pub(super) async fn perform(&self, effect: Effect) -> Result<Outcome, Box<Failure>> {
        match effect {
            Effect::Note(fact) => self.note(fact),
            Effect::Keep(item, secret) => self
                .vault
                .keep(&item, &secret)
                .await
                .map(|()| Outcome::Kept),
            Effect::Recall(item) => self.vault.recall(&item).await.map(Outcome::Recalled),
            Effect::Copy { from, to } => self.vault.copy(&from, &to).await.map(|()| Outcome::Kept),
            Effect::Erase(items) => self.vault.erase(&items).await.map(|()| Outcome::Erased),
            Effect::ReadBack(items) => self
                .vault
                .read_back(&items)
                .await
                .map(|()| Outcome::ReadBack),
            Effect::Save(draft) => self.save(*draft),
            Effect::Look(_)
            | Effect::Open(_)
            | Effect::Discover(_)
            | Effect::AppToken(_)
            | Effect::Read(..)
            | Effect::Listen(_)
            | Effect::Relisten(_)
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

    /// Appends a fact. A lock that is no longer ours means that another wizard may be writing: nothing is written then.
    fn note(&self, fact: Fact) -> Result<Outcome, Box<Failure>> {
        if self.lock.as_ref().is_some_and(|lock| !lock.is_held()) {
            return Err(Box::new(Failure::new(Service::Disk, Cause::JournalMoved)));
        }
        let at = clock::now();
        let sequence = match &mut *self.pages.borrow_mut() {
            Pages::File(record) => record.append(&fact, at)?,
            Pages::Memory { registration, .. } => {
                let sequence = registration.sequence + 1;
                registration.apply(&Line {
                    sequence,
                    at,
                    fact: fact.clone(),
                });
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
