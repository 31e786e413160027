//! One line as it is typed where the system shows nothing: which key does what to it, and what of it is to be seen.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::ui::field::{LineField, cells};
use crate::ui::plain::may_be_shown;
use crate::ui::{Edit, Intent, keys};
use crate::words::SharedSecret;
use crate::words::text;

/// The line that is being typed.
#[derive(Default)]
pub(super) struct Editor {
    line: LineField,
    /// What of it stands on the terminal.
    shown: String,
    /// More was typed than fits.
    too_long: bool,
}

impl Editor {
    /// Whether nothing was typed yet.
    pub(super) fn is_empty(&self) -> bool {
        self.line.is_empty() && !self.too_long
    }

    /// Takes a key in, and returns what it means if that is more than a change of the line.
    pub(super) fn key(&mut self, key: &KeyEvent) -> Option<Intent> {
        let is_ctrl = |letter| key.code == KeyCode::Char(letter) && key.modifiers == KeyModifiers::CONTROL;
        if key.kind == KeyEventKind::Release {
            return None;
        }
        if is_ctrl('d') && self.is_empty() {
            return Some(Intent::Leave);
        }
        if is_ctrl('w') {
            self.line.press(Edit::EraseWord);
            return None;
        }
        let intent = if key.code == KeyCode::Tab { Intent::Typed(' ') } else { keys::intent(key, true)? };
        if let Intent::Typed(character) = intent {
            self.too_long |= !self.line.press(Edit::Insert(character)) && text::harmless(character).is_some();
        } else if let Intent::Edit(edit @ (Edit::EraseBack | Edit::EraseToStart)) = intent {
            self.too_long = false;
            self.line.press(edit);
        }
        matches!(intent, Intent::Submit | Intent::Leave | Intent::Suspend).then_some(intent)
    }

    /// What is to be written so that the terminal shows the line; nothing new of what may not be shown.
    pub(super) fn show(&mut self) -> String {
        let line = self.line.text();
        let same = self.shown.chars().zip(line.chars()).take_while(|(a, b)| a == b);
        let same: usize = same.map(|(character, _)| character.len_utf8()).sum();
        let (kept, gone) = self.shown.split_at_checked(same).unwrap_or_default();
        let wanted = if may_be_shown(line) { line } else { kept };
        let more = wanted.get(same..).unwrap_or_default();
        let echo = "\u{8} \u{8}".repeat(cells(gone)) + more;
        self.shown = wanted.to_owned();
        echo
    }

    /// The terminal has begun another line: what is shown is shown again there.
    pub(super) fn forget_shown(&mut self) {
        self.shown.clear();
    }

    /// Hands the line out, and is empty and wiped; `None` when it was too long.
    pub(super) fn take(&mut self) -> Option<SharedSecret> {
        let line = (!self.too_long).then(|| self.line.share());
        self.clear();
        line
    }

    /// Wipes the line.
    pub(super) fn clear(&mut self) {
        self.line.clear();
        self.shown.clear();
        self.too_long = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::field::LONGEST_LINE;

    fn press(editor: &mut Editor, keys: &str) -> (Option<Intent>, String) {
        let (mut did, mut echo) = (None, String::new());
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
            did = editor.key(&event);
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
            ("a\u{1b}b", "ab", "ab"),
            ("ae\u{301}<b", "ab", "ae\u{301}\u{8} \u{8}b"),
            ("\u{202e}<a", "a", "a"),
        ] {
            let mut editor = Editor::default();
            let (_, echo) = press(&mut editor, keys);
            assert_eq!(echo, seen, "{keys:?}");
            assert_eq!(editor.take().unwrap().reveal(), line, "{keys:?}");
            assert!(editor.is_empty());
        }
    }

    #[test]
    fn keys_that_do_more_than_write() {
        for (keys, did) in [
            ("ab\n", Some(Intent::Submit)),
            ("abC", Some(Intent::Leave)),
            ("D", Some(Intent::Leave)),
            ("abD", None),
            ("Z", Some(Intent::Suspend)),
        ] {
            assert_eq!(press(&mut Editor::default(), keys).0, did, "{keys:?}");
        }
    }

    #[test]
    fn a_secret_key_that_comes_at_once_is_not_shown() {
        let mut editor = Editor::default();
        let secret = "abc8Q~marked-secret-value-0123456789_-.~";
        for key in secret.chars() {
            let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
            editor.key(&key);
        }
        assert_eq!(editor.show(), "");
        let key = KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE);
        editor.key(&key);
        assert_eq!(editor.show(), "");
        assert_eq!(editor.take().unwrap().characters(), secret.len() - 1);
    }

    #[test]
    fn a_line_has_an_end() {
        let mut editor = Editor::default();
        let key = KeyEvent::new(KeyCode::Char('é'), KeyModifiers::NONE);
        let most = LONGEST_LINE / 2;
        for _ in 0..most {
            editor.key(&key);
        }
        assert_eq!(editor.take().unwrap().characters(), most);
        for _ in 0..=most {
            editor.key(&key);
        }
        assert!(editor.take().is_none());
        assert!(editor.is_empty());
    }
}
