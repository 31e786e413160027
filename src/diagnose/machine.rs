//! The way to a service and this machine: names, connections, proxies, the clock.

use super::row::Sign;
use super::row::{OPERATOR, OURS, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::Cause;

/// Something on the way must change.
const NETWORK: Row = Row { who: Who::NetworkAdministrator, exit: Exit::Network, ..OPERATOR };

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    SIGN_IN.row("code-in-doubt", &[Sign::Cause(Cause::TimedOut), Sign::Cause(Cause::Broken), Sign::Cause(Cause::Unreadable),
        Sign::Cause(Cause::NotTheService)])
        .label("answer lost").when(When::CodeSent),
    NETWORK.row("no-such-host", &[Sign::Cause(Cause::NoSuchHost)]).label("no such host").who(Who::Operator).wait(5),
    NETWORK.row("no-connection", &[Sign::Cause(Cause::NoConnection)]).label("no connection").wait(5),
    NETWORK.row("connection-broken", &[Sign::Cause(Cause::Broken)]).label("connection broken").wait(2),
    NETWORK.row("timed-out", &[Sign::Cause(Cause::TimedOut)]).label("timed out").wait(5),
    NETWORK.row("proxy", &[Sign::Cause(Cause::Proxy)]).label("proxy 407"),
    NETWORK.row("not-the-service", &[Sign::Cause(Cause::NotTheService)]).label("not the service"),
    NETWORK.row("unreadable", &[Sign::Cause(Cause::Unreadable)]).label("unreadable answer").who(Who::Alphaus).wait(5),
    NETWORK.row("clock", &[Sign::Cause(Cause::ClockSkew)]).label("clock").who(Who::MachineAdministrator),
    OURS.row("internal", &[Sign::Cause(Cause::Internal)]).label("internal"),
];
