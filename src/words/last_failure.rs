//! The last run that was refused, as far as it may be remembered: for `status` and for the report that support reads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::words::check::CheckId;
use crate::words::text::UntrustedText;

/// What is remembered of a refusal: names, ids and what the service said of it, nothing that was typed and nothing secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LastFailure {
    /// The failed check's stable name.
    pub check: UntrustedText,
    /// The short name of the failure, such as `AADSTS65001`.
    pub code: UntrustedText,
    /// The key of the row that explains it; none from versions that did not remember it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<UntrustedText>,
    /// When.
    pub at: Option<Timestamp>,
    /// HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The service's own sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<UntrustedText>,
    /// Microsoft's trace ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<UntrustedText>,
    /// Correlation ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<UntrustedText>,
    /// Request ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<UntrustedText>,
    /// The `claims` document that the next sign-in has to meet. It names conditions of a directory, nothing secret: it stands in the
    /// address of the sign-in too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<UntrustedText>,
}

impl LastFailure {
    /// The same behind an earlier one: what that one asked of the next sign-in is still to be met, until a run passes.
    #[must_use]
    pub fn after(mut self, earlier: Option<&Self>) -> Self {
        self.claims = self.claims.or_else(|| earlier?.claims.clone());
        self
    }

    /// The check in words, where this version has it.
    pub fn title(&self) -> &str {
        match self.id() {
            Some(id) => id.title(),
            None => self.check.as_str(),
        }
    }

    /// The check, where this version has it.
    pub fn id(&self) -> Option<CheckId> {
        CheckId::ALL.into_iter().find(|id| self.check == id.key())
    }
}
