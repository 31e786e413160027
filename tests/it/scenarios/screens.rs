//! What the last page of each play looks like: readable, whole, harmless, and without a secret.

use octo_csp::diagnose::row;
use octo_csp::effect::Preflight;
use unicode_width::UnicodeWidthStr as _;

use super::play::{Place, Report};
use super::{expect_nothing, met, report, reports};

#[test]
fn what_happened_and_the_cure_are_on_the_first_screen() {
    let mut wrong = Vec::new();
    for report in stopped() {
        let diagnosis = report.diagnosis.as_ref().unwrap();
        let words: Vec<&str> = diagnosis.what.split(' ').take(4).collect();
        let needed = [diagnosis.code.as_str(), &words.join(" "), "Do this", "Enter", "✗"];
        let missing: Vec<&str> = needed.into_iter().filter(|text| !report.screen.contains(text)).collect();
        if !missing.is_empty() {
            wrong.push(format!("{}: {missing:?}\n{}", report.name, report.screen));
        }
    }
    expect_nothing(&wrong);
}

#[test]
fn what_failed_before_the_start_is_on_the_first_screen() {
    let mut wrong = Vec::new();
    for report in reports() {
        let Some((look, key)) = report.looks.first() else {
            continue;
        };
        // Where nothing can be stored there is no start.
        let enter = if *look == Preflight::Keyring { "Enter look again" } else { "Enter start" };
        let needed = ["✗", &first_cure(key), enter];
        if needed.iter().any(|text| !report.start.contains(text)) {
            wrong.push(format!("{}: {key}\n{}", report.name, report.start));
        }
    }
    expect_nothing(&wrong);
}

#[test]
fn every_step_of_the_cure_and_who_can_do_it_can_be_read() {
    let mut wrong = Vec::new();
    for report in stopped() {
        let diagnosis = report.diagnosis.as_ref().unwrap();
        let page = plain(&report.whole);
        let texts = diagnosis.why.iter().chain(&diagnosis.fix);
        let missing: Vec<&String> = texts.filter(|text| !page.contains(&plain(text))).collect();
        if !missing.is_empty() || !page.contains(&plain(diagnosis.who.title())) {
            wrong.push(format!("{}: {missing:?}\n{}", report.name, report.whole));
        }
    }
    expect_nothing(&wrong);
}

/// A sign of "Not", and the words by which a diagnosis would blame the same thing.
const BLAMED: [(&str, &[&str]); 8] = [
    ("MFA", &["second factor", "MFA", "multifactor"]),
    ("role (calls answer)", &["Admin agent", "lacks a role"]),
    ("secret", &["this secret", "The secret has"]),
    ("keyring", &["keyring", "keychain"]),
    ("Octo's API client", &["API client", "this client"]),
    ("payer account (registered)", &["know this account"]),
    ("consent for prices", &["permission"]),
    ("redirect address", &["redirect address is", "single-page"]),
];

#[test]
fn what_is_not_the_cause_is_not_blamed() {
    let mut wrong = Vec::new();
    for report in stopped() {
        let diagnosis = report.diagnosis.as_ref().unwrap();
        let signs = report.whole.split("\n   Ruled out ").nth(1).unwrap();
        let signs = signs.split("\n   It said").next().and_then(|signs| signs.split("\n   Ids  ").next()).unwrap();
        let signs = signs.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut told = diagnosis.why.clone();
        told.push(diagnosis.what.clone());
        told.extend(diagnosis.fix.iter().cloned());
        for (sign, words) in BLAMED {
            let blamed = |text: &&String| words.iter().any(|word| text.contains(word));
            if signs.contains(sign)
                && let Some(text) = told.iter().find(blamed)
            {
                wrong.push(format!("{}: {signs}\n  {text}", diagnosis.row));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    expect_nothing(&wrong);
}

#[test]
fn nothing_on_a_page_steers_a_terminal() {
    let mut wrong = Vec::new();
    for report in reports() {
        for screen in screens(report) {
            let evil = screen.chars().find(|c| {
                c.is_control() && *c != '\n'
                    || matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            });
            if let Some(evil) = evil {
                wrong.push(format!("{}: {evil:?}\n{screen}", report.name));
            }
        }
    }
    expect_nothing(&wrong);
}

#[test]
fn no_secret_is_ever_on_a_last_page() {
    let mut wrong = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for report in reports() {
        for screen in screens(report) {
            // A long secret would be wrapped.
            let joined: String = screen.split_whitespace().collect();
            for (kind, secret) in &report.secrets {
                kinds.insert(*kind);
                let beginning = secret.get(..24).unwrap_or(secret);
                if joined.contains(beginning) {
                    wrong.push(format!("{}: {kind}\n{screen}", report.name));
                }
            }
        }
    }
    expect_nothing(&wrong);
    let all = ["Octo client secret", "client secret", "code", "refresh token", "state", "verifier"];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), all);
}

/// A page for each kind of failure, as a person sees it.
#[test]
fn failures_look_like_this() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for name in [
        "AADSTS7000215",
        "AADSTS700016",
        "AADSTS65001",
        "AADSTS65004",
        "AADSTS54005",
        "AADSTS50011",
        "PC-900421",
        "no-role",
        "PRICE-401-audience",
        "captive-portal",
        "throttled",
        "lost-answer",
        "tls-unknown-issuer",
    ] {
        let screen = without_chance(&report(name).screen);
        let file = format!("stopped-{}", name.to_ascii_lowercase());
        settings.bind(|| insta::assert_snapshot!(file, screen));
    }
    let clock = without_chance(&report("clock-skew").start);
    settings.bind(|| insta::assert_snapshot!("start-clock-skew", clock));
    let details = &report("hostile-text").details;
    let hostile = without_chance(details.split("\n\n\n").next().unwrap());
    settings.bind(|| insta::assert_snapshot!("details-hostile-text", hostile));
}

/// Each row where a person meets it, on a terminal of 80 by 24: no line is longer, nothing stands for something else, and the
/// cure begins in view.
#[test]
fn every_row_is_whole_on_a_small_screen() {
    let mut wrong = Vec::new();
    for (report, (key, screen)) in reports().iter().flat_map(|it| met(it).into_iter().map(move |met| (it, met))) {
        let fits = screen.lines().count() <= 24 && screen.lines().all(|line| line.width() <= 80);
        // A page that waits to try again needs nobody yet.
        let waits = report.waiting.as_ref().is_some_and(|(_, waiting)| waiting == screen);
        let cured = waits || plain(screen).contains(&plain(&first_cure(key)));
        if !fits || !cured || screen.contains('{') {
            wrong.push(format!("{key}, {}:\n{screen}", report.name));
        }
    }
    expect_nothing(&wrong);
}

/// The words with which the cure of a row begins.
fn first_cure(key: &str) -> String {
    let cure = row(key).unwrap().told().cure[0];
    let words = cure.split(' ').take_while(|word| !word.contains('{'));
    words.take(3).collect::<Vec<_>>().join(" ")
}

fn stopped() -> impl Iterator<Item = &'static Report> {
    let all = reports().iter();
    all.filter(|report| report.place == Some(Place::Failed))
}

fn screens(report: &Report) -> [&String; 4] {
    [&report.screen, &report.whole, &report.details, &report.notes]
}

/// Without line ends and blanks, which wrapping moves.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Ids, times and ports in the form they have, without what differs from run to run.
fn without_chance(screen: &str) -> String {
    let mut clean = String::new();
    let authority = "octo-csp simulator ";
    let screen = match screen.split_once(authority) {
        Some((before, after)) => {
            let name: String = after.chars().take(8).collect();
            format!("{before}{authority}{}", after.replacen(&name, "--------", 1))
        }
        None => screen.to_owned(),
    };
    let mut rest = screen.as_str();
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-:".contains(c)))
            .unwrap_or(rest.len())
            .max(first.len_utf8());
        let (word, after) = rest.split_at(word);
        let digits = word.bytes().any(|b| b.is_ascii_digit());
        let varies = digits
            && (is_guid(word)
                || word.starts_with("localhost")
                || word.starts_with("20") && word.contains(['-', ':'])
                || word.matches(':').count() == 2);
        if after.starts_with(" ms") && digits {
            clean.push('0');
        } else if varies {
            let zero = |c: char| if c.is_ascii_digit() { '0' } else { c };
            let hidden = word.chars().map(|c| if is_guid(word) && c.is_ascii_hexdigit() { '0' } else { zero(c) });
            clean.extend(hidden);
        } else {
            clean.push_str(word);
        }
        rest = after;
    }
    clean
}

/// A GUID that is none of the pretended company's.
fn is_guid(word: &str) -> bool {
    const KNOWN: [&str; 3] = ["0c5a3b1e", "6f1d2c9a", "4990cffe"];
    word.len() == 36 && word.matches('-').count() == 4 && !KNOWN.iter().any(|known| word.starts_with(known))
}
