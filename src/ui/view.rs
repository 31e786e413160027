//! Painting: a frame is a function of the wizard's state. Each page is one file; what they share is here.
//!
//! ```text
//!  octo-csp register                                        Step 2 of 3     title
//! ──────────────────────────────────────────────────────────────────────    rule
//!  REHEARSAL  nothing leaves this machine                                   banner, if any
//!  ok Basic Details  [2 Partner Center]  3 Partner API  4 Review            tabs, if any
//!
//!    page                                                                   scrolls so that the focus shows
//!
//! ──────────────────────────────────────────────────────────────────────    rule
//!  Tab next  Shift-Tab previous  Enter check  Esc back  Ctrl-C leave        the keys that work now
//! ```

mod checking;
mod done;
mod forms;
mod octo;
mod overlay;
mod overview;
mod paint;
mod review;
mod sign_in;
mod start;
mod stopped;

use ratatui::Frame;

use crate::ui::page::{Body, Input, Page, Row, Tone};
use crate::ui::theme::{Glyphs, Theme};
use crate::ui::wizard::{DirectoryLookup, FocusTarget, Place, Wizard};
use crate::words::answers::{self, Field};
use crate::words::step::Step;

/// How things look on this terminal.
#[derive(Clone, Copy, Debug)]
pub struct Appearance {
    /// Styles by meaning.
    pub theme: Theme,
    /// Lines, dots and marks.
    pub glyphs: Glyphs,
}

/// The smallest terminal that pages are laid out for.
pub const SMALLEST: (u16, u16) = (40, 12);

/// Paints the wizard.
pub fn draw(wizard: &Wizard, look: &Appearance, frame: &mut Frame<'_>) {
    let page = page(wizard);
    paint::paint(wizard, &page, look, frame);
}

/// What the wizard says now.
pub fn page(wizard: &Wizard) -> Page<'_> {
    let page = below(wizard);
    match &wizard.overlay {
        Some(overlay) => overlay::page(wizard, overlay, &page),
        None => page,
    }
}

/// The same without what lies over it.
pub(in crate::ui) fn below(wizard: &Wizard) -> Page<'_> {
    match wizard.place {
        Place::Opening => opening(),
        Place::Shut => stopped::shut(wizard),
        Place::Start => start::page(wizard),
        Place::Overview => overview::page(wizard),
        Place::Basic => forms::basic(wizard),
        Place::PartnerCenter => forms::partner_center(wizard),
        Place::PartnerApi => forms::partner_api(wizard),
        Place::Checking => checking::page(wizard),
        Place::SignIn => sign_in::page(wizard),
        Place::Stopped => stopped::page(wizard),
        Place::Review => review::page(wizard),
        Place::Octo => octo::page(wizard),
        Place::Done => done::page(wizard),
    }
}

fn opening() -> Page<'static> {
    let mut page = Page::new("Before you start");
    page.gap();
    page.row(Row::of(Tone::Muted, "Opening what is kept on this machine").at(1));
    page.hint("Ctrl-C", "leave");
    page
}

/// The banner lines of every page.
pub(in crate::ui) fn banners(wizard: &Wizard) -> Vec<(Tone, String)> {
    let mut lines = Vec::new();
    if let Some(answers_of_rehearsal) = &wizard.setting.rehearsal {
        let scenario = answers_of_rehearsal
            .scenario
            .as_ref()
            .map_or_else(String::new, |name| format!("  (misfortune: {name})"));
        lines.push((Tone::Warning, format!("REHEARSAL  nothing leaves this machine{scenario}")));
    } else if !wizard.setting.unknown_hosts.is_empty() {
        lines.push((
            Tone::Warning,
            format!("Not Microsoft's: {}", wizard.setting.unknown_hosts.join(", ")),
        ));
    }
    if wizard.setting.extra_ca {
        lines.push((Tone::Warning, "An extra CA is trusted (--ca-file)".to_owned()));
    }
    lines
}

/// How long a value is that is not shown.
pub(in crate::ui) fn counted(characters: usize) -> String {
    match characters {
        1 => "1 character".to_owned(),
        more => format!("{more} characters"),
    }
}

/// The four tabs: title and whether it is done.
pub(in crate::ui) fn tabs(wizard: &Wizard, open: usize) -> Vec<(bool, &'static str)> {
    let attempt = wizard.registration.open.as_ref().or(wizard.registration.active.as_ref());
    let done = [
        wizard.registration.named || open > 0,
        attempt.is_some_and(|attempt| attempt.partner_center.is_some()),
        attempt.is_some_and(|attempt| attempt.partner_api.is_some()),
        false,
    ];
    let titles = ["Basic Details", "Partner Center", "Partner API", "Review"];
    titles.into_iter().zip(done).map(|(title, done)| (done, title)).collect()
}

/// "Step 2 of 3" and the like.
fn step_place(step: Step, more: &str) -> String {
    let number = match step {
        Step::Basic => 1,
        Step::PartnerCenter => 2,
        Step::PartnerApi => 3,
    };
    if more.is_empty() {
        format!("Step {number} of 3")
    } else {
        format!("Step {number} of 3 - {more}")
    }
}

fn tab_of(step: Step) -> usize {
    match step {
        Step::Basic => 0,
        Step::PartnerCenter => 1,
        Step::PartnerApi => 2,
    }
}

/// A field with its problem, its note, or what is quietly said about its shape.
fn input(wizard: &Wizard, field: Field) -> Input<'_> {
    let body = match (wizard.forms.text(field), wizard.forms.secret(field)) {
        (Some(text), _) => Body::Text(text),
        (None, Some(secret)) => Body::Secret(secret),
        (None, None) => choice(wizard, field),
    };
    let mut below = Vec::new();
    if let Some(problem) = wizard.problems.iter().find(|problem| problem.field == field) {
        below.push(
            Row::of(Tone::Warning, "!!  ").and(Tone::Plain, problem.what.clone()).at(5).hanging(9),
        );
        below.push(Row::of(Tone::Muted, problem.cure.clone()).at(9));
    } else if let Some(note) = wizard.notes.get(&field) {
        below.push(Row::of(Tone::Note, "note  ").and(Tone::Muted, note.clone()).at(5).hanging(11));
    } else if let Some(quiet) = quietly(wizard, field) {
        below.push(quiet);
    }
    if let Some(answers_of_rehearsal) = &wizard.setting.rehearsal {
        below.extend(cribbed(answers_of_rehearsal, field));
    }
    Input {
        field,
        aside: None,
        body,
        focused: wizard.stop() == Some(FocusTarget::Field(field)),
        below,
    }
}

fn choice(wizard: &Wizard, field: Field) -> Body<'static> {
    use crate::words::step::Environment;
    let (options, chosen) = match field {
        Field::SecretChoice => (
            vec!["use the one from step 2", "enter another"],
            usize::from(wizard.forms.other_secret),
        ),
        Field::AccountName
        | Field::Environment
        | Field::ClientId
        | Field::ApplicationId
        | Field::SecretKey
        | Field::Directory
        | Field::SecretEnds
        | Field::MpnId
        | Field::ApiSecret
        | Field::Redirect
        | Field::Answer
        | Field::Confirmation
        | Field::OctoClientId
        | Field::OctoSecret => (
            vec![Environment::Production.title(), Environment::Sandbox.title()],
            usize::from(wizard.environment == Environment::Sandbox),
        ),
    };
    Body::Choice { options, chosen }
}

fn quietly(wizard: &Wizard, field: Field) -> Option<Row> {
    let row = |word: &str, tone: Tone, text: String| {
        Row::of(tone, format!("{word}  ")).and(Tone::Muted, text).at(5).hanging(9)
    };
    let text = wizard.forms.text(field)?.text();
    let told = crate::words::ids::Directory::parse(text)
        .ok()
        .and_then(|key| wizard.told.get(key.value.as_str()));
    match (field, told) {
        (Field::ClientId | Field::Directory, Some(DirectoryLookup::Directory(region))) => {
            return Some(row("ok", Tone::Ok, format!("this is a directory{region}")));
        }
        (Field::Directory, Some(DirectoryLookup::NotOne)) => {
            return Some(row(
                "!!",
                Tone::Warning,
                "no directory of that name in this cloud".to_owned(),
            ));
        }
        (Field::ApplicationId, Some(DirectoryLookup::Directory(_))) => {
            return Some(row(
                "!!",
                Tone::Warning,
                "this is a directory (tenant) ID, not an application's".to_owned(),
            ));
        }
        _ => {}
    }
    match answers::shape(field, &wizard.forms.typed(wizard.environment)) {
        Ok(Some(hint)) if field == Field::Redirect => {
            Some(row("note", Tone::Note, hint.to_owned()).hanging(11))
        }
        Ok(Some(hint)) => Some(row("ok", Tone::Ok, hint.to_owned())),
        Ok(None) | Err(_) => None,
    }
}

/// In a rehearsal: what to type.
fn cribbed(
    answers_of_rehearsal: &crate::ui::wizard::RehearsalAnswers,
    field: Field,
) -> Option<Row> {
    let value = match answers_of_rehearsal.secret(field) {
        Some(secret) => secret.reveal().to_owned(),
        None => answers_of_rehearsal.values.get(&field)?.clone(),
    };
    Some(Row::of(Tone::Muted, "type  ").and(Tone::Value, value).at(5).hanging(11))
}

/// The notice above the page's own words.
fn notice(wizard: &Wizard, page: &mut Page<'_>) {
    page.notice = wizard.notice.as_ref().map(|notice| {
        Row::of(Tone::Note, "note  ").and(Tone::Plain, notice.clone()).at(1).hanging(7)
    });
}

fn form_hints(wizard: &Wizard, page: &mut Page<'_>, enter: &'static str) {
    page.hint("Tab", "next");
    page.hint("Shift-Tab", "previous");
    page.hint("Enter", enter);
    if wizard.setting.rehearsal.is_some() {
        page.hint("F2", "fill in");
    }
    page.hint("Esc", "back");
    page.hint("Ctrl-C", "leave");
    page.hint("F1", "help");
}

/// Elapsed time as minutes and seconds.
fn minutes(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests;
