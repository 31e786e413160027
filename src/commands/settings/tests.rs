//! The layers, one above the other.

use std::io;

use clap::{CommandFactory as _, Parser as _};
use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::*;
use crate::cli::{Cli, CloudName, Command as Chosen, Register};
use crate::host::Environment;
use crate::words::store::{KEYRING, VAULT_FILE};

struct TestMachine {
    folder: TempDir,
    variables: Vec<(&'static str, &'static str)>,
}

impl TestMachine {
    fn new(file: &str, variables: &[(&'static str, &'static str)]) -> Self {
        let folder = TempDir::new().unwrap();
        papers::write(&folder.path().join("config.toml"), file.as_bytes()).unwrap();
        Self { folder, variables: variables.to_vec() }
    }

    fn host(&self, arguments: &[&str]) -> Host {
        let folder = self.folder.path().to_str().unwrap();
        let typed = ["octo-csp", "--config-dir", folder].into_iter().chain(arguments.iter().copied());
        let settings = self.variables.iter();
        Host {
            arguments: typed.map(OsString::from).collect(),
            environment: Environment {
                settings: settings.map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect(),
                ..Environment::default()
            },
            program: PathBuf::new(),
            machine: String::new(),
            input_is_terminal: false,
            output_is_terminal: false,
            zone: || TimeZone::UTC,
            input: Box::new(io::empty()),
            out: Box::new(io::sink()),
            err: Box::new(io::sink()),
            printed: false,
            flags: String::new(),
        }
    }

    fn register(&self, typed: &[&str]) -> Register {
        let (_, all) = Settings::read(&self.host(typed), &Cli::command()).unwrap();
        let Chosen::Register(register) = Cli::try_parse_from(all).unwrap().command else {
            panic!("not register");
        };
        *register
    }

    fn refused(&self) -> String {
        Settings::read(&self.host(&["register"]), &Cli::command()).unwrap_err()
    }
}

#[test]
fn the_command_line_counts_more_than_a_variable_and_that_more_than_the_file() {
    let file =
        "account_name = \"file\"\nclient-id = \"file\"\napplication-id = \"file\"\nno-input = true\ntimeout = 5\n";
    let variables = [
        ("OCTO_CSP_CLIENT_ID", "variable"),
        ("OCTO_CSP_APPLICATION_ID", "variable"),
        ("OCTO_CSP_SANDBOX", "yes"),
        ("OCTO_CSP_DIRECTORY", ""),
    ];
    let desk = TestMachine::new(file, &variables);
    let register = desk.register(&["register", "--application-id=typed"]);
    assert_eq!(register.values.account_name.as_deref(), Some("file"));
    assert_eq!(register.values.client_id.as_deref(), Some("variable"));
    assert_eq!(register.values.application_id.as_deref(), Some("typed"));
    assert_eq!(register.values.directory, None);
    assert_eq!(register.values.timeout, 5);
    assert!(register.values.no_input && register.which.sandbox);
}

#[test]
fn a_switch_that_a_variable_puts_out_stays_out() {
    let desk = TestMachine::new("sandbox = true\n", &[("OCTO_CSP_SANDBOX", "0")]);
    assert!(!desk.register(&["register"]).which.sandbox);
}

#[test]
fn what_cannot_stand_beside_a_layer_above_is_left_out() {
    let desk = TestMachine::new("cloud-file = \"/x\"\nno-browser = true\n", &[]);
    let register = desk.register(&["register", "--cloud", "china", "--browser", "firefox"]);
    assert!(matches!(register.which.cloud.cloud, CloudName::China));
    assert_eq!(register.which.cloud.cloud_file, None);
    assert!(!register.screen.no_browser);
    let beneath = TestMachine::new("cloud-file = \"/x\"\n", &[("OCTO_CSP_CLOUD", "china")]);
    assert_eq!(beneath.register(&["register"]).which.cloud.cloud_file, None);
}

#[test]
fn an_inner_command_takes_its_flags_and_no_others() {
    let desk = TestMachine::new("json = true\naccount-name = \"x\"\n", &[]);
    let (settings, all) = Settings::read(&desk.host(&["consent", "start"]), &Cli::command()).unwrap();
    assert_eq!(settings.command, "consent start");
    assert_eq!(all.last().unwrap(), "--json");
    assert!(Cli::try_parse_from(all).is_ok());
}

#[test]
fn whatever_is_no_setting_is_named_and_never_its_value() {
    const SECRET: &str = "abc8Q~somethingSomethingSomething12345";
    for (name, words) in [
        ("OCTO_CSP_CLUOD", "did you mean cloud?"),
        ("OCTO_CSP_SECRET", "a secret is no setting"),
        ("OCTO_CSP_CLIENT_SECRET", "a secret is no setting"),
        ("OCTO_CSP_REPLACE", "on the command line only"),
        ("OCTO_CSP_CLOUD_FILE", "by no variable"),
        ("OCTO_CSP_ACCOUNT_NAME", "looks like a secret key"),
    ] {
        let what = TestMachine::new("", &[(name, SECRET)]).refused();
        assert!(what.contains(name) && what.contains(words), "{what}");
        assert!(!what.contains(SECRET), "{what}");
    }
    for (file, words) in [
        ("cluod = \"x\"", "config.toml: cluod"),
        ("cloud = [1]", "a text, a number"),
        ("\ncloud = \"abc8Q~", "line 2"),
        ("secret = \"abc8Q~\"", "a secret is no setting"),
        ("sandbox = \"maybe\"", "true or false"),
        ("config-dir = \"/\"", "leads to"),
    ] {
        let what = TestMachine::new(file, &[]).refused();
        assert!(what.contains(words) && !what.contains("abc8Q"), "{what}");
    }
}

#[test]
fn a_value_that_a_parser_refuses_names_where_it_comes_from() {
    let desk = TestMachine::new("color = \"pink\"\n", &[("OCTO_CSP_CLOUD", "venus")]);
    let told = |typed: &[&str]| {
        let (settings, all) = Settings::read(&desk.host(typed), &Cli::command()).unwrap();
        settings.origin_of(&Cli::try_parse_from(all).unwrap_err()).unwrap()
    };
    assert_eq!(told(&["register"]), "--cloud comes from OCTO_CSP_CLOUD");
    let told = told(&["register", "--cloud=china"]);
    assert!(told.starts_with("--color comes from color in /"), "{told}");
}

#[test]
fn a_variable_that_is_like_no_setting_is_another_programs() {
    let desk = TestMachine::new("", &[("OCTO_CSP_WEATHER", "x")]);
    let (settings, arguments) = Settings::read(&desk.host(&["register"]), &Cli::command()).unwrap();
    assert_eq!(arguments.len(), 4);
    assert_eq!(settings.unknown, ["OCTO_CSP_WEATHER"]);
}

#[test]
fn help_needs_no_settings() {
    let desk = TestMachine::new("no = such", &[]);
    let (_, arguments) = Settings::read(&desk.host(&["register", "--help"]), &Cli::command()).unwrap();
    assert_eq!(arguments.len(), 5);
}

#[test]
fn a_file_that_others_may_write_is_not_read() {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let desk = TestMachine::new("sandbox = true\n", &[]);
        let file = desk.folder.path().join("config.toml");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert!(desk.refused().contains("config.toml"));
    }
}

#[test]
fn a_file_is_read_as_windows_powershell_writes_it() {
    let desk = TestMachine::new("", &[]);
    let units = "\u{feff}sandbox = true\r\naccount-name = \"コントソ\"\r\n".encode_utf16();
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    papers::write(&desk.folder.path().join("config.toml"), &bytes).unwrap();
    let register = desk.register(&["register"]);
    assert!(register.which.sandbox);
    assert_eq!(register.values.account_name.as_deref(), Some("コントソ"));
}

#[test]
fn beside_a_keyring_that_is_asked_for_the_passphrase_of_a_layer_below_is_left_out() {
    let file = "store = \"file\"\npassphrase-file = \"/x\"\n";
    let desk = TestMachine::new(file, &[]);
    let store = |desk: &TestMachine, typed: &[&str]| desk.register(typed).which.store;
    let below = store(&desk, &["register"]);
    assert!(below.store == &VAULT_FILE && below.passphrase_file.is_some());
    let typed = store(&desk, &["register", "--store", "keyring"]);
    assert!(typed.store == &KEYRING);
    assert_eq!(typed.passphrase_file, None);
    let desk = TestMachine::new(file, &[("OCTO_CSP_STORE", "keyring")]);
    assert_eq!(store(&desk, &["register"]).passphrase_file, None);
    let both = store(&desk, &["register", "--store", "file"]);
    assert!(both.passphrase_file.is_some());
    // What is typed is a mistake of whoever types it.
    let typed = ["register", "--store", "keyring", "--passphrase-file", "/y"];
    assert!(store(&desk, &typed).passphrase_file.is_some());
}

#[test]
fn a_file_to_which_a_variable_leads_does_not_move_where_secrets_are_sent() {
    for key in NO_VARIABLE {
        let desk = TestMachine::new(&format!("{key} = \"/x\"\n"), &[]);
        let mut host = desk.host(&["register"]);
        assert!(Settings::read(&host, &Cli::command()).is_ok(), "the command line led there");
        drop(host.arguments.drain(1..3));
        let folder = desk.folder.path().into();
        let variable = "OCTO_CSP_CONFIG_DIR".to_owned();
        drop(host.environment.settings.insert(variable, folder));
        let said = Settings::read(&host, &Cli::command()).unwrap_err();
        assert!(said.contains(key) && said.contains("OCTO_CSP_CONFIG_DIR"), "{said}");
    }
}
