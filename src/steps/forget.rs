//! Forgetting: one line in the journal, then the secrets one by one, then the files, the journal last.
//!
//! The program may end anywhere in between. Before the line nothing has changed; after it the registration is never used
//! again, and the journal still names every item until none is left.

use std::cell::RefCell;

use crate::journal::{Fact, ItemName, Registration};
use crate::steps::port::{Halted, Port, passed};
use crate::words::{Cause, CheckId as C, Failure, VaultFault};

/// What is to be deleted.
#[derive(Debug)]
pub(super) struct Forget {
    /// Items that are still to be deleted, the next one last.
    pub(super) left: RefCell<Vec<ItemName>>,
}

impl Forget {
    /// Everything. A vault file goes as a whole, with the journal: nobody needs its passphrase for that.
    pub(super) fn new(registration: &Registration) -> Self {
        let mut items = if registration.opened_in.is_file() { Vec::new() } else { registration.every_item() };
        items.reverse();
        Self { left: RefCell::new(items) }
    }

    pub(super) async fn forget(&self, port: &Port) -> Result<(), Halted> {
        let next = || self.left.borrow().last().cloned();
        let noted = port.check(C::NoteForgetting, async |ask| {
            // A keyring that does not answer is found out before anything is changed.
            if let Some(item) = next()
                && let Err(failure) = ask.recall(item).await
                && !is_answer(&failure)
            {
                return Err(failure);
            }
            // A damaged journal is used for nothing else, and takes no line. It stays until the last item is gone.
            let Registration { damaged, newer, .. } = port.registration();
            if newer || !damaged {
                ask.note(Fact::Forgetting).await?;
            }
            Ok(passed())
        });
        noted.await?;
        let erased = port.check(C::EraseItems, async |ask| {
            while let Some(item) = next() {
                ask.erase(vec![item]).await?;
                self.left.borrow_mut().pop();
            }
            Ok(passed())
        });
        erased.await?;
        let discarded = port.check(C::Discard, async |ask| {
            ask.discard().await?;
            Ok(passed())
        });
        discarded.await
    }
}

/// Whether the keyring answered, and only this item is not as it should be.
fn is_answer(failure: &Failure) -> bool {
    [VaultFault::Missing, VaultFault::Ambiguous, VaultFault::ReadsDifferently]
        .iter()
        .any(|fault| failure.cause == Cause::Vault(*fault))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::Effect;
    use crate::steps::bench::{Bench, state_of};
    use crate::steps::{Execution, Status};
    use crate::words::store::VAULT_FILE;
    use crate::words::{CheckId, Service, StoreKey};

    fn locked() -> Failure {
        Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked))
    }

    fn forget(bench: &mut Bench) -> (Execution, Status) {
        let mut run = Execution::forget(bench.registration());
        let effects = run.start(0);
        let status = bench.drive(&mut run, effects);
        (run, status)
    }

    /// A registration with a set in use, one that was replaced, and an attempt that was given up.
    fn rich() -> Bench {
        let mut bench = Bench::registered();
        assert_eq!(bench.step_two().1, Status::Finished);
        assert_eq!(bench.commit().1, Status::Finished);
        assert_eq!(bench.step_two().1, Status::Finished);
        bench.log.clear();
        bench
    }

    #[test]
    fn the_line_goes_first_then_every_item_then_the_files() {
        let mut bench = rich();
        let names = bench.vault.len();
        assert!(names >= 7, "{:?}", bench.vault.keys());
        let (run, status) = forget(&mut bench);
        assert_eq!(status, Status::Finished);
        assert!(bench.vault.is_empty(), "{:?}", bench.vault.keys());
        assert!(run.left().is_empty());
        assert!(bench.log[0].starts_with("recall"));
        assert_eq!(bench.log[1], "note forgetting");
        assert_eq!(bench.log.last().unwrap(), "discard");
    }

    #[test]
    fn ended_anywhere_it_works_as_before_or_is_finished_the_next_time() {
        let whole = {
            let mut bench = rich();
            forget(&mut bench);
            bench.log.len()
        };
        for effects in 0..whole {
            let mut bench = rich();
            let before = bench.vault.clone();
            let mut run = Execution::forget(bench.registration());
            let mut next = run.start(0);
            for _ in 0..effects {
                let (id, effect) = next.pop().unwrap();
                let outcome = bench.perform(&effect).unwrap();
                next = run.resume(id, outcome, 0);
            }
            if bench.registration().forgetting {
                assert_eq!(forget(&mut bench).1, Status::Finished, "{effects}");
                assert!(bench.vault.is_empty() && bench.lines.is_empty(), "{effects}");
            } else {
                assert_eq!(bench.vault, before, "{effects}");
                assert!(bench.registration().active.is_some());
            }
        }
    }

    #[test]
    fn a_keyring_that_does_not_answer_is_found_out_before_anything_is_changed() {
        let mut bench = rich();
        let (lines, vault) = (bench.lines.clone(), bench.vault.clone());
        bench.fail("recall", locked());
        let (run, status) = forget(&mut bench);
        assert_eq!(status, Status::Refused);
        assert_eq!(state_of(&run, CheckId::NoteForgetting), "FAIL");
        assert_eq!((bench.lines, bench.vault), (lines, vault));
    }

    #[test]
    fn an_item_that_is_gone_already_is_no_hindrance() {
        let mut bench = rich();
        bench.vault.clear();
        assert_eq!(forget(&mut bench).1, Status::Finished);
    }

    #[test]
    fn what_was_not_reached_is_named_and_the_journal_stays() {
        let mut bench = rich();
        let all = bench.registration().every_item();
        bench.perform(&Effect::Erase(vec![all[0].clone()]));
        bench.fail("erase", locked());
        let (run, status) = forget(&mut bench);
        assert_eq!(status, Status::Refused);
        assert_eq!(run.left().len(), all.len());
        assert_eq!(state_of(&run, CheckId::Discard), "-");
        assert!(bench.registration().forgetting);
        assert_eq!(forget(&mut bench).1, Status::Finished);
    }

    #[test]
    fn a_vault_file_goes_with_the_other_files_unopened() {
        let mut bench = rich();
        let registration = Registration { opened_in: &VAULT_FILE, ..bench.registration() };
        let mut run = Execution::forget(registration);
        let effects = run.start(0);
        assert_eq!(bench.drive(&mut run, effects), Status::Finished);
        assert_eq!(bench.log, ["note forgetting", "discard"]);
    }

    #[test]
    fn items_of_sets_that_were_deleted_before_are_named_too() {
        let mut bench = rich();
        let before = bench.registration().every_item();
        let mut run = Execution::tidy(bench.registration());
        let effects = run.start(0);
        bench.drive(&mut run, effects);
        let closed = bench.registration().previous.unwrap().id;
        bench.perform(&Effect::Note(Fact::Retired { attempt: closed }));
        let after = bench.registration();
        assert!(after.previous.is_none() && !after.retired.is_empty());
        let sorted = |mut items: Vec<ItemName>| {
            items.sort();
            items
        };
        assert_eq!(sorted(after.every_item()), sorted(before));
    }

    #[test]
    fn the_store_is_said_before_the_first_attempt_and_not_again() {
        let mut bench = Bench::default();
        let opened = |bench: &Bench| Registration { opened_in: &VAULT_FILE, ..bench.registration() };
        let mut run = Execution::partner_center(crate::steps::bench::center_request(), opened(&bench));
        let effects = run.start(0);
        assert_eq!(bench.drive(&mut run, effects), Status::Finished);
        let notes = |bench: &Bench| -> Vec<String> {
            let notes = bench.log.iter().filter(|line| line.starts_with("note "));
            notes.take(2).cloned().collect()
        };
        assert_eq!(notes(&bench), ["note stored", "note began"]);
        assert_eq!(bench.registration().kept_in(), Some(&StoreKey::from(&VAULT_FILE)));
        bench.log.clear();
        let mut run = Execution::partner_center(crate::steps::bench::center_request(), opened(&bench));
        let effects = run.start(0);
        assert_eq!(bench.drive(&mut run, effects), Status::Finished);
        assert!(!bench.log.contains(&"note stored".to_owned()));
    }
}
