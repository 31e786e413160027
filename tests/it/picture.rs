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
fn the_picture_for_a_light_page_is_what_the_wizard_draws() {
    is_drawn_as_shown("wizard-light");
}

#[test]
fn the_film_of_a_registration_is_what_the_wizard_draws_from_its_first_page_to_its_last() {
    is_drawn_as_shown("registration");
    let film = story::picture("registration").unwrap();
    assert!(!film.contains(|sign: char| sign.is_control() && sign != '\n'), "a browser refuses the whole picture");
    for words in [
        "Before you start",
        "Secret ID",
        "Every check passed.",
        "Sign in with Microsoft",
        "Review",
        "is registered in Octo.",
    ] {
        assert!(film.contains(words), "{words}");
    }
}

#[test]
fn the_picture_of_the_checks_is_what_the_wizard_draws() {
    is_drawn_as_shown("checks");
}
