//! The state of a registration: what all facts come to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Attempt, AttemptId, CheckLine, Fact, GoodRun, ItemName, Kind, Line, Replacing, Slot};
use crate::words::{AccountName, Part, Step, StoreDescriptor, StoreKey, TenantId, UntrustedText};

/// How many items that are deleted stay known, the newest: a fold has an end, however often somebody began anew.
const GONE: usize = 24;

/// What Octo was given, as far as the journal knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Which Octo.
    pub host: UntrustedText,
    /// The payer account.
    pub target: TenantId,
    /// Under which name it was registered last, and when; `None` while nobody can tell whether it was.
    pub payer: Option<(Option<AccountName>, Timestamp)>,
    /// Of which set the application and its key are, and since when.
    pub credentials: Option<(AttemptId, Timestamp)>,
    /// Of which set the MPN ID is, and since when.
    pub mpn: Option<(AttemptId, Timestamp)>,
}

/// A registration on its way to another store, or gone there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Names this move: the journal that it makes says so too.
    pub id: UntrustedText,
    /// The store that it goes to.
    pub store: StoreKey,
    /// Where that is, for a person.
    pub place: UntrustedText,
    /// The store that it comes from.
    pub from: StoreKey,
    /// Whether the journal goes too.
    pub apart: bool,
    /// Whether it is gone.
    pub over: bool,
}

impl Move {
    /// Where its secrets are, behind "They are".
    pub fn words(&self) -> String {
        let place = &self.place;
        if self.over {
            format!("in the {place}: moved")
        } else {
            format!("on their way to the {place}: octo-csp store move goes on")
        }
    }
}

/// The state of a registration: the fold of its journal. A journal that was made shorter holds it as it is here, but for what
/// no line says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Registration {
    /// Number of the last line.
    #[serde(skip)]
    pub sequence: u64,
    /// The account name.
    pub name: Option<AccountName>,
    /// Whether step 1 was ever answered.
    pub named: bool,
    /// The set in use.
    pub active: Option<Attempt>,
    /// The set that was in use before, until it is retired.
    pub previous: Option<Attempt>,
    /// The attempt that is not finished.
    pub open: Option<Attempt>,
    /// Attempts that were given up and whose items are still to be deleted.
    pub closed: Vec<Attempt>,
    /// When every check last passed.
    pub checked_at: Option<Timestamp>,
    /// The last good run of each step.
    pub good_runs: BTreeMap<Step, GoodRun>,
    /// What Octo was given.
    pub octo: Option<Handover>,
    /// Whether lines of a newer version were seen: then nothing is written.
    #[serde(skip)]
    pub newer: bool,
    /// Whether a line in the middle cannot be read. Then the fold is not to be trusted, and nothing is written.
    #[serde(skip)]
    pub damaged: bool,
    /// Whether it is being forgotten: half of it may be gone already.
    pub forgetting: bool,
    /// The move that was begun; once it is over only where the journal has gone too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<Move>,
    /// The move that brought it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<UntrustedText>,
    /// The store that the journal names.
    pub store: StoreKey,
    /// The store that this process keeps in. Whoever opens the registration says so; no line does.
    #[serde(skip)]
    pub opened_in: &'static StoreDescriptor,
    /// Items of attempts that are deleted already, the newest of them; when everything is to go also those that no line names and the
    /// store lists.
    pub retired: Vec<ItemName>,
}

impl Registration {
    /// The fold of all lines.
    pub fn fold<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Self {
        let mut registration = Self::default();
        for line in lines {
            registration.apply(line);
        }
        registration
    }

    /// The one line that says what all lines so far came to.
    pub fn snapshot(&self, at: Timestamp) -> Line {
        let said = Self { sequence: 0, newer: false, damaged: false, opened_in: <_>::default(), ..self.clone() };
        Line { sequence: self.sequence, at, fact: Fact::Snapshot { registration: Box::new(said) } }
    }

    /// Sequence of the commit of the active set; 0 when there is none.
    pub fn active_sequence(&self) -> u64 {
        self.active.as_ref().and_then(|active| active.activated).map_or(0, |(sequence, _)| sequence)
    }

    /// What Octo has not been given yet of the set in use, as far as the journal knows; nothing when none is in use.
    pub fn not_submitted(&self) -> Vec<Part> {
        let Some(active) = &self.active else {
            return Vec::new();
        };
        let tenant = active.partner_center.as_ref().map(|(proof, _)| &proof.tenant);
        let octo = self.octo.as_ref().filter(|octo| Some(&octo.target) == tenant);
        let of_this_set =
            |given: Option<(AttemptId, Timestamp)>| given.is_some_and(|(attempt, _)| attempt == active.id);
        let named = octo.and_then(|octo| octo.payer.as_ref());
        let has_mpn = active.partner_api.as_ref().is_some_and(|(proof, _)| proof.mpn.is_some());
        let given = [
            (Part::Payer, named.is_some_and(|(name, _)| *name == self.name)),
            (Part::Credentials, of_this_set(octo.and_then(|octo| octo.credentials))),
            (Part::Mpn, !has_mpn || of_this_set(octo.and_then(|octo| octo.mpn))),
        ];
        given.into_iter().filter_map(|(part, given)| (!given).then_some(part)).collect()
    }

    /// The attempt that the next [`Fact::Began`] names, and its slot.
    pub fn next_attempt(&self) -> (AttemptId, Slot) {
        let slot = self.active.as_ref().map_or(Slot::A, |active| active.slot.other());
        (AttemptId(self.sequence.saturating_add(1)), slot)
    }

    /// The attempt to write to: the open one, or the one that these facts make.
    pub fn attempt_to_write(&self) -> (Attempt, Vec<Fact>) {
        if let Some(open) = &self.open {
            return (open.clone(), Vec::new());
        }
        self.beginning(None)
    }

    /// A new attempt, and the facts that begin it; the open one is given up with them. What comes with it if it is to take the
    /// place of the set in use.
    pub fn beginning(&self, replacing: Option<&Replacing>) -> (Attempt, Vec<Fact>) {
        let ((attempt, slot), base) = (self.next_attempt(), self.active_sequence());
        let began = match replacing {
            None => Fact::Began { attempt, slot, base },
            Some(_) => Fact::Replacing { attempt, slot, base },
        };
        let named = replacing.filter(|replacing| replacing.named);
        let naming = named.map(|replacing| Fact::Naming { attempt, name: replacing.name.clone() });
        // Said where the journal does not say yet where secrets will be.
        let stored = (!self.knows_store()).then(|| Fact::Stored { store: self.opened_in.into() });
        let facts = stored.into_iter().chain([began]).chain(naming);
        (Attempt { replacing: replacing.cloned(), ..Attempt::new(attempt, slot, base) }, facts.collect())
    }

    /// What comes with the open attempt, if that is to take the place of the set in use.
    pub fn replacing(&self) -> Option<&Replacing> {
        self.open.as_ref()?.replacing.as_ref()
    }

    /// The account name once the open attempt is confirmed.
    pub fn name_to_be(&self) -> Option<&AccountName> {
        let chosen = self.replacing().filter(|replacing| replacing.named);
        chosen.map_or(&self.name, |replacing| &replacing.name).as_ref()
    }

    /// The fact that gives this name, to the replacement that is open or else to what is registered; `None` where it has it.
    pub fn naming(&self, name: Option<AccountName>) -> Option<Fact> {
        let known = self.replacing().map_or(self.named, |replacing| replacing.named);
        if known && self.name_to_be() == name.as_ref() {
            return None;
        }
        let open = self.open.as_ref().filter(|open| open.replacing.is_some());
        Some(match open {
            Some(open) => Fact::Naming { attempt: open.id, name },
            None => Fact::Named { name },
        })
    }

    /// What a person calls it: the partner's company, else the account name.
    pub fn called(&self) -> Option<String> {
        let active = self.active.as_ref();
        let company = active.and_then(|active| active.partner_center.as_ref()?.0.company.as_ref());
        company.map(ToString::to_string).or_else(|| self.name.as_ref().map(ToString::to_string))
    }

    /// Where its secrets are; `None` while nothing is kept.
    pub fn kept_in(&self) -> Option<&StoreKey> {
        self.attempts().next().is_some().then_some(&self.store)
    }

    /// Whether this process keeps in the store that the journal names.
    pub fn knows_store(&self) -> bool {
        self.store == *self.opened_in
    }

    /// Every item that may be there, and the newest of those that are deleted already.
    pub fn every_item(&self) -> Vec<ItemName> {
        let present = self.attempts().flat_map(Attempt::all_items);
        present.chain(self.retired.iter().cloned()).collect()
    }

    /// The attempt of this name, while anything of it is kept.
    pub fn attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.attempts().find(|attempt| attempt.id == id)
    }

    fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.active.iter().chain(&self.open).chain(&self.previous).chain(&self.closed)
    }

    /// The step that a person continues with.
    pub fn open_step(&self) -> Step {
        match &self.open {
            Some(open) if open.partner_center.is_some() => Step::PartnerApi,
            Some(_) => Step::PartnerCenter,
            None if self.named && self.active.is_none() => Step::PartnerCenter,
            None => Step::Basic,
        }
    }

    /// Takes one more line in. Facts about attempts that are not known are ignored: they can only come from a damaged file.
    pub fn apply(&mut self, line: &Line) {
        self.sequence = line.sequence;
        match &line.fact {
            Fact::Named { name } => {
                self.name.clone_from(name);
                self.named = true;
            }
            Fact::Stored { store } => self.store = store.clone(),
            Fact::Forgetting => self.forgetting = true,
            Fact::Moving { moving } => self.moving = Some(moving.clone()),
            Fact::NotMoved => self.moving = None,
            Fact::Moved => self.moved(),
            Fact::Snapshot { registration } => {
                let Self { newer, damaged, opened_in, .. } = *self;
                *self = Self { sequence: line.sequence, newer, damaged, opened_in, ..*registration.clone() };
            }
            Fact::Began { attempt, slot, base } => self.begin(*attempt, *slot, *base, line.at),
            Fact::Replacing { attempt, slot, base } => {
                self.begin(*attempt, *slot, *base, line.at);
                self.with_open(*attempt, |open| open.replacing = Some(Replacing::default()));
            }
            Fact::Naming { attempt, name } => {
                let replacing = Replacing { named: true, name: name.clone() };
                self.with_open(*attempt, |open| open.replacing = Some(replacing));
            }
            Fact::PartnerCenterProven { attempt, proof } => {
                self.with_open(*attempt, |open| open.partner_center = Some((*proof.clone(), line.at)));
            }
            Fact::PartnerApiProven { attempt, proof } => {
                self.with_open(*attempt, |open| open.partner_api = Some((*proof.clone(), line.at)));
            }
            Fact::Keeping { item } => self.with_attempt(item.attempt, |a| a.items.push((item.clone(), false))),
            Fact::Kept { item } => self.kept(item, line.at),
            Fact::Consenting { attempt, redirect } => self.with_open(*attempt, |open| {
                open.consenting = Some((redirect.clone(), line.at));
                open.redeeming = None;
                open.partner_api = None;
            }),
            Fact::Redeeming { attempt } => self.with_open(*attempt, |open| {
                open.redeeming = Some(line.at);
                open.codes_sent += 1;
                open.landed = false;
            }),
            Fact::NotRedeemed { attempt } => self.with_open(*attempt, |open| {
                open.redeeming = None;
                open.codes_sent = open.codes_sent.saturating_sub(1);
            }),
            Fact::Activated { attempt, .. } => self.activate(*attempt, line),
            Fact::RolledBack { attempt, reopened } => self.roll_back(*attempt, *reopened),
            Fact::Closed { attempt } => self.close(*attempt),
            Fact::Retiring { attempt } => self.with_attempt(*attempt, |attempt| attempt.retiring = true),
            Fact::Retired { attempt } => self.forget(*attempt),
            Fact::Dropped { items } => self.dropped(items),
            Fact::Submitting { host, target, anew } => self.submitting(host, target, *anew),
            Fact::NotSubmitted => self.octo = None,
            Fact::Submitted { part, attempt, name } => self.submitted(*part, *attempt, name.as_ref(), line.at),
            Fact::Checked { step, lines } => self.checked(*step, lines, line),
        }
    }

    fn dropped(&mut self, items: &[ItemName]) {
        for item in items {
            self.with_attempt(item.attempt, |attempt| attempt.drop_item(item));
        }
    }

    /// Nothing is kept where it was. A journal that stays behind has nothing to tell but where the rest is.
    fn moved(&mut self) {
        if let Some(begun) = self.moving.take().filter(|begun| begun.apart) {
            let Self { sequence, newer, damaged, opened_in, .. } = *self;
            let (name, named, store) = (self.name.take(), self.named, self.store.clone());
            let moving = Some(Move { over: true, ..begun });
            *self = Self { sequence, name, named, newer, damaged, moving, store, opened_in, ..Self::default() };
        }
    }

    fn submitting(&mut self, host: &UntrustedText, target: &TenantId, anew: bool) {
        let same = |octo: &Handover| octo.host == *host && octo.target == *target;
        match self.octo.as_mut().filter(|octo| !anew && same(octo)) {
            Some(octo) => octo.payer = None,
            None => {
                self.octo = Some(Handover {
                    host: host.clone(),
                    target: target.clone(),
                    payer: None,
                    credentials: None,
                    mpn: None,
                });
            }
        }
    }

    fn submitted(&mut self, part: Part, id: AttemptId, name: Option<&AccountName>, at: Timestamp) {
        if let Some(octo) = &mut self.octo {
            match part {
                Part::Payer => octo.payer = Some((name.cloned(), at)),
                Part::Credentials => octo.credentials = Some((id, at)),
                Part::Mpn => octo.mpn = Some((id, at)),
            }
        }
    }

    fn checked(&mut self, step: Step, lines: &[CheckLine], line: &Line) {
        if step == Step::PartnerApi {
            self.checked_at = Some(line.at);
        }
        let run = GoodRun { sequence: line.sequence, at: line.at, lines: lines.to_vec() };
        self.good_runs.insert(step, run);
    }

    /// Whether both steps of the active set were proven again since it became active: what was active before is then no
    /// longer needed.
    pub fn proven_since(&self) -> bool {
        let since = self.active_sequence();
        [Step::PartnerCenter, Step::PartnerApi].iter().all(|step| {
            let run = self.good_runs.get(step);
            since > 0 && run.is_some_and(|run| run.sequence > since)
        })
    }

    fn kept(&mut self, item: &ItemName, at: Timestamp) {
        let inherited = self.active.as_ref().and_then(|active| active.token_at);
        let open = self.open.as_ref().map(|open| open.id);
        self.with_attempt(item.attempt, |attempt| {
            let entry = attempt.items.iter_mut().rev().find(|(name, _)| name == item);
            let Some(entry) = entry else {
                return;
            };
            entry.1 = true;
            if item.kind == Kind::RefreshToken {
                attempt.landed = true;
                let copied = open == Some(attempt.id) && attempt.redeeming.is_none();
                attempt.token_at = if copied { inherited } else { Some(at) };
            }
        });
    }

    fn begin(&mut self, id: AttemptId, slot: Slot, base: u64, at: Timestamp) {
        self.closed.extend(self.open.take().map(Attempt::given_up));
        self.open = Some(Attempt { began_at: at, ..Attempt::new(id, slot, base) });
    }

    fn activate(&mut self, id: AttemptId, line: &Line) {
        if self.open.as_ref().is_some_and(|open| open.id == id) {
            self.closed.extend(self.previous.take().map(Attempt::given_up));
            self.previous = self.active.take();
            self.active = self.open.take().map(|mut open| {
                open.activated = Some((line.sequence, line.at));
                open
            });
            self.exchange_names();
            self.checked_at = Some(line.at);
            self.good_runs = self.found();
        }
    }

    /// The name of a replacement counts with its set, and the one before it comes back with the set before it.
    fn exchange_names(&mut self) {
        let replacing = self.active.as_mut().and_then(|active| active.replacing.as_mut());
        if let Some(replacing) = replacing.filter(|replacing| replacing.named) {
            std::mem::swap(&mut self.name, &mut replacing.name);
            self.named = true;
        }
    }

    /// What the checks of the active set found when it was proven: the good runs until it is checked again.
    fn found(&self) -> BTreeMap<Step, GoodRun> {
        let active = self.active.as_ref();
        let center = active.and_then(|active| Some(&active.partner_center.as_ref()?.0.found));
        let api = active.and_then(|active| Some(&active.partner_api.as_ref()?.0.found));
        let found = [(Step::PartnerCenter, center), (Step::PartnerApi, api)].into_iter();
        let runs = found.filter_map(|(step, lines)| {
            let lines = lines.filter(|lines| !lines.is_empty())?.clone();
            let (sequence, at) = active?.activated?;
            Some((step, GoodRun { sequence, at, lines }))
        });
        runs.collect()
    }

    /// What was proven stays proven: an attempt that is reopened can be confirmed again, unless another one was begun since.
    fn roll_back(&mut self, id: AttemptId, reopened: bool) {
        if self.active.as_ref().is_some_and(|active| active.id == id) {
            self.exchange_names();
            let attempt = std::mem::replace(&mut self.active, self.previous.take());
            if reopened && self.open.is_none() {
                self.open = attempt.map(|attempt| Attempt { activated: None, ..attempt });
            } else {
                self.closed.extend(attempt.map(Attempt::given_up));
            }
            self.good_runs = self.found();
        }
    }

    fn close(&mut self, id: AttemptId) {
        if self.open.as_ref().is_some_and(|open| open.id == id) {
            self.closed.extend(self.open.take().map(Attempt::given_up));
        }
    }

    fn forget(&mut self, id: AttemptId) {
        let gone = self.attempts().filter(|attempt| attempt.id == id);
        let gone: Vec<ItemName> = gone.flat_map(Attempt::all_items).collect();
        self.retired.extend(gone);
        self.retired.drain(..self.retired.len().saturating_sub(GONE));
        self.closed.retain(|closed| closed.id != id);
        self.previous = self.previous.take().filter(|previous| previous.id != id);
    }

    fn with_open(&mut self, id: AttemptId, change: impl FnOnce(&mut Attempt)) {
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id) {
            change(open);
        }
    }

    fn with_attempt(&mut self, id: AttemptId, change: impl FnOnce(&mut Attempt)) {
        let all = self.open.iter_mut().chain(&mut self.active).chain(&mut self.previous).chain(&mut self.closed);
        if let Some(attempt) = { all }.find(|attempt| attempt.id == id) {
            change(attempt);
        }
    }
}
