//! A store in the memory of this process: for a rehearsal, and for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::backend::{Store, VaultError};

/// Entries by name, wiped when dropped.
#[derive(Default)]
pub(super) struct Memory(Mutex<BTreeMap<String, Zeroizing<Vec<u8>>>>);

impl Memory {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Zeroizing<Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn write(&self, name: &str, _label: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let bytes = Zeroizing::new(bytes.to_vec());
        self.entries().insert(name.to_owned(), bytes);
        Ok(())
    }

    fn read(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.entries().get(name).cloned().ok_or(VaultError::MISSING)
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        self.entries().remove(name).map(drop).ok_or(VaultError::MISSING)
    }

    fn title(&self) -> &'static str {
        "memory of this program"
    }
}
