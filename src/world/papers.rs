//! Files that a person asked for: written aside, synced and renamed, for this person's eyes only.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::words::Failure;
use crate::world::folder::Folder;

/// Reads a file of this person's own folder, or tells that there is none. What others could have written is not read.
pub fn own(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, Box<Failure>> {
    let there = || {
        let Some(folder) = Folder::existing(folder)? else {
            return Ok(None);
        };
        folder.read(name)
    };
    there().map_err(|error| error.failure(&folder.join(name)))
}

/// Writes a file as a whole, readable by its owner alone. Whatever is there is replaced, a link too: nothing is written
/// through one.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(|_no_randomness| io::ErrorKind::Other)?;
    let mut aside = OsString::from(".");
    aside.push(name);
    aside.push(format!(".{:016x}", u64::from_le_bytes(random)));
    let aside = path.with_file_name(aside);
    let written = make(&aside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&aside, path)
    });
    if written.is_err() {
        // The first failure is the one to tell.
        drop(fs::remove_file(&aside));
    }
    written
}

fn make(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
