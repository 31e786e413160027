//! What is sent to Octo, to which host, and with which API client: before anything is sent. Off until there are credentials,
//! repeated as often as a person wants.

use crate::exit::Exit;
use crate::journal::{Attempt, Registration};
use crate::steps::Execution;
use crate::ui::pages::{Checking, Done, OctoClient, Overview, Review, Screen, Turn};
use crate::ui::parts::Form;
use crate::ui::session::Session;
use crate::ui::state::{FocusTarget, PageState};
use crate::ui::view::{Row, Tone, View};
use crate::words::{AccountName, Field, NoClient, OctoClient as Client, Problem, Source};

const LABEL: u16 = 20;

impl OctoClient {
    /// Hands over what is registered, if there are credentials; else that is the end.
    pub(super) fn hand_over(session: &mut Session) -> Turn {
        let client = session.octo_client().ok().filter(|_| session.sends()).cloned();
        let execution = client.and_then(|client| Execution::submit(session.registration.clone(), client, false));
        match execution {
            Some(execution) => Checking::begin(execution, false, session),
            None => Done::default().open(),
        }
    }

    /// What Review says before anything is sent.
    pub(super) fn announced(session: &Session) -> String {
        match session.octo_client() {
            _ if session.may_submit() && !session.sends() => "nothing: it is kept here for now".to_owned(),
            Ok(client) => {
                let known = of(&session.registration, true).and_then(mpn).is_some();
                let mpn = if known { ", MPN ID" } else { "" };
                format!(
                    "{}: account name, directory, application, secret key{mpn} (API client {})",
                    client.host, client.source
                )
            }
            Err(why) if session.may_submit() => format!("nothing yet: {why} (asked for next)"),
            Err(why) => format!("nothing: {why}"),
        }
    }
}

impl Screen for OctoClient {
    fn targets(&self, _session: &Session) -> Vec<FocusTarget> {
        FocusTarget::form(&[Field::OctoClientId, Field::OctoSecret])
    }

    fn exit(&self) -> Exit {
        if self.review.is_some() { Exit::Cancelled } else { Exit::Done }
    }

    /// Takes the credentials that were typed. Both fields left empty, those that are there already count.
    fn submit(self, session: &mut Session) -> Turn {
        if let Err(problem) = take_client(session) {
            return self.blame(vec![problem], session);
        }
        session.send_now = Some(true);
        match self.review {
            Some(review) => reviewed(*review),
            None => Self::hand_over(session),
        }
    }

    fn back(self, _session: &mut Session) -> Turn {
        self.review.map_or_else(|| Overview::default().open(), |review| reviewed(*review))
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let view = View::new("Octo").tab(3);
        let mut form = Form::new(view, &self.state, session, &self.targets(session));
        let Some(octo) = &session.config.octo else {
            return form.view;
        };
        let before = self.review.is_some();
        let when = if before { "once it is confirmed" } else { "now" };
        form.view.row(Row::text(format!("Sent to {} {when}:", octo.host)).at(3));
        form.view.rows(sent(&session.registration, before));
        form.view.gap();
        let known = octo.client.as_ref().ok();
        let aside = known.map(|client| format!("leave empty for the one {}", client.source));
        form.input_beside(Field::OctoClientId, aside);
        form.input_beside(Field::OctoSecret, Some("never shown, never stored".to_owned()));
        form.view.gap();
        if before {
            form.button("Use these", "nothing is sent yet");
        } else {
            form.button("Send to Octo", "checks first what Octo has");
        }
        form.keys(if before { "use these" } else { "send to Octo" }, &[], &[]);
        form.view
    }
}

/// Back to the review.
fn reviewed(review: Review) -> Turn {
    Review { state: PageState::default(), ..review }.open()
}

fn take_client(session: &mut Session) -> Result<(), Problem> {
    const CURE: &str = "It is the API client of an Octo administrator, as bluectl uses it.";
    let Some(octo) = &mut session.config.octo else {
        return Ok(());
    };
    let id = session.fields.value(Field::OctoClientId);
    let secret = session.fields.share(Field::OctoSecret);
    if id.trim().is_empty() && secret.is_empty() && octo.client.is_ok() {
        return Ok(());
    }
    match Client::new(id, secret, &(octo.ring, octo.host.clone()), Source::Typed) {
        Ok(client) => {
            octo.client = Ok(client);
            session.fields.clear(Field::OctoSecret);
            session.fields.clear(Field::OctoClientId);
            Ok(())
        }
        Err(why) => {
            let field = match why {
                NoClient::NoId | NoClient::BadId => Field::OctoClientId,
                NoClient::NoSecret | NoClient::BadSecret => Field::OctoSecret,
            };
            let mut what = why.to_string();
            if let Some(first) = what.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            Err(Problem::new(field, format!("{what}."), CURE))
        }
    }
}

/// The values that are sent: of the attempt, before it is confirmed, else of the set in use.
fn sent(registration: &Registration, before: bool) -> Vec<Row> {
    let fact = |label: &str, value: String| Row::pair(label, LABEL, Tone::Value, value);
    let name = if before { registration.name_to_be() } else { registration.name.as_ref() };
    let name = name.map_or("(none)", AccountName::as_str).to_owned();
    let mut rows = vec![fact("Account name", name)];
    let Some(attempt) = of(registration, before) else {
        return rows;
    };
    if let Some((proof, _)) = &attempt.partner_center {
        rows.push(fact("Directory", proof.tenant.to_string()));
        rows.push(fact("Application", proof.application.to_string()));
        rows.push(fact("Secret key", "the one that was proven".to_owned()));
    }
    if let Some(mpn) = mpn(attempt) {
        rows.push(fact("MPN ID", mpn));
    }
    rows
}

fn of(registration: &Registration, before: bool) -> Option<&Attempt> {
    let open = registration.open.as_ref().filter(|open| before && open.ready());
    open.or(registration.active.as_ref())
}

fn mpn(attempt: &Attempt) -> Option<String> {
    let (proof, _) = attempt.partner_api.as_ref()?;
    proof.mpn.as_ref().map(ToString::to_string)
}

#[cfg(test)]
mod tests;
