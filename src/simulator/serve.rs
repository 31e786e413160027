//! Listening, speaking HTTP, and sending each request to the service it is for.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::http::{Body, Call, Pairs, Reply};
use super::scenario::Quirk;
use super::state::{RequestLog, Shared};
use super::wire::{self, Wire};
use super::{clock, entra, key_vault, octo, partner_center, price};

/// Bytes of a request's body that are read; nobody needs more.
const LARGEST_REQUEST: usize = 1 << 20;

/// Seconds by which the servers' clock is ahead in `clock-skew`.
const SKEW: i64 = 26 * 60;

/// Binds a port on both loopback addresses, on IPv4 alone where there is no IPv6, and says which.
pub(super) async fn listen(port: Option<u16>) -> io::Result<(u16, Vec<TcpListener>)> {
    let mut tries = if port.is_some() { 1 } else { 16 };
    loop {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).await?;
        let bound = first.local_addr()?.port();
        tries -= 1;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, bound)).await {
            Ok(second) => return Ok((bound, vec![first, second])),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(_) => return Ok((bound, vec![first])),
        }
    }
}

/// Serves every connection of a listener until it is dropped; the connections end with it.
pub(super) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(connection(stream, tls.clone(), Arc::clone(&shared)));
        } else {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    // A reply is written at once; waiting for more only makes tests slow.
    let _not_important = stream.set_nodelay(true);
    let Ok((stream, twin)) = twins(stream) else { return };
    match tls {
        None => speak(stream, twin, shared).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                speak(stream, twin, shared).await;
            }
        }
    }
}

/// The connection twice: what speaks keeps one, and the other is there to say that it is to end in a reset.
fn twins(stream: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    let stream = stream.into_std()?;
    let twin = TcpStream::from_std(stream.try_clone()?)?;
    Ok((TcpStream::from_std(stream)?, twin))
}

async fn speak<S>(stream: S, twin: TcpStream, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(|request| answer(&shared, request, &twin));
    // An error here is a client that hung up, or a misfortune that was asked for.
    let _ended = http1::Builder::new().max_buf_size(512 * 1024).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(shared: &Shared, request: Request<Incoming>, twin: &TcpStream) -> io::Result<Response<Body>> {
    let call = match read(request).await {
        Ok(call) => call,
        Err(status) => return Ok(Reply::empty(status).into_response()),
    };
    let wire = shared.scenario.wire(wire::places(&call));
    if let Some(Wire::Late(seconds)) = wire {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    let reply = played(shared, &call, wire);
    let (host, path) = wire::host(&call.path);
    shared.desk().log.push(RequestLog {
        method: call.method.to_string(),
        host,
        path: path.to_owned(),
        status: reply.as_ref().map_or(0, |reply| reply.status.as_u16()),
    });
    if matches!(wire, Some(Wire::Reset)) {
        // Without this option the connection ends in good order, which is all that can go wrong.
        let _orderly = twin.set_zero_linger();
    }
    let Some(reply) = reply else {
        return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
    };
    let skew = if shared.is(Quirk::ClockSkew) { SKEW } else { 0 };
    let date = clock::http_date(shared.clock.now() + skew);
    Ok(reply.header("date", &date).into_response())
}

/// Returns what leaves: the service's reply as the wire leaves it, or nothing.
fn played(shared: &Shared, call: &Call, wire: Option<Wire>) -> Option<Reply> {
    match wire {
        Some(Wire::Instead(reply)) => Some(reply()),
        Some(Wire::First(times, reply)) if shared.strikes_within(times) => Some(reply()),
        None | Some(Wire::Late(_) | Wire::First(..)) => Some(route(shared, call)),
        Some(Wire::Bent(bend)) => Some(bend(route(shared, call))),
        Some(Wire::Empty | Wire::Reset) => None,
        Some(Wire::Lost) => {
            drop(route(shared, call));
            None
        }
    }
}

fn route(shared: &Shared, call: &Call) -> Reply {
    match wire::host(&call.path).0 {
        "partner_center" => partner_center::answer(shared, call),
        "partner_api" => price::answer(shared, call),
        "octo" => octo::answer(shared, call),
        "octo_token" => octo::token(shared, call),
        "key_vault" => key_vault::answer(shared, call),
        "identity" => key_vault::managed(shared, call),
        "portal" => entra::portal(shared),
        // What was handed out so far, for a test in another process.
        "counters" => Reply::json(StatusCode::OK, &serde_json::to_value(shared.counters()).unwrap_or_default()),
        _ => entra::answer(shared, call),
    }
}

async fn read(request: Request<Incoming>) -> Result<Call, StatusCode> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_REQUEST)
        .collect()
        .await
        .map_err(|_too_much| StatusCode::PAYLOAD_TOO_LARGE)?
        .to_bytes();
    Ok(Call {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: Pairs::parse(head.uri.query().unwrap_or_default().as_bytes()),
        headers: head.headers,
        body,
    })
}
