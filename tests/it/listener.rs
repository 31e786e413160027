//! The loopback listener against everything that any program or page on this machine can send it.

use futures_util::FutureExt as _;
use octo_csp::cloud::Cloud;
use octo_csp::effect::{
    AuthorizationRequest, AuthorizationResponse, CallbackPage, CodeAudience, NotCatching, SignIn, SignInNotice,
};
use octo_csp::words::{ClientId, RedirectAddress, Secret, SharedSecret, TenantId};
use octo_csp::world::callback::listener::{Errand, Listener, LoopbackListeners};
use octo_csp::world::callback::peers::Peers;
use octo_csp::world::callback::redirect::SignInSession;
use octo_csp::world::http::{Http, HttpOptions, Services};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

const TENANT: &str = "8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204";

fn sign_in(redirect: &str) -> SignIn {
    SignIn {
        tenant: TenantId::parse(TENANT).unwrap().value,
        application: ClientId::parse(TENANT).unwrap().value,
        redirect: RedirectAddress::parse(redirect).unwrap(),
        claims: None,
        redeemer: CodeAudience::Ourselves,
    }
}

async fn open(redirect: &str) -> (SignInSession, AuthorizationRequest) {
    let http = Http::new(&HttpOptions::default()).unwrap();
    SignInSession::open(Services { http: &http, cloud: &Cloud::global() }, &sign_in(redirect)).await.unwrap()
}

fn port(consent: &AuthorizationRequest) -> u16 {
    Url::parse(consent.redirect.as_str()).unwrap().port().unwrap()
}

/// Sends bytes and reads all that comes back.
async fn send(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let _sent = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _read = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get(port: u16, target: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    send(port, request.as_bytes()).await
}

/// Brings the real answer and tells the page; gives what the browser then shows.
async fn succeeds(session: SignInSession, consent: &AuthorizationRequest) -> String {
    let port = port(consent);
    let target = format!("/?code=1.AXoA-._x&session_state={TENANT}&state={}", consent.state.reveal());
    let browser = tokio::spawn(async move { get(port, &target).await });
    let arrival = tokio::time::timeout(std::time::Duration::from_secs(2), session.arrival()).await.unwrap();
    let AuthorizationResponse::Code(code) = arrival else {
        unreachable!("an error arrived");
    };
    assert_eq!(code.secret().reveal(), "1.AXoA-._x");
    session.tell(CallbackPage::SignedIn).await;
    browser.await.unwrap()
}

#[tokio::test]
async fn a_code_with_our_state_arrives_and_the_tab_tells_the_truth() {
    let (session, consent) = open("http://localhost").await;
    consent.catching.unwrap();
    let page = succeeds(session, &consent).await;
    assert!(page.starts_with("HTTP/1.1 200"));
    assert!(page.contains("<title>Signed in - octo-csp</title>") && page.contains("the checks go on there"));
    assert!(page.contains("default-src 'none'"));
    assert!(page.to_ascii_lowercase().contains("cache-control: no-store"));
    assert!(!page.contains("1.AXoA"));
}

/// The one script there is, and what the policy says of it; a browser runs no other.
#[tokio::test]
async fn the_tab_forgets_the_address_that_it_came_by() {
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};
    let (session, consent) = open("http://localhost").await;
    let page = succeeds(session, &consent).await;
    let (_, rest) = page.split_once("<script>").unwrap();
    let (script, rest) = rest.split_once("</script>").unwrap();
    assert_eq!(script, "history.replaceState(null,'',location.pathname)");
    assert!(!rest.contains("<script"));
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(script));
    let policy = page.lines().find(|line| line.to_ascii_lowercase().starts_with("content-security-policy")).unwrap();
    assert!(policy.contains(&format!("script-src 'sha256-{hash}';")), "{policy}");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline' 's"), "{policy}");
    assert_eq!(policy.matches("script").count(), 1, "{policy}");
}

#[tokio::test]
async fn both_doors_are_ours_and_are_let_go_of() {
    let (session, consent) = open("http://localhost/back").await;
    let port = port(&consent);
    assert!(TcpListener::bind(("127.0.0.1", port)).await.is_err());
    if TcpListener::bind("[::1]:0").await.is_ok() {
        TcpStream::connect(("::1", port)).await.unwrap();
    }
    drop(session);
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    TcpListener::bind(("127.0.0.1", port)).await.unwrap();
}

#[tokio::test]
async fn a_taken_port_is_named_and_the_one_time_page_is_elsewhere() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = other.local_addr().unwrap().port();
    let (_session, consent) = open(&format!("http://localhost:{taken}/")).await;
    assert_eq!(consent.catching, Err(NotCatching::PortTaken(taken)));
    assert_ne!(consent.one_time.unwrap().port(), Some(taken));
    let (_session, consent) = open("https://localhost").await;
    assert_eq!(consent.catching, Err(NotCatching::Elsewhere));
    assert_eq!(consent.redirect.as_str(), "https://localhost");
    assert!(consent.one_time.is_some());
}

#[tokio::test]
async fn the_one_time_address_leads_on_once() {
    let (_session, consent) = open("http://localhost").await;
    let one_time = consent.one_time.as_ref().unwrap();
    let answer = get(port(&consent), one_time.path()).await;
    assert!(answer.starts_with("HTTP/1.1 302"), "{answer}");
    assert!(answer.contains(consent.address.as_str()));
    assert!(answer.contains("no-referrer"));
    assert!(!one_time.as_str().contains(consent.state.reveal()));
    let again = get(port(&consent), one_time.path()).await;
    assert!(again.starts_with("HTTP/1.1 200") && again.contains("used before"));
    let wrong = get(port(&consent), "/start/AAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(wrong.starts_with("HTTP/1.1 404"));
}

/// To the listener everybody here is another user: their connections are really made, and the system really says whose they are.
#[tokio::test]
async fn another_user_gets_nothing_uses_nothing_up_and_fills_no_place() {
    let me = rustix::process::getuid().as_raw();
    let state = Secret::shared("a-state-that-another-user-has-read-somewhere".to_owned());
    let errand = || Errand {
        callback: Some(("/".to_owned(), SharedSecret::clone(&state))),
        token: Secret::new("one-time".to_owned()),
        address: http::HeaderValue::from_static("https://login.example/authorize"),
    };
    let answer = format!("/?error=access_denied&state={}", state.reveal());
    let doors = LoopbackListeners::open(None).await.unwrap();
    let port = doors.port();
    let strangers = Listener::start(doors, errand(), Peers::of_user(Some(me + 1)));
    for target in ["/start/one-time", &answer, "/start/one-time"] {
        assert!(get(port, target).await.contains("Nothing here"), "{target}");
    }
    // More than there are places, all kept open: none of them keeps one.
    let mut stalled = Vec::new();
    for _ in 0..200 {
        stalled.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        assert!(strangers.guests() <= 64);
    }
    assert!(strangers.arrival().now_or_never().is_none());
    drop(strangers);

    // The control: the same requests of this user.
    let doors = LoopbackListeners::open(None).await.unwrap();
    let port = doors.port();
    let ours = Listener::start(doors, errand(), Peers::here());
    assert!(get(port, "/start/one-time").await.starts_with("HTTP/1.1 302"));
    assert!(get(port, &answer).await.starts_with("HTTP/1.1 200"));
    assert!(matches!(ours.arrival().await, AuthorizationResponse::Noticed(SignInNotice::Declined(_))));
}

#[tokio::test]
async fn the_address_says_all_that_microsoft_wants_to_know() {
    let (_session, consent) = open("http://localhost").await;
    let query: std::collections::BTreeMap<String, String> = consent.address.query_pairs().into_owned().collect();
    assert_eq!(consent.address.path(), format!("/{TENANT}/oauth2/v2.0/authorize"));
    for (name, value) in [
        ("client_id", TENANT),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("redirect_uri", consent.redirect.as_str()),
        ("prompt", "select_account"),
        ("code_challenge_method", "S256"),
        ("state", consent.state.reveal()),
        ("scope", "https://api.partnercenter.microsoft.com/.default offline_access openid profile"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    assert_eq!(query["code_challenge"].len(), 43);
    let verifier = consent.verifier.unwrap();
    assert!(consent.state.characters() >= 43 && verifier.characters() >= 43);
}

/// A code that another redeems is caught at the registered address, to the letter, and is bound to no verifier of ours.
#[tokio::test]
async fn a_code_for_another_is_asked_for_at_the_registered_address_and_without_a_challenge() {
    let free = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let fixed = format!("http://localhost:{port}/back");
    for redirect in [fixed.as_str(), "http://localhost", "https://localhost"] {
        let http = Http::new(&HttpOptions::default()).unwrap();
        let asked = SignIn { redeemer: CodeAudience::Another, ..sign_in(redirect) };
        let cloud = Cloud::global();
        let entra = Services { http: &http, cloud: &cloud };
        let (session, consent) = SignInSession::open(entra, &asked).await.unwrap();
        assert_eq!(consent.redirect.as_str(), redirect);
        assert!(consent.verifier.is_none());
        let query = consent.address.query().unwrap();
        assert!(!query.contains("code_challenge"), "{query}");
        if redirect == fixed {
            assert!(consent.catching.is_ok());
            let state = consent.state.reveal();
            let request =
                format!("GET /back?code=0.AXoA-some-code&state={state} HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n");
            let browser = tokio::spawn(async move { send(port, request.as_bytes()).await });
            assert!(matches!(session.arrival().await, AuthorizationResponse::Code(_)));
            session.tell(CallbackPage::Caught).await;
            let page = browser.await.unwrap();
            assert!(page.contains("The code is in the terminal"), "{page}");
        }
    }
}

#[tokio::test]
async fn a_sign_in_goes_on_after_a_crash() {
    let (session, consent) = open("http://localhost").await;
    drop(session);
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    let http = Http::new(&HttpOptions::default()).unwrap();
    let cloud = Cloud::global();
    let entra = Services { http: &http, cloud: &cloud };
    let (session, again) = SignInSession::reopen(entra, &consent.sign_in_state).await.unwrap();
    assert_eq!(again.address, consent.address);
    assert_eq!(again.redirect, consent.redirect);
    assert_ne!(again.one_time, consent.one_time);
    succeeds(session, &again).await;
    let rubbish = Secret::new("{}".to_owned());
    assert!(SignInSession::reopen(entra, &rubbish).await.is_err());
}

/// A refusal is told to the person and to the browser, and the sign-in waits on: nothing is used up by it.
#[tokio::test]
async fn a_refusal_is_shown_and_the_same_link_still_works() {
    let (session, consent) = open("http://localhost").await;
    let (port, state) = (port(&consent), consent.state.reveal());
    let one_time = consent.one_time.as_ref().unwrap().path();
    assert!(get(port, one_time).await.starts_with("HTTP/1.1 302"));
    let refusal = format!(
        "/?error=access_denied&error_subcode=cancel&error_description=AADSTS65004%3a+User+%3cb%3edeclined%0d%0aTrace+ID%3a+aa-1&state={state}"
    );
    for _ in 0..2 {
        let page = get(port, &refusal).await;
        assert!(page.contains("<title>Not signed in: AADSTS65004 - octo-csp</title>"), "{page}");
        assert!(page.contains("Sign in again and press Accept. The same link can be tried again"), "{page}");
        assert!(!page.contains("declined") && !page.contains(state), "{page}");
        let AuthorizationResponse::Noticed(SignInNotice::Declined(failure)) = session.arrival().await else {
            unreachable!("something else arrived");
        };
        assert_eq!(failure.error.unwrap(), "access_denied");
        assert_eq!(failure.suberror.unwrap(), "cancel");
        assert_eq!(failure.codes, [65004]);
        assert_eq!(failure.sentence.unwrap(), "AADSTS65004: User <b>declined");
        assert!(session.arrival().now_or_never().is_none(), "it is told once");
        assert!(get(port, one_time).await.starts_with("HTTP/1.1 302"), "the browser can be opened again");
    }
    let page = {
        let target = format!("/?code=1.AXoA-._x&state={state}");
        let browser = tokio::spawn(async move { get(port, &target).await });
        assert!(matches!(session.arrival().await, AuthorizationResponse::Code(_)));
        // Once a code has come, the link is used.
        assert!(get(port, &refusal).await.contains("used before"));
        assert!(matches!(session.arrival().await, AuthorizationResponse::Code(_)));
        let failed =
            CallbackPage::Failed { code: "AADSTS65001".to_owned(), cure: "Grant <consent> & go on.".to_owned() };
        session.tell(failed).await;
        browser.await.unwrap()
    };
    assert!(page.contains("<title>Stopped: AADSTS65001 - octo-csp</title>"), "{page}");
    assert!(page.contains("Grant &lt;consent> &amp; go on. The terminal says the rest"), "{page}");
}

/// Under WSL nobody can be told apart: whoever opens the one-time address first goes on.
#[tokio::test]
async fn the_first_to_open_the_page_wins_and_a_second_is_noticed_where_users_are_not_known() {
    let errand = || Errand {
        callback: None,
        token: Secret::new("one-time".to_owned()),
        address: http::HeaderValue::from_static("https://login.example/authorize"),
    };
    for (peers, noticed) in [(Peers::of_user(None), true), (Peers::here(), false)] {
        let doors = LoopbackListeners::open(None).await.unwrap();
        let port = doors.port();
        let listener = Listener::start(doors, errand(), peers);
        assert!(get(port, "/start/one-time").await.starts_with("HTTP/1.1 302"));
        assert!(listener.arrival().now_or_never().is_none());
        assert!(get(port, "/start/one-time").await.contains("used before"));
        let told = listener.arrival().now_or_never();
        let opened_twice = matches!(told, Some(AuthorizationResponse::Noticed(SignInNotice::OpenedTwice)));
        assert_eq!(opened_twice, noticed, "{told:?}");
    }
}

fn request(method: &str, target: &str, headers: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\n{headers}\r\n").into_bytes()
}

/// Other methods and other places.
#[rustfmt::skip]
fn wrong_targets(ours: &str, good: &str) -> Vec<Vec<u8>> {
    let targets = [
        "/", "/?", "/?state=", "/?code=evil", "/?error=access_denied", "/?code=evil&state=", "/favicon.ico",
        "/robots.txt", "/start/", "/start", "//", "/%2e%2e/", "/?code=evil&state=%00", "/index.html?code=evil",
    ];
    let methods = ["GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "TRACE", "PATCH"];
    let with_state = methods.iter().skip(1).chain(&["X"]).map(|method| request(method, ours, good));
    targets
        .iter()
        .flat_map(|target| methods.iter().map(move |method| request(method, target, good)))
        .chain(with_state)
        .collect()
}

/// Our state, brought to a name that is not ours.
#[rustfmt::skip]
fn wrong_hosts(ours: &str, good: &str, port: u16) -> Vec<Vec<u8>> {
    let hosts = [
        "evil.example".to_owned(), format!("evil.example:{port}"), "localhost".to_owned(), "localhost:1".to_owned(),
        format!("localhost.evil.example:{port}"), format!("127.0.0.2:{port}"), format!("0.0.0.0:{port}"), String::new(),
        format!("user@localhost:{port}"), format!("[::2]:{port}"), format!("localhost:{port}:{port}"),
        format!("localhost:0{port}"), "[::1]".to_owned(), format!("2130706433:{port}"), "\u{e9}".to_owned(),
    ];
    let mut all: Vec<Vec<u8>> =
        hosts.iter().map(|host| request("GET", ours, &format!("Host: {host}\r\n"))).collect();
    all.push(request("GET", ours, ""));
    all.push(request("GET", ours, &format!("{good}{good}")));
    all.push(request("GET", &format!("http://evil.example{ours}"), good));
    all
}

/// Our state with something wrong beside it.
#[rustfmt::skip]
fn wrong_queries(state: &str, good: &str) -> Vec<Vec<u8>> {
    let cut = state.get(1..).unwrap();
    [
        format!("/?code=a&code=b&state={state}"), format!("/?code=a&state={state}&state={state}"),
        format!("/?code=a&error=b&state={state}"), format!("/?state={state}"), format!("/?code=&state={state}"),
        format!("/?code=a+b&state={state}"), format!("/?code=a%26b&state={state}"), format!("/?code=a%0ab&state={state}"),
        format!("/?error=a&error=b&state={state}"), format!("/x?code=a&state={state}"), format!("/?code=a#&state={state}"),
        format!("/?code=a;state={state}"), format!("/?code=a&State={state}"), format!("/?code=a&state={cut}"),
        format!("/?code=a&state={state}x"), format!("/?error=x&error_description=a&error_description=b&state={state}"),
        format!("/?code={}&state={state}", "a".repeat(40_000)),
    ]
    .iter()
    .map(|target| request("GET", target, good))
    .collect()
}

/// What is hardly HTTP.
fn junk(good: &str) -> Vec<Vec<u8>> {
    [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"[..],
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
    ]
    .iter()
    .map(|bytes| bytes.to_vec())
    .chain([request("GET", "/", &format!("{good}{}", "X-A: b\r\n".repeat(5_000)))])
    .collect()
}

/// 320 requests that are not the answer.
fn hostile(port: u16, state: &str) -> Vec<Vec<u8>> {
    let good = format!("Host: localhost:{port}\r\n");
    let ours = format!("/?code=evil&state={state}");
    let mut all = wrong_targets(&ours, &good);
    all.extend(wrong_hosts(&ours, &good, port));
    all.extend(wrong_queries(state, &good));
    all.extend(junk(&good));
    let mut seed = 7_u32;
    while all.len() < 320 {
        let target = format!("/?code=evil&state=wrong{}", all.len());
        let mut bytes = request("GET", &target, &good);
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let place = seed as usize % bytes.len();
        bytes[place] ^= seed.to_be_bytes()[0] | 1;
        bytes.extend_from_slice(b"\r\n\r\n");
        all.push(bytes);
    }
    all
}

/// Sends bytes, says that no more will come, and reads to the end.
async fn send_and_end(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let _sent = stream.write_all(bytes).await;
    let _ended = stream.shutdown().await;
    let mut answer = Vec::new();
    let _read = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn hostile_requests_do_not_disturb_the_real_one() {
    let (session, consent) = open("http://localhost").await;
    let port = port(&consent);
    let requests = hostile(port, consent.state.reveal());
    assert_eq!(requests.len(), 320);
    for request in &requests {
        let answer = send_and_end(port, request).await;
        let shown = String::from_utf8_lossy(request);
        assert!(!answer.contains("evil") && !answer.contains(consent.state.reveal()), "{shown}");
        assert!(!answer.starts_with("HTTP/1.1 2") && !answer.starts_with("HTTP/1.1 3"), "{shown}\n{answer}");
    }
    assert!(succeeds(session, &consent).await.contains("Signed in"));
}

/// The connection of a user, as the system's list would have it.
async fn connection_of(user: u32, list: &std::path::Path, port: u16) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let own = socket.local_addr().unwrap().port();
    let ip = u32::from_ne_bytes([127, 0, 0, 1]);
    let row = format!(
        "  0: {ip:08X}:{own:04X} {ip:08X}:{port:04X} 01 00000000:00000000 00:00000000 00000000 {user:5} 0 4711\n"
    );
    std::io::Write::write_all(&mut std::fs::File::create(list).unwrap(), row.as_bytes()).unwrap();
    socket.connect(([127, 0, 0, 1], port).into()).await.unwrap()
}

/// Another user of this machine sends all of that too, and the real answer itself, and a refusal, and opens the page: the real user's
/// requests come after it, at the same listener.
#[tokio::test]
async fn another_user_who_knows_everything_does_not_disturb_the_real_one() {
    let folder = tempfile::TempDir::new().unwrap();
    let list = folder.path().join("tcp");
    let (me, state) = (1_000, Secret::shared("a-state-that-another-user-has-read-somewhere".to_owned()));
    let errand = Errand {
        callback: Some(("/".to_owned(), SharedSecret::clone(&state))),
        token: Secret::new("one-time".to_owned()),
        address: http::HeaderValue::from_static("https://login.example/authorize"),
    };
    let doors = LoopbackListeners::open(None).await.unwrap();
    let port = doors.port();
    let listener = Listener::start(doors, errand, Peers::listed(me, list.clone()));
    let good = format!("Host: localhost:{port}\r\n");
    let told = |target: &str| request("GET", target, &good);
    let refusal = told(&format!("/?error=access_denied&state={}", state.reveal()));
    let answer = told(&format!("/?code=1.AXoA-._x&state={}", state.reveal()));
    let mut requests = hostile(port, state.reveal());
    requests.extend([refusal, answer.clone(), told("/start/one-time")]);
    for request in &requests {
        let mut stream = connection_of(me + 1, &list, port).await;
        let _sent = stream.write_all(request).await;
        let _ended = stream.shutdown().await;
        let mut page = Vec::new();
        let _read = stream.read_to_end(&mut page).await;
        let (page, shown) = (String::from_utf8_lossy(&page), String::from_utf8_lossy(request));
        assert!(!page.starts_with("HTTP/1.1 2") && !page.starts_with("HTTP/1.1 3"), "{shown}\n{page}");
    }
    assert!(listener.arrival().now_or_never().is_none());
    // The same two requests of the real user.
    let ours = async |request: Vec<u8>| {
        let mut stream = connection_of(me, &list, port).await;
        stream.write_all(&request).await.unwrap();
        stream
    };
    let mut page = String::new();
    ours(told("/start/one-time")).await.read_to_string(&mut page).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 302"), "{page}");
    let mut browser = ours(answer).await;
    assert!(matches!(listener.arrival().await, AuthorizationResponse::Code(_)));
    listener.tell(CallbackPage::SignedIn).await;
    page.clear();
    browser.read_to_string(&mut page).await.unwrap();
    assert!(page.contains("Signed in"), "{page}");
}

#[tokio::test]
async fn wrong_states_do_not_disturb_the_real_one() {
    let (session, consent) = open("http://localhost").await;
    let port = port(&consent);
    for guess in 0..2_000 {
        let answer = get(port, &format!("/?code=evil&state={guess:043}")).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }
    assert!(succeeds(session, &consent).await.contains("Signed in"));
}

#[tokio::test]
async fn stalled_connections_do_not_block_the_real_one() {
    let (session, consent) = open("http://localhost").await;
    let port = port(&consent);
    let mut stalled = Vec::new();
    for number in 0..1_000 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        if number % 2 == 0 {
            let _sent = stream.write_all(b"GET / HTTP/1.1\r\nHost: loc").await;
        }
        stalled.push(stream);
    }
    assert!(succeeds(session, &consent).await.contains("Signed in"));
    drop(stalled);
}
