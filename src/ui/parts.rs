//! What pages are put together from.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use url::Url;

use crate::diagnose::Diagnosis;
use crate::journal::{Attempt, Registration};
use crate::report::explanation::in_words;
use crate::ui::guide;
use crate::ui::session::{DirectoryLookup, Session};
use crate::ui::state::{FocusTarget, PageState};
use crate::ui::view::{Beside, Block, Body, Input, Named, Row, Sign, Tone, View};
use crate::ui::{Intent, RehearsalAnswers};
use crate::words::answers::{self};
use crate::words::kind::ProblemKind;
use crate::words::{ClientId, Field, Problem, Step};

/// The page of a step, its tab open.
pub(super) fn page_of_step<'a>(step: Step) -> View<'a> {
    View::new(step.title()).tab(tab_of(step))
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

/// The banner lines of every page: quiet, with the word that counts in front.
pub(super) fn banners(session: &Session) -> Vec<Row> {
    let config = &session.config;
    let banner = |word: &str, text: String| Row::of(Tone::Title, format!("{word}  ")).and(Tone::Muted, text).at(1);
    let mut lines = Vec::new();
    if let Some(answers) = &config.rehearsal {
        let scenario = answers.scenario.as_ref();
        let scenario = scenario.map_or_else(String::new, |name| format!("; scenario {name}"));
        lines.push(banner("REHEARSAL", format!("nothing leaves this machine{scenario}")));
    } else if !config.unknown_hosts.is_empty() {
        lines.push(banner("NOT MICROSOFT", config.unknown_hosts.join(", ")));
    }
    if let Some(vault) = &config.vault {
        lines.push(banner("VAULT", vault.clone()));
    }
    if !config.trust.is_empty() {
        lines.push(banner("EXTRA TRUST", format!("a CA of your own ({})", config.trust.join(", "))));
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

/// The time of day on the clock of the person.
pub(super) fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
}

/// What is said where another try ended as the one before it: the page looks the same.
pub(super) fn same_again(at: Option<Timestamp>, zone: &TimeZone) -> String {
    let at = at.map_or_else(String::new, |at| format!(" at {}", time(at, zone)));
    format!("Tried again{at}, with the same result.")
}

/// What ends when, in its order, behind a label.
pub(super) fn dates(session: &Session, label: &str, width: u16) -> Vec<Row> {
    let mut days: Vec<(Date, &str)> = session.ends().into_iter().map(|end| (end.day, end.short())).collect();
    days.sort_unstable();
    let known = session.registration.active.as_ref().and_then(|active| active.partner_center.as_ref());
    let unknown = known.is_none_or(|(proof, _)| proof.secret_ends.is_none());
    let unknown = unknown.then(|| "When the secret key expires is not known here.".to_owned());
    let days = days.into_iter().map(|(day, what)| format!("{day}  {what}{}", away(day, session.today())));
    let lines = days.chain(unknown).enumerate();
    lines
        .map(|(index, line)| Row::pair(if index == 0 { label } else { "" }, width, Tone::Plain, line))
        .map(|row| Row { hang: row.hang + 12, ..row })
        .collect()
}

/// How far away a day is, where that matters already.
fn away(day: Date, today: Date) -> String {
    match day.since((jiff::Unit::Day, today)).map_or(0, |span| span.get_days()) {
        ..0 => " (over)".to_owned(),
        0 => " (today)".to_owned(),
        1 => " (tomorrow)".to_owned(),
        days @ 2..=60 => format!(" (in {days} days)"),
        _ => String::new(),
    }
}

/// Elapsed time as minutes and seconds.
pub(super) fn minutes(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// Cells of a label of a failure.
pub(super) const LABEL: u16 = 10;

/// A failure: what happened, small the check and the code, then what to do, before everything that only explains it.
pub(super) fn explained(
    diagnosis: &Diagnosis,
    check: &str,
    page: Option<Url>,
    not: Option<String>,
    session: &Session,
) -> Vec<Row> {
    let mut rows = vec![
        Row::of(Tone::Title, diagnosis.what.clone()).sign(Sign::Failed).at(1),
        Row::of(Tone::Muted, format!("Failed check: {check}")).and(Tone::Muted, format!("  {}", diagnosis.code)).at(3),
        Row::gap(),
    ];
    for (index, step) in diagnosis.fix.iter().enumerate() {
        let label = if index == 0 { "Do this" } else { "" };
        let row = Row { indent: 3, ..Row::default() }.and(Tone::Title, format!("{label:<0$}", usize::from(LABEL)));
        rows.push(row.and(Tone::Plain, format!("{}  {step}", index + 1)).hanging(3 + LABEL + 3));
    }
    rows.extend(page.map(|page| Row::pair("Page", LABEL, Tone::Link, page.as_str())));
    rows.extend(diagnosis.wait.map(|wait| {
        let then = if diagnosis.transient { ", then try again" } else { " before you try again" };
        Row::pair("Wait", LABEL, Tone::Plain, format!("{}{then}", in_words(wait)))
    }));
    rows.extend(rehearsed(session));
    rows.push(Row::pair("Who", LABEL, Tone::Plain, diagnosis.who.title()));
    for (index, why) in diagnosis.why.iter().enumerate() {
        rows.push(Row::pair(if index == 0 { "Why" } else { "" }, LABEL, Tone::Plain, why.clone()));
    }
    rows.extend(not.map(|not| Row::pair("Ruled out", LABEL, Tone::Muted, not)));
    rows
}

/// In the rehearsal of a scenario: what fails by it fails until one leaves, whatever the cure says.
pub(super) fn rehearsed(session: &Session) -> Option<Row> {
    let scenario = session.config.rehearsal.as_ref()?.scenario.as_ref()?;
    let words = format!("{scenario}, until you leave. Without it: octo-csp rehearse");
    Some(Row::pair("Scenario", LABEL, Tone::Muted, words))
}

impl View<'_> {
    /// The notice above the page's own words.
    #[must_use]
    pub(super) fn noting(mut self, state: &PageState) -> Self {
        self.notice = state.notice.as_ref().map(|notice| Row::signed(Sign::Note, notice.clone()).at(1));
        self
    }
}

/// A page with fields, while it is put together.
pub(super) struct Form<'a> {
    state: &'a PageState,
    session: &'a Session,
    focus: Option<FocusTarget>,
    /// How many there are: the fields, and the button below them.
    targets: usize,
    pub(super) view: View<'a>,
}

impl<'a> Form<'a> {
    pub(super) fn new(view: View<'a>, state: &'a PageState, session: &'a Session, targets: &[FocusTarget]) -> Self {
        let focus = targets.get(state.focus).copied();
        Self { state, session, focus, targets: targets.len(), view: view.noting(state) }
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
        let focused = self.focus == Some(FocusTarget::Field(field));
        let (mut below, mut remark) = (Vec::new(), None);
        let wrong = state.problems.iter().find(|problem| problem.field == field).cloned();
        if let Some(Problem { what, cure, .. }) = wrong.or_else(|| mixed_up(session, field)) {
            let between = if cure.is_empty() { "" } else { " " };
            below.push(Row::of(Tone::Title, what).and(Tone::Plain, format!("{between}{cure}")).sign(Sign::Problem));
        } else {
            remark = known(session, field);
            below.extend(state.notes.get(&field).map(|note| Row::signed(Sign::Note, note.clone())));
            let hint = session.hint(field).map(|Problem { what, cure, .. }| format!("{what} {cure}"));
            below.extend(hint.map(|hint| Row::signed(Sign::Note, hint)));
        }
        let help = if focused { guide::line(field) } else { None };
        let help =
            help.into_iter().chain(session.config.rehearsal.as_ref().and_then(|it| cribbed(it, field))).collect();
        if focused {
            self.view.beside = Some(guide::beside(field, session));
        }
        self.view.blocks.push(Block::Input(Input { field, aside, body, focused, remark, help, below }));
    }

    pub(super) fn button(&mut self, label: &'static str, beside: &str) {
        let focused = self.focus == Some(FocusTarget::Button);
        if focused {
            // As wide as the page is while a field has the focus.
            let rows = vec![Row::text(sentence(beside))];
            self.view.beside = Some(Beside { title: label.to_owned(), rows });
        }
        self.view.button(label, beside, focused);
    }

    /// The field that has the focus, and whether another field comes after it.
    fn field(&self) -> Option<(Field, bool)> {
        let field = self.focus.and_then(FocusTarget::field)?;
        Some((field, self.state.focus + 2 < self.targets))
    }

    /// What Enter does, `action` where no field comes next; the keys that are offered now, and those that the page has anyway.
    pub(super) fn keys(
        &mut self,
        action: &'static str,
        now: &[(Intent, &'static str)],
        own: &[(Intent, &'static str)],
    ) {
        let next = self.field().is_some_and(|(_, next)| next);
        self.view.key_named(Intent::Submit, if next { "next field" } else { action }, Named::As(action));
        let filled = self.session.config.rehearsal.is_some();
        self.view.keys(if filled { &[(Intent::Extra(2), "fill in")] } else { &[] });
        self.view.keys(now);
        self.view.keys(&[(Intent::Back, "back"), (Intent::Leave, "leave")]);
        self.view.keys(own);
        if self.field().is_some_and(|(field, _)| guide::page(field, self.session).is_some()) {
            self.view.keys(&[(Intent::Open, "open the portal")]);
        }
        self.view.keys(&[(Intent::Next, "next"), (Intent::Previous, "previous"), (Intent::Help, "help")]);
    }
}

/// A remark as a sentence of its own.
fn sentence(remark: &str) -> String {
    let mut letters = remark.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

fn choice(session: &Session, field: Field) -> Body<'static> {
    let (options, second) = if field == Field::Handover {
        (vec!["send it now", "keep it here, send later"], !session.sends())
    } else {
        (vec!["use the one from step 2", "enter another"], session.fields.other_secret)
    };
    Body::Choice { options, chosen: usize::from(second) }
}

/// Which two fields have each other's value, as far as the look-ups have told: what is no directory stands in one that must be, and
/// a directory stands in the field of the application.
pub(super) fn swapped(session: &Session) -> Option<[Field; 2]> {
    let told = |field| session.looked_up(field);
    if !matches!(told(Field::ApplicationId), Some(DirectoryLookup::Directory(_))) {
        return None;
    }
    let application = |field: &Field| {
        let id = ClientId::parse(session.fields.value(*field));
        id.is_ok() && matches!(told(*field), Some(DirectoryLookup::NotOne))
    };
    let other = [Field::Directory, Field::ClientId].into_iter().find(application)?;
    Some([Field::ApplicationId, other])
}

/// What the look-ups have told about the IDs: a value that stands in a field of another kind.
pub(super) fn mixed_up(session: &Session, field: Field) -> Option<Problem> {
    if field == Field::Directory && answers::is_application(&session.typed()) {
        return Some(Problem::of(field, ProblemKind::DirectoryIsApplication));
    }
    let problem = |what: &str, cure: &str| Some(Problem::new(field, what, cure));
    let swapped = swapped(session);
    match (field, session.looked_up(field)?) {
        (Field::ApplicationId, DirectoryLookup::Directory(_)) => match swapped {
            Some([_, other]) => {
                let what = format!("Swapped with {}.", other.label());
                problem(&what, "F5 swaps them.")
            }
            None => problem(
                "This is a directory (tenant) ID, not an application's.",
                &format!("{}.", Field::ApplicationId.place()),
            ),
        },
        (Field::Directory, DirectoryLookup::NotOne) if swapped.is_none_or(|two| !two.contains(&field)) => {
            problem("This cloud has no directory of this name or ID.", &format!("{}.", field.place()))
        }
        _ => None,
    }
}

/// What is known of a value that is not wrong, in two or three words.
fn known(session: &Session, field: Field) -> Option<Row> {
    let text = session.fields.text(field)?;
    let row = |sign: Sign, text: &str| Row::of(Tone::Muted, text).sign(sign);
    match (field, session.looked_up(field)) {
        (Field::ClientId, Some(DirectoryLookup::Directory(region))) => {
            return Some(row(Sign::Ok, &format!("your directory{region}")));
        }
        (Field::Directory, Some(DirectoryLookup::Directory(region))) => {
            return Some(row(Sign::Ok, &format!("found{region}")));
        }
        _ => {}
    }
    match answers::shape(field, &session.typed()) {
        Ok(Some(hint)) if field == Field::Redirect && hint != answers::CAUGHT => Some(row(Sign::Note, hint)),
        Ok(Some(hint)) => Some(row(Sign::Ok, hint)),
        Ok(None) if field == Field::SecretEnds && text.is_empty() => Some(Row::of(Tone::Muted, "such as 2027-05-14")),
        Ok(None) | Err(_) => None,
    }
}

/// In a rehearsal: what to type.
fn cribbed(answers: &RehearsalAnswers, field: Field) -> Option<Row> {
    let value = answers.of(field)?;
    Some(Row::of(Tone::Muted, "type  ").and(Tone::Value, value))
}
