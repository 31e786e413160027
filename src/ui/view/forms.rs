//! The three forms. A field is its label, one line, and what is said about it:
//!
//! ```text
//!    Secret key                                    paste it; it is never shown
//!  > │ ••••••••••••••••••••••••••••••••••••  (36 characters)
//!      !!  That is a GUID: it is the Secret ID, not the secret Value.
//!          Azure portal > Certificates & secrets > column "Value".
//! ```

use crate::ui::page::{Block, Button, Page, Row, Tone};
use crate::ui::view::{form_hints, input, notice, step_place, tab_of};
use crate::ui::wizard::{FocusTarget, Wizard};
use crate::words::answers::Field;
use crate::words::step::Step;

pub(super) fn basic(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new(step_place(Step::Basic, ""));
    page.tab = Some(tab_of(Step::Basic));
    notice(wizard, &mut page);
    page.row(Row::text("What should this payer account be called in Octo?").at(1));
    page.gap();
    page.input(input(wizard, Field::AccountName));
    page.row(
        Row::of(Tone::Muted, "You can leave this empty, and change it in Octo at any time.").at(5),
    );
    page.gap();
    page.input(input(wizard, Field::Environment));
    page.row(
        Row::of(
            Tone::Muted,
            "Octo does not need the sandbox. It is kept beside production, never mixed with it.",
        )
        .at(5),
    );
    page.gap();
    button(wizard, &mut page, "Next", "nothing is sent");
    page.gap();
    page.row(
        Row::of(Tone::Muted, "What you type on the pages is kept in a draft; secrets never are.")
            .at(3),
    );
    let registered = match &wizard.registration.active {
        Some(_) => "Octo accepts one Azure payer account for now; one is registered from here.",
        None => "Octo accepts one Azure payer account for now. None is registered from here yet.",
    };
    page.row(Row::of(Tone::Muted, registered).at(3));
    form_hints(wizard, &mut page, "next");
    page
}

pub(super) fn partner_center(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new(step_place(Step::PartnerCenter, ""));
    page.tab = Some(tab_of(Step::PartnerCenter));
    notice(wizard, &mut page);
    page.input(input(wizard, Field::ClientId));
    page.input(input(wizard, Field::ApplicationId));
    let mut secret = input(wizard, Field::SecretKey);
    secret.aside = Some("paste it; it is never shown".to_owned());
    page.input(secret);
    let mut directory = input(wizard, Field::Directory);
    directory.aside = Some(directory_aside(wizard));
    page.input(directory);
    page.input(input(wizard, Field::SecretEnds));
    page.gap();
    button(
        wizard,
        &mut page,
        "Register Credentials",
        "asks Microsoft Entra ID (Azure AD), reads only",
    );
    form_hints(wizard, &mut page, "check");
    page.hint("F5", "swap IDs");
    page.hint("F8", "hand-off note");
    page
}

/// Which reading of the fields was taken (ruling 1 of the screens).
fn directory_aside(wizard: &Wizard) -> String {
    let typed = wizard.forms.typed(wizard.environment);
    let id = |raw: &str| crate::words::ids::ClientId::parse(raw).ok().map(|id| id.value);
    match (id(&typed.client_id), id(&typed.application_id)) {
        _ if !typed.directory.trim().is_empty() => String::new(),
        (Some(client), Some(application)) if client != application => {
            "Client ID is your directory".to_owned()
        }
        (_, Some(_)) => "needed: Client ID is your application".to_owned(),
        _ => "fills itself when Client ID is the directory".to_owned(),
    }
}

pub(super) fn partner_api(wizard: &Wizard) -> Page<'_> {
    let mut page = Page::new(step_place(Step::PartnerApi, ""));
    page.tab = Some(tab_of(Step::PartnerApi));
    notice(wizard, &mut page);
    page.row(Row::of(Tone::Title, "Found in step 2: compare with your own records").at(1));
    match wizard.registration.proven() {
        Some(proof) => {
            page.row(Row::pair("Directory (tenant) ID", 24, Tone::Value, proof.tenant.to_string()));
            page.row(Row::pair("Application ID", 24, Tone::Value, proof.application.to_string()));
            if let Some(company) = &proof.company {
                page.row(Row::pair("Partner", 24, Tone::Value, company.to_string()));
            }
        }
        None => page
            .row(Row::text("Nothing is proven yet: Partner Center Credentials come first.").at(3)),
    }
    page.gap();
    let mut mpn = input(wizard, Field::MpnId);
    mpn.aside = Some("compared after the sign-in".to_owned());
    page.input(mpn);
    page.input(input(wizard, Field::SecretChoice));
    if wizard.forms.other_secret {
        page.input(input(wizard, Field::ApiSecret));
    }
    page.input(input(wizard, Field::Redirect));
    page.gap();
    button(wizard, &mut page, "Register Credentials", "opens the Microsoft sign-in");
    page.row(
        Row::of(Tone::Muted, "Sign in as an Admin agent with MFA, in a private window.").at(3),
    );
    form_hints(wizard, &mut page, "sign in");
    page.hint("space", "choose");
    page.hint("F8", "hand-off note");
    page
}

pub(super) fn button(wizard: &Wizard, page: &mut Page<'_>, label: &'static str, beside: &str) {
    page.blocks.push(Block::Button(Button {
        label,
        beside: beside.to_owned(),
        focused: wizard.stop() == Some(FocusTarget::Button),
    }));
}
