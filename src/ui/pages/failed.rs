//! A failure with its fix: what happened, why, the cure in steps, who can apply it, and what is not the cause.
//!
//! ```text
//!  ✗ Microsoft does not accept this secret for this application.
//!    Secret accepted · AADSTS7000215
//!
//!    Do this   1  Entra > App registrations > ...
//!    Who       Application administrator
//!    Why       ...
//!    Not       the directory (it exists)
//!    It said   "..."
//!    Ids       trace 5b0e...  correlation 71bb...
//! ```

use url::Url;

use crate::diagnose::{self, Diagnosis, Goto};
use crate::effect::Effect;
use crate::exit::Exit;
use crate::report::explanation::{for_support, ids, more, page, said};
use crate::steps::Execution;
use crate::ui::guide;
use crate::ui::overlay::Overlay;
use crate::ui::pages::{Checking, Failed, OctoClient, Overview, Screen, SignIn, Then, Turn};
use crate::ui::parts::{LABEL, explained, same_again};
use crate::ui::progress::{Progress, tab};
use crate::ui::session::Session;
use crate::ui::state::{FocusTarget, PageState};
use crate::ui::view::{Named, Row, Tone, View};
use crate::ui::{Intent, Task};
use crate::words::{Cause, CheckId, Field, LastFailure, Problem, Step, VaultFault};

/// The number of a client secret that is refused; one that was made minutes ago is, too.
const SECRET_REFUSED: u64 = 7_000_215;

impl Failed {
    /// Explains why an execution was refused, and remembers it until one passes.
    pub(super) fn explain(mut progress: Progress, session: &mut Session) -> Turn {
        let execution = &progress.execution;
        let Some((check, failure)) = execution.failed() else {
            return Checking::leave(&progress, session);
        };
        let (check, failure) = (check.id, failure.clone());
        let diagnosis = session.diagnosed_in(execution, check, &failure);
        if execution.step() == Some(Step::PartnerApi) {
            session.work.perform_in_background(Effect::Tell(page(&diagnosis)));
        }
        if let Some(refused) = LastFailure::of(check, &diagnosis, &failure) {
            session.last_failure = Some(Box::new(refused.after(session.last_failure.as_deref())));
        }
        let refused = (check, diagnosis.row);
        let again = progress.refused.replace(refused) == Some(refused);
        let said = again.then(|| same_again(failure.at.or_else(|| Some(session.moment())), &session.config.zone));
        let state = PageState { notice: said, ..PageState::default() };
        Self { state, progress, check, failure, diagnosis, looked_up: false }.open()
    }

    fn submits(&self) -> bool {
        self.progress.execution.submits()
    }

    fn retry(mut self, session: &mut Session) -> Turn {
        session.work.perform_all(self.progress.execution.retry(session.now));
        Checking::follow(self.progress, session)
    }

    fn sign_in_again(self, session: &mut Session) -> Turn {
        if self.step() == Some(Step::PartnerApi) { SignIn::again(self.progress, session) } else { self.retry(session) }
    }

    /// To the form that the cure names, or to that of the step that failed, with the focus on the field to blame.
    fn edit(self, form: Option<Turn>, session: &Session) -> Turn {
        let mut turn = form.unwrap_or_else(|| Checking::leave(&self.progress, session));
        if let Goto::Field(field) = self.diagnosis.goto {
            let page = &mut turn.page;
            if page.targets(session).contains(&FocusTarget::Field(field)) {
                // Nobody sees what stands in such a field, and so that it is replaced.
                let instead = if field.is_secret() { " Paste another one: it takes this one's place." } else { "" };
                let cure = format!("{}.{instead}", field.place());
                let state = page.state_mut();
                state.problems.push(Problem::new(field, self.diagnosis.what, cure));
                state.refused.push(field);
            }
        }
        turn
    }

    /// The page on which the cure is done: its own, else that of the field to mend.
    fn cure_page(&self, session: &Session) -> Option<Url> {
        match (self.diagnosis.page, self.diagnosis.goto) {
            (Some(page), _) => guide::address(page, session),
            (None, Goto::Field(field)) => guide::page(field, session),
            (None, Goto::Step(_) | Goto::SignInAgain | Goto::Retry | Goto::Leave) => None,
        }
    }

    /// Whether Enter opens that page: where there is no field to mend, in a browser that there is, and until it was opened.
    fn opens(&self, session: &Session) -> bool {
        session.config.browser
            && session.machine.can_browse()
            && self.diagnosis.page.is_some()
            && !self.looked_up
            && !matches!(self.diagnosis.goto, Goto::Field(_))
    }

    fn open_cure(mut self, session: &mut Session) -> Turn {
        if let Some(url) = self.cure_page(session) {
            self.looked_up = true;
            self.state.say(format!("Opening {url}"));
            session.work.perform_in_background(Effect::Browse(url));
        }
        self.stay()
    }

    /// Code, sentence and ids, and below them each command of the cure on a line of its own.
    fn copy(mut self, session: &mut Session) -> Turn {
        let Diagnosis { code, what, .. } = &self.diagnosis;
        let said = format!("{code}: {what}; {}", ids(&self.failure).join("; "));
        let lines: Vec<String> = std::iter::once(said).chain(self.view(session).commands()).collect();
        session.work.task(Task::Copy(lines.join("\n")));
        self.state.say("Copied: code, sentence and ids. d shows them too.");
        self.stay()
    }
}

impl Screen for Failed {
    fn step(&self) -> Option<Step> {
        self.progress.execution.step()
    }

    fn execution(&self) -> Option<&Execution> {
        Some(&self.progress.execution)
    }

    fn exit(&self) -> Exit {
        self.diagnosis.exit
    }

    /// Follows the cure.
    fn submit(self, session: &mut Session) -> Turn {
        if self.opens(session) {
            return self.open_cure(session);
        }
        match self.diagnosis.goto {
            Goto::SignInAgain => self.sign_in_again(session),
            Goto::Retry => self.retry(session),
            Goto::Leave => self.turn(Then::Over(Overlay::Leave)),
            Goto::Field(field) => self.edit(form_of(field), session),
            // What is active already is changed there, step by step, and then handed over again.
            Goto::Step(_) if self.submits() => Overview::default().open(),
            Goto::Step(step) => self.edit(Some(Turn::form(step)), session),
        }
    }

    fn back(self, session: &mut Session) -> Turn {
        self.edit(None, session)
    }

    fn key(mut self, key: Intent, session: &mut Session) -> Turn {
        match (key, self.submits()) {
            (Intent::Typed('r'), _) => self.retry(session),
            (Intent::Typed('n'), _) => {
                self.progress.execution.be_patient();
                self.retry(session)
            }
            (Intent::Typed('a'), _) => self.sign_in_again(session),
            (Intent::Typed('e'), _) => self.edit(None, session),
            (Intent::Typed('c'), _) => self.copy(session),
            (Intent::Typed('o'), _) => self.open_cure(session),
            (Intent::Typed('s'), _) => {
                let failed = (self.failure.clone(), self.diagnosis.clone());
                self.save_report(Some(failed), session)
            }
            (Intent::Typed('d'), _) => self.turn(Then::Over(Overlay::Details)),
            // A note about Entra is of no use to who looks after Octo.
            (Intent::Typed('h') | Intent::Extra(8), false) => {
                let missing = (self.failure.clone(), self.diagnosis.clone());
                self.hand_off(Some(missing), session)
            }
            _ => self.stay(),
        }
    }

    fn view<'a>(&'a self, session: &'a Session) -> View<'a> {
        let mut view = View::new("").tab(tab(&self.progress.execution)).standing("stopped").noting(&self.state);
        view.failed = true;
        let page = self.cure_page(session).filter(|_| self.diagnosis.page.is_some());
        view.rows(explained(&self.diagnosis, self.check.title(), page, Some(self.not_the_cause(session)), session));
        view.rows(self.said());
        view.rows(for_support("Ids", LABEL, &self.failure));
        view.rows(more(&self.diagnosis, LABEL));
        view.gap();
        view.row(Row::of(Tone::Muted, self.reassurance(session)).at(1));
        self.keys(&mut view, session);
        view
    }
}

/// The form that has this field; `None` where only the page of the step that ran can have it.
fn form_of(field: Field) -> Option<Turn> {
    match field {
        Field::AccountName => Some(Turn::form(Step::Basic)),
        Field::ClientId | Field::ApplicationId | Field::SecretKey | Field::Directory | Field::SecretEnds => {
            Some(Turn::form(Step::PartnerCenter))
        }
        Field::MpnId | Field::SecretChoice | Field::ApiSecret | Field::Redirect => Some(Turn::form(Step::PartnerApi)),
        Field::OctoClientId | Field::OctoSecret => Some(OctoClient::default().open()),
        Field::Answer | Field::Confirmation | Field::Handover => None,
    }
}

impl Failed {
    /// The service's own sentence; that there is none is said where the explanation sends the reader to it.
    fn said(&self) -> Option<Row> {
        // The words of the explanation send the reader to what "it said".
        let quotes = self.diagnosis.quotes;
        let nothing = || Row::pair("It said", LABEL, Tone::Muted, "nothing else");
        said("It said", LABEL, &self.failure).or_else(|| quotes.then(nothing))
    }

    /// From the checks that passed: what nobody has to change. What the diagnosis blames is left out, whatever passed.
    fn not_the_cause(&self, session: &Session) -> String {
        let execution = &self.progress.execution;
        let signs = [
            (CheckId::Tenant, "directory (exists)"),
            (CheckId::AppToken, "secret (accepted)"),
            (CheckId::Customers, "app (known to Partner Center)"),
            (CheckId::Redeem, "redirect address and code (redeemed)"),
            (CheckId::UserClaims, "tenant and app (in the token)"),
            (CheckId::Mfa, "MFA"),
            (CheckId::Organization, "role (calls answer)"),
            (CheckId::PriceToken, "consent for prices"),
            (CheckId::Rates, "price service (rates answer)"),
            (CheckId::KeepSecret, "keyring"),
            (CheckId::OctoSecret, "keyring (read)"),
            (CheckId::OctoSignIn, "Octo's API client (accepted)"),
            (CheckId::OctoPayer, "payer account (registered)"),
        ];
        let blamed = diagnose::row(self.diagnosis.row).map_or(&[][..], |row| row.blames);
        let step_two = [CheckId::Tenant, CheckId::AppToken, CheckId::Customers];
        let proven = execution.step() == Some(Step::PartnerApi)
            && session.registration.proven().is_some()
            && !step_two.iter().any(|id| blamed.contains(id));
        let passed = signs.iter().filter(|(id, _)| execution.passed(*id) && !blamed.contains(id));
        let passed: Vec<&str> = proven
            .then_some("directory, app and secret (step 2)")
            .into_iter()
            .chain(passed.map(|(_, sign)| *sign))
            .collect();
        if passed.is_empty() { "nothing yet".to_owned() } else { passed.join(", ") }
    }

    /// What is still as it was.
    fn reassurance(&self, session: &Session) -> &'static str {
        let locked = matches!(self.failure.cause, Cause::Vault(fault) if fault != VaultFault::Missing);
        if self.submits() {
            return "All three steps are proven and stored here.";
        }
        if self.check == CheckId::KeepToken && locked {
            return "Your sign-in is still in memory: do this and press r. If you leave now, you have to sign in again.";
        }
        if session.registration.active.is_some() {
            "What you typed is still here. The registration that worked before has not changed."
        } else if self.progress.execution.step() == Some(Step::PartnerApi) {
            "Nothing is in use yet. Your answers and the proven secret key are kept."
        } else {
            "Nothing was registered. Your answers are kept; the secret key until you leave."
        }
    }

    fn keys(&self, view: &mut View<'_>, session: &Session) {
        let goto = self.diagnosis.goto;
        let cure = match goto {
            _ if self.opens(session) => "open the page",
            Goto::SignInAgain => "sign in again",
            Goto::Field(field) => edit_words(field),
            Goto::Step(_) if self.submits() => "see what is stored",
            Goto::Step(_) => "edit the step",
            Goto::Retry => "try again",
            Goto::Leave => "leave",
        };
        view.key_named(Intent::Submit, cure, Named::As(cure));
        if goto != Goto::Retry || self.opens(session) {
            view.keys(&[(Intent::Typed('r'), "try again")]);
        }
        if self.failure.codes.contains(&SECRET_REFUSED) {
            view.keys(&[(Intent::Typed('n'), "it is new")]);
        }
        if self.step() == Some(Step::PartnerApi) && (goto != Goto::SignInAgain || self.opens(session)) {
            view.keys(&[(Intent::Typed('a'), "sign in again")]);
        }
        view.keys(&[(Intent::Typed('s'), "save report")]);
        if !self.submits() {
            view.keys(&[(Intent::Typed('h'), "hand-off note")]);
        }
        view.keys(&[(Intent::Typed('d'), "details")]);
        if !self.opens(session) && (self.diagnosis.page.is_some() || matches!(goto, Goto::Field(_))) {
            view.keys(&[(Intent::Typed('o'), "open the page")]);
        }
        view.keys(&[(Intent::Back, if self.submits() { "Octo later" } else { "edit the step" })]);
        view.key_named(Intent::Typed('c'), "copy", Named::As("c = print"));
        view.usual_keys();
    }
}

/// What Enter does where a field is to blame.
const fn edit_words(field: Field) -> &'static str {
    match field {
        Field::AccountName => "edit the name",
        Field::ClientId => "edit Client ID",
        Field::ApplicationId => "edit Application ID",
        Field::SecretKey | Field::ApiSecret | Field::SecretChoice => "edit Secret key",
        Field::Directory => "edit Directory",
        Field::SecretEnds => "edit the date",
        Field::MpnId => "edit MPN ID",
        Field::Redirect => "edit Redirect address",
        Field::OctoClientId | Field::OctoSecret => "edit Octo's API client",
        Field::Answer | Field::Confirmation | Field::Handover => "edit",
    }
}
