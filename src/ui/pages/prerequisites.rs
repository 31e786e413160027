//! Before you start: what this machine can do, and what only a person can confirm.
//!
//! ```text
//!  Checked on this machine
//!    ok    Network   login and both partner APIs answered (212 ms)
//!    FAIL  Keyring   locked: ...
//!
//!  Only you can confirm                                     space marks a line
//!  > [ ] Delegated: Microsoft Partner (Microsoft Dev Center) API, Partner Center
//!        Octo reads ERP prices with it. ...
//!        Where: App registrations > ...
//! ```

use crate::effect::{Effect, Preflight};
use crate::ui::pages::{Basic, Overview, Prerequisites, Screen, Turn};
use crate::ui::progress::{asking, so_far};
use crate::ui::session::Session;
use crate::ui::state::FocusTarget;
use crate::ui::view::{Block, Item, Named, Row, Said, Tone, View};
use crate::ui::{Intent, Task};
use crate::words::StoreDescriptor;
use crate::words::apis::{DEV_CENTER, PARTNER_CENTER};
use crate::words::texts::{PREREQUISITES, Prerequisite, shown};

impl Screen for Prerequisites {
    fn targets(&self, _session: &Session) -> Vec<FocusTarget> {
        (0..PREREQUISITES.len()).map(FocusTarget::Prerequisite).collect()
    }

    fn submit(mut self, session: &mut Session) -> Turn {
        if let Some(why) = session.cannot_keep() {
            self.state.say(why);
            return self.stay();
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
                    session.perform_in_background(Effect::Browse(url));
                }
            }
            (Intent::Typed('c'), Some(line)) => {
                let copied = copied(line);
                self.state.say(format!("Copied, and here it is: {copied}"));
                session.task(Task::Copy(copied));
            }
            (Intent::Typed('r'), _) => session.look_again(),
            (Intent::Typed('h') | Intent::Extra(8), _) => return self.hand_off(None, session),
            _ => {}
        }
        self.stay()
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("Before you start").noting(&self.state);
        view.row(Row::of(Tone::Title, "Checked on this machine").at(1));
        for look in Preflight::ALL {
            view.rows(looked(session, look));
        }
        view.gap();
        view.row(
            Row::of(Tone::Title, "Only you can confirm")
                .at(1)
                .right(Tone::Muted, "space marks a line; none is required"),
        );
        // What failed stays in sight until a person moves: the page follows its focus.
        let failed = session.preflight.values().any(Result::is_err);
        for (index, line) in PREREQUISITES.iter().enumerate() {
            let place =
                Row::of(Tone::Muted, "Where: ").and(Tone::Plain, shown(line.place).replace("{copy}", &copied(line)));
            view.blocks.push(Block::Item(Item {
                mark: Some(session.marked.iter().any(|key| key == line.key)),
                text: shown(line.line).to_owned(),
                focused: self.state.focus == index && !(failed && index == 0),
                below: vec![Row::of(Tone::Muted, shown(line.why)).at(9), place.at(9).hanging(16)],
            }));
        }
        view.up_and_down("move");
        view.key_named(Intent::Typed(' '), "mark", Named::As("mark"));
        view.keys(&[(Intent::Typed('o'), "open page")]);
        view.key_named(Intent::Typed('c'), "copy name", Named::As("c = print name"));
        view.keys(&[
            (Intent::Submit, "start"),
            (Intent::Typed('r'), "look again"),
            (Intent::Typed('h'), "hand-off note"),
            (Intent::Leave, "leave"),
            (Intent::Typed('?'), "help"),
        ]);
        view
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
    let row = |word: &str, tone: Tone, text: String| {
        Row::of(tone, format!("{word:<6}"))
            .and(Tone::Plain, format!("{:<10}", name(look, session.registration.opened_in)))
            .and(Tone::Plain, text)
            .at(3)
            .hanging(19)
    };
    let failure = match session.preflight.get(&look) {
        None => {
            let waited = session.now.saturating_sub(session.looked_at);
            let asking = asking(session.registration.opened_in, waited).filter(|_| look == Preflight::Keyring);
            let row = row("...", Tone::Muted, String::new());
            return match asking {
                None => vec![row.said(Said::Not)],
                Some(note) => vec![row.right(Tone::Muted, so_far(waited)).said(Said::NowAndThen), note],
            };
        }
        Some(Ok(seen)) if seen.good => return vec![row("ok", Tone::Ok, seen.line.clone())],
        Some(Ok(seen)) => return vec![row("note", Tone::Note, seen.line.clone())],
        Some(Err(failure)) => failure,
    };
    let diagnosis = session.diagnosed(failure);
    let earlier = Preflight::ALL.into_iter().take_while(|other| *other != look);
    let mut earlier = earlier.filter_map(|other| session.preflight.get(&other)?.as_ref().err());
    if earlier.any(|other| session.diagnosed(other) == diagnosis) {
        let text = format!("the same as above ({})", diagnosis.code);
        return vec![row("FAIL", Tone::Failure, text)];
    }
    let why = diagnosis.why.first().map(String::as_str).unwrap_or_default();
    let text = format!("{} {why} ({})", diagnosis.what, diagnosis.code);
    let steps = diagnosis.fix.iter().enumerate();
    let steps = steps.map(|(index, step)| Row::text(format!("{}  {step}", index + 1)).at(19).hanging(22));
    [row("FAIL", Tone::Failure, text)].into_iter().chain(steps).collect()
}
