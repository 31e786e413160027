//! A row as lines of cells.

use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::report::lines::Shape;
use crate::ui::theme::Appearance;
use crate::ui::view::{Piece, Row, Sign, Tone};

/// How things look on this terminal, and when: what runs moves.
#[derive(Clone, Copy)]
pub(super) struct Brush {
    pub(super) look: Appearance,
    /// Milliseconds since the program started.
    pub(super) now: u64,
}

impl Brush {
    pub(super) fn span(&self, tone: Tone, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.look.theme.style(tone))
    }

    /// What stands between the parts of a line.
    pub(super) fn between(&self) -> &'static str {
        self.look.glyphs.between
    }

    /// The picture of a sign.
    pub(super) fn sign(&self, sign: Sign) -> &'static str {
        self.look.glyphs.sign(sign, self.look.motion.then_some(self.now))
    }

    /// As much of a name as fits, and a sign that there is more of it.
    pub(super) fn shortened(&self, text: &str, cells: usize) -> String {
        let more = self.look.glyphs.more;
        if text.width() <= cells || cells <= more.width() {
            return clipped(text, cells);
        }
        format!("{}{more}", clipped(text, cells - more.width()).trim_end())
    }

    /// Cells of the widest sign of a list.
    fn sign_column(&self) -> usize {
        let glyphs = &self.look.glyphs;
        [glyphs.ok, glyphs.note, glyphs.problem]
            .into_iter()
            .map(str::len)
            .filter(|_| glyphs.ok.is_ascii())
            .max()
            .unwrap_or(1)
    }

    /// What a screen shows of a row: what leads it, its sign, its words. Cells before the words, and the pieces.
    fn pieces(&self, row: &Row) -> (usize, Vec<Piece>) {
        let mut pieces = Vec::new();
        if let Some((width, lead)) = row.lead {
            pieces.push(Piece { text: format!("{lead:<0$}", usize::from(width)), tone: Tone::Plain });
        }
        if let Some(sign) = row.sign {
            let picture = self.sign(sign);
            let cells = if row.lead.is_some() { self.sign_column() } else { picture.width() };
            let pad = " ".repeat(cells.saturating_sub(picture.width()) + 1);
            pieces.push(Piece { text: format!("{picture}{pad}"), tone: sign.tone() });
        }
        let before = pieces.iter().map(|piece| piece.text.width()).sum();
        pieces.extend(row.pieces.iter().cloned());
        (before, pieces)
    }

    /// A row of columns on a narrow screen: what leads it is a line of its own.
    fn below_each_other(&self, lead: &'static str, row: &Row, width: u16) -> Vec<Line<'static>> {
        let indent = usize::from(row.indent);
        let lead = (!lead.is_empty()).then(|| Line::from(format!("{}{lead}", " ".repeat(indent))));
        // Below its sign, so that an ID has the room it needs.
        let mut rest = Row { lead: None, hang: row.indent.saturating_sub(2), ..row.clone() };
        tighten(&mut rest.pieces);
        lead.into_iter().chain(self.wrapped(&rest, width)).collect()
    }

    /// What was found by a check, where there is no room for it between the title and the time: nearer to the title, or below both, not
    /// broken by them.
    fn value_below(&self, row: &Row, width: u16) -> Option<Vec<Line<'static>>> {
        let right = row.right.as_ref().filter(|_| row.sign.is_some())?;
        let (value, title) = row.pieces.split_last().filter(|(_, title)| !title.is_empty())?;
        let (before, pieces) = self.pieces(row);
        let words: usize = pieces.iter().map(|piece| piece.text.width()).sum();
        let over = (usize::from(row.indent) + words + right.text.width() + 3).saturating_sub(usize::from(width));
        if over == 0 {
            return None;
        }
        let mut title = Row { pieces: title.to_vec(), ..row.clone() };
        if let Some(last) = title.pieces.last_mut()
            && last.text.len() >= last.text.trim_end().len() + over + 2
        {
            last.text.truncate(last.text.len() - over);
            title.pieces.push(value.clone());
            return Some(self.wrapped(&title, width));
        }
        if let Some(last) = title.pieces.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        let cells = |cells: usize| u16::try_from(cells).unwrap_or(0);
        // Below its title, or as far to the left as an ID needs to stay in one piece.
        let longest = value.text.split(' ').map(str::width).max().unwrap_or(0);
        let most = width.saturating_sub(1).saturating_sub(cells(longest));
        let hang = if width < NARROW { (row.indent + 2).min(most) } else { row.hang + cells(before) };
        let below = Row::of(value.tone, value.text.clone()).at(hang);
        let mut lines = self.wrapped(&title, width);
        lines.extend(self.wrapped(&below, width));
        Some(lines)
    }

    /// Wraps a row at blanks; only a word that is longer than a line is broken, behind a sign that divides it if it has one.
    pub(super) fn wrapped(&self, row: &Row, width: u16) -> Vec<Line<'static>> {
        if let Some((_, lead)) = row.lead.filter(|_| width < NARROW) {
            return self.below_each_other(lead, row, width);
        }
        if let Some(lines) = self.value_below(row, width) {
            return lines;
        }
        let is_labelled = width < NARROW && labelled(&row.pieces);
        let width = usize::from(width).saturating_sub(1);
        let (before, mut pieces) = self.pieces(row);
        let (mut indent, mut hang) = (usize::from(row.indent), usize::from(row.hang) + before);
        if hang > width.div_ceil(2) || is_labelled && hang * 3 >= width {
            // There is no room for a column of labels here: what is named stands right behind its label, and an ID on one line.
            indent = indent.saturating_sub(if is_labelled { 2 } else { 0 });
            hang = indent;
            tighten(&mut pieces);
        }
        let shape = Shape { width, indent, hang, breaks_words: true };
        let words: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        let mut lines = Vec::new();
        for (lead, range) in shape.wrapped(&words) {
            let mut line = Line::from(" ".repeat(lead));
            let mut at = 0;
            for Piece { text, tone } in &pieces {
                let own = range.start.saturating_sub(at)..range.end.saturating_sub(at).min(text.len());
                if let Some(part) = text.get(own).filter(|part| !part.is_empty()) {
                    line.push_span(self.span(*tone, part));
                }
                at += text.len();
            }
            lines.push(line);
        }
        if let Some(right) = &row.right {
            let cells = right.text.width();
            // Beside the first line if there is room, else the last.
            let room = |line: &Line<'_>| line.width() + cells + 1 < width;
            let at = if lines.first().is_some_and(room) { 0 } else { lines.len().saturating_sub(1) };
            if let Some(line) = lines.get_mut(at).filter(|line| room(line)) {
                let used = line.width();
                line.push_span(Span::raw(" ".repeat(width - used - cells)));
                line.push_span(self.span(right.tone, right.text.clone()));
            }
        }
        lines
    }
}

/// A screen that is narrower has no room for columns.
const NARROW: u16 = 60;

/// Whether a row is a label and what belongs to it. A list of keys is read by its columns, so it keeps them.
fn labelled(pieces: &[Piece]) -> bool {
    matches!(pieces, [label, _, ..] if label.text.ends_with("  ") && label.tone != Tone::Key)
}

/// The blanks that fill a column up become two, and none where nothing stands before them.
fn tighten(pieces: &mut [Piece]) {
    if let [columns @ .., _] = pieces {
        for piece in columns.iter_mut().filter(|piece| piece.text.ends_with("  ")) {
            let words = piece.text.trim_end().len();
            piece.text.truncate(if words == 0 { 0 } else { words + 2 });
        }
    }
}

/// As much of a text as fits, whole characters only.
pub(super) fn clipped(text: &str, cells: usize) -> String {
    let mut used = 0;
    text.graphemes(true)
        .take_while(|grapheme| {
            used += grapheme.width();
            used <= cells
        })
        .collect()
}
