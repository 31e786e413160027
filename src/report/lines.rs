//! Rows as plain lines: for pipes, logs, screen readers and files. The words carry the meaning, so nothing is lost.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::report::rows::Row;

/// Columns of printed text.
pub const WIDTH: usize = 80;

/// So wide that nothing is wrapped: whoever prints it knows how wide the terminal is.
pub const UNWRAPPED: usize = 10_000;

/// The rows as text, each line at most `width` columns wide. Neither a word is broken nor a command of this program: an address stays
/// whole, and what is copied.
pub fn plain(rows: &[Row], width: usize) -> String {
    let mut text = String::new();
    for row in rows {
        line(row, width, &mut text);
    }
    text
}

fn line(row: &Row, width: usize, text: &mut String) {
    let told = row.words();
    let words = with_whole_commands(&told);
    let indent = usize::from(row.indent);
    // What goes on keeps a third of a line, and room for its longest word: else it stands below its label.
    let longest = words.split(' ').map(str::width).max().unwrap_or(0);
    let hang = usize::from(row.hang);
    let hang = if hang > width * 2 / 3 { indent + 3 } else { hang };
    let hang = if longest < width { hang.min(width - longest) } else { hang };
    let shape = Shape { width, indent, hang, breaks_words: false };
    let lines = shape.wrapped(&words);
    let last = lines.len() - 1;
    for (number, (lead, range)) in lines.into_iter().enumerate() {
        let mut line = " ".repeat(lead) + words.get(range).unwrap_or_default();
        if let Some(right) = row.right.as_ref().filter(|_| number == last) {
            let free = width.saturating_sub(line.width() + right.text.width());
            if free < 2 {
                text.push_str(line.trim_end());
                text.push('\n');
                line = " ".repeat(width.saturating_sub(right.text.width()));
            } else {
                line.push_str(&" ".repeat(free));
            }
            line.push_str(&right.text);
        }
        text.push_str(&line.trim_end().replace(GLUE, " "));
        text.push('\n');
    }
}

/// A blank at which no line ends.
pub(super) const GLUE: &str = "\u{a0}";

/// The text without a place where a line could end in the commands of this program, and in those of `az` that make an application known
/// to a directory: the name, the command, and flags with the word behind each.
pub(super) fn with_whole_commands(text: &str) -> Cow<'_, str> {
    if !text.contains("octo-csp") && !text.contains("az ad ") {
        return text.into();
    }
    let mut whole = String::with_capacity(text.len());
    // What a part is that goes on with a command: the next, or the rest of a word in quotes.
    let (mut inside, mut goes_on, mut quoted) = (false, false, false);
    for (index, part) in text.split(' ').enumerate() {
        inside &= goes_on || part.starts_with("--");
        let between = if inside { GLUE } else { " " };
        whole.push_str(if index == 0 { "" } else { between });
        whole.push_str(part);
        let bare = part.trim_end_matches(['.', ',', ':', ';']);
        quoted = inside && (quoted || part.starts_with('\'')) && !(bare.len() > 1 && bare.ends_with('\''));
        let opens = matches!(part, "octo-csp" | "consent" | "store" | "az" | "ad" | "sp") || part.starts_with("--");
        goes_on = quoted || opens && bare == part;
        inside = matches!(part, "octo-csp" | "az") || inside && bare == part;
    }
    whole.into()
}

/// The commands of this program that a text tells, each as it is typed: where a page has no room for one on a line.
pub fn commands(text: &str) -> Vec<String> {
    let whole = with_whole_commands(text);
    let is_command = |part: &&str| {
        let name = part.strip_prefix("octo-csp").and_then(|rest| rest.strip_prefix(GLUE));
        name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    let told = whole.split(' ').filter(is_command);
    told.map(|command| command.replace(GLUE, " ").trim_end_matches(['.', ',', ':', ';']).to_owned()).collect()
}

/// How a text is laid into lines. Everything is counted in cells.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Room of a line.
    pub width: usize,
    /// Blanks before the first line.
    pub indent: usize,
    /// Blanks before each following line.
    pub hang: usize,
    /// Whether a word that is longer than a line is broken; otherwise it stays whole.
    pub breaks_words: bool,
}

impl Shape {
    /// The lines of a text, at least one: the blanks before each, and its bytes. The blanks at which a line ends are left out.
    pub fn wrapped(&self, text: &str) -> Vec<(usize, Range<usize>)> {
        let mut lines = Vec::new();
        let (mut lead, mut used) = (self.indent, self.indent);
        let (mut start, mut at, mut has_word) = (0, 0, false);
        // Behind the last sign of a long word that divides it.
        let mut joint = 0;
        for part in text.split_inclusive(' ') {
            let word = part.trim_end_matches(' ');
            let cells = word.width();
            let fits_next = !self.breaks_words || cells <= self.width.saturating_sub(self.hang);
            if !word.is_empty() && used + cells > self.width && has_word && fits_next {
                let end = text.get(..at).map_or(at, |before| before.trim_end_matches(' ').len());
                lines.push((lead, start..end.max(start)));
                (lead, used, start, has_word) = (self.hang, self.hang, at, false);
            }
            // Character by character only where one of them does not fit.
            let whole = !self.breaks_words || used + cells <= self.width;
            used += if whole { cells } else { 0 };
            for (place, grapheme) in word.grapheme_indices(true).take_while(|_| !whole) {
                if used + grapheme.width() > self.width && used > self.hang {
                    let end = if joint > start { joint } else { at + place };
                    lines.push((lead, start..end));
                    let moved = text.get(end..at + place).map_or(0, str::width);
                    (lead, used, start) = (self.hang, self.hang + moved, end);
                }
                used += grapheme.width();
                if matches!(grapheme, "/" | "?" | "&") && cells + self.hang > self.width {
                    joint = at + place + grapheme.len();
                }
            }
            has_word |= !word.is_empty();
            used += part.len() - word.len();
            at += part.len();
        }
        lines.push((lead, start..text.len()));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::rows::Tone;

    #[test]
    fn a_row_wraps_below_itself_and_keeps_the_blanks_of_a_label() {
        let row = Row::pair("Why", 6, Tone::Plain, "one two three four");
        assert_eq!(plain(&[row], 20), "   Why   one two\n         three four\n");
    }

    #[test]
    fn on_a_narrow_terminal_what_goes_on_stands_below_its_label_and_an_id_on_one_line() {
        let id = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
        let row = |value: &str| [Row::pair("Directory", 14, Tone::Plain, value)];
        assert_eq!(plain(&row(id), 40), format!("   Directory\n    {id}\n"));
        assert_eq!(
            plain(&row("found in North America, by its name"), 40),
            "   Directory     found in North America,\n                 by its name\n"
        );
        assert_eq!(plain(&[Row::text(format!("ok    Name  {id}")).hanging(39)], 40), format!("ok    Name\n   {id}\n"));
        assert_eq!(plain(&row(id), 60), format!("   Directory     {id}\n"));
    }

    #[test]
    fn a_long_word_stays_whole_and_the_right_side_finds_its_place() {
        let address = "https://login.microsoftonline.com/8b1f6a9e/oauth2";
        assert!(plain(&[Row::text(address)], 20).contains(address));
        let row = Row::text("left").right(Tone::Plain, "right");
        assert_eq!(plain(std::slice::from_ref(&row), 12), "left   right\n");
        assert_eq!(plain(&[row], 9), "left\n    right\n");
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_between_what_a_person_calls_characters() {
        let address = "see https://login.example/0c5a3b1e/oauth2?a=1";
        let narrow = Shape { width: 20, indent: 0, hang: 2, breaks_words: true };
        let lines = narrow.wrapped(address);
        let lines: Vec<&str> = lines.into_iter().map(|(_, range)| address.get(range).unwrap()).collect();
        assert_eq!(lines, ["see https://", "login.example/", "0c5a3b1e/oauth2?", "a=1"]);
        let text = "To  本番e\u{301}🇯🇵本番本番 x";
        let shape = Shape { width: 8, indent: 1, hang: 2, breaks_words: true };
        let lines = shape.wrapped(text);
        let lines: Vec<String> =
            lines.into_iter().map(|(lead, range)| ".".repeat(lead) + text.get(range).unwrap()).collect();
        assert_eq!(lines, [".To  本", "..番e\u{301}🇯🇵", "..本番本", "..番 x"]);
        for width in 0..12 {
            for (lead, range) in (Shape { width, ..shape }).wrapped(text) {
                let cells = lead + text.get(range).unwrap().trim_end().width();
                assert!(cells <= width || lead + 2 >= width, "{width} {cells}");
            }
        }
    }
}
