//! Mishaps of this machine that a rehearsal pretends: its network, its keyring, its disk.
//!
//! Microsoft's own misfortunes are the simulator's, at the wire. What no server can do wrong is done wrong here, at the effect
//! where it would strike, by a decorator of the world: the world itself knows nothing of it.

use crate::diagnose::Platform;
use crate::effect::{Effect, Outcome, Perform, Preflight};
use crate::journal::Fact;
use crate::words::{Cause, DiskFault, Failure, Service, TlsFault, VaultFault};
use crate::world::clock;
use here::{DESKTOP, FOLDER, JOURNAL, KEYRING, OTHER};

/// A world with a mishap, if there is one.
#[derive(Debug)]
pub struct Faulty<P> {
    world: P,
    mishap: Option<Mishap>,
}

impl<P> Faulty<P> {
    /// What a rehearsal performs on.
    pub fn new(world: P, mishap: Option<Mishap>) -> Self {
        Self { world, mishap }
    }
}

impl<P: Perform> Perform for Faulty<P> {
    async fn perform(&self, effect: Effect) -> Outcome {
        match self.mishap.and_then(|mishap| mishap.strikes(&effect)) {
            Some(mut failure) => {
                failure.at = Some(clock::now());
                Outcome::Failed(failure)
            }
            None => self.world.perform(effect).await,
        }
    }
}

/// A named mishap. `keyring-locked@start` strikes already at the look of the first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mishap {
    at: At,
    service: Service,
    cause: Cause,
    detail: &'static str,
    /// The kind of machine it belongs to, where it does.
    pub machine: Option<Platform>,
}

/// Where a mishap strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The look of the first page.
    Start,
    /// The registration is opened.
    Open,
    /// The directory is looked up.
    Network,
    /// The secret is sent.
    Token,
    /// What was proven is written down.
    Journal,
    /// The secret key is kept.
    Keep,
    /// A second process reads what was kept.
    ReadBack,
}

/// Every name with a line about it.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROWS.iter().map(|(name, about, _)| (*name, *about))
}

impl Mishap {
    /// Finds a mishap by name; large and small letters are the same.
    pub fn named(name: &str) -> Option<Self> {
        let (bare, place) = name.split_once('@').map_or((name, None), |(bare, place)| (bare, Some(place)));
        let (_, _, mishap) = ROWS.iter().find(|(own, _, _)| own.eq_ignore_ascii_case(bare))?;
        match place {
            None => Some(*mishap),
            Some(place) if place.eq_ignore_ascii_case("start") => mishap.at_start(),
            Some(_) => None,
        }
    }

    /// What the first page looks at: the network, the keyring and the disk.
    fn at_start(self) -> Option<Self> {
        match self.at {
            At::Network | At::Keep | At::Journal => Some(Self { at: At::Start, ..self }),
            At::Start | At::Open | At::Token | At::ReadBack => None,
        }
    }

    /// The failure, if this effect is where it strikes.
    fn strikes(&self, effect: &Effect) -> Option<Box<Failure>> {
        let here = match self.at {
            At::Start => matches!(effect, Effect::Preflight(look) if *look == self.look()),
            At::Open => matches!(effect, Effect::Open(_)),
            At::Network => matches!(effect, Effect::Discover(_)),
            At::Token => matches!(effect, Effect::AppToken(_)),
            At::Journal => matches!(effect, Effect::Note(Fact::Began { .. })),
            At::Keep => matches!(effect, Effect::Keep(..)),
            At::ReadBack => matches!(effect, Effect::ReadBack(_)),
        };
        here.then(|| Box::new(Failure::new(self.service, self.cause).with_detail(self.detail)))
    }

    fn look(&self) -> Preflight {
        let kept = [Service::Keyring, Service::Vault, Service::KeyVault, Service::Disk].contains(&self.service);
        if kept { Preflight::Keyring } else { Preflight::Network }
    }
}

const fn network(cause: Cause, detail: &'static str) -> Mishap {
    Mishap { at: At::Network, service: Service::Entra, cause, detail, machine: None }
}

/// The keyring of this system, as it is at a desktop unless said otherwise.
const fn keyring(fault: VaultFault) -> Mishap {
    Mishap {
        at: At::Keep,
        service: Service::Keyring,
        cause: Cause::Vault(fault),
        detail: KEYRING,
        machine: Some(DESKTOP),
    }
}

const fn on(machine: Platform, detail: &'static str, fault: VaultFault) -> Mishap {
    Mishap { detail, machine: Some(machine), ..keyring(fault) }
}

/// The vault that a team shares.
const fn shared(at: At, cause: Cause, detail: &'static str) -> Mishap {
    Mishap { at, service: Service::Vault, cause, detail, machine: None }
}

/// The Key Vault of a team, when a secret is kept.
const fn azure(cause: Cause, detail: &'static str) -> Mishap {
    Mishap { service: Service::KeyVault, ..shared(At::Keep, cause, detail) }
}

const fn disk(at: At, cause: Cause, detail: &'static str) -> Mishap {
    Mishap { at, service: Service::Disk, cause, detail, machine: None }
}

const ENGINE: &str = "vault.example:8200";
const SHARED: &str = "secret/octo-csp/production/secrets/manifest.A.2.1 of vault.example:8200";
const AZURE: &str = "contoso.vault.azure.net";
const AZURE_ITEM: &str = "octo-csp-production-6928a1b2c3-manifest-a-2-1 of contoso.vault.azure.net";
const LOGIN: &str = "login.microsoftonline.com";

#[cfg(not(windows))]
mod here {
    use super::Platform;

    pub(super) const DESKTOP: Platform = if cfg!(target_os = "macos") { Platform::Mac } else { Platform::Linux };
    pub(super) const KEYRING: &str = if cfg!(target_os = "macos") { "Keychain" } else { "Secret Service" };
    pub(super) const FOLDER: &str = "/home/alex/.local/state/octo-csp/production";
    pub(super) const OTHER: &str = "in the vault file /home/alex/.local/state/octo-csp/production/vault.age";
    pub(super) const JOURNAL: &str = "/home/alex/.local/state/octo-csp/production/journal";
}

#[cfg(windows)]
mod here {
    use super::Platform;

    pub(super) const DESKTOP: Platform = Platform::Windows;
    pub(super) const KEYRING: &str = "Credential Manager";
    pub(super) const FOLDER: &str = r"C:\Users\alex\AppData\Local\octo-csp\production";
    pub(super) const OTHER: &str = r"in the vault file C:\Users\alex\AppData\Local\octo-csp\production\vault.age";
    pub(super) const JOURNAL: &str = r"C:\Users\alex\AppData\Local\octo-csp\production\journal";
}

#[rustfmt::skip]
const ROWS: [(&str, &str, Mishap); 61] = [
    ("no-such-host", "The login host's name is not known to this machine's DNS", network(Cause::NoSuchHost, LOGIN)),
    ("proxy-unreachable", "The proxy of the network cannot be reached", network(Cause::NoProxy, "proxy.contoso.example:3128")),
    ("no-connection", "The login host cannot be reached", network(Cause::NoConnection, LOGIN)),
    ("tls-revoked", "The certificate was revoked", network(Cause::Tls(TlsFault::Revoked), LOGIN)),
    ("tls-protocol", "No common version of TLS", network(Cause::Tls(TlsFault::Protocol), LOGIN)),
    ("tls-no-roots", "This machine has no CA certificates", network(Cause::Tls(TlsFault::NoRoots), LOGIN)),
    ("tls-other", "TLS fails in a way of its own", network(Cause::Tls(TlsFault::Other), LOGIN)),
    ("internal", "A part of the program ends without an answer",
        Mishap { at: At::Token, service: Service::Machine, ..network(Cause::Internal, "no answer") }),
    ("keyring-no-bus", "There is no D-Bus session bus", keyring(VaultFault::NoBus)),
    ("keyring-no-provider", "No program provides a Secret Service", keyring(VaultFault::NoProvider)),
    ("keyring-no-collection", "The keyring has no default collection", keyring(VaultFault::NoCollection)),
    ("keyring-session-only", "The keyring keeps nothing beyond the log-in", keyring(VaultFault::SessionOnly)),
    ("keyring-locked", "The keyring is locked", keyring(VaultFault::Locked)),
    ("keyring-locked-remote", "The keyring is locked, and there is no desktop",
        on(Platform::LinuxRemote, "Secret Service", VaultFault::Locked)),
    ("keyring-wsl", "WSL has no unlocked keyring", on(Platform::Wsl, "Secret Service", VaultFault::Locked)),
    ("keyring-mac", "The login keychain denies access", on(Platform::Mac, "Keychain", VaultFault::Denied)),
    ("keyring-windows-remote", "Windows denies its Credential Manager over SSH",
        on(Platform::WindowsRemote, "Credential Manager", VaultFault::Denied)),
    ("keyring-denied", "The keyring denies access", keyring(VaultFault::Denied)),
    ("keyring-timed-out", "The keyring does not answer", keyring(VaultFault::TimedOut)),
    ("keyring-crashed", "The keyring's program ends while it is asked", keyring(VaultFault::Crashed)),
    ("keyring-too-large", "The keyring does not take a value of this length", keyring(VaultFault::TooLarge)),
    ("keyring-ambiguous", "The keyring holds two items of one name", keyring(VaultFault::Ambiguous)),
    ("keyring-missing", "A kept item is gone from the keyring",
        Mishap { at: At::ReadBack, ..keyring(VaultFault::Missing) }),
    ("keyring-reads-differently", "The keyring gives back something else", keyring(VaultFault::ReadsDifferently)),
    ("keyring-other", "The keyring fails in a way of its own", keyring(VaultFault::Other)),
    ("vault-passphrase", "The vault file does not open with this passphrase",
        on(Platform::Any, "vault file", VaultFault::WrongPassphrase)),
    ("vault-damaged", "The vault file is damaged", on(Platform::Any, "vault file", VaultFault::Damaged)),
    ("vault-sealed", "The shared vault is sealed", shared(At::Keep, Cause::Vault(VaultFault::Sealed), ENGINE)),
    ("vault-no-leader", "The shared vault has no leader", shared(At::Keep, Cause::Vault(VaultFault::NoLeader), ENGINE)),
    ("vault-login", "The login at the shared vault has expired",
        shared(At::Keep, Cause::Vault(VaultFault::LoggedOut), "vault.example:8200, the token of VAULT_TOKEN")),
    ("vault-denied", "The policy of the shared vault does not allow it",
        shared(At::Keep, Cause::Vault(VaultFault::Denied), "create on secret/data/octo-csp/production/secrets/manifest.A.2.1")),
    ("vault-conflict", "Another host writes the same item of the shared vault",
        shared(At::Keep, Cause::Vault(VaultFault::Conflict), SHARED)),
    ("vault-quota", "The shared vault limits how often it is asked", shared(At::Keep, Cause::Vault(VaultFault::Quota), ENGINE)),
    ("vault-mount", "The shared vault has no KV store at the mount",
        shared(At::Keep, Cause::Vault(VaultFault::NoCollection), "secret")),
    ("vault-unreachable", "The shared vault does not answer", shared(At::Keep, Cause::NoConnection, ENGINE)),
    ("vault-tls", "The certificate of the shared vault is another one's",
        shared(At::Keep, Cause::Tls(TlsFault::WrongName), ENGINE)),
    ("vault-other", "Something else answers in place of the shared vault", shared(At::Keep, Cause::Unreadable, ENGINE)),
    ("vault-in-use", "Somebody else of the team works on the registration",
        shared(At::Open, Cause::InUse, "since 2026-11-27T09:30:00Z by ben on build7 (register), at least until 2026-11-27T09:31:00Z")),
    ("vault-moved", "Somebody else of the team has changed the registration",
        shared(At::Journal, Cause::JournalMoved, "at 2026-11-27T09:30:00Z by ben on build7")),
    ("key-vault-denied", "No role allows it in the Key Vault",
        azure(Cause::Vault(VaultFault::Denied), "setSecret on octo-csp-production-6928a1b2c3-manifest-a-2-1 of contoso.vault.azure.net")),
    ("key-vault-deleted-name", "A secret of the Key Vault was deleted by hand", azure(Cause::Vault(VaultFault::SoftDeleted), AZURE_ITEM)),
    ("key-vault-busy", "The Key Vault is still deleting a secret", azure(Cause::Vault(VaultFault::Conflict), AZURE_ITEM)),
    ("key-vault-throttled", "The Key Vault is asked too often", azure(Cause::Vault(VaultFault::Quota), AZURE)),
    ("key-vault-login", "The sign-in to the Key Vault fails",
        azure(Cause::Vault(VaultFault::LoggedOut), "with az: az has no sign-in: az login")),
    ("key-vault-too-large", "A value does not fit into the Key Vault",
        azure(Cause::Vault(VaultFault::TooLarge), "26112 bytes for the journal")),
    ("key-vault-unreachable", "The Key Vault does not answer", azure(Cause::NoSuchHost, AZURE)),
    ("key-vault-tls", "The certificate of the Key Vault is another one's", azure(Cause::Tls(TlsFault::UnknownIssuer), AZURE)),
    ("key-vault-other", "Something else answers in place of the Key Vault", azure(Cause::Unreadable, AZURE)),
    ("disk-full", "There is no room on the disk", disk(At::Journal, Cause::Disk(DiskFault::Full), FOLDER)),
    ("disk-read-only", "The disk is read-only", disk(At::Journal, Cause::Disk(DiskFault::ReadOnly), FOLDER)),
    ("disk-denied", "The folder belongs to another user", disk(At::Journal, Cause::Disk(DiskFault::Denied), FOLDER)),
    ("disk-other", "The disk has a fault", disk(At::Journal, Cause::Disk(DiskFault::Other), FOLDER)),
    ("disk-not-ours", "The folder is a link", disk(At::Open, Cause::Disk(DiskFault::NotOurs), FOLDER)),
    ("disk-open", "Others can write to the folder", disk(At::Open, Cause::Disk(DiskFault::Open), FOLDER)),
    ("disk-too-large", "A file is larger than any that is written", disk(At::Open, Cause::Disk(DiskFault::TooLarge), FOLDER)),
    ("journal-damaged", "A line of the journal is damaged", disk(At::Open, Cause::Disk(DiskFault::Damaged), JOURNAL)),
    ("newer-journal", "A newer octo-csp has written the journal", disk(At::Open, Cause::NewerJournal, JOURNAL)),
    ("other-store", "The registration keeps its secrets in a vault file, and the keyring is asked for",
        disk(At::Open, Cause::OtherStore, OTHER)),
    ("half-forgotten", "octo-csp forget was begun and not finished", disk(At::Open, Cause::HalfForgotten, FOLDER)),
    ("in-use", "Another octo-csp has the registration open",
        disk(At::Open, Cause::InUse, "since 09:30 by process 4711")),
    ("journal-moved", "Somebody else writes to the journal", disk(At::Journal, Cause::JournalMoved, JOURNAL)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_once_and_only_what_the_first_page_looks_at_can_strike_there() {
        let mut names: Vec<&str> = all().map(|(name, _)| name).collect();
        for name in &names {
            assert!(Mishap::named(&name.to_uppercase()).is_some(), "{name}");
            assert!(Mishap::named(&format!("{name}@nowhere")).is_none());
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(Mishap::named("keyring-locked@start").is_some());
        assert!(Mishap::named("in-use@start").is_none() && Mishap::named("").is_none());
    }
}
