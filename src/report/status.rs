//! `octo-csp status`: what is registered, by whom, since when, what is open, what is in the keyring. No network.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::diagnose::{Context, Diagnosis};
use crate::effect::Opened;
use crate::exit::Exit;
use crate::journal::{Attempt, Registration};
use crate::report::calendar::End;
use crate::report::identity::{Identity, OctoState};
use crate::report::lines::plain;
use crate::report::rows::{Row, Sign, Tone};
use crate::report::submit::{handed_over, octo_object};
use crate::report::{dates, object};
use crate::words::check::SUBMIT;
use crate::words::{Field, LastFailure, Step, UntrustedText};

/// One registration as it was found.
#[derive(Debug)]
pub struct Found {
    /// Which one it is.
    pub identity: Identity,
    /// As its journal and its draft tell it.
    pub opened: Opened,
    /// The items of the set in use, each with what the keyring says.
    pub items: Vec<Item>,
}

impl Found {
    /// The last run that was refused.
    fn refused(&self) -> Option<&LastFailure> {
        self.opened.draft.as_ref()?.refused.as_deref()
    }

    /// What is told of that run: what happened, and what to do.
    fn diagnosis(&self) -> Option<Diagnosis> {
        let draft = self.opened.draft.as_ref()?;
        let clean = |field| UntrustedText::some(draft.typed.typed().get(field)).map(|text| text.to_string());
        let [application, tenant, redirect] = [Field::ApplicationId, Field::Directory, Field::Redirect].map(clean);
        let values = Context {
            application: application.as_deref(),
            tenant: tenant.as_deref(),
            redirect: redirect.as_deref(),
            flags: &self.identity.flags,
            ..Context::default()
        };
        draft.refused.as_ref()?.explained(&values).map(|(_, diagnosis)| diagnosis)
    }
}

/// An item of the set in use.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Its name in the keyring.
    pub name: String,
    /// What it is, in words.
    #[serde(skip)]
    pub what: &'static str,
    /// `there`, `missing`, or why it is not known.
    pub state: String,
}

/// How the process ends: a journal that cannot be read is worth an exit code.
pub fn exit(all: &[Found]) -> Exit {
    if all.iter().any(|one| one.opened.registration.damaged) { Exit::Storage } else { Exit::Done }
}

/// Everything as text of this width; `others` were not asked for, and `begin` is the command that begins.
pub fn text(all: &[Found], others: usize, begin: &str, width: usize) -> String {
    let mut rows = verdicts(all);
    rows.extend(details(all, others, begin, |item| item.what));
    plain(&rows, width)
}

/// What it begins with: a line for each, if there is any.
pub(super) fn verdicts(all: &[Found]) -> Vec<Row> {
    let rows = all.iter().map(|found| Row::text(verdict(found)).hanging(3));
    rows.chain((!all.is_empty()).then(Row::gap)).collect()
}

/// What follows; an item is told so.
pub(super) fn details(all: &[Found], others: usize, begin: &str, told: fn(&Item) -> &str) -> Vec<Row> {
    if all.is_empty() {
        let what = if others > 0 { "What these flags name is not registered" } else { "Nothing is registered" };
        return vec![Row::text(format!("{what} here. Begin with: {begin}"))];
    }
    let mut rows = Vec::new();
    for (index, found) in all.iter().enumerate() {
        rows.extend((index > 0).then(Row::gap));
        rows.extend(one(found, told));
    }
    rows
}

fn pair(label: &str, value: impl Into<String>) -> Row {
    Row::pair(label, 14, Tone::Plain, value)
}

fn one(found: &Found, told: fn(&Item) -> &str) -> Vec<Row> {
    let registration = &found.opened.registration;
    let identity = &found.identity;
    let mut rows = vec![Row::of(Tone::Title, found.opened.name.clone())];
    if registration.newer {
        rows.push(pair(PROBLEM, NEWER));
    }
    if registration.damaged {
        rows.push(pair(PROBLEM, DAMAGED));
    }
    if registration.forgetting {
        let forget = identity.command("forget");
        rows.push(pair(PROBLEM, format!("Deleting it was begun and not finished: {forget} goes on.")));
    }
    if let Some(begun) = &registration.moving {
        rows.push(pair(PROBLEM, format!("Its secrets are {}.", begun.words())));
    }
    let name = registration.name.as_ref();
    rows.push(pair("Name", name.map_or_else(|| "(none)".to_owned(), ToString::to_string)));
    rows.push(pair("Environment", format!("{}, {} cloud", identity.environment.title(), identity.cloud)));
    match &registration.active {
        Some(active) => rows.extend(active_rows(active, found)),
        None => rows.push(pair("State", "nothing is in use yet")),
    }
    if let Some(open) = &registration.open {
        let words = format!("{}; begun {}", registration.open_step().title(), time(open.began_at));
        rows.push(pair("Open step", words));
    }
    let draft = found.opened.draft.as_ref();
    // One that is older than the set that is in use is what that was typed as.
    let used = registration.active.as_ref().and_then(|active| active.activated).map(|(_, at)| at);
    let saved = draft.and_then(|draft| draft.saved_at);
    if let Some(at) = saved.filter(|at| used.is_none_or(|used| *at > used)) {
        rows.push(pair("Draft", format!("saved {}", time(at))));
    }
    rows.extend(found.refused().into_iter().flat_map(|refused| last_failure(refused, found.diagnosis())));
    for (index, item) in found.items.iter().enumerate() {
        let label = if index == 0 { store_heading(registration) } else { String::new() };
        rows.push(pair(&label, format!("{}: {}", told(item), item.state)));
    }
    rows.push(pair("Journal", found.opened.folder.clone()));
    rows
}

/// Of a store that this version does not know, the name that the journal has.
fn store_heading(registration: &Registration) -> String {
    if registration.knows_store() { registration.opened_in.heading() } else { registration.store.as_str().to_owned() }
}

/// The last run that was refused, with what support asks for.
fn last_failure(refused: &LastFailure, diagnosis: Option<Diagnosis>) -> Vec<Row> {
    let at = refused.at.map_or_else(String::new, |at| format!(", {}", time(at)));
    let mut rows = vec![pair("Last failure", format!("{}: {}{at}", refused.title(), refused.code))];
    let ids =
        [("trace", &refused.trace_id), ("correlation", &refused.correlation_id), ("request", &refused.request_id)];
    let (what, fix) = diagnosis.map(|told| (told.what, told.fix)).unzip();
    rows.extend(what.map(|what| pair("", what)));
    rows.extend(refused.sentence.as_ref().map(|sentence| pair("", format!("it said \"{sentence}\""))));
    for (name, id) in ids {
        rows.extend(id.as_ref().map(|id| pair("", format!("{name} {id}"))));
    }
    for (index, cure) in fix.into_iter().flatten().enumerate() {
        rows.push(pair(if index == 0 { "Fix" } else { "" }, format!("{}  {cure}", index + 1)).hanging(20));
    }
    rows
}

/// What is said where something is to be done.
const PROBLEM: &str = Sign::Problem.word();
const NEWER: &str = "The journal was written by a newer version: what can be read is shown, nothing is written.";
const DAMAGED: &str = "The journal is damaged: what is shown may be out of date.";

fn active_rows(active: &Attempt, found: &Found) -> Vec<Row> {
    let (registration, identity) = (&found.opened.registration, &found.identity);
    let mut rows = Vec::new();
    if let Some((_, at)) = active.activated {
        let sent = identity.octo_state == Some(OctoState::Sent);
        rows.push(pair(if sent { "Registered" } else { "Kept here" }, time(at)));
    }
    if let Some((proof, _)) = &active.partner_center {
        rows.push(pair("Directory", proof.tenant.to_string()));
        rows.push(pair("Application", proof.application.to_string()));
    }
    if let Some((proof, at)) = &active.partner_api {
        let company = proof.company.as_ref().map_or("", |name| name.as_str());
        let mpn = proof.mpn.as_ref().map_or_else(|| "MPN ID not known".to_owned(), |mpn| format!("MPN ID {mpn}"));
        rows.push(pair("Partner", format!("{company}, {mpn}")));
        let user = proof.user.as_ref().map_or("not known", |user| user.as_str());
        rows.push(pair("Signed in", format!("{user}, {}", time(*at))));
    }
    if let Some(at) = registration.checked_at {
        rows.push(pair("Checked", time(at)));
    }
    if identity.octo_state.is_some() {
        rows.push(pair("Octo", handed_over(registration)));
        rows.extend(identity.lacking().map(|lacking| pair("", lacking)));
    }
    for end in ends(found) {
        let label = if end.key == "secret" { "Key expires" } else { "Sign-in ends" };
        rows.push(pair(label, end.day.to_string()));
    }
    if registration.previous.is_some() {
        let doctor = identity.command("doctor");
        rows.push(pair("Replaced set", format!("still kept; {doctor} deletes it once every check passed")));
    }
    rows
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}

/// Everything as one JSON object.
pub fn in_json(all: &[Found]) -> String {
    let registrations: Vec<Value> = all.iter().map(one_object).collect();
    object("status", &json!({ "registrations": registrations }), exit(all))
}

fn one_object(found: &Found) -> Value {
    let draft = found.opened.draft.as_ref();
    let registration = &found.opened.registration;
    let active = registration.active.as_ref();
    let center = active.and_then(|active| active.partner_center.as_ref()).map(|(proof, _)| proof);
    let api = active.and_then(|active| active.partner_api.as_ref()).map(|(proof, _)| proof);
    let ends = ends(found);
    let end = |key: &str| ends.iter().find(|end| end.key == key).map(|end| end.day);
    found.identity.with(json!({
        "verdict": verdict(found),
        "name": registration.name,
        "active": active.is_some(),
        "tenant": center.map(|proof| &proof.tenant),
        "application": center.map(|proof| &proof.application),
        "company": api.map(|proof| &proof.company),
        "mpn_id": api.map(|proof| &proof.mpn),
        "signed_in": api.map(|proof| &proof.user),
        "registered_at": active.and_then(|active| active.activated).map(|(_, at)| at),
        "checked_at": registration.checked_at,
        "sign_in_ends": end("sign-in"),
        "secret_ends": end("secret"),
        "octo": octo_object(registration),
        "open_step": open_step(registration).map(Step::flag),
        "draft_saved_at": draft.and_then(|draft| draft.saved_at),
        "last_failure": found.refused(),
        "store": registration.store,
        "items": found.items,
        "forgetting": registration.forgetting,
        "newer": registration.newer,
        "damaged": registration.damaged,
    }))
}

/// Of a registration as it is kept: nobody is asked whether it still works.
pub fn verdict(found: &Found) -> String {
    let (stands, to_do) = standing(found);
    let ends = ends(found);
    let today = dates::utc(found.opened.at);
    let over = ends.iter().find(|end| end.days_left(today) < 0).map(|end| end.cure.clone());
    dates::verdict(&format!("{}: {stands}", found.opened.name), &ends, today, to_do.or(over))
}

/// How it stands, in a few words.
pub(super) fn stands(found: &Found) -> String {
    standing(found).0
}

/// What of it ends when.
pub(super) fn ends(found: &Found) -> Vec<End> {
    dates::ends(&found.opened.registration, found.refused(), &found.identity)
}

/// How it stands, and what is to be done about that.
fn standing(found: &Found) -> (String, Option<String>) {
    let (registration, identity) = (&found.opened.registration, &found.identity);
    let command = |what: &str| Some(identity.command(what));
    if registration.damaged {
        return ("its journal is damaged, so it cannot be used".to_owned(), command("report"));
    }
    if registration.newer {
        return ("kept by a newer octo-csp, and only read".to_owned(), Some("update octo-csp".to_owned()));
    }
    if registration.forgetting {
        return ("half deleted".to_owned(), command("forget"));
    }
    if let Some(begun) = &registration.moving {
        let next = (!begun.over).then(|| format!("store move --to {}", begun.store.as_str()));
        let place = &begun.place;
        let stands = if begun.over { format!("moved to the {place}") } else { format!("on its way to the {place}") };
        return (stands, next.and_then(|next| command(&next)));
    }
    let missing = found.items.iter().filter(|item| item.state == "missing").count();
    let Some(active) = &registration.active else {
        let next = command("register");
        let Some(told) = found.diagnosis() else {
            return (format!("not registered yet; {} is next", registration.open_step().title()), next);
        };
        let what = told.what.trim_end_matches('.');
        return (format!("not registered yet: {what} ({})", told.code), told.fix.first().cloned().or(next));
    };
    if missing > 0 {
        return (
            format!("does not work: {missing} of its secrets are missing"),
            command("register --step partner-center"),
        );
    }
    if let Some(refused) = found.refused() {
        let octo = refused.id().is_some_and(|check| SUBMIT.contains(&check));
        let next = if octo { "submit" } else { "doctor" };
        return (format!("the last run failed ({})", refused.code), command(next));
    }
    let at = registration.checked_at.or_else(|| active.activated.map(|(_, at)| at));
    let proven = at.map_or_else(String::new, |at| format!(" (last proven {})", dates::utc(at)));
    let (stands, next) = match identity.octo_state {
        Some(OctoState::Sent) => ("works, and Octo has it", None),
        Some(OctoState::Partly) => ("works here; Octo has not taken everything yet", Some("submit")),
        Some(OctoState::NotSent) => ("works here; not in Octo yet", Some("submit")),
        None => ("works", None),
    };
    let next = next.or_else(|| registration.open.is_some().then_some("register"));
    (format!("{stands}{proven}"), next.and_then(command))
}

fn open_step(registration: &Registration) -> Option<Step> {
    let unfinished = registration.open.is_some() || registration.active.is_none();
    unfinished.then(|| registration.open_step())
}
