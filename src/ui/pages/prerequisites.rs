//! Before you start: what this machine can do, and what only a person can confirm.
//!
//! ```text
//!  Checked on this machine
//!    ✓ Network   login and both partner APIs answered (212 ms)
//!    ✗ Keyring   It is locked. ...
//!
//!  Check these in the portal first  optional
//!  ▌ [ ] Delegated: Microsoft Partner (Microsoft Dev Center) API, Partner Center
//!        Octo reads ERP prices with it. ...
//!        Where  App registrations > ...
//! ```

use crate::effect::{Effect, Preflight};
use crate::ui::pages::{Basic, Overview, Prerequisites, Screen, Turn};
use crate::ui::parts::{rehearsed, time};
use crate::ui::progress::{asking, so_far};
use crate::ui::session::Session;
use crate::ui::state::FocusTarget;
use crate::ui::view::{Beside, Block, Item, Named, Row, Said, Sign, Tone, View};
use crate::ui::{Intent, Task};
use crate::words::StoreDescriptor;
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
use crate::words::texts::{PREREQUISITES, Prerequisite, shown};

impl Screen for Prerequisites {
    fn targets(&self, _session: &Session) -> Vec<FocusTarget> {
        (0..PREREQUISITES.len()).map(FocusTarget::Prerequisite).collect()
    }

    fn submit(self, session: &mut Session) -> Turn {
        if session.cannot_keep().is_some() {
            return self.look_again(session);
        }
        session.started = true;
        Basic::default().open()
    }

    fn back(mut self, session: &mut Session) -> Turn {
        if session.registration.active.is_some() {
            return Overview::default().open();
        }
        self.state.say("This is the first page. Ctrl-C leaves.");
        self.stay()
    }

    fn key(mut self, key: Intent, session: &mut Session) -> Turn {
        let line = PREREQUISITES.get(self.state.focus);
        match (key, line) {
            (Intent::Typed(' '), Some(line)) => match session.marked.iter().position(|key| key == line.key) {
                Some(at) => drop(session.marked.remove(at)),
                None => session.marked.push(line.key.to_owned()),
            },
            (Intent::Typed('o'), Some(line)) => {
                if let Ok(url) = session.config.portal.join(line.page) {
                    self.state.say(format!("Opening {url}"));
                    session.work.perform_in_background(Effect::Browse(url));
                }
            }
            (Intent::Typed('c'), Some(line)) => {
                let copied = copied(line);
                self.state.say(format!("Copied, and here it is: {copied}"));
                session.work.task(Task::Copy(copied));
            }
            (Intent::Typed('r'), _) => return self.look_again(session),
            (Intent::Typed('h') | Intent::Extra(8), _) => return self.hand_off(None, session),
            _ => {}
        }
        self.stay()
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("Before you start").noting(&self.state);
        let again = session.machine.looked_again().map(|at| time(session.moment_of(at), &session.config.zone));
        let again = again.map(|at| format!("  again at {at}"));
        let title = Row::of(Tone::Title, "Checked on this machine").at(1);
        view.row(title.and(Tone::Muted, again.unwrap_or_default()));
        for look in Preflight::ALL {
            view.rows(looked(session, look));
        }
        let failed = session.machine.has_failure();
        view.rows(rehearsed(session).filter(|_| failed).map(|row| row.at(5).hanging(15)));
        view.gap();
        view.row(Row::of(Tone::Title, "Check these in the portal first").and(Tone::Muted, "  optional").at(1));
        // What failed stays in sight until a person moves: the page follows its focus.
        for (index, line) in PREREQUISITES.iter().enumerate() {
            let focused = self.state.focus == index && !(failed && index == 0);
            let place =
                Row::of(Tone::Muted, "Where  ").and(Tone::Plain, shown(line.place).replace("{copy}", &copied(line)));
            let (text, why) = (shown(line.line), shown(line.why));
            if focused {
                let rows = vec![Row::text(why), Row::gap(), place.clone().hanging(7)];
                let more =
                    [("o", "opens the page"), ("c", "copies the name"), ("h", "prints a note for your Azure admin")];
                let more = more.map(|(key, does)| Row::pair(key, 3, Tone::Muted, does).at(0).hanging(3));
                let rows = rows.into_iter().chain([Row::gap()]).chain(more).collect();
                view.beside = Some(Beside { title: text.to_owned(), rows });
            }
            view.blocks.push(Block::Item(Item {
                mark: Some(session.marked.iter().any(|key| key == line.key)),
                text: text.to_owned(),
                focused,
                below: vec![Row::of(Tone::Muted, why).at(7).small(""), place.at(7).hanging(14)],
            }));
        }
        // What comes after a cure is the next thing that is wanted, and where nothing can be stored the only one.
        let again = [(Intent::Typed('r'), "look again")];
        view.keys(&[(Intent::Submit, if session.cannot_keep().is_some() { "look again" } else { "start" })]);
        view.keys(if failed { &again } else { &[] });
        view.key_named(Intent::Typed(' '), "mark", Named::As("mark"));
        view.keys(&[(Intent::Typed('o'), "open page")]);
        view.key_named(Intent::Typed('c'), "copy name", Named::As("c = print name"));
        view.keys(&[(Intent::Typed('h'), "hand-off note")]);
        view.keys(if failed { &[] } else { &again });
        view.up_and_down("move");
        view.usual_keys();
        view
    }
}

impl Prerequisites {
    fn look_again(mut self, session: &mut Session) -> Turn {
        self.state.notice = None;
        session.machine.look(session.now, &mut session.work);
        self.stay()
    }
}

/// What `c` copies: the exact name or ID.
fn copied(line: &Prerequisite) -> String {
    let copy = line.copy.replace("{partner center id}", PARTNER_CENTER.id);
    copy.replace("{dev center id}", DEV_CENTER.id)
}

fn name(look: Preflight, store: &StoreDescriptor) -> &'static str {
    match look {
        Preflight::Network => "Network",
        Preflight::Clock => "Clock",
        Preflight::Keyring => store.label,
        Preflight::Browser => "Browser",
    }
}

fn looked(session: &Session, look: Preflight) -> Vec<Row> {
    const LABEL: u16 = 10;
    let row = |sign: Sign, text: String| {
        Row::pair(name(look, session.registration.opened_in), LABEL, Tone::Plain, text).sign(sign).behind(0, "")
    };
    let failure = match session.machine.seen(look).filter(|_| !session.work.is_looking(look)) {
        None => {
            let waited = session.now.saturating_sub(session.machine.looked_at);
            let asking = asking(session.registration.opened_in, waited).filter(|_| look == Preflight::Keyring);
            let row = row(Sign::Running, String::new());
            return match asking {
                None => vec![row.said(Said::Not)],
                Some(note) => vec![row.right(Tone::Muted, so_far(waited)).said(Said::NowAndThen), note],
            };
        }
        Some(Ok(seen)) => return vec![row(if seen.good { Sign::Ok } else { Sign::Note }, seen.line.clone())],
        Some(Err(failure)) => failure,
    };
    let diagnosis = session.diagnosed(failure);
    let earlier = Preflight::ALL.into_iter().take_while(|other| *other != look);
    let mut earlier = earlier.filter_map(|other| session.machine.failure(other));
    if earlier.any(|other| session.diagnosed(other) == diagnosis) {
        return vec![row(Sign::Failed, format!("the same as above ({})", diagnosis.code))];
    }
    let why = diagnosis.why.first().map(String::as_str).unwrap_or_default();
    let what = row(Sign::Failed, String::new());
    let what = what.and(Tone::Title, diagnosis.what).and(Tone::Plain, format!(" {why} ({})", diagnosis.code));
    let steps = diagnosis.fix.iter().enumerate();
    let steps = steps.map(|(index, step)| Row::text(format!("{}  {step}", index + 1)).at(15).hanging(18));
    [what].into_iter().chain(steps).collect()
}
