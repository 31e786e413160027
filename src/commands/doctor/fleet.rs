//! `octo-csp doctor --all`: every registration of the store, some side by side. What is wrong with one stops no other.

use std::cell::Cell;

use futures_util::stream::{self, StreamExt as _};

use super::{examine, findings};
use crate::cli::{CloudName, Doctor};
use crate::commands::context::{self, CommandContext, Target};
use crate::commands::error::{CommandError, diagnosed};
use crate::commands::headless;
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::report::doctor::{Cause, Findings, fleet_in_json, fleet_text, verdict, worst};
use crate::report::identity::Identity;
use crate::words::Step;

/// Registrations that are looked at at once: services answer each application for itself, and each lets a dozen calls go.
const SIDE_BY_SIDE: usize = 8;

pub(super) async fn run(
    context: &mut CommandContext<'_>,
    arguments: &Doctor,
    target: &Target,
) -> Result<Exit, CommandError> {
    if arguments.step == Some(Step::Basic) {
        return Err(CommandError::usage("step basic is only a name: there is nothing to check"));
    }
    let shelf = target.shelf();
    let cloud = &arguments.which.cloud;
    let one_cloud = cloud.cloud_file.is_some() || !matches!(cloud.cloud, CloudName::Global);
    let mut names = shelf.names().await?;
    names.retain(|name| {
        (!one_cloud || target.has_in_cloud(name)) && (!arguments.which.sandbox || context::is_sandbox(name))
    });
    let read = shelf.as_written_all(&names).await;
    let (mut asked, mut left_out) = (Vec::new(), 0_usize);
    for (name, read) in names.iter().zip(read) {
        let registration = read.as_ref().map(|opened| opened.registration.clone()).unwrap_or_default();
        // Of one that is gone there is only where it went. One that is kept elsewhere cannot be opened here, and one of a cloud of its
        // own only with the file that describes it.
        let gone = registration.moving.as_ref().is_some_and(|begun| begun.over);
        let elsewhere = gone || registration.kept_in().is_some_and(|kept| *kept != *target.store);
        match target.among(name).filter(|_| !elsewhere) {
            Some(one) => {
                let identity = target.identity_among(context, name, &registration);
                asked.push((one, context.host.quiet(identity.flags.clone()), identity, read));
            }
            None => left_out += 1,
        }
    }
    let stopped = Cell::new(false);
    let runs = asked.into_iter().map(|(target, host, identity, read)| {
        Box::pin(look_at(arguments, target, host, (identity, read.map_err(CommandError::from)), &stopped))
    });
    let mut runs = stream::iter(runs).buffered(SIDE_BY_SIDE);
    let mut all = Vec::new();
    while let Some(found) = runs.next().await {
        context.note(&format!("{}: {}", found.identity.registration, verdict(&found)));
        all.push(found);
    }
    if left_out > 0 {
        context.note(&format!(
            "{left_out} left out: kept in another store (--store), or of a cloud that a file describes (--cloud-file)"
        ));
    }
    let text =
        if arguments.json { fleet_in_json(&all, left_out) } else { fleet_text(&all, context::width(context.host)) };
    context.print(&text);
    Ok(worst(&all))
}

/// One of them; what keeps it from being looked at is what is found.
async fn look_at(
    arguments: &Doctor,
    target: Target,
    mut host: Host,
    (identity, read): (Identity, Result<Opened, CommandError>),
    stopped: &Cell<bool>,
) -> Findings {
    let run = async {
        read?;
        if stopped.get() {
            return Err(CommandError::Quiet(Exit::Cancelled));
        }
        let (world, opened) = headless::world(&mut host, &target).await?;
        Box::pin(examine(&mut host, arguments, (&target.cloud, target.graph), &world, opened)).await
    };
    let found = match run.await {
        Ok(found) => found,
        Err(error) => {
            let nothing = findings(identity, Vec::new(), &<_>::default(), arguments.warn_days);
            match error {
                CommandError::Failure(failure) => failed(nothing, diagnosed(&host, *failure)),
                CommandError::Diagnosed(both) => failed(nothing, *both),
                CommandError::Words { exit, .. }
                | CommandError::Unfinished { exit, .. }
                | CommandError::Quiet(exit) => Findings { exit, ..nothing },
            }
        }
    };
    // A signal ends all of them: what is not begun is not begun any more.
    stopped.set(stopped.get() || found.exit == Exit::Cancelled);
    found
}

fn failed(nothing: Findings, both: (crate::words::Failure, crate::diagnose::Diagnosis)) -> Findings {
    Findings { exit: both.1.exit, causes: vec![Cause { checks: Vec::new(), both }], ..nothing }
}
