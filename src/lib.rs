//! octo-csp: registers a Microsoft CSP payer account in Octo.
//!
//! **The engine decides, the world does, the ui shows, and the simulator pretends to be Microsoft.** This library is the
//! tests' door, not a product: nothing in it is promised to anyone else.
//!
//! | room | what is there |
//! |---|---|
//! | [`engine`] | steps, checks, journal, diagnosis: no I/O, no clock, no chance |
//! | [`world`] | Entra, Partner Center, the price service, the keyring, files, the browser |
//! | [`ui`] | the wizard, its pages, its keys, the terminal |
//! | [`simulator`] | a Microsoft of one's own on loopback |
//! | [`secret`], [`text`], [`ids`], [`cloud`], [`exit`], [`version`] | the types that everything stands on |

pub mod cli;
pub mod cloud;
mod commands;
pub mod engine;
pub mod exit;
pub mod host;
pub mod ids;
pub mod secret;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod text;
pub mod ui;
pub mod version;
pub mod world;

pub use commands::run;
