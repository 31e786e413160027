//! Entra about the application, its secret and the directory: what can go wrong before a person signs in.

use super::row::Sign::{Aadsts, Oauth};
use super::row::{APPLICATION, DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, When, Who};
use crate::exit::Exit;
use crate::words::{CheckId as C, Field, Service};

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
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
    OPERATOR.row("price-app-only-token", &[Aadsts(65_002)]).when(When::From(Service::PartnerApi)).who(Who::SignedIn)
        .goto(Goto::SignInAgain).exit(Exit::SignIn).blames(&[C::Organization]),
    OPERATOR.row("microsofts-own-app", &[Aadsts(65_002)]).field(Field::ApplicationId).blames(&[C::AppToken, C::Customers]),
];
