//! What was typed, without secrets.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::answers;
use crate::words::field::Field;
use crate::words::last_failure::LastFailure;
use crate::words::step::Step;
use crate::words::typed::Typed;

/// What was typed, without secrets: kept so that a wizard that was closed opens again where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// When it was saved.
    pub saved_at: Option<Timestamp>,
    /// The page it was on.
    pub step: Option<Step>,
    /// What was typed on the pages.
    pub typed: Parsed,
    /// Keys of the lines of *Before you start* that the person has marked.
    pub marked: Vec<String>,
    /// Whether *Before you start* was passed.
    pub started: bool,
    /// The last run that was refused, until one passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Box<LastFailure>>,
}

/// Answers that have the form of their fields. The only way to these is through the check of each, from a file too, so a draft
/// has no room for what slipped into another field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Typed")]
pub struct Parsed(Typed);

impl Parsed {
    /// The answers.
    pub fn typed(&self) -> &Typed {
        &self.0
    }

    /// The same with what `other` has in this field.
    #[must_use]
    pub fn with(self, field: Field, other: &Self) -> Self {
        Self(self.0.with(field, other.0.get(field)))
    }
}

impl From<Typed> for Parsed {
    fn from(typed: Typed) -> Self {
        let fitting = typed.iter().filter(|(field, text)| answers::fits(*field, text).is_ok());
        Self(fitting.fold(Typed::default(), |all, (field, text)| all.with(field, text)))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_draft_holds_only_what_parses_whoever_wrote_it() {
        let typed = Typed::default()
            .with(Field::ClientId, "client_id=x client_secret=slipped~secret")
            .with(Field::Directory, "contoso.com")
            .with(Field::Redirect, "slipped")
            .with(Field::MpnId, "slipped")
            .with(Field::AccountName, "slippedA1b2C3d4E5f6G7h8i9J0");
        let raw = serde_json::to_string(&serde_json::json!({ "typed": typed })).unwrap();
        let read: Draft = serde_json::from_str(&raw).unwrap();
        for draft in [read, Draft { typed: typed.into(), ..Draft::default() }] {
            let written = serde_json::to_string(&draft).unwrap();
            assert!(!written.contains("slipped") && written.contains("contoso.com"), "{written}");
        }
    }

    use super::*;

    const ID: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";

    #[test]
    fn a_draft_of_an_older_or_newer_version_still_reads() {
        let draft: Draft =
            serde_json::from_str(r#"{"typed":{"environment":"sandbox","client_id":"8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204","later":1},"later":true}"#)
                .unwrap();
        assert_eq!(draft.typed.typed().get(Field::ClientId), ID);
    }
}
