//! Step 2: the application, its key and the directory.
//!
//! ```text
//!    Secret key                                    paste it; it is never shown
//!  > │ ••••••••••••••••••••••••••••••••••••  (36 characters)
//!      !!  That is a GUID: it is the Secret ID, not the secret Value.
//!          Entra admin center > Certificates & secrets > column "Value".
//! ```

use crate::steps::Execution;
use crate::ui::Intent;
use crate::ui::pages::{Checking, PartnerCenter, Prerequisites, Screen, Turn};
use crate::ui::parts::{Form, clock, page_of_step};
use crate::ui::session::{DirectoryLookup, Session};
use crate::ui::state::FocusTarget;
use crate::ui::view::View;
use crate::words::answers::{self};
use crate::words::{ClientId, Field, Problem, Step};

impl Screen for PartnerCenter {
    fn targets(&self, _session: &Session) -> Vec<FocusTarget> {
        FocusTarget::form(&[
            Field::ClientId,
            Field::ApplicationId,
            Field::SecretKey,
            Field::Directory,
            Field::SecretEnds,
        ])
    }

    fn step(&self) -> Option<Step> {
        Some(Step::PartnerCenter)
    }

    fn submit(self, session: &mut Session) -> Turn {
        if let Some(why) = session.cannot_keep() {
            return Prerequisites::default().open().saying(why);
        }
        if let Some(problem) = swapped(session) {
            return self.blame(vec![problem], session);
        }
        let (typed, secret) = (session.typed(), session.fields.share(Field::SecretKey));
        let kept = secret.is_empty() && session.registration.key_proven(typed.get(Field::ApplicationId)).is_some();
        match answers::partner_center(&typed, (!kept).then_some(&secret)) {
            Err(problems) => self.blame(problems, session),
            Ok(request) => {
                let execution = Execution::partner_center(request, session.registration.clone());
                Checking::begin(execution, false, session)
            }
        }
    }

    fn key(self, key: Intent, session: &mut Session) -> Turn {
        if key == Intent::Extra(8) {
            return self.hand_off(None, session);
        }
        if key == Intent::Extra(5) {
            session.fields.swap_ids();
            session.save(self.step());
        }
        self.stay()
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let view = page_of_step(Step::PartnerCenter);
        let mut form = Form::new(view, &self.state, session, &self.targets(session));
        form.input(Field::ClientId);
        form.input(Field::ApplicationId);
        let proven = session.registration.key_proven(session.fields.value(Field::ApplicationId));
        let kept = proven.map(|at| format!("proven at {}; leave empty to keep it", clock(at, &session.config.zone)));
        form.input_beside(Field::SecretKey, kept.or_else(|| Some("paste it; it is never shown".to_owned())));
        form.input_beside(Field::Directory, Some(reading(session).to_owned()));
        form.input(Field::SecretEnds);
        form.view.gap();
        form.button("Register Credentials", "asks Microsoft Entra ID (Azure AD), reads only");
        form.keys("check");
        form.view.keys(&[(Intent::Extra(5), "swap IDs"), (Intent::Extra(8), "hand-off note")]);
        form.view
    }
}

/// What the look-ups have told about the two IDs: the application that is a directory was typed into the wrong field.
fn swapped(session: &Session) -> Option<Problem> {
    let application = session.looked_up(Field::ApplicationId);
    if !matches!(application, Some(DirectoryLookup::Directory(_))) {
        return None;
    }
    let (what, cure) = match session.looked_up(Field::ClientId) {
        Some(DirectoryLookup::NotOne) => {
            ("This is a directory, and Client ID is not: the two are swapped.", "F5 exchanges them.")
        }
        _ => (
            "This is a directory (tenant) ID, not an application's.",
            "Entra admin center > App registrations > your app > Application (client) ID.",
        ),
    };
    Some(Problem::new(Field::ApplicationId, what, cure))
}

/// Which reading of the fields was taken (ruling 1 of the screens).
fn reading(session: &Session) -> &'static str {
    let id = |field| ClientId::parse(session.fields.value(field)).ok().map(|id| id.value);
    match (id(Field::ClientId), id(Field::ApplicationId)) {
        _ if !session.fields.value(Field::Directory).trim().is_empty() => "",
        (Some(client), Some(application)) if client != application => "Client ID is your directory",
        (_, Some(_)) => "needed: Client ID is your application",
        _ => "fills itself when Client ID is the directory",
    }
}
