//! Styles and signs by meaning.
//!
//! Sixteen colours at most, readable on light and on dark; a colour never carries a meaning alone, words do. Everything a
//! page draws that is not a letter comes from [`Glyphs`], so a terminal without Unicode gets ASCII.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

/// How things look, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The line that names page and program.
    pub title: Style,
    /// Ordinary text.
    pub text: Style,
    /// The word `ok`.
    pub ok: Style,
    /// The word `note`.
    pub note: Style,
    /// The sign `!!`.
    pub warning: Style,
    /// The word `FAIL`, and the line under a wrong field.
    pub failure: Style,
    /// What may be skipped: hints, examples, ids for support.
    pub muted: Style,
    /// The field or line that has the focus.
    pub focus: Style,
    /// A button.
    pub button: Style,
    /// The button that has the focus.
    pub button_focus: Style,
    /// A key on the help line.
    pub key: Style,
    /// A banner on every page: rehearsal, unknown hosts, an extra CA.
    pub banner: Style,
    /// An address that can be opened.
    pub link: Style,
    /// What was typed.
    pub value: Style,
}

impl Theme {
    /// Makes the theme with or without colours.
    pub const fn new(choice: ColourChoice) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = plain.add_modifier(Modifier::REVERSED);
        let (ok, warning, failure) = match choice {
            // Yellow, cyan, blue and the greys vanish on one of the two backgrounds.
            ColourChoice::Coloured => (bold.fg(Color::Green), bold.fg(Color::Magenta), bold.fg(Color::Red)),
            ColourChoice::Plain => (bold, bold, bold),
        };
        Self {
            title: bold,
            text: plain,
            ok,
            note: bold,
            warning,
            failure,
            muted: plain.add_modifier(Modifier::DIM),
            focus: bold,
            button: plain,
            button_focus: reversed.add_modifier(Modifier::BOLD),
            key: bold,
            banner: reversed.add_modifier(Modifier::BOLD),
            link: plain.add_modifier(Modifier::UNDERLINED),
            value: plain,
        }
    }
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourChoice {
    /// Sixteen colours.
    Coloured,
    /// Bold, dim, underlined and reversed only.
    Plain,
}

/// What `--color` said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourWish {
    /// Nothing, or `auto`.
    #[default]
    Auto,
    /// `always`.
    Always,
    /// `never`.
    Never,
}

/// All that decides about colours.
#[derive(Clone, Debug, Default)]
pub struct ColourFacts {
    /// `--color`.
    pub wish: ColourWish,
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
    pub fn choice(&self) -> ColourChoice {
        let set = |value: &Option<String>| value.as_deref().is_some_and(|text| !text.is_empty());
        let is = |value: &Option<String>, wanted| value.as_deref() == Some(wanted);
        let coloured = match self.wish {
            ColourWish::Always => true,
            ColourWish::Never => false,
            ColourWish::Auto if set(&self.no_color) => false,
            ColourWish::Auto if set(&self.clicolor_force) && !is(&self.clicolor_force, "0") => true,
            ColourWish::Auto if is(&self.term, "dumb") || is(&self.clicolor, "0") => false,
            ColourWish::Auto => self.is_terminal,
        };
        if coloured { ColourChoice::Coloured } else { ColourChoice::Plain }
    }
}

/// Signs that are not letters, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// One cell of a line across the page.
    pub rule: &'static str,
    /// The frame of a field.
    pub frame: border::Set<'static>,
    /// Marks the line that has the focus.
    pub marker: &'static str,
    /// One hidden character.
    pub dot: &'static str,
    /// A chosen radio button.
    pub radio_on: &'static str,
    /// A radio button that is not chosen.
    pub radio_off: &'static str,
    /// A ticked box.
    pub box_on: &'static str,
    /// An empty box.
    pub box_off: &'static str,
    /// Before a button's word.
    pub button_left: &'static str,
    /// After a button's word.
    pub button_right: &'static str,
    /// Something was cut here.
    pub ellipsis: &'static str,
    /// Between things on one line.
    pub separator: &'static str,
    /// Leads from one thing to the next.
    pub arrow: &'static str,
    /// The keys Up and Down on the help line.
    pub up_down: &'static str,
    /// The key Enter on the help line.
    pub enter: &'static str,
}

impl Glyphs {
    /// For terminals that show Unicode and count ambiguous characters as one cell.
    pub const UNICODE: Self = Self {
        rule: "─",
        frame: border::PLAIN,
        marker: ">",
        dot: "•",
        radio_on: "(•)",
        radio_off: "( )",
        box_on: "[x]",
        box_off: "[ ]",
        button_left: "[ ",
        button_right: " ]",
        ellipsis: "…",
        separator: "·",
        arrow: "→",
        up_down: "↑↓",
        enter: "⏎",
    };

    /// For all others.
    pub const ASCII: Self = Self {
        rule: "-",
        frame: border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        },
        marker: ">",
        dot: "*",
        radio_on: "(*)",
        radio_off: "( )",
        box_on: "[x]",
        box_off: "[ ]",
        button_left: "[ ",
        button_right: " ]",
        ellipsis: "...",
        separator: "-",
        arrow: "->",
        up_down: "Up/Down",
        enter: "Enter",
    };

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

    fn styles(theme: &Theme) -> [Style; 14] {
        let Theme {
            title,
            text,
            ok,
            note,
            warning,
            failure,
            muted,
            focus,
            button,
            button_focus,
            key,
            banner,
            link,
            value,
        } = *theme;
        [title, text, ok, note, warning, failure, muted, focus, button, button_focus, key, banner, link, value]
    }

    #[test]
    fn plain_has_no_colour_and_coloured_only_those_readable_on_both_backgrounds() {
        for style in styles(&Theme::new(ColourChoice::Plain)) {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        for style in styles(&Theme::new(ColourChoice::Coloured)) {
            assert_eq!(style.bg, None);
            assert!(matches!(style.fg, None | Some(Color::Green | Color::Magenta | Color::Red)));
        }
    }

    #[test]
    fn states_and_the_focus_can_be_told_apart() {
        let theme = Theme::new(ColourChoice::Coloured);
        assert!(theme.ok != theme.failure && theme.failure != theme.warning && theme.ok != theme.warning);
        for choice in [ColourChoice::Coloured, ColourChoice::Plain] {
            let theme = Theme::new(choice);
            assert_ne!(theme.button, theme.button_focus);
            assert_ne!(theme.text, theme.focus);
            assert_ne!(theme.text, theme.link);
            assert_ne!(theme.text, theme.banner);
            assert_ne!(theme.text, theme.muted);
        }
    }

    /// `--color`, `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM`, terminal, coloured?
    type Case = (ColourWish, &'static str, &'static str, &'static str, &'static str, bool, bool);

    #[test]
    fn colour_is_decided_in_the_documented_order() {
        use ColourWish::{Always, Auto, Never};
        let cases: &[Case] = &[
            (Auto, "-", "-", "-", "xterm", true, true),
            (Auto, "-", "-", "-", "-", true, true),
            (Auto, "-", "-", "-", "xterm", false, false),
            (Auto, "1", "-", "-", "xterm", true, false),
            (Auto, "0", "-", "-", "xterm", true, false),
            (Auto, "", "-", "-", "xterm", true, true),
            (Auto, "1", "-", "1", "xterm", true, false),
            (Auto, "-", "0", "-", "xterm", true, false),
            (Auto, "-", "1", "-", "xterm", true, true),
            (Auto, "-", "1", "-", "xterm", false, false),
            (Auto, "-", "0", "1", "dumb", false, true),
            (Auto, "-", "-", "0", "xterm", false, false),
            (Auto, "-", "-", "", "xterm", false, false),
            (Auto, "-", "-", "-", "dumb", true, false),
            (Always, "1", "0", "-", "dumb", false, true),
            (Never, "-", "1", "1", "xterm", true, false),
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
            assert_eq!(facts.choice() == ColourChoice::Coloured, coloured, "{case:?}");
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
        let Glyphs {
            rule,
            frame,
            marker,
            dot,
            radio_on,
            radio_off,
            box_on,
            box_off,
            button_left,
            button_right,
            ellipsis,
            separator,
            arrow,
            up_down,
            enter,
        } = Glyphs::ASCII;
        for sign in [
            rule,
            marker,
            dot,
            radio_on,
            radio_off,
            box_on,
            box_off,
            button_left,
            button_right,
            ellipsis,
            separator,
            arrow,
            up_down,
            enter,
        ] {
            assert!(sign.is_ascii() && !sign.is_empty());
        }
        assert!(format!("{frame:?}").is_ascii());
        assert_eq!(Glyphs::ASCII.line(5), "-----");
        assert_eq!(Glyphs::UNICODE.line(2), "──");
    }
}
