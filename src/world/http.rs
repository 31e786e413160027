//! The one factory of HTTP clients: https only (or http on loopback), no redirects, no cookies, no decoding of content, no
//! transport retry, and a limit on time and size for every call.
//!
//! What comes back is either the service's own answer or a [`Failure`], which says what stood in the way.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use http::header::{HeaderMap, LOCATION};
use http::{HeaderName, HeaderValue, Method};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Client, Proxy, redirect};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use tokio::time::Instant;
use url::{Host, Url};
use uuid::Builder;
use zeroize::Zeroizing;

use crate::cloud::{Cloud, authority, is_loopback};
use crate::words::{Cause, Failure, Secret, Service, TlsFault};
use crate::world::call_log::CallLog;
use crate::world::ready::{Connecting, Ready};
use crate::world::reply::{BODY_LIMIT, JSON_LIMIT, Opening, Reply, failed};
use crate::world::{issuer, tls};

/// How connections are made.
#[derive(Clone)]
pub struct HttpOptions {
    /// A CA certificate (PEM, one or more) trusted beside the system's: for networks that inspect TLS.
    pub extra_ca: Option<Vec<u8>>,
    /// Whether that CA alone is trusted.
    pub only_extra: bool,
    /// A proxy to use in place of the one the system names.
    pub proxy: Option<Url>,
    /// How long a whole call may take, its body included.
    pub patience: Duration,
    /// Where each call gets its line.
    pub log: Option<Arc<CallLog>>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { extra_ca: None, only_extra: false, proxy: None, patience: Duration::from_secs(30), log: None }
    }
}

/// The services of one cloud, and the way to reach them. What each can be asked is in its own file.
#[derive(Clone, Copy)]
pub struct Services<'w> {
    /// The way.
    pub http: &'w Http,
    /// Every address and audience.
    pub cloud: &'w Cloud,
}

/// Clients, one for each host, so that the moment of its last call is that of its connections.
type Clients = HashMap<(String, bool, bool), (Client, Instant)>;

/// The clients of this process. Each is built when it is first needed.
pub struct Http {
    options: HttpOptions,
    extra: Vec<CertificateDer<'static>>,
    /// Whom the clients trust. The system's certificates are read once for all of them: that takes longer than a handshake.
    trust: OnceLock<Result<ClientConfig, rustls::Error>>,
    /// The correlation ID of this process: one for all its calls, to quote to Microsoft's support.
    pub(super) correlation_id: String,
    made: Mutex<Clients>,
    /// Connections that are open before they are needed.
    ready: Arc<Ready>,
}

/// How long a connection is kept for another call: shorter than servers keep it, so that a call does not land on one that is gone.
const KEPT: Duration = Duration::from_secs(10);

/// Where a call goes, which decides whether certificates and proxies matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Route {
    /// https somewhere: through the proxy of the system, if there is one.
    Outside,
    /// https on this machine: never through a proxy.
    Loopback,
    /// http on this machine: no certificates are needed, so a machine without any can still rehearse.
    Plain,
}

/// One call. There is no `Debug`: its body holds secrets.
pub struct Ask {
    pub(super) service: Service,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Whether it has a connection of its own, closed afterwards: for calls that carry a secret and must be sent once. Else the
    /// connection is kept alive and used again.
    pub(super) alone: bool,
    /// Most bytes of its answer.
    pub(super) limit: usize,
    /// Whether what came of an answer that breaks off is kept.
    pub(super) partial: bool,
}

impl Ask {
    /// A `GET` on a connection that is used again.
    pub fn get(service: Service, url: Url) -> Self {
        Self {
            service,
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            alone: false,
            limit: JSON_LIMIT,
            partial: false,
        }
    }

    /// A `POST` on a connection of its own. If the answer breaks off, what came of it is kept: a token may be in it.
    pub fn post(service: Service, url: Url, body: Vec<u8>) -> Self {
        Self { method: Method::POST, body, alone: true, partial: true, ..Self::get(service, url) }
    }

    /// A look at the headers alone, on a connection of its own.
    pub fn head(service: Service, url: Url) -> Self {
        Self { method: Method::HEAD, alone: true, ..Self::get(service, url) }
    }

    /// The same call with one header more. A value that is no header value is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// The same call with an access token in `Authorization` (RFC 6750, section 2.1), marked as sensitive.
    #[must_use]
    pub fn bearing(mut self, token: &Secret) -> Self {
        let line = Zeroizing::new(format!("Bearer {}", token.reveal()));
        if let Ok(mut value) = HeaderValue::from_str(&line) {
            value.set_sensitive(true);
            self.headers.insert(http::header::AUTHORIZATION, value);
        }
        self
    }
}

impl Http {
    /// Takes the options. Nothing is built yet; only the extra CA is looked at.
    pub fn new(options: &HttpOptions) -> Result<Self, Box<Failure>> {
        let extra = match &options.extra_ca {
            None => Vec::new(),
            Some(pem) => tls::certificates(pem).ok_or_else(|| {
                failed(Service::Machine, Cause::Tls(TlsFault::NoRoots), "the CA file holds no certificate")
            })?,
        };
        Ok(Self {
            options: options.clone(),
            extra,
            trust: OnceLock::new(),
            correlation_id: new_guid(),
            made: Mutex::default(),
            ready: Arc::default(),
        })
    }

    /// Sends a call and reads the whole answer.
    pub async fn send(&self, ask: Ask) -> Result<Reply, Box<Failure>> {
        let (limit, partial) = (ask.limit.min(BODY_LIMIT), ask.partial);
        self.open(ask).await?.reply(limit, partial).await
    }

    /// Sends a call and takes an answer of success that came whole.
    pub async fn answer(&self, ask: Ask) -> Result<Reply, Box<Failure>> {
        let mut reply = self.send(ask).await?;
        if !reply.head.is_success() {
            return Err(reply.refusal());
        }
        reply.broken.take().map_or(Ok(reply), Err)
    }

    /// Sends a call and reads the head of the answer. An answer that cannot be the service's own is a fault.
    pub async fn open(&self, ask: Ask) -> Result<Opening, Box<Failure>> {
        let opening = self.raw(ask).await?;
        let head = &opening.head;
        match head.status {
            300..=399 => {
                let to = head
                    .headers
                    .get(LOCATION)
                    .and_then(|value| Url::parse(value.to_str().ok()?).ok())
                    .and_then(|url| url.host_str().map(str::to_owned));
                Err(head.fault(Cause::NotTheService, to.as_deref().unwrap_or(&head.host)))
            }
            407 => Err(head.fault(Cause::Proxy, &head.host)),
            511 => Err(head.not_the_service(&[])),
            _ => Ok(opening),
        }
    }

    /// Sends a call and takes any answer at all, for a look at who is there.
    pub async fn raw(&self, ask: Ask) -> Result<Opening, Box<Failure>> {
        let service = ask.service;
        let strange = || failed(service, Cause::Internal, "neither https nor loopback");
        let route = route(&ask.url).ok_or_else(strange)?;
        let mut call = self.options.log.as_ref().map(|log| log.call(&ask.method, &ask.url));
        let mut fails = |cause| {
            if let Some(call) = &mut call {
                call.failed(cause);
            }
        };
        let client = self.client(&authority(&ask.url), route, ask.alone, false).map_err(|(cause, detail)| {
            fails(cause);
            failed(service, cause, &detail)
        })?;
        let host = authority(&ask.url);
        let request = client.request(ask.method, ask.url.clone()).headers(ask.headers).body(ask.body);
        match request.send().await {
            Ok(response) => Ok(Opening::new(service, host, response, call)),
            Err(error) => {
                let unsent = error.is_connect();
                let (cause, detail) = self.transport(&error.without_url(), &ask.url, route);
                fails(cause);
                let mut failure = failed(service, cause, &detail);
                failure.unsent = unsent;
                if cause == Cause::Tls(TlsFault::UnknownIssuer) {
                    let proxy = self.proxy_for(&ask.url, route);
                    let issuer = issuer::look(&ask.url, proxy.as_deref()).await;
                    failure.detail = issuer.or(failure.detail);
                }
                Err(failure)
            }
        }
    }

    /// Opens so many connections to where this address is before they are needed: each for one call `alone`, or all for calls that
    /// share them, one first, which shows whether one carries all. Does nothing if that was just done. What fails here is told by the
    /// call that needs it.
    pub async fn warm(&self, url: &Url, alone: bool, count: usize) {
        let (Some(route), host) = (route(url), authority(url)) else { return };
        let count = self.ready.wanted(&host, alone, count);
        if count == 0 {
            return;
        }
        let Ok(client) = self.client(&host, route, alone, true) else { return };
        let open = async |count: usize| {
            let mut begun = self.ready.opening(&host, alone, count);
            let each = (0..count).map(|_| client.get(url.clone()).send());
            let mut each: FuturesUnordered<_> = each.collect();
            while each.next().await.is_some() {
                begun.ended(1);
            }
        };
        if alone {
            return open(count).await;
        }
        open(1).await;
        if !self.ready.is_multiplexed(&host) {
            open(count - 1).await;
        }
    }

    /// Closes the connections that are kept for more calls and those that lie ready: none will come for a while.
    pub fn rest(&self) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.ready.clear();
    }

    /// The client of this host, for calls with a connection of their own or not, and for calls or for what only opens.
    fn client(&self, host: &str, route: Route, alone: bool, puts_aside: bool) -> Result<Client, (Cause, String)> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (host.to_owned(), alone, puts_aside);
        if let Some((client, used)) = made.get_mut(&key)
            && used.elapsed() < KEPT
        {
            *used = Instant::now();
            return Ok(client.clone());
        }
        let client = self.build(route, alone, puts_aside)?;
        made.insert(key, (client.clone(), Instant::now()));
        Ok(client)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one factory of clients")]
    fn build(&self, route: Route, alone: bool, puts_aside: bool) -> Result<Client, (Cause, String)> {
        let mut builder = Client::builder()
            .connector_layer(Connecting { ready: Arc::clone(&self.ready), alone, puts_aside })
            .user_agent(concat!("octo-csp/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // A client that was not used for a while is made anew: one that looks itself wakes the process for it.
            .pool_idle_timeout(None)
            .connect_timeout(Duration::from_secs(10))
            .timeout(self.options.patience);
        if alone {
            builder = builder.pool_max_idle_per_host(0).http1_only();
        }
        builder = match route {
            Route::Plain => builder.no_proxy().tls_certs_only(Vec::new()),
            Route::Loopback => builder.no_proxy().https_only(true),
            Route::Outside => builder.https_only(true),
        };
        if route != Route::Plain {
            let trust = self.trust.get_or_init(|| tls::trust(self.extra.clone(), self.options.only_extra)).as_ref();
            let mut trust = trust.map_err(|error| (building(error), CERTIFICATES.to_owned()))?.clone();
            let shared = (!alone).then(|| b"h2".to_vec());
            trust.alpn_protocols = shared.into_iter().chain([b"http/1.1".to_vec()]).collect();
            builder = builder.tls_backend_preconfigured(trust);
        }
        if let (Route::Outside, Some(proxy)) = (route, &self.options.proxy) {
            let proxy = Proxy::all(proxy.clone()).map_err(|_unshown| (Cause::Proxy, authority(proxy)))?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| (building(&error), CERTIFICATES.to_owned()))
    }

    /// What a transport error means, and for whom or what. Nothing of the error's own text is kept, except what `rustls` says.
    fn transport(&self, error: &reqwest::Error, url: &Url, route: Route) -> (Cause, String) {
        let host = authority(url);
        let chain = chain(error);
        if let Some(tls_error) = chain.iter().find_map(|e| e.downcast_ref::<rustls::Error>()) {
            let fault = tls::fault(tls_error);
            let words = tls::words(tls_error);
            return (Cause::Tls(fault), format!("{host}: {words}"));
        }
        let says = |word: &str| chain.iter().any(|e| e.to_string().starts_with(word));
        if says("tunnel error") || says("SOCKS error") || says("socks") {
            let unreached = chain.iter().any(|e| e.to_string().ends_with(UNREACHED));
            return match self.proxy_for(url, route) {
                Some(proxy) if unreached => (Cause::NoProxy, proxy),
                Some(proxy) => (Cause::Proxy, format!("{host}, through {proxy}")),
                None => (Cause::Proxy, host),
            };
        }
        let cause = if error.is_timeout() {
            Cause::TimedOut
        } else if error.is_dns() {
            Cause::NoSuchHost
        } else {
            by_kind(&chain)
        };
        // With a proxy in the way it is the proxy that was not found or did not answer.
        match self.proxy_for(url, route) {
            Some(proxy) if error.is_connect() && matches!(cause, Cause::NoSuchHost | Cause::NoConnection) => {
                (Cause::NoProxy, proxy)
            }
            _ => (cause, host),
        }
    }

    /// Host and port of the proxy that a call goes through, without user name and password.
    fn proxy_for(&self, url: &Url, route: Route) -> Option<String> {
        if route != Route::Outside {
            return None;
        }
        if let Some(proxy) = &self.options.proxy {
            return Some(authority(proxy));
        }
        let target: http::Uri = url.as_str().parse().ok()?;
        let intercept = Matcher::from_system().intercept(&target)?;
        intercept.uri().authority()?.as_str().rsplit('@').next().map(str::to_owned)
    }
}

/// A random GUID, version 4 (RFC 9562, section 5.4), for headers that name a call.
pub fn new_guid() -> String {
    let mut bytes = [0_u8; 16];
    // Without randomness the name is a constant: it is no secret and decides nothing.
    let _ignored = getrandom::fill(&mut bytes);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn route(url: &Url) -> Option<Route> {
    match (url.scheme(), is_loopback(url)) {
        ("https", false) => Some(Route::Outside),
        ("https", true) => Some(Route::Loopback),
        ("http", true) => Some(Route::Plain),
        // Azure's metadata service and App Service's identity: link-local, so it never leaves the host of this machine.
        ("http", false) if matches!(url.host(), Some(Host::Ipv4(address)) if address.is_link_local()) => {
            Some(Route::Plain)
        }
        _ => None,
    }
}

/// How the HTTP client ends what it says about a proxy to which there is no connection at all.
const UNREACHED: &str = "failed to create underlying connection";

/// What is named beside a client that could not be built.
const CERTIFICATES: &str = "certificates of this machine";

fn building(error: &(dyn StdError + 'static)) -> Cause {
    let rootless = chain(error).iter().any(|e| e.to_string().contains("No CA certificates"));
    Cause::Tls(if rootless { TlsFault::NoRoots } else { TlsFault::Other })
}

/// An error and everything behind it. `io::Error` hides what it carries from `source`, so it is opened by hand.
fn chain<'e>(error: &'e (dyn StdError + 'static)) -> Vec<&'e (dyn StdError + 'static)> {
    let mut all = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| all.len() < 32) {
        all.push(error);
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    all
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows")]
fn by_kind(chain: &[&(dyn StdError + 'static)]) -> Cause {
    for error in chain {
        if let Some(hyper) = error.downcast_ref::<hyper::Error>()
            && (hyper.is_parse() || hyper.is_parse_too_large())
        {
            return Cause::Unreadable;
        }
        let Some(io) = error.downcast_ref::<io::Error>() else {
            continue;
        };
        match io.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::PermissionDenied => return Cause::NoConnection,
            io::ErrorKind::TimedOut => return Cause::TimedOut,
            _ => {}
        }
    }
    Cause::Broken
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::watch;

    use super::*;

    #[test]
    fn guids_are_random_and_of_version_four() {
        let (one, other) = (new_guid(), new_guid());
        assert_ne!(one, other);
        for guid in [one, other] {
            assert!(crate::words::ids::looks_like_guid(&guid), "{guid}");
            assert_eq!(guid.chars().nth(14), Some('4'));
            assert!(matches!(guid.chars().nth(19), Some('8' | '9' | 'a' | 'b')));
        }
    }

    #[test]
    fn only_https_and_loopback_have_a_way() {
        let way = |address: &str| route(&Url::parse(address).unwrap());
        assert_eq!(way("https://login.example"), Some(Route::Outside));
        assert_eq!(way("https://localhost:1"), Some(Route::Loopback));
        assert_eq!(way("http://[::1]:1"), Some(Route::Plain));
        assert_eq!(way("http://169.254.169.254/metadata"), Some(Route::Plain));
        for bad in ["http://login.example", "ftp://localhost", "file:///x", "http://localhost.example"] {
            assert_eq!(way(bad), None, "{bad}");
        }
    }

    /// A proxy that answers like this, or one that is not there.
    async fn through(kind: &str, answer: Option<&'static str>) -> (Cause, String, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let _proxy = answer.map(|answer| {
            tokio::spawn(async move {
                let (mut near, _) = listener.accept().await.unwrap();
                let _asked = near.read(&mut [0; 1_024]).await;
                let _closed = near.write_all(answer.as_bytes()).await;
            })
        });
        let proxy = Some(Url::parse(&format!("{kind}://127.0.0.1:{port}")).unwrap());
        let http = Http::new(&HttpOptions { proxy, ..HttpOptions::default() }).unwrap();
        let url = Url::parse("https://login.example/x").unwrap();
        let failure = http.send(Ask::get(Service::Entra, url)).await.err().unwrap();
        (failure.cause, failure.detail.unwrap().to_string(), port)
    }

    #[tokio::test]
    async fn a_proxy_that_is_not_there_is_told_from_one_that_refuses() {
        for kind in ["http", "socks5h"] {
            let (cause, detail, port) = through(kind, None).await;
            assert_eq!((cause, detail), (Cause::NoProxy, format!("127.0.0.1:{port}")), "{kind}");
        }
        for refusal in ["407 Proxy Authentication Required", "403 Forbidden"] {
            let answer = format!("HTTP/1.1 {refusal}\r\ncontent-length: 0\r\n\r\n").leak();
            let (cause, detail, port) = through("http", Some(answer)).await;
            assert_eq!(
                (cause, detail),
                (Cause::Proxy, format!("login.example, through 127.0.0.1:{port}")),
                "{refusal}"
            );
        }
    }

    #[tokio::test]
    async fn a_connection_is_used_again_for_a_while_and_not_after_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let (count, opened) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.send_modify(|count| *count += 1);
                tokio::spawn(async move {
                    while stream.read(&mut [0; 4_096]).await.is_ok_and(|read| read > 0) {
                        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
                    }
                });
            }
        });
        let mut other = url.clone();
        other.set_host(Some("localhost")).unwrap();
        let http = Http::new(&HttpOptions::default()).unwrap();
        let ask = async |url: &Url| {
            http.send(Ask::get(Service::PartnerCenter, url.clone())).await.unwrap();
            *opened.borrow()
        };
        assert_eq!([ask(&url).await, ask(&url).await], [1, 1]);
        http.made.lock().unwrap().values_mut().for_each(|(_, used)| *used = used.checked_sub(KEPT).unwrap());
        assert_eq!(ask(&other).await, 2);
        assert_eq!([ask(&url).await, ask(&url).await], [3, 3], "a server may have closed it while another was asked");
        http.rest();
        assert_eq!(ask(&url).await, 4);
    }
}
