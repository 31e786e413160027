//! One registration, opened: its lease, its journal and draft, its vault, whatever store these are in.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::effect::{Opened, ProbeResult};
use crate::journal::{self, Fact, ItemName, Line, Registration};
use crate::words::store::STORES;
use crate::words::{Cause, DiskFault, Draft, Failure, Service, StoreDescriptor, StoreKey, VaultFault};
use crate::world::clock;
use crate::world::drafts::Drafts;
use crate::world::journal::{Journal, JournalMemory, JournalStore, Lease};
use crate::world::store::{Answer, Blocking, Memory, SecretStore, Vault};

/// Where things are kept.
#[derive(Clone)]
pub struct StoreOptions {
    /// The secrets.
    pub secrets: Arc<dyn SecretStore>,
    /// The journals.
    pub journals: Arc<dyn JournalStore>,
    /// What was typed.
    pub drafts: Drafts,
    /// Whether whoever opens it compares the journal with what the secrets' store knows of it, before anything is built upon it: of
    /// the many who wait for one lock only one does.
    pub compared: bool,
}

impl StoreOptions {
    /// In memory: gone with the process.
    pub fn memory() -> Self {
        Self {
            secrets: Arc::new(Blocking::new(Arc::new(Memory::default()))),
            journals: Arc::new(JournalMemory::default()),
            drafts: Drafts(None),
            compared: false,
        }
    }
}

/// The store said nothing in time: it is not asked again.
const SILENT: Cause = Cause::Vault(VaultFault::TimedOut);

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
    name: String,
    stores: StoreOptions,
    vault: Vault,
    journal: Journal,
    strays: Vec<ItemName>,
    lease: Box<dyn Lease>,
    /// Two steps may note at a time: a line is written behind the one before it.
    turn: Mutex<()>,
}

impl RegistrationStore {
    pub(super) async fn open(stores: &StoreOptions, name: String, purpose: Purpose) -> Answer<Self> {
        let lease = stores.journals.lock(&name).await?;
        let journal = Journal::open(Arc::clone(&stores.journals), &name).await?;
        let fits =
            |journal: &Journal| usable(&journal.registration(), &journal.place(), stores.secrets.descriptor(), purpose);
        fits(&journal)?;
        let vault = Vault::new(&name, Arc::clone(&stores.secrets));
        let mut opened =
            Self { name, stores: stores.clone(), vault, journal, strays: Vec::new(), lease, turn: Mutex::default() };
        if !stores.secrets.is_sealed() {
            if purpose == Purpose::Use {
                opened.vault.open().await?;
            }
            if !stores.compared {
                let mark = opened.asked().remembered().await;
                opened.journal = opened.journal.expecting(mark).await?;
                fits(&opened.journal)?;
            }
        }
        opened.tell_step();
        if purpose == Purpose::Forget {
            opened.strays = opened.listed().await?;
        }
        Ok(opened)
    }

    /// Whether its store must have been asked before anybody says that nothing is left there.
    fn may_have_secrets(&self) -> bool {
        let registration = self.journal.registration();
        registration.damaged || registration.kept_in().is_some()
    }

    /// The vault, for a question that can be done without where nothing was ever kept: a store that does not answer is no hindrance
    /// then.
    fn asked(&self) -> Vault {
        if self.may_have_secrets() { self.vault.clone() } else { self.vault.within(Vault::UNATTENDED) }
    }

    /// The items that the store lists. A file goes as a whole.
    async fn listed(&self) -> Answer<Vec<ItemName>> {
        if self.stores.secrets.descriptor().is_file() {
            return Ok(Vec::new());
        }
        match self.asked().listed().await {
            // A journal that is whole names every item: whether the store answers is found out before anything is changed.
            Err(failure) if !self.journal.registration().damaged && failure.cause != SILENT => Ok(Vec::new()),
            Err(_) if !self.may_have_secrets() => Ok(Vec::new()),
            listed => listed,
        }
    }

    pub(super) fn opened(&self) -> Opened {
        let mut opened = self.journal.opened(self.stores.secrets.descriptor(), &self.stores.drafts);
        let named = opened.registration.every_item();
        let strays = self.strays.iter().filter(|item| !named.contains(item));
        opened.registration.retired.extend(strays.cloned());
        opened
    }

    pub(super) async fn look(&self) -> Answer<ProbeResult> {
        self.stores.journals.probe(&self.name).await?;
        self.vault()?.probe().await
    }

    /// What keeps its secrets. Nothing is asked of one that nobody can open.
    pub(super) fn vault(&self) -> Answer<&Vault> {
        if self.stores.secrets.is_sealed() {
            return Err(Box::new(Failure::new(Service::Machine, Cause::Internal)));
        }
        Ok(&self.vault)
    }

    /// A lease that is no longer ours means that another wizard may be writing: nothing is written then.
    async fn expect_lease(&self) -> Answer<()> {
        if self.lease.is_held().await? {
            return Ok(());
        }
        Err(Box::new(Failure::new(Service::Disk, Cause::JournalMoved)))
    }

    /// Says in the lease which step is open, if one is.
    fn tell_step(&self) {
        let registration = self.journal.registration();
        if registration.open.is_some() {
            self.lease.at(registration.open_step());
        }
    }

    /// Removes what is left when every item is gone: a test item that a kill left behind, the draft, the journal last.
    pub(super) async fn discard(&self) -> Answer<()> {
        self.expect_lease().await?;
        if !self.stores.secrets.descriptor().is_file() {
            let cleared = self.asked().clear().await;
            if self.may_have_secrets() {
                cleared?;
            }
        }
        self.stores.drafts.remove(&self.name)?;
        self.stores.journals.destroy(&self.name).await
    }

    /// Appends a fact.
    pub(super) async fn note(&self, fact: Fact) -> Answer<Line> {
        let _turn = self.turn.lock().await;
        self.expect_lease().await?;
        let line = self.journal.append(fact, clock::now()).await?;
        self.tell_step();
        let counts = matches!(line.fact, Fact::Kept { .. } | Fact::Activated { .. } | Fact::Submitted { .. });
        if counts && !self.stores.secrets.is_sealed() {
            // What could not be kept of it is older than the journal: less is noticed then, and nothing is lost.
            drop(self.vault.remember(journal::mark(&line)).await);
        }
        Ok(line)
    }

    /// Writes the draft, or removes it.
    pub(super) fn save(&self, draft: Option<Box<Draft>>) -> Answer<()> {
        // The page that is open is what others should see, also before anything of it is kept.
        if let Some(step) = draft.as_ref().and_then(|draft| draft.step) {
            self.lease.at(step);
        }
        let (drafts, saved_at) = (&self.stores.drafts, Some(clock::now()));
        draft.map_or_else(|| drafts.remove(&self.name), |draft| drafts.save(&self.name, &Draft { saved_at, ..*draft }))
    }
}

/// Whether a registration may be opened so. What was kept elsewhere must not look as if it were gone.
pub(super) fn usable(
    registration: &Registration,
    place: &str,
    asked: &StoreDescriptor,
    purpose: Purpose,
) -> Answer<()> {
    let begun = registration.moving.as_ref().filter(|begun| begun.apart);
    let (cause, detail) = if let Some(begun) = begun.filter(|begun| !begun.over || purpose == Purpose::Use) {
        (Cause::OtherStore, begun.words())
    } else if registration.damaged && purpose == Purpose::Use {
        (Cause::Disk(DiskFault::Damaged), place.to_owned())
    } else if let Some(kept) = registration.kept_in().filter(|kept| **kept != *asked) {
        (Cause::OtherStore, elsewhere(kept, place))
    } else if registration.forgetting && purpose == Purpose::Use {
        (Cause::HalfForgotten, place.to_owned())
    } else {
        return Ok(());
    };
    Err(Box::new(Failure::new(Service::Disk, cause).with_detail(&detail)))
}

/// Where a registration is kept that was looked for in another store.
fn elsewhere(kept: &StoreKey, place: &str) -> String {
    match STORES.into_iter().find(|known| *kept == **known) {
        None => format!("in a store that this version does not know: {}", kept.as_str()),
        Some(StoreDescriptor { noun, files: [file, ..], .. }) => {
            format!("in the {noun} {}", Path::new(place).join(file).display())
        }
        Some(StoreDescriptor { noun, .. }) => format!("in the {noun}"),
    }
}
