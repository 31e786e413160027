//! Lines that a person types or a script sends, while something else is waited for as well.

use std::io::{BufRead as _, BufReader, Read};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use zeroize::Zeroizing;

use crate::words::Secret;

/// Bytes of a line that are read; the longest address of a sign-in has some thousands.
const LONGEST: u64 = 64 * 1_024;

/// What is typed. It may be a secret, so it is one.
#[derive(Debug)]
pub struct Typed(UnboundedReceiver<Secret>);

impl Typed {
    /// Reads from now on, on a plain thread: one that waits for a person must not keep the program from ending.
    pub fn read(input: impl Read + Send + 'static) -> Self {
        let (sender, lines) = unbounded_channel();
        let mut input = BufReader::new(input);
        let reading = move || {
            while let Some(line) = line(&mut input) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        };
        // Without a thread there is nothing typed: the answer may still come by the listener.
        let _running = thread::Builder::new().name("typed".to_owned()).spawn(reading);
        Self(lines)
    }

    /// The next line without its end; `None` once there are no more. Giving up the wait loses nothing.
    pub async fn line(&mut self) -> Option<Secret> {
        self.0.recv().await
    }
}

fn line(input: &mut BufReader<impl Read>) -> Option<Secret> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = input.take(LONGEST).read_until(b'\n', &mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    (read > 0).then(|| Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_come_one_by_one_and_then_no_more() {
        let mut typed = Typed::read(&b"one\r\n\ntwo"[..]);
        for line in ["one", "", "two"] {
            assert!(typed.line().await.unwrap().same_as(line), "{line}");
        }
        assert!(typed.line().await.is_none());
    }
}
