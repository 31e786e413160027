//! A registration is there: what it is, and what can be done with it. Nothing is overwritten silently.

use crate::effect::Effect;
use crate::exit::Exit;
use crate::journal::{Fact, Replacing};
use crate::report::submit::handed_over;
use crate::steps::Execution;
use crate::ui::Intent;
use crate::ui::pages::{Checking, OctoClient, Overview, Prerequisites, Screen, Then, Turn, opening};
use crate::ui::parts::{clock, dates};
use crate::ui::session::Session;
use crate::ui::state::FocusTarget;
use crate::ui::view::{Block, Item, Row, Sign, Tone, View};
use crate::ui::work::TaskOrigin;
use crate::words::Step;

const LABEL: u16 = 13;

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Continue,
    Run(Step),
    CheckAll,
    Submit,
    Replace,
    Discard { replacement: bool },
    Leave,
}

impl Choice {
    /// The line, and more about it.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Continue => (
                "Continue the replacement",
                "Goes on where you left it. What works now keeps working until you confirm.",
            ),
            Self::Run(Step::Basic) => ("Change the name", "Step 1 only. Nothing else changes."),
            Self::Run(Step::PartnerCenter) => (
                "Renew the secret key",
                "Step 2 with a new key, or the same one again. The sign-in stays while the application stays the same.",
            ),
            Self::Run(Step::PartnerApi) => {
                ("Sign in again", "Step 3 with a new sign-in. The secret key stays as it is.")
            }
            Self::CheckAll => (
                "Check everything",
                "Runs every check with what is stored. Only the refresh token changes, if Microsoft renews it.",
            ),
            Self::Submit => ("Send to Octo", "Shows what is sent, and asks for Octo's API client if there is none."),
            Self::Replace => (
                "Replace this registration",
                "All three steps. What works now keeps working until you confirm the new one at the end.",
            ),
            Self::Discard { replacement } => (
                if replacement { "Discard the replacement" } else { "Discard what was begun" },
                "Deletes what was stored for it and never confirmed. The registration above does not change.",
            ),
            Self::Leave => ("Leave", "Nothing is changed."),
        }
    }
}

/// The lines of the overview.
fn choices(session: &Session) -> Vec<Choice> {
    let submit = session.lacking().map(|_| Choice::Submit);
    if session.registration.replacing().is_some() {
        let discard = Choice::Discard { replacement: true };
        let these = [Some(Choice::Continue), Some(discard), submit, Some(Choice::CheckAll), Some(Choice::Leave)];
        return these.into_iter().flatten().collect();
    }
    let discard = session.registration.open.as_ref().map(|_| Choice::Discard { replacement: false });
    [
        submit,
        Some(Choice::Run(Step::PartnerCenter)),
        Some(Choice::Run(Step::PartnerApi)),
        Some(Choice::CheckAll),
        Some(Choice::Run(Step::Basic)),
        Some(Choice::Replace),
        discard,
        Some(Choice::Leave),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Screen for Overview {
    fn targets(&self, session: &Session) -> Vec<FocusTarget> {
        (0..choices(session).len()).map(FocusTarget::Choice).collect()
    }

    fn exit(&self) -> Exit {
        Exit::Done
    }

    fn may_be_left(&self) -> bool {
        true
    }

    fn submit(self, session: &mut Session) -> Turn {
        match choices(session).get(self.state.focus).copied() {
            Some(Choice::Continue) => opening::resume(session),
            Some(Choice::Run(step)) => {
                session.config.only = Some(step);
                Turn::form(step)
            }
            Some(Choice::CheckAll) => match Execution::check(Step::PartnerCenter, session.registration.clone()) {
                Some(execution) => Checking::begin(execution, true, session),
                None => self.stay(),
            },
            Some(Choice::Submit) => OctoClient::default().open(),
            Some(Choice::Replace) => {
                session.config.only = None;
                let (_, facts) = session.registration.beginning(Some(&Replacing::default()));
                for fact in facts {
                    session.work.perform(TaskOrigin::Note, Effect::Note(fact));
                }
                self.stay()
            }
            Some(Choice::Discard { .. }) => {
                if let Some(attempt) = session.registration.open.as_ref().map(|open| open.id) {
                    session.work.perform(TaskOrigin::Note, Effect::Note(Fact::Closed { attempt }));
                }
                self.stay()
            }
            Some(Choice::Leave) | None => self.turn(Then::Leave(Exit::Done)),
        }
    }

    fn back(mut self, _session: &mut Session) -> Turn {
        self.state.say("Ctrl-C leaves.");
        self.stay()
    }

    fn key(self, key: Intent, session: &mut Session) -> Turn {
        let note = matches!(key, Intent::Typed('h') | Intent::Extra(8));
        if note { self.hand_off(None, session) } else { self.stay() }
    }

    /// A replacement is begun; or an attempt is given up, and what it kept is deleted.
    fn noted(self, session: &mut Session) -> Turn {
        if session.registration.replacing().is_some() {
            session.machine.look(session.now, &mut session.work);
            return Prerequisites::default().open();
        }
        session.give_up();
        Checking::begin(Execution::tidy(session.registration.clone()), false, session)
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("").standing("Overview").noting(&self.state);
        view.rows(verdict(session));
        view.rows(facts(session));
        view.gap();
        view.row(Row::of(Tone::Title, "What would you like to do?").at(1));
        for (index, choice) in choices(session).into_iter().enumerate() {
            let (title, about) = choice.words();
            view.blocks.push(Block::Item(Item {
                mark: None,
                text: title.to_owned(),
                focused: self.state.focus == index,
                below: vec![Row::of(Tone::Muted, about).at(5)],
            }));
        }
        view.keys(&[(Intent::Submit, "choose")]);
        view.up_and_down("move");
        view.keys(&[(Intent::Typed('h'), "hand-off note")]);
        view.usual_keys();
        view
    }
}

/// In one line: whether everything worked the last time, and what it lacks.
fn verdict(session: &Session) -> Vec<Row> {
    let registration = &session.registration;
    let name = registration.name.as_ref().map_or_else(|| "This account".to_owned(), ToString::to_string);
    let title = |sign: Sign, text: String| Row::of(Tone::Title, text).sign(sign).at(1);
    let mut rows = Vec::new();
    if let Some(refused) = &session.last_failure {
        rows.push(title(Sign::Problem, format!("{name} did not pass its last check ({}).", refused.code)));
    } else if let Some(lacks) = session.lacks() {
        rows.push(title(Sign::Note, format!("{name} is proven and stored here. {lacks}")));
    } else {
        let at = registration.checked_at.map(|at| clock(at, &session.config.zone));
        let at = at.map_or_else(String::new, |at| format!(" Everything worked at {at}."));
        rows.push(title(Sign::Ok, format!("{name} is {}.{at}", lower(session.kept_where()))));
    }
    rows.push(Row::gap());
    rows
}

/// Within a sentence.
fn lower(words: &str) -> String {
    let mut words = words.to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    words
}

fn facts(session: &Session) -> Vec<Row> {
    let registration = &session.registration;
    let Some(active) = &registration.active else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    let mut add = |label: &str, value: String| rows.push(Row::pair(label, LABEL, Tone::Value, value));
    if let Some((proof, _)) = &active.partner_center {
        let company = proof.company.as_ref().map(ToString::to_string);
        let mpn = active.partner_api.as_ref().and_then(|(api, _)| api.mpn.as_ref());
        let partner: Vec<String> = company.into_iter().chain(mpn.map(|mpn| format!("MPN ID {mpn}"))).collect();
        add("Partner", partner.join(", "));
        add("Directory", proof.tenant.to_string());
        add("Application", proof.application.to_string());
    }
    if let Some(user) = active.partner_api.as_ref().and_then(|(api, _)| api.user.as_ref()) {
        add("Signed in", user.to_string());
    }
    if session.may_submit() {
        add("Octo", handed_over(registration));
    }
    rows.extend(dates(session, "Dates", LABEL));
    rows
}
