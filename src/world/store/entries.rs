//! Places that keep named bytes and whose calls block, and how they fail.

use zeroize::Zeroizing;

use crate::words::{DiskFault, StoreDescriptor, UntrustedText, VaultFault};

/// A place that keeps named bytes. Calls block, possibly for ever: only [`Blocking`](super::Blocking) makes them, each on a
/// thread of its own. Nothing is remembered between two effects, so that what is read back is what the store has and not what a
/// handle remembers, and so that a call which hangs holds nothing that the next one needs.
pub trait Entries: Send + Sync {
    /// What is said of it.
    fn descriptor(&self) -> &'static StoreDescriptor;

    /// Writes an entry; one of the same name is replaced. `label` is what the keyring's own program shows.
    fn write(&self, name: &str, label: &str, bytes: &[u8]) -> Result<(), VaultError>;

    /// Reads an entry. No entry is [`VaultFault::Missing`].
    fn read(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, VaultError>;

    /// Deletes an entry; every one of them if several have the name. No entry is [`VaultFault::Missing`].
    fn delete(&self, name: &str) -> Result<(), VaultError>;

    /// The names of all entries of a registration, where that can be told.
    fn names(&self, _registration: &str) -> Result<Option<Vec<String>>, VaultError> {
        Ok(None)
    }

    /// Opens what one effect works with, where there are sessions.
    fn session(&self) -> Option<Result<Box<dyn Entries>, VaultError>> {
        None
    }

    /// Shows that it can be opened, where that takes a secret of its own.
    fn open(&self, _registration: &str) -> Result<(), VaultError> {
        Ok(())
    }

    /// Whether nobody said what opens it.
    fn is_sealed(&self) -> bool {
        false
    }

    /// Bytes that one entry takes.
    fn entry(&self) -> usize {
        ENTRY
    }

    /// The name for a person of what holds this registration's entries, such as `Secret Service`.
    fn title(&self, registration: &str) -> String;
}

/// Bytes of one entry: what every keyring takes.
pub(super) const ENTRY: usize = 2_400;

/// How a store fails. Not an enum of its own: it would repeat [`VaultFault`] word for word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("vault: {fault:?}")]
pub struct VaultError {
    /// What kind of thing it is.
    pub fault: VaultFault,
    /// The store's own words, where they cannot hold anything secret.
    pub sentence: Option<UntrustedText>,
    /// What is the matter with the disk below the store, where that is what failed.
    pub disk: Option<DiskFault>,
}

impl VaultError {
    /// What was read is not what was written.
    pub const READS_DIFFERENTLY: Self = Self::new(VaultFault::ReadsDifferently);
    /// There is no such entry.
    pub const MISSING: Self = Self::new(VaultFault::Missing);

    /// A fault of which nothing more is known.
    pub const fn new(fault: VaultFault) -> Self {
        Self { fault, sentence: None, disk: None }
    }

    /// The disk failed, not the store.
    pub const fn disk(fault: DiskFault) -> Self {
        Self { fault: VaultFault::Other, sentence: None, disk: Some(fault) }
    }

    /// Whether it may be the session's fault and not the store's: an answer that nobody can read or that is not known, or a
    /// provider that ended and may be started again.
    pub(super) fn may_pass(&self) -> bool {
        let passing = [VaultFault::Other, VaultFault::ReadsDifferently, VaultFault::Crashed];
        self.disk.is_none() && passing.contains(&self.fault)
    }

    /// Something else went wrong; `words` says what.
    pub fn other(words: &str) -> Self {
        Self { sentence: UntrustedText::some(words), ..Self::new(VaultFault::Other) }
    }
}
