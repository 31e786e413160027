//! A registration's journal and draft on disk, for tests that write or read one without a world around it.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use octo_csp::journal::{Fact, Registration};
use octo_csp::words::{Draft, Failure};
use octo_csp::world::drafts::Drafts;
use octo_csp::world::journal::{Journal, JournalFile, JournalStore as _};

/// What files answer: they are never waited for.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a file was waited for"),
    }
}

/// One registration's files.
pub(crate) struct Kept {
    pub(crate) store: Arc<JournalFile>,
    journal: Journal,
    drafts: Drafts,
    state: PathBuf,
    name: String,
}

impl Kept {
    pub(crate) fn open(state: &Path, name: &str) -> Result<Self, Box<Failure>> {
        let store = Arc::new(JournalFile::new(state.to_owned()));
        let journal = now(Journal::open(Arc::clone(&store) as Arc<_>, name))?;
        let (state, name) = (state.to_owned(), name.to_owned());
        Ok(Self { store, journal, drafts: Drafts(Some(state.clone())), state, name })
    }

    pub(crate) fn registration(&self) -> Registration {
        self.journal.registration().clone()
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.journal.registration().damaged
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.state.join(&self.name)
    }

    pub(crate) fn append(&self, fact: &Fact, at: Timestamp) -> Result<u64, Box<Failure>> {
        now(self.journal.append(fact.clone(), at)).map(|line| line.sequence)
    }

    pub(crate) fn save_draft(&self, draft: &Draft) -> Result<(), Box<Failure>> {
        self.drafts.save(&self.name, draft)
    }

    pub(crate) fn load_draft(&self) -> Option<Draft> {
        self.drafts.load(&self.name)
    }

    pub(crate) fn preflight(&self) -> Result<(), Box<Failure>> {
        now(self.store.probe(&self.name))
    }
}
