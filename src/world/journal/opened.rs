//! A journal that was read, with the fold of its lines.

use std::cell::{Cell, Ref, RefCell};
use std::sync::Arc;

use jiff::Timestamp;

use super::journal_store::JournalStore;
use crate::journal::{Fact, Line, Registration};
use crate::words::{Cause, DiskFault, Failure, Service};

/// One registration's journal, as it was read and with every line that was appended since.
pub struct Journal {
    store: Arc<dyn JournalStore>,
    name: String,
    registration: RefCell<Registration>,
    damaged: bool,
    lines: Cell<usize>,
}

/// Lines after which a journal is replaced by its fold: some hundred kilobytes, read in a moment, and months of refreshes.
const MANY: usize = 1_000;

impl Journal {
    /// Reads a journal.
    pub async fn open(store: Arc<dyn JournalStore>, name: &str) -> Result<Self, Box<Failure>> {
        let contents = store.read(name).await?;
        let mut registration = Registration::fold(&contents.lines);
        registration.newer = contents.newer;
        Ok(Self {
            store,
            name: name.to_owned(),
            registration: RefCell::new(registration),
            damaged: contents.damaged,
            lines: Cell::new(contents.lines.len()),
        })
    }

    /// The fold.
    pub fn registration(&self) -> Ref<'_, Registration> {
        self.registration.borrow()
    }

    /// Whether a line in the middle cannot be read. Then the fold is not to be trusted, and nothing is written.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Where it is, for a person.
    pub fn place(&self) -> String {
        self.store.place(&self.name)
    }

    /// Appends a fact behind the last line that is known.
    pub async fn append(&self, fact: Fact, at: Timestamp) -> Result<Line, Box<Failure>> {
        let after = self.registration().sequence;
        let refused = match (self.registration().newer, self.damaged) {
            (true, _) => Some(Cause::NewerJournal),
            (false, true) => Some(Cause::Disk(DiskFault::Damaged)),
            (false, false) => None,
        };
        if let Some(cause) = refused {
            return Err(Box::new(Failure::new(Service::Disk, cause).with_detail(&self.place())));
        }
        if self.lines.get() >= MANY {
            // One that could not be made shorter is as good as before.
            drop(self.compact(at).await);
        }
        let line = Line { sequence: after.saturating_add(1), at, fact };
        self.store.append(&self.name, after, &line).await?;
        self.registration.borrow_mut().apply(&line);
        self.lines.set(self.lines.get().saturating_add(1));
        Ok(line)
    }

    /// Puts the fold in the place of all lines.
    async fn compact(&self, at: Timestamp) -> Result<(), Box<Failure>> {
        let snapshot = self.registration().snapshot(at);
        self.store.replace(&self.name, snapshot.sequence, &[snapshot]).await?;
        self.lines.set(1);
        Ok(())
    }
}
