//! The commands that look after a registration and explain what went wrong.

use std::path::PathBuf;

use clap::Args;

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

/// `octo-csp troubleshooting`.
#[derive(Debug, Args)]
pub struct Troubleshooting {
    /// Print nothing; say whether this file is what would be printed.
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}
