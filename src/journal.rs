//! The journal: one checksummed JSON line per [`Fact`]; the [`Registration`] is the fold of all facts.
//!
//! Nothing else is stored about a registration, so after a crash the fold itself says which step is open. No secret, and
//! nothing derived from one, is ever a fact. Reading and writing lines is here because it is pure; the file is in `world`.

pub mod access;
mod attempt;
mod items;
mod lines;
mod registration;
pub mod standing;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::{
    AccountName, ClientId, Domain, Environment, Label, MpnId, Part, RedirectAddress, Step, StoreKey, TenantId,
    UntrustedText,
};

pub use attempt::{Attempt, Replacing};
pub use items::{AttemptId, ItemName, Kind, Slot};
pub use lines::{Contents, mark, read_file, read_on, write_line, write_line_of, written_by};
#[cfg(feature = "test-door")]
pub use lines::{Read, VERSION, read_line};
pub use registration::{Handover, Move, Registration};

/// The number of a line; 0 before the first.
pub type Sequence = u64;

/// One line: when, and what became true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// 1 for the first line, then one more each.
    pub sequence: Sequence,
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
        store: StoreKey,
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
    /// The same for an attempt that is to take the place of the set in use: all three steps, and the name.
    Replacing {
        /// The attempt.
        attempt: AttemptId,
        /// The slot that is not active.
        slot: Slot,
        /// Sequence of the active set that it replaces.
        base: u64,
    },
    /// The account name was chosen that comes with a replacement once that is confirmed.
    Naming {
        /// The attempt.
        attempt: AttemptId,
        /// The name; `None`: left empty.
        name: Option<AccountName>,
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
    /// It provably never left: the sign-in is as it was before.
    NotRedeemed {
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
        /// Whether the attempt is open again, to be confirmed once more. Lines of earlier versions do not say so: they gave it up.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reopened: bool,
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
        host: UntrustedText,
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
    /// It is about to be moved to another store. Where its journal goes too, nothing but that goes on from here.
    Moving {
        /// Where to.
        moving: Move,
    },
    /// That was given up: everything is where it was.
    NotMoved,
    /// Nothing of it is kept any more where it was.
    Moved,
    /// What all lines came to that this one has taken the place of. It is the first line, and has the number of the last of them.
    Snapshot {
        /// The fold.
        registration: Box<Registration>,
    },
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// The check's stable name.
    pub check: UntrustedText,
    /// Its line on the screen; nothing secret is ever in one.
    pub said: UntrustedText,
}

/// The last run in which every check of a step passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodRun {
    /// Sequence of its line.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What was found.
    pub lines: Vec<CheckLine>,
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
    pub company: Option<UntrustedText>,
    /// Two letters.
    pub country: Option<UntrustedText>,
    /// Billing currency.
    pub currency: Option<UntrustedText>,
    /// Day of the account balance.
    pub balance_date: Option<UntrustedText>,
    /// End of the client secret, as the operator gave it.
    pub secret_ends: Option<jiff::civil::Date>,
    /// What the checks found, to compare the next run with. Lines of earlier versions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<CheckLine>,
}

/// What step 3 proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerApiProof {
    /// Who signed in.
    pub user: Option<UntrustedText>,
    /// Whether MFA was seen: in the token, by the service, or unknown.
    pub mfa: Option<bool>,
    /// The MPN ID (PartnerID).
    pub mpn: Option<MpnId>,
    /// The organization's default domain.
    pub domain: Option<UntrustedText>,
    /// Company name of the organization profile.
    pub company: Option<UntrustedText>,
    /// Billing currency.
    pub currency: Option<UntrustedText>,
    /// The redirect address as registered.
    pub redirect: RedirectAddress,
    /// Whether a price sheet could be read; `false` only where the cloud has no price service.
    pub prices: bool,
    /// What the checks found, to compare the next run with. Lines of earlier versions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<CheckLine>,
}

/// Where one registration's journal, draft and items are found: the environment, for another cloud its host, and the name that it has
/// among others. No name of a cloud has the sign before that.
pub fn registration_name(environment: Environment, cloud: Option<&str>, label: Option<&Label>) -> String {
    let at = cloud.map_or_else(String::new, |cloud| format!("-at-{cloud}"));
    let label = label.map_or_else(String::new, |label| format!("{LABELLED}{label}"));
    format!("{}{at}{label}", environment.key())
}

/// What a registration's name is made of: its environment's, its cloud's unless that is the global one, and its own among others.
pub fn parts_of(name: &str) -> (&str, Option<&str>, Option<&str>) {
    let (place, label) = name.split_once(LABELLED).map_or((name, None), |(place, label)| (place, Some(label)));
    let (environment, cloud) = place.split_once("-at-").map_or((place, None), |(key, cloud)| (key, Some(cloud)));
    (environment, cloud, label)
}

/// The sign before the name that a registration has among others.
const LABELLED: char = '~';

#[cfg(test)]
mod tests;
