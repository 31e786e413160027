//! The picture of one registration: when each connection was opened, asked and answered, beside what the person did.

use std::fmt::Write as _;
use std::time::Instant;

use crate::desk::Desk;
use crate::path::What;

/// Where the picture goes, below the folder in which the benchmark is run.
const FILE: &str = "docs/timeline.svg";
/// Pixels of a second, of a connection's row, of the words on the left, and of what stands above the rows.
const SECOND: f64 = 180.0;
const ROW: f64 = 14.0;
const LEFT: f64 = 150.0;
const TOP: f64 = 40.0;
/// Words on the left of the rows of each host.
const TITLES: [(&str, &str); 3] =
    [("login", "Entra"), ("partner_center", "Partner Center"), ("partner_api", "price service")];

/// Draws it. `marks` are what the person did and saw.
pub(crate) fn draw(desk: &Desk<'_>, marks: &[(&str, Instant)]) {
    let passed = desk.passed();
    let Some((began, end)) = marks.first().map(|(_, at)| *at).zip(marks.last().map(|(_, at)| *at)) else { return };
    let x = |at: Instant| LEFT + at.saturating_duration_since(began).as_secs_f64() * SECOND;
    let (mut rows, mut y) = (String::new(), TOP);
    for (host, events) in passed {
        let title = TITLES.iter().find(|(key, _)| *key == host).map_or(host, |(_, title)| *title);
        let _written = writeln!(rows, r#"<text x="4" y="{:.0}">{title}</text>"#, y + 10.0);
        let count = events.iter().map(|event| event.connection + 1).max().unwrap_or_default();
        let above = y;
        for connection in 0..count {
            let of = || events.iter().filter(|event| event.connection == connection && event.at <= end);
            // One that was opened before is there from the left edge on.
            let Some(opened) = of().find(|event| event.what == What::Opened) else { continue };
            let last = of().map(|event| event.at).max().filter(|last| *last > began);
            let Some(last) = last else { continue };
            let (from, to) = (x(opened.at), x(last));
            let _written = writeln!(
                rows,
                r#"<rect class="open" x="{from:.1}" y="{y:.0}" width="{:.1}" height="10"/>"#,
                (to - from).max(1.0)
            );
            let mut asked = None;
            for event in of().filter(|event| event.at >= began) {
                match event.what {
                    What::Asked => asked = asked.or(Some(event.at)),
                    What::Answered => {
                        if let Some(since) = asked.take() {
                            let width = x(event.at) - x(since);
                            let _written = writeln!(
                                rows,
                                r#"<rect class="trip" x="{:.1}" y="{y:.0}" width="{width:.1}" height="10"/>"#,
                                x(since)
                            );
                        }
                    }
                    What::Opened | What::Closed => {}
                }
            }
            y += ROW;
        }
        // Words need a row of their own where nothing was asked.
        y = y.max(above + ROW) + ROW / 2.0;
    }
    let lines: Vec<String> = marks
        .iter()
        .enumerate()
        .map(|(number, (what, at))| {
            let (at, high) = (x(*at), if number % 2 == 0 { 12 } else { 26 });
            format!("<path d=\"M{at:.1} 30V{y:.0}\"/><text x=\"{at:.1}\" y=\"{high}\">{what}</text>\n")
        })
        .collect();
    let (width, height) = (x(end) + 120.0, y + 10.0);
    let picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <style>.open{{fill:#dbe4ee}}.trip{{fill:#2f6f9f}}path{{stroke:#b03030;stroke-width:1}}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{rows}{}</svg>\n",
        lines.concat()
    );
    std::fs::write(FILE, picture).unwrap();
}
