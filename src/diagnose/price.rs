//! The price service: its words, its sentences and its statuses.

use super::row::Sign::{Says, Status, Word};
use super::row::{DIRECTORY, Goto, OURS, PATIENCE, Row, SIGN_IN, Who};
use crate::exit::Exit;
use crate::words::CheckId as C;
use crate::words::Service::PartnerApi;

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
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
