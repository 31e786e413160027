//! The one place where a role becomes a look, and a sign becomes a sign.
//!
//! The terminal's own sixteen colours at most, so that they follow the person's theme, light or dark; never colour 8, which is
//! the background of some; no background but the button's. A colour never carries a meaning alone. Everything a page draws that is not
//! a letter comes from [`Glyphs`], so a terminal without Unicode gets ASCII.
//!
//! | role | coloured | without colour | for |
//! |---|---|---|---|
//! | accent | cyan, its sign alone: words in cyan are lost on white | bold | the bar of what has the focus, the dot of the step one is in, what runs |
//! | title, key | bold | bold | the label that has the focus, the step one is in, what Enter does |
//! | ok | green | as text | it passed |
//! | problem | red, bold | bold | a wrong value, a failed check |
//! | note | yellow, its sign alone: words in yellow are lost on white | as text | to know |
//! | muted | dim | dim | remarks, units, what stands every time |
//! | value | as text | as text | ids, names, dates |
//! | field | underlined, as wide as the field | the same | what is typed |

use ratatui::style::{Color, Modifier, Style};

use crate::ui::view::{Sign, Tone};

/// How things look, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Sixteen colours.
    Coloured,
    /// Bold, dim, underlined and reversed only.
    Plain,
}

/// The button that has the focus.
pub const REVERSED: Style = Style::new().add_modifier(Modifier::REVERSED).add_modifier(Modifier::BOLD);

impl Theme {
    /// The style of words of this role.
    pub const fn style(self, tone: Tone) -> Style {
        let plain = Style::new();
        match tone {
            Tone::Plain | Tone::Value => plain,
            Tone::Title | Tone::Key => plain.add_modifier(Modifier::BOLD),
            Tone::Muted => plain.add_modifier(Modifier::DIM),
            Tone::Field | Tone::Link => plain.add_modifier(Modifier::UNDERLINED),
            Tone::Accent => self.coloured(Color::Cyan).add_modifier(Modifier::BOLD),
            Tone::Ok => self.coloured(Color::Green),
            Tone::Note => self.coloured(Color::Yellow),
            Tone::Problem => self.coloured(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    const fn coloured(self, colour: Color) -> Style {
        match self {
            Self::Coloured => Style::new().fg(colour),
            Self::Plain => Style::new(),
        }
    }
}

/// How things look on this terminal.
#[derive(Clone, Copy, Debug)]
pub struct Appearance {
    /// Styles by role.
    pub theme: Theme,
    /// Lines, dots and signs.
    pub glyphs: Glyphs,
    /// Whether what runs moves.
    pub motion: bool,
}

/// Signs that are neither letters nor ASCII where the terminal has them, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// One cell of a line across the page.
    pub rule: &'static str,
    /// The left edge of a field, and the line between two panes.
    pub edge: &'static str,
    /// The left edge of what has the focus.
    pub focus: &'static str,
    /// What a field is filled up with.
    pub blank: &'static str,
    /// One hidden character.
    pub dot: &'static str,
    /// Between the parts of a line that are of one kind.
    pub between: &'static str,
    /// Behind what is cut off.
    pub more: &'static str,
    /// A chosen radio button.
    pub radio_on: &'static str,
    /// The step that one is in.
    pub here: &'static str,
    /// A step or a check that is to come.
    pub to_come: &'static str,
    /// It passed.
    pub ok: &'static str,
    /// To know.
    pub note: &'static str,
    /// Wrong or failed.
    pub problem: &'static str,
    /// What runs, picture by picture.
    pub running: &'static [&'static str],
    /// What runs where nothing moves.
    pub still: &'static str,
    /// Whether an address is made a link (OSC 8), which says nothing to a terminal that knows none.
    pub links: bool,
}

/// For how many milliseconds one picture of what runs is shown: eight a second.
const PICTURE: u64 = 125;

impl Glyphs {
    /// For terminals that show Unicode and count ambiguous characters as one cell.
    pub const UNICODE: Self = Self {
        rule: "─",
        edge: "│",
        focus: "▌",
        blank: " ",
        dot: "•",
        between: " · ",
        more: "…",
        radio_on: "(•)",
        here: "●",
        to_come: "○",
        ok: "✓",
        note: "!",
        problem: "✗",
        running: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"],
        still: "…",
        links: true,
    };

    /// For all others.
    pub const ASCII: Self = Self {
        rule: "-",
        edge: "|",
        focus: ">",
        blank: "_",
        dot: "*",
        between: " - ",
        more: "..",
        radio_on: "(*)",
        here: "*",
        to_come: "o",
        ok: "ok",
        note: "note",
        problem: "!!",
        running: &["-", "\\", "|", "/"],
        still: ".",
        links: false,
    };

    /// A line across the page.
    pub fn line(&self, width: u16) -> String {
        self.rule.repeat(usize::from(width))
    }

    /// A sign, at `now` milliseconds where what runs moves.
    pub fn sign(&self, sign: Sign, now: Option<u64>) -> &'static str {
        match sign {
            Sign::Ok => self.ok,
            Sign::Note => self.note,
            Sign::Problem | Sign::Failed => self.problem,
            Sign::Waiting => self.to_come,
            Sign::Running => now.map_or(self.still, |now| {
                let count = u64::try_from(self.running.len()).unwrap_or(1).max(1);
                let at = usize::try_from(now / PICTURE % count).unwrap_or(0);
                self.running.get(at).copied().unwrap_or(self.still)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TONES: [Tone; 11] = [
        Tone::Plain,
        Tone::Title,
        Tone::Accent,
        Tone::Ok,
        Tone::Note,
        Tone::Problem,
        Tone::Muted,
        Tone::Key,
        Tone::Value,
        Tone::Field,
        Tone::Link,
    ];

    #[test]
    fn plain_has_no_colour_and_coloured_only_those_of_the_persons_theme() {
        for tone in TONES {
            let plain = Theme::Plain.style(tone);
            assert_eq!((plain.fg, plain.bg), (None, None));
            let coloured = Theme::Coloured.style(tone);
            assert_eq!(coloured.bg, None);
            assert!(matches!(coloured.fg, None | Some(Color::Cyan | Color::Green | Color::Yellow | Color::Red)));
        }
        assert_eq!((REVERSED.fg, REVERSED.bg), (None, None));
    }

    #[test]
    fn roles_can_be_told_apart() {
        let [ok, note, problem, accent] =
            [Tone::Ok, Tone::Note, Tone::Problem, Tone::Accent].map(|tone| Theme::Coloured.style(tone));
        assert!(ok != problem && problem != note && ok != note && accent != ok && accent != problem && accent != note);
        for theme in [Theme::Coloured, Theme::Plain] {
            let text = theme.style(Tone::Plain);
            assert_ne!(text, REVERSED);
            for tone in [Tone::Accent, Tone::Field, Tone::Muted, Tone::Problem] {
                assert_ne!(text, theme.style(tone));
            }
        }
    }

    const SIGNS: [Sign; 6] = [Sign::Ok, Sign::Note, Sign::Problem, Sign::Failed, Sign::Running, Sign::Waiting];

    #[test]
    fn ascii_is_ascii() {
        let Glyphs { rule, edge, focus, blank, dot, between, more, radio_on, here, .. } = Glyphs::ASCII;
        let signs = SIGNS.map(|sign| Glyphs::ASCII.sign(sign, Some(0)));
        for sign in [rule, edge, focus, blank, dot, between, more, radio_on, here].into_iter().chain(signs) {
            assert!(sign.is_ascii() && !sign.is_empty());
        }
        assert_eq!(Glyphs::ASCII.line(5), "-----");
        assert_eq!(Glyphs::UNICODE.line(2), "──");
    }

    #[test]
    fn what_runs_moves_eight_times_a_second_in_one_cell_and_only_where_it_may() {
        use unicode_width::UnicodeWidthStr as _;
        for glyphs in [Glyphs::UNICODE, Glyphs::ASCII] {
            let seen: Vec<&str> = (0..1_000).step_by(25).map(|now| glyphs.sign(Sign::Running, Some(now))).collect();
            let changes = seen.windows(2).filter(|pair| pair[0] != pair[1]).count();
            assert_eq!(changes, 7, "{seen:?}");
            assert!(seen.iter().all(|picture| picture.width() == 1));
            let still: Vec<&str> = [Some(0); 3].map(|_| glyphs.sign(Sign::Running, None)).to_vec();
            assert!(still.windows(2).all(|pair| pair[0] == pair[1]));
        }
        for sign in [Sign::Ok, Sign::Note, Sign::Problem, Sign::Failed, Sign::Waiting] {
            let glyph = |now| Glyphs::UNICODE.sign(sign, Some(now));
            assert_eq!(glyph(0), glyph(500));
            assert_eq!(glyph(0).width(), 1);
        }
    }
}
