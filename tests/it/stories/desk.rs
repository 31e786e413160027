//! A person's desk: a home of their own, a keyring, a terminal, a browser, and a Microsoft that is simulated.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use base64::Engine as _;
use serde_json::Value;

use super::front::front;
use crate::keyring::Session;
use crate::pty::Pty;

/// The program that ships.
pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_octo-csp");
/// The ordinary terminal.
pub(super) const SIZE: (u16, u16) = (80, 24);

/// What every program is told beside the session.
pub(super) const FIXED: [(&str, &str); 3] = [("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8"), ("TZ", "UTC")];

/// One person's machine.
pub(super) struct TestMachine {
    pub(super) session: Session,
    simulator: Child,
    facts: Value,
}

impl TestMachine {
    /// A machine with an unlocked keyring, and a Microsoft where everything goes well.
    pub(super) fn new() -> Self {
        Self::with(Session::unlocked(), &[])
    }

    /// A machine with this session; `arguments` are the simulator's.
    pub(super) fn with(session: Session, arguments: &[&str]) -> Self {
        let (simulator, line) = simulate(arguments);
        make(&session.home().join("cloud.json"), line.as_bytes());
        Self { session, simulator, facts: serde_json::from_str(&line).unwrap() }
    }

    /// What the simulator says about itself.
    pub(super) fn fact(&self, name: &str) -> String {
        let fact = self.facts.get(name).and_then(Value::as_str);
        fact.unwrap_or_else(|| panic!("no {name} in {}", self.facts)).to_owned()
    }

    /// From now on a box stands in front of the simulated Microsoft that answers some of it by itself: [`front`](super::front::front).
    pub(super) fn behind(&self, answers: &str) {
        let login = self.fact("login");
        let port = front(login.rsplit(':').next().unwrap().parse().unwrap(), answers);
        let facts = self.facts.to_string().replace(&login, &format!("http://localhost:{port}"));
        File::create(self.path("cloud.json")).unwrap().write_all(facts.as_bytes()).unwrap();
    }

    /// A path in the home.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.session.home().join(name)
    }

    /// Starts `register` in an ordinary terminal.
    pub(super) fn register(&self, arguments: &[&str]) -> Pty {
        let cloud = self.path("cloud.json").display().to_string();
        let command: Vec<&str> =
            [PROGRAM, "register", "--cloud-file", &cloud].into_iter().chain(arguments.iter().copied()).collect();
        spawn(&self.session, &command)
    }

    /// The same with variables of this person's own.
    pub(super) fn register_with(&self, variables: &[(&str, &str)]) -> Pty {
        let cloud = self.path("cloud.json").display().to_string();
        let command = [PROGRAM, "register", "--cloud-file", &cloud, "--no-browser"];
        spawn_with(&self.session, &command, variables)
    }

    /// A command without a terminal; nothing is on its standard input.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .envs(self.session.variables())
            .envs(FIXED)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The same, which is about the simulated Microsoft, run to its end.
    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        let cloud = self.path("cloud.json").display().to_string();
        let mut command = self.command(arguments);
        command.args(["--cloud-file", &cloud]).output().unwrap()
    }

    /// The folder of the one registration.
    pub(super) fn record(&self) -> PathBuf {
        let state = self.path(".local/state/octo-csp");
        let mut entries = std::fs::read_dir(&state).unwrap();
        entries.next().unwrap().unwrap().path()
    }

    /// What the journal says, as text.
    pub(super) fn journal(&self) -> String {
        std::fs::read_to_string(self.record().join("journal")).unwrap()
    }

    /// Names of what is kept in the keyring, in order.
    pub(super) fn items(&self) -> Vec<String> {
        let found = self.session.found();
        let names = found.lines().filter_map(|line| line.strip_prefix("attribute.username = "));
        // A wizard that looks around has an item of its own there for a moment.
        let names = names.filter(|name| !name.contains("/test/"));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Everything that is in the keyring, as another program of this person reads it; the lines in order, because that
    /// program finds the items in any.
    pub(super) fn kept(&self) -> String {
        let found = self.session.found();
        // That program's own numbering, and its name for the kind of item, are no part of what is kept.
        let is_kept = |line: &&str| !line.starts_with("[/") && !line.starts_with("schema = ");
        let mut lines: Vec<&str> = found.lines().filter(is_kept).collect();
        lines.sort_unstable();
        lines.join("\n")
    }

    /// Asserts that no file of the home holds one of these words. The keyring's own files are sealed, so they are looked at too.
    pub(super) fn no_file_has(&self, words: &[&str]) {
        look_through(self.session.home(), words);
    }
}

impl Drop for TestMachine {
    fn drop(&mut self) {
        drop(self.simulator.kill());
        drop(self.simulator.wait());
    }
}

/// Starts a program in a terminal of the session.
pub(super) fn spawn(session: &Session, command: &[&str]) -> Pty {
    spawn_with(session, command, &[])
}

/// The same with more variables.
pub(super) fn spawn_with(session: &Session, command: &[&str], more: &[(&str, &str)]) -> Pty {
    let own = session.variables();
    let variables: Vec<(&str, &str)> = own
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain(FIXED)
        .chain(more.iter().copied())
        .collect();
    Pty::spawn(command, SIZE, &variables)
}

/// Serves a simulated Microsoft, and returns the line that it prints.
fn simulate(arguments: &[&str]) -> (Child, String) {
    let mut simulator = Command::new(PROGRAM)
        .arg("simulate")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(simulator.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (simulator, line)
}

/// Makes a file.
pub(super) fn make(path: &Path, bytes: &[u8]) {
    File::create(path).unwrap().write_all(bytes).unwrap();
}

fn look_through(folder: &Path, words: &[&str]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            look_through(&entry.path(), words);
        } else if kind.is_file() && entry.file_name() != "cloud.json" {
            let bytes = std::fs::read(entry.path()).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            for word in words {
                assert!(!text.contains(word), "{word} in {}", entry.path().display());
            }
        }
    }
}

/// What a person does in a terminal.
pub(super) trait Person {
    /// Pastes as terminals do.
    fn paste(&mut self, text: &str);
    /// Presses Enter and waits for what comes.
    fn enter(&mut self, next: &str);
    /// Empties the field that has the focus, pastes into it, and waits until `shown` is to be seen.
    fn fill(&mut self, text: &str, shown: &str);
    /// Waits for words, however they are wrapped.
    fn reads(&mut self, words: &str);
    /// From the first page through Basic Details to Partner Center Credentials.
    fn begin(&mut self, name: &str);
    /// Fills step 2 in and waits until every check has passed.
    fn prove(&mut self, desk: &TestMachine);
    /// Goes on to the sign-in page, and returns the address that F3 copies.
    fn open_sign_in(&mut self) -> String;
    /// The address that F3 copies.
    fn address(&mut self) -> String;
    /// Pastes an answer and goes on to Review.
    fn answer(&mut self, address: &str);
    /// The same, where not all of what is pasted gets in.
    fn answer_with(&mut self, address: &str, taken: usize);
}

impl Person for Pty {
    fn paste(&mut self, text: &str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    fn enter(&mut self, next: &str) {
        // Enter right after a letter is part of a paste: nobody types as fast as a test. After another key it is not.
        self.send("\x1b[F\r");
        self.wait(next);
    }

    fn fill(&mut self, text: &str, shown: &str) {
        self.send("\x05\x15");
        self.paste(text);
        self.wait(shown);
    }

    fn reads(&mut self, words: &str) {
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let wanted = bare(words);
        self.wait_until(words, |screen| bare(&screen.contents()).contains(&wanted));
    }

    fn begin(&mut self, name: &str) {
        self.wait("test item written");
        self.enter("What should this account be called");
        self.fill(name, name);
        self.enter("Partner Center Credentials");
    }

    fn prove(&mut self, desk: &TestMachine) {
        let (application, secret) = (desk.fact("client_id"), desk.fact("client_secret"));
        // What is registered or drafted is there already.
        if !self.screen().contents().contains(&application) {
            self.send("\t");
            self.fill(&application, &application);
            self.send("\t");
        }
        self.fill(&secret, &format!("{} characters", secret.len()));
        self.send("\t");
        let domain = desk.fact("domain");
        self.fill(&domain, &domain);
        // Enter in the last field is the page's action.
        self.send("\t");
        self.enter("Every check passed.");
        self.enter("Found in step 2");
    }

    fn open_sign_in(&mut self) -> String {
        // From the first field round to the button.
        self.send("\x1b[Z");
        self.enter("of 10 minutes");
        self.address()
    }

    fn address(&mut self) -> String {
        let before = self.bytes.len();
        self.send("\x1b3");
        self.wait("Copied. F7 prints the address");
        let bytes = String::from_utf8_lossy(&self.bytes[before..]).into_owned();
        let copied = bytes.split_once("\x1b]52;c;").unwrap().1;
        let copied = copied.split_once('\x07').unwrap().0;
        let address = base64::engine::general_purpose::STANDARD.decode(copied).unwrap();
        String::from_utf8(address).unwrap()
    }

    fn answer(&mut self, address: &str) {
        self.answer_with(address, address.len());
    }

    fn answer_with(&mut self, address: &str, taken: usize) {
        self.fill(address, &format!("{taken} characters"));
        self.enter("Every check passed.");
        self.enter("keep it here, send later");
    }
}
