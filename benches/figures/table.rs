//! The table: each figure beside its floor and its goal.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

/// What was measured so far.
pub(crate) struct Table {
    /// The program that is measured.
    pub(crate) program: String,
    /// With which profile it was built.
    pub(crate) profile: String,
    reached: usize,
    missed: Vec<String>,
}

/// A figure and what it should be at most.
pub(crate) struct Figure<'f> {
    pub(crate) name: &'f str,
    pub(crate) now: f64,
    pub(crate) unit: &'static str,
    /// The same of what does as little as can be, measured in the same run.
    pub(crate) floor: Option<f64>,
    pub(crate) goal: Goal,
}

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    Most(f64),
    Least(f64),
    /// So many times the floor at most.
    Times(f64),
    /// It is told, and nothing is asked of it.
    None,
}

impl Table {
    pub(crate) fn new(program: &str) -> io::Result<Self> {
        let profile = std::path::Path::new(program).parent().and_then(|folder| folder.file_name());
        let profile = profile.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut out = io::stdout();
        writeln!(out, "{program}\n")?;
        writeln!(out, "| {:<58} | {:>13} | {:>11} | {:>12} | {:<7} |", "Figure", "Now", "Floor", "Goal", "Profile")?;
        writeln!(out, "|-{:-<58}-|-{:->13}:|-{:->11}:|-{:->12}:|-{:-<7}-|", "", "", "", "", "")?;
        Ok(Self { program: program.to_owned(), profile, reached: 0, missed: Vec::new() })
    }

    /// Says a figure of the program.
    pub(crate) fn say(&mut self, figure: &Figure<'_>) {
        let Figure { name, now, unit, floor, goal } = *figure;
        let floor = floor.unwrap_or_default();
        let (met, goal) = match goal {
            Goal::Most(most) => (Some(now <= most), format!("≤ {}", shown(most, unit))),
            Goal::Least(least) => (Some(now >= least), format!("≥ {}", shown(least, unit))),
            Goal::Times(times) => (Some(now <= times * floor), format!("≤ {times} × floor")),
            Goal::None => (None, String::new()),
        };
        let floor = if floor == 0.0 { String::new() } else { shown(floor, unit) };
        let mark = if met == Some(false) { "✗ " } else { "" };
        let now = format!("{mark}{}", shown(now, unit));
        let line = format!("| {name:<58} | {now:>13} | {floor:>11} | {goal:>12} | {:<7} |\n", self.profile);
        drop(io::stdout().write_all(line.as_bytes()));
        match met {
            Some(true) => self.reached += 1,
            Some(false) => self.missed.push(name.to_owned()),
            None => {}
        }
    }

    /// The last lines.
    pub(crate) fn end(&self) -> String {
        let mut text = format!("\n{} goals are reached, {} are not", self.reached, self.missed.len());
        for name in &self.missed {
            let _written = write!(text, "\n  ✗ {name}");
        }
        text.push('\n');
        text
    }
}

fn shown(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$} {unit}").trim_end().to_owned()
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The middle one, and the one that a hundredth is beyond.
pub(crate) fn middle(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

pub(crate) fn nearly_worst(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all[(all.len() * 99 / 100).min(all.len() - 1)]
}
