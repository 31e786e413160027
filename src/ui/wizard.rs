//! The wizard: a session, the page that is open, and what lies over it. `update` takes an event and returns what to do.
//!
//! It knows neither keys nor terminals nor files; what it shows is a function of its state.

use crate::diagnose::{Diagnosis, Platform};
use crate::effect::Effect;
use crate::exit::Exit;
use crate::steps::Execution;
use crate::ui::fields;
use crate::ui::guide;
use crate::ui::overlay::{self, Overlay};
use crate::ui::pages::{Page, Then, Turn, opening};
use crate::ui::progress;
use crate::ui::session::{Answer, Session};
use crate::ui::state::FocusTarget;
use crate::ui::view::View;
use crate::ui::{Edit, Event, Intent, Task};
use crate::words::answers;
use crate::words::field::Shown;
use crate::words::{CheckId, Failure, Field, Secret, SharedSecret};

pub use crate::ui::{Octo, RehearsalAnswers, WizardConfig};

/// The wizard.
#[derive(Debug)]
pub struct Wizard {
    pub(crate) session: Session,
    pub(crate) page: Page,
    pub(crate) overlay: Option<Overlay>,
}

impl Wizard {
    /// A wizard that has not opened anything yet: its first frame needs no answer from anywhere.
    pub fn new(config: WizardConfig) -> Self {
        Self { session: Session::new(config), page: Page::default(), overlay: None }
    }

    /// The same on this kind of machine, where a cure depends on it.
    #[must_use]
    pub fn on(mut self, platform: Platform) -> Self {
        self.session.platform = platform;
        self
    }

    /// The page that is open.
    #[cfg(feature = "test-door")]
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// What to do after the first frame.
    pub fn start(&mut self) -> Vec<Task> {
        self.session.open();
        self.take_tasks()
    }

    /// Takes an event in and says what should happen.
    pub fn update(&mut self, event: Event) -> Vec<Task> {
        self.take_in(event);
        self.take_tasks()
    }

    /// What should happen, in its order.
    pub(in crate::rooms::ui) fn take_tasks(&mut self) -> Vec<Task> {
        self.session.work.take_tasks()
    }

    /// Takes an event in, and keeps in the draft what is new but the field that is being typed in.
    pub(in crate::rooms::ui) fn take_in(&mut self, event: Event) {
        let cut_off = matches!(event, Event::CutOff);
        match event {
            Event::Pressed(intent) => self.pressed(intent),
            Event::Pasted(text) => self.pasted(&text, false),
            Event::Entered(text) => self.pasted(&text, true),
            Event::Came(ticket, outcome) => {
                if let Some(answer) = self.session.came(ticket, outcome) {
                    // Where an opened registration is gone on with is known by one page, whichever is open.
                    self.turn(|page, session| match answer {
                        Answer::Opened(opened) => opening::go_on(&page, opened, session),
                        Answer::Noted => page.noted(session),
                        Answer::Execution(check, outcome) => page.resume(check, outcome, session),
                        Answer::Notice(notice) => Turn { page, then: Then::Stay }.saying(notice),
                    });
                }
            }
            Event::Ticked(now) => self.session.now = now,
            Event::Resized | Event::CutOff => {}
        }
        let typed = self.typed_field().filter(|_| !cut_off);
        self.session.keep(self.page.step(), typed);
    }

    /// Whether letters go into a field.
    pub fn typing(&self) -> bool {
        self.typed_field().is_some()
    }

    /// Whether time matters to the screen.
    pub fn in_flight(&self) -> bool {
        self.session.work.in_flight()
    }

    /// Whether an answer is on its way after which another page is open: what is typed now is meant for that one.
    pub fn settling(&self) -> bool {
        self.session.work.settling()
    }

    /// The diagnosis of what failed.
    pub fn diagnosis(&self) -> Option<(CheckId, &Failure, &Diagnosis)> {
        self.page.failure()
    }

    /// How the process ends when it is left here.
    pub fn exit(&self) -> Exit {
        self.page.exit()
    }

    /// What it says now.
    pub fn view(&self) -> View<'_> {
        match &self.overlay {
            None => self.below(),
            Some(Overlay::Help) => {
                let fields = self.targets().into_iter().any(|target| target.field().is_some());
                overlay::help(&self.below(), fields)
            }
            Some(Overlay::Leave) => overlay::leave(self.page.execution(), &self.session),
            Some(Overlay::Details) => overlay::details(self.page.execution(), &self.session),
            Some(Overlay::Offer(values)) => overlay::offer(values),
        }
    }

    /// The same without what lies over it.
    pub(in crate::rooms::ui) fn below(&self) -> View<'_> {
        self.page.view(&self.session)
    }

    /// What can have the focus here, from top to bottom.
    pub(in crate::rooms::ui) fn targets(&self) -> Vec<FocusTarget> {
        self.page.targets(&self.session)
    }

    /// What has the focus.
    pub(in crate::rooms::ui) fn target(&self) -> Option<FocusTarget> {
        self.page.target(&self.session)
    }

    /// It has been said, and that is all that a notice is for.
    pub(in crate::rooms::ui) fn forget_notice(&mut self) {
        self.page.state_mut().notice = None;
    }

    /// The field that takes letters.
    fn typed_field(&self) -> Option<Field> {
        let field = self.target().filter(|_| self.overlay.is_none())?.field()?;
        (field.shown() != Shown::Chosen).then_some(field)
    }

    // ---- pages ----

    fn turn(&mut self, take: impl FnOnce(Page, &mut Session) -> Turn) {
        let Turn { page, then } = take(std::mem::take(&mut self.page), &mut self.session);
        self.page = page;
        match then {
            Then::Stay => {}
            Then::Open => {
                if matches!(self.page, Page::Overview(_) | Page::Done(_)) {
                    self.session.forget_secrets();
                }
                self.page.focus_first_open(&self.session);
                self.overlay = None;
            }
            Then::Over(overlay) => self.lay(overlay),
            Then::Leave(exit) => self.leave(exit),
        }
    }

    fn lay(&mut self, overlay: Overlay) {
        self.page.state_mut().scroll = 0;
        self.overlay = Some(overlay);
    }

    fn lift(&mut self) -> Option<Overlay> {
        self.page.state_mut().scroll = 0;
        self.overlay.take()
    }

    // ---- keys ----

    fn pressed(&mut self, intent: Intent) {
        match intent {
            Intent::Suspend => self.session.work.task(Task::Suspend),
            Intent::Leave => self.wants_to_leave(),
            _ if self.overlay.is_some() => self.pressed_overlay(intent),
            Intent::Help => self.lay(Overlay::Help),
            Intent::Typed('?') if !self.typing() => self.lay(Overlay::Help),
            Intent::Next | Intent::Down => self.move_focus(1),
            Intent::Previous | Intent::Up => self.move_focus(-1),
            Intent::Typed('j') if !self.typing() => self.move_focus(1),
            Intent::Typed('k') if !self.typing() => self.move_focus(-1),
            Intent::Edit(Edit::Home) if !self.typing() => self.go_to(0, i16::MIN),
            Intent::Edit(Edit::End) if !self.typing() => self.go_to(usize::MAX, i16::MAX),
            Intent::PageDown => self.scroll_by(8),
            Intent::PageUp => self.scroll_by(-8),
            Intent::Open => self.open_page(),
            Intent::Extra(2) if self.session.config.rehearsal.is_some() => self.fill_in(),
            Intent::Submit if self.another_field_follows() => {
                self.forget_notice();
                self.move_focus(1);
            }
            Intent::Submit => {
                self.forget_notice();
                self.put_right();
                self.key(Page::submit);
            }
            Intent::Back => {
                self.forget_notice();
                self.key(Page::back);
            }
            Intent::Extra(_) => self.key(|page, session| page.key(intent, session)),
            Intent::Typed(letter) if !self.typing() => {
                let letter = Intent::Typed(letter.to_ascii_lowercase());
                self.key(|page, session| page.key(letter, session));
            }
            Intent::Edit(Edit::Left | Edit::Right) if !self.typing() => {
                self.key(|page, session| page.key(Intent::Typed(' '), session));
            }
            Intent::Typed(letter) => self.edit(Edit::Insert(letter)),
            Intent::Edit(edit) => self.edit(edit),
        }
    }

    /// What the page makes of a key. While it waits to be left, what is typed is not meant for it.
    fn key(&mut self, take: impl FnOnce(Page, &mut Session) -> Turn) {
        if !self.settling() {
            self.turn(take);
        }
    }

    fn edit(&mut self, edit: Edit) {
        let Some(field) = self.typed_field() else { return };
        let state = self.page.state_mut();
        if field.is_secret() && state.is_wrong(field) && matches!(edit, Edit::Insert(_)) {
            // Nobody sees what stands there: what is typed is meant in its place.
            self.session.fields.clear(field);
        }
        if self.session.fields.press(field, edit) {
            state.changed(field);
            state.notice = None;
            state.scroll = 0;
        }
    }

    fn pressed_overlay(&mut self, intent: Intent) {
        let read = self.overlay.as_ref().is_some_and(Overlay::is_read);
        match (&self.overlay, intent) {
            (_, Intent::Back) => drop(self.lift()),
            (_, Intent::Submit | Intent::Help | Intent::Typed('q' | 'Q' | '?')) if read => drop(self.lift()),
            (_, Intent::Down | Intent::Typed('j')) if read => self.scroll_by(1),
            (_, Intent::PageDown | Intent::Typed(' ')) if read => self.scroll_by(8),
            (_, Intent::Up | Intent::Typed('k')) if read => self.scroll_by(-1),
            (_, Intent::PageUp) if read => self.scroll_by(-8),
            (_, Intent::Edit(Edit::Home)) if read => self.scroll_by(i16::MIN),
            (_, Intent::Edit(Edit::End)) if read => self.scroll_by(i16::MAX),
            (Some(Overlay::Leave), Intent::Typed('l' | 'L')) => {
                self.session.put_back();
                self.leave_here();
            }
            (Some(Overlay::Leave), Intent::Typed('s' | 'S') | Intent::Submit) => {
                self.session.save(self.page.step());
                self.leave_here();
            }
            (Some(Overlay::Offer(_)), Intent::Submit) => {
                if let Some(Overlay::Offer(values)) = self.lift() {
                    self.take_apart(&values);
                }
            }
            _ => {}
        }
    }

    /// Away from where the focus, or the start of the page, would be. A page without a focus has nothing above its start.
    fn scroll_by(&mut self, lines: i16) {
        let above = if self.targets().is_empty() || self.overlay.is_some() { 0 } else { -64 };
        self.page.state_mut().scroll_by(lines, above);
    }

    /// To the first or the last thing that can have the focus; where there is none, as far as the page goes.
    fn go_to(&mut self, target: usize, lines: i16) {
        match self.targets().len().checked_sub(1) {
            Some(last) => {
                let state = self.page.state_mut();
                state.focus = target.min(last);
                state.scroll = 0;
            }
            None => self.scroll_by(lines),
        }
    }

    /// Whether Enter goes on in the page: a field has the focus, and another one comes after it.
    fn another_field_follows(&self) -> bool {
        let targets = self.targets();
        let at = self.page.state().focus;
        let is_field = |at| targets.get(at).copied().and_then(FocusTarget::field).is_some();
        self.overlay.is_none() && is_field(at) && is_field(at + 1)
    }

    /// Opens the page of the portal that shows the value of the field that has the focus.
    fn open_page(&mut self) {
        let field = self.target().and_then(FocusTarget::field);
        if let Some(url) = field.and_then(|field| guide::page(field, &self.session)) {
            self.page.state_mut().say(format!("Opening {url}"));
            self.session.work.perform_in_background(Effect::Browse(url));
        }
    }

    /// What was understood in the field that has the focus is written as it is meant.
    fn put_right(&mut self) {
        if let Some(field) = self.target().and_then(FocusTarget::field)
            && self.session.problem(field).is_none()
        {
            self.session.fields.put_right(field);
        }
    }

    /// A field that is left forward is checked, and what was understood is put right; the others stay as they are.
    fn move_focus(&mut self, by: isize) {
        let count = self.targets().len();
        if count == 0 {
            return self.scroll_by(i16::try_from(by).unwrap_or(0));
        }
        if let Some(field) = self.target().and_then(FocusTarget::field).filter(|_| by > 0) {
            self.put_right();
            let problem = self.session.problem(field);
            let state = self.page.state_mut();
            // Nothing that can be seen here is wrong with what was refused elsewhere: that stays said until it is another value.
            if problem.is_some() || !state.refused.contains(&field) {
                state.clear_problem(field);
                state.problems.extend(problem);
            }
            self.session.look_up(field);
        }
        self.page.state_mut().move_focus(by, count);
    }

    // ---- pastes ----

    /// `anew` says that it takes the place of what is there, once it is taken at all.
    fn pasted(&mut self, text: &Secret, anew: bool) {
        let Some(field) = self.typed_field() else {
            return;
        };
        let mut parts = fields::taken_apart(text.reveal());
        if matches!(field, Field::OctoClientId | Field::OctoSecret) {
            fields::meant_for_octo(&mut parts);
        }
        parts.retain(|(field, value)| field.is_secret() || answers::fits(*field, value.reveal()).is_ok());
        let text = match parts.as_slice() {
            [(named, value)] if *named == field || named.is_secret() && field.is_secret() => {
                &SharedSecret::clone(value)
            }
            [_, ..] if field != Field::Answer => {
                self.overlay = Some(Overlay::Offer(parts));
                return;
            }
            _ => text,
        };
        let state = self.page.state_mut();
        let wrong = state.is_wrong(field);
        state.changed(field);
        match self.session.fields.take_in(field, text.reveal(), anew, wrong) {
            Ok(note) => state.notes.extend(note.map(|note| (field, note))),
            Err(problem) => state.problems.push(problem),
        }
    }

    /// Takes what an offered paste holds.
    fn take_apart(&mut self, values: &[(Field, SharedSecret)]) {
        let names: Vec<&str> = values.iter().map(|(field, _)| field.label()).collect();
        for (field, value) in values {
            self.session.fields.set(*field, value.reveal());
            self.session.fields.put_right(*field);
            self.session.look_up(*field);
        }
        let state = self.page.state_mut();
        state.problems.clear();
        state.notes.clear();
        state.say(format!("Filled in: {}.", names.join(", ")));
        self.page.focus_first_open(&self.session);
    }

    /// A rehearsal fills the fields of the page.
    fn fill_in(&mut self) {
        let Some(answers) = &self.session.config.rehearsal else {
            return;
        };
        let signing_in = self.page.execution().and_then(Execution::authorization_request);
        let answer = signing_in.map(|request| answers.signed_in(&request.address));
        for field in self.page.targets(&self.session).into_iter().filter_map(FocusTarget::field) {
            let signed_in = answer.as_ref().filter(|_| field == Field::Answer).map(|answer| answer.reveal());
            if let Some(value) = signed_in.or_else(|| answers.of(field)) {
                self.session.fields.set(field, value);
            }
        }
        // What is left is the page's action.
        let button = self.targets().iter().position(|target| *target == FocusTarget::Button);
        let state = self.page.state_mut();
        state.problems.clear();
        state.notes.clear();
        state.focus = button.unwrap_or(state.focus);
        if answer.is_some() {
            state.say("Signed in for you, as the simulated administrator. Enter confirms.");
        }
    }

    // ---- the end ----

    /// Ctrl-C: a question if something would be lost, and the end when it comes again, as the question says.
    fn wants_to_leave(&mut self) {
        if matches!(self.overlay, Some(Overlay::Leave)) || self.page.may_be_left() {
            self.leave(self.exit());
        } else {
            self.overlay = Some(Overlay::Leave);
        }
    }

    /// Leaves a page that has not ended well.
    fn leave_here(&mut self) {
        let failed = self.page.failure().map(|(_, _, diagnosis)| diagnosis.exit);
        self.leave(failed.unwrap_or(Exit::Cancelled));
    }

    fn leave(&mut self, exit: Exit) {
        let words = self.parting_words(exit);
        self.session.work.task(Task::Quit(exit, words));
    }

    fn parting_words(&self, exit: Exit) -> Vec<String> {
        let session = &self.session;
        let real = session.config.rehearsal.is_none();
        let mut lines = Vec::new();
        if !real {
            lines.push("This was a rehearsal: nothing was stored and nobody was told.".to_owned());
        }
        if matches!(self.page, Page::Done(_)) && real {
            let name = session.registration.name.as_ref();
            let name = name.map_or_else(|| "the account".to_owned(), ToString::to_string);
            let command = session.command("register");
            lines.push(match session.lacking() {
                None => format!("{}: {name}. {command} shows it again.", session.kept_where()),
                Some(lacking) => format!("{}: {name}. {lacking}", session.kept_where()),
            });
        } else if exit == Exit::Cancelled && real {
            let changes = self.page.execution().and_then(|execution| progress::changes(execution, session));
            let nothing = || {
                let register = session.command("register");
                format!("Nothing that worked was changed; {register} continues here.")
            };
            lines.push(format!("Left before the end. {}", changes.unwrap_or_else(nothing)));
        } else if let Some((_, _, diagnosis)) = self.diagnosis() {
            lines.push(format!("Stopped: {}: {}", diagnosis.code, diagnosis.what));
        }
        if self.page.execution().is_some_and(Execution::submits)
            && let Some(lacking) = session.lacking()
        {
            lines.push(format!("Proven and stored here. {lacking}"));
        }
        lines
    }
}

#[cfg(test)]
pub(crate) mod tests;
