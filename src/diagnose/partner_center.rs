//! Partner Center: its numbers, its sentences and its statuses.

use super::row::Sign::{Number, Says, Status};
use super::row::{DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::{CheckId as C, Field, Step};
use crate::words::Service::PartnerCenter;

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
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
