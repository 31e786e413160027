//! Where to go on after the program was ended in the middle, and the one sentence that says so.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::journal::standing::AttemptState;
use crate::journal::{Attempt, Registration};
use crate::ui::wizard::Place;

/// Where a person goes on, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumption {
    /// The page.
    pub place: Place,
    /// The sentence.
    pub sentence: String,
    /// Whether the run of step 3 starts by itself, because a sign-in is open.
    pub run: bool,
}

impl Resumption {
    /// What an unfinished attempt means for the person who comes back; `None` when there is none.
    pub fn of(registration: &Registration, zone: &TimeZone) -> Option<Self> {
        let open = registration.open.as_ref()?;
        let (place, run) = match open.standing() {
            AttemptState::Begun => (Place::PartnerCenter, false),
            AttemptState::SignInOpen => (Place::PartnerApi, true),
            AttemptState::SecretKept | AttemptState::CodeUncertain | AttemptState::TokenKept => {
                (Place::PartnerApi, false)
            }
            AttemptState::Ready => (Place::Review, false),
        };
        Some(Self { place, sentence: sentence(open, zone), run })
    }
}

fn sentence(open: &Attempt, zone: &TimeZone) -> String {
    let proven_at = open.partner_center.as_ref().map(|(_, at)| *at);
    match open.standing() {
        AttemptState::Begun => format!(
            "An attempt was started at {} and not finished. Nothing was changed.",
            clock(open.began_at, zone)
        ),
        AttemptState::SecretKept => format!(
            "Client secret checked and kept at {}. Continue with the sign-in?",
            clock(proven_at.unwrap_or(open.began_at), zone)
        ),
        AttemptState::SignInOpen => "The sign-in page was open. If your browser shows an address with a code, paste it now; else start it again.".to_owned(),
        AttemptState::CodeUncertain => "We cannot tell whether the code was used. It will not be sent again. Sign in again; what worked before still works.".to_owned(),
        AttemptState::TokenKept => "Your sign-in is safely kept. Finish the checks?".to_owned(),
        AttemptState::Ready => "Everything was checked. Confirm and register?".to_owned(),
    }
}

/// Hours and minutes on the clock of the person, with the day when a whole date is wanted elsewhere.
pub(crate) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M on %Y-%m-%d").to_string()
}

/// The day, some days later.
pub(crate) fn day_after(at: Timestamp, days: i64, zone: &TimeZone) -> String {
    let day = at.to_zoned(zone.clone()).date();
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(day).to_string()
}
