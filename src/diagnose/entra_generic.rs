//! Entra by its OAuth words alone: for numbers that are unknown and answers that have none.

use super::row::Sign::{Oauth, Status};
use super::row::{DIRECTORY, Goto, OPERATOR, OURS, Row, SIGN_IN, Who};
use crate::exit::Exit;
use crate::words::{CheckId as C, Field, Service};

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    OPERATOR.row("invalid-client", &[Oauth("invalid_client"), Status(Service::Entra, 401)]).field(Field::SecretKey)
        .blames(&[C::AppToken]).quotes(),
    SIGN_IN.row("invalid-grant", &[Oauth("invalid_grant"), Oauth("client_mismatch")]).quotes(),
    SIGN_IN.row("interaction-required", &[Oauth("interaction_required"), Oauth("basic_action"), Oauth("additional_action")])
        .blames(&[C::Mfa]),
    DIRECTORY.row("access-denied", &[Oauth("access_denied"), Oauth("permission_denied")]).who(Who::SignedIn)
        .goto(Goto::SignInAgain).blames(&[C::PriceToken]),
    OURS.row("invalid-request", &[Oauth("invalid_request")]).who(Who::Operator).goto(Goto::Retry).exit(Exit::Refused).quotes(),
];
