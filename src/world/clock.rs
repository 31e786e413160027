//! The one look at the clock of this machine.

use jiff::Timestamp;

/// Now, by the clock of this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one function of the world that looks at the clock"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}
