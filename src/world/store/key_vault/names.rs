//! Names in a Key Vault: letters, digits and hyphens, 127 at most, and none that was deleted can be had again for a while.
//!
//! So what a registration keeps has a *generation* in its name, which begins when a journal does, and the journal has the number of its
//! part. One small secret, the anchor, says which these are; it is never deleted, so its name is always to be had.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::world::store::secret_store::{Answer, random};

/// What every name begins with.
const OURS: &str = "octo-csp";

/// Characters of a registration's name that are in it as they are.
const PLAIN: usize = 40;

/// Characters of it and of its check sum otherwise.
const CUT: (usize, usize) = (28, 12);

/// Where what is kept of a registration is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::rooms::world) struct Anchor {
    /// The generation; none once it was forgotten.
    pub(in crate::rooms::world) generation: String,
    /// The part of the journal.
    pub(in crate::rooms::world) part: u64,
}

impl Anchor {
    /// Of a generation that none has had the name of.
    pub(in crate::rooms::world) fn fresh() -> Answer<Self> {
        Ok(Self { generation: hex::encode(random::<5>()?), part: 1 })
    }
}

/// What is kept under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rooms::world) enum Named<'n> {
    /// The anchor.
    Anchor,
    /// A lease, by its kind.
    Lease(&'n str),
    /// A journal, of an anchor.
    Journal(&'n Anchor),
    /// An item, of an anchor.
    Item(&'n Anchor, &'n str),
}

impl Named<'_> {
    /// The name, for a registration.
    pub(in crate::rooms::world) fn name(self, registration: &str) -> String {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        // Large and small letters are the same to Key Vault, so a name that has large ones gets a check sum.
        let whole = registration.len() <= PLAIN && registration.chars().all(plain);
        let registration = if whole {
            registration.to_owned()
        } else {
            let (kept, sum) = CUT;
            let sum: String = hex::encode(Sha256::digest(registration)).chars().take(sum).collect();
            format!("{}-{sum}", hyphened(registration).chars().take(kept).collect::<String>())
        };
        match self {
            Self::Anchor => format!("{OURS}-{registration}"),
            Self::Lease(kind) => format!("{OURS}-{registration}-{kind}"),
            Self::Journal(Anchor { generation, part }) => format!("{OURS}-{registration}-{generation}-lines-{part}"),
            Self::Item(Anchor { generation, .. }, item) => {
                format!("{OURS}-{registration}-{generation}-{}", hyphened(item))
            }
        }
    }
}

fn hyphened(text: &str) -> String {
    text.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_key_vault_takes_and_no_two_are_the_same() {
        let anchor = Anchor { generation: "6928a1b2".to_owned(), part: u64::MAX };
        let longest = format!("{}-sandbox", "A_c.".repeat(30));
        let item = format!("partner-center-secret/A/{}/{}", u64::MAX, u32::MAX);
        let registrations =
            ["production", "Production", "a.b-production", "a_b-production", "a-b-production", &longest];
        let mut names: Vec<String> = Vec::new();
        for registration in registrations {
            let first = Anchor { part: 1, ..anchor.clone() };
            for named in [
                Named::Anchor,
                Named::Lease("refresh"),
                Named::Journal(&anchor),
                Named::Journal(&first),
                Named::Item(&anchor, &item),
                // What a store of secrets knows of the journal.
                Named::Item(&anchor, "journal/1"),
            ] {
                let name = named.name(registration);
                let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
                assert!(name.len() <= 127 && name.chars().all(good), "{} {name}", name.len());
                names.push(name.to_ascii_lowercase());
            }
        }
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
    }
}
