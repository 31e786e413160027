//! The scripts of this folder, which register as a person at a shell would: each is run as it is.

use std::process::{Command, Stdio};

use super::desk::PROGRAM;

/// Runs a script with the program that is tested. Where a tool is missing it fails with the name of that tool.
fn passes(script: &str) {
    let path = format!("{}/tests/{script}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(path)
        .env("OCTO_CSP_BIN", PROGRAM)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_shell_script_registers_line_by_line() {
    passes("plain");
}
