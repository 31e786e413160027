//! The command that looks after a vault file.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use crate::cli::Which;
use crate::cli::shell::by_shell;
use crate::words::StoreDescriptor;

/// `octo-csp store`.
#[derive(Debug, Subcommand)]
pub enum Store {
    /// Give the vault file another passphrase.
    Passphrase(StorePassphrase),
    /// Say who else opens the vault file.
    Collectors(StoreCollectors),
    /// Let a collector open the vault file, with an identity of its own and without the passphrase.
    AddCollector(StoreAddCollector),
    /// No longer let a collector open the vault file.
    RemoveCollector(StoreRemoveCollector),
    /// Move a registration to another store: copied, read back, compared, and only then removed here.
    Move(StoreMove),
    /// Print the policy or the role that suffices for a role of the team, in a vault that it shares.
    Policy(StorePolicy),
    /// End somebody's work on a registration of a shared vault, so that another host can begin; it is noted who did.
    BreakLease(StoreBreakLease),
}

/// `octo-csp store move`.
#[derive(Debug, Args)]
#[command(
    after_help = "Every secret is copied, read back and compared; then one line of the journal says that the registration is there, and only after that anything is removed here. Whenever it is ended, the same command goes on with it; with --store and --to exchanged it is given up before that line, and moved back after it. Whoever looks for it here later is told where it went.\n\nExamples:\n  octo-csp store move --to vault\n  octo-csp store move --store file --passphrase-file pass.txt --to vault --vault-path team\n  octo-csp store move --store vault --to keyring"
)]
pub struct StoreMove {
    /// Where to. The flags of a store are those of whichever of the two is one of that kind.
    #[arg(long, value_enum, value_name = "STORE")]
    pub to: &'static StoreDescriptor,
    /// Which registration, and where it is.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp store policy`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp store policy --role collector --store vault | bao policy write octo-csp-collector -\n\nIt is for the mount, the path and the registration that the other flags name. An operator does everything; support looks, checks and runs a step again, and can neither begin nor forget a registration; a collector gets access tokens (octo-csp token) and nothing more. For a Key Vault it is the definition of a role (JSON), not tried on Azure:\n  octo-csp store policy azure-key-vault --role collector > collector.json\n  az role definition create --role-definition collector.json"
)]
pub struct StorePolicy {
    /// For which store; without it, for the one of --store, and else for vault.
    #[arg(value_enum, value_name = "STORE")]
    pub of: Option<PolicyName>,
    /// For whom.
    #[arg(long, value_enum)]
    pub role: RoleName,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// A store that has roles, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PolicyName {
    /// A policy of `OpenBao` or Vault.
    Vault,
    /// The definition of a role of Azure.
    AzureKeyVault,
}

/// A role of a team, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Registers, replaces, forgets.
    Operator,
    /// Looks, checks, runs a step again.
    Support,
    /// Gets access tokens.
    Collector,
}

/// `octo-csp store break-lease`.
#[derive(Debug, Args)]
#[command(
    after_help = "The other host can write nothing after that which it did not build on the present state. A host that is lost needs no command: its lease is over a minute later.\n\nExamples:\n  octo-csp store break-lease --store vault"
)]
pub struct StoreBreakLease {
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp store passphrase`.
#[derive(Debug, Args)]
#[command(
    after_help = "The vault file is sealed anew. Collectors stay let in. Copies of the file that were made before open with the old passphrase.\n\nExamples:\n  octo-csp store passphrase\n  octo-csp store passphrase --passphrase-file old.txt --new-passphrase-file new.txt"
)]
pub struct StorePassphrase {
    /// Read the new passphrase from this file; without it, it is typed.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub new_passphrase_file: Option<PathBuf>,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp store collectors`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  octo-csp store collectors")]
pub struct StoreCollectors {
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp store add-collector`.
#[derive(Debug, Args)]
#[command(
    after_help = format!("Examples:\n  octo-csp store add-collector prices --output prices.identity\n  octo-csp token partner-api --store file --identity-file prices.identity{}", by_shell("\n\nA service gets it from systemd: LoadCredential=octo-csp-identity:/etc/octo-csp/prices.identity", ""))
)]
pub struct StoreAddCollector {
    /// What the collector is called here.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Write the collector's identity to this new file, readable by you alone: it opens the vault file.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}

/// `octo-csp store remove-collector`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  octo-csp store remove-collector prices\n\nWhat the collector has read it may still have: octo-csp register --step partner-center and --step partner-api give new secrets."
)]
pub struct StoreRemoveCollector {
    /// The collector, as octo-csp store collectors names it.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Which registration.
    #[command(flatten)]
    pub which: Which,
}
