//! `octo-csp rehearse`: the whole wizard against a simulated Microsoft, with a vault in memory.

use std::collections::BTreeMap;
use std::io::Write as _;

use crate::cli::Rehearse;
use crate::commands::{complain, ground, register};
use crate::engine::answers::Field;
use crate::engine::step::Environment;
use crate::exit::Exit;
use crate::host::Host;
use crate::secret::Secret;
use crate::simulator::{Facts, Options as SimulatorOptions, Scenario, Simulator};
use crate::ui::wizard::{Crib, Setting};
use crate::world::{Keeping, Options};

pub(super) fn run(host: &mut Host, arguments: &Rehearse) -> Exit {
    if arguments.list {
        return list(host);
    }
    let name = arguments.fail.as_deref();
    let Some(scenario) = name.map_or_else(|| Some(Scenario::default()), Scenario::named) else {
        let what = format!(
            "there is no misfortune called {:?}; rehearse --list names them",
            name.unwrap_or_default()
        );
        return complain(host, &what);
    };
    if !host.on_terminal {
        return complain(
            host,
            "rehearse is a wizard and needs a terminal for input and output",
        );
    }
    let Some(runtime) = ground::runtime() else {
        return Exit::Internal;
    };
    let options = SimulatorOptions {
        scenario,
        ..SimulatorOptions::default()
    };
    runtime.block_on(async {
        match Simulator::start(options).await {
            Ok(simulator) => wizard(host, arguments, &simulator).await,
            Err(error) => complain(host, &error.to_string()),
        }
    })
}

async fn wizard(host: &mut Host, arguments: &Rehearse, simulator: &Simulator) -> Exit {
    let cloud = simulator.cloud().clone();
    let setting = Setting {
        rehearsal: Some(crib(&simulator.facts(), arguments.fail.clone())),
        unknown_hosts: Vec::new(),
        extra_ca: false,
        prices: cloud.partner_api.is_some(),
        portal: cloud.portal.clone(),
        only: None,
        environment: Environment::Production,
        browser: !arguments.screen.no_browser,
        given: crate::engine::answers::Typed::default(),
        zone: host.zone.clone(),
    };
    let browser = register::surroundings(host, &arguments.screen);
    let options = Options {
        cloud,
        extra_ca: None,
        keeping: Keeping::Memory,
        browser,
    };
    register::show(host, &arguments.screen, setting, options).await
}

/// What to type, from what an operator of the pretended company knows.
fn crib(facts: &Facts, scenario: Option<String>) -> Crib {
    let values = BTreeMap::from([
        (Field::AccountName, facts.company.clone()),
        (Field::ClientId, facts.client_id.clone()),
        (Field::ApplicationId, facts.client_id.clone()),
        (Field::Directory, facts.domain.clone()),
        (Field::MpnId, facts.mpn_id.clone()),
        (Field::Redirect, facts.redirect_uri.clone()),
    ]);
    Crib {
        values,
        secret: Secret::shared(facts.client_secret.clone()),
        user: facts.user.clone(),
        password: facts.password.clone(),
        mfa_code: facts.mfa_code.clone(),
        scenario,
    }
}

fn list(host: &mut Host) -> Exit {
    let width = Scenario::all()
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default();
    for (name, about) in Scenario::all() {
        if writeln!(host.out, "{name:<width$}  {about}").is_err() {
            break;
        }
    }
    Exit::Done
}
