//! The simulator, asked as a client would ask it.
#![expect(clippy::string_slice, reason = "these functions are only ever called by tests")]

pub(crate) mod bench;
mod entra;
mod key_vault;
mod services;
mod sign_in;
mod trouble;
