//! The one look at the clock of this machine.

use std::time::{Instant, SystemTime};

use jiff::Timestamp;

/// Now, by the clock of this machine, in whole seconds: nothing that is kept or printed knows smaller ones. A clock beyond the year 9999
/// stands at its end.
pub fn now() -> Timestamp {
    let now = exactly_now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// The same with what a line of a log has beyond the seconds.
#[expect(clippy::disallowed_methods, reason = "this is the one function of the world that looks at the clock")]
pub fn exactly_now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::MAX)
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
