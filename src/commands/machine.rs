//! The machine as the environment tells it: what kind it is, and how a browser is reached.

use std::path::Path;

use crate::cli::Screen;
use crate::diagnose::{Context, Diagnosis, Platform, diagnose};
use crate::host::Host;
use crate::words::Failure;
use crate::world::browser::Surroundings;

fn is_set(value: Option<&String>) -> bool {
    value.is_some_and(|value| !value.is_empty())
}

/// The kind of machine, where the cure of a keyring depends on it.
pub(super) fn platform(host: &Host) -> Platform {
    let environment = &host.environment;
    let remote = is_set(environment.ssh_connection.as_ref());
    if cfg!(target_os = "macos") {
        Platform::Mac
    } else if cfg!(windows) {
        if remote { Platform::WindowsRemote } else { Platform::Windows }
    } else if is_set(environment.wsl.as_ref()) {
        Platform::Wsl
    } else if remote || !is_set(environment.display.as_ref()) && !is_set(environment.wayland_display.as_ref()) {
        Platform::LinuxRemote
    } else {
        Platform::Any
    }
}

/// What is told of a failure on this kind of machine: the same by every command.
pub(super) fn diagnosed(host: &Host, failure: &Failure, context: Context<'_>) -> Diagnosis {
    diagnose(failure, &Context { place: platform(host), flags: &host.flags, ..context })
}

/// How a browser is reached from here.
pub(super) fn surroundings(host: &Host, screen: &Screen) -> Surroundings {
    let environment = &host.environment;
    let command =
        screen.browser.clone().or_else(|| environment.browser.clone()).filter(|command| !command.trim().is_empty());
    Surroundings {
        command: command.filter(|_| !screen.no_browser),
        display: is_set(environment.display.as_ref()) || is_set(environment.wayland_display.as_ref()),
        ssh: is_set(environment.ssh_connection.as_ref()),
        wsl: is_set(environment.wsl.as_ref()),
        container: Path::new("/.dockerenv").exists(),
        secret: environment.alphaus_client_secret.is_some(),
    }
}
