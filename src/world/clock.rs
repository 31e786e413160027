//! The one look at the clock of this machine.

use std::time::Instant;

use jiff::Timestamp;

/// Now, by the clock of this machine.
#[expect(clippy::disallowed_methods, reason = "this is the one function of the world that looks at the clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Milliseconds since it was started: a clock that nobody sets.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts one.
    #[expect(clippy::disallowed_methods, reason = "the world's look at the clock that only goes forward")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Milliseconds so far.
    pub fn milliseconds(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
