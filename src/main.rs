//! Gathers what the process is given and returns the exit code.

/// Wipes every buffer that a library frees.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> std::process::ExitCode {
    use octo_csp::world::vault::{SECOND_PROCESS, second_process_main};
    let exit = if std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == SECOND_PROCESS)
    {
        second_process_main(std::io::stdin().lock(), std::io::stdout().lock())
    } else {
        octo_csp::exit::Exit::Usage
    };
    exit.into()
}
