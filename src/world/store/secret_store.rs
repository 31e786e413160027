//! What a place for secrets must be able to do.

use std::pin::Pin;

use crate::words::failure::{Cause, Failure, Service, VaultFault};
use crate::words::secret::SharedSecret;
use crate::words::store::StoreDescriptor;

/// What a store will have answered: a future in a box, so that any store can be an object.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Box<Failure>>> + Send + 'a>>;

/// What became of one item: its secret, or why there is none. No such item is [`VaultFault::Missing`].
pub type Found = Result<SharedSecret, Box<Failure>>;

/// Keeps secrets by name, those of every registration: a name begins with its registration's and a slash. Each call is all that
/// one effect needs, so that a store which opens a session opens one for it. Nobody waits for ever:
/// [`Vault`](super::Vault) gives every call a limit.
pub trait SecretStore: Send + Sync {
    /// What is said of it.
    fn descriptor(&self) -> &'static StoreDescriptor;

    /// The name for a person of what holds this registration's secrets, such as `Secret Service`.
    fn title(&self, registration: &str) -> String;

    /// Writes a secret over whatever has the name. Stores acknowledge what they do not keep: it has succeeded only when the
    /// secret was read again and is the same ([`VaultFault::ReadsDifferently`]).
    fn put<'a>(&'a self, name: &'a str, secret: &'a SharedSecret) -> Pending<'a, ()>;

    /// Reads secrets, an answer for each name in their order.
    fn get<'a>(&'a self, names: &'a [String]) -> Pending<'a, Vec<Found>>;

    /// Deletes secrets. Missing ones are fine.
    fn delete<'a>(&'a self, names: &'a [String]) -> Pending<'a, ()>;

    /// The names that are kept of this registration, or `None` where a store cannot tell. Nobody has to: the journal names every
    /// item.
    fn list<'a>(&'a self, _registration: &'a str) -> Pending<'a, Option<Vec<String>>> {
        Box::pin(async { Ok(None) })
    }

    /// Whether nothing can be read because nobody said what opens it.
    fn is_sealed(&self) -> bool {
        false
    }

    /// Shows that it can be opened, before anything is asked of it.
    fn unlock<'a>(&'a self, _registration: &'a str) -> Pending<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Shows that another process would read the same: what only this one can see is not kept. As it is here, for stores that
    /// this process cannot hide anything from, every item is read once more.
    fn verify<'a>(&'a self, names: &'a [String]) -> Pending<'a, ()> {
        Box::pin(async { self.get(names).await?.into_iter().try_for_each(|found| found.map(drop)) })
    }
}

/// A failure of a store, of which nothing more is known.
pub fn fault(fault: VaultFault) -> Box<Failure> {
    Box::new(Failure::new(Service::Keyring, Cause::Vault(fault)))
}

/// The registration that an item's name begins with.
pub(super) fn registration_of(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}
