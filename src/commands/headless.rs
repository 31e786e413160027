//! The loop without a screen: the same [`Run`] against the same [`World`], until nothing is in flight.

use std::collections::HashMap;

use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use crate::engine::effect::{Cause, Effect, Failure, Opened, Outcome, Service};
use crate::engine::run::{CheckId, Run};
use crate::engine::step::Environment;
use crate::world::World;
use crate::world::clock::Stopwatch;

/// Opens a registration for this process alone.
pub(super) async fn open(world: &World, environment: Environment) -> Result<Opened, Box<Failure>> {
    opened(world.perform(Effect::Open(environment)).await)
}

/// The same to forget it.
pub(super) async fn open_to_forget(
    world: &World,
    environment: Environment,
) -> Result<Opened, Box<Failure>> {
    opened(world.perform(Effect::OpenToForget(environment)).await)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an effect that is answered by another one's outcome is the same internal failure"
)]
fn opened(outcome: Outcome) -> Result<Opened, Box<Failure>> {
    match outcome {
        Outcome::Opened(opened) => Ok(*opened),
        Outcome::Failed(failure) => Err(failure),
        _ => Err(Box::new(Failure::new(Service::Machine, Cause::Internal))),
    }
}

/// Drives `run` until it is finished, refused or stopped. A signal that ends the process stops it as Esc does: reads are given
/// up, a write is finished, so that a token that was rotated is kept. `on_change` sees the run after every step.
pub(super) async fn drive(run: &mut Run, world: &World, on_change: impl FnMut(&Run)) {
    drive_until(run, world, ended(), on_change).await;
}

/// The same with the signal as an argument.
async fn drive_until(
    run: &mut Run,
    world: &World,
    stop: impl Future<Output = ()>,
    mut on_change: impl FnMut(&Run),
) {
    let watch = Stopwatch::start();
    let mut handles: HashMap<CheckId, AbortHandle> = HashMap::new();
    let mut flights = FuturesUnordered::new();
    let launch = |flights: &FuturesUnordered<_>,
                  handles: &mut HashMap<CheckId, AbortHandle>,
                  effects: Vec<(CheckId, Effect)>| {
        for (id, effect) in effects {
            let (handle, registration) = AbortHandle::new_pair();
            handles.insert(id, handle);
            let flight = async move { (id, world.perform(effect).await) };
            flights.push(Abortable::new(flight, registration));
        }
    };
    let mut stop = std::pin::pin!(stop);
    let mut stopping = false;
    launch(&flights, &mut handles, run.start(watch.milliseconds()));
    on_change(run);
    loop {
        let landed: Option<Result<(CheckId, Outcome), _>> = tokio::select! {
            () = &mut stop, if !stopping => {
                stopping = true;
                for id in run.stop() {
                    if let Some(handle) = handles.get(&id) {
                        handle.abort();
                    }
                }
                on_change(run);
                continue;
            }
            landed = flights.next() => landed,
        };
        match landed {
            None => return,
            Some(Err(_given_up)) => {}
            Some(Ok((id, outcome))) => {
                let next = run.resume(id, outcome, watch.milliseconds());
                launch(&flights, &mut handles, next);
                on_change(run);
            }
        }
    }
}

/// Waits for a signal that ends the process.
#[cfg(unix)]
pub(super) async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int), Ok(mut hup)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
        _ = hup.recv() => {}
    }
}

#[cfg(not(unix))]
pub(super) async fn ended() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
