//! A text of any length in constant memory: what could tell something is kept, with what stands around it, and is then read as any
//! short text.
//!
//! A block is looked through for what every finding begins with. Where one of these stands, the text around it is read, and kept if it
//! has a sign that was not there before. So what is told of a long log is what would be told of it as a short one; only a sentence that
//! somebody encoded, without a number or a word beside it, is not found there.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashSet;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::row::{Sign, When};
use super::sample::{is_known_word, signs_of};
use super::sentences::{said, sentences};
use super::table::rows;
use crate::microsoft::codes::{self, Column};
use crate::microsoft::plain::{plain, signs};

/// Bytes before and behind a hit that are read with it: its label, its sentence, its ids.
const BEFORE: usize = 1_024;
const BEHIND: usize = 3_072;

/// Bytes of what stands at a hit by which it is known again. What was read once tells nothing new.
const ESSENCE: usize = 40;

/// Bytes before and behind a host in which its status is looked for, and how long that is.
const NEAR: usize = 300;
const STATUS: usize = 3;

/// How many are remembered, and how many bytes are kept at most. Beyond that what is looked for are the numbers that the table knows.
const MOST: usize = 512;
const MOST_KEPT: usize = 1_024 * 1_024;

/// Hits that are read together: of one text not many more numbers are taken.
const TOGETHER: usize = 24;

/// What every finding begins with: the hosts, then the labels, then all else.
static NEEDLES: OnceLock<Option<AhoCorasick>> = OnceLock::new();

/// What is kept of a long text.
#[derive(Default)]
pub struct Sieve {
    /// The end of the block before, whose hits have not all they need behind them yet, and how many bytes of it were looked at.
    rest: String,
    looked_at: usize,
    /// The beginning of a sign whose other bytes are still to come.
    cut: Vec<u8>,
    /// What is looked at, with blanks for line ends; kept for its room.
    flat: Vec<u8>,
    essences: HashSet<String>,
    /// What was met beyond those: which needle, and a number beside it.
    beyond: HashSet<(usize, u64)>,
    known: HashSet<String>,
    column: Option<(String, Column)>,
    kept: String,
}

/// One search for everything; `None` if it could not be built, which no list of words brings about.
fn needles() -> Option<&'static AhoCorasick> {
    let build = || {
        let [hosts, labels, marks] = codes::marks();
        let words = rows().flat_map(|row| row.signs).filter_map(|sign| match sign {
            Sign::Oauth(word) | Sign::Word(_, word) => {
                Some((*word).to_owned()).filter(|word| codes::stands_alone(word))
            }
            Sign::Aadsts(number) | Sign::Number(_, number) => Some(format!("({number})")),
            Sign::Says(..) | Sign::Status(..) | Sign::Cause(_) | Sign::CauseOf(..) => None,
        });
        let fixed = [hosts, labels, marks].concat().into_iter().chain(sentences().map(|(_, sentence)| sentence));
        let mut search = AhoCorasick::builder();
        search.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
        let joined = codes::JOINED.map(|(joined, _)| joined.to_owned());
        let windows = [format!("0x{}", codes::WINDOWS)];
        search.build(fixed.map(str::to_owned).chain(words).chain(joined).chain(windows)).ok()
    };
    NEEDLES.get_or_init(build).as_ref()
}

impl Sieve {
    /// Looks through the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let joined: Vec<u8>;
        let mut bytes = bytes;
        if !self.cut.is_empty() {
            joined = [std::mem::take(&mut self.cut).as_slice(), bytes].concat();
            bytes = &joined;
        }
        let (bytes, cut) = bytes.split_at_checked(whole(bytes)).unwrap_or((bytes, &[]));
        self.cut = cut.to_vec();
        // The lossy reading takes four times as long, and is what a log rarely needs.
        let new = str::from_utf8(bytes).map_or_else(|_lossy| String::from_utf8_lossy(bytes), Cow::Borrowed);
        self.rest.push_str(&if new.contains('\r') { new.replace("\r\n", "\n").into() } else { new });
        let end = self.rest.len().saturating_sub(BEHIND);
        self.look(end);
        let from = floor(&self.rest, end.saturating_sub(BEFORE));
        self.looked_at = end.saturating_sub(from);
        self.rest.drain(..from);
    }

    /// What is worth to be read of all that came.
    pub fn finish(mut self) -> String {
        self.look(usize::MAX);
        self.kept
    }

    /// Looks at the hits between what was looked at before and `end`.
    fn look(&mut self, end: usize) {
        let text = std::mem::take(&mut self.rest);
        let (clean, from, end) = if is_plain(text.as_bytes()) {
            (None, self.looked_at, end)
        } else {
            let clean = |to: usize| signs(text.get(..floor(&text, to)).unwrap_or_default());
            let (from, until) = (clean(self.looked_at).len(), if end > text.len() { end } else { clean(end).len() });
            (Some(signs(&text)), from, until)
        };
        self.read(clean.as_deref().unwrap_or(&text), from, end);
        self.rest = text;
    }

    fn read(&mut self, text: &str, from: usize, end: usize) {
        let Some(needles) = needles() else { return };
        let [hosts, labels, _] = codes::marks().map(|of| of.len());
        let mut room = std::mem::take(&mut self.flat);
        room.clear();
        room.extend_from_slice(text.as_bytes());
        room.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
        let Ok(flat) = String::from_utf8(room) else { return };
        let mut window: Option<(usize, usize, usize)> = None;
        let (mut pieces, mut heads) = (Vec::new(), Vec::new());
        let statuses = LazyCell::new(|| statuses(flat.as_bytes()));
        for hit in needles.find_iter(&flat) {
            let (start, stop, which) = (hit.start(), hit.end(), hit.pattern().as_usize());
            if start < from || start >= end {
                continue;
            }
            if (hosts..hosts + labels).contains(&which) && codes::may_head(flat.get(stop..).unwrap_or_default()) {
                heads.push(start);
            }
            // Beside the address of a service it is the status that tells.
            let near = (which < hosts).then(|| {
                let first = statuses.partition_point(|at| *at < start.saturating_sub(NEAR));
                let last = statuses.partition_point(|at| at + STATUS <= stop + NEAR);
                statuses.get(first..last).unwrap_or_default()
            });
            if self.is_new(&flat, (start, stop), which, near) {
                let (first, last) = (floor(text, start.saturating_sub(BEFORE)), floor(text, stop + BEHIND));
                window = match window {
                    Some((open, until, hits)) if first <= until && hits < TOGETHER => {
                        Some((open, until.max(last), hits + 1))
                    }
                    other => {
                        pieces.extend(other);
                        Some((first, last, 1))
                    }
                };
            } else if let Some((_, until, _)) =
                window.as_mut().filter(|(_, until, _)| start < *until && stop + 64 > *until)
            {
                // No number is cut where a piece ends.
                *until = start;
            }
        }
        pieces.extend(window);
        self.rows(text, (from, end), &heads);
        for (first, last, _) in pieces {
            self.keep(text.get(first..last).unwrap_or_default());
        }
        self.flat = flat.into_bytes();
    }

    /// Whether nothing like it was read before, and near it no other status, if it is a host.
    fn is_new(&mut self, flat: &str, (start, stop): (usize, usize), which: usize, near: Option<&[usize]>) -> bool {
        let text = flat.get(start..floor(flat, stop + ESSENCE)).unwrap_or_default();
        let essence = match near {
            Some([]) => return false,
            Some(statuses) => {
                let mut essence = flat.get(start..stop).unwrap_or_default().to_owned();
                for status in statuses.iter().filter_map(|at| flat.get(*at..at + STATUS)) {
                    essence.extend([" ", status]);
                }
                essence
            }
            None => essence(text),
        };
        let is_host = near.is_some();
        if self.essences.contains(&essence) {
            return false;
        }
        if self.essences.len() < MOST {
            return self.essences.insert(essence);
        }
        // Whoever writes other numbers on each line is not read line by line.
        let beside = if is_host { essence.as_str() } else { text };
        let words = beside.split(|sign: char| !sign.is_ascii_digit()).filter(|word| is_host || is_known_word(word));
        let numbers = words.filter_map(|word| word.parse().ok()).chain([0]);
        numbers.filter(|number| self.beyond.insert((which, *number))).count() > 0
    }

    /// Keeps a piece that tells what none before it has told.
    fn keep(&mut self, piece: &str) {
        let plain = plain(piece, is_known_word);
        let lower = plain.to_lowercase();
        let signs = signs_of(&plain).into_iter().map(|sign| format!("{sign:?}"));
        let rows = said(&plain, false).into_iter().map(|row| row.key.to_owned());
        let parts = rows_that_tell_apart().filter(|part| lower.contains(*part)).map(str::to_owned);
        let found: Vec<String> = signs.chain(rows).collect();
        if found.is_empty() {
            return;
        }
        let new: Vec<String> = found.into_iter().chain(parts).filter(|it| !self.known.contains(it)).collect();
        if !new.is_empty() && self.kept.len() + piece.len() < MOST_KEPT {
            self.known.extend(new);
            self.kept.push_str(piece);
            self.kept.push_str("\n\n");
        }
    }

    /// The rows of an export whose head stands further up, which nothing but the head tells.
    fn rows(&mut self, text: &str, (from, end): (usize, usize), heads: &[usize]) {
        if self.column.is_none() && heads.is_empty() {
            return;
        }
        let mut start = 0;
        let mut heads = heads.iter().peekable();
        for line in text.split_inclusive('\n') {
            let at = start;
            start += line.len();
            if at < from || at >= end {
                continue;
            }
            let is_head = std::iter::from_fn(|| heads.next_if(|head| **head < start)).any(|head| *head >= at);
            if let Some(column) = Some(line).filter(|_| is_head).and_then(codes::column_of) {
                self.column = Some((line.trim_end().to_owned(), column));
            } else if let Some((head, column)) = &self.column
                && let Some(number) = codes::in_column(line, *column)
                && self.known.insert(format!("column {number}"))
                && self.kept.len() < MOST_KEPT
            {
                self.kept.extend([head, "\n", line.trim_end(), "\n\n"]);
            }
        }
    }
}

/// Whether a text has nothing but signs of ASCII that are seen, line ends and tabs. Eight at a time: this is done with every byte of
/// logs of any length.
fn is_plain(text: &[u8]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH << 7;
    let is_seen = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    let (eights, rest) = text.as_chunks::<8>();
    let seen = eights.iter().all(|eight| {
        let all = u64::from_ne_bytes(*eight);
        // A byte has its high bit here if it is beyond ASCII, DEL, or below the blank.
        let odd = (all | all.wrapping_add(EACH) | all.wrapping_sub(EACH << 5)) & HIGH;
        odd == 0 || eight.iter().all(is_seen)
    });
    seen && rest.iter().all(is_seen)
}

/// Where in a text the words of three digits are that may be a status of HTTP for a failure.
fn statuses(text: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(digit) = text.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        let start = at + digit;
        let length = text.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
        if length == STATUS && matches!(text.get(start), Some(b'4' | b'5')) {
            found.push(start);
        }
        at = start + length;
    }
    found
}

/// A hit without what differs from line to line: of its digits the first ones stay, and those of a list.
fn essence(text: &str) -> String {
    let (mut plain, mut stays, mut digits, mut before) = (String::with_capacity(text.len()), false, 0, ' ');
    for sign in text.chars() {
        if sign.is_ascii_digit() {
            if !before.is_ascii_digit() {
                digits += 1;
                stays = digits == 1 || matches!(before, ',' | '[');
            }
            plain.push(if stays { sign } else { '#' });
        } else {
            plain.push(sign);
        }
        before = sign;
    }
    plain
}

/// The parts of sentences that tell the meanings of one number apart.
fn rows_that_tell_apart() -> impl Iterator<Item = &'static str> {
    rows().filter_map(|row| if let When::Saying(part) = row.when { Some(part) } else { None })
}

/// The last place at or before `at` that is between two signs.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// How many bytes there are up to a sign that is not whole.
fn whole(bytes: &[u8]) -> usize {
    let last = bytes.iter().rev().take(3).position(|byte| *byte >= 0xc0);
    let is_cut =
        last.filter(|back| bytes.iter().rev().nth(*back).is_some_and(|byte| byte.leading_ones() as usize > back + 1));
    bytes.len() - is_cut.map_or(0, |back| back + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::findings;

    /// What is told first of a text that came in pieces of this size.
    fn first(text: &str, size: usize) -> &'static str {
        let mut sieve = Sieve::default();
        text.as_bytes().chunks(size).for_each(|bytes| sieve.push(bytes));
        findings(&sieve.finish()).found.first().map_or("nothing", |first| first.diagnosis.row)
    }

    #[test]
    fn a_number_is_found_wherever_a_piece_ends_in_it() {
        let noise = "2026-02-03T04:05:06Z INFO GET https://shop.example/?id=50011 200\n".repeat(300);
        for middle in [
            "AADSTS7000215: no",
            "AADSTS700\n0215: no",
            "ＡＡＤＳＴＳ７０００２１５",
            "\u{1b}[31mAADSTS\u{1b}[1m7000215",
        ] {
            let text = format!("{noise}{middle}\n{noise}");
            for size in [997, 4_096, 4_097, 4_098, 4_099, 19_500, 19_501, 19_502, 19_510, 19_513] {
                assert_eq!(first(&text, size), "secret-refused", "{middle} {size}");
            }
        }
    }

    #[test]
    fn what_says_more_leads_however_often_less_was_said_before() {
        let less = "{\"error\":\"invalid_grant\"} AADSTS70002: x\n".repeat(20_000);
        assert_eq!(first(&format!("{less}AADSTS50126: y"), 65_536), "wrong-password");
        let rows = "2026-02-03T04:05:06Z,ada,0\n".repeat(20_000);
        assert_eq!(
            first(&format!("Date,User,Sign-in error code\n{rows}2026-02-03,bob,53003\n{rows}"), 65_536),
            "conditional-access"
        );
        let told = "AADSTS650051: Claim is invalid\n".repeat(1_000);
        assert_eq!(first(&told, 10_000), first(&told, usize::MAX));
    }

    #[test]
    fn however_many_unknown_numbers_came_before_a_known_one_is_told() {
        let line = |n: usize| format!("ERROR {n} AADSTS{}: x {{\"error_codes\":[{}]}}\n", 800_000 + n, 900_000 + n);
        let unknown: String = (0..4 * MOST).map(line).collect();
        let middle = format!("AADSTS999999: y {{\"error_codes\":[999999,50126]}}\n{unknown}AADSTS7000215: z\n");
        let mut sieve = Sieve::default();
        let text = format!("{unknown}{middle}{unknown}");
        text.as_bytes().chunks(65_536).for_each(|bytes| sieve.push(bytes));
        let kept = sieve.finish();
        assert!(kept.contains("50126") && kept.contains("AADSTS7000215"));
        assert!(kept.len() < text.len(), "{} of {}", kept.len(), text.len());
    }

    #[test]
    fn every_sign_that_is_not_plain_is_seen_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for place in 0..19 {
                let mut text = *b"seventeen letters ~";
                text[place] = byte;
                let plain = matches!(byte, b' '..=b'~' | b'\n' | b'\t');
                assert_eq!(is_plain(&text), plain, "{byte} {place}");
            }
        }
    }

    #[test]
    fn nothing_is_made_of_a_log_without_one() {
        assert_eq!(first(&"GET /api 403 50011 error 50126 (404)\n".repeat(10_000), 65_536), "nothing");
        assert_eq!(whole("aé".as_bytes()), 3);
        assert_eq!((whole(b"a\xc3"), whole(b"a\xe3\x82"), whole(b"a\xe3\x82\xa8"), whole(b"")), (1, 1, 4, 0));
    }

    #[test]
    fn a_status_is_a_word_of_three_digits_for_a_failure() {
        let text = "GET 404 4040 x500 200 5x 503";
        let found: Vec<&str> =
            statuses(text.as_bytes()).into_iter().map(|at| text.get(at..at + STATUS).unwrap()).collect();
        assert_eq!(found, ["404", "500", "503"]);
        let call = |far: usize| format!("GET https://api.partnercenter.microsoft.com/v1/x{}403", " ".repeat(far));
        let kept = |text: String| {
            let mut sieve = Sieve::default();
            sieve.push(text.as_bytes());
            !sieve.finish().is_empty()
        };
        assert_eq!([kept(call(1)), kept(call(2 * NEAR))], [true, false]);
    }
}
