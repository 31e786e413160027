//! Proven, stored, and registered as far as Octo has taken it: what comes next, the dates on which something ends, what is stored where.

use crate::exit::Exit;
use crate::journal::{Attempt, Kind};
use crate::report::calendar::calendar;
use crate::ui::Intent;
use crate::ui::pages::{Done, OctoClient, Screen, Then, Turn};
use crate::ui::parts::{LABEL, dates};
use crate::ui::session::Session;
use crate::ui::view::{Named, Row, Sign, Tone, View};

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
        let Intent::Typed(letter) = key else {
            return self.stay();
        };
        match letter {
            // What comes next is one key away, and a command for later.
            'o' if session.lacks().is_some() => OctoClient::default().open(),
            'c' => self.copy_commands(session),
            's' => self.save_report(None, session),
            'i' => self.save_calendar(session),
            _ => self.stay(),
        }
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("").standing("done").noting(&self.state);
        let name = session.registration.name.as_ref();
        let name = name.map_or_else(|| "Your Azure CSP payer account".to_owned(), ToString::to_string);
        let lacks = session.lacks();
        let (sign, what) = match (lacks, session.may_submit()) {
            (None, true) => (Sign::Ok, format!("{name} is registered in Octo.")),
            (None, false) => (Sign::Ok, format!("{name} is proven and stored here.")),
            (Some(lacks), _) => (Sign::Note, format!("{name} is proven and stored here. {lacks}")),
        };
        let took = session.registration.active.as_ref().and_then(took);
        view.row(Row::of(Tone::Title, what).sign(sign).at(1).right(Tone::Muted, took.unwrap_or_default()));
        view.gap();
        view.row(match lacks {
            Some(_) => {
                // What is rehearsed is gone before a command could be typed.
                let real = session.config.rehearsal.is_none();
                let how = if real { session.command("submit") } else { "o".to_owned() };
                Row::pair("Next", LABEL, Tone::Value, how).and(Tone::Muted, "  sends it to Octo")
            }
            None if session.may_submit() => {
                Row::pair("Next", LABEL, Tone::Plain, "Data appears within a day. There is nothing else to do.")
            }
            None => Row::pair("Next", LABEL, Tone::Plain, "There is nothing else to do."),
        });
        if let Some(active) = &session.registration.active {
            view.rows(dates(session, "Dates", LABEL));
            view.row(stored(session, active));
        }
        view.rows(octo(session));
        view.rows(later(session));
        view.gap();
        view.row(Row::of(Tone::Muted, "You can close the browser tab.").at(3));
        view.keys(&[(Intent::Submit, "leave")]);
        if lacks.is_some() {
            view.keys(&[(Intent::Typed('o'), "send to Octo")]);
        }
        if !session.ends().is_empty() {
            view.keys(&[(Intent::Typed('i'), "save the dates")]);
        }
        view.keys(&[(Intent::Typed('s'), "save report")]);
        view.key_named(Intent::Typed('c'), "copy commands", Named::Not);
        view.keys(&[(Intent::Help, "help")]);
        view
    }
}

impl Done {
    /// The dates as a calendar, in a file where the person is.
    fn save_calendar(self, session: &mut Session) -> Turn {
        let ends = session.ends();
        if !ends.is_empty() {
            let text = calendar(&session.name, &ends, session.moment());
            session.leave_file(format!("octo-csp-{}.ics", session.name), text);
        }
        self.stay()
    }
}

/// How long it took from its beginning to its use; nothing where a night or more was between.
fn took(active: &Attempt) -> Option<String> {
    let (_, at) = active.activated?;
    let seconds = at.duration_since(active.began_at).as_secs();
    match seconds {
        1..60 => Some(format!("took {seconds} s")),
        60..14_400 => Some(format!("took {} min {} s", seconds / 60, seconds % 60)),
        _ => None,
    }
}

/// Commands for later. What a rehearsal did is gone by then.
fn later(session: &Session) -> Vec<Row> {
    if session.config.rehearsal.is_some() {
        return vec![
            Row::pair("Later", LABEL, Tone::Value, "octo-csp register")
                .and(Tone::Muted, "  the same with your own account"),
        ];
    }
    let commands =
        [("doctor", "checks everything again"), ("register", "shows this registration, and renews what ends")];
    let width = commands.iter().map(|(command, _)| session.command(command).len()).max().unwrap_or(0) + 2;
    let row = |(index, (command, does)): (usize, (&str, &str))| {
        let label = if index == 0 { "Later" } else { "" };
        Row::pair(label, LABEL, Tone::Value, format!("{:<width$}", session.command(command))).and(Tone::Muted, does)
    };
    commands.into_iter().enumerate().map(row).collect()
}

/// What Octo has taken.
fn octo(session: &Session) -> Option<Row> {
    let octo = session.registration.octo.as_ref().filter(|_| session.may_submit())?;
    let taken = [
        ("payer account", octo.payer.is_some()),
        ("credentials", octo.credentials.is_some()),
        ("MPN ID", octo.mpn.is_some()),
    ];
    let taken: Vec<&str> = taken.into_iter().filter_map(|(what, taken)| taken.then_some(what)).collect();
    Some(Row::pair("Octo", LABEL, Tone::Plain, format!("{} has the {}", octo.host, taken.join(", the "))))
}

/// Where the secrets are, in words.
fn stored(session: &Session, active: &Attempt) -> Row {
    let kept = active.set();
    let count = kept.iter().filter(|item| item.kind != Kind::Manifest).count();
    let text = if session.config.rehearsal.is_some() {
        format!("{count} secrets in memory; they are gone when you leave")
    } else {
        format!("{count} secrets in the {}", session.registration.opened_in.noun)
    };
    Row::pair("Stored", LABEL, Tone::Plain, text)
}
