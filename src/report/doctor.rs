//! `octo-csp doctor`: every check again, what the tokens say, how the two APIs stand, what changed, what ends.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::diagnose::Diagnosis;
use crate::exit::Exit;
use crate::journal::GoodRun;
use crate::report::calendar::End;
use crate::report::check;
use crate::report::explain::failed;
use crate::report::identity::Identity;
use crate::report::lines::plain;
use crate::report::list::NOTHING_HERE;
use crate::report::rows::{Row, Sign, Tone};
use crate::report::{self, dates, object};
use crate::steps::{Api, Execution, State, Token};
use crate::words::{Audience, Compared, Failure, Step};

/// What a doctor's run found.
#[derive(Debug)]
pub struct Findings {
    /// Which registration.
    pub identity: Identity,
    /// Each step that was checked.
    pub steps: Vec<StepFindings>,
    /// What failed, each cause once.
    pub causes: Vec<Cause>,
    /// What ends when.
    pub ends: Vec<End>,
    /// When it was.
    pub now: Timestamp,
    /// From how many days before an end a warning is said.
    pub warn_days: i32,
    /// How the process ends.
    pub exit: Exit,
}

/// What the run of one step found.
#[derive(Debug)]
pub struct StepFindings {
    /// The step.
    pub step: Step,
    /// Its run, which is over.
    pub run: Execution,
    /// The last good run before this one.
    pub before: Option<GoodRun>,
    /// What each token says, claim by claim.
    pub tokens: Vec<(Token, Vec<Compared>)>,
    /// What failed first, and what it means.
    pub failed: Option<(Failure, Diagnosis)>,
}

/// What failed, and every check that failed of it.
#[derive(Debug)]
pub struct Cause {
    /// The titles of the checks, in their order.
    pub checks: Vec<&'static str>,
    /// The first of these failures, and what it means.
    pub both: (Failure, Diagnosis),
}

/// Whether a check of this step was never over.
pub fn unfinished(step: &StepFindings) -> bool {
    step.run.checks().iter().any(|check| !check.state.passed())
}

/// What was found, as text of this width: each check has been told when it was over.
pub fn text(findings: &Findings, width: usize) -> String {
    let mut rows = vec![Row::text(verdict(findings)).hanging(3), Row::gap()];
    rows.extend(claims(findings));
    rows.extend(consent(findings));
    rows.extend(changes(findings));
    rows.extend(ending(findings));
    for cause in &findings.causes {
        rows.push(Row::gap());
        rows.extend(failed(&cause.both));
        let by = failed_by(cause);
        rows.extend((!by.is_empty()).then(|| Row::text(by).at(3)));
    }
    plain(&rows, width)
}

/// Of a run of every check. What is to be done about several causes stands below, one after the other.
pub fn verdict(findings: &Findings) -> String {
    let today = dates::utc(findings.now);
    let all = || findings.steps.iter().flat_map(|step| step.run.checks());
    let passed = all().filter(|check| check.state.passed()).count();
    let total = all().count();
    let soon = findings.ends.iter().find(|end| end.days_left(today) <= findings.warn_days).map(|end| end.cure.clone());
    match findings.causes.as_slice() {
        [] if findings.exit == Exit::Cancelled => {
            format!(
                "Not finished: {passed} of {total} checks passed before it was stopped. To do: {}",
                findings.identity.command("doctor")
            )
        }
        [] if findings.steps.is_empty() => {
            let register = findings.identity.command("register");
            format!("Not looked at: nothing is in use. To do: {register}")
        }
        [] => dates::verdict(&format!("Everything works: {passed} checks passed"), &findings.ends, today, soon),
        [first, more @ ..] => {
            let (_, diagnosis) = &first.both;
            let what = diagnosis.what.trim_end_matches('.');
            let others = if more.is_empty() { String::new() } else { format!(", and {} more", more.len()) };
            let stands = format!("Does not work: {what} ({}){others}", diagnosis.code);
            dates::verdict(&stands, &findings.ends, today, diagnosis.fix.first().cloned())
        }
    }
}

/// A cause as it is told: once, with the checks that failed of it.
fn failed_by(cause: &Cause) -> String {
    match cause.checks.as_slice() {
        [] | [_] => String::new(),
        checks => format!("{} checks failed for this one reason: {}.", checks.len(), checks.join(", ")),
    }
}

fn title(token: &Token) -> &'static str {
    match (token.audience, token.person) {
        (Audience::PartnerCenter, false) => "Partner Center, the application",
        (Audience::PartnerCenter, true) => "Partner Center, the person",
        (Audience::PartnerApi, _) => "Price service, the person",
    }
}

fn claims(findings: &Findings) -> Vec<Row> {
    let mut rows = Vec::new();
    for (token, claims) in findings.steps.iter().flat_map(|step| &step.tokens) {
        if rows.is_empty() {
            rows.push(Row::of(Tone::Title, "What the tokens say"));
        }
        rows.push(Row::text(title(token)).at(3));
        for one in claims {
            let word = match one.good {
                Some(true) => "ok",
                Some(false) => "FAIL",
                None => "-",
            };
            let have = one.have.as_deref().unwrap_or("does not say");
            let mut row = Row::text(format!("{word:<4}  {:<6} {have}", one.claim)).at(5).hanging(18);
            if one.good != Some(true) {
                row = row.and(Tone::Plain, format!("; need {}", one.need));
            }
            rows.push(row);
        }
    }
    if !rows.is_empty() {
        rows.push(Row::gap());
    }
    rows
}

fn certain(known: Option<bool>) -> &'static str {
    match known {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "not known",
    }
}

fn consent(findings: &Findings) -> Vec<Row> {
    let apis: Vec<Api> = findings.steps.iter().flat_map(|step| step.run.apis()).collect();
    if apis.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![Row::of(Tone::Title, "Consent")];
    for api in apis {
        let name = match api.audience {
            Audience::PartnerCenter => "Microsoft Partner Center",
            Audience::PartnerApi => "Microsoft Dev Center (prices)",
        };
        let words = format!("consented {}, usable {}", certain(api.consented), certain(api.usable));
        rows.push(Row::pair(name, 31, Tone::Plain, words));
    }
    rows.push(Row::gap());
    rows
}

/// A check whose line is another one than in the last good run.
struct Change {
    check: &'static str,
    before: String,
    now: String,
}

fn differences(step: &StepFindings) -> Vec<Change> {
    let Some(before) = step.before.as_ref().filter(|run| !run.lines.is_empty()) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    let lines = step.run.lines();
    for check in step.run.checks() {
        let key = check.id.key();
        let was = before.lines.iter().find(|line| line.check == key);
        let is = lines.iter().find(|line| line.check == key);
        let (before, now) = match (was, is) {
            (Some(was), Some(is)) if was.said != is.said => (was.said.to_string(), is.said.to_string()),
            (Some(was), None) if matches!(check.state, State::Failed(_)) => {
                (format!("ok {}", was.said), "FAIL".to_owned())
            }
            (None | Some(_), _) => continue,
        };
        changes.push(Change { check: key, before, now });
    }
    changes
}

fn changes(findings: &Findings) -> Vec<Row> {
    let mut rows = vec![Row::of(Tone::Title, "Since the last good run")];
    for step in &findings.steps {
        let at = |run: &GoodRun| run.at.strftime("%Y-%m-%d %H:%MZ").to_string();
        let Some(run) = step.before.as_ref().filter(|run| !run.lines.is_empty()) else {
            let title = step.step.title();
            rows.push(Row::text(format!("{title}: no earlier run is recorded")).at(3));
            continue;
        };
        let changes = differences(step);
        if changes.is_empty() {
            let words = format!("{}: as on {}", step.step.title(), at(run));
            rows.push(Row::text(words).at(3));
        }
        for change in changes {
            let said = |line: &str| if line.is_empty() { "nothing to note".to_owned() } else { line.to_owned() };
            let (before, now) = (said(&change.before), said(&change.now));
            let words = format!("{}: on {} {before}; now {now}", change.check, at(run));
            rows.push(Row::text(words).at(3).hanging(6));
        }
    }
    rows.push(Row::gap());
    rows
}

fn ending(findings: &Findings) -> Vec<Row> {
    let today = dates::utc(findings.now);
    let mut rows = vec![Row::of(Tone::Title, "What ends")];
    for end in &findings.ends {
        let left = end.days_left(today);
        let sign = if left < 0 || left <= findings.warn_days { Sign::Problem } else { Sign::Ok };
        let what = end.what.trim_start_matches("Octo CSP: ");
        let when = match left {
            left if left < 0 => format!("ended {} days ago", -left),
            left => format!("in {left} days"),
        };
        rows.push(ending_row(sign, format!("{}  {when}: {what}", end.day)));
        if sign == Sign::Problem {
            rows.push(Row::text(end.cure.clone()).at(ENDING));
        }
    }
    if findings.ends.iter().all(|end| end.key != "secret") {
        rows.push(ending_row(Sign::Note, "the date on which the secret key expires was not given".to_owned()));
    }
    rows
}

/// Where the words of what ends begin: behind the longest word of a sign.
const ENDING: u16 = 12;

fn ending_row(sign: Sign, text: String) -> Row {
    let word = format!("{:<1$}", sign.word(), usize::from(ENDING - 3));
    Row::text(word).and(Tone::Plain, text).at(3).hanging(ENDING)
}

/// All registrations of a store, a line each.
pub fn fleet_text(all: &[Findings], width: usize) -> String {
    if all.is_empty() {
        return NOTHING_HERE.to_owned();
    }
    let rows: Vec<Row> = all
        .iter()
        .map(|found| Row::text(format!("{}: {}", found.identity.registration, verdict(found))).hanging(3))
        .collect();
    let good = all.iter().filter(|found| found.exit == Exit::Done).count();
    format!("{}\n{good} of {} work.\n", plain(&rows, width), all.len())
}

/// The highest of their exit codes.
pub fn worst(all: &[Findings]) -> Exit {
    all.iter().map(|found| found.exit).max_by_key(|exit| *exit as u8).unwrap_or(Exit::Done)
}

/// The same as one JSON object, in which each has the one that it has alone.
pub fn fleet_in_json(all: &[Findings], left_out: usize) -> String {
    let each: Vec<Value> = all.iter().map(|found| report::value("doctor", &members(found), found.exit)).collect();
    object("doctor", &json!({ "registrations": each, "left_out": left_out }), worst(all))
}

/// Everything as one JSON object.
pub fn in_json(findings: &Findings) -> String {
    object("doctor", &members(findings), findings.exit)
}

fn members(findings: &Findings) -> Value {
    let today = dates::utc(findings.now);
    let steps = || findings.steps.iter();
    let ends = findings
        .ends
        .iter()
        .map(|end| json!({"what": end.key, "day": end.day, "days_left": end.days_left(today), "cure": end.cure}));
    let checks = steps().flat_map(|step| check::objects(step.step.flag(), step.run.checks()));
    let changes = steps().flat_map(differences);
    let changes = changes.map(|Change { check, before, now }| json!({"check": check, "before": before, "now": now}));
    let before = findings.causes.iter().filter(|_| findings.steps.is_empty()).map(|cause| &cause.both);
    findings.identity.with(json!({
        "verdict": verdict(findings),
        "at": findings.now,
        "checks": checks.collect::<Value>(),
        "claims": steps().flat_map(|step| &step.tokens).flat_map(claim_objects).collect::<Value>(),
        "consent": steps().flat_map(|step| step.run.apis()).map(api_object).collect::<Value>(),
        "changes": changes.collect::<Value>(),
        "ends": ends.collect::<Value>(),
        "failed": steps().filter_map(|step| step.failed.as_ref()).chain(before).map(report::failed).collect::<Value>(),
    }))
}

fn claim_objects((token, claims): &(Token, Vec<Compared>)) -> impl Iterator<Item = Value> {
    let of = title(token);
    claims.iter().map(move |claim| {
        let Compared { claim, need, have, good } = claim;
        json!({"token": of, "claim": claim, "need": need, "have": have, "good": good})
    })
}

/// `declared` is never known, and kept for whoever reads this version of the object: what the app lists under API permissions
/// only Microsoft Graph tells, and it is not asked.
fn api_object(api: Api) -> Value {
    let name = match api.audience {
        Audience::PartnerCenter => "partner-center",
        Audience::PartnerApi => "dev-center",
    };
    json!({"api": name, "declared": null, "consented": api.consented, "usable": api.usable})
}
