//! The last run that was refused, as far as it may be remembered: for `status` and for the report that support reads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::effect::{Failure, Service};
use crate::engine::run::CheckId;
use crate::text::Foreign;

/// What is remembered of a refusal: names and ids, nothing that was typed and nothing secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refused {
    /// The failed check's stable name.
    pub check: Foreign,
    /// The short name of the failure, such as `AADSTS65001`.
    pub code: Foreign,
    /// When.
    pub at: Option<Timestamp>,
    /// HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Microsoft's trace ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<Foreign>,
    /// Correlation ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Foreign>,
    /// Request ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Foreign>,
}

impl Refused {
    /// Of a failed check; `None` where the disk failed, which is then not asked to remember it.
    pub fn of(check: CheckId, code: &str, failure: &Failure) -> Option<Self> {
        (failure.service != Service::Disk).then(|| Self {
            check: Foreign::new(check.key()),
            code: Foreign::new(code),
            at: failure.at,
            status: failure.status,
            trace_id: failure.trace_id.clone(),
            correlation_id: failure.correlation_id.clone(),
            request_id: failure.request_id.clone(),
        })
    }

    /// The check in words, where this version has it.
    pub fn title(&self) -> &str {
        let mut all = CheckId::ALL.iter();
        let known = all.find(|id| self.check == id.key());
        known.map_or(self.check.as_str(), |id| id.title())
    }
}
