//! Writes `docs/TROUBLESHOOTING.md`: `cargo run --example troubleshooting > docs/TROUBLESHOOTING.md`.

mod document;

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    io::stdout().write_all(document::document().as_bytes())
}
