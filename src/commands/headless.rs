//! The loop without a screen: the same [`Execution`] against the same [`World`], until nothing is in flight.

use std::pin::Pin;
use std::time::Duration;

use crate::commands::context::{self, Target};
use crate::commands::{machine, signal};
use crate::diagnose::Diagnosis;
use crate::driver::Driver;
use crate::effect::{Effect, Opened, Outcome, Perform as _};
use crate::exit::Exit;
use crate::host::Host;
use crate::report::check;
use crate::report::identity::Identity;
use crate::steps::{Check, Execution, Status, WrongPaste};
use crate::words::{Cause, CheckId, Draft, Failure, LastFailure, Service, SharedSecret};
use crate::world::World;
use crate::world::browser::Surroundings;
use crate::world::clock::Stopwatch;

/// The world that a command acts on, and its registration opened for this process alone.
/// It is said which one that is.
pub(super) async fn world(host: &mut Host, target: &Target) -> Result<(World, Opened), Box<Failure>> {
    let world = World::new(target.options(Surroundings::default()));
    let opened = Box::pin(open(&world, Effect::Open(target.environment))).await?;
    say_which(host, &Identity::of(&opened.name, &opened.registration));
    Ok((world, opened))
}

/// Says on standard error which registration was opened.
pub(super) fn say_which(host: &mut Host, which: &Identity) {
    host.note(&format!("registration: {which}"));
}

/// Opens a registration for this process alone, by [`Effect::Open`] or [`Effect::OpenToForget`].
pub(super) async fn open(world: &World, by: Effect) -> Result<Opened, Box<Failure>> {
    let outcome = world.perform(by).await;
    if let Outcome::Opened(opened) = outcome { Ok(*opened) } else { Err(because(outcome)) }
}

/// Why something was not done. An answer to another question is a mistake of ours.
pub(super) fn because(outcome: Outcome) -> Box<Failure> {
    if let Outcome::Failed(failure) = outcome {
        failure
    } else {
        Box::new(Failure::new(Service::Machine, Cause::Internal))
    }
}

/// What to do when a person has to sign in.
#[derive(Debug)]
pub(super) enum Asked {
    /// Wait for the listener, for so long.
    Wait(Option<Duration>),
    /// Stop: the sign-in is kept, and another process takes its answer.
    Leave,
    /// Here is the answer.
    Answer(SharedSecret),
}

/// Why a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nothing is in flight: [`Execution::status`] says how it stands.
    Itself,
    /// A signal ended the process.
    Signal,
    /// The wait for a person took too long.
    Limit,
    /// A person has to sign in, and nobody waits for that here.
    Asking,
    /// The answer is none.
    Wrong(WrongPaste),
}

/// Drives `run` until it is finished, refused or stopped; a sign-in is waited for. `on_change` sees the run after every step.
pub(super) async fn drive(run: &mut Execution, world: &World, on_change: impl FnMut(&Execution)) {
    let _told_by_the_run = converse(run, world, Asked::Wait(None), on_change).await;
}

/// Drives runs that ask nobody side by side, with a line on `err` about each check when it is over, in the order of the runs: those of
/// the second are told once the first is over. A signal stops all of them as in [`converse`].
pub(super) async fn drive_aloud(runs: &mut [Execution], world: &World, host: &mut Host) {
    let (watch, mut driver, mut told) = (Stopwatch::start(), Driver::new(world), Vec::new());
    let mut stop = std::pin::pin!(signal::ended());
    let mut stopped = false;
    for (at, run) in runs.iter_mut().enumerate() {
        driver.start_all(ticketed(at, run.start(watch.milliseconds())));
    }
    loop {
        for run in runs.iter() {
            tell(host, &mut told, run.checks());
            if matches!(run.status(), Status::Running | Status::Stopped) {
                break;
            }
        }
        tokio::select! {
            () = &mut stop, if !stopped => {
                stopped = true;
                for (at, run) in runs.iter_mut().enumerate() {
                    run.stop().into_iter().for_each(|id| driver.cancel((at, id)));
                }
            }
            came = driver.next() => {
                let Some(((at, id), outcome)) = came else { return };
                for (other, run) in runs.iter_mut().enumerate() {
                    if let Outcome::Noted(line) = &outcome && other != at {
                        run.hear(line);
                    }
                }
                if let Some(run) = runs.get_mut(at) {
                    driver.start_all(ticketed(at, run.resume(id, outcome, watch.milliseconds())));
                }
            }
        }
    }
}

fn ticketed(at: usize, effects: Vec<(CheckId, Effect)>) -> impl Iterator<Item = ((usize, CheckId), Effect)> {
    effects.into_iter().map(move |(id, effect)| ((at, id), effect))
}

/// The same, where a person may have to sign in. A signal that ends the process stops it as Esc does: reads are given up, a
/// write is finished, so that a token that has landed is kept.
pub(super) async fn converse(
    run: &mut Execution,
    world: &World,
    asked: Asked,
    on_change: impl FnMut(&Execution),
) -> Ended {
    Conversation::new(world).hold(run, asked, signal::ended(), on_change).await
}

/// Says a line about each check that is over and was not told of yet.
pub(super) fn tell<'c>(host: &mut Host, told: &mut Vec<CheckId>, checks: impl IntoIterator<Item = &'c Check>) {
    let width = context::width(host);
    for check in checks {
        if !told.contains(&check.id)
            && let Some(line) = check::line(check, width)
        {
            told.push(check.id);
            let _closed = write!(host.err, "{line}");
        }
    }
}

/// A person and a run: what is asked of the world, what comes first of answer, signal and time limit.
struct Conversation<'w> {
    driver: Driver<'w, World, CheckId>,
    watch: Stopwatch,
    limit: Pin<Box<dyn Future<Output = ()>>>,
}

impl<'w> Conversation<'w> {
    fn new(world: &'w World) -> Self {
        let limit = Box::pin(std::future::pending());
        Self { driver: Driver::new(world), watch: Stopwatch::start(), limit }
    }

    async fn hold(
        &mut self,
        run: &mut Execution,
        asked: Asked,
        stop: impl Future<Output = ()>,
        mut on_change: impl FnMut(&Execution),
    ) -> Ended {
        let mut stop = std::pin::pin!(stop);
        let mut asked = Some(asked);
        let mut why = Ended::Itself;
        self.driver.start_all(run.start(self.watch.milliseconds()));
        loop {
            on_change(run);
            let waiting = run.status() == Status::Asking;
            if waiting
                && why == Ended::Itself
                && let Some(asked) = asked.take()
            {
                why = self.asking(run, asked);
                continue;
            }
            // Nobody is here who would try again on the same link: the next run opens it once more.
            if let Some(next) = waiting.then(|| run.decline(self.watch.milliseconds())).flatten() {
                self.driver.cancel(CheckId::SignIn);
                self.driver.start_all(next);
                continue;
            }
            tokio::select! {
                () = &mut stop, if why == Ended::Itself => {
                    why = Ended::Signal;
                    self.give_up(run);
                }
                () = &mut self.limit, if why == Ended::Itself && waiting => {
                    why = Ended::Limit;
                    self.give_up(run);
                }
                came = self.driver.next() => {
                    let Some((id, outcome)) = came else { return why };
                    let next = run.resume(id, outcome, self.watch.milliseconds());
                    self.driver.start_all(next);
                }
            }
        }
    }

    /// A person has to sign in.
    fn asking(&mut self, run: &mut Execution, asked: Asked) -> Ended {
        let caught = run.authorization_request().is_some_and(|consent| consent.catching.is_ok());
        match asked {
            Asked::Wait(limit) if caught => {
                if let Some(limit) = limit {
                    self.limit = Box::pin(tokio::time::sleep(limit));
                }
                Ended::Itself
            }
            // Nothing would ever arrive.
            Asked::Wait(_) | Asked::Leave => {
                self.give_up(run);
                Ended::Asking
            }
            Asked::Answer(text) => match run.answer(text.reveal(), self.watch.milliseconds()) {
                Ok(effects) => {
                    // The listener is not waited for any longer.
                    self.driver.cancel(CheckId::SignIn);
                    self.driver.start_all(effects);
                    Ended::Itself
                }
                Err(wrong) => {
                    self.give_up(run);
                    Ended::Wrong(wrong)
                }
            },
        }
    }

    fn give_up(&mut self, run: &mut Execution) {
        for id in run.stop() {
            self.driver.cancel(id);
        }
    }
}

/// Remembers in the draft what failed, for status, report and the hand-off note; and forgets it once every run has passed. A draft
/// that cannot be saved is no reason to stop.
pub(super) async fn remember<'r>(
    world: &World,
    host: &Host,
    draft: &mut Draft,
    runs: impl IntoIterator<Item = &'r Execution>,
) {
    let (mut first, mut finished) = (None, true);
    for run in runs {
        let failed = refused(host, run).zip(run.failed());
        let failed =
            failed.and_then(|((failure, diagnosis), (check, _))| LastFailure::of(check.id, &diagnosis, &failure));
        first = first.or_else(|| failed.map(|failed| Box::new(failed.after(draft.refused.as_deref()))));
        finished &= run.status() == Status::Finished;
    }
    if (first.is_some() || finished) && draft.refused != first {
        draft.refused = first;
        drop(Box::pin(world.perform(Effect::Save(Some(Box::new(draft.clone()))))).await);
    }
}

/// What a run was refused with, and what that means in it.
pub(super) fn refused(host: &Host, run: &Execution) -> Option<(Failure, Diagnosis)> {
    let (check, failure) = run.failed()?;
    Some((failure.clone(), machine::diagnosed(host, failure, run.context(check.id))))
}

/// The exit code of a run that is over, and was refused with this or not at all.
pub(super) fn exit(run: &Execution, refused: Option<&(Failure, Diagnosis)>) -> Exit {
    match (refused, run.status()) {
        (Some((_, diagnosis)), _) => diagnosis.exit,
        (None, Status::Finished) => Exit::Done,
        (None, Status::Running | Status::Asking | Status::Refused | Status::Stopped) => Exit::Cancelled,
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests;
