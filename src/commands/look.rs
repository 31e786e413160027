//! How the wizard looks on this terminal: what the flags and the variables say about colours and signs.

use crate::cli::{ColorName, Screen};
use crate::host::{Environment, Host};
use crate::ui::paint::Appearance;
use crate::ui::theme::{Glyphs, Theme};

pub(super) fn look(host: &Host, screen: &Screen) -> Appearance {
    let unicode = cfg!(any(windows, target_os = "macos"));
    Appearance {
        theme: theme(screen.color, &host.environment, host.on_terminal()),
        glyphs: glyphs(screen.ascii, &host.environment, unicode),
        motion: !screen.no_motion,
    }
}

/// Decides: the flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then `TERM=dumb` and `CLICOLOR=0`, then the terminal.
fn theme(wish: ColorName, environment: &Environment, on_terminal: bool) -> Theme {
    let set = |name| environment.says(name).is_some_and(|text| !text.is_empty());
    let is = |name, wanted| environment.says(name) == Some(wanted);
    let coloured = match wish {
        ColorName::Always => true,
        ColorName::Never => false,
        ColorName::Auto if set("NO_COLOR") => false,
        ColorName::Auto if set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") => true,
        ColorName::Auto => on_terminal && !is("TERM", "dumb") && !is("CLICOLOR", "0"),
    };
    if coloured { Theme::Coloured } else { Theme::Plain }
}

/// Decides: the first locale variable that is not empty must name UTF-8, and the console must have the signs. `always` is said of
/// a system whose terminals speak Unicode, whatever the variables say; `ascii` of one that counts ambiguous characters as two cells.
fn glyphs(ascii: bool, environment: &Environment, always: bool) -> Glyphs {
    let locales = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| environment.says(name));
    let locale = { locales }.find(|value| !value.is_empty());
    let utf8 = locale.is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    });
    let poor = matches!(environment.says("TERM"), Some("linux" | "dumb" | "vt100" | "vt220"));
    if !ascii && (always || (utf8 && !poor)) { Glyphs::UNICODE } else { Glyphs::ASCII }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment with these variables; one that is `-` is not set.
    fn environment(set: &[(&str, &str)]) -> Environment {
        let value = |name: &str| set.iter().find(|(own, value)| *own == name && *value != "-").map(|(_, value)| *value);
        Environment::read(|name| value(name).map(Into::into))
    }

    /// `--color`, `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM`, terminal, coloured?
    type Case = (ColorName, &'static str, &'static str, &'static str, &'static str, bool, bool);

    #[test]
    fn colour_is_decided_in_the_documented_order() {
        let cases: &[Case] = &[
            (ColorName::Auto, "-", "-", "-", "xterm", true, true),
            (ColorName::Auto, "-", "-", "-", "-", true, true),
            (ColorName::Auto, "-", "-", "-", "xterm", false, false),
            (ColorName::Auto, "1", "-", "-", "xterm", true, false),
            (ColorName::Auto, "0", "-", "-", "xterm", true, false),
            (ColorName::Auto, "", "-", "-", "xterm", true, true),
            (ColorName::Auto, "1", "-", "1", "xterm", true, false),
            (ColorName::Auto, "-", "0", "-", "xterm", true, false),
            (ColorName::Auto, "-", "1", "-", "xterm", true, true),
            (ColorName::Auto, "-", "1", "-", "xterm", false, false),
            (ColorName::Auto, "-", "0", "1", "dumb", false, true),
            (ColorName::Auto, "-", "-", "0", "xterm", false, false),
            (ColorName::Auto, "-", "-", "", "xterm", false, false),
            (ColorName::Auto, "-", "-", "-", "dumb", true, false),
            (ColorName::Always, "1", "0", "-", "dumb", false, true),
            (ColorName::Never, "-", "1", "1", "xterm", true, false),
        ];
        for case in cases {
            let (wish, no_color, clicolor, force, term, is_terminal, coloured) = *case;
            let environment = environment(&[
                ("NO_COLOR", no_color),
                ("CLICOLOR", clicolor),
                ("CLICOLOR_FORCE", force),
                ("TERM", term),
            ]);
            assert_eq!(theme(wish, &environment, is_terminal) == Theme::Coloured, coloured, "{case:?}");
        }
    }

    #[test]
    fn unicode_signs_need_a_locale_and_a_terminal_that_have_them() {
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
            let environment = environment(&[("LC_ALL", all), ("LC_CTYPE", ctype), ("LANG", lang), ("TERM", term)]);
            assert_eq!(glyphs(false, &environment, false) == Glyphs::UNICODE, unicode, "{all} {ctype} {lang} {term}");
            assert_eq!(glyphs(true, &environment, false), Glyphs::ASCII);
            assert_eq!(glyphs(false, &environment, true), Glyphs::UNICODE);
        }
    }
}
