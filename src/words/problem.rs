//! What is wrong with an answer: a kind, and its words in `texts/en.toml`.

use serde::Serialize;

use crate::words::field::Field;
use crate::words::ids::AccountName;
use crate::words::kind::ProblemKind;
use crate::words::texts;

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where it was typed.
    #[serde(skip)]
    pub field: Field,
    /// Of what kind, where it is one of those that are told from the value alone.
    #[serde(skip)]
    pub kind: Option<ProblemKind>,
    /// What is wrong, in one sentence.
    pub what: String,
    /// Where the right value is found, or what to do.
    pub cure: String,
}

impl Problem {
    /// A problem of a field that its own value does not tell.
    pub fn new(field: Field, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { field, kind: None, what: what.into(), cure: cure.into() }
    }

    /// A problem of this kind, in the words of the table.
    pub fn of(field: Field, kind: ProblemKind) -> Self {
        let told = texts::problem(kind.key());
        let filled = |text: &str| {
            text.replace("{field}", field.label())
                .replace("{place}", field.place())
                .replace("{longest}", &AccountName::LONGEST.to_string())
        };
        Self { field, kind: Some(kind), what: filled(told.what), cure: filled(told.cure) }
    }
}
