//! Windows says which process holds a connection, and whose a process is if this user may look at it.

use super::Owner;
#[cfg(windows)]
pub(super) use asked::owners;

/// Whose a process is, as far as this user may know.
#[derive(Debug, Default, PartialEq, Eq)]
struct Holder {
    /// The user's SID.
    user: Option<String>,
    /// The session it runs in: every desktop has one of its own, and all services share 0.
    session: Option<u32>,
}

/// Who holds a connection whose process is this one. Windows does not show a user the processes of others, nor those that the same
/// person started as an administrator; the latter run on the same desktop, where nobody else can start one.
fn owner(holder: Option<&Holder>, me: &Holder) -> Owner {
    let desktop = |it: &Holder| it.session.filter(|session| *session != 0);
    match (holder, &me.user) {
        (_, None) => Owner::Unknown,
        (Some(Holder { user: Some(user), .. }), Some(me)) => {
            if user == me {
                Owner::Me
            } else {
                Owner::Another
            }
        }
        (Some(holder), Some(_)) if desktop(holder).is_some() && desktop(holder) == desktop(me) => Owner::Unknown,
        (Some(_) | None, Some(_)) => Owner::Another,
    }
}

#[cfg(windows)]
mod asked {
    use std::collections::HashMap;
    use std::net::SocketAddr;

    use netsock::family::AddressFamilyFlags;
    use netsock::protocol::ProtocolFlags;
    use netsock::socket::ProtocolSocketInfo;
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

    use super::super::{Ends, plain};
    use super::{Holder, Owner, owner};

    /// Who holds the other end of each; `None` where the system does not list its connections.
    pub(in super::super) fn owners(connections: &[Ends]) -> Option<Vec<Owner>> {
        let sockets = netsock::iter_sockets(AddressFamilyFlags::all(), ProtocolFlags::TCP).ok()?;
        let mut held = HashMap::new();
        for socket in sockets.flatten() {
            if let ProtocolSocketInfo::Tcp(tcp) = &socket.protocol_socket_info {
                let peer = plain(SocketAddr::new(tcp.local_addr, tcp.local_port));
                let local = plain(SocketAddr::new(tcp.remote_addr, tcp.remote_port));
                held.extend(socket.processes.first().map(|process| (Ends { peer, local }, Pid::from_u32(process.pid))));
            }
        }
        let holders: Vec<Option<Pid>> = connections
            .iter()
            .map(|ends| held.get(&Ends { peer: plain(ends.peer), local: plain(ends.local) }).copied())
            .collect();
        let me = Pid::from_u32(std::process::id());
        let mut asked: Vec<Pid> = holders.iter().flatten().copied().chain([me]).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut system = System::new();
        let whose = ProcessRefreshKind::nothing().with_user(UpdateKind::Always);
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&asked), true, whose);
        let holder = |pid: Pid| {
            let process = system.process(pid)?;
            let user = process.user_id().map(|user| user.to_string());
            Some(Holder { user, session: process.session_id().map(Pid::as_u32) })
        };
        let me = holder(me).unwrap_or_default();
        Some(holders.into_iter().map(|pid| owner(pid.and_then(holder).as_ref(), &me)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_may_not_be_looked_at_is_another_users_unless_it_runs_on_the_same_desktop() {
        let process = |user: &str, session| Holder { user: Some(user.to_owned()).filter(|it| it != "-"), session };
        let (me, another, unknown) = (Owner::Me, Owner::Another, Owner::Unknown);
        let desktop = process("S-1-5-21-1", Some(2));
        for (holder, wanted) in [
            (Some(process("S-1-5-21-1", Some(2))), me),
            (Some(process("S-1-5-21-1", Some(0))), me),
            (Some(process("S-1-5-21-2", Some(2))), another),
            (Some(process("-", Some(2))), unknown),
            (Some(process("-", Some(3))), another),
            (Some(process("-", Some(0))), another),
            (Some(process("-", None)), another),
            (None, another),
        ] {
            assert_eq!(owner(holder.as_ref(), &desktop), wanted, "{holder:?}");
        }
        // Over SSH all users share the session of the services.
        let ssh = process("S-1-5-21-1", Some(0));
        assert_eq!(owner(Some(&process("-", Some(0))), &ssh), another);
        assert_eq!(owner(Some(&process("S-1-5-21-1", Some(1))), &ssh), me);
        // Who does not know himself takes nobody for another.
        assert_eq!(owner(Some(&process("S-1-5-21-2", Some(2))), &Holder::default()), unknown);
        assert_eq!(owner(None, &Holder::default()), unknown);
    }
}
