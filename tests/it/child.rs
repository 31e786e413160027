//! Tests that need another process, or another environment: the test binary runs one of its own tests again.
//!
//! The environment of this process cannot be changed safely while tests run beside each other, so a body is an ordinary test
//! that does nothing unless it was started as a child.

use std::ffi::OsString;
use std::process::{Command, Output};

const WORD: &str = "OCTO_CSP_TEST_CHILD";
const DONE: &str = "the body of the child was run";

/// A command that runs the body `test`, such as `lock::body`, and hands it `argument`.
pub(crate) fn command(test: &str, argument: impl Into<OsString>) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(arguments(test)).env(WORD, argument.into());
    command
}

/// The command line of the body `test`, for a terminal or a shell whose environment has [`CHILD`].
#[cfg(unix)]
pub(crate) fn command_line(test: &str) -> Vec<String> {
    let this = std::env::current_exe().unwrap().display().to_string();
    std::iter::once(this).chain(arguments(test).map(str::to_owned)).collect()
}

/// What makes a process a child, without an argument.
#[cfg(unix)]
pub(crate) const CHILD: (&str, &str) = (WORD, "");

fn arguments(test: &str) -> [&str; 4] {
    [test, "--exact", "--nocapture", "--test-threads=1"]
}

/// Runs a body to its end and shows what it said if it failed.
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains(DONE),
        "{command:?}\n{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Runs `body` if this process was started as a child.
pub(crate) fn body(body: impl FnOnce(OsString)) {
    #[expect(
        clippy::disallowed_methods,
        reason = "the argument of a child; the test runner's own arguments leave no room"
    )]
    let argument = std::env::var_os(WORD);
    if let Some(argument) = argument {
        body(argument);
        println!("{DONE}");
    }
}

/// Lets a child run without the rights of the superuser, who may write everywhere; `folder` becomes its own. Needs nothing
/// when the tests run as an ordinary person.
#[cfg(unix)]
pub(crate) fn as_somebody<'a>(command: &'a mut Command, folder: &std::path::Path) -> &'a mut Command {
    use std::os::unix::process::CommandExt as _;
    const SOMEBODY: u32 = 65_534;
    if rustix::process::geteuid().is_root() {
        give(folder, SOMEBODY);
        command.uid(SOMEBODY).gid(SOMEBODY);
    }
    command
}

#[cfg(unix)]
fn give(path: &std::path::Path, to: u32) {
    std::os::unix::fs::lchown(path, Some(to), Some(to)).unwrap();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), to);
        }
    }
}
