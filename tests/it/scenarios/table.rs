//! How each scenario must end.

use octo_csp::simulator::Scenario;
use octo_csp::world::mishap;

/// How a play must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// On the page of a failed check: the check, the row, the code beside it.
    Stops(&'static str, &'static str, &'static str),
    /// On the page of a failed check with the row of this AADSTS number.
    StopsAt(&'static str),
    /// On a page of Microsoft's that goes no further; what is copied from it stops the wizard with the row of this number.
    Shown,
    /// On the first page, where a look failed with this row.
    StaysAtStart(&'static str),
    /// On the page of a registration that cannot be opened, with this row.
    StaysShut(&'static str),
    /// Registered. The words stand on one of the pages before.
    Done(&'static str),
}

use End::{Done, Shown, StaysAtStart, StaysShut, Stops, StopsAt};

/// What a scenario must come to; `None` is a scenario that nobody has thought about.
pub(super) fn end(name: &str) -> Option<End> {
    if let Some((_, end)) = TABLE.iter().find(|(own, _)| *own == name) {
        return Some(*end);
    }
    Some(match place(name)? {
        "app-only" => StopsAt("app-token"),
        "metadata" => StopsAt("directory"),
        "redirect" | "declined" => StopsAt("sign-in"),
        "redeem" => StopsAt("redeem"),
        "refresh" | "second" => StopsAt("price-token"),
        "price" => StopsAt("exchange-rates"),
        "page" | "signin" | "consent" => Shown,
        // The device flow and the discovery of instances are not used by this program; one page more is no misfortune.
        "device" | "instance" | "interrupt" => Done(""),
        _ => return None,
    })
}

/// Where a misfortune of Entra strikes, as the simulator's own table has it.
fn place(name: &str) -> Option<&'static str> {
    let table = include_str!("../../../src/simulator/scenario/aadsts.txt");
    table.lines().find_map(|line| {
        let mut cells = line.split('|').map(str::trim);
        (cells.next() == Some(name)).then(|| cells.next())?
    })
}

/// Every name, and some misfortunes at other places than their usual ones.
pub(super) fn names() -> Vec<&'static str> {
    let usual = Scenario::all().map(|(name, _)| name);
    let mishaps = mishap::all().map(|(name, _)| name);
    usual.chain(mishaps).chain(MOVED).collect()
}

/// Misfortunes that are moved to where they hurt most.
const MOVED: [&str; 22] = [
    "html-502@redeem",
    "reset@redeem",
    "truncated@redeem",
    "captive-portal@redeem",
    "throttled@redeem",
    "captive-portal@price",
    "throttled@price",
    "throttled@refresh",
    "throttled-once@refresh",
    "throttled-once@redeem",
    "flaky@app-only",
    "AADSTS7000222@refresh",
    "AADSTS53003@redeem",
    "AADSTS65001@redeem",
    "AADSTS65002@redeem",
    "AADSTS50049@metadata",
    "AADSTS50140@redirect",
    "AADSTS70016@redeem",
    "AADSTS70018@redeem",
    "no-such-host@start",
    "keyring-locked@start",
    "disk-full@start",
];

#[rustfmt::skip]
const TABLE: &[(&str, End)] = &[
    ("happy", Done("Every check passed")),
    ("none", Done("Every check passed")),

    // The wire.
    ("captive-portal", Stops("directory", "not-the-service", "not the service")),
    ("redirect", Stops("directory", "not-the-service", "not the service")),
    ("redirect-same-host", Stops("customers", "not-the-service", "not the service")),
    ("redirect-plain", Stops("customers", "not-the-service", "not the service")),
    ("redirect-loop", Stops("customers", "not-the-service", "not the service")),
    ("redirect-file", Stops("customers", "not-the-service", "not the service")),
    ("html-200", Stops("customers", "not-the-service", "not the service")),
    ("html-403", Stops("customers", "not-the-service", "not the service")),
    ("html-502", Stops("customers", "pc-busy", "PC 502")),
    ("html-503", Stops("customers", "pc-busy", "PC 503")),
    ("html-504", Stops("customers", "pc-busy", "PC 504")),
    ("proxy-unreachable", Stops("directory", "proxy-unreachable", "proxy unreachable")),
    ("proxy-407", Stops("directory", "proxy", "proxy 407")),
    ("status-500", Stops("customers", "pc-busy", "PC 500")),
    ("status-509", Stops("customers", "pc-busy", "PC 509")),
    ("no-content", Stops("customers", "unreadable", "unreadable answer")),
    ("empty-200", Stops("customers", "unreadable", "unreadable answer")),
    ("throttled", Stops("customers", "pc-throttled", "PC 429")),
    ("throttled-1s", Done("Every check passed")),
    ("throttled-once", Done("Every check passed")),
    ("throttled-bare", Stops("customers", "pc-throttled", "PC 429")),
    ("throttled-date", Stops("customers", "pc-busy", "PC 503")),
    ("throttled-ages", Stops("customers", "pc-throttled", "PC 429")),
    ("throttled-negative", Stops("customers", "pc-throttled", "PC 429")),
    ("throttled-garbage", Stops("customers", "pc-throttled", "PC 429")),
    ("throttled-double", Stops("customers", "pc-throttled", "PC 429")),
    ("flaky", Done("Every check passed")),
    ("slow", Stops("customers", "timed-out", "timed out")),
    ("silent", Stops("customers", "timed-out", "timed out")),
    ("drip", Stops("customers", "timed-out", "timed out")),
    ("reset", Stops("customers", "connection-broken", "connection broken")),
    ("empty", Stops("customers", "connection-broken", "connection broken")),
    ("lost-answer", Stops("redeem", "code-in-doubt", "answer lost")),
    ("truncated", Stops("customers", "connection-broken", "connection broken")),
    ("truncated-json", Stops("customers", "unreadable", "unreadable answer")),
    ("huge-body", Stops("customers", "unreadable", "unreadable answer")),
    ("huge-json", Stops("customers", "unreadable", "unreadable answer")),
    ("deep-json", Stops("customers", "unreadable", "unreadable answer")),
    ("wrong-types", Stops("customers", "unreadable", "unreadable answer")),
    ("random-bytes", Stops("customers", "unreadable", "unreadable answer")),
    ("utf-16", Done("Every check passed")),
    // Odd, and readable all the same.
    ("bom", Done("Every check passed")),
    ("wrong-type", Done("Every check passed")),
    ("header-flood", Done("Every check passed")),
    ("zipped", Done("Every check passed")),

    // Oddities.
    ("clock-skew", Done("Every check passed")),
    ("no-mfa", Stops("mfa", "token-mfa", "no MFA")),
    ("mfa-not-enforced", Stops("mfa", "token-mfa", "no MFA")),
    ("no-role", Stops("organization", "pc-role-missing", "PC 403")),
    ("wrong-tenant-user", Stops("user-claims", "token-tenant", "other tenant")),
    ("other-app-token", Stops("app-claims", "token-application-alone", "other application")),
    ("other-audience-token", Stops("app-claims", "token-audience", "other audience")),
    ("person-token", Stops("app-claims", "token-kind", "token kind")),
    ("no-scope", Stops("user-claims", "token-scope", "scope missing")),
    ("nameless-tenant", Stops("directory", "tenant-not-named", "no tenant ID")),
    ("new-secret", Done("Every check passed")),
    ("no-refresh-token", Stops("redeem", "no-refresh-token", "no refresh token")),
    ("string-numbers", Done("Every check passed")),
    ("number-strings", Done("Every check passed")),
    ("opaque-token", Done("the token cannot be read here")),
    ("no-graph-billing", Done("PartnerBilling.Read.All is absent")),
    ("no-claims", Done("Every check passed")),
    ("sheet-renamed-columns", Stops("price-sheet", "columns-missing", "columns missing")),
    ("sheet-html", Stops("price-sheet", "not-the-service", "not the service")),
    ("sheet-empty", Stops("price-sheet", "unreadable", "unreadable answer")),
    // Only the head of a sheet is read, and that is whole.
    ("sheet-short", Done("Every check passed")),
    ("fx-html", Stops("exchange-rates", "not-the-service", "not the service")),
    ("mpn-differs", Stops("mpn", "mpn-differs", "MPN ID differs")),
    ("tenant-differs", Stops("organization", "account-tenant", "other partner account")),
    ("one-consent", Stops("price-token", "consent-missing-price", "AADSTS65001")),
    ("hostile-text", Stops("app-token", "secret-refused", "AADSTS7000215")),
    ("hostile-names", Done("Every check passed")),
    ("another-cloud", Stops("directory", "tenant-in-other-cloud", "other cloud")),
    ("tls-expired", Stops("directory", "tls-expired", "TLS expired")),
    ("tls-not-yet", Stops("directory", "tls-not-yet-valid", "TLS not yet valid")),
    ("tls-wrong-name", Stops("directory", "tls-wrong-name", "TLS wrong name")),
    ("tls-unknown-issuer", Stops("directory", "tls-unknown-issuer", "TLS unknown issuer")),

    // This machine.
    ("no-such-host", Stops("directory", "no-such-host", "no such host")),
    ("no-connection", Stops("directory", "no-connection", "no connection")),
    ("tls-revoked", Stops("directory", "tls-revoked", "TLS revoked")),
    ("tls-protocol", Stops("directory", "tls-protocol", "TLS protocol")),
    ("tls-no-roots", Stops("directory", "tls-no-roots", "TLS no roots")),
    ("tls-other", Stops("directory", "tls-other", "TLS")),
    ("internal", Stops("app-token", "internal", "internal")),
    ("keyring-no-bus", Stops("keep-secret", "keyring-no-bus", "keyring no session")),
    ("keyring-no-provider", Stops("keep-secret", "keyring-no-provider", "keyring none")),
    ("keyring-no-collection", Stops("keep-secret", "keyring-no-collection", "keyring no collection")),
    ("keyring-session-only", Stops("keep-secret", "keyring-session-only", "keyring session only")),
    ("keyring-locked", Stops("keep-secret", "keyring-locked", "keyring locked")),
    ("keyring-locked-remote", Stops("keep-secret", "keyring-locked-remote", "keyring locked")),
    ("keyring-wsl", Stops("keep-secret", "keyring-wsl", "keyring in WSL")),
    ("keyring-mac", Stops("keep-secret", "keyring-mac", "keychain locked")),
    ("keyring-windows-remote", Stops("keep-secret", "keyring-windows-remote", "keyring over SSH")),
    ("keyring-denied", Stops("keep-secret", "keyring-denied", "keyring denied")),
    ("keyring-timed-out", Stops("keep-secret", "keyring-timed-out", "keyring silent")),
    ("keyring-crashed", Stops("keep-secret", "keyring-crashed", "keyring ended")),
    ("keyring-too-large", Stops("keep-secret", "keyring-too-large", "keyring too small")),
    ("keyring-ambiguous", Stops("keep-secret", "keyring-ambiguous", "keyring ambiguous")),
    ("keyring-reads-differently", Stops("keep-secret", "keyring-reads-differently", "keyring unreliable")),
    ("keyring-other", Stops("keep-secret", "keyring-other", "keyring fault")),
    ("vault-passphrase", Stops("keep-secret", "vault-passphrase", "wrong passphrase")),
    ("vault-damaged", Stops("keep-secret", "vault-damaged", "vault file damaged")),
    ("vault-sealed", Stops("keep-secret", "vault-sealed", "vault sealed")),
    ("vault-no-leader", Stops("keep-secret", "vault-no-leader", "vault no leader")),
    ("vault-login", Stops("keep-secret", "vault-login", "vault login")),
    ("vault-denied", Stops("keep-secret", "vault-denied", "vault denied")),
    ("vault-conflict", Stops("keep-secret", "vault-conflict", "vault conflict")),
    ("vault-quota", Stops("keep-secret", "vault-quota", "vault quota")),
    ("vault-mount", Stops("keep-secret", "vault-mount", "vault mount")),
    ("vault-unreachable", Stops("keep-secret", "vault-unreachable", "vault unreachable")),
    ("vault-tls", Stops("keep-secret", "vault-tls", "vault certificate")),
    ("vault-other", Stops("keep-secret", "vault-other", "vault fault")),
    ("vault-in-use", StaysShut("vault-in-use")),
    ("vault-moved", Stops("keep-secret", "vault-moved", "changed elsewhere")),
    ("key-vault-denied", Stops("keep-secret", "key-vault-denied", "Key Vault denied")),
    ("key-vault-deleted-name", Stops("keep-secret", "key-vault-deleted-name", "Key Vault name deleted")),
    ("key-vault-busy", Stops("keep-secret", "key-vault-busy", "Key Vault busy")),
    ("key-vault-throttled", Stops("keep-secret", "key-vault-throttled", "Key Vault throttled")),
    ("key-vault-login", Stops("keep-secret", "key-vault-login", "Key Vault sign-in")),
    ("key-vault-too-large", Stops("keep-secret", "key-vault-too-large", "Key Vault too large")),
    ("key-vault-unreachable", Stops("keep-secret", "key-vault-unreachable", "Key Vault unreachable")),
    ("key-vault-tls", Stops("keep-secret", "key-vault-tls", "Key Vault certificate")),
    ("key-vault-other", Stops("keep-secret", "key-vault-other", "Key Vault fault")),
    ("keyring-missing", Stops("read-back", "keyring-missing", "keyring item missing")),
    ("disk-full", Stops("keep-secret", "disk-full", "disk full")),
    ("disk-read-only", Stops("keep-secret", "disk-read-only", "disk read-only")),
    ("disk-denied", Stops("keep-secret", "disk-denied", "disk denied")),
    ("disk-other", Stops("keep-secret", "disk-other", "disk fault")),
    ("journal-moved", Stops("keep-secret", "journal-moved", "journal moved on")),
    ("disk-not-ours", StaysShut("disk-not-ours")),
    ("disk-open", StaysShut("disk-open")),
    ("disk-too-large", StaysShut("disk-too-large")),
    ("journal-damaged", StaysShut("journal-damaged")),
    ("newer-journal", StaysShut("newer-journal")),
    ("in-use", StaysShut("in-use")),
    ("other-store", StaysShut("other-store")),
    ("half-forgotten", StaysShut("half-forgotten")),
    ("no-such-host@start", Done("Every check passed")),
    ("keyring-locked@start", StaysAtStart("keyring-locked")),
    ("disk-full@start", StaysAtStart("disk-full")),

    // Second names.
    ("secret-expired", Stops("app-token", "secret-expired", "AADSTS7000222")),
    ("secret-wrong", Stops("app-token", "secret-refused", "AADSTS7000215")),
    ("no-consent", Stops("price-token", "consent-missing-price", "AADSTS65001")),
    ("declined", Stops("sign-in", "consent-declined", "AADSTS65004")),
    ("conditional-access", Stops("price-token", "conditional-access", "AADSTS53003")),
    ("revoked", Stops("price-token", "sign-in-revoked", "AADSTS50173")),

    // The OAuth word alone.
    ("ENTRA-invalid_client", Stops("app-token", "invalid-client", "Entra invalid_client")),
    ("ENTRA-invalid_request", Stops("app-token", "invalid-request", "Entra invalid_request")),
    ("ENTRA-unsupported_grant_type", Stops("app-token", "grant-type-refused", "Entra unsupported_grant_type")),
    ("ENTRA-invalid_grant", Stops("redeem", "invalid-grant", "Entra invalid_grant")),
    ("ENTRA-access_denied", Stops("sign-in", "access-denied", "Entra access_denied")),
    ("ENTRA-interaction_required", Stops("price-token", "interaction-required", "Entra interaction_required")),
    ("ENTRA-message_only", Stops("price-token", "message-for-the-person", "Entra invalid_grant")),

    // Partner Center.
    ("PC-900420", Stops("customers", "pc-old-audience", "PC 900420")),
    ("PC-900421", Stops("organization", "pc-no-mfa", "PC 900421")),
    ("PC-401-400", Stops("customers", "pc-app-not-registered", "PC 400")),
    ("PC-401-empty", Stops("customers", "pc-unauthorized", "PC 401")),
    ("PC-800001", Stops("customers", "pc-app-not-registered", "PC 800001")),
    ("PC-900329", Stops("customers", "pc-app-only", "PC 900329")),
    ("PC-900150", Stops("organization", "pc-role-missing", "PC 900150")),
    ("PC-900150-app", Stops("customers", "pc-app-refused", "PC 900150")),
    ("PC-403-role", Stops("organization", "pc-role-missing", "PC 403")),
    ("PC-2032", Stops("customers", "pc-app-refused", "PC 2032")),
    ("PC-2032-user", Stops("organization", "pc-access-denied", "PC 2032")),
    ("PC-403-app", Stops("customers", "pc-app-refused", "PC 403")),
    ("PC-20002", Stops("customers", "pc-app-refused", "PC 20002")),
    ("PC-2006", Stops("customers", "pc-of-a-purchase", "PC 2006")),
    ("PC-2001", Stops("customers", "pc-of-a-subscription", "PC 2001")),
    ("PC-3000-property", Stops("customers", "pc-invalid-input", "PC 3000")),
    ("PC-10001", Stops("organization", "pc-no-mfa", "PC 10001")),
    ("PC-800015", Stops("organization", "pc-no-such-partner", "PC 800015")),
    ("PC-900123", Stops("organization", "pc-undocumented", "PC 900123")),
    ("PC-900308", Stops("organization", "pc-privileges", "PC 900308")),
    ("PC-900309", Stops("organization", "pc-conditional-access", "PC 900309")),
    ("PC-90000", Stops("customers", "application-blocked-by-policy", "AADSTS53003")),
    ("PC-90000-bare", Stops("organization", "pc-entra-inside", "PC 90000")),
    ("PC-800039", Stops("customers", "pc-reseller-inactive", "PC 800039")),
    ("PC-900124", Stops("customers", "pc-agreement", "PC 900124")),
    ("PC-13605", Stops("customers", "pc-customer-agreement", "PC 13605")),
    ("PC-1000", Stops("customers", "pc-not-found", "PC 1000")),
    ("PC-60003", Stops("customers", "pc-not-found", "PC 60003")),
    ("PC-3000", Stops("organization", "pc-no-such-partner", "PC 3000")),
    ("PC-2200", Stops("organization", "pc-mpn-not-migrated", "PC 2200")),
    ("PC-2000", Stops("customers", "pc-invalid-input", "PC 2000")),
    ("PC-800002", Stops("customers", "pc-invalid-input", "PC 800002")),
    ("PC-429", Stops("customers", "pc-throttled", "PC 429")),
    ("PC-500", Stops("customers", "pc-busy", "PC 800003")),
    ("PC-502", Stops("customers", "pc-busy", "PC 502")),
    ("PC-503", Stops("customers", "pc-busy", "PC 503")),
    ("PC-504", Stops("customers", "pc-busy", "PC 504")),

    // The price service.
    ("PRICE-400", Stops("exchange-rates", "price-bad-request", "price 400")),
    ("PRICE-401-audience", Stops("exchange-rates", "price-wrong-audience", "price 401")),
    ("PRICE-401-empty", Stops("exchange-rates", "price-unauthorized", "price 401")),
    ("PRICE-401-unauthorized", Stops("exchange-rates", "price-unauthorized", "price 401")),
    ("PRICE-401-unauthenticated", Stops("exchange-rates", "price-unauthorized", "price 401")),
    ("PRICE-403-role", Stops("exchange-rates", "price-role-missing", "price 403")),
    ("PRICE-403-empty", Stops("exchange-rates", "price-role-missing", "price 403")),
    ("PRICE-401-900421", Stops("exchange-rates", "pc-no-mfa", "PC 900421")),
    ("PRICE-401-challenge", Stops("exchange-rates", "sign-in-challenged", "price 401")),
    ("PRICE-403-claims", Stops("exchange-rates", "price-conditional-access", "price 403")),
    ("PRICE-404", Stops("price-sheet", "price-not-found", "price 404")),
    ("PRICE-405", Stops("exchange-rates", "price-unexpected", "price 405")),
    ("PRICE-406", Stops("exchange-rates", "price-unexpected", "price 406")),
    ("PRICE-409", Stops("exchange-rates", "price-unexpected", "price 409")),
    ("PRICE-410", Stops("exchange-rates", "price-not-found", "price 410")),
    ("PRICE-411", Stops("exchange-rates", "price-unexpected", "price 411")),
    ("PRICE-412", Stops("exchange-rates", "price-unexpected", "price 412")),
    ("PRICE-413", Stops("exchange-rates", "price-unexpected", "price 413")),
    ("PRICE-415", Stops("exchange-rates", "price-unexpected", "price 415")),
    ("PRICE-416", Stops("exchange-rates", "price-unexpected", "price 416")),
    ("PRICE-422", Stops("exchange-rates", "price-unexpected", "price 422")),
    ("PRICE-423", Stops("exchange-rates", "price-unexpected", "price 423")),
    ("PRICE-429", Stops("exchange-rates", "price-throttled", "price 429")),
    ("PRICE-500", Stops("exchange-rates", "price-busy", "price 500")),
    ("PRICE-501", Stops("exchange-rates", "price-busy", "price 501")),
    ("PRICE-503", Stops("exchange-rates", "price-busy", "price 503")),
    ("PRICE-504", Stops("exchange-rates", "price-busy", "price 504")),
    ("PRICE-507", Stops("exchange-rates", "price-busy", "price 507")),
    ("PRICE-509", Stops("exchange-rates", "price-throttled", "price 509")),

    // Octo: everything is registered here, and stays so.
    ("OCTO-400", Stops("octo-payer", "octo-invalid", "Octo 400")),
    ("OCTO-401", Stops("octo-accounts", "octo-sign-in", "Octo 401")),
    ("OCTO-403", Stops("octo-payer", "octo-denied", "Octo 403")),
    ("OCTO-404", Stops("octo-payer", "octo-not-found", "Octo 404")),
    ("OCTO-409", Stops("octo-payer", "octo-exists", "Octo 409")),
    ("OCTO-429", Stops("octo-accounts", "octo-throttled", "Octo 429")),
    ("OCTO-500", Stops("octo-payer", "octo-busy", "Octo 500")),
    ("OCTO-503", Stops("octo-accounts", "octo-busy", "Octo 503")),
    ("OCTO-credentials-400", Stops("octo-credentials", "octo-invalid", "Octo 400")),
    ("OCTO-credentials-501", Stops("octo-credentials", "octo-not-offered", "Octo 501")),
    ("OCTO-token-401", Stops("octo-sign-in", "octo-sign-in", "Octo 401")),
    ("octo-taken", Stops("octo-payer", "octo-other-payer", "OCTO-PAYER")),
    ("octo-same", Stops("octo-payer", "octo-same-payer", "OCTO-SAME-PAYER")),

    // At other places than the usual ones. A code is sent once, whatever the answer was.
    ("html-502@redeem", Stops("redeem", "entra-busy", "Entra 502")),
    ("reset@redeem", Stops("redeem", "code-in-doubt", "answer lost")),
    ("truncated@redeem", Stops("redeem", "code-in-doubt", "answer lost")),
    ("captive-portal@redeem", Stops("redeem", "code-in-doubt", "answer lost")),
    ("throttled@redeem", Stops("redeem", "directory-throttled", "Entra 429")),
    ("captive-portal@price", Stops("exchange-rates", "not-the-service", "not the service")),
    ("throttled@price", Stops("exchange-rates", "price-throttled", "price 429")),
    // A refresh that was not looked at is sent again; a code never is.
    ("throttled-once@refresh", Done("Every check passed")),
    ("throttled-once@redeem", Stops("redeem", "directory-throttled", "Entra 429")),
    ("throttled@refresh", Stops("price-token", "directory-throttled", "Entra 429")),
    ("flaky@app-only", Stops("app-token", "entra-busy", "Entra 503")),
    ("AADSTS7000222@refresh", Stops("price-token", "secret-expired", "AADSTS7000222")),
    ("AADSTS53003@redeem", Stops("redeem", "conditional-access", "AADSTS53003")),
    ("AADSTS65002@redeem", Stops("redeem", "microsofts-own-app", "AADSTS65002")),
    ("AADSTS50049@metadata", Stops("directory", "unknown-login-host", "AADSTS50049")),
    ("AADSTS50140@redirect", Stops("sign-in", "sign-in-unfinished", "AADSTS50140")),
    ("AADSTS70016@redeem", Stops("redeem", "device-code-waiting", "AADSTS70016")),
    ("AADSTS70018@redeem", Stops("redeem", "device-code-ended", "AADSTS70018")),
    ("AADSTS65001@redeem", Stops("redeem", "consent-missing-partner-center", "AADSTS65001")),
];
