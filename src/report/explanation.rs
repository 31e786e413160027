//! A diagnosis as rows, and what support asks for: the same words on a page of the wizard and in what is printed.

use std::time::Duration;

use crate::diagnose::Diagnosis;
use crate::effect::{CallbackPage, SignInNotice};
use crate::report::rows::{Row, Tone};
use crate::words::Failure;

/// Cells of a label beside what it names.
pub const LABEL: u16 = 16;

/// What happened, why, the cure, how long to wait, who can do it.
pub fn explanation(diagnosis: &Diagnosis) -> Vec<Row> {
    let mut rows = vec![Row::pair("What happened", LABEL, Tone::Plain, diagnosis.what.clone())];
    for (index, why) in diagnosis.why.iter().enumerate() {
        rows.push(Row::pair(if index == 0 { "Why" } else { "" }, LABEL, Tone::Plain, why.clone()));
    }
    for (index, step) in diagnosis.fix.iter().enumerate() {
        let label = if index == 0 { "Fix" } else { "" };
        rows.push(Row::pair(label, LABEL, Tone::Plain, format!("{}  {step}", index + 1)).hanging(3 + LABEL + 3));
    }
    rows.extend(diagnosis.wait.map(|wait| {
        let then = if diagnosis.transient { ", then try again" } else { " before you try again" };
        let text = format!("{}{then}", in_words(wait));
        Row::pair("Wait", LABEL, Tone::Plain, text)
    }));
    rows.push(Row::pair("Who can do it", LABEL, Tone::Plain, diagnosis.who.title()));
    rows.extend(more(diagnosis, LABEL));
    rows
}

/// Microsoft's own page about the number.
pub fn more(diagnosis: &Diagnosis, width: u16) -> Option<Row> {
    diagnosis.more.as_ref().map(|page| Row::pair("Read more", width, Tone::Link, page.clone()))
}

/// The same for the browser's page, which has room for one thing to do.
pub fn page(diagnosis: &Diagnosis) -> CallbackPage {
    CallbackPage::Failed { code: diagnosis.code.clone(), cure: diagnosis.fix.first().cloned().unwrap_or_default() }
}

/// What happened while the browser was waited for, and what can be done; `diagnosed` tells what a refusal means.
pub fn noticed(notice: &SignInNotice, diagnosed: impl Fn(&Failure) -> Diagnosis) -> String {
    match notice {
        SignInNotice::Declined(failure) => {
            let Diagnosis { code, what, fix, .. } = diagnosed(failure);
            let cure = fix.first().cloned().unwrap_or_default();
            format!("{what} ({code}) {cure} The same link works until a code has come; press Enter alone to stop here.")
        }
        SignInNotice::OpenedTwice => {
            "The page was opened here a second time. The first to open it went on; if that was \
            not you, sign in with a new link."
                .to_owned()
        }
    }
}

/// The longest sentence on a page; the details and the JSON object have all of it.
const LONGEST_SENTENCE: usize = 300;

/// The service's own words.
pub fn said(label: &'static str, width: u16, failure: &Failure) -> Option<Row> {
    let sentence = failure.sentence.as_ref()?.as_str();
    let end = sentence.char_indices().nth(LONGEST_SENTENCE).map(|(at, _)| at);
    let shown = end
        .map_or_else(|| format!("\"{sentence}\""), |end| format!("\"{}…\"", sentence.get(..end).unwrap_or_default()));
    Some(Row::pair(label, width, Tone::Plain, shown))
}

/// What support asks for, an ID on each line so that it can be selected whole.
pub fn for_support(label: &'static str, width: u16, failure: &Failure) -> Vec<Row> {
    let lines = ids(failure);
    let label = |index| if index == 0 { label } else { "" };
    let lines = lines.into_iter().enumerate();
    lines.map(|(index, line)| Row::pair(label(index), width, Tone::Muted, line)).collect()
}

/// The IDs of a failure, and when it was.
pub fn ids(failure: &Failure) -> Vec<String> {
    let named =
        [("trace", &failure.trace_id), ("correlation", &failure.correlation_id), ("request", &failure.request_id)];
    let mut parts: Vec<String> =
        named.into_iter().filter_map(|(name, id)| id.as_ref().map(|id| format!("{name} {id}"))).collect();
    let status = failure.status.map(|status| format!("HTTP {status}"));
    let at = failure.at.map(|at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string());
    let rest: Vec<String> = status.into_iter().chain(at).collect();
    if !rest.is_empty() {
        parts.push(rest.join("  "));
    }
    if parts.is_empty() {
        parts.push("no ids were given".to_owned());
    }
    parts
}

/// A time to wait, as a person says it.
pub fn in_words(wait: Duration) -> String {
    match wait.as_secs() {
        1 => "1 second".to_owned(),
        seconds @ 0..=119 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}
