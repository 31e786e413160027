//! The one editor of a line: [`TextField`] for what may be seen, [`SecretField`] for what may not, [`LineField`] for what is
//! typed line by line.
//!
//! A person edits what a person calls a character (a grapheme), and a terminal counts cells; both are counted here, never
//! bytes. Nothing invisible and no control character gets in.

use std::fmt;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};
use unicode_width::UnicodeWidthStr;
use zeroize::{Zeroize as _, Zeroizing};

use super::Edit;
use crate::words::text;
use crate::words::{Secret, SharedSecret};

/// Characters of the longest text that may be seen.
const LONGEST_TEXT: usize = 4_096;
/// Bytes of the longest secret. An address that a browser ends on has a code in it, and its own share of what browsers, proxies
/// and companies add: two to four thousand bytes are usual, more is seen.
const LONGEST_SECRET: usize = 16_384;
/// Bytes of the longest line.
pub(super) const LONGEST_LINE: usize = 65_536;

/// An editor for text that may be seen, with a caret and undo.
pub type TextField = Field<false, LONGEST_TEXT>;
/// An editor for a secret, drawn as dots.
pub type SecretField = Field<true, LONGEST_SECRET>;
/// An editor for a line of a dialogue, typed where the system shows nothing.
pub type LineField = Field<true, LONGEST_LINE>;

/// Levels of undo.
const LEVELS: usize = 64;

/// An editor of one line. What may be `SECRET` has its room reserved at birth, so that growing never leaves a copy behind; it
/// grows and shrinks at its end, and what is gone is gone. More than `LONGEST` is refused: characters where the text may be seen,
/// bytes elsewhere.
pub struct Field<const SECRET: bool, const LONGEST: usize> {
    text: Zeroizing<String>,
    /// In bytes, always between two graphemes.
    caret: usize,
    /// What a visible text was before each group of edits, oldest first.
    before: Vec<(Zeroizing<String>, usize)>,
    group: Option<Group>,
}

/// Edits of one kind in a row are undone together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Typing,
    Erasing,
}

impl<const SECRET: bool, const LONGEST: usize> Default for Field<SECRET, LONGEST> {
    fn default() -> Self {
        let room = if SECRET { LONGEST } else { 0 };
        Self { text: Zeroizing::new(String::with_capacity(room)), caret: 0, before: Vec::new(), group: None }
    }
}

impl<const SECRET: bool, const LONGEST: usize> Field<SECRET, LONGEST> {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Edits it, and says whether that meant anything. In a secret the caret stays at the end.
    pub fn press(&mut self, edit: Edit) -> bool {
        match edit {
            Edit::Insert(character) => self.insert(character),
            Edit::EraseBack => self.erase(self.previous(), self.caret),
            Edit::EraseToStart => {
                self.group = None;
                self.erase(0, self.caret)
            }
            Edit::EraseWord => {
                let words = self.text.get(..self.caret).unwrap_or_default().trim_end_matches(' ');
                self.group = None;
                self.erase(words.rfind(' ').map_or(0, |at| at + 1), self.caret)
            }
            Edit::Undo => self.undo(),
            Edit::EraseForward
            | Edit::Left
            | Edit::Right
            | Edit::WordLeft
            | Edit::WordRight
            | Edit::Home
            | Edit::End
                if SECRET =>
            {
                false
            }
            Edit::WordLeft => self.go(self.word_start()),
            Edit::WordRight => self.go(self.word_end()),
            Edit::EraseForward => self.erase(self.caret, self.next()),
            Edit::Left => self.go(self.previous()),
            Edit::Right => self.go(self.next()),
            Edit::Home => self.go(0),
            Edit::End => self.go(self.text.len()),
        }
    }

    /// Puts a paste in at the caret, trimmed, or refuses it whole.
    pub fn paste(&mut self, raw: &str) -> Pasted {
        let (free, mut wanted) = (self.free(), 0);
        for character in kept(trimmed(raw)) {
            wanted += Self::size(character);
            if wanted > free {
                return Pasted::TooLong;
            }
        }
        if wanted == 0 {
            return Pasted::Nothing;
        }
        self.remember(None);
        for character in kept(trimmed(raw)) {
            self.put(character);
        }
        self.caret = self.boundary_from(self.caret);
        Pasted::Taken(left_out(raw))
    }

    /// Puts a paste in the place of what is there, which stays where the new value is refused.
    pub(super) fn enter(&mut self, raw: &str) -> Pasted {
        let mut fresh = Self::default();
        let pasted = fresh.paste(raw);
        if matches!(pasted, Pasted::Taken(_)) {
            self.remember(None);
            self.caret = fresh.caret;
            self.text = fresh.text;
        }
        pasted
    }

    fn free(&self) -> usize {
        let used = if SECRET { self.text.len() } else { self.text.chars().count() };
        LONGEST.saturating_sub(used)
    }

    /// What a character takes of the room.
    fn size(character: char) -> usize {
        if SECRET { character.len_utf8() } else { 1 }
    }

    fn insert(&mut self, character: char) -> bool {
        let Kind::Kept(character) = kind(character) else {
            return false;
        };
        let fits = Self::size(character) <= self.free();
        if fits {
            self.remember(Some(Group::Typing));
            self.put(character);
            self.caret = self.boundary_from(self.caret);
        }
        fits
    }

    fn put(&mut self, character: char) {
        self.text.insert(self.caret, character);
        self.caret += character.len_utf8();
    }

    fn erase(&mut self, from: usize, to: usize) -> bool {
        if from >= to {
            return false;
        }
        self.remember(Some(Group::Erasing));
        if from == 0 && to == self.text.len() {
            // The whole buffer is wiped, and kept for what comes next.
            self.text.zeroize();
        } else {
            self.text.replace_range(from..to, "");
        }
        self.caret = self.boundary_from(from);
        true
    }

    fn go(&mut self, to: usize) -> bool {
        self.group = None;
        self.caret = to;
        true
    }

    fn undo(&mut self) -> bool {
        self.group = None;
        let Some((text, caret)) = self.before.pop() else {
            return false;
        };
        (self.text, self.caret) = (text, caret);
        true
    }

    /// Keeps a visible text as it is, unless the coming edit belongs to the group of the last one.
    fn remember(&mut self, group: Option<Group>) {
        if !SECRET && (group.is_none() || group != self.group) {
            if self.before.len() == LEVELS {
                drop(self.before.remove(0));
            }
            self.before.push((self.text.clone(), self.caret));
        }
        self.group = group;
    }

    fn previous(&self) -> usize {
        let before = self.text.get(..self.caret).unwrap_or_default();
        before.grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn next(&self) -> usize {
        let after = self.text.get(self.caret..).unwrap_or_default();
        self.caret + after.graphemes(true).next().map_or(0, str::len)
    }

    /// Where the word before the caret begins.
    fn word_start(&self) -> usize {
        let before = self.text.get(..self.caret).unwrap_or_default();
        let word = before.trim_end_matches(|c: char| !c.is_alphanumeric());
        let start = word.rfind(|c: char| !c.is_alphanumeric());
        start.map_or(0, |at| at + word.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8))
    }

    /// Where the word behind the caret ends.
    fn word_end(&self) -> usize {
        let after = self.text.get(self.caret..).unwrap_or_default();
        let word = after.find(char::is_alphanumeric).unwrap_or(after.len());
        let rest = after.get(word..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        self.boundary_from(self.caret + word + end)
    }

    /// The first place between two graphemes at or behind `at`: an edit can join what was apart.
    fn boundary_from(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.text.len(), true);
        match cursor.is_boundary(&self.text, 0) {
            Ok(false) => match cursor.next_boundary(&self.text, 0) {
                Ok(Some(next)) => next,
                _ => self.text.len(),
            },
            _ => at,
        }
    }

    /// Empties it and wipes the whole buffer, which is kept for what comes next.
    pub fn clear(&mut self) {
        self.text.zeroize();
        self.caret = 0;
    }

    /// Moves what is in it out, cut to size; the field is empty and wiped afterwards.
    pub fn take(&mut self) -> SharedSecret {
        let secret = self.share();
        self.clear();
        secret
    }

    /// Gives out what is in it, cut to size; it stays in the field for another try.
    pub fn share(&self) -> SharedSecret {
        Secret::shared(String::from(self.text.as_str()))
    }
}

impl TextField {
    /// Makes a field that holds `text` as far as it fits, caret at the end, nothing to undo.
    pub fn new(text: &str) -> Self {
        let text = Zeroizing::new(kept(text).take(LONGEST_TEXT).collect::<String>());
        Self { caret: text.len(), text, ..Self::default() }
    }

    /// What is in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Replaces everything, as one edit that can be undone. Says whether it fitted.
    pub fn set(&mut self, text: &str) -> bool {
        let fits = kept(text).take(LONGEST_TEXT + 1).count() <= LONGEST_TEXT;
        if fits && !kept(text).eq(self.text.chars()) {
            self.remember(None);
            self.text = Zeroizing::new(kept(text).collect());
            self.caret = self.text.len();
        }
        fits
    }

    /// Returns what is seen through a window of `width` cells and the caret's column in it.
    ///
    /// The window moves by half its width, so that it rests while a person types. The caret's column is below `width`.
    pub fn window(&self, width: u16) -> (&str, u16) {
        let Some(last) = usize::from(width).checked_sub(1) else {
            return ("", 0);
        };
        let at = self.text.get(..self.caret).map_or(0, cells);
        let step = usize::from(width).div_ceil(2);
        let start = at.saturating_sub(last).div_ceil(step) * step;
        let (mut column, mut left, mut from, mut to) = (0, None, 0, 0);
        for (place, grapheme) in self.text.grapheme_indices(true) {
            if column >= start {
                let left = *left.get_or_insert_with(|| {
                    from = place;
                    column
                });
                if column + cells(grapheme) > left + last + 1 {
                    break;
                }
                to = place + grapheme.len();
            }
            column += cells(grapheme);
        }
        // Nothing is left of a window that starts behind the last grapheme.
        let left = left.unwrap_or(column);
        let seen = self.text.get(from..to).unwrap_or_default();
        let caret = at.saturating_sub(left).min(last);
        (seen, u16::try_from(caret).unwrap_or(0))
    }
}

impl SecretField {
    /// Number of characters, which is all that a screen may know.
    pub fn characters(&self) -> usize {
        self.text.chars().count()
    }

    /// Returns what is drawn in `width` cells, one sign a character, and the caret's column in it.
    pub fn dots(&self, width: u16, dot: &str) -> (String, u16) {
        let room = width.saturating_sub(1);
        let drawn = u16::try_from(self.characters()).map_or(room, |all| all.min(room));
        (dot.repeat(usize::from(drawn)), drawn)
    }
}

impl LineField {
    /// What is in it: whether it may be seen is the dialogue's to say.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl<const SECRET: bool, const LONGEST: usize> fmt::Debug for Field<SECRET, LONGEST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if SECRET { "SecretField" } else { "TextField" })
    }
}

/// What became of a paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// It is in the field, without what was left out: that in words, if anything was.
    Taken(Option<String>),
    /// It does not fit; the field is as it was.
    TooLong,
    /// There was nothing in it that can be seen.
    Nothing,
}

impl Pasted {
    /// Returns what a page says about it, or `None` when there is nothing to say.
    pub fn note(&self) -> Option<String> {
        match self {
            Self::Taken(left_out) => left_out.as_ref().map(|words| format!("Removed {words}.")),
            Self::TooLong => Some("Too long for this field; nothing was taken.".to_owned()),
            Self::Nothing => Some("There was nothing to paste.".to_owned()),
        }
    }
}

/// What [`trimmed`] and [`kept`] leave out of a paste: line ends, blanks at its ends, and what cannot be seen.
fn left_out(raw: &str) -> Option<String> {
    let (mut line_ends, mut blanks, mut invisible) = (0, 0, 0);
    for character in raw.chars() {
        match kind(character) {
            Kind::Kept(' ') => blanks += 1,
            Kind::Kept(_) => {}
            Kind::LineEnd => line_ends += 1,
            Kind::Invisible => invisible += 1,
        }
    }
    blanks -= kept(trimmed(raw)).filter(|c| *c == ' ').count();
    let words: Vec<String> = [(line_ends, "line break"), (blanks, "space"), (invisible, "invisible character")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
        .collect();
    (!words.is_empty()).then(|| words.join(" and "))
}

/// What a character is to an editor.
enum Kind {
    /// It gets in, every kind of blank as a plain one.
    Kept(char),
    LineEnd,
    Invisible,
}

/// Whether a line ends here, in whatever system's way.
pub(super) fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn kind(character: char) -> Kind {
    match character {
        character if is_line_end(character) => Kind::LineEnd,
        other => text::harmless(other).map_or(Kind::Invisible, Kind::Kept),
    }
}

/// The characters of `raw` that get into a field.
fn kept(raw: &str) -> impl Iterator<Item = char> {
    raw.chars().filter_map(|character| match kind(character) {
        Kind::Kept(character) => Some(character),
        Kind::LineEnd | Kind::Invisible => None,
    })
}

/// `raw` without blanks, line ends and invisible characters at both ends.
fn trimmed(raw: &str) -> &str {
    raw.trim_matches(|c| !matches!(kind(c), Kind::Kept(kept) if kept != ' '))
}

/// Cells that a text takes.
pub(super) fn cells(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

#[cfg(test)]
mod tests;
