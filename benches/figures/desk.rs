//! A person's desk: a home, the keyring of the session that this runs in, a simulated Microsoft behind paths with a delay, and what the
//! person does.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path as FilePath, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::path::{Passed, Path};
use crate::terminal::{Tty, Variables};

/// The hosts of a cloud file, each behind a path of its own.
pub(crate) const HOSTS: [&str; 3] = ["login", "partner_center", "partner_api"];

/// How long a person looks at a page before its button is pressed: connections have time to be opened meanwhile.
const LOOKING: Duration = Duration::from_millis(1_500);

/// A simulated Microsoft.
pub(crate) struct Microsoft {
    server: Child,
    facts: Value,
}

impl Drop for Microsoft {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

impl Microsoft {
    pub(crate) fn start(program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.arg("simulate").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { server, facts: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn fact(&self, name: &str) -> &str {
        self.facts[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.facts))
    }

    fn port(&self) -> u16 {
        Url::parse(self.fact("login")).unwrap().port().unwrap()
    }
}

/// One person's machine, with a path of this round trip to each host.
pub(crate) struct Desk<'m> {
    program: String,
    home: TempDir,
    pub(crate) microsoft: &'m Microsoft,
    paths: Vec<(&'static str, Path)>,
    variables: Variables,
}

impl<'m> Desk<'m> {
    pub(crate) fn new(program: &str, microsoft: &'m Microsoft, round_trip: Duration) -> Self {
        let home = TempDir::new().unwrap();
        let mut cloud = microsoft.facts.clone();
        let paths = HOSTS.map(|host| (host, Path::to(microsoft.port(), round_trip)));
        for (host, path) in &paths {
            let mut url = Url::parse(microsoft.fact(host)).unwrap();
            url.set_port(Some(path.port)).unwrap();
            cloud[*host] = url.as_str().trim_end_matches('/').into();
        }
        let file =
            |name: &str, text: &str| File::create(home.path().join(name)).unwrap().write_all(text.as_bytes()).unwrap();
        file("cloud.json", &cloud.to_string());
        file("secret", microsoft.fact("client_secret"));
        set_private(&home.path().join("secret"));
        let own = |name: &str| (name.to_owned(), home.path().display().to_string());
        let mut variables: Variables = ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map(own).into();
        for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PATH"] {
            variables.insert(name.to_owned(), std::env::var(name).unwrap_or_default());
        }
        variables.insert("LANG".to_owned(), "C.UTF-8".to_owned());
        variables.insert("TZ".to_owned(), "UTC".to_owned());
        Self { program: program.to_owned(), home, microsoft, paths: paths.into(), variables }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// Which Microsoft, and whose certificates are trusted.
    fn cloud(&self) -> Vec<String> {
        let mut words = vec!["--cloud-file".to_owned(), self.path("cloud.json").display().to_string()];
        let ca = self.microsoft.facts["ca_file"].as_str();
        words.extend(ca.into_iter().flat_map(|file| ["--ca-file".to_owned(), file.to_owned()]));
        words
    }

    /// What went over the paths.
    pub(crate) fn passed(&self) -> Vec<(&'static str, Vec<Passed>)> {
        self.paths.iter().map(|(host, path)| (*host, path.passed())).collect()
    }

    /// Starts the wizard.
    pub(crate) fn register(&self, size: (u16, u16), more: &[&str]) -> Tty {
        let cloud = self.cloud();
        let cloud: Vec<&str> = cloud.iter().map(String::as_str).collect();
        let command = [&[self.program.as_str(), "register", "--no-browser"], cloud.as_slice(), more].concat();
        Tty::spawn(&command, size, &self.variables)
    }

    /// Runs a command about the simulated Microsoft to its end: what it printed, and how long it took.
    pub(crate) fn run(&self, arguments: &[&str], input: Option<&FilePath>) -> (Output, Duration) {
        let cloud = self.cloud();
        let mut command = Command::new(&self.program);
        command.args(arguments).args(cloud).env_clear().envs(&self.variables);
        command.stdin(input.map_or_else(Stdio::null, |file| File::open(file).unwrap().into()));
        let began = Instant::now();
        let output = command.output().unwrap();
        (output, began.elapsed())
    }

    /// The headless registration up to the sign-in; the address, and how long it took.
    pub(crate) fn register_unattended(&self) -> (String, Duration) {
        let secret = self.path("secret").display().to_string();
        let of = |name| self.microsoft.fact(name);
        let id = of("client_id");
        let (output, took) = self.run(
            &[
                "register",
                "--no-input",
                "--json",
                "--account-name",
                "Contoso CSP",
                "--client-id",
                id,
                "--application-id",
                id,
                "--directory",
                of("domain"),
                "--secret-ends",
                "2099-05-14",
                "--secret-file",
                &secret,
            ],
            None,
        );
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let address = said["consent"]["address"].as_str();
        (address.unwrap_or_else(|| panic!("{output:?}")).to_owned(), took)
    }

    /// The rest of it, with the address at which the browser has ended.
    pub(crate) fn finish_unattended(&self, back: &str) -> Duration {
        let file = self.path("back");
        File::create(&file).unwrap().write_all(back.as_bytes()).unwrap();
        let (output, took) = self.run(&["consent", "finish", "--json"], Some(&file));
        assert!(output.status.success(), "{output:?}");
        took
    }

    /// Goes through the sign-in pages as a person would, beside the paths; where the browser ends.
    pub(crate) fn sign_in(&self, address: &str) -> String {
        let mut address = Url::parse(address).unwrap();
        address.set_port(Some(self.microsoft.port())).unwrap();
        let mut builder = Client::builder().no_proxy().redirect(Policy::none());
        if let Some(file) = self.microsoft.facts["ca_file"].as_str() {
            builder = builder.tls_certs_only([Certificate::from_pem(&fs::read(file).unwrap()).unwrap()]);
        }
        let http = builder.build().unwrap();
        runtime().block_on(walk(&http, &address))
    }

    /// Goes to where the browser ends, as it does.
    pub(crate) fn arrive(back: &str) -> std::thread::JoinHandle<()> {
        let back = back.to_owned();
        std::thread::spawn(move || {
            let http = Client::builder().no_proxy().build().unwrap();
            drop(runtime().block_on(http.get(back).send()));
        })
    }
}

fn set_private(file: &FilePath) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn walk(http: &Client, address: &Url) -> String {
    let mut answer = http.get(address.clone()).send().await.unwrap();
    loop {
        if let Some(back) = location(&answer) {
            return back;
        }
        let page = answer.text().await.unwrap();
        let told = |name: &str| between(&page, &format!("id=\"{name}-to-type\">"), "<").to_owned();
        let mut form = vec![("ctx", between(&page, "name=\"ctx\" value=\"", "\"").to_owned())];
        if page.contains("id=\"login\"") {
            form.push(("login", told("user")));
            form.push(("password", told("password")));
        } else if page.contains("id=\"otc\"") {
            form.push(("otc", told("otc")));
        } else {
            form.push(("accept", "yes".to_owned()));
        }
        let action = address.join(between(&page, "action=\"", "\"")).unwrap();
        answer = http.post(action).form(&form).send().await.unwrap();
    }
}

fn location(answer: &Response) -> Option<String> {
    Some(answer.headers().get("location")?.to_str().unwrap().to_owned())
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}")).1;
    rest.split_once(end).unwrap().0
}

/// What a person does in the wizard.
impl Tty {
    fn enter(&mut self, next: &str) -> Duration {
        // Enter right after a letter is part of a paste: nobody types as fast as this. After another key it is not.
        let pressed = self.send("\x1b[F\r");
        self.wait(next) - pressed
    }

    fn fill(&mut self, text: &str, shown: &str) {
        self.send("\x05\x15");
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
        self.wait(shown);
    }

    /// To Basic Details, with the name typed.
    pub(crate) fn begin(&mut self) {
        self.wait("test item written");
        self.enter("What should this account be called");
        self.fill("Contoso CSP", "Contoso CSP");
    }

    /// Fills step 2 in.
    pub(crate) fn fill_step_2(&mut self, microsoft: &Microsoft) {
        self.enter("Partner Center Credentials");
        let of = |name| microsoft.fact(name);
        self.send("\t");
        self.fill(of("client_id"), of("client_id"));
        self.send("\t");
        self.fill(of("client_secret"), &format!("{} characters", of("client_secret").len()));
        self.send("\t");
        self.fill(of("domain"), of("domain"));
        self.send("\t");
        self.watch(LOOKING);
    }

    /// Presses *Register Credentials*: how long it takes to the end of the checks.
    pub(crate) fn press_register(&mut self) -> Duration {
        self.enter("Every check passed.")
    }

    /// Presses it with a secret key that Microsoft refuses.
    pub(crate) fn refuse(&mut self) {
        self.send("\x1b[Z\x1b[Z");
        self.fill("none-of-its-keys-at-all", "23 characters");
        self.send("\t\t");
        self.enter("Do this");
    }

    /// From the checks of step 2 to step 3.
    pub(crate) fn go_to_step_3(&mut self) {
        self.enter("Found in step 2");
    }

    /// To the sign-in page; the address that F3 copies.
    pub(crate) fn open_sign_in(&mut self) -> String {
        self.go_to_step_3();
        self.send("\x1b[Z");
        self.enter("of 10 minutes");
        let before = self.bytes.len();
        self.send("\x1b3");
        self.wait("Copied. F7 prints the address");
        let bytes = String::from_utf8_lossy(&self.bytes[before..]).into_owned();
        let copied = between(&bytes, "\x1b]52;c;", "\x07");
        let address = base64::engine::general_purpose::STANDARD.decode(copied).unwrap();
        self.watch(LOOKING);
        String::from_utf8(address).unwrap()
    }

    /// Pastes where the browser ended, and presses Enter: how long it takes to the end of the checks.
    pub(crate) fn paste_answer(&mut self, back: &str) -> Duration {
        self.fill(back, &format!("{} characters", back.len()));
        self.watch(LOOKING);
        self.enter("Every check passed.")
    }

    /// The browser comes back by itself: how long it takes to the end of the checks.
    pub(crate) fn browser_answers(&mut self, back: &str) -> Duration {
        let began = Instant::now();
        let browser = Desk::arrive(back);
        let took = self.wait("Every check passed.") - began;
        drop(browser.join());
        took
    }

    /// From the checks of step 3 to Review.
    pub(crate) fn go_to_review(&mut self) {
        self.enter("keep it here, send later");
    }

    /// Everything is kept.
    pub(crate) fn commit(&mut self) -> Duration {
        self.enter("Contoso CSP is proven and stored here.")
    }
}
