//! What opens vault files: the passphrase that opens the identity beside each of them, or an identity alone.
//!
//! A vault file is sealed to recipients (X25519, <https://c2sp.org/age>). The identity of the first lies beside it in an age file that
//! the passphrase opens; each collector has an identity of its own. So a process does the work of a passphrase once, to read, and
//! none to write. No recipient stands anywhere in clear: who knew one and can write files could put a vault of his own in our
//! place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use age::secrecy::{ExposeSecret as _, SecretString};
use age::{DecryptError, Decryptor, scrypt, x25519};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::super::secret_store::{Answer, fault, other};
use crate::words::{Failure, Secret, SharedSecret, VaultFault};
use crate::world::folder::Folder;

/// The name of the identity that the passphrase opens, beside its vault file.
pub(super) const IDENTITY_FILE: &str = "identity.age";

/// The work that one guess of the passphrase takes: 2^17 rounds of scrypt and 128 MiB, the first choice of OWASP's Password
/// Storage Cheat Sheet. About a third of a second on a desktop, a second on a small server.
const WORK: u8 = 17;

/// The most work that a file may ask for. `age -p` asks for 2^18, `rage -p` for a second's worth; each step more doubles time
/// and memory, and a file that somebody else made must not hold us for hours.
const MOST_WORK: u8 = 20;

/// What opens vault files. What a passphrase opened is remembered, wiped with this; a passphrase that is for one registration is not
/// kept any longer then.
#[derive(Debug)]
pub struct VaultKey {
    is_passphrase: bool,
    work: u8,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    /// What was given, as long as it may be needed.
    given: Option<Handed>,
    /// The one registration that it is for, where it is for one.
    only: Option<String>,
    opened: BTreeMap<String, Opened>,
}

/// What a person or a file gave, and what the second process is given: never more than it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::rooms::world) enum Handed {
    /// The passphrase.
    Passphrase(#[serde(with = "text")] SharedSecret),
    /// An identity, as age writes it.
    Identity(#[serde(with = "text")] SharedSecret),
}

/// What the identity file of a registration held when it had these bytes.
#[derive(Debug)]
struct Opened {
    sealed: Vec<u8>,
    identity: SharedSecret,
}

impl VaultKey {
    /// A passphrase, for one registration or for whichever is opened.
    pub fn passphrase(passphrase: SharedSecret, only: Option<&str>) -> Arc<Self> {
        Self::of(Handed::Passphrase(passphrase), only, WORK)
    }

    /// The identity of a collector, `AGE-SECRET-KEY-1…`; nothing else is one.
    pub fn identity(text: &Secret) -> Option<Arc<Self>> {
        // An identity file may have comments, as those of age-keygen do.
        let mut lines = text.reveal().lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let only = lines.next().filter(|line| lines.next().is_none() && parsed(line).is_ok())?;
        Some(Self::from(Handed::Identity(Secret::shared(only.to_owned()))))
    }

    pub(in crate::rooms::world) fn from(given: Handed) -> Arc<Self> {
        Self::of(given, None, WORK)
    }

    /// The same with the work of a test.
    #[cfg(test)]
    pub(super) fn light(passphrase: &str) -> Arc<Self> {
        Self::of(Handed::Passphrase(Secret::shared(passphrase.to_owned())), Some("production"), 4)
    }

    fn of(given: Handed, only: Option<&str>, work: u8) -> Arc<Self> {
        let is_passphrase = matches!(given, Handed::Passphrase(_));
        let held = Held { given: Some(given), only: only.map(str::to_owned), opened: BTreeMap::new() };
        Arc::new(Self { is_passphrase, work, held: Mutex::new(held) })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is a passphrase.
    pub(super) fn is_passphrase(&self) -> bool {
        self.is_passphrase
    }

    /// What a second process needs to open this registration's file: its identity once that is open, so that the work is not done twice.
    pub(in crate::rooms::world) fn handed(&self, registration: &str) -> Option<Handed> {
        let held = self.held();
        let identity = held.opened.get(registration).map(|opened| SharedSecret::clone(&opened.identity));
        identity.map(Handed::Identity).or_else(|| held.given.clone())
    }

    /// The identity that opens the vault file in this folder; none where the passphrase has none there yet.
    pub(super) fn opener(&self, registration: &str, folder: &Folder) -> Answer<Option<SharedSecret>> {
        let mut held = self.held();
        if let Some(Handed::Identity(identity)) = &held.given {
            return Ok(Some(SharedSecret::clone(identity)));
        }
        let Some(sealed) = folder.read_private(IDENTITY_FILE)? else {
            return Ok(None);
        };
        let known = held.opened.get(registration).filter(|known| known.sealed == sealed);
        let identity = if let Some(known) = known {
            SharedSecret::clone(&known.identity)
        } else {
            let text = read(decryptor(&sealed)?, &by(&*held.words()?))?;
            let text = std::str::from_utf8(&text).map_err(|_binary| fault(VaultFault::Damaged))?.trim_end();
            parsed(text)?;
            let identity = Secret::shared(text.to_owned());
            let opened = Opened { sealed, identity: SharedSecret::clone(&identity) };
            held.opened.insert(registration.to_owned(), opened);
            identity
        };
        if held.only.as_deref() == Some(registration) {
            held.given = None;
        }
        Ok(Some(identity))
    }

    /// Puts an identity beside a vault file that is not there yet, or has none: the one of before where this process made one, so
    /// that what is written and removed at once costs the work once.
    pub(super) fn make(&self, registration: &str, folder: &Folder) -> Answer<SharedSecret> {
        let mut held = self.held();
        let made = match held.opened.remove(registration) {
            Some(before) => before,
            None => Opened::new(&*held.words()?, self.work)?,
        };
        folder.replace(IDENTITY_FILE, &made.sealed)?;
        let identity = SharedSecret::clone(&made.identity);
        held.opened.insert(registration.to_owned(), made);
        Ok(identity)
    }

    /// A new identity for a file that is there already: sealed with this passphrase, and its recipient.
    pub(super) fn prepare(&self) -> Answer<(Vec<u8>, String)> {
        let Opened { sealed, identity } = Opened::new(&*self.held().words()?, self.work)?;
        Ok((sealed, parsed(identity.reveal())?.to_public().to_string()))
    }

    /// A new identity, as age writes it.
    pub fn new_identity() -> SharedSecret {
        Secret::shared(x25519::Identity::generate().to_string().expose_secret().to_owned())
    }

    /// Opens what an earlier version sealed with the passphrase itself.
    pub(super) fn read_earlier(&self, decryptor: Decryptor<&[u8]>) -> Answer<Zeroizing<Vec<u8>>> {
        let held = self.held();
        if held.given.is_none() {
            // Nobody seals like this any more, once a file had an identity: it was put there from somewhere else.
            return Err(fault(VaultFault::Damaged));
        }
        read(decryptor, &by(&*held.words()?))
    }
}

impl Held {
    /// The passphrase. Whoever has an identity alone, or had a passphrase for what is not there any more, cannot open it.
    fn words(&self) -> Answer<SharedSecret> {
        match &self.given {
            Some(Handed::Passphrase(passphrase)) => Ok(SharedSecret::clone(passphrase)),
            Some(Handed::Identity(_)) | None => Err(fault(VaultFault::WrongPassphrase)),
        }
    }
}

impl Opened {
    fn new(passphrase: &Secret, work: u8) -> Answer<Self> {
        let identity = VaultKey::new_identity();
        let mut recipient = scrypt::Recipient::new(words(passphrase));
        recipient.set_work_factor(work);
        let line = Zeroizing::new(format!("{}\n", identity.reveal()));
        // Into memory: no disk can fail here.
        let sealed =
            age::encrypt(&recipient, line.as_bytes()).map_err(|_error| other("the identity could not be sealed"))?;
        Ok(Self { sealed, identity })
    }
}

/// An identity that was written by us or by age.
pub(super) fn parsed(identity: &str) -> Answer<x25519::Identity> {
    identity.parse().map_err(|_other: &str| fault(VaultFault::Damaged))
}

/// The head of an age file.
pub(super) fn decryptor(bytes: &[u8]) -> Answer<Decryptor<&[u8]>> {
    Decryptor::new_buffered(bytes).map_err(|error| not_opened(&error))
}

/// What is inside an age file.
pub(super) fn read(decryptor: Decryptor<&[u8]>, identity: &dyn age::Identity) -> Answer<Zeroizing<Vec<u8>>> {
    let mut reader = decryptor.decrypt(std::iter::once(identity)).map_err(|error| not_opened(&error))?;
    let mut text = Zeroizing::new(Vec::new());
    std::io::Read::read_to_end(&mut reader, &mut text).map_err(|_cut| fault(VaultFault::Damaged))?;
    Ok(text)
}

fn by(passphrase: &Secret) -> scrypt::Identity {
    let mut identity = scrypt::Identity::new(words(passphrase));
    identity.set_max_work_factor(MOST_WORK);
    identity
}

/// age's own type for a passphrase, which is wiped as ours is.
fn words(passphrase: &Secret) -> SecretString {
    SecretString::from(passphrase.reveal().to_owned())
}

/// A file's key is sealed with what opens it. If that does not open, it is another one, or exactly these bytes were changed; whatever
/// else is wrong has nothing to do with it.
fn not_opened(error: &DecryptError) -> Box<Failure> {
    use DecryptError as E;
    let another = matches!(error, E::DecryptionFailed | E::KeyDecryptionFailed | E::NoMatchingKeys);
    fault(if another { VaultFault::WrongPassphrase } else { VaultFault::Damaged })
}

/// A secret on its way to our second process.
mod text {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use zeroize::Zeroizing;

    use crate::words::{Secret, SharedSecret};

    pub(super) fn serialize<S: Serializer>(secret: &SharedSecret, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(secret.reveal())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SharedSecret, D::Error> {
        let mut text = Zeroizing::<String>::deserialize(from)?;
        Ok(Secret::shared(std::mem::take(&mut *text)))
    }
}
