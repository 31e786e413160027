//! Journals as files, each in the folder of its registration.
//!
//! A line counts once it is synced. Only a process that holds the [`Lock`] may write, and even so the end of the file is looked at
//! before every line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::journal_store::{JournalStore, Lease};
use super::lock::Lock;
use crate::journal::{self, Contents, Line, Sequence};
use crate::words::store::STORES;
use crate::words::{Cause, Failure, Service};
use crate::world::clock;
use crate::world::folder::{self, DRAFT, Folder, Identity, JOURNAL};
use crate::world::store::Answer;

/// Registrations that are listed at most: a desk has one or two for each partner.
const MOST: usize = 4_096;

/// The file that a probe writes.
const TEST: &str = "test";

/// The journals below a folder. Looking changes nothing: folders and files are made by the first thing that is written.
pub struct JournalFile {
    state: PathBuf,
    seen: Mutex<BTreeMap<String, Seen>>,
}

/// What of a journal is known: which file it is, its good bytes, the last line in them, and the number of that. Before a line is
/// written nothing else is looked at, so that it costs the same however long the journal is; what was changed further up is found
/// by the next one who reads it.
#[derive(Clone, Default)]
struct Seen {
    file: Identity,
    bytes: u64,
    tail: Vec<u8>,
    last: Sequence,
}

impl Seen {
    fn new(file: Identity, bytes: &[u8], contents: &Contents) -> Self {
        let good = bytes.get(..contents.good_bytes).unwrap_or_default();
        let last = contents.lines.last().map_or(0, |line| line.sequence);
        let tail = good.split_inclusive(|byte| *byte == b'\n').next_back().unwrap_or_default();
        Self { file, bytes: good.len() as u64, tail: tail.to_vec(), last }
    }

    /// Whether a file ends as it was seen. Behind that there may be a torn line and nothing more.
    fn is_end_of(&self, file: &mut File) -> io::Result<bool> {
        let mut end = Vec::new();
        file.seek(SeekFrom::Start(self.bytes.saturating_sub(self.tail.len() as u64)))?;
        file.read_to_end(&mut end)?;
        let rest = end.strip_prefix(&*self.tail);
        Ok(rest.is_some_and(|rest| journal::read_on(rest, self.last).good_bytes == 0))
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

    /// The folder of this journal and what was read of it, if it ends with the line `last`, and still does.
    fn unmoved(&self, registration: &str, last: Sequence) -> Answer<(Folder, Seen)> {
        let seen = self.seen().get(registration).cloned().unwrap_or_default();
        let folder = folder::make_below(&self.state, registration)?;
        let same = match folder.open(JOURNAL)? {
            None => seen.bytes == 0,
            Some(mut file) => {
                let known = seen.bytes == 0 || folder.identity(JOURNAL, &file)? == seen.file;
                known && seen.is_end_of(&mut file).map_err(|error| folder.failure(JOURNAL, error))?
            }
        };
        if same && seen.last == last {
            return Ok((folder, seen));
        }
        let path = self.state.join(registration).join(JOURNAL);
        Err(Box::new(Failure::new(Service::Disk, Cause::JournalMoved).with_detail(&path.display().to_string())))
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
            Some(folder) => folder.read_whole(JOURNAL)?,
            None => None,
        };
        let (file, bytes) = file.unwrap_or_default();
        let contents = journal::read_file(&bytes);
        self.seen().insert(registration.to_owned(), Seen::new(file, &bytes, &contents));
        Ok(contents)
    }

    async fn append(&self, registration: &str, after: Sequence, line: &Line) -> Answer<Sequence> {
        let (folder, seen) = self.unmoved(registration, after)?;
        let mut file = folder.open_or_make(JOURNAL)?;
        let text = journal::write_line(line);
        let written = write_at(&mut file, seen.bytes, &text).map_err(|error| folder.failure(JOURNAL, error));
        // The file may be new.
        let kept = written.and_then(|()| if seen.bytes == 0 { folder.sync() } else { Ok(()) });
        if let Err(failure) = kept {
            // Whatever got there was not acknowledged. If this fails too, the next reader takes it for a torn line, or for
            // a line that nobody built upon.
            drop(file.set_len(seen.bytes));
            return Err(failure);
        }
        let (bytes, last) = (seen.bytes + text.len() as u64, line.sequence);
        let now = Seen { file: folder.identity(JOURNAL, &file)?, bytes, tail: text.into_bytes(), last };
        self.seen().insert(registration.to_owned(), now);
        Ok(last)
    }

    async fn replace(&self, registration: &str, at: Sequence, snapshot: &[Line]) -> Answer<Sequence> {
        let text: String = snapshot.iter().map(journal::write_line).collect();
        let contents = journal::read_file(text.as_bytes());
        let last = contents.lines.last().map_or(0, |line| line.sequence);
        if contents.damaged || contents.lines != snapshot || last < at {
            return Err(Box::new(Failure::new(Service::Disk, Cause::Internal)));
        }
        let (folder, _) = self.unmoved(registration, at)?;
        folder.replace(JOURNAL, text.as_bytes())?;
        self.read(registration).await.map(|_| last)
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
        for name in STORES.iter().flat_map(|store| store.files).chain(&[DRAFT, TEST]) {
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
fn write_at(file: &mut File, at: u64, text: &str) -> io::Result<()> {
    file.set_len(at)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
