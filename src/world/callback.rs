//! The redirect comes back here: the loopback listener, the sign-in it waits for, and the pages that the browser shows.

pub mod listener;
pub mod pages;
pub mod peers;
pub mod redirect;
