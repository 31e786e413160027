//! All rows, and the way from a sign to those that are known by it.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::row::{OPERATOR, Row, Sign, Who};
use super::{entra, local, services};

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

/// The tables, and what each is about.
pub const TABLES: [(&str, &[Row]); 12] = [
    ("The app registration and its secret", entra::APP),
    ("Consent, permissions and accounts", entra::CONSENT),
    ("MFA, devices, policies and sessions", entra::SESSION),
    ("Microsoft Entra ID in general", entra::GENERAL),
    ("Partner Center", services::PARTNER_CENTER),
    ("The price service", services::PRICE),
    ("Octo", services::OCTO),
    ("Network, clock and this machine", local::MACHINE),
    ("TLS", local::CERTIFICATES),
    ("The keyring", local::STORES),
    ("Files of this program", local::FILES),
    ("What octo-csp compares itself", local::COMPARED),
];

/// What no row knows.
pub(super) static UNKNOWN: Row = OPERATOR.row("unknown", &[]).label("unknown").who(Who::Alphaus).quotes();
