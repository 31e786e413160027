//! Who may do what: the token that a caller has, and the actions of the role that its application has.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::refused;
use crate::simulator::http::{Call, Reply};
use crate::simulator::state::{Member, Shared};
use crate::simulator::{chance, entra};

/// What can be done, as a role names it behind [`PREFIX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    Get,
    Set,
    ReadMetadata,
    Update,
    Delete,
    Purge,
    Recover,
}

const PREFIX: &str = "Microsoft.KeyVault/vaults/secrets/";

impl Action {
    fn name(self) -> String {
        let name = match self {
            Self::Get => "getSecret/action",
            Self::Set => "setSecret/action",
            Self::ReadMetadata => "readMetadata/action",
            Self::Update => "update/action",
            Self::Delete => "delete",
            Self::Purge => "purge/action",
            Self::Recover => "recover/action",
        };
        format!("{PREFIX}{name}")
    }
}

/// An application beside the one of the rehearsal, which may do everything.
#[derive(Clone, Debug)]
pub(in crate::rooms::simulator) struct Identity {
    /// Its id.
    pub(in crate::rooms::simulator) id: String,
    /// Its client secret.
    pub(in crate::rooms::simulator) secret: String,
    /// The data actions of its role, each with a star for whatever follows or without.
    actions: Vec<String>,
}

impl Identity {
    /// Makes one with a role of this definition (JSON); `None` for what is no role definition.
    pub(in crate::rooms::simulator) fn new(definition: &str) -> Option<Self> {
        let definition: Value = serde_json::from_str(definition).ok()?;
        // Those of `az role definition create` have it at the top, those of the REST API below.
        let below = || definition.pointer("/properties/permissions/0/dataActions");
        let actions =
            definition.get("DataActions").or_else(|| definition.get("dataActions")).or_else(below)?.as_array()?;
        let actions = actions.iter().map(|action| action.as_str().map(str::to_owned)).collect::<Option<_>>()?;
        Some(Self { id: chance::guid(), secret: chance::client_secret(), actions })
    }

    /// How it signs in.
    pub(in crate::rooms::simulator) fn member(&self) -> Member {
        Member { client_id: self.id.clone(), client_secret: self.secret.clone() }
    }
}

/// Who asks.
pub(super) struct Caller {
    application: String,
    object: String,
}

/// Looks at the token: Key Vault's own, of the vault's directory, valid now.
pub(super) fn caller(shared: &Shared, call: &Call) -> Result<Caller, Reply> {
    let invalid = |text: &str| {
        let challenge =
            format!("Bearer authorization=\"{}\", resource=\"{}\"", shared.facts.authority, entra::KEY_VAULT);
        refused(StatusCode::UNAUTHORIZED, "Unauthorized", text, None).header("www-authenticate", &challenge)
    };
    let token = call.bearer().ok_or_else(|| invalid("AKV10000: Request is missing a Bearer or PoP token."))?;
    let claims = entra::claims_of(shared, token)
        .ok_or_else(|| invalid("[BearerReadAccessTokenFailed] Error validating token: the token is not valid."))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if !entra::is_named(entra::KEY_VAULT, text("aud")) {
        let text = format!("AKV10022: Invalid audience. Expected {}, found: {}.", entra::KEY_VAULT, text("aud"));
        return Err(invalid(&text));
    }
    if text("tid") != shared.facts.tenant_id {
        let text =
            format!("AKV10032: Invalid issuer. Expected one of {}, found {}.", shared.facts.authority, text("iss"));
        return Err(invalid(&text));
    }
    Ok(Caller { application: text("appid").to_owned(), object: text("oid").to_owned() })
}

impl Caller {
    /// Refuses what its role does not allow.
    pub(super) fn may(&self, shared: &Shared, action: Action, name: &str) -> Result<(), Reply> {
        let wanted = action.name();
        let matches = |allowed: &String| match allowed.strip_suffix('*') {
            Some(beginning) => wanted.starts_with(beginning),
            None => wanted.eq_ignore_ascii_case(allowed),
        };
        let allowed = self.application == shared.facts.client_id
            || shared.identity(&self.application).is_some_and(|it| it.actions.iter().any(matches));
        if allowed {
            return Ok(());
        }
        let Self { application, object } = self;
        let below = if name.is_empty() { String::new() } else { format!("/secrets/{name}") };
        let text = format!(
            "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions \
             were changed recently, please observe propagation time.\r\nCaller: appid={application};oid={object};iss={}/\r\nAction: \
             '{wanted}'\r\nResource: '/subscriptions/simulated/resourcegroups/simulated/providers/microsoft.keyvault/vaults/simulated{below}'\
             \r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\nVault: simulated;location=simulated\r\n",
            shared.facts.authority
        );
        Err(refused(StatusCode::FORBIDDEN, "Forbidden", &text, Some("ForbiddenByRbac")))
    }
}

/// What a managed identity is answered with; that of a machine says when the token ends in a string, as App Service does.
pub(in crate::rooms::simulator) fn identity_token(shared: &Shared, resource: &str, machine: bool) -> Value {
    let ends = (shared.clock.now() + 3_600).to_string();
    let token = entra::for_application(shared, resource, &shared.facts.client_id);
    shared.desk().counters.app_tokens += 1;
    let mut answer = json!({
        "access_token": token, "expires_on": ends, "resource": resource, "token_type": "Bearer",
        "client_id": shared.facts.client_id,
    });
    if let (true, Some(members)) = (machine, answer.as_object_mut()) {
        members.insert("expires_in".to_owned(), "3599".into());
    }
    answer
}
