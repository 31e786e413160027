//! Whose connection it is. Any user of this machine can reach the loopback listener, and the arguments of a browser can be read by
//! all of them: so the system is asked who holds the other end, and only this process' own user is answered.
//!
//! Linux lists every socket with its user in `/proc/net/tcp` and `tcp6` (proc(5)), Windows with its process. On macOS, and under WSL,
//! where the browser's connection is made by a relay of another user, nobody can be told apart.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

#[cfg(any(windows, test))]
mod process;

/// Who holds the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The user of this process.
    Me,
    /// Another user, or nobody any more: who waits for an answer keeps its end open.
    Another,
    /// This system does not say.
    Unknown,
}

/// Both ends of a connection to the listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// The other side's address.
    pub peer: SocketAddr,
    /// Ours.
    pub local: SocketAddr,
}

/// The system's list of sockets.
#[derive(Clone, Debug)]
pub struct Peers {
    me: Option<u32>,
    lists: [PathBuf; 2],
}

impl Peers {
    /// Of this system and this process' user.
    pub fn here() -> Self {
        Self::of_user(this_user().filter(|_| !is_wsl()))
    }

    /// The same for this user id; `None` where a list of sockets has none.
    pub fn of_user(me: Option<u32>) -> Self {
        Self { me, lists: ["/proc/net/tcp".into(), "/proc/net/tcp6".into()] }
    }

    /// The same with a list of another's making, for a test that has two users.
    #[cfg(feature = "test-door")]
    pub fn listed(me: u32, list: PathBuf) -> Self {
        Self { me: Some(me), lists: [list, PathBuf::new()] }
    }

    /// Who holds the other end of each; the lists are read once for all of them, so that a flood costs no reading each.
    pub fn owners(&self, connections: &[Ends]) -> Vec<Owner> {
        let unknown = || vec![Owner::Unknown; connections.len()];
        let Some(me) = self.me else {
            return by_process(connections).unwrap_or_else(unknown);
        };
        let lists: Vec<String> = self.lists.iter().filter_map(|list| read(list)).collect();
        if lists.is_empty() {
            return unknown();
        }
        let asked: HashMap<Ends, usize> = connections
            .iter()
            .enumerate()
            .map(|(index, ends)| (Ends { peer: plain(ends.peer), local: plain(ends.local) }, index))
            .collect();
        let mut owners = vec![Owner::Another; connections.len()];
        for held in lists.iter().flat_map(|list| list.lines()).filter_map(Held::parse) {
            let index = asked.get(&held.ends).filter(|_| held.open && held.user == me);
            if let Some(owner) = index.and_then(|index| owners.get_mut(*index)) {
                *owner = Owner::Me;
            }
        }
        owners
    }
}

/// A row of the list.
struct Held {
    /// As its holder's other side sees them.
    ends: Ends,
    user: u32,
    /// A socket that its process has closed has no inode, and then its user is written as 0.
    open: bool,
}

impl Held {
    /// `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode`
    fn parse(row: &str) -> Option<Self> {
        let mut words = row.split_ascii_whitespace().skip(1);
        let (peer, local) = (address(words.next()?)?, address(words.next()?)?);
        let mut words = words.skip(4);
        let user = words.next()?.parse().ok()?;
        let open = words.nth(1)? != "0";
        Some(Self { ends: Ends { peer, local }, user, open })
    }
}

/// `0100007F:1F90`: each four bytes as one number in the machine's byte order, the port as a number.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::with_capacity(16);
    for at in (0..address.len()).step_by(8) {
        let word = u32::from_str_radix(address.get(at..at + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    let ip = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(four) => IpAddr::V4(Ipv4Addr::from(four)),
        Err(_not_four) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?)),
    };
    Some(plain(SocketAddr::new(ip, port)))
}

/// An IPv4 address is one, also where an IPv6 socket has it, and no scope or flow belongs to it.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

fn read(list: &Path) -> Option<String> {
    std::fs::read_to_string(list).ok()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn this_user() -> Option<u32> {
    Some(rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn this_user() -> Option<u32> {
    None
}

/// Who holds the other end of each, where the system knows the process and not the user.
#[cfg(windows)]
fn by_process(connections: &[Ends]) -> Option<Vec<Owner>> {
    process::owners(connections)
}

#[cfg(not(windows))]
fn by_process(_connections: &[Ends]) -> Option<Vec<Owner>> {
    None
}

/// A kernel of WSL names Microsoft (`5.15.153.1-microsoft-standard-WSL2`).
fn is_wsl() -> bool {
    read(Path::new("/proc/sys/kernel/osrelease"))
        .is_some_and(|release| release.to_ascii_lowercase().contains("microsoft"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(peer: &str, local: &str) -> Ends {
        Ends { peer: peer.parse().unwrap(), local: local.parse().unwrap() }
    }

    /// Rows as a kernel of a little-endian machine writes them.
    #[cfg(target_endian = "little")]
    #[test]
    fn a_row_says_who_holds_which_end_and_a_closed_one_says_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let four = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0 10 0\n\
            1: 0100007F:A001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 20 4 30 10 -1\n\
            2: 0100007F:A002 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 13 1 0 20 4 30 10 -1\n\
            3: 0100007F:A003 0100007F:1F90 05 00000000:00000000 00:00000000 00000000  1000        0 0 1 0 20 4 30 10 -1\n\
            4: torn";
        let six = "header\n\
            0: 00000000000000000000000001000000:A004 00000000000000000000000001000000:1F90 01 0:0 00:0 0  1000        0 14 1\n\
            1: 0000000000000000FFFF00000100007F:A005 0000000000000000FFFF00000100007F:1F90 01 0:0 00:0 0  1000        0 15 1\n";
        let lists = [folder.path().join("tcp"), folder.path().join("tcp6")];
        crate::world::papers::write(&lists[0], four.as_bytes()).unwrap();
        crate::world::papers::write(&lists[1], six.as_bytes()).unwrap();
        let peers = Peers { me: Some(1000), lists };
        let asked = [
            ends("127.0.0.1:40961", "127.0.0.1:8080"),
            ends("127.0.0.1:40962", "127.0.0.1:8080"),
            ends("127.0.0.1:40963", "127.0.0.1:8080"),
            ends("[::1]:40964", "[::1]:8080"),
            ends("127.0.0.1:40965", "127.0.0.1:8080"),
            ends("127.0.0.1:40961", "127.0.0.1:8081"),
            ends("127.0.0.1:40999", "127.0.0.1:8080"),
        ];
        let (me, another) = (Owner::Me, Owner::Another);
        assert_eq!(peers.owners(&asked), [me, another, another, me, me, another, another]);
    }

    #[test]
    fn where_nobody_can_be_told_apart_nobody_is_taken_for_another() {
        let asked = [ends("127.0.0.1:1", "127.0.0.1:2")];
        assert_eq!(Peers::of_user(None).owners(&asked), [Owner::Unknown]);
        let lists = ["/nowhere/tcp".into(), "/nowhere/tcp6".into()];
        assert_eq!(Peers { me: Some(0), lists }.owners(&asked), [Owner::Unknown]);
    }
}
