//! The save step over each store that ships: ended at every call that it makes there, before it is done, or when only its answer is lost.
//! What was in use stays whole, what was kept is not asked for again, and the next process finishes it.

use std::sync::Arc;

use octo_csp::journal::Attempt;
use octo_csp::journal::standing::AttemptState;
use octo_csp::simulator::{Options, Simulator};
use octo_csp::words::Secret;
use octo_csp::words::store::{KEYRING, VAULT_FILE};
use octo_csp::world::StoreOptions;
use octo_csp::world::drafts::Drafts;
use octo_csp::world::journal::{JournalKeyVault, JournalShared};
use octo_csp::world::store::{KeyVault, KeyVaultSecrets, Patience, SharedVault, Vault, VaultKey};
use octo_csp::world::stores::StoreSettings;
use tokio::task::LocalSet;

use crate::calls::{Calls, Strike, counted};
use crate::child;
use crate::key_vault::{application, base, settings, started};
use crate::keyring::Session;
use crate::openbao::{Cluster, block_on};
use crate::third_store::Machine;

/// Registers, and replaces that with itself: ended at call after call, gone on with by another process. Returns the calls of one.
async fn is_ended_everywhere(
    simulator: &Simulator,
    done: bool,
    stride: usize,
    fresh: impl Fn() -> StoreOptions,
) -> usize {
    let calls = Arc::new(Calls::default());
    calls.whole();
    let process = || {
        let stores = counted(&fresh(), &calls);
        Machine::with(stores.secrets, stores.journals, simulator)
    };
    let first = process();
    let mut before = first.register().await.active.unwrap();
    drop(first);
    for at in (0..).step_by(stride) {
        let a = process();
        let opened = a.open().await.unwrap().registration;
        calls.at(at, Strike::Ends { done });
        let ended = a.goes_on(opened, true).await;
        let made = calls.made();
        calls.whole();
        drop(a);

        let b = process();
        let opened = b.open().await.unwrap();
        let found = opened.registration;
        let vault = Vault::new(&opened.name, fresh().secrets);
        let active = found.active.clone().unwrap();
        assert!(active.complete() && !found.damaged, "call {at}");
        vault.read_back(&active.set()).await.unwrap_or_else(|why| panic!("call {at}: {why:?}"));
        let committed = active.id != before.id;
        assert!(committed || active == before, "call {at}");
        assert!(committed || ended.is_err(), "call {at}: said to be done");
        if ended.is_ok() {
            return made;
        }
        // What has landed is kept: whoever goes on does not send anybody to the sign-in again.
        let landed = found.open.as_ref().map(Attempt::standing);
        let landed = [Some(AttemptState::TokenKept), Some(AttemptState::Ready)].contains(&landed);
        let codes = simulator.counters().codes;
        let after = if committed { found } else { b.goes_on(found, false).await.unwrap() };
        assert!(!landed && !committed || simulator.counters().codes == codes, "call {at}: signed in again");
        let counters = simulator.counters();
        assert_eq!(counters.redemption_attempts, counters.redemptions, "call {at}: a code was sent twice");
        before = after.active.unwrap();
        assert!(before.complete() && after.open.is_none(), "call {at}");
        vault.read_back(&before.set()).await.unwrap();
    }
    0
}

/// Runs a body with a simulated Microsoft.
fn with_simulator(body: impl AsyncFnOnce(Simulator)) {
    block_on(LocalSet::new().run_until(async {
        let simulator = Simulator::start(Options::default()).await.unwrap();
        Box::pin(body(simulator)).await;
    }));
}

fn on_this_machine(state: &std::path::Path, opener: Option<Arc<VaultKey>>) -> StoreSettings {
    StoreSettings {
        state: state.to_owned(),
        program: env!("CARGO_BIN_EXE_octo-csp").into(),
        opener,
        engine: None,
        key_vault: None,
        patience: Patience::new(true),
        session: <_>::default(),
    }
}

#[test]
fn in_a_keyring_the_save_step_is_ended_at_any_call_and_finished_by_the_next_process() {
    let session = Session::unlocked();
    let mut command = child::command("save_step::in_a_keyring", "");
    command.envs(session.variables());
    child::run(&mut command);
}

#[test]
fn in_a_keyring() {
    child::body(|_| {
        with_simulator(async |simulator| {
            let state = tempfile::tempdir().unwrap();
            let fresh = || on_this_machine(state.path(), None).options(&KEYRING);
            let calls = Box::pin(is_ended_everywhere(&simulator, false, 1, fresh)).await;
            assert!(calls > 20, "{calls}");
        });
    });
}

#[test]
fn in_a_vault_file_the_save_step_is_ended_at_any_call_and_finished_by_the_next_process() {
    with_simulator(async |simulator| {
        let state = tempfile::tempdir().unwrap();
        let key = VaultKey::passphrase(Secret::shared("correct horse battery staple".to_owned()), None);
        let fresh = || on_this_machine(state.path(), Some(Arc::clone(&key))).options(&VAULT_FILE);
        let calls = Box::pin(is_ended_everywhere(&simulator, false, 1, fresh)).await;
        assert!(calls > 20, "{calls}");
    });
}

/// A value of a Key Vault is short: the fold of the journal fits in, however many attempts were ended.
#[test]
fn in_a_key_vault_the_save_step_is_ended_at_every_third_call_and_finished_by_the_next_process() {
    block_on(LocalSet::new().run_until(async {
        let simulator = started(Options::default()).await;
        let fresh = || {
            let settings = settings(base(&simulator), application(&simulator), "anna");
            let vault = Arc::new(KeyVault::new(settings).unwrap());
            let secrets = Arc::new(KeyVaultSecrets(Some(Arc::clone(&vault))));
            let (journals, drafts) = (Arc::new(JournalKeyVault::new(vault)), Drafts(None));
            StoreOptions { secrets, journals, drafts, compared: false }
        };
        let calls = Box::pin(is_ended_everywhere(&simulator, false, 3, fresh)).await;
        assert!(calls > 20, "{calls}");
    }));
}

#[test]
fn in_a_shared_vault_the_save_step_is_ended_at_any_call_and_finished_by_the_next_process() {
    let cluster = Cluster::shared();
    with_simulator(async |simulator| {
        let fresh = || {
            let engine = Arc::new(cluster.engine(0, "saves", "anna"));
            let secrets = Arc::new(SharedVault(Some(Arc::clone(&engine))));
            let (journals, drafts) = (Arc::new(JournalShared::new(engine)), Drafts(None));
            StoreOptions { secrets, journals, drafts, compared: false }
        };
        let calls = Box::pin(is_ended_everywhere(&simulator, false, 1, fresh)).await;
        assert!(calls > 20, "{calls}");
    });
}
