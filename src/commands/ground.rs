//! What a command stands on: the cloud it speaks to, the registration it is about, where that is kept.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;

use crate::cli::{CloudArguments, CloudName, Which};
use crate::cloud::Cloud;
use crate::engine::journal::registration_name;
use crate::engine::step::Environment;
use crate::host::Host;
use crate::world::browser::Surroundings;
use crate::world::shelf::Shelf;
use crate::world::{Keeping, Options};

/// What a command about one registration stands on.
pub(super) struct Ground {
    /// Every address and audience.
    pub(super) cloud: Cloud,
    /// A CA certificate (PEM) to trust beside the system's.
    pub(super) extra_ca: Option<Vec<u8>>,
    /// Production or sandbox.
    pub(super) environment: Environment,
    /// The flags that name this registration, each after a blank, for a command that is told.
    pub(super) words: String,
    state: PathBuf,
    program: PathBuf,
}

impl Ground {
    /// Reads what the arguments name. The sentence of a failure is for the person who typed them.
    pub(super) fn of(host: &Host, which: &Which) -> Result<Self, String> {
        let (cloud, extra_ca) = cloud(&which.cloud)?;
        Ok(Self {
            cloud,
            extra_ca,
            environment: if which.sandbox {
                Environment::Sandbox
            } else {
                Environment::Production
            },
            words: words(which),
            state: state(host)?,
            program: host.program.clone(),
        })
    }

    /// Production in this cloud, for a test that brings a world of its own.
    #[cfg(test)]
    #[cfg(feature = "simulator")]
    pub(super) fn for_test(cloud: Cloud) -> Self {
        Self {
            cloud,
            extra_ca: None,
            environment: Environment::Production,
            words: String::new(),
            state: PathBuf::new(),
            program: PathBuf::new(),
        }
    }

    /// What the world is made with.
    pub(super) fn options(&self, browser: Surroundings) -> Options {
        Options {
            cloud: self.cloud.clone(),
            extra_ca: self.extra_ca.clone(),
            keeping: Keeping::Machine {
                state: self.state.clone(),
                program: self.program.clone(),
            },
            browser,
        }
    }

    /// Every registration of this person, to look at without a lock.
    pub(super) fn shelf(&self) -> Shelf {
        Shelf::new(self.state.clone(), self.program.clone())
    }

    /// Under which name this registration is kept.
    pub(super) fn name(&self) -> String {
        registration_name(self.environment, self.cloud.keeping_name().as_deref())
    }
}

/// The registrations below the state folder, for a command that is about all of them.
pub(super) fn shelf(host: &Host) -> Result<Shelf, String> {
    Ok(Shelf::new(state(host)?, host.program.clone()))
}

fn state(host: &Host) -> Result<PathBuf, String> {
    let missing = || "there is no home folder (HOME) where journals are kept".to_owned();
    host.environment.state().ok_or_else(missing)
}

/// The cloud that the arguments name, and the bytes of the CA file.
pub(super) fn cloud(arguments: &CloudArguments) -> Result<(Cloud, Option<Vec<u8>>), String> {
    let read = |path: &Path, what: &str| {
        std::fs::read(path)
            .map_err(|error| format!("cannot read {what} {}: {}", path.display(), error.kind()))
    };
    let cloud = match &arguments.cloud_file {
        None => match arguments.cloud {
            CloudName::Global => Cloud::global(),
            CloudName::China => Cloud::china(),
            CloudName::UsGov => Cloud::us_gov(),
        },
        Some(path) => {
            let bytes = read(path, "the cloud file")?;
            Cloud::from_json(&String::from_utf8_lossy(&bytes))
                .map_err(|error| format!("{}: {error}", path.display()))?
        }
    };
    let extra_ca = arguments
        .ca_file
        .as_deref()
        .map(|path| read(path, "the CA file"))
        .transpose()?;
    Ok((cloud, extra_ca))
}

/// The flags that name a registration, for a command that is told.
fn words(which: &Which) -> String {
    let mut words = String::new();
    if which.sandbox {
        words.push_str(" --sandbox");
    }
    let cloud = which.cloud.cloud;
    if which.cloud.cloud_file.is_none()
        && !matches!(cloud, CloudName::Global)
        && let Some(name) = cloud.to_possible_value()
    {
        words.push_str(" --cloud ");
        words.push_str(name.get_name());
    }
    for (flag, file) in [
        (" --cloud-file ", &which.cloud.cloud_file),
        (" --ca-file ", &which.cloud.ca_file),
    ] {
        if let Some(file) = file {
            words.push_str(flag);
            words.push_str(&quoted(&file.display().to_string()));
        }
    }
    words
}

/// A word as a POSIX shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

pub(super) fn runtime() -> Option<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()
}
