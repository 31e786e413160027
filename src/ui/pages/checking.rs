//! Checks of a step, of the commit or of the hand-over: running, or passed and waiting to go on.

use crate::effect::{CallbackPage, Effect, Outcome};
use crate::journal::Attempt;
use crate::report::explanation::in_words;
use crate::steps::{Execution, State, Status};
use crate::ui::Intent;
use crate::ui::overlay::Overlay;
use crate::ui::pages::{Checking, Done, Failed, OctoClient, Overview, PartnerApi, Review, Screen, SignIn, Then, Turn};
use crate::ui::progress::{Progress, asking, asks, clock_of, elapsed, listed, rows, tab, title};
use crate::ui::session::Session;
use crate::ui::state::PageState;
use crate::ui::view::{Row, Said, Sign, Tone, View};
use crate::words::{Asked, CheckId, Field, Step};

impl Checking {
    /// Starts an execution. `again`: every check of what is registered is run again, and this is a step of it.
    pub(super) fn begin(mut execution: Execution, again: bool, session: &mut Session) -> Turn {
        execution.never_again(&session.used_codes);
        session.work.perform_all(execution.start(session.now));
        Self::follow(Progress { execution, again, refused: None }, session)
    }

    /// Opens the page that an execution is at.
    pub(super) fn follow(progress: Progress, session: &mut Session) -> Turn {
        let page = Self { state: PageState::default(), progress, finishing: false };
        page.moved(session).opened()
    }

    /// Stops an execution, and opens the page that it leads to.
    pub(super) fn give_up(progress: Progress, session: &mut Session) -> Turn {
        Self { state: PageState::default(), progress, finishing: true }.stop(session).opened()
    }

    /// The page that an execution began on.
    pub(super) fn leave(progress: &Progress, session: &Session) -> Turn {
        match progress.execution.step() {
            _ if progress.again => Overview::default().open(),
            Some(step @ (Step::PartnerCenter | Step::PartnerApi)) => Turn::form(step),
            Some(Step::Basic) | None if progress.execution.submits() => Done::default().open(),
            Some(Step::Basic) | None if session.registration.open.is_none() => Overview::default().open(),
            Some(Step::Basic) | None => Review::default().open(),
        }
    }

    fn finished(&self) -> bool {
        self.progress.execution.status() == Status::Finished
    }

    /// Stops: reads in flight are given up, writes are finished.
    fn stop(mut self, session: &mut Session) -> Turn {
        let given_up = self.progress.execution.stop();
        session.work.cancel(&given_up);
        if self.step() == Some(Step::PartnerApi) {
            session.work.perform_in_background(Effect::Tell(CallbackPage::Closed));
        }
        self.finishing = true;
        self.moved(session)
    }

    /// The page follows the execution.
    fn moved(self, session: &mut Session) -> Turn {
        let execution = &self.progress.execution;
        session.registration.clone_from(execution.registration());
        // A run in which nobody signs in knows of none.
        if let Some(sent) = execution.used_codes() {
            session.used_codes = sent;
        }
        match execution.status() {
            Status::Asking => SignIn::ask(self.progress, self.state.notice, session),
            Status::Running => self.stay(),
            Status::Finished => {
                session.last_failure = None;
                self.passed(session)
            }
            Status::Refused => Failed::explain(self.progress, session),
            Status::Stopped => {
                let words = if execution.submits() {
                    format!("Stopped. The registration is stored here; {} sends the rest.", session.command("submit"))
                } else if session.registration.open.as_ref().is_some_and(Attempt::sign_in_open) {
                    "Stopped. What you typed is still here, and so is the sign-in page that was opened.".to_owned()
                } else {
                    "Stopped. What you typed is still here; nothing was changed.".to_owned()
                };
                Self::leave(&self.progress, session).saying(words)
            }
        }
    }

    /// Every check has passed.
    fn passed(self, session: &mut Session) -> Turn {
        let execution = &self.progress.execution;
        match execution.step() {
            Some(Step::PartnerCenter) if !self.progress.again => {
                // One owner is enough: from now on an empty field means the key that was proven.
                session.proven_secret = execution.secret();
                session.fields.clear(Field::SecretKey);
                self.stay()
            }
            Some(Step::PartnerCenter | Step::PartnerApi) => self.stay(),
            Some(Step::Basic) | None if execution.submits() => Done::default().open(),
            Some(Step::Basic) | None if execution.passed(CheckId::Activate) => {
                session.config.only = None;
                session.forget_secrets();
                session.found.clone_from(&session.saved);
                OctoClient::hand_over(session)
            }
            Some(Step::Basic) | None => Overview::default().open().saying("What was begun was discarded."),
        }
    }
}

impl Screen for Checking {
    fn step(&self) -> Option<Step> {
        self.progress.execution.step()
    }

    fn execution(&self) -> Option<&Execution> {
        Some(&self.progress.execution)
    }

    /// A step has passed: where it goes on.
    fn submit(self, session: &mut Session) -> Turn {
        if !self.finished() {
            return self.stay();
        }
        let step = self.step();
        if self.progress.again {
            let next = Execution::check(Step::PartnerApi, session.registration.clone());
            return match next.filter(|_| step == Some(Step::PartnerCenter)) {
                Some(execution) => Self::begin(execution, true, session),
                None => Overview::default().open().saying("Every check passed again."),
            };
        }
        let ready = session.registration.open.as_ref().is_some_and(Attempt::ready);
        let single = session.config.only == Some(Step::PartnerCenter);
        if step == Some(Step::PartnerCenter) && !(ready && single) {
            return PartnerApi::default().open();
        }
        Review { passed: Some(self.progress.execution), ..Review::default() }.open()
    }

    fn back(self, session: &mut Session) -> Turn {
        if self.finished() { Self::leave(&self.progress, session) } else { self.stop(session) }
    }

    fn key(self, key: Intent, _session: &mut Session) -> Turn {
        if key == Intent::Typed('d') { self.turn(Then::Over(Overlay::Details)) } else { self.stay() }
    }

    fn resume(mut self, check: CheckId, outcome: Outcome, session: &mut Session) -> Turn {
        session.work.perform_all(self.progress.execution.resume(check, outcome, session.now));
        self.moved(session)
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let execution = &self.progress.execution;
        let (finished, submits) = (self.finished(), execution.submits());
        let heading = match execution.step() {
            Some(_) if finished => "Checked with Microsoft",
            Some(_) => "Checking with Microsoft",
            None if submits => "Sending to Octo",
            None if finished => "Done",
            None => title(execution),
        };
        let mut view = View::new(heading).tab(tab(execution)).noting(&self.state);
        view.rows(rows(execution, session));
        view.gap();
        if let Some(sheet) = execution.sheet() {
            view.row(Row::of(Tone::Title, "The first rows of the price sheet").at(1));
            view.rows(sheet.rows.iter().map(|[product, _, unit, price, currency]| {
                Row::text(format!("{product}, {unit}")).at(3).right(Tone::Value, format!("{price} {currency}"))
            }));
            view.gap();
        }
        if finished {
            self.all_passed(session, &mut view);
        } else {
            self.running(session, &mut view);
        }
        view.keys(&[(Intent::Typed('d'), "details")]);
        view.usual_keys();
        view
    }
}

impl Checking {
    fn all_passed(&self, session: &Session, view: &mut View<'_>) {
        let next = match self.step() {
            _ if self.progress.again => "go on",
            Some(Step::PartnerCenter) => "Next: Partner API Credentials",
            Some(Step::PartnerApi) => "Next: Review",
            Some(Step::Basic) | None => "go on",
        };
        let took = clock_of(&self.progress.execution, session.now);
        view.row(Row::signed(Sign::Ok, "Every check passed.").right(Tone::Muted, took));
        view.button(next, "", true);
        view.keys(&[(Intent::Submit, "next"), (Intent::Back, "back")]);
    }

    fn running(&self, session: &Session, view: &mut View<'_>) {
        let execution = &self.progress.execution;
        // Each check is one line.
        view.goes_on_at = listed(execution).position(|check| check.state == State::Running);
        if let Some(check) = execution.checks().iter().find(|check| check.state == State::Running) {
            let store = session.registration.opened_in;
            let finishing = if self.finishing { "finishing: " } else { "" };
            let row = Row::of(Tone::Muted, format!("{finishing}{}", asks(check.id, store))).at(3);
            view.row(row.right(Tone::Muted, clock_of(execution, session.now)).said(Said::Not));
            if check.id.asked() == Asked::Secrets {
                view.rows(asking(store, elapsed(check, session.now)));
            }
        }
        let mut pausing = execution.checks().iter().filter_map(|check| Some((check, check.pausing.as_ref()?)));
        if let Some((check, (failure, pause))) = pausing.next() {
            let diagnosis = session.diagnosed_in(execution, check.id, failure);
            view.row(Row::signed(Sign::Note, format!("{} ({})", diagnosis.what, diagnosis.code)));
            view.row(Row::text(format!("Waiting {} before trying again.", in_words(*pause))).at(5));
        }
        view.keys(&[(Intent::Back, "stop and edit")]);
    }
}
