//! How a Key Vault is signed in to: as an application, with the token of a pod, with the identity of the machine, or as whoever is signed
//! in with `az`. Each gives a token of Entra for the vault, which is kept until it is almost over.

use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use http::Method;
use serde_json::{Map, Value};
use tokio::process::Command;
use tokio::time::timeout;
use url::{Url, form_urlencoded};

use super::KeyVault;
use crate::cloud::appended;
use crate::microsoft::json;
use crate::words::{Secret, Service, SharedSecret, UntrustedText, VaultFault};
use crate::world::child;
use crate::world::clock::{self, Stopwatch};
use crate::world::http::Ask;
use crate::world::reply::{JSON_LIMIT, Reply};
use crate::world::store::Answer;

/// How it is signed in to.
pub enum AzureLogin {
    /// As an application, with its secret.
    Application {
        /// Its directory.
        tenant: String,
        /// Its id.
        client: String,
        /// Its secret.
        secret: SharedSecret,
    },
    /// As an application, with a token of the pod in place of the secret (workload identity). The file is read at each sign-in.
    Workload {
        /// Its directory.
        tenant: String,
        /// Its id.
        client: String,
        /// The file with the token.
        file: PathBuf,
    },
    /// With the identity of the machine, or of one that it has among others.
    Managed(ManagedIdentity, Option<String>),
    /// As whoever is signed in with `az`, which this program is.
    Cli(PathBuf),
}

/// Where a managed identity is asked for.
pub enum ManagedIdentity {
    /// A web app: at this address, with this header.
    Service(Url, SharedSecret),
    /// A virtual machine: at the metadata service.
    Machine(Url),
}

impl fmt::Display for AzureLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application { client, .. } => write!(f, "as the application {}", UntrustedText::new(client)),
            Self::Workload { client, .. } => write!(f, "as the application {} (pod)", UntrustedText::new(client)),
            Self::Managed(..) => f.write_str("with the machine's identity"),
            Self::Cli(_) => f.write_str("with az"),
        }
    }
}

/// A token, and when another one is due.
pub(super) struct Token {
    secret: SharedSecret,
    watch: Stopwatch,
    good_for: Duration,
}

/// How long before its end a token is not used any more.
const EARLY: u64 = 300;

/// How long `az` may take: it is slow to start.
const AZ: Duration = Duration::from_secs(30);

/// What a token of a pod is, to Entra.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl KeyVault {
    /// The token to ask with: signs in where that was not done, or is almost over. Of a process that ends, the one at hand.
    pub(super) async fn token(&self, at_hand: bool) -> Answer<SharedSecret> {
        if at_hand {
            let held = self.token.try_lock().ok();
            let token = held.and_then(|held| Some(SharedSecret::clone(&held.as_ref()?.secret)));
            return token.ok_or_else(|| self.logged_out("no token is at hand"));
        }
        let mut held = self.token.lock().await;
        let over = |held: &Token| Duration::from_millis(held.watch.milliseconds()) >= held.good_for;
        let token = match held.take().filter(|held| !over(held)) {
            Some(good) => good,
            None => self.sign_in().await?,
        };
        Ok(SharedSecret::clone(&held.insert(token).secret))
    }

    async fn sign_in(&self) -> Answer<Token> {
        let (audience, login) = self.cloud();
        let scope = format!("{audience}/.default");
        match &self.settings().login {
            AzureLogin::Application { tenant, client, secret } => {
                let fields = [("client_id", client.as_str()), ("client_secret", secret.reveal()), ("scope", &scope)];
                self.granted(&login, tenant, &fields).await
            }
            AzureLogin::Workload { tenant, client, file } => {
                let assertion = std::fs::read_to_string(file).map(|text| Secret::new(text.trim().to_owned()));
                let assertion =
                    assertion.map_err(|error| self.logged_out(&format!("{}: {}", file.display(), error.kind())))?;
                let fields = [
                    ("client_id", client.as_str()),
                    ("client_assertion_type", ASSERTION),
                    ("client_assertion", assertion.reveal()),
                    ("scope", &scope),
                ];
                self.granted(&login, tenant, &fields).await
            }
            AzureLogin::Managed(identity, client) => self.managed(identity, client.as_deref(), audience).await,
            AzureLogin::Cli(program) => self.cli(program, audience).await,
        }
    }

    /// Client credentials (entra-docs, v2-oauth2-client-creds-grant-flow).
    async fn granted(&self, login: &Url, tenant: &str, fields: &[(&str, &str)]) -> Answer<Token> {
        let url = appended(login, &[tenant, "oauth2", "v2.0", "token"]);
        let form = {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("grant_type", "client_credentials").extend_pairs(fields).finish()
        };
        let ask = Ask::post(Service::KeyVault, url, form.into_bytes());
        self.told(ask.with("content-type", "application/x-www-form-urlencoded")).await
    }

    /// A managed identity (entra-docs, how-to-use-vm-token; app-service, overview-managed-identity).
    async fn managed(&self, identity: &ManagedIdentity, client: Option<&str>, audience: &str) -> Answer<Token> {
        let (mut url, version) = match identity {
            ManagedIdentity::Service(url, _) => (url.clone(), "2019-08-01"),
            ManagedIdentity::Machine(host) => {
                (appended(host, &["metadata", "identity", "oauth2", "token"]), "2018-02-01")
            }
        };
        url.query_pairs_mut().append_pair("api-version", version).append_pair("resource", audience);
        if let Some(client) = client {
            url.query_pairs_mut().append_pair("client_id", client);
        }
        let mut ask = Ask::get(Service::KeyVault, url).with("metadata", "true");
        if let ManagedIdentity::Service(_, header) = identity {
            ask = ask.with("x-identity-header", header.reveal());
        }
        ask.alone = true;
        self.told(ask).await
    }

    async fn told(&self, ask: Ask) -> Answer<Token> {
        debug_assert!([Method::GET, Method::POST].contains(&ask.method));
        let reply = self.http.raw(ask).await?.reply(JSON_LIMIT, false).await?;
        match token(&json::object(&reply.body).unwrap_or_default(), "access_token") {
            Some(token) if reply.head.is_success() => Ok(token),
            _ => Err(self.refused(&reply)),
        }
    }

    /// What `az` says, whose own words are not shown: they may hold anything.
    async fn cli(&self, program: &std::path::Path, audience: &str) -> Answer<Token> {
        let mut command = Command::from(child::command(program));
        command.args(["account", "get-access-token", "--output", "json", "--resource", audience]);
        command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let output = timeout(AZ, command.output()).await;
        let failed = |words: &str| self.logged_out(&format!("az {words}"));
        let output = output.map_err(|_elapsed| failed("does not answer"))?;
        let output = output.map_err(|error| failed(&format!("cannot be started: {}", error.kind())))?;
        let stdout = zeroize::Zeroizing::new(output.stdout);
        let told = json::object(&stdout).unwrap_or_default();
        let token = token(&told, "accessToken").filter(|_| output.status.success());
        token.ok_or_else(|| failed("has no sign-in: az login"))
    }

    fn refused(&self, reply: &Reply) -> Box<crate::words::Failure> {
        let said = *reply.refusal();
        let code = said.codes.first().map_or_else(|| reply.head.status.to_string(), |code| format!("AADSTS{code}"));
        let failure = *self.logged_out(&format!("{code} from {}", reply.head.host));
        let crate::words::Failure { status, sentence, trace_id, correlation_id, request_id, .. } = said;
        Box::new(crate::words::Failure { status, sentence, trace_id, correlation_id, request_id, ..failure })
    }

    fn logged_out(&self, why: &str) -> Box<crate::words::Failure> {
        Self::failure(VaultFault::LoggedOut, &format!("{}: {why}", self.settings().login))
    }
}

/// Reads a token and how long it is good for: seconds, or the second at which it ends, each as a number or as text.
fn token(told: &Map<String, Value>, name: &str) -> Option<Token> {
    let number = |name: &str| {
        let value = told.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    };
    let token = Secret::shared(told.get(name)?.as_str().filter(|token| !token.is_empty())?.to_owned());
    let left = number("expires_in").or_else(|| Some(number("expires_on")? - clock::now().as_second()));
    let left = u64::try_from(left.unwrap_or(0)).unwrap_or(0);
    Some(Token {
        secret: token,
        watch: Stopwatch::start(),
        good_for: Duration::from_secs(left.saturating_sub(EARLY).max(1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_in_many_ways_how_long_it_is_good_for() {
        let good = |told: Value| Some(token(told.as_object()?, "access_token")?.good_for.as_secs());
        let ends = clock::now().as_second() + 3_600;
        assert_eq!(good(serde_json::json!({"access_token": "t", "expires_in": 3_599})), Some(3_299));
        assert_eq!(good(serde_json::json!({"access_token": "t", "expires_in": "3599"})), Some(3_299));
        let by_end = good(serde_json::json!({"access_token": "t", "expires_on": ends.to_string()})).unwrap();
        assert!((3_295..=3_300).contains(&by_end), "{by_end}");
        assert_eq!(good(serde_json::json!({"access_token": "t"})), Some(1), "used at once, and no longer");
        assert_eq!(good(serde_json::json!({"access_token": ""})), None);
        assert_eq!(good(serde_json::json!({"token": "t"})), None);
    }
}
