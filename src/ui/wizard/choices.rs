//! A registration is there: what can be done with it.

use crate::effect::Effect;
use crate::exit::Exit;
use crate::journal::Fact;
use crate::steps::Execution;
use crate::ui::Task;
use crate::ui::wizard::{Origin, Place, Wizard};
use crate::words::step::Step;

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Rename,
    PartnerCenter,
    PartnerApi,
    CheckAll,
    Submit,
    Replace,
    Discard,
    Leave,
}

impl Choice {
    /// The line, and more about it.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Rename => ("Change the name", "Basic Details only; nothing else is touched."),
            Self::PartnerCenter => (
                "Re-run Partner Center Credentials",
                "A new key, or the same one again. The sign-in is kept while the application stays the same.",
            ),
            Self::PartnerApi => {
                ("Re-run Partner API Credentials", "A new sign-in. The key stays as it is.")
            }
            Self::CheckAll => (
                "Run every check again",
                "With what is kept. Nothing is changed but the refresh token, when Microsoft renews it.",
            ),
            Self::Submit => (
                "Hand over to Octo",
                "Shows what is sent, and asks for Octo's API client if none is given.",
            ),
            Self::Replace => (
                "Replace this registration",
                "All three steps. What works now keeps working until you confirm the new one by name.",
            ),
            Self::Discard => (
                "Discard what was begun and not confirmed",
                "Deletes what the unfinished attempt kept. The registration above is not touched.",
            ),
            Self::Leave => ("Leave", "Nothing is changed."),
        }
    }
}

impl Wizard {
    /// The lines of the overview.
    pub(crate) fn choices(&self) -> Vec<Choice> {
        let mut choices =
            vec![Choice::Rename, Choice::PartnerCenter, Choice::PartnerApi, Choice::CheckAll];
        if self.may_submit() && !self.registration.not_submitted().is_empty() {
            choices.push(Choice::Submit);
        }
        choices.push(Choice::Replace);
        if self.registration.open.is_some() {
            choices.push(Choice::Discard);
        }
        choices.push(Choice::Leave);
        choices
    }

    pub(super) fn submit_overview(&mut self) -> Vec<Task> {
        self.replacing = false;
        self.checking_all = false;
        match self.choices().get(self.focus).copied() {
            Some(Choice::Rename) => self.again(Step::Basic, Place::Basic),
            Some(Choice::PartnerCenter) => self.again(Step::PartnerCenter, Place::PartnerCenter),
            Some(Choice::PartnerApi) => self.again(Step::PartnerApi, Place::PartnerApi),
            Some(Choice::CheckAll) => {
                self.checking_all = true;
                self.check_step(Step::PartnerCenter)
            }
            Some(Choice::Submit) => self.open_octo(),
            Some(Choice::Replace) => {
                self.setting.only = None;
                self.replacing = true;
                self.go(Place::Start);
                self.look_again()
            }
            Some(Choice::Discard) => self.discard(),
            Some(Choice::Leave) | None => self.leave(Exit::Done),
        }
    }

    pub(super) fn again(&mut self, step: Step, place: Place) -> Vec<Task> {
        self.setting.only = Some(step);
        self.go(place);
        Vec::new()
    }

    pub(super) fn check_step(&mut self, step: Step) -> Vec<Task> {
        match Execution::check(step, self.registration.clone()) {
            Some(run) => self.begin_run(run),
            None => Vec::new(),
        }
    }

    fn discard(&mut self) -> Vec<Task> {
        let Some(attempt) = self.registration.open.as_ref().map(|open| open.id) else {
            return Vec::new();
        };
        vec![self.perform(Origin::Discarded, Effect::Note(Fact::Closed { attempt }))]
    }

    /// The attempt is given up; what it kept is deleted.
    pub(super) fn discarded(&mut self) -> Vec<Task> {
        self.proven_secret = None;
        self.begin_run(Execution::tidy(self.registration.clone()))
    }
}
