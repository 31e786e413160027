//! What a person waits for, measured from outside: `benches/run` builds the program and prints every figure beside its floor and its
//! goal. docs/PERFORMANCE.md has what it printed last, and why.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a harness: what goes wrong in it is to end it, and it looks at the clock"
)]

mod desk;
mod figures;
mod growth;
mod path;
mod start;
mod table;
mod terminal;
mod timeline;
mod trips;

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    // What cargo itself adds is no section.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let program = std::env::var("BENCHED").unwrap_or_else(|_| env!("CARGO_BIN_EXE_octo-csp").to_owned());
    let mut table = table::Table::new(&program)?;
    for (name, section) in figures::SECTIONS {
        if wanted.is_empty() || wanted.iter().any(|it| it == name) {
            section(&mut table);
        }
    }
    io::stdout().write_all(table.end().as_bytes())
}
