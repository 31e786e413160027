//! All rows, and the way from a sign to those that are known by it.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use super::row::{
    APPLICATION, DIRECTORY, Goto, KEYRING, NETWORK, OCTO, OPERATOR, OURS, PATIENCE, Platform, Row, SIGN_IN, STORAGE,
    Sign, When, Who,
};
use crate::exit::Exit;
use crate::words::{Audience, Cause, CheckId, DiskFault, Field, Mismatch, Service, Step, TlsFault, Told, VaultFault};

// `TABLES: [(&str, &[Row]); N]` and `UNKNOWN: Row`, of `src/texts/en.toml`; nothing is read or parsed when the program starts.
include!(concat!(env!("OUT_DIR"), "/rows.rs"));

/// Every row, in the order of the tables.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().flat_map(|(_, rows)| *rows)
}

/// The row of this key, for `explain` and for documents that link to one.
pub fn row(key: &str) -> Option<&'static Row> {
    rows().find(|row| row.key == key)
}

/// The rows that are known by this sign, in the order of the tables.
pub(super) fn known_by<'s>(sign: &Sign<'s>) -> &'s [&'static Row] {
    static INDEX: OnceLock<HashMap<Sign<'static>, Vec<&'static Row>>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let mut index: HashMap<Sign<'static>, Vec<&'static Row>> = HashMap::new();
        for row in rows() {
            for sign in row.signs {
                index.entry(*sign).or_default().push(row);
            }
        }
        index
    });
    // A sign of a shorter life is looked up like any other.
    let index: &'s HashMap<Sign<'s>, Vec<&'static Row>> = index;
    index.get(sign).map_or(&[], Vec::as_slice)
}
