//! A frame as a picture: the cells of a terminal drawn as SVG, so that a page can be shown where there is no terminal.
//!
//! The picture is made from the program's own frames and from nothing else: no clock, no fonts measured, whole numbers only.
//! Every run of cells says how long it is, so the grid holds whatever font the reader has.

use std::convert::Infallible;
use std::fmt::{self, Write as _};

use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use ratatui::{Frame, Terminal};
use unicode_width::UnicodeWidthStr as _;

/// Width and height of a cell, and the size of the letters in it.
const CELL: (u16, u16) = (9, 19);
const LETTERS: u16 = 15;
/// From the upper edge of a cell to the line that letters stand on.
const BASE: u16 = 14;
/// Around the cells: at the sides and below, and the window's bar above.
const EDGE: u16 = 16;
const BAR: u16 = 42;

const BACKGROUND: &str = "#15181e";
const FOREGROUND: &str = "#d5d9e0";
/// What dim letters are drawn in: as far from the background as a reader still needs.
const DIMMED: &str = "#9aa1ad";

const FONTS: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK JP',monospace";

/// What a terminal of some size shows: its cells, and where its caret is.
#[derive(Debug)]
pub(crate) struct Shot {
    cells: Buffer,
    caret: Option<Position>,
}

impl Shot {
    /// Paints one frame.
    pub(crate) fn of(size: (u16, u16), draw: impl FnOnce(&mut Frame<'_>)) -> Result<Self, Infallible> {
        let mut terminal = Terminal::new(TestBackend::new(size.0, size.1))?;
        terminal.draw(draw)?;
        let caret = terminal.get_cursor_position()?;
        Ok(Self {
            cells: terminal.backend().buffer().clone(),
            // The first cell belongs to the title: a caret there was never placed.
            caret: Some(caret).filter(|caret| *caret != Position::ORIGIN),
        })
    }

    /// The picture: a window with `title` in its bar; `about` is for whoever cannot see it.
    pub(crate) fn svg(&self, title: &str, about: &str) -> String {
        let mut svg = String::new();
        // Writing into a string never fails.
        let _written = self.write(&mut svg, title, about);
        svg
    }

    fn write(&self, svg: &mut String, title: &str, about: &str) -> fmt::Result {
        self.window(svg, title, about)?;
        self.content(svg)?;
        svg.push_str("</g>\n</svg>\n");
        Ok(())
    }

    /// The window, up to what it shows.
    fn window(&self, svg: &mut String, title: &str, about: &str) -> fmt::Result {
        let area = self.cells.area;
        let (width, height) = (area.width * CELL.0 + 2 * EDGE, area.height * CELL.1 + BAR + EDGE);
        let (title, about) = (escaped(title), escaped(about));
        writeln!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{about}">"#
        )?;
        writeln!(svg, "<title>{about}</title>")?;
        writeln!(
            svg,
            r##"<rect x="0.5" y="0.5" width="{}" height="{}" rx="10" fill="{BACKGROUND}" stroke="#3a404b"/>"##,
            width - 1,
            height - 1
        )?;
        for (index, colour) in ["#e0655f", "#e0b050", "#65b768"].iter().enumerate() {
            let x = 22 + 20 * index;
            writeln!(svg, r#"<circle cx="{x}" cy="20" r="6" fill="{colour}"/>"#)?;
        }
        writeln!(svg, r#"<g font-family="{FONTS}" font-size="{LETTERS}" xml:space="preserve" fill="{FOREGROUND}">"#)?;
        writeln!(
            svg,
            r#"<text x="{}" y="25" font-size="13" text-anchor="middle" fill="{DIMMED}">{title}</text>"#,
            width / 2
        )
    }

    /// What the terminal shows.
    fn content(&self, svg: &mut String) -> fmt::Result {
        for row in 0..self.cells.area.height {
            for run in self.runs(row) {
                run.write(svg, row)?;
            }
        }
        if let Some(caret) = self.caret {
            writeln!(
                svg,
                r#"<rect x="{}" y="{}" width="2" height="{}" fill="{FOREGROUND}"/>"#,
                EDGE + caret.x * CELL.0,
                BAR + caret.y * CELL.1 + 1,
                CELL.1 - 2
            )?;
        }
        Ok(())
    }

    /// The row as runs of cells that look alike. Two blanks end a run, so that columns stay where they are.
    fn runs(&self, row: u16) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut column = 0;
        while column < self.cells.area.width {
            let Some(cell) = self.cells.cell((column, row)) else {
                break;
            };
            let cells = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
            let look = Style::of(cell);
            match runs.last_mut() {
                Some(run) if run.goes_on_with(cell.symbol(), cells, &look) => {
                    run.text.push_str(cell.symbol());
                    run.cells += cells;
                }
                _ => runs.push(Run { column, cells, text: cell.symbol().to_owned(), look }),
            }
            column += cells;
        }
        runs.retain(|run| run.look.ground.is_some() || !run.text.trim().is_empty());
        runs
    }
}

/// One window that shows each shot for its milliseconds, again and again; who wants no motion sees the last.
pub(crate) fn film(shots: &[(Shot, u32)], title: &str, about: &str) -> String {
    let mut svg = String::new();
    // Writing into a string never fails.
    let _written = roll(&mut svg, shots, title, about);
    svg
}

fn roll(svg: &mut String, shots: &[(Shot, u32)], title: &str, about: &str) -> fmt::Result {
    let Some((first, _)) = shots.first() else { return Ok(()) };
    first.window(svg, title, about)?;
    let whole: u32 = shots.iter().map(|(_, time)| time).sum();
    // Thousandths of the whole, so that the picture has no fractions that a machine could round.
    let part = |time: u32| (time * 1_000) / whole.max(1);
    writeln!(
        svg,
        "<style>.f{{visibility:hidden;animation-duration:{whole}ms;animation-iteration-count:infinite;animation-timing-function:step-end}}"
    )?;
    let mut from = 0;
    for (number, (_, time)) in shots.iter().enumerate() {
        let (begin, end) = (part(from), part(from + time));
        let percent = |part: u32| format!("{}.{}%", part / 10, part % 10);
        let before = if begin == 0 { String::new() } else { "0%{visibility:hidden}".to_owned() };
        let after = if end == 1_000 { String::new() } else { format!("{}{{visibility:hidden}}", percent(end)) };
        writeln!(
            svg,
            "@keyframes f{number}{{{before}{}{{visibility:visible}}{after}}}.f{number}{{animation-name:f{number}}}",
            percent(begin)
        )?;
        from += time;
    }
    writeln!(
        svg,
        "@media(prefers-reduced-motion:reduce){{.f{{animation:none}}.f:last-child{{visibility:visible}}}}</style>"
    )?;
    for (number, (shot, _)) in shots.iter().enumerate() {
        writeln!(svg, "<g class=\"f f{number}\">")?;
        shot.content(svg)?;
        svg.push_str("</g>\n");
    }
    svg.push_str("</g>\n</svg>\n");
    Ok(())
}

/// The colours of a picture for a light page, each behind the one of the dark page whose place it takes.
const LIGHT: [(&str, &str); 8] = [
    (BACKGROUND, "#ffffff"),
    (FOREGROUND, "#24292f"),
    (DIMMED, "#656d76"),
    ("#3a404b", "#d0d7de"),
    ("#f0716b", "#cf222e"),
    ("#79c97c", "#1a7f37"),
    ("#e2b95b", "#8a6100"),
    ("#5fc4cf", "#1b7c83"),
];

/// The same picture for a light page.
pub(crate) fn light(svg: &str) -> String {
    LIGHT.iter().fold(svg.to_owned(), |svg, (dark, light)| svg.replace(dark, light))
}

/// Cells beside each other that look alike.
struct Run {
    column: u16,
    cells: u16,
    text: String,
    look: Style,
}

impl Run {
    fn goes_on_with(&self, symbol: &str, cells: u16, look: &Style) -> bool {
        let wide = |text: &str, cells: u16| usize::from(cells) != text.chars().count();
        let gap = self.look.ground.is_none() && (self.text.ends_with("  ") || self.text.trim().is_empty());
        self.look == *look && !gap && wide(&self.text, self.cells) == wide(symbol, cells)
    }

    fn write(&self, svg: &mut String, row: u16) -> fmt::Result {
        let (x, y) = (EDGE + self.column * CELL.0, BAR + row * CELL.1);
        if let Some(ground) = self.look.ground {
            writeln!(
                svg,
                r#"<rect x="{x}" y="{y}" width="{}" height="{}" fill="{ground}"/>"#,
                self.cells * CELL.0,
                CELL.1
            )?;
        }
        let blanks = self.text.len() - self.text.trim_end().len();
        let cells = self.cells - u16::try_from(blanks).unwrap_or(0);
        if cells == 0 {
            return Ok(());
        }
        writeln!(
            svg,
            r#"<text x="{x}" y="{}" textLength="{}" lengthAdjust="spacingAndGlyphs"{}>{}</text>"#,
            y + BASE,
            cells * CELL.0,
            self.look,
            escaped(self.text.trim_end())
        )
    }
}

/// How cells look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Style {
    ink: Option<&'static str>,
    ground: Option<&'static str>,
    bold: bool,
    underlined: bool,
}

impl Style {
    fn of(cell: &Cell) -> Self {
        let has = |modifier| cell.modifier.contains(modifier);
        let dim = has(Modifier::DIM).then_some(DIMMED);
        let (ink, ground) = (colour(cell.fg).or(dim), colour(cell.bg));
        let (ink, ground) = if has(Modifier::REVERSED) {
            (Some(ground.unwrap_or(BACKGROUND)), Some(ink.unwrap_or(FOREGROUND)))
        } else {
            (ink, ground)
        };
        Self { ink, ground, bold: has(Modifier::BOLD), underlined: has(Modifier::UNDERLINED) }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ink) = self.ink {
            write!(f, r#" fill="{ink}""#)?;
        }
        if self.bold {
            f.write_str(r#" font-weight="bold""#)?;
        }
        if self.underlined {
            f.write_str(r#" text-decoration="underline""#)?;
        }
        Ok(())
    }
}

/// The sixteen colours, readable on the picture's background. The theme has no others.
fn colour(colour: Color) -> Option<&'static str> {
    Some(match colour {
        Color::Black => "#2a2f38",
        Color::Red => "#f0716b",
        Color::Green => "#79c97c",
        Color::Yellow => "#e2b95b",
        Color::Blue => "#6ea8f7",
        Color::Magenta => "#dc8add",
        Color::Cyan => "#5fc4cf",
        Color::Gray => "#c3c8d1",
        Color::DarkGray => "#7c8492",
        Color::LightRed => "#ff938d",
        Color::LightGreen => "#9be09d",
        Color::LightYellow => "#f5d27a",
        Color::LightBlue => "#93c1ff",
        Color::LightMagenta => "#efabf0",
        Color::LightCyan => "#86dde6",
        Color::White => "#f4f6f8",
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => return None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;
    use ratatui::text::{Line, Span};

    use super::*;

    fn drawn(line: Line<'_>) -> String {
        let shot = Shot::of((20, 2), |frame| frame.render_widget(line, frame.area()));
        shot.unwrap().svg("a title", "a picture")
    }

    #[test]
    fn wide_characters_take_two_cells_and_runs_of_their_own() {
        let svg = drawn(Line::raw("ab本番c"));
        for text in [
            r#"x="16" y="56" textLength="18" lengthAdjust="spacingAndGlyphs">ab<"#,
            r#"x="34" y="56" textLength="36" lengthAdjust="spacingAndGlyphs">本番<"#,
            r#"x="70" y="56" textLength="9" lengthAdjust="spacingAndGlyphs">c<"#,
        ] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
    }

    #[test]
    fn what_is_reversed_is_drawn_on_the_colour_of_its_letters() {
        let svg = drawn(Line::from(Span::styled("x ", Style::new().red().reversed().bold())));
        assert!(svg.contains(r##"width="18" height="19" fill="#f0716b"/>"##), "{svg}");
        assert!(svg.contains(r##"fill="#15181e" font-weight="bold">x<"##), "{svg}");
    }

    #[test]
    fn columns_stay_in_their_places() {
        let svg = drawn(Line::raw("a   b"));
        assert!(svg.contains(r#"x="16" y="56" textLength="9""#), "{svg}");
        assert!(svg.contains(r#"x="52" y="56" textLength="9""#), "{svg}");
    }

    #[test]
    fn markup_in_a_page_stays_text() {
        let svg = drawn(Line::raw("<b> & \"q\""));
        assert!(svg.contains("&lt;b&gt; &amp; &quot;q&quot;"), "{svg}");
    }

    #[test]
    fn a_caret_is_drawn_where_the_frame_put_it() {
        let shot = Shot::of((9, 3), |frame| frame.set_cursor_position((4, 2))).unwrap();
        let caret = r#"<rect x="52" y="81" width="2" height="17""#;
        assert!(shot.svg("", "").contains(caret));
        assert!(!drawn(Line::raw("a")).contains(r#"width="2""#));
    }
}
