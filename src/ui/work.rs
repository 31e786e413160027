//! What is to be done next, and what was asked of the world and is not answered yet.

use std::collections::BTreeMap;

use crate::effect::{Effect, Preflight};
use crate::ui::{Task, Ticket};
use crate::words::CheckId;

/// Why something is being performed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TaskOrigin {
    /// A registration is opened.
    Open,
    /// The machine is looked at.
    Preflight(Preflight),
    /// A check of an execution asked for it.
    Execution(CheckId),
    /// The page that is open goes on when it is in the journal.
    Note,
    /// A directory is looked up by this name.
    Lookup(String),
    /// The page of the sign-in is opened in a browser.
    SignInPage,
    /// A file is written that the person asked for.
    File,
    /// Nobody waits for it.
    Background,
}

/// What is to be done, and what is in flight.
#[derive(Debug, Default)]
pub(crate) struct Work {
    tasks: Vec<Task>,
    in_flight: BTreeMap<Ticket, TaskOrigin>,
    last_ticket: u64,
}

impl Work {
    /// What is to be done, in its order.
    pub(crate) fn take_tasks(&mut self) -> Vec<Task> {
        std::mem::take(&mut self.tasks)
    }

    pub(crate) fn task(&mut self, task: Task) {
        self.tasks.push(task);
    }

    pub(crate) fn perform(&mut self, origin: TaskOrigin, effect: Effect) {
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        self.in_flight.insert(ticket, origin);
        self.tasks.push(Task::Perform(ticket, effect));
    }

    pub(crate) fn perform_in_background(&mut self, effect: Effect) {
        self.perform(TaskOrigin::Background, effect);
    }

    pub(crate) fn perform_all(&mut self, effects: Vec<(CheckId, Effect)>) {
        for (id, effect) in effects {
            self.perform(TaskOrigin::Execution(id), effect);
        }
    }

    /// Gives up what these checks have asked for.
    pub(crate) fn cancel(&mut self, given_up: &[CheckId]) {
        let tasks = &mut self.tasks;
        self.in_flight.retain(|ticket, origin| {
            let gone = matches!(origin, TaskOrigin::Execution(id) if given_up.contains(id));
            if gone {
                tasks.push(Task::Cancel(*ticket));
            }
            !gone
        });
    }

    /// Why it was asked for, once it is answered; `None` for what was given up.
    pub(crate) fn answered(&mut self, ticket: Ticket) -> Option<TaskOrigin> {
        self.in_flight.remove(&ticket)
    }

    /// Whether time matters to the screen.
    pub(crate) fn in_flight(&self) -> bool {
        self.in_flight.values().any(|origin| *origin != TaskOrigin::Background)
    }

    /// Whether an answer is on its way after which another page is open: what is typed now is meant for that one.
    pub(crate) fn settling(&self) -> bool {
        let moves = |origin: &TaskOrigin| matches!(origin, TaskOrigin::Open | TaskOrigin::Note);
        self.in_flight.values().any(moves)
    }

    /// Whether the machine is being looked at.
    pub(crate) fn looking(&self) -> bool {
        Preflight::ALL.into_iter().any(|look| self.is_looking(look))
    }

    /// Whether this of it is being looked at.
    pub(crate) fn is_looking(&self, look: Preflight) -> bool {
        self.in_flight.values().any(|origin| *origin == TaskOrigin::Preflight(look))
    }
}
