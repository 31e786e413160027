//! Effects in flight: performed side by side, given up at once when they only read, finished when they write.
//!
//! Every door drives the same way: it starts what a page or a step asks for under a ticket, waits for whatever comes first in
//! a `select!` of its own, and hands the outcome back. Nothing is spawned: what is in flight is polled by whoever waits, and
//! ends with the driver.

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;

use futures_util::StreamExt as _;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::FuturesUnordered;

use crate::effect::{Effect, Outcome, Perform};

/// What comes of an effect; `None` when it was given up.
type Landing<'w, T> = Pin<Box<dyn Future<Output = Option<(T, Outcome)>> + 'w>>;

/// Everything in flight, each effect under a ticket of the door's own kind.
pub struct Driver<'w, P, T> {
    performer: &'w P,
    all: FuturesUnordered<Landing<'w, T>>,
    known: HashMap<T, Flight>,
}

struct Flight {
    handle: AbortHandle,
    writes: bool,
    wanted: bool,
}

impl<'w, P: Perform, T: Copy + Eq + Hash + 'w> Driver<'w, P, T> {
    /// A driver with nothing in flight.
    pub fn new(performer: &'w P) -> Self {
        Self { performer, all: FuturesUnordered::new(), known: HashMap::new() }
    }

    /// Begins an effect. What is in flight under the same ticket is given up first.
    pub fn start(&mut self, ticket: T, effect: Effect) {
        self.cancel(ticket);
        let writes = effect.writes();
        let (handle, registration) = AbortHandle::new_pair();
        let performed = Abortable::new(self.performer.perform(effect), registration);
        self.all.push(Box::pin(async move { performed.await.ok().map(|outcome| (ticket, outcome)) }));
        self.known.insert(ticket, Flight { handle, writes, wanted: true });
    }

    /// The same for all of these.
    pub fn start_all(&mut self, effects: impl IntoIterator<Item = (T, Effect)>) {
        for (ticket, effect) in effects {
            self.start(ticket, effect);
        }
    }

    /// Gives a reading effect up; lets a writing one finish, its outcome unwanted.
    pub fn cancel(&mut self, ticket: T) {
        if let Some(flight) = self.known.get_mut(&ticket) {
            flight.wanted = false;
            if !flight.writes {
                flight.handle.abort();
            }
        }
    }

    /// Waits for the next outcome that is wanted; `None` when nothing is in flight.
    pub async fn next(&mut self) -> Option<(T, Outcome)> {
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

    /// Gives every reading effect up and waits for the writing ones. How long, is for the caller to say.
    pub async fn finish_writes(&mut self) {
        for flight in self.known.values().filter(|flight| !flight.writes) {
            flight.handle.abort();
        }
        while self.all.next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::pending;

    use futures_util::FutureExt as _;

    use super::*;
    use crate::journal::Fact;

    fn reads() -> Effect {
        Effect::Await
    }

    fn writes() -> Effect {
        Effect::Note(Fact::Forgetting)
    }

    #[test]
    fn a_read_is_given_up_and_a_write_is_finished_though_nobody_wants_its_outcome() {
        let performed = RefCell::new(Vec::new());
        let world = |effect: Effect| {
            let performed = &performed;
            async move {
                performed.borrow_mut().push(effect.writes());
                if effect.writes() { Outcome::Done } else { pending().await }
            }
        };
        let mut driver = Driver::new(&world);
        driver.start_all([(1, reads()), (2, writes()), (3, writes())]);
        driver.cancel(1);
        driver.cancel(2);
        let (ticket, outcome) = driver.next().now_or_never().unwrap().unwrap();
        assert_eq!((ticket, matches!(outcome, Outcome::Done)), (3, true));
        assert!(driver.next().now_or_never().unwrap().is_none(), "nothing is in flight any more");
        assert_eq!(*performed.borrow(), [true, true], "a read that is given up at once never begins");
    }

    #[test]
    fn the_end_waits_for_writes_alone() {
        let world = |effect: Effect| async move { if effect.writes() { Outcome::Done } else { pending().await } };
        let mut driver = Driver::new(&world);
        driver.start_all([(1, reads()), (2, writes())]);
        driver.finish_writes().now_or_never().unwrap();
        assert!(driver.next().now_or_never().unwrap().is_none());
    }
}
