//! Octo: its token address and the part of the Cover API that registers accounts.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::http::{Call, Pairs, Reply};
use super::scenario::Quirk;
use super::state::Shared;
use super::{chance, clock, refused};

/// Seconds a token lives.
const LIFE: i64 = 86_400;

/// Answers at the token address.
pub(super) fn token(shared: &Shared, call: &Call) -> Reply {
    if call.path != "/ripple/access_token" {
        return Reply::empty(StatusCode::NOT_FOUND);
    }
    if call.method != Method::POST {
        return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).header("allow", "POST");
    }
    granted(shared, call).unwrap_or_else(|refusal| refusal)
}

fn granted(shared: &Shared, call: &Call) -> Result<Reply, Reply> {
    let bad = |error: &str, text: &str| refused::oauth(StatusCode::BAD_REQUEST, error, text);
    let form = multipart(call).ok_or_else(|| bad("invalid_request", "The request must be multipart/form-data."))?;
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(bad("unsupported_grant_type", "The grant type is not supported.")),
        None => return Err(bad("invalid_request", "The parameter grant_type is missing.")),
    }
    let facts = &shared.facts;
    let known = form.get("client_id") == Some(&facts.octo_client_id)
        && form.get("client_secret") == Some(&facts.octo_client_secret);
    if !known {
        let text = "Client authentication failed";
        return Err(refused::oauth(StatusCode::UNAUTHORIZED, "invalid_client", text));
    }
    if form.get("scope") != Some("openid") {
        return Err(bad("invalid_scope", "The scope is not valid."));
    }
    refused::strike(shared, &["octo-token"])?;
    let now = shared.clock.now();
    let access = chance::word(96);
    shared.desk().octo_tokens.insert(access.clone(), now + LIFE);
    let claims = json!({
        "iss": shared.base, "aud": facts.octo_client_id, "sub": "octo", "iat": now, "exp": now + LIFE,
    });
    let body = json!({
        "token_type": "Bearer", "expires_in": LIFE, "access_token": access, "refresh_token": chance::word(96),
        "id_token": shared.key.sign(&claims),
    });
    Ok(Reply::whole(StatusCode::OK, Some("application/json"), body.to_string()))
}

/// Answers a request to the Cover API.
pub(super) fn answer(shared: &Shared, call: &Call) -> Reply {
    answered(shared, call).unwrap_or_else(|refusal| refusal)
}

fn answered(shared: &Shared, call: &Call) -> Result<Reply, Reply> {
    let token = call.bearer().and_then(|token| shared.desk().octo_tokens.get(token).copied());
    if token.is_none_or(|until| shared.clock.now() >= until) {
        return Err(refusal(StatusCode::UNAUTHORIZED, "unauthenticated"));
    }
    refused::strike(shared, &["octo"])?;
    let path = call.path.strip_prefix("/m/blue/cover/v1/").ok_or_else(not_found)?;
    let target = path.strip_prefix("account/").filter(|target| !target.contains('/'));
    let credentials = path.strip_prefix("azure/credentials/");
    match (call.method.as_str(), path) {
        ("GET", "me") => Ok(answer_with(&json!({
            "id": "octo-user", "name": "Octo administrator", "email": "admin@contoso.example", "orgId": "MSP-1",
        }))),
        ("POST", "account/all:read") => all(shared, call),
        ("POST", "account") => register(shared, call),
        ("POST", _) if credentials.is_some() => keep(shared, call, credentials.unwrap_or_default()),
        ("GET" | "PUT" | "DELETE", _) if target.is_some() => one(shared, call, target.unwrap_or_default()),
        (_, "me" | "account" | "account/all:read") => {
            Err(refused::octo(StatusCode::NOT_IMPLEMENTED, 12, "Method Not Allowed"))
        }
        _ => Err(not_found()),
    }
}

/// One JSON object per line.
fn all(shared: &Shared, call: &Call) -> Result<Reply, Reply> {
    fields(call, &[])?;
    let mut accounts: Vec<Value> = shared.desk().octo_accounts.values().cloned().collect();
    if shared.is(Quirk::OctoTaken) {
        accounts.push(account("another-payer", &json!({"azureOptions": {}}), shared));
    }
    let own = &shared.facts.tenant_id;
    if shared.is(Quirk::OctoSame) && !shared.desk().octo_accounts.contains_key(own) {
        let options = json!({"azureOptions": {"accountName": "Made on Octo's page"}});
        let there = account(own, &options, shared);
        accounts.push(there.clone());
        shared.desk().octo_accounts.insert(own.clone(), there);
    }
    let lines: String = accounts.iter().map(|account| json!({"result": account}).to_string() + "\n").collect();
    Ok(Reply::whole(StatusCode::OK, Some("application/json"), lines))
}

fn register(shared: &Shared, call: &Call) -> Result<Reply, Reply> {
    let body = described(call)?;
    refused::strike(shared, &["octo-write"])?;
    let target = text(&body, "target")?;
    let taken = shared.is(Quirk::OctoTaken) || !shared.desk().octo_accounts.is_empty();
    if taken && text(&body, "accountType")? == "payer" {
        return Err(refusal(StatusCode::CONFLICT, "a payer account is registered already"));
    }
    let made = account(target, &body, shared);
    shared.desk().octo_accounts.insert(target.to_owned(), made);
    Ok(answer_with(&json!({})))
}

fn one(shared: &Shared, call: &Call, target: &str) -> Result<Reply, Reply> {
    if call.method == Method::PUT {
        let body = described(call)?;
        refused::strike(shared, &["octo-write"])?;
        let made = account(target, &body, shared);
        let mut desk = shared.desk();
        let kept = desk.octo_accounts.get_mut(target).ok_or_else(no_account)?;
        *kept = made;
        return Ok(answer_with(&json!({})));
    }
    let asked = (call.query.get("vendor"), call.query.get("accountType"));
    if asked != (Some("azure"), Some("payer")) {
        return Err(bad("vendor and accountType are required"));
    }
    if call.method == Method::DELETE {
        refused::strike(shared, &["octo-write"])?;
        let gone = shared.desk().octo_accounts.remove(target);
        return gone.map(|_| answer_with(&json!({}))).ok_or_else(no_account);
    }
    let found = shared.desk().octo_accounts.get(target).cloned();
    found.map(|account| answer_with(&account)).ok_or_else(no_account)
}

fn keep(shared: &Shared, call: &Call, kind: &str) -> Result<Reply, Reply> {
    let names: &[&str] = match kind {
        "partnercenter" => &["accountId", "applicationId", "secretKey"],
        "mpn" => &["mpnId"],
        _ => return Err(not_found()),
    };
    let body = fields(call, names)?;
    for name in names {
        text(&body, name)?;
    }
    refused::strike(shared, &["octo-credentials"])?;
    Ok(answer_with(&json!({})))
}

/// The body of a registration, checked as far as its definition goes.
fn described(call: &Call) -> Result<Value, Reply> {
    let options = "accountName azureCustomerId azurePlanId serviceAcct partnerAcct companyId payerId";
    let body = fields(call, &["vendor", "target", "accountType", "azureOptions"])?;
    if text(&body, "vendor")? != "azure" {
        return Err(bad("vendor must be azure"));
    }
    if !["payer", "linked"].contains(&text(&body, "accountType")?) {
        return Err(bad("accountType must be payer or linked"));
    }
    match body.get("azureOptions") {
        None | Some(Value::Null) => Ok(body),
        Some(Value::Object(own)) => {
            let wrong =
                own.iter().find(|(name, value)| !options.split(' ').any(|own| own == **name) || !value.is_string());
            match wrong {
                Some((name, _)) => Err(bad(&format!("azureOptions.{name} is not a known text"))),
                None => Ok(body),
            }
        }
        Some(_) => Err(bad("azureOptions must be an object")),
    }
}

fn account(target: &str, body: &Value, shared: &Shared) -> Value {
    let now = clock::stamp(shared.clock.now()).replace(' ', "T");
    json!({
        "vendor": "azure", "orgId": "MSP-1", "target": target, "accountType": "payer",
        "azureOptions": body.get("azureOptions"), "createTime": now, "lastUpdate": now,
    })
}

/// Reads a JSON object that has no other fields than these.
fn fields(call: &Call, names: &[&str]) -> Result<Value, Reply> {
    let body: Value = serde_json::from_slice(&call.body).map_err(|_detail| bad("the body is not JSON"))?;
    let fields = body.as_object().ok_or_else(|| bad("the body is not an object"))?;
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(bad(&format!("unknown field \"{name}\""))),
        None => Ok(body),
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Reply> {
    body.get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| bad(&format!("{name} is required")))
}

fn answer_with(value: &Value) -> Reply {
    Reply::whole(StatusCode::OK, Some("application/json"), value.to_string())
}

fn refusal(status: StatusCode, text: &str) -> Reply {
    let code = match status.as_u16() {
        400 => 3,
        401 => 16,
        404 => 5,
        409 => 6,
        _ => 13,
    };
    refused::octo(status, code, text)
}

fn bad(text: &str) -> Reply {
    refusal(StatusCode::BAD_REQUEST, text)
}

fn no_account() -> Reply {
    refusal(StatusCode::NOT_FOUND, "account not found")
}

fn not_found() -> Reply {
    refusal(StatusCode::NOT_FOUND, "Not Found")
}

/// Reads the text fields of a `multipart/form-data` body.
fn multipart(call: &Call) -> Option<Pairs> {
    if !call.is_of_type("multipart/form-data") {
        return None;
    }
    let boundary = call.header("content-type")?.split_once("boundary=")?.1;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    let body = std::str::from_utf8(&call.body).ok()?;
    let (inside, _) = body.rsplit_once(&format!("--{boundary}--"))?;
    let pairs = format!("\r\n{inside}")
        .split(&format!("\r\n--{boundary}\r\n"))
        .skip(1)
        .map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let name = head.split_once("name=\"")?.1.split_once('"')?.0;
            Some((name.to_owned(), value.trim_end_matches("\r\n").to_owned()))
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Pairs::new(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::HeaderMap;

    #[test]
    fn a_form_of_several_parts_is_read() {
        let mut headers = HeaderMap::new();
        let media = "multipart/form-data; boundary=\"--x\"";
        headers.insert("content-type", media.parse().unwrap());
        let call = Call {
            method: Method::POST,
            path: String::new(),
            query: Pairs::default(),
            headers,
            body: Bytes::from_static(
                b"----x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n----x\r\n\
                  Content-Disposition: form-data; name=\"b\"\r\nContent-Type: text/plain\r\n\r\n2 3\r\n----x--\r\n",
            ),
        };
        let form = multipart(&call).unwrap();
        assert_eq!((form.get("a"), form.get("b")), (Some("1"), Some("2 3")));
    }
}
