//! How a command ends: one type for whatever keeps it from doing what was asked for, and one place that prints it, as words or
//! as the JSON object.

use std::io::Write as _;

use crate::commands::machine;
use crate::diagnose::{Context, Diagnosis};
use crate::exit::Exit;
use crate::host::Host;
use crate::report::identity::Identity;
use crate::report::register::{self, GivenProblem, State};
use crate::report::{self, explain, token};
use crate::words::{Cause, Failure, Service};

/// Why a command did not do what was asked for.
#[derive(Debug)]
pub(super) enum CommandError {
    /// A sentence for whoever typed it. With `--json` standard output gets `object`, where there is one of its own.
    Words { exit: Exit, words: String, object: Option<String> },
    /// How far a registration came, a sentence about it, and the values that were missing or wrong.
    Unfinished { state: State, exit: Exit, said: Option<String>, problems: Vec<GivenProblem> },
    /// What failed. What it means depends on the kind of machine alone.
    Failure(Box<Failure>),
    /// What failed, and what it means in the run that it ended.
    Diagnosed(Box<(Failure, Diagnosis)>),
    /// There is nothing to say: a signal ended it, or it was said.
    Quiet(Exit),
}

impl CommandError {
    /// A sentence and the exit code.
    pub(super) fn new(exit: Exit, words: impl Into<String>) -> Self {
        Self::Words { exit, words: words.into(), object: None }
    }

    /// Wrong usage.
    pub(super) fn usage(words: impl Into<String>) -> Self {
        Self::new(Exit::Usage, words)
    }

    /// Nothing is registered, which is what the command is about.
    pub(super) fn nothing_registered(host: &Host, consequence: &str, object: Option<String>) -> Self {
        let register = host.command("register");
        let words = format!("nothing is registered yet, so there is nothing to {consequence}: {register}");
        Self::Words { exit: Exit::SignIn, words, object }
    }

    /// Nothing is registered that a token or a code could come from.
    pub(super) fn nothing_to_hand_out(host: &Host, command: &str, which: &Identity) -> Self {
        Self::nothing_registered(host, "hand out", Some(token::nothing(command, which, Exit::SignIn)))
    }

    /// The journal was written by a newer version: what happens could not be noted, so nothing is done.
    pub(super) fn newer_journal() -> Self {
        Self::Failure(Box::new(Failure::new(Service::Disk, Cause::NewerJournal)))
    }

    /// How far a registration came.
    pub(super) fn unfinished(state: State, exit: Exit, said: &str) -> Self {
        Self::Unfinished { state, exit, said: Some(said.to_owned()), problems: Vec::new() }
    }

    /// The same where nothing has to be said about it.
    pub(super) fn at(state: State, exit: Exit) -> Self {
        Self::Unfinished { state, exit, said: None, problems: Vec::new() }
    }

    /// Values that were given: wrong usage if any is missing, else refused.
    pub(super) fn given(problems: Vec<GivenProblem>) -> Self {
        let missing = problems.iter().any(|one| one.missing);
        let exit = if missing { Exit::Usage } else { Exit::Refused };
        Self::Unfinished { state: State::NotBegun, exit, said: None, problems }
    }
}

impl From<String> for CommandError {
    fn from(words: String) -> Self {
        Self::usage(words)
    }
}

impl From<(Failure, Diagnosis)> for CommandError {
    fn from(both: (Failure, Diagnosis)) -> Self {
        Self::Diagnosed(Box::new(both))
    }
}

impl From<Box<Failure>> for CommandError {
    fn from(failure: Box<Failure>) -> Self {
        Self::Failure(failure)
    }
}

/// Says how a command ended, if it has not said so, and returns its exit code. `json` is the command's words where standard
/// output gets JSON: whoever reads that gets an object, however it ended.
pub(super) fn end(host: &mut Host, ended: Result<Exit, CommandError>, json: Option<&str>) -> Exit {
    let (exit, words, object) = match ended {
        Ok(exit) | Err(CommandError::Quiet(exit)) => (exit, None, None),
        Err(CommandError::Words { exit, words, object }) => {
            let _closed = writeln!(host.err, "octo-csp: {words}");
            (exit, Some(words), object)
        }
        Err(CommandError::Unfinished { exit, said, problems, .. }) => {
            let _closed = write!(host.err, "{}", register::blamed(&problems));
            (exit, said, None)
        }
        Err(CommandError::Failure(failure)) => {
            let both = diagnosed(host, *failure);
            return failed(host, &both, json);
        }
        Err(CommandError::Diagnosed(both)) => return failed(host, &both, json),
    };
    if let Some(command) = json.filter(|_| !host.printed) {
        let usual = || report::ended(command, words.as_deref(), exit);
        print(host, &object.unwrap_or_else(usual));
    }
    exit
}

/// What a failure means where only the kind of machine is known.
pub(super) fn diagnosed(host: &Host, failure: Failure) -> (Failure, Diagnosis) {
    let diagnosis = machine::diagnosed(host, &failure, Context::default());
    (failure, diagnosis)
}

fn failed(host: &mut Host, both: &(Failure, Diagnosis), json: Option<&str>) -> Exit {
    match json {
        Some(command) => print(host, &report::shut(command, both)),
        None => {
            let _closed = write!(host.err, "{}", explain::failed_text(both));
        }
    }
    both.1.exit
}

/// A reader that has gone away (`| head`) is no fault.
fn print(host: &mut Host, text: &str) {
    let _closed = host.print(text);
}
