//! The item that is written to see whether a store keeps: always of the same name, so that one left behind by a kill is
//! overwritten and removed by the next test, and with a value as long as a real one that nobody can guess.

use crate::words::{Secret, SharedSecret};

/// Characters: those of a real refresh token, and some.
const REAL_SIZE: usize = 1_600;

pub(super) fn name(registration: &str) -> String {
    format!("{registration}/test/1")
}

pub(super) fn value() -> Result<SharedSecret, getrandom::Error> {
    Ok(Secret::shared(hex::encode(random::<{ REAL_SIZE / 2 }>()?)))
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
