//! The key vault: what Microsoft's own client does not look at (`tests/clients/run` has the rest).

use octo_csp::simulator::Options;
use reqwest::Method;
use serde_json::{Value, json};

use super::bench::{Bench, PC, text};

const KV: &str = "https://vault.azure.net";
const V: &str = "api-version=7.4";

impl Bench {
    async fn secrets(&self, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        let cloud: Value = serde_json::from_str(&self.simulator.line()).unwrap();
        let address = format!("{}/{path}", text(&cloud, "key_vault"));
        let mut request = self.http.request(method, address).bearer_auth(token);
        if !body.is_null() {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null))
    }
}

#[tokio::test]
async fn a_key_vault_refuses_what_azure_refuses() {
    let bench = Bench::happy().await;
    let token = bench.app_token(KV).await;
    let refused = async |token: &str, method, path: &str, body| {
        let (status, answer) = bench.secrets(token, method, path, body).await;
        (status, text(&answer["error"], "code"))
    };
    let value = || json!({"value": "x"});
    for (method, path, body, status, code) in [
        (Method::GET, "secrets/one".to_owned(), Value::Null, 400, "BadParameter"),
        (Method::GET, "secrets/one?api-version=2.0".to_owned(), Value::Null, 400, "BadParameter"),
        (Method::GET, format!("secrets/none?{V}"), Value::Null, 404, "SecretNotFound"),
        (Method::GET, format!("deletedsecrets/none?{V}"), Value::Null, 404, "SecretNotFound"),
        (Method::DELETE, format!("deletedsecrets/none?{V}"), Value::Null, 404, "SecretNotFound"),
        (Method::PUT, format!("secrets/a_b?{V}"), value(), 400, "BadParameter"),
        (Method::PUT, format!("secrets/{}?{V}", "a".repeat(128)), value(), 400, "BadParameter"),
        (Method::PUT, format!("secrets/one?{V}"), json!({"value": 7}), 400, "BadParameter"),
        (Method::PUT, format!("secrets/one?{V}"), json!({"value": "x", "tags": {"a": 1}}), 400, "BadParameter"),
        (Method::PUT, format!("secrets/one?{V}"), Value::Null, 415, "UnsupportedMediaType"),
        (Method::POST, format!("secrets/one?{V}"), value(), 405, "MethodNotAllowed"),
        (Method::GET, format!("secrets?{V}&maxresults=26"), Value::Null, 400, "BadParameter"),
    ] {
        assert_eq!(refused(&token, method, &path, body).await, (status, code.to_owned()), "{path}");
    }
    // Another audience, no token, one that is over.
    let path = format!("secrets/one?{V}");
    let other = bench.app_token(PC).await;
    for token in [other.as_str(), "none"] {
        assert_eq!(refused(token, Method::GET, &path, Value::Null).await, (401, "Unauthorized".to_owned()));
    }
    let cloud: Value = serde_json::from_str(&bench.simulator.line()).unwrap();
    let bare = bench.http.get(format!("{}/{path}", text(&cloud, "key_vault"))).send().await.unwrap();
    let challenge = bare.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert_eq!(challenge, format!("Bearer authorization=\"{}\", resource=\"{KV}\"", bench.facts.authority));
    bench.simulator.advance(3_601);
    assert_eq!(refused(&token, Method::GET, &path, Value::Null).await.0, 401);
}

#[tokio::test]
async fn a_role_allows_its_actions_and_nothing_else() {
    let role = json!({"DataActions": ["Microsoft.KeyVault/vaults/secrets/setSecret/action"]}).to_string();
    let bench = Bench::with(Options { roles: vec![role], ..Options::default() }).await;
    let member = &bench.facts.members[0];
    let form = [
        ("client_id", member.client_id.as_str()),
        ("client_secret", &member.client_secret),
        ("grant_type", "client_credentials"),
        ("scope", "https://vault.azure.net/.default"),
    ];
    let (_, answer) = bench.form(&bench.login("oauth2/v2.0/token"), &form).await;
    let token = text(&answer, "access_token");
    let path = format!("secrets/one?{V}");
    assert_eq!(bench.secrets(&token, Method::PUT, &path, json!({"value": "x"})).await.0, 200);
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::DELETE, path),
        (Method::GET, format!("secrets?{V}")),
        (Method::GET, format!("secrets/one/versions?{V}")),
        (Method::DELETE, format!("deletedsecrets/one?{V}")),
    ] {
        let (status, answer) = bench.secrets(&token, method, &path, Value::Null).await;
        assert_eq!(
            (status, answer.pointer("/error/innererror/code").unwrap()),
            (403, &json!("ForbiddenByRbac")),
            "{path}"
        );
    }
    // It signs in as itself, and redeems no code of somebody else.
    let form = [
        ("client_id", member.client_id.as_str()),
        ("client_secret", &member.client_secret),
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", "http://localhost"),
    ];
    assert_eq!(super::bench::codes(&bench.form(&bench.login("oauth2/v2.0/token"), &form).await.1), [700_016]);
    let broken = Options { roles: vec!["{}".to_owned()], ..Options::default() };
    assert!(octo_csp::simulator::Simulator::start(broken).await.is_err());
}
