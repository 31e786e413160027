//! `octo-csp explain`: every code in a text, offline.

use std::io::Read as _;

use crate::cli::Explain;
use crate::commands::context::CommandContext;
use crate::commands::error::CommandError;
use crate::diagnose;
use crate::exit::Exit;
use crate::host::Host;
use crate::report::{explain, sources};
use crate::world::token::utf8;

/// Bytes of standard input that are looked at.
const MOST: u64 = 10 * 1_024 * 1_024;

pub(super) fn run(context: &mut CommandContext<'_>, arguments: &Explain) -> Result<Exit, CommandError> {
    if arguments.list {
        let text = if context.json { explain::list_in_json() } else { explain::list() };
        return Ok(context.print(&text));
    }
    if arguments.source {
        let text = sources::text(&arguments.text.join(" "));
        let none = || CommandError::usage("no row has this code or name; explain --list shows all");
        return if text.is_empty() { Err(none()) } else { Ok(context.print(&text)) };
    }
    let words: Vec<&str> = arguments.text.iter().map(String::as_str).filter(|word| *word != "--json").collect();
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
    let read = host.input.by_ref().take(MOST).read_to_end(&mut bytes);
    if let Err(error) = read {
        return Err(format!("cannot read standard input: {}", error.kind()));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("nothing to explain: standard input is empty".to_owned());
    }
    // Windows shells write UTF-16 into files.
    Ok(String::from_utf8_lossy(&utf8(&bytes)).into_owned())
}
