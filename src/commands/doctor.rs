//! `octo-csp doctor`: every check of every finished step again, with what is kept. Nothing is changed but the refresh token
//! that was rotated, a line about a good run, and a replaced set that is no longer needed.

use std::io::Write as _;

use crate::cli::Doctor;
use crate::cloud::Cloud;
use crate::commands::ground::{Ground, runtime};
use crate::commands::{cannot, complain, headless, not_begun, say};
use crate::diagnose::diagnose;
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Registration;
use crate::report::calendar::{End, calendar};
use crate::report::dates;
use crate::report::doctor::{self, Findings, StepFindings, TokenFindings};
use crate::steps::{Execution, Status, Token};
use crate::words::check::CheckId;
use crate::words::claims::{Need, compare};
use crate::words::failure::{Cause, Failure, Service};
use crate::words::step::Step;
use crate::words::token::Audience;
use crate::world::browser::Surroundings;
use crate::world::{World, clock, papers};

/// Days before an end from which a warning is said.
const WARN_DAYS: i32 = 14;

pub(super) fn run(host: &mut Host, arguments: &Doctor) -> Exit {
    let ground = match Ground::of(host, &arguments.which) {
        Ok(ground) => ground,
        Err(what) => return not_begun(host, &what),
    };
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    runtime.block_on(examine(host, arguments, &ground))
}

async fn examine(host: &mut Host, arguments: &Doctor, ground: &Ground) -> Exit {
    let world = World::new(ground.options(Surroundings::default()));
    let opened = match headless::open(&world, ground.environment).await {
        Ok(opened) => opened,
        Err(failure) => {
            return cannot(host, &failure, arguments.json);
        }
    };
    check_all(host, arguments, &ground.cloud, &world, opened).await
}

async fn check_all(
    host: &mut Host,
    arguments: &Doctor,
    cloud: &Cloud,
    world: &World,
    opened: Opened,
) -> Exit {
    if opened.registration.newer {
        // A rotated token could not be noted, so nothing is rotated.
        let failure = Failure::new(Service::Disk, Cause::NewerJournal);
        return cannot(host, &failure, arguments.json);
    }
    if opened.registration.active.is_none() {
        return nothing(host, arguments, &opened);
    }
    let only = arguments.step.map(Step::from);
    if only == Some(Step::Basic) {
        return complain(host, "step basic is only a name: there is nothing to check");
    }
    let (steps, registration) = all(host, world, cloud, opened.registration.clone(), only).await;
    let findings = findings(&opened, steps, &registration, arguments.warn_days);
    finish(host, arguments, &findings)
}

fn nothing(host: &mut Host, arguments: &Doctor, opened: &Opened) -> Exit {
    complain(host, "nothing is registered yet, so there is nothing to check: octo-csp register");
    if arguments.json {
        let mut findings = findings(opened, Vec::new(), &opened.registration, None);
        findings.exit = Exit::SignIn;
        say(host, &doctor::in_json(&findings));
    }
    Exit::SignIn
}

/// Runs the checks of each step, one after the other: the second uses what the first kept.
async fn all(
    host: &mut Host,
    world: &World,
    cloud: &Cloud,
    mut registration: Registration,
    only: Option<Step>,
) -> (Vec<StepFindings>, Registration) {
    let mut steps = Vec::new();
    for step in [Step::PartnerCenter, Step::PartnerApi] {
        if only.is_some_and(|only| only != step) {
            continue;
        }
        let Some(mut run) = Execution::check(step, registration.clone()) else {
            continue;
        };
        if cloud.partner_api.is_none() {
            run = run.without_prices();
        }
        let mut told: Vec<CheckId> = Vec::new();
        headless::drive(&mut run, world, |run| {
            headless::tell(&mut host.err, &mut told, run.checks());
        })
        .await;
        steps.push(of_step(step, &run, cloud, &registration));
        registration = run.registration().clone();
        if run.status() == Status::Stopped {
            break;
        }
    }
    (steps, registration)
}

fn of_step(step: Step, run: &Execution, cloud: &Cloud, before: &Registration) -> StepFindings {
    let now = clock::now();
    let tokens = run.tokens().into_iter().map(|token| TokenFindings {
        audience: token.audience,
        person: token.person,
        claims: compare(&token.claims, &need(&token, cloud, before), now),
    });
    StepFindings {
        step,
        checks: run.checks().to_vec(),
        lines: run.lines(),
        before: before.good_runs.get(&step).cloned(),
        tokens: tokens.collect(),
        apis: run.apis(),
        failed: run.failed().map(|(check, failure)| {
            let diagnosis = diagnose(failure, &run.context(check.id));
            (failure.clone(), diagnosis)
        }),
    }
}

fn need(token: &Token, cloud: &Cloud, registration: &Registration) -> Need {
    let proof = registration.active.as_ref().and_then(|active| active.partner_center.as_ref());
    let audience = match token.audience {
        Audience::PartnerCenter => &cloud.partner_center_audience,
        Audience::PartnerApi => &cloud.partner_api_audience,
    };
    Need {
        audience: audience.clone(),
        audience_id: token.audience.api().id,
        tenant: proof.map_or_else(String::new, |(proof, _)| proof.tenant.to_string()),
        application: proof.map_or_else(String::new, |(proof, _)| proof.application.to_string()),
        person: token.person,
    }
}

fn findings(
    opened: &Opened,
    steps: Vec<StepFindings>,
    registration: &Registration,
    warn_days: Option<i32>,
) -> Findings {
    let now = clock::now();
    let ends = dates::ends(registration);
    let failed = steps.iter().find_map(|step| step.failed.as_ref());
    let stopped = steps.iter().any(|step| step.failed.is_none() && doctor::unfinished(step));
    let exit = match failed {
        Some((_, diagnosis)) => diagnosis.exit,
        None if stopped => Exit::Cancelled,
        None if warn_days.is_some_and(|days| soon(&ends, days)) => Exit::SignIn,
        None => Exit::Done,
    };
    Findings {
        registration: opened.name.clone(),
        steps,
        ends,
        now,
        warn_days: warn_days.unwrap_or(WARN_DAYS),
        exit,
    }
}

fn soon(ends: &[End], days: i32) -> bool {
    let today = dates::utc(clock::now());
    ends.iter().any(|end| end.days_left(today) <= days)
}

fn finish(host: &mut Host, arguments: &Doctor, findings: &Findings) -> Exit {
    let text = if arguments.json { doctor::in_json(findings) } else { doctor::text(findings) };
    say(host, &text);
    if let Some(file) = &arguments.ics {
        let events = calendar(&findings.registration, &findings.ends, findings.now);
        if let Err(error) = papers::write(file, events.as_bytes()) {
            let what = format!("cannot write {}: {}", file.display(), error.kind());
            complain(host, &what);
            return Exit::Storage;
        }
        let _closed = writeln!(host.err, "written: {}", file.display());
    }
    findings.exit
}

#[cfg(test)]
#[cfg(feature = "simulator")]
pub(super) mod tests;
