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
    /// Whether an address is made a link (OSC 8), which says nothing to a terminal that knows none.
    pub links: bool,
}

impl Glyphs {
    /// For terminals that show Unicode and count ambiguous characters as one cell.
    pub const UNICODE: Self = Self { rule: "─", edge: "│", dot: "•", radio_on: "(•)", links: true };

    /// For all others.
    pub const ASCII: Self = Self { rule: "-", edge: "|", dot: "*", radio_on: "(*)", links: false };

    /// A line across the page.
    pub fn line(&self, width: u16) -> String {
        self.rule.repeat(usize::from(width))
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

    #[test]
    fn ascii_is_ascii() {
        let Glyphs { rule, edge, dot, radio_on, links: _ } = Glyphs::ASCII;
        for sign in [rule, edge, dot, radio_on] {
            assert!(sign.is_ascii() && !sign.is_empty());
        }
        assert_eq!(Glyphs::ASCII.line(5), "-----");
        assert_eq!(Glyphs::UNICODE.line(2), "──");
    }
}
