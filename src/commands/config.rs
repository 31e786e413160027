//! `octo-csp config`: every setting, its value, and where it comes from.

use clap::{ArgAction, CommandFactory as _};

use crate::cli::{Cli, Config};
use crate::commands::settings::{self, Layers, Origin};
use crate::commands::{complain, say};
use crate::exit::Exit;
use crate::host::Host;
use crate::report::config::{self, Found, Setting, Source};

pub(super) fn run(host: &mut Host, arguments: &Config) -> Exit {
    let layers = match settings::here(host) {
        Ok(layers) => layers,
        Err(what) => return complain(host, &what),
    };
    let found = found(&layers);
    let text = if arguments.json { config::in_json(&found) } else { config::text(&found) };
    say(host, &text)
}

fn found(layers: &Layers) -> Found {
    let flags = settings::flags(&Cli::command());
    let settings = flags.into_iter().map(|(name, (arg, commands))| {
        let default = || {
            let values: Vec<_> = arg.get_default_values().iter().collect();
            let switch = matches!(arg.get_action(), ArgAction::SetTrue);
            let value = values.first().map(|value| value.to_string_lossy().into_owned());
            value.filter(|_| !switch).or_else(|| switch.then(|| "false".to_owned()))
        };
        let given = layers.given(&name);
        let overridden = layers.file.get(&name);
        let overridden = overridden.filter(|file| given.is_some_and(|given| given != *file));
        let (source, from) = match given.map(|given| &given.origin) {
            Some(Origin::Variable(name)) => (Source::Variable, Some(name.clone())),
            Some(Origin::File(path, _)) => (Source::File, Some(path.display().to_string())),
            None => (Source::Default, None),
        };
        Setting {
            value: given.map_or_else(default, |given| Some(given.value.clone())),
            source,
            from,
            overridden: overridden.map(|file| file.value.clone()),
            commands,
            name,
        }
    });
    Found {
        settings: settings.collect(),
        file: layers.path.as_ref().map(|path| path.display().to_string()),
        there: layers.there,
        unknown: layers.unknown.clone(),
    }
}
