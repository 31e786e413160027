//! Journals as files, each in the folder of its registration.
//!
//! A line counts once it is synced. Only a process that holds the [`Lock`] may write, and even so the file is looked at before
//! every line, by length and check sum, because a journal grows for years: only what is new is parsed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::journal_store::{JournalStore, Lease};
use super::lock::Lock;
use crate::journal::{self, Contents, Line, Sequence};
use crate::words::store::STORES;
use crate::words::{Cause, Failure, Service};
use crate::world::clock;
use crate::world::folder::{self, DRAFT, Folder, JOURNAL};
use crate::world::store::Answer;

/// Registrations that are listed at most: there are two, and two more for each other cloud.
const MOST: usize = 64;

/// The file that a probe writes.
const TEST: &str = "test";

/// The journals below a folder. Looking changes nothing: folders and files are made by the first thing that is written.
pub struct JournalFile {
    state: PathBuf,
    seen: Mutex<BTreeMap<String, Seen>>,
}

/// What of a journal is known: its good bytes, their check sum, and the number of the last line in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    bytes: usize,
    sum: u32,
    last: Sequence,
}

impl Seen {
    fn new(file: &[u8], contents: &Contents) -> Self {
        let good = file.get(..contents.good_bytes).unwrap_or_default();
        let last = contents.lines.last().map_or(0, |line| line.sequence);
        Self { bytes: good.len(), sum: crc32fast::hash(good), last }
    }

    fn and(self, text: &str, last: Sequence) -> Self {
        let mut sum = crc32fast::Hasher::new_with_initial(self.sum);
        sum.update(text.as_bytes());
        Self { bytes: self.bytes + text.len(), sum: sum.finalize(), last }
    }

    /// Whether the file is still as it was seen. Behind that there may be a torn line and nothing more.
    fn is_all_of(self, file: &[u8]) -> bool {
        let known = file.get(..self.bytes).map(crc32fast::hash);
        let rest = file.get(self.bytes..).unwrap_or_default();
        known == Some(self.sum) && journal::read_on(rest, self.last).good_bytes == 0
    }
}

impl JournalFile {
    /// The journals below the folder `state`.
    pub fn new(state: PathBuf) -> Self {
        Self { state, seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failure(&self, registration: &str, cause: Cause) -> Box<Failure> {
        let path = self.state.join(registration).join(JOURNAL);
        Box::new(Failure::new(Service::Disk, cause).with_detail(&path.display().to_string()))
    }

    /// What was read of this journal, which ends with the line `last`.
    fn known(&self, registration: &str, last: Sequence) -> Answer<Seen> {
        let seen = self.seen().get(registration).copied().unwrap_or_default();
        if seen.last == last { Ok(seen) } else { Err(self.failure(registration, Cause::JournalMoved)) }
    }
}

#[async_trait]
impl JournalStore for JournalFile {
    /// The folder: a person looks for everything that is there.
    fn place(&self, registration: &str) -> String {
        self.state.join(registration).display().to_string()
    }

    async fn list(&self) -> Answer<Vec<String>> {
        let names = Folder::names(&self.state)?.into_iter();
        let ours = names.filter(|name| name.starts_with("production") || name.starts_with("sandbox"));
        Ok(ours.take(MOST).collect())
    }

    async fn read(&self, registration: &str) -> Answer<Contents> {
        let file = match folder::existing_below(&self.state, registration)? {
            Some(folder) => folder.read(JOURNAL)?.unwrap_or_default(),
            None => Vec::new(),
        };
        let contents = journal::read_file(&file);
        self.seen().insert(registration.to_owned(), Seen::new(&file, &contents));
        Ok(contents)
    }

    async fn append(&self, registration: &str, after: Sequence, line: &Line) -> Answer<Sequence> {
        let moved = || self.failure(registration, Cause::JournalMoved);
        let seen = self.known(registration, after)?;
        let folder = folder::make_below(&self.state, registration)?;
        let mut file = match folder.open(JOURNAL)? {
            Some(file) => file,
            None if seen == Seen::default() => folder.open_or_make(JOURNAL)?,
            None => return Err(moved()),
        };
        if !seen.is_all_of(&folder.contents(JOURNAL, &mut file)?) {
            return Err(moved());
        }
        let text = journal::write_line(line);
        let written = write_at(&mut file, seen.bytes, &text).map_err(|error| folder.failure(JOURNAL, error));
        // The file may be new.
        let kept = written.and_then(|()| if seen.bytes == 0 { folder.sync() } else { Ok(()) });
        if let Err(failure) = kept {
            // Whatever got there was not acknowledged. If this fails too, the next reader takes it for a torn line, or for
            // a line that nobody built upon.
            drop(cut(&file, seen.bytes));
            return Err(failure);
        }
        self.seen().insert(registration.to_owned(), seen.and(&text, line.sequence));
        Ok(line.sequence)
    }

    async fn replace(&self, registration: &str, at: Sequence, snapshot: &[Line]) -> Answer<Sequence> {
        let text: String = snapshot.iter().map(journal::write_line).collect();
        let contents = journal::read_file(text.as_bytes());
        let last = contents.lines.last().map_or(0, |line| line.sequence);
        if contents.damaged || contents.lines != snapshot || last < at {
            return Err(self.failure(registration, Cause::Internal));
        }
        let seen = self.known(registration, at)?;
        let folder = folder::make_below(&self.state, registration)?;
        if !seen.is_all_of(&folder.read(JOURNAL)?.unwrap_or_default()) {
            return Err(self.failure(registration, Cause::JournalMoved));
        }
        folder.replace(JOURNAL, text.as_bytes())?;
        self.seen().insert(registration.to_owned(), Seen::new(text.as_bytes(), &contents));
        Ok(last)
    }

    async fn lock(&self, registration: &str) -> Answer<Box<dyn Lease>> {
        let lock = Lock::take(&Lock::place()?, registration, clock::now())?;
        Ok(Box::new(lock))
    }

    /// A file is written, synced, renamed and removed.
    async fn probe(&self, registration: &str) -> Answer<()> {
        let folder = folder::make_below(&self.state, registration)?;
        folder.replace(TEST, b"octo-csp writes here\n")?;
        folder.remove(TEST)?;
        folder.sync()
    }

    /// The journal goes last, and only once the other files are gone for good: until then it says that they are to go.
    async fn destroy(&self, registration: &str) -> Answer<()> {
        let Some(folder) = folder::existing_below(&self.state, registration)? else {
            return Ok(());
        };
        for name in STORES.iter().filter_map(|store| store.file).chain([DRAFT, TEST]) {
            folder.remove_whole(name)?;
        }
        folder.sync()?;
        folder.remove_whole(JOURNAL)?;
        folder.sync()?;
        // What else somebody put there is not ours to remove.
        drop(std::fs::remove_dir(self.state.join(registration)));
        Ok(())
    }
}

#[async_trait]
impl Lease for Lock {
    async fn is_held(&self) -> Answer<bool> {
        Ok(self.is_still_ours())
    }
}

/// Writes a line over what is left of a torn one.
fn write_at(file: &mut File, at: usize, text: &str) -> io::Result<()> {
    cut(file, at)?;
    file.seek(SeekFrom::Start(at as u64))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn cut(file: &File, at: usize) -> io::Result<()> {
    file.set_len(at as u64)
}
