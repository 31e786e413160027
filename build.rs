//! Names what is built, for `octo-csp --version`: the commit, the target, the compiler. And makes a table of the program's texts.
//!
//! The commit is looked up for release builds only: after each commit a development build would otherwise be made again. Without
//! git and without the variable (an archive of sources) it is unknown, and nothing fails.

#![expect(clippy::disallowed_methods, reason = "Cargo hands over by environment variables and takes files of any kind")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    name_what_is_built();
    let texts = table(&fs::read_to_string(TEXTS)?).map_err(|error| format!("{TEXTS}: {error}"))?;
    println!("cargo::rerun-if-changed={TEXTS}");
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    Ok(fs::write(PathBuf::from(out).join("texts.rs"), texts)?)
}

const TEXTS: &str = "src/texts/en.toml";

/// The file of texts, in which every section and every line must be known.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    diagnosis: BTreeMap<String, Told>,
    problem: BTreeMap<String, Problem>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    what: String,
    why: Vec<String>,
    cure: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    what: String,
    cure: String,
}

/// The texts as Rust, for `words/texts.rs`, in the order of the keys.
fn table(toml: &str) -> Result<String, Box<dyn Error>> {
    let texts: Texts = toml::from_str(toml)?;
    let mut table = String::from("static DIAGNOSES: &[(&str, Told)] = &[\n");
    for (key, Told { what, why, cure }) in texts.diagnosis {
        writeln!(table, "({key:?}, Told {{ what: {what:?}, why: &{why:?}, cure: &{cure:?} }}),")?;
    }
    table.push_str("];\nstatic PROBLEMS: &[(&str, Wrong)] = &[\n");
    for (key, Problem { what, cure }) in texts.problem {
        writeln!(table, "({key:?}, Wrong {{ what: {what:?}, cure: {cure:?} }}),")?;
    }
    table.push_str("];\n");
    Ok(table)
}

fn name_what_is_built() {
    println!("cargo::rerun-if-env-changed=OCTO_CSP_COMMIT");
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let release = variable("PROFILE").is_some_and(|profile| profile == "release");
    let commit = variable("OCTO_CSP_COMMIT")
        .or_else(|| if release { commit() } else { Some("none, a development build".to_owned()) });
    let rustc = variable("RUSTC").and_then(|rustc| said(&rustc, &["--version"]));
    for (name, value) in [("COMMIT", commit), ("TARGET", variable("TARGET")), ("RUSTC", rustc)] {
        let value = value.unwrap_or_else(|| "unknown".to_owned());
        println!("cargo::rustc-env=OCTO_CSP_{name}={value}");
    }
}

/// The commit of this very folder, not of a repository that sources were unpacked into.
fn commit() -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    // A checkout changes the first, a commit the second. A file that is not there would be taken as changed for ever.
    for name in ["HEAD", "logs/HEAD"] {
        let path = said("git", &["rev-parse", "--git-path", name])?;
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    said("git", &["rev-parse", "--short=12", "HEAD"])
}

/// The first line of what a program says, if it can be run and is content.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.to_owned();
    output.status.success().then_some(line)
}
