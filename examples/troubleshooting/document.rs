//! The document, written from the table of diagnoses, so that the document cannot drift from the screens.

use std::fmt::Write as _;

use octo_csp::diagnose::{Row, TABLES};

/// The document.
pub(crate) fn document() -> String {
    let mut text = String::from(HEAD);
    for (title, rows) in TABLES {
        let _infallible = writeln!(text, "- [{title}](#{})", anchor(title));
        for row in rows {
            let codes = row.codes().join(", ");
            let _infallible = writeln!(text, "  - [{codes}](#{})", row.key);
        }
    }
    for (title, rows) in TABLES {
        let _infallible = write!(text, "\n## {title}\n");
        for row in rows {
            section(row, &mut text);
        }
    }
    text
}

const HEAD: &str = "# Troubleshooting

<!-- Written by `cargo run --example troubleshooting`; change src/texts/en.toml and not this page. -->

Every failure that octo-csp knows: what happened, why, how to cure it, and who can. The program shows the same words;
`octo-csp explain CODE` prints them offline, for a number, a pasted error body, a log line or the address of an error page.

Where it says Entra admin center (entra.microsoft.com), the Azure portal has the same pages under Microsoft Entra ID.

";

fn section(row: &Row, text: &mut String) {
    let diagnosis = row.diagnosis(Some("…"));
    let codes = row.codes().join(", ");
    let _infallible = write!(text, "\n<a id=\"{}\"></a>\n\n### {codes}\n\n", row.key);
    if let Some(when) = row.when.words() {
        let _infallible = write!(text, "*{when}.*\n\n");
    }
    let _infallible = write!(text, "{}\n\n", escaped(&diagnosis.what));
    for why in &diagnosis.why {
        let _infallible = writeln!(text, "- {}", escaped(why));
    }
    text.push('\n');
    for (index, step) in diagnosis.fix.iter().enumerate() {
        let _infallible = writeln!(text, "{}. {}", index + 1, escaped(step));
    }
    let _infallible = write!(text, "\nWho can do it: {}. Exit code {}.", diagnosis.who.title(), diagnosis.exit as u8);
    if let Some(wait) = diagnosis.wait {
        let _infallible = write!(text, " Wait {} s before another try.", wait.as_secs());
    }
    text.push('\n');
}

/// What Markdown would take for its own.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '<' | '>' | '*' | '_' | '[' | ']' | '`' | '\\' | '|') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// As GitHub names a heading.
fn anchor(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-')
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use octo_csp::diagnose::rows;

    #[test]
    fn every_row_has_its_section_and_no_placeholder_is_left() {
        let document = document();
        for row in rows() {
            let mark = format!("<a id=\"{}\">", row.key);
            assert_eq!(document.matches(&mark).count(), 1, "{}", row.key);
        }
        assert!(!document.contains('{'), "a placeholder is left");
    }
}
