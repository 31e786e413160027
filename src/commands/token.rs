//! `octo-csp token`: an access token for a script. A kept one is given out without a request and without the lock; else one
//! process gets a new one, and the others wait for it and take that.

use std::time::Duration;

use crate::cli::Token;
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::{headless, signal};
use crate::effect::{Effect, Opened, Outcome, Perform as _};
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::access::AccessToken;
use crate::journal::{Attempt, Registration};
use crate::report;
use crate::report::identity::Identity;
use crate::steps::{Execution, Status};
use crate::words::{Audience, Cause, Failure, Service};
use crate::world::World;
use crate::world::browser::Surroundings;
use crate::world::clock::{self, Stopwatch};

/// How long one other process may work on this registration before we give up.
const PATIENCE: u64 = 60_000;

/// How often it is looked whether it has finished.
const ROUND: Duration = Duration::from_millis(50);

/// The same of a server that others ask too.
const LONGEST_ROUND: Duration = Duration::from_secs(4);

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
    let got = Box::pin(get(context.host, arguments, &target, signal::ended())).await?;
    headless::say_which(context.host, &got.identity);
    context.hand_out(&if arguments.json {
        report::token::token(audience, &got.identity, &got.token, got.cached)
    } else {
        format!("{}\n", got.token.value.reveal())
    })
}

/// A token, of which registration, and whether an earlier call kept it.
struct Got {
    token: AccessToken,
    identity: Identity,
    cached: bool,
}

/// What can be done at once, or has to be asked for.
enum Begun {
    Kept(Got),
    Ask(Box<(World, Execution)>),
}

async fn get(
    host: &Host,
    arguments: &Token,
    target: &Target,
    end: impl Future<Output = ()>,
) -> Result<Got, CommandError> {
    // Whoever typed a passphrase has our signal handlers already: without this a signal would mean nothing while we wait.
    let begun = tokio::select! { biased;
        () = end => return Err(CommandError::Quiet(Exit::Cancelled)),
        begun = begin(host, arguments, target) => begun?,
    };
    let (world, mut run) = match begun {
        Begun::Kept(got) => return Ok(got),
        Begun::Ask(both) => *both,
    };
    headless::drive(&mut run, &world, |_| {}).await;
    outcome(host, target, &run)
}

/// Reads, and waits for whoever works on this registration; nothing of this has to be finished.
async fn begin(host: &Host, arguments: &Token, target: &Target) -> Result<Begun, CommandError> {
    let audience = arguments.audience;
    let least = arguments.min_valid.map(Duration::from_secs);
    let good = |token: &AccessToken| token.suffices(clock::now(), least);
    let kept = |registration: &Registration, token| {
        Ok(Begun::Kept(Got { identity: target.identity(host, registration), token, cached: true }))
    };
    let nothing = |it: &Registration| CommandError::nothing_to_hand_out(host, "token", &target.identity(host, it));
    let (looked, token) = glance(target, audience).await;
    if let (Some(registration), Some(token)) = (&looked, token.filter(good)) {
        return kept(registration, token);
    }
    let mut options = target.options(Surroundings::default());
    // A hundred may wait for this lock: a token that is kept meanwhile is given out without another question to the keyring.
    options.keeping.compared = true;
    let world = World::new(options);
    let kept_meanwhile = async || {
        // Elsewhere a look costs a question to the keyring, and the lock is free at once.
        let registration = looked.as_ref().filter(|_| target.store.is_shared())?;
        recall_in(target, registration, audience).await.filter(good)?;
        glance(target, audience).await.1.filter(good)
    };
    let opened = match patiently(&world, target, kept_meanwhile).await? {
        Waited::Opened(opened) => *opened,
        Waited::Found(token) => return kept(&looked.unwrap_or_default(), token),
    };
    if opened.registration.newer {
        // A rotated token could not be noted, so nothing is rotated.
        return Err(CommandError::newer_journal());
    }
    let registration = opened.registration;
    // Whoever had the lock before us may have been on the same errand.
    if let Some(active) = &registration.active
        && let Some(token) = recall(&world, active, audience).await.filter(good)
    {
        return kept(&registration, token);
    }
    // From here on is built upon the journal.
    target.shelf().in_use(&target.name()).await?;
    let run = Execution::token(audience, registration.clone()).ok_or_else(|| nothing(&registration))?;
    world.make_ready_to_refresh();
    Ok(Begun::Ask(Box::new((world, run))))
}

fn outcome(host: &Host, target: &Target, run: &Execution) -> Result<Got, CommandError> {
    if let Some(refused) = headless::refused(host, run) {
        return Err(refused.into());
    }
    match (run.status(), run.access_token()) {
        (Status::Finished, Some(token)) => {
            Ok(Got { token, identity: target.identity(host, run.registration()), cached: false })
        }
        (Status::Stopped, _) => Err(CommandError::Quiet(Exit::Cancelled)),
        (Status::Running | Status::Asking | Status::Finished | Status::Refused, _) => {
            Err(Box::new(Failure::new(Service::Machine, Cause::Internal)).into())
        }
    }
}

/// Looks for a kept token, with the lock. A token that is not there is no fault, nor one that cannot be read: it is written over.
async fn recall(world: &World, active: &Attempt, audience: Audience) -> Option<AccessToken> {
    let item = AccessToken::item(active, audience);
    let Outcome::Recalled(kept) = world.perform(Effect::Recall(item)).await else { return None };
    AccessToken::read(&kept, active)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A kept token, without the lock. What stands in the way of that is told by whoever opens the registration.
async fn glance(target: &Target, audience: Audience) -> (Option<Registration>, Option<AccessToken>) {
    let looked = target.shelf().glance(&target.name()).await.ok().filter(|registration| !registration.newer);
    let token = match &looked {
        Some(registration) => recall_in(target, registration, audience).await,
        None => None,
    };
    (looked, token)
}

/// The token that is kept for the set in use of this registration.
async fn recall_in(target: &Target, registration: &Registration, audience: Audience) -> Option<AccessToken> {
    let active = registration.active.as_ref()?;
    let item = AccessToken::item(active, audience);
    let token = target.shelf().recall(&target.name(), &registration.store, &item).await?;
    AccessToken::read(&token, active)
}

/// What came of waiting.
enum Waited {
    /// The registration is ours.
    Opened(Box<Opened>),
    /// Another process has kept a token meanwhile.
    Found(AccessToken),
}

/// Opens the registration, and waits while another process works on it.
async fn patiently(
    world: &World,
    target: &Target,
    look: impl AsyncFn() -> Option<AccessToken>,
) -> Result<Waited, Box<Failure>> {
    let mut watch = Stopwatch::start();
    let mut holder = None;
    let mut round = ROUND;
    loop {
        let asking = Stopwatch::start();
        match headless::open(world, Effect::Open(target.environment)).await {
            Err(failure) if failure.cause == Cause::InUse && watch.milliseconds() < PATIENCE => {
                // A hundred before us are no reason to give up, as long as each has its turn. A lease is renewed by one and the same.
                if !target.store.is_shared() && holder != failure.detail {
                    holder = failure.detail;
                    watch = Stopwatch::start();
                }
                tokio::time::sleep(round).await;
            }
            opened => return opened.map(|opened| Waited::Opened(Box::new(opened))),
        }
        if let Some(token) = look().await {
            return Ok(Waited::Found(token));
        }
        if target.store.is_shared() {
            // Two hundred that wait together ask a server of everybody's: the slower it answers, the less it is asked.
            let slow = Duration::from_millis(asking.milliseconds().saturating_sub(millis(round)) * 8);
            round = (round * 2).max(slow).min(LONGEST_ROUND);
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
        let (out, err) = (Stream::default(), Stream::default());
        let host = host(b"", &out, &err);
        let got = Box::pin(get(&host, &arguments, &target, ready(()))).await;
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
