//! All rows, and the way from a sign to those that are known by it.

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
pub(super) fn known_by(sign: &Sign<'_>) -> &'static [&'static Row] {
    // Sorted and not hashed: that is quicker to make for the one sign that most processes ask about, and to look up in for a log of millions.
    static INDEX: OnceLock<(Vec<Sign<'static>>, Vec<&'static Row>)> = OnceLock::new();
    let (signs, of) = INDEX.get_or_init(|| {
        let mut all: Vec<_> = rows().flat_map(|row| row.signs.iter().map(move |sign| (*sign, row))).collect();
        all.sort_by_key(|(sign, _)| *sign);
        all.into_iter().unzip()
    });
    let from = signs.partition_point(|known| known < sign);
    let to = from + signs.iter().skip(from).take_while(|known| *known == sign).count();
    of.get(from..to).unwrap_or_default()
}
