//! `octo-csp completions` and `octo-csp man`: made of the definitions that parse the command line, so they cannot drift from it.

use std::io::Write;
use std::path::Path;

use clap::CommandFactory as _;
use clap::builder::PossibleValue;
use clap_complete::{Generator, Shell};
use clap_complete_nushell::Nushell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::{Cli, Completions, Man as ManArguments, ShellName};
use crate::commands::context::CommandContext;
use crate::commands::error::CommandError;
use crate::exit::Exit;
use crate::version;

/// The program's name, as shells and `man` know it.
const NAME: &str = "octo-csp";

#[expect(clippy::unnecessary_wraps, reason = "every command ends in the same way")]
pub(super) fn completions(context: &mut CommandContext<'_>, arguments: &Completions) -> Result<Exit, CommandError> {
    let mut command = completed();
    let mut script = Vec::new();
    let shell: &dyn Generator = match arguments.shell {
        ShellName::Bash => &Shell::Bash,
        ShellName::Zsh => &Shell::Zsh,
        ShellName::Fish => &Shell::Fish,
        ShellName::PowerShell => &Shell::PowerShell,
        ShellName::Nushell => &Nushell,
    };
    command.set_bin_name(NAME);
    command.build();
    shell.generate(&command, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    match arguments.shell {
        // clap_complete 4.6.11 names the functions of a program with a hyphen in two ways, and so finds none of its commands.
        ShellName::Bash => script = script.replace("octo__subcmd__csp", "octo__csp"),
        ShellName::Fish => script.push_str(&values_for_fish(&command)),
        ShellName::Zsh | ShellName::PowerShell | ShellName::Nushell => {}
    }
    Ok(context.print(&script))
}

/// What the generator leaves out for fish: values of arguments that have no flag.
fn values_for_fish(command: &clap::Command) -> String {
    let line = |command: &str, value: &PossibleValue| {
        let about = value.get_help().map(ToString::to_string);
        let about = about.unwrap_or_default().replace('\'', "\\'");
        let value = value.get_name();
        format!("complete -c {NAME} -n \"__fish_octo_csp_using_subcommand {command}\" -f -a \"{value}\" -d '{about}'\n")
    };
    let commands = command.get_subcommands();
    let lines = commands.flat_map(|command| {
        let arguments = command.get_positionals();
        let values = arguments.flat_map(clap::Arg::get_possible_values);
        values.map(move |value| line(command.get_name(), &value))
    });
    lines.collect()
}

/// The command line as it is completed: with the names of scenarios, which parsing does not ask for because `NAME@PLACE` is one
/// too; and with a plain `help`, because clap's, which knows itself, is not completed by fish.
fn completed() -> clap::Command {
    let cli = Cli::command();
    let named = cli.get_subcommands().map(|c| {
        let about = c.get_about().cloned().unwrap_or_default();
        clap::Command::new(c.get_name().to_owned()).about(about)
    });
    let help = clap::Command::new("help")
        .about("Print the help of a command")
        .subcommands(named.map(|c| c.disable_help_flag(true)))
        .disable_help_flag(true)
        .disable_help_subcommand(true);
    let commands = cli.get_subcommands().cloned();
    #[cfg(feature = "simulator")]
    let commands = commands.map(scenarios);
    clap::Command::new(NAME)
        .version(version::NUMBER)
        .disable_help_subcommand(true)
        .subcommands(commands)
        .subcommand(help)
}

#[cfg(feature = "simulator")]
fn scenarios(command: clap::Command) -> clap::Command {
    use clap::builder::PossibleValuesParser;

    let argument = match command.get_name() {
        "rehearse" => "fail",
        "simulate" => "scenario",
        _ => return command,
    };
    let names = crate::simulator::Scenario::all().map(|(name, about)| PossibleValue::new(name).help(about));
    command.mut_arg(argument, |arg| arg.value_parser(PossibleValuesParser::new(names)))
}

pub(super) fn man(context: &mut CommandContext<'_>, arguments: &ManArguments) -> Result<Exit, CommandError> {
    let mut cli = Cli::command().disable_help_subcommand(true);
    cli.build();
    let Some(dir) = &arguments.dir else {
        let mut text = Vec::new();
        // Writing into memory does not fail.
        let _written = page(&cli, &mut text);
        return Ok(context.print(&String::from_utf8_lossy(&text)));
    };
    match std::fs::create_dir_all(dir).and_then(|()| pages(&cli, dir)) {
        Ok(()) => Ok(Exit::Done),
        Err(error) => {
            let words = format!("the folder of --dir cannot be written: {}", error.kind());
            Err(CommandError::new(Exit::Storage, words))
        }
    }
}

/// The page of a command, and those of the commands below it.
fn pages(command: &clap::Command, dir: &Path) -> std::io::Result<()> {
    for command in command.get_subcommands().filter(|c| c.get_name() != "help") {
        pages(command, dir)?;
    }
    let name = Man::new(command.clone()).get_filename();
    page(command, &mut std::fs::File::create(dir.join(name))?)
}

/// One page: what `clap_mangen` makes, with what stands after the help as sections of its own, where examples keep their lines.
fn page(command: &clap::Command, to: &mut dyn Write) -> std::io::Result<()> {
    let man = Man::new(command.clone())
        // An empty date would be left out, and what follows would take its place.
        .date(" ")
        .source(format!("{NAME} {}", version::NUMBER))
        .manual("User commands");
    man.render_title(to)?;
    man.render_name_section(to)?;
    man.render_synopsis_section(to)?;
    man.render_description_section(to)?;
    man.render_options_section(to)?;
    if command.has_subcommands() {
        man.render_subcommands_section(to)?;
    }
    let after = command.get_after_long_help().or_else(|| command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    let mut roff = Roff::new();
    for paragraph in after.split("\n\n").filter(|text| !text.is_empty()) {
        section(&mut roff, paragraph);
    }
    if !command.has_subcommands() {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold(NAME), roman("(1)")]);
    }
    roff.to_writer(to)
}

/// A paragraph after the help. Lines that begin with a blank stay lines.
fn section(roff: &mut Roff, paragraph: &str) {
    let (heading, lines) = match paragraph.split_once('\n') {
        Some(("Examples:", rest)) => ("EXAMPLES", rest),
        Some(("Exit codes:", rest)) => ("EXIT STATUS", rest),
        _ if paragraph.starts_with("Exit code") => ("EXIT STATUS", paragraph),
        _ => ("NOTES", paragraph),
    };
    roff.control("SH", [heading]);
    for line in lines.lines() {
        if line.starts_with(' ') {
            roff.control("nf", []);
            roff.text([roman(line)]);
            roff.control("fi", []);
        } else {
            roff.text([roman(line)]);
        }
    }
}
