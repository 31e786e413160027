//! Exports of sign-in logs: the label stands once, above its column, and the numbers below it.

use crate::microsoft::sentence::{MOST, number};

/// What stands before a number or a word of an error, where portals, logs and libraries show one, in lower case.
pub(super) const LABELS: &str = "error code|error-code|errorcode|error_code|resulttype|fehlercode|code d'erreur|code d’erreur|código de error|\
    código de erro|codice errore|codice di errore|foutcode|kod błędu|код ошибки|エラー コード|エラーコード|错误代码|\
    错误码|錯誤碼|錯誤代碼|오류 코드|felkod|fejlkode|feilkode|virhekoodi|hata kodu|kód chyby|hibakód|código do erro|codigo de err";

/// The longest head of a column, in bytes.
const LONGEST: usize = 60;

/// The column of a table whose head is a label of an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The cells are kept apart by a sign, outside of double quotes.
    By {
        /// The sign.
        sign: char,
        /// The number of this one.
        place: usize,
        /// How many there are.
        all: usize,
    },
    /// The cells begin, or end, where their heads do: the letters of this one.
    Aligned {
        /// The first.
        from: usize,
        /// What follows the last.
        to: usize,
    },
}

/// The numbers in columns whose head is a label of an error code, each with its place.
pub(super) fn numbers(text: &str) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    let mut column: Option<Column> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        if let Some(head) = column_of(line) {
            column = Some(head);
        } else if line.trim().is_empty() {
            column = None;
        } else if let Some(code) = column.filter(|_| found.len() < 4 * MOST).and_then(|column| in_column(line, column))
        {
            found.push((at, code));
        }
    }
    found
}

/// The column of a label, if this line is the head of a table.
pub fn column_of(line: &str) -> Option<Column> {
    let line = line.trim_end();
    let is_label = |cell: &str| {
        let cell = cell.trim_matches(['"', '\'', ' ', '*', '[', ']']).to_lowercase();
        cell.len() <= LONGEST && LABELS.split('|').any(|label| cell.ends_with(label))
    };
    for sign in [',', ';', '\t', '|'] {
        let cells = cells(line, sign);
        if cells.len() > 1
            && let Some(place) = cells.iter().position(|cell| is_label(cell))
        {
            return Some(Column::By { sign, place, all: cells.len() });
        }
    }
    let (from, to, _) = words(line).find(|(_, _, word)| is_label(word))?;
    let is_table = line.split_whitespace().nth(1).is_some() && !line.contains([':', '=', '{', '(', '.', '"']);
    is_table.then_some(Column::Aligned { from, to })
}

/// Whether a label that this text follows may be the head of a column: it ends there, and not in the middle of a word.
pub fn may_head(rest: &str) -> bool {
    !rest.starts_with(|sign: char| sign.is_alphanumeric() || matches!(sign, '_' | ':' | '='))
}

/// The number of an error in this column of a line; a line of another form is none of the table's.
pub fn in_column(line: &str, column: Column) -> Option<u64> {
    let line = line.trim_end_matches('\n');
    let cell = match column {
        Column::By { sign, place, all } => {
            let cells = cells(line, sign);
            cells.get(place).copied().filter(|_| cells.len() == all)?.trim_matches(['"', '\'', ' '])
        }
        Column::Aligned { from, to } => words(line).find(|(first, end, _)| *first < to && *end > from)?.2,
    };
    number(cell).filter(|(code, rest)| *code >= 1_000 && matches!(*rest, "" | ".0")).map(|(code, _)| code)
}

/// The cells of a line that a sign keeps apart, but not within double quotes.
fn cells(line: &str, sign: char) -> Vec<&str> {
    let mut quoted = false;
    line.split(|it| {
        quoted ^= it == '"';
        it == sign && !quoted
    })
    .collect()
}

/// The words of a line, each with where it begins and what follows its end, in letters.
fn words(line: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut at = 0;
    line.split(' ').filter_map(move |word| {
        let from = at;
        at += word.chars().count() + 1;
        (!word.is_empty()).then_some((from, at - 1, word))
    })
}
