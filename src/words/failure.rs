//! What went wrong, as plain data: who said so, what kind of thing it is, and the ids that support asks for.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::text::UntrustedText;

/// Something that went wrong: built once, in one function per client. One of which nothing is known is our own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// Who said so, or whom we tried to reach.
    pub service: Service,
    /// What kind of thing it is.
    pub cause: Cause,
    /// HTTP status.
    pub status: Option<u16>,
    /// OAuth `error`, or the API's `code` when it is a word. This decides; numbers only choose the words.
    pub error: Option<UntrustedText>,
    /// OAuth `suberror` or `error_subcode`.
    pub suberror: Option<UntrustedText>,
    /// AADSTS numbers or Partner Center codes, in the order given.
    pub codes: Vec<u64>,
    /// The service's own sentence.
    pub sentence: Option<UntrustedText>,
    /// Microsoft's trace ID.
    pub trace_id: Option<UntrustedText>,
    /// Correlation ID.
    pub correlation_id: Option<UntrustedText>,
    /// Request ID.
    pub request_id: Option<UntrustedText>,
    /// How long the service asks to wait, clamped to two minutes.
    pub retry_after: Option<Duration>,
    /// The `claims` document to send back on the next sign-in (Conditional Access).
    pub claims: Option<UntrustedText>,
    /// A detail of ours: the host, the TLS issuer met, the name of the keyring, the column that is missing.
    pub detail: Option<UntrustedText>,
    /// When.
    pub at: Option<Timestamp>,
    /// Whether what was to be sent provably never left: there was no connection that it could have gone over.
    pub unsent: bool,
}

impl Failure {
    /// A failure of which nothing more is known yet.
    pub fn new(service: Service, cause: Cause) -> Self {
        Self { service, cause, ..Self::default() }
    }

    /// The same with a detail of ours.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        self.detail = UntrustedText::some(detail);
        self
    }
}

/// Who failed, or who was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Microsoft Entra ID: metadata, tokens, the sign-in page.
    Entra,
    /// Partner Center REST API.
    PartnerCenter,
    /// The price service.
    PartnerApi,
    /// Octo.
    Octo,
    /// The OS keyring.
    Keyring,
    /// The engine of a shared vault.
    Vault,
    /// An Azure Key Vault.
    KeyVault,
    /// Files of this program.
    Disk,
    /// This machine: clock, browser, ports.
    Machine,
    /// What we compared ourselves: claims, tenant, MPN ID, columns.
    #[default]
    Check,
}

impl Service {
    /// As shown to a person.
    pub fn title(self) -> &'static str {
        self.names().0
    }

    /// As in the short name of a failure: `PC 403`.
    pub fn short(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Entra => ("Microsoft Entra ID", "Entra"),
            Self::PartnerCenter => ("Partner Center", "PC"),
            Self::PartnerApi => ("the price service", "price"),
            Self::Octo => ("Octo", "Octo"),
            Self::Keyring => ("the keyring", "keyring"),
            Self::Vault => ("the shared vault", "vault"),
            Self::KeyVault => ("Azure Key Vault", "Key Vault"),
            Self::Disk => ("the disk", "disk"),
            Self::Machine => ("this machine", "machine"),
            Self::Check => ("octo-csp", "check"),
        }
    }
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// The service answered with an error of its own: look at `error`, `codes`, `status`.
    Refused,
    /// The answer was not the service's: HTML, a login page of a network, a redirect.
    NotTheService,
    /// The answer was the service's but cannot be read (truncated, wrong shape, too large, empty).
    Unreadable,
    /// The host's name is not known.
    NoSuchHost,
    /// The host refused the connection, or is unreachable.
    NoConnection,
    /// The connection broke in the middle.
    Broken,
    /// No answer within the time limit.
    TimedOut,
    /// A proxy stood in the way (407 or a refused tunnel).
    Proxy,
    /// The proxy itself was not found or did not answer.
    NoProxy,
    /// TLS failed.
    Tls(TlsFault),
    /// The clock of this machine is off; `detail` says by how much.
    ClockSkew,
    /// The keyring.
    Vault(VaultFault),
    /// The disk.
    Disk(DiskFault),
    /// Another wizard has this registration open; `detail` says since when.
    InUse,
    /// The journal was written by a newer version of this program.
    NewerJournal,
    /// The journal changed under us: what was built on is no longer the latest.
    JournalMoved,
    /// The registration keeps its secrets in another store than the one asked for; `detail` says which.
    OtherStore,
    /// The registration is being forgotten, and that was not finished.
    HalfForgotten,
    /// A comparison of ours.
    Mismatch(Mismatch),
    /// The random source of the operating system failed, or a task of ours ended without an answer.
    #[default]
    Internal,
}

/// How TLS failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsFault {
    /// The issuer is not trusted here; `detail` names it where it is known (TLS inspection).
    UnknownIssuer,
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for another name.
    WrongName,
    /// The certificate was revoked.
    Revoked,
    /// The two sides have no protocol version in common, or the other side does not speak TLS.
    Protocol,
    /// This machine has no CA certificates.
    NoRoots,
    /// Anything else.
    Other,
}

/// What is the matter with the keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VaultFault {
    /// No D-Bus session bus.
    NoBus,
    /// A bus, but nobody provides secrets.
    NoProvider,
    /// A provider, but no default collection.
    NoCollection,
    /// The default collection is gone when the person logs out.
    SessionOnly,
    /// Locked, or the prompt was dismissed.
    Locked,
    /// Access denied.
    Denied,
    /// No answer within the limit: a prompt that nobody sees, or a provider that hangs.
    TimedOut,
    /// The provider ended while it was asked.
    Crashed,
    /// The value does not fit.
    TooLarge,
    /// More than one item has this name.
    Ambiguous,
    /// The item is not there, although the journal says it was kept.
    Missing,
    /// What was read is not what was written, or a second process reads something else.
    ReadsDifferently,
    /// The passphrase of the vault file is another one.
    WrongPassphrase,
    /// The vault file is no age file with a passphrase, or was changed.
    Damaged,
    /// The engine of a shared vault is sealed.
    Sealed,
    /// It has no leader, or a standby cannot reach the leader.
    NoLeader,
    /// It does not take the login: it has expired, or never was one.
    LoggedOut,
    /// Somebody else wrote the same item.
    Conflict,
    /// The name was deleted, and cannot be had until that is undone or final.
    SoftDeleted,
    /// It limits how often it is asked, and does so now.
    Quota,
    /// Anything else.
    Other,
}

/// What is the matter with the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DiskFault {
    /// No room, or over quota.
    Full,
    /// Read-only.
    ReadOnly,
    /// Not allowed.
    Denied,
    /// The folder or file is a link, or belongs to somebody else.
    NotOurs,
    /// The folder or file may be written by others, or read where that is nobody else's business.
    Open,
    /// The file is larger than anything we write.
    TooLarge,
    /// The journal is damaged before its last line, or ends before one that is known to have been written.
    Damaged,
    /// Anything else.
    Other,
}

/// What we compared and found different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mismatch {
    /// The token is for another tenant.
    Tenant,
    /// The token is for another application.
    Application,
    /// The token is for another audience.
    Audience,
    /// A token of a user where one of the application was asked for, or the other way round.
    TokenKind,
    /// The token lacks `user_impersonation`.
    Scope,
    /// The token shows no multifactor authentication, and the service says so too.
    Mfa,
    /// The answer brought no refresh token.
    NoRefreshToken,
    /// The tenant of Partner Center's organization profile is another one.
    OrganizationTenant,
    /// The MPN ID that was typed is not the signed-in partner's.
    Mpn,
    /// The price sheet or the rates have not the columns we need; `detail` names the first missing one.
    Columns,
    /// The tenant lives in another cloud; `detail` names it.
    Cloud,
    /// The directory was typed as a domain, and the metadata names no tenant ID for it.
    NoTenant,
    /// The pasted answer belongs to another sign-in.
    State,
    /// The code was used before.
    UsedCode,
    /// Octo has another Azure payer account; `detail` names it.
    OctoOtherPayer,
    /// Octo has this payer account, and not from here.
    OctoSamePayer,
}
