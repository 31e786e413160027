//! Which registration is meant: what stands in the header of every page, on standard error and in every JSON object.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde_json::{Value, json};

use crate::journal::{Registration, parts_of};
use crate::words::{AccountName, Environment, Part, StoreKey};

/// What tells a registration from every other one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Under which name it is kept.
    pub registration: String,
    /// The name that it has among others of its environment and cloud; nothing of the one that has none.
    pub label: Option<String>,
    /// What the account is called, if it has a name.
    pub account: Option<AccountName>,
    /// Production or sandbox.
    pub environment: Environment,
    /// The name of the cloud, or of the server that stands for one.
    pub cloud: String,
    /// What Octo has of it; nothing where nothing is in use, or of a kind that Octo is never told of.
    pub octo_state: Option<OctoState>,
    /// What stands behind each command about it, a blank before each word.
    #[serde(skip)]
    pub flags: String,
}

/// What stands for a cloud file that is not known.
const SOME_FILE: &str = " --cloud-file FILE";

/// The flags by which a registration is reached, a blank before each word, as far as somebody gave them.
#[derive(Debug, Default)]
pub struct Reached<'f> {
    /// Those of its cloud, for a registration of the cloud that was named.
    pub cloud: Option<&'f str>,
    /// Those of its store, for a registration in the store that was named.
    pub store: Option<&'f str>,
    /// That of the settings.
    pub settings: &'f str,
}

impl Identity {
    /// Of a registration and the name under which it is kept ([`registration_name`](crate::journal::registration_name)), with the flags
    /// that these tell. Which file describes a cloud of one's own nobody noted.
    pub fn of(name: &str, registration: &Registration) -> Self {
        Self::reached_by(name, registration, &Reached::default())
    }

    /// The same with the flags that are known.
    pub fn reached_by(name: &str, registration: &Registration, given: &Reached<'_>) -> Self {
        let (environment, cloud, label) = parts_of(name);
        let cloud = cloud.unwrap_or("global");
        let sandbox = environment == Environment::Sandbox.key();
        let of_cloud = match cloud {
            "global" => String::new(),
            "china" | "us-gov" => format!(" --cloud {cloud}"),
            _ => SOME_FILE.to_owned(),
        };
        let store = registration.store.as_str();
        let of_store =
            if registration.store == StoreKey::default() { String::new() } else { format!(" --store {store}") };
        Self {
            registration: name.to_owned(),
            label: label.map(str::to_owned),
            account: registration.name.clone(),
            environment: if sandbox { Environment::Sandbox } else { Environment::Production },
            // A port as the address has it. Whatever else tells a server of one's own from a built-in cloud stays.
            cloud: cloud.replace("_p", ":"),
            octo_state: OctoState::of(registration).filter(|_| !sandbox),
            flags: [
                if sandbox { " --sandbox" } else { "" },
                &label.map_or_else(String::new, |label| format!(" --registration {label}")),
                given.cloud.unwrap_or(&of_cloud),
                given.store.unwrap_or(&of_store),
                given.settings,
            ]
            .concat(),
        }
    }

    /// The same as this process reaches it, with the flags that it was given; `octo` says whether its cloud has one.
    #[must_use]
    pub fn reached(self, flags: &str, octo: bool) -> Self {
        Self { flags: flags.to_owned(), octo_state: self.octo_state.filter(|_| octo), ..self }
    }

    /// A command of this program about it.
    pub fn command(&self, what: &str) -> String {
        format!("octo-csp {what}{}", self.flags)
    }

    /// What Octo lacks of it.
    pub fn lacks(&self) -> Option<&'static str> {
        match self.octo_state? {
            OctoState::NotSent => Some("Not in Octo yet."),
            OctoState::Partly => Some("Octo has not taken everything yet."),
            OctoState::Sent => None,
        }
    }

    /// The same with the command that hands it over.
    pub fn lacking(&self) -> Option<String> {
        let lacks = self.lacks()?;
        let next = if self.flags.contains(SOME_FILE) { "Next, if the cloud file names Octo" } else { "Next" };
        Some(format!("{lacks} {next}: {}", self.command("submit")))
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
        self.label.iter().try_for_each(|label| write!(formatter, "{label}, "))?;
        write!(formatter, "{}, {} cloud", self.environment.title(), self.cloud)?;
        self.account.iter().try_for_each(|account| write!(formatter, ", {account}"))
    }
}

/// How what is in use here stands in Octo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OctoState {
    /// Octo has nothing of it.
    NotSent,
    /// Octo has taken some of it.
    Partly,
    /// Octo has all of it.
    Sent,
}

impl OctoState {
    /// Of a registration; `None` where nothing is in use.
    pub fn of(registration: &Registration) -> Option<Self> {
        registration.active.as_ref()?;
        Some(match (registration.not_submitted().as_slice(), &registration.octo) {
            ([], _) => Self::Sent,
            ([Part::Payer, Part::Credentials, ..], _) | (_, None) => Self::NotSent,
            (_, Some(_)) => Self::Partly,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_ones_own_is_never_told_as_a_built_in_cloud() {
        for (name, cloud, command) in [
            ("production", "global", "octo-csp submit"),
            ("production-at-china", "china", "octo-csp submit --cloud china"),
            ("production-at-china_", "china_", "octo-csp submit --cloud-file FILE"),
            ("sandbox-at-localhost_p8088", "localhost:8088", "octo-csp submit --sandbox --cloud-file FILE"),
            ("production~look-at-me", "global", "octo-csp submit --registration look-at-me"),
            ("sandbox-at-china~fabrikam", "china", "octo-csp submit --sandbox --registration fabrikam --cloud china"),
        ] {
            let identity = Identity::of(name, &Registration::default());
            assert_eq!((identity.cloud.as_str(), identity.command("submit").as_str()), (cloud, command), "{name}");
        }
    }
}
