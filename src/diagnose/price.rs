//! The price service: its words, its sentences and its statuses.

use std::time::Duration;

use super::Sign::{Says, Status, Word};
use super::{DIRECTORY, Goto, OURS, PATIENCE, Row, SIGN_IN, Who};
use crate::exit::Exit;
use crate::words::check::CheckId;
use crate::words::failure::Service::PartnerApi;

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "price-wrong-audience",
        signs: &[Says(PartnerApi, "invalid authorization header")],
        what: "The price service does not accept the token: it is for another API.",
        why: &[
            "A token for Partner Center does not open prices. The program must ask for one of their own.",
        ],
        fix: &[
            "With --cloud-file: its price audience must be https://api.partner.microsoft.com",
            "Else send the code and the ids to Alphaus support.",
        ],
        ..OURS
    },
    Row {
        key: "price-conditional-access",
        signs: &[
            Says(PartnerApi, "insufficent_claims"),
            Says(PartnerApi, "insufficient_claims"),
            Word(PartnerApi, "insufficent_claims"),
            Word(PartnerApi, "insufficient_claims"),
        ],
        what: "Conditional Access wants more than this sign-in shows.",
        why: &[
            "A policy asks for a second factor, a managed device or a certain place for the price service.",
        ],
        fix: &[
            "Sign in again in a private window and pass the second factor.",
            "If it stays: Azure portal > Microsoft Entra ID > Sign-in logs > Conditional Access names the policy.",
        ],
        who: Who::GlobalAdministrator,
        exit: Exit::Permission,
        blames: &[CheckId::Mfa],
        ..SIGN_IN
    },
    Row {
        key: "price-role-missing",
        signs: &[Word(PartnerApi, "accessDenied"), Status(PartnerApi, 403)],
        what: "The person who signed in may not read prices.",
        why: &[
            "Admin agent or Sales agent is missing in Partner Center: a role of the person, not of the application.",
            "Or Conditional Access blocks it.",
        ],
        fix: &[
            "Partner Center > Settings (gear) > User management: open the person who signed in.",
            "Mark \"Admin agent\" or \"Sales agent\". Update.",
            "Sign in again: roles are read at sign-in.",
        ],
        goto: Goto::SignInAgain,
        blames: &[CheckId::Organization],
        ..DIRECTORY
    },
    Row {
        key: "price-unauthorized",
        signs: &[
            Word(PartnerApi, "unauthenticated"),
            Word(PartnerApi, "unAuthorized"),
            Status(PartnerApi, 401),
        ],
        what: "The price service does not accept the sign-in.",
        why: &[
            "The sign-in has ended, or shows no second factor,",
            "or the app lacks the Dev Center permission (4990cffe...).",
        ],
        fix: &[
            "Azure portal > App registrations > your app > API permissions: is Microsoft Partner (Dev Center) granted?",
            "If not: Add > APIs my organization uses > 4990cffe-04e8-4e8b-808a-1175604b879f",
            "Sign in again with a second factor.",
        ],
        blames: &[CheckId::Mfa, CheckId::PriceToken, CheckId::Rates],
        ..SIGN_IN
    },
    Row {
        key: "price-bad-request",
        signs: &[Word(PartnerApi, "invalidRequest"), Status(PartnerApi, 400)],
        what: "The price service cannot work with the request.",
        why: &[
            "Microsoft's page for this status points to the sign-in: a person with Admin agent or Sales agent is needed.",
            "Or it is a mistake of this program.",
        ],
        fix: &[
            "Sign in again with an account that is Admin agent.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        blames: &[CheckId::Organization],
        ..SIGN_IN
    },
    Row {
        key: "price-not-found",
        signs: &[
            Word(PartnerApi, "itemNotFound"),
            Status(PartnerApi, 404),
            Status(PartnerApi, 410),
        ],
        what: "The price service has no such sheet.",
        why: &["There is none for the market of this account, or for this month yet."],
        fix: &[
            "Is the country of the account in Partner Center right? It chooses the sheet.",
            "If it is, send the code and the ids to Alphaus support.",
        ],
        who: Who::Alphaus,
        exit: Exit::Refused,
        ..OURS
    },
    Row {
        key: "price-throttled",
        signs: &[Status(PartnerApi, 429), Status(PartnerApi, 509)],
        what: "The price service has slowed down requests for this account.",
        why: &["Too many requests in a short time, of this or of other programs of the partner."],
        fix: &["Wait, then try again: asking sooner makes it longer."],
        wait: Some(Duration::from_secs(60)),
        blames: &[CheckId::Rates],
        ..PATIENCE
    },
    Row {
        key: "price-busy",
        signs: &[
            Word(PartnerApi, "serviceNotAvailable"),
            Word(PartnerApi, "generalException"),
            Status(PartnerApi, 500),
            Status(PartnerApi, 408),
        ],
        what: "The price service has trouble at the moment.",
        why: &["A fault on Microsoft's side that passes. Your values are not the cause."],
        fix: &[
            "Wait a little and try again.",
            "If it lasts: Partner Center > Help + support, with the request ID.",
        ],
        blames: &[CheckId::Rates],
        ..PATIENCE
    },
    Row {
        key: "price-unexpected",
        signs: &[
            Word(PartnerApi, "preconditionFailed"),
            Word(PartnerApi, "resourceModified"),
            Status(PartnerApi, 405),
            Status(PartnerApi, 406),
            Status(PartnerApi, 409),
            Status(PartnerApi, 411),
            Status(PartnerApi, 412),
            Status(PartnerApi, 413),
            Status(PartnerApi, 415),
            Status(PartnerApi, 416),
            Status(PartnerApi, 422),
            Status(PartnerApi, 423),
        ],
        what: "The price service refuses the form of the request.",
        why: &["A mistake of this program, or the service has changed."],
        fix: &["Try again once.", "If it stays, send the code and the ids to Alphaus support."],
        blames: &[CheckId::Rates],
        ..OURS
    },
];
