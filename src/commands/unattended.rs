//! `octo-csp register --no-input`: the wizard's steps with everything given, nobody asked, and no browser opened.
//!
//! The same runs in the same order as in the wizard; where a person has to sign in it ends, or waits for the listener.

mod talk;
mod values;

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests;

use std::time::Duration;

use crate::cli::{Register, Values};
use crate::commands::ground::{Ground, quoted, runtime};
use crate::commands::headless::Asked;
use crate::commands::{not_begun, settings};
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::standing::AttemptState;
use crate::journal::{Attempt, Fact, Registration};
use crate::report::register::{Blamed, State};
use crate::steps::Execution;
use crate::words::answers::{self, Field, Problem, Typed, USUAL_REDIRECT};
use crate::words::step::Step;
use crate::world::{World, clock};
use values::Given;

pub(super) use talk::{Over, Talk, Told, opened};
pub(super) use values::typed;

/// A flag that means something only where nobody is asked, if one was typed. As a setting it waits for its time.
pub(super) fn only_without_a_screen(host: &Host, values: &Values) -> Option<&'static str> {
    [
        (values.json, "json"),
        (values.wait, "wait"),
        (values.secret_stdin, "secret-stdin"),
        (values.secret_file.is_some(), "secret-file"),
        (values.replace.is_some(), "replace"),
    ]
    .into_iter()
    .find_map(|(given, flag)| (given && settings::origin(host, flag).is_none()).then_some(flag))
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
pub(super) fn register(host: &mut Host, arguments: &Register) -> Exit {
    let ground = match Ground::unasked(host, &arguments.which) {
        Ok(ground) => ground,
        Err(why) => return not_begun(host, &why),
    };
    let given = Given::read(host, &arguments.values);
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    runtime.block_on(async {
        match opened(host, &ground, arguments.values.json).await {
            Ok((world, opened)) => proceed(host, arguments, &ground, (&world, opened), given).await,
            Err(exit) => exit,
        }
    })
}

async fn proceed(
    host: &mut Host,
    arguments: &Register,
    ground: &Ground,
    (world, opened): (&World, Opened),
    given: Result<Given, Blamed>,
) -> Exit {
    let told =
        Told { command: "register", json: arguments.values.json, lines: arguments.values.wait };
    let mut talk = Talk::new(host, told, ground, (world, &opened));
    talk.say_hosts();
    let mut way = RegisterFlow { talk: &mut talk, arguments };
    let over = match given {
        Ok(given) => Box::pin(way.go(&given)).await,
        Err(blamed) => way.talk.blame(vec![blamed]),
    };
    talk.finish(over)
}

/// The way from what was given to a registration.
struct RegisterFlow<'t, 'h> {
    talk: &'t mut Talk<'h>,
    arguments: &'t Register,
}

impl RegisterFlow<'_, '_> {
    async fn go(&mut self, given: &Given) -> Over {
        match self.steps(given).await {
            Ok(over) | Err(over) => over,
        }
    }

    async fn steps(&mut self, given: &Given) -> Result<Over, Over> {
        let only = self.arguments.step.map(Step::from);
        self.talk.may_write()?;
        self.talk.with_octo(self.arguments.profile.as_deref())?;
        self.already(only)?;
        self.talk.confirm(self.arguments.values.replace.as_deref())?;
        let typed = self.typed(given);
        if only == Some(Step::Basic) {
            self.named(&typed, only).await?;
            return Ok(Over(State::Named, Exit::Done));
        }
        let proves = self.proves_step_two(given, only);
        let center = self.read(given, &typed, proves)?;
        self.talk.look_at_keyring().await?;
        self.named(&typed, only).await?;
        let mut secret = None;
        if let Some(request) = center {
            let run = Execution::partner_center(request, self.registration().clone());
            let run = Box::pin(self.talk.run(run, Asked::Leave)).await?;
            secret = run.secret();
        }
        self.save(&typed).await;
        let replace = self.arguments.values.replace.as_deref();
        self.talk.may_replace(replace)?;
        if let Some(fresh) = self.needs_a_sign_in(only) {
            let request = answers::partner_api(&typed, None);
            let request = request.map_err(|problems| self.wrong(&typed, problems))?;
            let asked = if self.arguments.values.wait {
                Asked::Wait(Some(Duration::from_secs(self.arguments.values.timeout)))
            } else {
                Asked::Leave
            };
            let run = Execution::partner_api(request, self.registration().clone(), secret);
            self.talk.sign_in(run, fresh, asked).await?;
        }
        self.talk.commit().await
    }

    fn registration(&self) -> &Registration {
        &self.talk.registration
    }

    /// Nothing is overwritten silently.
    fn already(&mut self, only: Option<Step>) -> Result<(), Over> {
        let registration = self.registration();
        let asked = only.is_some() || self.arguments.values.replace.is_some();
        if registration.active.is_none() || registration.open.is_some() || asked {
            return Ok(());
        }
        let name = registration.name_to_confirm();
        Err(self.talk.already(&format!(
            "There is a registration already: {name}. Nothing was changed. --step runs one step again; --replace {} replaces it.",
            quoted(&name)
        )))
    }

    /// What was given, and for a step that is run again what is registered. Who replaces an account says everything anew.
    fn typed(&self, given: &Given) -> Typed {
        let known = if self.arguments.values.replace.is_some() {
            Typed::default()
        } else {
            self.registration().typed()
        };
        let mut typed = given.over(known);
        if typed.redirect.is_empty() {
            USUAL_REDIRECT.clone_into(&mut typed.redirect);
        }
        typed
    }

    /// Step 2 is proven again whenever a secret is given for it; without one an attempt that has proven it goes on.
    fn proves_step_two(&self, given: &Given, only: Option<Step>) -> bool {
        if only == Some(Step::PartnerApi) {
            return false;
        }
        let open = self.registration().open.as_ref();
        let proven = open.is_some_and(|open| open.standing() != AttemptState::Begun);
        let again = only == Some(Step::PartnerCenter) || self.arguments.values.replace.is_some();
        given.secret.is_some()
            || again
            || !proven
            || given.differs_from(&self.registration().typed())
    }

    /// Reads everything before anything is done, so that whatever is missing or wrong is said at once.
    fn read(
        &mut self,
        given: &Given,
        typed: &Typed,
        proves: bool,
    ) -> Result<Option<answers::PartnerCenterRequest>, Over> {
        let mut problems = basic(typed).err().unwrap_or_default();
        let mut center = None;
        if proves {
            let empty = crate::words::secret::Secret::shared(String::new());
            let secret = given.secret.as_ref().unwrap_or(&empty);
            match values::partner_center(typed, secret) {
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
                    "Leave --wait out, and hand the answer to octo-csp consent finish.",
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
    async fn named(&mut self, typed: &Typed, only: Option<Step>) -> Result<(), Over> {
        let name = self.arguments.values.account_name.clone();
        if only == Some(Step::Basic) && name.is_none() {
            let problem = Problem::new(
                Field::AccountName,
                "The name is missing.",
                "An empty one takes the name away.",
            );
            return Err(self.wrong(typed, vec![problem]));
        }
        let wanted = name.is_some() && only.is_none_or(|only| only == Step::Basic);
        let registration = self.registration();
        if registration.named && !wanted {
            return Ok(());
        }
        let given = Typed { account_name: name.unwrap_or_default(), ..Typed::default() };
        let name = match basic(&given) {
            Ok(details) => details.name,
            Err(problems) => return Err(self.wrong(typed, problems)),
        };
        if registration.named && registration.name == name {
            return Ok(());
        }
        self.talk.note(Fact::Named { name }).await
    }

    fn wrong(&mut self, typed: &Typed, problems: Vec<Problem>) -> Over {
        let blamed = values::blame(self.talk.host(), &self.arguments.values, typed, problems);
        self.talk.blame(blamed)
    }

    /// What was typed, without the secret: `consent` and the wizard go on with it.
    async fn save(&mut self, typed: &Typed) {
        let draft = &mut self.talk.draft;
        draft.step = Some(Step::PartnerApi);
        draft.typed = typed.clone();
        draft.started = true;
        self.talk.save().await;
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
            false => Some(too_old),
        }
    }
}

/// Step 1, where the name must not be a secret that slipped: it is shown and noted.
fn basic(typed: &Typed) -> Result<answers::BasicDetails, Vec<Problem>> {
    match answers::secret_as_name(&typed.account_name) {
        Some(problem) => Err(vec![problem]),
        None => answers::basic(typed),
    }
}
