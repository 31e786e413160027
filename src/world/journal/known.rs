//! What a journal of a shared store was when it was last read or written here: what the next write builds on.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::journal;

/// By registration, and empty of one that nobody has read.
pub(super) struct Known<S>(Mutex<BTreeMap<String, S>>);

impl<S> Default for Known<S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<S: Clone + Default> Known<S> {
    pub(super) fn of(&self, registration: &str) -> S {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(registration).cloned().unwrap_or_default()
    }

    pub(super) fn see(&self, registration: &str, seen: S) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(registration.to_owned(), seen);
    }
}

/// Who wrote the last line, for whoever came too late.
pub(super) fn written_by(text: &str) -> String {
    let by = text.lines().last().and_then(journal::written_by);
    by.unwrap_or_else(|| "nobody knows by whom".to_owned())
}
