//! A store that this program does not know, built of nothing but the public door: secrets, journals, a descriptor. Two hosts share
//! it, and a whole registration is made, looked at, used and forgotten over it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use octo_csp::effect::{Effect, Opened, Outcome, Perform as _, Preflight};
use octo_csp::journal::standing::AttemptState;
use octo_csp::journal::{self, Attempt, Contents, Fact, ItemName, Kind, Line, Registration, Sequence, write_line};
use octo_csp::report::forget::{self, Going};
use octo_csp::report::identity::Identity;
use octo_csp::report::lines::WIDTH;
use octo_csp::report::status::{self, Found as Status, Item};
use octo_csp::simulator::{Facts, Options as SimulatorOptions, Simulator};
use octo_csp::steps::{self, Execution};
use octo_csp::words::{
    AccountName, Audience, Cause, ClientId, Directory, DiskFault, Draft, Environment, Failure, MpnId, Part,
    PartnerApiRequest, PartnerCenterRequest, RedirectAddress, Secret, Service, SharedSecret, Step, StoreDescriptor,
    Unlock, VaultFault,
};
use octo_csp::world::browser::Surroundings;
use octo_csp::world::drafts::Drafts;
use octo_csp::world::journal::{JournalStore, Lease};
use octo_csp::world::registration_index::{Presence, RegistrationIndex};
use octo_csp::world::store::{Answer, SecretStore, fault};
use octo_csp::world::{Options, StoreOptions, World};
use tokio::task::{JoinSet, LocalSet, spawn_local};
use url::Url;

use crate::scenarios::person::{Walked, browser, sign_in};

static ENGINE: StoreDescriptor = StoreDescriptor {
    key: "engine",
    noun: "shared engine",
    label: "Engine",
    about: "An engine that several hosts share",
    found: "below octo-csp/",
    unlock: Unlock::Login,
    verify: " by the engine",
    files: &[],
};

/// What the engine has; every host has a handle of its own.
#[derive(Default)]
struct Engine {
    secrets: Mutex<BTreeMap<String, String>>,
    /// Journals, each one document.
    journals: Mutex<BTreeMap<String, String>>,
    /// Who works on a registration.
    leases: Mutex<BTreeMap<String, &'static str>>,
    /// What every call is answered with instead.
    refuses: Mutex<Option<VaultFault>>,
}

impl Engine {
    fn answers(&self) -> Result<(), Box<Failure>> {
        match *self.refuses.lock().unwrap() {
            Some(refusal) => Err(Box::new(fault(refusal).with_detail("the engine"))),
            None => Ok(()),
        }
    }
}

/// The engine as one host sees it.
#[derive(Clone)]
struct Handle(Arc<Engine>, &'static str);

#[async_trait]
impl SecretStore for Handle {
    fn descriptor(&self) -> &'static StoreDescriptor {
        &ENGINE
    }

    fn title(&self, registration: &str) -> String {
        format!("engine at octo-csp/{registration}")
    }

    async fn put(&self, name: &str, secret: &SharedSecret) -> Answer<()> {
        self.0.answers().map(|()| {
            let value = secret.reveal().to_owned();
            self.0.secrets.lock().unwrap().insert(name.to_owned(), value);
        })
    }

    async fn get(&self, names: &[String]) -> Answer<Vec<Answer<SharedSecret>>> {
        self.0.answers().map(|()| {
            let secrets = self.0.secrets.lock().unwrap();
            let one = |name| match secrets.get(name) {
                Some(value) => Ok(Secret::shared(String::clone(value))),
                None => Err(fault(VaultFault::Missing)),
            };
            names.iter().map(one).collect()
        })
    }

    async fn delete(&self, names: &[String]) -> Answer<()> {
        self.0.answers().map(|()| {
            self.0.secrets.lock().unwrap().retain(|name, _| !names.contains(name));
        })
    }

    async fn list(&self, registration: &str) -> Answer<Option<Vec<String>>> {
        let below = format!("{registration}/");
        self.0.answers().map(|()| {
            let secrets = self.0.secrets.lock().unwrap();
            Some(secrets.keys().filter(|name| name.starts_with(&below)).cloned().collect())
        })
    }
}

impl Handle {
    fn document(&self, registration: &str) -> Contents {
        let journals = self.0.journals.lock().unwrap();
        journal::read_file(journals.get(registration).map_or(&[], |text| text.as_bytes()))
    }

    fn change(
        &self,
        registration: &str,
        last: Sequence,
        change: impl FnOnce(&mut String),
    ) -> Result<Sequence, Box<Failure>> {
        self.0.answers()?;
        let sequence = |contents: Contents| contents.lines.last().map_or(0, |line| line.sequence);
        if sequence(self.document(registration)) != last {
            return Err(Box::new(Failure::new(Service::Disk, Cause::JournalMoved)));
        }
        change(self.0.journals.lock().unwrap().entry(registration.to_owned()).or_default());
        Ok(sequence(self.document(registration)))
    }
}

#[async_trait]
impl JournalStore for Handle {
    fn place(&self, registration: &str) -> String {
        format!("engine: octo-csp/{registration}/journal")
    }

    async fn list(&self) -> Answer<Vec<String>> {
        Ok(self.0.journals.lock().unwrap().keys().cloned().collect())
    }

    async fn read(&self, registration: &str) -> Answer<Contents> {
        self.0.answers().map(|()| self.document(registration))
    }

    async fn append(&self, registration: &str, after: Sequence, line: &Line) -> Answer<Sequence> {
        self.change(registration, after, |text| text.push_str(&write_line(line)))
    }

    async fn replace(&self, registration: &str, at: Sequence, snapshot: &[Line]) -> Answer<Sequence> {
        let snapshot = snapshot.iter().map(write_line).collect();
        self.change(registration, at, |text| *text = snapshot)
    }

    async fn lock(&self, registration: &str) -> Answer<Box<dyn Lease>> {
        let mut leases = self.0.leases.lock().unwrap();
        let holder = *leases.entry(registration.to_owned()).or_insert(self.1);
        if holder != self.1 {
            let taken = Failure::new(Service::Disk, Cause::InUse);
            return Err(Box::new(taken.with_detail(&format!("by {holder}"))));
        }
        Ok(Box::new(Held(self.clone(), registration.to_owned())))
    }

    async fn destroy(&self, registration: &str) -> Answer<()> {
        self.0.journals.lock().unwrap().remove(registration);
        Ok(())
    }
}

/// Given back when dropped, as long as nobody has broken it.
struct Held(Handle, String);

#[async_trait]
impl Lease for Held {
    async fn is_held(&self) -> Answer<bool> {
        // Advice only: what protects is that every write names the line that it builds on.
        Ok(true)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.leases.lock().unwrap().retain(|name, holder| *name != self.1 || *holder != self.0.1);
    }
}

/// A machine of one of the operators.
pub(crate) struct Machine {
    world: Rc<World>,
    stores: StoreOptions,
    facts: Facts,
    _state: tempfile::TempDir,
}

impl Machine {
    fn new(engine: &Arc<Engine>, host: &'static str, simulator: &Simulator) -> Self {
        let handle = Handle(Arc::clone(engine), host);
        Self::with(Arc::new(handle.clone()), Arc::new(handle), simulator)
    }

    /// One that keeps in these.
    pub(crate) fn with(secrets: Arc<dyn SecretStore>, journals: Arc<dyn JournalStore>, simulator: &Simulator) -> Self {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts(Some(state.path().to_owned()));
        let stores = StoreOptions { secrets, journals, drafts, compared: false };
        let world = World::new(Options {
            cloud: simulator.cloud().clone(),
            label: None,
            extra_ca: None,
            keeping: stores.clone(),
            browser: Surroundings { ssh: true, ..Surroundings::default() },
            log: None,
        });
        Self { world: Rc::new(world), stores, facts: simulator.facts(), _state: state }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is no failure is an answer")]
    async fn perform(&self, effect: Effect) -> Result<Outcome, Box<Failure>> {
        match self.world.perform(effect).await {
            Outcome::Failed(failure) => Err(failure),
            outcome => Ok(outcome),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "any other answer ends the test")]
    pub(crate) async fn open(&self) -> Result<Opened, Box<Failure>> {
        match self.perform(Effect::Open(Environment::Production)).await? {
            Outcome::Opened(opened) => Ok(*opened),
            other => panic!("{other:?}"),
        }
    }

    /// Leaves the registration to others, by opening another one.
    pub(crate) async fn leave(&self) {
        self.perform(Effect::Open(Environment::Sandbox)).await.unwrap();
    }

    fn index(&self) -> RegistrationIndex {
        RegistrationIndex {
            journals: Arc::clone(&self.stores.journals),
            drafts: self.stores.drafts.clone(),
            secrets: vec![Arc::clone(&self.stores.secrets)],
        }
    }

    /// Runs a sequence to its end, with a browser where it asks for one.
    pub(crate) async fn run(&self, mut run: Execution) -> Execution {
        let mut flights = JoinSet::new();
        let mut effects = run.start(0);
        loop {
            for (check, effect) in effects {
                let world = Rc::clone(&self.world);
                flights.spawn_local(async move { (check, world.perform(effect).await) });
            }
            let Some(landed) = flights.join_next().await else {
                return run;
            };
            let (check, outcome) = landed.unwrap();
            if let Outcome::Listening(consent) = &outcome {
                spawn_local(signed_in(consent.address.clone(), self.facts.clone()));
            }
            effects = run.resume(check, outcome, 0);
        }
    }

    pub(crate) async fn finished(&self, run: Execution) -> Registration {
        let run = self.run(run).await;
        assert_eq!(run.status(), steps::Status::Finished, "{:?}", run.failed());
        run.registration().clone()
    }

    fn api(&self) -> PartnerApiRequest {
        PartnerApiRequest {
            mpn: MpnId::parse(&self.facts.mpn_id).ok().map(|mpn| mpn.value),
            other_secret: None,
            redirect: RedirectAddress::parse(&self.facts.redirect_uri).unwrap(),
        }
    }

    fn center(&self) -> PartnerCenterRequest {
        PartnerCenterRequest {
            directory: Directory::parse(&self.facts.domain).unwrap().value,
            application: ClientId::parse(&self.facts.client_id).unwrap().value,
            secret: Some(Secret::shared(self.facts.client_secret.clone())),
            secret_ends: None,
        }
    }

    /// From nothing to a set in use.
    pub(crate) async fn register(&self) -> Registration {
        let registration = self.proven().await;
        self.finished(Execution::commit(registration)).await
    }

    /// From nothing to a set that is proven.
    pub(crate) async fn proven(&self) -> Registration {
        let opened = self.open().await.unwrap();
        let name = AccountName::parse("Contoso CSP").ok();
        self.perform(Effect::Note(Fact::Named { name })).await.unwrap();
        let opened = Registration { sequence: 1, ..opened.registration };
        let registration = self.finished(Execution::partner_center(self.center(), opened)).await;
        self.finished(Execution::partner_api(self.api(), registration, None)).await
    }

    /// From wherever it stands to a new set in use, with a sign-in even where none is needed; ended by what is not finished.
    pub(crate) async fn goes_on(&self, from: Registration, mut signs_in: bool) -> Result<Registration, String> {
        let mut registration = from;
        loop {
            let standing = registration.open.as_ref().map(Attempt::standing);
            let commits = standing == Some(AttemptState::Ready) && !signs_in;
            let run = if commits {
                Execution::commit(registration)
            } else if standing.is_none_or(|standing| standing == AttemptState::Begun) {
                Execution::partner_center(self.center(), registration)
            } else {
                let mut run = Execution::partner_api(self.api(), registration, None);
                if std::mem::take(&mut signs_in) {
                    run.forget_sign_in();
                }
                run
            };
            let run = self.run(run).await;
            if run.status() != steps::Status::Finished {
                return Err(format!("{:?}", run.failed()));
            }
            registration = run.registration().clone();
            if commits {
                return Ok(registration);
            }
        }
    }
}

async fn signed_in(address: Url, facts: Facts) {
    let browser = browser();
    match sign_in(&browser, &address, &facts).await {
        Walked::SentBack(address) => drop(browser.get(address).send().await),
        Walked::Shown(text) => panic!("{text}"),
    }
}

async fn with_two_hosts(body: impl AsyncFnOnce(Arc<Engine>, Machine, Machine)) {
    let simulator = Simulator::start(SimulatorOptions::default()).await.unwrap();
    let engine = Arc::new(Engine::default());
    let a = Machine::new(&engine, "host A", &simulator);
    let b = Machine::new(&engine, "host B", &simulator);
    LocalSet::new().run_until(body(engine, a, b)).await;
}

/// What `status` prints.
async fn status_of(machine: &Machine) -> String {
    let index = machine.index();
    let mut all = Vec::new();
    for volume in index.volumes().await.unwrap() {
        let active = volume.registration.active.as_ref().map(Attempt::set);
        let items: Vec<ItemName> = active.unwrap_or_default();
        let seen = index.presence(&volume.name, &volume.registration.store, &items).await;
        let items = seen.into_iter().map(|(item, presence)| {
            assert_eq!(presence, Presence::There, "{item}");
            Item { name: item.to_string(), what: item.kind.words(), state: "there".to_owned() }
        });
        let items = items.collect();
        let identity = Identity::of(&volume.name, &volume.registration);
        all.push(Status { identity, opened: Opened { draft: None, ..volume }, items });
    }
    status::text(&all, 0, "octo-csp register", WIDTH)
}

#[tokio::test]
async fn a_registration_is_made_on_one_host_and_looked_at_used_and_forgotten_on_another() {
    Box::pin(with_two_hosts(async |engine, a, b| {
        let made = a.register().await;
        a.leave().await;
        assert_eq!(made.store, ENGINE);
        assert_eq!(made.kept_in(), Some(&(&ENGINE).into()));

        // Nothing but the engine is needed to look at it.
        let status = status_of(&b).await;
        for words in ["Shared engine list of all items: there", "secret key: there", "Contoso CSP", "engine: octo-csp/"]
        {
            assert!(status.contains(words), "{words}: {status}");
        }

        // Both steps again on host B, and a token.
        let opened = b.open().await.unwrap();
        assert_eq!(opened.registration.opened_in, &ENGINE);
        let looked = b.perform(Effect::Preflight(Preflight::Keyring)).await.unwrap();
        let Outcome::Looked(seen) = looked else { panic!("{looked:?}") };
        let name = &opened.name;
        let line = format!("test item written, read back by the engine, removed (engine at octo-csp/{name})");
        assert_eq!(seen.line, line);
        let mut registration = opened.registration;
        for step in [Step::PartnerCenter, Step::PartnerApi] {
            registration = b.finished(Execution::check(step, registration).unwrap()).await;
        }
        let run = Execution::token(Audience::PartnerCenter, registration).unwrap();
        let run = b.run(run).await;
        assert_eq!(run.status(), steps::Status::Finished, "{:?}", run.failed());
        assert!(run.access_token().is_some());

        // And it is forgotten there: no secret, no journal is left.
        let found = b.open().await.unwrap();
        let registration = found.registration.clone();
        let going = Going::new(found, String::new(), String::new());
        assert!(forget::list(&going).contains("shared engine"), "{}", forget::list(&going));
        b.finished(Execution::forget(registration)).await;
        assert!(engine.secrets.lock().unwrap().is_empty());
        assert!(!engine.journals.lock().unwrap().contains_key(name));
    }))
    .await;
}

#[tokio::test]
async fn of_two_hosts_one_writes_and_the_other_is_told_and_loses_nothing() {
    Box::pin(with_two_hosts(async |engine, a, b| {
        a.register().await;
        // Host A is at work: B is told by whom.
        let taken = b.open().await.unwrap_err();
        assert_eq!((taken.cause, taken.detail.unwrap().as_str()), (Cause::InUse, "by host A"));

        // Its lease is broken by hand, and both write behind the same line.
        engine.leases.lock().unwrap().clear();
        let at_b = b.open().await.unwrap().registration;
        let draft = Draft { started: true, ..Draft::default() };
        a.perform(Effect::Save(Some(Box::new(draft)))).await.unwrap();
        let secrets = engine.secrets.lock().unwrap().clone();
        let named = |name: &str| Effect::Note(Fact::Named { name: AccountName::parse(name).ok() });
        b.perform(named("Fabrikam")).await.unwrap();
        let lost = a.perform(named("Northwind")).await.unwrap_err();
        assert_eq!(lost.cause, Cause::JournalMoved);

        // The winner's line is there once; the loser has what it typed, and no secret was touched.
        let name = engine.journals.lock().unwrap().keys().next().unwrap().clone();
        let seen = a.index().volume(&name).await.unwrap();
        assert_eq!(seen.registration.name.unwrap().as_str(), "Fabrikam");
        assert_eq!(seen.registration.sequence, at_b.sequence + 1);
        assert!(seen.draft.unwrap().started);
        assert_eq!(*engine.secrets.lock().unwrap(), secrets);
    }))
    .await;
}

#[tokio::test]
async fn an_engine_that_refuses_is_told_before_anything_is_worth_keeping_and_named() {
    Box::pin(with_two_hosts(async |engine, a, _| {
        let opened = a.open().await.unwrap();
        *engine.refuses.lock().unwrap() = Some(VaultFault::Denied);
        let refused = a.perform(Effect::Preflight(Preflight::Keyring)).await.unwrap_err();
        assert_eq!(refused.cause, Cause::Vault(VaultFault::Denied));
        assert_eq!(refused.detail.unwrap().as_str(), "the engine");
        let run = a.run(Execution::partner_center(a.center(), opened.registration)).await;
        assert_eq!(run.status(), steps::Status::Refused);

        // Once it answers, the same run goes on.
        *engine.refuses.lock().unwrap() = None;
        let opened = a.open().await.unwrap();
        a.finished(Execution::partner_center(a.center(), opened.registration)).await;
    }))
    .await;
}

/// After each of the lines on which much depends, cut off by whatever has hold of the journal alone.
#[tokio::test]
async fn a_line_that_was_acknowledged_and_is_gone_is_noticed_after_each_kind_that_counts() {
    Box::pin(with_two_hosts(async |engine, a, _| {
        let made = a.register().await;
        let attempt = made.active.as_ref().unwrap().id;
        let item = made.active.as_ref().unwrap().next_item(Kind::RefreshToken);
        let facts = [Fact::Kept { item }, Fact::Submitted { part: Part::Payer, attempt, name: None }];
        let newest = |fact: &str| {
            let journals = engine.journals.lock().unwrap();
            let (name, text) = journals.iter().next().unwrap();
            let at = text.lines().count() - 1 - text.lines().rev().position(|line| line.contains(fact)).unwrap();
            (name.clone(), text.split_inclusive('\n').take(at).collect::<String>(), text.clone())
        };
        for (fact, key) in [None].into_iter().chain(facts.map(Some)).zip(["\"activated\"", "\"kept\"", "\"submitted\""])
        {
            if let Some(fact) = fact {
                a.perform(Effect::Note(fact)).await.unwrap();
            }
            a.leave().await;
            let (name, before, whole) = newest(key);
            engine.journals.lock().unwrap().insert(name.clone(), before.clone());
            let refused = a.open().await.unwrap_err();
            assert_eq!(refused.cause, Cause::Disk(DiskFault::Damaged), "{key}");
            assert!(a.index().volume(&name).await.unwrap().registration.damaged, "{key}");
            assert_eq!(newest("named").2, before, "nothing is written over");
            // As it was, and shorter but saying the same, it is whole.
            engine.journals.lock().unwrap().insert(name.clone(), whole.clone());
            let registration = a.open().await.unwrap().registration;
            let snapshot = write_line(&registration.snapshot(jiff::Timestamp::UNIX_EPOCH));
            a.leave().await;
            engine.journals.lock().unwrap().insert(name.clone(), snapshot);
            assert_eq!(a.open().await.unwrap().registration, registration);
            a.leave().await;
            engine.journals.lock().unwrap().insert(name, whole);
            a.open().await.unwrap();
        }
    }))
    .await;
}

/// Two hosts, two hundred rounds: one winner each, no line is lost.
#[tokio::test]
async fn two_writers_never_lose_a_line() {
    let engine = Arc::new(Engine::default());
    let hosts = [Handle(Arc::clone(&engine), "A"), Handle(Arc::clone(&engine), "B")];
    for round in 0..200_u64 {
        let line = |name: &str| Line {
            sequence: round + 1,
            at: jiff::Timestamp::UNIX_EPOCH,
            fact: Fact::Named { name: AccountName::parse(name).ok() },
        };
        let mut won = 0;
        for host in &hosts {
            match host.append("production", round, &line(host.1)).await {
                Ok(sequence) => {
                    assert_eq!(sequence, round + 1);
                    won += 1;
                }
                Err(lost) => assert_eq!(lost.cause, Cause::JournalMoved),
            }
        }
        assert_eq!(won, 1);
    }
    let contents = hosts[0].read("production").await.unwrap();
    assert!(!contents.damaged && contents.lines.len() == 200);
}
