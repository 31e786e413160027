//! From a page to cells: wrapping, scrolling so that the focus shows, the frame around it. A frame is a function of the
//! wizard's state.
//!
//! ```text
//!  octo-csp register                                        Step 2 of 3     title
//! ─ Production, global cloud, Contoso CSP ──────────────────────────────    rule, and which registration
//!  REHEARSAL  nothing leaves this machine                                   banner, if any
//!  ok Basic Details  [2 Partner Center]  3 Partner API  4 Review            tabs, if any
//!
//!    page                                                                   scrolls so that the focus shows
//!
//! ──────────────────────────────────────────────────────────────────────    rule
//!  Tab next  Shift-Tab previous  Enter check  Esc back  Ctrl-C leave        the keys that work now
//! ```

use std::num::NonZeroU16;

use ratatui::Frame;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::report::lines::Shape;
use crate::ui::Intent;
use crate::ui::parts::{banners, counted, tabs};
use crate::ui::theme::{Glyphs, REVERSED, Theme};
use crate::ui::view::{Block, Body, Button, Input, Item, KeyHint, Piece, Row, Tone, View};
use crate::ui::wizard::Wizard;

/// How things look on this terminal.
#[derive(Clone, Copy, Debug)]
pub struct Appearance {
    /// Styles by meaning.
    pub theme: Theme,
    /// Lines, dots and marks.
    pub glyphs: Glyphs,
}

/// The smallest terminal that pages are laid out for.
pub const SMALLEST: (u16, u16) = (40, 12);

/// Marks what has the focus.
const MARKER: &str = ">";

/// Lines of cells with where the focus and the caret are.
#[derive(Default)]
struct Sheet {
    lines: Vec<Line<'static>>,
    focus: Option<(usize, usize)>,
    caret: Option<(u16, usize)>,
    /// Lines that are part of an address, and the whole of it.
    links: Vec<(usize, String)>,
}

/// Paints what the wizard says.
pub fn draw(wizard: &Wizard, look: &Appearance, frame: &mut Frame<'_>) {
    let page = &wizard.view();
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(area, frame);
        return;
    }
    let identity = wizard.session.identity().map_or_else(String::new, |identity| identity.to_string());
    let mut top = header(wizard, page, &identity, look, area);
    let mut bottom = footer(page, look, area);
    let top_height = u16::try_from(top.len()).unwrap_or(u16::MAX);
    let bottom_height = u16::try_from(bottom.len()).unwrap_or(u16::MAX);
    let height = area.height.saturating_sub(top_height).saturating_sub(bottom_height);
    let mut sheet = lay_out(page, area.width, look, true);
    if !sheet.links.is_empty() && sheet.lines.len() > usize::from(height) {
        sheet = lay_out(page, area.width, look, false);
    }
    let offset = scrolled(&sheet, usize::from(height), wizard.page.state().scroll);
    let caret = caret(&sheet, offset, height, area.width);
    if sheet.lines.len() > offset + usize::from(height)
        && let Some(line) = bottom.first_mut()
    {
        *line = rule("", " more below ", look, area.width);
    }
    if offset > 0
        && let Some(line) = top.get_mut(1)
    {
        *line = rule(&identity, " more above ", look, area.width);
    }
    let addresses = std::mem::take(&mut sheet.links);
    let lines = sheet.lines.into_iter().skip(offset);
    let body: Vec<Line<'static>> = lines.take(usize::from(height)).collect();
    let mut y = area.y;
    for (lines, height) in [(top, top_height), (body, height), (bottom, bottom_height)] {
        let part = Rect { y, height, ..area };
        frame.render_widget(Paragraph::new(lines), part.intersection(area));
        y = y.saturating_add(height);
    }
    for (line, address) in addresses.iter().filter(|_| look.glyphs.links) {
        let row = line.checked_sub(offset).and_then(|row| u16::try_from(row).ok());
        if let Some(row) = row.filter(|row| *row < height) {
            link(address, area.x, area.y + top_height + row, frame.buffer_mut());
        }
    }
    if let Some((x, row)) = caret {
        let y = area.y + top_height + row;
        frame.set_cursor_position(Position { x, y });
    }
}

fn header(wizard: &Wizard, page: &View<'_>, identity: &str, look: &Appearance, area: Rect) -> Vec<Line<'static>> {
    let mut lines = vec![title(page, area.width, look), rule(identity, "", look, area.width)];
    for (tone, text) in banners(&wizard.session) {
        lines.push(banner(&text, tone, area.width, look));
    }
    if let Some(open) = page.tab {
        lines.push(tab_line(wizard, open, area.width, look));
    }
    // On a low terminal every line counts.
    let roomy = area.height >= 20;
    if roomy {
        lines.push(Line::default());
    }
    if let Some(notice) = &page.notice {
        let most = usize::from(area.height / 3);
        lines.extend(wrapped(notice, area.width, look).into_iter().take(most));
        if roomy {
            lines.push(Line::default());
        }
    }
    lines
}

fn footer(page: &View<'_>, look: &Appearance, area: Rect) -> Vec<Line<'static>> {
    let most = if area.height < 20 { 1 } else { 2 };
    let mut lines = vec![rule("", "", look, area.width)];
    lines.extend(hint_lines(&page.hints, area.width, most, look));
    lines
}

/// A line across the page, with what stands in it at the left and, as far as there is room, at the right.
fn rule(left: &str, right: &'static str, look: &Appearance, width: u16) -> Line<'static> {
    let room = usize::from(width).saturating_sub(right.len() + 5);
    let left = if left.is_empty() { String::new() } else { format!(" {} ", clipped(left, room)) };
    let cells = u16::try_from(left.width() + right.len() + 3).unwrap_or(width);
    let line = |width| Span::styled(look.glyphs.line(width), look.theme.style(Tone::Muted));
    let words = |text| Span::styled(text, look.theme.style(Tone::Note));
    Line::from(vec![line(1), words(left), line(width.saturating_sub(cells)), words(right.to_owned()), line(2)])
}

/// Where the caret is in the body, if it is in view.
fn caret(sheet: &Sheet, offset: usize, height: u16, width: u16) -> Option<(u16, u16)> {
    let (column, line) = sheet.caret?;
    let row = u16::try_from(line.checked_sub(offset)?).ok()?;
    (row < height).then_some((column.min(width.saturating_sub(1)), row))
}

fn too_small(area: Rect, frame: &mut Frame<'_>) {
    let text = vec![
        Line::raw("Terminal too small."),
        Line::raw(format!("Enlarge it to {}x{}.", SMALLEST.0, SMALLEST.1)),
        Line::raw("Nothing is lost."),
    ];
    frame.render_widget(Paragraph::new(text), area);
}

/// The first line that is shown: the focus with what stands below it is in view, unless a person scrolls away from it.
fn scrolled(sheet: &Sheet, height: usize, by: i16) -> usize {
    let most = sheet.lines.len().saturating_sub(height);
    let focus = sheet.focus.map_or(0, |(first, last)| (last + 1).saturating_sub(height).min(first));
    let wanted = focus.saturating_add_signed(isize::from(by));
    wanted.min(most.max(focus))
}

fn title(page: &View<'_>, width: u16, look: &Appearance) -> Line<'static> {
    let right = match page.standing {
        Some(standing) => format!("{} - {standing} ", page.title),
        None => format!("{} ", page.title),
    };
    let left = if usize::from(width) < 20 + right.width() { " octo-csp" } else { " octo-csp register" };
    let gap = usize::from(width).saturating_sub(left.width() + right.width());
    Line::from(vec![
        Span::styled(left, look.theme.style(Tone::Title)),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, look.theme.style(Tone::Title)),
    ])
}

fn banner(text: &str, tone: Tone, width: u16, look: &Appearance) -> Line<'static> {
    let cut = clipped(&format!(" {text}"), usize::from(width));
    let pad = usize::from(width).saturating_sub(cut.width());
    let style = if tone == Tone::Warning { REVERSED } else { look.theme.style(tone) };
    Line::styled(format!("{cut}{}", " ".repeat(pad)), style)
}

fn tab_line(wizard: &Wizard, open: usize, width: u16, look: &Appearance) -> Line<'static> {
    let tabs = tabs(&wizard.session.registration, open);
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
        spans.push(Span::styled(text, look.theme.style(tone)));
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

/// The help line, as many keys as fit on `most` lines. Where not all fit, what goes on, back, out and helps comes first.
fn hint_lines(hints: &[KeyHint], width: u16, most: usize, look: &Appearance) -> Vec<Line<'static>> {
    let first = |hint: &&KeyHint| {
        use Intent::{Back, Help, Leave, Submit, Typed};
        matches!(hint.intent, Submit | Back | Leave | Help | Typed('?'))
    };
    let in_order = hint_rows(hints.iter(), width);
    let rows = if in_order.len() <= most {
        in_order
    } else {
        let others = hints.iter().filter(|hint| !first(hint));
        hint_rows(hints.iter().filter(first).chain(others), width)
    };
    let line = |row: Vec<KeyHint>| {
        let mut spans = vec![Span::raw(" ")];
        for hint in row {
            spans.push(Span::styled(hint.key, look.theme.style(Tone::Key)));
            let does = format!(" {}  ", hint.does);
            spans.push(Span::styled(does, look.theme.style(Tone::Muted)));
        }
        Line::from(spans)
    };
    rows.into_iter().take(most).map(line).collect()
}

/// Keys side by side, as many as fit in a line.
fn hint_rows<'h>(hints: impl Iterator<Item = &'h KeyHint>, width: u16) -> Vec<Vec<KeyHint>> {
    let mut rows: Vec<Vec<KeyHint>> = vec![Vec::new()];
    let mut used = 1;
    for hint in hints {
        let cells = hint.key.width() + 1 + hint.does.width();
        if used + cells > usize::from(width) && used > 1 {
            rows.push(Vec::new());
            used = 1;
        }
        if let Some(row) = rows.last_mut() {
            row.push(*hint);
        }
        used += cells + 2;
    }
    rows
}

/// Makes a line of a painted address a link to all of it (OSC 8): one cell as wide as the line, which is painted as a whole.
fn link(address: &str, x: u16, y: u16, buffer: &mut Buffer) {
    let shown: String = (x..buffer.area.right()).filter_map(|x| Some(buffer.cell((x, y))?.symbol())).collect();
    let shown = shown.trim_end();
    let width = u16::try_from(shown.width()).ok().and_then(NonZeroU16::new);
    if let (Some(width), Some(cell)) = (width, buffer.cell_mut((x, y))) {
        cell.set_symbol(&format!("\x1b]8;id=1;{address}\x1b\\{shown}\x1b]8;;\x1b\\"));
        cell.set_diff_option(CellDiffOption::ForcedWidth(width));
    }
}

/// `whole` says that there may be room for what is else shortened: then nothing else stands on its lines.
fn lay_out(page: &View<'_>, width: u16, look: &Appearance, whole: bool) -> Sheet {
    let mut sheet = Sheet::default();
    for block in &page.blocks {
        match block {
            Block::Rows(rows) => {
                for row in rows {
                    let Some(address) = row.whole.as_ref().filter(|_| whole) else {
                        sheet.lines.extend(wrapped(row, width, look));
                        continue;
                    };
                    for part in address.as_bytes().chunks(usize::from(width)) {
                        sheet.links.push((sheet.lines.len(), address.clone()));
                        let part = String::from_utf8_lossy(part).into_owned();
                        sheet.lines.push(Line::styled(part, look.theme.style(Tone::Link)));
                    }
                }
            }
            Block::Input(input) => lay_input(&mut sheet, input, width, look),
            Block::Button(button) => lay_button(&mut sheet, button, width, look),
            Block::Item(item) => lay_item(&mut sheet, item, width, look),
        }
    }
    if let Some(first) = page.goes_on_at {
        let last = sheet.lines.len().saturating_sub(1);
        sheet.focus.get_or_insert((first, last));
    }
    sheet
}

fn lay_button(sheet: &mut Sheet, button: &Button, width: u16, look: &Appearance) {
    let (marker, style) = if button.focused {
        sheet.focus = Some((sheet.lines.len(), sheet.lines.len()));
        (MARKER, REVERSED)
    } else {
        // The button of a field that has the focus is in view with it.
        let here = sheet.lines.len();
        sheet.focus = sheet.focus.map(|(first, last)| (first, if last + 1 == here { here } else { last }));
        (" ", look.theme.style(Tone::Plain))
    };
    let label = format!("[ {} ]", button.label);
    let room = usize::from(width).saturating_sub(label.width() + 6);
    sheet.lines.push(Line::from(vec![
        Span::styled(format!(" {marker} "), look.theme.style(Tone::Focus)),
        Span::styled(label, style),
        Span::raw("   "),
        Span::styled(clipped(&button.beside, room), look.theme.style(Tone::Muted)),
    ]));
}

fn lay_item(sheet: &mut Sheet, item: &Item, width: u16, look: &Appearance) {
    let (marker, tone) = if item.focused { (MARKER, Tone::Focus) } else { (" ", Tone::Plain) };
    let mark = match item.mark {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let hang = 3 + u16::try_from(mark.width()).unwrap_or(0);
    let row = Row::of(Tone::Focus, format!("{marker} ")).and(tone, format!("{mark}{}", item.text)).at(1).hanging(hang);
    let mut lines = wrapped(&row, width, look);
    if item.focused {
        lines.extend(item.below.iter().flat_map(|row| wrapped(row, width, look)));
        let first = sheet.lines.len();
        sheet.focus = Some((first, first + lines.len() - 1));
    }
    sheet.lines.extend(lines);
}

fn lay_input(sheet: &mut Sheet, input: &Input<'_>, width: u16, look: &Appearance) {
    let first = sheet.lines.len();
    let (marker, label_tone, edge_tone) =
        if input.focused { (MARKER, Tone::Focus, Tone::Focus) } else { (" ", Tone::Plain, Tone::Muted) };
    let mut label = Row::of(label_tone, input.field.label()).at(3);
    if let Some(aside) = &input.aside {
        label = label.right(Tone::Muted, aside.clone());
    }
    sheet.lines.extend(wrapped(&label, width, look));
    let front = format!(" {marker} {} ", look.glyphs.edge);
    let start = u16::try_from(front.width()).unwrap_or(5);
    let (content, caret) = content(&input.body, width.saturating_sub(start + 2), look);
    if let (true, Some(caret)) = (input.focused, caret) {
        sheet.caret = Some((start + caret, sheet.lines.len()));
    }
    let mut spans = vec![Span::styled(front, look.theme.style(edge_tone))];
    spans.extend(content);
    sheet.lines.push(Line::from(spans));
    let below = input.below.iter().flat_map(|row| wrapped(row, width, look));
    sheet.lines.extend(below);
    if input.focused {
        sheet.focus = Some((first, sheet.lines.len() - 1));
    }
}

/// What a field shows, and the caret's column in it.
fn content(body: &Body<'_>, room: u16, look: &Appearance) -> (Vec<Span<'static>>, Option<u16>) {
    match body {
        Body::Text(text) => {
            let (shown, caret) = text.window(room);
            let span = Span::styled(shown.to_owned(), look.theme.style(Tone::Value));
            (vec![span], Some(caret))
        }
        Body::Secret(secret) if secret.is_empty() => (Vec::new(), Some(0)),
        Body::Secret(secret) => {
            let count = format!("  ({})", counted(secret.characters()));
            let room = room.saturating_sub(u16::try_from(count.width()).unwrap_or(0));
            let (dots, caret) = secret.dots(room, look.glyphs.dot);
            let spans = vec![
                Span::styled(dots, look.theme.style(Tone::Value)),
                Span::styled(count, look.theme.style(Tone::Muted)),
            ];
            (spans, Some(caret))
        }
        Body::Choice { options, chosen } => {
            let spans = options.iter().enumerate().map(|(index, option)| {
                let (mark, tone) =
                    if index == *chosen { (look.glyphs.radio_on, Tone::Value) } else { ("( )", Tone::Muted) };
                Span::styled(format!("{mark} {option}   "), look.theme.style(tone))
            });
            (spans.collect(), None)
        }
    }
}

/// Wraps a row at blanks, and within a word that is longer than a line.
fn wrapped(row: &Row, width: u16, look: &Appearance) -> Vec<Line<'static>> {
    let width = usize::from(width).saturating_sub(1);
    let hang = usize::from(row.hang).min(width.div_ceil(2));
    let shape = Shape { width, indent: usize::from(row.indent), hang, breaks_words: true };
    let mut lines = Vec::new();
    for (lead, range) in shape.wrapped(&row.words()) {
        let mut line = Line::from(" ".repeat(lead));
        let mut at = 0;
        for Piece { text, tone } in &row.pieces {
            let own = range.start.saturating_sub(at)..range.end.saturating_sub(at).min(text.len());
            if let Some(part) = text.get(own).filter(|part| !part.is_empty()) {
                line.push_span(Span::styled(part.to_owned(), look.theme.style(*tone)));
            }
            at += text.len();
        }
        lines.push(line);
    }
    if let (Some(right), Some(last)) = (&row.right, lines.last_mut()) {
        let (used, cells) = (last.width(), right.text.width());
        if used + cells + 1 < width {
            last.push_span(Span::raw(" ".repeat(width - used - cells)));
            last.push_span(Span::styled(right.text.clone(), look.theme.style(right.tone)));
        }
    }
    lines
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
