//! The lease of a registration in a shared vault: a document that says who works on it, and until when by the clock of the server.
//!
//! It is advice: what protects is that every write names what it builds on. So one that nobody gives back is over by itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::journal_store::Lease;
use crate::words::{Cause, Failure, Service, Step, UntrustedText, VaultFault};
use crate::world::clock::Stopwatch;
use crate::world::http::new_guid;
use crate::world::store::{Answer, Document, Engine, Holds};

/// How long a lease holds that nobody renews.
const HOLDS: SignedDuration = SignedDuration::from_secs(60);

/// How often it is renewed.
const RENEWED: Duration = Duration::from_secs(20);

/// How long a process that ends takes to give it back.
pub(super) const LAST: Duration = Duration::from_secs(3);

/// How long where the engine answers that it has no leader: it has one again within seconds, and others would wait for a minute.
const ELECTION: Duration = Duration::from_secs(15);

/// How often it is written in the place of one that is over.
const TRIED: usize = 3;

/// How long it waits before it tries once more.
const MOMENT: Duration = Duration::from_millis(100);

/// Who works on a registration.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) who: UntrustedText,
    pub(super) doing: UntrustedText,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    /// Names the process among others of the same person.
    pub(super) id: String,
}

impl Holder {
    pub(super) fn read(found: &Document) -> Option<Self> {
        serde_json::from_str(found.text.as_ref()?.reveal()).ok()
    }

    /// This process, from now on by the clock of the server.
    pub(super) fn new(who: &str, doing: &str, now: Timestamp) -> Self {
        let (who, doing) = (UntrustedText::new(who), UntrustedText::new(doing));
        Self { who, doing, since: now, until: after(now), id: new_guid() }
    }

    /// Whoever has it by the clock of the server.
    pub(super) fn in_force(found: &Document) -> Option<Self> {
        Self::read(found).filter(|holder| holder.until > found.now)
    }

    /// The same with an end that somebody else put to it.
    pub(super) fn ended_by(self, who: &str, now: Timestamp) -> Self {
        let doing = UntrustedText::new(&format!("ended by {who}"));
        Self { until: now, doing, id: String::new(), ..self }
    }

    pub(super) fn text(&self) -> String {
        // Plain data with string keys always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn words(&self) -> String {
        let Self { who, doing, since, until, .. } = self;
        format!("since {since} by {who} ({doing}), at least until {until}")
    }
}

/// A lease that is ours; renewed until it is dropped, and given back then.
pub(super) struct Leased {
    held: Arc<Held>,
    renewing: JoinHandle<()>,
}

struct Held {
    engine: Arc<Engine>,
    path: String,
    work: Work,
    version: AtomicU64,
}

/// Our work on a registration: whose it is, at which step, and whether others took it for over.
pub(super) struct Work {
    holder: Holder,
    /// The step that is open, once one is.
    step: Mutex<Option<&'static str>>,
    changed: Notify,
    lost: AtomicBool,
}

impl Work {
    pub(super) fn of(holder: Holder) -> Self {
        Self { holder, step: Mutex::default(), changed: Notify::new(), lost: AtomicBool::new(false) }
    }

    /// What names it among others.
    pub(super) fn id(&self) -> &str {
        &self.holder.id
    }

    /// What is written now, until then.
    pub(super) fn until(&self, until: Timestamp) -> String {
        let step = *self.step.lock().unwrap_or_else(PoisonError::into_inner);
        let doing = step.map(|step| UntrustedText::new(&format!("{}, {step}", self.holder.doing)));
        let doing = doing.unwrap_or_else(|| self.holder.doing.clone());
        Holder { doing, until, ..self.holder.clone() }.text()
    }

    /// What is written when it is given back.
    pub(super) fn ended(&self) -> String {
        self.until(self.holder.since)
    }

    /// What is written to go on with it, if what was found is it.
    pub(super) fn renewed(&self, found: &Document) -> Option<String> {
        let ours = Holder::read(found).is_some_and(|holder| holder.id == self.holder.id);
        ours.then(|| self.until(after(found.now)))
    }

    /// Waits until it is time to renew: at once where somebody else should see another step.
    pub(super) async fn is_due(&self) {
        drop(timeout(RENEWED, self.changed.notified()).await);
    }

    /// Another step is open.
    pub(super) fn is_at(&self, step: Step) {
        let mut known = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        if known.replace(step.title()) != Some(step.title()) {
            self.changed.notify_one();
        }
    }

    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Does what a process that ends still has to do, on a thread with a runtime of its own: the one that this is called in may be ending.
pub(super) fn at_the_end<F: Future>(limit: Duration, work: impl FnOnce() -> F + Send + 'static) {
    let work = move || {
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            drop(runtime.block_on(async { timeout(limit, work()).await }));
        }
    };
    if let Ok(thread) = thread::Builder::new().name("lease".to_owned()).spawn(work) {
        drop(thread.join());
    }
}

impl Leased {
    /// Takes it, or says who has it.
    pub(super) async fn take(engine: &Arc<Engine>, registration: &str) -> Answer<Self> {
        let settings = engine.settings();
        let path = format!("{registration}/{}", name(settings.momentary));
        let mut found = engine.read(&path, Holds::Words).await?;
        if Holder::in_force(&found).is_some() {
            // A standby may not have heard that it was given back: who has written through it reads what the leader has. Without a
            // leader that is what is wrong, and nobody is known to be at work.
            match engine.keep_newest(&path).await {
                Err(failure) if failure.cause != Cause::Vault(VaultFault::Denied) => return Err(failure),
                _done => {}
            }
            found = engine.read(&path, Holds::Words).await?;
        }
        let mut holder = Holder::new(&settings.who, &settings.doing, found.now);
        for _ in 0..TRIED {
            if let Some(holder) = Holder::in_force(&found) {
                return Err(taken(&holder));
            }
            holder = Holder::new(&settings.who, &settings.doing, found.now);
            if found.version == 0 {
                engine.keep_newest(&path).await?;
            }
            if let Ok(version) = engine.write(&path, Holds::Words, &holder.text(), found.version).await? {
                return Ok(Self::held(engine, path, holder, version));
            }
            // Somebody else's, or one that is over, of which the node that was asked has not heard however long it was waited for.
            drop(engine.keep_newest(&path).await);
            found = engine.read(&path, Holds::Words).await?;
        }
        Err(taken(&Holder::read(&found).unwrap_or(holder)))
    }

    fn held(engine: &Arc<Engine>, path: String, holder: Holder, version: u64) -> Self {
        let (engine, version) = (Arc::clone(engine), AtomicU64::new(version));
        let held = Arc::new(Held { engine, path, work: Work::of(holder), version });
        let renewing = tokio::spawn(renew(Arc::clone(&held)));
        Self { held, renewing }
    }
}

/// Ends somebody's lease, whoever has it; `None` if nobody has. By whom it was ended stands in it.
pub(in crate::rooms::world) async fn break_lease(engine: &Engine, registration: &str) -> Answer<Option<String>> {
    let path = format!("{registration}/{}", name(false));
    let found = engine.read(&path, Holds::Words).await?;
    let Some(holder) = Holder::in_force(&found) else {
        return Ok(None);
    };
    let words = holder.words();
    let ended = holder.ended_by(&engine.settings().who, found.now);
    match engine.write(&path, Holds::Words, &ended.text(), found.version).await? {
        Ok(_) => Ok(Some(words)),
        Err(other) => Holder::in_force(&other).map_or(Ok(None), |other| Err(taken(&other))),
    }
}

/// What a lease is called. Whoever gets a token does so for a moment, and not while another one does; a wizard that is open is no
/// hindrance.
pub(super) fn name(momentary: bool) -> &'static str {
    if momentary { "refresh" } else { "lease" }
}

/// When a lease of now is over.
pub(super) fn after(now: Timestamp) -> Timestamp {
    now.checked_add(HOLDS).unwrap_or(now)
}

fn taken(holder: &Holder) -> Box<Failure> {
    Box::new(Failure::new(Service::Vault, Cause::InUse).with_detail(&holder.words()))
}

async fn renew(held: Arc<Held>) {
    loop {
        held.work.is_due().await;
        // One that cannot be renewed runs out: then others may have it, and are found out by what they write.
        let Ok(found) = held.engine.read(&held.path, Holds::Words).await else { continue };
        let Some(next) = held.work.renewed(&found) else { return held.work.lose() };
        match held.engine.write(&held.path, Holds::Words, &next, found.version).await {
            Ok(Ok(version)) => held.version.store(version, Ordering::Relaxed),
            Ok(Err(_other)) => return held.work.lose(),
            Err(_silent) => {}
        }
    }
}

#[async_trait]
impl Lease for Leased {
    async fn is_held(&self) -> Answer<bool> {
        Ok(!self.held.work.is_lost())
    }

    fn at(&self, step: Step) {
        self.held.work.is_at(step);
    }
}

/// Gives it back.
impl Drop for Leased {
    fn drop(&mut self) {
        self.renewing.abort();
        let held = Arc::clone(&self.held);
        at_the_end(ELECTION, move || async move {
            let (watch, ended) = (Stopwatch::start(), held.work.ended());
            let (engine, path, mut version) = (&held.engine, &held.path, held.version.load(Ordering::Relaxed));
            loop {
                let given = match timeout(LAST, engine.write_last(path, &ended, version)).await {
                    Ok(Ok(Some(_))) | Err(_) => return,
                    Ok(given) => given,
                };
                let chosen_soon = given.is_err_and(|failure| failure.cause == Cause::Vault(VaultFault::NoLeader));
                if !chosen_soon && watch.milliseconds() > u64::try_from(LAST.as_millis()).unwrap_or_default() {
                    return;
                }
                // A renewal may have been on its way, or there is no leader for a moment.
                sleep(MOMENT).await;
                let Ok(found) = engine.read_last(path).await else { continue };
                if held.work.renewed(&found).is_none() {
                    return;
                }
                version = found.version;
            }
        });
    }
}
