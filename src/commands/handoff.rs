//! `octo-csp handoff`: the note for the person who administers Entra, from what was typed or registered.

use crate::cli::Handoff as Arguments;
use crate::commands::ground::Ground;
use crate::commands::{cannot, not_begun, say};
use crate::exit::Exit;
use crate::host::Host;
use crate::ui::report::handoff::{self, Handoff};

pub(super) fn run(host: &mut Host, arguments: &Arguments) -> Exit {
    let ground = match Ground::sealed(host, &arguments.which) {
        Ok(ground) => ground,
        Err(what) => return not_begun(host, &what),
    };
    let volume = match ground.shelf().volume(&ground.name()) {
        Ok(volume) => volume,
        Err(failure) => {
            return cannot(host, &failure, false);
        }
    };
    let typed = volume.draft.as_ref().map(|draft| &draft.typed);
    let portal = ground.cloud.portal.as_str();
    let note = Handoff::of(&volume.registration, typed, portal);
    let text = if arguments.html {
        handoff::html(&note)
    } else {
        handoff::text(&note)
    };
    say(host, &text)
}
