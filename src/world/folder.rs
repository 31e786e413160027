//! Folders and files that are this person's alone: opened without following links, owner and rights checked, 0700 and 0600
//! whatever the umask says.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::words::{Cause, DiskFault, Failure, Service};

/// Bytes that are read of a file at most. Our files are thousands of times smaller; what is larger is not ours.
const LONGEST: u64 = 16 * 1_024 * 1_024;

/// How a folder or a file fails.
#[derive(Debug, thiserror::Error)]
pub(super) enum DiskError {
    /// The system said no.
    #[error("input or output")]
    Io(#[from] io::Error),
    /// A link, something else than a folder or a file, somebody else's, or writable by others.
    #[error("not ours")]
    NotOurs,
    /// Larger than anything we write.
    #[error("too large")]
    TooLarge,
    /// A name that would lead out of its folder.
    #[error("not a plain name")]
    Name,
}

impl DiskError {
    /// What kind of thing it is.
    pub(super) fn fault(&self) -> DiskFault {
        use io::ErrorKind as Kind;
        let kind = match self {
            Self::Io(error) => error.kind(),
            Self::NotOurs => return DiskFault::NotOurs,
            Self::TooLarge => return DiskFault::Damaged,
            Self::Name => return DiskFault::Other,
        };
        let table = [
            (Kind::StorageFull, DiskFault::Full),
            (Kind::QuotaExceeded, DiskFault::Full),
            (Kind::FileTooLarge, DiskFault::Full),
            (Kind::ReadOnlyFilesystem, DiskFault::ReadOnly),
            (Kind::PermissionDenied, DiskFault::Denied),
        ];
        let known = table.iter().find(|(known, _)| *known == kind);
        known.map_or(DiskFault::Other, |(_, fault)| *fault)
    }

    /// The one place where an error of a file becomes a [`Failure`].
    pub(super) fn failure(&self, path: &Path) -> Box<Failure> {
        let failure = Failure::new(Service::Disk, Cause::Disk(self.fault()));
        Box::new(failure.with_detail(&path.display().to_string()))
    }

    /// Whether there is nothing of that name.
    fn is_absence(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// Takes a name that stays in its folder: the names of registrations become names of files.
pub(super) fn plain(name: &str) -> Result<&str, DiskError> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = (1..=128).contains(&name.len());
    if fits && !name.starts_with('.') && name.chars().all(good) { Ok(name) } else { Err(DiskError::Name) }
}

/// How a file is opened.
#[derive(Clone, Copy)]
enum How {
    Reading,
    ReadingPrivate,
    Existing,
    OrNew,
    New,
}

/// A folder of ours.
pub(super) struct Folder(system::Folder);

impl Folder {
    /// Opens a folder, or tells that there is none.
    pub(super) fn existing(path: &Path) -> Result<Option<Self>, DiskError> {
        present(system::Folder::open(path).map(Self))
    }

    /// Opens a folder; it is made, with those above it, if there is none.
    pub(super) fn make(path: &Path) -> Result<Self, DiskError> {
        if let Some(folder) = Self::existing(path)? {
            return Ok(folder);
        }
        system::make_folders(path)?;
        system::Folder::open(path).map(Self)
    }

    /// Opens a file to read and write, or tells that there is none.
    pub(super) fn open(&self, name: &str) -> Result<Option<File>, DiskError> {
        present(self.0.file(name, How::Existing))
    }

    /// The same; it is made if there is none.
    pub(super) fn open_or_make(&self, name: &str) -> Result<File, DiskError> {
        self.0.file(name, How::OrNew)
    }

    /// Reads a file, or tells that there is none. Nothing is written, so a read-only disk is fine.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, DiskError> {
        self.read_as(name, How::Reading)
    }

    /// Reads a file that nobody else may read, or tells that there is none.
    pub(super) fn read_private(&self, name: &str) -> Result<Option<Vec<u8>>, DiskError> {
        self.read_as(name, How::ReadingPrivate)
    }

    fn read_as(&self, name: &str, how: How) -> Result<Option<Vec<u8>>, DiskError> {
        present(self.0.file(name, how))?.map(|mut file| contents(&mut file)).transpose()
    }

    /// Replaces a file as a whole: it is written aside, synced and renamed, so that there is always an old one or a new one.
    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), DiskError> {
        let aside = aside(name);
        self.remove(&aside)?;
        let written = self.0.file(&aside, How::New).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            self.0.rename(&aside, name)?;
            self.sync()
        });
        if written.is_err() {
            // The first failure is the one to tell; what was left aside is removed by the next attempt at the latest.
            drop(self.remove(&aside));
        }
        written
    }

    /// Removes a file. A missing one is fine.
    pub(super) fn remove(&self, name: &str) -> Result<(), DiskError> {
        present(self.0.remove(name)).map(|_| ())
    }

    /// Removes a file, and what a replacement of it left aside when the program was ended.
    pub(super) fn remove_whole(&self, name: &str) -> Result<(), DiskError> {
        self.remove(&aside(name))?;
        self.remove(name)
    }

    /// Makes new and renamed names durable.
    pub(super) fn sync(&self) -> Result<(), DiskError> {
        self.0.sync()
    }

    /// Whether `file` is still what `name` leads to.
    pub(super) fn leads_to(&self, name: &str, file: &File) -> Result<bool, DiskError> {
        let Some(now) = present(self.0.file(name, How::Reading))? else {
            return Ok(false);
        };
        system::same(&now, file)
    }
}

fn aside(name: &str) -> String {
    format!(".{name}.new")
}

/// Reads a file to its end.
pub(super) fn contents(file: &mut File) -> Result<Vec<u8>, DiskError> {
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(DiskError::TooLarge);
    }
    Ok(bytes)
}

/// Absence is an answer.
fn present<T>(result: Result<T, DiskError>) -> Result<Option<T>, DiskError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_absence() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
mod system {
    //! By handle: what was checked is what is used.

    use std::fs::{DirBuilder, File};
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::fs::DirBuilderExt as _;
    use std::path::Path;

    use rustix::fs::{self, AtFlags, CWD, FileType, Mode, OFlags, Stat};
    use rustix::io::Errno;
    use rustix::process::geteuid;

    use super::{DiskError, How};

    pub(super) struct Folder(OwnedFd);

    impl Folder {
        pub(super) fn open(path: &Path) -> Result<Self, DiskError> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let folder = fs::openat(CWD, path, flags, Mode::empty()).map_err(disk)?;
            checked(&folder, FileType::Directory)?;
            Ok(Self(folder))
        }

        pub(super) fn file(&self, name: &str, how: How) -> Result<File, DiskError> {
            // Without NONBLOCK a pipe of that name would hold us for ever.
            let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
            let flags = flags
                | match how {
                    How::Reading | How::ReadingPrivate => OFlags::RDONLY,
                    How::Existing => OFlags::RDWR,
                    How::OrNew => OFlags::RDWR | OFlags::CREATE,
                    How::New => OFlags::RDWR | OFlags::CREATE | OFlags::EXCL,
                };
            let ours = Mode::RUSR | Mode::WUSR;
            let file = fs::openat(&self.0, name, flags, ours).map_err(disk)?;
            let stat = checked(&file, FileType::RegularFile)?;
            let mode = Mode::from_raw_mode(stat.st_mode);
            match how {
                How::ReadingPrivate if mode.intersects(Mode::RWXG | Mode::RWXO) => {
                    return Err(DiskError::NotOurs);
                }
                How::Reading | How::ReadingPrivate => {}
                How::Existing | How::OrNew | How::New if mode == ours => {}
                How::Existing | How::OrNew | How::New => fs::fchmod(&file, ours).map_err(disk)?,
            }
            Ok(File::from(file))
        }

        pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
            fs::renameat(&self.0, from, &self.0, to).map_err(disk)
        }

        pub(super) fn remove(&self, name: &str) -> Result<(), DiskError> {
            fs::unlinkat(&self.0, name, AtFlags::empty()).map_err(disk)
        }

        pub(super) fn sync(&self) -> Result<(), DiskError> {
            fs::fsync(&self.0).map_err(disk)
        }
    }

    pub(super) fn make_folders(path: &Path) -> Result<(), DiskError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|error| Errno::from_io_error(&error).map_or(DiskError::Io(error), disk))
    }

    pub(super) fn same(one: &File, other: &File) -> Result<bool, DiskError> {
        let one = fs::fstat(one).map_err(disk)?;
        let other = fs::fstat(other).map_err(disk)?;
        Ok(one.st_dev == other.st_dev && one.st_ino == other.st_ino)
    }

    fn checked(handle: impl AsFd, kind: FileType) -> Result<Stat, DiskError> {
        let stat = fs::fstat(handle).map_err(disk)?;
        let others = Mode::WGRP | Mode::WOTH;
        let right_kind = FileType::from_raw_mode(stat.st_mode) == kind;
        let ours = stat.st_uid == geteuid().as_raw();
        if right_kind && ours && !Mode::from_raw_mode(stat.st_mode).intersects(others) {
            Ok(stat)
        } else {
            Err(DiskError::NotOurs)
        }
    }

    /// A link answers with one of several numbers, depending on what it leads to.
    fn disk(error: Errno) -> DiskError {
        match error {
            Errno::LOOP | Errno::NOTDIR | Errno::EXIST | Errno::ISDIR | Errno::NXIO => DiskError::NotOurs,
            error => DiskError::Io(error.into()),
        }
    }
}

#[cfg(not(unix))]
mod system {
    //! By path: the folder is in the person's profile, whose rights everything in it inherits.

    use std::fs::{self, File, OpenOptions};
    use std::path::{Path, PathBuf};

    use super::{DiskError, How};

    pub(super) struct Folder(PathBuf);

    impl Folder {
        pub(super) fn open(path: &Path) -> Result<Self, DiskError> {
            if fs::symlink_metadata(path)?.is_dir() { Ok(Self(path.to_owned())) } else { Err(DiskError::NotOurs) }
        }

        pub(super) fn file(&self, name: &str, how: How) -> Result<File, DiskError> {
            let path = self.0.join(name);
            if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
                return Err(DiskError::NotOurs);
            }
            let writing = !matches!(how, How::Reading | How::ReadingPrivate);
            let file = OpenOptions::new()
                .read(true)
                .write(writing)
                .create(matches!(how, How::OrNew))
                .create_new(matches!(how, How::New))
                .truncate(false)
                .open(path)?;
            Ok(file)
        }

        pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
            Ok(fs::rename(self.0.join(from), self.0.join(to))?)
        }

        pub(super) fn remove(&self, name: &str) -> Result<(), DiskError> {
            Ok(fs::remove_file(self.0.join(name))?)
        }

        /// A folder cannot be synced here; the file system's own journal orders names.
        #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on other systems")]
        pub(super) fn sync(&self) -> Result<(), DiskError> {
            Ok(())
        }
    }

    pub(super) fn make_folders(path: &Path) -> Result<(), DiskError> {
        Ok(fs::create_dir_all(path)?)
    }

    /// A file that is open cannot be replaced here.
    #[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
    pub(super) fn same(_one: &File, _other: &File) -> Result<bool, DiskError> {
        Ok(true)
    }
}

/// The files of a registration, beside what a person put there. The journal is the one that goes last.
pub(super) const JOURNAL: &str = "journal";
pub(super) const DRAFT: &str = "draft.json";

/// Opens the folder of one registration, or tells that there is none. The folder of all is checked too: whoever may write that
/// one may replace the lower one.
pub(super) fn existing_below(state: &Path, registration: &str) -> Result<Option<Folder>, DiskError> {
    let path = below(state, registration)?;
    match Folder::existing(state)? {
        Some(_) => Folder::existing(&path),
        None => Ok(None),
    }
}

/// The same; it is made if there is none.
pub(super) fn make_below(state: &Path, registration: &str) -> Result<Folder, DiskError> {
    let path = below(state, registration)?;
    Folder::make(state)?;
    Folder::make(&path)
}

/// The folder of one registration below the folder of all.
fn below(folder: &Path, registration: &str) -> Result<PathBuf, DiskError> {
    plain(registration).map(|name| folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_has_its_kind() {
        use io::ErrorKind as Kind;
        for (kind, fault) in [
            (Kind::StorageFull, DiskFault::Full),
            (Kind::QuotaExceeded, DiskFault::Full),
            (Kind::FileTooLarge, DiskFault::Full),
            (Kind::ReadOnlyFilesystem, DiskFault::ReadOnly),
            (Kind::PermissionDenied, DiskFault::Denied),
            (Kind::TimedOut, DiskFault::Other),
        ] {
            let error = DiskError::Io(kind.into());
            assert_eq!(error.fault(), fault, "{kind}");
            let failure = error.failure(Path::new("/x\u{1b}[2J"));
            assert_eq!(failure.cause, Cause::Disk(fault));
            assert_eq!(failure.detail.unwrap(), "/x[2J");
        }
    }

    #[test]
    fn a_plain_name_stays_in_its_folder() {
        for name in ["production", "sandbox-at-login.example", "a_b"] {
            assert_eq!(plain(name).unwrap(), name);
        }
        for name in ["", ".", "..", ".x", "a/b", "a\\b", "a b", "a:b", "é", "a\0"] {
            assert!(plain(name).is_err(), "{name:?}");
        }
        assert!(plain(&"x".repeat(129)).is_err());
    }
}
