//! octo-csp: registers a Microsoft CSP payer account in Octo.
//!
//! **The engine decides, the world does, the ui shows, and the simulator pretends to be Microsoft.** The program
//! calls [`run`]; the rooms are for this crate alone, so that the compiler finds what nobody uses. The feature `test-door` opens
//! them to tests and examples.
//!
//! | room | what is there |
//! |---|---|
//! | [`words`] | ids, fields, secrets, text from outside: what everything is said in |
//! | [`journal`] | facts, and the registration as their fold |
//! | [`effect`] | what is asked of the world, and what comes of it |
//! | [`microsoft`] | the one reader of what Microsoft says when it refuses |
//! | [`diagnose`] | a failure becomes what happened, why, and the cure |
//! | [`steps`] | every sequence as an `async fn` over a port: no I/O, no clock, no chance |
//! | [`driver`] | effects in flight, for every door |
//! | [`world`] | Entra, Partner Center, the price service, the keyring, files, the browser |
//! | [`report`] | rows of words; what is printed without a screen, as text and as JSON |
//! | [`ui`] | the wizard, its pages, its keys, the terminal |
//! | [`simulator`] | a Microsoft of one's own on loopback |
//! | [`cloud`], [`exit`], [`version`] | the types that everything stands on |

#![cfg_attr(
    not(feature = "test-door"),
    expect(unreachable_pub, reason = "tests and examples reach it through the door")
)]

// The rooms, open to tests and examples alone. Without a macro: rustfmt goes into no module that one declares.
#[cfg(not(feature = "test-door"))]
mod cli;
#[cfg(feature = "test-door")]
pub mod cli;
#[cfg(not(feature = "test-door"))]
mod cloud;
#[cfg(feature = "test-door")]
pub mod cloud;
#[cfg(not(feature = "test-door"))]
mod commands;
#[cfg(feature = "test-door")]
pub mod commands;
#[cfg(not(feature = "test-door"))]
mod diagnose;
#[cfg(feature = "test-door")]
pub mod diagnose;
#[cfg(not(feature = "test-door"))]
mod driver;
#[cfg(feature = "test-door")]
pub mod driver;
#[cfg(not(feature = "test-door"))]
mod effect;
#[cfg(feature = "test-door")]
pub mod effect;
#[cfg(not(feature = "test-door"))]
mod exit;
#[cfg(feature = "test-door")]
pub mod exit;
#[cfg(not(feature = "test-door"))]
mod host;
#[cfg(feature = "test-door")]
pub mod host;
#[cfg(not(feature = "test-door"))]
mod journal;
#[cfg(feature = "test-door")]
pub mod journal;
#[cfg(not(feature = "test-door"))]
mod microsoft;
#[cfg(feature = "test-door")]
pub mod microsoft;
#[cfg(not(feature = "test-door"))]
mod report;
#[cfg(feature = "test-door")]
pub mod report;
#[cfg(all(not(feature = "test-door"), feature = "simulator"))]
mod simulator;
#[cfg(all(feature = "test-door", feature = "simulator"))]
pub mod simulator;
#[cfg(not(feature = "test-door"))]
mod steps;
#[cfg(feature = "test-door")]
pub mod steps;
#[cfg(not(feature = "test-door"))]
mod ui;
#[cfg(feature = "test-door")]
pub mod ui;
#[cfg(not(feature = "test-door"))]
mod version;
#[cfg(feature = "test-door")]
pub mod version;
#[cfg(not(feature = "test-door"))]
mod words;
#[cfg(feature = "test-door")]
pub mod words;
#[cfg(not(feature = "test-door"))]
mod world;
#[cfg(feature = "test-door")]
pub mod world;

pub use commands::run;
pub use exit::Exit;
pub use host::{Environment, Host};
pub use world::store::SECOND_PROCESS;
pub use world::stores::second_process_main;
