//! Gathers the [`Host`] (arguments, environment, streams, terminal, clock's zone) and returns the exit code.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use octo_csp::{Environment, Exit, Host, SECOND_PROCESS, second_process_main};

/// Wipes every buffer that a library frees.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    harden();
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|word| word == SECOND_PROCESS) {
        return second_process_main(io::stdin().lock(), io::stdout().lock()).into();
    }
    #[expect(clippy::disallowed_methods, reason = "main is where the environment is read")]
    let environment = Environment::read(|name| std::env::var_os(name)).with_settings(std::env::vars_os());
    let program = std::env::current_exe()
        .or_else(|_unreadable| arguments.first().map(PathBuf::from).ok_or(io::ErrorKind::NotFound));
    let Ok(program) = program else {
        return Exit::Internal.into();
    };
    let mut host = Host {
        arguments,
        environment,
        program,
        machine: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        input_is_terminal: io::stdin().is_terminal(),
        output_is_terminal: io::stdout().is_terminal(),
        zone,
        input: Box::new(io::stdin()),
        out: Box::new(io::stdout()),
        err: Box::new(io::stderr()),
        printed: false,
        flags: String::new(),
    };
    octo_csp::run(&mut host).into()
}

#[expect(clippy::disallowed_methods, reason = "main is where the environment is read")]
fn zone() -> jiff::tz::TimeZone {
    octo_csp::zone(std::env::var_os("TZ").as_deref())
}

/// Before any secret is in memory: no core dumps, no debugger of the same user, nobody reads our memory.
/// What cannot be had is gone without.
fn harden() {
    #[cfg(target_os = "linux")]
    if !readable() {
        let _kept_dumpable = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    }
    #[cfg(unix)]
    let _kept_limit = rustix::process::setrlimit(
        rustix::process::Resource::Core,
        rustix::process::Rlimit { current: Some(0), maximum: Some(0) },
    );
}

/// Whether a test wants to look for secrets in our memory: the product that ships has no such door.
#[cfg(target_os = "linux")]
fn readable() -> bool {
    #[expect(clippy::disallowed_methods, reason = "before anything else")]
    let wanted = std::env::var_os("OCTO_TEST_READABLE_MEMORY").is_some();
    cfg!(feature = "test-door") && wanted
}
