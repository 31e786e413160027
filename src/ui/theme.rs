//! Styles and signs by meaning.
//!
//! Sixteen colours at most, readable on light and on dark; a colour never carries a meaning alone, words do. Everything a
//! page draws that is not a letter comes from [`Glyphs`], so a terminal without Unicode gets ASCII.

use ratatui::style::{Color, Modifier, Style};

use crate::ui::view::Tone;

/// How things look, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Sixteen colours.
    Coloured,
    /// Bold, dim, underlined and reversed only.
    Plain,
}

/// A banner on every page, and the button that has the focus.
pub const REVERSED: Style = Style::new().add_modifier(Modifier::REVERSED).add_modifier(Modifier::BOLD);

impl Theme {
    /// The style of words of this tone.
    pub const fn style(self, tone: Tone) -> Style {
        let plain = Style::new();
        match tone {
            Tone::Plain | Tone::Value => plain,
            Tone::Title | Tone::Note | Tone::Key | Tone::Focus => plain.add_modifier(Modifier::BOLD),
            Tone::Muted => plain.add_modifier(Modifier::DIM),
            Tone::Link => plain.add_modifier(Modifier::UNDERLINED),
            // Yellow, cyan, blue and the greys vanish on one of the two backgrounds.
            Tone::Ok => self.sign(Color::Green),
            Tone::Warning => self.sign(Color::Magenta),
            Tone::Failure => self.sign(Color::Red),
        }
    }

    const fn sign(self, colour: Color) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        match self {
            Self::Coloured => bold.fg(colour),
            Self::Plain => bold,
        }
    }
}

/// All that decides about colours.
#[derive(Clone, Debug, Default)]
pub struct ColourFacts {
    /// What `--color` said; `None` where it left that to the rest.
    pub wish: Option<Theme>,
    /// `NO_COLOR`.
    pub no_color: Option<String>,
    /// `CLICOLOR`.
    pub clicolor: Option<String>,
    /// `CLICOLOR_FORCE`.
    pub clicolor_force: Option<String>,
    /// `TERM`.
    pub term: Option<String>,
    /// Whether the output is a terminal.
    pub is_terminal: bool,
}

impl ColourFacts {
    /// Decides: the flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then `TERM=dumb` and `CLICOLOR=0`, then the terminal.
    pub fn theme(&self) -> Theme {
        let set = |value: &Option<String>| value.as_deref().is_some_and(|text| !text.is_empty());
        let is = |value: &Option<String>, wanted| value.as_deref() == Some(wanted);
        let coloured = if set(&self.no_color) {
            false
        } else if set(&self.clicolor_force) && !is(&self.clicolor_force, "0") {
            true
        } else {
            self.is_terminal && !is(&self.term, "dumb") && !is(&self.clicolor, "0")
        };
        self.wish.unwrap_or(if coloured { Theme::Coloured } else { Theme::Plain })
    }
}

/// Signs that are neither letters nor ASCII where the terminal has them, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// One cell of a line across the page.
    pub rule: &'static str,
    /// The left edge of a field.
    pub edge: &'static str,
    /// One hidden character.
    pub dot: &'static str,
    /// A chosen radio button.
    pub radio_on: &'static str,
}

impl Glyphs {
    /// For terminals that show Unicode and count ambiguous characters as one cell.
    pub const UNICODE: Self = Self { rule: "─", edge: "│", dot: "•", radio_on: "(•)" };

    /// For all others.
    pub const ASCII: Self = Self { rule: "-", edge: "|", dot: "*", radio_on: "(*)" };

    /// A line across the page.
    pub fn line(&self, width: u16) -> String {
        self.rule.repeat(usize::from(width))
    }
}

/// All that decides about signs.
#[derive(Clone, Debug, Default)]
pub struct GlyphFacts {
    /// `LC_ALL`.
    pub lc_all: Option<String>,
    /// `LC_CTYPE`.
    pub lc_ctype: Option<String>,
    /// `LANG`.
    pub lang: Option<String>,
    /// `TERM`.
    pub term: Option<String>,
    /// ASCII was asked for, or the terminal counts ambiguous characters as two cells.
    pub ascii: bool,
    /// A system whose terminals always speak Unicode, whatever the variables say (Windows).
    pub always_unicode: bool,
}

impl GlyphFacts {
    /// Decides: the first locale variable that is not empty must name UTF-8, and the console must have the signs.
    pub fn glyphs(&self) -> Glyphs {
        let locale = [&self.lc_all, &self.lc_ctype, &self.lang].into_iter().flatten().find(|value| !value.is_empty());
        let utf8 = locale.is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        });
        let poor = matches!(self.term.as_deref(), Some("linux" | "dumb" | "vt100" | "vt220"));
        if !self.ascii && (self.always_unicode || (utf8 && !poor)) { Glyphs::UNICODE } else { Glyphs::ASCII }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TONES: [Tone; 11] = [
        Tone::Plain,
        Tone::Title,
        Tone::Ok,
        Tone::Note,
        Tone::Warning,
        Tone::Failure,
        Tone::Muted,
        Tone::Key,
        Tone::Value,
        Tone::Link,
        Tone::Focus,
    ];

    #[test]
    fn plain_has_no_colour_and_coloured_only_those_readable_on_both_backgrounds() {
        for tone in TONES {
            let plain = Theme::Plain.style(tone);
            assert_eq!((plain.fg, plain.bg), (None, None));
            let coloured = Theme::Coloured.style(tone);
            assert_eq!(coloured.bg, None);
            assert!(matches!(coloured.fg, None | Some(Color::Green | Color::Magenta | Color::Red)));
        }
        assert_eq!((REVERSED.fg, REVERSED.bg), (None, None));
    }

    #[test]
    fn states_and_the_focus_can_be_told_apart() {
        let [ok, warning, failure] = [Tone::Ok, Tone::Warning, Tone::Failure].map(|tone| Theme::Coloured.style(tone));
        assert!(ok != failure && failure != warning && ok != warning);
        for theme in [Theme::Coloured, Theme::Plain] {
            let text = theme.style(Tone::Plain);
            assert_ne!(text, REVERSED);
            for tone in [Tone::Focus, Tone::Link, Tone::Muted] {
                assert_ne!(text, theme.style(tone));
            }
        }
    }

    /// `--color`, `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM`, terminal, coloured?
    type Case = (Option<Theme>, &'static str, &'static str, &'static str, &'static str, bool, bool);

    #[test]
    fn colour_is_decided_in_the_documented_order() {
        let cases: &[Case] = &[
            (None, "-", "-", "-", "xterm", true, true),
            (None, "-", "-", "-", "-", true, true),
            (None, "-", "-", "-", "xterm", false, false),
            (None, "1", "-", "-", "xterm", true, false),
            (None, "0", "-", "-", "xterm", true, false),
            (None, "", "-", "-", "xterm", true, true),
            (None, "1", "-", "1", "xterm", true, false),
            (None, "-", "0", "-", "xterm", true, false),
            (None, "-", "1", "-", "xterm", true, true),
            (None, "-", "1", "-", "xterm", false, false),
            (None, "-", "0", "1", "dumb", false, true),
            (None, "-", "-", "0", "xterm", false, false),
            (None, "-", "-", "", "xterm", false, false),
            (None, "-", "-", "-", "dumb", true, false),
            (Some(Theme::Coloured), "1", "0", "-", "dumb", false, true),
            (Some(Theme::Plain), "-", "1", "1", "xterm", true, false),
        ];
        let value = |text: &str| (text != "-").then(|| text.to_owned());
        for case in cases {
            let (wish, no_color, clicolor, force, term, is_terminal, coloured) = *case;
            let facts = ColourFacts {
                wish,
                no_color: value(no_color),
                clicolor: value(clicolor),
                clicolor_force: value(force),
                term: value(term),
                is_terminal,
            };
            assert_eq!(facts.theme() == Theme::Coloured, coloured, "{case:?}");
        }
    }

    #[test]
    fn unicode_signs_need_a_locale_and_a_terminal_that_have_them() {
        let value = |text: &str| (text != "-").then(|| text.to_owned());
        for (all, ctype, lang, term, unicode) in [
            ("-", "-", "en_US.UTF-8", "xterm", true),
            ("-", "-", "ja_JP.utf8", "xterm", true),
            ("C", "-", "en_US.UTF-8", "xterm", false),
            ("", "C.UTF-8", "C", "xterm", true),
            ("-", "C", "en_US.UTF-8", "xterm", false),
            ("-", "-", "-", "xterm", false),
            ("-", "-", "en_US.ISO-8859-1", "xterm", false),
            ("-", "-", "en_US.UTF-8", "linux", false),
            ("-", "-", "en_US.UTF-8", "-", true),
        ] {
            let facts = GlyphFacts {
                lc_all: value(all),
                lc_ctype: value(ctype),
                lang: value(lang),
                term: value(term),
                ascii: false,
                always_unicode: false,
            };
            assert_eq!(facts.glyphs() == Glyphs::UNICODE, unicode, "{all} {ctype} {lang} {term}");
            let asked = GlyphFacts { ascii: true, ..facts.clone() };
            assert_eq!(asked.glyphs(), Glyphs::ASCII);
            let windows = GlyphFacts { always_unicode: true, ..facts };
            assert_eq!(windows.glyphs(), Glyphs::UNICODE);
        }
    }

    #[test]
    fn ascii_is_ascii() {
        let Glyphs { rule, edge, dot, radio_on } = Glyphs::ASCII;
        for sign in [rule, edge, dot, radio_on] {
            assert!(sign.is_ascii() && !sign.is_empty());
        }
        assert_eq!(Glyphs::ASCII.line(5), "-----");
        assert_eq!(Glyphs::UNICODE.line(2), "──");
    }
}
