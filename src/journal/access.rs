//! An access token that is kept until shortly before its end, so that not every script makes a request of its own.
//!
//! It is bound to the set it was made with, by its item's name and by the moment of the commit: what a registration that was
//! replaced has left behind is never handed out.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::journal::{Attempt, ItemName};
use crate::words::{Audience, Lifetime, Secret, SharedSecret};

/// The version of what is kept.
const VERSION: u32 = 1;

/// Before its end a token must have so long left that whoever is given it can use it.
const LEFT: Duration = Duration::from_secs(5 * 60);

/// An access token of the set in use.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// For the `Authorization` header.
    pub value: SharedSecret,
    /// How long it can be used; `None` where nobody says.
    pub lifetime: Option<Lifetime>,
}

/// An access token as it is kept: of `&str` to be written, of `String` to be read.
#[derive(Serialize, Deserialize)]
struct Kept<S> {
    version: u32,
    committed: Timestamp,
    lifetime: Lifetime,
    token: S,
}

impl AccessToken {
    /// Under which name the set's token for this API is kept.
    pub fn item(active: &Attempt, audience: Audience) -> ItemName {
        let [center, api] = active.access_tokens();
        match audience {
            Audience::PartnerCenter => center,
            Audience::PartnerApi => api,
        }
    }

    /// As it is kept for this set. A token of which nobody knows the end is not kept.
    pub(crate) fn written(&self, active: &Attempt) -> Option<SharedSecret> {
        let (_, committed) = active.activated?;
        let text = serde_json::to_string(&Kept {
            version: VERSION,
            committed,
            lifetime: self.lifetime?,
            token: self.value.reveal(),
        });
        text.ok().map(Secret::shared)
    }

    /// Reads what was kept; `None` if it is not this set's, or nothing that can be read.
    pub fn read(kept: &Secret, active: &Attempt) -> Option<Self> {
        let read: Kept<String> = serde_json::from_str(kept.reveal()).ok()?;
        let value = Secret::shared(read.token);
        let (_, committed) = active.activated?;
        (read.version == VERSION && read.committed == committed)
            .then_some(Self { value, lifetime: Some(read.lifetime) })
    }

    /// Whether it can be used for `least` from `now` on; unsaid, for five minutes, or for a fifth of its life if that is less. One
    /// that came later than now says that the clock was set back, and then nothing is known of its end.
    pub fn suffices(&self, now: Timestamp, least: Option<Duration>) -> bool {
        let Some(Lifetime { from, until }) = self.lifetime else {
            return false;
        };
        let life = Duration::try_from(until.duration_since(from)).unwrap_or_default();
        let least = least.unwrap_or_else(|| LEFT.min(life / 5));
        let left = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        from <= now && now < until && left >= least
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{AttemptId, Slot};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).unwrap()
    }

    fn lasting(from: i64, until: i64) -> AccessToken {
        AccessToken {
            value: Secret::shared("header.payload.signature".to_owned()),
            lifetime: Some(Lifetime { from: at(from), until: at(until) }),
        }
    }

    fn committed(second: i64) -> Attempt {
        Attempt { activated: Some((17, at(second))), ..Attempt::new(AttemptId(2), Slot::A, 0) }
    }

    #[test]
    fn a_token_is_given_out_until_five_minutes_before_its_end_and_a_short_one_for_four_fifths() {
        let seconds = Duration::from_secs;
        for (from, until, now, least, good) in [
            (0, 3_600, 0, None, true),
            (0, 3_600, 3_300, None, true),
            (0, 3_600, 3_301, None, false),
            (0, 3_600, 3_599, Some(0), true),
            (0, 3_600, 3_600, Some(0), false),
            (0, 3_600, 1_801, Some(1_800), false),
            (0, 300, 240, None, true),
            (0, 300, 241, None, false),
            // The clock was set back.
            (10, 3_600, 9, None, false),
            // It had ended before it came.
            (10, 5, 10, None, false),
        ] {
            let token = lasting(from, until);
            let given = token.suffices(at(now), least.map(seconds));
            assert_eq!(given, good, "{from}..{until} at {now}, {least:?}");
        }
        let unknown = AccessToken { lifetime: None, ..lasting(0, 1) };
        assert!(!unknown.suffices(at(0), Some(seconds(0))));
        assert!(unknown.written(&committed(1)).is_none());
    }

    #[test]
    fn what_was_kept_for_another_set_is_no_token() {
        let active = committed(5);
        let kept = lasting(6, 3_606).written(&active).unwrap();
        let read = AccessToken::read(&kept, &active).unwrap();
        assert!(read.value.same_as("header.payload.signature"));
        assert_eq!(read.lifetime, lasting(6, 3_606).lifetime);
        assert!(AccessToken::read(&kept, &committed(4)).is_none());
        let never = Attempt::new(AttemptId(2), Slot::A, 0);
        assert!(AccessToken::read(&kept, &never).is_none());
        for rubbish in ["", "{}", "header.payload.signature"] {
            let rubbish = Secret::new(rubbish.to_owned());
            assert!(AccessToken::read(&rubbish, &active).is_none());
        }
    }
}
