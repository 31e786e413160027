//! What each field is, in the words of a person who has the portals open: one line below it, and a pane beside the page.

use url::Url;

use crate::ui::session::Session;
use crate::ui::view::{Beside, Row, Said, Tone};
use crate::words::{ClientId, Field};

/// What is told of a field.
struct Guide {
    /// In one line: what it is, and where the portal shows it.
    line: &'static str,
    /// What it is for.
    purpose: &'static str,
    /// What it is often taken for; empty where it is for nothing else.
    not: &'static str,
    /// Click by click; empty where it is the person who knows.
    clicks: &'static str,
    /// The page of the Azure portal that shows it; `{app}` is the application that was typed.
    page: Option<&'static str>,
}

/// Cells of a label in the pane.
const LABEL: u16 = 7;

const OVERVIEW: &str = "#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/{app}";
const SECRETS: &str = "#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/{app}";
const AUTHENTICATION: &str = "#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Authentication/appId/{app}";
const APPLICATIONS: &str = "#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade";
const DIRECTORY: &str = "#view/Microsoft_AAD_IAM/ActiveDirectoryMenuBlade/~/Overview";

const KEY: Guide = Guide {
    line: "Entra > App registrations > your app > Certificates & secrets, \"Value\"",
    purpose: "With it the app signs in to Partner Center by itself. Microsoft shows it once, in the column \"Value\", when a client secret is made; usually 40 characters.",
    not: "the Secret ID beside it, which is a GUID. Is the Value hidden already? Make a new secret; the old one keeps working.",
    clicks: "Entra admin center > App registrations > your app > Certificates & secrets > New client secret",
    page: Some(SECRETS),
};

const ACCOUNT_NAME: Guide = Guide {
    line: "Your own choice, such as your company's name; Octo shows it.",
    purpose: "Octo shows this name. Choose it yourself, or leave it empty; you can change it in Octo at any time.",
    not: "",
    clicks: "",
    page: None,
};

const CLIENT_ID: Guide = Guide {
    line: "Octo's name for it: the app's ID or your directory (tenant) ID will do.",
    purpose: "Octo's form asks for it beside the Application ID. Partner Center shows two IDs on its page App management, App ID and Account ID; either will do.",
    not: "the Secret ID, and not the Object ID of the app.",
    clicks: "Partner Center > Settings > Account settings > App management",
    page: None,
};

const APPLICATION_ID: Guide = Guide {
    line: "Entra > App registrations > your app > Application (client) ID",
    purpose: "It names the web app that you registered for Octo in your partner tenant.",
    not: "the Object ID below it, and not the Directory (tenant) ID.",
    clicks: "Entra admin center > App registrations > your app > Overview",
    page: Some(OVERVIEW),
};

const TENANT: Guide = Guide {
    line: "Entra > Overview > Tenant ID, or a domain such as contoso.onmicrosoft.com",
    purpose: "The partner tenant in which the app is registered. Its ID or any of its domains will do.",
    not: "the tenant of a customer.",
    clicks: "Entra admin center > Overview > Tenant ID",
    page: Some(DIRECTORY),
};

const SECRET_ENDS: Guide = Guide {
    line: "Entra > your app > Certificates & secrets, column \"Expires\"",
    purpose: "Microsoft tells nobody when a secret expires. With the date octo-csp warns you, and writes it into your calendar.",
    not: "",
    clicks: "Entra admin center > App registrations > your app > Certificates & secrets, column \"Expires\"",
    page: Some(SECRETS),
};

const MPN_ID: Guide = Guide {
    line: "Partner Center > Account settings > Identifiers; compared after sign-in",
    purpose: "If you give it, it is compared with the one that Partner Center tells after the sign-in.",
    not: "the Partner Center account ID, which is a GUID: this one has digits only.",
    clicks: "Partner Center > Settings > Account settings > Identifiers",
    page: None,
};

const SECRET_CHOICE: Guide = Guide {
    line: "Left and Right choose. Usually one key does for both steps.",
    purpose: "The sign-in needs the secret key of the same app. Usually that is the one you have typed already.",
    not: "",
    clicks: "",
    page: None,
};

const REDIRECT: Guide = Guide {
    line: "Entra > your app > Authentication > Web: it must be there to the letter",
    purpose: "After the sign-in Microsoft sends the browser here. With http://localhost octo-csp catches the answer by itself; any other address works by pasting.",
    not: "a page of the platform \"Single-page application\" or \"Mobile and desktop\": it has to stand under Web.",
    clicks: "Entra admin center > App registrations > your app > Authentication > Web > Redirect URIs",
    page: Some(AUTHENTICATION),
};

const ANSWER: Guide = Guide {
    line: "",
    purpose: "Only where this page does not move on by itself: copy the whole address of the page on which the browser ends, and paste it. The text of Microsoft's error page will do as well.",
    not: "a password or an MFA code: those belong on Microsoft's page alone.",
    clicks: "",
    page: None,
};

const CONFIRMATION: Guide = Guide {
    line: "What works now keeps working until you confirm.",
    purpose: "Replacing changes a registration that works, so its name is asked for.",
    not: "",
    clicks: "",
    page: None,
};

const HANDOVER: Guide = Guide {
    line: "Left and Right choose.",
    purpose: "Octo is told as soon as the registration is stored here, or later, by octo-csp submit.",
    not: "",
    clicks: "",
    page: None,
};

const OCTO_CLIENT_ID: Guide = Guide {
    line: "The API client of an Octo administrator, as bluectl has it",
    purpose: "An API client of an Octo administrator, as Alphaus' bluectl uses it: ALPHAUS_CLIENT_ID, or client-id in ~/.config/alphaus/config.toml.",
    not: "the app in Entra.",
    clicks: "",
    page: None,
};

const OCTO_SECRET: Guide = Guide {
    line: "Its secret, as bluectl has it; never shown, never stored",
    purpose: "The secret of that API client: ALPHAUS_CLIENT_SECRET, or client-secret in the same file. It is sent to Octo alone.",
    not: "the Secret key of the app in Entra.",
    clicks: "",
    page: None,
};

const fn guide(field: Field) -> Guide {
    match field {
        Field::AccountName => ACCOUNT_NAME,
        Field::ClientId => CLIENT_ID,
        Field::ApplicationId => APPLICATION_ID,
        Field::SecretKey | Field::ApiSecret => KEY,
        Field::Directory => TENANT,
        Field::SecretEnds => SECRET_ENDS,
        Field::MpnId => MPN_ID,
        Field::SecretChoice => SECRET_CHOICE,
        Field::Redirect => REDIRECT,
        Field::Answer => ANSWER,
        Field::Confirmation => CONFIRMATION,
        Field::Handover => HANDOVER,
        Field::OctoClientId => OCTO_CLIENT_ID,
        Field::OctoSecret => OCTO_SECRET,
    }
}

/// The line below a field that has the focus.
pub(super) fn line(field: Field) -> Option<Row> {
    let line = guide(field).line;
    (!line.is_empty()).then(|| Row::of(Tone::Muted, line).said(Said::Not))
}

/// The pane beside the page.
pub(super) fn beside(field: Field, session: &Session) -> Beside {
    let guide = guide(field);
    let mut rows = vec![Row::text(guide.purpose)];
    if !guide.not.is_empty() {
        rows.extend([Row::gap(), Row::of(Tone::Note, "Not ").and(Tone::Plain, guide.not)]);
    }
    if !guide.clicks.is_empty() {
        rows.extend([Row::gap(), Row::pair("Where", LABEL, Tone::Plain, guide.clicks).at(0).hanging(LABEL)]);
    }
    if let Some(url) = page(field, session) {
        rows.push(
            Row::pair("Open", LABEL, Tone::Key, "Alt-O").and(Tone::Muted, "  in your browser").at(0).hanging(LABEL),
        );
        rows.push(Row::of(Tone::Muted, url.as_str()).at(LABEL));
    }
    Beside { title: field.label().to_owned(), rows }
}

/// The page of the portal that shows the value.
pub(super) fn page(field: Field, session: &Session) -> Option<Url> {
    let page = guide(field).page?;
    let app = ClientId::parse(session.fields.value(Field::ApplicationId)).ok();
    let page = match app {
        Some(app) => page.replace("{app}", app.value.as_str()),
        None if page.contains("{app}") => APPLICATIONS.to_owned(),
        None => page.to_owned(),
    };
    session.config.portal.join(&page).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fits_a_field_of_a_small_screen() {
        for field in Field::ALL {
            let guide = guide(field);
            assert!(guide.line.len() <= 74, "{field:?}: {}", guide.line.len());
            assert!(!guide.purpose.is_empty(), "{field:?}");
        }
    }
}
