//! Everything the process is given: arguments, environment, folders. `main` makes the real one; tests make another.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::words::{Secret, SharedSecret};

/// What the process was given.
pub struct Host {
    /// The arguments, the program's name first.
    pub arguments: Vec<OsString>,
    /// The variables that this program looks at. No other is read, and none moves an address.
    pub environment: Environment,
    /// Our own executable.
    pub program: PathBuf,
    /// Operating system and processor, for a report.
    pub machine: String,
    /// Whether standard input is a terminal: then nothing is read from it without a question.
    pub input_is_terminal: bool,
    /// Whether standard output is a terminal: then a secret is not printed by accident.
    pub output_is_terminal: bool,
    /// Finds the zone for times on the screen; most commands show none.
    pub zone: fn() -> TimeZone,
    /// Standard input.
    pub input: Box<dyn Read + Send>,
    /// Standard output.
    pub out: Box<dyn Write>,
    /// Standard error.
    pub err: Box<dyn Write>,
    /// Whether something was printed on standard output.
    pub printed: bool,
    /// What stands behind each command of this program that is told, a blank before each word: the flags by which it is about the
    /// same registration, reached and kept in the same way.
    pub flags: String,
}

impl Host {
    /// Whether standard input and output are terminals.
    pub fn on_terminal(&self) -> bool {
        self.input_is_terminal && self.output_is_terminal
    }

    /// Talks to the person on standard error, beside what is printed.
    pub fn note(&mut self, text: &str) {
        let _closed = writeln!(self.err, "{text}");
    }

    /// The same process for one registration of several, to which these flags lead; it says nothing by itself.
    #[must_use]
    pub fn quiet(&self, flags: String) -> Self {
        Self {
            arguments: self.arguments.clone(),
            environment: self.environment.clone(),
            program: self.program.clone(),
            machine: self.machine.clone(),
            input: Box::new(io::empty()),
            out: Box::new(io::sink()),
            err: Box::new(io::sink()),
            flags,
            ..*self
        }
    }

    /// A command of this program as it is told.
    pub fn command(&self, what: &str) -> String {
        format!("octo-csp {what}{}", self.flags)
    }

    /// Prints on standard output.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        self.printed = true;
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

/// The variables by which the library that checks certificates takes others than the system's.
const TRUST: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
/// Whether it does: macOS and Windows are asked themselves.
const HAS_TRUST: bool = cfg!(all(unix, not(target_os = "macos")));

/// The variables that tell of the terminal, of the desktop, and on Windows who works where.
const SURROUNDINGS: &str = "ACCESSIBLE NO_COLOR CLICOLOR CLICOLOR_FORCE TERM LC_ALL LC_CTYPE LANG BROWSER DISPLAY \
                            WAYLAND_DISPLAY SSH_CONNECTION WSL_DISTRO_NAME USERNAME COMPUTERNAME";

/// The variable that names the home folder.
pub const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// How the variables begin that are settings.
pub const VARIABLES: &str = "OCTO_CSP_";

/// The variables that are looked at.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `HOME` (`USERPROFILE` on Windows).
    pub home: Option<PathBuf>,
    /// `XDG_STATE_HOME` (`LOCALAPPDATA` on Windows).
    pub state_home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME` (`APPDATA` on Windows).
    pub config_home: Option<PathBuf>,
    /// The variables that begin with [`VARIABLES`], by name.
    pub settings: BTreeMap<String, OsString>,
    /// Those of `SSL_CERT_FILE` and `SSL_CERT_DIR` that are set: they name the certificates that are trusted.
    pub trust: Vec<&'static str>,
    /// What the variables say that tell of the terminal, of the desktop and of who works where, by name: those of [`SURROUNDINGS`] that are text.
    pub surroundings: BTreeMap<&'static str, String>,
    /// `CREDENTIALS_DIRECTORY`: where systemd puts what a service may know, for the passphrase of a vault file and nothing else.
    pub credentials: Option<PathBuf>,
    /// `BAO_ADDR`, or else `VAULT_ADDR`: where the shared vault is. Looked at where that is asked for, and nowhere else.
    pub vault_address: Option<String>,
    /// `BAO_TOKEN`, or else `VAULT_TOKEN`.
    pub vault_token: Option<SharedSecret>,
    /// `BAO_NAMESPACE`, or else `VAULT_NAMESPACE`.
    pub vault_namespace: Option<String>,
    /// `BAO_CACERT`, or else `VAULT_CACERT`: the file with the CA that signed the vault's certificate.
    pub vault_ca: Option<PathBuf>,
    /// The variables by which Microsoft's own clients reach a Key Vault. Looked at where that is asked for, and nowhere else.
    pub azure: Azure,
    /// `ALPHAUS_CLIENT_ID`, as Alphaus' bluectl reads it.
    pub alphaus_client_id: Option<String>,
    /// `ALPHAUS_CLIENT_SECRET`.
    pub alphaus_client_secret: Option<SharedSecret>,
    /// `ALPHAUS_AUTH_URL`: it chooses between addresses that are known, and moves none.
    pub alphaus_auth_url: Option<String>,
}

/// What Microsoft's own clients look at.
#[derive(Clone, Debug, Default)]
pub struct Azure {
    /// `AZURE_KEY_VAULT_URL`: the vault.
    pub key_vault: Option<String>,
    /// `AZURE_TENANT_ID`: the directory that is signed in to.
    pub tenant: Option<String>,
    /// `AZURE_CLIENT_ID`: the application, or which identity of the machine.
    pub client: Option<String>,
    /// `AZURE_CLIENT_SECRET`.
    pub secret: Option<SharedSecret>,
    /// `AZURE_FEDERATED_TOKEN_FILE`: the file with the token of a pod.
    pub token_file: Option<PathBuf>,
    /// `IDENTITY_ENDPOINT`: where App Service gives the token of its identity.
    pub identity_endpoint: Option<String>,
    /// `IDENTITY_HEADER`: what proves that one may ask there.
    pub identity_header: Option<SharedSecret>,
    /// `AZURE_POD_IDENTITY_AUTHORITY_HOST`: the metadata service, where it is not at its usual address.
    pub identity_host: Option<String>,
    /// `PATH`, for `az`.
    pub search: OsString,
}

impl Environment {
    /// Reads them from wherever `variable` gets them.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| variable(name).and_then(|value| value.into_string().ok());
        let given = |name: &str| text(name).filter(|value| !value.trim().is_empty());
        // OpenBao's own command line takes both, its own first.
        let vault = |name: &str| given(&format!("BAO_{name}")).or_else(|| given(&format!("VAULT_{name}")));
        let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let (state, config) =
            if cfg!(windows) { ("LOCALAPPDATA", "APPDATA") } else { ("XDG_STATE_HOME", "XDG_CONFIG_HOME") };
        Self {
            home: path(HOME),
            state_home: path(state),
            config_home: path(config),
            settings: BTreeMap::new(),
            trust: TRUST.into_iter().filter(|name| HAS_TRUST && given(name).is_some()).collect(),
            surroundings: SURROUNDINGS.split(' ').filter_map(|name| Some((name, text(name)?))).collect(),
            credentials: path("CREDENTIALS_DIRECTORY"),
            vault_address: vault("ADDR"),
            vault_token: vault("TOKEN").map(Secret::shared),
            vault_namespace: vault("NAMESPACE"),
            vault_ca: vault("CACERT").map(PathBuf::from),
            azure: Azure {
                key_vault: given("AZURE_KEY_VAULT_URL"),
                tenant: given("AZURE_TENANT_ID"),
                client: given("AZURE_CLIENT_ID"),
                secret: given("AZURE_CLIENT_SECRET").map(Secret::shared),
                token_file: path("AZURE_FEDERATED_TOKEN_FILE"),
                identity_endpoint: given("IDENTITY_ENDPOINT"),
                identity_header: given("IDENTITY_HEADER").map(Secret::shared),
                identity_host: given("AZURE_POD_IDENTITY_AUTHORITY_HOST"),
                search: variable("PATH").unwrap_or_default(),
            },
            alphaus_client_id: given("ALPHAUS_CLIENT_ID"),
            alphaus_client_secret: given("ALPHAUS_CLIENT_SECRET").map(Secret::shared),
            alphaus_auth_url: given("ALPHAUS_AUTH_URL"),
        }
    }

    /// What a variable says that tells of the terminal or of the desktop.
    pub fn says(&self, name: &'static str) -> Option<&str> {
        debug_assert!(SURROUNDINGS.split(' ').any(|known| known == name), "{name} is not looked at");
        self.surroundings.get(name).map(String::as_str)
    }

    /// The same with the settings among all variables.
    #[must_use]
    pub fn with_settings(mut self, all: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let settings = all.into_iter().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.starts_with(VARIABLES).then_some((name, value))
        });
        self.settings.extend(settings);
        self
    }

    /// The folder of the config file: `$XDG_CONFIG_HOME/octo-csp`, else `~/.config/octo-csp`; the platforms' equivalents
    /// elsewhere. `None` when there is no home.
    pub fn config(&self) -> Option<PathBuf> {
        self.folder(self.config_home.as_ref(), &[".config"])
    }

    /// The folder of journals and drafts: `$XDG_STATE_HOME/octo-csp`, else `~/.local/state/octo-csp`; the platforms'
    /// equivalents elsewhere. `None` when there is no home.
    pub fn state(&self) -> Option<PathBuf> {
        self.folder(self.state_home.as_ref(), &[".local", "state"])
    }

    /// Our folder below the one that a variable names, else below the `usual` one of the home. A relative path in the variable is
    /// ignored, as the XDG base directory specification asks.
    fn folder(&self, named: Option<&PathBuf>, usual: &[&str]) -> Option<PathBuf> {
        let usual: &[&str] = if cfg!(target_os = "macos") { &["Library", "Application Support"] } else { usual };
        let named = named.filter(|path| path.is_absolute()).cloned();
        let mut base = named.or_else(|| {
            let mut home = self.home.clone()?;
            home.extend(usual);
            Some(home)
        })?;
        base.push("octo-csp");
        Some(base)
    }
}
