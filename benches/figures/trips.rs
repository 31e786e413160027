//! Round trips: how much longer a step takes when the path does, and what it takes on a path without a delay.

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::desk::{Desk, Microsoft};
use crate::table::{Figure, Goal, Table, middle, ms};
use crate::terminal::Tty;
use crate::timeline;

/// How often each is done.
const ROUNDS: usize = 3;

/// The round trips of the paths.
const PATHS: [Duration; 3] = [Duration::from_millis(1), Duration::from_millis(100), Duration::from_millis(200)];

/// What is measured: round trips and milliseconds of work at most.
const STEPS: [(&str, f64, Option<f64>); 9] = [
    ("step 2, from the button", 2.1, Some(40.0)),
    ("step 3, from the pasted code", 3.1, Some(90.0)),
    ("step 3, from the caught code", 3.1, Some(90.0)),
    ("step 2 without a screen, cold", 4.2, None),
    ("consent finish, cold", 5.2, None),
    ("doctor, cold", 4.2, None),
    ("token, cold", 3.1, None),
    ("token, from what is kept", 0.0, None),
    ("commit, from the button", 0.0, None),
];

/// What does the same as `token`, cold, measured beside it.
const PEER: &str = "  a peer: MSAL for Python, a token, cold";

pub(crate) fn measure(table: &mut Table) {
    let microsoft = Microsoft::start(&table.program, &["--tls"]);
    let mut times: BTreeMap<(&str, Duration), Vec<Duration>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        for path in PATHS {
            for (step, took) in
                wizard(&table.program, &microsoft, path).into_iter().chain(unattended(&table.program, &microsoft, path))
            {
                times.entry((step, path)).or_default().push(took);
            }
        }
    }
    let peer = times.contains_key(&(PEER, PATHS[0])).then_some((PEER, f64::INFINITY, None));
    for (step, most, work) in STEPS.into_iter().chain(peer) {
        let at = |path: usize| middle(times[&(step, PATHS[path])].clone());
        let trips = (ms(at(2)) - ms(at(1))) / (ms(PATHS[2]) - ms(PATHS[1]));
        let name = format!("{step}: round trips");
        let goal = if most.is_finite() { Goal::Most(most.max(0.1)) } else { Goal::None };
        table.say(&Figure { name: &name, now: trips.max(0.0), unit: "", floor: None, goal });
        let goal = work.map_or(Goal::None, Goal::Most);
        table.say(&Figure { name: &format!("{step}: local work"), now: ms(at(0)), unit: "ms", floor: None, goal });
    }
}

/// Both ways through the wizard.
fn wizard(program: &str, microsoft: &Microsoft, path: Duration) -> Vec<(&'static str, Duration)> {
    let desk = Desk::new(program, microsoft, path);
    let mut all = Vec::new();
    let (mut tty, address) = to_the_sign_in(&desk, &mut all);
    all.push(("step 3, from the pasted code", tty.paste_answer(&desk.sign_in(&address))));
    tty.go_to_review();
    all.push(("commit, from the button", tty.commit()));
    drop(tty);
    let desk = Desk::new(program, microsoft, path);
    let (mut tty, address) = to_the_sign_in(&desk, &mut all);
    let back = desk.sign_in(&address);
    let marks = Instant::now();
    let took = tty.browser_answers(&back);
    all.push(("step 3, from the caught code", took));
    if path == PATHS[1] {
        // What lies between is a person's own time.
        timeline::draw(&desk, &[("the code comes back", marks), ("every check passed", marks + took)]);
    }
    all
}

fn to_the_sign_in(desk: &Desk<'_>, all: &mut Vec<(&'static str, Duration)>) -> (Tty, String) {
    let mut tty = desk.register((80, 24), &[]);
    tty.begin();
    tty.fill_step_2(desk.microsoft);
    all.push(("step 2, from the button", tty.press_register()));
    let address = tty.open_sign_in();
    (tty, address)
}

/// The same without a screen, and what scripts ask for afterwards.
fn unattended(program: &str, microsoft: &Microsoft, path: Duration) -> Vec<(&'static str, Duration)> {
    let desk = Desk::new(program, microsoft, path);
    let (address, step_2) = desk.register_unattended();
    let step_3 = desk.finish_unattended(&desk.sign_in(&address));
    let timed = |words: &[&str]| {
        let (output, took) = desk.run(words, None);
        assert!(output.status.success(), "{output:?}");
        took
    };
    let mut all = vec![
        ("step 2 without a screen, cold", step_2),
        ("consent finish, cold", step_3),
        ("doctor, cold", timed(&["doctor"])),
        ("token, cold", timed(&["token", "partner-center"])),
        ("token, from what is kept", timed(&["token", "partner-center"])),
    ];
    all.extend(peer(&desk).map(|took| (PEER, took)));
    all
}

/// Microsoft's own client gets the application's token; `None` where `tests/clients/run` has not brought it.
fn peer(desk: &Desk<'_>) -> Option<Duration> {
    let python = FilePath::new("target/clients/venv/bin/python");
    let mut command = Command::new(python.exists().then_some(python)?);
    command.arg("benches/peer.py").args([desk.path("cloud.json"), desk.path("secret")]);
    let began = Instant::now();
    let output = command.env_clear().envs(desk.variables()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(began.elapsed())
}
