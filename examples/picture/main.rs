//! Draws pages of the wizard as SVG pictures, for the README and the manual: `cargo run --example picture wizard > docs/wizard.svg`, and the
//! same with `wizard-light`, `checks`, and `registration`, which moves.

mod story;
mod svg;

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    let page = std::env::args().nth(1).unwrap_or_else(|| "wizard".to_owned());
    let Some(picture) = story::picture(&page) else {
        return Err(io::Error::other("what is drawn is wizard, wizard-light, checks and registration"));
    };
    io::stdout().write_all(picture.as_bytes())
}
