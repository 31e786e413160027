//! From a page to cells: the frame around it, its panes, scrolling so that the focus shows. A frame is a function of the wizard's
//! state.
//!
//! ```text
//!  octo-csp   Contoso CSP · PRODUCTION                            step 2 of 3     which registration, and where
//!  ✓ Basic Details ──── ● Partner Center ──── ○ Partner API ──── ○ Review         the steps, if it is one of them
//!  REHEARSAL  nothing leaves this machine                                         banner, if any
//!
//!  Partner Center Credentials                          │ Secret key               the page, which scrolls so that the focus shows;
//!                                                      │                          beside it, from 110 columns on, the help of that
//! ──────────────────────────────────────────────────── more below ───────
//!  Enter next field   F1 help   Esc back   Ctrl-C leave                           what Enter does, and a few of the keys
//! ```

mod cells;
mod lay;

use std::num::NonZeroU16;

use ratatui::Frame;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr as _;

use crate::report::identity::Identity;
use crate::ui::Intent;
use crate::ui::paint::cells::{Brush, clipped};
use crate::ui::paint::lay::{Air, Room, Sheet, lay_beside, lay_out};
use crate::ui::parts::{banners, tabs};
use crate::ui::view::{KeyHint, Tone, View};
use crate::ui::wizard::Wizard;
use crate::words::Environment;

pub use crate::ui::theme::Appearance;

/// The smallest terminal that pages are laid out for.
pub const SMALLEST: (u16, u16) = (40, 12);

/// A page is at most this wide: further away no remark is read with its row.
pub(super) const WIDEST: u16 = 100;
/// And so is the help beside it.
const WIDEST_BESIDE: u16 = 64;
/// What is further to the right stays empty, so it need not be compared with the frame before.
pub(super) const PAINTED: u16 = WIDEST + WIDEST_BESIDE;
/// From this width on there are two panes.
const TWO_PANES: u16 = 110;
/// Below this height no line is left empty, and the fields are shown one by one.
const LOW: u16 = 20;
/// Cells of a name by which it is still known.
const NAME: usize = 16;
/// Keys on the last line. All of them are under F1.
const HINTS: usize = 6;

/// How the terminal is divided.
#[derive(Clone, Copy)]
struct Panes {
    /// The page.
    page: u16,
    /// The help beside it; nothing where there is no room for it.
    beside: Option<u16>,
}

impl Panes {
    fn of(width: u16, wanted: bool) -> Self {
        if !wanted || width < TWO_PANES {
            return Self { page: width.min(WIDEST), beside: None };
        }
        let beside = (width * 2 / 5).min(WIDEST_BESIDE);
        Self { page: (width - beside).min(WIDEST), beside: Some(beside) }
    }

    /// What the header and the keys are laid out in: the same on every page, so that nothing jumps from one to the next.
    fn frame(width: u16) -> u16 {
        let Self { page, beside } = Self::of(width, true);
        page + beside.unwrap_or(0)
    }
}

/// Paints what the wizard says.
pub fn draw(wizard: &Wizard, look: &Appearance, frame: &mut Frame<'_>) {
    let page = &wizard.view();
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(area, frame);
        return;
    }
    let brush = Brush { look: *look, now: wizard.session.now };
    let (panes, frame_width) = (Panes::of(area.width, page.beside.is_some()), Panes::frame(area.width));
    let low = area.height < LOW;
    let top = header(wizard, page, &brush, frame_width, low);
    let top_height = u16::try_from(top.len()).unwrap_or(u16::MAX);
    let height = area.height.saturating_sub(top_height).saturating_sub(2);
    let mut sheet = fitted(page, panes, usize::from(height), low, &brush);
    let state = wizard.page.state();
    let offset = scrolled(&sheet, usize::from(height), state.scroll);
    state.below.set(below(&sheet, usize::from(height)));
    let caret = caret(&sheet, offset, height, panes.page);
    let more = match (offset > 0, sheet.lines.len() > offset + usize::from(height)) {
        (true, true) => " more above, more below ",
        (true, false) => " more above ",
        (false, true) => " more below ",
        (false, false) => "",
    };
    let bottom = vec![rule(more, &brush, frame_width), hint_line(&page.hints, frame_width, &brush)];
    let addresses = std::mem::take(&mut sheet.links);
    let body: Vec<Line<'static>> = sheet.lines.into_iter().skip(offset).take(usize::from(height)).collect();
    let part = |y: u16, height: u16, x: u16, width: u16| {
        Rect { x: area.x + x, y: area.y + y, width, height }.intersection(area)
    };
    frame.render_widget(Paragraph::new(top), part(0, top_height, 0, area.width));
    frame.render_widget(Paragraph::new(body), part(top_height, height, 0, panes.page));
    if let (Some(width), Some(beside)) = (panes.beside, &page.beside) {
        let lines = lay_beside(beside, width, usize::from(height), &brush);
        frame.render_widget(Paragraph::new(lines), part(top_height, height, panes.page, width));
    }
    frame.render_widget(Paragraph::new(bottom), part(top_height + height, 2, 0, area.width));
    for (line, from, address) in addresses.iter().filter(|_| look.glyphs.links) {
        let row = line.checked_sub(offset).and_then(|row| u16::try_from(row).ok());
        if let Some(row) = row.filter(|row| *row < height) {
            link(address, area.x + from, area.y + top_height + row, area.x + panes.page, frame.buffer_mut());
        }
    }
    if let Some((x, row)) = caret {
        let y = area.y + top_height + row;
        frame.set_cursor_position(Position { x, y });
    }
}

/// With as much air, and as much of its addresses, as there is room for.
fn fitted(page: &View<'_>, panes: Panes, height: usize, low: bool, brush: &Brush) -> Sheet {
    let lay = |air, whole| lay_out(page, Room { width: panes.page, two: panes.beside.is_some(), air, whole }, brush);
    let ways: &[(Air, bool)] = if low {
        &[(Air::None, true), (Air::None, false)]
    } else {
        // A line or two may come with a key; the page does not jump for that.
        &[(Air::Wide, true), (Air::Usual, true), (Air::None, true), (Air::Usual, false), (Air::None, false)]
    };
    for (air, whole) in ways {
        let sheet = lay(*air, *whole);
        let spare = if *air == Air::Wide { 3 } else { 0 };
        if sheet.lines.len() + spare <= height {
            return sheet;
        }
    }
    // Where it is almost whole without air, a page does not jump to another layout and back as the focus moves.
    let tight = lay(Air::None, false);
    if low || tight.lines.len() <= height + 4 { tight } else { lay(Air::Usual, false) }
}

fn header(wizard: &Wizard, page: &View<'_>, brush: &Brush, width: u16, low: bool) -> Vec<Line<'static>> {
    let mut lines = vec![identity(wizard, page, brush, width)];
    lines.extend(page.tab.map(|open| steps(wizard, page, open, width, brush)));
    for banner in banners(&wizard.session) {
        lines.extend(brush.wrapped(&banner, width));
    }
    if !low {
        lines.push(Line::default());
    }
    if let Some(notice) = &page.notice {
        let most = if low { 3 } else { 6 };
        lines.extend(brush.wrapped(notice, width).into_iter().take(most));
        if !low {
            lines.push(Line::default());
        }
    }
    lines
}

/// The first line: for whom, and where one is. The line below says the step too, so that it gives way to the name.
fn identity(wizard: &Wizard, page: &View<'_>, brush: &Brush, width: u16) -> Line<'static> {
    let right = match page.tab {
        Some(3) => "review ".to_owned(),
        Some(tab) => format!("step {} of 3 ", tab + 1),
        None => String::new(),
    };
    let mut front = " octo-csp   ";
    let session = &wizard.session;
    let environment = session.config.environment.key().to_uppercase();
    let (mut before, mut account, mut behind) = ("", String::new(), "");
    let mut places = Vec::new();
    if let Some(identity) = session.identity() {
        let registration = &session.registration;
        account = identity.account.as_ref().map(ToString::to_string).unwrap_or_default();
        if registration.replacing().is_some() {
            (before, account, behind) = ("Replacing ", registration.name_to_confirm(), " (still active)");
        }
        let cloud = cloud(&identity).filter(|_| session.config.rehearsal.is_none());
        let label = identity.label.map(|label| clipped(&label, usize::from(width / 3)));
        places.extend([cloud, label].into_iter().flatten());
    }
    // The environment always stands. What a line below or the page says too gives way first, so that a name is read.
    let width = usize::from(width);
    let joined = |places: &[String]| {
        let all: Vec<&str> = [&environment].into_iter().chain(places).map(String::as_str).collect();
        all.join(brush.between())
    };
    let between = if account.is_empty() { "" } else { brush.between() };
    let room = |front: &str, behind: &str, place: &str| {
        let taken = front.width() + before.width() + behind.width() + between.width() + place.width() + 1;
        width.saturating_sub(taken)
    };
    let mut place = joined(&places);
    let wanted = account.width().min(NAME);
    if room(front, behind, &place) < wanted {
        behind = "";
    }
    while room(front, behind, &place) < wanted && places.pop().is_some() {
        place = joined(&places);
    }
    if room(front, behind, &place) < wanted && !before.is_empty() {
        front = " ";
    }
    let room = room(front, behind, &place);
    let right = if account.width() + right.width() <= room { right } else { String::new() };
    let account = format!("{before}{}{behind}", brush.shortened(&account, room));
    let used = front.width() + account.width() + between.width() + place.width() + right.width();
    let gap = width.saturating_sub(used);
    Line::from(vec![
        brush.span(Tone::Title, front),
        brush.span(Tone::Value, account),
        brush.span(Tone::Muted, between),
        brush.span(if session.config.environment == Environment::Sandbox { Tone::Title } else { Tone::Value }, place),
        Span::raw(" ".repeat(gap)),
        brush.span(Tone::Muted, right),
    ])
}

/// What the cloud is called, where it is not the usual one.
fn cloud(identity: &Identity) -> Option<String> {
    match identity.cloud.as_str() {
        "global" => None,
        "china" => Some("China".to_owned()),
        "us-gov" => Some("US Government".to_owned()),
        other => Some(other.to_owned()),
    }
}

/// The steps: done, here, to come. Where there is no room for all names, that of the open one stands.
fn steps(wizard: &Wizard, page: &View<'_>, at: usize, width: u16, brush: &Brush) -> Line<'static> {
    let glyphs = &brush.look.glyphs;
    let all = tabs(&wizard.session.registration, at);
    let names: usize = all.iter().map(|(_, name)| name.len() + glyphs.ok.width() + 1).sum();
    let (every, line) = match usize::from(width).saturating_sub(names + 1) {
        room if room >= 18 => (true, 4),
        room if room >= 9 => (true, 1),
        _ => (false, 1),
    };
    let mut spans = vec![Span::raw(" ")];
    for (index, (done, name)) in all.into_iter().enumerate() {
        if index > 0 {
            spans.push(brush.span(Tone::Muted, format!(" {} ", glyphs.line(line))));
        }
        let (sign, tone, lettering) = match (index == at, done) {
            (true, _) if page.failed => (glyphs.problem, Tone::Problem, Tone::Problem),
            (true, _) => (glyphs.here, Tone::Accent, Tone::Title),
            (false, true) => (glyphs.ok, Tone::Ok, Tone::Plain),
            (false, false) => (glyphs.to_come, Tone::Muted, Tone::Muted),
        };
        spans.push(brush.span(tone, sign));
        if every || index == at {
            spans.push(brush.span(lettering, format!(" {name}")));
        }
    }
    Line::from(spans)
}

/// A line across the page, with words near its right end.
fn rule(words: &'static str, brush: &Brush, width: u16) -> Line<'static> {
    let end = if words.is_empty() { 0 } else { 2 };
    let cells = u16::try_from(words.len()).unwrap_or(0) + end;
    let line = |width| brush.span(Tone::Muted, brush.look.glyphs.line(width));
    Line::from(vec![line(width.saturating_sub(cells)), brush.span(Tone::Key, words), line(end)])
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

/// The first line that is shown: the focus with what stands below it is in view, and the button where there is room for both, unless a
/// person scrolls away from it.
fn scrolled(sheet: &Sheet, height: usize, by: i16) -> usize {
    let most = sheet.lines.len().saturating_sub(height);
    let focus = sheet.focus.map_or(0, |(first, last)| {
        let button = sheet.button.filter(|button| *button < first + height);
        (last.max(button.unwrap_or(0)) + 1).saturating_sub(height).min(first)
    });
    let wanted = focus.saturating_add_signed(isize::from(by));
    wanted.min(most.max(focus))
}

/// How far down it can be scrolled from there.
fn below(sheet: &Sheet, height: usize) -> i16 {
    let most = sheet.lines.len().saturating_sub(height);
    i16::try_from(most.saturating_sub(scrolled(sheet, height, 0))).unwrap_or(i16::MAX)
}

/// The last line: what Enter does, in bold, then as many other keys as fit, the help always among them.
fn hint_line(hints: &[KeyHint], width: u16, brush: &Brush) -> Line<'static> {
    const GAP: usize = 3;
    let help = |hint: &&KeyHint| hint.intent == Intent::Help;
    let first = hints.iter().find(|hint| hint.intent == Intent::Submit);
    // Everybody tries Tab; the help says so too.
    let apart =
        |hint: &&KeyHint| matches!(hint.intent, Intent::Submit | Intent::Help | Intent::Next | Intent::Previous);
    let same = |hint: &&KeyHint| first.is_some_and(|first| first.does == hint.does);
    let others = hints.iter().filter(|hint| !apart(hint) && !same(hint));
    let cells = |hint: &KeyHint| hint.key.width() + 1 + hint.does.width();
    let known = hints.iter().find(help);
    let mut free = usize::from(width).saturating_sub(1 + known.map_or(0, |_| "F1 more".len()));
    let (mut shown, mut left_out) = (Vec::new(), false);
    for hint in first.into_iter().chain(others) {
        let taken = cells(hint) + GAP;
        if taken <= free && shown.len() + usize::from(known.is_some()) < HINTS {
            free -= taken;
            shown.push(*hint);
        } else {
            left_out = true;
        }
    }
    shown.extend(known.map(|hint| KeyHint { does: if left_out { "more" } else { hint.does }, ..*hint }));
    let mut spans = vec![Span::raw(" ")];
    for (index, hint) in shown.iter().enumerate() {
        let enter = hint.intent == Intent::Submit;
        let (key, does) = if enter { (Tone::Key, Tone::Title) } else { (Tone::Key, Tone::Muted) };
        spans.push(Span::raw(if index == 0 { String::new() } else { " ".repeat(GAP) }));
        spans.push(brush.span(key, hint.key));
        spans.push(brush.span(does, format!(" {}", hint.does)));
    }
    Line::from(spans)
}

/// Makes a line of a painted address a link to all of it (OSC 8): one cell as wide as the line, which is painted as a whole.
fn link(address: &str, x: u16, y: u16, end: u16, buffer: &mut Buffer) {
    let end = end.min(buffer.area.right());
    let shown: String = (x..end).filter_map(|x| Some(buffer.cell((x, y))?.symbol())).collect();
    let shown = shown.trim_end();
    let width = u16::try_from(shown.width()).ok().and_then(NonZeroU16::new);
    if let (Some(width), Some(cell)) = (width, buffer.cell_mut((x, y))) {
        cell.set_symbol(&format!("\x1b]8;id=1;{address}\x1b\\{shown}\x1b]8;;\x1b\\"));
        cell.set_diff_option(CellDiffOption::ForcedWidth(width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_painted_further_to_the_right_than_what_is_compared() {
        for width in SMALLEST.0..1_000 {
            for wanted in [false, true] {
                let (all, compared) = (Panes::of(width, wanted), Panes::of(width.min(PAINTED), wanted));
                assert_eq!((all.page, all.beside), (compared.page, compared.beside), "{width}");
                assert!((all.page + all.beside.unwrap_or(0)) <= PAINTED, "{width}");
            }
        }
    }
}
