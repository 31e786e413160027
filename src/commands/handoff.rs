//! `octo-csp handoff`: the note for the person who administers Entra, from what was typed or registered.

use crate::cli::Handoff as Arguments;
use crate::commands::{complain, explained, register, say};
use crate::engine::diagnose::{Context, diagnose};
use crate::engine::journal::registration_name;
use crate::engine::step::Environment;
use crate::exit::Exit;
use crate::host::Host;
use crate::ui::report::handoff::{self, Handoff};
use crate::world::shelf::Shelf;

pub(super) fn run(host: &mut Host, arguments: &Arguments) -> Exit {
    let cloud = match register::cloud(&arguments.cloud) {
        Ok((cloud, _)) => cloud,
        Err(what) => return complain(host, &what),
    };
    let Some(state) = host.environment.state() else {
        return complain(host, "there is no home folder (HOME) to find the draft in");
    };
    let environment = if arguments.sandbox {
        Environment::Sandbox
    } else {
        Environment::Production
    };
    let name = registration_name(environment, cloud.keeping_name().as_deref());
    let volume = match Shelf::new(state, host.program.clone()).volume(&name) {
        Ok(volume) => volume,
        Err(failure) => {
            let diagnosis = diagnose(&failure, &Context::default());
            return explained(host, &failure, &diagnosis, false);
        }
    };
    let typed = volume.draft.as_ref().map(|draft| &draft.typed);
    let note = Handoff::of(&volume.registration, typed, cloud.portal.as_str());
    let text = if arguments.html {
        handoff::html(&note)
    } else {
        handoff::text(&note)
    };
    say(host, &text)
}
