//! The README, the manual and what they lead to say what is so: every command and flag, every exit code, tests that exist, files that exist.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use octo_csp::cli::Cli;
use octo_csp::cloud::Cloud;
use octo_csp::exit::Exit;
use octo_csp::world::store::SERVICE;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What a person reads.
const PAPERS: [&str; 5] =
    ["README.md", "docs/LINE-BY-LINE.md", "docs/MANUAL.md", "docs/PROMISES.md", "docs/WITHOUT-A-SCREEN.md"];

/// What is told once, because it is the same for every command.
const SHARED: &str = "### Flags of every command";

/// The text of the manual below a heading, up to the next one of the same rank.
fn section(heading: &str) -> String {
    let manual = read("docs/MANUAL.md");
    let rank = heading.split(' ').next().unwrap();
    let (_, rest) = manual.split_once(&format!("\n{heading}\n")).unwrap();
    let end = rest.find(&format!("\n{rank} ")).unwrap_or(rest.len());
    rest.split_at(end).0.to_owned()
}

/// The cells of the tables in a text, row by row.
fn rows(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    rows.map(|row| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    })
    .collect()
}

#[test]
fn every_command_and_flag_is_told() {
    let cli = Cli::command();
    let shared = section(SHARED);
    for flag in cli.get_arguments().filter_map(clap::Arg::get_long) {
        assert!(shared.contains(&format!("`--{flag}")), "{flag}");
    }
    for command in cli.get_subcommands() {
        let told = section(&format!("### `octo-csp {}`", command.get_name()));
        let inner = command.get_subcommands().flat_map(clap::Command::get_arguments);
        let arguments = command.get_arguments().chain(inner);
        for flag in arguments.filter_map(clap::Arg::get_long) {
            let flag = format!("`--{flag}");
            let found = told.contains(&flag) || shared.contains(&flag);
            assert!(found, "{} {flag}", command.get_name());
        }
    }
}

#[test]
fn every_exit_code_is_told() {
    let source = read("src/exit.rs");
    let numbers = source.lines().filter_map(|line| {
        let (_, code) = line.trim().strip_suffix(',')?.split_once(" = ")?;
        code.parse::<u8>().ok()
    });
    let known = Exit::MEANINGS.map(|(exit, _)| exit as u8);
    assert_eq!(numbers.collect::<Vec<_>>(), known);
    let codes = Exit::MEANINGS.map(|(exit, meaning)| vec![(exit as u8).to_string(), meaning.to_owned()]);
    let told: Vec<_> = rows(&section("## Exit codes")).into_iter().skip(1).collect();
    assert_eq!(told, codes);
}

/// Each names its file and is a test there: no word of another file, and no function that nobody runs.
#[test]
fn every_promise_has_a_test_that_exists() {
    let is_test = |text: &str, name: &str| {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let at = lines.iter().position(|line| line.trim_start_matches("async ").starts_with(&format!("fn {name}(")));
        let above = at.into_iter().flat_map(|at| lines[..at].iter().rev());
        let mut above = above.take_while(|line| line.starts_with("#[") || line.starts_with("//"));
        above.any(|line| *line == "#[test]" || line.starts_with("#[tokio::test"))
    };
    assert!(!is_test("fn helper() {}", "helper") && is_test("#[test]\n/// Of this.\nfn one() {}", "one"));
    let mut count = 0;
    for promise in rows(&read("docs/PROMISES.md")).iter().filter(|row| row[0] != "We promise") {
        for test in promise.last().unwrap().split(", ") {
            let (file, name) = test.trim_matches('`').split_once("::").unwrap_or_else(|| panic!("no file: {test}"));
            assert!(is_test(&read(file), name), "{test}");
        }
        count += 1;
    }
    assert!(count > 60, "{count}");
}

#[test]
fn every_host_is_told() {
    let told = section("## Hosts");
    for cloud in [Cloud::global(), Cloud::china(), Cloud::us_gov()] {
        let prices = cloud.partner_api.as_ref();
        for address in [&cloud.login, &cloud.partner_center].into_iter().chain(prices) {
            let host = format!("`{}`", address.host_str().unwrap());
            let row = format!("| {} |", cloud.name);
            let row = told.lines().find(|line| line.starts_with(&row)).unwrap();
            assert!(row.contains(&host), "{host}");
        }
        for octo in [cloud.octo(), cloud.octo_beta()].into_iter().flatten() {
            for address in [&octo.token, &octo.api] {
                let host = format!("`{}`", address.host_str().unwrap());
                let row = told.lines().find(|line| line.starts_with("| Octo |"));
                assert!(row.unwrap().contains(&host), "{host}");
            }
        }
    }
}

#[test]
fn items_are_found_by_the_name_that_is_told() {
    assert!(section("## Where things are kept").contains(&format!("service {SERVICE}\n")));
}

/// The names by which the headings of a paper are linked.
fn anchors(paper: &str) -> Vec<String> {
    let text = read(paper);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let words = headings.map(|line| line.trim_start_matches(['#', ' ']));
    words
        .map(|words| {
            let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        })
        .collect()
}

#[test]
fn whatever_is_linked_or_run_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in ["tests/run", "tests/set-up", ".ci/release"] {
        assert!(root.join(path).exists(), "{path}");
    }
    for paper in PAPERS {
        let text = read(paper);
        let links = text.split("](").skip(1);
        let links = links.map(|rest| rest.split(')').next().unwrap());
        for link in links.filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                paper.to_owned()
            } else {
                let folder = Path::new(paper).parent().unwrap();
                folder.join(path).to_str().unwrap().to_owned()
            };
            assert!(root.join(&target).exists(), "{paper}: {link}");
            let known = anchor.is_empty() || anchors(&target).iter().any(|one| one == anchor);
            assert!(known, "{paper}: {link}");
        }
    }
}

#[test]
fn the_readme_is_short_and_leads_to_every_paper() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 120, "what is longer belongs in the manual");
    for paper in PAPERS.iter().filter(|paper| **paper != "README.md") {
        assert!(readme.contains(&format!("]({paper}")), "{paper}");
    }
}

/// Whether PowerShell takes these lines as a POSIX shell does. What is for another system alone may stand by itself.
fn powershell_takes(lines: &str) -> bool {
    let foreign = [
        "export ", "\"$", "$(", " < ", "<<<", " < <", "~/", "/etc/", "/run/", "jq ", "printf ", " &\n", "\\\n",
        "case ", "[ ",
    ];
    !foreign.iter().any(|sign| lines.contains(sign))
}

#[test]
fn beside_every_shell_line_is_one_for_powershell() {
    let of_linux = ["sudo ", "secret-tool ", "sha256sum "];
    let mut seen = 0;
    for paper in PAPERS.into_iter().chain(["docs/TEAMS.md", "docs/KEY-VAULT.md"]) {
        let text = read(paper);
        let mut blocks = text.split("\n```").skip(1).step_by(2).peekable();
        while let Some(block) = blocks.next() {
            let Some(lines) = block.strip_prefix("sh\n") else { continue };
            let beside = blocks.peek().is_some_and(|next| next.starts_with("powershell\n"));
            let alone = of_linux.iter().any(|name| lines.starts_with(name));
            assert!(beside || alone || powershell_takes(lines), "{paper}: {lines}");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

/// Words that docs/WORDS.md has put out, whatever their case.
const OUT: [&str; 2] = ["mistake of this program", "this is deleted ("];

/// The list itself and what was called so in earlier versions may say them.
/// The sign `!!` is one of a screen without Unicode; a line that is printed has the word `Problem`.
#[test]
fn a_printed_line_says_problem_and_has_no_sign_for_it() {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
    for entry in std::fs::read_dir(reports).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("\"!!"), "{}", path.display());
    }
}

#[test]
fn words_that_are_out_are_nowhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut left: Vec<PathBuf> =
        ["src", "docs", "tests/it/golden", "README.md"].into_iter().map(|name| root.join(name)).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        if path.ends_with("docs/WORDS.md") {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_lowercase();
        for word in OUT {
            assert!(!text.contains(word), "{word}: {}", path.display());
        }
    }
}
