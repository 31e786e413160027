//! The ui shows: the wizard's state, its pages, its keys, and the terminal they live in.
//!
//! No world, no files, no network here. What should happen leaves as a [`Task`]; what happened comes back as an [`Event`].

pub mod field;
pub mod fields;
pub mod keys;
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

use crate::effect::{Effect, Outcome};
use crate::exit::Exit;
use crate::words::Secret;

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
