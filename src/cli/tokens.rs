//! The commands that hand something out: an access token for a script, a code for Octo's web page.

use clap::Args;

use crate::cli::Which;
use crate::cli::shell::by_shell;
use crate::words::Audience;

/// `octo-csp token`.
#[derive(Debug, Args)]
#[command(
    after_help = format!("Examples:\n  octo-csp token partner-center --json\n  {}\n\nThe token is kept with the other secrets until five minutes before its end, and is no argument above: arguments can be read by others. Exit code 4: nothing is registered, or a person must sign in again. 7: the store, or another octo-csp works on this registration for longer than a minute.", by_shell(
        "printf 'header = \"Authorization: Bearer %s\"\\n' \"$(octo-csp token partner-center)\" |\n    curl --config - https://api.partnercenter.microsoft.com/v1/profiles/mpn",
        "Invoke-RestMethod https://api.partnercenter.microsoft.com/v1/profiles/mpn `\n    -Headers @{ Authorization = \"Bearer $(octo-csp token partner-center)\" }"
    ))
)]
pub struct Token {
    /// For which API.
    #[arg(value_enum)]
    pub audience: Audience,
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Print it on a terminal, too.
    #[arg(long)]
    pub show: bool,
    /// Get a new one unless the kept one lasts so long.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub min_valid: Option<u64>,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp code`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp code\n  octo-csp code --json --show > code.json\n\nThe sign-in of step 3 again, for what is registered. The code is shown and sent nowhere: paste it into Octo's web page. It works once, for about ten minutes. Nothing that is kept changes.\n\nExit code 4: nothing is registered, or the sign-in was refused. 124: the time limit was reached."
)]
pub struct Code {
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Print it where standard output is no terminal, too.
    #[arg(long)]
    pub show: bool,
    /// How long to wait for the sign-in.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// Never open a browser; the address is shown.
    #[arg(long)]
    pub no_browser: bool,
    /// The browser to open, in place of the system's.
    #[arg(long, value_name = "COMMAND", conflicts_with = "no_browser")]
    pub browser: Option<String>,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}
