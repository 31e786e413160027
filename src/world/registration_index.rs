//! The registrations of one journal store, looked at without a lock: nothing here writes, and no value of a secret leaves unless
//! it is asked for by name.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};

use crate::effect::Opened;
use crate::journal::{ItemName, Registration};
use crate::words::{Cause, Failure, Service, SharedSecret, StoreDescriptor, StoreKey, Unlock, VaultFault};
use crate::world::drafts::Drafts;
use crate::world::journal::{Journal, JournalStore};
use crate::world::leaks;
use crate::world::registration_store::{Purpose, usable};
use crate::world::store::{Answer, SecretStore, Vault};

/// Journals that are read at once: a server of everybody's is asked no more.
const SIDE_BY_SIDE: usize = 32;

/// The registrations of this person.
#[derive(Clone)]
pub struct RegistrationIndex {
    /// The journals.
    pub journals: Arc<dyn JournalStore>,
    /// What was typed.
    pub drafts: Drafts,
    /// Every store that one of the journals may name.
    pub secrets: Vec<Arc<dyn SecretStore>>,
}

/// Whether an item of the set in use can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    There,
    /// The store answers, and has it not.
    Missing,
    /// It is in a store that was not opened: nobody gave the passphrase.
    Sealed,
    /// The store did not tell.
    Unknown(Box<Failure>),
}

/// What a store that was not asked for has of a registration.
pub struct Elsewhere {
    /// Which store.
    pub store: &'static StoreDescriptor,
    items: Option<Vec<ItemName>>,
    vault: Vault,
}

impl Elsewhere {
    /// The names of the items; `None` if it does not tell.
    pub fn names(&self, registration: &str) -> Option<Vec<String>> {
        Some(self.items.as_ref()?.iter().map(|item| format!("{registration}/{item}")).collect())
    }

    /// Deletes them.
    pub async fn clear(&self) -> Answer<()> {
        self.vault.clear().await
    }
}

impl RegistrationIndex {
    fn store(&self, kept_in: &StoreKey) -> Option<&Arc<dyn SecretStore>> {
        self.secrets.iter().find(|store| *kept_in == *store.descriptor())
    }

    /// What the store of a registration has of it, or why that cannot be looked into.
    fn vault(&self, name: &str, kept_in: &StoreKey) -> Result<Vault, Presence> {
        let Some(store) = self.store(kept_in) else {
            let failure = Failure::new(Service::Disk, Cause::OtherStore);
            let unknown = Box::new(failure.with_detail(&format!("in {}", kept_in.as_str())));
            return Err(Presence::Unknown(unknown));
        };
        if store.is_sealed() {
            return Err(Presence::Sealed);
        }
        let vault = Vault::new(name, Arc::clone(store));
        // Nobody is there to answer a window. What else takes time is work, and that has a bound of its own.
        let window = store.descriptor().unlock == Unlock::Window;
        Ok(if window { vault.within(Vault::UNATTENDED) } else { vault })
    }

    /// The names of all registrations that have a journal, in their order.
    pub async fn names(&self) -> Answer<Vec<String>> {
        let mut names = self.journals.list().await?;
        names.sort();
        Ok(names)
    }

    /// Every registration that has a journal, by name.
    pub async fn volumes(&self) -> Answer<Vec<Opened>> {
        let mut volumes = Vec::new();
        for name in &self.names().await? {
            volumes.push(self.volume(name).await?);
        }
        Ok(volumes)
    }

    /// These as their journals alone tell them, an answer for each in their order: some are read side by side, each with one question.
    pub async fn as_written_all(&self, names: &[String]) -> Vec<Answer<Opened>> {
        stream::iter(names).map(|name| self.as_written(name)).buffered(SIDE_BY_SIDE).collect().await
    }

    /// Those of these names of which anything is kept: whatever else there is, is not asked for.
    pub async fn named(&self, names: &[String]) -> Answer<Vec<Opened>> {
        let mut volumes = Vec::new();
        for name in names {
            let volume = self.volume(name).await?;
            let Registration { sequence, newer, damaged, .. } = volume.registration;
            volumes.extend((sequence > 0 || newer || damaged || volume.draft.is_some()).then_some(volume));
        }
        Ok(volumes)
    }

    /// The fold of one registration, to hand something out of it: of none that is damaged or half forgotten.
    pub async fn in_use(&self, name: &str) -> Answer<Registration> {
        let Opened { registration, folder, .. } = self.volume(name).await?;
        usable(&registration, &folder, registration.opened_in, Purpose::Use)?;
        Ok(registration)
    }

    /// The same of the journal alone, for what builds on nothing: its store is not asked whether the end of it is there.
    pub async fn glance(&self, name: &str) -> Answer<Registration> {
        let journal = Journal::open(Arc::clone(&self.journals), name).await?;
        let registration = journal.registration().clone();
        let store = self.store(&registration.store).map(|store| store.descriptor()).unwrap_or_default();
        usable(&registration, &journal.place(), store, Purpose::Use)?;
        Ok(registration)
    }

    /// What stores that were not asked for have of a registration too, where they tell. A vault file goes with the folder.
    pub async fn elsewhere(&self, name: &str, asked: &StoreDescriptor) -> Vec<Elsewhere> {
        let none = [VaultFault::NoBus, VaultFault::NoProvider, VaultFault::NoCollection].map(Cause::Vault);
        let mut all = Vec::new();
        // What is in a shared vault is another registration, whatever its name is.
        let beside = |store: &&Arc<dyn SecretStore>| {
            let other = store.descriptor();
            *other != *asked && other.is_shared() == asked.is_shared() && !store.is_sealed()
        };
        for store in self.secrets.iter().filter(beside) {
            let vault = Vault::new(name, Arc::clone(store)).within(Vault::UNATTENDED);
            let items = match vault.listed().await {
                Ok(items) if items.is_empty() => continue,
                Err(failure) if none.contains(&failure.cause) => continue,
                listed => listed.ok(),
            };
            all.push(Elsewhere { store: store.descriptor(), items, vault });
        }
        all
    }

    /// One registration, with the words of the store that the journal names; without a journal it is an empty one.
    pub async fn volume(&self, name: &str) -> Answer<Opened> {
        let journal = Journal::open(Arc::clone(&self.journals), name).await?;
        let kept_in = journal.registration().store.clone();
        let mark = match self.vault(name, &kept_in) {
            Ok(vault) => vault.remembered().await,
            Err(_not_looked_into) => None,
        };
        let journal = journal.expecting(mark).await?;
        let store = self.store(&kept_in).map(|store| store.descriptor());
        Ok(journal.opened(store.unwrap_or_default(), &self.drafts))
    }

    /// The fold of one registration as its journal alone tells it: no store is asked.
    pub async fn as_written(&self, name: &str) -> Answer<Opened> {
        let journal = Journal::open(Arc::clone(&self.journals), name).await?;
        let store = self.store(&journal.registration().store).map(|store| store.descriptor());
        Ok(journal.opened(store.unwrap_or_default(), &self.drafts))
    }

    /// Reads an item, for whoever hands it on. A person may be asked for the keyring's password meanwhile.
    /// `None` where nothing can be read.
    pub async fn recall(&self, name: &str, kept_in: &StoreKey, item: &ItemName) -> Option<SharedSecret> {
        let vault = self.vault(name, kept_in).ok()?.within(Duration::MAX);
        vault.recall(item).await.ok()
    }

    /// What the store gives out for each item, or how it is with one that is not given out.
    async fn recall_all(
        &self,
        name: &str,
        kept_in: &StoreKey,
        items: &[ItemName],
    ) -> Vec<Result<SharedSecret, Presence>> {
        let found = match self.vault(name, kept_in) {
            Ok(vault) => vault.recall_all(items).await.map_err(Presence::Unknown),
            Err(presence) => Err(presence),
        };
        match found {
            Ok(found) => found.into_iter().map(|found| found.map_err(absence)).collect(),
            Err(all) => items.iter().map(|_| Err(all.clone())).collect(),
        }
    }

    /// Whether each of these items can be read.
    pub async fn presence(&self, name: &str, kept_in: &StoreKey, items: &[ItemName]) -> Vec<(ItemName, Presence)> {
        let found = self.recall_all(name, kept_in, items).await.into_iter();
        let seen = found.map(|found| found.map_or_else(|absence| absence, |_wiped| Presence::There));
        items.iter().cloned().zip(seen).collect()
    }

    /// Searches a text for the secrets that the store gives out for these items.
    pub async fn scan(&self, text: &str, name: &str, kept_in: &StoreKey, items: &[ItemName]) -> Scan {
        let mut scan = Scan::default();
        for (item, found) in items.iter().zip(self.recall_all(name, kept_in, items).await) {
            match found {
                Ok(secret) => {
                    scan.looked_for += 1;
                    if let Some(encoding) = leaks::encoding_in(text, &secret) {
                        scan.leaks.push((item.clone(), encoding));
                    }
                }
                Err(Presence::There | Presence::Missing) => {}
                Err(Presence::Sealed) => scan.sealed = true,
                Err(Presence::Unknown(failure)) => scan.silent = Some(failure),
            }
        }
        scan
    }
}

fn absence(failure: Box<Failure>) -> Presence {
    if failure.cause == Cause::Vault(VaultFault::Missing) { Presence::Missing } else { Presence::Unknown(failure) }
}

/// What came of a search for secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Secrets that were looked for.
    pub looked_for: usize,
    /// What was found, and in which encoding.
    pub leaks: Vec<(ItemName, &'static str)>,
    /// Why the store gave no more out.
    pub silent: Option<Box<Failure>>,
    /// Whether there is a store that was not opened.
    pub sealed: bool,
}
