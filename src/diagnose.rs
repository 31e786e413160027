//! The table: a failure becomes what happened, why, the cure, who can do it, and where to go from there.
//!
//! A table and not code: each [`Row`] says by which [`Sign`]s it is known and what is told to a person. [`diagnose`] is total: what no row knows
//! shows the service's own sentence and ids, never a guess. What the program does next (where to go, the exit code, whether
//! the same may simply be tried again) follows the OAuth `error` and `suberror`, the HTTP status or the [`Cause`]; a number
//! only chooses the words, because Microsoft changes numbers.

mod checks;
mod entra_app;
mod entra_consent;
mod entra_generic;
mod entra_session;
mod keyring;
mod last_failure;
mod machine;
mod octo;
mod partner_center;
mod price;
mod sample;
mod select;
mod storage;
mod tls;

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

pub use sample::{Explanation, explain, signs_in};

use crate::exit::Exit;
use crate::words::answers::Field;
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
use crate::words::check::CheckId;
use crate::words::failure::{Cause, Failure, Service};
use crate::words::step::Step;
use crate::words::text::UntrustedText;
use crate::words::texts::{self, Told};
use crate::words::token::Audience;

/// How often a secret that was made minutes ago is tried again before it counts as refused.
pub const SECRET_TRIES: u8 = 4;

/// What a person is told about a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The short name shown beside the failed check: `AADSTS65001`, `PC 900421`, `price 401`, `keyring locked`.
    pub code: String,
    /// The key of the row, or `unknown`.
    pub row: &'static str,
    /// What happened.
    pub what: String,
    /// Why, most likely first; each starts a line.
    pub why: Vec<String>,
    /// The cure, as numbered steps.
    pub fix: Vec<String>,
    /// Who can do it.
    pub who: Who,
    /// Whether the same may be tried again without a person.
    pub transient: bool,
    /// How long to wait before the same is worth another try.
    pub wait: Option<Duration>,
    /// Where to go from here.
    pub goto: Goto,
    /// How the process ends if it ends here.
    pub exit: Exit,
    /// Whether the words send the reader to the service's own sentence.
    pub quotes: bool,
}

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
}

/// The kind of machine, where a cure depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Not looked at, or nothing special.
    #[default]
    Any,
    /// Linux reached over SSH, or without a desktop session.
    LinuxRemote,
    /// Windows Subsystem for Linux.
    Wsl,
    /// macOS.
    Mac,
    /// Windows, at its own desktop.
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
            Self::ApplicationAdministrator => "Application administrator or Global administrator",
            Self::GlobalAdministrator => "Global administrator of the partner tenant",
            Self::NetworkAdministrator => "Whoever runs your network or proxy",
            Self::MachineAdministrator => "Whoever administers this machine",
            Self::OctoAdministrator => "Octo administrator of your organization",
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
    /// Checks that may have passed although what they looked at is to blame: they do not clear it.
    pub blames: &'static [CheckId],
}

impl Row {
    /// What a person is told, in the words of `texts/en.toml`.
    pub fn told(&self) -> Told {
        texts::diagnosis(self.key)
    }

    const fn row(self, key: &'static str, signs: &'static [Sign<'static>]) -> Self {
        Self { key, signs, ..self }
    }

    const fn label(self, label: &'static str) -> Self {
        Self { label, ..self }
    }

    const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    const fn who(self, who: Who) -> Self {
        Self { who, ..self }
    }

    const fn goto(self, goto: Goto) -> Self {
        Self { goto, ..self }
    }

    const fn field(self, field: Field) -> Self {
        Self { goto: Goto::Field(field), ..self }
    }

    const fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    const fn wait(self, seconds: u64) -> Self {
        Self { wait: Some(Duration::from_secs(seconds)), ..self }
    }

    const fn quotes(self) -> Self {
        Self { quotes: true, ..self }
    }

    const fn blames(self, blames: &'static [CheckId]) -> Self {
        Self { blames, ..self }
    }
}

/// By what a failure is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// This service passed it on.
    From(Service),
    /// This step ran.
    In(Step),
    /// On this kind of machine.
    On(Platform),
}

impl When {
    fn holds(self, failure: &Failure, context: &Context<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::SecretIsGuid => context.secret_is_guid,
            Self::SecretIsNew => context.secret_is_new && context.secret_tries < SECRET_TRIES,
            Self::CodeSent => context.code_sent,
            Self::For(audience) => context.audience == Some(audience),
            Self::From(service) => failure.service == service,
            Self::In(step) => context.step == Some(step),
            Self::On(place) => context.place == place,
        }
    }
}

/// Every row, in the order of the tables.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().copied().flatten()
}

/// The tables by what they are about, for documents.
pub fn tables() -> impl Iterator<Item = (&'static str, &'static [Row])> {
    TITLES.into_iter().zip(TABLES)
}

/// The row of this key, for `explain` and for documents that link to one.
pub fn row(key: &str) -> Option<&'static Row> {
    rows().find(|row| row.key == key)
}

/// The rows that are known by this sign, in the order of the tables.
fn known_by<'s>(sign: &Sign<'s>) -> &'s [&'static Row] {
    static INDEX: OnceLock<HashMap<Sign<'static>, Vec<&'static Row>>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let mut index: HashMap<Sign<'static>, Vec<&'static Row>> = HashMap::new();
        for row in rows() {
            for sign in row.signs {
                index.entry(*sign).or_default().push(row);
            }
        }
        index
    });
    // A sign of a shorter life is looked up like any other.
    let index: &'s HashMap<Sign<'s>, Vec<&'static Row>> = index;
    index.get(sign).map_or(&[], Vec::as_slice)
}

/// What a person is told about `failure`.
pub fn diagnose(failure: &Failure, context: &Context<'_>) -> Diagnosis {
    let (row, sign) = select::row(failure, context);
    let course = select::course(failure, context, row);
    let values = Values::of(failure, context);
    let told = row.told();
    Diagnosis {
        code: select::label(failure, row, sign),
        row: row.key,
        what: values.fill(told.what).unwrap_or_default(),
        why: told.why.iter().filter_map(|text| values.fill(text)).collect(),
        fix: told.cure.iter().filter_map(|text| values.fill(text)).collect(),
        who: row.who,
        transient: course.transient,
        wait: course.wait,
        goto: course.goto,
        exit: course.exit,
        quotes: row.quotes,
    }
}

const TABLES: [&[Row]; 12] = [
    entra_app::ROWS,
    entra_consent::ROWS,
    entra_session::ROWS,
    entra_generic::ROWS,
    partner_center::ROWS,
    price::ROWS,
    octo::ROWS,
    machine::ROWS,
    tls::ROWS,
    keyring::ROWS,
    storage::ROWS,
    checks::ROWS,
];

const TITLES: [&str; 12] = [
    "The app registration and its secret",
    "Consent, permissions and accounts",
    "MFA, devices, policies and sessions",
    "Microsoft Entra ID in general",
    "Partner Center",
    "The price service",
    "Octo",
    "Network, clock and this machine",
    "TLS",
    "The keyring",
    "Files of this program",
    "What octo-csp compares itself",
];

/// What no row knows.
static UNKNOWN: Row = OPERATOR.row("unknown", &[]).label("unknown").who(Who::Alphaus).quotes();

/// Something typed or pasted was refused.
const OPERATOR: Row = Row {
    key: "",
    signs: &[],
    when: When::Always,
    label: "",
    who: Who::Operator,
    wait: None,
    goto: Goto::Retry,
    exit: Exit::Refused,
    quotes: false,
    blames: &[],
};

/// The app registration must change.
const APPLICATION: Row =
    Row { who: Who::ApplicationAdministrator, exit: Exit::Permission, ..OPERATOR };

/// The directory, its policies or Partner Center must change.
const DIRECTORY: Row = Row { who: Who::GlobalAdministrator, exit: Exit::Permission, ..OPERATOR };

/// A person must sign in again.
const SIGN_IN: Row =
    Row { who: Who::SignedIn, goto: Goto::SignInAgain, exit: Exit::SignIn, ..OPERATOR };

/// A mistake of this program.
const OURS: Row = Row { who: Who::Alphaus, goto: Goto::Leave, exit: Exit::Internal, ..OPERATOR };

/// Time helps.
const PATIENCE: Row = Row {
    who: Who::Microsoft,
    wait: Some(Duration::from_secs(10)),
    exit: Exit::Network,
    ..OPERATOR
};

/// What stands for the placeholders in the texts of a row.
struct Values {
    detail: Option<String>,
    pairs: [(&'static str, String); 8],
}

impl Values {
    /// The longest value that was typed, in a text; the field beside it shows the whole.
    const LONGEST: usize = 60;

    /// The longest detail: it is shown nowhere else, and a path is of no use without its end.
    const LONGEST_DETAIL: usize = 160;

    fn of(failure: &Failure, context: &Context<'_>) -> Self {
        let or = |value: Option<&str>, word: &str| {
            value.map_or_else(|| word.to_owned(), |value| clip(value, Self::LONGEST))
        };
        let (api, id) = match context.audience {
            Some(audience) => (audience.api().name, audience.api().id),
            None => ("this API", "4990cffe... or fa3d9a0c..."),
        };
        Self {
            detail: failure
                .detail
                .as_ref()
                .map(|detail| clip(detail.as_str(), Self::LONGEST_DETAIL)),
            pairs: [
                ("{service}", failure.service.title().to_owned()),
                ("{application}", or(context.application, "your app")),
                ("{tenant}", or(context.tenant, "the directory typed")),
                ("{redirect}", or(context.redirect, "the redirect address of step 3")),
                ("{api}", api.to_owned()),
                ("{api id}", id.to_owned()),
                ("{partner center id}", PARTNER_CENTER.id.to_owned()),
                ("{dev center id}", DEV_CENTER.id.to_owned()),
            ],
        }
    }

    /// The text with its placeholders filled; `None` if it speaks of a detail that is not known.
    fn fill(&self, text: &str) -> Option<String> {
        let mut filled = text.to_owned();
        if filled.contains('{') {
            for (name, value) in &self.pairs {
                filled = filled.replace(name, value);
            }
        }
        if text.contains("{detail}") {
            filled = filled.replace("{detail}", self.detail.as_deref()?);
        }
        // A sentence that begins with a placeholder still begins with a capital letter.
        Some(if text.starts_with('{') { capital(&filled) } else { filled })
    }
}

/// Harmless, and not longer than this many characters: the middle is left out, because a path is known by its end.
fn clip(raw: &str, longest: usize) -> String {
    let text = UntrustedText::new(raw);
    let count = text.as_str().chars().count();
    if count <= longest {
        return text.as_str().to_owned();
    }
    let front = longest / 2;
    let back = longest.saturating_sub(front + 1);
    let characters = || text.as_str().chars();
    let (front, back) = (characters().take(front), characters().skip(count - back));
    front.chain(['…']).chain(back).collect()
}

/// The first letter in upper case, for the start of a sentence.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

#[cfg(test)]
mod tests;
