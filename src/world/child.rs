//! Programs of others that we start: a browser, and ourselves once more.

use std::ffi::OsStr;
use std::process::Command;

/// The variables with a secret in them. Whatever we start would inherit it, and pass it on to what it starts.
const SECRETS: [&str; 3] = ["ALPHAUS_CLIENT_SECRET", "AZURE_CLIENT_SECRET", "IDENTITY_HEADER"];

/// A command without the secrets in its environment.
pub(super) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for secret in SECRETS {
        command.env_remove(secret);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_does_not_inherit_the_secret_of_octo() {
        let command = command("true");
        let kept_back: Vec<_> = command.get_envs().collect();
        assert_eq!(kept_back, SECRETS.map(|secret| (OsStr::new(secret), None)));
    }
}
