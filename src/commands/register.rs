//! `octo-csp register`: the wizard in this terminal, joined to the real world.

use ratatui::Frame;

use std::time::Duration;

use crate::cli::{Register, Screen};
use crate::commands::context::{CommandContext, Target};
use crate::commands::error::CommandError;
use crate::commands::look::look;
use crate::commands::octo::octo;
use crate::commands::{dry_run, machine, unattended, values};
use crate::diagnose::Platform;
use crate::effect::Perform;
use crate::exit::Exit;
use crate::host::Host;
use crate::ui::paint::{self, Appearance};
use crate::ui::terminal::{self, App, Settings, dialogue, guard};
use crate::ui::wizard::{Wizard, WizardConfig};
use crate::ui::{Event, Task};
use crate::world::World;

pub(super) async fn run(context: &mut CommandContext<'_>, arguments: &Register) -> Result<Exit, CommandError> {
    if arguments.dry_run {
        return dry_run::run(context, arguments).await;
    }
    if arguments.values.no_input {
        return unattended::register(context, arguments).await;
    }
    let without = unattended::instead_of_a_terminal(&arguments.values);
    needs_terminal(context.host, &arguments.screen, "register", &without)?;
    if let Some(flag) = unattended::only_without_a_screen(&context.settings, &arguments.values) {
        return Err(CommandError::usage(format!("--{flag} belongs to register --no-input; the wizard asks by itself")));
    }
    let target = Target::open(context, &arguments.which, true).await?;
    let cloud = &target.cloud;
    let setting = WizardConfig {
        rehearsal: None,
        unknown_hosts: cloud.unknown_hosts(),
        trust: target.trust.clone(),
        vault: target.settings().trust(),
        reach: cloud.reach(target.graph),
        portal: cloud.portal.clone(),
        login: cloud.login.clone(),
        octo: octo(context.host, cloud, arguments.profile.as_deref())?,
        only: arguments.step,
        environment: target.environment,
        store: target.store,
        browser: !arguments.screen.no_browser,
        given: values::typed(&arguments.values),
        zone: (context.host.zone)(),
        support: machine::facts(context.host, cloud),
        words: context.host.flags.clone(),
    };
    let options = target.options(machine::surroundings(context.host, &arguments.screen));
    let platform = machine::platform(context.host);
    show(context.host, &arguments.screen, setting, platform, World::new(options)).await
}

/// There must be a terminal for the wizard: for what is typed, and for what is shown unless that is lines. `without` says what
/// can be done where there is none.
pub(super) fn needs_terminal(host: &Host, screen: &Screen, command: &str, without: &str) -> Result<(), CommandError> {
    if host.on_terminal() || host.input_is_terminal && lines(host, screen).is_some() {
        return Ok(());
    }
    Err(CommandError::usage(if host.input_is_terminal {
        format!(
            "{command} is a wizard and needs a terminal for output; {command} --plain prints lines, also into a file"
        )
    } else {
        format!("{command} is a wizard and needs a terminal to type at; {without}")
    }))
}

/// Why the wizard is shown line by line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    /// Somebody says so, or the name of the terminal does.
    Wanted,
    /// The console is shown to be one that cannot move its cursor.
    OldConsole,
}

fn lines(host: &Host, screen: &Screen) -> Option<Lines> {
    let environment = &host.environment;
    let wish = environment.says("ACCESSIBLE").unwrap_or_default().trim();
    if screen.plain || !wish.is_empty() && wish != "0" {
        return Some(Lines::Wanted);
    }
    let moves = !host.output_is_terminal || guard::moves_cursor();
    lines_by_terminal(environment.says("TERM"), cfg!(unix), moves)
}

/// What follows from the terminal. `named` is said of a system whose terminals all have names; a console of Windows has none.
fn lines_by_terminal(name: Option<&str>, named: bool, moves: bool) -> Option<Lines> {
    match name {
        Some("dumb" | "unknown" | "") => Some(Lines::Wanted),
        Some(_) => None,
        None if named => Some(Lines::Wanted),
        None => (!moves).then_some(Lines::OldConsole),
    }
}

/// Runs the wizard until it ends.
pub(super) async fn show(
    host: &mut Host,
    screen: &Screen,
    setting: WizardConfig,
    machine: Platform,
    world: impl Perform,
) -> Result<Exit, CommandError> {
    let lines = lines(host, screen);
    if lines == Some(Lines::OldConsole) {
        host.note("This console cannot move its cursor, so the wizard goes line by line. Windows Terminal shows it as a full screen.");
    }
    let mut wizard = Wizard::new(setting).on(machine);
    let usual = Settings::default();
    let tick = if screen.no_motion { Duration::from_secs(1) } else { usual.tick };
    let settings = Settings { mouse: screen.mouse, tick };
    let ended = if lines.is_some() {
        dialogue::run(&mut host.out, &mut wizard, world).await
    } else {
        let mut app = Shell { wizard, look: look(host, screen) };
        terminal::run(&mut host.out, settings, &mut app, world).await
    };
    ended.map_err(|why| why.to_string().into())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_without_a_name_shows_lines_only_where_it_cannot_move_its_cursor() {
        for (name, named, moves, wanted) in [
            (None, false, true, None),
            (None, false, false, Some(Lines::OldConsole)),
            (None, true, true, Some(Lines::Wanted)),
            (Some("dumb"), false, true, Some(Lines::Wanted)),
            (Some("xterm-256color"), false, false, None),
        ] {
            assert_eq!(lines_by_terminal(name, named, moves), wanted, "{name:?} {named} {moves}");
        }
    }
}
