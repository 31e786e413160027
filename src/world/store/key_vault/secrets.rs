//! What is in a Key Vault: read, set, listed, deleted; and the items of registrations as a [`SecretStore`].

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{join_all, try_join_all};
use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use url::Url;
use zeroize::Zeroizing;

use super::names::{Anchor, Named};
use super::{Asked, KeyVault, may_pass, read};
use crate::cloud::authority;
use crate::words::store::AZURE_KEY_VAULT;
use crate::words::{Cause, Failure, Secret, Service, SharedSecret, StoreDescriptor, VaultFault};
use crate::world::clock::Stopwatch;
use crate::world::store::engine::documents::date;
use crate::world::store::secret_store::{Answer, Found, SecretStore, random};

/// Bytes that a value can have.
const LARGEST: usize = 25_000;

/// Pages of a list: more would be another's vault, or a list without an end.
const PAGES: usize = 1_000;

/// How long a purge is tried while the deletion is not over yet.
const PURGE: u64 = 15_000;

/// The one item of a registration that has a name of its own each time it is written, because it is deleted each time.
const TEST: &str = "test/1";

/// A secret as it was read.
pub(in crate::rooms::world) struct Read {
    /// Its version; empty where there is none.
    pub(in crate::rooms::world) version: String,
    /// Its value, unless there is none.
    pub(in crate::rooms::world) text: Option<SharedSecret>,
    /// When it was read, by the clock of the vault.
    pub(in crate::rooms::world) now: Timestamp,
}

/// What stands beside a value, for everybody who may list: no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::rooms::world) struct Tags {
    /// What it is: `anchor`, `lease`, `journal` or `secret`.
    pub(in crate::rooms::world) kind: String,
    /// Whose it is.
    pub(in crate::rooms::world) registration: String,
    /// Which item.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::rooms::world) item: String,
    /// The version that a journal builds on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::rooms::world) after: String,
    /// Names one write among others: what was sent twice is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::rooms::world) write: String,
}

/// What was deleted: whether it can be purged, and until when it can be brought back otherwise.
pub(in crate::rooms::world) struct Gone {
    purgeable: bool,
    until: Option<Timestamp>,
}

/// A line of a list.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::rooms::world) struct Listed {
    id: String,
    #[serde(default)]
    pub(in crate::rooms::world) tags: Tags,
    attributes: Attributes,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Attributes {
    created: i64,
    recovery_level: String,
}

impl Listed {
    /// When it was made, in seconds since 1970: smaller differences are not told.
    pub(in crate::rooms::world) fn created(&self) -> i64 {
        self.attributes.created
    }

    /// Its version, in a list of versions.
    pub(in crate::rooms::world) fn version(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or_default()
    }

    /// Its name, in a list of secrets.
    pub(in crate::rooms::world) fn name(&self) -> &str {
        self.id.split('/').nth(4).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Bundle {
    id: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    value: Vec<Listed>,
    next_link: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    attributes: Attributes,
    scheduled_purge_date: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Set<'s> {
    value: &'s str,
    content_type: &'static str,
    tags: &'s Tags,
}

impl KeyVault {
    /// Reads the newest version of a secret, or the one that is named.
    pub(in crate::rooms::world) async fn read(&self, name: &str, version: &str, secret: bool) -> Answer<Read> {
        let asked = Asked::new(Method::GET, self.url(&["secrets", name, version]), "getSecret").or_none();
        let reply = self.ask(&Asked { secret, ..asked }).await?;
        let now = date(&reply);
        if reply.head.status == 404 {
            return Ok(Read { version: String::new(), text: None, now });
        }
        let Bundle { id, value } = read(&reply)?;
        let version = id.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Read { version, text: value.map(Secret::shared), now })
    }

    /// Sets a secret; returns its new version. A value that does not fit is refused before anything is sent.
    pub(in crate::rooms::world) async fn set(&self, name: &str, text: &str, tags: &Tags, last: bool) -> Answer<String> {
        if text.len() > LARGEST {
            let detail = format!("{} bytes for {name}", text.len());
            return Err(Self::failure(VaultFault::TooLarge, &detail));
        }
        let set = Set { value: text, content_type: "application/x-octo-csp", tags };
        // Text with string keys always has a JSON form.
        let body = Zeroizing::new(serde_json::to_vec(&set).unwrap_or_default());
        let asked = Asked::new(Method::PUT, self.url(&["secrets", name]), "setSecret");
        let asked = Asked { body: Some(&body), secret: tags.kind == "secret", last, ..asked };
        let Bundle { id, .. } = read(&self.ask(&asked).await?)?;
        Ok(id.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// Gives a lease back for a thread that ends, if it is still the one of this id: on a connection of its own, and only with the token
    /// at hand.
    pub(in crate::rooms::world) async fn give_back(&self, name: &str, id: &str, text: &str, tags: &Tags) -> Answer<()> {
        let asked = Asked::new(Method::GET, self.url(&["secrets", name, ""]), "getSecret");
        let reply = self.ask(&Asked { last: true, ..asked }).await?;
        let Bundle { value, .. } = read(&reply)?;
        if value.is_some_and(|value| value.contains(id)) {
            self.set(name, text, tags, true).await?;
        }
        Ok(())
    }

    /// Whether a text of so many bytes is more than a value can be.
    pub(in crate::rooms::world) fn is_too_long(text: &str) -> bool {
        text.len() > LARGEST
    }

    /// Every version of a secret.
    pub(in crate::rooms::world) async fn versions(&self, name: &str) -> Answer<Vec<Listed>> {
        self.pages(self.url(&["secrets", name, "versions"])).await
    }

    /// Every secret of the vault, or everything that is deleted and can be brought back.
    pub(in crate::rooms::world) async fn all(&self, deleted: bool) -> Answer<Vec<Listed>> {
        self.pages(self.url(&[if deleted { "deletedsecrets" } else { "secrets" }])).await
    }

    async fn pages(&self, first: Url) -> Answer<Vec<Listed>> {
        let mut all = Vec::new();
        let mut next = Some(first.clone());
        for _ in 0..PAGES {
            let Some(url) = next.take() else { return Ok(all) };
            let reply = self.ask(&Asked::new(Method::GET, url, "readMetadata")).await?;
            let page: Page = read(&reply)?;
            all.extend(page.value);
            let following = page.next_link.filter(|link| !link.is_empty());
            // The next page is on the same host, or our token would go elsewhere.
            next = match following.map(|link| Url::parse(&link)) {
                None => None,
                Some(Ok(url)) if authority(&url) == authority(&first) && url.scheme() == first.scheme() => Some(url),
                Some(_) => return Err(reply.unreadable("the next page is elsewhere")),
            };
        }
        Err(Self::failure(VaultFault::Other, "a list without an end"))
    }

    /// Deletes a secret with every version; `None` where there is none.
    pub(in crate::rooms::world) async fn delete(&self, name: &str) -> Answer<Option<Gone>> {
        let asked = Asked::new(Method::DELETE, self.url(&["secrets", name]), "delete").or_none();
        let reply = self.ask(&asked).await?;
        if reply.head.status == 404 {
            return Ok(None);
        }
        let deleted: Deleted = read(&reply)?;
        let until = deleted.scheduled_purge_date.and_then(|date| Timestamp::from_second(date).ok());
        Ok(Some(Gone { purgeable: deleted.attributes.recovery_level.contains("Purgeable"), until }))
    }

    /// Purges a deleted secret, as soon as its deletion is over. Whether it is gone then: whoever may not is told by nobody.
    pub(in crate::rooms::world) async fn purge(&self, name: &str, patience: u64) -> bool {
        let watch = Stopwatch::start();
        loop {
            let asked = Asked::new(Method::DELETE, self.url(&["deletedsecrets", name]), "purge");
            let answered = match self.send(&asked).await {
                Ok(reply) if reply.head.status == 404 => Err(Self::failure(VaultFault::Conflict, name)),
                Ok(reply) => self.taken(reply, &asked),
                Err(failure) => Err(failure),
            };
            match answered {
                Ok(_) => return true,
                Err(failure) if may_pass(&failure) && watch.milliseconds() < patience => {
                    sleep(failure.retry_after.unwrap_or(Duration::from_millis(500))).await;
                }
                Err(_) => return false,
            }
        }
    }

    /// Where what is kept of a registration is, asked for anew; `None` where nothing is.
    pub(in crate::rooms::world) async fn anchor(&self, registration: &str) -> Answer<Option<Anchor>> {
        let found = self.read(&Named::Anchor.name(registration), "", false).await?;
        let anchor = found.text.and_then(|text| serde_json::from_str::<Anchor>(text.reveal()).ok());
        let anchor = anchor.filter(|anchor| !anchor.generation.is_empty());
        let mut anchors = self.anchors.lock().unwrap_or_else(PoisonError::into_inner);
        match &anchor {
            Some(anchor) => anchors.insert(registration.to_owned(), anchor.clone()),
            None => anchors.remove(registration),
        };
        Ok(anchor)
    }

    /// The same as it was found last, if it was.
    async fn known_anchor(&self, registration: &str) -> Answer<Option<Anchor>> {
        let known = self.anchors.lock().unwrap_or_else(PoisonError::into_inner).get(registration).cloned();
        match known {
            Some(known) => Ok(Some(known)),
            None => self.anchor(registration).await,
        }
    }

    /// Says where what is kept of a registration is.
    pub(in crate::rooms::world) async fn set_anchor(&self, registration: &str, anchor: &Anchor) -> Answer<()> {
        let tags = Tags { kind: "anchor".to_owned(), registration: registration.to_owned(), ..Tags::default() };
        let text = serde_json::to_string(anchor).unwrap_or_default();
        self.set(&Named::Anchor.name(registration), &text, &tags, false).await?;
        self.anchor(registration).await.map(drop)
    }

    /// Begins a generation: none has had its name. Of two that begin one the one that is found afterwards counts.
    pub(in crate::rooms::world) async fn begin(&self, registration: &str) -> Answer<Anchor> {
        self.set_anchor(registration, &Anchor::fresh()?).await?;
        let begun = self.known_anchor(registration).await?;
        begun.ok_or_else(|| Self::failure(VaultFault::ReadsDifferently, &self.place(registration)))
    }

    /// The names under which an item is: one, but for a test item.
    async fn names(&self, name: &str) -> Answer<Vec<String>> {
        let (registration, item) = name.split_once('/').unwrap_or((name, ""));
        if item == TEST {
            return Ok(self
                .tests
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(name)
                .cloned()
                .unwrap_or_default());
        }
        let anchor = self.known_anchor(registration).await?;
        Ok(anchor.map(|anchor| Named::Item(&anchor, item).name(registration)).into_iter().collect())
    }

    async fn found(&self, name: &str) -> Found {
        let missing = || Self::failure(VaultFault::Missing, &self.place(name));
        let names = self.names(name).await?;
        let there = names.last().ok_or_else(missing)?;
        self.read(there, "", true).await?.text.ok_or_else(missing)
    }

    /// Deletes an item, and purges it where that can be done: a token is not kept waiting for that, and a test item is no secret.
    async fn erase(&self, name: &str) -> Answer<()> {
        let names = self.names(name).await?;
        for there in &names {
            let Some(gone) = self.delete(there).await?.filter(|_| !name.ends_with(TEST)) else { continue };
            let purges = gone.purgeable && !self.settings().momentary;
            let patience = u64::try_from(self.settings().patience.as_millis()).unwrap_or(u64::MAX);
            if !purges || !self.purge(there, PURGE.min(patience)).await {
                let mut recoverable = self.recoverable.lock().unwrap_or_else(PoisonError::into_inner);
                *recoverable = (*recoverable).max(gone.until);
            }
        }
        Ok(())
    }
}

/// Secrets in a Key Vault; without one, nobody said which.
pub struct KeyVaultSecrets(pub Option<Arc<KeyVault>>);

impl KeyVaultSecrets {
    fn vault(&self) -> Answer<&KeyVault> {
        // It is never asked: a store that is sealed has nothing to tell.
        self.0.as_deref().ok_or_else(|| Box::new(Failure::new(Service::Machine, Cause::Internal)))
    }
}

#[async_trait]
impl SecretStore for KeyVaultSecrets {
    fn descriptor(&self) -> &'static StoreDescriptor {
        &AZURE_KEY_VAULT
    }

    fn title(&self, registration: &str) -> String {
        self.0.as_ref().map_or_else(|| AZURE_KEY_VAULT.noun.to_owned(), |vault| vault.place(registration))
    }

    async fn put(&self, name: &str, secret: &SharedSecret) -> Answer<()> {
        let vault = self.vault()?;
        let (registration, item) = name.split_once('/').unwrap_or((name, ""));
        let anchor = match vault.known_anchor(registration).await? {
            Some(anchor) => anchor,
            None => vault.begin(registration).await?,
        };
        let there = if item == TEST {
            let own = Named::Item(&anchor, &format!("test-{}", hex::encode(random::<5>()?))).name(registration);
            let mut tests = vault.tests.lock().unwrap_or_else(PoisonError::into_inner);
            tests.entry(name.to_owned()).or_default().push(own.clone());
            own
        } else {
            Named::Item(&anchor, item).name(registration)
        };
        let (registration, item) = (registration.to_owned(), item.to_owned());
        let tags = Tags { kind: "secret".to_owned(), registration, item, ..Tags::default() };
        vault.set(&there, secret.reveal(), &tags, false).await?;
        let back = vault.read(&there, "", true).await?.text;
        if back.is_some_and(|back| back.same_as(secret.reveal())) {
            return Ok(());
        }
        Err(KeyVault::failure(VaultFault::ReadsDifferently, &vault.place(&there)))
    }

    async fn get(&self, names: &[String]) -> Answer<Vec<Found>> {
        let vault = self.vault()?;
        if let Some((registration, _)) = names.first().and_then(|name| name.split_once('/')) {
            vault.known_anchor(registration).await?;
        }
        Ok(join_all(names.iter().map(|name| vault.found(name))).await)
    }

    async fn delete(&self, names: &[String]) -> Answer<()> {
        let vault = self.vault()?;
        try_join_all(names.iter().map(|name| vault.erase(name))).await.map(drop)
    }

    async fn list(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        let vault = self.vault()?;
        let all = vault.all(false).await?.into_iter();
        let ours = all.filter(|one| one.tags.kind == "secret" && one.tags.registration == registration);
        let mut names = Vec::new();
        for one in ours {
            let name = format!("{registration}/{}", one.tags.item);
            if one.tags.item == TEST {
                let mut tests = vault.tests.lock().unwrap_or_else(PoisonError::into_inner);
                tests.entry(name.clone()).or_default().push(one.name().to_owned());
            }
            names.push(name);
        }
        Ok(Some(names))
    }

    fn is_sealed(&self) -> bool {
        self.0.is_none()
    }

    async fn unlock(&self, registration: &str) -> Answer<()> {
        self.vault()?.anchor(registration).await.map(drop)
    }
}
