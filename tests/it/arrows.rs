//! The house rules that Cargo cannot check: which room may know which, which outside crate lives where, and words that do not
//! belong into the code. The table is the one of `docs/DESIGN.md`.
//!
//! Paths are read from the text: `crate::room` and `outside::` wherever code names them. Modules behind `#[cfg(test)]` and
//! files named `tests` may look further, comments may name anything.

use std::collections::{BTreeMap, BTreeSet};
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
    ("tokio_rustls", &["simulator", "world/issuer.rs"]),
    ("rcgen", &["simulator"]),
    ("aws_lc_rs", &["simulator", "world/issuer.rs"]),
    ("getrandom", &["world", "simulator"]),
    ("clap", &["cli.rs", "cli", "commands"]),
    ("clap_complete", &["commands"]),
    ("clap_complete_nushell", &["commands"]),
    ("clap_mangen", &["commands"]),
    ("toml", &["commands"]),
    ("std::fs", &["world", "simulator", "commands"]),
    // The folder for what is temporary, the folders of a PATH, and the home where there is no user database.
    ("std::env", &["main.rs", "simulator/tls.rs", "world/journal/lock.rs", "commands/key_vault.rs"]),
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

/// The rooms in which no file needs one that needs it: each can be read after those below it.
const WITHOUT_CIRCLES: &[&str] =
    &["words", "journal", "effect", "microsoft", "diagnose", "steps", "driver", "report", "ui"];

/// The paths of a `use` tree: `a::{b, c::{d as e}}` has `a::b` and `a::c::d`.
fn leaves(before: &str, tree: &str, found: &mut Vec<String>) {
    let mut depth = 0;
    let parts = tree.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once('{') {
            Some((path, inner)) => leaves(&format!("{before}{path}"), inner.strip_suffix('}').unwrap_or(inner), found),
            None => found.push(format!("{before}{}", part.split(" as ").next().unwrap())),
        }
    }
}

/// The paths that code names, each with whether it is passed on (`pub use`).
fn paths(code: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        let line_before = |at: usize| statement.split_at(at).0.rsplit('\n').next().unwrap().trim();
        let begins = |at: &usize| line_before(*at).is_empty() || line_before(*at).starts_with("pub");
        let at = statement.rfind("use ").filter(begins);
        let (rest, tree) = statement.split_at(at.unwrap_or(statement.len()));
        let mut used = Vec::new();
        leaves("", tree.trim_start_matches("use "), &mut used);
        found.extend(used.into_iter().map(|path| (at.is_some_and(|at| !line_before(at).is_empty()), path)));
        let words = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':');
        found.extend(words.filter(|word| word.contains("::")).map(|word| (false, word.to_owned())));
    }
    found
}

/// A path from the top, as a module means it; what is not ours becomes a path that no file has.
fn from_the_top(module: &str, path: &str) -> String {
    let mut base: Vec<&str> = module.split("::").collect();
    let mut parts = path.split("::").peekable();
    match parts.peek() {
        Some(&"crate") => {
            base.clear();
            parts.next();
        }
        Some(&"self") => drop(parts.next()),
        Some(_) | None => {}
    }
    while parts.next_if_eq(&"super").is_some() {
        base.pop();
    }
    base.into_iter().chain(parts).collect::<Vec<_>>().join("::")
}

/// The groups of files of which each needs every other, directly or by way of others.
fn circles(sources: &[Source]) -> BTreeSet<Vec<String>> {
    let module = |source: &Source| source.path.trim_end_matches(".rs").replace('/', "::");
    let for_tests = |source: &Source| {
        let lines = source.text.lines().skip_while(|line| *line != "#[cfg(test)]");
        let names = lines.filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';'));
        names.map(|name| format!("{}::{name}", module(source))).collect::<Vec<_>>()
    };
    let tests: BTreeSet<String> = sources.iter().flat_map(for_tests).collect();
    let rooms = sources.iter().filter(|source| WITHOUT_CIRCLES.contains(&room(&source.path)));
    let files: BTreeMap<String, String> = rooms
        .map(|source| (module(source), code(&source.text).map(|(_, line)| line).collect::<Vec<_>>().join("\n")))
        .filter(|(name, _)| !tests.contains(name))
        .collect();
    let (mut passed_on, mut mentions) = (BTreeMap::new(), Vec::new());
    for (name, code) in &files {
        for (public, path) in paths(code) {
            let whole = from_the_top(name, &path);
            match path.rsplit("::").next() {
                Some(last) if public => drop(passed_on.insert(format!("{name}::{last}"), whole)),
                Some(_) | None => mentions.push((name, whole)),
            }
        }
    }
    // The file that a path leads to, through every file that only passes the name on.
    let file_of = |mut path: String| loop {
        let ends = path.match_indices("::").map(|(at, _)| at).chain([path.len()]).collect::<Vec<_>>();
        let prefixes: Vec<&str> = ends.iter().map(|at| path.split_at(*at).0).collect();
        // A function may have the name of a file.
        let names = prefixes.iter().filter(|prefix| !files.contains_key(**prefix));
        match { names }.find_map(|name| passed_on.get(*name)) {
            Some(further) if *further != path => path = further.clone(),
            Some(_) | None => {
                break prefixes.iter().rev().find(|it| files.contains_key(**it)).map(|it| (*it).to_owned());
            }
        }
    };
    let mut reached: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for (name, path) in mentions {
        reached.entry(name).or_default().extend(file_of(path).filter(|file| file != name));
    }
    // What each leads to at last: as often as there is something new, what is reached by what is reached.
    loop {
        let before = reached.clone();
        for all in reached.values_mut() {
            let further: Vec<String> = all.iter().filter_map(|file| before.get(file)).flatten().cloned().collect();
            all.extend(further);
        }
        if reached == before {
            break;
        }
    }
    let leads_to = |from: &String, to: &String| reached.get(from).is_some_and(|all| all.contains(to));
    let groups = files
        .keys()
        .filter(|file| leads_to(file, file))
        .map(|file| files.keys().filter(|other| leads_to(file, other) && leads_to(other, file)).cloned().collect());
    groups.collect()
}

#[test]
fn no_file_needs_one_that_needs_it() {
    let found = circles(&sources());
    assert!(found.is_empty(), "files in a circle: {found:#?}");
}

#[test]
fn a_circle_is_found_through_a_name_that_is_passed_on() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let mut all = vec![
        source("steps.rs", "mod a;\npub use a::{A, B as C};\n#[cfg(test)]\nmod bench;\n"),
        source("steps/a.rs", "use crate::words::W;\nfn f() { super::b::g(); }\n"),
        source(
            "steps/b.rs",
            "use std::fmt;\n// use crate::steps::A;\n#[cfg(test)]\nmod tests {\n use super::super::A;\n}\n",
        ),
        source("steps/bench.rs", "use crate::steps::bench::x;\nuse super::{A, b};\n"),
    ];
    assert_eq!(circles(&all), BTreeSet::new());
    all.push(source("steps/b.rs", "use crate::{effect::E, steps::{self, A}};\n"));
    assert_eq!(circles(&all), BTreeSet::from([vec!["steps::a".to_owned(), "steps::b".to_owned()]]));
}
