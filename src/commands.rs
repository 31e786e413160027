//! The commands: the only room that joins ui to world, and either to the simulator.

mod code;
mod config;
mod consent;
mod doctor;
mod explain;
mod forget;
mod ground;
mod handoff;
mod headless;
mod intake;
mod octo;
mod paper;
mod passphrase;
mod register;
#[cfg(feature = "simulator")]
mod rehearse;
mod rename;
#[cfg(test)]
mod schema;
mod settings;
#[cfg(feature = "simulator")]
mod simulate;
mod status;
mod submit;
mod token;
mod unattended;

use std::io::{self, Write as _};

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::cli::{Cli, Command, Consent, mistake};
use crate::commands::ground::NotBegun;
use crate::diagnose::{Context, Diagnosis, diagnose};
use crate::exit::Exit;
use crate::host::Host;
use crate::report::opening;
use crate::words::failure::Failure;

/// Runs what the arguments ask for.
pub fn run(host: &mut Host) -> Exit {
    let arguments = match settings::arguments(host) {
        Ok(arguments) => arguments,
        Err(what) => return complain(host, &what),
    };
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let wanted = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let origin = settings::origin_of(host, &error);
            let text = mistake::text(error);
            let stream = if wanted { &mut host.out } else { &mut host.err };
            // Nothing can be done about a closed stream.
            let _closed = write!(stream, "{text}");
            if let Some(origin) = origin {
                let _closed = writeln!(host.err, "\nocto-csp: {origin}");
            }
            return if wanted { Exit::Done } else { Exit::Usage };
        }
    };
    let json = cli.command.json();
    let exit = perform(host, cli.command);
    if json && !host.said.printed {
        // Whoever reads JSON gets an object, however it ended.
        let command = settings::command_words(host).unwrap_or_default();
        let said = host.said.complaint.take();
        say(host, &opening::ended(&command, said.as_deref(), exit));
    }
    exit
}

fn perform(host: &mut Host, command: Command) -> Exit {
    match command {
        Command::Register(arguments) => register::run(host, &arguments),
        Command::Config(arguments) => config::run(host, &arguments),
        Command::Consent(Consent::Start(arguments)) => consent::start(host, &arguments),
        Command::Consent(Consent::Finish(arguments)) => consent::finish(host, &arguments),
        Command::Submit(arguments) => submit::run(host, &arguments),
        Command::Doctor(arguments) => doctor::run(host, &arguments),
        Command::Status(arguments) => status::run(host, &arguments),
        Command::Report(arguments) => status::report(host, &arguments),
        Command::Rename(arguments) => rename::run(host, &arguments),
        Command::Forget(arguments) => forget::run(host, &arguments),
        Command::Handoff(arguments) => handoff::run(host, &arguments),
        Command::Token(arguments) => token::run(host, &arguments),
        Command::Code(arguments) => code::run(host, &arguments),
        Command::Explain(arguments) => explain::run(host, &arguments),
        #[cfg(feature = "simulator")]
        Command::Rehearse(arguments) => rehearse::run(host, &arguments),
        #[cfg(feature = "simulator")]
        Command::Simulate(arguments) => simulate::run(host, &arguments),
        Command::Completions(arguments) => paper::completions(host, &arguments),
        Command::Man(arguments) => paper::man(host, &arguments),
    }
}

/// Says why a command cannot be done, on standard error.
fn complain(host: &mut Host, what: &str) -> Exit {
    let _closed = writeln!(host.err, "octo-csp: {what}");
    host.said.complaint = Some(what.to_owned());
    Exit::Usage
}

/// Says why a command does not begin, on standard error.
fn not_begun(host: &mut Host, why: &NotBegun) -> Exit {
    complain(host, &why.words);
    why.exit
}

/// Prints on standard output. A reader that has gone away (`| head`) is no fault.
fn say(host: &mut Host, text: &str) -> Exit {
    let _closed = write(host, text);
    Exit::Done
}

/// Prints what is lost if it does not get there.
fn hand_out(host: &mut Host, text: &str) -> Exit {
    match write(host, text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let what = format!("standard output cannot be written: {}", error.kind());
            complain(host, &what);
            Exit::Storage
        }
        Ok(()) | Err(_) => Exit::Done,
    }
}

fn write(host: &mut Host, text: &str) -> io::Result<()> {
    host.said.printed = true;
    host.out.write_all(text.as_bytes())?;
    host.out.flush()
}

/// Says what kept a command from beginning, as this kind of machine has to be told.
fn cannot(host: &mut Host, failure: &Failure, json: bool) -> Exit {
    let context = Context { place: register::machine(host), ..Context::default() };
    explained(host, failure, &diagnose(failure, &context), json)
}

/// The same with its diagnosis: on standard output as JSON, or on standard error as text.
fn explained(host: &mut Host, failure: &Failure, diagnosis: &Diagnosis, json: bool) -> Exit {
    if json {
        let command = settings::command_words(host).unwrap_or_default();
        say(host, &opening::in_json(&command, failure, diagnosis));
    } else {
        let _closed = write!(host.err, "{}", opening::text(failure, diagnosis));
    }
    diagnosis.exit
}

#[cfg(test)]
#[cfg(feature = "simulator")]
mod tests;
