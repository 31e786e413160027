//! `octo-csp status` and `octo-csp report`: what the journals and the keyring tell, without lock and without network.

use std::io::Write as _;
use std::path::Path;

use crate::cli::{Report, Status};
use crate::cloud::Cloud;
use crate::commands::ground::NotBegun;
use crate::commands::{cannot, complain, ground, not_begun, say};
use crate::diagnose::{Context, diagnose};
use crate::exit::Exit;
use crate::host::Host;
use crate::journal::{ItemName, Kind};
use crate::report::status::{self, Found, Item};
use crate::report::support::{self, Surroundings};
use crate::words::failure::Failure;
use crate::world::registration_index::{Presence, RegistrationIndex, RegistrationSummary, Scan};
use crate::world::{clock, papers};

pub(super) fn run(host: &mut Host, arguments: &Status) -> Exit {
    let found = ground::shelf(host, &arguments.store)
        .map_err(Told::Words)
        .and_then(|shelf| find(&shelf, arguments.sandbox));
    let found = match found {
        Ok(found) => found,
        Err(Told::Words(what)) => return not_begun(host, &what),
        Err(Told::Failure(failure)) => return cannot(host, &failure, arguments.json),
    };
    let text = if arguments.json { status::in_json(&found) } else { status::text(&found) };
    say(host, &text);
    status::exit(&found)
}

/// Why nothing could be found.
enum Told {
    Words(NotBegun),
    Failure(Box<Failure>),
}

fn no_runtime() -> Told {
    Told::Words(NotBegun::internal())
}

fn find(shelf: &RegistrationIndex, sandbox: bool) -> Result<Vec<Found>, Told> {
    let runtime = ground::runtime().ok_or_else(no_runtime)?;
    let volumes = runtime.block_on(shelf.volumes()).map_err(Told::Failure)?;
    Ok(volumes
        .into_iter()
        .filter(|volume| !sandbox || volume.name.starts_with("sandbox"))
        .map(|volume| {
            let items = volume.registration.active.as_ref().map(|active| {
                let tokens = active.access_tokens();
                [active.set(), tokens.to_vec()].concat()
            });
            let items = items.unwrap_or_default();
            let kept_in = &volume.registration.store;
            let mut seen = runtime.block_on(shelf.presence(&volume.name, kept_in, &items));
            // Access tokens are no part of the set: one that is not there is not missing.
            seen.retain(|(item, presence)| {
                *presence == Presence::There || !item.kind.is_access_token()
            });
            of(volume, seen)
        })
        .collect())
}

fn of(volume: RegistrationSummary, seen: Vec<(ItemName, Presence)>) -> Found {
    let items = seen
        .into_iter()
        .map(|(item, presence)| Item { name: item.to_string(), state: words(&presence) })
        .collect();
    Found {
        name: volume.name,
        folder: volume.folder,
        registration: volume.registration,
        damaged: volume.damaged,
        draft: volume.draft.as_ref().and_then(|draft| draft.saved_at),
        refused: volume.draft.and_then(|draft| draft.refused),
        items,
    }
}

fn words(presence: &Presence) -> String {
    match presence {
        Presence::There => "there".to_owned(),
        Presence::Missing => "missing".to_owned(),
        Presence::Sealed => "not opened (--store file)".to_owned(),
        Presence::Unknown(failure) => {
            let diagnosis = diagnose(failure, &Context::default());
            format!("not known ({})", diagnosis.code)
        }
    }
}

pub(super) fn report(host: &mut Host, arguments: &Report) -> Exit {
    let cloud = match ground::cloud(&arguments.cloud) {
        Ok((cloud, _)) => cloud,
        Err(what) => return complain(host, &what),
    };
    let shelf = match ground::shelf(host, &arguments.store) {
        Ok(shelf) => shelf,
        Err(what) => return not_begun(host, &what),
    };
    let found = match find(&shelf, false) {
        Ok(found) => found,
        Err(Told::Words(what)) => return not_begun(host, &what),
        Err(Told::Failure(failure)) => return cannot(host, &failure, false),
    };
    let text = support::text(&surroundings(host, &cloud), &found);
    let scans = match scan(&shelf, &text, &found) {
        Ok(scans) => scans,
        Err(Told::Words(what)) => return not_begun(host, &what),
        Err(Told::Failure(failure)) => return cannot(host, &failure, false),
    };
    for (item, encoding) in scans.iter().flat_map(|scan| &scan.leaks) {
        let what =
            format!("the report holds a kept secret ({item}, {encoding}): it is not written");
        complain(host, &what);
    }
    if scans.iter().any(|scan| !scan.leaks.is_empty()) {
        return Exit::Internal;
    }
    say(host, &text);
    let _closed = writeln!(host.err, "{}", searched(&scans));
    match &arguments.output {
        None => Exit::Done,
        Some(file) => write(host, file, &text),
    }
}

fn surroundings(host: &Host, cloud: &Cloud) -> Surroundings {
    let addresses = [
        Some(&cloud.login),
        Some(&cloud.partner_center),
        cloud.partner_api.as_ref(),
        cloud.octo.as_ref(),
    ];
    let mut hosts: Vec<String> = addresses
        .into_iter()
        .flatten()
        .filter_map(|address| address.host_str().map(str::to_owned))
        .collect();
    hosts.dedup();
    Surroundings {
        machine: host.machine.clone(),
        cloud: cloud.name.to_string(),
        hosts,
        now: clock::now(),
    }
}

/// Searches for everything that the journals say was ever kept, of open and replaced attempts too.
fn scan(shelf: &RegistrationIndex, text: &str, found: &[Found]) -> Result<Vec<Scan>, Told> {
    let runtime = ground::runtime().ok_or_else(no_runtime)?;
    Ok(found
        .iter()
        .map(|one| {
            // A manifest holds the names of items, which a report may say.
            let mut items = one.registration.every_item();
            items.retain(|item| item.kind != Kind::Manifest);
            runtime.block_on(shelf.scan(text, &one.name, &one.registration.store, &items))
        })
        .collect())
}

fn searched(scans: &[Scan]) -> String {
    let count: usize = scans.iter().map(|scan| scan.looked_for).sum();
    let silent = scans.iter().find_map(|scan| scan.silent.as_ref());
    if scans.iter().any(|scan| scan.sealed) {
        return format!(
            "searched for {count} kept secrets; a vault file was not opened (--store file), so read the report before you send it"
        );
    }
    let searched = format!("searched for {count} kept secrets in 7 encodings: none is in it");
    silent.map_or(searched, |failure| {
        let diagnosis = diagnose(failure, &Context::default());
        format!(
            "searched for {count} kept secrets; the store gave no more out ({}), so read the report before you send it",
            diagnosis.code
        )
    })
}

fn write(host: &mut Host, file: &Path, text: &str) -> Exit {
    match papers::write(file, text.as_bytes()) {
        Ok(()) => {
            let _closed = writeln!(host.err, "written: {}", file.display());
            Exit::Done
        }
        Err(error) => {
            let what = format!("cannot write {}: {}", file.display(), error.kind());
            complain(host, &what);
            Exit::Storage
        }
    }
}
