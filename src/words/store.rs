//! The stores that a registration's secrets can be in, as everybody but their own files knows them: a name and some words.

use serde::{Deserialize, Serialize};

use crate::words::text::UntrustedText;

/// What is said of a store. A new one is a row here, and its secrets and journal in `world`.
#[derive(Debug, PartialEq, Eq)]
pub struct StoreDescriptor {
    /// As on the command line, in the journal and in JSON objects.
    pub key: &'static str,
    /// As in a sentence: "Without a keyring nothing can be kept".
    pub noun: &'static str,
    /// Beside the look of the first page; nine characters at most.
    pub label: &'static str,
    /// One line for the help of the command line.
    pub about: &'static str,
    /// Under what a person finds the secrets there.
    pub found: &'static str,
    /// Who opens it.
    pub unlock: Unlock,
    /// How what was written is read back, said after "read back".
    pub verify: &'static str,
    /// The files beside the journal that everything is in, if that is how it keeps, the one with the secrets first. They go with the
    /// journal, so that nobody needs to open them to be rid of them.
    pub files: &'static [&'static str],
}

/// What a store is opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlock {
    /// It asks the person itself, in a window of its own.
    Window,
    /// A passphrase that this program is given.
    Passphrase,
    /// A login that is set up outside of this program.
    Login,
}

/// The operating system's keyring: what a journal means that names no store.
pub static KEYRING: StoreDescriptor = StoreDescriptor {
    key: "keyring",
    noun: "keyring",
    label: "Keyring",
    about: "The operating system's keyring",
    found: "service \"octo-csp\"",
    unlock: Unlock::Window,
    verify: " by a second process",
    files: &[],
};

/// One file in the age format, sealed with a passphrase.
pub static VAULT_FILE: StoreDescriptor = StoreDescriptor {
    key: "file",
    noun: "vault file",
    label: "Vault",
    about: "One vault file in the age format, sealed with a passphrase",
    found: "opened by your passphrase",
    unlock: Unlock::Passphrase,
    verify: " by a second process",
    files: &["vault.age", "identity.age"],
};

/// A server that several hosts share: `OpenBao` or `HashiCorp` Vault.
pub static SHARED_VAULT: StoreDescriptor = StoreDescriptor {
    key: "vault",
    noun: "shared vault",
    label: "Vault",
    about: "OpenBao or HashiCorp Vault, a server that several hosts share",
    found: "below octo-csp/",
    unlock: Unlock::Login,
    verify: " from the server",
    files: &[],
};

/// A Key Vault of Azure's, which several hosts share.
pub static AZURE_KEY_VAULT: StoreDescriptor = StoreDescriptor {
    key: "azure-key-vault",
    noun: "Azure Key Vault",
    label: "Key Vault",
    about: "The partner's own Key Vault in Azure, which several hosts share",
    found: "names that begin with octo-csp-",
    unlock: Unlock::Login,
    verify: " from the server",
    files: &[],
};

/// Every store that can be asked for.
pub static STORES: [&StoreDescriptor; 4] = [&KEYRING, &VAULT_FILE, &SHARED_VAULT, &AZURE_KEY_VAULT];

impl Default for &'static StoreDescriptor {
    fn default() -> Self {
        &KEYRING
    }
}

impl StoreDescriptor {
    /// Whether it keeps in files beside the journal.
    pub fn is_file(&self) -> bool {
        !self.files.is_empty()
    }

    /// Whether several hosts keep in it: then the journal is there too.
    pub fn is_shared(&self) -> bool {
        self.unlock == Unlock::Login
    }

    /// The noun at the beginning of a line.
    pub fn heading(&self) -> String {
        let mut letters = self.noun.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    }
}

/// A store as a journal names it, perhaps one that only a newer version knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoreKey(UntrustedText);

impl StoreKey {
    /// As the journal has it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Default for StoreKey {
    fn default() -> Self {
        Self::from(&KEYRING)
    }
}

impl From<&StoreDescriptor> for StoreKey {
    fn from(store: &StoreDescriptor) -> Self {
        Self(UntrustedText::new(store.key))
    }
}

impl PartialEq<StoreDescriptor> for StoreKey {
    fn eq(&self, store: &StoreDescriptor) -> bool {
        self.0 == store.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_store_is_found_by_the_name_that_the_journal_has() {
        for store in STORES {
            assert_eq!(StoreKey::from(store), *store);
            assert!(store.label.len() <= 9, "{}", store.label);
        }
        assert_eq!(StoreKey::default(), KEYRING);
        assert_eq!(VAULT_FILE.heading(), "Vault file");
        let newer: StoreKey = serde_json::from_str(r#""safe""#).unwrap();
        assert!(STORES.iter().all(|store| newer != **store));
        assert_eq!(serde_json::to_string(&newer).unwrap(), r#""safe""#);
    }
}
