//! What `octo-csp token` and `octo-csp code` print: the one place where a secret goes to standard output, because it was asked
//! for.

use jiff::Timestamp;
use serde::Serialize;

use crate::exit::Exit;
use crate::journal::access::AccessToken;
use crate::report::json;
use crate::words::{Audience, AuthCode};

#[derive(Serialize)]
struct TokenObject<'t> {
    audience: &'static str,
    token_type: &'static str,
    access_token: &'t str,
    expires_at: Option<Timestamp>,
    cached: bool,
}

#[derive(Serialize)]
struct CodeObject<'c> {
    code: &'c str,
    redirect_uri: &'c str,
    redeemed: bool,
}

#[derive(Serialize)]
struct NothingObject {
    registered: bool,
}

/// The token as one JSON object; `cached` says that it was kept by an earlier call.
pub fn token(audience: Audience, token: &AccessToken, cached: bool) -> String {
    let body = TokenObject {
        audience: audience.key(),
        token_type: "Bearer",
        access_token: token.value.reveal(),
        expires_at: token.lifetime.map(|lifetime| lifetime.until),
        cached,
    };
    json("token", &body, Exit::Done)
}

/// That there is nothing to hand out, because nothing is registered.
pub fn nothing(command: &str, exit: Exit) -> String {
    json(command, &NothingObject { registered: false }, exit)
}

/// The code as one JSON object. Whoever redeems it must name the redirect address beside it.
pub fn code(code: &AuthCode, redirect: &str) -> String {
    json("code", &CodeObject { code: code.secret().reveal(), redirect_uri: redirect, redeemed: false }, Exit::Done)
}
