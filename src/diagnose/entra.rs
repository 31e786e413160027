//! Entra: the application, consent, sessions, and its OAuth words.

use super::row::Sign::{Aadsts, Oauth, Status};
use super::row::{APPLICATION, DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::{Audience, CheckId as C, Field, Service};

/// The application, its secret and the directory: what can go wrong before a person signs in.
#[rustfmt::skip]
pub(super) static APP: &[Row] = &[
    OPERATOR.row("secret-id-sent", &[Aadsts(7_000_215), Aadsts(50_012), Oauth("invalid_client")]).when(When::SecretIsGuid)
        .field(Field::SecretKey).blames(&[C::AppToken]),
    OPERATOR.row("secret-not-live-yet", &[Aadsts(7_000_215), Aadsts(50_012), Oauth("invalid_client")]).when(When::SecretIsNew)
        .wait(60).blames(&[C::AppToken]),
    OPERATOR.row("secret-refused", &[Aadsts(7_000_215), Aadsts(50_012)]).field(Field::SecretKey).blames(&[C::AppToken]),
    OPERATOR.row("secret-expired", &[Aadsts(7_000_222)]).field(Field::SecretKey).blames(&[C::AppToken]),
    OPERATOR.row("app-not-in-directory", &[Aadsts(700_016), Aadsts(700_011), Oauth("unauthorized_client")])
        .field(Field::ApplicationId).blames(&[C::Tenant, C::AppToken, C::Customers]),
    APPLICATION.row("app-disabled", &[Aadsts(70_001), Aadsts(7_000_112)]).blames(&[C::AppToken, C::Customers]),
    APPLICATION.row("app-blocked", &[Aadsts(1_000_031)]).blames(&[C::AppToken, C::Customers]).quotes(),
    APPLICATION.row("no-service-principal", &[Aadsts(7_000_229)]).field(Field::Directory).blames(&[C::AppToken, C::Customers]),
    OPERATOR.row("credentials-refused", &[Aadsts(70_002)]).field(Field::SecretKey).blames(&[C::AppToken]),
    OURS.row("secret-missing", &[Aadsts(7_000_218), Aadsts(7_000_216)]).who(Who::ApplicationAdministrator)
        .blames(&[C::AppToken]),
    APPLICATION.row("public-client", &[Aadsts(700_025)]).field(Field::Redirect).blames(&[C::Redeem]),
    APPLICATION.row("spa-redirect", &[Aadsts(9_002_327)]).field(Field::Redirect).blames(&[C::Redeem]),
    APPLICATION.row("certificate-refused", &[Aadsts(700_027), Aadsts(700_030)]).field(Field::SecretKey).wait(60)
        .blames(&[C::AppToken]),
    OPERATOR.row("no-such-directory", &[Aadsts(90_002), Aadsts(50_128), Oauth("invalid_tenant")]).field(Field::Directory)
        .blames(&[C::Tenant]),
    OPERATOR.row("directory-malformed", &[Aadsts(900_023)]).field(Field::Directory).blames(&[C::Tenant]),
    OURS.row("directory-missing", &[Aadsts(50_059)]).field(Field::Directory),
    OPERATOR.row("unknown-login-host", &[Aadsts(50_049), Oauth("invalid_instance")]).goto(Goto::Leave),
    OPERATOR.row("other-cloud", &[Aadsts(90_038), Aadsts(1_000_104)]).field(Field::Directory).blames(&[C::Tenant]),
    APPLICATION.row("app-of-other-cloud", &[Aadsts(900_382), Aadsts(900_432)]).field(Field::ApplicationId)
        .blames(&[C::Tenant, C::AppToken, C::Customers]),
    DIRECTORY.row("api-not-in-directory", &[Aadsts(500_011), Aadsts(50_001), Aadsts(650_052), Oauth("invalid_resource")])
        .field(Field::Directory).blames(&[C::PriceToken]),
    PATIENCE.row("first-consent-race", &[Aadsts(650_051)]).exit(Exit::Permission),
    APPLICATION.row("stale-permission", &[Aadsts(650_054)]).blames(&[C::PriceToken]),
    OURS.row("scope-refused", &[Aadsts(901_002), Aadsts(70_011), Aadsts(1_002_012), Aadsts(28_002), Aadsts(28_003),
        Aadsts(700_022), Aadsts(700_023), Oauth("invalid_scope")]),
    OURS.row("field-missing", &[Aadsts(900_144), Aadsts(90_014)]).quotes(),
    OPERATOR.row("input-invalid", &[Aadsts(90_013), Aadsts(90_023), Aadsts(90_100)]).field(Field::ApplicationId),
    OURS.row("common-endpoint", &[Aadsts(9_001_023), Aadsts(90_010)]).field(Field::Directory),
    OPERATOR.row("price-app-only-token", &[Aadsts(65_002)]).when(When::FromPrices).who(Who::SignedIn)
        .goto(Goto::SignInAgain).exit(Exit::SignIn).blames(&[C::Organization]),
    OPERATOR.row("microsofts-own-app", &[Aadsts(65_002)]).field(Field::ApplicationId).blames(&[C::AppToken, C::Customers]),
];

/// The sign-in page, consent, and the redemption of the code.
#[rustfmt::skip]
pub(super) static CONSENT: &[Row] = &[
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

/// Multifactor authentication, Conditional Access, sessions, and Entra's own troubles.
#[rustfmt::skip]
pub(super) static SESSION: &[Row] = &[
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

/// By the OAuth words alone: for numbers that are unknown and answers that have none.
#[rustfmt::skip]
pub(super) static GENERAL: &[Row] = &[
    OPERATOR.row("invalid-client", &[Oauth("invalid_client"), Status(Service::Entra, 401)]).field(Field::SecretKey)
        .blames(&[C::AppToken]).quotes(),
    SIGN_IN.row("invalid-grant", &[Oauth("invalid_grant"), Oauth("client_mismatch")]).quotes(),
    SIGN_IN.row("interaction-required", &[Oauth("interaction_required"), Oauth("basic_action"), Oauth("additional_action")])
        .blames(&[C::Mfa]),
    DIRECTORY.row("access-denied", &[Oauth("access_denied"), Oauth("permission_denied")]).who(Who::SignedIn)
        .goto(Goto::SignInAgain).blames(&[C::PriceToken]),
    OURS.row("invalid-request", &[Oauth("invalid_request")]).who(Who::Operator).goto(Goto::Retry).exit(Exit::Refused).quotes(),
];
