//! A registration moves to another store: its secrets are copied, read back and compared; one line of the journal switches; only then is
//! anything removed.
//!
//! It may end anywhere in between and is gone on with by calling it again. Where the journal stays (two stores of one machine), the line
//! is `stored`. Where the journal moves too, the line is the first one of the new journal, which holds the fold of the old one: from
//! `moving` on the old journal is of no use, before that line there is no new one, and so the two are never both in use.

use std::sync::Arc;

use crate::journal::{Attempt, Fact, ItemName, Kind, Move, Registration, mark};
use crate::words::{Cause, DiskFault, Failure, Service, StoreKey, UntrustedText, VaultFault};
use crate::world::clock;
use crate::world::http::new_guid;
use crate::world::journal::Journal;
use crate::world::registration_store::StoreOptions;
use crate::world::store::{Answer, Vault};

/// One end of a move.
pub struct Side {
    /// Under which name the registration is kept there.
    pub name: String,
    /// Its stores.
    pub stores: StoreOptions,
    /// Where that is, for whoever looks for it at the other end.
    pub place: String,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It is there now, with so many secrets.
    There(usize),
    /// It was there already, and nothing was left to do.
    Already,
    /// A move in the other direction was given up before it had switched: it is where it was.
    Stayed,
    /// There is nothing to move.
    Nothing,
}

impl Side {
    fn vault(&self) -> Vault {
        Vault::new(&self.name, Arc::clone(&self.stores.secrets))
    }

    fn key(&self) -> StoreKey {
        self.stores.secrets.descriptor().into()
    }

    async fn journal(&self) -> Answer<Journal> {
        let journal = Journal::open(Arc::clone(&self.stores.journals), &self.name).await?;
        let Registration { damaged, newer, forgetting, .. } = *journal.registration();
        let cause = if newer {
            Cause::NewerJournal
        } else if damaged {
            Cause::Disk(DiskFault::Damaged)
        } else if forgetting {
            Cause::HalfForgotten
        } else {
            return Ok(journal);
        };
        Err(Box::new(Failure::new(Service::Disk, cause).with_detail(&journal.place())))
    }

    /// Removes what is kept of a registration: its items by name, and whatever else the store lists.
    async fn clear(&self, registration: &Registration) -> Answer<()> {
        let vault = self.vault();
        vault.erase(&registration.every_item()).await?;
        vault.clear().await?;
        self.stores.drafts.remove(&self.name)
    }
}

/// Moves a registration, or goes on with that. What the other side has of it by an earlier move is finished before.
pub async fn relocate(from: &Side, to: &Side) -> Answer<Moved> {
    let apart = is_shared(from) || is_shared(to);
    let _lease = from.stores.journals.lock(&from.name).await?;
    let _other = if apart { Some(to.stores.journals.lock(&to.name).await?) } else { None };
    let source = from.journal().await?;
    let target = if apart { Some(to.journal().await?) } else { None };

    // A move in the other direction that was not finished: it has switched, or is given up.
    let back = target.as_ref().unwrap_or(&source);
    let begun =
        back.registration().moving.clone().filter(|it| !it.over && it.store == from.key() && it.from == to.key());
    if let Some(begun) = begun {
        let switched = match &target {
            Some(_) => source.registration().came.as_ref() == Some(&begun.id),
            None => source.registration().store == from.key(),
        };
        let registration = back.registration().clone();
        if !switched {
            from.clear(&registration).await?;
            back.append(Fact::NotMoved, clock::now()).await?;
            return Ok(Moved::Stayed);
        }
        to.clear(&registration).await?;
        back.append(Fact::Moved, clock::now()).await?;
    }
    one_way(from, to, &source, target.as_ref()).await
}

fn is_shared(side: &Side) -> bool {
    side.stores.secrets.descriptor().is_shared()
}

/// The move itself. `target` is the journal of the other end where that is another one.
async fn one_way(from: &Side, to: &Side, source: &Journal, target: Option<&Journal>) -> Answer<Moved> {
    let registration = source.registration().clone();
    let begun = match &registration.moving {
        Some(begun) if begun.over => return Ok(Moved::Already),
        Some(begun) if begun.store == to.key() && begun.place == UntrustedText::new(&to.place) => Some(begun.clone()),
        Some(begun) => return Err(elsewhere(begun)),
        None if registration.kept_in().is_none() => return Ok(Moved::Nothing),
        None if registration.store == to.key() => return Ok(Moved::Already),
        None if registration.store != from.key() => {
            let failure = Failure::new(Service::Disk, Cause::OtherStore);
            return Err(Box::new(failure.with_detail(&format!("in the store {}", registration.store.as_str()))));
        }
        None => None,
    };
    let id = begun.as_ref().map_or_else(|| UntrustedText::new(&new_guid()), |begun| begun.id.clone());
    let switched = match target {
        Some(target) => occupied(target, &id)?,
        None => registration.store == to.key(),
    };
    if begun.is_none() {
        let moving = Move {
            id: id.clone(),
            store: to.key(),
            place: UntrustedText::new(&to.place),
            from: from.key(),
            apart: target.is_some(),
            over: false,
        };
        source.append(Fact::Moving { moving }, clock::now()).await?;
    }
    let items = if switched { Vec::new() } else { copy(from, to, &registration, target.is_some()).await? };
    if !switched {
        let line = match target {
            None => source.append(Fact::Stored { store: to.key() }, clock::now()).await?,
            Some(target) => {
                let sequence = source.registration().sequence.max(target.registration().sequence).saturating_add(1);
                let store = to.key();
                let here = Registration { sequence, store, moving: None, came: Some(id), ..registration.clone() };
                let line = here.snapshot(clock::now());
                let at = target.registration().sequence;
                to.stores.journals.replace(&to.name, at, std::slice::from_ref(&line)).await?;
                line
            }
        };
        // What could not be kept of these is older than the journal: less is noticed then, and nothing is lost.
        drop(to.vault().remember(mark(&line)).await);
    }
    if let Some(draft) = from.stores.drafts.load(&from.name).filter(|_| target.is_some()) {
        to.stores.drafts.save(&to.name, &draft)?;
    }
    let vault = from.vault();
    vault.erase(&registration.every_item()).await?;
    vault.clear().await?;
    if target.is_some() {
        from.stores.drafts.remove(&from.name)?;
    }
    source.append(Fact::Moved, clock::now()).await?;
    Ok(Moved::There(items.len()))
}

/// Whether the other journal is that of this move already; one of another registration is left alone.
fn occupied(target: &Journal, id: &UntrustedText) -> Answer<bool> {
    let there = target.registration();
    let gone = there.moving.as_ref().is_some_and(|begun| begun.over);
    if there.came.as_ref() == Some(id) && !gone {
        return Ok(true);
    }
    if there.sequence == 0 || gone {
        return Ok(false);
    }
    let place = target.place();
    Err(Box::new(
        Failure::new(Service::Disk, Cause::OtherStore).with_detail(&format!("not moved: {place} has one already")),
    ))
}

/// Copies every secret, reads all of them back as another process would, and compares both ends. Nothing else is left at the other end.
/// `apart` says that the other end has a journal of its own.
async fn copy(from: &Side, to: &Side, registration: &Registration, apart: bool) -> Answer<Vec<ItemName>> {
    let (old, new) = (from.vault(), to.vault());
    if apart {
        to.stores.journals.make_room(&to.name).await?;
    }
    new.open().await?;
    let sets = || [&registration.active, &registration.open, &registration.previous].into_iter().flatten();
    let needed: Vec<ItemName> =
        sets().flat_map(|set| set.items.iter().filter(|(_, kept)| *kept).map(|(item, _)| item.clone())).collect();
    let items: Vec<ItemName> = sets().flat_map(Attempt::all_items).collect();
    let mut copied = Vec::new();
    for (item, found) in items.iter().zip(old.recall_all(&items).await?) {
        match found {
            Ok(secret) => {
                new.keep(item, &secret).await?;
                copied.push(item.clone());
            }
            // One that was about to be written, an access token, a sign-in that is over: nothing is lost with it.
            Err(failure) if failure.cause == Cause::Vault(VaultFault::Missing) => {
                if needed.contains(item) && item.kind != Kind::SignIn {
                    return Err(failure);
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    let strays: Vec<ItemName> = new.listed().await?.into_iter().filter(|item| !copied.contains(item)).collect();
    if !strays.is_empty() {
        new.erase(&strays).await?;
    }
    new.read_back(&copied).await?;
    for (one, other) in old.recall_all(&copied).await?.into_iter().zip(new.recall_all(&copied).await?) {
        if !one?.same_as(other?.reveal()) {
            let failure = Failure::new(Service::Keyring, Cause::Vault(VaultFault::ReadsDifferently));
            return Err(Box::new(failure.with_detail(&new.title())));
        }
    }
    Ok(copied)
}

fn elsewhere(begun: &Move) -> Box<Failure> {
    Box::new(Failure::new(Service::Disk, Cause::OtherStore).with_detail(&begun.words()))
}
