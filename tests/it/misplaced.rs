//! A secret where something else belongs: every argument of every command, every variable, every key of the config file, in this
//! process, because there are thousands of them.

use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::rc::Rc;

use clap::{Arg, CommandFactory as _};
use jiff::tz::TimeZone;
use octo_csp::cli::Cli;
use octo_csp::{Environment, Exit, Host};
use tempfile::TempDir;

/// What a person may have in the clipboard: none of them is real.
const SECRETS: [&str; 6] = [
    "Kq48Q~xT.9vLr_Zb3WnEo7yHd2CsPf6JmGu1aXtI",
    "vT3kLr9ZbWnEo7yHd2CsPf6JmGu1aXtIqK48xTRw",
    "0.AXoAvT3kLr9ZbWnEo7yHd2CsPf6JmGu1aXtI.AgABAwEAAADx-_048xT",
    "1.AXoAvT3kLr9ZbWnEo7yHd2CsPf6JmGu1aXtI.AgABAwEAAADx-_048xT",
    "M.C507_BAY.2.U.vT3kLr9Z-bWnE-o7yH-d2Cs-Pf6JmGu1aXtI",
    PASSPHRASE,
];
const PASSPHRASE: &str = "correct-horse-battery-staple";

#[derive(Clone, Default)]
struct Said(Rc<RefCell<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A home in which nothing is registered.
struct Home(TempDir);

impl Home {
    fn environment(&self) -> Environment {
        let path = |name: &str| Some(self.0.path().join(name));
        Environment { home: path(""), state_home: path("state"), config_home: path("config"), ..Environment::default() }
    }

    /// Writes the config file.
    fn put(&self, text: &str) {
        let folder = self.0.path().join("config/octo-csp");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::File::create(folder.join("config.toml")).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Runs the program as a script does, and returns everything that it said.
    fn said(arguments: &[String], environment: Environment) -> String {
        let said = Said::default();
        let mut host = Host {
            arguments: ["octo-csp".into()].into_iter().chain(arguments.iter().map(Into::into)).collect(),
            environment,
            program: PathBuf::from(env!("CARGO_BIN_EXE_octo-csp")),
            machine: String::new(),
            input_is_terminal: false,
            output_is_terminal: false,
            zone: || TimeZone::UTC,
            input: Box::new(Cursor::new(b"")),
            out: Box::new(said.clone()),
            err: Box::new(said.clone()),
            printed: false,
            flags: String::new(),
        };
        let exit = octo_csp::run(&mut host);
        let said = String::from_utf8_lossy(&said.0.borrow()).into_owned();
        assert!(exit != Exit::Internal, "{arguments:?}\n{said}");
        said
    }
}

/// One command and its arguments.
struct Called {
    words: Vec<String>,
    args: Vec<Arg>,
}

impl Called {
    /// The words that lead to where the value of this argument is used, as far as that is without a person; `None` beside them.
    fn leading_to(&self, arg: &Arg) -> Vec<String> {
        let mut words = self.words.clone();
        let flag = arg.get_long().unwrap_or_default();
        let more: &[&str] = match words.join(" ").as_str() {
            "register" => &["--no-input"],
            "code" => &["--show"],
            "forget" => &["--yes"],
            "token" if arg.get_long().is_some() => &["partner-center"],
            "completions" if arg.get_long().is_some() => &["bash"],
            "rename" | "store remove-collector" if arg.get_long().is_some() => &["Contoso"],
            "store add-collector" if flag == "output" => &["prices"],
            "store add-collector" if arg.get_long().is_some() => &["prices", "--output", "/dev/null"],
            "store add-collector" => &["--output", "/dev/null"],
            // It would serve until it is ended.
            "simulate" if flag != "scenario" => &["--scenario", "there-is-none"],
            _ => &[],
        };
        words.extend(more.iter().map(|word| (*word).to_owned()));
        if flag.starts_with("passphrase-") {
            words.push("--store=file".to_owned());
        }
        words
    }

    fn has(&self, flag: &str) -> bool {
        self.args.iter().any(|arg| arg.get_long() == Some(flag))
    }
}

/// Every command that does something.
fn commands() -> Vec<Called> {
    fn below(command: &clap::Command, words: &[String], found: &mut Vec<Called>) {
        for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
            let words = [words, &[command.get_name().to_owned()]].concat();
            if !command.has_subcommands() {
                found.push(Called { words: words.clone(), args: command.get_arguments().cloned().collect() });
            }
            below(command, &words, found);
        }
    }
    let mut model = Cli::command();
    model.build();
    let mut found = Vec::new();
    below(&model, &[], &mut found);
    found
}

/// Runs a command, and notes it if it repeats the secret.
fn look(words: &[String], environment: Environment, secret: &str, how: &str, repeated: &mut Vec<String>) {
    let said = Home::said(words, environment);
    if said.contains(secret) || said.contains(&secret.to_ascii_lowercase()) {
        repeated.push(format!("{how} {words:?}\n{said}"));
    }
}

/// Whether a word may be what the argument takes: what an account is called is anybody's choice.
fn is_fine(name: &str, secret: &str) -> bool {
    secret == PASSPHRASE && ["account-name", "name"].contains(&name)
}

#[test]
fn nothing_that_could_be_a_secret_is_repeated_wherever_it_was_put() {
    let mut repeated = Vec::new();
    let mut tried = 0;
    for called in commands() {
        for arg in &called.args {
            let name = arg.get_long().unwrap_or_else(|| arg.get_id().as_str());
            let takes = arg.get_action().takes_values();
            for (index, secret) in SECRETS.into_iter().enumerate().filter(|(_, secret)| !is_fine(name, secret)) {
                let home = Home(TempDir::new().unwrap());
                // What is written is written somewhere.
                let writes = ["output", "ics", "dir", "log"].contains(&name);
                let value = if writes { home.0.path().join(secret).display().to_string() } else { secret.to_owned() };
                let mut lines = vec![match arg.get_long() {
                    Some(flag) => format!("--{flag}={value}"),
                    None => value,
                }];
                if !takes {
                    lines.push(format!("--{name}{secret}"));
                }
                for line in lines {
                    let mut words = called.leading_to(arg);
                    words.push(line);
                    if called.has("json") && name != "json" && index % 2 == 0 {
                        words.push("--json".to_owned());
                    }
                    let said = Home::said(&words, home.environment());
                    tried += 1;
                    if said.contains(secret) {
                        repeated.push(format!("{words:?}\n{said}"));
                    }
                }
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
    assert!(repeated.is_empty(), "{} of {tried}:\n{}", repeated.len(), repeated.join("\n"));
}

#[test]
fn nothing_that_could_be_a_secret_is_repeated_from_a_variable_or_the_config_file() {
    let commands = commands();
    let mut settings: Vec<(String, &Called)> = Vec::new();
    for called in &commands {
        for flag in called.args.iter().filter_map(Arg::get_long) {
            if settings.iter().all(|(known, _)| known != flag) {
                settings.push((flag.to_owned(), called));
            }
        }
    }
    let mut repeated = Vec::new();
    let config = ["config".to_owned()].to_vec();
    let in_json = [config.clone(), vec!["--json".to_owned()]].concat();
    for secret in SECRETS {
        let home = Home(TempDir::new().unwrap());
        let put = |text: &str| home.put(text);
        for (flag, called) in settings.iter().filter(|(flag, _)| !is_fine(flag, secret)) {
            let arg = called.args.iter().find(|arg| arg.get_long() == Some(flag)).unwrap();
            let leading = called.leading_to(arg);
            let variable = format!("OCTO_CSP_{}", flag.to_ascii_uppercase().replace('-', "_"));
            let mut environment = home.environment();
            // What is written is written somewhere, and has been above.
            let writes = ["output", "ics", "dir", "log"].contains(&flag.as_str());
            let ways = [&in_json, &config, &leading];
            let ways = || ways.into_iter().take(if writes { 2 } else { 3 }).skip(usize::from(secret != SECRETS[0]));
            environment.settings.insert(variable.clone(), (*secret).into());
            put("");
            for words in ways() {
                look(words, environment.clone(), secret, &variable, &mut repeated);
            }
            put(&format!("{flag} = \"{secret}\"\n"));
            for words in ways() {
                look(words, home.environment(), secret, "config.toml", &mut repeated);
            }
        }
    }
    assert!(repeated.is_empty(), "{}:\n{}", repeated.len(), repeated.join("\n"));
}

#[test]
fn nothing_that_could_be_a_secret_is_repeated_of_a_file_or_a_variable_that_is_none_of_ours() {
    let mut repeated = Vec::new();
    let config = ["config".to_owned()];
    for secret in SECRETS {
        let home = Home(TempDir::new().unwrap());
        let put = |text: &str| home.put(text);
        for line in [
            secret.to_owned(),
            format!("\"{secret}\" = 1"),
            format!("\"{secret}\" = 1\n\"{secret}\" = 2"),
            format!("store = {secret}"),
            format!("[\"{secret}\"]\nx = 1"),
            format!("store = [\"{secret}\"]"),
        ] {
            put(&line);
            look(&config, home.environment(), secret, &line, &mut repeated);
        }
        put("");
        let mut environment = home.environment();
        environment.settings.insert(format!("OCTO_CSP_{secret}"), "1".into());
        environment.settings.insert(format!("OCTO_CSP_KEY_{secret}"), "1".into());
        look(&config, environment, secret, "the name of a variable", &mut repeated);
        for name in ["ALPHAUS_AUTH_URL", "ALPHAUS_CLIENT_ID"] {
            let environment = Environment {
                alphaus_auth_url: Some(if name == "ALPHAUS_AUTH_URL" { secret } else { "" }.to_owned()),
                alphaus_client_id: Some(secret.to_owned()),
                alphaus_client_secret: Some(octo_csp::words::Secret::shared(secret.to_owned())),
                ..home.environment()
            };
            for words in [&["submit"][..], &["register", "--no-input"]] {
                let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
                look(&words, environment.clone(), secret, name, &mut repeated);
            }
        }
    }
    assert!(repeated.is_empty(), "{}:\n{}", repeated.len(), repeated.join("\n"));
}
