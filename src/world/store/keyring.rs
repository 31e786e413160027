//! The operating system's keyring: Secret Service, Keychain, or Credential Manager.
//!
//! A session is one effect's at a time, and the next one's if it did well. `keyring`'s own default store is process-wide, remembers for
//! ever that the first attempt failed, and a call that hangs in it blocks all later ones; a new session sees a bus or a provider that
//! came up meanwhile. It remembers nothing: what is read back is what the provider has.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::Arc;

use keyring::{Entry, Error};
use keyring_core::CredentialStore;
use zeroize::Zeroizing;

use super::entries::Entries;
use super::secret_store::{Answer, fault, other, registration_of};
use crate::words::store::{self};
use crate::words::{Failure, StoreDescriptor, UntrustedText, VaultFault};

/// What every item is filed under; with it a person finds them: `secret-tool search --all service octo-csp`.
pub const SERVICE: &str = "octo-csp";

/// The keyring of the person who runs this, with the session that was opened of it.
#[derive(Default)]
pub(in crate::rooms::world) struct Keyring(Option<Arc<CredentialStore>>);

impl Entries for Keyring {
    fn descriptor(&self) -> &'static StoreDescriptor {
        &store::KEYRING
    }

    fn write(&self, name: &str, label: &str, bytes: &[u8]) -> Answer<()> {
        self.entry(name, label)?.set_secret(bytes).map_err(translated)
    }

    fn read(&self, name: &str) -> Answer<Zeroizing<Vec<u8>>> {
        self.entry(name, SERVICE)?.get_secret().map(Zeroizing::new).map_err(translated)
    }

    fn delete(&self, name: &str) -> Answer<()> {
        let deleted = match self.entry(name, SERVICE)?.delete_credential() {
            // Another program filed an item of the same name. Both are gone then: the name is ours.
            Err(Error::Ambiguous(entries)) => entries.iter().try_for_each(keyring_core::Entry::delete_credential),
            deleted => deleted,
        };
        deleted.map_err(translated)
    }

    /// What a search of the keyring finds. A person may be asked to unlock it.
    fn names(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        let mut names = Vec::new();
        for entry in self.search(&HashMap::from([EVERYTHING]))? {
            let (service, name) = entry.get_specifiers().ok_or_else(|| fault(VaultFault::Locked))?;
            if service == SERVICE && registration_of(&name) == registration {
                names.push(name);
            }
        }
        Ok(Some(names))
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn lasts(&self, name: &str) -> Answer<()> {
        use zbus_secret_service_keyring_store::cred::Wrapper;
        let item = HashMap::from([EVERYTHING, ("username", name)]);
        let gone = |entry: &keyring_core::Entry| {
            let found = entry.as_any().downcast_ref::<Wrapper>();
            found.is_some_and(|found| found.get_path().starts_with(SESSION_ONLY))
        };
        if self.search(&item)?.iter().any(gone) { Err(fault(VaultFault::SessionOnly)) } else { Ok(()) }
    }

    fn session(&self) -> Option<Answer<Box<dyn Entries>>> {
        let opened = open().map_err(translated);
        Some(opened.map(|store| Box::new(Self(Some(store))) as Box<dyn Entries>))
    }

    fn title(&self, _registration: &str) -> String {
        TITLE.to_owned()
    }
}

/// Where a Secret Service keeps what is gone when the person logs out (Secret Service API, "Collections").
#[cfg(all(unix, not(target_os = "macos")))]
const SESSION_ONLY: &str = "/org/freedesktop/secrets/collection/session/";

impl Keyring {
    fn search(&self, what: &HashMap<&str, &str>) -> Answer<Vec<keyring_core::Entry>> {
        let store = self.0.clone().map_or_else(open, Ok);
        store.and_then(|store| store.search(what)).map_err(translated)
    }

    fn entry(&self, name: &str, label: &str) -> Answer<Entry> {
        let store = self.0.clone().map_or_else(open, Ok);
        let built = store.and_then(|it| it.build(SERVICE, name, Some(&modifiers(label))));
        built.map(|inner| Entry { inner }).map_err(translated)
    }
}

/// What a search is for that finds every item of ours.
#[cfg(unix)]
const EVERYTHING: (&str, &str) = ("service", SERVICE);
#[cfg(windows)]
const EVERYTHING: (&str, &str) = ("pattern", SERVICE);

#[cfg(all(unix, not(target_os = "macos")))]
const TITLE: &str = "Secret Service";
#[cfg(target_os = "macos")]
const TITLE: &str = "Keychain";
#[cfg(windows)]
const TITLE: &str = "Credential Manager";

#[cfg(all(unix, not(target_os = "macos")))]
fn open() -> keyring::Result<Arc<CredentialStore>> {
    zbus_secret_service_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>)
}

#[cfg(target_os = "macos")]
fn open() -> keyring::Result<Arc<CredentialStore>> {
    apple_native_keyring_store::keychain::Store::new().map(|store| store as Arc<CredentialStore>)
}

#[cfg(windows)]
fn open() -> keyring::Result<Arc<CredentialStore>> {
    windows_native_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>)
}

/// What is said about a new item besides its name. The stores refuse each other's words.
#[cfg(all(unix, not(target_os = "macos")))]
fn modifiers(label: &str) -> HashMap<&str, &str> {
    HashMap::from([("label", label)])
}

#[cfg(target_os = "macos")]
fn modifiers(_label: &str) -> HashMap<&str, &str> {
    HashMap::new()
}

/// Local: the default would let the item roam with the domain profile.
#[cfg(windows)]
fn modifiers(_label: &str) -> HashMap<&str, &str> {
    HashMap::from([("persistence", "Local")])
}

/// The one place that looks into a keyring's error. Its variants say little ("platform failure" is a missing bus as well as
/// a missing provider), so the words of what lies below decide. Two variants carry the secret's bytes: they are dropped
/// unseen, and no error is ever formatted with `Debug`.
#[expect(clippy::needless_pass_by_value, reason = "the error ends here, with whatever it carries")]
fn translated(error: Error) -> Box<Failure> {
    match &error {
        Error::NoEntry => fault(VaultFault::Missing),
        Error::Ambiguous(_) => fault(VaultFault::Ambiguous),
        Error::TooLong(..) => fault(VaultFault::TooLarge),
        Error::NoStorageAccess(_) | Error::PlatformFailure(_) => by_words(&error),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => fault(VaultFault::ReadsDifferently),
        Error::BadStoreFormat(_) | Error::Invalid(..) | Error::NoDefaultStore | Error::NotSupportedByStore(_) | _ => {
            other("the keyring answered in an unknown way")
        }
    }
}

/// What the words of a platform's error mean; the first that is found counts.
const WORDS: [(&str, VaultFault); 27] = [
    // Secret Service. A provider that cannot ask says that nobody provides the one who would ask: oo7 without a desktop.
    ("prompter", VaultFault::Locked),
    ("disconnected from message bus", VaultFault::Crashed),
    ("error.noreply", VaultFault::Crashed),
    ("prompt dismissed", VaultFault::Locked),
    ("object locked", VaultFault::Locked),
    ("secret.error.islocked", VaultFault::Locked),
    ("before prompt completed", VaultFault::Locked),
    ("result not returned", VaultFault::NoCollection),
    ("secret.error.nosuchobject", VaultFault::NoCollection),
    ("serviceunknown", VaultFault::NoProvider),
    ("namehasnoowner", VaultFault::NoProvider),
    ("error.spawn", VaultFault::NoProvider),
    ("not provided by any", VaultFault::NoProvider),
    ("accessdenied", VaultFault::Denied),
    ("permission denied", VaultFault::Denied),
    ("no such file", VaultFault::NoBus),
    ("connection refused", VaultFault::NoBus),
    ("failed to connect", VaultFault::NoBus),
    ("address error", VaultFault::NoBus),
    ("handshake failed", VaultFault::NoBus),
    ("no secret service provider or dbus", VaultFault::NoBus),
    // Keychain.
    ("interaction is not allowed", VaultFault::Locked),
    ("keychain could not be found", VaultFault::NoCollection),
    ("canceled", VaultFault::Denied),
    ("is not correct", VaultFault::Denied),
    // Credential Manager.
    ("no_such_logon_session", VaultFault::NoProvider),
    ("access is denied", VaultFault::Denied),
];

fn by_words(error: &Error) -> Box<Failure> {
    let mut words = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(&error.to_string());
        words.push('\n');
        cause = error.source();
    }
    let lower = words.to_ascii_lowercase();
    let known = WORDS.iter().find(|(word, _)| lower.contains(word));
    let mut failure = fault(known.map_or(VaultFault::Other, |(_, fault)| *fault));
    failure.sentence = words.lines().next().and_then(UntrustedText::some);
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(words: &'static str) -> Box<Failure> {
        translated(Error::PlatformFailure(Box::from(words)))
    }

    #[test]
    fn a_cause_is_known_by_its_words() {
        for (words, known) in [
            ("zbus error: I/O error: No such file or directory (os error 2)", VaultFault::NoBus),
            ("zbus fdo error: org.freedesktop.DBus.Error.ServiceUnknown: x", VaultFault::NoProvider),
            ("SS error: prompt dismissed", VaultFault::Locked),
            (
                "zbus error: org.freedesktop.DBus.Error.ServiceUnknown: The name org.gnome.keyring.SystemPrompter \
                 was not provided by any .service files",
                VaultFault::Locked,
            ),
            (
                "zbus error: org.freedesktop.DBus.Error.NoReply: Message recipient disconnected from message bus \
                 without replying",
                VaultFault::Crashed,
            ),
            ("SS error: result not returned from SS API", VaultFault::NoCollection),
            ("User interaction is not allowed.", VaultFault::Locked),
            ("something new", VaultFault::Other),
        ] {
            assert_eq!(platform(words).cause, fault(known).cause, "{words}");
        }
    }

    #[test]
    fn the_bytes_of_an_unreadable_secret_never_get_out() {
        for error in
            [Error::BadEncoding(b"hunter2".to_vec()), Error::BadDataFormat(b"hunter2".to_vec(), Box::from("hunter2"))]
        {
            let error = translated(error);
            assert_eq!(error, fault(VaultFault::ReadsDifferently));
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn what_a_platform_says_is_made_harmless() {
        let sentence = platform("bad\u{1b}[2J\nsecond line").sentence.unwrap();
        assert_eq!(sentence, "bad[2J");
    }
}
