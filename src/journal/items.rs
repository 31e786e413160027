//! The items of the vault, and their names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the two places a set of secrets can be in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The first.
    #[default]
    A,
    /// The second.
    B,
}

impl Slot {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Names an attempt: the sequence number that its first line was going to have, so that it is unique and computable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(pub u64);

/// What kind of secret an item holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The secret key proven in step 2.
    PartnerCenterSecret,
    /// The secret key of step 3, when it is another one.
    PartnerApiSecret,
    /// The refresh token.
    RefreshToken,
    /// `state` and verifier of a sign-in that is open; gone once the code is redeemed.
    SignIn,
    /// The list of the set's items, written last.
    Manifest,
    /// An access token for Partner Center, until shortly before its end.
    PartnerCenterToken,
    /// An access token for the price service, until shortly before its end.
    PartnerApiToken,
}

impl Kind {
    /// Whether it is no part of the set.
    pub fn is_access_token(self) -> bool {
        matches!(self, Self::PartnerCenterToken | Self::PartnerApiToken)
    }

    /// What it is, for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::PartnerCenterSecret => "secret key",
            Self::PartnerApiSecret => "secret key of step 3",
            Self::RefreshToken => "sign-in",
            Self::SignIn => "sign-in that is open",
            Self::Manifest => "list of all items",
            Self::PartnerCenterToken => "access token for Partner Center",
            Self::PartnerApiToken => "access token for the price service",
        }
    }

    /// As in an item's name.
    pub fn key(self) -> &'static str {
        match self {
            Self::PartnerCenterSecret => "partner-center-secret",
            Self::PartnerApiSecret => "partner-api-secret",
            Self::RefreshToken => "refresh-token",
            Self::SignIn => "sign-in",
            Self::Manifest => "manifest",
            Self::PartnerCenterToken => "partner-center-token",
            Self::PartnerApiToken => "partner-api-token",
        }
    }
}

/// The name of an item in the vault, below the service `octo-csp` and the registration. Names are computable, so the vault
/// is searched for nothing but to be rid of everything; an item is never overwritten, a newer one has a higher serial. Access
/// tokens alone have one name each and are written over: they are no part of the set, no line tells of them, and the loss of
/// one costs a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemName {
    /// The slot.
    pub slot: Slot,
    /// The attempt.
    pub attempt: AttemptId,
    /// What it holds.
    pub kind: Kind,
    /// 1 for the first of its kind in the attempt.
    pub serial: u32,
}

impl ItemName {
    /// Reads a name as it is written; `None` for one that is not written so.
    pub fn parse(name: &str) -> Option<Self> {
        let words: Vec<&str> = name.split('/').collect();
        let &[kind, slot, attempt, serial] = words.as_slice() else {
            return None;
        };
        let (attempt, serial): (u64, u32) = (attempt.parse().ok()?, serial.parse().ok()?);
        let item = serde_json::json!({ "kind": kind, "slot": slot, "attempt": attempt, "serial": serial });
        serde_json::from_value(item).ok()
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:?}/{}/{}", self.kind.key(), self.slot, self.attempt.0, self.serial)
    }
}
