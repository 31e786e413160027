//! Journals in a shared vault: each is one document, which is replaced as a whole if nobody else has.

use std::sync::Arc;

use async_trait::async_trait;

use super::journal_store::{JournalStore, Lease};
use super::known::{Known, written_by};
use super::leased::{self, Leased};
use crate::journal::{self, Contents, Line, Sequence};
use crate::words::{Cause, Failure, Service};
use crate::world::store::{Answer, Engine, Holds};

/// Journals in the KV store of an engine.
pub struct JournalShared {
    engine: Arc<Engine>,
    seen: Known<Seen>,
}

/// What of a journal is known: the version of its document, its lines, and the number of the last one.
#[derive(Clone, Default)]
struct Seen {
    version: u64,
    text: String,
    last: Sequence,
}

impl JournalShared {
    /// The journals of an engine.
    pub fn new(engine: Arc<Engine>) -> Self {
        Self { engine, seen: Known::default() }
    }

    fn moved(text: &str) -> Box<Failure> {
        Box::new(Failure::new(Service::Vault, Cause::JournalMoved).with_detail(&written_by(text)))
    }

    /// Writes the document if its last line is still `last`.
    async fn change(&self, registration: &str, last: Sequence, lines: &[Line], keep: bool) -> Answer<Sequence> {
        let seen = self.seen.of(registration);
        if seen.last != last {
            return Err(Self::moved(&self.text(registration).await?.1));
        }
        let mut text = if keep { seen.text } else { String::new() };
        let who = &self.engine.settings().who;
        text.extend(lines.iter().map(|line| journal::write_line_of(line, Some(who))));
        if seen.version == 0 {
            self.engine.keep_newest(registration).await?;
        }
        match self.engine.write(registration, Holds::Words, &text, seen.version).await? {
            Ok(version) => {
                let last = lines.last().map_or(last, |line| line.sequence);
                self.seen.see(registration, Seen { version, text, last });
                Ok(last)
            }
            Err(other) => Err(Self::moved(other.text.as_ref().map_or("", |text| text.reveal()))),
        }
    }

    async fn text(&self, registration: &str) -> Answer<(u64, String)> {
        let found = self.engine.read(registration, Holds::Words).await?;
        Ok((found.version, found.text.map_or_else(String::new, |text| text.reveal().to_owned())))
    }
}

#[async_trait]
impl JournalStore for JournalShared {
    fn place(&self, registration: &str) -> String {
        self.engine.place(registration)
    }

    async fn list(&self) -> Answer<Vec<String>> {
        // What has more below ends in a slash: a journal has the bare name.
        let names = self.engine.list("").await?.into_iter();
        Ok(names.filter(|name| !name.ends_with('/')).collect())
    }

    async fn read(&self, registration: &str) -> Answer<Contents> {
        let (version, text) = self.text(registration).await?;
        let contents = journal::read_file(text.as_bytes());
        let last = contents.lines.last().map_or(0, |line| line.sequence);
        self.seen.see(registration, Seen { version, text, last });
        Ok(contents)
    }

    async fn append(&self, registration: &str, after: Sequence, line: &Line) -> Answer<Sequence> {
        self.change(registration, after, std::slice::from_ref(line), true).await
    }

    async fn replace(&self, registration: &str, at: Sequence, snapshot: &[Line]) -> Answer<Sequence> {
        self.change(registration, at, snapshot, false).await
    }

    /// Each line is written with all before it, so there are fewer.
    fn many(&self) -> usize {
        200
    }

    async fn lock(&self, registration: &str) -> Answer<Box<dyn Lease>> {
        Ok(Box::new(Leased::take(&self.engine, registration).await?))
    }

    /// The journal goes last: until then it says that everything is to go.
    async fn destroy(&self, registration: &str) -> Answer<()> {
        for name in [false, true].map(leased::name) {
            self.engine.destroy(&format!("{registration}/{name}")).await?;
        }
        self.engine.destroy(registration).await
    }
}
