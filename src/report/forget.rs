//! `octo-csp forget`: what goes, what stays and who can end that, and how it ended.

use serde_json::{Value, json};

use crate::diagnose::Diagnosis;
use crate::effect::Opened;
use crate::exit::Exit;
use crate::report::identity::Identity;
use crate::report::lines::{WIDTH, plain};
use crate::report::rows::{Row, Tone};
use crate::report::{self, object};
use crate::words::{Failure, StoreDescriptor, UntrustedText};

/// What is to be forgotten.
#[derive(Clone, Debug)]
pub struct Going {
    /// As it was found.
    pub opened: Opened,
    /// Every secret that was ever about to be kept: the noun of its store, and its name.
    items: Vec<(&'static str, String)>,
    /// Nouns of stores that were not asked for, and do not say whether they have something too.
    silent: Vec<&'static str>,
    /// The Azure portal's address.
    portal: String,
    /// The command that goes on with it.
    again: String,
}

impl Going {
    /// Everything that is known of a registration.
    pub fn new(opened: Opened, portal: String, again: String) -> Self {
        let items = opened.registration.every_item().into_iter();
        let items = items.map(|item| format!("{}/{item}", opened.name)).collect();
        let mut going = Self { items: Vec::new(), silent: Vec::new(), portal, again, opened };
        let store = going.opened.registration.opened_in;
        going.also(store, Some(items));
        going
    }

    /// Names of what a store has; `None` if it does not tell.
    pub fn also(&mut self, store: &StoreDescriptor, names: Option<Vec<String>>) {
        self.silent.extend(names.is_none().then_some(store.noun));
        self.items.extend(names.into_iter().flatten().map(|name| (store.noun, name)));
    }

    /// Whether there is no secret, for all that is known.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.silent.is_empty()
    }

    /// What a person types to confirm.
    pub fn to_type(&self) -> String {
        let called = self.opened.registration.called();
        called.as_ref().unwrap_or(&self.opened.name).trim().to_owned()
    }

    /// What is not on this machine, and who can end it.
    fn stays(&self) -> Vec<String> {
        let mut stays =
            vec!["What Octo was given: remove the payer account in Octo, or ask Alphaus support.".to_owned()];
        stays.extend(
            self.silent.iter().map(|noun| format!("What the {noun} has of it, if anything: it did not answer.")),
        );
        let Opened { registration, .. } = &self.opened;
        let newest = registration.active.as_ref().or(registration.open.as_ref());
        let Some((center, _)) = newest.and_then(|attempt| attempt.partner_center.as_ref()) else {
            return stays;
        };
        let (portal, app, tenant) = (&self.portal, &center.application, &center.tenant);
        stays.push(format!(
            "The app {app} in {tenant} and its secret key: {portal} > App registrations > {app} > Certificates & secrets > Delete."
        ));
        stays.push(format!(
            "Its consent: {portal} > Enterprise applications > {app} > Permissions > Review permissions."
        ));
        let api = newest.and_then(|attempt| attempt.partner_api.as_ref());
        let user = api.and_then(|(proof, _)| proof.user.as_ref()).map_or("whoever signed in", UntrustedText::as_str);
        stays.push(format!(
            "The sign-in of {user}, until it is unused for 90 days: {portal} > Users > {user} > Revoke sessions."
        ));
        stays
    }
}

/// How it ended.
#[derive(Debug)]
pub struct Ending {
    /// Whether nothing is left.
    pub forgotten: bool,
    /// Whether the folder is left.
    pub folder: bool,
    /// Names of the secrets that are still there, as far as is known.
    pub left: Vec<String>,
    /// The exit code.
    pub exit: Exit,
}

/// What goes and what stays, before anybody is asked.
pub fn list(going: &Going) -> String {
    let mut rows = vec![Row::of(Tone::Title, format!("This will be deleted ({}):", going.opened.name))];
    for (noun, item) in &going.items {
        rows.push(Row::pair(noun, 12, Tone::Value, item.as_str()));
    }
    rows.push(Row::pair("folder", 12, Tone::Value, going.opened.folder.as_str()));
    rows.push(Row::gap());
    rows.push(Row::of(Tone::Title, "This is not on this machine, and stays:"));
    rows.extend(stays(going));
    rows.push(Row::gap());
    plain(&rows, WIDTH)
}

fn stays(going: &Going) -> impl Iterator<Item = Row> {
    let stays = going.stays().into_iter();
    stays.map(|line| Row::text(format!("- {line}")).at(2).hanging(4))
}

/// How it ended, as text. `noted` says whether anything was changed.
pub fn ending(going: &Going, ending: &Ending, noted: bool) -> String {
    let name = &going.opened.name;
    let mut rows = Vec::new();
    if ending.forgotten {
        rows.push(Row::text(format!("Deleted: everything that was kept about {name}.")));
        return plain(&rows, WIDTH);
    }
    if noted {
        rows.push(Row::text(format!("Not finished. {name} is no longer in use; {} goes on.", going.again)));
        for item in &ending.left {
            rows.push(Row::pair("left", 12, Tone::Value, item.as_str()));
        }
        let folder = ending.folder.then_some(going.opened.folder.as_str());
        rows.extend(folder.map(|folder| Row::pair("left", 12, Tone::Value, folder)));
    } else {
        rows.push(Row::text("Nothing was deleted."));
    }
    plain(&rows, WIDTH)
}

/// How it ended, as one JSON object.
pub fn in_json(going: &Going, ending: &Ending, failed: Option<&(Failure, Diagnosis)>) -> String {
    let Opened { name, registration, .. } = &going.opened;
    let members = Identity::of(name, registration).with(json!({
        "forgotten": ending.forgotten,
        "items": going.items.iter().map(|(_, item)| item.as_str()).collect::<Value>(),
        "left": ending.left,
        "stays": going.stays(),
        "failed": failed.into_iter().map(report::failed).collect::<Value>(),
    }));
    object("forget", &members, ending.exit)
}
