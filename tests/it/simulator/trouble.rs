//! Every misfortune strikes where it belongs.

use std::time::Duration;

use octo_csp::simulator::{Options, Scenario};
use reqwest::Certificate;
use serde_json::Value;

use super::bench::{Bench, PA, PC, between, client, codes, query, text};

/// Goes the operator's whole way and returns the number of the first refusal, with the place where it was met.
async fn first_refusal(bench: &Bench) -> Option<(&'static str, Vec<u64>)> {
    let address = bench.simulator.cloud().metadata_endpoint(&bench.facts.domain);
    let answer = bench.http.get(address).send().await.unwrap();
    if answer.status() != 200 {
        return Some(("metadata", codes(&json_of(&answer.text().await.unwrap()))));
    }
    let grant = ("grant_type", "client_credentials");
    let (status, body) = bench.token("", &[grant, ("resource", PC)]).await;
    if status != 200 {
        return Some(("app-only", codes(&body)));
    }
    let scope = format!("{PC}/.default openid offline_access");
    let fields = [("response_type", "code"), ("redirect_uri", "http://localhost:8400"), ("scope", &scope)];
    let answer = bench.walk(bench.authorize("/v2.0", &fields)).await;
    let Some(code) = query(&answer, "code") else {
        let sent = query(&answer, "error_description");
        let place = if sent.is_some() { "redirect" } else { "page" };
        let said = match sent {
            Some(sent) => sent,
            None => answer.text().await.unwrap(),
        };
        let number = between(&said, "AADSTS", ":").parse().unwrap();
        return Some((place, vec![number]));
    };
    let (status, body) = bench.redeem(&code).await;
    if status != 200 {
        return Some(("redeem", codes(&body)));
    }
    let (status, body) = bench.refresh(&text(&body, "refresh_token"), PA).await;
    if status != 200 {
        return Some(("refresh", codes(&body)));
    }
    let answer = bench.price("fxrates(Month='202601')/$value", &text(&body, "access_token")).await;
    if answer.status() != 200 {
        let said = answer.text().await.unwrap();
        return Some(("price", between(&said, "AADSTS", ":").parse().into_iter().collect()));
    }
    None
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

#[tokio::test]
async fn every_number_of_entra_is_met_on_the_operators_way() {
    let elsewhere = [50_049, 70_016, 70_018, 70_019, 50_140, 50_199];
    for (name, _) in Scenario::all() {
        let Some(number) = name.strip_prefix("AADSTS").and_then(|number| number.parse::<u64>().ok()) else {
            continue;
        };
        let met = first_refusal(&Bench::playing(name).await).await;
        if elsewhere.contains(&number) {
            assert_eq!(met, None, "{name}");
        } else {
            let (_, codes) = met.unwrap_or_else(|| panic!("{name} was not met"));
            assert_eq!(codes.last(), Some(&number), "{name}");
        }
    }
}

#[tokio::test]
async fn nothing_is_met_when_all_is_well() {
    assert_eq!(first_refusal(&Bench::happy().await).await, None);
    assert_eq!(first_refusal(&Bench::playing("AADSTS7000222").await).await, Some(("app-only", vec![7_000_222])));
    assert_eq!(first_refusal(&Bench::playing("AADSTS54005").await).await, Some(("redeem", vec![70_002, 54_005])));
    assert_eq!(first_refusal(&Bench::playing("no-consent").await).await, Some(("refresh", vec![65_001])));
    assert_eq!(first_refusal(&Bench::playing("AADSTS50105").await).await, Some(("page", vec![50_105])));
    assert_eq!(first_refusal(&Bench::playing("declined").await).await, Some(("redirect", vec![65_004])));
}

#[tokio::test]
async fn every_refusal_of_a_service_is_met() {
    for (name, _) in Scenario::all() {
        let Some((service, rest)) = name.split_once('-') else {
            continue;
        };
        let bench = Bench::playing(name).await;
        let status: u16 = rest.get(..3).and_then(|status| status.parse().ok()).unwrap_or(0);
        match service {
            "PC" => {
                let app = bench.app_token(PC).await;
                let user = text(&bench.signed_in().await, "access_token");
                let statuses = [
                    bench.partner_center("customers", &app).await.status(),
                    bench.partner_center("profiles/mpn", &user).await.status(),
                ];
                assert!(statuses.iter().any(|status| !status.is_success()), "{name}");
            }
            "PRICE" => {
                let renew = text(&bench.signed_in().await, "refresh_token");
                let token = text(&bench.refresh(&renew, PA).await.1, "access_token");
                let sheet = "pricesheets(Market='US',PricesheetView='azure_consumption')/$value";
                assert_eq!(bench.price(sheet, &token).await.status(), status, "{name}");
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_new_secret_is_known_after_two_tries() {
    let bench = Bench::playing("new-secret").await;
    let fields = [("grant_type", "client_credentials"), ("resource", PC)];
    for status in [401, 401, 200, 200] {
        assert_eq!(bench.token("", &fields).await.0, status);
    }
}

#[tokio::test]
async fn an_opaque_token_works_and_says_nothing() {
    let bench = Bench::playing("opaque-token").await;
    let token = bench.app_token(PC).await;
    assert!(!token.contains('.'));
    assert_eq!(bench.partner_center("customers", &token).await.status(), 200);
}

#[tokio::test]
async fn the_wire_strikes_where_it_is_told_to() {
    let bench = Bench::playing("html-502@app-only").await;
    assert_eq!(bench.token("", &[("grant_type", "client_credentials"), ("resource", PC)]).await.0, 502);
    bench.signed_in().await;
    for name in ["reset", "empty", "truncated"] {
        let bench = Bench::playing(name).await;
        let token = bench.app_token(PC).await;
        let address = format!("{}/v1/invoices/summary", bench.simulator.cloud().partner_center);
        let answer = bench.http.get(address).bearer_auth(&token).send().await;
        let failed = match answer {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(failed, "{name}");
    }
    let bench = Bench::playing("flaky").await;
    let token = bench.app_token(PC).await;
    for status in [503, 503, 200] {
        assert_eq!(bench.partner_center("customers", &token).await.status(), status);
    }
}

#[tokio::test]
async fn a_lost_answer_has_used_up_the_code() {
    let bench = Bench::playing("lost-answer").await;
    let code = bench.code(&format!("{PC}/.default")).await;
    let form = [
        ("client_id", bench.facts.client_id.as_str()),
        ("client_secret", &bench.facts.client_secret),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://localhost:8400"),
    ];
    let sent = bench.http.post(bench.login("oauth2/v2.0/token")).form(&form).send().await;
    assert!(sent.is_err());
    assert_eq!(bench.simulator.counters().redemptions, 1);
    assert_eq!(bench.simulator.requests().last().unwrap().status, 0);
}

#[tokio::test]
async fn a_slow_answer_outlasts_an_impatient_client() {
    for name in ["slow", "silent", "drip"] {
        let bench = Bench::playing(name).await;
        let token = bench.app_token(PC).await;
        let impatient = client().timeout(Duration::from_millis(200)).build().unwrap();
        let address = format!("{}/v1/customers", bench.simulator.cloud().partner_center);
        let failed = match impatient.get(address).bearer_auth(token).send().await {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(failed, "{name}");
    }
}

#[tokio::test]
async fn a_huge_body_has_no_end() {
    let bench = Bench::playing("huge-body").await;
    let mut answer = bench.partner_center("customers", &bench.app_token(PC).await).await;
    let mut read = 0;
    while read < 20_000_000 {
        read += answer.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn https_is_believed_with_its_own_authority_only() {
    let mut gone = None;
    for (name, believed) in
        [("happy", true), ("tls-expired", false), ("tls-wrong-name", false), ("tls-unknown-issuer", false)]
    {
        let bench =
            Bench::with(Options { tls: true, scenario: Scenario::named(name).unwrap(), ..Options::default() }).await;
        let file = bench.facts.ca_file.clone().unwrap();
        let authority = Certificate::from_pem(&std::fs::read(&file).unwrap()).unwrap();
        let trusting = client().tls_certs_only([authority]).build().unwrap();
        let address = bench.simulator.cloud().metadata_endpoint("common");
        assert_eq!(trusting.get(address.clone()).send().await.is_ok(), believed, "{name}");
        let distrusting = client().tls_certs_only([]).build().unwrap();
        assert!(distrusting.get(address).send().await.is_err());
        gone = Some(file);
    }
    let gone = gone.unwrap();
    assert!(!gone.exists() && !gone.parent().unwrap().exists());
}

/// Signs in, and reads the exchange rates with the second token.
async fn statuses(name: &str) -> (Bench, [u16; 3]) {
    let bench = Bench::playing(name).await;
    let body = bench.signed_in().await;
    let first = text(&body, "access_token");
    let app = bench.app_token(PC).await;
    let app = bench.partner_center("customers", &app).await.status();
    let user = bench.partner_center("profiles/mpn", &first).await.status();
    let price = match body["refresh_token"].as_str() {
        None => 0,
        Some(renew) => {
            let second = text(&bench.refresh(renew, PA).await.1, "access_token");
            let answer = bench.price("fxrates(Month='202601')/$value", &second).await;
            answer.status().as_u16()
        }
    };
    (bench, [app.as_u16(), user.as_u16(), price])
}

#[tokio::test]
async fn an_oddity_shows_where_it_belongs() {
    for (name, expected) in [
        ("happy", [200, 200, 200]),
        ("no-mfa", [200, 401, 200]),
        ("mfa-not-enforced", [200, 200, 200]),
        ("no-role", [200, 403, 403]),
        ("wrong-tenant-user", [200, 401, 401]),
        ("no-refresh-token", [200, 200, 0]),
        ("no-claims", [200, 200, 200]),
        ("string-numbers", [200, 200, 200]),
        ("clock-skew", [200, 200, 200]),
        ("opaque-token", [200, 200, 200]),
        ("hostile-names", [200, 200, 200]),
        ("bom", [200, 200, 200]),
    ] {
        assert_eq!(statuses(name).await.1, expected, "{name}");
    }
}

#[tokio::test]
async fn oddities_are_odd() {
    let (bench, _) = statuses("no-mfa").await;
    let token = text(&bench.signed_in().await, "access_token");
    let answer = bench.partner_center("profiles/mpn", &token).await;
    assert_eq!(answer.headers()["ismfacompliant"], "false");
    assert_eq!(Bench::playing("string-numbers").await.signed_in().await["expires_in"], "3599");
    let skewed = Bench::playing("clock-skew").await;
    let (_, body) = skewed.token("", &[("grant_type", "password")]).await;
    let address = skewed.simulator.cloud().metadata_endpoint("common");
    let answer = skewed.http.get(address).send().await.unwrap();
    let date = httpdate::parse_http_date(answer.headers()["date"].to_str().unwrap()).unwrap();
    let stamp = text(&body, "timestamp").replace(' ', "T").parse::<jiff::Timestamp>().unwrap();
    let ahead = date.duration_since(stamp.into()).unwrap();
    assert!(ahead >= Duration::from_secs(25 * 60), "{ahead:?}");
    let differs = Bench::playing("mpn-differs").await;
    let token = text(&differs.signed_in().await, "access_token");
    let said = differs.partner_center("profiles/mpn", &token).await.text().await.unwrap();
    assert!(!said.contains(&differs.facts.mpn_id));
}

#[tokio::test]
async fn a_sheet_can_be_odd() {
    for (name, head) in
        [("sheet-renamed-columns", "\"New ProductTitle\""), ("sheet-html", "<!DOCTYPE html>"), ("sheet-empty", "")]
    {
        let bench = Bench::playing(name).await;
        let renew = text(&bench.signed_in().await, "refresh_token");
        let token = text(&bench.refresh(&renew, PA).await.1, "access_token");
        let sheet = "pricesheets(Market='US',PricesheetView='azure_consumption')/$value";
        let chunk = bench.price(sheet, &token).await.chunk().await.unwrap().unwrap_or_default();
        assert!(chunk.starts_with(head.as_bytes()), "{name}");
    }
}

#[tokio::test]
async fn a_refusal_of_entra_can_be_moved() {
    let bench = Bench::playing("AADSTS7000222@refresh").await;
    assert_eq!(first_refusal(&bench).await, Some(("refresh", vec![7_000_222])));
}
