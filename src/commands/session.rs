//! What the commands without a screen have in common: they drive runs, tell each check on standard error, and end with one
//! object or a few sentences on standard output.

use std::io::Write as _;

use crate::cli::Shell;
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::{CommandError, diagnosed};
use crate::commands::headless::{self, Asked, Ended};
use crate::commands::octo;
use crate::effect::{AddressSeen, CallbackPage, Effect, Opened, Outcome, Perform as _, Preflight};
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::standing::AttemptState;
use crate::journal::{Attempt, Fact, Registration};
use crate::report::explanation::page;
use crate::report::register::{self as report, Consent, Findings, GivenProblem, State};
use crate::steps::{Execution, State as CheckState, Status, WrongPaste};
use crate::words::{CheckId, ClientId, Draft, Environment, Field, OctoClient, Problem, RedirectAddress, Step};
use crate::world::{World, clock};

/// How far a registration came, and the exit code.
pub(super) type Ending = (State, Exit);

/// A registration without a screen on its way: what it stands on, and what it will have to say.
pub(super) struct HeadlessSession<'s, 'h> {
    pub(super) context: &'s mut CommandContext<'h>,
    target: &'s Target,
    world: &'s World,
    /// Whether JSON is one object a line, because there may be two.
    lines: bool,
    findings: Findings,
    /// With what Octo is told, if it is.
    octo: Option<OctoClient>,
    /// As it is after the facts noted so far.
    pub(super) registration: Registration,
    /// What was typed, and what failed last.
    pub(super) draft: Draft,
}

impl<'s, 'h> HeadlessSession<'s, 'h> {
    /// Begins, and says which hosts are neither Microsoft's nor Octo's, and that another authority is trusted: as on every
    /// screen.
    pub(super) fn begin(
        context: &'s mut CommandContext<'h>,
        target: &'s Target,
        (world, opened): (&'s World, &Opened),
        lines: bool,
    ) -> Self {
        let hosts = target.cloud.unknown_hosts();
        if !hosts.is_empty() {
            let hosts = hosts.join(", ");
            context.note(&format!("note  not Microsoft's, not Octo's: {hosts}. Secrets will be sent there."));
        }
        if !target.trust.is_empty() {
            let by = target.trust.join(", ");
            context.note(&format!("note  one more certificate authority is trusted ({by})"));
        }
        Self {
            findings: Findings::new(
                &context.settings.command,
                target.identity(context.host, &opened.registration),
                clock::now(),
            ),
            context,
            target,
            world,
            lines,
            octo: None,
            registration: opened.registration.clone(),
            draft: opened.draft.clone().unwrap_or_default(),
        }
    }

    /// Performs one effect.
    pub(super) async fn perform(&self, effect: Effect) -> Outcome {
        Box::pin(self.world.perform(effect)).await
    }

    /// Tells Octo too once it is registered, with the credentials of a profile or of the environment. Without credentials, and
    /// for the integration sandbox, nothing is sent there.
    pub(super) fn with_octo(&mut self, profile: Option<&str>) -> Result<(), CommandError> {
        if self.target.environment == Environment::Sandbox {
            return Ok(());
        }
        let host = &self.context.host;
        let octo = octo::octo(host, &self.target.cloud, profile).map_err(|what| CommandError::Unfinished {
            state: State::NotBegun,
            exit: Exit::Usage,
            said: None,
            problems: vec![refused("--profile", Field::OctoClientId, what, "Nothing was begun.")],
        })?;
        let environment = &host.environment;
        let given = environment.alphaus_client_id.is_some() || environment.alphaus_client_secret.is_some();
        let words = match octo.map(|octo| octo.client) {
            Some(Ok(client)) => {
                let words = format!(
                    "once it is registered, Octo at {} is told too, credentials {}",
                    client.host, client.source
                );
                self.octo = Some(client);
                words
            }
            Some(Err(why)) if given => format!("nothing is sent to Octo: {why}"),
            Some(Err(_)) | None => return Ok(()),
        };
        self.context.note(&format!("note  {words}"));
        Ok(())
    }

    /// Whether the sign-in that is stored was refused for what only another one mends: then it is not sent again.
    pub(super) fn sign_in_refused(&self) -> bool {
        let open = self.registration.open.as_ref().filter(|open| open.standing() == AttemptState::TokenKept);
        open.zip(self.draft.refused.as_ref()).is_some_and(|(open, refused)| refused.refused_sign_in(open.token_at))
    }

    /// A journal of a newer version is only read.
    pub(super) fn may_write(&self) -> Result<(), CommandError> {
        if self.registration.newer { Err(CommandError::newer_journal()) } else { Ok(()) }
    }

    /// The name of what is to be replaced, if one was given, must be right.
    pub(super) fn confirm(&self, replace: Option<&str>) -> Result<(), CommandError> {
        let wanted = self.registration.name_to_confirm();
        let typed = replace.filter(|_| self.registration.active.is_some());
        if typed.is_none_or(|typed| typed.trim() == wanted.trim()) {
            return Ok(());
        }
        let what = format!("This replaces a registration that works, and its name is another: {wanted}");
        let problem = refused("--replace", Field::Confirmation, what, "Nothing was changed.");
        Err(CommandError::given(vec![problem]))
    }

    /// What works is not replaced unless that was said.
    pub(super) fn may_replace(&self, replace: Option<&str>) -> Result<(), CommandError> {
        if !self.registration.replaces() || replace.is_some() {
            return Ok(());
        }
        let name = self.registration.name_to_confirm();
        Err(already(&format!(
            "This would replace {name}. Nothing that works was changed. Say so: --replace {}; {} gives up what was begun.",
            Shell::HERE.quoted(&name),
            self.context.host.command("register --no-input --discard")
        )))
    }

    /// Has connections opened for a step that comes, beside what is done on this machine first.
    pub(super) fn make_ready(&self, step: Step) {
        self.world.make_ready(&[step]);
    }

    /// Has the sign-in page asked about a sign-in that comes after step 2, beside that.
    pub(super) fn expect_sign_in(&self, application: ClientId, redirect: RedirectAddress) {
        self.world.expect_sign_in(application, redirect);
    }

    /// Proves that the keyring keeps, before anything is worth keeping.
    pub(super) async fn look_at_keyring(&mut self) -> Result<(), CommandError> {
        let outcome = self.perform(Effect::Preflight(Preflight::Keyring)).await;
        if matches!(outcome, Outcome::Looked(_)) {
            return Ok(());
        }
        Err(headless::because(outcome).into())
    }

    /// Notes a fact.
    pub(super) async fn note(&mut self, fact: Fact) -> Result<(), CommandError> {
        let outcome = self.perform(Effect::Note(fact)).await;
        if let Outcome::Noted(line) = &outcome {
            self.registration.apply(line);
            return Ok(());
        }
        Err(headless::because(outcome).into())
    }

    /// Gives up what was begun and not confirmed, and deletes what it kept.
    pub(super) async fn discard(&mut self) -> Result<Ending, CommandError> {
        let open = self.registration.open.as_ref().map(|open| open.id);
        if let Some(attempt) = open {
            self.note(Fact::Closed { attempt }).await?;
            self.draft = Draft { typed: self.registration.typed().into(), ..Draft::default() };
            self.save().await;
        }
        Box::pin(self.run(Execution::tidy(self.registration.clone()), Asked::Leave)).await?;
        let said =
            if open.is_some() { "What was begun is discarded." } else { "Nothing was begun: nothing is discarded." };
        self.findings.said = Some(said.to_owned());
        Ok((State::Discarded, Exit::Done))
    }

    /// Drives step 3, tells the browser's page how it ended, and stops listening.
    pub(super) async fn sign_in(&mut self, mut run: Execution, fresh: bool, asked: Asked) -> Result<(), CommandError> {
        run = run.reaching(self.target.cloud.reach(self.target.graph)).meeting(self.draft.refused.as_deref());
        if fresh {
            run.forget_sign_in();
        }
        let over = Box::pin(self.run(run, asked)).await;
        let page = if let Err(CommandError::Diagnosed(both)) = &over { page(&both.1) } else { CallbackPage::Closed };
        drop(self.perform(Effect::Tell(page)).await);
        over.map(drop)
    }

    /// Makes the proven attempt the active one, and tells Octo where that is wanted. What Octo refuses changes nothing here.
    pub(super) async fn commit(&mut self) -> Result<Ending, CommandError> {
        let run = Execution::commit(self.registration.clone());
        Box::pin(self.run(run, Asked::Leave)).await?;
        let name = self.registration.name.as_ref();
        let name = name.map_or_else(|| "the account".to_owned(), ToString::to_string);
        let client = self.octo.take();
        let run = client.and_then(|client| Execution::submit(self.registration.clone(), client, false));
        let (said, exit) = match run {
            None => {
                let lacking = self.target.identity(self.context.host, &self.registration).lacking();
                (
                    format!("Proven and stored here: {name}. {}", lacking.unwrap_or_default()).trim_end().to_owned(),
                    Exit::Done,
                )
            }
            Some(run) => match Box::pin(self.run(run, Asked::Leave)).await {
                Ok(_) => (format!("Registered: {name}, and handed over to Octo."), Exit::Done),
                Err(error) => {
                    let (_, exit) = self.take_in(error);
                    let said = format!(
                        "Proven and stored here: {name}. What Octo has not taken is handed over by {}.",
                        self.context.host.command("submit")
                    );
                    (said, exit)
                }
            },
        };
        self.findings.said = Some(said);
        Ok((State::Registered, exit))
    }

    /// Drives a run; every check is told when it is over. Goes on only if all of them passed.
    pub(super) async fn run(&mut self, mut run: Execution, asked: Asked) -> Result<Execution, CommandError> {
        let waits = matches!(asked, Asked::Wait(_));
        let mut told: Vec<CheckId> = Vec::new();
        let mut shown = false;
        if let Some(step) = run.step() {
            self.make_ready(step);
        }
        let ended = headless::converse(&mut run, self.world, asked, |run| {
            let over = run.checks().iter();
            let over = over.filter(|check| check.state != CheckState::NotTried);
            headless::tell(self.context.host, &mut told, over);
            let caught = run.authorization_request().is_some_and(|consent| consent.catching.is_ok());
            if waits && caught && !shown && run.status() == Status::Asking {
                shown = true;
                self.findings.consent = consent(self.context.host, run);
                let text = shape((self.context.json, self.lines), &self.findings, State::Waiting, None);
                self.context.print(&text);
            }
        })
        .await;
        self.registration.clone_from(run.registration());
        let without = if run.submits() { "octo" } else { "commit" };
        let step = run.step().map_or(without, Step::flag);
        self.findings.checks.push((step, run.checks().to_vec()));
        headless::remember(self.world, self.context.host, &mut self.draft, [&run]).await;
        self.judge(run, ended)
    }

    /// Saves the draft. One that cannot be saved is no reason to stop.
    pub(super) async fn save(&self) {
        drop(self.perform(Effect::Save(Some(Box::new(self.draft.clone())))).await);
    }

    fn judge(&mut self, run: Execution, ended: Ended) -> Result<Execution, CommandError> {
        match (ended, run.status()) {
            (Ended::Asking, _) => {
                self.findings.consent = consent(self.context.host, &run);
                Err(CommandError::at(State::SignInNeeded, Exit::SignIn))
            }
            (Ended::Wrong(wrong), _) => {
                self.findings.consent = None;
                Err(not_an_answer(wrong))
            }
            (_, Status::Refused) => {
                self.findings.consent = None;
                let internal = || CommandError::at(State::Refused, Exit::Internal);
                Err(headless::refused(self.context.host, &run).map_or_else(internal, CommandError::from))
            }
            (Ended::Itself, Status::Finished) => {
                self.findings.consent = None;
                Ok(run)
            }
            (Ended::Limit, _) => {
                let said = format!(
                    "The time limit was reached. The sign-in can still be finished: {} shows its address again.",
                    self.context.host.command("consent start")
                );
                Err(CommandError::unfinished(State::Stopped, Exit::TimeLimit, &said))
            }
            (Ended::Signal | Ended::Itself, _) => {
                let said = "Stopped. What was proven is kept; the same command goes on from there.";
                Err(CommandError::unfinished(State::Stopped, Exit::Cancelled, said))
            }
        }
    }

    /// Takes what kept it from going on into what is printed at the end.
    fn take_in(&mut self, error: CommandError) -> Ending {
        match error {
            CommandError::Unfinished { state, exit, said, problems } => {
                let _closed = write!(self.context.host.err, "{}", report::blamed(&problems));
                self.findings.said = said;
                self.findings.problems = problems;
                (state, exit)
            }
            CommandError::Failure(failure) => {
                let told = diagnosed(self.context.host, *failure);
                self.take_in(told.into())
            }
            CommandError::Diagnosed(both) => {
                let exit = both.1.exit;
                self.findings.failed = Some(*both);
                (State::Refused, exit)
            }
            CommandError::Words { exit, words, .. } => {
                let _closed = writeln!(self.context.host.err, "octo-csp: {words}");
                self.findings.said = Some(words);
                (State::Stopped, exit)
            }
            CommandError::Quiet(exit) => (State::Stopped, exit),
        }
    }

    /// Says how it ended.
    pub(super) fn end(mut self, ended: Result<Ending, CommandError>) -> Exit {
        let (state, exit) = ended.unwrap_or_else(|error| self.take_in(error));
        self.findings.now = clock::now();
        self.findings.identity = self.target.identity(self.context.host, &self.registration);
        if let Some(consent) = &mut self.findings.consent {
            consent.listening = false;
        }
        let text = shape((self.context.json, self.lines), &self.findings, state, Some(exit));
        self.context.print(&text);
        exit
    }
}

/// There is a registration already.
pub(super) fn already(said: &str) -> CommandError {
    CommandError::unfinished(State::AlreadyRegistered, Exit::AlreadyRegistered, said)
}

/// A value that was given and cannot be used.
fn refused(given: &str, field: Field, what: impl Into<String>, cure: &str) -> GivenProblem {
    GivenProblem { given: given.to_owned(), origin: None, missing: false, problem: Problem::new(field, what, cure) }
}

/// What was pasted is no answer of the sign-in that is open.
fn not_an_answer(wrong: WrongPaste) -> CommandError {
    let missing = wrong == WrongPaste::Empty;
    let problem = refused("standard input", Field::Answer, wrong.what(), wrong.cure());
    CommandError::Unfinished {
        state: State::SignInNeeded,
        exit: if missing { Exit::Usage } else { Exit::Refused },
        said: None,
        problems: vec![GivenProblem { missing, ..problem }],
    }
}

fn shape((json, lines): (bool, bool), findings: &Findings, state: State, exit: Option<Exit>) -> String {
    match exit {
        _ if !json => report::text(findings, state),
        Some(exit) if !lines => report::in_json(findings, state, exit),
        exit => report::in_json_line(findings, state, exit),
    }
}

/// The sign-in that a run waits for, as it is told.
fn consent(host: &Host, run: &Execution) -> Option<Consent> {
    let consent = run.authorization_request()?;
    let registration = run.registration();
    let open = registration.open.as_ref();
    let finish = if registration.replaces() {
        format!("consent finish --replace {}", Shell::HERE.quoted(&registration.name_to_confirm()))
    } else {
        "consent finish".to_owned()
    };
    Some(Consent {
        address: consent.address.to_string(),
        expires_at: open.and_then(Attempt::sign_in_ends),
        redirect: consent.redirect.to_string(),
        listening: consent.catching.is_ok() && run.status() == Status::Asking,
        redirect_unknown: run.address_seen() == Some(AddressSeen::NotRegistered),
        next: host.command(&finish),
        renew: host.command("consent start"),
    })
}
