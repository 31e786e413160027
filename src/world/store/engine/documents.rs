//! The documents of the KV store: read, written in the place of one version, destroyed, listed.

use std::time::Duration;

use http::Method;
use http::header::DATE;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use url::Url;
use zeroize::Zeroizing;

use super::{Asked, Engine, EngineSettings, read};
use crate::words::{Secret, SharedSecret, VaultFault};
use crate::world::clock;
use crate::world::reply::Reply;
use crate::world::store::Answer;

/// How often a standby is asked that has not heard yet of what the leader has.
const HEARD: usize = 20;

/// A document as it was read.
pub(in crate::rooms::world) struct Document {
    /// Its version; 0 where there is none.
    pub(in crate::rooms::world) version: u64,
    /// What is in it, unless there is none.
    pub(in crate::rooms::world) text: Option<SharedSecret>,
    /// When it was read, by the clock of the server.
    pub(in crate::rooms::world) now: Timestamp,
}

/// What a document is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rooms::world) enum Holds {
    /// A secret: its connection is closed behind it.
    Secret,
    /// A journal or a lease, in which no secret is.
    Words,
}

/// What became of a write: the new version, or the document that another one wrote meanwhile.
pub(in crate::rooms::world) type Written = Result<u64, Document>;

#[derive(Serialize)]
struct Write<'w> {
    options: Options,
    data: Fields<&'w str>,
}

#[derive(Serialize)]
struct Options {
    cas: u64,
}

#[derive(Serialize, Deserialize)]
struct Fields<T> {
    value: T,
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Kept {
    data: Option<Fields<String>>,
    metadata: Version,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct Mount {
    options: Option<MountOptions>,
}

#[derive(Deserialize)]
struct MountOptions {
    version: Option<String>,
}

impl Engine {
    /// Shows that the mount is there, and of version 2: one of version 1 would keep what is written and compare nothing.
    pub(in crate::rooms::world) async fn look(&self) -> Answer<()> {
        let words = ["sys", "internal", "ui", "mounts"].into_iter().chain(self.settings().mount.split('/'));
        let asked = Asked::new(Method::GET, self.url(words), "read");
        let mount: Data<Mount> = read(&self.ask(&asked).await?)?;
        let version = mount.data.options.and_then(|options| options.version);
        if version.as_deref() == Some("2") {
            return Ok(());
        }
        Err(Self::failure(VaultFault::NoCollection, &self.settings().mount))
    }

    /// Reads a document.
    pub(in crate::rooms::world) async fn read(&self, name: &str, holds: Holds) -> Answer<Document> {
        let asked = Asked::new(Method::GET, self.kv("data", name), "read").or_none();
        document(&self.ask(&Asked { secret: holds == Holds::Secret, ..asked }).await?)
    }

    /// Reads one without a secret for a thread that ends, as [`Engine::write_last`] writes.
    pub(in crate::rooms::world) async fn read_last(&self, name: &str) -> Answer<Document> {
        let asked = Asked::new(Method::GET, self.kv("data", name), "read").or_none();
        let asked = Asked { last: true, ..asked };
        document(&self.taken(self.send(&asked).await?, &asked)?)
    }

    /// Writes a document in the place of this version. What was lost on the way is found out by reading: nothing is written twice.
    pub(in crate::rooms::world) async fn write(
        &self,
        name: &str,
        holds: Holds,
        text: &str,
        cas: u64,
    ) -> Answer<Written> {
        let body = body(text, cas);
        let asked = Asked { secret: holds == Holds::Secret, ..self.writing(name, &body, cas) };
        if let Some(version) = written(&self.ask(&asked).await?)? {
            return Ok(Ok(version));
        }
        // It may be our own, of which the answer was lost; a standby that has not heard of it yet shows what was there before.
        let mut found = self.read(name, holds).await?;
        for _ in 0..HEARD {
            if found.version != cas {
                break;
            }
            sleep(Duration::from_millis(100)).await;
            found = self.read(name, holds).await?;
        }
        let ours = found.version == cas.saturating_add(1) && found.text.as_ref().is_some_and(|it| it.same_as(text));
        Ok(if ours { Ok(found.version) } else { Err(found) })
    }

    /// Writes for a thread that ends: once, on a connection of its own, and only if the session is at hand.
    pub(in crate::rooms::world) async fn write_last(&self, name: &str, text: &str, cas: u64) -> Answer<Option<u64>> {
        let body = body(text, cas);
        let asked = Asked { last: true, ..self.writing(name, &body, cas) };
        written(&self.taken(self.send(&asked).await?, &asked)?)
    }

    fn writing<'b>(&self, name: &str, body: &'b [u8], cas: u64) -> Asked<'b> {
        let capability = if cas == 0 { "create" } else { "update" };
        Asked { body: Some(body), ..Asked::new(Method::POST, self.kv("data", name), capability) }
    }

    /// Sees to it that nothing but the newest version of a document is kept.
    pub(in crate::rooms::world) async fn keep_newest(&self, name: &str) -> Answer<()> {
        let asked = Asked::new(Method::POST, self.kv("metadata", name), "create and update");
        let body = br#"{"max_versions":1,"cas_required":true}"#;
        self.ask(&Asked { body: Some(body), ..asked }).await.map(drop)
    }

    /// Destroys a document with every version of it. A missing one is fine.
    pub(in crate::rooms::world) async fn destroy(&self, name: &str) -> Answer<()> {
        self.ask(&Asked::new(Method::DELETE, self.kv("metadata", name), "delete").or_none()).await.map(drop)
    }

    /// The names below a path; those that end in a slash have more below.
    pub(in crate::rooms::world) async fn list(&self, name: &str) -> Answer<Vec<String>> {
        let mut url = self.kv("metadata", name);
        url.set_query(Some("list=true"));
        let reply = self.ask(&Asked::new(Method::GET, url, "list").or_none()).await?;
        if reply.head.status == 404 {
            return Ok(Vec::new());
        }
        read(&reply).map(|keys: Data<Keys>| keys.data.keys)
    }

    /// The address of a document, or of what is kept about it.
    fn kv(&self, kind: &'static str, name: &str) -> Url {
        let EngineSettings { mount, path, .. } = self.settings();
        let words = mount.split('/').chain([kind]).chain(path.split('/')).chain(name.split('/'));
        self.url(words.filter(|word| !word.is_empty()))
    }
}

/// What was read.
fn document(reply: &Reply) -> Answer<Document> {
    let now = date(reply);
    // One that was deleted by hand is a 404 with its version, and goes on from there.
    if reply.head.status == 404 {
        let gone: Option<Data<Kept>> = serde_json::from_slice(&reply.body).ok();
        return Ok(Document { version: gone.map_or(0, |it| it.data.metadata.version), text: None, now });
    }
    let kept: Data<Kept> = read(reply)?;
    let text = kept.data.data.map(|fields| Secret::shared(fields.value));
    Ok(Document { version: kept.data.metadata.version, text, now })
}

fn body(text: &str, cas: u64) -> Zeroizing<Vec<u8>> {
    let body = Write { options: Options { cas }, data: Fields { value: text } };
    // Text and a number always have a JSON form.
    Zeroizing::new(serde_json::to_vec(&body).unwrap_or_default())
}

/// The new version, or none if somebody else wrote meanwhile.
fn written(reply: &Reply) -> Answer<Option<u64>> {
    if !reply.head.is_success() {
        return Ok(None);
    }
    read(reply).map(|written: Data<Version>| Some(written.data.version))
}

/// Now, by the clock of the server. One that does not say is believed to have ours.
pub(in crate::rooms::world) fn date(reply: &Reply) -> Timestamp {
    let said = reply.head.headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    said.and_then(|date| Timestamp::try_from(date).ok()).unwrap_or_else(clock::now)
}
