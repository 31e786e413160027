//! Tells typing from pasting where the terminal does not.
//!
//! A terminal without bracketed paste sends a paste as keys. Keys that arrive together, or faster than a person types, are
//! one burst; Enter in a burst is part of what was pasted and submits nothing.

use std::time::Duration;

use crossterm::event::{Event as Raw, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEventKind};
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::ui::{Intent, keys};

/// What came in.
pub(super) enum Item {
    /// A key that a person pressed.
    Key(KeyEvent),
    /// What the terminal itself called a paste.
    Paste(String),
    /// Keys too fast for a person; a line end is `\n`.
    Burst(Zeroizing<String>),
    /// Another size.
    Resize,
}

/// Keys nearer to each other than this were not pressed one by one.
const GAP: Duration = Duration::from_millis(5);

/// Bytes reserved for a burst, so that an ordinary one does not move in memory.
const ROOM: usize = 4_096;

/// Bytes after which a burst is handed on although more is coming.
const LONGEST: usize = 1 << 20;

/// Keys that are down at a time at most.
const FINGERS: usize = 10;

/// Letters that a person may have typed while the line stalled.
const QUICK: usize = 16;

/// Whether a burst may just as well be quick typing over a slow line: then every blank counts, and nothing is trimmed.
pub(super) fn is_quick_typing(text: &str) -> bool {
    let text = text.trim_end_matches('\n');
    !text.contains('\n') && text.chars().count() <= QUICK
}

/// The burst that is being gathered.
#[derive(Default)]
pub(super) struct Intake {
    held: Zeroizing<String>,
    /// When the last text key came, if nothing else came after it.
    last: Option<Instant>,
    /// Signs of scripts without capitals whose keys are down.
    down: Vec<char>,
}

impl Intake {
    /// Takes in what arrived together at `now`, and says what is complete.
    pub(super) fn take(&mut self, batch: Vec<Raw>, now: Instant) -> Vec<Item> {
        let mut items = Vec::with_capacity(batch.len());
        let batch: Vec<Raw> = batch.into_iter().filter_map(|event| self.counts(event)).collect();
        let mut batch = batch.into_iter().peekable();
        while let Some(event) = batch.next() {
            let Some(character) = text(&event) else {
                items.extend(self.release());
                self.last = None;
                items.extend(other(event));
                continue;
            };
            let rushed = self.last.is_some_and(|last| now < last + GAP);
            let next = batch.peek().and_then(text);
            // Enter upon Enter is impatience, not a paste.
            let followed = next.is_some_and(|next| next != '\n' || character != '\n');
            if rushed || followed || !self.held.is_empty() {
                self.hold(character);
            } else {
                items.extend(other(event));
            }
            self.last = Some(now);
            if self.held.len() >= LONGEST {
                items.extend(self.release());
            }
        }
        items
    }

    /// When the burst is over if nothing more comes.
    pub(super) fn due(&self) -> Option<Instant> {
        self.last.filter(|_| !self.held.is_empty()).map(|last| last + GAP)
    }

    /// Hands the burst on. Nothing but line ends is nothing.
    pub(super) fn release(&mut self) -> Option<Item> {
        let held = std::mem::take(&mut self.held);
        held.contains(|c| c != '\n').then_some(Item::Burst(held))
    }

    /// The event, if it is one of those that mean something.
    fn counts(&mut self, event: Raw) -> Option<Raw> {
        match event {
            Raw::Key(key) => self.pressed(key).map(Raw::Key),
            Raw::Mouse(mouse) => wheel(mouse.kind).map(|_| event),
            Raw::Paste(_) | Raw::Resize(..) => Some(event),
            Raw::FocusGained | Raw::FocusLost => None,
        }
    }

    /// A key that is let go means nothing. But a console of Windows pastes what the keyboard has no key for, such as kanji, as the end of
    /// an Alt code: let go, and never pressed. A letter with a capital is no such case: let go after Shift, it is another one.
    fn pressed(&mut self, key: KeyEvent) -> Option<KeyEvent> {
        let sign = key.code.as_char().filter(|c| !c.is_ascii() && !c.is_uppercase() && !c.is_lowercase());
        let at = self.down.iter().position(|down| Some(*down) == sign);
        match (sign, key.kind, at) {
            (Some(_), KeyEventKind::Release, None) => return Some(KeyEvent { kind: KeyEventKind::Press, ..key }),
            (Some(_), KeyEventKind::Release, Some(at)) => drop(self.down.remove(at)),
            (Some(sign), KeyEventKind::Press | KeyEventKind::Repeat, None) => {
                // Terminals that never tell of letting go.
                self.down.truncate(FINGERS - 1);
                self.down.insert(0, sign);
            }
            (Some(_) | None, ..) => {}
        }
        (key.kind != KeyEventKind::Release).then_some(key)
    }

    fn hold(&mut self, character: char) {
        if self.held.capacity() == 0 {
            self.held.reserve(ROOM);
        }
        self.held.push(character);
    }
}

/// The character that an event would put into a text.
fn text(event: &Raw) -> Option<char> {
    event.as_key_event().as_ref().and_then(text_of)
}

fn text_of(key: &KeyEvent) -> Option<char> {
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    if key.code == KeyCode::Enter && plain {
        return Some('\n');
    }
    // Some terminals paste line feeds.
    let feed = key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL;
    if feed {
        return Some('\n');
    }
    match keys::intent(key, true) {
        // With what AltGr makes, which is Ctrl and Alt on Windows.
        Some(Intent::Typed(character)) => Some(character),
        Some(_) | None => None,
    }
}

/// An event that stands for itself.
fn other(event: Raw) -> Option<Item> {
    match event {
        Raw::Key(key) => Some(Item::Key(key)),
        Raw::Paste(text) => Some(Item::Paste(text)),
        Raw::Resize(..) => Some(Item::Resize),
        Raw::Mouse(mouse) => wheel(mouse.kind).map(|code| Item::Key(KeyEvent::new(code, KeyModifiers::NONE))),
        Raw::FocusGained | Raw::FocusLost => None,
    }
}

/// The wheel is the arrow keys; the rest of the mouse means nothing.
fn wheel(kind: MouseEventKind) -> Option<KeyCode> {
    match kind {
        MouseEventKind::ScrollUp => Some(KeyCode::Up),
        MouseEventKind::ScrollDown => Some(KeyCode::Down),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{MouseButton, MouseEvent};

    use super::*;

    fn key(code: KeyCode) -> Raw {
        Raw::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn time_tells_typing_from_pasting() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let keys = |intake: &mut Intake, text: &str, ms| -> Vec<bool> {
            let raw = text.chars().map(|c| match c {
                '\n' => key(KeyCode::Enter),
                c => key(KeyCode::Char(c)),
            });
            let items = intake.take(raw.collect(), at(ms));
            items.iter().map(|item| matches!(item, Item::Key(_))).collect()
        };
        let mut intake = Intake::default();
        assert_eq!(keys(&mut intake, "a", 0), [true]);
        assert_eq!(keys(&mut intake, "b", 5), [true]);
        assert_eq!(intake.due(), None);
        // Four milliseconds later it is a burst, and so is everything until a silence.
        assert!(keys(&mut intake, "c", 9).is_empty());
        assert_eq!(intake.due(), Some(at(14)));
        assert!(keys(&mut intake, "\n", 20).is_empty());
        let Some(Item::Burst(text)) = intake.release() else {
            panic!("a burst");
        };
        assert_eq!(text.as_str(), "c\n");
        assert_eq!(intake.due(), None);
        assert_eq!(keys(&mut intake, "\n", 30), [true]);
        // Enter right after a letter belongs to what was pasted; alone it is nothing.
        assert_eq!(keys(&mut intake, "x", 40), [true]);
        assert!(keys(&mut intake, "\n", 41).is_empty());
        assert!(intake.release().is_none());
    }

    #[test]
    fn what_counts_as_quick_typing_is_short_and_one_line() {
        assert!(is_quick_typing("abc\n"));
        assert!(is_quick_typing("0123456789abcdef\n"));
        assert!(!is_quick_typing("0123456789abcdefg"));
        assert!(!is_quick_typing("a\nb"));
    }

    #[test]
    fn a_burst_of_a_megabyte_is_handed_on_in_parts() {
        let mut intake = Intake::default();
        let batch = vec![key(KeyCode::Char('x')); (1 << 20) + 10];
        let items = intake.take(batch, Instant::now());
        assert!(matches!(items.as_slice(), [Item::Burst(text)] if text.len() == 1 << 20));
        assert!(matches!(intake.release(), Some(Item::Burst(text)) if text.len() == 10));
    }

    #[test]
    fn releases_focus_and_most_of_the_mouse_mean_nothing() {
        let mouse = |kind| Raw::Mouse(MouseEvent { kind, column: 1, row: 1, modifiers: KeyModifiers::NONE });
        let mut release = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        let batch = vec![
            Raw::FocusGained,
            Raw::Key(release),
            mouse(MouseEventKind::Down(MouseButton::Left)),
            mouse(MouseEventKind::ScrollUp),
            mouse(MouseEventKind::ScrollDown),
            Raw::FocusLost,
        ];
        let items = Intake::default().take(batch, Instant::now());
        let codes: Vec<_> = items
            .iter()
            .map(|item| match item {
                Item::Key(key) => key.code,
                Item::Paste(_) | Item::Burst(_) | Item::Resize => KeyCode::Null,
            })
            .collect();
        assert_eq!(codes, [KeyCode::Up, KeyCode::Down]);
    }

    /// As consoles of Windows tell keys: each pressed and let go, `AltGr` as Ctrl and Alt, what has no key as the end of an Alt code.
    fn windows(text: &str) -> Vec<Raw> {
        let key = |code, modifiers, kind| Raw::Key(KeyEvent::new_with_kind(code, modifiers, kind));
        let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
        let (press, release, none) = (KeyEventKind::Press, KeyEventKind::Release, KeyModifiers::NONE);
        let both = |code, modifiers| vec![key(code, modifiers, press), key(code, modifiers, release)];
        text.chars()
            .flat_map(|c| match c {
                '\n' => both(KeyCode::Enter, none),
                '@' | '~' | '{' => both(KeyCode::Char(c), alt_gr),
                'A'..='Z' => vec![
                    key(KeyCode::Char(c), KeyModifiers::SHIFT, press),
                    key(KeyCode::Char(c.to_ascii_lowercase()), none, release),
                ],
                c if c.is_ascii() => both(KeyCode::Char(c), none),
                c => vec![key(KeyCode::Char(c), none, release)],
            })
            .collect()
    }

    #[test]
    fn a_paste_of_a_windows_console_is_one_burst_with_every_character() {
        for text in ["kontakt@Contoso.com\nab", "Q8~x{1}~Q~y", "オクト 登録 – 本本", "本社\n"] {
            let mut intake = Intake::default();
            let items = intake.take(windows(text), Instant::now());
            assert!(items.is_empty(), "{text}: {}", items.len());
            let burst = intake.release();
            assert!(matches!(&burst, Some(Item::Burst(held)) if held.as_str() == text), "{text}");
        }
    }

    #[test]
    fn keys_of_a_windows_console_are_typed_once_each() {
        let start = Instant::now();
        let mut intake = Intake::default();
        let kana = [KeyEventKind::Press, KeyEventKind::Release]
            .map(|kind| Raw::Key(KeyEvent::new_with_kind(KeyCode::Char('ア'), KeyModifiers::NONE, kind)));
        let ctrl_v = Raw::Key(KeyEvent::new(KeyCode::Char('v'), KeyModifiers::CONTROL));
        let events = windows("Ab@").into_iter().chain(kana.clone()).chain(kana).chain([ctrl_v, Raw::Resize(80, 25)]);
        let mut typed = Vec::new();
        for (number, event) in (0..).zip(events) {
            for item in intake.take(vec![event], start + Duration::from_millis(50 * number)) {
                typed.push(match item {
                    Item::Key(key) => format!("{:?}", keys::intent(&key, true)),
                    Item::Resize => "resize".to_owned(),
                    Item::Paste(_) | Item::Burst(_) => "paste".to_owned(),
                });
            }
        }
        let some = |c: char| format!("Some(Typed('{c}'))");
        let wanted = [some('A'), some('b'), some('@'), some('ア'), some('ア'), "None".to_owned(), "resize".to_owned()];
        assert_eq!(typed, wanted);
    }
}
