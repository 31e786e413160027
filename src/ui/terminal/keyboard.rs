//! Reads the keyboard on a thread of its own.
//!
//! crossterm reads the terminal blocking: in the middle of a paste that stalls it waits, and when the terminal goes away it
//! turns in circles. Here it may do either; the loop goes on hearing signals and ends.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use crossterm::event::{Event as Raw, EventStream, poll, read};
use futures_util::Stream;
use tokio::sync::mpsc;

/// What arrived together.
type Batch = Vec<io::Result<Raw>>;

/// Events that are handed over in one go at most.
const TOGETHER: usize = 1_024;

/// Practically for ever; crossterm counts it in milliseconds that must fit 31 bits.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// No time at all, but crossterm does not look where nothing is left.
const AT_ONCE: Duration = Duration::from_micros(50);

/// The keyboard as a stream; dropping it ends the reading.
pub(super) struct Keyboard {
    batches: mpsc::Receiver<Batch>,
    ready: VecDeque<io::Result<Raw>>,
    stopped: Arc<AtomicBool>,
    /// Never polled: dropping it is the one way to wake crossterm's reader.
    waker: Option<EventStream>,
}

impl Keyboard {
    /// Starts to read.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, batches) = mpsc::channel(8);
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        // Before the thread: it holds crossterm's lock while it waits.
        let waker = Some(EventStream::new());
        // Nobody waits for the thread: it may be inside a blocking read when the program ends.
        thread::Builder::new().name("keyboard".to_owned()).spawn(move || run(&sender, &stop))?;
        Ok(Self { batches, ready: VecDeque::new(), stopped, waker })
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(self.waker.take());
    }
}

impl Stream for Keyboard {
    type Item = io::Result<Raw>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ready.is_empty() {
            match self.batches.poll_recv(context) {
                Poll::Ready(Some(batch)) => self.ready = batch.into(),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(self.ready.pop_front())
    }
}

/// Hands batches over until nobody takes them or the terminal fails.
fn run(sender: &mpsc::Sender<Batch>, stopped: &AtomicBool) {
    while !stopped.load(Ordering::SeqCst) {
        let batch = match gather() {
            Ok(batch) => batch,
            Err(error) => vec![Err(error)],
        };
        let failed = batch.iter().any(Result::is_err);
        // Empty when it was woken.
        if !batch.is_empty() && sender.blocking_send(batch).is_err() || failed {
            return;
        }
    }
}

/// Waits for an event and takes all that are there with it.
fn gather() -> io::Result<Batch> {
    let mut batch = Batch::new();
    if poll(LONG)? {
        batch.push(Ok(read()?));
    }
    while !batch.is_empty() && batch.len() < TOGETHER && poll(AT_ONCE)? {
        batch.push(Ok(read()?));
    }
    Ok(batch)
}
