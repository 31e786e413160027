//! TLS by kind. Certificates are always checked: no cure here switches that off.

use super::Sign::Cause;
use super::{OPERATOR, Row, Who};
use crate::exit::Exit;
use crate::words::failure::Cause::Tls;
use crate::words::failure::TlsFault;

const NETWORK: Row = Row { who: Who::NetworkAdministrator, exit: Exit::Network, ..OPERATOR };

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "tls-unknown-issuer",
        signs: &[Cause(Tls(TlsFault::UnknownIssuer))],
        label: "TLS unknown issuer",
        what: "This machine does not trust who issued the certificate of {service}.",
        why: &[
            "Issuer met: {detail}",
            "Not Microsoft's: your network opens TLS to inspect it, and its own CA certificate is missing here.",
        ],
        fix: &[
            "Ask your network team for the CA certificate of that issuer, and whether it is theirs.",
            "Linux: put it in /usr/local/share/ca-certificates, then sudo update-ca-certificates.",
            "macOS: Keychain Access > System. Windows: certlm.msc > Trusted Root Certification Authorities.",
            "Nobody knows the issuer: stop, and use another network.",
        ],
        ..NETWORK
    },
    Row {
        key: "tls-expired",
        signs: &[Cause(Tls(TlsFault::Expired))],
        label: "TLS expired",
        what: "The certificate of {service} has expired.",
        why: &[
            "The clock of this machine is ahead, or a proxy that inspects TLS uses an expired certificate.",
            "Met: {detail}",
        ],
        fix: &[
            "Compare the date and time of this machine.",
            "They are right: show this to your network team.",
        ],
        ..NETWORK
    },
    Row {
        key: "tls-not-yet-valid",
        signs: &[Cause(Tls(TlsFault::NotYetValid))],
        label: "TLS not yet valid",
        what: "The certificate of {service} is not valid yet.",
        why: &[
            "The clock of this machine is behind, often after sleep, in a virtual machine or in WSL.",
            "Met: {detail}",
        ],
        fix: &[
            "Correct the date and time of this machine.",
            "WSL: wsl --shutdown, then open it again.",
            "They are right: show this to your network team.",
        ],
        who: Who::MachineAdministrator,
        ..NETWORK
    },
    Row {
        key: "tls-wrong-name",
        signs: &[Cause(Tls(TlsFault::WrongName))],
        label: "TLS wrong name",
        what: "The certificate shown is not that of {service}.",
        why: &[
            "Met: {detail}",
            "A network that wants you to log in first, DNS that answers wrongly, or a filter.",
        ],
        fix: &[
            "Open any page in a browser on this machine and log in to the network if it asks.",
            "Try without VPN, or from another network.",
            "If it stays, show this to your network team.",
        ],
        ..NETWORK
    },
    Row {
        key: "tls-revoked",
        signs: &[Cause(Tls(TlsFault::Revoked))],
        label: "TLS revoked",
        what: "The certificate shown for {service} was revoked.",
        why: &["Met: {detail}", "It must not be trusted any more: somebody else may have its key."],
        fix: &[
            "Stop here and enter nothing.",
            "Try from another network.",
            "Show this to your network team.",
        ],
        ..NETWORK
    },
    Row {
        key: "tls-protocol",
        signs: &[Cause(Tls(TlsFault::Protocol))],
        label: "TLS protocol",
        what: "No secure connection to {service} could be agreed on.",
        why: &[
            "Seen: {detail}",
            "A proxy on the way speaks TLS older than 1.2, or something that is not TLS answers on this port.",
        ],
        fix: &[
            "Try from another network.",
            "HTTPS_PROXY set: is it the right port, and does it begin with http://?",
            "Show this to your network team: TLS 1.2 or 1.3 is needed.",
        ],
        ..NETWORK
    },
    Row {
        key: "tls-no-roots",
        signs: &[Cause(Tls(TlsFault::NoRoots))],
        label: "TLS no roots",
        what: "This machine has no CA certificates to check others with.",
        why: &["A small container or a fresh system often lacks the package \"ca-certificates\"."],
        fix: &[
            "Debian, Ubuntu: sudo apt-get install ca-certificates",
            "Fedora, RHEL: sudo dnf install ca-certificates. Alpine: sudo apk add ca-certificates",
            "Start octo-csp again.",
        ],
        who: Who::MachineAdministrator,
        ..NETWORK
    },
    Row {
        key: "tls-other",
        signs: &[Cause(Tls(TlsFault::Other))],
        label: "TLS",
        what: "The secure connection to {service} failed.",
        why: &["Seen: {detail}", "A proxy that inspects TLS is the usual reason."],
        fix: &[
            "Try from another network.",
            "If it works there, show this to your network team.",
            "If not, send the code and the ids to Alphaus support.",
        ],
        ..NETWORK
    },
];
