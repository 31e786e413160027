//! A browser that a test drives: it goes through the sign-in pages as a person would, and types what they say.

use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use reqwest::Response;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::desk::{TestMachine, make};
use crate::simulator::bench::{between, client};

/// Goes to an address and through every page, up to where the sign-in sends the browser. Returns that address.
pub(super) fn sign_in(address: &str) -> String {
    let http = client().build().unwrap();
    runtime().block_on(walk(&http, address))
}

/// The same, and goes there as well: what the last page says.
pub(super) fn sign_in_and_stay(address: &str) -> String {
    let http = client().build().unwrap();
    runtime().block_on(async {
        let onward = http.get(address).send().await.unwrap();
        let back = walk(&http, &location(&onward).unwrap()).await;
        http.get(back).send().await.unwrap().text().await.unwrap()
    })
}

async fn walk(http: &reqwest::Client, address: &str) -> String {
    let address = Url::parse(address).unwrap();
    let mut answer = http.get(address.clone()).send().await.unwrap();
    loop {
        if let Some(back) = location(&answer) {
            return back;
        }
        let page = answer.text().await.unwrap();
        assert!(page.contains("SIMULATED") && !page.contains("id=\"error\""), "{page}");
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
    let location = answer.headers().get("location")?;
    Some(location.to_str().unwrap().to_owned())
}

pub(super) fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

/// A browser's command, and what it is started with.
pub(super) struct Browser {
    /// For `--browser`.
    pub(super) command: String,
    lines: BufReader<std::fs::File>,
}

impl Browser {
    /// A program that tells its arguments and its environment instead of showing anything.
    pub(super) fn new(desk: &TestMachine) -> Self {
        let (script, told) = (desk.path("browser"), desk.path("told"));
        let text = format!(
            "#!/bin/sh\nexec >{}\nprintf '%s\\n' \"$@\"\ntr '\\0' '\\n' </proc/$$/environ\necho end\n",
            told.display()
        );
        make(&script, text.as_bytes());
        for command in [Command::new("chmod").arg("+x").arg(&script), Command::new("mkfifo").arg(&told)] {
            assert!(command.status().unwrap().success());
        }
        // Open for writing as well, so that opening does not wait and reading does not end.
        let mut options = std::fs::OpenOptions::new();
        let told = options.read(true).write(true).open(&told).unwrap();
        Self { command: format!("{} %s", script.display()), lines: BufReader::new(told) }
    }

    /// Waits until it is started: its one argument, and its environment.
    pub(super) fn started(self) -> (String, Vec<String>) {
        let (said, heard) = channel();
        thread::spawn(move || {
            for line in self.lines.lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    return;
                }
            }
        });
        let next = || heard.recv_timeout(Duration::from_secs(20)).unwrap();
        let address = next();
        let rest = std::iter::repeat_with(next).take_while(|line| line != "end").collect();
        (address, rest)
    }
}
