//! A store whose calls block, as a [`SecretStore`]: each call on a plain thread, because a keyring whose prompt nobody answers
//! never returns, and a thread of the runtime's pool would then keep the process from ending.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::entries::Entries;
use super::parts;
use super::read_back::ReadBackVerifier;
use super::secret_store::{Answer, Found, MISSING, Patience, SecretStore, fault, other, registration, registration_of};
use crate::words::{Cause, Failure, Secret, SharedSecret, StoreDescriptor, VaultFault};

/// A store of entries, with longer values in parts.
pub struct Blocking {
    entries: Arc<dyn Entries>,
    reader: Option<ReadBackVerifier>,
    patience: Patience,
    kept: KeptSession,
}

/// The session of a process with its store, while no effect has it. To open one takes a key agreement on both sides, which is most of
/// what an effect takes; one that did well is gone on with. It remembers nothing of what went over it.
#[derive(Clone, Default)]
pub struct KeptSession(Arc<Mutex<Option<Box<dyn Entries>>>>);

impl KeptSession {
    fn take(&self) -> Option<Box<dyn Entries>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, session: Option<Box<dyn Entries>>) {
        drop(std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), session));
    }
}

impl std::fmt::Debug for KeptSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptSession").finish_non_exhaustive()
    }
}

impl Blocking {
    /// A store that only this process can see.
    pub fn new(entries: Arc<dyn Entries>) -> Self {
        Self { entries, reader: None, patience: Patience::new(true), kept: KeptSession::default() }
    }

    /// The same, read back by another process.
    pub(in crate::rooms::world) fn read_back_by(self, reader: ReadBackVerifier) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// The same with the patience of its process.
    #[must_use]
    pub fn within(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The same over the session of its process.
    pub(in crate::rooms::world) fn over(self, kept: KeptSession) -> Self {
        Self { kept, ..self }
    }

    /// Runs `work` on a thread of its own. The thread may outlive the wait: its result is then dropped, and with it wiped.
    async fn call<T: Send + 'static>(
        &self,
        registration: &str,
        work: impl FnOnce(&mut Session<'_>) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let (sender, receiver) = oneshot::channel();
        let (entries, kept) = (Arc::clone(&self.entries), self.kept.clone());
        let answer = move || {
            let mut session = Session::new(&*entries, &kept);
            let answer = work(&mut session);
            session.end();
            drop(sender.send(answer));
        };
        let started = thread::Builder::new().name("vault".to_owned()).spawn(answer).is_ok();
        let answered = match receiver.await {
            Ok(result) => result,
            Err(_ended) if started => Err(other("the call ended without an answer")),
            Err(_never_begun) => Err(other("no thread could be started")),
        };
        answered.map_err(|failure| Box::new(failure.with_detail(&self.title(registration))))
    }

    /// An answer for each name; one that has to be `lasting` is still there after the session of the person.
    async fn read(&self, names: &[String], lasting: bool) -> Answer<Vec<Found>> {
        let title = self.title(registration(names));
        let all = names.to_vec();
        self.call(registration(names), move |session| {
            let mut silent: Option<Box<Failure>> = None;
            let found = all.iter().map(|name| {
                if let Some(failure) = &silent {
                    return Err(failure.clone());
                }
                let found = session.perform(|entries| {
                    if lasting {
                        entries.lasts(name)?;
                    }
                    parts::read(entries, name)
                });
                found.and_then(secret).map_err(|failure| {
                    let failure = Box::new(failure.with_detail(&title));
                    // One that does not tell about an item is not asked about the others.
                    silent = Some(failure.clone()).filter(|failure| failure.cause != MISSING);
                    failure
                })
            });
            Ok(found.collect())
        })
        .await
    }
}

/// What one effect asks of a store, over one session where there are sessions: the one that did well for the effect before, or a new
/// one. `KWallet` 5.103 fails in about one of a hundred: it loses a zero at the beginning of a public key. So what may pass is done
/// again once, in a new one.
struct Session<'e> {
    entries: &'e dyn Entries,
    kept: &'e KeptSession,
    opened: Option<Box<dyn Entries>>,
    /// Whether it is from an effect before this one: bus and provider may have been started anew since.
    older: bool,
    /// Whether what was asked last was answered.
    well: bool,
    again: bool,
}

impl<'e> Session<'e> {
    fn new(entries: &'e dyn Entries, kept: &'e KeptSession) -> Self {
        Self { entries, kept, opened: None, older: false, well: false, again: false }
    }

    fn perform<T>(&mut self, work: impl Fn(&dyn Entries) -> Answer<T>) -> Answer<T> {
        let Some(session) = self.open() else {
            return work(self.entries);
        };
        let done = session.and_then(&work);
        let older = self.older;
        let passes = |failure: &Failure| may_pass(failure) || older && may_be_over(failure);
        if self.again || !done.as_ref().is_err_and(|failure| passes(failure)) {
            return self.judged(done);
        }
        (self.again, self.older, self.opened) = (true, false, None);
        match self.open().map(|session| session.and_then(&work)) {
            // Nobody is there any more: that it ended is what happened.
            Some(Err(failure)) if failure.cause == Cause::Vault(VaultFault::NoProvider) => self.judged(done),
            Some(again) => self.judged(again),
            None => done,
        }
    }

    fn judged<T>(&mut self, done: Answer<T>) -> Answer<T> {
        self.well = done.as_ref().err().is_none_or(|failure| failure.cause == MISSING);
        done
    }

    fn open(&mut self) -> Option<Answer<&dyn Entries>> {
        if self.opened.is_none() {
            self.opened = if self.again { None } else { self.kept.take() };
            self.older = self.opened.is_some();
        }
        if self.opened.is_none() {
            match self.entries.session()? {
                Ok(opened) => self.opened = Some(opened),
                Err(error) => return Some(Err(error)),
            }
        }
        self.opened.as_deref().map(Ok)
    }

    /// Leaves a session that did well to the next effect.
    fn end(self) {
        if self.well {
            self.kept.put(self.opened);
        }
    }
}

#[async_trait]
impl SecretStore for Blocking {
    fn descriptor(&self) -> &'static StoreDescriptor {
        self.entries.descriptor()
    }

    fn title(&self, registration: &str) -> String {
        self.entries.title(registration)
    }

    fn limit(&self) -> Duration {
        self.patience.limit()
    }

    fn gave_up(&self, waited: Duration) {
        self.patience.lost(waited);
    }

    async fn put(&self, name: &str, secret: &SharedSecret) -> Answer<()> {
        let (item, secret) = (name.to_owned(), SharedSecret::clone(secret));
        self.call(registration_of(name), move |session| {
            session.perform(|entries| {
                parts::write(entries, &item, &label(&item), secret.reveal())?;
                let back = parts::read(entries, &item)?;
                let same = std::str::from_utf8(&back).is_ok_and(|back| secret.same_as(back));
                if same { Ok(()) } else { Err(fault(VaultFault::ReadsDifferently)) }
            })
        })
        .await
    }

    async fn get(&self, names: &[String]) -> Answer<Vec<Found>> {
        self.read(names, false).await
    }
    async fn delete(&self, names: &[String]) -> Answer<()> {
        let all = names.to_vec();
        self.call(registration(names), move |session| {
            let mut each = all.iter();
            each.try_for_each(|name| session.perform(|entries| parts::delete(entries, name)))
        })
        .await
    }

    async fn list(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        let name = registration.to_owned();
        let names = self.call(registration, move |session| session.perform(|entries| entries.names(&name))).await?;
        // A value in parts is one name.
        let whole = |name: &String| name.split('#').next().unwrap_or_default().to_owned();
        Ok(names.map(|names| names.iter().map(whole).collect::<BTreeSet<_>>().into_iter().collect()))
    }

    fn is_sealed(&self) -> bool {
        self.entries.is_sealed()
    }

    async fn unlock(&self, registration: &str) -> Answer<()> {
        let name = registration.to_owned();
        // Not over a session: what needs no passphrase is opened by its first use, and a name can be changed where there is no keyring.
        self.call(registration, move |session| session.entries.open(&name)).await
    }

    async fn verify(&self, names: &[String]) -> Answer<()> {
        let ours = self.read(names, true).await?;
        let Some(reader) = &self.reader else {
            return ours.into_iter().try_for_each(|found| found.map(drop));
        };
        let compared = reader.compare(names, ours).await;
        let title = self.title(registration(names));
        compared.map_err(|failure| Box::new(failure.with_detail(&title)))
    }
}

/// What the keyring's own program shows. Labels can be read while the keyring is locked: nothing of the partner's here.
fn label(name: &str) -> String {
    let mut words = name.split('/');
    let registration = words.next().unwrap_or_default();
    let kind = match words.next().unwrap_or_default() {
        "test" => "test, can be deleted".to_owned(),
        kind => kind.replace('-', " "),
    };
    format!("Octo CSP, {registration}: {kind}")
}

/// What may be the session's fault and not the store's: an answer that nobody can read or that is not known, or a provider that
/// ended and may be started again.
fn may_pass(failure: &Failure) -> bool {
    let passing = [VaultFault::Other, VaultFault::ReadsDifferently, VaultFault::Crashed];
    passing.iter().any(|fault| failure.cause == Cause::Vault(*fault))
}

/// What an older session may be told where a new one would be answered.
fn may_be_over(failure: &Failure) -> bool {
    let over = [VaultFault::NoBus, VaultFault::NoProvider, VaultFault::NoCollection];
    over.iter().any(|fault| failure.cause == Cause::Vault(*fault))
}

/// Takes what was read over into the one type for secrets, without a copy. Everything we keep is text.
fn secret(mut bytes: Zeroizing<Vec<u8>>) -> Answer<SharedSecret> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Secret::shared(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(fault(VaultFault::ReadsDifferently))
        }
    }
}
