//! The commit: the manifest, one journal line, a second process that reads the set, and the leftovers.

use crate::journal::{Attempt, Fact, Kind, Registration};
use crate::steps::port::{Ask, Checked, Halted, Line, Port, Slot, passed};
use crate::steps::purpose::Purpose;
use crate::words::{Cause, CheckId as C, Failure, Secret, Service};

/// The commit, and the set that it has made active.
#[derive(Debug, Default)]
pub(super) struct Commit {
    active: Slot<Attempt>,
}

impl Commit {
    pub(super) async fn commit(&self, port: &Port) -> Result<(), Halted> {
        port.check(C::Manifest, async |ask| manifest(port, &ask).await).await?;
        let activated = port.find(C::Activate, &self.active, async |ask| activate(port, &ask).await);
        let active = activated.await?;
        port.check(C::ReadBack, async |ask| read_back(&ask, &active).await).await?;
        tidy(port, Purpose::Register).await
    }
}

/// An open attempt in which everything is proven, on the set that is still the active one. Where there is none, somebody else
/// has moved the journal: whoever begins a commit has reviewed one.
fn ready(registration: &Registration) -> Result<&Attempt, Box<Failure>> {
    let unmoved = |open: &&Attempt| open.ready() && open.base == registration.active_sequence();
    registration.open.as_ref().filter(unmoved).ok_or_else(moved)
}

/// The list of a set's items, written last, so that a set without one is never taken for whole.
async fn manifest(port: &Port, ask: &Ask) -> Checked<()> {
    let registration = port.registration();
    let open = ready(&registration)?;
    let set = open.set();
    let items = set.iter().filter(|item| item.kind != Kind::Manifest);
    let items: Vec<String> = items.map(ToString::to_string).collect();
    let text = format!(r#"{{"version":1,"items":{}}}"#, serde_json::json!(items));
    ask.keep(&open.next_item(Kind::Manifest), &Secret::shared(text)).await?;
    Ok(passed())
}

/// The one line that makes the attempt the active set. It is only written on top of the line that this process has seen last.
async fn activate(port: &Port, ask: &Ask) -> Checked<Attempt> {
    let registration = port.registration();
    let open = ready(&registration)?;
    if !open.complete() {
        return Err(moved());
    }
    ask.note(Fact::Activated { attempt: open.id, slot: open.slot }).await?;
    Ok((port.latest(open), Line::Pass(String::new())))
}

/// A store that failed once is asked once more. If the set cannot be read then either, what was active before is active again,
/// and the attempt is open as it was: what was proven is kept, and can be confirmed again without a new sign-in. A roll-back
/// that cannot be noted changes nothing: the journal says that the set is active, and reading it back can be tried again. The
/// failure that led there is what counts.
async fn read_back(ask: &Ask, active: &Attempt) -> Checked<()> {
    if let Err(first) = ask.read_back(active.set()).await
        && ask.read_back(active.set()).await.is_err()
    {
        let fact = Fact::RolledBack { attempt: active.id, reopened: true };
        let _the_journal_tells = ask.note(fact).await;
        return Err(first);
    }
    Ok(((), Line::Pass("every item, byte for byte".to_owned())))
}

/// Deletes what newer items of the active set have taken the place of, and the items of attempts that were given up. The set
/// that was active before goes too once both steps of the new one were proven again with what is kept. Leftovers are no reason
/// to call a registration failed: they are tried again the next time. Whoever asks for a token waits for nothing else.
pub(super) async fn tidy(port: &Port, purpose: Purpose) -> Result<(), Halted> {
    let tidied = port.check(C::Tidy, async |ask| {
        let line = match leftovers(port, &ask, purpose).await {
            Ok(()) => Line::Pass(String::new()),
            Err(_) => Line::Note("some are left for the next time".to_owned()),
        };
        Ok(((), line))
    });
    tidied.await
}

pub(super) async fn leftovers(port: &Port, ask: &Ask, purpose: Purpose) -> Result<(), Box<Failure>> {
    let registration = port.registration();
    let items = registration.active.as_ref().map(Attempt::superseded).unwrap_or_default();
    if !items.is_empty() {
        ask.erase(items.clone()).await?;
        ask.note(Fact::Dropped { items }).await?;
    }
    let hurried = matches!(purpose, Purpose::Token(_));
    let given_up = registration.closed.iter().filter(|_| !hurried);
    let proven = purpose == Purpose::Check && registration.proven_since();
    let replaced = registration.previous.as_ref().filter(|_| proven);
    for closed in given_up.chain(replaced) {
        ask.note(Fact::Retiring { attempt: closed.id }).await?;
        ask.erase(closed.all_items()).await?;
        ask.note(Fact::Retired { attempt: closed.id }).await?;
    }
    Ok(())
}

fn moved() -> Box<Failure> {
    Box::new(Failure::new(Service::Disk, Cause::JournalMoved))
}
