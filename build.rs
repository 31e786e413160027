//! Names what is built, for `octo-csp --version`: the commit, the target, the compiler.
//!
//! The commit is looked up for release builds only: after each commit a development build would otherwise be made again. Without
//! git and without the variable (an archive of sources) it is unknown, and nothing fails.

#![expect(clippy::disallowed_methods, reason = "Cargo hands over by environment variables")]

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
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
