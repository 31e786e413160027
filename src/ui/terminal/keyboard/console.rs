//! The keyboard of a console that is no Unix terminal, read by crossterm.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{Event as Raw, EventStream, poll, read};

/// Practically for ever; crossterm counts it in milliseconds that must fit 31 bits.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);
/// No time at all, but crossterm does not look where nothing is left.
const AT_ONCE: Duration = Duration::from_micros(50);

/// Dropped, it ends the reading.
pub(super) struct Stop {
    stopped: Arc<AtomicBool>,
    /// Never polled: dropping it is the one way to wake crossterm's reader.
    waker: Option<EventStream>,
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(self.waker.take());
    }
}

/// crossterm's reader.
pub(super) struct Reader(Arc<AtomicBool>);

impl Reader {
    /// A reader, and what ends it.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(super) fn new() -> io::Result<(Self, Stop)> {
        let stopped = Arc::new(AtomicBool::new(false));
        // Before the thread: it holds crossterm's lock while it waits.
        let waker = Some(EventStream::new());
        Ok((Self(Arc::clone(&stopped)), Stop { stopped, waker }))
    }

    /// Waits for a key and takes all that are there with it, about `most`; nothing when it was stopped.
    pub(super) fn gather(&mut self, most: usize) -> io::Result<Option<Vec<Raw>>> {
        let mut batch = Vec::new();
        if poll(LONG)? {
            batch.push(read()?);
        }
        while !batch.is_empty() && batch.len() < most && poll(AT_ONCE)? {
            batch.push(read()?);
        }
        Ok(Some(batch).filter(|_| !self.0.load(Ordering::SeqCst)))
    }
}
