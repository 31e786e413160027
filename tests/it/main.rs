//! Tests of parts together: real files, a real keyring, other processes.

// `cfg(test)` always holds here; it tells the lints that helpers beside tests may panic like tests.
#[cfg(test)]
mod child;
#[cfg(test)]
mod faulty;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(test)]
mod lock;
#[cfg(test)]
#[cfg(unix)]
mod record;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod vault;
