//! The record of one registration: its journal, line by line, and the draft of what was typed.
//!
//! A line counts once it is synced. Only a process that holds the [`Lock`](super::lock::Lock) may write, and even so the file
//! is looked at before every line: what another process wrote is never built upon unseen, and never overwritten.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::journal::{self, Contents, Fact, Line, Registration};
use crate::words::answers::Draft;
use crate::words::failure::{Cause, DiskFault, Failure, Service};
use crate::world::folder::{self, DiskError, Folder};
use crate::world::store::VAULT_FILE;

const JOURNAL: &str = "journal";
const DRAFT: &str = "draft.json";
const TEST: &str = "test";

/// Why a line is not written.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("disk")]
    Disk(#[from] DiskError),
    #[error("the journal is damaged")]
    Damaged,
    #[error("the journal is a newer version's")]
    Newer,
    #[error("the journal is not as it was left")]
    Moved,
}

/// One registration's files, and the fold of its journal. Looking changes nothing: folders and files are made by the first
/// thing that is written.
#[derive(Debug)]
pub struct JournalFile {
    state: PathBuf,
    path: PathBuf,
    registration: Registration,
    seen: Seen,
    damaged: bool,
}

/// What of the journal is known: its good bytes, and their check sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    bytes: usize,
    sum: u32,
}

impl Seen {
    fn new(file: &[u8], contents: &Contents) -> Self {
        let good = file.get(..contents.good_bytes).unwrap_or_default();
        Self { bytes: good.len(), sum: crc32fast::hash(good) }
    }

    fn and(self, text: &str) -> Self {
        let mut sum = crc32fast::Hasher::new_with_initial(self.sum);
        sum.update(text.as_bytes());
        Self { bytes: self.bytes + text.len(), sum: sum.finalize() }
    }
}

impl JournalFile {
    /// Reads what is recorded about `registration` below the folder `state`. Nothing recorded yet is an empty record.
    pub fn open(state: &Path, registration: &str) -> Result<Self, Box<Failure>> {
        Self::read(state, registration)
            .map_err(|error| failure(&error.into(), &state.join(JOURNAL)))
    }

    fn read(state: &Path, registration: &str) -> Result<Self, DiskError> {
        let path = folder::below(state, registration)?;
        let file = match Folder::existing(state)? {
            Some(_) => match Folder::existing(&path)? {
                Some(folder) => folder.read(JOURNAL)?.unwrap_or_default(),
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let contents = journal::read_file(&file);
        let mut registration = Registration::fold(&contents.lines);
        registration.newer = contents.newer;
        Ok(Self {
            state: state.to_owned(),
            path,
            registration,
            seen: Seen::new(&file, &contents),
            damaged: contents.damaged,
        })
    }

    /// The fold of the journal, with every line that was appended since.
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        &self.path
    }

    /// Whether a line in the middle of the journal cannot be read. Then the fold is not to be trusted, and nothing is written.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Appends a fact and syncs it. Returns the number of its line.
    pub fn append(&mut self, fact: &Fact, at: Timestamp) -> Result<u64, Box<Failure>> {
        let line =
            Line { sequence: self.registration.sequence.saturating_add(1), at, fact: fact.clone() };
        self.append_line(&line).map_err(|error| failure(&error, &self.path.join(JOURNAL)))?;
        self.registration.apply(&line);
        Ok(line.sequence)
    }

    /// Looks whether the journal is still as this record knows it: asked once more before the commit.
    pub fn unmoved(&self) -> Result<(), Box<Failure>> {
        let look = || -> Result<(), RecordError> {
            let folder = Folder::existing(&self.path)?;
            let file = folder.map_or(Ok(None), |folder| folder.read(JOURNAL))?;
            self.expect_seen(&file.unwrap_or_default())
        };
        look().map_err(|error| failure(&error, &self.path.join(JOURNAL)))
    }

    /// Saves what was typed. The type has no room for a secret.
    pub fn save_draft(&self, draft: &Draft) -> Result<(), Box<Failure>> {
        // A draft is plain data with string keys: it always has a JSON form.
        let json = serde_json::to_vec_pretty(draft).unwrap_or_default();
        self.made()
            .and_then(|folder| folder.replace(DRAFT, &json))
            .map_err(|error| error.failure(&self.path.join(DRAFT)))
    }

    /// What was typed the last time. A draft that cannot be read is no draft: it is typed again.
    pub fn load_draft(&self) -> Option<Draft> {
        let folder = Folder::existing(&self.path).ok()??;
        let json = folder.read(DRAFT).ok()??;
        serde_json::from_slice(&json).ok()
    }

    /// Shows before anything is asked that this folder keeps files: one is written, synced, renamed and removed.
    pub fn preflight(&self) -> Result<(), Box<Failure>> {
        let test = || {
            let folder = self.made()?;
            folder.replace(TEST, b"octo-csp writes here\n")?;
            folder.remove(TEST)?;
            folder.sync()
        };
        test().map_err(|error| error.failure(&self.path))
    }

    /// Removes every file of this registration. The journal goes last, and only once the others are gone for good: until then
    /// it says that they are to go.
    pub fn discard(&self) -> Result<(), Box<Failure>> {
        let discarded = || {
            let Some(folder) = Folder::existing(&self.path)? else {
                return Ok(());
            };
            for name in [VAULT_FILE, DRAFT, TEST] {
                folder.remove_whole(name)?;
            }
            folder.sync()?;
            folder.remove_whole(JOURNAL)?;
            folder.sync()
        };
        discarded().map_err(|error: DiskError| error.failure(&self.path))?;
        // What else somebody put there is not ours to remove.
        drop(std::fs::remove_dir(&self.path));
        Ok(())
    }

    /// Whether there is any file of this registration.
    pub fn is_there(&self) -> bool {
        Folder::existing(&self.path).is_ok_and(|folder| folder.is_some())
    }

    fn made(&self) -> Result<Folder, DiskError> {
        // Both are checked: whoever may write the upper one may replace the lower one.
        Folder::make(&self.state)?;
        Folder::make(&self.path)
    }

    fn append_line(&mut self, line: &Line) -> Result<(), RecordError> {
        if self.registration.newer {
            return Err(RecordError::Newer);
        }
        if self.damaged {
            return Err(RecordError::Damaged);
        }
        let folder = self.made()?;
        let mut file = match folder.open(JOURNAL)? {
            Some(file) => file,
            None if self.seen == Seen::default() => folder.open_or_make(JOURNAL)?,
            None => return Err(RecordError::Moved),
        };
        self.expect_seen(&folder::contents(&mut file)?)?;
        let text = journal::write_line(line);
        if let Err(error) = write_at(&mut file, self.seen.bytes, &text, &folder) {
            // Whatever got there was not acknowledged. If this fails too, the next reader takes it for a torn line, or for
            // a line that nobody built upon.
            drop(cut(&file, self.seen.bytes));
            return Err(error.into());
        }
        self.seen = self.seen.and(&text);
        Ok(())
    }

    /// What was read before is compared by its check sum and not read again, because a journal grows for years. Behind it there
    /// may be a torn line and nothing more.
    fn expect_seen(&self, file: &[u8]) -> Result<(), RecordError> {
        let known = file.get(..self.seen.bytes).map(crc32fast::hash);
        let rest = file.get(self.seen.bytes..).unwrap_or_default();
        let news = journal::read_on(rest, self.registration.sequence);
        if known == Some(self.seen.sum) && news.good_bytes == 0 {
            Ok(())
        } else {
            Err(RecordError::Moved)
        }
    }
}

/// Writes a line over what is left of a torn one. The folder is synced too: the file may be new.
fn write_at(file: &mut File, at: usize, text: &str, folder: &Folder) -> Result<(), DiskError> {
    cut(file, at)?;
    file.seek(SeekFrom::Start(at as u64))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if at == 0 { folder.sync() } else { Ok(()) }
}

fn cut(file: &File, at: usize) -> Result<(), DiskError> {
    Ok(file.set_len(at as u64)?)
}

/// The one place where an error of the journal becomes a [`Failure`].
fn failure(error: &RecordError, path: &Path) -> Box<Failure> {
    let cause = match error {
        RecordError::Disk(error) => return error.failure(path),
        RecordError::Damaged => Cause::Disk(DiskFault::Damaged),
        RecordError::Newer => Cause::NewerJournal,
        RecordError::Moved => Cause::JournalMoved,
    };
    let path = path.display().to_string();
    Box::new(Failure::new(Service::Disk, cause).with_detail(&path))
}
