//! The loopback server that catches the authorization code (RFC 8252, section 7.3).
//!
//! Any web page and any program of this user can talk to it (those of other users are not answered, [`Peers`]), so nothing
//! without our `state` ends, fails or delays the wait: wrong requests get a constant page, stalled connections a deadline, and a full house drops its oldest idle guest.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

use crate::diagnose::{Context, Diagnosis, diagnose};
use crate::effect::{AuthorizationResponse, CallbackPage, NotCatching, SignInNotice};
use crate::microsoft;
use crate::words::{AuthCode, Failure, Secret, SharedSecret, Step};
use crate::world::callback::pages::{self, Mark};
use crate::world::callback::peers::{Ends, Owner, Peers};
use crate::world::clock;

/// Connections at a time.
const GUESTS: usize = 64;
/// So many connections of a full house are looked up together: a real one is the newest, and is safe for longer than that.
const TOGETHER: usize = GUESTS / 4;
/// How long a request may take to arrive.
const READING: Duration = Duration::from_secs(10);
/// How long the browser's request is held while the terminal finishes its checks.
const HOLDING: Duration = Duration::from_secs(5 * 60);
/// How long the last page may take to leave.
const LEAVING: Duration = Duration::from_secs(2);
/// Most bytes of a request's head.
const HEAD_LIMIT: usize = 16 << 10;
/// How often a free port is looked for.
const TRIES: usize = 20;

/// Both doors of `localhost` on one port.
pub struct LoopbackListeners {
    listeners: Vec<TcpListener>,
    port: u16,
}

impl LoopbackListeners {
    /// Binds 127.0.0.1 and `[::1]` on the same port: exactly `port`, or any that is free on both. A machine without IPv6 has
    /// one door.
    pub async fn open(port: Option<u16>) -> Result<Self, NotCatching> {
        let mut last = NotCatching::PortTaken(port.unwrap_or_default());
        for _ in 0..TRIES {
            match Self::both(port.unwrap_or_default()).await {
                Ok(doors) => return Ok(doors),
                Err((tried, error)) => last = why_not(tried, &error),
            }
            if port.is_some() {
                break;
            }
        }
        Err(last)
    }

    /// The port of both.
    pub fn port(&self) -> u16 {
        self.port
    }

    async fn both(port: u16) -> Result<Self, (u16, io::Error)> {
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| (port, error))?;
        let port = four.local_addr().map_err(|error| (port, error))?.port();
        let mut listeners = vec![four];
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(six) => listeners.push(six),
            // Somebody else behind one of the doors would be asked in our place.
            Err(error) if matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied) => {
                return Err((port, error));
            }
            Err(_no_ipv6_here) => {}
        }
        Ok(Self { listeners, port })
    }
}

fn why_not(port: u16, error: &io::Error) -> NotCatching {
    if error.kind() == io::ErrorKind::PermissionDenied {
        NotCatching::NotAllowed(port)
    } else {
        NotCatching::PortTaken(port)
    }
}

/// What the listener is there for.
pub struct Errand {
    /// Where the answer comes, and the `state` it must bring; `None` when only the one-time page is served.
    pub callback: Option<(String, SharedSecret)>,
    /// The last part of the one-time address.
    pub token: Secret,
    /// Where the one-time address leads.
    pub address: HeaderValue,
}

/// A running listener. Dropping it ends every connection and frees the port.
pub struct Listener {
    house: Arc<CallbackServer>,
    doors: Vec<AbortHandle>,
}

struct CallbackServer {
    errand: Errand,
    port: u16,
    started: AtomicBool,
    arrival: watch::Sender<Option<AuthorizationResponse>>,
    verdict: watch::Sender<Option<CallbackPage>>,
    peers: Peers,
    guests: Mutex<VecDeque<Connection>>,
}

struct Connection {
    task: JoinHandle<()>,
    ends: Ends,
    /// Whether the system was asked whose it is.
    known: bool,
    held: Arc<AtomicBool>,
}

impl Listener {
    /// Starts answering whoever `peers` says is this process' own user.
    pub fn start(doors: LoopbackListeners, errand: Errand, peers: Peers) -> Self {
        let house = Arc::new(CallbackServer {
            errand,
            port: doors.port,
            started: AtomicBool::new(false),
            arrival: watch::Sender::new(None),
            verdict: watch::Sender::new(None),
            peers,
            guests: Mutex::new(VecDeque::new()),
        });
        let doors = doors
            .listeners
            .into_iter()
            .map(|door| tokio::spawn(welcome(Arc::clone(&house), door)).abort_handle())
            .collect();
        Self { house, doors }
    }

    /// Waits for an answer with our `state`. Giving up the wait loses nothing, and asking again gives the same code; what is only
    /// noticed is told once.
    pub async fn arrival(&self) -> AuthorizationResponse {
        let mut arrivals = self.house.arrival.subscribe();
        match arrivals.wait_for(Option::is_some).await.map(|it| it.clone()) {
            Ok(Some(arrival)) => {
                let told = |slot: &mut Option<AuthorizationResponse>| {
                    slot.take_if(|it| !matches!(it, AuthorizationResponse::Code(_))).is_some()
                };
                self.house.arrival.send_if_modified(told);
                arrival
            }
            // The sender lives in the house, which lives as long as this listener.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Connections that are being answered.
    #[cfg(feature = "test-door")]
    pub fn guests(&self) -> usize {
        self.house.lock().len()
    }

    /// Tells the page that waits how it ended, lets it leave, and stops listening.
    pub async fn tell(self, verdict: CallbackPage) {
        self.house.verdict.send_replace(Some(verdict));
        let held: VecDeque<Connection> = {
            let mut guests = self.house.lock();
            let (held, others) = guests.drain(..).partition(Connection::is_held);
            *guests = others;
            held
        };
        let leaving = async {
            for guest in held {
                let _ended = guest.task.await;
            }
        };
        let _in_time = tokio::time::timeout(LEAVING, leaving).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        for door in &self.doors {
            door.abort();
        }
        for guest in self.house.lock().drain(..) {
            guest.task.abort();
        }
    }
}

impl Connection {
    fn is_held(&self) -> bool {
        self.held.load(Ordering::SeqCst)
    }
}

impl CallbackServer {
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Connection>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room: those who left are forgotten, and a full house shows the door to other users first, then to its oldest idle
    /// guest.
    fn make_room(&self) {
        let mut guests = self.lock();
        guests.retain(|guest| !guest.task.is_finished());
        let unknown = guests.iter().filter(|guest| !guest.known).count();
        if guests.len() >= GUESTS && unknown >= TOGETHER {
            let ends: Vec<Ends> = guests.iter().map(|guest| guest.ends).collect();
            let mut owners = self.peers.owners(&ends).into_iter();
            guests.retain_mut(|guest| {
                guest.known = true;
                let stays = owners.next() != Some(Owner::Another);
                if !stays {
                    guest.task.abort();
                }
                stays
            });
        }
        while guests.len() >= GUESTS {
            let Some(oldest) = guests.iter().position(|guest| !guest.is_held()) else {
                // Everybody here brought our state; the oldest has waited longest.
                guests.pop_front();
                continue;
            };
            if let Some(guest) = guests.remove(oldest) {
                guest.task.abort();
            }
        }
    }

    fn admit(self: &Arc<Self>, stream: TcpStream) {
        let (Ok(peer), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else {
            return;
        };
        let ends = Ends { peer, local };
        self.make_room();
        let held = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(serve(Arc::downgrade(self), stream, ends, Arc::clone(&held)));
        self.lock().push_back(Connection { task, ends, known: false, held });
    }

    /// Who is at the other end. Asked where it matters alone, because the system lists all its sockets for it.
    fn owner(&self, ends: Ends) -> Owner {
        self.peers.owners(&[ends]).first().copied().unwrap_or(Owner::Unknown)
    }

    /// Puts what came where it is waited for, unless a code is there already: that one is what the link was for.
    fn arrived(&self, arrival: AuthorizationResponse) -> bool {
        self.arrival.send_if_modified(|slot| {
            let free = !matches!(slot, Some(AuthorizationResponse::Code(_)));
            if free {
                *slot = Some(arrival);
            }
            free
        })
    }

    /// Whether the request was meant for us: a page elsewhere whose name leads here (DNS rebinding) has another host.
    fn is_for_us(&self, request: &Request<Incoming>) -> bool {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        let ours = |host: &str| {
            let (name, port) = match host.rsplit_once(':') {
                Some((name, port)) if !port.ends_with(']') => (name, port),
                _ => (host, "80"),
            };
            ["localhost", "127.0.0.1", "[::1]"].iter().any(|known| name.eq_ignore_ascii_case(known))
                && port == self.port.to_string()
        };
        host.to_str().is_ok_and(ours) && request.uri().authority().is_none_or(|it| ours(it.as_str()))
    }

    /// The answer that we wait for, or what every other request gets. Another user who knows the one-time address or our state is
    /// told what everybody is who knows nothing, and uses nothing up.
    fn turn_away(
        &self,
        request: &Request<Incoming>,
        ends: Ends,
    ) -> Result<AuthorizationResponse, Box<Response<Full<Bytes>>>> {
        let page = |status, text| Box::new(pages::page(status, text));
        let unknown = || page(StatusCode::NOT_FOUND, pages::UNKNOWN);
        if !self.is_for_us(request) {
            return Err(page(StatusCode::BAD_REQUEST, pages::UNKNOWN));
        }
        if request.method() != Method::GET {
            return Err(page(StatusCode::METHOD_NOT_ALLOWED, pages::UNKNOWN));
        }
        let path = request.uri().path();
        if let Some(token) = path.strip_prefix("/start/")
            && self.errand.token.same_as(token)
        {
            let owner = self.owner(ends);
            if owner == Owner::Another {
                return Err(unknown());
            }
            if self.started.swap(true, Ordering::SeqCst) {
                if owner == Owner::Unknown {
                    self.arrived(AuthorizationResponse::Noticed(SignInNotice::OpenedTwice));
                }
                return Err(page(StatusCode::OK, pages::ALREADY));
            }
            return Err(Box::new(pages::onward(self.errand.address.clone())));
        }
        match &self.errand.callback {
            Some((ours, state)) if ours == path => {
                let query = request.uri().query().unwrap_or_default();
                let arrival = answer(query, state).filter(|_| self.owner(ends) != Owner::Another);
                arrival.ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }
}

/// Lets connections in at one door.
async fn welcome(house: Arc<CallbackServer>, door: TcpListener) {
    loop {
        match door.accept().await {
            Ok((stream, _)) => house.admit(stream),
            // Out of descriptors, or a connection that ended before it began.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Serves one connection: one request, read within the deadline.
async fn serve(house: Weak<CallbackServer>, stream: TcpStream, ends: Ends, held: Arc<AtomicBool>) {
    let service = service_fn(move |request| {
        let (house, held) = (Weak::clone(&house), Arc::clone(&held));
        async move {
            let page = match house.upgrade() {
                Some(house) => respond(&house, (ends, &held), &request).await,
                None => pages::page(StatusCode::OK, pages::CLOSED),
            };
            Ok::<_, Infallible>(page)
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READING)
        .max_buf_size(HEAD_LIMIT)
        .keep_alive(false)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    // A connection that went wrong is the other side's affair.
    drop(served);
}

async fn respond(
    house: &CallbackServer,
    (ends, held): (Ends, &AtomicBool),
    request: &Request<Incoming>,
) -> Response<Full<Bytes>> {
    let arrival = match house.turn_away(request, ends) {
        Ok(arrival) => arrival,
        Err(page) => return *page,
    };
    let declined = if let AuthorizationResponse::Noticed(SignInNotice::Declined(failure)) = &arrival {
        Some(diagnose(failure, &Context { step: Some(Step::PartnerApi), ..Context::default() }))
    } else {
        None
    };
    // Before the arrival is known, so that whoever is told of it finds this page waiting.
    held.store(declined.is_none(), Ordering::SeqCst);
    if !house.arrived(arrival) {
        return pages::page(StatusCode::OK, pages::ALREADY);
    }
    if let Some(Diagnosis { code, fix, .. }) = declined {
        // The one-time address is as good as the link that it leads to.
        house.started.store(false, Ordering::SeqCst);
        let text = format!(
            "{} The same link can be tried again while the terminal waits.",
            fix.first().map_or("", String::as_str)
        );
        return pages::page(StatusCode::OK, (Mark::Wrong, &format!("Not signed in: {code}"), &text));
    }
    let mut verdicts = house.verdict.subscribe();
    let told = tokio::time::timeout(HOLDING, verdicts.wait_for(Option::is_some)).await;
    match told.ok().and_then(Result::ok).and_then(|verdict| verdict.clone()) {
        Some(CallbackPage::SignedIn) => pages::page(StatusCode::OK, pages::SIGNED_IN),
        Some(CallbackPage::Failed { code, cure }) => {
            let text = format!("{cure} The terminal says the rest: you can close this tab.");
            pages::page(StatusCode::OK, (Mark::Wrong, &format!("Stopped: {code}"), &text))
        }
        Some(CallbackPage::Caught) => pages::page(StatusCode::OK, pages::CAUGHT),
        Some(CallbackPage::Closed) | None => pages::page(StatusCode::OK, pages::CLOSED),
    }
}

/// Reads the query of the redirect. `state` is looked at first, and nothing may be there twice.
pub fn answer(query: &str, state: &Secret) -> Option<AuthorizationResponse> {
    let one = |name: &str| {
        let mut all =
            url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name).map(|(_, value)| value);
        match (all.next(), all.next()) {
            (first, None) => Ok(first.filter(|value| !value.is_empty())),
            (_, Some(_)) => Err(()),
        }
    };
    if !state.same_as(&one("state").ok()??) {
        return None;
    }
    match (one("code").ok()?, one("error").ok()?) {
        (Some(code), None) => AuthCode::parse(&code).map(AuthorizationResponse::Code),
        (None, Some(_)) => {
            let told = ["error_description", "error_subcode", "suberror"];
            if told.into_iter().any(|name| one(name).is_err()) {
                return None;
            }
            let refusal = microsoft::from_redirect(|name| one(name).ok().flatten().map(Cow::into_owned))?;
            let failure = Box::new(Failure { at: Some(clock::now()), ..refusal });
            Some(AuthorizationResponse::Noticed(SignInNotice::Declined(failure)))
        }
        (Some(_), Some(_)) | (None, None) => None,
    }
}
