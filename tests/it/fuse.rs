//! Stands before a server on loopback and lets so many requests through. Then the program that asks is cut off, or is held where it is
//! until it is killed.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a program meets at the request at which the fuse blows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blown {
    /// An end of its connection, and no other.
    Cut,
    /// Silence: the request has not got there.
    HeldBefore,
    /// Silence: it was done, and its answer does not come.
    HeldAfter,
}

pub(crate) struct Fuse {
    /// Where it listens.
    pub(crate) port: u16,
    wire: Arc<Wire>,
    blown: Receiver<()>,
}

struct Wire {
    /// The port of the server.
    server: u16,
    made: AtomicUsize,
    at: AtomicUsize,
    how: Mutex<(Blown, Sender<()>)>,
}

impl Fuse {
    pub(crate) fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tells, blown) = channel();
        let (made, at, how) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX), Mutex::new((Blown::Cut, tells)));
        let wire = Arc::new(Wire { server, made, at, how });
        let wires = Arc::clone(&wire);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, wire) = (client.unwrap(), Arc::clone(&wires));
                std::thread::spawn(move || wire.carry(&client));
            }
        });
        Self { port, wire, blown }
    }

    /// Counts from the beginning, and blows at the request of this number.
    pub(crate) fn blows_at(&self, at: usize, how: Blown) {
        while self.blown.try_recv().is_ok() {}
        self.wire.how.lock().unwrap().0 = how;
        self.wire.at.store(at, Ordering::SeqCst);
        self.wire.made.store(0, Ordering::SeqCst);
    }

    /// Lets everything through.
    pub(crate) fn mend(&self) {
        self.blows_at(usize::MAX, Blown::Cut);
    }

    /// How many requests there were.
    pub(crate) fn made(&self) -> usize {
        self.wire.made.load(Ordering::SeqCst)
    }

    /// Whether it has blown, or does in a moment.
    pub(crate) fn has_blown(&self) -> bool {
        self.blown.recv_timeout(Duration::from_millis(5)).is_ok()
    }
}

impl Wire {
    fn how(&self) -> Blown {
        self.how.lock().unwrap().0
    }

    /// From here on nothing gets through on this connection.
    fn blow(&self, mut client: &TcpStream) {
        let _nobody_waits = self.how.lock().unwrap().1.send(());
        if self.how() != Blown::Cut {
            // Until the program is gone.
            drop(std::io::copy(&mut client, &mut std::io::sink()));
        }
    }

    /// Carries requests one way, counting them, and answers the other way.
    fn carry(self: &Arc<Self>, mut client: &TcpStream) {
        let mut server = &TcpStream::connect(("127.0.0.1", self.server)).unwrap();
        let unanswered = Arc::new(AtomicBool::new(false));
        let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        let (wire, keeps) = (Arc::clone(self), Arc::clone(&unanswered));
        let back = std::thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                if keeps.load(Ordering::SeqCst) {
                    let _nobody_waits = wire.how.lock().unwrap().1.send(());
                    return;
                }
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            drop(to.shutdown(Shutdown::Both));
        });
        let mut bytes = vec![0; 65_536];
        while let Ok(count @ 1..) = client.read(&mut bytes) {
            let heads = bytes[..count].windows(11).filter(|window| *window == b" HTTP/1.1\r\n").count();
            let number = self.made.fetch_add(heads, Ordering::SeqCst);
            let at = self.at.load(Ordering::SeqCst);
            if heads > 0 && number >= at {
                if number > at || self.how() != Blown::HeldAfter {
                    self.blow(client);
                    break;
                }
                unanswered.store(true, Ordering::SeqCst);
            }
            if server.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        drop((client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both)));
        drop(back.join());
    }
}
