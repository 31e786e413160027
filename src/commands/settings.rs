//! Settings: where the value of a flag comes from that is not on the command line.
//!
//! One mechanism for every flag of every command, read from clap's own model: a variable `OCTO_CSP_CLIENT_ID` or a line
//! `client-id = "…"` of the config file is put into the arguments as `--client-id=…` before they are parsed. The command line
//! counts more than a variable, a variable more than the file, the file more than the default.
//!
//! It is not clap's `env`: that one reads the process and not the [`Host`], complains about a variable that the command line
//! contradicts, takes an empty variable for a value, and would let one move where secrets are sent.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::mistake::{self, may_be_repeated};
use crate::diagnose::{Context, diagnose};
use crate::host::{Host, VARIABLES};
use crate::words::field::Shown;
use crate::words::ids::looks_like_secret_key;
use crate::words::store::STORES;
use crate::words::{Field, Label, StoreDescriptor, Unlock, UntrustedText, answers};
use crate::world::papers;
use crate::world::token::utf8;

/// The file below the config folder.
const FILE: &str = "config.toml";
/// The one flag that cannot be in the file that it leads to.
const CONFIG_DIR: &str = "config-dir";
/// Said on the command line or not at all: what confirms, what does nothing, and what shows a secret.
const TYPED_ONLY: [&str; 5] = ["replace", "discard", "dry-run", "yes", "show"];
/// Where secrets are sent is moved by no variable.
const NO_VARIABLE: [&str; 2] = ["cloud-file", "ca-file"];
/// The flag that says where secrets are kept.
const STORE: &str = "store";
/// Words in a name that can only mean a secret.
const SECRETS: [&str; 5] = ["secret", "password", "passphrase", "token", "key"];

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A variable, by name.
    Variable(String),
    /// A key of the config file.
    File(PathBuf, String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::File(path, key) => write!(f, "{key} in {}", path.display()),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// As it is put behind a flag.
    pub(super) value: String,
    /// Where it comes from.
    pub(super) origin: Origin,
}

/// What the variables and the file say, by flag, and what was typed: read once.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// The variables.
    pub(super) variables: BTreeMap<String, Given>,
    /// Variables of our prefix that are like no setting: another program's, or another version's. They mean nothing here.
    pub(super) unknown: Vec<String>,
    /// The file.
    pub(super) file: BTreeMap<String, Given>,
    /// Where the file is or would be.
    pub(super) path: Option<PathBuf>,
    /// The folder of it, where a flag or a variable names one.
    pub(super) named: Option<PathBuf>,
    /// Whether it is there.
    pub(super) there: bool,
    /// The words of the command that was chosen, such as `consent start`.
    pub(super) command: String,
    /// The flags that were typed, with their dashes.
    pub(super) typed: BTreeSet<String>,
}

impl Settings {
    /// What counts where no variable is set and no file is there, of arguments that can be read; `None` where something may be. So
    /// arguments to which nothing is added are read once.
    pub(super) fn none(host: &Host, matches: &ArgMatches) -> Option<Self> {
        let named = matches.get_one::<PathBuf>("config_dir").cloned();
        let folder = named.clone().or_else(|| host.environment.config());
        let is_free = |folder: &PathBuf| matches!(papers::own(folder, FILE), Ok(None));
        if !host.environment.settings.is_empty() || !folder.iter().all(is_free) {
            return None;
        }
        let mut words = Vec::new();
        let mut inner = matches;
        while let Some((name, of_it)) = inner.subcommand() {
            words.push(name);
            inner = of_it;
        }
        if words.is_empty() {
            return Some(Self::default());
        }
        let typed = host.arguments.iter().filter_map(|argument| typed(argument)).collect();
        let path = folder.map(|folder| folder.join(FILE));
        Some(Self { command: words.join(" "), typed, path, named, ..Self::default() })
    }

    /// Looks at the arguments as far as they can be read, reads the variables and the file, and returns with them the arguments
    /// to parse: what the layers say is put in behind the command's name. Help and the version need no settings. The sentence
    /// of a failure names the variable, or the file and its key.
    pub(super) fn read(host: &Host, model: &Command) -> Result<(Self, Vec<OsString>), String> {
        let mut arguments = host.arguments.clone();
        let lenient = model.clone().ignore_errors(true);
        let Ok(matches) = lenient.try_get_matches_from(&arguments) else {
            return Ok((Self::default(), arguments));
        };
        let Some((words, command, given)) = chosen(model, &matches) else {
            return Ok((Self::default(), arguments));
        };
        let config_dir = matches.get_one::<PathBuf>("config_dir").cloned();
        let settings = Self {
            command: words.join(" "),
            typed: arguments.iter().filter_map(|argument| typed(argument)).collect(),
            ..Self::layers(host, &LazyCell::new(|| flags(model)), config_dir)?
        };
        let place = behind(&arguments, &words);
        drop(arguments.splice(place..place, added(model, command, given, &settings)));
        Ok((settings, arguments))
    }

    fn layers(
        host: &Host,
        flags: &LazyCell<Flags, impl FnOnce() -> Flags>,
        config_dir: Option<PathBuf>,
    ) -> Result<Self, String> {
        let said = !host.environment.settings.is_empty();
        let (variables, unknown) = if said { variables(host, flags)? } else { Variables::default() };
        let led = variables.get(CONFIG_DIR).cloned().filter(|_| config_dir.is_none());
        let named = config_dir.or_else(|| led.as_ref().map(|given| PathBuf::from(&given.value)));
        let Some(folder) = named.clone().or_else(|| host.environment.config()) else {
            return Ok(Self { variables, unknown, ..Self::default() });
        };
        let path = folder.join(FILE);
        let text = papers::own(&folder, FILE).map_err(|failure| {
            let diagnosis = diagnose(&failure, &Context::default());
            format!("{}: {} ({})", mistake::path(&path, FILE), diagnosis.what, diagnosis.code)
        })?;
        let there = text.is_some();
        let file = text.map(|bytes| file(&path, &bytes, flags)).transpose()?.unwrap_or_default();
        if let Some(variable) = led {
            moves_nothing(&file, &variable)?;
        }
        Ok(Self { variables, unknown, file, path: Some(path), named, there, ..Self::default() })
    }

    /// What counts for a flag that is not on the command line.
    pub(super) fn given(&self, flag: &str) -> Option<&Given> {
        self.variables.get(flag).or_else(|| self.file.get(flag))
    }

    /// Where the value of a flag comes from, if it is not on the command line.
    pub(super) fn origin(&self, flag: &str) -> Option<String> {
        let given = self.given(flag).filter(|_| !self.typed.contains(&format!("--{flag}")));
        given.map(|given| given.origin.to_string())
    }

    /// Where the value comes from that a parser complains about.
    pub(super) fn origin_of(&self, error: &clap::Error) -> Option<String> {
        let named = [ContextKind::InvalidArg, ContextKind::PriorArg];
        let flags = named.into_iter().filter_map(|kind| match error.get(kind) {
            Some(ContextValue::Strings(args)) => args.first(),
            Some(ContextValue::String(arg)) => Some(arg),
            _ => None,
        });
        let told: Vec<String> = flags
            .filter_map(|arg| {
                let flag = arg.strip_prefix("--")?.split([' ', '=']).next()?;
                Some(format!("--{flag} comes from {}", self.origin(flag)?))
            })
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// The flag of an argument, without its value.
fn typed(argument: &OsStr) -> Option<String> {
    let argument = argument.to_string_lossy();
    let flag = argument.split('=').next().filter(|flag| flag.starts_with("--"))?;
    Some(flag.to_owned())
}

/// A variable that leads to another file moves where secrets are sent no more than one that says it.
fn moves_nothing(file: &BTreeMap<String, Given>, variable: &Given) -> Result<(), String> {
    match NO_VARIABLE.iter().find_map(|flag| file.get(*flag)) {
        Some(given) => Err(format!(
            "{}: the variable {} leads to this file, and where secrets are sent is moved by no variable; use --{CONFIG_DIR}",
            given.origin, variable.origin
        )),
        None => Ok(()),
    }
}

/// The flags that can be set, each with the commands that have it.
pub(super) fn flags(command: &Command) -> Flags {
    let mut found = BTreeMap::new();
    gather(command, "", &mut found);
    found
}

fn gather(command: &Command, path: &str, found: &mut Flags) {
    for arg in command.get_arguments().filter(|arg| settable(arg)) {
        let Some(flag) = arg.get_long() else { continue };
        let entry = found.entry(flag.to_owned());
        let (_, commands) = entry.or_insert_with(|| (arg.clone(), Vec::new()));
        commands.push(path.to_owned());
    }
    for sub in command.get_subcommands() {
        let path = format!("{path} {}", sub.get_name());
        gather(sub, path.trim_start(), found);
    }
}

fn settable(arg: &Arg) -> bool {
    let help =
        matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version);
    let typed_only = arg.get_long().is_none_or(|flag| TYPED_ONLY.contains(&flag));
    !help && !typed_only
}

pub(super) type Flags = BTreeMap<String, (Arg, Vec<String>)>;

type Variables = (BTreeMap<String, Given>, Vec<String>);

fn variables(host: &Host, flags: &Flags) -> Result<Variables, String> {
    let mut given = BTreeMap::new();
    let mut unknown = Vec::new();
    for (name, value) in &host.environment.settings {
        let flag = name.trim_start_matches(VARIABLES).to_ascii_lowercase().replace('_', "-");
        let shown = if may_be_repeated(&flag) { name } else { "OCTO_CSP_..." };
        let foreign = !flags.contains_key(&flag) && !TYPED_ONLY.contains(&flag.as_str());
        if foreign && !is_secret(&flag) && like(&flag, flags).is_none() {
            unknown.push(shown.to_owned());
            continue;
        }
        known(&flag, flags).map_err(|what| format!("the variable {shown}: {what}"))?;
        if NO_VARIABLE.contains(&flag.as_str()) {
            return Err(format!(
                "the variable {shown}: where secrets are sent is moved by no variable; use --{flag} or the config file"
            ));
        }
        let Some(value) = value.to_str() else {
            return Err(format!("the variable {shown} is no text"));
        };
        let origin = Origin::Variable(shown.to_owned());
        // A variable that is empty is as good as none.
        if !value.is_empty() {
            let one = usable(&flag, flags, value.to_owned(), origin)?;
            given.insert(flag, one);
        }
    }
    Ok((given, unknown))
}

fn file(path: &Path, bytes: &[u8], flags: &Flags) -> Result<BTreeMap<String, Given>, String> {
    let shown = path.display();
    let bytes = utf8(bytes);
    let text = std::str::from_utf8(&bytes).map_err(|_unshown| format!("{shown} is no text"))?;
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        // Its own display repeats the line, and whatever is in it.
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        // What its words quote may be anything too.
        let what = error.message().split('`').next().unwrap_or_default();
        format!("{shown}, line {line}: {}", UntrustedText::new(what))
    })?;
    let mut given = BTreeMap::new();
    for (key, value) in table {
        let flag = key.replace('_', "-");
        let key = if may_be_repeated(&flag) { key } else { "a key".to_owned() };
        let name = || format!("{shown}: {key}");
        known(&flag, flags).map_err(|what| format!("{}: {what}", name()))?;
        if flag == CONFIG_DIR {
            return Err(format!("{}: this is the file that it leads to", name()));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(switch) => switch.to_string(),
            toml::Value::Datetime(date) => date.to_string(),
            toml::Value::Float(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
                return Err(format!("{}: a text, a number, true or false is needed", name()));
            }
        };
        let origin = Origin::File(path.to_owned(), key.clone());
        let one = usable(&flag, flags, value, origin)?;
        given.insert(flag, one);
    }
    Ok(given)
}

/// Whether there is such a setting; if not, why, without what it was set to.
fn known(flag: &str, flags: &Flags) -> Result<(), String> {
    if flags.contains_key(flag) {
        return Ok(());
    }
    if TYPED_ONLY.contains(&flag) {
        return Err(format!("--{flag} counts on the command line only"));
    }
    if is_secret(flag) {
        return Err("a secret is no setting: --secret-file names a file with it, --secret-stdin reads it".to_owned());
    }
    Err(like(flag, flags).map_or_else(
        || "there is no such setting; the command config lists all".to_owned(),
        |like| format!("there is no such setting; did you mean {like}?"),
    ))
}

fn is_secret(flag: &str) -> bool {
    flag.split('-').any(|word| SECRETS.contains(&word))
}

/// The setting that was meant by a word with a slip or two in it.
fn like<'f>(flag: &str, flags: &'f Flags) -> Option<&'f str> {
    let all = flags.keys().map(|known| (strsim::levenshtein(flag, known), known));
    let (slips, known) = all.min()?;
    (slips <= 2).then_some(known.as_str())
}

fn usable(flag: &str, flags: &Flags, value: String, origin: Origin) -> Result<Given, String> {
    if looks_like_secret_key(&value) {
        return Err(format!("{origin}: that looks like a secret key, which is no setting"));
    }
    let switch = flags.get(flag).is_some_and(|(arg, _)| matches!(arg.get_action(), ArgAction::SetTrue));
    let value = if switch {
        switched(&value).ok_or_else(|| format!("{origin}: true or false is needed"))?.to_string()
    } else {
        value
    };
    Ok(Given { value, origin })
}

/// The value of a setting as it is told: one that has the form of its values, a file that is there, or words of which none could
/// be a secret.
pub(super) fn shown(name: &str, value: &str) -> String {
    let field = Field::ALL.into_iter().find(|field| field.flag() == name && field.shown() == Shown::Kept);
    let fits = field.is_some_and(|field| answers::fits(field, value).is_ok());
    let label = name == "registration" && Label::parse(value).is_ok();
    let words = || value.split(' ').all(|word| may_be_repeated(word) || Path::new(word).exists());
    if fits || label || Path::new(value).exists() || words() {
        value.to_owned()
    } else {
        "(not shown: it could be a secret)".to_owned()
    }
}

fn switched(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// The innermost command that was chosen: its words, its model, what it was given.
fn chosen<'m>(
    mut model: &'m Command,
    mut matches: &'m ArgMatches,
) -> Option<(Vec<String>, &'m Command, &'m ArgMatches)> {
    let mut words = Vec::new();
    while let Some((name, inner)) = matches.subcommand() {
        model = model.find_subcommand(name)?;
        matches = inner;
        words.push(name.to_owned());
    }
    (!words.is_empty()).then_some((words, model, matches))
}

/// What is put in: each layer leaves out what a layer above it said, or what cannot stand beside that.
fn added(model: &Command, command: &Command, given: &ArgMatches, settings: &Settings) -> Vec<OsString> {
    let is_given = |arg: &Arg| {
        let id = arg.get_id().as_str();
        matches!(given.try_contains_id(id), Ok(true)) && given.value_source(id) == Some(ValueSource::CommandLine)
    };
    let of_all = model.get_arguments().filter(|arg| arg.get_long() != Some(CONFIG_DIR));
    let args: Vec<&Arg> = command.get_arguments().chain(of_all).filter(|arg| settable(arg)).collect();
    // Beside a store without a passphrase that a layer above asks for, that of a layer below means nothing.
    let mut without = args.iter().any(|arg| is_store(arg) && is_given(arg))
        && matches!(given.try_get_one::<&StoreDescriptor>(STORE), Ok(Some(store)) if store.unlock != Unlock::Passphrase);
    let mut taken: Vec<&Arg> = args.iter().copied().filter(|arg| is_given(arg)).collect();
    let mut added = Vec::new();
    for layer in [&settings.variables, &settings.file] {
        let said = args.iter().copied().filter_map(|arg| {
            let one = layer.get(arg.get_long()?)?;
            Some((arg, one))
        });
        let free: Vec<(&Arg, &Given)> = said
            .filter(|(arg, _)| taken.iter().all(|other| !at_odds(command, arg, other)))
            .filter(|(arg, _)| !(without && is_passphrase(arg)))
            .collect();
        for (arg, one) in free {
            taken.push(arg);
            without |= is_store(arg) && opens_otherwise(&one.value);
            let flag = arg.get_long().unwrap_or_default();
            if !matches!(arg.get_action(), ArgAction::SetTrue) {
                added.push(format!("--{flag}={}", one.value).into());
            } else if one.value == "true" {
                added.push(format!("--{flag}").into());
            }
        }
    }
    added
}

fn is_store(arg: &Arg) -> bool {
    arg.get_long() == Some(STORE)
}

fn opens_otherwise(store: &str) -> bool {
    STORES.iter().any(|known| known.key == store && known.unlock != Unlock::Passphrase)
}

fn is_passphrase(arg: &Arg) -> bool {
    arg.get_long().is_some_and(|flag| flag.starts_with("passphrase-") || flag.starts_with("identity-"))
}

fn at_odds(command: &Command, one: &Arg, other: &Arg) -> bool {
    let conflicts = |of: &Arg, with: &Arg| {
        let mut all = command.get_arg_conflicts_with(of).into_iter();
        all.any(|arg| arg.get_id() == with.get_id())
    };
    one.get_id() == other.get_id() || conflicts(one, other) || conflicts(other, one)
}

/// The place behind the words of a command.
fn behind(arguments: &[OsString], words: &[String]) -> usize {
    let mut words = words.iter().peekable();
    let mut is_value = false;
    for (index, argument) in arguments.iter().enumerate().skip(1) {
        if std::mem::replace(&mut is_value, argument == "--config-dir" || argument == "--log") {
            continue;
        }
        if words.next_if(|word| argument == word.as_str()).is_some() && words.peek().is_none() {
            return index + 1;
        }
    }
    arguments.len()
}

#[cfg(test)]
mod tests;
