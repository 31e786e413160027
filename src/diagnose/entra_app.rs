//! Entra about the application, its secret and the directory: what can go wrong before a person signs in.

use std::time::Duration;

use super::Sign::{Aadsts, Oauth};
use super::{APPLICATION, DIRECTORY, Goto, OPERATOR, OURS, PATIENCE, Row, When, Who};
use crate::exit::Exit;
use crate::words::answers::Field;
use crate::words::check::CheckId;
use crate::words::failure::Service;

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "secret-id-sent",
        signs: &[Aadsts(7_000_215), Aadsts(50_012), Oauth("invalid_client")],
        when: When::SecretIsGuid,
        what: "Microsoft refuses the secret: what was sent is its Secret ID.",
        why: &[
            "What was typed is a GUID. The column \"Secret ID\" holds GUIDs; the secret is in the column \"Value\".",
        ],
        fix: &[
            "Azure portal > App registrations > your app > Certificates & secrets: copy the column \"Value\".",
            "Value hidden already: New client secret, and copy its Value at once. The old secret keeps working.",
            "Paste the value as Secret key and register the credentials again.",
        ],
        goto: Goto::Field(Field::SecretKey),
        blames: &[CheckId::AppToken],
        ..OPERATOR
    },
    Row {
        key: "secret-not-live-yet",
        signs: &[Aadsts(7_000_215), Aadsts(50_012), Oauth("invalid_client")],
        when: When::SecretIsNew,
        what: "Microsoft does not know this new secret yet.",
        why: &[
            "A new secret can take minutes until all of Microsoft's servers accept it. Nothing has to be redone.",
        ],
        fix: &[
            "Wait: the same secret is tried again, four times within two minutes.",
            "Still refused then: compare the secret with the column \"Value\" of {application}.",
        ],
        wait: Some(Duration::from_secs(60)),
        blames: &[CheckId::AppToken],
        ..OPERATOR
    },
    Row {
        key: "secret-refused",
        signs: &[Aadsts(7_000_215), Aadsts(50_012)],
        what: "Microsoft does not accept this secret for this application.",
        why: &[
            "The secret belongs to another application,",
            "or it was cut short in copying, or it was deleted,",
            "or it was made minutes ago and is not known everywhere.",
        ],
        fix: &[
            "Azure portal > App registrations > All applications: open {application}.",
            "Certificates & secrets: is the secret listed there? If not, the Application ID is another app's.",
            "Else New client secret: copy its column \"Value\", paste it as Secret key.",
            "Made minutes ago: say that it is new, and it is tried again.",
        ],
        goto: Goto::Field(Field::SecretKey),
        blames: &[CheckId::AppToken],
        ..OPERATOR
    },
    Row {
        key: "secret-expired",
        signs: &[Aadsts(7_000_222)],
        what: "This secret has expired.",
        why: &["A client secret ends on the day shown in the portal's column \"Expires\"."],
        fix: &[
            "Azure portal > App registrations > your app > Certificates & secrets > New client secret.",
            "Copy its column \"Value\" at once: it is shown only now.",
            "Paste it as Secret key and register the credentials again.",
        ],
        goto: Goto::Field(Field::SecretKey),
        blames: &[CheckId::AppToken],
        ..OPERATOR
    },
    Row {
        key: "app-not-in-directory",
        signs: &[Aadsts(700_016), Aadsts(700_011), Oauth("unauthorized_client")],
        what: "This directory has no application with this Application ID.",
        why: &[
            "The ID is another one: an object ID, or the directory's.",
            "Or it is the app of the sandbox, and this is the primary account, or the other way round.",
        ],
        fix: &[
            "Azure portal > App registrations > your app > Overview: copy \"Application (client) ID\".",
            "Same page: compare \"Directory (tenant) ID\" with {tenant}.",
            "Correct the one that differs and register the credentials again.",
        ],
        goto: Goto::Field(Field::ApplicationId),
        blames: &[CheckId::Tenant, CheckId::AppToken, CheckId::Customers],
        ..OPERATOR
    },
    Row {
        key: "app-disabled",
        signs: &[Aadsts(70_001), Aadsts(7_000_112)],
        what: "The application is disabled in this directory, or is not there.",
        why: &["Sign-in to it was switched off, or it was deleted."],
        fix: &[
            "Azure portal > Enterprise applications > {application} > Properties.",
            "\"Enabled for users to sign-in?\": Yes. Save.",
            "Not listed there: compare the Application ID.",
        ],
        blames: &[CheckId::AppToken, CheckId::Customers],
        ..APPLICATION
    },
    Row {
        key: "app-blocked",
        signs: &[Aadsts(1_000_031)],
        what: "The application cannot be used in this directory at the moment.",
        why: &["Microsoft gives no reason here; an administrator of the directory can see more."],
        fix: &[
            "Azure portal > Enterprise applications > {application} > Properties.",
            "Show the service's sentence and the ids to your administrator.",
        ],
        blames: &[CheckId::AppToken, CheckId::Customers],
        ..APPLICATION
    },
    Row {
        key: "no-service-principal",
        signs: &[Aadsts(7_000_229)],
        what: "The application is registered, but this directory has no enterprise application for it.",
        why: &[
            "The directory is not the one the app was registered in,",
            "or its enterprise application was deleted.",
        ],
        fix: &[
            "Azure portal > App registrations > your app > Overview.",
            "Compare \"Directory (tenant) ID\" with {tenant}.",
            "\"Managed application in local directory\" there creates the enterprise application.",
            "Register the credentials again.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::AppToken, CheckId::Customers],
        ..APPLICATION
    },
    Row {
        key: "credentials-refused",
        signs: &[Aadsts(70_002)],
        what: "Microsoft does not accept the credentials and names no closer reason.",
        why: &["Most often the secret is another application's or was cut short in copying."],
        fix: &[
            "Azure portal > App registrations > All applications: open {application}.",
            "Certificates & secrets > New client secret: copy its column \"Value\".",
            "Paste it as Secret key and try again.",
        ],
        goto: Goto::Field(Field::SecretKey),
        blames: &[CheckId::AppToken],
        ..OPERATOR
    },
    Row {
        key: "secret-missing",
        signs: &[Aadsts(7_000_218), Aadsts(7_000_216)],
        what: "Microsoft saw no secret in the request.",
        why: &[
            "The redirect address is registered under a platform other than Web,",
            "or it is a mistake of this program.",
        ],
        fix: &[
            "Azure portal > App registrations > your app > Authentication: the redirect address must be under Web.",
            "It is: send the code and the ids to Alphaus support.",
        ],
        who: Who::ApplicationAdministrator,
        blames: &[CheckId::AppToken],
        ..OURS
    },
    Row {
        key: "public-client",
        signs: &[Aadsts(700_025)],
        what: "The app is registered as a public client, which may not send a secret.",
        why: &[
            "Its redirect address stands under \"Mobile and desktop applications\" and not under \"Web\".",
        ],
        fix: &[
            "Azure portal > App registrations > your app > Authentication.",
            "Remove the address from \"Mobile and desktop applications\".",
            "Add {redirect} to the platform \"Web\".",
            "Save, wait a minute, try again.",
        ],
        goto: Goto::Field(Field::Redirect),
        blames: &[CheckId::Redeem],
        ..APPLICATION
    },
    Row {
        key: "spa-redirect",
        signs: &[Aadsts(9_002_327)],
        what: "The redirect address is registered for a single-page application.",
        why: &["It stands under the platform \"Single-page application\" and not under \"Web\"."],
        fix: &[
            "Azure portal > App registrations > your app > Authentication.",
            "Remove the address from \"Single-page application\".",
            "Add {redirect} to the platform \"Web\".",
            "Sign in again: a code from before cannot be used.",
        ],
        goto: Goto::Field(Field::Redirect),
        blames: &[CheckId::Redeem],
        ..APPLICATION
    },
    Row {
        key: "certificate-refused",
        signs: &[Aadsts(700_027), Aadsts(700_030)],
        what: "Microsoft does not accept the certificate of the application.",
        why: &[
            "Right after a change of keys this passes by itself,",
            "else the certificate is not the one that was uploaded.",
        ],
        fix: &[
            "Wait a minute and try again.",
            "Azure portal > App registrations > your app > Certificates & secrets: compare the thumbprint.",
            "Or use a secret: Client secrets > New client secret.",
        ],
        wait: Some(Duration::from_secs(60)),
        goto: Goto::Field(Field::SecretKey),
        blames: &[CheckId::AppToken],
        ..APPLICATION
    },
    Row {
        key: "no-such-directory",
        signs: &[Aadsts(90_002), Aadsts(50_128), Oauth("invalid_tenant")],
        what: "Microsoft knows no directory of this name or ID.",
        why: &[
            "A letter or digit differs, or the domain is not verified.",
            "Or it is in another cloud (China, US Government).",
        ],
        fix: &[
            "Azure portal > Microsoft Entra ID > Overview: copy \"Tenant ID\" or \"Primary domain\".",
            "Paste it as Directory in place of {tenant}.",
            "In another cloud: start again with --cloud china or --cloud us-gov.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::Tenant],
        ..OPERATOR
    },
    Row {
        key: "directory-malformed",
        signs: &[Aadsts(900_023)],
        what: "The directory is neither a domain nor a GUID.",
        why: &[
            "A blank, a quote or a part of an address was pasted with it, or it is the directory's display name.",
        ],
        fix: &[
            "Azure portal > Microsoft Entra ID > Overview: copy \"Tenant ID\".",
            "Or type the domain, such as contoso.onmicrosoft.com.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::Tenant],
        ..OPERATOR
    },
    Row {
        key: "directory-missing",
        signs: &[Aadsts(50_059)],
        what: "The request named no directory.",
        why: &[
            "A mistake of this program: it must always ask in your own directory, never in \"common\".",
        ],
        fix: &[
            "Type the Directory (tenant ID or domain) and try again.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        goto: Goto::Field(Field::Directory),
        ..OURS
    },
    Row {
        key: "unknown-login-host",
        signs: &[Aadsts(50_049), Oauth("invalid_instance")],
        what: "Microsoft does not know the login host that was asked.",
        why: &[
            "The cloud that was chosen, or the cloud file, names a host that is not one of Microsoft's.",
        ],
        fix: &[
            "Leave and start again without --cloud-file.",
            "For China or US Government: --cloud china or --cloud us-gov.",
        ],
        goto: Goto::Leave,
        ..OPERATOR
    },
    Row {
        key: "other-cloud",
        signs: &[Aadsts(90_038), Aadsts(1_000_104)],
        what: "This directory lives in another of Microsoft's clouds.",
        why: &[
            "China (21Vianet) and US Government have sign-in pages of their own, and nothing crosses over.",
        ],
        fix: &[
            "Leave and start again with --cloud china or --cloud us-gov.",
            "If {tenant} is wrong, correct it.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::Tenant],
        ..OPERATOR
    },
    Row {
        key: "app-of-other-cloud",
        signs: &[Aadsts(900_382), Aadsts(900_432)],
        what: "An application with a secret cannot be used across clouds.",
        why: &[
            "The app is registered in one of Microsoft's clouds and the directory is in another.",
        ],
        fix: &[
            "Register an app in the directory's own cloud: portal.azure.cn or portal.azure.us.",
            "Enter its Application ID and secret here.",
        ],
        goto: Goto::Field(Field::ApplicationId),
        blames: &[CheckId::Tenant, CheckId::AppToken, CheckId::Customers],
        ..APPLICATION
    },
    Row {
        key: "api-not-in-directory",
        signs: &[Aadsts(500_011), Aadsts(50_001), Aadsts(650_052), Oauth("invalid_resource")],
        what: "{api} is not present in this directory.",
        why: &["This is not the directory of a CSP partner,", "or the API was never used in it."],
        fix: &[
            "Is {tenant} the one you open Partner Center with?",
            "Sign in to partner.microsoft.com once as Global administrator.",
            "Azure portal > App registrations > your app > API permissions > Add > APIs my organization uses.",
            "Search {api id}, add it, then Grant admin consent.",
        ],
        goto: Goto::Field(Field::Directory),
        blames: &[CheckId::PriceToken],
        ..DIRECTORY
    },
    Row {
        key: "first-consent-race",
        signs: &[Aadsts(650_051)],
        what: "Microsoft is still setting up the application in this directory.",
        why: &[
            "Right after a first consent two of its servers can get in each other's way. This passes.",
        ],
        fix: &["Wait ten seconds and try again."],
        exit: Exit::Permission,
        ..PATIENCE
    },
    Row {
        key: "stale-permission",
        signs: &[Aadsts(650_054)],
        what: "The app asks for a permission of an API that was removed.",
        why: &["Often a leftover entry \"Windows Azure Active Directory\", whose API is retired."],
        fix: &[
            "Azure portal > App registrations > your app > API permissions.",
            "Remove the entry that is marked or retired.",
            "Grant admin consent, then sign in again.",
        ],
        blames: &[CheckId::PriceToken],
        ..APPLICATION
    },
    Row {
        key: "scope-refused",
        signs: &[
            Aadsts(901_002),
            Aadsts(70_011),
            Aadsts(1_002_012),
            Aadsts(28_002),
            Aadsts(28_003),
            Aadsts(700_022),
            Aadsts(700_023),
            Oauth("invalid_scope"),
        ],
        what: "Microsoft refuses the way this program asked for access.",
        why: &["A mistake of this program,", "or a cloud file that names a wrong audience."],
        fix: &[
            "With --cloud-file: compare its audiences with the API's App ID URI.",
            "Else send the code and the ids to Alphaus support.",
        ],
        ..OURS
    },
    Row {
        key: "field-missing",
        signs: &[Aadsts(900_144), Aadsts(90_014)],
        what: "A field was missing in the request; the service's sentence names it.",
        why: &["A value was empty, or it is a mistake of this program."],
        fix: &[
            "Look for an empty field in this step and fill it in.",
            "All filled in: send the code and the ids to Alphaus support.",
        ],
        ..OURS
    },
    Row {
        key: "input-invalid",
        signs: &[Aadsts(90_013), Aadsts(90_023), Aadsts(90_100)],
        what: "Microsoft cannot read one of the values that were sent.",
        why: &[
            "A blank, a quote or a line end was pasted with a value,",
            "or it is a mistake of this program.",
        ],
        fix: &[
            "Compare each value of this step with the portal.",
            "Paste the secret again, without anything around it.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        goto: Goto::Field(Field::ApplicationId),
        ..OPERATOR
    },
    Row {
        key: "common-endpoint",
        signs: &[Aadsts(9_001_023), Aadsts(90_010)],
        what: "This request is not possible without naming a directory.",
        why: &["It went to \"common\" or \"consumers\"; it must go to your own directory."],
        fix: &[
            "Type the Directory (tenant ID or domain) and try again.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        goto: Goto::Field(Field::Directory),
        ..OURS
    },
    Row {
        key: "price-app-only-token",
        signs: &[Aadsts(65_002)],
        when: When::From(Service::PartnerApi),
        what: "The price service accepts only a person's sign-in, and got a token of the application alone.",
        why: &[
            "Prices are not open to an application without a person. Nothing is wrong with the secret.",
        ],
        fix: &[
            "Sign in with an account that is Admin agent or Sales agent.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        who: Who::SignedIn,
        goto: Goto::SignInAgain,
        exit: Exit::SignIn,
        blames: &[CheckId::Organization],
        ..OPERATOR
    },
    Row {
        key: "microsofts-own-app",
        signs: &[Aadsts(65_002)],
        what: "The Application ID is that of one of Microsoft's own applications.",
        why: &[
            "The ID of an API (such as fa3d9a0c... or 4990cffe...) was taken for the ID of your app.",
        ],
        fix: &[
            "Azure portal > App registrations > your app > Overview: copy \"Application (client) ID\".",
            "Correct the Application ID and register the credentials again.",
        ],
        goto: Goto::Field(Field::ApplicationId),
        blames: &[CheckId::AppToken, CheckId::Customers],
        ..OPERATOR
    },
];
