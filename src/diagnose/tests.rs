mod chance;
mod codes;
mod corpus;
mod screen;
mod vectors;

use std::collections::BTreeSet;
use std::time::Duration;

use super::fill::Values;
use super::table::UNKNOWN;
use super::*;
use crate::exit::Exit;
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
use crate::words::{
    Audience, Cause, DiskFault, Failure, Field, Mismatch, Service, Step, TlsFault, Told, UntrustedText, VaultFault,
};

/// Every AADSTS number of the reference.
#[rustfmt::skip]
const AADSTS: [u64; 137] = [
    16_000, 16_003, 28_002, 28_003, 50_000, 50_001, 50_005, 50_011, 50_012, 50_014, 50_020, 50_033, 50_034, 50_049,
    50_053, 50_055, 50_056, 50_057, 50_058, 50_059, 50_071, 50_072, 50_074, 50_076, 50_078, 50_079, 50_085, 50_087,
    50_088, 50_089, 50_097, 50_105, 50_126, 50_128, 50_129, 50_131, 50_132, 50_133, 50_140, 50_144, 50_147, 50_155,
    50_158, 50_173, 50_177, 50_187, 50_194, 50_196, 50_199, 51_004, 53_000, 53_001, 53_002, 53_003, 53_004, 53_011,
    54_005, 65_001, 65_002, 65_004, 65_005, 70_000, 70_001, 70_002, 70_004, 70_005, 70_007, 70_008, 70_011, 70_016,
    70_018, 70_019, 70_043, 90_002, 90_006, 90_012, 90_013, 90_014, 90_023, 90_024, 90_033, 90_038, 90_055, 90_072,
    90_090, 90_094, 90_095, 90_099, 90_100, 500_011, 500_112, 500_113, 500_121, 500_208, 501_481, 501_491, 530_003,
    530_032, 530_034, 530_035, 650_051, 650_052, 650_054, 650_056, 650_057, 700_003, 700_005, 700_009, 700_011, 700_016,
    700_020, 700_022, 700_023, 700_025, 700_027, 700_030, 700_054, 700_082, 700_084, 900_023, 900_144, 900_382, 900_432,
    900_971, 901_002, 1_000_031, 1_000_104, 1_002_012, 7_000_112, 7_000_215, 7_000_216, 7_000_218, 7_000_222, 7_000_229,
    9_001_023, 9_002_313, 9_002_327,
];

/// Every Partner Center number of the reference, and those of its samples.
#[rustfmt::skip]
const PARTNER_CENTER_NUMBERS: [u64; 24] = [
    400, 1_000, 2_000, 2_001, 2_006, 2_032, 2_200, 2_201, 3_000, 13_605, 20_002, 60_003, 90_000, 800_001, 800_002,
    800_003, 800_039, 900_124, 900_150, 900_308, 900_309, 900_329, 900_420, 900_421,
];

/// OAuth words of the reference that an answer may carry alone.
const OAUTH: [&str; 30] = [
    "invalid_request",
    "invalid_grant",
    "unauthorized_client",
    "invalid_client",
    "unsupported_grant_type",
    "invalid_resource",
    "interaction_required",
    "temporarily_unavailable",
    "consent_required",
    "invalid_scope",
    "access_denied",
    "unsupported_response_type",
    "server_error",
    "login_required",
    "invalid_tenant",
    "invalid_instance",
    "authorization_pending",
    "authorization_declined",
    "bad_verification_code",
    "expired_token",
    "basic_action",
    "additional_action",
    "message_only",
    "user_password_expired",
    "bad_token",
    "token_expired",
    "client_mismatch",
    "protection_policy_required",
    "permission_denied",
    "cancel",
];

const SERVICES: [Service; 10] = [
    Service::Entra,
    Service::PartnerCenter,
    Service::PartnerApi,
    Service::Octo,
    Service::Keyring,
    Service::Vault,
    Service::KeyVault,
    Service::Disk,
    Service::Machine,
    Service::Check,
];

const GUID: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";

fn entra(error: &str, codes: &[u64]) -> Failure {
    Failure {
        status: Some(400),
        error: UntrustedText::some(error),
        codes: codes.to_vec(),
        ..Failure::new(Service::Entra, Cause::Refused)
    }
}

fn plain(failure: &Failure) -> Diagnosis {
    diagnose(failure, &Context::default())
}

#[rustfmt::skip]
const CAUSES: [Cause; 67] = [
    Cause::Refused, Cause::NotTheService, Cause::Unreadable, Cause::NoSuchHost, Cause::NoConnection, Cause::Broken,
    Cause::TimedOut, Cause::Proxy, Cause::NoProxy, Cause::ClockSkew, Cause::InUse, Cause::NewerJournal, Cause::JournalMoved,
    Cause::Vault(VaultFault::Sealed), Cause::Vault(VaultFault::NoLeader), Cause::Vault(VaultFault::LoggedOut),
    Cause::Vault(VaultFault::Conflict), Cause::Vault(VaultFault::Quota), Cause::Vault(VaultFault::SoftDeleted),
    Cause::OtherStore, Cause::HalfForgotten, Cause::Vault(VaultFault::WrongPassphrase), Cause::Vault(VaultFault::Damaged),
    Cause::Internal, Cause::Tls(TlsFault::UnknownIssuer), Cause::Tls(TlsFault::Expired),
    Cause::Tls(TlsFault::NotYetValid), Cause::Tls(TlsFault::WrongName), Cause::Tls(TlsFault::Revoked),
    Cause::Tls(TlsFault::Protocol), Cause::Tls(TlsFault::NoRoots), Cause::Tls(TlsFault::Other),
    Cause::Vault(VaultFault::NoBus), Cause::Vault(VaultFault::NoProvider), Cause::Vault(VaultFault::NoCollection),
    Cause::Vault(VaultFault::SessionOnly), Cause::Vault(VaultFault::Locked), Cause::Vault(VaultFault::Denied), Cause::Vault(VaultFault::TimedOut),
    Cause::Vault(VaultFault::TooLarge), Cause::Vault(VaultFault::Ambiguous), Cause::Vault(VaultFault::Missing),
    Cause::Vault(VaultFault::Crashed), Cause::Vault(VaultFault::ReadsDifferently), Cause::Vault(VaultFault::Other), Cause::Disk(DiskFault::Full),
    Cause::Disk(DiskFault::ReadOnly), Cause::Disk(DiskFault::Denied), Cause::Disk(DiskFault::NotOurs), Cause::Disk(DiskFault::Open), Cause::Disk(DiskFault::TooLarge),
    Cause::Disk(DiskFault::Damaged), Cause::Disk(DiskFault::Other), Cause::Mismatch(Mismatch::Tenant),
    Cause::Mismatch(Mismatch::Application), Cause::Mismatch(Mismatch::Audience),
    Cause::Mismatch(Mismatch::TokenKind), Cause::Mismatch(Mismatch::Scope), Cause::Mismatch(Mismatch::Mfa),
    Cause::Mismatch(Mismatch::NoRefreshToken), Cause::Mismatch(Mismatch::OrganizationTenant),
    Cause::Mismatch(Mismatch::Mpn), Cause::Mismatch(Mismatch::Columns), Cause::Mismatch(Mismatch::Cloud),
    Cause::Mismatch(Mismatch::State), Cause::Mismatch(Mismatch::UsedCode), Cause::Mismatch(Mismatch::NoTenant),
];

#[test]
fn no_cure_of_step_two_leads_to_a_place_that_it_cannot_reach() {
    let context = Context { step: Some(Step::PartnerCenter), ..Context::default() };
    for sign in rows().flat_map(|row| row.signs) {
        let mut failure = Failure::new(Service::Entra, Cause::Refused);
        if let Sign::Aadsts(code) = sign {
            failure.codes.push(*code);
        } else if let Sign::Oauth(word) = sign {
            failure.error = UntrustedText::some(word);
        }
        let diagnosis = diagnose(&failure, &context);
        let of_step_three = matches!(
            diagnosis.goto,
            Goto::SignInAgain | Goto::Step(Step::PartnerApi) | Goto::Field(Field::Redirect | Field::MpnId)
        );
        assert!(!of_step_three, "{sign:?}: {:?}", diagnosis.goto);
    }
}

/// Every number and word, as each service could say it in step 2, where nobody has signed in.
#[test]
fn no_row_about_signing_in_answers_where_nobody_has_signed_in() {
    let context = Context { step: Some(Step::PartnerCenter), ..Context::default() };
    for row in rows() {
        for sign in row.signs {
            let (failure, _) = row.sample(*sign);
            if matches!(failure.service, Service::PartnerApi | Service::Octo | Service::Check) {
                continue;
            }
            let told = diagnose(&failure, &context);
            assert_ne!(told.exit, Exit::SignIn, "{sign:?}: {}", told.row);
            let words = format!("{} {} {}", told.what, told.why.join(" "), told.fix.join(" ")).to_lowercase();
            for about in ["sign in again", "sign-in link", "signed in again", "the sign-in has", "passes mfa"] {
                assert!(!words.contains(about), "{sign:?}: {}: {words}", told.row);
            }
        }
    }
}

#[test]
fn keys_and_signs_are_unique() {
    let mut keys = BTreeSet::new();
    let mut signs = BTreeSet::new();
    for row in rows() {
        assert!(keys.insert(row.key), "{}", row.key);
        assert!(!row.signs.is_empty(), "{}", row.key);
        for sign in row.signs {
            assert!(signs.insert(format!("{sign:?} {:?}", row.when)), "{}: {sign:?}", row.key);
        }
    }
    assert_eq!(row("code-used").map(|row| row.key), Some("code-used"));
    assert!(row("unknown").is_none());
}

/// What a text may stand for.
const PLACEHOLDERS: [&str; 12] = [
    "service",
    "application",
    "tenant",
    "redirect",
    "api",
    "api id",
    "partner center id",
    "dev center id",
    "flags",
    "file flags",
    "detail",
    "page",
];

#[test]
fn every_row_has_its_texts() {
    for row in rows().chain([&UNKNOWN]) {
        let Told { what, why, cure } = row.told();
        assert!(!what.is_empty() && !what.contains("{detail}"), "{}", row.key);
        for texts in [why, cure] {
            // A line that speaks of a detail is left out when there is none.
            assert!(texts.iter().any(|text| !text.contains("{detail}")), "{}", row.key);
        }
        let by_cause = |sign: &Sign<'_>| matches!(sign, Sign::Cause(_) | Sign::CauseOf(..));
        assert!(!row.signs.iter().any(by_cause) || !row.label.is_empty(), "{}", row.key);
        for text in [what].iter().chain(why).chain(cure) {
            let lower = text.to_lowercase();
            for word in ["please", "!", "sorry", "you must", "you should", "invalid "] {
                assert!(!lower.contains(word), "{}: {text}", row.key);
            }
            assert!(!text.trim().is_empty() && !text.contains("  "), "{}: {text}", row.key);
            for named in text.split('{').skip(1) {
                let named = named.split('}').next().unwrap();
                assert!(PLACEHOLDERS.contains(&named), "{}: {text}", row.key);
            }
        }
    }
}

#[test]
fn every_number_of_the_reference_has_a_row_of_its_own() {
    for code in AADSTS {
        let diagnosis = plain(&entra("", &[code]));
        assert_ne!(diagnosis.row, "unknown", "{code}");
        assert_eq!(diagnosis.code, format!("AADSTS{code}"));
    }
    for code in PARTNER_CENTER_NUMBERS {
        let mut failure = Failure::new(Service::PartnerCenter, Cause::Refused);
        failure.codes = vec![code];
        let diagnosis = plain(&failure);
        assert_ne!(diagnosis.row, "unknown", "{code}");
        assert_eq!(diagnosis.code, format!("PC {code}"));
    }
    for word in OAUTH {
        let diagnosis = plain(&entra(word, &[]));
        assert_ne!(diagnosis.row, "unknown", "{word}");
        assert_eq!(diagnosis.code, format!("Entra {word}"));
    }
}

#[test]
fn every_cause_at_every_service_and_every_status_is_diagnosed() {
    for service in SERVICES {
        for cause in CAUSES.into_iter().filter(|cause| *cause != Cause::Refused) {
            let diagnosis = plain(&Failure::new(service, cause));
            assert_ne!(diagnosis.row, "unknown", "{service:?} {cause:?}");
            assert!(!diagnosis.why.is_empty() && !diagnosis.fix.is_empty());
        }
    }
    for service in [Service::PartnerCenter, Service::PartnerApi, Service::Octo] {
        for status in [400, 401, 403, 404, 429, 500, 502, 503, 504] {
            let mut failure = Failure::new(service, Cause::Refused);
            failure.status = Some(status);
            let diagnosis = plain(&failure);
            assert_ne!(diagnosis.row, "unknown", "{service:?} {status}");
            assert_eq!(diagnosis.transient, status >= 429, "{service:?} {status}");
        }
    }
}

#[test]
fn the_telling_number_wins_and_the_generic_one_only_when_alone() {
    assert_eq!(plain(&entra("invalid_grant", &[70_002, 54_005])).row, "code-used");
    assert_eq!(plain(&entra("invalid_grant", &[54_005, 70_002])).code, "AADSTS54005");
    assert_eq!(plain(&entra("invalid_client", &[70_002])).row, "credentials-refused");
    let unknown = plain(&entra("invalid_grant", &[70_002, 12_345_678]));
    assert_eq!((unknown.row, unknown.code.as_str()), ("unknown", "AADSTS12345678"));
    assert!(unknown.fix.join(" ").contains("https://login.microsoftonline.com/error?code=12345678"));
    assert_eq!((unknown.goto, unknown.exit), (Goto::SignInAgain, Exit::SignIn));
    let nothing = plain(&entra("never_heard_of", &[12_345_678]));
    assert_eq!((nothing.row, nothing.code.as_str()), ("unknown", "AADSTS12345678"));
}

#[test]
fn a_refused_secret_is_looked_at_first_then_waited_for_then_blamed() {
    let failure = entra("invalid_client", &[7_000_215]);
    let mut context = Context { secret_is_guid: true, secret_is_new: true, ..Context::default() };
    let guid = diagnose(&failure, &context);
    assert_eq!((guid.row, guid.transient), ("secret-id-sent", false));
    assert_eq!(guid.goto, Goto::Field(Field::SecretKey));
    context.secret_is_guid = false;
    for tries in 0..SECRET_TRIES {
        context.secret_tries = tries;
        let waiting = diagnose(&failure, &context);
        assert_eq!((waiting.row, waiting.transient), ("secret-not-live-yet", true));
        assert_eq!(waiting.wait, Some(Duration::from_secs(60)));
    }
    context.secret_tries = SECRET_TRIES;
    let refused = diagnose(&failure, &context);
    assert_eq!((refused.row, refused.transient), ("secret-refused", false));
    assert_eq!(refused.exit, Exit::Refused);
    // An expired one is not waited for, however new the operator thinks it is.
    context.secret_tries = 0;
    assert_eq!(diagnose(&entra("invalid_client", &[7_000_222]), &context).row, "secret-expired");
}

#[test]
fn missing_consent_names_the_api_that_lacks_it_and_not_the_other() {
    let mut failure = entra("invalid_grant", &[65_001]);
    failure.suberror = UntrustedText::some("consent_required");
    let about = |audience| {
        let context = Context { audience: Some(audience), ..Context::default() };
        let diagnosis = diagnose(&failure, &context);
        (diagnosis.fix.join(" "), diagnosis.exit)
    };
    let (price, exit) = about(Audience::PartnerApi);
    assert!(price.contains(DEV_CENTER.id) && !price.contains("fa3d9a0c"));
    assert_eq!(exit, Exit::Permission);
    let (center, _) = about(Audience::PartnerCenter);
    assert!(center.contains(PARTNER_CENTER.id) && !center.contains("4990cffe"));
}

#[test]
fn the_words_decide_the_course_and_the_number_only_the_text() {
    // Every number under every word: the course stays within what the word means.
    for code in AADSTS.into_iter().chain([1, 99_999_999]) {
        for word in ["temporarily_unavailable", "server_error"] {
            let busy = plain(&entra(word, &[code]));
            assert!(busy.transient && busy.goto == Goto::Retry && busy.exit == Exit::Network, "{code}");
        }
        for word in ["invalid_client", "invalid_grant", "access_denied", "interaction_required"] {
            assert!(!plain(&entra(word, &[code])).transient, "{code} {word}");
        }
        let grant = plain(&entra("invalid_grant", &[code]));
        assert!(matches!(grant.exit, Exit::SignIn | Exit::Permission), "{code}");
        let client = plain(&entra("invalid_client", &[code]));
        assert!(client.goto != Goto::SignInAgain && client.exit != Exit::SignIn, "{code}");
    }
}

#[test]
fn a_code_that_may_have_been_used_is_never_tried_again() {
    let context = Context { code_sent: true, ..Context::default() };
    for cause in CAUSES {
        let mut failure = Failure::new(Service::Entra, cause);
        failure.status = Some(503);
        let diagnosis = diagnose(&failure, &context);
        assert!(!diagnosis.transient && diagnosis.goto != Goto::Retry, "{cause:?}");
    }
    let lost = diagnose(&Failure::new(Service::Entra, Cause::TimedOut), &context);
    assert_eq!((lost.row, lost.goto), ("code-in-doubt", Goto::SignInAgain));
}

#[test]
fn the_role_is_the_persons_unless_nobody_is_signed_in() {
    let mut failure = Failure::new(Service::PartnerCenter, Cause::Refused);
    failure.status = Some(403);
    failure.sentence =
        UntrustedText::some("The supplied role does not have the rights to perform the requested operation.");
    let person = plain(&failure);
    assert_eq!(person.row, "pc-role-missing");
    assert!(person.why.join(" ").contains("not the application"));
    assert!(person.fix.join(" ").contains("Admin agent"));
    let context = Context { step: Some(Step::PartnerCenter), ..Context::default() };
    assert_eq!(diagnose(&failure, &context).row, "pc-app-refused");
}

#[test]
fn an_error_of_entra_inside_another_services_answer_is_explained() {
    let mut failure = Failure::new(Service::PartnerCenter, Cause::Refused);
    failure.status = Some(403);
    failure.codes = vec![90_000];
    assert_eq!(plain(&failure).row, "pc-entra-inside");
    failure.sentence = UntrustedText::some("inner: AADSTS50076: Due to a configuration change …");
    let inside = plain(&failure);
    assert_eq!((inside.row, inside.code.as_str()), ("mfa-required", "AADSTS50076"));
}

#[test]
fn the_machine_chooses_the_cure_of_a_keyring() {
    let failure = Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    let row = |place| diagnose(&failure, &Context { place, ..Context::default() }).row;
    assert_eq!(row(Platform::Any), "keyring-locked");
    assert_eq!(row(Platform::LinuxRemote), "keyring-locked-remote");
    assert_eq!(row(Platform::Wsl), "keyring-wsl");
    assert_eq!(row(Platform::Mac), "keyring-mac");
    assert_eq!(row(Platform::Windows), "keyring-windows");
    assert_eq!(row(Platform::WindowsRemote), "keyring-windows-remote");
    // Silence is not said to be a lock, whatever the machine.
    let silent = Failure::new(Service::Keyring, Cause::Vault(VaultFault::TimedOut));
    for place in [Platform::Any, Platform::LinuxRemote, Platform::Wsl, Platform::Mac] {
        let told = diagnose(&silent, &Context { place, ..Context::default() });
        assert_eq!(told.row, "keyring-timed-out", "{place:?}");
    }
}

#[test]
fn on_windows_nothing_is_told_of_another_system() {
    const FOREIGN: &str =
        "sudo chmod chown seahorse kwallet gnome dbus apt-get dnf apk ~/ /usr /etc macos: linux: keychain secret-tool";
    let mut wrong = Vec::new();
    for row in rows() {
        for (sign, place) in
            row.signs.iter().flat_map(|sign| [Platform::Windows, Platform::WindowsRemote].map(|it| (sign, it)))
        {
            let (failure, context) = row.sample(*sign);
            let told = diagnose(&failure, &Context { place, ..context });
            if told.row == "keyring-ambiguous" {
                continue; // It names the keyrings of all systems, with Windows' own.
            }
            for text in told.why.iter().chain(&told.fix).chain([&told.what]) {
                let foreign = FOREIGN.split(' ').find(|word| text.to_lowercase().contains(word));
                wrong.extend(foreign.map(|_| format!("{}: {text}", told.row)));
            }
            assert!(!told.fix.is_empty(), "{}", told.row);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn details_are_told_and_made_harmless() {
    let failure =
        Failure::new(Service::Entra, Cause::Tls(TlsFault::UnknownIssuer)).with_detail("CN=Inspecto\u{1b}[2J Root CA");
    let diagnosis = plain(&failure);
    assert_eq!(diagnosis.why[0], "Issuer met: CN=Inspecto[2J Root CA");
    assert_eq!(diagnosis.code, "TLS unknown issuer");
    // A path is known by its end: what is too long is cut in the middle.
    let path = "/home/alex/.local/state/octo-csp/production";
    let long = format!("/mnt/{}{path}", "x".repeat(500));
    for (detail, shown) in [(path.to_owned(), 0), (long, 1)] {
        let failure = Failure::new(Service::Disk, Cause::Disk(DiskFault::Denied));
        let why = plain(&failure.with_detail(&detail)).why.remove(0);
        assert!(why.ends_with(path) && why.chars().count() < 180, "{why}");
        assert_eq!(why.matches('…').count(), shown, "{why}");
    }
    assert_eq!(plain(&Failure::new(Service::Entra, Cause::NoSuchHost)).why.len(), 1);
}

#[test]
fn the_wait_the_service_asks_for_goes_before_ours() {
    let mut failure = Failure::new(Service::PartnerCenter, Cause::Refused);
    failure.status = Some(429);
    assert_eq!(plain(&failure).wait, Some(Duration::from_secs(60)));
    failure.retry_after = Some(Duration::from_secs(57));
    assert_eq!(plain(&failure).wait, Some(Duration::from_secs(57)));
}

/// A failure and a context by which `sign` of `row` must be found.
#[test]
fn every_row_can_be_reached_by_each_of_its_signs() {
    for row in rows() {
        for sign in row.signs {
            let (failure, context) = row.sample(*sign);
            assert_eq!(diagnose(&failure, &context).row, row.key, "{sign:?}");
        }
    }
}

#[test]
fn a_sentence_that_begins_with_a_name_begins_with_a_capital_letter() {
    let timed_out = plain(&Failure::new(Service::PartnerApi, Cause::TimedOut));
    assert!(timed_out.what.starts_with("The price service did not answer"));
    let broken = plain(&Failure::new(Service::PartnerApi, Cause::Broken));
    assert!(broken.what.contains("to the price service broke"));
}

#[test]
fn too_many_requests_are_waited_for_whatever_else_is_said() {
    let mut failure = entra("invalid_request", &[]);
    failure.status = Some(429);
    let diagnosis = plain(&failure);
    assert!(diagnosis.transient && diagnosis.exit == Exit::Network);
}

#[test]
fn every_row_says_where_it_is_written_and_when_somebody_looked() {
    for row in rows().chain([&UNKNOWN]) {
        let day: jiff::civil::Date = row.checked.parse().unwrap_or_else(|_| panic!("{}: {}", row.key, row.checked));
        // The page about Entra's numbers says of which day it is; for all others it is the day of the comparing.
        let page = row.source.contains("reference-error-codes").then_some(jiff::civil::date(2025, 2, 3));
        assert!(page.map_or_else(|| day >= jiff::civil::date(2026, 1, 1), |page| day == page), "{}: {day}", row.key);
        let says = row.source.starts_with("https://learn.microsoft.com/") || row.source.contains(' ');
        assert!(says, "{}: {}", row.key, row.source);
    }
}

/// The browser's page is made of what the redirect brought, and knows no flags.
#[test]
fn what_a_redirect_can_bring_is_cured_without_a_command_of_ours() {
    let mut seen = 0;
    for row in rows().filter(|row| row.signs.iter().any(|sign| matches!(sign, Sign::Aadsts(_) | Sign::Oauth(_)))) {
        assert!(row.told().cure.iter().all(|line| !line.contains("{flags}")), "{}", row.key);
        seen += 1;
    }
    assert!(seen > 80, "{seen}");
}
