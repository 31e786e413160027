//! The three steps of a registration.

use serde::{Deserialize, Serialize};

/// A step, in the words of Octo's screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Basic Details: the account name, production or sandbox.
    Basic,
    /// Partner Center Credentials: proven without a person.
    PartnerCenter,
    /// Partner API Credentials: proven by a person who signs in.
    PartnerApi,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 3] = [Self::Basic, Self::PartnerCenter, Self::PartnerApi];

    /// As on the command line: `basic`, `partner-center`, `partner-api`.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::PartnerCenter => "partner-center",
            Self::PartnerApi => "partner-api",
        }
    }

    /// As on Octo's screens.
    pub fn title(self) -> &'static str {
        match self {
            Self::Basic => "Basic Details",
            Self::PartnerCenter => "Partner Center Credentials",
            Self::PartnerApi => "Partner API Credentials",
        }
    }
}

/// Which of the two registrations beside each other is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// The partner's primary account.
    #[default]
    Production,
    /// The integration sandbox, with users, app and key of its own.
    Sandbox,
}

impl Environment {
    /// As in the names of kept items and folders.
    pub fn key(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        }
    }

    /// As on Octo's and Microsoft's screens.
    pub fn title(self) -> &'static str {
        match self {
            Self::Production => "Production",
            Self::Sandbox => "Integration sandbox",
        }
    }
}
