//! `octo-csp forget`: everything that is kept on this machine about one registration is deleted.

use std::io::Write as _;
use std::path::Path;

use crate::cli::Forget;
use crate::commands::ground::{Ground, runtime};
use crate::commands::{cannot, complain, explained, headless, intake, not_begun, say};
use crate::diagnose::{Context, diagnose};
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::report::forget::{self, Ending, Going};
use crate::steps::{Execution, Status};
use crate::words::check::CheckId;
use crate::world::World;
use crate::world::browser::Surroundings;

pub(super) fn run(host: &mut Host, arguments: &Forget) -> Exit {
    let ground = match Ground::sealed(host, &arguments.which) {
        Ok(ground) => ground,
        Err(what) => return not_begun(host, &what),
    };
    if !arguments.yes && !host.input_is_terminal {
        return complain(
            host,
            "forget asks for the name on a terminal; without one it needs --yes",
        );
    }
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    runtime.block_on(forget(host, arguments, &ground))
}

async fn forget(host: &mut Host, arguments: &Forget, ground: &Ground) -> Exit {
    let world = World::new(ground.options(Surroundings::default()));
    let opened = match headless::open_to_forget(&world, ground.environment).await {
        Ok(opened) => opened,
        Err(failure) => return cannot(host, &failure, arguments.json),
    };
    let going = going(&opened, ground);
    if opened.registration.sequence == 0 && !Path::new(&opened.folder).exists() {
        return nothing(host, arguments, &going);
    }
    if !arguments.json {
        say(host, &forget::list(&going));
    }
    if !arguments.yes && !confirmed(host, &going) {
        complain(host, "that is another name: nothing was deleted");
        return Exit::Cancelled;
    }
    let mut run = Execution::forget(opened.registration);
    let mut told = Vec::new();
    headless::drive(&mut run, &world, |run| {
        headless::tell(&mut host.err, &mut told, run.checks());
    })
    .await;
    finish(host, arguments, &going, &run)
}

fn going(opened: &Opened, ground: &Ground) -> Going {
    let registration = &opened.registration;
    let newest = registration.active.as_ref().or(registration.open.as_ref());
    let center = newest.and_then(|attempt| attempt.partner_center.as_ref());
    let api = newest.and_then(|attempt| attempt.partner_api.as_ref());
    let items = registration.every_item();
    Going {
        name: opened.name.clone(),
        called: registration.called(),
        folder: opened.folder.clone(),
        store: registration.opened_in,
        items: items.iter().map(|item| format!("{}/{item}", opened.name)).collect(),
        application: center.map(|(proof, _)| proof.application.to_string()),
        tenant: center.map(|(proof, _)| proof.tenant.to_string()),
        user: api.and_then(|(proof, _)| proof.user.as_ref().map(ToString::to_string)),
        portal: ground.cloud.portal.as_str().trim_end_matches('/').to_owned(),
    }
}

/// Asks for the name. What was typed is compared as it is.
fn confirmed(host: &mut Host, going: &Going) -> bool {
    let wanted = going.to_type();
    let _closed = write!(host.err, "Type {wanted} to delete all this: ");
    let _closed = host.err.flush();
    let typed = intake::read(&mut host.input, true);
    typed.is_ok_and(|typed| typed.reveal().trim() == wanted)
}

fn nothing(host: &mut Host, arguments: &Forget, going: &Going) -> Exit {
    let ending = Ending { forgotten: true, left: Vec::new(), exit: Exit::Done };
    let text = if arguments.json {
        forget::in_json(&Going { items: Vec::new(), ..going.clone() }, &ending, None)
    } else {
        format!("Nothing is kept about {}.\n", going.name)
    };
    say(host, &text)
}

fn finish(host: &mut Host, arguments: &Forget, going: &Going, run: &Execution) -> Exit {
    let failed = run.failed().map(|(_, failure)| {
        let diagnosis = diagnose(failure, &Context::default());
        (failure.clone(), diagnosis)
    });
    let left = run.left().into_iter().rev();
    let ending = Ending {
        forgotten: run.status() == Status::Finished,
        left: left.map(|item| format!("{}/{item}", going.name)).collect(),
        exit: match (&failed, run.status()) {
            (Some((_, diagnosis)), _) => diagnosis.exit,
            (None, Status::Finished) => Exit::Done,
            (None, _) => Exit::Cancelled,
        },
    };
    if arguments.json {
        say(host, &forget::in_json(going, &ending, failed.as_ref()));
        return ending.exit;
    }
    if let Some((failure, diagnosis)) = &failed {
        explained(host, failure, diagnosis, false);
    }
    let noted = run.passed(CheckId::NoteForgetting);
    say(host, &forget::ending(going, &ending, noted));
    ending.exit
}
