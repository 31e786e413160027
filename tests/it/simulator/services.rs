//! Partner Center, the price service and Octo.

use octo_csp::simulator::Options;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::bench::{Bench, PA, PC, client, text};

const SHEET: &str = "pricesheets(Market='US',PricesheetView='azure_consumption')/$value";

async fn body(answer: Response) -> Value {
    let text = answer.text().await.unwrap();
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or(Value::Null)
}

#[tokio::test]
async fn an_application_reads_what_it_may_and_no_more() {
    let bench = Bench::happy().await;
    let token = bench.app_token(PC).await;
    for path in ["customers?size=1", "invoices/summary", "invoices?size=1&offset=0", "profiles/legalbusiness"] {
        let answer = bench.partner_center(path, &token).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.headers().contains_key("ms-correlationid"));
        assert!(!answer.headers().contains_key("ismfacompliant"));
        assert!(body(answer).await["attributes"].is_object(), "{path}");
    }
    for path in
        ["profiles/mpn", "profiles/organization", "profiles/billing", "invoices/summaries", "invoices/D02005YFHI"]
    {
        let answer = bench.partner_center(path, &token).await;
        assert_eq!(answer.status(), 403, "{path}");
        assert_eq!(body(answer).await["code"], 900_329);
    }
    let answer = bench.partner_center("nothing", &token).await;
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (404, ""));
    let center = &bench.simulator.cloud().partner_center;
    let request = bench.http.request(Method::POST, format!("{center}/v1/customers"));
    assert_eq!(request.bearer_auth(&token).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn partner_center_wants_its_own_audience() {
    let bench = Bench::happy().await;
    let center = &bench.simulator.cloud().partner_center;
    let bare = bench.http.get(format!("{center}/v1/customers")).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert!(bare.headers()["www-authenticate"].to_str().unwrap().starts_with("OAuth realm=urn:cpsvc:cpid:"));
    for (audience, code) in [("https://graph.windows.net", 900_420), (PA, 800_001)] {
        let token = bench.app_token(audience).await;
        let answer = bench.partner_center("customers", &token).await;
        assert_eq!((answer.status().as_u16(), &body(answer).await["code"]), (401, &json!(code)));
    }
    let token = bench.app_token(PC).await;
    let forged = token.replace('.', ".x");
    assert_eq!(bench.partner_center("customers", &forged).await.status(), 401);
    bench.simulator.advance(3_601);
    assert_eq!(bench.partner_center("customers", &token).await.status(), 401, "it has expired");
}

#[tokio::test]
async fn a_user_reads_everything() {
    let bench = Bench::happy().await;
    let token = text(&bench.signed_in().await, "access_token");
    for path in [
        "customers",
        "invoices",
        "invoices/summary",
        "invoices/summaries",
        "invoices/G000024130",
        "invoices/estimates/links?currencycode=USD",
        "profiles/legalbusiness",
        "profiles/organization",
        "profiles/mpn",
        "profiles/billing",
        "ratecards/azure?currency=USD&region=US",
        "partnerRequests",
        "nonMfaCompliantPartnerPrincipals",
        "applicationmfaadoptionstatus",
    ] {
        let answer = bench.partner_center(path, &token).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["ismfacompliant"], "true");
        assert_ne!(body(answer).await, Value::Null, "{path}");
    }
    let mpn = body(bench.partner_center("profiles/mpn", &token).await).await;
    assert_eq!(mpn["mpnId"], bench.facts.mpn_id);
    let other = bench.partner_center("profiles/mpn?mpnId=9999999", &token).await;
    assert_eq!((other.status().as_u16(), &body(other).await["code"]), (404, &json!(3000)));
    assert_eq!(bench.partner_center("invoices/none", &token).await.status(), 404);
    let organization = body(bench.partner_center("profiles/organization", &token).await).await;
    assert_eq!(organization["tenantId"], bench.facts.tenant_id);
}

#[tokio::test]
async fn some_answers_begin_with_a_byte_order_mark() {
    let bench = Bench::happy().await;
    let token = bench.app_token(PC).await;
    for (path, marked) in [("customers", true), ("invoices/summary", false), ("profiles/mpn", true)] {
        let bytes = bench.partner_center(path, &token).await.bytes().await.unwrap();
        assert_eq!(bytes.starts_with(&[0xef, 0xbb, 0xbf]), marked, "{path}");
    }
}

#[tokio::test]
async fn prices_are_for_users_with_the_right_audience() {
    let bench = Bench::happy().await;
    let signed_in = bench.signed_in().await;
    let wrong = bench.price("fxrates(Month='202601')/$value", &text(&signed_in, "access_token")).await;
    assert_eq!(wrong.status(), 401);
    assert_eq!(wrong.text().await.unwrap(), "Unauthorized: Invalid Authorization header");
    let app = bench.price("fxrates(Month='202601')/$value", &bench.app_token(PA).await).await;
    assert_eq!(app.status(), 401);
    assert!(app.text().await.unwrap().contains("AADSTS65002"));
    let (_, second) = bench.refresh(&text(&signed_in, "refresh_token"), PA).await;
    let token = text(&second, "access_token");
    let rates = bench.price("fxrates(Month='202601')/$value", &token).await;
    assert_eq!(rates.status(), 200);
    assert!(rates.text().await.unwrap().starts_with("\"CurrencyCode\",\"USDPerUnit\",\"Month\"\r\n"));
}

#[tokio::test]
async fn sheets_are_named_exactly() {
    let bench = Bench::happy().await;
    let token = price_token(&bench).await;
    for (path, status) in [
        (SHEET, 200),
        ("pricesheets%28Market%3D%27US%27%2CPricesheetView%3D%27azure_consumption%27%29/%24value", 200),
        ("pricesheets(Market='US',PricesheetView='software')/$value?timeline=history&month=202203", 200),
        ("pricesheets(Market='USA',PricesheetView='software')/$value", 400),
        ("pricesheets(Market='US',PricesheetView='nothing')/$value", 400),
        ("pricesheets(Market=US,PricesheetView=software)/$value", 400),
        ("pricesheets(Market='US',PricesheetView='software')/$value?month=202203", 400),
        ("pricesheets(Market='US',PricesheetView='marketplace')/$value?timeline=future", 400),
        ("fxrates(Month='202613')/$value", 400),
        ("fxrates(Month='202601')", 404),
    ] {
        let answer = bench.price(path, &token).await;
        assert_eq!(answer.status(), status, "{path}");
        if status != 200 {
            assert!(body(answer).await["error"]["code"].is_string(), "{path}");
        }
    }
}

async fn price_token(bench: &Bench) -> String {
    let renew = text(&bench.signed_in().await, "refresh_token");
    text(&bench.refresh(&renew, PA).await.1, "access_token")
}

#[tokio::test]
async fn the_head_of_a_large_sheet_costs_only_the_head() {
    let bench = Bench::with(Options { sheet_bytes: 10_000_000_000, ..Options::default() }).await;
    let mut answer = bench.price(SHEET, &price_token(&bench).await).await;
    assert_eq!(answer.content_length(), Some(10_000_000_000));
    let mut read = Vec::new();
    while read.len() < 65_536 {
        read.extend_from_slice(&answer.chunk().await.unwrap().unwrap());
    }
    drop(answer);
    assert!(read.starts_with(b"\"ProductTitle\",\"ProductId\",\"SkuId\""));
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
    assert!(bench.simulator.counters().sheet_bytes < 64_000_000);
}

#[tokio::test]
async fn a_sheet_has_the_length_it_says_and_whole_rows() {
    for size in [0, 100, 1_000, 1_000_000, 1_234_567] {
        let bench = Bench::with(Options { sheet_bytes: size, ..Options::default() }).await;
        let answer = bench.price(SHEET, &price_token(&bench).await).await;
        let length = answer.content_length().unwrap();
        let text = answer.text().await.unwrap();
        assert_eq!(u64::try_from(text.len()).unwrap(), length);
        assert!(length == size || size < 300, "{length} is not {size}");
        if size >= 1_000 {
            assert!(text.ends_with("\"\r\n"));
            assert!(text.lines().all(|line| line.matches("\",\"").count() == 17));
        }
    }
}

#[tokio::test]
async fn deflate_means_an_archive() {
    let bench = Bench::with(Options { sheet_bytes: 300_000, ..Options::default() }).await;
    let base = bench.simulator.cloud().partner_api.clone().unwrap();
    let request = client().build().unwrap().get(format!("{base}/v1.0/sales/{SHEET}"));
    let request = request.bearer_auth(price_token(&bench).await).header("accept-encoding", "deflate");
    let answer = request.send().await.unwrap();
    let length = answer.content_length().unwrap();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(u64::try_from(bytes.len()).unwrap(), length);
    assert!(bytes.starts_with(b"PK\x03\x04"));
    let sum = u32::from_le_bytes(bytes[14..18].try_into().unwrap());
    let size = u32::from_le_bytes(bytes[18..22].try_into().unwrap());
    assert_eq!(size, 300_000);
    assert_eq!(crc32fast::hash(&bytes[40..300_040]), sum);
}

/// An operator of Octo.
struct Octo {
    bench: Bench,
    token: String,
}

impl Octo {
    async fn playing(name: &str) -> Self {
        let bench = Bench::playing(name).await;
        let (_, body) = sign_in(&bench, &bench.facts.octo_client_secret).await;
        let token = text(&body, "access_token");
        Self { bench, token }
    }

    async fn ask(&self, line: &str, sent: Value) -> (u16, Value) {
        let (method, path) = line.split_once(' ').unwrap();
        let base = self.bench.simulator.cloud().octo.clone().unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.bench.http.request(method, format!("{base}/v1/{path}"));
        let mut request = request.bearer_auth(&self.token);
        if !sent.is_null() {
            request = request.body(sent.to_string());
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), body(answer).await)
    }

    async fn status(&self, line: &str, sent: Value) -> u16 {
        self.ask(line, sent).await.0
    }
}

async fn sign_in(bench: &Bench, secret: &str) -> (u16, Value) {
    let part =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let form = [
        part("grant_type", "client_credentials"),
        part("client_id", &bench.facts.octo_client_id),
        part("client_secret", secret),
        part("scope", "openid"),
        "--x--\r\n".to_owned(),
    ];
    let address = bench.simulator.cloud().octo_token.clone().unwrap();
    let media = "multipart/form-data; boundary=x";
    let request = bench.http.post(address).header("content-type", media);
    let answer = request.body(form.concat()).send().await.unwrap();
    (answer.status().as_u16(), body(answer).await)
}

fn payer(target: &str) -> Value {
    json!({"vendor": "azure", "target": target, "accountType": "payer", "azureOptions": {"accountName": "Main"}})
}

const NAMED: &str = "account/a?vendor=azure&accountType=payer";

#[tokio::test]
async fn octo_keeps_one_payer() {
    let octo = Octo::playing("happy").await;
    let get = format!("GET {NAMED}");
    assert_eq!(octo.ask(&get, Value::Null).await.1["code"], 5);
    assert_eq!(octo.ask("POST account", payer("a")).await, (200, json!({})));
    assert_eq!(octo.ask("POST account", payer("b")).await.1["code"], 6);
    let (_, all) = octo.ask("POST account/all:read", json!({})).await;
    assert_eq!(all["result"]["target"], "a");
    assert_eq!(octo.status("PUT account/a", payer("a")).await, 200);
    assert_eq!(octo.status(&get, Value::Null).await, 200);
    assert_eq!(octo.status(&format!("DELETE {NAMED}"), Value::Null).await, 200);
    assert_eq!(octo.status(&get, Value::Null).await, 404);
    let log = octo.bench.simulator.requests();
    assert!(log.iter().any(|request| request.host == "octo_token"));
    assert!(log.iter().any(|request| request.host == "octo" && request.path == "/v1/account"));
}

#[tokio::test]
async fn octo_is_strict() {
    let mut octo = Octo::playing("happy").await;
    assert_eq!(sign_in(&octo.bench, "wrong").await.0, 401);
    assert_eq!(octo.status("GET me", Value::Null).await, 200);
    assert_eq!(octo.status("POST account", json!({"vendor": "aws"})).await, 400);
    assert_eq!(octo.status("POST account", json!({"vendor": "azure", "more": 1})).await, 400);
    let keys = json!({"accountId": "t", "applicationId": "c", "secretKey": "s"});
    assert_eq!(octo.status("POST azure/credentials/partnercenter", keys).await, 200);
    assert_eq!(octo.status("POST azure/credentials/mpn", json!({"mpnId": "1"})).await, 200);
    assert_eq!(octo.status("POST azure/credentials/mpn", json!({"mpn": "1"})).await, 400);
    assert_eq!(octo.status("GET nothing", Value::Null).await, 404);
    octo.token = "x".to_owned();
    assert_eq!(octo.ask("GET me", Value::Null).await.1["code"], 16);
}

#[tokio::test]
async fn octo_refuses_as_it_is_told() {
    for (name, line, status) in [
        ("OCTO-403", "POST account", 403),
        ("OCTO-409", "POST account", 409),
        ("octo-taken", "POST account", 409),
        ("OCTO-503", "GET me", 503),
    ] {
        let octo = Octo::playing(name).await;
        let sent = if line.starts_with("POST") { payer("a") } else { Value::Null };
        assert_eq!(octo.status(line, sent).await, status, "{name}");
    }
}
