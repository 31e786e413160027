//! The lock: one wizard at a time for one registration.
//!
//! It protects items in the keyring, which belong to the person and not to a folder. So it lies at a place that follows from
//! the operating system's user alone: no option and no environment variable moves it.

use std::fs::{File, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::words::{Cause, DiskFault, Failure, Service};
use crate::world::folder::{self, Folder};
use crate::world::store::Answer;

/// What a folder answers in which nothing can be written.
const UNWRITABLE: [Cause; 2] = [Cause::Disk(DiskFault::ReadOnly), Cause::Disk(DiskFault::Denied)];

/// How often a lock file that was removed under us is made anew.
const ATTEMPTS: usize = 8;

/// A registration that no other process of this person works on. Given back when dropped, and when the process ends however
/// it ends. The file stays: removing it would let two processes lock two files of one name.
#[derive(Debug)]
pub struct Lock {
    file: File,
    place: PathBuf,
    name: String,
}

/// Who has the lock, for the message of the one who has not.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    process: u32,
    since: Timestamp,
}

impl Lock {
    /// The folder of the locks: [`Lock::take`] gets it as an argument for the tests' sake only.
    pub fn place() -> Answer<PathBuf> {
        let home = home().filter(|home| home.is_dir());
        let usual = home.map(|home| home.join(BELOW_HOME));
        let Some(usual) = usual else {
            return elsewhere();
        };
        match Folder::make(&usual) {
            Ok(_) => Ok(usual),
            // A home that cannot be written, of a service's account for example. What is not ours is no such home.
            Err(failure) if UNWRITABLE.contains(&failure.cause) => elsewhere(),
            Err(failure) => Err(failure),
        }
    }

    /// Whether the lock is still ours: nobody removed its file so that another process could lock a new one.
    pub fn is_still_ours(&self) -> bool {
        let folder = Folder::existing(&self.place).ok().flatten();
        folder.is_some_and(|folder| folder.leads_to(&self.name, &self.file).unwrap_or(false))
    }

    /// Takes the lock, or says at once who has it. `now` is for the message that others get.
    pub fn take(place: &Path, registration: &str, now: Timestamp) -> Answer<Self> {
        let name = format!("lock-{registration}");
        let path = folder::below(place, registration)?.with_file_name(&name);
        let folder = Folder::make(place)?;
        for _ in 0..ATTEMPTS {
            let mut file = folder.open_or_make(&name)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let holder = serde_json::from_reader(file).ok();
                    let words = holder.map_or_else(|| "by another process".to_owned(), |holder| words(&holder, now));
                    return Err(Box::new(Failure::new(Service::Disk, Cause::InUse).with_detail(&words)));
                }
                Err(TryLockError::Error(error)) => return Err(folder.failure(&name, error)),
            }
            if folder.leads_to(&name, &file)? {
                sign(&mut file, now).map_err(|error| folder.failure(&name, error))?;
                let place = place.to_owned();
                return Ok(Self { file, place, name });
            }
        }
        // The lock file keeps disappearing.
        Err(folder::failure(DiskFault::NotOurs, &path))
    }
}

/// Writes who has it. Nothing depends on it but a message, so it is not synced.
fn sign(file: &mut File, now: Timestamp) -> io::Result<()> {
    let holder = Holder { process: std::process::id(), since: now };
    // Two numbers always have a JSON form.
    let json = serde_json::to_vec(&holder).unwrap_or_default();
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&json)
}

/// `since 10:02 by process 123`, with the day if it is not today.
fn words(holder: &Holder, now: Timestamp) -> String {
    let zone = TimeZone::system();
    let since = holder.since.to_zoned(zone.clone());
    let today = since.date() == now.to_zoned(zone).date();
    let time = since.strftime(if today { "%H:%M" } else { "%Y-%m-%d %H:%M" });
    format!("since {time} by process {}", holder.process)
}

#[cfg(target_os = "macos")]
const BELOW_HOME: &str = "Library/Application Support/octo-csp";
#[cfg(all(unix, not(target_os = "macos")))]
const BELOW_HOME: &str = ".local/state/octo-csp";
#[cfg(not(unix))]
const BELOW_HOME: &str = "AppData/Local/octo-csp";

/// Where the lock of a registration is, as it is told.
pub fn told(registration: &str) -> String {
    let (home, between) = if cfg!(windows) { ("%USERPROFILE%", r"\") } else { ("~", "/") };
    [home, &BELOW_HOME.replace('/', between), &format!("lock-{registration}")].join(between)
}

/// From the user database: `HOME` can be set by anybody who starts us.
#[cfg(unix)]
fn home() -> Option<PathBuf> {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid());
    user.ok().flatten().map(|user| user.dir)
}

#[cfg(not(unix))]
fn home() -> Option<PathBuf> {
    std::env::home_dir()
}

/// For a person without a home that can be written.
#[cfg(unix)]
fn elsewhere() -> Answer<PathBuf> {
    let place = PathBuf::from(format!("/tmp/octo-csp-{}", nix::unistd::geteuid()));
    Folder::make(&place).map(|_| place)
}

#[cfg(not(unix))]
fn elsewhere() -> Answer<PathBuf> {
    let denied = Cause::Disk(DiskFault::Denied);
    Err(Box::new(Failure::new(Service::Disk, denied)))
}
