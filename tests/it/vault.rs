//! The vault over stores that misbehave: what is not kept is never said to be kept, and no call waits for ever.

use std::sync::Arc;
use std::time::Duration;

use octo_csp::journal::{AttemptId, ItemName, Kind, Slot};
use octo_csp::words::store::{KEYRING, VAULT_FILE};
use octo_csp::words::{Cause, Failure, Secret, Service, SharedSecret, VaultFault};
use octo_csp::world::StoreOptions;
use octo_csp::world::store::{Blocking, Patience, Vault};
use octo_csp::world::stores::StoreSettings;

use crate::faulty::Behaviour::{Empties, Fails, FailsAfterwards, Forgets, Halves, Hangs, Lies, Panics, Works};
use crate::faulty::{Behaviour, Faulty, Sessions};

/// The faults a store may answer with.
const FAULTS: [VaultFault; 8] = [
    VaultFault::NoBus,
    VaultFault::NoProvider,
    VaultFault::NoCollection,
    VaultFault::Locked,
    VaultFault::Denied,
    VaultFault::TooLarge,
    VaultFault::Ambiguous,
    VaultFault::Other,
];

pub(crate) fn item(serial: u32) -> ItemName {
    ItemName { slot: Slot::A, attempt: AttemptId(1), kind: Kind::RefreshToken, serial }
}

pub(crate) fn secret(length: usize) -> SharedSecret {
    let text = (0..length).map(|i| char::from(b'a' + u8::try_from(i % 26).unwrap()));
    Secret::shared(text.collect())
}

pub(crate) fn fault<T>(result: Result<T, Box<Failure>>) -> VaultFault {
    let cause = result.err().expect("a failure").cause;
    let Cause::Vault(fault) = cause else {
        panic!("{cause:?}");
    };
    fault
}

fn over(registration: &str, store: &Arc<Faulty>) -> Vault {
    Vault::new(registration, Arc::new(Blocking::new(Arc::clone(store) as Arc<_>)))
}

fn vault(script: &[Behaviour], afterwards: Behaviour) -> (Vault, Arc<Faulty>) {
    let store = Faulty::new(script, afterwards);
    (over("production", &store), store)
}

#[tokio::test]
async fn what_is_kept_is_recalled_copied_and_erased() {
    let vault = Vault::new("production", StoreOptions::memory().secrets);
    for length in [1, 1_524, 2_400, 2_401, 5_000, 65_536] {
        let secret = secret(length);
        vault.keep(&item(1), &secret).await.unwrap();
        vault.copy(&item(1), &item(2)).await.unwrap();
        vault.read_back(&[item(1), item(2)]).await.unwrap();
        let back = vault.recall(&item(2)).await.unwrap();
        assert!(back.same_as(secret.reveal()));
        vault.erase(&[item(1), item(2), item(3)]).await.unwrap();
        assert_eq!(fault(vault.recall(&item(1)).await), VaultFault::Missing);
        assert_eq!(fault(vault.read_back(&[item(2)]).await), VaultFault::Missing);
    }
    assert_eq!(fault(vault.keep(&item(1), &secret(65_537)).await), VaultFault::TooLarge);
    assert_eq!(fault(vault.keep(&item(1), &secret(0)).await), VaultFault::Missing);
}

#[tokio::test]
async fn one_registration_does_not_see_the_other() {
    let store = Faulty::new(&[], Works);
    let production = over("production", &store);
    let sandbox = over("sandbox", &store);
    production.keep(&item(1), &secret(9)).await.unwrap();
    assert_eq!(fault(sandbox.recall(&item(1)).await), VaultFault::Missing);
    assert!(store.kept("production/refresh-token/A/1/1").is_some());
}

#[tokio::test]
async fn a_store_that_does_not_keep_what_it_acknowledges_is_found_out() {
    for (behaviour, expected) in [
        (Forgets, VaultFault::Missing),
        (Empties, VaultFault::Missing),
        (Lies, VaultFault::ReadsDifferently),
        (Halves, VaultFault::ReadsDifferently),
    ] {
        for length in [100, 5_000] {
            // Once while writing, once while reading back.
            let writing = vault(&[behaviour], Works).0;
            assert_eq!(fault(writing.keep(&item(1), &secret(length)).await), expected);
            let reading = vault(&[Works], behaviour).0;
            assert!(reading.keep(&item(1), &secret(length)).await.is_err());
        }
        let (vault, _) = vault(&[Works, Works], behaviour);
        vault.keep(&item(1), &secret(100)).await.unwrap();
        assert!(vault.copy(&item(1), &item(2)).await.is_err(), "{behaviour:?}");
    }
}

#[tokio::test]
async fn every_fault_reaches_the_caller_as_itself_at_every_call() {
    for expected in FAULTS {
        for step in 0..12 {
            for behaviour in [Fails(expected), FailsAfterwards(expected)] {
                let mut script = vec![Works; step];
                script.push(behaviour);
                let (vault, store) = vault(&script, Works);
                let outcome = story(&vault).await;
                if expected == VaultFault::Ambiguous && [9, 11].contains(&step) {
                    // Asked while erasing whether there is a part: two of them are deleted like one.
                    outcome.unwrap();
                    continue;
                }
                assert_eq!(fault(outcome), expected, "{step} {:?}", store.calls());
            }
        }
    }
}

/// Twelve calls: two writes with their reading back, a copy, a recall and an erasure.
async fn story(vault: &Vault) -> Result<(), Box<Failure>> {
    vault.keep(&item(1), &secret(100)).await?;
    vault.keep(&item(2), &secret(100)).await?;
    vault.copy(&item(2), &item(3)).await?;
    vault.recall(&item(3)).await?;
    vault.erase(&[item(1), item(2)]).await
}

fn with_sessions(script: &[Behaviour]) -> (Vault, Arc<Faulty>) {
    let store = Faulty::new(script, Works);
    let sessions = Arc::new(Sessions(Arc::clone(&store)));
    (Vault::new("production", Arc::new(Blocking::new(sessions))), store)
}

fn sessions(store: &Faulty) -> usize {
    store.calls().iter().filter(|call| call.starts_with("session")).count()
}

#[tokio::test]
async fn a_session_that_did_well_is_the_next_effects_too() {
    let (vault, store) = with_sessions(&[]);
    vault.keep(&item(1), &secret(5_000)).await.unwrap();
    vault.keep(&item(2), &secret(9_000)).await.unwrap();
    vault.recall_all(&[item(1), item(2)]).await.unwrap();
    vault.erase(&[item(1), item(2), item(3)]).await.unwrap();
    // That there is no such item is an answer.
    assert_eq!(fault(vault.recall(&item(3)).await), VaultFault::Missing);
    vault.keep(&item(3), &secret(7)).await.unwrap();
    assert_eq!(sessions(&store), 1);
}

#[tokio::test]
async fn a_session_that_breaks_anywhere_is_opened_again_once_in_an_effect() {
    for step in 0..13 {
        for behaviour in [Fails(VaultFault::Other), Fails(VaultFault::ReadsDifferently)] {
            let mut script = vec![Works; step];
            script.push(behaviour);
            let (vault, store) = with_sessions(&script);
            story(&vault).await.unwrap_or_else(|failure| panic!("{step}: {failure:?}"));
            assert_eq!(sessions(&store), 1 + 1, "{step} {:?}", store.calls());
            // What fails twice counts.
            let (vault, store) = with_sessions(&[vec![Works; step], vec![behaviour; 2]].concat());
            let outcome = story(&vault).await;
            assert!(outcome.is_err(), "{step} {:?}", store.calls());
        }
    }
}

/// Bus and provider may have been started anew since the effect before.
#[tokio::test]
async fn what_only_an_older_session_may_be_told_is_asked_again_in_a_new_one() {
    let over = [VaultFault::NoBus, VaultFault::NoProvider, VaultFault::NoCollection, VaultFault::Crashed];
    for expected in over {
        let (vault, store) = with_sessions(&[Works, Works, Works, Fails(expected)]);
        vault.keep(&item(1), &secret(100)).await.unwrap();
        assert!(vault.recall(&item(1)).await.unwrap().same_as(secret(100).reveal()), "{expected:?}");
        assert_eq!(sessions(&store), 2, "{expected:?} {:?}", store.calls());
        // The new one is told the same: so it is.
        let (vault, _) = with_sessions(&[Works, Works, Works, Fails(expected), Works, Fails(expected)]);
        vault.keep(&item(1), &secret(100)).await.unwrap();
        assert_eq!(fault(vault.recall(&item(1)).await), expected);
    }
    // A person was asked, and is not asked twice for the same; but what was refused is not gone on with.
    for expected in [VaultFault::Locked, VaultFault::Denied, VaultFault::Ambiguous] {
        let (vault, store) = with_sessions(&[Works, Works, Works, Fails(expected)]);
        vault.keep(&item(1), &secret(100)).await.unwrap();
        assert_eq!(fault(vault.recall(&item(1)).await), expected);
        assert_eq!(sessions(&store), 1);
        vault.recall(&item(1)).await.unwrap();
        assert_eq!(sessions(&store), 2);
    }
}

#[tokio::test]
async fn a_provider_that_ended_is_told_unless_it_came_back() {
    for (then, expected) in [
        (Fails(VaultFault::NoProvider), VaultFault::Crashed),
        (Fails(VaultFault::Crashed), VaultFault::Crashed),
        (Fails(VaultFault::Locked), VaultFault::Locked),
    ] {
        let (vault, _) = with_sessions(&[Works, Fails(VaultFault::Crashed), then]);
        assert_eq!(fault(vault.keep(&item(1), &secret(100)).await), expected);
    }
    let (vault, _) = with_sessions(&[Works, Fails(VaultFault::Crashed)]);
    vault.keep(&item(1), &secret(100)).await.unwrap();
}

#[tokio::test]
async fn opening_a_registration_asks_the_keyring_nothing() {
    let (vault, store) = with_sessions(&[]);
    vault.open().await.unwrap();
    assert!(store.calls().is_empty(), "{:?}", store.calls());
}

#[tokio::test]
async fn what_a_provider_says_of_itself_counts_at_once() {
    let transient = [VaultFault::Other, VaultFault::ReadsDifferently];
    for expected in FAULTS.into_iter().filter(|fault| !transient.contains(fault)) {
        for script in [vec![Fails(expected)], vec![Works, Fails(expected)]] {
            let (vault, store) = with_sessions(&script);
            let refused = vault.keep(&item(1), &secret(100)).await;
            assert_eq!(fault(refused), expected, "{:?}", store.calls());
            assert_eq!(sessions(&store), 1);
        }
    }
}

#[tokio::test]
async fn a_call_that_hangs_is_given_up_and_its_late_end_disturbs_nothing() {
    let (patient, store) = vault(&[Hangs], Works);
    let hasty = patient.within(Duration::from_millis(20));
    assert_eq!(fault(hasty.keep(&item(1), &secret(100)).await), VaultFault::TimedOut);
    // A probe that met silence does not ask again.
    let (silent, asked) = vault(&[], Hangs);
    let silent = silent.within(Duration::from_millis(20));
    assert_eq!(fault(silent.probe().await), VaultFault::TimedOut);
    assert_eq!(asked.calls().len(), 1, "{:?}", asked.calls());
    asked.release();
    // The next call does not wait behind the one that hangs.
    patient.keep(&item(2), &secret(200)).await.unwrap();
    store.release();
    assert!(patient.recall(&item(2)).await.unwrap().same_as(secret(200).reveal()));
}

/// One process has one patience, whichever way its stores are made.
#[tokio::test]
async fn where_nobody_can_be_asked_a_silent_store_is_waited_for_in_all_and_else_each_time() {
    let store = Faulty::new(&[], Hangs);
    let (seconds, short) = (Duration::from_secs, Duration::from_millis(20));
    for may in [false, true] {
        let patience = Patience::new(may);
        let settings = StoreSettings {
            state: "/nonexistent".into(),
            program: "/nonexistent".into(),
            opener: None,
            engine: None,
            key_vault: None,
            patience: patience.clone(),
            session: <_>::default(),
        };
        let limit = || [settings.secrets(&KEYRING), settings.options(&KEYRING).secrets].map(|store| store.limit());
        let whole = if may { seconds(60) } else { seconds(20) };
        assert_eq!(limit(), [whole; 2]);
        // One call in vain leaves another one.
        settings.secrets(&KEYRING).gave_up(seconds(20));
        assert_eq!(limit(), [whole; 2]);
        let blocking = Blocking::new(Arc::clone(&store) as Arc<_>).within(patience);
        let vault = Vault::new("production", Arc::new(blocking)).within(short);
        for call in 1..=3 {
            assert_eq!(fault(vault.recall(&item(1)).await), VaultFault::TimedOut);
            assert_eq!(limit(), [if may { whole } else { whole.checked_sub(short * call).unwrap() }; 2]);
        }
        // All of it is gone: a moment for each is left, so that a keyring that comes back is found.
        settings.secrets(&KEYRING).gave_up(seconds(60));
        assert_eq!(limit(), [if may { whole } else { seconds(1) }; 2]);
        // Work is no window.
        assert_eq!(settings.secrets(&VAULT_FILE).limit(), seconds(60));
    }
    store.release();
}

#[tokio::test]
async fn a_store_that_panics_is_a_failure() {
    let (vault, _) = vault(&[Panics], Works);
    assert_eq!(fault(vault.keep(&item(1), &secret(100)).await), VaultFault::Other);
}

#[tokio::test]
async fn the_probe_leaves_nothing_behind_and_names_the_store() {
    let (good, store) = vault(&[], Works);
    let sight = good.probe().await.unwrap();
    assert!(sight.good);
    assert_eq!(sight.line, "test item written, read back, removed (faulty store)");
    for call in store.calls() {
        let name = call.split(' ').nth(1).unwrap();
        assert!(name.starts_with("production/test/"), "{name}");
        assert!(store.kept(name).is_none());
    }
    // Also when reading back failed; and a removal that fails is told.
    let (bad, store) = vault(&[Works, Lies], Works);
    assert_eq!(fault(bad.probe().await), VaultFault::ReadsDifferently);
    let name = store.calls()[0].split(' ').nth(1).unwrap().to_owned();
    assert!(store.kept(&name).is_none());
    let (bad, _) = vault(&[Works; 4], Fails(VaultFault::Locked));
    assert_eq!(fault(bad.probe().await), VaultFault::Locked);
}

#[tokio::test]
async fn a_failure_names_the_store_and_nothing_secret() {
    let (vault, _) = vault(&[], Fails(VaultFault::Locked));
    let failure = vault.keep(&item(1), &secret(100)).await.unwrap_err();
    assert_eq!(failure.service, Service::Keyring);
    assert_eq!(failure.detail.as_ref().unwrap().as_str(), "faulty store");
    assert!(!format!("{failure:?}").contains(secret(100).reveal()));
}
