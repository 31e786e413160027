//! Rows as plain lines: for pipes, logs, screen readers and files. The words carry the meaning, so nothing is lost.

use unicode_width::UnicodeWidthStr as _;

use crate::report::rows::Row;

/// Columns of printed text.
pub const WIDTH: usize = 80;

/// The rows as text, each line at most `width` columns wide. A word is never broken: an address stays whole.
pub fn plain(rows: &[Row], width: usize) -> String {
    let mut text = String::new();
    for row in rows {
        line(row, width, &mut text);
    }
    text
}

fn line(row: &Row, width: usize, text: &mut String) {
    let words = row.words();
    // A line that goes on keeps room for a few words.
    let hang = usize::from(row.hang).min(width * 3 / 4);
    let mut current = " ".repeat(usize::from(row.indent));
    let mut empty = true;
    let mut gap = "";
    for part in words.split(' ') {
        let used = current.width();
        let fits = used + gap.width() + part.width() <= width;
        if !fits && !empty && !part.is_empty() {
            end(&mut current, text);
            current.push_str(&" ".repeat(hang));
            current.push_str(part);
        } else {
            current.push_str(gap);
            current.push_str(part);
        }
        empty &= part.is_empty();
        gap = " ";
    }
    if let Some(right) = &row.right {
        let free = width.saturating_sub(current.width() + right.text.width());
        if free < 2 {
            end(&mut current, text);
            current.push_str(&" ".repeat(width.saturating_sub(right.text.width())));
        } else {
            current.push_str(&" ".repeat(free));
        }
        current.push_str(&right.text);
    }
    end(&mut current, text);
}

fn end(current: &mut String, text: &mut String) {
    text.push_str(current.trim_end());
    text.push('\n');
    current.clear();
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
    fn a_long_word_stays_whole_and_the_right_side_finds_its_place() {
        let address = "https://login.microsoftonline.com/8b1f6a9e/oauth2";
        assert!(plain(&[Row::text(address)], 20).contains(address));
        let row = Row::text("left").right(Tone::Plain, "right");
        assert_eq!(plain(std::slice::from_ref(&row), 12), "left   right\n");
        assert_eq!(plain(&[row], 9), "left\n    right\n");
    }
}
