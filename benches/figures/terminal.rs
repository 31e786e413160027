//! A program on a pseudo terminal, and the moment at which each of its bytes came.

use std::collections::BTreeMap;
use std::io::{Read as _, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long is waited for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a program finds in its environment.
pub(crate) type Variables = BTreeMap<String, String>;

/// A program in a terminal.
pub(crate) struct Tty {
    _master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    chunks: Receiver<(Instant, Vec<u8>)>,
    child: Box<dyn Child + Send + Sync>,
    parser: vt100::Parser,
    started: Instant,
    /// Everything that was written.
    pub(crate) bytes: Vec<u8>,
    /// When something was written last.
    pub(crate) last: Instant,
}

impl Drop for Tty {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Tty {
    /// Starts a program with nothing but these variables.
    pub(crate) fn spawn(command: &[&str], (cols, rows): (u16, u16), variables: &Variables) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut builder = CommandBuilder::new(command[0]);
        builder.args(&command[1..]);
        builder.env_clear();
        builder.env("TERM", "xterm-256color");
        for (name, value) in variables {
            builder.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let (said, chunks) = channel();
        // The moment is taken where the bytes are read: who looks at them later adds nothing to it.
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if said.send((Instant::now(), buffer[..count].to_vec())).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(builder).unwrap();
        let size = |cells: u16| cells.try_into().unwrap();
        Self {
            _master: pair.master,
            keyboard,
            chunks,
            child,
            parser: vt100::Parser::new(size(rows), size(cols), 0),
            started,
            bytes: Vec::new(),
            last: started,
        }
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Types, and says when.
    pub(crate) fn send(&mut self, keys: &str) -> Instant {
        let now = Instant::now();
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
        now
    }

    /// Takes the next bytes, if some come in time.
    pub(crate) fn next(&mut self, patience: Duration) -> Option<Instant> {
        let (at, chunk) = self.chunks.recv_timeout(patience).ok()?;
        self.parser.process(&chunk);
        self.bytes.extend(chunk);
        self.last = at;
        Some(at)
    }

    /// Waits until words are on the screen, and says when they came.
    pub(crate) fn wait(&mut self, words: &str) -> Instant {
        let end = Instant::now() + PATIENCE;
        while !self.parser.screen().contents().contains(words) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(self.next(left).is_some(), "never saw {words:?} in:\n{}", self.parser.screen().contents());
        }
        self.last
    }

    /// Takes what comes until nothing has come for so long.
    pub(crate) fn settle(&mut self, quiet: Duration) {
        while self.next(quiet).is_some() {}
    }

    /// Takes what comes for so long.
    pub(crate) fn watch(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while self.next(end.saturating_duration_since(Instant::now())).is_some() {}
    }

    /// From its start to its first byte of which the screen has something.
    pub(crate) fn first_frame(&mut self, words: &str) -> Duration {
        self.wait(words) - self.started
    }

    /// From each of these keys to what it changes on the screen.
    pub(crate) fn keys(&mut self, keys: &str) -> Vec<Duration> {
        keys.chars().map(|key| self.key(&key.to_string())).collect()
    }

    /// From the key that opens the help, and from the one that closes it, to what each changes, so often.
    pub(crate) fn helped(&mut self, times: usize) -> Vec<Duration> {
        (0..times).flat_map(|_| ["\x1bOP", "\r"]).map(|key| self.key(key)).collect()
    }

    fn key(&mut self, key: &str) -> Duration {
        while self.next(Duration::ZERO).is_some() {}
        let sent = self.send(key);
        let came = self.next(PATIENCE).unwrap();
        // Keys within five milliseconds are a paste to the wizard, which waits for its end: nobody types as fast as that.
        self.watch(Duration::from_millis(15));
        came - sent
    }
}
