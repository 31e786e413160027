//! Connections that are open before they are needed. Nothing is sent on one until a call takes it, so a call pays for its own round
//! trip and no handshake.
//!
//! The HTTP client cannot be asked to connect only. But it can be given a connector: one that opens puts what it has opened aside and
//! ends the call there, before anything is sent; the one that calls are made with takes what lies aside, if it is fresh and
//! still open, waits for one that is being opened, and opens its own otherwise. So proxies, certificates and limits are those of every other connection.

use std::any::Any;
use std::collections::HashMap;
use std::fmt::Debug;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hyper::rt::{Read, ReadBuf};
use hyper_util::client::legacy::connect::Connection;
use tokio::sync::Notify;
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

use crate::cloud::authority;

/// How long a connection that lies aside is good: shorter than servers wait for the first request.
const FRESH: Duration = Duration::from_secs(20);

/// After which time those that are to be there all the time are opened anew: a round trip or two before the others are too old.
pub const RENEWED: Duration = Duration::from_secs(18);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What lies aside, for all clients of a process.
#[derive(Default)]
pub struct Ready {
    aside: Mutex<Vec<Aside>>,
    /// When connections to a place were last begun to be opened, and whether one carries all calls at a time (HTTP/2).
    begun: Mutex<HashMap<(String, bool), (Instant, bool)>>,
    /// Connections that are being opened, by place and whether they are for one call each.
    opening: Mutex<HashMap<(String, bool), Opening>>,
    /// Heard when one was put aside, or could not be opened.
    changed: Notify,
}

/// How many connections to a place are being opened, and how many calls wait for one of these.
#[derive(Clone, Copy, Default)]
struct Opening {
    count: usize,
    awaited: usize,
}

/// A connection. Its type has no name, but everyone who puts one aside or takes it has the same.
struct Aside {
    host: String,
    to: String,
    alone: bool,
    since: Instant,
    connection: Box<dyn Any + Send>,
}

impl Ready {
    /// How many connections to a place are to be opened so that there are as many as will be used. Whoever opens some says so
    /// ([`Ready::opening`]).
    pub(super) fn wanted(&self, host: &str, alone: bool, count: usize) -> usize {
        let now = Instant::now();
        if alone {
            // What is as old as this will not last until the next look.
            let lasts = |it: &&Aside| it.host == host && it.alone && it.since.elapsed() < FRESH / 2;
            let there = lock(&self.aside).iter().filter(lasts).count();
            let opening = lock(&self.opening).get(&(host.to_owned(), true)).copied().unwrap_or_default();
            return count.saturating_sub(there + opening.count);
        }
        let mut begun = lock(&self.begun);
        let before = begun.get(&(host.to_owned(), alone)).copied();
        if before.is_some_and(|(at, _)| now.duration_since(at) < FRESH / 2) {
            return 0;
        }
        let multiplexed = before.is_some_and(|(_, multiplexed)| multiplexed);
        begun.insert((host.to_owned(), alone), (now, multiplexed));
        if multiplexed { 1 } else { count }
    }

    /// Closes what lies aside.
    pub(super) fn clear(&self) {
        lock(&self.aside).clear();
        lock(&self.begun).clear();
    }

    /// So many are being opened, until this is dropped.
    pub(super) fn opening<'r>(&'r self, host: &'r str, alone: bool, count: usize) -> Begun<'r> {
        self.change(host, alone, |opening| opening.count += count);
        Begun { ready: self, host, alone, count }
    }

    fn change(&self, host: &str, alone: bool, change: impl FnOnce(&mut Opening)) {
        change(lock(&self.opening).entry((host.to_owned(), alone)).or_default());
    }

    /// Takes what lies aside. What is being opened and nobody waits for yet is waited for: it is nearer to its end than one that
    /// is begun now.
    async fn come_by<C: Read + Unpin + 'static>(&self, host: &str, to: &str, alone: bool) -> Option<C> {
        loop {
            // Before the look, so that nothing is missed between it and the wait.
            let changed = self.changed.notified();
            if let Some(connection) = self.take(to, alone) {
                return Some(connection);
            }
            let _waiting = Waiting::begin(self, host, alone)?;
            changed.await;
        }
    }

    fn multiplexed(&self, host: &str) {
        if let Some((_, multiplexed)) = lock(&self.begun).get_mut(&(host.to_owned(), false)) {
            *multiplexed = true;
        }
    }

    /// Whether the first of several shows that one is enough.
    pub(super) fn is_multiplexed(&self, host: &str) -> bool {
        lock(&self.begun).get(&(host.to_owned(), false)).is_some_and(|(_, multiplexed)| *multiplexed)
    }

    fn put(&self, (host, to): (String, String), alone: bool, connection: Box<dyn Any + Send>) {
        let mut aside = lock(&self.aside);
        aside.retain(|it| it.since.elapsed() < FRESH);
        aside.push(Aside { host, to, alone, since: Instant::now(), connection });
        drop(aside);
        self.changed.notify_waiters();
    }

    fn take<C: Read + Unpin + 'static>(&self, to: &str, alone: bool) -> Option<C> {
        let mut aside = lock(&self.aside);
        aside.retain(|it| it.since.elapsed() < FRESH);
        loop {
            let at = aside.iter().rposition(|it| it.to == to && it.alone == alone)?;
            let mut connection = aside.remove(at).connection.downcast::<C>().ok()?;
            // A server of HTTP/2 speaks first, so what it says must stay unread; what such a connection is asked may be asked again.
            if !alone || is_quiet(&mut *connection) {
                return Some(*connection);
            }
        }
    }
}

/// Some connections that are being opened.
pub(super) struct Begun<'r> {
    ready: &'r Ready,
    host: &'r str,
    alone: bool,
    count: usize,
}

impl Begun<'_> {
    /// One of them is put aside, or could not be opened.
    pub(super) fn ended(&mut self, count: usize) {
        let count = count.min(self.count);
        self.count -= count;
        self.ready.change(self.host, self.alone, |opening| opening.count = opening.count.saturating_sub(count));
        self.ready.changed.notify_waiters();
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.ended(self.count);
    }
}

/// A call that waits for one of those.
struct Waiting<'r> {
    ready: &'r Ready,
    host: &'r str,
    alone: bool,
}

impl<'r> Waiting<'r> {
    fn begin(ready: &'r Ready, host: &'r str, alone: bool) -> Option<Self> {
        let mut free = false;
        ready.change(host, alone, |opening| {
            free = opening.awaited < opening.count;
            opening.awaited += usize::from(free);
        });
        free.then_some(Self { ready, host, alone })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.ready.change(self.host, self.alone, |opening| opening.awaited = opening.awaited.saturating_sub(1));
    }
}

/// Whether a connection is open and nothing has come on it.
fn is_quiet<C: Read + Unpin>(connection: &mut C) -> bool {
    let mut byte = [0; 1];
    let mut buffer = ReadBuf::new(&mut byte);
    Pin::new(connection).poll_read(&mut Context::from_waker(Waker::noop()), buffer.unfilled()).is_pending()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts itself around a client's connector.
#[derive(Clone)]
pub(super) struct Connecting {
    /// What lies aside.
    pub(super) ready: Arc<Ready>,
    /// Whether connections are for calls that have one of their own.
    pub(super) alone: bool,
    /// Whether what is opened is put aside; else it is used.
    pub(super) puts_aside: bool,
}

impl<S> Layer<S> for Connecting {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector { inner, how: self.clone() }
    }
}

/// A connector that takes what lies aside, or puts it there.
#[derive(Clone)]
pub(super) struct Connector<S> {
    inner: S,
    how: Connecting,
}

impl<S, R> Service<R> for Connector<S>
where
    S: Service<R, Error = BoxError>,
    S::Response: Connection + Read + Unpin + Send + 'static,
    S::Future: Send + 'static,
    // The address has no type with a name either: it is known by what it shows.
    R: Debug + Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, address: R) -> Self::Future {
        let to = format!("{address:?}");
        let Connecting { ready: aside, alone, puts_aside } = self.how.clone();
        // `Unnameable(https://host/)`; a place that could not be told would be opened too often, which a test sees.
        let place = to.split_once('(').map_or(to.as_str(), |(_, rest)| rest.trim_end_matches(')'));
        let host = Url::parse(place).map_or_else(|_unlike| to.clone(), |url| authority(&url));
        let opening = self.inner.call(address);
        Box::pin(async move {
            if !puts_aside {
                return match aside.come_by(&host, &to, alone).await {
                    Some(connection) => Ok(connection),
                    None => opening.await,
                };
            }
            let connection = opening.await?;
            if connection.connected().is_negotiated_h2() {
                aside.multiplexed(&host);
            }
            aside.put((host, to), alone, Box::new(connection));
            Err("put aside".into())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::FutureExt as _;
    use hyper::rt::ReadBufCursor;

    use super::*;

    /// A connection on which nothing comes.
    struct Quiet;

    impl Read for Quiet {
        fn poll_read(self: Pin<&mut Self>, _cx: &mut Context<'_>, _to: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
            Poll::Pending
        }
    }

    #[test]
    fn what_is_old_or_for_others_is_not_taken() {
        let ready = Ready::default();
        let put = |to: &str, alone| ready.put((to.to_owned(), to.to_owned()), alone, Box::new(Quiet));
        put("https://a", true);
        assert!(ready.take::<Quiet>("https://b", true).is_none());
        assert!(ready.take::<Quiet>("https://a", false).is_none());
        assert!(ready.take::<Quiet>("https://a", true).is_some());
        assert!(ready.take::<Quiet>("https://a", true).is_none(), "it is taken once");

        put("https://a", true);
        let old = Instant::now().checked_sub(FRESH).unwrap();
        lock(&ready.aside).iter_mut().for_each(|it| it.since = old);
        assert!(ready.take::<Quiet>("https://a", true).is_none());
    }

    #[test]
    fn of_those_that_are_for_one_call_each_as_many_are_opened_as_are_missing() {
        let ready = Ready::default();
        let put = || ready.put(("a".to_owned(), "https://a".to_owned()), true, Box::new(Quiet));
        let mut begun = ready.opening("a", true, 3);
        assert_eq!([ready.wanted("a", true, 3), ready.wanted("a", true, 4), ready.wanted("b", true, 3)], [0, 1, 3]);
        put();
        put();
        begun.ended(2);
        assert_eq!(ready.wanted("a", true, 3), 0);
        drop(begun);
        assert_eq!(ready.wanted("a", true, 3), 1, "one could not be opened");
        assert!(ready.take::<Quiet>("https://a", true).is_some());
        assert_eq!(ready.wanted("a", true, 3), 2, "one was used");
        let soon = Instant::now().checked_sub(RENEWED).unwrap();
        lock(&ready.aside).iter_mut().for_each(|it| it.since = soon);
        assert_eq!(ready.wanted("a", true, 3), 3, "what is there will soon be too old");
    }

    #[test]
    fn a_call_waits_for_a_connection_that_is_being_opened_and_for_which_nobody_waits_yet() {
        let ready = Ready::default();
        let mut begun = ready.opening("a", true, 2);
        let come_by = |host: &'static str, alone| ready.come_by::<Quiet>(host, "https://a", alone);
        assert!(come_by("b", true).now_or_never().unwrap().is_none(), "to another place");
        assert!(come_by("a", false).now_or_never().unwrap().is_none(), "for calls that share it");
        let (mut one, mut other) = (Box::pin(come_by("a", true)), Box::pin(come_by("a", true)));
        assert!(one.as_mut().now_or_never().is_none() && other.as_mut().now_or_never().is_none());
        assert!(come_by("a", true).now_or_never().unwrap().is_none(), "both are spoken for");
        ready.put(("a".to_owned(), "https://a".to_owned()), true, Box::new(Quiet));
        begun.ended(1);
        assert!(one.now_or_never().unwrap().is_some());
        assert!(other.as_mut().now_or_never().is_none(), "the second is still on its way");
        drop(begun);
        assert!(other.now_or_never().unwrap().is_none(), "it could not be opened: the call opens its own");
    }

    #[test]
    fn connections_are_not_opened_again_while_they_are_new_and_one_is_enough_that_carries_all() {
        let ready = Ready::default();
        assert_eq!([ready.wanted("a", false, 3), ready.wanted("a", false, 3), ready.wanted("b", false, 3)], [3, 0, 3]);
        ready.multiplexed("a");
        lock(&ready.begun).values_mut().for_each(|(at, _)| *at = at.checked_sub(FRESH).unwrap());
        assert_eq!([ready.wanted("a", false, 3), ready.wanted("b", false, 3)], [1, 3]);
    }
}
