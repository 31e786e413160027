//! What this program compares itself: tokens, the account, the MPN ID, the price sheet.

use super::Sign::Cause;
use super::{APPLICATION, Goto, OPERATOR, OURS, Row, SIGN_IN, Who};
use crate::exit::Exit;
use crate::words::answers::Field;
use crate::words::check::CheckId;
use crate::words::failure::Cause::Mismatch as Differs;
use crate::words::failure::Mismatch;

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "token-tenant",
        signs: &[Cause(Differs(Mismatch::Tenant))],
        label: "other tenant",
        what: "The sign-in is of another directory than the one typed.",
        why: &[
            "In the token: {detail}",
            "The browser was signed in with an account of another tenant.",
        ],
        fix: &[
            "Open the sign-in link in a private window.",
            "Sign in with an account of {tenant}.",
            "That directory is wrong: correct it in step 2.",
        ],
        blames: &[CheckId::Tenant, CheckId::UserClaims],
        ..SIGN_IN
    },
    Row {
        key: "token-application",
        signs: &[Cause(Differs(Mismatch::Application))],
        label: "other application",
        what: "The token was issued to another application than yours.",
        why: &[
            "In the token: {detail}",
            "The code comes from a sign-in link of another app, or a server behind a cloud file mixes them up.",
        ],
        fix: &[
            "Compare the Application ID with the app's page Overview: {application}",
            "Sign in again with the link that octo-csp gives in step 3.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        blames: &[CheckId::AppToken, CheckId::UserClaims],
        ..SIGN_IN
    },
    Row {
        key: "token-audience",
        signs: &[Cause(Differs(Mismatch::Audience))],
        label: "other audience",
        what: "The token is for another API than the one asked for.",
        why: &["In the token: {detail}", "A mistake of this program, or of a cloud file."],
        fix: &[
            "With --cloud-file: compare its audiences.",
            "Else send the code and the ids to Alphaus support.",
        ],
        ..OURS
    },
    Row {
        key: "token-kind",
        signs: &[Cause(Differs(Mismatch::TokenKind))],
        label: "token kind",
        what: "A person's token came where the application's own was asked for.",
        why: &[
            "Microsoft does not do that: a server behind a cloud file does, or something on the way.",
            "Seen: {detail}",
        ],
        fix: &[
            "With --cloud-file: compare its login address.",
            "Else try from another network.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        goto: Goto::Retry,
        ..OURS
    },
    Row {
        key: "token-scope",
        signs: &[Cause(Differs(Mismatch::Scope))],
        label: "scope missing",
        what: "The token does not allow the app to act for the person at {api}.",
        why: &[
            "The delegated permission user_impersonation is missing, or nobody consented to it.",
            "In the token: {detail}",
        ],
        fix: &[
            "Azure portal > App registrations > your app > API permissions > Add > APIs my organization uses.",
            "Search {api id}",
            "Delegated permissions > add it > Grant admin consent.",
            "Sign in again.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::PriceToken],
        ..APPLICATION
    },
    Row {
        key: "token-mfa",
        signs: &[Cause(Differs(Mismatch::Mfa))],
        label: "no MFA",
        what: "The sign-in shows no multifactor authentication.",
        why: &[
            "Nobody was asked for a second factor: no Conditional Access policy or security defaults cover the account.",
            "Or a third-party MFA does not hand on Entra's \"mfa\".",
        ],
        fix: &[
            "Azure portal > Microsoft Entra ID > Sign-in logs: was multifactor authentication asked for?",
            "No: Conditional Access > New policy: require MFA for this account, or switch on security defaults.",
            "Third-party MFA: it must satisfy Entra's own claim.",
            "Sign in again in a private window; pass MFA.",
        ],
        who: Who::GlobalAdministrator,
        exit: Exit::Permission,
        blames: &[CheckId::Mfa],
        ..SIGN_IN
    },
    Row {
        key: "no-refresh-token",
        signs: &[Cause(Differs(Mismatch::NoRefreshToken))],
        label: "no refresh token",
        what: "Microsoft gave no refresh token, so nothing can be kept of this sign-in.",
        why: &[
            "The sign-in link asked without \"offline_access\", or a policy of the directory forbids lasting sessions.",
        ],
        fix: &[
            "Sign in again with the link that octo-csp gives, unchanged.",
            "If it stays: Conditional Access > the policy > Session: look for a limit on this account.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "account-tenant",
        signs: &[Cause(Differs(Mismatch::OrganizationTenant))],
        label: "other partner account",
        what: "The Partner Center account is of another directory than the one typed.",
        why: &[
            "Partner Center says: {detail}",
            "The sandbox and the primary account have directories, apps and users of their own.",
        ],
        fix: &[
            "Decide which account is meant: production or sandbox.",
            "Correct the directory, or sign in with an account of {tenant}.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::Tenant, CheckId::UserClaims],
        ..OPERATOR
    },
    Row {
        key: "mpn-differs",
        signs: &[Cause(Differs(Mismatch::Mpn))],
        label: "MPN ID differs",
        what: "The MPN ID that was typed is not that of the signed-in partner.",
        why: &[
            "Compared: {detail}",
            "A digit differs, or it is the ID of another location or company.",
        ],
        fix: &[
            "Partner Center > Settings (gear) > Account settings > Identifiers: compare the PartnerID.",
            "Correct the MPN ID, or leave it empty to take the one Partner Center names.",
            "Wrong company: sign in with its account.",
        ],
        goto: Goto::Field(Field::MpnId),
        ..OPERATOR
    },
    Row {
        key: "columns-missing",
        signs: &[Cause(Differs(Mismatch::Columns))],
        label: "columns missing",
        what: "The price sheet came, but not in the form that is known.",
        why: &[
            "Column missing: {detail}",
            "Microsoft has changed the sheet, or something on the way changed it.",
        ],
        fix: &["Try again once.", "If it stays, send the code and the ids to Alphaus support."],
        goto: Goto::Retry,
        ..OURS
    },
    Row {
        key: "tenant-in-other-cloud",
        signs: &[Cause(Differs(Mismatch::Cloud))],
        label: "other cloud",
        what: "The directory exists, but in another of Microsoft's clouds.",
        why: &["Microsoft names: {detail}", "China and US Government have addresses of their own."],
        fix: &[
            "Leave and start again with --cloud china or --cloud us-gov.",
            "If {tenant} is wrong, correct it.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::Tenant],
        ..OPERATOR
    },
    Row {
        key: "tenant-not-named",
        signs: &[Cause(Differs(Mismatch::NoTenant))],
        label: "no tenant ID",
        what: "The sign-in server knows no tenant ID for this domain.",
        why: &[
            "It answers for: {detail}",
            "Microsoft's own server names the ID; one behind a cloud file need not.",
        ],
        fix: &["Type the tenant ID itself (a GUID) as Directory, in place of the domain."],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::Tenant],
        ..OPERATOR
    },
    Row {
        key: "answer-of-other-sign-in",
        signs: &[Cause(Differs(Mismatch::State))],
        label: "other sign-in",
        what: "The address pasted belongs to another sign-in than this one.",
        why: &[
            "It is of an older link or of another window; taking it could sign in somebody else.",
        ],
        fix: &[
            "Close older sign-in tabs.",
            "Open the link that octo-csp gives, and paste the address it ends on.",
        ],
        goto: Goto::Field(Field::Answer),
        ..SIGN_IN
    },
    Row {
        key: "code-sent-before",
        signs: &[Cause(Differs(Mismatch::UsedCode))],
        label: "code used",
        what: "This code was sent before; it works only once.",
        why: &["The browser's address bar still shows the address of an earlier try."],
        fix: &["Sign in again with a new link. The secret stays good."],
        ..SIGN_IN
    },
];
