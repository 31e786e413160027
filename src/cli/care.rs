//! The commands that look after a registration and explain what went wrong.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{CloudArguments, StepName, Which};

/// `octo-csp explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp explain AADSTS65001\n  octo-csp explain \"price 401\"\n  octo-csp explain < error.json\n  octo-csp explain --list\n\nExit code 0 when something was found, 2 when not."
)]
pub struct Explain {
    /// A number, an error body, a log line, the address of an error page; `-` or nothing reads standard input.
    #[arg(value_name = "CODE|TEXT", allow_hyphen_values = true)]
    pub text: Vec<String>,
    /// List every row of the table.
    #[arg(long, conflicts_with = "text")]
    pub list: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
}

/// `octo-csp doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp doctor\n  octo-csp doctor --json --warn-days 30\n  octo-csp doctor --ics ends.ics\n\nExit code 0 when every check passed; else the code of the first failure: 3 a value or secret was refused, 4 a person must\nsign in (or --warn-days is reached, or nothing is registered), 5 permission, role or MFA, 6 network, 7 storage."
)]
pub struct Doctor {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Only this step.
    #[arg(long, value_enum)]
    pub step: Option<StepName>,
    /// End with exit code 4 when the sign-in or the secret ends within so many days.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..=3_650))]
    pub warn_days: Option<i32>,
    /// Write the dates on which something ends as a calendar.
    #[arg(long, value_name = "FILE")]
    pub ics: Option<PathBuf>,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp status`.
#[derive(Debug, Args)]
#[command(
    after_help = "Takes no lock and uses no network. Exit code 0; 7 when a journal or the folder cannot be read."
)]
pub struct Status {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Only the integration sandbox.
    #[arg(long)]
    pub sandbox: bool,
}

/// `octo-csp report`.
#[derive(Debug, Args)]
#[command(
    after_help = "The report is printed; with -o it is written too, readable by you alone.\nNothing is written if a kept secret is found in it (as it is, percent, base64, base64url, hexadecimal, JSON, reversed)."
)]
pub struct Report {
    /// Write it to this file.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where Microsoft is reached.
    #[command(flatten)]
    pub cloud: CloudArguments,
}

/// `octo-csp handoff`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp handoff\n  octo-csp handoff --html > for-the-admin.html"
)]
pub struct Handoff {
    /// One HTML page in place of plain text.
    #[arg(long)]
    pub html: bool,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp troubleshooting`.
#[derive(Debug, Args)]
pub struct Troubleshooting {
    /// Print nothing; say whether this file is what would be printed.
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}
