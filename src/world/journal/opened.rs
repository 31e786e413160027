//! A journal that was read, with the fold of its lines.

use std::cell::{Cell, Ref, RefCell};
use std::sync::Arc;

use jiff::Timestamp;

use super::journal_store::JournalStore;
use crate::effect::Opened;
use crate::journal::{Fact, Line, Registration};
use crate::words::{Cause, DiskFault, Failure, Service, SharedSecret, StoreDescriptor};
use crate::world::clock;
use crate::world::drafts::Drafts;

/// One registration's journal, as it was read and with every line that was appended since.
pub struct Journal {
    store: Arc<dyn JournalStore>,
    name: String,
    registration: RefCell<Registration>,
    lines: Cell<usize>,
}

impl Journal {
    /// Reads a journal.
    pub async fn open(store: Arc<dyn JournalStore>, name: &str) -> Result<Self, Box<Failure>> {
        let contents = store.read(name).await?;
        let fold = Registration::fold(&contents.lines);
        let registration = Registration { newer: contents.newer, damaged: contents.damaged, ..fold };
        Ok(Self {
            store,
            name: name.to_owned(),
            registration: RefCell::new(registration),
            lines: Cell::new(contents.lines.len()),
        })
    }

    /// The same with what the store of the secrets says was written, if it says anything: without that line it is damaged. It is
    /// read for this once more, because the line may have been written since.
    pub async fn expecting(self, mark: Option<SharedSecret>) -> Result<Self, Box<Failure>> {
        if let Some(mark) = mark
            && !self.store.read(&self.name).await?.has(mark.reveal())
        {
            self.registration.borrow_mut().damaged = true;
        }
        Ok(self)
    }

    /// The fold.
    pub fn registration(&self) -> Ref<'_, Registration> {
        self.registration.borrow()
    }

    /// The registration as a process finds it that keeps in the store `opened_in`.
    pub fn opened(&self, opened_in: &'static StoreDescriptor, drafts: &Drafts) -> Opened {
        Opened {
            registration: Registration { opened_in, ..self.registration().clone() },
            at: clock::now(),
            draft: drafts.load(&self.name),
            name: self.name.clone(),
            folder: self.place(),
        }
    }

    /// Where it is, for a person.
    pub fn place(&self) -> String {
        self.store.place(&self.name)
    }

    /// Appends a fact behind the last line that is known.
    pub async fn append(&self, fact: Fact, at: Timestamp) -> Result<Line, Box<Failure>> {
        let Registration { sequence: after, newer, damaged, .. } = *self.registration();
        if newer || damaged {
            let cause = if newer { Cause::NewerJournal } else { Cause::Disk(DiskFault::Damaged) };
            return Err(Box::new(Failure::new(Service::Disk, cause).with_detail(&self.place())));
        }
        if self.lines.get() >= self.store.many() {
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
