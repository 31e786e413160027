//! `octo-csp explain`: every code in a text, offline.

use std::io::Read as _;

use crate::cli::Explain;
use crate::commands::context::CommandContext;
use crate::commands::error::CommandError;
use crate::diagnose::{self, Sieve};
use crate::exit::Exit;
use crate::host::Host;
use crate::report::{explain, sources};
use crate::world::token::utf8;

/// Bytes of standard input that are read as one text. Of a longer one what could tell something is kept.
const SHORT: u64 = 1_024 * 1_024;

pub(super) fn run(context: &mut CommandContext<'_>, arguments: &Explain) -> Result<Exit, CommandError> {
    let words: Vec<&str> = arguments.text.iter().map(String::as_str).filter(|word| *word != "--json").collect();
    if arguments.list {
        let text = if context.json { explain::list_in_json() } else { explain::list() };
        return Ok(context.print(&text));
    }
    if arguments.source {
        let name = words.join(" ");
        let text = sources::text(&name);
        if text.is_empty() {
            return Err(CommandError::usage("no row has this code or name; explain --list shows all"));
        }
        return Ok(context.print(&if context.json { sources::in_json(&name) } else { text }));
    }
    let findings = diagnose::findings(&given(context.host, &words)?);
    if context.json {
        context.print(&findings.in_json());
        return Ok(findings.exit());
    }
    match findings.missing().filter(|_| findings.found.is_empty()) {
        Some(nothing) => Err(CommandError::usage(nothing)),
        None => Ok(context.print(&findings.text())),
    }
}

/// The arguments as one text, or standard input.
fn given(host: &mut Host, words: &[&str]) -> Result<String, String> {
    let from_input = words.iter().all(|word| *word == "-");
    if !from_input {
        return Ok(words.join(" "));
    }
    if words.is_empty() && host.input_is_terminal {
        return Err("nothing to explain: give a code or a text, or pipe one in; --list shows all codes".to_owned());
    }
    let mut bytes = Vec::new();
    part(host, &mut bytes)?;
    if bytes.iter().all(u8::is_ascii_whitespace) && (bytes.len() as u64) < SHORT {
        return Err("nothing to explain: standard input is empty".to_owned());
    }
    // Windows shells write UTF-16 into files; only its beginning says so.
    let mark: &[u8] = match bytes.as_slice() {
        [0xff, 0xfe, ..] | [_, 0, ..] => b"\xff\xfe",
        [0xfe, 0xff, ..] | [0, _, ..] => b"\xfe\xff",
        _ => b"",
    };
    if (bytes.len() as u64) < SHORT {
        return Ok(String::from_utf8_lossy(&utf8(&bytes)).into_owned());
    }
    let mut sieve = Sieve::default();
    let read = |bytes: &[u8]| utf8(&[mark, bytes].concat());
    sieve.push(&read(&bytes));
    loop {
        part(host, &mut bytes)?;
        if bytes.is_empty() {
            return Ok(sieve.finish());
        }
        // What needs no reading is looked through as it is: each copy of all of it takes as long as the search.
        if mark.is_empty() {
            sieve.push(&bytes);
        } else {
            sieve.push(&read(&bytes));
        }
    }
}

/// The next part of standard input, short only where that ends.
fn part(host: &mut Host, bytes: &mut Vec<u8>) -> Result<(), String> {
    bytes.clear();
    let read = host.input.by_ref().take(SHORT).read_to_end(bytes);
    read.map_err(|error| format!("cannot read standard input: {}", error.kind()))?;
    Ok(())
}
