//! Every scenario of the simulator ends in its own diagnosis on the screen, with the cure.
//!
//! Each is played once, with the wizard and the world that ship; every test here looks at those plays.

pub(crate) mod person;
mod play;
mod screens;
mod table;

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use octo_csp::diagnose::{Context, Goto, Sign, diagnose, explain, row, rows};
use octo_csp::effect::Preflight;
use octo_csp::words::{Cause, Failure, Service, Step, UntrustedText};
use tokio::task::LocalSet;

use play::{Place, Report, SLOW, play};
use table::{End, end, names};

/// Every scenario, played once.
fn reports() -> &'static [Report] {
    static REPORTS: OnceLock<Vec<Report>> = OnceLock::new();
    REPORTS.get_or_init(|| {
        let mut names = names();
        // The last ones go first: what only waits should begin to wait.
        names.sort_by_key(|name| SLOW.contains(name));
        play_all(names)
    })
}

fn report(name: &str) -> &'static Report {
    reports().iter().find(|it| it.name == name).unwrap()
}

/// Plays on a few threads, on each of them some side by side.
fn play_all(names: Vec<&'static str>) -> Vec<Report> {
    const THREADS: usize = 2;
    const SIDE_BY_SIDE: usize = 8;
    let names = Mutex::new(names);
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let plays = (0..SIDE_BY_SIDE).map(|_| async {
                    loop {
                        let next = names.lock().unwrap().pop();
                        let Some(name) = next else { return };
                        let report = play(name).await;
                        reports.lock().unwrap().push(report);
                    }
                });
                LocalSet::new().block_on(&runtime, futures_util::future::join_all(plays));
            });
        }
    });
    reports.into_inner().unwrap()
}

/// Fails with everything that is wrong, not only with the first.
fn expect_nothing(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_scenario_ends_in_its_own_diagnosis() {
    let wrong: Vec<String> = reports()
        .iter()
        .filter_map(|report| {
            let wrong = match end(&report.name) {
                Some(end) => amiss(report, end)?,
                None => "nobody has said how it must end: tests/it/scenarios/table.rs".to_owned(),
            };
            Some(format!("{}: {wrong}", report.name))
        })
        .collect();
    expect_nothing(&wrong);
}

/// What is not as it must be.
fn amiss(report: &Report, end: End) -> Option<String> {
    let Some(place) = report.place else {
        return Some("did not end".to_owned());
    };
    let diagnosis = report.diagnosis.as_ref();
    let check = report.failure.as_ref().map(|(check, _)| *check);
    let found = || {
        let told = diagnosis.map(|it| (it.row, it.code.as_str()));
        format!("ended on {place:?} with {check:?} {told:?}, not as {end:?}")
    };
    let stopped = |at: &str| place == Place::Failed && check == Some(at);
    let good = match end {
        End::Stops(at, row, code) => stopped(at) && diagnosis.is_some_and(|it| it.row == row && it.code == code),
        End::StopsAt(at) => stopped(at) && report.shown.is_none() && has_own_row(report),
        End::Shown => {
            let number = &report.name;
            let waited =
                report.shown.as_ref().is_some_and(|(text, place)| text.contains(number) && *place == Place::SignIn);
            waited && stopped("sign-in") && has_own_row(report)
        }
        End::StaysAtStart(row) => place == Place::Prerequisites && report.looks.iter().any(|(_, it)| *it == row),
        End::StaysShut(row) => place == Place::Locked && report.shut == Some(row),
        // What is told of a check may go on in the next line.
        End::Done(words) => {
            let notes = report.notes.split_whitespace().collect::<Vec<_>>().join(" ");
            place == Place::Done && notes.contains(words)
        }
    };
    (!good).then(found)
}

/// Whether a misfortune named after a number ended in a row that lists this very number.
fn has_own_row(report: &Report) -> bool {
    let number = report.name.trim_start_matches("AADSTS").parse().unwrap();
    report.diagnosis.as_ref().is_some_and(|diagnosis| {
        let listed = row(diagnosis.row).map(|row| row.signs.contains(&Sign::Aadsts(number)));
        diagnosis.code == report.name && listed == Some(true)
    })
}

/// Rows that are met without a rehearsal, and where.
const MET_ELSEWHERE: [(&str, &str); 25] = [
    // No sentence of theirs is known.
    ("undocumented", "explain AADSTS700044"),
    // The field says so before anything is sent; the row is for what was kept by another hand.
    ("secret-id-sent", "explain AADSTS7000215"),
    // Each is one of the meanings of its number: the scenario of that has the sentence of the commonest.
    ("secret-refused-before", "explain AADSTS50012"),
    ("permission-not-there", "explain AADSTS650051"),
    ("directory-unmanaged", "explain AADSTS650051"),
    ("consent-not-set-up", "explain AADSTS650051"),
    ("redirect-differs-from-code", "explain AADSTS70000"),
    // The simulator mixes up the application's own token only, and no directory.
    ("token-application", "explain token-application"),
    ("token-tenant-alone", "explain token-tenant-alone"),
    // The portal says so where a secret is made.
    ("secret-forbidden", "explain secret-forbidden"),
    // The wizard always knows for which API a token was asked.
    ("consent-missing", "explain AADSTS65001"),
    // The field for the answer says so, and takes nothing.
    ("answer-of-other-sign-in", "explain answer-of-other-sign-in"),
    ("code-sent-before", "explain code-sent-before"),
    // Windows and Graph say these to other programs.
    ("windows-grant-refused", "explain 0xCAA20003"),
    ("windows-denied", "explain CAA20004"),
    ("windows-api-absent", "explain CAA2000B"),
    ("windows-device-unknown", "explain caa5004b"),
    ("windows-sign-in", "explain CAA30194"),
    ("graph-permission-missing", "explain Authorization_RequestDenied"),
    ("graph-token-refused", "explain InvalidAuthenticationToken"),
    ("graph-no-such-object", "explain Request_ResourceNotFound"),
    ("graph-quota", "explain Directory_QuotaExceeded"),
    // Only a Windows has them: tests/windows.
    ("keyring-windows", "explain keyring-windows"),
    ("disk-denied-windows", "explain disk-denied-windows"),
    ("disk-not-ours-windows", "explain disk-not-ours-windows"),
];

/// The rows that are met with this name, each with the page that shows it.
fn met(report: &Report) -> Vec<(&'static str, &String)> {
    let mut met: Vec<(&str, &String)> = Vec::new();
    met.extend(report.diagnosis.as_ref().map(|it| (it.row, &report.screen)));
    met.extend(report.shut.map(|row| (row, &report.screen)));
    met.extend(report.looks.iter().map(|(_, row)| (*row, &report.start)));
    met.extend(report.waiting.iter().map(|(row, screen)| (*row, screen)));
    met
}

#[test]
fn every_row_of_the_table_is_met_under_a_name_that_a_person_can_type() {
    let met: BTreeSet<&str> = reports().iter().flat_map(met).map(|(row, _)| row).collect();
    let mut wrong = Vec::new();
    for row in rows() {
        let elsewhere = MET_ELSEWHERE.iter().find(|(key, _)| *key == row.key);
        let excused = elsewhere.is_some();
        if excused == met.contains(row.key) {
            let why = if excused { "is met after all" } else { "has no scenario" };
            wrong.push(format!("{}: {why}", row.key));
        }
        if let Some((_, command)) = elsewhere {
            let text = command.trim_start_matches("explain ");
            let told = explain(text).into_iter().map(|it| it.diagnosis.row);
            if !told.into_iter().any(|key| key == row.key) {
                wrong.push(format!("{}: not told by octo-csp {command}", row.key));
            }
        }
    }
    expect_nothing(&wrong);
}

#[test]
fn every_diagnosis_says_what_why_how_and_who() {
    let mut wrong = Vec::new();
    for report in reports() {
        let Some(diagnosis) = &report.diagnosis else {
            continue;
        };
        let empty = diagnosis.what.is_empty()
            || diagnosis.why.is_empty()
            || diagnosis.fix.is_empty()
            || diagnosis.who.title().is_empty();
        let unfilled = format!("{diagnosis:?}").contains("{application}");
        if empty || unfilled || diagnosis.row == "unknown" {
            wrong.push(format!("{}: {diagnosis:?}", report.name));
        }
    }
    expect_nothing(&wrong);
}

#[test]
fn enter_follows_the_cure() {
    let mut wrong = Vec::new();
    for report in reports() {
        let (Some(diagnosis), Some((place, screen))) = (&report.diagnosis, &report.cured) else {
            continue;
        };
        // No browser is here that could open the page on which the cure is done.
        let good = match diagnosis.goto {
            // The field to blame says so, on the page that has it.
            Goto::Field(_) => {
                matches!(place, Place::PartnerCenter | Place::PartnerApi | Place::OctoClient) && screen.contains('✗')
            }
            // What is active already is changed from its overview.
            Goto::Step(Step::Basic) => *place == Place::Overview,
            Goto::Step(_) => matches!(place, Place::PartnerCenter | Place::PartnerApi),
            Goto::SignInAgain => {
                *place == Place::Checking && report.failure.as_ref().is_some_and(|it| it.0 != "app-token")
            }
            Goto::Retry => *place == Place::Checking,
            Goto::Leave => *place == Place::Failed && screen.contains("Leave"),
        };
        if !good {
            wrong.push(format!("{}: {:?} led to {place:?}\n{screen}", report.name, diagnosis.goto));
        }
    }
    expect_nothing(&wrong);
}

#[test]
fn a_look_at_the_machine_sees_what_is_wrong_before_anything_is_typed() {
    for (name, look) in [
        ("clock-skew", (Preflight::Clock, "clock")),
        ("proxy-407", (Preflight::Network, "proxy")),
        ("reset", (Preflight::Network, "connection-broken")),
        ("tls-expired", (Preflight::Network, "tls-expired")),
        ("tls-unknown-issuer", (Preflight::Network, "tls-unknown-issuer")),
        ("tls-wrong-name", (Preflight::Network, "tls-wrong-name")),
        ("tls-not-yet", (Preflight::Network, "tls-not-yet-valid")),
    ] {
        assert!(report(name).looks.contains(&look), "{name}");
    }
    assert!(report("happy").looks.is_empty());
}

#[test]
fn what_a_server_asks_to_wait_is_waited_once() {
    let seconds = |name| -> Vec<u64> {
        let pauses = &report(name).pauses;
        pauses.iter().map(Duration::as_secs).collect()
    };
    // Three reads go out side by side, and each of them waits.
    assert_eq!(seconds("throttled"), [57, 57, 57]);
    assert_eq!(seconds("throttled-ages"), [120, 120, 120]);
    assert_eq!(seconds("throttled-negative"), [1, 1, 1]);
    // So do the two of the price service.
    assert_eq!(seconds("PRICE-503"), [5, 5]);
    assert_eq!(seconds("AADSTS50033"), [1]);
    assert!(!seconds("flaky").is_empty());
    assert_eq!(seconds("throttled@refresh"), [57]);
    assert_eq!(seconds("throttled-once@refresh"), [7]);
    for never in ["lost-answer", "throttled@redeem", "throttled-once@redeem", "html-502@redeem"] {
        assert!(seconds(never).is_empty(), "{never}");
    }
    for pointless in ["captive-portal", "AADSTS7000215", "PC-900421"] {
        assert!(seconds(pointless).is_empty(), "{pointless}");
    }
}

#[test]
fn a_key_made_minutes_ago_is_tried_until_it_is_known() {
    let report = report("new-secret");
    assert_eq!(report.first, Some("secret-refused"));
    assert_eq!(report.pauses, [Duration::from_secs(5)]);
}

#[test]
fn what_octo_says_has_a_row_of_its_own() {
    let table = include_str!("../../src/simulator/scenario/services.txt");
    let lines = table.lines().filter(|line| line.starts_with("OCTO-"));
    let mut seen = 0;
    for line in lines {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let mut failure = Failure::new(Service::Octo, Cause::Refused);
        failure.status = cells[2].parse().ok();
        failure.codes = cells[4].parse().into_iter().collect();
        failure.error = failure.codes.is_empty().then(|| UntrustedText::new(cells[4]));
        failure.sentence = UntrustedText::some(cells[5]);
        let diagnosis = diagnose(&failure, &Context::default());
        assert!(diagnosis.row.starts_with("octo-"), "{line}: {}", diagnosis.row);
        seen += 1;
    }
    assert_eq!(seen, 11);
}
