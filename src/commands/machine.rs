//! The machine as the environment tells it: what kind it is, and how a browser is reached.

use std::path::Path;

use crate::cli::Screen;
use crate::cloud::Cloud;
use crate::diagnose::{Context, Diagnosis, Platform, diagnose};
use crate::host::Host;
use crate::report::support;
use crate::words::Failure;
use crate::world::browser::Surroundings;

/// The kind of machine, where the cure of a keyring depends on it.
pub(super) fn platform(host: &Host) -> Platform {
    let environment = &host.environment;
    let is_set = |name| environment.says(name).is_some_and(|value| !value.is_empty());
    let remote = is_set("SSH_CONNECTION");
    if cfg!(target_os = "macos") {
        Platform::Mac
    } else if cfg!(windows) {
        if remote { Platform::WindowsRemote } else { Platform::Windows }
    } else if is_set("WSL_DISTRO_NAME") {
        Platform::Wsl
    } else if remote || !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        Platform::LinuxRemote
    } else {
        Platform::Linux
    }
}

/// What is told of a failure on this kind of machine: the same by every command.
pub(super) fn diagnosed(host: &Host, failure: &Failure, context: Context<'_>) -> Diagnosis {
    diagnose(failure, &Context { place: platform(host), flags: &host.flags, ..context })
}

/// The machine and the cloud, for a report.
pub(super) fn facts(host: &Host, cloud: &Cloud) -> support::Surroundings {
    let addresses = [Some(&cloud.login), Some(&cloud.partner_center), cloud.partner_api.as_ref(), cloud.octo.as_ref()];
    let mut hosts: Vec<String> =
        addresses.into_iter().flatten().filter_map(|address| address.host_str().map(str::to_owned)).collect();
    hosts.dedup();
    support::Surroundings { machine: host.machine.clone(), cloud: cloud.name.to_string(), hosts }
}

/// How a browser is reached from here.
pub(super) fn surroundings(host: &Host, screen: &Screen) -> Surroundings {
    let environment = &host.environment;
    let is_set = |name| environment.says(name).is_some_and(|value| !value.is_empty());
    let command = screen.browser.as_deref().or_else(|| environment.says("BROWSER"));
    let command = command.filter(|command| !command.trim().is_empty() && !screen.no_browser);
    Surroundings {
        command: command.map(str::to_owned),
        display: is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"),
        ssh: is_set("SSH_CONNECTION"),
        wsl: is_set("WSL_DISTRO_NAME"),
        container: Path::new("/.dockerenv").exists(),
        secret: environment.alphaus_client_secret.is_some(),
    }
}
