//! The two APIs of Microsoft that the permissions of an app registration name.

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
