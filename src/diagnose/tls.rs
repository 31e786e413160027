//! TLS by kind. Certificates are always checked: no cure here switches that off.

use super::row::Sign::Cause;
use super::row::{OPERATOR, Row, Who};
use crate::exit::Exit;
use crate::words::Cause::Tls;
use crate::words::TlsFault;

const NETWORK: Row = Row { who: Who::NetworkAdministrator, exit: Exit::Network, ..OPERATOR };

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    NETWORK.row("tls-unknown-issuer", &[Cause(Tls(TlsFault::UnknownIssuer))]).label("TLS unknown issuer"),
    NETWORK.row("tls-expired", &[Cause(Tls(TlsFault::Expired))]).label("TLS expired"),
    NETWORK.row("tls-not-yet-valid", &[Cause(Tls(TlsFault::NotYetValid))]).label("TLS not yet valid")
        .who(Who::MachineAdministrator),
    NETWORK.row("tls-wrong-name", &[Cause(Tls(TlsFault::WrongName))]).label("TLS wrong name"),
    NETWORK.row("tls-revoked", &[Cause(Tls(TlsFault::Revoked))]).label("TLS revoked"),
    NETWORK.row("tls-protocol", &[Cause(Tls(TlsFault::Protocol))]).label("TLS protocol"),
    NETWORK.row("tls-no-roots", &[Cause(Tls(TlsFault::NoRoots))]).label("TLS no roots").who(Who::MachineAdministrator),
    NETWORK.row("tls-other", &[Cause(Tls(TlsFault::Other))]).label("TLS"),
];
