//! The commit, what is rolled back, and what is deleted afterwards.

use super::*;
use crate::journal::Attempt;

#[test]
fn the_commit_is_one_line_after_a_whole_set() {
    let mut bench = Bench::default();
    bench.step_two();
    let (mut run, _) = bench.step_three();
    bench.paste(&mut run, CODE);
    assert!(bench.registration().active.is_none());
    bench.log.clear();
    let (run, status) = bench.commit();
    assert_eq!(status, Status::Finished);
    assert_eq!(bench.log, ["note keeping", "keep manifest/A/1/1", "note kept", "note activated", "readback"]);
    assert!(run.registration().active.as_ref().is_some_and(Attempt::complete));
}

#[test]
fn a_commit_on_something_older_is_refused() {
    let mut other = Bench::registered();
    other.step_two();
    let mut newer = other.registration();
    newer.active.as_mut().unwrap().activated = Some((99, Timestamp::UNIX_EPOCH));
    let mut run = Execution::commit(newer);
    let effects = run.start(0);
    assert_eq!(other.drive(&mut run, effects), Status::Refused);
    assert_eq!(run.failed().unwrap().1.cause, Cause::JournalMoved);
}

fn unreadable() -> Failure {
    Failure::new(Service::Keyring, Cause::Vault(VaultFault::ReadsDifferently))
}

/// Both steps proven, nothing committed.
fn proven() -> Bench {
    let mut bench = Bench::default();
    assert_eq!(bench.step_two().1, Status::Finished);
    let (mut run, _) = bench.step_three();
    assert_eq!(bench.paste(&mut run, CODE), Status::Finished);
    bench
}

#[test]
fn an_active_set_that_does_not_read_back_is_rolled_back() {
    let mut bench = Bench::registered();
    let before = bench.registration().active.unwrap().id;
    bench.step_two();
    for _ in 0..2 {
        bench.fail("readback", unreadable());
    }
    let (_, status) = bench.commit();
    assert_eq!(status, Status::Refused);
    assert_eq!(bench.registration().active.unwrap().id, before);
}

#[test]
fn a_set_that_reads_back_the_second_time_is_read_back() {
    let mut bench = proven();
    bench.fail("readback", unreadable());
    assert_eq!(bench.commit().1, Status::Finished);
    assert!(!bench.log.contains(&"note rolled-back".to_owned()));
    assert!(bench.registration().active.is_some());
}

#[test]
fn what_was_rolled_back_is_confirmed_again_without_a_new_sign_in() {
    for again_in_another_process in [false, true] {
        let mut bench = proven();
        for _ in 0..2 {
            bench.fail("readback", unreadable());
        }
        let (mut run, status) = bench.commit();
        assert_eq!(status, Status::Refused);
        assert_eq!(run.failed().unwrap().1, &unreadable());
        let rolled_back = bench.registration();
        assert!(rolled_back.active.is_none() && rolled_back.closed.is_empty());
        assert!(rolled_back.open.is_some_and(|open| open.ready()));
        let status = if again_in_another_process {
            bench.commit().1
        } else {
            let effects = run.retry(0);
            bench.drive(&mut run, effects)
        };
        assert_eq!(status, Status::Finished, "{:?}", run.failed());
        assert_eq!(bench.redemptions, 1);
        for item in bench.registration().active.unwrap().set() {
            assert!(bench.vault.contains_key(&item.to_string()), "{item}");
        }
    }
}

#[test]
fn a_roll_back_that_cannot_be_noted_ends_with_the_first_failure_and_can_be_tried_again() {
    let full = || Failure::new(Service::Disk, Cause::Disk(DiskFault::Full));
    let mut bench = proven();
    for _ in 0..2 {
        bench.fail("readback", unreadable());
    }
    for _ in 0..100 {
        bench.fail("note rolled-back", full());
    }
    let (mut run, status) = bench.commit();
    assert_eq!(status, Status::Refused);
    assert_eq!(run.failed().unwrap().1, &unreadable(), "not what came of it");
    assert_eq!(bench.log.iter().filter(|name| *name == "note rolled-back").count(), 1);
    // The journal says that the set is active, and so does this run; after a restart it is the same set, whole.
    let restarted = bench.registration();
    assert_eq!(&restarted, run.registration());
    let active = restarted.active.unwrap();
    assert!(active.complete() && restarted.open.is_none());
    bench.faults.clear();
    bench.log.clear();
    let effects = run.retry(0);
    assert_eq!(bench.drive(&mut run, effects), Status::Finished);
    assert_eq!(bench.log, ["readback"], "it is active already");
    assert_eq!(check_again(&mut bench, Step::PartnerApi), Status::Finished);
}

#[test]
fn a_new_key_of_the_same_application_carries_the_sign_in_over() {
    let mut bench = Bench::registered();
    let before = bench.registration().active.unwrap();
    let (_, status) = bench.step_two();
    assert_eq!(status, Status::Finished);
    let open = bench.registration().open.unwrap();
    assert_eq!(open.slot, Slot::B);
    assert!(open.ready());
    assert_eq!(bench.redemptions, 1);
    assert_eq!(bench.registration().active.unwrap(), before, "what is active was not touched");
    assert_eq!(bench.commit().1, Status::Finished);
    let after = bench.registration();
    assert_eq!(after.active.unwrap().slot, Slot::B);
    assert_eq!(after.previous.unwrap().id, before.id);
}

/// A second registration over the first, so that there is a set that was active before.
fn replaced() -> Bench {
    let mut bench = Bench::registered();
    assert_eq!(bench.step_two().1, Status::Finished);
    assert_eq!(bench.commit().1, Status::Finished);
    assert!(bench.registration().previous.is_some());
    bench
}

#[test]
fn the_set_before_is_deleted_once_both_steps_of_the_new_one_were_proven_again() {
    let mut bench = replaced();
    let before = bench.registration().previous.unwrap().all_items();
    assert_eq!(check_again(&mut bench, Step::PartnerApi), Status::Finished);
    assert!(bench.registration().previous.is_some());
    assert_eq!(check_again(&mut bench, Step::PartnerCenter), Status::Finished);
    assert!(bench.registration().previous.is_some());
    assert_eq!(check_again(&mut bench, Step::PartnerApi), Status::Finished);
    assert!(bench.registration().previous.is_none());
    for item in &before {
        assert!(!bench.vault.contains_key(&item.to_string()), "{item}");
    }
    for item in bench.registration().active.unwrap().set() {
        assert!(bench.vault.contains_key(&item.to_string()), "{item}");
    }
}

#[test]
fn a_check_that_fails_leaves_the_set_before_alone() {
    let mut bench = replaced();
    check_again(&mut bench, Step::PartnerCenter);
    bench.fail("read Mpn", refused(403, 2_200));
    assert_eq!(check_again(&mut bench, Step::PartnerApi), Status::Refused);
    assert!(bench.registration().previous.is_some());
    assert!(!bench.log.iter().any(|name| name == "note retiring"));
}

#[test]
fn a_set_that_cannot_be_deleted_is_tried_again_the_next_time() {
    let mut bench = replaced();
    check_again(&mut bench, Step::PartnerCenter);
    let locked = Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    bench.fail("erase", locked);
    assert_eq!(check_again(&mut bench, Step::PartnerApi), Status::Finished);
    assert!(bench.registration().previous.is_some());
    assert_eq!(check_again(&mut bench, Step::PartnerApi), Status::Finished);
    assert!(bench.registration().previous.is_none());
}

#[test]
fn a_good_run_is_noted_with_what_each_check_found() {
    let mut bench = Bench::registered();
    let told = |bench: &Bench| {
        let registration = bench.registration();
        let said = |step: Step, check: &str| {
            let run = registration.good_runs.get(&step).unwrap();
            let line = run.lines.iter().find(|line| line.check == check);
            line.map(|line| line.said.to_string())
        };
        assert_eq!(said(Step::PartnerCenter, "company").unwrap(), "Contoso Ltd");
        assert_eq!(said(Step::PartnerApi, "mpn").unwrap(), "6271154");
        registration.proven_since()
    };
    // The registration itself is the first good run, but nothing was proven again by it.
    assert!(!told(&bench));
    check_again(&mut bench, Step::PartnerCenter);
    check_again(&mut bench, Step::PartnerApi);
    assert!(told(&bench));
}

#[test]
fn a_journal_that_was_moved_by_somebody_else_is_noticed_before_the_commit() {
    let moved = || Failure::new(Service::Disk, Cause::JournalMoved);
    for line in ["note keeping", "note kept", "note activated"] {
        let mut bench = Bench::registered();
        bench.step_two();
        let before = bench.registration().active;
        bench.log.clear();
        bench.fail(line, moved());
        let (run, status) = bench.commit();
        assert_eq!((status, run.failed().unwrap().1), (Status::Refused, &moved()), "{line}");
        assert_eq!(bench.registration().active, before, "{line}");
        assert!(!bench.log.contains(&"readback".to_owned()), "{line}");
    }
}
