//! The journal: one checksummed JSON line per [`Fact`]; the [`Registration`] is the fold of all facts.
//!
//! Nothing else is stored about a registration, so after a crash the fold itself says which step is open. No secret, and
//! nothing derived from one, is ever a fact. Reading and writing lines is here because it is pure; the file is in `world`.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::octo::Part;
use crate::engine::step::{Environment, Step};
use crate::ids::{AccountName, ClientId, Domain, MpnId, RedirectAddress, TenantId};
use crate::text::Foreign;

/// The version of the line format that this program writes.
pub const VERSION: u32 = 1;

/// One line: when, and what became true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// 1 for the first line, then one more each.
    pub sequence: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What became true.
    pub fact: Fact,
}

/// Something that became true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// The account name was chosen (`None`: left empty). Needs no commit: it is only a name.
    Named {
        /// The name.
        name: Option<AccountName>,
    },
    /// From here on secrets are kept in this store. Said once, before the first attempt; unsaid it is the keyring.
    Stored {
        /// The store.
        store: StoreKind,
    },
    /// An attempt was started; it will write to `slot`, and counts only while the active sequence is still `base`.
    Began {
        /// The attempt.
        attempt: AttemptId,
        /// The slot that is not active.
        slot: Slot,
        /// Sequence of the active set it builds on; 0 when there is none.
        base: u64,
    },
    /// Step 2 was proven live.
    PartnerCenterProven {
        /// The attempt.
        attempt: AttemptId,
        /// What was proven.
        proof: Box<PartnerCenterProof>,
    },
    /// An item is about to be written. Only items named here are ever deleted.
    Keeping {
        /// The item.
        item: ItemName,
    },
    /// The item was written, read back and compared.
    Kept {
        /// The item.
        item: ItemName,
    },
    /// The sign-in page was opened.
    Consenting {
        /// The attempt.
        attempt: AttemptId,
        /// The redirect address as sent.
        redirect: RedirectAddress,
    },
    /// The code is about to be sent. It will not be sent again, whatever happens.
    Redeeming {
        /// The attempt.
        attempt: AttemptId,
    },
    /// Step 3 was proven live.
    PartnerApiProven {
        /// The attempt.
        attempt: AttemptId,
        /// What was proven.
        proof: Box<PartnerApiProof>,
    },
    /// The commit: from this line on, the attempt's slot is the active one.
    Activated {
        /// The attempt.
        attempt: AttemptId,
        /// Its slot.
        slot: Slot,
    },
    /// The active set could not be read back right after the commit; what was active before is active again.
    RolledBack {
        /// The attempt.
        attempt: AttemptId,
    },
    /// The attempt was given up. Nothing it wrote is active.
    Closed {
        /// The attempt.
        attempt: AttemptId,
    },
    /// The items of a closed or replaced attempt are about to be deleted.
    Retiring {
        /// The attempt.
        attempt: AttemptId,
    },
    /// They are gone.
    Retired {
        /// The attempt.
        attempt: AttemptId,
    },
    /// These items are gone: newer ones have taken their place. What is superseded follows from the items themselves, so there
    /// is no intention to note: deleting them again harms nothing.
    Dropped {
        /// The items.
        items: Vec<ItemName>,
    },
    /// The payer account is about to be registered in Octo, or changed there.
    Submitting {
        /// Which Octo: only to be compared.
        host: Foreign,
        /// The account: the directory's ID.
        target: TenantId,
        /// Whether Octo does not have it yet, so that nothing of an earlier hand-over counts any more.
        anew: bool,
    },
    /// Octo said no to a payer account that it did not have: it was not registered from here.
    NotSubmitted,
    /// Octo has taken a part of the registration.
    Submitted {
        /// Which.
        part: Part,
        /// The set that it is of.
        attempt: AttemptId,
        /// The name that the payer account was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<AccountName>,
    },
    /// Every check of a step passed again.
    Checked {
        /// The step.
        step: Step,
        /// What was found, to compare the next run with. Lines of earlier versions have none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<CheckLine>,
    },
    /// Everything that was kept is about to be deleted, this journal last. From here on it is only ever gone on with that.
    Forgetting,
}

/// Where secrets are kept. Chosen by the person, never a fallback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreKind {
    /// The operating system's keyring.
    #[default]
    Keyring,
    /// One file in the age format, sealed with a passphrase.
    File,
}

impl StoreKind {
    /// As a screen says it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "age file",
        }
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// The check's stable name.
    pub check: Foreign,
    /// Its line on the screen; nothing secret is ever in one.
    pub said: Foreign,
}

/// The last run in which every check of a step passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodRun {
    /// Sequence of its line.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What was found.
    pub lines: Vec<CheckLine>,
}

/// One of the two places a set of secrets can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The first.
    A,
    /// The second.
    B,
}

impl Slot {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Names an attempt: the sequence number that its first line was going to have, so that it is unique and computable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(pub u64);

/// What kind of secret an item holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The secret key proven in step 2.
    PartnerCenterSecret,
    /// The secret key of step 3, when it is another one.
    PartnerApiSecret,
    /// The refresh token.
    RefreshToken,
    /// `state` and verifier of a sign-in that is open; gone once the code is redeemed.
    SignIn,
    /// The list of the set's items, written last.
    Manifest,
    /// An access token for Partner Center, until shortly before its end.
    PartnerCenterToken,
    /// An access token for the price service, until shortly before its end.
    PartnerApiToken,
}

impl Kind {
    /// Whether it is no part of the set.
    pub fn is_access_token(self) -> bool {
        matches!(self, Self::PartnerCenterToken | Self::PartnerApiToken)
    }

    /// As in an item's name.
    pub fn key(self) -> &'static str {
        match self {
            Self::PartnerCenterSecret => "partner-center-secret",
            Self::PartnerApiSecret => "partner-api-secret",
            Self::RefreshToken => "refresh-token",
            Self::SignIn => "sign-in",
            Self::Manifest => "manifest",
            Self::PartnerCenterToken => "partner-center-token",
            Self::PartnerApiToken => "partner-api-token",
        }
    }
}

/// The name of an item in the vault, below the service `octo-csp` and the registration. Names are computable, so the vault
/// is never searched; an item is never overwritten, a newer one has a higher serial. Access tokens alone have one name each and
/// are written over: they are no part of the set, no line tells of them, and the loss of one costs a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemName {
    /// The slot.
    pub slot: Slot,
    /// The attempt.
    pub attempt: AttemptId,
    /// What it holds.
    pub kind: Kind,
    /// 1 for the first of its kind in the attempt.
    pub serial: u32,
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{:?}/{}/{}",
            self.kind.key(),
            self.slot,
            self.attempt.0,
            self.serial
        )
    }
}

/// What step 2 proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerCenterProof {
    /// The directory.
    pub tenant: TenantId,
    /// The domain, if one was typed.
    pub domain: Option<Domain>,
    /// The application.
    pub application: ClientId,
    /// Company name as Partner Center has it.
    pub company: Option<Foreign>,
    /// Two letters.
    pub country: Option<Foreign>,
    /// Billing currency.
    pub currency: Option<Foreign>,
    /// Day of the account balance.
    pub balance_date: Option<Foreign>,
    /// End of the client secret, as the operator gave it.
    pub secret_ends: Option<jiff::civil::Date>,
}

/// What step 3 proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerApiProof {
    /// Who signed in.
    pub user: Option<Foreign>,
    /// Whether MFA was seen: in the token, by the service, or unknown.
    pub mfa: Option<bool>,
    /// The MPN ID (PartnerID).
    pub mpn: Option<MpnId>,
    /// The organization's default domain.
    pub domain: Option<Foreign>,
    /// Company name of the organization profile.
    pub company: Option<Foreign>,
    /// Billing currency.
    pub currency: Option<Foreign>,
    /// The redirect address as registered.
    pub redirect: RedirectAddress,
    /// Whether a price sheet could be read; `false` only where the cloud has no price service.
    pub prices: bool,
}

/// What Octo was given, as far as the journal knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Which Octo.
    pub host: Foreign,
    /// The payer account.
    pub target: TenantId,
    /// Under which name it was registered last, and when; `None` while nobody can tell whether it was.
    pub payer: Option<(Option<AccountName>, Timestamp)>,
    /// Of which set the application and its key are, and since when.
    pub credentials: Option<(AttemptId, Timestamp)>,
    /// Of which set the MPN ID is, and since when.
    pub mpn: Option<(AttemptId, Timestamp)>,
}

/// The state of a registration: the fold of its journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// Number of the last line.
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
    pub newer: bool,
    /// Whether it is being forgotten: half of it may be gone already.
    pub forgetting: bool,
    /// The store that the journal names.
    pub store: StoreKind,
    /// The store that this process keeps in. Whoever opens the registration says so; no line does.
    pub opened_in: StoreKind,
    /// Items of attempts that are deleted already.
    pub retired: Vec<ItemName>,
}

/// One attempt at a set of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its name.
    pub id: AttemptId,
    /// Where it writes.
    pub slot: Slot,
    /// Sequence of the active set it builds on.
    pub base: u64,
    /// When it began.
    pub began_at: Timestamp,
    /// Items that were about to be written, each with whether that was completed.
    pub items: Vec<(ItemName, bool)>,
    /// Step 2's proof, and when.
    pub partner_center: Option<(PartnerCenterProof, Timestamp)>,
    /// Step 3's proof, and when.
    pub partner_api: Option<(PartnerApiProof, Timestamp)>,
    /// The redirect address of the sign-in that was opened last, and when.
    pub consenting: Option<(RedirectAddress, Timestamp)>,
    /// When a code was last about to be sent.
    pub redeeming: Option<Timestamp>,
    /// Whether a refresh token was kept since then. An older one, or one copied from another attempt, says nothing about it.
    pub landed: bool,
    /// When the newest refresh token was issued, as far as the journal knows: a copied one is as old as its original.
    pub token_at: Option<Timestamp>,
    /// Sequence of its commit.
    pub activated: Option<(u64, Timestamp)>,
    /// Whether its items are being deleted.
    pub retiring: bool,
}

impl Attempt {
    /// An attempt of which nothing is known yet but its name.
    pub fn new(id: AttemptId, slot: Slot, base: u64) -> Self {
        Self {
            id,
            slot,
            base,
            began_at: Timestamp::UNIX_EPOCH,
            items: Vec::new(),
            partner_center: None,
            partner_api: None,
            consenting: None,
            redeeming: None,
            landed: false,
            token_at: None,
            activated: None,
            retiring: false,
        }
    }

    /// The newest completed item of a kind.
    pub fn item(&self, kind: Kind) -> Option<&ItemName> {
        self.items
            .iter()
            .filter(|(item, kept)| *kept && item.kind == kind)
            .map(|(item, _)| item)
            .max_by_key(|item| item.serial)
    }

    /// The name that the next item of a kind gets.
    pub fn next_item(&self, kind: Kind) -> ItemName {
        let serial = self
            .items
            .iter()
            .filter(|(item, _)| item.kind == kind)
            .map(|(item, _)| item.serial)
            .max()
            .unwrap_or(0);
        ItemName {
            slot: self.slot,
            attempt: self.id,
            kind,
            serial: serial.saturating_add(1),
        }
    }

    /// Every item it may have written. Only a set that was active once can have access tokens.
    pub fn all_items(&self) -> Vec<ItemName> {
        let noted = self.items.iter().map(|(item, _)| item.clone());
        let tokens = self.activated.iter().flat_map(|_| self.access_tokens());
        noted.chain(tokens).collect()
    }

    /// The items of its access tokens.
    pub fn access_tokens(&self) -> [ItemName; 2] {
        [Kind::PartnerCenterToken, Kind::PartnerApiToken].map(|kind| ItemName {
            slot: self.slot,
            attempt: self.id,
            kind,
            serial: 1,
        })
    }

    /// Items that newer ones have taken the place of. Of the refresh tokens that were kept the newest two stay: the newest was
    /// read back and not used yet, the one before it was used. In a set that is active no sign-in is open.
    pub fn superseded(&self) -> Vec<ItemName> {
        let mut tokens: Vec<u32> = self
            .items
            .iter()
            .filter(|(item, kept)| *kept && item.kind == Kind::RefreshToken)
            .map(|(item, _)| item.serial)
            .collect();
        tokens.sort_unstable_by(|one, other| other.cmp(one));
        let second = tokens.get(1).copied().unwrap_or(0);
        let over = |item: &ItemName, kept: bool| match item.kind {
            Kind::RefreshToken => item.serial < second,
            Kind::SignIn => kept && self.activated.is_some(),
            Kind::PartnerCenterSecret
            | Kind::PartnerApiSecret
            | Kind::Manifest
            | Kind::PartnerCenterToken
            | Kind::PartnerApiToken => false,
        };
        let items = self.items.iter().filter(|(item, kept)| over(item, *kept));
        items.map(|(item, _)| item.clone()).collect()
    }

    /// Every item of a sign-in.
    pub fn sign_ins(&self) -> Vec<ItemName> {
        let items = self.items.iter().map(|(item, _)| item);
        items
            .filter(|item| item.kind == Kind::SignIn)
            .cloned()
            .collect()
    }

    /// Forgets an item that is gone. The newest of its kind stays known, so that its serial is not given again.
    fn drop_item(&mut self, gone: &ItemName) {
        let newest = self.next_item(gone.kind).serial == gone.serial.saturating_add(1);
        if newest {
            let entries = self.items.iter_mut().filter(|(item, _)| item == gone);
            entries.for_each(|(_, kept)| *kept = false);
        } else {
            self.items.retain(|(item, _)| item != gone);
        }
    }

    /// The newest completed items of the kinds that make a set, the manifest first.
    pub fn set(&self) -> Vec<ItemName> {
        [
            Kind::Manifest,
            Kind::PartnerCenterSecret,
            Kind::PartnerApiSecret,
            Kind::RefreshToken,
        ]
        .into_iter()
        .filter_map(|kind| self.item(kind).cloned())
        .collect()
    }

    /// Whether a redemption was started and no token was kept after it: then nobody can tell whether the code was used.
    pub fn code_uncertain(&self) -> bool {
        self.redeeming.is_some() && !self.landed
    }

    /// Whether both steps are proven and their secrets kept: what may be reviewed.
    pub fn ready(&self) -> bool {
        self.partner_center.is_some()
            && self.partner_api.is_some()
            && self.item(Kind::PartnerCenterSecret).is_some()
            && self.item(Kind::RefreshToken).is_some()
    }

    /// Whether the set is whole: what may be activated.
    pub fn complete(&self) -> bool {
        self.ready() && self.item(Kind::Manifest).is_some()
    }
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

    /// Sequence of the commit of the active set; 0 when there is none.
    pub fn active_sequence(&self) -> u64 {
        self.active
            .as_ref()
            .and_then(|active| active.activated)
            .map_or(0, |(sequence, _)| sequence)
    }

    /// What Octo has not been given yet of the set in use, as far as the journal knows; nothing when none is in use.
    pub fn not_submitted(&self) -> Vec<Part> {
        let Some(active) = &self.active else {
            return Vec::new();
        };
        let tenant = active
            .partner_center
            .as_ref()
            .map(|(proof, _)| &proof.tenant);
        let octo = self
            .octo
            .as_ref()
            .filter(|octo| Some(&octo.target) == tenant);
        let of_this_set = |given: Option<(AttemptId, Timestamp)>| {
            given.is_some_and(|(attempt, _)| attempt == active.id)
        };
        let named = octo.and_then(|octo| octo.payer.as_ref());
        let has_mpn = active
            .partner_api
            .as_ref()
            .is_some_and(|(proof, _)| proof.mpn.is_some());
        let given = [
            (
                Part::Payer,
                named.is_some_and(|(name, _)| *name == self.name),
            ),
            (
                Part::Credentials,
                of_this_set(octo.and_then(|octo| octo.credentials)),
            ),
            (
                Part::Mpn,
                !has_mpn || of_this_set(octo.and_then(|octo| octo.mpn)),
            ),
        ];
        given
            .into_iter()
            .filter_map(|(part, given)| (!given).then_some(part))
            .collect()
    }

    /// The attempt that the next [`Fact::Began`] names, and its slot.
    pub fn next_attempt(&self) -> (AttemptId, Slot) {
        let slot = self
            .active
            .as_ref()
            .map_or(Slot::A, |active| active.slot.other());
        (AttemptId(self.sequence.saturating_add(1)), slot)
    }

    /// What a person calls it: the partner's company, else the account name.
    pub fn called(&self) -> Option<String> {
        let active = self.active.as_ref();
        let company = active.and_then(|active| active.partner_center.as_ref()?.0.company.as_ref());
        company
            .map(ToString::to_string)
            .or_else(|| self.name.as_ref().map(ToString::to_string))
    }

    /// Where its secrets are; `None` while nothing is kept.
    pub fn kept_in(&self) -> Option<StoreKind> {
        self.attempts().next().is_some().then_some(self.store)
    }

    /// The fact that goes before the next [`Fact::Began`], if the journal does not say yet where secrets will be.
    pub fn storing(&self) -> Option<Fact> {
        let store = self.opened_in;
        (store != self.store).then_some(Fact::Stored { store })
    }

    /// Every item that was ever about to be written, those that are deleted already too.
    pub fn every_item(&self) -> Vec<ItemName> {
        let present = self.attempts().flat_map(Attempt::all_items);
        present.chain(self.retired.iter().cloned()).collect()
    }

    fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.active
            .iter()
            .chain(&self.open)
            .chain(&self.previous)
            .chain(&self.closed)
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
            Fact::Stored { store } => self.store = *store,
            Fact::Forgetting => self.forgetting = true,
            Fact::Began {
                attempt,
                slot,
                base,
            } => self.begin(*attempt, *slot, *base, line.at),
            Fact::PartnerCenterProven { attempt, proof } => {
                self.with_open(*attempt, |open| {
                    open.partner_center = Some((*proof.clone(), line.at))
                });
            }
            Fact::PartnerApiProven { attempt, proof } => {
                self.with_open(*attempt, |open| {
                    open.partner_api = Some((*proof.clone(), line.at))
                });
            }
            Fact::Keeping { item } => {
                self.with_attempt(item.attempt, |a| a.items.push((item.clone(), false)))
            }
            Fact::Kept { item } => self.kept(item, line.at),
            Fact::Consenting { attempt, redirect } => self.with_open(*attempt, |open| {
                open.consenting = Some((redirect.clone(), line.at));
                open.redeeming = None;
                open.partner_api = None;
            }),
            Fact::Redeeming { attempt } => self.with_open(*attempt, |open| {
                open.redeeming = Some(line.at);
                open.landed = false;
            }),
            Fact::Activated { attempt, .. } => self.activate(*attempt, line),
            Fact::RolledBack { attempt } => self.roll_back(*attempt),
            Fact::Closed { attempt } => self.close(*attempt),
            Fact::Retiring { attempt } => {
                self.with_attempt(*attempt, |attempt| attempt.retiring = true)
            }
            Fact::Retired { attempt } => self.forget(*attempt),
            Fact::Dropped { items } => {
                for item in items {
                    self.with_attempt(item.attempt, |attempt| attempt.drop_item(item));
                }
            }
            Fact::Submitting { host, target, anew } => self.submitting(host, target, *anew),
            Fact::NotSubmitted => self.octo = None,
            Fact::Submitted {
                part,
                attempt,
                name,
            } => self.submitted(*part, *attempt, name.as_ref(), line.at),
            Fact::Checked { step, lines } => self.checked(*step, lines, line),
        }
    }

    fn submitting(&mut self, host: &Foreign, target: &TenantId, anew: bool) {
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
        let run = GoodRun {
            sequence: line.sequence,
            at: line.at,
            lines: lines.to_vec(),
        };
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
            let entry = attempt
                .items
                .iter_mut()
                .rev()
                .find(|(name, _)| name == item);
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
        self.closed.extend(self.open.take());
        self.open = Some(Attempt {
            began_at: at,
            ..Attempt::new(id, slot, base)
        });
    }

    fn activate(&mut self, id: AttemptId, line: &Line) {
        if self.open.as_ref().is_some_and(|open| open.id == id) {
            self.closed.extend(self.previous.take());
            self.previous = self.active.take();
            self.active = self.open.take().map(|mut open| {
                open.activated = Some((line.sequence, line.at));
                open
            });
            self.checked_at = Some(line.at);
        }
    }

    fn roll_back(&mut self, id: AttemptId) {
        if self.active.as_ref().is_some_and(|active| active.id == id) {
            self.closed.extend(self.active.take());
            self.active = self.previous.take();
        }
    }

    fn close(&mut self, id: AttemptId) {
        if self.open.as_ref().is_some_and(|open| open.id == id) {
            self.closed.extend(self.open.take());
        }
    }

    fn forget(&mut self, id: AttemptId) {
        let gone = self.attempts().filter(|attempt| attempt.id == id);
        let gone: Vec<ItemName> = gone.flat_map(Attempt::all_items).collect();
        self.retired.extend(gone);
        self.closed.retain(|closed| closed.id != id);
        self.previous = self.previous.take().filter(|previous| previous.id != id);
    }

    fn with_open(&mut self, id: AttemptId, change: impl FnOnce(&mut Attempt)) {
        if let Some(open) = self.open.as_mut().filter(|open| open.id == id) {
            change(open);
        }
    }

    fn with_attempt(&mut self, id: AttemptId, change: impl FnOnce(&mut Attempt)) {
        let all = self
            .open
            .iter_mut()
            .chain(&mut self.active)
            .chain(&mut self.previous)
            .chain(&mut self.closed);
        if let Some(attempt) = { all }.find(|attempt| attempt.id == id) {
            change(attempt);
        }
    }
}

/// What a line of the file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// A line of ours.
    Line(Line),
    /// A whole line, written by a newer version.
    Newer,
    /// Not a line: torn or damaged.
    Broken,
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    v: u32,
    seq: u64,
    at: Timestamp,
    #[serde(flatten)]
    fact: Fact,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

/// Writes a line: the check sum of what follows it (CRC-32, eight hexadecimal digits), a blank, the JSON, a line end.
pub fn write_line(line: &Line) -> String {
    let envelope = Envelope {
        v: VERSION,
        seq: line.sequence,
        at: line.at,
        fact: line.fact.clone(),
    };
    // A fact is plain data with string keys: it always has a JSON form.
    let json = serde_json::to_string(&envelope).unwrap_or_default();
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()))
}

/// Reads one line without its line end.
pub fn read_line(bytes: &[u8]) -> Read {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Read::Broken;
    };
    let Some((sum, json)) = text.split_once(' ') else {
        return Read::Broken;
    };
    if sum != format!("{:08x}", crc32fast::hash(json.as_bytes())) {
        return Read::Broken;
    }
    match serde_json::from_str::<Envelope>(json) {
        Ok(Envelope {
            v: VERSION,
            seq,
            at,
            fact,
        }) => Read::Line(Line {
            sequence: seq,
            at,
            fact,
        }),
        _ => match serde_json::from_str::<Version>(json) {
            Ok(version) if version.v > VERSION => Read::Newer,
            _ => Read::Broken,
        },
    }
}

/// What a whole file turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The lines that can be read, in order.
    pub lines: Vec<Line>,
    /// Whether lines of a newer version were seen.
    pub newer: bool,
    /// Whether a line other than the last one is broken or out of order.
    pub damaged: bool,
    /// Bytes of the file that are good: what follows is a torn last line.
    pub good_bytes: usize,
}

/// Reads a whole file. A torn last line is no damage: it was never acknowledged.
pub fn read_file(bytes: &[u8]) -> Contents {
    read_on(bytes, 0)
}

/// Reads what follows the line of number `last`.
pub fn read_on(bytes: &[u8], mut last: u64) -> Contents {
    let mut contents = Contents::default();
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let (line, after) = rest.split_at(end);
        let after = after.get(1..).unwrap_or_default();
        let expected = last.saturating_add(1);
        match read_line(line) {
            Read::Line(line) if line.sequence == expected || contents.newer => {
                last = line.sequence;
                contents.lines.push(line);
            }
            Read::Newer => contents.newer = true,
            // A broken line at the very end is a torn one whose line end made it to the disk.
            Read::Line(_) | Read::Broken if after.is_empty() => return contents,
            Read::Line(_) | Read::Broken => contents.damaged = true,
        }
        contents.good_bytes += line.len() + 1;
        rest = after;
    }
    contents
}

/// Where one registration's journal, draft and items are found: the environment, and for another cloud its host.
pub fn registration_name(environment: Environment, cloud: Option<&str>) -> String {
    cloud.map_or_else(
        || environment.key().to_owned(),
        |cloud| format!("{}-at-{cloud}", environment.key()),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";
    const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).unwrap()
    }

    fn item(attempt: u64, kind: Kind, serial: u32) -> ItemName {
        ItemName {
            slot: Slot::A,
            attempt: AttemptId(attempt),
            kind,
            serial,
        }
    }

    fn named(name: Option<&str>) -> Fact {
        Fact::Named {
            name: name.map(|name| AccountName::parse(name).unwrap()),
        }
    }

    fn began(attempt: u64) -> Fact {
        Fact::Began {
            attempt: AttemptId(attempt),
            slot: Slot::A,
            base: 7,
        }
    }

    fn partner_center() -> PartnerCenterProof {
        PartnerCenterProof {
            tenant: TenantId::parse(TENANT).unwrap().value,
            domain: Some(Domain::parse("contoso.onmicrosoft.com").unwrap().value),
            application: ClientId::parse(APP).unwrap().value,
            company: Some(Foreign::new("Contoso 本番 \"x\" \\ y")),
            country: None,
            currency: Some(Foreign::new("EUR")),
            balance_date: Some(Foreign::new("2026-04-30")),
            secret_ends: Some("2027-05-14".parse().unwrap()),
        }
    }

    fn partner_api() -> PartnerApiProof {
        PartnerApiProof {
            user: Some(Foreign::new("admin@contoso.com")),
            mfa: None,
            mpn: Some(MpnId::parse("6212345").unwrap().value),
            domain: None,
            company: Some(Foreign::new("Contoso")),
            currency: Some(Foreign::new("EUR")),
            redirect: redirect(),
            prices: true,
        }
    }

    fn redirect() -> RedirectAddress {
        RedirectAddress::parse("http://localhost:8400/").unwrap()
    }

    fn submitting(anew: bool) -> Fact {
        Fact::Submitting {
            host: Foreign::new("api.alphaus.cloud"),
            target: TenantId::parse(TENANT).unwrap().value,
            anew,
        }
    }

    /// Every kind of fact once, about one attempt.
    fn every_fact(id: u64) -> Vec<Fact> {
        let attempt = AttemptId(id);
        let token = item(id, Kind::RefreshToken, 1);
        vec![
            named(Some("Contoso")),
            named(None),
            began(id),
            Fact::PartnerCenterProven {
                attempt,
                proof: Box::new(partner_center()),
            },
            Fact::Consenting {
                attempt,
                redirect: redirect(),
            },
            Fact::Redeeming { attempt },
            Fact::Keeping {
                item: token.clone(),
            },
            Fact::Kept { item: token },
            Fact::PartnerApiProven {
                attempt,
                proof: Box::new(partner_api()),
            },
            Fact::Activated {
                attempt,
                slot: Slot::A,
            },
            Fact::RolledBack { attempt },
            Fact::Closed { attempt },
            Fact::Dropped {
                items: vec![item(id, Kind::SignIn, 1)],
            },
            Fact::Retiring { attempt },
            Fact::Retired { attempt },
            Fact::NotSubmitted,
            submitting(true),
            Fact::Submitted {
                part: Part::Payer,
                attempt,
                name: Some(AccountName::parse("Contoso").unwrap()),
            },
            Fact::Submitted {
                part: Part::Mpn,
                attempt,
                name: None,
            },
            Fact::Checked {
                step: Step::PartnerApi,
                lines: vec![CheckLine {
                    check: Foreign::new("mpn"),
                    said: Foreign::new("6212345, Contoso"),
                }],
            },
            Fact::Stored {
                store: StoreKind::File,
            },
            Fact::Forgetting,
        ]
    }

    fn lines(facts: &[Fact]) -> Vec<Line> {
        (1_u64..)
            .zip(facts)
            .map(|(sequence, fact)| Line {
                sequence,
                at: at(i64::try_from(sequence).unwrap()),
                fact: fact.clone(),
            })
            .collect()
    }

    fn fold(facts: &[Fact]) -> Registration {
        Registration::fold(&lines(facts))
    }

    fn file(facts: &[Fact]) -> Vec<u8> {
        lines(facts)
            .iter()
            .flat_map(|line| write_line(line).into_bytes())
            .collect()
    }

    /// An attempt in slot A that was activated.
    fn activated(id: u64) -> Vec<Fact> {
        let attempt = AttemptId(id);
        vec![
            began(id),
            Fact::Activated {
                attempt,
                slot: Slot::A,
            },
        ]
    }

    // ---- the fold ----

    #[test]
    fn nothing_folds_to_nothing() {
        let nothing = fold(&[]);
        assert_eq!(nothing, Registration::default());
        assert_eq!(nothing.open_step(), Step::Basic);
        assert_eq!(nothing.active_sequence(), 0);
        assert_eq!(nothing.next_attempt(), (AttemptId(1), Slot::A));
    }

    #[test]
    fn a_name_is_the_last_one_given_and_empty_counts_as_given() {
        let registration = fold(&[named(Some("A")), named(Some("B"))]);
        assert_eq!(registration.name.as_ref().unwrap().as_str(), "B");
        let registration = fold(&[named(Some("A")), named(None)]);
        assert!(registration.named && registration.name.is_none());
        assert_eq!(registration.open_step(), Step::PartnerCenter);
    }

    #[test]
    fn an_attempt_is_open_from_its_beginning() {
        let registration = fold(&[named(None), began(2)]);
        let open = registration.open.as_ref().unwrap();
        assert_eq!((open.id, open.slot, open.base), (AttemptId(2), Slot::A, 7));
        assert_eq!(open.began_at, at(2));
        assert_eq!(registration.open_step(), Step::PartnerCenter);
    }

    #[test]
    fn another_attempt_closes_the_open_one() {
        let registration = fold(&[began(1), began(2)]);
        assert_eq!(registration.open.unwrap().id, AttemptId(2));
        assert_eq!(registration.closed[0].id, AttemptId(1));
    }

    #[test]
    fn proofs_belong_to_the_open_attempt_only() {
        let proven = |id| Fact::PartnerCenterProven {
            attempt: AttemptId(id),
            proof: Box::new(partner_center()),
        };
        let registration = fold(&[began(1), proven(1)]);
        assert_eq!(registration.open_step(), Step::PartnerApi);
        let open = registration.open.unwrap();
        assert_eq!(open.partner_center, Some((partner_center(), at(2))));
        assert!(
            fold(&[began(1), proven(2)])
                .open
                .unwrap()
                .partner_center
                .is_none()
        );
        let facts = [
            began(1),
            Fact::PartnerApiProven {
                attempt: AttemptId(1),
                proof: Box::new(partner_api()),
            },
        ];
        let open = fold(&facts).open.unwrap();
        assert_eq!(open.partner_api, Some((partner_api(), at(2))));
    }

    #[test]
    fn an_item_counts_once_it_is_kept_and_the_newest_counts() {
        let [one, two] = [1, 2].map(|serial| item(1, Kind::RefreshToken, serial));
        let mut facts = vec![began(1), Fact::Keeping { item: one.clone() }];
        let open = fold(&facts).open.unwrap();
        assert_eq!(open.item(Kind::RefreshToken), None);
        assert_eq!(open.all_items(), vec![one.clone()]);
        assert_eq!(open.next_item(Kind::RefreshToken), two);
        facts.push(Fact::Kept { item: one.clone() });
        facts.push(Fact::Keeping { item: two.clone() });
        let open = fold(&facts).open.unwrap();
        assert_eq!(open.item(Kind::RefreshToken), Some(&one));
        facts.push(Fact::Kept { item: two.clone() });
        let open = fold(&facts).open.unwrap();
        assert_eq!(open.item(Kind::RefreshToken), Some(&two));
        assert_eq!(open.set(), vec![two.clone()]);
        assert_eq!(open.all_items(), vec![one, two]);
        assert_eq!(open.item(Kind::Manifest), None);
    }

    #[test]
    fn what_was_never_about_to_be_kept_is_not_kept() {
        let token = item(1, Kind::RefreshToken, 1);
        let open = fold(&[began(1), Fact::Kept { item: token }]).open.unwrap();
        assert!(open.items.is_empty());
    }

    #[test]
    fn whether_a_code_was_used_is_uncertain_from_its_sending_until_its_token_is_kept() {
        let attempt = AttemptId(1);
        let consenting = Fact::Consenting {
            attempt,
            redirect: redirect(),
        };
        let keep = |serial| {
            let item = item(1, Kind::RefreshToken, serial);
            [Fact::Keeping { item: item.clone() }, Fact::Kept { item }]
        };
        let mut facts = vec![began(1), consenting.clone()];
        let uncertain = |facts: &[Fact]| fold(facts).open.unwrap().code_uncertain();
        assert!(!uncertain(&facts));
        facts.push(Fact::Redeeming { attempt });
        assert!(uncertain(&facts));
        facts.extend(keep(1));
        assert!(!uncertain(&facts));
        // A second sign-in of the same attempt: the token of the first says nothing about its code.
        facts.push(consenting);
        assert!(!uncertain(&facts));
        facts.push(Fact::Redeeming { attempt });
        assert!(uncertain(&facts));
        facts.extend(keep(2));
        assert!(!uncertain(&facts));
        // A rotated token changes nothing.
        facts.extend(keep(3));
        assert!(!uncertain(&facts));
    }

    #[test]
    fn a_new_sign_in_needs_a_new_proof() {
        let attempt = AttemptId(1);
        let facts = [
            began(1),
            Fact::PartnerApiProven {
                attempt,
                proof: Box::new(partner_api()),
            },
            Fact::Redeeming { attempt },
            Fact::Consenting {
                attempt,
                redirect: redirect(),
            },
        ];
        let open = fold(&facts).open.unwrap();
        assert!(open.partner_api.is_none() && open.redeeming.is_none());
        assert_eq!(open.consenting, Some((redirect(), at(4))));
    }

    #[test]
    fn the_commit_makes_the_open_attempt_active_and_the_active_one_previous() {
        let facts = [activated(1), activated(2), activated(3)].concat();
        let registration = fold(&facts);
        assert_eq!(registration.active.as_ref().unwrap().id, AttemptId(3));
        assert_eq!(registration.previous.as_ref().unwrap().id, AttemptId(2));
        assert_eq!(registration.closed[0].id, AttemptId(1));
        assert!(registration.open.is_none());
        assert_eq!(registration.active_sequence(), 6);
        assert_eq!(registration.checked_at, Some(at(6)));
        assert_eq!(registration.next_attempt(), (AttemptId(7), Slot::B));
    }

    #[test]
    fn only_the_open_attempt_can_be_committed() {
        let facts = [
            began(1),
            Fact::Activated {
                attempt: AttemptId(9),
                slot: Slot::A,
            },
        ];
        let registration = fold(&facts);
        assert!(registration.active.is_none() && registration.open.is_some());
    }

    #[test]
    fn rolling_back_brings_the_previous_set_back() {
        let mut facts = [activated(1), activated(2)].concat();
        facts.push(Fact::RolledBack {
            attempt: AttemptId(2),
        });
        let registration = fold(&facts);
        assert_eq!(registration.active.as_ref().unwrap().id, AttemptId(1));
        assert_eq!(registration.active_sequence(), 2);
        assert!(registration.previous.is_none());
        assert_eq!(registration.closed[0].id, AttemptId(2));
        // Once is enough, and the first set has nothing before it.
        facts.push(Fact::RolledBack {
            attempt: AttemptId(2),
        });
        assert_eq!(fold(&facts).active, registration.active);
    }

    #[test]
    fn a_closed_attempt_is_remembered_until_it_is_retired() {
        let attempt = AttemptId(1);
        let mut facts = vec![began(1), Fact::Closed { attempt }];
        assert_eq!(fold(&facts).closed.len(), 1);
        assert!(fold(&facts).open.is_none());
        facts.push(Fact::Retiring { attempt });
        assert!(fold(&facts).closed[0].retiring);
        facts.push(Fact::Retired { attempt });
        assert!(fold(&facts).closed.is_empty());
    }

    #[test]
    fn the_previous_set_is_retired_and_the_active_one_never() {
        let mut facts = [activated(1), activated(2)].concat();
        for attempt in [1, 2].map(AttemptId) {
            facts.push(Fact::Retiring { attempt });
            facts.push(Fact::Retired { attempt });
        }
        let registration = fold(&facts);
        assert!(registration.previous.is_none());
        assert_eq!(registration.active.unwrap().id, AttemptId(2));
    }

    /// An active set with refresh tokens 1 to `newest`, all kept but those of `unkept`, and two sign-ins that are over.
    fn rotated(newest: u32, unkept: &[u32]) -> Registration {
        let mut facts = vec![began(1)];
        let items = (1..=2).map(|serial| item(1, Kind::SignIn, serial));
        for item in items.chain((1..=newest).map(|serial| item(1, Kind::RefreshToken, serial))) {
            facts.push(Fact::Keeping { item: item.clone() });
            if item.kind == Kind::SignIn || !unkept.contains(&item.serial) {
                facts.push(Fact::Kept { item });
            }
        }
        facts.push(Fact::Activated {
            attempt: AttemptId(1),
            slot: Slot::A,
        });
        fold(&facts)
    }

    fn refresh_tokens(items: &[ItemName]) -> Vec<u32> {
        let tokens = items.iter().filter(|item| item.kind == Kind::RefreshToken);
        tokens.map(|item| item.serial).collect()
    }

    #[test]
    fn the_newest_two_tokens_that_were_kept_are_never_superseded() {
        for (newest, unkept, wanted) in [
            (1, &[][..], &[][..]),
            (2, &[], &[]),
            (4, &[], &[1, 2]),
            (4, &[4], &[1]),
            (4, &[3], &[1]),
            (4, &[2, 3, 4], &[]),
            (5, &[1, 4], &[1, 2]),
        ] {
            let active = rotated(newest, unkept).active.unwrap();
            assert_eq!(
                refresh_tokens(&active.superseded()),
                wanted,
                "{newest} {unkept:?}"
            );
        }
    }

    #[test]
    fn what_was_dropped_is_forgotten_but_no_serial_is_given_again() {
        let mut registration = rotated(4, &[]);
        let active = registration.active.clone().unwrap();
        let items = active.superseded();
        assert_eq!(items.len(), 4, "{items:?}");
        registration.apply(&Line {
            sequence: 99,
            at: at(99),
            fact: Fact::Dropped { items },
        });
        let after = registration.active.unwrap();
        assert_eq!(after.set(), active.set());
        assert!(after.superseded().is_empty());
        assert_eq!(refresh_tokens(&after.all_items()), [3, 4]);
        assert_eq!(after.item(Kind::SignIn), None);
        assert_eq!(after.next_item(Kind::SignIn).serial, 3);
        assert_eq!(after.next_item(Kind::RefreshToken).serial, 5);
    }

    #[test]
    fn a_set_that_was_active_names_its_access_tokens_among_its_items() {
        let registration = fold(&[activated(1), vec![began(5)]].concat());
        let active = registration.active.unwrap();
        assert_eq!(active.all_items(), active.access_tokens());
        assert!(registration.open.unwrap().all_items().is_empty());
        assert!(active.set().is_empty());
    }

    #[test]
    fn a_check_is_remembered() {
        let checked = Fact::Checked {
            step: Step::PartnerApi,
            lines: Vec::new(),
        };
        assert_eq!(fold(&[checked]).checked_at, Some(at(1)));
    }

    #[test]
    fn a_set_is_complete_with_both_proofs_two_secrets_and_the_manifest() {
        let attempt = AttemptId(1);
        let keep = |kind| {
            let item = item(1, kind, 1);
            [Fact::Keeping { item: item.clone() }, Fact::Kept { item }]
        };
        let mut facts = vec![began(1)];
        let parts = [
            keep(Kind::PartnerCenterSecret).to_vec(),
            vec![Fact::PartnerCenterProven {
                attempt,
                proof: Box::new(partner_center()),
            }],
            keep(Kind::RefreshToken).to_vec(),
            vec![Fact::PartnerApiProven {
                attempt,
                proof: Box::new(partner_api()),
            }],
            keep(Kind::Manifest).to_vec(),
        ];
        for part in &parts {
            assert!(!fold(&facts).open.unwrap().complete());
            facts.extend(part.iter().cloned());
        }
        let open = fold(&facts).open.unwrap();
        assert!(open.complete());
        assert_eq!(open.set()[0].kind, Kind::Manifest);
        for missing in 0..parts.len() {
            let others = parts.iter().enumerate().filter(|(i, _)| *i != missing);
            let facts: Vec<Fact> = [began(1)]
                .into_iter()
                .chain(others.flat_map(|(_, part)| part.clone()))
                .collect();
            assert!(!fold(&facts).open.unwrap().complete(), "{missing}");
        }
    }

    // ---- lines ----

    #[test]
    fn every_fact_is_read_as_it_was_written() {
        for line in lines(&every_fact(3)) {
            let text = write_line(&line);
            let bare = text.strip_suffix('\n').unwrap();
            assert!(!bare.contains('\n'));
            assert_eq!(read_line(bare.as_bytes()), Read::Line(line));
        }
    }

    #[test]
    fn the_form_of_a_line_does_not_change() {
        let line = &lines(&[began(1)])[0];
        assert_eq!(
            write_line(line),
            "cc4e177d {\"v\":1,\"seq\":1,\"at\":\"2026-05-28T20:26:41Z\",\"fact\":\"began\",\"attempt\":1,\"slot\":\"A\",\"base\":7}\n"
        );
    }

    #[test]
    fn no_fact_of_an_items_name_is_ambiguous() {
        let name = item(12, Kind::PartnerCenterSecret, 3);
        assert_eq!(name.to_string(), "partner-center-secret/A/12/3");
    }

    #[test]
    fn a_change_of_any_byte_is_noticed() {
        let text = write_line(&lines(&every_fact(3))[3]);
        let bare = text.trim_end().as_bytes();
        for index in 0..bare.len() {
            for flip in [0x01, 0x20, 0x80] {
                let mut changed = bare.to_vec();
                changed[index] ^= flip;
                assert_eq!(read_line(&changed), Read::Broken, "{index} {flip}");
            }
        }
    }

    #[test]
    fn a_newer_version_is_noticed_whatever_else_it_says() {
        for json in [
            r#"{"v":2}"#,
            r#"{"v":2,"seq":1,"at":"2026-05-14T10:05:00Z","fact":"danced"}"#,
            r#"{"v":4294967295,"fact":{}}"#,
        ] {
            let text = format!("{:08x} {json}", crc32fast::hash(json.as_bytes()));
            assert_eq!(read_line(text.as_bytes()), Read::Newer, "{json}");
        }
        for json in [
            r#"{"v":0}"#,
            r#"{"v":1}"#,
            r#"{"v":1,"seq":1,"fact":"danced"}"#,
            "[]",
        ] {
            let text = format!("{:08x} {json}", crc32fast::hash(json.as_bytes()));
            assert_eq!(read_line(text.as_bytes()), Read::Broken, "{json}");
        }
    }

    // ---- files ----

    #[test]
    fn every_prefix_of_a_file_recovers_to_the_lines_that_are_whole() {
        let facts = every_fact(3);
        let whole = file(&facts);
        for end in 0..=whole.len() {
            let prefix = &whole[..end];
            let contents = read_file(prefix);
            let ends = prefix.split(|byte| *byte == b'\n').count() - 1;
            assert_eq!(contents.lines, lines(&facts)[..ends]);
            assert!(!contents.damaged && !contents.newer);
            let last = prefix.iter().rposition(|byte| *byte == b'\n');
            assert_eq!(contents.good_bytes, last.map_or(0, |last| last + 1));
        }
    }

    #[test]
    fn a_torn_last_line_with_its_line_end_is_no_damage() {
        let mut bytes = file(&[named(None)]);
        let good = bytes.len();
        bytes.extend(b"12345678 {\"v\":1\n");
        let contents = read_file(&bytes);
        assert_eq!((contents.good_bytes, contents.damaged), (good, false));
        assert_eq!(contents.lines.len(), 1);
    }

    #[test]
    fn a_line_that_is_broken_doubled_or_missing_in_the_middle_is_damage() {
        let all = lines(&[named(None), began(2), named(None), named(None)]);
        let text = |numbers: &[usize]| -> Vec<u8> {
            let texts = numbers.iter().map(|number| write_line(&all[*number]));
            texts.flat_map(String::into_bytes).collect()
        };
        for numbers in [&[0, 2, 3][..], &[0, 0, 1], &[1, 2, 3], &[0, 2, 1]] {
            assert!(read_file(&text(numbers)).damaged, "{numbers:?}");
        }
        let broken = [text(&[0]), b"x\n".to_vec(), text(&[1])].concat();
        assert!(read_file(&broken).damaged);
    }

    #[test]
    fn a_newer_line_is_noticed_wherever_it_is() {
        let json = r#"{"v":2,"seq":18446744073709551615}"#;
        let newer = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes();
        let mut last = lines(&[named(None)]);
        last[0].sequence = u64::MAX;
        let last = write_line(&last[0]).into_bytes();
        let ours = file(&[named(None)]);
        for parts in [
            vec![&newer],
            vec![&ours, &newer],
            vec![&newer, &ours],
            vec![&newer, &last, &last, &ours],
        ] {
            let bytes: Vec<u8> = parts.into_iter().flatten().copied().collect();
            let contents = read_file(&bytes);
            assert!(contents.newer);
            assert_eq!(contents.good_bytes, bytes.len());
        }
    }

    #[test]
    fn a_name_of_a_registration_is_the_environment_and_for_another_cloud_its_host() {
        assert_eq!(
            registration_name(Environment::Production, None),
            "production"
        );
        assert_eq!(
            registration_name(Environment::Sandbox, Some("login.example")),
            "sandbox-at-login.example"
        );
    }

    #[test]
    fn a_check_of_an_earlier_version_has_no_lines_and_is_read() {
        let json =
            r#"{"v":1,"seq":3,"at":"2026-05-01T10:00:00Z","fact":"checked","step":"partner-api"}"#;
        let line = format!("{:08x} {json}", crc32fast::hash(json.as_bytes()));
        let Read::Line(line) = read_line(line.as_bytes()) else {
            panic!("not read");
        };
        let registration = Registration::fold([&line]);
        assert!(
            registration
                .good_runs
                .get(&Step::PartnerApi)
                .unwrap()
                .lines
                .is_empty()
        );
        assert_eq!(registration.checked_at, Some(line.at));
        assert!(write_line(&line).ends_with("\"step\":\"partner-api\"}\n"));
    }

    #[test]
    fn a_token_that_was_copied_is_as_old_as_its_original() {
        let token = |attempt| item(attempt, Kind::RefreshToken, 1);
        let kept = |attempt| {
            let item = token(attempt);
            [Fact::Keeping { item: item.clone() }, Fact::Kept { item }]
        };
        let mut facts = vec![
            began(1),
            Fact::Redeeming {
                attempt: AttemptId(1),
            },
        ];
        facts.extend(kept(1));
        facts.push(Fact::Activated {
            attempt: AttemptId(1),
            slot: Slot::A,
        });
        facts.push(began(6));
        facts.extend(kept(6));
        let all = lines(&facts);
        let registration = Registration::fold(&all);
        let issued = registration.active.unwrap().token_at;
        assert_eq!(issued, Some(at(4)));
        assert_eq!(registration.open.unwrap().token_at, issued);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let contents = read_file(&bytes);
            prop_assert!(contents.good_bytes <= bytes.len());
            prop_assert_ne!(read_line(&bytes), Read::Newer);
        }

        #[test]
        fn a_file_with_any_change_never_yields_a_line_that_was_not_written(
            place in any::<prop::sample::Index>(),
            junk in prop::collection::vec(any::<u8>(), 0..20),
            removed in 0_usize..200,
        ) {
            let written = lines(&every_fact(3));
            let mut bytes = file(&every_fact(3));
            let start = place.index(bytes.len());
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, junk);
            let contents = read_file(&bytes);
            prop_assert!(contents.lines.iter().all(|line| written.contains(line)));
            prop_assert!(contents.good_bytes <= bytes.len());
            // What is not known to be damaged is a beginning of what was written.
            if !contents.damaged {
                prop_assert_eq!(&contents.lines[..], &written[..contents.lines.len()]);
            }
        }

        #[test]
        fn facts_in_any_order_fold_without_a_panic_and_keep_the_invariants(
            choices in prop::collection::vec((0_usize..16, 1_u64..5), 0..60)
        ) {
            let facts: Vec<Fact> = choices
                .into_iter()
                .map(|(which, attempt)| every_fact(attempt).swap_remove(which))
                .collect();
            let mut registration = Registration::default();
            for line in lines(&facts) {
                let before = registration.active.as_ref().map(|active| active.id);
                registration.apply(&line);
                let after = registration.active.as_ref().map(|active| active.id);
                let commits = matches!(line.fact, Fact::Activated { .. } | Fact::RolledBack { .. });
                prop_assert!(before == after || commits);
                prop_assert!(registration.active.iter().all(|active| active.activated.is_some()));
                prop_assert_eq!(registration.sequence, line.sequence);
            }
            let (next, slot) = registration.next_attempt();
            prop_assert!(registration.open.iter().all(|open| open.id != next) || next.0 < 5);
            prop_assert!(registration.active.iter().all(|active| active.slot != slot));
            prop_assert_eq!(read_file(&file(&facts)).lines, lines(&facts));
        }
    }
}
