//! What can be asked for: each field by its name, its label, and where its value is found.

use crate::words::texts::shown;

macro_rules! fields {
    ($($(#[$about:meta])+ $id:ident $label:literal $shown:ident $place:literal;)*) => {
        /// What can be asked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field {
            $($(#[$about])+ $id,)*
        }

        impl Field {
            /// As on Octo's screens, with the portal's word where it differs.
            pub fn label(self) -> &'static str {
                shown(match self {
                    $(Self::$id => $label,)*
                })
            }

            /// Whether its content must never be drawn.
            pub const fn is_secret(self) -> bool {
                matches!(match self { $(Self::$id => Shown::$shown,)* }, Shown::Never)
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

enum Shown {
    AsTyped,
    Never,
}

fields! {
    /// Step 1: account name.
    AccountName "Account name (optional)" AsTyped "";
    /// Step 2: Octo's *Client ID*.
    ClientId "Client ID" AsTyped "Partner Center > Settings > Account settings > App management.";
    /// Step 2: Octo's *Application ID*.
    ApplicationId "Application ID" AsTyped "Azure portal > App registrations > your app > Application (client) ID.";
    /// Step 2: the client secret's value.
    SecretKey "Secret key" Never "Azure portal > your app > Certificates & secrets > column \"Value\".";
    /// Step 2: directory (tenant) ID or domain.
    Directory "Directory (tenant ID or domain)" AsTyped "Entra > Overview > Tenant ID; or a domain such as contoso.onmicrosoft.com.";
    /// Step 2: when the key ends.
    SecretEnds "Key ends on (optional, YYYY-MM-DD)" AsTyped "Azure portal > Certificates & secrets > column \"Expires\".";
    /// Step 3: MPN ID (PartnerID).
    MpnId "MPN ID (PartnerID, optional)" AsTyped "Partner Center > Settings > Account settings > Identifiers.";
    /// Step 3: the proven key, or another.
    SecretChoice "Secret key for the sign-in" AsTyped "";
    /// Step 3: the other key.
    ApiSecret "Secret key" Never "Azure portal > your app > Certificates & secrets > column \"Value\".";
    /// Step 3: redirect address.
    Redirect "Redirect address, exactly as on the app registration" AsTyped "Copy it from Entra > Authentication > Web.";
    /// Step 3: the address that came back, or the code.
    Answer "Address from the browser, or the code" Never "";
    /// Replacing: the partner's name.
    Confirmation "Name of the account that is replaced" AsTyped "";
    /// Octo: the ID of the API client.
    OctoClientId "Octo client ID" AsTyped "";
    /// Octo: its secret.
    OctoSecret "Octo client secret" Never "";
}
