//! `octo-csp code`: the consent again, and the fresh code shown unredeemed, to paste into Octo's web page.
//!
//! It changes nothing and takes no lock: what is registered is read from the journal, no secret of ours is needed, and the code
//! is sent nowhere.

use std::future::pending;
use std::io::{self, Write};
use std::time::Duration;

use crate::cli::{Code, Screen};
use crate::commands::ground::{Ground, runtime};
use crate::commands::{
    complain, consent, explained, hand_out, headless, not_begun, register, token,
};
use crate::diagnose::diagnose;
use crate::driver::Driver;
use crate::effect::{
    AddressSeen, AuthorizationRequest, CallbackPage, Effect, Outcome, Perform as _,
};
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Registration;
use crate::report;
use crate::steps::{Answered, Execution, Status, WrongPaste};
use crate::ui::terminal::passphrase::ask;
use crate::words::check::CheckId;
use crate::words::failure::Failure;
use crate::words::secret::SharedSecret;
use crate::world::World;
use crate::world::typed::Typed;

pub(super) fn run(host: &mut Host, arguments: &Code) -> Exit {
    if !host.output_is_terminal && !arguments.show {
        return complain(
            host,
            "a code is a secret and is printed on a terminal: say --show to have it in a file or a pipe",
        );
    }
    let ground = match Ground::sealed(host, &arguments.which) {
        Ok(ground) => ground,
        Err(why) => return not_begun(host, &why),
    };
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    let registration = match runtime.block_on(ground.shelf().in_use(&ground.name())) {
        Ok(registration) => registration,
        Err(failure) => return told(host, arguments, &failure, None),
    };
    let screen = Screen {
        no_browser: arguments.no_browser,
        browser: arguments.browser.clone(),
        ..Screen::default()
    };
    let world = World::new(ground.options(register::surroundings(host, &screen)));
    runtime.block_on(show(host, arguments, &world, registration))
}

async fn show(
    host: &mut Host,
    arguments: &Code,
    world: &World,
    registration: Registration,
) -> Exit {
    let Some(mut run) = Execution::code(registration) else {
        return token::nothing(host, "code", arguments.json);
    };
    let answers = if host.input_is_terminal {
        Answers::Terminal
    } else {
        let input = std::mem::replace(&mut host.input, Box::new(io::empty()));
        Answers::Stream(Typed::read(input))
    };
    let mut desk = TestMachine { host, world, browse: !arguments.no_browser, answers };
    let limit = Duration::from_secs(arguments.timeout);
    let ended = tokio::select! {
        ended = desk.sign_in(&mut run) => ended,
        () = headless::ended() => Some(Exit::Cancelled),
        () = tokio::time::sleep(limit) => {
            note(host, "Nobody has signed in within the time limit.");
            Some(Exit::TimeLimit)
        }
    };
    let verdict =
        if run.fresh_code().is_some() { CallbackPage::Caught } else { CallbackPage::Failed };
    world.perform(Effect::Tell(verdict)).await;
    match (ended, run.failed()) {
        (Some(exit), _) => exit,
        (None, Some((check, failure))) => {
            let (id, failure) = (check.id, failure.clone());
            told(host, arguments, &failure, Some((&run, id)))
        }
        (None, None) => print(host, arguments, &run),
    }
}

/// Where the person sits.
struct TestMachine<'d> {
    host: &'d mut Host,
    world: &'d World,
    browse: bool,
    answers: Answers,
}

/// Where an answer may be typed.
enum Answers {
    /// At the terminal, which shows nothing of it.
    Terminal,
    /// By a script.
    Stream(Typed),
    /// Nowhere any more.
    Nowhere,
}

/// What was typed.
enum Line {
    Read(SharedSecret),
    /// The person has left.
    Left,
    /// There are no more.
    Over,
}

impl TestMachine<'_> {
    /// Drives the run until it has a code or none is to be had; an exit code where the person has left. While a person is
    /// waited for, the first of two counts: the browser comes back, or the address is pasted. A wrong paste is told, and the wait
    /// goes on.
    async fn sign_in(&mut self, run: &mut Execution) -> Option<Exit> {
        let mut driver = Driver::new(self.world);
        driver.start_all(run.start(0));
        let mut invited = false;
        loop {
            let asking = run.status() == Status::Asking;
            if asking && !std::mem::replace(&mut invited, true) {
                self.invite(run).await;
            }
            tokio::select! {
                came = driver.next() => {
                    let (id, outcome) = came?;
                    if asking && matches!(self.answers, Answers::Terminal) {
                        // Behind the question, which nobody answered.
                        note(self.host, "");
                    }
                    driver.start_all(run.resume(id, outcome, 0));
                }
                line = self.answers.line(&mut *self.host.err), if asking => match self.take(run, line) {
                    Ok(Some(next)) => {
                        // The browser is not waited for any longer.
                        driver.cancel(CheckId::SignIn);
                        driver.start_all(next);
                    }
                    Ok(None) => {}
                    Err(exit) => return Some(exit),
                },
            }
        }
    }

    async fn invite(&mut self, run: &Execution) {
        let Some(consent) = run.consent() else { return };
        let opened = match &consent.one_time {
            Some(address) if self.browse => {
                let browse = Effect::Browse(address.clone());
                matches!(self.world.perform(browse).await, Outcome::Browsed(true))
            }
            Some(_) | None => false,
        };
        note(self.host, &invitation(&consent, opened));
        let seen = run.address_seen();
        if let Some(seen) = seen.filter(|seen| *seen == AddressSeen::NotRegistered) {
            note(self.host, seen.words());
        }
    }

    /// What a line means: effects when it has the code, an exit code where nothing can come any more.
    fn take(
        &mut self,
        run: &mut Execution,
        line: Line,
    ) -> Result<Option<Vec<(CheckId, Effect)>>, Exit> {
        let line = match line {
            Line::Read(line) => line,
            Line::Left => return Err(Exit::Cancelled),
            Line::Over => {
                self.answers = Answers::Nowhere;
                if run.consent().is_some_and(|consent| consent.catching.is_ok()) {
                    return Ok(None);
                }
                complain(self.host, "the answer of the sign-in did not come");
                return Err(Exit::SignIn);
            }
        };
        match run.answer(line.reveal(), 0) {
            Answered::Taken(next) => return Ok(Some(next)),
            Answered::NotTaken(WrongPaste::Empty) => {}
            Answered::NotTaken(wrong) => {
                note(self.host, &format!("{} {}", wrong.what(), wrong.cure()));
            }
        }
        Ok(None)
    }
}

impl Answers {
    /// The next line that is typed; never, once there are no more. Giving up the wait gives the terminal back.
    async fn line(&mut self, screen: &mut dyn Write) -> Line {
        match self {
            // A signal is heard by whoever waits for this.
            Self::Terminal => match ask(screen, consent::ADDRESS, pending()).await {
                Ok(Some(answer)) => Line::Read(answer),
                Ok(None) => Line::Left,
                Err(_unusable) => Line::Over,
            },
            Self::Stream(typed) => {
                typed.line().await.map_or(Line::Over, |line| Line::Read(line.into()))
            }
            Self::Nowhere => pending().await,
        }
    }
}

fn invitation(consent: &AuthorizationRequest, opened: bool) -> String {
    let opened = if opened {
        "A browser page was opened here. Any other browser will do as well:"
    } else {
        "Open this address in a private window:"
    };
    let then = if consent.catching.is_ok() {
        "This goes on by itself once the browser comes back here. From another machine, paste the address that it ends on:"
    } else {
        "The browser ends on a page that cannot be opened, and that is fine. Paste its whole address here:"
    };
    format!(
        "{opened}\n\n  {}\n\nSign in as an Admin agent, pass MFA, press Accept.\n{then}",
        consent.address
    )
}

fn print(host: &mut Host, arguments: &Code, run: &Execution) -> Exit {
    let (Some(code), Some(consent)) = (run.fresh_code(), run.consent()) else {
        return Exit::Internal;
    };
    let said = if arguments.json {
        hand_out(host, &report::token::code(&code, consent.redirect.as_str()))
    } else {
        note(host, "The code, which octo-csp has not used:\n");
        hand_out(host, &format!("{}\n", code.secret().reveal()))
    };
    if matches!(said, Exit::Done) {
        note(host, "\nIt works once, for about ten minutes. Paste it into Octo's web page.");
    }
    said
}

/// What kept the code from coming.
fn told(
    host: &mut Host,
    arguments: &Code,
    failure: &Failure,
    within: Option<(&Execution, CheckId)>,
) -> Exit {
    let context = within.map(|(run, id)| run.context(id)).unwrap_or_default();
    explained(host, failure, &diagnose(failure, &context), arguments.json)
}

/// Talks to the person, beside what is printed.
fn note(host: &mut Host, text: &str) {
    let _closed = writeln!(host.err, "{text}");
}
