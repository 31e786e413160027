//! The secrets of one registration, whatever store they are in.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::secret_store::{Answer, Found, SecretStore, fault, random};
use crate::effect::ProbeResult;
use crate::journal::ItemName;
use crate::words::{Cause, Secret, SharedSecret, VaultFault};

/// Bytes of the value that a test item gets: with two letters for each it is as long as a real refresh token, and some.
const REAL_SIZE: usize = 800;

/// The secrets of one registration. What is late is harmless: no item is ever written for two purposes, and what a late read
/// brings is wiped.
#[derive(Clone)]
pub struct Vault {
    registration: String,
    store: Arc<dyn SecretStore>,
    /// For each call, if the store's own is longer.
    limit: Duration,
}

impl Vault {
    /// How long a look may take that has to be over soon, and harms nothing if it is given up.
    pub const UNATTENDED: Duration = Duration::from_secs(3);

    /// What a store has of one registration.
    pub fn new(registration: &str, store: Arc<dyn SecretStore>) -> Self {
        Self { registration: registration.to_owned(), store, limit: Duration::MAX }
    }

    /// The same vault with another limit for each call; one longer than its store's is that.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { limit, ..self.clone() }
    }

    /// The store's name for a person, such as `Secret Service`.
    pub fn title(&self) -> String {
        self.store.title(&self.registration)
    }

    /// Shows that it can be opened: a passphrase that is wrong is told before anything is asked of it.
    pub async fn open(&self) -> Answer<()> {
        self.wait(self.store.unlock(&self.registration)).await
    }

    /// Writes a secret, reads it back and compares.
    pub async fn keep(&self, item: &ItemName, secret: &SharedSecret) -> Answer<()> {
        self.wait(self.store.put(&self.name(item), secret)).await
    }

    /// Reads a secret.
    pub async fn recall(&self, item: &ItemName) -> Found {
        let found = self.recall_all(std::slice::from_ref(item)).await?.pop();
        found.unwrap_or_else(|| Err(fault(VaultFault::Missing)))
    }

    /// Reads secrets, an answer for each item in their order.
    pub async fn recall_all(&self, items: &[ItemName]) -> Answer<Vec<Found>> {
        self.wait(self.store.get(&self.names(items))).await
    }

    /// Copies an item inside the vault, reads it back and compares.
    pub async fn copy(&self, from: &ItemName, to: &ItemName) -> Answer<()> {
        self.keep(to, &self.recall(from).await?).await
    }

    /// Deletes items. Missing ones are fine.
    pub async fn erase(&self, items: &[ItemName]) -> Answer<()> {
        self.wait(self.store.delete(&self.names(items))).await
    }

    /// Reads items as another process would, and compares with what this one reads.
    pub async fn read_back(&self, items: &[ItemName]) -> Answer<()> {
        self.wait(self.store.verify(&self.names(items))).await
    }

    /// Shows before anybody signs in that this store keeps things: an item as long as a refresh token is written, read back as
    /// after the commit, and removed.
    pub async fn probe(&self) -> Answer<ProbeResult> {
        let secret = Secret::shared(hex::encode(random::<REAL_SIZE>()?));
        let names = [self.test_item()];
        let [name] = &names;
        let kept = match self.wait(self.store.put(name, &secret)).await {
            Ok(()) => self.wait(self.store.verify(&names)).await,
            failed => failed,
        };
        if let Err(failure) = &kept
            && failure.cause == Cause::Vault(VaultFault::TimedOut)
        {
            // A store that said nothing is not asked again: nobody waits twice for the same silence.
            return Err(failure.clone());
        }
        // What was written is removed whatever came of it; the first failure is the one to tell.
        let removed = self.wait(self.store.delete(&names)).await;
        kept.and(removed)?;
        let verify = self.store.descriptor().verify;
        let line = format!("test item written, read back{verify}, removed ({})", self.title());
        Ok(ProbeResult { good: true, line })
    }

    /// The items that the store lists, whatever the journal says; of a store that cannot tell, none.
    pub async fn listed(&self) -> Answer<Vec<ItemName>> {
        let names = self.wait(self.store.list(&self.registration)).await?.unwrap_or_default().into_iter();
        Ok(names.filter_map(|name| ItemName::parse(name.strip_prefix(&format!("{}/", self.registration))?)).collect())
    }

    /// Deletes everything that the store lists, what it has of the journal, and the test item that a probe left behind when it was
    /// ended.
    pub async fn clear(&self) -> Answer<()> {
        let mut names = self.wait(self.store.list(&self.registration)).await?.unwrap_or_default();
        names.extend([self.mark(), self.test_item()]);
        self.wait(self.store.delete(&names)).await
    }

    /// Keeps what the journal's line was on which much depends.
    pub async fn remember(&self, line: String) -> Answer<()> {
        self.wait(self.store.put(&self.mark(), &Secret::shared(line))).await
    }

    /// What was kept so; `None` where the store has nothing, or does not tell.
    pub async fn remembered(&self) -> Option<SharedSecret> {
        self.wait(self.store.get(&[self.mark()])).await.ok()?.pop()?.ok()
    }

    fn mark(&self) -> String {
        format!("{}/journal/1", self.registration)
    }

    /// Always of the same name, so that one left behind by a kill is overwritten and removed by the next test.
    fn test_item(&self) -> String {
        format!("{}/test/1", self.registration)
    }

    /// The names of items as a person sees them in the keyring's own program: `{registration}/{item}`.
    fn name(&self, item: &ItemName) -> String {
        format!("{}/{item}", self.registration)
    }

    fn names(&self, items: &[ItemName]) -> Vec<String> {
        items.iter().map(|item| self.name(item)).collect()
    }

    async fn wait<T>(&self, pending: impl Future<Output = Answer<T>>) -> Answer<T> {
        let limit = self.limit.min(self.store.limit());
        timeout(limit, pending).await.unwrap_or_else(|_elapsed| {
            self.store.gave_up(limit);
            Err(Box::new(fault(VaultFault::TimedOut).with_detail(&self.title())))
        })
    }
}
