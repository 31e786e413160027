//! What keys do on each page, and the way from page to page.

use std::time::Duration;

use crate::diagnose::{Context, Diagnosis, Goto, diagnose};
use crate::effect::{CallbackPage, Effect, Preflight};
use crate::exit::Exit;
use crate::journal::Fact;
use crate::steps::{Answered, Execution, Status, WrongPaste};
use crate::ui::Task;
use crate::ui::wizard::{
    DirectoryLookup, FocusTarget, Origin, Overlay, PREREQUISITES, Place, Wizard,
};
use crate::words::answers::{self, Field, Problem};
use crate::words::check::CheckId;
use crate::words::failure::Failure;
use crate::words::ids::{ClientId, Directory};
use crate::words::step::{Environment, Step};

impl Wizard {
    /// Enter: the marked action of the page.
    pub(super) fn submit(&mut self) -> Vec<Task> {
        self.notice = None;
        match self.place {
            Place::Shut => self.start(),
            Place::Start => self.submit_start(),
            Place::Overview => self.submit_overview(),
            Place::Basic => self.submit_basic(),
            Place::PartnerCenter => self.submit_partner_center(),
            Place::PartnerApi => self.submit_partner_api(),
            Place::SignIn => self.submit_answer(),
            Place::Checking if self.run_finished() => self.after_step(),
            Place::Opening | Place::Checking => Vec::new(),
            Place::Stopped => self.follow_cure(),
            Place::Review => self.submit_review(),
            Place::Octo => self.submit_octo(),
            Place::Done => self.leave(Exit::Done),
        }
    }

    /// Esc: one level back, keeping values; it never leaves the program.
    pub(super) fn back(&mut self) -> Vec<Task> {
        self.notice = None;
        let single = self.setting.only.is_some();
        let place = match self.place {
            Place::Opening | Place::Shut | Place::Overview | Place::Done => {
                self.notice = Some("Ctrl-C leaves.".to_owned());
                return Vec::new();
            }
            Place::Start | Place::Basic if self.registration.active.is_some() => Place::Overview,
            Place::Start => {
                self.notice = Some("This is the first page. Ctrl-C leaves.".to_owned());
                return Vec::new();
            }
            Place::Checking | Place::SignIn => return self.stop_run(),
            Place::Stopped => return self.edit_after_failure(),
            Place::Basic => Place::Start,
            Place::PartnerCenter | Place::PartnerApi
                if single && self.registration.active.is_some() =>
            {
                Place::Overview
            }
            Place::PartnerCenter => Place::Basic,
            Place::PartnerApi => Place::PartnerCenter,
            Place::Review => Place::PartnerApi,
            Place::Octo if self.before_commit() => Place::Review,
            Place::Octo => Place::Overview,
        };
        self.go(place);
        vec![self.save()]
    }

    /// Single letters, where no field takes them.
    pub(super) fn letter(&mut self, letter: char) -> Vec<Task> {
        match (self.place, letter.to_ascii_lowercase()) {
            (_, '?') => {
                self.scroll = 0;
                self.overlay = Some(Overlay::Help);
            }
            (Place::Start, ' ') => self.toggle_mark(),
            (Place::Start, 'o') => return self.open_portal(),
            (Place::Start, 'c') => return self.copy_mark(),
            (Place::Start, 'r') => return self.look_again(),
            (Place::Stopped, 'h') if self.submitting() => {}
            (Place::Start | Place::Overview | Place::Stopped, 'h') => return self.print_note(),
            (Place::Shut, 'r') => return self.start(),
            (Place::Basic, ' ') => return self.toggle_environment(),
            (Place::PartnerApi, ' ') => self.toggle_secret_choice(),
            (Place::Stopped, 'r') => return self.retry(),
            (Place::Stopped, 'n') => return self.retry_patiently(),
            (Place::Stopped, 's') => return self.sign_in_again(),
            (Place::Stopped, 'e') => return self.edit_after_failure(),
            (Place::Stopped, 'c') => return self.copy_failure(),
            (Place::Checking | Place::Stopped, 'd') => {
                self.scroll = 0;
                self.overlay = Some(Overlay::Details);
            }
            _ => {}
        }
        Vec::new()
    }

    /// F2 to F9.
    pub(super) fn extra(&mut self, number: u8) -> Vec<Task> {
        match (self.place, number) {
            (_, 2) if self.setting.rehearsal.is_some() => self.fill_in(),
            (Place::PartnerCenter, 5) => self.forms.swap_ids(),
            (Place::SignIn, 3) => {
                let text = "The address is also printed below the page by F7.";
                self.notice = Some(text.to_owned());
                return self.with_address(|address| Task::Copy(address.to_owned()));
            }
            (Place::SignIn, 4) => return self.browse_again(),
            (Place::SignIn, 5) => return self.sign_in_again(),
            (Place::SignIn, 7) => {
                return self.with_address(|address| Task::Print(vec![address.to_owned()]));
            }
            // A note about Entra is of no use to who looks after Octo.
            (Place::Stopped, 8) if self.submitting() => {}
            (
                Place::Start
                | Place::Overview
                | Place::PartnerCenter
                | Place::PartnerApi
                | Place::SignIn
                | Place::Stopped,
                8,
            ) => return self.print_note(),
            (Place::Review, 6) => return self.open_octo(),
            (Place::Octo, 6) if self.before_commit() => return self.not_to_octo(),
            (Place::Review, 9) => {
                self.scroll = 0;
                self.overlay = Some(Overlay::Details);
            }
            _ => {}
        }
        Vec::new()
    }

    // ---- before you start ----

    fn submit_start(&mut self) -> Vec<Task> {
        if self.cannot_keep() {
            return Vec::new();
        }
        self.started = true;
        self.go(Place::Basic);
        vec![self.save()]
    }

    /// Whether the keyring failed its test; then the first page says so, and no secret is sent or asked for.
    fn cannot_keep(&mut self) -> bool {
        let failed = matches!(self.looks.get(&Preflight::Keyring), Some(Err(_)));
        if failed {
            if self.place != Place::Start {
                self.go(Place::Start);
            }
            let store = self.registration.opened_in.noun;
            self.notice = Some(format!(
                "Without a{} {store} nothing can be kept. Follow the cure, then r looks again.",
                if store.starts_with('a') { "n" } else { "" }
            ));
        }
        failed
    }

    /// Looks at the machine again; a look that is still under way is not begun a second time.
    pub(super) fn look_again(&mut self) -> Vec<Task> {
        let under_way = |wizard: &Self, look| {
            let mut origins = wizard.tickets.values();
            origins.any(|origin| *origin == Origin::Preflight(look))
        };
        let mut tasks = Vec::new();
        for look in Preflight::ALL {
            if !under_way(self, look) {
                self.looks.remove(&look);
                tasks.push(self.perform(Origin::Preflight(look), Effect::Preflight(look)));
            }
        }
        tasks
    }

    fn toggle_mark(&mut self) {
        if let Some(FocusTarget::Prerequisite(index)) = self.stop()
            && let Some(mark) = PREREQUISITES.get(index)
        {
            match self.marked.iter().position(|key| *key == mark.key) {
                Some(place) => drop(self.marked.remove(place)),
                None => self.marked.push(mark.key),
            }
        }
    }

    fn open_portal(&mut self) -> Vec<Task> {
        let Some(FocusTarget::Prerequisite(index)) = self.stop() else {
            return Vec::new();
        };
        let Some(mark) = PREREQUISITES.get(index) else {
            return Vec::new();
        };
        let Ok(url) = self.setting.portal.join(mark.page) else {
            return Vec::new();
        };
        self.notice = Some(format!("Opening {url}"));
        vec![self.perform(Origin::Background, Effect::Browse(url))]
    }

    fn copy_mark(&mut self) -> Vec<Task> {
        let Some(FocusTarget::Prerequisite(index)) = self.stop() else {
            return Vec::new();
        };
        let Some(mark) = PREREQUISITES.get(index) else {
            return Vec::new();
        };
        self.notice = Some(format!("Copied, and here it is: {}", mark.copy));
        vec![Task::Copy(mark.copy.to_owned())]
    }

    // ---- step 1 ----

    fn submit_basic(&mut self) -> Vec<Task> {
        match answers::basic(&self.forms.typed(self.environment)) {
            Err(problems) => self.blame(problems),
            Ok(details) if self.registration.named && details.name == self.registration.name => {
                self.after_basic()
            }
            Ok(details) => {
                let fact = Fact::Named { name: details.name };
                vec![self.perform(Origin::Named, Effect::Note(fact))]
            }
        }
    }

    pub(super) fn after_basic(&mut self) -> Vec<Task> {
        if self.setting.only == Some(Step::Basic) && self.registration.active.is_some() {
            self.go(Place::Overview);
            self.notice = Some("The name is changed.".to_owned());
        } else {
            self.go(Place::PartnerCenter);
        }
        vec![self.save()]
    }

    fn toggle_environment(&mut self) -> Vec<Task> {
        if self.stop() != Some(FocusTarget::Field(Field::Environment)) {
            return Vec::new();
        }
        self.environment = match self.environment {
            Environment::Production => Environment::Sandbox,
            Environment::Sandbox => Environment::Production,
        };
        let environment = self.environment;
        self.place = Place::Opening;
        vec![self.perform(Origin::Open, Effect::Open(environment))]
    }

    // ---- step 2 ----

    fn submit_partner_center(&mut self) -> Vec<Task> {
        if self.cannot_keep() {
            return Vec::new();
        }
        let typed = self.forms.typed(self.environment);
        let secret = self.forms.secret(Field::SecretKey).map(crate::ui::field::SecretField::share);
        let Some(secret) = secret else {
            return Vec::new();
        };
        if let Some(problem) = self.swapped(&typed.client_id, &typed.application_id) {
            return self.blame(vec![problem]);
        }
        match answers::partner_center(&typed, &secret) {
            Err(problems) => self.blame(problems),
            Ok(request) => {
                let run = Execution::partner_center(request, self.registration.clone());
                let mut tasks = vec![self.save()];
                tasks.extend(self.begin_run(run));
                tasks
            }
        }
    }

    /// What the look-ups have told about the two IDs: the application that is a directory was typed into the wrong field.
    fn swapped(&self, client: &str, application: &str) -> Option<Problem> {
        let told =
            |raw: &str| ClientId::parse(raw).ok().and_then(|id| self.told.get(id.value.as_str()));
        match (told(client), told(application)) {
            (Some(DirectoryLookup::NotOne), Some(DirectoryLookup::Directory(_))) => {
                Some(Problem::new(
                    Field::ApplicationId,
                    "This is a directory, and Client ID is not: the two are swapped.",
                    "F5 exchanges them.",
                ))
            }
            (_, Some(DirectoryLookup::Directory(_))) => Some(Problem::new(
                Field::ApplicationId,
                "This is a directory (tenant) ID, not an application's.",
                "Azure portal > App registrations > your app > Application (client) ID.",
            )),
            _ => None,
        }
    }

    /// Asks the public metadata about an ID or a domain when its field is left, so that a mix-up shows before a secret is typed.
    pub(super) fn look_up_field(&mut self) -> Vec<Task> {
        let Some(FocusTarget::Field(field)) = self.stop() else {
            return Vec::new();
        };
        if !matches!(field, Field::ClientId | Field::ApplicationId | Field::Directory) {
            return Vec::new();
        }
        let Some(text) = self.forms.text(field) else {
            return Vec::new();
        };
        let Ok(directory) = Directory::parse(text.text()) else {
            return Vec::new();
        };
        let key = directory.value.to_string();
        if self.told.get(&key).is_some_and(|told| *told != DirectoryLookup::Unknown) {
            return Vec::new();
        }
        self.told.insert(key.clone(), DirectoryLookup::Asking);
        vec![self.perform(Origin::Telling(key), Effect::Discover(directory.value))]
    }

    /// Full validation of a field that is left forward; other fields stay as they are.
    pub(super) fn check_field_left(&mut self) {
        let Some(FocusTarget::Field(field)) = self.stop() else {
            return;
        };
        self.problems.retain(|problem| problem.field != field);
        let found = match self.forms.secret(field) {
            Some(secret)
                if matches!(field, Field::SecretKey | Field::ApiSecret) && !secret.is_empty() =>
            {
                answers::secret_problem(field, &secret.share()).map_or(Ok(None), Err)
            }
            Some(_) => Ok(None),
            None => answers::shape(field, &self.forms.typed(self.environment)),
        };
        if let Err(problem) = found {
            self.problems.push(problem);
        }
    }

    // ---- step 3 ----

    fn toggle_secret_choice(&mut self) {
        if self.stop() == Some(FocusTarget::Field(Field::SecretChoice)) {
            self.forms.other_secret = !self.forms.other_secret;
        }
    }

    pub(super) fn submit_partner_api(&mut self) -> Vec<Task> {
        if self.cannot_keep() {
            return Vec::new();
        }
        let typed = self.forms.typed(self.environment);
        let other = self.forms.secret(Field::ApiSecret).map(crate::ui::field::SecretField::share);
        let other = other.filter(|_| self.forms.other_secret);
        if self.registration.proven().is_none() {
            self.go(Place::PartnerCenter);
            self.notice =
                Some("Partner Center Credentials come first: nothing is proven yet.".to_owned());
            return Vec::new();
        }
        match answers::partner_api(&typed, other.as_ref()) {
            Err(problems) => self.blame(problems),
            Ok(request) => {
                let secret = self.proven_secret.clone();
                let mut run = Execution::partner_api(request, self.registration.clone(), secret);
                if !self.setting.prices {
                    run = run.without_prices();
                }
                self.browsed = false;
                let again =
                    self.registration.open.as_ref().is_some_and(crate::journal::Attempt::ready);
                let mut tasks = vec![self.save()];
                if again {
                    run.forget_sign_in();
                }
                tasks.extend(self.begin_run(run));
                tasks
            }
        }
    }

    fn submit_answer(&mut self) -> Vec<Task> {
        let Some(pasted) =
            self.forms.secret(Field::Answer).map(crate::ui::field::SecretField::share)
        else {
            return Vec::new();
        };
        let now = self.now;
        let Some(run) = self.run.as_mut() else {
            return Vec::new();
        };
        match run.answer(pasted.reveal(), now) {
            Answered::NotTaken(wrong) => {
                let problem = wrong_paste(wrong);
                self.blame(vec![problem])
            }
            Answered::Taken(effects) => {
                self.clear_answer();
                let mut tasks = self.cancel(|origin| *origin == Origin::Execution(CheckId::SignIn));
                tasks.extend(self.perform_run(effects));
                tasks.extend(self.after_run_moved());
                tasks
            }
        }
    }

    pub(super) fn clear_answer(&mut self) {
        if let Some(field) = self.forms.secret_mut(Field::Answer) {
            field.clear();
        }
    }

    fn with_address(&mut self, task: impl Fn(&str) -> Task) -> Vec<Task> {
        let address = self
            .run
            .as_ref()
            .and_then(Execution::consent)
            .map(|consent| consent.address.to_string());
        address.map(|address| task(&address)).into_iter().collect()
    }

    fn browse_again(&mut self) -> Vec<Task> {
        self.browsed = false;
        self.browse()
    }

    pub(super) fn browse(&mut self) -> Vec<Task> {
        let address = self
            .run
            .as_ref()
            .and_then(Execution::consent)
            .and_then(|consent| consent.one_time.clone());
        match address {
            Some(address) if self.setting.browser && !self.browsed => {
                self.browsed = true;
                vec![self.perform(Origin::Background, Effect::Browse(address))]
            }
            _ => Vec::new(),
        }
    }

    // ---- runs ----

    pub(super) fn begin_run(&mut self, mut run: Execution) -> Vec<Task> {
        self.remember_codes();
        run.never_again(&self.used_codes);
        let effects = run.start(self.now);
        self.run = Some(run);
        self.finishing = false;
        self.go(Place::Checking);
        let mut tasks = self.perform_run(effects);
        tasks.extend(self.after_run_moved());
        tasks
    }

    fn stop_run(&mut self) -> Vec<Task> {
        let Some(run) = self.run.as_mut() else {
            return Vec::new();
        };
        if run.status() == Status::Finished {
            return self.leave_checks();
        }
        let given_up = run.stop();
        let signing_in = run.step() == Some(Step::PartnerApi);
        let mut tasks =
            self.cancel(|origin| matches!(origin, Origin::Execution(id) if given_up.contains(id)));
        if signing_in {
            tasks.push(self.perform(Origin::Background, Effect::Tell(CallbackPage::Closed)));
        }
        self.finishing = true;
        tasks.extend(self.after_run_moved());
        tasks
    }

    /// Back to the page that a run began on.
    pub(super) fn leave_checks(&mut self) -> Vec<Task> {
        let place = match self.run.as_ref().and_then(Execution::step) {
            _ if self.checking_all => Place::Overview,
            Some(Step::PartnerCenter) => Place::PartnerCenter,
            Some(Step::PartnerApi) => Place::PartnerApi,
            Some(Step::Basic) | None if self.submitting() => Place::Done,
            Some(Step::Basic) | None => Place::Review,
        };
        self.remember_codes();
        self.run = None;
        self.finishing = false;
        self.go(place);
        Vec::new()
    }

    /// A code that was sent is never sent again, whichever run comes next.
    fn remember_codes(&mut self) {
        if let Some(run) = &self.run {
            self.used_codes.clear();
            self.used_codes.extend_from_slice(run.used_codes());
        }
    }

    /// A step has passed: where it goes on.
    fn after_step(&mut self) -> Vec<Task> {
        let step = self.run.as_ref().and_then(Execution::step);
        if self.checking_all {
            if step == Some(Step::PartnerCenter) {
                return self.check_step(Step::PartnerApi);
            }
            self.checking_all = false;
            self.go(Place::Overview);
            self.notice = Some("Every check passed again.".to_owned());
            return Vec::new();
        }
        let ready = self.registration.open.as_ref().is_some_and(crate::journal::Attempt::ready);
        let single = self.setting.only == Some(Step::PartnerCenter);
        let place = match step {
            Some(Step::PartnerCenter) if ready && single => Place::Review,
            Some(Step::PartnerCenter) => Place::PartnerApi,
            Some(Step::PartnerApi) => Place::Review,
            Some(Step::Basic) | None => Place::Done,
        };
        self.go(place);
        vec![self.save()]
    }

    fn submit_review(&mut self) -> Vec<Task> {
        if self.must_confirm() {
            let wanted = self.registration.name_to_confirm();
            let typed =
                self.forms.text(Field::Confirmation).map(|field| field.text().trim().to_owned());
            if typed.as_deref() != Some(wanted.trim()) {
                return self.blame(vec![Problem::new(
                    Field::Confirmation,
                    format!("This replaces a registration that works. Type its name: {wanted}"),
                    "Esc goes back; nothing is replaced before you confirm.",
                )]);
            }
        }
        self.begin_run(Execution::commit(self.registration.clone()))
    }

    // ---- after a failure ----

    fn follow_cure(&mut self) -> Vec<Task> {
        let goto = self.diagnosis().map(|(_, _, diagnosis)| diagnosis.goto);
        match goto {
            Some(Goto::SignInAgain) => self.sign_in_again(),
            Some(Goto::Retry) | None => self.retry(),
            Some(Goto::Leave) => self.wants_to_leave(),
            Some(Goto::Field(field)) => self.edit(page_of(field)),
            // What is active already is changed there, step by step, and then handed over again.
            Some(Goto::Step(_)) if self.submitting() => {
                self.go(Place::Overview);
                Vec::new()
            }
            Some(Goto::Step(Step::PartnerApi)) => self.edit(Some(Place::PartnerApi)),
            Some(Goto::Step(Step::PartnerCenter)) => self.edit(Some(Place::PartnerCenter)),
            Some(Goto::Step(Step::Basic)) => self.edit(Some(Place::Basic)),
        }
    }

    fn retry(&mut self) -> Vec<Task> {
        let now = self.now;
        self.go(Place::Checking);
        let effects = self.run.as_mut().map(|run| run.retry(now)).unwrap_or_default();
        self.browsed = false;
        let mut tasks = self.perform_run(effects);
        tasks.extend(self.after_run_moved());
        tasks
    }

    fn retry_patiently(&mut self) -> Vec<Task> {
        if let Some(run) = self.run.as_mut() {
            run.be_patient();
        }
        self.retry()
    }

    fn sign_in_again(&mut self) -> Vec<Task> {
        let now = self.now;
        if self.step() != Some(Step::PartnerApi) {
            return self.retry();
        }
        if self.checking_all {
            // A check has no sign-in in it, and a token that was refused is not sent again: the step itself is run once more.
            let mut tasks = self.leave_checks();
            self.checking_all = false;
            tasks.extend(self.again(Step::PartnerApi, Place::PartnerApi));
            return tasks;
        }
        let mut tasks = self.cancel(|origin| *origin == Origin::Execution(CheckId::SignIn));
        tasks.push(self.perform(Origin::Background, Effect::Tell(CallbackPage::Closed)));
        self.go(Place::Checking);
        self.clear_answer();
        self.browsed = false;
        let effects = self.run.as_mut().map(|run| run.sign_in_again(now)).unwrap_or_default();
        tasks.extend(self.perform_run(effects));
        tasks.extend(self.after_run_moved());
        tasks
    }

    /// Back to the form of the step that failed, with the focus on the field to blame.
    fn edit_after_failure(&mut self) -> Vec<Task> {
        self.edit(None)
    }

    /// To the form that the cure names, or to that of the step that failed, with the focus on the field to blame.
    fn edit(&mut self, page: Option<Place>) -> Vec<Task> {
        let blamed = self.diagnosis().map(|(_, _, diagnosis)| (diagnosis.goto, diagnosis.what));
        let mut tasks = self.leave_checks();
        if let Some(page) = page.filter(|page| *page != self.place) {
            self.checking_all = false;
            self.go(page);
        }
        if let Some((Goto::Field(field), what)) = blamed
            && self.stops().contains(&FocusTarget::Field(field))
        {
            let cure = "Check again.";
            self.problems.push(Problem::new(field, what, cure));
            self.focus_first_open();
        }
        tasks.push(self.save());
        tasks
    }

    fn copy_failure(&mut self) -> Vec<Task> {
        let Some((_, failure, diagnosis)) = self.diagnosis() else {
            return Vec::new();
        };
        let id = |name: &str, id: &Option<crate::words::text::UntrustedText>| {
            id.as_ref().map(|id| format!("; {name} {id}")).unwrap_or_default()
        };
        let text = format!(
            "{}: {}{}{}{}",
            diagnosis.code,
            diagnosis.what,
            id("trace", &failure.trace_id),
            id("correlation", &failure.correlation_id),
            id("request", &failure.request_id)
        );
        self.notice = Some("Copied: code, sentence and ids. They are also on d.".to_owned());
        vec![Task::Copy(text)]
    }

    /// What the diagnosis may know.
    pub(super) fn context(&self, check: CheckId) -> Context<'_> {
        Context {
            place: self.machine,
            ..self.run.as_ref().map(|run| run.context(check)).unwrap_or_default()
        }
    }

    /// What the run waits for before it tries again, and how long.
    pub(crate) fn pausing(&self) -> Option<(Diagnosis, Duration)> {
        let mut checks = self.run.as_ref()?.checks().iter();
        checks.find_map(|check| {
            let (failure, pause) = check.pausing.as_ref()?;
            Some((diagnose(failure, &self.context(check.id)), *pause))
        })
    }

    pub(crate) fn shut_diagnosis(&self) -> Option<Diagnosis> {
        self.shut.as_ref().map(|failure| self.diagnosed(failure))
    }

    pub(crate) fn diagnosed(&self, failure: &Failure) -> Diagnosis {
        let context = Context { place: self.machine, ..Context::default() };
        diagnose(failure, &context)
    }

    pub(super) fn blame(&mut self, problems: Vec<Problem>) -> Vec<Task> {
        self.problems = problems;
        self.focus_first_open();
        Vec::new()
    }

    // ---- filling in ----

    /// A rehearsal fills the fields of the page.
    fn fill_in(&mut self) {
        let fields: Vec<Field> = self
            .stops()
            .into_iter()
            .filter_map(|stop| match stop {
                FocusTarget::Field(field) => Some(field),
                FocusTarget::Prerequisite(_) | FocusTarget::Choice(_) | FocusTarget::Button => None,
            })
            .collect();
        for field in fields {
            let Some(answers_of_rehearsal) = &self.setting.rehearsal else {
                return;
            };
            if let Some(secret) = answers_of_rehearsal.secret(field).cloned() {
                self.forms.set(field, secret.reveal());
            } else if let Some(value) = answers_of_rehearsal.values.get(&field) {
                let value = value.clone();
                self.forms.set(field, &value);
            }
        }
        self.problems.clear();
    }

    /// Takes what an offered paste holds.
    pub(super) fn take_apart(&mut self) -> Vec<Task> {
        let offer = std::mem::take(&mut self.offer);
        let names: Vec<&str> = offer.iter().map(|(field, _)| field.label()).collect();
        for (field, value) in &offer {
            self.forms.set(*field, value.reveal());
        }
        self.problems.clear();
        self.notice = Some(format!("Taken: {}.", names.join(", ")));
        self.focus_first_open();
        Vec::new()
    }
}

/// The page that has this field; `None` where only the page of the step that ran can have it.
fn page_of(field: Field) -> Option<Place> {
    match field {
        Field::AccountName | Field::Environment => Some(Place::Basic),
        Field::ClientId
        | Field::ApplicationId
        | Field::SecretKey
        | Field::Directory
        | Field::SecretEnds => Some(Place::PartnerCenter),
        Field::MpnId | Field::SecretChoice | Field::ApiSecret | Field::Redirect => {
            Some(Place::PartnerApi)
        }
        Field::OctoClientId | Field::OctoSecret => Some(Place::Octo),
        Field::Answer | Field::Confirmation => None,
    }
}

/// What a wrong paste is called, and what to do about it with this page's keys.
fn wrong_paste(wrong: WrongPaste) -> Problem {
    let cure = match wrong {
        WrongPaste::SignInAddress { redirect_url: true } => {
            "Entra only knows redirect_uri and ignores the other. Use the address shown above (F3 copies it)."
        }
        WrongPaste::OtherSignIn => {
            "Use the newest browser tab, or F5 for a new link and sign in again."
        }
        WrongPaste::UsedBefore => "F5 makes a new link.",
        WrongPaste::SignInAddress { .. }
        | WrongPaste::Empty
        | WrongPaste::Token
        | WrongPaste::Guid
        | WrongPaste::SecretKey
        | WrongPaste::NoCode
        | WrongPaste::TwoCodes
        | WrongPaste::NotACode
        | WrongPaste::CodeAlone
        | WrongPaste::CutOff => wrong.cure(),
    };
    Problem::new(Field::Answer, wrong.what(), cure)
}
