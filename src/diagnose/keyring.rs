//! The keyring by kind and by machine, and the vault file. There is no plain-text file to fall back to, by design: a cure makes
//! a keyring, or names the vault file that has to be asked for.

use super::Platform;
use super::Sign::{Cause, CauseOf};
use super::{Goto, OPERATOR, Row, When, Who};
use crate::exit::Exit;
use crate::words::check::CheckId;
use crate::words::failure::Cause::{Broken, NoConnection, Refused, TimedOut, Unreadable, Vault};
use crate::words::failure::{Service, VaultFault};
use crate::words::step::Step;

const KEYRING: Row =
    Row { blames: &[CheckId::KeepSecret, CheckId::OctoSecret], exit: Exit::Storage, ..OPERATOR };

/// How to get an unlocked keyring in a session that has none.
const START_SESSION: &str = "Start a shell with a session bus: dbus-run-session -- bash";
const UNLOCK: &str = "In it: gnome-keyring-daemon --unlock, type its password, then Ctrl-D twice.";
const AGAIN: &str = "In the same shell, start octo-csp again.";
const INSTALL: &str =
    "Missing? sudo apt-get install dbus gnome-keyring, or dnf install dbus-daemon gnome-keyring.";

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "keyring-windows-remote",
        signs: &[
            Cause(Vault(VaultFault::Denied)),
            Cause(Vault(VaultFault::NoProvider)),
            Cause(Vault(VaultFault::NoCollection)),
            Cause(Vault(VaultFault::Locked)),
            Cause(Vault(VaultFault::Other)),
        ],
        when: When::On(Platform::WindowsRemote),
        label: "keyring over SSH",
        what: "Windows does not open its Credential Manager in an SSH session.",
        why: &["Such a session has no logon of its own. No plain file is used instead, by design."],
        fix: &[
            "Sign in to that machine at its desktop, or with Remote Desktop.",
            "Open a terminal there and start octo-csp again.",
        ],
        goto: Goto::Leave,
        ..KEYRING
    },
    Row {
        key: "keyring-wsl",
        signs: &[
            Cause(Vault(VaultFault::NoBus)),
            Cause(Vault(VaultFault::NoProvider)),
            Cause(Vault(VaultFault::NoCollection)),
            Cause(Vault(VaultFault::Locked)),
        ],
        when: When::On(Platform::Wsl),
        label: "keyring in WSL",
        what: "WSL has no unlocked keyring of its own.",
        why: &[
            "WSL starts without a desktop session, so nothing unlocks one. No plain file is used instead, by design.",
        ],
        fix: &[
            "Simplest: run octo-csp for Windows in a Windows terminal.",
            START_SESSION,
            UNLOCK,
            AGAIN,
        ],
        goto: Goto::Leave,
        ..KEYRING
    },
    Row {
        key: "keyring-mac",
        signs: &[
            Cause(Vault(VaultFault::Denied)),
            Cause(Vault(VaultFault::NoCollection)),
            Cause(Vault(VaultFault::Locked)),
        ],
        when: When::On(Platform::Mac),
        label: "keychain locked",
        what: "The login keychain is locked or denied access.",
        why: &["Over SSH macOS leaves it locked, or \"Deny\" was pressed in its window."],
        fix: &[
            "Unlock it: security unlock-keychain ~/Library/Keychains/login.keychain-db",
            "Or start octo-csp at the desktop and press \"Always Allow\".",
            "Try again.",
        ],
        ..KEYRING
    },
    Row {
        key: "keyring-no-bus",
        signs: &[Cause(Vault(VaultFault::NoBus))],
        label: "keyring no session",
        what: "There is no session bus, so no keyring can be reached.",
        why: &[
            "An SSH session, a container or sudo has no desktop session. A vault file instead: --store file.",
        ],
        fix: &[START_SESSION, UNLOCK, AGAIN, INSTALL],
        goto: Goto::Leave,
        ..KEYRING
    },
    Row {
        key: "keyring-no-provider",
        signs: &[Cause(Vault(VaultFault::NoProvider))],
        label: "keyring none",
        what: "No program on this machine keeps secrets.",
        why: &["GNOME Keyring, KWallet or KeePassXC must run. A vault file instead: --store file."],
        fix: &[INSTALL, START_SESSION, UNLOCK, AGAIN],
        goto: Goto::Leave,
        ..KEYRING
    },
    Row {
        key: "keyring-no-collection",
        signs: &[Cause(Vault(VaultFault::NoCollection))],
        label: "keyring no collection",
        what: "The keyring runs but has no default collection to keep secrets in.",
        why: &[
            "It was never set up for this user: no desktop log-in has created one.",
            "Keyring: {detail}",
        ],
        fix: &[
            "At a desktop: open \"Passwords and Keys\" (seahorse), New > Password keyring, set it as default.",
            START_SESSION,
            UNLOCK,
            AGAIN,
        ],
        ..KEYRING
    },
    Row {
        key: "keyring-locked-remote",
        signs: &[Cause(Vault(VaultFault::Locked)), Cause(Vault(VaultFault::TimedOut))],
        when: When::On(Platform::LinuxRemote),
        label: "keyring locked",
        what: "The keyring is locked, and its window cannot be shown.",
        why: &[
            "Without a desktop nobody can type its password into the window. No plain file is used instead, by design.",
        ],
        fix: &[START_SESSION, UNLOCK, AGAIN],
        goto: Goto::Leave,
        ..KEYRING
    },
    Row {
        key: "keyring-locked",
        signs: &[Cause(Vault(VaultFault::Locked))],
        label: "keyring locked",
        what: "The keyring is locked, or its window was closed.",
        why: &["It asks for your password when a program wants to keep something."],
        fix: &[
            "Try again and type the password in the window of the keyring.",
            "No window: unlock \"Login\" in \"Passwords and Keys\" (seahorse) or in KWalletManager.",
            "Over SSH: use a shell of dbus-run-session and unlock the keyring in it.",
        ],
        ..KEYRING
    },
    Row {
        key: "keyring-denied",
        signs: &[Cause(Vault(VaultFault::Denied))],
        label: "keyring denied",
        what: "The keyring denied access to this program.",
        why: &["\"Deny\" was pressed, or a rule of this machine forbids it.", "Keyring: {detail}"],
        fix: &[
            "Try again and allow it in the window of the keyring.",
            "No window: whoever administers this machine can allow octo-csp.",
        ],
        ..KEYRING
    },
    Row {
        key: "keyring-timed-out",
        signs: &[Cause(Vault(VaultFault::TimedOut)), CauseOf(Service::Keyring, TimedOut)],
        label: "keyring silent",
        what: "The keyring did not answer in time.",
        why: &[
            "It usually waits for a password in a window that is hidden behind others or on another screen.",
        ],
        fix: &[
            "Look for the window of the keyring and answer it.",
            "None there: unlock it in \"Passwords and Keys\" (seahorse), KWalletManager or Keychain Access.",
            "Try again.",
        ],
        ..KEYRING
    },
    Row {
        key: "keyring-too-large",
        signs: &[Cause(Vault(VaultFault::TooLarge))],
        label: "keyring too small",
        what: "The keyring does not take a value of this length.",
        why: &[
            "Some keyrings limit an item; values are split, and even a part was refused.",
            "Keyring: {detail}",
        ],
        fix: &[
            "Use the keyring of the operating system, not one put in its place.",
            "If it is, send the code and the ids to Alphaus support.",
        ],
        who: Who::Alphaus,
        ..KEYRING
    },
    Row {
        key: "keyring-ambiguous",
        signs: &[Cause(Vault(VaultFault::Ambiguous))],
        label: "keyring ambiguous",
        what: "The keyring holds more than one item of this name.",
        why: &["Another program or a restored backup has made a second one.", "Keyring: {detail}"],
        fix: &[
            "Open the keyring (seahorse, KWalletManager, Keychain Access, Credential Manager).",
            "Search \"octo-csp\" and remove the older of the two equal items.",
            "Try again.",
        ],
        ..KEYRING
    },
    Row {
        key: "keyring-missing",
        signs: &[Cause(Vault(VaultFault::Missing))],
        label: "keyring item missing",
        what: "A secret that was kept is no longer there.",
        why: &[
            "It was removed by hand, the keyring was reset or the vault file taken away, or this is another user or machine.",
            "Kept in: {detail}",
        ],
        fix: &[
            "Another user or machine: start octo-csp where the account was registered.",
            "Else do that step again: octo-csp register --step partner-center, or --step partner-api.",
        ],
        goto: Goto::Step(Step::PartnerCenter),
        ..KEYRING
    },
    Row {
        key: "keyring-reads-differently",
        signs: &[Cause(Vault(VaultFault::ReadsDifferently))],
        label: "keyring unreliable",
        what: "What the keyring gives back is not what was written.",
        why: &[
            "It keeps things for this session only, or changes them, so it cannot be relied on.",
            "Keyring: {detail}",
        ],
        fix: &[
            "Use the keyring of the operating system with a collection that is kept (\"Login\").",
            "Try again: a test item is written, read and removed.",
        ],
        ..KEYRING
    },
    Row {
        key: "vault-passphrase",
        signs: &[Cause(Vault(VaultFault::WrongPassphrase))],
        label: "wrong passphrase",
        what: "The vault file does not open with this passphrase.",
        why: &["It is another one, or the beginning of the file was changed.", "Vault: {detail}"],
        fix: &[
            "Try again with the passphrase of this registration; each has a file of its own.",
            "It is lost: nobody can open the file. octo-csp forget --store file, then register again.",
        ],
        goto: Goto::Leave,
        exit: Exit::Refused,
        ..KEYRING
    },
    Row {
        key: "vault-damaged",
        signs: &[Cause(Vault(VaultFault::Damaged))],
        label: "vault file damaged",
        what: "The vault file is damaged, or is no age file with a passphrase.",
        why: &["It was changed, cut off or replaced by something else.", "Vault: {detail}"],
        fix: &[
            "Restore the file from a backup if you have one, beside the journal of the same time.",
            "Else octo-csp forget --store file, then register again.",
        ],
        goto: Goto::Leave,
        ..KEYRING
    },
    Row {
        key: "keyring-other",
        signs: &[
            Cause(Vault(VaultFault::Other)),
            CauseOf(Service::Keyring, Refused),
            CauseOf(Service::Keyring, Broken),
            CauseOf(Service::Keyring, NoConnection),
            CauseOf(Service::Keyring, Unreadable),
        ],
        label: "keyring fault",
        what: "The keyring failed in a way that this program does not know.",
        why: &[
            "Seen: {detail}",
            "No plain file is used instead, by design. What worked before is untouched.",
        ],
        fix: &[
            "Open the keyring's own program: does it work there?",
            "Restart it, or log out and in again.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        ..KEYRING
    },
];
