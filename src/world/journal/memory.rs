//! Journals in the memory of this process: for a rehearsal, and for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::journal_store::{JournalStore, Lease};
use crate::journal::{Contents, Line, Sequence};
use crate::words::failure::{Cause, Failure, Service};
use crate::world::store::Pending;

/// Journals by registration.
#[derive(Default)]
pub struct JournalMemory(Mutex<BTreeMap<String, Vec<Line>>>);

impl JournalMemory {
    fn journals(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Line>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(
        &self,
        registration: &str,
        last: Sequence,
        change: impl FnOnce(&mut Vec<Line>),
    ) -> Result<Sequence, Box<Failure>> {
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

impl JournalStore for JournalMemory {
    fn place(&self, _registration: &str) -> String {
        "nothing: this is a rehearsal".to_owned()
    }

    fn list(&self) -> Pending<'_, Vec<String>> {
        Box::pin(async { Ok(self.journals().keys().cloned().collect()) })
    }

    fn read<'a>(&'a self, registration: &'a str) -> Pending<'a, Contents> {
        let lines = self.journals().get(registration).cloned().unwrap_or_default();
        Box::pin(async { Ok(Contents { lines, ..Contents::default() }) })
    }

    fn append<'a>(
        &'a self,
        registration: &'a str,
        after: Sequence,
        line: &'a Line,
    ) -> Pending<'a, Sequence> {
        Box::pin(async move { self.change(registration, after, |lines| lines.push(line.clone())) })
    }

    fn replace<'a>(
        &'a self,
        registration: &'a str,
        at: Sequence,
        snapshot: &'a [Line],
    ) -> Pending<'a, Sequence> {
        Box::pin(async move { self.change(registration, at, |lines| *lines = snapshot.to_vec()) })
    }

    fn lock<'a>(&'a self, _registration: &'a str) -> Pending<'a, Box<dyn Lease>> {
        Box::pin(async { Ok(Box::new(Alone) as Box<dyn Lease>) })
    }

    fn destroy<'a>(&'a self, registration: &'a str) -> Pending<'a, ()> {
        self.journals().remove(registration);
        Box::pin(async { Ok(()) })
    }
}

/// Nobody else sees this memory.
struct Alone;

impl Lease for Alone {
    fn is_held(&self) -> Pending<'_, bool> {
        Box::pin(async { Ok(true) })
    }
}
