//! `octo-csp register --no-input` and `octo-csp consent`: how far it came, and what is next.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::diagnose::Diagnosis;
use crate::effect::AddressSeen;
use crate::exit::Exit;
use crate::report::check;
use crate::report::explain::failed;
use crate::report::identity::Identity;
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::{Row, Sign, Tone};
use crate::report::{self, object, object_line};
use crate::steps::Check;
use crate::words::{Failure, Problem};

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing was begun: something that was given is missing or wrong.
    NotBegun,
    /// A person has to sign in, and this process waits for it.
    Waiting,
    /// A person has to sign in; another process takes the answer.
    SignInNeeded,
    /// Somebody has signed in, and what that brought waits to be registered.
    SignInKept,
    /// The name is noted; nothing else was asked for.
    Named,
    /// Registered.
    Registered,
    /// What was begun and not confirmed was given up; nothing else was asked for.
    Discarded,
    /// There is a registration already, and nothing was changed.
    AlreadyRegistered,
    /// Something was refused.
    Refused,
    /// A signal or the time limit ended it.
    Stopped,
}

/// A sign-in that a person has to go through.
#[derive(Clone, Debug, Serialize)]
pub struct Consent {
    /// Microsoft's sign-in page.
    pub address: String,
    /// Until when this address is offered again.
    pub expires_at: Option<Timestamp>,
    /// Where the browser ends.
    pub redirect: String,
    /// Whether this process catches the answer.
    pub listening: bool,
    /// Whether Microsoft seemed not to know the redirect address.
    pub redirect_unknown: bool,
    /// The command that takes the answer.
    pub next: String,
    /// The command that makes a new address once this one is too old.
    pub renew: String,
}

/// Something that was given and cannot be used.
#[derive(Clone, Debug, Serialize)]
pub struct GivenProblem {
    /// How it was given: the flag, or standard input.
    pub given: String,
    /// Which variable or file it came from, if not the command line.
    pub origin: Option<String>,
    /// Whether it was not given at all.
    pub missing: bool,
    /// What is wrong and where the right value is.
    #[serde(flatten)]
    pub problem: Problem,
}

/// How far it came.
#[derive(Debug)]
pub struct Findings {
    /// What was run, such as `consent start`.
    pub command: String,
    /// Which registration.
    pub identity: Identity,
    /// When it was.
    pub now: Timestamp,
    /// The checks of each step that was run; the commit is called `commit`.
    pub checks: Vec<(&'static str, Vec<Check>)>,
    /// The sign-in that is needed.
    pub consent: Option<Consent>,
    /// What was given and cannot be used.
    pub problems: Vec<GivenProblem>,
    /// What failed, and what it means.
    pub failed: Option<(Failure, Diagnosis)>,
    /// A sentence beside the state.
    pub said: Option<String>,
}

impl Findings {
    /// Nothing happened yet.
    pub fn new(command: &str, identity: Identity, now: Timestamp) -> Self {
        Self {
            command: command.to_owned(),
            identity,
            now,
            checks: Vec::new(),
            consent: None,
            problems: Vec::new(),
            failed: None,
            said: None,
        }
    }
}

/// What cannot be used, one after the other.
pub fn blamed(all: &[GivenProblem]) -> String {
    let rows: Vec<Row> = all
        .iter()
        .map(|one| {
            let origin = one.origin.as_ref();
            let origin = origin.map_or_else(String::new, |origin| format!(" (from {origin})"));
            let Problem { what, cure, .. } = &one.problem;
            Row::text(format!("octo-csp: {}{origin}: {what} {cure}", one.given)).hanging(10)
        })
        .collect();
    plain(&rows, WIDTH)
}

/// How it stands, for a person who reads it later.
pub fn text(findings: &Findings, state: State) -> String {
    let mut rows = Vec::new();
    if let Some(consent) = &findings.consent {
        rows.extend(consent_rows(consent, state));
    }
    rows.extend(findings.said.as_deref().map(Row::text));
    rows.extend(findings.failed.iter().flat_map(failed));
    plain(&rows, WIDTH)
}

fn consent_rows(consent: &Consent, state: State) -> Vec<Row> {
    let mut rows = vec![
        Row::text("Somebody has to sign in as an Admin agent, with MFA, in a private window, and press Accept."),
        Row::gap(),
        Row::text(consent.address.clone()),
        Row::gap(),
    ];
    if consent.redirect_unknown {
        rows.push(Row::word(Tone::Problem, Sign::Problem.word(), AddressSeen::NotRegistered.words()));
    }
    if state == State::Waiting {
        let text = format!(
            "Waiting here. On another machine the browser ends on a page that cannot be reached: hand the address in its bar to  {}",
            consent.next
        );
        rows.push(Row::text(text));
        return rows;
    }
    let text = format!(
        "The browser ends on {}, a page that cannot be reached: that is expected. Hand the whole address in its bar, within ten minutes, to",
        consent.redirect
    );
    rows.push(Row::text(text));
    rows.push(Row::text(consent.next.clone()).at(3));
    rows.push(Row::text("A new address is made by"));
    rows.push(Row::text(consent.renew.clone()).at(3));
    rows
}

/// How it ended, as one JSON object.
pub fn in_json(findings: &Findings, state: State, exit: Exit) -> String {
    object(&findings.command, &members(findings, state), exit)
}

/// The same on one line; `exit` is `None` while it goes on.
pub fn in_json_line(findings: &Findings, state: State, exit: Option<Exit>) -> String {
    object_line(&findings.command, &members(findings, state), exit)
}

fn members(findings: &Findings, state: State) -> Value {
    let checks = findings.checks.iter().flat_map(|(step, checks)| check::objects(step, checks));
    findings.identity.with(json!({
        "at": findings.now,
        "state": state,
        "checks": checks.collect::<Value>(),
        "consent": findings.consent,
        "problems": findings.problems,
        "failed": findings.failed.iter().map(report::failed).collect::<Value>(),
        "said": findings.said,
    }))
}
