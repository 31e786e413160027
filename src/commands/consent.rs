//! `octo-csp consent`: the sign-in of step 3 in two calls, which may be hours, processes and a reboot apart.

use std::io::Write as _;

use crate::cli::{ConsentFinish, ConsentStart};
use crate::commands::ground::{Ground, runtime};
use crate::commands::headless::{self, Asked};
use crate::commands::unattended::{Over, Talk, Told, opened};
use crate::commands::{complain, intake, not_begun};
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Attempt;
use crate::journal::standing::AttemptState;
use crate::report::register::State;
use crate::steps::Execution;
use crate::ui::terminal::passphrase::ask as ask_hidden;
use crate::words::answers::{self, PartnerApiRequest, USUAL_REDIRECT};
use crate::words::secret::{Secret, SharedSecret};
use crate::world::{World, clock};

/// Asks for the answer of the sign-in.
pub(super) const ADDRESS: &str = "Address (it is not shown): ";

pub(super) fn start(host: &mut Host, arguments: &ConsentStart) -> Exit {
    let ground = match Ground::of(host, &arguments.which) {
        Ok(ground) => ground,
        Err(why) => return not_begun(host, &why),
    };
    let told = told("consent start", arguments.json);
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    runtime.block_on(async {
        match opened(host, &ground, told.json).await {
            Ok((world, opened)) => {
                begin(host, (told, arguments.anew), &ground, (&world, opened)).await
            }
            Err(exit) => exit,
        }
    })
}

pub(super) fn finish(host: &mut Host, arguments: &ConsentFinish) -> Exit {
    let ground = match Ground::of(host, &arguments.which) {
        Ok(ground) => ground,
        Err(why) => return not_begun(host, &why),
    };
    let told = told("consent finish", arguments.json);
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    let given = (arguments.replace.as_deref(), arguments.profile.as_deref());
    runtime.block_on(async {
        match opened(host, &ground, told.json).await {
            Ok((world, opened)) => end(host, (told, given), &ground, (&world, opened)).await,
            Err(exit) => exit,
        }
    })
}

fn told(command: &'static str, json: bool) -> Told {
    Told { command, json, lines: false }
}

/// Begins the sign-in, or shows the one again that was begun a moment ago.
pub(super) async fn begin(
    host: &mut Host,
    (told, anew): (Told, bool),
    ground: &Ground,
    (world, opened): (&World, Opened),
) -> Exit {
    let mut talk = Talk::new(host, told, ground, (world, &opened));
    talk.say_hosts();
    let over = match Box::pin(ask(&mut talk, &opened, anew)).await {
        // The address is all that was asked for.
        Err(Over(State::SignInNeeded, Exit::SignIn)) => Over(State::SignInNeeded, Exit::Done),
        Ok(over) | Err(over) => over,
    };
    talk.finish(over)
}

async fn ask(talk: &mut Talk<'_>, opened: &Opened, anew: bool) -> Result<Over, Over> {
    talk.may_write()?;
    if opened.registration.proven().is_none() {
        return Err(nothing_proven(talk));
    }
    let open = opened.registration.open.as_ref();
    let kept =
        |open: &Attempt| matches!(open.standing(), AttemptState::TokenKept | AttemptState::Ready);
    if !anew && open.is_some_and(kept) {
        let what = "Nobody has to sign in: that was done, and what it brought is kept. octo-csp consent finish goes on with it; --anew begins another sign-in.";
        return Err(talk.told(what, Over(State::SignInKept, Exit::Done)));
    }
    talk.look_at_keyring().await?;
    let young = open.and_then(Attempt::sign_in_ends).is_some_and(|end| end > clock::now());
    let run = Execution::partner_api(request(talk, opened)?, opened.registration.clone(), None);
    talk.sign_in(run, anew || !young, Asked::Leave).await?;
    Ok(Over(State::Stopped, Exit::Internal))
}

/// Takes the answer and registers. Where no answer is needed any more, it goes on from there.
pub(super) async fn end(
    host: &mut Host,
    (told, given): (Told, (Option<&str>, Option<&str>)),
    ground: &Ground,
    (world, opened): (&World, Opened),
) -> Exit {
    let mut talk = Talk::new(host, told, ground, (world, &opened));
    talk.say_hosts();
    let over = match Box::pin(take(&mut talk, &opened, given)).await {
        Ok(over) | Err(over) => over,
    };
    talk.finish(over)
}

async fn take(
    talk: &mut Talk<'_>,
    opened: &Opened,
    (replace, profile): (Option<&str>, Option<&str>),
) -> Result<Over, Over> {
    talk.may_write()?;
    let registration = &opened.registration;
    let Some(open) = &registration.open else {
        let over = if registration.active.is_some() {
            talk.already("It is registered already: no sign-in is open. Nothing was changed.")
        } else {
            nothing_proven(talk)
        };
        return Err(over);
    };
    talk.confirm(replace)?;
    talk.may_replace(replace)?;
    talk.with_octo(profile)?;
    let answer = match open.standing() {
        AttemptState::Begun => return Err(nothing_proven(talk)),
        AttemptState::SecretKept => return Err(begin_first(talk, "No sign-in is open.")),
        AttemptState::CodeUncertain => {
            let what = "Nobody can tell whether the last code was used. It is not sent again.";
            return Err(begin_first(talk, what));
        }
        AttemptState::Ready => return talk.commit().await,
        // Nothing is asked for any more.
        AttemptState::TokenKept => Secret::shared(String::new()),
        AttemptState::SignInOpen => answer(talk).await?,
    };
    talk.look_at_keyring().await?;
    let run = Execution::partner_api(request(talk, opened)?, registration.clone(), None);
    talk.sign_in(run, false, Asked::Answer(answer)).await?;
    talk.commit().await
}

/// Reads the address or the code. A terminal shows nothing of it, and takes more than the 4,095 bytes of a line that it edits
/// itself.
async fn answer(talk: &mut Talk<'_>) -> Result<SharedSecret, Over> {
    let host = talk.host();
    let read = if host.input_is_terminal {
        let _closed = writeln!(
            host.err,
            "Paste the whole address that the browser ended on, then press Enter."
        );
        ask_hidden(&mut *host.err, ADDRESS, headless::ended()).await
    } else {
        intake::read(&mut host.input, false).map(Some)
    };
    match read {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(Over(State::Stopped, Exit::Cancelled)),
        Err(error) => {
            let what = format!("standard input cannot be read: {}", error.kind());
            complain(talk.host(), &what);
            Err(talk.told(&what, Over(State::SignInNeeded, Exit::Usage)))
        }
    }
}

fn nothing_proven(talk: &mut Talk<'_>) -> Over {
    let what = "Partner Center Credentials come first: octo-csp register --no-input";
    talk.told(what, Over(State::NotBegun, Exit::Usage))
}

fn begin_first(talk: &mut Talk<'_>, what: &str) -> Over {
    let what = format!("{what} Begin one: octo-csp consent start");
    talk.told(&what, Over(State::SignInNeeded, Exit::SignIn))
}

/// Step 3 as it was typed before: the draft has it, or what was proven the last time.
fn request(talk: &mut Talk<'_>, opened: &Opened) -> Result<PartnerApiRequest, Over> {
    let mut typed = opened.draft.clone().unwrap_or_default().typed;
    if typed.redirect.is_empty() {
        typed.redirect = opened.registration.typed().redirect;
    }
    if typed.redirect.is_empty() {
        USUAL_REDIRECT.clone_into(&mut typed.redirect);
    }
    answers::partner_api(&typed, None).map_err(|_of_a_draft| {
        let what = "The draft of this registration holds a redirect address or MPN ID that cannot be used: octo-csp register --no-input with all values";
        talk.told(what, Over(State::NotBegun, Exit::Refused))
    })
}
