//! A store whose calls block, as a [`SecretStore`]: each call on a plain thread, because a keyring whose prompt nobody answers
//! never returns, and a thread of the runtime's pool would then keep the process from ending.

use std::sync::Arc;
use std::thread;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::entries::{Entries, VaultError};
use super::parts;
use super::read_back::ReadBackVerifier;
use super::secret_store::{Found, Pending, SecretStore, registration_of};
use crate::words::failure::{Cause, Failure, Service, VaultFault};
use crate::words::secret::{Secret, SharedSecret};
use crate::words::store::StoreDescriptor;

/// A store of entries, with longer values in parts.
pub struct Blocking {
    entries: Arc<dyn Entries>,
    reader: Option<ReadBackVerifier>,
}

impl Blocking {
    /// A store that only this process can see.
    pub fn new(entries: Arc<dyn Entries>) -> Self {
        Self { entries, reader: None }
    }

    /// The same, read back by another process.
    pub(in crate::world) fn read_back_by(self, reader: ReadBackVerifier) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// Runs `work` on a thread of its own. The thread may outlive the wait: its result is then dropped, and with it wiped.
    fn call<'a, T: Send + 'static>(
        &'a self,
        registration: &'a str,
        work: impl FnOnce(&dyn Entries) -> Result<T, VaultError> + Send + 'static,
    ) -> Pending<'a, T> {
        let (sender, receiver) = oneshot::channel();
        let entries = Arc::clone(&self.entries);
        let answer = move || drop(sender.send(work(&*entries)));
        let started = thread::Builder::new().name("vault".to_owned()).spawn(answer).is_ok();
        Box::pin(async move {
            let answered = match receiver.await {
                Ok(result) => result,
                Err(_ended) if started => {
                    Err(VaultError::other("the call ended without an answer"))
                }
                Err(_never_begun) => Err(VaultError::other("no thread could be started")),
            };
            answered.map_err(|error| failure(error, &self.title(registration)))
        })
    }
}

impl SecretStore for Blocking {
    fn descriptor(&self) -> &'static StoreDescriptor {
        self.entries.descriptor()
    }

    fn title(&self, registration: &str) -> String {
        self.entries.title(registration)
    }

    fn put<'a>(&'a self, name: &'a str, secret: &'a SharedSecret) -> Pending<'a, ()> {
        let (item, secret) = (name.to_owned(), SharedSecret::clone(secret));
        self.call(registration_of(name), move |entries| {
            parts::write(entries, &item, &label(&item), secret.reveal())?;
            let back = parts::read(entries, &item)?;
            let same = std::str::from_utf8(&back).is_ok_and(|back| secret.same_as(back));
            if same { Ok(()) } else { Err(VaultError::READS_DIFFERENTLY) }
        })
    }

    fn get<'a>(&'a self, names: &'a [String]) -> Pending<'a, Vec<Found>> {
        let registration = names.first().map_or("", |name| registration_of(name));
        let title = self.title(registration);
        let names = names.to_vec();
        self.call(registration, move |entries| {
            let mut silent: Option<VaultError> = None;
            let found = names.iter().map(|name| {
                if let Some(error) = &silent {
                    return Err(failure(error.clone(), &title));
                }
                parts::read(entries, name).and_then(secret).map_err(|error| {
                    // One that does not tell about an item is not asked about the others.
                    silent = Some(error.clone()).filter(|error| !error.is_answer());
                    failure(error, &title)
                })
            });
            Ok(found.collect())
        })
    }

    fn delete<'a>(&'a self, names: &'a [String]) -> Pending<'a, ()> {
        let registration = names.first().map_or("", |name| registration_of(name));
        let names = names.to_vec();
        self.call(registration, move |entries| {
            names.iter().try_for_each(|name| parts::delete(entries, name))
        })
    }

    fn list<'a>(&'a self, registration: &'a str) -> Pending<'a, Option<Vec<String>>> {
        let name = registration.to_owned();
        self.call(registration, move |entries| entries.names(&name))
    }

    fn is_sealed(&self) -> bool {
        self.entries.is_sealed()
    }

    fn unlock<'a>(&'a self, registration: &'a str) -> Pending<'a, ()> {
        let name = registration.to_owned();
        self.call(registration, move |entries| entries.open(&name))
    }

    fn verify<'a>(&'a self, names: &'a [String]) -> Pending<'a, ()> {
        Box::pin(async move {
            let ours = self.get(names).await?;
            let Some(reader) = &self.reader else {
                return ours.into_iter().try_for_each(|found| found.map(drop));
            };
            let registration = names.first().map_or("", |name| registration_of(name));
            let compared = reader.compare(names, ours).await;
            compared.map_err(|failure| Box::new(failure.with_detail(&self.title(registration))))
        })
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

/// The one place where an error of entries becomes a [`Failure`].
fn failure(error: VaultError, title: &str) -> Box<Failure> {
    let (service, cause) = match error.disk {
        Some(disk) => (Service::Disk, Cause::Disk(disk)),
        None => (Service::Keyring, Cause::Vault(error.fault)),
    };
    let mut failure = Failure::new(service, cause).with_detail(title);
    failure.sentence = error.sentence;
    Box::new(failure)
}

/// Takes what was read over into the one type for secrets, without a copy. Everything we keep is text.
fn secret(mut bytes: Zeroizing<Vec<u8>>) -> Result<SharedSecret, VaultError> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Secret::shared(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(VaultError::READS_DIFFERENTLY)
        }
    }
}

impl VaultError {
    /// Whether the store answered, and only this item is not as it should be.
    fn is_answer(&self) -> bool {
        self.disk.is_none() && self.fault == VaultFault::Missing
    }
}
