//! Octo: the statuses of its gateway and the codes of `google.rpc`.

use std::time::Duration;

use super::Sign::{Cause, Number, Status, Word};
use super::{Goto, OPERATOR, PATIENCE, Row, Who};
use crate::exit::Exit;
use crate::words::answers::Field;
use crate::words::check::CheckId;
use crate::words::failure::Cause::Mismatch as Differs;
use crate::words::failure::Mismatch;
use crate::words::failure::Service::Octo;
use crate::words::step::Step;

/// What was proven stays kept, whatever Octo answers.
const REFUSED: Row = Row { who: Who::OctoAdministrator, goto: Goto::Retry, ..OPERATOR };

/// On the page of the failure the same is tried again; the command does it at any other time.
const AGAIN: &str = "Then try again, or later: octo-csp submit.";

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "octo-invalid",
        signs: &[Number(Octo, 3), Status(Octo, 400)],
        what: "Octo does not accept one of the values.",
        why: &[
            "The service's sentence says which, if Octo tells. What was proven at Microsoft stays kept.",
        ],
        fix: &[
            "Compare account name, directory, application and MPN ID with Octo's screen.",
            "Correct the value. Then try again, or later: octo-csp submit.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        who: Who::Operator,
        goto: Goto::Step(Step::Basic),
        ..REFUSED
    },
    Row {
        key: "octo-sign-in",
        signs: &[
            Number(Octo, 16),
            Status(Octo, 401),
            Word(Octo, "invalid_client"),
            Word(Octo, "unauthorized_client"),
            Word(Octo, "invalid_grant"),
        ],
        what: "Octo does not accept its API client.",
        why: &["The client's ID or secret is wrong, has ended, or belongs to another issuer."],
        fix: &[
            "Compare the ID with the API client in Octo, or have a new one made.",
            "Type both again, or set ALPHAUS_CLIENT_ID and ALPHAUS_CLIENT_SECRET anew.",
            AGAIN,
        ],
        goto: Goto::Field(Field::OctoSecret),
        blames: &[CheckId::OctoSignIn],
        ..REFUSED
    },
    Row {
        key: "octo-denied",
        signs: &[Number(Octo, 7), Status(Octo, 403)],
        what: "Octo does not let this API client register accounts.",
        why: &["Only Octo administrators register accounts."],
        fix: &[
            "Have an Octo administrator allow it for this client, or use a client of theirs.",
            AGAIN,
        ],
        exit: Exit::Permission,
        blames: &[CheckId::OctoSignIn],
        ..REFUSED
    },
    Row {
        key: "octo-not-found",
        signs: &[Number(Octo, 5), Status(Octo, 404)],
        what: "Octo does not know this account, or not this call.",
        why: &[
            "The account was removed in Octo since it was registered,",
            "or the address of Octo is another one.",
        ],
        fix: &[
            "Look in Octo: is the account there?",
            "If not, register it again: octo-csp submit.",
            "If it is, send the code and the ids to Alphaus support.",
        ],
        who: Who::Operator,
        blames: &[CheckId::OctoPayer],
        ..REFUSED
    },
    Row {
        key: "octo-exists",
        signs: &[Number(Octo, 6), Status(Octo, 409)],
        what: "Octo has an Azure payer account already.",
        why: &["Octo accepts one Azure payer account for now. Nothing was changed there."],
        fix: &[
            "Octo: look at the registered account; Edit Settings changes its name and credentials.",
            "Removing it in Octo removes all its data: ask Alphaus support first.",
        ],
        goto: Goto::Leave,
        exit: Exit::AlreadyRegistered,
        blames: &[CheckId::OctoPayer],
        ..REFUSED
    },
    Row {
        key: "octo-other-payer",
        signs: &[Cause(Differs(Mismatch::OctoOtherPayer))],
        label: "OCTO-PAYER",
        what: "Octo has another Azure payer account, and accepts one for now.",
        why: &["It is: {detail}", "It was looked at only; nothing was changed."],
        fix: &[
            "Octo: is that account the one you want?",
            "If not: removing it removes all its data; ask Alphaus support first.",
            "Once it is gone, try again, or later: octo-csp submit.",
        ],
        goto: Goto::Leave,
        exit: Exit::AlreadyRegistered,
        ..REFUSED
    },
    Row {
        key: "octo-same-payer",
        signs: &[Cause(Differs(Mismatch::OctoSamePayer))],
        label: "OCTO-SAME-PAYER",
        what: "Octo has this payer account already, and it was not registered from here.",
        why: &[
            "In Octo it is called: {detail}",
            "It comes from Octo's own page or another machine. Nothing was changed.",
        ],
        fix: &[
            "Nothing is needed when it works as it is.",
            "To give it this name, key and MPN ID: octo-csp submit --replace. Its data stays.",
        ],
        who: Who::Operator,
        goto: Goto::Leave,
        exit: Exit::AlreadyRegistered,
        ..REFUSED
    },
    Row {
        key: "octo-not-offered",
        signs: &[Number(Octo, 12), Status(Octo, 501)],
        what: "Octo does not offer this call.",
        why: &[
            "Octo's own definition calls the hand-over of credentials work in progress. What was proven stays kept.",
        ],
        fix: &[
            "Enter these credentials on Octo's page, as before.",
            "Ask Alphaus support when the call is offered, then: octo-csp submit.",
        ],
        who: Who::Alphaus,
        ..REFUSED
    },
    Row {
        key: "octo-throttled",
        signs: &[Number(Octo, 8), Status(Octo, 429)],
        what: "Octo has slowed down the requests.",
        why: &["Too many requests in a short time."],
        fix: &["Wait a little.", AGAIN],
        who: Who::Nobody,
        wait: Some(Duration::from_secs(30)),
        ..PATIENCE
    },
    Row {
        key: "octo-busy",
        signs: &[Number(Octo, 13), Number(Octo, 14), Status(Octo, 500), Status(Octo, 408)],
        what: "Octo has trouble at the moment.",
        why: &["A fault on Octo's side that passes. What was proven at Microsoft stays kept."],
        fix: &[
            "Wait a little.",
            AGAIN,
            "If it lasts, send the code and the ids to Alphaus support.",
        ],
        who: Who::Alphaus,
        ..PATIENCE
    },
];
