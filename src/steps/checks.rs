//! How the checks of an execution stand: the rows of the progress list.

use std::time::Duration;

use crate::words::{CheckId, Failure};

/// Milliseconds since the program started: the engine has no clock.
pub type Moment = u64;

/// How a check stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Something it needs has not passed yet.
    Waiting,
    /// In flight.
    Running,
    /// `ok`, with a line.
    Passed(String),
    /// `note`: passed, with something to know.
    Noted(String),
    /// `FAIL`.
    Failed(Box<Failure>),
    /// `-`: something it needs failed, or the person stopped.
    NotTried,
}

impl State {
    /// Whether what needs it may start.
    pub fn passed(&self) -> bool {
        matches!(self, Self::Passed(_) | Self::Noted(_))
    }
}

/// A row of the progress list.
#[derive(Clone, Debug)]
pub struct Check {
    /// Which.
    pub id: CheckId,
    /// How it stands.
    pub state: State,
    /// When it began.
    pub began: Option<Moment>,
    /// Milliseconds it took.
    pub took: Option<u64>,
    /// What it waits for before another try, and how long.
    pub pausing: Option<(Box<Failure>, Duration)>,
    /// Tries that failed and were repeated.
    pub tries: u8,
    /// Whether the effect in flight changes something outside.
    pub(super) writing: bool,
    /// Whether the secret was made minutes ago: a refusal of it is tried again before it counts.
    pub(super) new_secret: bool,
}

impl Check {
    pub(super) fn new(id: CheckId) -> Self {
        Self {
            id,
            state: State::Waiting,
            began: None,
            took: None,
            pausing: None,
            tries: 0,
            writing: false,
            new_secret: false,
        }
    }

    /// Why it failed, if it did.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.state {
            State::Failed(failure) => Some(failure),
            State::Waiting | State::Running | State::Passed(_) | State::Noted(_) | State::NotTried => None,
        }
    }

    pub(super) fn reset(&mut self) {
        *self = Self { new_secret: self.new_secret, ..Self::new(self.id) };
    }
}
