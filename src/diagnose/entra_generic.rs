//! Entra by its OAuth words alone: for numbers that are unknown and answers that have none.

use super::Sign::{Oauth, Status};
use super::{DIRECTORY, Goto, OPERATOR, OURS, Row, SIGN_IN, Who};
use crate::exit::Exit;
use crate::words::answers::Field;
use crate::words::check::CheckId;
use crate::words::failure::Service;

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "invalid-client",
        signs: &[Oauth("invalid_client"), Status(Service::Entra, 401)],
        what: "Microsoft does not accept the application with this secret.",
        why: &[
            "The secret is wrong, has ended or is another app's,",
            "or the app lacks a permission. The service's sentence tells.",
        ],
        fix: &[
            "Azure portal > App registrations > All applications: open {application}.",
            "Certificates & secrets: compare the date in \"Expires\".",
            "New client secret: copy its column \"Value\", paste it as Secret key.",
        ],
        goto: Goto::Field(Field::SecretKey),
        blames: &[CheckId::AppToken],
        ..OPERATOR
    },
    Row {
        key: "invalid-grant",
        signs: &[Oauth("invalid_grant"), Oauth("client_mismatch")],
        what: "Microsoft does not accept the sign-in any more.",
        why: &[
            "Its code or token was used, has ended, was revoked, or belongs to another app. The service's sentence tells.",
        ],
        fix: &[
            "Sign in again with a new link, in a private window.",
            "If it stays, show the sentence and the ids to your administrator.",
        ],
        ..SIGN_IN
    },
    Row {
        key: "interaction-required",
        signs: &[Oauth("interaction_required"), Oauth("basic_action"), Oauth("additional_action")],
        what: "Microsoft asks the person to do something on its page first.",
        why: &["A second factor, new terms or a policy of the directory: the page will say which."],
        fix: &["Sign in again with a new link.", "Complete everything the page asks for."],
        blames: &[CheckId::Mfa],
        ..SIGN_IN
    },
    Row {
        key: "access-denied",
        signs: &[Oauth("access_denied"), Oauth("permission_denied")],
        what: "The sign-in ended without consent.",
        why: &[
            "Cancel was pressed,",
            "or the app asks for what only an administrator may grant,",
            "or a policy of the directory forbids it.",
        ],
        fix: &[
            "Sign in again and press Accept.",
            "No Accept on the page: a Global administrator opens the link, or grants admin consent for the app.",
        ],
        goto: Goto::SignInAgain,
        who: Who::SignedIn,
        blames: &[CheckId::PriceToken],
        ..DIRECTORY
    },
    Row {
        key: "invalid-request",
        signs: &[Oauth("invalid_request")],
        what: "Microsoft cannot work with this request.",
        why: &[
            "A value of this step is wrong or has something around it,",
            "or it is a mistake of this program. The service's sentence tells.",
        ],
        fix: &[
            "Compare the values of this step with the portal.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        exit: Exit::Refused,
        goto: Goto::Retry,
        who: Who::Operator,
        ..OURS
    },
];
