//! Registered: what is kept where, by which names, two dates, and what to run later.

use crate::exit::Exit;
use crate::journal::{Attempt, Kind};
use crate::report::submit::handed_over;
use crate::ui::Intent;
use crate::ui::pages::{Done, Screen, Turn};
use crate::ui::parts::dates;
use crate::ui::session::Session;
use crate::ui::view::{Row, Tone, View};

impl Screen for Done {
    fn exit(&self) -> Exit {
        Exit::Done
    }

    fn may_be_left(&self) -> bool {
        true
    }

    fn submit(self, _session: &mut Session) -> Turn {
        Turn::Leave(self.into(), Exit::Done)
    }

    fn back(mut self, _session: &mut Session) -> Turn {
        self.state.say("Ctrl-C leaves.");
        self.stay()
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("Done").noting(&self.state);
        let name = session
            .registration
            .name
            .as_ref()
            .map_or_else(|| "your Azure CSP payer account".to_owned(), ToString::to_string);
        view.row(Row::of(Tone::Ok, "Registered: ").and(Tone::Title, name).at(3));
        view.gap();
        if let Some(active) = &session.registration.active {
            view.rows(kept(session, active));
            view.gap();
            view.row(Row::of(Tone::Title, "Put these dates in your calendar").at(3));
            view.rows(dates(session, active));
            view.gap();
        }
        view.rows(octo(session));
        view.gap();
        view.row(Row::of(Tone::Title, "Later").at(3));
        view.rows(later(session));
        view.gap();
        view.row(Row::text("You can close the browser tab.").at(3));
        view.keys(&[(Intent::Submit, "leave"), (Intent::Typed('?'), "help")]);
        view
    }
}

fn later(session: &Session) -> impl Iterator<Item = Row> {
    let commands = [
        ("register", "what is registered; run every check again"),
        ("register --step partner-api", "only the sign-in again"),
        ("register --step partner-center", "only a new key"),
        ("submit", "hand over to Octo, again or for the first time"),
    ];
    commands.into_iter().map(|(command, does)| {
        Row::of(Tone::Value, format!("{:<39}  ", session.command(command))).and(Tone::Muted, does).at(5).hanging(7)
    })
}

/// What Octo has, or that it was told nothing.
fn octo(session: &Session) -> Vec<Row> {
    let pair = |value: String| Row::pair("Octo", 15, Tone::Value, value).hanging(18);
    if !session.may_submit() {
        return vec![pair("nothing was sent".to_owned())];
    }
    let mut rows = vec![pair(handed_over(&session.registration))];
    rows.push(if session.registration.not_submitted().is_empty() {
        Row::text("First data can take up to a day.").at(18)
    } else {
        Row::text(format!("{} hands it over.", session.command("submit"))).at(18)
    });
    rows
}

fn kept(session: &Session, active: &Attempt) -> Vec<Row> {
    let at = |place: &str, what: String| {
        Row::of(Tone::Muted, format!("{place:<10}")).and(Tone::Value, what).at(5).hanging(15)
    };
    let mut rows = vec![Row::of(Tone::Title, "Kept").at(3)];
    let place = if session.config.rehearsal.is_some() { "memory" } else { session.registration.opened_in.noun };
    let kept = active.set();
    let items = kept.iter().filter(|item| item.kind != Kind::Manifest);
    rows.extend(items.map(|item| at(place, format!("octo-csp / {}/{item}", session.name))));
    rows.push(at("disk", session.folder.clone()));
    rows
}
