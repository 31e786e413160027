//! Every diagnosis beside its headings on a screen of 80×24.

use unicode_width::UnicodeWidthStr as _;

use super::*;

/// The rows of a screen of 78 columns: heading of 19, numbers of 3.
fn lines(diagnosis: &Diagnosis) -> (usize, usize, Vec<usize>) {
    let count = |texts: &[String]| texts.iter().map(|text| wrapped(text, 59)).sum();
    (wrapped(&diagnosis.what, 59), count(&diagnosis.why), diagnosis.fix.iter().map(|text| wrapped(text, 56)).collect())
}

fn wrapped(text: &str, width: usize) -> usize {
    let (mut lines, mut used) = (1, 0);
    for word in text.split(' ') {
        let cells = word.width();
        if used > 0 && used + 1 + cells > width {
            (lines, used) = (lines + 1, 0);
        }
        used += cells + usize::from(used > 0);
        // A word that is longer than a line is broken.
        lines += used.saturating_sub(1) / width;
        used -= used.saturating_sub(1) / width * width;
    }
    lines
}

#[test]
fn every_diagnosis_fits_on_a_screen() {
    let redirect = "https://onboarding.contoso.example/octo-csp/callback";
    let mut wrong = Vec::new();
    for audience in [None, Some(Audience::PartnerCenter), Some(Audience::PartnerApi)] {
        let context = Context {
            audience,
            application: Some(GUID),
            tenant: Some(GUID),
            redirect: Some(redirect),
            ..Context::default()
        };
        let mut failure = Failure::new(Service::Entra, Cause::Internal).with_detail(GUID);
        failure.codes = vec![9_002_327];
        let values = Values::of(&failure, &context);
        for row in rows().chain([&UNKNOWN]) {
            let filled = |texts: &[&str]| texts.iter().filter_map(|text| values.fill(text)).collect();
            let diagnosis = Diagnosis {
                what: values.fill(row.told().what).unwrap(),
                why: filled(row.told().why),
                fix: filled(row.told().cure),
                ..plain(&failure)
            };
            for text in diagnosis.why.iter().chain(&diagnosis.fix).chain([&diagnosis.what]) {
                assert!(!text.contains(['{', '}']), "{}: {text}", row.key);
            }
            let (what, why, fix) = lines(&diagnosis);
            let all = what + why + fix.iter().sum::<usize>() + 1;
            if what > 2 || why > 3 || fix.len() > 5 || fix.iter().any(|step| *step > 2) || all > 15 {
                wrong.push(format!("{} what {what} why {why} fix {fix:?} all {all}", row.key));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
