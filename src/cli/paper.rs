//! The commands that print what a shell or `man` reads.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::cli::shell::by_shell;

/// `octo-csp completions`.
#[derive(Debug, Args)]
#[command(
    after_help = by_shell(
        "Examples:\n  octo-csp completions bash > ~/.local/share/bash-completion/completions/octo-csp\n  octo-csp completions zsh > ~/.zfunc/_octo-csp\n  octo-csp completions fish > ~/.config/fish/completions/octo-csp.fish\n  octo-csp completions powershell >> $PROFILE\n  octo-csp completions nushell > ~/.config/nushell/autoload/octo-csp.nu\n\nThe folder has to be there. For zsh it has to be in fpath before compinit runs.",
        "Examples:\n  octo-csp completions powershell | Out-File -Append -Encoding utf8 $PROFILE\n\nThe folder of $PROFILE has to be there."
    )
)]
pub struct Completions {
    /// Whose completions.
    #[arg(value_enum)]
    pub shell: ShellName,
}

/// A shell, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShellName {
    /// Bash, with the package bash-completion.
    Bash,
    /// Z shell.
    Zsh,
    /// Fish.
    Fish,
    /// PowerShell, of any system.
    #[value(name = "powershell")]
    PowerShell,
    /// Nushell.
    Nushell,
}

/// `octo-csp man`.
#[derive(Debug, Args)]
#[command(
    after_help = by_shell(
        "Examples:\n  octo-csp man | man -l -\n  octo-csp man --dir ~/.local/share/man/man1",
        "Examples:\n  octo-csp man --dir man\n\nThe pages are for man; octo-csp COMMAND --help says the same."
    )
)]
pub struct Man {
    /// Write one page for each command into this folder, which is made if it is not there.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}
