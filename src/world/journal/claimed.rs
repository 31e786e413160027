//! The lease of a registration in an Azure Key Vault. Nothing there is written only if it is free, so whoever wants it says so, waits for
//! longer than a call takes, and looks again: of two that wanted it at once, one finds the other's name.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::journal_store::Lease;
use super::leased::{self, Holder, LAST, Work, at_the_end};
use crate::words::{Cause, Failure, Step};
use crate::world::store::{Answer, Document, KeyVault, Named, Tags};

/// A lease that is ours; renewed until it is dropped, and given back then.
pub(super) struct Claimed {
    held: Arc<Held>,
    renewing: JoinHandle<()>,
}

struct Held {
    vault: Arc<KeyVault>,
    name: String,
    tags: Tags,
    work: Work,
}

impl Claimed {
    /// Takes it, or says who has it.
    pub(super) async fn take(vault: &Arc<KeyVault>, registration: &str) -> Answer<Self> {
        let settings = vault.settings();
        let (name, found) = found(vault, registration, leased::name(settings.momentary)).await?;
        if let Some(holder) = Holder::in_force(&found) {
            return Err(taken(&holder));
        }
        let holder = Holder::new(&settings.who, &settings.doing, found.now);
        let tags = tags(registration);
        vault.set(&name, &holder.text(), &tags, false).await?;
        sleep(settings.claim).await;
        let (_, again) = self::found(vault, registration, leased::name(settings.momentary)).await?;
        match Holder::read(&again) {
            Some(other) if other.id != holder.id => return Err(taken(&other)),
            Some(_) => {}
            None => return Err(taken(&holder)),
        }
        let held = Arc::new(Held { vault: Arc::clone(vault), name, tags, work: Work::of(holder) });
        let renewing = tokio::spawn(renew(Arc::clone(&held)));
        Ok(Self { held, renewing })
    }
}

/// Shows that it is us who have the lease, asked for anew.
pub(super) async fn expect(vault: &KeyVault, registration: &str) -> Answer<()> {
    let settings = vault.settings();
    let (_, found) = found(vault, registration, leased::name(settings.momentary)).await?;
    match Holder::in_force(&found) {
        Some(holder) if holder.who == *settings.who => Ok(()),
        Some(other) => Err(KeyVault::failed(Cause::JournalMoved, &other.words())),
        None => Err(KeyVault::failed(Cause::JournalMoved, "the lease was ended")),
    }
}

/// Ends somebody's lease, whoever has it; `None` if nobody has. By whom it was ended stands in it.
pub(in crate::rooms::world) async fn break_claim(vault: &KeyVault, registration: &str) -> Answer<Option<String>> {
    let (name, found) = found(vault, registration, leased::name(false)).await?;
    let Some(holder) = Holder::in_force(&found) else {
        return Ok(None);
    };
    let words = holder.words();
    let ended = holder.ended_by(&vault.settings().who, found.now);
    vault.set(&name, &ended.text(), &tags(registration), false).await?;
    Ok(Some(words))
}

fn tags(registration: &str) -> Tags {
    Tags { kind: "lease".to_owned(), registration: registration.to_owned(), ..Tags::default() }
}

async fn found(vault: &KeyVault, registration: &str, kind: &str) -> Answer<(String, Document)> {
    let name = Named::Lease(kind).name(registration);
    let found = vault.read(&name, "", false).await?;
    Ok((name, Document { version: 0, text: found.text, now: found.now }))
}

fn taken(holder: &Holder) -> Box<Failure> {
    KeyVault::failed(Cause::InUse, &holder.words())
}

async fn renew(held: Arc<Held>) {
    loop {
        held.work.is_due().await;
        // One that cannot be renewed runs out: then others may have it, and are found out by what they write.
        let Ok(found) = held.vault.read(&held.name, "", false).await else { continue };
        let found = Document { version: 0, text: found.text, now: found.now };
        let Some(next) = held.work.renewed(&found) else { return held.work.lose() };
        drop(held.vault.set(&held.name, &next, &held.tags, false).await);
    }
}

#[async_trait]
impl Lease for Claimed {
    async fn is_held(&self) -> Answer<bool> {
        Ok(!self.held.work.is_lost())
    }

    fn at(&self, step: Step) {
        self.held.work.is_at(step);
    }
}

/// Gives it back. What is not ours any more is left.
impl Drop for Claimed {
    fn drop(&mut self) {
        self.renewing.abort();
        if self.held.work.is_lost() {
            return;
        }
        let held = Arc::clone(&self.held);
        at_the_end(LAST, move || async move {
            held.vault.give_back(&held.name, held.work.id(), &held.work.ended(), &held.tags).await
        });
    }
}
