//! `octo-csp report`: what support may see, from an allow-list. Everything else stays out because nothing puts it in.

use jiff::Timestamp;

use crate::report::lines::plain;
use crate::report::rows::{Row, Tone};
use crate::report::status::{self, Found};
use crate::version;

/// What is in a report beside the registrations.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Operating system and processor.
    pub machine: String,
    /// The cloud's name.
    pub cloud: String,
    /// The hosts it is reached at.
    pub hosts: Vec<String>,
}

/// The report as it is `now`, of this width; `begin` is the command that registers.
pub fn text(surroundings: &Surroundings, now: Timestamp, found: &[Found], begin: &str, width: usize) -> String {
    let pair = |label: &str, value: &str| Row::pair(label, 14, Tone::Plain, value);
    let mut rows = status::verdicts(found);
    rows.extend([Row::of(Tone::Title, "octo-csp support report"), pair("Version", version::NUMBER)]);
    rows.extend(version::facts().map(|(label, fact)| pair(label, &fact)));
    rows.extend([
        pair("Machine", &surroundings.machine),
        pair("Made", &now.strftime("%Y-%m-%d %H:%M:%SZ").to_string()),
        pair("Cloud", &surroundings.cloud),
        pair("Hosts", &surroundings.hosts.join(" ")),
        Row::gap(),
    ]);
    // Support looks for an item by its name.
    rows.extend(status::details(found, 0, begin, |item| &item.name));
    rows.extend(found.iter().flat_map(good_runs));
    plain(&rows, width)
}

fn good_runs(found: &Found) -> Vec<Row> {
    let mut rows = Vec::new();
    for (step, run) in &found.opened.registration.good_runs {
        rows.push(Row::gap());
        let at = run.at.strftime("%Y-%m-%d %H:%M:%SZ");
        rows.push(Row::of(Tone::Title, format!("{}, {}: last good run {at}", found.opened.name, step.title())));
        for line in &run.lines {
            let text = format!("ok    {:<18} {}", line.check, line.said);
            rows.push(Row::text(text).at(3).hanging(28));
        }
    }
    rows
}
