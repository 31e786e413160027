//! The keyring by kind and by machine, and the vault file. There is no plain-text file to fall back to, by design: a cure makes
//! a keyring, or names the vault file that has to be asked for.

use super::row::Platform;
use super::row::Sign::{Cause, CauseOf};
use super::row::{Goto, OPERATOR, Row, When, Who};
use crate::exit::Exit;
use crate::words::{CheckId as C, Service, Step, VaultFault};
use crate::words::Cause::{Broken, NoConnection, Refused, TimedOut, Unreadable, Vault};

const KEYRING: Row = Row { blames: &[C::KeepSecret, C::OctoSecret], exit: Exit::Storage, ..OPERATOR };

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    KEYRING.row("keyring-windows-remote", &[Cause(Vault(VaultFault::Denied)), Cause(Vault(VaultFault::NoProvider)),
        Cause(Vault(VaultFault::NoCollection)), Cause(Vault(VaultFault::Locked)), Cause(Vault(VaultFault::Other))])
        .label("keyring over SSH").when(When::On(Platform::WindowsRemote)).goto(Goto::Leave),
    KEYRING.row("keyring-wsl", &[Cause(Vault(VaultFault::NoBus)), Cause(Vault(VaultFault::NoProvider)),
        Cause(Vault(VaultFault::NoCollection)), Cause(Vault(VaultFault::Locked))])
        .label("keyring in WSL").when(When::On(Platform::Wsl)).goto(Goto::Leave),
    KEYRING.row("keyring-mac", &[Cause(Vault(VaultFault::Denied)), Cause(Vault(VaultFault::NoCollection)),
        Cause(Vault(VaultFault::Locked))])
        .label("keychain locked").when(When::On(Platform::Mac)),
    KEYRING.row("keyring-no-bus", &[Cause(Vault(VaultFault::NoBus))]).label("keyring no session").goto(Goto::Leave),
    KEYRING.row("keyring-no-provider", &[Cause(Vault(VaultFault::NoProvider))]).label("keyring none").goto(Goto::Leave),
    KEYRING.row("keyring-no-collection", &[Cause(Vault(VaultFault::NoCollection))]).label("keyring no collection"),
    KEYRING.row("keyring-locked-remote", &[Cause(Vault(VaultFault::Locked))])
        .label("keyring locked").when(When::On(Platform::LinuxRemote)).goto(Goto::Leave),
    KEYRING.row("keyring-locked", &[Cause(Vault(VaultFault::Locked))]).label("keyring locked"),
    KEYRING.row("keyring-denied", &[Cause(Vault(VaultFault::Denied))]).label("keyring denied"),
    KEYRING.row("keyring-timed-out", &[Cause(Vault(VaultFault::TimedOut)), CauseOf(Service::Keyring, TimedOut)])
        .label("keyring silent"),
    KEYRING.row("keyring-crashed", &[Cause(Vault(VaultFault::Crashed))]).label("keyring ended"),
    KEYRING.row("keyring-too-large", &[Cause(Vault(VaultFault::TooLarge))]).label("keyring too small").who(Who::Alphaus),
    KEYRING.row("keyring-ambiguous", &[Cause(Vault(VaultFault::Ambiguous))]).label("keyring ambiguous"),
    KEYRING.row("keyring-missing", &[Cause(Vault(VaultFault::Missing))]).label("keyring item missing")
        .goto(Goto::Step(Step::PartnerCenter)),
    KEYRING.row("keyring-reads-differently", &[Cause(Vault(VaultFault::ReadsDifferently))]).label("keyring unreliable"),
    KEYRING.row("vault-passphrase", &[Cause(Vault(VaultFault::WrongPassphrase))]).label("wrong passphrase").goto(Goto::Leave)
        .exit(Exit::Refused),
    KEYRING.row("vault-damaged", &[Cause(Vault(VaultFault::Damaged))]).label("vault file damaged").goto(Goto::Leave),
    KEYRING.row("keyring-other", &[Cause(Vault(VaultFault::Other)), CauseOf(Service::Keyring, Refused),
        CauseOf(Service::Keyring, Broken), CauseOf(Service::Keyring, NoConnection), CauseOf(Service::Keyring, Unreadable)])
        .label("keyring fault"),
];
