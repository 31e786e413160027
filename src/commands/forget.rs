//! `octo-csp forget`: everything that is kept on this machine about one registration is deleted.

use std::io::Write as _;
use std::path::Path;

use crate::cli::Forget;
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::{headless, intake, machine};
use crate::diagnose::{Context, Diagnosis};
use crate::effect::Effect;
use crate::exit::Exit;
use crate::host::Host;
use crate::report::explain;
use crate::report::forget::{self, Ending, Going};
use crate::report::identity::Identity;
use crate::steps::{Execution, Status};
use crate::words::store::STORES;
use crate::words::{CheckId, Failure};
use crate::world::World;
use crate::world::browser::Surroundings;

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Forget) -> Result<Exit, CommandError> {
    let target = Target::sealed(context, &arguments.which)?;
    if !arguments.yes && !context.host.input_is_terminal {
        let words = "forget asks for the name on a terminal; without one it needs --yes";
        return Err(CommandError::usage(words));
    }
    let world = World::new(target.options(Surroundings::default()));
    let opened = headless::open(&world, Effect::OpenToForget(target.environment)).await?;
    headless::say_which(context.host, &Identity::of(&opened.name, &opened.registration));
    let portal = target.cloud.portal.as_str().trim_end_matches('/').to_owned();
    let elsewhere = target.shelf().elsewhere(&opened.name, opened.registration.opened_in).await;
    let mut going = Going::new(opened, portal, context.host.command("forget"));
    for other in &elsewhere {
        let names = other.names(&going.opened.name);
        going.also(other.store, names);
    }
    // A vault file goes with the folder, whichever store was asked for.
    let asked = going.opened.registration.opened_in;
    for store in STORES.into_iter().filter(|store| *store != asked) {
        let files = store.files.iter().map(|file| Path::new(&going.opened.folder).join(file));
        let there = files.filter(|file| file.exists()).map(|file| file.display().to_string());
        let there = Some(there.collect());
        going.also(store, there);
    }
    let opened = &going.opened;
    let empty = opened.registration.sequence == 0 && going.is_empty();
    if empty && !Path::new(&opened.folder).exists() {
        return Ok(nothing(context, &going));
    }
    if !arguments.json {
        context.print(&forget::list(&going));
    }
    if !arguments.yes && !confirmed(context.host, &going) {
        let words = "that is another name: nothing was deleted";
        return Err(CommandError::new(Exit::Cancelled, words));
    }
    let mut run = Execution::forget(opened.registration.clone());
    headless::drive_aloud(std::slice::from_mut(&mut run), &world, context.host).await;
    let (here, mut failed) = (run.status() == Status::Finished, headless::refused(context.host, &run));
    let mut left = Vec::new();
    for other in elsewhere {
        let names = other.names(&going.opened.name).unwrap_or_default();
        let refused = if here && !names.is_empty() { other.clear().await.err() } else { None };
        left.extend(names.into_iter().filter(|_| !here || refused.is_some()));
        let host = &*context.host;
        failed = failed.or_else(|| {
            refused.map(|failure| {
                let diagnosis = machine::diagnosed(host, &failure, Context::default());
                (*failure, diagnosis)
            })
        });
    }
    Ok(finish(context, &going, (&run, failed), left))
}

/// Asks for the name. What was typed is compared as it is.
fn confirmed(host: &mut Host, going: &Going) -> bool {
    let wanted = going.to_type();
    let _closed = write!(host.err, "Type {wanted} to delete all this: ");
    let _closed = host.err.flush();
    let typed = intake::read(&mut host.input, true);
    typed.is_ok_and(|typed| typed.reveal().trim() == wanted)
}

fn nothing(context: &mut CommandContext<'_>, going: &Going) -> Exit {
    let ending = Ending { forgotten: true, folder: false, left: Vec::new(), exit: Exit::Done };
    let text = if context.json {
        forget::in_json(going, &ending, None)
    } else {
        format!("Nothing is kept about {}.\n", going.opened.name)
    };
    context.print(&text)
}

/// How it ended, and why not well; `elsewhere` are names of what is left in a store that was not asked for.
fn finish(
    context: &mut CommandContext<'_>,
    going: &Going,
    (run, failed): (&Execution, Option<(Failure, Diagnosis)>),
    elsewhere: Vec<String>,
) -> Exit {
    let left = run.left().into_iter().rev();
    let here = run.status() == Status::Finished;
    let ending = Ending {
        forgotten: here && elsewhere.is_empty(),
        folder: !here,
        exit: headless::exit(run, failed.as_ref()),
        left: left.map(|item| format!("{}/{item}", going.opened.name)).chain(elsewhere).collect(),
    };
    if context.json {
        context.print(&forget::in_json(going, &ending, failed.as_ref()));
        return ending.exit;
    }
    if let Some(failed) = &failed {
        let _closed = write!(context.host.err, "{}", explain::failed_text(failed));
    }
    let noted = run.passed(CheckId::NoteForgetting);
    context.print(&forget::ending(going, &ending, noted));
    ending.exit
}
