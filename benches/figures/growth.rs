//! What grows with a registration: a line of its journal costs the same however many there are, and opening costs as much for each.
//! These are functions of the library, which a development build has: only their proportions say something.

use std::fs;
use std::time::{Duration, Instant};

use octo_csp::journal::{Fact, Line, write_line};
use octo_csp::words::AccountName;
use octo_csp::world::clock::now;
use octo_csp::world::journal::{JournalFile, JournalStore as _};
use tempfile::TempDir;
use tokio::runtime::Builder;

use crate::table::{Figure, Goal, Table, middle, ms};

/// Lines of the journals that are compared.
const LENGTHS: [u64; 3] = [100, 10_000, 100_000];
/// Lines that are written behind each.
const WRITTEN: u64 = 50;
const REGISTRATION: &str = "production";

fn line(sequence: u64) -> Line {
    Line { sequence, at: now(), fact: Fact::Named { name: AccountName::parse(&format!("Contoso {sequence}")).ok() } }
}

/// How long it takes to open a journal of so many lines, and to write one behind them.
fn costs(length: u64) -> (Duration, Duration) {
    let state = TempDir::new().unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();
    let journals = JournalFile::new(state.path().to_owned());
    let append = |sequence: u64| {
        runtime.block_on(journals.append(REGISTRATION, sequence - 1, &line(sequence))).unwrap();
    };
    // The first line makes folder and file with the rights that they must have.
    runtime.block_on(journals.read(REGISTRATION)).unwrap();
    append(1);
    let file = state.path().join(REGISTRATION).join("journal");
    let lines: String = (1..=length).map(|sequence| write_line(&line(sequence))).collect();
    fs::write(file, lines).unwrap();
    let began = Instant::now();
    runtime.block_on(journals.read(REGISTRATION)).unwrap();
    let opened = began.elapsed();
    let written = (length + 1..=length + WRITTEN).map(|sequence| {
        let began = Instant::now();
        append(sequence);
        began.elapsed()
    });
    (opened, middle(written.collect()))
}

pub(crate) fn measure(table: &mut Table) {
    let [few, some, many] = LENGTHS.map(costs);
    table.say(&Figure {
        name: "a line of the journal behind 100,000, development build",
        now: ms(many.1),
        unit: "ms",
        floor: Some(ms(few.1)),
        goal: Goal::Times(1.5),
    });
    table.say(&Figure {
        name: "opening a journal of 100,000 lines, beside ten of 10,000",
        now: ms(many.0),
        unit: "ms",
        floor: Some(ms(some.0) * 10.0),
        goal: Goal::Times(1.5),
    });
}
