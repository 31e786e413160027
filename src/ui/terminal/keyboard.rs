//! Reads the keyboard on a thread of its own: whatever the reading waits for, the loop goes on hearing signals and ends.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use crossterm::event::Event as Raw;
use futures_util::Stream;
use tokio::sync::mpsc;

#[cfg(not(unix))]
use console::{Reader, Stop};
#[cfg(unix)]
use tty::{Reader, Stop};

#[cfg(not(unix))]
mod console;
#[cfg(unix)]
mod tty;

/// Events that are handed over in one go at most.
const TOGETHER: usize = 1_024;

/// The keyboard as a stream; dropping it ends the reading.
pub(super) struct Keyboard {
    batches: mpsc::Receiver<io::Result<Vec<Raw>>>,
    ready: VecDeque<Raw>,
    _stop: Stop,
}

impl Keyboard {
    /// Starts to read.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, batches) = mpsc::channel(8);
        let (reader, stop) = Reader::new()?;
        // Nobody waits for the thread: it may be inside a read when the program ends.
        thread::Builder::new().name("keyboard".to_owned()).spawn(move || run(&sender, reader))?;
        Ok(Self { batches, ready: VecDeque::new(), _stop: stop })
    }
}

impl Stream for Keyboard {
    type Item = io::Result<Raw>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.ready.is_empty() {
            match self.batches.poll_recv(context) {
                Poll::Ready(Some(Ok(batch))) => self.ready = batch.into(),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(self.ready.pop_front().map(Ok))
    }
}

/// Hands batches over until it is stopped, nobody takes them, or the terminal fails.
fn run(sender: &mpsc::Sender<io::Result<Vec<Raw>>>, mut reader: Reader) {
    while let Some(batch) = reader.gather(TOGETHER).transpose() {
        let failed = batch.is_err();
        if sender.blocking_send(batch).is_err() || failed {
            return;
        }
    }
}
