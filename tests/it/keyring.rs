//! The real thing: gnome-keyring on a private bus, with a home of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use octo_csp::words::VaultFault;
use octo_csp::words::store::KEYRING;
use octo_csp::world::store::{Patience, Vault};
use octo_csp::world::stores::StoreSettings;
use tempfile::TempDir;

use crate::child;
use crate::vault::{fault, item, secret};

/// A bus where nothing starts by itself.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=FOLDER</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#;

/// Questions and orders for `dbus-send`: whom, and the rest of its command line.
const HAS_PROVIDER: &str = "org.freedesktop.DBus /org/freedesktop/DBus \
     org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets";
const LOCK: &str = "org.freedesktop.secrets /org/freedesktop/secrets \
     org.freedesktop.Secret.Service.Lock \
     array:objpath:/org/freedesktop/secrets/collection/login";

const FORGETFUL: &str = "org.freedesktop.secrets /org/freedesktop/secrets \
     org.freedesktop.Secret.Service.SetAlias \
     string:default objpath:/org/freedesktop/secrets/collection/session";

/// A login session as far as a keyring needs one; over when dropped.
pub(crate) struct Session {
    home: TempDir,
    address: String,
    processes: Vec<Child>,
}

impl Session {
    /// No bus at all.
    #[cfg(feature = "simulator")]
    pub(crate) fn none() -> Self {
        let home = TempDir::new_in("/tmp").unwrap();
        Self { address: format!("unix:path={}/no-bus", home.path().display()), home, processes: Vec::new() }
    }

    /// A bus without any provider.
    pub(crate) fn bus() -> Self {
        let home = TempDir::new_in("/tmp").unwrap();
        let config = home.path().join("bus.conf");
        let text = BUS.replace("FOLDER", home.path().to_str().unwrap());
        std::fs::File::create(&config).unwrap().write_all(text.as_bytes()).unwrap();
        let mut session = Self { home, address: String::new(), processes: Vec::new() };
        let mut bus = session.tool("dbus-daemon");
        bus.args(["--nofork", "--print-address=1", "--config-file"]).arg(&config);
        let mut bus = start(bus.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut lines = BufReader::new(bus.stdout.take().unwrap());
        lines.read_line(&mut session.address).unwrap();
        session.address = session.address.trim().to_owned();
        session.processes.push(bus);
        session
    }

    /// A provider without any collection.
    fn empty() -> Self {
        Self::with_daemon(&[])
    }

    /// A provider with an unlocked login keyring.
    pub(crate) fn unlocked() -> Self {
        Self::with_daemon(&["--unlock"])
    }

    fn with_daemon(arguments: &[&str]) -> Self {
        let mut session = Self::bus();
        session.start_daemon(arguments);
        session
    }

    fn start_daemon(&mut self, arguments: &[&str]) {
        let mut daemon = self.tool("gnome-keyring-daemon");
        daemon
            .args(["--foreground", "--components=secrets"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut daemon = start(&mut daemon);
        daemon.stdin.take().unwrap().write_all(b"a password").unwrap();
        self.processes.push(daemon);
        // Each question starts a program: thousands of them are many seconds.
        let mut asked = std::iter::repeat_with(|| self.dbus(HAS_PROVIDER)).take(5_000);
        let up = asked.any(|answer| answer.contains("boolean true"));
        assert!(up, "gnome-keyring-daemon does not come up");
    }

    /// The home of this session.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What a program of this session finds in its environment.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let mut command = Command::new("env");
        self.furnish(&mut command);
        let text = |word: &std::ffi::OsStr| word.to_str().unwrap().to_owned();
        let set = command.get_envs();
        set.filter_map(|(name, value)| Some((text(name), text(value?)))).collect()
    }

    /// A program with the environment of the session and no other.
    fn tool(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        self.furnish(&mut command);
        command
    }

    fn furnish(&self, command: &mut Command) {
        let home = self.home.path();
        for name in ["HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"] {
            command.env(name, home);
        }
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL"] {
            command.env_remove(name);
        }
    }

    /// Locks the login keyring.
    pub(crate) fn lock(&self) {
        self.dbus(LOCK);
    }

    /// Stops the provider: it has its name, and answers nothing.
    #[cfg(feature = "simulator")]
    pub(crate) fn stop(&self) {
        let daemon = self.processes.last().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-STOP", &daemon]).status().unwrap().success());
    }

    /// Lets it go on.
    #[cfg(feature = "simulator")]
    pub(crate) fn go_on(&self) {
        let daemon = self.processes.last().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-CONT", &daemon]).status().unwrap().success());
    }

    /// Files an item as another program would.
    pub(crate) fn store(&self, name: &str, secret: &str) {
        let mut store = self.tool("secret-tool");
        store
            .args(["store", "--label=another", "service", "octo-csp"])
            .args(["username", name, "more", "yes"])
            .stdin(Stdio::piped());
        let mut store = start(&mut store);
        store.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
        assert!(store.wait().unwrap().success());
    }

    /// Deletes an item as another program would.
    #[cfg(feature = "simulator")]
    pub(crate) fn erase(&self, name: &str) {
        let mut clear = self.tool("secret-tool");
        assert!(finish(clear.args(["clear", "service", "octo-csp", "username", name])).status.success());
    }

    fn dbus(&self, words: &str) -> String {
        let mut send = self.tool("dbus-send");
        let mut words = words.split(' ');
        send.arg("--print-reply").arg(format!("--dest={}", words.next().unwrap())).args(words);
        String::from_utf8(finish(&mut send).stdout).unwrap()
    }

    /// Runs one of the bodies below inside the session.
    fn run(&self, body: &str) {
        child::run(&mut self.body(body));
    }

    fn body(&self, body: &str) -> Command {
        let program = env!("CARGO_BIN_EXE_octo-csp");
        let mut command = child::command(&format!("keyring::{body}"), program);
        self.furnish(&mut command);
        command
    }

    pub(crate) fn found(&self) -> String {
        for _ in 0..100 {
            let mut search = self.tool("secret-tool");
            let output = finish(search.args(["search", "--all", "service", "octo-csp"]));
            // Attributes are told on the standard error.
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            // An item that it has found and that is deleted before it is read, as that of the look at the keyring is.
            if !text.contains("No such secret item") {
                return text;
            }
        }
        panic!("items are deleted again and again");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            drop(process.kill());
            drop(process.wait());
        }
    }
}

fn start(command: &mut Command) -> Child {
    command.spawn().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; dbus, gnome-keyring and libsecret-tools must be installed")
    })
}

fn finish(command: &mut Command) -> Output {
    let started = start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    started.wait_with_output().unwrap()
}

/// Runs an asynchronous body over the real keyring, if this process is the child.
fn keyring(program: PathBuf) -> Vault {
    let settings = StoreSettings {
        state: PathBuf::new(),
        program,
        opener: None,
        engine: None,
        key_vault: None,
        patience: Patience::new(true),
        session: <_>::default(),
    };
    Vault::new("production", settings.secrets(&KEYRING))
}

fn with_vault<F: Future<Output = ()>>(body: impl FnOnce(Vault) -> F) {
    child::body(|program| {
        let vault = keyring(program.into());
        let vault = vault.within(Duration::from_secs(10));
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(body(vault));
    });
}

#[test]
fn what_is_kept_is_found_by_everybody_who_should() {
    let session = Session::unlocked();
    session.run("keeps");
    let found = session.found();
    for line in [
        "label = Octo CSP, production: refresh token\n",
        "attribute.username = production/refresh-token/A/1/1",
        "label = Octo CSP, production: refresh token (part 3)",
        "attribute.username = production/refresh-token/A/1/2#3",
        "attribute.service = octo-csp",
    ] {
        assert!(found.contains(line), "{line} in {found}");
    }
    assert_eq!(found.matches("label = ").count(), 5, "{found}");
    session.run("erases");
    assert!(!session.found().contains("label"));
}

#[test]
fn keeps() {
    with_vault(|vault| async move {
        for (serial, length) in [(1, 1_524), (2, 5_000)] {
            vault.keep(&item(serial), &secret(length)).await.unwrap();
            let back = vault.recall(&item(serial)).await.unwrap();
            assert!(back.same_as(secret(length).reveal()));
        }
        vault.read_back(&[item(1), item(2)]).await.unwrap();
        assert_eq!(fault(vault.read_back(&[item(3)]).await), VaultFault::Missing);
    });
}

#[test]
fn erases() {
    with_vault(|vault| async move {
        vault.copy(&item(2), &item(3)).await.unwrap();
        assert!(vault.recall(&item(3)).await.unwrap().same_as(secret(5_000).reveal()));
        vault.keep(&item(1), &secret(77)).await.unwrap();
        assert!(vault.recall(&item(1)).await.unwrap().same_as(secret(77).reveal()));
        let items = [item(1), item(2), item(3), item(4)];
        vault.erase(&items).await.unwrap();
        vault.erase(&items).await.unwrap();
        for item in &items {
            assert_eq!(fault(vault.recall(item).await), VaultFault::Missing);
        }
    });
}

#[test]
fn the_probe_proves_the_keyring_and_leaves_nothing() {
    let session = Session::unlocked();
    session.run("probes");
    assert!(!session.found().contains("label"));
}

#[test]
fn probes() {
    with_vault(|vault| async move {
        let sight = vault.probe().await.unwrap();
        let expected = "test item written, read back by a second process, removed (Secret Service)";
        assert!(sight.good);
        assert_eq!(sight.line, expected);
        // Without the second process there is no proof.
        let alone = keyring("/nonexistent".into());
        assert_eq!(fault(alone.probe().await), VaultFault::Other);
        let silent = keyring("/bin/true".into());
        assert_eq!(fault(silent.probe().await), VaultFault::Other);
    });
}

#[test]
fn many_calls_leave_nothing_open() {
    Session::unlocked().run("often");
}

#[test]
fn often() {
    with_vault(|vault| async move {
        vault.keep(&item(1), &secret(9)).await.unwrap();
        let few = open_things();
        for _ in 0..30 {
            vault.recall(&item(1)).await.unwrap();
        }
        // The last call may still be closing its connection.
        let many = open_things();
        assert!(many <= few + 4, "{few} {many}");
    });
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_call_that_is_over_leaves_no_thread_that_wakes_by_itself() {
    Session::unlocked().run("rests");
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn rests() {
    with_vault(|vault| async move {
        vault.keep(&item(1), &secret(9)).await.unwrap();
        // One that waits for more to do for half a second ends then.
        let rest = async {
            while !waking().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        let rested = tokio::time::timeout(Duration::from_secs(10), rest).await;
        assert!(rested.is_ok(), "{:?}", waking());
    });
}

/// The threads of the libraries that are at work, or wait with a time limit: what they wait in and with what, as Linux tells.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn waking() -> Vec<String> {
    let own = std::fs::read_link("/proc/thread-self").unwrap();
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let others =
        tasks.filter(|task| ![Some(own.file_name().unwrap()), Some(process().as_ref())].contains(&task.file_name()));
    let told = others.filter_map(|task| {
        let read = |name| std::fs::read_to_string(task.join(name)).ok();
        Some(format!("{} {}", read("syscall")?.trim(), read("comm")?.trim()))
    });
    told.filter(|told| {
        let words: Vec<&str> = told.split(' ').collect();
        match words[..] {
            // futex and ppoll; epoll_wait, epoll_pwait and poll.
            ["202", _, _, _, limit, ..] | ["271", _, _, limit, ..] => limit != "0x0",
            ["232" | "281", _, _, _, limit, ..] | ["7", _, _, limit, ..] => !limit.ends_with("ffffffff"),
            _ => true,
        }
    })
    .collect()
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn process() -> std::ffi::OsString {
    std::process::id().to_string().into()
}

/// Files and threads of this process.
fn open_things() -> usize {
    let count = |folder| std::fs::read_dir(folder).unwrap().count();
    count("/proc/self/fd") + count("/proc/self/task")
}

#[test]
fn an_item_of_another_program_under_our_name_is_told_and_erased() {
    let session = Session::unlocked();
    session.run("keeps");
    session.store("production/refresh-token/A/1/1", "another");
    session.run("ambiguous");
    assert!(!session.found().contains("/A/1/1\n"));
}

#[test]
fn ambiguous() {
    with_vault(|vault| async move {
        assert_eq!(fault(vault.recall(&item(1)).await), VaultFault::Ambiguous);
        assert_eq!(fault(vault.keep(&item(1), &secret(9)).await), VaultFault::Ambiguous);
        assert_eq!(fault(vault.read_back(&[item(1)]).await), VaultFault::Ambiguous);
        vault.erase(&[item(1)]).await.unwrap();
        assert_eq!(fault(vault.recall(&item(1)).await), VaultFault::Missing);
    });
}

#[test]
fn a_locked_keyring_is_told_at_every_call() {
    let session = Session::unlocked();
    session.run("keeps");
    session.lock();
    session.run("locked");
    // Names and labels can still be read: nothing of the partner's is in them.
    assert!(session.found().contains("production/refresh-token/A/1/1"));
}

#[test]
fn locked() {
    with_vault(|vault| all_fail(vault, VaultFault::Locked));
}

#[test]
fn a_provider_without_a_collection_is_told() {
    Session::empty().run("no_collection");
}

#[test]
fn no_collection() {
    with_vault(|vault| new_ones_fail(vault, VaultFault::NoCollection));
}

#[test]
fn a_default_collection_that_ends_with_the_session_is_told_before_anything_is_kept_in_it() {
    let session = Session::unlocked();
    session.dbus(FORGETFUL);
    session.run("session_only");
    assert!(!session.found().contains("label"));
}

#[test]
fn session_only() {
    with_vault(|vault| async move {
        assert_eq!(fault(vault.probe().await), VaultFault::SessionOnly);
        // What is there already is given out all the same.
        vault.keep(&item(1), &secret(9)).await.unwrap();
        assert!(vault.recall(&item(1)).await.unwrap().same_as(secret(9).reveal()));
        vault.erase(&[item(1)]).await.unwrap();
    });
}

#[test]
fn a_bus_without_a_provider_is_told() {
    Session::bus().run("no_provider");
}

#[test]
fn no_provider() {
    with_vault(|vault| all_fail(vault, VaultFault::NoProvider));
}

#[test]
fn no_bus_is_told() {
    let mut session = Session::bus();
    let live = std::mem::replace(&mut session.address, "unix:path=/nonexistent/bus".to_owned());
    session.run("no_bus");
    session.address = String::new();
    session.run("no_bus");
    // A bus that was there once.
    drop(session.processes.pop().map(|mut bus| (bus.kill(), bus.wait())));
    session.address = live;
    session.run("no_bus");
}

#[test]
fn no_bus() {
    with_vault(|vault| all_fail(vault, VaultFault::NoBus));
}

async fn all_fail(vault: Vault, expected: VaultFault) {
    assert_eq!(fault(vault.recall(&item(1)).await), expected);
    assert_eq!(fault(vault.erase(&[item(1)]).await), expected);
    assert_eq!(fault(vault.read_back(&[item(1)]).await), expected);
    new_ones_fail(vault, expected).await;
}

async fn new_ones_fail(vault: Vault, expected: VaultFault) {
    let failure = vault.keep(&item(9), &secret(100)).await.unwrap_err();
    assert_eq!(failure.detail.as_ref().unwrap().as_str(), "Secret Service");
    assert!(!format!("{failure:?}").contains(secret(100).reveal()));
    assert_eq!(fault(Err::<(), _>(failure)), expected);
    assert_eq!(fault(vault.probe().await), expected);
}

/// The provider comes up while the process that asked in vain goes on: nothing is remembered of the failed attempt.
#[test]
fn a_keyring_that_comes_up_late_is_found_by_the_same_vault() {
    let mut session = Session::bus();
    let mut command = session.body("recovers");
    let mut asking = start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let said = BufReader::new(asking.stdout.take().unwrap());
    let mut said = said.lines().map_while(Result::ok);
    assert!(said.any(|line| line == "no provider"));
    session.start_daemon(&["--unlock"]);
    drop(asking.stdin.take());
    let rest: Vec<String> = said.collect();
    assert!(asking.wait().unwrap().success(), "{rest:?}");
    assert!(rest.contains(&"kept".to_owned()), "{rest:?}");
}

/// And one that was started anew between two effects, though the session of the first was kept.
#[test]
fn a_keyring_that_was_started_anew_is_asked_in_a_new_session() {
    let mut session = Session::unlocked();
    let mut command = session.body("goes_on");
    let mut asking = start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let said = BufReader::new(asking.stdout.take().unwrap());
    let mut said = said.lines().map_while(Result::ok);
    assert!(said.any(|line| line == "kept"));
    drop(session.processes.pop().map(|mut daemon| (daemon.kill(), daemon.wait())));
    session.start_daemon(&["--unlock"]);
    drop(asking.stdin.take());
    let rest: Vec<String> = said.collect();
    assert!(asking.wait().unwrap().success(), "{rest:?}");
    assert!(rest.contains(&"kept again".to_owned()), "{rest:?}");
}

#[test]
fn goes_on() {
    with_vault(|vault| async move {
        vault.keep(&item(1), &secret(9)).await.unwrap();
        println!("\nkept");
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        assert!(vault.recall(&item(1)).await.unwrap().same_as(secret(9).reveal()));
        vault.keep(&item(2), &secret(9)).await.unwrap();
        println!("\nkept again");
    });
}

#[test]
fn recovers() {
    with_vault(|vault| async move {
        let refused = vault.keep(&item(1), &secret(9)).await;
        assert_eq!(fault(refused), VaultFault::NoProvider);
        println!("\nno provider");
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        vault.keep(&item(1), &secret(9)).await.unwrap();
        println!("\nkept");
    });
}

#[test]
fn a_provider_that_stopped_is_given_up_and_the_process_still_ends() {
    let session = Session::unlocked();
    let daemon = session.processes.last().unwrap().id().to_string();
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &daemon]).status().unwrap();
        assert!(sent.success());
    };
    signal("-STOP");
    session.run("stopped");
    signal("-CONT");
    session.run("keeps");
}

#[test]
fn stopped() {
    with_vault(|vault| async move {
        let vault = vault.within(Duration::from_millis(200));
        assert_eq!(fault(vault.recall(&item(1)).await), VaultFault::TimedOut);
        assert_eq!(fault(vault.keep(&item(1), &secret(9)).await), VaultFault::TimedOut);
        assert_eq!(fault(vault.read_back(&[item(1)]).await), VaultFault::TimedOut);
    });
}
