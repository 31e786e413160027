//! `octo-csp doctor`: every check of every finished step again, with what is kept. Nothing is changed but the refresh token
//! that was rotated, a line about a good run, and a replaced set that is no longer needed.

mod fleet;

use crate::cli::Doctor;
use crate::cloud::Cloud;
use crate::commands::context::{self, CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::{headless, machine};
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Registration;
use crate::report::calendar::{End, calendar};
use crate::report::dates;
use crate::report::doctor::{self, Cause, Findings, StepFindings};
use crate::report::identity::Identity;
use crate::steps::{Execution, Status, Token};
use crate::words::claims::compare;
use crate::words::{LastFailure, Need, Step};
use crate::world::{World, clock};

/// Days before an end from which a warning is said.
const WARN_DAYS: i32 = 14;

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Doctor) -> Result<Exit, CommandError> {
    let target = Target::open(context, &arguments.which, true).await?;
    if arguments.all {
        return Box::pin(fleet::run(context, arguments, &target)).await;
    }
    let (world, opened) = headless::world(context.host, &target).await?;
    Box::pin(check_all(context, arguments, (&target.cloud, target.graph), &world, opened)).await
}

async fn check_all(
    context: &mut CommandContext<'_>,
    arguments: &Doctor,
    (cloud, graph): (&Cloud, bool),
    world: &World,
    opened: Opened,
) -> Result<Exit, CommandError> {
    let nothing = opened.registration.active.is_none();
    let findings = Box::pin(examine(context.host, arguments, (cloud, graph), world, opened)).await?;
    if nothing {
        let object = Some(doctor::in_json(&findings));
        return Err(CommandError::nothing_registered(context.host, "check", object));
    }
    let text =
        if arguments.json { doctor::in_json(&findings) } else { doctor::text(&findings, context::width(context.host)) };
    context.print(&text);
    if let Some(file) = &arguments.ics {
        let events = calendar(&findings.identity.registration, &findings.ends, findings.now);
        context.write("ics", file, &events)?;
    }
    Ok(findings.exit)
}

/// Checks one registration; of one of which nothing is in use it is said that a person has to sign in.
async fn examine(
    host: &mut Host,
    arguments: &Doctor,
    (cloud, graph): (&Cloud, bool),
    world: &World,
    opened: Opened,
) -> Result<Findings, CommandError> {
    if opened.registration.newer {
        // A rotated token could not be noted, so nothing is rotated.
        return Err(CommandError::newer_journal());
    }
    let identity = |host: &Host, registration: &Registration| {
        Identity::of(&opened.name, registration).reached(&host.flags, cloud.octo().is_some())
    };
    if opened.registration.active.is_none() {
        let identity = identity(host, &opened.registration);
        return Ok(Findings { exit: Exit::SignIn, ..findings(identity, Vec::new(), &opened.registration, None) });
    }
    let only = arguments.step;
    if only == Some(Step::Basic) {
        let words = "step basic is only a name: there is nothing to check";
        return Err(CommandError::usage(words));
    }
    let (steps, registration) = all(host, world, (cloud, graph), &opened.registration, only).await;
    let mut draft = opened.draft.clone().unwrap_or_default();
    let runs = steps.iter().map(|step| &step.run);
    headless::remember(world, host, &mut draft, runs).await;
    let identity = identity(host, &registration);
    let causes = causes(host, &steps);
    Ok(Findings { causes, ..findings(identity, steps, &registration, arguments.warn_days) })
}

/// Runs the checks of both steps side by side: neither uses what the other finds, and a line that one notes the other hears of. What
/// was stopped in the first leaves nothing to say about the second.
async fn all(
    host: &mut Host,
    world: &World,
    (cloud, graph): (&Cloud, bool),
    before: &Registration,
    only: Option<Step>,
) -> (Vec<StepFindings>, Registration) {
    let steps = [Step::PartnerCenter, Step::PartnerApi].into_iter();
    let steps = steps.filter(|step| only.is_none_or(|only| only == *step));
    let begun = steps.filter_map(|step| {
        let run = Execution::check(step, before.clone())?;
        Some((step, run.reaching(cloud.reach(graph))))
    });
    let (steps, mut runs): (Vec<Step>, Vec<Execution>) = begun.unzip();
    world.make_ready(&steps);
    // They are begun before the first call looks for one.
    tokio::task::yield_now().await;
    headless::drive_aloud(&mut runs, world, host).await;
    // Each has heard of all lines.
    let after = runs.first().map_or_else(|| before.clone(), |run| run.registration().clone());
    let shown = runs.iter().position(|run| run.status() == Status::Stopped).map_or(runs.len(), |at| at + 1);
    let both = steps.into_iter().zip(runs).take(shown);
    (both.map(|(step, run)| of_step(host, step, run, cloud, before)).collect(), after)
}

fn of_step(host: &Host, step: Step, run: Execution, cloud: &Cloud, before: &Registration) -> StepFindings {
    let now = clock::now();
    let tokens = run.tokens().into_iter().map(|token| {
        let claims = compare(&token.claims, &need(&token, cloud, before), now);
        (token, claims)
    });
    StepFindings {
        step,
        before: before.good_runs.get(&step).cloned(),
        tokens: tokens.collect(),
        failed: headless::refused(host, &run),
        run,
    }
}

fn need(token: &Token, cloud: &Cloud, registration: &Registration) -> Need {
    let proof = registration.active.as_ref().and_then(|active| active.partner_center.as_ref());
    Need {
        audience: cloud.audience(token.audience).to_owned(),
        audience_id: token.audience.api().id,
        tenant: proof.map_or_else(String::new, |(proof, _)| proof.tenant.to_string()),
        application: proof.map_or_else(String::new, |(proof, _)| proof.application.to_string()),
        person: token.person,
    }
}

fn findings(
    identity: Identity,
    steps: Vec<StepFindings>,
    registration: &Registration,
    warn_days: Option<i32>,
) -> Findings {
    let now = clock::now();
    let refused = steps.iter().find_map(|step| {
        let ((check, _), (failure, diagnosis)) = (step.run.failed()?, step.failed.as_ref()?);
        LastFailure::of(check.id, diagnosis, failure)
    });
    let ends = dates::ends(registration, refused.as_ref(), &identity);
    let failed = steps.iter().find_map(|step| step.failed.as_ref());
    let stopped = steps.iter().any(|step| step.failed.is_none() && doctor::unfinished(step));
    let exit = match failed {
        Some((_, diagnosis)) => diagnosis.exit,
        None if stopped => Exit::Cancelled,
        None if warn_days.is_some_and(|days| soon(&ends, days)) => Exit::SignIn,
        None => Exit::Done,
    };
    Findings { identity, causes: Vec::new(), steps, ends, now, warn_days: warn_days.unwrap_or(WARN_DAYS), exit }
}

/// What failed in any step, each cause once: the network that is gone, the keyring that is locked is not told for each check.
fn causes(host: &Host, steps: &[StepFindings]) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for step in steps {
        for check in step.run.checks() {
            let Some(failure) = check.failure() else { continue };
            let diagnosis = machine::diagnosed(host, failure, step.run.context(check.id));
            let known = |cause: &&mut Cause| cause.both.1.row == diagnosis.row && cause.both.1.code == diagnosis.code;
            match causes.iter_mut().find(known) {
                Some(cause) => cause.checks.push(check.id.title()),
                None => causes.push(Cause { checks: vec![check.id.title()], both: (failure.clone(), diagnosis) }),
            }
        }
    }
    causes
}

fn soon(ends: &[End], days: i32) -> bool {
    let today = dates::utc(clock::now());
    ends.iter().any(|end| end.days_left(today) <= days)
}

#[cfg(test)]
#[cfg(feature = "simulator")]
pub(super) mod tests;
