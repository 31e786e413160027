//! Oddities that no table of refusals can hold: a service asks whether it is to be odd.

use super::{Fault, Row};

macro_rules! quirks {
    ($($quirk:ident $name:literal $what:literal;)+) => {
        /// An oddity that is woven into a service.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::rooms::simulator) enum Quirk { $($quirk),+ }

        /// Every oddity with its name and a line about it.
        pub(super) static QUIRKS: &[Row] =
            &[$(Row { name: $name, what: $what, place: "", fault: Fault::Quirk(Quirk::$quirk) }),+];
    };
}

quirks! {
    ClockSkew "clock-skew" "The servers' clock is 26 minutes ahead";
    NoMfa "no-mfa" "The sign-in asks for no MFA; Partner Center refuses the token";
    MfaNotEnforced "mfa-not-enforced" "The sign-in asks for no MFA; Partner Center only reports it";
    NoRole "no-role" "The user has no role in Partner Center";
    WrongTenantUser "wrong-tenant-user" "The user's token is from another tenant";
    OtherAppToken "other-app-token" "The application's token was issued to another application";
    OtherAudienceToken "other-audience-token" "The application's token is for the retired directory API";
    PersonToken "person-token" "A person's token comes where the application's was asked for";
    NoScope "no-scope" "The user's token does not let the application act for the user";
    NewSecret "new-secret" "The secret is refused twice, then known everywhere";
    NoRefreshToken "no-refresh-token" "No refresh token is given";
    StringNumbers "string-numbers" "v2 answers carry numbers as strings";
    NumberStrings "number-strings" "v1 answers carry numbers as numbers";
    OpaqueToken "opaque-token" "Access tokens are not JWTs";
    NoGraphBilling "no-graph-billing" "Nobody has consented to PartnerBilling.Read.All of Microsoft Graph";
    NoClaims "no-claims" "User tokens do not say how the user signed in (no amr)";
    SheetRenamedColumns "sheet-renamed-columns" "The price sheet's columns have other names";
    SheetHtml "sheet-html" "The price sheet is a web page";
    SheetEmpty "sheet-empty" "The price sheet is empty";
    SheetShort "sheet-short" "The price sheet ends in the middle of a row";
    FxHtml "fx-html" "The exchange rates are a web page";
    MpnDiffers "mpn-differs" "The company's PartnerID is not the one you were told";
    TenantDiffers "tenant-differs" "The company's profile names another directory";
    OneConsent "one-consent" "Only Partner Center is consented to, whatever is asked for";
    HostileText "hostile-text" "Entra's sentence holds terminal escapes, bidirectional controls and far too much text";
    HostileNames "hostile-names" "The company's name holds terminal escapes and bidirectional controls";
    AnotherCloud "another-cloud" "The tenant's metadata names another national cloud";
    NamelessTenant "nameless-tenant" "The metadata names no tenant ID for a domain";
    OctoTaken "octo-taken" "Octo already has another payer account";
    OctoSame "octo-same" "Octo already has this payer account, registered on its own page";
    TlsExpired "tls-expired" "The certificate has expired";
    TlsNotYet "tls-not-yet" "The certificate is not valid yet";
    TlsWrongName "tls-wrong-name" "The certificate is for another host";
    TlsUnknown "tls-unknown-issuer" "The certificate is from an authority nobody knows";
}
