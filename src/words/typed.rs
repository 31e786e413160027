//! What was typed into the visible fields of the steps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::words::field::{Field, Shown};

/// The visible answers of the steps as text, by field; a field without one is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Value>")]
pub struct Typed(BTreeMap<Field, String>);

impl Typed {
    /// The text of a field.
    pub fn get(&self, field: Field) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }

    /// The same answers with this one; one that no draft keeps is left out.
    #[must_use]
    pub fn with(mut self, field: Field, text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() || field.shown() != Shown::Kept {
            self.0.remove(&field);
        } else {
            self.0.insert(field, text);
        }
        self
    }

    /// These answers, filled up from what is known. The known Client ID is that of the known application, and not of another one.
    #[must_use]
    pub fn over(&self, known: &Self) -> Self {
        let other = !self.get(Field::ApplicationId).is_empty();
        let known = if other { known.clone().with(Field::ClientId, "") } else { known.clone() };
        self.iter().fold(known, |all, (field, text)| all.with(field, text))
    }

    /// The fields that are not empty.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, text)| (*field, text.as_str()))
    }
}

/// What another version kept beside these fields is left out.
impl From<BTreeMap<String, Value>> for Typed {
    fn from(kept: BTreeMap<String, Value>) -> Self {
        let known = kept.into_iter().filter_map(|(name, text)| {
            let field: Field = serde_json::from_value(name.into()).ok()?;
            Some((field, text.as_str()?.to_owned()))
        });
        known.fold(Self::default(), |all, (field, text)| all.with(field, text))
    }
}
