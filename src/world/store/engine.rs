//! The engine of a shared vault: the HTTP API of `OpenBao` and `HashiCorp` Vault, whose KV store of version 2 keeps documents.
//!
//! A document is one string. Every write says which version of it it takes the place of (0: there is none), so nothing is written
//! over unseen. Secrets are in bodies alone: no path, no header and no message has one.

pub(in crate::rooms::world) mod documents;
mod login;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use http::header::LOCATION;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::sleep;
use url::Url;
use zeroize::Zeroizing;

pub use self::login::{Credential, Login, Method as LoginMethod};
use self::login::{LoggedIn, Proof, Session};
use super::secret_store::Answer;
use crate::cloud::{appended, authority, is_loopback};
use crate::words::{Cause, Failure, Secret, Service, SharedSecret, UntrustedText, VaultFault};
use crate::world::call_log::CallLog;
use crate::world::clock::{self, Stopwatch};
use crate::world::http::{Ask, Http, HttpOptions};
use crate::world::reply::{JSON_LIMIT, Reply};

/// Where the engine is, and how it is logged in to.
pub struct EngineSettings {
    /// Its address: https, or http on loopback.
    pub address: Url,
    /// The namespace.
    pub namespace: Option<String>,
    /// The one CA (PEM) that is trusted for it; without, those of the system.
    pub ca: Option<Vec<u8>>,
    /// One more CA (PEM), trusted beside those of the system where these are trusted.
    pub extra_ca: Option<Vec<u8>>,
    /// The mount of the KV store.
    pub mount: String,
    /// The path below the mount.
    pub path: String,
    /// How it is logged in to.
    pub login: Login,
    /// Who works here, for whoever is told that somebody does.
    pub who: String,
    /// What is done here: the command's name.
    pub doing: String,
    /// Whether that is to get a token, a matter of a moment, beside whoever works on the registration.
    pub momentary: bool,
    /// Where each call gets its line.
    pub log: Option<Arc<CallLog>>,
}

/// The engine, as one process reaches it.
pub struct Engine {
    settings: EngineSettings,
    http: Http,
    session: tokio::sync::Mutex<Option<Session>>,
    /// How far the storage was at the last write: a node that is not as far yet does not answer a read.
    index: Mutex<Option<String>>,
    answered: AtomicBool,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Engine at {}", self.settings.address)
    }
}

/// How long is waited while an engine that has answered chooses another leader.
const PATIENCE: u64 = 20_000;

/// How long is waited for one that has not answered yet: nobody waits long for a wrong address.
const FIRST: u64 = 2_000;

/// How long a call may take: long enough for hundreds of programs that ask at once.
const CALL: Duration = Duration::from_secs(25);

#[derive(Default, Deserialize)]
struct Errors {
    errors: Vec<String>,
}

/// What is asked, and which capability on which path that takes.
struct Asked<'a> {
    method: Method,
    url: Url,
    body: Option<&'a [u8]>,
    capability: &'static str,
    /// Whether there may be nothing.
    or_none: bool,
    /// Whether a secret goes or comes: then the connection is closed with the answer, as everywhere.
    secret: bool,
    /// Whether it comes from a thread that ends and has no other connection.
    last: bool,
}

impl Asked<'_> {
    fn new(method: Method, url: Url, capability: &'static str) -> Self {
        Self { method, url, body: None, capability, or_none: false, secret: false, last: false }
    }

    fn or_none(self) -> Self {
        Self { or_none: true, ..self }
    }
}

impl Engine {
    /// Takes the settings. Nothing is asked yet; only the CA is looked at.
    pub fn new(settings: EngineSettings) -> Answer<Self> {
        let options = HttpOptions {
            extra_ca: settings.ca.clone().or_else(|| settings.extra_ca.clone()),
            only_extra: settings.ca.is_some(),
            patience: CALL,
            log: settings.log.clone(),
            ..HttpOptions::default()
        };
        Ok(Self {
            http: Http::new(&options)?,
            settings: EngineSettings { who: format!("{} (process {})", settings.who, std::process::id()), ..settings },
            session: tokio::sync::Mutex::default(),
            index: Mutex::default(),
            answered: AtomicBool::new(false),
        })
    }

    /// What is done here, and by whom.
    pub(in crate::rooms::world) fn settings(&self) -> &EngineSettings {
        &self.settings
    }

    /// Where a document is, for a person.
    pub(in crate::rooms::world) fn place(&self, name: &str) -> String {
        let EngineSettings { address, mount, path, .. } = &self.settings;
        format!("{mount}/{path}/{name} of {}", authority(address))
    }

    /// How it is reached, to be said wherever other trust is.
    pub fn trust(&self) -> String {
        let EngineSettings { address, namespace, ca, extra_ca, login, .. } = &self.settings;
        let namespace = namespace.as_ref().map_or_else(String::new, |name| format!(", namespace {name}"));
        let ca = match (ca, extra_ca) {
            (Some(_), _) => "its own CA file",
            (None, Some(_)) => "the system's CAs and that of --ca-file",
            (None, None) => "the system's CAs",
        };
        format!("{}{namespace}, {ca}, login by {login}", authority(address))
    }

    fn url<'w>(&self, words: impl Iterator<Item = &'w str>) -> Url {
        let words: Vec<&str> = std::iter::once("v1").chain(words).collect();
        appended(&self.settings.address, &words)
    }

    /// The token to ask with: logs in where that was not done, and renews what is half over.
    async fn token(&self) -> Answer<SharedSecret> {
        let mut session = self.session.lock().await;
        if let Some(standing) = session.as_mut().filter(|session| session.is_due()) {
            match self.renewed(standing).await {
                Some(renewed) => *standing = renewed,
                // A token that was given is asked with until it is refused; where we log in ourselves that is done anew.
                None if self.logs_in() => *session = None,
                None => standing.renew = None,
            }
        }
        if session.is_none() {
            *session = Some(self.log_in().await?);
        }
        let token = session.as_ref().map(|session| SharedSecret::clone(&session.token));
        token.ok_or_else(|| Self::failure(VaultFault::LoggedOut, &self.settings.login.to_string()))
    }

    /// The token of a process that ends: nobody waits for a login then.
    fn token_at_hand(&self) -> Answer<SharedSecret> {
        let session = self.session.try_lock().ok();
        let token = session.and_then(|session| Some(SharedSecret::clone(&session.as_ref()?.token)));
        token.ok_or_else(|| Self::failure(VaultFault::LoggedOut, &self.settings.login.to_string()))
    }

    fn logs_in(&self) -> bool {
        matches!(self.settings.login, Login::Role { .. })
    }

    /// Gives a login up that is not taken any more, if another can be made.
    async fn forget_login(&self) -> bool {
        self.session.lock().await.take().is_some() && self.logs_in()
    }

    async fn renewed(&self, standing: &Session) -> Option<Session> {
        if !standing.renewable {
            return None;
        }
        let url = self.url(["auth", "token", "renew-self"].into_iter());
        let asked = Asked { body: Some(b"{}"), secret: true, ..Asked::new(Method::POST, url, "update") };
        let reply = self.once(&asked, Some(&standing.token)).await.ok().filter(|reply| reply.head.is_success())?;
        let logged_in: LoggedIn = read(&reply).ok()?;
        Some(Session::new(logged_in.auth))
    }

    async fn log_in(&self) -> Answer<Session> {
        let (method, role, credential) = match &self.settings.login {
            Login::Token(token, _) => return Ok(Session::given(token)),
            Login::Role { method, role, credential } => (*method, role, credential),
        };
        let unread = |path: &PathBuf| Self::failure(VaultFault::LoggedOut, &format!("cannot read {}", path.display()));
        let credential = match credential {
            Credential::Read(secret) => SharedSecret::clone(secret),
            Credential::File(path) => {
                let text = std::fs::read(path).map(Zeroizing::new).map_err(|_unread| unread(path))?;
                let line = std::str::from_utf8(&text).map_err(|_no_text| unread(path))?;
                Secret::shared(line.trim().to_owned())
            }
        };
        let (role, secret) = (role.as_str(), credential.reveal());
        let proof = match method {
            LoginMethod::AppRole => Proof::AppRole { role_id: role, secret_id: secret },
            LoginMethod::Jwt | LoginMethod::Kubernetes => Proof::Jwt { role, jwt: secret },
        };
        let body = Zeroizing::new(serde_json::to_vec(&proof).unwrap_or_default());
        let url = self.url(["auth", method.key(), "login"].into_iter());
        let asked = Asked { body: Some(&body), secret: true, ..Asked::new(Method::POST, url, "update") };
        let reply = self.once(&asked, None).await?;
        if [400, 401, 403, 404].contains(&reply.head.status) {
            let detail = format!("{} at {}", method.key(), reply.head.host);
            return Err(Self::failure(VaultFault::LoggedOut, &detail));
        }
        let logged_in: LoggedIn = read(&self.taken(reply, &asked)?)?;
        Ok(Session::new(logged_in.auth))
    }

    /// Asks until there is an answer, again while the engine may be choosing a leader: each call is safe to repeat, because a write names
    /// the version that it replaces. A write that comes too late is an answer too, and nothing where there may be nothing.
    async fn ask(&self, asked: &Asked<'_>) -> Answer<Reply> {
        let watch = Stopwatch::start();
        let mut pause = Duration::from_millis(50);
        loop {
            let answered = match self.send(asked).await {
                Ok(reply) => self.taken(reply, asked),
                Err(failure) => Err(failure),
            };
            let most = if self.answered.load(Ordering::Relaxed) { PATIENCE } else { FIRST };
            let left = Duration::from_millis(most.saturating_sub(watch.milliseconds()));
            // What is over later than we wait is told at once.
            let soon = |failure: &Failure| !left.is_zero() && failure.retry_after.is_none_or(|wait| wait <= left);
            match answered {
                Err(failure) if may_pass(&failure) && soon(&failure) => {
                    sleep(failure.retry_after.unwrap_or(pause)).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
                other => return other,
            }
        }
    }

    /// Sends a call with our token; one that is not taken any more is got anew, once, where we log in ourselves.
    async fn send(&self, asked: &Asked<'_>) -> Answer<Reply> {
        let token = if asked.last { self.token_at_hand()? } else { self.token().await? };
        let reply = self.once(asked, Some(&token)).await?;
        if lacks_login(&reply) && !asked.last && self.forget_login().await {
            let token = self.token().await?;
            return self.once(asked, Some(&token)).await;
        }
        Ok(reply)
    }

    /// One call, and one more to the leader if that is who must be asked: a standby that cannot pass a call on says where the leader is.
    async fn once(&self, asked: &Asked<'_>, token: Option<&Secret>) -> Answer<Reply> {
        let reply = self.call(asked, &asked.url, token).await?;
        if reply.head.status != 307 {
            return Ok(reply);
        }
        let leader = reply.head.headers.get(LOCATION).and_then(|to| Url::parse(to.to_str().ok()?).ok());
        let same = |leader: &Url| leader.path() == asked.url.path() && leader.scheme() == asked.url.scheme();
        let Some(leader) = leader.filter(|to| same(to) && (to.scheme() == "https" || is_loopback(to))) else {
            return Err(Self::failure(VaultFault::NoLeader, &reply.head.host));
        };
        self.answered.store(true, Ordering::Relaxed);
        match self.call(asked, &leader, token).await {
            // It knows one that is gone: another one is being chosen, or too few are left for that.
            Err(failure) if may_pass(&failure) => {
                let (standby, leader) = (&reply.head.host, authority(&leader));
                Err(Self::failure(
                    VaultFault::NoLeader,
                    &format!("{standby}, which names {leader} that does not answer"),
                ))
            }
            answered => answered,
        }
    }

    async fn call(&self, asked: &Asked<'_>, url: &Url, token: Option<&Secret>) -> Answer<Reply> {
        let mut ask = Ask::get(Service::Vault, url.clone()).with("x-vault-request", "true");
        ask.method = asked.method.clone();
        ask.alone = asked.secret || asked.last;
        if let Some(body) = asked.body {
            ask.body = body.to_vec();
            ask = ask.with("content-type", "application/json");
        }
        if let Some(namespace) = &self.settings.namespace {
            ask = ask.with("x-vault-namespace", namespace);
        }
        if let Some(index) = &*self.index.lock().unwrap_or_else(PoisonError::into_inner) {
            ask = ask.with("x-vault-index", index).with("x-vault-inconsistent", "forward-active-node");
        }
        if let Some(token) = token {
            ask = ask.bearing(token);
        }
        let reply = self.http.raw(ask).await?.reply(JSON_LIMIT, false).await?;
        if let Some(index) = reply.head.headers.get("x-vault-index").and_then(|index| index.to_str().ok()) {
            *self.index.lock().unwrap_or_else(PoisonError::into_inner) = Some(index.to_owned());
        }
        Ok(reply)
    }

    /// An answer that can be gone on with, or what the refusal means: on which path, and which capability that would have taken.
    fn taken(&self, reply: Reply, asked: &Asked<'_>) -> Answer<Reply> {
        let (status, words, host) = (reply.head.status, said(&reply), &reply.head.host);
        self.answered.fetch_or(status < 500 || !words.is_empty(), Ordering::Relaxed);
        let unmounted = words.contains("no handler for route");
        let late = status == 400 && words.contains("check-and-set");
        if reply.head.is_success() || late || asked.or_none && status == 404 && !unmounted {
            return Ok(reply);
        }
        let path = asked.url.path().trim_start_matches("/v1/");
        let (fault, detail) = match status {
            403 if lacks_login(&reply) => (VaultFault::LoggedOut, format!("{host}, {}", self.settings.login)),
            403 => (VaultFault::Denied, format!("{} on {path}", asked.capability)),
            404 if unmounted => (VaultFault::NoCollection, self.settings.mount.clone()),
            429 => (VaultFault::Quota, host.clone()),
            503 if words.contains("sealed") => (VaultFault::Sealed, host.clone()),
            413 => (VaultFault::TooLarge, path.to_owned()),
            // A mount that was made a moment ago, as the leader says it and as a standby does.
            400 if words.contains("will resume service") => (VaultFault::NoLeader, host.clone()),
            // One that was named leads no more, and names another one (307).
            307 | 412 | 472 | 473 | 500 | 502..=504 => (VaultFault::NoLeader, host.clone()),
            _ => (VaultFault::Other, format!("{status} from {host}")),
        };
        let failure = *Self::failure(fault, &detail);
        let retry_after = reply.refusal().retry_after;
        Err(Box::new(Failure { status: Some(status), sentence: UntrustedText::some(&words), retry_after, ..failure }))
    }

    /// A failure of the engine, now.
    pub(in crate::rooms::world) fn failure(fault: VaultFault, detail: &str) -> Box<Failure> {
        let failure = Failure::new(Service::Vault, Cause::Vault(fault)).with_detail(detail);
        Box::new(Failure { at: Some(clock::now()), ..failure })
    }
}

/// Whether it is the login that is refused, and not what was asked: a policy's refusal is counted as the one error, a token's is not.
fn lacks_login(reply: &Reply) -> bool {
    reply.head.status == 403 && !said(reply).contains("1 error occurred")
}

/// What an engine says that refuses; it repeats nothing of a body.
fn said(reply: &Reply) -> String {
    let errors: Errors = serde_json::from_slice(&reply.body).unwrap_or_default();
    errors.errors.join("; ")
}

fn read<T: DeserializeOwned>(reply: &Reply) -> Answer<T> {
    serde_json::from_slice(&reply.body).map_err(|_unshown| reply.unreadable("not what a KV store of version 2 answers"))
}

/// What is over once there is a leader again, or the node that was asked is as far as the others.
fn may_pass(failure: &Failure) -> bool {
    matches!(
        failure.cause,
        Cause::NoConnection | Cause::Broken | Cause::TimedOut | Cause::Vault(VaultFault::NoLeader | VaultFault::Quota)
    )
}
