//! The stores of this machine: the one place where the name of a store becomes one.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::cloud::Cloud;
use crate::exit::Exit;
use crate::journal::registration_name;
use crate::words::store::{AZURE_KEY_VAULT, STORES, VAULT_FILE};
use crate::words::{Cause, Environment, Failure, Secret, Service, StoreDescriptor, Unlock};
use crate::world::drafts::Drafts;
use crate::world::folder::JOURNAL;
use crate::world::journal::{self, JournalFile, JournalKeyVault, JournalShared, JournalStore};
use crate::world::papers;
use crate::world::registration_index::RegistrationIndex;
use crate::world::registration_store::StoreOptions;
use crate::world::store::{
    AgeFile, Blocking, Engine, Entries, KeptSession, KeyVault, KeyVaultSecrets, Keyring, Patience, ReadBackVerifier,
    Request, SecretStore, SharedVault, VaultKey,
};

/// What the stores of this machine are made with.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// The folder of journals, drafts and vault files.
    pub state: PathBuf,
    /// Our own executable, started again to read back what was written.
    pub program: PathBuf,
    /// What opens vault files. Without, they are never looked into: a name can be changed all the same.
    pub opener: Option<Arc<VaultKey>>,
    /// The engine of the shared vault, if that was asked for.
    pub engine: Option<Arc<Engine>>,
    /// The Key Vault, if that was asked for.
    pub key_vault: Option<Arc<KeyVault>>,
    /// How long stores are waited for: whether a window can be shown in which one asks for what opens it.
    pub patience: Patience,
    /// The session with the keyring that this process has.
    pub session: KeptSession,
}

impl StoreSettings {
    /// The secrets and the journals of a store.
    fn made(&self, store: &StoreDescriptor) -> (Arc<dyn SecretStore>, Arc<dyn JournalStore>) {
        let journals = Arc::new(JournalFile::new(self.state.clone()));
        if *store == AZURE_KEY_VAULT {
            let secrets = Arc::new(KeyVaultSecrets(self.key_vault.clone()));
            return match &self.key_vault {
                Some(vault) => (secrets, Arc::new(JournalKeyVault::new(Arc::clone(vault)))),
                None => (secrets, journals),
            };
        }
        if store.is_shared() {
            let shared = Arc::new(SharedVault(self.engine.clone()));
            return match &self.engine {
                Some(engine) => (shared, Arc::new(JournalShared::new(Arc::clone(engine)))),
                None => (shared, journals),
            };
        }
        if *store == VAULT_FILE {
            return (self.read_back(Arc::new(self.vault_file())), journals);
        }
        (self.read_back(Arc::new(Keyring::default())), journals)
    }

    /// A store that another process of this program can see.
    fn read_back(&self, entries: Arc<dyn Entries>) -> Arc<dyn SecretStore> {
        let reader = ReadBackVerifier {
            program: self.program.clone(),
            key: entries.descriptor().key,
            state: self.state.clone(),
            opener: self.opener.clone(),
        };
        // What opens a vault file takes work and no window.
        let asks = entries.descriptor().unlock == Unlock::Window;
        let patience = if asks { self.patience.clone() } else { Patience::new(true) };
        Arc::new(Blocking::new(entries).over(self.session.clone()).read_back_by(reader).within(patience))
    }

    /// The secrets of a store.
    pub fn secrets(&self, store: &StoreDescriptor) -> Arc<dyn SecretStore> {
        self.made(store).0
    }

    /// What a registration in this store is opened with.
    pub fn options(&self, store: &StoreDescriptor) -> StoreOptions {
        let (secrets, journals) = self.made(store);
        StoreOptions { secrets, journals, drafts: Drafts(Some(self.drafts(store))), compared: false }
    }

    /// Where drafts are: those of a shared vault are not those of a registration of this machine that has the same name.
    fn drafts(&self, store: &StoreDescriptor) -> PathBuf {
        let engine = self.engine.as_ref().map(|engine| engine.place(""));
        match engine.or_else(|| Some(self.key_vault.as_ref()?.place(""))) {
            Some(place) if store.is_shared() => {
                let place = hex::encode(Sha256::digest(place));
                self.state.join(format!("vault-{}", place.get(..8).unwrap_or_default()))
            }
            _ => self.state.clone(),
        }
    }

    /// The registrations whose journals this store keeps; their secrets may be in any store.
    pub fn index(&self, store: &StoreDescriptor) -> RegistrationIndex {
        let StoreOptions { journals, drafts, .. } = self.options(store);
        let secrets = STORES.iter().map(|store| self.secrets(store)).collect();
        RegistrationIndex { journals, drafts, secrets }
    }

    /// The name under which an earlier version kept registrations of this cloud, if it did. Two clouds may have had it in common:
    /// then it is for good the one's that comes first.
    pub fn earlier_name(&self, cloud: &Cloud) -> Option<String> {
        let (earlier, own) = (cloud.earlier_name()?, cloud.keeping_name()?);
        let journal = |of: Environment| self.state.join(registration_name(of, Some(&earlier), None)).join(JOURNAL);
        if ![Environment::Production, Environment::Sandbox].into_iter().any(|of| journal(of).exists()) {
            return None;
        }
        let taken = format!("cloud-{earlier}");
        let by = papers::own(&self.state, &taken).ok()?;
        if by.is_none() {
            // Where nothing can be written it is everybody's as before.
            drop(papers::write(&self.state.join(taken), own.as_bytes()));
        }
        by.is_none_or(|by| by == own.as_bytes()).then_some(earlier)
    }

    /// Whether this registration has a vault file already.
    pub fn has_vault_file(&self, name: &str) -> bool {
        VAULT_FILE.files.first().is_some_and(|file| self.state.join(name).join(file).exists())
    }

    /// Whether its vault file is one that an earlier version sealed, with the passphrase itself.
    pub fn is_sealed_as_before(&self, name: &str) -> bool {
        let there = |file: &&str| self.state.join(name).join(file).exists();
        VAULT_FILE.files.iter().map(there).eq([true, false])
    }

    /// Who else opens the vault file of a registration.
    pub fn collectors(&self, name: &str) -> Result<Vec<String>, Box<Failure>> {
        self.vault_file().collectors(name)
    }

    /// Lets an identity of this name open the vault file of a registration too, or with `None` no longer.
    pub fn let_in(&self, name: &str, collector: &str, identity: Option<&Secret>) -> Result<(), Box<Failure>> {
        self.vault_file().let_in(name, collector, identity)
    }

    /// How the shared store is reached, to be said wherever other trust is.
    pub fn trust(&self) -> Option<String> {
        let engine = self.engine.as_ref().map(|engine| engine.trust());
        engine.or_else(|| Some(self.key_vault.as_ref()?.trust()))
    }

    /// Ends somebody's work on a registration of the shared vault; says who had it, if anybody had.
    pub async fn break_lease(&self, name: &str) -> Result<Option<String>, Box<Failure>> {
        match (&self.engine, &self.key_vault) {
            (Some(engine), _) => journal::break_lease(engine, name).await,
            (None, Some(vault)) => journal::break_claim(vault, name).await,
            (None, None) => {
                Err(Box::new(Failure::new(Service::Disk, Cause::OtherStore).with_detail("on this machine alone")))
            }
        }
    }

    /// Gives the vault file of a registration another passphrase.
    pub fn change_passphrase(&self, name: &str, new: &Arc<VaultKey>) -> Result<(), Box<Failure>> {
        self.vault_file().change_passphrase(name, new)
    }

    fn vault_file(&self) -> AgeFile {
        AgeFile::new(self.state.clone(), self.opener.clone())
    }

    /// Opens the vault file of a registration, if there is one.
    pub async fn unlock(&self, name: &str, opener: &Arc<VaultKey>) -> Result<(), Box<Failure>> {
        let opener = Some(Arc::clone(opener));
        Self { opener, ..self.clone() }.secrets(&VAULT_FILE).unlock(name).await
    }
}

/// The second process: reads a request, answers, and ends. Called by `main` for the command
/// [`SECOND_PROCESS`](crate::world::store::SECOND_PROCESS).
pub fn second_process_main(stdin: impl Read, stdout: impl Write) -> Exit {
    let Some(mut request) = Request::read(stdin) else {
        return Exit::Usage;
    };
    let settings = StoreSettings {
        state: request.state.clone(),
        program: PathBuf::new(),
        opener: request.opener(),
        engine: None,
        key_vault: None,
        patience: Patience::new(false),
        session: KeptSession::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let store = STORES.into_iter().find(|store| store.key == request.key);
    let (Some(store), Ok(runtime)) = (store, runtime) else {
        return Exit::Usage;
    };
    match runtime.block_on(settings.secrets(store).get(&request.items)) {
        Ok(found) => request.answer(found, stdout),
        Err(failure) => request.answer(vec![Err(failure)], stdout),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_store_of_the_table_is_made() {
        let settings = StoreSettings {
            state: PathBuf::new(),
            program: PathBuf::new(),
            opener: None,
            engine: None,
            key_vault: None,
            patience: Patience::new(true),
            session: KeptSession::default(),
        };
        for store in STORES {
            assert_eq!(settings.secrets(store).descriptor(), store);
        }
    }

    #[test]
    fn a_request_of_the_second_process_that_cannot_be_read_is_wrong_usage() {
        let unknown = r#"{"items":[],"nonce":"n","key":"safe","state":""}"#;
        for request in ["", "{}", "[1]", unknown] {
            let mut stdout = Vec::new();
            let exit = second_process_main(request.as_bytes(), &mut stdout);
            assert_eq!((exit, stdout), (Exit::Usage, Vec::new()));
        }
    }
}
