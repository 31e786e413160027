//! Entra ID: discovery and tokens.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use octo_csp::cloud::Cloud;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::bench::{Bench, PA, PC, claims, codes, query, text};

/// Fields of a form or query.
pub(super) type Fields<'a> = Vec<(&'a str, &'a str)>;

pub(super) const BACK: (&str, &str) = ("redirect_uri", "http://localhost:8400");
pub(super) const CODE: (&str, &str) = ("response_type", "code");

#[tokio::test]
async fn the_line_is_a_cloud_and_holds_the_facts() {
    let bench = Bench::happy().await;
    let line = bench.simulator.line();
    assert_eq!(&Cloud::from_json(&line).unwrap(), bench.simulator.cloud());
    let line: Value = serde_json::from_str(&line).unwrap();
    for name in ["authority", "tenant_id", "domain", "client_id", "client_secret", "user", "password", "redirect_uri"] {
        assert!(line[name].is_string(), "{name}");
    }
    assert_eq!(line["ca_file"], Value::Null);
    assert_eq!(line["partner_center_audience"], PC);
}

#[tokio::test]
async fn a_tenant_is_found_by_id_and_by_domain() {
    let bench = Bench::happy().await;
    let login = bench.simulator.cloud().login.to_string();
    let names = [&bench.facts.tenant_id, "contoso.onmicrosoft.com", "Contoso.Example"];
    for name in names {
        let address = bench.simulator.cloud().metadata_endpoint(name);
        let body = bench.http.get(address).send().await.unwrap().text().await.unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        let token = format!("{login}{}/oauth2/v2.0/token", bench.facts.tenant_id);
        assert_eq!(body["token_endpoint"], token);
        assert_eq!(body["issuer"], format!("{login}{}/v2.0", bench.facts.tenant_id));
    }
    for (name, code, error) in [
        ("nosuch.example", 90_002, "invalid_tenant"),
        ("00000000-1111-2222-3333-444444444444", 90_002, "invalid_tenant"),
        ("no_such", 900_023, "invalid_request"),
    ] {
        let address = bench.simulator.cloud().metadata_endpoint(name);
        let answer = bench.http.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!((codes(&body), &body["error"]), (vec![code], &json!(error)));
    }
}

#[tokio::test]
async fn an_application_gets_a_token_in_both_versions() {
    let bench = Bench::happy().await;
    let grant = ("grant_type", "client_credentials");
    let (status, one) = bench.token("", &[grant, ("resource", PC)]).await;
    assert_eq!((status, &one["expires_in"]), (200, &json!("3599")));
    assert_eq!(one["resource"], PC);
    let time = |name: &str| text(&one, name).parse::<i64>().unwrap();
    assert_eq!(time("expires_on") - time("not_before"), 3_900);
    let scope = format!("{PC}/.default");
    let (status, two) = bench.token("/v2.0", &[grant, ("scope", &scope)]).await;
    assert_eq!((status, &two["expires_in"]), (200, &json!(3_599)));
    assert_eq!(two.as_object().unwrap().len(), 4, "{two}");
    let claims = claims(&text(&two, "access_token"));
    assert_eq!((&claims["aud"], &claims["tid"]), (&json!(PC), &json!(bench.facts.tenant_id)));
    assert_eq!((&claims["scp"], &claims["appidacr"]), (&Value::Null, &json!("1")));
}

#[tokio::test]
async fn client_credentials_are_refused_as_microsoft_refuses_them() {
    let bench = Bench::happy().await;
    let (id, secret) = (bench.facts.client_id.clone(), bench.facts.client_secret.clone());
    let (id, secret) = (("client_id", id.as_str()), ("client_secret", secret.as_str()));
    let (grant, scope) =
        (("grant_type", "client_credentials"), ("scope", "https://api.partnercenter.microsoft.com/.default"));
    let secret_id = ("client_secret", bench.facts.secret_id.as_str());
    let home = bench.login("oauth2/v2.0/token");
    let at = |tenant: &str| home.replace(&bench.facts.tenant_id, tenant);
    #[rustfmt::skip]
    let cases: Vec<(String, Fields<'_>, u16, u64)> = vec![
        (home.clone(), vec![grant, id, scope], 401, 7_000_218),
        (home.clone(), vec![grant, id, scope, ("client_secret", "")], 401, 7_000_218),
        (home.clone(), vec![grant, id, scope, ("client_secret", "wrong")], 401, 7_000_215),
        (home.clone(), vec![grant, id, scope, secret_id], 401, 7_000_215),
        (home.clone(), vec![grant, secret, scope], 400, 900_144),
        (home.clone(), vec![id, secret, scope], 400, 900_144),
        (home.clone(), vec![grant, id, secret], 400, 900_144),
        (home.clone(), vec![("grant_type", "magic"), id, secret, scope], 400, 70_003),
        (home.clone(), vec![grant, ("client_id", "00000000-1111-2222-3333-444444444444"), secret, scope], 400, 700_016),
        (home.clone(), vec![grant, id, secret, scope, ("resource", PC)], 400, 901_002),
        (home.clone(), vec![grant, id, secret, ("scope", PC)], 400, 1_002_012),
        (home.clone(), vec![grant, id, secret, ("scope", "https://nobody.example/.default")], 400, 500_011),
        (home.clone(), vec![grant, id, secret, ("scope", "https://api.partnercenter.microsoft.com//.default")], 400, 500_011),
        (home.clone(), vec![grant, id, secret, scope, scope], 400, 9_000_411),
        (home.replace("/v2.0", ""), vec![grant, id, secret, ("resource", "https://nobody.example")], 400, 500_011),
        (home.replace("/v2.0", ""), vec![grant, id, secret, scope], 400, 900_144),
        (at("common"), vec![grant, id, secret, scope], 401, 7_000_229),
        (at("consumers"), vec![grant, id, secret, scope], 400, 9_001_023),
        (at("fabrikam.onmicrosoft.com"), vec![grant, id, secret, scope], 401, 7_000_229),
        (at("nosuch.example"), vec![grant, id, secret, scope], 400, 90_002),
        (at("x"), vec![grant, id, secret, scope], 400, 900_023),
    ];
    for (address, form, status, code) in cases {
        let (got, body) = bench.form(&address, &form).await;
        assert_eq!((got, codes(&body)), (status, vec![code]), "{form:?} {body}");
    }
    let json = bench.http.post(&home).header("content-type", "application/json").body("{}");
    assert_eq!(json.send().await.unwrap().status(), 400);
    assert_eq!(bench.http.get(&home).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn a_secret_may_come_in_http_basic() {
    let bench = Bench::happy().await;
    let blob = STANDARD.encode(format!("{}:{}", bench.facts.client_id, bench.facts.client_secret));
    let form = [("grant_type", "client_credentials"), ("scope", "https://api.partnercenter.microsoft.com/.default")];
    let request = bench.http.post(bench.login("oauth2/v2.0/token")).form(&form);
    let answer = request.header("authorization", format!("Basic {blob}")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_refusal_is_written_as_microsoft_writes_it() {
    let bench = Bench::happy().await;
    let id = "a8125194-2dc8-4078-90ba-7b6592a7f231";
    let request = bench.http.post(bench.login("oauth2/token"));
    let request = request.header("client-request-id", id).header("return-client-request-id", "true");
    let answer = request.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
    assert_eq!(answer.headers()["client-request-id"], id);
    assert_eq!(answer.headers()["cache-control"], "no-store, no-cache");
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["correlation_id"], id);
    let described = text(&body, "error_description");
    assert!(described.starts_with("AADSTS900144: "), "{described}");
    assert!(described.contains("\r\nTrace ID: "), "{described}");
    assert!(described.ends_with(&text(&body, "timestamp")), "{described}");
}

#[tokio::test]
async fn a_sign_in_ends_in_tokens_for_both_audiences() {
    let bench = Bench::happy().await;
    let body = bench.signed_in().await;
    let first = claims(&text(&body, "access_token"));
    assert_eq!((&first["aud"], &first["amr"]), (&json!(PC), &json!(["pwd", "mfa"])));
    assert_eq!(first["scp"], "user_impersonation");
    assert_eq!(claims(&text(&body, "id_token"))["ver"], "2.0");
    let old = text(&body, "refresh_token");
    let (status, second) = bench.refresh(&old, PA).await;
    assert_eq!((status, &claims(&text(&second, "access_token"))["aud"]), (200, &json!(PA)));
    assert_ne!(text(&second, "refresh_token"), old);
    assert_eq!(bench.refresh(&old, PC).await.0, 200, "the old one is not revoked");
    assert_eq!(bench.simulator.counters().redemptions, 1);
}

#[tokio::test]
async fn v1_signs_in_too() {
    let bench = Bench::happy().await;
    let address = bench.authorize("", &[CODE, ("resource", PC), ("state", "a b<i>c")]);
    let answer = bench.walk(address).await;
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.starts_with("http://localhost/?code="), "{location}");
    assert_eq!(query(&answer, "state").as_deref(), Some("a bc"));
    let code = query(&answer, "code").unwrap();
    let grant = ("grant_type", "authorization_code");
    let (status, body) = bench.token("", &[grant, ("code", &code), ("resource", PC)]).await;
    assert_eq!((status, &body["resource"]), (200, &json!(PC)), "{body}");
    assert_eq!(body["scope"], "user_impersonation");
    let renew = text(&body, "refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &renew), ("resource", PA)];
    let (status, body) = bench.token("", &fields).await;
    assert_eq!((status, &body["resource"]), (200, &json!(PA)));
    assert!(body["refresh_token"].is_string() && body["id_token"].is_null());
}

#[tokio::test]
async fn without_a_resource_nobody_asks_for_mfa() {
    let bench = Bench::happy().await;
    // The link of an old guide: a misspelt parameter, and no API.
    let address = bench.authorize("", &[CODE, ("redirect_url", "https://localhost")]);
    let code = query(&bench.walk(address).await, "code").unwrap();
    let grant = ("grant_type", "authorization_code");
    let (_, body) = bench.token("", &[grant, ("code", &code), ("resource", PC)]).await;
    let token = text(&body, "access_token");
    assert_eq!(claims(&token)["amr"], json!(["pwd"]));
    let answer = bench.partner_center("profiles/mpn", &token).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["isMfaCompliant"], "false");
    assert!(answer.text().await.unwrap().contains("900421"));
}

#[tokio::test]
async fn a_code_is_good_once_and_for_ten_minutes() {
    let bench = Bench::happy().await;
    let scope = format!("{PC}/.default offline_access");
    let code = bench.code(&scope).await;
    assert_eq!(bench.redeem(&code).await.0, 200);
    let (status, body) = bench.redeem(&code).await;
    assert_eq!((status, codes(&body)), (400, vec![70_002, 54_005]));
    let late = bench.code(&scope).await;
    bench.simulator.advance(601);
    assert_eq!(codes(&bench.redeem(&late).await.1), [70_002, 70_008]);
    let cut = bench.code(&scope).await;
    assert_eq!(codes(&bench.redeem(&cut[..200]).await.1), [9_002_313]);
    assert_eq!(codes(&bench.redeem(&format!("{cut}&session_state=1")).await.1), [9_002_313]);
    assert_eq!(codes(&bench.redeem(&"x".repeat(500)).await.1), [70_002, 70_000]);
    let other = bench.login("oauth2/v2.0/token").replace(&bench.facts.tenant_id, "fabrikam.onmicrosoft.com");
    let form = [
        ("client_id", bench.facts.client_id.as_str()),
        ("client_secret", &bench.facts.client_secret),
        ("grant_type", "authorization_code"),
        ("code", &cut),
        BACK,
    ];
    assert_eq!(codes(&bench.form(&other, &form).await.1), [700_005]);
    assert_eq!(bench.redeem(&cut).await.0, 200, "what failed did not use it up");
}

#[tokio::test]
async fn a_code_wants_its_verifier_its_address_and_one_api() {
    let bench = Bench::happy().await;
    let verifier = "a".repeat(43);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let scope = format!("{PC}/.default offline_access");
    let fields =
        [CODE, BACK, ("scope", scope.as_str()), ("code_challenge", &challenge), ("code_challenge_method", "S256")];
    let code = query(&bench.walk(bench.authorize("/v2.0", &fields)).await, "code").unwrap();
    let grant = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let good = ("code_verifier", verifier.as_str());
    let bad = "b".repeat(43);
    let both = format!("{PC}/.default {PA}/.default");
    #[rustfmt::skip]
    let cases: Vec<(Fields<'_>, u64)> = vec![
        (vec![BACK], 501_481),
        (vec![BACK, ("code_verifier", &bad)], 501_481),
        (vec![good], 900_144),
        (vec![("redirect_uri", "http://localhost:8400/"), good], 500_112),
        (vec![("redirect_uri", "http://localhost:8401"), good], 500_112),
        (vec![BACK, good, ("scope", &both)], 700_022),
        (vec![BACK, good, ("scope", "https://nobody.example/.default")], 500_011),
    ];
    for (fields, number) in cases {
        let fields: Vec<_> = grant.into_iter().chain(fields).collect();
        let (_, body) = bench.token("/v2.0", &fields).await;
        assert_eq!(codes(&body), [number], "{fields:?}");
    }
    let fields: Vec<_> = grant.into_iter().chain([BACK, good]).collect();
    assert_eq!(bench.token("/v2.0", &fields).await.0, 200);
}

#[tokio::test]
async fn consent_is_needed_for_each_api() {
    let bench = Bench::happy().await;
    let code = bench.code(&format!("{PC}/user_impersonation offline_access")).await;
    let renew = text(&bench.redeem(&code).await.1, "refresh_token");
    assert_eq!(bench.refresh(&renew, PC).await.0, 200);
    let (status, body) = bench.refresh(&renew, PA).await;
    assert_eq!((status, codes(&body)), (400, vec![65_001]));
    assert_eq!(body["suberror"], "consent_required");
    assert_eq!(codes(&bench.refresh(&renew, "https://management.azure.com").await.1), [650_057]);
    bench.simulator.advance(91 * 86_400);
    assert_eq!(codes(&bench.refresh(&renew, PC).await.1), [700_082]);
}

#[tokio::test]
async fn without_offline_access_v2_gives_no_refresh_token() {
    let bench = Bench::happy().await;
    let code = bench.code(&format!("{PC}/.default")).await;
    let (_, body) = bench.redeem(&code).await;
    assert!(body["refresh_token"].is_null() && body["id_token"].is_null(), "{body}");
}

#[tokio::test]
async fn credentials_in_two_places_must_be_the_same() {
    let bench = Bench::happy().await;
    let scope = format!("{PC}/.default");
    let (client, secret) = (&bench.facts.client_id, &bench.facts.client_secret);
    for (user, password, posted, status) in [
        (client, secret, Some(client), 200),
        (client, secret, None, 200),
        (&bench.facts.secret_id, secret, Some(client), 400),
        (client, &bench.facts.secret_id, None, 401),
    ] {
        let mut form = vec![("grant_type", "client_credentials"), ("scope", &scope)];
        form.extend(posted.map(|client| ("client_id", client.as_str())));
        let blob = STANDARD.encode(format!("{user}:{password}"));
        let request = bench.http.post(bench.login("oauth2/v2.0/token")).form(&form);
        let request = request.header("authorization", format!("Basic {blob}"));
        assert_eq!(request.send().await.unwrap().status(), status);
    }
}
