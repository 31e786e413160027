//! A path with a delay in front of a server on this machine: a connection that is opened costs one round trip, what is said on it the
//! other half of one each way. It remembers what went over it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What happened on a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    /// Of which connection.
    pub(crate) connection: usize,
    /// When it was seen at the near end.
    pub(crate) at: Instant,
    pub(crate) what: What,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Opened,
    Asked,
    Answered,
    Closed,
}

/// A path to a port.
pub(crate) struct Path {
    pub(crate) port: u16,
    passed: Arc<Mutex<Vec<Passed>>>,
}

impl Path {
    pub(crate) fn to(target: u16, round_trip: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let passed: Arc<Mutex<Vec<Passed>>> = Arc::default();
        let log = Arc::clone(&passed);
        thread::spawn(move || {
            for (connection, near) in listener.incoming().enumerate() {
                let (near, log) = (near.unwrap(), Arc::clone(&log));
                thread::spawn(move || {
                    let note = move |what| log.lock().unwrap().push(Passed { connection, at: Instant::now(), what });
                    note(What::Opened);
                    // The kernel has accepted; over a real path that takes until the answer to the SYN is back.
                    thread::sleep(round_trip);
                    let far = TcpStream::connect(("127.0.0.1", target)).unwrap();
                    for stream in [&near, &far] {
                        stream.set_nodelay(true).unwrap();
                    }
                    let there = (near.try_clone().unwrap(), far.try_clone().unwrap());
                    let asked = note.clone();
                    let one_way = round_trip / 2;
                    thread::spawn(move || pump(there.0, there.1, one_way, asked, (What::Asked, true)));
                    pump(far, near, one_way, note, (What::Answered, false));
                });
            }
        });
        Self { port, passed }
    }

    /// What went over it so far.
    pub(crate) fn passed(&self) -> Vec<Passed> {
        self.passed.lock().unwrap().clone()
    }
}

/// Hands on what comes, each byte so much later. `what` is noted when it leaves the near end, or when it gets there.
fn pump(
    mut from: TcpStream,
    mut to: TcpStream,
    delay: Duration,
    note: impl Fn(What) + Clone + Send + 'static,
    (what, leaves): (What, bool),
) {
    let (queue, due) = channel::<(Instant, Vec<u8>)>();
    let arrived = note.clone();
    let out = thread::spawn(move || {
        for (at, bytes) in due {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if !leaves {
                arrived(if bytes.is_empty() { What::Closed } else { what });
            }
            if bytes.is_empty() {
                drop(to.shutdown(Shutdown::Write));
            } else if to.write_all(&bytes).is_err() {
                return;
            }
        }
    });
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = from.read(&mut buffer).unwrap_or_default();
        if leaves {
            note(if count == 0 { What::Closed } else { what });
        }
        if queue.send((Instant::now() + delay, buffer[..count].to_vec())).is_err() || count == 0 {
            break;
        }
    }
    drop(queue);
    drop(out.join());
}
