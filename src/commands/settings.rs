//! Where a flag's value comes from.

use crate::host::Host;

/// Which variable or file gave a flag that is not on the command line.
pub(super) fn origin(_host: &Host, _flag: &str) -> Option<String> {
    None
}
