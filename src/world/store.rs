//! The vault: where secrets are kept. The operating system's keyring, one file that is sealed with a passphrase, or this
//! process' memory for a rehearsal.
//!
//! The async face over a [`Store`]. Every call runs on a plain thread with a time limit, because a keyring whose prompt
//! nobody answers never returns, and a thread of the runtime's pool would then keep the process from ending. A late result
//! is harmless: no item is ever written for two purposes, and what a late read brings is wiped.

mod backend;
mod calls;
mod file;
mod keyring;
mod memory;
mod parts;
mod second;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

pub use self::backend::{Store, VaultError};
pub use self::file::{VAULT_FILE, VaultFileLocation};
pub use self::second::{SECOND_PROCESS, second_process_main};

use self::file::AgeFile;
use self::keyring::Keyring;
use self::memory::Memory;
use self::second::ReadBackVerifier;
use crate::effect::ProbeResult;
use crate::journal::ItemName;
use crate::words::failure::{Cause, Failure, Service};
use crate::words::secret::{Secret, SharedSecret};

/// What every item is filed under; with it a person finds them: `secret-tool search --all service octo-csp`.
pub const SERVICE: &str = "octo-csp";

/// The secrets of one registration.
#[derive(Clone)]
pub struct Vault {
    registration: Arc<str>,
    store: Arc<dyn Store>,
    reader: ReadBackVerifier,
    limit: Duration,
}

impl Vault {
    /// How long a call may take while a person may be asked for a password. The screen shows a clock meanwhile.
    pub const ASKING: Duration = Duration::from_secs(60);

    /// How long a call may take where nobody can be asked.
    pub const UNATTENDED: Duration = Duration::from_secs(3);

    /// The operating system's keyring. `program` is our own executable, which [`Vault::read_back`] starts again.
    pub fn keyring(registration: &str, program: PathBuf) -> Self {
        let reader = ReadBackVerifier::Program(program, None);
        Self::over(registration, Arc::new(Keyring), reader)
    }

    /// The vault file at a place; `program` is as above.
    pub fn file(place: VaultFileLocation, program: PathBuf) -> Self {
        let store = Arc::new(AgeFile::new(place.clone()));
        let name = place.registration.clone();
        Self::over(&name, store, ReadBackVerifier::Program(program, Some(place)))
    }

    /// The memory of this process: for a rehearsal, and for tests. Nothing outlives it.
    pub fn memory(registration: &str) -> Self {
        Self::of(registration, Arc::new(Memory::default()))
    }

    /// Any store. There is no second process that could see it, so [`Vault::read_back`] reads it afresh instead.
    pub fn of(registration: &str, store: Arc<dyn Store>) -> Self {
        Self::over(registration, store, ReadBackVerifier::Ourselves)
    }

    fn over(registration: &str, store: Arc<dyn Store>, reader: ReadBackVerifier) -> Self {
        Self { registration: Arc::from(registration), store, reader, limit: Self::ASKING }
    }

    /// The same vault with another limit for each call.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { limit, ..self.clone() }
    }

    /// The store's name for a person, such as `Secret Service`.
    pub fn title(&self) -> &str {
        self.store.title()
    }

    /// Shows that it can be opened: a passphrase that is wrong is told before anything is asked of it.
    pub async fn open(&self) -> Result<(), Box<Failure>> {
        self.call(|store| store.open()).await
    }

    /// Writes a secret, reads it back through a fresh handle, and compares.
    pub async fn keep(&self, item: &ItemName, secret: &SharedSecret) -> Result<(), Box<Failure>> {
        let (name, label) = (self.name(item), self.label(item));
        let secret = SharedSecret::clone(secret);
        self.call(move |store| write_and_compare(store, &name, &label, &secret)).await
    }

    /// Reads a secret.
    pub async fn recall(&self, item: &ItemName) -> Result<SharedSecret, Box<Failure>> {
        let name = self.name(item);
        self.call(move |store| parts::read(store, &name).and_then(secret)).await
    }

    /// Copies an item inside the vault, reads it back and compares.
    pub async fn copy(&self, from: &ItemName, to: &ItemName) -> Result<(), Box<Failure>> {
        let (from, name, label) = (self.name(from), self.name(to), self.label(to));
        self.call(move |store| {
            let secret = parts::read(store, &from).and_then(secret)?;
            write_and_compare(store, &name, &label, &secret)
        })
        .await
    }

    /// Deletes items. Missing ones are fine.
    pub async fn erase(&self, items: &[ItemName]) -> Result<(), Box<Failure>> {
        let names: Vec<String> = items.iter().map(|item| self.name(item)).collect();
        self.call(move |store| names.iter().try_for_each(|name| parts::delete(store, name))).await
    }

    /// Reads items in a second process and compares with what this one reads: what is only in our own process' memory, or
    /// only in its connection, is not kept.
    pub async fn read_back(&self, items: &[ItemName]) -> Result<(), Box<Failure>> {
        self.compare(items.iter().map(|item| self.name(item)).collect()).await
    }

    /// Shows before anybody signs in that this keyring keeps things: an item as long as a refresh token is written under a
    /// random name, read in a second process, and removed.
    pub async fn probe(&self) -> Result<ProbeResult, Box<Failure>> {
        let (name, secret) = second::test_item(&self.registration)
            .map_err(|_no_randomness| Box::new(Failure::new(Service::Machine, Cause::Internal)))?;
        let label = format!("Octo CSP, {}: test, can be deleted", self.registration);
        let written = {
            let name = name.clone();
            self.call(move |store| write_and_compare(store, &name, &label, &secret)).await
        };
        let compared = match written {
            Ok(()) => self.compare(vec![name.clone()]).await,
            failed => failed,
        };
        // What was written is removed whatever came of it; the first failure is the one to tell.
        let removed = self.call(move |store| parts::delete(store, &name)).await;
        compared.and(removed)?;
        Ok(ProbeResult {
            good: true,
            line: format!(
                "test item written, read back{}, removed ({})",
                self.reader.words(),
                self.title()
            ),
        })
    }

    /// Deletes the test item that a probe left behind when it was ended.
    pub async fn sweep(&self) -> Result<(), Box<Failure>> {
        let name = second::test_name(&self.registration);
        self.call(move |store| parts::delete(store, &name)).await
    }

    /// The names of items as a person sees them in the keyring's own program: `{registration}/{item}`.
    fn name(&self, item: &ItemName) -> String {
        format!("{}/{item}", self.registration)
    }

    /// What the keyring's own program shows. Labels can be read while the keyring is locked: nothing of the partner's here.
    fn label(&self, item: &ItemName) -> String {
        let kind = item.kind.key().replace('-', " ");
        format!("Octo CSP, {}: {kind}", self.registration)
    }

    async fn compare(&self, names: Vec<String>) -> Result<(), Box<Failure>> {
        let compared = self.reader.compare(&self.store, names, self.limit).await;
        compared.map_err(|error| failure(error, self.title()))
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Box<Failure>> {
        let store = Arc::clone(&self.store);
        calls::on_a_thread(self.limit, move || work(&*store))
            .await
            .map_err(|error| failure(error, self.title()))
    }
}

/// The one place where an error of the vault becomes a [`Failure`].
fn failure(error: VaultError, store: &str) -> Box<Failure> {
    let (service, cause) = match error.disk {
        Some(disk) => (Service::Disk, Cause::Disk(disk)),
        None => (Service::Keyring, Cause::Vault(error.fault)),
    };
    let mut failure = Failure::new(service, cause).with_detail(store);
    failure.sentence = error.sentence;
    Box::new(failure)
}

/// A store acknowledges what it does not keep: nothing counts as kept that was not read back.
fn write_and_compare(
    store: &dyn Store,
    name: &str,
    label: &str,
    secret: &Secret,
) -> Result<(), VaultError> {
    parts::write(store, name, label, secret.reveal())?;
    let back = parts::read(store, name)?;
    match std::str::from_utf8(&back) {
        Ok(back) if secret.same_as(back) => Ok(()),
        _ => Err(VaultError::READS_DIFFERENTLY),
    }
}

/// Takes what was read over into the one type for secrets, without a copy. Everything we keep is text.
fn secret(mut bytes: Zeroizing<Vec<u8>>) -> Result<SharedSecret, VaultError> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Secret::shared(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(VaultError::READS_DIFFERENTLY)
        }
    }
}
