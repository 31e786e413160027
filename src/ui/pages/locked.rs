//! What is kept cannot be opened: why, and the cure.

use crate::exit::Exit;
use crate::ui::Intent;
use crate::ui::pages::{Locked, Screen, Turn};
use crate::ui::parts::explained;
use crate::ui::session::Session;
use crate::ui::view::View;

impl Screen for Locked {
    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("").standing("cannot open").noting(&self.state);
        view.rows(explained(&self.diagnosis, "What is stored here cannot be opened", None, None, session));
        view.keys(&[(Intent::Submit, "try again")]);
        view.usual_keys();
        view
    }

    fn exit(&self) -> Exit {
        self.diagnosis.exit
    }

    fn may_be_left(&self) -> bool {
        true
    }

    fn submit(self, session: &mut Session) -> Turn {
        session.open();
        self.stay()
    }

    fn key(self, key: Intent, session: &mut Session) -> Turn {
        if key == Intent::Typed('r') { self.submit(session) } else { self.stay() }
    }
}
