//! Effects in flight: given up at once when they only read, finished when they write.

use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::FuturesUnordered;

use crate::effect::Outcome;
use crate::ui::Ticket;

type Landing = Option<(Ticket, Outcome)>;

/// All effects in flight, polled by the loop itself, so none outlives it.
pub(super) struct InFlight<'a> {
    all: FuturesUnordered<Pin<Box<dyn Future<Output = Landing> + 'a>>>,
    known: HashMap<Ticket, Flight>,
}

struct Flight {
    handle: AbortHandle,
    writes: bool,
    wanted: bool,
}

impl<'a> InFlight<'a> {
    pub(super) fn new() -> Self {
        Self { all: FuturesUnordered::new(), known: HashMap::new() }
    }

    /// Takes an effect in. A ticket that is in use is given up first.
    pub(super) fn start(
        &mut self,
        ticket: Ticket,
        writes: bool,
        effect: impl Future<Output = Outcome> + 'a,
    ) {
        self.cancel(ticket);
        let (handle, registration) = AbortHandle::new_pair();
        let effect = Abortable::new(effect, registration);
        self.all.push(Box::pin(async move { effect.await.ok().map(|outcome| (ticket, outcome)) }));
        let flight = Flight { handle, writes, wanted: true };
        self.known.insert(ticket, flight);
    }

    /// Drops a reading effect; lets a writing one finish, its outcome unwanted.
    pub(super) fn cancel(&mut self, ticket: Ticket) {
        match self.known.get_mut(&ticket) {
            Some(flight) if flight.writes => flight.wanted = false,
            Some(_) => {
                if let Some(flight) = self.known.remove(&ticket) {
                    flight.handle.abort();
                }
            }
            None => {}
        }
    }

    /// Waits for the next outcome that is wanted; `None` when nothing is in flight.
    pub(super) async fn next(&mut self) -> Landing {
        while let Some(landing) = self.all.next().await {
            let Some((ticket, outcome)) = landing else {
                continue;
            };
            if self.known.remove(&ticket).is_some_and(|flight| flight.wanted) {
                return Some((ticket, outcome));
            }
        }
        None
    }

    /// Gives every reading effect up and waits for the writing ones.
    pub(super) async fn finish_writes(&mut self, limit: Duration) {
        for flight in self.known.values().filter(|flight| !flight.writes) {
            flight.handle.abort();
        }
        let _ =
            tokio::time::timeout(limit, async { while self.all.next().await.is_some() {} }).await;
    }
}
