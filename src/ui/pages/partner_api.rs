//! Step 3: who signs in, with which key, and where the browser comes back.

use crate::journal::Attempt;
use crate::journal::standing::AttemptState;
use crate::steps::Execution;
use crate::ui::Intent;
use crate::ui::pages::{Checking, PartnerApi, PartnerCenter, Prerequisites, Screen, Turn};
use crate::ui::parts::{Form, page_of_step};
use crate::ui::session::Session;
use crate::ui::state::FocusTarget;
use crate::ui::view::{Named, Row, Tone, View};
use crate::words::answers::{self};
use crate::words::{Field, Step};

impl Screen for PartnerApi {
    fn targets(&self, session: &Session) -> Vec<FocusTarget> {
        FocusTarget::form(if session.fields.other_secret {
            &[Field::MpnId, Field::SecretChoice, Field::ApiSecret, Field::Redirect]
        } else {
            &[Field::MpnId, Field::SecretChoice, Field::Redirect]
        })
    }

    fn step(&self) -> Option<Step> {
        Some(Step::PartnerApi)
    }

    fn submit(self, session: &mut Session) -> Turn {
        if let Some(why) = session.cannot_keep() {
            return Prerequisites::default().open().saying(why);
        }
        if session.registration.proven().is_none() {
            let why = "Step 2 comes first: nothing is proven yet.";
            return PartnerCenter::default().open().saying(why);
        }
        let other = session.fields.other_secret.then(|| session.fields.share(Field::ApiSecret));
        match answers::partner_api(&session.typed(), other.as_ref()) {
            Err(problems) => self.blame(problems, session),
            Ok(request) => {
                let registration = session.registration.clone();
                let ready = registration.open.as_ref().is_some_and(Attempt::ready);
                let again = ready || sign_in_refused(session);
                let secret = session.proven_secret.clone();
                let mut execution = Execution::partner_api(request, registration, secret);
                execution = execution.reaching(session.config.reach).meeting(session.last_failure.as_deref());
                if again {
                    execution.forget_sign_in();
                }
                Checking::begin(execution, false, session)
            }
        }
    }

    fn key(self, key: Intent, session: &mut Session) -> Turn {
        if key == Intent::Extra(8) {
            return self.hand_off(None, session);
        }
        let focus = self.targets(session).get(self.state.focus).copied();
        if key == Intent::Typed(' ') && focus == Some(FocusTarget::Field(Field::SecretChoice)) {
            session.fields.other_secret = !session.fields.other_secret;
        }
        self.stay()
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let view = page_of_step(Step::PartnerApi);
        let mut form = Form::new(view, &self.state, session, &self.targets(session));
        form.view.rows(proven(session));
        form.view.gap();
        form.input(Field::MpnId);
        form.input(Field::SecretChoice);
        if session.fields.other_secret {
            form.input_beside(Field::ApiSecret, Some("paste it; it is never shown".to_owned()));
        }
        form.input(Field::Redirect);
        form.view.gap();
        let kept = session.registration.open.as_ref().map(Attempt::standing) == Some(AttemptState::TokenKept)
            && !sign_in_refused(session);
        if kept {
            form.button("Finish the checks", "with the sign-in that is stored");
        } else {
            form.button("Register Credentials", "opens Microsoft's sign-in");
            form.view.row(Row::of(Tone::Muted, "An Admin agent signs in, with MFA, in a private window.").at(3));
        }
        form.keys(if kept { "finish the checks" } else { "sign in" }, &[], &[(Intent::Extra(8), "hand-off note")]);
        form.view.key_named(Intent::Typed(' '), "choose", Named::Not);
        form.view
    }
}

/// Whether the sign-in that is stored, and not one before it, was refused for what only another one mends.
pub(super) fn sign_in_refused(session: &Session) -> bool {
    let stored = session.registration.open.as_ref().and_then(|open| open.token_at);
    session.last_failure.as_ref().is_some_and(|failure| failure.refused_sign_in(stored))
}

/// What step 2 has proven.
fn proven(session: &Session) -> Vec<Row> {
    let title = "Found in step 2";
    let mut rows = vec![Row::of(Tone::Title, title).and(Tone::Muted, "  compare with your own records").at(1)];
    let Some(proof) = session.registration.proven() else {
        rows.push(Row::text("Nothing is proven yet: step 2 comes first.").at(3));
        return rows;
    };
    let company = proof.company.as_ref().map(|company| ("Partner", company.to_string()));
    let found = [
        ("Directory (tenant) ID", proof.tenant.to_string()),
        ("Application (client) ID", proof.application.to_string()),
    ];
    let found = found.into_iter().chain(company);
    rows.extend(found.map(|(label, value)| Row::pair(label, 25, Tone::Value, value)));
    rows
}
