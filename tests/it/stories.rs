//! Whole stories through the program that ships, in a real terminal, against a simulated Microsoft and a real keyring.
#![expect(clippy::string_slice, reason = "these functions are only ever called by tests")]

mod browser;
mod cases;
mod desk;
mod front;

mod endings;
mod fields;
mod interrupted;
mod key_vault;
mod leaderless;
mod memory;
mod moved;
mod octo;
mod plain;
mod refusals;
mod registered;
mod rehearsed;
mod scripts;
mod sealed;
mod secrets;
mod shared_wizard;
mod team;
mod tokens_and_codes;
mod unattended;
