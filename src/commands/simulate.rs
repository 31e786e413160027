//! `octo-csp simulate`: the simulated Microsoft alone, until it is ended.

use crate::cli::Simulate;
use crate::commands::context::CommandContext;
use crate::commands::error::CommandError;
use crate::commands::signal;
use crate::exit::Exit;
use crate::simulator::{Options, Scenario, Simulator};

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Simulate) -> Result<Exit, CommandError> {
    let name = arguments.scenario.as_deref();
    let Some(scenario) = name.map_or_else(|| Some(Scenario::default()), Scenario::named) else {
        return Err(CommandError::usage("there is no such scenario; rehearse --list names them"));
    };
    let roles = arguments.key_vault_role.iter().map(std::fs::read_to_string).collect::<Result<_, _>>();
    let options = Options {
        port: arguments.port.filter(|port| *port != 0),
        tls: arguments.tls,
        scenario,
        sheet_bytes: arguments.sheet_bytes,
        roles: roles.map_err(|error| {
            CommandError::usage(format!("the file of --key-vault-role cannot be read: {}", error.kind()))
        })?,
    };
    let simulator = Simulator::start(options).await?;
    if context.host.print(&format!("{}\n", simulator.line())).is_err() {
        return Err(CommandError::Quiet(Exit::Internal));
    }
    // A signal is waited for, so that what the simulator wrote is removed.
    signal::ended().await;
    drop(simulator);
    Ok(Exit::Done)
}
