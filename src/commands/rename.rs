//! `octo-csp rename`: the account name, and nothing else.

use crate::cli::Rename;
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::headless;
use crate::effect::{Effect, Outcome, Perform as _};
use crate::exit::Exit;
use crate::journal::Fact;
use crate::words::answers::{basic, fits};
use crate::words::{AccountName, Field, Typed};

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Rename) -> Result<Exit, CommandError> {
    let new = name(arguments)?;
    let target = Target::sealed(context, &arguments.which)?;
    let (world, opened) = headless::world(context.host, &target).await?;
    let old = opened.registration.name.clone();
    if opened.registration.active.is_none() && opened.registration.open.is_none() {
        return Err(CommandError::nothing_registered(context.host, "rename", None));
    }
    if !opened.registration.named || old != new {
        let outcome = world.perform(Effect::Note(Fact::Named { name: new.clone() })).await;
        if !matches!(outcome, Outcome::Noted(_)) {
            return Err(headless::because(outcome).into());
        }
    }
    let words = |name: &Option<AccountName>| name.as_ref().map_or_else(|| "(none)".to_owned(), ToString::to_string);
    Ok(context.print(&format!("{}: {} -> {}\n", target.name(), words(&old), words(&new))))
}

/// The same rules as on the wizard's page, but an empty name is asked for with its own flag.
fn name(arguments: &Rename) -> Result<Option<AccountName>, String> {
    let typed = Typed::default().with(Field::AccountName, arguments.name.as_deref().unwrap_or_default());
    fits(Field::AccountName, typed.get(Field::AccountName)).map_err(|problem| problem.what)?;
    let name = basic(&typed).map_err(|problem| problem.what)?;
    if name.is_none() && !arguments.none {
        return Err("the name is empty: --none takes it away".to_owned());
    }
    Ok(name)
}
