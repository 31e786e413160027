//! Where to go on after the program was ended in the middle, and the one sentence that says so.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::engine::journal::{Attempt, Kind, Registration};
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
        let (place, sentence, run) = Self::read(open, zone);
        Some(Self {
            place,
            sentence,
            run,
        })
    }

    fn read(open: &Attempt, zone: &TimeZone) -> (Place, String, bool) {
        let Some((_, proven_at)) = &open.partner_center else {
            let sentence = format!(
                "An attempt was started at {} and not finished. Nothing was changed.",
                clock(open.began_at, zone)
            );
            return (Place::PartnerCenter, sentence, false);
        };
        if open.ready() {
            return (
                Place::Review,
                "Everything was checked. Confirm and register?".to_owned(),
                false,
            );
        }
        if open.code_uncertain() {
            let sentence = "We cannot tell whether the code was used. It will not be sent again. Sign in again; what worked before still works.";
            return (Place::PartnerApi, sentence.to_owned(), false);
        }
        if open.item(Kind::RefreshToken).is_some() {
            return (
                Place::PartnerApi,
                "Your sign-in is safely kept. Finish the checks?".to_owned(),
                false,
            );
        }
        if open.consenting.is_some() && open.item(Kind::SignIn).is_some() {
            let sentence = "The sign-in page was open. If your browser shows an address with a code, paste it now; else start it again.";
            return (Place::PartnerApi, sentence.to_owned(), true);
        }
        let sentence = format!(
            "Client secret checked and kept at {}. Continue with the sign-in?",
            clock(*proven_at, zone)
        );
        (Place::PartnerApi, sentence, false)
    }
}

/// Hours and minutes on the clock of the person, with the day when a whole date is wanted elsewhere.
pub(crate) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%H:%M on %Y-%m-%d")
        .to_string()
}

/// The day, some days later.
pub(crate) fn day_after(at: Timestamp, days: i64, zone: &TimeZone) -> String {
    let day = at.to_zoned(zone.clone()).date();
    day.checked_add(jiff::Span::new().days(days))
        .unwrap_or(day)
        .to_string()
}
