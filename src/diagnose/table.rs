//! All rows, and the way from a sign to those that are known by it.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::row::{OPERATOR, Row, Sign, Who};
use super::{
    checks, entra_app, entra_consent, entra_generic, entra_session, machine, octo, partner_center, price, storage, tls,
};

/// Every row, in the order of the tables.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().copied().flatten()
}

/// The tables by what they are about, for documents.
#[cfg(feature = "test-door")]
pub fn tables() -> impl Iterator<Item = (&'static str, &'static [Row])> {
    TITLES.into_iter().zip(TABLES)
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

const TABLES: [&[Row]; 12] = [
    entra_app::ROWS,
    entra_consent::ROWS,
    entra_session::ROWS,
    entra_generic::ROWS,
    partner_center::ROWS,
    price::ROWS,
    octo::ROWS,
    machine::ROWS,
    tls::ROWS,
    super::keyring::ROWS,
    storage::ROWS,
    checks::ROWS,
];

#[cfg(feature = "test-door")]
const TITLES: [&str; 12] = [
    "The app registration and its secret",
    "Consent, permissions and accounts",
    "MFA, devices, policies and sessions",
    "Microsoft Entra ID in general",
    "Partner Center",
    "The price service",
    "Octo",
    "Network, clock and this machine",
    "TLS",
    "The keyring",
    "Files of this program",
    "What octo-csp compares itself",
];

/// What no row knows.
pub(super) static UNKNOWN: Row = OPERATOR.row("unknown", &[]).label("unknown").who(Who::Alphaus).quotes();
