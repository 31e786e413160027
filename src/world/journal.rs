//! Where the lines of a journal are kept: a file in a folder of this person's own, under a lock.

pub mod lock;
pub mod record;
