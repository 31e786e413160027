//! Entra about multifactor authentication, Conditional Access, sessions, and its own troubles.

use std::time::Duration;

use super::Sign::{Aadsts, Oauth, Status};
use super::{APPLICATION, DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, SIGN_IN, Who};
use crate::exit::Exit;
use crate::words::answers::Field;
use crate::words::check::CheckId;
use crate::words::failure::Service;

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "mfa-required",
        signs: &[Aadsts(50_076)],
        what: "Multifactor authentication is required for {api}.",
        why: &[
            "The sign-in was made without a second factor, or before the directory asked for one.",
        ],
        fix: &[
            "Sign in again with a new link; it asks for the second factor.",
            "Complete it on the page, do not skip it.",
        ],
        blames: &[CheckId::Mfa],
        ..SIGN_IN
    },
    Row {
        key: "mfa-not-set-up",
        signs: &[Aadsts(50_079), Aadsts(50_072)],
        what: "This account must set up multifactor authentication first.",
        why: &["The directory asks for a second factor, and the account has none yet."],
        fix: &[
            "Sign in again with a new link: the page leads through the set-up.",
            "Or set it up in My Account > Security info, then sign in.",
        ],
        blames: &[CheckId::Mfa],
        ..SIGN_IN
    },
    Row {
        key: "mfa-not-passed",
        signs: &[Aadsts(50_074), Aadsts(500_121)],
        what: "The second factor was not passed.",
        why: &["It was declined, timed out, or the code was wrong."],
        fix: &["Sign in again and confirm the second factor in time."],
        blames: &[CheckId::Mfa],
        ..SIGN_IN
    },
    Row {
        key: "mfa-too-old",
        signs: &[Aadsts(50_078)],
        what: "The second factor was passed too long ago.",
        why: &["A policy of the directory asks for it again after some time."],
        fix: &["Sign in again with a new link and pass the second factor."],
        blames: &[CheckId::Mfa],
        ..SIGN_IN
    },
    Row {
        key: "mfa-external",
        signs: &[Aadsts(50_158)],
        what: "A second factor outside of Microsoft Entra was not satisfied.",
        why: &[
            "A third-party provider was asked, and its answer does not count as Entra's own \"mfa\".",
        ],
        fix: &[
            "Sign in again and finish the provider's challenge.",
            "If it stays: an administrator must let the provider satisfy Entra's MFA, or use Entra's own.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::Mfa],
        ..DIRECTORY
    },
    Row {
        key: "mfa-service-busy",
        signs: &[Aadsts(50_087), Aadsts(50_088)],
        what: "Microsoft's service for second factors could not send the challenge.",
        why: &["It has trouble at the moment, or too many text messages were asked for."],
        fix: &[
            "Wait some minutes, then sign in again.",
            "Or choose another way to verify on the page.",
        ],
        who: Who::SignedIn,
        wait: Some(Duration::from_secs(120)),
        goto: Goto::SignInAgain,
        exit: Exit::SignIn,
        blames: &[CheckId::Mfa],
        ..PATIENCE
    },
    Row {
        key: "device-not-managed",
        signs: &[Aadsts(53_000), Aadsts(530_003), Aadsts(53_001), Aadsts(53_002)],
        what: "Conditional Access asks for a managed device or an approved app.",
        why: &["The browser that signed in runs on a device that the directory does not manage."],
        fix: &[
            "Open the sign-in link in the browser of a managed device; any machine will do.",
            "Paste the address it ends on here.",
            "Or an administrator exempts the account: Conditional Access > the policy > Users > Exclude.",
        ],
        goto: Goto::SignInAgain,
        ..DIRECTORY
    },
    Row {
        key: "conditional-access",
        signs: &[
            Aadsts(53_003),
            Aadsts(50_005),
            Aadsts(50_131),
            Oauth("protection_policy_required"),
        ],
        what: "Conditional Access blocked the sign-in.",
        why: &["A policy of the directory forbids it: the place, the device, the app or the risk."],
        fix: &[
            "Azure portal > Microsoft Entra ID > Sign-in logs: search the correlation ID.",
            "Tab \"Conditional Access\": it names the policy.",
            "Satisfy the policy or exempt the account, then sign in again.",
        ],
        goto: Goto::SignInAgain,
        ..DIRECTORY
    },
    Row {
        key: "risk-or-security-policy",
        signs: &[Aadsts(530_032), Aadsts(530_034), Aadsts(530_035), Aadsts(53_004), Aadsts(53_011)],
        what: "A security policy blocked this account.",
        why: &[
            "Security defaults, a risk seen on the account, or a block on setting up MFA while at risk.",
        ],
        fix: &[
            "Azure portal > Microsoft Entra ID > Sign-in logs: search the correlation ID.",
            "Risk on the account: an administrator resolves it under Risky users.",
            "Then sign in again.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::Mfa],
        ..DIRECTORY
    },
    Row {
        key: "device-sign-in-needed",
        signs: &[Aadsts(50_097), Aadsts(50_129), Aadsts(50_155), Aadsts(50_187)],
        what: "The directory asks the device itself to sign in.",
        why: &["The browser runs on a device that is not joined to the directory."],
        fix: &[
            "Open the sign-in link in the browser of a joined device; any machine will do.",
            "Paste the address it ends on here.",
            "Or an administrator exempts the account from the policy.",
        ],
        goto: Goto::SignInAgain,
        ..DIRECTORY
    },
    Row {
        key: "device-deleted",
        signs: &[Aadsts(700_003)],
        what: "The device that signed in was deleted from the directory.",
        why: &["A sign-in is bound to its device, and this one is no longer there."],
        fix: &[
            "Sign in again in the browser of another device.",
            "Or an administrator registers the device again.",
        ],
        goto: Goto::SignInAgain,
        ..DIRECTORY
    },
    Row {
        key: "sign-in-unused",
        signs: &[Aadsts(700_082)],
        what: "The kept sign-in was not used for 90 days and has ended.",
        why: &["Microsoft ends a refresh token that nobody uses. The secret is not the cause."],
        fix: &["Sign in again: only the sign-in step has to be done."],
        ..SIGN_IN
    },
    Row {
        key: "sign-in-frequency",
        signs: &[Aadsts(70_043)],
        what: "A policy of the directory has ended the kept sign-in.",
        why: &[
            "Conditional Access sets a \"Sign-in frequency\" for this account; it will end the next one too.",
        ],
        fix: &[
            "Sign in again.",
            "An administrator exempts the account: Conditional Access > the policy > Users > Exclude.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "sign-in-revoked",
        signs: &[Aadsts(50_173)],
        what: "The kept sign-in was revoked.",
        why: &["An administrator reset the password or revoked the sessions of the account."],
        fix: &["Sign in again: only the sign-in step has to be done."],
        ..SIGN_IN
    },
    Row {
        key: "password-changed",
        signs: &[Aadsts(50_132), Aadsts(50_133)],
        what: "The kept sign-in ended with a change of the password.",
        why: &["The password was changed or has expired since."],
        fix: &["Sign in again with the new password."],
        ..SIGN_IN
    },
    Row {
        key: "sign-in-again",
        signs: &[
            Aadsts(50_085),
            Aadsts(50_089),
            Aadsts(700_020),
            Oauth("bad_token"),
            Oauth("token_expired"),
        ],
        what: "The kept sign-in is no longer valid.",
        why: &["It has ended or was replaced. Microsoft asks for a new one."],
        fix: &["Sign in again: only the sign-in step has to be done."],
        ..SIGN_IN
    },
    Row {
        key: "spa-refresh-token",
        signs: &[Aadsts(700_084)],
        what: "The sign-in ended after 24 hours, because the app is a single-page application.",
        why: &[
            "The redirect address stands under \"Single-page application\" and not under \"Web\".",
        ],
        fix: &[
            "Azure portal > App registrations > your app > Authentication.",
            "Add {redirect} to the platform \"Web\" instead.",
            "Sign in again.",
        ],
        goto: Goto::Field(Field::Redirect),
        blames: &[CheckId::Redeem],
        ..APPLICATION
    },
    Row {
        key: "entra-busy",
        signs: &[
            Aadsts(50_033),
            Aadsts(90_006),
            Aadsts(90_012),
            Aadsts(90_024),
            Aadsts(90_033),
            Aadsts(90_090),
            Oauth("temporarily_unavailable"),
            Oauth("server_error"),
            Status(Service::Entra, 500),
            Status(Service::Entra, 408),
        ],
        what: "Microsoft's sign-in service has trouble at the moment.",
        why: &["A fault on Microsoft's side that passes. Your values are not the cause."],
        fix: &[
            "Wait a little and try again.",
            "If it lasts: azure.status.microsoft shows known faults.",
        ],
        ..PATIENCE
    },
    Row {
        key: "directory-throttled",
        signs: &[Aadsts(90_055), Status(Service::Entra, 429)],
        what: "Microsoft has slowed down requests for this directory.",
        why: &["Too many requests in a short time, of this or of other programs."],
        fix: &["Wait a minute and try again."],
        wait: Some(Duration::from_secs(60)),
        ..PATIENCE
    },
    Row {
        key: "asked-too-often",
        signs: &[Aadsts(50_196), Oauth("slow_down")],
        what: "Microsoft has stopped answering: the same was asked too often.",
        why: &[
            "The same request was repeated in a loop, by this or by another program with this app.",
        ],
        fix: &[
            "Wait two minutes before you try again.",
            "Stop other programs that use {application}.",
        ],
        wait: Some(Duration::from_secs(120)),
        ..PATIENCE
    },
    Row {
        key: "entra-fault",
        signs: &[Aadsts(50_000)],
        what: "Microsoft's sign-in service could not issue a token.",
        why: &["A fault on Microsoft's side that it gives no reason for."],
        fix: &["Try again once.", "Azure portal > Help + support: open a ticket with the ids."],
        ..PATIENCE
    },
    Row {
        key: "device-code-waiting",
        signs: &[Aadsts(70_016), Oauth("authorization_pending")],
        what: "The sign-in on the other device is not finished yet.",
        why: &[
            "The person has not entered the code there, or not confirmed it.",
            "This program does not sign in this way.",
        ],
        fix: &["Finish the sign-in on the other device."],
        wait: Some(Duration::from_secs(5)),
        ..SIGN_IN
    },
    Row {
        key: "device-code-ended",
        signs: &[
            Aadsts(70_018),
            Aadsts(70_019),
            Oauth("bad_verification_code"),
            Oauth("authorization_declined"),
        ],
        what: "The code for the other device is wrong, declined or has expired.",
        why: &[
            "It lives for about 15 minutes and works once.",
            "This program does not sign in this way.",
        ],
        fix: &["Start the sign-in anew and use the new code."],
        ..SIGN_IN
    },
    Row {
        key: "sign-out-ended",
        signs: &[Aadsts(50_071)],
        what: "A sign-out page was open for too long.",
        why: &["It has nothing to do with this registration."],
        fix: &["Close the page.", "Open the sign-in link in a private window."],
        ..SIGN_IN
    },
    Row {
        key: "grant-type-refused",
        signs: &[Oauth("unsupported_grant_type")],
        what: "Microsoft refuses this kind of request.",
        why: &["A mistake of this program."],
        fix: &["Send the code and the ids to Alphaus support."],
        ..OURS
    },
    Row {
        key: "message-for-the-person",
        signs: &[Oauth("message_only")],
        what: "Microsoft refused the sign-in with a message for the person.",
        why: &["The message is the service's own sentence."],
        fix: &["Do what the message says.", "Then sign in again."],
        who: Who::SignedIn,
        goto: Goto::SignInAgain,
        exit: Exit::SignIn,
        ..OPERATOR
    },
];
