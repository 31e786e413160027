//! The command line as a person meets it: help, completions, manual pages, slips of the finger, and secrets in the wrong place.
//!
//! The help is one golden file. Whoever changes a command or a flag renews it and looks at it:
//! `INSTA_UPDATE=always cargo test --locked --test it command_line`

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use clap::CommandFactory as _;
use octo_csp::cli::Cli;
use octo_csp::exit::Exit;
use tempfile::TempDir;

/// Looks like a secret of Entra's and is none.
const CANARY: &str = "Kq48Q~xT.9vLr_Zb3WnEo7yHd2CsPf6JmGu1aXtI";

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "nushell"];

fn program(arguments: &[&str]) -> Output {
    let home = TempDir::new().unwrap();
    Command::new(env!("CARGO_BIN_EXE_octo-csp"))
        .args(arguments)
        .env_clear()
        .env("XDG_STATE_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn out(arguments: &[&str]) -> String {
    let output = program(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What is said about arguments that are refused.
fn refused(arguments: &[&str]) -> String {
    let output = program(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A command that is shown.
struct Shown {
    /// Such as `register`, or two for a command below a command.
    words: Vec<String>,
    flags: Vec<String>,
    after_help: String,
    is_a_group: bool,
}

#[cfg(feature = "simulator")]
impl Shown {
    /// The words of a command line that begins with this command.
    fn with<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let words = self.words.iter().map(String::as_str);
        words.chain(more.iter().copied()).collect()
    }
}

fn shown() -> Vec<Shown> {
    let mut shown = Vec::new();
    below(&Cli::command(), &[], &mut shown);
    shown
}

fn below(command: &clap::Command, words: &[String], shown: &mut Vec<Shown>) {
    for command in command.get_subcommands() {
        let mut words = words.to_vec();
        words.push(command.get_name().to_owned());
        let flags = command.get_arguments().filter_map(clap::Arg::get_long);
        shown.push(Shown {
            flags: flags.map(|flag| format!("--{flag}")).collect(),
            words: words.clone(),
            after_help: command.get_after_help().map(ToString::to_string).unwrap_or_default(),
            is_a_group: command.has_subcommands(),
        });
        below(command, &words, shown);
    }
}

#[test]
#[cfg(feature = "simulator")]
fn the_help_of_every_command_is_as_it_was_looked_at() {
    use std::fmt::Write as _;

    let mut help = out(&["--help"]);
    for command in shown() {
        let of_it = out(&command.with(&["--help"]));
        let name = command.words.join(" ");
        write!(help, "\n---- {name} ----\n\n{of_it}").unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("command-line-help", help));
}

/// The words of an example: what stands in quotation marks is one.
fn as_a_shell(example: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in example.split('"').enumerate() {
        if index % 2 == 0 {
            words.extend(part.split_whitespace().map(str::to_owned));
        } else {
            words.push(part.to_owned());
        }
    }
    words
}

#[test]
fn every_command_shows_how_it_is_used() {
    for command in shown().iter().filter(|command| !command.is_a_group) {
        let name = command.words.join(" ");
        let text = command.after_help.replace("\\\n", " ");
        let lines = text.split("octo-csp ").skip(1);
        let examples = lines.filter_map(|rest| rest.split(['\n', '|', '>', '<', '&', ')']).next());
        let of_it: Vec<_> = examples.filter(|e| e.starts_with(&name)).collect();
        assert!(!of_it.is_empty(), "{name} has no example");
        for example in of_it {
            let words = ["octo-csp".to_owned()].into_iter().chain(as_a_shell(example));
            let parsed = <Cli as clap::Parser>::try_parse_from(words);
            assert!(parsed.is_ok(), "{example}");
        }
    }
}

#[test]
fn the_help_names_every_exit_code() {
    let help = out(&["--help"]);
    for (exit, meaning) in Exit::MEANINGS {
        let line = format!("{:>5}  {meaning}", exit as u8);
        assert!(help.contains(&line), "{line}");
    }
    assert!(!out(&["-h"]).contains("Exit codes"));
}

#[test]
fn the_completions_of_every_shell_know_every_command_and_flag() {
    for shell in SHELLS {
        let script = out(&["completions", shell]);
        for Shown { words, flags, .. } in shown() {
            let command = words.last().unwrap();
            assert!(script.contains(command), "{shell}: {command}");
            for flag in flags {
                // Fish is told the name without the dashes.
                let named = if shell == "fish" { flag.replace("--", "-l ") } else { flag };
                assert!(script.contains(&named), "{shell}: {command} {named}");
            }
        }
        if cfg!(feature = "simulator") && shell != "powershell" {
            assert!(script.contains("AADSTS65001"), "{shell}: scenarios");
        }
    }
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let script = out(&["completions", "bash"]);
    // An empty word is written as two quotes.
    let complete = |words: &[&str]| {
        let last = words.last().unwrap();
        let before = words.get(words.len().wrapping_sub(2)).unwrap();
        let ask = format!(
            "{script}\nCOMP_WORDS=({}); COMP_CWORD={}; set -- $(complete -p octo-csp); while [[ $1 != -F ]]; do shift; done
$2 octo-csp {last} {before}; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            words.len() - 1,
        );
        // It is longer than an argument may be.
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-s"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut bash = bash.spawn().unwrap();
        std::io::Write::write_all(&mut bash.stdin.take().unwrap(), ask.as_bytes()).unwrap();
        let output = bash.wait_with_output().unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(complete(&["octo-csp", "reg"]), "register\n");
    assert!(complete(&["octo-csp", "register", "--clo"]).contains("--cloud-file\n"));
    let steps = "basic\npartner-center\npartner-api\n";
    assert_eq!(complete(&["octo-csp", "register", "--step", "''"]), steps);
    assert_eq!(complete(&["octo-csp", "completions", "pow"]), "powershell\n");
    assert_eq!(complete(&["octo-csp", "help", "hand"]), "handoff\n");
    #[cfg(feature = "simulator")]
    assert!(complete(&["octo-csp", "rehearse", "--fail", "AADSTS65"]).contains("AADSTS65001\n"));
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let home = TempDir::new().unwrap();
    let dir = home.path().join("share/man1");
    out(&["man", "--dir", dir.to_str().unwrap()]);
    // A hyphen that a person copies is written with a backslash.
    let read = |name: &str| {
        let text = std::fs::read_to_string(dir.join(format!("{name}.1"))).unwrap();
        text.replace("\\-", "-")
    };
    let main = read("octo-csp");
    assert_eq!(main, out(&["man"]).replace("\\-", "-"));
    assert!(main.contains("EXIT STATUS") && main.contains("EXAMPLES"));
    for Shown { words, flags, .. } in shown() {
        let name = format!("octo-csp-{}", words.join("-"));
        let (_, above) = words.split_last().unwrap();
        let above = [&["octo-csp".to_owned()], above].concat().join("-");
        assert!(read(&above).contains(&format!("{name}(1)")), "{name}");
        let page = read(&name);
        for flag in flags {
            assert!(page.contains(&flag), "{name} {flag}");
        }
    }
    let count = std::fs::read_dir(&dir).unwrap().count();
    assert_eq!(count, shown().len() + 1);
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("file");
    std::fs::File::create(&file).unwrap();
    let output = program(&["man", "--dir", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the folder of --dir cannot be written"));
}

#[test]
fn the_version_says_what_was_built_of_what() {
    let number = env!("CARGO_PKG_VERSION");
    assert_eq!(out(&["-V"]), format!("octo-csp {number}\n"));
    let long = out(&["--version"]);
    assert!(long.starts_with(&format!("octo-csp {number}\n")), "{long}");
    for label in ["Commit", "Target", "Compiler", "TLS", "Vaults"] {
        let line = long.lines().find(|line| line.starts_with(label)).unwrap();
        assert!(line.trim().len() > label.len() + 3, "{long}");
    }
    assert!(long.contains(std::env::consts::ARCH), "{long}");
}

#[test]
fn what_is_told_at_once_is_what_the_whole_command_line_tells() {
    for words in
        [&["--version"][..], &["explain", "AADSTS7000215"], &["explain", "price", "503"], &["explain", "50011"]]
    {
        assert_eq!(out(words), out(&[&["--log", "/dev/null"], words].concat()), "{words:?}");
    }
    assert_eq!(refused(&["explain", "nothing here"]), refused(&["--log", "/dev/null", "explain", "nothing here"]));
    // A config file that cannot be used is told by every command.
    let home = TempDir::new().unwrap();
    let folder = home.path().join("octo-csp");
    std::fs::create_dir(&folder).unwrap();
    std::fs::File::create(folder.join("config.toml")).unwrap().write_all(b"no such line").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_octo-csp"));
    let told = command.args(["explain", "50011"]).env_clear().env("XDG_CONFIG_HOME", home.path()).output().unwrap();
    assert_eq!(told.status.code(), Some(2), "{told:?}");
}

#[test]
fn a_slip_of_the_finger_is_answered_with_what_was_meant() {
    for (typed, meant) in [
        (&["regster"][..], "'register'"),
        (&["register", "--cluod", "china"], "'--cloud"),
        (&["register", "--cloud", "chian"], "'china'"),
        (&["register", "--step", "partner-centre"], "'partner-center'"),
    ] {
        let said = refused(typed);
        assert!(said.contains(meant), "{typed:?}\n{said}");
    }
    // Nothing at all is answered with the help.
    assert!(refused(&[]).contains("Usage: octo-csp [OPTIONS] <COMMAND>"));
}

#[test]
fn a_secret_as_an_argument_is_refused_and_not_repeated() {
    let equals = format!("--secret={CANARY}");
    for arguments in [
        &["register", "--secret", CANARY][..],
        &["register", &equals],
        &["register", "--secret-key", CANARY],
        &["register", "--client-secret", CANARY],
        &["register", "--password", CANARY],
        &["--secret", CANARY, "register"],
        &["doctor", "--refresh-token", CANARY],
    ] {
        let said = refused(arguments);
        assert!(!said.contains(CANARY), "{arguments:?}\n{said}");
        assert!(said.contains("never an argument"), "{arguments:?}\n{said}");
        assert!(said.contains("--secret-file"), "{arguments:?}\n{said}");
    }
}
