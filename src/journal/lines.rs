//! The form of a line, and of a whole file.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fact, Line};
use crate::words::UntrustedText;

/// The version of the line format that this program writes.
pub const VERSION: u32 = 1;

/// The version of a line that earlier versions do not know: they say that a newer one was here, and touch nothing. A snapshot that
/// holds a replacement or a move is of neither of the first two.
fn version(fact: &Fact) -> u32 {
    let later = matches!(
        fact,
        Fact::Snapshot { .. }
            | Fact::NotRedeemed { .. }
            | Fact::Replacing { .. }
            | Fact::Naming { .. }
            | Fact::Moving { .. }
            | Fact::NotMoved
            | Fact::Moved
    );
    let holds = matches!(fact, Fact::Snapshot { registration } if registration.replacing().is_some() || registration.moving.is_some());
    VERSION + u32::from(later) + u32::from(holds)
}

/// What a line of the file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// A line of ours.
    Line(Line),
    /// A whole line, written by a newer version.
    Newer,
    /// Not a line: torn or damaged.
    Broken,
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    v: u32,
    seq: u64,
    at: Timestamp,
    #[serde(flatten)]
    fact: Fact,
    /// Who wrote it, where more than one do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

/// Who wrote a line, where it says so.
pub fn written_by(line: &str) -> Option<String> {
    let envelope: Envelope = serde_json::from_str(line.split_once(' ')?.1).ok()?;
    Some(format!("at {} by {}", envelope.at, UntrustedText::new(&envelope.by?)))
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

/// Writes a line: the check sum of what follows it (CRC-32, eight hexadecimal digits), a blank, the JSON, a line end.
pub fn write_line(line: &Line) -> String {
    write_line_of(line, None)
}

/// The same with who writes it.
pub fn write_line_of(line: &Line, by: Option<&str>) -> String {
    let (v, by) = (version(&line.fact), by.map(str::to_owned));
    let envelope = Envelope { v, seq: line.sequence, at: line.at, fact: line.fact.clone(), by };
    // A fact is plain data with string keys: it always has a JSON form.
    let json = serde_json::to_string(&envelope).unwrap_or_default();
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()))
}

/// Reads one line without its line end.
pub fn read_line(bytes: &[u8]) -> Read {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Read::Broken;
    };
    let Some((sum, json)) = text.split_once(' ') else {
        return Read::Broken;
    };
    if sum != format!("{:08x}", crc32fast::hash(json.as_bytes())) {
        return Read::Broken;
    }
    match serde_json::from_str::<Envelope>(json) {
        Ok(Envelope { v, seq, at, fact, .. }) if v == version(&fact) => Read::Line(Line { sequence: seq, at, fact }),
        _ => match serde_json::from_str::<Version>(json) {
            Ok(version) if version.v > VERSION => Read::Newer,
            _ => Read::Broken,
        },
    }
}

/// What a whole file turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The lines that can be read, in order.
    pub lines: Vec<Line>,
    /// Whether lines of a newer version were seen.
    pub newer: bool,
    /// Whether a line other than the last one is broken or out of order.
    pub damaged: bool,
    /// Bytes of the file that are good: what follows is a torn last line.
    pub good_bytes: usize,
}

/// What the store of the secrets keeps of a line on which much depends: its number, and when it was written.
pub fn mark(line: &Line) -> String {
    format!("{} {}", line.sequence, line.at)
}

impl Contents {
    /// Whether the line of this mark is there, or what has taken its place. Where a newer version was, or left the mark, nothing is
    /// said.
    pub fn has(&self, mark: &str) -> bool {
        let parsed = mark.split_once(' ').and_then(|(number, at)| Some((number.parse().ok()?, at.parse().ok()?)));
        let Some((number, at)): Option<(u64, Timestamp)> = parsed.filter(|_| !self.newer) else {
            return true;
        };
        let found = self.lines.iter().find(|line| line.sequence >= number);
        let shorter = |line: &Line| line.sequence > number || matches!(line.fact, Fact::Snapshot { .. });
        found.is_some_and(|line| line.at == at || shorter(line))
    }
}

/// Reads a whole file. A torn last line is no damage: it was never acknowledged.
pub fn read_file(bytes: &[u8]) -> Contents {
    read_on(bytes, 0)
}

/// Whether a line stands behind the line of number `last`: a snapshot is the first one, and has the number of what it replaced.
fn follows(line: &Line, last: u64) -> bool {
    if matches!(line.fact, Fact::Snapshot { .. }) {
        last == 0 && line.sequence > 0
    } else {
        line.sequence == last.saturating_add(1)
    }
}

/// Reads what follows the line of number `last`.
pub fn read_on(bytes: &[u8], mut last: u64) -> Contents {
    let mut contents = Contents::default();
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let (line, after) = rest.split_at(end);
        let after = after.get(1..).unwrap_or_default();
        match read_line(line) {
            Read::Line(line) if follows(&line, last) || contents.newer => {
                last = line.sequence;
                contents.lines.push(line);
            }
            Read::Newer => contents.newer = true,
            // A broken line at the very end is a torn one whose line end made it to the disk.
            Read::Line(_) | Read::Broken if after.is_empty() => return contents,
            Read::Line(_) | Read::Broken => contents.damaged = true,
        }
        contents.good_bytes += line.len() + 1;
        rest = after;
    }
    contents
}
