//! The client of Octo against a server of raw bytes: what is sent to the letter, and what is made of odd answers.

use std::sync::atomic::Ordering;

use octo_csp::cloud::Cloud;
use octo_csp::words::{
    AccountName, Cause, ClientId, Credentials, Failure, MpnId, OctoAccess, OctoAnswer, OctoCall, OctoClient, Payer,
    Ring, Secret, Source, TenantId, UntrustedText,
};
use octo_csp::world::http::{Http, HttpOptions, Services};
use url::Url;

use crate::faults::{Raw, Script, cloud_at};

const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
const APP: &str = "3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711";

fn cloud(raw: &Raw) -> Cloud {
    let base = format!("http://127.0.0.1:{}", raw.port);
    let at = |path: &str| Url::parse(&format!("{base}{path}")).ok();
    Cloud { octo: at("/m/blue/cover"), octo_token: at("/ripple/access_token"), ..cloud_at(&base) }
}

fn said(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

async fn asked(raw: &Raw, call: OctoCall) -> Result<OctoAnswer, Box<Failure>> {
    let http = Http::new(&HttpOptions::default()).unwrap();
    Services { http: &http, cloud: &cloud(raw) }.octo(call).await
}

async fn answered(script: Vec<u8>, call: OctoCall) -> Result<OctoAnswer, Box<Failure>> {
    let raw = Raw::start(Script::Say(script)).await;
    let answer = asked(&raw, call).await;
    assert_eq!(raw.requests.load(Ordering::SeqCst), 1, "each call is sent once");
    answer
}

fn client() -> OctoClient {
    let which = (Ring::Usual, UntrustedText::new("127.0.0.1"));
    let secret = Secret::shared("s+/=&\"'%".to_owned());
    OctoClient::new("octo-client", secret, &which, Source::Variables).unwrap()
}

fn access() -> OctoAccess {
    OctoAccess { ring: Ring::Usual, token: Secret::shared("octo-token".to_owned()) }
}

fn payer() -> Payer {
    Payer { target: TenantId::parse(TENANT).unwrap().value, name: Some(AccountName::parse("Contoso").unwrap()) }
}

/// Every call, in the order of a hand-over.
fn calls() -> Vec<OctoCall> {
    vec![
        OctoCall::SignIn(client()),
        OctoCall::Accounts(access()),
        OctoCall::Register(access(), payer()),
        OctoCall::Update(access(), payer()),
        OctoCall::Credentials(
            access(),
            Credentials {
                tenant: TenantId::parse(TENANT).unwrap().value,
                application: ClientId::parse(APP).unwrap().value,
                secret: Secret::shared("abc8Q~\"value".to_owned()),
            },
        ),
        OctoCall::Mpn(access(), MpnId::parse("6271154").unwrap().value),
    ]
}

/// The first line of each of them, and parts of what follows it; `body` is an answer of success.
struct Wanted {
    line: &'static str,
    parts: &'static [&'static str],
    body: &'static str,
}

const WANTED: [Wanted; 6] = [
    Wanted {
        line: "POST /ripple/access_token HTTP/1.1",
        parts: &[
            "multipart/form-data; boundary=",
            "name=\"grant_type\"\r\n\r\nclient_credentials\r\n",
            "name=\"client_id\"\r\n\r\nocto-client\r\n",
            "name=\"client_secret\"\r\n\r\ns+/=&\"'%\r\n",
            "name=\"scope\"\r\n\r\nopenid\r\n",
        ],
        body: r#"{"access_token":"t","token_type":"Bearer"}"#,
    },
    Wanted { line: "POST /m/blue/cover/v1/account/all:read HTTP/1.1", parts: &["\r\n\r\n{}"], body: "" },
    Wanted {
        line: "POST /m/blue/cover/v1/account HTTP/1.1",
        parts: &[
            r#""accountType":"payer""#,
            r#""azureOptions":{"accountName":"Contoso"}"#,
            r#""target":"8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204""#,
            r#""vendor":"azure""#,
        ],
        body: "{}",
    },
    Wanted {
        line: "PUT /m/blue/cover/v1/account/8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204 HTTP/1.1",
        parts: &[r#""vendor":"azure""#],
        body: "{}",
    },
    Wanted {
        line: "POST /m/blue/cover/v1/azure/credentials/partnercenter HTTP/1.1",
        parts: &[
            r#""accountId":"8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204""#,
            r#""applicationId":"3f0c5a52-9c1e-4b7d-8a40-6d2f0b9e7711""#,
            r#""secretKey":"abc8Q~\"value""#,
        ],
        body: "{}",
    },
    Wanted {
        line: "POST /m/blue/cover/v1/azure/credentials/mpn HTTP/1.1",
        parts: &[r#"{"mpnId":"6271154"}"#],
        body: "{}",
    },
];

#[tokio::test]
async fn every_call_is_sent_as_octo_documents_it() {
    for (call, wanted) in calls().into_iter().zip(WANTED) {
        let signs_in = matches!(call, OctoCall::SignIn(_));
        let raw = Raw::start(Script::Say(said("200 OK", wanted.body))).await;
        asked(&raw, call).await.unwrap();
        let seen = raw.seen.lock().unwrap().concat();
        assert!(seen.starts_with(wanted.line), "{seen}");
        for part in wanted.parts {
            assert!(seen.contains(part), "{part}\n{seen}");
        }
        let bears = seen.contains("uthorization: Bearer octo-token");
        assert_eq!(bears, !signs_in, "{seen}");
    }
}

#[tokio::test]
async fn the_stream_is_read_whole_or_not_at_all() {
    const AWS: &str =
        r#"{"result":{"vendor":"aws","target":"1","accountType":"payer","awsOptions":{"AccountName":"x"}}}"#;
    const OURS: &str =
        r#"{"result":{"vendor":"azure","target":"t","accountType":"payer","azureOptions":{"accountName":"Main"}}}"#;
    let payers = |body: String| async move { answered(said("200 OK", &body), OctoCall::Accounts(access())).await };
    for (body, wanted) in [
        (String::new(), 0),
        ("\n".to_owned(), 0),
        (format!("{AWS}\n"), 0),
        (format!("{AWS}\n{OURS}\n{AWS}\n"), 1),
        (format!("{OURS}{OURS}"), 2),
        (format!("\u{feff}{OURS}\r\n"), 1),
    ] {
        let Ok(OctoAnswer::Payers(found)) = payers(body.clone()).await else {
            panic!("{body}");
        };
        assert_eq!(found.len(), wanted, "{body}");
    }
    for body in [
        format!("{OURS}\n{{\"result\":{{\"vendor\""),
        format!("{OURS}\nnot json"),
        "[]".to_owned(),
        "{}".to_owned(),
        r#"{"result":"x"}"#.to_owned(),
        "[".repeat(100_000),
        format!("{AWS}\n").repeat(90_000),
    ] {
        let failure = payers(body).await.unwrap_err();
        assert_eq!(failure.cause, Cause::Unreadable);
    }
    let broken = format!(r#"{OURS}{{"error":{{"code":14,"message":"try later","details":[]}}}}"#);
    let failure = payers(broken).await.unwrap_err();
    assert_eq!((failure.cause, failure.codes.as_slice()), (Cause::Refused, &[14][..]));
    assert_eq!(failure.sentence.unwrap(), "try later");
}

#[tokio::test]
async fn what_is_no_answer_of_octos_is_never_taken_for_one() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}".to_vec();
    let html = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>".to_vec();
    let elsewhere = b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:9/x\r\nContent-Length: 0\r\n\r\n".to_vec();
    for (script, cause) in [
        (half, Cause::Broken),
        (html, Cause::NotTheService),
        (elsewhere, Cause::NotTheService),
        (said("200 OK", "\"fine\""), Cause::Unreadable),
        (said("403 Forbidden", r#"{"code":7,"message":"no","details":[]}"#), Cause::Refused),
    ] {
        for call in calls() {
            let failure = answered(script.clone(), call).await.unwrap_err();
            assert_eq!(failure.cause, cause);
        }
    }
    let tokenless = said("200 OK", r#"{"access_token":""}"#);
    let failure = answered(tokenless, OctoCall::SignIn(client())).await;
    assert_eq!(failure.unwrap_err().cause, Cause::Unreadable);
}
