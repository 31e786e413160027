//! A row of the table: by what it is known, in which circumstances, and what comes next.

use std::time::Duration;

use crate::exit::Exit;
use crate::words::texts::{self};
use crate::words::{Audience, Cause, CheckId, Failure, Field, Service, Step, Told};

/// How often a secret that was made minutes ago is tried again before it counts as refused.
pub const SECRET_TRIES: u8 = 4;

/// What is known around a failure and chooses between rows of the same sign.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The step that ran. In step 2 no person is signed in.
    pub step: Option<Step>,
    /// For which API a token was asked.
    pub audience: Option<Audience>,
    /// Whether the value that was sent as secret has the shape of a GUID.
    pub secret_is_guid: bool,
    /// Whether the operator said that the secret was made minutes ago.
    pub secret_is_new: bool,
    /// How often the new secret was tried again.
    pub secret_tries: u8,
    /// Whether the authorization code may have been used: a redemption was under way.
    pub code_sent: bool,
    /// The machine the keyring is on.
    pub place: Platform,
    /// The application (client) ID.
    pub application: Option<&'a str>,
    /// The directory as typed, or its ID.
    pub tenant: Option<&'a str>,
    /// The redirect address as sent.
    pub redirect: Option<&'a str>,
    /// What stands behind each command that is told, a blank before each word.
    pub flags: &'a str,
}

/// The kind of machine, where a cure depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Not looked at, or nothing special.
    #[default]
    Any,
    /// Linux at its own desktop.
    Linux,
    /// Linux reached over SSH, or without a desktop session.
    LinuxRemote,
    /// Windows Subsystem for Linux.
    Wsl,
    /// macOS.
    Mac,
    /// Windows, at its own desktop. What is so there is so over SSH, unless an earlier row says otherwise.
    Windows,
    /// Windows reached over SSH.
    WindowsRemote,
}

/// Who can do what the cure says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// The person at the keyboard.
    Operator,
    /// The person who signs in to Microsoft.
    SignedIn,
    /// Manages the app registration.
    ApplicationAdministrator,
    /// Manages the directory and Partner Center.
    GlobalAdministrator,
    /// Manages proxy, firewall and TLS inspection.
    NetworkAdministrator,
    /// Manages this machine: its clock, its certificates, its folders.
    MachineAdministrator,
    /// Manages accounts in Octo.
    OctoAdministrator,
    /// Runs the vault that a team shares.
    VaultAdministrator,
    /// Only time or a ticket helps.
    Microsoft,
    /// The makers of this program and of Octo.
    Alphaus,
    /// Nobody has to: only time helps.
    Nobody,
}

impl Who {
    /// As shown to a person.
    pub fn title(self) -> &'static str {
        match self {
            Self::Operator => "You",
            Self::SignedIn => "The person who signs in",
            Self::ApplicationAdministrator => "Application administrator or Cloud application administrator",
            Self::GlobalAdministrator => "Global administrator of the partner tenant",
            Self::NetworkAdministrator => "Whoever runs your network or proxy",
            Self::MachineAdministrator => "Whoever administers this machine",
            Self::OctoAdministrator => "Octo administrator of your organization",
            Self::VaultAdministrator => "Whoever runs the vault of your team",
            Self::Microsoft => "Microsoft; nothing to change on your side",
            Self::Alphaus => "Alphaus support",
            Self::Nobody => "Nobody: it passes by itself",
        }
    }
}

/// Where to go from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Goto {
    /// To a field, which gets the focus.
    Field(Field),
    /// To a step.
    Step(Step),
    /// To a new sign-in.
    SignInAgain,
    /// The same again, when the cure is done.
    Retry,
    /// Nothing here helps: leave; what was typed is in the draft.
    Leave,
}

impl Goto {
    /// Whether it leads to where a person signs in.
    pub(super) fn is_of_step_three(self) -> bool {
        matches!(
            self,
            Self::Step(Step::PartnerApi)
                | Self::Field(Field::Redirect | Field::MpnId | Field::ApiSecret | Field::Answer)
        )
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// A stable name.
    pub key: &'static str,
    /// By what it is known.
    pub signs: &'static [Sign<'static>],
    /// In which circumstances.
    pub when: When,
    /// The short name where there is no number.
    pub label: &'static str,
    /// Who can do it.
    pub who: Who,
    /// How long to wait before another try.
    pub wait: Option<Duration>,
    /// Where to go.
    pub goto: Goto,
    /// The exit code.
    pub exit: Exit,
    /// Whether its words send the reader to the service's own sentence, which is then shown beside them.
    pub quotes: bool,
    /// The page on which the cure is done, after the portal's address or an absolute address; `{app}` is the application.
    pub page: Option<&'static str>,
    /// Checks that may have passed although what they looked at is to blame: they do not clear it.
    pub blames: &'static [CheckId],
    /// Where it is written.
    pub source: &'static str,
    /// The day, as in 2026-01-31, on which somebody last compared it with its source.
    pub checked: &'static str,
    /// Its words, with their placeholders.
    pub words: Told,
}

impl Row {
    /// What a person is told, in the words of `texts/en.toml`.
    pub fn told(&self) -> Told {
        texts::told(self.words)
    }

    /// Whether it is about a person's sign-in, and so no answer where nobody has signed in.
    pub(super) fn is_about_signing_in(&self) -> bool {
        self.goto == Goto::SignInAgain || self.who == Who::SignedIn || self.exit == Exit::SignIn
    }
}

/// By what a failure is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign<'a> {
    /// An AADSTS number, whoever passes it on.
    Aadsts(u64),
    /// OAuth `error`, `suberror` or `error_subcode` of Entra.
    Oauth(&'a str),
    /// A number of another service.
    Number(Service, u64),
    /// A word of another service.
    Word(Service, &'a str),
    /// A part of the service's sentence, in lower case.
    Says(Service, &'a str),
    /// An HTTP status; 500 also stands for every other status above it.
    Status(Service, u16),
    /// A cause, whoever was asked.
    Cause(Cause),
    /// A cause at one service.
    CauseOf(Service, Cause),
}

/// In which circumstances a row is meant, where several have the same sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In all that no other row names.
    Always,
    /// What was sent as secret is a GUID.
    SecretIsGuid,
    /// The operator said that the secret is new, and it was not tried too often.
    SecretIsNew,
    /// The code may have been used.
    CodeSent,
    /// A token for this API was asked for.
    For(Audience),
    /// The price service passed it on.
    FromPrices,
    /// This step ran.
    In(Step),
    /// On this kind of machine.
    On(Platform),
    /// The sentence has this part, in lower case.
    Saying(&'static str),
    /// The answer had this HTTP status.
    WithStatus(u16),
}

impl When {
    pub(super) fn holds(self, failure: &Failure, context: &Context<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::SecretIsGuid => context.secret_is_guid,
            Self::SecretIsNew => context.secret_is_new && context.secret_tries < SECRET_TRIES,
            Self::CodeSent => context.code_sent,
            Self::For(audience) => context.audience == Some(audience),
            Self::FromPrices => failure.service == Service::PartnerApi,
            Self::In(step) => context.step == Some(step),
            Self::On(place) => {
                let over_ssh = context.place == Platform::WindowsRemote;
                context.place == place || place == Platform::Windows && over_ssh
            }
            Self::Saying(part) => {
                failure.sentence.as_ref().is_some_and(|said| said.as_str().to_lowercase().contains(part))
            }
            Self::WithStatus(status) => failure.status == Some(status),
        }
    }
}

/// Something typed or pasted was refused.
pub(super) const OPERATOR: Row = Row {
    key: "",
    signs: &[],
    when: When::Always,
    label: "",
    who: Who::Operator,
    wait: None,
    goto: Goto::Retry,
    exit: Exit::Refused,
    quotes: false,
    page: None,
    blames: &[],
    source: "",
    checked: "",
    words: Told { what: "", why: &[], cure: &[] },
};

/// The app registration must change.
pub(super) const APPLICATION: Row = Row { who: Who::ApplicationAdministrator, exit: Exit::Permission, ..OPERATOR };

/// The directory, its policies or Partner Center must change.
pub(super) const DIRECTORY: Row = Row { who: Who::GlobalAdministrator, exit: Exit::Permission, ..OPERATOR };

/// A person must sign in again.
pub(super) const SIGN_IN: Row = Row { who: Who::SignedIn, goto: Goto::SignInAgain, exit: Exit::SignIn, ..OPERATOR };

/// A bug in octo-csp.
pub(super) const OURS: Row = Row { who: Who::Alphaus, goto: Goto::Leave, exit: Exit::Internal, ..OPERATOR };

/// Time helps.
pub(super) const PATIENCE: Row =
    Row { who: Who::Microsoft, wait: Some(Duration::from_secs(10)), exit: Exit::Network, ..OPERATOR };

/// Something on the way must change.
pub(super) const NETWORK: Row = Row { who: Who::NetworkAdministrator, exit: Exit::Network, ..OPERATOR };

/// The keyring. There is no plain-text file to fall back to, by design: a cure makes a keyring, or names the vault file that has to
/// be asked for.
pub(super) const KEYRING: Row =
    Row { blames: &[CheckId::KeepSecret, CheckId::OctoSecret], exit: Exit::Storage, ..OPERATOR };

/// The folder with journal and draft.
pub(super) const STORAGE: Row = Row { exit: Exit::Storage, ..OPERATOR };

/// Octo: what was proven stays kept, whatever it answers.
pub(super) const OCTO: Row = Row { who: Who::OctoAdministrator, ..OPERATOR };
