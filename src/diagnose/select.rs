//! Which row a failure is, and what the program does next.
//!
//! The two are kept apart on purpose: the row may be chosen by a number, the course never is.

use std::time::Duration;

use super::fill::{Values, clip, passed_on};
use super::row::{Context, Goto, Row, Sign, When};
use super::table::{UNKNOWN, known_by, rows};
use crate::exit::Exit;
use crate::words::{Cause, Failure, Field, Service, Step};

/// The numbers that say no more than "see the other one".
pub(super) const SAYS_NOTHING: [u64; 2] = [70_002, PASSED_ON];

/// Partner Center's number for an error of Entra that it passes on.
const PASSED_ON: u64 = 90_000;

/// The row of `failure` and the sign it was found by.
pub(super) fn row<'f>(failure: &'f Failure, context: &Context<'_>) -> (&'static Row, Option<Sign<'f>>) {
    let nobody_signed_in = context.step == Some(Step::PartnerCenter);
    for sign in signs(failure) {
        let meant = || known_by(&sign).iter().copied().filter(|row| !(nobody_signed_in && row.is_about_signing_in()));
        let special = meant().find(|row| row.when != When::Always && row.when.holds(failure, context));
        if let Some(row) = special.or_else(|| meant().find(|row| row.when == When::Always)) {
            return (row, Some(sign));
        }
    }
    (&UNKNOWN, None)
}

/// Everything a failure can be known by, the most telling first.
fn signs(failure: &Failure) -> Vec<Sign<'_>> {
    let mut signs = Vec::new();
    let by_gateway = failure.cause == Cause::NotTheService;
    if failure.cause == Cause::Refused {
        refusal(failure, &mut signs);
    } else if by_gateway && failure.status.is_some_and(|status| status >= 500) {
        // A gateway's own page with a status of the service's is a fault of the service.
        status(failure, &mut signs);
    }
    signs.push(Sign::CauseOf(failure.service, failure.cause));
    signs.push(Sign::Cause(failure.cause));
    signs
}

fn refusal<'f>(failure: &'f Failure, signs: &mut Vec<Sign<'f>>) {
    let service = failure.service;
    let telling = || failure.codes.iter().copied().filter(|code| !SAYS_NOTHING.contains(code));
    if service == Service::Entra {
        signs.extend(telling().map(Sign::Aadsts));
        signs.extend(told(failure));
        if let [code] = failure.codes.as_slice() {
            signs.push(Sign::Aadsts(*code));
        }
    } else {
        signs.extend(telling().map(|code| Sign::Number(service, code)));
        if service == Service::PartnerApi {
            // The two share the gate that looks for multifactor authentication, and its numbers.
            signs.extend(telling().map(|code| Sign::Number(Service::PartnerCenter, code)));
        }
        signs.extend(told(failure));
        signs.extend(failure.codes.iter().map(|code| Sign::Number(service, *code)));
    }
    // A number that no row has is unknown, whatever stands beside it: the words tell less, and a row of theirs would be a guess.
    let numbered = telling().next().is_some() || service != Service::Entra && passed_on(failure).next().is_some();
    if numbered && service != Service::Octo {
        if temporary(failure.status).is_some() {
            status(failure, signs);
        }
        return;
    }
    // The price service has few words for many statuses: a status of its own tells more than "invalidRequest".
    if service == Service::PartnerApi {
        let own = |status: &u16| matches!(status, 405..=499 | 509);
        signs.extend(failure.status.filter(own).map(|it| Sign::Status(service, it)));
    }
    for word in [&failure.suberror, &failure.error].into_iter().flatten() {
        if service == Service::Entra {
            signs.push(Sign::Oauth(word.as_str()));
        }
        signs.push(Sign::Word(service, word.as_str()));
    }
    status(failure, signs);
}

/// What the sentence of a service tells: an AADSTS number it passes on, or a part that a row knows.
fn told(failure: &Failure) -> Vec<Sign<'static>> {
    let Some(sentence) = &failure.sentence else {
        return Vec::new();
    };
    let lower = sentence.as_str().to_lowercase();
    let said = rows().flat_map(|row| row.signs).copied().filter(
        |sign| matches!(sign, Sign::Says(service, part) if *service == failure.service && lower.contains(part)),
    );
    passed_on(failure).map(Sign::Aadsts).chain(said).collect()
}

fn status(failure: &Failure, signs: &mut Vec<Sign<'_>>) {
    if let Some(status) = failure.status {
        signs.push(Sign::Status(failure.service, status));
        if status > 500 {
            signs.push(Sign::Status(failure.service, 500));
        }
    }
}

/// The short name of a failure, as shown beside the failed check.
pub(super) fn label(failure: &Failure, row: &Row, sign: Option<Sign<'_>>) -> String {
    let short = failure.service.short();
    match sign {
        Some(Sign::Aadsts(code)) => return format!("AADSTS{code}"),
        Some(Sign::Number(Service::PartnerCenter, code)) => return format!("PC {code}"),
        // Words of Windows and of Graph, which tell whose they are.
        Some(Sign::Oauth(word)) if word.starts_with(char::is_uppercase) => return word.to_owned(),
        Some(Sign::Cause(_) | Sign::CauseOf(..)) if !row.label.is_empty() => {
            return row.label.to_owned();
        }
        Some(_) | None => {}
    }
    let number = failure.codes.iter().rev().find(|code| !SAYS_NOTHING.contains(code));
    if let Some(passed_on) = passed_on(failure).next().filter(|_| failure.service != Service::Entra && sign.is_none()) {
        return format!("AADSTS{passed_on}");
    }
    match (failure.service, number, failure.status, &failure.error) {
        (Service::Entra, Some(code), ..) => format!("AADSTS{code}"),
        (Service::PartnerCenter, Some(code), ..) => format!("PC {code}"),
        (Service::Entra, None, _, Some(word)) => {
            format!("Entra {}", clip(word.as_str(), Values::LONGEST))
        }
        (_, _, Some(status), _) => format!("{short} {status}"),
        (_, Some(code), None, _) => format!("{short} {code}"),
        (_, None, None, Some(word)) => {
            format!("{short} {}", clip(word.as_str(), Values::LONGEST))
        }
        (_, None, None, None) if row.label.is_empty() => short.to_owned(),
        (_, None, None, None) => row.label.to_owned(),
    }
}

/// What the program does next.
pub(super) struct Course {
    pub(super) goto: Goto,
    pub(super) exit: Exit,
    pub(super) transient: bool,
    pub(super) wait: Option<Duration>,
}

/// What the program does next: the OAuth words, the status and the cause decide, the row is more precise within that.
pub(super) fn course(failure: &Failure, context: &Context<'_>, row: &Row) -> Course {
    let step_two = context.step == Some(Step::PartnerCenter);
    // Nobody is signed in in step 2, so nothing there is a matter of signing in again.
    let nature = nature(failure).filter(|nature| !step_two || *nature != Nature::SignIn);
    let mut course = Course {
        goto: row.goto,
        exit: row.exit,
        transient: row.when == When::SecretIsNew,
        wait: failure.retry_after.or(row.wait),
    };
    if let Some(nature) = nature {
        course.exit = nature.exit(course.exit);
        course.goto = nature.goto(course.goto);
        course.transient |= nature == Nature::Temporary;
    }
    // What belongs to step 3 cannot be mended in step 2: the cure is elsewhere, and then the same is tried again.
    if step_two && (course.goto == Goto::SignInAgain || course.goto.is_of_step_three()) {
        course.goto = Goto::Retry;
    }
    if course.transient {
        course.wait = course.wait.or(Some(Duration::from_secs(2)));
    }
    // A code is sent once, whatever the answer was.
    if context.code_sent && (course.transient || course.goto == Goto::Retry) {
        course.transient = false;
        course.wait = failure.retry_after.or(row.wait);
        course.goto = Goto::SignInAgain;
    }
    course
}

/// What kind of refusal or breakdown it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// A value, the app registration or our request.
    Value,
    /// The sign-in or what came of it.
    SignIn,
    /// Consent or permission.
    Consent,
    /// Nothing but time.
    Temporary,
}

impl Nature {
    /// The exit code of a row, if it goes with this, or the usual one.
    fn exit(self, row: Exit) -> Exit {
        let (usual, others): (Exit, &[Exit]) = match self {
            Self::Value => (Exit::Refused, &[Exit::Permission, Exit::Internal]),
            Self::SignIn => (Exit::SignIn, &[Exit::Permission]),
            Self::Consent => (Exit::Permission, &[Exit::SignIn]),
            Self::Temporary => (Exit::Network, &[]),
        };
        if others.contains(&row) { row } else { usual }
    }

    /// The same for where to go.
    fn goto(self, row: Goto) -> Goto {
        let (usual, goes) = match self {
            Self::Value => (Goto::Retry, row != Goto::SignInAgain),
            Self::SignIn | Self::Consent => {
                let fields = [Field::Redirect, Field::Answer, Field::ApplicationId];
                (Goto::SignInAgain, fields.into_iter().any(|field| row == Goto::Field(field)))
            }
            Self::Temporary => (Goto::Retry, false),
        };
        if goes { row } else { usual }
    }
}

/// The nature of a failure, by words, status and cause: never by a number. `None` where only the row can tell.
fn nature(failure: &Failure) -> Option<Nature> {
    let cause = failure.cause;
    if matches!(cause, Cause::TimedOut | Cause::Broken | Cause::NoConnection) {
        return Some(Nature::Temporary);
    }
    if cause == Cause::NotTheService {
        return temporary(failure.status);
    }
    if cause != Cause::Refused {
        return None;
    }
    // Too many requests, whatever else is said.
    if failure.status == Some(429) {
        return Some(Nature::Temporary);
    }
    if failure.service == Service::Entra {
        let words = [&failure.suberror, &failure.error];
        let known = words.into_iter().flatten().find_map(|word| oauth(word.as_str()));
        if known.is_some() {
            return known;
        }
    }
    temporary(failure.status)
}

fn temporary(status: Option<u16>) -> Option<Nature> {
    status.filter(|status| matches!(status, 408 | 429 | 500 | 502 | 503 | 504 | 509)).map(|_| Nature::Temporary)
}

fn oauth(word: &str) -> Option<Nature> {
    match word {
        "invalid_client"
        | "unauthorized_client"
        | "invalid_tenant"
        | "invalid_instance"
        | "invalid_resource"
        | "invalid_request"
        | "invalid_scope"
        | "unsupported_grant_type"
        | "unsupported_response_type" => Some(Nature::Value),
        "invalid_grant"
        | "interaction_required"
        | "login_required"
        | "expired_token"
        | "basic_action"
        | "additional_action"
        | "message_only"
        | "user_password_expired"
        | "bad_token"
        | "token_expired"
        | "client_mismatch"
        | "protection_policy_required" => Some(Nature::SignIn),
        "consent_required" | "access_denied" | "permission_denied" | "cancel" => Some(Nature::Consent),
        "temporarily_unavailable" | "server_error" => Some(Nature::Temporary),
        _ => None,
    }
}
