//! The scripts of this folder, which register as a person at a shell would: each is run as it is.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::desk::PROGRAM;
use crate::schema;

/// Runs a script with the program that is tested. Where a tool is missing it fails with the name of that tool. `said` gets each
/// JSON object that the program printed there, one a line.
fn passes(script: &str, said: &Path) {
    let path = format!("{}/tests/{script}", env!("CARGO_MANIFEST_DIR"));
    let output =
        Command::new(path).env("OCTO_CSP_BIN", PROGRAM).env("SAID", said).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_shell_script_registers_line_by_line() {
    let folder = TempDir::new().unwrap();
    passes("plain", &folder.path().join("said"));
}

#[test]
fn a_shell_script_registers_without_a_terminal_and_is_told_what_the_schema_says() {
    let folder = TempDir::new().unwrap();
    let said = folder.path().join("said");
    passes("headless", &said);
    let said = std::fs::read_to_string(said).unwrap();
    assert!(said.lines().count() > 10, "{said}");
    for line in said.lines() {
        schema::holds(&serde_json::from_str(line).unwrap());
    }
}
