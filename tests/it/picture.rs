//! The pictures of the README are frames of this program: a page that has changed is drawn again.

use std::path::Path;

#[path = "../../examples/picture/story.rs"]
mod story;
#[path = "../../examples/picture/svg.rs"]
mod svg;

fn is_drawn_as_shown(page: &str) {
    let drawn = story::picture(page).unwrap();
    let file = format!("docs/{page}.svg");
    let shown = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    let shown = std::fs::read_to_string(shown).unwrap_or_default();
    assert!(
        shown == drawn,
        "{file} is not what the program draws now; renew it and look at it: cargo run --example picture {page} > {file}"
    );
}

#[test]
fn the_picture_of_the_wizard_is_what_the_wizard_draws() {
    is_drawn_as_shown("wizard");
}

#[test]
fn the_picture_of_the_checks_is_what_the_wizard_draws() {
    is_drawn_as_shown("checks");
}
