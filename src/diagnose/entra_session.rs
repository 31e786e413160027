//! Entra about multifactor authentication, Conditional Access, sessions, and its own troubles.

use super::row::Sign::{Aadsts, Oauth, Status};
use super::row::{APPLICATION, DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, SIGN_IN, Who};
use crate::exit::Exit;
use crate::words::{CheckId as C, Field, Service};

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    SIGN_IN.row("mfa-required", &[Aadsts(50_076)]).blames(&[C::Mfa]),
    SIGN_IN.row("mfa-not-set-up", &[Aadsts(50_079), Aadsts(50_072)]).blames(&[C::Mfa]),
    SIGN_IN.row("mfa-not-passed", &[Aadsts(50_074), Aadsts(500_121)]).blames(&[C::Mfa]),
    SIGN_IN.row("mfa-too-old", &[Aadsts(50_078)]).blames(&[C::Mfa]),
    DIRECTORY.row("mfa-external", &[Aadsts(50_158)]).goto(Goto::SignInAgain).blames(&[C::Mfa]),
    PATIENCE.row("mfa-service-busy", &[Aadsts(50_087), Aadsts(50_088)]).who(Who::SignedIn).goto(Goto::SignInAgain)
        .exit(Exit::SignIn).wait(120).blames(&[C::Mfa]),
    DIRECTORY.row("device-not-managed", &[Aadsts(53_000), Aadsts(530_003), Aadsts(53_001), Aadsts(53_002)])
        .goto(Goto::SignInAgain),
    DIRECTORY.row("conditional-access", &[Aadsts(53_003), Aadsts(50_005), Aadsts(50_131), Oauth("protection_policy_required")])
        .goto(Goto::SignInAgain),
    DIRECTORY.row("risk-or-security-policy", &[Aadsts(530_032), Aadsts(530_034), Aadsts(530_035), Aadsts(53_004),
        Aadsts(53_011)])
        .goto(Goto::SignInAgain).blames(&[C::Mfa]),
    DIRECTORY.row("device-sign-in-needed", &[Aadsts(50_097), Aadsts(50_129), Aadsts(50_155), Aadsts(50_187)])
        .goto(Goto::SignInAgain),
    DIRECTORY.row("device-deleted", &[Aadsts(700_003)]).goto(Goto::SignInAgain),
    SIGN_IN.row("sign-in-unused", &[Aadsts(700_082)]),
    SIGN_IN.row("sign-in-frequency", &[Aadsts(70_043)]),
    SIGN_IN.row("sign-in-revoked", &[Aadsts(50_173)]),
    SIGN_IN.row("password-changed", &[Aadsts(50_132), Aadsts(50_133)]),
    SIGN_IN.row("sign-in-again", &[Aadsts(50_085), Aadsts(50_089), Aadsts(700_020), Oauth("bad_token"),
        Oauth("token_expired")]),
    APPLICATION.row("spa-refresh-token", &[Aadsts(700_084)]).field(Field::Redirect).blames(&[C::Redeem]),
    PATIENCE.row("entra-busy", &[Aadsts(50_033), Aadsts(90_006), Aadsts(90_012), Aadsts(90_024), Aadsts(90_033),
        Aadsts(90_090), Oauth("temporarily_unavailable"), Oauth("server_error"), Status(Service::Entra, 500),
        Status(Service::Entra, 408)]),
    PATIENCE.row("directory-throttled", &[Aadsts(90_055), Status(Service::Entra, 429)]).wait(60),
    PATIENCE.row("asked-too-often", &[Aadsts(50_196), Oauth("slow_down")]).wait(120),
    PATIENCE.row("entra-fault", &[Aadsts(50_000)]),
    SIGN_IN.row("device-code-waiting", &[Aadsts(70_016), Oauth("authorization_pending")]).wait(5),
    SIGN_IN.row("device-code-ended", &[Aadsts(70_018), Aadsts(70_019), Oauth("bad_verification_code"),
        Oauth("authorization_declined")]),
    SIGN_IN.row("sign-out-ended", &[Aadsts(50_071)]),
    OURS.row("grant-type-refused", &[Oauth("unsupported_grant_type")]),
    OPERATOR.row("message-for-the-person", &[Oauth("message_only")]).who(Who::SignedIn).goto(Goto::SignInAgain)
        .exit(Exit::SignIn).quotes(),
];
