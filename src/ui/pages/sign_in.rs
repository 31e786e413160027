//! Consent: one screen for the browser of this machine, for another machine, and for another person.
//!
//! ```text
//!  Sign in with Microsoft                                      01:42 of 10 minutes
//!
//!    1  Your browser shows Microsoft's page.
//!       https://login.microsoftonline.com/...
//!    2  Sign in as an Admin agent, pass MFA, press Accept.
//!    3  This page moves on by itself.
//!
//!    Address from the browser, or the code  never shown
//!    ▌___________________________________________________________________
//! ```

use crate::effect::{AddressSeen, AuthorizationRequest, CallbackPage, Effect, NotCatching, Outcome};
use crate::report::explanation::noticed;
use crate::steps::{Execution, WrongPaste};
use crate::ui::pages::{Checking, PartnerApi, Screen, SignIn, Turn};
use crate::ui::parts::{Form, minutes, tab_of};
use crate::ui::progress::Progress;
use crate::ui::session::Session;
use crate::ui::state::{FocusTarget, PageState};
use crate::ui::view::{Named, Row, Said, Sign, Tone, View};
use crate::ui::work::TaskOrigin;
use crate::ui::{Intent, Task};
use crate::words::{CheckId, Failure, Field, Problem, Step};

/// About as long as Entra keeps a sign-in page open for (entra-docs: a code lives about ten minutes).
const LIMIT: u64 = 10 * 60 * 1_000;

/// Opens the sign-in page in a browser of this machine, through the one-time address of the listener.
fn browse(execution: &Execution, session: &mut Session) {
    session.browsed = None;
    let address = execution.authorization_request().and_then(|consent| consent.one_time);
    if let Some(address) = address.filter(|_| session.config.browser) {
        session.work.perform(TaskOrigin::SignInPage, Effect::Browse(address));
    }
}

impl SignIn {
    /// Asks for a code.
    pub(super) fn ask(progress: Progress, notice: Option<String>, session: &mut Session) -> Turn {
        browse(&progress.execution, session);
        let state = PageState { notice, ..PageState::default() };
        let begun = progress.execution.registration().open.as_ref().and_then(|open| open.consenting.as_ref());
        let waited = begun.map_or(0, |(_, at)| session.since(*at));
        Self { state, progress, asked_at: session.now, waited }.open()
    }

    /// Starts again at the sign-in.
    pub(super) fn again(mut progress: Progress, session: &mut Session) -> Turn {
        if progress.again {
            // A check has no sign-in in it, and a token that was refused is not sent again: the step itself is run once more.
            session.config.only = Some(Step::PartnerApi);
            return PartnerApi::default().open();
        }
        session.work.cancel(&[CheckId::SignIn]);
        session.work.perform_in_background(Effect::Tell(CallbackPage::Closed));
        session.fields.clear(Field::Answer);
        session.work.perform_all(progress.execution.sign_in_again(session.now));
        Checking::follow(progress, session)
    }

    /// The page follows the execution, as long as that asks.
    fn moved(self, session: &mut Session) -> Turn {
        use crate::steps::Status;
        if self.progress.execution.status() == Status::Asking {
            return self.stay();
        }
        session.fields.clear(Field::Answer);
        Checking::follow(self.progress, session)
    }
}

impl Screen for SignIn {
    fn targets(&self, _session: &Session) -> Vec<FocusTarget> {
        FocusTarget::form(&[Field::Answer])
    }

    fn step(&self) -> Option<Step> {
        Some(Step::PartnerApi)
    }

    fn execution(&self) -> Option<&Execution> {
        Some(&self.progress.execution)
    }

    fn submit(mut self, session: &mut Session) -> Turn {
        let pasted = session.fields.share(Field::Answer);
        if pasted.is_empty()
            && let Some(effects) = self.progress.execution.decline(session.now)
        {
            session.work.cancel(&[CheckId::SignIn]);
            session.work.perform_all(effects);
            return self.moved(session);
        }
        match self.progress.execution.answer(pasted.reveal(), session.now) {
            Err(wrong) => self.blame(vec![problem(wrong)], session),
            Ok(effects) => {
                session.work.cancel(&[CheckId::SignIn]);
                session.work.perform_all(effects);
                self.moved(session)
            }
        }
    }

    fn back(self, session: &mut Session) -> Turn {
        session.fields.clear(Field::Answer);
        Checking::give_up(self.progress, session)
    }

    fn key(mut self, key: Intent, session: &mut Session) -> Turn {
        let execution = &self.progress.execution;
        let address = execution.authorization_request().map(|consent| consent.address.to_string());
        match (key, address) {
            (Intent::Extra(3), Some(address)) => {
                self.state.say("Copied. F7 prints the address, to select it.");
                session.work.task(Task::Copy(address));
            }
            (Intent::Extra(4), _) => browse(execution, session),
            (Intent::Extra(5), _) => return Self::again(self.progress, session),
            (Intent::Extra(7), Some(address)) => session.work.task(Task::Print(vec![address])),
            (Intent::Extra(8), _) => return self.hand_off(None, session),
            _ => {}
        }
        self.stay()
    }

    fn resume(mut self, check: CheckId, outcome: Outcome, session: &mut Session) -> Turn {
        session.work.perform_all(self.progress.execution.resume(check, outcome, session.now));
        self.moved(session)
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("Sign in with Microsoft").tab(tab_of(Step::PartnerApi));
        let (clock, late) = self.waiting(session);
        view.aside = Some(clock);
        let mut form = Form::new(view, &self.state, session, &self.targets(session));
        let execution = &self.progress.execution;
        if let Some(consent) = execution.authorization_request() {
            form.view.rows(directions(session, &consent));
        }
        form.view.rows(execution.address_seen().map(|seen| rehearsed(seen, session.fields.value(Field::Redirect))));
        let diagnosed = |failure: &Failure| session.diagnosed_in(execution, CheckId::SignIn, failure);
        let notice = execution.sign_in_notice().map(|notice| noticed(&notice, diagnosed));
        form.view.rows(notice.map(|words| Row::signed(Sign::Problem, words)));
        form.view.rows(late);
        form.view.gap();
        form.input_beside(Field::Answer, Some("never shown".to_owned()));
        form.view.gap();
        form.button("Confirm", "uses the code once, then runs the checks");
        let once = "A code works once; if a try fails, sign in again. The secret key stays good.";
        form.view.row(Row::of(Tone::Muted, once).at(3).small(""));
        let note = "Someone else signs in? F8 prints a note with this link.";
        form.view.row(Row::of(Tone::Muted, note).at(3).said(Said::Not).small(""));
        let mut view = form.view;
        view.keys(&[(Intent::Submit, "confirm")]);
        view.keys(if session.config.rehearsal.is_some() { &[(Intent::Extra(2), "sign in")] } else { &[] });
        view.key_named(Intent::Extra(3), "copy", Named::Not);
        view.keys(&[
            (Intent::Extra(4), "open browser"),
            (Intent::Extra(5), "new link"),
            (Intent::Back, "cancel"),
            (Intent::Extra(7), "print address"),
            (Intent::Extra(8), "hand-off note"),
        ]);
        view.usual_keys();
        view
    }
}

impl SignIn {
    /// How long it has been waited for, and what to do when that is too long.
    fn waiting(&self, session: &Session) -> (Row, Option<Row>) {
        let waited = self.waited + session.now.saturating_sub(self.asked_at);
        let clock =
            Row::of(Tone::Muted, format!("{} of 10 minutes", minutes(waited.min(LIMIT)))).said(Said::NowAndThen);
        let text = "Ten minutes have passed: the link may be too old. F5 makes a new one.";
        (clock, (waited >= LIMIT).then(|| Row::signed(Sign::Note, text)))
    }
}

/// The three things to do, in their order.
fn directions(session: &Session, consent: &AuthorizationRequest) -> Vec<Row> {
    let tried = session.config.browser && consent.one_time.is_some();
    let opened = match (tried, session.browsed) {
        (true, None) => "1  Your browser is opening. Any other browser works too:",
        (true, Some(true)) => "1  Your browser shows Microsoft's page. Any other browser works too:",
        (true, Some(false)) => "1  No browser could be opened here. Open this address in a private window:",
        (false, _) => "1  Open this address in a private window:",
    };
    let shown = tried && session.browsed != Some(false);
    let small = if shown { "1  Your browser shows the page" } else { "1  Open the address: F7 shows it" };
    let sign_in = "2  Sign in as an Admin agent, pass MFA, press Accept.";
    let mut rows = vec![
        Row::text(opened).at(3).hanging(6).right(Tone::Muted, "F3 copies").small(small),
        Row::of(Tone::Link, shortened(consent)).at(6).whole(consent.address.as_str()).small(""),
        Row::text(sign_in).at(3).hanging(6).small("2  Sign in, pass MFA, press Accept"),
    ];
    if let Some(answers) = &session.config.rehearsal {
        let what = format!("{}  {}  code {}", answers.user, answers.password, answers.mfa_code);
        let row = Row::of(Tone::Muted, "type  ").and(Tone::Value, what);
        rows.push(row.at(6).hanging(12).small(""));
    }
    rows.push(third(consent));
    rows
}

/// What the rehearsal of the redirect address noted, before a person goes through the pages for nothing.
fn rehearsed(seen: AddressSeen, redirect: &str) -> Row {
    let words = seen.words();
    match seen {
        AddressSeen::Known => Row::of(Tone::Muted, words).sign(Sign::Ok).at(3).small(""),
        AddressSeen::NotRegistered => {
            let cure = "Add it, letter for letter: Entra > your app > Authentication > Add > Web. Then F5.";
            let words = format!("Microsoft does not seem to know {redirect} (AADSTS50011). {cure}");
            Row::signed(Sign::Problem, words).small("   Not on the app: add it in Entra, then F5.")
        }
        AddressSeen::Unclear | AddressSeen::Resumed => Row::of(Tone::Muted, words).at(3),
    }
}

fn third(consent: &AuthorizationRequest) -> Row {
    let redirect = &consent.redirect;
    let text = match consent.catching {
        Ok(()) => "3  This page moves on by itself. On another machine the browser ends on an error page: paste its address below.".to_owned(),
        Err(NotCatching::Elsewhere) => format!(
            "3  The browser ends on an error page, because nothing answers at {redirect}. That is expected: copy the whole address from its bar and paste it below."
        ),
        Err(NotCatching::PortTaken(port)) => format!(
            "3  Another program uses port {port}, so nothing is caught here. Copy the address on which the browser ends and paste it below. (http://localhost without a port takes any free one.)"
        ),
        Err(NotCatching::NotAllowed(port)) => not_allowed(port, cfg!(windows)),
    };
    let small =
        if consent.catching.is_ok() { "3  Error page? Paste its address" } else { "3  Paste the last page's address" };
    Row::text(text).at(3).hanging(6).small(small)
}

/// Windows lets every user open every port, but for ranges that it reserves and what a service of its own has.
fn not_allowed(port: u16, windows: bool) -> String {
    let why = if windows {
        format!("Windows has reserved port {port}, or one of its services has it, so nothing is caught here.")
    } else {
        format!("This user may not open port {port}.")
    };
    let free = if windows { " (http://localhost without a port takes any free one.)" } else { "" };
    format!("3  {why} Copy the address on which the browser ends and paste it below.{free}")
}

/// The address without its long tail, for where there is no room for it: F3 and F7 give it whole.
fn shortened(consent: &AuthorizationRequest) -> String {
    let address = consent.address.as_str();
    let cut = address.split_once("client_id=").map_or(address, |(front, _)| front);
    format!("{cut}client_id=...  (whole: F3 copies, F7 prints)")
}

/// What a wrong paste is called, and what to do about it with this page's keys.
fn problem(wrong: WrongPaste) -> Problem {
    let here = [
        (
            WrongPaste::SignInAddress { redirect_url: true },
            "Entra only knows redirect_uri and ignores the other. Use the address shown above (F3 copies it).",
        ),
        (WrongPaste::OtherSignIn, "Use the newest browser tab, or F5 for a new link and sign in again."),
        (WrongPaste::UsedBefore, "F5 makes a new link."),
    ];
    let cure = here.into_iter().find(|(one, _)| *one == wrong).map_or_else(|| wrong.cure(), |(_, cure)| cure);
    Problem::new(Field::Answer, wrong.what(), cure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_the_system_does_not_give_is_told_as_each_system_means_it() {
        let (windows, other) = (not_allowed(8080, true), not_allowed(80, false));
        assert!(
            windows.contains("Windows has reserved port 8080") && windows.contains("takes any free one"),
            "{windows}"
        );
        assert!(other.contains("This user may not open port 80.") && !other.contains("Windows"), "{other}");
        for text in [windows, other] {
            assert!(text.contains("paste it below"), "{text}");
        }
    }
}
