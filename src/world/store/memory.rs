//! A store in the memory of this process: for a rehearsal, and for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::entries::Entries;
use super::secret_store::{Answer, fault, registration_of};
use crate::words::store::{self};
use crate::words::{StoreDescriptor, VaultFault};

/// The keyring's words, but for who reads back: no other process could see it.
static REHEARSED: StoreDescriptor = StoreDescriptor { verify: "", ..store::KEYRING };

/// Entries by name, wiped when dropped.
#[derive(Default)]
pub struct Memory(Mutex<BTreeMap<String, Zeroizing<Vec<u8>>>>);

impl Memory {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Zeroizing<Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries for Memory {
    /// A rehearsal speaks of the store that it rehearses.
    fn descriptor(&self) -> &'static StoreDescriptor {
        &REHEARSED
    }

    fn write(&self, name: &str, _label: &str, bytes: &[u8]) -> Answer<()> {
        let bytes = Zeroizing::new(bytes.to_vec());
        self.entries().insert(name.to_owned(), bytes);
        Ok(())
    }

    fn read(&self, name: &str) -> Answer<Zeroizing<Vec<u8>>> {
        self.entries().get(name).cloned().ok_or_else(|| fault(VaultFault::Missing))
    }

    fn delete(&self, name: &str) -> Answer<()> {
        self.entries().remove(name).map(drop).ok_or_else(|| fault(VaultFault::Missing))
    }

    fn names(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        let entries = self.entries();
        let names = entries.keys().filter(|name| registration_of(name) == registration);
        Ok(Some(names.cloned().collect()))
    }

    fn title(&self, _registration: &str) -> String {
        "memory of this program".to_owned()
    }
}
