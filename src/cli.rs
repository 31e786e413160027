//! The command line: what can be asked for, and by which words.

mod care;
pub mod mistake;
mod paper;
mod shell;
mod store;
mod tokens;
mod unattended;

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::exit::Exit;
use crate::version;
use crate::words::store::STORES;
use crate::words::{Audience, Label, Step, StoreDescriptor};

pub use care::{Doctor, Explain, Forget, Handoff, List, Rename, Report, Status, Submit};
pub use paper::{Completions, Man, ShellName};
pub use shell::Shell;
pub use store::{
    PolicyName, RoleName, Store, StoreAddCollector, StoreBreakLease, StoreMove, StorePassphrase, StorePolicy,
    StoreRemoveCollector,
};
pub use tokens::{Code, Token};
pub use unattended::{Config, Consent, ConsentFinish, ConsentStart, Values};

/// Registers a Microsoft CSP payer account in Octo, and proves every value before it keeps a secret.
#[derive(Debug, Parser)]
#[command(
    name = "octo-csp",
    version = version::NUMBER,
    long_version = version::long(),
    max_term_width = 100,
    arg_required_else_help = true
)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit_codes()))]
pub struct Cli {
    /// The folder of the config file, in place of the usual one.
    #[arg(long, global = true, help_heading = "Settings", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub config_dir: Option<PathBuf>,
    /// Append a line for each call to this file: when, to which host, how it ended; no body and nothing secret.
    #[arg(long, global = true, help_heading = "Settings", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to begin with.
const EXAMPLES: &str =
    "Examples:\n  octo-csp rehearse    try it without a tenant\n  octo-csp register    the real thing";

fn exit_codes() -> String {
    let lines = Exit::MEANINGS.map(|(exit, meaning)| format!("\n{:>5}  {meaning}", exit as u8));
    format!("Exit codes:{}", lines.concat())
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register the payer account, or look after the registration that is there.
    Register(Box<Register>),
    /// The sign-in of step 3 in two calls, for a registration without a screen.
    #[command(subcommand)]
    Consent(Consent),
    /// Hand the registration over to Octo, or what Octo has not taken of it yet.
    Submit(Submit),
    /// Say what a code means, why it happens and who can cure it; works offline.
    Explain(Explain),
    /// Run every check of every finished step again with what is kept.
    Doctor(Doctor),
    /// Say what is registered, by whom, since when, and which step is open; asks nobody.
    Status(Status),
    /// List the registrations of a store: name, partner, how each stands, what ends when.
    List(List),
    /// Make a support report without secrets: shown first, searched for every kept secret.
    Report(Report),
    /// Change the account name.
    Rename(Rename),
    /// Delete everything that is kept on this machine about a registration.
    Forget(Forget),
    /// Write the note for the administrator of Entra (hand-off): what is needed, exact clicks and ids, nothing secret.
    Handoff(Handoff),
    /// Print an access token for a script, from the sign-in that is kept.
    Token(Token),
    /// Sign in again and show the fresh code unredeemed, to paste into Octo's web page.
    Code(Code),
    /// Look after a store: a vault file's passphrase and who else opens it, who works in a shared vault.
    #[command(subcommand)]
    Store(Store),
    /// Say what every setting is and where its value comes from.
    Config(Config),
    /// The whole wizard against a simulated Microsoft: nothing is kept, nobody is told.
    #[cfg(feature = "simulator")]
    Rehearse(Rehearse),
    /// Serve the simulated Microsoft alone, for any other client.
    #[cfg(feature = "simulator")]
    Simulate(Simulate),
    /// Print the completions of a shell.
    Completions(Completions),
    /// Print the manual page, or write one for each command.
    Man(Man),
}

impl Command {
    /// Whether it only gets an access token: a matter of a moment, for which nobody who works on the registration has to stop.
    pub fn is_momentary(&self) -> bool {
        matches!(self, Self::Token(_))
    }
}

/// `octo-csp register`.
#[derive(Debug, Args)]
#[command(
    after_help = format!("Examples:\n  octo-csp register\n  octo-csp register --step partner-api\n  octo-csp register --plain\n  octo-csp register --cloud us-gov\n  octo-csp register --no-input --application-id ID --directory contoso.onmicrosoft.com {}\n    --secret-file key.txt\n\nA secret is never an argument. Without a screen it ends with exit code 4 where a person has to sign in: octo-csp consent. It also hands over to Octo where ALPHAUS_CLIENT_ID and ALPHAUS_CLIENT_SECRET are set (or --profile NAME): a line on standard error says so before. Without them nothing is sent.", shell::by_shell("\\", "`"))
)]
pub struct Register {
    /// Run one step again with everything else kept.
    #[arg(long, value_enum)]
    pub step: Option<Step>,
    /// Only list every call, by what right it is made, and everything that is kept or written; nothing is done.
    #[arg(long)]
    pub dry_run: bool,
    /// Octo credentials from this profile of bluectl, in place of those of the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
    /// How the screen behaves.
    #[command(flatten)]
    pub screen: Screen,
    /// The answers, where nobody is asked.
    #[command(flatten)]
    pub values: Values,
}

/// Which registration: each environment of each cloud has its own, and as many more as are given names.
#[derive(Clone, Debug, Default, Args)]
pub struct Which {
    /// The integration sandbox, a registration beside the production one.
    #[arg(long)]
    pub sandbox: bool,
    /// The registration of this name, one of several beside the one without: letters, digits, hyphens.
    #[arg(long, value_name = "NAME", value_parser = Label::parse)]
    pub registration: Option<Label>,
    /// Look as well whether the sign-in may read billing from Microsoft Graph; this decides nothing.
    #[arg(long, value_name = "true|false", default_value_t = true, action = ArgAction::Set, hide_default_value = true)]
    pub graph: bool,
    /// Where Microsoft is reached.
    #[command(flatten)]
    pub cloud: CloudArguments,
    /// Where secrets are kept.
    #[command(flatten)]
    pub store: StoreArguments,
}

/// Where secrets are kept, and what opens that.
#[derive(Clone, Debug, Default, Args)]
pub struct StoreArguments {
    /// Where secrets are kept: the system's keyring, one vault file sealed with a passphrase, or a vault that a team shares.
    #[arg(long, value_enum, value_name = "STORE", default_value_t)]
    pub store: &'static StoreDescriptor,
    /// Read the passphrase of --store file from this open file descriptor; 0 is standard input.
    #[arg(long, value_name = "N", conflicts_with = "passphrase_file")]
    pub passphrase_fd: Option<u32>,
    /// Read the passphrase of --store file from this file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub passphrase_file: Option<PathBuf>,
    /// Open the file of --store file with this age identity, a collector's, in place of the passphrase.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["passphrase_fd", "passphrase_file"])]
    pub identity_file: Option<PathBuf>,
    /// The shared vault of --store vault.
    #[command(flatten)]
    pub vault: VaultArguments,
    /// The Key Vault of --store azure-key-vault.
    #[command(flatten)]
    pub key_vault: KeyVaultArguments,
}

/// Where in a shared vault, and how it is logged in to. Its address is `VAULT_ADDR`.
#[derive(Clone, Debug, Default, Args)]
pub struct VaultArguments {
    /// The mount of the KV store (version 2) of --store vault, in place of secret.
    #[arg(id = "vault_mount", long = "vault-mount", value_name = "MOUNT")]
    pub mount: Option<String>,
    /// The path below it, in place of octo-csp.
    #[arg(id = "vault_path", long = "vault-path", value_name = "PATH")]
    pub path: Option<String>,
    /// How --store vault is logged in to: with a token, found where Vault's own client finds it, or as a role.
    #[arg(id = "vault_login", long = "vault-login", value_enum, value_name = "METHOD")]
    pub login: Option<LoginName>,
    /// The role: its ID for approle, its name for jwt and kubernetes.
    #[arg(id = "vault_role", long = "vault-role", value_name = "ROLE")]
    pub role: Option<String>,
    /// Read the role's secret ID or JWT from this file.
    #[arg(id = "vault_login_file", long = "vault-login-file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub login_file: Option<PathBuf>,
    /// Read it from this open file descriptor; 0 is standard input.
    #[arg(id = "vault_login_fd", long = "vault-login-fd", value_name = "N", conflicts_with = "vault_login_file")]
    pub login_fd: Option<u32>,
}

/// Which Azure Key Vault, and how it is signed in to.
#[derive(Clone, Debug, Default, Args)]
pub struct KeyVaultArguments {
    /// The address of --store azure-key-vault, such as `https://contoso.vault.azure.net`; without, that of `AZURE_KEY_VAULT_URL`.
    #[arg(id = "key_vault_url", long = "key-vault-url", value_name = "URL")]
    pub url: Option<String>,
    /// How it is signed in to; without, with whatever of these the environment has, and else with az.
    #[arg(id = "key_vault_login", long = "key-vault-login", value_enum, value_name = "METHOD")]
    pub login: Option<KeyVaultLogin>,
}

/// A way to sign in to a Key Vault, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyVaultLogin {
    /// As an application: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET`.
    Application,
    /// With the token of a pod: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_FEDERATED_TOKEN_FILE`.
    WorkloadIdentity,
    /// With the identity of the machine that this runs on; `AZURE_CLIENT_ID` names one among several.
    ManagedIdentity,
    /// As whoever has signed in with az login.
    Az,
}

/// A way to log in to a shared vault, on the command line.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum LoginName {
    /// A token.
    #[default]
    Token,
    /// A role ID and a secret ID.
    Approle,
    /// A JWT.
    Jwt,
    /// The service account of a pod.
    Kubernetes,
}

/// Which cloud.
#[derive(Clone, Debug, Default, Args)]
pub struct CloudArguments {
    /// Microsoft's cloud.
    #[arg(long, value_enum, default_value_t, conflicts_with = "cloud_file")]
    pub cloud: CloudName,
    /// A JSON file of addresses and audiences; https, or http on loopback.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub cloud_file: Option<PathBuf>,
    /// Trust one more certificate authority (PEM) beside the system's, and say so.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_file: Option<PathBuf>,
}

/// How the screen behaves.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Screen {
    /// Line by line, without a full screen: for screen readers, braille displays, simple terminals and transcripts.
    #[arg(long)]
    pub plain: bool,
    /// Colours: by themselves, always, never.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub color: ColorName,
    /// Draw with ASCII only.
    #[arg(long)]
    pub ascii: bool,
    /// Nothing moves: no spinner, and times once a second.
    #[arg(long)]
    pub no_motion: bool,
    /// Take the mouse wheel; selecting text then needs Shift.
    #[arg(long)]
    pub mouse: bool,
    /// Never open a browser; the address is shown.
    #[arg(long)]
    pub no_browser: bool,
    /// The browser to open, in place of the system's.
    #[arg(long, value_name = "COMMAND", conflicts_with = "no_browser", value_hint = ValueHint::CommandName)]
    pub browser: Option<String>,
}

/// `octo-csp rehearse`.
#[cfg(feature = "simulator")]
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp rehearse\n  octo-csp rehearse --list consent\n  octo-csp rehearse --fail AADSTS65001"
)]
pub struct Rehearse {
    /// The scenario to rehearse; `--list` names them.
    #[arg(long, value_name = "SCENARIO")]
    pub fail: Option<String>,
    /// List the scenarios, or those in which a word is.
    #[arg(long, value_name = "WORD", num_args = 0..=1, default_missing_value = "")]
    pub list: Option<String>,
    /// How the screen behaves.
    #[command(flatten)]
    pub screen: Screen,
}

/// `octo-csp simulate`.
#[cfg(feature = "simulator")]
#[derive(Debug, Args)]
#[command(
    after_help = shell::by_shell(
        "Examples:\n  octo-csp simulate --port 8088 > cloud.json &\n  octo-csp register --cloud-file cloud.json\n\nPrints one line of JSON and serves until it is ended. The line, saved to a file, is what --cloud-file reads.",
        "Examples:\n  octo-csp simulate --port 8088 | Tee-Object cloud.json\n  octo-csp register --cloud-file cloud.json    in another window\n\nPrints one line of JSON and serves until it is ended. The line, saved to a file, is what --cloud-file reads."
    )
)]
pub struct Simulate {
    /// The port on loopback; a free one if not given.
    #[arg(long)]
    pub port: Option<u16>,
    /// The scenario to simulate.
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// Serve https with a CA of its own; `ca_file` of the printed line names its certificate.
    #[arg(long)]
    pub tls: bool,
    /// Length of every price sheet in bytes, up to ten thousand million.
    #[arg(long, value_name = "BYTES", default_value_t = 42_180_180, value_parser = clap::value_parser!(u64).range(..=10_000_000_000))]
    pub sheet_bytes: u64,
    /// Let one more application into the key vault, with the role of this definition (JSON), such as store policy prints; once for
    /// each role.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key_vault_role: Vec<PathBuf>,
}

/// A cloud, on the command line.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum CloudName {
    /// Azure's global cloud.
    #[default]
    Global,
    /// China, operated by 21Vianet.
    China,
    /// US Government.
    UsGov,
}

/// A step, on the command line.
impl ValueEnum for Step {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.flag()).help(self.title()))
    }
}

/// An API, on the command line.
impl ValueEnum for Audience {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::PartnerCenter, Self::PartnerApi]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::PartnerCenter => "Partner Center",
            Self::PartnerApi => "The price service",
        };
        Some(PossibleValue::new(self.key()).help(help))
    }
}

/// A place for secrets, on the command line.
impl ValueEnum for &'static StoreDescriptor {
    fn value_variants<'a>() -> &'a [Self] {
        &STORES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.key).help(self.about))
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum ColorName {
    /// When the terminal can and nothing forbids it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_that_opens_a_registration_takes_what_names_it() {
        const OF_NONE: [&str; 6] = ["explain", "config", "rehearse", "simulate", "completions", "man"];
        fn walk(command: &clap::Command) {
            if command.has_subcommands() {
                return command.get_subcommands().for_each(walk);
            }
            let has = |flag: &str| command.get_arguments().any(|argument| argument.get_long() == Some(flag));
            let mut flags = vec!["cloud", "cloud-file", "ca-file", "store", "passphrase-file", "identity-file"];
            // A report and a list are about all registrations.
            if !["report", "list"].contains(&command.get_name()) {
                flags.extend(["sandbox", "registration"]);
            }
            for flag in flags {
                assert!(has(flag), "{} has no --{flag}", command.get_name());
            }
        }
        let cli = Cli::command();
        cli.get_subcommands().filter(|command| !OF_NONE.contains(&command.get_name())).for_each(walk);
    }

    #[test]
    fn a_cloud_is_a_name_or_a_file() {
        assert!(Cli::try_parse_from(["octo-csp", "register", "--cloud", "china", "--cloud-file", "x"]).is_err());
        assert!(Cli::try_parse_from(["octo-csp", "register", "--cloud-file", "x", "--ca-file", "y"]).is_ok());
    }
}
