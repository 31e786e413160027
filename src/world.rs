//! Everything outside: the network, the keyring, files, the browser.

pub mod vault;
