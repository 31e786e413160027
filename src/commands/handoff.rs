//! `octo-csp handoff`: the note for the person who administers Entra, from what was typed or registered.

use crate::cli::Handoff as Arguments;
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::diagnose::{Context, Diagnosis};
use crate::exit::Exit;
use crate::host::Host;
use crate::report::handoff::{self, Handoff};
use crate::report::lines::WIDTH;
use crate::words::{Failure, LastFailure};

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Arguments) -> Result<Exit, CommandError> {
    let target = Target::sealed(context, &arguments.which)?;
    let volume = target.shelf().volume(&target.name()).await?;
    let typed = volume.draft.as_ref().map(|draft| draft.typed.typed());
    let mut note = Handoff::of(&volume.registration, typed, [&target.cloud.portal, &target.cloud.login]);
    let refused = volume.draft.as_ref().and_then(|it| it.refused.as_deref());
    note.missing = refused.and_then(|refused| missing(context.host, refused, &note));
    let text = if arguments.html { handoff::html(&note) } else { handoff::text(&note, WIDTH) };
    Ok(context.print(&text))
}

/// What stopped the registration the last time. What Octo refused is no matter of Entra's.
fn missing(host: &Host, refused: &LastFailure, note: &Handoff) -> Option<(Failure, Diagnosis)> {
    refused.id()?.step()?;
    let values = Context {
        application: note.application.as_deref(),
        tenant: note.tenant.as_deref(),
        redirect: note.redirect.as_deref(),
        flags: &host.flags,
        ..Context::default()
    };
    refused.explained(&values)
}
