//! The one look at the clock of this machine.

use std::ffi::OsStr;
#[cfg(unix)]
use std::path::Path;
use std::time::{Instant, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

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
/// The zone of this machine, or that which the variable `TZ` names, from the one file that has it: to find one by its name, the
/// library reads the list of all first. Whatever else a variable may say, the library knows.
pub fn zone(named: Option<&OsStr>) -> TimeZone {
    #[cfg(unix)]
    {
        let file = named.map_or_else(|| "/etc/localtime".into(), |name| Path::new("/usr/share/zoneinfo").join(name));
        if let Some(zone) = std::fs::read(file).ok().and_then(|bytes| TimeZone::tzif("", &bytes).ok()) {
            return zone;
        }
    }
    #[cfg(not(unix))]
    let _ = named;
    TimeZone::system()
}
