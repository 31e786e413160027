//! Partner Center: its numbers, its sentences and its statuses.

use std::time::Duration;

use super::Sign::{Number, Says, Status};
use super::{DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, SIGN_IN, When, Who};
use crate::exit::Exit;
use crate::words::answers::Field;
use crate::words::check::CheckId;
use crate::words::failure::Service::PartnerCenter;
use crate::words::step::Step;

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "pc-old-audience",
        signs: &[Number(PartnerCenter, 900_420)],
        what: "Partner Center no longer accepts tokens of this audience.",
        why: &[
            "The token was asked for graph.windows.net: a mistake of this program, or of a cloud file.",
        ],
        fix: &[
            "With --cloud-file: its Partner Center audience must be https://api.partnercenter.microsoft.com",
            "Else send the code and the ids to Alphaus support.",
        ],
        ..OURS
    },
    Row {
        key: "pc-no-mfa",
        signs: &[Number(PartnerCenter, 900_421)],
        what: "Partner Center refuses the sign-in: it shows no multifactor authentication.",
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
        key: "pc-app-not-registered",
        signs: &[Number(PartnerCenter, 400), Number(PartnerCenter, 800_001)],
        what: "Partner Center does not know this application.",
        why: &[
            "The app is registered in Entra but not in Partner Center,",
            "or the directory is not the partner's.",
        ],
        fix: &[
            "Partner Center > Settings (gear) > Account settings > App management > Web App.",
            "Register existing app: choose {application}.",
            "Wait a minute and try again.",
        ],
        goto: Goto::Field(Field::ApplicationId),
        blames: &[CheckId::Tenant, CheckId::Customers],
        ..DIRECTORY
    },
    Row {
        key: "pc-app-only",
        signs: &[
            Number(PartnerCenter, 900_329),
            Says(PartnerCenter, "can't be accessed by application credentials"),
            Says(PartnerCenter, "application-only authentication"),
        ],
        what: "Partner Center shows this only to a person who signed in.",
        why: &[
            "The read is documented as open to an application alone, and this account does not have it so. Nothing is wrong with the secret.",
        ],
        fix: &[
            "Partner Center > Settings (gear) > Account settings > App management > Web App.",
            "{application} must be listed there. Corrected: try again.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        who: Who::GlobalAdministrator,
        exit: Exit::Permission,
        blames: &[CheckId::Customers],
        ..OPERATOR
    },
    Row {
        key: "pc-app-refused",
        signs: &[
            Number(PartnerCenter, 900_150),
            Says(PartnerCenter, "supplied role does not have the rights"),
        ],
        when: When::In(Step::PartnerCenter),
        what: "Partner Center does not let this application read this.",
        why: &["No person is signed in in this step, so it is the application that was refused."],
        fix: &[
            "Partner Center > Settings (gear) > Account settings > App management > Web App.",
            "Is {application} listed? If not, Register existing app.",
            "Listed already: add a key there, or make a new web app, and use its values here.",
        ],
        goto: Goto::Field(Field::ApplicationId),
        blames: &[CheckId::Customers],
        ..DIRECTORY
    },
    Row {
        key: "pc-role-missing",
        signs: &[
            Number(PartnerCenter, 900_150),
            Says(PartnerCenter, "supplied role does not have the rights"),
        ],
        what: "The person who signed in lacks a role in Partner Center.",
        why: &[
            "It is the person's role, not the application's: Admin agent is missing (for invoices Billing admin helps too).",
        ],
        fix: &[
            "Partner Center > Settings (gear) > User management: open the person who signed in.",
            "Mark \"Admin agent\", and \"Billing admin\" for invoices. Update.",
            "Sign in again: roles are read at sign-in.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::Organization],
        ..DIRECTORY
    },
    Row {
        key: "pc-privileges",
        signs: &[Number(PartnerCenter, 900_308)],
        what: "Partner Center says the privileges do not suffice.",
        why: &["The person who signed in lacks a role, such as Admin agent."],
        fix: &[
            "Partner Center > Settings (gear) > User management: open the person who signed in.",
            "Mark \"Admin agent\". Update.",
            "Sign in again.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::Organization],
        ..DIRECTORY
    },
    Row {
        key: "pc-access-denied",
        signs: &[
            Number(PartnerCenter, 2_032),
            Number(PartnerCenter, 20_002),
            Number(PartnerCenter, 2_006),
            Status(PartnerCenter, 403),
        ],
        what: "Partner Center denies access to this.",
        why: &[
            "The person or the application lacks a role,",
            "or the account has no relation to what was asked for.",
        ],
        fix: &[
            "Partner Center > Settings (gear) > User management: the person who signs in needs \"Admin agent\".",
            "Compare {tenant} with the tenant ID that Partner Center shows.",
            "Sign in again.",
        ],
        blames: &[CheckId::Tenant, CheckId::Customers, CheckId::Organization],
        ..DIRECTORY
    },
    Row {
        key: "pc-conditional-access",
        signs: &[Number(PartnerCenter, 900_309)],
        what: "Conditional Access blocked the call to Partner Center.",
        why: &["A policy of the directory forbids it: the place, the device or the app."],
        fix: &[
            "Azure portal > Microsoft Entra ID > Sign-in logs > the entry > Conditional Access: it names the policy.",
            "Satisfy the policy or exempt the account, then sign in again.",
        ],
        goto: Goto::SignInAgain,
        ..DIRECTORY
    },
    Row {
        key: "pc-entra-inside",
        signs: &[Number(PartnerCenter, 90_000)],
        what: "Partner Center passes on an error of Microsoft Entra ID.",
        why: &["The service's sentence is Entra's; a number AADSTS... in it names the reason."],
        fix: &[
            "Look the number up: octo-csp explain AADSTS...",
            "If there is none, sign in again.",
        ],
        goto: Goto::SignInAgain,
        ..DIRECTORY
    },
    Row {
        key: "pc-reseller-inactive",
        signs: &[Number(PartnerCenter, 800_039)],
        what: "The CSP programme of this account is not active.",
        why: &[
            "The account is not enrolled as direct-bill partner or indirect provider, or is suspended.",
        ],
        fix: &[
            "Partner Center > Settings (gear) > Account settings > Programs: read the state of Cloud Solution Provider.",
            "Compare {tenant} with the tenant ID that Partner Center shows.",
            "Ask Partner Center support if it should be active.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::Tenant],
        ..DIRECTORY
    },
    Row {
        key: "pc-agreement",
        signs: &[Number(PartnerCenter, 900_124), Number(PartnerCenter, 13_605)],
        what: "An agreement with Microsoft is waiting to be accepted.",
        why: &[
            "Partner Center closes its API until the Microsoft Partner Agreement or Customer Agreement is accepted.",
        ],
        fix: &[
            "Sign in to partner.microsoft.com as Global administrator.",
            "Accept the agreement it shows (Settings > Account settings > Agreements).",
            "Try again.",
        ],
        ..DIRECTORY
    },
    Row {
        key: "pc-no-such-partner",
        signs: &[Number(PartnerCenter, 3_000)],
        what: "Partner Center finds no partner with this MPN ID.",
        why: &["A digit differs, or it is the ID of another programme."],
        fix: &[
            "Partner Center > Settings (gear) > Account settings > Identifiers: copy the PartnerID.",
            "Correct the MPN ID, or leave it empty: it is read after the sign-in.",
        ],
        goto: Goto::Field(Field::MpnId),
        ..OPERATOR
    },
    Row {
        key: "pc-not-found",
        signs: &[
            Number(PartnerCenter, 1_000),
            Number(PartnerCenter, 60_003),
            Status(PartnerCenter, 404),
        ],
        what: "Partner Center finds nothing here for this account.",
        why: &[
            "The directory is not that of the partner account,",
            "or the account has no data of this kind yet.",
        ],
        fix: &[
            "Sign in to partner.microsoft.com and compare its tenant ID with {tenant}.",
            "Correct the directory and try again.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::Tenant],
        ..OPERATOR
    },
    Row {
        key: "pc-invalid-input",
        signs: &[
            Number(PartnerCenter, 2_000),
            Number(PartnerCenter, 2_001),
            Number(PartnerCenter, 800_002),
            Status(PartnerCenter, 400),
        ],
        what: "Partner Center cannot work with a value that was sent.",
        why: &["The service's sentence says which. It may be a mistake of this program."],
        fix: &[
            "If the sentence names a value you typed, correct it.",
            "Else send the code and the ids to Alphaus support.",
        ],
        ..OPERATOR
    },
    Row {
        key: "pc-mpn-not-migrated",
        signs: &[Number(PartnerCenter, 2_200), Number(PartnerCenter, 2_201)],
        what: "Partner Center does not accept this MPN ID for this account.",
        why: &[
            "The ID was not moved to Partner Center yet,",
            "or it belongs to another CSP region.",
        ],
        fix: &[
            "Partner Center > Settings (gear) > Account settings > Identifiers: copy the PartnerID of this region.",
            "Correct the MPN ID and try again.",
        ],
        goto: Goto::Field(Field::MpnId),
        ..OPERATOR
    },
    Row {
        key: "pc-unauthorized",
        signs: &[Status(PartnerCenter, 401)],
        what: "Partner Center does not accept the token.",
        why: &[
            "The app is not registered in Partner Center,",
            "or the directory is not the partner's,",
            "or the clock of this machine is off.",
        ],
        fix: &[
            "Partner Center > Settings (gear) > Account settings > App management > Web App.",
            "Register existing app: choose {application}.",
            "Compare {tenant} with the tenant ID that Partner Center shows.",
        ],
        goto: Goto::Field(Field::ApplicationId),
        blames: &[CheckId::Tenant, CheckId::Customers],
        ..DIRECTORY
    },
    Row {
        key: "pc-throttled",
        signs: &[Number(PartnerCenter, 429), Status(PartnerCenter, 429)],
        what: "Partner Center has slowed down requests for this account.",
        why: &["Too many requests in a short time, of this or of other programs of the partner."],
        fix: &["Wait, then try again: asking sooner makes it longer."],
        wait: Some(Duration::from_secs(60)),
        ..PATIENCE
    },
    Row {
        key: "pc-busy",
        signs: &[
            Number(PartnerCenter, 800_003),
            Status(PartnerCenter, 500),
            Status(PartnerCenter, 408),
        ],
        what: "Partner Center has trouble at the moment.",
        why: &["A fault on Microsoft's side that passes. Your values are not the cause."],
        fix: &[
            "Wait a little and try again.",
            "If it lasts: Partner Center > Help + support, with the request ID.",
        ],
        ..PATIENCE
    },
];
