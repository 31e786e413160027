//! `octo-csp store`: the vault file's passphrase, and who else opens it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crate::cli::{
    PolicyName, RoleName, Store, StoreAddCollector, StoreArguments, StoreBreakLease, StoreMove, StorePassphrase,
    StorePolicy, StoreRemoveCollector, Which,
};
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::{headless, key_vault, passphrase, signal, vault};
use crate::exit::Exit;
use crate::words::store::{AZURE_KEY_VAULT, SHARED_VAULT, VAULT_FILE};
use crate::words::{Cause, Failure, Secret, Service, StoreDescriptor, Unlock};
use crate::world::moving::{self, Moved, Side};
use crate::world::store::VaultKey;

/// Characters of the longest name of a collector.
const LONGEST: usize = 64;

/// Characters of the longest word in it.
const WORD: usize = 20;

pub(super) async fn run(context: &mut CommandContext<'_>, command: &Store) -> Result<Exit, CommandError> {
    match command {
        Store::Passphrase(arguments) => change_passphrase(context, arguments).await,
        Store::Collectors(arguments) => collectors(context, &arguments.which).await,
        Store::AddCollector(arguments) => add(context, arguments).await,
        Store::RemoveCollector(arguments) => remove(context, arguments).await,
        Store::Move(arguments) => Box::pin(relocate(context, arguments)).await,
        Store::Policy(arguments) => policy(context, arguments),
        Store::BreakLease(arguments) => break_lease(context, arguments).await,
    }
}

/// Moves a registration from one store to another.
async fn relocate(context: &mut CommandContext<'_>, arguments: &StoreMove) -> Result<Exit, CommandError> {
    let (here, there) = (arguments.which.store.store, arguments.to);
    if here == there {
        return Err(CommandError::usage(
            "--to and --store name the same store; --to is where the registration goes, --store where it is",
        ));
    }
    let from = side(context, &arguments.which, here).await?;
    let to = side(context, &arguments.which, there).await?;
    let place = to.place.clone();
    let name = from.name.clone();
    // Dropped it gives back what it holds, and it may end anywhere.
    let moved = tokio::select! {
        moved = Box::pin(moving::relocate(&from, &to)) => moved,
        () = signal::ended() => {
            context.note("The move was ended. The same command goes on with it.");
            return Err(CommandError::Quiet(Exit::Cancelled));
        }
    };
    let words = match moved.inspect_err(|failure| about_the_end_in_use(context, failure))? {
        Moved::There(count) => {
            format!("{name}: moved to the {place}, with {count} secrets. Nothing of it is left here.\n")
        }
        Moved::Already => format!("{name}: it is in the {place}.\n"),
        Moved::Stayed => format!("{name}: the move that was begun is given up. It is in the {place}, as before.\n"),
        Moved::Nothing => return Err(CommandError::nothing_registered(context.host, "move", None)),
    };
    Ok(context.print(&words))
}

/// What is told of a lease is about the end that has it.
fn about_the_end_in_use(context: &mut CommandContext<'_>, failure: &Failure) {
    let ends = [(Service::KeyVault, &AZURE_KEY_VAULT), (Service::Vault, &SHARED_VAULT)];
    let held = ends.into_iter().find(|(service, _)| failure.cause == Cause::InUse && *service == failure.service);
    if let Some((_, store)) = held {
        context.host.flags = context.given.behind_one_about(store);
    }
}

/// One end of a move. What opens a vault file is of that end alone.
async fn side(
    context: &mut CommandContext<'_>,
    which: &Which,
    store: &'static StoreDescriptor,
) -> Result<Side, CommandError> {
    let mut which = which.clone();
    which.store.store = store;
    if store.unlock != Unlock::Passphrase {
        which.store = StoreArguments { passphrase_fd: None, passphrase_file: None, identity_file: None, ..which.store };
    }
    let target = Target::open(context, &which, true).await?;
    let (name, stores) = (target.name(), target.settings().options(store));
    let place = if store.is_shared() {
        format!("{} {}", store.noun, stores.secrets.title(&name))
    } else {
        format!("{} of {}", store.noun, vault::who(context.host))
    };
    Ok(Side { name, stores, place })
}

/// The policy of a role, which says what it may and nothing else. A line is a path and what may be done there: `data` is a document,
/// `metadata` what destroys it with all its versions.
fn policy(context: &mut CommandContext<'_>, arguments: &StorePolicy) -> Result<Exit, CommandError> {
    let store = &arguments.which.store;
    if arguments.of == Some(PolicyName::AzureKeyVault) || arguments.of.is_none() && *store.store == AZURE_KEY_VAULT {
        return Ok(key_vault::policy(context, arguments.role));
    }
    let vault = &store.vault;
    let (mount, path) = (vault::mount(vault)?, vault::path(vault)?);
    let target = Target::sealed_anywhere(context, &arguments.which)?;
    let name = target.name();
    let role = arguments.role;
    let (data, about) = (format!("{mount}/data/{path}/{name}"), format!("{mount}/metadata/{path}"));
    let mut lines = Vec::new();
    let mut may = |path: String, capabilities: &str| {
        let words: Vec<String> = capabilities.split(' ').map(|word| format!("\"{word}\"")).collect();
        lines.push(format!("path \"{path}\" {{ capabilities = [{}] }}\n", words.join(", ")));
    };
    // Of the paths of a policy the one that says most of what is asked for is the only one that counts: an operator has no narrow one.
    if role == RoleName::Operator {
        may(format!("{about}/"), "list");
        may(data.clone(), "create read update");
        may(format!("{data}/*"), "create read update");
        may(format!("{about}/{name}"), "create update delete");
        may(format!("{about}/{name}/*"), "create update delete list");
        return Ok(context.print(&lines.concat()));
    }
    may(data.clone(), "read update");
    may(format!("{data}/secrets/*"), "create read update");
    may(format!("{data}/refresh"), "create read update");
    may(format!("{about}/{name}/refresh"), "create update");
    may(format!("{about}/{name}/secrets/partner-center-token.*"), "create update");
    may(format!("{about}/{name}/secrets/partner-api-token.*"), "create update");
    may(format!("{about}/{name}/secrets/journal.1"), "create update");
    // What a rotation has taken the place of is destroyed by whoever rotates.
    may(format!("{about}/{name}/secrets/refresh-token.*"), "delete");
    if role == RoleName::Support {
        may(format!("{about}/"), "list");
        may(format!("{data}/lease"), "create read update");
        may(format!("{about}/{name}/lease"), "create update");
        may(format!("{about}/{name}/secrets/test.1"), "create update delete");
    }
    Ok(context.print(&lines.concat()))
}

/// Ends somebody's work in a shared vault.
async fn break_lease(context: &mut CommandContext<'_>, arguments: &StoreBreakLease) -> Result<Exit, CommandError> {
    if !arguments.which.store.store.is_shared() {
        return Err(CommandError::usage("only a shared store has leases: --store vault or azure-key-vault"));
    }
    let target = Target::open(context, &arguments.which, false).await?;
    let name = target.name();
    let words = match target.settings().break_lease(&name).await? {
        Some(held) => format!("{name}: ended, open {held}.\n"),
        None => format!("{name}: nobody works on it.\n"),
    };
    Ok(context.print(&words))
}

/// The registration, whose secrets are in a vault file, whatever else is usual here.
async fn open(context: &mut CommandContext<'_>, which: &Which) -> Result<Target, CommandError> {
    let mut which = which.clone();
    which.store.store = &VAULT_FILE;
    Target::open(context, &which, true).await
}

async fn change_passphrase(
    context: &mut CommandContext<'_>,
    arguments: &StorePassphrase,
) -> Result<Exit, CommandError> {
    let target = open(context, &arguments.which).await?;
    let (_world, opened) = headless::world(context.host, &target).await?;
    let new = passphrase::another(context.host, arguments.new_passphrase_file.as_deref()).await?;
    target.settings().change_passphrase(&opened.name, &VaultKey::passphrase(new, Some(&opened.name)))?;
    Ok(context.print(&format!(
        "{}: the vault file opens with the new passphrase, and no longer with the old one.\n",
        opened.name
    )))
}

async fn collectors(context: &mut CommandContext<'_>, which: &Which) -> Result<Exit, CommandError> {
    let target = open(context, which).await?;
    let names = target.settings().collectors(&target.name())?;
    let lines = names.iter().fold(String::new(), |lines, name| lines + name + "\n");
    if names.is_empty() {
        context.note("Nobody else opens the vault file: the passphrase alone does.");
    }
    Ok(context.print(&lines))
}

async fn add(context: &mut CommandContext<'_>, arguments: &StoreAddCollector) -> Result<Exit, CommandError> {
    let name = name(&arguments.name)?;
    let target = open(context, &arguments.which).await?;
    let (_world, opened) = headless::world(context.host, &target).await?;
    let settings = target.settings();
    if settings.collectors(&opened.name)?.iter().any(|known| known == name) {
        return Err(CommandError::usage(format!(
            "{name} is let in already: {} takes that back",
            context.host.command("store remove-collector")
        )));
    }
    let identity = VaultKey::new_identity();
    // On the disk before anything is sealed for it: a collector that nobody can be is worse than a file too many.
    keep(&arguments.output, &identity)?;
    settings.let_in(&opened.name, name, Some(&identity))?;
    Ok(context.print(&format!(
        "{}: {name} opens the vault file with --identity-file {}\n",
        opened.name,
        arguments.output.display()
    )))
}

async fn remove(context: &mut CommandContext<'_>, arguments: &StoreRemoveCollector) -> Result<Exit, CommandError> {
    let name = name(&arguments.name)?;
    let target = open(context, &arguments.which).await?;
    let (_world, opened) = headless::world(context.host, &target).await?;
    let settings = target.settings();
    if !settings.collectors(&opened.name)?.iter().any(|known| known == name) {
        return Err(CommandError::usage(format!(
            "there is no collector of this name: {} lists them",
            context.host.command("store collectors")
        )));
    }
    settings.let_in(&opened.name, name, None)?;
    Ok(context.print(&format!(
        "{}: {name} opens the vault file no longer. What it has read it may still have.\n",
        opened.name
    )))
}

/// A name that can be shown, and is none of our own.
fn name(name: &str) -> Result<&str, CommandError> {
    let plain = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
    // A long run without a blank could be a secret, and a name is shown.
    let short = |word: &str| word.chars().count() <= WORD;
    if !name.trim().is_empty()
        && name.chars().count() <= LONGEST
        && name.chars().all(plain)
        && name.split(' ').all(short)
    {
        return Ok(name);
    }
    Err(CommandError::usage(format!(
        "a collector's name is letters, digits, blanks, dots and hyphens, {LONGEST} at most and {WORD} without a blank"
    )))
}

/// Writes an identity to a file that was not there, for its owner alone.
fn keep(path: &Path, identity: &Secret) -> Result<(), CommandError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(identity.reveal().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|error| CommandError::usage(format!("the file of --output cannot be written: {}", error.kind())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_secret_is_no_name_of_a_collector() {
        for good in ["prices", "Price collector 2", "本番 1", "a.b-c_d"] {
            assert_eq!(name(good).unwrap(), good);
        }
        for bad in ["", " ", "(passphrase)", "abc8Q~def", "AGE-SECRET-KEY-1QQPQX", "a\u{1b}b", &"ab ".repeat(30)] {
            let refused = format!("{:?}", name(bad).unwrap_err());
            assert!(bad.trim().is_empty() || !refused.contains(bad.trim()), "{refused}");
        }
    }
}
