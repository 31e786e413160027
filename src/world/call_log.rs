//! A file that a person asked for, with one line for each call: when, to whom, how it ended. For support, and for whoever has to
//! allow the hosts. Nothing that could be a secret gets there: no body, no query string, no header but the name that a service gave
//! the call.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use url::Url;

use crate::cloud::authority;
use crate::words::{Cause, Domain, Failure, ids};
use crate::world::clock::{self, Stopwatch};
use crate::world::folder;
use crate::world::reply::Head;

/// Bytes of the file before it is moved aside, to the name with `.1` behind it; what had that name is gone then.
const LONGEST: u64 = 10 << 20;
/// Most characters of a service's name for a call.
const LONGEST_ID: usize = 64;
/// What stands for a part of a path that is not one of those that are expected.
const MASKED: &str = "***";

/// The file. It is opened when it is asked for the first time, appended to by whole lines, and never followed through a link.
#[derive(Debug)]
pub struct CallLog {
    path: PathBuf,
    limit: u64,
    file: Mutex<Option<File>>,
    broken: AtomicBool,
}

impl CallLog {
    /// The log at this path, not opened yet.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), limit: LONGEST, file: Mutex::default(), broken: AtomicBool::new(false) }
    }

    /// The same, moved aside after so many bytes.
    #[cfg(feature = "test-door")]
    #[must_use]
    pub fn limited(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    /// Opens it, so that a file that cannot be had is told before anything is done.
    pub fn open(&self) -> Result<(), Box<Failure>> {
        let mut open = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_none() {
            *open = Some(folder::to_append(&self.path)?);
        }
        Ok(())
    }

    /// Whether a line could not be written: then none was written after it.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// A call that begins now. Its line is written when this is dropped.
    pub(super) fn call(self: &Arc<Self>, method: &http::Method, url: &Url) -> LoggedCall {
        LoggedCall {
            log: Arc::clone(self),
            at: clock::exactly_now(),
            watch: Stopwatch::start(),
            what: format!("{method} {} {}", authority(url), shown(url)),
            status: None,
            fault: None,
            id: None,
        }
    }

    fn write(&self, line: &str) {
        if !self.is_broken() && self.add(line).is_none() {
            self.broken.store(true, Ordering::Relaxed);
        }
    }

    fn add(&self, line: &str) -> Option<()> {
        let mut open = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = open.as_ref()?;
        let full = file.metadata().ok()?.len() + line.len() as u64 > self.limit;
        if full {
            // Another process may have moved it already: then its new one is gone on with.
            if folder::is_at(&self.path, file) {
                let mut aside = self.path.clone().into_os_string();
                aside.push(".1");
                std::fs::rename(&self.path, aside).ok()?;
            }
            *open = Some(folder::to_append(&self.path).ok()?);
        }
        // One write, so that the lines of two processes do not get into each other.
        open.as_mut()?.write_all(line.as_bytes()).ok()
    }
}

/// One call and what is known of it. A call that is dropped without an answer was given up.
#[derive(Debug)]
pub(super) struct LoggedCall {
    log: Arc<CallLog>,
    at: Timestamp,
    watch: Stopwatch,
    what: String,
    status: Option<u16>,
    fault: Option<&'static str>,
    id: Option<String>,
}

impl LoggedCall {
    /// The head of an answer has come.
    pub(super) fn answered(&mut self, head: &Head) {
        self.status = Some(head.status);
        self.id = head.named_by_service().filter(|id| is_id(id));
    }

    /// No answer came, or not all of it.
    pub(super) fn failed(&mut self, cause: Cause) {
        self.fault = Some(word(cause));
    }
}

impl Drop for LoggedCall {
    fn drop(&mut self) {
        let end = match (self.status, self.fault) {
            (Some(status), None) => status.to_string(),
            (Some(status), Some(fault)) => format!("{status},{fault}"),
            (None, fault) => fault.unwrap_or("given-up").to_owned(),
        };
        let (at, what, took) = (self.at, &self.what, self.watch.milliseconds());
        let id = self.id.as_deref().unwrap_or("-");
        self.log.write(&format!("{at:.3} {what} {end} {took} {id}\n"));
    }
}

/// What stands in the place of a status.
fn word(cause: Cause) -> &'static str {
    let table = [
        (Cause::NoSuchHost, "no-such-host"),
        (Cause::NoConnection, "no-connection"),
        (Cause::TimedOut, "timed-out"),
        (Cause::Proxy, "proxy"),
        (Cause::NoProxy, "no-proxy"),
        (Cause::Unreadable, "unreadable"),
    ];
    let known = table.into_iter().find(|(known, _)| *known == cause);
    let other = if matches!(cause, Cause::Tls(_)) { "tls" } else { "broken" };
    known.map_or(other, |(_, word)| word)
}

/// The path of an address. What is none of the words of the services, no id and no domain is masked: nothing of the kind should be in a path, and
/// if it is, nobody is to read it.
fn shown(url: &Url) -> String {
    let segments = url.path_segments().into_iter().flatten();
    segments.fold(String::new(), |path, segment| path + "/" + if is_expected(segment) { segment } else { MASKED })
}

fn is_expected(segment: &str) -> bool {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &str| {
        let letters = word.trim_end_matches(|sign: char| sign.is_ascii_digit());
        letters.len() <= 24 && word.len() - letters.len() <= 2 && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let is_name = |segment: &str| Domain::parse(segment).is_ok_and(|domain| !domain.mended);
    let plain =
        |segment: &str| segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-()='$:,".contains(&byte));
    ids::looks_like_guid(segment)
        || is_name(segment) && !ids::looks_random(segment)
        || plain(segment)
            && segment.len() <= 80
            && segment.split(|sign: char| !sign.is_ascii_alphanumeric()).all(|word| is_number(word) || is_word(word))
}

/// The name that a service gives a call is a GUID or like one. Anything else is its own affair.
fn is_id(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(address: &str) -> String {
        shown(&Url::parse(address).unwrap())
    }

    #[test]
    fn the_paths_of_the_services_are_shown_whole() {
        for expected in [
            "/0c5a3b1e-7d42-4f8a-9b16-5e2d8c7f4a31/oauth2/v2.0/token",
            "/contoso365.onmicrosoft.com/v2.0/.well-known/openid-configuration",
            "/v1/profiles/mpn",
            "/v1.0/sales/fxrates(Month='202610')",
            "/v1.0/sales/pricesheets(Market='JP',PricesheetView='azure_consumption')/$value",
            "/m/blue/cover/v1/account/all:read",
            "/",
        ] {
            assert_eq!(path(&format!("https://a.example{expected}?code=x#y")), expected);
        }
    }

    #[test]
    fn a_part_that_could_be_a_secret_is_masked() {
        for odd in [
            "Kq48Q~xT.9vLr_Zb3WnEo7yHd2CsPf6JmGu1aXtI",
            "vT3kLr9ZbWnEo7yHd2CsPf6JmGu1aXtIqK48xTRw",
            "0.AXoAvT3kLr9ZbWnEo7yHd2CsPf6JmGu1aXtI.AgABAwEAAADx-_048xT",
            "abc%20def",
            "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2ln",
        ] {
            assert_eq!(path(&format!("https://a.example/v1/{odd}/x")), "/v1/***/x", "{odd}");
        }
    }

    #[test]
    fn what_a_service_calls_a_call_is_an_id_or_not_repeated() {
        assert!(is_id("6f1d2c9a-3e84-4b57-a0d9-1c8e7b5f2a46") && is_id("00ff"));
        for other in ["", "Kq48Q~x", "a b", "abc\u{1b}[2J", &"a".repeat(65)] {
            assert!(!is_id(other), "{other}");
        }
    }
}
