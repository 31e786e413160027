//! Draws a page of the wizard as an SVG picture, for the README and the manual: `cargo run --example picture wizard > docs/wizard.svg`, and the
//! same with `checks`.

mod story;
mod svg;

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    let page = std::env::args().nth(1).unwrap_or_else(|| "wizard".to_owned());
    let Some(picture) = story::picture(&page) else {
        return Err(io::Error::other("the pages that are drawn are wizard and checks"));
    };
    io::stdout().write_all(picture.as_bytes())
}
