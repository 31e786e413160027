//! `octo-csp token`: an access token for a script. A kept one is given out without a request and without the lock; else one
//! process gets a new one, and the others wait for it and take that.

use std::time::Duration;

use crate::cli::Token;
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::{headless, signal};
use crate::diagnose::Platform;
use crate::effect::{Effect, Opened, Outcome, Perform as _};
use crate::exit::Exit;
use crate::journal::Attempt;
use crate::journal::access::AccessToken;
use crate::report;
use crate::steps::{Execution, Status};
use crate::words::{Audience, Cause, Failure, Service};
use crate::world::World;
use crate::world::browser::Surroundings;
use crate::world::clock::{self, Stopwatch};
use crate::world::registration_index::RegistrationIndex;

/// How long another process may work on this registration before we give up.
const PATIENCE: u64 = 60_000;

/// How often it is looked whether it has finished.
const ROUND: Duration = Duration::from_millis(50);

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Token) -> Result<Exit, CommandError> {
    let target = Target::open(context, &arguments.which, true).await?;
    let audience = arguments.audience;
    if context.host.output_is_terminal && !arguments.show {
        return Err(CommandError::usage(
            "a token is a secret and is not printed on a terminal: send it to a program or a file, or say --show",
        ));
    }
    if audience == Audience::PartnerApi && target.cloud.partner_api.is_none() {
        return Err(CommandError::usage("this cloud has no price service"));
    }
    let got = Box::pin(get(arguments, &target, audience, signal::ended())).await?;
    context.hand_out(&if arguments.json {
        report::token::token(audience, &got.token, got.cached)
    } else {
        format!("{}\n", got.token.value.reveal())
    })
}

/// A token, and whether an earlier call kept it.
struct Got {
    token: AccessToken,
    cached: bool,
}

/// What can be done at once, or has to be asked for.
enum Begun {
    Kept(AccessToken),
    Ask(Box<(World, Execution)>),
}

async fn get(
    arguments: &Token,
    target: &Target,
    audience: Audience,
    end: impl Future<Output = ()>,
) -> Result<Got, CommandError> {
    // Whoever typed a passphrase has our signal handlers already: without this a signal would mean nothing while we wait.
    let begun = tokio::select! { biased;
        () = end => return Err(CommandError::Quiet(Exit::Cancelled)),
        begun = begin(arguments, target, audience) => begun?,
    };
    let (world, mut run) = match begun {
        Begun::Kept(token) => return Ok(Got { token, cached: true }),
        Begun::Ask(both) => *both,
    };
    headless::drive(&mut run, &world, |_| {}).await;
    outcome(target.platform, &run)
}

/// Reads, and waits for whoever works on this registration; nothing of this has to be finished.
async fn begin(arguments: &Token, target: &Target, audience: Audience) -> Result<Begun, CommandError> {
    let least = arguments.min_valid.map(Duration::from_secs);
    let good = |token: &AccessToken| token.suffices(clock::now(), least);
    if let Some(token) = glance(&target.shelf(), &target.name(), audience).await?.filter(good) {
        return Ok(Begun::Kept(token));
    }
    let world = World::new(target.options(Surroundings::default()));
    let opened = patiently(&world, target).await?;
    if opened.registration.newer {
        // A rotated token could not be noted, so nothing is rotated.
        return Err(CommandError::newer_journal());
    }
    let active = opened.registration.active.as_ref().ok_or_else(|| CommandError::nothing_to_hand_out("token"))?;
    // Whoever had the lock before us may have been on the same errand.
    if let Some(token) = recall(&world, active, audience).await.filter(good) {
        return Ok(Begun::Kept(token));
    }
    let run = Execution::token(audience, opened.registration.clone())
        .ok_or_else(|| CommandError::nothing_to_hand_out("token"))?;
    Ok(Begun::Ask(Box::new((world, run))))
}

fn outcome(place: Platform, run: &Execution) -> Result<Got, CommandError> {
    if let Some(refused) = headless::refused(place, run) {
        return Err(refused.into());
    }
    match (run.status(), run.access_token()) {
        (Status::Finished, Some(token)) => Ok(Got { token, cached: false }),
        (Status::Stopped, _) => Err(CommandError::Quiet(Exit::Cancelled)),
        (Status::Running | Status::Asking | Status::Finished | Status::Refused, _) => {
            Err(Box::new(Failure::new(Service::Machine, Cause::Internal)).into())
        }
    }
}

/// Looks for a kept token without the lock. What stands in the way of that is told by whoever opens the registration.
async fn glance(
    shelf: &RegistrationIndex,
    name: &str,
    audience: Audience,
) -> Result<Option<AccessToken>, CommandError> {
    let Ok(registration) = shelf.in_use(name).await else {
        return Ok(None);
    };
    if registration.newer {
        return Ok(None);
    }
    let active = registration.active.as_ref().ok_or_else(|| CommandError::nothing_to_hand_out("token"))?;
    let item = AccessToken::item(active, audience);
    let kept = shelf.recall(name, &registration.store, &item).await;
    Ok(kept.and_then(|kept| AccessToken::read(&kept, active)))
}

/// The same with the lock. A token that is not there is no fault, nor one that cannot be read: it is written over.
async fn recall(world: &World, active: &Attempt, audience: Audience) -> Option<AccessToken> {
    let item = AccessToken::item(active, audience);
    let Outcome::Recalled(kept) = world.perform(Effect::Recall(item)).await else { return None };
    AccessToken::read(&kept, active)
}

/// Opens the registration, and waits while another process works on it.
async fn patiently(world: &World, target: &Target) -> Result<Opened, Box<Failure>> {
    let watch = Stopwatch::start();
    loop {
        match headless::open(world, target.environment).await {
            Err(failure) if failure.cause == Cause::InUse && watch.milliseconds() < PATIENCE => {
                tokio::time::sleep(ROUND).await;
            }
            opened => return opened,
        }
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests {
    use std::future::ready;
    use std::io::{self, Write};

    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};
    use crate::cloud::Cloud;
    use crate::commands::error::end;
    use crate::commands::tests::{Stream, context, host};

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_signal_ends_what_waits_for_the_registration() {
        let typed = ["octo-csp", "token", "partner-center"];
        let Command::Token(arguments) = Cli::try_parse_from(typed).unwrap().command else {
            panic!("not token");
        };
        let target = Target::for_test(Cloud::global());
        let audience = arguments.audience;
        let got = get(&arguments, &target, audience, ready(())).await;
        assert!(matches!(got, Err(CommandError::Quiet(Exit::Cancelled))));
    }

    #[test]
    fn what_is_handed_out_and_does_not_get_there_is_told() {
        for (kind, exit) in [(io::ErrorKind::StorageFull, Exit::Storage), (io::ErrorKind::BrokenPipe, Exit::Done)] {
            let (out, err) = (Stream::default(), Stream::default());
            let mut host = host(b"", &out, &err);
            host.out = Box::new(Broken(kind));
            let ended = context(&mut host, "token", false).hand_out("a-token");
            assert_eq!(end(&mut host, ended, None), exit, "{kind}");
            assert_eq!(err.text().is_empty(), exit == Exit::Done);
            assert!(!err.text().contains("a-token"));
        }
    }
}
