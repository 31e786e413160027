//! What each field is, in the words of a person who has the portals open: one line below it, and a pane beside the page.

use url::Url;

use crate::ui::session::Session;
use crate::ui::view::{Beside, Row, Said, Tone};
use crate::words::{ClientId, Field};

/// What is told of a field, beside its place.
struct Guide {
    /// What it is for.
    purpose: &'static str,
    /// What it is often taken for; empty where it is for nothing else.
    not: &'static str,
    /// The page of the Azure portal that shows it; `{app}` is the application that was typed.
    page: Option<&'static str>,
}

/// Cells of a label in the pane.
const LABEL: u16 = 7;

/// Where the apps are listed, while it is not known which one it is.
const APPLICATIONS: &str = "#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade";

// `guide`, from `src/texts/en.toml`.
include!(concat!(env!("OUT_DIR"), "/fields.rs"));

/// The line below a field that has the focus.
pub(super) fn line(field: Field) -> Option<Row> {
    let place = field.place();
    (!place.is_empty()).then(|| Row::of(Tone::Muted, place).said(Said::Not))
}

/// What the help says of it: its place, else what it is for.
pub(super) fn place(field: Field) -> &'static str {
    if field.place().is_empty() { guide(field).purpose } else { field.place() }
}

/// The pane beside the page.
pub(super) fn beside(field: Field, session: &Session) -> Beside {
    let (guide, place) = (guide(field), field.place());
    let mut rows = vec![Row::text(guide.purpose)];
    if !guide.not.is_empty() {
        rows.extend([Row::gap(), Row::of(Tone::Title, "Not ").and(Tone::Plain, guide.not)]);
    }
    // What the line below the field says beside a place is said by the purpose, too.
    if place.contains(" > ") {
        rows.extend([Row::gap(), Row::pair("Where", LABEL, Tone::Plain, place).at(0).hanging(LABEL)]);
    } else if matches!(field, Field::SecretChoice | Field::Handover | Field::Confirmation) {
        rows.extend([Row::gap(), Row::text(place)]);
    }
    if let Some(url) = page(field, session) {
        rows.push(
            Row::pair("Open", LABEL, Tone::Key, "Alt-O").and(Tone::Muted, "  in your browser").at(0).hanging(LABEL),
        );
        rows.push(Row::of(Tone::Muted, url.as_str()).at(LABEL));
    }
    Beside { title: field.label().to_owned(), rows }
}

/// The page of the portal that shows the value.
pub(super) fn page(field: Field, session: &Session) -> Option<Url> {
    address(guide(field).page?, session)
}

/// A page of a portal, for the application that was typed.
pub(super) fn address(page: &str, session: &Session) -> Option<Url> {
    let app = ClientId::parse(session.fields.value(Field::ApplicationId)).ok();
    let page = match app {
        Some(app) => page.replace("{app}", app.value.as_str()),
        None if page.contains("{app}") => APPLICATIONS.to_owned(),
        None => page.to_owned(),
    };
    session.config.portal.join(&page).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fits_a_field_of_a_small_screen() {
        for field in Field::ALL {
            let guide = guide(field);
            assert!(field.place().len() <= 74, "{field:?}: {}", field.place().len());
            assert!(!guide.purpose.is_empty(), "{field:?}");
        }
    }
}
