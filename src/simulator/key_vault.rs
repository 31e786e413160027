//! Azure Key Vault: the secrets API (versions 7.0 to 7.6, and those with a date), its soft delete, and who may do what.
//!
//! Microsoft's reference: <https://learn.microsoft.com/en-us/rest/api/keyvault/secrets/>. A deletion, a purge and a recovery take a
//! while there; here each is over when it was asked about once, so that every client meets the state in between.

mod access;
mod shelf;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::http::{Call, Reply};
use super::state::Shared;
use super::{chance, entra};

use access::Action;
pub(super) use access::Identity;
pub(super) use shelf::Shelf;
use shelf::{Kept, Version};

/// The versions of the API.
const API_VERSIONS: [&str; 9] = ["7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"];

/// Most secrets on a page.
const PAGE: usize = 25;

/// Most bytes of a value.
const LARGEST: usize = 25_600;

/// Days after which a deleted secret is gone.
const DAYS: i64 = 90;

/// What a deleted secret can still be.
const LEVEL: &str = "Recoverable+Purgeable";

/// Answers a request to the vault.
pub(super) fn answer(shared: &Shared, call: &Call) -> Reply {
    let reply = answered(shared, call).unwrap_or_else(|refusal| refusal);
    let reply = reply
        .header("cache-control", "no-cache")
        .header("x-ms-keyvault-region", "simulated")
        .header("x-ms-keyvault-service-version", "1.9.2473.1")
        .header("x-ms-request-id", &chance::guid());
    match call.header("x-ms-client-request-id") {
        Some(id) => reply.header("x-ms-client-request-id", id),
        None => reply,
    }
}

fn answered(shared: &Shared, call: &Call) -> Result<Reply, Reply> {
    let caller = access::caller(shared, call)?;
    let version = call.query.get("api-version").ok_or_else(|| bad("api-version must be specified"))?;
    if !API_VERSIONS.contains(&version) {
        return Err(bad(&format!("The specified version ({version}) is not recognized.")));
    }
    let words: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    let may = |action: Action, name: &str| caller.may(shared, action, name);
    match (call.method.as_str(), words.as_slice()) {
        ("GET", [all @ ("secrets" | "deletedsecrets")]) => {
            may(Action::ReadMetadata, "")?;
            page(shared, call, version, |shelf| shelf.all(*all == "secrets"))
        }
        ("GET", ["secrets", name, "versions"]) => {
            may(Action::ReadMetadata, name)?;
            page(shared, call, version, |shelf| shelf.versions(name))
        }
        ("PUT", ["secrets", name]) => {
            may(Action::Set, name)?;
            set(shared, call, name)
        }
        ("GET", ["secrets", name, rest @ ..]) if rest.len() < 2 => {
            may(Action::Get, name)?;
            get(shared, name, rest.first().copied())
        }
        ("PATCH", ["secrets", name, rest @ ..]) if rest.len() < 2 => {
            may(Action::Update, name)?;
            update(shared, call, name, rest.first().copied())
        }
        ("DELETE", ["secrets", name]) => {
            may(Action::Delete, name)?;
            let gone = shared.desk().shelf.delete(name, shared.clock.now()).map_err(|()| not_found(name))?;
            Ok(Reply::json(StatusCode::OK, &described(shared, &gone)))
        }
        (method, ["deletedsecrets", name, rest @ ..]) => of_deleted(shared, &caller, (method, rest), name),
        (method, ["secrets" | "deletedsecrets", ..]) => Err(not_allowed(method)),
        _ => Err(refused(StatusCode::NOT_FOUND, "NotFound", "The resource was not found.", None)),
    }
}

fn not_allowed(method: &str) -> Reply {
    let text = format!("Method {method} does not allow operation on this resource.");
    refused(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", &text, None)
}

/// Looks at what was deleted, ends it, or brings it back.
fn of_deleted(shared: &Shared, caller: &access::Caller, asked: (&str, &[&str]), name: &str) -> Result<Reply, Reply> {
    let busy = |busy: Option<shelf::Busy>| busy.map_or_else(|| not_deleted(name), |busy| conflict(name, busy));
    let version = match asked {
        ("GET", []) => {
            caller.may(shared, Action::ReadMetadata, name)?;
            shared.desk().shelf.deleted(name).ok_or_else(|| not_deleted(name))?
        }
        ("DELETE", []) => {
            caller.may(shared, Action::Purge, name)?;
            shared.desk().shelf.purge(name).map_err(busy)?;
            return Ok(Reply::empty(StatusCode::NO_CONTENT));
        }
        ("POST", ["recover"]) => {
            caller.may(shared, Action::Recover, name)?;
            shared.desk().shelf.recover(name).map_err(busy)?
        }
        (method, _) => return Err(not_allowed(method)),
    };
    Ok(Reply::json(StatusCode::OK, &described(shared, &version)))
}

fn set(shared: &Shared, call: &Call, name: &str) -> Result<Reply, Reply> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || name.len() > 127 || !name.chars().all(good) {
        return Err(bad(&format!("The request URI contains an invalid name: {name}")));
    }
    let body = body(call)?;
    let value = body.get("value").and_then(Value::as_str).ok_or_else(|| bad("Property  has invalid value\r\n"))?;
    if value.len() > LARGEST {
        return Err(bad("Property  has invalid value\r\n"));
    }
    let (now, id) = (shared.clock.now(), chance::guid().replace('-', ""));
    let mut version = Version { id, value: value.to_owned(), created: now, updated: now, ..Version::default() };
    change(&mut version, &body)?;
    let kept = shared.desk().shelf.set(name, version).map_err(|busy| conflict(name, busy))?;
    Ok(Reply::json(StatusCode::OK, &bundle(shared, kept)))
}

fn get(shared: &Shared, name: &str, version: Option<&str>) -> Result<Reply, Reply> {
    let kept = shared.desk().shelf.get(name, version).ok_or_else(|| not_found(name))?;
    if !kept.version.enabled {
        let text = "Operation get is not allowed on a disabled secret.";
        return Err(refused(StatusCode::FORBIDDEN, "Forbidden", text, Some("SecretDisabled")));
    }
    Ok(Reply::json(StatusCode::OK, &bundle(shared, kept)))
}

/// A secret with its value.
fn bundle(shared: &Shared, kept: Kept) -> Value {
    let mut answer = described(shared, &kept);
    if let Some(members) = answer.as_object_mut() {
        members.insert("value".to_owned(), kept.version.value.into());
    }
    answer
}

fn update(shared: &Shared, call: &Call, name: &str, version: Option<&str>) -> Result<Reply, Reply> {
    let body = body(call)?;
    let mut kept = shared.desk().shelf.get(name, version).ok_or_else(|| not_found(name))?;
    change(&mut kept.version, &body)?;
    kept.version.updated = shared.clock.now();
    shared.desk().shelf.put(name, &kept.version);
    Ok(Reply::json(StatusCode::OK, &described(shared, &kept)))
}

/// Takes attributes, tags and the content type of a body.
fn change(version: &mut Version, body: &Value) -> Result<(), Reply> {
    if let Some(enabled) = body.pointer("/attributes/enabled").and_then(Value::as_bool) {
        version.enabled = enabled;
    }
    match body.get("tags") {
        None | Some(Value::Null) => {}
        Some(Value::Object(tags)) => {
            let short = |(name, value): (&String, &Value)| {
                name.len() <= 256 && value.as_str().is_some_and(|value| value.len() <= 256)
            };
            if tags.len() > 15 || !tags.iter().all(short) {
                return Err(bad("Property  has invalid value\r\n"));
            }
            version.tags = Some(Value::Object(tags.clone()));
        }
        Some(_) => return Err(bad("Property  has invalid value\r\n")),
    }
    if let Some(kind) = body.get("contentType").and_then(Value::as_str) {
        version.content_type = Some(kind.to_owned());
    }
    Ok(())
}

/// One page of what there is, and where the next one is.
fn page(shared: &Shared, call: &Call, version: &str, all: impl Fn(&Shelf) -> Vec<Kept>) -> Result<Reply, Reply> {
    let most = match call.query.get("maxresults") {
        None => PAGE,
        Some(most) => most
            .parse()
            .ok()
            .filter(|most| (1..=PAGE).contains(most))
            .ok_or_else(|| bad(&format!("Invalid maxresults: {most}. It must be between 1 and {PAGE}.")))?,
    };
    let from: usize = call.query.get("$skiptoken").and_then(|token| token.parse().ok()).unwrap_or(0);
    let found = all(&shared.desk().shelf);
    let shown: Vec<Value> = found.iter().skip(from).take(most).map(|kept| described(shared, kept)).collect();
    let next = from + shown.len();
    let next = (next < found.len()).then(|| {
        let (base, path) = (&shared.base, &call.path);
        format!("{base}{path}?api-version={version}&$skiptoken={next}&maxresults={most}")
    });
    Ok(Reply::json(StatusCode::OK, &json!({"value": shown, "nextLink": next})))
}

/// A secret without its value.
fn described(shared: &Shared, kept: &Kept) -> Value {
    let Kept { name, version, listed, .. } = kept;
    let id = if *listed { String::new() } else { format!("/{}", version.id) };
    let mut answer = json!({
        "id": format!("{}/secrets/{name}{id}", shared.base),
        "attributes": {
            "enabled": version.enabled, "created": version.created, "updated": version.updated,
            "recoveryLevel": LEVEL, "recoverableDays": DAYS,
        },
    });
    let more = [
        ("contentType", version.content_type.clone().map(Value::from)),
        ("tags", version.tags.clone()),
        ("recoveryId", kept.gone.map(|_| format!("{}/deletedsecrets/{name}", shared.base).into())),
        ("deletedDate", kept.gone.map(Value::from)),
        ("scheduledPurgeDate", kept.gone.map(|gone| (gone + DAYS * 86_400).into())),
    ];
    if let Some(members) = answer.as_object_mut() {
        members.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    answer
}

fn body(call: &Call) -> Result<Value, Reply> {
    if !call.is_of_type("application/json") {
        let text = "The media type of the request is not supported.";
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", text, None));
    }
    let body: Option<Value> = serde_json::from_slice(&call.body).ok();
    body.filter(Value::is_object).ok_or_else(|| bad("Unable to parse the JSON of the request."))
}

/// A refusal in Key Vault's form.
fn refused(status: StatusCode, code: &str, text: &str, inner: Option<&str>) -> Reply {
    let mut error = json!({"code": code, "message": text});
    if let (Some(members), Some(inner)) = (error.as_object_mut(), inner) {
        members.insert("innererror".to_owned(), json!({"code": inner}));
    }
    Reply::json(status, &json!({"error": error}))
}

fn bad(text: &str) -> Reply {
    refused(StatusCode::BAD_REQUEST, "BadParameter", text, None)
}

fn not_found(name: &str) -> Reply {
    let text = format!(
        "A secret with (name/id) {name} was not found in this key vault. If you recently deleted this secret you may be able to \
         recover it using the correct recovery command."
    );
    refused(StatusCode::NOT_FOUND, "SecretNotFound", &text, None)
}

fn not_deleted(name: &str) -> Reply {
    refused(StatusCode::NOT_FOUND, "SecretNotFound", &format!("Deleted Secret not found: {name}"), None)
}

fn conflict(name: &str, busy: shelf::Busy) -> Reply {
    let (inner, text) = busy.words();
    refused(StatusCode::CONFLICT, "Conflict", &format!("Secret {name} is currently {text}"), Some(inner))
}

/// Answers at the two addresses of a managed identity: that of a virtual machine, and that of App Service.
pub(super) fn managed(shared: &Shared, call: &Call) -> Reply {
    let machine = call.path == "/metadata/identity/oauth2/token" && call.method == Method::GET;
    let service = call.path == "/msi/token" && call.method == Method::GET;
    let proven = if machine {
        call.header("metadata") == Some("true") && call.query.get("api-version") == Some("2018-02-01")
    } else {
        call.header("x-identity-header") == Some(shared.facts.identity_header.as_str())
            && call.query.get("api-version") == Some("2019-08-01")
    };
    if !machine && !service {
        return Reply::empty(StatusCode::NOT_FOUND);
    }
    let resource = call.query.get("resource").filter(|name| entra::is_named(entra::KEY_VAULT, name));
    let own = call.query.get("client_id").is_none_or(|id| id.eq_ignore_ascii_case(&shared.facts.client_id));
    if let Some(resource) = resource.filter(|_| proven && own) {
        return Reply::json(StatusCode::OK, &access::identity_token(shared, resource, machine));
    }
    let body = json!({"error": "invalid_request", "error_description": "Identity not found"});
    Reply::json(StatusCode::BAD_REQUEST, &body)
}
