//! The table: a failure becomes what happened, why, the cure, who can do it, and where to go from there.
//!
//! A table and not code, in `texts/en.toml`: each [`Row`] says by which [`Sign`]s it is known and what is told to a person. [`diagnose`] is total: what no row knows
//! shows the service's own sentence and ids, never a guess. What the program does next (where to go, the exit code, whether
//! the same may simply be tried again) follows the OAuth `error` and `suberror`, the HTTP status or the [`Cause`](crate::words::Cause); a number
//! only chooses the words, because Microsoft changes numbers.

mod fill;
mod last_failure;
mod row;
mod sample;
mod select;
mod sentences;
mod stream;
mod table;
mod tell;

pub use row::Row;
pub use row::{Context, Goto, Platform, SECRET_TRIES, Who};
#[cfg(feature = "test-door")]
pub use row::{Sign, When};
#[cfg(any(test, feature = "test-door"))]
pub use sample::explain;
#[cfg(feature = "test-door")]
pub use sample::signs_in;
pub use sample::{Findings, findings};
pub use stream::Sieve;
#[cfg(feature = "test-door")]
pub use table::TABLES;
pub use table::{row, rows};
pub use tell::{Diagnosis, diagnose};

#[cfg(test)]
mod tests;
