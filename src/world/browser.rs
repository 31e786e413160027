//! Opening a page in the browser of this machine, or saying that there is none.

use std::process::Stdio;
use std::time::Duration;

use tokio::sync::oneshot;
use url::Url;

use crate::effect::ProbeResult;
use crate::world::child;

/// How long a browser may take to start.
const STARTING: Duration = Duration::from_secs(5);

/// What the environment says about a browser, as `main` read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one variable of the environment")]
pub struct Surroundings {
    /// The command of `--browser` or `BROWSER`; `%s` in it stands for the address, which else comes last.
    pub command: Option<String>,
    /// Whether `DISPLAY` or `WAYLAND_DISPLAY` is set.
    pub display: bool,
    /// Whether this is an SSH session (`SSH_CONNECTION`, `SSH_TTY`).
    pub ssh: bool,
    /// Whether this is Linux inside Windows (`WSL_DISTRO_NAME`), where Windows' browser can be reached.
    pub wsl: bool,
    /// Whether this is a container (`/.dockerenv`, `container`).
    pub container: bool,
    /// Whether `ALPHAUS_CLIENT_SECRET` is set, which a browser must not inherit.
    pub secret: bool,
}

impl Surroundings {
    /// What can be said before anything is opened.
    pub fn look(&self) -> ProbeResult {
        let (good, line) = match self.missing() {
            None if self.command.is_some() => (true, "will be opened with your command".to_owned()),
            None => (true, "can be opened here".to_owned()),
            Some(why) => (false, format!("none here ({why}): you will paste an address back")),
        };
        ProbeResult { good, line }
    }

    /// Opens an address; whether a browser could be started. Never touches the terminal, never blocks longer than its limit.
    pub async fn open(&self, address: &Url) -> bool {
        if !matches!(address.scheme(), "http" | "https") || self.missing().is_some() {
            return false;
        }
        let (command, address) = (self.command(), address.as_str().to_owned());
        let (tell, told) = oneshot::channel();
        // A plain thread: a browser that hangs while it starts must not keep the program from ending.
        let thread = std::thread::Builder::new().name("browser".to_owned()).spawn(move || {
            let opened = match command {
                Some(command) => run(&command, &address),
                None => open_default(&address),
            };
            let _nobody_waits = tell.send(opened);
        });
        thread.is_ok()
            && matches!(
                tokio::time::timeout(STARTING, told).await,
                // A browser that is still starting has been started.
                Ok(Ok(true)) | Err(_)
            )
    }

    /// What is run by ourselves. The library that knows more ways cannot be told to keep a variable from what it starts.
    fn command(&self) -> Option<String> {
        let opener = if cfg!(windows) || self.wsl {
            "rundll32.exe url.dll,FileProtocolHandler"
        } else if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        let ours = || self.secret.then(|| opener.to_owned());
        self.command.clone().or_else(ours)
    }

    fn missing(&self) -> Option<&'static str> {
        if self.command.is_some() {
            return None;
        }
        let needs_display = cfg!(all(unix, not(target_os = "macos")));
        match self {
            Self { ssh: true, display: false, .. } => Some("SSH session"),
            Self { wsl: true, .. } => None,
            Self { container: true, display: false, .. } => Some("container"),
            Self { display: false, .. } if needs_display => Some("no display"),
            _ => None,
        }
    }
}

fn open_default(address: &str) -> bool {
    let mut options = webbrowser::BrowserOptions::new();
    options.with_suppress_output(true);
    webbrowser::open_browser_with_options(webbrowser::Browser::Default, address, &options).is_ok()
}

/// Runs a person's own command, without a shell, and lets it go on by itself.
fn run(command: &str, address: &str) -> bool {
    let mut words = command.split_whitespace();
    let Some(program) = words.next() else {
        return false;
    };
    let mut arguments: Vec<String> = words.map(|word| word.replace("%s", address)).collect();
    if !command.contains("%s") {
        arguments.push(address.to_owned());
    }
    let child = child::command(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        return false;
    };
    // Waited for on a thread of its own, so that it does not stay behind as a zombie.
    let _waiting = std::thread::Builder::new().name("browser-wait".to_owned()).spawn(move || {
        let _ended = child.wait();
    });
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_why_there_is_none() {
        let ssh = Surroundings { ssh: true, ..Surroundings::default() };
        assert_eq!(ssh.look().line, "none here (SSH session): you will paste an address back");
        assert!(!ssh.look().good);
        for good in [
            Surroundings { display: true, container: true, ..Surroundings::default() },
            Surroundings { wsl: true, ..Surroundings::default() },
            Surroundings { command: Some("firefox".to_owned()), ssh: true, ..Surroundings::default() },
        ] {
            assert!(good.look().good, "{good:?}");
        }
    }

    #[test]
    fn with_a_secret_in_the_environment_the_browser_is_started_by_ourselves() {
        let with = |secret, command: Option<&str>| Surroundings {
            command: command.map(str::to_owned),
            secret,
            ..Surroundings::default()
        };
        assert_eq!(with(false, None).command(), None);
        assert!(with(true, None).command().is_some());
        let own = Some("firefox");
        assert_eq!(with(true, own).command().as_deref(), own);
    }

    #[tokio::test]
    async fn a_command_of_ones_own_is_run_and_only_for_pages() {
        let with = |command: &str| Surroundings { command: Some(command.to_owned()), ..Surroundings::default() };
        let page = Url::parse("http://127.0.0.1:1/start/x").unwrap();
        assert!(with("true --flag %s").open(&page).await);
        assert!(!with("/no/such/program").open(&page).await);
        assert!(!with(" ").open(&page).await);
        let file = Url::parse("file:///etc/passwd").unwrap();
        assert!(!with("true").open(&file).await);
    }
}
