//! A server of raw bytes, and the ways in which a network goes wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use octo_csp::cloud::Cloud;
use octo_csp::diagnose::{Context, Goto, diagnose};
use octo_csp::effect::{CodeExchange, Effect, Outcome, TokenRefresh};
use octo_csp::exit::Exit;
use octo_csp::journal::Registration;
use octo_csp::steps::Execution;
use octo_csp::words::{
    Audience, AuthCode, Cause, ClientId, Credentials, Directory, Failure, Field, Found, Mismatch, PartnerCenterRequest,
    Reading, RedirectAddress, Secret, Service, TenantId, TokenResponse,
};
use octo_csp::world::http::{Http, HttpOptions, Services};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";
const APP: &str = "2d4d11a2-f814-46a7-890a-274a72a7309e";

/// What the server does with a connection whose request it has read.
#[derive(Clone)]
pub(crate) enum Script {
    /// Sends these bytes and closes.
    Say(Vec<u8>),
    /// Sends these bytes and keeps silent.
    SayAndHang(Vec<u8>),
    /// Closes without reading.
    Slam,
    /// Resets the connection after the request.
    Reset,
    /// Sends one byte of these at a time, for ever.
    Endless(Vec<u8>, Vec<u8>),
}

/// A server of raw bytes on loopback that counts requests.
pub(crate) struct Raw {
    pub(crate) port: u16,
    pub(crate) requests: Arc<AtomicUsize>,
    pub(crate) seen: Arc<std::sync::Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Raw {
    /// Answers before a request has come, as a server of another protocol would.
    #[cfg(feature = "simulator")]
    pub(crate) async fn start_without_reading(script: Script) -> Self {
        Self::start_with(script, false).await
    }

    pub(crate) async fn start(script: Script) -> Self {
        Self::start_with(script, true).await
    }

    async fn start_with(script: Script, reads: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (count, log) = (Arc::clone(&requests), Arc::clone(&seen));
        let log = reads.then_some(log);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), Arc::clone(&count), log.clone()));
            }
        });
        Self { port, requests, seen, task }
    }

    pub(crate) fn cloud(&self) -> Cloud {
        cloud_at(&format!("http://127.0.0.1:{}", self.port))
    }
}

pub(crate) fn cloud_at(base: &str) -> Cloud {
    Cloud::from_json(&format!(
        r#"{{"name":"raw","login":"{base}","partner_center":"{base}","partner_center_audience":"https://pc.example",
        "partner_api":"{base}","partner_api_audience":"https://api.example"}}"#
    ))
    .unwrap()
}

async fn serve(
    mut stream: TcpStream,
    script: Script,
    count: Arc<AtomicUsize>,
    log: Option<Arc<std::sync::Mutex<Vec<String>>>>,
) {
    if matches!(script, Script::Slam) {
        return;
    }
    if let Some(log) = log {
        let request = read_request(&mut stream).await;
        if request.is_empty() {
            return;
        }
        count.fetch_add(1, Ordering::SeqCst);
        log.lock().unwrap().push(request);
    }
    match script {
        Script::Say(bytes) => {
            let _sent = stream.write_all(&bytes).await;
            let _closed = stream.shutdown().await;
            let mut rest = [0_u8; 512];
            while matches!(stream.read(&mut rest).await, Ok(read) if read > 0) {}
        }
        Script::SayAndHang(bytes) => {
            let _sent = stream.write_all(&bytes).await;
            let mut rest = [0_u8; 512];
            while matches!(stream.read(&mut rest).await, Ok(read) if read > 0) {}
        }
        Script::Reset => {
            #[expect(deprecated, reason = "it is the reset that is wanted")]
            stream.set_linger(Some(Duration::ZERO)).unwrap();
        }
        Script::Endless(head, drop) => {
            let _sent = stream.write_all(&head).await;
            while stream.write_all(&drop).await.is_ok() {
                tokio::task::yield_now().await;
            }
        }
        Script::Slam => {}
    }
}

pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0_u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")
                        .map(|n| n.trim().parse::<usize>().unwrap())
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return String::new(),
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}

pub(crate) fn http() -> Http {
    Http::new(&HttpOptions::default()).unwrap()
}

/// Little patience where none will be rewarded; else much, because the machine may be busy.
fn http_for(cause: Cause) -> Http {
    let patience = if cause == Cause::TimedOut { Duration::from_millis(400) } else { Duration::from_secs(30) };
    Http::new(&HttpOptions { patience, ..HttpOptions::default() }).unwrap()
}

pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn json(status: &str, body: &str) -> Vec<u8> {
    answer(status, "Content-Type: application/json; charset=utf-8\r\n", body.as_bytes())
}

fn tenant() -> TenantId {
    TenantId::parse(TENANT).unwrap().value
}

fn application() -> ClientId {
    ClientId::parse(APP).unwrap().value
}

fn credentials(secret: &str) -> Credentials {
    Credentials { tenant: tenant(), application: application(), secret: Secret::shared(secret.to_owned()) }
}

pub(crate) fn redemption() -> CodeExchange {
    CodeExchange {
        credentials: credentials("s~e.c_r-e/t+="),
        code: AuthCode::parse("1.AXoA-._~x").unwrap(),
        redirect: RedirectAddress::parse("http://localhost:8400").unwrap(),
        verifier: Some(Secret::shared("v".repeat(43))),
    }
}

async fn redeem(server: &Raw, http: &Http) -> TokenResponse {
    let cloud = server.cloud();
    Services { http, cloud: &cloud }.redeem(&redemption()).await
}

async fn read(server: &Raw, http: &Http) -> Result<Found, Box<Failure>> {
    let cloud = server.cloud();
    Services { http, cloud: &cloud }
        .read(Reading::Customers, &Secret::new("t".to_owned()))
        .await
        .map(|answer| answer.found)
}

#[tokio::test]
async fn a_directory_is_found_and_an_app_token_comes() {
    let body = format!(
        r#"{{"token_endpoint":"https://login.windows.net/{TENANT}/oauth2/token","tenant_region_scope":"AS","cloud_instance_name":"microsoftonline.com"}}"#
    );
    let server = Raw::start(Script::Say(json("200 OK", &body))).await;
    let (http, cloud) = (http(), server.cloud());
    let entra = Services { http: &http, cloud: &cloud };
    let found = entra.discover(&Directory::parse("contoso.com").unwrap().value).await.unwrap();
    assert_eq!(found.id.as_str(), TENANT);
    assert_eq!(found.region.unwrap(), "AS");

    let server = Raw::start(Script::Say(json(
        "200 OK",
        r#"{"token_type":"Bearer","expires_in":"3599","access_token":"opaque"}"#,
    )))
    .await;
    let cloud = server.cloud();
    let grant = Services { http: &http, cloud: &cloud }.app_token(&credentials("a&b=c")).await.unwrap();
    assert_eq!(grant.access_token.reveal(), "opaque");
    assert!(!grant.claims.readable);
    let seen = server.seen.lock().unwrap().join("");
    assert!(seen.starts_with(&format!("POST /{TENANT}/oauth2/v2.0/token HTTP/1.1")));
    assert!(seen.contains("scope=https%3A%2F%2Fpc.example%2F.default"));
    assert!(seen.contains("client_secret=a%26b%3Dc"));
    assert!(!seen.to_ascii_lowercase().contains("authorization:"));
    assert!(!seen.to_ascii_lowercase().contains("accept-encoding"));
}

#[tokio::test]
async fn a_read_is_one_get() {
    let server = Raw::start(Script::Say(answer(
        "200 OK",
        "Content-Type: application/json\r\nMS-RequestId: r1\r\nisMfaCompliant: True\r\n",
        b"\xef\xbb\xbf{\"totalCount\":\"7\",\"items\":[]}",
    )))
    .await;
    assert_eq!(read(&server, &http()).await.unwrap(), Found::Customers { total: Some(7) });
    let seen = server.seen.lock().unwrap().join("");
    assert!(seen.starts_with("GET /v1/customers?size=1 HTTP/1.1"));
    assert!(seen.contains("authorization: Bearer t"));
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

/// A name, what the server does, and how the call must end.
type Fault = (&'static str, Script, Cause, Option<u16>);

const HTML: &[u8] = b"<!DOCTYPE html><html>login here</html>";
const JSON: &str = "Content-Type: application/json\r\n";

fn say(status: &str, headers: &str, body: &[u8]) -> Script {
    Script::Say(answer(status, headers, body))
}

#[rustfmt::skip]
fn faults_of_the_connection() -> Vec<Fault> {
    let flood = b"X-Flood: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(40);
    let drip = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"a\"".to_vec();
    vec![
        ("close before reading", Script::Slam, Cause::Broken, None),
        ("reset after request", Script::Reset, Cause::Broken, None),
        ("close mid-headers", Script::Say(b"HTTP/1.1 200 OK\r\nConte".to_vec()), Cause::Broken, None),
        ("silence", Script::SayAndHang(Vec::new()), Cause::TimedOut, None),
        ("header drip", Script::SayAndHang(b"HTTP/1.1 200 OK\r\nX: ".to_vec()), Cause::TimedOut, None),
        ("body drip", Script::SayAndHang(drip), Cause::TimedOut, Some(200)),
        ("storm of 1xx", Script::Endless(Vec::new(), b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec()), Cause::TimedOut, None),
        ("headers flood", Script::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), flood), Cause::Unreadable, None),
        ("length too long", Script::Say(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}".to_vec()), Cause::Broken, Some(200)),
        ("not HTTP", Script::Say(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec()), Cause::Unreadable, None),
    ]
}

#[rustfmt::skip]
fn faults_of_the_status() -> Vec<Fault> {
    vec![
        ("429 bare", say("429 Too Many Requests", JSON, b""), Cause::Refused, Some(429)),
        ("429 + 1 s", say("429 Too Many Requests", "Retry-After: 1\r\n", b"{}"), Cause::Refused, Some(429)),
        ("503 + date", say("503 Unavailable", "Retry-After: Tue, 31 Dec 2999 23:59:59 GMT\r\n", b""), Cause::Refused, Some(503)),
        ("500", say("500 Oops", JSON, b"{}"), Cause::Refused, Some(500)),
        ("502 with HTML", say("502 Bad Gateway", "Content-Type: text/html\r\n", HTML), Cause::Refused, Some(502)),
        ("504", say("504 Gateway Timeout", "", b""), Cause::Refused, Some(504)),
        ("509", say("509 Bandwidth", "", b""), Cause::Refused, Some(509)),
        ("204 empty", Script::Say(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()), Cause::Unreadable, Some(204)),
        ("redirect same host", say("302 Found", "Location: /other\r\n", b""), Cause::NotTheService, Some(302)),
        ("redirect other host", say("307 Temporary", "Location: https://evil.example/x\r\n", b""), Cause::NotTheService, Some(307)),
        ("redirect to http", say("308 Permanent", "Location: http://evil.example/x\r\n", b""), Cause::NotTheService, Some(308)),
        ("redirect to file", say("301 Moved", "Location: file:///etc/passwd\r\n", b""), Cause::NotTheService, Some(301)),
        ("403 with HTML", say("403 Forbidden", "", HTML), Cause::NotTheService, Some(403)),
        ("407", say("407 Proxy Authentication Required", "", b""), Cause::Proxy, Some(407)),
        ("511", say("511 Network Authentication Required", "", b""), Cause::NotTheService, Some(511)),
    ]
}

#[rustfmt::skip]
fn faults_of_the_body() -> Vec<Fault> {
    let utf16: Vec<u8> = "\u{feff}{\"a\":".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000)).into_bytes();
    vec![
        ("empty 200", say("200 OK", JSON, b""), Cause::Unreadable, Some(200)),
        ("truncated JSON", say("200 OK", JSON, b"{\"totalCount\":"), Cause::Unreadable, Some(200)),
        ("random bytes", say("200 OK", JSON, b"\x8f\x01\xff\xfe\x00garbage"), Cause::Unreadable, Some(200)),
        ("HTML 200", say("200 OK", "Content-Type: text/html\r\n", HTML), Cause::NotTheService, Some(200)),
        ("HTML as JSON", say("200 OK", JSON, HTML), Cause::NotTheService, Some(200)),
        ("truncated UTF-16", say("200 OK", JSON, &utf16), Cause::Unreadable, Some(200)),
        ("broken UTF-8", say("200 OK", JSON, b"{\"a\":\"\xff\xfe\"}"), Cause::Unreadable, Some(200)),
        ("an array", say("200 OK", JSON, b"[1,2]"), Cause::Unreadable, Some(200)),
        ("depth 100,000", say("200 OK", JSON, "[".repeat(100_000).as_bytes()), Cause::Unreadable, Some(200)),
        ("too large", say("200 OK", JSON, " ".repeat(1_100_000).as_bytes()), Cause::Unreadable, Some(200)),
        ("endless", Script::Endless(chunked, chunk), Cause::Unreadable, Some(200)),
        ("compressed bomb", say("200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\x00\x00\x00\x00\x00"), Cause::Unreadable, Some(200)),
    ]
}

/// The faults of a connection and of an answer that can be made with bytes alone.
fn faults() -> impl Iterator<Item = Fault> {
    faults_of_the_connection().into_iter().chain(faults_of_the_status()).chain(faults_of_the_body())
}

#[tokio::test]
async fn every_fault_of_a_read_has_its_cause() {
    for (name, script, cause, status) in faults() {
        let server = Raw::start(script).await;
        let failure = read(&server, &http_for(cause)).await.expect_err(name);
        assert_eq!((failure.cause, failure.status), (cause, status), "{name}");
        assert_eq!(failure.service, Service::PartnerCenter, "{name}");
        assert!(server.requests.load(Ordering::SeqCst) <= 1, "{name}");
        assert!(failure.retry_after <= Some(Duration::from_secs(120)), "{name}");
    }
}

#[tokio::test]
async fn a_code_is_posted_once_whatever_happens() {
    for (name, script, cause, status) in faults() {
        let server = Raw::start(script).await;
        let landed = redeem(&server, &http_for(cause)).await;
        assert!(landed.refresh_token.is_none(), "{name}");
        let failure = landed.grant.expect_err(name);
        assert_eq!((failure.cause, failure.status), (cause, status), "{name}");
        assert_eq!(failure.service, Service::Entra, "{name}");
        // Who closes at once reads nothing; whether anything had left, nobody knows.
        let posts = usize::from(name != "close before reading");
        assert_eq!(server.requests.load(Ordering::SeqCst), posts, "{name}");
        assert!(!failure.unsent, "{name}: the code may have been seen");
    }
}

/// No connection, or no handshake: nothing can have left.
#[tokio::test]
async fn a_code_that_provably_never_left_is_told_apart() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let plain = Raw::start(Script::Say(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())).await;
    let refused = format!("http://127.0.0.1:{port}");
    for (base, told) in [(refused, "refused"), (format!("https://localhost:{}", plain.port), "no handshake")] {
        let cloud = cloud_at(&base);
        let landed = Services { http: &http(), cloud: &cloud }.redeem(&redemption()).await;
        let failure = landed.grant.unwrap_err();
        assert!(failure.unsent, "{told}: {failure:?}");
    }
    let seen = plain.seen.lock().unwrap().join("");
    assert!(!seen.contains("1.AXoA"), "{seen}");
}

/// The metadata of a server that knows no tenants: the ID that was asked for stands, a domain gets a sentence of its own.
#[tokio::test]
async fn a_server_without_tenants_needs_the_id_itself() {
    let body = r#"{"authorization_endpoint":"http://127.0.0.1:9400/auth","token_endpoint":"http://127.0.0.1:9400/token","issuer":"http://127.0.0.1:9400","jwks_uri":"http://127.0.0.1:9400/jwks","authorization_response_iss_parameter_supported":true}"#;
    let server = Raw::start(Script::Say(json("200 OK", body))).await;
    let (http, cloud) = (http(), server.cloud());
    let entra = Services { http: &http, cloud: &cloud };
    let asked = |typed: &str| Directory::parse(typed).unwrap().value;
    let found = entra.discover(&asked(TENANT)).await.unwrap();
    assert_eq!((found.id, found.named), (tenant(), false));
    let failure = entra.discover(&asked("contoso.example")).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Mismatch(Mismatch::NoTenant));
    let told = diagnose(&failure, &Context::default());
    assert_eq!(told.what, "The sign-in server knows no tenant ID for this domain.");
    assert_eq!(told.goto, Goto::Field(Field::Directory));
}

/// Refusals of an OpenID-certified server, as they came.
#[tokio::test]
async fn refusals_in_bare_oauth_words_have_their_rows() {
    let client = r#"{"error":"invalid_client","error_description":"client authentication failed"}"#;
    let used = r#"{"error":"invalid_grant","error_description":"grant request is invalid"}"#;
    let scope = r#"{"error":"invalid_scope","error_description":"refresh token missing requested scope","scope":"https://api.partner.microsoft.com/.default"}"#;
    let short = r#"{"error":"invalid_grant"}"#;
    for (status, body, label, exit) in [
        ("401 Unauthorized", client, "Entra invalid_client", Exit::Refused),
        ("400 Bad Request", used, "Entra invalid_grant", Exit::SignIn),
        ("400 Bad Request", short, "Entra invalid_grant", Exit::SignIn),
        ("400 Bad Request", scope, "Entra invalid_scope", Exit::Internal),
    ] {
        let server = Raw::start(Script::Say(json(status, body))).await;
        let failure = redeem(&server, &http()).await.grant.unwrap_err();
        let told = diagnose(&failure, &Context::default());
        assert_eq!((told.code.as_str(), told.exit), (label, exit), "{body}");
        assert_ne!(told.row, "unknown", "{body}");
    }
}

#[tokio::test]
async fn nobody_there_and_no_such_host() {
    let port = {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        gone.local_addr().unwrap().port()
    };
    let http = http();
    for (base, cause) in [
        (format!("http://127.0.0.1:{port}"), Cause::NoConnection),
        ("https://no-such-host.invalid".to_owned(), Cause::NoSuchHost),
    ] {
        let cloud = cloud_at(&base);
        let failure = Services { http: &http, cloud: &cloud }
            .discover(&Directory::parse(TENANT).unwrap().value)
            .await
            .unwrap_err();
        assert_eq!(failure.cause, cause, "{base}");
    }
}

#[tokio::test]
async fn retry_after_is_clamped() {
    for (header, expected) in [
        ("Retry-After: 57\r\n", Some(57)),
        ("Retry-After: 4000000000\r\n", Some(120)),
        ("Retry-After: 99999999999999999999999\r\n", Some(120)),
        ("Retry-After: -5\r\n", None),
        ("Retry-After: soon\r\n", None),
        ("Retry-After: soon\r\nRetry-After: 3\r\n", Some(3)),
        ("Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", Some(0)),
        ("Retry-After: Tue, 31 Dec 2999 23:59:59 GMT\r\n", Some(120)),
    ] {
        let body = br#"{"statusCode":429,"message":"Rate limit is exceeded. Try again later."}"#;
        let server = Raw::start(Script::Say(answer("429 Slow", header, body))).await;
        let failure = read(&server, &http()).await.unwrap_err();
        assert_eq!(failure.retry_after, expected.map(Duration::from_secs), "{header}");
        // The pause that is really taken: a second where no time was named.
        let request = PartnerCenterRequest {
            application: application(),
            directory: Directory::parse("contoso.com").unwrap().value,
            secret: Some(Secret::shared("secret".to_owned())),
            secret_ends: None,
        };
        let mut run = Execution::partner_center(request, Registration::default());
        let asked = run.start(0);
        let [(id, Effect::Discover(_))] = asked.as_slice() else { unreachable!("{asked:?}") };
        let next = run.resume(*id, Outcome::Failed(Box::new((*failure).clone())), 0);
        let pause = Duration::from_secs(expected.unwrap_or(1));
        assert!(matches!(next.as_slice(), [(_, Effect::Pause(time))] if *time == pause), "{header}: {next:?}");
        assert_eq!(failure.sentence.unwrap(), "Rate limit is exceeded. Try again later.");
    }
}

#[tokio::test]
async fn where_no_header_says_when_the_sentence_does() {
    for (header, expected) in [("", 57), ("Retry-After: soon\r\n", 57), ("Retry-After: 3\r\n", 3)] {
        let body = br#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 57 seconds."}"#;
        let server = Raw::start(Script::Say(answer("429 Slow", header, body))).await;
        let failure = read(&server, &http()).await.unwrap_err();
        assert_eq!(failure.retry_after, Some(Duration::from_secs(expected)), "{header}");
    }
}

#[tokio::test]
async fn a_refresh_token_survives_an_answer_that_breaks_off() {
    let body = br#"{"token_type":"Bearer","refresh_token":"1.rt-._~x","access_token":"cut"#;
    let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n".to_vec();
    bytes.extend_from_slice(body);
    let server = Raw::start(Script::Say(bytes)).await;
    let landed = redeem(&server, &http()).await;
    assert_eq!(landed.refresh_token.unwrap().reveal(), "1.rt-._~x");
    assert_eq!(landed.grant.unwrap_err().cause, Cause::Broken);
    let seen = server.seen.lock().unwrap().join("");
    for part in [
        "grant_type=authorization_code",
        "code=1.AXoA-._%7Ex",
        "redirect_uri=http%3A%2F%2Flocalhost%3A8400&",
        "scope=https%3A%2F%2Fpc.example%2F.default+offline_access+openid+profile",
        "client_secret=s%7Ee.c_r-e%2Ft%2B%3D",
        &format!("code_verifier={}", "v".repeat(43)),
    ] {
        assert!(format!("{seen}&").contains(part), "{part}\n{seen}");
    }
}

#[tokio::test]
async fn a_refresh_names_one_audience() {
    let server = Raw::start(Script::Say(json(
        "400 Bad Request",
        r#"{"error":"invalid_grant","error_description":"AADSTS65001: Not consented.\r\nTrace ID: t-1","suberror":"consent_required"}"#,
    )))
    .await;
    let (http, cloud) = (http(), server.cloud());
    let landed = Services { http: &http, cloud: &cloud }
        .refresh(&TokenRefresh {
            credentials: credentials("s"),
            refresh_token: Secret::shared("old".to_owned()),
            audience: Audience::PartnerApi,
        })
        .await;
    let failure = landed.grant.unwrap_err();
    assert_eq!(failure.error.unwrap(), "invalid_grant");
    assert_eq!(failure.suberror.unwrap(), "consent_required");
    assert_eq!(failure.codes, [65001]);
    let seen = server.seen.lock().unwrap().join("");
    assert!(seen.contains("scope=https%3A%2F%2Fapi.example%2F.default+offline_access"));
}
