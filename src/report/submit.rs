//! `octo-csp submit`: call by call, and what Octo has now.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::diagnose::Diagnosis;
use crate::exit::Exit;
use crate::journal::{AttemptId, Registration};
use crate::report::check;
use crate::report::explain::failed;
use crate::report::identity::Identity;
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::{Row, Tone};
use crate::report::{self, object};
use crate::steps::Execution;
use crate::words::{Failure, Part};

/// What a hand-over came to.
#[derive(Debug)]
pub struct Findings {
    /// Which registration.
    pub identity: Identity,
    /// Which Octo.
    pub host: String,
    /// The run, which is over: every call, and the registration as it is now.
    pub run: Execution,
    /// What failed first, and what it means.
    pub failed: Option<(Failure, Diagnosis)>,
    /// How the process ends.
    pub exit: Exit,
}

/// As text.
pub fn text(findings: &Findings) -> String {
    let mut rows = vec![Row::pair("Octo", 16, Tone::Value, handed_over(findings.run.registration()))];
    if let Some(what) = &findings.failed {
        rows.push(Row::gap());
        rows.extend(failed(what));
        rows.push(Row::gap());
        let submit = findings.identity.command("submit");
        rows.push(Row::text(format!(
            "All three steps are proven and kept here; {submit} sends what Octo has not taken."
        )));
    } else if findings.exit == Exit::Done {
        rows.push(Row::text("First data can take up to a day.").at(19));
    }
    plain(&rows, WIDTH)
}

/// What Octo was given, as far as the journal knows, in JSON; also in `status`. Nothing where nothing was ever handed over.
pub(super) fn octo_object(registration: &Registration) -> Option<Value> {
    let octo = registration.octo.as_ref()?;
    let at = |given: Option<(AttemptId, Timestamp)>| given.map(|(_, at)| at);
    Some(json!({
        "host": octo.host,
        "account": octo.target,
        "account_at": octo.payer.as_ref().map(|(_, at)| at),
        "credentials_at": at(octo.credentials),
        "mpn_id_at": at(octo.mpn),
        "missing": registration.not_submitted(),
    }))
}

/// As one JSON object.
pub fn in_json(findings: &Findings) -> String {
    let checks: Vec<Value> = check::objects("octo", findings.run.checks()).collect();
    let members = findings.identity.with(json!({
        "host": findings.host,
        "checks": checks,
        "octo": octo_object(findings.run.registration()),
        "failed": findings.failed.iter().map(report::failed).collect::<Value>(),
    }));
    object("submit", &members, findings.exit)
}

/// What Octo has of the set in use, as far as the journal knows.
pub fn handed_over(registration: &Registration) -> String {
    let missing = registration.not_submitted();
    let known = registration.octo.as_ref();
    let renamed = known.is_some_and(|octo| octo.payer.is_some()) && missing.contains(&Part::Payer);
    let words = |part: &Part| match part {
        Part::Payer if renamed => "the account's new name",
        Part::Payer => "payer account",
        Part::Credentials => "credentials",
        Part::Mpn => "MPN ID",
    };
    let list = |parts: &[Part]| parts.iter().map(words).collect::<Vec<_>>().join(", ");
    let all = [Part::Payer, Part::Credentials, Part::Mpn];
    let given: Vec<Part> = all.into_iter().filter(|part| !missing.contains(part)).collect();
    match &registration.octo {
        Some(octo) if missing.is_empty() => {
            let known = registration
                .active
                .as_ref()
                .and_then(|attempt| attempt.partner_api.as_ref())
                .is_some_and(|(proof, _)| proof.mpn.is_some());
            let what =
                if known { "the account, the credentials and the MPN ID" } else { "the account and the credentials" };
            format!("{} has {what}", octo.host)
        }
        Some(octo) if missing.contains(&Part::Payer) => {
            format!("{} lacks: {}", octo.host, list(&missing))
        }
        Some(octo) => format!("{} has: {}; lacks: {}", octo.host, list(&given), list(&missing)),
        None => "nothing was handed over".to_owned(),
    }
}
