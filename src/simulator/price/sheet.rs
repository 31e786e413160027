//! Price sheets of any length that need no memory: a few rows, repeated until the length is right.

use std::iter::repeat_n;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use crc32fast::Hasher;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::StatusCode;
use hyper::body::Frame;

use crate::simulator::http::Reply;
use crate::simulator::scenario::{Quirk, columns, lines};
use crate::simulator::state::Shared;

/// What each column of the sheets holds.
const COLUMNS: &str = include_str!("columns.txt");

/// Exchange rates to the US dollar.
const RATES: &str = "AED 0.27224589249009701 AUD 0.6563 CAD 0.7213 CHF 1.2424 EUR 1.1612 GBP 1.3187 INR 0.01127 JPY 0.00645 \
                     NOK 0.0985 USD 1";

/// Rows of the block that is repeated.
const ROWS: usize = 256;

/// Longest sheet that is also given as an archive; longer ones would need another archive format.
const LARGEST_ZIP: u64 = 2 << 30;

/// Answers with the exchange rates of a month.
pub(super) fn rates(shared: &Shared, month: &str) -> Reply {
    if shared.is(Quirk::FxHtml) {
        return web_page();
    }
    let mut text = "\"CurrencyCode\",\"USDPerUnit\",\"Month\"\r\n".to_owned();
    let mut words = RATES.split(' ');
    while let (Some(code), Some(rate)) = (words.next(), words.next()) {
        text += &line(&[code, rate, month].map(str::to_owned));
    }
    file(Reply::whole(StatusCode::OK, Some("application/octet-stream"), text), "fxrates")
}

/// Answers with a price sheet, as a file or as an archive that holds one.
pub(super) fn sheet(shared: &Shared, view: &str, market: &str, zip: bool) -> Reply {
    if shared.is(Quirk::SheetHtml) {
        return web_page();
    }
    if shared.is(Quirk::SheetEmpty) {
        return file(Reply::whole(StatusCode::OK, Some("application/octet-stream"), ""), "pricesheet");
    }
    let plan = Plan::new(shared, view, market);
    let length = plan.length();
    if zip && length <= LARGEST_ZIP {
        let (head, tail) = archived(&plan);
        let whole = length + count(&head) + count(&tail);
        let parts = plan.around(head, tail);
        return file(streamed(shared, whole, parts), "sheets.zip");
    }
    file(streamed(shared, length, plan.around(Bytes::new(), Bytes::new())), "pricesheet")
}

/// The parts of a sheet.
struct Plan {
    header: Bytes,
    block: Bytes,
    /// How often the block comes.
    blocks: u64,
    /// What is left after the blocks: whole rows, the last one made longer until the length is right.
    rest: Bytes,
}

impl Plan {
    fn new(shared: &Shared, view: &str, market: &str) -> Self {
        let (names, cells) = described(view);
        let new = if shared.is(Quirk::SheetRenamedColumns) { "New " } else { "" };
        let names: Vec<String> = names.iter().map(|name| format!("{new}{name}")).collect();
        let header = line(&names);
        let rows: Vec<String> = (0..ROWS).map(|number| line(&row(&cells, market, number))).collect();
        let block: String = rows.concat();
        let wanted = shared.sheet_bytes.saturating_sub(count(header.as_bytes()));
        let blocks = wanted / count(block.as_bytes()).max(1);
        let left = usize::try_from(wanted - blocks * count(block.as_bytes())).unwrap_or(0);
        let rest = if shared.is(Quirk::SheetShort) {
            block.get(..left).unwrap_or_default().to_owned()
        } else {
            last_rows(&rows, left)
        };
        Self { header: header.into(), block: block.into(), blocks, rest: rest.into() }
    }

    fn length(&self) -> u64 {
        count(&self.header) + self.blocks * count(&self.block) + count(&self.rest)
    }

    /// The check sum of the whole sheet, without going through all of it.
    fn checksum(&self) -> u32 {
        let of = |bytes: &Bytes| {
            let mut hasher = Hasher::new();
            hasher.update(bytes);
            hasher
        };
        let (mut sum, block) = (of(&self.header), of(&self.block));
        for _ in 0..self.blocks {
            sum.combine(&block);
        }
        sum.combine(&of(&self.rest));
        sum.finalize()
    }

    /// What is sent, in this order.
    fn around(self, head: Bytes, tail: Bytes) -> impl Iterator<Item = Bytes> {
        let blocks = usize::try_from(self.blocks).unwrap_or(usize::MAX);
        [head, self.header].into_iter().chain(repeat_n(self.block, blocks)).chain([self.rest, tail])
    }
}

/// Whole rows of together `left` bytes: the last one's description is filled up with blanks.
fn last_rows(rows: &[String], left: usize) -> String {
    let mut text = String::new();
    for row in rows {
        if text.len() + row.len() > left {
            break;
        }
        text.push_str(row);
    }
    let missing = left.saturating_sub(text.len());
    // Too short for even one row: blank lines are all that fits.
    let filler = if text.is_empty() { "\n" } else { " " };
    let at = text.rfind("\"\r\n").unwrap_or(0);
    text.insert_str(at, &filler.repeat(missing));
    text
}

/// The names of a sheet's columns, and what stands in them.
fn described(view: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let kind = if view == "updatedlicensebased" { "licences" } else { "consumption" };
    let own = lines(COLUMNS).filter_map(columns).filter(|[_, of, _]| ["both", kind].contains(of));
    own.map(|[name, _, cell]| (name, cell)).unzip()
}

fn row(cells: &[&str], market: &str, number: usize) -> Vec<String> {
    let (sku, row, meter) = (format!("{number:04X}"), format!("{number:03}"), format!("{number:012x}"));
    let parts = [("{market}", market), ("{sku}", &sku), ("{row}", &row), ("{meter}", &meter)];
    let filled = |cell: &&str| parts.iter().fold((*cell).to_owned(), |cell, (place, part)| cell.replace(place, part));
    cells.iter().map(filled).collect()
}

fn line(cells: &[String]) -> String {
    format!("\"{}\"\r\n", cells.join("\",\""))
}

fn streamed(shared: &Shared, length: u64, chunks: impl Iterator<Item = Bytes> + Send + 'static) -> Reply {
    let sent = Arc::clone(&shared.sheet_sent);
    let frames = chunks.map(move |chunk| {
        sent.fetch_add(count(&chunk), Ordering::Relaxed);
        Ok(Frame::data(chunk))
    });
    let body = StreamBody::new(stream::iter(frames)).boxed_unsync();
    Reply::stream(StatusCode::OK, Some(length), body).header("content-type", "application/octet-stream")
}

fn file(reply: Reply, name: &str) -> Reply {
    reply.header("cache-control", "private").header("content-disposition", &format!("attachment; filename={name}"))
}

fn web_page() -> Reply {
    let page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to continue</body></html>";
    Reply::html(StatusCode::OK, page.to_owned())
}

/// What stands before and after the sheet in a ZIP archive that does not compress.
fn archived(plan: &Plan) -> (Bytes, Bytes) {
    let name = b"sheets.csv";
    let size = u32::try_from(plan.length()).unwrap_or(u32::MAX).to_le_bytes();
    let sum = plan.checksum().to_le_bytes();
    // Version 2.0, no flags, stored, 1 January 2026, check sum, both sizes, lengths of name and extra field.
    let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5c][..], &sum, &size, &size, &[10, 0, 0, 0]].concat();
    let head = [&b"PK\x03\x04"[..], &common, name].concat();
    let entry = [&b"PK\x01\x02\x14\x00"[..], &common, &[0; 14], name].concat();
    let start = (plan.length() + count(&head)).to_le_bytes();
    let start = start.get(..4).unwrap_or_default();
    let length = u32::try_from(entry.len()).unwrap_or(0).to_le_bytes();
    let end = [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &length, start, &[0, 0]].concat();
    (head.into(), [entry, end].concat().into())
}

fn count(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(blocks: u64) -> Plan {
        let (names, cells) = described("azure_consumption");
        let rows: Vec<String> = (0..4).map(|number| line(&row(&cells, "US", number))).collect();
        Plan {
            header: line(&names.iter().map(ToString::to_string).collect::<Vec<_>>()).into(),
            block: rows.concat().into(),
            blocks,
            rest: last_rows(&rows, 700).into(),
        }
    }

    #[test]
    fn the_check_sum_is_that_of_the_whole() {
        for blocks in [0, 1, 2, 7] {
            let plan = plan(blocks);
            let mut whole = plan.header.to_vec();
            for _ in 0..blocks {
                whole.extend_from_slice(&plan.block);
            }
            whole.extend_from_slice(&plan.rest);
            assert_eq!(plan.checksum(), crc32fast::hash(&whole));
            assert_eq!(plan.length(), count(&whole));
        }
    }

    #[test]
    fn the_last_row_is_whole() {
        let rest = plan(1).rest;
        assert_eq!(rest.len(), 700);
        assert!(rest.ends_with(b"\"\r\n"));
    }
}
