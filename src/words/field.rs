//! What can be asked for: each field by its name, its flag, its label, how it is shown, and where its value is found.

use serde::{Deserialize, Serialize};

use crate::words::texts::shown;

macro_rules! fields {
    ($($(#[$about:meta])+ $id:ident $flag:literal $label:literal $shown:ident $place:literal;)*) => {
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

            /// Where the right value is found; empty where it is the person who knows.
            pub fn place(self) -> &'static str {
                shown(match self {
                    $(Self::$id => $place,)*
                })
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

impl Field {
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
    AccountName "account-name" "Account name" Kept "Your own choice. Octo shows it, and you can change it there at any time.";
    /// Step 2: Octo's *Client ID*.
    ClientId "client-id" "Client ID" Kept "Partner Center > Settings > Account settings > App management.";
    /// Step 2: Octo's *Application ID*.
    ApplicationId "application-id" "Application (client) ID" Kept "Entra admin center > App registrations > your app > Application (client) ID.";
    /// Step 2: the client secret's value.
    SecretKey "secret-file" "Secret key" Never "Entra admin center > your app > Certificates & secrets > column \"Value\".";
    /// Step 2: directory (tenant) ID or domain.
    Directory "directory" "Directory (tenant) ID or domain" Kept "Entra > Overview > Tenant ID; or a domain such as contoso.onmicrosoft.com.";
    /// Step 2: when the key expires.
    SecretEnds "secret-ends" "Secret key expires on" Kept "Entra admin center > Certificates & secrets > column \"Expires\".";
    /// Step 3: MPN ID (PartnerID).
    MpnId "mpn-id" "MPN ID (PartnerID)" Kept "Partner Center > Settings > Account settings > Identifiers.";
    /// Step 3: the proven key, or another.
    SecretChoice "secret-file" "Secret key for the sign-in" Chosen "";
    /// Step 3: the other key.
    ApiSecret "secret-file" "Secret key" Never "Entra admin center > your app > Certificates & secrets > column \"Value\".";
    /// Step 3: redirect address.
    Redirect "redirect-uri" "Redirect address" Kept "Entra > your app > Authentication > Web, to the letter.";
    /// Step 3: the address that came back, or the code.
    Answer "redirect-uri" "Address from the browser, or the code" Never "";
    /// Replacing: the partner's name.
    Confirmation "replace" "Name of the account that is replaced" AsTyped "";
    /// Review: whether Octo is told at once.
    Handover "profile" "Octo" Chosen "";
    /// Octo: the ID of the API client.
    OctoClientId "profile" "Octo client ID" AsTyped "";
    /// Octo: its secret.
    OctoSecret "profile" "Octo client secret" Never "";
}
