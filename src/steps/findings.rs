//! What a run found out, for a person who asks why: tokens, the two APIs, the lines to compare the next run with.

use crate::journal::CheckLine;
use crate::steps::port::Board;
use crate::steps::{Execution, State};
use crate::words::check::CheckId;
use crate::words::failure::{Cause, Failure, Mismatch};
use crate::words::text::UntrustedText;
use crate::words::token::{Audience, Claims, Grant};

/// Characters of a check's line that are noted.
const LONGEST: usize = 200;

/// A token that was issued in this run.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// For which API.
    pub audience: Audience,
    /// Whether a person is signed in, or only the application.
    pub person: bool,
    /// What it says.
    pub claims: &'a Claims,
}

/// How one of the two APIs stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Api {
    /// Which.
    pub audience: Audience,
    /// Whether a token for the person was issued.
    pub consented: Certainty,
    /// Whether a read with it was answered.
    pub usable: Certainty,
}

/// What is known of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Yes.
    Yes,
    /// No.
    No,
    /// It was not tried, or something else failed.
    Unknown,
}

impl Execution {
    /// The tokens of this run.
    pub fn tokens(&self) -> Vec<Token<'_>> {
        let tokens = self.board.tokens.iter();
        tokens
            .map(|(audience, person, claims)| Token {
                audience: *audience,
                person: *person,
                claims,
            })
            .collect()
    }

    /// How the two APIs stand; empty for a step in which nobody is signed in.
    pub fn apis(&self) -> Vec<Api> {
        if !self.signs_in() {
            return Vec::new();
        }
        let center = Api {
            audience: Audience::PartnerCenter,
            consented: self.consented(CheckId::UserToken, CheckId::UserClaims),
            usable: self.usable(CheckId::Organization),
        };
        let prices = Api {
            audience: Audience::PartnerApi,
            consented: self.consented(CheckId::PriceToken, CheckId::PriceToken),
            usable: self.usable(CheckId::Rates),
        };
        vec![center, prices]
    }

    fn consented(&self, token: CheckId, claims: CheckId) -> Certainty {
        if self.passed(claims) {
            return Certainty::Yes;
        }
        let refused = [token, claims].into_iter().any(
            |id| matches!(self.board.state(id), Some(State::Failed(failure)) if lacks_consent(failure)),
        );
        if refused { Certainty::No } else { Certainty::Unknown }
    }

    fn usable(&self, id: CheckId) -> Certainty {
        match self.board.state(id) {
            Some(State::Passed(_) | State::Noted(_)) => Certainty::Yes,
            Some(State::Failed(failure)) if failure.cause == Cause::Refused => Certainty::No,
            Some(State::Failed(_) | State::Waiting | State::Running | State::NotTried) | None => {
                Certainty::Unknown
            }
        }
    }
}

impl Board {
    /// The line of each check that passed, as it is noted and compared.
    pub(super) fn lines(&self) -> Vec<CheckLine> {
        self.checks
            .iter()
            .filter_map(|check| match &check.state {
                State::Passed(line) | State::Noted(line) => Some(CheckLine {
                    check: UntrustedText::new(check.id.key()),
                    said: UntrustedText::new(&line.chars().take(LONGEST).collect::<String>()),
                }),
                State::Waiting | State::Running | State::Failed(_) | State::NotTried => None,
            })
            .collect()
    }

    /// A token was issued; a newer one takes the place of an older.
    pub(super) fn issued(&mut self, audience: Audience, person: bool, grant: &Grant) {
        self.tokens.retain(|(a, p, _)| (*a, *p) != (audience, person));
        self.tokens.push((audience, person, grant.claims.clone()));
    }
}

/// By the OAuth words, not by a number; a scope that is missing in a token is the same lack.
fn lacks_consent(failure: &Failure) -> bool {
    let says = |word: &Option<UntrustedText>| {
        word.as_ref().is_some_and(|word| word == "consent_required" || word == "access_denied")
    };
    says(&failure.error)
        || says(&failure.suberror)
        || failure.cause == Cause::Mismatch(Mismatch::Scope)
}
