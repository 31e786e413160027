//! Step 1: the account's name.

use crate::effect::Effect;
use crate::ui::pages::{Basic, Overview, PartnerCenter, Screen, Turn};
use crate::ui::parts::{Form, page_of_step};
use crate::ui::session::Session;
use crate::ui::state::FocusTarget;
use crate::ui::view::{Row, Tone, View};
use crate::ui::work::TaskOrigin;
use crate::words::answers::{self};
use crate::words::{Field, Step};

impl Screen for Basic {
    fn targets(&self, _session: &Session) -> Vec<FocusTarget> {
        FocusTarget::form(&[Field::AccountName])
    }

    fn step(&self) -> Option<Step> {
        Some(Step::Basic)
    }

    fn submit(self, session: &mut Session) -> Turn {
        match answers::basic(&session.typed()) {
            Err(problem) => self.blame(vec![problem], session),
            Ok(name) => match session.registration.naming(name) {
                None => self.noted(session),
                Some(fact) => {
                    session.work.perform(TaskOrigin::Note, Effect::Note(fact));
                    self.stay()
                }
            },
        }
    }

    /// The name is noted.
    fn noted(self, session: &mut Session) -> Turn {
        let only = session.config.only == Some(Step::Basic);
        if only && session.registration.active.is_some() {
            return Overview::default().open().saying("The name was changed.");
        }
        PartnerCenter::default().open()
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let view = page_of_step(Step::Basic);
        let mut form = Form::new(view, &self.state, session, &self.targets(session));
        form.view.row(Row::text("What should this account be called in Octo?").at(3).small("Its name in Octo"));
        form.view.gap();
        form.input(Field::AccountName);
        form.view.gap();
        form.button("Next", "nothing is sent");
        form.view.gap();
        let muted = |text: &str| Row::of(Tone::Muted, text).at(3).small("");
        if session.config.rehearsal.is_none() {
            form.view.row(muted("What you type is kept as a draft on this machine; secrets never are."));
        }
        form.view.row(muted(match &session.registration.active {
            Some(_) => "Octo takes one Azure payer account for now; one is stored here.",
            None => "Octo takes one Azure payer account for now.",
        }));
        form.keys("next", &[], &[]);
        form.view
    }
}
