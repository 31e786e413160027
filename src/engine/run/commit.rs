//! The commit: the manifest, one journal line, a second process that reads the set, and the leftovers.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "every pair of a check and an outcome that is no transition is the same internal failure"
)]

use serde::Serialize;

use crate::engine::effect::{Cause, Effect, Failure, Outcome, Service};
use crate::engine::journal::{Attempt, Fact, Kind};
use crate::engine::run::{CheckId, Goal, Mood, Move, Run};
use crate::secret::Secret;

/// The list of a set's items, written last, so that a set without one is never taken for whole.
#[derive(Serialize)]
struct Manifest {
    version: u32,
    items: Vec<String>,
}

impl Run {
    pub(super) fn begin_commit(&mut self, id: CheckId) -> Move {
        match id {
            CheckId::Manifest => self.begin_manifest(),
            CheckId::Activate => self.begin_activate(),
            CheckId::ReadBack => match &self.registration.active {
                Some(active) => Move::Perform(Effect::ReadBack(active.set())),
                None => Move::internal(),
            },
            CheckId::Tidy => self.begin_tidy(),
            _ => Move::internal(),
        }
    }

    pub(super) fn advance_commit(&mut self, id: CheckId, outcome: Outcome) -> Move {
        match (id, outcome) {
            (CheckId::ReadBack, Outcome::Failed(failure)) => self.roll_back(failure),
            (CheckId::ReadBack, Outcome::ReadBack) => {
                Move::Pass("every item, byte for byte".to_owned())
            }
            // What was active before is active again; the failure that led here is what counts.
            (CheckId::ReadBack, Outcome::Noted(_)) => match self.known.read_back_failure.take() {
                Some(failure) => Move::Fail(failure),
                None => Move::internal(),
            },
            // Leftovers are no reason to call a registration failed: they are tried again the next time.
            (CheckId::Tidy, Outcome::Failed(_)) => {
                self.forget_script(id);
                Move::Note("some are left for the next time".to_owned())
            }
            (_, Outcome::Failed(failure)) => {
                self.forget_script(id);
                Move::Fail(failure)
            }
            (_, Outcome::Noted(_) | Outcome::Kept | Outcome::Erased) => {
                self.next_write(id, String::new)
            }
            _ => Move::internal(),
        }
    }

    fn begin_manifest(&mut self) -> Move {
        let Some(open) = self.registration.open.as_ref().filter(|open| open.ready()) else {
            return Move::internal();
        };
        if open.base != self.registration.active_sequence() {
            return Move::Fail(Box::new(Failure::new(Service::Disk, Cause::JournalMoved)));
        }
        let set = open.set();
        let items = set
            .iter()
            .filter(|item| item.kind != Kind::Manifest)
            .map(ToString::to_string)
            .collect();
        let Ok(text) = serde_json::to_string(&Manifest { version: 1, items }) else {
            return Move::internal();
        };
        let effects = Self::keep(&open.next_item(Kind::Manifest), &Secret::shared(text));
        self.forget_script(CheckId::Manifest);
        self.write(CheckId::Manifest, effects);
        self.next_write(CheckId::Manifest, String::new)
    }

    /// The one line that makes the attempt the active set.
    fn begin_activate(&mut self) -> Move {
        match &self.registration.open {
            Some(open) if open.complete() && open.base == self.registration.active_sequence() => {
                Move::Perform(Effect::Note(Fact::Activated {
                    attempt: open.id,
                    slot: open.slot,
                }))
            }
            Some(_) => Move::Fail(Box::new(Failure::new(Service::Disk, Cause::JournalMoved))),
            None => Move::internal(),
        }
    }

    fn roll_back(&mut self, failure: Box<Failure>) -> Move {
        let Some(attempt) = self.registration.active.as_ref().map(|active| active.id) else {
            return Move::Fail(failure);
        };
        self.known.read_back_failure = Some(failure);
        Move::Perform(Effect::Note(Fact::RolledBack { attempt }))
    }

    /// Deletes what newer items of the active set have taken the place of, and the items of attempts that were given up. The set
    /// that was active before goes too once both steps of the new one were proven again with what is kept.
    fn begin_tidy(&mut self) -> Move {
        let mut effects = Vec::new();
        let items = self.registration.active.as_ref().map(Attempt::superseded);
        if let Some(items) = items.filter(|items| !items.is_empty()) {
            effects.push(Effect::Erase(items.clone()));
            effects.push(Effect::Note(Fact::Dropped { items }));
        }
        // Whoever asks for a token waits for nothing else.
        let hurried = matches!(self.goal, Goal::Token(_));
        let given_up = self.registration.closed.iter().filter(|_| !hurried);
        let replaced = match self.mood {
            Mood::Check if hurried => None,
            Mood::Check if self.registration.proven_since() => self.registration.previous.as_ref(),
            Mood::Check | Mood::Register => None,
        };
        for closed in given_up.chain(replaced) {
            effects.push(Effect::Note(Fact::Retiring { attempt: closed.id }));
            effects.push(Effect::Erase(closed.all_items()));
            effects.push(Effect::Note(Fact::Retired { attempt: closed.id }));
        }
        self.forget_script(CheckId::Tidy);
        self.write(CheckId::Tidy, effects);
        self.next_write(CheckId::Tidy, String::new)
    }
}
