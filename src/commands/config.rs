//! `octo-csp config`: every setting, its value, and where it comes from.

use clap::{ArgAction, CommandFactory as _};

use crate::cli::{Cli, Config};
use crate::commands::context::CommandContext;
use crate::commands::error::CommandError;
use crate::commands::settings::{self, Origin, Settings};
use crate::exit::Exit;
use crate::report::config::{self, Found, Setting, Source};

#[expect(clippy::unnecessary_wraps, reason = "every command ends in the same way")]
pub(super) fn run(context: &mut CommandContext<'_>, arguments: &Config) -> Result<Exit, CommandError> {
    let found = found(&context.settings);
    let text = if arguments.json { config::in_json(&found) } else { config::text(&found, arguments.all) };
    Ok(context.print(&text))
}

fn found(settings: &Settings) -> Found {
    let flags = settings::flags(&Cli::command());
    let all = flags.into_iter().map(|(name, (arg, commands))| {
        let default = || {
            let values: Vec<_> = arg.get_default_values().iter().collect();
            let switch = matches!(arg.get_action(), ArgAction::SetTrue);
            let value = values.first().map(|value| value.to_string_lossy().into_owned());
            value.filter(|_| !switch).or_else(|| switch.then(|| "false".to_owned()))
        };
        let given = settings.given(&name);
        let overridden = settings.file.get(&name);
        let overridden = overridden.filter(|file| given.is_some_and(|given| given != *file));
        let (source, from) = match given.map(|given| &given.origin) {
            Some(Origin::Variable(name)) => (Source::Variable, Some(name.clone())),
            Some(Origin::File(path, _)) => (Source::File, Some(path.display().to_string())),
            None => (Source::Default, None),
        };
        Setting {
            value: given.map_or_else(default, |given| Some(settings::shown(&name, &given.value))),
            source,
            from,
            overridden: overridden.map(|file| settings::shown(&name, &file.value)),
            commands,
            name,
        }
    });
    Found {
        settings: all.collect(),
        file: settings.path.as_ref().map(|path| match &settings.named {
            Some(folder) if !folder.exists() => "the folder that was named".to_owned(),
            _ => path.display().to_string(),
        }),
        there: settings.there,
        unknown: settings.unknown.clone(),
    }
}
