//! The draft of each registration: what was typed, kept on this machine whatever store the registration is in. The type has no
//! room for a secret.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::words::{Draft, Failure};
use crate::world::folder::{self, DRAFT};

/// Where drafts are.
#[derive(Clone, Debug)]
pub enum Drafts {
    /// Each in the folder of its registration, below this one.
    Folder(PathBuf),
    /// In the memory of this process.
    Memory(Arc<Mutex<BTreeMap<String, Draft>>>),
}

impl Drafts {
    /// In the memory of this process: for a rehearsal, and for tests.
    pub fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// Saves what was typed.
    pub fn save(&self, registration: &str, draft: Draft) -> Result<(), Box<Failure>> {
        let state = match self {
            Self::Folder(state) => state,
            Self::Memory(held) => {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                held.insert(registration.to_owned(), draft);
                return Ok(());
            }
        };
        // A draft is plain data with string keys: it always has a JSON form.
        let json = serde_json::to_vec_pretty(&draft).unwrap_or_default();
        folder::make_below(state, registration)?.replace(DRAFT, &json)
    }

    /// What was typed the last time. A draft that cannot be read is no draft: it is typed again.
    pub fn load(&self, registration: &str) -> Option<Draft> {
        match self {
            Self::Folder(state) => {
                let folder = folder::existing_below(state, registration).ok()??;
                serde_json::from_slice(&folder.read(DRAFT).ok()??).ok()
            }
            Self::Memory(held) => {
                let held = held.lock().unwrap_or_else(PoisonError::into_inner);
                held.get(registration).cloned()
            }
        }
    }

    /// Removes the draft of a registration that is forgotten. A missing one is fine.
    pub fn remove(&self, registration: &str) -> Result<(), Box<Failure>> {
        match self {
            Self::Folder(state) => {
                let folder = folder::existing_below(state, registration)?;
                folder.map_or(Ok(()), |folder| folder.remove_whole(DRAFT))
            }
            Self::Memory(held) => {
                held.lock().unwrap_or_else(PoisonError::into_inner).remove(registration);
                Ok(())
            }
        }
    }
}
