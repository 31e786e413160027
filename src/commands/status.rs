//! `octo-csp status` and `octo-csp report`: what the journals and the keyring tell, without lock and without network.

use crate::cli::{CloudName, Report, Status, Which};
use crate::commands::context::{self, CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::machine;
use crate::diagnose::Context;
use crate::effect::Opened;
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::Kind;
use crate::report::lines::WIDTH;
use crate::report::status::{self, Found, Item};
use crate::report::support;
use crate::words::Environment;
use crate::world::clock;
use crate::world::registration_index::{Presence, RegistrationIndex, Scan};

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Status) -> Result<Exit, CommandError> {
    let which = &arguments.which;
    let target = Target::sealed(context, which)?;
    let shelf = context::shelf(context, &which.store, &target).await?;
    // One that is named is looked at alone, however many others there are.
    let named = which.registration.is_some();
    let volumes = if named { shelf.named(&target.names()).await } else { shelf.volumes().await };
    let mut found = find(context, &shelf, &target, volumes?).await;
    let all = found.len() + usize::from(named);
    let one_cloud = which.cloud.cloud_file.is_some() || !matches!(which.cloud.cloud, CloudName::Global);
    found.retain(|one| !one_cloud || target.has_in_cloud(&one.opened.name));
    found.retain(|one| !which.sandbox || one.identity.environment == Environment::Sandbox);
    let others = all - found.len();
    let text = if arguments.json {
        status::in_json(&found)
    } else {
        status::text(&found, others, &context.host.command("register"), context::width(context.host))
    };
    context.print(&text);
    Ok(status::exit(&found))
}

/// What is found of these registrations; of those of the cloud that `target` is about, with the flags that it was given.
async fn find(
    context: &CommandContext<'_>,
    shelf: &RegistrationIndex,
    target: &Target,
    volumes: Vec<Opened>,
) -> Vec<Found> {
    let host = &*context.host;
    let mut found = Vec::new();
    for volume in volumes {
        let items = volume.registration.active.as_ref().map(|active| {
            let tokens = active.access_tokens();
            [active.set(), tokens.to_vec()].concat()
        });
        let kept_in = &volume.registration.store;
        let mut seen = shelf.presence(&volume.name, kept_in, &items.unwrap_or_default()).await;
        // Access tokens are no part of the set: one that is not there is not missing.
        seen.retain(|(item, presence)| *presence == Presence::There || !item.kind.is_access_token());
        let items = seen.into_iter().map(|(item, presence)| Item {
            name: item.to_string(),
            what: item.kind.words(),
            state: words(host, &presence),
        });
        let identity = target.identity_among(context, &volume.name, &volume.registration);
        found.push(Found { identity, items: items.collect(), opened: volume });
    }
    found
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
    let (cloud, store) = (arguments.cloud.clone(), arguments.store.clone());
    let target = Target::sealed(context, &Which { cloud, store, ..Which::default() })?;
    let shelf = context::shelf(context, &arguments.store, &target).await?;
    let volumes = shelf.volumes().await?;
    let found = find(context, &shelf, &target, volumes).await;
    let (facts, now) = (machine::facts(context.host, &target.cloud), clock::now());
    let begin = context.host.command("register");
    let made = |width| support::text(&facts, now, &found, &begin, width);
    let text = made(WIDTH);
    let scans = scan(&shelf, &text, &found).await;
    let leaks: Vec<String> = scans
        .iter()
        .flat_map(|scan| &scan.leaks)
        .map(|(item, encoding)| format!("the report holds a kept secret ({item}, {encoding}): it is not written"))
        .collect();
    if !leaks.is_empty() {
        return Err(CommandError::new(Exit::Internal, leaks.join("\nocto-csp: ")));
    }
    context.print(&made(context::width(context.host)));
    let searched = searched(context.host, &scans);
    context.note(&searched);
    match &arguments.output {
        None => Ok(Exit::Done),
        Some(file) => context.write("output", file, &text),
    }
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
