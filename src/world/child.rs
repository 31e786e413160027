//! Programs of others that we start: a browser, and ourselves once more.

use std::ffi::OsStr;
use std::process::Command;

/// The one variable with a secret in it. Whatever we start would inherit it, and pass it on to what it starts.
const SECRET: &str = "ALPHAUS_CLIENT_SECRET";

/// A command without the secret in its environment.
pub(super) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_remove(SECRET);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_does_not_inherit_the_secret_of_octo() {
        let command = command("true");
        let kept_back: Vec<_> = command.get_envs().collect();
        assert_eq!(kept_back, [(OsStr::new("ALPHAUS_CLIENT_SECRET"), None)]);
    }
}
