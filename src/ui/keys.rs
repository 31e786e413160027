//! Keys become intents here and nowhere else; the same table prints the help.
//!
//! One of the two rooms that know crossterm. What a key means depends on one thing only: whether a field has the focus.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{Edit, Intent};

/// One row of the help: a key and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The key as it is written on the help line.
    pub label: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// Where it does that.
    pub works: Works,
    intent: Intent,
    press: Press,
}

impl Row {
    /// What it means.
    pub const fn intent(&self) -> Intent {
        self.intent
    }
}

/// Where a key does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Works {
    /// Everywhere.
    Everywhere,
    /// Where there are fields.
    InFields,
    /// In lists, and on pages that scroll.
    InLists,
    /// Where the page says so; or it is another way to press a key that is named.
    Unlisted,
}

/// What must be pressed. Shift alone never makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Press {
    /// A key that is not a character, without Ctrl and Alt.
    Key(KeyCode),
    /// Ctrl and a letter.
    Ctrl(char),
    /// Alt and a character.
    Alt(char),
    /// A character, where no field has the focus.
    Letter(char),
}

/// All keys, twins included. The first row of an intent names it on the help line.
pub const ROWS: &[Row] = {
    use Works::{Everywhere, InFields, InLists, Unlisted};
    &[
        row(Press::Key(KeyCode::Tab), Intent::Next, "Tab", "next field", InFields),
        row(Press::Key(KeyCode::BackTab), Intent::Previous, "Shift-Tab", "previous field", InFields),
        row(Press::Key(KeyCode::Enter), Intent::Submit, "Enter", "", Unlisted),
        row(Press::Ctrl('j'), Intent::Submit, "Ctrl-J", "", Unlisted),
        row(Press::Ctrl('m'), Intent::Submit, "Ctrl-M", "", Unlisted),
        row(Press::Key(KeyCode::Esc), Intent::Back, "Esc", "one level back; what you typed is kept", Everywhere),
        row(Press::Key(KeyCode::Up), Intent::Up, "Up", "up; k does the same", InLists),
        row(Press::Key(KeyCode::Down), Intent::Down, "Down", "down; j does the same", InLists),
        row(Press::Key(KeyCode::PageUp), Intent::PageUp, "PageUp", "a page up", Everywhere),
        row(Press::Key(KeyCode::PageDown), Intent::PageDown, "PageDown", "a page down", Everywhere),
        row(
            Press::Key(KeyCode::Left),
            Intent::Edit(Edit::Left),
            "Left",
            "one character left; in a choice, choose",
            InFields,
        ),
        row(
            Press::Key(KeyCode::Right),
            Intent::Edit(Edit::Right),
            "Right",
            "one character right; in a choice, choose",
            InFields,
        ),
        row(Press::Alt('b'), Intent::Edit(Edit::WordLeft), "Alt-B", "one word left", InFields),
        row(Press::Alt('f'), Intent::Edit(Edit::WordRight), "Alt-F", "one word right", InFields),
        row(
            Press::Key(KeyCode::Home),
            Intent::Edit(Edit::Home),
            "Home",
            "to the start; Ctrl-A does the same",
            Everywhere,
        ),
        row(Press::Ctrl('a'), Intent::Edit(Edit::Home), "Ctrl-A", "", Unlisted),
        row(Press::Key(KeyCode::End), Intent::Edit(Edit::End), "End", "to the end; Ctrl-E does the same", Everywhere),
        row(Press::Ctrl('e'), Intent::Edit(Edit::End), "Ctrl-E", "", Unlisted),
        row(
            Press::Key(KeyCode::Backspace),
            Intent::Edit(Edit::EraseBack),
            "Backspace",
            "erase the character before",
            InFields,
        ),
        row(Press::Ctrl('h'), Intent::Edit(Edit::EraseBack), "Ctrl-H", "", Unlisted),
        row(
            Press::Key(KeyCode::Delete),
            Intent::Edit(Edit::EraseForward),
            "Delete",
            "erase the character after",
            InFields,
        ),
        row(Press::Ctrl('w'), Intent::Edit(Edit::EraseWord), "Ctrl-W", "erase the word before", InFields),
        row(Press::Ctrl('u'), Intent::Edit(Edit::EraseToStart), "Ctrl-U", "erase to the start", InFields),
        row(Press::Alt('z'), Intent::Edit(Edit::Undo), "Alt-Z", "undo; a secret key has no undo", InFields),
        row(Press::Key(KeyCode::F(1)), Intent::Help, "F1", "help; outside of fields ? does the same", Everywhere),
        row(Press::Alt('1'), Intent::Help, "Alt-1", "", Unlisted),
        row(Press::Letter('?'), Intent::Help, "?", "", Unlisted),
        row(Press::Alt('o'), Intent::Open, "Alt-O", "", Unlisted),
        row(Press::Key(KeyCode::F(2)), Intent::Extra(2), "F2", "", Unlisted),
        row(Press::Alt('2'), Intent::Extra(2), "Alt-2", "", Unlisted),
        row(Press::Key(KeyCode::F(3)), Intent::Extra(3), "F3", "", Unlisted),
        row(Press::Alt('3'), Intent::Extra(3), "Alt-3", "", Unlisted),
        row(Press::Key(KeyCode::F(4)), Intent::Extra(4), "F4", "", Unlisted),
        row(Press::Alt('4'), Intent::Extra(4), "Alt-4", "", Unlisted),
        row(Press::Key(KeyCode::F(5)), Intent::Extra(5), "F5", "", Unlisted),
        row(Press::Alt('5'), Intent::Extra(5), "Alt-5", "", Unlisted),
        row(Press::Key(KeyCode::F(6)), Intent::Extra(6), "F6", "", Unlisted),
        row(Press::Alt('6'), Intent::Extra(6), "Alt-6", "", Unlisted),
        row(Press::Key(KeyCode::F(7)), Intent::Extra(7), "F7", "", Unlisted),
        row(Press::Alt('7'), Intent::Extra(7), "Alt-7", "", Unlisted),
        row(Press::Key(KeyCode::F(8)), Intent::Extra(8), "F8", "", Unlisted),
        row(Press::Alt('8'), Intent::Extra(8), "Alt-8", "", Unlisted),
        row(Press::Key(KeyCode::F(9)), Intent::Extra(9), "F9", "", Unlisted),
        row(Press::Alt('9'), Intent::Extra(9), "Alt-9", "", Unlisted),
        row(Press::Ctrl('c'), Intent::Leave, "Ctrl-C", "leave; twice leaves at once", Everywhere),
        // Nobody could continue it there.
        #[cfg(windows)]
        row(Press::Ctrl('z'), Intent::Suspend, "Ctrl-Z", "", Unlisted),
        #[cfg(not(windows))]
        row(Press::Ctrl('z'), Intent::Suspend, "Ctrl-Z", "to the shell; fg comes back", Everywhere),
    ]
};

const fn row(press: Press, intent: Intent, label: &'static str, does: &'static str, works: Works) -> Row {
    Row { label, does, works, intent, press }
}

/// Returns what a key means, or `None` for a key that means nothing. `typing` says whether a text field has the focus.
pub fn intent(key: &KeyEvent, typing: bool) -> Option<Intent> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let press = match (key.code, ctrl, alt) {
        // What AltGr makes arrives with Ctrl and Alt on some systems. No layout makes ASCII letters and digits with it.
        (KeyCode::Char(c), true, true) if !c.is_ascii_alphanumeric() => return typed(c),
        (KeyCode::Char(c), false, false) if typing || c != '?' => return typed(c),
        (KeyCode::Char(c), false, false) => Press::Letter(c),
        (KeyCode::Char(c), true, false) => Press::Ctrl(c.to_ascii_lowercase()),
        (KeyCode::Char(c), false, true) => Press::Alt(c.to_ascii_lowercase()),
        // Terminals that report Shift-Tab as Tab with Shift.
        (KeyCode::Tab, false, false) if key.modifiers.contains(KeyModifiers::SHIFT) => Press::Key(KeyCode::BackTab),
        (code, false, false) => Press::Key(code),
        _ => return None,
    };
    ROWS.iter().find(|row| row.press == press).map(|row| row.intent)
}

/// Returns how the key of an intent is written on the help line.
pub fn label(intent: Intent) -> &'static str {
    const LETTERS: &str = "?abcdefghijklmnopqrstuvwxyz";
    if let Intent::Typed(letter) = intent {
        let letter = LETTERS.find(letter).and_then(|at| LETTERS.get(at..=at));
        return letter.unwrap_or("space");
    }
    ROWS.iter().find(|row| row.intent == intent).map_or("", |row| row.label)
}

/// Returns what the key means that a help line calls so, such as `F5` or `Esc`; a letter is not among them.
pub fn called(label: &str) -> Option<Intent> {
    ROWS.iter().find(|row| row.label.eq_ignore_ascii_case(label)).map(|row| row.intent)
}

/// A character as an intent; control characters mean nothing.
fn typed(character: char) -> Option<Intent> {
    (!character.is_control()).then_some(Intent::Typed(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;
    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    const ALT: KeyModifiers = KeyModifiers::ALT;

    fn meaning(code: KeyCode, modifiers: KeyModifiers) -> [Option<Intent>; 2] {
        let key = KeyEvent::new(code, modifiers);
        [intent(&key, true), intent(&key, false)]
    }

    fn both(wanted: Intent) -> [Option<Intent>; 2] {
        [Some(wanted), Some(wanted)]
    }

    #[test]
    fn every_plain_key_has_its_intent() {
        for (code, wanted) in [
            (KeyCode::Tab, Intent::Next),
            (KeyCode::BackTab, Intent::Previous),
            (KeyCode::Enter, Intent::Submit),
            (KeyCode::Esc, Intent::Back),
            (KeyCode::Up, Intent::Up),
            (KeyCode::Down, Intent::Down),
            (KeyCode::Left, Intent::Edit(Edit::Left)),
            (KeyCode::Right, Intent::Edit(Edit::Right)),
            (KeyCode::PageUp, Intent::PageUp),
            (KeyCode::PageDown, Intent::PageDown),
            (KeyCode::Home, Intent::Edit(Edit::Home)),
            (KeyCode::End, Intent::Edit(Edit::End)),
            (KeyCode::Backspace, Intent::Edit(Edit::EraseBack)),
            (KeyCode::Delete, Intent::Edit(Edit::EraseForward)),
            (KeyCode::F(1), Intent::Help),
        ] {
            assert_eq!(meaning(code, NONE), both(wanted), "{code:?}");
            assert_eq!(meaning(code, CTRL), [None, None], "Ctrl {code:?}");
            assert_eq!(meaning(code, ALT), [None, None], "Alt {code:?}");
        }
        assert_eq!(meaning(KeyCode::BackTab, SHIFT), both(Intent::Previous));
        assert_eq!(meaning(KeyCode::Tab, SHIFT), both(Intent::Previous));
        for code in [KeyCode::F(10), KeyCode::F(12), KeyCode::Insert, KeyCode::Null] {
            assert_eq!(meaning(code, NONE), [None, None], "{code:?}");
        }
    }

    #[test]
    fn every_control_letter_has_its_intent_and_the_others_have_none() {
        for letter in 'a'..='z' {
            let wanted = match letter {
                'a' => Some(Intent::Edit(Edit::Home)),
                'c' => Some(Intent::Leave),
                'e' => Some(Intent::Edit(Edit::End)),
                'h' => Some(Intent::Edit(Edit::EraseBack)),
                'j' | 'm' => Some(Intent::Submit),
                'u' => Some(Intent::Edit(Edit::EraseToStart)),
                'w' => Some(Intent::Edit(Edit::EraseWord)),
                'z' => Some(Intent::Suspend),
                _ => None,
            };
            assert_eq!(meaning(KeyCode::Char(letter), CTRL), [wanted; 2], "{letter}");
            let upper = KeyCode::Char(letter.to_ascii_uppercase());
            assert_eq!(meaning(upper, CTRL | SHIFT), [wanted; 2], "{letter}");
        }
    }

    #[test]
    fn function_keys_have_alt_digit_twins() {
        for (number, digit) in (2_u8..=9).zip('2'..='9') {
            assert_eq!(meaning(KeyCode::F(number), NONE), both(Intent::Extra(number)));
            assert_eq!(meaning(KeyCode::Char(digit), ALT), both(Intent::Extra(number)));
            assert_eq!(label(Intent::Extra(number)), format!("F{number}"));
        }
        assert_eq!(meaning(KeyCode::Char('1'), ALT), both(Intent::Help));
        assert_eq!(meaning(KeyCode::Char('0'), ALT), [None, None]);
        assert_eq!(meaning(KeyCode::Char('z'), ALT), both(Intent::Edit(Edit::Undo)));
        assert_eq!(meaning(KeyCode::Char('Z'), ALT | SHIFT), both(Intent::Edit(Edit::Undo)));
        assert_eq!(meaning(KeyCode::Char('b'), ALT), both(Intent::Edit(Edit::WordLeft)));
        assert_eq!(meaning(KeyCode::Char('f'), ALT), both(Intent::Edit(Edit::WordRight)));
        assert_eq!(meaning(KeyCode::Char('o'), ALT), both(Intent::Open));
        assert_eq!(meaning(KeyCode::Char('x'), ALT), [None, None]);
    }

    #[test]
    fn characters_are_characters() {
        for c in ['a', 'A', '1', ' ', 'é', '本', '@', '/'] {
            assert_eq!(meaning(KeyCode::Char(c), NONE), both(Intent::Typed(c)));
            assert_eq!(meaning(KeyCode::Char(c), SHIFT), both(Intent::Typed(c)));
        }
        assert_eq!(meaning(KeyCode::Char('\u{9b}'), NONE), [None, None]);
    }

    #[test]
    fn a_question_mark_helps_only_where_nothing_is_typed() {
        assert_eq!(meaning(KeyCode::Char('?'), SHIFT), [Some(Intent::Typed('?')), Some(Intent::Help)]);
    }

    #[test]
    fn what_alt_gr_makes_is_a_character_and_ctrl_alt_letters_are_nothing() {
        for c in ['@', '{', '€', 'ą', '\\'] {
            assert_eq!(meaning(KeyCode::Char(c), CTRL | ALT), both(Intent::Typed(c)));
        }
        for c in ['a', 'z', 'Q', '2'] {
            assert_eq!(meaning(KeyCode::Char(c), CTRL | ALT), [None, None]);
        }
    }

    #[test]
    fn only_presses_and_repeats_count() {
        let mut key = KeyEvent::new(KeyCode::Enter, NONE);
        key.kind = KeyEventKind::Repeat;
        assert_eq!(intent(&key, true), Some(Intent::Submit));
        key.kind = KeyEventKind::Release;
        assert_eq!(intent(&key, true), None);
    }

    #[test]
    fn labels_come_from_the_first_row() {
        for (wanted, intent) in [
            ("Enter", Intent::Submit),
            ("Esc", Intent::Back),
            ("F1", Intent::Help),
            ("Home", Intent::Edit(Edit::Home)),
            ("Backspace", Intent::Edit(Edit::EraseBack)),
            ("Ctrl-C", Intent::Leave),
            ("x", Intent::Typed('x')),
            ("?", Intent::Typed('?')),
            ("space", Intent::Typed(' ')),
            ("", Intent::Extra(1)),
        ] {
            assert_eq!(label(intent), wanted);
        }
    }

    #[test]
    fn no_key_has_two_meanings_and_every_row_is_reached() {
        for (at, row) in ROWS.iter().enumerate() {
            let (code, modifiers) = match row.press {
                Press::Key(code) => (code, NONE),
                Press::Ctrl(c) => (KeyCode::Char(c), CTRL),
                Press::Alt(c) => (KeyCode::Char(c), ALT),
                Press::Letter(c) => (KeyCode::Char(c), NONE),
            };
            assert_eq!(intent(&KeyEvent::new(code, modifiers), false), Some(row.intent));
            let again = ROWS.iter().skip(at + 1).find(|other| other.press == row.press);
            assert_eq!(again, None);
            assert!(!row.label.is_empty());
            assert_eq!(row.does.is_empty(), row.works == Works::Unlisted, "{row:?}");
        }
    }
}
