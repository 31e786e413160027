//! Entra about the sign-in page, consent, and the redemption of the code.

use std::time::Duration;

use super::Sign::{Aadsts, Oauth};
use super::{APPLICATION, DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::answers::Field;
use crate::words::check::CheckId;
use crate::words::token::Audience;

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "redirect-not-registered",
        signs: &[Aadsts(50_011), Aadsts(70_004)],
        what: "The redirect address is not registered on the app.",
        why: &[
            "It must be equal in scheme, host, path and case: https://x and https://x/ are two addresses.",
        ],
        fix: &[
            "Azure portal > App registrations > your app > Authentication > Web > Redirect URIs.",
            "Add {redirect} there, letter for letter.",
            "Save, wait a minute, then sign in again.",
        ],
        goto: Goto::Field(Field::Redirect),
        blames: &[CheckId::Redeem],
        ..APPLICATION
    },
    Row {
        key: "no-redirect-registered",
        signs: &[Aadsts(500_113), Aadsts(900_971)],
        what: "The app has no redirect address at all.",
        why: &["Without one Microsoft does not know where to send the answer of the sign-in."],
        fix: &[
            "Azure portal > App registrations > your app > Authentication > Add a platform > Web.",
            "Add {redirect} there, letter for letter.",
            "Save, wait a minute, then sign in again.",
        ],
        goto: Goto::Field(Field::Redirect),
        blames: &[CheckId::Redeem],
        ..APPLICATION
    },
    Row {
        key: "redirect-differs",
        signs: &[Aadsts(500_112), Aadsts(700_009)],
        what: "The code was made for another redirect address than the one sent with it.",
        why: &["The code comes from another sign-in link, or it is a mistake of this program."],
        fix: &[
            "Sign in again with the link that octo-csp gives, and paste the address it ends on.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        blames: &[CheckId::Redeem],
        ..SIGN_IN
    },
    Row {
        key: "code-used",
        signs: &[Aadsts(54_005)],
        what: "This code was used before.",
        why: &[
            "A code works once. The browser's address bar still showed an older one, or it was pasted twice.",
        ],
        fix: &["Sign in again with a new link. The secret stays good."],
        ..SIGN_IN
    },
    Row {
        key: "grant-expired",
        signs: &[Aadsts(70_008), Oauth("expired_token")],
        what: "The sign-in is too old: its code or token has expired or was revoked.",
        why: &["A code lives for about ten minutes, a sign-in that is not used for 90 days."],
        fix: &["Sign in again with a new link.", "Paste the address within ten minutes."],
        ..SIGN_IN
    },
    Row {
        key: "code-malformed",
        signs: &[Aadsts(70_000), Aadsts(9_002_313)],
        what: "Microsoft cannot read the code or token that was sent.",
        why: &[
            "A part of the code is missing, or more than the code was pasted (such as \"&session_state=...\").",
        ],
        fix: &[
            "Sign in again with a new link.",
            "Paste the whole address from the browser: the code is taken out of it here.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "code-of-other-directory",
        signs: &[Aadsts(700_005)],
        what: "The code was made in another directory than the one it was sent to.",
        why: &["The person signed in through a link for another directory, or through \"common\"."],
        fix: &[
            "Sign in again with the link that octo-csp gives: it names {tenant}.",
            "Use an account of that directory, in a private window.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "code-of-other-link",
        signs: &[Aadsts(501_481)],
        what: "The code belongs to another sign-in link than the last one that octo-csp gave.",
        why: &["An older tab was finished after a new link was made."],
        fix: &["Close the older sign-in tabs.", "Sign in again with a new link."],
        ..SIGN_IN
    },
    Row {
        key: "proof-key-refused",
        signs: &[Aadsts(50_147), Aadsts(501_491)],
        what: "Microsoft refuses the proof key (PKCE) of this program.",
        why: &["The sign-in link was shortened on its way, or it is a mistake of this program."],
        fix: &[
            "Sign in again, and copy the link whole.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        ..OURS
    },
    Row {
        key: "single-tenant-app",
        signs: &[Aadsts(50_194)],
        what: "The app works in its own directory only, and the link did not name one.",
        why: &["A link with \"common\" was opened, for example the one of an older guide."],
        fix: &[
            "Use the link that octo-csp gives: it names {tenant}.",
            "The app itself need not be changed.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "admin-consent-needed",
        signs: &[Aadsts(90_094), Aadsts(90_095)],
        what: "Only an administrator may consent to the permissions of this app.",
        why: &["The directory does not let its users consent by themselves."],
        fix: &[
            "Azure portal > App registrations > your app > API permissions > Grant admin consent.",
            "Or hand the sign-in link to a Global administrator.",
            "Then sign in again.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::PriceToken],
        ..DIRECTORY
    },
    Row {
        key: "consent-missing-price",
        signs: &[Aadsts(65_001), Oauth("consent_required")],
        when: When::For(Audience::PartnerApi),
        what: "Microsoft will not issue a token for the price service.",
        why: &[
            "The app lacks this permission, or nobody consented to it:",
            "Microsoft Partner (Microsoft Dev Center), delegated,",
            "Partner Center. The one for Partner Center is another.",
        ],
        fix: &[
            "Azure portal > App registrations > your app > API permissions > Add > APIs my organization uses.",
            "Search 4990cffe-04e8-4e8b-808a-1175604b879f",
            "Delegated > Partner Center > Add > Grant admin consent.",
            "Sign in once more: only the checks from here run again.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::PriceToken],
        ..APPLICATION
    },
    Row {
        key: "consent-missing-partner-center",
        signs: &[Aadsts(65_001), Oauth("consent_required")],
        when: When::For(Audience::PartnerCenter),
        what: "Microsoft will not issue a token for Partner Center.",
        why: &[
            "The app lacks this permission, or nobody consented to it:",
            "Microsoft Partner Center, delegated, Access Partner Center API (user_impersonation).",
        ],
        fix: &[
            "Azure portal > App registrations > your app > API permissions > Add > APIs my organization uses.",
            "Search fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
            "Delegated > user_impersonation > Add > Grant admin consent.",
            "Sign in again.",
        ],
        goto: Goto::SignInAgain,
        ..APPLICATION
    },
    Row {
        key: "consent-missing",
        signs: &[Aadsts(65_001), Oauth("consent_required")],
        what: "Nobody has consented to what this app asks for.",
        why: &[
            "The app lacks a permission for one of the two APIs, or admin consent was not granted.",
        ],
        fix: &[
            "Azure portal > App registrations > your app > API permissions > Add > APIs my organization uses.",
            "Add delegated permissions of fa3d9a0c... (Partner Center) and 4990cffe... (Dev Center).",
            "Grant admin consent.",
            "Sign in again.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::PriceToken],
        ..APPLICATION
    },
    Row {
        key: "consent-declined",
        signs: &[Aadsts(65_004), Oauth("cancel")],
        what: "Consent was declined, or the sign-in was cancelled.",
        why: &[
            "Cancel was pressed,",
            "or the app asks for a permission that only an administrator may grant.",
        ],
        fix: &[
            "Sign in again and press Accept.",
            "No Accept on the page: a Global administrator must grant consent first.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "permissions-misconfigured",
        signs: &[Aadsts(65_005), Aadsts(650_056)],
        what: "The permissions of the app are incomplete, or nobody granted them.",
        why: &["One of the two APIs is missing in its list, or admin consent is."],
        fix: &[
            "Azure portal > App registrations > your app > API permissions > Add > APIs my organization uses.",
            "Add delegated permissions of fa3d9a0c... (Partner Center) and 4990cffe... (Dev Center).",
            "Grant admin consent, then sign in again.",
        ],
        blames: &[CheckId::PriceToken],
        ..APPLICATION
    },
    Row {
        key: "api-not-listed",
        signs: &[Aadsts(650_057)],
        what: "The app does not list {api} among its permissions.",
        why: &["A token is only issued for APIs in the app's list \"API permissions\"."],
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
        key: "response-type-refused",
        signs: &[Aadsts(700_054), Aadsts(70_005), Oauth("unsupported_response_type")],
        what: "The sign-in link asks for something this app may not hand out.",
        why: &["A link with \"response_type=code id_token\" was used, which octo-csp never gives."],
        fix: &[
            "Sign in again with the link that octo-csp gives.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        goto: Goto::SignInAgain,
        ..OURS
    },
    Row {
        key: "response-mode-refused",
        signs: &[Aadsts(70_007)],
        what: "Microsoft refuses the way the answer was to come back.",
        why: &["The sign-in link was changed on its way, or it is a mistake of this program."],
        fix: &[
            "Sign in again with the link that octo-csp gives, unchanged.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        goto: Goto::SignInAgain,
        ..OURS
    },
    Row {
        key: "not-assigned",
        signs: &[Aadsts(50_105)],
        what: "The person who signed in is not assigned to this app.",
        why: &["The enterprise application is open to assigned people only."],
        fix: &[
            "Azure portal > Enterprise applications > {application}",
            "Users and groups: add the person.",
            "Or Properties: \"Assignment required?\": No.",
            "Sign in again.",
        ],
        goto: Goto::SignInAgain,
        ..APPLICATION
    },
    Row {
        key: "guest-account",
        signs: &[Aadsts(50_020), Aadsts(90_072)],
        what: "The account is not of this directory: it belongs to another one.",
        why: &[
            "The browser was still signed in with an account of a customer or of another tenant.",
        ],
        fix: &[
            "Open the sign-in link in a private window.",
            "Choose \"Use another account\": an account of {tenant}.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "account-not-here",
        signs: &[Aadsts(50_034), Aadsts(51_004), Aadsts(16_000), Aadsts(16_003), Aadsts(50_014)],
        what: "This account does not exist in the directory.",
        why: &[
            "The name is misspelt, or the account was deleted,",
            "or it belongs to another directory than this one.",
        ],
        fix: &[
            "Open the sign-in link in a private window.",
            "Sign in with an account of {tenant}.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "personal-account",
        signs: &[Aadsts(500_208)],
        what: "A personal Microsoft account was used.",
        why: &["Partner Center works with work accounts of the partner's directory only."],
        fix: &[
            "Open the sign-in link in a private window.",
            "Sign in with the work account of {tenant}.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "guest-cannot-pass",
        signs: &[Aadsts(50_177), Aadsts(90_099)],
        what: "An account from outside cannot pass what this directory asks for.",
        why: &[
            "Guests and delegated administrators cannot answer its challenge, or the app is not approved there.",
        ],
        fix: &[
            "Sign in with an account that was created in {tenant}.",
            "It needs the role Admin agent in Partner Center.",
        ],
        goto: Goto::SignInAgain,
        ..DIRECTORY
    },
    Row {
        key: "wrong-password",
        signs: &[Aadsts(50_126)],
        what: "User name or password is wrong.",
        why: &["Typed wrongly, or the password was changed."],
        fix: &["Sign in again and type it anew."],
        ..SIGN_IN
    },
    Row {
        key: "no-password",
        signs: &[Aadsts(50_056)],
        what: "The directory has no password for this account.",
        why: &["It signs in another way (a security key, or the directory of your company)."],
        fix: &[
            "Sign in again and choose another way to sign in.",
            "Or an administrator sets a password for the account.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "account-locked",
        signs: &[Aadsts(50_053)],
        what: "Microsoft has locked this account for a while.",
        why: &["Too many wrong attempts, or an address that Microsoft counts as risky."],
        fix: &[
            "Wait some minutes, then sign in again.",
            "Azure portal > Microsoft Entra ID > Sign-in logs: an administrator sees the reason.",
        ],
        who: Who::SignedIn,
        wait: Some(Duration::from_secs(120)),
        goto: Goto::SignInAgain,
        exit: Exit::SignIn,
        ..PATIENCE
    },
    Row {
        key: "password-expired",
        signs: &[Aadsts(50_055), Aadsts(50_144), Oauth("user_password_expired")],
        what: "The password of this account has expired.",
        why: &["The directory asks for a new one from time to time."],
        fix: &[
            "Change the password on Microsoft's sign-in page.",
            "Then sign in again with a new link.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "account-disabled",
        signs: &[Aadsts(50_057)],
        what: "This account is disabled.",
        why: &["An administrator has blocked its sign-in."],
        fix: &[
            "Azure portal > Microsoft Entra ID > Users > the account > \"Account status\": enable it.",
            "Or sign in with another account that is Admin agent.",
        ],
        goto: Goto::SignInAgain,
        ..DIRECTORY
    },
    Row {
        key: "no-session",
        signs: &[Aadsts(50_058), Oauth("login_required")],
        what: "Nobody is signed in in this browser.",
        why: &["The link was opened silently, or the session had ended."],
        fix: &["Open the sign-in link in a private window and sign in."],
        ..SIGN_IN
    },
    Row {
        key: "sign-in-unfinished",
        signs: &[Aadsts(50_140), Aadsts(50_199)],
        what: "The sign-in was left on a page that asks to go on.",
        why: &["\"Stay signed in?\" or the confirmation of the app's name is a normal part of it."],
        fix: &[
            "Go on in the browser: answer the question.",
            "The page is closed: sign in again with a new link.",
        ],
        who: Who::SignedIn,
        goto: Goto::SignInAgain,
        exit: Exit::SignIn,
        ..OPERATOR
    },
];
