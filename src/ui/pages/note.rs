//! The hand-off note from within the wizard: printed plain below the page, so that it can be selected and sent.

use crate::diagnose::Diagnosis;
use crate::report::handoff::{self, Handoff};
use crate::steps::Execution;
use crate::ui::Task;
use crate::ui::session::Session;
use crate::words::{Failure, Step};

/// Prints the note for whoever administers Entra, and saves the draft, which is what `octo-csp handoff` reads. `step` is that of
/// the page that is open.
pub(super) fn print(
    session: &mut Session,
    step: Option<Step>,
    execution: Option<&Execution>,
    missing: Option<(Failure, Diagnosis)>,
) {
    let portal = session.config.portal.as_str();
    let consent = execution.and_then(Execution::authorization_request);
    let note = Handoff {
        missing,
        link: consent.map(|consent| consent.address.to_string()),
        ..Handoff::of(&session.registration, Some(&session.typed()), portal)
    };
    let mut lines: Vec<String> = handoff::text(&note).lines().map(str::to_owned).collect();
    if session.config.rehearsal.is_none() {
        let command = session.command("handoff");
        lines.push(String::new());
        lines.push(format!("The same in a file, without links: {command} > note.txt"));
    }
    lines.push(String::new());
    session.save(step);
    session.task(Task::Print(lines));
}
