//! How a registration stands in Octo, in every place that says so.

use serde::Serialize;

use crate::journal::Registration;
use crate::words::Part;

/// How what is in use here stands in Octo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OctoState {
    /// Octo has nothing of it.
    NotSent,
    /// Octo has taken some of it.
    Partly,
    /// Octo has all of it.
    Sent,
}

impl OctoState {
    /// Of a registration; `None` where nothing is in use.
    pub fn of(registration: &Registration) -> Option<Self> {
        registration.active.as_ref()?;
        Some(match (registration.not_submitted().as_slice(), &registration.octo) {
            ([], _) => Self::Sent,
            ([Part::Payer, Part::Credentials, ..], _) | (_, None) => Self::NotSent,
            (_, Some(_)) => Self::Partly,
        })
    }
}
