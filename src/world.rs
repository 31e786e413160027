//! Everything outside: the network, the keyring, files, the browser.

mod folder;
pub mod lock;
pub mod record;
pub mod vault;
