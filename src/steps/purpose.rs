//! What an execution is for: what its steps keep, and where they stop; and what of a cloud it goes to.

use crate::cloud::Cloud;
use crate::words::Audience;

/// What an execution is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be proven and kept.
    Register,
    /// To be proven again with what is kept.
    Check,
    /// For one access token, with what is kept.
    Token(Audience),
    /// For one code that somebody else redeems.
    Code,
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

impl Reach {
    /// Of this cloud; `graph` is whether that is wanted.
    pub fn of(cloud: &Cloud, graph: bool) -> Self {
        Self { prices: cloud.partner_api.is_some(), graph, side_by_side: cloud.is_built_in() }
    }
}
