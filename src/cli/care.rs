//! The commands that look after a registration and explain what went wrong.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::shell::by_shell;
use crate::cli::{CloudArguments, StoreArguments, Which};
use crate::words::Step;

/// `octo-csp submit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp submit\n  octo-csp submit --profile default --json\n\nSigns in with ALPHAUS_CLIENT_ID and ALPHAUS_CLIENT_SECRET, or with a profile of bluectl. Reads what Octo has first; another Azure payer account is never touched. Exit code 0 when Octo has everything; else that of the first failure: 3 a value was refused, 4 nothing is registered, 5 permission, 6 network, 7 storage, 9 Octo has a payer account from elsewhere."
)]
pub struct Submit {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Send everything again, also to this payer account where Octo has it from elsewhere.
    #[arg(long)]
    pub replace: bool,
    /// Octo credentials from this profile of bluectl, in place of those of the environment.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Which registration; the integration sandbox is never handed over.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp explain`.
#[derive(Debug, Default, Args)]
#[command(
    after_help = format!("Examples:\n  octo-csp explain AADSTS65001\n  octo-csp explain \"price 401\"\n  {}\n  octo-csp explain --list\n\nExit code 0 when something was found, 2 when not.", by_shell("octo-csp explain < error.json", "Get-Content error.json | octo-csp explain"))
)]
pub struct Explain {
    /// A number, an error body, a log line, the address of an error page; `-` or nothing reads standard input.
    #[arg(value_name = "CODE|TEXT", allow_hyphen_values = true)]
    pub text: Vec<String>,
    /// List every row of the table.
    #[arg(long, conflicts_with = "text")]
    pub list: bool,
    /// Say where it is written, and of which day that is.
    #[arg(long, conflicts_with = "list")]
    pub source: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// `octo-csp doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp doctor\n  octo-csp doctor --json --warn-days 30\n  octo-csp doctor --ics ends.ics\n  octo-csp doctor --all --json --store vault\n\nWith --all the exit code is the highest of theirs.\n\nExit code 0 when every check passed; else the code of the first failure: 3 a value or secret was refused, 4 a person must sign in (or --warn-days is reached, or nothing is registered), 5 permission, role or MFA, 6 network, 7 storage."
)]
pub struct Doctor {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Every registration of the store, side by side: one that fails stops no other.
    #[arg(long, conflicts_with_all = ["ics", "registration"])]
    pub all: bool,
    /// Only this step.
    #[arg(long, value_enum)]
    pub step: Option<Step>,
    /// End with exit code 4 when the sign-in or the secret ends within so many days.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..=3_650))]
    pub warn_days: Option<i32>,
    /// Write the dates on which something ends as a calendar.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ics: Option<PathBuf>,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp status`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp status\n  octo-csp status --json\n  octo-csp status --cloud-file cloud.json\n\nAll registrations, unless a flag says which. Takes no lock and uses no network.\n\nExit code 0; 7 when a journal or the folder cannot be read.",
    mut_arg("sandbox", |arg| arg.help("Only the integration sandbox")),
    mut_arg("registration", |arg| arg.help("Only the registration of this name")),
    mut_arg("cloud", |arg| arg.help("Only the registrations of this cloud; global means those of every cloud")),
    mut_arg("cloud_file", |arg| arg.help("Only the registrations of the cloud that this file describes")),
    mut_arg("store", |arg| arg.help("With file, look into vault files too; without it they stay closed"))
)]
pub struct Status {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Which registrations; each says itself where its secrets are.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp list\n  octo-csp list --store vault --page 2\n  octo-csp list --store vault --all --json\n\nThe registrations whose journals this store keeps, in the order of their names: with keyring and file those of this machine, with vault those below its path. It reads their journals and no secret, takes no lock, and asks nobody else.\n\nExit code 0; 7 when a journal cannot be read: the others are listed.",
    mut_arg("cloud", |arg| arg.help("Only the registrations of this cloud; global means those of every cloud")),
    mut_arg("cloud_file", |arg| arg.help("Only the registrations of the cloud that this file describes"))
)]
pub struct List {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Every registration, not a page of 50.
    #[arg(long)]
    pub all: bool,
    /// Which page.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = page, conflicts_with = "all", hide_default_value = true)]
    pub page: usize,
    /// Only the integration sandbox.
    #[arg(long)]
    pub sandbox: bool,
    /// Whose journals.
    #[command(flatten)]
    pub store: StoreArguments,
    /// Of which cloud.
    #[command(flatten)]
    pub cloud: CloudArguments,
}

/// A page counts from 1.
fn page(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|page| *page > 0).ok_or_else(|| "a page is a number from 1 on".to_owned())
}

/// `octo-csp report`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp report\n  octo-csp report -o report.txt\n\nThe report is printed; with -o it is written too, readable by you alone. Nothing is written if a kept secret is found in it (as it is, percent, base64, base64url, hexadecimal, JSON, reversed).",
    mut_arg("store", |arg| arg.help("With file, search for what is in vault files too; without it they stay closed"))
)]
pub struct Report {
    /// Write it to this file.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// What opens vault files: each registration says itself where its secrets are.
    #[command(flatten)]
    pub store: StoreArguments,
    /// Where Microsoft is reached.
    #[command(flatten)]
    pub cloud: CloudArguments,
}

/// `octo-csp handoff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  octo-csp handoff\n  octo-csp handoff --html > for-the-admin.html")]
pub struct Handoff {
    /// One HTML page in place of plain text.
    #[arg(long)]
    pub html: bool,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp rename`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp rename \"Contoso CSP\"\n  octo-csp rename --none\n\nNothing else is changed. Octo is not told."
)]
pub struct Rename {
    /// The new account name.
    #[arg(value_name = "NAME", required_unless_present = "none")]
    pub name: Option<String>,
    /// Take the name away: it is optional.
    #[arg(long, conflicts_with = "name")]
    pub none: bool,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp forget`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp forget\n  octo-csp forget --sandbox --yes\n\nWhat was ended in between is finished by calling it again. Exit code 0 when nothing is left; 7 when something could not be reached; 130 when the name was not typed."
)]
pub struct Forget {
    /// Do not ask for the name.
    #[arg(long)]
    pub yes: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}
