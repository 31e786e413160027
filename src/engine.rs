//! The engine decides. No I/O, no clock, no chance: what must happen outside is an [`effect::Effect`], and what came of it
//! is an [`effect::Outcome`].

pub mod access;
pub mod answers;
pub mod claims;
pub mod diagnose;
pub mod effect;
pub mod journal;
pub mod octo;
pub mod pasted;
pub mod refused;
pub mod run;
pub mod standing;
pub mod step;
