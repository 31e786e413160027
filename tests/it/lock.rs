//! The lock between processes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};

use jiff::Timestamp;
use octo_csp::journal::Fact;
use octo_csp::words::{AccountName, Cause, DiskFault};
use octo_csp::world::journal::lock::Lock;
use tempfile::TempDir;

use crate::child;
use crate::kept::Kept;

fn now() -> Timestamp {
    "2026-05-14T10:05:00Z".parse().unwrap()
}

/// Takes the lock below its argument, says so, and holds it until its standard input ends. Whoever has it writes a line, whoever
/// has not tries to: nothing but the lock keeps the two apart.
#[test]
fn holder() {
    child::body(|place| {
        let state = std::path::Path::new(&place).join("state");
        let record = Kept::open(&state, "production").unwrap();
        let lock = Lock::take(place.as_ref(), "production", now());
        if lock.is_ok() {
            // What was read before the lock was taken may be old by now.
            let record = Kept::open(&state, "production").unwrap();
            let name = Fact::Named { name: Some(AccountName::parse(&format!("of {}", std::process::id())).unwrap()) };
            record.append(&name, now()).unwrap();
        }
        drop(record);
        println!("\n{}", if lock.is_ok() { "got it" } else { "in use" });
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        drop(lock);
    });
}

fn contender(place: &TempDir) -> Child {
    child::command("lock::holder", place.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

fn got_it(contender: &mut Child) -> bool {
    let lines = BufReader::new(contender.stdout.as_mut().unwrap()).lines();
    let mut words = lines.map_while(Result::ok);
    let word = words.find(|line| line == "got it" || line == "in use");
    word.unwrap() == "got it"
}

fn end(mut contender: Child) {
    drop(contender.stdin.take());
    std::io::copy(contender.stdout.as_mut().unwrap(), &mut std::io::sink()).unwrap();
    assert!(contender.wait().unwrap().success());
}

#[test]
fn of_sixteen_contenders_one_wins() {
    let place = TempDir::new().unwrap();
    for round in 1..=3 {
        let mut contenders: Vec<Child> = (0..16).map(|_| contender(&place)).collect();
        let won = |contender: &mut Child| got_it(contender).then(|| contender.id());
        let winners: Vec<u32> = contenders.iter_mut().filter_map(won).collect();
        let &[winner] = winners.as_slice() else { panic!("{winners:?}") };
        // Every round wrote one line, the winner's.
        let registration = Kept::open(&place.path().join("state"), "production").unwrap().registration();
        let name = registration.name.unwrap();
        assert_eq!((registration.sequence, name.as_str()), (round, format!("of {winner}").as_str()));
        contenders.into_iter().for_each(end);
    }
    Lock::take(place.path(), "production", now()).unwrap();
}

#[test]
fn a_killed_holder_gives_the_lock_back_and_the_loser_is_told_who_has_it() {
    let place = TempDir::new().unwrap();
    let mut holder = contender(&place);
    assert!(got_it(&mut holder));
    let failure = Lock::take(place.path(), "production", now()).unwrap_err();
    assert_eq!(failure.cause, Cause::InUse);
    let detail = failure.detail.unwrap().as_str().to_owned();
    assert!(detail.starts_with("since ") && detail.ends_with(&format!(":05 by process {}", holder.id())), "{detail}");
    holder.kill().unwrap();
    holder.wait().unwrap();
    Lock::take(place.path(), "production", now()).unwrap();
}

#[test]
fn two_registrations_do_not_stand_in_each_others_way() {
    let place = TempDir::new().unwrap();
    let one = Lock::take(place.path(), "production", now()).unwrap();
    let other = Lock::take(place.path(), "sandbox", now()).unwrap();
    assert!(one.is_still_ours() && other.is_still_ours());
    assert!(Lock::take(place.path(), "production", now()).is_err());
    drop(one);
    Lock::take(place.path(), "production", now()).unwrap();
}

#[test]
fn a_lock_whose_file_was_removed_is_noticed() {
    let place = TempDir::new().unwrap();
    let lock = Lock::take(place.path(), "production", now()).unwrap();
    std::fs::remove_file(place.path().join("lock-production")).unwrap();
    assert!(!lock.is_still_ours());
    let other = Lock::take(place.path(), "production", now()).unwrap();
    assert!(other.is_still_ours() && !lock.is_still_ours());
}

#[test]
fn a_lock_file_with_anything_in_it_does_not_matter() {
    let place = TempDir::new().unwrap();
    for junk in ["", "\u{1b}[2J", "{\"process\":1,\"since\":\"x\"}", "[]"] {
        let lock = Lock::take(place.path(), "production", now()).unwrap();
        let file = std::fs::OpenOptions::new().write(true).truncate(true).open(place.path().join("lock-production"));
        file.unwrap().write_all(junk.as_bytes()).unwrap();
        let failure = Lock::take(place.path(), "production", now()).unwrap_err();
        assert_eq!(failure.detail.unwrap().as_str(), "by another process");
        drop(lock);
    }
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_refused() {
    let place = TempDir::new().unwrap();
    for name in ["", "..", "../x", "a/b", "a\0b", ".hidden"] {
        let failure = Lock::take(place.path(), name, now()).unwrap_err();
        assert_eq!(failure.cause, Cause::Disk(DiskFault::Other), "{name:?}");
    }
}

#[test]
fn the_usual_place_is_in_the_home_of_the_user_database_whatever_home_says() {
    let elsewhere = TempDir::new().unwrap();
    let output = child::run(
        child::command("lock::place", "").env("HOME", elsewhere.path()).env("XDG_STATE_HOME", elsewhere.path()),
    );
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("octo-csp"), "{said}");
    assert!(!said.contains(elsewhere.path().to_str().unwrap()), "{said}");
}

/// Says where the locks are.
#[test]
fn place() {
    child::body(|_| println!("{}", Lock::place().unwrap().display()));
}
