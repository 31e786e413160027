//! What is in the vault: secrets with their versions, and what is deleted and can come back.

use std::collections::BTreeMap;

use serde_json::Value;

/// One version of a secret.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) enabled: bool,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) tags: Option<Value>,
    pub(super) content_type: Option<String>,
}

impl Default for Version {
    fn default() -> Self {
        Self {
            id: String::new(),
            value: String::new(),
            enabled: true,
            created: 0,
            updated: 0,
            tags: None,
            content_type: None,
        }
    }
}

/// A secret as it is answered with.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) version: Version,
    /// When it was deleted.
    pub(super) gone: Option<i64>,
    /// Whether it stands in a list of secrets, where no version is named.
    pub(super) listed: bool,
}

/// Why a name cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    Deleted,
    BeingDeleted,
    BeingRecovered,
    BeingPurged,
}

impl Busy {
    /// The inner code, and what is said behind "is currently".
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Deleted => (
                "ObjectIsDeletedButRecoverable",
                "in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.",
            ),
            Self::BeingDeleted => ("ObjectIsBeingDeleted", "being deleted and cannot be re-created; retry later."),
            Self::BeingRecovered => {
                ("ObjectIsBeingRecovered", "being recovered and cannot be re-created; retry later.")
            }
            Self::BeingPurged => ("ObjectIsBeingPurged", "being purged and cannot be re-created; retry later."),
        }
    }
}

#[derive(Debug, Default)]
struct Secret {
    name: String,
    versions: Vec<Version>,
    gone: Option<i64>,
    /// What is being done with it: over when it was asked about.
    busy: Option<Busy>,
}

impl Secret {
    fn kept(&self, version: &Version, listed: bool) -> Kept {
        Kept { name: self.name.clone(), version: version.clone(), gone: self.gone, listed }
    }

    fn current(&self) -> Option<Kept> {
        self.versions.last().map(|version| self.kept(version, false))
    }
}

/// Every secret, by its name in small letters: large and small are the same to Key Vault.
#[derive(Debug, Default)]
pub(in crate::rooms::simulator) struct Shelf(BTreeMap<String, Secret>);

impl Shelf {
    fn find(&self, name: &str) -> Option<&Secret> {
        self.0.get(&name.to_ascii_lowercase())
    }

    /// Adds a version; the first makes the secret.
    pub(super) fn set(&mut self, name: &str, version: Version) -> Result<Kept, Busy> {
        let secret = self.0.entry(name.to_ascii_lowercase()).or_default();
        if let Some(busy) = secret.busy.take() {
            return Err(busy);
        }
        if secret.gone.is_some() {
            return Err(Busy::Deleted);
        }
        if secret.versions.is_empty() {
            name.clone_into(&mut secret.name);
        }
        let kept = secret.kept(&version, false);
        secret.versions.push(version);
        Ok(kept)
    }

    /// A version, the newest unless one is named.
    pub(super) fn get(&mut self, name: &str, version: Option<&str>) -> Option<Kept> {
        let secret = self.0.get_mut(&name.to_ascii_lowercase()).filter(|secret| secret.gone.is_none())?;
        if secret.busy == Some(Busy::BeingRecovered) {
            secret.busy = None;
            return None;
        }
        match version.filter(|version| !version.is_empty()) {
            None => secret.current(),
            Some(id) => {
                secret.versions.iter().find(|version| version.id == id).map(|version| secret.kept(version, false))
            }
        }
    }

    /// Puts a version in the place of the one of its name.
    pub(super) fn put(&mut self, name: &str, version: &Version) {
        let secret = self.0.get_mut(&name.to_ascii_lowercase());
        if let Some(own) = secret.and_then(|secret| secret.versions.iter_mut().find(|own| own.id == version.id)) {
            *own = version.clone();
        }
    }

    /// Deletes a secret with all its versions.
    pub(super) fn delete(&mut self, name: &str, now: i64) -> Result<Kept, ()> {
        let secret = self.0.get_mut(&name.to_ascii_lowercase());
        let secret = secret.filter(|secret| secret.gone.is_none() && !secret.versions.is_empty()).ok_or(())?;
        secret.gone = Some(now);
        secret.busy = Some(Busy::BeingDeleted);
        secret.current().ok_or(())
    }

    /// A deleted secret, once that is over.
    pub(super) fn deleted(&mut self, name: &str) -> Option<Kept> {
        let secret = self.0.get_mut(&name.to_ascii_lowercase()).filter(|secret| secret.gone.is_some())?;
        if secret.busy.take().is_some() { None } else { secret.current() }
    }

    /// Removes a deleted secret for good; its name can be had a moment later.
    pub(super) fn purge(&mut self, name: &str) -> Result<(), Option<Busy>> {
        let secret = self.0.get_mut(&name.to_ascii_lowercase()).filter(|secret| secret.gone.is_some()).ok_or(None)?;
        if let Some(busy) = secret.busy.take() {
            return Err(Some(busy));
        }
        *secret = Secret { busy: Some(Busy::BeingPurged), ..Secret::default() };
        Ok(())
    }

    /// Brings a deleted secret back.
    pub(super) fn recover(&mut self, name: &str) -> Result<Kept, Option<Busy>> {
        let secret = self.0.get_mut(&name.to_ascii_lowercase()).filter(|secret| secret.gone.is_some()).ok_or(None)?;
        if let Some(busy) = secret.busy.take() {
            return Err(Some(busy));
        }
        secret.gone = None;
        secret.busy = Some(Busy::BeingRecovered);
        secret.current().ok_or(None)
    }

    /// Every secret that is there, or every one that is deleted.
    pub(super) fn all(&self, there: bool) -> Vec<Kept> {
        let wanted = self.0.values().filter(|secret| secret.gone.is_none() == there);
        wanted.filter_map(|secret| secret.versions.last().map(|version| secret.kept(version, true))).collect()
    }

    /// Every version of a secret, in no order that means anything.
    pub(super) fn versions(&self, name: &str) -> Vec<Kept> {
        let secret = self.find(name).filter(|secret| secret.gone.is_none());
        let mut all: Vec<Kept> = secret
            .map(|secret| secret.versions.iter().map(|version| secret.kept(version, false)).collect())
            .unwrap_or_default();
        all.sort_by(|one, other| one.version.id.cmp(&other.version.id));
        all
    }
}
