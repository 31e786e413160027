//! What the answers of the world do to the wizard.

use crate::effect::{CallbackPage, Effect, Opened, Outcome};
use crate::steps::{Execution, Status};
use crate::ui::wizard::{DirectoryLookup, Origin, PREREQUISITES, Place, Resumption, Wizard};
use crate::ui::{Task, Ticket};
use crate::words::answers::Field;
use crate::words::check::CheckId;
use crate::words::failure::Failure;
use crate::words::last_failure::LastFailure;
use crate::words::step::Step;

impl Wizard {
    pub(super) fn came(&mut self, ticket: Ticket, outcome: Outcome) -> Vec<Task> {
        let Some(origin) = self.tickets.remove(&ticket) else {
            return Vec::new();
        };
        match (origin, outcome) {
            (Origin::Open, Outcome::Opened(opened)) => self.opened(*opened),
            (Origin::Open, Outcome::Failed(failure)) => {
                self.shut = Some(*failure);
                self.go(Place::Shut);
                Vec::new()
            }
            (Origin::Preflight(look), Outcome::Looked(sight)) => {
                self.looks.insert(look, Ok(sight));
                Vec::new()
            }
            (Origin::Preflight(look), Outcome::Failed(failure)) => {
                self.looks.insert(look, Err(*failure));
                Vec::new()
            }
            (Origin::Execution(id), outcome) => self.run_came(id, outcome),
            (Origin::Named, Outcome::Noted(line)) => {
                self.registration.apply(&line);
                self.after_basic()
            }
            (Origin::Discarded, Outcome::Noted(line)) => {
                self.registration.apply(&line);
                self.discarded()
            }
            (Origin::Named | Origin::Discarded, Outcome::Failed(failure)) => {
                self.cannot_note(&failure)
            }
            (Origin::Telling(key), Outcome::Discovered(tenant)) => {
                let told = if tenant.named {
                    let region = tenant.region.map(|region| format!(", {region}"));
                    DirectoryLookup::Directory(region.unwrap_or_default())
                } else {
                    // The server answers, but not about this ID.
                    DirectoryLookup::Unknown
                };
                self.told.insert(key, told);
                Vec::new()
            }
            (Origin::Telling(key), Outcome::Failed(failure)) => {
                let known = failure.error.as_ref().is_some_and(|error| error == "invalid_tenant")
                    || failure.codes.contains(&90_002);
                self.told.insert(
                    key,
                    if known { DirectoryLookup::NotOne } else { DirectoryLookup::Unknown },
                );
                Vec::new()
            }
            (Origin::Background, Outcome::Browsed(false)) => {
                self.notice =
                    Some("No browser could be opened here. Open the address by hand.".to_owned());
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn cannot_note(&mut self, failure: &Failure) -> Vec<Task> {
        let diagnosis = self.diagnosed(failure);
        let cure = diagnosis.fix.first().map(String::as_str).unwrap_or_default();
        self.notice = Some(format!("{} {cure} ({})", diagnosis.what, diagnosis.code));
        Vec::new()
    }

    fn opened(&mut self, opened: Opened) -> Vec<Task> {
        self.registration = opened.registration;
        self.name = opened.name;
        self.folder = opened.folder;
        self.shut = None;
        // Of another environment nothing is known any more.
        self.proven_secret = None;
        self.run = None;
        self.refused = None;
        if let Some(draft) = &opened.draft {
            self.forms.restore(&draft.typed);
            self.started = draft.started;
            self.refused.clone_from(&draft.refused);
            self.marked = PREREQUISITES
                .iter()
                .map(|mark| mark.key)
                .filter(|key| draft.marked.iter().any(|other| other == key))
                .collect();
        }
        self.restore_from_registration();
        let given = self.setting.given.clone();
        self.forms.fill(&given);
        let mut tasks = self.look_again();
        tasks.extend(self.place_after_opening(opened.draft.and_then(|draft| draft.step)));
        tasks
    }

    /// Fields that the draft does not have are filled from what is registered or proven.
    fn restore_from_registration(&mut self) {
        let known = self.registration.typed();
        for (field, value) in [
            (Field::AccountName, &known.account_name),
            (Field::ClientId, &known.client_id),
            (Field::ApplicationId, &known.application_id),
            (Field::Directory, &known.directory),
            (Field::SecretEnds, &known.secret_ends),
        ] {
            if self.forms.is_empty(field) {
                self.forms.set(field, value);
            }
        }
        // Its field is never empty: what was proven counts more than the usual address.
        if !known.redirect.is_empty() {
            self.forms.set(Field::Redirect, &known.redirect);
        }
    }

    fn place_after_opening(&mut self, drafted: Option<Step>) -> Vec<Task> {
        if let Some(only) = self.setting.only {
            return self.open_single_step(only);
        }
        if let Some(resumption) = Resumption::of(&self.registration, &self.setting.zone.clone()) {
            self.started = true;
            self.go(resumption.place);
            self.notice = Some(resumption.sentence);
            if resumption.run {
                let notice = self.notice.take();
                let tasks = self.submit_partner_api();
                self.notice = notice;
                return tasks;
            }
            return Vec::new();
        }
        if self.registration.active.is_some() {
            self.go(Place::Overview);
        } else if self.started {
            let place = match drafted {
                Some(Step::PartnerCenter | Step::PartnerApi) => Place::PartnerCenter,
                Some(Step::Basic) | None => Place::Basic,
            };
            self.go(place);
            self.notice = Some(
                "Your draft is open again. Secrets are never kept in it: type the key again."
                    .to_owned(),
            );
        } else {
            self.go(Place::Start);
        }
        Vec::new()
    }

    /// `--step`: one step with everything else kept; what it builds on must be there.
    fn open_single_step(&mut self, only: Step) -> Vec<Task> {
        let (place, notice) = match only {
            Step::Basic => (Place::Basic, None),
            Step::PartnerCenter => (Place::PartnerCenter, None),
            Step::PartnerApi if self.registration.proven().is_some() => (Place::PartnerApi, None),
            Step::PartnerApi => (
                Place::PartnerCenter,
                Some("Partner Center Credentials come first: nothing is proven yet.".to_owned()),
            ),
        };
        self.started = true;
        self.go(place);
        self.notice = notice;
        Vec::new()
    }

    fn run_came(&mut self, id: CheckId, outcome: Outcome) -> Vec<Task> {
        let now = self.now;
        let Some(run) = self.run.as_mut() else {
            return Vec::new();
        };
        let effects = run.resume(id, outcome, now);
        let mut tasks = self.perform_run(effects);
        tasks.extend(self.after_run_moved());
        tasks
    }

    /// The page follows the run.
    pub(super) fn after_run_moved(&mut self) -> Vec<Task> {
        let Some(run) = &self.run else {
            return Vec::new();
        };
        let (status, step) = (run.status(), run.step());
        self.registration.clone_from(run.registration());
        match status {
            Status::Asking => {
                if self.place != Place::SignIn {
                    let notice = self.notice.take();
                    self.go(Place::SignIn);
                    self.notice = notice;
                    self.asked_at = self.now;
                }
                self.browse()
            }
            Status::Running => {
                if self.place == Place::SignIn {
                    self.clear_answer();
                    self.go(Place::Checking);
                }
                Vec::new()
            }
            Status::Finished => {
                let was_refused = self.refused.take().is_some();
                let mut tasks = self.run_ended_well(step);
                tasks.extend(was_refused.then(|| self.save()));
                tasks
            }
            Status::Refused => {
                let verdict = (step == Some(Step::PartnerApi)).then_some(CallbackPage::Failed);
                self.notice = None;
                self.go(Place::Stopped);
                let refused = self.diagnosis().and_then(|(check, failure, diagnosis)| {
                    LastFailure::of(check, &diagnosis, failure)
                });
                let mut tasks = self.tell(verdict);
                if refused.is_some() {
                    self.refused = refused.map(Box::new);
                    tasks.push(self.save());
                }
                tasks
            }
            Status::Stopped => {
                let words = if self.submitting() {
                    format!(
                        "Stopped. The registration is kept here; {} hands over the rest.",
                        self.command("submit")
                    )
                } else {
                    "Stopped. What you typed is still here; nothing was registered.".to_owned()
                };
                let place = self.leave_checks();
                self.notice = Some(words);
                place
            }
        }
    }

    fn run_ended_well(&mut self, step: Option<Step>) -> Vec<Task> {
        match step {
            Some(Step::PartnerCenter) => {
                self.proven_secret = self.run.as_ref().and_then(Execution::secret);
                Vec::new()
            }
            Some(Step::PartnerApi) => self.tell(Some(CallbackPage::Proven)),
            Some(Step::Basic) | None if self.submitting() => {
                self.go(Place::Done);
                Vec::new()
            }
            Some(Step::Basic) | None if !self.committing() => {
                self.go(Place::Overview);
                self.notice = Some("What was begun is discarded.".to_owned());
                Vec::new()
            }
            Some(Step::Basic) | None => {
                self.committed_at = self.now;
                self.setting.only = None;
                self.replacing = false;
                self.proven_secret = None;
                for field in [Field::SecretKey, Field::ApiSecret, Field::Answer] {
                    if let Some(secret) = self.forms.secret_mut(field) {
                        secret.clear();
                    }
                }
                self.hand_over()
            }
        }
    }

    /// Whether the run hands over to Octo.
    pub(crate) fn submitting(&self) -> bool {
        self.run.as_ref().is_some_and(Execution::submits)
    }

    /// Whether the run is the commit, and not only a tidying up.
    fn committing(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.passed(CheckId::Activate))
    }

    fn tell(&mut self, verdict: Option<CallbackPage>) -> Vec<Task> {
        verdict
            .map(|verdict| self.perform(Origin::Background, Effect::Tell(verdict)))
            .into_iter()
            .collect()
    }
}
