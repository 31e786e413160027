//! What a registration without a screen is given: every answer of the wizard as a flag, and none of its secrets.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use crate::cli::Which;
use crate::cli::shell::by_shell;

const HEADING: &str = "Without a screen";

/// The answers of the wizard, and how a registration without it behaves.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Values {
    /// Never ask, never open a browser: everything is given here. It is the confirmation too.
    #[arg(long, help_heading = HEADING)]
    pub no_input: bool,
    /// What the payer account is called in Octo; may be left out.
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub account_name: Option<String>,
    /// Client ID, as on Octo's screen; may be left out.
    #[arg(long, value_name = "ID", help_heading = HEADING)]
    pub client_id: Option<String>,
    /// Application (client) ID.
    #[arg(long, value_name = "ID", help_heading = HEADING)]
    pub application_id: Option<String>,
    /// Directory: tenant ID, or a domain such as contoso.onmicrosoft.com.
    #[arg(long, value_name = "ID|DOMAIN", help_heading = HEADING)]
    pub directory: Option<String>,
    /// A file with the secret's value and nothing else.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "secret_stdin", help_heading = HEADING)]
    pub secret_file: Option<PathBuf>,
    /// Read the secret's value from standard input.
    #[arg(long, help_heading = HEADING)]
    pub secret_stdin: bool,
    /// When the secret ends, YYYY-MM-DD.
    #[arg(long, value_name = "DATE", help_heading = HEADING)]
    pub secret_ends: Option<String>,
    /// MPN ID (PartnerID) to compare with the signed-in partner's.
    #[arg(long, value_name = "ID", help_heading = HEADING)]
    pub mpn_id: Option<String>,
    /// Redirect address, exactly as on the app registration; the usual one if not given.
    #[arg(long, value_name = "URI", help_heading = HEADING)]
    pub redirect_uri: Option<String>,
    /// Replace the registration that is there; the partner's name says which.
    #[arg(long, value_name = "PARTNER-NAME", help_heading = HEADING)]
    pub replace: Option<String>,
    /// Give up what was begun and not confirmed, and end; what is registered stays.
    #[arg(long, help_heading = HEADING)]
    pub discard: bool,
    /// Wait until a person has signed in, and register then.
    #[arg(long, help_heading = HEADING)]
    pub wait: bool,
    /// How long to wait for a person.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = HEADING)]
    pub timeout: u64,
    /// JSON on standard output: one object; with --wait two, one a line.
    #[arg(long, help_heading = HEADING)]
    pub json: bool,
}

/// `octo-csp consent`.
#[derive(Debug, Subcommand)]
pub enum Consent {
    /// Begin the sign-in of step 3, print its address and end: whoever signs in may do it elsewhere.
    Start(ConsentStart),
    /// Take the address that the browser ended on, or the code, from standard input; check everything, and register.
    Finish(ConsentFinish),
}

/// `octo-csp consent start`.
#[derive(Debug, Args)]
#[command(
    after_help = format!("The address is offered again for ten minutes; after that a new one is made, and the old one counts no more. Nothing listens: with http://localhost the browser ends on a page that cannot be reached. That is expected. The address in its bar is what consent finish takes.\n\nExamples:\n  octo-csp consent start\n  {}", by_shell("octo-csp consent start --json | jq -r .consent.address", "(octo-csp consent start --json | ConvertFrom-Json).consent.address"))
)]
pub struct ConsentStart {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Begin another sign-in, also where one was finished that waits to be registered.
    #[arg(long)]
    pub anew: bool,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp consent finish`.
#[derive(Debug, Args)]
#[command(
    after_help = format!("Once every check has passed it registers: running it is the confirmation. It also hands over to Octo where ALPHAUS_CLIENT_ID and ALPHAUS_CLIENT_SECRET are set (or --profile NAME): a line on standard error says so before. Without them nothing is sent.\n\nThe address is never an argument, because arguments are readable by others on this machine.\n\nExamples:\n  {}\n  octo-csp consent finish --json", by_shell("octo-csp consent finish < address.txt", "Get-Content address.txt | octo-csp consent finish"))
)]
pub struct ConsentFinish {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// The name of the partner whose registration is replaced by another one.
    #[arg(long, value_name = "PARTNER-NAME")]
    pub replace: Option<String>,
    /// Octo credentials from this profile of bluectl, in place of those of the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp config`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp config\n  octo-csp config --all\n\nA flag of any command that is not given is looked for in the variable OCTO_CSP_ and its name (OCTO_CSP_CLIENT_ID), then in config.toml (client-id = \"...\"). Secrets are no settings; secret-file is."
)]
pub struct Config {
    /// Show what nobody has set too.
    #[arg(long)]
    pub all: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}
