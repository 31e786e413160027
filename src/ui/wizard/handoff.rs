//! The hand-off note from within the wizard: printed plain below the page, so that it can be selected and sent.

use crate::report::handoff::{self, Handoff, Missing};
use crate::steps::Execution;
use crate::ui::Task;
use crate::ui::wizard::Wizard;

impl Wizard {
    /// Prints the note for whoever administers Entra, and saves the draft, which is what `octo-csp handoff` reads.
    pub(super) fn print_note(&mut self) -> Vec<Task> {
        let mut lines: Vec<String> =
            handoff::text(&self.note()).lines().map(str::to_owned).collect();
        if self.setting.rehearsal.is_none() {
            lines.push(String::new());
            lines.push(format!(
                "The same in a file, without links: {} > note.txt",
                self.command("handoff")
            ));
        }
        lines.push(String::new());
        vec![self.save(), Task::Print(lines)]
    }

    fn note(&self) -> Handoff {
        let typed = self.forms.typed(self.environment);
        let portal = self.setting.portal.as_str();
        let missing =
            self.diagnosis().map(|(_, failure, diagnosis)| Missing::of(failure, diagnosis));
        let consent = self.run.as_ref().and_then(Execution::consent);
        Handoff {
            missing,
            link: consent.map(|consent| consent.address.to_string()),
            ..Handoff::of(&self.registration, Some(&typed), portal)
        }
    }
}
