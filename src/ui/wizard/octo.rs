//! The hand-over to Octo: off until there are credentials, told before it happens, repeated as often as a person wants.

use crate::journal::Attempt;
use crate::steps::Execution;
use crate::ui::Task;
use crate::ui::field::SecretField;
use crate::ui::wizard::{Place, Wizard};
use crate::words::answers::{Field, Problem};
use crate::words::octo::{NoClient, OctoClient, Ring, Source};
use crate::words::step::Environment;
use crate::words::text::UntrustedText;

/// What the wizard knows of Octo when it starts.
#[derive(Debug)]
pub struct Octo {
    /// Which Octo.
    pub ring: Ring,
    /// Its host, to show.
    pub host: UntrustedText,
    /// The API client, or why there is none.
    pub client: Result<OctoClient, String>,
}

impl Wizard {
    /// With which API client this registration is handed over, or why it is not.
    pub(crate) fn octo_client(&self) -> Result<&OctoClient, &str> {
        if self.environment == Environment::Sandbox {
            return Err("the integration sandbox is not registered there");
        }
        match &self.setting.octo {
            None => Err("the cloud file names none"),
            Some(octo) => octo.client.as_ref().map_err(String::as_str),
        }
    }

    /// Whether Octo can be handed this registration at all.
    pub(crate) fn may_submit(&self) -> bool {
        self.environment == Environment::Production && self.setting.octo.is_some()
    }

    /// Whether the review is still to come.
    pub(crate) fn before_commit(&self) -> bool {
        self.registration.open.as_ref().is_some_and(Attempt::ready)
    }

    /// The page that says what is sent and asks for the credentials.
    pub(super) fn open_octo(&mut self) -> Vec<Task> {
        if self.may_submit() {
            self.go(Place::Octo);
        }
        Vec::new()
    }

    /// Takes the credentials that were typed. Both fields left empty, those that are there already count.
    pub(super) fn submit_octo(&mut self) -> Vec<Task> {
        if let Err(problem) = self.take_client() {
            return self.blame(vec![problem]);
        }
        if self.before_commit() {
            self.go(Place::Review);
            return Vec::new();
        }
        self.hand_over()
    }

    fn take_client(&mut self) -> Result<(), Problem> {
        const CURE: &str = "It is the API client of an Octo administrator, as bluectl uses it.";
        let Some(octo) = &mut self.setting.octo else {
            return Ok(());
        };
        let id = self
            .forms
            .text(Field::OctoClientId)
            .map(|field| field.text().to_owned())
            .unwrap_or_default();
        let secret = self.forms.secret(Field::OctoSecret).map(SecretField::share);
        let Some(secret) = secret else {
            return Ok(());
        };
        if id.trim().is_empty() && secret.is_empty() && octo.client.is_ok() {
            return Ok(());
        }
        let which = (octo.ring, octo.host.clone());
        match OctoClient::new(&id, secret, &which, Source::Typed) {
            Ok(client) => {
                octo.client = Ok(client);
                if let Some(field) = self.forms.secret_mut(Field::OctoSecret) {
                    field.clear();
                }
                self.forms.set(Field::OctoClientId, "");
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

    /// Octo is left out, whatever credentials there are.
    pub(super) fn not_to_octo(&mut self) -> Vec<Task> {
        if let Some(octo) = &mut self.setting.octo {
            octo.client = Err("you chose so".to_owned());
        }
        let place = if self.before_commit() { Place::Review } else { Place::Overview };
        self.go(place);
        Vec::new()
    }

    /// Hands over what is registered, if there are credentials; else that is the end.
    pub(super) fn hand_over(&mut self) -> Vec<Task> {
        let client = self.octo_client().ok().cloned();
        let run =
            client.and_then(|client| Execution::submit(self.registration.clone(), client, false));
        if let Some(run) = run {
            return self.begin_run(run);
        }
        self.go(Place::Done);
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
