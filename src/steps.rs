//! [`Execution`]: one step of the registration without I/O.
//!
//! A step is an `async fn` over a [`port`]: its effects leave here and their outcomes come back, so no runtime, no clock and no
//! network is needed. What is independent goes out together. The wizard, the headless mode and the doctor drive the same code;
//! what is seen of it from outside is a board with a row for each check.

mod begin;
mod checks;
mod commit;
mod context;
mod execution;
mod findings;
mod foreseen;
mod forget;
mod partner_api;
mod partner_center;
mod paste;
pub mod pasted;
mod plan;
mod port;
mod purpose;
mod retry;
mod submit;
mod tokens;

#[cfg(feature = "test-door")]
pub use checks::Moment;
pub use checks::{Check, State};
pub use execution::{Execution, Status};
pub use findings::Api;
pub use foreseen::{Wanted, foresee};
pub use pasted::WrongPaste;
pub use tokens::Token;

#[cfg(test)]
pub(crate) mod bench;
#[cfg(test)]
mod tests;
