//! One attempt at a set of secrets: what it wrote, what it proved, how far it came.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AttemptId, ItemName, Kind, PartnerApiProof, PartnerCenterProof, Slot};
use crate::words::{AccountName, RedirectAddress};

/// One attempt at a set of secrets. A journal that was made shorter holds it as it is here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Codes that were about to be sent, so far.
    pub codes_sent: usize,
    /// Whether a refresh token was kept since then. An older one, or one copied from another attempt, says nothing about it.
    pub landed: bool,
    /// When the newest refresh token was issued, as far as the journal knows: a copied one is as old as its original.
    pub token_at: Option<Timestamp>,
    /// Sequence of its commit.
    pub activated: Option<(u64, Timestamp)>,
    /// Whether its items are being deleted.
    pub retiring: bool,
    /// What it brings beside a set, if it is to take the place of the set in use; `None` if it only runs a step again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacing: Option<Replacing>,
}

/// What comes with a replacement beside its set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacing {
    /// Whether a name was chosen.
    pub named: bool,
    /// The account name that was chosen; once it counts, the one that it took the place of.
    pub name: Option<AccountName>,
}

impl Attempt {
    /// An attempt of which nothing is known yet but its name.
    pub fn new(id: AttemptId, slot: Slot, base: u64) -> Self {
        Self { id, slot, base, ..Self::default() }
    }

    /// What is still to be known of it once it was given up: what it wrote, until that is deleted.
    pub(super) fn given_up(self) -> Self {
        let Self { id, slot, base, began_at, items, activated, retiring, .. } = self;
        Self { began_at, items, activated, retiring, ..Self::new(id, slot, base) }
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
        let serial =
            self.items.iter().filter(|(item, _)| item.kind == kind).map(|(item, _)| item.serial).max().unwrap_or(0);
        ItemName { slot: self.slot, attempt: self.id, kind, serial: serial.saturating_add(1) }
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
        items.filter(|item| item.kind == Kind::SignIn).cloned().collect()
    }

    /// Forgets an item that is gone. The newest of its kind stays known, so that its serial is not given again.
    pub(super) fn drop_item(&mut self, gone: &ItemName) {
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
        [Kind::Manifest, Kind::PartnerCenterSecret, Kind::PartnerApiSecret, Kind::RefreshToken]
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
