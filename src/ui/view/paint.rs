//! From a page to cells: wrapping, scrolling so that the focus shows, the frame around it.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::ui::page::{Block, Body, Hint, Input, Page, Piece, Row, Tone};
use crate::ui::theme::Theme;
use crate::ui::view::{Look, SMALLEST, banners, tabs};
use crate::ui::wizard::Wizard;

/// Lines of cells with where the focus and the caret are.
#[derive(Default)]
struct Sheet {
    lines: Vec<Line<'static>>,
    focus: Option<(usize, usize)>,
    caret: Option<(u16, usize)>,
}

pub(super) fn paint(wizard: &Wizard, page: &Page<'_>, look: &Look, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(area, frame);
        return;
    }
    let style = |tone| styled(&look.theme, tone);
    let mut top = vec![title(page, area.width, look)];
    top.push(Line::styled(
        look.glyphs.line(area.width),
        style(Tone::Muted),
    ));
    for (tone, text) in banners(wizard) {
        top.push(banner(&text, tone, area.width, look));
    }
    if let Some(open) = page.tab {
        top.push(tab_line(wizard, open, area.width, look));
    }
    // On a low terminal every line counts.
    if area.height >= 20 {
        top.push(Line::default());
    }
    let mut bottom = vec![Line::styled(
        look.glyphs.line(area.width),
        style(Tone::Muted),
    )];
    bottom.extend(hint_lines(
        &page.hints,
        area.width,
        if area.height < 20 { 1 } else { 2 },
        look,
    ));
    let top_height = u16::try_from(top.len()).unwrap_or(u16::MAX);
    let bottom_height = u16::try_from(bottom.len()).unwrap_or(u16::MAX);
    let body_height = area
        .height
        .saturating_sub(top_height)
        .saturating_sub(bottom_height);
    let sheet = lay_out(page, area.width, look);
    let offset = scrolled(&sheet, usize::from(body_height), usize::from(wizard.scroll));
    let body: Vec<Line<'static>> = sheet
        .lines
        .into_iter()
        .skip(offset)
        .take(usize::from(body_height))
        .collect();
    frame.render_widget(
        Paragraph::new(top),
        Rect {
            height: top_height.min(area.height),
            ..area
        },
    );
    let body_area = Rect {
        y: area.y + top_height,
        height: body_height,
        ..area
    };
    frame.render_widget(Paragraph::new(body), body_area);
    let bottom_area = Rect {
        y: body_area.y + body_height,
        height: bottom_height.min(area.height),
        ..area
    };
    frame.render_widget(Paragraph::new(bottom), bottom_area);
    if let Some((column, line)) = sheet.caret
        && let Some(row) = line
            .checked_sub(offset)
            .and_then(|row| u16::try_from(row).ok())
        && row < body_height
    {
        frame.set_cursor_position(Position {
            x: column.min(area.width.saturating_sub(1)),
            y: body_area.y + row,
        });
    }
}

fn too_small(area: Rect, frame: &mut Frame<'_>) {
    let text = vec![
        Line::raw("Terminal too small."),
        Line::raw(format!("Enlarge it to {}x{}.", SMALLEST.0, SMALLEST.1)),
        Line::raw("Nothing is lost."),
    ];
    frame.render_widget(Paragraph::new(text), area);
}

/// The first line that is shown: the focus with what stands below it is in view; without one, what was scrolled to.
fn scrolled(sheet: &Sheet, height: usize, wanted: usize) -> usize {
    let most = sheet.lines.len().saturating_sub(height);
    match sheet.focus {
        Some((first, last)) => {
            let down = (last + 1).saturating_sub(height);
            down.min(first)
                .max(wanted.min(most).min(first))
                .min(most.max(down.min(first)))
        }
        None => wanted.min(most),
    }
}

fn title(page: &Page<'_>, width: u16, look: &Look) -> Line<'static> {
    let left = " octo-csp register";
    let right = format!("{} ", page.place);
    let gap = usize::from(width).saturating_sub(left.width() + right.width());
    Line::from(vec![
        Span::styled(left, styled(&look.theme, Tone::Title)),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, styled(&look.theme, Tone::Title)),
    ])
}

fn banner(text: &str, tone: Tone, width: u16, look: &Look) -> Line<'static> {
    let cut = clipped(&format!(" {text}"), usize::from(width));
    let pad = usize::from(width).saturating_sub(cut.width());
    let style = if tone == Tone::Warning {
        look.theme.banner
    } else {
        styled(&look.theme, tone)
    };
    Line::styled(format!("{cut}{}", " ".repeat(pad)), style)
}

fn tab_line(wizard: &Wizard, open: usize, width: u16, look: &Look) -> Line<'static> {
    let tabs = tabs(wizard, open);
    let wide = width >= 72;
    let mut spans = vec![Span::raw(" ")];
    for (index, (done, name)) in tabs.into_iter().enumerate() {
        let number = index + 1;
        let (text, tone) = match (index == open, done) {
            (true, _) => (format!("[{number} {name}]"), Tone::Focus),
            (false, _) if !wide => (format!("{number}"), Tone::Muted),
            (false, true) => (format!("ok {name}"), Tone::Ok),
            (false, false) => (format!("{number} {name}"), Tone::Muted),
        };
        spans.push(Span::styled(text, styled(&look.theme, tone)));
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

/// The help line, as many keys as fit on `most` lines; what leaves and helps is always among them.
fn hint_lines(hints: &[Hint], width: u16, most: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines: Vec<Vec<Span<'static>>> = vec![vec![Span::raw(" ")]];
    let mut used = 1;
    for hint in hints {
        let cells = hint.key.width() + 1 + hint.does.width() + 2;
        if used + cells > usize::from(width) + 2 {
            if lines.len() == most {
                break;
            }
            lines.push(vec![Span::raw(" ")]);
            used = 1;
        }
        if let Some(line) = lines.last_mut() {
            line.push(Span::styled(hint.key, look.theme.key));
            line.push(Span::raw(" "));
            line.push(Span::styled(hint.does, styled(&look.theme, Tone::Muted)));
            line.push(Span::raw("  "));
        }
        used += cells;
    }
    lines.into_iter().map(Line::from).collect()
}

fn lay_out(page: &Page<'_>, width: u16, look: &Look) -> Sheet {
    let mut sheet = Sheet::default();
    for block in &page.blocks {
        match block {
            Block::Rows(rows) => sheet
                .lines
                .extend(rows.iter().flat_map(|row| wrapped(row, width, look))),
            Block::Input(input) => lay_input(&mut sheet, input, width, look),
            Block::Button(button) => {
                let marker = if button.focused {
                    look.glyphs.marker
                } else {
                    " "
                };
                let style = if button.focused {
                    look.theme.button_focus
                } else {
                    look.theme.button
                };
                let label = format!(
                    "{}{}{}",
                    look.glyphs.button_left, button.label, look.glyphs.button_right
                );
                let room = usize::from(width).saturating_sub(label.width() + 6);
                let beside = clipped(&button.beside, room);
                if button.focused {
                    sheet.focus = Some((sheet.lines.len(), sheet.lines.len()));
                }
                sheet.lines.push(Line::from(vec![
                    Span::styled(format!(" {marker} "), styled(&look.theme, Tone::Focus)),
                    Span::styled(label, style),
                    Span::raw("   "),
                    Span::styled(beside, styled(&look.theme, Tone::Muted)),
                ]));
            }
            Block::Item(item) => {
                let marker = if item.focused {
                    look.glyphs.marker
                } else {
                    " "
                };
                let mark = match item.mark {
                    Some(true) => format!("{} ", look.glyphs.box_on),
                    Some(false) => format!("{} ", look.glyphs.box_off),
                    None => String::new(),
                };
                let tone = if item.focused {
                    Tone::Focus
                } else {
                    Tone::Plain
                };
                let hang = 3 + u16::try_from(mark.width()).unwrap_or(0);
                let row = Row::of(Tone::Focus, format!("{marker} "))
                    .and(tone, format!("{mark}{}", item.text))
                    .at(1)
                    .hanging(hang);
                let lines = wrapped(&row, width, look);
                if item.focused {
                    sheet.focus = Some((sheet.lines.len(), sheet.lines.len() + lines.len() - 1));
                }
                sheet.lines.extend(lines);
            }
        }
    }
    sheet
}

fn lay_input(sheet: &mut Sheet, input: &Input<'_>, width: u16, look: &Look) {
    let first = sheet.lines.len();
    let mut label = Row::of(
        if input.focused {
            Tone::Focus
        } else {
            Tone::Plain
        },
        input.field.label(),
    )
    .at(3);
    if let Some(aside) = &input.aside {
        label = label.right(Tone::Muted, aside.clone());
    }
    sheet.lines.extend(wrapped(&label, width, look));
    let marker = if input.focused {
        look.glyphs.marker
    } else {
        " "
    };
    let edge = look.glyphs.frame.vertical_left;
    let front = format!(" {marker} {edge} ");
    let start = u16::try_from(front.width()).unwrap_or(5);
    let room = width.saturating_sub(start + 2);
    let mut spans = vec![Span::styled(
        front,
        styled(
            &look.theme,
            if input.focused {
                Tone::Focus
            } else {
                Tone::Muted
            },
        ),
    )];
    match &input.body {
        Body::Text(text) => {
            let (shown, caret) = text.window(room);
            spans.push(Span::styled(shown.to_owned(), look.theme.value));
            if input.focused {
                sheet.caret = Some((start + caret, sheet.lines.len()));
            }
        }
        Body::Secret(secret) => {
            let count = format!("  ({} characters)", secret.characters());
            let dots_room = room.saturating_sub(u16::try_from(count.width()).unwrap_or(0));
            let (dots, caret) = secret.dots(dots_room, look.glyphs.dot);
            spans.push(Span::styled(dots, look.theme.value));
            if !secret.is_empty() {
                spans.push(Span::styled(count, styled(&look.theme, Tone::Muted)));
            }
            if input.focused {
                sheet.caret = Some((start + caret, sheet.lines.len()));
            }
        }
        Body::Choice { options, chosen } => {
            for (index, option) in options.iter().enumerate() {
                let mark = if index == *chosen {
                    look.glyphs.radio_on
                } else {
                    look.glyphs.radio_off
                };
                let tone = if index == *chosen {
                    Tone::Value
                } else {
                    Tone::Muted
                };
                spans.push(Span::styled(
                    format!("{mark} {option}   "),
                    styled(&look.theme, tone),
                ));
            }
        }
    }
    sheet.lines.push(Line::from(spans));
    sheet
        .lines
        .extend(input.below.iter().flat_map(|row| wrapped(row, width, look)));
    if input.focused {
        sheet.focus = Some((first, sheet.lines.len() - 1));
    }
}

pub(super) fn styled(theme: &Theme, tone: Tone) -> Style {
    match tone {
        Tone::Plain => theme.text,
        Tone::Title => theme.title,
        Tone::Ok => theme.ok,
        Tone::Note => theme.note,
        Tone::Warning => theme.warning,
        Tone::Failure => theme.failure,
        Tone::Muted => theme.muted,
        Tone::Key => theme.key,
        Tone::Value => theme.value,
        Tone::Link => theme.link,
        Tone::Focus => theme.focus,
    }
}

/// Wraps a row at blanks, and within a word that is longer than a line.
fn wrapped(row: &Row, width: u16, look: &Look) -> Vec<Line<'static>> {
    let width = usize::from(width).saturating_sub(1);
    let mut lines = Vec::new();
    let mut spans = vec![Span::raw(" ".repeat(usize::from(row.indent)))];
    let mut used = usize::from(row.indent);
    let hang = usize::from(row.hang).min(width / 2);
    for Piece { text, tone } in &row.pieces {
        let style = styled(&look.theme, *tone);
        for word in text.split_word_bounds_by_blanks() {
            let cells = word.width();
            let room = width.saturating_sub(used);
            if cells > room
                && used > hang.max(usize::from(row.indent))
                && cells <= width.saturating_sub(hang)
                || cells > room && word.trim().is_empty()
            {
                lines.push(Line::from(std::mem::take(&mut spans)));
                spans.push(Span::raw(" ".repeat(hang)));
                used = hang;
                if word.trim().is_empty() {
                    continue;
                }
            }
            for grapheme_run in broken(word, width.saturating_sub(used), width.saturating_sub(hang))
            {
                let cells = grapheme_run.width();
                if used + cells > width && used > hang {
                    lines.push(Line::from(std::mem::take(&mut spans)));
                    spans.push(Span::raw(" ".repeat(hang)));
                    used = hang;
                }
                used += cells;
                spans.push(Span::styled(grapheme_run, style));
            }
        }
    }
    if let Some(right) = &row.right {
        let cells = right.text.width();
        if used + cells + 1 < width {
            spans.push(Span::raw(" ".repeat(width - used - cells)));
            spans.push(Span::styled(
                right.text.clone(),
                styled(&look.theme, right.tone),
            ));
        }
    }
    lines.push(Line::from(spans));
    lines
}

/// Splits into words and single blanks.
trait Words {
    fn split_word_bounds_by_blanks(&self) -> Vec<&str>;
}

impl Words for str {
    fn split_word_bounds_by_blanks(&self) -> Vec<&str> {
        self.split_inclusive(' ')
            .flat_map(|part| match part.strip_suffix(' ') {
                Some("") => vec![" "],
                Some(word) => vec![word, " "],
                None => vec![part],
            })
            .collect()
    }
}

/// Breaks a word that is longer than a line: the first part fills `first` cells, the others `rest`.
fn broken(word: &str, first: usize, rest: usize) -> Vec<String> {
    if word.width() <= first {
        return vec![word.to_owned()];
    }
    let mut parts = Vec::new();
    let (mut part, mut used, mut room) = (String::new(), 0, first);
    for grapheme in word.graphemes(true) {
        let cells = grapheme.width();
        if used + cells > room && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            used = 0;
            room = rest.max(1);
        }
        part.push_str(grapheme);
        used += cells;
    }
    parts.push(part);
    parts
}

fn clipped(text: &str, cells: usize) -> String {
    let mut used = 0;
    text.graphemes(true)
        .take_while(|grapheme| {
            used += grapheme.width();
            used <= cells
        })
        .collect()
}
