//! The journal: one checksummed JSON line per [`Fact`]; the [`Registration`] is the fold of all facts.
//!
//! Nothing else is stored about a registration, so after a crash the fold itself says which step is open. No secret, and
//! nothing derived from one, is ever a fact. Reading and writing lines is here because it is pure; the file is in `world`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// Every check of a step passed again.
    Checked {
        /// The step.
        step: Step,
    },
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
}

impl Kind {
    /// As in an item's name.
    pub fn key(self) -> &'static str {
        match self {
            Self::PartnerCenterSecret => "partner-center-secret",
            Self::PartnerApiSecret => "partner-api-secret",
            Self::RefreshToken => "refresh-token",
            Self::SignIn => "sign-in",
            Self::Manifest => "manifest",
        }
    }
}

/// The name of an item in the vault, below the service `octo-csp` and the registration. Names are computable, so the vault
/// is never searched; an item is never overwritten, a newer one has a higher serial.
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
    /// Whether lines of a newer version were seen: then nothing is written.
    pub newer: bool,
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

    /// Every item it may have written.
    pub fn all_items(&self) -> Vec<ItemName> {
        self.items.iter().map(|(item, _)| item.clone()).collect()
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

    /// The attempt that the next [`Fact::Began`] names, and its slot.
    pub fn next_attempt(&self) -> (AttemptId, Slot) {
        let slot = self
            .active
            .as_ref()
            .map_or(Slot::A, |active| active.slot.other());
        (AttemptId(self.sequence.saturating_add(1)), slot)
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
            Fact::Kept { item } => self.with_attempt(item.attempt, |attempt| {
                if let Some(entry) = attempt
                    .items
                    .iter_mut()
                    .rev()
                    .find(|(name, _)| name == item)
                {
                    entry.1 = true;
                    attempt.landed |= item.kind == Kind::RefreshToken;
                }
            }),
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
            Fact::Checked { .. } => self.checked_at = Some(line.at),
        }
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
    let mut contents = Contents::default();
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let (line, after) = rest.split_at(end);
        let after = after.get(1..).unwrap_or_default();
        let last = contents.lines.last().map_or(0, |line| line.sequence);
        let expected = last.saturating_add(1);
        match read_line(line) {
            Read::Line(line) if line.sequence == expected || contents.newer => {
                contents.lines.push(line)
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
