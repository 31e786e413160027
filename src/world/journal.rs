//! Where the lines of a journal are kept. A store is a [`JournalStore`]; [`Journal`] is one registration's, read and folded.

mod claimed;
mod file;
mod journal_store;
mod key_vault;
mod known;
mod leased;
pub mod lock;
mod memory;
mod opened;
mod shared;

pub(in crate::rooms::world) use self::claimed::break_claim;
pub use self::file::JournalFile;
pub use self::journal_store::{JournalStore, Lease};
pub use self::key_vault::JournalKeyVault;
pub(in crate::rooms::world) use self::leased::break_lease;
pub use self::memory::JournalMemory;
pub use self::opened::Journal;
pub use self::shared::JournalShared;
