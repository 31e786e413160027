//! Journals in an Azure Key Vault: each is a secret of which every change is a version.
//!
//! A vault takes whatever is set, so who was first is found out afterwards. What is written says on which version it builds; whoever has
//! written looks at what else builds on that. The one that the vault took first stands, and the other one puts it back and is told. Of two
//! in the same second neither knows, so each of them puts the other's back and is told. What stays is the window between one's look
//! and another's end in the middle of that: the lease keeps two from getting there.

use std::sync::Arc;

use async_trait::async_trait;

use super::claimed::{self, Claimed};
use super::journal_store::{JournalStore, Lease};
use super::known::{Known, written_by};
use crate::journal::{self, Contents, Fact, Line, Registration, Sequence};
use crate::words::{Cause, Failure, VaultFault};
use crate::world::http::new_guid;
use crate::world::store::{Anchor, Answer, KeyVault, Listed, Named, Tags};

/// Journals in a Key Vault.
pub struct JournalKeyVault {
    vault: Arc<KeyVault>,
    seen: Known<Seen>,
}

/// What of a journal is known: where it is, its version, its lines, and the number of the last one.
#[derive(Clone, Default)]
struct Seen {
    anchor: Option<Anchor>,
    version: String,
    text: String,
    last: Sequence,
}

/// What is to be written: where, on what it builds, and as which write.
struct Write<'w> {
    name: String,
    text: &'w str,
    tags: Tags,
}

impl JournalKeyVault {
    /// The journals of a vault.
    pub fn new(vault: Arc<KeyVault>) -> Self {
        Self { vault, seen: Known::default() }
    }

    fn moved(text: &str) -> Box<Failure> {
        KeyVault::failed(Cause::JournalMoved, &written_by(text))
    }

    async fn found(&self, registration: &str) -> Answer<Seen> {
        // A part that is gone was taken the place of a moment ago.
        for _ in 0..3 {
            let Some(anchor) = self.vault.anchor(registration).await? else { break };
            let found = self.vault.read(&Named::Journal(&anchor).name(registration), "", false).await?;
            if let Some(text) = found.text {
                let text = text.reveal().to_owned();
                let last = journal::read_file(text.as_bytes()).lines.last().map_or(0, |line| line.sequence);
                return Ok(Seen { anchor: Some(anchor), version: found.version, text, last });
            }
        }
        Ok(Seen::default())
    }

    /// Writes the journal if what is known of it still holds.
    async fn change(&self, registration: &str, last: Sequence, lines: &[Line], keep: bool) -> Answer<Sequence> {
        let seen = self.seen.of(registration);
        let now = self.found(registration).await?;
        if seen.last != last || now.text != seen.text {
            return Err(Self::moved(&now.text));
        }
        let who = &self.vault.settings().who;
        let added: String = lines.iter().map(|line| journal::write_line_of(line, Some(who))).collect();
        let mut text = if keep { now.text.clone() + &added } else { added.clone() };
        let mut shorter = !keep;
        if KeyVault::is_too_long(&text) && keep {
            // What all lines came to takes their place, and the new one stands behind it.
            let so_far = Registration::fold(&journal::read_file(now.text.as_bytes()).lines);
            let at = lines.first().map_or(jiff::Timestamp::UNIX_EPOCH, |line| line.at);
            text = journal::write_line_of(&so_far.snapshot(at), Some(who)) + &added;
            shorter = true;
        }
        if KeyVault::is_too_long(&text) {
            let detail = format!("{} bytes for the journal", text.len());
            return Err(KeyVault::failure(VaultFault::TooLarge, &detail));
        }
        let commits = lines.iter().any(|line| matches!(line.fact, Fact::Activated { .. }));
        if commits {
            claimed::expect(&self.vault, registration).await?;
        }
        let (anchor, version) = match &now.anchor {
            Some(old) if shorter => {
                let anchor = Anchor { part: old.part.saturating_add(1), ..old.clone() };
                (anchor.clone(), self.replaced(registration, &now, (old, &anchor), &text).await?)
            }
            Some(anchor) => (anchor.clone(), self.written(registration, &now, anchor, &text).await?),
            None => {
                // Of a registration that comes here the secrets are there before its journal, in a generation that they began.
                let begun = self.vault.anchor(registration).await?;
                let anchor = if let Some(begun) = begun { begun } else { self.vault.begin(registration).await? };
                (anchor.clone(), self.written(registration, &now, &anchor, &text).await?)
            }
        };
        // What is committed is what everybody reads.
        if commits && self.found(registration).await?.text != text {
            return Err(Self::moved(&self.found(registration).await?.text));
        }
        let last = lines.last().map_or(last, |line| line.sequence);
        self.seen.see(registration, Seen { anchor: Some(anchor), version, text, last });
        Ok(last)
    }

    fn write<'w>(registration: &'w str, anchor: &Anchor, text: &'w str, after: &str) -> Write<'w> {
        let name = Named::Journal(anchor).name(registration);
        let (kind, after, write) = ("journal".to_owned(), after.to_owned(), new_guid());
        let tags = Tags { kind, registration: registration.to_owned(), after, write, ..Tags::default() };
        Write { name, text, tags }
    }

    /// A version more of the same part; returns it.
    async fn written(&self, registration: &str, now: &Seen, anchor: &Anchor, text: &str) -> Answer<String> {
        let write = Self::write(registration, anchor, text, &now.version);
        let ours = self.vault.set(&write.name, text, &write.tags, false).await?;
        let (rivals, anchored) = futures_util::try_join!(self.rivals(&write), self.vault.anchor(registration))?;
        if anchored.as_ref() != Some(anchor) {
            return Err(Self::moved(&self.found(registration).await?.text));
        }
        if rivals.is_empty() { Ok(ours) } else { self.settled(&write, ours, rivals).await }
    }

    /// The whole journal in a part of its own, and the older one deleted; returns its version.
    async fn replaced(
        &self,
        registration: &str,
        now: &Seen,
        (old, new): (&Anchor, &Anchor),
        text: &str,
    ) -> Answer<String> {
        let write = Self::write(registration, new, text, &now.version);
        let ours = self.vault.set(&write.name, text, &write.tags, false).await?;
        self.vault.set_anchor(registration, new).await?;
        let name = Named::Journal(old).name(registration);
        let before = Write { name, text, tags: write.tags.clone() };
        let (added, rivals) = futures_util::try_join!(self.rivals(&before), self.rivals(&write))?;
        if !added.is_empty() {
            // Somebody added to the older part: that stands.
            self.vault.set_anchor(registration, old).await?;
            return Err(Self::moved(&self.found(registration).await?.text));
        }
        let version = if rivals.is_empty() { ours } else { self.settled(&write, ours, rivals).await? };
        // It has no secret, and nobody looks at it any more: what became of it does not matter.
        drop(self.vault.delete(&before.name).await);
        Ok(version)
    }

    /// What else builds on the same version.
    async fn rivals(&self, write: &Write<'_>) -> Answer<Vec<Listed>> {
        let mut all = self.vault.versions(&write.name).await?;
        all.retain(|one| one.tags.after == write.tags.after && one.tags.write != write.tags.write);
        Ok(all)
    }

    /// Finds out who was first: then theirs is what the journal is, and who was not is told.
    async fn settled(&self, write: &Write<'_>, ours: String, rivals: Vec<Listed>) -> Answer<String> {
        let all = self.vault.versions(&write.name).await?;
        let own = all.iter().find(|one| one.version() == ours).map_or(i64::MAX, Listed::created);
        let first = rivals.iter().min_by_key(|one| (one.created(), one.version().to_owned()));
        let Some(first) = first else { return Ok(ours) };
        let won = own < first.created();
        let now = self.vault.read(&write.name, "", false).await?;
        let text = if won {
            write.text.to_owned()
        } else {
            let theirs = self.vault.read(&write.name, first.version(), false).await?.text;
            theirs.map_or_else(String::new, |text| text.reveal().to_owned())
        };
        let mut version = now.version;
        if now.text.is_none_or(|now| !now.same_as(&text)) && !text.is_empty() {
            let tags = Tags { after: version, ..write.tags.clone() };
            version = self.vault.set(&write.name, &text, &tags, false).await?;
        }
        if won { Ok(version) } else { Err(Self::moved(&text)) }
    }

    /// Deletes what there is of a registration, of whatever generation, but for one name.
    async fn clear(&self, registration: &str, but: &str) -> Answer<()> {
        let left = self.vault.all(false).await?.into_iter();
        let left = left.filter(|one| {
            one.tags.registration == registration && ["journal", "secret"].contains(&one.tags.kind.as_str())
        });
        let names: Vec<String> = left.map(|one| one.name().to_owned()).filter(|name| name != but).collect();
        for name in &names {
            self.vault.delete(name).await?;
        }
        // What was deleted before by whoever may not purge is purged now, if we may: each is tried once.
        let deleted = self.vault.all(true).await.unwrap_or_default().into_iter();
        for one in deleted.filter(|one| one.tags.registration == registration) {
            self.vault.purge(one.name(), 0).await;
        }
        Ok(())
    }
}

#[async_trait]
impl JournalStore for JournalKeyVault {
    fn place(&self, registration: &str) -> String {
        self.vault.place(registration)
    }

    async fn list(&self) -> Answer<Vec<String>> {
        let all = self.vault.all(false).await?.into_iter().filter(|one| one.tags.kind == "journal");
        let mut names: Vec<String> = all.map(|one| one.tags.registration).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    async fn read(&self, registration: &str) -> Answer<Contents> {
        let seen = self.found(registration).await?;
        let contents = journal::read_file(seen.text.as_bytes());
        self.seen.see(registration, seen);
        Ok(contents)
    }

    async fn append(&self, registration: &str, after: Sequence, line: &Line) -> Answer<Sequence> {
        self.change(registration, after, std::slice::from_ref(line), true).await
    }

    async fn replace(&self, registration: &str, at: Sequence, snapshot: &[Line]) -> Answer<Sequence> {
        self.change(registration, at, snapshot, false).await
    }

    /// Each line is a version with all before it, and all versions of a part are looked at behind each.
    fn many(&self) -> usize {
        40
    }

    async fn lock(&self, registration: &str) -> Answer<Box<dyn Lease>> {
        Ok(Box::new(Claimed::take(&self.vault, registration).await?))
    }

    /// In a generation of its own: the names that it had here before cannot be had again for a while.
    async fn make_room(&self, registration: &str) -> Answer<()> {
        let text = self.found(registration).await?.text;
        let anchor = Anchor::fresh()?;
        let write = Self::write(registration, &anchor, &text, "");
        if !text.is_empty() {
            self.vault.set(&write.name, &text, &write.tags, false).await?;
        }
        self.vault.set_anchor(registration, &anchor).await?;
        self.clear(registration, &write.name).await
    }

    /// The anchor goes first, and with it everything: what of it was left by a kill has a generation that nobody looks for.
    async fn destroy(&self, registration: &str) -> Answer<()> {
        self.vault.set_anchor(registration, &Anchor::default()).await?;
        self.clear(registration, "").await
    }
}
