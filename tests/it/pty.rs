//! A terminal for tests: a pseudo terminal with a screen behind it. It never sleeps; it waits for bytes.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long nothing may happen before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Writes of the program among which what is waited for must be; a page with a clock does ten in a second.
const WRITES: usize = 1_200;

/// A program in a terminal.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    keyboard: Option<Box<dyn Write + Send>>,
    chunks: Receiver<Vec<u8>>,
    status: Receiver<ExitStatus>,
    hang_up: Arc<AtomicBool>,
    parser: vt100::Parser,
    /// Every byte the program wrote.
    pub(crate) bytes: Vec<u8>,
    /// The settings of the line before the program ran.
    pub(crate) before: String,
    /// The program itself.
    pub(crate) pid: i32,
}

impl Pty {
    /// Starts a program with nothing but these variables.
    pub(crate) fn spawn(command: &[&str], size: (u16, u16), env: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let before = settings(pair.master.as_ref());
        let mut builder = CommandBuilder::new(command[0]);
        builder.args(&command[1..]);
        builder.env_clear();
        builder.env("TERM", "xterm-256color");
        for (name, value) in env {
            builder.env(name, value);
        }
        let mut child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let pid = i32::try_from(child.process_id().unwrap()).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (bytes, chunks) = channel();
        let (ended, status) = channel();
        let hang_up = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&hang_up);
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if bytes.send(buffer[..count].to_vec()).is_err() || stop.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        thread::spawn(move || ended.send(child.wait().unwrap()));
        Self {
            keyboard: Some(pair.master.take_writer().unwrap()),
            master: pair.master,
            chunks,
            status,
            hang_up,
            parser: vt100::Parser::new(cells(size).0, cells(size).1, 0),
            bytes: Vec::new(),
            before,
            pid,
        }
    }

    /// Presses keys.
    pub(crate) fn send(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    /// Waits until `text` is on the screen.
    pub(crate) fn wait(&mut self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn wait_until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let mut writes = 0;
        while !wanted(self.parser.screen()) {
            // A page with a clock on it always writes something, so the whole wait has an end of its own.
            let chunk = self.chunks.recv_timeout(PATIENCE);
            let Some(chunk) = chunk.ok().filter(|_| writes < WRITES) else {
                panic!("never saw {what} in:\n{}", self.screen().contents());
            };
            writes += 1;
            self.parser.process(&chunk);
            self.bytes.extend(chunk);
        }
    }

    /// What is on the screen now.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Pulls the window to another size.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        self.parser.screen_mut().set_size(cells(size).0, cells(size).1);
        self.master.resize(pty_size(size)).unwrap();
    }

    /// Says that the window has a size for which there is no screen behind the test, but for this much of it.
    #[cfg(feature = "simulator")]
    pub(crate) fn claim_size(&mut self, size: (u16, u16), seen: (u16, u16)) {
        self.parser.screen_mut().set_size(cells(seen).0, cells(seen).1);
        self.master.resize(pty_size(size)).unwrap();
    }

    /// The settings of the line: echo, raw mode and all the rest.
    pub(crate) fn settings(&self) -> String {
        settings(self.master.as_ref())
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) {
        signal_to(self.pid, signal);
    }

    /// Sends a signal as a person who grows impatient does, until the program ends of itself.
    #[cfg(feature = "simulator")]
    pub(crate) fn ends_on(&mut self, signal: Signal) -> u32 {
        for _ in 0..50 {
            // It may be gone already.
            let _sent = kill_process(Pid::from_raw(self.pid).unwrap(), signal);
            if let Ok(status) = self.status.recv_timeout(Duration::from_millis(100)) {
                assert_eq!(status.signal(), None);
                return status.exit_code();
            }
        }
        panic!("it does not end:\n{}", self.screen().contents());
    }

    /// Waits for the end, reading all that is still written.
    pub(crate) fn exit(&mut self) -> u32 {
        let status = self.status.recv_timeout(PATIENCE).unwrap();
        while let Ok(chunk) = self.chunks.recv_timeout(Duration::from_millis(200)) {
            self.parser.process(&chunk);
            self.bytes.extend(chunk);
        }
        assert_eq!(status.signal(), None);
        status.exit_code()
    }

    /// Ends the program as nothing else can, and waits until it is gone.
    #[cfg(feature = "simulator")]
    pub(crate) fn kill(self) {
        self.signal(Signal::KILL);
        let status = self.status.recv_timeout(PATIENCE).unwrap();
        assert!(status.signal().is_some(), "{status:?}");
    }

    /// Lets nobody read any more of what the program writes, until it cannot write: the terminal of a person who pressed Ctrl-S, or
    /// whose connection stalled.
    #[cfg(feature = "simulator")]
    pub(crate) fn stall(&mut self) {
        self.hang_up.store(true, Ordering::SeqCst);
        // Each size is a whole screen to paint, and a terminal holds 64 KiB at most.
        for round in 0..300_u16 {
            self.resize((200 + round % 2, 60));
            let ended = self.status.recv_timeout(Duration::from_millis(5));
            assert!(ended.is_err(), "ended by itself: {ended:?}");
        }
    }

    /// Closes the terminal as a lost connection does, and waits for the end. `key` must make the program write something.
    pub(crate) fn hang_up(mut self, key: &str) -> ExitStatus {
        self.hang_up.store(true, Ordering::SeqCst);
        self.send(key);
        while self.chunks.recv_timeout(PATIENCE).is_ok() {}
        drop((self.keyboard.take(), self.master));
        self.status.recv_timeout(PATIENCE).unwrap()
    }
}

/// Sends a signal to any process of the test's own.
pub(crate) fn signal_to(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

/// The screen of a terminal that does not tell its size.
const ORDINARY: (NonZeroU16, NonZeroU16) = (NonZeroU16::new(80).unwrap(), NonZeroU16::new(24).unwrap());

/// Rows and columns of the screen behind a terminal.
fn cells((cols, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    let (cols, rows) = (NonZeroU16::new(cols), NonZeroU16::new(rows));
    (rows.unwrap_or(ORDINARY.1), cols.unwrap_or(ORDINARY.0))
}

fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
