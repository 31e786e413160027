//! Words in the place of keys. They come from the page's own help line, so what is new there can be typed at once.

use crate::ui::view::{KeyHint, Named, View};
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
const IN_FIELDS: &[(&str, Action)] = &[("clear", Action::Clear), ("previous", Action::Press(Intent::Previous))];

/// What a word does while a field is asked. Letter by letter, and few: everything else is a value.
pub(super) fn in_field(word: &str) -> Option<Action> {
    let listed = |(name, deed): &(&str, Action)| (*name == word).then_some(*deed);
    let known = EVERYWHERE.iter().chain(IN_FIELDS).find_map(listed);
    known.or_else(|| key(word).map(Action::Press))
}

/// What a word does on a page where no field is asked.
pub(super) fn on_page(word: &str, page: &View<'_>) -> Option<Action> {
    let hinted = |hint: &&KeyHint| hint.key.eq_ignore_ascii_case(word) || hint.does.eq_ignore_ascii_case(word);
    let listed = |(name, deed): &(&str, Action)| name.eq_ignore_ascii_case(word).then_some(*deed);
    EVERYWHERE
        .iter()
        .find_map(listed)
        .or_else(|| page.hints.iter().find(hinted).and_then(pressed))
        .or_else(|| key(word).map(Action::Press))
}

/// The keys that texts call by their names: they can be typed by them.
fn key(word: &str) -> Option<Intent> {
    keys::called(word).filter(|intent| matches!(intent, Intent::Extra(_) | Intent::Help | Intent::Back | Intent::Leave))
}

/// What the key of a hint does. Keys that move about have no word: here things are asked in their order.
fn pressed(hint: &KeyHint) -> Option<Action> {
    use Intent::{Down, Help, Next, Previous, Typed, Up};
    let intent = if hint.intent == Typed('?') { Help } else { hint.intent };
    (!matches!(intent, Next | Previous | Up | Down)).then_some(Action::Press(intent))
}

/// What Enter does on a page, as its help line has it.
pub(super) fn enter<'p>(page: &View<'p>) -> Option<&'p str> {
    let hint = page.hints.iter().find(|hint| hint.intent == Intent::Submit);
    hint.map(|hint| hint.does)
}

/// The line that names the words of a page. What every page has comes after what this one has.
pub(super) fn named(page: &View<'_>) -> String {
    let named: Vec<(bool, String)> = page.hints.iter().filter_map(name).collect();
    let (usual, own): (Vec<_>, Vec<_>) = named.into_iter().partition(|(usual, _)| *usual);
    let all: Vec<String> = own.into_iter().chain(usual).map(|(_, name)| name).collect();
    format!("Words here: {}.", all.join(", "))
}

/// How a key is named, and whether every page has it.
fn name(hint: &KeyHint) -> Option<(bool, String)> {
    let action = pressed(hint).filter(|action| *action != Action::Press(Intent::Submit))?;
    let usual = EVERYWHERE.iter().find(|(_, other)| *other == action);
    let word = usual.map_or(hint.key, |(word, _)| *word);
    let name = match hint.named {
        Named::Not => return None,
        Named::As(name) => name.to_owned(),
        Named::ByKey if word == hint.does => word.to_owned(),
        Named::ByKey => format!("{word} = {}", hint.does),
    };
    Some((usual.is_some(), name))
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
        let mut page = View::new("x");
        page.keys(&[(Intent::Next, "next"), (Intent::Submit, "confirm")]);
        page.key_named(Intent::Extra(3), "copy", Named::Not);
        page.keys(&[(Intent::Extra(5), "new link")]);
        page.key_named(Intent::Typed(' '), "mark", Named::As("mark"));
        page.keys(&[
            (Intent::Extra(7), "print address"),
            (Intent::Typed('d'), "details"),
            (Intent::Back, "back"),
            (Intent::Leave, "leave"),
            (Intent::Typed('?'), "help"),
        ]);
        let words = named(&page);
        assert_eq!(words, "Words here: F5 = new link, mark, F7 = print address, d = details, back, leave, ? = help.");
        let mut stopped = View::new("x");
        stopped.key_named(Intent::Typed('c'), "copy", Named::As("c = print"));
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
