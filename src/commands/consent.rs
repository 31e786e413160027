//! `octo-csp consent`: the sign-in of step 3 in two calls, which may be hours, processes and a reboot apart.

use std::io::Write as _;

use crate::cli::{ConsentFinish, ConsentStart};
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::headless::{self, Asked};
use crate::commands::session::{Ending, HeadlessSession, already};
use crate::commands::{intake, signal};
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Attempt;
use crate::journal::standing::AttemptState;
use crate::report::register::State;
use crate::steps::Execution;
use crate::ui::terminal::passphrase::ask as ask_hidden;
use crate::words::answers::{self, USUAL_REDIRECT};
use crate::words::{Field, PartnerApiRequest, Secret, SharedSecret, Typed};
use crate::world::clock;

/// Asks for the answer of the sign-in.
pub(super) const ADDRESS: &str = "Address (it is not shown): ";

/// Begins the sign-in, or shows the one again that was begun a moment ago.
pub(super) async fn start(context: &mut CommandContext<'_>, arguments: &ConsentStart) -> Result<Exit, CommandError> {
    let target = Target::open(context, &arguments.which, true).await?;
    let (world, opened) = headless::world(context.host, &target).await?;
    let mut session = HeadlessSession::begin(context, &target, (&world, &opened), false);
    let ended = Box::pin(ask(&mut session, arguments.anew)).await;
    Ok(session.end(ended))
}

/// Takes the answer and registers. Where no answer is needed any more, it goes on from there.
pub(super) async fn finish(context: &mut CommandContext<'_>, arguments: &ConsentFinish) -> Result<Exit, CommandError> {
    let target = Target::open(context, &arguments.which, true).await?;
    let (world, opened) = headless::world(context.host, &target).await?;
    let given = (arguments.replace.as_deref(), arguments.profile.as_deref());
    let mut session = HeadlessSession::begin(context, &target, (&world, &opened), false);
    let ended = Box::pin(take(&mut session, given)).await;
    Ok(session.end(ended))
}

pub(super) async fn ask(session: &mut HeadlessSession<'_, '_>, anew: bool) -> Result<Ending, CommandError> {
    session.may_write()?;
    let registration = session.registration.clone();
    if registration.proven().is_none() {
        return Err(nothing_proven(session.context.host));
    }
    let open = registration.open.as_ref();
    let kept = |open: &Attempt| matches!(open.standing(), AttemptState::TokenKept | AttemptState::Ready);
    // What is kept was refused with what the next sign-in has to meet: to go on with it would be refused again.
    let challenged = session.draft.refused.as_ref().is_some_and(|refused| refused.claims.is_some());
    if !anew && !challenged && !session.sign_in_refused() && open.is_some_and(kept) {
        let what = format!(
            "Nobody has to sign in: that was done, and what it brought is kept. {} goes on with it; --anew begins another sign-in.",
            session.context.host.command("consent finish")
        );
        return Err(CommandError::unfinished(State::SignInKept, Exit::Done, &what));
    }
    session.look_at_keyring().await?;
    let young = open.and_then(Attempt::sign_in_ends).is_some_and(|end| end > clock::now());
    let run = Execution::partner_api(request(session)?, registration, None);
    match session.sign_in(run, anew || !young, Asked::Leave).await {
        // The address is all that was asked for.
        Err(CommandError::Unfinished { state: State::SignInNeeded, exit: Exit::SignIn, .. }) => {
            Ok((State::SignInNeeded, Exit::Done))
        }
        Err(error) => Err(error),
        Ok(()) => Ok((State::Stopped, Exit::Internal)),
    }
}

pub(super) async fn take(
    session: &mut HeadlessSession<'_, '_>,
    (replace, profile): (Option<&str>, Option<&str>),
) -> Result<Ending, CommandError> {
    session.may_write()?;
    let registration = session.registration.clone();
    let Some(open) = &registration.open else {
        return Err(if registration.active.is_some() {
            already("It is proven and kept already: no sign-in is open. Nothing was changed.")
        } else {
            nothing_proven(session.context.host)
        });
    };
    session.confirm(replace)?;
    session.may_replace(replace)?;
    session.with_octo(profile)?;
    let answer = match open.standing() {
        AttemptState::Begun if registration.proven().is_none() => return Err(nothing_proven(session.context.host)),
        AttemptState::Begun | AttemptState::SecretKept => {
            return Err(begin_first(session.context.host, "No sign-in is open."));
        }
        AttemptState::CodeUncertain => {
            let what = "Nobody can tell whether the last code was used. It is not sent again.";
            return Err(begin_first(session.context.host, what));
        }
        AttemptState::Ready => return session.commit().await,
        AttemptState::TokenKept if session.sign_in_refused() => {
            return Err(begin_first(
                session.context.host,
                "The sign-in that is kept was refused, and only another one helps.",
            ));
        }
        // Nothing is asked for any more.
        AttemptState::TokenKept => Secret::shared(String::new()),
        AttemptState::SignInOpen => answer(session.context).await?,
    };
    session.look_at_keyring().await?;
    let run = Execution::partner_api(request(session)?, registration, None);
    session.sign_in(run, false, Asked::Answer(answer)).await?;
    session.commit().await
}

/// Reads the address or the code. A terminal shows nothing of it, and takes more than the 4,095 bytes of a line that it edits
/// itself.
async fn answer(context: &mut CommandContext<'_>) -> Result<SharedSecret, CommandError> {
    let host = &mut *context.host;
    let read = if host.input_is_terminal {
        let _closed = writeln!(host.err, "Paste the whole address that the browser ended on, then press Enter.");
        ask_hidden(&mut *host.err, ADDRESS, signal::ended()).await
    } else {
        intake::read(&mut host.input, false).map(Some)
    };
    match read {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(CommandError::at(State::Stopped, Exit::Cancelled)),
        Err(error) => {
            let what = format!("standard input cannot be read: {}", error.kind());
            let _closed = writeln!(host.err, "octo-csp: {what}");
            Err(CommandError::unfinished(State::SignInNeeded, Exit::Usage, &what))
        }
    }
}

fn nothing_proven(host: &Host) -> CommandError {
    let what = format!("Partner Center Credentials come first: {}", host.command("register --no-input"));
    CommandError::unfinished(State::NotBegun, Exit::Usage, &what)
}

fn begin_first(host: &Host, what: &str) -> CommandError {
    let what = format!("{what} Begin one: {}", host.command("consent start"));
    CommandError::unfinished(State::SignInNeeded, Exit::SignIn, &what)
}

/// Step 3 as it was typed before: the draft has it, or what was proven the last time.
fn request(session: &HeadlessSession<'_, '_>) -> Result<PartnerApiRequest, CommandError> {
    let usual = Typed::default().with(Field::Redirect, USUAL_REDIRECT);
    let typed = session.draft.typed.typed().over(&session.registration.typed().over(&usual));
    answers::partner_api(&typed, None).map_err(|_of_a_draft| {
        let what = format!(
            "The draft of this registration holds a redirect address or MPN ID that cannot be used: {} with all values",
            session.context.host.command("register --no-input")
        );
        CommandError::unfinished(State::NotBegun, Exit::Refused, &what)
    })
}
