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

    /// Wraps a row at blanks; only a word that is longer than a line is broken, behind a sign that divides it if it has one.
    pub(super) fn wrapped(&self, row: &Row, width: u16) -> Vec<Line<'static>> {
        if let Some((_, lead)) = row.lead.filter(|_| width < NARROW) {
            return self.below_each_other(lead, row, width);
        }
        let width = usize::from(width).saturating_sub(1);
        let (before, mut pieces) = self.pieces(row);
        let mut hang = usize::from(row.hang) + before;
        if hang > width.div_ceil(2) {
            // There is no room for a column of labels here: what is named stands right behind its label.
            hang = usize::from(row.indent);
            tighten(&mut pieces);
        }
        let shape = Shape { width, indent: usize::from(row.indent), hang, breaks_words: true };
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

/// The blanks that fill a column up become two.
fn tighten(pieces: &mut [Piece]) {
    if let [columns @ .., _] = pieces {
        for piece in columns.iter_mut().filter(|piece| piece.text.ends_with("  ") && !piece.text.trim().is_empty()) {
            piece.text.truncate(piece.text.trim_end().len() + 2);
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
