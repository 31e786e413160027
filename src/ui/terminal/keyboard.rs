//! Reads the keyboard on a thread of its own.
//!
//! crossterm reads the terminal blocking: in the middle of a paste that stalls it waits, and when the terminal goes away it
//! turns in circles. Here it may do either; the loop goes on hearing signals and ends.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use crossterm::event::{Event as Raw, EventStream};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::{mpsc, oneshot};

/// What arrived together.
type Batch = Vec<io::Result<Raw>>;

/// Events that are handed over in one go at most.
const TOGETHER: usize = 1_024;

/// The keyboard as a stream; dropping it ends the reading.
pub(super) struct Keyboard {
    batches: mpsc::Receiver<Batch>,
    ready: VecDeque<io::Result<Raw>>,
    _stop: oneshot::Sender<()>,
}

impl Keyboard {
    /// Starts to read.
    pub(super) fn start() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let (sender, batches) = mpsc::channel(8);
        let (stop, stopped) = oneshot::channel();
        // Nobody waits for it: it may be inside a blocking read when the program ends.
        thread::Builder::new()
            .name("keyboard".to_owned())
            .spawn(move || runtime.block_on(read(sender, stopped)))?;
        Ok(Self {
            batches,
            ready: VecDeque::new(),
            _stop: stop,
        })
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

async fn read(sender: mpsc::Sender<Batch>, mut stopped: oneshot::Receiver<()>) {
    let mut events = EventStream::new();
    loop {
        let first = tokio::select! { biased;
            _ = &mut stopped => return,
            first = events.next() => first,
        };
        let Some(first) = first else { return };
        let mut batch = vec![first];
        poll_fn(|context| {
            while batch.len() < TOGETHER {
                match Pin::new(&mut events).poll_next(context) {
                    Poll::Ready(Some(event)) => batch.push(event),
                    Poll::Ready(None) | Poll::Pending => break,
                }
            }
            Poll::Ready(())
        })
        .await;
        if sender.send(batch).await.is_err() {
            return;
        }
    }
}
