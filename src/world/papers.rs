//! Files that a person asked for: written aside, synced and renamed, for this person's eyes only.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::words::Failure;
use crate::world::folder::Folder;

/// Reads a file of this person's own folder, or tells that there is none. What others could have written is not read.
pub fn own(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, Box<Failure>> {
    Folder::existing(folder)?.map_or(Ok(None), |folder| folder.read(name))
}

/// Writes a file as a whole, readable by its owner alone. Whatever is there is replaced, a link too: nothing is written
/// through one.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut aside = NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))?;
    aside.write_all(bytes)?;
    aside.as_file().sync_all()?;
    aside.persist(path)?;
    Ok(())
}
