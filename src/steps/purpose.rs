//! What an execution is for: what its steps keep, and where they stop.

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
