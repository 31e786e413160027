//! Whether a check that failed is tried once more: one rule for every check.

use std::time::Duration;

use crate::diagnose::SECRET_TRIES;
use crate::steps::checks::Check;
use crate::words::{Cause, CheckId, Failure, Service};

/// Seconds between the tries of a secret that was made minutes ago.
const PATIENCE: [u64; SECRET_TRIES as usize] = [5, 15, 30, 60];

/// How long to wait before a failed check is tried once more; `None` when it counts as failed.
///
/// A server that names a time is waited for once; otherwise one more try after a second, as Microsoft's own library does for 5xx
/// and timeouts. A secret that the operator calls new is tried for minutes. A code is never sent again. What changes something (a
/// refresh may rotate the token) is repeated only when the server says that it did not look at it: a 429 (RFC 6585, section 4), or
/// a 503 that names a time. A 503 that names none, or any behind Octo's gateway, can also be an answer that was lost.
pub(super) fn pause_before_another_try(check: &Check, failure: &Failure) -> Option<Duration> {
    let second = Duration::from_secs(1);
    if check.id == CheckId::Redeem {
        return None;
    }
    if check.new_secret && failure.codes.contains(&7_000_215) {
        return PATIENCE.get(usize::from(check.tries)).copied().map(Duration::from_secs);
    }
    let throttled = matches!(failure.status, Some(429 | 503));
    let later = failure.retry_after.is_some() && failure.service != Service::Octo;
    let unseen = failure.status == Some(429) || throttled && later;
    if check.tries > 0 || check.writing && !unseen {
        return None;
    }
    let server = matches!(failure.status, Some(500 | 502 | 504)) && check.id != CheckId::OtherSecret;
    if failure.cause == Cause::Refused && (throttled || server) {
        Some(failure.retry_after.unwrap_or(second))
    } else {
        (failure.cause == Cause::Broken).then_some(second)
    }
}
