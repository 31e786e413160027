//! The commands: the only room that joins ui to world, and either to the simulator.

mod code;
mod config;
mod consent;
mod context;
mod doctor;
mod dry_run;
mod error;
mod explain;
mod forget;
mod handoff;
mod headless;
mod intake;
mod key_vault;
mod list;
mod look;
mod machine;
mod octo;
mod paper;
mod passphrase;
mod register;
#[cfg(feature = "simulator")]
mod rehearse;
mod rename;
mod session;
mod settings;
mod signal;
#[cfg(feature = "simulator")]
mod simulate;
mod status;
mod store;
mod submit;
mod token;
mod unattended;
mod values;
mod vault;

use std::io::Write as _;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use crate::cli::{Cli, Command, Consent, Explain, mistake};
use crate::commands::context::{CommandContext, GivenFlags};
use crate::commands::error::{CommandError, end};
use crate::commands::settings::Settings;
use crate::exit::Exit;
use crate::host::Host;
use crate::report;
use crate::version;
use crate::world::call_log::CallLog;

/// Runs what the arguments ask for.
pub fn run(host: &mut Host) -> Exit {
    if let Some(exit) = at_once(host) {
        return exit;
    }
    // Where the settings or the arguments cannot be used, this is how they are asked what standard output gets.
    let asked = host.arguments.iter().any(|word| word == "--json");
    let (settings, parsed) = match read(host) {
        Ok(both) => both,
        Err(what) => return end(host, Err(what.into()), asked.then_some("octo-csp")),
    };
    let parsed = parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(both) => both,
        Err(error) => return not_understood(host, &settings, error, asked),
    };
    let json = wants_json(&matches);
    let given = GivenFlags::of(&matches, settings.named.as_deref());
    host.flags = given.behind_each_command();
    let words = settings.command.clone();
    let log = cli.log.as_deref().map(CallLog::at).map(Arc::new);
    let ended = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let momentary = cli.command.is_momentary();
            let mut context =
                CommandContext { host, settings, json, log: log.clone(), given, momentary, key_vault: None };
            let ended = runtime.block_on(perform(&mut context, &cli.command));
            context.note_recoverable();
            ended
        }
        Err(_no_runtime) => Err(CommandError::new(Exit::Internal, "no runtime could be started")),
    };
    if log.is_some_and(|log| log.is_broken()) {
        host.note("octo-csp: the file of --log could not be written to its end");
    }
    end(host, ended, json.then_some(words.as_str()))
}

/// Reads the arguments, with what the settings add to them: once where these add nothing.
fn read(host: &Host) -> Result<(Settings, Result<ArgMatches, clap::Error>), String> {
    if host.environment.settings.is_empty() {
        // Never given back: taking it apart and wiping each piece takes a fifth of what a short command takes, and the process ends soon.
        let model = Box::leak(Box::new(Cli::command()));
        let parsed = model.try_get_matches_from_mut(&host.arguments);
        let settings = match &parsed {
            Ok(matches) => Settings::none(host, matches),
            Err(error) => is_wanted(error).then(Settings::default),
        };
        if let Some(settings) = settings {
            return Ok((settings, parsed));
        }
    }
    let model = Cli::command();
    let (settings, arguments) = Settings::read(host, &model)?;
    Ok((settings, model.try_get_matches_from(arguments)))
}

/// Whether it is help or the version, which were asked for and need no settings.
fn is_wanted(error: &clap::Error) -> bool {
    matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
}

/// Does what has no flag and stands below no setting without the model of all commands, which takes longer than the work: tells the
/// version, and explains a text.
fn at_once(host: &mut Host) -> Option<Exit> {
    let words: Vec<String> =
        host.arguments.iter().skip(1).map(|word| word.to_str().map(str::to_owned)).collect::<Option<_>>()?;
    let (first, rest) = words.split_first()?;
    if first == "--version" && rest.is_empty() {
        let _closed = host.print(&format!("octo-csp {}\n", version::long()));
        return Some(Exit::Done);
    }
    let is_set =
        || !host.environment.settings.is_empty() || host.environment.config().is_some_and(|folder| folder.exists());
    if first != "explain"
        || rest.is_empty()
        || rest.iter().any(|word| word.starts_with('-') || word == "help")
        || is_set()
    {
        return None;
    }
    let arguments = Explain { text: rest.to_vec(), ..Explain::default() };
    let (settings, given) = (Settings::default(), GivenFlags::default());
    let mut context =
        CommandContext { host, settings, json: false, log: None, given, momentary: false, key_vault: None };
    let ended = explain::run(&mut context, &arguments);
    Some(end(host, ended, None))
}

/// Whether the command was told to put JSON on standard output. The text of `explain` may begin with a hyphen, so what stands behind a
/// part of it is text too; this word is none.
fn wants_json(matches: &ArgMatches) -> bool {
    if let Some((_, command)) = matches.subcommand() {
        return wants_json(command);
    }
    let mut text = matches.try_get_many::<String>("text").ok().flatten().into_iter().flatten();
    matches!(matches.try_get_one("json"), Ok(Some(true))) || text.any(|word| word == "--json")
}

/// Help and the version, which were asked for, or what is wrong with the arguments.
fn not_understood(host: &mut Host, settings: &Settings, error: clap::Error, json: bool) -> Exit {
    let wanted = is_wanted(&error);
    let origin = settings.origin_of(&error);
    let text = mistake::text(error);
    let stream = if wanted { &mut host.out } else { &mut host.err };
    // Nothing can be done about a closed stream.
    let _closed = write!(stream, "{text}");
    if let Some(origin) = origin {
        let _closed = writeln!(host.err, "\nocto-csp: {origin}");
    }
    if wanted {
        return Exit::Done;
    }
    if json {
        let _closed = host.print(&report::ended(&settings.command, Some(text.trim()), Exit::Usage));
    }
    Exit::Usage
}

async fn perform(context: &mut CommandContext<'_>, command: &Command) -> Result<Exit, CommandError> {
    match command {
        Command::Register(arguments) => Box::pin(register::run(context, arguments)).await,
        Command::Config(arguments) => config::run(context, arguments),
        Command::Consent(Consent::Start(arguments)) => Box::pin(consent::start(context, arguments)).await,
        Command::Consent(Consent::Finish(arguments)) => Box::pin(consent::finish(context, arguments)).await,
        Command::Submit(arguments) => Box::pin(submit::run(context, arguments)).await,
        Command::Doctor(arguments) => Box::pin(doctor::run(context, arguments)).await,
        Command::Status(arguments) => Box::pin(status::run(context, arguments)).await,
        Command::List(arguments) => Box::pin(list::run(context, arguments)).await,
        Command::Report(arguments) => Box::pin(status::report(context, arguments)).await,
        Command::Rename(arguments) => Box::pin(rename::run(context, arguments)).await,
        Command::Forget(arguments) => Box::pin(forget::run(context, arguments)).await,
        Command::Handoff(arguments) => Box::pin(handoff::run(context, arguments)).await,
        Command::Token(arguments) => Box::pin(token::run(context, arguments)).await,
        Command::Store(command) => Box::pin(store::run(context, command)).await,
        Command::Code(arguments) => Box::pin(code::run(context, arguments)).await,
        Command::Explain(arguments) => explain::run(context, arguments),
        #[cfg(feature = "simulator")]
        Command::Rehearse(arguments) => Box::pin(rehearse::run(context, arguments)).await,
        #[cfg(feature = "simulator")]
        Command::Simulate(arguments) => Box::pin(simulate::run(context, arguments)).await,
        Command::Completions(arguments) => paper::completions(context, arguments),
        Command::Man(arguments) => paper::man(context, arguments),
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests;
