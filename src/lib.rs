//! octo-csp: registers a Microsoft CSP payer account in Octo.
//!
//! **The engine decides, the world does, the ui shows, and the simulator pretends to be Microsoft.** This library is the
//! tests' door, not a product: nothing in it is promised to anyone else.

pub mod cloud;
pub mod engine;
pub mod exit;
pub mod ids;
pub mod secret;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod text;
pub mod ui;
pub mod world;
