//! One test binary: real parts against servers on loopback.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

mod faults;
mod listener;
mod prices;
#[cfg(feature = "simulator")]
mod tls;
mod tokens;
