//! What is wrong with an answer: a kind, and its words in `texts/en.toml`.

use serde::Serialize;

use crate::words::field::Field;
use crate::words::ids::{AccountName, IdError};
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

macro_rules! kinds {
    ($($id:ident $key:literal;)*) => {
        /// The kinds of problems that a value has by itself, by the keys of their words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemKind {
            $(#[doc = $key] $id,)*
        }

        impl ProblemKind {
            /// Every kind.
            #[cfg(feature = "test-door")]
            pub const ALL: [Self; [$($key),*].len()] = [$(Self::$id),*];

            /// The key of its words.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$id => $key,)*
                }
            }
        }
    };
}

kinds! {
    NameTooLong "name-too-long";
    NameIsSecret "name-is-secret";
    IdMissing "id-missing";
    IdNil "id-nil";
    IdNotGuid "id-not-guid";
    DirectoryNotOne "directory-not-one";
    DirectoryIsApplication "directory-is-application";
    DirectoryNeeded "directory-needed";
    ClientIdIsNeither "client-id-is-neither";
    SecretMissing "secret-missing";
    SecretIsGuid "secret-is-guid";
    SecretIsToken "secret-is-token";
    SecretIsAddress "secret-is-address";
    SecretHasBlank "secret-has-blank";
    SecretHasSigns "secret-has-signs";
    NotADate "not-a-date";
    NotAnMpnId "not-an-mpn-id";
    RedirectMissing "redirect-missing";
    RedirectNotSafe "redirect-not-safe";
    RedirectIpv6 "redirect-ipv6";
    RedirectTooLong "redirect-too-long";
    RedirectCharacter "redirect-character";
    RedirectNotAddress "redirect-not-address";
}

impl ProblemKind {
    /// What is wrong with an ID.
    pub fn of_id(error: IdError) -> Self {
        match error {
            IdError::Empty => Self::IdMissing,
            IdError::Nil => Self::IdNil,
            IdError::NotGuid
            | IdError::NotDomain
            | IdError::NotDigits
            | IdError::NotAddress
            | IdError::NotSafe
            | IdError::Ipv6Loopback
            | IdError::TooLong
            | IdError::BadCharacter => Self::IdNotGuid,
        }
    }

    /// What is wrong with a redirect address.
    pub fn of_redirect(error: IdError) -> Self {
        match error {
            IdError::Empty => Self::RedirectMissing,
            IdError::NotSafe => Self::RedirectNotSafe,
            IdError::Ipv6Loopback => Self::RedirectIpv6,
            IdError::TooLong => Self::RedirectTooLong,
            IdError::BadCharacter => Self::RedirectCharacter,
            IdError::NotGuid | IdError::Nil | IdError::NotDomain | IdError::NotDigits | IdError::NotAddress => {
                Self::RedirectNotAddress
            }
        }
    }
}
