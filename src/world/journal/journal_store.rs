//! What a place for journals must be able to do.

use crate::journal::{Contents, Line, Sequence};
use crate::world::store::Pending;

/// Keeps the journals of registrations, each a sequence of lines. Whoever writes says on which line it builds: what another
/// process wrote is never built upon unseen, and never overwritten.
pub trait JournalStore: Send + Sync {
    /// Where a journal is, for a person.
    fn place(&self, registration: &str) -> String;

    /// The registrations that have a journal, in any order.
    fn list(&self) -> Pending<'_, Vec<String>>;

    /// Reads a journal. None is an empty one, and looking makes nothing.
    fn read<'a>(&'a self, registration: &'a str) -> Pending<'a, Contents>;

    /// Appends a line, which counts once this has succeeded, and only if the last one is still `after`; else nothing is written,
    /// and it is [`Cause::JournalMoved`](crate::words::failure::Cause::JournalMoved). Returns the number of the new last line.
    fn append<'a>(
        &'a self,
        registration: &'a str,
        after: Sequence,
        line: &'a Line,
    ) -> Pending<'a, Sequence>;

    /// Puts a snapshot in the place of all lines, if the last one is still `at`, as [`JournalStore::append`] does. Whatever
    /// happens meanwhile, either the old lines or the new ones are there. A snapshot does not end before `at`, so that no number
    /// is ever used for two lines.
    fn replace<'a>(
        &'a self,
        registration: &'a str,
        at: Sequence,
        snapshot: &'a [Line],
    ) -> Pending<'a, Sequence>;

    /// Takes the registration for this process alone, or says at once who has it.
    fn lock<'a>(&'a self, registration: &'a str) -> Pending<'a, Box<dyn Lease>>;

    /// Shows before anything is asked that lines can be kept here.
    fn probe<'a>(&'a self, _registration: &'a str) -> Pending<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Removes the journal, and whatever goes with it before.
    fn destroy<'a>(&'a self, registration: &'a str) -> Pending<'a, ()>;
}

/// A registration that no other process works on; given back when dropped. Advice: what protects is that every write says on which
/// line it builds.
pub trait Lease: Send + Sync {
    /// Whether it is still ours.
    fn is_held(&self) -> Pending<'_, bool>;
}
