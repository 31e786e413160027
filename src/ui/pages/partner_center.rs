//! Step 2: the application, its key and the directory.
//!
//! ```text
//!    Secret key
//!    ▌••••••••••••••••••••••••••••••••••••_______________________ 36 characters
//!      ✗ This is the Secret ID. Paste the Value beside it ...
//! ```

use crate::steps::Execution;
use crate::ui::Intent;
use crate::ui::pages::{Checking, PartnerCenter, Prerequisites, Screen, Turn};
use crate::ui::parts::{Form, clock, mixed_up, page_of_step, swapped};
use crate::ui::session::Session;
use crate::ui::state::FocusTarget;
use crate::ui::view::View;
use crate::words::answers::{self};
use crate::words::{ClientId, Field, Step};

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
        if let Some(problem) = mixed_up(session, Field::ApplicationId) {
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

    fn key(mut self, key: Intent, session: &mut Session) -> Turn {
        if key == Intent::Extra(8) {
            return self.hand_off(None, session);
        }
        if key == Intent::Extra(5)
            && let Some(two) = swapped(session)
        {
            session.fields.swap(two);
            for field in two {
                self.state.changed(field);
                session.look_up(field);
            }
            let [one, other] = two.map(Field::label);
            self.state.say(format!("Swapped: {one} and {other}."));
            session.save(self.step());
        } else if key == Intent::Extra(5)
            && let Some(directory) = session.misplaced()
        {
            session.fields.clear(Field::SecretKey);
            session.fields.set(Field::Directory, directory.as_str());
            session.look_up(Field::Directory);
            self.state.notes.remove(&Field::SecretKey);
            self.state.changed(Field::Directory);
            self.state.say("Moved into Directory. The secret key is still to come.");
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
        form.input_beside(Field::Directory, reading(session).map(str::to_owned));
        form.input(Field::SecretEnds);
        form.view.gap();
        form.button("Register Credentials", "checks by reading, then stores the secret key here");
        let mends = if swapped(session).is_some() {
            Some("swap IDs")
        } else {
            session.misplaced().map(|_| "move to Directory")
        };
        let mends = mends.map(|does| (Intent::Extra(5), does));
        form.keys("check", mends.as_slice(), &[(Intent::Extra(8), "hand-off note")]);
        form.view
    }
}

/// Which reading of the fields was taken (ruling 1 of the screens).
fn reading(session: &Session) -> Option<&'static str> {
    let id = |field| ClientId::parse(session.fields.value(field)).ok().map(|id| id.value);
    match (id(Field::ClientId), id(Field::ApplicationId)) {
        _ if !session.fields.value(Field::Directory).trim().is_empty() => None,
        (Some(client), Some(application)) if client != application => Some("taken from Client ID"),
        (_, Some(_)) => None,
        _ => Some("optional if it is in Client ID"),
    }
}
