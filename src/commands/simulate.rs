//! `octo-csp simulate`: the simulated Microsoft alone, until it is ended.

use std::io::Write as _;

use crate::cli::Simulate;
use crate::commands::{complain, ground, headless};
use crate::exit::Exit;
use crate::host::Host;
use crate::simulator::{Options, Scenario, Simulator};

pub(super) fn run(host: &mut Host, arguments: &Simulate) -> Exit {
    let name = arguments.scenario.as_deref();
    let Some(scenario) = name.map_or_else(|| Some(Scenario::default()), Scenario::named) else {
        let what = format!(
            "there is no scenario called {:?}; rehearse --list names them",
            name.unwrap_or_default()
        );
        return complain(host, &what);
    };
    let options = Options {
        port: arguments.port.filter(|port| *port != 0),
        tls: arguments.tls,
        scenario,
        sheet_bytes: arguments.sheet_bytes,
    };
    let Some(runtime) = ground::runtime() else {
        return Exit::Internal;
    };
    runtime.block_on(async {
        let simulator = match Simulator::start(options).await {
            Ok(simulator) => simulator,
            Err(error) => return complain(host, &error.to_string()),
        };
        if writeln!(host.out, "{}", simulator.line()).and_then(|()| host.out.flush()).is_err() {
            return Exit::Internal;
        }
        // A signal is waited for, so that what the simulator wrote is removed.
        headless::ended().await;
        drop(simulator);
        Exit::Done
    })
}
