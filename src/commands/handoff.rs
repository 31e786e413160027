//! `octo-csp handoff`: the note for the person who administers Entra, from what was typed or registered.

use crate::cli::Handoff as Arguments;
use crate::commands::ground::Ground;
use crate::commands::{complain, explained, say};
use crate::engine::diagnose::{Context, diagnose};
use crate::exit::Exit;
use crate::host::Host;
use crate::text::Foreign;
use crate::ui::report::handoff::{self, Handoff};
use crate::world::shelf::Volume;

pub(super) fn run(host: &mut Host, arguments: &Arguments) -> Exit {
    let ground = match Ground::of(host, &arguments.which) {
        Ok(ground) => ground,
        Err(what) => return complain(host, &what),
    };
    let volume = match ground.shelf().volume(&ground.name()) {
        Ok(volume) => volume,
        Err(failure) => {
            let diagnosis = diagnose(&failure, &Context::default());
            return explained(host, &failure, &diagnosis, false);
        }
    };
    let portal = ground
        .cloud
        .portal
        .as_str()
        .trim_end_matches('/')
        .to_owned();
    let note = of(&volume, portal);
    let text = if arguments.html {
        handoff::html(&note)
    } else {
        handoff::text(&note)
    };
    say(host, &text)
}

/// What was proven goes before what was typed.
fn of(volume: &Volume, portal: String) -> Handoff {
    let registration = &volume.registration;
    let newest = registration.open.as_ref().or(registration.active.as_ref());
    let center = newest.and_then(|attempt| attempt.partner_center.as_ref());
    let api = newest.and_then(|attempt| attempt.partner_api.as_ref());
    let typed = volume.draft.as_ref().map(|draft| &draft.typed);
    // A draft is a file: what is in it goes through the door for foreign text.
    let clean = |text: &str| Foreign::some(text).map(|text| text.to_string());
    let application = typed.and_then(|typed| clean(&typed.application_id));
    let tenant = typed.and_then(|typed| clean(&typed.directory));
    let redirect = typed.and_then(|typed| clean(&typed.redirect));
    Handoff {
        application: center
            .map(|(proof, _)| proof.application.to_string())
            .or(application),
        tenant: center.map(|(proof, _)| proof.tenant.to_string()).or(tenant),
        redirect: api
            .map(|(proof, _)| proof.redirect.as_str().to_owned())
            .or(redirect),
        portal,
    }
}
