//! Proven, kept, and registered as far as Octo has taken it: what is kept where, by which names, two dates, and what to run later.

use crate::exit::Exit;
use crate::journal::{Attempt, Kind};
use crate::ui::Intent;
use crate::ui::pages::{Done, Screen, Then, Turn};
use crate::ui::parts::{clock, dates};
use crate::ui::session::Session;
use crate::ui::view::{Named, Row, Tone, View};

impl Screen for Done {
    fn exit(&self) -> Exit {
        Exit::Done
    }

    fn may_be_left(&self) -> bool {
        true
    }

    fn submit(self, _session: &mut Session) -> Turn {
        self.turn(Then::Leave(Exit::Done))
    }

    fn back(mut self, _session: &mut Session) -> Turn {
        self.state.say("Ctrl-C leaves.");
        self.stay()
    }

    fn key(self, key: Intent, session: &mut Session) -> Turn {
        if key == Intent::Typed('c') { self.copy_commands(session) } else { self.stay() }
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("Done").noting(&self.state);
        let name = session
            .registration
            .name
            .as_ref()
            .map_or_else(|| "your Azure CSP payer account".to_owned(), ToString::to_string);
        view.row(Row::of(Tone::Ok, format!("{}: ", session.kept_where())).and(Tone::Title, name).at(3));
        if let Some(lacking) = session.lacking() {
            view.row(Row::word(Tone::Warning, "!!", lacking));
        }
        view.gap();
        if let Some(active) = &session.registration.active {
            view.rows(kept(session, active));
            view.gap();
            view.row(Row::of(Tone::Title, "Put these dates in your calendar").at(3));
            view.rows(dates(session, active));
            view.gap();
        }
        view.rows(octo(session));
        view.row(Row::of(Tone::Title, "Later").at(3));
        view.rows(later(session));
        view.gap();
        view.row(Row::text("You can close the browser tab.").at(3));
        view.keys(&[(Intent::Submit, "leave")]);
        view.key_named(Intent::Typed('c'), "copy commands", Named::Not);
        view.keys(&[(Intent::Typed('?'), "help")]);
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
    let offered = if session.may_submit() { 4 } else { 3 };
    commands.into_iter().take(offered).map(|(command, does)| {
        Row::of(Tone::Value, format!("{:<39}  ", session.command(command))).and(Tone::Muted, does).at(5).hanging(7)
    })
}

/// What Octo took, call by call.
fn octo(session: &Session) -> Vec<Row> {
    let Some(octo) = session.registration.octo.as_ref().filter(|_| session.may_submit()) else { return Vec::new() };
    let taken = [
        ("payer account", octo.payer.as_ref().map(|(_, at)| *at)),
        ("credentials", octo.credentials.map(|(_, at)| at)),
        ("MPN ID", octo.mpn.map(|(_, at)| at)),
    ];
    let at = |at| clock(at, &session.config.zone);
    let taken = taken.into_iter().filter_map(|(what, taken)| taken.map(|taken| (what, at(taken))));
    let mut rows = vec![Row::of(Tone::Title, format!("{} took", octo.host)).at(3)];
    rows.extend(taken.map(|(what, at)| Row::pair(what, 15, Tone::Value, at).at(5).hanging(20)));
    if session.lacking().is_none() {
        rows.push(Row::text("First data can take up to a day.").at(5));
    }
    rows.push(Row::gap());
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
