//! The house rules that Cargo cannot check: which room may know which, which outside crate lives where, and words that do not
//! belong into the code. The table is the one of `docs/DESIGN.md`.
//!
//! Paths are read from the text: `crate::room` and `outside::` wherever code names them. Modules behind `#[cfg(test)]` and
//! files named `tests` may look further, comments may name anything.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The rooms from the bottom up, and what each may use of ours.
const ROOMS: &[(&str, &[&str])] = &[
    ("exit", &[]),
    ("version", &[]),
    ("words", &["exit"]),
    ("cloud", &["words"]),
    ("host", &["words", "exit"]),
    ("journal", &["words"]),
    ("effect", &["words", "journal"]),
    ("microsoft", &["words"]),
    ("diagnose", &["words", "exit", "microsoft"]),
    ("steps", &["words", "journal", "effect", "microsoft", "diagnose"]),
    ("driver", &["words", "journal", "effect", "steps"]),
    ("world", &["words", "exit", "cloud", "journal", "effect", "microsoft", "diagnose", "version"]),
    ("report", &["words", "exit", "journal", "effect", "diagnose", "steps", "version"]),
    ("ui", &["words", "exit", "journal", "effect", "diagnose", "steps", "driver", "version", "report"]),
    ("simulator", &["cloud"]),
    ("cli", &["words", "exit", "version"]),
    (
        "commands",
        &[
            "words",
            "exit",
            "cloud",
            "host",
            "version",
            "journal",
            "effect",
            "diagnose",
            "steps",
            "driver",
            "world",
            "ui",
            "report",
            "simulator",
            "cli",
        ],
    ),
    ("lib", &["commands"]),
    ("main", &["exit", "host", "world"]),
];

/// Outside crates (and parts of the standard library) and the only places that may name them.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("ratatui", &["ui", "commands/register.rs"]),
    ("crossterm", &["ui/terminal", "ui/keys.rs"]),
    ("oauth2", &["world/entra.rs", "world/http.rs", "world/token.rs"]),
    ("reqwest", &["world"]),
    ("rustls", &["world"]),
    ("webbrowser", &["world/browser.rs"]),
    ("age", &["world/store/age_file.rs", "world/store/age_file"]),
    ("keyring", &["world/store"]),
    ("keyring_core", &["world/store"]),
    ("hyper", &["world", "simulator"]),
    ("hyper_util", &["world", "simulator"]),
    ("http_body_util", &["world", "simulator"]),
    ("tokio", &["world", "simulator", "ui/terminal", "commands"]),
    ("tokio_rustls", &["simulator"]),
    ("rcgen", &["simulator"]),
    ("aws_lc_rs", &["simulator", "world/issuer.rs"]),
    ("getrandom", &["world", "simulator"]),
    ("clap", &["cli.rs", "cli", "commands"]),
    ("clap_complete", &["commands"]),
    ("clap_complete_nushell", &["commands"]),
    ("clap_mangen", &["commands"]),
    ("toml", &["commands"]),
    ("std::fs", &["world", "simulator", "commands"]),
    // The folder for what is temporary, and the home where there is no user database.
    ("std::env", &["main.rs", "simulator/tls.rs", "world/journal/lock.rs"]),
    ("std::net", &["world", "simulator", "cloud.rs"]),
    ("std::process", &["main.rs", "exit.rs", "world", "ui/terminal"]),
    ("std::thread", &["world", "simulator", "ui/terminal"]),
];

/// What nobody leaves behind. Taken apart here, so that this file may be searched too.
const LEFT_BEHIND: &[&[&str]] = &[
    &["todo", "!("],
    &["dbg", "!("],
    &["unimplemented", "!("],
    &["FIX", "ME"],
    &["TO", "DO"],
    &["XX", "X:"],
    &["#[igno", "re]"],
    &["#[igno", "re ="],
    &["thread::sle", "ep_ms"],
    // Whose machine, whose hand: nothing that only one workplace knows.
    &["/wo", "rk/"],
    &["/ro", "ot/"],
    &["sha", "red/design"],
    &["sha", "red/reference"],
];

struct Source {
    /// Below `src`, such as `ui/view.rs`.
    path: String,
    text: String,
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ends, found);
        } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let root = repository().join("src");
    let mut paths = Vec::new();
    files(&root, &[".rs"], &mut paths);
    paths.sort();
    let sources = paths.into_iter().map(|path| Source {
        text: std::fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"),
    });
    sources.filter(|source| !is_test(&source.path)).collect()
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

/// The first part of a path: `ui/view.rs` is in the room `ui`.
fn room(path: &str) -> &str {
    let first = path.split('/').next().unwrap();
    first.strip_suffix(".rs").unwrap_or(first)
}

/// Whether a file is at a place: the file itself, a folder's file, or the module file beside a folder.
fn is_at(path: &str, place: &str) -> bool {
    path == place
        || path.strip_suffix(".rs") == Some(place)
        || path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}

/// The lines of code with their numbers: no comments, and nothing after the module of tests, which house style puts last.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code.lines().enumerate();
    lines.filter_map(|(index, line)| {
        let line = line.split(" // ").next().unwrap();
        let comment = line.trim_start().starts_with("//");
        (!comment).then_some((index + 1, line))
    })
}

/// The names that follow `path::` in a line: one, or a group in braces as far as the line has it.
fn named_after<'a>(line: &'a str, path: &str) -> Vec<&'a str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = Vec::new();
    for (at, _) in line.match_indices(path) {
        let (before, rest) = line.split_at(at);
        if before.ends_with(|c: char| word(c) || c == ':') {
            continue;
        }
        let (_, rest) = rest.split_at(path.len());
        match rest.strip_prefix('{') {
            Some(group) => names.extend(
                group
                    .split(',')
                    .filter_map(|part| part.trim().split(|c| !word(c)).next())
                    .filter(|name| !name.is_empty()),
            ),
            None => names.extend(rest.split(|c| !word(c)).next()),
        }
    }
    names
}

fn may(room: &str, other: &str) -> bool {
    let of = |table: &[(&str, &'static [&'static str])]| {
        table.iter().find(|(name, _)| *name == room).map(|(_, rooms)| *rooms)
    };
    other == room || of(ROOMS).is_some_and(|allowed| allowed.contains(&other))
}

fn broken_arrows(source: &Source) -> String {
    let from = room(&source.path);
    let mut broken = String::new();
    for (number, line) in code(&source.text) {
        for root in ["crate::", "octo_csp::"] {
            for to in named_after(line, root) {
                let is_room = ROOMS.iter().any(|(name, _)| *name == to);
                if is_room && !may(from, to) {
                    writeln!(broken, "src/{}:{number}: {from} may not use {to}", source.path).unwrap();
                }
            }
        }
    }
    broken
}

fn strangers(source: &Source) -> String {
    let mut found = String::new();
    let paths = |(_, line): &(usize, &str)| line.contains("::");
    for (number, line) in code(&source.text).filter(paths) {
        for (outside, places) in OUTSIDE {
            let named = match outside.split_once("::") {
                Some((krate, part)) => named_after(line, &format!("{krate}::")).contains(&part),
                // A module of ours may have a crate's name, in the file that declares it.
                None => {
                    !source.text.contains(&format!("\nmod {outside};"))
                        && !named_after(line, &format!("{outside}::")).is_empty()
                }
            };
            if named && !places.iter().any(|place| is_at(&source.path, place)) {
                writeln!(found, "src/{}:{number}: {outside} belongs to {}", source.path, places.join(", ")).unwrap();
            }
        }
    }
    found
}

#[test]
fn every_file_is_in_a_room_of_the_table() {
    for source in sources() {
        let known = ROOMS.iter().any(|(name, _)| *name == room(&source.path));
        assert!(known, "src/{} is in no room: give it one in docs/DESIGN.md and here", source.path);
    }
}

#[test]
fn no_room_uses_what_it_may_not() {
    let broken: String = sources().iter().map(broken_arrows).collect();
    assert!(broken.is_empty(), "broken arrows:\n{broken}");
}

#[test]
fn every_outside_crate_stays_in_its_rooms() {
    let found: String = sources().iter().map(strangers).collect();
    assert!(found.is_empty(), "outside crates in rooms that are not theirs:\n{found}");
}

#[test]
fn nothing_unfinished_and_nothing_private_is_left_behind() {
    let mut paths: Vec<PathBuf> =
        ["README.md", "CHANGELOG.md", "Cargo.toml"].iter().map(|name| repository().join(name)).collect();
    for folder in ["src", "examples", "tests/it", "docs", ".ci", ".cargo"] {
        files(&repository().join(folder), &[".rs", ".md", ".toml", "run"], &mut paths);
    }
    let words: Vec<String> = LEFT_BEHIND.iter().map(|parts| parts.concat()).collect();
    let mut found = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            for word in &words {
                if line.contains(word) {
                    writeln!(found, "{}:{}: {}", path.display(), index + 1, word).unwrap();
                }
            }
        }
    }
    assert!(found.is_empty(), "left behind:\n{found}");
}

#[test]
fn a_broken_arrow_is_named_with_file_and_line() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let ui =
        source("ui/view.rs", "//! crate::world\n\nuse crate::{steps, world::store};\nlet x = crate::world::y();\n");
    assert_eq!(broken_arrows(&ui), "src/ui/view.rs:3: ui may not use world\nsrc/ui/view.rs:4: ui may not use world\n");
    let steps = source("steps/run.rs", "use tokio::time;\nuse std::{fmt, fs};\n");
    assert_eq!(
        strangers(&steps),
        "src/steps/run.rs:1: tokio belongs to world, simulator, ui/terminal, commands\n\
         src/steps/run.rs:2: std::fs belongs to world, simulator, commands\n"
    );
    let tests = "use crate::words::ids;\n#[cfg(test)]\nmod tests {\n use crate::simulator;\n}\n";
    assert_eq!(broken_arrows(&source("world/http.rs", tests)), "");
    assert_eq!(strangers(&source("world/store/keyring.rs", "use keyring::Entry;\n")), "");
    assert_eq!(strangers(&source("steps/x.rs", "self::keyring::x(); a::http::b();\n")), "");
}
