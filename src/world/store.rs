//! The vault: where secrets are kept. A store is a [`SecretStore`]; [`Vault`] is what it has of one registration.

mod age_file;
mod blocking;
pub(in crate::rooms::world) mod engine;
mod entries;
mod key_vault;
mod keyring;
mod memory;
mod parts;
mod read_back;
mod secret_store;
mod shared;
mod vault;

pub use self::age_file::VaultKey;
pub use self::blocking::{Blocking, KeptSession};
pub use self::engine::{Credential, Engine, EngineSettings, Login, LoginMethod};
pub use self::entries::Entries;
pub use self::key_vault::{AzureLogin, KeyVault, KeyVaultSecrets, KeyVaultSettings, ManagedIdentity};
#[cfg(feature = "test-door")]
pub use self::keyring::SERVICE;
pub use self::memory::Memory;
pub use self::read_back::SECOND_PROCESS;
#[cfg(feature = "test-door")]
pub use self::secret_store::fault;
pub use self::secret_store::{Answer, Patience, SecretStore};
pub use self::shared::SharedVault;
pub use self::vault::Vault;

pub(in crate::rooms::world) use self::age_file::AgeFile;
pub(in crate::rooms::world) use self::engine::documents::{Document, Holds};
pub(in crate::rooms::world) use self::key_vault::{Anchor, Listed, Named, Tags};
pub(in crate::rooms::world) use self::keyring::Keyring;
pub(in crate::rooms::world) use self::read_back::{ReadBackVerifier, Request};
