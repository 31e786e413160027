//! What is kept cannot be opened: why, and the cure.

use crate::exit::Exit;
use crate::report::explanation::explanation;
use crate::ui::Intent;
use crate::ui::pages::{Locked, Screen, Turn};
use crate::ui::parts::failed;
use crate::ui::session::Session;
use crate::ui::view::View;

impl Screen for Locked {
    fn view<'a>(&'a self, _session: &'a Session) -> View<'a> {
        let mut view = View::new("cannot open");
        view.row(failed("What is kept cannot be opened", &self.diagnosis.code));
        view.gap();
        view.rows(explanation(&self.diagnosis));
        view.keys(&[(Intent::Submit, "try again"), (Intent::Leave, "leave"), (Intent::Typed('?'), "help")]);
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
