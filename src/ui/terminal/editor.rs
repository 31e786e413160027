//! One line as it is typed where the system shows nothing: what is in it, and what of it is to be seen.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use unicode_width::UnicodeWidthChar;
use zeroize::{Zeroize as _, Zeroizing};

use crate::ui::plain::may_be_shown;
use crate::words::secret::Secret;
use crate::words::text;

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Did {
    /// Something to the line, or nothing.
    Line,
    /// The line is complete.
    Enter,
    /// Ctrl-C, or Ctrl-D on an empty line.
    Leave,
    /// Ctrl-Z.
    Suspend,
}

/// The line that is being typed. Its room is reserved at birth, so growing never leaves a copy behind.
pub(super) struct Editor {
    held: Zeroizing<String>,
    /// Cells of each character that is on the terminal; the first ones of the line.
    shown: Vec<usize>,
    /// More was typed than fits.
    too_long: bool,
}

impl Editor {
    /// Bytes of a line.
    pub(super) const LONGEST: usize = 65_536;

    pub(super) fn new() -> Self {
        Self {
            held: Zeroizing::new(String::with_capacity(Self::LONGEST)),
            shown: Vec::new(),
            too_long: false,
        }
    }

    /// Whether nothing was typed yet.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && !self.too_long
    }

    /// Takes a key in; what is to be written for it is added to `echo`.
    pub(super) fn key(&mut self, key: &KeyEvent, echo: &mut String) -> Did {
        if key.kind == KeyEventKind::Release {
            return Did::Line;
        }
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match (key.code, ctrl, alt) {
            (KeyCode::Enter, ..) | (KeyCode::Char('j' | 'm'), true, false) => return Did::Enter,
            (KeyCode::Char('c'), true, false) => return Did::Leave,
            (KeyCode::Char('d'), true, false) if self.is_empty() => return Did::Leave,
            (KeyCode::Char('z'), true, false) => return Did::Suspend,
            (KeyCode::Backspace, ..) | (KeyCode::Char('h'), true, false) => self.erase(echo),
            (KeyCode::Char('u'), true, false) => {
                while !self.is_empty() {
                    self.erase(echo);
                }
            }
            (KeyCode::Char('w'), true, false) => {
                while self.held.ends_with(' ') {
                    self.erase(echo);
                }
                while !self.held.is_empty() && !self.held.ends_with(' ') {
                    self.erase(echo);
                }
            }
            (KeyCode::Tab, ..) => self.insert(' '),
            // What AltGr makes arrives with Ctrl and Alt on some systems.
            (KeyCode::Char(c), true, true) if !c.is_ascii_alphanumeric() => self.insert(c),
            (KeyCode::Char(c), false, false) => self.insert(c),
            _ => {}
        }
        Did::Line
    }

    /// What is in the line and not on the terminal yet; nothing of what may not be shown.
    pub(super) fn show(&mut self) -> String {
        if !may_be_shown(&self.held) {
            return String::new();
        }
        let mut echo = String::new();
        for character in self.held.chars().skip(self.shown.len()) {
            let seen = text::harmless(character);
            self.shown.push(seen.and_then(UnicodeWidthChar::width).unwrap_or(0));
            echo.extend(seen);
        }
        echo
    }

    /// The terminal has begun another line: what is shown is shown again there.
    pub(super) fn forget_shown(&mut self) {
        self.shown.clear();
    }

    /// Hands the line out, and is empty and wiped; `None` when it was too long.
    pub(super) fn take(&mut self) -> Option<Secret> {
        let line = (!self.too_long).then(|| Secret::new(String::from(self.held.as_str())));
        self.clear();
        line
    }

    /// Wipes the line.
    pub(super) fn clear(&mut self) {
        self.held.zeroize();
        self.shown.clear();
        self.too_long = false;
    }

    fn insert(&mut self, character: char) {
        if self.held.len() + character.len_utf8() > Self::LONGEST {
            self.too_long = true;
        } else {
            self.held.push(character);
        }
    }

    fn erase(&mut self, echo: &mut String) {
        self.too_long = false;
        if self.held.pop().is_none() {
            return;
        }
        if self.held.chars().count() < self.shown.len() {
            for _ in 0..self.shown.pop().unwrap_or(0) {
                echo.push_str("\u{8} \u{8}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut Editor, keys: &str) -> (Did, String) {
        let (mut did, mut echo) = (Did::Line, String::new());
        for key in keys.chars() {
            let event = match key {
                '<' => KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE),
                '\n' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
                'C' | 'D' | 'U' | 'W' | 'Z' => {
                    let letter = key.to_ascii_lowercase();
                    KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)
                }
                key => KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE),
            };
            did = editor.key(&event, &mut echo);
            echo.push_str(&editor.show());
        }
        (did, echo)
    }

    #[test]
    fn a_line_is_mended_as_any_line() {
        for (keys, line, seen) in [
            ("abc", "abc", "abc"),
            ("abx<c", "abc", "abx\u{8} \u{8}c"),
            ("<a", "a", "a"),
            ("xyUa", "a", "xy\u{8} \u{8}\u{8} \u{8}a"),
            ("a bcWd", "a d", "a bc\u{8} \u{8}\u{8} \u{8}d"),
            ("本<", "", "本\u{8} \u{8}\u{8} \u{8}"),
            ("a\u{1b}b", "a\u{1b}b", "ab"),
            ("\u{202e}<a", "a", "a"),
        ] {
            let mut editor = Editor::new();
            let (_, echo) = press(&mut editor, keys);
            assert_eq!(echo, seen, "{keys:?}");
            assert_eq!(editor.take().unwrap().reveal(), line, "{keys:?}");
            assert!(editor.is_empty());
        }
    }

    #[test]
    fn keys_that_do_more_than_write() {
        for (keys, did) in [
            ("ab\n", Did::Enter),
            ("abC", Did::Leave),
            ("D", Did::Leave),
            ("abD", Did::Line),
            ("Z", Did::Suspend),
        ] {
            assert_eq!(press(&mut Editor::new(), keys).0, did, "{keys:?}");
        }
    }

    #[test]
    fn a_secret_key_that_comes_at_once_is_not_shown() {
        let mut editor = Editor::new();
        let mut echo = String::new();
        let secret = "abc8Q~marked-secret-value-0123456789_-.~";
        for key in secret.chars() {
            let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
            editor.key(&key, &mut echo);
        }
        assert_eq!(editor.show(), "");
        let key = KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE);
        editor.key(&key, &mut echo);
        assert_eq!(echo, "");
        assert_eq!(editor.take().unwrap().characters(), secret.len() - 1);
    }

    #[test]
    fn a_line_never_moves_in_memory_and_has_an_end() {
        let mut editor = Editor::new();
        let (place, room) = (editor.held.as_ptr(), editor.held.capacity());
        let key = KeyEvent::new(KeyCode::Char('é'), KeyModifiers::NONE);
        for _ in 0..Editor::LONGEST / 2 {
            editor.key(&key, &mut String::new());
        }
        assert_eq!(editor.take().unwrap().characters(), Editor::LONGEST / 2);
        for _ in 0..=Editor::LONGEST / 2 {
            editor.key(&key, &mut String::new());
        }
        assert!(editor.take().is_none());
        assert!(editor.is_empty());
        assert_eq!((editor.held.as_ptr(), editor.held.capacity()), (place, room));
    }
}
