//! What can be asked for: each field by its name, its flag, its label, and how it is shown. Where its value is found is in the texts.

use serde::{Deserialize, Serialize};

use crate::words::texts::shown;

macro_rules! fields {
    ($($(#[$about:meta])+ $id:ident $flag:literal $label:literal $shown:ident;)*) => {
        /// What can be asked for. The names in a draft are the same.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $($(#[$about])+ $id,)*
        }

        impl Field {
            /// Every field, in the order of the pages.
            pub const ALL: [Self; [$($flag),*].len()] = [$(Self::$id),*];

            /// The flag by which it is given where nobody is asked, without its dashes.
            pub const fn flag(self) -> &'static str {
                match self {
                    $(Self::$id => $flag,)*
                }
            }

            /// As on Octo's screens, with the portal's word where it differs.
            pub fn label(self) -> &'static str {
                shown(match self {
                    $(Self::$id => $label,)*
                })
            }

            /// How its content is shown.
            pub const fn shown(self) -> Shown {
                match self {
                    $(Self::$id => Shown::$shown,)*
                }
            }
        }
    };
}

/// How the content of a field is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As it was typed; it is an answer of a step, and may be kept in a draft.
    Kept,
    /// As it was typed; it is asked for each time.
    AsTyped,
    /// As one of two choices.
    Chosen,
    /// It must never be drawn.
    Never,
}

// `place_of`, from `src/texts/en.toml`.
include!(concat!(env!("OUT_DIR"), "/places.rs"));

impl Field {
    /// Where the right value is found, or what to do there; empty where there is nothing to say.
    pub fn place(self) -> &'static str {
        shown(place_of(self))
    }

    /// Whether its content must never be drawn.
    pub fn is_secret(self) -> bool {
        self.shown() == Shown::Never
    }

    /// Whether it may always be left empty.
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::AccountName | Self::ClientId | Self::SecretEnds | Self::MpnId)
    }
}

fields! {
    /// Step 1: account name.
    AccountName "account-name" "Account name" Kept;
    /// Step 2: Octo's *Client ID*.
    ClientId "client-id" "Client ID" Kept;
    /// Step 2: Octo's *Application ID*.
    ApplicationId "application-id" "Application (client) ID" Kept;
    /// Step 2: the client secret's value.
    SecretKey "secret-file" "Secret key" Never;
    /// Step 2: directory (tenant) ID or domain.
    Directory "directory" "Directory (tenant) ID or domain" Kept;
    /// Step 2: when the key expires.
    SecretEnds "secret-ends" "Secret key expires on" Kept;
    /// Step 3: MPN ID (PartnerID).
    MpnId "mpn-id" "MPN ID (PartnerID)" Kept;
    /// Step 3: the proven key, or another.
    SecretChoice "secret-file" "Secret key for the sign-in" Chosen;
    /// Step 3: the other key.
    ApiSecret "secret-file" "Secret key" Never;
    /// Step 3: redirect address.
    Redirect "redirect-uri" "Redirect address" Kept;
    /// Step 3: the address that came back, or the code.
    Answer "redirect-uri" "Address from the browser, or the code" Never;
    /// Replacing: the partner's name.
    Confirmation "replace" "Partner that is replaced" AsTyped;
    /// Review: whether Octo is told at once.
    Handover "profile" "Octo" Chosen;
    /// Octo: the ID of the API client.
    OctoClientId "profile" "Octo client ID" AsTyped;
    /// Octo: its secret.
    OctoSecret "profile" "Octo client secret" Never;
}
