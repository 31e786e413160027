//! What is no service's refusal: the way to them, this machine, its stores, and what this program compares itself.

use super::row::Sign::{Cause, CauseOf};
use super::row::{APPLICATION, Goto, OPERATOR, OURS, Platform, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::Cause::{
    Broken, ClockSkew, Disk, HalfForgotten, InUse, Internal, JournalMoved, Mismatch as Differs, NewerJournal,
    NoConnection, NoProxy, NoSuchHost, NotTheService, OtherStore, Proxy, Refused, TimedOut, Tls, Unreadable, Vault,
};
use crate::words::{CheckId as C, DiskFault, Field, Mismatch, Service, Step, TlsFault, VaultFault};

/// Something on the way must change.
const NETWORK: Row = Row { who: Who::NetworkAdministrator, exit: Exit::Network, ..OPERATOR };
const KEYRING: Row = Row { blames: &[C::KeepSecret, C::OctoSecret], exit: Exit::Storage, ..OPERATOR };
const STORAGE: Row = Row { exit: Exit::Storage, ..OPERATOR };

/// The way to a service and this machine: names, connections, proxies, the clock.
#[rustfmt::skip]
pub(super) static MACHINE: &[Row] = &[
    SIGN_IN.row("code-in-doubt", &[Cause(TimedOut), Cause(Broken), Cause(Unreadable),
        Cause(NotTheService)])
        .label("answer lost").when(When::CodeSent),
    NETWORK.row("no-such-host", &[Cause(NoSuchHost)]).label("no such host").who(Who::Operator).wait(5),
    NETWORK.row("no-connection", &[Cause(NoConnection)]).label("no connection").wait(5),
    NETWORK.row("connection-broken", &[Cause(Broken)]).label("connection broken").wait(2),
    NETWORK.row("timed-out", &[Cause(TimedOut)]).label("timed out").wait(5),
    NETWORK.row("proxy-unreachable", &[Cause(NoProxy)]).label("proxy unreachable").wait(5),
    NETWORK.row("proxy", &[Cause(Proxy)]).label("proxy 407"),
    NETWORK.row("not-the-service", &[Cause(NotTheService)]).label("not the service"),
    NETWORK.row("unreadable", &[Cause(Unreadable)]).label("unreadable answer").who(Who::Alphaus).wait(5),
    NETWORK.row("clock", &[Cause(ClockSkew)]).label("clock").who(Who::MachineAdministrator),
    OURS.row("internal", &[Cause(Internal)]).label("internal"),
];

/// TLS by kind. Certificates are always checked: no cure here switches that off.
#[rustfmt::skip]
pub(super) static CERTIFICATES: &[Row] = &[
    NETWORK.row("tls-unknown-issuer", &[Cause(Tls(TlsFault::UnknownIssuer))]).label("TLS unknown issuer"),
    NETWORK.row("tls-expired", &[Cause(Tls(TlsFault::Expired))]).label("TLS expired"),
    NETWORK.row("tls-not-yet-valid", &[Cause(Tls(TlsFault::NotYetValid))]).label("TLS not yet valid")
        .who(Who::MachineAdministrator),
    NETWORK.row("tls-wrong-name", &[Cause(Tls(TlsFault::WrongName))]).label("TLS wrong name"),
    NETWORK.row("tls-revoked", &[Cause(Tls(TlsFault::Revoked))]).label("TLS revoked"),
    NETWORK.row("tls-protocol", &[Cause(Tls(TlsFault::Protocol))]).label("TLS protocol"),
    NETWORK.row("tls-no-roots", &[Cause(Tls(TlsFault::NoRoots))]).label("TLS no roots").who(Who::MachineAdministrator),
    NETWORK.row("tls-other", &[Cause(Tls(TlsFault::Other))]).label("TLS"),
];

/// The keyring by kind and by machine, and the vault file. There is no plain-text file to fall back to, by design: a cure makes
/// a keyring, or names the vault file that has to be asked for.
#[rustfmt::skip]
pub(super) static STORES: &[Row] = &[
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

/// The folder with journal and draft: the disk, and other windows of this program.
#[rustfmt::skip]
pub(super) static FILES: &[Row] = &[
    STORAGE.row("disk-full", &[Cause(Disk(DiskFault::Full))]).label("disk full"),
    STORAGE.row("disk-read-only", &[Cause(Disk(DiskFault::ReadOnly))]).label("disk read-only").who(Who::MachineAdministrator),
    STORAGE.row("disk-denied", &[Cause(Disk(DiskFault::Denied))]).label("disk denied").who(Who::MachineAdministrator),
    STORAGE.row("disk-not-ours", &[Cause(Disk(DiskFault::NotOurs))]).label("folder not safe").who(Who::MachineAdministrator),
    STORAGE.row("disk-open", &[Cause(Disk(DiskFault::Open))]).label("open to others"),
    STORAGE.row("disk-too-large", &[Cause(Disk(DiskFault::TooLarge))]).label("file too large").goto(Goto::Leave),
    STORAGE.row("journal-damaged", &[Cause(Disk(DiskFault::Damaged)), CauseOf(Service::Disk, Unreadable)])
        .label("journal damaged").goto(Goto::Leave),
    STORAGE.row("disk-other", &[Cause(Disk(DiskFault::Other)), CauseOf(Service::Disk, Refused), CauseOf(Service::Disk,
        Broken), CauseOf(Service::Disk, TimedOut)])
        .label("disk fault"),
    STORAGE.row("in-use", &[Cause(InUse)]).label("in use"),
    STORAGE.row("other-store", &[Cause(OtherStore)]).label("other store").goto(Goto::Leave).exit(Exit::Usage)
        .blames(&[C::KeepSecret, C::OctoSecret]),
    STORAGE.row("half-forgotten", &[Cause(HalfForgotten)]).label("half forgotten").goto(Goto::Leave),
    STORAGE.row("newer-journal", &[Cause(NewerJournal)]).label("newer journal").goto(Goto::Leave),
    OURS.row("journal-moved", &[Cause(JournalMoved)]).label("journal moved on").who(Who::Operator).goto(Goto::Leave)
        .exit(Exit::Storage),
];

/// What this program compares itself: tokens, the account, the MPN ID, the price sheet.
#[rustfmt::skip]
pub(super) static COMPARED: &[Row] = &[
    SIGN_IN.row("token-tenant", &[Cause(Differs(Mismatch::Tenant))]).label("other tenant").blames(&[C::Tenant, C::UserClaims]),
    SIGN_IN.row("token-application", &[Cause(Differs(Mismatch::Application))]).label("other application")
        .blames(&[C::AppToken, C::UserClaims]),
    OURS.row("token-audience", &[Cause(Differs(Mismatch::Audience))]).label("other audience"),
    OURS.row("token-kind", &[Cause(Differs(Mismatch::TokenKind))]).label("token kind").goto(Goto::Retry),
    APPLICATION.row("token-scope", &[Cause(Differs(Mismatch::Scope))]).label("scope missing").goto(Goto::SignInAgain)
        .blames(&[C::PriceToken]),
    SIGN_IN.row("token-mfa", &[Cause(Differs(Mismatch::Mfa))]).label("no MFA").who(Who::GlobalAdministrator)
        .exit(Exit::Permission).blames(&[C::Mfa]),
    SIGN_IN.row("no-refresh-token", &[Cause(Differs(Mismatch::NoRefreshToken))]).label("no refresh token"),
    OPERATOR.row("account-tenant", &[Cause(Differs(Mismatch::OrganizationTenant))]).label("other partner account")
        .field(Field::Directory).blames(&[C::Tenant, C::UserClaims]),
    OPERATOR.row("mpn-differs", &[Cause(Differs(Mismatch::Mpn))]).label("MPN ID differs").field(Field::MpnId),
    OURS.row("columns-missing", &[Cause(Differs(Mismatch::Columns))]).label("columns missing").goto(Goto::Retry),
    OPERATOR.row("tenant-in-other-cloud", &[Cause(Differs(Mismatch::Cloud))]).label("other cloud").field(Field::Directory)
        .blames(&[C::Tenant]),
    OPERATOR.row("tenant-not-named", &[Cause(Differs(Mismatch::NoTenant))]).label("no tenant ID").field(Field::Directory)
        .blames(&[C::Tenant]),
    SIGN_IN.row("answer-of-other-sign-in", &[Cause(Differs(Mismatch::State))]).label("other sign-in").field(Field::Answer),
    SIGN_IN.row("code-sent-before", &[Cause(Differs(Mismatch::UsedCode))]).label("code used"),
];
