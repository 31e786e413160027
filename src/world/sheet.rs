//! The first rows of a CSV file (RFC 4180), read while it is still coming: a price sheet has 40 MB, its head is enough.

use csv_core::{ReadRecordResult, Reader};

use crate::microsoft::json;
use crate::words::{PriceSheetHead, UntrustedText};

/// Most bytes of a sheet that are read.
pub const HEAD_LIMIT: usize = 64 << 10;
/// Rows wanted below the header.
const ROWS: usize = 3;

/// Names a column may have; the first that is there counts.
type Names = [&'static str; 2];

/// Product, SKU title, unit, price, currency, in the order of [`PriceSheetHead::rows`].
const SHOWN: [Names; 5] = [
    ["ProductTitle", "SkuTitle"],
    ["SkuTitle", "ProductTitle"],
    ["UnitOfMeasure", "UnitOfMeasure"],
    ["UnitPrice", "ERP Price"],
    ["Currency", "Currency"],
];
/// What ties a price to a line of usage.
const METERS: Names = ["MeterIds", "MeterId"];

/// The whole records at the start of `bytes`. A record that is not ended yet counts only `at_end`.
pub fn records(bytes: &[u8], at_end: bool) -> Vec<Vec<UntrustedText>> {
    let mut text = json::without_mark(bytes).to_vec();
    if at_end {
        // A last line needs no end of its own; inside quotes this one ends nothing.
        text.push(b'\n');
    }
    let (mut fields, mut ends) = (vec![0; text.len()], vec![0; text.len() + 1]);
    let (mut reader, mut rest, mut all) = (Reader::new(), text.as_slice(), Vec::new());
    while let (ReadRecordResult::Record, read, _, count) = reader.read_record(rest, &mut fields, &mut ends) {
        let mut from = 0;
        let record = ends.iter().take(count).map(|end| {
            let field = fields.get(from..*end).unwrap_or_default();
            from = *end;
            UntrustedText::from_bytes(field)
        });
        all.push(record.collect());
        rest = rest.get(read..).unwrap_or_default();
    }
    all
}

/// Whether enough of a sheet has come.
pub fn is_enough(bytes: &[u8]) -> bool {
    bytes.len() >= HEAD_LIMIT || records(bytes, false).len() > ROWS
}

/// Picks the columns we need by name. `Err` names the first one that is missing.
pub fn head(records: &[Vec<UntrustedText>]) -> Result<PriceSheetHead, &'static str> {
    let Some((header, rows)) = records.split_first() else {
        return Err("ProductTitle");
    };
    let places = SHOWN.map(|names| place(header, names));
    for (names, place) in SHOWN.iter().zip(&places) {
        if place.is_none() {
            let [name, _] = names;
            return Err(name);
        }
    }
    if place(header, METERS).is_none() {
        return Err("MeterIds");
    }
    let rows = rows
        .iter()
        .take(ROWS)
        .map(|row| places.map(|place| place.and_then(|at| row.get(at)).cloned().unwrap_or_default()))
        .collect();
    Ok(PriceSheetHead { columns: header.clone(), rows, read: 0 })
}

/// The first of `names` that the header lacks.
pub fn missing(header: &[UntrustedText], names: &[&'static str]) -> Option<&'static str> {
    names.iter().find(|name| place(header, [name, name]).is_none()).copied()
}

fn place(header: &[UntrustedText], names: Names) -> Option<usize> {
    names.iter().find_map(|name| header.iter().position(|column| bare(column.as_str()).eq_ignore_ascii_case(name)))
}

/// A column's name without the typographic quotes that Microsoft's samples end it with.
fn bare(column: &str) -> &str {
    column.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "\u{feff}\"ProductTitle\",\"ProductId\",\"SkuId\",\"SkuTitle\",\"Publisher\",\"SkuDescription\",\"UnitOfMeasure\",\"TermDuration\",\"Market\",\"Currency\",\"UnitPrice\",\"PricingTierRangeMin\",\"PricingTierRangeMax\",\"EffectiveStartDate\",\"EffectiveEndDate\",\"MeterIds\",\"MeterType\",\"Tags\"\r\n\"Advanced Data Security - SQL Database\",\"DZH318Z0C16V\",\"001J\",\"Advanced Data Security, \"\"Standard\"\"\n- US East 2\",\"Microsoft\",\"d\",\"1 Node/Month\",\"payG-1\",\"US\",\"USD\",\"15\",\"\",\"\",\"3/1/2018 12:00:00 AM\",\"11/30/9999 11:59:59 PM\",\"cb0969aa-aaaa-4d6c-ab4b-7e182fa06aff\",\"1 Node/Month\",\"Azure\"\r\n";

    #[test]
    fn the_documented_sheet_is_read() {
        let head = head(&records(SHEET.as_bytes(), true)).unwrap();
        assert_eq!(head.columns.len(), 18);
        assert_eq!(head.columns[0], "ProductTitle");
        assert_eq!(
            head.rows,
            [[
                "Advanced Data Security - SQL Database",
                "Advanced Data Security, \"Standard\" - US East 2",
                "1 Node/Month",
                "15",
                "USD",
            ]
            .map(UntrustedText::new)]
        );
    }

    #[test]
    fn columns_are_matched_by_name_in_any_order_and_case() {
        let text = "currency,\"METERIDS\",Unitofmeasure, erp price ,skutitle”\nUSD,m,1 Hour,2.5,VM\n";
        let head = head(&records(text.as_bytes(), true)).unwrap();
        assert_eq!(head.rows, [["VM", "VM", "1 Hour", "2.5", "USD"].map(UntrustedText::new)]);
    }

    #[test]
    fn the_first_missing_column_is_named() {
        for (text, name) in [
            ("", "ProductTitle"),
            ("a,b\n", "ProductTitle"),
            ("SkuTitle,UnitOfMeasure,Currency,MeterIds\n", "UnitPrice"),
            ("SkuTitle,UnitOfMeasure,Currency,UnitPrice\n", "MeterIds"),
        ] {
            assert_eq!(head(&records(text.as_bytes(), true)), Err(name), "{text}");
        }
    }

    #[test]
    fn a_record_counts_when_it_is_whole() {
        assert_eq!(records(b"a,b\nc,d", false).len(), 1);
        assert_eq!(records(b"a,b\nc,d", true).len(), 2);
        assert_eq!(records(b"a,\"b\nc,d\n", true).len(), 0);
        assert_eq!(records(b"\n\r\n a\n", true).len(), 1);
        assert_eq!(records(b"\"\"\n", true).len(), 1);
        assert!(!is_enough(b"h\n1\n2\n3"));
        assert!(is_enough(b"h\n1\n2\n3\n"));
        assert!(is_enough("x".repeat(HEAD_LIMIT).as_bytes()));
    }

    #[test]
    fn a_sheet_cut_anywhere_is_no_panic() {
        for end in 0..SHEET.len() {
            let part = SHEET.as_bytes().get(..end).unwrap();
            let _ignored = head(&records(part, true));
            let _ignored = head(&records(part, false));
        }
    }
}
