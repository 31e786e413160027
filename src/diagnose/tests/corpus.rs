//! Texts as people have them: each with the row that must be told first, or honestly *unknown*.
//!
//! The texts of `foreign-texts.json` were made for this test; their ids, names and addresses are invented.

use serde::Deserialize;

use super::chance::Chance;
use super::*;
use crate::diagnose::sentences::sentences;
use crate::words::text::plain_sign;

/// A text, and what `explain` must make of it.
#[derive(Deserialize)]
struct Foreign {
    id: String,
    text: String,
    /// The row of what is told first; `unknown`, or `nothing` where no code and no known sentence stands in it.
    row: String,
    /// The names of the first that are told, where they matter.
    #[serde(default)]
    codes: Vec<String>,
    /// The ids and the time that stand in it.
    #[serde(default)]
    ids: Vec<String>,
}

fn corpus() -> Vec<Foreign> {
    serde_json::from_str(include_str!("../../../tests/it/data/foreign-texts.json")).unwrap()
}

#[test]
fn every_sentence_has_a_row_and_is_written_as_it_is_looked_for() {
    assert!(sentences().count() > 100);
    for (key, sentence) in sentences() {
        assert!(row(key).is_some(), "{key}");
        assert_eq!(sentence.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "), sentence);
    }
}

#[test]
fn every_text_is_taken_for_what_it_is() {
    let corpus = corpus();
    let mut wrong = Vec::new();
    for Foreign { id, text, row, codes, ids } in &corpus {
        let Findings { found, heard, .. } = findings(text);
        let first = found.first().map_or("nothing", |first| first.diagnosis.row);
        let named: Vec<&str> = found.iter().map(|it| it.diagnosis.code.as_str()).take(codes.len()).collect();
        let at = heard.at.map(|at| at.to_string());
        let heard: Vec<&str> = [heard.trace_id, heard.correlation_id, heard.request_id]
            .iter()
            .flatten()
            .map(UntrustedText::as_str)
            .chain(at.as_deref())
            .map(|id| ids.iter().find(|wanted| *wanted == id).map_or("", String::as_str))
            .collect();
        if first != row || named != *codes || ids.iter().any(|id| !heard.contains(&id.as_str())) {
            let all: Vec<String> =
                found.iter().map(|it| format!("{} {}", it.diagnosis.code, it.diagnosis.row)).collect();
            wrong.push(format!("{id}: {row} {codes:?} {ids:?}, but {all:?} {heard:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), corpus.len(), wrong.join("\n"));
    assert!(corpus.len() >= 150, "{}", corpus.len());
}

/// The numbers that a text may be said to have: its runs of digits, and what was torn or hidden in it and is found whole.
fn standing(text: &str) -> BTreeSet<u64> {
    let shown: String = text.chars().filter_map(plain_sign).collect();
    let runs = shown.split(|sign: char| !sign.is_ascii_digit()).filter_map(|run| run.parse().ok());
    runs.chain(numbers(text)).collect()
}

fn numbers(text: &str) -> Vec<u64> {
    let number = |sign| match sign {
        Sign::Aadsts(number) | Sign::Number(_, number) => Some(number),
        Sign::Status(_, status) => Some(u64::from(status)),
        Sign::Oauth(_) | Sign::Word(..) | Sign::Says(..) | Sign::Cause(_) | Sign::CauseOf(..) => None,
    };
    signs_in(text).into_iter().filter_map(number).collect()
}

/// What happens to a text on its way, and never to a digit: signs come in, signs get lost. What only draws or does not show may come
/// in within a number; nothing else does, and nothing goes that alone keeps two numbers apart.
fn mutated(chance: &mut Chance, text: &str) -> String {
    const UNSEEN: [&str; 6] = ["\u{200b}", "\u{feff}", "\u{ad}", "\u{1b}[31m", "\u{1b}[0m", "\u{2060}"];
    const SEEN: [&str; 24] = [
        "\n",
        "\r\n",
        " ",
        "\t",
        "> ",
        "|",
        "│",
        "\"",
        "\\",
        "\\\"",
        ":",
        "x",
        "%",
        "&",
        ";",
        "=",
        "=\n",
        "(",
        "AADSTS",
        "&quot;",
        "\\n",
        "error_codes\":[",
        "code\":",
        "ErrorCode ",
    ];
    let mut signs: Vec<char> = text.chars().filter(|sign| plain_sign(*sign).is_some()).collect();
    let is_digit = |sign: Option<&char>| sign.is_some_and(|sign| sign.is_numeric());
    for _ in 0..=chance.below(4) {
        let at = chance.below(signs.len());
        let before = is_digit(at.checked_sub(1).and_then(|at| signs.get(at)));
        let (here, after) = (is_digit(signs.get(at)), is_digit(signs.get(at + 1)));
        match chance.below(3) {
            0 if !(before && here) => drop(signs.splice(at..at, chance.one(&SEEN).chars())),
            1 if !(here || before && after) && signs.len() > 2 => drop(signs.remove(at)),
            2 if !here => drop(signs.splice(at..=at, chance.one(&SEEN).chars())),
            _ => {}
        }
    }
    let at = chance.below(signs.len());
    drop(signs.splice(at..at, chance.one(&UNSEEN).chars()));
    signs.into_iter().collect()
}

#[test]
fn no_number_is_invented_in_a_hundred_thousand_mutations() {
    let corpus = corpus();
    // Those whose numbers are torn already are the next test's, and of a colour that was cut to pieces nobody can tell what it was.
    let is_digit = |sign: Option<char>| sign.is_some_and(char::is_numeric);
    let is_torn = |text: &str| {
        let lines: Vec<&str> = text.lines().collect();
        lines.windows(2).any(|pair| {
            let bare = pair[1].trim_start_matches(|sign: char| !sign.is_alphanumeric());
            is_digit(pair[0].trim_end_matches([' ', '|', '│', '=']).chars().next_back())
                && is_digit(bare.chars().next())
        })
    };
    let short = corpus.iter().filter(|one| {
        (2..=300).contains(&one.text.len())
            && !is_torn(&one.text)
            && !one.text.contains("u001b")
            && !one.text.contains('\u{1b}')
    });
    let texts: Vec<(&str, BTreeSet<u64>)> = short.map(|one| (one.text.as_str(), standing(&one.text))).collect();
    let mut chance = Chance(13);
    for _ in 0..100_000 {
        let (text, standing) = &texts[chance.below(texts.len())];
        let mutated = mutated(&mut chance, text);
        for number in numbers(&mutated) {
            assert!(standing.contains(&number), "{number}: {mutated:?}, of {text:?}");
        }
    }
}

#[test]
fn a_number_that_a_line_end_tore_is_found_whole_and_no_part_of_it_is() {
    for (known, ours) in [(&AADSTS[..], true), (&PARTNER_CENTER_NUMBERS[..], false)] {
        for number in known {
            let digits = number.to_string();
            for at in 1..digits.len() {
                let (front, back) = digits.split_at(at);
                for end in ["\n", "\r\n", "\n> ", " |\n| ", "\n    "] {
                    let torn = format!("{front}{end}{back}");
                    let texts = if ours {
                        [format!("{{\"error_description\":\"AADSTS{torn}: x"), format!("\"error_codes\":[{torn}]")]
                    } else {
                        [format!("{{\"code\":{torn},\"description\":\"x\"}}"), format!("{{\"code\":\"{torn}\"}}")]
                    };
                    for text in texts {
                        assert_eq!(numbers(&text), [*number], "{text:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_log_of_ten_megabytes_is_read() {
    let line = "2026-02-03T04:05:06Z INFO [\u{1b}[32mok\u{1b}[0m] GET https://shop.example/?id=50011&x=%7B%22a%22%3A1%7D 200\n";
    let log = line.repeat(10 * 1_024 * 1_024 / line.len()) + "AADSTS501\n26: no";
    assert_eq!(explain(&log)[0].diagnosis.row, "wrong-password");
}
