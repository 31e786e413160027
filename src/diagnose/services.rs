//! The services with an API: their numbers, their words, their sentences and their statuses.

use super::row::Sign::{Cause, Number, Says, Status, Word};
use super::row::{DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::Cause::Mismatch as Differs;
use crate::words::Service::{Octo, PartnerApi, PartnerCenter};
use crate::words::{CheckId as C, Field, Mismatch, Step};

/// Partner Center.
#[rustfmt::skip]
pub(super) static PARTNER_CENTER: &[Row] = &[
    OURS.row("pc-old-audience", &[Number(PartnerCenter, 900_420)]),
    SIGN_IN.row("pc-no-mfa", &[Number(PartnerCenter, 900_421)]).who(Who::GlobalAdministrator).exit(Exit::Permission)
        .blames(&[C::Mfa]),
    DIRECTORY.row("pc-app-not-registered", &[Number(PartnerCenter, 400), Number(PartnerCenter, 800_001)])
        .field(Field::ApplicationId).blames(&[C::Tenant, C::Customers]),
    OPERATOR.row("pc-app-only", &[Number(PartnerCenter, 900_329), Says(PartnerCenter,
        "can't be accessed by application credentials"), Says(PartnerCenter, "application-only authentication")])
        .who(Who::GlobalAdministrator).exit(Exit::Permission).blames(&[C::Customers]),
    DIRECTORY.row("pc-app-refused", &[Number(PartnerCenter, 900_150), Says(PartnerCenter,
        "supplied role does not have the rights")])
        .when(When::In(Step::PartnerCenter)).field(Field::ApplicationId).blames(&[C::Customers]),
    DIRECTORY.row("pc-role-missing", &[Number(PartnerCenter, 900_150), Says(PartnerCenter,
        "supplied role does not have the rights")])
        .goto(Goto::SignInAgain).blames(&[C::Organization]),
    DIRECTORY.row("pc-privileges", &[Number(PartnerCenter, 900_308)]).goto(Goto::SignInAgain).blames(&[C::Organization]),
    DIRECTORY.row("pc-access-denied", &[Number(PartnerCenter, 2_032), Number(PartnerCenter, 20_002), Number(PartnerCenter,
        2_006), Status(PartnerCenter, 403)])
        .blames(&[C::Tenant, C::Customers, C::Organization]),
    DIRECTORY.row("pc-conditional-access", &[Number(PartnerCenter, 900_309)]).goto(Goto::SignInAgain),
    DIRECTORY.row("pc-entra-inside", &[Number(PartnerCenter, 90_000)]).goto(Goto::SignInAgain).quotes(),
    DIRECTORY.row("pc-reseller-inactive", &[Number(PartnerCenter, 800_039)]).field(Field::Directory).blames(&[C::Tenant]),
    DIRECTORY.row("pc-agreement", &[Number(PartnerCenter, 900_124), Number(PartnerCenter, 13_605)]),
    OPERATOR.row("pc-no-such-partner", &[Number(PartnerCenter, 3_000)]).field(Field::MpnId),
    OPERATOR.row("pc-not-found", &[Number(PartnerCenter, 1_000), Number(PartnerCenter, 60_003), Status(PartnerCenter, 404)])
        .field(Field::Directory).blames(&[C::Tenant]),
    OPERATOR.row("pc-invalid-input", &[Number(PartnerCenter, 2_000), Number(PartnerCenter, 2_001), Number(PartnerCenter,
        800_002), Status(PartnerCenter, 400)]).quotes(),
    OPERATOR.row("pc-mpn-not-migrated", &[Number(PartnerCenter, 2_200), Number(PartnerCenter, 2_201)]).field(Field::MpnId),
    DIRECTORY.row("pc-unauthorized", &[Status(PartnerCenter, 401)]).field(Field::ApplicationId)
        .blames(&[C::Tenant, C::Customers]),
    PATIENCE.row("pc-throttled", &[Number(PartnerCenter, 429), Status(PartnerCenter, 429)]).wait(60),
    PATIENCE.row("pc-busy", &[Number(PartnerCenter, 800_003), Status(PartnerCenter, 500), Status(PartnerCenter, 408)]),
];

/// The price service.
#[rustfmt::skip]
pub(super) static PRICE: &[Row] = &[
    OURS.row("price-wrong-audience", &[Says(PartnerApi, "invalid authorization header")]),
    SIGN_IN.row("price-conditional-access", &[Says(PartnerApi, "insufficent_claims"), Says(PartnerApi,
        "insufficient_claims"), Word(PartnerApi, "insufficent_claims"), Word(PartnerApi, "insufficient_claims")])
        .who(Who::GlobalAdministrator).exit(Exit::Permission).blames(&[C::Mfa]),
    DIRECTORY.row("price-role-missing", &[Word(PartnerApi, "accessDenied"), Status(PartnerApi, 403)]).goto(Goto::SignInAgain)
        .blames(&[C::Organization]),
    SIGN_IN.row("price-unauthorized", &[Word(PartnerApi, "unauthenticated"), Word(PartnerApi, "unAuthorized"),
        Status(PartnerApi, 401)])
        .blames(&[C::Mfa, C::PriceToken, C::Rates]),
    SIGN_IN.row("price-bad-request", &[Word(PartnerApi, "invalidRequest"), Status(PartnerApi, 400)]).blames(&[C::Organization]),
    OURS.row("price-not-found", &[Word(PartnerApi, "itemNotFound"), Status(PartnerApi, 404), Status(PartnerApi, 410)])
        .who(Who::Alphaus).exit(Exit::Refused),
    PATIENCE.row("price-throttled", &[Status(PartnerApi, 429), Status(PartnerApi, 509)]).wait(60).blames(&[C::Rates]),
    PATIENCE.row("price-busy", &[Word(PartnerApi, "serviceNotAvailable"), Word(PartnerApi, "generalException"),
        Status(PartnerApi, 500), Status(PartnerApi, 408)])
        .blames(&[C::Rates]),
    OURS.row("price-unexpected", &[Word(PartnerApi, "preconditionFailed"), Word(PartnerApi, "resourceModified"),
        Status(PartnerApi, 405), Status(PartnerApi, 406), Status(PartnerApi, 409), Status(PartnerApi, 411),
        Status(PartnerApi, 412), Status(PartnerApi, 413), Status(PartnerApi, 415), Status(PartnerApi, 416),
        Status(PartnerApi, 422), Status(PartnerApi, 423)])
        .blames(&[C::Rates]),
];

/// What was proven stays kept, whatever Octo answers.
const REFUSED: Row = Row { who: Who::OctoAdministrator, goto: Goto::Retry, ..OPERATOR };

/// Octo: the statuses of its gateway and the codes of `google.rpc`.
#[rustfmt::skip]
pub(super) static OCTO: &[Row] = &[
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
