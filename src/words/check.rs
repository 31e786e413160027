//! The checks: what each is called, what it needs, whom it asks; and the plans, which put them in order.

use crate::words::step::Step;
use crate::words::texts::shown;

/// Whom a check asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The store of secrets: the keyring, or what a registration has in its place.
    Secrets,
    /// The journal.
    Journal,
    /// The disk.
    Disk,
    /// Microsoft Entra ID.
    Entra,
    /// Partner Center.
    PartnerCenter,
    /// The price service.
    Prices,
    /// Octo.
    Octo,
    /// A person.
    Person,
    /// Nobody: what is known is looked at.
    Nobody,
}

/// Which runs of its step have a check. Each row says it, so that none is in a run that nobody thought of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// All of them.
    Always,
    /// Those that register.
    Registering,
    /// Those that check what is registered.
    Checking,
    /// Those that use the secret that is kept.
    Kept,
    /// Those that were asked for it.
    Wanted,
}

struct CheckSpec {
    key: &'static str,
    title: &'static str,
    asked: Asked,
    asks: &'static str,
    needs: &'static [CheckId],
    step: Option<(Step, When)>,
}

macro_rules! checks {
    ($($id:ident $key:literal $title:literal $asked:ident $asks:literal [$($need:ident)*] $($step:ident $when:ident)?;)*) => {
        /// A check, by name. The names are the same on the screen, in JSON and in the journal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CheckId {
            $(#[doc = $title] $id,)*
        }

        impl CheckId {
            /// Every check, in the order of the screens.
            pub const ALL: [Self; [$($key),*].len()] = [$(Self::$id),*];

            const fn spec(self) -> CheckSpec {
                match self {
                    $(Self::$id => CheckSpec {
                        key: $key,
                        title: $title,
                        asked: Asked::$asked,
                        asks: $asks,
                        needs: &[$(Self::$need),*],
                        step: [$((Step::$step, When::$when))?].first().copied(),
                    },)*
                }
            }
        }
    };
}

// A check: its stable name, its line on the screen, whom it asks and what, what must have passed before, the step it belongs to and which
// runs of that have it.
checks! {
    RecallSecret    "secret-at-hand"    "Kept secret read"               Secrets       "the keyring"                                   [] PartnerCenter Kept;
    Tenant          "directory"         "Directory exists"               Entra         "public metadata of the directory"              [RecallSecret] PartnerCenter Always;
    AppToken        "app-token"         "Secret accepted"                Entra         "a token for the application"                   [Tenant] PartnerCenter Always;
    AppClaims       "app-claims"        "Token says what was asked"      Nobody        "nothing: the token is read here"               [AppToken] PartnerCenter Always;
    Customers       "customers"         "Partner Center knows the app"   PartnerCenter "GET /v1/customers?size=1, read only"           [AppClaims] PartnerCenter Always;
    Company         "company"           "Company profile readable"       PartnerCenter "GET /v1/profiles/legalbusiness, read only"     [AppClaims] PartnerCenter Always;
    Balance         "balance"           "Balance readable"               PartnerCenter "GET /v1/invoices/summary, read only"           [AppClaims] PartnerCenter Always;
    KeepSecret      "keep-secret"       "Secret kept"                    Secrets       "the keyring"                                   [Customers Company Balance] PartnerCenter Registering;
    NoteCheck       "note-check"        "Result noted"                   Journal       "the journal"                                   [Customers Company Balance] PartnerCenter Checking;
    Prepare         "prepare"           "Secret at hand"                 Secrets       "the keyring"                                   [] PartnerApi Always;
    OtherSecret     "other-secret"      "Secret accepted"                Entra         "a token for the application"                   [Prepare] PartnerApi Registering;
    SignIn          "sign-in"           "Signed in"                      Person        "a person"                                      [OtherSecret Prepare] PartnerApi Registering;
    Redeem          "redeem"            "Code redeemed, once"            Entra         "tokens for the code"                           [SignIn] PartnerApi Registering;
    KeepToken       "keep-token"        "Sign-in kept"                   Secrets       "the keyring"                                   [Redeem] PartnerApi Registering;
    UserToken       "user-token"        "Token for Partner Center"       Entra         "a token for Partner Center"                    [KeepToken Prepare] PartnerApi Always;
    UserClaims      "user-claims"       "Right tenant and app"           Nobody        "nothing: the token is read here"               [UserToken] PartnerApi Always;
    Organization    "organization"      "Organization matches"           PartnerCenter "GET /v1/profiles/organization, read only"      [UserClaims] PartnerApi Always;
    Mfa             "mfa"               "Multifactor authentication"     Nobody        "nothing: token and answer are read here"       [UserClaims] PartnerApi Always;
    Mpn             "mpn"               "MPN ID"                         PartnerCenter "GET /v1/profiles/mpn, read only"               [UserClaims] PartnerApi Always;
    Billing         "billing"           "Billing profile readable"       PartnerCenter "GET /v1/profiles/billing, read only"           [UserClaims] PartnerApi Always;
    PriceToken      "price-token"       "Token for the price service"    Entra         "a token for the price service"                 [UserClaims Prepare] PartnerApi Always;
    Rates           "exchange-rates"    "Exchange rates readable"        Prices        "GET /v1.0/sales/fxrates, read only"            [PriceToken] PartnerApi Always;
    Sheet           "price-sheet"       "Price sheet readable"           Prices        "the first rows of a price sheet, read only"    [PriceToken] PartnerApi Always;
    Graph           "graph-billing"     "Billing in Microsoft Graph"     Entra         "a token for Microsoft Graph"                   [UserClaims] PartnerApi Wanted;
    NoteProof       "note-proof"        "Result noted"                   Journal       "the journal"                                   [Organization Mfa Mpn Billing Sheet] PartnerApi Always;
    CacheToken      "cache-token"       "Token kept until it ends"       Secrets       "the keyring"                                   [UserClaims PriceToken] PartnerApi Wanted;
    Manifest        "manifest"          "Set is complete"                Secrets       "the keyring"                                   [];
    Activate        "activate"          "Registration made active"       Journal       "the journal"                                   [Manifest];
    ReadBack        "read-back"         "Read back by a second process"  Secrets       "the keyring"                                   [Activate];
    Tidy            "tidy"              "Leftovers deleted"              Secrets       "the keyring"                                   [ReadBack NoteProof CacheToken];
    OctoSecret      "octo-secret"       "Kept secret read"               Secrets       "the keyring"                                   [];
    OctoSignIn      "octo-sign-in"      "Octo sign-in"                   Octo          "a token for Octo's API"                        [OctoSecret];
    OctoAccounts    "octo-accounts"     "Accounts that Octo has"         Octo          "Octo's list of accounts, read only"            [OctoSignIn];
    OctoPayer       "octo-payer"        "Payer account in Octo"          Octo          "Octo, to register the payer account"           [OctoAccounts];
    OctoCredentials "octo-credentials"  "Partner Center credentials"     Octo          "Octo, to take the application and its key"     [OctoPayer];
    OctoMpn         "octo-mpn"          "MPN ID in Octo"                 Octo          "Octo, to take the MPN ID"                      [OctoPayer];
    NoteForgetting  "forgetting"        "Deletion noted"                 Journal       "the journal"                                   [];
    EraseItems      "erase-items"       "Secrets deleted"                Secrets       "the keyring"                                   [NoteForgetting];
    Discard         "discard"           "Files deleted"                  Disk          "the disk"                                      [EraseItems];
}

impl CheckId {
    /// Stable name for JSON and scripts.
    pub fn key(self) -> &'static str {
        self.spec().key
    }

    /// The line of the progress list.
    pub fn title(self) -> &'static str {
        shown(self.spec().title)
    }

    /// Whom it asks.
    pub fn asked(self) -> Asked {
        self.spec().asked
    }

    /// What is being asked, for the page that shows it while it runs.
    pub fn asks(self) -> &'static str {
        shown(self.spec().asks)
    }

    /// What must have passed before. A check that is not part of the run counts as passed.
    pub fn needs(self) -> &'static [Self] {
        self.spec().needs
    }

    /// The checks that a run of a step has, in their order: what is always done, and what is done in such a run.
    pub(crate) fn of_step(step: Step, such: &[When]) -> Vec<Self> {
        let has = |(of, when): (Step, When)| of == step && (when == When::Always || such.contains(&when));
        Self::ALL.into_iter().filter(|id| id.spec().step.is_some_and(has)).collect()
    }

    /// The step it belongs to; `None` for the commit, for the hand-over to Octo, and for forgetting.
    pub fn step(self) -> Option<Step> {
        self.spec().step.map(|(step, _)| step)
    }
}

use CheckId as C;

/// An access token for Partner Center, with the kept refresh token.
pub(crate) const PARTNER_CENTER_TOKEN: &[CheckId] = &[C::Prepare, C::UserToken, C::UserClaims, C::CacheToken, C::Tidy];

/// An access token for the price service.
pub(crate) const PARTNER_API_TOKEN: &[CheckId] = &[C::Prepare, C::PriceToken, C::CacheToken, C::Tidy];

/// A code that somebody else redeems.
pub(crate) const CODE: &[CheckId] = &[C::SignIn];

/// The commit.
pub(crate) const COMMIT: &[CheckId] = &[C::Manifest, C::Activate, C::ReadBack, C::Tidy];

/// The hand-over to Octo.
pub(crate) const SUBMIT: &[CheckId] =
    &[C::OctoSecret, C::OctoSignIn, C::OctoAccounts, C::OctoPayer, C::OctoCredentials, C::OctoMpn];

/// Forgetting.
pub(crate) const FORGET: &[CheckId] = &[C::NoteForgetting, C::EraseItems, C::Discard];

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_RUNS: [When; 4] = [When::Registering, When::Checking, When::Kept, When::Wanted];

    #[test]
    fn keys_are_unique_and_needs_come_before() {
        let mut keys: Vec<&str> = CheckId::ALL.iter().map(|id| id.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), CheckId::ALL.len());
        assert!(!keys.contains(&""));
        for plan in [
            &CheckId::of_step(Step::PartnerCenter, &ALL_RUNS),
            &CheckId::of_step(Step::PartnerApi, &ALL_RUNS),
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
