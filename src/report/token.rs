//! What `octo-csp token` and `octo-csp code` print: the one place where a secret goes to standard output, because it was asked
//! for.

use jiff::Timestamp;
use serde::Serialize;

use crate::exit::Exit;
use crate::journal::access::AccessToken;
use crate::report::{VERSION, json};
use crate::words::ids::AuthCode;
use crate::words::token::Audience;

#[derive(Serialize)]
struct TokenObject<'t> {
    version: u32,
    command: &'static str,
    audience: &'static str,
    token_type: &'static str,
    access_token: &'t str,
    expires_at: Option<Timestamp>,
    cached: bool,
    exit: u8,
}

#[derive(Serialize)]
struct CodeObject<'c> {
    version: u32,
    command: &'static str,
    code: &'c str,
    redirect_uri: &'c str,
    redeemed: bool,
    exit: u8,
}

#[derive(Serialize)]
struct NothingObject {
    version: u32,
    command: &'static str,
    registered: bool,
    exit: u8,
}

/// The token as one JSON object; `cached` says that it was kept by an earlier call.
pub fn token(audience: Audience, token: &AccessToken, cached: bool) -> String {
    json(&TokenObject {
        version: VERSION,
        command: "token",
        audience: audience.key(),
        token_type: "Bearer",
        access_token: token.value.reveal(),
        expires_at: token.lifetime.map(|lifetime| lifetime.until),
        cached,
        exit: Exit::Done as u8,
    })
}

/// That there is nothing to hand out, because nothing is registered.
pub fn nothing(command: &'static str, exit: Exit) -> String {
    json(&NothingObject { version: VERSION, command, registered: false, exit: exit as u8 })
}

/// The code as one JSON object. Whoever redeems it must name the redirect address beside it.
pub fn code(code: &AuthCode, redirect: &str) -> String {
    json(&CodeObject {
        version: VERSION,
        command: "code",
        code: code.secret().reveal(),
        redirect_uri: redirect,
        redeemed: false,
        exit: Exit::Done as u8,
    })
}
