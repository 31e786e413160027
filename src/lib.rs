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

// The rooms, open to tests and examples alone.
#[cfg(all(not(feature = "test-door"), feature = "simulator"))]
use rooms::simulator;
#[cfg(feature = "test-door")]
pub use rooms::*;
#[cfg(not(feature = "test-door"))]
use rooms::{
    cli, cloud, commands, diagnose, driver, effect, exit, host, journal, microsoft, report, steps, ui, version, words,
    world,
};

#[path = "."]
mod rooms {
    pub mod cli;
    pub mod cloud;
    pub mod commands;
    pub mod diagnose;
    pub mod driver;
    pub mod effect;
    pub mod exit;
    pub mod host;
    pub mod journal;
    pub mod microsoft;
    pub mod report;
    #[cfg(feature = "simulator")]
    pub mod simulator;
    pub mod steps;
    pub mod ui;
    pub mod version;
    pub mod words;
    pub mod world;
}

pub use commands::run;
pub use exit::Exit;
pub use host::{Environment, Host};
pub use world::clock::zone;
pub use world::store::SECOND_PROCESS;
pub use world::stores::second_process_main;
