//! A box in front of the simulated Microsoft: it answers by itself what a case says, and hands everything else on.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use serde_json::Value;

/// Stands in front of the server on the port `behind`; the port of its own. `answers` is an array of `path` (a part of it), `asks` (a
/// part of the request's body, if that matters), `status`, `headers` and `body`.
pub(super) fn front(behind: u16, answers: &str) -> u16 {
    let answers: Arc<Vec<Value>> = Arc::new(serde_json::from_str(answers).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let answers = Arc::clone(&answers);
            // Whoever hangs up early has what it wanted.
            thread::spawn(move || drop(serve(client.unwrap(), behind, &answers)));
        }
    });
    port
}

fn serve(mut client: TcpStream, behind: u16, answers: &[Value]) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(bytes) = lower.strip_prefix("content-length:") {
            length = bytes.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = head.split(' ').nth(1).unwrap_or_default();
    let asked = String::from_utf8_lossy(&body);
    let is_meant = |answer: &&Value| {
        path.contains(answer["path"].as_str().unwrap())
            && answer["asks"].as_str().is_none_or(|part| asked.contains(part))
    };
    if let Some(answer) = answers.iter().find(is_meant) {
        return client.write_all(said(answer).as_bytes());
    }
    let mut service = TcpStream::connect(("127.0.0.1", behind))?;
    service.write_all(format!("{head}connection: close\r\n\r\n").as_bytes())?;
    service.write_all(&body)?;
    io::copy(&mut service, &mut client).map(drop)
}

/// The answer of a case as it goes over the wire.
fn said(answer: &Value) -> String {
    let body = answer["body"].as_str().unwrap();
    let mut head =
        format!("HTTP/1.1 {} Said\r\nconnection: close\r\ncontent-length: {}\r\n", answer["status"], body.len());
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        head.extend([name, ": ", value.as_str().unwrap(), "\r\n"]);
    }
    format!("{head}\r\n{body}")
}
