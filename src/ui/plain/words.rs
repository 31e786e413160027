//! Words in the place of keys. They come from the page's own help line, so what is new there can be typed at once.

use crate::ui::page::{Block, Hint, Page};
use crate::ui::{Intent, keys};

/// What a typed word does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// What the key does.
    Press(Intent),
    /// Says the page again.
    Again,
    /// Empties the field.
    Clear,
}

/// Words that are words wherever something is typed, fields included.
const EVERYWHERE: &[(&str, Action)] = &[
    ("back", Action::Press(Intent::Back)),
    ("?", Action::Press(Intent::Help)),
    ("again", Action::Again),
    ("leave", Action::Press(Intent::Leave)),
];

/// The same in fields only.
const IN_FIELDS: &[(&str, Action)] =
    &[("clear", Action::Clear), ("previous", Action::Press(Intent::Previous))];

/// What a word does while a field is asked. Letter by letter, and few: everything else is a value.
pub(super) fn in_field(word: &str) -> Option<Action> {
    let listed = |(name, deed): &(&str, Action)| (*name == word).then_some(*deed);
    let known = EVERYWHERE.iter().chain(IN_FIELDS).find_map(listed);
    known.or_else(|| key(word).map(Action::Press))
}

/// What a word does on a page where no field is asked.
pub(super) fn on_page(word: &str, page: &Page<'_>) -> Option<Action> {
    let hinted =
        |hint: &&Hint| hint.key.eq_ignore_ascii_case(word) || hint.does.eq_ignore_ascii_case(word);
    let listed = |(name, deed): &(&str, Action)| name.eq_ignore_ascii_case(word).then_some(*deed);
    EVERYWHERE
        .iter()
        .find_map(listed)
        .or_else(|| page.hints.iter().find(hinted).and_then(pressed))
        .or_else(|| key(word).map(Action::Press))
}

/// The keys that texts call by their names: they can be typed by them.
fn key(word: &str) -> Option<Intent> {
    keys::called(word).filter(|intent| {
        matches!(intent, Intent::Extra(_) | Intent::Help | Intent::Back | Intent::Leave)
    })
}

/// What the key of a hint does. Keys that move about have no word: here things are asked in their order.
fn pressed(hint: &Hint) -> Option<Action> {
    let mut letters = hint.key.chars();
    let intent = match (letters.next(), letters.next()) {
        (Some('?'), None) => Intent::Help,
        (Some(letter), None) => Intent::Typed(letter),
        _ if hint.key == "space" => Intent::Typed(' '),
        _ => keys::called(hint.key)?,
    };
    let moves = matches!(intent, Intent::Next | Intent::Previous | Intent::Up | Intent::Down);
    (!moves).then_some(Action::Press(intent))
}

/// What Enter does on a page, as its help line has it.
pub(super) fn enter<'p>(page: &Page<'p>) -> Option<&'p str> {
    let hint = page.hints.iter().find(|hint| hint.key == "Enter");
    hint.map(|hint| hint.does)
}

/// The line that names the words of a page.
pub(super) fn named(page: &Page<'_>) -> String {
    let marks =
        page.blocks.iter().any(|block| matches!(block, Block::Item(item) if item.mark.is_some()));
    let mut named: Vec<String> =
        page.hints.iter().filter_map(|hint| name(hint, page, marks)).collect();
    // What every page has comes after what this one has.
    named.sort_by_key(|name| {
        EVERYWHERE.iter().any(|(word, _)| name.split(' ').next() == Some(word))
    });
    format!("Words here: {}.", named.join(", "))
}

fn name(hint: &Hint, page: &Page<'_>, marks: bool) -> Option<String> {
    let Action::Press(intent) = pressed(hint)? else {
        return None;
    };
    if intent == Intent::Submit {
        return None;
    }
    // Nothing is copied without an escape sequence: what would be is printed, if nothing else on the page does that.
    let copies = hint.does.strip_prefix("copy");
    if copies.is_some() && page.hints.iter().any(|it| it.does.starts_with("print")) {
        return None;
    }
    // A blank marks a line; where it chooses, numbers do that here.
    if intent == Intent::Typed(' ') {
        return marks.then(|| hint.does.to_owned());
    }
    let usual = EVERYWHERE.iter().find(|(_, deed)| *deed == Action::Press(intent));
    let word = usual.map_or(hint.key, |(word, _)| *word);
    if let Some(what) = copies {
        return Some(format!("{word} = print{what}"));
    }
    Some(if word == hint.does { word.to_owned() } else { format!("{word} = {}", hint.does) })
}

/// What a line means as a value: a word of ours is one with `=` before it, and every other line is itself.
pub(super) fn value(line: &str) -> &str {
    let bare = line.trim_start_matches('=');
    match line.strip_prefix('=') {
        Some(rest) if in_field(bare.trim()).is_some() => rest,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_value_with_an_equals_sign_before_it() {
        for (line, meant) in [
            ("=back", "back"),
            ("==back", "=back"),
            ("=?", "?"),
            ("=F5", "F5"),
            ("=", "="),
            ("=abc", "=abc"),
            ("Back", "Back"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(value(line), meant);
        }
        assert_eq!(in_field("back"), Some(Action::Press(Intent::Back)));
        assert_eq!(in_field("Back"), None);
        assert_eq!(in_field("f5"), Some(Action::Press(Intent::Extra(5))));
        assert_eq!(in_field("Enter"), None);
        assert_eq!(in_field("r"), None);
    }

    #[test]
    fn the_words_of_a_page_are_its_help_line() {
        let mut page = Page::new("x");
        for (key, does) in [
            ("Tab", "next"),
            ("Enter", "confirm"),
            ("F3", "copy"),
            ("F5", "new link"),
            ("space", "mark"),
            ("F7", "print address"),
            ("d", "details"),
            ("Esc", "back"),
            ("Ctrl-C", "leave"),
            ("F1", "help"),
        ] {
            page.hint(key, does);
        }
        let words = named(&page);
        assert_eq!(
            words,
            "Words here: F5 = new link, F7 = print address, d = details, back, leave, ? = help."
        );
        let mut stopped = Page::new("x");
        stopped.hint("c", "copy");
        assert_eq!(named(&stopped), "Words here: c = print.");
        assert_eq!(enter(&page), Some("confirm"));
        for (word, deed) in [
            ("new link", Some(Action::Press(Intent::Extra(5)))),
            ("D", Some(Action::Press(Intent::Typed('d')))),
            ("mark", Some(Action::Press(Intent::Typed(' ')))),
            ("help", Some(Action::Press(Intent::Help))),
            ("again", Some(Action::Again)),
            ("next", None),
            ("Tab", None),
            ("anything", None),
        ] {
            assert_eq!(on_page(word, &page), deed, "{word}");
        }
    }
}
