//! `octo-csp submit`: hands the registration over to Octo, or what Octo has not taken of it yet.

use std::io::Write as _;

use crate::cli::Submit;
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::{headless, octo};
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::report::identity::Identity;
use crate::report::submit::{self, Findings};
use crate::steps::Execution;
use crate::words::OctoClient;
use crate::world::World;

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Submit) -> Result<Exit, CommandError> {
    if arguments.which.sandbox {
        let words = "the integration sandbox is never handed over to Octo";
        return Err(CommandError::usage(words));
    }
    let target = Target::open(context, &arguments.which, true).await?;
    let octo = octo::octo(context.host, &target.cloud, arguments.profile.as_deref())?;
    let octo = octo.ok_or_else(|| octo::NONE.to_owned())?;
    let client = octo.client.map_err(|why| {
        format!(
            "{why}: set ALPHAUS_CLIENT_ID and ALPHAUS_CLIENT_SECRET, or name a profile of bluectl with --profile; the wizard asks for them at Send to Octo"
        )
    })?;
    let (world, opened) = headless::world(context.host, &target).await?;
    Box::pin(submit(context, arguments.replace, &world, opened, client)).await
}

async fn submit(
    context: &mut CommandContext<'_>,
    replace: bool,
    world: &World,
    opened: Opened,
    client: OctoClient,
) -> Result<Exit, CommandError> {
    if opened.registration.newer {
        // What Octo took could not be noted, so nothing is sent.
        return Err(CommandError::newer_journal());
    }
    let mut draft = opened.draft.clone().unwrap_or_default();
    let Some(findings) = hand_over(context.host, world, opened, client, replace).await else {
        return Err(CommandError::nothing_registered(context.host, "hand over", None));
    };
    headless::remember(world, context.host, &mut draft, [&findings.run]).await;
    let text = if context.json { submit::in_json(&findings) } else { submit::text(&findings) };
    context.print(&text);
    Ok(findings.exit)
}

/// Hands over what is active, and says on standard error which credentials are used and how each call went. `None` when
/// nothing is active.
async fn hand_over(
    host: &mut Host,
    world: &World,
    opened: Opened,
    client: OctoClient,
    replace: bool,
) -> Option<Findings> {
    let identity = Identity::of(&opened.name, &opened.registration).reached(&host.flags, true);
    let octo_host = client.host.to_string();
    let about = format!("to {octo_host}, credentials {}", client.source);
    let mut run = Execution::submit(opened.registration, client, replace)?;
    let _closed = writeln!(host.err, "{about}");
    headless::drive_aloud(std::slice::from_mut(&mut run), world, host).await;
    let failed = headless::refused(host, &run);
    let exit = headless::exit(&run, failed.as_ref());
    Some(Findings { identity, host: octo_host, run, failed, exit })
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests;
