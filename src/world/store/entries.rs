//! Places that keep named bytes and whose calls block.

use zeroize::Zeroizing;

use super::secret_store::Answer;
use crate::words::StoreDescriptor;

/// A place that keeps named bytes. Calls block, possibly for ever: only [`Blocking`](super::Blocking) makes them, each on a
/// thread of its own. Nothing is remembered between two effects, so that what is read back is what the store has and not what a
/// handle remembers, and so that a call which hangs holds nothing that the next one needs.
pub trait Entries: Send + Sync {
    /// What is said of it.
    fn descriptor(&self) -> &'static StoreDescriptor;

    /// Writes an entry; one of the same name is replaced. `label` is what the keyring's own program shows.
    fn write(&self, name: &str, label: &str, bytes: &[u8]) -> Answer<()>;

    /// Reads an entry. No entry is [`VaultFault::Missing`](crate::words::VaultFault::Missing).
    fn read(&self, name: &str) -> Answer<Zeroizing<Vec<u8>>>;

    /// Deletes an entry; every one of them if several have the name. No entry is [`VaultFault::Missing`](crate::words::VaultFault::Missing).
    fn delete(&self, name: &str) -> Answer<()>;

    /// The names of all entries of a registration, where that can be told.
    fn names(&self, _registration: &str) -> Answer<Option<Vec<String>>> {
        Ok(None)
    }

    /// Shows that an entry is still there after the session of the person, where that can be told.
    fn lasts(&self, _name: &str) -> Answer<()> {
        Ok(())
    }

    /// Opens what one effect works with, where there are sessions.
    fn session(&self) -> Option<Answer<Box<dyn Entries>>> {
        None
    }

    /// Shows that it can be opened, where that takes a secret of its own.
    fn open(&self, _registration: &str) -> Answer<()> {
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
