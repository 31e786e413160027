//! The draft of each registration: what was typed, kept on this machine whatever store the registration is in. The type has no
//! room for a secret.

use std::path::PathBuf;

use crate::words::{Draft, Failure};
use crate::world::folder::{self, DRAFT};

/// Where drafts are: each in the folder of its registration below this one; nowhere, for a rehearsal.
#[derive(Clone, Debug)]
pub struct Drafts(pub Option<PathBuf>);

impl Drafts {
    /// Saves what was typed.
    pub fn save(&self, registration: &str, draft: &Draft) -> Result<(), Box<Failure>> {
        let Some(state) = &self.0 else { return Ok(()) };
        // A draft is plain data with string keys: it always has a JSON form.
        let json = serde_json::to_vec_pretty(draft).unwrap_or_default();
        folder::make_below(state, registration)?.replace(DRAFT, &json)
    }

    /// What was typed the last time. A draft that cannot be read is no draft: it is typed again.
    pub fn load(&self, registration: &str) -> Option<Draft> {
        let folder = folder::existing_below(self.0.as_ref()?, registration).ok()??;
        serde_json::from_slice(&folder.read(DRAFT).ok()??).ok()
    }

    /// Removes the draft of a registration. A missing one is fine.
    pub fn remove(&self, registration: &str) -> Result<(), Box<Failure>> {
        let Some(state) = &self.0 else { return Ok(()) };
        folder::existing_below(state, registration)?.map_or(Ok(()), |folder| folder.remove_whole(DRAFT))
    }
}
