//! The way to a service and this machine: names, connections, proxies, the clock.

use std::time::Duration;

use super::Sign;
use super::{OPERATOR, OURS, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::failure::Cause;

/// Something on the way must change.
const NETWORK: Row = Row { who: Who::NetworkAdministrator, exit: Exit::Network, ..OPERATOR };

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "code-in-doubt",
        signs: &[
            Sign::Cause(Cause::TimedOut),
            Sign::Cause(Cause::Broken),
            Sign::Cause(Cause::Unreadable),
            Sign::Cause(Cause::NotTheService),
        ],
        when: When::CodeSent,
        label: "answer lost",
        what: "The answer to the code did not arrive; it cannot be told whether the code was used.",
        why: &[
            "The connection failed after the code was sent. A code works once, so it is not sent again.",
        ],
        fix: &["Sign in again with a new link.", "What worked before still works."],
        ..SIGN_IN
    },
    Row {
        key: "no-such-host",
        signs: &[Sign::Cause(Cause::NoSuchHost)],
        label: "no such host",
        what: "The name of the host cannot be found from this machine.",
        why: &[
            "Asked for: {detail}",
            "There is no network, or DNS does not answer, or the name is only known inside a VPN.",
        ],
        fix: &[
            "Does a browser on this machine open login.microsoftonline.com?",
            "No: connect the network or the VPN.",
            "Yes: your network wants a proxy. Set HTTPS_PROXY to it and start again.",
        ],
        who: Who::Operator,
        wait: Some(Duration::from_secs(5)),
        ..NETWORK
    },
    Row {
        key: "no-connection",
        signs: &[Sign::Cause(Cause::NoConnection)],
        label: "no connection",
        what: "{service} cannot be reached from this machine.",
        why: &[
            "Asked for: {detail}",
            "A firewall closes the way, or your network wants a proxy, or the service is down.",
        ],
        fix: &[
            "Does a browser on this machine open login.microsoftonline.com?",
            "Yes: set HTTPS_PROXY to the proxy the browser uses and start again.",
            "No: ask your network team to open port 443 to this host.",
        ],
        wait: Some(Duration::from_secs(5)),
        ..NETWORK
    },
    Row {
        key: "connection-broken",
        signs: &[Sign::Cause(Cause::Broken)],
        label: "connection broken",
        what: "The connection to {service} broke in the middle.",
        why: &["The network changed or is weak, or something on the way cuts long connections."],
        fix: &["Try again.", "If it repeats: try without VPN, or from another network."],
        wait: Some(Duration::from_secs(2)),
        ..NETWORK
    },
    Row {
        key: "timed-out",
        signs: &[Sign::Cause(Cause::TimedOut)],
        label: "timed out",
        what: "{service} did not answer within the time limit.",
        why: &["The service is slow, or a firewall swallows the request without a word."],
        fix: &[
            "Try again.",
            "If it repeats: does a browser on this machine open login.microsoftonline.com?",
            "Yes: set HTTPS_PROXY to the proxy the browser uses.",
        ],
        wait: Some(Duration::from_secs(5)),
        ..NETWORK
    },
    Row {
        key: "proxy",
        signs: &[Sign::Cause(Cause::Proxy)],
        label: "proxy 407",
        what: "The proxy of your network does not let this through.",
        why: &[
            "Asked for: {detail}",
            "It wants a user name and password (407), or it does not allow this host.",
        ],
        fix: &[
            "Set HTTPS_PROXY to the address your network team names, and start again.",
            "A proxy that wants a password or Kerberos: run a local helper proxy that signs in, and name that.",
            "Ask that login.microsoftonline.com and both API hosts be let through.",
        ],
        ..NETWORK
    },
    Row {
        key: "not-the-service",
        signs: &[Sign::Cause(Cause::NotTheService)],
        label: "not the service",
        what: "Something else answered in place of {service}.",
        why: &[
            "Met: {detail}",
            "A network that wants you to log in first (hotel, guest Wi-Fi), or a filter with a page of its own.",
        ],
        fix: &[
            "Open any page in a browser on this machine: is there a log-in page of the network? Log in there.",
            "Else ask your network team to let login.microsoftonline.com and both API hosts through.",
            "Try again.",
        ],
        ..NETWORK
    },
    Row {
        key: "unreadable",
        signs: &[Sign::Cause(Cause::Unreadable)],
        label: "unreadable answer",
        what: "The answer of {service} cannot be read.",
        why: &[
            "Seen: {detail}",
            "It was cut off or changed on the way, or the service has changed its form.",
        ],
        fix: &[
            "Try again once.",
            "Try from another network.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        who: Who::Alphaus,
        wait: Some(Duration::from_secs(5)),
        ..NETWORK
    },
    Row {
        key: "clock",
        signs: &[Sign::Cause(Cause::ClockSkew)],
        label: "clock",
        what: "The clock of this machine is wrong.",
        why: &[
            "Off by: {detail}",
            "Tokens and certificates are valid for a span of time, and look expired or not yet valid here.",
        ],
        fix: &[
            "Linux: sudo timedatectl set-ntp true",
            "macOS: System Settings > General > Date & Time > Set time and date automatically.",
            "Windows: Settings > Time & language > Date & time > Sync now. WSL: wsl --shutdown, then open it again.",
            "Try again.",
        ],
        who: Who::MachineAdministrator,
        ..NETWORK
    },
    Row {
        key: "internal",
        signs: &[Sign::Cause(Cause::Internal)],
        label: "internal",
        what: "A part of this program ended without an answer.",
        why: &[
            "A mistake of this program, or this machine is out of memory. Nothing that worked before was touched.",
        ],
        fix: &[
            "Leave and start again: it goes on where it was.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        ..OURS
    },
];
