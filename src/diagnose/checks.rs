//! What this program compares itself: tokens, the account, the MPN ID, the price sheet.

use super::row::Sign::Cause;
use super::row::{APPLICATION, Goto, OPERATOR, OURS, Row, SIGN_IN, Who};
use crate::exit::Exit;
use crate::words::{CheckId as C, Field, Mismatch};
use crate::words::Cause::Mismatch as Differs;

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    SIGN_IN.row("token-tenant", &[Cause(Differs(Mismatch::Tenant))]).label("other tenant").blames(&[C::Tenant, C::UserClaims]),
    SIGN_IN.row("token-application", &[Cause(Differs(Mismatch::Application))]).label("other application")
        .blames(&[C::AppToken, C::UserClaims]),
    OURS.row("token-audience", &[Cause(Differs(Mismatch::Audience))]).label("other audience"),
    OURS.row("token-kind", &[Cause(Differs(Mismatch::TokenKind))]).label("token kind").goto(Goto::Retry),
    APPLICATION.row("token-scope", &[Cause(Differs(Mismatch::Scope))]).label("scope missing").goto(Goto::SignInAgain)
        .blames(&[C::PriceToken]),
    SIGN_IN.row("token-mfa", &[Cause(Differs(Mismatch::Mfa))]).label("no MFA").who(Who::GlobalAdministrator)
        .exit(Exit::Permission).blames(&[C::Mfa]),
    SIGN_IN.row("no-refresh-token", &[Cause(Differs(Mismatch::NoRefreshToken))]).label("no refresh token"),
    OPERATOR.row("account-tenant", &[Cause(Differs(Mismatch::OrganizationTenant))]).label("other partner account")
        .field(Field::Directory).blames(&[C::Tenant, C::UserClaims]),
    OPERATOR.row("mpn-differs", &[Cause(Differs(Mismatch::Mpn))]).label("MPN ID differs").field(Field::MpnId),
    OURS.row("columns-missing", &[Cause(Differs(Mismatch::Columns))]).label("columns missing").goto(Goto::Retry),
    OPERATOR.row("tenant-in-other-cloud", &[Cause(Differs(Mismatch::Cloud))]).label("other cloud").field(Field::Directory)
        .blames(&[C::Tenant]),
    OPERATOR.row("tenant-not-named", &[Cause(Differs(Mismatch::NoTenant))]).label("no tenant ID").field(Field::Directory)
        .blames(&[C::Tenant]),
    SIGN_IN.row("answer-of-other-sign-in", &[Cause(Differs(Mismatch::State))]).label("other sign-in").field(Field::Answer),
    SIGN_IN.row("code-sent-before", &[Cause(Differs(Mismatch::UsedCode))]).label("code used"),
];
