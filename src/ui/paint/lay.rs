//! The blocks of a page as lines of cells.
//!
//! ```text
//!    Client ID  optional
//!    │6f1d2c9a-3e84-4b57-a0d9-1c8e7b5f2a46________________________________ ✓
//!    Secret key
//!    ▌••••••••••••••••••••••••••••••••••••••••____________________ 40 characters
//!      Partner Center's "Key", or Entra > Certificates & secrets, column "Value"
//! ```

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::ui::paint::cells::{Brush, clipped};
use crate::ui::parts::counted;
use crate::ui::theme::REVERSED;
use crate::ui::view::{Beside, Block, Body, Button, Input, Item, Row, Sign, Tone, View};

/// A field ends here at the latest: what is typed is read with its remark.
const FIELD_END: u16 = 84;
/// Cells that an ID needs, with the caret behind it.
const ID: u16 = 37;

/// Lines of cells with where the focus and the caret are.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) lines: Vec<Line<'static>>,
    pub(super) focus: Option<(usize, usize)>,
    /// The line of the button, where something above it has the focus.
    pub(super) button: Option<usize>,
    pub(super) caret: Option<(u16, usize)>,
    /// Lines that are part of an address, where it begins on them, and the whole of it.
    pub(super) links: Vec<(usize, u16, String)>,
}

/// How many lines are left empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Air {
    /// One between two fields, too.
    Wide,
    /// Where the page has them.
    Usual,
    /// None: there is room for few lines.
    None,
}

/// What room a page has.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// In cells.
    pub(super) width: u16,
    /// Whether its help stands beside it.
    pub(super) two: bool,
    /// How many lines are left empty.
    pub(super) air: Air,
    /// Whether there may be room for what is else shortened.
    pub(super) whole: bool,
}

impl Room {
    /// Whether it is so small that the fields are shown one by one.
    fn is_small(self) -> bool {
        self.air == Air::None && self.width < 60
    }
}

/// Lays a page out.
pub(super) fn lay_out(page: &View<'_>, room: Room, brush: &Brush) -> Sheet {
    let Room { width, air, .. } = room;
    let mut sheet = Sheet::default();
    title(&mut sheet, page, width, air, brush);
    let inputs = page.blocks.iter().filter(|block| matches!(block, Block::Input(_))).count();
    let few = page.blocks.iter().any(|block| matches!(block, Block::Input(input) if input.focused));
    let on_button = page.blocks.iter().any(|block| matches!(block, Block::Button(button) if button.focused));
    let one_by_one = room.is_small() && inputs > 1;
    let mut number = 0;
    let shown = if one_by_one { around_focus(&page.blocks) } else { 0..page.blocks.len() };
    let mut before_input = true;
    for (index, block) in page.blocks.iter().enumerate() {
        number += usize::from(matches!(block, Block::Input(_)));
        if !shown.contains(&index) {
            if let (Block::Input(input), true) = (block, one_by_one && on_button) {
                lay_answer(&mut sheet, input, width, brush);
            }
            continue;
        }
        match block {
            Block::Rows(rows) => {
                let rows = rows.iter().filter(|row| air != Air::None || !row.pieces.is_empty());
                for row in rows {
                    lay_row(&mut sheet, row, room, brush);
                }
            }
            Block::Input(input) => {
                if air == Air::Wide && !before_input {
                    sheet.lines.push(Line::default());
                }
                let count = (one_by_one && few).then(|| format!("{number} of {inputs}"));
                lay_input(&mut sheet, input, room, count, brush);
            }
            Block::Button(button) => lay_button(&mut sheet, button, room, brush),
            Block::Item(item) => lay_item(&mut sheet, item, room, brush),
        }
        before_input = !matches!(block, Block::Input(_));
    }
    if let Some(first) = page.goes_on_at {
        let last = sheet.lines.len().saturating_sub(1);
        sheet.focus = sheet.focus.or_else(|| Some((first + sheet_title(page, air), last)));
    }
    sheet
}

/// Where there is room for one field, the blocks that go with the one that has the focus: the rows before it, and after the last
/// of all.
fn around_focus(blocks: &[Block<'_>]) -> std::ops::Range<usize> {
    let takes = |block: &Block<'_>| matches!(block, Block::Input(_) | Block::Button(_) | Block::Item(_));
    let focused = |block: &Block<'_>| match block {
        Block::Input(input) => input.focused,
        Block::Button(button) => button.focused,
        Block::Item(item) => item.focused,
        Block::Rows(_) => false,
    };
    let Some(at) = blocks.iter().position(focused) else {
        return 0..blocks.len();
    };
    let before = blocks.iter().take(at).rposition(takes).map_or(0, |before| before + 1);
    let last = blocks.iter().skip(at + 1).all(|block| !takes(block));
    before..if last { blocks.len() } else { at + 1 }
}

/// Lines of the title.
fn sheet_title(page: &View<'_>, air: Air) -> usize {
    match (page.title.is_empty(), air) {
        (true, _) => 0,
        (false, Air::None) => 1,
        (false, Air::Wide | Air::Usual) => 2,
    }
}

fn title(sheet: &mut Sheet, page: &View<'_>, width: u16, air: Air, brush: &Brush) {
    if page.title.is_empty() {
        return;
    }
    let mut row = Row::of(Tone::Title, page.title.clone()).at(1);
    if let Some(aside) = &page.aside {
        row = row.right(Tone::Muted, aside.words());
    }
    sheet.lines.extend(brush.wrapped(&row, width).into_iter().take(1));
    if air != Air::None {
        sheet.lines.push(Line::default());
    }
}

fn lay_row(sheet: &mut Sheet, row: &Row, room: Room, brush: &Brush) {
    if let Some(small) = row.small.filter(|_| room.is_small()) {
        let row = (!small.is_empty()).then(|| Row::text(small).at(1).hanging(4));
        sheet.lines.extend(row.into_iter().flat_map(|row| brush.wrapped(&row, room.width)));
        return;
    }
    let Some(address) = row.whole.as_ref().filter(|_| room.whole) else {
        sheet.lines.extend(brush.wrapped(row, room.width));
        return;
    };
    for part in parts_of(address, usize::from(room.width.saturating_sub(row.indent + 1))) {
        sheet.links.push((sheet.lines.len(), row.indent, address.clone()));
        let lead = Span::raw(" ".repeat(usize::from(row.indent)));
        sheet.lines.push(Line::from(vec![lead, brush.span(Tone::Link, part)]));
    }
}

/// An address in lines, which end behind `/`, `?` or `&` if they can.
fn parts_of(address: &str, width: usize) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), address);
    while !rest.is_empty() {
        let most = rest.len().min(width.max(1));
        let end = if most == rest.len() {
            most
        } else {
            let front = rest.get(..most).unwrap_or(rest);
            front.rfind(['/', '?', '&']).map_or(most, |at| at + 1)
        };
        let Some((part, after)) = rest.split_at_checked(end) else { break };
        parts.push(part);
        rest = after;
    }
    parts
}

/// The help beside the page, with the line between them.
pub(super) fn lay_beside(beside: &Beside, width: u16, height: usize, brush: &Brush) -> Vec<Line<'static>> {
    let title = Row::of(Tone::Title, beside.title.clone());
    let rows = [title, Row::gap()].into_iter().chain(beside.rows.iter().cloned());
    let mut lines: Vec<Line<'static>> = rows.flat_map(|row| brush.wrapped(&row, width.saturating_sub(3))).collect();
    lines.resize_with(height, Line::default);
    let edge = || brush.span(Tone::Muted, format!("{} ", brush.look.glyphs.edge));
    lines.into_iter().map(|line| [edge()].into_iter().chain(line.spans).collect::<Line<'_>>()).collect()
}

/// The bar of what has the focus.
fn bar(focused: bool, brush: &Brush) -> Span<'static> {
    brush.span(Tone::Accent, if focused { brush.look.glyphs.focus } else { " " })
}

fn lay_button(sheet: &mut Sheet, button: &Button, has: Room, brush: &Brush) {
    let style = if button.focused {
        sheet.focus = Some((sheet.lines.len(), sheet.lines.len()));
        REVERSED
    } else {
        sheet.button = Some(sheet.lines.len());
        brush.look.theme.style(Tone::Plain)
    };
    let label = format!("[ {} ]", button.label);
    let room = usize::from(has.width).saturating_sub(label.width() + 7);
    let beside =
        if button.beside.width() <= room && !(has.two && button.focused) { button.beside.as_str() } else { "" };
    sheet.lines.push(Line::from(vec![
        Span::raw(" "),
        bar(button.focused, brush),
        Span::raw(" "),
        Span::styled(label, style),
        brush.span(Tone::Muted, format!("   {beside}")),
    ]));
}

fn lay_item(sheet: &mut Sheet, item: &Item, room: Room, brush: &Brush) {
    let Room { width, two, .. } = room;
    let mark = match item.mark {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let (front, tone) = if item.focused { (brush.look.glyphs.focus, Tone::Title) } else { (" ", Tone::Plain) };
    let hang = 3 + u16::try_from(mark.width()).unwrap_or(0);
    let row = Row::of(Tone::Accent, format!("{front} ")).and(tone, format!("{mark}{}", item.text)).at(1).hanging(hang);
    let first = sheet.lines.len();
    sheet.lines.extend(brush.wrapped(&row, width));
    if item.focused {
        for row in item.below.iter().filter(|_| !two) {
            let row = if room.is_small() { row.clone().at(3) } else { row.clone() };
            lay_row(sheet, &row, room, brush);
        }
        sheet.focus = Some((first, sheet.lines.len() - 1));
    }
}

/// What a field is called, and beside that what else is said of it; on the smallest screens only what fits on the line.
fn label(input: &Input<'_>, room: Room, indent: u16, count: Option<String>) -> Row {
    let mut label = Row::of(if input.focused { Tone::Title } else { Tone::Plain }, input.field.label()).at(indent);
    if input.field.is_optional() {
        label = label.and(Tone::Muted, "  optional");
    }
    let beside = |aside: &&String| {
        let count = count.as_ref().map_or(0, |count| count.width() + 2);
        !room.is_small()
            || usize::from(indent) + label.words().width() + aside.width() + count + 3 < usize::from(room.width)
    };
    if let Some(aside) = input.aside.as_ref().filter(beside) {
        label = label.and(Tone::Muted, format!("  {aside}"));
    }
    if let Some(count) = count {
        label = label.right(Tone::Muted, count);
    }
    label
}

fn lay_input(sheet: &mut Sheet, input: &Input<'_>, has: Room, count: Option<String>, brush: &Brush) {
    let Room { width, two, .. } = has;
    let first = sheet.lines.len();
    // On a narrow terminal an ID still fits.
    let (indent, end) = if width < 50 { (1, width - 1) } else { (3, (width - 2).min(FIELD_END)) };
    let label = label(input, has, indent, count);
    sheet.lines.extend(brush.wrapped(&label, width));
    let start = indent + 1;
    let known = match &input.body {
        Body::Secret(secret) if !secret.is_empty() => Some(Row::of(Tone::Muted, counted(secret.characters()))),
        Body::Secret(_) | Body::Text(_) | Body::Choice { .. } => None,
    };
    let remark = input.remark.as_ref().or(known.as_ref());
    // What is said of it stands at its end, if there is room for it and an ID; else below it.
    let mut spans = Vec::new();
    let mut below = Vec::new();
    if let Some(remark) = remark {
        let line = brush.wrapped(&Row { indent: 0, hang: 0, ..remark.clone() }, u16::MAX).into_iter().next();
        let line = line.unwrap_or_default();
        let cells = u16::try_from(line.width()).unwrap_or(u16::MAX);
        if end.saturating_sub(start).saturating_sub(cells.saturating_add(1)) >= ID {
            spans = line.spans;
        } else {
            below.push(Row { indent: indent + 2, hang: indent + 2, ..remark.clone() });
        }
    }
    let taken = spans.iter().map(Span::width).sum::<usize>();
    let taken = u16::try_from(if taken == 0 { 0 } else { taken + 1 }).unwrap_or(0);
    let room = end.saturating_sub(start).saturating_sub(taken);
    let (edge, tone) =
        if input.focused { (brush.look.glyphs.focus, Tone::Accent) } else { (brush.look.glyphs.edge, Tone::Muted) };
    let (content, caret) = content(&input.body, room, brush);
    if let (true, Some(caret)) = (input.focused, caret) {
        sheet.caret = Some((start + caret, sheet.lines.len()));
    }
    for content in content {
        let mut line = vec![Span::raw(" ".repeat(usize::from(indent))), brush.span(tone, edge)];
        line.extend(content);
        if !spans.is_empty() {
            line.push(Span::raw(" "));
            line.append(&mut spans);
        }
        sheet.lines.push(Line::from(line));
    }
    below.extend(input.below.iter().map(|row| {
        let mut row = Row { indent: indent + 2, hang: indent + 2, ..row.clone() };
        if !has.whole && !input.focused {
            // The cure of what is wrong comes with the focus.
            row.pieces.truncate(1);
        }
        row
    }));
    if input.below.is_empty() && input.focused && !two {
        below.extend(input.help.iter().map(|row| Row { indent: indent + 2, hang: indent + 2, ..row.clone() }));
    }
    sheet.lines.extend(below.iter().flat_map(|row| brush.wrapped(row, width)));
    if input.focused {
        sheet.focus = Some((first, sheet.lines.len() - 1));
    }
}

/// What a field holds, on one line: its value, or in a word how it stands where that has no room.
fn lay_answer(sheet: &mut Sheet, input: &Input<'_>, width: u16, brush: &Brush) {
    let label = format!("{}  ", input.field.label());
    let value = match &input.body {
        Body::Text(text) => text.text().to_owned(),
        Body::Secret(secret) if secret.is_empty() => String::new(),
        Body::Secret(secret) => counted(secret.characters()),
        Body::Choice { options, chosen } => options.get(*chosen).copied().unwrap_or_default().to_owned(),
    };
    let room = usize::from(width).saturating_sub(label.width() + 2);
    let wrong = input.below.iter().any(|row| row.sign == Some(Sign::Problem));
    let (tone, words) = match value.as_str() {
        _ if wrong => (Tone::Problem, brush.look.glyphs.problem),
        "" => (Tone::Muted, "empty"),
        value if value.width() <= room => (Tone::Value, value),
        _ => (Tone::Ok, brush.look.glyphs.ok),
    };
    let row = Row::of(Tone::Muted, label).and(tone, words).at(1);
    sheet.lines.extend(brush.wrapped(&row, width).into_iter().take(1));
}

/// What a field shows in so many cells, in lines of which only those of a choice are more than one, and the caret's column.
fn content(body: &Body<'_>, room: u16, brush: &Brush) -> (Vec<Vec<Span<'static>>>, Option<u16>) {
    let field = |shown: String| {
        let rest = usize::from(room).saturating_sub(shown.width());
        let blank = brush.look.glyphs.blank.repeat(rest);
        vec![vec![brush.span(Tone::Field, shown), brush.span(Tone::Field, blank)]]
    };
    match body {
        Body::Text(text) => {
            let (shown, caret) = text.window(room);
            (field(shown.to_owned()), Some(caret))
        }
        Body::Secret(secret) => {
            let (dots, caret) = secret.dots(room, brush.look.glyphs.dot);
            (field(dots), Some(caret))
        }
        Body::Choice { options, chosen } => {
            let option = |(index, option): (usize, &&'static str)| {
                let (mark, tone) =
                    if index == *chosen { (brush.look.glyphs.radio_on, Tone::Title) } else { ("( )", Tone::Plain) };
                brush.span(tone, clipped(&format!("{mark} {option}   "), usize::from(room)))
            };
            let options: Vec<Span<'static>> = options.iter().enumerate().map(option).collect();
            let side_by_side = options.iter().map(Span::width).sum::<usize>() <= usize::from(room);
            let lines = if side_by_side { vec![options] } else { options.into_iter().map(|it| vec![it]).collect() };
            (lines, None)
        }
    }
}
