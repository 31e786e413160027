//! What only a person can confirm before starting: each line with where to click, the exact name, and a page to open.

use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};

/// A line of *Before you start*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prerequisite {
    /// Stable name in the draft.
    pub key: &'static str,
    /// The line.
    pub line: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// Where to click; `{copy}` stands for what is copied.
    pub place: &'static str,
    /// What `c` copies: the exact name or ID.
    pub copy: &'static str,
    /// The page that `o` opens, after the portal's address; an absolute address where it is another portal.
    pub page: &'static str,
}

/// The lines (Microsoft Learn: set-up-api-access-in-partner-center, enable-secure-app-model, get-a-price-sheet).
pub const PREREQUISITES: &[Prerequisite] = &[
    Prerequisite {
        key: "app",
        line: "The web app and its key exist in Partner Center",
        why: "The key is shown once. For the sandbox, app and key are made separately, in the sandbox account, and only if you want it.",
        place: "Partner Center > Settings > Partner settings > App management > Add new web app, or Add key",
        copy: "App management",
        page: "https://partner.microsoft.com/dashboard/account/v3/apimanagement",
    },
    Prerequisite {
        key: "redirect",
        line: "Redirect address on the app, platform Web:  http://localhost",
        why: "Platform Web, because a secret is used; Mobile or SPA make the sign-in fail. With http://localhost this program catches the answer by itself.",
        place: "Azure portal > Entra ID > App registrations > your app > Authentication > Add a platform > Web",
        copy: "http://localhost",
        page: "#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
    },
    Prerequisite {
        key: "partner-center",
        line: "Delegated: Microsoft Partner Center, user_impersonation",
        why: "Octo reads invoices and the partner's profile with it.",
        place: "App registrations > your app > API permissions > Add a permission > APIs my organization uses > {copy} > Delegated > user_impersonation",
        copy: PARTNER_CENTER.id,
        page: "#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
    },
    Prerequisite {
        key: "dev-center",
        line: "Delegated: Microsoft Partner (Microsoft Dev Center) API, Partner Center",
        why: "Octo reads ERP prices with it. Without it every other check passes and only the price sheet is refused.",
        place: "App registrations > your app > API permissions > Add a permission > APIs my organization uses > {copy} > Delegated > Partner Center (user_impersonation)",
        copy: DEV_CENTER.id,
        page: "#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
    },
    Prerequisite {
        key: "consent",
        line: "Admin consent is granted for both",
        why: "The older Windows Azure Active Directory permissions (access the directory, read the profile) are no longer needed.",
        place: "App registrations > your app > API permissions > Grant admin consent",
        copy: "Grant admin consent",
        page: "#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
    },
    Prerequisite {
        key: "role",
        line: "Whoever signs in is Admin agent (or Sales agent) and has MFA",
        why: "The price service asks for the role of the person, not of the application; Partner Center refuses sign-ins without MFA.",
        place: "Partner Center > Settings > User management",
        copy: "Admin agent",
        page: "https://partner.microsoft.com/dashboard/account/v3/usermanagement",
    },
    Prerequisite {
        key: "value",
        line: "You hold the secret's Value, not its Secret ID",
        why: "The Value is shown once, right after the secret was made. The Secret ID is a GUID and never works as a key.",
        place: "App registrations > your app > Certificates & secrets > column \"Value\"",
        copy: "Certificates & secrets",
        page: "#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
    },
];
