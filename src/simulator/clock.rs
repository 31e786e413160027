//! The simulator's clock: the machine's, moved by what a test asks for.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Seconds since 1970, moved forward at will, so that ten minutes or ninety days pass without waiting.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ahead: AtomicI64,
}

impl Clock {
    /// Returns the time on this clock in seconds since 1970.
    #[expect(clippy::disallowed_methods, reason = "the one place where the simulator looks at the machine's clock")]
    pub(super) fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(0) + self.ahead.load(Ordering::Relaxed)
    }

    /// Moves the clock forward.
    #[cfg(feature = "test-door")]
    pub(super) fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// Formats as in Microsoft's error bodies: `2016-01-09 02:02:12Z`.
pub(super) fn stamp(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Formats as in a `Date` header.
pub(super) fn http_date(seconds: i64) -> String {
    let since = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_microsoft_writes_them() {
        assert_eq!(stamp(1_452_305_532), "2016-01-09 02:12:12Z");
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
