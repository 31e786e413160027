//! The pages: what each holds, and what all have in common. A page is one file: what its keys and the answers of the world do,
//! what it shows, the keys it names.
//!
//! A page takes itself by value and says which page is open afterwards, so what it holds moves on with it or ends with it: an
//! [`Execution`] has one owner, the page that shows it.

mod basic;
mod checking;
mod done;
mod failed;
mod locked;
mod octo_client;
pub(super) mod opening;
mod overview;
mod partner_api;
mod partner_center;
mod prerequisites;
mod review;
mod sign_in;

use crate::diagnose::Diagnosis;
use crate::effect::Outcome;
use crate::exit::Exit;
use crate::report::explain;
use crate::report::handoff::{self, Handoff};
use crate::report::lines::{UNWRAPPED, WIDTH, plain};
use crate::steps::Execution;
use crate::ui::overlay::Overlay;
use crate::ui::progress::{self, Progress};
use crate::ui::session::Session;
use crate::ui::state::{FocusTarget, PageState};
use crate::ui::view::{Row, Sign, Tone, View};
use crate::ui::{Intent, Task};
use crate::words::{CheckId, Failure, Problem, Step};

/// The registration is being opened.
#[derive(Debug, Default)]
pub struct Opening {
    state: PageState,
}

/// It cannot be opened.
#[derive(Debug)]
pub struct Locked {
    state: PageState,
    diagnosis: Diagnosis,
}

/// Before you start.
#[derive(Debug, Default)]
pub struct Prerequisites {
    state: PageState,
}

/// There is a registration: what to do with it.
#[derive(Debug, Default)]
pub struct Overview {
    state: PageState,
}

/// Step 1.
#[derive(Debug, Default)]
pub struct Basic {
    state: PageState,
}

/// Step 2.
#[derive(Debug, Default)]
pub struct PartnerCenter {
    state: PageState,
}

/// Step 3.
#[derive(Debug, Default)]
pub struct PartnerApi {
    state: PageState,
}

/// Checks, running or passed.
#[derive(Debug)]
pub struct Checking {
    state: PageState,
    progress: Progress,
    /// Whether the person has stopped it, and what was begun is finished.
    finishing: bool,
}

/// Waiting for the sign-in.
#[derive(Debug)]
pub struct SignIn {
    state: PageState,
    progress: Progress,
    /// Since when, and how long that was in another process before.
    asked_at: u64,
    waited: u64,
}

/// A check failed.
#[derive(Debug)]
pub struct Failed {
    state: PageState,
    progress: Progress,
    check: CheckId,
    failure: Failure,
    diagnosis: Diagnosis,
    /// Whether the page of the cure was opened: then what comes after it is next.
    looked_up: bool,
}

/// Everything is proven: what will be kept and sent.
#[derive(Debug, Default)]
pub struct Review {
    state: PageState,
    /// The checks that led here; none where they passed in another process.
    passed: Option<Execution>,
}

/// What is sent to Octo, and with which API client.
#[derive(Debug, Default)]
pub struct OctoClient {
    state: PageState,
    /// The review that it was opened from; without one it is registered already.
    review: Option<Box<Review>>,
}

/// Registered.
#[derive(Debug, Default)]
pub struct Done {
    state: PageState,
}

/// The list of all pages, written once. What is done with whichever page is open is written once too: `with_page!`.
macro_rules! pages {
    ($dollar:tt $($page:ident)*) => {
        /// The page that is open.
        #[derive(Debug)]
        #[expect(clippy::large_enum_variant, reason = "one page is open at a time")]
        pub enum Page {
            $(#[doc = concat!("See [`", stringify!($page), "`].")] $page($page),)*
        }

        $(impl From<$page> for Page {
            fn from(page: $page) -> Self {
                Self::$page(page)
            }
        })*

        macro_rules! with_page {
            ($dollar open:expr, $dollar page:ident => $dollar what:expr) => {
                match $dollar open { $(Page::$page($dollar page) => $dollar what,)* }
            };
        }
    };
}

pages! { $
    Opening Locked Prerequisites Overview Basic PartnerCenter PartnerApi Checking SignIn Failed Review OctoClient Done
}

/// What came of a key or an answer: the page, and what becomes of it.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) page: Page,
    pub(crate) then: Then,
}

/// What becomes of a page.
#[derive(Debug)]
pub(crate) enum Then {
    /// The same page goes on.
    Stay,
    /// Another page is opened.
    Open,
    /// Something lies over the page.
    Over(Overlay),
    /// The program ends.
    Leave(Exit),
}

impl Turn {
    /// The form of a step is opened.
    fn form(step: Step) -> Self {
        match step {
            Step::Basic => Basic::default().open(),
            Step::PartnerCenter => PartnerCenter::default().open(),
            Step::PartnerApi => PartnerApi::default().open(),
        }
    }

    /// With what has just happened.
    pub(crate) fn saying(mut self, notice: impl Into<String>) -> Self {
        self.page.state_mut().say(notice);
        self
    }

    /// What stays is opened anew: it comes from another page.
    fn opened(mut self) -> Self {
        if matches!(self.then, Then::Stay) {
            self.then = Then::Open;
        }
        self
    }
}

/// What a page is and does. What it does not say does nothing.
trait Screen: Into<Page> {
    /// What it shows.
    fn view<'a>(&'a self, session: &'a Session) -> View<'a>;

    /// What can have the focus, from top to bottom.
    fn targets(&self, _session: &Session) -> Vec<FocusTarget> {
        Vec::new()
    }

    /// The step it belongs to.
    fn step(&self) -> Option<Step> {
        None
    }

    /// The execution it shows.
    fn execution(&self) -> Option<&Execution> {
        None
    }

    /// How the process ends when it is left here.
    fn exit(&self) -> Exit {
        Exit::Cancelled
    }

    /// Whether nothing would be lost by leaving.
    fn may_be_left(&self) -> bool {
        false
    }

    /// Enter: its marked action.
    fn submit(self, _session: &mut Session) -> Turn {
        self.stay()
    }

    /// Esc: one level back, keeping values; it never leaves the program. From the form of a step that is the one before it, or
    /// the overview where only this step is run again.
    fn back(self, session: &mut Session) -> Turn {
        let single = session.config.only.is_some() || self.step() == Some(Step::Basic);
        match self.step() {
            Some(_) if single && session.registration.active.is_some() => Overview::default().open(),
            Some(Step::Basic) => Prerequisites::default().open(),
            Some(Step::PartnerCenter) => Turn::form(Step::Basic),
            Some(Step::PartnerApi) => Turn::form(Step::PartnerCenter),
            None => self.stay(),
        }
    }

    /// A letter, where no field takes it, or F2 to F9.
    fn key(self, _key: Intent, _session: &mut Session) -> Turn {
        self.stay()
    }

    /// Prints the note for whoever administers Entra, about what is missing, plain below the page so that it can be selected and
    /// sent; and saves the draft, which is what `octo-csp handoff` reads.
    fn hand_off(self, missing: Option<(Failure, Diagnosis)>, session: &mut Session) -> Turn {
        let consent = self.execution().and_then(Execution::authorization_request);
        let note = Handoff {
            missing,
            link: consent.map(|consent| consent.address.to_string()),
            ..Handoff::of(
                &session.registration,
                Some(&session.typed()),
                [&session.config.portal, &session.config.login],
            )
        };
        let mut lines: Vec<String> = handoff::text(&note, UNWRAPPED).lines().map(str::to_owned).collect();
        if session.config.rehearsal.is_none() {
            let command = session.command("handoff");
            lines.push(String::new());
            lines.push(format!("The same in a file, without links: {command} > note.txt"));
        }
        lines.push(String::new());
        session.save(self.step());
        session.work.task(Task::Print(lines));
        self.stay()
    }

    /// Saves what support may see into a file, where the person is.
    fn save_report(self, failed: Option<(Failure, Diagnosis)>, session: &mut Session) -> Turn {
        let mut text = session.report(self.step());
        let mut rows = Vec::new();
        if let Some(execution) = self.execution() {
            rows.extend([Row::gap(), Row::of(Tone::Title, "Checks")]);
            rows.extend(progress::rows(execution, session).into_iter().map(|row| in_a_word(&row)));
        }
        if let Some(failed) = &failed {
            rows.extend([Row::gap(), Row::of(Tone::Title, "What failed")]);
            rows.extend(explain::failed(failed));
        }
        text.push_str(&plain(&rows, WIDTH));
        let file = format!("octo-csp-report-{}.txt", session.moment().strftime("%Y%m%d-%H%M%S"));
        session.leave_file(file, text);
        self.stay()
    }

    /// Copies each command that the page tells on one line: in its rows they are wrapped.
    fn copy_commands(self, session: &mut Session) -> Turn {
        let commands = self.view(session).commands();
        if commands.is_empty() {
            return self.stay();
        }
        session.work.task(Task::Copy(commands.join("\n")));
        self.stay().saying("Copied: each command of this page, on a line of its own.")
    }

    /// What it noted is in the journal.
    fn noted(self, _session: &mut Session) -> Turn {
        self.stay()
    }

    /// What its execution asked for.
    fn resume(self, _check: CheckId, _outcome: Outcome, _session: &mut Session) -> Turn {
        self.stay()
    }

    fn stay(self) -> Turn {
        self.turn(Then::Stay)
    }

    fn open(self) -> Turn {
        self.turn(Then::Open)
    }

    fn turn(self, then: Then) -> Turn {
        Turn { page: self.into(), then }
    }

    /// Says what is wrong with its fields; the first of them gets the focus.
    fn blame(self, problems: Vec<Problem>, session: &Session) -> Turn {
        let mut page: Page = self.into();
        let state = page.state_mut();
        // What was refused is still wrong.
        let refused = std::mem::take(&mut state.problems).into_iter().filter(|it| state.refused.contains(&it.field));
        let refused: Vec<Problem> = refused.filter(|it| problems.iter().all(|other| other.field != it.field)).collect();
        state.problems = problems.into_iter().chain(refused).collect();
        page.focus_first_open(session);
        Turn { page, then: Then::Stay }
    }
}

/// A row with the word of its sign in the sign's place, for a file.
fn in_a_word(row: &Row) -> Row {
    let word = Row::of(Tone::Plain, format!("{:<6}", row.sign.map_or("", Sign::word))).at(3).hanging(9);
    row.pieces.iter().fold(word, |it, piece| it.and(piece.tone, piece.text.clone()))
}

impl Default for Page {
    fn default() -> Self {
        Opening::default().into()
    }
}

/// What the wizard does with the page that is open.
impl Page {
    pub(crate) fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        with_page!(self, page => page.view(session))
    }

    pub(crate) fn state(&self) -> &PageState {
        with_page!(self, page => &page.state)
    }

    pub(crate) fn state_mut(&mut self) -> &mut PageState {
        with_page!(self, page => &mut page.state)
    }

    pub(crate) fn targets(&self, session: &Session) -> Vec<FocusTarget> {
        with_page!(self, page => page.targets(session))
    }

    /// What has the focus.
    pub(crate) fn target(&self, session: &Session) -> Option<FocusTarget> {
        self.targets(session).get(self.state().focus).copied()
    }

    pub(crate) fn focus_first_open(&mut self, session: &Session) {
        let targets = self.targets(session);
        self.state_mut().focus_first_open(&targets, &session.fields);
    }

    pub(crate) fn step(&self) -> Option<Step> {
        with_page!(self, page => page.step())
    }

    pub(crate) fn execution(&self) -> Option<&Execution> {
        with_page!(self, page => page.execution())
    }

    pub(crate) fn exit(&self) -> Exit {
        with_page!(self, page => page.exit())
    }

    pub(crate) fn may_be_left(&self) -> bool {
        with_page!(self, page => page.may_be_left())
    }

    /// The failure that it is about.
    pub(crate) fn failure(&self) -> Option<(CheckId, &Failure, &Diagnosis)> {
        let Self::Failed(page) = self else { return None };
        Some((page.check, &page.failure, &page.diagnosis))
    }

    pub(crate) fn submit(self, session: &mut Session) -> Turn {
        with_page!(self, page => page.submit(session))
    }

    pub(crate) fn back(self, session: &mut Session) -> Turn {
        with_page!(self, page => page.back(session))
    }

    pub(crate) fn key(self, key: Intent, session: &mut Session) -> Turn {
        with_page!(self, page => page.key(key, session))
    }

    pub(crate) fn noted(self, session: &mut Session) -> Turn {
        with_page!(self, page => page.noted(session))
    }

    pub(crate) fn resume(self, check: CheckId, outcome: Outcome, session: &mut Session) -> Turn {
        with_page!(self, page => page.resume(check, outcome, session))
    }
}

#[cfg(test)]
mod tests;
