//! The same wizard line by line: for screen readers, braille displays, dumb terminals and transcripts.
//!
//! Another face and no other wizard: what is said comes from the same [`Page`], what is typed becomes the same [`Event`]s.
//! A page is said once, top to bottom; afterwards each change is one line. No line is ever changed, so nothing has to be
//! repainted, and no sign is needed but text and line ends.
//!
//! ```text
//! Page: Step 2 of 3, Partner Center
//! Words here: F5 = swap IDs, back, leave, ? = help.
//! 1 of 5: Client ID: ________
//! Client ID: ok: looks like a GUID
//! 2 of 5: Application ID: ________
//! ```

mod ask;
mod say;
mod words;

use std::mem::{Discriminant, discriminant};

use crate::report::identity::Identity;
use crate::ui::overlay::Overlay;
use crate::ui::pages::Page;
use crate::ui::parts::{banners, counted, tabs};
use crate::ui::state::FocusTarget;
use crate::ui::view::{Body, Said, View};
use crate::ui::wizard::Wizard;
use crate::ui::{Edit, Event, Intent, Task};
use crate::words::ids::looks_like_secret_key;
use crate::words::{Field, Secret, Step};

pub use ask::Prompt;
use ask::{Asked, asked, enter, input, items, offer, question, short};
use say::Saying;
use words::Action;

/// Milliseconds of silence after which a wait says that it goes on.
const SILENCE: u64 = 30_000;

/// Milliseconds that the looks at this machine are waited for.
const LOOKS: u64 = 3_000;

/// The first lines.
const WELCOME: &[&str] = &[
    "octo-csp register, line by line.",
    "Type an answer and press Enter. Enter alone keeps what is shown in brackets. The words back, again, leave and ? work everywhere.",
];

/// How to answer, for the help of every page.
const HOW: &[&str] = &[
    "How to answer",
    "Enter alone keeps what is in brackets, or does what the line says. clear empties a field, previous goes to the field before.",
    "back goes one level back and keeps what was typed. again says the page again. leave, Ctrl-C or Ctrl-D leaves, and asks before.",
    "Where a text names a key, such as F5 or r, that name is a word too. For such a word as a value, type = before it: =back",
];

/// A line that was said, and the field that it was about.
type Line = (Option<Field>, String);

/// The talk with a person: what has been said, so that nothing is said twice.
#[derive(Debug, Default)]
pub struct Talk {
    spot: Option<PageKey>,
    /// What has been said and still stands.
    said: Vec<Line>,
    /// Everything that stood there the last time, said or not.
    seen: Vec<Saying>,
    /// What lies under an overlay: where it was, what had been said of it.
    under: Option<(PageKey, Vec<Line>)>,
    /// Lines that answer the last line of the person.
    replies: Vec<String>,
    /// When something was said the last time.
    spoke_at: u64,
    /// The page is to be said once more.
    again: bool,
    welcomed: bool,
    /// Which registration was told the last time.
    identity: Option<Identity>,
    /// The banners that were told the last time.
    banners: Vec<String>,
}

/// What makes a page another page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PageKey {
    page: Discriminant<Page>,
    step: Option<Step>,
    overlay: Option<Discriminant<Overlay>>,
}

impl PageKey {
    fn of(wizard: &Wizard) -> Self {
        Self {
            page: discriminant(&wizard.page),
            step: wizard.page.step(),
            overlay: wizard.overlay.as_ref().map(discriminant),
        }
    }
}

impl Talk {
    /// What has not been said yet, a line each. To be called after everything that happened.
    pub fn tell(&mut self, wizard: &mut Wizard) -> Vec<String> {
        let mut lines = Vec::new();
        if !std::mem::replace(&mut self.welcomed, true) {
            lines.extend(WELCOME.iter().map(|line| (*line).to_owned()));
        }
        lines.append(&mut self.replies);
        if self.waits(wizard) {
            return lines;
        }
        let identity = wizard.session.identity();
        if identity != self.identity {
            lines.extend(identity.iter().map(|identity| format!("Registration: {identity}.")));
            self.identity = identity;
        }
        let spot = PageKey::of(wizard);
        let opened = self.spot.as_ref() != Some(&spot);
        if opened || self.again {
            self.open(wizard, &spot);
            lines.push(String::new());
            let banners: Vec<String> = banners(&wizard.session).iter().filter_map(say::spoken).collect();
            if banners != self.banners {
                lines.extend(banners.iter().cloned());
                self.banners = banners;
            }
            lines.push(heading(wizard, &wizard.view()));
        }
        self.changes(wizard, opened || self.again, &mut lines);
        self.again = false;
        if !lines.is_empty() {
            self.spoke_at = wizard.session.now;
        }
        lines
    }

    /// Whether the page that is open is better said a moment later: for as long as opening and the looks at this machine usually
    /// take, so that their results stand where they belong.
    fn waits(&self, wizard: &Wizard) -> bool {
        let fresh = self.spot.as_ref() != Some(&PageKey::of(wizard));
        let soon = wizard.session.now.saturating_sub(self.spoke_at) < LOOKS;
        let opening = matches!(wizard.page, Page::Opening(_)) && wizard.overlay.is_none();
        let looking = matches!(wizard.page, Page::Prerequisites(_)) && wizard.session.work.looking();
        soon && (opening || fresh && looking)
    }

    /// Remembers what was said of the page that an overlay comes upon, and what it was when it goes away.
    fn open(&mut self, wizard: &mut Wizard, spot: &PageKey) {
        let before = self.spot.replace(spot.clone());
        let said = std::mem::take(&mut self.said);
        if let Some(before) = before.filter(|_| spot.overlay.is_some())
            && before.overlay.is_none()
        {
            self.under = Some((before, said));
        } else if spot.overlay.is_none()
            && let Some((under, said)) = self.under.take()
            && under == *spot
            && !self.again
        {
            self.said = said;
        } else if spot.overlay.is_none() {
            to_first_field(wizard);
        }
    }

    fn changes(&mut self, wizard: &Wizard, opened: bool, lines: &mut Vec<String>) {
        let page = wizard.view();
        let now = everything(wizard, &page);
        let asked = match asked(wizard) {
            Asked::Text(field) | Asked::Choice(field) => Some(field),
            Asked::Words => None,
        };
        self.said.retain(|(field, text)| now.iter().any(|it| it.field == *field && it.text == *text));
        let silent = wizard.session.now.saturating_sub(self.spoke_at) >= SILENCE;
        // What is said about the field that is asked stands right before the question.
        let (last, first): (Vec<&Saying>, Vec<&Saying>) =
            now.iter().partition(|saying| saying.field.is_some() && saying.field == asked);
        for saying in first.into_iter().chain(last) {
            let key = (saying.field, saying.text.clone());
            let wanted = match (saying.said, saying.field) {
                (Said::Not, _) => false,
                (Said::NowAndThen, _) => opened || silent,
                (Said::Once, _) if self.said.contains(&key) => false,
                (Said::Once, None) => true,
                (Said::Once, Some(field)) => {
                    let fresh = !opened && !self.seen.contains(saying);
                    saying.answers || fresh || asked == Some(field)
                }
            };
            if wanted {
                lines.push(match saying.field.filter(|field| asked != Some(*field)) {
                    Some(field) => format!("{}: {}", short(field), saying.text),
                    None => saying.text.clone(),
                });
                if saying.said == Said::Once {
                    self.said.push(key);
                }
            }
        }
        self.seen = now;
    }

    /// What is asked now; `None` while there is nothing to answer.
    pub fn prompt(&self, wizard: &Wizard) -> Option<Prompt> {
        if self.waits(wizard) {
            return None;
        }
        let page = wizard.view();
        let (text, hidden) = match asked(wizard) {
            Asked::Text(field) | Asked::Choice(field) => {
                let input = input(&page, field)?;
                (question(wizard, input), field.is_secret())
            }
            Asked::Words => (offer(wizard, &page)?, false),
        };
        Some(Prompt { text, hidden })
    }

    /// Takes a line in and says what should happen.
    pub fn line(&mut self, wizard: &mut Wizard, line: &Secret) -> Vec<Task> {
        wizard.forget_notice();
        match asked(wizard) {
            Asked::Text(field) => self.answer(wizard, field, line),
            Asked::Choice(field) => self.choose(wizard, field, line.reveal().trim()),
            Asked::Words => self.obey(wizard, line.reveal().trim()),
        }
        wizard.take_tasks()
    }

    fn reply(&mut self, text: impl Into<String>) {
        self.replies.push(text.into());
    }

    /// A line that was too long to be one.
    pub fn too_long(&mut self) {
        self.reply("That line is too long; nothing of it was taken.");
    }

    /// Says what would be copied to the clipboard, or printed below the screen. What the page says about that is not so here.
    pub fn show(&mut self, wizard: &mut Wizard, text: &str) {
        wizard.forget_notice();
        self.replies.extend(text.lines().map(str::to_owned));
    }

    /// What answered the last line is said again if it is still so: otherwise a person who makes the same mistake hears nothing.
    fn forget_answers(&mut self, wizard: &Wizard) {
        let asked = asked(wizard);
        let about = |field: Option<Field>| match (asked, field) {
            (_, None) | (Asked::Words, _) => true,
            (Asked::Text(asked) | Asked::Choice(asked), Some(field)) => asked == field,
        };
        let seen = &self.seen;
        self.said.retain(|(field, text)| {
            let answer = |it: &Saying| it.answers && it.field == *field && it.text == *text;
            !(about(*field) && seen.iter().any(answer))
        });
    }

    // ---- answers ----

    fn answer(&mut self, wizard: &mut Wizard, field: Field, line: &Secret) {
        let only = wizard.targets().len() <= 2;
        let next = Event::Pressed(if only { Intent::Submit } else { Intent::Next });
        if line.reveal().is_empty() {
            // Enter alone leaves the field as it is: what is wrong with it has been said.
            if only {
                self.forget_answers(wizard);
            }
            return wizard.take_in(next);
        }
        if let Some(deed) = words::in_field(line.reveal().trim()) {
            return self.act(wizard, deed);
        }
        self.forget_answers(wizard);
        wizard.take_in(Event::Entered(Secret::new(words::value(line.reveal()).to_owned())));
        if wizard.overlay.is_some() || is_wrong(wizard, field) {
            return;
        }
        if let Some(secret) = wizard.session.fields.secret(field) {
            self.reply(format!("{}: {} taken.", short(field), counted(secret.characters())));
        }
        wizard.take_in(next);
        if !only && is_wrong(wizard, field) {
            wizard.take_in(Event::Pressed(Intent::Previous));
        }
    }

    fn choose(&mut self, wizard: &mut Wizard, field: Field, word: &str) {
        let page = wizard.view();
        let Some(Body::Choice { options, chosen }) = input(&page, field).map(|it| &it.body) else {
            return;
        };
        let (count, chosen) = (options.len(), *chosen);
        drop(page);
        let number = word.parse::<usize>().ok();
        let number = number.filter(|number| (1..=count).contains(number));
        // A choice cannot be empty.
        if let Some(deed) = words::in_field(word).filter(|deed| *deed != Action::Clear) {
            return self.act(wizard, deed);
        }
        if !word.is_empty() && number.is_none() {
            return self.reply(format!("Type a number from 1 to {count}."));
        }
        if number.is_some_and(|number| number != chosen + 1) {
            wizard.take_in(Event::Pressed(Intent::Typed(' ')));
        }
        wizard.take_in(Event::Pressed(Intent::Next));
    }

    fn obey(&mut self, wizard: &mut Wizard, word: &str) {
        let page = wizard.view();
        let (does, offered) = (enter(wizard, &page).is_some(), offer(wizard, &page).is_some());
        let (deed, named) = (words::on_page(word, &page), words::named(&page));
        drop(page);
        if word.is_empty() && does {
            self.forget_answers(wizard);
            wizard.take_in(Event::Pressed(Intent::Submit));
        } else if word.is_empty() && offered {
            self.reply("Enter alone does nothing here; ? says what can be typed.");
        } else if let Ok(number) = word.parse::<usize>() {
            self.number(wizard, number);
        } else if let Some(deed) = deed {
            self.act(wizard, deed);
        } else if !word.is_empty() {
            // What was typed is not repeated: it may have been meant for a field that is never shown.
            self.reply(format!("Not understood; nothing was done. {named}"));
        }
    }

    /// A line of a list, or a field of the page.
    fn number(&mut self, wizard: &mut Wizard, number: usize) {
        let stops = if wizard.overlay.is_some() { Vec::new() } else { wizard.targets() };
        let at = number.checked_sub(1);
        match at.and_then(|at| stops.get(at)) {
            Some(FocusTarget::Prerequisite(_)) => {
                go(wizard, number - 1);
                let page = wizard.view();
                let item = items(&page).find(|item| item.focused);
                self.replies.extend(item.into_iter().flat_map(|item| {
                    let more = item.below.iter().filter_map(say::spoken);
                    [say::line(number, item)].into_iter().chain(more)
                }));
            }
            Some(FocusTarget::Choice(_)) => {
                go(wizard, number - 1);
                wizard.take_in(Event::Pressed(Intent::Submit));
            }
            Some(FocusTarget::Field(_)) => go(wizard, number - 1),
            Some(FocusTarget::Button) | None => self.reply("There is no such number on this page."),
        }
    }

    fn act(&mut self, wizard: &mut Wizard, deed: Action) {
        match deed {
            Action::Again => self.again = true,
            Action::Clear => {
                wizard.take_in(Event::Pressed(Intent::Edit(Edit::End)));
                wizard.take_in(Event::Pressed(Intent::Edit(Edit::EraseToStart)));
                self.reply("Empty now.");
            }
            // Before the first field there is none; the focus would go round.
            Action::Press(Intent::Previous) if wizard.page.state().focus == 0 => {
                self.reply("This is the first field.");
            }
            Action::Press(intent @ Intent::Extra(_))
                if wizard.view().hints.iter().all(|hint| hint.intent != intent) =>
            {
                self.reply("That key does nothing on this page.");
            }
            Action::Press(intent) => wizard.take_in(Event::Pressed(intent)),
        }
    }
}

/// Everything that is said of what is open, the words at the end.
fn everything(wizard: &Wizard, page: &View<'_>) -> Vec<Saying> {
    let mut all = say::sayings(page);
    if let Some(Overlay::Help) = wizard.overlay {
        let below = wizard.below();
        all.extend(HOW.iter().copied().map(Saying::line));
        all.push(Saying::line(words::named(&below)));
    } else {
        all.push(Saying::line(words::named(page)));
    }
    all
}

fn heading(wizard: &Wizard, page: &View<'_>) -> String {
    let tabs = page.tab.map(|open| (open, tabs(&wizard.session.registration, open)));
    let tab = tabs.and_then(|(open, tabs)| tabs.get(open).map(|(_, title)| *title));
    let title = Some(page.title.as_str()).filter(|title| !title.is_empty());
    let step = page.tab.filter(|tab| *tab < 3).map(|tab| format!("step {} of 3", tab + 1));
    let parts = [title.or(tab), step.as_deref(), page.standing];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    format!("Page: {}", parts.join(", "))
}

/// Things are asked from the first on, unless one of them is wrong: then that one is first.
fn to_first_field(wizard: &mut Wizard) {
    let first = wizard.targets().first().copied();
    if wizard.page.state().problems.is_empty() && matches!(first, Some(FocusTarget::Field(_))) {
        go(wizard, 0);
    }
}

/// Moves the focus, back or forth, without leaving a field forward.
fn go(wizard: &mut Wizard, to: usize) {
    let count = wizard.targets().len().max(1);
    let steps = (wizard.page.state().focus + count - to.min(count - 1)) % count;
    for _ in 0..steps {
        wizard.take_in(Event::Pressed(Intent::Previous));
    }
}

fn is_wrong(wizard: &Wizard, field: Field) -> bool {
    wizard.page.state().is_wrong(field)
}

/// Whether what is typed where things are shown is shown: a secret key that comes all at once, and in the wrong place, is not.
pub fn may_be_shown(text: &str) -> bool {
    !looks_like_secret_key(text)
}

#[cfg(test)]
mod tests;
