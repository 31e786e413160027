//! A move to another store, broken at every call that it makes: before it is done, and after it, when only the answer is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use octo_csp::journal::{AttemptId, Contents, Fact, ItemName, Kind, Line, Registration, Sequence, Slot};
use octo_csp::words::store::{KEYRING, SHARED_VAULT, VAULT_FILE};
use octo_csp::words::{Secret, SharedSecret, StoreDescriptor, VaultFault};
use octo_csp::world::StoreOptions;
use octo_csp::world::drafts::Drafts;
use octo_csp::world::journal::{JournalStore, Lease};
use octo_csp::world::moving::{Moved, Side, relocate};
use octo_csp::world::store::{Answer, SecretStore, fault};

const NAME: &str = "production~fabrikam";

/// Where the calls of both ends are counted, and which one breaks: from it on nothing is done any more, as when the process is killed.
#[derive(Default)]
struct Breaks {
    calls: AtomicUsize,
    at: AtomicUsize,
    /// Whether that one is done, and only its answer lost.
    done: AtomicBool,
}

impl Breaks {
    fn from(&self, at: usize, done: bool) {
        self.calls.store(0, Ordering::SeqCst);
        self.at.store(at, Ordering::SeqCst);
        self.done.store(done, Ordering::SeqCst);
    }

    async fn through<T>(&self, call: impl Future<Output = Answer<T>>) -> Answer<T> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let at = self.at.load(Ordering::SeqCst);
        if number < at || number == at && self.done.load(Ordering::SeqCst) {
            let answer = call.await;
            return if number < at { answer } else { Err(fault(VaultFault::Crashed)) };
        }
        Err(fault(VaultFault::Crashed))
    }
}

/// The secrets of one end.
struct Secrets(Arc<dyn SecretStore>, &'static StoreDescriptor, Arc<Breaks>);

#[async_trait]
impl SecretStore for Secrets {
    fn descriptor(&self) -> &'static StoreDescriptor {
        self.1
    }

    fn title(&self, registration: &str) -> String {
        format!("{} {registration}", self.1.noun)
    }

    async fn put(&self, name: &str, secret: &SharedSecret) -> Answer<()> {
        self.2.through(self.0.put(name, secret)).await
    }

    async fn get(&self, names: &[String]) -> Answer<Vec<Answer<SharedSecret>>> {
        self.2.through(self.0.get(names)).await
    }

    async fn delete(&self, names: &[String]) -> Answer<()> {
        self.2.through(self.0.delete(names)).await
    }
}

/// The journals of one end.
struct Journals(Arc<dyn JournalStore>, Arc<Breaks>);

#[async_trait]
impl JournalStore for Journals {
    fn place(&self, registration: &str) -> String {
        registration.to_owned()
    }

    async fn list(&self) -> Answer<Vec<String>> {
        self.0.list().await
    }

    async fn read(&self, registration: &str) -> Answer<Contents> {
        self.1.through(self.0.read(registration)).await
    }

    async fn append(&self, registration: &str, after: Sequence, line: &Line) -> Answer<Sequence> {
        self.1.through(self.0.append(registration, after, line)).await
    }

    async fn replace(&self, registration: &str, at: Sequence, snapshot: &[Line]) -> Answer<Sequence> {
        self.1.through(self.0.replace(registration, at, snapshot)).await
    }

    async fn lock(&self, registration: &str) -> Answer<Box<dyn Lease>> {
        self.1.through(self.0.lock(registration)).await
    }

    async fn destroy(&self, registration: &str) -> Answer<()> {
        self.0.destroy(registration).await
    }
}

/// Two ends, each seen whole and as it breaks.
struct Bench {
    breaks: Arc<Breaks>,
    plain: [StoreOptions; 2],
    sides: [Side; 2],
}

fn items() -> Vec<ItemName> {
    let item = |(kind, serial)| ItemName { slot: Slot::A, attempt: AttemptId(2), kind, serial };
    let kinds = [(Kind::PartnerCenterSecret, 1), (Kind::RefreshToken, 1), (Kind::RefreshToken, 2), (Kind::Manifest, 1)];
    kinds.into_iter().map(item).collect()
}

fn name_of(item: &ItemName) -> String {
    format!("{NAME}/{item}")
}

impl Bench {
    /// A registration at the first end, in use.
    async fn new(to: &'static StoreDescriptor) -> Self {
        let breaks = Arc::new(Breaks::default());
        let memory = StoreOptions::memory();
        // Two stores of one machine have one place for journals.
        let other = StoreOptions { secrets: StoreOptions::memory().secrets, ..memory.clone() };
        let other = if to.is_shared() { StoreOptions::memory() } else { other };
        let plain = [memory, other];
        let side = |stores: &StoreOptions, descriptor: &'static StoreDescriptor| Side {
            name: NAME.to_owned(),
            place: format!("{} of anna", descriptor.noun),
            stores: StoreOptions {
                secrets: Arc::new(Secrets(Arc::clone(&stores.secrets), descriptor, Arc::clone(&breaks))),
                journals: Arc::new(Journals(Arc::clone(&stores.journals), Arc::clone(&breaks))),
                drafts: Drafts(None),
                compared: false,
            },
        };
        let sides = [side(&plain[0], &KEYRING), side(&plain[1], to)];
        let attempt = AttemptId(2);
        let mut facts = vec![Fact::Named { name: None }, Fact::Began { attempt, slot: Slot::A, base: 0 }];
        for item in items() {
            plain[0].secrets.put(&name_of(&item), &Secret::shared(format!("secret of {item}"))).await.unwrap();
            facts.extend([Fact::Keeping { item: item.clone() }, Fact::Kept { item }]);
        }
        facts.push(Fact::Activated { attempt, slot: Slot::A });
        for (fact, sequence) in facts.into_iter().zip(1..) {
            let line = Line { sequence, at: jiff::Timestamp::UNIX_EPOCH, fact };
            plain[0].journals.append(NAME, sequence - 1, &line).await.unwrap();
        }
        Self { breaks, plain, sides }
    }

    async fn moves(&self, from: usize, at: usize, done: bool) -> Answer<Moved> {
        self.breaks.from(at, done);
        relocate(&self.sides[from], &self.sides[1 - from]).await
    }

    async fn fold(&self, end: usize) -> Registration {
        Registration::fold(&self.plain[end].journals.read(NAME).await.unwrap().lines)
    }

    /// How many of the secrets an end has, each of them as it was.
    async fn has(&self, end: usize) -> usize {
        let names: Vec<String> = items().iter().map(name_of).collect();
        let found = self.plain[end].secrets.get(&names).await.unwrap();
        let mut good = 0;
        for (secret, item) in found.into_iter().zip(items()).filter_map(|(found, item)| Some((found.ok()?, item))) {
            assert!(secret.same_as(&format!("secret of {item}")));
            good += 1;
        }
        good
    }

    /// At which ends the registration may be used.
    async fn used_at(&self) -> Vec<usize> {
        let mut ends = Vec::new();
        for end in [0, 1] {
            let it = self.fold(end).await;
            let blocked = it.moving.as_ref().is_some_and(|begun| begun.apart);
            let own = it.store == *self.sides[end].stores.secrets.descriptor();
            if own && it.active.is_some() && !blocked {
                ends.push(end);
            }
        }
        ends
    }

    async fn expect_at(&self, end: usize, context: &str) {
        let (there, other) = (self.has(end).await, self.has(1 - end).await);
        assert_eq!((there, other, self.used_at().await), (4, 0, vec![end]), "{context}");
    }
}

#[tokio::test]
async fn a_move_that_ends_anywhere_is_gone_on_with_and_no_secret_is_lost_or_in_use_twice() {
    for to in [&VAULT_FILE, &SHARED_VAULT] {
        let calls = {
            let bench = Bench::new(to).await;
            assert_eq!(bench.moves(0, usize::MAX, false).await, Ok(Moved::There(4)));
            bench.expect_at(1, to.key).await;
            bench.breaks.calls.load(Ordering::SeqCst)
        };
        assert!(calls > 15, "{calls}");
        for (at, done) in (0..calls).flat_map(|at| [(at, false), (at, true)]) {
            let bench = Bench::new(to).await;
            let broken = bench.moves(0, at, done).await;
            let used = bench.used_at().await;
            let context = format!("{} at {at}, {done}: {broken:?}, {used:?}", to.key);
            // Whichever end counts has everything, and one of them has while neither does.
            let whole = [bench.has(0).await == 4, bench.has(1).await == 4];
            assert!(used.len() <= 1 && used.iter().all(|end| whole[*end]) && whole.contains(&true), "{context}");

            let ended = bench.moves(0, usize::MAX, false).await;
            assert!(matches!(ended, Ok(Moved::There(_) | Moved::Already)), "{context}: {ended:?}");
            bench.expect_at(1, &context).await;
            // And back again.
            assert_eq!(bench.moves(1, usize::MAX, false).await, Ok(Moved::There(4)), "{context}");
            bench.expect_at(0, &context).await;
        }
    }
}

#[tokio::test]
async fn a_move_that_ended_anywhere_is_taken_back_by_the_other_direction() {
    for to in [&VAULT_FILE, &SHARED_VAULT] {
        for (at, done) in (0..40).flat_map(|at| [(at, false), (at, true)]) {
            let bench = Bench::new(to).await;
            drop(bench.moves(0, at, done).await);
            let back = bench.moves(1, usize::MAX, false).await;
            let context = format!("{} at {at}, {done}: {back:?}", to.key);
            assert!(back.is_ok(), "{context}");
            bench.expect_at(0, &context).await;
        }
    }
}

#[tokio::test]
async fn what_another_registration_has_is_never_written_over() {
    let bench = Bench::new(&SHARED_VAULT).await;
    let line = Line { sequence: 1, at: jiff::Timestamp::UNIX_EPOCH, fact: Fact::Named { name: None } };
    bench.plain[1].journals.append(NAME, 0, &line).await.unwrap();
    let refused = bench.moves(0, usize::MAX, false).await.unwrap_err();
    assert!(refused.detail.unwrap().as_str().contains("has one already"));
    bench.expect_at(0, "refused").await;
    assert_eq!(bench.fold(1).await.sequence, 1);
}
