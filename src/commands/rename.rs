//! `octo-csp rename`: the account name, and nothing else.

use crate::cli::Rename;
use crate::commands::ground::{Ground, runtime};
use crate::commands::{cannot, complain, headless, not_begun, say};
use crate::effect::{Effect, Outcome, Perform as _};
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Fact;
use crate::words::answers::{Typed, basic, secret_as_name};
use crate::words::failure::{Cause, Failure, Service};
use crate::words::ids::AccountName;
use crate::world::World;
use crate::world::browser::Surroundings;

pub(super) fn run(host: &mut Host, arguments: &Rename) -> Exit {
    let name = match name(arguments) {
        Ok(name) => name,
        Err(what) => return complain(host, &what),
    };
    let ground = match Ground::sealed(host, &arguments.which) {
        Ok(ground) => ground,
        Err(what) => return not_begun(host, &what),
    };
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    match runtime.block_on(rename(&ground, name.clone())) {
        Ok(old) => {
            let words = |name: &Option<AccountName>| {
                name.as_ref().map_or_else(|| "(none)".to_owned(), ToString::to_string)
            };
            say(host, &format!("{}: {} -> {}\n", ground.name(), words(&old), words(&name)))
        }
        Err(failure) => cannot(host, &failure, false),
    }
}

/// The same rules as on the wizard's page, but an empty name is asked for with its own flag.
fn name(arguments: &Rename) -> Result<Option<AccountName>, String> {
    let typed =
        Typed { account_name: arguments.name.clone().unwrap_or_default(), ..Typed::default() };
    if let Some(problem) = secret_as_name(&typed.account_name) {
        return Err(problem.what);
    }
    let details = basic(&typed).map_err(|problems| {
        let words = problems.iter().map(|problem| problem.what.as_str());
        words.collect::<Vec<_>>().join(" ")
    })?;
    if details.name.is_none() && !arguments.none {
        return Err("the name is empty: --none takes it away".to_owned());
    }
    Ok(details.name)
}

/// Returns the name before.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an effect that is answered by another one's outcome is the same internal failure"
)]
async fn rename(
    ground: &Ground,
    name: Option<AccountName>,
) -> Result<Option<AccountName>, Box<Failure>> {
    let world = World::new(ground.options(Surroundings::default()));
    let opened = headless::open(&world, ground.environment).await?;
    let old = opened.registration.name;
    if opened.registration.named && old == name {
        return Ok(old);
    }
    match world.perform(Effect::Note(Fact::Named { name })).await {
        Outcome::Noted(_) => Ok(old),
        Outcome::Failed(failure) => Err(failure),
        _ => Err(Box::new(Failure::new(Service::Machine, Cause::Internal))),
    }
}
