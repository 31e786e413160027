//! What the commands without a screen have in common: they drive runs, tell each check on standard error, and end with one
//! object or a few sentences on standard output.

use std::io::Write as _;

use crate::commands::ground::{Ground, quoted};
use crate::commands::headless::{self, Asked, Ended};
use crate::commands::{cannot, octo, register, say};
use crate::diagnose::{Context, diagnose};
use crate::effect::{AddressSeen, CallbackPage, Effect, Opened, Outcome, Perform as _, Preflight};
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::{Attempt, Fact, Registration};
use crate::report::register::{self as report, Blamed, Consent, Findings, State};
use crate::steps::{Execution, State as CheckState, Status, WrongPaste};
use crate::words::answers::{Draft, Field, Problem};
use crate::words::check::CheckId;
use crate::words::failure::{Cause, Failure, Service};
use crate::words::last_failure::LastFailure;
use crate::words::octo::OctoClient;
use crate::words::step::{Environment, Step};
use crate::world::browser::Surroundings;
use crate::world::{World, clock};

/// The world, and the registration opened for this process alone; else the exit code, and why is said.
pub(in crate::commands) async fn opened(
    host: &mut Host,
    ground: &Ground,
    json: bool,
) -> Result<(World, Opened), Exit> {
    let world = World::new(ground.options(Surroundings::default()));
    match Box::pin(headless::open(&world, ground.environment)).await {
        Ok(opened) => Ok((world, opened)),
        Err(failure) => Err(cannot(host, &failure, json)),
    }
}

/// How a command ends: how it stands, and the exit code.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Over(pub(in crate::commands) State, pub(in crate::commands) Exit);

/// How a command tells what it does.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Told {
    /// Its words, such as `consent start`.
    pub(in crate::commands) command: &'static str,
    /// Whether standard output gets JSON.
    pub(in crate::commands) json: bool,
    /// Whether that is one object a line, because there may be two.
    pub(in crate::commands) lines: bool,
}

/// A command on its way.
pub(in crate::commands) struct Talk<'h> {
    host: &'h mut Host,
    told: Told,
    ground: &'h Ground,
    world: &'h World,
    findings: Findings,
    /// With what Octo is told, if it is.
    octo: Option<OctoClient>,
    /// As it is after the facts noted so far.
    pub(in crate::commands) registration: Registration,
    /// What was typed, and what failed last.
    pub(in crate::commands) draft: Draft,
}

impl<'h> Talk<'h> {
    /// Begins to speak about a registration.
    pub(in crate::commands) fn new(
        host: &'h mut Host,
        told: Told,
        ground: &'h Ground,
        (world, opened): (&'h World, &Opened),
    ) -> Self {
        Self {
            host,
            told,
            ground,
            world,
            findings: Findings::new(told.command, &opened.name, clock::now()),
            octo: None,
            registration: opened.registration.clone(),
            draft: opened.draft.clone().unwrap_or_default(),
        }
    }

    /// What the process was given.
    pub(in crate::commands) fn host(&mut self) -> &mut Host {
        self.host
    }

    /// Performs one effect.
    pub(in crate::commands) async fn perform(&self, effect: Effect) -> Outcome {
        Box::pin(self.world.perform(effect)).await
    }

    /// Says which hosts are neither Microsoft's nor Octo's, and that another authority is trusted: as on every screen.
    pub(in crate::commands) fn say_hosts(&mut self) {
        let hosts = self.ground.cloud.unknown_hosts();
        if !hosts.is_empty() {
            let hosts = hosts.join(", ");
            let _closed = writeln!(
                self.host.err,
                "note  not Microsoft's, not Octo's: {hosts}. Secrets will be sent there."
            );
        }
        if self.ground.extra_ca.is_some() {
            let _closed = writeln!(
                self.host.err,
                "note  one more certificate authority is trusted (--ca-file)"
            );
        }
    }

    /// Tells Octo too once it is registered, with the credentials of a profile or of the environment. Without credentials, and
    /// for the integration sandbox, nothing is sent there.
    pub(in crate::commands) fn with_octo(&mut self, profile: Option<&str>) -> Result<(), Over> {
        if self.ground.environment == Environment::Sandbox {
            return Ok(());
        }
        let octo = octo::octo(self.host, &self.ground.cloud, profile).map_err(|what| {
            let blamed = Blamed {
                given: "--profile".to_owned(),
                origin: None,
                missing: false,
                problem: Problem::new(Field::OctoClientId, what, "Nothing was begun."),
            };
            let Over(state, _) = self.blame(vec![blamed]);
            Over(state, Exit::Usage)
        })?;
        let environment = &self.host.environment;
        let given =
            environment.alphaus_client_id.is_some() || environment.alphaus_client_secret.is_some();
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
        let _closed = writeln!(self.host.err, "note  {words}");
        Ok(())
    }

    /// A journal of a newer version is only read.
    pub(in crate::commands) fn may_write(&mut self) -> Result<(), Over> {
        if !self.registration.newer {
            return Ok(());
        }
        let failure = Failure::new(Service::Disk, Cause::NewerJournal);
        Err(self.failed(failure, Context::default()))
    }

    /// The name of what is to be replaced, if one was given, must be right.
    pub(in crate::commands) fn confirm(&mut self, replace: Option<&str>) -> Result<(), Over> {
        let wanted = self.registration.name_to_confirm();
        let Some(typed) = replace.filter(|_| self.registration.active.is_some()) else {
            return Ok(());
        };
        if typed.trim() == wanted.trim() {
            return Ok(());
        }
        let what =
            format!("This replaces a registration that works, and its name is another: {wanted}");
        let cure = "Nothing was changed.";
        Err(self.blame(vec![Blamed {
            given: "--replace".to_owned(),
            origin: None,
            missing: false,
            problem: Problem::new(Field::Confirmation, what, cure),
        }]))
    }

    /// What works is not replaced by another account's unless that was said.
    pub(in crate::commands) fn may_replace(&mut self, replace: Option<&str>) -> Result<(), Over> {
        if !self.registration.replaces_another() || replace.is_some() {
            return Ok(());
        }
        let name = self.registration.name_to_confirm();
        Err(self.already(&format!(
            "This would replace {name} by another account. Nothing that works was changed. Say so: --replace {}",
            quoted(&name)
        )))
    }

    /// Ends because of a registration that is there.
    pub(in crate::commands) fn already(&mut self, what: &str) -> Over {
        self.findings.said = Some(what.to_owned());
        Over(State::AlreadyRegistered, Exit::AlreadyRegistered)
    }

    /// Ends with a sentence.
    pub(in crate::commands) fn told(&mut self, what: &str, over: Over) -> Over {
        self.findings.said = Some(what.to_owned());
        over
    }

    /// Ends because of what was given: wrong usage if anything is missing, else a value that was refused.
    pub(in crate::commands) fn blame(&mut self, blamed: Vec<Blamed>) -> Over {
        let missing = blamed.iter().any(|one| one.missing);
        let _closed = write!(self.host.err, "{}", report::blamed(&blamed));
        self.findings.blamed = blamed;
        let exit = if missing { Exit::Usage } else { Exit::Refused };
        Over(State::NotBegun, exit)
    }

    /// Proves that the keyring keeps, before anything is worth keeping.
    pub(in crate::commands) async fn look_at_keyring(&mut self) -> Result<(), Over> {
        let outcome = self.perform(Effect::Preflight(Preflight::Keyring)).await;
        if matches!(outcome, Outcome::Looked(_)) {
            return Ok(());
        }
        Err(self.failed(because(outcome), Context::default()))
    }

    /// Notes a fact.
    pub(in crate::commands) async fn note(&mut self, fact: Fact) -> Result<(), Over> {
        let outcome = self.perform(Effect::Note(fact)).await;
        if let Outcome::Noted(line) = &outcome {
            self.registration.apply(line);
            return Ok(());
        }
        Err(self.failed(because(outcome), Context::default()))
    }

    /// Drives step 3, tells the browser's page how it ended, and stops listening.
    pub(in crate::commands) async fn sign_in(
        &mut self,
        mut run: Execution,
        fresh: bool,
        asked: Asked,
    ) -> Result<(), Over> {
        if self.ground.cloud.partner_api.is_none() {
            run = run.without_prices();
        }
        if fresh {
            run.forget_sign_in();
        }
        let over = Box::pin(self.run(run, asked)).await;
        let verdict = match &over {
            Ok(_) => CallbackPage::Proven,
            Err(Over(State::Refused, _)) => CallbackPage::Failed,
            Err(_) => CallbackPage::Closed,
        };
        drop(self.perform(Effect::Tell(verdict)).await);
        over.map(drop)
    }

    /// Makes the proven attempt the active one, and tells Octo where that is wanted. What Octo refuses changes nothing here.
    pub(in crate::commands) async fn commit(&mut self) -> Result<Over, Over> {
        let run = Execution::commit(self.registration.clone());
        Box::pin(self.run(run, Asked::Leave)).await?;
        let name = self.registration.name.as_ref();
        let name = name.map_or_else(|| "the account".to_owned(), ToString::to_string);
        let over = |exit| Over(State::Registered, exit);
        let hand_over = self
            .octo
            .take()
            .and_then(|client| Execution::submit(self.registration.clone(), client, false));
        let Some(run) = hand_over else {
            let said = format!("Registered: {name}. Later: octo-csp status, octo-csp doctor.");
            return Ok(self.told(&said, over(Exit::Done)));
        };
        match Box::pin(self.run(run, Asked::Leave)).await {
            Ok(_) => {
                let said = format!("Registered: {name}, and handed over to Octo.");
                Ok(self.told(&said, over(Exit::Done)))
            }
            Err(Over(_, exit)) => {
                let said = format!(
                    "Registered: {name}. All of it is kept here; what Octo has not taken is handed over by octo-csp submit{}.",
                    self.ground.words()
                );
                Ok(self.told(&said, over(exit)))
            }
        }
    }

    /// Drives a run; every check is told when it is over. Goes on only if all of them passed.
    pub(in crate::commands) async fn run(
        &mut self,
        mut run: Execution,
        asked: Asked,
    ) -> Result<Execution, Over> {
        let waits = matches!(asked, Asked::Wait(_));
        let mut told: Vec<CheckId> = Vec::new();
        let mut shown = false;
        let ended = headless::converse(&mut run, self.world, asked, |run| {
            let over = run.checks().iter();
            let over = over.filter(|check| check.state != CheckState::NotTried);
            headless::tell(&mut self.host.err, &mut told, over);
            let caught = run.consent().is_some_and(|consent| consent.catching.is_ok());
            if waits && caught && !shown && run.status() == Status::Asking {
                shown = true;
                self.findings.consent = consent(self.ground, run);
                say(self.host, &shape(self.told, &self.findings, State::Waiting, None));
            }
        })
        .await;
        self.registration.clone_from(run.registration());
        let without = if run.submits() { "octo" } else { "commit" };
        let step = run.step().map_or(without, Step::flag);
        self.findings.checks.push((step, run.checks().to_vec()));
        self.remember(&run).await;
        self.judge(run, ended)
    }

    /// Remembers what failed, for status and report; and forgets it once a run has passed.
    async fn remember(&mut self, run: &Execution) {
        let refused = run.failed().and_then(|(check, failure)| {
            let diagnosis = diagnose(failure, &run.context(check.id));
            LastFailure::of(check.id, &diagnosis, failure)
        });
        let over = refused.is_some() || run.status() == Status::Finished;
        let refused = refused.map(Box::new);
        if over && self.draft.refused != refused {
            self.draft.refused = refused;
            self.save().await;
        }
    }

    /// Saves the draft. One that cannot be saved is no reason to stop.
    pub(in crate::commands) async fn save(&self) {
        drop(self.perform(Effect::Save(Box::new(self.draft.clone()))).await);
    }

    fn judge(&mut self, run: Execution, ended: Ended) -> Result<Execution, Over> {
        match (ended, run.status()) {
            (Ended::Asking, _) => {
                self.findings.consent = consent(self.ground, &run);
                Err(Over(State::SignInNeeded, Exit::SignIn))
            }
            (Ended::Wrong(wrong), _) => Err(self.wrong(wrong)),
            (_, Status::Refused) => {
                self.findings.consent = None;
                let failed = run.failed();
                let Some((id, failure)) = failed.map(|(check, failure)| (check.id, failure)) else {
                    return Err(Over(State::Refused, Exit::Internal));
                };
                Err(self.failed(failure.clone(), run.context(id)))
            }
            (Ended::Itself, Status::Finished) => {
                self.findings.consent = None;
                Ok(run)
            }
            (Ended::Limit, _) => {
                let said = format!(
                    "The time limit was reached. The sign-in can still be finished: octo-csp consent start{} shows its address again.",
                    self.ground.words()
                );
                Err(self.told(&said, Over(State::Stopped, Exit::TimeLimit)))
            }
            (Ended::Signal | Ended::Itself, _) => {
                let said = "Stopped. What was proven is kept; the same command goes on from there.";
                Err(self.told(said, Over(State::Stopped, Exit::Cancelled)))
            }
        }
    }

    fn wrong(&mut self, wrong: WrongPaste) -> Over {
        self.findings.consent = None;
        let blamed = Blamed {
            given: "standard input".to_owned(),
            origin: None,
            missing: wrong == WrongPaste::Empty,
            problem: Problem::new(Field::Answer, wrong.what(), wrong.cure()),
        };
        let Over(_, exit) = self.blame(vec![blamed]);
        Over(State::SignInNeeded, exit)
    }

    fn failed(&mut self, failure: Failure, context: Context<'_>) -> Over {
        let context = Context { place: register::machine(self.host), ..context };
        let diagnosis = diagnose(&failure, &context);
        let exit = diagnosis.exit;
        self.findings.failed = Some((failure, diagnosis));
        Over(State::Refused, exit)
    }

    /// Says how it ended.
    pub(in crate::commands) fn finish(mut self, Over(state, exit): Over) -> Exit {
        self.findings.now = clock::now();
        if let Some(consent) = &mut self.findings.consent {
            consent.listening = false;
        }
        let text = shape(self.told, &self.findings, state, Some(exit));
        say(self.host, &text);
        exit
    }
}

/// Why something was not done. An answer to another question is a mistake of ours.
fn because(outcome: Outcome) -> Failure {
    if let Outcome::Failed(failure) = outcome {
        *failure
    } else {
        Failure::new(Service::Machine, Cause::Internal)
    }
}

fn shape(told: Told, findings: &Findings, state: State, exit: Option<Exit>) -> String {
    match exit {
        _ if !told.json => report::text(findings, state),
        Some(exit) if !told.lines => report::in_json(findings, state, exit),
        exit => report::in_json_line(findings, state, exit),
    }
}

/// The sign-in that a run waits for, as it is told.
fn consent(ground: &Ground, run: &Execution) -> Option<Consent> {
    let consent = run.consent()?;
    let registration = run.registration();
    let open = registration.open.as_ref();
    let replace = if registration.replaces_another() {
        format!(" --replace {}", quoted(&registration.name_to_confirm()))
    } else {
        String::new()
    };
    let which = ground.words();
    Some(Consent {
        address: consent.address.to_string(),
        expires_at: open.and_then(Attempt::sign_in_ends),
        redirect: consent.redirect.to_string(),
        listening: consent.catching.is_ok() && run.status() == Status::Asking,
        redirect_unknown: run.address_seen() == Some(AddressSeen::NotRegistered),
        next: format!("octo-csp consent finish{which}{replace}"),
        renew: format!("octo-csp consent start{which}"),
    })
}
