//! Tests of parts together: real files, a real keyring, other processes, servers on loopback.

// `cfg(test)` always holds here; it tells the lints that helpers beside tests may panic like tests.
#[cfg(test)]
mod arrows;
#[cfg(test)]
#[cfg(all(unix, feature = "simulator"))]
mod call_log;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod child;
#[cfg(test)]
#[cfg(unix)]
mod command_line;
#[cfg(test)]
#[cfg(unix)]
mod commands;
#[cfg(test)]
mod connections;
#[cfg(test)]
#[cfg(all(unix, feature = "simulator"))]
mod dry_run;
#[cfg(test)]
#[cfg(unix)]
mod earlier;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod faulty;
#[cfg(test)]
#[cfg(all(target_os = "linux", feature = "simulator"))]
mod fleet;
#[cfg(test)]
#[cfg(feature = "simulator")]
mod fuse;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod hosts;
#[cfg(test)]
#[cfg(unix)]
mod kept;
#[cfg(test)]
#[cfg(feature = "simulator")]
mod key_vault;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(test)]
#[cfg(all(target_os = "linux", feature = "simulator"))]
mod leader;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod lock;
#[cfg(test)]
#[cfg(unix)]
mod misplaced;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod octo;
#[cfg(test)]
#[cfg(all(target_os = "linux", feature = "simulator"))]
mod openbao;
#[cfg(test)]
mod picture;
#[cfg(test)]
mod prices;
#[cfg(test)]
#[cfg(unix)]
mod printed;
#[cfg(test)]
#[cfg(unix)]
mod pty;
#[cfg(test)]
mod readme;
#[cfg(test)]
#[cfg(unix)]
mod record;
#[cfg(test)]
#[cfg(all(target_os = "linux", feature = "simulator"))]
mod save_step;
#[cfg(test)]
#[cfg(feature = "simulator")]
mod scenarios;
#[cfg(test)]
#[path = "../../src/commands/tests/schema.rs"]
mod schema;
#[cfg(test)]
#[cfg(all(target_os = "linux", feature = "simulator"))]
mod shared_vault;
#[cfg(test)]
#[cfg(feature = "simulator")]
mod simulator;
#[cfg(test)]
#[cfg(all(target_os = "linux", feature = "simulator"))]
mod stories;
#[cfg(test)]
#[cfg(unix)]
mod terminal;
#[cfg(test)]
#[cfg(feature = "simulator")]
mod third_store;
#[cfg(test)]
#[cfg(feature = "simulator")]
mod tls;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod troubleshooting;
#[cfg(test)]
mod vault;
