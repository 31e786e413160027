//! The ui shows: the wizard's state, its pages, its keys, and the terminal they live in.
//!
//! No world, no files, no network here. What should happen leaves as a [`Task`]; what happened comes back as an [`Event`].

pub mod field;
pub mod fields;
mod guide;
pub mod keys;
mod machine;
pub mod overlay;
pub mod pages;
pub mod paint;
mod parts;
pub mod plain;
mod progress;
pub mod session;
pub mod state;
pub mod terminal;
pub mod theme;
pub mod view;
pub mod wizard;
mod work;

use std::collections::BTreeMap;
use std::fmt;

use jiff::tz::TimeZone;
use url::Url;

use crate::effect::{Effect, Outcome};
use crate::exit::Exit;
use crate::report::support::Surroundings;
use crate::words::{
    Environment, Field, OctoClient, Reach, Ring, Secret, SharedSecret, Step, StoreDescriptor, Typed, UntrustedText,
};

/// What the wizard is started with.
#[derive(Debug)]
pub struct WizardConfig {
    /// What to type in a rehearsal; `None` when it is real.
    pub rehearsal: Option<RehearsalAnswers>,
    /// Hosts that are neither Microsoft's nor Octo's, for the banner.
    pub unknown_hosts: Vec<String>,
    /// By what an extra CA is trusted, for the banner.
    pub trust: Vec<&'static str>,
    /// How the vault of the team is reached, if that is where secrets are kept, for the banner.
    pub vault: Option<String>,
    /// What of the cloud is gone to.
    pub reach: Reach,
    /// The Azure portal.
    pub portal: Url,
    /// The login host.
    pub login: Url,
    /// Octo; `None` where a cloud file names none.
    pub octo: Option<Octo>,
    /// The one step that is run again, with everything else kept; none where a registration is gone through from its first.
    pub only: Option<Step>,
    /// Production or sandbox.
    pub environment: Environment,
    /// The store that was asked for; what is opened may be in another one.
    pub store: &'static StoreDescriptor,
    /// Whether a browser may be opened.
    pub browser: bool,
    /// Fields that were given by flags or settings; empty ones were not.
    pub given: Typed,
    /// For times on the screen.
    pub zone: TimeZone,
    /// The machine and the cloud, for a report.
    pub support: Surroundings,
    /// The flags that name the cloud and the vault, each after a blank, for commands that are told.
    pub words: String,
}

/// What to type in a rehearsal.
#[derive(Debug)]
pub struct RehearsalAnswers {
    /// What goes into the fields, the simulated secrets too.
    pub values: BTreeMap<Field, SharedSecret>,
    /// User name of the simulated sign-in.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Its MFA code.
    pub mfa_code: String,
    /// The misfortune that is rehearsed, if any.
    pub scenario: Option<String>,
    /// Who signs in where there is no browser.
    pub person: Person,
}

/// Goes through the pretended pages of a sign-in: what a browser would end on.
pub struct Person(pub Box<dyn Fn(&Url) -> String>);

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person")
    }
}

impl RehearsalAnswers {
    /// What to type into a field.
    pub(crate) fn of(&self, field: Field) -> Option<&str> {
        self.values.get(&field).map(|value| value.reveal())
    }

    /// What to type where the page of a sign-in waits for its end: the person has gone through its pages.
    pub(crate) fn signed_in(&self, address: &Url) -> SharedSecret {
        Secret::shared((self.person.0)(address))
    }
}

/// What the wizard knows of Octo when it starts.
#[derive(Debug)]
pub struct Octo {
    /// Which Octo.
    pub ring: Ring,
    /// Its host, to show.
    pub host: UntrustedText,
    /// The API client, or why there is none.
    pub client: Result<OctoClient, String>,
}

/// Something the wizard is told. It never holds a key code.
#[derive(Debug)]
pub enum Event {
    /// A person pressed something.
    Pressed(Intent),
    /// A person pasted something, or typed faster than a person can: what it means depends on the field.
    Pasted(Secret),
    /// A whole line was entered for the field that has the focus: it takes the place of what is in it.
    Entered(Secret),
    /// An answer to [`Task::Perform`]. One with an old ticket is dropped.
    Came(Ticket, Outcome),
    /// Time has passed while something is in flight: milliseconds since the program started.
    Ticked(u64),
    /// The terminal has another size.
    Resized,
    /// The program is ended from outside: a signal, or a terminal that is gone.
    CutOff,
}

/// Something the wizard wants done.
#[derive(Debug)]
pub enum Task {
    /// Perform an effect and bring its outcome back under this ticket.
    Perform(Ticket, Effect),
    /// Give the effect of this ticket up; no outcome is wanted.
    Cancel(Ticket),
    /// Put text into the clipboard (OSC 52); the text is also on the screen.
    Copy(String),
    /// Leave the screen for a moment, print these lines plain, wait for Enter, come back.
    Print(Vec<String>),
    /// Suspend like any terminal program (Ctrl-Z).
    Suspend,
    /// End: restore the terminal, print the lines on the normal screen, exit.
    Quit(Exit, Vec<String>),
}

/// Names an effect in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What a key means. Made in one place, `ui::keys`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// A character for the field that has the focus, or a single-letter command where no field has it.
    Typed(char),
    /// Something else that is done to the field that has the focus.
    Edit(Edit),
    /// Up in a list or to the field above.
    Up,
    /// Down in a list or to the field below.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The next field (Tab).
    Next,
    /// The field before (Shift-Tab).
    Previous,
    /// The marked action of the page (Enter).
    Submit,
    /// One level back (Esc).
    Back,
    /// Leave (Ctrl-C).
    Leave,
    /// Help (F1; `?` where no field has the focus).
    Help,
    /// The page of the portal that shows the value (Alt-O).
    Open,
    /// An extra, F2 to F9, each with its Alt-digit twin.
    Extra(u8),
    /// Suspend (Ctrl-Z).
    Suspend,
}

/// What is done to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Put a character in at the caret.
    Insert(char),
    /// Take the character before the caret away.
    EraseBack,
    /// Take the character after the caret away.
    EraseForward,
    /// Take everything before the caret away (Ctrl-U).
    EraseToStart,
    /// Take the word before the caret away (Ctrl-W).
    EraseWord,
    /// Move the caret to the start of the word (Alt-B).
    WordLeft,
    /// Move the caret behind the word (Alt-F).
    WordRight,
    /// Move the caret one character.
    Left,
    /// Move the caret one character.
    Right,
    /// Move the caret to the start.
    Home,
    /// Move the caret to the end.
    End,
    /// Undo in a visible field (Alt-Z).
    Undo,
}
