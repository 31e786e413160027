//! The registration is being opened, and where a person goes on when it is: one sentence says so.

use crate::journal::Attempt;
use crate::journal::standing::AttemptState;
use crate::ui::Intent;
use crate::ui::pages::partner_api::sign_in_refused;
use crate::ui::pages::{
    Basic, Locked, Opening, Overview, Page, PartnerApi, PartnerCenter, Prerequisites, Review, Screen, Turn,
};
use crate::ui::parts::{clock, same_again};
use crate::ui::progress::{asking, so_far};
use crate::ui::session::Session;
use crate::ui::state::PageState;
use crate::ui::view::{Row, Said, Tone, View};
use crate::words::{Failure, Step};

impl Screen for Opening {
    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("Before you start");
        let row = Row::of(Tone::Muted, "Opening what is stored on this machine").at(3);
        match asking(session.config.store, session.now) {
            None => view.row(row),
            Some(note) => view.rows([row.right(Tone::Muted, so_far(session.now)).said(Said::NowAndThen), note]),
        }
        view.keys(&[(Intent::Leave, "leave")]);
        view
    }

    fn may_be_left(&self) -> bool {
        true
    }
}

/// Where a person goes on.
pub(in crate::rooms::ui) fn go_on(
    page: &Page,
    opened: Result<Option<Step>, Box<Failure>>,
    session: &mut Session,
) -> Turn {
    let drafted = match opened {
        Ok(drafted) => drafted,
        Err(failure) => {
            let diagnosis = session.diagnosed(&failure);
            let again = matches!(page, Page::Locked(before) if before.diagnosis == diagnosis);
            let said = again.then(|| same_again(failure.at, &session.config.zone));
            return Locked { state: PageState { notice: said, ..PageState::default() }, diagnosis }.open();
        }
    };
    if session.registration.replacing().is_some() {
        session.started = true;
        return Overview::default()
            .open()
            .saying("A replacement was begun and not confirmed. Nothing of it is used yet.");
    }
    if let Some(step) = session.config.only {
        session.started = true;
        return single_step(step, session);
    }
    let begun = |open: &Attempt| session.registration.active.is_none() || open.standing() != AttemptState::Begun;
    if session.registration.open.as_ref().is_some_and(begun) {
        return resume(session);
    }
    if session.registration.active.is_some() {
        return Overview::default().open();
    }
    if !session.started {
        return Prerequisites::default().open();
    }
    let turn = match drafted {
        Some(Step::PartnerCenter | Step::PartnerApi) => PartnerCenter::default().open(),
        Some(Step::Basic) | None => Basic::default().open(),
    };
    turn.saying("Your draft is open again. It never holds secrets: type the secret key again.")
}

/// Goes on with the open attempt, and says where it stands.
pub(super) fn resume(session: &mut Session) -> Turn {
    let Some(open) = session.registration.open.clone() else {
        return Overview::default().open();
    };
    session.started = true;
    if session.registration.replacing().is_some_and(|replacing| !replacing.named) {
        return Basic::default().open();
    }
    continued(&open, session)
}

/// `--step`: one step with everything else kept; what it builds on must be there.
fn single_step(step: Step, session: &Session) -> Turn {
    if step == Step::PartnerApi && session.registration.proven().is_none() {
        return Turn::form(Step::PartnerCenter).saying("Step 2 comes first: nothing is proven yet.");
    }
    Turn::form(step)
}

/// What an unfinished attempt means for the person who comes back: its page, and one sentence. Where a sign-in is open, its step
/// starts by itself.
fn continued(open: &Attempt, session: &mut Session) -> Turn {
    let zone = &session.config.zone;
    let (began_at, proven_at) = (open.began_at, open.partner_center.as_ref().map(|(_, at)| *at));
    // Who replaces an account signs in for it: what is carried over from the set in use is no sign-in of this attempt.
    let carried = session.registration.replacing().is_some() && open.redeeming.is_none();
    let mut standing = open.standing();
    if carried && standing == AttemptState::Ready {
        standing = AttemptState::SecretKept;
    }
    match standing {
        AttemptState::Begun => {
            let at = clock(began_at, zone);
            let words = format!("You began at {at} and did not finish. Nothing was changed.");
            PartnerCenter::default().open().saying(words)
        }
        AttemptState::SecretKept => {
            let at = clock(proven_at.unwrap_or(began_at), zone);
            let words = format!("The secret key was checked and stored at {at}. Go on with the sign-in.");
            PartnerApi::default().open().saying(words)
        }
        AttemptState::SignInOpen => PartnerApi::default().submit(session).opened().saying("The sign-in page was open. If your browser ended on an address with a code, paste it now; else press F5 for a new link."),
        AttemptState::CodeUncertain => PartnerApi::default().open().saying("We cannot tell whether the code was used, so it is not sent again. Sign in again; what worked before still works."),
        AttemptState::TokenKept if sign_in_refused(session) => {
            PartnerApi::default().open().saying("The sign-in that is stored was refused: sign in again.")
        }
        AttemptState::TokenKept => {
            PartnerApi::default().open().saying("Your sign-in is safely stored. Finish the checks.")
        }
        AttemptState::Ready => Review::default().open().saying("Everything was checked. Only confirming is left."),
    }
}
