//! Entra about the sign-in page, consent, and the redemption of the code.

use super::row::Sign::{Aadsts, Oauth};
use super::row::{APPLICATION, DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::{Audience, CheckId as C, Field};

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    APPLICATION.row("redirect-not-registered", &[Aadsts(50_011), Aadsts(70_004)]).field(Field::Redirect).blames(&[C::Redeem]),
    APPLICATION.row("no-redirect-registered", &[Aadsts(500_113), Aadsts(900_971)]).field(Field::Redirect).blames(&[C::Redeem]),
    SIGN_IN.row("redirect-differs", &[Aadsts(500_112), Aadsts(700_009)]).blames(&[C::Redeem]),
    SIGN_IN.row("code-used", &[Aadsts(54_005)]),
    SIGN_IN.row("grant-expired", &[Aadsts(70_008), Oauth("expired_token")]),
    SIGN_IN.row("code-malformed", &[Aadsts(70_000), Aadsts(9_002_313)]),
    SIGN_IN.row("code-of-other-directory", &[Aadsts(700_005)]),
    SIGN_IN.row("code-of-other-link", &[Aadsts(501_481)]),
    OURS.row("proof-key-refused", &[Aadsts(50_147), Aadsts(501_491)]),
    SIGN_IN.row("single-tenant-app", &[Aadsts(50_194)]),
    DIRECTORY.row("admin-consent-needed", &[Aadsts(90_094), Aadsts(90_095)]).goto(Goto::SignInAgain).blames(&[C::PriceToken]),
    APPLICATION.row("consent-missing-price", &[Aadsts(65_001), Oauth("consent_required")])
        .when(When::For(Audience::PartnerApi)).goto(Goto::SignInAgain).blames(&[C::PriceToken]),
    APPLICATION.row("consent-missing-partner-center", &[Aadsts(65_001), Oauth("consent_required")])
        .when(When::For(Audience::PartnerCenter)).goto(Goto::SignInAgain),
    APPLICATION.row("consent-missing", &[Aadsts(65_001), Oauth("consent_required")]).goto(Goto::SignInAgain)
        .blames(&[C::PriceToken]),
    SIGN_IN.row("consent-declined", &[Aadsts(65_004), Oauth("cancel")]),
    APPLICATION.row("permissions-misconfigured", &[Aadsts(65_005), Aadsts(650_056)]).blames(&[C::PriceToken]),
    APPLICATION.row("api-not-listed", &[Aadsts(650_057)]).goto(Goto::SignInAgain).blames(&[C::PriceToken]),
    OURS.row("response-type-refused", &[Aadsts(700_054), Aadsts(70_005), Oauth("unsupported_response_type")])
        .goto(Goto::SignInAgain),
    OURS.row("response-mode-refused", &[Aadsts(70_007)]).goto(Goto::SignInAgain),
    APPLICATION.row("not-assigned", &[Aadsts(50_105)]).goto(Goto::SignInAgain),
    SIGN_IN.row("guest-account", &[Aadsts(50_020), Aadsts(90_072)]),
    SIGN_IN.row("account-not-here", &[Aadsts(50_034), Aadsts(51_004), Aadsts(16_000), Aadsts(16_003), Aadsts(50_014)]),
    SIGN_IN.row("personal-account", &[Aadsts(500_208)]),
    DIRECTORY.row("guest-cannot-pass", &[Aadsts(50_177), Aadsts(90_099)]).goto(Goto::SignInAgain),
    SIGN_IN.row("wrong-password", &[Aadsts(50_126)]),
    SIGN_IN.row("no-password", &[Aadsts(50_056)]),
    PATIENCE.row("account-locked", &[Aadsts(50_053)]).who(Who::SignedIn).goto(Goto::SignInAgain).exit(Exit::SignIn).wait(120),
    SIGN_IN.row("password-expired", &[Aadsts(50_055), Aadsts(50_144), Oauth("user_password_expired")]),
    DIRECTORY.row("account-disabled", &[Aadsts(50_057)]).goto(Goto::SignInAgain),
    SIGN_IN.row("no-session", &[Aadsts(50_058), Oauth("login_required")]),
    OPERATOR.row("sign-in-unfinished", &[Aadsts(50_140), Aadsts(50_199)]).who(Who::SignedIn).goto(Goto::SignInAgain)
        .exit(Exit::SignIn),
];
