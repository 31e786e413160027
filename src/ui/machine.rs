//! What was seen of this machine: its network, its clock, where secrets are kept, a browser.

use std::collections::BTreeMap;

use crate::effect::{Effect, Preflight, ProbeResult};
use crate::ui::work::{TaskOrigin, Work};
use crate::words::{Cause, Failure, UntrustedText};

/// What was seen at the last look that has ended: until it is seen again, it is as it was.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    seen: BTreeMap<Preflight, Result<ProbeResult, Failure>>,
    /// When the last look began, in milliseconds since the program started.
    pub(crate) looked_at: u64,
    looks: u32,
}

impl Machine {
    /// Looks again; a look that is still under way is not begun a second time.
    pub(crate) fn look(&mut self, now: u64, work: &mut Work) {
        self.looked_at = now;
        self.looks += 1;
        for look in Preflight::ALL {
            if !work.is_looking(look) {
                work.perform(TaskOrigin::Preflight(look), Effect::Preflight(look));
            }
        }
    }

    /// Takes in what was seen.
    pub(crate) fn saw(&mut self, look: Preflight, seen: Result<ProbeResult, Failure>) {
        self.seen.insert(look, seen);
    }

    /// What was seen, once a look has ended.
    pub(crate) fn seen(&self, look: Preflight) -> Option<&Result<ProbeResult, Failure>> {
        self.seen.get(&look)
    }

    /// Why a look failed, if it did.
    pub(crate) fn failure(&self, look: Preflight) -> Option<&Failure> {
        self.seen(look)?.as_ref().err()
    }

    /// Whether a look has failed.
    pub(crate) fn has_failure(&self) -> bool {
        self.seen.values().any(Result::is_err)
    }

    /// When the last look began, if it was not the first.
    pub(crate) fn looked_again(&self) -> Option<u64> {
        (self.looks > 1).then_some(self.looked_at)
    }

    /// By how much its clock was wrong.
    pub(crate) fn clock_off(&self) -> Option<&str> {
        let failure = self.failure(Preflight::Clock)?;
        failure.detail.as_ref().filter(|_| failure.cause == Cause::ClockSkew).map(UntrustedText::as_str)
    }

    /// Whether a page can be opened in a browser, as far as is known.
    pub(crate) fn can_browse(&self) -> bool {
        self.seen(Preflight::Browser).is_none_or(|seen| seen.as_ref().is_ok_and(|seen| seen.good))
    }
}
