//! Start, keys, idle, memory, texts: everything beside round trips.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::desk::{Desk, Microsoft};
use crate::table::{Figure, Goal, Table, middle, ms, nearly_worst};
use crate::terminal::{Tty, Variables};

/// How often a start is timed.
const STARTS: usize = 60;
/// Keys that are pressed.
const KEYS: usize = 200;
/// How long nothing is done.
const IDLE: Duration = Duration::from_secs(60);
/// Bytes of the logs.
const LOG: usize = 100_000_000;

/// The floors, compiled here: a Rust program that prints a line, and a C program that paints a frame and echoes keys.
struct Floors {
    folder: TempDir,
}

impl Floors {
    fn compile() -> Self {
        let folder = TempDir::new().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/figures");
        let done = |command: &mut Command| assert!(command.status().unwrap().success());
        done(Command::new("rustc").args(["-O", "-o"]).arg(folder.path().join("line")).arg(source.join("line.rs")));
        done(Command::new("cc").args(["-O2", "-o"]).arg(folder.path().join("frame")).arg(source.join("floor.c")));
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The C program in a terminal, with this frame.
    fn screen(&self, frame: &[u8], size: (u16, u16)) -> Tty {
        File::create(self.path("bytes")).unwrap().write_all(frame).unwrap();
        Tty::spawn(&[&self.path("frame"), &self.path("bytes")], size, &Variables::new())
    }
}

fn time_of(command: &mut Command) -> Duration {
    let all = (0..STARTS).map(|_| {
        let began = Instant::now();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        began.elapsed()
    });
    middle(all.collect())
}

/// Start: a line, and the first frame.
pub(crate) fn measure(table: &mut Table) {
    let floors = Floors::compile();
    let line = ms(time_of(&mut Command::new(floors.path("line"))));
    let program = table.program.clone();
    for words in [&["--version"][..], &["explain", "AADSTS7000215"]] {
        let now = ms(time_of(Command::new(&program).args(words)));
        let name = format!("octo-csp {}", words.join(" "));
        table.say(&Figure { name: &name, now, unit: "ms", floor: Some(line), goal: Goal::Times(2.0) });
    }
    for (peer, words) in [("az", "--version"), ("aws", "--version")] {
        let is_there = Command::new(peer).arg(words).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
        if is_there {
            let began = Instant::now();
            drop(Command::new(peer).arg(words).stdout(Stdio::null()).stderr(Stdio::null()).status());
            let name = format!("  a peer: {peer} {words}");
            table.say(&Figure { name: &name, now: ms(began.elapsed()), unit: "ms", floor: None, goal: Goal::None });
        }
    }
    let microsoft = Microsoft::start(&program, &[]);
    let desk = Desk::new(&program, &microsoft, Duration::ZERO);
    // The first thing that is painted: the program's name, on the left of the first line.
    let words = "octo-csp";
    let mut frame = Vec::new();
    let starts = |frame: &mut Vec<u8>, start: &dyn Fn() -> Tty| {
        let all = (0..21).map(|_| {
            let mut tty = start();
            let took = tty.first_frame(words);
            frame.clone_from(&tty.bytes);
            took
        });
        ms(middle(all.collect()))
    };
    let register = starts(&mut frame, &|| desk.register((80, 24), &[]));
    let mut painted = frame.clone();
    let floor = starts(&mut painted, &|| floors.screen(&frame, (80, 24)));
    table.say(&Figure {
        name: "register: its first frame",
        now: register,
        unit: "ms",
        floor: Some(floor),
        goal: Goal::Times(1.5),
    });
    let rehearse =
        starts(&mut painted, &|| Tty::spawn(&[&program, "rehearse", "--no-browser"], (80, 24), desk.variables()));
    table.say(&Figure {
        name: "rehearse: its first frame",
        now: rehearse,
        unit: "ms",
        floor: Some(floor),
        goal: Goal::Most(30.0),
    });
}

/// Keys and a paste.
pub(crate) fn keys(table: &mut Table) {
    let floors = Floors::compile();
    let microsoft = Microsoft::start(&table.program, &[]);
    let letters: String = "abcdefgh".chars().cycle().take(KEYS).collect();
    for size in [(80, 24), (500, 200)] {
        // What was typed before is a draft there, and another first page.
        let desk = Desk::new(&table.program, &microsoft, Duration::ZERO);
        let mut tty = desk.register(size, &[]);
        tty.begin();
        tty.settle(Duration::from_millis(300));
        let frame = tty.bytes.clone();
        let now = tty.keys(&letters);
        let mut echo = floors.screen(&frame, size);
        echo.settle(Duration::from_millis(300));
        let floor = echo.keys(&letters);
        let (median, worst) = (ms(middle(floor.clone())), ms(nearly_worst(floor)));
        let of = format!("{}x{}", size.0, size.1);
        let goals = if size.0 == 80 { [Goal::Times(2.0), Goal::Times(2.5)] } else { [Goal::Most(2.0), Goal::None] };
        let [first, second] = goals;
        let name = format!("key to repaint, {of}: the middle one");
        table.say(&Figure { name: &name, now: ms(middle(now.clone())), unit: "ms", floor: Some(median), goal: first });
        let name = format!("key to repaint, {of}: one of a hundred is longer");
        table.say(&Figure { name: &name, now: ms(nearly_worst(now)), unit: "ms", floor: Some(worst), goal: second });
        if size.0 == 80 {
            let paste = "x".repeat(1 << 16);
            let pasted = (0..5).map(|_| {
                tty.send("\x05\x15");
                tty.settle(Duration::from_millis(100));
                let sent = tty.send(&format!("\x1b[200~{paste}\x1b[201~"));
                tty.settle(Duration::from_millis(200));
                tty.last - sent
            });
            let now = ms(middle(pasted.collect()));
            table.say(&Figure { name: "a paste of 64 KiB", now, unit: "ms", floor: None, goal: Goal::Most(20.0) });
        }
    }
}

/// Keys while checks run and the network hangs, beside the same keys while nothing is under way.
pub(crate) fn hanging(table: &mut Table) {
    let microsoft = Microsoft::start(&table.program, &[]);
    let desk = Desk::new(&table.program, &microsoft, Duration::from_secs(3_600));
    let mut tty = desk.register((80, 24), &["--no-motion"]);
    tty.begin();
    tty.fill_step_2(&microsoft);
    let quiet = tty.helped(KEYS / 4);
    tty.send("\x1b[F\r");
    tty.wait("Directory exists");
    let hanging = tty.helped(KEYS / 4);
    for (which, of, goal) in [
        ("the middle one", middle as fn(Vec<Duration>) -> Duration, 1.5),
        ("one of a hundred is longer", nearly_worst, 2.5),
    ] {
        let name = format!("help to repaint while the network hangs: {which}");
        let (now, floor) = (ms(of(hanging.clone())), ms(of(quiet.clone())));
        table.say(&Figure { name: &name, now, unit: "ms", floor: Some(floor), goal: Goal::Times(goal) });
    }
}

/// What a process has used: the wake-ups of each of its threads, and the most memory it had, in KiB.
fn used(pid: u32) -> (BTreeMap<OsString, u64>, u64) {
    let number = |text: &str, name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().map(|it| it.unwrap());
    let wakes = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("status")).ok()?;
        Some((thread.file_name(), number(&text, "voluntary_ctxt_switches:")))
    });
    let all = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    (wakes.collect(), number(&all, "VmHWM:"))
}

/// The pages on which nothing is done for a while.
const PAGES: [&str; 8] =
    ["Prerequisites", "Basic Details", "help", "step 2", "a failure", "step 3", "Review", "Overview"];

/// Nothing is done on a page, and a registration from its beginning to its end.
pub(crate) fn rest(table: &mut Table) {
    let microsoft = Microsoft::start(&table.program, &["--tls", "--sheet-bytes", "10000000000"]);
    let desks: Vec<Desk<'_>> = PAGES.iter().map(|_| Desk::new(&table.program, &microsoft, Duration::ZERO)).collect();
    let mut pages: Vec<(&str, Tty)> = Vec::new();
    for (desk, (at, page)) in desks.iter().zip(PAGES.into_iter().enumerate()) {
        let mut tty = desk.register((80, 24), &[]);
        tty.wait("test item written");
        if at > 0 {
            tty.begin();
        }
        if page == "help" {
            tty.send("\x1bOP");
        }
        if at > 2 {
            tty.fill_step_2(&microsoft);
        }
        if page == "a failure" {
            tty.refuse();
        } else if at > 3 {
            tty.press_register();
        }
        if page == "step 3" {
            tty.go_to_step_3();
        } else if at > 5 {
            let address = tty.open_sign_in();
            tty.paste_answer(&desk.sign_in(&address));
            tty.go_to_review();
        }
        if page == "Overview" {
            tty.commit();
            let memory = used(tty.pid()).1;
            table.say(&Figure {
                name: "a registration with the keyring, a sheet of 10 GB: memory",
                now: as_float(memory) / 1_024.0,
                unit: "MiB",
                floor: None,
                goal: Goal::Most(12.0),
            });
        }
        tty.settle(Duration::from_secs(2));
        pages.push((page, tty));
    }
    let before: Vec<(BTreeMap<OsString, u64>, usize)> =
        pages.iter().map(|(_, tty)| (used(tty.pid()).0, tty.bytes.len())).collect();
    // Connections that were opened before they were needed may lapse meanwhile.
    for (_, tty) in &mut pages {
        tty.watch(IDLE / 8);
    }
    for ((page, tty), (wakes, bytes)) in pages.iter().zip(before) {
        // A thread that ended meanwhile takes its count with it.
        let more = used(tty.pid()).0.into_iter().map(|(thread, now)| now - wakes.get(&thread).copied().unwrap_or(0));
        let (now, written) = (more.sum(), tty.bytes.len() - bytes);
        let name = format!("idle for a minute, {page}: wake-ups");
        table.say(&Figure { name: &name, now: as_float(now), unit: "", floor: None, goal: Goal::Most(0.0) });
        let name = format!("idle for a minute, {page}: bytes");
        table.say(&Figure { name: &name, now: as_float(written as u64), unit: "", floor: None, goal: Goal::Most(0.0) });
    }
    let size = fs::metadata(&table.program).unwrap().len();
    let goal = if table.profile == "dist" { Goal::Most(8.0) } else { Goal::None };
    table.say(&Figure { name: "the program on disk", now: as_float(size) / 1e6, unit: "MB", floor: None, goal });
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn as_float(number: u64) -> f64 {
    number as f64
}

/// Makes a line of a log from its number.
type Written<'a> = &'a dyn Fn(usize) -> String;

/// `explain` of a long log.
pub(crate) fn texts(table: &mut Table) {
    let folder = TempDir::new().unwrap();
    let rare = |n: usize| {
        let hit = if n % 100_000 == 50_000 { "ERROR AADSTS7000215: Invalid client secret provided." } else { "" };
        format!(
            "2026-02-03T04:05:06.{n:07}Z INFO gateway[{n}]: GET /api/v2/orders/{n}?page=7 200 \"Mozilla/5.0 (X11)\" {hit}\n"
        )
    };
    let dense = |n: usize| {
        let (one, other) = (50_000 + n * 7 % 850_000, 50_000 + n * 13 % 850_000);
        format!(
            "2026-02-03T04:05:06Z login.microsoftonline.com 400 {{\"error\":\"invalid_grant\",\"error_description\":\
             \"AADSTS{one}: {n} Trace ID: {n}\",\"error_codes\":[{other}]}}\n"
        )
    };
    let lines: [(&str, Written<'_>, f64); 2] = [("hits are rare", &rare, 200.0), ("each line has four", &dense, 20.0)];
    for (what, line, least) in lines {
        let mut memory: Vec<u64> = Vec::new();
        for bytes in [LOG / 10, LOG] {
            let path = folder.path().join("log");
            let mut file = std::io::BufWriter::new(File::create(&path).unwrap());
            let (mut written, mut n) = (0, 0);
            while written < bytes {
                let line = line(n);
                file.write_all(line.as_bytes()).unwrap();
                (written, n) = (written + line.len(), n + 1);
            }
            file.flush().unwrap();
            let began = Instant::now();
            let mut child = Command::new(&table.program)
                .arg("explain")
                .stdin(File::open(&path).unwrap())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut most = 0;
            while child.try_wait().unwrap().is_none() {
                let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
                let now = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                most = now.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(most);
                std::thread::sleep(Duration::from_millis(2));
            }
            memory.push(most);
            if bytes == LOG {
                let speed = as_float(written as u64) / 1e6 / began.elapsed().as_secs_f64();
                let name = format!("explain of 100 MB, {what}");
                table.say(&Figure { name: &name, now: speed, unit: "MB/s", floor: None, goal: Goal::Least(least) });
            }
        }
        let more = memory[1].saturating_sub(memory[0]);
        let name = format!("explain, {what}: memory of 100 MB above that of 10 MB");
        table.say(&Figure {
            name: &name,
            now: as_float(more) / 1_024.0,
            unit: "MiB",
            floor: None,
            goal: Goal::Most(1.0),
        });
    }
}
