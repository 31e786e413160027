//! The whole conversation with the world: what should happen ([`Effect`]), what came of it ([`Outcome`]), and what went
//! wrong ([`Failure`]). Plain data on both sides.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::journal::{Fact, ItemName, Line, Registration};
use crate::words::{
    Answer, Audience, AuthCode, ClientId, Credentials, Directory, Draft, Environment, Failure, Grant, OctoAnswer,
    OctoCall, Reading, RedirectAddress, SharedSecret, TenantId, TokenResponse, UntrustedText,
};

/// Whoever makes effects happen: the world, a world with a fault that is rehearsed, a few lines in a test.
pub trait Perform {
    /// Performs an effect. It never errs: failure is an outcome.
    fn perform(&self, effect: Effect) -> impl Future<Output = Outcome>;
}

impl<P: Fn(Effect) -> F, F: Future<Output = Outcome>> Perform for P {
    fn perform(&self, effect: Effect) -> impl Future<Output = Outcome> {
        self(effect)
    }
}

/// Something that should happen outside.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Look at this machine before anything is asked.
    Preflight(Preflight),
    /// Take the lock of this registration, fold its journal, read its draft.
    Open(Environment),
    /// The same to delete it: one that is half deleted already, and a vault that nobody can open any more, are fine.
    OpenToForget(Environment),
    /// Read a directory's public OpenID metadata.
    Discover(Directory),
    /// Ask for an app-only token for Partner Center.
    AppToken(Credentials),
    /// One read of Partner Center or of the price service.
    Read(Reading, SharedSecret),
    /// Make `state` and PKCE values, listen for the answer if the redirect address allows it, build the sign-in address.
    Listen(SignIn),
    /// Listen again for a sign-in whose `state` and verifier were kept before the program was ended.
    ResumeListening(SharedSecret),
    /// Ask the sign-in page, with nobody signed in, whether it knows the redirect address.
    Probe(SignIn),
    /// Wait for the browser to come back to the listener.
    Await,
    /// Tell the waiting browser page how it ended, and stop listening.
    Tell(CallbackPage),
    /// Open the sign-in page through the one-time address of the listener.
    Browse(Url),
    /// Redeem the authorization code: one POST, never again.
    Redeem(CodeExchange),
    /// Refresh for one audience.
    Refresh(TokenRefresh),
    /// Refresh for Microsoft Graph, whatever audience is named: whether it may read billing.
    RefreshForGraph(TokenRefresh),
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
    /// Write the draft: what was typed, without secrets. Without one, remove it.
    Save(Option<Box<Draft>>),
    /// Write a file that the person asked for, into the folder they are in.
    Write(Box<Paper>),
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
            Self::Preflight(Preflight::Keyring)
            | Self::Redeem(_)
            | Self::Refresh(_)
            | Self::RefreshForGraph(_)
            | Self::Note(_)
            | Self::Keep(..)
            | Self::Copy { .. }
            | Self::Erase(_)
            | Self::Save(_)
            | Self::Write(_)
            | Self::Discard
            // The browser gets its last page before the program ends.
            | Self::Tell(_) => true,
            Self::Octo(call) => call.writes(),
            Self::Preflight(Preflight::Network | Preflight::Clock | Preflight::Browser)
            | Self::Open(_)
            | Self::OpenToForget(_)
            | Self::Discover(_)
            | Self::AppToken(_)
            | Self::Read(..)
            | Self::Listen(_)
            | Self::ResumeListening(_)
            | Self::Probe(_)
            | Self::Await
            | Self::Browse(_)
            | Self::Recall(_)
            | Self::ReadBack(_)
            | Self::Pause(_) => false,
        }
    }
}

/// What is looked at before the first question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Preflight {
    /// The login host and both API hosts answer.
    Network,
    /// This machine's clock against the server's `Date`.
    Clock,
    /// A real-size item is written, read in a second process, and removed.
    Keyring,
    /// Whether a browser can be opened here.
    Browser,
}

impl Preflight {
    /// All four, in the order of the screen.
    pub const ALL: [Self; 4] = [Self::Network, Self::Clock, Self::Keyring, Self::Browser];
}

/// A file that the person asked for.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its name.
    pub file: String,
    /// What is in it.
    pub text: String,
    /// Secrets that are at hand: if any of them is in the text, nothing is written.
    pub without: Vec<SharedSecret>,
}

/// What the person is sent to sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The directory's ID: never `common`.
    pub tenant: TenantId,
    /// The application (client) ID.
    pub application: ClientId,
    /// The redirect address as registered.
    pub redirect: RedirectAddress,
    /// The `claims` document of a Conditional Access challenge that this sign-in has to meet (entra-docs,
    /// v2-conditional-access-dev-guide), sent back as it came.
    pub claims: Option<UntrustedText>,
    /// Who redeems the code.
    pub redeemer: CodeAudience,
}

/// Who redeems the code of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeAudience {
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
pub struct CodeExchange {
    /// The same application as on the sign-in address.
    pub credentials: Credentials,
    /// The code.
    pub code: AuthCode,
    /// The redirect address exactly as it was sent.
    pub redirect: RedirectAddress,
    /// The PKCE verifier; `None` for a code from an address that is not ours.
    pub verifier: Option<SharedSecret>,
}

/// One use of the refresh token.
#[derive(Clone, Debug)]
pub struct TokenRefresh {
    /// The application that it was issued to.
    pub credentials: Credentials,
    /// The newest refresh token.
    pub refresh_token: SharedSecret,
    /// For which API.
    pub audience: Audience,
}

/// How the sign-in ended, for the page that the browser shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackPage {
    /// What came of the code is kept; the checks go on without the browser.
    SignedIn,
    /// Something failed; the terminal says the rest.
    Failed {
        /// The short name of the failure.
        code: String,
        /// The first thing to do.
        cure: String,
    },
    /// The code came, and somebody else redeems it.
    Caught,
    /// The wizard went on without this page (the address was pasted, or the step was left).
    Closed,
}

/// What came of an effect. Failure is an answer: no path leaves a screen waiting.
#[derive(Debug)]
pub enum Outcome {
    /// Of [`Effect::Preflight`].
    Looked(ProbeResult),
    /// Of [`Effect::Open`] and [`Effect::OpenToForget`].
    Opened(Box<Opened>),
    /// Of [`Effect::Discover`].
    Discovered(Tenant),
    /// Of [`Effect::AppToken`].
    AppToken(Box<Grant>),
    /// Of [`Effect::Read`].
    Read(Box<Answer>),
    /// Of [`Effect::Listen`] and [`Effect::ResumeListening`].
    Listening(Box<AuthorizationRequest>),
    /// Of [`Effect::Probe`].
    Probed(AddressSeen),
    /// Of [`Effect::Await`].
    Came(Box<AuthorizationResponse>),
    /// Of [`Effect::Browse`]: whether a browser could be started.
    Browsed(bool),
    /// Of [`Effect::Redeem`], [`Effect::Refresh`] and [`Effect::RefreshForGraph`].
    TokenResponse(Box<TokenResponse>),
    /// Of [`Effect::Note`]: the line as it was written.
    Noted(Box<Line>),
    /// Of [`Effect::Write`]: the whole path of the file.
    Written(String),
    /// Of [`Effect::Recall`].
    Recalled(SharedSecret),
    /// Of [`Effect::Octo`].
    Octo(OctoAnswer),
    /// Of [`Effect::Tell`], [`Effect::Keep`], [`Effect::Copy`], [`Effect::Erase`], [`Effect::ReadBack`], [`Effect::Save`],
    /// [`Effect::Discard`] and [`Effect::Pause`]: there is nothing more to say.
    Done,
    /// Of any.
    Failed(Box<Failure>),
}

/// What a look at the machine saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeResult {
    /// `ok` or `note`; what fails is a [`Failure`].
    pub good: bool,
    /// One line for the screen.
    pub line: String,
}

/// A registration opened for this process alone.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// When it was opened.
    pub at: Timestamp,
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
    pub region: Option<UntrustedText>,
    /// The cloud the metadata names, such as `microsoftonline.com`.
    pub cloud: Option<UntrustedText>,
}

impl Tenant {
    /// Its region as it is told behind its name: in words, because `NA` is read as *not available*.
    pub fn region_told(&self) -> String {
        match self.region.as_ref().map(UntrustedText::as_str) {
            None => String::new(),
            Some("NA") => ", North America".to_owned(),
            Some("EU") => ", Europe".to_owned(),
            Some("AS") => ", Asia".to_owned(),
            Some(other) => format!(", region {other}"),
        }
    }
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
    /// It was opened in an earlier run, and is not asked once more.
    Resumed,
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
            Self::Resumed => "This is the sign-in that was begun before: the same address, whose page still counts.",
        }
    }
}

/// A sign-in that is waiting for a person.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
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
    pub sign_in_state: SharedSecret,
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
pub enum AuthorizationResponse {
    /// A code with our `state`.
    Code(AuthCode),
    /// No end of the wait.
    Noticed(SignInNotice),
}

/// What a person is told while the browser is waited for.
#[derive(Clone, Debug)]
pub enum SignInNotice {
    /// The browser brought a refusal with our `state`. The same link can be tried again until a code has come.
    Declined(Box<Failure>),
    /// The one-time address was opened again, and this system does not say by whom: the first to open it went on.
    OpenedTwice,
}
