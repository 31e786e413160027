//! `octo-csp submit`: hands the registration over to Octo, or what Octo has not taken of it yet.

use std::io::Write as _;

use crate::cli::Submit;
use crate::commands::ground::{Ground, NotBegun, runtime};
use crate::commands::{cannot, complain, headless, not_begun, octo, say};
use crate::diagnose::diagnose;
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Registration;
use crate::report::submit::{self, Findings};
use crate::steps::{Execution, Status};
use crate::words::failure::{Cause, Failure, Service};
use crate::words::octo::OctoClient;
use crate::world::World;
use crate::world::browser::Surroundings;

pub(super) fn run(host: &mut Host, arguments: &Submit) -> Exit {
    if arguments.which.sandbox {
        return complain(host, "the integration sandbox is never handed over to Octo");
    }
    let client = Ground::of(host, &arguments.which).and_then(|ground| {
        let octo = octo::octo(host, &ground.cloud, arguments.profile.as_deref())?;
        let none = || NotBegun::usage("the cloud file names no Octo (octo, octo_token)");
        let octo = octo.ok_or_else(none)?;
        let how = "set ALPHAUS_CLIENT_ID and ALPHAUS_CLIENT_SECRET, or name a profile of bluectl with --profile";
        let client = octo.client.map_err(|why| format!("{why}: {how}"))?;
        Ok((ground, client))
    });
    let (ground, client) = match client {
        Ok(found) => found,
        Err(why) => return not_begun(host, &why),
    };
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    runtime.block_on(async {
        let world = World::new(ground.options(Surroundings::default()));
        match headless::open(&world, ground.environment).await {
            Ok(opened) => submit(host, arguments, &world, opened, client).await,
            Err(failure) => cannot(host, &failure, arguments.json),
        }
    })
}

async fn submit(
    host: &mut Host,
    arguments: &Submit,
    world: &World,
    opened: Opened,
    client: OctoClient,
) -> Exit {
    if opened.registration.newer {
        // What Octo took could not be noted, so nothing is sent.
        let failure = Failure::new(Service::Disk, Cause::NewerJournal);
        return cannot(host, &failure, arguments.json);
    }
    let octo_host = client.host.to_string();
    let Some(run) = hand_over(host, world, opened.registration, client, arguments.replace).await
    else {
        complain(
            host,
            "nothing is registered yet, so there is nothing to hand over: octo-csp register",
        );
        return Exit::SignIn;
    };
    let findings = findings(&opened.name, octo_host, &run);
    if arguments.json {
        say(host, &submit::in_json(&findings));
    } else {
        say(host, &submit::text(&findings));
    }
    findings.exit
}

/// Hands over what is active, and says on standard error which credentials are used and how each call went. `None` when
/// nothing is active.
pub(super) async fn hand_over(
    host: &mut Host,
    world: &World,
    registration: Registration,
    client: OctoClient,
    replace: bool,
) -> Option<Execution> {
    let about = format!("to {}, credentials {}", client.host, client.source);
    let mut run = Execution::submit(registration, client, replace)?;
    let _closed = writeln!(host.err, "{about}");
    let mut told = Vec::new();
    headless::drive(&mut run, world, |run| {
        headless::tell(&mut host.err, &mut told, run.checks());
    })
    .await;
    Some(run)
}

/// What a hand-over has come to, to be printed.
pub(super) fn findings(name: &str, octo_host: String, run: &Execution) -> Findings {
    let failed = run.failed().map(|(check, failure)| {
        let diagnosis = diagnose(failure, &run.context(check.id));
        (failure.clone(), diagnosis)
    });
    let exit = match (&failed, run.status()) {
        (Some((_, diagnosis)), _) => diagnosis.exit,
        (None, Status::Finished) => Exit::Done,
        (None, Status::Running | Status::Asking | Status::Refused | Status::Stopped) => {
            Exit::Cancelled
        }
    };
    Findings {
        registration: name.to_owned(),
        host: octo_host,
        checks: run.checks().to_vec(),
        state: run.registration().clone(),
        failed,
        exit,
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests;
