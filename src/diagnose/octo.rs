//! Octo: the statuses of its gateway and the codes of `google.rpc`.

use super::row::Sign::{Cause, Number, Status, Word};
use super::row::{Goto, OPERATOR, PATIENCE, Row, Who};
use crate::exit::Exit;
use crate::words::{CheckId as C, Field, Mismatch, Step};
use crate::words::Cause::Mismatch as Differs;
use crate::words::Service::Octo;

/// What was proven stays kept, whatever Octo answers.
const REFUSED: Row = Row { who: Who::OctoAdministrator, goto: Goto::Retry, ..OPERATOR };

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    REFUSED.row("octo-invalid", &[Number(Octo, 3), Status(Octo, 400)]).who(Who::Operator).goto(Goto::Step(Step::Basic))
        .quotes(),
    REFUSED.row("octo-sign-in", &[Number(Octo, 16), Status(Octo, 401), Word(Octo, "invalid_client"), Word(Octo,
        "unauthorized_client"), Word(Octo, "invalid_grant")])
        .field(Field::OctoSecret).blames(&[C::OctoSignIn]),
    REFUSED.row("octo-denied", &[Number(Octo, 7), Status(Octo, 403)]).exit(Exit::Permission).blames(&[C::OctoSignIn]),
    REFUSED.row("octo-not-found", &[Number(Octo, 5), Status(Octo, 404)]).who(Who::Operator).blames(&[C::OctoPayer]),
    REFUSED.row("octo-exists", &[Number(Octo, 6), Status(Octo, 409)]).goto(Goto::Leave).exit(Exit::AlreadyRegistered)
        .blames(&[C::OctoPayer]),
    REFUSED.row("octo-other-payer", &[Cause(Differs(Mismatch::OctoOtherPayer))]).label("OCTO-PAYER").goto(Goto::Leave)
        .exit(Exit::AlreadyRegistered),
    REFUSED.row("octo-same-payer", &[Cause(Differs(Mismatch::OctoSamePayer))]).label("OCTO-SAME-PAYER").who(Who::Operator)
        .goto(Goto::Leave).exit(Exit::AlreadyRegistered),
    REFUSED.row("octo-not-offered", &[Number(Octo, 12), Status(Octo, 501)]).who(Who::Alphaus),
    PATIENCE.row("octo-throttled", &[Number(Octo, 8), Status(Octo, 429)]).who(Who::Nobody).wait(30),
    PATIENCE.row("octo-busy", &[Number(Octo, 13), Number(Octo, 14), Status(Octo, 500), Status(Octo, 408)]).who(Who::Alphaus),
];
