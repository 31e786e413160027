//! `octo-csp code`: the consent again, and the fresh code shown unredeemed, to paste into Octo's web page.
//!
//! It changes nothing and takes no lock: what is registered is read from the journal, no secret of ours is needed, and the code
//! is sent nowhere.

use std::future::pending;
use std::io::{self, Write};
use std::time::Duration;

use crate::cli::{Code, Screen};
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::{consent, headless, machine, signal};
use crate::diagnose::Context;
use crate::driver::Driver;
use crate::effect::{AddressSeen, AuthorizationRequest, CallbackPage, Effect, Outcome, Perform as _};
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Registration;
use crate::report;
use crate::report::explanation::{noticed, page};
use crate::report::identity::Identity;
use crate::steps::{Execution, Status, WrongPaste};
use crate::ui::terminal::passphrase::ask;
use crate::words::{CheckId, SharedSecret};
use crate::world::World;
use crate::world::typed::Typed;

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Code) -> Result<Exit, CommandError> {
    if !context.host.output_is_terminal && !arguments.show {
        return Err(CommandError::usage(
            "a code is a secret and is printed on a terminal: say --show to have it in a file or a pipe",
        ));
    }
    let target = Target::sealed(context, &arguments.which)?;
    let registration = target.shelf().in_use(&target.name()).await.map_err(|failure| {
        let diagnosis = machine::diagnosed(context.host, &failure, Context::default());
        (*failure, diagnosis)
    })?;
    let screen = Screen { no_browser: arguments.no_browser, browser: arguments.browser.clone(), ..Screen::default() };
    let world = World::new(target.options(machine::surroundings(context.host, &screen)));
    let identity = target.identity(context.host, &registration);
    Box::pin(show(context, arguments, &world, registration, &identity)).await
}

async fn show(
    context: &mut CommandContext<'_>,
    arguments: &Code,
    world: &World,
    registration: Registration,
    identity: &Identity,
) -> Result<Exit, CommandError> {
    let Some(mut run) = Execution::code(registration) else {
        return Err(CommandError::nothing_to_hand_out(context.host, "code", identity));
    };
    let host = &mut *context.host;
    headless::say_which(host, identity);
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
        () = signal::ended() => Err(CommandError::Quiet(Exit::Cancelled)),
        () = tokio::time::sleep(limit) => {
            host.note("Nobody has signed in within the time limit.");
            Err(CommandError::Quiet(Exit::TimeLimit))
        }
    };
    let refused = headless::refused(context.host, &run);
    let page = match &refused {
        Some((_, diagnosis)) => page(diagnosis),
        None if run.fresh_code().is_some() => CallbackPage::Caught,
        None => CallbackPage::Closed,
    };
    world.perform(Effect::Tell(page)).await;
    ended?;
    match refused {
        Some(refused) => Err(refused.into()),
        None => print(context, arguments, &run, identity),
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

impl TestMachine<'_> {
    /// Drives the run until it has a code or none is to be had. While a person is
    /// waited for, the first of two counts: the browser comes back, or the address is pasted. A wrong paste is told, and the wait
    /// goes on.
    async fn sign_in(&mut self, run: &mut Execution) -> Result<(), CommandError> {
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
                    let Some((id, outcome)) = came else { return Ok(()) };
                    if asking && matches!(self.answers, Answers::Terminal) {
                        // Behind the question, which nobody answered.
                        self.host.note("");
                    }
                    let came = matches!(outcome, Outcome::Came(_));
                    driver.start_all(run.resume(id, outcome, 0));
                    if let Some(notice) = run.sign_in_notice().filter(|_| came) {
                        let told = noticed(&notice, |it| machine::diagnosed(self.host, it, run.context(id)));
                        self.host.note(&told);
                        // A script has nobody who would try again.
                        let ends = !matches!(self.answers, Answers::Terminal);
                        if let Some(next) = ends.then(|| run.decline(0)).flatten() {
                            driver.cancel(CheckId::SignIn);
                            driver.start_all(next);
                        }
                    }
                }
                line = self.answers.line(&mut *self.host.err), if asking => if let Some(next) = self.take(run, line?)? {
                    // The browser is not waited for any longer.
                    driver.cancel(CheckId::SignIn);
                    driver.start_all(next);
                },
            }
        }
    }

    async fn invite(&mut self, run: &Execution) {
        let Some(consent) = run.authorization_request() else { return };
        let opened = match &consent.one_time {
            Some(address) if self.browse => {
                let browse = Effect::Browse(address.clone());
                matches!(self.world.perform(browse).await, Outcome::Browsed(true))
            }
            Some(_) | None => false,
        };
        self.host.note(&invitation(&consent, opened));
        let seen = run.address_seen();
        if let Some(seen) = seen.filter(|seen| *seen == AddressSeen::NotRegistered) {
            self.host.note(seen.words());
        }
    }

    /// What a line means: effects when it has the code, an error where nothing can come any more.
    fn take(
        &mut self,
        run: &mut Execution,
        line: Option<SharedSecret>,
    ) -> Result<Option<Vec<(CheckId, Effect)>>, CommandError> {
        let Some(line) = line else {
            self.answers = Answers::Nowhere;
            if run.authorization_request().is_some_and(|consent| consent.catching.is_ok()) {
                return Ok(None);
            }
            return Err(CommandError::new(Exit::SignIn, "the answer of the sign-in did not come"));
        };
        match run.answer(line.reveal(), 0) {
            Ok(next) => return Ok(Some(next)),
            Err(WrongPaste::Empty) => return Ok(run.decline(0)),
            Err(wrong) => {
                self.host.note(&format!("{} {}", wrong.what(), wrong.cure()));
            }
        }
        Ok(None)
    }
}

impl Answers {
    /// The next line that is typed; `None` when there are no more, and never after that. A person may leave. Giving up the wait
    /// gives the terminal back.
    async fn line(&mut self, screen: &mut dyn Write) -> Result<Option<SharedSecret>, CommandError> {
        match self {
            // A signal is heard by whoever waits for this.
            Self::Terminal => match ask(screen, consent::ADDRESS, pending()).await {
                Ok(None) => Err(CommandError::Quiet(Exit::Cancelled)),
                Ok(answer) => Ok(answer),
                Err(_unusable) => Ok(None),
            },
            Self::Stream(typed) => Ok(typed.line().await.map(SharedSecret::from)),
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
    format!("{opened}\n\n  {}\n\nSign in as an Admin agent, pass MFA, press Accept.\n{then}", consent.address)
}

fn print(
    context: &mut CommandContext<'_>,
    arguments: &Code,
    run: &Execution,
    identity: &Identity,
) -> Result<Exit, CommandError> {
    let (Some(code), Some(consent)) = (run.fresh_code(), run.authorization_request()) else {
        return Err(CommandError::Quiet(Exit::Internal));
    };
    let exit = if arguments.json {
        context.hand_out(&report::token::code(identity, &code, consent.redirect.as_str()))?
    } else {
        context.note("The code, which octo-csp has not used:\n");
        context.hand_out(&format!("{}\n", code.secret().reveal()))?
    };
    context.note("\nIt works once, for about ten minutes. Paste it into Octo's web page.");
    Ok(exit)
}
