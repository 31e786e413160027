//! A Microsoft of one's own on loopback: Entra ID, Partner Center, the price service, Octo and a Key Vault
//! behind one port.
//!
//! It is a real HTTP(S) server, so the clients that ship are exercised whole, and it is strict: what Microsoft refuses, it
//! refuses, with Microsoft's numbers. What it knows comes from public documentation and public reports; where those are
//! silent it does the plain thing and nobody should rely on it. It knows nothing of this program but [`Cloud`].

mod chance;
mod clock;
mod entra;
mod http;
mod key_vault;
mod keys;
mod octo;
mod partner_center;
mod person;
mod price;
mod refused;
mod scenario;
mod serve;
mod state;
mod tls;
mod wire;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::cloud::Cloud;

pub use person::Person;
pub use scenario::Scenario;
pub use state::Facts;
#[cfg(feature = "test-door")]
pub use state::{Counters, Member, RequestLog};

use state::Shared;
use tls::Authority;

/// What kind of simulator to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1 and `[::1]`; `None` takes a free one.
    pub port: Option<u16>,
    /// Whether to speak https, with a certificate authority made for this run.
    pub tls: bool,
    /// The misfortune to play.
    pub scenario: Scenario,
    /// Length of every price sheet in bytes.
    pub sheet_bytes: u64,
    /// Definitions of roles (JSON): for each there is an application that has it in the key vault, and nothing else.
    pub roles: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: None, tls: false, scenario: Scenario::default(), sheet_bytes: 42_180_180, roles: Vec::new() }
    }
}

/// Why a simulator does not start where no certificate can be made.
const NO_KEY: &str = "cannot make a key or certificate";

/// A running simulator. Dropping it stops it and removes its certificate.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    cloud: Cloud,
    line: String,
    authority: Option<Authority>,
    _listeners: JoinSet<()>,
}

impl Simulator {
    /// Starts serving on the current runtime, or says why not.
    pub async fn start(options: Options) -> Result<Self, String> {
        let key = keys::Key::begin();
        let listening = serve::listen(options.port).await;
        let (port, listeners) = listening.map_err(|error| format!("cannot listen on loopback: {error}"))?;
        let tls = options.tls || options.scenario.needs_tls();
        let authority = tls.then(|| Authority::new(&options.scenario)).transpose()?;
        let scheme = if tls { "https" } else { "http" };
        let base = format!("{scheme}://localhost:{port}");
        let ca_file = authority.as_ref().map(|authority| authority.file().to_owned());
        let identities = options.roles.iter().map(|role| key_vault::Identity::new(role));
        let identities: Vec<_> = identities.collect::<Option<_>>().ok_or("a role definition cannot be read")?;
        let facts = Facts {
            members: identities.iter().map(key_vault::Identity::member).collect(),
            ..Facts::new(&base, ca_file)
        };
        let line = line(&base, &facts);
        let cloud =
            Cloud::from_json(&line).map_err(|why| format!("the simulator's addresses are not usable: {why}"))?;
        let shared = Arc::new(Shared::new(base, facts, key, &options, identities));
        let acceptor = authority.as_ref().map(Authority::acceptor);
        let mut tasks = JoinSet::new();
        for listener in listeners {
            tasks.spawn(serve::accept(listener, acceptor.clone(), Arc::clone(&shared)));
        }
        Ok(Self { shared, cloud, line, authority, _listeners: tasks })
    }

    /// The addresses and audiences under which it can be reached.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// Everything an operator of the pretended company knows.
    pub fn facts(&self) -> Facts {
        self.shared.facts.clone()
    }

    /// Who signs in where there is no browser.
    pub fn person(&self) -> Person {
        Person(Arc::clone(&self.shared))
    }

    /// One line of JSON with the addresses and the facts. [`Cloud::from_json`] accepts it.
    pub fn line(&self) -> String {
        self.line.clone()
    }

    /// Every request so far, in the order they were answered.
    #[cfg(feature = "test-door")]
    pub fn requests(&self) -> Vec<RequestLog> {
        self.shared.desk().log.clone()
    }

    /// What was handed out so far.
    #[cfg(feature = "test-door")]
    pub fn counters(&self) -> Counters {
        self.shared.counters()
    }

    /// Moves the simulator's clock forward, so that codes and tokens expire without waiting.
    #[cfg(feature = "test-door")]
    pub fn advance(&self, seconds: i64) {
        self.shared.clock.advance(seconds);
    }

    /// The file with the certificate authority of this run, if it speaks https.
    pub fn ca_file(&self) -> Option<&Path> {
        self.authority.as_ref().map(Authority::file)
    }
}

fn line(base: &str, facts: &Facts) -> String {
    let line = json!({
        "name": "simulator",
        "login": base,
        "partner_center": format!("{base}/partnercenter"),
        "partner_center_audience": entra::PARTNER_CENTER,
        "partner_api": format!("{base}/partner"),
        "partner_api_audience": entra::PARTNER_API,
        "octo": format!("{base}/m/blue/cover"),
        "octo_token": format!("{base}/ripple/access_token"),
        "portal": format!("{base}/portal"),
        "key_vault": base,
        "counters": format!("{base}/counters"),
    });
    joined(line, serde_json::to_value(facts).unwrap_or_default()).to_string()
}

/// A JSON document of ours with these parts in their places.
fn document(text: &str, parts: &[(&str, &str)]) -> Value {
    let mut document = serde_json::from_str(text).unwrap_or_default();
    fill(&mut document, parts);
    document
}

/// Takes a part out of a document.
fn taken(document: &mut Value, name: &str) -> Value {
    document.get_mut(name).map(Value::take).unwrap_or_default()
}

/// A document with the members of another one.
fn joined(mut document: Value, more: Value) -> Value {
    if let (Some(members), Value::Object(more)) = (document.as_object_mut(), more) {
        members.extend(more);
    }
    document
}

/// A document as a service sends it that leaves out what it does not have.
fn without_nulls(mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    document
}

fn fill(value: &mut Value, parts: &[(&str, &str)]) {
    match value {
        Value::String(text) => {
            *text = parts.iter().fold(std::mem::take(text), |text, (place, part)| {
                if text.contains(place) { text.replace(place, part) } else { text }
            });
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, parts)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, parts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
