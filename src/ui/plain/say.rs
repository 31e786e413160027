//! A page as sentences: each row, line of a list and remark on a field is one line without layout.

use crate::ui::view::{Block, Input, Item, Row, Said, Sign, Tone, View};
use crate::words::Field;

/// Something that a page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Saying {
    /// The field that it is about.
    pub(super) field: Option<Field>,
    /// The line.
    pub(super) text: String,
    /// When it is said.
    pub(super) said: Said,
    /// Whether it answers what a person did: then it is said again when it is still so the next time.
    pub(super) answers: bool,
}

impl Saying {
    /// A line that is said once.
    pub(super) fn line(text: impl Into<String>) -> Self {
        Self { field: None, text: text.into(), said: Said::Once, answers: false }
    }

    fn row(row: &Row) -> Option<Self> {
        let said = row.said;
        spoken(row).map(|text| Self { said, ..Self::line(text) })
    }
}

/// Everything that a page says, from top to bottom.
pub(super) fn sayings(page: &View<'_>) -> Vec<Saying> {
    let mut all: Vec<Saying> = page.notice.iter().filter_map(Saying::row).collect();
    for saying in &mut all {
        saying.answers = true;
    }
    all.extend(page.aside.as_ref().and_then(Saying::row));
    let mut number = 0;
    for block in &page.blocks {
        match block {
            Block::Rows(rows) => all.extend(rows.iter().filter_map(Saying::row)),
            Block::Input(input) => remarks(input, &mut all),
            Block::Button(_) => {}
            Block::Item(item) => {
                number += 1;
                all.push(Saying::line(line(number, item)));
            }
        }
    }
    all
}

/// What is said about a field.
fn remarks(input: &Input<'_>, all: &mut Vec<Saying>) {
    let rows = input.remark.iter().chain(&input.below).chain(&input.help);
    let remark = |row: &Row| {
        let answers = row.sign == Some(Sign::Problem);
        Some(Saying { field: Some(input.field), answers, ..Saying::row(row)? })
    };
    all.extend(rows.filter_map(remark));
}

/// A line of a list. What is to be chosen is said with all there is to know; what is marked, when it is asked for.
pub(super) fn line(number: usize, item: &Item) -> String {
    let text = flat(&item.text);
    if let Some(marked) = item.mark {
        let mark = if marked { "marked" } else { "not marked" };
        return format!("{number}. {text} - {mark}");
    }
    let more: Vec<String> = item.below.iter().filter_map(spoken).collect();
    format!("{number}. {text}. {}", more.join(" ")).trim_end().to_owned()
}

/// A row as one line. A wide gap becomes a dash, a label gets its colon, and what is only shown at the edge is left out.
pub(super) fn spoken(row: &Row) -> Option<String> {
    if let Some(whole) = &row.whole {
        return Some(whole.clone());
    }
    let mut text = row.sign.map_or("", Sign::word).to_owned();
    let mut gap = if text.is_empty() { "" } else { ": " };
    for piece in &row.pieces {
        let words = flat(&piece.text);
        if words.is_empty() {
            // Nothing but blanks divides.
            if gap.is_empty() && !text.is_empty() && !piece.text.is_empty() {
                gap = ": ";
            }
            continue;
        }
        if piece.text.starts_with(' ') && gap.is_empty() {
            gap = " ";
        }
        if !text.is_empty() {
            text.push_str(gap);
        }
        text.push_str(&words);
        gap = match piece.text.ends_with(' ') {
            true if text.ends_with([':', '.', '!']) => " ",
            true => ": ",
            false => "",
        };
    }
    let clock = row.said == Said::NowAndThen;
    if let Some(right) = row.right.as_ref().filter(|it| clock || it.tone != Tone::Muted) {
        text = format!("{text}, {}", right.text);
    }
    (!text.is_empty()).then_some(text)
}

/// Words with one blank between them; a wider gap divides.
pub(super) fn flat(text: &str) -> String {
    let mut flat = String::new();
    for part in text.split("  ").map(str::trim).filter(|part| !part.is_empty()) {
        if !flat.is_empty() {
            let number = flat.chars().all(|c| c.is_ascii_digit());
            flat.push_str(if number {
                ". "
            } else if flat.ends_with(':') || part.starts_with('(') {
                " "
            } else {
                " - "
            });
        }
        flat.push_str(part);
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_labels_are_said_as_a_sentence() {
        let check = Row::of(Tone::Plain, "Directory exists     ")
            .and(Tone::Muted, "contoso.example, EU")
            .sign(Sign::Ok)
            .behind(17, "Entra ID")
            .right(Tone::Muted, "0.4 s");
        for (row, said) in [
            (check, "ok: Directory exists: contoso.example, EU"),
            (Row::pair("Why", 16, Tone::Plain, "it is so"), "Why: it is so"),
            (Row::pair("", 16, Tone::Plain, "2  press r"), "2. press r"),
            (
                Row::of(Tone::Muted, "Secret accepted").and(Tone::Muted, "  ").and(Tone::Muted, "AADSTS7000215"),
                "Secret accepted: AADSTS7000215",
            ),
            (
                Row::of(Tone::Title, "Secret accepted").sign(Sign::Failed).right(Tone::Problem, "AADSTS7000215"),
                "FAIL: Secret accepted, AADSTS7000215",
            ),
            (Row::pair("Answered by", 12, Tone::Plain, "Entra"), "Answered by: Entra"),
            (Row::signed(Sign::Problem, "too long"), "Problem: too long"),
            (Row::of(Tone::Ok, "Registered: ").and(Tone::Title, "Contoso"), "Registered: Contoso"),
            (Row::text("Contoso    Production"), "Contoso - Production"),
            (Row::text("cut...").whole("https://login.example/a  b"), "https://login.example/a  b"),
            (
                Row::text("Billing").sign(Sign::Running).right(Tone::Muted, "31.2 s").said(Said::NowAndThen),
                "Billing, 31.2 s",
            ),
        ] {
            assert_eq!(spoken(&row).as_deref(), Some(said));
        }
        assert_eq!(spoken(&Row::gap()), None);
    }
}
