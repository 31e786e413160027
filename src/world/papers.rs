//! Files that a person asked for: written aside, synced and renamed, for this person's eyes only.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::effect::Paper;
use crate::words::{Cause, Failure, Service};
use crate::world::folder::{self, Folder};
use crate::world::leaks;

/// Reads a file of this person's own folder, or tells that there is none. What others could have written is not read.
pub fn own(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, Box<Failure>> {
    Folder::existing(folder)?.map_or(Ok(None), |folder| folder.read(name))
}

/// Writes a file into the folder that the person is in, and tells its whole path. One that holds a secret is not written.
pub fn leave(paper: &Paper) -> Result<String, Box<Failure>> {
    if paper.without.iter().any(|secret| leaks::encoding_in(&paper.text, secret).is_some()) {
        let held = Failure::new(Service::Machine, Cause::Internal);
        return Err(Box::new(held.with_detail("the file would hold a secret: it is not written")));
    }
    let name = Path::new(&paper.file);
    let path = std::path::absolute(name).unwrap_or_else(|_| name.to_owned());
    write(&path, paper.text.as_bytes()).map_err(|error| folder::unwritten(error, &path))?;
    Ok(path.display().to_string())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Secret;

    #[test]
    fn a_file_that_would_hold_a_secret_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.txt");
        let paper = |text: &str| Paper {
            file: file.display().to_string(),
            text: text.to_owned(),
            without: vec![Secret::shared(String::new()), Secret::shared("abc8Q~marked-secret-value".to_owned())],
        };
        for held in ["x abc8Q~marked-secret-value", "x%61bc8Q%7Emarked-secret-value"] {
            leave(&paper(held)).unwrap_err();
            assert!(!file.exists(), "{held}");
        }
        assert_eq!(leave(&paper("nothing")).unwrap(), file.display().to_string());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "nothing");
        let none = Paper { file: folder.path().join("no/such").display().to_string(), ..paper("nothing") };
        assert!(matches!(leave(&none).unwrap_err().cause, Cause::Disk(_)));
    }
}
