//! Where the lines of a journal are kept. A store is a [`JournalStore`]; [`Journal`] is one registration's, read and folded.

mod file;
mod journal_store;
pub mod lock;
mod memory;
mod opened;

pub use self::file::JournalFile;
pub use self::journal_store::{JournalStore, Lease};
pub use self::memory::JournalMemory;
pub use self::opened::Journal;
