//! What ends when: the sign-in after 90 days without use, the secret on the day the operator gave.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::journal::Registration;
use crate::report::calendar::End;
use crate::report::identity::Identity;
use crate::words::LastFailure;

/// Days a refresh token lives when it is not used.
const TOKEN_DAYS: i32 = 90;

/// The ends of the set in use. After a refusal that ended the sign-in there is no day until which it is good.
pub fn ends(registration: &Registration, refused: Option<&LastFailure>, which: &Identity) -> Vec<End> {
    let Some(active) = &registration.active else {
        return Vec::new();
    };
    let good = active.token_at.filter(|_| !refused.is_some_and(LastFailure::ended_sign_in));
    let token = good.and_then(|at| {
        let day = utc(at).checked_add(Span::new().days(TOKEN_DAYS)).ok()?;
        Some(End {
            key: "sign-in",
            what: "Octo CSP: the kept sign-in ends unless it is used".to_owned(),
            cure: format!(
                "{} renews it; once it has ended: {}",
                which.command("doctor"),
                which.command("register --step partner-api")
            ),
            day,
        })
    });
    let secret = active.partner_center.as_ref().and_then(|(proof, _)| proof.secret_ends).map(|day| End {
        key: "secret",
        what: "Octo CSP: the secret key expires".to_owned(),
        cure: format!("Make a new secret key on the app, then: {}", which.command("register --step partner-center")),
        day,
    });
    token.into_iter().chain(secret).collect()
}

/// What works, what ends when, what is to be done, in one line.
pub(super) fn verdict(stands: &str, ends: &[End], today: Date, to_do: Option<String>) -> String {
    let told: Vec<String> = ends
        .iter()
        .map(|end| {
            let over = end.days_left(today) < 0;
            match end.key {
                "secret" => format!("the secret key {} {}", if over { "expired" } else { "expires" }, end.day),
                _ => format!("the sign-in {} {}", if over { "ended" } else { "ends" }, end.day),
            }
        })
        .collect();
    let ends = if told.is_empty() { String::new() } else { format!("; {}", told.join(", ")) };
    let to_do = to_do.map_or_else(|| "Nothing to do.".to_owned(), |what| format!("To do: {what}"));
    format!("{stands}{ends}. {to_do}")
}

/// The day by UTC: a day more or less does not matter where two weeks are the warning.
pub fn utc(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// What ends, in two words.
pub(super) fn short(end: &End) -> &'static str {
    if end.key == "secret" { "key until" } else { "sign-in until" }
}
