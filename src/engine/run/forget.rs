//! Forgetting: one line in the journal, then the secrets one by one, then the files, the journal last.
//!
//! The program may end anywhere in between. Before the line nothing has changed; after it the registration is never used
//! again, and the journal still names every item until none is left.

use crate::engine::effect::{Cause, Effect, Failure, Outcome, VaultFault};
use crate::engine::journal::{Fact, ItemName, StoreKind};
use crate::engine::run::{CheckId, Move, Run};

impl Run {
    /// The items that were not deleted: all of them before it began, none at its good end.
    pub fn left(&self) -> &[ItemName] {
        &self.known.to_erase
    }

    /// A vault file goes as a whole, with the other files: nobody needs its passphrase for that.
    pub(super) fn list_what_goes(&mut self) {
        if self.registration.kept_in() != Some(StoreKind::File) {
            self.known.to_erase = self.registration.every_item();
            self.known.to_erase.reverse();
        }
    }

    pub(super) fn begin_forget(&mut self, id: CheckId) -> Move {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "no other check is part of forgetting"
        )]
        match id {
            // A keyring that does not answer is found out before anything is changed.
            CheckId::NoteForgetting => match self.known.to_erase.last() {
                Some(item) => Move::Perform(Effect::Recall(item.clone())),
                None => Move::Perform(Effect::Note(Fact::Forgetting)),
            },
            CheckId::EraseItems => self.erase_next(),
            CheckId::Discard => Move::Perform(Effect::Discard),
            _ => Move::internal(),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every pair of a check and an outcome that is no transition is the same internal failure"
    )]
    pub(super) fn advance_forget(&mut self, id: CheckId, outcome: Outcome) -> Move {
        match (id, outcome) {
            (CheckId::NoteForgetting, Outcome::Recalled(_)) => {
                Move::Perform(Effect::Note(Fact::Forgetting))
            }
            (CheckId::NoteForgetting, Outcome::Failed(failure)) if is_answer(&failure) => {
                Move::Perform(Effect::Note(Fact::Forgetting))
            }
            (CheckId::NoteForgetting, Outcome::Noted(_)) => Move::Pass(String::new()),
            (CheckId::EraseItems, Outcome::Erased) => {
                self.known.to_erase.pop();
                self.erase_next()
            }
            (CheckId::Discard, Outcome::Discarded) => Move::Pass(String::new()),
            (_, Outcome::Failed(failure)) => Move::Fail(failure),
            _ => Move::internal(),
        }
    }

    fn erase_next(&mut self) -> Move {
        match self.known.to_erase.last() {
            Some(item) => Move::Perform(Effect::Erase(vec![item.clone()])),
            None => Move::Pass(String::new()),
        }
    }
}

/// Whether the keyring answered, and only this item is not as it should be.
fn is_answer(failure: &Failure) -> bool {
    [
        VaultFault::Missing,
        VaultFault::Ambiguous,
        VaultFault::ReadsDifferently,
    ]
    .iter()
    .any(|fault| failure.cause == Cause::Vault(*fault))
}
