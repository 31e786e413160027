//! The whole conversation with the world: what should happen ([`Effect`]), what came of it ([`Outcome`]), and what went
//! wrong ([`Failure`]). Plain data on both sides.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::engine::answers::Draft;
use crate::engine::journal::{Fact, ItemName, Line, Registration};
use crate::engine::octo::{OctoAnswer, OctoCall};
use crate::engine::step::Environment;
use crate::ids::{AuthCode, ClientId, Directory, RedirectAddress, TenantId};
use crate::secret::SharedSecret;
use crate::text::Foreign;

/// Something that should happen outside.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Look at this machine before anything is asked.
    Look(Look),
    /// Take the lock of this registration, fold its journal, read its draft.
    Open(Environment),
    /// The same to delete it: one that is half deleted already, and a vault that nobody can open any more, are fine.
    OpenToForget(Environment),
    /// Read a directory's public OpenID metadata.
    Discover(Directory),
    /// Ask for an app-only token for Partner Center.
    AppToken(AppSignIn),
    /// One read of Partner Center or of the price service.
    Read(Reading, SharedSecret),
    /// Make `state` and PKCE values, listen for the answer if the redirect address allows it, build the sign-in address.
    Listen(SignIn),
    /// Listen again for a sign-in whose `state` and verifier were kept before the program was ended.
    Relisten(SharedSecret),
    /// Ask the sign-in page, with nobody signed in, whether it knows the redirect address.
    Probe(SignIn),
    /// Wait for the browser to come back to the listener.
    Await,
    /// Tell the waiting browser page how it ended, and stop listening.
    Tell(Verdict),
    /// Open the sign-in page through the one-time address of the listener.
    Browse(Url),
    /// Redeem the authorization code: one POST, never again.
    Redeem(Redemption),
    /// Refresh for one audience.
    Refresh(Renewal),
    /// Append a fact to the journal and sync it.
    Note(Fact),
    /// Write a secret to the vault, read it back through a fresh handle, compare.
    Keep(ItemName, SharedSecret),
    /// Read a secret from the vault.
    Recall(ItemName),
    /// Copy an item inside the vault, read back and compare.
    Copy {
        /// The item to read.
        from: ItemName,
        /// The item to write.
        to: ItemName,
    },
    /// Delete items. Missing ones are fine.
    Erase(Vec<ItemName>),
    /// Read items in a second process and compare with what this one reads.
    ReadBack(Vec<ItemName>),
    /// One call of Octo.
    Octo(Box<OctoCall>),
    /// Write the draft: what was typed, without secrets.
    Save(Box<Draft>),
    /// Remove every file of this registration, its journal last.
    Discard,
    /// Wait before trying again.
    Pause(Duration),
}

impl Effect {
    /// Whether something outside changes. Esc is free during reads; a write is finished first.
    pub fn writes(&self) -> bool {
        match self {
            // The test item of the keyring is removed again before the program ends.
            Self::Look(Look::Keyring)
            | Self::Redeem(_)
            | Self::Refresh(_)
            | Self::Note(_)
            | Self::Keep(..)
            | Self::Copy { .. }
            | Self::Erase(_)
            | Self::Save(_)
            | Self::Discard => true,
            Self::Octo(call) => call.writes(),
            Self::Look(Look::Network | Look::Clock | Look::Browser)
            | Self::Open(_)
            | Self::OpenToForget(_)
            | Self::Discover(_)
            | Self::AppToken(_)
            | Self::Read(..)
            | Self::Listen(_)
            | Self::Relisten(_)
            | Self::Probe(_)
            | Self::Await
            | Self::Tell(_)
            | Self::Browse(_)
            | Self::Recall(_)
            | Self::ReadBack(_)
            | Self::Pause(_) => false,
        }
    }
}

/// What is looked at before the first question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Look {
    /// The login host and both API hosts answer.
    Network,
    /// This machine's clock against the server's `Date`.
    Clock,
    /// A real-size item is written, read in a second process, and removed.
    Keyring,
    /// Whether a browser can be opened here.
    Browser,
}

impl Look {
    /// All four, in the order of the screen.
    pub const ALL: [Self; 4] = [Self::Network, Self::Clock, Self::Keyring, Self::Browser];
}

/// An app-only sign-in (form A of the client credentials grant).
#[derive(Clone, Debug)]
pub struct AppSignIn {
    /// The directory's ID: never `common`.
    pub tenant: TenantId,
    /// The application (client) ID.
    pub application: ClientId,
    /// The client secret's value.
    pub secret: SharedSecret,
}

/// What the person is sent to sign in with.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The directory's ID: never `common`.
    pub tenant: TenantId,
    /// The application (client) ID.
    pub application: ClientId,
    /// The redirect address as registered.
    pub redirect: RedirectAddress,
    /// The `claims` document of a Conditional Access challenge that this sign-in has to meet (entra-docs,
    /// v2-conditional-access-dev-guide), sent back as it came.
    pub claims: Option<Foreign>,
    /// Who redeems the code.
    pub redeemer: Redeemer,
}

/// Who redeems the code of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redeemer {
    /// This program: the code is bound to a PKCE verifier that nobody else has.
    Ourselves,
    /// Octo's web page. It does not know our verifier, and a code that was asked for with a challenge is refused without one
    /// (RFC 7636, section 4.6): this sign-in alone has none. `state` guards it still, and the client secret that the redemption
    /// needs. The redirect address is sent to the letter as it is registered, without a port of ours, because the redemption
    /// must name the same one.
    Another,
}

/// One redemption of one code.
#[derive(Clone, Debug)]
pub struct Redemption {
    /// The same tenant as on the sign-in address.
    pub tenant: TenantId,
    /// The application (client) ID.
    pub application: ClientId,
    /// The client secret's value.
    pub secret: SharedSecret,
    /// The code.
    pub code: AuthCode,
    /// The redirect address exactly as it was sent.
    pub redirect: RedirectAddress,
    /// The PKCE verifier; `None` for a code from an address that is not ours.
    pub verifier: Option<SharedSecret>,
}

/// One use of the refresh token.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The directory's ID.
    pub tenant: TenantId,
    /// The application (client) ID.
    pub application: ClientId,
    /// The client secret's value.
    pub secret: SharedSecret,
    /// The newest refresh token.
    pub refresh_token: SharedSecret,
    /// For which API.
    pub audience: Audience,
}

/// The two APIs a token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Partner Center.
    PartnerCenter,
    /// The price service.
    PartnerApi,
}

impl Audience {
    /// As on the command line and in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::PartnerCenter => "partner-center",
            Self::PartnerApi => "partner-api",
        }
    }
}

/// One read-only call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reading {
    /// `GET /v1/customers?size=1`: Partner Center knows the app.
    Customers,
    /// `GET /v1/profiles/legalbusiness?vettingVersion=Current`: the company's name.
    LegalBusiness,
    /// `GET /v1/invoices/summary`: billing can be read.
    InvoiceSummary,
    /// `GET /v1/profiles/organization` with `ValidateMfa: true`: tenant and domain of the account, MFA as the service sees it.
    Organization,
    /// `GET /v1/profiles/mpn`.
    Mpn,
    /// `GET /v1/profiles/billing`: the billing currency.
    BillingProfile,
    /// `GET /v1.0/sales/fxrates(...)/$value`.
    ExchangeRates,
    /// The head of `GET /v1.0/sales/pricesheets(...)/$value`: 64 KiB at most.
    PriceSheet,
}

/// How the sign-in ended, for the page that the browser shows. The pages are constant: nothing is reflected on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every check passed.
    Proven,
    /// Something failed; the terminal says what.
    Failed,
    /// The code came, and somebody else redeems it.
    Caught,
    /// The wizard went on without this page (the address was pasted, or the step was left).
    Closed,
}

/// What came of an effect. Failure is an answer: no path leaves a screen waiting.
#[derive(Debug)]
pub enum Outcome {
    /// Of [`Effect::Look`].
    Looked(Sight),
    /// Of [`Effect::Open`] and [`Effect::OpenToForget`].
    Opened(Box<Opened>),
    /// Of [`Effect::Discover`].
    Discovered(Tenant),
    /// Of [`Effect::AppToken`].
    AppToken(Box<Grant>),
    /// Of [`Effect::Read`].
    Read(Box<Answer>),
    /// Of [`Effect::Listen`] and [`Effect::Relisten`].
    Listening(Box<Consent>),
    /// Of [`Effect::Probe`].
    Probed(AddressSeen),
    /// Of [`Effect::Await`].
    Came(Box<Arrival>),
    /// Of [`Effect::Tell`].
    Told,
    /// Of [`Effect::Browse`]: whether a browser could be started.
    Browsed(bool),
    /// Of [`Effect::Redeem`] and [`Effect::Refresh`].
    Landed(Box<Landed>),
    /// Of [`Effect::Note`]: the line as it was written.
    Noted(Box<Line>),
    /// Of [`Effect::Keep`], [`Effect::Copy`].
    Kept,
    /// Of [`Effect::Recall`].
    Recalled(SharedSecret),
    /// Of [`Effect::Erase`].
    Erased,
    /// Of [`Effect::ReadBack`].
    ReadBack,
    /// Of [`Effect::Octo`].
    Octo(OctoAnswer),
    /// Of [`Effect::Save`].
    Saved,
    /// Of [`Effect::Discard`].
    Discarded,
    /// Of [`Effect::Pause`].
    Paused,
    /// Of any.
    Failed(Box<Failure>),
}

/// What a look at the machine saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// `ok` or `note`; what fails is a [`Failure`].
    pub good: bool,
    /// One line for the screen.
    pub line: String,
}

/// A registration opened for this process alone.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// The fold of its journal.
    pub registration: Registration,
    /// What was typed the last time, without secrets.
    pub draft: Option<Draft>,
    /// Under which name its items are found in the keyring, beside the service `octo-csp`.
    pub name: String,
    /// Where the journal is, for the page that says what is kept where.
    pub folder: String,
}

/// What the public metadata says about a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// The GUID found in the token endpoint or the issuer.
    pub id: TenantId,
    /// Whether the metadata names that GUID. A server that does not have tenants in its addresses may answer for any.
    pub named: bool,
    /// Where the tenant's data is (`NA`, `EU`, `AS` …).
    pub region: Option<Foreign>,
    /// The cloud the metadata names, such as `microsoftonline.com`.
    pub cloud: Option<Foreign>,
}

/// An access token and what can be read in it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// For the `Authorization` header.
    pub access_token: SharedSecret,
    /// How long it can be used, where the answer or the token says so.
    pub lifetime: Option<Lifetime>,
    /// What the access token says, if it can be read.
    pub claims: Claims,
    /// What the ID token says, if there is one.
    pub id_claims: Option<Claims>,
}

/// From when until when a token can be used, by the clock of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetime {
    /// When it came.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// The answer to a redemption or a refresh. The refresh token is taken out of the bytes before anything else is looked at,
/// because the code behind it is spent.
#[derive(Debug)]
pub struct Landed {
    /// The refresh token, if the answer has one.
    pub refresh_token: Option<SharedSecret>,
    /// The rest.
    pub grant: Result<Grant, Box<Failure>>,
}

/// What a token says about itself. It is decoded to explain, never trusted for security: it is not addressed to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Whether the token could be read at all. An opaque token is no fault.
    pub readable: bool,
    /// `aud`.
    pub audience: Option<Foreign>,
    /// `tid`.
    pub tenant: Option<Foreign>,
    /// `appid` (v1.0), `azp` (v2.0) or `client_id` (RFC 9068).
    pub application: Option<Foreign>,
    /// `upn`, `unique_name`, `preferred_username` or `email`.
    pub user: Option<Foreign>,
    /// `name`.
    pub name: Option<Foreign>,
    /// What a user lets the application do: `scp`, or `scope` (RFC 9068) of a user's token, split at blanks.
    pub scopes: Vec<Foreign>,
    /// `amr`; `None` when absent.
    pub methods: Option<Vec<Foreign>>,
    /// `exp`.
    pub expires: Option<Timestamp>,
}

/// What a read found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was read.
    pub found: Found,
    /// `isMfaCompliant` of the response headers, if it was there.
    pub mfa_compliant: Option<bool>,
    /// `MS-RequestId` or `request-id`.
    pub request_id: Option<Foreign>,
}

/// The part of an answer that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Of [`Reading::Customers`].
    Customers {
        /// `totalCount`, if given.
        total: Option<u64>,
    },
    /// Of [`Reading::LegalBusiness`].
    LegalBusiness {
        /// `companyName`.
        company: Option<Foreign>,
        /// `address.country`, two letters: the market to ask a price sheet for.
        country: Option<Foreign>,
        /// `vettingStatus`.
        vetting: Option<Foreign>,
    },
    /// Of [`Reading::InvoiceSummary`].
    InvoiceSummary {
        /// `balanceAmount` as written.
        balance: Option<Foreign>,
        /// `currencyCode`.
        currency: Option<Foreign>,
        /// `accountingDate`, the day of the balance; `None` for `0001-01-01`.
        date: Option<Foreign>,
    },
    /// Of [`Reading::Organization`].
    Organization {
        /// `companyName`.
        company: Option<Foreign>,
        /// `tenantId`.
        tenant: Option<Foreign>,
        /// `domain`.
        domain: Option<Foreign>,
        /// `defaultAddress.country`.
        country: Option<Foreign>,
    },
    /// Of [`Reading::Mpn`].
    Mpn {
        /// `mpnId`.
        id: Option<Foreign>,
        /// `partnerName`.
        name: Option<Foreign>,
    },
    /// Of [`Reading::BillingProfile`].
    BillingProfile {
        /// `billingCurrency`.
        currency: Option<Foreign>,
    },
    /// Of [`Reading::ExchangeRates`].
    ExchangeRates {
        /// Rows seen.
        rows: usize,
    },
    /// Of [`Reading::PriceSheet`].
    PriceSheet(SheetHead),
}

/// The head of a price sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetHead {
    /// Names of the columns.
    pub columns: Vec<Foreign>,
    /// The first rows, at most three: product, SKU title, unit, price, currency.
    pub rows: Vec<[Foreign; 5]>,
    /// `Content-Length` of the whole sheet, if given.
    pub bytes: Option<u64>,
    /// Bytes that were read before the connection was closed.
    pub read: usize,
}

/// What the sign-in page did with a redirect address. It is advice: Microsoft promises none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressSeen {
    /// It sent the browser back there.
    Known,
    /// It refused to, with AADSTS50011.
    NotRegistered,
    /// Anything else.
    Unclear,
}

impl AddressSeen {
    /// As told to the person who is about to sign in.
    pub fn words(self) -> &'static str {
        match self {
            Self::Known => "Microsoft knows this redirect address.",
            Self::NotRegistered => {
                "Microsoft does not seem to know this redirect address (AADSTS50011): add it to the app as platform Web, letter for letter."
            }
            Self::Unclear => "Whether the redirect address is registered could not be told.",
        }
    }
}

/// A sign-in that is waiting for a person.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The address of Microsoft's sign-in page, to show, copy and hand over.
    pub address: Url,
    /// The one-time loopback address that redirects to it, for the browser of this machine.
    pub one_time: Option<Url>,
    /// The redirect address exactly as sent, port included.
    pub redirect: RedirectAddress,
    /// What the answer must bring back.
    pub state: SharedSecret,
    /// What the redemption must prove, when it is ours.
    pub verifier: Option<SharedSecret>,
    /// Whether a listener waits for the answer, and if not, why.
    pub catching: Result<(), NotCatching>,
    /// `state`, verifier and redirect address as one secret, to be kept until the code is redeemed.
    pub keepsake: SharedSecret,
}

/// Why the answer must be pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCatching {
    /// The redirect address is not http on this machine.
    Elsewhere,
    /// Another program has the port.
    PortTaken(u16),
    /// This user may not open the port.
    NotAllowed(u16),
}

/// What came back from the sign-in.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// A code with our `state`.
    Code(AuthCode),
    /// An error with our `state`.
    Error(Box<Failure>),
}

/// Something that went wrong: built once, in one function per client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Who said so, or whom we tried to reach.
    pub service: Service,
    /// What kind of thing it is.
    pub cause: Cause,
    /// HTTP status.
    pub status: Option<u16>,
    /// OAuth `error`, or the API's `code` when it is a word. This decides; numbers only choose the words.
    pub error: Option<Foreign>,
    /// OAuth `suberror` or `error_subcode`.
    pub suberror: Option<Foreign>,
    /// AADSTS numbers or Partner Center codes, in the order given.
    pub codes: Vec<u64>,
    /// The service's own sentence.
    pub sentence: Option<Foreign>,
    /// Microsoft's trace ID.
    pub trace_id: Option<Foreign>,
    /// Correlation ID.
    pub correlation_id: Option<Foreign>,
    /// Request ID.
    pub request_id: Option<Foreign>,
    /// How long the service asks to wait, clamped to two minutes.
    pub retry_after: Option<Duration>,
    /// The `claims` document to send back on the next sign-in (Conditional Access).
    pub claims: Option<Foreign>,
    /// A detail of ours: the host, the TLS issuer met, the name of the keyring, the column that is missing.
    pub detail: Option<Foreign>,
    /// When.
    pub at: Option<Timestamp>,
}

impl Failure {
    /// A failure of which nothing more is known yet.
    pub fn new(service: Service, cause: Cause) -> Self {
        Self {
            service,
            cause,
            status: None,
            error: None,
            suberror: None,
            codes: Vec::new(),
            sentence: None,
            trace_id: None,
            correlation_id: None,
            request_id: None,
            retry_after: None,
            claims: None,
            detail: None,
            at: None,
        }
    }

    /// The same with a detail of ours.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        self.detail = Foreign::some(detail);
        self
    }
}

/// Who failed, or who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// Files of this program.
    Disk,
    /// This machine: clock, browser, ports.
    Machine,
    /// What we compared ourselves: claims, tenant, MPN ID, columns.
    Check,
}

impl Service {
    /// As shown to a person.
    pub fn title(self) -> &'static str {
        match self {
            Self::Entra => "Microsoft Entra ID",
            Self::PartnerCenter => "Partner Center",
            Self::PartnerApi => "the price service",
            Self::Octo => "Octo",
            Self::Keyring => "the keyring",
            Self::Disk => "the disk",
            Self::Machine => "this machine",
            Self::Check => "octo-csp",
        }
    }
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VaultFault {
    /// No D-Bus session bus.
    NoBus,
    /// A bus, but nobody provides secrets.
    NoProvider,
    /// A provider, but no default collection.
    NoCollection,
    /// Locked, or the prompt was dismissed.
    Locked,
    /// Access denied.
    Denied,
    /// No answer within the limit: usually a prompt that nobody sees.
    TimedOut,
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
    /// The folder is a link, belongs to somebody else, or may be written by others.
    NotOurs,
    /// The journal is damaged before its last line.
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
