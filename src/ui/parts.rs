//! What pages are put together from.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::journal::{Attempt, Registration};
use crate::ui::session::{DirectoryLookup, Session};
use crate::ui::state::{FocusTarget, PageState};
use crate::ui::view::{Block, Body, Input, Row, Tone, View};
use crate::ui::{Intent, RehearsalAnswers};
use crate::words::answers::{self};
use crate::words::{Field, Step};

/// Days after which Entra forgets a refresh token that was not used (entra-docs, refresh-tokens).
const UNUSED_DAYS: i64 = 90;

/// The page of a step, its tab open.
pub(super) fn page_of_step<'a>(step: Step) -> View<'a> {
    let tab = tab_of(step);
    View::new(format!("Step {} of 3", tab + 1)).tab(tab)
}

pub(super) fn tab_of(step: Step) -> usize {
    match step {
        Step::Basic => 0,
        Step::PartnerCenter => 1,
        Step::PartnerApi => 2,
    }
}

/// The four tabs: title and whether it is done.
pub(super) fn tabs(registration: &Registration, open: usize) -> [(bool, &'static str); 4] {
    let attempt = registration.open.as_ref().or(registration.active.as_ref());
    let has = |proof: fn(&Attempt) -> bool| attempt.is_some_and(proof);
    [
        (registration.named || open > 0, "Basic Details"),
        (has(|attempt| attempt.partner_center.is_some()), "Partner Center"),
        (has(|attempt| attempt.partner_api.is_some()), "Partner API"),
        (false, "Review"),
    ]
}

/// The banner lines of every page.
pub(super) fn banners(session: &Session) -> Vec<(Tone, String)> {
    let config = &session.config;
    let mut lines = Vec::new();
    if let Some(answers) = &config.rehearsal {
        let scenario = answers.scenario.as_ref();
        let scenario = scenario.map_or_else(String::new, |name| format!("  (misfortune: {name})"));
        lines.push((Tone::Warning, format!("REHEARSAL  nothing leaves this machine{scenario}")));
    } else if !config.unknown_hosts.is_empty() {
        let hosts = config.unknown_hosts.join(", ");
        lines.push((Tone::Warning, format!("Not Microsoft's: {hosts}")));
    }
    if session.registration.replacing().is_some() {
        let name = session.registration.name_to_confirm();
        lines.push((Tone::Note, format!("Replacing {name} (still active)")));
    }
    if !config.trust.is_empty() {
        lines.push((Tone::Warning, format!("An extra CA is trusted ({})", config.trust.join(", "))));
    }
    lines
}

/// How long a value is that is not shown.
pub(super) fn counted(characters: usize) -> String {
    match characters {
        1 => "1 character".to_owned(),
        more => format!("{more} characters"),
    }
}

/// Hours and minutes on the clock of the person, with the day when a whole date is wanted elsewhere.
pub(super) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M on %Y-%m-%d").to_string()
}

/// Two dates that should be in a calendar.
pub(super) fn dates(session: &Session, active: &Attempt) -> Vec<Row> {
    let dated =
        |day: Date, what: &str| Row::of(Tone::Value, format!("{day}  ")).and(Tone::Plain, what).at(5).hanging(17);
    let mut rows = Vec::new();
    let ended = session.last_failure.as_ref().is_some_and(|refused| refused.ended_sign_in());
    if let Some((_, at)) = active.activated.filter(|_| !ended) {
        let day = day_after(at, UNUSED_DAYS, &session.config.zone);
        rows.push(dated(day, "the sign-in ends if nobody has used it for 90 days"));
    }
    let ends = active.partner_center.as_ref().and_then(|(proof, _)| proof.secret_ends);
    rows.push(match ends {
        Some(day) => dated(day, "the client secret ends"),
        None => Row::text("The end of the client secret was not given: Certificates & secrets shows it.").at(5),
    });
    rows
}

/// The day, some days later.
fn day_after(at: Timestamp, days: i64, zone: &TimeZone) -> Date {
    let day = at.to_zoned(zone.clone()).date();
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(day)
}

/// Elapsed time as minutes and seconds.
pub(super) fn minutes(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// What failed, and its code at the right edge.
pub(super) fn failed(what: &str, code: &str) -> Row {
    let row = Row::of(Tone::Failure, "FAIL  ").and(Tone::Title, what);
    row.at(3).right(Tone::Failure, code)
}

impl View<'_> {
    /// The notice above the page's own words.
    #[must_use]
    pub(super) fn noting(mut self, state: &PageState) -> Self {
        self.notice = state
            .notice
            .as_ref()
            .map(|notice| Row::of(Tone::Note, "note  ").and(Tone::Plain, notice.clone()).at(1).hanging(7));
        self
    }
}

/// A page with fields, while it is put together.
pub(super) struct Form<'a> {
    state: &'a PageState,
    session: &'a Session,
    focus: Option<FocusTarget>,
    pub(super) view: View<'a>,
}

impl<'a> Form<'a> {
    pub(super) fn new(view: View<'a>, state: &'a PageState, session: &'a Session, targets: &[FocusTarget]) -> Self {
        let focus = targets.get(state.focus).copied();
        Self { state, session, focus, view: view.noting(state) }
    }

    /// A field with its problem, its note, or what is quietly said about its shape.
    pub(super) fn input(&mut self, field: Field) {
        self.input_beside(field, None);
    }

    /// The same with a remark beside its label.
    pub(super) fn input_beside(&mut self, field: Field, aside: Option<String>) {
        let (state, session) = (self.state, self.session);
        let body = match (session.fields.text(field), session.fields.secret(field)) {
            (Some(text), _) => Body::Text(text),
            (None, Some(secret)) => Body::Secret(secret),
            (None, None) => choice(session, field),
        };
        let mut below = Vec::new();
        if let Some(problem) = state.problems.iter().find(|problem| problem.field == field) {
            let what = Row::of(Tone::Warning, "!!  ").and(Tone::Plain, problem.what.clone());
            below.push(what.at(5).hanging(9));
            below.push(Row::of(Tone::Muted, problem.cure.clone()).at(9));
        } else if let Some(note) = state.notes.get(&field) {
            let note = Row::of(Tone::Note, "note  ").and(Tone::Muted, note.clone());
            below.push(note.at(5).hanging(11));
        } else {
            below.extend(quietly(session, field));
        }
        below.extend(session.config.rehearsal.as_ref().and_then(|it| cribbed(it, field)));
        let focused = self.focus == Some(FocusTarget::Field(field));
        self.view.blocks.push(Block::Input(Input { field, aside, body, focused, below }));
    }

    pub(super) fn button(&mut self, label: &'static str, beside: &str) {
        self.view.button(label, beside, self.focus == Some(FocusTarget::Button));
    }

    /// The keys of every form; `enter` is what Enter does.
    pub(super) fn keys(&mut self, enter: &'static str) {
        let filled = self.session.config.rehearsal.is_some();
        self.view.keys(&[(Intent::Next, "next"), (Intent::Previous, "previous"), (Intent::Submit, enter)]);
        self.view.keys(if filled { &[(Intent::Extra(2), "fill in")] } else { &[] });
        self.view.keys(&[(Intent::Back, "back"), (Intent::Leave, "leave"), (Intent::Help, "help")]);
    }
}

fn choice(session: &Session, field: Field) -> Body<'static> {
    let (options, second) = if field == Field::Handover {
        (vec!["send it now", "keep it here, send later"], !session.sends())
    } else {
        (vec!["use the one from step 2", "enter another"], session.fields.other_secret)
    };
    Body::Choice { options, chosen: usize::from(second) }
}

fn quietly(session: &Session, field: Field) -> Option<Row> {
    session.fields.text(field)?;
    let row =
        |word: &str, tone: Tone, text: &str| Row::of(tone, format!("{word}  ")).and(Tone::Muted, text).at(5).hanging(9);
    match (field, session.looked_up(field)) {
        (Field::ClientId | Field::Directory, Some(DirectoryLookup::Directory(region))) => {
            return Some(row("ok", Tone::Ok, &format!("this is a directory{region}")));
        }
        (Field::Directory, Some(DirectoryLookup::NotOne)) => {
            return Some(row("!!", Tone::Warning, "no directory of that name in this cloud"));
        }
        (Field::ApplicationId, Some(DirectoryLookup::Directory(_))) => {
            let text = "this is a directory (tenant) ID, not an application's";
            return Some(row("!!", Tone::Warning, text));
        }
        _ => {}
    }
    match answers::shape(field, &session.typed()) {
        Ok(Some(hint)) if field == Field::Redirect => Some(row("note", Tone::Note, hint).hanging(11)),
        Ok(Some(hint)) => Some(row("ok", Tone::Ok, hint)),
        Ok(None) | Err(_) => None,
    }
}

/// In a rehearsal: what to type.
fn cribbed(answers: &RehearsalAnswers, field: Field) -> Option<Row> {
    let value = answers.of(field)?;
    Some(Row::of(Tone::Muted, "type  ").and(Tone::Value, value).at(5).hanging(11))
}
