//! Folders and files that are this person's alone: opened without following links, owner and rights checked, 0700 and 0600
//! whatever the umask says.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::words::{Cause, DiskFault, Failure, Service};
use crate::world::store::Answer;

/// Bytes that are read of a file at most. Our files are thousands of times smaller; what is larger is not ours.
const LONGEST: u64 = 16 * 1_024 * 1_024;

/// Why the system gives no folder or file: there is none, or something is the matter.
enum Refused {
    Absent,
    Fault(DiskFault),
}

/// A link, something else than a folder or a file, or somebody else's.
const NOT_OURS: Refused = Refused::Fault(DiskFault::NotOurs);

/// Writable by others, or readable where it is private.
#[cfg(unix)]
const OPEN: Refused = Refused::Fault(DiskFault::Open);

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let table = [
            (Kind::NotFound, Self::Absent),
            (Kind::StorageFull, Self::Fault(DiskFault::Full)),
            (Kind::QuotaExceeded, Self::Fault(DiskFault::Full)),
            (Kind::FileTooLarge, Self::Fault(DiskFault::Full)),
            (Kind::ReadOnlyFilesystem, Self::Fault(DiskFault::ReadOnly)),
            (Kind::PermissionDenied, Self::Fault(DiskFault::Denied)),
        ];
        let known = table.into_iter().find(|(known, _)| *known == error.kind());
        known.map_or(Self::Fault(DiskFault::Other), |(_, refused)| refused)
    }
}

impl Refused {
    fn failure(self, path: &Path) -> Box<Failure> {
        let fault = match self {
            Self::Absent => DiskFault::Other,
            Self::Fault(fault) => fault,
        };
        failure(fault, path)
    }
}

/// A file that could not be written.
pub(super) fn unwritten(error: io::Error, path: &Path) -> Box<Failure> {
    Refused::from(error).failure(path)
}

/// A fault of this folder or file.
pub(super) fn failure(fault: DiskFault, path: &Path) -> Box<Failure> {
    let failure = Failure::new(Service::Disk, Cause::Disk(fault));
    Box::new(failure.with_detail(&path.display().to_string()))
}

/// Takes a name that stays in its folder: the names of registrations become names of files.
fn is_plain(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    let fits = (1..=200).contains(&name.len());
    fits && !name.starts_with(['.', '~']) && name.chars().all(good)
}

/// Which file it is, whatever its name: the device and the number on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

/// How a file is opened.
#[derive(Clone, Copy)]
enum How {
    Reading,
    ReadingPrivate,
    Existing,
    OrNew,
    New,
}

/// A folder of ours. What fails in it tells the path of the file that it is about.
pub(super) struct Folder {
    handle: system::Folder,
    path: PathBuf,
}

impl Folder {
    /// Opens a folder, or tells that there is none.
    pub(super) fn existing(path: &Path) -> Answer<Option<Self>> {
        let handle = present(system::Folder::open(path), path)?;
        Ok(handle.map(|handle| Self { handle, path: path.to_owned() }))
    }

    /// Opens a folder; it is made, with those above it, if there is none.
    pub(super) fn make(path: &Path) -> Answer<Self> {
        if let Some(folder) = Self::existing(path)? {
            return Ok(folder);
        }
        let handle = system::make_folders(path).and_then(|()| system::Folder::open(path));
        let handle = handle.map_err(|refused| refused.failure(path))?;
        Ok(Self { handle, path: path.to_owned() })
    }

    /// The names of what is in a folder; none if there is no folder.
    pub(super) fn names(path: &Path) -> Answer<Vec<String>> {
        let entries = present(std::fs::read_dir(path).map_err(Refused::from), path)?.into_iter().flatten();
        Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
    }

    /// A failure of this file, which the system tells.
    pub(super) fn failure(&self, name: &str, error: io::Error) -> Box<Failure> {
        Refused::from(error).failure(&self.path.join(name))
    }

    /// Opens a file to read and write, or tells that there is none.
    pub(super) fn open(&self, name: &str) -> Answer<Option<File>> {
        self.present(name, self.handle.file(name, How::Existing))
    }

    /// The same; it is made if there is none.
    pub(super) fn open_or_make(&self, name: &str) -> Answer<File> {
        self.handle.file(name, How::OrNew).map_err(|refused| refused.failure(&self.path.join(name)))
    }

    /// Reads a file, or tells that there is none. Nothing is written, so a read-only disk is fine.
    pub(super) fn read(&self, name: &str) -> Answer<Option<Vec<u8>>> {
        self.read_as(name, How::Reading)
    }

    /// Reads a file that nobody else may read, or tells that there is none.
    pub(super) fn read_private(&self, name: &str) -> Answer<Option<Vec<u8>>> {
        self.read_as(name, How::ReadingPrivate)
    }

    fn read_as(&self, name: &str, how: How) -> Answer<Option<Vec<u8>>> {
        self.present(name, self.handle.file(name, how).and_then(|mut file| contents(&mut file)))
    }

    /// Reads a file that may be of any length, and tells which one it is.
    pub(super) fn read_whole(&self, name: &str) -> Answer<Option<(Identity, Vec<u8>)>> {
        let file = self.handle.file(name, How::Reading);
        self.present(
            name,
            file.and_then(|mut file| {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)?;
                Ok((system::identity(&file)?, bytes))
            }),
        )
    }

    /// Which file this is.
    pub(super) fn identity(&self, name: &str, file: &File) -> Answer<Identity> {
        system::identity(file).map_err(|refused| refused.failure(&self.path.join(name)))
    }

    /// Replaces a file as a whole: it is written aside, synced and renamed, so that there is always an old one or a new one.
    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> Answer<()> {
        let aside = aside(name);
        self.remove(&aside)?;
        let written = self.handle.file(&aside, How::New).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            self.handle.rename(&aside, name)?;
            self.handle.sync()
        });
        written.map_err(|refused| {
            // The first failure is the one to tell; what was left aside is removed by the next attempt at the latest.
            drop(self.remove(&aside));
            refused.failure(&self.path.join(name))
        })
    }

    /// Removes a file. A missing one is fine.
    pub(super) fn remove(&self, name: &str) -> Answer<()> {
        self.present(name, self.handle.remove(name)).map(|_| ())
    }

    /// Removes a file, and what a replacement of it left aside when the program was ended.
    pub(super) fn remove_whole(&self, name: &str) -> Answer<()> {
        self.remove(&aside(name))?;
        self.remove(name)
    }

    /// Makes new and renamed names durable.
    pub(super) fn sync(&self) -> Answer<()> {
        self.handle.sync().map_err(|refused| refused.failure(&self.path))
    }

    /// Whether `file` is still what `name` leads to.
    pub(super) fn leads_to(&self, name: &str, file: &File) -> Answer<bool> {
        let now = self.handle.file(name, How::Reading);
        let now = self.present(name, now.and_then(|now| system::identity(&now)))?;
        Ok(now.is_some_and(|now| system::identity(file).is_ok_and(|file| file == now)))
    }

    fn present<T>(&self, name: &str, result: Result<T, Refused>) -> Answer<Option<T>> {
        present(result, &self.path.join(name))
    }
}

fn aside(name: &str) -> String {
    format!(".{name}.new")
}

fn contents(file: &mut File) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Refused::Fault(DiskFault::TooLarge));
    }
    Ok(bytes)
}

/// Absence is an answer.
fn present<T>(result: Result<T, Refused>, path: &Path) -> Answer<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Refused::Absent) => Ok(None),
        Err(refused) => Err(refused.failure(path)),
    }
}

#[cfg(unix)]
mod system {
    //! By handle: what was checked is what is used.

    use std::fs::{DirBuilder, File};
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    use std::path::Path;

    use rustix::fs::{self, AtFlags, CWD, FileType, Mode, OFlags, Stat};
    use rustix::io::Errno;
    use rustix::process::geteuid;

    use super::{How, Identity, NOT_OURS, OPEN, Refused};

    pub(super) struct Folder(OwnedFd);

    impl Folder {
        pub(super) fn open(path: &Path) -> Result<Self, Refused> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let folder = fs::openat(CWD, path, flags, Mode::empty())?;
            checked(&folder, FileType::Directory)?;
            Ok(Self(folder))
        }

        pub(super) fn file(&self, name: &str, how: How) -> Result<File, Refused> {
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
            let file = fs::openat(&self.0, name, flags, ours)?;
            let stat = checked(&file, FileType::RegularFile)?;
            let mode = Mode::from_raw_mode(stat.st_mode);
            match how {
                How::ReadingPrivate if mode.intersects(Mode::RWXG | Mode::RWXO) => return Err(OPEN),
                How::Reading | How::ReadingPrivate => {}
                How::Existing | How::OrNew | How::New if mode == ours => {}
                How::Existing | How::OrNew | How::New => fs::fchmod(&file, ours)?,
            }
            Ok(File::from(file))
        }

        pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), Refused> {
            Ok(fs::renameat(&self.0, from, &self.0, to)?)
        }

        pub(super) fn remove(&self, name: &str) -> Result<(), Refused> {
            Ok(fs::unlinkat(&self.0, name, AtFlags::empty())?)
        }

        pub(super) fn sync(&self) -> Result<(), Refused> {
            Ok(fs::fsync(&self.0)?)
        }
    }

    pub(super) fn append(path: &Path) -> Result<File, Refused> {
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE;
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let ours = Mode::RUSR | Mode::WUSR;
        let file = fs::openat(CWD, path, flags, ours)?;
        let stat = checked(&file, FileType::RegularFile)?;
        // Under another name it would be written to as well.
        if stat.st_nlink != 1 {
            return Err(NOT_OURS);
        }
        if Mode::from_raw_mode(stat.st_mode) != ours {
            fs::fchmod(&file, ours)?;
        }
        Ok(File::from(file))
    }

    pub(super) fn make_folders(path: &Path) -> Result<(), Refused> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|error| Errno::from_io_error(&error).map_or_else(|| error.into(), Refused::from))
    }

    pub(super) fn identity(file: &File) -> Result<Identity, Refused> {
        let data = file.metadata()?;
        Ok(Identity(data.dev(), data.ino()))
    }

    fn checked(handle: impl AsFd, kind: FileType) -> Result<Stat, Refused> {
        let stat = fs::fstat(handle)?;
        let others = Mode::WGRP | Mode::WOTH;
        let right_kind = FileType::from_raw_mode(stat.st_mode) == kind;
        let ours = stat.st_uid == geteuid().as_raw();
        if !right_kind || !ours {
            return Err(NOT_OURS);
        }
        if Mode::from_raw_mode(stat.st_mode).intersects(others) { Err(OPEN) } else { Ok(stat) }
    }

    /// A link answers with one of several numbers, depending on what it leads to.
    impl From<Errno> for Refused {
        fn from(error: Errno) -> Self {
            match error {
                Errno::LOOP | Errno::NOTDIR | Errno::EXIST | Errno::ISDIR | Errno::NXIO => NOT_OURS,
                error => io::Error::from(error).into(),
            }
        }
    }
}

#[cfg(not(unix))]
mod system {
    //! By path: the folder is in the person's profile, whose rights everything in it inherits.

    use std::fs::{self, File, OpenOptions};
    use std::path::{Path, PathBuf};

    use super::{How, Identity, NOT_OURS, Refused};
    use crate::world::in_use::patiently;

    pub(super) struct Folder(PathBuf);

    impl Folder {
        pub(super) fn open(path: &Path) -> Result<Self, Refused> {
            if fs::symlink_metadata(path)?.is_dir() { Ok(Self(path.to_owned())) } else { Err(NOT_OURS) }
        }

        pub(super) fn file(&self, name: &str, how: How) -> Result<File, Refused> {
            let path = self.0.join(name);
            if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
                return Err(NOT_OURS);
            }
            let writing = !matches!(how, How::Reading | How::ReadingPrivate);
            let mut options = OpenOptions::new();
            options
                .read(true)
                .write(writing)
                .create(matches!(how, How::OrNew))
                .create_new(matches!(how, How::New))
                .truncate(false);
            Ok(patiently(|| options.open(&path))?)
        }

        pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), Refused> {
            Ok(patiently(|| fs::rename(self.0.join(from), self.0.join(to)))?)
        }

        pub(super) fn remove(&self, name: &str) -> Result<(), Refused> {
            Ok(patiently(|| fs::remove_file(self.0.join(name)))?)
        }

        /// A folder cannot be synced here; the file system's own journal orders names.
        #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on other systems")]
        pub(super) fn sync(&self) -> Result<(), Refused> {
            Ok(())
        }
    }

    pub(super) fn append(path: &Path) -> Result<File, Refused> {
        if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(NOT_OURS);
        }
        Ok(OpenOptions::new().append(true).create(true).open(path)?)
    }

    pub(super) fn make_folders(path: &Path) -> Result<(), Refused> {
        Ok(fs::create_dir_all(path)?)
    }

    /// The volume and the number on it: a file that is open can be replaced here too.
    pub(super) fn identity(file: &File) -> Result<Identity, Refused> {
        let found = winapi_util::file::information(file)?;
        Ok(Identity(found.volume_serial_number(), found.file_index()))
    }
}

/// Opens a file of this person's alone at its end, in whatever folder it is; it is made if there is none.
pub(super) fn to_append(path: &Path) -> Answer<File> {
    system::append(path).map_err(|refused| refused.failure(path))
}

/// Whether `file` is still what this path leads to.
pub(super) fn is_at(path: &Path, file: &File) -> bool {
    let now = system::append(path).and_then(|now| system::identity(&now));
    now.is_ok_and(|now| system::identity(file).is_ok_and(|file| file == now))
}

/// The files of a registration, beside what a person put there. The journal is the one that goes last.
pub(super) const JOURNAL: &str = "journal";
pub(super) const DRAFT: &str = "draft.json";

/// Opens the folder of one registration, or tells that there is none. The folder of all is checked too: whoever may write that
/// one may replace the lower one.
pub(super) fn existing_below(state: &Path, registration: &str) -> Answer<Option<Folder>> {
    let path = below(state, registration)?;
    match Folder::existing(state)? {
        Some(_) => Folder::existing(&path),
        None => Ok(None),
    }
}

/// The same; it is made if there is none.
pub(super) fn make_below(state: &Path, registration: &str) -> Answer<Folder> {
    let path = below(state, registration)?;
    Folder::make(state)?;
    Folder::make(&path)
}

/// The path of a registration's file or folder below the folder of all.
pub(super) fn below(folder: &Path, registration: &str) -> Answer<PathBuf> {
    let path = folder.join(registration);
    if is_plain(registration) { Ok(path) } else { Err(failure(DiskFault::Other, &path)) }
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
            let refused = Refused::from(io::Error::from(kind));
            let failure = refused.failure(Path::new("/x\u{1b}[2J"));
            assert_eq!(failure.cause, Cause::Disk(fault), "{kind}");
            assert_eq!(failure.detail.unwrap(), "/x[2J");
        }
    }

    #[test]
    fn a_plain_name_stays_in_its_folder() {
        for name in ["production", "sandbox-at-login.example", "a_b", "production~fabrikam"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", ".", "..", ".x", "~x", "a/b", "a\\b", "a b", "a:b", "é", "a\0"] {
            assert!(!is_plain(name), "{name:?}");
        }
        assert!(!is_plain(&"x".repeat(201)));
    }
}
