//! The sentences of `src/texts/en.toml`, by key. The build writes the table; nothing is read or parsed when the program starts.

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

// `DIAGNOSES: &[(&str, Told)]`, in the order of the keys.
include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// The words of a diagnosis. A key without words, which a test finds, has empty ones.
pub fn diagnosis(key: &str) -> Told {
    let at = DIAGNOSES.binary_search_by_key(&key, |(key, _)| key);
    let told = at.ok().and_then(|at| DIAGNOSES.get(at)).map(|(_, told)| *told);
    told.unwrap_or_default()
}

/// Every key that has words, in order.
#[cfg(test)]
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    DIAGNOSES.iter().map(|(key, _)| *key)
}
