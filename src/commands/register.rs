//! `octo-csp register`: the wizard in this terminal, joined to the real world.

use std::path::Path;

use ratatui::Frame;

use crate::cli::{ColorName, Register, Screen};
use crate::commands::ground::{Ground, runtime};
use crate::commands::octo::octo;
use crate::commands::{complain, not_begun, unattended};
use crate::diagnose::Platform;
use crate::effect::Perform;
use crate::exit::Exit;
use crate::host::Host;
use crate::ui::paint::{self, Appearance};
use crate::ui::terminal::{self, App, Settings, dialogue};
use crate::ui::theme::{ColourFacts, ColourWish, GlyphFacts, Theme};
use crate::ui::wizard::{Wizard, WizardConfig};
use crate::ui::{Event, Task};
use crate::words::step::Step;
use crate::world::World;
use crate::world::browser::Surroundings;

pub(super) fn run(host: &mut Host, arguments: &Register) -> Exit {
    if arguments.values.no_input {
        return unattended::register(host, arguments);
    }
    let without = unattended::instead_of_a_terminal(&arguments.values);
    if let Err(exit) = terminal_for(host, &arguments.screen, "register", &without) {
        return exit;
    }
    if let Some(flag) = unattended::only_without_a_screen(host, &arguments.values) {
        let what = format!("--{flag} belongs to register --no-input; the wizard asks by itself");
        return complain(host, &what);
    }
    let ground = match Ground::of(host, &arguments.which) {
        Ok(ground) => ground,
        Err(what) => return not_begun(host, &what),
    };
    let cloud = &ground.cloud;
    let octo = match octo(host, cloud, arguments.profile.as_deref()) {
        Ok(octo) => octo,
        Err(what) => return complain(host, &what),
    };
    let setting = WizardConfig {
        rehearsal: None,
        unknown_hosts: cloud.unknown_hosts(),
        extra_ca: ground.extra_ca.is_some(),
        prices: cloud.partner_api.is_some(),
        portal: cloud.portal.clone(),
        octo,
        only: arguments.step.map(Step::from),
        environment: ground.environment,
        browser: !arguments.screen.no_browser,
        given: unattended::typed(&arguments.values),
        zone: host.zone.clone(),
        words: ground.words_of_both.clone(),
    };
    let options = ground.options(surroundings(host, &arguments.screen));
    let Some(runtime) = runtime() else {
        return Exit::Internal;
    };
    let machine = machine(host);
    runtime.block_on(show(host, &arguments.screen, setting, machine, World::new(options)))
}

/// Whether there is a terminal for the wizard: for what is typed, and for what is shown unless that is lines. `without` says
/// what can be done where there is none.
pub(super) fn terminal_for(
    host: &mut Host,
    screen: &Screen,
    command: &str,
    without: &str,
) -> Result<(), Exit> {
    let what = if host.on_terminal || host.input_is_terminal && plain(host, screen) {
        return Ok(());
    } else if host.input_is_terminal {
        format!(
            "{command} is a wizard and needs a terminal for output; {command} --plain prints lines, also into a file"
        )
    } else {
        format!("{command} is a wizard and needs a terminal to type at; {without}")
    };
    Err(complain(host, &what))
}

/// Whether the wizard is shown line by line: because somebody says so, or because the terminal cannot move its cursor.
fn plain(host: &Host, screen: &Screen) -> bool {
    let environment = &host.environment;
    let yes = |wish: &Option<String>| {
        let wish = wish.as_deref().unwrap_or_default().trim();
        !wish.is_empty() && wish != "0"
    };
    let simple = match environment.term.as_deref() {
        Some("dumb" | "unknown" | "") => true,
        Some(_) => false,
        // A console of Windows has no name.
        None => cfg!(unix),
    };
    screen.plain || yes(&environment.accessible) || simple
}

/// Runs the wizard until it ends.
pub(super) async fn show(
    host: &mut Host,
    screen: &Screen,
    setting: WizardConfig,
    machine: Platform,
    world: impl Perform,
) -> Exit {
    let plain = plain(host, screen);
    let mut wizard = Wizard::new(setting).on(machine);
    let settings = Settings { mouse: screen.mouse, ..Settings::default() };
    let ended = if plain {
        dialogue::run(&mut host.out, &mut wizard, world).await
    } else {
        let look = look(host, screen);
        let mut app = Shell { wizard, look };
        terminal::run(&mut host.out, settings, &mut app, world).await
    };
    ended.unwrap_or_else(|why| complain(host, &why.to_string()))
}

/// The wizard as the terminal's loop knows it.
struct Shell {
    wizard: Wizard,
    look: Appearance,
}

impl App for Shell {
    fn begin(&mut self) -> Vec<Task> {
        self.wizard.start()
    }

    fn update(&mut self, event: Event) -> Vec<Task> {
        self.wizard.update(event)
    }

    fn hear_time(&mut self, now: u64) {
        let nothing = self.wizard.update(Event::Ticked(now));
        debug_assert!(nothing.is_empty(), "time alone asks for nothing");
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        paint::draw(&self.wizard, &self.look, frame);
    }

    fn typing(&self) -> bool {
        self.wizard.typing()
    }

    fn in_flight(&self) -> bool {
        self.wizard.in_flight()
    }
}

pub(super) fn look(host: &Host, screen: &Screen) -> Appearance {
    let environment = &host.environment;
    let wish = match screen.color {
        ColorName::Auto => ColourWish::Auto,
        ColorName::Always => ColourWish::Always,
        ColorName::Never => ColourWish::Never,
    };
    let colours = ColourFacts {
        wish,
        no_color: environment.no_color.clone(),
        clicolor: environment.clicolor.clone(),
        clicolor_force: environment.clicolor_force.clone(),
        term: environment.term.clone(),
        is_terminal: host.on_terminal,
    };
    let signs = GlyphFacts {
        lc_all: environment.lc_all.clone(),
        lc_ctype: environment.lc_ctype.clone(),
        lang: environment.lang.clone(),
        term: environment.term.clone(),
        ascii: screen.ascii,
        always_unicode: cfg!(any(windows, target_os = "macos")),
    };
    Appearance { theme: Theme::new(colours.choice()), glyphs: signs.glyphs() }
}

/// The kind of machine, where the cure of a keyring depends on it.
pub(super) fn machine(host: &Host) -> Platform {
    let environment = &host.environment;
    let set = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    let remote = set(&environment.ssh_connection);
    if cfg!(target_os = "macos") {
        Platform::Mac
    } else if cfg!(windows) {
        if remote { Platform::WindowsRemote } else { Platform::Windows }
    } else if set(&environment.wsl) {
        Platform::Wsl
    } else if remote || !set(&environment.display) && !set(&environment.wayland_display) {
        Platform::LinuxRemote
    } else {
        Platform::Any
    }
}

pub(super) fn surroundings(host: &Host, screen: &Screen) -> Surroundings {
    let environment = &host.environment;
    let set = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    let command = screen
        .browser
        .clone()
        .or_else(|| environment.browser.clone())
        .filter(|command| !command.trim().is_empty());
    Surroundings {
        command: command.filter(|_| !screen.no_browser),
        display: set(&environment.display) || set(&environment.wayland_display),
        ssh: set(&environment.ssh_connection),
        wsl: set(&environment.wsl),
        container: Path::new("/.dockerenv").exists(),
        secret: environment.alphaus_client_secret.is_some(),
    }
}
