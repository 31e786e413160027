//! The sentences of `src/texts/en.toml`. The build writes them as Rust; nothing is read or parsed when the program starts.

/// What is told of one kind of failure, with its placeholders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub what: &'static str,
    /// Why, most likely first. A line with `{detail}` is left out when there is none.
    pub why: &'static [&'static str],
    /// The cure. A step with `{detail}` is left out when there is none.
    pub cure: &'static [&'static str],
}

/// What is told of a value that cannot be right, with its placeholders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong with it.
    pub what: &'static str,
    /// Where the right one is found, or what to do.
    pub cure: &'static str,
}

/// A line of *Before you start*, as the file describes it.
#[derive(Clone, Copy, Debug)]
pub struct Prerequisite {
    /// Its stable name in the draft.
    pub key: &'static str,
    /// The line.
    pub line: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// Where to click.
    pub place: &'static str,
    /// What is copied.
    pub copy: &'static str,
    /// The page that is opened.
    pub page: &'static str,
}

/// A task of a hand-off, as the file describes it.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// What is asked for.
    pub title: &'static str,
    /// Of whom.
    pub who: &'static str,
    /// The page that the first step is about, after the portal's address or an absolute address; `{app}` is the application.
    pub page: Option<&'static str>,
    /// What to do.
    pub steps: &'static [&'static str],
}

// `PROBLEMS: &[(&str, Wrong)]`, in the order of its keys, `PREREQUISITES` and `TASKS`.
include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The words of a problem with a value.
pub fn problem(key: &str) -> Wrong {
    let at = PROBLEMS.binary_search_by_key(&key, |(key, _)| key);
    let Wrong { what, cure } = at.ok().and_then(|at| PROBLEMS.get(at)).map(|(_, words)| *words).unwrap_or_default();
    Wrong { what: shown(what), cure: shown(cure) }
}

/// The words of a diagnosis as they are shown: themselves, but in the tests that change every sentence.
pub fn told(told: Told) -> Told {
    #[cfg(test)]
    let told = other::instead_of(told);
    told
}

/// A sentence as it is shown: itself, but in the tests that change every sentence.
pub(crate) fn shown(text: &'static str) -> &'static str {
    #[cfg(test)]
    let text = other::sentence(text);
    text
}

/// The keys of the problems that have words, in order.
#[cfg(test)]
pub(crate) fn problem_keys() -> impl Iterator<Item = &'static str> {
    PROBLEMS.iter().map(|(key, _)| *key)
}

/// Other words than those of the table, for the tests that show that nothing is decided by words.
#[cfg(test)]
pub(crate) mod other {
    use std::cell::Cell;

    use super::Told;

    thread_local! {
        static OTHER: Cell<bool> = const { Cell::new(false) };
    }

    /// Does something while every sentence is another one.
    pub(crate) fn words<T>(does: impl FnOnce() -> T) -> T {
        OTHER.set(true);
        let done = does();
        OTHER.set(false);
        done
    }

    /// The sentence, or another in its place, with the same placeholders.
    pub(crate) fn sentence(text: &'static str) -> &'static str {
        if !OTHER.get() {
            return text;
        }
        let parts = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        let names: Vec<&str> = parts.map(|(name, _)| name).collect();
        let placeholders = if names.is_empty() { String::new() } else { format!("{{{}}} ", names.join("} {")) };
        format!("Lorem {placeholders}ipsum {}.", text.len()).leak()
    }

    pub(super) fn instead_of(told: Told) -> Told {
        let all = |texts: &[&'static str]| -> &'static [&'static str] {
            texts.iter().map(|text| sentence(text)).collect::<Vec<_>>().leak()
        };
        Told { what: sentence(told.what), why: all(told.why), cure: all(told.cure) }
    }
}
