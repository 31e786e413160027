//! The checks: what each is called, what it needs, what it asks.

use crate::words::step::Step;

/// A check, by name. The names are the same on the screen, in JSON and in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckId {
    /// The kept secret is read from the vault (check again).
    RecallSecret,
    /// The directory exists.
    Tenant,
    /// An app-only token is issued.
    AppToken,
    /// The token says what was asked.
    AppClaims,
    /// Partner Center knows the app.
    Customers,
    /// The company's name.
    Company,
    /// Billing is readable.
    Balance,
    /// The secret is kept.
    KeepSecret,
    /// That every check passed is noted (check again).
    NoteCheck,
    /// The attempt and its secret are at hand (step 3).
    Prepare,
    /// Another secret than step 2's is proven.
    OtherSecret,
    /// A person signs in.
    SignIn,
    /// The code is redeemed.
    Redeem,
    /// The refresh token is kept.
    KeepToken,
    /// A token of the user for Partner Center.
    UserToken,
    /// Who signed in, and for what.
    UserClaims,
    /// Tenant and domain are what was typed.
    Organization,
    /// Multifactor authentication.
    Mfa,
    /// MPN ID.
    Mpn,
    /// Billing with the user's token.
    Billing,
    /// A token for the price service.
    PriceToken,
    /// Exchange rates.
    Rates,
    /// The head of a price sheet.
    Sheet,
    /// What was proven is noted.
    NoteProof,
    /// The access token is kept until shortly before its end.
    CacheToken,
    /// The set is whole.
    Manifest,
    /// The set becomes the active one.
    Activate,
    /// A second process reads the active set.
    ReadBack,
    /// What is no longer needed is deleted.
    Tidy,
    /// Octo accepts its API client.
    OctoSignIn,
    /// What Octo has already.
    OctoAccounts,
    /// The key that goes to Octo is read from the vault.
    OctoSecret,
    /// The payer account is registered in Octo.
    OctoPayer,
    /// Octo has the application and its key.
    OctoCredentials,
    /// Octo has the MPN ID.
    OctoMpn,
    /// That everything will be deleted is noted.
    NoteForgetting,
    /// The secrets are deleted.
    EraseItems,
    /// The files are deleted.
    Discard,
}

use CheckId as C;

/// Step 2.
pub(crate) const PARTNER_CENTER: &[CheckId] =
    &[C::Tenant, C::AppToken, C::AppClaims, C::Customers, C::Company, C::Balance, C::KeepSecret];

/// Step 2 with the kept secret.
pub(crate) const PARTNER_CENTER_AGAIN: &[CheckId] = &[
    C::RecallSecret,
    C::Tenant,
    C::AppToken,
    C::AppClaims,
    C::Customers,
    C::Company,
    C::Balance,
    C::NoteCheck,
];

/// Step 3.
pub(crate) const PARTNER_API: &[CheckId] = &[
    C::Prepare,
    C::OtherSecret,
    C::SignIn,
    C::Redeem,
    C::KeepToken,
    C::UserToken,
    C::UserClaims,
    C::Organization,
    C::Mfa,
    C::Mpn,
    C::Billing,
    C::PriceToken,
    C::Rates,
    C::Sheet,
    C::NoteProof,
];

/// Step 3 with the kept refresh token. What is no longer needed goes last.
pub(crate) const PARTNER_API_AGAIN: &[CheckId] = &[
    C::Prepare,
    C::UserToken,
    C::UserClaims,
    C::Organization,
    C::Mfa,
    C::Mpn,
    C::Billing,
    C::PriceToken,
    C::Rates,
    C::Sheet,
    C::NoteProof,
    C::Tidy,
];

/// An access token for Partner Center, with the kept refresh token.
pub(crate) const PARTNER_CENTER_TOKEN: &[CheckId] =
    &[C::Prepare, C::UserToken, C::UserClaims, C::CacheToken, C::Tidy];

/// An access token for the price service.
pub(crate) const PARTNER_API_TOKEN: &[CheckId] =
    &[C::Prepare, C::PriceToken, C::CacheToken, C::Tidy];

/// A code that somebody else redeems.
pub(crate) const CODE: &[CheckId] = &[C::SignIn];

/// The commit.
pub(crate) const COMMIT: &[CheckId] = &[C::Manifest, C::Activate, C::ReadBack, C::Tidy];

/// The hand-over to Octo.
pub(crate) const SUBMIT: &[CheckId] =
    &[C::OctoSecret, C::OctoSignIn, C::OctoAccounts, C::OctoPayer, C::OctoCredentials, C::OctoMpn];
/// Forgetting.
pub(crate) const FORGET: &[CheckId] = &[C::NoteForgetting, C::EraseItems, C::Discard];

struct CheckSpec {
    key: &'static str,
    title: &'static str,
    asks: &'static str,
    needs: &'static [CheckId],
    step: Option<Step>,
}

const fn spec(
    key: &'static str,
    title: &'static str,
    asks: &'static str,
    needs: &'static [CheckId],
    step: Option<Step>,
) -> CheckSpec {
    CheckSpec { key, title, asks, needs, step }
}

impl CheckId {
    /// Every check, in the order of the screens.
    pub const ALL: [Self; 38] = [
        Self::RecallSecret,
        Self::Tenant,
        Self::AppToken,
        Self::AppClaims,
        Self::Customers,
        Self::Company,
        Self::Balance,
        Self::KeepSecret,
        Self::NoteCheck,
        Self::Prepare,
        Self::OtherSecret,
        Self::SignIn,
        Self::Redeem,
        Self::KeepToken,
        Self::UserToken,
        Self::UserClaims,
        Self::Organization,
        Self::Mfa,
        Self::Mpn,
        Self::Billing,
        Self::PriceToken,
        Self::Rates,
        Self::Sheet,
        Self::NoteProof,
        Self::CacheToken,
        Self::Manifest,
        Self::Activate,
        Self::ReadBack,
        Self::Tidy,
        Self::OctoSecret,
        Self::OctoSignIn,
        Self::OctoAccounts,
        Self::OctoPayer,
        Self::OctoCredentials,
        Self::OctoMpn,
        Self::NoteForgetting,
        Self::EraseItems,
        Self::Discard,
    ];

    /// Stable name for JSON and scripts.
    pub fn key(self) -> &'static str {
        self.spec().key
    }

    /// The line of the progress list.
    pub fn title(self) -> &'static str {
        self.spec().title
    }

    /// What is being asked, for the page that shows it while it runs.
    pub fn asks(self) -> &'static str {
        self.spec().asks
    }

    /// What must have passed before. A check that is not part of the run counts as passed.
    pub fn needs(self) -> &'static [Self] {
        self.spec().needs
    }

    /// The step it belongs to; `None` for the commit, for the hand-over to Octo, and for forgetting.
    pub fn step(self) -> Option<Step> {
        self.spec().step
    }

    fn spec(self) -> &'static CheckSpec {
        const UNKNOWN: &CheckSpec = &spec("", "", "", &[], None);
        CHECKS.iter().find(|(id, _)| *id == self).map_or(UNKNOWN, |(_, spec)| spec)
    }
}

const S2: Option<Step> = Some(Step::PartnerCenter);
const S3: Option<Step> = Some(Step::PartnerApi);

/// What there is to say about each check.
const CHECKS: &[(CheckId, CheckSpec)] = &[
    (C::RecallSecret, spec("secret-at-hand", "Kept secret read", "the keyring", &[], S2)),
    (
        C::Tenant,
        spec(
            "directory",
            "Directory exists",
            "public metadata of the directory",
            &[C::RecallSecret],
            S2,
        ),
    ),
    (
        C::AppToken,
        spec("app-token", "Secret accepted", "a token for the application", &[C::Tenant], S2),
    ),
    (
        C::AppClaims,
        spec(
            "app-claims",
            "Token says what was asked",
            "nothing: the token is read here",
            &[C::AppToken],
            S2,
        ),
    ),
    (
        C::Customers,
        spec(
            "customers",
            "Partner Center knows the app",
            "GET /v1/customers?size=1, read only",
            &[C::AppClaims],
            S2,
        ),
    ),
    (
        C::Company,
        spec(
            "company",
            "Company profile readable",
            "GET /v1/profiles/legalbusiness, read only",
            &[C::AppClaims],
            S2,
        ),
    ),
    (
        C::Balance,
        spec(
            "balance",
            "Billing readable",
            "GET /v1/invoices/summary, read only",
            &[C::AppClaims],
            S2,
        ),
    ),
    (
        C::KeepSecret,
        spec(
            "keep-secret",
            "Secret kept",
            "the keyring",
            &[C::Customers, C::Company, C::Balance],
            S2,
        ),
    ),
    (
        C::NoteCheck,
        spec(
            "note-check",
            "Result noted",
            "the journal",
            &[C::Customers, C::Company, C::Balance],
            S2,
        ),
    ),
    (C::Prepare, spec("prepare", "Secret at hand", "the keyring", &[], S3)),
    (
        C::OtherSecret,
        spec("other-secret", "Secret accepted", "a token for the application", &[C::Prepare], S3),
    ),
    (C::SignIn, spec("sign-in", "Signed in", "a person", &[C::OtherSecret, C::Prepare], S3)),
    (C::Redeem, spec("redeem", "Code redeemed, once", "tokens for the code", &[C::SignIn], S3)),
    (C::KeepToken, spec("keep-token", "Sign-in kept", "the keyring", &[C::Redeem], S3)),
    (
        C::UserToken,
        spec(
            "user-token",
            "Token for Partner Center",
            "a token for Partner Center",
            &[C::KeepToken, C::Prepare],
            S3,
        ),
    ),
    (
        C::UserClaims,
        spec(
            "user-claims",
            "Right tenant and app",
            "nothing: the token is read here",
            &[C::UserToken],
            S3,
        ),
    ),
    (
        C::Organization,
        spec(
            "organization",
            "Organization matches",
            "GET /v1/profiles/organization, read only",
            &[C::UserClaims],
            S3,
        ),
    ),
    (
        C::Mfa,
        spec(
            "mfa",
            "Multifactor authentication",
            "nothing: token and answer are read here",
            &[C::Organization],
            S3,
        ),
    ),
    (C::Mpn, spec("mpn", "MPN ID", "GET /v1/profiles/mpn, read only", &[C::UserClaims], S3)),
    (
        C::Billing,
        spec(
            "billing",
            "Billing profile readable",
            "GET /v1/profiles/billing, read only",
            &[C::UserClaims],
            S3,
        ),
    ),
    (
        C::PriceToken,
        spec(
            "price-token",
            "Token for the price service",
            "a token for the price service",
            &[C::UserClaims, C::Prepare],
            S3,
        ),
    ),
    (
        C::Rates,
        spec(
            "exchange-rates",
            "Exchange rates readable",
            "GET /v1.0/sales/fxrates, read only",
            &[C::PriceToken],
            S3,
        ),
    ),
    (
        C::Sheet,
        spec(
            "price-sheet",
            "Price sheet readable",
            "the first rows of a price sheet, read only",
            &[C::Rates],
            S3,
        ),
    ),
    (
        C::NoteProof,
        spec(
            "note-proof",
            "Result noted",
            "the journal",
            &[C::Organization, C::Mfa, C::Mpn, C::Billing, C::Sheet],
            S3,
        ),
    ),
    (
        C::CacheToken,
        spec(
            "cache-token",
            "Token kept until it ends",
            "the keyring",
            &[C::UserClaims, C::PriceToken],
            S3,
        ),
    ),
    (C::Manifest, spec("manifest", "Set is complete", "the keyring", &[], None)),
    (
        C::Activate,
        spec("activate", "Registration made active", "the journal", &[C::Manifest], None),
    ),
    (
        C::ReadBack,
        spec("read-back", "Read back by a second process", "the keyring", &[C::Activate], None),
    ),
    (
        C::Tidy,
        spec(
            "tidy",
            "Leftovers deleted",
            "the keyring",
            &[C::ReadBack, C::NoteProof, C::CacheToken],
            None,
        ),
    ),
    (C::NoteForgetting, spec("forgetting", "Deletion noted", "the journal", &[], None)),
    (
        C::EraseItems,
        spec("erase-items", "Secrets deleted", "the keyring", &[C::NoteForgetting], None),
    ),
    (C::Discard, spec("discard", "Files deleted", "the disk", &[C::EraseItems], None)),
    (C::OctoSecret, spec("octo-secret", "Kept secret read", "the keyring", &[], None)),
    (
        C::OctoSignIn,
        spec("octo-sign-in", "Octo sign-in", "a token for Octo's API", &[C::OctoSecret], None),
    ),
    (
        C::OctoAccounts,
        spec(
            "octo-accounts",
            "Accounts that Octo has",
            "Octo's list of accounts, read only",
            &[C::OctoSignIn],
            None,
        ),
    ),
    (
        C::OctoPayer,
        spec(
            "octo-payer",
            "Payer account in Octo",
            "Octo, to register the payer account",
            &[C::OctoAccounts],
            None,
        ),
    ),
    (
        C::OctoCredentials,
        spec(
            "octo-credentials",
            "Partner Center credentials",
            "Octo, to take the application and its key",
            &[C::OctoPayer],
            None,
        ),
    ),
    (
        C::OctoMpn,
        spec("octo-mpn", "MPN ID in Octo", "Octo, to take the MPN ID", &[C::OctoPayer], None),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_needs_come_before() {
        let mut keys: Vec<&str> = CheckId::ALL.iter().map(|id| id.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), CheckId::ALL.len());
        assert!(!keys.contains(&""));
        for plan in [
            PARTNER_CENTER,
            PARTNER_CENTER_AGAIN,
            PARTNER_API,
            PARTNER_API_AGAIN,
            PARTNER_CENTER_TOKEN,
            PARTNER_API_TOKEN,
            CODE,
            COMMIT,
            SUBMIT,
            FORGET,
        ] {
            for (index, id) in plan.iter().enumerate() {
                for need in id.needs() {
                    let place = plan.iter().position(|other| other == need);
                    assert!(place.is_none_or(|place| place < index), "{id:?} needs {need:?}");
                }
            }
        }
    }
}
