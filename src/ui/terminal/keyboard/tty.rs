//! The keyboard of a Unix terminal, read from standard input.
//!
//! Not by crossterm's own reader: its buffers keep what was pasted last, a code or a secret, until other input takes their
//! place. Here each is wiped as soon as it is understood.

use std::io;
use std::os::unix::net::UnixStream;

use crossterm::event::{Event as Raw, KeyCode, KeyEvent, KeyModifiers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use terminput::Event;
use terminput_crossterm::to_crossterm;
use zeroize::{Zeroize as _, Zeroizing};

/// ESC, with which all keys begin that are no letters, and every paste.
const ESCAPE: u8 = 0x1b;
/// Bytes of one read.
const ROOM: usize = 4_096;
/// How long the rest of such a key may take on a slow line.
const REST: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
/// How long more of a burst may take that the terminal hands over in pieces.
const MORE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000 };

/// Dropped, it ends the reading.
pub(super) struct Stop(#[expect(dead_code, reason = "it is there to be dropped")] UnixStream);

/// Standard input, and what of it is not yet a whole key.
pub(super) struct Reader {
    stop: UnixStream,
    bytes: Zeroizing<Box<[u8]>>,
    keys: Keys,
}

impl Reader {
    /// A reader, and what ends it.
    pub(super) fn new() -> io::Result<(Self, Stop)> {
        let (stop, held) = UnixStream::pair()?;
        let bytes = Zeroizing::new(vec![0; ROOM].into_boxed_slice());
        Ok((Self { stop, bytes, keys: Keys::default() }, Stop(held)))
    }

    /// Waits for a key and takes all that are there with it, about `most`; nothing when it was stopped.
    pub(super) fn gather(&mut self, most: usize) -> io::Result<Option<Vec<Raw>>> {
        let mut batch = Vec::new();
        while batch.len() < most {
            let wait = if self.keys.is_escape() { Some(&REST) } else { Some(&MORE).filter(|_| !batch.is_empty()) };
            match self.ready(wait)? {
                Ready::Stopped => return Ok(None),
                Ready::Bytes => self.read(&mut batch)?,
                Ready::Nothing => {
                    batch.extend(self.keys.escape());
                    break;
                }
            }
        }
        Ok(Some(batch))
    }

    fn read(&mut self, batch: &mut Vec<Raw>) -> io::Result<()> {
        let count = rustix::io::read(io::stdin(), &mut **self.bytes)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for byte in self.bytes.iter_mut().take(count) {
            batch.extend(self.keys.push(std::mem::take(byte)));
        }
        Ok(())
    }

    fn ready(&self, wait: Option<&Timespec>) -> io::Result<Ready> {
        let input = io::stdin();
        let mut both = [PollFd::new(&self.stop, PollFlags::IN), PollFd::new(&input, PollFlags::IN)];
        let count = loop {
            match poll(&mut both, wait) {
                Err(Errno::INTR) => {}
                other => break other?,
            }
        };
        let [stop, _] = &both;
        Ok(match (stop.revents().is_empty(), count) {
            (false, _) => Ready::Stopped,
            (true, 0) => Ready::Nothing,
            (true, _) => Ready::Bytes,
        })
    }
}

/// What there is to read.
enum Ready {
    Stopped,
    Bytes,
    Nothing,
}

/// Bytes on their way to a key or a paste.
#[derive(Default)]
struct Keys(Zeroizing<Vec<u8>>);

impl Keys {
    /// Takes one byte in. What no terminal means is forgotten.
    fn push(&mut self, byte: u8) -> Option<Raw> {
        if self.is_escape() && byte == ESCAPE {
            // The first was a key, the second may begin another.
            return Some(key(KeyCode::Esc));
        }
        self.0.push(byte);
        if self.is_escape() {
            return None;
        }
        let event = Event::parse_from(&self.0).transpose()?;
        self.0.zeroize();
        to_crossterm(event.ok()?).ok()
    }

    /// Whether there is an Escape, which may be the key or the beginning of another.
    fn is_escape(&self) -> bool {
        self.0.as_slice() == [ESCAPE]
    }

    /// The key Escape, since nothing came behind it.
    fn escape(&mut self) -> Option<Raw> {
        let escape = self.is_escape().then(|| key(KeyCode::Esc));
        if escape.is_some() {
            self.0.zeroize();
        }
        escape
    }
}

fn key(code: KeyCode) -> Raw {
    Raw::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::*;

    fn typed(bytes: &[u8]) -> Vec<Raw> {
        let mut keys = Keys::default();
        let mut events: Vec<Raw> = bytes.iter().filter_map(|byte| keys.push(*byte)).collect();
        events.extend(keys.escape());
        events
    }

    fn with(code: KeyCode, modifiers: KeyModifiers) -> Raw {
        Raw::Key(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn what_a_terminal_sends_is_the_key_that_was_pressed() {
        for (bytes, wanted) in [
            ("a", vec![key(KeyCode::Char('a'))]),
            ("\u{e9}", vec![key(KeyCode::Char('\u{e9}'))]),
            ("\r", vec![key(KeyCode::Enter)]),
            ("\x1b", vec![key(KeyCode::Esc)]),
            ("\x1b\x1b", vec![key(KeyCode::Esc), key(KeyCode::Esc)]),
            ("\x1b[A", vec![key(KeyCode::Up)]),
            ("\x1bOP", vec![key(KeyCode::F(1))]),
            ("\x1b[15~", vec![key(KeyCode::F(5))]),
            ("\x1b[Z", vec![with(KeyCode::BackTab, KeyModifiers::SHIFT)]),
            ("\x1b3", vec![with(KeyCode::Char('3'), KeyModifiers::ALT)]),
            ("\x15", vec![with(KeyCode::Char('u'), KeyModifiers::CONTROL)]),
            (
                "\x1b[200~a\rb\x1b[A\u{2028}\x1b[201~c",
                vec![Raw::Paste("a\rb\x1b[A\u{2028}".to_owned()), key(KeyCode::Char('c'))],
            ),
            // Nothing that a terminal means, and the next key is understood again.
            ("\x1b[?1u\x1bOzx", vec![key(KeyCode::Char('x'))]),
        ] {
            assert_eq!(typed(bytes.as_bytes()), wanted, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(
            noise in prop::collection::vec(prop::sample::select(b"\x1b[<;M0129~uR?O\x80".as_slice()), 0..24),
            bytes in any::<Vec<u8>>(),
        ) {
            drop(typed(&noise));
            drop(typed(&bytes));
        }
    }
}
