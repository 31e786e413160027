//! What a place for journals must be able to do.

use async_trait::async_trait;

use crate::journal::{Contents, Line, Sequence};
use crate::words::Step;
use crate::world::store::Answer;

/// Some hundred kilobytes, read in a moment, and months of refreshes.
const MANY: usize = 1_000;

/// Keeps the journals of registrations, each a sequence of lines. Whoever writes says on which line it builds: what another
/// process wrote is never built upon unseen, and never overwritten.
#[async_trait]
pub trait JournalStore: Send + Sync {
    /// Where a journal is, for a person.
    fn place(&self, registration: &str) -> String;

    /// The registrations that have a journal, in any order.
    async fn list(&self) -> Answer<Vec<String>>;

    /// Reads a journal. None is an empty one, and looking makes nothing.
    async fn read(&self, registration: &str) -> Answer<Contents>;

    /// Appends a line, which counts once this has succeeded, and only if the last one is still `after`; else nothing is written,
    /// and it is [`Cause::JournalMoved`](crate::words::Cause::JournalMoved). Returns the number of the new last line.
    async fn append(&self, registration: &str, after: Sequence, line: &Line) -> Answer<Sequence>;

    /// Puts a snapshot in the place of all lines, if the last one is still `at`, as [`JournalStore::append`] does. Whatever
    /// happens meanwhile, either the old lines or the new ones are there. A snapshot does not end before `at`, so that no number
    /// is ever used for two lines.
    async fn replace(&self, registration: &str, at: Sequence, snapshot: &[Line]) -> Answer<Sequence>;

    /// Lines after which a journal is replaced by its fold.
    fn many(&self) -> usize {
        MANY
    }

    /// Takes the registration for this process alone, or says at once who has it.
    async fn lock(&self, registration: &str) -> Answer<Box<dyn Lease>>;

    /// Shows before anything is asked that lines can be kept here.
    async fn probe(&self, _registration: &str) -> Answer<()> {
        Ok(())
    }

    /// Makes room for the secrets of a registration that comes from elsewhere, before they do: what is here of it is older, and only
    /// its journal stays.
    async fn make_room(&self, _registration: &str) -> Answer<()> {
        Ok(())
    }

    /// Removes the journal, and whatever goes with it before.
    async fn destroy(&self, registration: &str) -> Answer<()>;
}

/// A registration that no other process works on; given back when dropped. Advice: what protects is that every write says on which
/// line it builds.
#[async_trait]
pub trait Lease: Send + Sync {
    /// Whether it is still ours.
    async fn is_held(&self) -> Answer<bool>;

    /// Which step is open here, for others who are told that somebody works on it.
    fn at(&self, _step: Step) {}
}
