//! `octo-csp rehearse`: the whole wizard against a simulated Microsoft, with a vault in memory.

use std::sync::Arc;

use crate::cli::Rehearse;
use crate::cloud::Cloud;
use crate::commands::context::CommandContext;
use crate::commands::error::CommandError;
use crate::commands::{machine, register};
use crate::exit::Exit;
use crate::host::Host;
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::Row;
use crate::simulator::{Facts, Options as SimulatorOptions, Scenario, Simulator};
use crate::ui::Person;
use crate::ui::wizard::{Octo, RehearsalAnswers, WizardConfig};
use crate::words::{Environment, Field, OctoClient, Ring, Secret, Source, UntrustedText};
use crate::world::call_log::CallLog;
use crate::world::mishap::{self, Faulty, Mishap};
use crate::world::{Options, StoreOptions, World};

/// What there is for a script.
const WITHOUT: &str = "a script has simulate, and register --no-input";

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Rehearse) -> Result<Exit, CommandError> {
    if let Some(word) = &arguments.list {
        return match list(word) {
            Some(list) => Ok(context.print(&list)),
            None => Err(CommandError::usage("no scenario has this word; rehearse --list names them all")),
        };
    }
    let name = arguments.fail.as_deref();
    let Some((scenario, mishap)) = name.map_or_else(|| Some(Default::default()), scenario) else {
        return Err(CommandError::usage("there is no such scenario; rehearse --list names them"));
    };
    register::needs_terminal(context.host, &arguments.screen, "rehearse", WITHOUT)?;
    let options = SimulatorOptions { scenario, ..SimulatorOptions::default() };
    let simulator = Simulator::start(options).await?;
    let log = context.log()?;
    wizard(context.host, arguments, &simulator, mishap, log).await
}

/// A scenario of Microsoft's, which the simulator plays, or one of this machine's.
fn scenario(name: &str) -> Option<(Scenario, Option<Mishap>)> {
    let scenario = Scenario::named(name).map(|scenario| (scenario, None));
    scenario.or_else(|| Mishap::named(name).map(|mishap| (Scenario::default(), Some(mishap))))
}

async fn wizard(
    host: &mut Host,
    arguments: &Rehearse,
    simulator: &Simulator,
    mishap: Option<Mishap>,
    log: Option<Arc<CallLog>>,
) -> Result<Exit, CommandError> {
    let cloud = simulator.cloud().clone();
    let facts = simulator.facts();
    let setting = WizardConfig {
        rehearsal: Some(answers_of_rehearsal(&facts, simulator, arguments.fail.clone())),
        unknown_hosts: Vec::new(),
        trust: Vec::new(),
        vault: None,
        reach: cloud.reach(cloud.graph_audience().is_some()),
        portal: cloud.portal.clone(),
        login: cloud.login.clone(),
        octo: octo(&cloud, &facts),
        only: None,
        environment: Environment::Production,
        store: Default::default(),
        browser: !arguments.screen.no_browser,
        given: crate::words::Typed::default(),
        zone: (host.zone)(),
        support: machine::facts(host, &cloud),
        words: String::new(),
    };
    let browser = machine::surroundings(host, &arguments.screen);
    let options = Options {
        cloud,
        label: None,
        extra_ca: simulator.ca_file().and_then(|file| std::fs::read(file).ok()),
        keeping: StoreOptions::memory(),
        browser,
        log,
    };
    let platform = mishap.and_then(|it| it.machine).unwrap_or_else(|| machine::platform(host));
    let world = Faulty::new(World::new(options), mishap);
    register::show(host, &arguments.screen, setting, platform, world).await
}

/// The simulated Octo and an API client of it: a rehearsal goes all the way.
fn octo(cloud: &Cloud, facts: &Facts) -> Option<Octo> {
    let (ring, host) = (Ring::Usual, UntrustedText::new(&cloud.octo()?.host()));
    let secret = Secret::shared(facts.octo_client_secret.clone());
    let which = (ring, host.clone());
    let client = OctoClient::new(&facts.octo_client_id, secret, &which, Source::Rehearsal);
    let client = client.map_err(|why| why.to_string());
    Some(Octo { ring, host, client })
}

/// What to type, from what an operator of the pretended company knows.
fn answers_of_rehearsal(facts: &Facts, simulator: &Simulator, scenario: Option<String>) -> RehearsalAnswers {
    let values = [
        (Field::AccountName, &facts.company),
        (Field::ClientId, &facts.client_id),
        (Field::ApplicationId, &facts.client_id),
        (Field::SecretKey, &facts.client_secret),
        (Field::Directory, &facts.domain),
        (Field::MpnId, &facts.mpn_id),
        (Field::ApiSecret, &facts.client_secret),
        (Field::Redirect, &facts.redirect_uri),
        (Field::OctoClientId, &facts.octo_client_id),
        (Field::OctoSecret, &facts.octo_client_secret),
    ];
    let person = simulator.person();
    RehearsalAnswers {
        values: values.into_iter().map(|(field, value)| (field, Secret::shared(value.clone()))).collect(),
        user: facts.user.clone(),
        password: facts.password.clone(),
        mfa_code: facts.mfa_code.clone(),
        scenario,
        person: Person(Box::new(move |address| person.sign_in(address))),
    }
}

/// Who plays a scenario, by how its name begins; what begins otherwise is of the wire.
const GROUPS: [(&str, &str); 4] =
    [("AADSTS", "Microsoft Entra ID"), ("PC-", "Partner Center"), ("PRICE-", "Price service"), ("OCTO-", "Octo")];

/// The scenarios in which this word is, by who plays them; nothing where it is in none.
fn list(word: &str) -> Option<String> {
    let word = word.to_lowercase();
    let has = |(name, about): &(&str, &str)| format!("{name} {about}").to_lowercase().contains(&word);
    let title = |name: &str| {
        let of = GROUPS.iter().find(|(front, _)| name.starts_with(front));
        of.map_or("The network, and oddities", |(_, title)| *title)
    };
    let played = Scenario::all().map(|(name, about)| (title(name), name, about));
    let here = mishap::all().map(|(name, about)| ("This machine", name, about));
    let all: Vec<(&str, &str, &str)> = played.chain(here).filter(|(_, name, about)| has(&(name, about))).collect();
    let width = all.iter().map(|(_, name, _)| name.len()).max()?;
    let titles = GROUPS.iter().map(|(_, title)| *title).chain(["The network, and oddities", "This machine"]);
    let groups = titles.filter_map(|title| {
        let of = all.iter().filter(|(other, ..)| *other == title);
        let row = |name: &str, about: &str| Row::text(format!("{name:<width$}  {}", without_values(about)));
        let hang = u16::try_from(width).unwrap_or(0) + 4;
        let rows: Vec<Row> = of.map(|(_, name, about)| row(name, about).at(2).hanging(hang)).collect();
        (!rows.is_empty()).then(|| format!("{title}\n{}", plain(&rows, WIDTH)))
    });
    Some(groups.collect::<Vec<_>>().join("\n"))
}

/// A sentence of a service, as it is where nobody has an application yet.
fn without_values(about: &str) -> String {
    let values = ["{app}", "{tenant}", "{user}", "{resource}", "{redirect}"];
    values.iter().fold(about.to_owned(), |it, value| it.replace(value, "..."))
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn scenarios_are_listed_by_who_plays_them_and_searched_by_a_word() {
        let all = list("").unwrap();
        let titles: Vec<&str> = all.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
        assert_eq!(titles.first(), Some(&"Microsoft Entra ID"));
        assert_eq!(titles.last(), Some(&"This machine"));
        assert!(titles.len() >= 5, "{titles:?}");
        // On a terminal of 80 no line is broken by it, and nothing stands there that is filled in later.
        assert!(all.lines().all(|line| line.len() <= 80 && !line.contains('{')), "{all}");
        let found = list("7000215").unwrap();
        assert!(found.lines().count() <= 4 && found.contains("AADSTS7000215"), "{found}");
        assert_eq!(list("KEYRING").is_some(), list("keyring").is_some());
        assert_eq!(list("no such word"), None);
    }
}
