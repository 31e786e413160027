//! The secrets of a shared vault: each a document of its own below its registration.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join_all;

use super::engine::Engine;
use super::engine::documents::Holds;
use super::secret_store::{Answer, Found, SecretStore};
use crate::words::store::SHARED_VAULT;
use crate::words::{Cause, Failure, Service, SharedSecret, StoreDescriptor, VaultFault};

/// Secrets in the KV store of an engine; without one, nobody said where it is.
pub struct SharedVault(pub Option<Arc<Engine>>);

impl SharedVault {
    fn engine(&self) -> Answer<&Engine> {
        // It is never asked: a store that is sealed has nothing to tell.
        self.0.as_deref().ok_or_else(|| Box::new(Failure::new(Service::Machine, Cause::Internal)))
    }
}

/// Where an item is: names have no slash below their registration, so that one list tells all of them.
fn document(name: &str) -> String {
    let (registration, item) = name.split_once('/').unwrap_or((name, ""));
    format!("{registration}/secrets/{}", item.replace('/', "."))
}

async fn one(engine: &Engine, path: String) -> Found {
    let missing = || Engine::failure(VaultFault::Missing, &engine.place(&path));
    engine.read(&path, Holds::Secret).await?.text.ok_or_else(missing)
}

#[async_trait]
impl SecretStore for SharedVault {
    fn descriptor(&self) -> &'static StoreDescriptor {
        &SHARED_VAULT
    }

    fn title(&self, registration: &str) -> String {
        self.0.as_ref().map_or_else(|| SHARED_VAULT.noun.to_owned(), |engine| engine.place(registration))
    }

    /// An item has one value for ever, but for those that are written over, of which the older ones are destroyed.
    async fn put(&self, name: &str, secret: &SharedSecret) -> Answer<()> {
        let (engine, path) = (self.engine()?, document(name));
        if let Err(there) = engine.write(&path, Holds::Secret, secret.reveal(), 0).await? {
            let same = there.text.as_ref().is_some_and(|text| text.same_as(secret.reveal()));
            if !same {
                engine.keep_newest(&path).await?;
                engine
                    .write(&path, Holds::Secret, secret.reveal(), there.version)
                    .await?
                    .map_err(|_other| Engine::failure(VaultFault::Conflict, &engine.place(&path)))?;
            }
        }
        let back = engine.read(&path, Holds::Secret).await?.text;
        if back.is_some_and(|back| back.same_as(secret.reveal())) {
            return Ok(());
        }
        Err(Engine::failure(VaultFault::ReadsDifferently, &engine.place(&path)))
    }

    async fn get(&self, names: &[String]) -> Answer<Vec<Found>> {
        let engine = self.engine()?;
        Ok(join_all(names.iter().map(|name| one(engine, document(name)))).await)
    }

    async fn delete(&self, names: &[String]) -> Answer<()> {
        for name in names {
            self.engine()?.destroy(&document(name)).await?;
        }
        Ok(())
    }

    async fn list(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        let names = self.engine()?.list(&format!("{registration}/secrets/")).await?.into_iter();
        Ok(Some(names.map(|name| format!("{registration}/{}", name.replace('.', "/"))).collect()))
    }

    fn is_sealed(&self) -> bool {
        self.0.is_none()
    }

    async fn unlock(&self, _registration: &str) -> Answer<()> {
        self.engine()?.look().await
    }
}
