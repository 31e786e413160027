//! What touches the outside: the network, the keyring, files, the browser, the clock.

pub mod browser;
pub mod claims;
pub mod clock;
pub mod entra;
mod folder;
pub mod http;
pub mod json;
pub mod listener;
pub mod lock;
pub mod looks;
pub mod pages;
pub mod partner_api;
pub mod partner_center;
pub mod record;
pub mod redirect;
pub mod refusal;
pub mod sheet;
pub mod tls;
pub mod token;
pub mod vault;
