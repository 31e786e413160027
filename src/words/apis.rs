//! The two APIs of Microsoft that the permissions of an app registration name, and which of them a run goes to.

use crate::words::token::Audience;

/// An API, as the Azure portal lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its name there.
    pub name: &'static str,
    /// Its application ID, by which the portal finds it and which a v2.0 token may have as its audience
    /// (entra-docs, access-token-claims-reference).
    pub id: &'static str,
}

/// Partner Center.
pub const PARTNER_CENTER: Api = Api { name: "Microsoft Partner Center", id: "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd" };

/// The price service.
pub const DEV_CENTER: Api =
    Api { name: "Microsoft Partner (Microsoft Dev Center)", id: "4990cffe-04e8-4e8b-808a-1175604b879f" };

impl Audience {
    /// The API that such a token is for.
    pub const fn api(self) -> Api {
        match self {
            Self::PartnerCenter => PARTNER_CENTER,
            Self::PartnerApi => DEV_CENTER,
        }
    }
}

/// What of a cloud step 3 goes to, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Whether there is a price service.
    pub prices: bool,
    /// Whether billing in Microsoft Graph is looked at, which decides nothing.
    pub graph: bool,
    /// Whether one refresh token may be shown for several APIs at a time. Entra gives a new one each time and revokes none (entra-docs,
    /// refresh-tokens, "Token lifetime"); the server of a cloud file may take the second for theft.
    pub side_by_side: bool,
}
