//! The last run that was refused, as far as it may be remembered: for `status` and for the report that support reads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::diagnose::{self, Context, Diagnosis};
use crate::words::check::CheckId;
use crate::words::failure::{Failure, Service};
use crate::words::text::Foreign;

/// What is remembered of a refusal: names and ids, nothing that was typed and nothing secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refused {
    /// The failed check's stable name.
    pub check: Foreign,
    /// The short name of the failure, such as `AADSTS65001`.
    pub code: Foreign,
    /// The key of the row that explains it; none from versions that did not remember it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<Foreign>,
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
    pub fn of(check: CheckId, diagnosis: &Diagnosis, failure: &Failure) -> Option<Self> {
        (failure.service != Service::Disk).then(|| Self {
            check: Foreign::new(check.key()),
            code: Foreign::new(&diagnosis.code),
            row: Foreign::some(diagnosis.row),
            at: failure.at,
            status: failure.status,
            trace_id: failure.trace_id.clone(),
            correlation_id: failure.correlation_id.clone(),
            request_id: failure.request_id.clone(),
        })
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

    /// The failure as far as it is remembered, and what a person is told about it; `values` are those that its texts name.
    pub fn explained(&self, values: &Context<'_>) -> Option<(Failure, Diagnosis)> {
        let row = diagnose::row(self.row.as_ref()?.as_str())?;
        let (known_by, around) = row.sample(*row.signs.first()?);
        let context = Context {
            application: values.application,
            tenant: values.tenant,
            redirect: values.redirect,
            ..around
        };
        let mut diagnosis = diagnose::diagnose(&known_by, &context);
        self.code.as_str().clone_into(&mut diagnosis.code);
        let failure = Failure {
            at: self.at,
            status: self.status,
            trace_id: self.trace_id.clone(),
            correlation_id: self.correlation_id.clone(),
            request_id: self.request_id.clone(),
            ..known_by
        };
        Some((failure, diagnosis))
    }
}
