//! What `octo-csp token` and `octo-csp code` print: the one place where a secret goes to standard output, because it was asked
//! for.

use serde_json::json;

use crate::exit::Exit;
use crate::journal::access::AccessToken;
use crate::report::identity::Identity;
use crate::report::object;
use crate::words::{Audience, AuthCode};

/// The token as one JSON object; `cached` says that it was kept by an earlier call.
pub fn token(audience: Audience, which: &Identity, token: &AccessToken, cached: bool) -> String {
    let members = which.with(json!({
        "audience": audience.key(),
        "token_type": "Bearer",
        "access_token": token.value.reveal(),
        "expires_at": token.lifetime.map(|lifetime| lifetime.until),
        "cached": cached,
    }));
    object("token", &members, Exit::Done)
}

/// That there is nothing to hand out, because nothing is registered.
pub fn nothing(command: &str, which: &Identity, exit: Exit) -> String {
    object(command, &which.with(json!({ "registered": false })), exit)
}

/// The code as one JSON object. Whoever redeems it must name the redirect address beside it.
pub fn code(which: &Identity, code: &AuthCode, redirect: &str) -> String {
    let members = which.with(json!({"code": code.secret().reveal(), "redirect_uri": redirect, "redeemed": false}));
    object("code", &members, Exit::Done)
}
