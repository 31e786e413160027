//! Which registration is meant: what stands in the header of every page, on standard error and in every JSON object.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde_json::{Value, json};

use crate::journal::Registration;
use crate::report::octo::OctoState;
use crate::words::{AccountName, Environment, StoreKey};

/// What tells a registration from every other one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Under which name it is kept.
    pub registration: String,
    /// What the account is called, if it has a name.
    pub account: Option<AccountName>,
    /// Production or sandbox.
    pub environment: Environment,
    /// The name of the cloud, or of the server that stands for one.
    pub cloud: String,
    /// What Octo has of it; nothing where nothing is in use, or of a kind that Octo is never told of.
    pub octo_state: Option<OctoState>,
}

impl Identity {
    /// Of a registration and the name under which it is kept ([`registration_name`](crate::journal::registration_name)).
    pub fn of(name: &str, registration: &Registration) -> Self {
        let (environment, cloud) = name.split_once("-at-").unwrap_or((name, "global"));
        let sandbox = environment == Environment::Sandbox.key();
        Self {
            registration: name.to_owned(),
            account: registration.name.clone(),
            environment: if sandbox { Environment::Sandbox } else { Environment::Production },
            // A port as the address has it. Whatever else tells a server of one's own from a built-in cloud stays.
            cloud: cloud.replace("_p", ":"),
            octo_state: OctoState::of(registration).filter(|_| !sandbox),
        }
    }

    /// A command of this program about it, as far as its name tells how it is reached.
    pub(super) fn command(&self, what: &str, store: &StoreKey) -> String {
        let sandbox = if self.environment == Environment::Sandbox { " --sandbox" } else { "" };
        let cloud = match self.cloud.as_str() {
            "global" => String::new(),
            name @ ("china" | "us-gov") => format!(" --cloud {name}"),
            _ => " --cloud-file FILE".to_owned(),
        };
        let usual = *store == StoreKey::default();
        let store = if usual { String::new() } else { format!(" --store {}", store.as_str()) };
        format!("octo-csp {what}{sandbox}{cloud}{store}")
    }

    /// What is told of it in JSON, with these members before the others.
    pub(super) fn with(&self, members: Value) -> Value {
        let mut all = json!(self);
        if let (Some(all), Value::Object(members)) = (all.as_object_mut(), members) {
            all.extend(members);
        }
        all
    }
}

impl Display for Identity {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {} cloud", self.environment.title(), self.cloud)?;
        self.account.iter().try_for_each(|account| write!(formatter, ", {account}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_ones_own_is_never_told_as_a_built_in_cloud() {
        let store = StoreKey::default();
        for (name, cloud, command) in [
            ("production", "global", "octo-csp submit"),
            ("production-at-china", "china", "octo-csp submit --cloud china"),
            ("production-at-china_", "china_", "octo-csp submit --cloud-file FILE"),
            ("sandbox-at-localhost_p8088", "localhost:8088", "octo-csp submit --sandbox --cloud-file FILE"),
        ] {
            let identity = Identity::of(name, &Registration::default());
            assert_eq!(
                (identity.cloud.as_str(), identity.command("submit", &store).as_str()),
                (cloud, command),
                "{name}"
            );
        }
    }
}
