//! The leader of a real cluster loses its power in the middle of what a team does. What was acknowledged is there, once, for whoever asks
//! another node.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use octo_csp::effect::Opened;
use octo_csp::journal::Kind;
use octo_csp::simulator::{Options, Simulator};
use octo_csp::steps::{Execution, Status};
use octo_csp::words::store::SHARED_VAULT;
use octo_csp::words::{Audience, Cause, Step};
use octo_csp::world::StoreOptions;
use octo_csp::world::drafts::Drafts;
use octo_csp::world::journal::{JournalShared, Lease};
use octo_csp::world::moving::Moved;
use octo_csp::world::store::{SharedVault, Vault};
use serde_json::Value;
use tokio::task::LocalSet;

use crate::calls::{Calls, Strike, counted};
use crate::moving::{Bench, WHOLE};
use crate::openbao::{Cluster, again_until, block_on};
use crate::third_store::Machine;

/// Where the lease of the last test is.
const LEASE: &str = "secret/data/leases/production/lease";

/// What a host keeps in, by the node of this number.
fn stores(cluster: &Cluster, number: usize, path: &str, who: &str) -> StoreOptions {
    let engine = Arc::new(cluster.engine(number, path, who));
    StoreOptions {
        secrets: Arc::new(SharedVault(Some(Arc::clone(&engine)))),
        journals: Arc::new(JournalShared::new(engine)),
        drafts: Drafts(None),
        compared: false,
    }
}

/// The node that leads, and the two that do not.
async fn nodes(cluster: &Cluster) -> [usize; 3] {
    let leader = cluster.leader().await;
    [leader, (leader + 1) % 3, (leader + 2) % 3]
}

/// The node's end while a call is made.
fn lost(cluster: &mut Cluster, number: usize) -> Strike {
    let node = cluster.taken(number);
    Strike::Beside(Box::new(move || drop(node)))
}

/// Takes it, as soon as this node has heard that it was given back: a standby reads from its own copy.
async fn locked(stores: &StoreOptions, name: &str) -> Box<dyn Lease> {
    let free = again_until("it is never given back", async || match stores.journals.lock(name).await {
        Err(failure) if failure.cause == Cause::InUse => Err(failure),
        lease => Ok(lease.unwrap()),
    });
    free.await
}

/// Opens it, as soon as whoever worked on it has given it back.
async fn opened(machine: &Machine) -> Opened {
    let free = again_until("it is never given back", async || match machine.open().await {
        Err(failure) if failure.cause == Cause::InUse => Err(failure),
        opened => Ok(opened.unwrap()),
    });
    free.await
}

#[test]
fn the_leader_is_lost_at_each_call_of_a_rotation_and_everybody_has_the_newest_refresh_token() {
    block_on(LocalSet::new().run_until(Box::pin(async {
        let mut cluster = Cluster::start(3).await;
        let simulator = Simulator::start(Options::default()).await.unwrap();
        let calls = Arc::new(Calls::default());
        calls.whole();
        let host = |cluster: &Cluster, number, who| {
            let counted = counted(&stores(cluster, number, "rotates", who), &calls);
            Machine::with(counted.secrets, counted.journals, &simulator)
        };
        let first = host(&cluster, 1, "anna");
        let mut known = first.register().await;
        // How many calls a rotation makes.
        calls.whole();
        let run = first.run(Execution::token(Audience::PartnerCenter, known).unwrap()).await;
        let all = calls.made();
        assert!(run.status() == Status::Finished && all > 5, "{:?}, {all}", run.failed());
        known = run.registration().clone();
        drop(first);

        for at in 0..all {
            let [leader, second, third] = nodes(&cluster).await;
            let a = host(&cluster, second, "anna");
            let begun = opened(&a).await;
            assert_eq!(begun.registration.active, known.active, "before call {at}");
            let before = simulator.counters().refreshes;
            calls.at(at, lost(&mut cluster, leader));
            let run = a.run(Execution::token(Audience::PartnerCenter, begun.registration).unwrap()).await;
            assert_eq!(run.status(), Status::Finished, "call {at}: {:?}", run.failed());
            assert!(run.access_token().is_some() && calls.made() >= all);
            assert_eq!(simulator.counters().refreshes, before + 1, "call {at}: asked for twice");
            calls.whole();
            drop(a);

            // By the third node another host finds the same, and each item once.
            let b = host(&cluster, third, "ben");
            let found = opened(&b).await;
            known = run.registration().clone();
            assert_eq!(found.registration.active, known.active, "call {at}");
            assert_eq!(found.registration.sequence, known.sequence, "call {at}");
            let vault = Vault::new(&found.name, stores(&cluster, third, "rotates", "ben").secrets);
            let active = known.active.as_ref().unwrap();
            vault.read_back(&active.set()).await.unwrap();
            let mut listed = vault.listed().await.unwrap();
            listed.retain(|item| item.kind == Kind::RefreshToken);
            assert!(
                listed.iter().all(|item| active.items.iter().any(|(known, _)| known == item)),
                "call {at}: {listed:?}"
            );
            assert!(listed.len() <= 2 && known.open.is_none(), "call {at}: {listed:?}");
            let values = vault.recall_all(&listed).await.unwrap();
            let values: Vec<_> = values.into_iter().map(Result::unwrap).collect();
            assert!(values.len() < 2 || !values[0].same_as(values[1].reveal()), "call {at}: kept twice");
            drop(b);
            cluster.revive(leader).await;
        }
    })));
}

/// A registration that is to leave this end: of a machine, or of the vault that it has moved to.
async fn mover(vault: StoreOptions, from: usize) -> Bench {
    let bench = Bench::over([StoreOptions::memory(), vault], &SHARED_VAULT);
    bench.begin().await;
    if from == 1 {
        assert_eq!(bench.moves(0, usize::MAX, WHOLE).await, Ok(Moved::There(4)));
    }
    bench
}

/// So many registrations move at once, each way, and each is at another call when the leader is lost: one election shows all of them.
#[test]
fn the_leader_is_lost_at_each_call_of_a_move_each_way_and_nothing_is_lost_or_in_use_twice() {
    let mut cluster = block_on(Cluster::start(3));
    let moves = block_on(async {
        let mut moves = Vec::new();
        for from in [0, 1] {
            let bench = mover(stores(&cluster, 1, &format!("counts-{from}"), "anna"), from).await;
            assert_eq!(bench.moves(from, usize::MAX, WHOLE).await, Ok(Moved::There(4)));
            assert!(bench.calls.made() > 15, "{}", bench.calls.made());
            moves.extend((0..bench.calls.made()).map(|at| (from, at)));
        }
        moves
    });
    // Lost before every second call gets there, and while the others are made.
    for meanwhile in [false, true] {
        let moves = moves.iter().filter(|(from, at)| (from + at) % 2 == usize::from(meanwhile));
        let [leader, second, third] = block_on(nodes(&cluster));
        let node = cluster.taken(leader);
        let (cluster_now, here) = (&cluster, channel());
        std::thread::scope(|scope| {
            let mut gates = Vec::new();
            for &(from, at) in moves.clone() {
                let ((opens, gate), here) = (channel::<()>(), here.0.clone());
                gates.push(opens);
                scope.spawn(move || {
                    block_on(async {
                        let (asked, path) = ([second, third][at % 2], format!("{meanwhile}-{from}-{at}"));
                        let bench = mover(stores(cluster_now, asked, &path, "anna"), from).await;
                        let behind = Strike::Behind(Box::new(move || {
                            here.send(()).unwrap();
                            let _opened = gate.recv();
                        }));
                        let broken = bench.moves(from, at, behind).await;
                        let context = format!("from {from} at {at}, {meanwhile}: {broken:?}");
                        bench.is_nowhere_twice(&context).await;
                        let ended = bench.moves(from, usize::MAX, WHOLE).await;
                        assert!(matches!(ended, Ok(Moved::There(_) | Moved::Already)), "{context}: {ended:?}");
                        bench.expect_at(1 - from, &context).await;
                    });
                });
            }
            for _ in moves {
                here.1.recv_timeout(Duration::from_secs(60)).unwrap();
            }
            if meanwhile {
                drop(gates);
                drop(node);
            } else {
                drop(node);
                drop(gates);
            }
        });
        block_on(cluster.revive(leader));
    }
}

/// A wizard's lease: it is renewed while the leader is lost, nobody else gets it meanwhile, and it is given back.
#[test]
fn the_leader_is_lost_while_a_lease_is_renewed_and_it_stays_with_its_holder_alone() {
    block_on(async {
        let mut cluster = Cluster::start(3).await;
        for step in [Step::PartnerCenter, Step::PartnerApi, Step::PartnerCenter] {
            let [leader, second, third] = nodes(&cluster).await;
            let a = stores(&cluster, second, "leases", "anna on laptop");
            let lease = locked(&a, "production").await;
            let before = lease_of(&cluster, leader).await;
            // Renewed at once, and the leader is lost meanwhile.
            let node = cluster.taken(leader);
            let end = std::thread::spawn(move || drop(node));
            lease.at(step);
            tokio::task::yield_now().await;
            end.join().unwrap();
            cluster.ask_until(third, LEASE, |_, body| body.to_string().contains(step.title())).await;
            let now = lease_of(&cluster, third).await;
            assert!(now["until"].as_str() >= before["until"].as_str() && now["id"] == before["id"], "{before} {now}");
            assert!(lease.is_held().await.unwrap());
            // Whoever comes by the other node is told who has it, with its step.
            let b = stores(&cluster, third, "leases", "ben on server");
            let taken = b.journals.lock("production").await.err().unwrap();
            let words = taken.detail.unwrap();
            assert_eq!(taken.cause, Cause::InUse);
            assert!(words.as_str().contains("by anna on laptop") && words.as_str().contains(step.title()), "{words}");
            drop(lease);
            drop(locked(&b, "production").await);
            cluster.revive(leader).await;
        }
        // Given back while there is no leader, it is everybody's once there is one.
        let [leader, second, third] = nodes(&cluster).await;
        let lease = locked(&stores(&cluster, second, "leases", "anna on laptop"), "production").await;
        drop(cluster.taken(leader));
        drop(lease);
        cluster.ask_until(third, LEASE, |_, body| said(body).is_some_and(|it| it["until"] == it["since"])).await;
        drop(locked(&stores(&cluster, third, "leases", "ben on server"), "production").await);
        cluster.revive(leader).await;
    });
}

/// What the lease says, as this node has it.
async fn lease_of(cluster: &Cluster, number: usize) -> Value {
    said(&cluster.done(number, "GET", LEASE, Value::Null).await).unwrap()
}

/// What a lease says that was read.
fn said(kept: &Value) -> Option<Value> {
    serde_json::from_str(kept["data"]["data"]["value"].as_str()?).ok()
}
