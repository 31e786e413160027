//! What touches the outside: the network, the browser, the clock, the vault and the journal.

pub mod browser;
pub mod claims;
pub mod clock;
pub mod entra;
pub mod http;
pub mod issuer;
pub mod json;
pub mod listener;
pub mod looks;
pub mod pages;
pub mod partner_api;
pub mod partner_center;
pub mod redirect;
pub mod refusal;
pub mod reply;
pub mod sheet;
pub mod tls;
pub mod token;
