//! Azure Key Vault: its secrets API, as one process reaches it (<https://learn.microsoft.com/en-us/rest/api/keyvault/secrets/>).
//!
//! It has versions and no conditional write: two that write at once are told apart afterwards, by what each says it was built on.
//! Secrets are in bodies alone: no path, no tag and no message has one.

mod login;
mod names;
mod secrets;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::sleep;
use url::Url;

use self::login::Token;
pub use self::login::{AzureLogin, ManagedIdentity};
pub(in crate::rooms::world) use self::names::{Anchor, Named};
pub use self::secrets::KeyVaultSecrets;
pub(in crate::rooms::world) use self::secrets::{Listed, Tags};
use super::secret_store::Answer;
use crate::cloud::{appended, authority, is_loopback};
use crate::words::{Cause, Failure, Service, SharedSecret, UntrustedText, VaultFault};
use crate::world::call_log::CallLog;
use crate::world::clock::{self, Stopwatch};
use crate::world::http::{Ask, Http, HttpOptions};
use crate::world::reply::{JSON_LIMIT, Reply};

/// The version of the API.
const API: &str = "7.4";

/// How long is waited for a vault that has not answered yet: nobody waits long for a wrong address.
const FIRST: u64 = 2_000;

/// How long a call may take.
const CALL: Duration = Duration::from_secs(25);

/// Where Key Vaults are: how their hosts end, what their tokens are for, and where these are signed in for.
const CLOUDS: [(&str, &str, &str); 3] = [
    (".vault.azure.net", "https://vault.azure.net", "https://login.microsoftonline.com"),
    (".vault.azure.cn", "https://vault.azure.cn", "https://login.partner.microsoftonline.cn"),
    (".vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net", "https://login.microsoftonline.us"),
];

/// Where a vault is, and how it is signed in to.
pub struct KeyVaultSettings {
    /// Its address, which [`KeyVaultSettings::known`] has looked at.
    pub address: Url,
    /// A CA certificate (PEM) to trust beside the system's, as everywhere.
    pub extra_ca: Option<Vec<u8>>,
    /// How it is signed in to.
    pub login: AzureLogin,
    /// Who works here, for whoever is told that somebody does.
    pub who: String,
    /// What is done here: the command's name.
    pub doing: String,
    /// Whether that is to get a token, a matter of a moment, beside whoever works on the registration.
    pub momentary: bool,
    /// How long a lease is claimed before it is ours: longer than a call takes, so that of two that claim it one is seen.
    pub claim: Duration,
    /// How long is waited for a vault that has answered and does not now, or does something else with a name first.
    pub patience: Duration,
    /// Where each call gets its line.
    pub log: Option<Arc<CallLog>>,
}

impl KeyVaultSettings {
    /// Whether an address is a Key Vault of one of Microsoft's clouds, or one on this machine: no other gets a token.
    pub fn known(address: &Url) -> bool {
        let plain = address.username().is_empty() && address.password().is_none() && address.path() == "/";
        let bare = address.query().is_none() && address.fragment().is_none();
        let host = address.host_str().unwrap_or_default();
        let microsofts = address.scheme() == "https"
            && address.port().is_none()
            && CLOUDS
                .iter()
                .any(|(end, ..)| host.strip_suffix(end).is_some_and(|name| !name.is_empty() && !name.contains('.')));
        plain && bare && (microsofts || is_loopback(address))
    }
}

/// A Key Vault, as one process reaches it.
pub struct KeyVault {
    settings: KeyVaultSettings,
    http: Http,
    token: tokio::sync::Mutex<Option<Token>>,
    answered: AtomicBool,
    /// Where what is kept of a registration is, as far as it was asked for.
    anchors: Mutex<BTreeMap<String, Anchor>>,
    /// Under which names a test item is.
    tests: Mutex<BTreeMap<String, Vec<String>>>,
    /// Until when the last of what was deleted here and not purged can be brought back.
    recoverable: Mutex<Option<Timestamp>>,
}

impl fmt::Debug for KeyVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyVault at {}", self.settings.address)
    }
}

/// What is asked, and which action of a role that takes.
struct Asked<'a> {
    method: Method,
    url: Url,
    body: Option<&'a [u8]>,
    action: &'static str,
    /// Whether there may be nothing.
    or_none: bool,
    /// Whether a secret goes or comes: then the connection is closed with the answer, as everywhere.
    secret: bool,
    /// Whether it comes from a thread that ends: once, on a connection of its own, with the token at hand.
    last: bool,
}

impl Asked<'_> {
    fn new(method: Method, url: Url, action: &'static str) -> Self {
        Self { method, url, body: None, action, or_none: false, secret: false, last: false }
    }

    fn or_none(self) -> Self {
        Self { or_none: true, ..self }
    }
}

#[derive(Default, Deserialize)]
struct Refusal {
    error: RefusalBody,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RefusalBody {
    message: String,
    innererror: Inner,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Inner {
    code: String,
}

impl KeyVault {
    /// Takes the settings. Nothing is asked yet.
    pub fn new(settings: KeyVaultSettings) -> Answer<Self> {
        let options = HttpOptions {
            extra_ca: settings.extra_ca.clone(),
            patience: CALL,
            log: settings.log.clone(),
            ..HttpOptions::default()
        };
        Ok(Self {
            http: Http::new(&options)?,
            settings: KeyVaultSettings {
                who: format!("{} (process {})", settings.who, std::process::id()),
                ..settings
            },
            token: tokio::sync::Mutex::default(),
            answered: AtomicBool::new(false),
            anchors: Mutex::default(),
            tests: Mutex::default(),
            recoverable: Mutex::default(),
        })
    }

    /// What is done here, and by whom.
    pub(in crate::rooms::world) fn settings(&self) -> &KeyVaultSettings {
        &self.settings
    }

    /// Where something is, for a person.
    pub(in crate::rooms::world) fn place(&self, name: &str) -> String {
        format!("{name} of {}", authority(&self.settings.address))
    }

    /// How it is reached, to be said wherever other trust is.
    pub fn trust(&self) -> String {
        let KeyVaultSettings { address, extra_ca, login, .. } = &self.settings;
        let more = if extra_ca.is_some() { " and that of --ca-file" } else { "" };
        format!("{}, the system's CAs{more}, signed in {login}", authority(address))
    }

    /// Until when secrets that were deleted here can be brought back by whoever may; `None` if none can.
    pub fn recoverable(&self) -> Option<Timestamp> {
        *self.recoverable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What tokens for this vault are for, and where they are signed in for. One on this machine has its own Entra.
    fn cloud(&self) -> (&'static str, Url) {
        let address = &self.settings.address;
        let host = address.host_str().unwrap_or_default();
        let known = CLOUDS.iter().find(|(end, ..)| host.ends_with(end));
        let login = known.and_then(|(_, _, login)| Url::parse(login).ok());
        let [(_, usual, _), ..] = &CLOUDS;
        (known.map_or(usual, |(_, audience, _)| audience), login.unwrap_or_else(|| address.clone()))
    }

    fn url(&self, words: &[&str]) -> Url {
        let mut url = appended(&self.settings.address, words);
        url.query_pairs_mut().append_pair("api-version", API);
        url
    }

    /// Asks until there is an answer, again while the vault is busy or away: whoever writes sees afterwards whether it was written twice.
    async fn ask(&self, asked: &Asked<'_>) -> Answer<Reply> {
        let watch = Stopwatch::start();
        let mut pause = Duration::from_millis(100);
        loop {
            let answered = match self.send(asked).await {
                Ok(reply) => self.taken(reply, asked),
                Err(failure) => Err(failure),
            };
            let patience = u64::try_from(self.settings.patience.as_millis()).unwrap_or(u64::MAX);
            let most = if self.answered.load(Ordering::Relaxed) { patience } else { FIRST.min(patience) };
            match answered {
                Err(failure) if !asked.last && may_pass(&failure) && watch.milliseconds() < most => {
                    sleep(failure.retry_after.unwrap_or(pause).min(Duration::from_millis(most))).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
                other => return other,
            }
        }
    }

    /// Sends a call with our token; one that is not taken any more is got anew, once.
    async fn send(&self, asked: &Asked<'_>) -> Answer<Reply> {
        let reply = self.call(asked, &self.token(asked.last).await?).await?;
        if reply.head.status == 401 && !asked.last && self.token.lock().await.take().is_some() {
            return self.call(asked, &self.token(false).await?).await;
        }
        Ok(reply)
    }

    async fn call(&self, asked: &Asked<'_>, token: &SharedSecret) -> Answer<Reply> {
        let mut ask = Ask::get(Service::KeyVault, asked.url.clone()).bearing(token);
        ask.method = asked.method.clone();
        ask.alone = asked.secret || asked.last;
        if let Some(body) = asked.body {
            ask.body = body.to_vec();
            ask = ask.with("content-type", "application/json");
        }
        self.http.raw(ask).await?.reply(JSON_LIMIT, false).await
    }

    /// An answer that can be gone on with, or what the refusal means: on which name, and which action of a role that would have taken.
    fn taken(&self, reply: Reply, asked: &Asked<'_>) -> Answer<Reply> {
        let (status, host) = (reply.head.status, &reply.head.host);
        self.answered.fetch_or(status < 500, Ordering::Relaxed);
        if reply.head.is_success() || asked.or_none && status == 404 {
            return Ok(reply);
        }
        let said: Refusal = serde_json::from_slice(&reply.body).unwrap_or_default();
        let inner = said.error.innererror.code.as_str();
        let path = asked.url.path().trim_start_matches('/');
        let name = path.split('/').nth(1).unwrap_or("all secrets");
        let vault = |fault| Cause::Vault(fault);
        let (cause, detail) = match status {
            401 => (vault(VaultFault::LoggedOut), format!("{host}, signed in {}", self.settings.login)),
            403 => (vault(VaultFault::Denied), format!("{} on {name} of {host}", asked.action)),
            409 if inner.starts_with("ObjectIsBeing") => (vault(VaultFault::Conflict), format!("{name} of {host}")),
            409 => (vault(VaultFault::SoftDeleted), format!("{name} of {host}")),
            413 => (vault(VaultFault::TooLarge), format!("{name} of {host}")),
            429 => (vault(VaultFault::Quota), host.clone()),
            500..=599 => (Cause::Broken, format!("{status} from {host}")),
            _ => (vault(VaultFault::Other), format!("{status} from {host}")),
        };
        let refusal = reply.refusal();
        Err(Box::new(Failure {
            status: Some(status),
            sentence: UntrustedText::some(&said.error.message),
            error: UntrustedText::some(inner),
            request_id: refusal.request_id,
            retry_after: refusal.retry_after,
            ..*Self::failed(cause, &detail)
        }))
    }

    /// A failure of the vault, now.
    pub(in crate::rooms::world) fn failure(fault: VaultFault, detail: &str) -> Box<Failure> {
        Self::failed(Cause::Vault(fault), detail)
    }

    /// The same for what is no fault of a store.
    pub(in crate::rooms::world) fn failed(cause: Cause, detail: &str) -> Box<Failure> {
        let failure = Failure::new(Service::KeyVault, cause).with_detail(detail);
        Box::new(Failure { at: Some(clock::now()), ..failure })
    }
}

fn read<T: DeserializeOwned>(reply: &Reply) -> Answer<T> {
    serde_json::from_slice(&reply.body).map_err(|_unshown| reply.unreadable("not what Key Vault answers"))
}

/// What is over after a while.
fn may_pass(failure: &Failure) -> bool {
    matches!(
        failure.cause,
        Cause::NoConnection | Cause::Broken | Cause::TimedOut | Cause::Vault(VaultFault::Quota | VaultFault::Conflict)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_a_key_vault_and_nowhere_else() {
        let known = |address: &str| KeyVaultSettings::known(&Url::parse(address).unwrap());
        for good in [
            "https://contoso-csp.vault.azure.net",
            "https://contoso.vault.azure.cn/",
            "https://contoso.vault.usgovcloudapi.net",
            "http://localhost:8080",
            "https://127.0.0.1:1",
        ] {
            assert!(known(good), "{good}");
        }
        for bad in [
            "http://contoso.vault.azure.net",
            "https://vault.azure.net",
            "https://contoso.vault.azure.net.example",
            "https://contoso.vault.azure.net:8443",
            "https://user@contoso.vault.azure.net",
            "https://contoso.vault.azure.net/secrets",
            "https://contoso.vault.azure.net/?x",
            "https://a.b.vault.azure.net",
            "https://vault.example",
        ] {
            assert!(!known(bad), "{bad}");
        }
    }
}
