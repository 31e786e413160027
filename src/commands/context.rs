//! What a command stands on: the process and its settings, the cloud it speaks to, the registration it is about, where that is
//! kept.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::sync::Arc;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::cli::{CloudArguments, CloudName, Shell, StoreArguments, Which, mistake};
use crate::cloud::Cloud;
use crate::commands::error::CommandError;
use crate::commands::settings::Settings;
use crate::commands::{intake, key_vault, machine, passphrase, vault};
use crate::diagnose::{Context, Platform, diagnose};
use crate::exit::Exit;
use crate::host::{HOME, Host};
use crate::journal::{Registration, parts_of, registration_name};
use crate::report::identity::{Identity, Reached};
use crate::report::lines::WIDTH;
use crate::ui::terminal::guard;
use crate::words::{Environment, Label, StoreDescriptor, Unlock};
use crate::world::Options;
use crate::world::browser::Surroundings;
use crate::world::call_log::CallLog;
use crate::world::papers;
use crate::world::registration_index::RegistrationIndex;
use crate::world::store::{KeyVault, Patience};
use crate::world::stores::StoreSettings;

/// What every command stands on: the process, and the settings, read once, each with where it comes from.
pub(super) struct CommandContext<'h> {
    /// Arguments, environment, streams.
    pub(super) host: &'h mut Host,
    /// What the variables and the file say, and which command was chosen.
    pub(super) settings: Settings,
    /// Whether standard output gets JSON.
    pub(super) json: bool,
    /// Where each call gets its line.
    pub(super) log: Option<Arc<CallLog>>,
    /// What this command was told of which registration it is about.
    pub(super) given: GivenFlags,
    /// Whether it is one that only gets a token.
    pub(super) momentary: bool,
    /// The Key Vault that it keeps in.
    pub(super) key_vault: Option<Arc<KeyVault>>,
}

/// Columns of what is printed: those of the terminal, if standard output is one.
pub(super) fn width(host: &Host) -> usize {
    if host.output_is_terminal { guard::columns() } else { WIDTH }
}

impl CommandContext<'_> {
    /// Prints on standard output. A reader that has gone away (`| head`) is no fault.
    pub(super) fn print(&mut self, text: &str) -> Exit {
        let _closed = self.host.print(text);
        Exit::Done
    }

    /// Prints what is lost if it does not get there.
    pub(super) fn hand_out(&mut self, text: &str) -> Result<Exit, CommandError> {
        match self.host.print(text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let words = format!("standard output cannot be written: {}", error.kind());
                Err(CommandError::new(Exit::Storage, words))
            }
            Ok(()) | Err(_) => Ok(Exit::Done),
        }
    }

    /// Writes the file that a flag names, which only this person can read.
    pub(super) fn write(&mut self, flag: &str, file: &Path, text: &str) -> Result<Exit, CommandError> {
        papers::write(file, text.as_bytes()).map_err(|error| {
            CommandError::new(Exit::Storage, format!("--{flag} cannot be written: {}", error.kind()))
        })?;
        self.note(&format!("written: the file of --{flag}"));
        Ok(Exit::Done)
    }

    /// The log, ready to be written: where it cannot be, that is said before anything is done.
    pub(super) fn log(&self) -> Result<Option<Arc<CallLog>>, CommandError> {
        if let Some(log) = &self.log {
            log.open().map_err(|failure| {
                let diagnosis = diagnose(&failure, &Context::default());
                let words = format!("the file of --log cannot be written: {} ({})", diagnosis.what, diagnosis.code);
                CommandError::new(Exit::Storage, words)
            })?;
        }
        Ok(self.log.clone())
    }

    /// Says until when what the command has deleted can be brought back, if it can.
    pub(super) fn note_recoverable(&mut self) {
        if let Some(until) = self.key_vault.as_ref().and_then(|vault| vault.recoverable()) {
            self.note(&format!(
                "Azure Key Vault can bring back what was deleted until {until}, unless whoever may purges it before."
            ));
        }
    }

    /// Talks to the person on standard error, beside what is printed.
    pub(super) fn note(&mut self, text: &str) {
        self.host.note(text);
    }
}

/// The registration that a command is about, and what it is reached with.
#[derive(Clone)]
pub(super) struct Target {
    /// Every address and audience.
    pub(super) cloud: Cloud,
    /// A CA certificate (PEM) to trust beside the system's.
    pub(super) extra_ca: Option<Vec<u8>>,
    /// By what certificates beside the system's are trusted, to be said everywhere.
    pub(super) trust: Vec<&'static str>,
    /// Production or sandbox.
    pub(super) environment: Environment,
    /// Its name among others.
    label: Option<Label>,
    /// Whether billing in Microsoft Graph is looked at.
    pub(super) graph: bool,
    /// The store that was asked for.
    pub(super) store: &'static StoreDescriptor,
    settings: StoreSettings,
    log: Option<Arc<CallLog>>,
}

impl Target {
    /// Reads what the arguments name, and gets the passphrase of a vault file: from a person only where they `may` be asked.
    pub(super) async fn open(context: &mut CommandContext<'_>, which: &Which, may: bool) -> Result<Self, CommandError> {
        let mut target = Self::sealed(context, which)?;
        if let Some(trust) = target.settings.trust() {
            context.note(&format!("vault: {trust}"));
        }
        if takes_passphrase(&which.store)? {
            let (settings, name) = (&target.settings, target.name());
            let get = passphrase::get(context.host, &which.store, settings, Some(&name), may);
            target.settings.opener = Some(get.await?);
            if target.settings.is_sealed_as_before(&name) {
                context.note("The vault file is of an earlier version: the next write seals it anew, with identity.age beside it.");
            }
        }
        Ok(target)
    }

    /// The same for a command that does not look into the vault.
    pub(super) fn sealed(context: &mut CommandContext<'_>, which: &Which) -> Result<Self, CommandError> {
        let (cloud, extra_ca) = cloud(&which.cloud)?;
        let settings = settings(context, &which.store, extra_ca.as_deref())?;
        let host = &*context.host;
        takes_passphrase(&which.store)?;
        // What has a name, or is shared, no earlier version kept.
        let earlier = which.registration.is_none() && !which.store.store.is_shared();
        Ok(Self {
            trust: extra_ca.iter().map(|_| "--ca-file").chain(host.environment.trust.iter().copied()).collect(),
            extra_ca,
            environment: if which.sandbox { Environment::Sandbox } else { Environment::Production },
            label: which.registration.clone(),
            graph: which.graph && cloud.graph_audience().is_some(),
            store: which.store.store,
            cloud: Cloud { kept_as: settings.earlier_name(&cloud).filter(|_| earlier), ..cloud },
            settings,
            log: context.log()?,
        })
    }

    /// The same for a command that needs no more than the name, and so no login.
    pub(super) fn sealed_anywhere(context: &mut CommandContext<'_>, which: &Which) -> Result<Self, CommandError> {
        let mut which = which.clone();
        which.store.store = <_>::default();
        Self::sealed(context, &which)
    }

    /// What the world is made with.
    pub(super) fn options(&self, browser: Surroundings) -> Options {
        Options {
            cloud: self.cloud.clone(),
            label: self.label.clone(),
            extra_ca: self.extra_ca.clone(),
            keeping: self.settings.options(self.store),
            browser,
            log: self.log.clone(),
        }
    }

    /// Every registration of this person, to look at without a lock.
    pub(super) fn shelf(&self) -> RegistrationIndex {
        self.settings.index(self.store)
    }

    /// What its stores are made with.
    pub(super) fn settings(&self) -> &StoreSettings {
        &self.settings
    }

    /// What is told of which registration it is.
    pub(super) fn identity(&self, host: &Host, registration: &Registration) -> Identity {
        Identity::of(&self.name(), registration).reached(&host.flags, self.cloud.octo().is_some())
    }

    /// Under which name this registration is kept.
    pub(super) fn name(&self) -> String {
        self.name_in(self.environment)
    }

    /// Under which names this cloud's registrations are kept, of those that have the name that was given or none.
    pub(super) fn names(&self) -> [String; 2] {
        [Environment::Production, Environment::Sandbox].map(|environment| self.name_in(environment))
    }

    /// Whether a registration of this name is one of this cloud's.
    pub(super) fn has_in_cloud(&self, name: &str) -> bool {
        parts_of(name).1 == self.cloud.keeping_name().as_deref()
    }

    /// The registration of this name, reached in the same way; `None` where only a file tells which cloud it is of.
    pub(super) fn among(&self, name: &str) -> Option<Self> {
        let (_, of, label) = parts_of(name);
        let built_in = || Cloud::built_in().into_iter().find(|cloud| cloud.keeping_name().as_deref() == of);
        let cloud = if self.has_in_cloud(name) { Some(self.cloud.clone()) } else { built_in() }?;
        let label = label.map(Label::parse).transpose().ok()?;
        let environment = if is_sandbox(name) { Environment::Sandbox } else { Environment::Production };
        Some(Self { graph: self.graph && cloud.graph_audience().is_some(), cloud, label, environment, ..self.clone() })
    }

    /// One of several, with the flags that lead to it alone.
    pub(super) fn identity_among(&self, context: &CommandContext<'_>, name: &str, it: &Registration) -> Identity {
        let (given, of_cloud) = (&context.given, self.has_in_cloud(name));
        let reached = Reached {
            cloud: of_cloud.then_some(&given.cloud),
            store: (it.store == *self.store).then_some(&given.store),
            settings: &given.settings,
        };
        let mut identity = Identity::reached_by(name, it, &reached);
        identity.octo_state = identity.octo_state.filter(|_| !of_cloud || self.cloud.octo().is_some());
        identity
    }

    fn name_in(&self, environment: Environment) -> String {
        registration_name(environment, self.cloud.keeping_name().as_deref(), self.label.as_ref())
    }
}

/// Whether a registration of this name is a sandbox's.
pub(super) fn is_sandbox(name: &str) -> bool {
    parts_of(name).0 == Environment::Sandbox.key()
}

/// The registrations below the state folder, for a command that is about all of them.
pub(super) async fn shelf(
    context: &mut CommandContext<'_>,
    store: &StoreArguments,
    target: &Target,
) -> Result<RegistrationIndex, CommandError> {
    let mut settings = settings(context, store, target.extra_ca.as_deref())?;
    if takes_passphrase(store)? {
        settings.opener = Some(passphrase::get(context.host, store, &settings, None, true).await?);
    }
    Ok(settings.index(store.store))
}

/// Whether the store is opened with a passphrase. A passphrase for something else is a mistake that is not passed over.
fn takes_passphrase(store: &StoreArguments) -> Result<bool, CommandError> {
    let given = store.passphrase_fd.is_some() || store.passphrase_file.is_some() || store.identity_file.is_some();
    let wanted = store.store.unlock == Unlock::Passphrase;
    if given && !wanted {
        return Err(CommandError::usage("a passphrase or an identity belongs to a vault file: --store file"));
    }
    Ok(wanted)
}

fn settings(
    context: &mut CommandContext<'_>,
    store: &StoreArguments,
    extra_ca: Option<&[u8]>,
) -> Result<StoreSettings, CommandError> {
    let log = context.log()?;
    let engine = vault::engine(context, (store, extra_ca), log.clone())?;
    let host = &*context.host;
    let missing = || CommandError::usage(format!("there is no home folder ({HOME}) where journals are kept"));
    let state = host.environment.state().ok_or_else(missing)?;
    let remote = [Platform::LinuxRemote, Platform::WindowsRemote];
    let patience = Patience::new(!remote.contains(&machine::platform(host)));
    let doing = (&*context.settings.command, context.momentary);
    let key_vault = key_vault::key_vault(host, (store, extra_ca), doing, log)?;
    if key_vault.is_some() {
        context.key_vault.clone_from(&key_vault);
    }
    Ok(StoreSettings {
        state,
        program: host.program.clone(),
        opener: None,
        engine,
        key_vault,
        patience,
        session: <_>::default(),
    })
}

/// The cloud that the arguments name, and the bytes of the CA file.
pub(super) fn cloud(arguments: &CloudArguments) -> Result<(Cloud, Option<Vec<u8>>), String> {
    let read = |path: &Path, flag: &str| {
        std::fs::read(path).map_err(|error| format!("the file of --{flag} cannot be read: {}", error.kind()))
    };
    let cloud = match &arguments.cloud_file {
        None => match arguments.cloud {
            CloudName::Global => Cloud::global(),
            CloudName::China => Cloud::china(),
            CloudName::UsGov => Cloud::us_gov(),
        },
        Some(path) => Cloud::from_json(&intake::text(&read(path, "cloud-file")?))
            .map_err(|error| format!("the file of --cloud-file: {error}"))?,
    };
    let extra_ca = arguments.ca_file.as_deref().map(|path| read(path, "ca-file")).transpose()?;
    Ok((cloud, extra_ca))
}

/// The flags that say in which store secrets are kept, and what opens that.
const STORE: [&str; 3] = ["passphrase_file", "identity_file", "store"];

/// Those that say where a shared one is, and how it is logged in to.
const REACHED: [&str; 7] =
    ["vault_mount", "vault_path", "vault_login", "vault_role", "vault_login_file", "key_vault_url", "key_vault_login"];

/// The flags that this command was given, from wherever they came, a blank before each word.
#[derive(Debug, Default)]
pub(super) struct GivenFlags {
    /// What chooses the environment, and the registration of it.
    which: String,
    /// What says where Microsoft is reached, and whether its Graph is looked at.
    pub(super) cloud: String,
    /// What says where secrets are kept, and what opens that. A descriptor is not open any more when the next command runs.
    pub(super) store: String,
    /// What of that is about shared stores alone.
    reached: String,
    /// The folder of the settings.
    pub(super) settings: String,
    /// Whether the command is about the one registration that they name.
    about_one: bool,
}

impl GivenFlags {
    /// Reads them out of what was parsed.
    pub(super) fn of(mut matches: &ArgMatches, settings: Option<&Path>) -> Self {
        while let Some((_, inner)) = matches.subcommand() {
            matches = inner;
        }
        let given = |id: &str| {
            let said = matches!(matches.try_contains_id(id), Ok(true))
                && matches.value_source(id) != Some(ValueSource::DefaultValue);
            if said { matches.get_raw(id)?.next() } else { None }
        };
        let words = |ids: &[&str]| {
            let mut words = String::new();
            for id in ids {
                if let Some(value) = given(id) {
                    let value = if id.ends_with("file") {
                        mistake::path(Path::new(value), "FILE")
                    } else if id.contains("vault") {
                        mistake::name(value, &id.replace("key_", "").replace("vault_", "").to_uppercase())
                    } else {
                        value.display().to_string()
                    };
                    let _infallible = write!(words, " --{} {}", id.replace('_', "-"), Shell::HERE.quoted(&value));
                }
            }
            words
        };
        let folder =
            settings.map(|folder| format!(" --config-dir {}", Shell::HERE.quoted(&mistake::path(folder, "DIR"))));
        Self {
            which: if given("sandbox").is_some() { " --sandbox" } else { "" }.to_owned() + &words(&["registration"]),
            cloud: words(&["graph", "cloud", "cloud_file", "ca_file"]),
            store: words(&STORE) + &words(&REACHED),
            reached: words(&REACHED),
            settings: folder.unwrap_or_default(),
            about_one: ["sandbox", "cloud"].iter().all(|id| matches.try_contains_id(id).is_ok()),
        }
    }

    /// What stands behind each command that is told. A command about all registrations has only the folder of the settings in common
    /// with another.
    pub(super) fn behind_each_command(&self) -> String {
        let which = [&*self.which, &self.cloud, &self.store].concat();
        if self.about_one { which + &self.settings } else { self.settings.clone() }
    }

    /// The same for a command about this store, whichever one was named.
    pub(super) fn behind_one_about(&self, store: &StoreDescriptor) -> String {
        [&*self.which, &self.cloud, " --store ", store.key, &self.reached, &self.settings].concat()
    }
}

#[cfg(test)]
#[cfg(feature = "simulator")]
impl Target {
    /// Production in this cloud, for a test that brings a world of its own.
    pub(super) fn for_test(cloud: Cloud) -> Self {
        Self {
            cloud,
            extra_ca: None,
            trust: Vec::new(),
            environment: Environment::Production,
            label: None,
            graph: false,
            store: <&StoreDescriptor>::default(),
            settings: StoreSettings {
                state: std::path::PathBuf::new(),
                program: std::path::PathBuf::new(),
                opener: None,
                engine: None,
                key_vault: None,
                patience: Patience::new(true),
                session: <_>::default(),
            },
            log: None,
        }
    }
}
