//! `octo-csp status` and `octo-csp report`: what the journals and the keyring tell, without lock and without network.

use crate::cli::{Report, Status};
use crate::cloud::Cloud;
use crate::commands::context::{self, CommandContext};
use crate::commands::error::CommandError;
use crate::commands::machine;
use crate::diagnose::Context;
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Kind;
use crate::report::identity::Identity;
use crate::report::status::{self, Found, Item};
use crate::report::support::{self, Surroundings};
use crate::words::Failure;
use crate::world::clock;
use crate::world::registration_index::{Presence, RegistrationIndex, Scan};

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Status) -> Result<Exit, CommandError> {
    let shelf = context::shelf(context.host, &arguments.store).await?;
    let found = find(context.host, &shelf, arguments.sandbox).await?;
    let text =
        if arguments.json { status::in_json(&found) } else { status::text(&found, &context.host.command("register")) };
    context.print(&text);
    Ok(status::exit(&found))
}

async fn find(host: &Host, shelf: &RegistrationIndex, sandbox: bool) -> Result<Vec<Found>, Box<Failure>> {
    let mut found = Vec::new();
    for volume in shelf.volumes().await? {
        if sandbox && !volume.name.starts_with("sandbox") {
            continue;
        }
        let items = volume.registration.active.as_ref().map(|active| {
            let tokens = active.access_tokens();
            [active.set(), tokens.to_vec()].concat()
        });
        let kept_in = &volume.registration.store;
        let mut seen = shelf.presence(&volume.name, kept_in, &items.unwrap_or_default()).await;
        // Access tokens are no part of the set: one that is not there is not missing.
        seen.retain(|(item, presence)| *presence == Presence::There || !item.kind.is_access_token());
        let items =
            seen.into_iter().map(|(item, presence)| Item { name: item.to_string(), state: words(host, &presence) });
        let mut identity = Identity::of(&volume.name, &volume.registration);
        identity.flags.push_str(&host.flags);
        found.push(Found { identity, items: items.collect(), opened: volume });
    }
    Ok(found)
}

fn words(host: &Host, presence: &Presence) -> String {
    match presence {
        Presence::There => "there".to_owned(),
        Presence::Missing => "missing".to_owned(),
        Presence::Sealed => "not opened (--store file)".to_owned(),
        Presence::Unknown(failure) => {
            let diagnosis = machine::diagnosed(host, failure, Context::default());
            format!("not known ({})", diagnosis.code)
        }
    }
}

pub(super) async fn report(context: &mut CommandContext<'_>, arguments: &Report) -> Result<Exit, CommandError> {
    let (cloud, _) = context::cloud(&arguments.cloud)?;
    let shelf = context::shelf(context.host, &arguments.store).await?;
    let found = find(context.host, &shelf, false).await?;
    let text = support::text(&surroundings(context.host, &cloud), &found, &context.host.command("register"));
    let scans = scan(&shelf, &text, &found).await;
    let leaks: Vec<String> = scans
        .iter()
        .flat_map(|scan| &scan.leaks)
        .map(|(item, encoding)| format!("the report holds a kept secret ({item}, {encoding}): it is not written"))
        .collect();
    if !leaks.is_empty() {
        return Err(CommandError::new(Exit::Internal, leaks.join("\nocto-csp: ")));
    }
    context.print(&text);
    let searched = searched(context.host, &scans);
    context.note(&searched);
    match &arguments.output {
        None => Ok(Exit::Done),
        Some(file) => context.write("output", file, &text),
    }
}

fn surroundings(host: &Host, cloud: &Cloud) -> Surroundings {
    let addresses = [Some(&cloud.login), Some(&cloud.partner_center), cloud.partner_api.as_ref(), cloud.octo.as_ref()];
    let mut hosts: Vec<String> =
        addresses.into_iter().flatten().filter_map(|address| address.host_str().map(str::to_owned)).collect();
    hosts.dedup();
    Surroundings { machine: host.machine.clone(), cloud: cloud.name.to_string(), hosts, now: clock::now() }
}

/// Searches for everything that the journals say was ever kept, of open and replaced attempts too.
async fn scan(shelf: &RegistrationIndex, text: &str, found: &[Found]) -> Vec<Scan> {
    let mut scans = Vec::new();
    for one in found {
        // A manifest holds the names of items, which a report may say.
        let Opened { registration, name, .. } = &one.opened;
        let mut items = registration.every_item();
        items.retain(|item| item.kind != Kind::Manifest);
        scans.push(shelf.scan(text, name, &registration.store, &items).await);
    }
    scans
}

fn searched(host: &Host, scans: &[Scan]) -> String {
    let count: usize = scans.iter().map(|scan| scan.looked_for).sum();
    let silent = scans.iter().find_map(|scan| scan.silent.as_ref());
    if scans.iter().any(|scan| scan.sealed) {
        return format!(
            "searched for {count} kept secrets; a vault file was not opened (--store file), so read the report before you send it"
        );
    }
    let searched = format!("searched for {count} kept secrets in 7 encodings: none is in it");
    silent.map_or(searched, |failure| {
        let diagnosis = machine::diagnosed(host, failure, Context::default());
        format!(
            "searched for {count} kept secrets; the store gave no more out ({}), so read the report before you send it",
            diagnosis.code
        )
    })
}
