//! The sections, in the order of the table.

use crate::table::Table;
use crate::{growth, start, trips};

/// What measures a section.
type Measure = fn(&mut Table);

/// The name of each, and what measures it.
pub(crate) const SECTIONS: [(&str, Measure); 7] = [
    ("trips", trips::measure),
    ("start", start::measure),
    ("keys", start::keys),
    ("hanging", start::hanging),
    ("rest", start::rest),
    ("texts", start::texts),
    ("growth", growth::measure),
];
