//! Journals in the memory of this process: for a rehearsal, and for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::journal_store::{JournalStore, Lease};
use crate::journal::{Contents, Line, Sequence};
use crate::words::{Cause, Failure, Service};
use crate::world::store::Answer;

/// Journals by registration.
#[derive(Default)]
pub struct JournalMemory(Mutex<BTreeMap<String, Vec<Line>>>);

impl JournalMemory {
    fn journals(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Line>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, registration: &str, last: Sequence, change: impl FnOnce(&mut Vec<Line>)) -> Answer<Sequence> {
        let mut journals = self.journals();
        let sequence = |lines: &Vec<Line>| lines.last().map_or(0, |line| line.sequence);
        if journals.get(registration).map_or(0, sequence) != last {
            return Err(Box::new(Failure::new(Service::Disk, Cause::JournalMoved)));
        }
        let lines = journals.entry(registration.to_owned()).or_default();
        change(lines);
        Ok(sequence(lines))
    }
}

#[async_trait]
impl JournalStore for JournalMemory {
    fn place(&self, _registration: &str) -> String {
        "nothing: this is a rehearsal".to_owned()
    }

    async fn list(&self) -> Answer<Vec<String>> {
        Ok(self.journals().keys().cloned().collect())
    }

    async fn read(&self, registration: &str) -> Answer<Contents> {
        let lines = self.journals().get(registration).cloned().unwrap_or_default();
        Ok(Contents { lines, ..Contents::default() })
    }

    async fn append(&self, registration: &str, after: Sequence, line: &Line) -> Answer<Sequence> {
        self.change(registration, after, |lines| lines.push(line.clone()))
    }

    async fn replace(&self, registration: &str, at: Sequence, snapshot: &[Line]) -> Answer<Sequence> {
        self.change(registration, at, |lines| *lines = snapshot.to_vec())
    }

    async fn lock(&self, _registration: &str) -> Answer<Box<dyn Lease>> {
        Ok(Box::new(Alone))
    }

    async fn destroy(&self, registration: &str) -> Answer<()> {
        self.journals().remove(registration);
        Ok(())
    }
}

/// Nobody else sees this memory.
struct Alone;

#[async_trait]
impl Lease for Alone {
    async fn is_held(&self) -> Answer<bool> {
        Ok(true)
    }
}
