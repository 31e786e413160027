//! Stores of which every call is counted, and at one of which something happens: the process ends there, or somebody else does something.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use octo_csp::journal::{Contents, Line, Sequence};
use octo_csp::words::{SharedSecret, StoreDescriptor, VaultFault};
use octo_csp::world::StoreOptions;
use octo_csp::world::drafts::Drafts;
use octo_csp::world::journal::{JournalStore, Lease};
use octo_csp::world::store::{Answer, SecretStore, fault};

/// What happens at a call.
pub(crate) enum Strike {
    /// From it on nothing is done any more, as when the process is killed: not even it, or it and only its answer is lost.
    Ends {
        /// Whether it is done.
        done: bool,
    },
    /// Somebody does this while it is made.
    #[cfg_attr(
        not(all(target_os = "linux", feature = "simulator")),
        expect(dead_code, reason = "for the tests of a cluster")
    )]
    Beside(Box<dyn FnOnce() + Send>),
    /// It is not made before this is done.
    #[cfg_attr(
        not(all(target_os = "linux", feature = "simulator")),
        expect(dead_code, reason = "for the tests of a cluster")
    )]
    Behind(Box<dyn FnOnce() + Send>),
}

/// The calls of all the stores that share it.
#[derive(Default)]
pub(crate) struct Calls {
    made: AtomicUsize,
    at: AtomicUsize,
    strike: Mutex<Option<Strike>>,
}

impl Calls {
    /// Counts from the beginning, and this happens at the call of that number.
    pub(crate) fn at(&self, at: usize, strike: Strike) {
        self.at.store(at, Ordering::SeqCst);
        *self.strike.lock().unwrap() = Some(strike);
        self.made.store(0, Ordering::SeqCst);
    }

    /// Counts from the beginning, and nothing happens.
    pub(crate) fn whole(&self) {
        self.at(usize::MAX, Strike::Ends { done: true });
    }

    pub(crate) fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }

    async fn through<T>(&self, call: impl Future<Output = Answer<T>>) -> Answer<T> {
        let (number, at) = (self.made.fetch_add(1, Ordering::SeqCst), self.at.load(Ordering::SeqCst));
        let (mut lost, mut beside) = (false, None);
        if number >= at {
            let mut strike = self.strike.lock().unwrap();
            match strike.take() {
                Some(Strike::Ends { done }) => {
                    *strike = Some(Strike::Ends { done });
                    lost = true;
                    if !done || number > at {
                        return Err(fault(VaultFault::Crashed));
                    }
                }
                Some(Strike::Beside(work)) => beside = Some(std::thread::spawn(work)),
                Some(Strike::Behind(work)) => work(),
                None => {}
            }
        }
        let answer = call.await;
        if let Some(beside) = beside {
            beside.join().unwrap();
        }
        if lost { Err(fault(VaultFault::Crashed)) } else { answer }
    }
}

/// The same stores, counted.
#[cfg_attr(
    not(all(target_os = "linux", feature = "simulator")),
    expect(dead_code, reason = "for the tests of a cluster")
)]
pub(crate) fn counted(stores: &StoreOptions, calls: &Arc<Calls>) -> StoreOptions {
    counted_as(stores, stores.secrets.descriptor(), calls)
}

/// The same under another name.
pub(crate) fn counted_as(
    stores: &StoreOptions,
    descriptor: &'static StoreDescriptor,
    calls: &Arc<Calls>,
) -> StoreOptions {
    StoreOptions {
        secrets: Arc::new(Secrets(Arc::clone(&stores.secrets), descriptor, Arc::clone(calls))),
        journals: Arc::new(Journals(Arc::clone(&stores.journals), Arc::clone(calls))),
        drafts: Drafts(None),
        compared: false,
    }
}

struct Secrets(Arc<dyn SecretStore>, &'static StoreDescriptor, Arc<Calls>);

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

    async fn list(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        self.2.through(self.0.list(registration)).await
    }

    async fn verify(&self, names: &[String]) -> Answer<()> {
        self.2.through(self.0.verify(names)).await
    }

    async fn unlock(&self, registration: &str) -> Answer<()> {
        self.2.through(self.0.unlock(registration)).await
    }
}

struct Journals(Arc<dyn JournalStore>, Arc<Calls>);

#[async_trait]
impl JournalStore for Journals {
    fn place(&self, registration: &str) -> String {
        self.0.place(registration)
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

    fn many(&self) -> usize {
        self.0.many()
    }

    async fn lock(&self, registration: &str) -> Answer<Box<dyn Lease>> {
        self.1.through(self.0.lock(registration)).await
    }

    async fn probe(&self, registration: &str) -> Answer<()> {
        self.1.through(self.0.probe(registration)).await
    }

    async fn destroy(&self, registration: &str) -> Answer<()> {
        self.0.destroy(registration).await
    }
}
