//! `octo-csp register --no-input`: the wizard's steps with everything given, nobody asked, and no browser opened.
//!
//! The same runs in the same order as in the wizard; where a person has to sign in it ends, or waits for the listener.

use std::time::Duration;

use crate::cli::{Register, Shell, Values};
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::headless::{self, Asked};
use crate::commands::session::{Ending, HeadlessSession, already};
use crate::commands::settings::Settings;
use crate::commands::values::{self, Given};
use crate::effect::Opened;
use crate::exit::Exit;
use crate::journal::standing::AttemptState;
use crate::journal::{Attempt, Registration, Replacing};
use crate::report::register::{GivenProblem, State};
use crate::steps::Execution;
use crate::words::answers::{self, USUAL_REDIRECT};
use crate::words::{Field, Problem, Step, Typed};
use crate::world::{World, clock};

/// A flag that means something only where nobody is asked, if one was typed. As a setting it waits for its time.
pub(super) fn only_without_a_screen(settings: &Settings, values: &Values) -> Option<&'static str> {
    [
        (values.json, "json"),
        (values.wait, "wait"),
        (values.secret_stdin, "secret-stdin"),
        (values.secret_file.is_some(), "secret-file"),
        (values.replace.is_some(), "replace"),
        (values.discard, "discard"),
    ]
    .into_iter()
    .find_map(|(given, flag)| (given && settings.origin(flag).is_none()).then_some(flag))
}

/// What to do where there is no terminal for the wizard.
pub(super) fn instead_of_a_terminal(values: &Values) -> String {
    let missing = values::missing(values);
    let lacking = if missing.is_empty() {
        String::new()
    } else {
        let flags: Vec<String> = missing.iter().map(|flag| format!("--{flag}")).collect();
        format!(" and {}", flags.join(", "))
    };
    format!("without one it takes --no-input{lacking}")
}

/// Registers with what was given.
pub(super) async fn register(context: &mut CommandContext<'_>, arguments: &Register) -> Result<Exit, CommandError> {
    let target = Target::open(context, &arguments.which, false).await?;
    let given = Given::read(context, &arguments.values);
    let (world, opened) = headless::world(context.host, &target).await?;
    Ok(Box::pin(proceed(context, arguments, &target, (&world, opened), given)).await)
}

async fn proceed(
    context: &mut CommandContext<'_>,
    arguments: &Register,
    target: &Target,
    (world, opened): (&World, Opened),
    given: Result<Given, GivenProblem>,
) -> Exit {
    let lines = arguments.values.wait;
    let mut session = HeadlessSession::begin(context, target, (world, &opened), lines);
    let ended = match given {
        Ok(given) => {
            let mut flow = RegisterFlow { session: &mut session, arguments };
            Box::pin(flow.steps(&given)).await
        }
        Err(problem) => Err(CommandError::given(vec![problem])),
    };
    session.end(ended)
}

/// The way from what was given to a registration.
struct RegisterFlow<'f, 's, 'h> {
    session: &'f mut HeadlessSession<'s, 'h>,
    arguments: &'f Register,
}

impl RegisterFlow<'_, '_, '_> {
    async fn steps(&mut self, given: &Given) -> Result<Ending, CommandError> {
        let only = self.arguments.step;
        let replace = self.arguments.values.replace.as_deref();
        self.session.may_write()?;
        if self.arguments.values.discard {
            return self.session.discard().await;
        }
        self.session.with_octo(self.arguments.profile.as_deref())?;
        self.already(only)?;
        self.session.confirm(replace)?;
        let typed = self.typed(given);
        if only == Some(Step::Basic) {
            self.named(&typed, only).await?;
            return Ok((State::Named, Exit::Done));
        }
        let center = self.read(given, &typed, self.proves_step_two(given, only))?;
        self.loses_nothing(given, replace)?;
        if center.is_some() {
            // The keyring takes longer than a handshake.
            self.session.make_ready(Step::PartnerCenter);
        }
        self.session.look_at_keyring().await?;
        self.replacing(replace).await?;
        self.named(&typed, only).await?;
        let mut secret = None;
        if let Some(request) = center {
            if let (None, Ok(next)) = (only, answers::partner_api(&typed, None)) {
                self.session.expect_sign_in(request.application.clone(), next.redirect);
            }
            let run = Execution::partner_center(request, self.registration().clone());
            let run = Box::pin(self.session.run(run, Asked::Leave)).await?;
            secret = run.secret();
        }
        self.save(&typed).await;
        self.session.may_replace(replace)?;
        if let Some(fresh) = self.needs_a_sign_in(only) {
            let request = answers::partner_api(&typed, None);
            let request = request.map_err(|problems| self.wrong(&typed, problems))?;
            let asked = if self.arguments.values.wait {
                Asked::Wait(Some(Duration::from_secs(self.arguments.values.timeout)))
            } else {
                Asked::Leave
            };
            let run = Execution::partner_api(request, self.registration().clone(), secret);
            self.session.sign_in(run, fresh, asked).await?;
        }
        self.session.commit().await
    }

    fn registration(&self) -> &Registration {
        &self.session.registration
    }

    /// Nothing is overwritten silently.
    fn already(&self, only: Option<Step>) -> Result<(), CommandError> {
        let registration = self.registration();
        let asked = only.is_some() || self.arguments.values.replace.is_some();
        // An attempt in which nothing is proven is none to go on with, and no way to a second set.
        let open = registration.open.as_ref();
        let begun = open.is_some_and(|open| open.replacing.is_some() || open.standing() != AttemptState::Begun);
        if registration.active.is_none() || begun || asked {
            return Ok(());
        }
        let name = registration.name_to_confirm();
        Err(already(&format!(
            "There is a registration already: {name}. Nothing was changed. --step runs one step again; --replace {} replaces it.",
            Shell::HERE.quoted(&name)
        )))
    }

    /// What somebody has signed in for, or is about to, is not given up for another application or directory unless that was said.
    fn loses_nothing(&self, given: &Given, replace: Option<&str>) -> Result<(), CommandError> {
        let signed_in = |open: &&Attempt| !matches!(open.standing(), AttemptState::Begun | AttemptState::SecretKept);
        let open = self.registration().open.as_ref().filter(signed_in);
        let Some((proof, _)) = open.and_then(|open| open.partner_center.as_ref()) else { return Ok(()) };
        if replace.is_none() || !given.differs_from(&self.registration().typed()) {
            return Ok(());
        }
        let host = &self.session.context.host;
        let what = format!(
            "The sign-in of another application is open: {}. Nothing was changed. {} goes on with it; {} gives it up.",
            proof.application,
            host.command("consent finish"),
            host.command("register --no-input --discard")
        );
        Err(CommandError::unfinished(State::NotBegun, Exit::AlreadyRegistered, &what))
    }

    /// What was given, and for a step that is run again what is registered. Who replaces an account says everything anew.
    fn typed(&self, given: &Given) -> Typed {
        let known =
            if self.arguments.values.replace.is_some() { Typed::default() } else { self.registration().typed() };
        let usual = Typed::default().with(Field::Redirect, USUAL_REDIRECT);
        given.typed.over(&known.over(&usual))
    }

    /// Step 2 is proven again whenever a secret is given for it; without one an attempt that has proven it goes on.
    fn proves_step_two(&self, given: &Given, only: Option<Step>) -> bool {
        if only == Some(Step::PartnerApi) {
            return false;
        }
        let open = self.registration().open.as_ref();
        let proven = open.is_some_and(|open| open.standing() != AttemptState::Begun);
        let again = only == Some(Step::PartnerCenter) || self.arguments.values.replace.is_some();
        given.secret.is_some() || again || !proven || given.differs_from(&self.registration().typed())
    }

    /// Reads everything before anything is done, so that whatever is missing or wrong is said at once.
    fn read(
        &self,
        given: &Given,
        typed: &Typed,
        proves: bool,
    ) -> Result<Option<answers::PartnerCenterRequest>, CommandError> {
        let mut problems: Vec<Problem> = answers::basic(typed).err().into_iter().collect();
        let mut center = None;
        if proves {
            let empty = crate::words::Secret::shared(String::new());
            let kept =
                given.secret.is_none() && self.registration().key_proven(typed.get(Field::ApplicationId)).is_some();
            let secret = given.secret.as_ref().unwrap_or(&empty);
            match values::partner_center(typed, (!kept).then_some(secret)) {
                Ok(request) => center = Some(request),
                Err(wrong) => problems.extend(wrong),
            }
        } else if self.registration().proven().is_none() {
            problems.push(Problem::new(
                Field::ApplicationId,
                "Partner Center Credentials come first: nothing is proven yet.",
                "Leave --step out, and give everything.",
            ));
        }
        match answers::partner_api(typed, None) {
            Ok(request) if self.arguments.values.wait && request.redirect.loopback().is_none() => {
                problems.push(Problem::new(
                    Field::Redirect,
                    "Nothing can listen at this address, so --wait would wait in vain.",
                    format!(
                        "Leave --wait out, and hand the answer to {}",
                        self.session.context.host.command("consent finish")
                    ),
                ));
            }
            Ok(_) => {}
            Err(wrong) => problems.extend(wrong),
        }
        if problems.is_empty() {
            return Ok(center);
        }
        Err(self.wrong(typed, problems))
    }

    /// Notes the name where it is asked for: on the first way through, and by `--step basic`.
    async fn named(&mut self, typed: &Typed, only: Option<Step>) -> Result<(), CommandError> {
        let name = self.arguments.values.account_name.clone();
        if only == Some(Step::Basic) && name.is_none() {
            let problem = Problem::new(Field::AccountName, "The name is missing.", "An empty one takes the name away.");
            return Err(self.wrong(typed, vec![problem]));
        }
        let wanted = name.is_some() && only.is_none_or(|only| only == Step::Basic);
        let registration = self.registration();
        if !wanted && (registration.named || registration.replacing().is_some()) {
            return Ok(());
        }
        let given = Typed::default().with(Field::AccountName, name.unwrap_or_default());
        let name = answers::basic(&given).map_err(|problem| self.wrong(typed, vec![problem]))?;
        match registration.naming(name) {
            Some(fact) => self.session.note(fact).await,
            None => Ok(()),
        }
    }

    /// That a replacement is one is said in the journal first: whoever goes on with it knows, and asks for the name.
    async fn replacing(&mut self, replace: Option<&str>) -> Result<(), CommandError> {
        let registration = self.registration();
        if replace.is_none() || registration.active.is_none() || registration.replacing().is_some() {
            return Ok(());
        }
        let (_, facts) = registration.beginning(Some(&Replacing::default()));
        for fact in facts {
            self.session.note(fact).await?;
        }
        Ok(())
    }

    fn wrong(&self, typed: &Typed, problems: Vec<Problem>) -> CommandError {
        let settings = &self.session.context.settings;
        CommandError::given(values::blame(settings, &self.arguments.values, typed, problems))
    }

    /// What was typed, without the secret: `consent` and the wizard go on with it.
    async fn save(&mut self, typed: &Typed) {
        let draft = &mut self.session.draft;
        draft.step = Some(Step::PartnerApi);
        draft.typed = typed.clone().into();
        draft.started = true;
        self.session.save().await;
    }

    /// Whether step 3 is run, and if so, whether by a new sign-in. An attempt in which everything is proven is only committed;
    /// but who replaces an account, or asks for step 3, wants a sign-in of this attempt and not one that was carried over.
    fn needs_a_sign_in(&self, only: Option<Step>) -> Option<bool> {
        let asked = only == Some(Step::PartnerApi) || self.arguments.values.replace.is_some();
        let open = self.registration().open.as_ref();
        let ready = open.is_some_and(|open| open.standing() == AttemptState::Ready);
        let carried = open.is_none_or(|open| open.redeeming.is_none());
        let too_old = open.and_then(Attempt::sign_in_ends).is_some_and(|end| end <= clock::now());
        match ready {
            true if asked && carried => Some(true),
            true => None,
            false => Some(too_old || self.session.sign_in_refused()),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests;
