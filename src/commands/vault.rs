//! The shared vault: where its engine is, by the variables that every user of Vault has set, and how it is logged in to.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use crate::cli::{LoginName, StoreArguments, VaultArguments};
use crate::cloud::is_loopback;
use crate::commands::context::CommandContext;
use crate::commands::error::CommandError;
use crate::commands::{intake, passphrase};
use crate::host::Host;
use crate::words::store::SHARED_VAULT;
use crate::words::{Secret, SharedSecret};
use crate::world::call_log::CallLog;
use crate::world::store::{Credential, Engine, EngineSettings, Login, LoginMethod};

/// The mount that every new server has.
const MOUNT: &str = "secret";

/// The path below it.
const PATH: &str = "octo-csp";

/// Where the token helper of Vault's own command line keeps a token, below the home.
const HELPER: &str = ".vault-token";

/// Where a pod finds the token of its service account.
const POD: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// The engine of the shared vault, if that is the store that was asked for.
pub(super) fn engine(
    context: &mut CommandContext<'_>,
    (store, extra_ca): (&StoreArguments, Option<&[u8]>),
    log: Option<Arc<CallLog>>,
) -> Result<Option<Arc<Engine>>, CommandError> {
    if *store.store != SHARED_VAULT {
        return Ok(None);
    }
    let (doing, momentary) = (context.settings.command.clone(), context.momentary);
    let host = &mut *context.host;
    let address = host.environment.vault_address.as_deref().ok_or_else(|| {
        CommandError::usage(
            "--store vault needs its address: VAULT_ADDR (or BAO_ADDR), such as https://vault.example:8200",
        )
    })?;
    let wrong = "VAULT_ADDR (or BAO_ADDR) is no https address";
    let address = Url::parse(address).map_err(|_not_shown| CommandError::usage(wrong))?;
    let plain = address.scheme() == "http" && is_loopback(&address);
    if address.scheme() != "https" && !plain || !address.username().is_empty() || address.password().is_some() {
        return Err(CommandError::usage(wrong));
    }
    let ca = host.environment.vault_ca.as_deref().map(std::fs::read).transpose();
    let ca = ca.map_err(|error| {
        CommandError::usage(format!("the file of VAULT_CACERT (or BAO_CACERT) cannot be read: {}", error.kind()))
    })?;
    let settings = EngineSettings {
        address,
        namespace: host.environment.vault_namespace.clone(),
        ca,
        extra_ca: extra_ca.map(<[u8]>::to_vec),
        mount: mount(&store.vault)?,
        path: path(&store.vault)?,
        login: login(host, store)?,
        who: who(host),
        doing,
        momentary,
        log,
    };
    Ok(Some(Arc::new(Engine::new(settings)?)))
}

/// The mount of the KV store.
pub(super) fn mount(vault: &VaultArguments) -> Result<String, CommandError> {
    plain(vault.mount.as_deref().unwrap_or(MOUNT))
}

/// The path below it.
pub(super) fn path(vault: &VaultArguments) -> Result<String, CommandError> {
    plain(vault.path.as_deref().unwrap_or(PATH))
}

/// A mount, or a path below one. It stands in addresses, so it is plain.
fn plain(text: &str) -> Result<String, CommandError> {
    let text = text.trim_matches('/');
    let good = |word: &str| {
        !word.is_empty()
            && word != ".."
            && word != "."
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if text.split('/').all(good) {
        return Ok(text.to_owned());
    }
    Err(CommandError::usage("--vault-mount and --vault-path are letters, digits, dots, hyphens and slashes"))
}

fn login(host: &mut Host, store: &StoreArguments) -> Result<Login, CommandError> {
    let method = match store.vault.login.unwrap_or_default() {
        LoginName::Token => return token(host),
        LoginName::Approle => LoginMethod::AppRole,
        LoginName::Jwt => LoginMethod::Jwt,
        LoginName::Kubernetes => LoginMethod::Kubernetes,
    };
    let role = store.vault.role.clone().ok_or_else(|| CommandError::usage("--vault-login needs --vault-role"))?;
    let what = "the file of --vault-login-file";
    let credential = match (store.vault.login_fd, &store.vault.login_file, method) {
        (Some(number), ..) => Credential::Read(passphrase::descriptor(host, number)?),
        (None, Some(file), LoginMethod::AppRole) => {
            Credential::Read(line(passphrase::private(file, what, "a secret ID")?, what)?)
        }
        (None, Some(file), LoginMethod::Jwt | LoginMethod::Kubernetes) => Credential::File(file.clone()),
        (None, None, LoginMethod::Kubernetes) => Credential::File(PathBuf::from(POD)),
        (None, None, LoginMethod::AppRole | LoginMethod::Jwt) => {
            return Err(CommandError::usage("--vault-login needs --vault-login-file FILE or --vault-login-fd N"));
        }
    };
    Ok(Login::Role { method, role, credential })
}

/// A token of the environment, or of the token helper.
fn token(host: &Host) -> Result<Login, CommandError> {
    if let Some(token) = &host.environment.vault_token {
        return Ok(Login::Token(SharedSecret::clone(token), "VAULT_TOKEN or BAO_TOKEN".to_owned()));
    }
    let what = [if cfg!(windows) { r"%USERPROFILE%\" } else { "~/" }, HELPER].concat();
    let file = host.environment.home.as_deref().map(|home| home.join(HELPER)).filter(|file| file.exists());
    let file = file.ok_or_else(|| {
        CommandError::usage(format!(
            "--store vault needs a login: VAULT_TOKEN (or BAO_TOKEN), bao login (which keeps {what}), or --vault-login approle|jwt|kubernetes",
        ))
    })?;
    Ok(Login::Token(line(passphrase::private(&file, &what, "a token")?, &what)?, what))
}

/// The one line of a file, without its end.
fn line(mut file: File, what: &str) -> Result<SharedSecret, CommandError> {
    let text = intake::read(&mut file, false).ok();
    let line = text.as_ref().map_or("", |text| text.reveal().trim());
    if line.is_empty() || line.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
        return Err(CommandError::usage(format!("{what} is not one line of text")));
    }
    Ok(Secret::shared(line.to_owned()))
}

/// Who works here, for whoever is told that somebody does.
pub(super) fn who(host: &Host) -> String {
    let (user, host) = names(host);
    let known = |name: Option<String>, what: &str| name.unwrap_or_else(|| format!("an unknown {what}"));
    format!("{} on {}", known(user, "user"), known(host, "host"))
}

#[cfg(unix)]
fn names(_host: &Host) -> (Option<String>, Option<String>) {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid()).ok().flatten().map(|user| user.name);
    (user, nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()))
}

/// Windows sets them for every process, also over SSH and for a service. They are read by people, and prove nothing.
#[cfg(not(unix))]
fn names(host: &Host) -> (Option<String>, Option<String>) {
    let says = |name| host.environment.says(name).filter(|value| !value.trim().is_empty()).map(str::to_owned);
    (says("USERNAME"), says("COMPUTERNAME"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_an_address_is_plain() {
        assert_eq!(plain("/team/kv/").unwrap(), "team/kv");
        for bad in ["", "/", "a//b", "../sys", "a/./b", "a b", "a?b", "ä"] {
            assert!(plain(bad).is_err(), "{bad}");
        }
    }
}
