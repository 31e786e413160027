//! What was typed, without secrets.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    pub typed: Typed,
    /// Keys of the lines of *Before you start* that the person has marked.
    pub marked: Vec<String>,
    /// Whether *Before you start* was passed.
    pub started: bool,
    /// The last run that was refused, until one passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Box<LastFailure>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Field;

    #[test]
    fn a_draft_of_an_older_or_newer_version_still_reads() {
        let draft: Draft =
            serde_json::from_str(r#"{"typed":{"environment":"sandbox","client_id":"x","later":1},"later":true}"#)
                .unwrap();
        assert_eq!(draft.typed.get(Field::ClientId), "x");
    }
}
