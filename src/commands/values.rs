//! What was given in place of the wizard's answers, and which of it cannot be used.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::cli::{Values, mistake};
use crate::commands::context::CommandContext;
use crate::commands::intake;
use crate::commands::settings::Settings;
use crate::report::register::GivenProblem;
use crate::ui::field::{Pasted, SecretField};
use crate::words::answers;
use crate::words::field::Shown;
use crate::words::{Directory, Field, PartnerCenterRequest, Problem, SharedSecret, Typed};

/// What was given.
#[derive(Debug)]
pub(super) struct Given {
    /// The visible values; empty where none was given.
    pub(super) typed: Typed,
    /// The secret, if one was given.
    pub(super) secret: Option<SharedSecret>,
}

impl Given {
    /// Takes the flags in and reads the secret from where they say.
    pub(super) fn read(context: &mut CommandContext<'_>, values: &Values) -> Result<Self, GivenProblem> {
        let secret = match &values.secret_file {
            Some(path) => Some(from_file(context, path)?),
            None if values.secret_stdin => Some(from_input(context)?),
            None => None,
        };
        let typed = typed(values);
        let name = typed.get(Field::AccountName);
        answers::fits(Field::AccountName, name)
            .map_err(|what| given(&context.settings, "account-name", what, false))?;
        if let Some(named) = Directory::in_address(typed.get(Field::Directory)) {
            context.note(&format!("note  --directory: {named} is taken from the address"));
        }
        Ok(Self { typed, secret })
    }

    /// Whether a value of step 2 was given that is another one than what is known.
    pub(super) fn differs_from(&self, known: &Typed) -> bool {
        let both = self.typed.over(known);
        let ids = |typed: &Typed| answers::partner_center(typed, None).ok();
        match (ids(&both), ids(known)) {
            (Some(both), Some(known)) => both.application != known.application || both.directory != known.directory,
            _ => true,
        }
    }
}

/// The visible values; empty where none was given.
pub(super) fn typed(values: &Values) -> Typed {
    let given = [
        (Field::AccountName, &values.account_name),
        (Field::ClientId, &values.client_id),
        (Field::ApplicationId, &values.application_id),
        (Field::Directory, &values.directory),
        (Field::SecretEnds, &values.secret_ends),
        (Field::MpnId, &values.mpn_id),
        (Field::Redirect, &values.redirect_uri),
    ];
    let given = given.into_iter().filter_map(|(field, value)| Some((field, value.as_deref()?)));
    given.fold(Typed::default(), |all, (field, value)| all.with(field, value))
}

/// The problems of a step, with the flags by which their values are given.
pub(super) fn blame(settings: &Settings, values: &Values, typed: &Typed, problems: Vec<Problem>) -> Vec<GivenProblem> {
    let blamed = problems.into_iter().map(|problem| {
        let missing = is_missing(problem.field, values, typed);
        given(settings, flag(problem.field, values), problem, missing)
    });
    blamed.collect()
}

fn given(settings: &Settings, flag: &str, problem: Problem, missing: bool) -> GivenProblem {
    GivenProblem { given: format!("--{flag}"), origin: settings.origin(flag), problem, missing }
}

/// The flag of a field.
fn flag(field: Field, values: &Values) -> &'static str {
    match field.flag() {
        "secret-file" if values.secret_stdin => "secret-stdin",
        flag => flag,
    }
}

fn is_missing(field: Field, values: &Values, typed: &Typed) -> bool {
    let secret = values.secret_file.is_some() || values.secret_stdin;
    field == Field::SecretKey && !secret
        || field == Field::Confirmation && values.replace.is_none()
        || field.shown() == Shown::Kept && typed.get(field).is_empty()
}

/// Reads step 2. Nobody comes back to this page, so a directory that will be needed is asked for at once: only where nothing
/// says which application it is, the wizard waits with that.
pub(super) fn partner_center(
    typed: &Typed,
    secret: Option<&SharedSecret>,
) -> Result<PartnerCenterRequest, Vec<Problem>> {
    answers::partner_center(typed, secret).map_err(|mut problems| {
        let named = [Field::ApplicationId, Field::ClientId, Field::Directory];
        if named.into_iter().all(|field| typed.get(field).is_empty()) {
            problems.push(Problem::new(
                Field::Directory,
                "The directory is missing.",
                "Entra > Overview > Tenant ID; or a domain such as contoso.onmicrosoft.com.",
            ));
        }
        problems
    })
}

/// What would be said about the visible values of the first two steps: for the person who has no terminal and no flags yet.
pub(super) fn missing(values: &Values) -> Vec<&'static str> {
    let typed = typed(values);
    let secret = crate::words::Secret::shared(String::new());
    let problems = partner_center(&typed, Some(&secret)).err().unwrap_or_default();
    problems
        .iter()
        .map(|problem| problem.field)
        .filter(|field| is_missing(*field, values, &typed))
        .map(|field| flag(field, values))
        .collect()
}

fn from_file(context: &mut CommandContext<'_>, path: &Path) -> Result<SharedSecret, GivenProblem> {
    let no = |context: &CommandContext<'_>, error: &io::Error| {
        let what = format!("The file cannot be read: {}.", error.kind());
        unreadable(&context.settings, "secret-file", what)
    };
    let mut file = File::open(path).map_err(|error| no(context, &error))?;
    if intake::is_open_to_others(&file, 0o077) {
        context.note(&format!(
            "note  others on this machine can read {}: chmod 600, and delete it once you are registered",
            mistake::path(path, "the file")
        ));
    }
    match intake::read(&mut file, false) {
        Ok(raw) => Ok(trimmed(context, "secret-file", &raw)),
        Err(error) => Err(no(context, &error)),
    }
}

fn from_input(context: &mut CommandContext<'_>) -> Result<SharedSecret, GivenProblem> {
    let what = if context.host.input_is_terminal {
        "Standard input is a terminal, and nothing is asked here.".to_owned()
    } else {
        match intake::read(&mut context.host.input, false) {
            Ok(raw) => return Ok(trimmed(context, "secret-stdin", &raw)),
            Err(error) => format!("Standard input cannot be read: {}.", error.kind()),
        }
    };
    Err(unreadable(&context.settings, "secret-stdin", what))
}

fn unreadable(settings: &Settings, flag: &str, what: String) -> GivenProblem {
    let cure = "Give a file with the secret's value alone, or a pipe.";
    given(settings, flag, Problem::new(Field::SecretKey, what, cure), true)
}

/// The secret as the wizard's field takes a paste. The line end of a file's only line is nothing to speak of.
fn trimmed(context: &mut CommandContext<'_>, flag: &str, raw: &SharedSecret) -> SharedSecret {
    let mut field = SecretField::default();
    match field.paste(intake::line(raw.reveal())) {
        Pasted::Taken(Some(words)) => context.note(&format!("note  --{flag}: read without {words}")),
        Pasted::TooLong => return SharedSecret::clone(raw),
        Pasted::Taken(None) | Pasted::Nothing => {}
    }
    field.take()
}
