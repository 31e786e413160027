//! What one running simulator knows: the fixed facts of its company and the moving things on its desk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

use super::clock::Clock;
use super::entra::{Code, Renewal, Visit};
use super::key_vault::{Identity, Shelf};
use super::keys::{Key, signed_elsewhere};
use super::scenario::{Quirk, Scenario};
use super::{Options, chance};

/// Everything an operator of the pretended company knows.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// `{login}/{tenant}`, as client libraries call it.
    pub authority: String,
    /// The directory of the partner.
    pub tenant_id: String,
    /// Its first domain.
    pub domain: String,
    /// Every verified domain.
    pub domains: Vec<String>,
    /// The application id.
    pub client_id: String,
    /// The *Value* of the client secret.
    pub client_secret: String,
    /// The *Secret ID*, which is not the secret.
    pub secret_id: String,
    /// Who signs in.
    pub user: String,
    /// The password of that user.
    pub password: String,
    /// The code that the user's phone shows.
    pub mfa_code: String,
    /// The redirect URI to use; any port goes with it.
    pub redirect_uri: String,
    /// The `PartnerID`, formerly the MPN id.
    pub mpn_id: String,
    /// The company's name.
    pub company: String,
    /// The id of Octo's API client.
    pub octo_client_id: String,
    /// The secret of Octo's API client.
    pub octo_client_secret: String,
    /// What proves a managed identity at the address of App Service.
    pub identity_header: String,
    /// The token of a pod that Entra takes in place of the application's secret (workload identity).
    pub federated_token: String,
    /// The applications that have a role in the key vault, in the order of the roles.
    pub members: Vec<Member>,
    /// The certificate authority to trust, if the simulator speaks https.
    pub ca_file: Option<PathBuf>,
}

impl Facts {
    pub(super) fn new(base: &str, ca_file: Option<PathBuf>) -> Self {
        let tenant_id = "0c5a3b1e-7d42-4f8a-9b16-5e2d8c7f4a31".to_owned();
        Self {
            authority: format!("{base}/{tenant_id}"),
            tenant_id,
            domain: "contoso.onmicrosoft.com".to_owned(),
            domains: vec!["contoso.onmicrosoft.com".to_owned(), "contoso.example".to_owned()],
            client_id: "6f1d2c9a-3e84-4b57-a0d9-1c8e7b5f2a46".to_owned(),
            client_secret: chance::client_secret(),
            secret_id: "a94be0d7-52c3-4e1f-8d6b-0f7a9c3e5b28".to_owned(),
            user: "admin@contoso.onmicrosoft.com".to_owned(),
            password: "only-a-rehearsal".to_owned(),
            mfa_code: "271828".to_owned(),
            redirect_uri: "http://localhost".to_owned(),
            mpn_id: "4391507".to_owned(),
            company: "Contoso Cloud Partners".to_owned(),
            octo_client_id: chance::word(12),
            octo_client_secret: chance::word(24),
            identity_header: chance::word(24),
            federated_token: signed_elsewhere(&json!({
                "iss": base, "sub": "system:serviceaccount:octo:octo-csp", "aud": "api://AzureADTokenExchange",
                "jti": chance::guid(),
            })),
            members: Vec::new(),
            ca_file,
        }
    }
}

/// An application of the directory beside the one that is registered.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// The application id.
    pub client_id: String,
    /// The *Value* of its client secret.
    pub client_secret: String,
}

/// One request that was answered, or cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLog {
    /// The method.
    pub method: String,
    /// Which service it went to: `login`, `partner_center`, `partner_api`, `octo_token`, `octo`, `key_vault`,
    /// `identity` (of a machine), `portal`, `counters`.
    pub host: &'static str,
    /// The path on that service's host, without the query.
    pub path: String,
    /// The status of the answer; 0 where the connection was cut instead.
    pub status: u16,
}

/// What a simulator handed out so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Authorization codes given to a browser.
    pub codes: u64,
    /// Authorization codes exchanged for tokens.
    pub redemptions: u64,
    /// Attempts to exchange a code, successful or not.
    pub redemption_attempts: u64,
    /// Refresh tokens exchanged for tokens.
    pub refreshes: u64,
    /// Tokens given to the application itself.
    pub app_tokens: u64,
    /// Bytes of price sheets that left.
    pub sheet_bytes: u64,
}

/// What moves while a simulator runs.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) visits: HashMap<String, Visit>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) renewals: HashMap<String, Renewal>,
    /// Device codes, which nobody ever approves, and until when each is good.
    pub(super) devices: HashMap<String, i64>,
    /// App ID URIs the company agreed to.
    pub(super) consented: BTreeSet<&'static str>,
    /// Claims of tokens that do not show them.
    pub(super) opaque: HashMap<String, Value>,
    pub(super) octo_tokens: HashMap<String, i64>,
    pub(super) octo_accounts: BTreeMap<String, Value>,
    /// What is in the key vault.
    pub(super) shelf: Shelf,
    pub(super) log: Vec<RequestLog>,
    pub(super) counters: Counters,
    /// How often the scenario has struck.
    pub(super) strikes: u32,
}

/// One running simulator, as its services see it.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) base: String,
    pub(super) facts: Facts,
    pub(super) key: Key,
    pub(super) scenario: Scenario,
    pub(super) sheet_bytes: u64,
    identities: Vec<Identity>,
    pub(super) clock: Clock,
    pub(super) sheet_sent: Arc<AtomicU64>,
    desk: Mutex<Desk>,
}

impl Shared {
    pub(super) fn new(base: String, facts: Facts, key: Key, options: &Options, identities: Vec<Identity>) -> Self {
        Self {
            base,
            facts,
            key,
            scenario: options.scenario.clone(),
            sheet_bytes: options.sheet_bytes,
            identities,
            clock: Clock::default(),
            sheet_sent: Arc::default(),
            desk: Mutex::default(),
        }
    }

    /// The application of this id, if it is one that has a role in the key vault.
    pub(super) fn identity(&self, id: &str) -> Option<&Identity> {
        self.identities.iter().find(|known| known.id.eq_ignore_ascii_case(id))
    }

    /// Returns the desk; never held across an await.
    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the scenario is this oddity.
    pub(super) fn is(&self, quirk: Quirk) -> bool {
        self.scenario.is(quirk)
    }

    /// Counts a strike and says whether it is one of the first `limit`.
    pub(super) fn strikes_within(&self, limit: u32) -> bool {
        let mut desk = self.desk();
        desk.strikes = desk.strikes.saturating_add(1);
        desk.strikes <= limit
    }

    pub(super) fn counters(&self) -> Counters {
        Counters { sheet_bytes: self.sheet_sent.load(Ordering::Relaxed), ..self.desk().counters }
    }
}
