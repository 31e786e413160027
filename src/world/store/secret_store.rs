//! What a place for secrets must be able to do.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::words::{Cause, Failure, Service, SharedSecret, StoreDescriptor, UntrustedText, VaultFault};

/// How long a call may take while a person may be asked for a password. The screen shows a clock meanwhile.
const ASKING: Duration = Duration::from_secs(60);

/// How long a call may take where nobody can be asked: long enough for a hundred programs that ask a busy machine at once.
const ALONE: Duration = Duration::from_secs(20);

/// How long stores are waited for in vain there, in all.
const IN_ALL: Duration = Duration::from_secs(40);

/// How long one call may take after that.
const MOMENT: Duration = Duration::from_secs(1);

/// How long the stores of one process are waited for.
#[derive(Clone, Debug)]
pub struct Patience {
    /// What is left where nobody can be asked.
    left: Option<Arc<Mutex<Duration>>>,
}

impl Patience {
    /// With a person who `may` be asked each call is waited for, else all of them together.
    pub fn new(may: bool) -> Self {
        Self { left: (!may).then(|| Arc::new(Mutex::new(IN_ALL))) }
    }

    /// How long the next call may take.
    pub(super) fn limit(&self) -> Duration {
        let left = self.left.as_ref().map(|left| *left.lock().unwrap_or_else(PoisonError::into_inner));
        left.map_or(ASKING, |left| left.clamp(MOMENT, ALONE))
    }

    /// A call was waited for in vain.
    pub(super) fn lost(&self, waited: Duration) {
        if let Some(left) = &self.left {
            let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
            *left = left.saturating_sub(waited);
        }
    }
}

/// What a store answers.
pub type Answer<T> = Result<T, Box<Failure>>;

/// What became of one item: its secret, or why there is none. No such item is [`VaultFault::Missing`].
pub(super) type Found = Answer<SharedSecret>;

/// Keeps secrets by name, those of every registration: a name begins with its registration's and a slash. Each call is all that
/// one effect needs, so that a store which opens a session opens one for it. Nobody waits for ever:
/// [`Vault`](super::Vault) gives every call a limit.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// What is said of it.
    fn descriptor(&self) -> &'static StoreDescriptor;

    /// The name for a person of what holds this registration's secrets, such as `Secret Service`.
    fn title(&self, registration: &str) -> String;

    /// How long the next call may take: as long as a person takes who is asked for a password, or less where nobody can be.
    fn limit(&self) -> Duration {
        ASKING
    }

    /// A call was given up after so long.
    fn gave_up(&self, _waited: Duration) {}

    /// Writes a secret over whatever has the name. Stores acknowledge what they do not keep: it has succeeded only when the
    /// secret was read again and is the same ([`VaultFault::ReadsDifferently`]).
    async fn put(&self, name: &str, secret: &SharedSecret) -> Answer<()>;

    /// Reads secrets, an answer for each name in their order.
    async fn get(&self, names: &[String]) -> Answer<Vec<Found>>;

    /// Deletes secrets. Missing ones are fine.
    async fn delete(&self, names: &[String]) -> Answer<()>;

    /// The names that are kept of this registration, or `None` where a store cannot tell. The journal names every item: it is
    /// asked when everything is to go, for what a journal that is damaged or gone does not name.
    async fn list(&self, _registration: &str) -> Answer<Option<Vec<String>>> {
        Ok(None)
    }

    /// Whether nothing can be read because nobody said what opens it.
    fn is_sealed(&self) -> bool {
        false
    }

    /// Shows that it can be opened, before anything is asked of it.
    async fn unlock(&self, _registration: &str) -> Answer<()> {
        Ok(())
    }

    /// Shows that another process would read the same: what only this one can see is not kept. As it is here, for stores that
    /// this process cannot hide anything from, every item is read once more.
    async fn verify(&self, names: &[String]) -> Answer<()> {
        self.get(names).await?.into_iter().try_for_each(|found| found.map(drop))
    }
}

/// A failure of a store, of which nothing more is known.
pub fn fault(fault: VaultFault) -> Box<Failure> {
    Box::new(Failure::new(Service::Keyring, Cause::Vault(fault)))
}

/// A failure of a store in words that cannot hold anything secret.
pub(super) fn other(words: &str) -> Box<Failure> {
    let mut failure = fault(VaultFault::Other);
    failure.sentence = UntrustedText::some(words);
    failure
}

/// The store answered, and has no such item.
pub(super) const MISSING: Cause = Cause::Vault(VaultFault::Missing);

/// Bytes that nobody can guess.
pub(super) fn random<const N: usize>() -> Answer<[u8; N]> {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_no_randomness) => Err(Box::new(Failure::new(Service::Machine, Cause::Internal))),
    }
}

/// The registration that the items are of: one call is about one.
pub(super) fn registration(names: &[String]) -> &str {
    names.first().map_or("", |name| registration_of(name))
}

/// The registration that an item's name begins with.
pub(super) fn registration_of(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}
